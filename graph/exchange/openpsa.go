package exchange

import (
	"encoding/xml"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"gujo/graph"
)

// ReadOpenPSA reads fault trees in the Open-PSA Model Exchange Format 2.0d. A
// basic event becomes an event; a house event that is true an event seen down,
// one that is false a gate that needs nothing; a gate a gate. A tree says what
// fails when, the graph what needs what: whoever fails with any of several needs
// each, whoever fails with all of them a group with k = 1, and with m of n a group
// with k = n − m + 1. Gates that no other gate refers to have the attribute top.
//
// Names are found from the innermost container outwards, as the format says. Basic
// events need no declaration where the file declares none. What has no place in a
// coherent tree is refused, and so is what would change it from outside: other
// connectives, common-cause groups, substitutions, included files. Event trees and
// what belongs to them are passed over. Errors name the file and the line.
func ReadOpenPSA(name string, r io.Reader, created time.Time) (*graph.Snapshot, error) {
	m := mef{in: newMarkup(name, r), byPath: map[string]int32{}, public: map[string]int32{}}
	if _, err := m.in.root("opsa-mef", "open-psa"); err != nil {
		return nil, err
	}
	if err := m.container(box{}); err != nil {
		return nil, err
	}
	if err := m.in.end(); err != nil {
		return nil, err
	}
	return m.snapshot(created)
}

// mef is a model as it was read, references not yet followed.
type mef struct {
	in       *markup
	elements []element
	byPath   map[string]int32 // full path → element
	public   map[string]int32 // name → element
	declares bool             // the file declares basic events
	members  int              // of all formulas
	of       []int32          // gate after gate, what it refers to
}

// element is a gate, basic event or house event.
type element struct {
	what    sortOfElement
	holds   bool // of a house event: it is true
	top     bool // of a gate: no other refers to it
	line    int
	path    string // of its container, "" outside of all
	name    string // by which everybody may call it: its own if it is public, else its path
	label   string
	attrs   graph.Attrs
	formula formula
}

type sortOfElement uint8

const (
	gateElement sortOfElement = iota
	basicElement
	houseElement
	anyElement
)

var elementNames = map[string]sortOfElement{
	"gate": gateElement, "basic-event": basicElement, "house-event": houseElement, "event": anyElement,
}

func (w sortOfElement) String() string {
	return [...]string{"gate", "basic event", "house event", "event"}[w]
}

// formula says when a gate fails.
type formula struct {
	op   connective
	what sortOfElement // of a reference: as what it is called
	min  int           // of atleast
	to   int32         // of a reference, once followed
	line int
	name string // of a reference
	args []formula
}

type connective uint8

const (
	reference connective = iota
	constTrue
	constFalse
	opOr
	opAnd
	opAtLeast
)

// box is what elements are declared in: a fault tree or component.
type box struct {
	path    string
	private bool
}

func (b box) inner(name string) string {
	if b.path == "" {
		return name
	}
	return b.path + "." + name
}

// container reads what is declared in the model, a fault tree, a component or
// the model data.
func (m *mef) container(b box) error {
	return m.in.children(func(e xml.StartElement) error {
		switch e.Name.Local {
		case "label", "attributes":
			return m.in.skip()
		case "model-data":
			return m.container(b)
		case "define-fault-tree", "define-component":
			name, err := m.in.naming(e, "name")
			if err != nil {
				return err
			}
			private, err := m.role(e, b)
			if err != nil {
				return err
			}
			return m.container(box{b.inner(name), private})
		case "define-gate", "define-basic-event", "define-house-event":
			return m.element(e, b)
		case "define-parameter", "define-event-tree", "define-functional-event", "define-sequence", "define-rule",
			"define-initiating-event", "define-initiating-event-group", "define-consequence", "define-consequence-group",
			"define-alignment", "define-mission", "define-extern-library", "define-extern-function":
			return m.in.skip() // says nothing of what fails with what
		case "define-CCF-group", "define-substitution", "include":
			name, ok := attribute(e, "name")
			if !ok {
				name, _ = attribute(e, "file")
			}
			return m.in.fail("%s %s is not read: it changes what the gates say", e.Name.Local, shown(name))
		}
		return m.in.fail("unknown element %s, want define-fault-tree, define-component, model-data, define-gate, define-basic-event or define-house-event", shown(e.Name.Local))
	})
}

func (m *mef) role(e xml.StartElement, b box) (private bool, err error) {
	role, ok := attribute(e, "role")
	switch {
	case !ok:
		return b.private, nil
	case role == "private" || role == "public":
		return role == "private", nil
	}
	return false, m.in.fail("role %q, want private or public", shown(role))
}

// element reads the definition of a gate or event.
func (m *mef) element(e xml.StartElement, b box) error {
	x := element{line: m.in.line, path: b.path}
	name, err := m.in.naming(e, "name")
	if err != nil {
		return err
	}
	private, err := m.role(e, b)
	if err != nil {
		return err
	}
	x.name = name
	if private {
		x.name = b.inner(name)
	}
	x.what = elementNames[strings.TrimPrefix(e.Name.Local, "define-")]
	m.declares = m.declares || x.what == basicElement
	said := false
	err = m.in.children(func(e xml.StartElement) (err error) {
		switch e.Name.Local {
		case "label":
			x.label, err = m.in.text()
			return err
		case "attributes":
			x.attrs, err = m.attributes()
			return err
		}
		if said {
			return m.in.fail("%s %s says it twice: %s", x.what, name, shown(e.Name.Local))
		}
		said = true
		switch x.what {
		case gateElement:
			x.formula, err = m.formula(e)
		case houseElement:
			x.holds, err = m.constant(e)
		default:
			x.attrs, err = m.probability(e, x.attrs)
		}
		return err
	})
	if err != nil {
		return err
	}
	if x.what == gateElement && !said {
		return m.in.failAt(x.line, "gate %s has no formula", name)
	}
	return m.declare(x, b.inner(name), !private)
}

// declare enters an element under its names.
func (m *mef) declare(x element, path string, public bool) error {
	if len(m.elements) >= maxThings {
		return m.in.failAt(x.line, "more than %d gates and events", maxThings)
	}
	twice := func(other int32) error {
		return m.in.failAt(x.line, "%s %s is defined twice, first as %s in line %d", x.what, x.name, m.elements[other].what, m.elements[other].line)
	}
	if other, ok := m.byPath[path]; ok {
		return twice(other)
	}
	id := int32(len(m.elements))
	m.byPath[path] = id
	if public {
		if other, ok := m.public[x.name]; ok {
			return twice(other)
		}
		m.public[x.name] = id
	}
	m.elements = append(m.elements, x)
	return nil
}

// attributes reads what is said of an element beside the formula.
func (m *mef) attributes() (graph.Attrs, error) {
	var attrs graph.Attrs
	err := m.in.children(func(e xml.StartElement) error {
		if e.Name.Local != "attribute" {
			return m.in.fail("element %s, want attribute", shown(e.Name.Local))
		}
		name, err := m.in.naming(e, "name")
		if err != nil {
			return err
		}
		value, _ := attribute(e, "value")
		if len(value) > maxText {
			return m.in.fail("attribute %s of %d bytes, want at most %d", name, len(value), maxText)
		}
		if len(attrs) >= maxAttrs {
			return m.in.fail("more than %d attributes", maxAttrs)
		}
		typ, _ := attribute(e, "type")
		attrs = append(attrs, graph.Attr{Key: name, Value: typed(typ, value)})
		return m.in.skip()
	})
	// Each once; said twice, the last holds.
	slices.SortStableFunc(attrs, func(x, y graph.Attr) int { return strings.Compare(x.Key, y.Key) })
	slices.Reverse(attrs)
	attrs = slices.CompactFunc(attrs, func(x, y graph.Attr) bool { return x.Key == y.Key })
	slices.Reverse(attrs)
	return attrs, err
}

// typed gives a text the type that is said of it, if it can have it.
func typed(typ, text string) graph.Value {
	switch strings.ToLower(typ) {
	case "bool", "boolean":
		if b, err := strconv.ParseBool(strings.ToLower(text)); err == nil {
			return graph.Bool(b)
		}
	case "int", "integer", "long":
		if n, err := strconv.ParseInt(text, 10, 64); err == nil {
			return graph.Int(n)
		}
	case "float", "double", "real":
		if f, err := strconv.ParseFloat(text, 64); err == nil {
			return graph.Float(f)
		}
	}
	return graph.String(text)
}

// probability keeps the probability of a basic event where it is a plain number.
func (m *mef) probability(e xml.StartElement, attrs graph.Attrs) (graph.Attrs, error) {
	if e.Name.Local == "float" || e.Name.Local == "int" {
		text, _ := attribute(e, "value")
		p, err := strconv.ParseFloat(text, 64)
		if err != nil || !(p >= 0 && p <= 1) {
			return nil, m.in.fail("probability %q, want a number from 0 to 1", shown(text))
		}
		attrs = attrs.With("probability", graph.Float(p))
	}
	return attrs, m.in.skip()
}

func (m *mef) constant(e xml.StartElement) (bool, error) {
	text, _ := attribute(e, "value")
	holds := text == "true" || text == "1"
	if e.Name.Local != "constant" || !holds && text != "false" && text != "0" {
		return false, m.in.fail("%s %q, want a constant with the value true or false", shown(e.Name.Local), shown(text))
	}
	return holds, m.in.skip()
}

// formula reads the formula that has just begun.
func (m *mef) formula(e xml.StartElement) (formula, error) {
	f := formula{line: m.in.line}
	switch op := e.Name.Local; op {
	case "gate", "basic-event", "house-event", "event":
		return m.reference(e)
	case "constant":
		holds, err := m.constant(e)
		f.op = constFalse
		if holds {
			f.op = constTrue
		}
		return f, err
	case "or":
		f.op = opOr
	case "and":
		f.op = opAnd
	case "atleast":
		f.op = opAtLeast
		text, _ := attribute(e, "min")
		n, err := strconv.Atoi(text)
		if err != nil || n < 1 {
			return f, m.in.fail("atleast with min %q, want a whole number from 1", shown(text))
		}
		f.min = n
	case "not", "xor", "iff", "nand", "nor", "imply", "cardinality":
		return f, m.in.fail("connective %s is not coherent, want and, or, atleast", op)
	default:
		return f, m.in.fail("unknown connective %s, want and, or, atleast, or a gate or event", shown(op))
	}
	err := m.in.children(func(e xml.StartElement) error {
		arg, err := m.formula(e)
		if err != nil {
			return err
		}
		if len(f.args) >= maxMembers {
			return m.in.fail("more than %d members", maxMembers)
		}
		if m.members++; m.members > 4*maxThings {
			return m.in.fail("more than %d members in all", 4*maxThings)
		}
		f.args = append(f.args, arg)
		return nil
	})
	if err == nil && len(f.args) == 0 {
		err = m.in.failAt(f.line, "%s of nothing, want members", e.Name.Local)
	}
	return f, err
}

func (m *mef) reference(e xml.StartElement) (formula, error) {
	f := formula{op: reference, what: elementNames[e.Name.Local], line: m.in.line}
	var err error
	if f.name, err = m.in.naming(e, "name"); err != nil {
		return f, err
	}
	if f.what == anyElement {
		if typ, ok := attribute(e, "type"); ok {
			if f.what, ok = elementNames[typ]; !ok {
				return f, m.in.fail("event %s of type %q, want gate, basic-event or house-event", f.name, shown(typ))
			}
		}
	}
	return f, m.in.skip()
}
