package rules

import (
	"slices"
	"strings"

	"gujo/graph"
)

// Who hears whom. That a table has rows shows that its device hears; that a row names a
// device shows that this one speaks. A cable is in a table if one of its ends hears by
// the protocol that the other speaks; a device may hear alone, speak alone or do neither.

// protocolSet holds the protocols by which neighbours tell of themselves.
type protocolSet uint8

const (
	lldp  protocolSet = 1 << iota // IEEE 802.1AB
	cdp                           // CISCO-CDP-MIB
	other                         // what other tables a rule names, taken as one

	everyProtocol = lldp | cdp | other
)

// protocolOf gives the protocol whose neighbours a table lists.
func protocolOf(table string) protocolSet {
	switch table {
	case "lldpRemTable", "lldpV2RemTable":
		return lldp
	case "cdpCacheTable":
		return cdp
	}
	return other
}

// protocolsOf gives those that the source of a link, or of what was heard of, names. A
// graph written by hand may not say.
func protocolsOf(source string) (set protocolSet) {
	if source == "" {
		return everyProtocol
	}
	for s := range strings.SplitSeq(source, "+") {
		switch s {
		case "lldp":
			set |= lldp
		case "cdp":
			set |= cdp
		}
	}
	return set
}

// class is what is shown of a machine: by which protocols it hears, and by which it speaks.
type class struct{ hears, speaks protocolSet }

// sees reports whether a cable between two of these classes would be in the table of
// one of its ends.
func (k class) sees(o class) bool { return k.hears&o.speaks|o.hears&k.speaks != 0 }

// ears is what tables and links show of all machines, by component.
type ears struct {
	*facts
	tables tableSet
	heard  []protocolSet // somebody names it
	deaf   []protocolSet // it is named on a link, and its table, read whole, does not name who is there
	mute   []protocolSet // it names somebody on a link whose table, read whole, does not name it
}

// newEars walks the links once for who is heard and once for who is not answered.
func newEars(f *facts, tables tableSet) *ears {
	n := len(f.Components)
	e := &ears{facts: f, tables: tables, heard: make([]protocolSet, n), deaf: make([]protocolSet, n), mute: make([]protocolSet, n)}
	l := f.look()
	for i := range f.Relations {
		if rel := &f.Relations[i]; rel.Type == graph.AdjacentTo {
			e.heard[rel.To] |= protocolsOf(rel.Attrs.Text("protocol")) & e.filledBy(l.machine(rel.From))
		}
	}
	e.links(func(_ bool, ends []linkEnd) {
		var told protocolSet
		for _, x := range ends {
			told |= x.told
		}
		for i, x := range ends {
			if len(ends) == 2 {
				e.heard[x.machine] |= ends[1-i].told
			} else { // on a segment, who names one need not be named by another
				e.heard[x.machine] |= told &^ x.told
			}
		}
	})
	e.links(func(sourced bool, ends []linkEnd) {
		if !sourced {
			return
		}
		// A server that names its switch may well speak to nobody: that it is not named
		// says nothing of the switch.
		var spoken protocolSet
		for _, x := range ends {
			if f.Components[x.machine].Kind == graph.NetworkDevice {
				spoken |= x.told
			} else {
				spoken |= x.told & e.heard[x.machine]
			}
		}
		for i, x := range ends {
			e.deaf[x.machine] |= x.quiet & spoken
			if len(ends) == 2 {
				e.mute[x.machine] |= x.told & ends[1-i].quiet
			}
		}
	})
	return e
}

// linkEnd is what the machine at one end of a link says of it.
type linkEnd struct {
	machine     int32
	told, quiet protocolSet // by which tables it does name who is there, and by which, read whole, it does not
}

// links gives the ends of each cable of which neighbours told. An end that is sure, of a
// machine that has rows, told of it: see the strength that ends are given.
func (e *ears) links(see func(sourced bool, ends []linkEnd)) {
	l := e.look()
	var ends []linkEnd
	for c := range e.Components {
		if e.Components[c].Kind != graph.Link || len(e.OutOf(int32(c), graph.Aggregates)) > 0 {
			continue
		}
		source := e.Components[c].Attrs.Text("source")
		set := protocolsOf(source)
		ends = ends[:0]
		for _, rel := range e.OutOf(int32(c), graph.Joins) {
			x := linkEnd{machine: l.machine(rel.To)}
			if rel.Strength == graph.Hard {
				x.told = set & e.filledBy(x.machine)
			} else if source == "" {
				set = 0 // a guess
			}
			x.quiet = set & e.readBy(x.machine) &^ x.told
			ends = append(ends, x)
		}
		if set != 0 && len(ends) > 1 && (len(ends) > 2 || ends[0].machine != ends[1].machine) {
			see(source != "", ends)
		}
	}
}

func (e *ears) filledBy(c int32) (set protocolSet) {
	for _, t := range e.tables {
		if e.filled(c, t) {
			set |= protocolOf(t)
		}
	}
	return set
}

func (e *ears) readBy(c int32) (set protocolSet) {
	for _, t := range e.tables {
		if e.read(c, t) {
			set |= protocolOf(t)
		}
	}
	return set
}

// hears gives the protocols of which a machine's tables have rows and lack none.
func (e *ears) hears(c int32) protocolSet { return e.filledBy(c) &^ e.deaf[c] }

// speaks gives the protocols by which somebody names a machine. Agents speak as they
// hear unless told otherwise (lldpPortConfigAdminStatus is txAndRx by default): where
// nobody could have named it, that it hears suffices.
func (e *ears) speaks(c int32) protocolSet { return e.heard[c] | e.filledBy(c)&^e.mute[c] }

// unheardTables gives those in which a machine is not shown to hear.
func (e *ears) unheardTables(c int32) (out tableSet) {
	hears := e.hears(c)
	for _, t := range e.tables {
		if protocolOf(t)&hears == 0 {
			out = append(out, t)
		}
	}
	return slices.Clip(out)
}
