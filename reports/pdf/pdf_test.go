package pdf

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/text/unicode/norm"

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

func TestReportsPrintWellInBothLanguages(t *testing.T) {
	e := engine(t)
	long := strings.Repeat("very-long-host-name.", 9) + "example"
	names := []string{"core-1", long, norm.NFD.String("서울-코어"), "emoji-😀-switch", "tab\tand\x1b[31mescape", "漢字-sw"}
	for i := range 60 {
		names = append(names, fmt.Sprintf("access-switch-%02d", i))
	}
	for name, s := range map[string]*graph.Snapshot{
		"a site with long and strange names": site(t, names...),
		"an empty network":                   site(t),
	} {
		for _, lang := range locale.Languages() {
			t.Run(name+" "+string(lang), func(t *testing.T) {
				pdf, res := render(t, s, diagnosis(s), lang, e)
				text := check(t, pdf)
				noKeys(t, text)
				if res.Pages < 8 {
					t.Errorf("%d pages", res.Pages)
				}
				if len(s.Components) > 10 {
					for _, want := range []string{"core-1", "서울-코어", "access-switch-59", "1.0.8802.1.1.2.1.4.1.1.9.0.3.1"} {
						if !strings.Contains(text, want) {
							t.Errorf("%s is not in the text", want)
						}
					}
					if strings.Contains(text, "\x1b") {
						t.Error("an escape sequence is in the text")
					}
					if res.Dropped == 0 {
						t.Error("no character was said to be dropped, want the emoji")
					}
				}
				want := "단일 장애점"
				if lang == locale.English {
					want = "Single point of failure"
				}
				if !strings.Contains(text, want) {
					t.Errorf("%q is not in the text", want)
				}
			})
		}
	}
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

func TestAnEmptySnapshotPrints(t *testing.T) {
	var b graph.Builder
	s, err := b.Build(time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC))
	if err != nil {
		t.Fatal(err)
	}
	d := &rules.Diagnosis{Schema: "gujo/findings/v1", Snapshot: s.ID, Created: s.Created.Format(time.RFC3339)}
	for _, lang := range locale.Languages() {
		pdf, res := render(t, s, d, lang, engine(t))
		noKeys(t, check(t, pdf))
		if res.Missing != 0 || res.Layout != nil {
			t.Errorf("%s: %d figures missing, %v", lang, res.Missing, res.Layout)
		}
	}
}

func TestAFindingIsPrintedWithAllThatItRestsOn(t *testing.T) {
	s, d := large(t, 12)
	for _, lang := range locale.Languages() {
		t.Run(string(lang), func(t *testing.T) {
			pdf, res := render(t, s, d, lang, engine(t))
			text := flat(check(t, pdf))
			noKeys(t, text)
			if res.Figures != 13 || res.Missing != 0 {
				t.Errorf("%d figures, %d missing: %v", res.Figures, res.Missing, res.Layout)
			}
			for _, f := range d.Findings {
				if f.Verdict != rules.Fail {
					continue
				}
				want := []string{f.Message.EN, f.Criterion.Text.EN, f.Remediation.EN, f.Title.EN, f.Fingerprint}
				if lang == locale.Korean {
					want = []string{f.Message.KO, f.Criterion.Text.KO, f.Remediation.KO, f.Title.KO, f.Fingerprint}
				}
				for _, e := range f.Evidence {
					entry, _, _ := strings.Cut(strings.TrimPrefix(e.Ref, "sha256:"), "#")
					want = append(want, e.Locator, e.Target, e.Value, entry[:12], entry)
				}
				for _, w := range want {
					if !strings.Contains(text, flat(w)) {
						t.Errorf("%s: %q is not in the text", f.Fingerprint[60:], w)
					}
				}
			}
		})
	}
}

// flat takes the blanks out of a text, so that line breaks do not matter.
func flat(s string) string { return strings.Join(strings.Fields(s), "") }

func TestAFindingWithoutEvidenceSaysSo(t *testing.T) {
	s := site(t, "a", "b")
	d := diagnosis(s)
	for i := range d.Findings {
		d.Findings[i].Evidence = nil
	}
	pdf, _ := render(t, s, d, locale.English, nil)
	if text := flat(check(t, pdf)); !strings.Contains(text, flat("No excerpt of evidence is kept")) {
		t.Error("the sheet does not say that there is no evidence")
	}
}

func TestAValueOfThreeThousandCharactersIsCutAndSaysSo(t *testing.T) {
	s := site(t, "a")
	d := diagnosis(s)
	d.Findings[0].Evidence[0].Value = strings.Repeat("설정 line ", 375)
	pdf, _ := render(t, s, d, locale.English, nil)
	if text := flat(check(t, pdf)); !strings.Contains(text, "(3000charactersinall)") {
		t.Error("the length of the value is not told")
	}
}

func TestWhatOnlyWeakensAServiceIsNoSinglePointOfIt(t *testing.T) {
	s := site(t, "edge", "ups")
	d := diagnosis(s)
	for i := range d.Findings {
		if f := &d.Findings[i]; f.Subjects[0] == "network_device/d01" {
			f.Stopped = nil
		}
	}
	r, err := reports.Build(s, d, reports.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if got := r.Services[0].Singles; len(got) != 1 || got[0].ID != "network_device/d00" {
		t.Errorf("the single points of the petitions are %v, want d00 alone", got)
	}
	pdf, _ := render(t, s, d, locale.English, nil)
	text := flat(check(t, pdf))
	for _, want := range []string{"Services that stop", "Services weakened", "Single point edge (", "What fails ups ("} {
		if n := strings.Count(text, flat(want)); n != 1 {
			t.Errorf("%q is in the text %d times, want once", want, n)
		}
	}
}

func TestWhatCouldNotBeJudgedIsARowASubjectInWords(t *testing.T) {
	s := site(t, "a")
	d := diagnosis(s)
	last := &d.Findings[len(d.Findings)-1]
	last.Missing = []rules.Missing{{Component: "service/minwon", What: "any_table", Reason: "not_asked"}}
	more := *last
	more.Rule, more.Title.EN = "EVD-01", "Coverage"
	more.Missing = append([]rules.Missing{{Component: "service/minwon", What: "lldpRemTable|cdpCacheTable", Reason: "not_observed"}}, last.Missing...)
	d.Findings = append(d.Findings, more)
	r, err := reports.Build(s, d, reports.Options{})
	if err != nil {
		t.Fatal(err)
	}
	rows := r.Unjudged()
	if len(rows) != 1 || len(rows[0].Sheets) != 2 || len(rows[0].Missing) != 2 {
		t.Fatalf("%d rows: %+v", len(rows), rows)
	}
	for lang, want := range map[locale.Lang][]string{
		locale.English: {"U-001, U-002", "EVD-01 Coverage", "any table (not asked)", "lldpRemTable/cdpCacheTable (not observed)"},
		locale.Korean:  {"모든 수집 항목 (요청하지 않음)"},
	} {
		pdf, _ := render(t, s, d, lang, nil)
		text := check(t, pdf)
		for _, w := range want {
			if !strings.Contains(flat(text), flat(w)) {
				t.Errorf("%s: %q is not in the text", lang, w)
			}
		}
		if strings.Contains(text, "any_table") || strings.Contains(text, "|") {
			t.Errorf("%s: what is missing is printed as it is stored", lang)
		}
	}
}

func TestARowTallerThanAPageGoesOnOnTheNext(t *testing.T) {
	s := site(t, "a")
	d := diagnosis(s)
	var missing []string
	for i := range 900 {
		missing = append(missing, fmt.Sprintf("word%03d", i))
	}
	d.Findings[len(d.Findings)-1].Title.EN = strings.Join(missing, " ")
	pdf, _ := render(t, s, d, locale.English, nil)
	text := check(t, pdf)
	for _, w := range missing {
		if !strings.Contains(text, w) {
			t.Fatalf("%s is not in the text", w)
		}
	}
}

func TestWaiversPlanConflictsAndStatusArePrinted(t *testing.T) {
	s := site(t, "a", "b", "c")
	d := diagnosis(s)
	d.Findings[0].Waived = true
	d.Findings[0].Waiver = &rules.Waiver{Reason: "replacement ordered", Owner: "Kim", Approver: "Lee", Ticket: "T-1", Expires: "2026-12-31"}
	d.Findings[1].Status, d.Findings[2].Status = rules.StatusPersisting, rules.StatusNew
	gone := d.Findings[1]
	gone.Verdict, gone.Status = rules.NotApplicable, rules.StatusResolved
	d.Findings = append(d.Findings, gone)
	d.StaleWaivers = []rules.Waiver{{Rule: "DIV-01", Subjects: []string{"server/gone"}, Reason: "old", Owner: "Park", Approver: "Choi", Ticket: "T-2", Expires: "2026-02-01"}}
	s.Conflicts = []graph.Conflict{{Component: "network_device/d00", Attribute: "serial",
		Values: []graph.ConflictValue{{Value: "S1", Source: "snmp"}, {Value: "S2", Source: "netbox"}}}}
	r, err := reports.Build(s, d, reports.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if len(r.Plan) != 2 {
		t.Errorf("%d measures are planned, want two: nothing for what is waived", len(r.Plan))
	}
	var b bytes.Buffer
	if _, err := Write(&b, r, locale.English, nil); err != nil {
		t.Fatal(err)
	}
	text := flat(check(t, b.Bytes()))
	for _, want := range []string{"replacement ordered", "server/gone", "S2 (netbox)", "1 resolved, 1 persisting, 1 new, 0 regressed",
		"Improvement rate 50 %", "poor (waived)", "Short term", "Add a device."} {
		if !strings.Contains(text, flat(want)) {
			t.Errorf("%q is not in the text", want)
		}
	}
}

func TestTheOutlineAndTheLinksLeadToEverySheet(t *testing.T) {
	s, d := large(t, 5)
	pdf, _ := render(t, s, d, locale.Korean, engine(t))
	check(t, pdf)
	path := filepath.Join(t.TempDir(), "report.pdf")
	if err := os.WriteFile(path, pdf, 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := exec.Command(tool(t, "qpdf"), "--json=1", path).Output()
	if err != nil {
		t.Fatal(err)
	}
	type entry struct {
		Title string  `json:"title"`
		Page  int     `json:"destpageposfrom1"`
		Kids  []entry `json:"kids"`
	}
	var doc struct {
		Outlines []entry `json:"outlines"`
		Pages    []struct {
			Object string `json:"object"`
		} `json:"pages"`
		Objects map[string]json.RawMessage `json:"objects"`
	}
	if err := json.Unmarshal(out, &doc); err != nil {
		t.Fatal(err)
	}
	if len(doc.Outlines) != len(chapterNames) {
		t.Errorf("%d chapters in the outline, want %d", len(doc.Outlines), len(chapterNames))
	}
	sheets, last := 0, 0
	for _, chapter := range doc.Outlines {
		for _, e := range append([]entry{chapter}, chapter.Kids...) {
			if e.Page < last {
				t.Errorf("%q is on page %d, after page %d", e.Title, e.Page, last)
			}
			last = e.Page
			if strings.HasPrefix(e.Title, "F-") {
				sheets++
			}
		}
	}
	if sheets != 5 {
		t.Errorf("%d sheets in the outline, want 5", sheets)
	}
	isPage := map[string]bool{}
	for _, p := range doc.Pages {
		isPage[p.Object] = true
	}
	links := 0
	for _, raw := range doc.Objects {
		var page struct {
			Annots []struct {
				Dest []any  `json:"/Dest"`
				Type string `json:"/Subtype"`
			} `json:"/Annots"`
		}
		if json.Unmarshal(raw, &page) != nil {
			continue
		}
		for _, a := range page.Annots {
			links++
			if len(a.Dest) == 0 {
				t.Error("a link leads nowhere")
			} else if to, _ := a.Dest[0].(string); !isPage[to] {
				t.Errorf("a link leads to %v, which is no page", a.Dest[0])
			}
		}
	}
	// Contents, list of findings, summary and plan lead to every sheet.
	if links < 4*5+len(chapterNames) {
		t.Errorf("%d links", links)
	}
}

func TestTheFontsAreEmbedded(t *testing.T) {
	s := site(t, "a")
	pdf, _ := render(t, s, diagnosis(s), locale.Korean, nil)
	path := filepath.Join(t.TempDir(), "report.pdf")
	if err := os.WriteFile(path, pdf, 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := exec.Command(tool(t, "pdffonts"), path).Output()
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(string(out)), "\n")[2:]
	if len(lines) == 0 {
		t.Error("no fonts")
	}
	for _, l := range lines {
		f := strings.Fields(l)
		if len(f) < 5 || f[len(f)-5] != "yes" {
			t.Errorf("not embedded: %s", l)
		}
	}
}

func TestTheSameReportGivesTheSameBytes(t *testing.T) {
	s, d := large(t, 40) // enough for two children
	for _, e := range []func() *figure.Engine{func() *figure.Engine { return nil }, func() *figure.Engine { return engine(t) }} {
		one, res := render(t, s, d, locale.Korean, e())
		two, _ := render(t, s, d, locale.Korean, e())
		if !bytes.Equal(one, two) {
			t.Errorf("two prints with %d figures differ", res.Figures)
		}
	}
}

func TestWithoutFiguresTheReportIsWrittenAndSaysSo(t *testing.T) {
	s := site(t, "a", "b", "c")
	broken := filepath.Join(t.TempDir(), "gujo-layout")
	if err := os.WriteFile(broken, []byte("#!/bin/sh\nexit 1\n"), 0o700); err != nil {
		t.Fatal(err)
	}
	t.Setenv("XDG_CACHE_HOME", t.TempDir())
	e, err := figure.Start(t.Context(), broken)
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close()
	for _, c := range []struct {
		name   string
		engine *figure.Engine
		want   string
	}{{"no program", nil, "is not there"}, {"a program that breaks", e, "(gujo-layout) failed"}} {
		pdf, res := render(t, s, diagnosis(s), locale.English, c.engine)
		if res.Layout == nil || res.Missing != 4 || res.Figures != 0 {
			t.Errorf("%s: %d figures, %d missing, %v", c.name, res.Figures, res.Missing, res.Layout)
		}
		if errors.Is(res.Layout, figure.ErrNoLayout) != (c.engine == nil) {
			t.Errorf("%s: %v", c.name, res.Layout)
		}
		if text := flat(check(t, pdf)); strings.Count(text, flat(c.want)) != 4 {
			t.Errorf("%s: the report says %d times %q, want it in place of each figure", c.name, strings.Count(text, flat(c.want)), c.want)
		}
	}
}

func TestAReportOfAnotherSnapshotIsRefused(t *testing.T) {
	d := diagnosis(site(t, "a"))
	if _, err := reports.Build(site(t, "b"), d, reports.Options{}); err == nil {
		t.Error("no error")
	}
}
