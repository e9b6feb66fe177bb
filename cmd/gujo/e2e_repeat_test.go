package main_test

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"gujo/samples"
)

// sample puts the recorded sample site into a directory.
func sample(t *testing.T, dir string) (bundle string) {
	t.Helper()
	bundle = filepath.Join(dir, "sample.bundle.zip")
	if err := os.WriteFile(bundle, samples.Bundle, 0o600); err != nil {
		t.Fatal(err)
	}
	return bundle
}

func (s site) findings() string { s.t.Helper(); return s.gujo("diagnose", "--format", "json") }

func sameText(t *testing.T, what, want, got string) {
	t.Helper()
	if want == got {
		return
	}
	w, g := strings.Split(want, "\n"), strings.Split(got, "\n")
	for n := range w {
		if n >= len(g) || w[n] != g[n] {
			t.Errorf("%s: line %d is\n%.300s\nand was\n%.300s", what, n+1, append(g, "")[min(n, len(g))], w[n])
			return
		}
	}
	t.Errorf("%s: %d lines, were %d", what, len(g), len(w))
}

func TestADiagnosisTwiceIsTheSameBytes(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.gujo("import", sample(t, s.dir))
	first := s.findings()
	if !strings.Contains(first, `"verdict":"fail"`) && !strings.Contains(first, `"verdict": "fail"`) {
		t.Fatal("the sample site has no finding: the comparison would show nothing")
	}
	sameText(t, "the second diagnosis", first, s.findings())

	other := newSite(t)
	other.gujo("import", sample(t, other.dir))
	sameText(t, "the diagnosis out of another store", first, other.findings())
}

// What was collected in several places is joined in whatever order it is named.
func TestTheOrderOfImportDoesNotMatter(t *testing.T) {
	t.Parallel()
	names := []string{"nms101"}
	if os.Getenv("GUJO_SOAK") == "1" {
		names = append(names, "nms17216", "nms8000", "nms10205b", "nms4930")
	}
	for _, name := range names {
		t.Run(name, func(t *testing.T) {
			files := filesIn(t, shared(t, "corpora/snmp-networks/"+name))
			bundles := newSite(t)
			var paths []string
			for n, f := range files {
				path := filepath.Join(bundles.dir, fmt.Sprintf("%d.zip", n))
				bundles.gujo("import", "--bundle", path, f)
				paths = append(paths, path)
			}
			forth, back, at := newSite(t), newSite(t), newSite(t)
			forth.gujo(append([]string{"import"}, paths...)...)
			slices.Reverse(paths)
			back.gujo(append([]string{"import"}, paths...)...)
			at.imported(files...)
			graph, findings := forth.gujo("export"), forth.findings()
			sameText(t, "the graph in the other order", graph, back.gujo("export"))
			sameText(t, "the diagnosis in the other order", findings, back.findings())
			sameText(t, "the graph out of one bundle", graph, at.gujo("export"))
			sameText(t, "the diagnosis out of one bundle", findings, at.findings())
		})
	}
}

func TestAnExportedGraphThatIsImportedHasTheSameFindings(t *testing.T) {
	t.Parallel()
	s, again := newSite(t), newSite(t)
	s.gujo("import", sample(t, s.dir))
	exported := s.gujo("export")
	path := filepath.Join(again.dir, "graph.jsonl")
	if err := os.WriteFile(path, []byte(exported), 0o600); err != nil {
		t.Fatal(err)
	}
	again.imported(path)
	sameText(t, "the graph", exported, again.gujo("export"))
	sameText(t, "the findings", s.findings(), again.findings())
}

// A report is the same bytes whoever prints it, where and when.
func TestAReportIsTheSameBytesInTwoProcesses(t *testing.T) {
	t.Parallel()
	program := build(t)
	s := newSite(t)
	s.gujo("import", sample(t, s.dir))
	s.findings()
	for _, lang := range []string{"ko", "en"} {
		var prints [][]byte
		for n, zone := range []string{"Asia/Seoul", "America/New_York"} {
			path := filepath.Join(t.TempDir(), fmt.Sprintf("%d.pdf", n))
			cmd := exec.Command(program, "report", "--store", filepath.Join(s.dir, "gujo.db"), "--lang", lang, "-o", path)
			cmd.Dir = t.TempDir()
			cmd.Env = []string{"TZ=" + zone, "PATH=" + os.Getenv("PATH"), "HOME=" + t.TempDir(), fmt.Sprintf("LANG=x%d", n)}
			if out, err := cmd.CombinedOutput(); err != nil {
				t.Fatalf("gujo report: %v\n%s", err, out)
			} else if n == 0 {
				t.Logf("%s: %s", lang, bytes.TrimSpace(out))
			}
			data, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			prints = append(prints, data)
		}
		if !bytes.Equal(prints[0], prints[1]) {
			t.Errorf("%s: the report has %d bytes and then %d, or others", lang, len(prints[0]), len(prints[1]))
		}
		if len(prints[0]) < 10_000 {
			t.Errorf("%s: a report of %d bytes", lang, len(prints[0]))
		}
	}
}
