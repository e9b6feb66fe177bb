package compile

import "gujo/graph"

// none stands for no node, component, relation, place or end.
const none int32 = -1

// structure is what the graph says about failure, before any reading of what is
// uncertain: nodes that need all or some of their inputs, and gates that need a
// way. Node c, for c below the number of components, says that component c is up.
type structure struct {
	view     *graph.View
	designed bool

	nodes  []node
	inputs []input // those of a node together
	gates  []gate
	ends   []end
	endAt  map[end]int32

	draw    *drawing
	places  []place
	placeAt map[place]int32
	scopes  scopes
	asks    []ask
	askAt   map[ask]int32
	wants   []want
	wantAt  map[want]int32
	made    map[fact]int32     // nodes by what they say, see follow.go
	legs    map[int32][2]int32 // node → who asks, who is asked, where a gate decides
	carry   []int32            // component → node that says it carries a way, or none: as it is up
	event   []int32            // component → node that is failed with it
	ofGroup [][]int32          // group → nodes that count its members

	isSegment []bool                   // links with more than two ends
	someOf    map[int32]map[int32]bool // device → the members of the groups that it needs, once asked for
}

type op uint8

const (
	all  op = iota // needs every input
	some           // needs k of its inputs
	way            // a gate
)

// node is one statement.
type node struct {
	op       op
	founded  bool  // a loop of such nodes leads nowhere
	of       int32 // component it is about, or none
	lo, hi   int32 // its inputs
	fallback int32 // counts where no input that says a place is left, or none
	k        int32 // of some; 0: nobody knows
	phantoms int32 // members that were configured and never seen
	gate     int32
	ends     []int32 // open ends it hangs on
	beside   []int32 // members that are out of service: they count for nothing but shared ends
}

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
	s.nodes = append(s.nodes, node{of: of, founded: founded, fallback: none, gate: none})
	return int32(len(s.nodes) - 1)
}

func (s *structure) seal(n int32, in []input) {
	s.nodes[n].lo = int32(len(s.inputs))
	s.inputs = append(s.inputs, in...)
	s.nodes[n].hi = int32(len(s.inputs))
}

func (s *structure) inputsOf(n int32) []input { return s.inputs[s.nodes[n].lo:s.nodes[n].hi] }

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
	x.of, x.beside = group, beside
	if known == 0 {
		x.ends = append(x.ends, s.end("members", group))
		return // needs nothing that is known
	}
	x.op, x.k = some, int32(g.K)
	x.phantoms = phantoms
	s.ofGroup[group] = append(s.ofGroup[group], n)
}

func (s *structure) end(what string, of int32) int32 {
	e := end{what, of}
	id, ok := s.endAt[e]
	if !ok {
		id = int32(len(s.ends))
		s.ends = append(s.ends, e)
		s.endAt[e] = id
	}
	return id
}

// hang makes a node hang on an open end.
func (s *structure) hang(n int32, what string, of int32) {
	s.nodes[n].ends = append(s.nodes[n].ends, s.end(what, of))
}

func (s *structure) kind(c int32) graph.Kind { return s.view.Components[c].Kind }

// build gives the structure of a view, as is or as designed.
func build(v *graph.View, designed bool) *structure {
	n := len(v.Components)
	s := &structure{
		view: v, designed: designed, endAt: map[end]int32{}, placeAt: map[place]int32{}, askAt: map[ask]int32{},
		wantAt: map[want]int32{}, made: map[fact]int32{}, legs: map[int32][2]int32{}, ofGroup: make([][]int32, n),
		isSegment: segments(v), someOf: map[int32]map[int32]bool{},
	}
	for c := range int32(n) {
		s.newNode(c, false)
	}
	s.place(place{machine: none, asker: none}) // nowhere
	s.draw = drawNetwork(v)
	s.scopes = newScopes()
	s.carryOpen()
	for c := range int32(n) {
		s.component(c)
	}
	return s
}
