package compile

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"gujo/graph"
)

// flooded is a small site beside a device that claims n neighbours, each assumed,
// over a link of its own: servers or things that nobody looked at.
func flooded(tb testing.TB, n int, services bool, ends ...graph.Kind) *graph.Snapshot {
	tb.Helper()
	var g graph.Builder
	add := func(id string, k graph.Kind, group *graph.Group) string {
		if err := g.Add(graph.Component{ID: id, Kind: k, Group: group}, ""); err != nil {
			tb.Fatal(err)
		}
		return id
	}
	rel := func(from string, t graph.RelationType, to string, s graph.Strength) {
		if err := g.Relate(from, t, to, graph.Relation{Strength: s}, ""); err != nil {
			tb.Fatal(err)
		}
	}
	device := add("network_device/flood", graph.NetworkDevice, nil)
	core := add("network_device/core", graph.NetworkDevice, nil)
	zone := add("access_zone/z", graph.AccessZone, nil)
	server := add("server/web", graph.Server, nil)
	rel(zone, graph.AttachedTo, core, graph.Hard)
	up := add("link/up", graph.Link, nil)
	rel(up, graph.Joins, device, graph.Hard)
	rel(up, graph.Joins, core, graph.Hard)
	rel(server, graph.AttachedTo, device, graph.Hard)
	if services {
		s, e := add("service/s", graph.Service, nil), add("endpoint/web", graph.Endpoint, nil)
		rel(s, graph.UsedFrom, zone, graph.Hard)
		rel(s, graph.EnteredAt, e, graph.Hard)
		rel(e, graph.BoundTo, server, graph.Hard)
	}
	for i := range n {
		k := ends[i%len(ends)]
		far := add(fmt.Sprintf("%s/%d", k, i), k, nil)
		port := add(fmt.Sprintf("interface/%d", i), graph.Interface, nil)
		rel(port, graph.PartOf, device, graph.Hard)
		link := add(fmt.Sprintf("link/%d", i), graph.Link, nil)
		rel(link, graph.Joins, port, graph.Assumed)
		if graph.Joins.Allows(graph.Link, k) {
			rel(link, graph.Joins, far, graph.Assumed)
		} else {
			rel(port, graph.AdjacentTo, far, graph.Soft)
		}
	}
	s, err := g.Build(time.Unix(0, 0))
	if err != nil {
		tb.Fatal(err)
	}
	return s
}

// The time grows with the size: what a device claims of neighbours without end does
// not keep the rest waiting.
func BenchmarkFlood(b *testing.B) {
	for _, n := range []int{5000, 20000} {
		for _, ends := range [][]graph.Kind{{graph.Server}, {graph.External}, {graph.NetworkDevice}} {
			s := flooded(b, n, true, ends...)
			bare := flooded(b, n, false, ends...)
			name := fmt.Sprintf("%d %s", n, ends[0])
			for _, designed := range []bool{false, true} {
				o := Options{Designed: designed}
				as := map[bool]string{false: "as is", true: "designed"}[designed]
				b.Run(name+"/analyze "+as, func(b *testing.B) {
					for b.Loop() {
						analyze(b, s, o)
					}
				})
				a := analyze(b, s, o)
				b.Run(name+"/singles "+as, func(b *testing.B) {
					for b.Loop() {
						if _, err := a.SinglePoints(ctx); err != nil {
							b.Fatal(err)
						}
					}
				})
				b.Run(name+"/each "+as, func(b *testing.B) {
					for b.Loop() {
						if err := a.EachSingle(ctx, func(string, []string) {}); err != nil {
							b.Fatal(err)
						}
					}
				})
				b.Run(name+"/stops "+as, func(b *testing.B) {
					for b.Loop() {
						if _, err := a.Stops(ctx, []string{"network_device/flood"}); err != nil {
							b.Fatal(err)
						}
					}
				})
				b.Run(name+"/impact "+as, func(b *testing.B) {
					for b.Loop() {
						if _, err := a.Impact(ctx, []string{"network_device/flood"}); err != nil {
							b.Fatal(err)
						}
					}
				})
			}
			a := analyze(b, bare, Options{})
			b.Run(name+"/network", func(b *testing.B) {
				for b.Loop() {
					if _, err := a.Network(ctx); err != nil {
						b.Fatal(err)
					}
				}
			})
			b.Run(name+"/coldstart", func(b *testing.B) {
				for b.Loop() {
					if _, err := a.ColdStart(ctx); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
}

// wires makes a random network of devices, servers and links.
func wires(tb testing.TB, seed uint64) *graph.Snapshot {
	tb.Helper()
	rng := rand.New(rand.NewPCG(seed, 5))
	var g graph.Builder
	check := func(err error) {
		if err != nil {
			tb.Fatal(err)
		}
	}
	n := 3 + rng.IntN(9)
	var ids []string
	for i := range n {
		c := graph.Component{ID: fmt.Sprintf("network_device/%d", i), Kind: graph.NetworkDevice}
		switch rng.IntN(6) {
		case 0, 1:
			c.ID, c.Kind = fmt.Sprintf("server/%d", i), graph.Server
		case 2:
			c.Attrs = c.Attrs.With("transit", graph.Bool(false))
		}
		check(g.Add(c, ""))
		ids = append(ids, c.ID)
	}
	for i := range n + rng.IntN(n) {
		l := graph.Component{ID: fmt.Sprintf("link/%d", i), Kind: graph.Link}
		check(g.Add(l, ""))
		for range 2 + rng.IntN(5)/4 {
			r := graph.Relation{Strength: graph.Strength(rng.IntN(5) / 4)}
			check(g.Relate(l.ID, graph.Joins, ids[rng.IntN(n)], r, ""))
		}
	}
	for _, id := range ids {
		if id[0] == 's' && rng.IntN(2) == 0 {
			if to := ids[rng.IntN(n)]; to[0] == 'n' {
				check(g.Relate(id, graph.AttachedTo, to, graph.Relation{}, ""))
			}
		}
	}
	s, err := g.Build(time.Unix(0, 0))
	check(err)
	return s
}
