package brute

import (
	"cmp"
	"slices"
	"strings"

	"gujo/graph"
)

// sawDown reports whether something below a component was observed down: what it
// hangs on through needs and members, and what would lie on a way were all up.
func (m *model) sawDown(x int) (saw bool) {
	visited := map[*formula]bool{}
	todo := []*formula{m.isUp(x)}
	for len(todo) > 0 {
		next := todo
		todo = nil
		m.walk(next, everything, func(f *formula) {
			if visited[f] {
				return
			}
			visited[f] = true
			switch f.op {
			case sound:
				saw = saw || m.comp(f.comp).State == graph.Down && !m.designed
			case kOfN:
				for _, member := range f.members {
					saw = saw || !m.active(member)
				}
			case onPath:
				for _, y := range m.onWays(f.a, f.b, func(int) bool { return true }) {
					todo = append(todo, m.carry[y].body)
				}
			}
		})
	}
	return saw
}

// noWay gives the places between which no way is known, in that part of what a
// component hangs on that does not hold.
func (w *world) noWay(x int) (ways []Way) {
	seen := map[*variable]bool{}
	var step func(f *formula)
	step = func(f *formula) {
		if w.holds(f) {
			return
		}
		if f.op == onPath {
			ways = append(ways, Way{w.m.id(f.a.self), w.m.id(f.b.self)})
		}
		if f.op == ref && !seen[f.to] {
			seen[f.to] = true
			step(f.to.body)
		}
		for _, k := range f.kids {
			step(k)
		}
	}
	step(w.m.isUp(x))
	slices.SortFunc(ways, func(a, b Way) int {
		return cmp.Or(strings.Compare(a.From, b.From), strings.Compare(a.To, b.To))
	})
	return slices.Compact(ways)
}
