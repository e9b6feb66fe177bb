package evidence

import (
	"bytes"
	"compress/flate"
	"errors"
	"fmt"
	"maps"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"
	"unicode/utf8"
)

// Against a loss of power, not of the process, the file is synced this often.
const (
	syncEvery = 5 * time.Second
	syncBytes = 16 << 20
)

// ErrClosed is what a closed [Writer] answers.
var ErrClosed = errors.New("the bundle is closed")

// Writer appends evidence to a bundle. Its methods may be called concurrently.
type Writer struct {
	path string
	pack sync.Pool // of *flate.Writer

	mu       sync.Mutex
	known    *Known
	file     *os.File
	manifest manifestFile
	records  []record
	names    map[string]bool
	end      int64 // of what is finished
	total    int64 // bytes of all entries
	unsynced int64
	synced   time.Time
	dirty    bool // behind end there may be part of a record
}

// Create begins a bundle. The file must not exist: evidence is never overwritten.
// It is made with mode 0600. Of m, the schema, entries and digest are ignored, and
// what is only known later is added by [Writer.SetClock] and [Writer.AddSent].
func Create(path string, m Manifest) (*Writer, error) {
	file, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return nil, fmt.Errorf("bundle: %w", err)
	}
	w, err := newWriter(file, path, m)
	if err != nil {
		file.Close()
		os.Remove(path)
		return nil, err
	}
	return w, nil
}

func newWriter(file *os.File, path string, m Manifest) (*Writer, error) {
	m.Schema, m.Entries, m.Digest = Schema, nil, ""
	m.Created = m.Created.Round(0).UTC()
	clock, sent := m.Clock, m.Sent
	m.Clock, m.Sent = map[string]Offset{}, map[string]Sent{}
	for t, o := range clock {
		m.Clock[t] = o
	}
	for t, s := range sent {
		m.Sent[t] = s
	}
	w := &Writer{path: path, file: file, manifest: manifestFile{Manifest: m, Entries: []manifestEntry{}},
		names: map[string]bool{}, synced: time.Now()}
	head, err := marshal(m)
	if err != nil {
		return nil, w.wrap(err)
	}
	r, packed := w.packRecord(record{name: collectionName, date: dosTime(m.Created)}, append(head, '\n'))
	if w.manifest.Collection, err = w.append(r, packed); err != nil {
		return nil, w.wrap(err)
	}
	if err := file.Sync(); err != nil {
		return nil, w.wrap(err)
	}
	if dir, err := os.Open(filepath.Dir(path)); err == nil {
		dir.Sync() // best effort: not every file system can
		dir.Close()
	}
	return w, nil
}

func (w *Writer) wrap(err error) error { return fmt.Errorf("bundle %s: %w", w.path, err) }

// Guard tells values that must never enter the bundle, such as the communities
// asked with. In every entry that is added from then on they are replaced by
// [Marker], in its bytes and in its name, target, detail and attributes, and
// [RuleKnown] is recorded; see [Known] for what counts as one. It is the last
// line: what formats its bytes should have replaced them before.
//
// The words of our own (collector, format, table, reason), an address as target,
// the zone, and the manifest's head, which is written before, are left alone.
func (w *Writer) Guard(secrets ...string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.known = w.known.with(secrets)
}

// Clean gives an entry and its bytes as Add will store them, so that who needs
// the bytes to be understood can look at them first.
func (w *Writer) Clean(e Entry, data []byte) (Entry, []byte) {
	w.mu.Lock()
	known := w.known
	w.mu.Unlock()
	hit := false
	clean := func(s *string) {
		var found bool
		*s, found = known.Text(*s)
		hit = hit || found
	}
	clean(&e.Name)
	clean(&e.Detail)
	if !isAddress(e.Target) {
		clean(&e.Target)
	}
	e.Attrs = maps.Clone(e.Attrs)
	for name, value := range e.Attrs {
		clean(&value)
		e.Attrs[name] = value
	}
	var found bool
	switch e.Format {
	case "varbinds", "snmprec":
		data, found = known.lines(data)
	default:
		data, found = known.Bytes(data)
	}
	if hit = hit || found; hit && !slices.Contains(e.Redactions, RuleKnown) {
		e.Redactions = append(slices.Clone(e.Redactions), RuleKnown)
		slices.Sort(e.Redactions)
	}
	return e, data
}

// isAddress reports whether a target is an address, with or without a port.
func isAddress(target string) bool {
	_, err := netip.ParseAddr(target)
	if err != nil {
		_, err = netip.ParseAddrPort(target)
	}
	return err == nil
}

// Add appends an entry and gives it back completed: its digest, its size and,
// where it had none, its name. When Add returns, the entry survives the death of
// this process. After an error, a full disk for one, everything added before is
// intact and Add may be tried again.
func (w *Writer) Add(e Entry, data []byte) (Entry, error) {
	e, data = w.Clean(e, data)
	if int64(len(data)) > MaxEntrySize {
		return e, w.wrap(fmt.Errorf("entry of %s: %d bytes, the limit is %d", e.Target, len(data), MaxEntrySize))
	}
	e = normal(e)
	e.Digest, e.Size = digestOf(data), int64(len(data))
	if err := w.reserve(&e); err != nil {
		return e, w.wrap(err)
	}
	r, packed := w.packRecord(record{name: e.Name, date: dosTime(e.Collected)}, data)

	w.mu.Lock()
	defer w.mu.Unlock()
	err := w.add(e, r, packed)
	if err != nil {
		delete(w.names, e.Name)
		return e, w.wrap(fmt.Errorf("entry %s: %w", e.Name, err))
	}
	return e, nil
}

// normal gives the entry as it will be read back.
func normal(e Entry) Entry {
	e.Collected = e.Collected.Round(0).UTC()
	for _, s := range []*string{&e.Name, &e.Collector, &e.Format, &e.Zone, &e.Target, &e.Table, &e.Reason, &e.Detail} {
		*s = strings.ToValidUTF8(*s, string(utf8.RuneError))
	}
	e.Detail = clip(e.Detail, 4<<10)
	if len(e.Redactions) == 0 {
		e.Redactions = nil
	}
	if len(e.Attrs) == 0 {
		e.Attrs = nil
	}
	return e
}

// reserve finds or checks the entry's name and keeps it from others.
func (w *Writer) reserve(e *Entry) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.file == nil {
		return ErrClosed
	}
	if len(w.records) >= MaxEntries {
		return fmt.Errorf("more than %d entries", MaxEntries)
	}
	if w.total+e.Size > MaxTotal {
		return fmt.Errorf("more than %d bytes", int64(MaxTotal))
	}
	if e.Name == "" {
		base := nameOf(*e)
		e.Name = base
		for n := 2; w.taken(e.Name); n++ {
			e.Name = fmt.Sprintf("%s~%d", base, n)
		}
	}
	if err := checkName(e.Name); err != nil {
		return err
	}
	if w.taken(e.Name) {
		return fmt.Errorf("entry %q: there is one of this name already", e.Name)
	}
	w.names[e.Name] = true
	return nil
}

func (w *Writer) taken(name string) bool {
	return w.names[name] || name == collectionName || name == manifestName
}

// add writes the record; the lock is held.
func (w *Writer) add(e Entry, r record, packed []byte) error {
	if w.file == nil {
		return ErrClosed
	}
	d := description{Entry: &e}
	if o, ok := w.manifest.Clock[e.Target]; ok {
		d.Clock = &o
	}
	if s, ok := w.manifest.Sent[e.Target]; ok {
		d.Sent = &s
	}
	var err error
	if r.describe, err = marshal(d); err != nil {
		return err
	}
	if len(r.describe) > 0xffff-4 {
		return fmt.Errorf("its description has %d bytes, the limit is %d", len(r.describe), 0xffff-4)
	}
	digest, err := w.append(r, packed)
	if err != nil {
		return err
	}
	w.total += e.Size
	w.manifest.Entries = append(w.manifest.Entries, manifestEntry{e, digest})
	if w.unsynced >= syncBytes || time.Since(w.synced) >= syncEvery {
		return w.sync()
	}
	return nil
}

// append writes one record at the end of what is finished, in one write. A part
// of it that got there before an error is cut off again.
func (w *Writer) append(r record, packed []byte) (digest string, err error) {
	r.offset = w.end
	b := append(r.appendLocal(make([]byte, 0, localSize+len(r.name)+4+len(r.describe)+len(packed))), packed...)
	if err := w.write(b); err != nil {
		return "", err
	}
	r.data = w.end + int64(len(b)-len(packed))
	w.end += int64(len(b))
	r.describe = nil // the directory does not repeat it
	w.records = append(w.records, r)
	w.unsynced += int64(len(b))
	return digestOf(b), nil
}

func (w *Writer) write(b []byte) error {
	if w.dirty {
		if err := w.file.Truncate(w.end); err != nil {
			return err
		}
		w.dirty = false
	}
	if _, err := w.file.WriteAt(b, w.end); err != nil {
		w.dirty = w.file.Truncate(w.end) != nil
		return err
	}
	return nil
}

func (w *Writer) sync() error {
	if err := w.file.Sync(); err != nil {
		return err
	}
	w.unsynced, w.synced = 0, time.Now()
	return nil
}

// packRecord deflates where that pays, and fills in sizes and checksum.
func (w *Writer) packRecord(r record, data []byte) (record, []byte) {
	r.crc, r.size, r.packed, r.method = checksum(data), uint32(len(data)), uint32(len(data)), stored
	if len(data) < 64 {
		return r, data
	}
	var b bytes.Buffer
	z, _ := w.pack.Get().(*flate.Writer)
	if z == nil {
		z, _ = flate.NewWriter(&b, flate.DefaultCompression) // the level is valid
	} else {
		z.Reset(&b)
	}
	defer w.pack.Put(z)
	z.Write(data) // a bytes.Buffer takes everything
	z.Close()
	if b.Len() >= len(data) || tooTight(r.size, uint32(b.Len())) {
		return r, data
	}
	r.method, r.packed = deflated, uint32(b.Len())
	return r, b.Bytes()
}

// SetClock notes how far a target's clock is ahead of ours.
func (w *Writer) SetClock(target string, ahead time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.manifest.Clock[target] = Offset(ahead)
}

// AddSent adds to what was sent to a target.
func (w *Writer) AddSent(target string, requests, bytes int64) {
	w.mu.Lock()
	defer w.mu.Unlock()
	s := w.manifest.Sent[target]
	w.manifest.Sent[target] = Sent{s.Requests + requests, s.Bytes + bytes}
}

// AddFile wraps an imported file. The entry's target is the address that the
// file's name holds, or the name; its time is when the file was last changed.
// Redactions are the rules that replaced something in the bytes before.
func (w *Writer) AddFile(path, zone, format string, data []byte, modified time.Time, redactions ...string) (Entry, error) {
	base := filepath.Base(filepath.ToSlash(path))
	outcome := Complete
	if len(data) == 0 {
		outcome = Empty
	}
	e := Entry{Collector: "file", Format: format, Zone: zone, Target: TargetOf(path), Outcome: outcome, Collected: modified, Redactions: redactions}
	if e.Target != base {
		e.Attrs = map[string]string{"file": clip(strings.ToValidUTF8(base, string(utf8.RuneError)), 255)}
	}
	return w.Add(e, data)
}

// Path is where the bundle is written.
func (w *Writer) Path() string { return w.path }

// Close writes manifest and directory, after which the bundle is a plain zip. If
// it cannot, everything added stays recoverable.
func (w *Writer) Close() error {
	_, err := w.Finish()
	return err
}

// Finish is Close that also gives the manifest, with the digest of the whole.
func (w *Writer) Finish() (Manifest, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.file == nil {
		return Manifest{}, w.wrap(ErrClosed)
	}
	m, err := w.finish()
	if e := w.file.Close(); err == nil {
		err = e
	}
	w.file = nil
	if err != nil {
		return m, w.wrap(err)
	}
	return m, nil
}

func (w *Writer) finish() (Manifest, error) {
	// What is finished reaches the disk before the end that vouches for it.
	if err := w.sync(); err != nil {
		return Manifest{}, err
	}
	data, digest, err := encodeManifest(w.manifest)
	if err != nil {
		return Manifest{}, err
	}
	if len(data) > maxManifest {
		return Manifest{}, fmt.Errorf("%s has %d bytes, the limit is %d", manifestName, len(data), maxManifest)
	}
	// Stored, because different deflated bytes can mean the same and no digest
	// stands above the manifest's own record.
	n := uint32(len(data))
	r := record{name: manifestName, date: dosTime(w.manifest.Created), method: stored, crc: checksum(data), packed: n, size: n}
	entries, finished := len(w.records), w.end
	if _, err = w.append(r, data); err == nil {
		err = w.write(directory(w.records, w.end))
	}
	if err == nil {
		err = w.sync()
	}
	if err != nil {
		w.records, w.end = w.records[:entries], finished
		w.file.Truncate(finished) // best effort: what is left of the end does no harm
		return Manifest{}, err
	}
	return w.manifest.public(digest), nil
}

// public gives the manifest as callers see it.
func (m *manifestFile) public(digest string) Manifest {
	out := m.Manifest
	out.Digest = digest
	out.Entries = make([]Entry, len(m.Entries))
	for i := range m.Entries {
		out.Entries[i] = m.Entries[i].Entry
	}
	return out
}
