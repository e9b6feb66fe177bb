package exchange

import (
	"bufio"
	"cmp"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"gujo/graph"
)

// schemaKey marks a graph as one of ours, which as a drawing would mean nothing.
const schemaKey = "gujo_schema"

// WriteGraphML writes all components as nodes, under their IDs, and all relations
// as directed edges from the one that needs to the one that is needed, for tools
// that draw or count. Data of nodes are kind, name, state, k, designed, technology
// and identifiers (a JSON list), of edges relation and strength; attributes follow
// as attr.NAME, lists as JSON. Evidence, gaps and conflicts are left out. The same
// snapshot gives the same bytes.
func WriteGraphML(w io.Writer, s *graph.Snapshot) error {
	out := xmlWriter{w: bufio.NewWriterSize(w, 1<<16)}
	out.put(prolog, `<graphml xmlns="http://graphml.graphdrawing.org/xmlns">`).newline()
	keys := graphKeys(s)
	for i, k := range keys {
		out.put(`<key id="d`, strconv.Itoa(i), `" for="`, k.of, `" attr.name="`).escaped(k.name).put(`" attr.type="`, k.typ, `"/>`).newline()
	}
	at := make(map[graphKey]string, len(keys))
	for i, k := range keys {
		at[k] = "d" + strconv.Itoa(i)
	}
	out.put(`<graph edgedefault="directed">`).newline()
	datum := func(of, name string, v graph.Value) {
		if v.Text() == "" {
			return
		}
		out.put(`<data key="`, at[graphKey{of, name, typeOf(v)}], `">`).escaped(v.Text()).put(`</data>`)
	}
	attrs := func(of string, list graph.Attrs) {
		for _, a := range list {
			datum(of, attrPrefix+a.Key, a.Value)
		}
	}
	datum("graph", schemaKey, graph.String(Schema))
	datum("graph", "snapshot", graph.String(s.ID))
	out.newline()
	for i := range s.Components {
		c := &s.Components[i]
		if !isXML(c.ID) {
			return fmt.Errorf("component %q: a character in its ID that XML does not have", c.ID)
		}
		out.put(`<node id="`).escaped(c.ID).put(`">`)
		for _, d := range componentData(c) {
			datum("node", d.Key, d.Value)
		}
		attrs("node", c.Attrs)
		out.put(`</node>`).newline()
	}
	for i := range s.Relations {
		r := &s.Relations[i]
		out.put(`<edge id="e`, strconv.Itoa(i), `" source="`).escaped(s.Components[r.From].ID).put(`" target="`).
			escaped(s.Components[r.To].ID).put(`">`)
		datum("edge", "relation", graph.String(r.Type.String()))
		datum("edge", "strength", graph.String(r.Strength.String()))
		attrs("edge", r.Attrs)
		out.put(`</edge>`).newline()
	}
	out.put("</graph>").newline().put("</graphml>").newline()
	return out.end()
}

const attrPrefix = "attr."

func componentData(c *graph.Component) []graph.Attr {
	data := []graph.Attr{
		{Key: "kind", Value: graph.String(c.Kind.String())},
		{Key: "name", Value: graph.String(c.Name)},
		{Key: "state", Value: graph.String(c.State.String())},
	}
	if g := c.Group; g != nil {
		if g.K > 0 {
			data = append(data, graph.Attr{Key: "k", Value: graph.Int(int64(g.K))})
		}
		data = append(data, graph.Attr{Key: "designed", Value: graph.Int(int64(g.Designed))},
			graph.Attr{Key: "technology", Value: graph.String(g.Technology)})
	}
	if len(c.Identifiers) > 0 {
		data = append(data, graph.Attr{Key: "identifiers", Value: graph.List(c.Identifiers...)})
	}
	return data
}

// graphKey declares data. A name whose values have several types is several keys.
type graphKey struct{ of, name, typ string }

func typeOf(v graph.Value) string {
	switch v.Type() {
	case graph.BoolValue:
		return "boolean"
	case graph.NumberValue:
		if _, err := strconv.ParseInt(v.Text(), 10, 64); err == nil {
			return "long"
		}
		return "double"
	}
	return "string"
}

func graphKeys(s *graph.Snapshot) []graphKey {
	seen := map[graphKey]bool{{"graph", schemaKey, "string"}: true, {"graph", "snapshot", "string"}: true}
	add := func(of, name string, v graph.Value) { seen[graphKey{of, name, typeOf(v)}] = true }
	for i := range s.Components {
		for _, d := range componentData(&s.Components[i]) {
			add("node", d.Key, d.Value)
		}
		for _, a := range s.Components[i].Attrs {
			add("node", attrPrefix+a.Key, a.Value)
		}
	}
	for i := range s.Relations {
		add("edge", "relation", graph.Value{})
		add("edge", "strength", graph.Value{})
		for _, a := range s.Relations[i].Attrs {
			add("edge", attrPrefix+a.Key, a.Value)
		}
	}
	keys := make([]graphKey, 0, len(seen))
	for k := range seen {
		keys = append(keys, k)
	}
	slices.SortFunc(keys, func(x, y graphKey) int {
		return cmp.Or(strings.Compare(x.of, y.of), strings.Compare(x.name, y.name), strings.Compare(x.typ, y.typ))
	})
	return keys
}

// isXML reports whether a text has only characters that XML 1.0 has (section 2.2).
func isXML(s string) bool {
	for _, r := range s {
		if r < 0x20 && r != '\t' && r != '\n' && r != '\r' || r == 0xfffe || r == 0xffff {
			return false
		}
	}
	return utf8.ValidString(s)
}

const prolog = `<?xml version="1.0" encoding="UTF-8"?>` + "\n"

// xmlWriter writes and keeps the first error.
type xmlWriter struct {
	w   *bufio.Writer
	err error
}

func (w *xmlWriter) put(texts ...string) *xmlWriter {
	for _, t := range texts {
		if _, err := w.w.WriteString(t); w.err == nil {
			w.err = err
		}
	}
	return w
}

// escaped writes a text; what XML does not have becomes U+FFFD.
func (w *xmlWriter) escaped(s string) *xmlWriter {
	if err := xml.EscapeText(w.w, []byte(s)); w.err == nil {
		w.err = err
	}
	return w
}

func (w *xmlWriter) label(s string) *xmlWriter { return w.put("<label>").escaped(s).put("</label>") }

func (w *xmlWriter) newline() *xmlWriter { return w.put("\n") }

func (w *xmlWriter) end() error { return errors.Join(w.err, w.w.Flush()) }
