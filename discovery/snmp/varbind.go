package snmp

import (
	"cmp"
	"strconv"
	"strings"
)

// Type is the ASN.1 tag of a variable's value (RFC 2578 §7.1, RFC 3416 §3).
type Type byte

// The types.
const (
	Integer        Type = 0x02
	OctetString    Type = 0x04
	Null           Type = 0x05
	ObjectID       Type = 0x06
	IPAddress      Type = 0x40
	Counter32      Type = 0x41
	Gauge32        Type = 0x42
	TimeTicks      Type = 0x43
	Opaque         Type = 0x44
	Counter64      Type = 0x46
	NoSuchObject   Type = 0x80
	NoSuchInstance Type = 0x81
	EndOfMibView   Type = 0x82
)

// Varbind is one variable as an agent gave it.
type Varbind struct {
	OID  string // dotted, without a leading dot
	Type Type
	// Value is the raw octets of a string, the decimal text of a number, or the
	// dotted text of an object identifier or an IP address.
	Value string
}

// Int gives the value of a numeric type; ok is false for others.
func (v Varbind) Int() (n int64, ok bool) {
	switch v.Type {
	case Integer, Counter32, Gauge32, TimeTicks, Counter64:
		n, err := strconv.ParseInt(v.Value, 10, 64)
		return n, err == nil
	}
	return 0, false
}

// CompareOID orders two dotted object identifiers by their numbers.
func CompareOID(a, b string) int {
	for a != "" && b != "" {
		x, restA, _ := strings.Cut(a, ".")
		y, restB, _ := strings.Cut(b, ".")
		// Sub-identifiers have no leading zeros, so the longer one is the larger.
		if c := cmp.Or(cmp.Compare(len(x), len(y)), strings.Compare(x, y)); c != 0 {
			return c
		}
		a, b = restA, restB
	}
	return cmp.Compare(len(a), len(b))
}

// Under gives what follows a prefix in an OID: the index of a column's
// instance. ok is false where the OID does not lie under the prefix.
func Under(oid, prefix string) (index string, ok bool) {
	rest, ok := strings.CutPrefix(oid, prefix)
	if !ok || rest == "" || rest[0] != '.' {
		return "", false
	}
	return rest[1:], true
}
