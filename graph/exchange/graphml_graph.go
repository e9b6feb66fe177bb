package exchange

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"gujo/graph"
)

// snapshot writes what was drawn as a graph.
func (g *drawing) snapshot(created time.Time) (*graph.Snapshot, error) {
	var b graph.Builder
	ids := g.identify()
	for i := range g.nodes {
		n := &g.nodes[i]
		if n.frame {
			continue
		}
		c := graph.Component{
			ID: "network_device/" + ids[i], Kind: graph.NetworkDevice, Name: n.called(), Attrs: n.attrs,
			Identifiers: []string{"node:" + n.id},
		}
		if err := b.Add(c, g.origin(n.line)); err != nil {
			return nil, err
		}
	}
	number := make(map[string]int, len(g.edges))
	for i := range g.edges {
		if err := g.link(&b, &g.edges[i], ids, number); err != nil {
			return nil, err
		}
	}
	return b.Build(created)
}

func (g *drawing) origin(line int) graph.Origin { return graph.Origin(g.in.at(line)) }

func (n *drawnNode) called() string {
	if n.label != "" {
		return n.label
	}
	return named(n.id)
}

// identify gives each device what tells it from all others: its name, and where
// others are called so too, the node's ID beside it.
func (g *drawing) identify() []string {
	number := make(map[string]int, len(g.nodes))
	for i := range g.nodes {
		if !g.nodes[i].frame {
			number[g.nodes[i].called()]++
		}
	}
	ids := make([]string, len(g.nodes))
	taken := make(map[string]bool, len(g.nodes))
	for i := range g.nodes {
		n := &g.nodes[i]
		if n.frame {
			continue
		}
		ids[i] = n.called()
		if number[ids[i]] > 1 || ids[i] == "" {
			ids[i] += "~" + named(n.id)
		}
		for taken[ids[i]] {
			ids[i] += "~"
		}
		taken[ids[i]] = true
	}
	return ids
}

// link adds an edge as a component of its own; number counts those of one name.
func (g *drawing) link(b *graph.Builder, x *drawnEdge, ids []string, number map[string]int) error {
	ends := make([]string, 0, len(x.ends))
	for _, end := range x.ends {
		n, ok := g.nodeAt[end]
		if !ok {
			return g.in.failAt(x.line, "edge to the node %s, which is not there", end)
		}
		if g.nodes[n].frame {
			return g.in.failAt(x.line, "edge to the node %s, which is a frame around other nodes and no device", end)
		}
		ends = append(ends, ids[n])
	}
	slices.Sort(ends)
	id := "link/" + strings.Join(ends[:min(len(ends), 2)], "--")
	if len(ends) > 2 {
		id = "link/segment-" + ends[0]
	}
	for {
		if number[id]++; number[id] > 1 {
			id += "~" + strconv.Itoa(number[id])
		}
		if !b.Has(id) {
			break
		}
	}
	c := graph.Component{ID: id, Kind: graph.Link, Name: x.label, Attrs: x.attrs}
	if c.Name == "" {
		c.Name = strings.Join(ends[:min(len(ends), 3)], " – ")
	}
	if x.id != "" {
		c.Identifiers = []string{"edge:" + x.id}
	}
	if err := b.Add(c, g.origin(x.line)); err != nil {
		return err
	}
	for _, end := range ends {
		if err := b.Relate(id, graph.Joins, "network_device/"+end, graph.Relation{}, g.origin(x.line)); err != nil {
			return err
		}
	}
	return nil
}
