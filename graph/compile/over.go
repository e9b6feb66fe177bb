package compile

import (
	"context"
	"slices"
)

// over says which ways lead over what, with nothing further failed. A component
// lies on some way between two others if it is in a block, a part that no single
// vertex holds together, on the path between them in the tree of blocks (Hopcroft
// and Tarjan). Ways from and to machines with no simple exits are searched each
// for itself.
type over struct {
	fallen []bool     // nodes that are down from the start
	blocks []blockMap // one for each tag that ways ask for
	direct [][]int32  // component → gates over it that are in no block map; nil if none are
}

// blockMap is what a search for blocks found.
type blockMap struct {
	at, of []int32   // component → its blocks: of[at[c]:at[c+1]]
	gates  [][]int32 // block → numbers of gates whose way leads through it
}

// findOver finds the ways over everything in the optimistic reading.
func (a *Analysis) findOver(ctx context.Context) (*over, error) {
	s, r := a.s, a.opt
	o := &over{fallen: make([]bool, r.net.Len())}
	for _, v := range r.state.Trail()[:r.atStart] {
		o.fallen[v] = true
	}
	closed := func(c int32) bool { return o.fallen[s.carrier(c)] }
	beside := func(c, i int32) { // gate i leads over c, whatever the blocks
		if o.direct == nil {
			o.direct = make([][]int32, len(s.kinds))
		}
		o.direct[c] = append(o.direct[c], i)
	}
	byTag := map[int32][]span{} // tag → what has to be crossed
	var tags []int32
	for i := range int32(len(r.left)) {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		g := &r.left[i]
		if o.fallen[g.node] {
			continue
		}
		from, ok := s.leaves(g.gate, closed)
		if !ok {
			for _, c := range s.between(g.gate, closed) {
				beside(c, i)
			}
			continue
		}
		tag := none
		if len(g.tags) == 1 {
			tag = g.tags[0]
		}
		if byTag[tag] == nil {
			tags = append(tags, tag)
		}
		for _, x := range from {
			byTag[tag] = append(byTag[tag], span{x, g.to, i})
		}
	}
	slices.Sort(tags)
	for _, tag := range tags {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		t := newBlocks(s, tag, closed)
		for _, x := range byTag[tag] {
			t.find(x.to)
		}
		for _, x := range byTag[tag] {
			if t.cross(x.from[len(x.from)-1], x.to, x.gate) {
				for _, c := range x.from {
					beside(c, x.gate)
				}
			}
		}
		o.blocks = append(o.blocks, t.finish())
	}
	return o, nil
}

// span is what a gate crosses: from a chain, over its last, to a part of the network.
type span struct {
	from []int32
	to   int32
	gate int32
}

// leaves gives the chains over which a gate's beginning is left for the network: its
// exits, or itself alone where it is a part of that. It tells that they cannot be
// told apart, or that the other end is no part of the network.
func (s *structure) leaves(g gate, closed func(c int32) bool) ([][]int32, bool) {
	d := s.draw
	if len(g.tags) > 1 || d.owner(g.to) != none || closed(g.to) {
		return nil, false
	}
	if d.owner(g.from) == none {
		return [][]int32{{g.from}}, !closed(g.from)
	}
	exits, ok := d.exitsOf(g.from)
	var out [][]int32
	for _, x := range exits {
		if slices.Contains(x.chain[:len(x.chain)-1], g.to) {
			return nil, false
		}
		if !slices.ContainsFunc(x.chain, func(c int32) bool {
			vlans := s.carried(c)
			return closed(c) || len(g.tags) > 0 && len(vlans) > 0 && !slices.Contains(vlans, g.tags[0])
		}) {
			out = append(out, x.chain)
		}
	}
	return out, ok
}

// each calls f with every gate that has a way over a component; it may come twice.
func (o *over) each(r *reading, c int32, f func(node int32)) {
	use := func(i int32) {
		if g := &r.left[i]; g.from != c && g.to != c {
			f(g.node)
		}
	}
	for i := range o.blocks {
		m := &o.blocks[i]
		for _, b := range m.of[m.at[c]:m.at[c+1]] {
			for _, g := range m.gates[b] {
				use(g)
			}
		}
	}
	if o.direct != nil {
		for _, g := range o.direct[c] {
			use(g)
		}
	}
}

// blocks is a search for the blocks of the network, without machines that carry
// nothing through, as far as it is open and carries a tag.
type blocks struct {
	s      *structure
	tag    int32
	closed func(c int32) bool

	order, low []int32 // component → when it was first seen, from 1; the earliest seen from below
	up         []int32 // component → the block that leads from it to the root, or none
	depth      []int32 // in blocks
	part       []int32 // where its search began
	clock      int32
	parent     []int32 // block → its vertex that is nearest to the root
	members    [][2]int32
	gates      [][]int32
	stack      []int32
	calls      []blockCall
}

type blockCall struct{ c, parent, next int32 }

func newBlocks(s *structure, tag int32, closed func(c int32) bool) *blocks {
	n := len(s.kinds)
	t := &blocks{
		s: s, tag: tag, closed: closed, order: make([]int32, n), low: make([]int32, n),
		up: make([]int32, n), depth: make([]int32, n), part: make([]int32, n),
	}
	for c := range t.up {
		t.up[c] = none
	}
	return t
}

func (t *blocks) usable(c int32) bool {
	if !t.s.draw.isVertex[c] || t.s.draw.owner(c) != none || t.closed(c) {
		return false
	}
	vlans := t.s.carried(c)
	return t.tag == none || len(vlans) == 0 || slices.Contains(vlans, t.tag)
}

func (t *blocks) enter(c, parent int32) {
	t.clock++
	t.order[c], t.low[c] = t.clock, t.clock
	t.part[c] = c
	if parent != none {
		t.part[c] = t.part[parent]
	}
	t.stack = append(t.stack, c)
	t.calls = append(t.calls, blockCall{c, parent, 0})
}

// find finds the blocks of a component's part, unless it was searched already.
func (t *blocks) find(root int32) {
	if t.order[root] != 0 {
		return
	}
	d := t.s.draw
	t.enter(root, none)
	from := len(t.parent)
	for len(t.calls) > 0 {
		call := &t.calls[len(t.calls)-1]
		c := call.c
		if edges := d.of(c); int(call.next) < len(edges) {
			o := d.edges[edges[call.next]].other(c)
			call.next++
			switch {
			case o == call.parent || !t.usable(o):
			case t.order[o] == 0:
				t.enter(o, c)
			default:
				t.low[c] = min(t.low[c], t.order[o])
			}
			continue
		}
		t.calls = t.calls[:len(t.calls)-1]
		if len(t.calls) == 0 {
			break
		}
		p := t.calls[len(t.calls)-1].c
		t.low[p] = min(t.low[p], t.low[c])
		if t.low[c] < t.order[p] {
			continue
		}
		b := int32(len(t.parent))
		t.parent = append(t.parent, p)
		t.members = append(t.members, [2]int32{p, b})
		for {
			x := t.stack[len(t.stack)-1]
			t.stack = t.stack[:len(t.stack)-1]
			t.up[x] = b
			t.members = append(t.members, [2]int32{x, b})
			if x == c {
				break
			}
		}
	}
	t.stack = t.stack[:0]
	t.gates = append(t.gates, make([][]int32, len(t.parent)-from)...)
	// Blocks nearer to the root are found later, so depths are told backwards.
	for i := len(t.members) - 1; i >= 0; i-- {
		if x, b := t.members[i][0], t.members[i][1]; int(b) >= from && x != t.parent[b] {
			t.depth[x] = t.depth[t.parent[b]] + 1
		}
	}
}

// cross notes a gate at all blocks on the path between two components, and reports
// whether there is one.
func (t *blocks) cross(x, y, gate int32) bool {
	if t.order[x] == 0 || t.order[y] == 0 || t.part[x] != t.part[y] {
		return false
	}
	use := func(b int32) { t.gates[b] = append(t.gates[b], gate) }
	for x != y {
		bx, by := t.up[x], t.up[y]
		switch {
		case bx == by && bx != none:
			use(bx)
			return true
		case by == none || bx != none && t.depth[x] >= t.depth[y]:
			use(bx)
			x = t.parent[bx]
		default:
			use(by)
			y = t.parent[by]
		}
	}
	return true
}

func (t *blocks) finish() blockMap {
	m := blockMap{at: make([]int32, len(t.order)+1), of: make([]int32, len(t.members)), gates: t.gates}
	for _, x := range t.members {
		m.at[x[0]+1]++
	}
	for c := range t.order {
		m.at[c+1] += m.at[c]
	}
	next := slices.Clone(m.at)
	for _, x := range t.members {
		m.of[next[x[0]]] = x[1]
		next[x[0]]++
	}
	return m
}
