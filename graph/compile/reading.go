package compile

import (
	"gujo/graph/fault"
)

// reading is the structure read one way: optimistically or pessimistically, as a
// fault network with what was observed down already failed. Its nodes are the
// structure's; after them come, in the pessimistic reading, the unobserved ones.
type reading struct {
	net        *fault.Network
	state      *fault.State
	candidates []bool // nodes that may fail
	unobserved int32  // first unobserved node
	surely     bool   // an assumed member counts only in groups that lean on it
	leans      map[int32]bool
	at         []int32 // failed node → when, for proofs
}

// optimistic reads the structure with every doubt in its favour: assumed needs do
// not hold, assumed alternatives do, an unknown k is one, open ends are solid.
func (s *structure) optimistic(down []int32) *reading {
	var b fault.Builder
	for n := range s.nodes {
		x := &s.nodes[n]
		in := s.inputsOf(int32(n))
		if x.op == some {
			addNode(&b, x.founded, s.threshold(x, max(x.k, 1), len(in)))
			for _, i := range in {
				b.Input(int32(n), i.node)
			}
			continue
		}
		addNode(&b, x.founded, 1)
		s.addNeeds(&b, int32(n), func(i input) bool { return !i.assumed })
	}
	s.addWays(&b, func(*node, int32) bool { return false })
	r := &reading{net: b.Build(), unobserved: int32(len(s.nodes))}
	r.state = r.net.Start(down)
	return r
}

// pessimistic reads every doubt against it, but from the same picture: u is the
// optimistic reading with nothing further failed. What u itself does not meet
// without an assumption may lean on it.
//
// Assumptions that u does without can close a loop, which leads nowhere. So what
// is found through a loop neither counts towards what u has of a group, nor,
// where it is assumed, is it a need. All else that a loop needs, u has without it.
func (s *structure) pessimistic(down []int32, u *reading, open openEnds) *reading {
	loops := s.loops()
	leans := map[int32]bool{}
	var b fault.Builder
	// holds reports whether u meets an input of by, and not through a loop.
	holds := func(by, n int32) bool {
		return !u.state.Failed(n) && (loops.Loop(n) == fault.None || loops.Loop(n) != loops.Loop(by))
	}
	hangs := func(n int32) {
		for _, e := range s.nodes[n].ends {
			b.Input(n, int32(len(s.nodes))+open.class[e])
		}
	}
	for n := range s.nodes {
		x := &s.nodes[n]
		if x.op != some {
			addNode(&b, x.founded, 1)
			s.addNeeds(&b, int32(n), func(i input) bool { return !i.assumed || holds(int32(n), i.node) })
			hangs(int32(n))
			continue
		}
		in := s.inputsOf(int32(n))
		sure, sureUp, up := 0, x.phantoms, x.phantoms
		for _, i := range in {
			if !i.assumed {
				sure++
			}
			if holds(int32(n), i.node) {
				up++
				if !i.assumed {
					sureUp++
				}
			}
		}
		k := x.k
		if k == 0 {
			if k = sureUp; k == 0 {
				k = max(up, 1)
			}
		}
		lean := sureUp < k
		if lean {
			sure = len(in)
			leans[int32(n)] = true
		}
		addNode(&b, x.founded, s.threshold(x, k, sure))
		for _, i := range in {
			if lean || !i.assumed {
				b.Input(int32(n), i.node)
			}
		}
	}
	for range open.names {
		b.Node(1)
	}
	surely := u.state.Surely()
	s.addWays(&b, func(x *node, n int32) bool { return surely[n] })
	r := &reading{net: b.Build(), unobserved: int32(len(s.nodes)), surely: true, leans: leans}
	r.state = r.net.Start(down)
	return r
}

// loops gives a network that has every need that any reading may have, to ask
// which founded nodes find each other.
func (s *structure) loops() *fault.Network {
	var b fault.Builder
	for n := range s.nodes {
		x := &s.nodes[n]
		addNode(&b, x.founded, 1)
		for _, i := range s.inputsOf(int32(n)) {
			b.Input(int32(n), i.node)
		}
		if x.fallback != none {
			b.Input(int32(n), x.fallback)
		}
	}
	return b.Build()
}

func addNode(b *fault.Builder, founded bool, threshold int32) {
	n := b.Node(threshold)
	if founded {
		b.Founded(n)
	}
}

// threshold gives how many of m members must fail for fewer than k to be left.
func (s *structure) threshold(x *node, k int32, m int) int32 {
	need := k - x.phantoms
	if need <= 0 {
		return int32(m) + 1 // holds whatever fails
	}
	return int32(m) - need + 1
}

// addNeeds adds the needs that hold; where none of those that give a place does,
// what holds without a place counts instead.
func (s *structure) addNeeds(b *fault.Builder, n int32, holds func(input) bool) {
	placed := false
	for _, i := range s.inputsOf(n) {
		if holds(i) {
			b.Input(n, i.node)
			placed = placed || i.place
		}
	}
	if f := s.nodes[n].fallback; f != none && !placed {
		b.Input(n, f)
	}
}

// addWays adds the path graph and its gates; sure tells for which gates guessed
// edges do not count.
func (s *structure) addWays(b *fault.Builder, sure func(x *node, n int32) bool) {
	vertex := make([]int32, len(s.view.Components))
	for c := range vertex {
		vertex[c] = none
		if s.draw.isVertex[c] {
			vertex[c] = b.Vertex(s.carrier(int32(c)), s.carried(int32(c)))
		}
	}
	for c, x := range vertex {
		if top := s.draw.top[c]; x != none && s.draw.end[top] {
			b.Own(x, vertex[top])
		}
	}
	for _, e := range s.draw.edges {
		b.Edge(vertex[e.u], vertex[e.v], e.assumed)
	}
	for n := range s.nodes {
		if x := &s.nodes[n]; x.op == way {
			g := s.gates[x.gate]
			b.Gate(int32(n), vertex[g.from], vertex[g.to], g.tags, sure(x, int32(n)))
		}
	}
}
