package snmp

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/gosnmp/gosnmp"

	"gujo/discovery/evidence"
)

const (
	maxWidth = 32  // objects in one request
	maxCells = 125 // variables asked for in one request: some three datagrams' worth of an Ethernet
)

// ladder is the repetitions of a GETBULK, from the first try downwards; the last
// step is a GETNEXT, which some agents answer alone.
var ladder = [...]int{25, 10, 5, 1, 0}

// fault is why a question got no usable answer.
type fault struct {
	reason string // an evidence.Reason… word
	detail string
	status gosnmp.SNMPError // of an answer that was an error
	index  int              // which variable that error is about, from 1; 0 none
	silent bool             // no answer came at all
}

func (f *fault) Error() string { return f.detail }

// session is a conversation with one agent. One request is in flight at a time.
type session struct {
	g        *gosnmp.GoSNMP
	link     *link
	cred     Credential
	timeout  time.Duration
	attempts int
	step     int              // in the ladder
	floor    int              // the step that is not left upwards any more
	falls    [len(ladder)]int // from each step
	good     int              // answers since the last change of step
	dead     *fault
}

// newSession makes a session; nothing is asked yet.
func newSession(ctx context.Context, c Credential, l *link, timeout time.Duration, attempts int) (*session, error) {
	g := c.handle()
	// The library makes its buffers in Connect only; its socket is then
	// replaced by ours. Connecting a datagram socket sends nothing.
	g.Target, g.Port, g.Context, g.Timeout = l.to.Addr().String(), l.to.Port(), ctx, timeout
	if err := g.Connect(); err != nil {
		return nil, err
	}
	g.Conn.Close()
	g.Conn, g.Transport = l, "udp"
	l.mark = nil
	if c.version != gosnmp.Version3 {
		l.mark = append([]byte{0x04, byte(len(c.community))}, c.community...)
	}
	return &session{g: g, link: l, cred: c, timeout: timeout, attempts: attempts}, nil
}

// repetitions is how many rows a request may ask for now; 0 means GETNEXT.
func (s *session) repetitions() int {
	if s.cred.version == gosnmp.Version1 {
		return 0
	}
	return ladder[s.step]
}

// shrink asks for less from now on; ok is false where it cannot.
func (s *session) shrink() (ok bool) {
	s.good = 0
	if s.cred.version == gosnmp.Version1 || s.step == len(ladder)-1 {
		return false
	}
	// What failed twice is not tried a third time.
	if s.falls[s.step]++; s.falls[s.step] > 1 {
		s.floor = s.step + 1
	}
	s.step++
	return true
}

// bottom goes down to GETNEXT for good; ok is false where that was so before.
func (s *session) bottom() (ok bool) {
	if s.repetitions() == 0 {
		return false
	}
	s.step, s.floor, s.good = len(ladder)-1, len(ladder)-1, 0
	return true
}

// grew counts a good answer, and asks for more again after a few of them.
func (s *session) grew() {
	if s.good++; s.good >= 8 && s.step > s.floor {
		s.step--
		s.good = 0
	}
}

// next asks for what follows each of the objects: repetitions rows of them, or
// one with a GETNEXT where that is 0. Answers stand row after row.
func (s *session) next(ctx context.Context, objects []string, repetitions int) ([]Varbind, *fault) {
	names := make([]string, len(objects))
	for i, o := range objects {
		names[i] = "." + o
	}
	s.g.Context = ctx
	var p *gosnmp.SnmpPacket
	var err error
	if repetitions > 0 {
		p, err = s.g.GetBulk(names, 0, uint32(repetitions))
	} else {
		p, err = s.g.GetNext(names)
	}
	if err != nil {
		return nil, s.explain(ctx, err)
	}
	if p.PDUType != gosnmp.GetResponse {
		return nil, s.explain(ctx, fmt.Errorf("answered with %v", p.PDUType))
	}
	if p.Error != gosnmp.NoError {
		return nil, statusFault(p.Error, int(p.ErrorIndex))
	}
	vbs := make([]Varbind, len(p.Variables))
	for i, v := range p.Variables {
		vbs[i] = varbindOf(v)
	}
	return vbs, nil
}

func statusFault(status gosnmp.SNMPError, index int) *fault {
	f := &fault{reason: evidence.ReasonTruncated, status: status, index: index}
	name := status.String()
	switch status {
	case gosnmp.NoAccess, gosnmp.AuthorizationError:
		f.reason = evidence.ReasonDenied
	case gosnmp.TooBig:
		name = "tooBig"
	case gosnmp.GenErr:
		name = "genErr"
	case gosnmp.NoSuchName:
		name = "noSuchName"
	}
	f.detail = "the agent answers " + name
	return f
}

// explain puts a failure into words. Four are kept apart, because they call for
// different people: nothing there, nothing heard, not let in, not understood.
func (s *session) explain(ctx context.Context, err error) *fault {
	switch {
	case errors.Is(err, context.DeadlineExceeded), ctx.Err() != nil && errors.Is(context.Cause(ctx), errDeadline):
		return &fault{reason: evidence.ReasonTruncated, detail: "the time for it is over"}
	case ctx.Err() != nil || s.link.stopped.Load():
		return &fault{reason: evidence.ReasonInterrupted, detail: "collecting was stopped"}
	case s.link.refused:
		return &fault{reason: evidence.ReasonUnreachable, detail: "the port is closed (ICMP port unreachable)"}
	}
	denied := func(detail string) *fault { return &fault{reason: evidence.ReasonDenied, detail: detail} }
	report := s.link.report
	switch {
	case report == 1 || errors.Is(err, gosnmp.ErrUnknownSecurityLevel):
		return denied("the agent wants another security level (usmStatsUnsupportedSecLevels)")
	case errors.Is(err, gosnmp.ErrNotInTimeWindow) || report == 2:
		return denied("not in the time window, even after its clock was taken over (usmStatsNotInTimeWindows)")
	case report == 3 || errors.Is(err, gosnmp.ErrUnknownUsername):
		return denied("the agent does not know the user (usmStatsUnknownUserNames)")
	case report == 5 || errors.Is(err, gosnmp.ErrWrongDigest):
		return denied("wrong authentication key or protocol (usmStatsWrongDigests)")
	case report == 6 || errors.Is(err, gosnmp.ErrDecryption):
		return denied("wrong privacy key or protocol (usmStatsDecryptionErrors)")
	case report == 4 || errors.Is(err, gosnmp.ErrUnknownEngineID):
		return denied("the agent does not accept the engine it named itself (usmStatsUnknownEngineIDs)")
	}
	text := err.Error()
	if timedOut(err) || errors.Is(err, gosnmp.ErrMaxRetriesExceeded) && strings.Contains(text, "timeout") {
		return &fault{reason: evidence.ReasonTimeout, detail: "no answer within " + s.timeout.String(), silent: true}
	}
	if strings.Contains(text, "not authentic") {
		return denied("an answer is not authentic: wrong authentication key or protocol")
	}
	// What the library says of a malformed answer may quote it; that is the
	// device's own text, which repeats the community, and is bounded.
	text, _, _ = strings.Cut(text, " Stack:")
	text, _ = evidence.NewKnown(s.cred.community, s.cred.authKey, s.cred.privKey).Text(text)
	return &fault{reason: evidence.ReasonUnparsed, detail: cleanText("malformed answer: "+text, 200)}
}

// first asks what follows each of the objects, all in one request where the
// agent takes it, else in smaller ones. The result has one variable for each
// object: EndOfMibView where nothing follows it, the zero Varbind where no
// answer was to be had, with its fault.
func (s *session) first(ctx context.Context, objects []string) ([]Varbind, []*fault) {
	got, faults := make([]Varbind, len(objects)), make([]*fault, len(objects))
	var ask func(from, to, tries int)
	ask = func(from, to, tries int) {
		if s.dead != nil {
			for i := from; i < to; i++ {
				faults[i] = s.dead
			}
			return
		}
		vbs, f := s.next(ctx, objects[from:to], 0)
		if f == nil && len(vbs) != to-from {
			f = &fault{reason: evidence.ReasonUnparsed, detail: fmt.Sprintf("%d variables for %d asked", len(vbs), to-from)}
		}
		for i := 0; f == nil && i < len(vbs); i++ {
			if object := objects[from+i]; !vbs[i].ended() && CompareOID(vbs[i].OID, object) <= 0 {
				f = &fault{reason: evidence.ReasonLoop, detail: fmt.Sprintf("object identifiers do not increase: %s after %s", shortOID(vbs[i].OID), object)}
			}
		}
		switch {
		case f == nil:
			copy(got[from:to], vbs)
		case f.status == gosnmp.NoSuchName && s.cred.version == gosnmp.Version1 && (to-from == 1 || f.index >= 1 && f.index <= to-from):
			// The end of the tree, as v1 says it (RFC 1157 §4.1.3).
			at := from + max(f.index, 1) - 1
			got[at] = Varbind{OID: objects[at], Type: EndOfMibView}
			if from < at {
				ask(from, at, tries)
			}
			if at+1 < to {
				ask(at+1, to, tries)
			}
		case f.silent && tries > 1:
			ask(from, to, tries-1)
		case f.reason == evidence.ReasonInterrupted || f.reason == evidence.ReasonDenied && f.status == 0 || f.reason == evidence.ReasonUnreachable:
			s.dead = f
			fallthrough
		case to-from == 1:
			if f.silent {
				s.alive(ctx, f)
			}
			for i := from; i < to; i++ {
				faults[i] = f
			}
		default:
			// A timeout of many objects may be the fault of one; the parts are
			// tried once each.
			middle := (from + to) / 2
			ask(from, middle, 1)
			ask(middle, to, 1)
		}
	}
	for from := 0; from < len(objects); from += maxWidth {
		ask(from, min(from+maxWidth, len(objects)), s.attempts)
	}
	return got, faults
}

// alive asks for what every agent has after a silence, so that a device that
// went away costs one wait and not one for each table left.
func (s *session) alive(ctx context.Context, why *fault) bool {
	if s.dead != nil {
		return false
	}
	if _, f := s.next(ctx, []string{"1.3.6.1.2.1.1.3"}, 0); f != nil && (f.silent || f.reason == evidence.ReasonUnreachable || f.reason == evidence.ReasonInterrupted) {
		s.dead = &fault{reason: f.reason, detail: f.detail, silent: f.silent}
		if f.silent {
			s.dead.detail = "the agent stopped answering"
		}
		return false
	}
	return true
}

// varbindOf takes a variable over as it came.
func varbindOf(v gosnmp.SnmpPDU) Varbind {
	out := Varbind{OID: strings.TrimPrefix(v.Name, "."), Type: Type(v.Type)}
	switch x := v.Value.(type) {
	case []byte:
		out.Value = string(x)
	case string:
		out.Value = x
		switch v.Type {
		case gosnmp.ObjectIdentifier:
			out.Value = strings.TrimPrefix(x, ".")
		case gosnmp.IPAddress:
			a, err := netip.ParseAddr(x)
			if err != nil {
				return Varbind{OID: out.OID, Type: Null}
			}
			if !a.Is4() { // some agents put 16 octets there; RFC 2578 §7.1.5 has 4
				out.Type, out.Value = OctetString, string(a.AsSlice())
			}
		}
	case int:
		out.Value = strconv.Itoa(x)
	case uint:
		out.Value = strconv.FormatUint(uint64(x), 10)
	case uint32:
		out.Value = strconv.FormatUint(uint64(x), 10)
	case uint64:
		out.Value = strconv.FormatUint(x, 10)
	case float32:
		out.Type, out.Value = Opaque, opaqueFloat(x)
	case float64:
		out.Type, out.Value = Opaque, opaqueDouble(x)
	}
	switch out.Type {
	case Integer, Counter32, Gauge32, TimeTicks, Counter64, IPAddress, ObjectID:
		if out.Value == "" {
			out.Type = Null
		}
	case 0x47: // UInteger32 of RFC 1442, now Gauge32
		out.Type = Gauge32
	case OctetString, Opaque, Null, NoSuchObject, NoSuchInstance, EndOfMibView:
	default:
		return Varbind{OID: out.OID, Type: Null}
	}
	return out
}

// ended tells whether a variable says that nothing follows.
func (v Varbind) ended() bool {
	return slices.Contains([]Type{NoSuchObject, NoSuchInstance, EndOfMibView}, v.Type)
}
