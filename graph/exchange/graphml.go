package exchange

import (
	"encoding/xml"
	"io"
	"time"

	"gujo/graph"
)

// ReadGraphML reads a network drawn in GraphML 1.0: every node becomes a
// network_device, every edge a link of its own between the two, parallel edges and
// loops included, every hyperedge a link that joins all of its ends. Directions
// say nothing of what carries a way; a directed edge has the attribute directed.
//
// A node's name is its label, be it data called label or name or what yEd draws,
// else its ID. What else is said of nodes and edges is kept as attributes, under
// the names of the keys. A node with a graph inside (yEd's groups) is a frame, not
// a device: what it holds is read, and an edge that ends at the frame is refused.
// Ports are places on a drawing and kept as attributes of the link. Errors name
// the file and the line.
func ReadGraphML(name string, r io.Reader, created time.Time) (*graph.Snapshot, error) {
	g := drawing{in: newMarkup(name, r), keys: map[string]key{}, nodeAt: map[string]int32{}}
	if _, err := g.in.root("graphml"); err != nil {
		return nil, err
	}
	if err := g.document(); err != nil {
		return nil, err
	}
	if err := g.in.end(); err != nil {
		return nil, err
	}
	if len(g.nodes) == 0 {
		return nil, g.in.fail("no node, want a graph with nodes")
	}
	return g.snapshot(created)
}

// drawing is a file as it was read, the ends of edges not yet found.
type drawing struct {
	in       *markup
	keys     map[string]key
	defaults []string // keys that have one, as they stand
	kept     int      // bytes of data
	nodes    []drawnNode
	nodeAt   map[string]int32
	edges    []drawnEdge
}

type drawnNode struct {
	drawn
	id    string
	frame bool
	line  int
}

type drawnEdge struct {
	drawn
	id   string
	ends []string
	line int
}

func (g *drawing) document() error {
	return g.in.children(func(e xml.StartElement) error {
		switch e.Name.Local {
		case "key":
			return g.key(e)
		case "graph":
			return g.graph(e)
		case "desc", "data":
			return g.in.skip()
		}
		return g.in.fail("element %s, want key or graph", shown(e.Name.Local))
	})
}

// graph reads a graph, at the top or in a frame.
func (g *drawing) graph(e xml.StartElement) error {
	directed, err := g.direction(e, "edgedefault", "directed", "undirected", false)
	if err != nil {
		return err
	}
	return g.in.children(func(e xml.StartElement) error {
		switch e.Name.Local {
		case "node":
			return g.node(e)
		case "edge":
			return g.edge(e, directed)
		case "hyperedge":
			return g.hyperedge(e)
		case "desc", "data":
			return g.in.skip()
		}
		return g.in.fail("element %s in a graph, want node, edge or hyperedge", shown(e.Name.Local))
	})
}

func (g *drawing) direction(e xml.StartElement, attr, yes, no string, otherwise bool) (bool, error) {
	switch d, ok := attribute(e, attr); {
	case !ok:
		return otherwise, nil
	case d == yes || d == no:
		return d == yes, nil
	default:
		return false, g.in.fail("edges are %q by %s, want %s or %s", shown(d), attr, yes, no)
	}
}

func (g *drawing) room() error {
	if len(g.nodes)+len(g.edges) >= maxThings {
		return g.in.fail("more than %d nodes and edges", maxThings)
	}
	return nil
}

func (g *drawing) node(e xml.StartElement) error {
	id, err := g.in.naming(e, "id")
	if err != nil {
		return err
	}
	if other, ok := g.nodeAt[id]; ok {
		return g.in.fail("node %s is defined twice, first in line %d", id, g.nodes[other].line)
	}
	if err := g.room(); err != nil {
		return err
	}
	n := drawnNode{id: id, line: g.in.line}
	for _, a := range e.Attr {
		n.frame = n.frame || a.Name.Local == "yfiles.foldertype"
	}
	at := int32(len(g.nodes))
	g.nodeAt[id] = at
	g.nodes = append(g.nodes, n) // before those in its frame
	err = g.drawn("node", &n.drawn, func(e xml.StartElement) error {
		switch e.Name.Local {
		case "graph":
			n.frame = true
			return g.graph(e)
		case "port", "locator":
			return g.in.skip()
		}
		return g.in.fail("element %s in a node, want data", shown(e.Name.Local))
	})
	g.nodes[at] = n
	return err
}

func (g *drawing) edge(e xml.StartElement, directed bool) error {
	x := drawnEdge{line: g.in.line}
	for _, end := range [2]string{"source", "target"} {
		id, err := g.in.naming(e, end)
		if err != nil {
			return err
		}
		x.ends = append(x.ends, id)
		if port, _ := attribute(e, end+"port"); port != "" && len(port) <= maxName {
			x.attrs = append(x.attrs, graph.Attr{Key: end + "_port", Value: graph.String(port)})
		}
	}
	directed, err := g.direction(e, "directed", "true", "false", directed)
	if err != nil {
		return err
	}
	if directed {
		x.attrs = append(x.attrs, graph.Attr{Key: "directed", Value: graph.Bool(true)})
	}
	return g.restOfEdge(e, &x, func(e xml.StartElement) error {
		return g.in.fail("element %s in an edge, want data", shown(e.Name.Local))
	})
}

func (g *drawing) hyperedge(e xml.StartElement) error {
	x := drawnEdge{line: g.in.line}
	return g.restOfEdge(e, &x, func(e xml.StartElement) error {
		if e.Name.Local != "endpoint" {
			return g.in.fail("element %s in a hyperedge, want endpoint or data", shown(e.Name.Local))
		}
		id, err := g.in.naming(e, "node")
		if err != nil {
			return err
		}
		if len(x.ends) >= maxMembers {
			return g.in.fail("more than %d endpoints", maxMembers)
		}
		x.ends = append(x.ends, id)
		return g.in.skip()
	})
}

// restOfEdge reads what stands in an edge; other takes what only some have.
func (g *drawing) restOfEdge(e xml.StartElement, x *drawnEdge, other func(e xml.StartElement) error) error {
	if err := g.room(); err != nil {
		return err
	}
	if x.id, _ = attribute(e, "id"); len(x.id) > maxName {
		return g.in.fail("%s with an id of %d bytes, want at most %d", e.Name.Local, len(x.id), maxName)
	}
	if err := g.drawn("edge", &x.drawn, other); err != nil {
		return err
	}
	if len(x.ends) == 0 {
		return g.in.failAt(x.line, "%s without ends", e.Name.Local)
	}
	g.edges = append(g.edges, *x)
	return nil
}
