package graph

import "fmt"

// State is what was observed of a component.
type State uint8

// The states.
const (
	NotObserved State = iota
	Up
	Down
	stateCount
)

var stateNames = [stateCount]string{"", "up", "down"}

// String gives "up", "down" or, where nothing was observed, "".
func (s State) String() string {
	if s >= stateCount {
		return fmt.Sprintf("state(%d)", uint8(s))
	}
	return stateNames[s]
}

// ParseState is the inverse of [State.String].
func ParseState(name string) (State, error) {
	for s, n := range stateNames {
		if n == name {
			return State(s), nil
		}
	}
	return NotObserved, fmt.Errorf("unknown state %q, want up, down or none", name)
}

// KSource says where a group's k was read.
type KSource uint8

// Where k comes from.
const (
	KUnsaid   KSource = iota
	KDeclared         // a person said so
	KDevice           // read from the device's configuration, such as min-links
	KProtocol         // the protocol works so, such as VRRP
	KDefault          // the maker's default
	kSourceCount
)

var kSourceNames = [kSourceCount]string{"", "declared", "device", "protocol", "default"}

// String gives the source's name in the exchange format, or "".
func (s KSource) String() string {
	if s >= kSourceCount {
		return fmt.Sprintf("k_source(%d)", uint8(s))
	}
	return kSourceNames[s]
}

// ParseKSource is the inverse of [KSource.String].
func ParseKSource(name string) (KSource, error) {
	for s, n := range kSourceNames {
		if n == name {
			return KSource(s), nil
		}
	}
	return KUnsaid, fmt.Errorf("unknown k_source %q, want declared, device, protocol or default", name)
}

// Group is what only a redundancy group has.
type Group struct {
	K          int     // how many members are needed; 0: nobody knows
	Designed   int     // how many members were configured; 0: nobody knows
	Technology string  // vrrp, lacp, lb_pool, …
	KSource    KSource // where K was read
}

// Component is a node of the graph.
type Component struct {
	ID          string // for people: kind/name
	Kind        Kind
	State       State
	Name        string
	Attrs       Attrs
	Identifiers []string // "type:value", such as "serial:FOC1234X" or "address:default~10.0.0.1"; sorted
	Evidence    []string // references, sorted
	Group       *Group   // for a redundancy group, otherwise nil
}

// Relation is an edge of the graph, from the component that needs to the one that is needed.
type Relation struct {
	From, To int32 // indexes into Snapshot.Components
	Type     RelationType
	Strength Strength
	Attrs    Attrs
	Evidence []string // references, sorted
}

// Active reports whether a member relation counts: a member that is out of
// service by its membership alone has the attribute active=false.
func (r *Relation) Active() bool { return !r.Attrs.IsFalse("active") }

// Gap is something that could not be read, and why.
type Gap struct {
	Component string `json:"gap"` // the component's ID; a target that never became one is named by its address
	Table     string `json:"table"`
	Reason    string `json:"reason"` // unreachable, denied, truncated, unsupported, unparsed, not_asked, …
	Detail    string `json:"detail,omitempty"`
}

// Coverage is what was read of one component.
type Coverage struct {
	Component string   `json:"coverage"`
	Complete  []string `json:"complete"`
	Empty     []string `json:"empty,omitempty"`
	NotAsked  []string `json:"not_asked,omitempty"`
}

// Conflict is a disagreement between sources about one attribute; all values are kept.
type Conflict struct {
	Component string          `json:"conflict"`
	Attribute string          `json:"attribute"`
	Values    []ConflictValue `json:"values"`
}

// ConflictValue is one side of a [Conflict].
type ConflictValue struct {
	Value    string `json:"value"`
	Source   string `json:"source,omitempty"`
	Evidence string `json:"evidence,omitempty"`
}

// Evidence is a bounded excerpt of what a target said, so that a finding can be
// retraced without the bundle.
type Evidence struct {
	Ref       string `json:"evidence"` // sha256:ENTRY-DIGEST#LOCATOR
	Target    string `json:"target"`
	Value     string `json:"value"`
	Collected string `json:"collected"` // RFC 3339
}

// Note says how the graph came to be where that is not evident: which
// observations were merged into a component, what was left out and why, which
// decision applied. It is a message: a key with arguments, printed in the
// reader's language.
type Note struct {
	Subject  string   `json:"note"` // a component's ID, or "FROM TYPE TO" of a relation
	Key      string   `json:"key"`  // such as merged, split, confirmed, denied, contradicted, ignored
	Args     []string `json:"args,omitempty"`
	Evidence []string `json:"evidence,omitempty"`
}
