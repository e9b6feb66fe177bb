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
	outside   map[int32]bool // nodes that failed by being named, or were seen down
	explained map[int32]bool
	cuts      map[int32][]int32 // gate → the vertices that close it
	relations []int32
	closed    []closed
	closedAt  map[[2]int32][]int32 // ends → places in closed
}

// closed is a way that is closed, for who asks and who is asked.
type closed struct {
	ends  [2]int32
	cut   []int32 // vertices
	gates []int32 // that it closes; none: another way stands for it
}

// newProver prepares for proofs in the present state of a reading, in which these
// nodes were failed on top of what was seen down.
func (a *Analysis) newProver(ctx context.Context, r *reading, failed []int32) *prover {
	w := &prover{ctx: ctx, a: a, r: r, cuts: map[int32][]int32{}, outside: make(map[int32]bool, len(failed)+len(a.down))}
	for _, n := range failed {
		w.outside[n] = true
	}
	for _, c := range a.down {
		w.outside[a.s.failing(c)] = true
	}
	if r.at == nil {
		r.at = make([]int32, r.net.Len())
	}
	for i, v := range r.state.Trail() {
		r.at[v] = int32(i)
	}
	return w
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
			x.Cut = append(x.Cut, a.componentID(a.carriedBy(w.r.net.NodeOf(v))))
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
	w.explained = map[int32]bool{n: true}
	stack := []int32{n}
	next := func(v int32) {
		if !w.explained[v] {
			w.explained[v] = true
			stack = append(stack, v)
		}
	}
	s := w.a.s
	for len(stack) > 0 && w.ctx.Err() == nil {
		n := stack[len(stack)-1]
		stack = stack[:len(stack)-1]
		if int(n) >= len(s.nodes) || w.outside[n] {
			continue
		}
		if s.nodes[n].op == way {
			for _, v := range w.cut(n) {
				next(w.r.net.NodeOf(v))
			}
			continue
		}
		ends, isLeg := s.legs[n]
		rel := w.relationsTo(n)
		for _, v := range w.reasons(n) {
			next(v)
			if isLeg && s.nodes[v].op == way {
				w.close(ends, v)
			}
			if i := rel(v); i != none {
				w.relations = append(w.relations, i)
			}
		}
		absent := w.absent(n)
		w.relations = append(w.relations, absent[:w.missing(n, absent)]...)
	}
}

// cut gives the vertices whose failure closes a gate.
func (w *prover) cut(gate int32) []int32 {
	cut, ok := w.cuts[gate]
	if !ok {
		cut = w.r.state.Cut(gate)
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
		if !slices.ContainsFunc(c.gates, func(g int32) bool { return !w.r.state.Parts(g, x.cut) }) {
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
			if !w.r.state.Parts(gate, c.cut) {
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
	at := w.r.at
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

// relationsTo gives the relations that make others inputs of n, each the first.
func (w *prover) relationsTo(n int32) func(v int32) int32 {
	in := w.a.s.inputsOf(n)
	if len(in) < 16 {
		return func(v int32) int32 {
			for _, i := range in {
				if i.node == v {
					return i.rel
				}
			}
			return none
		}
	}
	rels := make(map[int32]int32, len(in))
	for _, i := range in {
		if _, ok := rels[i.node]; !ok {
			rels[i.node] = i.rel
		}
	}
	return func(v int32) int32 {
		if rel, ok := rels[v]; ok {
			return rel
		}
		return none
	}
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
	if len(x.beside) > 0 {
		for i, r := range v.Needs(x.of) {
			counts := r.Strength == graph.Hard || r.Strength == graph.Assumed && (!w.r.surely || w.r.leans[n])
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

// carriedBy gives the component that a carrying node is about.
func (a *Analysis) carriedBy(n int32) int32 {
	if int(n) < len(a.s.view.Components) {
		return n
	}
	return a.s.nodes[n].of
}
