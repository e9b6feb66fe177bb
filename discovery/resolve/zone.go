package resolve

import (
	"maps"
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"gujo/discovery"
	"gujo/discovery/evidence"
	"gujo/discovery/inventory"
	"gujo/graph"
)

// accessZone is a declared access zone and the subnets that it is attached to.
type accessZone struct {
	id, zone string
	subnets  []netip.Prefix
}

// attachZone attaches an access zone to interfaces, machines or subnets, and finds
// the subnets that its users are in: those of the interface, or the subnet itself.
// Of a machine it can be told only sometimes; else it stays unknown, with a note.
func (r *resolver) attachZone(inv *inventory.Inventory, z inventory.AccessZone) {
	id := "access_zone/" + idPart(z.ID)
	zone := accessZone{id: id, zone: zoneOf(inv)}
	take := func(p netip.Prefix) {
		if !slices.Contains(zone.subnets, p) {
			zone.subnets = append(zone.subnets, p)
		}
	}
	for i, text := range z.AttachedTo {
		line := z.Lines.In("attached_to", i, z.Line)
		to, ok := r.attachment(inv, id, text, line)
		if !ok {
			continue
		}
		refs := r.citeLine(inv, line)
		r.relateDeclared(inv, line, id, graph.AttachedTo, to, refs)
		nets := []string{to}
		if kind := r.components[to].Kind; kind != graph.Subnet {
			nets = r.targets(to, graph.InSubnet)
			if kind != graph.Interface && len(nets) == 0 {
				for _, p := range r.zoneBehind(id, to, refs) {
					take(p)
				}
			}
		}
		for _, n := range nets {
			if p, err := netip.ParsePrefix(r.components[n].Name); err == nil {
				take(p)
			}
		}
	}
	slices.SortFunc(zone.subnets, comparePrefix)
	r.zones = append(r.zones, zone)
}

// zoneBehind gives the subnets of a zone that is attached to a machine as a
// whole. Its addresses tell them only where they leave no choice: a switch that
// carries several VLANs has an address in that of its management alone, and the
// users are in another.
func (r *resolver) zoneBehind(zone, to string, refs []string) []netip.Prefix {
	var found []netip.Prefix
	for _, m := range r.machinesWhere(func(m *machine) bool { return m.id() == to }) {
		if nets := r.inSubnets(m); m.onlySubnets(nets) {
			found = nets
			for _, net := range nets {
				r.relate(zone, graph.InSubnet, r.subnet(m.zone, net), graph.Soft, joinRefs(refs, r.cite(m.addressFacts(net)...)))
			}
		}
	}
	if len(found) == 0 {
		r.note(zone, "zone.subnet.unknown", refs, to)
	}
	return found
}

// onlySubnets reports whether whoever is plugged into the machine is in one of
// these subnets, of which there is at most one of either family: all its addresses
// were read, and it either carries one VLAN, in which its addresses are, or does
// not bridge at all.
func (m *machine) onlySubnets(nets []netip.Prefix) bool {
	if len(nets) == 0 || len(nets) > 2 || len(nets) == 2 && nets[0].Addr().Is4() == nets[1].Addr().Is4() {
		return false
	}
	if !m.readWhole("ipAddrTable", "ipAddressTable") {
		return false
	}
	vlans := map[int]bool{}
	bridges := false
	for _, s := range m.subjects {
		for _, v := range s.vlans {
			vlans[v.ID] = true
		}
		bridges = bridges || len(s.forwarding)+len(s.spanning)+len(s.portVLANs) > 0
	}
	switch {
	case len(vlans) == 1:
		return m.readVLANs() && m.standsIn(slices.Collect(maps.Keys(vlans))[0])
	case len(vlans) > 1:
		return false
	}
	return !bridges && m.forwards() && m.knownEmpty("dot1dBasePortTable")
}

// vlanTables list the VLANs of a bridge (Q-BRIDGE-MIB): either of them does.
var vlanTables = []string{"dot1qVlanCurrentTable", "dot1qVlanStaticTable"}

// readVLANs reports whether all VLANs of the machine are known: one of the tables
// was read to its end, and none of them broke off.
func (m *machine) readVLANs() bool {
	broken := slices.ContainsFunc(m.subjects, func(s *subject) bool {
		return slices.ContainsFunc(s.gaps, func(g discovery.Gap) bool { return slices.Contains(vlanTables, g.Table) })
	})
	return !broken && m.readWhole(vlanTables...)
}

// standsIn reports whether all interfaces with an address are a VLAN's: a bridge,
// a port that carries it, or the interface that routes for it. A port for the
// management alone is none of them, and has its own subnet.
func (m *machine) standsIn(vlan int) bool {
	for _, s := range m.subjects {
		for _, a := range s.addresses {
			if _, ok := subnetOf(a.Prefix); !ok {
				continue
			}
			carries := slices.ContainsFunc(s.portVLANs, func(v discovery.PortVLAN) bool {
				return v.IfIndex == a.IfIndex && (v.Untagged == vlan || slices.Contains(v.Tagged, vlan))
			})
			if p := s.ports[a.IfIndex]; !carries && (p == nil || !p.routesFor(vlan)) {
				return false
			}
		}
	}
	return true
}

// routesFor reports whether the interface is a bridge itself, or the one that
// makers name after a VLAN: Vlan10, Vlanif10, irb.10, ve10.
func (p *port) routesFor(vlan int) bool {
	if p.ifType() == 209 { // bridge
		return true
	}
	for _, name := range []string{p.name, p.descr()} {
		name = strings.ToLower(name)
		at := strings.IndexAny(name, "0123456789")
		if at < 0 {
			if strings.HasPrefix(name, "vlan") || strings.HasPrefix(name, "bridge") {
				return true // it has no number: there is one only
			}
			continue
		}
		word := strings.TrimRight(name[:at], " .-_#")
		switch number, err := strconv.Atoi(name[at:]); {
		case err != nil:
		case word == "br", word == "bridge":
			return true
		case number != vlan:
		case p.ifType() == 135, p.ifType() == 136: // l2vlan, l3ipvlan
			return true
		case slices.Contains([]string{"vlan", "vl", "vlanif", "vlan-interface", "irb", "ve", "vlan id", "vlan interface", "svi", "bvi"}, word):
			return true
		}
	}
	return false
}

// knownEmpty reports whether a table was read to its end and has no rows.
func (m *machine) knownEmpty(table string) bool {
	return slices.ContainsFunc(m.subjects, func(s *subject) bool {
		return slices.ContainsFunc(s.covered, func(c discovery.Coverage) bool {
			return c.Table == table && c.Outcome == string(evidence.Empty)
		})
	})
}

// addressFacts gives what tells of the machine's addresses in a subnet.
func (m *machine) addressFacts(net netip.Prefix) []discovery.Fact {
	var facts []discovery.Fact
	for _, s := range m.subjects {
		for _, a := range s.addresses {
			if own, ok := subnetOf(a.Prefix); ok && own == net {
				facts = append(facts, a.Fact)
			}
		}
	}
	return facts
}
