package evidence

import (
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

var testTime = time.Date(2026, 3, 2, 9, 30, 0, 123456789, time.UTC)

func testManifest() Manifest {
	return Manifest{
		Tool: Tool{Version: "0.1.0", Revision: "abc"}, Created: testTime, Zone: "default", Organisation: "가상시청",
		CollectedBy: CollectedBy{User: "auditor", Host: "laptop", Addresses: []string{"192.0.2.7"}},
		Witness:     "홍길동", Approval: "2026-17",
	}
}

func entryOf(target, table string) Entry {
	return Entry{Collector: "snmp", Format: "snmprec", Zone: "default", Target: target, Table: table,
		Outcome: Complete, Collected: testTime.Add(time.Second)}
}

type piece struct {
	e    Entry
	data []byte
}

func pieces() []piece {
	return []piece{
		{entryOf("10.0.0.1", "ifTable"), []byte(strings.Repeat("1.3.6.1.2.1.2.2.1.2.1|4|GigabitEthernet0/1\n", 20))},
		{entryOf("10.0.0.1", "system"), []byte("1.3.6.1.2.1.1.5.0|4|core-1\n")},
		{Entry{Collector: "snmp", Format: "snmprec", Zone: "default", Target: "2001:db8::1", Table: "lldpRemTable",
			Outcome: Gap, Reason: ReasonTimeout, Detail: "answered 3 rows\x00, then \xff no more", Collected: testTime}, nil},
		{Entry{Collector: "file", Format: "snmpwalk", Zone: "본관", Target: "../walk of 본관.txt", Outcome: Complete,
			Collected: testTime, Redactions: []string{"after-password"}, Attrs: map[string]string{"b": "<&>", "a": "1"}}, []byte("x")},
	}
}

// writeBundle writes a closed bundle and gives its path and its entries.
func writeBundle(t testing.TB, list []piece) (string, []Entry) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "b.zip")
	w, err := Create(path, testManifest())
	if err != nil {
		t.Fatal(err)
	}
	w.AddSent("10.0.0.1", 3, 300)
	var entries []Entry
	for _, p := range list {
		e, err := w.Add(p.e, p.data)
		if err != nil {
			t.Fatal(err)
		}
		entries = append(entries, e)
	}
	w.SetClock("10.0.0.1", 1500*time.Millisecond)
	w.AddSent("10.0.0.1", 1, 100)
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return path, entries
}

func TestAClosedBundleGivesBackWhatWasAdded(t *testing.T) {
	list := pieces()
	path, added := writeBundle(t, list)
	b, err := Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer b.Close()
	if b.Recovered() {
		t.Error("a closed bundle is called recovered")
	}
	if err := b.Verify(); err != nil {
		t.Error(err)
	}
	if diff := cmp.Diff(added, b.Entries()); diff != "" {
		t.Error(diff)
	}
	for i, e := range b.Entries() {
		data, err := b.Read(e)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(data, list[i].data) {
			t.Errorf("%s: read %q, added %q", e.Name, data, list[i].data)
		}
	}
	m := b.Manifest()
	if m.Schema != Schema || m.Organisation != "가상시청" || m.Witness != "홍길동" || !m.Created.Equal(testTime) {
		t.Errorf("manifest: %+v", m)
	}
	if m.Clock["10.0.0.1"] != Offset(1500*time.Millisecond) || m.Sent["10.0.0.1"] != (Sent{4, 400}) {
		t.Errorf("clock %v, sent %v", m.Clock, m.Sent)
	}
	if len(m.Digest) != len("sha256:")+64 {
		t.Errorf("digest %q", m.Digest)
	}
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	if info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, want 0600", info.Mode())
	}
}

func TestTheSameEntriesGiveTheSameBytes(t *testing.T) {
	p1, _ := writeBundle(t, pieces())
	p2, _ := writeBundle(t, pieces())
	b1, _ := os.ReadFile(p1)
	b2, _ := os.ReadFile(p2)
	if len(b1) == 0 || !bytes.Equal(b1, b2) {
		t.Error("two bundles of the same entries differ")
	}
}

func TestOtherZipReadersAgree(t *testing.T) {
	list := pieces()
	path, added := writeBundle(t, list)
	judgeZip(t, path, added, func(i int) []byte { return list[i].data })
}

// judgeZip asks archive/zip, unzip and Python whether the file is a sound zip.
func judgeZip(t *testing.T, path string, entries []Entry, data func(int) []byte) {
	t.Helper()
	z, err := zip.OpenReader(path)
	if err != nil {
		t.Fatal(err)
	}
	defer z.Close()
	if len(z.File) != len(entries)+2 {
		t.Fatalf("archive/zip sees %d members, want %d and two more", len(z.File), len(entries))
	}
	for i, e := range entries {
		f := z.File[i+1]
		if f.Name != e.Name || f.Mode() != 0o600 {
			t.Errorf("member %d: %s %v, want %s", i, f.Name, f.Mode(), e.Name)
		}
		if data == nil {
			continue
		}
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		got, err := io.ReadAll(r)
		if err != nil || !bytes.Equal(got, data(i)) {
			t.Errorf("%s: archive/zip reads %q (%v)", f.Name, got, err)
		}
	}
	ran := 0
	for _, judge := range [][]string{{"unzip", "-tqq", path}, {"python3", "-c",
		"import sys,zipfile; z=zipfile.ZipFile(sys.argv[1]); bad=z.testzip(); sys.exit(bad or len(z.namelist())!=int(sys.argv[2]))",
		path, fmt.Sprint(len(entries) + 2)}} {
		if _, err := exec.LookPath(judge[0]); err != nil {
			if os.Getenv("GUJO_TEST_ALL") == "1" {
				t.Errorf("%s is not installed", judge[0])
			}
			continue
		}
		ran++
		if out, err := exec.Command(judge[0], judge[1:]...).CombinedOutput(); err != nil {
			t.Errorf("%s: %v\n%s", judge[0], err, out)
		}
	}
	if ran == 0 {
		t.Log("neither unzip nor python3 is installed: judged by archive/zip alone")
	}
}

func TestABundleIsNeverOverwritten(t *testing.T) {
	path, _ := writeBundle(t, pieces())
	if _, err := Create(path, testManifest()); !errors.Is(err, os.ErrExist) {
		t.Errorf("Create over a bundle: %v", err)
	}
}
