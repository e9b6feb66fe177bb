package snmp

import (
	"cmp"
	"context"
	"encoding/binary"
	"fmt"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/gosnmp/gosnmp"

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

// maxCredentials bounds what is tried at one address, so that asking locks
// nobody's account and a silent address does not cost a wait for each.
const maxCredentials = 8

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
	v.out.Requests, v.out.BytesSent = v.link.requests, v.link.sent
	entries := v.entries
	v.out.Interpret = func() discovery.Reading { return Interpret(entries) }
	return v.out, err
}

// contact finds a credential that the agent accepts.
func (v *visit) contact(ctx context.Context) *fault {
	credentials := v.candidates()
	if len(credentials) == 0 {
		return &fault{reason: evidence.ReasonDenied, detail: "no credential to ask with"}
	}
	var worst *fault
	var silent []string
	for _, cred := range credentials {
		f := v.try(ctx, cred)
		switch {
		case f == nil:
			return nil
		case f.reason == evidence.ReasonUnreachable, f.reason == evidence.ReasonInterrupted, f.reason == evidence.ReasonWrongAddress:
			return f
		case f.silent:
			silent = append(silent, cred.Name)
		case worst == nil:
			worst = f
			worst.detail = "credential " + cred.Name + ": " + worst.detail
		}
	}
	if worst != nil {
		return worst
	}
	names := strings.Join(slices.Compact(silent), ", ")
	if v.link.hearsDiscovery(uint16(v.link.requests), cmp.Or(v.Timeout, 2*time.Second)) {
		return &fault{reason: evidence.ReasonDenied,
			detail: "an SNMP agent is there (it answers engine discovery) but accepts none of: " + names}
	}
	if v.link.refused {
		return &fault{reason: evidence.ReasonUnreachable, detail: "the port is closed (ICMP port unreachable)"}
	}
	return &fault{reason: evidence.ReasonUnreachable,
		detail: "nothing came back: host down, filtered, or none of these accepted: " + names}
}

// try makes first contact with one credential.
func (v *visit) try(ctx context.Context, cred Credential) *fault {
	var f *fault
	before := v.link.received
	for attempt := range min(cmp.Or(v.Attempts, 3), 2) {
		if err := v.link.dial(attempt > 0 || v.target.AnyReply); err != nil {
			return &fault{reason: evidence.ReasonUnreachable, detail: cleanText(err.Error(), 200)}
		}
		s, err := newSession(ctx, cred, v.link, cmp.Or(v.Timeout, 2*time.Second), cmp.Or(v.Attempts, 3))
		if err != nil {
			return &fault{reason: evidence.ReasonUnreachable, detail: cleanText(err.Error(), 200)}
		}
		var vbs []Varbind
		vbs, f = s.next(ctx, []string{"1.3.6.1.2.1.1.2"}, 0)
		if f == nil || f.status != 0 {
			v.session = s
			if len(vbs) == 1 && vbs[0].Type == ObjectID {
				s.floor = v.floor(vbs[0].Value)
				s.step = s.floor
			}
			return nil
		}
		if !f.silent {
			return f
		}
		if v.link.stray.IsValid() && !v.target.AnyReply {
			return &fault{reason: evidence.ReasonWrongAddress,
				detail: fmt.Sprintf("asked %s, answered from %s", v.target.Address, v.link.stray)}
		}
	}
	if v.link.received > before && cred.version == gosnmp.Version3 {
		// The engine was told, and then came nothing: some agents drop what
		// they cannot decrypt.
		return &fault{reason: evidence.ReasonDenied,
			detail: "the agent tells its engine and then answers nothing: wrong privacy key or protocol, or no access"}
	}
	return f
}

// candidates are the credentials to try: what was accepted here before, what
// was accepted last elsewhere, then the rest in their order.
func (v *visit) candidates() []Credential {
	var all []Credential
	for _, c := range v.Credentials {
		if len(v.target.Credentials) == 0 || slices.Contains(v.target.Credentials, c.Name) {
			all = append(all, c.variants()...)
		}
	}
	v.mu.Lock()
	here, last := v.accepted[v.key()], v.lastGood
	v.mu.Unlock()
	rank := func(c Credential) int {
		switch c.key() {
		case here:
			return 0
		case last:
			return 1
		}
		return 2
	}
	slices.SortStableFunc(all, func(a, b Credential) int { return rank(a) - rank(b) })
	return all[:min(len(all), maxCredentials)]
}

// key tells a credential from others, and its variants from one another.
func (c Credential) key() string { return fmt.Sprint(c.Name, c.priv) }

func (v *visit) key() string { return v.target.Zone + "\x00" + v.target.String() }

// known are the secrets of all credentials: what one agent is asked with, another
// may tell.
func (c *Collector) known() *evidence.Known {
	c.secrets.Do(func() {
		var all []string
		for _, cred := range c.Credentials {
			all = append(all, cred.community, cred.authKey, cred.privKey)
		}
		c.guarded = evidence.NewKnown(all...)
	})
	return c.guarded
}

func (c *Collector) floor(model string) int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.floors[model]
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
			r = s.read(ctx, t, limits{cmp.Or(v.MaxRows, 400_000), cmp.Or(v.MaxBytes, 32<<20), cmp.Or(v.TableTime, time.Minute)})
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

// learn keeps for other agents what this one taught.
func (v *visit) learn() {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.accepted == nil {
		v.accepted, v.floors = map[string]string{}, map[string]int{}
	}
	v.accepted[v.key()], v.lastGood = v.session.cred.key(), v.session.cred.key()
	if model := v.value("system", "1.3.6.1.2.1.1.2.0"); model != "" && v.session.cred.version != gosnmp.Version1 {
		v.floors[model] = max(v.floors[model], v.session.floor)
	}
}

// value gives an object out of what was read.
func (v *visit) value(table, oid string) string {
	for _, e := range v.entries {
		if e.Entry.Table != table {
			continue
		}
		vbs, _ := ParseVarbinds(table, e.Data)
		for _, vb := range vbs {
			if vb.OID == oid {
				return vb.Value
			}
		}
	}
	return ""
}

// meet tells at which address the machine was met before, if it was, and
// remembers it. An engine identifier alone is no identity (clones share it), nor
// is a name: engine, name, model, and all MAC and IP addresses must agree, of
// which there is one of either at least, and the address asked among them.
// Whether two subjects are one machine in any other case is not decided here.
func (v *visit) meet() netip.Addr {
	if forwarded(v.target) {
		return netip.Addr{}
	}
	var b strings.Builder
	own := false
	fmt.Fprintf(&b, "%s\x00", v.target.Zone)
	for _, oid := range []string{"1.3.6.1.2.1.1.1.0", "1.3.6.1.2.1.1.2.0", "1.3.6.1.2.1.1.5.0"} {
		fmt.Fprintf(&b, "%s\x00", v.value("system", oid))
	}
	fmt.Fprintf(&b, "%s\x00", v.value("snmpEngine", "1.3.6.1.6.3.10.2.1.1.0"))
	macs, addresses := 0, 0
	for _, e := range v.entries {
		if e.Entry.Outcome == evidence.Gap {
			return netip.Addr{} // what was not read whole proves nothing
		}
		vbs, _ := ParseVarbinds(e.Entry.Table, e.Data)
		for _, vb := range vbs {
			_, mac := Under(vb.OID, "1.3.6.1.2.1.2.2.1.6")
			_, ip := Under(vb.OID, "1.3.6.1.2.1.4.20.1.1")
			if mac || ip {
				fmt.Fprintf(&b, "%s=%s\x00", vb.OID, vb.Value)
			}
			if mac && len(vb.Value) == 6 && vb.Value != "\x00\x00\x00\x00\x00\x00" {
				macs++
			}
			if ip {
				addresses++
				own = own || vb.Value == v.target.Address.String()
			}
		}
	}
	if macs == 0 || !own || addresses < 2 {
		return netip.Addr{}
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.met == nil {
		v.met = map[string]netip.Addr{}
	}
	first, ok := v.met[b.String()]
	if !ok {
		v.met[b.String()] = v.target.Address
		return netip.Addr{}
	}
	if first == v.target.Address {
		return netip.Addr{} // the same target again, in another run
	}
	return first
}

var _ discovery.Collector = (*Collector)(nil)
