package reports

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"gujo/rules"
)

// Measure is something to do, with the findings that go away with it.
type Measure struct {
	Code        string // M-01
	Remediation rules.Remediation
	Targets     []Named        // what is to be changed
	Codes       []string       // of the sheets that it removes, in their order
	Related     []string       // of other sheets about the same subjects, to be looked at together
	Severity    rules.Severity // of the worst of its findings
}

// plan makes one measure of the findings of a rule about the same parts, and of what
// any rule finds about the same subjects and the failure of the same parts, as
// [rules.Remediation] counts them; it ranks the measures of each term by the findings
// that they remove. What another rule finds otherwise about the same subjects has a
// remedy of its own: a second cable is no second server.
func (b *builder) plan() {
	var measures []*Measure
	at := map[string]*Measure{}
	about := map[string][]*Sheet{} // by subjects
	for i := range b.report.Sheets {
		s := &b.report.Sheets[i]
		key := strings.Join(s.Finding.Subjects, "\x00")
		about[key] = append(about[key], s)
	}
	for i := range b.report.Sheets {
		s := &b.report.Sheets[i]
		f := &s.Finding
		if f.Waived {
			continue // accepted; nothing is planned
		}
		parts := f.Cut
		if len(parts) == 0 {
			parts = f.Subjects
		}
		key := f.Rule + "\x00" + strings.Join(parts, "\x00")
		m, same := at[key], "\x00\x00"+strings.Join(f.Subjects, "\x00")+"\x01"+strings.Join(f.Cut, "\x00")
		if m == nil && len(f.Cut) > 0 {
			m = at[same]
		}
		if m == nil {
			// The worst come first.
			m = &Measure{Remediation: f.Remediation, Targets: b.named(parts), Severity: f.Severity}
			measures = append(measures, m)
			at[key] = m
		}
		if at[same] == nil {
			at[same] = m
		}
		m.Codes = append(m.Codes, s.Code)
		for _, other := range about[strings.Join(f.Subjects, "\x00")] {
			if other.Finding.Rule != f.Rule && (other.Finding.Waived || len(f.Cut) == 0 || !slices.Equal(other.Finding.Cut, f.Cut)) && !slices.Contains(m.Related, other.Code) {
				m.Related = append(m.Related, other.Code)
			}
		}
	}
	terms := []string{"short", "middle", "long"}
	term := func(m *Measure) int {
		if i := slices.Index(terms, m.Remediation.Term); i >= 0 {
			return i
		}
		return len(terms)
	}
	// Those that remove as many stay in the order of their worst findings.
	slices.SortStableFunc(measures, func(x, y *Measure) int {
		return cmp.Or(cmp.Compare(term(x), term(y)), cmp.Compare(len(y.Codes), len(x.Codes)))
	})
	by := map[string]string{}
	for i, m := range measures {
		m.Code = fmt.Sprintf("M-%02d", i+1)
		b.report.Plan = append(b.report.Plan, *m)
		for _, code := range m.Codes {
			by[code] = m.Code
		}
	}
	for i := range b.report.Sheets {
		b.report.Sheets[i].Measure = by[b.report.Sheets[i].Code]
	}
}
