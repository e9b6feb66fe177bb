package pdf

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"gujo/graph"
	"gujo/graph/compile"
	"gujo/reports"
	"gujo/reports/figure"
	"gujo/reports/locale"
	"gujo/rules"
)

// scratch holds gujo-layout, built once for all tests.
var scratch string

func TestMain(m *testing.M) {
	os.Exit(func() int {
		var err error
		if scratch, err = os.MkdirTemp("", "gujo-pdf-test-"); err != nil {
			panic(err)
		}
		defer os.RemoveAll(scratch)
		return m.Run()
	}())
}

var layoutProgram = sync.OnceValues(func() (string, error) {
	path := filepath.Join(scratch, "gujo-layout")
	if out, err := exec.Command("go", "build", "-o", path, "gujo/cmd/gujo-layout").CombinedOutput(); err != nil {
		return "", fmt.Errorf("go build: %w\n%s", err, out)
	}
	return path, nil
})

// engine starts gujo-layout.
func engine(t testing.TB) *figure.Engine {
	path, err := layoutProgram()
	if err != nil {
		t.Fatal(err)
	}
	t.Setenv("XDG_CACHE_HOME", filepath.Join(scratch, "cache"))
	e, err := figure.Start(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { e.Close() })
	return e
}

// site is a small network with a service, and whatever names are given to it.
func site(t testing.TB, names ...string) *graph.Snapshot {
	var b graph.Builder
	add := func(c graph.Component) {
		if err := b.Add(c, ""); err != nil {
			t.Fatal(err)
		}
	}
	relate := func(from string, typ graph.RelationType, to string) {
		if err := b.Relate(from, typ, to, graph.Relation{}, ""); err != nil {
			t.Fatal(err)
		}
	}
	add(graph.Component{ID: "service/minwon", Kind: graph.Service, Name: "minwon", Attrs: graph.Attrs{
		{Key: "grade", Value: graph.Int(1)}, {Key: "name_en", Value: graph.String("Civil petitions")},
		{Key: "name_ko", Value: graph.String("온라인 민원")}, {Key: "owner", Value: graph.String("민원정보과")},
	}})
	add(graph.Component{ID: "access_zone/citizens", Kind: graph.AccessZone, Name: "citizens"})
	relate("service/minwon", graph.UsedFrom, "access_zone/citizens")
	for i, name := range names {
		id := fmt.Sprintf("network_device/d%02d", i)
		add(graph.Component{ID: id, Kind: graph.NetworkDevice, Name: name})
		if i > 0 {
			link := fmt.Sprintf("link/l%02d", i)
			add(graph.Component{ID: link, Kind: graph.Link, Name: link})
			relate(link, graph.Joins, id)
			relate(link, graph.Joins, fmt.Sprintf("network_device/d%02d", (i-1)/2))
		}
	}
	if len(names) > 0 {
		relate("access_zone/citizens", graph.AttachedTo, "network_device/d00")
	}
	s, err := b.Build(time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// diagnosis has one finding about each network device.
func diagnosis(s *graph.Snapshot) *rules.Diagnosis {
	d := &rules.Diagnosis{Schema: "gujo/findings/v1", Snapshot: s.ID, Created: s.Created.Format(time.RFC3339), Tool: "gujo test"}
	for i := range s.Components {
		c := &s.Components[i]
		if c.Kind != graph.NetworkDevice {
			continue
		}
		d.Findings = append(d.Findings, rules.Finding{
			Fingerprint: fmt.Sprintf("%064x", i), Rule: "SPOF-NET-01", RuleVersion: "1.0.0", Verdict: rules.Fail,
			Confidence: "confirmed", Severity: rules.Critical, Subjects: []string{c.ID}, Services: []string{"service/minwon"}, Stopped: []string{"service/minwon"},
			Title:   rules.Text{KO: "단일 네트워크 장비 경유", EN: "One network device on the only way"},
			Message: rules.Text{KO: c.Name + " 하나가 멈추면 정보시스템이 멈춘다", EN: "If " + c.Name + " fails, the service stops"},
			Cut:     []string{c.ID},
			Proof: compile.Proof{Relations: []compile.RelationRef{{From: "service/minwon", Relation: "used_from", To: "access_zone/citizens"}},
				Paths: []compile.Path{{From: "access_zone/citizens", To: c.ID, Cut: []string{c.ID}}}},
			Evidence: []rules.FindingEvidence{{Ref: "sha256:" + strings.Repeat("ab", 32) + "#1.0.8802.1.1.2.1.4.1.1.9.0.3.1",
				Target: "10.0.0.1", Locator: "1.0.8802.1.1.2.1.4.1.1.9.0.3.1", Value: c.Name, Collected: d.Created}},
			Criterion:   rules.Criterion{Text: rules.Text{KO: "경로의 장비가 둘 이상일 것", EN: "two devices on the way"}, Source: "tool"},
			Category:    "technology-gap",
			Remediation: rules.Remediation{KO: "장비를 추가한다.", EN: "Add a device.", Effect: rules.Text{KO: "무중단 전환", EN: "none"}, Term: "short", Effort: "M", Removes: 2},
			References:  []rules.Reference{{ID: "KR-POL-20240131", Kind: "policy", Applies: "for_reference", Text: rules.Text{KO: "대책", EN: "policy"}}},
		})
		d.Summary.Critical++
	}
	d.Findings = append(d.Findings, rules.Finding{Rule: "PWR-01", Verdict: rules.Unknown, Severity: rules.High, Subjects: []string{"service/minwon"},
		Title: rules.Text{KO: "전원", EN: "Power"}, Message: rules.Text{KO: "전원 자료 없음", EN: "No power data"},
		Missing:   []rules.Missing{{Component: "service/minwon", What: "entPhysicalTable", Reason: "not_asked"}},
		Criterion: rules.Criterion{Source: "tool"}})
	return d
}

func render(t testing.TB, s *graph.Snapshot, d *rules.Diagnosis, lang locale.Lang, e *figure.Engine) ([]byte, Result) {
	r, err := reports.Build(s, d, reports.Options{Organisation: rules.Text{KO: "가온시", EN: "Gaon City"}})
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	res, err := Write(&b, r, lang, e)
	if err != nil {
		t.Fatal(err)
	}
	return b.Bytes(), res
}

// tool gives the path of a program, or skips the test.
func tool(t testing.TB, name string) string {
	path, err := exec.LookPath(name)
	if err != nil {
		if os.Getenv("GUJO_TEST_ALL") == "1" {
			t.Fatalf("%s is not installed", name)
		}
		t.Skipf("%s is not installed", name)
	}
	return path
}

func check(t testing.TB, pdf []byte) (text string) {
	t.Helper()
	qpdf, pdftotext := tool(t, "qpdf"), tool(t, "pdftotext")
	path := filepath.Join(t.TempDir(), "report.pdf")
	if dir := os.Getenv("GUJO_KEEP_PDF"); dir != "" { // to look at the pages
		path = filepath.Join(dir, strings.ReplaceAll(t.Name(), "/", "-")+".pdf")
	}
	if err := os.WriteFile(path, pdf, 0o600); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.Command(qpdf, "--check", path).CombinedOutput(); err != nil {
		t.Errorf("qpdf --check: %v\n%s", err, out)
	}
	// In the order of drawing, so that the lines of a cell follow each other.
	out, err := exec.Command(pdftotext, "-raw", path, "-").Output()
	if err != nil {
		t.Fatal(err)
	}
	return string(out)
}

// noKeys finds messages that were printed by their key.
func noKeys(t testing.TB, text string) {
	t.Helper()
	printer, err := locale.New(locale.English)
	if err != nil {
		t.Fatal(err)
	}
	for word := range strings.FieldsSeq(text) {
		if strings.Contains(word, "{0}") || strings.Contains(word, ".") && printer.Has(word) {
			t.Errorf("%s was printed by its key", word)
		}
	}
}

// flat takes the blanks out of a text, so that line breaks do not matter.
func flat(s string) string { return strings.Join(strings.Fields(s), "") }
