package snmp

import (
	"math/bits"
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"gujo/discovery"
)

func itoa(n int) string { return strconv.Itoa(n) }

// heldAddress is an address of an interface and the variables that say so.
type heldAddress struct {
	discovery.Address
	masked bool // the length was given
	vars   []variable
}

// readAddresses reads ipAddrTable and ipAddressTable. held are the addresses
// that gateways share.
func (d *device) readAddresses(held map[netip.Addr]bool) []heldAddress {
	var addresses []heldAddress
	at := make(map[netip.Addr]int)
	add := func(a netip.Addr, index int, length int, vars ...variable) {
		if !a.IsValid() || a.IsUnspecified() || a.IsMulticast() {
			return
		}
		h := heldAddress{masked: length >= 0 && length <= a.BitLen(), vars: vars}
		if !h.masked {
			length = a.BitLen()
		}
		h.IfIndex, h.Prefix, h.Virtual = index, netip.PrefixFrom(a, length), held[a]
		old, ok := at[a]
		switch {
		case !ok:
			at[a] = len(addresses)
			addresses = append(addresses, h)
		case !addresses[old].masked && h.masked, addresses[old].IfIndex == 0 && index != 0:
			addresses[old] = h
		}
	}
	for _, r := range d.rows("1.3.6.1.2.1.4.20.1", 1, 2, 3) {
		// The index is the address, but not with NX-OS 6, whose column 1 is.
		a, ok := r.get(1).address()
		if !ok {
			if a, ok = ipv4Index(r.parts()); !ok || len(r.parts()) != 4 {
				continue
			}
		}
		length := -1
		if mask, ok := r.get(3).address(); ok && mask.Is4() {
			length = maskLength(mask)
		}
		add(a, ifIndex(r.number(2)), length, r.cells...)
	}
	for _, r := range d.rows("1.3.6.1.2.1.4.34.1", 3, 4, 5, 7) {
		a, _, ok := inetIndex(r.parts(), 0)
		if !ok || r.get(4).Type != 0 && r.number(4) != 1 { // broadcast and anycast are nobody's
			continue
		}
		if r.get(3).Type == 0 && r.get(5).Type == 0 {
			continue
		}
		add(a, ifIndex(r.number(3)), prefixLength(r.get(5)), r.get(3), r.get(5))
	}
	slices.SortFunc(addresses, func(a, b heldAddress) int { return a.Prefix.Addr().Compare(b.Prefix.Addr()) })
	return addresses
}

// maskLength gives a mask's length, −1 where its ones are not at the front.
func maskLength(mask netip.Addr) int {
	b := mask.As4()
	m := uint32(b[0])<<24 | uint32(b[1])<<16 | uint32(b[2])<<8 | uint32(b[3])
	ones := bits.LeadingZeros32(^m)
	if ones < 32 && m<<ones != 0 {
		return -1
	}
	return ones
}

// prefixLength reads the length out of ipAddressPrefix, which points to a row
// of ipAddressPrefixTable: it is the last number of that row's index.
func prefixLength(v variable) int {
	index, ok := Under(v.Value, "1.3.6.1.2.1.4.32.1.5")
	if v.Type != ObjectID || !ok {
		return -1
	}
	n, err := strconv.Atoi(index[strings.LastIndexByte(index, '.')+1:])
	if err != nil || n > 128 {
		return -1
	}
	return n
}

// addresses reports the addresses, and those by which the machine can be known.
func (d *device) addresses(addresses []heldAddress) {
	for _, h := range addresses {
		h.Fact = d.fact(h.vars...)
		d.add(h.Address)
	}
	for _, h := range addresses {
		if a := h.Prefix.Addr(); !h.Virtual && !a.IsLoopback() && !a.IsLinkLocalUnicast() {
			d.identify(discovery.AddressIdentifier, a.String(), false, h.vars...)
		}
	}
}

// subnets maps the subnets of addresses to their interfaces; 0: to several.
func subnets(addresses []heldAddress) map[netip.Prefix]int {
	m := make(map[netip.Prefix]int)
	for _, h := range addresses {
		if !h.masked || h.Prefix.IsSingleIP() {
			continue
		}
		subnet := h.Prefix.Masked()
		if index, ok := m[subnet]; ok && index != h.IfIndex {
			m[subnet] = 0
			continue
		}
		m[subnet] = h.IfIndex
	}
	return m
}

// interfaceOf finds the interface in whose subnet an address lies, the longest
// first; 0 where there is none, or several.
func interfaceOf(subnets map[netip.Prefix]int, a netip.Addr) int {
	for length := a.BitLen() - 1; length > 0; length-- {
		if index, ok := subnets[netip.PrefixFrom(a, length).Masked()]; ok {
			return index
		}
	}
	return 0
}

// neighborAddresses reports the ARP and neighbour-discovery caches.
func (d *device) neighborAddresses() {
	type key struct {
		index   int
		address netip.Addr
	}
	seen := make(map[key]bool)
	add := func(index int64, a netip.Addr, v variable) {
		k := key{ifIndex(index), a}
		mac := realMAC(v.octets())
		if mac == "" || seen[k] || !a.IsValid() || a.IsUnspecified() || a.IsMulticast() || mac == "ff:ff:ff:ff:ff:ff" {
			return
		}
		seen[k] = true
		d.add(discovery.NeighborAddress{Fact: d.fact(v), IfIndex: k.index, Address: a, MAC: mac})
	}
	const invalid = 2 // of ipNetToMediaType and ipNetToPhysicalType
	for _, r := range d.rows("1.3.6.1.2.1.4.22.1", 2, 3, 4) {
		parts := r.parts()
		if len(parts) < 5 || r.number(4) == invalid {
			continue
		}
		a, ok := ipv4Index(parts[len(parts)-4:])
		if ok {
			add(int64(parts[0]), a, r.get(2))
		}
	}
	for _, r := range d.rows("1.3.6.1.2.1.4.35.1", 4, 6, 7) {
		parts := r.parts()
		if len(parts) < 6 || r.number(6) == invalid {
			continue
		}
		if a, _, ok := inetIndex(parts[1:], 0); ok {
			add(int64(parts[0]), a, r.get(4))
		}
	}
}
