package fault

import (
	"encoding/binary"
	"slices"
)

// pathGraph is the path graph with everything put together that closes the same
// ways, for searches.
//
// An element is a vertex, or a chain: a run of vertices with two neighbours each,
// such as interface, link, interface. Whatever way leads over one of them leads
// over all, and over the vertices at both ends of the chain. A vertex that no way
// between the ends of gates leads over, because it hangs on a dead end, is no
// element at all.
//
// A knot is a vertex, or all chains between the same two ends that are alike. It
// is open as long as one of its elements is. Vertices have the same number as
// element and as knot; chains and their knots are numbered behind them.
type pathGraph struct {
	elementOf []int32 // vertex → element, or None
	ends      [][2]int32
	knotOf    []int32
	vertexAt  []int32 // element → its vertices
	vertices  []int32
	memberAt  []int32 // knot → its elements
	members   []int32

	at      []int32 // knot → its neighbours
	next    []int32
	guessed []bool
	owner   []int32
	tags    [][]int32
	unsure  []bool // a guessed edge is inside
}

var noneInCommon = []int32{-2} // tags of a chain that carries none

// weave makes the path graph out of vertices with neighbours in rows.
func (n *Network) weave(adjAt, adj []int32, guessed []bool, owner []int32, tags [][]int32) {
	size := int32(len(n.nodeOf))
	g := &n.path
	g.elementOf = filled(int(size))
	isEnd := make([]bool, size) // of a gate: it may be closed without closing the way
	for i := range n.gates {
		isEnd[n.gates[i].from], isEnd[n.gates[i].to] = true, true
	}
	dead := make([]bool, size)
	// neighbours gives up to three different ones that count.
	neighbours := func(v int32) (list [3]int32, found int) {
		for _, w := range adj[adjAt[v]:adjAt[v+1]] {
			if w == v || dead[w] || found > 0 && w == list[0] || found > 1 && w == list[1] {
				continue
			}
			if list[found] = w; found == 2 {
				return list, 3
			}
			found++
		}
		return list, found
	}
	var stack []int32
	for v := range size {
		stack = append(stack, v)
	}
	for len(stack) > 0 {
		v := stack[len(stack)-1]
		stack = stack[:len(stack)-1]
		if dead[v] || isEnd[v] {
			continue
		}
		if list, found := neighbours(v); found < 2 {
			dead[v] = true
			if found == 1 {
				stack = append(stack, list[0])
			}
		}
	}
	isLink := make([]bool, size)
	for v := range size {
		_, found := neighbours(v)
		isLink[v] = !dead[v] && !isEnd[v] && found == 2
	}
	doubtful := func(v, w int32) bool { // all edges between the two are guessed
		for e := adjAt[v]; e < adjAt[v+1]; e++ {
			if adj[e] == w && !guessed[e] {
				return false
			}
		}
		return true
	}

	type chain struct {
		vertices []int32
		ends     [2]int32 // vertices
		tags     []int32
		unsure   bool
	}
	var chains []chain
	inChain := filled(int(size))
	for v := range size {
		switch {
		case dead[v]:
			continue
		case !isLink[v]:
			g.elementOf[v] = v
			continue
		case inChain[v] != None:
			continue
		}
		number := int32(len(chains))
		c := chain{vertices: []int32{v}}
		inChain[v] = number
		list, _ := neighbours(v)
		for side, at := range list[:2] {
			from := v
			for isLink[at] && inChain[at] == None && owner[at] == owner[v] {
				inChain[at] = number
				c.vertices = append(c.vertices, at)
				c.unsure = c.unsure || doubtful(from, at)
				next, _ := neighbours(at)
				at, from = next[0]+next[1]-from, at
			}
			c.unsure = c.unsure || doubtful(from, at)
			c.ends[side] = at
		}
		for _, w := range c.vertices {
			switch {
			case len(tags[w]) == 0:
			case c.tags == nil:
				c.tags = tags[w]
			default:
				common := slices.DeleteFunc(slices.Clone(c.tags), func(t int32) bool { return !slices.Contains(tags[w], t) })
				if c.tags = common; len(common) == 0 {
					c.tags = noneInCommon
				}
			}
		}
		chains = append(chains, c)
	}

	g.knotOf = make([]int32, size, int(size)+len(chains))
	for v := range size {
		g.knotOf[v] = v
	}
	g.owner, g.tags, g.unsure = slices.Clone(owner), slices.Clone(tags), make([]bool, size)
	var vertexPairs, memberPairs, arcs [][2]int32
	var arcGuessed []bool
	for v := range size {
		vertexPairs = append(vertexPairs, [2]int32{v, v})
		memberPairs = append(memberPairs, [2]int32{v, v})
	}
	knots := map[string]int32{}
	var key []byte
	for i := range chains {
		c := &chains[i]
		x := size + int32(len(g.ends))
		ends := c.ends
		if inChain[ends[0]] == int32(i) || ends[0] == ends[1] {
			continue // it leads round in a circle
		}
		for _, v := range c.vertices {
			g.elementOf[v] = x
			vertexPairs = append(vertexPairs, [2]int32{x, v})
		}
		alone := isLink[ends[0]] || isLink[ends[1]]
		key = key[:0]
		key = binary.AppendVarint(key, int64(min(ends[0], ends[1])))
		key = binary.AppendVarint(key, int64(max(ends[0], ends[1])))
		key = binary.AppendVarint(key, int64(owner[c.vertices[0]]))
		for _, t := range c.tags {
			key = binary.AppendVarint(key, int64(t))
		}
		if c.unsure {
			key = append(key, '?')
		}
		k, known := knots[string(key)]
		if !known || alone {
			k = int32(len(g.owner))
			knots[string(key)] = k
			g.owner, g.tags, g.unsure = append(g.owner, owner[c.vertices[0]]), append(g.tags, c.tags), append(g.unsure, c.unsure)
		}
		g.knotOf = append(g.knotOf, k)
		memberPairs = append(memberPairs, [2]int32{k, x})
		for side, at := range ends { // known later, where it is in another chain
			if !known || alone {
				arcs = append(arcs, [2]int32{k, at})
				arcGuessed = append(arcGuessed, false)
			}
			if isEnd[at] || isLink[at] {
				ends[side] = None
			}
		}
		g.ends = append(g.ends, ends)
	}
	// A chain knows the vertices at its ends, and these know it; chains that meet
	// know each other from both sides.
	var both [][2]int32
	var bothGuessed []bool
	add := func(x, y int32, guess bool) {
		both = append(both, [2]int32{x, y})
		bothGuessed = append(bothGuessed, guess)
	}
	for i, a := range arcs {
		at := g.elementOf[a[1]]
		if at == None {
			continue
		}
		add(a[0], g.knotOf[at], arcGuessed[i])
		if !isLink[a[1]] {
			add(g.knotOf[at], a[0], arcGuessed[i])
		}
	}
	for v := range size {
		for e := adjAt[v]; e < adjAt[v+1]; e++ {
			if w := adj[e]; w != v && g.elementOf[v] == v && g.elementOf[w] == w {
				add(v, w, guessed[e])
			}
		}
	}
	g.at, g.next = rows(len(g.owner), len(both), func(i int) (int32, int32) { return both[i][0], both[i][1] })
	g.guessed = make([]bool, len(both))
	next := slices.Clone(g.at)
	for i, a := range both {
		g.guessed[next[a[0]]] = bothGuessed[i]
		next[a[0]]++
	}
	g.vertexAt, g.vertices = rows(len(g.knotOf), len(vertexPairs), func(i int) (int32, int32) { return vertexPairs[i][0], vertexPairs[i][1] })
	g.memberAt, g.members = rows(len(g.owner), len(memberPairs), func(i int) (int32, int32) { return memberPairs[i][0], memberPairs[i][1] })
}

// verticesOf gives the vertices of an element.
func (g *pathGraph) verticesOf(element int32) []int32 {
	return g.vertices[g.vertexAt[element]:g.vertexAt[element+1]]
}

// carries reports whether a knot may lie on a way that asks for the tag.
func (g *pathGraph) carries(knot, tag int32) bool {
	return tag == None || len(g.tags[knot]) == 0 || slices.Contains(g.tags[knot], tag)
}

// passes reports whether a way from src may go on from x to y: an end carries
// nothing through, so what it owns is left only outwards by the source and
// entered only inwards by the target.
func (g *pathGraph) passes(src, x, y int32) bool {
	home := g.owner[src]
	ox, oy := g.owner[x], g.owner[y]
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

// doors says what of the path graph is open.
type doors struct {
	path *pathGraph
	shut []int32 // element → how many of its vertices are closed
	open []int32 // knot → how many of its elements are open
}

func (g *pathGraph) doors() doors {
	d := doors{g, make([]int32, len(g.knotOf)), make([]int32, len(g.owner))}
	for k := range d.open {
		d.open[k] = g.memberAt[k+1] - g.memberAt[k]
	}
	return d
}

func (d *doors) close(vertex int32) {
	if x := d.path.elementOf[vertex]; x != None {
		if d.shut[x]++; d.shut[x] == 1 {
			d.open[d.path.knotOf[x]]--
		}
	}
}

func (d *doors) reopen(vertex int32) {
	if x := d.path.elementOf[vertex]; x != None {
		if d.shut[x]--; d.shut[x] == 0 {
			d.open[d.path.knotOf[x]]++
		}
	}
}

// through gives the i-th open element of a knot.
func (d *doors) through(knot int32, i int) int32 {
	for _, x := range d.path.members[d.path.memberAt[knot]:d.path.memberAt[knot+1]] {
		if d.shut[x] == 0 {
			if i == 0 {
				return x
			}
			i--
		}
	}
	return None
}

// eachClosed calls f for every element that closed after a moment; chains that an
// end closes with it are left out. An element may be named more than once.
func (s *State) eachClosed(m Mark, f func(element int32)) {
	g := &s.net.path
	size := int32(len(g.elementOf))
	for _, v := range s.trail[m.trail:] {
		if s.cells[v].is&isVertex == 0 {
			continue
		}
		x := g.elementOf[s.net.vertexOf[v]]
		if x == None {
			continue
		}
		if x >= size {
			ends := g.ends[x-size]
			if ends[0] != None && s.doors.shut[ends[0]] > 0 || ends[1] != None && s.doors.shut[ends[1]] > 0 {
				continue
			}
		}
		f(x)
	}
}
