package fault

import (
	"cmp"
	"context"
	"runtime"
	"slices"
)

// CutSets gives every minimal set of at most order candidates whose failure, on
// top of what is down, stops top: by size, then in node order, each set sorted.
// Top must be up. When ctx ends, what was found so far is returned with its error;
// such sets may then be not minimal. The answer is the same whatever the number of
// workers.
//
// It is a search for hitting sets (Reiter): every cut hits every supporting set,
// so only the members of one such set are tried, and after each the members of
// one that avoids it. What alone stops top after the sets so far is in all
// supporting sets, and is found by crossing them out against each other; it ends
// a set, and is left out of larger ones.
func (s *State) CutSets(ctx context.Context, top int32, candidates []bool, order int) ([][]int32, error) {
	return s.CutSetsBy(ctx, top, candidates, order, runtime.GOMAXPROCS(0))
}

// CutSetsBy is CutSets with a number of workers.
func (s *State) CutSetsBy(ctx context.Context, top int32, candidates []bool, order, workers int) ([][]int32, error) {
	part, members, sets, err := s.hit(ctx, top, candidates, order, workers)
	var out [][]int32
	for _, set := range sets {
		out = part.expand(set, members, make([]int32, 0, len(set)), out)
	}
	slices.SortFunc(out, bySize)
	return out, err
}

// CountCuts counts what CutSetsBy gives, by size from one on, without listing it.
func (s *State) CountCuts(ctx context.Context, top int32, candidates []bool, order, workers int) ([]int64, error) {
	_, members, sets, err := s.hit(ctx, top, candidates, order, workers)
	n := make([]int64, order)
	for _, set := range sets {
		product := int64(1)
		for _, v := range set {
			product *= int64(len(members[v]))
		}
		n[len(set)-1] += product
	}
	return n, err
}

// hit finds the minimal sets of classes of candidates: by nodes of the part of the
// network below top, each standing for its members.
func (s *State) hit(ctx context.Context, top int32, candidates []bool, order, workers int) (part *cone, members, sets [][]int32, err error) {
	if order < 1 {
		return nil, nil, nil, ctx.Err()
	}
	part = s.cone(top, candidates)
	if order < 3 {
		workers = 1
	}
	c := part.state.crew(ctx, workers)
	tops := make([]bool, len(part.of))
	tops[part.top] = true
	can := make([]bool, len(part.of))
	for x, v := range part.of {
		can[x] = candidates[v]
	}
	// Of candidates that do the same, one stands for all.
	classes, err := c.classes(part.state.relevant(tops, can), tops, part.state.matters(tops), nil)
	if err != nil {
		return nil, nil, nil, err
	}
	allowed := make([]bool, len(part.of))
	members = make([][]int32, len(part.of))
	for _, class := range classes.members {
		allowed[class[0]], members[class[0]] = true, class
	}
	searches := make([]*hitting, len(c.states))
	for i, state := range c.states {
		searches[i] = &hitting{state: state, ctx: ctx, top: part.top, banned: make([]int32, len(part.of)), allowed: slices.Clone(allowed)}
	}
	first := searches[0]
	singles, support := first.last(nil, nil)
	for _, v := range singles {
		first.found = append(first.found, []int32{v})
	}
	for _, h := range searches {
		for _, v := range singles {
			h.allowed[v] = false
		}
	}
	support = slices.DeleteFunc(support, func(v int32) bool { return !first.allowed[v] })
	// All pairs come first: what makes a pair with one member of a set is left out of it.
	partners := make([][]int32, len(part.of))
	if order > 1 {
		pairs := make([][]int32, len(support))
		err = c.each(len(support), 1, func(worker, i int) {
			h := searches[worker]
			h.without(support[:i], func() {
				h.with(support[i], func() { pairs[i], _ = h.last(nil, nil) })
			})
		})
		for i, v := range support {
			for _, w := range pairs[i] {
				partners[v], partners[w] = append(partners[v], w), append(partners[w], v)
				first.found = append(first.found, []int32{v, w})
			}
		}
	}
	if order > 2 && err == nil {
		err = c.each(len(support), 1, func(worker, i int) {
			h := searches[worker]
			h.partners, h.order = partners, order
			h.without(support[:i], func() { h.extend(support[i]) })
		})
	}
	for _, h := range searches {
		for _, set := range h.found {
			slices.Sort(set)
			sets = append(sets, set)
		}
	}
	if err == nil {
		err = ctx.Err()
	}
	return part, members, minimal(sets), err
}

// expand puts every member of a class in the place of the one that stands for it.
func (c *cone) expand(set []int32, members [][]int32, chosen []int32, into [][]int32) [][]int32 {
	if len(set) == 0 {
		one := slices.Clone(chosen)
		slices.Sort(one)
		return append(into, one)
	}
	for _, v := range members[set[0]] {
		into = c.expand(set[1:], members, append(chosen, c.of[v]), into)
	}
	return into
}

// hitting is the search of one worker. Its state has the chosen nodes failed.
type hitting struct {
	state    *State
	ctx      context.Context
	top      int32
	order    int
	banned   []int32 // node → how many times it was left out
	allowed  []bool  // what may be chosen
	partners [][]int32
	chosen   []int32
	found    [][]int32
	steps    int
}

// without runs f with some nodes left out that could be chosen.
func (h *hitting) without(nodes []int32, f func()) {
	for _, v := range nodes {
		h.banned[v]++
		h.allowed[v] = false
	}
	f()
	for _, v := range nodes {
		h.banned[v]--
		h.allowed[v] = h.banned[v] == 0
	}
}

// with runs f with a node chosen and failed.
func (h *hitting) with(v int32, f func()) {
	m := h.state.Mark()
	h.state.Fail(v)
	h.chosen = append(h.chosen, v)
	f()
	h.chosen = h.chosen[:len(h.chosen)-1]
	h.state.Rollback(m)
}

// extend finds the sets that v and what is chosen are a part of.
func (h *hitting) extend(v int32) {
	if h.steps++; h.steps%16 == 0 && h.ctx.Err() != nil {
		return
	}
	h.without(h.partners[v], func() {
		h.with(v, func() {
			enders, support := h.last(nil, nil)
			if len(h.chosen) > 1 {
				for _, w := range enders {
					h.found = append(h.found, append(slices.Clone(h.chosen), w))
				}
			}
			if len(h.chosen)+1 >= h.order {
				return
			}
			h.without(enders, func() {
				for i, w := range support {
					if h.allowed[w] {
						h.without(support[:i], func() { h.extend(w) })
					}
				}
			})
		})
	})
}

// last gives the nodes that alone stop top now, and the smallest supporting set
// that was met on the way, both of what is allowed.
func (h *hitting) last(enders, support []int32) (alone, smallest []int32) {
	s := h.state
	support = s.Support(h.top, h.allowed, support)
	if len(support) == 0 {
		return enders, support
	}
	other := s.support(h.top, h.allowed, nil, s.walk.number)
	left := slices.Clone(support)
	both := func() {
		in := s.walk.number
		left = slices.DeleteFunc(left, func(w int32) bool { return s.walk.seen[w] != in })
		if len(other) < len(support) {
			support = other
		}
	}
	both()
	for len(left) > 0 {
		v := left[len(left)-1]
		left = left[:len(left)-1]
		m := s.Mark()
		if s.Fells(v, h.top) {
			enders = append(enders, v)
			s.Rollback(m)
			continue
		}
		other = s.Support(h.top, h.allowed, nil) // one without v: who is not in it does not stop top
		s.Rollback(m)
		both()
	}
	return enders, support
}

func bySize(x, y []int32) int { return cmp.Or(len(x)-len(y), slices.Compare(x, y)) }

// minimal drops sets that contain another, and sorts.
func minimal(sets [][]int32) [][]int32 {
	slices.SortFunc(sets, bySize)
	known := make(map[[MaxOrder]int32]bool, len(sets))
	out := sets[:0]
	for _, set := range sets {
		if containsKnown(known, set) {
			continue
		}
		known[key(set)] = true
		out = append(out, set)
	}
	return out
}

// MaxOrder is the largest order of cut sets that is searched for.
const MaxOrder = 4

func key(set []int32) (k [MaxOrder]int32) {
	for i := range k {
		k[i] = None
	}
	copy(k[:], set)
	return k
}

// containsKnown reports whether the set, or a part of it, is known.
func containsKnown(known map[[MaxOrder]int32]bool, set []int32) bool {
	part := make([]int32, 0, MaxOrder)
	for mask := 1; mask < 1<<len(set); mask++ {
		part = part[:0]
		for i, v := range set {
			if mask&(1<<i) != 0 {
				part = append(part, v)
			}
		}
		if known[key(part)] {
			return true
		}
	}
	return false
}

// Singles gives the candidates that alone stop top. Top must be up.
func (s *State) Singles(top int32, candidates []bool) []int32 {
	h := hitting{state: s, top: top, allowed: candidates}
	out, _ := h.last(nil, nil)
	slices.Sort(out)
	return out
}

// EachSingle fails every candidate alone and calls f with the tops that fall
// with it, in the order of falling; tops is a set of nodes. The slice is f's only
// until it returns.
func (s *State) EachSingle(ctx context.Context, tops, candidates []bool, f func(candidate int32, stopped []int32)) error {
	var stopped []int32
	tried := 0
	for v, is := range candidates {
		if !is || s.Failed(int32(v)) {
			continue
		}
		if tried++; tried%256 == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		m := s.Mark()
		s.Fail(int32(v))
		stopped = stopped[:0]
		for _, w := range s.Since(m) {
			if tops[w] {
				stopped = append(stopped, w)
			}
		}
		s.Rollback(m)
		if len(stopped) > 0 {
			f(int32(v), stopped)
		}
	}
	return nil
}
