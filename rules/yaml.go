package rules

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
	"github.com/goccy/go-yaml/token"
)

// Problem is what is wrong with a pack or a waiver file, and where.
type Problem struct {
	File    string `json:"file"`
	Line    int    `json:"line,omitempty"` // from 1; 0: the file as a whole
	Column  int    `json:"column,omitempty"`
	Message string `json:"message"`
}

// Error gives file:line:column: message.
func (p Problem) Error() string {
	switch {
	case p.Line == 0:
		return p.File + ": " + p.Message
	case p.Column == 0:
		return fmt.Sprintf("%s:%d: %s", p.File, p.Line, p.Message)
	}
	return fmt.Sprintf("%s:%d:%d: %s", p.File, p.Line, p.Column, p.Message)
}

// problems gathers them, so that all are told at once.
type problems []Problem

func (p problems) err() error {
	errs := make([]error, len(p))
	for i := range p {
		errs[i] = p[i]
	}
	return errors.Join(errs...)
}

// place is where something stands in a file; zero: nowhere.
type place struct{ line, col int }

// scalar is a text of a YAML file that knows where it stands.
type scalar struct {
	text string
	at   place
	// block is set for a text that begins on the line after its | or >.
	block bool
}

// UnmarshalYAML takes any plain value as text.
func (s *scalar) UnmarshalYAML(n ast.Node) error {
	s.at = placeOf(n)
	switch n := n.(type) {
	case *ast.StringNode:
		s.text = n.Value
		if n.Token.Type == token.DoubleQuoteType || n.Token.Type == token.SingleQuoteType {
			s.at.col++
		}
	case *ast.LiteralNode:
		s.text, s.block = n.Value.Value, true
	case *ast.IntegerNode, *ast.FloatNode, *ast.BoolNode:
		s.text = n.GetToken().Value
	default:
		return &yaml.SyntaxError{Message: "want a text", Token: n.GetToken()}
	}
	s.text = strings.TrimSpace(s.text)
	return nil
}

// inside gives the place of a line and column, both from 1 and 0, of the text itself.
func (s scalar) inside(line, col int) place {
	switch {
	case s.block:
		return place{s.at.line + line, col + 1}
	case line > 1:
		return place{s.at.line + line - 1, col + 1}
	}
	return place{s.at.line, s.at.col + col}
}

// entry is one pair of an ordered mapping.
type entry struct {
	key   scalar
	value scalar
}

// entries is a mapping from names to texts whose order counts.
type entries []entry

// UnmarshalYAML keeps the order of the file.
func (e *entries) UnmarshalYAML(n ast.Node) error {
	var values []*ast.MappingValueNode
	switch n := n.(type) {
	case *ast.MappingNode:
		values = n.Values
	case *ast.MappingValueNode:
		values = []*ast.MappingValueNode{n}
	default:
		return &yaml.SyntaxError{Message: "want names with texts", Token: n.GetToken()}
	}
	for _, v := range values {
		var it entry
		key, ok := v.Key.(ast.Node)
		if !ok {
			return &yaml.SyntaxError{Message: "want a plain name", Token: v.GetToken()}
		}
		if err := it.key.UnmarshalYAML(key); err != nil {
			return err
		}
		if err := it.value.UnmarshalYAML(v.Value); err != nil {
			return err
		}
		*e = append(*e, it)
	}
	return nil
}

func placeOf(n ast.Node) place {
	if tk := n.GetToken(); tk != nil && tk.Position != nil {
		return place{tk.Position.Line, tk.Position.Column}
	}
	return place{}
}

// maxFile bounds a file of a pack, and a waiver file, in bytes.
const maxFile = 1 << 20

// decode reads one YAML document strictly: unknown and repeated keys are errors.
func decode(file string, data []byte, into any) (err error) {
	if len(data) > maxFile {
		return Problem{File: file, Message: fmt.Sprintf("larger than %d bytes", maxFile)}
	}
	defer func() {
		if p := recover(); p != nil { // the library's, on input that no check here foresees
			err = Problem{File: file, Message: "this is no YAML that can be read"}
		}
	}()
	doc, err := parser.ParseBytes(data, 0)
	if err != nil {
		return problemOf(file, err)
	}
	if len(doc.Docs) > 1 {
		return Problem{File: file, Message: fmt.Sprintf("%d documents, want one", len(doc.Docs))}
	}
	if len(doc.Docs) == 0 || doc.Docs[0].Body == nil {
		return nil
	}
	var v plain
	if ast.Walk(&v, doc.Docs[0].Body); v.wrong != nil {
		at := placeOf(v.wrong)
		return Problem{file, at.line, at.col, "anchors, aliases, tags and merge keys are not read"}
	}
	if k, known := unknownKey(doc.Docs[0].Body, reflect.TypeOf(into)); k != nil {
		at := placeOf(k)
		return Problem{file, at.line, at.col, fmt.Sprintf("unknown field %q, want one of %s", k.GetToken().Value, strings.Join(known, ", "))}
	}
	if err := yaml.NodeToValue(doc.Docs[0].Body, into, yaml.Strict()); err != nil {
		return problemOf(file, err)
	}
	return nil
}

// unknownKey finds the first key that has no place in what is read, and gives those that
// have one there.
func unknownKey(n ast.Node, t reflect.Type) (key ast.Node, known []string) {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	if reflect.PointerTo(t).Implements(reflect.TypeFor[yaml.NodeUnmarshaler]()) {
		return nil, nil
	}
	var values []*ast.MappingValueNode
	switch n := n.(type) {
	case *ast.SequenceNode:
		for _, item := range n.Values {
			if t.Kind() != reflect.Slice || key != nil {
				break
			}
			key, known = unknownKey(item, t.Elem())
		}
		return key, known
	case *ast.MappingNode:
		values = n.Values
	case *ast.MappingValueNode:
		values = []*ast.MappingValueNode{n}
	}
	if t.Kind() != reflect.Struct {
		return nil, nil
	}
	for i := range t.NumField() {
		known = append(known, t.Field(i).Tag.Get("yaml"))
	}
	for _, v := range values {
		at := slices.Index(known, v.Key.GetToken().Value)
		if at < 0 {
			return v.Key, known
		}
		if key, deeper := unknownKey(v.Value, t.Field(at).Type); key != nil {
			return key, deeper
		}
	}
	return nil, nil
}

// plain finds what only makes YAML harder to judge.
type plain struct{ wrong ast.Node }

// Visit implements [ast.Visitor].
func (p *plain) Visit(n ast.Node) ast.Visitor {
	switch n.(type) {
	case *ast.AnchorNode, *ast.AliasNode, *ast.TagNode, *ast.MergeKeyNode:
		if p.wrong == nil {
			p.wrong = n
		}
	}
	if p.wrong != nil {
		return nil
	}
	return p
}

func problemOf(file string, err error) Problem {
	p := Problem{File: file, Message: err.Error()}
	var at yaml.Error
	if errors.As(err, &at) {
		p.Message = at.GetMessage()
		if tk := at.GetToken(); tk != nil && tk.Position != nil {
			p.Line, p.Column = tk.Position.Line, tk.Position.Column
		}
	}
	return p
}
