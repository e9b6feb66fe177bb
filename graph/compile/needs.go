package compile

import "gujo/graph"

// component says what it takes for a component to be up.
func (s *structure) component(c int32) {
	n := c
	var in []input
	if s.event[c] != none {
		in = append(in, input{node: s.event[c], rel: none})
	}
	in = append(in, s.plainNeeds(c)...)
	s.hangOpen(n, c)
	switch s.kind(c) {
	case graph.Service:
		in = append(in, s.entrance(c)...)
	case graph.Application:
		in = append(in, s.running(c)...)
	case graph.VirtualServer:
		s.holders(n, in, s.wanting(s.ask(ask{none, none, none}), c, none), c, noFace)
		return
	case graph.RedundancyGroup:
		if len(in) == 0 {
			s.sealGroup(n, c, func(m int32) int32 { return m })
			return
		}
		members := s.newNode(c, false)
		s.sealGroup(members, c, func(m int32) int32 { return m })
		in = append(in, input{node: members, rel: none})
	}
	s.seal(n, in)
}

// hangOpen makes a node hang on what is missing where a component's chain stops
// before something that can fail.
func (s *structure) hangOpen(n, c int32) {
	open := func(what string, types ...graph.RelationType) {
		if !s.has(c, types...) {
			s.hang(n, what, c)
		}
	}
	switch s.kind(c) {
	case graph.Application:
		open("server", graph.RunsOn)
	case graph.Endpoint:
		open("server", graph.ServedBy, graph.BoundTo, graph.ProvidedBy)
	case graph.VirtualServer:
		open("holder", graph.ServedBy)
		open("pool", graph.BalancesTo)
	case graph.Server, graph.NetworkDevice:
		if s.isGuest(c) {
			open("host", graph.RunsOn)
		}
	case graph.DNSZone:
		open("servers", graph.ServedBy, graph.ProvidedBy)
	case graph.DNSName:
		open("target", graph.ResolvesTo)
	}
}

// has reports whether a relation of one of the types leaves c.
func (s *structure) has(c int32, types ...graph.RelationType) bool {
	for _, t := range types {
		for _, r := range s.view.OutOf(c, t) {
			if r.Strength != graph.Soft {
				return true
			}
		}
	}
	return false
}

// plainNeeds are the needs that ask no more than that the needed one is up.
func (s *structure) plainNeeds(c int32) []input {
	var in []input
	lo, hi := s.view.Out(c)
	for i := lo; i < hi; i++ {
		if r := &s.view.Relations[i]; s.isPlainNeed(r) {
			in = append(in, input{node: r.To, rel: i, assumed: r.Strength == graph.Assumed})
		}
	}
	return in
}

func (s *structure) isPlainNeed(r *graph.Relation) bool {
	if r.Strength == graph.Soft || r.Type.AlwaysSoft() {
		return false
	}
	from := s.kind(r.From)
	switch r.Type {
	case graph.UsedFrom, graph.ConnectsTo, graph.BalancesTo, graph.AttachedTo, graph.Member, graph.EnteredAt:
		return false
	case graph.ServedBy:
		return from != graph.VirtualServer
	case graph.RunsOn:
		return from != graph.Application || s.kind(r.To) != graph.RedundancyGroup
	case graph.Uses:
		return from == graph.Server && s.isPlainRole(r.To)
	case graph.PartOf:
		return from != graph.PowerSupply && !s.isContained(r.From, r.To)
	case graph.Joins:
		return !s.isSegment[r.From] // which needs none of its ends
	}
	return true
}

// isPlainRole reports whether whoever uses a group needs it as it needs anything
// else. Gateways are parts of ways, resolvers are asked across the network, and
// the time goes on for a while without its servers.
func (s *structure) isPlainRole(group int32) bool {
	switch s.view.Components[group].Attrs.Text("role") {
	case "gateway", "resolver", "time":
		return false
	}
	return true
}

// segments tells which links have more than two ends.
func segments(v *graph.View) []bool {
	ends := make([]int, len(v.Components))
	is := make([]bool, len(v.Components))
	for i := range v.Relations {
		if r := &v.Relations[i]; r.Type == graph.Joins && r.Strength != graph.Soft {
			ends[r.From]++
			is[r.From] = ends[r.From] > 2
		}
	}
	return is
}

// isContained reports whether a module is one of several that its device needs
// some of: then it lies in the device without needing it.
func (s *structure) isContained(module, device int32) bool {
	if s.kind(module) != graph.Module {
		return false
	}
	some, known := s.someOf[device]
	if !known {
		some = map[int32]bool{}
		for _, r := range s.view.Needs(device) {
			if r.Strength == graph.Soft || r.Type.AlwaysSoft() || r.Type == graph.Member || s.kind(r.To) != graph.RedundancyGroup {
				continue
			}
			for _, m := range s.membersOf(r.To) {
				some[m] = true
			}
		}
		s.someOf[device] = some
	}
	return some[module]
}

// membersOf gives the members of a group and of those nested in it, groups left out.
func (s *structure) membersOf(group int32) []int32 {
	var members []int32
	seen := map[int32]bool{group: true}
	for queue := []int32{group}; len(queue) > 0; queue = queue[1:] {
		for _, r := range s.view.OutOf(queue[0], graph.Member) {
			switch {
			case r.Strength == graph.Soft || seen[r.To]:
				continue
			case s.kind(r.To) == graph.RedundancyGroup:
				queue = append(queue, r.To)
			default:
				members = append(members, r.To)
			}
			seen[r.To] = true
		}
	}
	return members
}

// entrance says that a service is reached from every zone that it is used from.
func (s *structure) entrance(service int32) []input {
	type origin struct {
		place, zone, rel int32
		assumed          bool
	}
	var from []origin
	lo, hi := s.view.Out(service)
	for i := lo; i < hi; i++ {
		if r := &s.view.Relations[i]; r.Type == graph.UsedFrom && r.Strength != graph.Soft {
			from = append(from, origin{s.zonePlace(r.To, r.Strength), r.To, i, r.Strength == graph.Assumed})
		}
	}
	if len(from) == 0 {
		from = append(from, origin{place: s.place(unplaced.at(s, service).on(service)), zone: none})
	}
	var in []input
	for i := lo; i < hi; i++ {
		r := &s.view.Relations[i]
		if r.Type != graph.EnteredAt || r.Strength == graph.Soft {
			continue
		}
		assumed := r.Strength == graph.Assumed
		for _, o := range from {
			q := s.ask(ask{o.place, none, none})
			in = append(in, input{node: s.follow(q, r.To, noFace), rel: i, assumed: assumed})
			if o.zone == none {
				continue
			}
			in = append(in, input{node: o.zone, rel: o.rel, assumed: assumed || o.assumed})
			if s.kind(r.To) != graph.DNSName {
				continue
			}
			for _, j := range s.usesOf(o.zone, "resolver") {
				u := &s.view.Relations[j]
				n := s.newNode(none, false)
				s.seal(n, []input{{node: s.follow(q, u.To, noFace), rel: j, assumed: u.Strength == graph.Assumed}})
				in = append(in, input{node: n, rel: o.rel, assumed: assumed || o.assumed})
			}
		}
	}
	return in
}

// running says that an application has something to run on from where everything
// is met that it needs across the network.
func (s *structure) running(app int32) []input {
	q := s.ask(ask{none, none, none})
	in := s.eachOf(nil, app, graph.RunsOn, true, func(r *graph.Relation) int32 { return s.runner(q, app, r, noFace, true) })
	if !s.isPlaced(in) {
		otherwise := s.at(s.wantingOf(q, app, none), nowhere, nowhere)
		s.nodes[app].fallback = otherwise
	}
	return in
}
