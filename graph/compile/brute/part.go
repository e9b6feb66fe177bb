package brute

import (
	"slices"

	"gujo/graph"
)

// Part is a part of a graph that is said to fail by itself: relations and closed ways.
type Part struct {
	Relations []PartRelation
	Ways      []PartWay
}

// PartRelation is a relation by the IDs of its ends.
type PartRelation struct {
	From string
	Type string
	To   string
}

// PartWay is a pair of places with what closes every way between them.
type PartWay struct {
	From, To string
	Cut      []string
}

// Stops reports whether a part alone stops a component once the named ones have
// failed: every relation that is not in it holds, a membership also where it is out
// of service, and every way is open but those that its cuts close.
func Stops(s *graph.Snapshot, failed []string, designed, pessimistic bool, p Part, top string) bool {
	m := newModel(s, designed)
	comps, ends := m.split(m.find(failed))
	w := &world{m: m, failed: m.seenDown(), ends: map[int]bool{}, part: &part{in: map[PartRelation]bool{}, ways: p.Ways}}
	for _, x := range comps {
		w.failed[x] = true
	}
	for _, e := range ends {
		w.ends[e] = true
	}
	for _, r := range p.Relations {
		w.part.in[r] = true
	}
	if pessimistic {
		w.picture = m.world(nil, nil, nil)
	}
	x, ok := s.Find(top)
	return ok && !w.settle(false).isUp(int(x))
}

// part is what a world is narrowed to.
type part struct {
	in   map[PartRelation]bool
	ways []PartWay
}

// leaves reports whether a relation lies outside of the part that is looked at.
func (w *world) leaves(from, to int, t graph.RelationType) bool {
	return w.part != nil && !w.part.in[PartRelation{w.m.id(from), t.String(), w.m.id(to)}]
}

// partOpen reports whether a way is open but for the cuts of the part that close it.
func (w *world) partOpen(a, b place, weak bool) bool {
	for _, p := range w.part.ways {
		if p.From != w.m.id(a.self) || p.To != w.m.id(b.self) {
			continue
		}
		shut := map[int]bool{}
		for _, id := range p.Cut {
			x, ok := w.m.s.Find(id)
			if ok && !w.carries(int(x)) {
				shut[int(x)] = true
			}
		}
		if len(shut) == len(p.Cut) && !w.m.leadsOver(a, b, weak, func(x int) bool { return !shut[x] }) {
			return false
		}
	}
	return true
}

// without gives the part without one of its relations, ways, or members of a cut:
// the i-th in this order; false after the last.
func (p Part) without(i int) (Part, bool) {
	if i < len(p.Relations) {
		return Part{slices.Delete(slices.Clone(p.Relations), i, i+1), p.Ways}, true
	}
	if i -= len(p.Relations); i < len(p.Ways) {
		return Part{p.Relations, slices.Delete(slices.Clone(p.Ways), i, i+1)}, true
	}
	i -= len(p.Ways)
	for n, way := range p.Ways {
		if i < len(way.Cut) {
			less := slices.Clone(p.Ways)
			less[n].Cut = slices.Delete(slices.Clone(way.Cut), i, i+1)
			return Part{p.Relations, less}, true
		}
		i -= len(way.Cut)
	}
	return Part{}, false
}

// Smaller gives the parts that stop a component as well, though a relation, a way or
// a member of a cut is left out: none where the part is minimal.
func Smaller(s *graph.Snapshot, failed []string, designed, pessimistic bool, p Part, top string) []Part {
	var list []Part
	for i := 0; ; i++ {
		less, ok := p.without(i)
		if !ok {
			return list
		}
		if Stops(s, failed, designed, pessimistic, less, top) {
			list = append(list, less)
		}
	}
}
