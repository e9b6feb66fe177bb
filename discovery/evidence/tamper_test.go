package evidence

import (
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"
)

// opened reads a bundle from memory and verifies it.
func opened(data []byte) (*Bundle, error) {
	b, err := read(bytes.NewReader(data), int64(len(data)), false)
	if err != nil {
		return nil, err
	}
	return b, b.Verify()
}

func TestEveryFlippedBitIsNoticed(t *testing.T) {
	path, _ := writeBundle(t, pieces())
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := opened(whole); err != nil {
		t.Fatal(err)
	}
	bits := 1 // of every byte, another one each; with GUJO_SOAK=1 all
	if os.Getenv("GUJO_SOAK") == "1" {
		bits = 8
	}
	for i := range whole {
		for n := range bits {
			bit := (i + n) % 8
			whole[i] ^= 1 << bit
			if _, err := opened(whole); err == nil {
				t.Errorf("bit %d of byte %d of %d, flipped, is not noticed", bit, i, len(whole))
			}
			whole[i] ^= 1 << bit
		}
	}
	t.Logf("%d bits flipped", bits*len(whole))
}

func TestEveryTruncationIsNoticedAndWhatIsWholeSurvives(t *testing.T) {
	list := pieces()
	path, added := writeBundle(t, list)
	whole, _ := os.ReadFile(path)
	b, err := opened(whole)
	if err != nil {
		t.Fatal(err)
	}
	for n := range whole {
		cut, err := opened(whole[:n])
		first := b.records[added[0].Name]
		if int64(n) < first.offset {
			if err == nil {
				t.Errorf("%d bytes, less than a beginning, pass", n)
			}
			continue
		}
		if !errors.Is(err, ErrNoManifest) {
			t.Errorf("cut to %d bytes: %v, want ErrNoManifest", n, err)
			continue
		}
		want := 0
		for _, e := range added {
			if b.records[e.Name].end() <= int64(n) {
				want++
			}
		}
		if got := len(cut.Entries()); got != want || !cut.Recovered() {
			t.Errorf("cut to %d bytes: %d entries recovered, %d are whole", n, got, want)
		}
	}
}

func TestVerifyNamesTheEntryThatDiffers(t *testing.T) {
	path, added := writeBundle(t, pieces())
	whole, _ := os.ReadFile(path)
	b, _ := opened(whole)
	for _, e := range added {
		r := b.records[e.Name]
		if r.packed == 0 {
			continue
		}
		bad := bytes.Clone(whole)
		bad[r.data] ^= 1
		if _, err := opened(bad); err == nil || !strings.Contains(err.Error(), e.Name) {
			t.Errorf("%s was changed, the error is: %v", e.Name, err)
		}
	}
}

// rebuilt writes a closed bundle out of records as they are, so that what the
// writer would refuse can be written too. It keeps the manifest's list of entries.
func rebuilt(t *testing.T, list []manifestEntry, pieces []piece) []byte {
	t.Helper()
	var out []byte
	var records []record
	w := &Writer{}
	add := func(r record, packed []byte) string {
		r.offset = int64(len(out))
		rec := append(r.appendLocal(nil), packed...)
		out = append(out, rec...)
		r.data = int64(len(out) - len(packed))
		records = append(records, r)
		return digestOf(rec)
	}
	m := manifestFile{Manifest: testManifest()}
	m.Schema = Schema
	head, _ := marshal(m.Manifest)
	r, packed := w.packRecord(record{name: collectionName, date: dosTime(testTime)}, head)
	m.Collection = add(r, packed)
	digests := map[string]string{}
	for _, p := range pieces {
		r, packed := w.packRecord(record{name: p.e.Name, date: dosTime(testTime)}, p.data)
		e := p.e
		r.describe, _ = marshal(description{Entry: &e})
		digests[p.e.Name] = add(r, packed)
	}
	for _, e := range list {
		if e.Record == "" {
			e.Record = digests[e.Name]
		}
		m.Entries = append(m.Entries, e)
	}
	data, _, err := encodeManifest(m)
	if err != nil {
		t.Fatal(err)
	}
	n := uint32(len(data))
	add(record{name: manifestName, date: dosTime(testTime), crc: checksum(data), packed: n, size: n}, data)
	return append(out, directory(records, int64(len(out)))...)
}

func TestManifestAndContentMustAgree(t *testing.T) {
	mk := func(name, text string) piece {
		return piece{Entry{Name: name, Collector: "snmp", Format: "snmprec", Zone: "z", Target: "t", Outcome: Complete, Collected: testTime,
			Digest: digestOf([]byte(text)), Size: int64(len(text))}, []byte(text)}
	}
	a, b, c := mk("a", "one"), mk("b", "two"), mk("c", "three")
	listed := func(ps ...piece) (out []manifestEntry) {
		for _, p := range ps {
			out = append(out, manifestEntry{Entry: p.e})
		}
		return out
	}
	swapped := a
	swapped.data = []byte("uno")
	other := listed(a, b)
	other[1].Zone = "elsewhere"
	forged := listed(a, b)
	forged[0].Record = digestOf(nil)
	for _, tt := range []struct {
		name string
		data []byte
		want string
	}{
		{"nothing wrong", rebuilt(t, listed(a, b), []piece{a, b}), ""},
		{"one missing", rebuilt(t, listed(a, b, c), []piece{a, c}), `entry "b": is missing`},
		{"one too many", rebuilt(t, listed(a, b), []piece{a, b, c}), `entry "c": the manifest does not list it`},
		{"two exchanged", rebuilt(t, listed(a, b), []piece{b, a}), `entry "a": is not at its place`},
		{"one there twice", rebuilt(t, listed(a), []piece{a, a}), `entry "a": is there twice`},
		{"one listed twice", rebuilt(t, listed(a, a), []piece{a}), `entry "a": the manifest lists it twice`},
		{"other bytes", rebuilt(t, listed(a, b), []piece{swapped, b}), `entry "a": its bytes have the digest`},
		{"another description", rebuilt(t, other, []piece{a, b}), `entry "b": its description differs`},
		{"another record", rebuilt(t, forged, []piece{a, b}), `entry "a": its bytes are right, its zip record was changed`},
		{"bytes behind the end", append(rebuilt(t, listed(a), []piece{a}), 0), "1 bytes stand behind the end"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, err := opened(tt.data)
			switch {
			case tt.want == "" && err != nil:
				t.Error(err)
			case tt.want != "" && (err == nil || !strings.Contains(err.Error(), tt.want)):
				t.Errorf("error %v, want %s", err, tt.want)
			}
		})
	}
}

func TestAHostileZipIsRefusedByTheNameOfItsEntry(t *testing.T) {
	plain := func(members ...string) []byte {
		var b bytes.Buffer
		z := zip.NewWriter(&b)
		for _, name := range members {
			h := &zip.FileHeader{Name: name, Method: zip.Store}
			if name == "a-link" {
				h.SetMode(0o777 | os.ModeSymlink)
			}
			f, err := z.CreateHeader(h)
			if err != nil {
				t.Fatal(err)
			}
			f.Write([]byte("x"))
		}
		z.Close()
		return b.Bytes()
	}
	// patch writes one record whose header was changed.
	patch := func(name string, change func(r *record)) []byte {
		e := Entry{Name: name, Collector: "snmp", Target: "t", Outcome: Complete, Collected: testTime, Digest: digestOf([]byte("x")), Size: 1}
		w := &Writer{}
		head, _ := marshal(Manifest{Schema: Schema})
		c, data := w.packRecord(record{name: collectionName}, head)
		out := append(c.appendLocal(nil), data...)
		r, data := w.packRecord(record{name: name}, []byte("x"))
		change(&r)
		e.Size = int64(r.size)
		r.describe, _ = marshal(description{Entry: &e})
		return append(append(out, r.appendLocal(nil)...), data...)
	}
	none := func(*record) {}
	linked := rebuilt(t, nil, nil)
	at := bytes.Index(linked, []byte("PK\x01\x02"))
	copy(linked[at+38:], []byte{0, 0, 0xff, 0xa1}) // external attributes: S_IFLNK | 0777
	for _, tt := range []struct {
		name string
		data []byte
		want string
	}{
		{"a path upward", patch("../../etc/passwd", none), `"../../etc/passwd"`},
		{"a path upward within", patch("a/../../b", none), `"a/../../b"`},
		{"an absolute path", patch("/etc/passwd", none), `"/etc/passwd": the name is an absolute path`},
		{"a backslash", patch(`..\x`, none), `the name contains '\\'`},
		{"a drive letter", patch(`C:x`, none), `the name contains ':'`},
		{"a NUL", patch("a\x00b", none), `the name contains '\x00'`},
		{"a name that is not UTF-8", patch("a\xff", none), `is not UTF-8`},
		{"a name that runs backwards", patch("a\u202eb", none), `the name contains`},
		{"a directory", patch("a/", none), "is a directory"},
		{"a symbolic link", linked, "is a symbolic link"},
		{"bzip2", patch("a", func(r *record) { r.method = 12 }), `entry "a": is packed by method 12`},
		{"a bomb by ratio", patch("a", func(r *record) { r.method, r.size = deflated, 100<<20 }), `entry "a": 1 packed bytes are said to become 104857600`},
		{"a bomb by size", patch("a", func(r *record) { r.method, r.size, r.packed = deflated, 3<<30, 1<<30 }), `entry "a": is 3221225472 bytes long`},
		{"two sizes when stored", patch("a", func(r *record) { r.size = 2 }), `entry "a": is stored`},
		{"any other zip", plain("readme.txt"), `entry "readme.txt"`},
		{"any other zip with a path upward", plain("../x"), `"../x"`},
		{"an empty zip", plain(), "does not begin with collection.json"},
		{"no zip", []byte("1.3.6.1.2.1.1.1.0|4|x\n"), "no zip record begins here"},
		{"nothing", nil, "does not begin with collection.json"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, err := opened(tt.data)
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("error %v, want one with %s", err, tt.want)
			}
		})
	}
}

func TestABombThatLiesAboutItsSizeIsStoppedWhileUnpacking(t *testing.T) {
	w := &Writer{}
	zeros := make([]byte, 100<<10)
	_, packed := w.packRecord(record{}, append(zeros, bytes.Repeat([]byte("noise?"), 20)...))
	if len(packed) > 4<<10 {
		// packRecord stores what is packed too tightly, so pack it by hand
		var b bytes.Buffer
		z := zip.NewWriter(&b)
		f, _ := z.Create("x")
		f.Write(zeros)
		z.Close()
		r, _ := zip.NewReader(bytes.NewReader(b.Bytes()), int64(b.Len()))
		raw, _ := r.File[0].OpenRaw()
		packed, _ = io.ReadAll(raw)
	}
	r := &record{name: "a", method: deflated, size: 10, packed: uint32(len(packed))}
	b := &Bundle{file: bytes.NewReader(packed)}
	if _, err := b.unpack(r); err == nil || !strings.Contains(err.Error(), `entry "a": unpacks to more than the 10 bytes`) {
		t.Errorf("error %v", err)
	}
}

func TestRecoverKeepsWhatIsWholeOfADamagedBundle(t *testing.T) {
	for _, tt := range []struct {
		name string
		cut  int // bytes lost at the end
	}{{"a closed one", 0}, {"one that lost its end", 5}} {
		t.Run(tt.name, func(t *testing.T) {
			path, added := writeBundle(t, pieces())
			whole, _ := os.ReadFile(path)
			b, _ := opened(whole)
			whole[b.records[added[0].Name].data+3] ^= 0x10
			dir := t.TempDir()
			bad, good := filepath.Join(dir, "bad.zip"), filepath.Join(dir, "good.zip")
			if err := os.WriteFile(bad, whole[:len(whole)-tt.cut], 0o600); err != nil {
				t.Fatal(err)
			}
			if err := Recover(bad, good); err != nil {
				t.Fatal(err)
			}
			g, err := Open(good)
			if err != nil {
				t.Fatal(err)
			}
			defer g.Close()
			if err := g.Verify(); err != nil {
				t.Error(err)
			}
			if len(g.Entries()) != len(added)-1 || g.Entries()[0].Name != added[1].Name {
				t.Errorf("recovered %v", g.Entries())
			}
			if !strings.Contains(g.Manifest().Recovered, added[0].Name) {
				t.Errorf("what was left out is not named: %q", g.Manifest().Recovered)
			}
			if err := Recover(good, bad+"2"); err == nil {
				t.Error("a sound bundle was recovered")
			}
		})
	}
}

func TestAFullDiskLosesNothingThatWasFinished(t *testing.T) {
	// The wall-clock check of durability under a real limit is in kill_test.go;
	// here every way in which a write can end early is tried.
	path := filepath.Join(t.TempDir(), "b.zip")
	w, err := Create(path, testManifest())
	if err != nil {
		t.Fatal(err)
	}
	first, err := w.Add(entryOf("10.0.0.1", "a"), []byte("finished"))
	if err != nil {
		t.Fatal(err)
	}
	// A read-only descriptor refuses every write, and every truncation.
	rw := w.file
	ro, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	w.file = ro
	if _, err := w.Add(entryOf("10.0.0.1", "b"), []byte("lost")); err == nil {
		t.Fatal("no error")
	}
	// Part of the record got there nevertheless.
	if _, err := rw.WriteAt([]byte("PK\x03\x04 garbage"), w.end); err != nil {
		t.Fatal(err)
	}
	w.file = rw
	again, err := w.Add(entryOf("10.0.0.1", "b"), []byte("found"))
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	ro.Close()
	b, err := Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer b.Close()
	if err := b.Verify(); err != nil {
		t.Error(err)
	}
	if len(b.Entries()) != 2 || b.Entries()[0].Digest != first.Digest || b.Entries()[1].Digest != again.Digest {
		t.Errorf("entries %v", b.Entries())
	}
}

func TestManyEntriesMakeAZip64(t *testing.T) {
	var list []piece
	var listed []manifestEntry
	for i := range 66_000 {
		e := entryOf("t", "")
		e.Name, e.Digest = fmt.Sprintf("%05d", i), digestOf(nil)
		list = append(list, piece{e, nil})
		listed = append(listed, manifestEntry{Entry: e})
	}
	data := rebuilt(t, listed, list)
	b, err := opened(data)
	if err != nil {
		t.Fatal(err)
	}
	if len(b.Entries()) != len(list) {
		t.Errorf("%d entries, want %d", len(b.Entries()), len(list))
	}
	path := filepath.Join(t.TempDir(), "b.zip")
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
	judgeZip(t, path, b.Entries(), nil)
}

func BenchmarkAddAndOpen(b *testing.B) {
	data := []byte(strings.Repeat("1.3.6.1.2.1.2.2.1.2.1|4|GigabitEthernet0/1\n", 100))
	path := filepath.Join(b.TempDir(), "b.zip")
	w, err := Create(path, testManifest())
	if err != nil {
		b.Fatal(err)
	}
	n := 0
	for b.Loop() {
		if _, err := w.Add(entryOf("10.0.0.1", "ifTable"+fmt.Sprint(n)), data); err != nil {
			b.Fatal(err)
		}
		n++
	}
	if err := w.Close(); err != nil {
		b.Fatal(err)
	}
	start := time.Now()
	z, err := Open(path)
	if err != nil {
		b.Fatal(err)
	}
	z.Close()
	b.ReportMetric(float64(time.Since(start).Nanoseconds())/float64(n), "ns-open/entry")
}

// farAway is a file of 5 GiB of which only two places hold anything.
type farAway struct {
	start, end []byte
	endAt      int64
}

func (f farAway) ReadAt(b []byte, off int64) (int, error) {
	for i := range b {
		b[i] = 0
		if at := off + int64(i); at < int64(len(f.start)) {
			b[i] = f.start[at]
		} else if at >= f.endAt && at < f.endAt+int64(len(f.end)) {
			b[i] = f.end[at-f.endAt]
		}
	}
	return len(b), nil
}

func TestEntriesBehind4GiBAreFound(t *testing.T) {
	near := record{name: "near", crc: checksum([]byte("n")), packed: 1, size: 1}
	far := record{name: "far", crc: checksum([]byte("f")), packed: 1, size: 1, offset: 5 << 30}
	f := farAway{start: append(near.appendLocal(nil), 'n'), endAt: far.offset}
	f.end = append(far.appendLocal(nil), 'f')
	at := f.endAt + int64(len(f.end))
	f.end = append(f.end, directory([]record{near, far}, at)...)
	z, err := zip.NewReader(f, f.endAt+int64(len(f.end)))
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []string{"n", "f"} {
		r, err := z.File[i].Open()
		if err != nil {
			t.Fatal(err)
		}
		if got, err := io.ReadAll(r); err != nil || string(got) != want {
			t.Errorf("%s: %q, %v", z.File[i].Name, got, err)
		}
	}
}

func TestNoiseIsPackedAndReadBack(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	var list []piece
	for i := range 200 {
		data := make([]byte, rng.IntN(3000))
		for j := range data {
			data[j] = byte(rng.IntN(1 + i))
		}
		list = append(list, piece{entryOf("10.0.0.1", ""), data})
	}
	list = append(list, piece{entryOf("zeros", ""), make([]byte, 8<<20)})
	path, added := writeBundle(t, list)
	judgeZip(t, path, added, func(i int) []byte { return list[i].data })
	b, err := Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer b.Close()
	if err := b.Verify(); err != nil {
		t.Error(err)
	}
}

func TestALargeEntryIsVerifiedWithoutHoldingItAndReadOnce(t *testing.T) {
	const size = 24 << 20
	data := make([]byte, size)
	rng := rand.New(rand.NewPCG(3, 3))
	for i := range data {
		data[i] = "0123456789abcdef"[rng.IntN(16)]
	}
	path := filepath.Join(t.TempDir(), "b.zip")
	w, err := Create(path, testManifest())
	if err != nil {
		t.Fatal(err)
	}
	e, err := w.Add(entryOf("10.0.0.1", "large"), data)
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	b, err := Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer b.Close()
	allocated := func(what func() error) uint64 {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		if err := what(); err != nil {
			t.Fatal(err)
		}
		runtime.ReadMemStats(&after)
		return after.TotalAlloc - before.TotalAlloc
	}
	if got := allocated(b.Verify); got > 2<<20 {
		t.Errorf("%d bytes were allocated to verify %d", got, size)
	}
	if got := allocated(func() error { _, err := b.Read(e); return err }); got > size+2<<20 {
		t.Errorf("%d bytes were allocated to read %d", got, size)
	}
}
