package snmp

import (
	"cmp"
	"context"
	"encoding/binary"
	"fmt"
	"net/netip"
	"slices"
	"strconv"
	"sync"
	"time"

	"gujo/discovery"
	"gujo/discovery/evidence"
)

// Port is where agents listen (RFC 3417 §3.1).
const Port = 161

// Target is an agent to ask.
type Target = discovery.Target

// Sink takes the entries.
type Sink = discovery.Sink

// Collector reads agents. Its exported fields are set before the first call of
// Collect and not changed afterwards; the zero value of each has a meaning. It
// remembers from one agent to the next what each model bears, which credential
// was accepted, and which machine was met, and is safe for concurrent use.
type Collector struct {
	Credentials []Credential
	Dialer      Dialer                      // nil: to the agents themselves
	Scope       func(netip.Addr) bool       // from where else an AnyReply target may answer; nil: from anywhere
	Clock       func() time.Time            // when an entry was collected; nil: time.Now
	Timeout     time.Duration               // of one request; 0: 2 s
	Attempts    int                         // of one request; 0: 3
	MaxRows     int                         // of one table; 0: 400,000
	MaxBytes    int                         // of one table; 0: 32 MiB
	TableTime   time.Duration               // for one table; 0: 1 minute
	TargetTime  time.Duration               // for one target; 0: 10 minutes
	Twice       bool                        // read a machine again that was met at another address
	Offset      func(Target, time.Duration) // told how far a target's clock is ahead; may be nil

	secrets  sync.Once
	guarded  *evidence.Known
	mu       sync.Mutex
	lastGood string                // name of the credential accepted last
	accepted map[string]string     // by zone and target
	floors   map[string]int        // of the ladder, by sysObjectID
	met      map[string]netip.Addr // by fingerprint of the identifying tables
}

// Collect reads one agent with a collector of its own; see [Collector.Collect].
func Collect(ctx context.Context, t Target, credentials []Credential, sink Sink) (discovery.Visit, error) {
	return (&Collector{Credentials: credentials}).Collect(ctx, t, sink)
}

// Collect reads all tables of one agent and adds an entry for each, in the order
// of [Tables]. Where the agent does not answer at all there is one entry, a gap
// without a table. Rows of a table that is a gap are kept. The error is the
// sink's alone.
func (c *Collector) Collect(ctx context.Context, t Target, sink Sink) (discovery.Visit, error) {
	v := &visit{Collector: c, target: t, sink: sink}
	return v.run(ctx)
}

// visit is the reading of one target.
type visit struct {
	*Collector
	target  Target
	sink    Sink
	link    *link
	session *session
	out     discovery.Visit
	entries []EntryData
	counts  map[string]int64
}

func (v *visit) run(ctx context.Context) (discovery.Visit, error) {
	parent := ctx
	ctx, cancel := context.WithTimeoutCause(ctx, cmp.Or(v.TargetTime, 10*time.Minute), errDeadline)
	defer cancel()

	port := v.target.Port
	if port == 0 {
		port = Port
	}
	dialer := v.Dialer
	if dialer == nil {
		dialer = direct{}
	}
	to, err := dialer.Route(netip.AddrPortFrom(v.target.Address, port))
	if err != nil {
		return v.absent(&fault{reason: evidence.ReasonUnreachable, detail: cleanText(err.Error(), 200)})
	}
	v.link = &link{to: to}
	if v.target.AnyReply {
		v.link.accepts = func(a netip.Addr) bool { return v.Scope == nil || v.Scope(a) }
	}
	defer v.link.Close()
	defer context.AfterFunc(parent, v.link.stop)()
	defer func() { v.out.Requests, v.out.BytesSent = v.link.requests, v.link.sent }()

	if f := v.contact(ctx); f != nil {
		out, err := v.absent(f)
		out.Requests, out.BytesSent = v.link.requests, v.link.sent
		return out, err
	}
	v.out.Answered, v.out.Credential = true, v.session.cred.Name
	err = v.tables(ctx)
	v.learn()
	if !v.out.Read {
		for _, e := range v.entries {
			if e.Entry.Outcome == evidence.Gap {
				v.out.Reason, v.out.Detail = e.Entry.Reason, e.Entry.Detail
				break
			}
		}
	}
	v.out.Requests, v.out.BytesSent = v.link.requests, v.link.sent
	entries := v.entries
	v.out.Interpret = func() discovery.Reading { return Interpret(entries) }
	return v.out, err
}

// tables reads all tables. Scalars and the beginnings of all tables are asked
// for together first: most agents have few of the tables, and an object from
// behind a table says that it is empty.
func (v *visit) tables(ctx context.Context) error {
	all := Tables()
	if err := v.group(ctx, all[:identifying]); err != nil {
		return err
	}
	if first := v.meet(); first.IsValid() && !v.Twice {
		v.out.SameAs = first
		return v.add(Table{}, reading{outcome: evidence.NotAsked,
			detail: "the same engine, name and interfaces as " + first.String() + ", which was read"})
	}
	return v.group(ctx, all[identifying:])
}

// group reads tables, after one look at all of them.
func (v *visit) group(ctx context.Context, all []Table) error {
	s := v.session
	var objects []string
	at := make([]int, len(all)) // where the objects of a table start
	for i, t := range all {
		at[i] = len(objects)
		if t.Scalar {
			objects = append(objects, t.Columns...)
		} else {
			objects = append(objects, t.Columns[0])
		}
	}
	got, faults := s.first(ctx, objects)
	for i, t := range all {
		var r reading
		switch {
		case s.dead != nil && !t.Scalar:
			r = finish(nil, s.dead)
		case t.Scalar:
			n := len(t.Columns)
			r = scalars(t, got[at[i]:at[i]+n], faults[at[i]:at[i]+n])
		case faults[at[i]] == nil && behind(got[at[i]], t):
			r = reading{outcome: evidence.Empty}
		case v.counts[t.Count] > maxRoutes:
			r = reading{outcome: evidence.NotAsked, detail: fmt.Sprintf("%d routes; a table of more than %d is not searched", v.counts[t.Count], maxRoutes)}
		default:
			r = s.read(ctx, t, limits{cmp.Or(v.MaxRows, maxTableRows), cmp.Or(v.MaxBytes, maxTableBytes), cmp.Or(v.TableTime, time.Minute)})
		}
		if t.Scalar {
			v.note(r.rows)
		}
		if err := v.add(t, r); err != nil {
			return err
		}
	}
	return nil
}

// behind tells whether an object given for the first column of a table lies
// behind all of them: then none has a row.
func behind(vb Varbind, t Table) bool {
	last := t.Columns[len(t.Columns)-1]
	if vb.ended() {
		return true
	}
	_, inside := Under(vb.OID, last)
	return !inside && CompareOID(vb.OID, last) > 0
}

// scalars picks the instances out of what follows the objects.
func scalars(t Table, got []Varbind, faults []*fault) reading {
	var rows []Varbind
	var gap *fault
	for i, object := range t.Columns {
		if faults[i] != nil && gap == nil {
			gap = faults[i]
		}
		if _, inside := Under(got[i].OID, object); inside && !got[i].ended() {
			rows = append(rows, got[i])
		}
	}
	return finish(rows, gap)
}

// note keeps what later decisions need.
func (v *visit) note(rows []Varbind) {
	if v.counts == nil {
		v.counts = map[string]int64{}
	}
	for _, r := range rows {
		if n, ok := r.Int(); ok {
			v.counts[r.OID] = n
		}
		if r.OID == "1.3.6.1.2.1.25.1.2.0" && v.Offset != nil {
			if there, ok := dateAndTime(r.Value); ok {
				v.Offset(v.target, there.Sub(v.now()).Round(time.Second))
			}
		}
	}
}

// dateAndTime reads an SNMPv2-TC DateAndTime that says its zone.
func dateAndTime(s string) (time.Time, bool) {
	if len(s) != 11 || s[8] != '+' && s[8] != '-' || s[2] < 1 || s[2] > 12 {
		return time.Time{}, false
	}
	east := (int(s[9])*60 + int(s[10])) * 60
	if s[8] == '-' {
		east = -east
	}
	year := int(binary.BigEndian.Uint16([]byte(s)))
	return time.Date(year, time.Month(s[2]), int(s[3]), int(s[4]), int(s[5]), int(s[6]), int(s[7])*1e8, time.FixedZone("", east)), true
}

func (c *Collector) now() time.Time {
	if c.Clock != nil {
		return c.Clock()
	}
	return time.Now()
}

// SameAs is the attribute of the entry of a machine that was met again: the
// address at which it was read.
const SameAs = "same_as"

// Blank gives an entry about a target that nothing was read of. Its target is
// the address alone, or "127.0.0.1:1161" and "[::1]:1161" where the port is not
// [Port]: behind each port that is forwarded there is a machine of its own.
func (c *Collector) Blank(t Target) evidence.Entry {
	e := evidence.Entry{Collector: "snmp", Format: "varbinds", Zone: t.Zone, Collected: c.now().UTC()}
	if forwarded(t) {
		e.Attrs = map[string]string{"port": strconv.Itoa(int(t.Port))}
	} else {
		t.Port = 0
	}
	e.Target = t.String()
	return e
}

// forwarded reports whether a target is not asked where agents listen. Its
// address may then be that of who forwards and says nothing of the machine.
func forwarded(t Target) bool { return t.Port != 0 && t.Port != Port }

// add makes an entry of a table.
func (v *visit) add(t Table, r reading) error {
	e := v.Blank(v.target)
	e.Table, e.Outcome, e.Reason, e.Detail = t.Name, r.outcome, r.reason, r.detail
	if v.session != nil {
		if e.Attrs == nil {
			e.Attrs = map[string]string{}
		}
		e.Attrs["snmp"], e.Attrs["credential"] = v.session.cred.versionName(), v.session.cred.Name
	}
	if t.Name == "" && v.out.SameAs.IsValid() {
		if e.Attrs == nil {
			e.Attrs = map[string]string{}
		}
		e.Attrs[SameAs] = v.out.SameAs.String()
	}
	v.out.Read = v.out.Read || len(r.rows) > 0
	known := v.known()
	e.Redactions = redact(r.rows, known)
	if detail, hit := known.Text(e.Detail); hit {
		e.Detail = detail
		e.Redactions = append(e.Redactions, evidence.RuleKnown)
		slices.Sort(e.Redactions)
		e.Redactions = slices.Compact(e.Redactions)
	}
	var data []byte
	if len(r.rows) > 0 || r.outcome == evidence.Complete || r.outcome == evidence.Empty {
		// Two machines may answer the same; a line that says who was asked for what
		// and when keeps their evidence, and so its digests, apart.
		data = fmt.Appendf(nil, "# %s %s %s\n", e.Target, e.Table, e.Collected.Format(time.RFC3339Nano))
		data = append(data, FormatVarbinds(r.rows)...)
	}
	e, err := v.sink.Add(e, data)
	if err != nil {
		return err
	}
	v.entries = append(v.entries, EntryData{Entry: e, Data: data})
	return nil
}

// absent records that a target could not be read at all.
func (v *visit) absent(f *fault) (discovery.Visit, error) {
	f.detail, _ = v.known().Text(f.detail)
	v.out.Reason, v.out.Detail = f.reason, f.detail
	err := v.add(Table{}, reading{outcome: evidence.Gap, reason: f.reason, detail: f.detail})
	return v.out, err
}

var _ discovery.Collector = (*Collector)(nil)
