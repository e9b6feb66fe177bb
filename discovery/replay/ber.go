package replay

import (
	"errors"
	"net/netip"
	"strconv"
	"strings"

	"gujo/discovery/snmp"
)

// The subset of the Basic Encoding Rules that SNMP uses (RFC 3417 §8).

const (
	tagInteger  = 0x02
	tagOctets   = 0x04
	tagNull     = 0x05
	tagOID      = 0x06
	tagSequence = 0x30
)

var errEncoding = errors.New("not in SNMP's encoding")

// appendTLV appends an element with its contents.
func appendTLV(b []byte, tag byte, contents ...[]byte) []byte {
	n := 0
	for _, c := range contents {
		n += len(c)
	}
	b = append(b, tag)
	switch {
	case n < 0x80:
		b = append(b, byte(n))
	case n < 0x100:
		b = append(b, 0x81, byte(n))
	case n < 0x10000:
		b = append(b, 0x82, byte(n>>8), byte(n))
	default:
		b = append(b, 0x83, byte(n>>16), byte(n>>8), byte(n))
	}
	for _, c := range contents {
		b = append(b, c...)
	}
	return b
}

func tlv(tag byte, contents ...[]byte) []byte { return appendTLV(nil, tag, contents...) }

// integer encodes in two's complement, in as few octets as hold it.
func integer(tag byte, n int64) []byte {
	var b []byte
	for shift := 56; shift > 0; shift -= 8 {
		if top := n >> (shift - 1); len(b) > 0 || top != 0 && top != -1 {
			b = append(b, byte(n>>shift))
		}
	}
	return tlv(tag, append(b, byte(n)))
}

func unsigned(tag byte, n uint64) []byte {
	if n>>63 != 0 {
		return tlv(tag, []byte{0, byte(n >> 56), byte(n >> 48), byte(n >> 40), byte(n >> 32), byte(n >> 24), byte(n >> 16), byte(n >> 8), byte(n)})
	}
	return integer(tag, int64(n))
}

// oid is an object identifier as its numbers.
type oid []uint32

func parseOID(s string) (oid, error) {
	var o oid
	for part := range strings.SplitSeq(s, ".") {
		n, err := strconv.ParseUint(part, 10, 32)
		if err != nil || len(o) == 128 {
			return nil, errEncoding
		}
		o = append(o, uint32(n))
	}
	return o, nil
}

// encode gives the element. An identifier of one number is written as if a zero
// followed, since the first two share an octet.
func (o oid) encode() []byte {
	var b []byte
	first, rest := uint64(0), o
	switch len(o) {
	case 0:
	case 1:
		first, rest = uint64(o[0])*40, nil
	default:
		first, rest = uint64(o[0])*40+uint64(o[1]), o[2:]
	}
	b = appendBase128(b, first)
	for _, n := range rest {
		b = appendBase128(b, uint64(n))
	}
	return tlv(tagOID, b)
}

func appendBase128(b []byte, n uint64) []byte {
	for shift := 63; shift > 0; shift -= 7 {
		if n>>shift != 0 {
			b = append(b, 0x80|byte(n>>shift)&0x7f)
		}
	}
	return append(b, byte(n)&0x7f)
}

func decodeOID(b []byte) (oid, error) {
	var o oid
	var n uint64
	for i, c := range b {
		n = n<<7 | uint64(c&0x7f)
		if n > 1<<32+80 || len(o) > 128 {
			return nil, errEncoding
		}
		if c&0x80 != 0 {
			if i == len(b)-1 {
				return nil, errEncoding
			}
			continue
		}
		if len(o) == 0 {
			top := min(n/40, 2)
			o = append(o, uint32(top))
			n -= top * 40
		}
		o = append(o, uint32(n))
		n = 0
	}
	if len(o) == 0 {
		return nil, errEncoding
	}
	return o, nil
}

// value encodes what a recording says of a variable.
func value(v snmp.Varbind) ([]byte, error) {
	tag := byte(v.Type)
	switch v.Type {
	case snmp.OctetString, snmp.Opaque:
		return tlv(tag, []byte(v.Value)), nil
	case snmp.ObjectID:
		o, err := parseOID(v.Value)
		if err != nil {
			return nil, err
		}
		return o.encode(), nil
	case snmp.IPAddress:
		a, err := netip.ParseAddr(v.Value)
		if err != nil {
			return nil, err
		}
		return tlv(tag, a.AsSlice()), nil
	case snmp.Counter64, snmp.Counter32, snmp.Gauge32, snmp.TimeTicks:
		if n, err := strconv.ParseUint(v.Value, 10, 64); err == nil {
			return unsigned(tag, n), nil
		}
		fallthrough // a recording may hold what no agent should say
	case snmp.Integer:
		n, err := strconv.ParseInt(v.Value, 10, 64)
		if err != nil {
			return nil, err
		}
		return integer(tag, n), nil
	case snmp.Null, snmp.NoSuchObject, snmp.NoSuchInstance, snmp.EndOfMibView:
		return []byte{tag, 0}, nil
	}
	return nil, errEncoding
}

// reader takes elements off a message. After a mistake it gives nothing more.
type reader struct {
	b   []byte
	bad bool
}

// next takes one element, whatever its tag.
func (r *reader) next() (tag byte, contents []byte) {
	if r.bad || len(r.b) < 2 {
		r.bad = true
		return 0, nil
	}
	tag, n, at := r.b[0], int(r.b[1]), 2
	if n >= 0x80 {
		octets := n & 0x7f
		if octets == 0 || octets > 3 || len(r.b) < 2+octets {
			r.bad = true
			return 0, nil
		}
		n = 0
		for _, c := range r.b[2 : 2+octets] {
			n = n<<8 | int(c)
		}
		at += octets
	}
	if len(r.b) < at+n {
		r.bad = true
		return 0, nil
	}
	contents, r.b = r.b[at:at+n], r.b[at+n:]
	return tag, contents
}

// take takes an element that must have the tag.
func (r *reader) take(tag byte) []byte {
	got, contents := r.next()
	if got != tag {
		r.bad = true
		return nil
	}
	return contents
}

func (r *reader) int() int64 {
	b := r.take(tagInteger)
	if len(b) == 0 || len(b) > 8 {
		r.bad = true
		return 0
	}
	n := int64(int8(b[0]))
	for _, c := range b[1:] {
		n = n<<8 | int64(c)
	}
	return n
}
