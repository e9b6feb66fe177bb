package pdf

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"golang.org/x/text/unicode/norm"

	"gujo/graph"
	"gujo/reports"
	"gujo/reports/locale"
	"gujo/rules"
)

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
	if got := r.Services[0].Singles; len(got) != 0 {
		t.Errorf("the single points of the petitions are %v, and nothing stops them in the graph", got)
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
