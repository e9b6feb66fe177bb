package fault

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
)

// sets draws tops and candidates, most nodes being both.
func (p *plain) sets(rng *rand.Rand) (tops, candidates []bool) {
	for range p.threshold {
		tops = append(tops, rng.IntN(3) > 0)
		candidates = append(candidates, rng.IntN(5) > 0)
	}
	return tops, candidates
}

// stopsOf lists the tops that fall with a set, of those that are up in base.
func (p *plain) stopsOf(tops, base []bool, failed map[int32]bool) []int32 {
	var out []int32
	for v, up := range p.running(failed) {
		if tops[v] && base[v] && !up {
			out = append(out, int32(v))
		}
	}
	return out
}

// theSingles prints an answer with nothing factored.
func theSingles(s *Singles) string {
	out := ""
	for i, x := range s.Candidates {
		out += fmt.Sprintln(x, s.Stops(i, nil))
	}
	return out
}

func TestAllSinglesAndPairsEqualEnumeration(t *testing.T) {
	bases, pairs, products, less, giants := 0, int64(0), 0, 0, 0
	for seed := range rounds(1000) {
		rng := rand.New(rand.NewPCG(seed, 5))
		p := anyRandom(rng)
		down := map[int32]bool{}
		if rng.IntN(2) == 0 {
			down[int32(rng.IntN(len(p.threshold)))] = true
		}
		var list []int32
		for v := range down {
			list = append(list, v)
		}
		s := p.build().Start(list)
		if rng.IntN(3) == 0 { // questions may be asked after a failure, too
			v := int32(rng.IntN(len(p.threshold)))
			s.Fail(v)
			down = withNode(down, v)
		}
		tops, candidates := p.sets(rng)
		base := p.running(down)
		before := slices.Clone(s.Trail())
		var alone [][]int32
		want := ""
		count := make([]int, len(base))
		for x := range base {
			alone = append(alone, nil)
			if !candidates[x] || !base[x] {
				continue
			}
			alone[x] = p.stopsOf(tops, base, withNode(down, int32(x)))
			for _, v := range alone[x] {
				count[v]++
			}
			if len(alone[x]) > 0 {
				want += fmt.Sprintln(x, alone[x])
			}
		}
		for workers := range 3 {
			l := limits{budget: rng.IntN(6), many: rng.IntN(9), look: 1 + rng.IntN(2), small: rng.IntN(4), stay: rng.IntN(3)}
			got, err := s.allSingles(context.Background(), tops, candidates, workers, l)
			if err != nil {
				t.Fatal(err)
			}
			if theSingles(got) != want {
				t.Fatalf("seed %d: singles with %+v\n%swant\n%s", seed, l, theSingles(got), want)
			}
			for v, n := range count {
				if got.CountOf(int32(v)) != n {
					t.Fatalf("seed %d: top %d has %d singles, want %d", seed, v, got.CountOf(int32(v)), n)
				}
				of := got.Of([]int32{int32(v)})[0]
				for x := range base {
					_, is := slices.BinarySearch(alone[x], int32(v))
					if is != slices.Contains(of, int32(x)) {
						t.Fatalf("seed %d: singles of %d: %v, and yet %d stops %v", seed, v, of, x, alone[x])
					}
				}
			}
			bases += len(got.Bases)
		}
		wantPairs := map[[3]int32]bool{} // two candidates, and a top
		for x := range base {
			for y := range x {
				if !candidates[x] || !base[x] || !candidates[y] || !base[y] {
					continue
				}
				for _, v := range p.stopsOf(tops, base, withNode(withNode(down, int32(x)), int32(y))) {
					if !slices.Contains(alone[x], v) && !slices.Contains(alone[y], v) {
						wantPairs[[3]int32{int32(y), int32(x), v}] = true
					}
				}
			}
		}
		for workers := 1; workers < 3; workers++ {
			l := usual
			if workers > 1 {
				l = limits{budget: rng.IntN(6), many: rng.IntN(9), look: 1 + rng.IntN(2), small: rng.IntN(4), heavy: rng.IntN(8), long: rng.IntN(3), stay: rng.IntN(3)}
			}
			got, err := s.allPairs(context.Background(), tops, candidates, workers, l)
			if err != nil {
				t.Fatal(err)
			}
			for _, list := range got.without {
				less += len(list)
			}
			for _, list := range got.byGiant {
				giants += len(list)
			}
			comparePairs(t, seed, got, len(base), wantPairs)
			pairs += got.Total()
			for v := range base {
				products += len(got.Of(int32(v)))
			}
		}
		if !slices.Equal(s.Trail(), before) {
			t.Fatalf("seed %d: the state has changed", seed)
		}
	}
	if bases == 0 || pairs == 0 || products == 0 || less == 0 || giants == 0 {
		t.Errorf("%d bases, %d pairs, %d products, %d exceptions, %d pairs on giants: nothing was compared", bases, pairs, products, less, giants)
	}
}

func comparePairs(t *testing.T, seed uint64, got *Pairs, nodes int, want map[[3]int32]bool) {
	t.Helper()
	seen := map[[3]int32]bool{}
	add := func(x, y, v int32) {
		key := [3]int32{min(x, y), max(x, y), v}
		if seen[key] || !want[key] {
			t.Fatalf("seed %d: %v is a pair: %v, said before: %v", seed, key, want[key], seen[key])
		}
		seen[key] = true
	}
	got.Each(func(a, b []int32, v int32) {
		for _, x := range a {
			for _, y := range b {
				add(x, y, v)
			}
		}
	})
	if len(seen) != len(want) || got.Total() != int64(len(want)) {
		for key := range want {
			if !seen[key] {
				t.Errorf("seed %d: %v is missing", seed, key)
			}
		}
		t.Fatalf("seed %d: %d pairs (%d counted), want %d", seed, len(seen), got.Total(), len(want))
	}
	clear(seen)
	for v := range nodes {
		for _, p := range got.Of(int32(v)) {
			for _, x := range p.A {
				for _, y := range p.B {
					add(x, y, int32(v))
				}
			}
		}
	}
	if len(seen) != len(want) {
		t.Fatalf("seed %d: products make %d pairs, want %d", seed, len(seen), len(want))
	}
}

func TestASweepThatIsStoppedSaysSo(t *testing.T) {
	e := newEstate(2, 0, 1)
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	s := e.net.Start(nil)
	if _, err := s.AllSingles(ctx, e.tops, e.candidates, 2); !errors.Is(err, context.Canceled) {
		t.Errorf("singles: got %v, want %v", err, context.Canceled)
	}
	if _, err := s.AllPairs(ctx, e.tops, e.candidates, 2); !errors.Is(err, context.Canceled) {
		t.Errorf("pairs: got %v, want %v", err, context.Canceled)
	}
}
