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

// plain is a network as the definitions have it, to be evaluated naively.
type plain struct {
	threshold []int32
	founded   []bool
	in        [][]int32
	nodeOf    []int32
	owner     []int32
	tags      [][]int32
	edges     []edge
	gates     []gate
}

func (p *plain) build() *Network {
	var b Builder
	for v, t := range p.threshold {
		b.Node(t)
		if p.founded[v] {
			b.Founded(int32(v))
		}
	}
	for v, in := range p.in {
		for _, w := range in {
			b.Input(int32(v), w)
		}
	}
	for x, n := range p.nodeOf {
		b.Vertex(n, p.tags[x])
		b.Own(int32(x), p.owner[x])
	}
	for _, e := range p.edges {
		b.Edge(e.u, e.v, e.guessed)
	}
	for _, g := range p.gates {
		b.Gate(g.node, g.from, g.to, g.tags, g.sure)
	}
	return b.Build()
}

func random(rng *rand.Rand) *plain {
	p := &plain{}
	n := 4 + rng.IntN(7)
	vertices := rng.IntN(min(n, 6))
	for v := range n {
		p.threshold = append(p.threshold, 1)
		p.founded = append(p.founded, rng.IntN(3) == 0)
		var in []int32
		for range rng.IntN(4) {
			in = append(in, int32(rng.IntN(n)))
		}
		slices.Sort(in)
		in = slices.Compact(in)
		p.in = append(p.in, in)
		if len(in) > 0 {
			p.threshold[v] = int32(1 + rng.IntN(len(in)))
		}
		if rng.IntN(25) == 0 {
			p.threshold[v] = int32(rng.IntN(5))
		}
	}
	nodes := rng.Perm(n)
	for x := range vertices {
		p.nodeOf = append(p.nodeOf, int32(nodes[x]))
		p.owner = append(p.owner, None)
		var tags []int32
		for t := range int32(2) {
			if rng.IntN(4) == 0 {
				tags = append(tags, t)
			}
		}
		p.tags = append(p.tags, tags)
	}
	if vertices < 2 {
		return p
	}
	for x := range vertices {
		if rng.IntN(4) == 0 {
			p.owner[x] = int32(x)
		} else if o := rng.IntN(vertices); rng.IntN(5) == 0 && p.owner[o] == int32(o) {
			p.owner[x] = int32(o)
		}
	}
	for range vertices + rng.IntN(4) {
		u, v := int32(rng.IntN(vertices)), int32(rng.IntN(vertices))
		if u != v {
			p.edges = append(p.edges, edge{u, v, rng.IntN(4) == 0})
		}
	}
	for range 1 + rng.IntN(2) {
		from, to := int32(rng.IntN(vertices)), int32(rng.IntN(vertices))
		if from == to {
			continue
		}
		var tags []int32
		if rng.IntN(3) == 0 {
			tags = append(tags, int32(rng.IntN(2)))
		}
		p.gates = append(p.gates, gate{int32(len(p.threshold)), from, to, tags, rng.IntN(2) == 0})
		p.threshold = append(p.threshold, 1)
		p.founded = append(p.founded, false)
		p.in = append(p.in, nil)
		if user := rng.IntN(n); !slices.Contains(p.in[user], int32(len(p.threshold)-1)) {
			p.in[user] = append(p.in[user], int32(len(p.threshold)-1))
		}
	}
	return p
}

// reaches enumerates every way without repetition.
func (p *plain) reaches(g gate, up []bool) bool {
	tags := g.tags
	if len(tags) == 0 {
		tags = []int32{None}
	}
	for _, tag := range tags {
		var visited uint64
		var walk func(x int32) bool
		walk = func(x int32) bool {
			if x == g.to {
				return true
			}
			if x != g.from && !up[p.nodeOf[x]] {
				return false
			}
			visited |= 1 << x
			defer func() { visited &^= 1 << x }()
			for _, e := range p.edges {
				if e.u != x && e.v != x || g.sure && e.guessed {
					continue
				}
				y := e.u + e.v - x
				carries := tag == None || len(p.tags[y]) == 0 || slices.Contains(p.tags[y], tag)
				if visited&(1<<y) == 0 && carries && p.mayPass(g.from, x, y) && walk(y) {
					return true
				}
			}
			return false
		}
		if walk(g.from) {
			return true
		}
	}
	return false
}

// mayPass: what an end owns is left outwards by the source and entered inwards by
// another, and never the reverse.
func (p *plain) mayPass(src, x, y int32) bool {
	inside := func(v int32) bool { return p.owner[v] != None }
	same := inside(x) && p.owner[x] == p.owner[y]
	if same {
		return true
	}
	if inside(x) && p.owner[x] != p.owner[src] {
		return false // would lead out of a foreign end
	}
	if inside(y) && p.owner[y] == p.owner[src] {
		return false // would lead back into the source's own
	}
	return true
}

// holds tells whether a node is up given who else is.
func (p *plain) holds(v int, up func(w int32) bool) bool {
	missing := int32(0)
	for _, w := range p.in[v] {
		if !up(w) {
			missing++
		}
	}
	return missing < p.threshold[v]
}

func (p *plain) running(failed map[int32]bool) []bool {
	n := len(p.threshold)
	up := make([]bool, n)
	for v := range up {
		up[v] = true
	}
	for {
		founded := make([]bool, n) // least fixpoint inside
		for grew := true; grew; {
			grew = false
			for v := range n {
				if p.founded[v] && !founded[v] && !failed[int32(v)] && p.holds(v, func(w int32) bool {
					if p.founded[w] {
						return founded[w]
					}
					return up[w]
				}) {
					founded[v] = true
					grew = true
				}
			}
		}
		changed := false
		for v := range n {
			if !up[v] {
				continue
			}
			ok := !failed[int32(v)] && p.holds(v, func(w int32) bool { return up[w] }) && (!p.founded[v] || founded[v])
			for _, g := range p.gates {
				ok = ok && (g.node != int32(v) || p.reaches(g, up))
			}
			if !ok {
				up[v], changed = false, true
			}
		}
		if !changed {
			return up
		}
	}
}

func (p *plain) started(failed map[int32]bool) []bool {
	up := make([]bool, len(p.threshold))
	for changed := true; changed; {
		changed = false
		for v := range up {
			ok := !up[v] && !failed[int32(v)] && p.holds(v, func(w int32) bool { return up[w] })
			for _, g := range p.gates {
				ok = ok && (g.node != int32(v) || p.reaches(g, up))
			}
			if ok {
				up[v], changed = true, true
			}
		}
	}
	return up
}

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
		p := random(rng)
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
			compare(t, seed, fmt.Sprint("after ", x), s, p.running(down))
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

// compareCuts compares all cut sets of up to three nodes with enumeration.
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
		got, err := s.CutSets(context.Background(), top, candidates, 2)
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

func TestTheCutOfAClosedWayIsMinimal(t *testing.T) {
	closed := 0
	for seed := range rounds(2000) {
		rng := rand.New(rand.NewPCG(seed, 2))
		p := random(rng)
		s := p.build().Start(nil)
		if len(p.gates) == 0 || s.Failed(p.gates[0].node) {
			continue
		}
		g := p.gates[0]
		for _, v := range rng.Perm(len(p.threshold)) {
			if int32(v) != g.node && !s.Failed(g.node) {
				s.Fail(int32(v))
			}
		}
		if !s.Failed(g.node) {
			continue
		}
		closed++
		cut := s.Cut(g.node)
		up := make([]bool, len(p.threshold))
		for v := range up {
			up[v] = true
		}
		for _, x := range cut {
			up[p.nodeOf[x]] = false
		}
		if failedItself := len(cut) == 0 && p.reaches(g, up); failedItself {
			continue // its node fell with an input, not with its ways
		}
		if p.reaches(g, up) {
			t.Fatalf("seed %d: cut %v leaves a way", seed, cut)
		}
		for _, x := range cut {
			up[p.nodeOf[x]] = true
			if !p.reaches(g, up) {
				t.Fatalf("seed %d: cut %v does without %d", seed, cut, x)
			}
			up[p.nodeOf[x]] = false
		}
	}
	if closed == 0 {
		t.Error("no way was closed")
	}
}
