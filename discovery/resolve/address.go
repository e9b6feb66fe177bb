package resolve

import (
	"net/netip"
	"slices"
	"strconv"
	"strings"
)

func sortAddresses(list []netip.Addr) {
	slices.SortFunc(list, func(x, y netip.Addr) int { return x.Compare(y) })
}

// plain gives an address without its zone and without the IPv6 dress of an IPv4 one.
func plain(a netip.Addr) netip.Addr { return a.WithZone("").Unmap() }

// ownable reports whether an address may be some machine's own: loopback and
// link-local ones are everybody's.
func ownable(a netip.Addr) bool {
	return a.IsValid() && !a.IsUnspecified() && !a.IsLoopback() && !a.IsLinkLocalUnicast() && !a.IsMulticast() &&
		a != netip.AddrFrom4([4]byte{255, 255, 255, 255})
}

// parseMAC reads a MAC address in the forms that devices print; "" is none.
func parseMAC(s string) string {
	s = strings.TrimSpace(s)
	var octets []byte
	switch {
	case strings.ContainsAny(s, ":-"):
		for _, part := range strings.FieldsFunc(s, func(c rune) bool { return c == ':' || c == '-' }) {
			n, err := strconv.ParseUint(part, 16, 8)
			if err != nil || len(part) > 2 {
				return ""
			}
			octets = append(octets, byte(n))
		}
	case len(s) == 14 && s[4] == '.' && s[9] == '.' || len(s) == 12:
		s = strings.ReplaceAll(s, ".", "")
		for i := 0; i+1 < len(s); i += 2 {
			n, err := strconv.ParseUint(s[i:i+2], 16, 8)
			if err != nil {
				return ""
			}
			octets = append(octets, byte(n))
		}
	}
	if len(octets) == 7 && octets[0] == 6 {
		octets = octets[1:] // some agents put the address family before it
	}
	if len(octets) != 6 {
		return ""
	}
	const hex = "0123456789abcdef"
	var b strings.Builder
	for i, o := range octets {
		if i > 0 {
			b.WriteByte(':')
		}
		b.WriteByte(hex[o>>4])
		b.WriteByte(hex[o&15])
	}
	return b.String()
}

// tellsApart reports whether a MAC address belongs to one machine at a time:
// not all zeros or ones, no group address, not of VRRP (RFC 9568 §7.3), HSRP or GLBP.
func tellsApart(mac string) bool {
	if len(mac) != 17 || mac == "00:00:00:00:00:00" || mac == "ff:ff:ff:ff:ff:ff" {
		return false
	}
	first, err := strconv.ParseUint(mac[:2], 16, 8)
	if err != nil || first&1 != 0 {
		return false
	}
	for _, prefix := range []string{"00:00:5e:00:01:", "00:00:5e:00:02:", "00:00:0c:07:ac:", "00:00:0c:9f:f", "00:05:73:a0:0", "00:07:b4:00:"} {
		if strings.HasPrefix(mac, prefix) {
			return false
		}
	}
	return true
}

// identifies reports whether a MAC address can identify hardware: one that
// tells apart and that the maker assigned (IEEE 802: the second bit is clear).
func identifies(mac string) bool {
	if !tellsApart(mac) {
		return false
	}
	first, _ := strconv.ParseUint(mac[:2], 16, 8)
	return first&2 == 0
}

// validSerial gives a serial number in one form, or "" for what makers leave in
// place of one.
func validSerial(s string) string {
	s = strings.ToUpper(displayName(s))
	if len(s) < 4 {
		return ""
	}
	plain := strings.Map(func(c rune) rune {
		if c >= '0' && c <= '9' || c >= 'A' && c <= 'Z' || c > 127 {
			return c
		}
		return -1
	}, s)
	if plain == "" || strings.Trim(plain, plain[:1]) == "" { // "00000000", "XXXXXXXXXXX"
		return ""
	}
	for _, placeholder := range []string{
		"TOBEFILLED", "DEFAULTSTRING", "SYSTEMSERIAL", "NOTSPECIFIED", "NOTAVAILABLE", "NOTAPPLICABLE", "NOTPRESENT", "UNKNOWN",
		"CHASSISSERIAL", "PRIVATE", "REDACTED", "HIDDEN", "BASEBOARDSERIAL", "SERIALNUMBER", "OEMSTRING", "NONE", "NULL", "INVALID", "EMPTY", "TEMPSERIAL", "PLACEHOLDER",
	} {
		if strings.HasPrefix(plain, placeholder) {
			return ""
		}
	}
	switch plain {
	case "0123456789", "123456789", "1234567890", "12345678", "1234567", "123456", "12345", "1234", "4294967295", "FFFFFFFF", "ABCDEFGH", "DEADBEEF":
		return ""
	}
	return s
}

// validUUID gives a product UUID in one form: firmware and hypervisors disagree
// about the byte order of its first half, so the smaller spelling stands for both.
func validUUID(s string) string {
	s = strings.ToLower(strings.Trim(displayName(s), "{}"))
	s = strings.NewReplacer("-", "", " ", "", ":", "").Replace(s)
	if len(s) != 32 || strings.Trim(s, "0123456789abcdef") != "" || strings.Trim(s, s[:1]) == "" || s == "03000200040005000006000700080009" {
		return ""
	}
	swapped := s[6:8] + s[4:6] + s[2:4] + s[0:2] + s[10:12] + s[8:10] + s[14:16] + s[12:14] + s[16:]
	return min(s, swapped)
}
