package compile

import (
	"slices"

	"gujo/graph/fault"
)

// The first reasons of everything that failed are a failing part, but not always a
// minimal one: a relation that one statement needs may be a second reason for
// another, which then does not need its first. So the part is written out as a fault
// network of its own, of what failed and what it lists, and what this falls without
// is dropped.

// maxTrials bounds how many nodes are looked at for that. A part that is larger
// still proves what it proves, but may say more than it takes.
const maxTrials = 1 << 22

// reduce drops what a proof does not need.
func (w *prover) reduce(top int32) {
	x := w.extent(top)
	if w.ctx.Err() != nil || x.isForced() {
		return
	}
	trials := maxTrials / (len(x.nodes) + 1)
	drop := func(from []bool, i int) {
		if trials--; trials < 0 {
			return
		}
		from[i] = true
		from[i] = x.stops(top)
	}
	for i := range x.noWay {
		if x.noWay[i] = len(w.closed[i].gates) == 0; x.noWay[i] {
			continue
		}
		drop(x.noWay, i)
		if c := &w.closed[i]; !x.noWay[i] && len(c.gates) > 1 {
			for _, v := range slices.Clone(c.cut) { // some of what closed several may be for those that fall otherwise
				whole := c.cut
				c.cut = slices.DeleteFunc(slices.Clone(whole), func(o int32) bool { return o == v })
				if trials--; trials < 0 || !x.stops(top) {
					c.cut = whole
				}
			}
		}
	}
	for i := range x.noRelation {
		drop(x.noRelation, i)
	}
	w.relations = kept(w.relations, x.noRelation)
	w.closed = kept(w.closed, x.noWay)
}

func kept[T any](list []T, dropped []bool) []T {
	out := list[:0]
	for i, v := range list {
		if !dropped[i] {
			out = append(out, v)
		}
	}
	return out
}

// extent is everything that a part says of what failed: more than the proof went
// over, but for what the part does not list.
type extent struct {
	w          *prover
	nodes      []asked
	at         map[asked]int32 // node → its place in nodes
	arcs       []partArc       // of the nodes, by place
	noRelation []bool          // beside the relations of the proof: dropped
	noWay      []bool          // beside its ways
}

// partArc is a failed input, and what of the part it takes.
type partArc struct {
	from, to      int32 // from is none for a membership that is out of service
	relation, way int32 // or none
}

func (w *prover) extent(top int32) *extent {
	x := &extent{w: w, at: map[asked]int32{}, noRelation: make([]bool, len(w.relations)), noWay: make([]bool, len(w.closed))}
	add := func(v asked) int32 {
		i, ok := x.at[v]
		if !ok {
			i = int32(len(x.nodes))
			x.at[v] = i
			x.nodes = append(x.nodes, v)
		}
		return i
	}
	listed := func(rel int32) (int32, bool) {
		if rel == none {
			return none, true
		}
		i, ok := slices.BinarySearch(w.relations, rel)
		return int32(i), ok
	}
	add(askedAt(top))
	s := w.a.s
	for i := int32(0); int(i) < len(x.nodes); i++ {
		at := x.nodes[i]
		n := at.node
		if int(n) >= len(s.nodes) || w.isOutside(n) {
			continue
		}
		if s.isWay(n) {
			for _, c := range w.cut(n) {
				x.arcs = append(x.arcs, partArc{add(askedAt(s.carrier(c))), i, none, none})
			}
			continue
		}
		isLeg := s.isLeg(n)
		by := s.inputsBy(n)
		for _, v := range w.r.net.Inputs(n) {
			if !w.r.state.Failed(v) {
				continue
			}
			in := by(v)
			rel, ok := listed(in.rel)
			if !ok {
				continue
			}
			over := none
			if isLeg && s.isWay(v) {
				if over = w.wayOf([2]int32{at.from, at.to}, v); over == none {
					continue
				}
			}
			x.arcs = append(x.arcs, partArc{add(s.below(at, in)), i, rel, over})
		}
		for _, m := range w.absent(n) {
			if rel, ok := listed(m); ok {
				x.arcs = append(x.arcs, partArc{none, i, rel, none})
			}
		}
	}
	return x
}

// threshold gives how many inputs in a part fail a node of it; memberships that are
// out of service count as such.
func (x *extent) threshold(n int32) int32 {
	w := x.w
	if int(n) >= len(w.a.s.nodes) || w.isOutside(n) {
		return 1
	}
	switch st := &w.a.s.nodes[n]; st.op {
	case way:
		return int32(len(w.cut(n)))
	case some:
		return w.r.net.Threshold(n) + int32(len(w.absent(n)))
	}
	return w.r.net.Threshold(n)
}

// isForced reports whether nothing in the part has more reasons than it takes: then
// nothing can be dropped.
func (x *extent) isForced() bool {
	count := make([]int32, len(x.nodes))
	for _, a := range x.arcs {
		count[a.to]++
	}
	for i, at := range x.nodes {
		if count[i] > max(0, x.threshold(at.node)) {
			return false
		}
	}
	return true
}

// isClosed reports whether what is left of the way of a leg closes its gate.
func (x *extent) isClosed(a partArc) bool {
	if x.noWay[a.way] {
		return false
	}
	c := &x.w.closed[a.way]
	return len(c.gates) == 1 || x.w.a.parts(x.w.r, x.nodes[a.from].node, c.cut)
}

// stops reports whether what is left of the part fails a node.
func (x *extent) stops(top int32) bool {
	var b fault.Builder
	s := x.w.a.s
	var down []int32
	for i, at := range x.nodes {
		n := at.node
		addNode(&b, int(n) < len(s.nodes) && s.nodes[n].founded, x.threshold(n))
		if x.w.isOutside(n) {
			down = append(down, int32(i))
		}
	}
	out := b.Node(1)
	down = append(down, out)
	for _, a := range x.arcs {
		if a.relation != none && x.noRelation[a.relation] || a.way != none && !x.isClosed(a) {
			continue
		}
		if a.from == none {
			a.from = out
		}
		b.Input(a.to, a.from)
	}
	return b.Build().Start(down).Failed(x.at[askedAt(top)])
}
