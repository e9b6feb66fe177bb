package discovery

import (
	"context"
	"net/netip"

	"gujo/discovery/evidence"
)

// Sink takes evidence as it is collected. It is safe for concurrent use; what
// it returned without error is durable. [evidence.Writer] is one.
type Sink interface {
	Add(e evidence.Entry, data []byte) (evidence.Entry, error)
}

// Target is one address to ask.
type Target struct {
	Zone        string
	Address     netip.Addr
	Port        uint16   // 0: the protocol's own
	Name        string   // for people; not evidence
	Credentials []string // names of those to try; all if none
	AnyReply    bool     // answers may come from another address in scope
}

// String gives the address, and the port where one is named.
func (t Target) String() string {
	if t.Port == 0 {
		return t.Address.String()
	}
	return netip.AddrPortFrom(t.Address, t.Port).String()
}

// Collector reads one target and adds to a sink what it gave. What could not be
// read becomes entries with outcome gap; the error is the sink's.
type Collector interface {
	Collect(ctx context.Context, t Target, sink Sink) (Visit, error)
	// Blank gives an entry about a target, to be completed by whoever decided
	// that it is not asked. Two targets are the same if their entries have the
	// same zone and target.
	Blank(t Target) evidence.Entry
}

// Visit says how the reading of one target went.
type Visit struct {
	Answered bool
	Read     bool   // some value was read; one may answer and give none
	Reason   string // where it did not answer, or gave nothing: an evidence.Reason… word
	Detail   string
	// SameAs is the address at which the machine that answers here was read
	// already; the zero Addr where it was not.
	SameAs     netip.Addr
	Credential string // the name of the one that was accepted
	Requests   int    // datagrams sent
	BytesSent  int64
	// Interpret gives what the evidence of this visit says; nil where there is none.
	Interpret func() Reading
}
