package resolve

import (
	"net/netip"
	"slices"
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
	refs := r.citeLine(inv, z.Line, "access zone "+z.ID+" attached to "+strings.Join(z.AttachedTo, ", "))
	take := func(p netip.Prefix) {
		if !slices.Contains(zone.subnets, p) {
			zone.subnets = append(zone.subnets, p)
		}
	}
	for _, text := range z.AttachedTo {
		to, ok := r.attachment(inv, id, text, z.Line)
		if !ok {
			continue
		}
		r.relateDeclared(inv, z.Line, id, graph.AttachedTo, to, refs)
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
// were read, and it either carries one VLAN or does not bridge at all.
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
	if len(vlans) > 0 {
		return len(vlans) == 1
	}
	return !bridges && m.forwards() && m.knownEmpty("dot1dBasePortTable")
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
