package compile

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"gujo/graph"
	"gujo/graph/compile/brute"
)

// The judge tries every cycle, starts wave by wave from the definitions, and asks
// of every service and component whether the one hangs on the other.

func TestStartAndRestoreOrdersAgreeWithPlainEnumeration(t *testing.T) {
	n := uint64(500)
	if os.Getenv("GUJO_SOAK") == "1" {
		n = 5000
	}
	compared := map[string]int{}
	wrong := 0
	for seed := range n {
		s := wanted(t, brute.Generate(seed), seed)
		for what, diff := range orderDisagreements(t, s, seed, compared) {
			if wrong++; wrong <= 4 {
				t.Errorf("seed %d, %s (-judge +engine):\n%s", seed, what, diff)
			}
		}
	}
	if wrong > 0 {
		t.Errorf("%d disagreements over %d graphs", wrong, n)
	}
	t.Logf("%d graphs: %v", n, compared)
	for what, least := range map[string]uint64{
		"restored": 2 * n, "deadlocked": n / 2, "deadlocked after an outage": n / 50, "in no cycle itself": n / 10,
		"cycle of three and more": n / 50, "out of the order of IDs": n / 10,
	} {
		if uint64(compared[what]) < least {
			t.Errorf("%s: compared %d times only", what, compared[what])
		}
	}
}

// wanted gives the services of a graph grades and times to recover, some of them none.
func wanted(t *testing.T, s *graph.Snapshot, seed uint64) *graph.Snapshot {
	t.Helper()
	rng := rand.New(rand.NewPCG(seed, 77))
	var b graph.Builder
	for _, c := range s.Components {
		if c.Kind == graph.Service {
			c.Attrs = slices.Clone(c.Attrs)
			if n := rng.IntN(5); n > 0 {
				c.Attrs = c.Attrs.With("grade", graph.Int(int64(n)))
			}
			if n := rng.IntN(4); n > 0 {
				c.Attrs = c.Attrs.With("rto_minutes", graph.Int(int64(30*(n-1))))
			}
		}
		if err := b.Add(c, ""); err != nil {
			t.Fatal(err)
		}
	}
	for _, r := range s.Relations {
		if err := b.Relate(s.Components[r.From].ID, r.Type, s.Components[r.To].ID, r, ""); err != nil {
			t.Fatal(err)
		}
	}
	out, err := b.Build(s.Created)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func orderDisagreements(t *testing.T, s *graph.Snapshot, seed uint64, compared map[string]int) map[string]string {
	ctx := context.Background()
	out := map[string]string{}
	for _, designed := range []bool{false, true} {
		a := analyze(t, s, Options{Designed: designed})
		cold, err := a.ColdStart(ctx)
		if err != nil {
			t.Fatal(err)
		}
		compared["deadlocked"] += len(cold.Deadlocked)
		tally(cold, compared)
		if diff := cmp.Diff(judgedStart(brute.StartOrder(s, designed)), cold, byWord); diff != "" {
			out[fmt.Sprintf("cold start, designed %v", designed)] = diff
		}
		for _, failed := range append(questions(s, seed), everything(s)) {
			back, err := a.RestoreOrder(ctx, failed)
			if err != nil {
				t.Fatal(err)
			}
			for _, w := range back.Waves {
				compared["restored"] += len(w)
			}
			compared["deadlocked after an outage"] += len(back.Deadlocked)
			tally(back, compared)
			if diff := cmp.Diff(judgedStart(brute.RestoreOrder(s, designed, failed)), back, byWord); diff != "" {
				out[fmt.Sprintf("restore after %v, designed %v", failed, designed)] = diff
			}
		}
		// Asking leaves nothing behind.
		if again, err := a.ColdStart(ctx); err != nil || !cmp.Equal(cold, again) {
			t.Errorf("seed %d: a second cold start differs, or fails: %v", seed, err)
		}
	}
	return out
}

// byWord compares what both say.
var byWord = cmp.FilterPath(func(p cmp.Path) bool { return p.Last().String() == ".Urgency" }, cmp.Ignore())

func judgedStart(b brute.Start) ColdStart {
	out := ColdStart{Deadlocked: []Deadlock{}, Waves: [][]string{}}
	out.Waves = append(out.Waves, b.Waves...)
	for _, l := range b.Locked {
		out.Deadlocked = append(out.Deadlocked, Deadlock(l))
	}
	return out
}

func tally(c ColdStart, compared map[string]int) {
	for _, d := range c.Deadlocked {
		if len(d.Cycle) > 2 {
			compared["cycle of three and more"]++
		}
		if !slices.Contains(d.Cycle, d.Component) {
			compared["in no cycle itself"]++
		}
	}
	for _, w := range c.Waves {
		if !slices.IsSorted(w) {
			compared["out of the order of IDs"]++
		}
	}
}

// everything gives what can fail.
func everything(s *graph.Snapshot) []string {
	var ids []string
	for _, c := range s.Components {
		if c.Kind.CanFail() {
			ids = append(ids, c.ID)
		}
	}
	return ids
}

func TestTheShortestCycleIsFoundAmongLongOnes(t *testing.T) {
	// b is in a ring of four with a, c and d, and in one of three with x and y; on it hang z and w.
	cold, err := analyze(t, sketch(t, `
		application/a -requires-> application/b
		application/b -requires-> application/c
		application/c -requires-> application/d
		application/d -requires-> application/a
		application/b -requires-> application/y
		application/y -requires-> application/x
		application/x -requires-> application/b
		application/z -requires-> application/w
		application/w -requires-> application/b
	`), Options{}).ColdStart(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]string{}
	for _, d := range cold.Deadlocked {
		got[strings.TrimPrefix(d.Component, "application/")] = strings.ReplaceAll(strings.Join(d.Cycle, ""), "application/", "")
	}
	want := map[string]string{"a": "abcd", "b": "byx", "c": "abcd", "d": "abcd", "w": "byx", "x": "byx", "y": "byx", "z": "byx"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("cycles (-want +got):\n%s", diff)
	}
}

func TestWhatHoldsItselfUpDoesNotComeBack(t *testing.T) {
	s := sketch(t, `
		application/x -requires-> application/y
		application/y -requires-> application/x
		application/x -runs_on-> server/a
		application/y -runs_on-> server/b
		server/a -powered_by-> power_source/p
		server/b -powered_by-> power_source/q
	`)
	a := analyze(t, s, Options{})
	got, err := a.RestoreOrder(context.Background(), []string{"power_source/p"})
	if err != nil {
		t.Fatal(err)
	}
	cycle := []string{"application/x", "application/y"}
	want := ColdStart{
		Deadlocked: []Deadlock{{"application/x", cycle}, {"application/y", cycle}},
		Waves:      [][]string{{"power_source/p"}, {"server/a"}},
		Urgency:    map[string]Urgency{},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("restore order (-want +got):\n%s", diff)
	}
	if _, err := a.RestoreOrder(context.Background(), []string{"server/none"}); err == nil {
		t.Error("a component that is not there is restored")
	}
}
