package fault

// State is a network with some nodes failed. It answers one question at a time;
// several States of one Network may be used at once.
type State struct {
	net    *Network
	failed []bool
	hits   []int32 // failed inputs, of those whose failure was passed on
	trail  []int32 // failed nodes, in the order of failing
	done   int     // how many of them were passed on

	witnessAt []int32 // vertex → gates whose way at the start leads over it
	witness   []int32
	detours   []detour // ways found since, as marks go back over them
	detourAt  []int32  // vertex → its last detour, or None
	doubted   []int32  // gates whose way is broken, until they are looked at
	isDoubted []bool
	moved     bool // a vertex closed since the doubted gates were looked at

	touched   []int32 // regions with a node that lost an input
	isTouched []bool
	rank      []int32

	search  search
	scratch []int32
	walk    support
}

// Mark is a moment to go back to.
type Mark struct{ trail, detours int }

// detour says that the way of a gate leads over a vertex, since an earlier one broke.
type detour struct{ vertex, gate, before int32 }

// Start gives the state in which the nodes in down, and what falls with them,
// have failed.
func (n *Network) Start(down []int32) *State {
	s := &State{
		net: n, failed: make([]bool, n.Len()), hits: make([]int32, n.Len()),
		isDoubted: make([]bool, len(n.gates)), isTouched: make([]bool, len(n.regions)),
		rank: filled(n.Len()), search: newSearch(n), walk: newSupport(n.Len()),
		witnessAt: make([]int32, len(n.nodeOf)+1), detourAt: filled(len(n.nodeOf)),
	}
	for v, t := range n.threshold {
		if t <= 0 {
			s.fail(int32(v))
		}
	}
	for _, v := range down {
		if !s.failed[v] {
			s.fail(v)
		}
	}
	for r := range n.regions {
		s.touch(int32(r))
	}
	for g := range n.gates {
		s.doubt(int32(g))
	}
	s.moved = true
	s.run(None)
	s.keepWitnesses()
	return s
}

// Failed reports whether a node is down.
func (s *State) Failed(v int32) bool { return s.failed[v] }

// Hits gives how many inputs of a node are down.
func (s *State) Hits(v int32) int32 { return s.hits[v] }

// Trail lists what has failed, in the order of failing, from Start on.
func (s *State) Trail() []int32 { return s.trail }

// Mark gives the present moment.
func (s *State) Mark() Mark { return Mark{len(s.trail), len(s.detours)} }

// Since lists what has failed after a moment.
func (s *State) Since(m Mark) []int32 { return s.trail[m.trail:] }

// Fail fails a node and what falls with it.
func (s *State) Fail(v int32) {
	if !s.failed[v] {
		s.fail(v)
		s.run(None)
	}
}

// Fells fails a node and reports whether another falls with it. Where it does,
// the state is left half propagated and must be rolled back.
func (s *State) Fells(v, top int32) bool {
	if s.failed[v] {
		return s.failed[top]
	}
	s.fail(v)
	return s.run(top)
}

// Rollback takes back everything that failed after a moment.
func (s *State) Rollback(m Mark) {
	for i := len(s.trail) - 1; i >= m.trail; i-- {
		v := s.trail[i]
		s.failed[v] = false
		if i < s.done {
			for _, w := range s.net.Outputs(v) {
				s.hits[w]--
			}
		}
	}
	s.trail = s.trail[:m.trail]
	s.done = m.trail
	for i := len(s.detours) - 1; i >= m.detours; i-- {
		s.detourAt[s.detours[i].vertex] = s.detours[i].before
	}
	s.detours = s.detours[:m.detours]
	for _, g := range s.doubted { // left half propagated
		s.isDoubted[g] = false
	}
	s.doubted = s.doubted[:0]
	s.moved = false
	for _, r := range s.touched {
		s.isTouched[r] = false
	}
	s.touched = s.touched[:0]
}

func (s *State) fail(v int32) {
	s.failed[v] = true
	s.trail = append(s.trail, v)
}

func (s *State) touch(region int32) {
	if !s.isTouched[region] {
		s.isTouched[region] = true
		s.touched = append(s.touched, region)
	}
}

func (s *State) doubt(g int32) {
	if !s.isDoubted[g] {
		s.isDoubted[g] = true
		s.doubted = append(s.doubted, g)
	}
}

// run propagates to the fixpoint, or until top has failed.
func (s *State) run(top int32) bool {
	n := s.net
	for {
		for s.done < len(s.trail) {
			v := s.trail[s.done]
			s.done++
			for _, w := range n.Outputs(v) {
				s.hits[w]++
				if s.failed[w] {
					continue
				}
				if s.hits[w] >= n.threshold[w] {
					s.fail(w)
				} else if r := n.region[w]; r != None {
					s.touch(r)
				}
			}
			if top != None && s.failed[top] {
				return true
			}
			if x := n.vertexOf[v]; x != None {
				s.moved = true
				for _, g := range s.witness[s.witnessAt[x]:s.witnessAt[x+1]] {
					s.doubt(g)
				}
				for i := s.detourAt[x]; i != None; i = s.detours[i].before {
					s.doubt(s.detours[i].gate)
				}
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
		return top != None && s.failed[top]
	}
}
