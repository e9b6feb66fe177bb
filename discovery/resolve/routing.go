package resolve

import (
	"net/netip"
	"slices"

	"gujo/discovery"
	"gujo/graph"
)

// adjacency is a routing protocol's neighbour, as one end tells it.
type adjacency struct {
	discovery.RoutingNeighbor
	from, to end
}

// findAdjacencies finds who the routing neighbours are, and draws cables for
// those that no neighbour protocol shows.
func (r *resolver) findAdjacencies() {
	for _, s := range r.subjects {
		if s.machine == nil {
			continue
		}
		for _, n := range s.routing {
			a := plain(n.Address)
			m := r.routerAt(s.Zone, a, n.RouterID)
			if m == nil && ownable(a) {
				m = r.hearOf(s.Zone, a, n.Fact)
			}
			if m == nil || m == s.machine {
				continue
			}
			if n.RouterID != "" && !m.read() {
				m.routerIDs[n.RouterID] = true
				m.facts = append(m.facts, n.Fact)
				r.index.add(m)
			}
			from := s.ports[n.IfIndex]
			if from == nil {
				from = s.machine.portTowards(a)
			}
			r.adjacencies = append(r.adjacencies, &adjacency{n, end{s.machine, from}, end{m, m.portAt(a)}})
		}
	}
	r.cableAdjacencies()
}

// routerAt finds the neighbour by its address and by its router ID; where they
// mean two machines, the address that only one machine has decides.
func (r *resolver) routerAt(zone string, a netip.Addr, routerID string) *machine {
	if m := r.index.owner(zone, a); m != nil {
		return m
	}
	if routerID == "" || routerID == "0.0.0.0" {
		return nil
	}
	owners := r.index.address[zoned{zone, a.String()}]
	named := r.index.routerID[zoned{zone, routerID}]
	if len(owners) > 1 {
		named = slices.DeleteFunc(slices.Clone(named), func(m *machine) bool { return !slices.Contains(owners, m) })
	}
	return only(named)
}

// portTowards gives the interface in whose subnet an address lies.
func (m *machine) portTowards(a netip.Addr) *port {
	var best *port
	bits := -1
	for _, p := range m.ports {
		for _, prefix := range p.prefixes {
			if prefix.Bits() > bits && prefix.Bits() < a.BitLen() && prefix.Contains(a) {
				best, bits = p, prefix.Bits()
			}
		}
	}
	return best
}

// portAt gives the interface that has an address.
func (m *machine) portAt(a netip.Addr) *port {
	return m.onlyPort(func(p *port) bool {
		return slices.ContainsFunc(p.prefixes, func(q portPrefix) bool { return q.Addr() == a })
	})
}

// cableAdjacencies draws a cable where two routers stand in a full adjacency and
// no neighbour protocol says what their ports are plugged into. More than two on
// one subnet share a segment.
func (r *resolver) cableAdjacencies() {
	var raws []*rawCable
	var halves []*half
	for _, a := range r.adjacencies {
		from, to := a.from.port.cabled(), a.to.port.cabled()
		if a.State != "full" || from == nil || a.to.port != nil && to == nil || from.plugged() || to.plugged() {
			continue
		}
		halves = append(halves, &half{from: end{a.from.machine, from}, to: end{a.to.machine, to}, protocols: []string{displayName(a.Protocol)}, facts: []discovery.Fact{a.Fact}})
	}
	for i, h := range halves {
		if h.paired {
			continue
		}
		h.paired = true
		raw := &rawCable{halves: []*half{h}, ends: []end{h.from, h.to}}
		for _, o := range halves[i+1:] {
			if !o.paired && (o.from == h.to && o.to == h.from || o.from == h.from && o.to == h.to) {
				o.paired = true
				raw.halves = append(raw.halves, o)
			}
		}
		raws = append(raws, raw)
	}
	var drawn []*cable
	for _, raw := range joinSegments(raws) {
		c := raw.judge()
		c.notes = append(c.notes, cableNote{key: "from.adjacency", facts: c.facts})
		drawn = append(drawn, c)
	}
	for _, c := range drawn {
		r.cables = append(r.cables, c)
		for _, e := range c.ends {
			if e.port != nil {
				e.port.cables = append(e.port.cables, c)
			}
		}
	}
}

// cabled gives the interface that holds the cable of this one: itself, or the
// one of which it is a logical part. nil: nobody knows, as with a VLAN interface.
func (p *port) cabled() *port {
	if p == nil {
		return nil
	}
	if p.parent != nil {
		return p.parent.cabled()
	}
	if physical(p.ifType()) || p.ifType() == 161 {
		return p
	}
	for _, s := range p.machine.subjects {
		for _, st := range s.stacks {
			if s.ports[st.Higher] == p && s.ports[st.Lower] != nil && physical(s.ports[st.Lower].ifType()) {
				return s.ports[st.Lower]
			}
		}
	}
	return nil
}

// plugged reports whether a neighbour protocol tells what hangs on the port, on
// a logical unit of it or, if it is an aggregate, on one of its members.
func (p *port) plugged() bool {
	if p == nil {
		return false
	}
	if p.linked() || slices.ContainsFunc(p.machine.ports, func(o *port) bool { return o.parent == p && o.linked() }) {
		return true
	}
	for _, s := range p.machine.subjects {
		for _, a := range s.aggregates {
			if s.ports[a.IfIndex] != p {
				continue
			}
			for _, member := range a.Members {
				if q := s.ports[member.IfIndex]; q != nil && q.linked() {
					return true
				}
			}
		}
	}
	return false
}

func (r *resolver) drawAdjacencies() {
	for _, a := range r.adjacencies {
		attrs := []graph.Attr{{Key: "protocol", Value: graph.String(displayName(a.Protocol))}}
		if a.Area != "" {
			attrs = append(attrs, graph.Attr{Key: "area", Value: graph.String(displayName(a.Area))})
		}
		if a.State != "" {
			attrs = append(attrs, graph.Attr{Key: "state", Value: graph.String(displayName(a.State))})
		}
		to := a.to
		if to.machine.kind == graph.External {
			to.port = nil
		}
		if from := a.from.component(); from != to.component() && a.from.machine.kind != graph.External && a.from.machine.kind != graph.PowerSource {
			r.relate(from, graph.AdjacentTo, to.component(), graph.Soft, r.cite(a.Fact), attrs...)
		}
	}
}
