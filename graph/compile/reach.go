package compile

import (
	"cmp"
	"slices"
)

// surely says for each gate whether it has a way over certain edges alone while
// what failed in a reading is shut. Only where an edge is assumed does that
// matter; gates that ask from one place are answered by one search.
func (s *structure) surely(u *reading) []bool {
	sure := make([]bool, len(s.gates))
	guessed := s.guessedParts()
	if guessed == nil {
		return sure
	}
	var asked []int32
	for g := range s.gates {
		if guessed[s.gates[g].from] {
			asked = append(asked, int32(g))
		}
	}
	together := func(x, y int32) int {
		return cmp.Or(cmp.Compare(s.gates[x].from, s.gates[y].from), slices.Compare(s.gates[x].tags, s.gates[y].tags))
	}
	slices.SortStableFunc(asked, together)
	h := s.newFlood()
	h.sure, h.shut = true, func(c int32) bool { return u.state.Failed(s.carrier(c)) }
	for i, g := range asked {
		if i == 0 || together(asked[i-1], g) != 0 {
			h.all(s.gates[g])
		}
		sure[g] = h.seen[s.gates[g].to] > h.before
	}
	return sure
}

// flood is a search over the path graph.
type flood struct {
	s      *structure
	sure   bool // over certain edges only
	shut   func(c int32) bool
	seen   []int32 // component → number of the search that saw it last
	number int32
	before int32 // searches before the present one, which takes one for each tag
	queue  []int32
}

func (s *structure) newFlood() *flood {
	return &flood{s: s, seen: make([]int32, len(s.view.Components))}
}

// all marks what is reached from where a gate asks, with any of its tags.
func (h *flood) all(g gate) {
	h.before = h.number
	for _, tag := range tagsOf(g) {
		h.from(g.from, none, tag)
	}
}

// over reports whether the target of a gate is reached.
func (h *flood) over(g gate) bool {
	return slices.ContainsFunc(tagsOf(g), func(tag int32) bool { return h.from(g.from, g.to, tag) })
}

// tagsOf makes "no tag" one search like any other.
func tagsOf(g gate) []int32 {
	if len(g.tags) == 0 {
		return []int32{none}
	}
	return g.tags
}

// from marks what is reached until the target is, as gujo/graph/fault defines a
// way: an end carries nothing through, and whether the target itself is open is
// not asked.
func (h *flood) from(src, target, tag int32) bool {
	h.number++
	s, d := h.s, h.s.draw
	h.seen[src] = h.number
	h.queue = append(h.queue[:0], src)
	for i := 0; i < len(h.queue); i++ {
		x := h.queue[i]
		if x != src && h.shut(x) {
			continue
		}
		for _, j := range d.of(x) {
			e := &d.edges[j]
			y := e.other(x)
			if h.seen[y] == h.number || h.sure && e.assumed || !d.passes(src, x, y) {
				continue
			}
			if vlans := s.carried(y); tag != none && len(vlans) > 0 && !slices.Contains(vlans, tag) {
				continue
			}
			if h.seen[y] = h.number; y == target {
				return true
			}
			h.queue = append(h.queue, y)
		}
	}
	return src == target
}

// owner gives the end that a component belongs to, or none.
func (d *drawing) owner(c int32) int32 {
	if top := d.top[c]; d.end[top] {
		return top
	}
	return none
}

// passes reports whether a way from src may go on from x to y.
func (d *drawing) passes(src, x, y int32) bool {
	home := d.owner(src)
	ox, oy := d.owner(x), d.owner(y)
	switch {
	case x == src && home == none:
		return true
	case oy == none:
		return ox == none || ox == home
	case oy == home:
		return ox == home
	}
	return ox == none || ox == home || ox == oy
}

// guessedParts marks the components in a connected part of the path graph in which
// an edge is assumed; it gives nil where there is none.
func (s *structure) guessedParts() []bool {
	d := s.draw
	var marked []bool
	var queue []int32
	add := func(c int32) {
		if !marked[c] {
			marked[c] = true
			queue = append(queue, c)
		}
	}
	for _, e := range d.edges {
		if e.assumed {
			if marked == nil {
				marked = make([]bool, len(d.top))
			}
			add(e.u)
			add(e.v)
		}
	}
	for i := 0; i < len(queue); i++ {
		for _, j := range d.of(queue[i]) {
			add(d.edges[j].other(queue[i]))
		}
	}
	return marked
}

// searchFor gives a search for the way of a gate in a reading, with nothing shut.
func (a *Analysis) searchFor(r *reading, n int32, shut map[int32]bool) *flood {
	if a.flood == nil {
		a.flood = a.s.newFlood()
	}
	a.flood.sure, a.flood.shut = r.sure[a.s.nodes[n].more], func(c int32) bool { return shut[c] }
	return a.flood
}

// parts reports whether components, shut alone, leave a gate without a way.
func (a *Analysis) parts(r *reading, n int32, components []int32) bool {
	shut := make(map[int32]bool, len(components))
	for _, c := range components {
		shut[c] = true
	}
	return !a.searchFor(r, n, shut).over(a.s.gateOf(n))
}

// cut gives a minimal set of components that, shut alone, leave a gate that has
// failed without a way; it is empty where no way ever was. Of several such sets it
// is one of those that failed first.
func (a *Analysis) cut(r *reading, n int32) []int32 {
	g := a.s.gateOf(n)
	var closed []int32 // in the order of failing
	for _, v := range r.state.Trail() {
		if v == n {
			break
		}
		if c := a.carriedBy(v); c != none && c != g.from && c != g.to {
			closed = append(closed, c)
		}
	}
	shut := map[int32]bool{}
	h := a.searchFor(r, n, shut)
	// The last of the shortest beginning that parts the ends is needed, and with it
	// the rest of the beginning is searched in the same way.
	var cut []int32
	for h.over(g) {
		lo, hi := 0, len(closed)
		for lo < hi {
			mid := (lo + hi) / 2
			for _, c := range closed[:mid] {
				shut[c] = true
			}
			if h.over(g) {
				lo = mid + 1
			} else {
				hi = mid
			}
			clear(shut)
			for _, c := range cut {
				shut[c] = true
			}
		}
		if lo == 0 {
			break // no way ever was
		}
		cut = append(cut, closed[lo-1])
		shut[closed[lo-1]] = true
		closed = closed[:lo-1]
	}
	slices.Sort(cut)
	return cut
}
