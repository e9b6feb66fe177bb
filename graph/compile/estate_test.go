package compile

import (
	"fmt"
	"os"
	"runtime"
	"strconv"
	"testing"
	"time"

	"gujo/graph"
)

// estate builds what a large organisation has: rooms of racks, each with two access
// switches on two feeds and twenty hypervisors with a card to both; on these, guests
// in three tiers in subnets of their own with a gateway pair each; balancer pairs,
// name servers, shared versions; and for every sixty guests a service from a zone
// over a virtual address to four web, four application and two database guests. A
// rack makes some 550 components and 1,540 relations.
func estate(tb testing.TB, racks int) *graph.Snapshot {
	tb.Helper()
	var g graph.Builder
	add := func(k graph.Kind, name string, attrs ...graph.Attr) string {
		c := graph.Component{ID: k.String() + "/" + name, Kind: k, Name: name, Attrs: attrs}
		if k == graph.RedundancyGroup {
			c.Group = &graph.Group{K: 1}
		}
		if err := g.Add(c, ""); err != nil {
			tb.Fatal(err)
		}
		return c.ID
	}
	rel := func(from string, t graph.RelationType, to string) {
		if err := g.Relate(from, t, to, graph.Relation{}, ""); err != nil {
			tb.Fatal(err)
		}
	}
	group := func(name, role string, members ...string) string {
		var id string
		if role == "" {
			id = add(graph.RedundancyGroup, name)
		} else {
			id = add(graph.RedundancyGroup, name, graph.Attr{Key: "role", Value: graph.String(role)})
		}
		for _, m := range members {
			rel(id, graph.Member, m)
		}
		return id
	}
	subnets := 1 + racks/2
	site := add(graph.Site, "main")
	var rooms, feeds []string
	for i := range 1 + racks/60 {
		rooms = append(rooms, add(graph.Room, strconv.Itoa(i)))
		rel(rooms[i], graph.LocatedIn, site)
		for j := range 2 {
			f := add(graph.PowerSource, fmt.Sprintf("feed-%d-%d", i, j))
			feeds = append(feeds, f)
		}
	}
	versions := []string{add(graph.SharedRisk, "os-1"), add(graph.SharedRisk, "os-2"), add(graph.SharedRisk, "firmware")}
	ports := map[string]int{}
	port := func(device string) string {
		ports[device]++
		p := add(graph.Interface, fmt.Sprintf("%s-%d", afterSlash(device), ports[device]))
		rel(p, graph.PartOf, device)
		return p
	}
	cables := 0
	cable := func(x, y string) {
		cables++
		l := add(graph.Link, strconv.Itoa(cables))
		rel(l, graph.Joins, x)
		rel(l, graph.Joins, y)
	}
	var core [2]string
	for i := range core {
		core[i] = add(graph.NetworkDevice, fmt.Sprint("core-", i))
		rel(core[i], graph.LocatedIn, rooms[0])
		rel(core[i], graph.Shares, versions[2])
	}
	cable(port(core[0]), port(core[1]))
	zone := add(graph.AccessZone, "citizens")
	outside := add(graph.Subnet, "outside")
	rel(zone, graph.InSubnet, outside)
	rel(zone, graph.AttachedTo, core[0])
	rel(zone, graph.AttachedTo, core[1])
	rel(zone, graph.Uses, group("gw-outside", "gateway", core[0], core[1]))
	var subnet, vlan, gateway []string
	for i := range subnets {
		subnet = append(subnet, add(graph.Subnet, strconv.Itoa(i)))
		vlan = append(vlan, add(graph.VLAN, strconv.Itoa(i)))
		gateway = append(gateway, group(fmt.Sprint("gw-", i), "gateway", core[0], core[1]))
	}
	dns := add(graph.DNSZone, "go.kr")
	var guests, apps []string
	var lb [2]string
	for i := range lb {
		lb[i] = add(graph.NetworkDevice, fmt.Sprint("lb-", i), graph.Attr{Key: "transit", Value: graph.Bool(false)})
		cable(port(lb[i]), port(core[i]))
		cable(port(lb[i]), port(core[1-i]))
		rel(lb[i], graph.LocatedIn, rooms[0])
	}
	holders := group("lb", "", lb[0], lb[1])
	for r := range racks {
		room := r / 60 % len(rooms)
		rack := add(graph.Rack, strconv.Itoa(r))
		rel(rack, graph.LocatedIn, rooms[room])
		var access, pdu [2]string
		for i := range access {
			pdu[i] = add(graph.PowerSource, fmt.Sprintf("pdu-%d-%d", r, i))
			rel(pdu[i], graph.PoweredBy, feeds[2*room+i])
			rel(pdu[i], graph.LocatedIn, rack)
			access[i] = add(graph.NetworkDevice, fmt.Sprintf("access-%d-%d", r, i))
			rel(access[i], graph.PoweredBy, pdu[i])
			rel(access[i], graph.LocatedIn, rack)
			rel(access[i], graph.Shares, versions[2])
			for j := range core {
				cable(port(access[i]), port(core[j]))
			}
		}
		var hosts []string
		for n := range 20 {
			host := add(graph.Server, fmt.Sprintf("h-%d-%d", r, n))
			hosts = append(hosts, host)
			rel(host, graph.LocatedIn, rack)
			rel(host, graph.Shares, versions[n%2])
			psu := group(fmt.Sprintf("psu-%d-%d", r, n), "")
			rel(host, graph.PoweredBy, psu)
			for i := range 2 {
				supply := add(graph.PowerSupply, fmt.Sprintf("%d-%d-%d", r, n, i))
				rel(supply, graph.PartOf, host)
				rel(supply, graph.PoweredBy, pdu[i])
				rel(psu, graph.Member, supply)
				here, there := port(host), port(access[i])
				for v := range 5 {
					rel(there, graph.InVLAN, vlan[(r/10*5+v)%subnets])
				}
				cable(here, there)
			}
		}
		cluster := group(fmt.Sprint("cluster-", r), "", hosts[:10]...)
		store := add(graph.Storage, strconv.Itoa(r))
		rel(store, graph.LocatedIn, rack)
		for n := range 100 {
			v := add(graph.Server, fmt.Sprintf("v-%d-%d", r, n), graph.Attr{Key: "virtual", Value: graph.Bool(true)})
			guests = append(guests, v)
			if n%5 == 0 {
				rel(v, graph.RunsOn, cluster)
			} else {
				rel(v, graph.RunsOn, hosts[n%20])
			}
			in := (r/10*5 + n%5) % subnets
			rel(v, graph.InSubnet, subnet[in])
			rel(v, graph.InVLAN, vlan[in])
			rel(v, graph.Uses, gateway[in])
			rel(v, graph.Shares, versions[n%2])
			vol := add(graph.Volume, fmt.Sprintf("%d-%d", r, n))
			rel(vol, graph.StoredOn, store)
			rel(v, graph.StoredOn, vol)
			app := add(graph.Application, fmt.Sprintf("%d-%d", r, n))
			rel(app, graph.RunsOn, v)
			apps = append(apps, app)
		}
	}
	rel(dns, graph.ServedBy, group("ns", "", guests[0], guests[len(guests)-1]))
	resolvers := group("resolvers", "resolver", guests[1], guests[len(guests)-2])
	endpoints := map[string]string{}
	listen := func(app string) string {
		if endpoints[app] == "" {
			endpoints[app] = add(graph.Endpoint, afterSlash(app))
			rel(endpoints[app], graph.ServedBy, app)
		}
		return endpoints[app]
	}
	for x := range len(apps) / 60 {
		pick := func(n, from int) (list []string) {
			for i := range n {
				list = append(list, apps[(x*60+from+i*97)%len(apps)])
			}
			return list
		}
		web, was, db := pick(4, 0), pick(4, 11), pick(2, 29)
		var webs, wases, dbs []string
		for _, a := range web {
			webs = append(webs, listen(a))
		}
		for _, a := range was {
			wases = append(wases, listen(a))
		}
		for _, a := range db {
			dbs = append(dbs, listen(a))
		}
		s, name, vs := add(graph.Service, strconv.Itoa(x)), add(graph.DNSName, strconv.Itoa(x)), add(graph.VirtualServer, strconv.Itoa(x))
		rel(s, graph.UsedFrom, zone)
		rel(s, graph.EnteredAt, name)
		rel(name, graph.InZone, dns)
		rel(name, graph.ResolvesTo, vs)
		rel(vs, graph.ServedBy, holders)
		rel(vs, graph.InSubnet, outside)
		rel(vs, graph.BalancesTo, group(fmt.Sprint("web-", x), "", webs...))
		was1, db1 := group(fmt.Sprint("was-", x), "", wases...), group(fmt.Sprint("db-", x), "", dbs...)
		for _, a := range web {
			rel(a, graph.ConnectsTo, was1)
		}
		for _, a := range was {
			rel(a, graph.ConnectsTo, db1)
		}
	}
	for _, v := range guests {
		rel(v, graph.Uses, resolvers)
	}
	s, err := g.Build(time.Unix(0, 0))
	if err != nil {
		tb.Fatal(err)
	}
	return s
}

// BenchmarkEstate prints figures rather than averages: one run of each, with what
// stays allocated after it. GUJO_RACKS sets the size; 183 racks are 100,000 components.
func BenchmarkEstate(b *testing.B) {
	racks := 4
	if n, err := strconv.Atoi(os.Getenv("GUJO_RACKS")); err == nil {
		racks = n
	}
	s := estate(b, racks)
	var a *Analysis
	heap := func() float64 {
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return float64(m.HeapAlloc) / 1e6
	}
	run := func(what string, f func(*testing.B)) {
		b.Run(what, func(b *testing.B) {
			before := heap()
			for b.Loop() {
				f(b)
			}
			b.ReportMetric(heap()-before, "MB-kept")
		})
	}
	check := func(b *testing.B, err error) {
		if err != nil {
			b.Fatal(err)
		}
	}
	run("analyze", func(b *testing.B) {
		a = nil
		a = analyze(b, s, Options{})
		b.ReportMetric(float64(len(s.Components)), "components")
		b.ReportMetric(float64(len(s.Relations)), "relations")
		b.ReportMetric(float64(len(a.s.nodes)), "nodes")
		b.ReportMetric(float64(len(a.s.inputs)), "inputs")
		b.ReportMetric(float64(len(a.s.gates)), "gates")
		b.ReportMetric(float64(len(a.tops)), "services")
	})
	run("each-single", func(b *testing.B) {
		pairs := 0
		check(b, a.EachSingle(ctx, func(_ string, stopped []string) { pairs += len(stopped) }))
		b.ReportMetric(float64(pairs), "pairs")
	})
	run("single-points", func(b *testing.B) {
		x, err := a.SinglePoints(ctx)
		check(b, err)
		n := 0
		for _, s := range x {
			n += len(s.Points)
		}
		b.ReportMetric(float64(n), "points")
	})
	one := analyze(b, s, Options{Of: []string{"service/0"}})
	run("pairs-of-one", func(b *testing.B) {
		x, err := one.Cuts(ctx, 2)
		check(b, err)
		b.ReportMetric(float64(len(x.Services[0].Cuts)), "cuts")
	})
	for _, id := range []string{"application/0-0", "server/h-3-3", "rack/3", "network_device/core-0", "power_source/feed-0-0"} {
		run("stops-"+id, func(b *testing.B) {
			_, err := a.Stops(ctx, []string{id})
			check(b, err)
		})
		run("impact-"+id, func(b *testing.B) {
			_, err := a.Impact(ctx, []string{id})
			check(b, err)
		})
	}
	run("network", func(b *testing.B) {
		_, err := a.Network(ctx)
		check(b, err)
	})
	run("coldstart", func(b *testing.B) {
		_, err := a.ColdStart(ctx)
		check(b, err)
	})
}
