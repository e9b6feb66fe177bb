package snmp

import (
	"net/netip"
	"slices"
	"strings"

	"gujo/discovery"
)

// cdpCapabilityBits name the bits of cdpCacheCapabilities that say what a
// neighbour does, from the lowest (CISCO-CDP-MIB).
var cdpCapabilityBits = []string{"router", "bridge", "bridge", "bridge", "station", "", "repeater", "phone"}

func cdpCapabilities(octets string) []string {
	if len(octets) != 4 {
		return nil
	}
	var names []string
	for i, name := range cdpCapabilityBits {
		if octets[3]&(1<<i) != 0 && name != "" && !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return names
}

// cdpDevice takes a deviceId apart: a host name, with the serial number behind
// it in parentheses (NX-OS), or the octets of a MAC address.
func cdpDevice(octets string) (name, serial, chassis string) {
	if !readable(octets) {
		if m := macOf(octets); m != "" {
			return "", "", m
		}
		return printable(octets, maxName), "", ""
	}
	name = cleanText(strings.TrimRight(octets, "\x00"), maxName)
	if open := strings.LastIndexByte(name, '('); open > 0 && strings.HasSuffix(name, ")") {
		return strings.TrimSpace(name[:open]), strings.TrimSpace(name[open+1 : len(name)-1]), ""
	}
	return name, "", ""
}

// cdp reports the neighbours of CISCO-CDP-MIB. Its first index is the ifIndex.
func (d *device) cdp(p *ports) {
	for _, r := range d.rows("1.3.6.1.4.1.9.9.23.1.2.1.1", 3, 4, 5, 6, 7, 8, 9, 17, 19, 20, 21, 22) {
		parts := r.parts()
		if len(parts) != 2 {
			continue
		}
		n := discovery.Neighbor{
			Protocol: "cdp", IfIndex: ifIndex(int64(parts[0])),
			Description: r.prose(5), Platform: r.name(8), Capabilities: cdpCapabilities(r.get(9).octets()),
			Port: printable(r.get(7).octets(), maxName),
		}
		n.Name, n.Serial, n.Chassis = cdpDevice(r.get(6).octets())
		if n.Name == "" {
			n.Name = r.name(17)
		}
		if n.Name == "" && n.Chassis == "" && n.Port == "" {
			continue
		}
		n.LocalPort = p.name(n.IfIndex)
		if n.LocalPort == "" {
			if n.LocalPort = d.get("1.3.6.1.4.1.9.9.23.1.1.1.1.6." + itoa(n.IfIndex)).text(maxName); n.LocalPort == "" {
				n.LocalPort = itoa(n.IfIndex)
			}
		}
		for _, columns := range [][2]int{{19, 20}, {21, 22}, {3, 4}} {
			n.Addresses = appendCDPAddress(n.Addresses, r.number(columns[0]), r.get(columns[1]).octets())
		}
		n.Fact = d.fact(r.get(6), r.get(7), r.get(4), r.get(8))
		d.add(n)
	}
}

// appendCDPAddress adds an address of a CiscoNetworkProtocol: 1 is IPv4, 20 IPv6.
func appendCDPAddress(addresses []netip.Addr, protocol int64, octets string) []netip.Addr {
	if protocol > 1 && protocol != 20 {
		return addresses
	}
	if len(octets) != 4 && len(octets) != 16 {
		return addresses
	}
	a, ok := inetAddress(0, octets)
	if !ok || a.IsUnspecified() || slices.Contains(addresses, a) {
		return addresses
	}
	return append(addresses, a)
}
