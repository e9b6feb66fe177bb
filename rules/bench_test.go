package rules

import (
	"context"
	"fmt"
	"testing"
	"time"

	"gujo/graph"
)

// largeSite is a core pair, access switches on both, and servers on two access
// switches each, of which every tenth has one cable; a service every fifty servers.
func largeSite(tb testing.TB, switches, servers int) *graph.Snapshot {
	tb.Helper()
	var b graph.Builder
	add := func(id string, k graph.Kind, attrs graph.Attrs) {
		if err := b.Add(graph.Component{ID: id, Kind: k, Attrs: attrs}, ""); err != nil {
			tb.Fatal(err)
		}
	}
	relate := func(from string, t graph.RelationType, to string) {
		if err := b.Relate(from, t, to, graph.Relation{}, ""); err != nil {
			tb.Fatal(err)
		}
	}
	link := func(x, y string) {
		id := "link/" + x + "-" + y
		add(id, graph.Link, nil)
		relate(id, graph.Joins, x)
		relate(id, graph.Joins, y)
	}
	device := func(id string) {
		add(id, graph.NetworkDevice, nil)
		b.AddCoverage(graph.Coverage{Component: id, Complete: []string{"ifTable", "lldpRemTable", "entPhysicalTable"}})
	}
	add("subnet/lan", graph.Subnet, nil)
	add("access_zone/users", graph.AccessZone, nil)
	relate("access_zone/users", graph.InSubnet, "subnet/lan")
	for _, c := range []string{"network_device/core-1", "network_device/core-2"} {
		device(c)
		relate("access_zone/users", graph.AttachedTo, c)
	}
	for i := range switches {
		id := fmt.Sprintf("network_device/access-%d", i)
		device(id)
		link(id, "network_device/core-1")
		link(id, "network_device/core-2")
	}
	for i := range servers {
		id := fmt.Sprintf("server/s-%d", i)
		add(id, graph.Server, nil)
		relate(id, graph.InSubnet, "subnet/lan")
		b.AddCoverage(graph.Coverage{Component: id, Complete: []string{"ifTable"}})
		link(id, fmt.Sprintf("network_device/access-%d", i%switches))
		if i%10 != 0 {
			link(id, fmt.Sprintf("network_device/access-%d", (i+1)%switches))
		}
		if i%50 == 0 {
			svc := fmt.Sprintf("service/%d", i)
			add(svc, graph.Service, graph.Attrs{{Key: "grade", Value: graph.Int(int64(1 + i%4))}})
			add("endpoint/"+svc, graph.Endpoint, nil)
			relate(svc, graph.UsedFrom, "access_zone/users")
			relate(svc, graph.EnteredAt, "endpoint/"+svc)
			relate("endpoint/"+svc, graph.ServedBy, id)
		}
	}
	s, err := b.Build(time.Date(2025, 12, 1, 0, 0, 0, 0, time.UTC))
	if err != nil {
		tb.Fatal(err)
	}
	return s
}

// BenchmarkRun shows what the shipped rules cost on a site of 500 switches and
// 2,000 servers, with the engine.
func BenchmarkRun(b *testing.B) {
	s := largeSite(b, 500, 2000)
	pack := []*Pack{Default()}
	for b.Loop() {
		d, err := Run(context.Background(), s, pack, RunOptions{})
		if err != nil {
			b.Fatal(err)
		}
		b.ReportMetric(float64(len(d.Findings)), "findings")
	}
}
