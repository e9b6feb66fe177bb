package compile

import (
	"context"
	"slices"
)

// waiting is who waits for whom, among the nodes that would run but do not start.
// Each of them has an input of the same sort, or, as a gate, something of the
// same sort on its ways, else it would start; so whoever follows these meets a
// cycle.
type waiting struct {
	a      *Analysis
	nodes  []int32   // ascending; components come first
	at     []int32   // node → its number here, or none
	waits  [][]int32 // those that each waits for
	waited [][]int32 // those that wait for it

	ring []bool  // components that are in a cycle
	seen []int32 // number → the search that last saw it
	from []int32 // component → that from which the search came
	turn int32
}

// deadlocks gives what has not failed and comes up in no wave, each with its cycle.
func (a *Analysis) deadlocks(ctx context.Context, wave []int32, failed func(n int32) bool) ([]Deadlock, error) {
	w, err := a.newWaiting(ctx, wave, failed)
	if err != nil {
		return nil, err
	}
	w.findRings()
	nearest := w.nearestRings()
	cycles := make([][]string, len(nearest))
	out := make([]Deadlock, 0, len(nearest))
	for i := range w.components() {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		d := Deadlock{a.componentID(w.nodes[i]), []string{}}
		if at := nearest[i]; at != none {
			if cycles[at] == nil {
				cycles[at] = w.cycle(at)
			}
			d.Cycle = cycles[at]
		}
		out = append(out, d)
	}
	return out, nil
}

func (a *Analysis) newWaiting(ctx context.Context, wave []int32, failed func(n int32) bool) (*waiting, error) {
	w := &waiting{a: a, at: make([]int32, a.opt.net.Len())}
	for v := range w.at {
		w.at[v] = none
		if wave[v] == none && !failed(int32(v)) {
			w.at[v] = int32(len(w.nodes))
			w.nodes = append(w.nodes, int32(v))
		}
	}
	n := len(w.nodes)
	w.waits, w.waited = make([][]int32, n), make([][]int32, n)
	w.seen, w.from = make([]int32, n), make([]int32, n)
	closed := func(c int32) bool { return failed(a.s.carrier(c)) }
	for i, v := range w.nodes {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		for _, needed := range [][]int32{a.opt.net.Inputs(v), a.onWaysOf(v, closed)} {
			for _, x := range needed {
				if j := w.at[x]; j != none {
					w.waits[i] = append(w.waits[i], j)
					w.waited[j] = append(w.waited[j], int32(i))
				}
			}
		}
	}
	return w, nil
}

// components gives how many of the nodes are components.
func (w *waiting) components() int32 {
	n, _ := slices.BinarySearch(w.nodes, int32(len(w.a.s.view.Components)))
	return int32(n)
}

// findRings marks the components that are in a cycle: those that are not alone in
// their strongly connected part (Tarjan, without recursion), or need themselves.
func (w *waiting) findRings() {
	type frame struct{ v, next int32 }
	n := int32(len(w.nodes))
	order, low, done := make([]int32, n), make([]int32, n), make([]bool, n)
	w.ring = make([]bool, n)
	var stack []int32
	var calls []frame
	clock := int32(0)
	enter := func(v int32) {
		clock++
		order[v], low[v] = clock, clock
		stack = append(stack, v)
		calls = append(calls, frame{v, 0})
	}
	for root := range n {
		if order[root] != 0 {
			continue
		}
		enter(root)
		for len(calls) > 0 {
			f := &calls[len(calls)-1]
			v := f.v
			if int(f.next) < len(w.waits[v]) {
				x := w.waits[v][f.next]
				f.next++
				switch {
				case order[x] == 0:
					enter(x)
				case !done[x]:
					low[v] = min(low[v], order[x])
				}
				continue
			}
			calls = calls[:len(calls)-1]
			if len(calls) > 0 {
				p := calls[len(calls)-1].v
				low[p] = min(low[p], low[v])
			}
			if low[v] != order[v] {
				continue
			}
			from := len(stack) - 1
			for stack[from] != v {
				from--
			}
			part := stack[from:]
			for _, x := range part {
				done[x] = true
				w.ring[x] = len(part) > 1 || slices.Contains(w.waits[x], x)
			}
			stack = stack[:from]
		}
	}
}

// nearestRings gives for each component the nearest in a cycle, by how many
// components wait for each other on the way; of several the first. All cycles
// spread at once, the first first.
func (w *waiting) nearestRings() []int32 {
	n := w.components()
	nearest := make([]int32, n)
	var queue []int32
	for i := range n {
		nearest[i] = none
		if w.ring[i] {
			nearest[i] = i
			queue = append(queue, i)
		}
	}
	w.turn++
	for len(queue) > 0 {
		i := queue[0]
		queue = queue[1:]
		w.spread(i, w.waited, func(c int32) {
			if nearest[c] == none {
				nearest[c] = nearest[i]
				queue = append(queue, c)
			}
		})
	}
	return nearest
}

// spread calls found with the components next to one, over what is no component
// and was not seen in this turn.
func (w *waiting) spread(i int32, next [][]int32, found func(c int32)) {
	n := w.components()
	stack := []int32{i}
	for len(stack) > 0 {
		x := stack[len(stack)-1]
		stack = stack[:len(stack)-1]
		for _, y := range next[x] {
			switch {
			case y < n:
				found(y)
			case w.seen[y] != w.turn:
				w.seen[y] = w.turn
				stack = append(stack, y)
			}
		}
	}
}

// cycle gives the shortest through a component that is in one. The search is
// breadth first, neighbours in the order of their IDs: what it finds first is
// first in that order.
func (w *waiting) cycle(start int32) []string {
	w.turn++
	var layer []int32
	for queue := []int32{start}; len(queue) > 0; queue = queue[1:] {
		i := queue[0]
		layer = layer[:0]
		closes := false
		w.spread(i, w.waits, func(c int32) {
			switch {
			case c == start:
				closes = true
			case w.seen[c] != w.turn:
				w.seen[c], w.from[c] = w.turn, i
				layer = append(layer, c)
			}
		})
		if closes {
			return w.name(start, i)
		}
		slices.Sort(layer)
		queue = append(queue, layer...)
	}
	return []string{}
}

// name gives the IDs of a cycle, the smallest first, so that the same one reads
// the same from wherever it was entered.
func (w *waiting) name(start, last int32) []string {
	var ids []string
	for i := last; ; i = w.from[i] {
		ids = append(ids, w.a.componentID(w.nodes[i]))
		if i == start {
			break
		}
	}
	slices.Reverse(ids)
	first := slices.Index(ids, slices.Min(ids))
	return slices.Concat(ids[first:], ids[:first])
}
