package compile

import (
	"cmp"
	"slices"
)

// prove gives a minimal failing part of the graph for a node that has failed in
// the present state of a reading: for everything that has failed the first reason
// alone, for a group as many members as it takes, for a way its cut.
func (a *Analysis) prove(r *reading, n int32) Proof {
	return a.newProver(r).prove(n)
}

// newProver prepares for proofs in the present state of a reading.
func (a *Analysis) newProver(r *reading) *prover {
	w := &prover{a: a, r: r, asked: map[int32][2]int32{}, at: make([]int32, r.net.Len())}
	for i, v := range r.state.Trail() {
		w.at[v] = int32(i)
	}
	return w
}

func (w *prover) prove(n int32) Proof {
	a := w.a
	w.relations, w.paths = w.relations[:0], nil
	w.explain(n)
	p := Proof{Relations: []RelationRef{}, Paths: []Path{}}
	slices.Sort(w.relations)
	for _, i := range slices.Compact(w.relations) {
		rel := &a.s.view.Relations[i]
		p.Relations = append(p.Relations, RelationRef{a.componentID(rel.From), rel.Type.String(), a.componentID(rel.To)})
	}
	slices.SortFunc(w.paths, func(x, y Path) int {
		return cmp.Or(cmp.Compare(x.From, y.From), cmp.Compare(x.To, y.To), slices.Compare(x.Cut, y.Cut))
	})
	p.Paths = append(p.Paths, slices.CompactFunc(w.paths, func(x, y Path) bool {
		return x.From == y.From && x.To == y.To && slices.Equal(x.Cut, y.Cut)
	})...)
	return p
}

type prover struct {
	a         *Analysis
	r         *reading
	at        []int32 // failed node → when
	explained map[int32]bool
	asked     map[int32][2]int32 // gate → who asks, who is asked
	relations []int32
	paths     []Path
}

// explain walks from a failed node to what was failed from outside. A node that
// failed does so because of earlier ones, so the walk ends.
func (w *prover) explain(n int32) {
	w.explained = map[int32]bool{n: true}
	stack := []int32{n}
	next := func(v int32) {
		if !w.explained[v] {
			w.explained[v] = true
			stack = append(stack, v)
		}
	}
	s := w.a.s
	for len(stack) > 0 {
		n := stack[len(stack)-1]
		stack = stack[:len(stack)-1]
		if int(n) >= len(s.nodes) {
			continue
		}
		x := &s.nodes[n]
		if x.op == way {
			for _, v := range w.path(n) {
				next(v)
			}
			continue
		}
		if ends, ok := s.legs[n]; ok {
			for _, v := range w.r.net.Inputs(n) {
				w.asked[v] = ends
			}
		}
		reasons := w.reasons(n)
		for _, v := range reasons {
			next(v)
			if i := w.relationTo(n, v); i != none {
				w.relations = append(w.relations, i)
			}
		}
		if x.op == some && len(reasons) == 0 && w.r.net.Threshold(n) <= 0 {
			w.absent(n)
		}
	}
}

// reasons gives the inputs that failed first, as many as it takes.
func (w *prover) reasons(n int32) []int32 {
	var failed []int32
	for _, v := range w.r.net.Inputs(n) {
		if w.r.state.Failed(v) {
			failed = append(failed, v)
		}
	}
	slices.SortStableFunc(failed, func(x, y int32) int { return int(w.at[x] - w.at[y]) })
	t := int(w.r.net.Threshold(n))
	early := 0
	for early < len(failed) && w.at[failed[early]] < w.at[n] {
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

// relationTo gives the relation that makes v an input of n.
func (w *prover) relationTo(n, v int32) int32 {
	for _, i := range w.a.s.inputsOf(n) {
		if i.node == v {
			return i.rel
		}
	}
	return none
}

// absent names the members of a group that has too few even with all of them up.
func (w *prover) absent(n int32) {
	s := w.a.s
	if s.nodes[n].of == none {
		return // what never holds is about no group
	}
	lo, _ := s.view.Out(s.nodes[n].of)
	for i, r := range s.view.Needs(s.nodes[n].of) {
		if slices.Contains(s.nodes[n].beside, r.To) {
			w.relations = append(w.relations, lo+int32(i))
		}
	}
}

// path adds a closed way and gives the nodes of its cut.
func (w *prover) path(n int32) []int32 {
	cut := w.r.state.Cut(n)
	p := Path{From: w.a.componentID(w.asked[n][0]), To: w.a.componentID(w.asked[n][1]), Cut: []string{}}
	nodes := make([]int32, len(cut))
	for i, x := range cut {
		nodes[i] = w.r.net.NodeOf(x)
		p.Cut = append(p.Cut, w.a.componentID(w.a.carriedBy(nodes[i])))
	}
	slices.Sort(p.Cut)
	w.paths = append(w.paths, p)
	return nodes
}

// carriedBy gives the component that a carrying node is about.
func (a *Analysis) carriedBy(n int32) int32 {
	if int(n) < len(a.s.view.Components) {
		return n
	}
	return a.s.nodes[n].of
}
