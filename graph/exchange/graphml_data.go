package exchange

import (
	"encoding/xml"
	"slices"
	"strings"
	"unicode"

	"gujo/graph"
)

// maxKept bounds what is kept of nodes and edges, in bytes, defaults counted for
// each that has them: a default is short to write and long to repeat.
const maxKept = 256 << 20

// key declares data: what it is of, its name, its type.
type key struct {
	of       string // node, edge, graph, port, all, …
	name     string
	typ      string
	graphics bool // what yEd draws
	preset   graph.Value
}

// drawn is what is said of a node or an edge.
type drawn struct {
	label string
	attrs graph.Attrs // in the order of the file
}

func (g *drawing) key(e xml.StartElement) error {
	id, err := g.in.naming(e, "id")
	if err != nil {
		return err
	}
	if _, ok := g.keys[id]; ok {
		return g.in.fail("key %s is defined twice", id)
	}
	if len(g.keys) >= maxAttrs {
		return g.in.fail("more than %d keys", maxAttrs)
	}
	k := key{of: "all"}
	for _, a := range e.Attr {
		switch a.Name.Local {
		case "for":
			k.of = a.Value
		case "attr.name":
			k.name = named(a.Value)
		case "attr.type":
			k.typ = a.Value
		case "yfiles.type":
			k.graphics = a.Value == "nodegraphics" || a.Value == "edgegraphics"
		}
	}
	k.graphics = k.graphics || k.name == "NodeLabels" || k.name == "EdgeLabels"
	if k.name == schemaKey && k.of == "graph" {
		return g.in.fail("this is a graph as gujo writes it for others, want it as JSON Lines")
	}
	err = g.in.children(func(e xml.StartElement) error {
		if e.Name.Local != "default" || k.name == "" || k.graphics {
			return g.in.skip()
		}
		text, err := g.plain()
		if err == nil && text != "" {
			k.preset = typed(k.typ, text)
			g.defaults = append(g.defaults, id)
		}
		return err
	})
	g.keys[id] = k
	return err
}

// drawn reads what stands in a node or edge; other takes the elements that only
// some have.
func (g *drawing) drawn(of string, d *drawn, other func(e xml.StartElement) error) error {
	var told []string
	err := g.in.children(func(e xml.StartElement) error {
		switch e.Name.Local {
		case "desc":
			return g.in.skip()
		case "data":
		default:
			return other(e)
		}
		id, _ := attribute(e, "key")
		k, ok := g.keys[id]
		switch {
		case !ok:
			return g.in.fail("data of the key %q, which is not defined", shown(id))
		case k.graphics:
			return g.drawnLabel(d)
		case k.name == "" || k.of != of && k.of != "all" || slices.Contains(told, id):
			return g.in.skip()
		case len(told) >= maxAttrs:
			return g.in.fail("more than %d data", maxAttrs)
		}
		told = append(told, id)
		text, err := g.plain()
		if err != nil {
			return err
		}
		return g.keep(d, k.name, typed(k.typ, text))
	})
	for _, id := range g.defaults {
		k := g.keys[id]
		if err != nil || slices.Contains(told, id) || k.of != of && k.of != "all" || isLabel(k.name) && d.label != "" {
			continue
		}
		err = g.keep(d, k.name, k.preset)
	}
	return err
}

func isLabel(name string) bool {
	return strings.EqualFold(name, "label") || strings.EqualFold(name, "name")
}

// keep adds a datum. A label is the name, and so is a name where there is no label.
func (g *drawing) keep(d *drawn, name string, v graph.Value) error {
	if v.Text() == "" {
		return nil
	}
	if g.kept += len(v.Text()) + 48; g.kept > maxKept {
		return g.in.fail("more than %d bytes of data in all", maxKept)
	}
	if isLabel(name) && (d.label == "" || strings.EqualFold(name, "label")) {
		d.label = named(v.Text())
	}
	if !strings.EqualFold(name, "label") {
		d.attrs = append(d.attrs, graph.Attr{Key: name, Value: v})
	}
	return nil
}

// plain reads a datum; one with elements inside is some tool's drawing and empty.
func (g *drawing) plain() (string, error) {
	line := g.in.line
	var b []byte
	structured, long := false, false
	err := g.in.descend(func(xml.StartElement) { structured = true }, func(t []byte) {
		if long = long || len(b)+len(t) > maxText; !structured && !long {
			b = append(b, t...)
		}
	})
	switch {
	case err != nil || structured:
		return "", err
	case long:
		return "", g.in.failAt(line, "data longer than %d bytes", maxText)
	}
	return strings.TrimSpace(string(b)), nil
}

// drawnLabel finds the first label in what yEd draws: the text of a NodeLabel or
// EdgeLabel, in its newer format of a Label.Text, or what a Label says itself.
func (g *drawing) drawnLabel(d *drawn) error {
	var text []byte
	label := ""
	depth := -1 // of the label that is open
	finish := func() {
		if depth >= 0 && label == "" {
			label = named(string(text))
		}
		depth, text = -1, text[:0]
	}
	err := g.in.descend(func(e xml.StartElement) {
		finish()
		switch e.Name.Local {
		case "NodeLabel", "EdgeLabel", "Label.Text":
			depth = g.in.depth
		case "Label":
			if said, ok := attribute(e, "Text"); ok && label == "" {
				label = named(said)
			}
		}
	}, func(t []byte) {
		if g.in.depth == depth && len(text) < maxName {
			text = append(text, t[:min(len(t), maxName)]...)
		}
	})
	finish()
	if d.label == "" {
		d.label = label
	}
	return err
}

// named gives a text as a name: in one line and of bounded length.
func named(text string) string {
	name := strings.Join(strings.FieldsFunc(strings.ToValidUTF8(text, "\ufffd"), func(r rune) bool {
		return unicode.IsSpace(r) || unicode.IsControl(r)
	}), " ")
	if len(name) > maxName {
		name = strings.ToValidUTF8(name[:maxName], "")
	}
	return name
}

// shown gives a text for an error.
func shown(s string) string { return short([]byte(s)) }
