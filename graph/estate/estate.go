package estate

import (
	"fmt"
	"strconv"

	"gujo/graph"
)

// Shape is what an estate is like.
type Shape struct {
	Seed       uint64
	Components int // about how many; the smallest estate has some 150
	Cycle      int // how many services need each other in one hard cycle; 0: none
}

const (
	hostsOfRack   = 16
	hostsOfGroup  = 8 // a cluster
	pairsOfRoom   = 10
	roomsOfSite   = 4
	guestsOfHost  = 8
	volumeGuests  = 4 // guests on one volume
	tierWeb       = 3
	tierApp       = 3
	tierData      = 2
	headquarters  = 4 // sites whose people use what stands elsewhere too
	guestsService = tierWeb + tierApp + tierData
)

// Build makes an estate.
func Build(s Shape) (*graph.Snapshot, error) {
	e := &estate{draft: newDraft(s.Seed)}
	e.hosts = min(hostsOfRack, max(1, (s.Components-150)/80))
	e.organisation()
	for pair := 0; pair == 0 || len(e.comps) < s.Components; pair++ {
		if pair%(pairsOfRoom*roomsOfSite) == 0 {
			e.newSite()
		}
		if pair%pairsOfRoom == 0 {
			e.newRoom()
		}
		e.racks(pair)
	}
	e.dependencies(s.Cycle)
	return e.snapshot()
}

type estate struct {
	*draft
	hosts int // of a rack

	zoneOfNames, times, provider, backup, manager int32
	versions                                      []int32
	channel, domain                               int32 // of updates a site, of configuration a room

	site, room, rooms, sites int32
	cores, firstCores        [2]int32
	zones                    []int32
	identity, firstIdentity  int32

	ups, distribution [2]int32
	balancers, arrays int32
	subnet, vlan      int32
	services          []int32
}

// organisation is what there is once.
func (e *estate) organisation() {
	e.provider = e.add(graph.Provider, "carrier-1", "contact", "noc@carrier.example")
	e.zoneOfNames = e.add(graph.DNSZone, "agency.example")
	e.backup = e.serial(e.add(graph.Server, "backup-1", "vendor", "acme"))
	e.manager = e.serial(e.add(graph.Server, "manager-1", "vendor", "acme"))
	for i := range 12 {
		e.versions = append(e.versions, e.add(graph.SharedRisk, fmt.Sprintf("version-%d", i)))
	}
}

func (e *estate) newSite() {
	e.sites++
	name := fmt.Sprintf("s%d", e.sites)
	e.reading(name)
	e.site = e.add(graph.Site, name, "owner", "facility")
	client := e.add(graph.Subnet, name+"-clients")
	for i := range e.cores {
		c := e.serial(e.add(graph.NetworkDevice, fmt.Sprintf("%s-core-%d", name, i), "model", "c9600", "vendor", "cisco", "version", "17.9.4"))
		e.rel(c, graph.LocatedIn, e.site)
		gateway := e.port(c, "clients")
		e.rel(gateway, graph.InSubnet, client)
		if e.sites > 1 {
			circuit := e.add(graph.Circuit, fmt.Sprintf("%s-wan-%d", name, i), "number", fmt.Sprintf("C-%05d-%d", e.sites, i))
			e.rel(circuit, graph.ProvidedBy, e.provider)
			link := e.add(graph.Link, fmt.Sprintf("%s-wan-%d", name, i))
			e.rel(link, graph.Joins, e.cores[i])
			e.rel(link, graph.Joins, c)
			e.rel(link, graph.CarriedBy, circuit)
		} else {
			e.firstCores[i] = c
		}
		e.cores[i] = c
	}
	e.plug(e.cores[0], e.cores[1], e.site)
	vrrp := e.group(name+"-clients-gateway", "vrrp", 1, e.cores[:]...)
	e.comps[vrrp].Attrs = graph.Attrs{{Key: "role", Value: graph.String("gateway")}}
	zone := e.add(graph.AccessZone, name+"-staff")
	for _, c := range e.cores {
		e.rel(zone, graph.AttachedTo, c)
	}
	e.rel(zone, graph.InSubnet, client)
	e.rel(zone, graph.Uses, vrrp)
	e.zones = append(e.zones, zone)
	e.identity = 0
	e.channel = e.add(graph.SharedRisk, name+"-updates")
}

func (e *estate) newRoom() {
	e.rooms++
	name := fmt.Sprintf("r%d", e.rooms)
	e.reading(name)
	e.room = e.add(graph.Room, name, "owner", "facility")
	e.rel(e.room, graph.LocatedIn, e.site)
	for i := range e.ups {
		feed := e.add(graph.PowerSource, fmt.Sprintf("%s-feed-%d", name, i))
		e.ups[i] = e.serial(e.add(graph.PowerSource, fmt.Sprintf("%s-ups-%d", name, i), "model", "u200", "vendor", "volt"))
		e.rel(e.ups[i], graph.PoweredBy, feed)
		e.rel(e.ups[i], graph.LocatedIn, e.room)
		e.rel(feed, graph.LocatedIn, e.site)
		d := e.serial(e.add(graph.NetworkDevice, fmt.Sprintf("%s-dist-%d", name, i), "model", "n93180", "vendor", "cisco"))
		e.rel(d, graph.LocatedIn, e.room)
		e.rel(d, graph.PoweredBy, e.ups[i])
		for _, c := range e.cores {
			e.plug(d, c, e.room)
		}
		e.distribution[i] = d
	}
	e.plug(e.distribution[0], e.distribution[1], e.room)
	cooling := make([]int32, 3)
	for i := range cooling {
		cooling[i] = e.add(graph.External, fmt.Sprintf("%s-crac-%d", name, i), "vendor", "cold")
	}
	e.rel(e.room, graph.CooledBy, e.group(name+"-cooling", "cooling", 2, cooling...))
	e.domain = e.add(graph.SharedRisk, name+"-configuration")
	e.subnet = e.add(graph.Subnet, name+"-servers")
	e.vlan = e.add(graph.VLAN, name+"-servers")
	lb := make([]int32, 2)
	for i := range lb {
		lb[i] = e.serial(e.add(graph.NetworkDevice, fmt.Sprintf("%s-lb-%d", name, i), "model", "i5800", "vendor", "f5"))
		e.comps[lb[i]].Attrs = e.comps[lb[i]].Attrs.With("transit", graph.Bool(false))
		e.rel(lb[i], graph.LocatedIn, e.room)
		e.rel(lb[i], graph.PoweredBy, e.ups[i])
		for j, d := range e.distribution {
			e.plug(lb[i], d, e.room)
			e.rel(int32(len(e.comps)-3), graph.InSubnet, e.subnet) // the balancer's port
			_ = j
		}
	}
	e.balancers = e.group(name+"-lb", "appliance", 1, lb...)
	array := make([]int32, 2)
	for i := range array {
		array[i] = e.serial(e.add(graph.Storage, fmt.Sprintf("%s-array-%d", name, i), "model", "a800", "vendor", "netapp"))
		e.rel(array[i], graph.LocatedIn, e.room)
		e.rel(array[i], graph.PoweredBy, e.group(fmt.Sprintf("%s-array-%d-power", name, i), "psu", 1, e.ups[:]...))
	}
	e.arrays = e.group(name+"-arrays", "mirror", 1, array...)
}

// racks fills two racks with hosts, and these with guests and their services.
func (e *estate) racks(pair int) {
	hosts := make([]int32, 0, 2*e.hosts)
	for side := range 2 {
		name := fmt.Sprintf("k%d", 2*pair+side)
		e.reading(name)
		rack := e.add(graph.Rack, name, "owner", "facility")
		e.rel(rack, graph.LocatedIn, e.room)
		var pdu, tor [2]int32
		for i := range 2 {
			pdu[i] = e.serial(e.add(graph.PowerSource, fmt.Sprintf("%s-pdu-%d", name, i), "model", "p32", "vendor", "volt"))
			from := e.ups[i]
			if (2*pair+side)%16 == 5 {
				from = e.ups[0]
			}
			e.rel(pdu[i], graph.PoweredBy, from)
			e.rel(pdu[i], graph.LocatedIn, rack)
			tor[i] = e.serial(e.add(graph.NetworkDevice, fmt.Sprintf("%s-tor-%d", name, i), "model", "n9348", "vendor", "cisco", "version", "10.3"))
			e.rel(tor[i], graph.PoweredBy, pdu[i])
			e.rel(tor[i], graph.LocatedIn, rack)
			for _, d := range e.distribution {
				e.plug(tor[i], d, rack)
			}
		}
		for h := range e.hosts {
			hosts = append(hosts, e.host(fmt.Sprintf("%s-h%d", name, h), rack, pdu, tor))
		}
	}
	var clusters []int32
	for len(hosts) > 0 {
		// Every other host, so that a cluster stands in both racks.
		n := min(hostsOfGroup, len(hosts))
		members := make([]int32, 0, n)
		half := len(hosts) / 2
		for i := range n / 2 {
			members = append(members, hosts[i], hosts[half+i])
		}
		if n < 2 {
			members = append(members, hosts[0])
		}
		rest := append([]int32{}, hosts[n/2:half]...)
		rest = append(rest, hosts[min(len(hosts), half+n/2):]...)
		if n < 2 {
			rest = nil
		}
		k := max(1, len(members)-1-len(clusters)%2)
		clusters = append(clusters, e.group(fmt.Sprintf("k%d-cluster-%d", 2*pair, len(clusters)), "cluster", k, members...))
		hosts = rest
	}
	for i := range 2 * e.hosts * guestsOfHost / guestsService {
		e.service(clusters[i%len(clusters)], clusters[(i+1)%len(clusters)])
	}
}

func (e *estate) host(name string, rack int32, pdu, tor [2]int32) int32 {
	h := e.serial(e.add(graph.Server, name, "asset", "A-"+name, "model", "r760", "vendor", "dell"))
	var supplies [2]int32
	for i := range supplies {
		s := e.add(graph.PowerSupply, fmt.Sprintf("%s-psu-%d", name, i))
		e.rel(s, graph.PartOf, h)
		e.rel(s, graph.PoweredBy, pdu[i])
		e.rel(s, graph.LocatedIn, rack)
		e.rel(s, graph.Shares, e.versions[i])
		supplies[i] = s
		e.plug(h, tor[i], rack)
		e.rel(int32(len(e.comps)-3), graph.InSubnet, e.subnet) // the host's port
		e.rel(int32(len(e.comps)-2), graph.InVLAN, e.vlan)     // the switch's
	}
	e.rel(h, graph.PoweredBy, e.group(name+"-power", "psu", 1, supplies[:]...))
	e.rel(h, graph.LocatedIn, rack)
	e.rel(h, graph.Shares, e.versions[e.rng.IntN(4)])
	e.rel(h, graph.ManagedBy, e.manager)
	return h
}

// guest adds a virtual machine with a program on it.
func (e *estate) guest(name string, cluster, volume int32) (app int32) {
	g := e.add(graph.Server, name, "os", "rocky 9", "owner", "platform")
	e.comps[g].Attrs = e.comps[g].Attrs.With("virtual", graph.Bool(true))
	e.comps[g].Identifiers = []string{"name:agency~" + name}
	e.rel(g, graph.RunsOn, cluster)
	e.rel(g, graph.StoredOn, volume)
	e.rel(g, graph.InSubnet, e.subnet)
	e.rel(g, graph.InVLAN, e.vlan)
	e.rel(g, graph.BacksUpTo, e.backup)
	e.rel(g, graph.ManagedBy, e.manager)
	e.rel(g, graph.Shares, e.versions[4+e.rng.IntN(4)])
	e.rel(g, graph.Shares, e.channel)
	if e.times != 0 {
		e.rel(g, graph.Uses, e.times)
	}
	app = e.add(graph.Application, name, "version", "3."+strconv.Itoa(e.rng.IntN(20)))
	e.rel(app, graph.RunsOn, g)
	e.rel(app, graph.StoredOn, volume)
	e.rel(app, graph.Shares, e.versions[8+e.rng.IntN(4)])
	e.rel(app, graph.Shares, e.domain)
	e.rel(app, graph.BacksUpTo, e.backup)
	e.rel(app, graph.ManagedBy, e.manager)
	return app
}
