package resolve

import (
	"net/netip"
	"slices"
	"strings"

	"gujo/discovery"
	"gujo/graph"
)

// learned is where forwarding tables say that a MAC address is: the ports of
// switches behind which no other device of the network is known.
type learned struct {
	port  *port
	facts []discovery.Fact
}

// drawForwarding links servers to the switch ports on which their addresses
// were learned. It is a guess, so the links are assumed: forwarding entries age,
// and a switch that nobody read may stand between.
func (r *resolver) drawForwarding() {
	owners := map[string]*machine{} // nil: several have it
	for _, m := range r.machines {
		for _, mac := range sortedKeys(m.macs) {
			if old, seen := owners[mac]; seen && old != m {
				owners[mac] = nil
				continue
			}
			owners[mac] = m
		}
	}
	where := r.learnedAddresses(owners)
	attach := map[*port][]end{}
	facts := map[*port][]discovery.Fact{}
	var order []*port
	for _, m := range r.machines {
		if m.kind != graph.Server || m.guest() {
			continue
		}
		done := map[string]bool{}
		for _, p := range m.ports {
			mac := p.mac()
			if !tellsApart(mac) || done[mac] || owners[mac] != m {
				continue
			}
			done[mac] = true
			nic := m.cardOf(mac)
			if m.linkedBy(mac) {
				continue
			}
			chosen := choosePorts(where[mac], nic)
			if len(chosen) == 0 && len(where[mac]) > 0 {
				r.noteUnplaced(m, mac, where[mac])
			}
			for _, at := range chosen {
				if attach[at.port] == nil {
					order = append(order, at.port)
				}
				attach[at.port] = append(attach[at.port], end{m, nic})
				facts[at.port] = append(facts[at.port], at.facts...)
			}
		}
		if len(m.ports) == 0 {
			r.attachByAddress(m, where)
		}
	}
	for _, p := range order {
		c := &cable{facts: facts[p], source: "fdb", ends: []cableEnd{{end{p.machine, p}, graph.Assumed}}}
		for _, e := range attach[p] {
			if !c.has(e) {
				c.ends = append(c.ends, cableEnd{e, graph.Assumed})
			}
		}
		c.sortEnds()
		if len(c.ends) > 2 {
			c.notes = append(c.notes, cableNote{key: "segment", args: []string{itoa(len(c.ends))}})
		}
		c.notes = append(c.notes, cableNote{key: "from.forwarding", facts: facts[p]})
		r.drawCable(c)
		for _, e := range c.ends {
			if e.port != nil {
				e.port.cables = append(e.port.cables, c)
			}
		}
	}
}

// noteUnplaced says on which ports an address was learned that does not tell
// where its machine is plugged in.
func (r *resolver) noteUnplaced(m *machine, mac string, list []*learned) {
	args := []string{mac}
	var refs []string
	for _, l := range list {
		args = append(args, l.port.id)
		refs = joinRefs(refs, r.cite(l.facts...))
	}
	r.note(m.id(), "forwarding.ambiguous", refs, args...)
}

// guest reports whether the machine's host is declared: then it stands where the
// host stands, and its address behind the host's port is no cable.
func (m *machine) guest() bool {
	return slices.ContainsFunc(m.declarations, func(d declaration) bool { return d.Host != "" })
}

// learnedAddresses gives, for each MAC address that some machine has, the edge
// ports on which it was learned. A port behind which a device of the network
// stands is none: whatever is learned there is behind that device.
func (r *resolver) learnedAddresses(owners map[string]*machine) map[string][]*learned {
	uplink := map[*port]bool{}
	each := func(visit func(s *subject, f discovery.ForwardingEntry, p *port, mac string)) {
		for _, s := range r.subjects {
			if s.machine == nil {
				continue
			}
			for _, f := range s.forwarding {
				if p := s.ports[f.IfIndex]; p != nil && !f.Self {
					visit(s, f, p, parseMAC(f.MAC))
				}
			}
		}
	}
	each(func(s *subject, f discovery.ForwardingEntry, p *port, mac string) {
		if m := owners[mac]; m != nil && m != s.machine && m.kind == graph.NetworkDevice {
			uplink[p] = true
		}
	})
	for _, m := range r.machines {
		for _, p := range m.ports {
			if p.leadsOn() {
				uplink[p] = true
				if p.aggregate != nil {
					uplink[p.aggregate.port] = true
				}
			}
		}
	}
	where := map[string][]*learned{}
	strangers := map[*machine]map[string]bool{}
	virtualMACs := map[string]bool{}
	for _, g := range r.routers {
		for _, mac := range g.macs {
			virtualMACs[mac] = true
		}
	}
	each(func(s *subject, f discovery.ForwardingEntry, p *port, mac string) {
		if _, known := owners[mac]; !known {
			if tellsApart(mac) && !virtualMACs[mac] {
				if strangers[s.machine] == nil {
					strangers[s.machine] = map[string]bool{}
				}
				strangers[s.machine][mac] = true
			}
		}
		if uplink[p] {
			return
		}
		for _, l := range where[mac] {
			if l.port == p {
				l.facts = append(l.facts, f.Fact)
				return
			}
		}
		where[mac] = append(where[mac], &learned{p, []discovery.Fact{f.Fact}})
	})
	for _, m := range r.machines {
		if n := len(strangers[m]); n > 0 {
			r.note(m.id(), "ignored.macs", nil, itoa(n))
		}
	}
	return where
}

// leadsOn reports whether a neighbour on the port is a device of the network, or
// one that nobody knows.
func (p *port) leadsOn() bool {
	for _, c := range p.cables {
		for _, e := range c.ends {
			if e.port != p && e.machine != p.machine && e.machine.kind != graph.Server {
				return true
			}
		}
	}
	return false
}

// choosePorts gives the port that one address was learned on. On several it is
// there only as far as they are aggregates and the server's card is one too:
// then the server is attached to several switches (MLAG), otherwise nobody can tell.
func choosePorts(list []*learned, nic *port) []*learned {
	if len(list) == 1 {
		// Behind a neighbour that told of itself stands somebody else.
		if list[0].port.linked() {
			return nil
		}
		return list
	}
	if nic == nil || nic.bundles == nil {
		return nil
	}
	for _, l := range list {
		if l.port.bundles == nil || l.port.linked() {
			return nil
		}
	}
	return list
}

// cardOf gives the interface that stands for a MAC address that several have:
// the aggregate, else the card, else what has an address.
func (m *machine) cardOf(mac string) *port {
	var best *port
	rank := -1
	for _, p := range m.indexed().mac[mac] {
		n := 0
		switch {
		case p.bundles != nil:
			n = 3
		case physical(p.ifType()) && p.aggregate == nil && !strings.ContainsAny(p.name, ".:"):
			n = 2
		case len(p.prefixes) > 0:
			n = 1
		}
		if n > rank {
			best, rank = p, n
		}
	}
	return best
}

// linkedBy reports whether an interface with this MAC address, or a member of
// it, has a cable already.
func (m *machine) linkedBy(mac string) bool {
	for _, p := range m.indexed().mac[mac] {
		if p.linked() || p.bundles != nil && slices.ContainsFunc(p.bundles.members, (*port).linked) {
			return true
		}
	}
	return false
}

// attachByAddress attaches a server of which no interface is known to the port
// where the MAC address behind its address was learned.
func (r *resolver) attachByAddress(m *machine, where map[string][]*learned) {
	if r.arp == nil {
		r.arp = map[zoned][]discovery.NeighborAddress{}
		for _, s := range r.subjects {
			for _, a := range s.arp {
				k := zoned{s.Zone, plain(a.Address).String()}
				r.arp[k] = append(r.arp[k], a)
			}
		}
	}
	macs := map[string][]discovery.Fact{}
	for _, address := range m.ownAddresses() {
		for _, a := range r.arp[address] {
			if mac := parseMAC(a.MAC); tellsApart(mac) {
				macs[mac] = append(macs[mac], a.Fact)
			}
		}
	}
	for mac := range m.macs {
		if macs[mac] == nil {
			macs[mac] = []discovery.Fact{}
		}
	}
	for _, mac := range sortedKeys(macs) {
		if at := where[mac]; len(at) == 1 && !at[0].port.linked() {
			refs := r.cite(append(slices.Clone(macs[mac]), at[0].facts...)...)
			r.relate(m.id(), graph.AttachedTo, at[0].port.id, graph.Assumed, refs)
			r.components[m.id()].Evidence = joinRefs(r.components[m.id()].Evidence, refs)
			r.note(m.id(), "from.forwarding", refs, mac)
		}
	}
}

// inSubnets gives the subnets that a machine is in, IPv4 first.
func (r *resolver) inSubnets(m *machine) []netip.Prefix {
	var list []netip.Prefix
	take := func(p netip.Prefix) {
		if net, ok := subnetOf(p); ok && !slices.Contains(list, net) {
			list = append(list, net)
		}
	}
	for _, p := range m.ports {
		for _, prefix := range p.prefixes {
			take(prefix.Prefix)
		}
	}
	for _, s := range m.subjects {
		for _, a := range s.addresses {
			take(a.Prefix)
		}
	}
	slices.SortFunc(list, comparePrefix)
	return list
}
