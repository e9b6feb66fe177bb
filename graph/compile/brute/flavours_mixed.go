package brute

import "gujo/graph"

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
