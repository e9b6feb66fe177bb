package fault

// support is the memory for walking what holds a node up.
type support struct {
	seen   []int32
	number int32
	stack  []int32
	way    []int32
}

// Support appends to into the nodes of one set that by itself keeps top up: as
// long as none of them is failed from outside, top runs whatever else fails. Only
// nodes with wanted set are listed. Every set of failures that stops top has one
// of them. Top must be up.
func (s *State) Support(top int32, wanted []bool, into []int32) []int32 {
	return s.support(top, wanted, into, 0)
}

// support prefers nodes that the walk with the number other did not see, as far as
// one step tells.
func (s *State) support(top int32, wanted []bool, into []int32, other int32) []int32 {
	n, w := s.net, &s.walk
	if w.seen == nil {
		w.seen = make([]int32, n.Len())
	}
	w.number++
	w.stack = append(w.stack[:0], top)
	w.seen[top] = w.number
	add := func(v int32) {
		if w.seen[v] != w.number {
			w.seen[v] = w.number
			w.stack = append(w.stack, v)
		}
	}
	for len(w.stack) > 0 {
		v := w.stack[len(w.stack)-1]
		w.stack = w.stack[:len(w.stack)-1]
		if wanted[v] {
			into = append(into, v)
		}
		if g := n.gateOf[v]; g != None {
			w.way, _ = s.way(&n.gates[g], w.way[:0])
			for _, x := range w.way {
				add(n.nodeOf[x])
			}
		}
		inputs := n.Inputs(v)
		if s.cheap != nil {
			inputs = s.cheap[n.inAt[v]:n.inAt[v+1]]
		}
		need := int32(len(inputs)) - n.threshold[v] + 1
		if need <= 0 {
			continue
		}
		// What loops must not hold itself up: there a node leans on earlier ones.
		r := n.region[v]
		if r != None {
			s.found(r)
		}
		holds := func(u int32) bool {
			return !s.Failed(u) && (r == None || n.region[u] != r || s.rank[u] != None && s.rank[u] < s.rank[v])
		}
		for _, u := range inputs { // those already counted on cost nothing
			if need > 0 && w.seen[u] == w.number && holds(u) {
				need--
			}
		}
		if other != 0 && need < int32(len(inputs)) {
			for _, u := range inputs {
				if need > 0 && w.seen[u] != w.number && w.seen[u] != other && holds(u) {
					need--
					add(u)
				}
			}
		}
		for _, u := range inputs {
			if need > 0 && w.seen[u] != w.number && holds(u) {
				need--
				add(u)
			}
		}
	}
	return into
}
