package fault

import (
	"math"
	"slices"
)

// State is a network with some nodes failed. It answers one question at a time;
// several States of one Network may be used at once.
type State struct {
	net   *Network
	cells []cell
	trail []int32 // failed nodes, in the order of failing
	done  int     // how many of them were passed on

	guards []*guard  // the ways that are known to be open
	level  []uint8   // gate → the guard that counts
	broken []uint8   // gate → which of its known ways are broken
	breaks []breakOf // changes of broken, to be taken back
	fresh  int       // breaks before this one are older than the known ways
	moved  bool      // a vertex closed since the gates in doubt were looked at

	halt uint32 // isBase while runs are to end there

	touched   []int32 // regions with a node that lost an input
	isTouched []bool
	rank      []int32

	search  search
	doors   doors
	scratch []int32
	mark    []int32
	walk    support
	cheap   []int32 // beside the network's inputs: those to lean on first, where this is known
}

// cell is all that propagation asks of a node, side by side: what costs time is
// fetching it.
type cell struct {
	left int32 // so many more inputs have to fail for the node to fail by count
	is   uint32
}

const (
	failed   uint32 = 1 << iota
	inRegion        // in a loop of founded nodes
	isVertex        // carries a vertex
	isBase          // a run may be told to end here
)

type breakOf struct {
	gate int32
	was  uint8
}

// Mark is a moment to go back to.
type Mark struct{ trail, breaks int }

// Start gives the state in which the nodes in down, and what falls with them,
// have failed.
func (n *Network) Start(down []int32) *State {
	s := &State{net: n, cells: make([]cell, n.Len())}
	s.own()
	for v, t := range n.threshold {
		c := &s.cells[v]
		c.left = t
		if n.region[v] != None {
			c.is |= inRegion
		}
		if n.vertexOf[v] != None {
			c.is |= isVertex
		}
	}
	for v, t := range n.threshold {
		if t <= 0 {
			s.fail(int32(v))
		}
	}
	for _, v := range down {
		if !s.Failed(v) {
			s.fail(v)
		}
	}
	for r := range n.regions {
		s.touch(int32(r))
	}
	for g := range n.gates {
		s.shake(int32(g), firstWay|secondWay)
	}
	s.moved = len(n.gates) > 0
	s.run(None, math.MaxInt)
	s.settle()
	first := s.guards[0]
	first.at = make([]int32, len(n.path.knotOf)+1)
	for _, u := range first.uses {
		first.at[u.element+1]++
	}
	for x := range n.path.knotOf {
		first.at[x+1] += first.at[x]
	}
	return s
}

// own gives a state the memory that it does not share.
func (s *State) own() {
	s.isTouched = make([]bool, len(s.net.regions))
	s.level, s.broken = make([]uint8, len(s.net.gates)), make([]uint8, len(s.net.gates))
	if len(s.net.regions) > 0 {
		s.rank = filled(s.net.Len())
	}
	s.search = newSearch(s.net)
	s.doors = s.net.path.doors()
}

// fork gives a second state like this one, for use beside it.
func (s *State) fork() *State {
	f := &State{net: s.net, cells: slices.Clone(s.cells), trail: slices.Clone(s.trail), done: s.done, guards: slices.Clone(s.guards), cheap: s.cheap}
	f.own()
	copy(f.doors.shut, s.doors.shut)
	copy(f.doors.open, s.doors.open)
	copy(f.level, s.level)
	copy(f.broken, s.broken)
	f.breaks, f.fresh = slices.Clone(s.breaks), s.fresh
	return f
}

// Failed reports whether a node is down.
func (s *State) Failed(v int32) bool { return s.cells[v].is&failed != 0 }

// Hits gives how many inputs of a node are down.
func (s *State) Hits(v int32) int32 { return s.net.threshold[v] - s.cells[v].left }

// Trail lists what has failed, in the order of failing, from Start on.
func (s *State) Trail() []int32 { return s.trail }

// Mark gives the present moment.
func (s *State) Mark() Mark { return Mark{len(s.trail), len(s.breaks)} }

// Since lists what has failed after a moment.
func (s *State) Since(m Mark) []int32 { return s.trail[m.trail:] }

// Fail fails a node and what falls with it.
func (s *State) Fail(v int32) {
	if !s.Failed(v) {
		s.fail(v)
		s.run(None, math.MaxInt)
	}
}

// Fells fails a node and reports whether another falls with it. Where it does,
// the state is left half propagated and must be rolled back.
func (s *State) Fells(v, top int32) bool {
	if s.Failed(v) {
		return s.Failed(top)
	}
	s.fail(v)
	return s.run(top, math.MaxInt) == fell
}

// EachWeakened calls f for every node that is up but has lost inputs after a
// moment, once for each such input. It is a by-product of failing: who merely
// loses redundancy.
func (s *State) EachWeakened(m Mark, f func(node, input int32)) {
	for _, v := range s.trail[m.trail:s.done] {
		for _, w := range s.net.Outputs(v) {
			if !s.Failed(w) {
				f(w, v)
			}
		}
	}
}

// Rollback takes back everything that failed after a moment.
func (s *State) Rollback(m Mark) {
	for i := len(s.trail) - 1; i >= m.trail; i-- {
		v := s.trail[i]
		s.cells[v].is &^= failed
		if i < s.done {
			for _, w := range s.net.Outputs(v) {
				s.cells[w].left++
			}
			if s.cells[v].is&isVertex != 0 {
				s.doors.reopen(s.net.vertexOf[v])
			}
		}
	}
	s.trail = s.trail[:m.trail]
	s.done = m.trail
	for i := len(s.breaks) - 1; i >= m.breaks; i-- {
		s.broken[s.breaks[i].gate] = s.breaks[i].was
	}
	s.breaks = s.breaks[:m.breaks]
	s.moved = false
	for _, r := range s.touched {
		s.isTouched[r] = false
	}
	s.touched = s.touched[:0]
}

func (s *State) fail(v int32) {
	s.cells[v].is |= failed
	s.trail = append(s.trail, v)
}

func (s *State) touch(region int32) {
	if !s.isTouched[region] {
		s.isTouched[region] = true
		s.touched = append(s.touched, region)
	}
}

// shake breaks known ways of a gate.
func (s *State) shake(g int32, ways uint8) {
	if was := s.broken[g]; was|ways != was {
		s.breaks = append(s.breaks, breakOf{g, was})
		s.broken[g] = was | ways
	}
}

// outcome is how a run ended; but for settled, the state is half propagated.
type outcome uint8

const (
	settled outcome = iota // at the fixpoint
	fell                   // the node in question has failed
	atBase                 // a node that is marked so is the next to be passed on
	spent                  // it took more steps than allowed
)

// run propagates to the fixpoint, or until top has failed, at most budget inputs
// far.
func (s *State) run(top int32, budget int) outcome {
	n := s.net
	for {
		for s.done < len(s.trail) {
			v := s.trail[s.done]
			is := s.cells[v].is
			if is&s.halt != 0 {
				return atBase
			}
			out := n.Outputs(v)
			if budget -= len(out); budget < 0 {
				return spent
			}
			s.done++
			for _, w := range out {
				c := &s.cells[w]
				c.left--
				switch {
				case c.left == 0:
					if c.is&failed == 0 {
						s.fail(w)
					}
				case c.is&(failed|inRegion) == inRegion:
					s.touch(n.region[w])
				}
			}
			if is&isVertex != 0 {
				vertex := n.vertexOf[v]
				s.doors.close(vertex)
				if x := n.path.elementOf[vertex]; x != None {
					s.hurt(x)
				}
				// A third way, that nobody keeps, may be what closed.
				s.moved = len(s.breaks) > s.fresh
			}
			if top != None && s.Failed(top) {
				return fell
			}
		}
		if len(s.touched) > 0 {
			s.dropUnfounded()
			if s.done < len(s.trail) {
				continue
			}
		}
		if s.moved {
			s.moved = false
			s.closeGates()
			if s.done < len(s.trail) {
				continue
			}
		}
		if top != None && s.Failed(top) {
			return fell
		}
		return settled
	}
}
