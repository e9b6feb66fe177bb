package fault

import "slices"

// kernel is the part of a network through which some tops can fall, put together as
// far as nobody can tell the difference, as a network of its own. The networks that
// graphs are written out as are for the most part statements that only hand on what
// others say; failing a node that much hangs on costs a third of it here.
//
// What is left out, as it is neither a top nor may fail from outside:
//
//   - what is down already, which its users have counted, and what never fails;
//   - a node that fails exactly when its only input does, which stands for it;
//   - a node that any input fails, and that is one of the inputs of a single node
//     that any input fails: its inputs become inputs of that.
//
// Gates, what carries vertices, and loops of founded nodes stay as they are.
type kernel struct {
	state      *State
	tops       []bool
	candidates []int32 // in order
	of         []int32 // node of the kernel → node of the whole, ascending
}

func (s *State) kernel(tops, candidates []bool) *kernel {
	r := &reduction{State: s, matters: s.matters(tops)}
	r.keep = make([]bool, s.net.Len())
	for v := range r.keep {
		r.keep[v] = r.matters[v] && (tops[v] || candidates[v] || s.net.gateOf[v] != None || s.cells[v].is&(isVertex|inRegion) != 0)
	}
	r.dropSolid()
	r.standIn()
	r.fold()
	k := r.build()
	k.tops = make([]bool, len(k.of))
	for i, v := range k.of {
		k.tops[i] = tops[v]
		if candidates[v] && r.matters[v] {
			k.candidates = append(k.candidates, int32(i))
		}
	}
	return k
}

// reduction is a kernel in the making.
type reduction struct {
	*State
	matters []bool  // that are up and through which a top can fall; less what never fails
	keep    []bool  // nodes that stay
	live    []int32 // node → inputs that matter
	by      []int32 // node → what stands for it, in steps; itself
	into    []int32 // node → what its inputs become inputs of, in steps; itself
}

// dropSolid takes out what never fails, because too many of its inputs never do.
func (r *reduction) dropSolid() {
	n := r.net
	r.live = make([]int32, n.Len())
	var solid []int32
	look := func(v int32) {
		if r.matters[v] && !r.keep[v] && r.live[v] < r.cells[v].left {
			r.matters[v] = false
			solid = append(solid, v)
		}
	}
	for v := range r.live {
		if !r.matters[v] {
			continue
		}
		for _, u := range n.Inputs(int32(v)) {
			if r.matters[u] {
				r.live[v]++
			}
		}
	}
	for v := range r.live {
		look(int32(v))
	}
	for len(solid) > 0 {
		v := solid[len(solid)-1]
		solid = solid[:len(solid)-1]
		for _, w := range n.Outputs(v) {
			r.live[w]--
			look(w)
		}
	}
}

// standIn finds the nodes for which their only input stands.
func (r *reduction) standIn() {
	r.by = make([]int32, r.net.Len())
	for v := range r.by {
		r.by[v] = int32(v)
	}
	for v := range int32(len(r.by)) {
		if !r.matters[v] || r.keep[v] || r.live[v] != 1 || r.cells[v].left != 1 {
			continue
		}
		for _, u := range r.net.Inputs(v) {
			if r.matters[u] {
				if u = last(r.by, u); u != v { // not a ring of such, which nothing fails
					r.by[v] = u
				}
				break
			}
		}
	}
}

// fold finds the nodes whose inputs become inputs of their only user.
func (r *reduction) fold() {
	n := r.net
	r.into = make([]int32, n.Len())
	user := filled(n.Len()) // or −2: several
	for v := range r.into {
		r.into[v] = int32(v)
		if !r.matters[v] || r.by[v] != int32(v) {
			continue
		}
		for _, u := range n.Inputs(int32(v)) {
			if r.matters[u] {
				switch u = last(r.by, u); user[u] {
				case None, int32(v):
					user[u] = int32(v)
				default:
					user[u] = -2
				}
			}
		}
	}
	for v, w := range user {
		if w >= 0 && !r.keep[v] && r.cells[v].left == 1 && r.cells[w].left == 1 {
			if w = last(r.into, w); w != int32(v) {
				r.into[v] = w
			}
		}
	}
}

// last follows steps to their end, and shortens them.
func last(step []int32, v int32) int32 {
	for step[v] != v {
		step[v] = step[step[v]]
		v = step[v]
	}
	return v
}

// build writes out what is left, in the state that the whole is in.
func (r *reduction) build() *kernel {
	n := r.net
	// With one gate that matters all do, as do those that are closed: ways that are
	// known are known by the gate's number.
	ways := slices.ContainsFunc(n.gates, func(g gate) bool { return r.matters[g.node] })
	stays := func(v int32) bool {
		if ways && (n.gateOf[v] != None || n.vertexOf[v] != None) {
			return true
		}
		return r.matters[v] && r.by[v] == v && r.into[v] == v
	}
	k, place := &kernel{}, r.marks()
	for v := range int32(n.Len()) {
		if stays(v) {
			k.of = append(k.of, v)
			place[v] = int32(len(k.of))
		}
	}
	part := &Network{threshold: make([]int32, len(k.of)), gateOf: filled(len(k.of)), vertexOf: filled(len(k.of)), region: filled(len(k.of))}
	s := &State{net: part, cells: make([]cell, len(k.of))}
	for i, v := range k.of {
		s.cells[i] = cell{max(1, r.cells[v].left), r.cells[v].is}
		if !ways {
			s.cells[i].is &^= isVertex
		}
		part.threshold[i] = s.cells[i].left
	}
	r.arcs(part, place)
	if ways {
		part.path = n.path
		part.nodeOf, part.gates = make([]int32, len(n.nodeOf)), slices.Clone(n.gates)
		for x, v := range n.nodeOf {
			part.nodeOf[x] = place[v] - 1
			part.vertexOf[place[v]-1] = int32(x)
		}
		for i := range part.gates {
			g := &part.gates[i]
			g.node = place[g.node] - 1
			part.gateOf[g.node] = int32(i)
		}
	}
	for _, nodes := range n.regions {
		var some []int32
		for _, v := range nodes {
			if r.matters[v] {
				some = append(some, place[v]-1)
				part.region[place[v]-1] = int32(len(part.regions))
			}
		}
		part.regions = append(part.regions, some)
	}
	for _, v := range r.trail {
		if place[v] != 0 {
			s.trail = append(s.trail, place[v]-1)
		}
	}
	s.done = len(s.trail)
	for _, v := range k.of {
		place[v] = 0
	}
	s.guards = slices.Clone(r.guards)
	s.own()
	if ways {
		copy(s.doors.shut, r.doors.shut)
		copy(s.doors.open, r.doors.open)
		copy(s.level, r.level)
		copy(s.broken, r.broken)
		s.breaks, s.fresh = slices.Clone(r.breaks), r.fresh
	}
	k.state = s
	return k
}

// arcs gives a part its inputs and outputs; place tells where the nodes of the
// whole are, from 1.
func (r *reduction) arcs(part *Network, place []int32) {
	n := r.net
	size := len(part.threshold)
	each := func(f func(to, from int32)) {
		for v := range int32(n.Len()) {
			if !r.matters[v] || r.by[v] != v {
				continue
			}
			to := place[last(r.into, v)] - 1
			for _, u := range n.Inputs(v) {
				if !r.matters[u] {
					continue
				}
				if u = last(r.by, u); r.into[u] == u { // else its own inputs are
					f(to, place[u]-1)
				}
			}
		}
	}
	at := make([]int32, size+1)
	each(func(to, _ int32) { at[to+1]++ })
	for v := range size {
		at[v+1] += at[v]
	}
	in := make([]int32, at[size])
	next := slices.Clone(at[:size])
	each(func(to, from int32) {
		in[next[to]] = from
		next[to]++
	})
	// Where one input is enough, each is once.
	seen := filled(size)
	part.inAt, part.outAt = next[:0], make([]int32, size+1)
	kept := int32(0)
	for v := range int32(size) {
		lo, hi := at[v], at[v+1]
		part.inAt = append(part.inAt, kept)
		for _, u := range in[lo:hi] {
			if part.threshold[v] == 1 && seen[u] == v {
				continue
			}
			seen[u] = v
			in[kept] = u
			kept++
			part.outAt[u+1]++
		}
	}
	part.inAt = append(part.inAt, kept)
	part.in = slices.Clip(in[:kept])
	for v := range size {
		part.outAt[v+1] += part.outAt[v]
	}
	part.out = make([]int32, kept)
	next = slices.Clone(part.outAt[:size])
	for v := range int32(size) {
		for _, u := range part.Inputs(v) {
			part.out[next[u]] = v
			next[u]++
		}
	}
}
