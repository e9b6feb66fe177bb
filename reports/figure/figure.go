// Package figure lays the report's drawings out. It says where boxes and lines
// go, in points; whoever prints draws them, so that lines stay sharp and text is
// set in the document's own font.
package figure

import (
	"fmt"
	"strings"
)

// Mark is the part that a box plays in its figure.
type Mark uint8

// The marks.
const (
	Plain    Mark = iota
	Cut           // it is the finding's subject, or of its cut
	Affected      // it stops with the cut
	Top           // a service or access zone
	Dead          // seen down
)

// Node is a box. Its size is that of its text, as the printer measures it.
type Node struct {
	ID            string
	Label         []string // lines
	Kind          string
	Mark          Mark
	Width, Height float64 // points
}

// Edge is a line between two nodes, by their positions in the list.
type Edge struct {
	From, To int
	Mark     Mark
	Dashed   bool // assumed
	Arrow    bool // a need; without it a cable
}

// Figure is what is to be drawn.
type Figure struct {
	Nodes []Node
	Edges []Edge
	// Groups are boxes around nodes, such as racks; a node is in one at most.
	Groups []Group
	// Flat lays the figure out from left to right.
	Flat bool
}

// Group is a box around nodes.
type Group struct {
	Label string
	Nodes []int
}

// Point is a place on the page; y grows downwards.
type Point struct{ X, Y float64 }

// Box is a rectangle by its upper left corner.
type Box struct{ X, Y, W, H float64 }

// Placed is a figure laid out.
type Placed struct {
	Width, Height float64
	Nodes         []Box     // as Figure.Nodes
	Edges         [][]Point // Bézier curves: a start, then three points a piece; as Figure.Edges
	Groups        []Box     // as Figure.Groups
}

// source writes the figure in Graphviz's language. Names are numbers: no text of
// a device ever gets there.
func (f *Figure) source() string {
	var b strings.Builder
	b.WriteString("digraph {\nnode [shape=box fixedsize=true label=\"\"];\nedge [arrowhead=none];\nranksep=0.35; nodesep=0.22;\n")
	if f.Flat {
		b.WriteString("rankdir=LR;\n")
	}
	for i, n := range f.Nodes {
		fmt.Fprintf(&b, "n%d [width=%.4f height=%.4f];\n", i, n.Width/72, n.Height/72)
	}
	for i, g := range f.Groups {
		fmt.Fprintf(&b, "subgraph cluster_%d { margin=14; label=\" \";", i)
		for _, n := range g.Nodes {
			fmt.Fprintf(&b, " n%d;", n)
		}
		b.WriteString(" }\n")
	}
	for i, e := range f.Edges {
		fmt.Fprintf(&b, "n%d -> n%d [id=%d];\n", e.From, e.To, i)
	}
	b.WriteString("}\n")
	return b.String()
}
