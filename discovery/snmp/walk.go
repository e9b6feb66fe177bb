package snmp

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/gosnmp/gosnmp"

	"gujo/discovery/evidence"
)

var errDeadline = errors.New("table deadline")

// limits bound what one table may cost, whatever the agent says.
type limits struct {
	rows     int // variables
	bytes    int
	deadline time.Duration
}

// reading is what was read of one table, and how it ended.
type reading struct {
	rows    []Varbind
	outcome evidence.Outcome
	reason  string
	detail  string
}

// column is a subtree that is being walked.
type column struct {
	root   string
	cursor string // the object asked for next
	dup    bool   // the agent repeated cursor once already
	rows   int
	done   bool
}

// walk reads one table. The agent is believed in one thing alone: that a column
// ends where an object behind it, or the end of the tree, is given. Anything
// else that stops the walk is a gap, and the rows until there are kept.
type walk struct {
	*session
	table   Table
	limits  limits
	columns []*column
	seen    map[string]struct{}
	bytes   int
	rows    []Varbind
	single  bool   // GETNEXT for one column at a time: the agent garbled or refused more
	narrow  int    // columns in one request at most
	known   int    // rows of the first column, once it was read; of guarded tables
	gap     *fault // the first
}

// read walks a table. The rows come in the order of their objects.
func (s *session) read(ctx context.Context, t Table, l limits) reading {
	w := &walk{session: s, table: t, limits: l, seen: map[string]struct{}{}, narrow: maxWidth, known: -1}
	for _, c := range t.Columns {
		w.columns = append(w.columns, &column{root: c, cursor: c})
	}
	ctx, cancel := context.WithTimeoutCause(ctx, l.deadline, errDeadline)
	defer cancel()
	if t.Ahead > 0 {
		w.run(ctx, w.columns[:1])
		w.known = w.columns[0].rows
	}
	if w.gap == nil || !w.gap.final() {
		w.run(ctx, w.columns)
	}
	slices.SortStableFunc(w.rows, compareVarbinds)
	return finish(w.rows, w.gap)
}

// finish judges a table by its rows and by what went wrong.
func finish(rows []Varbind, gap *fault) reading {
	r := reading{rows: rows, outcome: evidence.Complete}
	switch {
	case gap != nil:
		r.outcome, r.reason, r.detail = evidence.Gap, gap.reason, gap.detail
		if len(rows) == 0 && gap.status != 0 && r.reason == evidence.ReasonTruncated {
			r.reason = evidence.ReasonUnsupported
		}
	case len(rows) == 0:
		r.outcome = evidence.Empty
	}
	return r
}

// final tells whether nothing more can be read of the table after a fault.
func (f *fault) final() bool {
	return f.status == 0 || f.reason == evidence.ReasonDenied
}

func (w *walk) run(ctx context.Context, columns []*column) {
	tries := w.attempts
	for w.dead == nil {
		active := w.active(columns)
		if len(active) == 0 {
			return
		}
		reps := w.rowsToAsk(active)
		objects := make([]string, len(active))
		for i, c := range active {
			objects[i] = c.cursor
		}
		vbs, f := w.next(ctx, objects, reps)
		if f == nil && len(vbs) == 0 {
			f = &fault{reason: evidence.ReasonUnparsed, detail: "an answer without variables"}
		}
		if f == nil {
			if f = w.take(active, vbs); f == nil {
				tries = w.attempts
				w.grew()
				continue
			}
			w.stop(f)
			return
		}
		switch {
		case f.status == gosnmp.NoSuchName && (len(active) == 1 || f.index >= 1 && f.index <= len(active)) &&
			w.cred.version == gosnmp.Version1:
			active[max(f.index, 1)-1].done = true
		case f.status == gosnmp.TooBig && (w.shrink() || w.halve(len(active))):
		case f.status != 0 && f.status != gosnmp.TooBig && !w.single && (reps > 0 || len(active) > 1):
			w.single = true // which column is it?
		case f.status != 0:
			w.fail(f, active)
		case f.reason == evidence.ReasonUnparsed && (w.shrink() || w.halve(len(active))):
		case (f.silent || f.reason == evidence.ReasonUnparsed) && tries > 1:
			tries--
			if !w.shrink() {
				w.halve(len(active))
			}
		case f.silent:
			if w.alive(ctx, f) {
				if w.bottom() {
					continue // it may answer GETNEXT alone
				}
				f.detail += ", though other objects are answered"
			}
			w.stop(f)
			return
		default:
			w.stop(f)
			return
		}
	}
	w.stop(w.dead)
}

// active are the columns of the next request.
func (w *walk) active(columns []*column) []*column {
	width := w.narrow
	if w.single {
		width = 1
	}
	var out []*column
	for _, c := range columns {
		if !c.done && len(out) < width {
			out = append(out, c)
		}
	}
	return out
}

func (w *walk) rowsToAsk(active []*column) int {
	reps := w.repetitions()
	if w.single || reps == 0 {
		return 0
	}
	if n := maxCells / len(active); n < reps {
		reps = max(n, 1)
	}
	if w.table.Count != "" {
		reps = min(reps, 4) // what lies behind the few rows asked for is a whole route table
	}
	switch {
	case w.table.Ahead == 0:
	case w.known < 0:
		reps = min(reps, w.table.Ahead)
	default:
		// Most columns have as many rows as the first: no more is asked for, and
		// then one at a time, so that answers do not run far past the end.
		left := 1
		for _, c := range active {
			left = max(left, w.known-c.rows)
		}
		reps = min(reps, left)
	}
	return reps
}

func (w *walk) halve(width int) bool {
	if width < 2 {
		return false
	}
	w.narrow = max(width/2, 1)
	return true
}

// fail ends columns whose walk the agent answered with an error.
func (w *walk) fail(f *fault, columns []*column) {
	for _, c := range columns {
		c.done = true
	}
	f.detail += " after " + columns[0].cursor
	w.stop(f)
}

// stop keeps the first fault that was met.
func (w *walk) stop(f *fault) {
	if w.gap == nil {
		copied := *f
		w.gap = &copied
	}
}

// take sorts the variables of an answer to their columns. A fault it returns
// ends the table; one that concerns a column ends that alone.
func (w *walk) take(active []*column, vbs []Varbind) *fault {
	if !w.single && len(vbs) > 1 && w.disordered(active, vbs) {
		// Rows may be missing between. Some agents garble GETBULK, or requests
		// for many objects, and answer GETNEXT for one well: so that is asked,
		// from where all was sound, before a loop is called one.
		w.single = true
		return nil
	}
	left := make([]bool, len(active))
	progress := false
	loop := func(n int, format string, args ...any) {
		active[n].done, left[n], progress = true, true, true
		w.stop(&fault{reason: evidence.ReasonLoop, detail: fmt.Sprintf(format, args...)})
	}
	for i, vb := range vbs {
		n := i % len(active)
		c := active[n]
		if left[n] {
			continue
		}
		_, inside := Under(vb.OID, c.root)
		_, seen := w.seen[vb.OID]
		lower := CompareOID(vb.OID, c.cursor) <= 0
		switch {
		case vb.ended() || !inside && !lower:
			c.done, left[n], progress = true, true, true
		case vb.OID == c.cursor && seen && !c.dup:
			c.dup, progress = true, true // net-snmp's duplicate rows: tolerated once
		case !inside:
			loop(n, "object identifiers do not increase: %s after %s", shortOID(vb.OID), c.cursor)
		case seen:
			loop(n, "%s was given before, now after %s", shortOID(vb.OID), c.cursor)
		case !writable(vb.OID):
			c.done, left[n], progress = true, true, true
			w.stop(&fault{reason: evidence.ReasonUnparsed, detail: "no object identifier: " + shortOID(vb.OID)})
		default:
			if f := w.keep(vb); f != nil {
				return f
			}
			c.cursor, c.dup, progress = vb.OID, false, true
			c.rows++
		}
	}
	if !progress {
		return &fault{reason: evidence.ReasonLoop, detail: "answers bring nothing new after " + active[0].cursor}
	}
	return nil
}

// disordered tells whether the objects of an answer fail to increase within a
// column, behind its end too; one may be given twice.
func (w *walk) disordered(active []*column, vbs []Varbind) bool {
	for n, c := range active {
		previous, dup, ended := c.cursor, c.dup, false
		for i := n; i < len(vbs); i += len(active) {
			switch order := CompareOID(vbs[i].OID, previous); {
			case vbs[i].ended():
				ended = true
			case ended:
				return true
			case order > 0:
				previous, dup = vbs[i].OID, false
			case order == 0 && !dup && (previous != c.cursor || c.rows > 0):
				dup = true
			default:
				return true
			}
		}
	}
	return false
}

// keep stores a row, unless it is a secret that the agent gave unasked.
func (w *walk) keep(vb Varbind) *fault {
	if len(w.rows) >= w.limits.rows {
		return &fault{reason: evidence.ReasonTruncated, detail: fmt.Sprintf("more than %d rows", w.limits.rows)}
	}
	if w.bytes += vb.size(); w.bytes > w.limits.bytes {
		return &fault{reason: evidence.ReasonTruncated, detail: fmt.Sprintf("more than %d bytes", w.limits.bytes)}
	}
	w.seen[vb.OID] = struct{}{}
	if !secret(vb.OID) {
		w.rows = append(w.rows, vb)
	}
	return nil
}

// writable tells whether an identifier is one that an entry can hold (RFC 2578
// §3.5); the wire's encoding has no such bound.
func writable(oid string) bool {
	normal, ok := normalOID(oid)
	return ok && normal == oid
}

// shortOID bounds what an agent sent for an excerpt.
func shortOID(oid string) string {
	if len(oid) > 120 {
		return oid[:120] + "…"
	}
	return oid
}
