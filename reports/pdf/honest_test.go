package pdf

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"syscall"
	"testing"

	"gujo/graph"
	"gujo/graph/exchange"
	"gujo/reports"
	"gujo/reports/locale"
	"gujo/rules"
)

func handedIn(t testing.TB, text string) *graph.Snapshot {
	s, err := exchange.ReadYAML("graph", []byte("created: 2026-01-02T03:04:05Z\n"+text))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestAGroupWhoseTechnologyNobodyKnowsHasAHeading(t *testing.T) {
	s := handedIn(t, `
components:
  - {component: redundancy_group/g, kind: redundancy_group, k: 1, designed: 2}
  - {component: server/a, kind: server}
relations:
  - {relation: member, from: redundancy_group/g, to: server/a}
`)
	for lang, want := range map[locale.Lang]string{locale.Korean: "기술 미상", locale.English: "Technology unknown"} {
		pdf, res := render(t, s, judgedBy(t, s), lang, nil)
		text := check(t, pdf)
		if strings.Contains(text, "□") || res.Dropped != 0 {
			t.Errorf("%s: %d characters are said to be missing from the fonts", lang, res.Dropped)
		}
		if !strings.Contains(flat(text), flat(want)) {
			t.Errorf("%s: %q is not in the text", lang, want)
		}
	}
}

func TestTheMethodIsThatByWhichTheGraphCame(t *testing.T) {
	var none graph.Builder
	empty, err := none.Build(site(t).Created)
	if err != nil {
		t.Fatal(err)
	}
	const asked, given, network, nothing = "The targets were asked read-only", "handed in as a graph", "the network itself was diagnosed", "Nothing is claimed."
	for _, c := range []struct {
		name      string
		s         *graph.Snapshot
		says, not []string
	}{
		{"read from devices", pairs(t, 1), []string{asked, network, "targets were read", "gujo explain FINGERPRINT"}, []string{given, nothing}},
		{"handed in", handedIn(t, "components:\n  - {component: server/a, kind: server}\n  - {component: server/b, kind: server}\n"),
			[]string{given, network, "gujo explain FINGERPRINT"}, []string{asked, nothing, "0 of 0"}},
		{"nothing at all", empty, []string{"no structure was handed in", nothing}, []string{asked, given, network, "0 of 0"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			pdf, _ := render(t, c.s, judgedBy(t, c.s), locale.English, nil)
			text := flat(check(t, pdf))
			for _, want := range c.says {
				if !strings.Contains(text, flat(want)) {
					t.Errorf("%q is not in the text", want)
				}
			}
			for _, wrong := range c.not {
				if strings.Contains(text, flat(wrong)) {
					t.Errorf("%q is in the text", wrong)
				}
			}
		})
	}
}

func TestASheetPrintsWhatWasObservedAndWhatIsInService(t *testing.T) {
	s, one := pairs(t, 1), 1
	d := &rules.Diagnosis{Snapshot: s.ID, Created: diagnosis(s).Created, Findings: []rules.Finding{{Rule: "SPOF-NET-03", Verdict: rules.Fail,
		Severity: rules.High, Subjects: []string{"redundancy_group/g00"}, Redundancy: &rules.Redundancy{K: &one, Designed: 2, Observed: 1}}}}
	pdf, _ := render(t, s, d, locale.English, nil)
	if text := flat(check(t, pdf)); !strings.Contains(text, flat("needed 1, designed 2, observed 2, in service 1")) {
		t.Error("the sheet does not tell the observed from those in service")
	}
}

// full is a disk that takes no more.
type full struct{}

func (full) Write([]byte) (int, error) {
	return 0, &fs.PathError{Op: "write", Path: ".temp", Err: syscall.ENOSPC}
}

func TestAFullDiskIsToldByItsWriterAlone(t *testing.T) {
	s := site(t)
	r, err := reports.Build(s, diagnosis(s), reports.Options{})
	if err != nil {
		t.Fatal(err)
	}
	_, err = Write(full{}, r, locale.English, nil)
	if !errors.Is(err, syscall.ENOSPC) || err.Error() != (&fs.PathError{Op: "write", Path: ".temp", Err: syscall.ENOSPC}).Error() {
		t.Errorf("%v, want what the writer said and nothing else", err)
	}
}

func TestNoPageBeginsWithATableOfOneRow(t *testing.T) {
	printer, err := locale.New(locale.English)
	if err != nil {
		t.Fatal(err)
	}
	letters, err := newAlphabet()
	if err != nil {
		t.Fatal(err)
	}
	// Wherever the page ends in the table, its last two rows are on one page.
	for from := range 8 {
		d := &document{print: printer, report: &reports.Report{}, letters: letters, pages: map[string]int{}, links: map[string]int{}, lines: map[lineKey][]string{}}
		if err := d.begin(site(t).Created); err != nil {
			t.Fatal(err)
		}
		d.addPage()
		d.y = bottom - 60 + float64(from)
		var rows [][]cell
		for i := range 8 {
			rows = append(rows, []cell{plain(fmt.Sprintf("row %d", i)), plain("x")})
		}
		d.table([]column{{title: "a", share: 1}, {title: "b", share: 1}}, rows)
		text := check(t, output(t, d))
		pages := strings.Split(text, "\f")
		if last := strings.Count(pages[d.page-1], "row "); d.page > 1 && last < 2 {
			t.Errorf("from %d mm above the foot: %d row on the last page", 60-from, last)
		}
	}
}

func output(t testing.TB, d *document) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := d.pdf.Output(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}
