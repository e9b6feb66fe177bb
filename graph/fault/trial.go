package fault

import (
	"cmp"
	"math"
	"slices"
)

// giant is a base of a sweep of which pairs may fail a node; what it stops is kept
// once.
type giant struct {
	node  int32
	ring  []int32
	stops []int32
}

// trial is what a worker needs to try pairs of classes.
type trial struct {
	records  []record
	stops    []int32
	alone    []int32 // top → number of the pair of which one stops it alone
	now      int32
	deferred []onGiant
}

// onGiant is a pair of classes that fails a giant.
type onGiant struct{ giant, first, second int32 }

// keep makes a record of the tops that failed after a moment, but for those that
// are stamped.
func (m *trial) keep(s *State, at Mark, tops []bool, a, b, giant int32) {
	from := len(m.stops)
	for _, v := range s.Since(at) {
		if tops[v] && m.alone[v] != m.now {
			m.stops = append(m.stops, v)
		}
	}
	if len(m.stops) > from || giant != None {
		slices.Sort(m.stops[from:])
		m.records = append(m.records, record{a: a, b: b, giant: giant, from: from, to: len(m.stops)})
	}
}

// try fails pairs of classes, each pair once: first the one that fails more, kept
// for all of its partners.
func (p *profiles) try(c *crew, joints [][]joint, giants []giant, out *Pairs) error {
	n := c.states[0].net.Len()
	base, firstGiant := int32(len(out.classes)), int32(len(out.giants))
	out.classes = append(out.classes, p.members...)
	for i := range p.classes {
		out.alone = append(out.alone, p.of(p.classes[i].stops))
	}
	of := filled(n)
	for i, g := range giants {
		out.giants = append(out.giants, g.stops)
		for _, v := range g.ring {
			of[v] = int32(i)
		}
		c.all(func(_ int, s *State) { s.markBases(g.ring, isBase) })
	}
	at, partners := byFirst(len(p.classes), joints)
	trials := make([]trial, len(c.states))
	for i := range trials {
		trials[i].alone = make([]int32, n)
	}
	stamp := func(m *trial, class int32) {
		for _, t := range p.of(p.classes[class].stops) {
			m.alone[t] = m.now
		}
	}
	err := c.each(len(p.classes), 16, func(worker, first int) {
		list := partners[at[first]:at[first+1]]
		if len(list) == 0 {
			return
		}
		slices.Sort(list)
		s, m, x := c.states[worker], &trials[worker], int32(first)
		began := s.Mark()
		halt := s.halt
		s.halt = 0
		s.Fail(p.classes[x].candidate)
		s.halt = halt
		known := s.settleOn(p.ways(x))
		then := s.Mark()
		for len(list) > 0 {
			y := int32(list[0] >> 32)
			if v := p.classes[y].candidate; !s.Failed(v) {
				s.fail(v)
			}
			for ; len(list) > 0 && int32(list[0]>>32) == y; list = list[1:] {
				if g := int32(uint32(list[0])) - 1; g != None && !s.Failed(s.net.gates[g].node) {
					s.fail(s.net.gates[g].node)
				}
			}
			a, b := min(x, y), max(x, y)
			if s.run(None, math.MaxInt) == atBase {
				m.deferred = append(m.deferred, onGiant{of[s.trail[s.done]], x, y})
			} else {
				m.now++
				stamp(m, y)
				m.keep(s, then, p.tops, a, b, None)
			}
			s.Rollback(then)
		}
		s.unsettle(known)
		s.Rollback(began)
	})
	for _, g := range giants {
		c.all(func(_ int, s *State) { s.markBases(g.ring, 0) })
	}
	if err != nil {
		return err
	}
	var deferred []onGiant
	for i := range trials {
		deferred = append(deferred, trials[i].deferred...)
	}
	slices.SortFunc(deferred, func(x, y onGiant) int {
		return cmp.Or(cmp.Compare(x.giant, y.giant), cmp.Compare(x.first, y.first), cmp.Compare(x.second, y.second))
	})
	for len(deferred) > 0 {
		g := deferred[0].giant
		var turns [][]onGiant // by the first
		for len(deferred) > 0 && deferred[0].giant == g {
			n := 1
			for n < len(deferred) && deferred[n].giant == g && deferred[n].first == deferred[0].first {
				n++
			}
			turns = append(turns, deferred[:n])
			deferred = deferred[n:]
		}
		err := c.onTop(giants[g].node, true, func(Mark) error {
			return c.each(len(turns), 16, func(worker, i int) {
				s, m, x := c.states[worker], &trials[worker], turns[i][0].first
				began := s.Mark()
				s.Fail(p.classes[x].candidate)
				then := s.Mark()
				for _, pair := range turns[i] {
					y := pair.second
					s.Fail(p.classes[y].candidate)
					m.now++
					stamp(m, x)
					stamp(m, y)
					m.keep(s, began, p.tops, min(x, y), max(x, y), g+firstGiant)
					s.Rollback(then)
				}
				s.Rollback(began)
			})
		})
		if err != nil {
			return err
		}
	}
	for i := range trials {
		from := len(out.stops)
		out.stops = append(out.stops, trials[i].stops...)
		for _, r := range trials[i].records {
			r.a, r.b, r.from, r.to = r.a+base, r.b+base, r.from+from, r.to+from
			out.records = append(out.records, r)
		}
	}
	return nil
}

// byFirst packs pairs by their first class: the second, and behind it the gate and one.
func byFirst(classes int, joints [][]joint) (at []int, partners []uint64) {
	at = make([]int, classes+1)
	for _, some := range joints {
		for _, j := range some {
			at[j.first+1]++
		}
	}
	for i := range classes {
		at[i+1] += at[i]
	}
	partners = make([]uint64, at[classes])
	next := slices.Clone(at)
	for _, some := range joints {
		for _, j := range some {
			partners[next[j.first]] = uint64(j.second)<<32 | uint64(j.gate+1)
			next[j.first]++
		}
	}
	return at, partners
}
