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
	b := builder{view: graph.NewView(s), describe: o.Describe, report: &Report{
		Organisation: o.Organisation, Snapshot: s.ID, Created: d.Created, Tool: d.Tool,
		Packs: d.Packs, Summary: d.Summary, Coverage: d.Coverage,
		Read: s.Coverage, Gaps: s.Gaps, Conflicts: s.Conflicts, Stale: d.StaleWaivers,
	}}
	b.sheets(d)
	b.plan()
	b.services(d)
	b.kinds()
	b.groups()
	b.rules(d)
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
}

// sheets numbers the findings in the order of the diagnosis, which has the worst
// first.
func (b *builder) sheets(d *rules.Diagnosis) {
	r := b.report
	passed := map[string]*RuleCount{}
	threats := map[string]rules.Text{}
	for _, info := range d.Rules {
		threats[info.ID] = info.Threat
	}
	for _, f := range d.Findings {
		r.Compared = r.Compared || f.Status != ""
		if f.Status == rules.StatusResolved {
			r.Resolved = append(r.Resolved, f)
		}
		sheet := Sheet{Finding: f, Subjects: b.named(f.Subjects), Services: b.named(f.Services), Stopped: b.named(f.Stopped), Cut: b.named(f.Cut), Threat: threats[f.Rule]}
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

func (b *builder) services(d *rules.Diagnosis) {
	for i := range b.view.Components {
		c := &b.view.Components[i]
		if c.Kind != graph.Service {
			continue
		}
		s := Service{Named: b.name(c.ID), Owner: c.Attrs.Text("owner"), Contact: c.Attrs.Text("contact"),
			RTO: c.Attrs.Text("rto_minutes"), RPO: c.Attrs.Text("rpo_minutes")}
		if v, ok := c.Attrs.Get("grade"); ok {
			grade, _ := v.Int64()
			s.Grade = int(grade)
		}
		singles := map[string]bool{}
		poor := false
		for _, f := range d.Findings {
			if !slices.Contains(f.Services, c.ID) && !slices.Contains(f.Subjects, c.ID) {
				continue
			}
			switch f.Verdict {
			case rules.Fail:
				s.Fails++
				poor = poor || Judge(f) == Poor
				if s.Worst == "" {
					s.Worst = f.Severity // the worst come first
				}
				// What only weakens a service is no single point of it.
				if f.Confidence == "confirmed" && len(f.Cut) == 1 && slices.Contains(f.Stopped, c.ID) {
					singles[f.Cut[0]] = true
				}
			case rules.Unknown, rules.Error:
				s.Undecided++
			}
		}
		switch {
		case poor:
			s.Judgement = Poor
		case s.Fails > 0:
			s.Judgement = Caution
		case s.Undecided > 0 || !b.modelled(int32(i)):
			s.Judgement = Unknown
		default:
			s.Judgement = Good
		}
		for id := range singles {
			s.Singles = append(s.Singles, b.name(id))
		}
		slices.SortFunc(s.Singles, func(x, y Named) int { return strings.Compare(x.ID, y.ID) })
		b.report.Services = append(b.report.Services, s)
	}
	// By grade, the highest first; ungraded ones last.
	slices.SortStableFunc(b.report.Services, func(x, y Service) int {
		rank := func(g int) int {
			if g == 0 {
				return 9
			}
			return g
		}
		return cmp.Compare(rank(x.Grade), rank(y.Grade))
	})
}

// modelled reports whether anything is known that a service needs.
func (b *builder) modelled(service int32) bool {
	return slices.ContainsFunc(b.view.Needs(service), func(r graph.Relation) bool {
		return r.Type != graph.UsedFrom && r.Strength != graph.Soft
	})
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

func (b *builder) groups() {
	for i := range b.view.Components {
		c := &b.view.Components[i]
		if c.Group == nil {
			continue
		}
		g := Group{Named: b.name(c.ID), Technology: c.Group.Technology, K: c.Group.K, KSource: c.Group.KSource, Designed: c.Group.Designed}
		for _, r := range b.view.OutOf(int32(i), graph.Member) {
			g.Members = append(g.Members, b.name(b.view.Components[r.To].ID))
			if r.Active() && b.view.Components[r.To].State != graph.Down {
				g.Up++
			}
		}
		b.report.Groups = append(b.report.Groups, g)
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
