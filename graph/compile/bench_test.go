package compile

import (
	"context"
	"fmt"
	"testing"
	"time"

	"gujo/graph"
)

// town builds a site of racks: each with two access switches on two power feeds
// and twenty servers attached to both; two cores, a gateway pair, name servers,
// and for every ten servers a service with a pool of applications.
func town(b testing.TB, racks int) *graph.Snapshot {
	var g graph.Builder
	add := func(k graph.Kind, name string, group *graph.Group) string {
		id := k.String() + "/" + name
		if err := g.Add(graph.Component{ID: id, Kind: k, Name: name, Group: group}, ""); err != nil {
			b.Fatal(err)
		}
		return id
	}
	rel := func(from string, t graph.RelationType, to string) {
		if err := g.Relate(from, t, to, graph.Relation{}, ""); err != nil {
			b.Fatal(err)
		}
	}
	link := func(name, x, y string) {
		l := add(graph.Link, name, nil)
		rel(l, graph.Joins, x)
		rel(l, graph.Joins, y)
	}
	room := add(graph.Room, "1", nil)
	feeds := [2]string{add(graph.PowerSource, "feed-a", nil), add(graph.PowerSource, "feed-b", nil)}
	zone := add(graph.AccessZone, "staff", nil)
	var core [2]string
	for i := range core {
		core[i] = add(graph.NetworkDevice, fmt.Sprint("core-", i), nil)
		rel(core[i], graph.LocatedIn, room)
		rel(zone, graph.AttachedTo, core[i])
	}
	link("core", core[0], core[1])
	names := add(graph.RedundancyGroup, "ns", &graph.Group{K: 1})
	dns := add(graph.DNSZone, "go.kr", nil)
	rel(dns, graph.ServedBy, names)
	for r := range racks {
		rack := add(graph.Rack, fmt.Sprint(r), nil)
		rel(rack, graph.LocatedIn, room)
		var access [2]string
		var pdu [2]string
		for i := range access {
			pdu[i] = add(graph.PowerSource, fmt.Sprintf("pdu-%d-%d", r, i), nil)
			rel(pdu[i], graph.PoweredBy, feeds[i])
			access[i] = add(graph.NetworkDevice, fmt.Sprintf("access-%d-%d", r, i), nil)
			rel(access[i], graph.PoweredBy, pdu[i])
			rel(access[i], graph.LocatedIn, rack)
			for j := range core {
				link(fmt.Sprintf("up-%d-%d-%d", r, i, j), access[i], core[j])
			}
		}
		for n := range 20 {
			server := add(graph.Server, fmt.Sprintf("%d-%d", r, n), nil)
			rel(server, graph.LocatedIn, rack)
			psu := add(graph.RedundancyGroup, fmt.Sprintf("psu-%d-%d", r, n), &graph.Group{K: 1})
			rel(server, graph.PoweredBy, psu)
			for i := range 2 {
				supply := add(graph.PowerSupply, fmt.Sprintf("%d-%d-%d", r, n, i), nil)
				rel(supply, graph.PoweredBy, pdu[i])
				rel(psu, graph.Member, supply)
				rel(server, graph.AttachedTo, access[i])
			}
			app := add(graph.Application, fmt.Sprintf("%d-%d", r, n), nil)
			rel(app, graph.RunsOn, server)
			if r < 2 && n == 0 {
				rel(names, graph.Member, server)
			}
		}
	}
	for x := range racks * 2 {
		service := add(graph.Service, fmt.Sprint(x), nil)
		name := add(graph.DNSName, fmt.Sprint(x), nil)
		pool := add(graph.RedundancyGroup, fmt.Sprint("pool-", x), &graph.Group{K: 2})
		rel(service, graph.UsedFrom, zone)
		rel(service, graph.EnteredAt, name)
		rel(name, graph.InZone, dns)
		rel(name, graph.ResolvesTo, pool)
		for m := range 4 {
			e := add(graph.Endpoint, fmt.Sprintf("%d-%d", x, m), nil)
			rel(pool, graph.Member, e)
			rel(e, graph.ServedBy, fmt.Sprintf("application/%d-%d", (x+m*7)%racks, (x+m)%20))
		}
	}
	s, err := g.Build(time.Unix(0, 0))
	if err != nil {
		b.Fatal(err)
	}
	return s
}

const benchRacks = 200

func BenchmarkAnalyze(b *testing.B) {
	s := town(b, benchRacks)
	for b.Loop() {
		if _, err := Analyze(s, Options{}); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(len(s.Components)), "components")
	b.ReportMetric(float64(len(s.Relations)), "relations")
}

func BenchmarkAllSingles(b *testing.B) {
	a := analyze(b, town(b, benchRacks), Options{})
	pairs := 0
	for b.Loop() {
		pairs = 0
		if err := a.EachSingle(context.Background(), func(_ string, stopped []string) { pairs += len(stopped) }); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(pairs), "pairs")
}

func BenchmarkCutsOfOrderTwo(b *testing.B) {
	a := analyze(b, town(b, 20), Options{Of: []string{"service/0"}})
	for b.Loop() {
		if _, err := a.Cuts(context.Background(), 2); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkImpact(b *testing.B) {
	a := analyze(b, town(b, benchRacks), Options{})
	for _, c := range []string{"application/7-7", "rack/7", "network_device/core-0", "power_source/feed-a"} {
		b.Run(c, func(b *testing.B) {
			for b.Loop() {
				if _, err := a.Impact(context.Background(), []string{c}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkNetwork(b *testing.B) {
	a := analyze(b, town(b, benchRacks), Options{})
	for b.Loop() {
		if _, err := a.Network(context.Background()); err != nil {
			b.Fatal(err)
		}
	}
}
