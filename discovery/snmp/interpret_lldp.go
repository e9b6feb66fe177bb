package snmp

import (
	"cmp"
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"gujo/discovery"
)

// Subtypes of chassis and port ids (IEEE 802.1AB, LldpChassisIdSubtype and
// LldpPortIdSubtype); a MAC and a network address have different numbers in each.
const (
	chassisMAC, chassisNetwork       = 4, 5
	portAlias, portMAC, portNetwork  = 1, 3, 4
	portInterfaceName, portLocalName = 5, 7
)

// chassisID gives the printable form of a chassis id: a MAC or an address in
// canonical form, else text, else hexadecimal.
func chassisID(subtype int, octets string) string {
	return neighborID(octets, subtype == chassisMAC, subtype == chassisNetwork)
}

func portID(subtype int, octets string) string {
	return neighborID(octets, subtype == portMAC, subtype == portNetwork)
}

func neighborID(octets string, mac, network bool) string {
	switch {
	case mac:
		if m := macOf(octets); m != "" {
			return m
		}
	case network && len(octets) > 1: // the first octet is the IANA address family
		if a, ok := inetAddress(int64(octets[0]), octets[1:]); ok {
			return a.String()
		}
	}
	return printable(octets, maxName)
}

// lldpCapabilityBits name the bits of LldpSystemCapabilitiesMap, from the first.
var lldpCapabilityBits = []string{"other", "repeater", "bridge", "wlan", "router", "phone", "docsis", "station"}

func lldpCapabilities(octets string) []string {
	if octets == "" {
		return nil
	}
	first := octets[0]
	if len(octets) > 1 && octets[1]&0x1f != 0 { // no such bits: it is text, "28 00 bridge(2) router(4)"
		n, err := strconv.ParseUint(octets[:2], 16, 8)
		if err != nil {
			return nil
		}
		first = byte(n)
	}
	var names []string
	for i, name := range lldpCapabilityBits {
		if first&(0x80>>i) != 0 {
			names = append(names, name)
		}
	}
	return names
}

// localPort is what the subject says of one of its own LLDP ports.
type localPort struct {
	index    int // ifIndex, 0 where it could not be mapped
	name     string
	deciding variable
}

// lldpPorts maps LLDP's port numbers to interfaces. The numbers are no ifIndex,
// though with some agents they happen to be: the port's id and description are
// what its interface is called, else the number is the bridge's (IEEE 802.1AB
// has them equal where there is a bridge), else it may be the ifIndex.
func (d *device) lldpPorts(entry string, p *ports) func(number int) localPort {
	known := make(map[int]localPort)
	described := false
	for _, r := range d.rows(entry, 2, 3, 4) {
		parts := r.parts()
		if len(parts) == 0 {
			continue
		}
		described = true
		known[int(parts[0])] = d.localPort(r, p)
	}
	return func(number int) localPort {
		port, ok := known[number]
		if port.index == 0 && p.byIndex[p.basePorts[number]] != nil {
			port.index = p.basePorts[number]
		}
		if port.index == 0 && (!ok && !described || port.name == "" || port.name == strconv.Itoa(number)) && len(p.basePorts) == 0 && p.byIndex[number] != nil {
			port.index = number
		}
		if port.name == "" {
			port.name = p.name(port.index)
		}
		if port.name == "" {
			port.name = strconv.Itoa(number)
		}
		return port
	}
}

// localPort finds the interface that a row of the local port table describes.
func (d *device) localPort(r row, p *ports) localPort {
	subtype := int(r.number(2))
	id, desc := portID(subtype, r.get(3).octets()), r.name(4)
	port := localPort{name: id, deciding: r.get(3)}
	if subtype == portMAC || isMAC(id) {
		if port.name = desc; desc == "" {
			port.name = id
		}
		if port.index = p.called(desc); port.index == 0 {
			port.index = p.macs[id]
		}
		return port
	}
	if subtype == portAlias {
		port.index = p.aliases[id]
	}
	if port.index == 0 {
		port.index = p.called(id)
	}
	if port.index == 0 {
		port.index = p.called(desc)
	}
	// A local id may be the ifIndex in digits (Juniper), which then is no bridge port.
	if n, err := strconv.Atoi(id); port.index == 0 && err == nil && (subtype == portLocalName || subtype == 0) && p.basePorts[n] == 0 && p.byIndex[n] != nil {
		port.index, port.name = n, p.name(n)
	}
	return port
}

// lldp reports the neighbours of LLDP-MIB and of LLDP-V2-MIB.
func (d *device) lldp(p *ports) {
	d.lldpV1(p)
	d.lldpV2(p)
}

// heard is one row of a remote table.
type heard struct {
	row
	timeMark uint32
	port     uint32
	key      string // port and neighbour, without the time mark
}

// newest keeps of the rows that differ in their time mark alone the newest, and
// gives them in the order of port and neighbour. The mark is a filter for
// whoever polls (RFC 4502), not a part of what is said.
func newest(rows []heard) []heard {
	slices.SortStableFunc(rows, func(a, b heard) int {
		return cmp.Or(cmp.Compare(a.port, b.port), CompareOID(a.key, b.key), cmp.Compare(b.timeMark, a.timeMark))
	})
	return slices.CompactFunc(rows, func(a, b heard) bool { return a.key == b.key })
}

func (d *device) lldpV1(p *ports) {
	local := d.lldpPorts("1.0.8802.1.1.2.1.3.7.1", p)
	var rows []heard
	for _, r := range d.rows("1.0.8802.1.1.2.1.4.1.1", 4, 5, 6, 7, 8, 9, 10, 11, 12) {
		parts := r.parts()
		if len(parts) == 2 { // no time mark
			parts = append([]uint32{0}, parts...)
		}
		if len(parts) != 3 {
			continue
		}
		rows = append(rows, heard{r, parts[0], parts[1], key(parts[1], parts[2])})
	}
	addresses := make(map[string][]netip.Addr)
	for _, r := range d.rows("1.0.8802.1.1.2.1.4.2.1", 3, 4, 5) {
		if parts := r.parts(); len(parts) > 7 {
			k := key(parts[1], parts[2])
			addresses[k] = appendAddress(addresses[k], parts[3:])
		}
	}
	d.heard(newest(rows), 4, func(h heard) (localPort, []netip.Addr) { return local(int(h.port)), addresses[h.key] })
}

// lldpV2 reads agents that have LLDP-V2-MIB alone: its port is the ifIndex, and
// the columns are one further.
func (d *device) lldpV2(p *ports) {
	if len(d.under("1.0.8802.1.1.2.1.4.1.1")) > 0 {
		return // told already
	}
	var rows []heard
	for _, r := range d.rows("1.3.111.2.802.1.1.13.1.4.1.1", 5, 6, 7, 8, 9, 10, 11, 12, 13) {
		if parts := r.parts(); len(parts) == 4 { // TimeMark, ifIndex, destination address, index
			rows = append(rows, heard{r, parts[0], parts[1], key(parts[1], parts[3])})
		}
	}
	addresses := make(map[string][]netip.Addr)
	for _, r := range d.rows("1.3.111.2.802.1.1.13.1.4.2.1", 3, 4, 5) {
		if parts := r.parts(); len(parts) > 8 {
			k := key(parts[1], parts[3])
			addresses[k] = appendAddress(addresses[k], parts[4:])
		}
	}
	d.heard(newest(rows), 5, func(h heard) (localPort, []netip.Addr) {
		index := ifIndex(int64(h.port))
		name := p.name(index)
		if name == "" {
			name = strconv.Itoa(index)
		}
		return localPort{index: index, name: name}, addresses[h.key]
	})
}

func key(parts ...uint32) string {
	var words []string
	for _, p := range parts {
		words = append(words, strconv.FormatUint(uint64(p), 10))
	}
	return strings.Join(words, ".")
}

const maxAddresses = 16 // management addresses of one neighbour

// appendAddress adds the management address in an index: AddressFamilyNumbers,
// the number of octets (which some agents leave out), the octets.
func appendAddress(addresses []netip.Addr, parts []uint32) []netip.Addr {
	a, _, ok := inetIndex(parts, 0)
	if !ok || a.IsUnspecified() || slices.Contains(addresses, a) || len(addresses) == maxAddresses {
		return addresses
	}
	return append(addresses, a)
}

// heard reports the rows of a remote table whose chassis subtype is in the
// column first. All rows are kept: several neighbours on one port are a shared
// segment, and that is for others to say.
func (d *device) heard(rows []heard, first int, local func(heard) (localPort, []netip.Addr)) {
	for _, h := range rows {
		port, addresses := local(h)
		n := discovery.Neighbor{
			Protocol: "lldp", IfIndex: port.index, LocalPort: port.name,
			ChassisSubtype: subtype(h.number(first)), PortSubtype: subtype(h.number(first + 2)),
			PortDesc: h.name(first + 4), Name: h.name(first + 5), Description: h.prose(first + 6),
			Addresses: addresses, Capabilities: lldpCapabilities(h.get(first + 8).octets()),
		}
		n.Chassis = chassisID(n.ChassisSubtype, h.get(first+1).octets())
		n.Port = portID(n.PortSubtype, h.get(first+3).octets())
		if n.Chassis == "" && n.Port == "" && n.Name == "" && n.PortDesc == "" {
			continue
		}
		if n.Port == n.Chassis && isMAC(n.Port) && n.PortDesc != "" {
			// The chassis id sent as port id tells no port; the description does.
			n.Port, n.PortSubtype = "", 0
		}
		if strings.Contains(n.Description, "MikroTik") || strings.Contains(n.Description, "RouterOS") {
			n.Port = n.Port[strings.LastIndexByte(n.Port, '/')+1:] // bridge1/ether2: the bridge it is in, and itself
		}
		n.Fact = d.fact(h.get(first+1), h.get(first+3), h.get(first+4), h.get(first+5), port.deciding)
		d.add(n)
	}
}

func subtype(n int64) int {
	if n < 1 || n > 7 {
		return 0
	}
	return int(n)
}
