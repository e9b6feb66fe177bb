package resolve

import (
	"net/netip"
	"slices"

	"gujo/discovery"
	"gujo/graph"
)

// route is a way out of its subnet that a server itself names.
type route struct {
	next netip.Addr
	fact discovery.Fact
}

// findRoutes reads the default routes of servers.
func (r *resolver) findRoutes() {
	for _, m := range r.machines {
		if m.kind != graph.Server {
			continue
		}
		for _, s := range m.subjects {
			for _, d := range s.routes {
				a := plain(d.NextHop)
				if !ownable(a) || m.addresses[a] {
					continue
				}
				r.routes[m] = append(r.routes[m], route{a, d.Fact})
			}
		}
	}
}

// gateway is the group that leads out of a subnet, and how sure that is.
type gateway struct {
	group    string
	strength graph.Strength
	refs     []string
}

// drawGateways says by which group each server and access zone leaves its subnet.
func (r *resolver) drawGateways() {
	for _, m := range r.machines {
		if m.kind != graph.Server {
			continue
		}
		nets := r.inSubnets(m)
		for _, a := range m.sortedAddresses() { // of an address whose mask is not known
			if len(nets) == 0 {
				if net, ok := r.knownSubnet(m.zone, a); ok {
					nets = append(nets, net)
					r.relate(m.id(), graph.InSubnet, r.subnet(m.zone, net), graph.Soft, r.components[m.id()].Evidence)
				}
			}
		}
		if g, ok := r.routeGateway(m); ok {
			r.useGateway(m.id(), m, g)
			continue
		}
		for _, net := range nets {
			if g, ok := r.subnetGateway(m.zone, net); ok {
				r.useGateway(m.id(), m, g)
				break
			}
		}
	}
	for _, z := range r.zones {
		for _, net := range z.subnets {
			if g, ok := r.subnetGateway(z.zone, net); ok {
				r.useGateway(z.id, nil, g)
				break
			}
		}
	}
}

func (r *resolver) useGateway(user string, m *machine, g gateway) {
	if m != nil && slices.Contains(r.targets(g.group, graph.Member), m.id()) {
		return // it is the way out itself
	}
	c := r.components[g.group]
	if _, told := c.Attrs.Get("role"); !told {
		set(c, "role", graph.String("gateway"))
	}
	r.relate(user, graph.Uses, g.group, g.strength, g.refs)
}

// knownSubnet gives the narrowest subnet seen in a zone that holds an address.
func (r *resolver) knownSubnet(zone string, a netip.Addr) (netip.Prefix, bool) {
	best := netip.Prefix{}
	for _, k := range r.subnetKeys() {
		if p, err := netip.ParsePrefix(k.value); err == nil && k.zone == zone && p.Contains(a) && (!best.IsValid() || p.Bits() > best.Bits()) {
			best = p
		}
	}
	return best, best.IsValid()
}

func (r *resolver) subnetKeys() []zoned {
	var keys []zoned
	for k := range r.subnets {
		keys = append(keys, k)
	}
	return keys
}

// routeGateway makes a gateway of a server's own default routes: the group whose
// address one names, else the router that has it. Several are each other's spare.
func (r *resolver) routeGateway(m *machine) (gateway, bool) {
	var groups []string
	var refs []string
	routes := slices.Clone(r.routes[m])
	slices.SortStableFunc(routes, func(x, y route) int { return x.next.Compare(y.next) })
	v4 := slices.ContainsFunc(routes, func(x route) bool { return x.next.Is4() })
	for _, x := range routes {
		if x.next.Is4() != v4 {
			continue // one family decides: a server leaves by either
		}
		cited := r.cite(x.fact)
		g, ok := r.gatewayAt(m.zone, x.next, cited)
		if !ok {
			// Nobody knows who that is: a way is not judged by a gateway that it
			// cannot have.
			r.note(m.id(), "gateway.unknown", cited, x.next.String())
			continue
		}
		if !slices.Contains(groups, g) {
			groups = append(groups, g)
			refs = joinRefs(refs, cited)
		}
	}
	switch len(groups) {
	case 0:
		return gateway{}, false
	case 1:
		return gateway{groups[0], graph.Hard, refs}, true
	}
	id := "redundancy_group/gateways-of-" + m.label
	c := r.component(graph.RedundancyGroup, id, "gateways-of-"+m.displayName())
	c.Group = &graph.Group{K: 1, Designed: len(groups), Technology: "routes", KSource: graph.KDefault}
	c.Evidence = joinRefs(c.Evidence, refs)
	for _, g := range groups {
		r.relate(id, graph.Member, g, graph.Hard, refs)
	}
	return gateway{id, graph.Hard, refs}, true
}

// gatewayAt gives the group that an address leads to: a redundancy group, or a
// group of the one router that has it.
func (r *resolver) gatewayAt(zone string, a netip.Addr, refs []string) (string, bool) {
	if id := r.addresses[zoned{zone, a.String()}]; id != "" && r.components[id] != nil && r.components[id].Kind == graph.RedundancyGroup {
		return id, true
	}
	m := r.index.owner(zone, a)
	if m == nil {
		return "", false
	}
	id := "redundancy_group/gateway-" + a.String()
	if old := r.components[id]; old != nil && !slices.Contains(r.targets(id, graph.Member), m.id()) {
		id += "@" + idPart(zone)
	}
	c := r.component(graph.RedundancyGroup, id, "gateway-"+a.String())
	c.Group = &graph.Group{K: 1, Designed: 1, KSource: graph.KDefault, Technology: "none"}
	c.Evidence = joinRefs(c.Evidence, refs)
	r.relate(id, graph.Member, m.id(), graph.Hard, refs)
	if net, ok := r.knownSubnet(zone, a); ok {
		r.relate(id, graph.InSubnet, r.subnet(zone, net), graph.Soft, refs)
	}
	return id, true
}

// subnetGateway gives the way out of a subnet, found once.
func (r *resolver) subnetGateway(zone string, net netip.Prefix) (gateway, bool) {
	key := zoned{zone, net.String()}
	g, known := r.gateways[key]
	if !known {
		if found, ok := r.findSubnetGateway(zone, net); ok {
			g = &found
		}
		if r.gateways == nil {
			r.gateways = map[zoned]*gateway{}
		}
		r.gateways[key] = g
	}
	if g == nil {
		return gateway{}, false
	}
	return *g, true
}

// findSubnetGateway gives a subnet's redundancy group, else what its hosts'
// default routes name, else the only device in it that forwards.
func (r *resolver) findSubnetGateway(zone string, net netip.Prefix) (gateway, bool) {
	var found []gateway
	for _, g := range r.routers {
		c := r.components[g.id]
		if g.zone == zone && c.Attrs.Text("role") == "gateway" && (slices.ContainsFunc(g.addresses, net.Contains) || len(g.addresses) == 0 && slices.Contains(g.subnets, net)) {
			found = append(found, gateway{g.id, graph.Hard, c.Evidence})
		}
	}
	if len(found) > 0 {
		if len(found) > 1 {
			// Hosts are shared out among several; which one this is was not read.
			found[0].strength = graph.Assumed
			r.note(r.subnet(zone, net), "gateway.several", nil, found[0].group)
		}
		return found[0], true
	}
	named := map[string][]string{}
	for _, m := range r.machines {
		for _, x := range r.routes[m] {
			if m.zone == zone && net.Contains(x.next) {
				refs := r.cite(x.fact)
				if g, ok := r.gatewayAt(zone, x.next, refs); ok {
					named[g] = joinRefs(named[g], refs)
				}
			}
		}
	}
	if len(named) > 0 {
		ids := sortedKeys(named)
		strength := graph.Hard
		if len(ids) > 1 {
			strength = graph.Assumed
			r.note(r.subnet(zone, net), "gateway.several", nil, ids...)
		}
		return gateway{ids[0], strength, named[ids[0]]}, true
	}
	var only *machine
	var at portPrefix
	for _, m := range r.machines {
		if m.zone != zone || m.kind != graph.NetworkDevice || !m.forwards() {
			continue
		}
		for _, p := range m.ports {
			for _, prefix := range p.prefixes {
				if own, ok := subnetOf(prefix.Prefix); !ok || own != net || r.isVirtual(zone, prefix.Addr()) {
					continue
				}
				if only != nil && only != m {
					return gateway{}, false
				}
				only, at = m, prefix
			}
		}
	}
	if only == nil {
		return gateway{}, false
	}
	refs := r.cite(at.fact)
	id, ok := r.gatewayAt(zone, at.Addr(), refs)
	return gateway{id, graph.Assumed, refs}, ok
}

// forwards reports whether the machine said that it forwards (ipForwarding).
func (m *machine) forwards() bool {
	for _, s := range m.subjects {
		for _, sys := range s.system {
			if sys.Forwarding != nil && *sys.Forwarding {
				return true
			}
		}
	}
	return false
}
