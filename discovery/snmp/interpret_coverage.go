package snmp

import (
	"fmt"
	"slices"
	"strings"

	"gujo/discovery"
	"gujo/discovery/evidence"
)

// span is where a table stands among all objects: the subtree of its entry, or
// the scalars of a group.
type span struct {
	name    string
	root    string   // of a table: its entry
	last    string   // of a table: the last column asked for; "" where rows are picked
	scalars []string // of a group
}

func (s span) holds(oid string) bool {
	if s.scalars == nil {
		_, below := Under(oid, s.root)
		return below
	}
	for _, scalar := range s.scalars {
		if index, below := Under(oid, scalar); below && index == "0" {
			return true
		}
	}
	return false
}

// spans gives the places of all tables that are asked for.
func spans() []span {
	var spans []span
	for _, t := range Tables() {
		s := span{name: t.Name}
		if t.Scalar {
			s.scalars = t.Columns
			s.root = above(t.Columns)
		} else {
			s.root = entryOf(t)
			if t.Count == "" {
				s.last = t.Columns[len(t.Columns)-1]
			}
		}
		spans = append(spans, s)
	}
	return spans
}

// entryOf gives the OID of a table's entry: the arc above its columns.
func entryOf(t Table) string {
	// Route tables are asked for some of their rows only; their entries are named here.
	switch t.Name {
	case "inetCidrRouteTable":
		return "1.3.6.1.2.1.4.24.7.1"
	case "ipCidrRouteTable":
		return "1.3.6.1.2.1.4.24.4.1"
	case "ipRouteTable":
		return "1.3.6.1.2.1.4.21.1"
	}
	first := t.Columns[0]
	return first[:strings.LastIndexByte(first, '.')]
}

// above gives the arc that all of a group's scalars lie under.
func above(oids []string) string {
	arc := oids[0]
	for _, oid := range oids {
		for !strings.HasPrefix(oid, arc+".") {
			arc = arc[:max(strings.LastIndexByte(arc, '.'), 0)]
		}
	}
	return arc
}

// coverage says of every table whether it was read to its end. A collected
// table's entry says so itself; of an imported file it must be inferred.
func (d *device) coverage() {
	outcomes := make(map[string]string) // by table: complete, empty, or not_asked
	gaps := make(map[string][]discovery.Gap)
	gap := func(table, reason, detail string) {
		gaps[table] = append(gaps[table], discovery.Gap{Table: table, Reason: reason, Detail: detail})
	}
	better := func(table string, o evidence.Outcome) {
		rank := func(o string) int {
			return slices.Index([]string{"", string(evidence.NotAsked), string(evidence.Empty), string(evidence.Complete)}, o)
		}
		if rank(string(o)) > rank(outcomes[table]) {
			outcomes[table] = string(o)
		}
	}
	for i := range d.entries {
		e := &d.entries[i]
		if e.whole {
			d.fileCoverage(e, i, better, gap)
			continue
		}
		switch {
		case e.Table == "" && e.Outcome != evidence.Gap:
			// The machine was read at another address: this says nothing of its tables.
		case e.broken != "":
			gap(e.Table, evidence.ReasonUnparsed, e.broken)
		case e.Outcome == evidence.Gap:
			gap(e.Table, e.Reason, e.Detail)
		default:
			better(e.Table, e.Outcome)
		}
	}
	for table, detail := range d.truncated {
		delete(outcomes, table) // what was left out of all that was read is not there
		gaps[table] = []discovery.Gap{{Table: table, Reason: evidence.ReasonTruncated, Detail: detail}}
	}
	// A table that was once read whole was read whole, whatever failed at
	// another time.
	for _, table := range tableOrder(outcomes, gaps) {
		if o := outcomes[table]; o == string(evidence.Complete) || o == string(evidence.Empty) || len(gaps[table]) == 0 {
			d.reading.Coverage = append(d.reading.Coverage, discovery.Coverage{Subject: d.subject, Table: table, Outcome: o})
			continue
		}
		for _, g := range gaps[table] {
			d.gap(g.Table, g.Reason, g.Detail)
		}
	}
}

// tableOrder names the tables in the order in which they are asked for, then
// others by name.
func tableOrder(outcomes map[string]string, gaps map[string][]discovery.Gap) []string {
	position := make(map[string]int)
	for i, t := range Tables() {
		position[t.Name] = i + 1
	}
	var names []string
	for n := range outcomes {
		names = append(names, n)
	}
	for n := range gaps {
		if _, ok := outcomes[n]; !ok {
			names = append(names, n)
		}
	}
	slices.SortFunc(names, func(a, b string) int {
		x, y := position[a], position[b]
		if x != y && x > 0 && y > 0 {
			return x - y
		}
		if (x == 0) != (y == 0) {
			return y - x
		}
		return strings.Compare(a, b)
	})
	return names
}

// fileCoverage infers what an imported file covers. A table with rows was read;
// one without rows is known to be empty only where the file is evidently a walk
// of a subtree that holds it, and went on behind it, or where the agent said so.
func (d *device) fileCoverage(e *entry, number int, better func(string, evidence.Outcome), gap func(table, reason, detail string)) {
	var oids []string
	for _, v := range d.vars {
		if v.entry == number {
			oids = append(oids, v.OID)
		}
	}
	incomplete := make(map[string]bool)
	d.fileGaps(e, func(table, reason, detail string) {
		incomplete[table] = true
		gap(table, reason, detail)
	})
	for _, s := range d.spans {
		switch {
		case incomplete[s.name]:
		case slices.ContainsFunc(below(oids, s.root), s.holds):
			if ragged(s, oids) {
				gap(s.name, evidence.ReasonTruncated, "the file ends within this table, before the last of its rows or columns")
				continue
			}
			better(s.name, evidence.Complete)
		case denies(e.skipped, s.root), walked(oids, s):
			better(s.name, evidence.Empty)
		default:
			better(s.name, evidence.NotAsked)
		}
	}
}

// below gives the part of sorted OIDs that lies below a root.
func below(oids []string, root string) []string {
	from, _ := slices.BinarySearchFunc(oids, root, CompareOID)
	to := from
	for to < len(oids) {
		if _, ok := Under(oids[to], root); !ok {
			break
		}
		to++
	}
	return oids[from:to]
}

// walks are the roots that people walk, with objects of which some stand in any
// walk of the root but in no selection of tables: nobody asks for them alone.
var walks = []struct {
	root      string
	witnesses []string
}{
	{"1.0.8802.1.1.2", []string{"1.0.8802.1.1.2.1.1", "1.0.8802.1.1.2.1.2"}},          // LLDP's configuration and statistics
	{"1.3.6.1.2.1", []string{"1.3.6.1.2.1.1.1", "1.3.6.1.2.1.2.1", "1.3.6.1.2.1.11"}}, // the snmp group
	{"1.3.6.1", []string{"1.3.6.1.2.1.2.1", "1.3.6.1.2.1.11", "1.3.6.1.6.3"}},         // the agent's own MIBs
	{"1.3.6.1", []string{"1.3.6.1.2.1.2.1", "1.3.6.1.2.1.11", "1.3.6.1.4.1"}},         // vendors' objects
	{"1", []string{"1.0.8802.1.1.2.1.1", "1.2.840", "1.3.6.1.2.1.11"}},                // LLDP, IEEE and the rest
}

// walked says whether sorted OIDs are a walk of a subtree that holds the span
// and has objects before and behind it.
func walked(oids []string, s span) bool {
	at, _ := slices.BinarySearchFunc(oids, s.root, CompareOID)
	if at == 0 || at+len(below(oids, s.root)) >= len(oids) {
		return false
	}
	for _, w := range walks {
		if _, ok := Under(s.root, w.root); !ok {
			continue
		}
		if first, ok := Under(oids[at-1], w.root); !ok || first == "" {
			continue
		}
		if !slices.ContainsFunc(w.witnesses, func(root string) bool { return len(below(oids, root)) == 0 }) {
			return true
		}
	}
	return false
}

// denies says whether the agent answered, for the span or what holds it, that
// it has no such object.
func denies(skipped []Skipped, root string) bool {
	return slices.ContainsFunc(skipped, func(s Skipped) bool {
		if s.Reason != evidence.ReasonUnsupported || s.OID == "" {
			return false
		}
		_, below := Under(root, s.OID)
		return below || s.OID == root || s.OID+".1" == root // the table's OID, above its entry's
	})
}

// ragged says whether sorted OIDs end within a table before its last column, or
// in one that has fewer rows than an earlier one: the walk broke off between two
// lines. Where it did so at the end of a column no count shows it, and the rows
// that are there lack what stands in the columns behind: a state, say.
func ragged(s span, oids []string) bool {
	if s.scalars != nil || len(oids) == 0 {
		return false
	}
	last, ok := Under(oids[len(oids)-1], s.root)
	if !ok {
		return false
	}
	if s.last != "" && CompareOID(oids[len(oids)-1], s.last) < 0 {
		return true
	}
	column, _, _ := strings.Cut(last, ".")
	counts := make(map[string]int)
	for _, oid := range below(oids, s.root) {
		index, _ := Under(oid, s.root)
		c, _, _ := strings.Cut(index, ".")
		counts[c]++
	}
	for _, n := range counts {
		if n > counts[column] {
			return true
		}
	}
	return false
}

// fileGaps reports the lines of a file that gave no variable, by table and reason.
func (d *device) fileGaps(e *entry, gap func(table, reason, detail string)) {
	if e.broken != "" {
		gap(d.tableHolding(e.last), evidence.ReasonUnparsed, e.broken)
	}
	type key struct{ table, reason string }
	first, count := make(map[key]Skipped), make(map[key]int)
	var keys []key
	for _, s := range e.skipped {
		k := key{d.tableHolding(s.OID), s.Reason}
		switch s.Reason {
		case "", evidence.ReasonUnsupported:
			continue // an answer, not a gap
		case evidence.ReasonUnparsed:
			if s.OID != "" && k.table == "" {
				continue // of an object that is not read
			}
		default: // the walk broke off here
			if s.OID == "" && k.table == "" {
				k.table = d.tableHolding(e.last)
			}
		}
		if count[k] == 0 {
			first[k] = s
			keys = append(keys, k)
		}
		count[k]++
	}
	for _, k := range keys {
		s := first[k]
		gap(k.table, k.reason, fmt.Sprintf("%s:%d: %d lines, wanted %s", e.Name, s.Line, count[k], s.Want))
	}
}
