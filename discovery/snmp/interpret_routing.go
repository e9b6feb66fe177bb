package snmp

import (
	"net/netip"

	"gujo/discovery"
)

// ospf reports the router's id and its neighbours (OSPF-MIB, RFC 4750).
func (d *device) ospf(addresses []heldAddress) {
	if id := d.get("1.3.6.1.2.1.14.1.1.0"); router(id).IsValid() {
		d.add(discovery.RouterID{Fact: d.fact(id), Protocol: "ospf", ID: router(id).String()})
	}
	near := subnets(addresses)
	areas := make(map[int]string) // by ifIndex
	held := make(map[netip.Addr]int)
	for _, h := range addresses {
		held[h.Prefix.Addr()] = h.IfIndex
	}
	for _, r := range d.rows("1.3.6.1.2.1.14.7.1", 1, 3) {
		parts := r.parts()
		if len(parts) != 5 || r.get(3).Type != IPAddress {
			continue
		}
		at := ifIndex(int64(parts[4])) // of an interface without address
		if a, ok := ipv4Index(parts); ok && at == 0 {
			at = held[a]
		}
		if at != 0 {
			areas[at] = r.get(3).text(maxName)
		}
	}
	for _, r := range d.rows("1.3.6.1.2.1.14.10.1", 1, 3, 6) {
		parts := r.parts()
		if len(parts) != 5 {
			continue
		}
		a, ok := ipv4Index(parts)
		if !ok {
			continue
		}
		n := discovery.RoutingNeighbor{
			Fact: d.fact(r.get(3), r.get(6), r.get(1)), Protocol: "ospf", IfIndex: ifIndex(int64(parts[4])), Address: a,
			State: label(ospfLabels, r.number(6)),
		}
		if id := router(r.get(3)); id.IsValid() {
			n.RouterID = id.String()
		}
		if n.IfIndex == 0 {
			n.IfIndex = interfaceOf(near, a)
		}
		n.Area = areas[n.IfIndex]
		d.add(n)
	}
}

// defaultRoutes reports the default routes of the three generations of route
// tables, each once.
func (d *device) defaultRoutes() {
	type key struct {
		hop   netip.Addr
		index int
	}
	seen := make(map[key]bool)
	add := func(hop netip.Addr, index int64, vars ...variable) {
		k := key{hop, ifIndex(index)}
		if !hop.IsValid() || hop.IsUnspecified() || seen[k] {
			return
		}
		seen[k] = true
		d.add(discovery.DefaultRoute{Fact: d.fact(vars...), NextHop: hop, IfIndex: k.index})
	}
	const local = 3 // of ipCidrRouteType and inetCidrRouteType; reject is 2, remote 4
	for _, r := range d.rows("1.3.6.1.2.1.4.24.7.1", 7, 8) {
		parts := r.parts()
		dest, rest, ok := inetIndex(parts, -1)
		if !ok || !dest.IsUnspecified() || len(rest) < 3 || rest[0] != 0 || r.get(8).Type != 0 && r.number(8) <= local {
			continue
		}
		// The prefix length, then a policy (an OID with its length), then the next hop.
		if policy := int(min(rest[1], maxSubIdentifiers)); len(rest) >= 2+policy {
			if hop, _, ok := inetIndex(rest[2+policy:], 0); ok {
				add(hop, r.number(7), r.cells...)
			}
		}
	}
	for _, r := range d.rows("1.3.6.1.2.1.4.24.4.1", 4, 5, 6) {
		parts := r.parts() // destination, mask, type of service, next hop
		if len(parts) != 13 || r.get(6).Type != 0 && r.number(6) <= local {
			continue
		}
		dest, ok := ipv4Index(parts)
		mask, valid := ipv4Index(parts[4:])
		if hop, hopOK := ipv4Index(parts[9:]); ok && valid && hopOK && dest.IsUnspecified() && mask.IsUnspecified() {
			add(hop, r.number(5), r.cells...)
		}
	}
	const direct = 3 // of ipRouteType
	for _, r := range d.rows("1.3.6.1.2.1.4.21.1", 2, 7, 8) {
		if r.index != "0.0.0.0" || r.number(8) == direct || r.number(8) == 2 {
			continue
		}
		add(router(r.get(7)), r.number(2), r.cells...)
	}
}
