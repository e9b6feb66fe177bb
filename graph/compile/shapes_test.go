package compile

import (
	"fmt"
	"testing"
	"time"

	"gujo/graph"
)

// crowd is a service on one server behind one device, and n of something that
// crowd around one of these.
func crowd(tb testing.TB, shape string, n int) *graph.Snapshot {
	tb.Helper()
	var g graph.Builder
	add := func(id string) string {
		if !g.Has(id) {
			k, err := graph.ParseKind(id[:len(id)-len(afterSlash(id))-1])
			if err != nil {
				tb.Fatal(err)
			}
			c := graph.Component{ID: id, Kind: k}
			if k == graph.RedundancyGroup {
				c.Group = &graph.Group{K: 1}
			}
			if err := g.Add(c, ""); err != nil {
				tb.Fatal(err)
			}
		}
		return id
	}
	rel := func(from string, t graph.RelationType, to string) {
		if err := g.Relate(add(from), t, add(to), graph.Relation{}, ""); err != nil {
			tb.Fatal(err)
		}
	}
	rel("service/s", graph.UsedFrom, "access_zone/z")
	rel("access_zone/z", graph.AttachedTo, "network_device/d")
	rel("service/s", graph.EnteredAt, "endpoint/e")
	rel("server/web", graph.AttachedTo, "network_device/d")
	if shape != "members" {
		rel("endpoint/e", graph.BoundTo, map[bool]string{true: "network_device/d", false: "server/web"}[shape == "ports"])
	}
	for i := range n {
		id := func(kind string) string { return fmt.Sprintf("%s/%d", kind, i) }
		switch shape {
		case "ports": // of the device that is asked
			rel(id("interface"), graph.PartOf, "network_device/d")
			rel(id("interface"), graph.InSubnet, fmt.Sprintf("subnet/%d", i%50))
		case "segment": // all on one wire
			rel("link/l", graph.Joins, id("server"))
			rel("link/l", graph.Joins, "network_device/d")
		case "learned": // behind one port
			rel("interface/p", graph.PartOf, "network_device/d")
			rel(id("server"), graph.AttachedTo, "interface/p")
			rel(id("endpoint"), graph.BoundTo, id("server"))
		case "subnet": // servers known by their addresses alone, and ports in it
			rel("interface/p", graph.PartOf, "network_device/d")
			rel("interface/p", graph.InSubnet, "subnet/n")
			rel(id("server"), graph.AttachedTo, "subnet/n")
		case "members": // of a pool
			rel("endpoint/e", graph.BoundTo, "redundancy_group/g")
			rel("redundancy_group/g", graph.Member, id("server"))
			rel(id("server"), graph.AttachedTo, "network_device/d")
		case "modules": // that a device needs some of
			rel("network_device/d", graph.ControlledBy, "redundancy_group/g")
			rel("redundancy_group/g", graph.Member, id("module"))
			rel(id("module"), graph.PartOf, "network_device/d")
		case "rack":
			rel("server/web", graph.LocatedIn, "rack/r")
			rel(id("server"), graph.LocatedIn, "rack/r")
		case "connections":
			rel("application/a", graph.RunsOn, "server/web")
			rel("application/a", graph.ConnectsTo, id("endpoint"))
			rel(id("endpoint"), graph.BoundTo, "server/db")
			rel("server/db", graph.AttachedTo, "network_device/d")
		case "services":
			rel(id("service"), graph.UsedFrom, "access_zone/z")
			rel(id("service"), graph.EnteredAt, "endpoint/e")
		}
	}
	s, err := g.Build(time.Unix(0, 0))
	if err != nil {
		tb.Fatal(err)
	}
	return s
}

func afterSlash(id string) string {
	for i := range id {
		if id[i] == '/' {
			return id[i+1:]
		}
	}
	return ""
}

var shapes = []string{"ports", "segment", "learned", "subnet", "members", "modules", "rack", "connections", "services"}

func BenchmarkCrowd(b *testing.B) {
	for _, shape := range shapes {
		for _, n := range []int{5000, 20000} {
			s := crowd(b, shape, n)
			var a *Analysis
			run := func(what string, f func()) {
				b.Run(fmt.Sprintf("%s/%d/%s", shape, n, what), func(b *testing.B) {
					for b.Loop() {
						f()
					}
				})
			}
			run("analyze", func() { a = analyze(b, s, Options{}) })
			run("singles", func() { a.SinglePoints(ctx) })
			run("each", func() { a.EachSingle(ctx, func(string, []string) {}) })
			run("stops", func() { a.Stops(ctx, []string{"network_device/d"}) })
			run("impact", func() { a.Impact(ctx, []string{"network_device/d"}) })
			run("network", func() { a.Network(ctx) })
			run("coldstart", func() { a.ColdStart(ctx) })
		}
	}
}
