package brute

import "gujo/graph"

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

// relation gives one of two.
func (g *generator) relation(a, b graph.RelationType) graph.RelationType {
	if g.chance(0.5) {
		return a
	}
	return b
}
