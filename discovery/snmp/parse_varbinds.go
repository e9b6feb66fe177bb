package snmp

import (
	"bytes"
	"encoding/hex"
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strconv"
	"strings"
)

// Bounds on one file of variables. A device's whole tree is some ten thousand
// variables; who sends more than this sends something else.
const (
	maxVarbinds       = 4_000_000
	maxValueOctets    = 65_535 // the most that an OCTET STRING holds (RFC 3416 §3)
	maxSubIdentifiers = 128    // RFC 2578 §3.5
)

// ParseVarbinds reads variables of the form OID|TAG|VALUE, a line each: our own
// entries and the .snmprec files of snmpsim. TAG is the decimal ASN.1 tag,
// followed by x where VALUE is hexadecimal. Blank lines and lines that start
// with # count for nothing.
//
// The variables are in the order of the file. On an error, which names file and
// line, those of the lines before it are returned with it.
func ParseVarbinds(name string, data []byte) ([]Varbind, error) {
	var vbs []Varbind
	data = utf8Text(data)
	for number := 1; len(data) > 0; number++ {
		var line []byte
		line, data, _ = bytes.Cut(data, []byte{'\n'})
		line = bytes.TrimSuffix(line, []byte{'\r'})
		if t := bytes.TrimSpace(line); len(t) == 0 || t[0] == '#' {
			continue
		}
		if len(vbs) == maxVarbinds {
			return vbs, fmt.Errorf("%s:%d: more than %d variables", name, number, maxVarbinds)
		}
		vb, err := parseVarbind(string(line))
		if err != nil {
			return vbs, fmt.Errorf("%s:%d: %w", name, number, err)
		}
		vbs = append(vbs, vb)
	}
	return vbs, nil
}

func parseVarbind(line string) (Varbind, error) {
	oid, rest, ok := strings.Cut(line, "|")
	if !ok {
		return Varbind{}, fmt.Errorf("%s is not OID|TAG|VALUE", excerptText(line))
	}
	tag, value, ok := strings.Cut(rest, "|")
	if !ok {
		return Varbind{}, fmt.Errorf("%s has no value", excerptText(line))
	}
	number, ok := normalOID(strings.TrimSpace(oid))
	if !ok {
		return Varbind{}, fmt.Errorf("%s is no object identifier", excerptText(oid))
	}
	tag, isHex := strings.CutSuffix(tag, "x")
	typ, err := strconv.ParseUint(tag, 10, 8)
	if err != nil || !Type(typ).known() {
		return Varbind{}, fmt.Errorf("%s is no type of a value", excerptText(tag))
	}
	if isHex {
		octets, err := hex.DecodeString(value)
		if err != nil {
			return Varbind{}, fmt.Errorf("%s is not hexadecimal", excerptText(value))
		}
		value = string(octets)
	}
	if anonymous(value) {
		typ = uint64(OctetString)
	}
	return newVarbind(number, Type(typ), value, isHex)
}

// anonymous says whether a value is what recordings that are made public have
// in place of a name or an address, whatever its type was: <private>.
func anonymous(value string) bool {
	return len(value) > 2 && value[0] == '<' && value[len(value)-1] == '>' && plainASCII(value)
}

func (t Type) known() bool {
	switch t {
	case Integer, OctetString, Null, ObjectID, IPAddress, Counter32, Gauge32, TimeTicks, Opaque, Counter64,
		NoSuchObject, NoSuchInstance, EndOfMibView:
		return true
	}
	return false
}

// newVarbind makes the value canonical, and refuses one that its type cannot
// have. An IP address may be given as its octets.
func newVarbind(oid string, t Type, value string, octets bool) (Varbind, error) {
	switch t {
	case OctetString, Opaque:
		if len(value) > maxValueOctets {
			return Varbind{}, fmt.Errorf("%d octets are more than a string may have", len(value))
		}
	case Null, NoSuchObject, NoSuchInstance, EndOfMibView:
		value = ""
	case ObjectID:
		id, ok := normalOID(strings.TrimSpace(value))
		if !ok {
			return Varbind{}, fmt.Errorf("%s is no object identifier", excerptText(value))
		}
		value = id
	case IPAddress:
		a, err := netip.ParseAddr(strings.TrimSpace(value))
		if octets || err != nil {
			var ok bool
			if a, ok = netip.AddrFromSlice([]byte(value)); !ok {
				return Varbind{}, fmt.Errorf("%s is no IP address", excerptText(value))
			}
		}
		if !a.Is4() {
			return Varbind{}, fmt.Errorf("%s is no IPv4 address", a)
		}
		value = a.String()
	default:
		v := strings.TrimSpace(value)
		n, err := strconv.ParseInt(v, 10, 64)
		value = strconv.FormatInt(n, 10)
		if errors.Is(err, strconv.ErrRange) && t == Counter64 {
			var u uint64
			u, err = strconv.ParseUint(v, 10, 64)
			value = strconv.FormatUint(u, 10)
		}
		if err != nil {
			return Varbind{}, fmt.Errorf("%s is no whole number", excerptText(v))
		}
	}
	return Varbind{OID: oid, Type: t, Value: value}, nil
}

// normalOID gives a dotted object identifier without leading dots and zeros.
// ok is false for anything else, such as a name.
func normalOID(s string) (oid string, ok bool) {
	s = strings.TrimPrefix(s, ".")
	if s == "" || len(s) > maxSubIdentifiers*12 {
		return "", false
	}
	canonical, count := true, 0
	for rest, more := s, true; more; count++ {
		var sub string
		sub, rest, more = strings.Cut(rest, ".")
		if _, err := strconv.ParseUint(sub, 10, 32); err != nil || sub[0] == '+' {
			return "", false
		}
		canonical = canonical && (sub[0] != '0' || len(sub) == 1)
	}
	if count > maxSubIdentifiers {
		return "", false
	}
	if canonical {
		return s, true
	}
	parts := strings.Split(s, ".")
	for i, p := range parts {
		n, _ := strconv.ParseUint(p, 10, 32) // parsed above
		parts[i] = strconv.FormatUint(n, 10)
	}
	return strings.Join(parts, "."), true
}

// FormatVarbinds writes variables as [ParseVarbinds] reads them, in the order of
// their OIDs; equal OIDs keep their order. Octet strings that are not plain
// printable ASCII are written in hexadecimal, so that a line is a line.
func FormatVarbinds(vbs []Varbind) []byte {
	if !slices.IsSortedFunc(vbs, compareVarbinds) {
		vbs = slices.Clone(vbs)
		slices.SortStableFunc(vbs, compareVarbinds)
	}
	var b bytes.Buffer
	for _, vb := range vbs {
		b.WriteString(vb.OID)
		b.WriteByte('|')
		b.WriteString(strconv.Itoa(int(vb.Type)))
		if (vb.Type == OctetString || vb.Type == Opaque) && !plainASCII(vb.Value) {
			b.WriteString("x|")
			b.WriteString(hex.EncodeToString([]byte(vb.Value)))
		} else {
			b.WriteByte('|')
			b.WriteString(vb.Value)
		}
		b.WriteByte('\n')
	}
	return b.Bytes()
}

func compareVarbinds(a, b Varbind) int { return CompareOID(a.OID, b.OID) }

func plainASCII(s string) bool {
	for i := range len(s) {
		if s[i] < ' ' || s[i] > '~' {
			return false
		}
	}
	return true
}
