package localstore_test

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	bolt "go.etcd.io/bbolt"

	"gujo/graph"
	"gujo/graph/localstore"
	"gujo/graph/storetest"
)

func TestConformance(t *testing.T) {
	storetest.Run(t, func(t *testing.T, path string) graph.Store {
		return open(t, path, localstore.Options{Timeout: 5 * time.Second})
	})
}

func open(t testing.TB, path string, o localstore.Options) *localstore.Store {
	t.Helper()
	s, err := localstore.Open(path, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

// filled makes a store with two snapshots and a diagnosis.
func filled(t testing.TB) (path string, first, second *graph.Snapshot) {
	t.Helper()
	path = filepath.Join(t.TempDir(), "gujo.db")
	s := open(t, path, localstore.Options{})
	first, second = storetest.Random(1, 20), storetest.Random(2, 20)
	for _, snap := range []*graph.Snapshot{first, second} {
		if err := s.Save(t.Context(), snap); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	return path, first, second
}

func TestTheFileIsForItsOwnerAlone(t *testing.T) {
	path, _, _ := filled(t)
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	if runtime.GOOS != "windows" && info.Mode().Perm() != 0o600 {
		t.Errorf("its mode is %v, want 0600", info.Mode())
	}
	entries, _ := os.ReadDir(filepath.Dir(path))
	if len(entries) != 1 {
		t.Errorf("beside it there is left %v", entries)
	}
}

func TestSeveralReadAtOnce(t *testing.T) {
	path, first, _ := filled(t)
	a, b := open(t, path, localstore.Options{ReadOnly: true}), open(t, path, localstore.Options{ReadOnly: true})
	for _, s := range []*localstore.Store{a, b} {
		if _, err := s.Load(t.Context(), first.ID); err != nil {
			t.Error(err)
		}
		if err := s.Save(t.Context(), first); err == nil {
			t.Error("a store opened for reading takes a snapshot")
		}
	}
	if _, err := localstore.Open(path, localstore.Options{Timeout: time.Millisecond}); !errors.Is(err, graph.ErrLocked) {
		t.Errorf("opening for writing beside readers gives %v, want ErrLocked", err)
	}
}

func TestReadingMakesNoStore(t *testing.T) {
	path := filepath.Join(t.TempDir(), "gujo.db")
	_, err := localstore.Open(path, localstore.Options{ReadOnly: true})
	if !errors.Is(err, fs.ErrNotExist) || !strings.Contains(err.Error(), path) {
		t.Errorf("got %v", err)
	}
	if _, err := os.Stat(path); err == nil {
		t.Error("there is a file now")
	}
}

func TestAFileThatIsNoStoreIsLeftAlone(t *testing.T) {
	otherPath := filepath.Join(t.TempDir(), "other.db")
	other, err := bolt.Open(otherPath, 0o600, nil)
	if err != nil {
		t.Fatal(err)
	}
	other.Close()
	foreign, err := os.ReadFile(otherPath)
	if err != nil {
		t.Fatal(err)
	}
	for name, data := range map[string][]byte{
		"empty": {}, "short": []byte("hello"), "text": bytes.Repeat([]byte("hello\n"), 10_000), "zeros": make([]byte, 1<<16), "another bbolt database": foreign,
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "file")
			if err := os.WriteFile(path, data, 0o600); err != nil {
				t.Fatal(err)
			}
			for _, readOnly := range []bool{true, false} {
				_, err := localstore.Open(path, localstore.Options{ReadOnly: readOnly})
				if err == nil || !strings.Contains(err.Error(), path+": not a Gujo store") {
					t.Errorf("got %v", err)
				}
			}
			if after, _ := os.ReadFile(path); !bytes.Equal(data, after) {
				t.Error("the file was changed")
			}
		})
	}
	if _, err := localstore.Open(t.TempDir(), localstore.Options{}); err == nil {
		t.Error("a directory was opened")
	}
}

func TestANewerFormatIsRefused(t *testing.T) {
	path, _, _ := filled(t)
	localstore.SetFormat(t, path, localstore.Format+1)
	for _, readOnly := range []bool{true, false} {
		_, err := localstore.Open(path, localstore.Options{ReadOnly: readOnly})
		if !errors.Is(err, graph.ErrNewerFormat) {
			t.Errorf("got %v, want ErrNewerFormat", err)
		}
	}
}

// TestAFlippedBitIsNeverAWrongAnswer flips bits all over a store. Whatever is
// read afterwards is right, or an error that says ErrCorrupt.
func TestAFlippedBitIsNeverAWrongAnswer(t *testing.T) {
	for _, test := range []struct {
		name      string
		snapshots int // with many the tree of pages has branches
		flips     int
	}{{"two snapshots", 2, 800}, {"sixty snapshots", 60, 150}} {
		t.Run(test.name, func(t *testing.T) {
			if os.Getenv("GUJO_SOAK") == "1" {
				test.flips *= 20
			}
			path := filepath.Join(t.TempDir(), "gujo.db")
			s := open(t, path, localstore.Options{})
			var want []*graph.Snapshot
			for i := range test.snapshots {
				want = append(want, storetest.Random(uint64(i), 15))
				if err := s.Save(t.Context(), want[i]); err != nil {
					t.Fatal(err)
				}
			}
			if err := s.Close(); err != nil {
				t.Fatal(err)
			}
			flipBits(t, path, want, test.flips)
		})
	}
}

func flipBits(t *testing.T, path string, want []*graph.Snapshot, flips int) {
	sound, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	rnd := rand.New(rand.NewPCG(5, 6))
	noticed, named := 0, 0
	for i := range flips {
		at := rnd.IntN(len(sound))
		if i%2 == 0 { // where a page tells what it holds
			at = at/4096*4096 + rnd.IntN(160)
		}
		bit := byte(1) << rnd.IntN(8)
		damaged := bytes.Clone(sound)
		damaged[at] ^= bit
		if err := os.WriteFile(path, damaged, 0o600); err != nil {
			t.Fatal(err)
		}
		s, err := localstore.Open(path, localstore.Options{ReadOnly: i%4 != 0})
		if err == nil {
			for _, n := range []int{0, rnd.IntN(len(want)), len(want) - 1} {
				got, lerr := s.Load(context.Background(), want[n].ID)
				switch {
				case lerr == nil && graph.Assemble(got.Created, *got).ID != want[n].ID:
					t.Errorf("byte %d, bit %d: wrong content", at, bit)
				case lerr != nil:
					err = lerr
					if strings.Contains(lerr.Error(), want[n].ID) {
						named++
					}
				}
			}
			list, lerr := s.Snapshots(context.Background())
			for i := range want {
				if lerr == nil && (len(list) != len(want) || list[i].ID != want[i].ID) {
					t.Errorf("byte %d, bit %d: wrong list %v", at, bit, list)
				}
			}
			err = cmp.Or(err, lerr)
			s.Close()
		}
		if err != nil {
			noticed++
			if !errors.Is(err, graph.ErrCorrupt) && !strings.Contains(err.Error(), "not a Gujo store") {
				t.Errorf("byte %d, bit %d: %v, want ErrCorrupt", at, bit, err)
			}
		}
	}
	if noticed < flips/10 || named == 0 {
		t.Errorf("of %d flips only %d were noticed, %d with the snapshot named", flips, noticed, named)
	}
	t.Logf("of %d flips %d were noticed, %d with the snapshot named", flips, noticed, named)
}

func TestACutOffFileIsAnError(t *testing.T) {
	path, _, _ := filled(t)
	sound, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for n := 0; n < len(sound); n += 2048 {
		if err := os.WriteFile(path, sound[:n], 0o600); err != nil {
			t.Fatal(err)
		}
		for _, readOnly := range []bool{true, false} {
			s, err := localstore.Open(path, localstore.Options{ReadOnly: readOnly})
			if err != nil {
				continue
			}
			// The last pages may be free ones.
			if _, err := s.Load(t.Context(), ""); err != nil {
				t.Errorf("%d of %d bytes: opened, but %v", n, len(sound), err)
			}
			s.Close()
			if err := os.WriteFile(path, sound[:n], 0o600); err != nil {
				t.Fatal(err)
			}
		}
	}
}

const lockChild = "GUJO_LOCK_CHILD"

func TestALockSaysWhoHoldsIt(t *testing.T) {
	if path := os.Getenv(lockChild); path != "" {
		open(t, path, localstore.Options{})
		fmt.Fprintln(os.Stderr, "opened")
		time.Sleep(time.Minute) // until it is killed
	}
	path, first, _ := filled(t)
	cmd := exec.Command(os.Args[0], "-test.run=^TestALockSaysWhoHoldsIt$")
	cmd.Env = append(os.Environ(), lockChild+"="+path)
	out, err := cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() { cmd.Process.Kill(); cmd.Wait() }()
	if _, err := out.Read(make([]byte, 64)); err != nil {
		t.Fatal(err)
	}
	for _, readOnly := range []bool{true, false} {
		_, err = localstore.Open(path, localstore.Options{ReadOnly: readOnly, Timeout: 60 * time.Millisecond})
		var locked *localstore.LockedError
		if !errors.Is(err, graph.ErrLocked) || !errors.As(err, &locked) {
			t.Fatalf("got %v, want ErrLocked", err)
		}
		if !strings.Contains(err.Error(), fmt.Sprintf("process %d (", cmd.Process.Pid)) || !strings.Contains(err.Error(), " since ") {
			t.Errorf("it says %v, want process %d and since when", err, cmd.Process.Pid)
		}
	}
	cmd.Process.Kill()
	cmd.Wait()
	if _, err := os.Stat(path + ".lock"); err != nil {
		t.Fatal("the killed process left no note; the test needs one that lies")
	}
	// Now a reader of this very process holds it, and the note names a dead one.
	s := open(t, path, localstore.Options{ReadOnly: true})
	_, err = localstore.Open(path, localstore.Options{Timeout: time.Millisecond})
	if runtime.GOOS == "linux" && (err == nil || !strings.Contains(err.Error(), fmt.Sprintf("process %d (", os.Getpid())) || strings.Contains(err.Error(), fmt.Sprint(cmd.Process.Pid))) {
		t.Errorf("it says %v, want this process, %d", err, os.Getpid())
	}
	s.Close()
	s = open(t, path, localstore.Options{})
	if _, err := s.Load(t.Context(), first.ID); err != nil {
		t.Error(err)
	}
}

func TestNoCommentOnTheLockBlocksAnybody(t *testing.T) {
	path, _, _ := filled(t)
	for _, note := range []string{"", "{", `{"pid":-1}`, `{"pid":1,"host":"elsewhere"}`} {
		if err := os.WriteFile(path+".lock", []byte(note), 0o600); err != nil {
			t.Fatal(err)
		}
		open(t, path, localstore.Options{}).Close()
	}
}

func BenchmarkSave(b *testing.B) {
	snap := storetest.Generate(benchSize())
	s := open(b, filepath.Join(b.TempDir(), "gujo.db"), localstore.Options{})
	b.ReportAllocs()
	for b.Loop() {
		if err := s.Save(b.Context(), snap); err != nil {
			b.Fatal(err)
		}
	}
	list, err := s.Snapshots(b.Context())
	if err != nil {
		b.Fatal(err)
	}
	b.ReportMetric(float64(list[0].Bytes)/1e6, "MB-stored")
}

func BenchmarkLoad(b *testing.B) {
	path := filepath.Join(b.TempDir(), "gujo.db")
	s := open(b, path, localstore.Options{})
	if err := s.Save(b.Context(), storetest.Generate(benchSize())); err != nil {
		b.Fatal(err)
	}
	s.Close()
	runtime.GC()
	b.ReportAllocs()
	for b.Loop() {
		s := open(b, path, localstore.Options{ReadOnly: true})
		if _, err := s.Load(b.Context(), ""); err != nil {
			b.Fatal(err)
		}
		s.Close()
	}
}

// benchSize is 200,000 components and 1,000,000 relations, or the bound of the
// design if GUJO_SOAK is set.
func benchSize() (components, relations int) {
	if os.Getenv("GUJO_SOAK") == "1" {
		return 1_000_000, 5_000_000
	}
	return 200_000, 1_000_000
}
