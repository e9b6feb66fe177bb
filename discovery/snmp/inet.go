package snmp

import (
	"net/netip"
	"strings"
)

// inetAddress gives the address of an InetAddressType and its octets (RFC 4001);
// zones are dropped. Where the type is 0, the number of octets decides.
func inetAddress(kind int64, octets string) (netip.Addr, bool) {
	switch {
	case len(octets) == 4 && (kind == 0 || kind == 1), len(octets) == 8 && kind == 3:
		return netip.AddrFrom4([4]byte([]byte(octets[:4]))), true
	case len(octets) == 16 && (kind == 0 || kind == 2), len(octets) == 20 && kind == 4:
		return netip.AddrFrom16([16]byte([]byte(octets[:16]))).Unmap(), true
	}
	if a, err := netip.ParseAddr(strings.TrimSpace(octets)); err == nil {
		return a.WithZone("").Unmap(), true // displayed by a tool that has the MIB
	}
	return netip.Addr{}, false
}

// inetIndex takes an InetAddressType and InetAddress off the front of an index.
// The number of octets stands before them, but some agents leave it out
// (NX-OS, ASA) and some give it twice (Windows 2012). after is how many numbers
// follow the address.
func inetIndex(parts []uint32, after int) (a netip.Addr, rest []uint32, ok bool) {
	if len(parts) < 5 {
		return a, nil, false
	}
	kind := parts[0]
	size, known := map[uint32]int{1: 4, 2: 16, 3: 8, 4: 20}[kind]
	if !known {
		return a, nil, false
	}
	body := parts[1:]
	if after >= 0 {
		if len(body) < size+after {
			return a, nil, false
		}
		body, rest = body[:len(body)-after], body[len(body)-after:]
	} else if int(body[0]) == size && len(body) > size {
		body, rest = body[:size+1], body[size+1:]
	} else if len(body) >= size {
		body, rest = body[:size], body[size:]
	}
	if extra := len(body) - size; extra < 0 || extra > 2 {
		return a, nil, false
	}
	octets := octetsOf(body[len(body)-size:])
	if kind == 4 || kind == 3 { // the zone is one number of four octets, or one
		octets = octetsOf(body[len(body)-size : len(body)-4])
		kind -= 2
	}
	a, ok = inetAddress(int64(kind), string(octets))
	return a, rest, ok && octets != nil
}

// ipv4Index gives the address that the first four numbers of an index are.
func ipv4Index(parts []uint32) (netip.Addr, bool) {
	if len(parts) < 4 {
		return netip.Addr{}, false
	}
	octets := octetsOf(parts[:4])
	if octets == nil {
		return netip.Addr{}, false
	}
	return netip.AddrFrom4([4]byte(octets)), true
}

// address gives a value that is an IP address by its type, or by its octets.
func (v variable) address() (netip.Addr, bool) {
	if v.Type == IPAddress {
		a, err := netip.ParseAddr(v.Value)
		return a, err == nil
	}
	return inetAddress(0, v.octets())
}
