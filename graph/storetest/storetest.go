// Package storetest holds one suite of tests that every [graph.Store] passes,
// and graphs to test and measure stores with.
package storetest

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"gujo/graph"
)

// Run tests a store. The function opens the store at a path, making an empty one
// where there is none, and fails the test if it cannot; whoever opens closes.
// Run has to be called from a top-level test, which is run again in a child process.
func Run(t *testing.T, open func(t *testing.T, path string) graph.Store) {
	if path := os.Getenv(childVariable); path != "" {
		saveUntilKilled(t, open(t, path))
		return
	}
	s := suite{open}
	t.Run("an empty store has nothing", s.empty)
	t.Run("a snapshot comes back exactly", s.roundTrip)
	t.Run("snapshots are listed in the order of saving", s.order)
	t.Run("a prefix that fits one finds it", s.prefixes)
	t.Run("diagnoses come back exactly", s.diagnoses)
	t.Run("a cancelled save changes nothing", s.cancelled)
	t.Run("many read while one writes", s.concurrent)
	t.Run("random operations agree with a model", s.random)
	t.Run("killed while saving it keeps what was saved", s.killed)
}

type suite struct {
	open func(t *testing.T, path string) graph.Store
}

func (s suite) fresh(t *testing.T) graph.Store {
	t.Helper()
	st := s.open(t, filepath.Join(t.TempDir(), "store"))
	t.Cleanup(func() { st.Close() })
	return st
}

// same fails unless two snapshots are equal in everything; no list is as good as
// an empty one.
func same(t *testing.T, want, got *graph.Snapshot) {
	t.Helper()
	if diff := cmp.Diff(want, got, cmp.AllowUnexported(graph.Value{}), cmpopts.EquateEmpty()); diff != "" {
		t.Fatalf("the snapshot differs (-saved +loaded):\n%s", diff)
	}
	if again := graph.Assemble(got.Created, *got); again.ID != want.ID {
		t.Fatalf("loaded, its content has the ID %s, want %s", again.ID, want.ID)
	}
}

func save(t *testing.T, st graph.Store, s *graph.Snapshot) {
	t.Helper()
	if err := st.Save(t.Context(), s); err != nil {
		t.Fatal(err)
	}
}

func load(t *testing.T, st graph.Store, id string) *graph.Snapshot {
	t.Helper()
	s, err := st.Load(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func (s suite) empty(t *testing.T) {
	st := s.fresh(t)
	for _, id := range []string{"", "abc"} {
		if _, err := st.Load(t.Context(), id); !errors.Is(err, graph.ErrNotFound) {
			t.Errorf("loading snapshot %q gives %v, want ErrNotFound", id, err)
		}
		if _, err := st.LoadDiagnosis(t.Context(), id); !errors.Is(err, graph.ErrNotFound) {
			t.Errorf("loading diagnosis %q gives %v, want ErrNotFound", id, err)
		}
	}
	if list, err := st.Snapshots(t.Context()); err != nil || len(list) != 0 {
		t.Errorf("snapshots are %v, %v", list, err)
	}
	if list, err := st.Diagnoses(t.Context()); err != nil || len(list) != 0 {
		t.Errorf("diagnoses are %v, %v", list, err)
	}
}

func (s suite) roundTrip(t *testing.T) {
	path := filepath.Join(t.TempDir(), "store")
	st := s.open(t, path)
	var snaps []*graph.Snapshot
	for i, size := range []int{0, 1, 2, 30, 500} {
		snaps = append(snaps, Random(uint64(i), size))
	}
	snaps = append(snaps, Generate(1000, 4000))
	for _, snap := range snaps {
		save(t, st, snap)
		same(t, snap, load(t, st, snap.ID))
		same(t, snap, load(t, st, ""))
	}
	if err := st.Close(); err != nil {
		t.Fatal(err)
	}
	st = s.open(t, path)
	defer st.Close()
	for _, snap := range snaps {
		same(t, snap, load(t, st, snap.ID))
	}
}

func infos(t *testing.T, st graph.Store) (ids []string) {
	t.Helper()
	list, err := st.Snapshots(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, i := range list {
		ids = append(ids, i.ID)
	}
	return ids
}

func (s suite) order(t *testing.T) {
	st := s.fresh(t)
	a, b, c := Random(1, 10), Random(2, 20), Random(3, 5)
	for _, snap := range []*graph.Snapshot{a, b, c, a} {
		save(t, st, snap)
	}
	if diff := cmp.Diff([]string{b.ID, c.ID, a.ID}, infos(t, st)); diff != "" {
		t.Errorf("one saved again is the latest (-want +got):\n%s", diff)
	}
	same(t, a, load(t, st, ""))
	list, _ := st.Snapshots(t.Context())
	want := graph.SnapshotInfo{ID: b.ID, Created: b.Created, Components: len(b.Components), Relations: len(b.Relations)}
	if diff := cmp.Diff(want, list[0], cmpopts.IgnoreFields(graph.SnapshotInfo{}, "Bytes")); diff != "" {
		t.Errorf("its description differs (-want +got):\n%s", diff)
	}
}

// sharing gives snapshots until two of them have IDs that begin alike.
func sharing() (x, y, other *graph.Snapshot) {
	byFirst := map[byte]*graph.Snapshot{}
	for i := uint64(0); ; i++ {
		snap := Random(i, 1)
		if x = byFirst[snap.ID[0]]; x != nil {
			for _, other := range byFirst {
				if other != x {
					return x, snap, other
				}
			}
		}
		if byFirst[snap.ID[0]] == nil {
			byFirst[snap.ID[0]] = snap
		}
	}
}

func (s suite) prefixes(t *testing.T) {
	st := s.fresh(t)
	x, y, other := sharing()
	for _, snap := range []*graph.Snapshot{x, y, other} {
		save(t, st, snap)
	}
	if _, err := st.Load(t.Context(), x.ID[:1]); !errors.Is(err, graph.ErrAmbiguous) {
		t.Errorf("a prefix of two gives %v, want ErrAmbiguous", err)
	} else if !strings.Contains(err.Error(), x.ID) || !strings.Contains(err.Error(), y.ID) {
		t.Errorf("the error does not name both: %v", err)
	}
	same(t, other, load(t, st, other.ID[:1]))
	same(t, x, load(t, st, x.ID[:40]))
	if _, err := st.Load(t.Context(), x.ID+"0"); !errors.Is(err, graph.ErrNotFound) {
		t.Errorf("an ID with something behind gives %v, want ErrNotFound", err)
	}
}

func diagnosis(snap *graph.Snapshot, text string) graph.StoredDiagnosis {
	doc := []byte(fmt.Sprintf(`{"schema":"gujo/findings/v1","text":%q}`, text))
	sum := sha256.Sum256(doc)
	return graph.StoredDiagnosis{ID: hex.EncodeToString(sum[:]), Snapshot: snap.ID, Created: snap.Created, Document: doc}
}

func (s suite) diagnoses(t *testing.T) {
	path := filepath.Join(t.TempDir(), "store")
	st := s.open(t, path)
	snap := Random(1, 10)
	a, b := diagnosis(snap, "a"), diagnosis(snap, strings.Repeat("나", 100_000))
	if err := st.SaveDiagnosis(t.Context(), a); !errors.Is(err, graph.ErrNotFound) {
		t.Errorf("a diagnosis of a snapshot that is not stored gives %v, want ErrNotFound", err)
	}
	save(t, st, snap)
	for _, d := range []graph.StoredDiagnosis{a, b, a} {
		if err := st.SaveDiagnosis(t.Context(), d); err != nil {
			t.Fatal(err)
		}
	}
	if err := st.Close(); err != nil {
		t.Fatal(err)
	}
	st = s.open(t, path)
	defer st.Close()
	for id, want := range map[string]graph.StoredDiagnosis{"": a, a.ID: a, b.ID[:8]: b} {
		got, err := st.LoadDiagnosis(t.Context(), id)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%q differs (-saved +loaded):\n%s", id, diff)
		}
	}
	if _, err := st.LoadDiagnosis(t.Context(), "none"); !errors.Is(err, graph.ErrNotFound) {
		t.Errorf("another ID gives %v, want ErrNotFound", err)
	}
	list, err := st.Diagnoses(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	want := []graph.StoredDiagnosis{b, a}
	if diff := cmp.Diff(want, list, cmpopts.IgnoreFields(graph.StoredDiagnosis{}, "Document")); diff != "" {
		t.Errorf("the list differs (-want +got):\n%s", diff)
	}
	for _, d := range list {
		if d.Document != nil {
			t.Error("the list holds documents")
		}
	}
	b.ID = a.ID
	if err := st.SaveDiagnosis(t.Context(), b); err == nil {
		t.Error("a document with the ID of another was saved")
	}
}

func (s suite) cancelled(t *testing.T) {
	st := s.fresh(t)
	a, b := Random(1, 10), Random(2, 10)
	save(t, st, a)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := st.Save(ctx, b); !errors.Is(err, context.Canceled) {
		t.Errorf("saving gives %v, want context.Canceled", err)
	}
	if _, err := st.Load(ctx, a.ID); !errors.Is(err, context.Canceled) {
		t.Errorf("loading gives %v, want context.Canceled", err)
	}
	if diff := cmp.Diff([]string{a.ID}, infos(t, st)); diff != "" {
		t.Errorf("stored is (-want +got):\n%s", diff)
	}
}

func (s suite) concurrent(t *testing.T) {
	st := s.fresh(t)
	first := Random(0, 50)
	save(t, st, first)
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for range 20 {
				got, err := st.Load(t.Context(), first.ID)
				if err != nil || len(got.Components) != len(first.Components) {
					t.Errorf("reading beside a writer: %v", err)
					return
				}
				if _, err := st.Load(t.Context(), ""); err != nil {
					t.Errorf("reading the latest beside a writer: %v", err)
				}
				if _, err := st.Snapshots(t.Context()); err != nil {
					t.Errorf("listing beside a writer: %v", err)
				}
			}
		})
	}
	for i := range uint64(10) {
		save(t, st, Random(i+1, 50))
	}
	wg.Wait()
	same(t, first, load(t, st, first.ID))
}

func (s suite) random(t *testing.T) {
	steps := 150
	if os.Getenv("GUJO_SOAK") == "1" {
		steps = 5000
	}
	path := filepath.Join(t.TempDir(), "store")
	st := s.open(t, path)
	defer func() { st.Close() }()
	rnd := rand.New(rand.NewPCG(1, 2))
	var pool []*graph.Snapshot
	for i := range uint64(8) {
		pool = append(pool, Random(100+i, rnd.IntN(40)))
	}
	// The model: what is stored, in order.
	var snaps []*graph.Snapshot
	var diags []graph.StoredDiagnosis
	moveSnap := func(s *graph.Snapshot) {
		for i, have := range snaps {
			if have.ID == s.ID {
				snaps = append(snaps[:i], snaps[i+1:]...)
				break
			}
		}
		snaps = append(snaps, s)
	}
	moveDiag := func(d graph.StoredDiagnosis) {
		for i, have := range diags {
			if have.ID == d.ID {
				diags = append(diags[:i], diags[i+1:]...)
				break
			}
		}
		diags = append(diags, d)
	}
	for range steps {
		snap := pool[rnd.IntN(len(pool))]
		switch rnd.IntN(6) {
		case 0:
			save(t, st, snap)
			moveSnap(snap)
		case 1:
			stored := false
			for _, have := range snaps {
				stored = stored || have.ID == snap.ID
			}
			got, err := st.Load(t.Context(), snap.ID)
			if stored != (err == nil) {
				t.Fatalf("loading gives %v, want success %t", err, stored)
			}
			if stored {
				same(t, snap, got)
			}
		case 2:
			if len(snaps) > 0 {
				same(t, snaps[len(snaps)-1], load(t, st, ""))
			}
		case 3:
			if len(snaps) > 0 {
				d := diagnosis(snaps[rnd.IntN(len(snaps))], fmt.Sprint(rnd.IntN(20)))
				if err := st.SaveDiagnosis(t.Context(), d); err != nil {
					t.Fatal(err)
				}
				moveDiag(d)
			}
		case 4:
			if len(diags) > 0 {
				want := diags[rnd.IntN(len(diags))]
				got, err := st.LoadDiagnosis(t.Context(), want.ID)
				if diff := cmp.Diff(want, got); err != nil || diff != "" {
					t.Fatalf("the diagnosis differs: %v\n%s", err, diff)
				}
			}
		case 5:
			if err := st.Close(); err != nil {
				t.Fatal(err)
			}
			st = s.open(t, path)
		}
		var want []string
		for _, have := range snaps {
			want = append(want, have.ID)
		}
		if diff := cmp.Diff(want, infos(t, st)); diff != "" {
			t.Fatalf("stored is (-want +got):\n%s", diff)
		}
		list, err := st.Diagnoses(t.Context())
		if diff := cmp.Diff(diags, list, cmpopts.IgnoreFields(graph.StoredDiagnosis{}, "Document"), cmpopts.EquateEmpty()); err != nil || diff != "" {
			t.Fatalf("diagnoses are: %v (-want +got):\n%s", err, diff)
		}
	}
}

const childVariable = "GUJO_STORETEST_CHILD"

// saveUntilKilled is the child process: it saves one snapshot after the other,
// and says which are saved.
func saveUntilKilled(t *testing.T, st graph.Store) {
	for i := uint64(0); ; i++ {
		fmt.Fprintf(os.Stderr, "saving %d\n", i)
		save(t, st, victim(i))
		fmt.Fprintf(os.Stderr, "saved %d\n", i)
	}
}

func victim(i uint64) *graph.Snapshot { return Random(1000+i%8, 200+int(i%8)*100) }

func (s suite) killed(t *testing.T) {
	rounds := 5
	if os.Getenv("GUJO_SOAK") == "1" {
		rounds = 200
	}
	top, _, _ := strings.Cut(t.Name(), "/")
	path := filepath.Join(t.TempDir(), "store")
	rnd := rand.New(rand.NewPCG(3, 4))
	saved := map[string]bool{}
	for round := range rounds {
		var log lockedBuffer
		cmd := exec.Command(os.Args[0], "-test.run=^"+top+"$")
		cmd.Env = append(os.Environ(), childVariable+"="+path)
		cmd.Stderr = &log
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		for deadline := time.Now().Add(20 * time.Second); !strings.Contains(log.String(), "saved 1\n"); time.Sleep(time.Millisecond) {
			if time.Now().After(deadline) {
				cmd.Process.Kill()
				cmd.Wait()
				t.Fatalf("the child does not save:\n%s", log.String())
			}
		}
		time.Sleep(time.Duration(rnd.IntN(30_000)) * time.Microsecond)
		if err := cmd.Process.Kill(); err != nil { // SIGKILL
			t.Fatal(err)
		}
		cmd.Wait()
		last := uint64(0)
		for line := range strings.Lines(log.String()) {
			var i uint64
			if n, _ := fmt.Sscanf(line, "saved %d", &i); n == 1 && strings.HasSuffix(line, "\n") {
				saved[victim(i).ID] = true
				last = i
			}
		}
		st := s.open(t, path)
		got := load(t, st, "")
		if want, next := victim(last), victim(last+1); got.ID != want.ID && got.ID != next.ID {
			t.Fatalf("round %d: the latest is %s, want %s or %s", round, got.ID, want.ID, next.ID)
		}
		found := map[string]bool{}
		for _, id := range infos(t, st) {
			found[id] = true
			if snap := load(t, st, id); graph.Assemble(snap.Created, *snap).ID != id {
				t.Fatalf("round %d: snapshot %s has other content", round, id)
			}
		}
		for id := range saved {
			if !found[id] {
				t.Fatalf("round %d: snapshot %s was saved and is gone", round, id)
			}
		}
		if err := st.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

type lockedBuffer struct {
	mu sync.Mutex
	b  strings.Builder
}

func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lockedBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}
