package fault

import "slices"

// search finds what is reached from a vertex; its memory is kept from one search
// to the next.
type search struct {
	net    *Network
	seen   []int32 // vertex → number of the search that saw it
	parent []int32
	queue  []int32
	number int32
}

func newSearch(n *Network) search {
	v := len(n.nodeOf)
	return search{net: n, seen: make([]int32, v), parent: make([]int32, v)}
}

// carries reports whether a vertex may lie on a way that asks for the tag.
func (n *Network) carries(v, tag int32) bool {
	return tag == None || len(n.tags[v]) == 0 || slices.Contains(n.tags[v], tag)
}

// passes reports whether a way from src may go on from x to y: an end carries
// nothing through, so what it owns is left only outwards by the source and
// entered only inwards by the target.
func (n *Network) passes(src, x, y int32) bool {
	home := n.owner[src]
	ox, oy := n.owner[x], n.owner[y]
	if x == src && home == None {
		return true
	}
	switch {
	case oy == None:
		return ox == None || ox == home
	case oy == home:
		return ox == home
	}
	return ox == None || ox == home || ox == oy
}

// from searches breadth first; closed tells which vertices are shut. It stops
// early when it sees target. Source and target themselves are not asked.
func (h *search) from(src, target, tag int32, sure bool, closed func(v int32) bool) bool {
	n := h.net
	h.number++
	h.queue = append(h.queue[:0], src)
	h.seen[src] = h.number
	h.parent[src] = None
	for i := 0; i < len(h.queue); i++ {
		x := h.queue[i]
		if x == target {
			return true
		}
		if x != src && closed(x) {
			continue // seen, since it may be a target, but not passed
		}
		for e := n.adjAt[x]; e < n.adjAt[x+1]; e++ {
			y := n.adj[e]
			if h.seen[y] == h.number || sure && n.guessed[e] || !n.passes(src, x, y) || !n.carries(y, tag) {
				continue
			}
			h.seen[y] = h.number
			h.parent[y] = x
			h.queue = append(h.queue, y)
		}
	}
	return target != None && h.seen[target] == h.number
}

func (s *State) closed(v int32) bool { return s.failed[s.net.nodeOf[v]] }

// tagsOf makes "no tag" one search like any other.
func (g *gate) tagsOf() []int32 {
	if len(g.tags) == 0 {
		return noTag
	}
	return g.tags
}

var noTag = []int32{None}

// closeGates fails the doubted gates that have no way left. For the others it
// remembers the way that it found: only when a vertex on it closes too need the gate
// be looked at again.
func (s *State) closeGates() {
	n, h := s.net, &s.search
	slices.Sort(s.doubted)
	for i := 0; i < len(s.doubted); {
		first := s.doubted[i]
		waiting := s.scratch[:0]
		for ; i < len(s.doubted) && s.doubted[i] < n.groupEnd[first]; i++ {
			g := s.doubted[i]
			s.isDoubted[g] = false
			if !s.failed[n.gates[g].node] {
				waiting = append(waiting, g)
			}
		}
		from := &n.gates[first]
		for _, tag := range from.tagsOf() {
			target := None
			switch len(waiting) {
			case 0:
				continue
			case 1:
				target = n.gates[waiting[0]].to
			}
			h.from(from.from, target, tag, from.sure, s.closed)
			left := waiting[:0]
			for _, g := range waiting {
				if h.seen[n.gates[g].to] != h.number {
					left = append(left, g)
					continue
				}
				for v := h.parent[n.gates[g].to]; v != None && v != from.from; v = h.parent[v] {
					s.detours = append(s.detours, detour{v, g, s.detourAt[v]})
					s.detourAt[v] = int32(len(s.detours) - 1)
				}
			}
			waiting = left
		}
		for _, g := range waiting {
			s.fail(n.gates[g].node)
		}
		s.scratch = waiting
	}
	s.doubted = s.doubted[:0]
}

// way gives the vertices between the ends of a gate on a shortest way that is open.
func (s *State) way(g *gate, into []int32) ([]int32, bool) {
	h := &s.search
	for _, tag := range g.tagsOf() {
		if !h.from(g.from, g.to, tag, g.sure, s.closed) {
			continue
		}
		for v := g.to; v != g.from; v = h.parent[v] {
			if v != g.to {
				into = append(into, v)
			}
		}
		return into, true
	}
	return into, false
}

// keepWitnesses packs the ways that were found at the start, from which nobody goes
// back.
func (s *State) keepWitnesses() {
	broken := func(d detour) bool { return s.failed[s.net.gates[d.gate].node] }
	s.detours = slices.DeleteFunc(s.detours, broken)
	s.witnessAt, s.witness = rows(len(s.net.nodeOf), len(s.detours), func(i int) (int32, int32) { return s.detours[i].vertex, s.detours[i].gate })
	s.detours = nil
	for v := range s.detourAt {
		s.detourAt[v] = None
	}
}

// Surely tells, by node, for which gates a way is open over sure edges alone,
// whatever the gates themselves count: with one search for all from one vertex.
func (s *State) Surely() []bool {
	n, h := s.net, &s.search
	open := make([]bool, n.Len())
	for i := 0; i < len(n.gates); {
		end := int(n.groupEnd[i])
		for _, tag := range n.gates[i].tagsOf() {
			h.from(n.gates[i].from, None, tag, true, s.closed)
			for j := i; j < end; j++ {
				if g := &n.gates[j]; h.seen[g.to] == h.number {
					open[g.node] = true
				}
			}
		}
		i = end
	}
	return open
}

// Parts reports whether a set of vertices, closed alone, leaves a gate without a way.
func (s *State) Parts(gateNode int32, vertices []int32) bool {
	g := &s.net.gates[s.net.gateOf[gateNode]]
	for _, tag := range g.tagsOf() {
		if s.search.from(g.from, g.to, tag, g.sure, func(x int32) bool { return slices.Contains(vertices, x) }) {
			return false
		}
	}
	return true
}

// Cut gives a minimal set of vertices that, closed alone, leave a gate that has
// failed without a way; it is empty where no way ever was. Of several such sets
// it is one of those that closed first.
func (s *State) Cut(gateNode int32) []int32 {
	n, h := s.net, &s.search
	g := &n.gates[n.gateOf[gateNode]]
	var closed []int32 // in the order of closing
	for _, v := range s.trail {
		if v == gateNode {
			break
		}
		if x := n.vertexOf[v]; x != None && x != g.from && x != g.to {
			closed = append(closed, x)
		}
	}
	shut := map[int32]bool{}
	parted := func() bool {
		for _, tag := range g.tagsOf() {
			if h.from(g.from, g.to, tag, g.sure, func(x int32) bool { return shut[x] }) {
				return false
			}
		}
		return true
	}
	// The last vertex of the shortest beginning that parts the ends is needed, and
	// with it the rest of the beginning is searched in the same way.
	var cut []int32
	for !parted() {
		lo, hi := 0, len(closed)
		for lo < hi {
			mid := (lo + hi) / 2
			for _, x := range closed[:mid] {
				shut[x] = true
			}
			if parted() {
				hi = mid
			} else {
				lo = mid + 1
			}
			clear(shut)
			for _, x := range cut {
				shut[x] = true
			}
		}
		if lo == 0 || lo > len(closed) {
			break // closed by more than its ways
		}
		cut = append(cut, closed[lo-1])
		shut[closed[lo-1]] = true
		closed = closed[:lo-1]
	}
	slices.Sort(cut)
	return cut
}
