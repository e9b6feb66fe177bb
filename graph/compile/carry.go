package compile

import "gujo/graph"

// While an inline device that fails open is down by its own failure or its
// power's, it, its interfaces and its links still carry a way. For these, and
// for the rack, room and sites that the device stands in, there is a second
// statement besides "is up": "carries".

// carryOpen makes these statements, and for the same components a node of their
// own failure alone, which both statements share. It gives how many addresses,
// names and groups somebody asks for.
func (s *structure) carryOpen() (asked int) {
	v := s.view
	n := len(v.Components)
	s.carry, s.event = make([]int32, n), make([]int32, n)
	followed := s.findFollowed()
	for c := range int32(n) {
		s.carry[c], s.event[c] = none, none
		if followed[c] { // asked for without asking whether it is up for all
			s.event[c] = s.newNode(c, false)
			s.seal(s.event[c], nil)
			asked++
		}
	}
	var queue []int32
	add := func(c int32) {
		if s.carry[c] == none {
			s.carry[c] = s.newNode(c, false)
			if s.event[c] == none {
				s.event[c] = s.newNode(c, false)
				s.seal(s.event[c], nil)
			}
			queue = append(queue, c)
		}
	}
	open := map[int32]bool{}
	for c := range int32(n) {
		if s.failsOpen(c) {
			open[c] = true
			add(c)
		}
	}
	site := map[int32]bool{}
	// What is lost with the power alone does not count for the device, its parts, and where these stand.
	spared := func(c int32) bool { return open[c] || site[c] || open[s.draw.top[c]] }
	for i := 0; i < len(queue); i++ {
		c := queue[i]
		if spared(c) {
			for _, r := range v.OutOf(c, graph.LocatedIn) {
				if r.Strength != graph.Soft {
					site[r.To] = true
					add(r.To)
				}
			}
		}
		if site[c] {
			continue
		}
		for _, j := range v.In(c) {
			r := &v.Relations[j]
			switch {
			case r.Strength == graph.Soft:
			case r.Type == graph.PartOf && s.kind(r.From) != graph.PowerSupply, r.Type == graph.Joins,
				r.Type == graph.Member && s.kind(c) == graph.Link, r.Type == graph.Aggregates,
				r.Type == graph.Member && s.kind(c) == graph.RedundancyGroup && s.kind(r.From) == graph.RedundancyGroup:
				add(r.From)
			}
		}
	}
	for _, c := range queue {
		var in []input
		if !open[c] {
			in = append(in, input{node: s.event[c], rel: none})
		}
		lo, hi := v.Out(c)
		for i := lo; i < hi; i++ {
			r := &v.Relations[i]
			if !s.isPlainNeed(r) || spared(c) && s.isPower(r) {
				continue
			}
			need := r.To
			switch r.Type {
			case graph.LocatedIn:
				if spared(c) && s.carry[need] != none {
					need = s.carry[need]
				}
			case graph.PartOf, graph.Joins, graph.Aggregates:
				if s.carry[need] != none {
					need = s.carry[need]
				}
			}
			in = append(in, input{node: need, rel: i, assumed: r.Strength == graph.Assumed})
		}
		if s.kind(c) != graph.RedundancyGroup {
			s.hangOpen(s.carry[c], c)
			s.seal(s.carry[c], in)
			continue
		}
		members := s.newNode(c, false)
		s.sealGroup(members, c, func(m int32) int32 {
			if s.carry[m] != none {
				return s.carry[m]
			}
			return m
		})
		s.seal(s.carry[c], append(in, input{node: members, rel: none}))
	}
	return asked
}

func (s *structure) failsOpen(c int32) bool {
	if s.kind(c) != graph.NetworkDevice {
		return false
	}
	a := s.view.Components[c].Attrs
	return a.IsTrue("inline") && a.Text("on_failure") == "open"
}

// findFollowed marks the addresses, names and groups that somebody may ask for
// across the network, as far as they are followed (see follow.go).
func (s *structure) findFollowed() []bool {
	v := s.view
	marked := make([]bool, len(v.Components))
	var queue []int32
	add := func(c int32) {
		if !marked[c] && isFollowed(s.kind(c)) {
			marked[c] = true
			queue = append(queue, c)
		}
	}
	for i := range v.Relations {
		switch r := &v.Relations[i]; r.Type {
		case graph.EnteredAt, graph.ConnectsTo, graph.BalancesTo, graph.Uses:
			add(r.To)
		case graph.ServedBy:
			if s.kind(r.From) == graph.VirtualServer {
				add(r.To)
			}
		}
	}
	for i := 0; i < len(queue); i++ {
		for _, r := range v.Needs(queue[i]) {
			switch r.Type {
			case graph.Member, graph.ResolvesTo, graph.InZone, graph.ServedBy, graph.BoundTo:
				add(r.To)
			}
		}
	}
	return marked
}

// isPower reports whether a need is one of power.
func (s *structure) isPower(r *graph.Relation) bool {
	switch r.Type {
	case graph.PoweredBy:
		return true
	case graph.Requires:
		return s.givesPower(r.To)
	}
	return false
}

// givesPower reports whether a component is a source of power, or a group of such.
func (s *structure) givesPower(c int32) bool {
	sources := []int32{c}
	if s.kind(c) == graph.RedundancyGroup {
		sources = s.membersOf(c)
	}
	for _, x := range sources {
		if k := s.kind(x); k != graph.PowerSource && k != graph.PowerSupply {
			return false
		}
	}
	return len(sources) > 0
}

// carrier gives the node that says whether a component on the path graph carries a way.
func (s *structure) carrier(c int32) int32 {
	if s.carry[c] != none {
		return s.carry[c]
	}
	return c
}

// failing gives the node that is failed when a component fails.
func (s *structure) failing(c int32) int32 {
	if s.event[c] != none {
		return s.event[c]
	}
	return c
}
