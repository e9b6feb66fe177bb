package rules

import (
	"slices"
	"strings"

	"gujo/graph"
	"gujo/graph/compile"
)

// maxEvidence bounds the excerpts that a finding carries.
const maxEvidence = 20

// source is what supports one part of a finding, and what that part is about.
type source struct {
	refs  []string
	about []string // names: rows that have one of them say most
}

// evidence gives the excerpts behind a finding: of its subjects, of the relations
// of its proof, and of what it cuts. One of each comes before a second of any,
// and only what the snapshot holds, so that each can be retraced. Where ways are
// judged it ends with what was heard of the cables at a machine or a link: that
// there is no second way is seen in them.
func (r *run) evidence(f *Finding) []FindingEvidence {
	out := []FindingEvidence{}
	if f.Verdict == Pass || f.Verdict == NotApplicable {
		return out // a pass rests on what its rule consulted; it is not argued
	}
	var sources []source
	for _, c := range r.components(f.Subjects) {
		sources = append(sources, source{c.Evidence, r.names(c.ID)})
	}
	ways := len(f.Proof.Relations) == 0 || len(f.Proof.Paths) > 0 ||
		slices.ContainsFunc(f.Proof.Relations, func(p compile.RelationRef) bool { return p.Relation == graph.Joins.String() })
	for _, p := range f.Proof.Relations[:min(len(f.Proof.Relations), maxEvidence)] {
		sources = append(sources, source{r.relationEvidence(p.From, p.Relation, p.To), r.names(p.From, p.To)})
	}
	for _, c := range r.components(f.Cut) {
		sources = append(sources, source{c.Evidence, r.names(c.ID)})
	}
	if ways {
		for _, id := range f.Subjects {
			sources = append(sources, r.cabling(id)...)
		}
	}
	told := make([][]graph.Evidence, len(sources))
	for i, s := range sources {
		told[i] = r.telling(s)
	}
	seen := map[string]bool{}
	for depth := 0; len(out) < maxEvidence; depth++ {
		deeper := false
		for _, rows := range told {
			if depth >= len(rows) {
				continue
			}
			deeper = true
			e := rows[depth]
			if seen[e.Ref] || len(out) == maxEvidence {
				continue
			}
			seen[e.Ref] = true
			_, locator, _ := strings.Cut(e.Ref, "#")
			out = append(out, FindingEvidence{Ref: e.Ref, Target: e.Target, Locator: locator, Value: e.Value, Collected: e.Collected})
		}
		if !deeper {
			break
		}
	}
	return out
}

// states are columns that say what a thing is or how it does: a reader understands
// these without their neighbours in the table.
var states = []string{
	"1.3.6.1.2.1.47.1.1.1.1.5",        // entPhysicalClass
	"1.3.6.1.2.1.131.1.1.1.3",         // entStateOper
	"1.3.6.1.2.1.2.2.1.8",             // ifOperStatus
	"1.3.6.1.2.1.68.1.3.1.3",          // vrrpOperState
	"1.3.6.1.2.1.207.1.1.1.1.6",       // vrrpv3OperationsStatus
	"1.3.6.1.4.1.9.9.106.1.2.1.1.15",  // cHsrpGrpStandbyState
	"1.3.6.1.4.1.9.9.13.1.5.1.3",      // ciscoEnvMonSupplyState
	"1.3.6.1.4.1.9.9.117.1.1.2.1.2",   // cefcFRUPowerOperStatus
	"1.2.840.10006.300.43.1.2.1.1.21", // dot3adAggPortActorOperState
}

// telling gives the rows of a source, those first that name what it is about, then
// those that say a class or a state. The rest is left out where there are such.
func (r *run) telling(s source) []graph.Evidence {
	var rows [5][]graph.Evidence
	for _, ref := range s.refs {
		e, ok := r.facts.EvidenceOf(ref)
		if !ok {
			continue
		}
		_, locator, _ := strings.Cut(ref, "#")
		rank := 3
		switch {
		case slices.Contains(s.about, e.Value):
			rank = 0
		case slices.ContainsFunc(s.about, func(n string) bool { return len(n) > 2 && strings.Contains(e.Value, n) }):
			rank = 1
		case slices.ContainsFunc(states, func(column string) bool { return strings.HasPrefix(locator, column+".") }):
			rank = 2
		case e.Value == "":
			rank = 4
		}
		rows[rank] = append(rows[rank], e)
	}
	if best := slices.Concat(rows[0], rows[1], rows[2]); len(best) > 0 {
		return best
	}
	return slices.Concat(rows[3], rows[4])
}

// names gives what evidence may call these components and their machines; of a
// link, those at its ends.
func (r *run) names(ids ...string) (out []string) {
	l := r.facts.look()
	at := r.indexes(ids)
	for _, c := range at {
		if l.kind(c) == graph.Link {
			at = append(at, l.needs(c, graph.Joins)...)
		}
	}
	for _, c := range at {
		for _, at := range []int32{c, l.machine(c)} {
			comp := &r.facts.Components[at]
			_, own, _ := strings.Cut(comp.ID, "/")
			out = append(out, own, comp.Name)
			if _, part, ok := strings.Cut(own, ":"); ok {
				out = append(out, part)
			}
		}
	}
	slices.Sort(out)
	return slices.DeleteFunc(slices.Compact(out), func(n string) bool { return n == "" })
}

func (r *run) relationEvidence(from, relation, to string) []string {
	c, ok := r.facts.Find(from)
	if !ok {
		return nil
	}
	t, err := graph.ParseRelationType(relation)
	if err != nil {
		return nil
	}
	for _, rel := range r.facts.OutOf(c, t) {
		if r.facts.Components[rel.To].ID == to {
			return rel.Evidence
		}
	}
	return nil
}

// cabling gives the evidence for the ends of the links at a component.
func (r *run) cabling(id string) (out []source) {
	c, ok := r.facts.Find(id)
	if !ok {
		return nil
	}
	links := []int32{c}
	switch l := r.facts.look(); l.kind(c) {
	case graph.NetworkDevice, graph.Server, graph.Storage:
		links = l.links(c)
	case graph.Link:
	default:
		return nil
	}
	for _, link := range links[:min(len(links), maxEvidence)] { // more would not be shown
		// A segment may have as many ends as a device claims: the component's own
		// come first, and of the others no more than would be shown.
		joins := slices.Clone(r.facts.OutOf(link, graph.Joins))
		slices.SortStableFunc(joins, func(x, y graph.Relation) int {
			own := func(j graph.Relation) int {
				if r.facts.look().machine(j.To) == c {
					return 0
				}
				return 1
			}
			return own(x) - own(y)
		})
		joins = joins[:min(len(joins), maxEvidence)]
		var ends []string
		for _, j := range joins {
			ends = append(ends, r.facts.Components[j.To].ID)
		}
		names := r.names(ends...)
		for _, j := range joins {
			out = append(out, source{j.Evidence, names})
		}
	}
	return out
}
