package command_test

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// A demo lists what it leaves; the store is all that a report needs, the name on
// its cover included.
func TestAReportOutOfTheStoreIsThatOfTheRun(t *testing.T) {
	dir, store := demoDir(t), filepath.Join(demoDir(t), "gujo.db")
	for _, lang := range []string{"ko", "en"} {
		path := filepath.Join(t.TempDir(), "r.pdf")
		if code, _, messages := gujo(t, "report", "--store", store, "-o", path, "--lang", lang); code != 0 {
			t.Fatalf("exit code %d: %s", code, messages)
		}
		got, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		want, err := os.ReadFile(filepath.Join(dir, "report."+lang+".pdf"))
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(got, want) {
			t.Errorf("%s: the report out of the store has %d bytes, that of the run %d, or others", lang, len(got), len(want))
		}
	}
}

func TestTheOrganisationGoesWithTheGraph(t *testing.T) {
	store := filepath.Join(demoDir(t), "gujo.db")
	_, graph, _ := gujo(t, "export", "--store", store)
	if want := `{"note":"","key":"organisation","args":["가온시","Gaon City"]`; !strings.Contains(graph, want) {
		t.Fatalf("the exported graph does not say %s", want)
	}
	dir := t.TempDir()
	path, again := filepath.Join(dir, "g.jsonl"), filepath.Join(dir, "again.db")
	if err := os.WriteFile(path, []byte(graph), 0o600); err != nil {
		t.Fatal(err)
	}
	if code, _, messages := gujo(t, "import", path, "--bundle", filepath.Join(dir, "b.zip"), "--store", again); code != 0 {
		t.Fatalf("exit code %d: %s", code, messages)
	}
	if _, out, _ := gujo(t, "export", "--store", again); out != graph {
		t.Error("the graph is another one after export and import")
	}
}

func TestTheDemoListsWhatItLeaves(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "demo")
	code, out, messages := gujo(t, "demo", "-o", dir)
	if code != 0 {
		t.Fatalf("exit code %d: %s", code, messages)
	}
	_, list, _ := strings.Cut(out, "Done in ")
	files, err := os.ReadDir(dir)
	if err != nil || len(files) < 5 {
		t.Fatalf("%d files, %v", len(files), err)
	}
	for _, f := range files {
		if !strings.Contains(list, "\n  "+f.Name()+" ") {
			t.Errorf("%s is not listed:\n%s", f.Name(), list)
		}
	}
}

func TestAFileThatCannotBeWrittenIsNamedAsTheUserDid(t *testing.T) {
	dir := t.TempDir()
	if err := os.MkdirAll(filepath.Join(dir, "full.pdf", "x"), 0o700); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]string{
		filepath.Join(dir, "missing", "r.pdf"): ": there is no directory " + filepath.Join(dir, "missing") + "\n",
		filepath.Join(dir, "full.pdf"):         ": is a directory, not a file\n",
	} {
		_, _, messages := gujo(t, "report", "--store", filepath.Join(demoDir(t), "gujo.db"), "-o", path)
		if !strings.HasSuffix(messages, "gujo: "+path+want) { // before it, that there are no figures
			t.Errorf("the message is %q, want %q", messages, "gujo: "+path+want)
		}
	}
}

func TestTheReportTellsWhyInItsLanguage(t *testing.T) {
	pdftotext, err := exec.LookPath("pdftotext")
	if err != nil {
		if os.Getenv("GUJO_TEST_ALL") == "1" {
			t.Fatal("package poppler-utils is not installed")
		}
		t.Skip("needs pdftotext of poppler-utils")
	}
	for lang, want := range map[string]string{"ko": "기록에이주소의에이전트가없음", "en": "therecordinghasnoagentatthisaddress"} {
		text, err := exec.Command(pdftotext, filepath.Join(demoDir(t), "report."+lang+".pdf"), "-").Output()
		if err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(strings.Join(strings.Fields(string(text)), ""), want) {
			t.Errorf("the report in %s does not say %s", lang, want)
		}
	}
}
