package estate

import (
	"fmt"

	"gujo/graph"
)

// Campus is what a network is like.
type Campus struct {
	Seed    uint64
	Devices int // about how many
	Gates   int // ways that somebody needs
}

const (
	blockAccess = 11 // access switches of a distribution pair
	blocksSite  = 38
	campusZones = 10
)

// BuildCampus makes a network.
func BuildCampus(c Campus) (*graph.Snapshot, error) {
	d := newDraft(c.Seed)
	var access, cores [][2]int32
	devices := 0
	device := func(name string, rack int32, feed int32) int32 {
		devices++
		x := d.serial(d.add(graph.NetworkDevice, name, "model", "s1", "vendor", "acme"))
		d.rel(x, graph.LocatedIn, rack)
		d.rel(x, graph.PoweredBy, feed)
		return x
	}
	for site := 0; devices < c.Devices; site++ {
		name := fmt.Sprintf("s%d", site)
		d.reading(name)
		at := d.add(graph.Site, name)
		var feeds, core [2]int32
		for i := range 2 {
			feeds[i] = d.add(graph.PowerSource, fmt.Sprintf("%s-feed-%d", name, i))
			core[i] = device(fmt.Sprintf("%s-core-%d", name, i), at, feeds[i])
		}
		d.plug(core[0], core[1], at)
		if site > 0 {
			for i := range 2 {
				d.plug(core[i], cores[site-1][i], at)
			}
		}
		cores = append(cores, core)
		for block := 0; block < blocksSite && devices < c.Devices; block++ {
			rack := d.add(graph.Rack, fmt.Sprintf("%s-b%d", name, block))
			d.rel(rack, graph.LocatedIn, at)
			var pair [2]int32
			for i := range 2 {
				pair[i] = device(fmt.Sprintf("%s-b%d-dist-%d", name, block, i), rack, feeds[i])
				for _, x := range core {
					d.plug(pair[i], x, rack)
				}
			}
			for i := range blockAccess {
				x := device(fmt.Sprintf("%s-b%d-acc-%d", name, block, i), rack, feeds[i%2])
				d.plug(x, pair[i%2], rack)
				if d.rng.IntN(5) > 0 {
					d.plug(x, pair[1-i%2], rack)
				}
				access = append(access, [2]int32{x, rack})
			}
		}
	}
	for i := range 2 { // the ring closes
		if len(cores) > 2 {
			d.plug(cores[len(cores)-1][i], cores[0][i], d.add(graph.Site, fmt.Sprintf("ring-%d", i)))
		}
	}
	var zones []int32
	for i := range campusZones {
		z := d.add(graph.AccessZone, fmt.Sprintf("zone-%d", i))
		d.rel(z, graph.AttachedTo, access[d.rng.IntN(len(access))][0])
		d.rel(z, graph.AttachedTo, access[d.rng.IntN(len(access))][0])
		zones = append(zones, z)
	}
	for i := range c.Gates {
		name := fmt.Sprintf("v%d", i)
		d.reading(name)
		a := access[d.rng.IntN(len(access))]
		h := d.serial(d.add(graph.Server, name, "vendor", "acme"))
		d.rel(h, graph.LocatedIn, a[1])
		d.plug(h, a[0], a[1])
		if i%2 == 0 {
			if b := access[d.rng.IntN(len(access))]; b != a {
				d.plug(h, b[0], a[1])
			}
		}
		e := d.add(graph.Endpoint, name+":443")
		d.rel(e, graph.BoundTo, h)
		s := d.add(graph.Service, name)
		d.rel(s, graph.EnteredAt, e)
		d.rel(s, graph.UsedFrom, zones[i%len(zones)])
	}
	return d.snapshot()
}
