package fault

import (
	"math"
	"slices"
)

// A sweep fails many nodes, each alone, in one and the same state. Those of giant
// impact share it: where {x} fails m, what x stops is what m stops and what x
// stops on top of that. Such an m is a base: it is failed once, and all that fail
// it are run on top of it, where little is left to fail. On top of a base there
// may be further bases.

// Base is a node that several candidates fail, and what it stops.
type Base struct {
	Node   int32
	Parent int32   // the base on top of which it was failed, or None
	Stops  []int32 // tops in node order, without those of its parents
}

// limits tell when sharing is worth it; answers do not depend on them.
type limits struct {
	budget int // inputs visited before a candidate counts as giant
	many   int // candidates of which some are run before the others
	look   int // giants looked at before the others are tried on their bases
	small  int // giants that fail fewer nodes are not shared
	heavy  int // nodes that all candidates of a base fail, to look for pairs on top of it
	long   int // tops that a base stops, to keep them once for pairs as well
	stay   int // candidates on top of a base that are worth new known ways
}

var usual = limits{budget: 4096, many: 4096, look: 16, small: 512, heavy: 1 << 25, long: 512, stay: 8}

// visitor is told of every candidate that a sweep has run, with the state as it
// is then: on top of base, and the candidate's own failures begin at the mark.
// worker tells whose memory to use.
type visitor func(worker int, s *State, at Mark, candidate, base int32)

type sweep struct {
	limits
	crew  *crew
	tops  []bool
	bases []Base
	rings [][]int32 // base → nodes that fail it and that it fails
	of    []int32   // node → base that it fails and that fails it, or None; of the present level
	visit visitor
	share func(base int32, candidates []int32) error // what is done with those that fail a base
}

type onTop struct{ base, candidate int32 }

// over runs candidates in the state of the crew, which is on top of base. Of many,
// some are run first: whatever many share is then known for the others.
func (w *sweep) over(candidates []int32, base int32) error {
	var deferred []onTop
	var marked []int32
	parts := [][]int32{candidates}
	if len(candidates) > w.many {
		parts = make([][]int32, 2)
		for i, x := range candidates {
			part := min(i%64, 1)
			parts[part] = append(parts[part], x)
		}
	}
	for _, left := range parts {
		for look := w.look; ; {
			giants, err := w.run(left, base, &deferred)
			if err != nil {
				return err
			}
			left = giants
			for anew := false; len(left) > 0 && !anew; {
				some := left[:min(look, len(left))]
				left = left[len(some):]
				look *= 4
				hearts := make([]int32, len(some))
				err := w.crew.each(len(some), 1, func(worker, i int) { hearts[i] = w.heart(worker, some[i], base) })
				if err != nil {
					return err
				}
				for i, m := range hearts {
					if m == None {
						continue // visited
					}
					if w.of[m] == None {
						marked = append(marked, w.newBase(m, base)...)
						anew = true
					}
					deferred = append(deferred, onTop{w.of[m], some[i]})
				}
			}
			if len(left) == 0 {
				break
			}
		}
	}
	w.crew.all(func(_ int, s *State) { s.markBases(marked, 0) })
	for _, v := range marked {
		w.of[v] = None
	}
	slices.SortStableFunc(deferred, func(x, y onTop) int { return int(x.base - y.base) })
	for len(deferred) > 0 {
		b := deferred[0].base
		var group []int32
		for len(deferred) > 0 && deferred[0].base == b {
			group = append(group, deferred[0].candidate)
			deferred = deferred[1:]
		}
		if err := w.share(b, group); err != nil {
			return err
		}
	}
	return nil
}

// run visits the candidates that come to an end, defers those that come to a base,
// and gives the others.
func (w *sweep) run(list []int32, base int32, deferred *[]onTop) (giants []int32, err error) {
	ends, hits := make([]outcome, len(list)), make([]int32, len(list))
	err = w.crew.each(len(list), 64, func(worker, i int) {
		ends[i], hits[i] = w.one(worker, list[i], base)
	})
	for i, x := range list {
		switch ends[i] {
		case atBase:
			*deferred = append(*deferred, onTop{w.of[hits[i]], x})
		case spent:
			giants = append(giants, x)
		}
	}
	return giants, err
}

// newBase makes a node and its ring a base of the present level.
func (w *sweep) newBase(m, parent int32) (ring []int32) {
	ring = w.crew.states[0].ring(m)
	for _, v := range ring {
		w.of[v] = int32(len(w.bases))
	}
	w.bases = append(w.bases, Base{Node: m, Parent: parent})
	w.rings = append(w.rings, ring)
	w.crew.all(func(_ int, s *State) { s.markBases(ring, isBase) })
	return ring
}

// onBase runs candidates on top of a base that all of them fail.
func (w *sweep) onBase(b int32, candidates []int32) error {
	return w.crew.onTop(w.bases[b].Node, len(candidates) >= w.stay, func(at Mark) error {
		for _, v := range w.crew.states[0].Since(at) {
			if w.tops[v] {
				w.bases[b].Stops = append(w.bases[b].Stops, v)
			}
		}
		slices.Sort(w.bases[b].Stops)
		return w.over(candidates, b)
	})
}

// onTop runs f with a node failed in all states; whoever stays long has them settle.
func (c *crew) onTop(node int32, stay bool, f func(at Mark) error) error {
	marks := make([]Mark, len(c.states))
	frames := make([]frame, len(c.states))
	stay = stay && len(c.states[0].guards) < maxGuards
	c.all(func(i int, s *State) {
		marks[i] = s.Mark()
		s.Fail(node)
		if stay {
			frames[i] = s.settle()
		}
	})
	err := f(marks[0])
	c.all(func(i int, s *State) {
		if stay {
			s.unsettle(frames[i])
		}
		s.Rollback(marks[i])
	})
	return err
}

// one runs a candidate and, if it comes to an end, has it visited. If it comes to
// a base, it gives the node at which it did.
func (w *sweep) one(worker int, x, base int32) (end outcome, hit int32) {
	s := w.crew.states[worker]
	at := s.Mark()
	if !s.Failed(x) {
		s.fail(x)
		end = s.run(None, w.budget)
	}
	switch end {
	case settled:
		w.visit(worker, s, at, x, base)
	case atBase:
		hit = s.trail[s.done]
	}
	s.Rollback(at)
	return end, hit
}

// heart runs a giant to its end. If most of what it fails is failed by one node
// alone, it gives that node, the last such; else it has the giant visited.
func (w *sweep) heart(worker int, x, base int32) int32 {
	s := w.crew.states[worker]
	at := s.Mark()
	s.fail(x)
	if s.run(None, math.MaxInt) == atBase {
		m := s.trail[s.done]
		s.Rollback(at)
		return m
	}
	m := None
	if impact := s.Since(at); len(impact) >= w.small {
		m = s.trunk(impact)
	}
	if m == x && len(s.net.Inputs(x)) == 0 {
		m = None // nothing else fails it
	}
	if m == None {
		w.visit(worker, s, at, x, base)
	}
	s.Rollback(at)
	return m
}

// trunk gives, of the nodes that fail with the first of impact, the last through
// which half of them fail: each node is counted under the first input that fails
// it, as far as one input is enough.
func (s *State) trunk(impact []int32) int32 {
	place := s.marks()
	for i, v := range impact {
		place[v] = int32(i) + 1
	}
	cause, hits := filled(len(impact)), make([]int32, len(impact)) // by place
	for i, v := range impact {
		for _, w := range s.net.Outputs(v) {
			p := place[w] - 1
			if p == None {
				continue
			}
			hits[p]++
			if p > int32(i) && cause[p] == None {
				cause[p] = int32(i)
			}
		}
	}
	for i, v := range impact {
		if s.cells[v].left+hits[i] != 1 {
			cause[i] = None
		}
		place[v] = 0
	}
	size := make([]int32, len(impact))
	for i := len(impact) - 1; i >= 0; i-- {
		size[i]++
		if cause[i] != None {
			size[cause[i]] += size[i]
		}
	}
	trunk := int32(0)
	for i := range impact {
		if cause[i] == trunk && size[i] >= size[0]/2 {
			trunk = int32(i)
		}
	}
	return impact[trunk]
}

// ring gives the nodes that alone fail m and that m alone fails, over inputs of
// which one is enough: m's hard cycle, and m itself.
func (s *State) ring(m int32) []int32 {
	const below, both = 1, 2
	n, mark := s.net, s.marks()
	isHard := func(v int32) bool { return s.cells[v].left == 1 && s.cells[v].is&failed == 0 }
	down := []int32{m}
	mark[m] = below
	for i := 0; i < len(down); i++ {
		for _, w := range n.Outputs(down[i]) {
			if mark[w] == 0 && isHard(w) {
				mark[w] = below
				down = append(down, w)
			}
		}
	}
	ring := []int32{m}
	mark[m] = both
	for i := 0; i < len(ring); i++ {
		if !isHard(ring[i]) {
			continue
		}
		for _, u := range n.Inputs(ring[i]) {
			if mark[u] == below {
				mark[u] = both
				ring = append(ring, u)
			}
		}
	}
	for _, v := range down {
		mark[v] = 0
	}
	return ring
}

// markBases makes nodes such at which runs end, or with 0 no longer.
func (s *State) markBases(nodes []int32, is uint32) {
	for _, v := range nodes {
		s.cells[v].is = s.cells[v].is&^isBase | is
	}
	s.halt = is
}

// marks gives a number for every node, all zero; who uses it leaves it so.
func (s *State) marks() []int32 {
	if s.mark == nil {
		s.mark = make([]int32, s.net.Len())
	}
	return s.mark
}
