package compile

import (
	"cmp"
	"context"
	"slices"

	"gujo/graph"
)

// prover finds proofs in the present state of a reading: for everything that has
// failed the first reason alone, for a group as many members as it takes, for a way
// its cut. What such a part can do without is dropped again (minimal.go).
type prover struct {
	ctx       context.Context // ends a walk early, which whoever asked has to look at
	a         *Analysis
	r         *reading
	failed    map[int32]bool // nodes that failed by being named
	explained map[asked]bool
	cuts      map[int32][]int32 // gate → the components that close it
	relations []int32
	closed    []closed
	closedAt  map[[2]int32][]int32 // ends → places in closed
}

// closed is a way that is closed, for who asks and who is asked.
type closed struct {
	ends  [2]int32
	cut   []int32 // components
	gates []int32 // that it closes; none: another way stands for it
}

// newProver prepares for proofs in the present state of a reading, in which these
// nodes were failed on top of what was seen down.
func (a *Analysis) newProver(ctx context.Context, r *reading, failed []int32) *prover {
	w := &prover{ctx: ctx, a: a, r: r, cuts: map[int32][]int32{}, failed: make(map[int32]bool, len(failed))}
	for _, n := range failed {
		w.failed[n] = true
	}
	trail, from := r.state.Trail(), r.atStart
	if r.when == nil {
		r.when, from = make([]int32, r.net.Len()), 0
	}
	for i := from; i < len(trail); i++ {
		r.when[trail[i]] = int32(i)
	}
	return w
}

// isOutside reports whether a node failed by being named, or was seen down.
func (w *prover) isOutside(n int32) bool {
	if w.failed[n] {
		return true
	}
	c := w.a.componentOf(n)
	return c != none && !w.a.s.designed && w.a.s.failing(c) == n && w.a.s.view.Components[c].State == graph.Down
}

// prove gives a minimal failing part of the graph for a node that has failed.
func (w *prover) prove(n int32) Proof {
	a := w.a
	w.explain(n)
	slices.Sort(w.relations)
	w.relations = slices.Compact(w.relations)
	w.reduce(n)
	p := Proof{Relations: []RelationRef{}, Paths: []Path{}}
	for _, i := range w.relations {
		rel := &a.s.view.Relations[i]
		p.Relations = append(p.Relations, RelationRef{a.componentID(rel.From), rel.Type.String(), a.componentID(rel.To)})
	}
	for _, c := range w.closed {
		if len(c.gates) == 0 {
			continue
		}
		x := Path{From: a.componentID(c.ends[0]), To: a.componentID(c.ends[1]), Cut: []string{}}
		for _, v := range c.cut {
			x.Cut = append(x.Cut, a.componentID(v))
		}
		slices.Sort(x.Cut)
		p.Paths = append(p.Paths, x)
	}
	slices.SortFunc(p.Paths, func(x, y Path) int {
		return cmp.Or(cmp.Compare(x.From, y.From), cmp.Compare(x.To, y.To), slices.Compare(x.Cut, y.Cut))
	})
	return p
}

// explain walks from a failed node to what was failed from outside. A node that
// failed does so because of earlier ones, so the walk ends.
func (w *prover) explain(n int32) {
	w.relations, w.closed = w.relations[:0], w.closed[:0]
	w.closedAt = map[[2]int32][]int32{}
	start := askedAt(n)
	w.explained = map[asked]bool{start: true}
	stack := []asked{start}
	next := func(v asked) {
		if !w.explained[v] {
			w.explained[v] = true
			stack = append(stack, v)
		}
	}
	s := w.a.s
	for len(stack) > 0 && w.ctx.Err() == nil {
		at := stack[len(stack)-1]
		stack = stack[:len(stack)-1]
		n := at.node
		if int(n) >= len(s.nodes) || w.isOutside(n) {
			continue
		}
		if s.nodes[n].op == way {
			for _, c := range w.cut(n) {
				next(askedAt(s.carrier(c)))
			}
			continue
		}
		isLeg := s.isLeg(n)
		by := s.inputsBy(n)
		for _, v := range w.reasons(n) {
			i := by(v)
			next(s.below(at, i))
			if isLeg && s.isWay(v) {
				w.close([2]int32{at.from, at.to}, v)
			}
			if i.rel != none {
				w.relations = append(w.relations, i.rel)
			}
		}
		absent := w.absent(n)
		w.relations = append(w.relations, absent[:w.missing(n, absent)]...)
	}
}

// cut gives the components whose failure closes a gate.
func (w *prover) cut(gate int32) []int32 {
	cut, ok := w.cuts[gate]
	if !ok {
		cut = w.a.cut(w.r, gate)
		w.cuts[gate] = cut
	}
	return cut
}

// close lists a way that is closed. The ways between two over several places are one
// if what closes the one closes the other.
func (w *prover) close(ends [2]int32, gate int32) {
	if w.wayOf(ends, gate) != none {
		return
	}
	x := closed{ends, w.cut(gate), []int32{gate}}
	for _, i := range w.closedAt[ends] {
		c := &w.closed[i]
		if !slices.ContainsFunc(c.gates, func(g int32) bool { return !w.a.parts(w.r, g, x.cut) }) {
			x.gates = append(x.gates, c.gates...)
			c.gates = nil
		}
	}
	w.closedAt[ends] = append(w.closedAt[ends], int32(len(w.closed)))
	w.closed = append(w.closed, x)
}

// wayOf gives the place among the closed ways of one that closes a gate, or none.
func (w *prover) wayOf(ends [2]int32, gate int32) int32 {
	for _, i := range w.closedAt[ends] {
		c := &w.closed[i]
		if len(c.gates) == 0 {
			continue
		}
		if !slices.Contains(c.gates, gate) {
			if !w.a.parts(w.r, gate, c.cut) {
				continue
			}
			c.gates = append(c.gates, gate)
		}
		return i
	}
	return none
}

// reasons gives the inputs that failed first, as many as it takes.
func (w *prover) reasons(n int32) []int32 {
	var failed []int32
	for _, v := range w.r.net.Inputs(n) {
		if w.r.state.Failed(v) {
			failed = append(failed, v)
		}
	}
	at := w.r.when
	slices.SortStableFunc(failed, func(x, y int32) int { return int(at[x] - at[y]) })
	t := max(0, int(w.r.net.Threshold(n)))
	early := 0
	for early < len(failed) && at[failed[early]] < at[n] {
		early++
	}
	if early >= t {
		return failed[:t]
	}
	if t > len(failed) || !w.a.s.nodes[n].founded {
		return nil // failed from outside
	}
	return failed[:t] // a loop that nothing holds any more
}

// absent gives the memberships of a group that are out of service. They are reasons
// beside the members that failed: had they not been, more would be left.
func (w *prover) absent(n int32) []int32 {
	x := &w.a.s.nodes[n]
	if x.op != some || x.of == none {
		return nil // what never holds is about no group
	}
	v := w.a.s.view
	var out []int32
	lo, _ := v.Out(x.of)
	_, leans := slices.BinarySearch(w.r.leans, n)
	if len(w.a.s.beside(n)) > 0 {
		for i, r := range v.Needs(x.of) {
			counts := r.Strength == graph.Hard || r.Strength == graph.Assumed && (!w.r.surely || leans)
			if r.Type == graph.Member && counts && !r.Active() {
				out = append(out, lo+int32(i))
			}
		}
	}
	return out
}

// missing gives how many of a group's memberships that are out of service it takes.
func (w *prover) missing(n int32, absent []int32) int {
	return max(0, len(absent)+min(0, int(w.r.net.Threshold(n))))
}

// carriedBy gives the component on the path graph that a node says is open, or none.
func (a *Analysis) carriedBy(n int32) int32 {
	if int(n) >= len(a.s.nodes) || a.s.nodes[n].of == none {
		return none
	}
	if c := a.s.nodes[n].of; a.s.draw.isVertex[c] && a.s.carrier(c) == n {
		return c
	}
	return none
}
