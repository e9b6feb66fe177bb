package reports

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"gujo/graph"
	"gujo/rules"
)

// Build puts a report together. The diagnosis must be of the snapshot.
func Build(s *graph.Snapshot, d *rules.Diagnosis, o Options) (*Report, error) {
	if d.Snapshot != s.ID {
		return nil, fmt.Errorf("report: the diagnosis is of snapshot %.12s, not of %.12s", d.Snapshot, s.ID)
	}
	b := builder{view: graph.NewView(s), describe: o.Describe, stands: map[int32]bool{}, sights: map[int32]bool{}, report: &Report{
		Organisation: o.Organisation, Snapshot: s.ID, Created: d.Created, Tool: d.Tool,
		Packs: d.Packs, Summary: d.Summary, Coverage: d.Coverage,
		Read: s.Coverage, Gaps: s.Gaps, Conflicts: s.Conflicts, Stale: d.StaleWaivers, Lapsed: d.LapsedWaivers,
	}}
	findings, err := b.ranked(d)
	if err != nil {
		return nil, err
	}
	b.report.Collected = b.collected()
	b.sheets(d, findings)
	b.plan()
	if err := b.services(d); err != nil {
		return nil, err
	}
	b.kinds()
	b.groups(d)
	b.rules(d)
	b.areas(d)
	b.evidence()
	b.report.Topology = b.topology()
	return b.report, nil
}

type builder struct {
	view     *graph.View
	report   *Report
	links    []cable
	byEnd    map[int32][]int // links by their ends
	describe func(locator, value string) (object, meaning string)
	stands   map[int32]bool // what nothing says is down, as far as it was asked
	sights   map[int32]bool // what was seen up, as far as it was asked
}

// sheets numbers the findings, the worst first.
func (b *builder) sheets(d *rules.Diagnosis, findings []rules.Finding) {
	r := b.report
	passed := map[string]*RuleCount{}
	threats := map[string]rules.Text{}
	for _, info := range d.Rules {
		threats[info.ID] = info.Threat
	}
	for _, f := range findings {
		r.Compared = r.Compared || f.Status != ""
		if f.Status == rules.StatusResolved {
			r.Resolved = append(r.Resolved, f)
		}
		sheet := Sheet{Finding: f, Subjects: b.named(f.Subjects), Services: b.named(f.Services), Stopped: b.named(f.Stopped), Cut: b.named(f.Cut), Threat: threats[f.Rule]}
		if f.Redundancy != nil {
			sheet.Observed, sheet.InService = f.Redundancy.Observed, f.Redundancy.Observed
		}
		switch f.Verdict {
		case rules.Fail:
			sheet.Code = fmt.Sprintf("F-%03d", len(r.Sheets)+1)
			sheet.Claims, sheet.Others = b.claims(f)
			sheet.Figure = b.neighbourhood(f)
			r.Sheets = append(r.Sheets, sheet)
			if f.Waived {
				r.Waived = append(r.Waived, sheet)
			}
		case rules.Unknown:
			sheet.Code = fmt.Sprintf("U-%03d", len(r.Undecided)+1)
			r.Undecided = append(r.Undecided, sheet)
		case rules.Error:
			sheet.Code = fmt.Sprintf("E-%03d", len(r.Errors)+1)
			r.Errors = append(r.Errors, sheet)
		case rules.Pass:
			if passed[f.Rule] == nil {
				passed[f.Rule] = &RuleCount{Rule: f.Rule, Title: f.Title}
			}
			passed[f.Rule].Passed++
		}
	}
	for _, c := range passed {
		r.Passed = append(r.Passed, *c)
	}
	slices.SortFunc(r.Passed, func(x, y RuleCount) int { return strings.Compare(x.Rule, y.Rule) })
}

func (b *builder) kinds() {
	count := map[graph.Kind]*KindCount{}
	for i := range b.view.Components {
		c := &b.view.Components[i]
		if count[c.Kind] == nil {
			count[c.Kind] = &KindCount{Kind: c.Kind}
		}
		count[c.Kind].Count++
		if c.State == graph.Down {
			count[c.Kind].Down++
		}
	}
	for _, k := range graph.Kinds() {
		if count[k] != nil {
			b.report.Kinds = append(b.report.Kinds, *count[k])
		}
	}
}

// rules lists the rules that were run, with criterion and citations.
func (b *builder) rules(d *rules.Diagnosis) {
	seen := map[string]bool{}
	for _, r := range d.Rules {
		seen[r.ID] = true
		b.report.Rules = append(b.report.Rules, RuleUsed{r.ID, r.Version, r.Title, r.Purpose, r.Criterion, r.References})
	}
	for _, f := range d.Findings { // a diagnosis of another program may list findings alone
		if !seen[f.Rule] {
			seen[f.Rule] = true
			b.report.Rules = append(b.report.Rules, RuleUsed{f.Rule, f.RuleVersion, f.Title, rules.Text{}, f.Criterion, f.References})
		}
	}
	slices.SortFunc(b.report.Rules, func(x, y RuleUsed) int { return strings.Compare(x.Rule, y.Rule) })
}

// evidence lists the entries of bundles that the sheets cite, with how often.
func (b *builder) evidence() {
	entries := map[string]*Entry{}
	cited := map[string]bool{}
	cite := func(e rules.FindingEvidence) {
		if e.Ref == "" || cited[e.Ref] {
			return
		}
		cited[e.Ref] = true
		digest, _, _ := strings.Cut(strings.TrimPrefix(e.Ref, "sha256:"), "#")
		if entries[digest] == nil {
			entries[digest] = &Entry{Digest: digest, Target: e.Target, Collected: e.Collected}
		}
		entries[digest].Cited++
	}
	for _, sheets := range [][]Sheet{b.report.Sheets, b.report.Undecided} {
		for _, s := range sheets {
			for _, c := range s.Claims {
				for _, e := range c.Evidence {
					cite(e.FindingEvidence)
				}
			}
			for _, e := range s.Finding.Evidence {
				cite(e)
			}
		}
	}
	for _, e := range entries {
		b.report.Evidence = append(b.report.Evidence, *e)
	}
	slices.SortFunc(b.report.Evidence, func(x, y Entry) int {
		return cmp.Or(strings.Compare(x.Target, y.Target), strings.Compare(x.Digest, y.Digest))
	})
}

func (b *builder) named(ids []string) []Named {
	out := make([]Named, 0, len(ids))
	for _, id := range ids {
		out = append(out, b.name(id))
	}
	return out
}

// name gives what people call a component, in both languages.
func (b *builder) name(id string) Named {
	at, ok := b.view.Find(id)
	if !ok {
		return Named{ID: id, Name: rules.Text{KO: id, EN: id}}
	}
	c := &b.view.Components[at]
	n := Named{ID: id, Kind: c.Kind}
	own := c.Name
	if own == "" {
		_, own, _ = strings.Cut(id, "/")
	}
	// An interface alone says little.
	if c.Kind == graph.Interface || c.Kind == graph.Module || c.Kind == graph.PowerSupply {
		_, own, _ = strings.Cut(id, "/")
	}
	n.Name = rules.Text{KO: cmp.Or(c.Attrs.Text("name_ko"), own), EN: cmp.Or(c.Attrs.Text("name_en"), own)}
	return n
}
