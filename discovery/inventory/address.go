package inventory

import (
	"fmt"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

func SplitAddress(s string) (host string, port uint16, err error) {
	if a, err := netip.ParseAddr(s); err == nil {
		return a.String(), 0, nil
	}
	if strings.Contains(s, "://") {
		return "", 0, fmt.Errorf("%s is a URL, want an address or a host name", quote(s))
	}
	host = s
	if i := strings.LastIndexByte(s, ':'); i >= 0 && (strings.HasPrefix(s, "[") && s[i-1] == ']' || strings.Count(s, ":") == 1) {
		n, err := strconv.ParseUint(s[i+1:], 10, 16)
		if err != nil || n == 0 {
			return "", 0, fmt.Errorf("the port of %s is no number from 1 to 65535", quote(s))
		}
		host, port = s[:i], uint16(n)
	}
	if inner, ok := strings.CutPrefix(host, "["); ok {
		a, err := netip.ParseAddr(strings.TrimSuffix(inner, "]"))
		if err != nil || !strings.HasSuffix(inner, "]") || !a.Is6() {
			return "", 0, fmt.Errorf("%s: want an IPv6 address between [ and ]", quote(s))
		}
		return a.String(), port, nil
	}
	if a, err := netip.ParseAddr(host); err == nil {
		return a.String(), port, nil
	}
	if strings.Contains(host, "/") {
		return "", 0, fmt.Errorf("%s is a subnet; a target is one address, and subnets bound the scope", quote(s))
	}
	if !isHostName(host) {
		return "", 0, fmt.Errorf("%s is neither an IP address nor a host name, want such as 10.0.0.1, core-1.example.kr or [2001:db8::1]:161", quote(s))
	}
	return host, port, nil
}

func isHostName(s string) bool {
	s = strings.TrimSuffix(s, ".")
	if s == "" || len(s) > 253 {
		return false
	}
	labels := strings.Split(s, ".")
	for _, l := range labels {
		if l == "" || len(l) > 63 || strings.HasPrefix(l, "-") || strings.HasSuffix(l, "-") {
			return false
		}
		for _, r := range l {
			if r < utf8.RuneSelf && r != '-' && r != '_' && (r < '0' || r > '9') && (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') {
				return false
			}
			if r >= utf8.RuneSelf && !unicode.IsLetter(r) && !unicode.IsDigit(r) && !unicode.IsMark(r) {
				return false
			}
		}
	}
	last := labels[len(labels)-1]
	return strings.Trim(last, "0123456789") != ""
}

func looksLikeSubnet(prefix, bits string) bool {
	return strings.Trim(bits, "0123456789") == "" && strings.Trim(prefix, "0123456789abcdefABCDEF.:") == "" &&
		(strings.Count(prefix, ".") >= 2 || strings.Count(prefix, ":") >= 2)
}

type Entry struct {
	Host     string // address or DNS name
	Port     uint16 // 0 unsaid
	Protocol string // tcp where a port is given without one; "" without port
}

func ParseEntry(s string) (Entry, error) {
	rest, protocol, said := strings.Cut(s, "/")
	if said && !slices.Contains(protocolWords, strings.ToLower(protocol)) {
		return Entry{}, fmt.Errorf("%s: the protocol is %s, want %s", quote(s), quote(protocol), orList(protocolWords))
	}
	host, port, err := SplitAddress(rest)
	switch {
	case err != nil:
		return Entry{}, err
	case said && port == 0:
		return Entry{}, fmt.Errorf("%s has a protocol but no port, want such as 10.0.0.80:443/tcp", quote(s))
	case !said && port != 0:
		protocol = "tcp"
	}
	return Entry{host, port, strings.ToLower(protocol)}, nil
}
