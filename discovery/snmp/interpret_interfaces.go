package snmp

import (
	"math"
	"slices"
	"strings"

	"gujo/discovery"
)

const (
	ifEntry      = "1.3.6.1.2.1.2.2.1"
	ifXEntry     = "1.3.6.1.2.1.31.1.1.1"
	ifStackEntry = "1.3.6.1.2.1.31.1.2.1"

	basePortEntry = "1.3.6.1.2.1.17.1.4.1"
)

// Interface types (IANAifType-MIB) that something depends on here.
const (
	typeEthernet  = 6
	typeLoopback  = 24
	typePropVirt  = 53
	typeFastEther = 62
	typeWireless  = 71
	typeGigabit   = 117
	typeLAG       = 161
)

// port is an interface with the variables that say what it is.
type port struct {
	discovery.Interface
	physical bool
	vars     []variable // those that decide, for the sources
}

// ports finds interfaces by whatever the other tables call them.
type ports struct {
	byIndex map[int]*port
	order   []int
	// The names that exactly one interface has.
	names, descriptions, aliases, macs map[string]int
	numbered                           map[string][]int // by the numbers in their names
	basePorts                          map[int]int      // bridge port to ifIndex
}

// readPorts reads ifTable, ifXTable and dot1dBasePortTable. An interface exists
// where either of the first two has a row.
func (d *device) readPorts() *ports {
	p := &ports{byIndex: make(map[int]*port), basePorts: make(map[int]int)}
	at := func(r row) *port {
		parts := r.parts()
		if len(parts) != 1 || ifIndex(int64(parts[0])) == 0 {
			return nil
		}
		index := int(parts[0])
		if p.byIndex[index] == nil {
			p.byIndex[index] = &port{Interface: discovery.Interface{Index: index}}
			p.order = append(p.order, index)
		}
		return p.byIndex[index]
	}
	for _, r := range d.rows(ifEntry, 1, 2, 3, 4, 5, 6, 7, 8) {
		i := at(r)
		if i == nil {
			continue
		}
		i.Description = r.name(2)
		i.Type = int(min(max(r.number(3), 0), math.MaxInt32))
		i.MTU = int(min(max(r.number(4), 0), math.MaxInt32))
		i.Speed = uint64(max(r.number(5), 0))
		i.MAC = realMAC(r.get(6).octets())
		i.Admin = label(adminLabels, r.number(7))
		i.Oper = label(operLabels, r.number(8))
		i.vars = append(i.vars, r.get(2), r.get(6), r.get(8))
	}
	connector := make(map[int]int64)
	for _, r := range d.rows(ifXEntry, 1, 15, 17, 18) {
		i := at(r)
		if i == nil {
			continue
		}
		i.Name = r.name(1)
		i.Alias = r.name(18)
		i.Speed = speed(i.Speed, r.number(15))
		connector[i.Index] = r.number(17)
		i.vars = slices.Insert(i.vars, 0, r.get(1))
	}
	slices.Sort(p.order)
	p.order = slices.DeleteFunc(p.order, func(index int) bool {
		i := p.byIndex[index]
		nothing := i.Name+i.Description+i.Alias+i.MAC+i.Oper == "" && i.Type == 0
		if nothing { // its index alone: an agent's placeholder
			delete(p.byIndex, index)
		}
		return nothing
	})
	for _, index := range p.order {
		i := p.byIndex[index]
		if i.Name == "" {
			i.Name = i.Description
		}
		if i.Speed == math.MaxUint32 {
			i.Speed = 0 // too fast for the gauge, and no other was read
		}
		i.physical = physical(i, connector[index])
	}
	p.numbered = make(map[string][]int)
	for _, index := range p.order {
		i := p.byIndex[index]
		n, m := numbers(i.Name), numbers(i.Description)
		p.numbered[n] = append(p.numbered[n], index)
		if m != n {
			p.numbered[m] = append(p.numbered[m], index)
		}
	}
	p.names = p.unique(func(i *port) string { return i.Name })
	p.descriptions = p.unique(func(i *port) string { return i.Description })
	p.aliases = p.unique(func(i *port) string { return i.Alias })
	p.macs = p.unique(func(i *port) string { return i.MAC })
	for _, r := range d.rows(basePortEntry, 2) {
		if parts := r.parts(); len(parts) == 1 && ifIndex(r.number(2)) != 0 {
			p.basePorts[int(parts[0])] = ifIndex(r.number(2))
		}
	}
	return p
}

// speed chooses between ifSpeed and ifHighSpeed, whose unit is 10⁶ bit/s. The
// first ends at 2³²−1; the second is 0 with some agents (RFC 2863 §3.1.7).
func speed(low uint64, high int64) uint64 {
	if high <= 0 {
		if low >= math.MaxUint32 {
			return 0
		}
		return low
	}
	exact := uint64(min(high, math.MaxUint32)) * 1_000_000
	if low == 0 || low >= math.MaxUint32 || exact > math.MaxUint32 {
		return exact
	}
	return low
}

// physical says whether an interface is hardware: its type says so, and neither
// its name nor ifConnectorPresent contradicts.
func physical(i *port, connector int64) bool {
	switch i.Type {
	case typeEthernet, typeFastEther, typeWireless, typeGigabit:
	default:
		return false
	}
	if connector == 2 {
		return false
	}
	for _, name := range []string{i.Name, i.Description} {
		name = strings.ToLower(name)
		for _, virtual := range []string{"vlan", "vl", "lo", "tun", "tap", "veth", "br-", "br", "docker", "virbr", "vnet", "vmk", "bond", "team",
			"po", "port-channel", "bundle", "ae", "irb", "bridge", "dummy", "ifb", "gre", "sit", "wg", "cali", "flannel", "cni", "lxc", "macvlan", "macvtap"} {
			rest, ok := strings.CutPrefix(name, virtual)
			if ok && (rest == "" || rest[0] >= '0' && rest[0] <= '9' || strings.HasSuffix(virtual, "-") || len(virtual) >= 4) {
				return false
			}
		}
		// A VLAN or another unit on top of a port: eth0.100, ge-0/0/1.0.
		if dot := strings.LastIndexByte(name, '.'); dot > 0 && strings.ContainsAny(name[:dot], "0123456789") && !strings.Contains(name, " ") &&
			strings.IndexFunc(name[:1], func(r rune) bool { return r >= 'a' && r <= 'z' }) == 0 {
			return false
		}
	}
	return true
}

// unique maps what exactly one interface is called to its index.
func (p *ports) unique(key func(*port) string) map[string]int {
	m := make(map[string]int)
	for _, index := range p.order {
		k := key(p.byIndex[index])
		if k == "" {
			continue
		}
		if _, taken := m[k]; taken {
			m[k] = 0
			continue
		}
		m[k] = index
	}
	return m
}

// called finds the interface that goes by a name, by ifName, ifDescr or
// ifAlias, in full or abbreviated (Gi0/1). 0: none, or several.
func (p *ports) called(name string) int {
	if name == "" {
		return 0
	}
	for _, m := range []map[string]int{p.names, p.descriptions, p.aliases} {
		if i := m[name]; i != 0 {
			return i
		}
	}
	found := 0
	if numbers(name) == "" {
		return 0
	}
	for _, index := range p.numbered[numbers(name)] {
		if i := p.byIndex[index]; abbreviates(name, i.Name) || abbreviates(name, i.Description) {
			if found != 0 {
				return 0
			}
			found = index
		}
	}
	return found
}

// numbers gives a name from its first digit on.
func numbers(name string) string {
	if i := strings.IndexAny(name, "0123456789"); i > 0 {
		return name[i:]
	}
	return ""
}

// abbreviates says whether of two names of a port one abbreviates the other:
// the same numbers behind letters of which one begins with the other.
func abbreviates(a, b string) bool {
	n := numbers(a)
	if n == "" || n != numbers(b) {
		return false
	}
	letters := func(s string) string { return strings.ToLower(strings.TrimSpace(strings.TrimSuffix(s, n))) }
	x, y := letters(a), letters(b)
	return x != "" && y != "" && (strings.HasPrefix(x, y) || strings.HasPrefix(y, x))
}

// name gives an interface's own name, "" where there is no such interface.
func (p *ports) name(index int) string {
	if i := p.byIndex[index]; i != nil {
		return i.Name
	}
	return ""
}

// interfaces reports the interfaces, their MAC addresses as identifiers, and
// what runs on top of what.
func (d *device) interfaces(p *ports) {
	type hardware struct {
		at       int
		burnedIn bool
	}
	macs := make(map[string]hardware)
	var order []string
	for _, index := range p.order {
		i := p.byIndex[index]
		observed := i.Interface
		observed.Fact = d.fact(i.vars...)
		if len(observed.Sources) == 0 {
			observed.Fact = d.fact(d.get(ifEntry + ".3." + itoa(index)))
		}
		d.add(observed)
		if i.MAC == "" {
			continue
		}
		burnedIn := i.physical && !virtualMAC(i.MAC)
		known, ok := macs[i.MAC]
		if !ok {
			order = append(order, i.MAC)
			known.at = index
		}
		if burnedIn && !known.burnedIn {
			known = hardware{index, true}
		}
		macs[i.MAC] = known
	}
	for _, mac := range order {
		h := macs[mac]
		d.identify(discovery.MACIdentifier, mac, h.burnedIn, d.get(ifEntry+".6."+itoa(h.at)))
	}
	for _, r := range d.rows(ifStackEntry, 3) {
		parts := r.parts()
		if len(parts) != 2 || r.number(3) != 1 {
			continue
		}
		higher, lower := ifIndex(int64(parts[0])), ifIndex(int64(parts[1]))
		if higher != 0 && lower != 0 {
			d.add(discovery.InterfaceStack{Fact: d.all(r), Higher: higher, Lower: lower})
		}
	}
}

func (d *device) identify(t discovery.IdentifierType, value string, burnedIn bool, from ...variable) {
	d.add(discovery.Identifier{Fact: d.fact(from...), Type: t, Value: value, BurnedIn: burnedIn})
}
