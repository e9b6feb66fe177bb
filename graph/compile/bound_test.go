package compile_test

import (
	"context"
	"math/rand/v2"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"testing"
	"time"

	"gujo/graph"
	"gujo/graph/compile"
	"gujo/graph/estate"
	"gujo/graph/localstore"
)

// The bounds on two cores that the program holds, one benchmark each. What a
// benchmark prepares does not count.

const million = 1_000_000

// stored writes an estate to a store and gives its path.
func stored(b *testing.B, s *graph.Snapshot) string {
	b.Helper()
	path := filepath.Join(b.TempDir(), "estate.gujo")
	st, err := localstore.Open(path, localstore.Options{})
	if err != nil {
		b.Fatal(err)
	}
	if err := st.Save(context.Background(), s); err != nil {
		b.Fatal(err)
	}
	if err := st.Close(); err != nil {
		b.Fatal(err)
	}
	return path
}

func built(b *testing.B, s estate.Shape) *graph.Snapshot {
	b.Helper()
	snap, err := estate.Build(s)
	if err != nil {
		b.Fatal(err)
	}
	b.ReportMetric(float64(len(snap.Components)), "components")
	b.ReportMetric(float64(len(snap.Relations)), "relations")
	return snap
}

func compiled(b *testing.B, s *graph.Snapshot) *compile.Analysis {
	b.Helper()
	a, err := compile.Analyze(s, compile.Options{})
	if err != nil {
		b.Fatal(err)
	}
	return a
}

func count(b *testing.B, a *compile.Analysis, order int) {
	cuts, err := a.Counts(context.Background(), order)
	if err != nil || !cuts.Complete {
		b.Fatal(err, cuts.Reason)
	}
}

// A million components with five million relations are loaded within 2 s.
func BenchmarkLoad(b *testing.B) {
	path := stored(b, built(b, estate.Shape{Seed: 1, Components: million}))
	for b.Loop() {
		st, err := localstore.Open(path, localstore.Options{ReadOnly: true})
		if err != nil {
			b.Fatal(err)
		}
		if _, err := st.Load(context.Background(), ""); err != nil {
			b.Fatal(err)
		}
		st.Close()
	}
}

// Compiling them has no bound of its own: with loading and all single points it is
// to stay near 3 s.
func BenchmarkCompile(b *testing.B) {
	s := built(b, estate.Shape{Seed: 1, Components: million})
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	var a *compile.Analysis
	for b.Loop() {
		a = compiled(b, s)
	}
	runtime.GC()
	runtime.ReadMemStats(&after)
	b.ReportMetric(float64(after.HeapAlloc-before.HeapAlloc)/1e6, "live-MB")
	runtime.KeepAlive(a)
}

// All single points of all services are found within 1 s.
func BenchmarkSingles(b *testing.B) {
	a := compiled(b, built(b, estate.Shape{Seed: 1, Components: million}))
	for b.Loop() {
		count(b, a, 1)
	}
}

// All minimal pairs of all services are found within 15 s.
func BenchmarkPairs(b *testing.B) {
	a := compiled(b, built(b, estate.Shape{Seed: 1, Components: million}))
	for b.Loop() {
		count(b, a, 2)
	}
}

// With a hard cycle of 5,000 services the single points take 1.5 s at most.
func BenchmarkSinglesOfACycle(b *testing.B) {
	a := compiled(b, built(b, estate.Shape{Seed: 1, Components: million, Cycle: 5000}))
	for b.Loop() {
		count(b, a, 1)
	}
}

// A network of 20,000 devices with 2,000 gates: single points within 1 s, pairs
// within 20 s.
func BenchmarkCampus(b *testing.B) {
	s, err := estate.BuildCampus(estate.Campus{Seed: 1, Devices: 20000, Gates: 2000})
	if err != nil {
		b.Fatal(err)
	}
	a := compiled(b, s)
	b.Run("singles", func(b *testing.B) {
		for b.Loop() {
			count(b, a, 1)
		}
	})
	b.Run("pairs", func(b *testing.B) {
		for b.Loop() {
			count(b, a, 2)
		}
	})
}

// The effect of one component takes at most 1 ms in 99 of 100 of 10,000 questions.
func BenchmarkEffect(b *testing.B) {
	s := built(b, estate.Shape{Seed: 1, Components: million})
	a := compiled(b, s)
	rng := rand.New(rand.NewPCG(1, 2))
	var took []time.Duration
	ask := func() {
		c := &s.Components[rng.IntN(len(s.Components))]
		for !c.Kind.CanFail() {
			c = &s.Components[rng.IntN(len(s.Components))]
		}
		start := time.Now()
		if _, err := a.Effect(context.Background(), []string{c.ID}); err != nil {
			b.Fatal(err)
		}
		took = append(took, time.Since(start))
	}
	ask() // what is prepared once
	took = took[:0]
	for b.Loop() {
		ask()
	}
	for len(took) < 10000 {
		ask()
	}
	slices.Sort(took)
	b.ReportMetric(float64(took[len(took)*99/100].Microseconds()), "p99-µs")
}

// From 100,000 to 1,000,000 components of the same shape time and memory grow by
// 12 times at most.
func BenchmarkGrowth(b *testing.B) {
	for _, n := range []int{million / 10, million} {
		b.Run(strconv.Itoa(n), func(b *testing.B) {
			s := built(b, estate.Shape{Seed: 1, Components: n})
			for b.Loop() {
				count(b, compiled(b, s), 1)
			}
			b.ReportAllocs()
		})
	}
}
