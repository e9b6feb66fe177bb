package brute

import "gujo/graph"

// paths: ways over devices, ports, links and segments.
func (g *generator) paths() {
	g.network(g.between(2, 3), g.between(2, 4))
	g.zone()
	var ends []string
	for range g.between(1, 3) {
		ends = append(ends, g.endpoint(g.server()))
	}
	if len(g.links) > 0 && g.chance(0.3) {
		g.relate(g.pick(g.links...), graph.CarriedBy, g.add(graph.Circuit))
	}
	g.service(ends[0])
	name := g.add(graph.DNSName)
	g.relate(name, graph.ResolvesTo, g.group("", ends...))
	g.service(name)
	if g.chance(0.2) {
		g.service(g.endpoint(g.pick(g.devices...)))
	}
}

// scopes: subnets, VLANs and, as likely as said, gateways between them.
func (g *generator) scopes(gateways float64) {
	g.network(2, g.between(1, 2))
	subnets := g.several(graph.Subnet, 2, 2)
	vlans := g.several(graph.VLAN, 2, 2)
	zone := g.zone()
	servers := []string{g.server(), g.server()}
	var candidates []string
	if g.chance(0.7) {
		router := g.add(graph.NetworkDevice)
		l := g.add(graph.Link)
		if l != "" {
			g.relate(l, graph.Joins, router)
			g.relate(l, graph.Joins, g.pick(g.devices...))
			candidates = append(candidates, router)
		}
	}
	for range g.between(1, 2) {
		candidates = append(candidates, g.pick(g.devices...))
	}
	if g.chance(0.25) {
		// A gateway may be a port, or a guest.
		candidates = append(candidates, g.pick(append([]string{g.guest(servers...)}, g.ports...)...))
	}
	places := append([]string{zone}, servers...)
	if g.chance(0.4) {
		if v := g.guest(servers...); v != "" {
			places = append(places, v)
		}
	}
	for i, x := range places {
		if g.chance(0.65) {
			g.surely(x, graph.InSubnet, subnets[(i+g.rng.IntN(4)/3)%2])
		}
		if g.chance(0.35) {
			g.surely(x, graph.InVLAN, g.pick(vlans...))
		}
		if x != "" && g.chance(gateways) {
			group := g.group("gateway", candidates...)
			if g.chance(0.15) {
				group = g.group("gateway", group, g.pick(candidates...))
			}
			if g.chance(0.2) {
				g.surely(group, graph.InSubnet, g.pick(subnets...))
			}
			g.relate(x, graph.Uses, group)
		}
		if x != "" && g.chance(0.1) {
			g.surely(x, graph.InVRF, g.add(graph.VRF))
		}
	}
	for _, d := range g.devices {
		if g.chance(0.2) {
			if port := g.port(d); port != d {
				g.surely(port, graph.InSubnet, g.pick(subnets...))
			}
			if g.chance(0.4) {
				g.relate(g.pick(servers...), graph.AttachedTo, g.pick(subnets...))
			}
		}
	}
	for _, port := range g.ports {
		if g.chance(0.2) {
			g.surely(port, graph.InSubnet, g.pick(subnets...))
		}
	}
	g.tag(vlans)
	// An address may be in a subnet of its own.
	address := func(of string) string {
		e := g.endpoint(of)
		if g.chance(0.25) {
			g.surely(e, graph.InSubnet, g.pick(subnets...))
		}
		if g.chance(0.15) {
			g.surely(e, graph.InVLAN, g.pick(vlans...))
		}
		return e
	}
	g.service(address(g.pick(places[1:]...)))
	a := g.app(g.pick(places[1:]...))
	g.relate(a, graph.ConnectsTo, address(g.pick(places[1:]...)))
	if g.chance(0.25) {
		vs := g.add(graph.VirtualServer)
		g.surely(vs, graph.InSubnet, g.pick(subnets...))
		g.relate(vs, graph.ServedBy, g.pick(append(g.devices, servers...)...))
		g.relate(vs, graph.BalancesTo, g.group("", address(g.pick(places[1:]...))))
		e := g.add(graph.Endpoint)
		if g.chance(0.5) {
			g.surely(e, graph.InSubnet, g.pick(subnets...))
		}
		g.relate(e, graph.ServedBy, vs)
		g.service(e)
	}
	s := g.add(graph.Service)
	g.relate(s, graph.Requires, a)
}

// tag puts ports into VLANs.
func (g *generator) tag(vlans []string) {
	for _, port := range g.ports {
		if g.chance(0.4) {
			continue
		}
		g.surely(port, graph.InVLAN, g.pick(vlans...))
		if g.chance(0.4) {
			g.surely(port, graph.InVLAN, g.pick(vlans...))
		}
	}
}

// inline: devices that fail open, on the way; aggregates; supervisors.
func (g *generator) inline() {
	near, far := g.add(graph.NetworkDevice), g.add(graph.NetworkDevice)
	g.devices = []string{near, far}
	mode := graph.String(g.pick("open", "open", "open", "close"))
	ips := g.add(graph.NetworkDevice, graph.Attr{Key: "inline", Value: graph.Bool(true)}, graph.Attr{Key: "on_failure", Value: mode})
	g.zones = append(g.zones, g.add(graph.AccessZone))
	g.surely(g.zones[0], graph.AttachedTo, near)
	server := g.add(graph.Server)
	g.surely(server, graph.AttachedTo, far)
	if g.chance(0.3) {
		lag := g.add(graph.Link)
		cables := g.several(graph.Link, 2, 2)
		for _, l := range append([]string{lag}, cables...) {
			g.surely(l, graph.Joins, near)
			g.surely(l, graph.Joins, ips)
		}
		g.relate(lag, graph.Aggregates, g.group("", cables...))
	} else {
		l := g.add(graph.Link)
		g.relate(l, graph.Joins, near)
		g.relate(l, graph.Joins, g.end(ips))
	}
	l := g.add(graph.Link)
	g.relate(l, graph.Joins, far)
	g.relate(l, graph.Joins, g.end(ips))
	if g.chance(0.5) {
		source := g.add(graph.PowerSource)
		if g.chance(0.7) {
			g.relate(ips, graph.PoweredBy, source)
		}
		if g.chance(0.3) {
			g.relate(ips, graph.Requires, g.group("", source, g.pick(source, source, near)))
		}
		rack := g.add(graph.Rack)
		g.relate(ips, graph.LocatedIn, rack)
		if g.chance(0.5) {
			g.relate(rack, graph.PoweredBy, source)
		}
		if g.chance(0.4) {
			room := g.add(graph.Room)
			g.relate(rack, graph.LocatedIn, room)
			if g.chance(0.5) {
				g.relate(room, g.relation(graph.Requires, graph.CooledBy), source)
			}
		}
		if len(g.ports) > 0 && g.chance(0.3) {
			g.relate(g.pick(g.ports...), graph.LocatedIn, rack)
		}
	}
	if g.chance(0.5) {
		cards := g.several(graph.Module, 2, 2)
		for _, c := range cards {
			g.surely(c, graph.PartOf, ips)
		}
		if len(cards) > 0 && g.chance(0.85) {
			g.relate(ips, graph.ControlledBy, g.group("", cards...))
		}
	}
	if g.chance(0.3) {
		g.relate(ips, graph.Shares, g.add(graph.SharedRisk))
	}
	if g.chance(0.3) {
		l := g.add(graph.Link)
		g.relate(l, graph.Joins, near)
		g.relate(l, graph.Joins, far)
	}
	g.service(g.endpoint(server))
	if g.chance(0.4) {
		g.service(g.endpoint(ips))
	}
}
