package exchange

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"gujo/graph"
)

// snapshot follows the references of a model and writes it as a graph.
func (m *mef) snapshot(created time.Time) (*graph.Snapshot, error) {
	if !slices.ContainsFunc(m.elements, func(x element) bool { return x.what == gateElement }) {
		return nil, m.in.fail("no gate, want a define-fault-tree with a define-gate")
	}
	count := len(m.elements) // events that are only referred to are added
	for i := range count {
		m.elements[i].top = m.elements[i].what == gateElement
	}
	at := make([]int32, 1, count+1) // gate after gate, where in m.of its references end
	for i := range count {
		f := m.elements[i].formula // the elements move when one is added
		if m.elements[i].what == gateElement {
			if err := m.follow(m.elements[i].path, &f); err != nil {
				return nil, err
			}
			m.elements[i].formula = f
		}
		at = append(at, int32(len(m.of)))
	}
	for _, to := range m.of {
		m.elements[to].top = false
	}
	if err := m.loops(at); err != nil {
		return nil, err
	}
	w := mefGraph{mef: m}
	for i := range m.elements {
		if err := w.element(int32(i)); err != nil {
			return nil, err
		}
	}
	return w.b.Build(created)
}

// follow finds what a formula refers to.
func (m *mef) follow(path string, f *formula) error {
	for i := range f.args {
		if err := m.follow(path, &f.args[i]); err != nil {
			return err
		}
	}
	if f.op != reference {
		return nil
	}
	to, ok := m.find(path, f.name)
	if !ok && f.what == basicElement && !m.declares {
		// The format asks for no declaration.
		if err := m.declare(element{what: basicElement, name: f.name, line: f.line}, f.name, true); err != nil {
			return err
		}
		to, ok = m.public[f.name], true
	}
	if !ok {
		return m.in.failAt(f.line, "%s %s is not defined", f.what, f.name)
	}
	if is := m.elements[to].what; f.what != anyElement && f.what != is {
		return m.in.failAt(f.line, "%s %s is defined as a %s in line %d", f.what, f.name, is, m.elements[to].line)
	}
	f.to = to
	m.of = append(m.of, to)
	return nil
}

// find looks for a name from a container outwards, then for a full path, then
// among what is public.
func (m *mef) find(path, name string) (int32, bool) {
	for box := path; box != ""; {
		if to, ok := m.byPath[box+"."+name]; ok {
			return to, true
		}
		box = box[:max(0, strings.LastIndexByte(box, '.'))]
	}
	if to, ok := m.byPath[name]; ok {
		return to, true
	}
	to, ok := m.public[name]
	return to, ok
}

// loops refuses gates that depend on themselves. It searches depth first without
// recursion, as chains of gates may be long.
func (m *mef) loops(at []int32) error {
	const (
		fresh = iota
		open
		done
	)
	state := make([]uint8, len(m.elements))
	next := slices.Clone(at)
	var stack []int32
	for root := range int32(len(at) - 1) {
		if state[root] != fresh {
			continue
		}
		stack = append(stack[:0], root)
		state[root] = open
		for len(stack) > 0 {
			v := stack[len(stack)-1]
			if int(v) >= len(at)-1 || next[v] == at[v+1] {
				state[v] = done
				stack = stack[:len(stack)-1]
				continue
			}
			to := m.of[next[v]]
			next[v]++
			switch state[to] {
			case fresh:
				state[to] = open
				stack = append(stack, to)
			case open:
				return m.in.failAt(m.elements[to].line, "gate %s depends on itself: %s", m.elements[to].name, m.loop(stack[slices.Index(stack, to):]))
			}
		}
	}
	return nil
}

// loop names what a loop leads over.
func (m *mef) loop(gates []int32) string {
	var names []string
	for i, g := range gates {
		if i == 10 {
			names = append(names, "…")
			break
		}
		names = append(names, m.elements[g].name)
	}
	return strings.Join(append(names, m.elements[gates[0]].name), " → ")
}

// mefGraph writes a model as a graph.
type mefGraph struct {
	*mef
	b graph.Builder
}

// id gives the component that is up while an element does not occur.
func (w *mefGraph) id(to int32) string {
	x := &w.elements[to]
	if x.what == gateElement || x.what == houseElement && !x.holds {
		return "gate/" + x.name
	}
	return "event/" + x.name
}

func (w *mefGraph) element(i int32) error {
	x := &w.elements[i]
	c := graph.Component{ID: w.id(i), Kind: graph.Event, Name: x.name, Attrs: x.attrs}
	if x.label != "" {
		c.Attrs = c.Attrs.With("label", graph.String(x.label))
	}
	switch {
	case x.what == houseElement && x.holds:
		c.State = graph.Down
	case x.what != basicElement:
		c.Kind = graph.Gate
		c.Attrs = slices.DeleteFunc(slices.Clone(c.Attrs), func(a graph.Attr) bool { return a.Key == TopAttr })
		if x.top {
			c.Attrs = c.Attrs.With(TopAttr, graph.Bool(true))
		}
	}
	if err := w.b.Add(c, w.origin(x.line)); err != nil {
		return err
	}
	if x.what != gateElement {
		return nil
	}
	p := parts{w: w, name: x.name}
	if x.formula.op != opOr {
		needed, err := p.component(&x.formula)
		if err != nil {
			return err
		}
		return w.relate(c.ID, graph.Requires, needed, x.formula.line)
	}
	return p.each(&x.formula, c.ID, graph.Requires)
}

// TopAttr marks, with true, the gates that a fault tree is about.
const TopAttr = "top"

func (w *mefGraph) origin(line int) graph.Origin { return graph.Origin(w.in.at(line)) }

func (w *mefGraph) relate(from string, t graph.RelationType, to string, line int) error {
	return w.b.Relate(from, t, to, graph.Relation{}, w.origin(line))
}

// parts makes the components that a gate's formula consists of. They are named
// after the gate, but so that its name alone means nothing else: a number follows
// a colon, which no name in the format has.
type parts struct {
	w    *mefGraph
	name string
	made int
}

func (p *parts) next() string {
	p.made++
	return p.name + ":" + strconv.Itoa(p.made)
}

// component gives the component that is up while a formula does not hold.
func (p *parts) component(f *formula) (string, error) {
	w := p.w
	var c graph.Component
	over := graph.Member
	switch f.op {
	case reference:
		return w.id(f.to), nil
	case constTrue:
		c = graph.Component{ID: "event/constant:true", Kind: graph.Event, State: graph.Down}
	case constFalse:
		c = graph.Component{ID: "gate/constant:false", Kind: graph.Gate}
	case opOr:
		c, over = graph.Component{ID: "gate/" + p.next(), Kind: graph.Gate}, graph.Requires
	default:
		c = graph.Component{ID: "redundancy_group/" + p.next(), Kind: graph.RedundancyGroup, Group: &graph.Group{KSource: graph.KDeclared}}
	}
	if len(f.args) == 0 {
		if w.b.Has(c.ID) {
			return c.ID, nil
		}
		return c.ID, w.b.Add(c, w.origin(f.line))
	}
	if err := w.b.Add(c, w.origin(f.line)); err != nil {
		return "", err
	}
	if c.Kind != graph.RedundancyGroup {
		return c.ID, p.each(f, c.ID, over)
	}
	members := make(map[string]bool, len(f.args))
	for i := range f.args {
		member, err := p.component(&f.args[i])
		if err != nil {
			return "", err
		}
		if members[member] {
			continue // listed twice, it counts once
		}
		members[member] = true
		if err := w.relate(c.ID, over, member, f.args[i].line); err != nil {
			return "", err
		}
	}
	n, m := len(members), f.min
	if f.op == opAnd {
		m = n
	}
	if m > n {
		return "", w.in.failAt(f.line, "atleast %d of %d members, want no more than there are", m, n)
	}
	g := w.b.Component(c.ID).Group
	g.K, g.Designed = n-m+1, n
	return c.ID, nil
}

func (p *parts) each(f *formula, from string, t graph.RelationType) error {
	for i := range f.args {
		to, err := p.component(&f.args[i])
		if err != nil {
			return err
		}
		if err := p.w.relate(from, t, to, f.args[i].line); err != nil {
			return err
		}
	}
	return nil
}
