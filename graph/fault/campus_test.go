package fault

import (
	"context"
	"math/rand/v2"
	"testing"
)

// newCampus is a network of devices as a path graph, for benchmarks. Ten sites in
// a double ring of two cores each; a site has distribution pairs on both cores,
// and below each pair access switches on both of them, two to a rack. Every cable
// is a link and two interfaces, each a vertex of its own. Racks and every
// distribution switch hang on one of the site's two power feeds. The ends of gates
// are servers on one or two access switches; one in four gates keeps to a VLAN
// that the cables of its site and those between sites carry.
func newCampus(devices, gates int, seed uint64) *estate {
	rng := rand.New(rand.NewPCG(seed, 11))
	e := &estate{}
	var b Builder
	node := func(candidate bool, in ...int32) int32 {
		v := b.Node(1)
		for _, u := range in {
			b.Input(v, u)
		}
		e.inputs += len(in)
		e.candidates = append(e.candidates, candidate)
		return v
	}
	const sites, below = 10, 48
	type device struct{ node, vertex int32 }
	add := func(in ...int32) device {
		v := node(true, in...)
		e.components++
		return device{v, b.Vertex(v, nil)}
	}
	tags := []int32{1}
	cable := func(x, y device) {
		i, j := node(true, x.node), node(true, y.node)
		l := node(true, i, j)
		e.components += 3
		vi, vj, vl := b.Vertex(i, tags), b.Vertex(j, tags), b.Vertex(l, nil)
		b.Edge(x.vertex, vi, false)
		b.Edge(vi, vl, false)
		b.Edge(vl, vj, false)
		b.Edge(vj, y.vertex, false)
	}
	var cores [sites][2]device
	var access []device
	for s := range sites {
		site := node(true)
		feeds := [2]int32{node(true, site), node(true, site)}
		both := b.Node(2)
		b.Input(both, feeds[0])
		b.Input(both, feeds[1])
		e.candidates = append(e.candidates, false)
		for i := range cores[s] {
			cores[s][i] = add(site, feeds[i])
		}
		cable(cores[s][0], cores[s][1])
		for left := devices/sites - 2; left > 0; {
			var pair [2]device
			for i := range pair {
				pair[i] = add(site, feeds[i])
				cable(pair[i], cores[s][0])
				cable(pair[i], cores[s][1])
			}
			cable(pair[0], pair[1])
			left -= 2
			var rack int32
			for a := range min(below, max(left, 0)) {
				if a%2 == 0 {
					rack = node(true, site, both)
				}
				access = append(access, add(rack))
				cable(access[len(access)-1], pair[0])
				cable(access[len(access)-1], pair[1])
			}
			left -= below
		}
	}
	for s := range sites {
		for i := range 2 {
			cable(cores[s][i], cores[(s+1)%sites][i])
		}
	}
	server := func() device {
		d := add()
		b.Own(d.vertex, d.vertex)
		at := rng.IntN(len(access) - 1)
		for i := range 1 + rng.IntN(2) {
			nic := add(d.node)
			b.Own(nic.vertex, d.vertex)
			b.Edge(d.vertex, nic.vertex, false)
			cable(nic, access[at^i])
		}
		return d
	}
	var servers []device
	for range max(2, gates/5) {
		servers = append(servers, server())
	}
	var ends []int32
	for len(ends) < gates {
		x, y := servers[rng.IntN(len(servers))], servers[rng.IntN(len(servers))]
		if x == y {
			continue
		}
		var tag []int32
		if rng.IntN(4) == 0 {
			tag = tags
		}
		g := node(false)
		b.Gate(g, x.vertex, y.vertex, tag, false)
		ends = append(ends, node(false, g))
	}
	e.tops = make([]bool, len(e.candidates))
	for _, v := range ends {
		e.tops[v] = true
	}
	e.net = b.Build()
	return e
}

func BenchmarkSinglesOfACampus(b *testing.B) {
	e := newCampus(20000, 2000, 1)
	var got *Singles
	since := cpuTime()
	for b.Loop() {
		var err error
		if got, err = e.net.Start(nil).AllSingles(context.Background(), e.tops, e.candidates, 2); err != nil {
			b.Fatal(err)
		}
	}
	e.report(b, since)
	b.ReportMetric(float64(got.Pairs()), "pairs")
}

func BenchmarkPairsOfACampus(b *testing.B) {
	e := newCampus(20000, 2000, 1)
	var got *Pairs
	since := cpuTime()
	for b.Loop() {
		var err error
		if got, err = e.net.Start(nil).AllPairs(context.Background(), e.tops, e.candidates, 2); err != nil {
			b.Fatal(err)
		}
	}
	e.report(b, since)
	b.ReportMetric(float64(got.Total()), "pairs")
	b.ReportMetric(float64(got.Len()), "records")
	b.ReportMetric(float64(len(got.classes)), "classes")
}

func BenchmarkStartOfACampus(b *testing.B) {
	e := newCampus(20000, 2000, 1)
	for b.Loop() {
		e.net.Start(nil)
	}
}
