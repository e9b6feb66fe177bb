package compile

import (
	"context"
	"slices"
	"strings"

	"gujo/graph"
)

// Network is what can be said of a graph without services: which devices and
// links part others from the rest.
type Network struct {
	Points []NetworkPoint // by ID
}

// NetworkPoint is a network device or a link on the only way of others.
type NetworkPoint struct {
	Component string
	Kind      graph.Kind
	// Confidence is Confirmed where what is cut off hangs on it by relations that
	// are certain, and Possible where the parting, or the second way that would
	// prevent it, rests on assumed ones.
	Confidence Confidence
	CutOff     []string // devices, servers and zones that lose the rest, by ID
	Neighbours []string // the links or machines that join it to what is cut off, by ID
}

// Network finds the devices and links whose failure alone parts other devices,
// servers or zones from the largest part of the network that remains, as things
// stand. Parallel links each give a way; an aggregate is one link.
func (a *Analysis) Network(ctx context.Context) (Network, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	seen := a.drawMap(false)
	sure := a.drawMap(true)
	byID := map[int32]*NetworkPoint{}
	out := Network{Points: []NetworkPoint{}}
	for _, m := range []*netMap{seen, sure} {
		parts, err := m.partings(ctx)
		if err != nil {
			return Network{}, err
		}
		for _, p := range parts {
			if byID[p.at] != nil {
				continue
			}
			np := NetworkPoint{Component: a.componentID(p.at), Kind: a.s.kind(p.at), Confidence: Possible, CutOff: []string{}, Neighbours: []string{}}
			if m == seen && slices.ContainsFunc(p.off, func(c int32) bool { return sure.joined(c, p.main) && sure.joined(p.at, p.main) }) {
				np.Confidence = Confirmed
			}
			for _, c := range p.off {
				np.CutOff = append(np.CutOff, a.componentID(c))
			}
			for _, c := range p.by {
				np.Neighbours = append(np.Neighbours, a.componentID(c))
			}
			slices.Sort(np.CutOff)
			slices.Sort(np.Neighbours)
			byID[p.at] = &np
		}
	}
	for _, np := range byID {
		out.Points = append(out.Points, *np)
	}
	slices.SortFunc(out.Points, func(x, y NetworkPoint) int { return strings.Compare(x.Component, y.Component) })
	return out, nil
}

// netMap is the path graph with every machine drawn as one vertex.
type netMap struct {
	s    *structure
	adj  [][]int32 // machine or link → machines or links, several times if joined so
	part []int32   // connected part, or none where it is not on the map
}

// drawMap draws what is up; sure leaves out what is assumed. An end carries
// nothing through, so parts are joined over devices and links alone.
func (a *Analysis) drawMap(sure bool) *netMap {
	s, d := a.s, a.s.draw
	m := &netMap{s: s, adj: make([][]int32, len(d.top)), part: make([]int32, len(d.top))}
	open := func(c int32) bool { return !a.opt.state.Failed(s.carrier(c)) }
	for _, e := range d.edges {
		u, v := d.top[e.u], d.top[e.v]
		if u == v || sure && e.assumed || !open(e.u) || !open(e.v) || !a.inward(e.u, sure) || !a.inward(e.v, sure) {
			continue
		}
		m.adj[u] = append(m.adj[u], v)
		m.adj[v] = append(m.adj[v], u)
	}
	for c := range m.part {
		m.part[c] = none
	}
	number := int32(0)
	for c := range int32(len(m.part)) {
		if m.part[c] != none || m.isEnd(c) || len(m.adj[c]) == 0 {
			continue
		}
		queue := []int32{c}
		m.part[c] = number
		for i := 0; i < len(queue); i++ {
			if m.isEnd(queue[i]) {
				continue
			}
			for _, o := range m.adj[queue[i]] {
				if m.part[o] == none {
					m.part[o] = number
					queue = append(queue, o)
				}
			}
		}
		number++
	}
	return m
}

// inward reports whether a vertex is joined to its machine by parts that are up.
func (a *Analysis) inward(c int32, sure bool) bool {
	s, d := a.s, a.s.draw
	for range 64 {
		if c == d.top[c] {
			return true
		}
		next := none
		for _, r := range s.view.OutOf(c, graph.PartOf) {
			if r.Strength == graph.Hard || r.Strength == graph.Assumed && !sure {
				next = r.To
				break
			}
		}
		if next == none || a.opt.state.Failed(s.carrier(next)) {
			return false
		}
		c = next
	}
	return false
}

func (m *netMap) isEnd(c int32) bool { return m.s.draw.end[c] }

// counts reports whether a component being cut off is worth saying.
func (m *netMap) counts(c int32) bool {
	switch m.s.kind(c) {
	case graph.NetworkDevice, graph.Server, graph.AccessZone, graph.Storage:
		return true
	}
	return false
}

// joined reports whether two components are in one part.
func (m *netMap) joined(a, b int32) bool {
	return b != none && m.part[a] != none && m.part[a] == m.part[b]
}

// parting is a component without which others are cut off.
type parting struct {
	at   int32
	main int32   // a component of what remains
	off  []int32 // what is cut off
	by   []int32 // what joins it to that
}

// partings fails each device and link that some subtree of a depth-first search
// reaches the rest through alone (Hopcroft and Tarjan), and sees what is left.
func (m *netMap) partings(ctx context.Context) ([]parting, error) {
	var out []parting
	seen := make([]int32, len(m.adj))
	number := int32(0)
	for i, c := range m.articulations() {
		if i%64 == 0 && ctx.Err() != nil {
			return nil, ctx.Err()
		}
		if k := m.s.kind(c); k != graph.NetworkDevice && k != graph.Link || m.s.failsOpen(c) {
			continue
		}
		if p, ok := m.without(c, seen, &number); ok {
			out = append(out, p)
		}
	}
	return out, nil
}

// without finds the pieces that a component's failure leaves of its part. The
// largest remains the network; of equals, the one with the first ID.
func (m *netMap) without(c int32, seen []int32, number *int32) (parting, bool) {
	type piece struct {
		members []int32
		first   int32
		size    int
	}
	var pieces []piece
	base := *number
	seen[c] = base + 1
	*number = base + 1
	for _, start := range m.adj[c] {
		if seen[start] > base {
			continue
		}
		*number++
		p := piece{first: int32(len(m.adj))}
		queue := []int32{start}
		seen[start] = *number
		for i := 0; i < len(queue); i++ {
			x := queue[i]
			if m.counts(x) {
				p.members = append(p.members, x)
				p.size++
				p.first = min(p.first, x)
			}
			if m.isEnd(x) {
				continue
			}
			for _, o := range m.adj[x] {
				// An end joined to several pieces is in each of them.
				if o == c || seen[o] == *number || seen[o] > base && !m.isEnd(o) {
					continue
				}
				seen[o] = *number
				queue = append(queue, o)
			}
		}
		pieces = append(pieces, p)
	}
	main := none
	for i, p := range pieces {
		if p.size == 0 {
			continue
		}
		if main == none || p.size > pieces[main].size || p.size == pieces[main].size && p.first < pieces[main].first {
			main = int32(i)
		}
	}
	if main == none {
		return parting{}, false
	}
	kept := map[int32]bool{}
	for _, x := range pieces[main].members {
		kept[x] = true
	}
	out := parting{at: c, main: pieces[main].first}
	for i, p := range pieces {
		if int32(i) == main {
			continue
		}
		for _, x := range p.members {
			// An end may be joined to another part too, which nothing joins to this one.
			elsewhere := m.isEnd(x) && slices.ContainsFunc(m.adj[x], func(o int32) bool { return seen[o] <= base })
			if !kept[x] && !elsewhere {
				kept[x] = true
				out.off = append(out.off, x)
			}
		}
	}
	if len(out.off) == 0 {
		return parting{}, false
	}
	for _, o := range m.adj[c] {
		cut := slices.Contains(out.off, o)
		if m.s.kind(o) == graph.Link {
			cut = slices.ContainsFunc(m.adj[o], func(x int32) bool { return x != c && slices.Contains(out.off, x) })
		}
		if cut && !slices.Contains(out.by, o) {
			out.by = append(out.by, o)
		}
	}
	return out, true
}

// articulations gives, in order, the devices and links that may part something:
// those of the map without its ends, and those that an end is joined to.
func (m *netMap) articulations() []int32 {
	n := len(m.adj)
	order, low, parent := make([]int32, n), make([]int32, n), make([]int32, n)
	next := make([]int, n)
	is := make([]bool, n)
	clock := int32(0)
	for root := range int32(n) {
		if order[root] != 0 || m.part[root] == none || m.isEnd(root) {
			continue
		}
		children := 0
		stack := []int32{root}
		parent[root] = none
		clock++
		order[root], low[root] = clock, clock
		for len(stack) > 0 {
			v := stack[len(stack)-1]
			if next[v] < len(m.adj[v]) {
				o := m.adj[v][next[v]]
				next[v]++
				switch {
				case m.isEnd(o):
					is[v] = true // it may be all that the end has
				case order[o] == 0:
					parent[o] = v
					clock++
					order[o], low[o] = clock, clock
					stack = append(stack, o)
				case o != parent[v]:
					low[v] = min(low[v], order[o])
				}
				continue
			}
			stack = stack[:len(stack)-1]
			if p := parent[v]; p != none {
				low[p] = min(low[p], low[v])
				if p == root {
					children++
				} else if low[v] >= order[p] {
					is[p] = true
				}
			}
		}
		if children > 1 {
			is[root] = true
		}
	}
	var out []int32
	for c, yes := range is {
		if yes {
			out = append(out, int32(c))
		}
	}
	return out
}
