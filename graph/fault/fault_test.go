package fault

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"testing"
)

func rounds(few int) uint64 {
	if os.Getenv("GUJO_SOAK") == "1" {
		return uint64(few) * 20
	}
	return uint64(few)
}

func TestAnswersEqualPlainEvaluation(t *testing.T) {
	fell := 0
	for seed := range rounds(2000) {
		rng := rand.New(rand.NewPCG(seed, 1))
		p := anyRandom(rng)
		n := p.build()
		down := map[int32]bool{}
		var list []int32
		if rng.IntN(2) == 0 {
			v := int32(rng.IntN(len(p.threshold)))
			down[v] = true
			list = append(list, v)
		}
		s := n.Start(list)
		base := compare(t, seed, "start", s, p.running(down))
		start := s.Mark()
		for x := range int32(n.Len()) {
			down := withNode(down, x)
			s.Fail(x)
			up := p.running(down)
			compare(t, seed, fmt.Sprint("after ", x), s, up)
			compareWeakened(t, seed, p, s, start, base, up)
			inner := s.Mark()
			for y := range x {
				s.Fail(y)
				compare(t, seed, fmt.Sprint("after ", x, y), s, p.running(withNode(down, y)))
				s.Rollback(inner)
			}
			s.Rollback(start)
			compare(t, seed, fmt.Sprint("back from ", x), s, base)
		}
		least, err := n.Least(t.Context(), list, make([]bool, n.Len()))
		if err != nil {
			t.Fatal(err)
		}
		for v, up := range least {
			if want := p.started(down)[v]; (up != None) != want {
				t.Fatalf("seed %d: node %d starts: %v, want %v", seed, v, up != None, want)
			}
		}
		fell += compareCuts(t, seed, p, s, down)
	}
	if fell == 0 {
		t.Error("no network had a cut: nothing was compared")
	}
}

func withNode(down map[int32]bool, v int32) map[int32]bool {
	out := map[int32]bool{v: true}
	for w := range down {
		out[w] = true
	}
	return out
}

func compare(t *testing.T, seed uint64, when string, s *State, want []bool) []bool {
	t.Helper()
	for v, up := range want {
		if s.Failed(int32(v)) == up {
			t.Fatalf("seed %d, %s: node %d up: %v, want %v", seed, when, v, !up, up)
		}
	}
	return want
}

// compareWeakened compares who lost inputs and stands with the definition.
func compareWeakened(t *testing.T, seed uint64, p *plain, s *State, since Mark, before, after []bool) {
	t.Helper()
	got := map[[2]int32]int{}
	s.EachWeakened(since, func(node, input int32) { got[[2]int32{node, input}]++ })
	for v, in := range p.in {
		for _, u := range in {
			if after[v] && before[u] && !after[u] {
				got[[2]int32{int32(v), u}]--
			}
		}
	}
	for key, n := range got {
		if n != 0 {
			t.Fatalf("seed %d: node %d lost %d: %d times too often", seed, key[0], key[1], n)
		}
	}
}

// triples gives all sets of three of n, each sorted, in order.
func triples(n int32) func(yield func([3]int32) bool) {
	return func(yield func([3]int32) bool) {
		for x := range n {
			for y := x + 1; y < n; y++ {
				for z := y + 1; z < n; z++ {
					if !yield([3]int32{x, y, z}) {
						return
					}
				}
			}
		}
	}
}

// compareCuts compares all cut sets of two nodes, in some networks of three, with
// enumeration.
func compareCuts(t *testing.T, seed uint64, p *plain, s *State, down map[int32]bool) int {
	n := int32(len(p.threshold))
	candidates := make([]bool, n)
	for v := range candidates {
		candidates[v] = v%4 != 3
	}
	total := 0
	for top := range n {
		if s.Failed(top) {
			continue
		}
		stops := func(set ...int32) bool {
			failed := down
			for _, v := range set {
				if !candidates[v] || s.Failed(v) {
					return false
				}
				failed = withNode(failed, v)
			}
			return !p.running(failed)[top]
		}
		var want [][]int32
		for x := range n {
			if stops(x) {
				want = append(want, []int32{x})
			}
		}
		for x := range n {
			for y := x + 1; y < n; y++ {
				if !stops(x) && !stops(y) && stops(x, y) {
					want = append(want, []int32{x, y})
				}
			}
		}
		order := 2
		if seed%64 == 0 {
			order = 3
			for set := range triples(n) {
				x, y, z := set[0], set[1], set[2]
				isMinimal := !slices.ContainsFunc(want, func(w []int32) bool {
					return !slices.ContainsFunc(w, func(v int32) bool { return v != x && v != y && v != z })
				})
				if isMinimal && stops(x, y, z) {
					want = append(want, []int32{x, y, z})
				}
			}
		}
		got, err := s.CutSetsBy(context.Background(), top, candidates, order, 1+int(seed%2))
		if err != nil || !slices.EqualFunc(got, want, slices.Equal[[]int32]) {
			t.Fatalf("seed %d: cuts of %d: %v (%v), want %v", seed, top, got, err, want)
		}
		total += len(got)
	}
	return total
}

func TestCutsOfHigherOrderAreFoundWhereNothingSmallerStopsTheTop(t *testing.T) {
	var b Builder
	top := b.Node(4)
	candidates := []bool{false}
	for range 4 {
		b.Input(top, b.Node(1))
		candidates = append(candidates, true)
	}
	s := b.Build().Start(nil)
	for order := 1; order <= MaxOrder; order++ {
		got, err := s.CutSets(context.Background(), top, candidates, order)
		if want := order / 4; err != nil || len(got) != want {
			t.Errorf("order %d: %v (%v), want %d sets", order, got, err, want)
		}
	}
}

func TestASearchThatIsStoppedSaysSo(t *testing.T) {
	var b Builder
	top := b.Node(40)
	candidates := make([]bool, 81)
	for i := range 80 {
		b.Input(top, b.Node(1))
		candidates[i+1] = true
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	s := b.Build().Start(nil)
	m := s.Mark()
	if _, err := s.CutSets(ctx, top, candidates, 3); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want %v", err, context.Canceled)
	}
	if s.Mark() != m || s.Failed(top) {
		t.Error("the state is not as it was before the search")
	}
}

// One risk closes much of a path graph, over which there are many ways to look for.
func TestManyGatesAreAnsweredByWhatHangsTogether(t *testing.T) {
	walks, failed := int32(0), 0
	for seed := range rounds(300) {
		rng := rand.New(rand.NewPCG(seed, 11))
		p := &plain{}
		node := func(in ...int32) int32 {
			p.threshold, p.founded, p.in = append(p.threshold, 1), append(p.founded, false), append(p.in, in)
			return int32(len(p.threshold) - 1)
		}
		risk := node()
		vertices := 12 + rng.IntN(20)
		for x := range vertices {
			var in []int32
			if rng.IntN(4) == 0 {
				in = []int32{risk}
			}
			p.nodeOf = append(p.nodeOf, node(in...))
			p.owner = append(p.owner, None)
			var tags []int32
			for tag := range int32(2) {
				if rng.IntN(5) == 0 {
					tags = append(tags, tag)
				}
			}
			p.tags = append(p.tags, tags)
			if rng.IntN(12) == 0 {
				p.owner[x] = int32(x)
			}
		}
		for range vertices * 3 / 2 {
			if u, v := rng.IntN(vertices), rng.IntN(vertices); u != v {
				p.edges = append(p.edges, edge{int32(u), int32(v), rng.IntN(5) == 0})
			}
		}
		for range 150 {
			from, to := int32(rng.IntN(vertices)), int32(rng.IntN(vertices))
			if from != to {
				p.gates = append(p.gates, gate{node(), from, to, [][]int32{nil, nil, {0}, {1}, {0, 1}}[rng.IntN(5)], rng.IntN(3) == 0})
			}
		}
		s := p.build().Start(nil)
		down := map[int32]bool{}
		for _, v := range []int32{p.nodeOf[0], risk, p.nodeOf[1]} {
			s.Fail(v)
			down[v] = true
			base := p.running(down)
			compare(t, seed, fmt.Sprint("with ", v), s, base)
		}
		failed += len(s.Trail())
		walks += s.search.islands
	}
	t.Logf("%d walks, %d nodes failed", walks, failed)
	if walks == 0 || failed == 0 {
		t.Error("nothing was walked")
	}
}
