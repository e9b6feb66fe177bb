package compile

import (
	"cmp"
	"context"
	"slices"

	"gujo/graph"
)

// Urgency says how soon something is wanted back. That of a service is its own;
// that of another component is the greatest of the services that hang on it,
// through needs, assumed ones too, members in service, or what would lie on a way
// if all were up.
type Urgency struct {
	Grade int64 // of the service, 1 the highest; 0: none
	RTO   int64 // minutes in which it is to be back
	Told  bool  // whether RTO is said; 0 minutes is an objective too
}

// compare puts the more urgent first: by grade, those without one last, then by
// time to recover, those without one last.
func (u Urgency) compare(v Urgency) int {
	last := func(x bool) int {
		if x {
			return 1
		}
		return 0
	}
	return cmp.Or(
		cmp.Compare(last(u.Grade == 0), last(v.Grade == 0)), cmp.Compare(u.Grade, v.Grade),
		cmp.Compare(last(!u.Told), last(!v.Told)), cmp.Compare(u.RTO, v.RTO),
	)
}

// urgencyOf reads a service's. A grade that is none of 1 to 4 and a time that is
// no number of minutes say nothing.
func urgencyOf(c *graph.Component) Urgency {
	var u Urgency
	if v, ok := c.Attrs.Get("grade"); ok {
		if g, ok := v.Int64(); ok && 1 <= g && g <= 4 {
			u.Grade = g
		}
	}
	if v, ok := c.Attrs.Get("rto_minutes"); ok {
		if m, ok := v.Int64(); ok && m >= 0 {
			u.RTO, u.Told = m, true
		}
	}
	return u
}

// urgencies gives each component's. The most urgent service walks first, so what
// one walk has seen no later one need enter.
func (a *Analysis) urgencies(ctx context.Context) ([]Urgency, error) {
	s := a.s
	out := make([]Urgency, len(s.view.Components))
	var services []int32
	for c := range int32(len(out)) {
		if s.kind(c) == graph.Service {
			out[c] = urgencyOf(&s.view.Components[c])
			if out[c] != (Urgency{}) {
				services = append(services, c)
			}
		}
	}
	slices.SortStableFunc(services, func(x, y int32) int { return out[x].compare(out[y]) })
	seen := make([]bool, len(s.nodes))
	var stack []int32
	add := func(n int32) {
		if !seen[n] {
			seen[n] = true
			stack = append(stack, n)
		}
	}
	for _, top := range services {
		add(top)
		for steps := 0; len(stack) > 0; steps++ {
			n := stack[len(stack)-1]
			stack = stack[:len(stack)-1]
			x := &s.nodes[n]
			if x.op == way || steps%checkEvery == 0 {
				if err := ctx.Err(); err != nil {
					return nil, err
				}
			}
			c := x.of
			if int(n) < len(out) {
				c = n
			}
			if c != none && s.kind(c) != graph.Service && out[c] == (Urgency{}) {
				out[c] = out[top]
			}
			for _, i := range s.inputsOf(n) {
				add(i.node)
			}
			if x.fallback != none {
				add(x.fallback)
			}
			for _, y := range a.onWaysOf(n, func(int32) bool { return false }) {
				add(y)
			}
		}
	}
	return out, nil
}

// onWaysOf gives the nodes that carry what lies on some way that a gate asks for,
// apart from what is closed; of a node that is no gate, none.
func (a *Analysis) onWaysOf(n int32, closed func(c int32) bool) []int32 {
	if int(n) >= len(a.s.nodes) || a.s.nodes[n].op != way {
		return nil
	}
	var out []int32
	for _, c := range a.s.between(a.s.gateOf(n), closed) {
		out = append(out, a.s.carrier(c))
	}
	return out
}
