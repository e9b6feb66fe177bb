package compile

import "gujo/graph"

// way says that a place reaches another, over gateways where their subnets differ.
// Where one of them has a gateway and it is not known whether they differ, the way
// is open without gateways or over them, whichever is there, and pessimistically
// hangs on the end of which too little is known.
func (s *structure) way(from, to int32) int32 {
	n, fresh := s.make(fact{what: factWay, a: from, b: to}, true)
	if !fresh {
		return n
	}
	if from == nowhere || to == nowhere {
		s.hangUnplaced(n, from, to)
		s.seal(n, nil)
		return n
	}
	a, b := s.places.keys[from], s.places.keys[to]
	apart, unread := s.apart(a, b), s.unread(a, b)
	if !apart && unread == none {
		s.seal(n, []input{{node: s.leg(from, to), rel: none}})
		return n
	}
	if !s.hangUnplaced(n, from, to) {
		s.seal(n, nil)
		return n
	}
	switch over := s.overGateways(from, to); {
	case !apart:
		s.hang(n, "network", unread)
		s.seal(n, []input{{node: s.either(s.leg(from, to), over), rel: none}})
	case len(over) > 0:
		s.seal(n, over)
	default:
		if s.kind(a.asker) != graph.NetworkDevice {
			s.hang(n, "network", a.asker)
		}
		s.seal(n, []input{{node: s.leg(from, to), rel: none}})
	}
	return n
}

// overGateways gives what it takes where two places are in different subnets: the
// gateways of the one and, for the answer, of the other, as far as they are known.
func (s *structure) overGateways(from, to int32) []input {
	var in []input
	over := func(p place, there, back int32) {
		for _, i := range s.usesOf(p.asker, "gateway") {
			r := &s.view.Relations[i]
			g := s.follow(s.ask(ask{there, back, none}), r.To, noFace)
			in = append(in, input{node: g, rel: i, assumed: r.Strength == graph.Assumed})
		}
	}
	over(s.places.keys[from], from, to)
	over(s.places.keys[to], to, from)
	return in
}

// either says that a way is open straight or else over gateways. The second is an
// alternative that nobody confirmed: pessimistically it counts only where the
// first is not there to begin with.
func (s *structure) either(straight int32, over []input) int32 {
	gateways := s.newNode(none, true)
	s.seal(gateways, over)
	n := s.newNode(none, true)
	s.nodes[n].op, s.nodes[n].k = some, 1
	s.seal(n, []input{{node: straight, rel: none}, {node: gateways, rel: none, assumed: true}})
	return n
}

// through says that a place reaches a gateway inside its own subnet, and that the
// gateway reaches the other end. A gateway that is known to be in other subnets
// only is not reached inside.
func (s *structure) through(from, gateway, to int32) int32 {
	if from != nowhere && gateway != nowhere && s.apart(s.places.keys[from], s.places.keys[gateway]) {
		return s.never()
	}
	n, fresh := s.make(fact{what: factThrough, a: from, b: gateway, c: to}, true)
	if fresh {
		in := []input{{node: s.leg(from, gateway), rel: none}, {node: s.leg(gateway, to), rel: none}}
		s.seal(n, in)
	}
	return n
}

// never is the node that does not hold.
func (s *structure) never() int32 {
	n, fresh := s.make(fact{what: factNever}, false)
	if fresh {
		s.nodes[n].op, s.nodes[n].k, s.nodes[n].more = some, 1, none
		s.seal(n, nil)
	}
	return n
}

// leg says that a place reaches another without a gateway.
func (s *structure) leg(from, to int32) int32 {
	n, fresh := s.make(fact{what: factLeg, a: from, b: to}, true)
	if !fresh {
		return n
	}
	same := from != nowhere && to != nowhere && s.places.keys[from].machine == s.places.keys[to].machine
	if same || !s.hangUnplaced(n, from, to) {
		s.seal(n, nil)
		return n
	}
	a, b := s.places.keys[from], s.places.keys[to]
	tags := s.scopes.set(s.scopes.common(a.vlans, b.vlans))
	s.seal(n, []input{{node: s.gate(a.machine, b.machine, tags), rel: none}})
	return n
}

// hangUnplaced reports whether it is known where both places are on the network.
// Where one is not, or it stands nowhere on the network, the way counts as there;
// it hangs on what is not known of services, servers, zones and devices.
func (s *structure) hangUnplaced(n, from, to int32) bool {
	known := true
	for _, p := range [2]int32{from, to} {
		if p == nowhere {
			known = false
			continue
		}
		top := s.draw.top[s.places.keys[p].machine]
		if s.draw.known[top] {
			continue
		}
		known = false
		switch s.kind(top) {
		case graph.Service, graph.Server, graph.AccessZone, graph.NetworkDevice:
			s.hang(n, "network", top)
		}
	}
	return known
}

// gate says that a way over the path graph is open between two machines.
func (s *structure) gate(from, to, tags int32) int32 {
	n, fresh := s.make(fact{what: factGate, a: from, b: to, c: tags}, false)
	if fresh {
		s.nodes[n].op = way
		s.nodes[n].more = int32(len(s.gates))
		s.gates = append(s.gates, gate{from, to, s.scopes.sets[tags]})
		s.seal(n, nil)
	}
	return n
}
