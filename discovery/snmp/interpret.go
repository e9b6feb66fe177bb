package snmp

import (
	"cmp"
	"slices"
	"sort"
	"strconv"
	"strings"

	"gujo/discovery"
	"gujo/discovery/evidence"
)

// EntryData is an entry of a bundle with its bytes.
type EntryData struct {
	Entry evidence.Entry
	Data  []byte
}

// Interpret reads what the entries of one subject say: single tables that were
// collected, whole files that were imported, or both. Where two entries hold the
// same variable, the one collected later counts.
//
// It is a pure function: no clock, no network, and the same entries in any order
// give the same reading.
func Interpret(entries []EntryData) discovery.Reading {
	if len(entries) == 0 {
		return discovery.Reading{}
	}
	d := newDevice(entries)
	if len(d.vars) > 0 {
		d.observe()
		d.bound()
	}
	d.coverage()
	for _, e := range entries {
		if e.Entry.Collected.After(d.reading.Collected) {
			d.reading.Collected = e.Entry.Collected
		}
	}
	return d.reading
}

// observe reports all that the variables say.
func (d *device) observe() {
	ports := d.readPorts()
	gateways := d.readGateways(ports)
	addresses := d.readAddresses(gateways.held)

	d.system(ports, addresses)
	d.interfaces(ports)
	d.addresses(addresses)
	d.lldp(ports)
	d.cdp(ports)
	d.entities()
	d.aggregates(ports)
	d.gateways(gateways)
	d.bridging(ports)
	d.neighborAddresses()
	d.ospf(addresses)
	d.defaultRoutes()
	d.processes()
	d.filesystems()
}

// device is all that one subject said, in the order of the OIDs.
type device struct {
	subject discovery.Subject
	entries []entry
	vars    []variable
	reading discovery.Reading
	spans   []span

	truncated map[string]string // by table: what was left out of it
}

// entry is an entry with what was not understood of it.
type entry struct {
	evidence.Entry
	skipped []Skipped
	broken  string // why the rest of it was not parsed
	last    string // OID of its last variable
	whole   bool   // one imported file rather than one table
}

// variable is a varbind and the entry that it was read from.
type variable struct {
	Varbind
	entry int
}

func newDevice(entries []EntryData) *device {
	entries = slices.Clone(entries)
	slices.SortStableFunc(entries, func(a, b EntryData) int {
		return cmp.Or(b.Entry.Collected.Compare(a.Entry.Collected), cmp.Compare(a.Entry.Name, b.Entry.Name),
			cmp.Compare(a.Entry.Digest, b.Entry.Digest))
	})
	d := &device{subject: discovery.Subject{Zone: entries[0].Entry.Zone, Target: entries[0].Entry.Target}, spans: spans()}
	for _, e := range entries {
		read := entry{Entry: e.Entry, whole: e.Entry.Table == "" && e.Entry.Format != FormatVarbindsName}
		var vbs []Varbind
		var err error
		switch e.Entry.Format {
		case FormatSnmpwalk:
			vbs, read.skipped, err = ParseWalk(e.Entry.Name, e.Data)
		case FormatVarbindsName, FormatSnmprec:
			vbs, err = ParseVarbinds(e.Entry.Name, e.Data)
		default:
			continue
		}
		if err != nil {
			read.broken = err.Error()
		}
		for _, vb := range vbs {
			if vb.Type >= NoSuchObject {
				continue // no value
			}
			d.vars = append(d.vars, variable{vb, len(d.entries)})
			read.last = vb.OID
		}
		d.entries = append(d.entries, read)
	}
	// Stable: of equal OIDs the newest entry's comes first, and is kept.
	slices.SortStableFunc(d.vars, func(a, b variable) int { return CompareOID(a.OID, b.OID) })
	d.vars = slices.CompactFunc(d.vars, func(a, b variable) bool { return a.OID == b.OID })
	d.boundTables()
	return d
}

// under gives the variables below an OID.
func (d *device) under(oid string) []variable {
	from, to := d.place(oid)
	return d.vars[from:to]
}

// place gives where the variables below an OID begin and end.
func (d *device) place(oid string) (from, to int) {
	from = sort.Search(len(d.vars), func(i int) bool { return CompareOID(d.vars[i].OID, oid) > 0 })
	n := sort.Search(len(d.vars)-from, func(i int) bool {
		_, below := Under(d.vars[from+i].OID, oid)
		return !below
	})
	return from, from + n
}

// get gives one variable; its type is 0 where there is none.
func (d *device) get(oid string) variable {
	i, found := slices.BinarySearchFunc(d.vars, oid, func(v variable, oid string) int { return CompareOID(v.OID, oid) })
	if !found {
		return variable{}
	}
	return d.vars[i]
}

// row is a conceptual row: the cells of the columns that were asked of [device.rows].
type row struct {
	index   string
	columns []int
	cells   []variable
}

// rows gives the rows of a table in the order of their indexes, with some of
// its columns. A row exists where any of them has a cell.
func (d *device) rows(entryOID string, columns ...int) []row {
	var rows []row
	byIndex := make(map[string]int)
	for c, column := range columns {
		prefix := entryOID + "." + strconv.Itoa(column)
		for _, v := range d.under(prefix) {
			index := v.OID[len(prefix)+1:]
			at, ok := byIndex[index]
			if !ok {
				at = len(rows)
				byIndex[index] = at
				rows = append(rows, row{index, columns, make([]variable, len(columns))})
			}
			rows[at].cells[c] = v
		}
	}
	slices.SortFunc(rows, func(a, b row) int { return CompareOID(a.index, b.index) })
	return rows
}

// get gives the cell of a column; its type is 0 where the row has none.
func (r row) get(column int) variable {
	if i := slices.Index(r.columns, column); i >= 0 {
		return r.cells[i]
	}
	return variable{}
}

// number gives the cell of a column as a number, 0 where it has none.
func (r row) number(column int) int64 {
	n, _ := r.get(column).Int()
	return n
}

func (r row) name(column int) string  { return r.get(column).text(maxName) }
func (r row) prose(column int) string { return r.get(column).text(maxProse) }

// octets gives a string's octets, "" for other types.
func (v variable) octets() string {
	if v.Type == OctetString || v.Type == Opaque {
		return v.Value
	}
	return ""
}

// text gives a value as clean text. Numbers are text too: an agent that sends
// the wrong type still says something.
func (v variable) text(max int) string { return cleanText(strings.TrimRight(v.Value, "\x00"), max) }

// index splits a row's index into its numbers; nil where it has none.
func (r row) parts() []uint32 { return indexParts(r.index) }

func indexParts(index string) []uint32 {
	var parts []uint32
	for part := range strings.SplitSeq(index, ".") {
		n, err := strconv.ParseUint(part, 10, 32)
		if err != nil {
			return nil
		}
		parts = append(parts, uint32(n))
	}
	return parts
}

// ifIndex gives a number as an interface's index, 0 where it can be none.
func ifIndex(n int64) int {
	if n < 1 || n > 1<<31-1 {
		return 0
	}
	return int(n)
}

// fact gives the header of an observation that the variables decide; those that
// are absent count for nothing.
func (d *device) fact(vars ...variable) discovery.Fact {
	f := discovery.Fact{Subject: d.subject}
	for _, v := range vars {
		if v.Type == 0 {
			continue
		}
		e := d.entries[v.entry]
		f.Sources = append(f.Sources, discovery.Source{Ref: e.Ref(v.OID), Value: excerpt(v.Varbind), Collected: e.Collected})
	}
	return f
}

// all gives the header of an observation that all cells of a row decide.
func (d *device) all(r row) discovery.Fact { return d.fact(r.cells...) }

func (d *device) add(o discovery.Observation) {
	d.reading.Observations = append(d.reading.Observations, o)
}

func (d *device) gap(table, reason, detail string) {
	d.reading.Gaps = append(d.reading.Gaps, discovery.Gap{Subject: d.subject, Table: table, Reason: reason, Detail: cleanText(detail, maxName)})
}
