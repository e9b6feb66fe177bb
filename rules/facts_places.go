package rules

import (
	"slices"

	"gujo/graph"
)

// What rules ask about the places where things stand.

// places gives the racks, rooms or sites that c stands in; a guest stands where its host stands.
func (l *look) places(c int32, kind graph.Kind) []int32 {
	var out []int32
	seen := map[int32]bool{}
	var walk func(c int32, depth int)
	walk = func(c int32, depth int) {
		if seen[c] || depth > maxDepth {
			return
		}
		seen[c] = true
		if l.kind(c) == kind {
			out = append(out, c)
		}
		at := l.needs(c, graph.LocatedIn)
		if len(at) == 0 {
			at = slices.Concat(l.needs(c, graph.PartOf), l.needs(c, graph.RunsOn))
		}
		for _, p := range at {
			if l.kind(p) != graph.RedundancyGroup { // a cluster stands in several places
				walk(p, depth+1)
			}
		}
	}
	walk(c, 0)
	slices.Sort(out)
	return out
}

// shared gives the places of a kind that hold so many of a group's live machines
// that fewer than k remain without it.
func (l *look) shared(group int32, kind graph.Kind) []int32 {
	ms := l.machines(l.live(group))
	k := 1
	if g := l.Components[group].Group; g != nil {
		k = max(g.K, 1)
	}
	in := map[int32]int{}
	for _, m := range ms {
		for _, p := range l.places(m, kind) {
			in[p]++
		}
	}
	var out []int32
	for p, n := range in {
		if len(ms)-n < k {
			out = append(out, p)
		}
	}
	slices.Sort(out)
	return out
}
