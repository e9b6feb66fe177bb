package evidence

import "time"

// Outcome is how the reading of an entry ended.
type Outcome string

// The outcomes. Complete and Empty mean that the target itself said the end was
// reached.
const (
	Complete Outcome = "complete"
	Empty    Outcome = "empty"
	Gap      Outcome = "gap"
	NotAsked Outcome = "not_asked"
)

// Reasons of a gap.
const (
	ReasonUnreachable  = "unreachable"   // nothing came back, or the port is closed
	ReasonDenied       = "denied"        // wrong credentials or no access
	ReasonTimeout      = "timeout"       // answered before, and then no more
	ReasonTruncated    = "truncated"     // a cap of ours, or an error half-way
	ReasonLoop         = "loop"          // the target gave the same again and again
	ReasonUnsupported  = "unsupported"   // the target says that it has no such thing
	ReasonUnparsed     = "unparsed"      // read but not understood
	ReasonWrongAddress = "wrong_address" // the answer came from elsewhere
	ReasonInterrupted  = "interrupted"   // collecting was stopped
	ReasonOutOfScope   = "out_of_scope"
)

// Entry describes one piece of evidence: the bytes that one target gave to one
// question, or one imported file.
type Entry struct {
	Name       string            `json:"name"`                 // path inside the bundle
	Collector  string            `json:"collector"`            // snmp, file, inventory
	Format     string            `json:"format"`               // varbinds, snmpwalk, snmprec, graph, inventory, …
	Zone       string            `json:"zone"`                 //
	Target     string            `json:"target"`               // recorded address, as address:port where the port is not the usual one, or the file's name
	Table      string            `json:"table,omitempty"`      // such as ifTable
	Outcome    Outcome           `json:"outcome"`              //
	Reason     string            `json:"reason,omitempty"`     // of a gap
	Detail     string            `json:"detail,omitempty"`     //
	Collected  time.Time         `json:"collected"`            // UTC
	Redactions []string          `json:"redactions,omitempty"` // rules that replaced a secret by a marker
	Attrs      map[string]string `json:"attrs,omitempty"`      // what else the collector says of it, such as the SNMP version
	Digest     string            `json:"digest"`               // sha256:HEX of the bytes
	Size       int64             `json:"size"`
}

// Ref is the reference to a place in the entry: sha256:ENTRY-DIGEST#LOCATOR.
func (e Entry) Ref(locator string) string { return e.Digest + "#" + locator }
