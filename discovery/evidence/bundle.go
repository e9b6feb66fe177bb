package evidence

import (
	"bufio"
	"bytes"
	"compress/flate"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"os"
	"reflect"
)

// ErrNoManifest says that a bundle was cut off before it was closed: what is in
// it is whole, but nothing vouches that it is all.
var ErrNoManifest = errors.New("cut off before it was closed")

// Bundle is a bundle opened for reading. Its methods may be called concurrently.
type Bundle struct {
	path      string
	file      io.ReaderAt
	close     func() error
	manifest  Manifest
	recovered bool
	records   map[string]*record
	lost      []string          // entries that were damaged, when salvaging
	digests   map[string]string // of records, by name; what the manifest says
}

// Open opens a bundle. One that was cut off while it was written, because the
// collector was killed or the disk was full, gives everything that was finished,
// and [Bundle.Recovered] then reports true. One that is damaged otherwise, or was
// not written by a [Writer], is an error that names the entry; see also [Recover].
func Open(path string) (*Bundle, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("bundle: %w", err)
	}
	info, err := file.Stat()
	if err == nil && !info.Mode().IsRegular() {
		err = errors.New("is not a regular file")
	}
	var b *Bundle
	if err == nil {
		b, err = read(file, info.Size(), false)
	}
	if err != nil {
		file.Close()
		return nil, fmt.Errorf("bundle %s: %w", path, err)
	}
	b.path, b.close = path, file.Close
	return b, nil
}

// read understands a file; with salvage it takes what it can of a damaged one.
func read(f io.ReaderAt, size int64, salvage bool) (*Bundle, error) {
	records, at, stop := scan(f, size)
	if len(records) == 0 || records[0].name != collectionName {
		if stop != nil && stop != io.EOF && stop != errCutOff {
			return nil, fmt.Errorf("is not a bundle: %w", stop)
		}
		return nil, errors.New("is not a bundle: it does not begin with " + collectionName)
	}
	closed := stop == io.EOF
	if stop != nil && stop != io.EOF && stop != errCutOff && !salvage && !zeros(f, at, size) {
		return nil, stop
	}
	b := &Bundle{file: f, records: make(map[string]*record, len(records))}
	for i := range records {
		b.records[records[i].name] = &records[i]
	}
	if closed {
		err := b.readEnd(records, at, size)
		if err == nil && (!salvage || b.Verify() == nil) {
			return b, nil
		}
		if !salvage && !errors.Is(err, errCutOff) {
			return nil, err
		}
	}
	return b, b.recover(records, salvage)
}

// scan reads record after record. It gives where it stopped, and why: io.EOF at
// the directory, errCutOff where the file ends, or what is wrong there.
func scan(f io.ReaderAt, size int64) (records []record, at int64, stop error) {
	seen := map[string]bool{}
	var total int64
	for at < size {
		r, err := readRecord(f, at, size)
		if err != nil {
			return records, at, err
		}
		total += int64(r.size)
		switch {
		case seen[r.name]:
			return records, at, fmt.Errorf("entry %q: is there twice", r.name)
		case len(records) > 0 && records[len(records)-1].name == manifestName:
			return records, at, fmt.Errorf("entry %q: stands behind the manifest", r.name)
		case len(records) >= MaxEntries+2:
			return records, at, fmt.Errorf("entry %q: more than %d entries", r.name, MaxEntries)
		case r.name != manifestName && total > MaxTotal:
			return records, at, fmt.Errorf("entry %q: more than %d bytes in all", r.name, int64(MaxTotal))
		}
		seen[r.name] = true
		records = append(records, r)
		at = r.end()
	}
	return records, at, errCutOff
}

// zeros reports whether nothing but zeros is left, as a loss of power leaves it.
func zeros(f io.ReaderAt, at, size int64) bool {
	buf := make([]byte, 64<<10)
	for at < size {
		n := min(int64(len(buf)), size-at)
		if readAt(f, buf[:n], at) != nil || len(bytes.Trim(buf[:n], "\x00")) > 0 {
			return false
		}
		at += n
	}
	return true
}

// readEnd reads what a closed bundle has behind its entries, and compares it
// with what the records require.
func (b *Bundle) readEnd(records []record, at, size int64) error {
	last := &records[len(records)-1]
	if last.name != manifestName {
		return errors.New("has a zip directory but no " + manifestName)
	}
	if err := b.checkDirectory(records, at, size); err != nil {
		return err
	}
	data, err := b.unpack(last)
	if err != nil {
		return err
	}
	m, digest, err := decodeManifest(data)
	if err != nil {
		return err
	}
	if err := checkEntries(m.Entries, records[1:len(records)-1]); err != nil {
		return err
	}
	b.manifest = m.public(digest)
	b.digests = make(map[string]string, len(m.Entries)+1)
	b.digests[collectionName] = m.Collection
	for i := range m.Entries {
		b.digests[m.Entries[i].Name] = m.Entries[i].Record
	}
	return nil
}

// checkDirectory compares the end of the file with the directory that the
// records require, and names the first entry about which they differ. A file
// that ends within it is cut off.
func (b *Bundle) checkDirectory(records []record, at, size int64) error {
	want := directory(records, at)
	got := make([]byte, min(size-at, int64(len(want))))
	if err := readAt(b.file, got, at); err != nil {
		return err
	}
	if bytes.Equal(got, want[:len(got)]) {
		switch {
		case len(got) < len(want):
			return errCutOff
		case size-at > int64(len(want)):
			return fmt.Errorf("%d bytes stand behind the end of the zip", size-at-int64(len(want)))
		}
		return nil
	}
	pos := 0
	for i := range records {
		line := records[i].appendDirectory(nil)
		if pos+len(line) > len(got) || !bytes.Equal(line, got[pos:pos+len(line)]) {
			return fmt.Errorf("entry %q: %s", records[i].name, directoryFault(line, got[min(pos, len(got)):]))
		}
		pos += len(line)
	}
	return errors.New("the end of the zip directory is damaged")
}

// directoryFault says what a directory header has that it should not have.
func directoryFault(want, got []byte) string {
	const modeAt = 40 // upper half of the external attributes
	if len(got) >= directorySize && bytes.Equal(got[:4], want[:4]) {
		if mode := uint16(got[modeAt]) | uint16(got[modeAt+1])<<8; mode&0o170000 == 0o120000 {
			return "is a symbolic link"
		}
	}
	return "the zip directory says otherwise than its own header"
}

// checkEntries compares the manifest's list with the records.
func checkEntries(list []manifestEntry, records []record) error {
	at := make(map[string]int, len(records))
	for i := range records {
		at[records[i].name] = i
	}
	listed := make(map[string]bool, len(list))
	for i := range list {
		name := list[i].Name
		if listed[name] {
			return fmt.Errorf("entry %q: the manifest lists it twice", name)
		}
		listed[name] = true
		if _, ok := at[name]; !ok {
			return fmt.Errorf("entry %q: is missing", name)
		}
	}
	for i := range records {
		if !listed[records[i].name] {
			return fmt.Errorf("entry %q: the manifest does not list it", records[i].name)
		}
	}
	for i := range list {
		if name := list[i].Name; at[name] != i {
			return fmt.Errorf("entry %q: is not at its place in the order of the manifest", name)
		}
		if !reflect.DeepEqual(list[i].Entry, *records[i].desc.Entry) {
			return fmt.Errorf("entry %q: its description differs from the manifest", list[i].Name)
		}
	}
	return nil
}

// recover makes a manifest out of the records alone.
func (b *Bundle) recover(records []record, salvage bool) error {
	b.recovered = true
	b.manifest = Manifest{}
	head, err := b.unpack(&records[0])
	if err != nil {
		return err
	}
	if err := json.Unmarshal(head, &b.manifest); err != nil {
		return fmt.Errorf("%s: %w", collectionName, err)
	}
	if err := checkSchema(b.manifest.Schema); err != nil {
		return fmt.Errorf("%s: %w", collectionName, err)
	}
	if b.manifest.Clock == nil {
		b.manifest.Clock = map[string]Offset{}
	}
	if b.manifest.Sent == nil {
		b.manifest.Sent = map[string]Sent{}
	}
	for i := range records[1:] {
		r := &records[1+i]
		if r.name == manifestName {
			continue
		}
		if err := b.check(r); err != nil {
			if !salvage {
				return err
			}
			delete(b.records, r.name)
			b.lost = append(b.lost, r.name)
			continue
		}
		e := *r.desc.Entry
		b.manifest.Entries = append(b.manifest.Entries, e)
		if r.desc.Clock != nil {
			b.manifest.Clock[e.Target] = *r.desc.Clock
		}
		if r.desc.Sent != nil {
			b.manifest.Sent[e.Target] = *r.desc.Sent
		}
	}
	return nil
}

// inHand is up to how many bytes a record is unpacked on the word of its header.
const inHand = 16 << 20

// unpack gives a record's bytes, checked against the size and checksum of the zip.
// A large one is unpacked once without keeping it, so that nothing is held in
// memory that is not what it says.
func (b *Bundle) unpack(r *record) ([]byte, error) {
	if r.size > inHand {
		if err := b.pour(r, io.Discard); err != nil {
			return nil, err
		}
	}
	out := bytes.NewBuffer(make([]byte, 0, r.size))
	err := b.pour(r, out)
	return out.Bytes(), err
}

// pour writes a record's bytes, not all of them at a time, and says in the end
// whether they had the size and the checksum of the zip.
func (b *Bundle) pour(r *record, to io.Writer) error {
	in := bufio.NewReader(io.NewSectionReader(b.file, r.data, int64(r.packed)))
	var z io.Reader = in
	if r.method == deflated {
		z = flate.NewReader(in)
	}
	sum := crc32.NewIEEE()
	// The wrapping keeps a buffer from reading by itself, which would grow it.
	n, err := io.Copy(struct{ io.Writer }{io.MultiWriter(to, sum)}, io.LimitReader(z, int64(r.size)))
	if err != nil {
		return fmt.Errorf("entry %q: %w", r.name, err)
	}
	more, err := io.CopyN(io.Discard, z, 1)
	switch {
	case more > 0:
		return fmt.Errorf("entry %q: unpacks to more than the %d bytes that it declares", r.name, r.size)
	case err != io.EOF:
		return fmt.Errorf("entry %q: %w", r.name, err)
	case n < int64(r.size):
		return fmt.Errorf("entry %q: unpacks to %d bytes, not the %d that it declares", r.name, n, r.size)
	}
	if behind, err := io.Copy(io.Discard, in); err != nil {
		return fmt.Errorf("entry %q: %w", r.name, err)
	} else if behind > 0 {
		return fmt.Errorf("entry %q: %d bytes stand behind its end", r.name, behind)
	}
	if sum.Sum32() != r.crc {
		return fmt.Errorf("entry %q: its bytes do not have the checksum that the zip names", r.name)
	}
	return nil
}

// content is unpack that checks the entry's digest too.
func (b *Bundle) content(r *record) ([]byte, error) {
	data, err := b.unpack(r)
	if err != nil {
		return nil, err
	}
	return data, r.checkDigest(digestOf(data))
}

// check is content that keeps no bytes.
func (b *Bundle) check(r *record) error {
	h := sha256.New()
	if err := b.pour(r, h); err != nil || r.desc.Entry == nil {
		return err
	}
	return r.checkDigest(digestFrom(h))
}

func (r *record) checkDigest(got string) error {
	if want := r.desc.Entry.Digest; got != want {
		return fmt.Errorf("entry %q: its bytes have the digest %s, not %s", r.name, got, want)
	}
	return nil
}

// Manifest gives the manifest; of a recovered bundle, what is known of it, without digest.
func (b *Bundle) Manifest() Manifest { return b.manifest }

// Entries gives the entries in the order in which they were added.
func (b *Bundle) Entries() []Entry { return b.manifest.Entries }

// Recovered reports whether the bundle was cut off before it was closed.
func (b *Bundle) Recovered() bool { return b.recovered }

// Read gives an entry's bytes, once they have the digest that the entry names.
func (b *Bundle) Read(e Entry) ([]byte, error) {
	r, ok := b.records[e.Name]
	if !ok || r.desc.Entry == nil {
		return nil, fmt.Errorf("bundle %s: entry %q: there is none of this name", b.path, e.Name)
	}
	if r.desc.Entry.Digest != e.Digest {
		return nil, fmt.Errorf("bundle %s: entry %q: has the digest %s, not %s", b.path, e.Name, r.desc.Entry.Digest, e.Digest)
	}
	data, err := b.content(r)
	if err != nil {
		return nil, fmt.Errorf("bundle %s: %w", b.path, err)
	}
	return data, nil
}

// Verify recomputes every digest. Its error joins one error for each entry that
// differs; for a bundle that was cut off it is [ErrNoManifest], joined likewise.
func (b *Bundle) Verify() error {
	var errs []error
	if b.recovered {
		errs = append(errs, fmt.Errorf("%w: %d entries are whole, whether there were more is not known", ErrNoManifest, len(b.manifest.Entries)))
	}
	names := []string{collectionName}
	for i := range b.manifest.Entries {
		names = append(names, b.manifest.Entries[i].Name)
	}
	for _, name := range names {
		if err := b.verify(b.records[name]); err != nil {
			errs = append(errs, err)
		}
	}
	if len(errs) > 0 {
		return fmt.Errorf("bundle %s: %w", b.path, errors.Join(errs...))
	}
	return nil
}

func (b *Bundle) verify(r *record) error {
	if err := b.check(r); err != nil || b.recovered {
		return err
	}
	h := sha256.New()
	if _, err := io.Copy(h, io.NewSectionReader(b.file, r.offset, r.end()-r.offset)); err != nil {
		return fmt.Errorf("entry %q: %w", r.name, err)
	}
	if digestFrom(h) != b.digests[r.name] {
		return fmt.Errorf("entry %q: its bytes are right, its zip record was changed", r.name)
	}
	return nil
}

// Close closes the file.
func (b *Bundle) Close() error { return b.close() }
