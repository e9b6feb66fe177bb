package localstore

import (
	"encoding/binary"
	"unsafe"

	"gujo/graph"
)

// A column is a run of unsigned numbers, seven bits a byte. What grows from row
// to row is written as the signed difference to the row before, folded so that
// small differences of either sign are small numbers.

// A writer appends columns to a section.
type writer struct{ b []byte }

func (w *writer) number(n int) { w.b = binary.AppendUvarint(w.b, uint64(n)) }

func (w *writer) octet(c byte) { w.b = append(w.b, c) }

// step writes n as its difference to *last.
func (w *writer) step(n uint32, last *uint32) {
	w.b = binary.AppendVarint(w.b, int64(n)-int64(*last))
	*last = n
}

// A reader takes columns from a section. Once something is wrong it gives
// zeros; the caller asks at the end, and bounds what it makes by what is left.
type reader struct {
	b   []byte
	bad bool
}

func (r *reader) number() uint64 {
	if len(r.b) > 0 && r.b[0] < 0x80 { // by far the most frequent
		n := uint64(r.b[0])
		r.b = r.b[1:]
		return n
	}
	n, size := binary.Uvarint(r.b)
	if size <= 0 {
		r.fail()
		return 0
	}
	r.b = r.b[size:]
	return n
}

func (r *reader) octet() byte {
	if len(r.b) == 0 {
		r.fail()
		return 0
	}
	c := r.b[0]
	r.b = r.b[1:]
	return c
}

// octets gives the next n bytes, not copied.
func (r *reader) octets(n int) []byte {
	if n > len(r.b) {
		r.fail()
		return make([]byte, 0)
	}
	b := r.b[:n:n]
	r.b = r.b[n:]
	return b
}

func (r *reader) fail() { r.bad, r.b = true, nil }

// count reads how many rows follow. Each takes a byte at least, so that a wrong
// number cannot ask for more memory than the section is worth.
func (r *reader) count() int {
	n := r.number()
	if n > uint64(len(r.b)) {
		r.fail()
		return 0
	}
	return int(n)
}

// step reads a number written by [writer.step]; it is below limit.
func (r *reader) step(last *uint32, limit int) uint32 {
	u := r.number()
	n := int64(*last) + (int64(u>>1) ^ -int64(u&1))
	if n < 0 || n >= int64(limit) {
		r.fail()
		return 0
	}
	*last = uint32(n)
	return *last
}

// index reads a number below limit.
func (r *reader) index(limit int) int {
	n := r.number()
	if n >= uint64(limit) {
		r.fail()
		return 0
	}
	return int(n)
}

// counts reads a column of n list lengths, and gives their sum too.
func (r *reader) counts(n int) (list []uint32, total int) {
	list = make([]uint32, n)
	for i := range list {
		// Each item takes a byte at least of what is left.
		c := r.number()
		if c > uint64(max(0, len(r.b)-total)) {
			r.fail()
			return make([]uint32, n), 0
		}
		list[i] = uint32(c)
		total += int(c)
	}
	if total > len(r.b) {
		r.fail()
		return make([]uint32, n), 0
	}
	return list, total
}

// tables hold what the columns refer to, each once.
type tables struct {
	strings  map[string]uint32
	text     []byte // all strings, one after the other
	lengths  writer
	values   map[graph.Value]uint32
	valueCol writer
}

func newTables() *tables {
	return &tables{strings: map[string]uint32{}, values: map[graph.Value]uint32{}}
}

func (t *tables) string(s string) uint32 {
	i, ok := t.strings[s]
	if !ok {
		i = uint32(len(t.strings))
		t.strings[s] = i
		t.text = append(t.text, s...)
		t.lengths.number(len(s))
	}
	return i
}

func (t *tables) value(v graph.Value) uint32 {
	i, ok := t.values[v]
	if !ok {
		i = uint32(len(t.values))
		t.values[v] = i
		t.valueCol.octet(byte(v.Type()))
		t.valueCol.number(int(t.string(v.Text())))
	}
	return i
}

// cutStrings cuts the text into its strings, which share its memory: the text
// must not change any more.
func cutStrings(lengths, text []byte) ([]string, bool) {
	r := reader{b: lengths}
	all := unsafe.String(unsafe.SliceData(text), len(text))
	list := make([]string, 0, len(lengths))
	for len(r.b) > 0 {
		n := r.number()
		if n > uint64(len(all)) {
			return nil, false
		}
		list = append(list, all[:n])
		all = all[n:]
	}
	return list, !r.bad && len(all) == 0
}
