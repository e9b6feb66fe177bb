package fault

import "slices"

// None stands for no node, no vertex and no tag.
const None int32 = -1

// Builder collects a network. Its zero value is ready.
type Builder struct {
	threshold []int32
	founded   []bool
	inputs    []arc
	nodeOf    []int32
	owner     []int32
	tags      [][]int32
	edges     []edge
	gates     []gate
}

type arc struct{ from, to int32 }

type edge struct {
	u, v    int32
	guessed bool
}

// gate is a node that fails when no way is left.
type gate struct {
	node, from, to int32
	tags           []int32 // one of them is enough; none: no tag is asked for
	sure           bool    // over edges that are not guessed only
}

// Node adds a node that fails when at least threshold of its inputs have
// failed: 1 needs all of them, a threshold above their number never fails by
// itself, one below 1 is down from the start.
func (b *Builder) Node(threshold int32) int32 {
	b.threshold = append(b.threshold, threshold)
	b.founded = append(b.founded, false)
	return int32(len(b.threshold) - 1)
}

// Input makes one node an input of another. An input named twice counts twice.
func (b *Builder) Input(node, input int32) { b.inputs = append(b.inputs, arc{input, node}) }

// Founded marks a node that loops of such nodes cannot hold up.
func (b *Builder) Founded(node int32) { b.founded[node] = true }

// Vertex adds a vertex of the path graph, closed while node is down. A vertex
// with tags is passed only by ways that ask for none, or for one of them.
func (b *Builder) Vertex(node int32, tags []int32) int32 {
	b.nodeOf = append(b.nodeOf, node)
	b.owner = append(b.owner, None)
	b.tags = append(b.tags, tags)
	return int32(len(b.nodeOf) - 1)
}

// Own makes a vertex part of an end: ways lead to the owner and from it over the
// vertex, but never through. The owner owns itself.
func (b *Builder) Own(vertex, owner int32) { b.owner[vertex] = owner }

// Edge joins two vertices. A guessed edge counts only for gates that are not sure.
func (b *Builder) Edge(u, v int32, guessed bool) { b.edges = append(b.edges, edge{u, v, guessed}) }

// Gate makes node fail when no way leads from one vertex to the other. Whether
// these two are up themselves is not asked. With tags, one of them has to be
// carried by every vertex on the way that has tags.
func (b *Builder) Gate(node, from, to int32, tags []int32, sure bool) {
	b.gates = append(b.gates, gate{node, from, to, tags, sure})
}

// Network is a built network. It is not changed and may be shared.
type Network struct {
	threshold []int32
	inAt, in  []int32 // inputs of v: in[inAt[v]:inAt[v+1]]
	outAt     []int32 // nodes that v is an input of
	out       []int32
	gateOf    []int32 // node → gate, or None
	vertexOf  []int32 // node → vertex, or None
	gates     []gate

	nodeOf []int32 // vertex → node
	path   pathGraph

	region  []int32   // node → loop of founded nodes, or None
	regions [][]int32 // their nodes
}

// Build makes the network in linear time.
func (b *Builder) Build() *Network {
	nodes, vertices := len(b.threshold), len(b.nodeOf)
	n := &Network{
		threshold: b.threshold, nodeOf: b.nodeOf, gates: b.gates,
		gateOf: filled(nodes), vertexOf: filled(nodes), region: filled(nodes),
	}
	n.inAt, n.in = rows(nodes, len(b.inputs), func(i int) (int32, int32) { return b.inputs[i].to, b.inputs[i].from })
	n.outAt, n.out = rows(nodes, len(b.inputs), func(i int) (int32, int32) { return b.inputs[i].from, b.inputs[i].to })
	for v, node := range n.nodeOf {
		n.vertexOf[node] = int32(v)
	}
	half := func(i int) (int32, int32) {
		e := b.edges[i/2]
		if i%2 == 0 {
			return e.u, e.v
		}
		return e.v, e.u
	}
	adjAt, adj := rows(vertices, 2*len(b.edges), half)
	guessed := make([]bool, len(adj))
	next := slices.Clone(adjAt)
	for i := range 2 * len(b.edges) {
		u, _ := half(i)
		guessed[next[u]] = b.edges[i/2].guessed
		next[u]++
	}
	for i := range n.gates {
		n.gateOf[n.gates[i].node] = int32(i)
	}
	n.weave(adjAt, adj, guessed, b.owner, b.tags)
	n.findLoops(b.founded)
	return n
}

// Len gives the number of nodes.
func (n *Network) Len() int { return len(n.threshold) }

// Threshold gives how many failed inputs fail a node.
func (n *Network) Threshold(v int32) int32 { return n.threshold[v] }

// Inputs gives the inputs of a node, in the order in which they were added.
func (n *Network) Inputs(v int32) []int32 { return n.in[n.inAt[v]:n.inAt[v+1]] }

// Outputs gives the nodes that a node is an input of.
func (n *Network) Outputs(v int32) []int32 { return n.out[n.outAt[v]:n.outAt[v+1]] }

// Loop gives the number of the loop of founded nodes that a node is in, or None.
func (n *Network) Loop(v int32) int32 { return n.region[v] }

// IsGate reports whether a node is a gate.
func (n *Network) IsGate(node int32) bool { return n.gateOf[node] != None }

// Gates calls f with the node and the ends of every gate, in a stable order.
func (n *Network) Gates(f func(node, from, to int32)) {
	for i := range n.gates {
		f(n.gates[i].node, n.gates[i].from, n.gates[i].to)
	}
}

func filled(n int) []int32 {
	s := make([]int32, n)
	for i := range s {
		s[i] = None
	}
	return s
}

// rows packs m pairs (row, value) into compressed sparse rows, keeping their order.
func rows(n, m int, pair func(i int) (row, value int32)) (at, values []int32) {
	at, values = make([]int32, n+1), make([]int32, m)
	for i := range m {
		r, _ := pair(i)
		at[r+1]++
	}
	for r := range n {
		at[r+1] += at[r]
	}
	next := slices.Clone(at[:n])
	for i := range m {
		r, v := pair(i)
		values[next[r]] = v
		next[r]++
	}
	return at, values
}
