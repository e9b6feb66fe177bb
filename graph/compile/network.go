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
	seen, err := a.drawMap(ctx, false)
	if err != nil {
		return Network{}, err
	}
	sure, err := a.drawMap(ctx, true)
	if err != nil {
		return Network{}, err
	}
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
	s     *structure
	adj   [][]int32 // machine or link → machines or links, several times if joined so
	part  []int32   // connected part, or none where it is not on the map
	parts [][]int32 // of each part what counts, ends that several have in each
}

// drawMap draws what is up; sure leaves out what is assumed. An end carries
// nothing through, so parts are joined over devices and links alone.
func (a *Analysis) drawMap(ctx context.Context, sure bool) (*netMap, error) {
	s, d := a.s, a.s.draw
	m := &netMap{s: s, adj: make([][]int32, len(d.top)), part: make([]int32, len(d.top))}
	open := func(c int32) bool { return !a.opt.state.Failed(s.carrier(c)) }
	for i, e := range d.edges {
		if i%checkEvery == 0 && ctx.Err() != nil {
			return nil, ctx.Err()
		}
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
	in := make([]int32, len(m.part)) // end → the part that it was last seen in, from 1
	for c := range int32(len(m.part)) {
		if c%checkEvery == 0 && ctx.Err() != nil {
			return nil, ctx.Err()
		}
		if m.part[c] != none || m.isEnd(c) || len(m.adj[c]) == 0 {
			continue
		}
		number := int32(len(m.parts))
		queue := []int32{c}
		m.part[c] = number
		var counted []int32
		for i := 0; i < len(queue); i++ {
			if m.counts(queue[i]) {
				counted = append(counted, queue[i])
			}
			if m.isEnd(queue[i]) {
				continue
			}
			for _, o := range m.adj[queue[i]] {
				switch {
				case m.part[o] == none:
					m.part[o] = number
				case !m.isEnd(o) || in[o] == number+1:
					continue
				}
				in[o] = number + 1
				queue = append(queue, o)
			}
		}
		slices.Sort(counted)
		m.parts = append(m.parts, counted)
	}
	return m, nil
}

// checkEvery is how many small steps are taken between two looks at the context.
const checkEvery = 1 << 14

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
