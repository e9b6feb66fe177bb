package brute

import (
	"slices"

	"gujo/graph"
)

// groups: needs without a network, groups of groups, cycles.
func (g *generator) groups() {
	things := g.several(graph.Server, 2, 4)
	apps := g.several(graph.Application, 1, 4)
	for _, a := range apps {
		g.relate(a, graph.RunsOn, g.pick(things...))
		if g.chance(0.5) {
			g.relate(a, graph.Requires, g.other(a, apps...)) // loops too
		}
	}
	things = append(things, apps...)
	things = append(things, g.several(graph.Event, 0, 2)...)
	risk := g.add(graph.SharedRisk)
	for _, x := range things {
		if g.chance(0.2) {
			g.relate(x, graph.Shares, risk)
		}
	}
	tops := append([]string{}, things...)
	for range g.between(1, 4) {
		var members []string
		for range g.between(2, 4) {
			members = append(members, g.pick(tops...))
		}
		group := g.group("", members...)
		tops = append(tops, group)
		if g.chance(0.4) {
			g.relate(g.pick(apps...), graph.Requires, group)
		}
		if g.chance(0.2) {
			gate := g.add(graph.Gate)
			g.relate(gate, graph.Requires, group)
			g.relate(gate, graph.Requires, g.pick(things...))
			tops = append(tops, gate)
		}
	}
	for range g.between(1, 3) {
		s := g.add(graph.Service)
		g.relate(s, graph.Requires, g.pick(tops...))
		if g.chance(0.6) {
			g.relate(s, graph.Requires, tops[len(tops)-1])
		}
		if g.chance(0.3) {
			g.relate(s, graph.Requires, g.pick(g.services...))
		}
		g.services = append(g.services, s)
	}
}

// power: supplies, sources, racks, rooms, cooling, storage.
func (g *generator) power() {
	servers := g.several(graph.Server, 1, 2)
	sources := g.several(graph.PowerSource, 1, 3)
	rack, room := g.add(graph.Rack), ""
	if g.chance(0.6) {
		room = g.add(graph.Room)
		g.relate(rack, graph.LocatedIn, room)
	}
	feed := g.pick(sources...)
	for _, p := range sources {
		if g.chance(0.4) {
			g.relate(p, graph.PoweredBy, g.other(p, sources...))
		}
	}
	if room != "" && g.chance(0.5) {
		g.relate(room, graph.CooledBy, g.group("", g.add(graph.External), g.add(graph.External)))
	}
	if g.chance(0.4) {
		g.relate(rack, graph.PoweredBy, feed)
	}
	for _, s := range servers {
		if g.chance(0.7) {
			g.relate(s, graph.LocatedIn, g.pick(rack, room))
		}
		if g.chance(0.7) {
			var supplies []string
			for range g.between(1, 2) {
				supply := g.add(graph.PowerSupply)
				g.relate(supply, graph.PoweredBy, g.pick(sources...))
				g.relate(supply, graph.PartOf, s)
				supplies = append(supplies, supply)
			}
			g.relate(s, graph.PoweredBy, g.group("", supplies...))
		} else {
			g.relate(s, graph.PoweredBy, g.group("", sources...))
		}
	}
	if g.chance(0.4) {
		v := g.add(graph.Volume)
		g.relate(v, graph.StoredOn, g.add(graph.Storage))
		g.relate(g.pick(servers...), graph.StoredOn, v)
	}
	for range g.between(1, 2) {
		s := g.add(graph.Service)
		g.relate(s, graph.Requires, g.group("", servers...))
		if g.chance(0.3) {
			g.relate(s, graph.Requires, g.pick(servers...))
		}
	}
}

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
		if g.chance(0.85) {
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

// balancer: holders, pools and applications, backup pools.
func (g *generator) balancer() {
	g.network(g.between(1, 3), g.between(2, 3))
	g.zone()
	servers := []string{g.server(), g.server()}
	vs := g.add(graph.VirtualServer)
	holders := []string{g.pick(g.devices...), g.pick(g.devices...)}
	if g.chance(0.3) {
		holders[1] = g.pick(servers...)
	}
	switch {
	case g.chance(g.open):
	case g.chance(0.7):
		g.relate(vs, graph.ServedBy, g.group("", holders...))
	case g.chance(0.3):
		g.relate(vs, graph.ServedBy, g.group("", g.group("", holders...), holders[0]))
	default:
		g.relate(vs, graph.ServedBy, holders[0])
	}
	if g.chance(0.1) {
		g.relate(vs, graph.ServedBy, g.group("")) // nobody knows its holders
	}
	pool := func() string {
		var members []string
		for range g.between(1, 2) {
			if on := g.pick(servers...); g.chance(0.6) {
				members = append(members, g.app(on))
			} else {
				members = append(members, g.endpoint(on))
			}
		}
		if g.chance(0.2) {
			members = append(members, g.group("", g.pick(g.apps...)))
		}
		return g.group("", members...)
	}
	if !g.chance(g.open) {
		g.relate(vs, graph.BalancesTo, pool())
		if g.chance(0.2) {
			g.relate(vs, graph.BalancesTo, pool())
		}
	}
	switch g.rng.IntN(3) {
	case 0:
		name := g.add(graph.DNSName)
		g.relate(name, graph.ResolvesTo, vs)
		g.service(name)
	case 1:
		e := g.add(graph.Endpoint)
		g.relate(e, graph.ServedBy, vs)
		g.service(e)
	}
	g.service(vs)
	if g.chance(0.3) {
		s := g.add(graph.Service)
		g.surely(s, graph.Requires, vs)
	}
	g.connect(g.between(0, 1))
}

// names: names, zones, name servers and resolvers.
func (g *generator) names() {
	g.network(g.between(1, 3), g.between(2, 3))
	zone := g.zone()
	for range g.between(2, 4) {
		g.server()
	}
	app := g.app(g.pick(g.servers...))
	zones := g.several(graph.DNSZone, 1, 2)
	names := g.several(graph.DNSName, 1, 3)
	for i, z := range zones {
		if i > 0 {
			g.relate(z, graph.InZone, zones[0])
		}
		if g.chance(0.15) {
			g.relate(z, graph.ProvidedBy, g.add(graph.Provider))
		}
		if g.chance(g.open) {
			continue
		}
		members := []string{g.pick(g.servers...), g.endpoint(g.pick(g.servers...))}
		if g.chance(0.2) {
			members = append(members, g.pick(names...)) // it may lie in the zone that it serves
		}
		g.relate(z, graph.ServedBy, g.group("", members...))
	}
	for _, n := range names {
		if g.chance(0.8) {
			g.relate(n, graph.InZone, g.pick(zones...))
		}
		switch {
		case g.chance(g.open):
		case g.chance(0.2):
			g.relate(n, graph.ResolvesTo, g.other(n, names...)) // loops too
		case g.chance(0.4):
			g.relate(n, graph.ResolvesTo, g.group("", g.endpoint(g.pick(g.servers...)), g.endpoint(g.pick(g.servers...))))
		default:
			g.relate(n, graph.ResolvesTo, g.endpoint(g.pick(append([]string{app}, g.servers...)...)))
		}
	}
	if g.chance(0.5) {
		g.relate(zone, graph.Uses, g.group("resolver", g.pick(g.servers...), g.pick(g.servers...)))
	}
	if app != "" && g.chance(0.5) {
		g.relate(g.pick(g.servers...), graph.Uses, g.group("resolver", g.pick(g.servers...), g.pick(g.servers...)))
		g.relate(app, graph.ConnectsTo, g.pick(names...))
	}
	g.service(names[0])
	s := g.add(graph.Service)
	g.surely(s, graph.Requires, g.pick(app, names[0]))
	if g.chance(0.3) {
		g.service(g.endpoint(app))
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

// guests: hosts and clusters, applications on them, and what they ask.
func (g *generator) guests() {
	g.network(g.between(1, 2), g.between(0, 2))
	g.zone()
	hosts := []string{g.server(), g.server()}
	db := g.server()
	for range g.between(1, 2) {
		on := g.guest(hosts...)
		if g.chance(0.35) {
			on = g.group("", hosts...)
			if g.chance(0.2) {
				on = g.group("", on, g.pick(append(hosts, g.group(""))...))
			}
		}
		g.app(on)
	}
	if len(g.apps) == 0 {
		g.app(hosts[0])
	}
	g.relate(g.pick(g.apps...), graph.ConnectsTo, g.endpoint(db))
	g.connect(g.between(0, 1))
	var ends []string
	for _, a := range g.apps {
		ends = append(ends, g.endpoint(a))
	}
	if len(ends) == 0 {
		ends = append(ends, g.endpoint(db))
	}
	name := g.add(graph.DNSName)
	g.relate(name, graph.ResolvesTo, g.group("", ends...))
	g.service(name)
	g.service(ends[0])
	if g.chance(0.4) {
		s := g.add(graph.Service)
		g.surely(s, graph.Requires, g.pick(g.apps...))
	}
}

// mixed: a little of all.
func (g *generator) mixed() {
	g.network(g.between(1, 3), g.between(1, 2))
	zone := g.zone()
	g.server()
	g.server()
	g.guest(g.servers...)
	g.app(g.pick(g.servers...))
	g.app(g.pick(g.servers...))
	risk := g.add(graph.SharedRisk)
	source := g.add(graph.PowerSource)
	for _, x := range append(append([]string{}, g.devices...), g.servers...) {
		if g.chance(0.25) {
			g.relate(x, graph.Shares, risk)
		}
		if g.chance(0.3) {
			g.relate(x, graph.PoweredBy, source)
		}
	}
	g.connect(g.between(0, 2))
	if g.chance(0.3) {
		g.relate(g.pick(g.servers...), graph.Uses, g.group(g.pick("", "storage", "time", "resolver"), g.pick(g.servers...)))
	}
	if g.chance(0.4) {
		g.relate(zone, graph.Uses, g.group(g.pick("", "storage", "resolver"), g.pick(g.servers...)))
	}
	if g.chance(0.3) && len(g.devices) > 0 { // what no way is usually asked for
		end := g.add(graph.Kind(g.rng.IntN(2)*int(graph.Storage-graph.PowerSource)) + graph.PowerSource)
		if g.chance(0.7) {
			l := g.add(graph.Link)
			if l != "" {
				g.relate(l, graph.Joins, g.end(g.pick(g.devices...)))
				g.relate(l, graph.Joins, g.end(end))
			}
		}
		n := g.add(graph.DNSName)
		g.relate(n, graph.ResolvesTo, g.group("", end, g.add(graph.External), g.pick(g.ports...)))
		g.service(n)
	}
	all := append(append([]string{}, g.servers...), g.apps...)
	for range g.between(1, 3) {
		switch g.rng.IntN(3) {
		case 0:
			g.service(g.endpoint(g.pick(all...)))
		case 1:
			n := g.add(graph.DNSName)
			g.relate(n, graph.ResolvesTo, g.group("", g.endpoint(g.pick(all...)), g.endpoint(g.pick(all...))))
			g.service(n)
		default:
			s := g.add(graph.Service)
			g.relate(s, graph.Requires, g.group("", g.pick(all...), g.pick(all...)))
		}
	}
}

// loops: names, addresses, groups and applications that find each other.
func (g *generator) loops() {
	g.network(g.between(1, 2), 1)
	zone := g.zone()
	solid := []string{g.server(), g.server(), g.server()}
	for range g.between(1, 2) {
		g.app(g.pick(append([]string{g.group("", solid...)}, solid...)...))
	}
	names := g.several(graph.DNSName, 2, 4)
	domains := g.several(graph.DNSZone, 1, 2)
	balancers := g.several(graph.VirtualServer, 0, 2)
	addresses := g.several(graph.Endpoint, 1, 2)
	all := slices.Concat(names, balancers, addresses)
	found := func() string { return g.pick(append(all, solid...)...) }
	var groups []string
	group := func() string {
		members := []string{found(), g.pick(all...)}
		if g.chance(0.4) {
			members = append(members, found())
		}
		if len(groups) > 0 && g.chance(0.3) {
			members = append(members, g.pick(groups...))
		}
		groups = append(groups, g.group("", members...))
		return groups[len(groups)-1]
	}
	for _, n := range names {
		if g.chance(0.6) {
			g.relate(n, graph.InZone, g.pick(domains...))
		}
		for range g.between(1, 2) {
			switch to := found(); {
			case g.chance(0.5):
				g.doubtfully(n, graph.ResolvesTo, group())
			default:
				g.doubtfully(n, graph.ResolvesTo, to)
			}
		}
	}
	for _, z := range domains {
		g.relate(z, graph.ServedBy, group())
	}
	for _, v := range balancers {
		holder := g.pick(append(g.devices, solid...)...)
		if g.chance(0.5) {
			holder = g.group("", holder, g.pick(g.devices...))
		}
		g.doubtfully(v, graph.ServedBy, holder)
		g.doubtfully(v, graph.BalancesTo, group())
	}
	for _, e := range addresses {
		switch to := append(append([]string{group()}, balancers...), g.apps...); {
		case g.chance(0.7):
			g.doubtfully(e, graph.ServedBy, g.pick(to...))
		default:
			g.doubtfully(e, graph.BoundTo, g.pick(solid...))
		}
	}
	for _, a := range g.apps {
		g.doubtfully(a, graph.ConnectsTo, g.pick(all...))
		if g.chance(0.4) {
			g.doubtfully(a, graph.ConnectsTo, group())
		}
	}
	if g.chance(0.3) {
		g.relate(zone, graph.Uses, g.group("resolver", g.pick(solid...), g.pick(all...)))
	}
	for range g.between(1, 2) {
		g.service(g.pick(all...))
	}
	s := g.add(graph.Service)
	g.surely(s, graph.Requires, g.pick(append(all, g.apps...)...))
}

// doubtfully relates, as likely as not by an assumption.
func (g *generator) doubtfully(from string, t graph.RelationType, to string) {
	r := graph.Relation{}
	if g.chance(0.4) {
		r.Strength = graph.Assumed
	}
	g.link(from, t, to, r)
}

// strange: whatever the vocabulary allows, sensible or not.
func (g *generator) strange() {
	kinds := []graph.Kind{
		graph.Service, graph.Service, graph.AccessZone, graph.Application, graph.Application, graph.Endpoint, graph.Endpoint,
		graph.VirtualServer, graph.DNSName, graph.DNSZone, graph.Server, graph.Server, graph.Server, graph.NetworkDevice,
		graph.NetworkDevice, graph.NetworkDevice, graph.Interface, graph.Interface, graph.Link, graph.Link, graph.RedundancyGroup,
		graph.RedundancyGroup, graph.Subnet, graph.VLAN, graph.Rack, graph.Room, graph.PowerSource, graph.Storage, graph.Module,
	}
	var ids []string
	of := map[string]graph.Kind{}
	for range g.between(12, 22) {
		k := kinds[g.rng.IntN(len(kinds))]
		var attrs []graph.Attr
		add := func(key string, v graph.Value) { attrs = append(attrs, graph.Attr{Key: key, Value: v}) }
		switch {
		case k == graph.Server && g.chance(0.3):
			add("virtual", graph.Bool(true))
		case k == graph.NetworkDevice && g.chance(0.15):
			add("transit", graph.Bool(false))
		case k == graph.NetworkDevice && g.chance(0.3):
			add("inline", graph.Bool(true))
			add("on_failure", graph.String("open"))
		case k == graph.RedundancyGroup && g.chance(0.4):
			add("role", graph.String(g.pick("gateway", "resolver", "storage", "time")))
		}
		id := g.add(k, attrs...)
		if id == "" {
			continue
		}
		ids, of[id] = append(ids, id), k
		if k == graph.RedundancyGroup {
			g.b.Component(id).Group.K = g.between(0, 2)
			if g.chance(0.3) {
				g.b.Component(id).Group.Designed = 3
			}
		}
	}
	types := graph.RelationTypes()
	wanted := 2 * len(ids)
	for range 400 * len(ids) {
		from, to, t := g.pick(ids...), g.pick(ids...), types[g.rng.IntN(len(types))]
		if wanted == 0 {
			return
		}
		if from == to || !t.Allows(of[from], of[to]) || t == graph.Requires && !g.chance(0.2) || t == graph.Shares {
			continue
		}
		wanted--
		g.relate(from, t, to)
	}
}

// relation gives one of two.
func (g *generator) relation(a, b graph.RelationType) graph.RelationType {
	if g.chance(0.5) {
		return a
	}
	return b
}
