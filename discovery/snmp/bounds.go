package snmp

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"

	"gujo/discovery"
)

// What one table may hold, asked for or imported, unless a [Collector] says otherwise.
const (
	maxTableRows  = 400_000  // variables
	maxTableBytes = 32 << 20 // of their identifiers and values
)

// bound is how many observations of one kind a device may make. A device that
// lies, or is lied to by what is plugged into it, must not be able to fill the
// graph with machines that nobody has; what is beyond the bound is left out, and
// the table counts as truncated: whoever needs it whole knows nothing then.
//
// The bounds are above what the devices say that organisations run, carriers'
// concentrators left out. They keep a lying device from filling memory and disk;
// a whole bound of groups or neighbours still makes a snapshot and a report that
// take seconds and megabytes. Where there is more than fits, the room is shared
// out: each port (or whatever else the kind is shared among) loses its last rows
// before any loses an earlier one, so that a flood on one port takes nothing from
// the others.
type bound struct {
	each int // of one port; 0: as many as of the device
	most int // of the device
}

// Bounds by kind.
var (
	// A port with a telephone and the computer behind it has two neighbours, a hub
	// or a bridging hypervisor some dozens; agents themselves keep between 4 and
	// 64 a port. A chassis has at most some hundreds of ports, a thousand or two
	// where they are broken out into lanes.
	neighborBound = bound{each: 64, most: 2048}
	// Bridges of enterprise cores and data centres hold up to 128 Ki addresses in
	// hardware, and no more entries of ARP and neighbour discovery than that.
	learnedBound = bound{most: 128 << 10}
	// A thousand ports with a dozen units each; concentrators that make an
	// interface for every subscriber have more, and are cut.
	interfaceBound = bound{most: 16 << 10}
	// One in every VLAN (IEEE 802.1Q has 4094) and of both families.
	addressBound = bound{most: 8 << 10}
	// The largest chassis list some thousand sensors and transceivers.
	entityBound = bound{most: 16 << 10}
	// A stack has up to a dozen members, a switch with fabric extenders some dozens
	// of chassis, each with two supplies; a chassis alone up to a dozen.
	chassisBound = bound{most: 256}
	// A hub of a multipoint network has some hundreds of spokes on one interface,
	// seldom two thousand; on a segment of routers there are a few.
	routingBound = bound{each: 1024, most: 2048}
	// A virtual router's number is an octet (RFC 9568 §5.2.3), HSRP's 12 bits; a
	// gateway has one or two in each VLAN that it routes, and seldom routes more than some
	// hundreds. Each group is a component here, with findings of its own.
	gatewayBound = bound{each: 512, most: 1024}
	// Equal-cost paths: 64 or 128 in hardware.
	routeBound = bound{most: 256}
	// Of everything else, which makes no components.
	otherBound = bound{most: 64 << 10}
)

const (
	// maxMemberships bounds the pairs of VLAN and port: sixty trunks that carry
	// all VLANs, or a thousand that carry 256 each.
	maxMemberships = 256 << 10
	// maxSharedAddresses bounds the addresses that all groups of a gateway hold together.
	maxSharedAddresses = 8 << 10
)

// kind tells which bound holds for an observation, under a name of its own, and
// among what its room is shared out.
func kind(o discovery.Observation) (name string, b bound, share any) {
	switch o := o.(type) {
	case discovery.Neighbor:
		type local struct {
			index int
			name  string
		}
		if o.IfIndex != 0 {
			return o.Protocol, neighborBound, local{index: o.IfIndex}
		}
		return o.Protocol, neighborBound, local{name: o.LocalPort}
	case discovery.ForwardingEntry:
		return "forwarding", learnedBound, o.IfIndex
	case discovery.NeighborAddress:
		return "arp", learnedBound, o.IfIndex
	case discovery.Interface:
		return "interface", interfaceBound, o.Type
	case discovery.Address:
		return "address", addressBound, o.IfIndex
	case discovery.Identifier:
		name := "identifier " + string(o.Type)
		switch o.Type {
		case discovery.AddressIdentifier:
			return name, addressBound, nil
		case discovery.SerialIdentifier:
			return name, chassisBound, nil
		}
		return name, interfaceBound, nil
	case discovery.PhysicalEntity:
		switch o.Class {
		case "powerSupply", "chassis", "stack":
			return o.Class, chassisBound, nil
		}
		return "entity", entityBound, o.Class
	case discovery.RoutingNeighbor:
		return "routing", routingBound, o.IfIndex
	case discovery.VirtualRouter:
		return "gateway " + o.Protocol, gatewayBound, o.IfIndex
	case discovery.DefaultRoute:
		return "route", routeBound, nil
	}
	return fmt.Sprintf("%T", o), otherBound, nil
}

// bound leaves out the observations that are beyond the bounds of their kinds.
func (d *device) bound() {
	type share struct{ kind, of any }
	ranks := make([]int, len(d.reading.Observations)) // of an observation among those that share with it, from 1
	type sort struct {
		name string
		bound
	}
	sorts := make([]sort, len(d.reading.Observations))
	counts := make(map[share]int)
	sizes := make(map[string][]int) // by kind: how many have each rank, from 0
	for i, o := range d.reading.Observations {
		name, b, of := kind(o)
		sorts[i] = sort{name, b}
		s := share{name, of}
		counts[s]++
		ranks[i] = counts[s]
		for len(sizes[name]) <= ranks[i] {
			sizes[name] = append(sizes[name], 0)
		}
		sizes[name][ranks[i]]++
	}
	room := make(map[string]int)  // by kind: how many of the rank that fits in part
	level := make(map[string]int) // by kind: the ranks that fit
	kept := d.reading.Observations[:0:0]
	tables := make(map[string]*truncation)
	for i, o := range d.reading.Observations {
		name, b := sorts[i].name, sorts[i].bound
		if _, known := level[name]; !known {
			level[name], room[name] = b.fit(sizes[name])
		}
		switch rank := ranks[i]; {
		case rank <= level[name]:
			kept = append(kept, o)
		case rank == level[name]+1 && room[name] > 0 && (b.each == 0 || rank <= b.each):
			room[name]--
			kept = append(kept, o)
		default:
			for _, table := range d.tablesOf(o) {
				if tables[table] == nil {
					tables[table] = &truncation{bound: b}
				}
				tables[table].left++
			}
		}
	}
	d.reading.Observations = kept
	for table, t := range tables {
		d.truncate(table, t.String())
	}
}

// fit gives the rank up to which all observations fit, and how many of the next.
func (b bound) fit(sizes []int) (level, room int) {
	room = b.most
	for rank := 1; rank < len(sizes); rank++ {
		if b.each > 0 && rank > b.each || sizes[rank] > room {
			return rank - 1, room
		}
		room -= sizes[rank]
	}
	return math.MaxInt - 1, room
}

// truncation is what was left out of a table.
type truncation struct {
	bound
	left int
}

func (t truncation) String() string {
	if t.each > 0 {
		return fmt.Sprintf("%d rows left out: no more than %d of a port and %d of a device are taken", t.left, t.each, t.most)
	}
	return fmt.Sprintf("%d rows left out: no more than %d of a device are taken", t.left, t.most)
}

// truncate remembers that rows of a table were left out.
func (d *device) truncate(table, detail string) {
	if d.truncated == nil {
		d.truncated = make(map[string]string)
	}
	if d.truncated[table] == "" {
		d.truncated[table] = detail
	}
}

// tablesOf names the tables whose row an observation is: that of its first
// source, of an interface all of its sources.
func (d *device) tablesOf(o discovery.Observation) []string {
	var tables []string
	sources := o.Header().Sources
	switch o.(type) {
	case discovery.Interface:
	case discovery.Identifier:
		return nil // it was made of a row that is counted itself
	default:
		sources = sources[:min(len(sources), 1)]
	}
	for _, s := range sources {
		_, oid, _ := strings.Cut(s.Ref, "#")
		if table := d.tableHolding(oid); table != "" && !slices.Contains(tables, table) {
			tables = append(tables, table)
		}
	}
	return tables
}

// tableHolding names the table that holds an object, or whose entry it is; "" where
// none does.
func (d *device) tableHolding(oid string) string {
	for _, s := range d.spans {
		if s.holds(oid) || s.root == oid {
			return s.name
		}
	}
	return ""
}

// boundTables cuts the tables that are larger than what is taken of one that is
// asked for: those of imported files, that is. The first rows stay, whole.
func (d *device) boundTables() {
	drop := make(map[int]bool) // by place in d.vars
	for _, s := range d.spans {
		if s.scalars != nil {
			continue
		}
		from, to := d.place(s.root)
		bytes := 0
		for _, v := range d.vars[from:to] {
			bytes += v.size()
		}
		if to-from <= maxTableRows && bytes <= maxTableBytes {
			continue
		}
		type row struct{ variables, bytes int }
		rows := make(map[string]row)
		for _, v := range d.vars[from:to] {
			index := instance(v.OID, s.root)
			r := rows[index]
			rows[index] = row{r.variables + 1, r.bytes + v.size()}
		}
		order := slices.SortedFunc(maps.Keys(rows), CompareOID)
		kept, sum := 0, row{}
		for ; kept < len(order); kept++ {
			r := rows[order[kept]]
			if sum.variables += r.variables; sum.variables > maxTableRows {
				break
			}
			if sum.bytes += r.bytes; sum.bytes > maxTableBytes {
				break
			}
		}
		for _, index := range order[:kept] {
			delete(rows, index)
		}
		for i := from; i < to; i++ {
			if _, left := rows[instance(d.vars[i].OID, s.root)]; left {
				drop[i] = true
			}
		}
		d.truncate(s.name, fmt.Sprintf("%d rows left out: no more than %d variables and %d bytes of a table are taken", len(rows), maxTableRows, maxTableBytes))
	}
	if len(drop) == 0 {
		return
	}
	kept := d.vars[:0]
	for i, v := range d.vars {
		if !drop[i] {
			kept = append(kept, v)
		}
	}
	d.vars = kept
}

// size is what a variable costs of [maxTableBytes].
func (v Varbind) size() int { return len(v.OID) + len(v.Value) + 8 }

// instance gives the index of a table's row out of the identifier of one of its
// variables: what stands behind the column.
func instance(oid, entry string) string {
	cell, _ := Under(oid, entry)
	_, index, _ := strings.Cut(cell, ".")
	return index
}
