package replay

import (
	"cmp"
	"fmt"
	"net/netip"
	"slices"

	"gujo/discovery/snmp"
)

// Agent is a recorded machine.
type Agent struct {
	Name      string // for people: the file's, or the target's
	Zone      string
	Target    netip.Addr     // at which it was recorded; the zero Addr where nobody says
	Forward   netip.AddrPort // where it was recorded instead, if not at the port where agents listen
	Addresses []netip.Addr   // at which it answers, the target among them
	Varbinds  []snmp.Varbind
	Faults    []Fault
}

// variable is an object with its answer, encoded once.
type variable struct {
	oid     oid
	encoded []byte // name and value
	counter bool   // a Counter64, which v1 cannot say (RFC 3584 §4.2.2.1)
}

// tree is all that an agent knows, in the order of GETNEXT.
type tree []variable

// newTree encodes a recording. Of objects given twice the first counts. What is
// no answer of an agent (the marks of a walk's end) is left out.
func newTree(vbs []snmp.Varbind) (tree, error) {
	t := make(tree, 0, len(vbs))
	for _, vb := range vbs {
		switch vb.Type {
		case snmp.NoSuchObject, snmp.NoSuchInstance, snmp.EndOfMibView:
			continue
		}
		o, err := parseOID(vb.OID)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", vb.OID, err)
		}
		v, err := value(vb)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", vb.OID, err)
		}
		t = append(t, variable{o, tlv(tagSequence, o.encode(), v), vb.Type == snmp.Counter64})
	}
	slices.SortStableFunc(t, func(a, b variable) int { return slices.Compare(a.oid, b.oid) })
	return slices.CompactFunc(t, func(a, b variable) bool { return slices.Equal(a.oid, b.oid) }), nil
}

// after gives the place of the first variable behind an object.
func (t tree) after(o oid) int {
	i, found := slices.BinarySearchFunc(t, o, func(v variable, o oid) int { return slices.Compare(v.oid, o) })
	if found {
		i++
	}
	return i
}

func (t tree) at(o oid) (variable, bool) {
	i, found := slices.BinarySearchFunc(t, o, func(v variable, o oid) int { return slices.Compare(v.oid, o) })
	if !found {
		return variable{}, false
	}
	return t[i], true
}

// Kinds of requests (RFC 3416 §3).
const (
	pduGet      = 0xa0
	pduGetNext  = 0xa1
	pduResponse = 0xa2
	pduSet      = 0xa3
	pduGetBulk  = 0xa5
	pduReport   = 0xa8
)

// Errors that an agent answers.
const (
	statusTooBig     = 1
	statusNoSuchName = 2
	statusGenErr     = 5
	statusNoAccess   = 6
)

const version1 = 0

// request is a PDU that asks.
type request struct {
	version   int64
	kind      byte
	id        int64
	a, b      int64 // of GETBULK: non-repeaters and max-repetitions
	objects   []oid
	variables []byte // as they came, for an error's answer
}

// asks tells a request from what may come to a port besides: a late answer to who
// had it before, a notification. To answer those could go on for ever between two
// agents.
func (q request) asks() bool {
	switch q.kind {
	case pduGet, pduGetNext, pduGetBulk, pduSet:
		return true
	}
	return false
}

func readRequest(version int64, kind byte, contents []byte) (request, error) {
	r := reader{b: contents}
	q := request{version: version, kind: kind, id: r.int(), a: r.int(), b: r.int()}
	list := r.take(tagSequence)
	if r.bad {
		return q, errEncoding
	}
	q.variables = list
	for vars := (reader{b: list}); len(vars.b) > 0; {
		pair := reader{b: vars.take(tagSequence)}
		o, err := decodeOID(pair.take(tagOID))
		if err != nil || vars.bad || len(q.objects) == 256 {
			return q, errEncoding
		}
		q.objects = append(q.objects, o)
	}
	return q, nil
}

// answer gives the PDU in reply, of size octets at most.
func (t tree) answer(q request, size int) []byte {
	switch q.kind {
	case pduGet, pduGetNext:
		return t.each(q, size)
	case pduGetBulk:
		if q.version == version1 {
			return nil
		}
		return t.bulk(q, size)
	}
	return q.fail(statusGenErr, 0) // a SET, for one: a recording does not change
}

func (t tree) each(q request, size int) []byte {
	var list []byte
	for i, o := range q.objects {
		v, ok := variable{}, false
		if q.kind == pduGet {
			v, ok = t.at(o)
			ok = ok && !(v.counter && q.version == version1)
		} else {
			v, ok = t.next(q, o)
		}
		switch {
		case ok:
			list = append(list, v.encoded...)
		case q.version == version1:
			return q.fail(statusNoSuchName, i+1)
		case q.kind == pduGetNext:
			list = appendException(list, o, byte(snmp.EndOfMibView))
		default:
			list = appendException(list, o, t.missing(o))
		}
	}
	if len(list) > size && len(q.objects) > 1 { // a single one is sent whatever its size: it was once
		return q.fail(statusTooBig, 0)
	}
	return q.respond(0, 0, list)
}

func (t tree) next(q request, o oid) (variable, bool) {
	i := t.after(o)
	for i < len(t) && t[i].counter && q.version == version1 {
		i++
	}
	if i == len(t) {
		return variable{}, false
	}
	return t[i], true
}

// missing tells an object that is not there from an instance that is not.
func (t tree) missing(o oid) byte {
	if len(o) > 0 {
		object := o[:len(o)-1]
		if i := t.after(object); i < len(t) && len(t[i].oid) > len(object) && slices.Equal(t[i].oid[:len(object)], object) {
			return byte(snmp.NoSuchInstance)
		}
	}
	return byte(snmp.NoSuchObject)
}

// bulk answers as many repetitions as fit (RFC 3416 §4.2.3).
func (t tree) bulk(q request, size int) []byte {
	single := min(max(q.a, 0), int64(len(q.objects)))
	var list []byte
	add := func(o oid) (oid, bool) {
		before := len(list)
		v, ok := t.next(q, o)
		if ok {
			list, o = append(list, v.encoded...), v.oid
		} else {
			list = appendException(list, o, byte(snmp.EndOfMibView))
		}
		if len(list) > size && before > 0 {
			list = list[:before]
			return nil, false
		}
		return o, true
	}
	for _, o := range q.objects[:single] {
		if _, fits := add(o); !fits {
			return q.fail(statusTooBig, 0)
		}
	}
	cursor := slices.Clone(q.objects[single:])
	for row := int64(0); row < q.b && len(cursor) > 0; row++ {
		over := true
		for i, o := range cursor {
			following, fits := add(o)
			if !fits {
				return q.respond(0, 0, list)
			}
			cursor[i] = following
			over = over && t.after(following) == len(t)
		}
		if over && row > 0 {
			break
		}
	}
	return q.respond(0, 0, list)
}

func appendException(list []byte, o oid, tag byte) []byte {
	return appendTLV(list, tagSequence, o.encode(), []byte{tag, 0})
}

func (q request) respond(status, index int, list []byte) []byte {
	return tlv(pduResponse, integer(tagInteger, q.id), integer(tagInteger, int64(status)),
		integer(tagInteger, int64(index)), tlv(tagSequence, list))
}

// fail answers with an error and the variables as they were asked.
func (q request) fail(status, index int) []byte {
	if status == statusTooBig && q.version != version1 {
		return q.respond(status, index, nil)
	}
	return q.respond(status, index, q.variables)
}

// engine gives the agent's snmpEngineID: the recorded one, or one made of its
// address (RFC 3411 §5, SnmpEngineID).
func (a Agent) engine() string {
	for _, vb := range a.Varbinds {
		if vb.OID == "1.3.6.1.6.3.10.2.1.1.0" && len(vb.Value) >= 5 && len(vb.Value) <= 32 {
			return vb.Value
		}
	}
	id := "\x80\x00\x00\x00"
	if len(a.Addresses) > 0 {
		b := a.Addresses[0].AsSlice()
		return id + string(rune(cmp.Compare(len(b), 4)+1)) + string(b)
	}
	return id + "\x04" + a.Name[:min(len(a.Name), 27)]
}
