package reports

import (
	"slices"
	"strings"

	"gujo/graph"
	"gujo/graph/compile"
	"gujo/rules"
)

// Answer answers a question about a redundancy.
type Answer string

// The answers. What was not observed is never yes.
const (
	Yes     Answer = "yes"
	No      Answer = "no"
	NotSeen Answer = "unknown"
	Idle    Answer = "not_applicable" // the question does not arise
)

// Group is a redundancy group as the inventory of redundancy lists it. A pair is
// not a proof of redundancy: the four questions are answered apart.
type Group struct {
	Named
	Technology string
	K          int // 0: not known
	KSource    graph.KSource
	Designed   int     // 0: not known
	Observed   int     // members of which more than a statement speaks
	Up         int     // members of which nothing says that they are out of service
	SeenUp     int     // those of them that were seen in service
	Members    []Named // those out of service by their membership included

	Exists    Answer // is there one more than is needed?
	Diverse   Answer // does no one thing take too many members along?
	Healthy   Answer // are as many in service as were designed?
	Exercised Answer // was a failover tested?

	Shares []Sharing // the ways in which its members could share their fate
	Codes  []string  // of the sheets about the group
}

// Questions are the four questions, in the order in which they are asked.
var Questions = []string{"exists", "diverse", "healthy", "exercised"}

// Answer gives the answer to one of [Questions].
func (g *Group) Answer(question string) Answer {
	switch question {
	case "exists":
		return g.Exists
	case "diverse":
		return g.Diverse
	case "healthy":
		return g.Healthy
	}
	return g.Exercised
}

// Statement is the target of evidence that a person said and no device.
const Statement = "inventory"

func (b *builder) groups(d *rules.Diagnosis) {
	about := map[string][]*rules.Finding{}
	for i := range d.Findings {
		if f := &d.Findings[i]; len(f.Subjects) == 1 {
			about[f.Subjects[0]] = append(about[f.Subjects[0]], f)
		}
	}
	codes := map[string][]string{}
	for _, sheets := range [][]Sheet{b.report.Sheets, b.report.Undecided, b.report.Errors} {
		for i := range sheets {
			for _, id := range sheets[i].Finding.Subjects {
				codes[id] = append(codes[id], sheets[i].Code)
			}
		}
	}
	for i := range b.view.Components {
		if b.view.Components[i].Group != nil {
			g := b.group(int32(i), about[b.view.Components[i].ID])
			g.Codes = codes[g.ID]
			b.owned(int32(i), &g)
			b.report.Groups = append(b.report.Groups, g)
		}
	}
	slices.SortStableFunc(b.report.Groups, func(x, y Group) int { return strings.Compare(x.Technology, y.Technology) })
}

// owned joins a group to the sheets that speak of it: those about the group itself,
// and those about the machine whose supplies or parts are its members. What they say
// of its members is counted as the inventory of redundancy counts it.
func (b *builder) owned(c int32, g *Group) {
	parts := map[string]bool{g.ID: true}
	owners := map[string]bool{}
	for _, m := range b.view.OutOf(c, graph.Member) {
		parts[b.view.Components[m.To].ID] = true
		if at := b.owner(m.To); at != m.To {
			owners[b.view.Components[at].ID] = true
		}
	}
	for _, i := range b.view.In(c) {
		if r := &b.view.Relations[i]; r.Type == graph.PoweredBy {
			owners[b.view.Components[r.From].ID] = true
		}
	}
	speaks := func(f *rules.Finding) bool {
		return slices.ContainsFunc(f.Proof.Relations, func(r compile.RelationRef) bool { return parts[r.From] || parts[r.To] }) ||
			slices.ContainsFunc(f.Missing, func(m rules.Missing) bool { return parts[m.Component] || parts[m.What] }) ||
			slices.ContainsFunc(f.Cut, func(id string) bool { return parts[id] })
	}
	for _, sheets := range [][]Sheet{b.report.Sheets, b.report.Undecided, b.report.Errors} {
		for i := range sheets {
			s := &sheets[i]
			f := &s.Finding
			if len(f.Subjects) != 1 || f.Subjects[0] != g.ID && !(owners[f.Subjects[0]] && speaks(f)) {
				continue
			}
			if f.Subjects[0] != g.ID {
				g.Codes = append(g.Codes, s.Code)
			}
			if f.Redundancy != nil && f.Redundancy.Designed == g.Designed {
				s.Observed, s.InService = g.Observed, g.Observed
				if !b.aboutPlaces(f) {
					s.InService = min(g.Observed, f.Redundancy.Observed)
				}
			}
		}
	}
}

func (b *builder) group(c int32, found []*rules.Finding) Group {
	comp := &b.view.Components[c]
	g := Group{Named: b.name(comp.ID), Technology: comp.Group.Technology, K: comp.Group.K, KSource: comp.Group.KSource, Designed: comp.Group.Designed}
	unseen := 0 // of those: a finding does not count them, and yet nothing says that they are out of service
	for _, r := range b.view.OutOf(c, graph.Member) {
		g.Members = append(g.Members, b.name(b.view.Components[r.To].ID))
		if b.observed(&r) {
			g.Observed++
		}
		if r.Active() && b.standing(r.To) {
			g.Up++
			if r.Strength == graph.Hard && b.seenUp(r.To) {
				g.SeenUp++
			}
			if r.Strength == graph.Hard && !b.observed(&r) {
				unseen++
			}
		}
	}
	doubt := false
	for _, f := range found {
		if f.Verdict == rules.Fail && f.Redundancy != nil && !b.aboutPlaces(f) {
			g.Up = min(g.Up, f.Redundancy.Observed+unseen)
			doubt = doubt || f.Redundancy.Observed+unseen >= f.Redundancy.Designed
		}
	}
	g.Exists = exists(&g)
	g.Healthy = NotSeen
	switch {
	case g.Up < g.Designed:
		g.Healthy = No
	case g.Designed > 0 && g.SeenUp >= g.Designed && !doubt:
		g.Healthy = Yes
	}
	g.Diverse = Idle
	if g.Exists != No {
		g.Shares = b.sharings(c)
		g.Diverse = diverse(g.Shares)
	}
	// Nothing that is read today attests a failover test.
	g.Exercised = NotSeen
	return g
}

// exists tells whether there is one more than is needed. That more were designed
// is a statement until more are seen; that no more were is known at once.
func exists(g *Group) Answer {
	need := max(g.K, 1)
	switch {
	case g.Designed > 0 && g.Designed <= need:
		return No
	case g.K > 0 && g.Observed > g.K:
		return Yes
	}
	return NotSeen
}

// aboutPlaces reports whether a finding says what members share, and not how many
// there are.
func (b *builder) aboutPlaces(f *rules.Finding) bool {
	return len(f.Cut) > 0 && !slices.ContainsFunc(f.Cut, func(id string) bool {
		at, ok := b.view.Find(id)
		if !ok {
			return true
		}
		switch b.view.Components[at].Kind {
		case graph.Rack, graph.Room, graph.Site, graph.Module, graph.PowerSource, graph.CarrierFacility, graph.Provider, graph.SharedRisk:
			return false
		}
		return true
	})
}

// collected reports whether anything of the snapshot was collected, or tried to
// be. What a drawing shows nobody observed.
func (b *builder) collected() bool { return len(b.view.Coverage)+len(b.view.Gaps) > 0 }

// observed reports whether more than a statement speaks of a member.
func (b *builder) observed(r *graph.Relation) bool {
	if r.Strength == graph.Assumed {
		return false
	}
	c := &b.view.Components[r.To]
	if c.State != graph.NotObserved || b.answered(c.ID) {
		return true
	}
	return slices.ContainsFunc(slices.Concat(r.Evidence, c.Evidence), func(ref string) bool {
		e, ok := b.view.EvidenceOf(ref)
		return ok && e.Target != Statement
	})
}

// answered reports whether a table of a component was read to its end.
func (b *builder) answered(id string) bool {
	cov, ok := b.view.CoverageOf(id)
	return ok && len(cov.Complete)+len(cov.Empty) > 0
}

// standsOn gives what c is down with: a part with its device, software with its
// machine, a cable with each of its two ends.
func (b *builder) standsOn(c int32) []graph.Relation {
	var out []graph.Relation
	for _, t := range []graph.RelationType{graph.PartOf, graph.RunsOn, graph.ServedBy, graph.BoundTo, graph.Joins} {
		if rels := b.view.OutOf(c, t); t != graph.Joins || len(rels) <= 2 {
			out = append(out, rels...)
		}
	}
	return out
}

// standing reports that nothing says that c is down.
func (b *builder) standing(c int32) bool {
	if answer, asked := b.stands[c]; asked {
		return answer
	}
	up := b.view.Components[c].State != graph.Down
	b.stands[c] = up // what stands on itself stands
	if g := b.view.Components[c].Group; g != nil {
		up = up && b.count(c, b.standing) >= max(g.K, 1)
	} else {
		up = up && !slices.ContainsFunc(b.standsOn(c), func(r graph.Relation) bool { return r.Strength == graph.Hard && !b.standing(r.To) })
	}
	b.stands[c] = up
	return up
}

// seenUp reports that something says that c is up: its state, that it answered, or
// of a cable the state of its ends.
func (b *builder) seenUp(c int32) bool {
	if answer, asked := b.sights[c]; asked {
		return answer
	}
	comp := &b.view.Components[c]
	b.sights[c] = false // nothing bears witness to itself
	up := comp.State == graph.Up || b.answered(comp.ID)
	switch {
	case comp.State == graph.Down:
		up = false
	case up:
	case comp.Group != nil:
		up = comp.Group.K > 0 && b.count(c, b.seenUp) >= comp.Group.K
	case comp.Kind == graph.Link:
		ends := b.view.OutOf(c, graph.Joins)
		up = len(ends) == 2 && !slices.ContainsFunc(ends, func(r graph.Relation) bool { return r.Strength != graph.Hard || !b.seenUp(r.To) })
	}
	b.sights[c] = up
	return up
}

// count counts the active members of a group that are as is asked.
func (b *builder) count(group int32, is func(m int32) bool) int {
	n := 0
	for _, r := range b.view.OutOf(group, graph.Member) {
		if r.Active() && is(r.To) {
			n++
		}
	}
	return n
}
