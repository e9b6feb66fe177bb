package fault

// findLoops gives every loop among founded nodes a region (Tarjan, without
// recursion). A founded node outside of loops needs no care: there the least and
// the greatest fixpoint are the same.
func (n *Network) findLoops(founded []bool) {
	type frame struct{ v, next int32 }
	order, low := filled(n.Len()), make([]int32, n.Len())
	onStack := make([]bool, n.Len())
	var stack []int32
	var calls []frame
	clock := int32(0)
	for root := range int32(n.Len()) {
		if !founded[root] || order[root] != None {
			continue
		}
		calls = append(calls, frame{root, n.inAt[root]})
		for len(calls) > 0 {
			f := &calls[len(calls)-1]
			v := f.v
			if f.next == n.inAt[v] && order[v] == None {
				order[v], low[v] = clock, clock
				clock++
				stack = append(stack, v)
				onStack[v] = true
			}
			if f.next < n.inAt[v+1] {
				w := n.in[f.next]
				f.next++
				switch {
				case !founded[w]:
				case order[w] == None:
					calls = append(calls, frame{w, n.inAt[w]})
				case onStack[w]:
					low[v] = min(low[v], order[w])
				}
				continue
			}
			calls = calls[:len(calls)-1]
			if len(calls) > 0 {
				p := calls[len(calls)-1].v
				low[p] = min(low[p], low[v])
			}
			if low[v] != order[v] {
				continue
			}
			from := len(stack) - 1
			for stack[from] != v {
				from--
			}
			loop := stack[from:]
			for _, w := range loop {
				onStack[w] = false
			}
			if len(loop) > 1 || n.needsItself(v) {
				for _, w := range loop {
					n.region[w] = int32(len(n.regions))
				}
				n.regions = append(n.regions, append([]int32(nil), loop...))
			}
			stack = stack[:from]
		}
	}
}

func (n *Network) needsItself(v int32) bool {
	for _, w := range n.Inputs(v) {
		if w == v {
			return true
		}
	}
	return false
}

// found ranks the nodes of a region that hold without leaning on themselves, in
// the order in which they can be built up; the others get rank None.
func (s *State) found(region int32) {
	n := s.net
	nodes := n.regions[region]
	for _, v := range nodes {
		s.rank[v] = None
	}
	for rank, grew := int32(0), true; grew; {
		grew = false
		for _, v := range nodes {
			if s.rank[v] != None || s.Failed(v) {
				continue
			}
			missing := int32(0)
			for _, w := range n.Inputs(v) {
				if s.Failed(w) || n.region[w] == region && s.rank[w] == None {
					missing++
				}
			}
			if missing < n.threshold[v] {
				s.rank[v] = rank
				rank++
				grew = true
			}
		}
	}
}

// dropUnfounded fails what a touched loop alone holds up.
func (s *State) dropUnfounded() {
	for _, r := range s.touched {
		s.isTouched[r] = false
		s.found(r)
		for _, v := range s.net.regions[r] {
			if s.rank[v] == None && !s.Failed(v) {
				s.fail(v)
			}
		}
	}
	s.touched = s.touched[:0]
}
