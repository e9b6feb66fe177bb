package resolve

import (
	"gujo/discovery/inventory"
	"gujo/graph"
)

// declared is what an inventory said of an attribute, and where.
type declared struct {
	value    graph.Value
	evidence string
}

// say writes down what a line of an inventory says of a component, as one of its
// attributes.
func (r *resolver) say(c *graph.Component, inv *inventory.Inventory, line int, key string, v graph.Value, stricter ...func(v, than graph.Value) bool) {
	set(c, key, r.heed(c, inv, line, key, v, stricter...))
}

// heed gives what counts after a line of an inventory said something of a
// component. Of what two say that is the first, or the one that is stricter, where
// that has a meaning; where they disagree both are kept as a conflict.
func (r *resolver) heed(c *graph.Component, inv *inventory.Inventory, line int, key string, v graph.Value, stricter ...func(v, than graph.Value) bool) graph.Value {
	if r.sayings == nil {
		r.sayings = map[[2]string]declared{}
	}
	k := [2]string{c.ID, key}
	refs := r.citeLine(inv, line)
	now := declared{v, firstOf(refs)}
	c.Evidence = joinRefs(c.Evidence, refs)
	old, told := r.sayings[k]
	if told && old.value.Text() != v.Text() {
		r.conflicts = append(r.conflicts, graph.Conflict{Component: c.ID, Attribute: key, Values: []graph.ConflictValue{
			{Value: old.value.Text(), Source: "inventory", Evidence: old.evidence}, {Value: v.Text(), Source: "inventory", Evidence: now.evidence}}})
	}
	for _, is := range stricter {
		told = told && !is(v, old.value)
	}
	if told {
		return old.value
	}
	r.sayings[k] = now
	return v
}

// sayText is [resolver.say] of a text; an empty one says nothing.
func (r *resolver) sayText(c *graph.Component, inv *inventory.Inventory, line int, key, text string) {
	if text = bounded(text, maxExcerpt); text != "" {
		r.say(c, inv, line, key, graph.String(text))
	}
}

// sayMinutes is [resolver.say] of an objective: that nothing may be lost, or no
// time, is one too.
func (r *resolver) sayMinutes(c *graph.Component, inv *inventory.Inventory, line int, key string, m *inventory.Minutes) {
	if m != nil {
		r.say(c, inv, line, key, graph.Int(int64(*m)), smaller)
	}
}

// smaller is stricter for grades, of which 1 is the highest, and for objectives.
func smaller(v, than graph.Value) bool {
	n, ok := v.Int64()
	m, same := than.Int64()
	return ok && same && n < m
}
