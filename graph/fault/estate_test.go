package fault

import (
	"context"
	"math/rand/v2"
	"runtime"
	"slices"
	"sync"
	"syscall"
	"testing"
	"time"
)

// estate is an organisation's machines as a network, in the shape that such
// estates have, for benchmarks. By rack: two PDUs from the room's two UPS, these
// from the site's two feeds; two switches that need one of the room's two cores; 20
// servers with two power supplies and two interfaces each, four guests on a
// server, one application on a guest. Guests also need one of two storage arrays of
// the room, or, every eighth, the first of them. Applications need a resolver
// (three for all, one is enough) and sometimes a pool of an earlier tier. Pools
// have two to six members from two racks of one site, of which one or two are needed. A
// service needs one to three pools; with mesh, that many services need each other
// in one hard cycle with chords, and an application each. Some applications need a service of a lower number.
type estate struct {
	net        *Network
	tops       []bool // services
	candidates []bool // components that can fail
	components int
	inputs     int
}

func newEstate(racks, mesh int, seed uint64) *estate {
	rng := rand.New(rand.NewPCG(seed, 7))
	e := &estate{}
	var b Builder
	node := func(threshold int32, component bool, in ...int32) int32 {
		v := b.Node(threshold)
		for _, u := range in {
			b.Input(v, u)
		}
		e.inputs += len(in)
		e.candidates = append(e.candidates, component)
		if component {
			e.components++
		}
		return v
	}
	thing := func(in ...int32) int32 { return node(1, true, in...) }
	any := func(in ...int32) int32 { return node(int32(len(in)), false, in...) }
	const inRoom, inSite = 40, 400
	var resolvers [3]int32
	for i := range resolvers {
		resolvers[i] = thing()
	}
	resolver := any(resolvers[:]...)
	var apps [][]int32 // by rack
	var site, feedA, feedB, room, upsA, upsB, cores, arrayA, arrays int32
	for r := range racks {
		if r%inSite == 0 {
			site = thing()
			feedA, feedB = thing(site), thing(site)
		}
		if r%inRoom == 0 {
			room = thing(site)
			upsA, upsB = thing(feedA, room), thing(feedB, room)
			power := any(upsA, upsB)
			cores = any(thing(room, power), thing(room, power))
			arrayA = thing(room, power)
			arrays = any(arrayA, thing(room, power))
		}
		rack := thing(room)
		pduA, pduB := thing(upsA, rack), thing(upsB, rack)
		power := any(pduA, pduB)
		switches := any(thing(rack, power, cores), thing(rack, power, cores))
		var here []int32
		for range 20 {
			supplies := any(thing(pduA, rack, site), thing(pduB, rack, site))
			server := thing(rack, supplies)
			uplink := any(thing(server, rack), thing(server, rack))
			for g := range 4 {
				storage := arrays
				if g == 3 && rng.IntN(2) == 0 {
					storage = arrayA
				}
				guest := thing(server, uplink, switches, storage, room)
				app := thing(guest, resolver)
				here = append(here, app)
			}
		}
		apps = append(apps, here)
	}
	services := racks * 12
	var pools, all []int32
	for s := range services {
		var needs []int32
		for range 1 + rng.IntN(3) {
			if len(pools) > 0 && rng.IntN(3) == 0 {
				needs = append(needs, pools[len(pools)-1-rng.IntN(min(len(pools), 500))])
				continue
			}
			first := rng.IntN(racks)
			second := first - first%inSite + rng.IntN(inSite)
			if second >= racks {
				second = first
			}
			var members []int32
			for m := range 2 + rng.IntN(5) {
				from := apps[first]
				if m%2 == 1 {
					from = apps[second]
				}
				members = append(members, from[rng.IntN(len(from))])
			}
			slices.Sort(members)
			members = slices.Compact(members)
			k := 1 + int32(rng.IntN(min(2, len(members))))
			pools = append(pools, node(int32(len(members))-k+1, false, members...))
			needs = append(needs, pools[len(pools)-1])
		}
		slices.Sort(needs)
		v := node(1, false, slices.Compact(needs)...)
		all = append(all, v)
		if s > 100 && rng.IntN(10) == 0 { // an application that needs another service
			from := apps[rng.IntN(racks)]
			b.Input(from[rng.IntN(len(from))], all[rng.IntN(s)])
			e.inputs++
		}
	}
	for i := range mesh {
		b.Input(all[i], all[(i+1)%mesh])
		b.Input(all[i], all[rng.IntN(mesh)])
		from := apps[rng.IntN(racks)]
		b.Input(all[i], from[rng.IntN(len(from))])
		e.inputs += 3
	}
	e.tops = make([]bool, len(e.candidates))
	for _, v := range all {
		e.tops[v] = true
	}
	e.components += len(all)
	e.net = b.Build()
	return e
}

const millionRacks = 4100 // gives a million components

var estates sync.Map

// bigEstate builds an estate once for all benchmarks of a run.
func bigEstate(b *testing.B, racks, mesh int) *estate {
	type key struct{ racks, mesh int }
	if e, ok := estates.Load(key{racks, mesh}); ok {
		return e.(*estate)
	}
	e := newEstate(racks, mesh, 1)
	estates.Store(key{racks, mesh}, e)
	return e
}

// report adds the size to the figures, and the time of processors since a start,
// which other work on the machine does not change much.
func (e *estate) report(b *testing.B, since time.Duration) {
	b.ReportMetric((cpuTime()-since).Seconds()/float64(b.N), "cpu-s/op")
	b.ReportMetric(float64(e.components), "components")
	b.ReportMetric(float64(e.net.Len()), "nodes")
	b.ReportMetric(float64(e.inputs), "inputs")
}

func cpuTime() time.Duration {
	var u syscall.Rusage
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &u)
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

func benchmarkSingles(b *testing.B, racks, mesh, workers int) {
	e := bigEstate(b, racks, mesh)
	var got *Singles
	since := cpuTime()
	for b.Loop() {
		s := e.net.Start(nil)
		var err error
		if got, err = s.AllSingles(context.Background(), e.tops, e.candidates, workers); err != nil {
			b.Fatal(err)
		}
	}
	e.report(b, since)
	b.ReportMetric(float64(got.Pairs()), "pairs")
	b.ReportMetric(float64(len(got.Bases)), "bases")
}

func BenchmarkSinglesOfAMillion(b *testing.B)      { benchmarkSingles(b, millionRacks, 0, 2) }
func BenchmarkSinglesOfAMillionAlone(b *testing.B) { benchmarkSingles(b, millionRacks, 0, 1) }
func BenchmarkSinglesWithAMesh(b *testing.B)       { benchmarkSingles(b, millionRacks, 5000, 2) }
func BenchmarkSinglesOfATenth(b *testing.B)        { benchmarkSingles(b, millionRacks/10, 0, 2) }

// BenchmarkImpact fails and takes back 10,000 components, one after the other.
func BenchmarkImpact(b *testing.B) {
	e := bigEstate(b, millionRacks, 0)
	s := e.net.Start(nil)
	rng := rand.New(rand.NewPCG(3, 3))
	var list []int32
	for len(list) < 10000 {
		if v := int32(rng.IntN(e.net.Len())); e.candidates[v] {
			list = append(list, v)
		}
	}
	var times []time.Duration
	m := s.Mark()
	for b.Loop() {
		times = times[:0]
		for _, v := range list {
			start := time.Now()
			s.Fail(v)
			lost := 0
			s.EachWeakened(m, func(node, input int32) { lost++ })
			s.Rollback(m)
			times = append(times, time.Since(start))
		}
	}
	slices.Sort(times)
	b.ReportMetric(float64(times[len(times)*99/100].Nanoseconds()), "p99-ns")
	b.ReportMetric(float64(times[len(times)-1].Nanoseconds()), "max-ns")
}

func BenchmarkBuildAndStart(b *testing.B) {
	for b.Loop() {
		e := newEstate(millionRacks/10, 0, 1)
		e.net.Start(nil)
	}
	runtime.GC()
}

func benchmarkPairs(b *testing.B, racks, mesh, workers int) {
	e := bigEstate(b, racks, mesh)
	var got *Pairs
	since := cpuTime()
	for b.Loop() {
		s := e.net.Start(nil)
		var err error
		if got, err = s.AllPairs(context.Background(), e.tops, e.candidates, workers); err != nil {
			b.Fatal(err)
		}
	}
	e.report(b, since)
	b.ReportMetric(float64(got.Total()), "pairs")
	b.ReportMetric(float64(got.Len()), "records")
	b.ReportMetric(float64(len(got.classes)), "classes")
}

func BenchmarkPairsOfATenth(b *testing.B)   { benchmarkPairs(b, millionRacks/10, 0, 2) }
func BenchmarkPairsOfAMillion(b *testing.B) { benchmarkPairs(b, millionRacks, 0, 2) }

func BenchmarkPairsWithAMesh(b *testing.B) { benchmarkPairs(b, millionRacks, 5000, 2) }
