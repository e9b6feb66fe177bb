package fault

import "slices"

// cone is the part of a network that one node depends on, as a network of its
// own. What fails in it fails in the whole, and a search that fails thousands of
// sets does not pass on what the node never hears of.
type cone struct {
	state *State
	top   int32
	of    []int32 // node of the cone → node of the whole, ascending
}

func (s *State) cone(top int32, candidates []bool) *cone {
	n, place := s.net, s.marks()
	c := &cone{of: []int32{top}}
	place[top] = 1
	add := func(v int32) {
		if place[v] == 0 {
			place[v] = 1
			c.of = append(c.of, v)
		}
	}
	ways := false
	for i := 0; i < len(c.of); i++ {
		for _, u := range n.Inputs(c.of[i]) {
			add(u)
		}
		if n.gateOf[c.of[i]] != None && !ways {
			ways = true
			for _, v := range n.nodeOf {
				add(v)
			}
		}
	}
	slices.Sort(c.of)
	for i, v := range c.of {
		place[v] = int32(i) + 1
	}
	part := &Network{threshold: make([]int32, len(c.of)), vertexOf: filled(len(c.of)), region: filled(len(c.of))}
	part.gateOf = filled(len(c.of))
	founded := make([]bool, len(c.of))
	var arcs []arc
	var down []int32
	for i, v := range c.of {
		part.threshold[i] = n.threshold[v]
		founded[i] = n.region[v] != None
		for _, u := range n.Inputs(v) {
			arcs = append(arcs, arc{place[u] - 1, int32(i)})
		}
		if s.Failed(v) {
			down = append(down, int32(i))
		}
	}
	if ways {
		part.path = n.path
		for x, v := range n.nodeOf {
			part.nodeOf = append(part.nodeOf, place[v]-1)
			part.vertexOf[place[v]-1] = int32(x)
		}
		for i := range n.gates {
			if g := n.gates[i]; place[g.node] != 0 {
				g.node = place[g.node] - 1
				part.gateOf[g.node] = int32(len(part.gates))
				part.gates = append(part.gates, g)
			}
		}
	}
	part.inAt, part.in = rows(len(c.of), len(arcs), func(i int) (int32, int32) { return arcs[i].to, arcs[i].from })
	part.outAt, part.out = rows(len(c.of), len(arcs), func(i int) (int32, int32) { return arcs[i].from, arcs[i].to })
	part.findLoops(founded)
	c.top = place[top] - 1
	for _, v := range c.of {
		place[v] = 0
	}
	c.state = part.Start(down)
	c.state.prefer(func(v int32) bool { return candidates[c.of[v]] })
	return c
}

// prefer puts the inputs of every node in order for supports: those first that
// lean on few candidates (Knuth's generalisation of the shortest path). It only
// makes supports small.
func (s *State) prefer(isCandidate func(v int32) bool) {
	n := s.net
	const far = 1 << 30
	cost := make([]int32, n.Len())
	need := make([]int32, n.Len())
	sum := make([]int32, n.Len())
	var queue costs
	offer := func(v int32) {
		c := sum[v]
		if isCandidate(v) {
			c++
		}
		queue.push(c, v)
	}
	for v := range n.threshold {
		cost[v] = far
		if need[v] = int32(len(n.Inputs(int32(v)))) - n.threshold[v] + 1; need[v] <= 0 && !s.Failed(int32(v)) {
			offer(int32(v))
		}
	}
	for len(queue) > 0 {
		c, v := queue.pop()
		if cost[v] != far {
			continue
		}
		cost[v] = c
		for _, w := range n.Outputs(v) {
			if need[w] > 0 && !s.Failed(w) {
				sum[w] = min(sum[w]+c, far-1)
				if need[w]--; need[w] == 0 {
					offer(w)
				}
			}
		}
	}
	s.cheap = slices.Clone(n.in)
	for v := range n.threshold {
		row := s.cheap[n.inAt[v]:n.inAt[v+1]]
		slices.SortStableFunc(row, func(x, y int32) int { return int(cost[x] - cost[y]) })
	}
}

// costs is a heap of nodes by what they cost.
type costs [][2]int32

func (h *costs) push(cost, v int32) {
	*h = append(*h, [2]int32{cost, v})
	q := *h
	for i := len(q) - 1; i > 0 && q[i][0] < q[(i-1)/2][0]; i = (i - 1) / 2 {
		q[i], q[(i-1)/2] = q[(i-1)/2], q[i]
	}
}

func (h *costs) pop() (cost, v int32) {
	q := *h
	top := q[0]
	q[0] = q[len(q)-1]
	q = q[:len(q)-1]
	for i := 0; ; {
		least := i
		for _, child := range [2]int{2*i + 1, 2*i + 2} {
			if child < len(q) && q[child][0] < q[least][0] {
				least = child
			}
		}
		if least == i {
			break
		}
		q[i], q[least] = q[least], q[i]
		i = least
	}
	*h = q
	return top[0], top[1]
}
