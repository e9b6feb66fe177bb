package exchange

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"

	"gujo/graph"
)

// maxYAML bounds a graph in YAML, in bytes: it is for graphs written by hand.
const maxYAML = 4 << 20

// maxDepth bounds how deep a YAML document nests; a graph needs four levels.
const maxDepth = 16

// yamlSections are the lists of a YAML graph, with the field that every item of each has.
var yamlSections = map[string]string{
	"components": "component", "relations": "relation", "gaps": "gap", "coverage": "coverage",
	"conflicts": "conflict", "evidence": "evidence", "notes": "note",
}

// ReadYAML reads a small graph written by hand: one document with the lists
// components, relations, gaps, coverage, conflicts, evidence and notes, whose
// items have the fields of the lines of gujo/graph/v1, and optionally schema,
// snapshot and created. Errors name the file, the line and the column. Anchors,
// aliases and tags are refused. Without created, the graph is of the zero time.
func ReadYAML(name string, data []byte) (*graph.Snapshot, error) {
	if len(data) > maxYAML {
		return nil, fmt.Errorf("%s: larger than %d bytes, want a small graph or JSON Lines", name, maxYAML)
	}
	if !utf8.Valid(data) {
		return nil, fmt.Errorf("%s: not UTF-8", name)
	}
	if line, deep := nestsDeep(data); deep {
		return nil, fmt.Errorf("%s:%d: nested deeper than a graph can be", name, line)
	}
	file, err := parser.ParseBytes(data, 0)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	var docs []ast.Node
	for _, doc := range file.Docs {
		if doc.Body != nil {
			docs = append(docs, doc.Body)
		}
	}
	if len(docs) != 1 {
		return nil, fmt.Errorf("%s: %d documents, want one", name, len(docs))
	}
	return ReadNode(name, docs[0])
}

// maxOpen bounds what is open at once before the parser sees it: it descends into
// every level by a call of its own, and no text of a graph holds that many brackets.
const maxOpen = 1000

// nestsDeep finds the line where brackets, or the marks of lists in lists on one
// line, or indents in indents, are more than any graph has.
func nestsDeep(data []byte) (line int, deep bool) {
	open, marks, indents := 0, 0, []int{}
	column, begun := 0, false
	line = 1
	for i, c := range data {
		switch c {
		case '\n':
			line++
			column, marks, begun = 0, 0, false
			continue
		case '[', '{':
			open++
		case ']', '}':
			open = max(0, open-1)
		}
		if mark := (c == '-' || c == '?' || c == ':') && (i+1 == len(data) || data[i+1] <= ' '); mark {
			marks++
		}
		if !begun && c > ' ' {
			begun = true
			for len(indents) > 0 && indents[len(indents)-1] >= column {
				indents = indents[:len(indents)-1]
			}
			indents = append(indents, column)
		}
		column++
		if open > maxOpen || marks > maxOpen || len(indents) > maxOpen {
			return line, true
		}
	}
	return 0, false
}

// ReadNode is [ReadYAML] for a graph that is part of a larger YAML document.
func ReadNode(name string, node ast.Node) (*graph.Snapshot, error) {
	d := yamlReader{name: name}
	sections, ok := mapping(node)
	if !ok {
		return nil, d.wrap(node, fmt.Errorf("want a mapping with components and relations"))
	}
	seen := map[string]bool{}
	for _, m := range sections {
		if err := d.section(m, seen); err != nil {
			return nil, err
		}
	}
	return d.snapshot(time.Time{})
}

type yamlReader struct {
	decoder
	name string
}

func (d *yamlReader) place(n ast.Node) string {
	if tk := n.GetToken(); tk != nil && tk.Position != nil {
		return fmt.Sprintf("%s:%d:%d", d.name, tk.Position.Line, tk.Position.Column)
	}
	return d.name
}

func (d *yamlReader) wrap(n ast.Node, err error) error { return fmt.Errorf("%s: %w", d.place(n), err) }

func (d *yamlReader) section(m *ast.MappingValueNode, seen map[string]bool) error {
	key, err := keyOf(m)
	if err != nil {
		return d.wrap(m, err)
	}
	if seen[key] {
		return d.wrap(m, fmt.Errorf("%s stands twice", key))
	}
	seen[key] = true
	if key == "schema" || key == "snapshot" || key == "created" {
		return d.headerField(key, m.Value)
	}
	sort, ok := yamlSections[key]
	if !ok {
		return d.wrap(m, fmt.Errorf("%s: unknown field, a graph has schema, snapshot, created, components, relations, gaps, coverage, conflicts, evidence, notes", key))
	}
	if _, null := m.Value.(*ast.NullNode); null {
		return nil
	}
	list, ok := m.Value.(*ast.SequenceNode)
	if !ok {
		return d.wrap(m.Value, fmt.Errorf("%s: want a list", key))
	}
	for _, item := range list.Values {
		if err := d.item(sort, item); err != nil {
			return err
		}
	}
	return nil
}

func (d *yamlReader) headerField(key string, n ast.Node) error {
	raw, err := appendNode(nil, n, 0)
	if err != nil {
		return d.wrap(n, err)
	}
	o := object{fields: []field{{key, raw}}}
	switch key {
	case "schema":
		if err := checkSchema(o.text(key)); err != nil {
			return d.wrap(n, err)
		}
	case "snapshot":
		o.text(key)
	case "created":
		d.readCreated(&o)
	}
	if o.err != nil {
		return d.wrap(n, o.err)
	}
	return nil
}

// item reads an item as the line of JSON that it stands for.
func (d *yamlReader) item(sort string, item ast.Node) error {
	raw, err := appendNode(nil, item, 0)
	if err != nil {
		return d.wrap(item, err)
	}
	o, err := parseObject(raw)
	if err != nil {
		return d.wrap(item, fmt.Errorf("want a mapping with %s", sort))
	}
	if got, err := o.sort(); err == nil && got != sort || !o.has(sort) {
		return d.wrap(item, fmt.Errorf("want a mapping with %s", sort))
	}
	if err := d.line(o, graph.Origin(d.place(item))); err != nil {
		return d.wrap(at(item, err), err)
	}
	return nil
}

// at gives the node of the field that an error is about, or else the item.
func at(item ast.Node, err error) ast.Node {
	var fe *fieldError
	if !errors.As(err, &fe) {
		return item
	}
	fields, _ := mapping(item)
	for _, m := range fields {
		if key, err := keyOf(m); err == nil && key == fe.key {
			return m
		}
	}
	return item
}

func mapping(n ast.Node) ([]*ast.MappingValueNode, bool) {
	switch n := n.(type) {
	case *ast.MappingNode:
		return n.Values, true
	case *ast.MappingValueNode:
		return []*ast.MappingValueNode{n}, true
	}
	return nil, false
}

func keyOf(m *ast.MappingValueNode) (string, error) {
	switch k := m.Key.(type) {
	case *ast.StringNode:
		return k.Value, nil
	case *ast.IntegerNode, *ast.FloatNode, *ast.BoolNode, *ast.NullNode:
		return k.GetToken().Value, nil
	}
	return "", errors.New("want a plain key")
}

// appendNode writes a YAML node as JSON.
func appendNode(b []byte, n ast.Node, depth int) ([]byte, error) {
	if depth > maxDepth {
		return nil, fmt.Errorf("nested deeper than %d levels", maxDepth)
	}
	if fields, ok := mapping(n); ok {
		b = append(b, '{')
		for i, m := range fields {
			if i > 0 {
				b = append(b, ',')
			}
			key, err := keyOf(m)
			if err != nil {
				return nil, err
			}
			b = append(appendText(b, key), ':')
			if b, err = appendNode(b, m.Value, depth+1); err != nil {
				return nil, fmt.Errorf("%s: %w", key, err)
			}
		}
		return append(b, '}'), nil
	}
	switch n := n.(type) {
	case *ast.NullNode:
		return append(b, "null"...), nil
	case *ast.BoolNode:
		return strconv.AppendBool(b, n.Value), nil
	case *ast.StringNode:
		return appendText(b, n.Value), nil
	case *ast.LiteralNode:
		return appendText(b, n.Value.Value), nil
	case *ast.IntegerNode:
		return appendNumber(b, n.Value)
	case *ast.FloatNode:
		return appendNumber(b, n.Value)
	case *ast.SequenceNode:
		b = append(b, '[')
		for i, item := range n.Values {
			if i > 0 {
				b = append(b, ',')
			}
			var err error
			if b, err = appendNode(b, item, depth+1); err != nil {
				return nil, err
			}
		}
		return append(b, ']'), nil
	case nil:
		return append(b, "null"...), nil
	}
	return nil, fmt.Errorf("%s is not read here, want plain values", strings.ToLower(n.Type().String()))
}

func appendNumber(b []byte, v any) ([]byte, error) {
	if f, ok := v.(float64); ok && (math.IsInf(f, 0) || math.IsNaN(f)) {
		return nil, errors.New("want a finite number")
	}
	text, err := json.Marshal(v)
	if err != nil {
		return nil, err
	}
	return append(b, text...), nil
}
