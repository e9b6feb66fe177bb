package compile

import (
	"gujo/graph/fault"
)

// reading is the structure read one way: optimistically or pessimistically, as a
// fault network with what was observed down already failed. Its nodes are the
// structure's; after them come, in the pessimistic reading, the unobserved ones,
// and then those that ways are made of.
type reading struct {
	net        *fault.Network
	state      *fault.State
	candidates []bool // nodes that may fail
	unobserved int32  // first unobserved node
	beyond     int32  // first node that ways are made of
	sure       []bool // gate → it asks for a way over certain edges only
	left       []leftGate
	atStart    int     // how much of the trail is from the start
	when       []int32 // failed node → when, as far as somebody asked
	surely     bool    // an assumed member counts only in groups that lean on it
	leans      []int32 // nodes that count the members of such, ascending
}

// optimistic reads the structure with every doubt in its favour: assumed needs do
// not hold, assumed alternatives do, an unknown k is one, open ends are solid.
func (s *structure) optimistic(down []int32) *reading {
	var b fault.Builder
	ways := s.newCrossings(make([]bool, len(s.gates)))
	b.Reserve(len(s.nodes)+6*len(s.gates), len(s.inputs)+16*len(s.gates))
	for n := range s.nodes {
		x := &s.nodes[n]
		in := s.inputsOf(int32(n))
		if x.op == way {
			b.Node(ways.threshold(x.more))
			continue
		}
		if x.op == some {
			addNode(&b, x.founded, s.threshold(int32(n), max(x.k, 1), len(in)))
			for _, i := range in {
				b.Input(int32(n), i.node)
			}
			continue
		}
		addNode(&b, x.founded, 1)
		s.addNeeds(&b, int32(n), func(i input) bool { return !i.assumed })
	}
	ways.add(&b)
	r := &reading{left: ways.left, net: b.Build(), unobserved: int32(len(s.nodes)), beyond: int32(len(s.nodes)), sure: ways.sure}
	r.state = r.net.Start(down)
	r.atStart = len(r.state.Trail())
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
	if s.isCertain() {
		return u
	}
	loops := s.loops()
	var leans []int32
	var b fault.Builder
	ways := s.newCrossings(s.surely(u))
	b.Reserve(len(s.nodes)+len(open.names)+6*len(s.gates), len(s.inputs)+len(s.hung)+16*len(s.gates))
	// holds reports whether u meets an input of by, and not through a loop.
	holds := func(by, n int32) bool {
		return !u.state.Failed(n) && (loops == nil || loops[n] == none || loops[n] != loops[by])
	}
	hangs := func(n int32) {
		s.endsOf(n, func(e int32) { b.Input(n, int32(len(s.nodes))+open.class[e]) })
	}
	for n := range s.nodes {
		x := &s.nodes[n]
		if x.op == way {
			b.Node(ways.threshold(x.more))
			continue
		}
		if x.op != some {
			addNode(&b, x.founded, 1)
			s.addNeeds(&b, int32(n), func(i input) bool { return !i.assumed || holds(int32(n), i.node) })
			hangs(int32(n))
			continue
		}
		in := s.inputsOf(int32(n))
		sure, sureUp, up := 0, s.phantoms(int32(n)), s.phantoms(int32(n))
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
			leans = append(leans, int32(n))
		}
		addNode(&b, x.founded, s.threshold(int32(n), k, sure))
		for _, i := range in {
			if lean || !i.assumed {
				b.Input(int32(n), i.node)
			}
		}
	}
	for range open.names {
		b.Node(1)
	}
	ways.add(&b)
	r := &reading{
		left: ways.left, net: b.Build(), unobserved: int32(len(s.nodes)), beyond: int32(len(s.nodes) + len(open.names)),
		sure: ways.sure, surely: true, leans: leans,
	}
	r.state = r.net.Start(down)
	r.atStart = len(r.state.Trail())
	return r
}

// loops says which founded nodes find each other, by any need that any reading may
// have: the number of the loop of each node, or none. It is nil where no loop
// matters, because no founded node has a doubt about another.
func (s *structure) loops() []int32 {
	if !s.doubtsFounded() {
		return nil
	}
	at := make([]int32, len(s.nodes)) // node → its number among the founded, then its loop
	var b fault.Builder
	for n := range s.nodes {
		at[n] = none
		if s.nodes[n].founded {
			at[n] = b.Node(1)
			b.Founded(at[n])
		}
	}
	for n := range s.nodes {
		if !s.nodes[n].founded {
			continue
		}
		for _, i := range s.inputsOf(int32(n)) {
			if at[i.node] != none {
				b.Input(at[n], at[i.node])
			}
		}
		if f := s.nodes[n].fallback; f != none && at[f] != none {
			b.Input(at[n], at[f])
		}
	}
	net := b.Build()
	for n := range at {
		if at[n] != none {
			at[n] = net.Loop(at[n])
		}
	}
	return at
}

// doubtsFounded reports whether a founded node with an assumption or an unknown k
// needs another.
func (s *structure) doubtsFounded() bool {
	for n := range s.nodes {
		x := &s.nodes[n]
		if !x.founded {
			continue
		}
		doubt, founded := x.op == some && x.k == 0, false
		for _, i := range s.inputsOf(int32(n)) {
			doubt = doubt || i.assumed
			founded = founded || s.nodes[i.node].founded
		}
		if doubt && founded {
			return true
		}
	}
	return false
}

// isCertain reports whether nothing is left to read: no assumption, no unknown k,
// no open end. Then both readings are the same.
func (s *structure) isCertain() bool {
	if len(s.ends.keys) > 0 || s.guessedParts() != nil {
		return false
	}
	for i := range s.inputs {
		if s.inputs[i].assumed {
			return false
		}
	}
	for n := range s.nodes {
		if s.nodes[n].op == some && s.nodes[n].k == 0 {
			return false
		}
	}
	return true
}

func addNode(b *fault.Builder, founded bool, threshold int32) {
	n := b.Node(threshold)
	if founded {
		b.Founded(n)
	}
}

// threshold gives how many of m members must fail for fewer than k to be left.
func (s *structure) threshold(n, k int32, m int) int32 {
	need := k - s.phantoms(n)
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
