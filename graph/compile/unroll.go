package compile

import (
	"container/heap"
	"context"
	"fmt"
	"maps"
	"slices"

	"gujo/graph"
	"gujo/graph/fault"
)

// Tree gives the fault tree of a component: the same minimal cuts, of all orders,
// as the optimistic reading has, with only what may fail as events. It is an error
// if the tree has more than [MaxTree] inputs.
//
// Cycles are unrolled. Failing is a least fixpoint: if a cycle falls apart without
// n of its nodes, n rounds beginning with none of these failed lead to it, and one
// more gives the rest. What has to be founded, a loop of names and groups, fails by
// a greatest fixpoint: the same, beginning with all failed. That a way is open is a
// least fixpoint over single vertices, so they are taken out one by one, each time
// joining the neighbours of one over it.
func (a *Analysis) Tree(ctx context.Context, id string) (Tree, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	top, ok := a.s.view.Find(id)
	if !ok {
		return Tree{}, fmt.Errorf("component %s: %w", id, graph.ErrNotFound)
	}
	u := unroller{
		s: a.s, r: a.opt, ctx: ctx, formulas: formulas{made: map[string]int32{}}, fails: map[int32]int32{},
		deps: map[int32][]int32{}, over: map[int32][]int32{},
	}
	for _, cycle := range cyclesBelow([]int32{top}, u.below) {
		u.cycle(cycle)
		if err := u.stop(); err != nil {
			return Tree{}, fmt.Errorf("component %s: %w", id, err)
		}
	}
	t := u.tree(u.fails[top], a.id)
	t.Top = id
	return t, nil
}

// unroller finds for each node of a reading the formula that says when it fails.
type unroller struct {
	s   *structure
	r   *reading
	ctx context.Context
	formulas
	fails map[int32]int32   // node → formula
	deps  map[int32][]int32 // node → nodes that its failing depends on
	over  map[int32][]int32 // way → components that it may lead over
}

func (u *unroller) stop() error {
	if err := u.tooLarge(); err != nil {
		return err
	}
	return u.ctx.Err()
}

// below gives the nodes that a node's failing depends on.
func (u *unroller) below(n int32) []int32 {
	if d, ok := u.deps[n]; ok {
		return d
	}
	var d []int32
	switch {
	case u.r.state.Failed(n): // already
	case u.s.isWay(n):
		u.over[n] = u.s.between(u.s.gateOf(n), func(c int32) bool { return u.r.state.Failed(u.s.carrier(c)) })
		for _, c := range u.over[n] {
			d = append(d, u.s.carrier(c))
		}
	default:
		d = u.r.net.Inputs(n)
	}
	u.deps[n] = d
	return d
}

// once gives the formula of a node from those of the nodes below it.
func (u *unroller) once(n int32) int32 {
	if u.r.state.Failed(n) {
		return TreeTrue
	}
	own := TreeFalse
	if u.r.candidates[n] {
		own = u.event(n)
	}
	if u.s.isWay(n) {
		return u.either(own, u.noWay(n))
	}
	var in []int32
	for _, i := range u.r.net.Inputs(n) {
		in = append(in, u.fails[i])
	}
	if u.r.net.Threshold(n) == 1 {
		return u.either(append(in, own)...)
	}
	return u.either(own, u.atLeast(u.r.net.Threshold(n), in))
}

// cycle finds the formulas of nodes that depend on each other, or of one that does
// not. Loops of founded nodes are settled whenever they are come to.
func (u *unroller) cycle(nodes []int32) {
	if len(nodes) == 1 && !slices.Contains(u.below(nodes[0]), nodes[0]) {
		u.fails[nodes[0]] = u.once(nodes[0])
		return
	}
	if u.failAsOne(nodes) {
		return
	}
	steps, loops := u.steps(nodes)
	u.rounds(steps, TreeFalse, func(step []int32) {
		if u.r.net.Loop(step[0]) == fault.None {
			u.fails[step[0]] = u.once(step[0])
			return
		}
		u.rounds(loops[u.r.net.Loop(step[0])], TreeTrue, func(step []int32) { u.fails[step[0]] = u.once(step[0]) })
	})
}

// failAsOne settles a cycle of nodes that each need all: what fails one fails all.
func (u *unroller) failAsOne(nodes []int32) bool {
	in := map[int32]bool{}
	for _, n := range nodes {
		if u.s.isWay(n) || u.r.net.Threshold(n) != 1 || u.r.net.Loop(n) != fault.None {
			return false
		}
		in[n] = true
	}
	var all []int32
	for _, n := range nodes {
		if u.r.candidates[n] {
			all = append(all, u.event(n))
		}
		for _, i := range u.below(n) {
			if !in[i] {
				all = append(all, u.fails[i])
			}
		}
	}
	f := u.either(all...)
	for _, n := range nodes {
		u.fails[n] = f
	}
	return true
}

// steps orders the nodes of a cycle so that few stand before what they depend on.
// A loop of founded nodes is one step, ordered in itself apart.
func (u *unroller) steps(nodes []int32) (steps [][]int32, loops map[int32][][]int32) {
	loops = map[int32][][]int32{}
	members := map[int32][]int32{}
	inside := map[int32]bool{}
	for _, n := range nodes {
		inside[n] = true
		if l := u.r.net.Loop(n); l != fault.None {
			members[l] = append(members[l], n)
		}
	}
	for l, m := range members {
		for _, n := range u.depthFirst(m, func(n int32) []int32 { return u.below(n) }, func(n int32) bool { return inside[n] && u.r.net.Loop(n) == l }) {
			loops[l] = append(loops[l], []int32{n})
		}
	}
	// The first node of a loop stands for it.
	first := func(n int32) int32 {
		if l := u.r.net.Loop(n); l != fault.None && inside[n] {
			return members[l][0]
		}
		return n
	}
	below := func(n int32) []int32 {
		m := []int32{n}
		if l := u.r.net.Loop(n); l != fault.None {
			m = members[l]
		}
		var out []int32
		for _, n := range m {
			for _, d := range u.below(n) {
				if first(d) != first(n) {
					out = append(out, first(d))
				}
			}
		}
		return out
	}
	for _, n := range u.depthFirst(nodes, below, func(n int32) bool { return inside[n] && first(n) == n }) {
		step := []int32{n}
		if l := u.r.net.Loop(n); l != fault.None {
			step = members[l]
		}
		steps = append(steps, step)
	}
	return steps, loops
}

// depthFirst orders nodes after what they depend on, as far as cycles let it.
func (u *unroller) depthFirst(nodes []int32, below func(int32) []int32, in func(int32) bool) []int32 {
	type frame struct {
		n    int32
		left []int32
	}
	var out []int32
	seen := map[int32]bool{}
	for _, root := range nodes {
		if seen[root] || !in(root) {
			continue
		}
		seen[root] = true
		for stack := []frame{{root, below(root)}}; len(stack) > 0; {
			f := &stack[len(stack)-1]
			if len(f.left) == 0 {
				out = append(out, f.n)
				stack = stack[:len(stack)-1]
				continue
			}
			d := f.left[0]
			f.left = f.left[1:]
			if !seen[d] && in(d) {
				seen[d] = true
				stack = append(stack, frame{d, below(d)})
			}
		}
	}
	return out
}

// rounds settles steps in their order, again and again. The nodes that are asked
// for before their turn begin as given; if there are n of them, n rounds settle
// these and one more the rest.
func (u *unroller) rounds(steps [][]int32, begin int32, settle func(step []int32)) {
	turn := map[int32]int{}
	for i, step := range steps {
		for _, n := range step {
			turn[n] = i
		}
	}
	var early []int32
	for i, step := range steps {
		for _, n := range step {
			for _, d := range u.below(n) {
				// Within a step of several they are settled together.
				if at, ok := turn[d]; ok && (at > i || at == i && len(step) == 1) {
					early = append(early, d)
				}
			}
		}
	}
	slices.Sort(early)
	early = slices.Compact(early)
	for _, n := range early {
		u.fails[n] = begin
	}
	for range len(early) + 1 {
		moved := len(early) == 0
		before := make([]int32, len(early))
		for i, n := range early {
			before[i] = u.fails[n]
		}
		for _, step := range steps {
			if u.stop() != nil {
				return
			}
			settle(step)
		}
		for i, n := range early {
			moved = moved || u.fails[n] != before[i]
		}
		if !moved {
			return // all that follows would be the same
		}
	}
}

// noWay gives the formula that says that the way of a gate is not there.
func (u *unroller) noWay(n int32) int32 {
	g := u.s.gateOf(n)
	if g.from == g.to {
		return TreeFalse
	}
	shut := TreeTrue
	for _, tag := range tagsOf(g) {
		shut = u.both(shut, u.noWayWith(g, tag, u.over[n]))
	}
	return shut
}

// noWayWith takes out the vertices between a gate's ends one by one, first those
// that join the fewest. A hop is shut as its formula says; over a vertex that is
// taken out lead hops that are shut if either half is, or the vertex itself.
func (u *unroller) noWayWith(g gate, tag int32, between []int32) int32 {
	vertices := append([]int32{g.from, g.to}, between...)
	at := make(map[int32]int32, len(vertices))
	for i, c := range vertices {
		at[c] = int32(i)
	}
	type hops = map[int32]int32 // other vertex → formula
	out, in := make([]hops, len(vertices)), make([]hops, len(vertices))
	for i := range vertices {
		out[i], in[i] = hops{}, hops{}
	}
	for i, c := range vertices {
		for _, e := range u.s.draw.of(c) {
			o := u.s.draw.edges[e].other(c)
			j, ok := at[o]
			if tags := u.s.carried(o); !ok || !u.s.draw.passes(g.from, c, o) || tag != none && len(tags) > 0 && !slices.Contains(tags, tag) {
				continue
			}
			out[i][j], in[j][int32(i)] = TreeFalse, TreeFalse
		}
	}
	var queue vertexQueue
	offer := func(v int32) {
		if v > 1 { // no end
			heap.Push(&queue, vertexCost{len(in[v]) * len(out[v]), v})
		}
	}
	for v := range int32(len(vertices)) {
		offer(v)
	}
	gone := make([]bool, len(vertices))
	for queue.Len() > 0 && u.stop() == nil {
		next := heap.Pop(&queue).(vertexCost)
		v := next.vertex
		if gone[v] || next.cost != len(in[v])*len(out[v]) {
			continue // offered again since
		}
		gone[v] = true
		itself := u.fails[u.s.carrier(vertices[v])]
		to := slices.Sorted(maps.Keys(out[v]))
		for _, x := range slices.Sorted(maps.Keys(in[v])) {
			delete(out[x], v)
			for _, y := range to {
				if x == y {
					continue
				}
				over := u.either(in[v][x], itself, out[v][y])
				if straight, ok := out[x][y]; ok {
					over = u.both(straight, over)
				}
				out[x][y], in[y][x] = over, over
			}
		}
		for _, y := range to {
			delete(in[y], v)
		}
		for x := range in[v] {
			offer(x)
		}
		for _, y := range to {
			offer(y)
		}
	}
	if shut, ok := out[0][1]; ok {
		return shut
	}
	return TreeTrue
}

// vertexQueue gives the vertex that is cheapest to take out, of equals the first.
type vertexQueue []vertexCost

type vertexCost struct {
	cost   int
	vertex int32
}

func (q vertexQueue) Len() int { return len(q) }
func (q vertexQueue) Less(i, j int) bool {
	return q[i].cost < q[j].cost || q[i].cost == q[j].cost && q[i].vertex < q[j].vertex
}
func (q vertexQueue) Swap(i, j int) { q[i], q[j] = q[j], q[i] }
func (q *vertexQueue) Push(x any)   { *q = append(*q, x.(vertexCost)) }
func (q *vertexQueue) Pop() any {
	last := (*q)[len(*q)-1]
	*q = (*q)[:len(*q)-1]
	return last
}

// cyclesBelow gives the nodes below some, what a node depends on before it and
// those that depend on each other together (Tarjan, without recursion).
func cyclesBelow(roots []int32, below func(int32) []int32) [][]int32 {
	type frame struct {
		n    int32
		left []int32
	}
	order, low, onStack := map[int32]int32{}, map[int32]int32{}, map[int32]bool{}
	var out [][]int32
	var stack []int32
	var calls []frame
	enter := func(n int32) {
		order[n] = int32(len(order))
		low[n] = order[n]
		onStack[n] = true
		stack = append(stack, n)
		calls = append(calls, frame{n, below(n)})
	}
	for _, root := range roots {
		if _, ok := order[root]; !ok {
			enter(root)
		}
		for len(calls) > 0 {
			f := &calls[len(calls)-1]
			if len(f.left) > 0 {
				d := f.left[0]
				f.left = f.left[1:]
				if at, ok := order[d]; !ok {
					enter(d)
				} else if onStack[d] {
					low[f.n] = min(low[f.n], at)
				}
				continue
			}
			n := f.n
			calls = calls[:len(calls)-1]
			if len(calls) > 0 {
				by := calls[len(calls)-1].n
				low[by] = min(low[by], low[n])
			}
			if low[n] != order[n] {
				continue
			}
			from := len(stack) - 1
			for stack[from] != n {
				from--
			}
			cycle := slices.Clone(stack[from:])
			for _, m := range cycle {
				onStack[m] = false
			}
			stack = stack[:from]
			out = append(out, cycle)
		}
	}
	return out
}
