package replay

import (
	"encoding/binary"
	"strconv"
	"strings"
	"time"
)

// usmStats counters (RFC 3414 §5).
const (
	unsupportedSecLevels = 1
	notInTimeWindows     = 2
	unknownUserNames     = 3
	unknownEngineIDs     = 4
	wrongDigests         = 5
	decryptionErrors     = 6
)

const (
	flagAuth       = 1
	flagPriv       = 2
	flagReportable = 4
)

// header is what a message of version 3 has in clear (RFC 3412 §6, RFC 3414 §2.4).
type header struct {
	id, maxSize int64
	flags       byte
	engine      string
	boots, time int64
	user        string
	digest      []byte // within the datagram
	salt        []byte
}

func readHeader(body *reader) (h header, ok bool) {
	global := reader{b: body.take(tagSequence)}
	h.id, h.maxSize = global.int(), global.int()
	flags := global.take(tagOctets)
	model := global.int()
	octets := reader{b: body.take(tagOctets)}
	usm := reader{b: octets.take(tagSequence)}
	h.engine = string(usm.take(tagOctets))
	h.boots, h.time = usm.int(), usm.int()
	h.user = string(usm.take(tagOctets))
	h.digest = usm.take(tagOctets)
	h.salt = usm.take(tagOctets)
	if body.bad || global.bad || octets.bad || usm.bad || len(flags) != 1 || model != 3 {
		return h, false
	}
	h.flags = flags[0]
	return h, true
}

// secured answers a message of version 3, in the order of RFC 3414 §3.2.
func (r *running) secured(datagram []byte, body reader) (answer []byte, elsewhere bool) {
	h, ok := readHeader(&body)
	if !ok {
		return nil, false
	}
	k, known := r.user(h.user)
	switch {
	case h.engine != r.engine:
		return r.report(h, body, unknownEngineIDs, nil), false
	case !known:
		return r.report(h, body, unknownUserNames, nil), false
	case !k.supports(h.flags):
		return r.report(h, body, unsupportedSecLevels, nil), false
	}
	if k.auth != nil {
		sent := append([]byte(nil), h.digest...)
		clear(h.digest)
		if len(sent) != k.auth.size || string(k.digest(datagram)) != string(sent) {
			return r.report(h, body, wrongDigests, nil), false
		}
		now := int64(r.now())
		if h.boots != int64(r.boots) || h.time < now-150 || h.time > now+150 {
			return r.report(h, body, notInTimeWindows, &k), false
		}
	}
	scoped := body
	if k.priv != nil {
		plain, err := k.decrypt(uint32(h.boots), uint32(h.time), h.salt, body.take(tagOctets))
		if err != nil || body.bad {
			return r.report(h, body, decryptionErrors, nil), false
		}
		scoped = reader{b: plain}
	}
	inner := reader{b: scoped.take(tagSequence)}
	engine, context := inner.take(tagOctets), inner.take(tagOctets)
	kind, contents := inner.next()
	q, err := readRequest(3, kind, contents)
	if scoped.bad || inner.bad || err != nil {
		if k.priv != nil { // a wrong key decrypts to anything
			return r.report(h, body, decryptionErrors, nil), false
		}
		return nil, false
	}
	size := min(r.options.MaxSize, int(max(h.maxSize, 484)))
	pdu, after := r.reply(q, size-200)
	if pdu == nil {
		return nil, false
	}
	return after.apply(r.message(h, h.flags&(flagAuth|flagPriv), &k, engine, context, pdu)), after == WrongAddress
}

// supports tells whether a user is let in at a security level: at their own,
// neither below nor above it.
func (k keys) supports(flags byte) bool {
	return (flags&flagAuth != 0) == (k.auth != nil) && (flags&flagPriv != 0) == (k.priv != nil)
}

func (r *running) user(name string) (keys, bool) {
	if k, ok := r.keys[name]; ok {
		return k, true
	}
	for _, p := range r.users {
		if p.Name == name {
			if r.keys == nil {
				r.keys = map[string]keys{}
			}
			r.keys[name] = p.at(r.engine)
			return r.keys[name], true
		}
	}
	return keys{}, false
}

func (r *running) now() uint32 { return uint32(time.Since(r.started) / time.Second) }

// report says why a message is not answered. One about the time window is
// authenticated, so that whoever asked may trust the clock in it.
func (r *running) report(h header, body reader, counter int, k *keys) []byte {
	if h.flags&flagReportable == 0 {
		return nil
	}
	r.counts[counter]++
	var id int64
	if h.flags&flagPriv == 0 {
		scoped := reader{b: body.take(tagSequence)}
		scoped.take(tagOctets)
		scoped.take(tagOctets)
		_, contents := scoped.next()
		inner := reader{b: contents}
		if n := inner.int(); !scoped.bad && !inner.bad {
			id = n
		}
	}
	name := append(oid{1, 3, 6, 1, 6, 3, 15, 1, 1}, uint32(counter), 0)
	list := tlv(tagSequence, tlv(tagSequence, name.encode(), unsigned(0x41, uint64(r.counts[counter]))))
	pdu := tlv(pduReport, integer(tagInteger, id), integer(tagInteger, 0), integer(tagInteger, 0), list)
	var flags byte
	if k != nil {
		flags = flagAuth
	}
	return r.message(h, flags, k, []byte(r.engine), nil, pdu)
}

// message wraps a PDU at a security level.
func (r *running) message(h header, flags byte, k *keys, engine, context, pdu []byte) []byte {
	boots, now := r.boots, r.now()
	data := tlv(tagSequence, tlv(tagOctets, engine), tlv(tagOctets, context), pdu)
	var salt, digest []byte
	if flags&flagPriv != 0 {
		r.salt++
		salt = binary.BigEndian.AppendUint64(nil, r.salt)
		if k.priv.des {
			binary.BigEndian.PutUint32(salt, boots)
		}
		sealed, err := k.encrypt(boots, now, salt, data)
		if err != nil {
			return nil
		}
		data = tlv(tagOctets, sealed)
	}
	if flags&flagAuth != 0 {
		digest = make([]byte, k.auth.size)
	}
	user := h.user
	security := tlv(tagSequence, tlv(tagOctets, []byte(r.engine)), integer(tagInteger, int64(boots)), integer(tagInteger, int64(now)),
		tlv(tagOctets, []byte(user)), tlv(tagOctets, digest), tlv(tagOctets, salt))
	global := tlv(tagSequence, integer(tagInteger, h.id), integer(tagInteger, 65507), tlv(tagOctets, []byte{flags}), integer(tagInteger, 3))
	m := tlv(tagSequence, integer(tagInteger, 3), global, tlv(tagOctets, security), data)
	if flags&flagAuth != 0 {
		// The digest stands before the salt, both at the end of the security
		// parameters, which the data follow.
		end := len(m) - len(data) - len(tlv(tagOctets, salt))
		copy(m[end-k.auth.size:end], k.digest(m))
	}
	return m
}

func (o oid) String() string {
	var b strings.Builder
	for i, n := range o {
		if i > 0 {
			b.WriteByte('.')
		}
		b.WriteString(strconv.FormatUint(uint64(n), 10))
	}
	return b.String()
}
