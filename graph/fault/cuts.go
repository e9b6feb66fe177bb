package fault

import (
	"context"
	"slices"
)

// CutSets gives every minimal set of at most order candidates whose failure, on
// top of what is down, stops top: by size, then in node order, each set sorted.
// It is a search for hitting sets: every cut hits every supporting set, so only
// the members of one such set are tried, and after each the members of one that
// avoids it. Top must be up. When ctx ends, what was found so far is returned
// with its error; such sets may then be not minimal.
func (s *State) CutSets(ctx context.Context, top int32, candidates []bool, order int) ([][]int32, error) {
	h := hitting{state: s, ctx: ctx, top: top, order: order, allowed: slices.Clone(candidates)}
	err := h.extend(0)
	return minimal(h.found), err
}

type hitting struct {
	state   *State
	ctx     context.Context
	top     int32
	order   int
	allowed []bool
	chosen  []int32
	found   [][]int32
	steps   int
}

func (h *hitting) extend(depth int) error {
	tried := h.state.Support(h.top, h.allowed, nil)
	defer func() {
		for _, v := range tried {
			h.allowed[v] = true
		}
	}()
	for _, v := range tried {
		if h.steps++; h.steps%64 == 0 && h.ctx.Err() != nil {
			return h.ctx.Err()
		}
		// Sets with v are all found below it, so the branches that follow do without.
		h.allowed[v] = false
		m := h.state.Mark()
		h.chosen = append(h.chosen, v)
		var err error
		if h.state.Fells(v, h.top) {
			set := slices.Clone(h.chosen)
			slices.Sort(set)
			h.found = append(h.found, set)
		} else if depth+1 < h.order {
			err = h.extend(depth + 1)
		}
		h.chosen = h.chosen[:depth]
		h.state.Rollback(m)
		if err != nil {
			return err
		}
	}
	return nil
}

// minimal drops sets that contain another, and sorts.
func minimal(sets [][]int32) [][]int32 {
	slices.SortFunc(sets, func(x, y []int32) int {
		if len(x) != len(y) {
			return len(x) - len(y)
		}
		return slices.Compare(x, y)
	})
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
	var out []int32
	for _, v := range s.Support(top, candidates, nil) {
		m := s.Mark()
		if s.Fells(v, top) {
			out = append(out, v)
		}
		s.Rollback(m)
	}
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
		if !is || s.failed[v] {
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
