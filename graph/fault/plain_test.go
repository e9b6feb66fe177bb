package fault

import (
	"math/rand/v2"
	"slices"
)

// plain is a network as the definitions have it, to be evaluated naively.
type plain struct {
	threshold []int32
	founded   []bool
	in        [][]int32
	nodeOf    []int32
	owner     []int32
	tags      [][]int32
	edges     []edge
	gates     []gate
}

func (p *plain) build() *Network {
	var b Builder
	for v, t := range p.threshold {
		b.Node(t)
		if p.founded[v] {
			b.Founded(int32(v))
		}
	}
	for v, in := range p.in {
		for _, w := range in {
			b.Input(int32(v), w)
		}
	}
	for x, n := range p.nodeOf {
		b.Vertex(n, p.tags[x])
		b.Own(int32(x), p.owner[x])
	}
	for _, e := range p.edges {
		b.Edge(e.u, e.v, e.guessed)
	}
	for _, g := range p.gates {
		b.Gate(g.node, g.from, g.to, g.tags, g.sure)
	}
	return b.Build()
}

func random(rng *rand.Rand) *plain {
	p := &plain{}
	n := 4 + rng.IntN(7)
	vertices := rng.IntN(min(n, 6))
	for v := range n {
		p.threshold = append(p.threshold, 1)
		p.founded = append(p.founded, rng.IntN(3) == 0)
		var in []int32
		for range rng.IntN(4) {
			in = append(in, int32(rng.IntN(n)))
		}
		slices.Sort(in)
		in = slices.Compact(in)
		p.in = append(p.in, in)
		if len(in) > 0 {
			p.threshold[v] = int32(1 + rng.IntN(len(in)))
		}
		if rng.IntN(25) == 0 {
			p.threshold[v] = int32(rng.IntN(5))
		}
	}
	nodes := rng.Perm(n)
	for x := range vertices {
		p.nodeOf = append(p.nodeOf, int32(nodes[x]))
		p.owner = append(p.owner, None)
		var tags []int32
		for t := range int32(2) {
			if rng.IntN(4) == 0 {
				tags = append(tags, t)
			}
		}
		p.tags = append(p.tags, tags)
	}
	if vertices < 2 {
		return p
	}
	for x := range vertices {
		if rng.IntN(4) == 0 {
			p.owner[x] = int32(x)
		} else if o := rng.IntN(vertices); rng.IntN(5) == 0 && p.owner[o] == int32(o) {
			p.owner[x] = int32(o)
		}
	}
	for range vertices + rng.IntN(4) {
		u, v := int32(rng.IntN(vertices)), int32(rng.IntN(vertices))
		if u != v {
			p.edges = append(p.edges, edge{u, v, rng.IntN(4) == 0})
		}
	}
	for range 1 + rng.IntN(2) {
		from, to := int32(rng.IntN(vertices)), int32(rng.IntN(vertices))
		if from == to {
			continue
		}
		var tags []int32
		if rng.IntN(3) == 0 {
			tags = append(tags, int32(rng.IntN(2)))
		}
		p.gates = append(p.gates, gate{int32(len(p.threshold)), from, to, tags, rng.IntN(2) == 0})
		p.threshold = append(p.threshold, 1)
		p.founded = append(p.founded, false)
		p.in = append(p.in, nil)
		if user := rng.IntN(n); !slices.Contains(p.in[user], int32(len(p.threshold)-1)) {
			p.in[user] = append(p.in[user], int32(len(p.threshold)-1))
		}
	}
	return p
}

// randomWays is mostly path graph: devices and cables with more than one way
// between the ends, a few risks that they share, users of the gates, some of
// which devices need in turn.
func randomWays(rng *rand.Rand) *plain {
	p := &plain{}
	node := func(threshold int32, in ...int32) int32 {
		p.threshold = append(p.threshold, threshold)
		p.founded = append(p.founded, false)
		p.in = append(p.in, in)
		return int32(len(p.threshold) - 1)
	}
	risks := 1 + rng.IntN(2)
	for range risks {
		node(1)
	}
	vertices := 4 + rng.IntN(4)
	rare := 2 + rng.IntN(10) // tags
	for x := range vertices {
		v := node(1)
		if rng.IntN(3) == 0 {
			p.in[v] = append(p.in[v], int32(rng.IntN(risks)))
		}
		p.nodeOf = append(p.nodeOf, v)
		p.owner = append(p.owner, None)
		if x < 2 && rng.IntN(3) == 0 {
			p.owner[x] = int32(x)
		} else if rng.IntN(8) == 0 && p.owner[0] == 0 {
			p.owner[x] = 0
		}
		var tags []int32
		for t := range int32(3) {
			if rng.IntN(rare) == 0 {
				tags = append(tags, t)
			}
		}
		p.tags = append(p.tags, tags)
	}
	if rng.IntN(3) == 0 { // many ways side by side
		u, v := int32(rng.IntN(2)), int32(1+rng.IntN(2))
		for x := int32(2); x < int32(vertices); x++ {
			if rng.IntN(4) > 0 && u != v && x != v {
				p.edges = append(p.edges, edge{u, x, false}, edge{x, v, rng.IntN(8) == 0})
			}
		}
	}
	for range vertices + 1 + rng.IntN(4) {
		if len(p.edges) > vertices && rng.IntN(2) == 0 {
			continue
		}
		u, v := int32(rng.IntN(vertices)), int32(rng.IntN(vertices))
		p.edges = append(p.edges, edge{u, v, rng.IntN(8) == 0})
	}
	for range 1 + rng.IntN(2) {
		from, to := int32(0), int32(1)
		if rng.IntN(3) == 0 {
			from, to = int32(rng.IntN(vertices)), int32(rng.IntN(vertices))
		}
		var tags []int32
		for t := range int32(3) {
			if rng.IntN(rare) == 0 {
				tags = append(tags, t)
			}
		}
		g := node(1)
		if rng.IntN(4) == 0 {
			p.in[g] = append(p.in[g], int32(rng.IntN(risks)))
		}
		p.gates = append(p.gates, gate{g, from, to, tags, rng.IntN(4) == 0})
		if rng.IntN(2) == 0 {
			user := node(1, g)
			if rng.IntN(2) == 0 {
				other := int32(risks + rng.IntN(vertices))
				p.in[user] = append(p.in[user], other)
				p.threshold[user] = 2
			}
			if rng.IntN(3) == 0 {
				x := risks + rng.IntN(vertices)
				p.in[x] = append(p.in[x], user)
			}
		}
	}
	return p
}

// randomCycle is a hard cycle, or two, with nodes that alone or in pools hold it
// up, and nodes that hang on it, some in pools that it holds up as well.
func randomCycle(rng *rand.Rand) *plain {
	p := &plain{}
	n := 9 + rng.IntN(5)
	for range n {
		p.threshold = append(p.threshold, 1)
		p.founded = append(p.founded, rng.IntN(12) == 0)
		p.in = append(p.in, nil)
	}
	need := func(v, u int) { p.in[v] = append(p.in[v], int32(u)) }
	long := 2 + rng.IntN(3)
	for v := range long {
		need(v, (v+1)%long)
	}
	if rng.IntN(3) == 0 {
		need(long, long+1)
		need(long+1, long)
	}
	for v := long; v < n; v++ {
		for range rng.IntN(3) {
			need(v, rng.IntN(n))
		}
		if len(p.in[v]) > 1 && rng.IntN(3) > 0 {
			p.threshold[v] = 2
		}
		if rng.IntN(2) == 0 {
			need(rng.IntN(n), v)
		}
	}
	return p
}

// anyRandom draws a network of one of the shapes.
func anyRandom(rng *rand.Rand) *plain {
	switch rng.IntN(5) {
	case 0, 1:
		return randomWays(rng)
	case 2:
		return randomCycle(rng)
	}
	return random(rng)
}

// reaches enumerates every way without repetition.
func (p *plain) reaches(g gate, up []bool) bool {
	tags := g.tags
	if len(tags) == 0 {
		tags = []int32{None}
	}
	for _, tag := range tags {
		var visited uint64
		var walk func(x int32) bool
		walk = func(x int32) bool {
			if x == g.to {
				return true
			}
			if x != g.from && !up[p.nodeOf[x]] {
				return false
			}
			visited |= 1 << x
			defer func() { visited &^= 1 << x }()
			for _, e := range p.edges {
				if e.u != x && e.v != x || g.sure && e.guessed {
					continue
				}
				y := e.u + e.v - x
				carries := tag == None || len(p.tags[y]) == 0 || slices.Contains(p.tags[y], tag)
				if visited&(1<<y) == 0 && carries && p.mayPass(g.from, x, y) && walk(y) {
					return true
				}
			}
			return false
		}
		if walk(g.from) {
			return true
		}
	}
	return false
}

// mayPass: what an end owns is left outwards by the source and entered inwards by
// another, and never the reverse.
func (p *plain) mayPass(src, x, y int32) bool {
	inside := func(v int32) bool { return p.owner[v] != None }
	same := inside(x) && p.owner[x] == p.owner[y]
	if same {
		return true
	}
	if inside(x) && p.owner[x] != p.owner[src] {
		return false // would lead out of a foreign end
	}
	if inside(y) && p.owner[y] == p.owner[src] {
		return false // would lead back into the source's own
	}
	return true
}

// holds tells whether a node is up given who else is.
func (p *plain) holds(v int, up func(w int32) bool) bool {
	missing := int32(0)
	for _, w := range p.in[v] {
		if !up(w) {
			missing++
		}
	}
	return missing < p.threshold[v]
}

func (p *plain) running(failed map[int32]bool) []bool {
	n := len(p.threshold)
	up := make([]bool, n)
	for v := range up {
		up[v] = true
	}
	for {
		founded := make([]bool, n) // least fixpoint inside
		for grew := true; grew; {
			grew = false
			for v := range n {
				if p.founded[v] && !founded[v] && !failed[int32(v)] && p.holds(v, func(w int32) bool {
					if p.founded[w] {
						return founded[w]
					}
					return up[w]
				}) {
					founded[v] = true
					grew = true
				}
			}
		}
		changed := false
		for v := range n {
			if !up[v] {
				continue
			}
			ok := !failed[int32(v)] && p.holds(v, func(w int32) bool { return up[w] }) && (!p.founded[v] || founded[v])
			for _, g := range p.gates {
				ok = ok && (g.node != int32(v) || p.reaches(g, up))
			}
			if !ok {
				up[v], changed = false, true
			}
		}
		if !changed {
			return up
		}
	}
}

func (p *plain) started(failed map[int32]bool) []bool {
	up := make([]bool, len(p.threshold))
	for changed := true; changed; {
		changed = false
		for v := range up {
			ok := !up[v] && !failed[int32(v)] && p.holds(v, func(w int32) bool { return up[w] })
			for _, g := range p.gates {
				ok = ok && (g.node != int32(v) || p.reaches(g, up))
			}
			if ok {
				up[v], changed = true, true
			}
		}
	}
	return up
}
