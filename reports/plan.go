package reports

import (
	"cmp"
	"slices"
	"strings"

	"gujo/rules"
)

// Measure is something to do, with the findings that go away with it.
type Measure struct {
	Remediation rules.Remediation
	Targets     []Named  // what is to be changed
	Codes       []string // of the sheets, in their order
	Severity    rules.Severity
	Services    int // that the findings concern
}

// plan makes one measure of the findings of a rule about the same parts, and
// ranks the measures of each term by the findings that they remove.
func (b *builder) plan() {
	type draft struct {
		Measure
		sheets map[int]bool
	}
	var drafts []*draft
	at := map[string]*draft{}
	subjects := map[string][]int{} // the findings about the same subjects
	for i := range b.report.Sheets {
		key := strings.Join(b.report.Sheets[i].Finding.Subjects, "\x00")
		subjects[key] = append(subjects[key], i)
	}
	for i := range b.report.Sheets {
		f := &b.report.Sheets[i].Finding
		if f.Waived {
			continue // accepted; nothing is planned
		}
		parts := f.Cut
		if len(parts) == 0 {
			parts = f.Subjects
		}
		key := f.Rule + "\x00" + strings.Join(parts, "\x00")
		m := at[key]
		if m == nil {
			m = &draft{Measure{Remediation: f.Remediation, Targets: b.named(parts), Severity: f.Severity}, map[int]bool{}}
			at[key] = m
			drafts = append(drafts, m)
		}
		// The same count as that of the finding: those about the same subjects.
		for _, other := range subjects[strings.Join(f.Subjects, "\x00")] {
			m.sheets[other] = true
		}
	}
	for _, m := range drafts {
		services := map[string]bool{}
		for i := range b.report.Sheets {
			if m.sheets[i] {
				m.Codes = append(m.Codes, b.report.Sheets[i].Code)
				for _, s := range b.report.Sheets[i].Finding.Services {
					services[s] = true
				}
			}
		}
		m.Services = len(services)
		b.report.Plan = append(b.report.Plan, m.Measure)
	}
	terms := []string{"short", "middle", "long"}
	term := func(m Measure) int {
		if i := slices.Index(terms, m.Remediation.Term); i >= 0 {
			return i
		}
		return len(terms)
	}
	// Findings stand in the order of their severity, so the first code tells it.
	slices.SortStableFunc(b.report.Plan, func(x, y Measure) int {
		return cmp.Or(cmp.Compare(term(x), term(y)), cmp.Compare(len(y.Codes), len(x.Codes)), strings.Compare(x.Codes[0], y.Codes[0]))
	})
}
