package rules

import (
	"slices"

	"gujo/graph"
)

// What rules ask about the places where things stand.

// places gives the racks, rooms or sites that c stands in; a guest stands where its host stands.
func (l *look) places(c int32, kind graph.Kind) []int32 { return l.placesBy(c, kind, graph.Soft) }

// firmPlaces gives those in which it stands without any part of that being only assumed.
func (l *look) firmPlaces(c int32, kind graph.Kind) []int32 { return l.placesBy(c, kind, graph.Hard) }

func (l *look) placesBy(c int32, kind graph.Kind, weakest graph.Strength) []int32 {
	var out []int32
	seen := map[int32]bool{}
	at := func(c int32, types ...graph.RelationType) (out []int32) {
		lo, hi := l.Out(c)
		for i := lo; i < hi; i++ {
			if r := &l.Relations[i]; slices.Contains(types, r.Type) && r.Strength <= weakest {
				l.mark(i)
				out = append(out, r.To)
			}
		}
		return out
	}
	var walk func(c int32, depth int)
	walk = func(c int32, depth int) {
		if seen[c] || depth > maxDepth {
			return
		}
		seen[c] = true
		if l.kind(c) == kind {
			out = append(out, c)
		}
		in := at(c, graph.LocatedIn)
		if len(in) == 0 {
			in = at(c, graph.PartOf, graph.RunsOn)
		}
		for _, p := range in {
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
// that fewer than it needs remain without it.
func (l *look) shared(group int32, kind graph.Kind) []int32 {
	ms := l.machines(l.live(group))
	in := map[int32]int{}
	for _, m := range ms {
		for _, p := range l.places(m, kind) {
			in[p]++
		}
	}
	var out []int32
	for p, n := range in {
		if len(ms)-n < l.neededOf(group) {
			out = append(out, p)
		}
	}
	slices.Sort(out)
	return out
}
