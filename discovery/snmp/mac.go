package snmp

import (
	"encoding/hex"
	"net"
	"strconv"
	"strings"
)

// macOf gives a MAC address in canonical form: of its six octets, of seven of
// which the first counts the others (some agents put the index there), or of
// its text in one of the usual notations. "" where it is none.
func macOf(s string) string {
	switch {
	case len(s) == 6:
		return net.HardwareAddr(s).String()
	case len(s) == 7 && s[0] == 6:
		return net.HardwareAddr(s[1:]).String()
	case len(s) < 11 || len(s) > 24 || !plainASCII(s):
		return ""
	}
	s = strings.TrimSpace(s)
	if groups := strings.FieldsFunc(s, func(r rune) bool { return r == ':' || r == '-' || r == ' ' }); len(groups) == 6 || len(groups) == 7 && (groups[0] == "6" || groups[0] == "06") {
		var octets []byte
		for _, g := range groups[len(groups)-6:] {
			n, err := strconv.ParseUint(g, 16, 8)
			if err != nil || len(g) > 2 {
				return ""
			}
			octets = append(octets, byte(n))
		}
		return net.HardwareAddr(octets).String()
	}
	digits := strings.NewReplacer(".", "", "-", "", ":", "").Replace(s)
	octets, err := hex.DecodeString(digits)
	if err != nil || len(octets) != 6 {
		return ""
	}
	return net.HardwareAddr(octets).String()
}

// isMAC says whether a printable form is a MAC address in canonical form.
func isMAC(s string) bool { return len(s) == len(noMAC) && macOf(s) == s }

const noMAC = "00:00:00:00:00:00"

// realMAC is [macOf] without the address of all zeros.
func realMAC(s string) string {
	if m := macOf(s); m != noMAC {
		return m
	}
	return ""
}

// macOfIndex gives the MAC address that the last six numbers of an index are;
// a seventh before them may only count them.
func macOfIndex(parts []uint32) string {
	if len(parts) == 7 && parts[0] == 6 {
		parts = parts[1:]
	}
	if len(parts) != 6 {
		return ""
	}
	return macOf(string(octetsOf(parts)))
}

// octetsOf gives numbers as octets, nil where one is no octet.
func octetsOf(parts []uint32) []byte {
	octets := make([]byte, len(parts))
	for i, p := range parts {
		if p > 255 {
			return nil
		}
		octets[i] = byte(p)
	}
	return octets
}

// virtualMAC says whether an address is one that gateways hand over among
// themselves: VRRP (RFC 9568 §7.3), HSRP versions 1 and 2, GLBP.
func virtualMAC(mac string) bool {
	for _, prefix := range []string{"00:00:5e:00:01:", "00:00:5e:00:02:", "00:00:0c:07:ac:", "00:00:0c:9f:f", "00:05:73:a0:0", "00:07:b4:"} {
		if strings.HasPrefix(mac, prefix) {
			return true
		}
	}
	return false
}
