package fault

import (
	"cmp"
	"math/bits"
	"slices"
)

// pairing looks for pairs of which each has a candidate in every set of mask.
//
// Candidates that fail a giant base b are looked at on top of it, like in a sweep.
// Let x fail b, and write [..] for what falls. Since [x, y] = [b, x, y], what {x, y}
// stops and neither stops alone is, without overlap,
//
//   - what y stops on top of b, but not without it, less what x stops alone: the
//     same for all that fail b but for that little;
//   - what {x, y} stops on top of b and neither stops there alone: the same question
//     again, in a state in which x fails little.
type pairing struct {
	limits
	crew    *crew
	tops    []bool
	matters []bool
	mask    []uint64 // node → sets that it is in
	out     Pairs
}

type heavy struct {
	base       int32
	candidates []int32
}

// solve finds the pairs of a list of candidates that are up; between them they
// have to be in all sets of full.
func (q *pairing) solve(list []int32, full uint64) error {
	light, giants, bases, err := q.weigh(list, bits.OnesCount64(full) < 64)
	if err != nil {
		return err
	}
	p, err := q.crew.profile(light, q.tops, q.matters, q.mask)
	if err != nil {
		return err
	}
	joints, err := p.joints(q.crew, func(a, b int32) bool {
		return q.mask[p.members[a][0]]|q.mask[p.members[b][0]] == full
	})
	if err != nil {
		return err
	}
	if err := p.try(q.crew, joints, bases, &q.out); err != nil {
		return err
	}
	if len(giants) == 0 {
		return nil
	}
	alone, err := q.crew.singles(list, q.tops, q.limits)
	if err != nil {
		return err
	}
	set := full + 1 // the next bit
	for _, g := range giants {
		list = slices.DeleteFunc(slices.Clone(list), func(v int32) bool {
			_, is := slices.BinarySearch(g.candidates, v)
			return is
		})
		err := q.crew.onTop(g.base, true, func(Mark) error {
			s := q.crew.states[0]
			down := func(v int32) bool { return s.Failed(v) }
			others := slices.DeleteFunc(slices.Clone(list), down)
			own := slices.DeleteFunc(slices.Clone(g.candidates), down)
			if err := q.share(g.candidates, own, others, alone, full); err != nil {
				return err
			}
			for _, v := range own {
				q.mask[v] |= set
			}
			all := slices.Concat(own, others)
			slices.Sort(all)
			err := q.solve(all, full|set)
			for _, v := range own {
				q.mask[v] &^= set
			}
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// weigh tells the candidates of giant bases from the others. A base for which it
// is not worth it counts for nothing.
func (q *pairing) weigh(list []int32, may bool) (light []int32, giants []heavy, bases []giant, err error) {
	if !may {
		return list, nil, nil, nil
	}
	w := &sweep{limits: q.limits, crew: q.crew, tops: q.tops, of: filled(q.crew.states[0].net.Len())}
	found := make([][]int32, len(q.crew.states))
	w.visit = func(worker int, _ *State, _ Mark, x, _ int32) { found[worker] = append(found[worker], x) }
	w.share = func(b int32, candidates []int32) error {
		s := q.crew.states[0]
		at := s.Mark()
		s.Fail(w.bases[b].Node)
		size := len(s.Since(at))
		var stops []int32
		for _, v := range s.Since(at) {
			if q.tops[v] {
				stops = append(stops, v)
			}
		}
		s.Rollback(at)
		if len(stops) >= q.long {
			slices.Sort(stops)
			bases = append(bases, giant{w.bases[b].Node, w.rings[b], stops})
		}
		slices.Sort(candidates)
		if size*len(candidates) <= q.heavy {
			light = append(light, candidates...)
		} else {
			giants = append(giants, heavy{w.bases[b].Node, candidates})
		}
		return nil
	}
	err = w.over(list, None)
	for _, some := range found {
		light = append(light, some...)
	}
	slices.Sort(light)
	return light, giants, bases, err
}

// share keeps what others stop on top of a base, which the state of the crew is
// on, and not without it, as alone tells; own are those of the candidates of the
// base that are not down with it.
func (q *pairing) share(candidates, own, others []int32, alone *Singles, full uint64) error {
	now, err := q.crew.singles(others, q.tops, q.limits)
	if err != nil {
		return err
	}
	ours, err := q.crew.singles(own, q.tops, q.limits)
	if err != nil {
		return err
	}
	if now.Len() == 0 {
		return nil
	}
	// One class for each mask.
	candidates = slices.Clone(candidates)
	slices.SortStableFunc(candidates, func(x, y int32) int { return cmp.Compare(q.mask[x], q.mask[y]) })
	type side struct {
		mask  uint64
		class int32
	}
	var sides []side
	for i := 0; i < len(candidates); {
		j := i
		mask := q.mask[candidates[i]]
		for j < len(candidates) && q.mask[candidates[j]] == mask {
			j++
		}
		class := int32(len(q.out.classes))
		sides = append(sides, side{mask, class})
		q.out.classes = append(q.out.classes, candidates[i:j:j])
		q.out.alone = append(q.out.alone, nil)
		i = j
	}
	if q.out.without == nil {
		q.out.without = map[int32][]without{}
	}
	var stops []int32
	for i, x := range ours.Candidates {
		k := slices.IndexFunc(sides, func(s side) bool { return s.mask == q.mask[x] })
		stops = ours.Stops(i, stops[:0])
		for _, t := range stops {
			q.out.without[sides[k].class] = append(q.out.without[sides[k].class], without{t, x})
		}
	}
	for _, s := range sides {
		slices.SortFunc(q.out.without[s.class], func(x, y without) int {
			return cmp.Or(cmp.Compare(x.top, y.top), cmp.Compare(x.candidate, y.candidate))
		})
	}
	var before []int32
	for i, y := range now.Candidates {
		stops = now.Stops(i, stops[:0])
		if j, is := slices.BinarySearch(alone.Candidates, y); is {
			before = alone.Stops(j, before[:0])
			stops = slices.DeleteFunc(stops, func(t int32) bool {
				_, is := slices.BinarySearch(before, t)
				return is
			})
		}
		if len(stops) == 0 {
			continue
		}
		class := None
		for _, s := range sides {
			if s.mask|q.mask[y] != full {
				continue
			}
			if class == None {
				class = int32(len(q.out.classes))
				q.out.classes = append(q.out.classes, []int32{y})
				q.out.alone = append(q.out.alone, nil)
			}
			from := len(q.out.stops)
			q.out.stops = append(q.out.stops, stops...)
			q.out.records = append(q.out.records, record{s.class, class, None, from, len(q.out.stops)})
		}
	}
	return nil
}
