package snmp

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"gujo/discovery"
	"gujo/discovery/evidence"
)

const maxVLAN = 4094

// bridging reports what BRIDGE-MIB and Q-BRIDGE-MIB say.
func (d *device) bridging(p *ports) {
	d.forwarding(p)
	d.vlans(p)
	d.spanningTree(p)
}

// forwarding reports the learned addresses. Q-BRIDGE numbers forwarding
// databases, not VLANs: dot1qVlanCurrentTable says which VLAN uses which, and
// one that several share has no VLAN of its own.
func (d *device) forwarding(p *ports) {
	vlanOf := make(map[uint32]int)
	shared := make(map[uint32]bool)
	for _, r := range d.rows("1.3.6.1.2.1.17.7.1.4.2.1", 3) {
		vlan := vlanIndex(r)
		id, ok := r.get(3).Int()
		if vlan == 0 || !ok || id < 0 || id > math.MaxUint32 {
			continue
		}
		if old, taken := vlanOf[uint32(id)]; taken && old != vlan {
			shared[uint32(id)] = true
		}
		vlanOf[uint32(id)] = vlan
	}
	unmapped := 0
	var interfaceOf func(port int) int
	add := func(r row, vlan int, index []uint32) {
		port, status := r.number(2), r.number(3)
		mac := macOfIndex(index)
		const invalid, self = 2, 4
		if mac == "" || mac == noMAC || port < 1 || status == invalid {
			return
		}
		at := interfaceOf(bounded(port))
		if at == 0 {
			unmapped++
			return
		}
		d.add(discovery.ForwardingEntry{Fact: d.fact(r.get(2), r.get(3)), IfIndex: at, VLAN: vlan, MAC: mac, Self: status == self})
	}
	q := d.rows("1.3.6.1.2.1.17.7.1.2.2.1", 2, 3)
	interfaceOf = p.forwardingPorts(q)
	for _, r := range q {
		parts := r.parts()
		if len(parts) < 7 {
			continue
		}
		vlan := vlanOf[parts[0]]
		if shared[parts[0]] {
			vlan = 0
		}
		add(r, vlan, parts[1:])
	}
	d.unmapped("dot1qTpFdbTable", unmapped)
	unmapped = 0
	if len(q) == 0 { // else it is the same again, without VLANs
		rows := d.rows("1.3.6.1.2.1.17.4.3.1", 2, 3)
		interfaceOf = p.forwardingPorts(rows)
		for _, r := range rows {
			add(r, 0, r.parts())
		}
		d.unmapped("dot1dTpFdbTable", unmapped)
	}
}

// forwardingPorts says how the ports of a forwarding table map to interfaces:
// as bridge ports, or, where no port is one and all are interfaces, as those
// (Ubiquoss).
func (p *ports) forwardingPorts(rows []row) func(port int) int {
	for _, r := range rows {
		port := bounded(r.number(2))
		if port > 0 && (p.basePorts[port] != 0 || p.byIndex[port] == nil) {
			return func(port int) int { return p.basePorts[port] }
		}
	}
	return func(port int) int { return port }
}

func (d *device) unmapped(table string, count int) {
	if count > 0 {
		d.gap(table, evidence.ReasonUnparsed, fmt.Sprintf("%d addresses are on bridge ports that dot1dBasePortTable does not map to an interface", count))
	}
}

// vlanIndex gives the VLAN of a row whose index ends with it; 0: it is none.
func vlanIndex(r row) int {
	parts := r.parts()
	if len(parts) == 0 || len(parts) > 2 || parts[len(parts)-1] < 1 || parts[len(parts)-1] > maxVLAN {
		return 0
	}
	return int(parts[len(parts)-1])
}

// vlans reports the VLANs and which ports carry them: by the current table,
// else by what was configured.
func (d *device) vlans(p *ports) {
	names := make(map[int]variable)
	known := make(map[int]variable)
	tagged, untagged := make(map[int][]int), make(map[int][]int)
	sources := make(map[int]variable)

	room := maxMemberships
	read := func(rows []row, egress, bare int) {
		left := 0
		for _, r := range rows {
			vlan := vlanIndex(r)
			if vlan == 0 {
				continue
			}
			known[vlan] = firstOf(r.cells)
			members := p.portList(r.get(egress).octets())
			if room -= len(members); room < 0 {
				left++
				continue
			}
			loose := make(map[int]bool)
			for _, port := range p.portList(r.get(bare).octets()) {
				loose[port] = true
			}
			for _, port := range members {
				if _, ok := sources[port]; !ok {
					sources[port] = r.get(egress)
				}
				if loose[port] {
					untagged[port] = append(untagged[port], vlan)
				} else {
					tagged[port] = append(tagged[port], vlan)
				}
			}
		}
		if left > 0 {
			d.truncate(d.tableHolding(firstOf(rows[0].cells).OID), fmt.Sprintf("the ports of %d VLANs left out: no more than %d pairs of VLAN and port of a device are taken", left, maxMemberships))
		}
	}
	current := d.rows("1.3.6.1.2.1.17.7.1.4.2.1", 4, 5)
	static := d.rows("1.3.6.1.2.1.17.7.1.4.3.1", 1, 2, 4)
	if read(current, 4, 5); len(sources) == 0 {
		read(static, 2, 4)
	}
	for _, r := range static {
		if vlan := vlanIndex(r); vlan != 0 {
			names[vlan] = r.get(1)
			if _, ok := known[vlan]; !ok {
				known[vlan] = firstOf(r.cells)
			}
		}
	}
	for _, vlan := range sortedKeys(known) {
		d.add(discovery.VLAN{Fact: d.fact(firstOf([]variable{names[vlan], known[vlan]})), ID: vlan, Name: names[vlan].text(maxName)})
	}
	pvid := make(map[int]variable)
	for _, r := range d.rows("1.3.6.1.2.1.17.7.1.4.5.1", 1) {
		parts := r.parts()
		if len(parts) != 1 || r.number(1) < 1 || r.number(1) > maxVLAN {
			continue
		}
		if at := p.basePorts[int(parts[0])]; at != 0 {
			pvid[at] = r.get(1)
			if _, ok := sources[at]; !ok {
				sources[at] = variable{}
			}
		}
	}
	for _, at := range sortedKeys(sources) {
		v := discovery.PortVLAN{Fact: d.fact(pvid[at], sources[at]), IfIndex: at, Tagged: tagged[at]}
		slices.Sort(v.Tagged)
		v.Tagged = slices.Compact(v.Tagged)
		if n, ok := pvid[at].Int(); ok {
			v.Untagged = int(n)
			v.Tagged = slices.DeleteFunc(v.Tagged, func(vlan int) bool { return vlan == v.Untagged })
		} else if len(untagged[at]) == 1 {
			v.Untagged = untagged[at][0]
		}
		d.add(v)
	}
}

func firstOf(vars []variable) variable {
	for _, v := range vars {
		if v.Type != 0 {
			return v
		}
	}
	return variable{}
}

const maxPortList = 512 // octets: 4096 ports

// portList gives the interfaces of a PortList: a bit for each bridge port, from
// the highest of the first octet (RFC 4363). Some agents send names or numbers
// with commas instead (ArubaOS-CX).
func (p *ports) portList(octets string) []int {
	var list []int
	if plainASCII(octets) && strings.ContainsAny(octets, ",/") {
		for name := range strings.SplitSeq(octets[:min(len(octets), maxValueOctets)], ",") {
			name = strings.TrimSpace(name)
			at := p.names[name]
			if n, err := strconv.Atoi(name); at == 0 && err == nil {
				at = p.basePorts[n]
			}
			if at != 0 && len(list) < 8*maxPortList {
				list = append(list, at)
			}
		}
		return list
	}
	for i := range min(len(octets), maxPortList) {
		for bit := range 8 {
			if octets[i]&(0x80>>bit) == 0 {
				continue
			}
			if at := p.basePorts[8*i+bit+1]; at != 0 {
				list = append(list, at)
			}
		}
	}
	return list
}

// spanningTree reports the states of the bridge's ports. A blocked port is not
// absent: it is the redundancy.
func (d *device) spanningTree(p *ports) {
	for _, r := range d.rows("1.3.6.1.2.1.17.2.15.1", 3, 8) {
		parts := r.parts()
		if len(parts) != 1 || r.get(3).Type == 0 {
			continue
		}
		at, state := p.basePorts[int(parts[0])], label(stpLabels, r.number(3))
		if at == 0 || state == "" {
			continue
		}
		s := discovery.SpanningTreePort{Fact: d.fact(r.get(3), r.get(8)), IfIndex: at, State: state}
		if bridge := r.get(8).octets(); len(bridge) == 8 { // a priority before the address (RFC 4188)
			s.DesignatedBridge = realMAC(bridge[2:])
		}
		d.add(s)
	}
}
