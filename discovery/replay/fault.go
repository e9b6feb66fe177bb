package replay

import (
	"fmt"
	"strconv"
	"strings"
)

// FaultKind is a way in which an agent misbehaves.
type FaultKind string

// The faults. All were met on real devices.
const (
	Timeout      FaultKind = "timeout"       // no answer
	TooBig       FaultKind = "too_big"       // error-status tooBig
	GenErr       FaultKind = "gen_err"       // error-status genErr
	NoAccess     FaultKind = "no_access"     // error-status noAccess
	Loop         FaultKind = "loop"          // the first object under Under again and again
	Repeat       FaultKind = "repeat"        // the object asked for, as if it followed itself
	Swap         FaultKind = "swap"          // the variables of an answer in reverse order
	Truncate     FaultKind = "truncate"      // the datagram cut in half
	WrongAddress FaultKind = "wrong_address" // the answer comes from another address
	Restart      FaultKind = "restart"       // the agent's clock starts again (SNMPv3)
)

var faultKinds = []FaultKind{Timeout, TooBig, GenErr, NoAccess, Loop, Repeat, Swap, Truncate, WrongAddress, Restart}

// Fault is a misbehaviour and when it happens. The zero value of every
// condition means always.
type Fault struct {
	Kind     FaultKind
	Under    string // only for requests that ask for something in this subtree
	Bulk     bool   // only for GETBULK
	Above    int    // only where more variables than this are asked for
	After    int    // only after so many requests that meet the other conditions
	Times    int    // so often
	elements oid
	met, hit int
}

// ParseFault reads a fault as it is written on a command line: a kind, then
// conditions as in "loop@1.0.8802.1.1.2", "too_big>50", "timeout+10", "gen_err*1".
func ParseFault(s string) (Fault, error) {
	end := strings.IndexAny(s, "@>+*")
	if end < 0 {
		end = len(s)
	}
	f := Fault{Kind: FaultKind(s[:end])}
	known := false
	var names []string
	for _, k := range faultKinds {
		known = known || k == f.Kind
		names = append(names, string(k))
	}
	if !known {
		return f, fmt.Errorf("fault %q is none of %s", s[:end], strings.Join(names, ", "))
	}
	for rest := s[end:]; rest != ""; {
		mark := rest[0]
		next := strings.IndexAny(rest[1:], "@>+*") + 1
		if next == 0 {
			next = len(rest)
		}
		text := rest[1:next]
		rest = rest[next:]
		if mark == '@' {
			f.Under = strings.TrimPrefix(text, ".")
			continue
		}
		n, err := strconv.Atoi(text)
		if err != nil || n < 0 {
			return f, fmt.Errorf("fault %q: %q is no number", s, text)
		}
		switch mark {
		case '>':
			f.Above = n
		case '+':
			f.After = n
		case '*':
			f.Times = n
		}
	}
	return f, f.prepare()
}

func (f *Fault) prepare() (err error) {
	if f.Under != "" {
		if f.elements, err = parseOID(f.Under); err != nil {
			return fmt.Errorf("fault %s: %q is no object identifier", f.Kind, f.Under)
		}
	}
	return nil
}

// strikes tells whether the fault happens to a request.
func (f *Fault) strikes(q request) bool {
	if f.Bulk && q.kind != pduGetBulk {
		return false
	}
	if f.Above > 0 {
		n := int64(len(q.objects))
		if q.kind == pduGetBulk {
			n = q.a + (n-q.a)*q.b
		}
		if n <= int64(f.Above) {
			return false
		}
	}
	if f.elements != nil {
		inside := false
		for _, o := range q.objects {
			inside = inside || under(o, f.elements)
		}
		if !inside {
			return false
		}
	}
	if f.met++; f.met <= f.After {
		return false
	}
	if f.Times > 0 && f.hit >= f.Times {
		return false
	}
	f.hit++
	return true
}

func under(o, root oid) bool {
	if len(o) < len(root) {
		return false
	}
	for i, n := range root {
		if o[i] != n {
			return false
		}
	}
	return true
}
