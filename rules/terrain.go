package rules

import (
	"slices"
	"sort"

	"gujo/graph"
)

// terrain is how what carries ways hangs together: links, network devices, and the
// ports and cards of these. One depth-first walk over it answers for every component
// what falls apart without it (Hopcroft and Tarjan), so that no question walks it again.
type terrain struct {
	*facts
	at    []int32   // by component: its number in the walk; -1: it carries no way
	end   []int32   // the last number below it
	low   []int32   // the least number that what is below it reaches
	root  []int32   // the number at which the walk of its part began
	up    []int32   // from whom it was come to; -1: from nobody
	begin []int32   // the carrier at which the stretch that leads to it begins, as in between
	order []int32   // by number: the component
	kids  [][]int32 // by component, in the order of their numbers
}

// carrier reports whether ways lead over a component, whatever its state. Servers and
// what is only known by name let nothing through, nor do devices that say so.
func (f *facts) carrier(c int32) bool {
	switch comp := &f.Components[c]; comp.Kind {
	case graph.NetworkDevice:
		return !comp.Attrs.IsFalse("transit")
	case graph.Link:
		return true
	case graph.Interface, graph.Module:
		m := f.look().machine(c)
		return m == c || f.Components[m].Kind == graph.NetworkDevice
	}
	return false
}

// cabling are the relations that a way leads along.
func cabling(t graph.RelationType) bool {
	return t == graph.Joins || t == graph.PartOf || t == graph.AttachedTo
}

func newTerrain(f *facts, carries func(c int32) bool) *terrain {
	n := len(f.Components)
	t := &terrain{facts: f, at: make([]int32, n), end: make([]int32, n), low: make([]int32, n), root: make([]int32, n), up: make([]int32, n), kids: make([][]int32, n)}
	carry := make([]bool, n)
	for c := range n {
		carry[c] = carries(int32(c))
		t.at[c], t.up[c] = -1, -1
	}
	next := make([][]int32, n)
	for i := range f.Relations {
		if r := &f.Relations[i]; cabling(r.Type) && carry[r.From] && carry[r.To] {
			next[r.From] = append(next[r.From], r.To)
			next[r.To] = append(next[r.To], r.From)
		}
	}
	enter := func(c, from, root int32) {
		t.at[c] = int32(len(t.order))
		t.low[c], t.up[c] = t.at[c], from
		t.root[c] = root
		t.order = append(t.order, c)
		if from >= 0 {
			t.kids[from] = append(t.kids[from], c)
		}
	}
	for start := range int32(n) {
		if !carry[start] || t.at[start] >= 0 {
			continue
		}
		root := int32(len(t.order))
		enter(start, -1, root)
		for stack := []int32{start}; len(stack) > 0; {
			c := stack[len(stack)-1]
			if len(next[c]) > 0 {
				o := next[c][0]
				next[c] = next[c][1:]
				if t.at[o] < 0 {
					enter(o, c, root)
					stack = append(stack, o)
				} else if o != t.up[c] {
					t.low[c] = min(t.low[c], t.at[o])
				}
				continue
			}
			t.end[c] = int32(len(t.order)) - 1
			stack = stack[:len(stack)-1]
			if p := t.up[c]; p >= 0 {
				t.low[p] = min(t.low[p], t.low[c])
			}
		}
	}
	t.begin = make([]int32, n)
	for _, c := range t.order {
		if t.begin[c] = c; t.up[c] >= 0 && t.low[c] < t.at[t.up[c]] {
			t.begin[c] = t.begin[t.up[c]]
		}
	}
	return t
}

// piece says in which piece a carrier lies when another, or none (-1), is taken away:
// two carriers are joined if their pieces have the same number.
func (t *terrain) piece(c, without int32) int32 {
	if without >= 0 && t.at[without] >= 0 && t.at[without] < t.at[c] && t.at[c] <= t.end[without] {
		kids := t.kids[without]
		i := sort.Search(len(kids), func(i int) bool { return t.at[kids[i]] > t.at[c] }) - 1
		if t.low[kids[i]] >= t.at[without] {
			return t.at[kids[i]]
		}
	}
	return -1 - t.root[c]
}

// beside gives the carriers that a place hangs on when another component is taken
// away: its own, and those of the host that it runs on.
func (t *terrain) beside(place, without int32) (out []int32) {
	if place < 0 || place == without {
		return nil
	}
	seen := map[int32]bool{place: true}
	queue := []int32{place}
	step := func(rel *graph.Relation, to int32, outward bool) {
		if to == without || seen[to] || t.Components[to].State == graph.Down && t.at[to] < 0 {
			return
		}
		kind := t.Components[to].Kind
		switch {
		case outward && (rel.Type == graph.RunsOn || rel.Type == graph.Member):
		case cabling(rel.Type) && t.at[to] >= 0:
			seen[to] = true
			out = append(out, to)
			return
		case rel.Type == graph.PartOf && (kind == graph.Interface || kind == graph.Module):
		case rel.Type == graph.AttachedTo && outward && kind == graph.Subnet:
			for _, i := range t.In(to) {
				if r := &t.Relations[i]; r.Type == graph.InSubnet && t.at[r.From] >= 0 && r.From != without {
					out = append(out, r.From)
				}
			}
			return
		default:
			return
		}
		seen[to] = true
		queue = append(queue, to)
	}
	if t.at[place] >= 0 {
		return []int32{place}
	}
	for ; len(queue) > 0; queue = queue[1:] {
		c := queue[0]
		lo, hi := t.Out(c)
		for i := lo; i < hi; i++ {
			step(&t.Relations[i], t.Relations[i].To, true)
		}
		for _, i := range t.In(c) {
			step(&t.Relations[i], t.Relations[i].From, false)
		}
	}
	return out
}

// pieces gives the pieces that a place hangs on when a component is taken away, each once.
func (t *terrain) pieces(place, without int32) (out []int32) {
	for _, c := range t.beside(place, without) {
		out = append(out, t.piece(c, without))
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// between marks the stretches over which a way between two carriers can lead, by the
// carriers that they begin at. A stretch is what no single carrier parts (a block).
func (t *terrain) between(x, y int32, on map[int32]bool) {
	if t.root[x] != t.root[y] {
		return
	}
	for x != y {
		if t.at[x] < t.at[y] {
			x, y = y, x
		}
		on[t.begin[x]] = true
		x = t.up[x]
	}
}

// tops reports whether one of these stretches hangs on a carrier: it is then part of it.
func (t *terrain) tops(c int32, on map[int32]bool) bool {
	return slices.ContainsFunc(t.kids[c], func(k int32) bool { return t.begin[k] == k && on[k] })
}
