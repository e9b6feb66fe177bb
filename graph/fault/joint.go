package fault

import (
	"cmp"
	"slices"
)

// If {x, y} fails a node that neither fails alone, take the first that does. All
// that failed before it, x or y fails alone. So one of three is true:
//
//   - it fails by count: what x and what y take from it, taken together, is enough;
//   - it is a gate whose last way closed: one of the two, say x, closed the first
//     known way, and y closes, after x, whatever two ways are then left;
//   - it is in a loop of founded nodes that does not hold any more: both took an
//     input from nodes of the loop that they leave up, or else one of them alone
//     would have dropped it.
//
// Only such pairs are tried; what else falls, trying shows.

// joint is a pair of classes to be tried, and a gate that is known to fail with
// it, or None. The first is the one that fails more.
type joint struct{ first, second, gate int32 }

// joints gives the pairs to be tried that are valid, some more than once, in no
// particular order.
func (p *profiles) joints(c *crew, valid func(a, b int32) bool) ([][]joint, error) {
	s := c.states[0]
	n := s.net
	found := make([][]joint, len(c.states))
	emit := func(worker int, a, b, gate int32) {
		if a == b || !valid(a, b) {
			return
		}
		if x, y := p.classes[a].size, p.classes[b].size; x < y || x == y && a > b {
			a, b = b, a
		}
		found[worker] = append(found[worker], joint{a, b, gate})
	}
	// node → classes that took inputs from it, in order.
	total := 0
	at := make([]int32, n.Len()+1)
	for i := range p.classes {
		lost := p.of(p.classes[i].lost)
		total += len(lost) / 2
		for j := 0; j < len(lost); j += 2 {
			at[lost[j]+1]++
		}
	}
	for v := range n.Len() {
		at[v+1] += at[v]
	}
	takers, inputs := make([]int32, total), make([]int32, total)
	next := slices.Clone(at)
	for i := range p.classes {
		lost := p.of(p.classes[i].lost)
		for j := 0; j < len(lost); j += 2 {
			k := next[lost[j]]
			next[lost[j]]++
			takers[k], inputs[k] = int32(i), lost[j+1]
		}
	}
	err := c.each(n.Len(), 1024, func(worker, v int) {
		if from, to := at[v], at[v+1]; to > from && takers[from] != takers[to-1] {
			byCount(s.cells[v].left, takers[from:to], inputs[from:to], func(a, b int32) { emit(worker, a, b, None) })
		}
	})
	if err != nil {
		return nil, err
	}
	err = c.each(len(n.regions), 1, func(worker, r int) {
		var all []int32
		for _, v := range n.regions[r] {
			all = append(all, takers[at[v]:at[v+1]]...)
		}
		slices.Sort(all)
		all = slices.Compact(all)
		for i, a := range all {
			for _, b := range all[i+1:] {
				emit(worker, a, b, None)
			}
		}
	})
	if err != nil {
		return nil, err
	}
	return found, p.byWays(c, emit)
}

// byCount gives the pairs of takers that together take left inputs or more. Those
// that take the same inputs are looked at together.
func byCount(left int32, takers, inputs []int32, f func(a, b int32)) {
	type group struct {
		inputs []int32
		takers []int32
	}
	var groups []group
	if left == 2 { // by far the most: any two that take different inputs
		order := make([]int64, len(takers))
		for i := range takers {
			order[i] = int64(inputs[i])<<32 | int64(takers[i])
		}
		slices.Sort(order)
		for i := 0; i < len(order); {
			j := i
			for j < len(order) && order[j]>>32 == order[i]>>32 {
				j++
			}
			for k := range order[:i] {
				for l := i; l < j; l++ {
					f(int32(order[k]), int32(order[l]))
				}
			}
			i = j
		}
		return
	}
	for i := 0; i < len(takers); {
		j := i
		for j < len(takers) && takers[j] == takers[i] {
			j++
		}
		own := slices.Clone(inputs[i:j])
		slices.Sort(own)
		groups = append(groups, group{own, takers[i : i+1]})
		i = j
	}
	slices.SortStableFunc(groups, func(x, y group) int {
		return cmp.Or(len(y.inputs)-len(x.inputs), slices.Compare(x.inputs, y.inputs))
	})
	merged := groups[:0]
	for _, g := range groups {
		if last := len(merged) - 1; last >= 0 && slices.Equal(merged[last].inputs, g.inputs) {
			merged[last].takers = slices.Concat(merged[last].takers, g.takers)
			continue
		}
		merged = append(merged, g)
	}
	for i, x := range merged {
		for _, y := range merged[i+1:] {
			if len(x.inputs)+len(y.inputs) < int(left) {
				break
			}
			if together(x.inputs, y.inputs) < int(left) {
				continue
			}
			for _, a := range x.takers {
				for _, b := range y.takers {
					f(a, b)
				}
			}
		}
	}
}

// together counts what is in either of two sorted lists.
func together(x, y []int32) int {
	n := len(x) + len(y)
	for len(x) > 0 && len(y) > 0 {
		switch {
		case x[0] < y[0]:
			x = x[1:]
		case x[0] > y[0]:
			y = y[1:]
		default:
			x, y, n = x[1:], y[1:], n-1
		}
	}
	return n
}

// byWays gives the pairs of which one closes a gate's first way and the other,
// after it, two ways that are left.
func (p *profiles) byWays(c *crew, emit func(worker int, a, b, gate int32)) error {
	n := c.states[0].net
	type doubt struct {
		class int32
		ways  []int32 // element, ways
	}
	doubts := make([][]doubt, len(n.gates))
	failedBy := make([][]int32, len(n.gates))
	closers := make([][]int32, len(n.path.knotOf))
	for i := range p.classes {
		for _, g := range p.of(p.classes[i].fails) {
			failedBy[g] = append(failedBy[g], int32(i))
		}
		for _, x := range p.of(p.classes[i].closed) {
			closers[x] = append(closers[x], int32(i))
		}
		for list := p.of(p.classes[i].doubts); len(list) > 0; {
			g, size := list[0], 2*list[1]
			doubts[g] = append(doubts[g], doubt{int32(i), list[2 : 2+size]})
			list = list[2+size:]
		}
	}
	type memory struct {
		stamp []int32 // class → number of what was last said of it
		now   int32
	}
	memories := make([]memory, len(c.states))
	for i := range memories {
		memories[i].stamp = make([]int32, len(p.classes))
	}
	return c.each(len(n.gates), 1, func(worker, g int) {
		m := &memories[worker]
		m.now++
		alone := m.now // fails the gate alone
		for _, y := range failedBy[g] {
			m.stamp[y] = alone
		}
		for _, d := range doubts[g] {
			m.now++
			for j := 0; j < len(d.ways); j += 2 {
				ways := uint8(d.ways[j+1])
				for _, y := range closers[d.ways[j]] {
					switch {
					case m.stamp[y] == alone || ways&firstWay == 0:
					case ways&everyWay != 0:
						emit(worker, d.class, y, int32(g))
					case ways&secondWay != 0:
						emit(worker, d.class, y, None)
					default:
						m.stamp[y] = m.now
					}
				}
			}
			for j := 0; j < len(d.ways); j += 2 {
				if uint8(d.ways[j+1]) != secondWay {
					continue
				}
				for _, y := range closers[d.ways[j]] {
					if m.stamp[y] == m.now {
						emit(worker, d.class, y, None)
					}
				}
			}
		}
	})
}
