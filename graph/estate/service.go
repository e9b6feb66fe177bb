package estate

import (
	"fmt"

	"gujo/graph"
)

// service adds an information system with its three tiers on guests of two clusters.
func (e *estate) service(here, there int32) {
	number := len(e.services)
	name := fmt.Sprintf("v%d", number)
	e.reading(name)
	var volumes [guestsService / volumeGuests]int32
	for i := range volumes {
		volumes[i] = e.add(graph.Volume, fmt.Sprintf("%s-lun-%d", name, i))
		e.rel(volumes[i], graph.StoredOn, e.arrays)
		e.rel(volumes[i], graph.BacksUpTo, e.backup)
		e.rel(volumes[i], graph.Shares, e.domain)
	}
	clusters := [2]int32{here, there}
	guests := 0
	tier := func(what string, n int) []int32 {
		apps := make([]int32, n)
		for i := range apps {
			apps[i] = e.guest(fmt.Sprintf("%s-%s-%d", name, what, i), clusters[i%2], volumes[guests/volumeGuests])
			guests++
		}
		return apps
	}
	data := tier("db", tierData)
	app := tier("app", tierApp)
	web := tier("web", tierWeb)
	dataGroup := e.group(name+"-db", "replica", 1, data...)
	appGroup := e.group(name+"-app", "cluster", 1, app...)
	e.rel(data[1], graph.ReplicatesTo, data[0])
	if e.identity == 0 { // the first service of a site
		e.identity = e.group(fmt.Sprintf("identity-%d", e.sites), "replica", 1, app...)
		e.rel(app[0], graph.Requires, e.zoneOfNames)
		if e.firstIdentity == 0 {
			e.firstIdentity = e.identity
			e.nameServers(web)
		}
	} else {
		for _, a := range app {
			e.rel(a, graph.Requires, e.identity)
		}
		e.rel(data[0], graph.Requires, e.identity)
	}
	for _, a := range app {
		e.rel(a, graph.Requires, dataGroup)
	}
	pool := make([]int32, len(web))
	for i, w := range web {
		e.rel(w, graph.Requires, appGroup)
		pool[i] = e.add(graph.Endpoint, fmt.Sprintf("%s-web-%d:443", name, i), "port", "443", "protocol", "tcp")
		e.rel(pool[i], graph.ServedBy, w)
		e.rel(pool[i], graph.InSubnet, e.subnet)
	}
	v := e.add(graph.VirtualServer, name, "port", "443", "protocol", "tcp")
	e.rel(v, graph.ServedBy, e.balancers)
	e.rel(v, graph.InSubnet, e.subnet)
	e.rel(v, graph.BalancesTo, e.group(name+"-pool", "lb_pool", 1+number%2, pool...))
	host := e.add(graph.DNSName, name+".agency.example")
	e.rel(host, graph.ResolvesTo, v)
	e.rel(host, graph.InZone, e.zoneOfNames)
	s := e.add(graph.Service, name, "name_en", "Service "+name, "name_ko", "민원 "+name, "owner", fmt.Sprintf("team-%d", number%97))
	e.comps[s].Attrs = e.comps[s].Attrs.With("grade", graph.Int(int64(1+number%4))).With("rto_minutes", graph.Int(240))
	e.rel(s, graph.EnteredAt, host)
	e.rel(s, graph.UsedFrom, e.zones[len(e.zones)-1])
	if number%2 == 0 {
		e.rel(s, graph.UsedFrom, e.zones[e.rng.IntN(min(headquarters, len(e.zones)))])
	}
	e.rel(s, graph.ManagedBy, e.manager)
	e.services = append(e.services, s)
}

// nameServers makes three programs the name servers and clocks of everybody.
func (e *estate) nameServers(web []int32) {
	var servers []int32
	for i := range web {
		n := e.serial(e.add(graph.Server, fmt.Sprintf("ns-%d", i), "vendor", "acme"))
		e.rel(n, graph.LocatedIn, e.room)
		e.rel(n, graph.PoweredBy, e.ups[i%2])
		e.plug(n, e.distribution[i%2], e.room)
		servers = append(servers, n)
	}
	e.rel(e.zoneOfNames, graph.ServedBy, e.group("ns", "dns", 1, servers...))
	e.times = e.group("ntp", "ntp", 1, servers...)
	e.comps[e.times].Attrs = graph.Attrs{{Key: "role", Value: graph.String("time")}}
}

// dependencies makes services need services.
func (e *estate) dependencies(cycle int) {
	e.reading("dependencies")
	var platforms, shared []int32
	for i, s := range e.services {
		switch {
		case i%100 == 7:
			platforms = append(platforms, s)
		case i%10 == 3:
			if len(platforms) > 0 {
				e.rel(s, graph.Requires, platforms[e.rng.IntN(len(platforms))])
			}
			shared = append(shared, s)
		default:
			if len(shared) > 0 {
				near := shared[max(0, len(shared)-100):] // of the same site mostly
				e.rel(s, graph.Requires, near[e.rng.IntN(len(near))])
			}
			if i%50 == 49 { // three that need each other
				for j := range 3 {
					e.rel(e.services[i-j], graph.Requires, e.services[i-(j+1)%3])
				}
			}
		}
	}
	ring := e.services[len(e.services)-min(cycle, len(e.services)):]
	for i, s := range ring {
		e.rel(s, graph.Requires, ring[(i+1)%len(ring)])
		if other := ring[e.rng.IntN(len(ring))]; other != s {
			e.rel(s, graph.Requires, other)
		}
	}
}
