package compile

import (
	"slices"

	"gujo/graph"
)

// none stands for no node, component, relation, place or end.
const none int32 = -1

// structure is what the graph says about failure, before any reading of what is
// uncertain: nodes that need all or some of their inputs, and gates that need a
// way. Node c, for c below the number of components, says that component c is up.
type structure struct {
	view     *graph.View
	kinds    []graph.Kind // of the components: close together, as they are asked for often
	designed bool
	plain    bool // nothing is left to read, see build
	sides    int  // ends of a gate that are told apart by exits: 0, 1, 2 or cheapest

	nodes  []node
	inputs []input // those of a node together
	gates  []gate
	counts []count
	aside  []int32 // nodes of members that are out of service, those of a count together
	hung   []hung
	ends   interned[end]

	draw      *drawing
	places    interned[place]
	scopes    scopes
	asks      interned[ask]
	wants     interned[want]
	standings interned[standing]
	faces     interned[face]
	made      interned[fact]
	madeAt    []int32 // fact → its node
	carry     []int32 // component → node that says it carries a way, or none: as it is up
	event     []int32 // component → node that is failed with it, or none: its own
	groups    counted

	isSegment []bool                   // links with more than two ends
	someOf    map[int32]map[int32]bool // device → the members of the groups that it needs, once asked for
}

type op uint8

const (
	all  op = iota // needs every input
	some           // needs k of its inputs
	way            // a gate
)

// node is one statement. There are millions: it holds no pointers.
type node struct {
	op       op
	founded  bool  // a loop of such nodes leads nowhere
	of       int32 // component it is about, or none
	lo, hi   int32 // its inputs
	fallback int32 // counts where no input that says a place is left, or none
	k        int32 // of some; 0: nobody knows
	more     int32 // of a way: its gate; of some: its count, or none; of others: the fact that it says, or none
	ends     int32 // the first of the open ends it hangs on, in hung, or none
}

// count is what a node that counts members knows besides.
type count struct {
	phantoms int32 // members that were configured and never seen
	lo, hi   int32 // members that are out of service, in aside: they count for nothing but shared ends
}

// hung is an open end that a node hangs on, and the next of the same node.
type hung struct{ end, next int32 }

// input is a statement that a node needs.
type input struct {
	node    int32
	rel     int32 // relation that says so, or none
	assumed bool
	place   bool // it says where something stands
}

// gate is a way that is needed between two places.
type gate struct {
	from, to int32 // components
	tags     []int32
}

// end is an open end: what is not known of a component.
type end struct {
	what string // server, holder, pool, host, servers, target, members, network
	of   int32
}

// newNode reserves a node; seal completes it. Between the two it may be named by
// what it needs itself.
func (s *structure) newNode(of int32, founded bool) int32 {
	s.nodes = append(s.nodes, node{of: of, founded: founded, fallback: none, more: none, ends: none})
	return int32(len(s.nodes) - 1)
}

func (s *structure) seal(n int32, in []input) {
	s.nodes[n].lo = int32(len(s.inputs))
	s.inputs = append(s.inputs, in...)
	s.nodes[n].hi = int32(len(s.inputs))
}

func (s *structure) inputsOf(n int32) []input { return s.inputs[s.nodes[n].lo:s.nodes[n].hi] }

// inputsBy gives the inputs of a node by what they need, each the first: what is not
// written as one, as a fallback or an open end, has no relation.
func (s *structure) inputsBy(n int32) func(v int32) input {
	in := s.inputsOf(n)
	if len(in) < 16 {
		return func(v int32) input {
			for _, i := range in {
				if i.node == v {
					return i
				}
			}
			return input{node: v, rel: none}
		}
	}
	first := make(map[int32]int, len(in))
	for i := len(in) - 1; i >= 0; i-- {
		first[in[i].node] = i
	}
	return func(v int32) input {
		if i, ok := first[v]; ok {
			return in[i]
		}
		return input{node: v, rel: none}
	}
}

// isWay reports whether a node is a gate.
func (s *structure) isWay(n int32) bool { return int(n) < len(s.nodes) && s.nodes[n].op == way }

// gateOf gives the gate of a node that is a way.
func (s *structure) gateOf(n int32) gate { return s.gates[s.nodes[n].more] }

// phantoms gives how many members that a node counts were never seen.
func (s *structure) phantoms(n int32) int32 {
	if x := &s.nodes[n]; x.op == some && x.more != none {
		return s.counts[x.more].phantoms
	}
	return 0
}

// beside gives the members that a node does not count, being out of service.
func (s *structure) beside(n int32) []int32 {
	if x := &s.nodes[n]; x.op == some && x.more != none {
		return s.aside[s.counts[x.more].lo:s.counts[x.more].hi]
	}
	return nil
}

// endsOf calls f with each open end that a node hangs on.
func (s *structure) endsOf(n int32, f func(e int32)) {
	for i := s.nodes[n].ends; i != none; i = s.hung[i].next {
		f(s.hung[i].end)
	}
}

// sealGroup makes n need members of a group, each as member says.
func (s *structure) sealGroup(n, group int32, member func(m int32) int32) {
	s.sealAsked(n, group, none, member)
}

// sealAsked is sealGroup for members that have to meet an ask, or none. Those that
// were configured and never seen are present and sound, but what is needed of any
// member is needed of them too, wherever they stand; so it is of what is behind a
// group that has no members at all.
func (s *structure) sealAsked(n, group, q int32, member func(m int32) int32) {
	g := s.view.Components[group].Group
	var in []input
	var beside []int32
	known := int32(0)
	lo, _ := s.view.Out(group)
	for i, r := range s.view.Needs(group) {
		if r.Type != graph.Member || r.Strength == graph.Soft {
			continue
		}
		known++
		m := member(r.To)
		if !s.designed && !r.Active() {
			beside = append(beside, m)
			continue
		}
		in = append(in, input{node: m, rel: lo + int32(i), assumed: r.Strength == graph.Assumed})
	}
	phantoms := int32(0)
	if s.designed {
		phantoms = max(0, int32(g.Designed)-known)
	}
	if q != none {
		if known == 0 {
			phantoms = 1
		}
		for ; phantoms > 0; phantoms-- {
			in = append(in, input{node: s.at(q, nowhere, nowhere), rel: none})
		}
	}
	s.seal(n, in)
	x := &s.nodes[n]
	x.of = group
	if known == 0 {
		s.hang(n, "members", group)
		return // needs nothing that is known
	}
	x.op, x.k, x.more = some, int32(g.K), none
	if phantoms > 0 || len(beside) > 0 {
		x.more = int32(len(s.counts))
		lo := int32(len(s.aside))
		s.aside = append(s.aside, beside...)
		s.counts = append(s.counts, count{phantoms, lo, int32(len(s.aside))})
	}
}

// hang makes a node hang on an open end.
func (s *structure) hang(n int32, what string, of int32) {
	e, _ := s.ends.number(end{what, of})
	s.hung = append(s.hung, hung{e, s.nodes[n].ends})
	s.nodes[n].ends = int32(len(s.hung) - 1)
}

func (s *structure) kind(c int32) graph.Kind { return s.kinds[c] }

// build gives the structure of a view, as is or as designed. Where nothing is
// assumed, unknown or open, half of what there is to say need not be said: what
// would count if something did not hold that always holds.
func build(v *graph.View, designed bool) *structure {
	if s := buildAs(v, designed, isPlain(v)); !s.plain || len(s.ends.keys) == 0 {
		return s
	}
	return buildAs(v, designed, false)
}

// isPlain reports whether nothing in a graph is assumed, and no k unknown.
func isPlain(v *graph.View) bool {
	for i := range v.Relations {
		if v.Relations[i].Strength == graph.Assumed {
			return false
		}
	}
	for c := range v.Components {
		if g := v.Components[c].Group; g != nil && g.K == 0 {
			return false
		}
	}
	return true
}

func buildAs(v *graph.View, designed, plain bool) *structure {
	n := len(v.Components)
	s := &structure{
		view: v, designed: designed, plain: plain, sides: cheapest, kinds: make([]graph.Kind, n),
		isSegment: segments(v), someOf: map[int32]map[int32]bool{},
	}
	needs := 0
	for i := range v.Relations {
		if v.Relations[i].Strength != graph.Soft {
			needs++
		}
	}
	for c := range v.Components {
		s.kinds[c] = v.Components[c].Kind
	}
	s.nodes = make([]node, 0, n)
	for c := range int32(n) {
		s.newNode(c, false)
	}
	s.place(place{machine: none, asker: none}) // nowhere
	s.draw = drawNetwork(v)
	s.scopes = newScopes(n)
	followed := s.carryOpen()
	// About so much is said of what is followed; a guess saves copies of millions.
	s.nodes = slices.Grow(s.nodes, 11*followed)
	s.inputs = slices.Grow(s.inputs, needs+18*followed)
	s.made.reserve(9 * followed)
	s.madeAt = slices.Grow(s.madeAt, 9*followed)
	for c := range int32(n) {
		s.component(c)
	}
	s.groups = s.countGroups()
	s.made.slots, s.madeAt = nil, nil
	return s
}

// counted are the nodes that count the members of groups.
type counted struct{ at, nodes []int32 }

// of gives those of one group.
func (x *counted) of(group int32) []int32 { return x.nodes[x.at[group]:x.at[group+1]] }

func (s *structure) countGroups() counted {
	x := counted{at: make([]int32, len(s.view.Components)+1)}
	each := func(f func(n, group int32)) {
		for n := range s.nodes {
			if s.nodes[n].op == some && s.nodes[n].of != none {
				f(int32(n), s.nodes[n].of)
			}
		}
	}
	each(func(_, g int32) { x.at[g+1]++ })
	for g := range s.view.Components {
		x.at[g+1] += x.at[g]
	}
	x.nodes = make([]int32, x.at[len(x.at)-1])
	next := slices.Clone(x.at)
	each(func(n, g int32) {
		x.nodes[next[g]] = n
		next[g]++
	})
	return x
}
