package brute

import (
	"slices"

	"gujo/graph"
)

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
