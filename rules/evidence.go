package rules

import (
	"slices"
	"strings"

	"gujo/graph"
	"gujo/graph/compile"
)

const (
	// maxEvidence bounds the excerpts that a finding carries, besides one for each
	// relation of its proof.
	maxEvidence = 20
	// maxOpen is the same of a finding that is no failure: it argues nothing, and there
	// is one about everything that somebody claims to have heard of.
	maxOpen = 8
	// maxRefs bounds how many rows of one source are weighed for them: a device may
	// claim as many neighbours as it likes, and each of them is the subject of findings.
	maxRefs = 256
	// maxEnds bounds the ends of one link of which something is quoted without a proof:
	// what else is on a segment says nothing of one that is.
	maxEnds = 4
)

// source is what supports one part of a finding, and what that part is about.
type source struct {
	refs   []string
	about  []string // names: rows that have one of them say most
	proves bool     // a relation of the proof, which nobody can retrace without a row
}

// evidence gives the excerpts behind a finding: of its subjects, of what it cuts, and of
// the relations of its proof, the nearest to the cut first. One of each comes before a
// second of any, and only what the snapshot holds, so that each can be retraced. Where
// ways are judged it ends with what was heard of the cables at a machine or a link: that
// there is no second way is seen in them. The bound holds for what comes on top of a row
// for each relation of the proof; left counts what it leaves out.
func (r *run) evidence(f *Finding) (out []FindingEvidence, left int) {
	out = []FindingEvidence{}
	if f.Verdict == Pass || f.Verdict == NotApplicable {
		return out, 0 // a pass rests on what its rule consulted; it is not argued
	}
	most := maxOpen
	if f.Verdict == Fail {
		most = maxEvidence
	}
	told := [][]graph.Evidence{}
	proves := map[int]bool{}
	for i, s := range r.sources(f) {
		told = append(told, r.telling(s))
		proves[i] = s.proves
	}
	seen := map[string]bool{}
	for depth, deeper := 0, true; deeper; depth++ {
		deeper = false
		for i, rows := range told {
			if depth >= len(rows) {
				continue
			}
			deeper = true
			e := rows[depth]
			proven := !proves[i] || depth > 0 || slices.ContainsFunc(rows, func(e graph.Evidence) bool { return seen[e.Ref] })
			if seen[e.Ref] || len(out) >= most && proven {
				continue
			}
			seen[e.Ref] = true
			_, locator, _ := strings.Cut(e.Ref, "#")
			out = append(out, FindingEvidence{Ref: e.Ref, Target: e.Target, Locator: locator, Value: e.Value, Collected: e.Collected})
		}
	}
	for _, rows := range told {
		for _, e := range rows {
			if !seen[e.Ref] {
				seen[e.Ref] = true
				left++
			}
		}
	}
	return out, left
}

// sources gives what supports a finding, in the order in which it is quoted.
func (r *run) sources(f *Finding) (out []source) {
	about := func(ids []string) {
		for _, c := range r.components(ids) {
			out = append(out, source{refs: c.Evidence, about: r.names(c.ID)})
		}
	}
	about(f.Subjects)
	about(f.Cut)
	joins := false
	for _, p := range nearest(f.Proof.Relations, f.Cut) {
		joins = joins || p.Relation == graph.Joins.String()
		out = append(out, source{r.relationEvidence(p.From, p.Relation, p.To), r.names(p.From, p.To), true})
	}
	if joins || len(f.Proof.Relations) == 0 || len(f.Proof.Paths) > 0 {
		for _, id := range f.Subjects {
			out = append(out, r.linkEnds(id)...)
		}
	}
	return out
}

// nearest gives the relations of a proof by how many of them lie between each and the
// cut; those that do not hang together with it last. Of equals the order stays.
func nearest(proof []compile.RelationRef, cut []string) []compile.RelationRef {
	at := map[string][]int{} // component → its relations
	for i, p := range proof {
		at[p.From] = append(at[p.From], i)
		at[p.To] = append(at[p.To], i)
	}
	out := make([]compile.RelationRef, 0, len(proof))
	taken := make([]bool, len(proof))
	take := func(i int) {
		taken[i] = true
		out = append(out, proof[i])
	}
	seen := map[string]bool{}
	for ring := cut; len(ring) > 0; {
		var here []int
		for _, id := range ring {
			seen[id] = true
			here = append(here, at[id]...)
		}
		ring = nil
		slices.Sort(here)
		for _, i := range slices.Compact(here) {
			if taken[i] {
				continue
			}
			take(i)
			for _, id := range []string{proof[i].From, proof[i].To} {
				if !seen[id] {
					seen[id] = true
					ring = append(ring, id)
				}
			}
		}
	}
	for i := range proof {
		if !taken[i] {
			take(i)
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
	for _, ref := range s.refs[:min(len(s.refs), maxRefs)] {
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

// linkEnds gives the evidence for the ends of the links at a component.
func (r *run) linkEnds(id string) (out []source) {
	c, ok := r.facts.Find(id)
	if !ok {
		return nil
	}
	links := []int32{c}
	own := map[int32][]int32{} // link → relations to the component's own ends
	switch l := r.facts.look(); l.kind(c) {
	case graph.NetworkDevice, graph.Server, graph.Storage:
		links = l.links(c)
		for _, end := range append(l.parts(c), c) {
			for _, i := range r.facts.In(end) {
				if rel := &r.facts.Relations[i]; rel.Type == graph.Joins {
					own[rel.From] = append(own[rel.From], i)
				}
			}
		}
	case graph.Link:
	default:
		return nil
	}
	for _, link := range links[:min(len(links), maxEvidence)] { // more would not be shown
		joins := own[link] // the component's own ends come first
		slices.Sort(joins)
		joins = joins[:min(len(joins), maxEnds)]
		lo, hi := r.facts.Out(link)
		for i := lo; i < hi && len(joins) < maxEnds; i++ {
			if r.facts.Relations[i].Type == graph.Joins && !slices.Contains(joins, i) {
				joins = append(joins, i)
			}
		}
		var ends []string
		for _, i := range joins {
			ends = append(ends, r.facts.Components[r.facts.Relations[i].To].ID)
		}
		names := r.names(ends...)
		for _, i := range joins {
			out = append(out, source{refs: r.facts.Relations[i].Evidence, about: names})
		}
	}
	return out
}
