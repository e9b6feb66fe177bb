package compile

import (
	"slices"

	"gujo/graph/fault"
)

// A way between two machines that carry nothing through leads out of the one over
// an exit, through the network, and into the other over an exit: a chain of parts
// with no branch, up to the first device where it has one. So the way is there if
// for some pair of exits both are up and there is a way between the devices; and
// these ways are shared by all who hang on the same devices. As exits and their
// edges are taken or left for the whole gate, as is a tag, this is exact.
//
// A machine whose parts branch, or hang together otherwise, has no exits; its
// gates stay as they are.

// exit is a chain from a machine, but without it, to where the network begins.
type exit struct {
	chain   []int32 // components, the last being the one that is reached
	guessed bool    // an edge of it is assumed
}

// maxExits bounds the exits of a machine that are told apart.
const maxExits = 4

// exitsOf gives the exits of a machine, or false where it has none that are simple.
func (d *drawing) exitsOf(machine int32) ([]exit, bool) {
	if !d.end[machine] || d.top[machine] != machine {
		return nil, false
	}
	var out []exit
	// leave follows a chain from a part, or the machine itself, over one edge.
	leave := func(from int32, e *edge, x exit) bool {
		for prev, at := from, e.other(from); ; {
			if d.owner(at) != none || len(x.chain) > len(d.top) {
				return false // another machine, or a ring
			}
			x.guessed = x.guessed || e.assumed
			x.chain = append(x.chain, at)
			next := d.of(at)
			if len(next) != 2 {
				break
			}
			e = &d.edges[next[0]]
			if e.other(at) == prev {
				e = &d.edges[next[1]]
			}
			if o := e.other(at); o == prev || d.owner(o) != none {
				break
			}
			prev, at = at, e.other(at)
		}
		out = append(out, x)
		return len(out) <= maxExits
	}
	for _, i := range d.of(machine) {
		e := &d.edges[i]
		part := e.other(machine)
		if d.top[part] != machine {
			if !leave(machine, e, exit{}) {
				return nil, false
			}
			continue
		}
		inside := 0
		for _, j := range d.of(part) {
			o := &d.edges[j]
			if d.top[o.other(part)] == machine {
				if inside++; inside > 1 {
					return nil, false // joined to several parts, or twice
				}
				continue
			}
			if !leave(part, o, exit{chain: []int32{part}, guessed: e.assumed}) {
				return nil, false
			}
		}
	}
	return out, true
}

// crossings adds the gates of a structure to a network, by exits where there are any.
type crossings struct {
	s     *structure
	sure  []bool // gate → over certain edges only
	sides int    // ends of a gate that are told apart by exits: 0, 1 or 2

	known []int32 // machine → number of its exits in found, or none while nobody asked
	found [][]exit
	b     *fault.Builder
	left  []leftGate // those that are asked of the path graph
	first []int32    // number of exits → node of the first, or none
	ways  interned[crossing]
	node  []int32 // crossing → its node
}

// crossing is a way that is needed between a machine, or a device, and a device.
type crossing struct {
	from, to, tag int32
	sure          bool
}

func (c crossing) hash() uint64 {
	h := mix(mix(mix(5, c.from), c.to), c.tag)
	if c.sure {
		h = mix(h, 1)
	}
	return h
}

func (s *structure) newCrossings(sure []bool) *crossings {
	w := &crossings{s: s, sure: sure, known: make([]int32, len(s.view.Components))}
	for c := range w.known {
		w.known[c] = none
	}
	// Exits pay where many hang on the same devices; otherwise they only make more
	// gates out of each.
	if s.sides != cheapest {
		w.sides = s.sides
		return w
	}
	best := len(s.gates)
	for _, sides := range [2]int{1, 2} {
		if n := w.tally(sides); n < best {
			w.sides, best = sides, n
		}
	}
	return w
}

// cheapest leaves it to the graph how many ends are told apart by exits.
const cheapest = -1

// tally counts the gates that would be left.
func (w *crossings) tally(sides int) int {
	defer func(was int) { w.sides = was }(w.sides)
	w.sides = sides
	var ways interned[crossing]
	n := 0
	for g := range w.s.gates {
		c, number, open, ok := w.into(w.s.gates[g], w.sure[g])
		if !ok {
			n++
			continue
		}
		for _, i := range open {
			c.to = w.last(number, i)
			start, from, byExits := w.outOf(c)
			if !byExits {
				ways.number(c)
				continue
			}
			for _, j := range from {
				x := crossing{w.last(start, j), c.to, c.tag, c.sure}
				if x.from > x.to {
					x.from, x.to = x.to, x.from
				}
				ways.number(x)
			}
		}
	}
	return n + len(ways.keys)
}

// outOf gives the exits over which the beginning of a crossing is left, or false
// where it is not told apart by exits.
func (w *crossings) outOf(c crossing) (number int32, open []int32, ok bool) {
	if w.sides < 2 {
		return 0, nil, false
	}
	number, open = w.exits(c.from, c)
	return number, open, len(w.found[number]) > 0 && !w.isOn(c.to, number, false)
}

// exits gives the number of a machine's exits, with those that a way may take that
// asks for a tag; there are none where the machine's parts are not simple.
func (w *crossings) exits(machine int32, c crossing) (number int32, open []int32) {
	number = w.known[machine]
	if number == none {
		x, ok := w.s.draw.exitsOf(machine)
		if !ok {
			x = nil
		}
		number = int32(len(w.found))
		w.known[machine] = number
		w.found = append(w.found, x)
		w.first = append(w.first, none)
	}
	for i, x := range w.found[number] {
		if !(c.sure && x.guessed) && w.carry(x, c.tag) {
			open = append(open, int32(i))
		}
	}
	return number, open
}

func (w *crossings) carry(x exit, tag int32) bool {
	for _, c := range x.chain {
		if vlans := w.s.carried(c); tag != none && len(vlans) > 0 && !slices.Contains(vlans, tag) {
			return false
		}
	}
	return true
}

// isOn reports whether a component is a part of some exit.
func (w *crossings) isOn(c, number int32, last bool) bool {
	for _, x := range w.found[number] {
		if i := slices.Index(x.chain, c); i >= 0 && (i < len(x.chain)-1 || last) {
			return true
		}
	}
	return false
}

// into gives the exits over which a gate's target is entered, or its beginning left,
// as a way there is a way back; or false where the gate has to stay one.
func (w *crossings) into(g gate, sure bool) (c crossing, number int32, open []int32, ok bool) {
	c = crossing{g.from, g.to, none, sure}
	if len(g.tags) > 1 || w.sides == 0 {
		return c, 0, nil, false
	}
	if len(g.tags) == 1 {
		c.tag = g.tags[0]
	}
	for range 2 {
		number, open = w.exits(c.to, c)
		inside := w.s.draw.top[c.from] == c.to
		if len(w.found[number]) > 0 && !inside && !w.isOn(c.from, number, true) {
			return c, number, open, true
		}
		if !w.isTwoWay(c) {
			break
		}
		c.from, c.to = c.to, c.from
	}
	return c, 0, nil, false
}

// isTwoWay reports whether a way there is a way back: of the tag, only what is
// reached is asked, not where the way begins.
func (w *crossings) isTwoWay(c crossing) bool {
	return w.carry(exit{chain: []int32{c.from}}, c.tag) && w.carry(exit{chain: []int32{c.to}}, c.tag)
}

// threshold gives the threshold of a gate's node.
func (w *crossings) threshold(g int32) int32 {
	if _, _, open, ok := w.into(w.s.gates[g], w.sure[g]); ok {
		return int32(len(open))
	}
	return 1
}

// gate makes node n gate g.
func (w *crossings) gate(n, g int32) {
	x := w.s.gates[g]
	c, number, open, ok := w.into(x, w.sure[g])
	if !ok {
		w.left = append(w.left, leftGate{n, x, w.sure[g]})
		return
	}
	for _, i := range open {
		c.to = w.last(number, i)
		w.b.Input(n, w.over(number, i, w.cross(c)))
	}
}

func (w *crossings) last(number, i int32) int32 {
	chain := w.found[number][i].chain
	return chain[len(chain)-1]
}

// over gives a node that says that an exit is up, and something else.
func (w *crossings) over(number, i, other int32) int32 {
	if w.first[number] == none {
		for i, x := range w.found[number] {
			n := w.b.Node(1)
			if i == 0 {
				w.first[number] = n
			}
			for _, c := range x.chain {
				w.b.Input(n, w.s.carrier(c))
			}
		}
	}
	up := w.first[number] + i
	if other == none {
		return up
	}
	n := w.b.Node(1)
	w.b.Input(n, up)
	w.b.Input(n, other)
	return n
}

// cross gives the node that says that a way leads from a machine or device to a
// device, or none where both are the same.
func (w *crossings) cross(c crossing) int32 {
	if c.from == c.to {
		return none
	}
	number, open, byExits := w.outOf(c)
	if !byExits && !w.s.draw.end[w.s.draw.top[c.from]] && c.from > c.to && w.isTwoWay(c) {
		c.from, c.to = c.to, c.from
	}
	id, fresh := w.ways.number(c)
	if !fresh {
		return w.node[id]
	}
	if !byExits {
		n := w.b.Node(1)
		w.node = append(w.node, n)
		w.left = append(w.left, leftGate{n, gate{c.from, c.to, w.tags(c.tag)}, c.sure})
		return n
	}
	n := w.b.Node(int32(len(open)))
	w.node = append(w.node, n)
	for _, i := range open {
		w.b.Input(n, w.over(number, i, w.cross(crossing{w.last(number, i), c.to, c.tag, c.sure})))
	}
	return n
}

// leftGate is a gate of the network, between components.
type leftGate struct {
	node int32
	gate
	sure bool
}

// add adds every gate, and of the path graph what a way between the ends of those
// that are left may lead over. The parts of a machine that is none of these ends,
// and what hangs on one neighbour alone, lead nowhere.
func (w *crossings) add(b *fault.Builder) {
	w.b = b
	s, d := w.s, w.s.draw
	for n := range s.nodes {
		if x := &s.nodes[n]; x.op == way {
			w.gate(int32(n), x.more)
		}
	}
	isEnd := make([]bool, len(d.top))
	for i := range w.left {
		isEnd[w.left[i].from], isEnd[w.left[i].to] = true, true
	}
	used := make([]bool, len(d.top)) // by top: an end of a gate is a part of it
	for i := range w.left {
		for _, c := range [2]int32{w.left[i].from, w.left[i].to} {
			used[d.top[c]] = true
			isEnd[d.top[c]] = true // whose parts are to be known as its own
		}
	}
	alive := make([]bool, len(d.top))
	var stack []int32
	for c := range alive {
		if alive[c] = d.isVertex[c] && (!d.end[d.top[c]] || used[d.top[c]]); alive[c] {
			stack = append(stack, int32(c))
		}
	}
	for len(stack) > 0 {
		c := stack[len(stack)-1]
		stack = stack[:len(stack)-1]
		if !alive[c] || isEnd[c] {
			continue
		}
		one, more := none, false
		for _, i := range d.of(c) {
			if o := d.edges[i].other(c); alive[o] && o != one {
				more = one != none
				if one = o; more {
					break
				}
			}
		}
		if more {
			continue
		}
		alive[c] = false
		if one != none {
			stack = append(stack, one)
		}
	}
	vertex := make([]int32, len(d.top))
	for c := range vertex {
		vertex[c] = none
		if alive[c] {
			vertex[c] = b.Vertex(s.carrier(int32(c)), s.carried(int32(c)))
		}
	}
	for c, x := range vertex {
		if top := d.top[c]; x != none && d.end[top] {
			b.Own(x, vertex[top])
		}
	}
	for _, e := range d.edges {
		if alive[e.u] && alive[e.v] {
			b.Edge(vertex[e.u], vertex[e.v], e.assumed)
		}
	}
	for i := range w.left {
		g := &w.left[i]
		b.Gate(g.node, vertex[g.from], vertex[g.to], g.tags, g.sure)
	}
}

func (w *crossings) tags(tag int32) []int32 {
	if tag == none {
		return nil
	}
	return []int32{tag}
}
