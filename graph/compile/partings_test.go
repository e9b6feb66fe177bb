package compile

import (
	"maps"
	"os"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"gujo/graph"
	"gujo/graph/compile/brute"
)

// parted is a parting worked out by its definition: fail each device and link in
// turn, walk from each neighbour, and compare what is reached.
func parted(m *netMap) []parting {
	var out []parting
	for c := range int32(len(m.adj)) {
		k := m.s.kind(c)
		if k != graph.NetworkDevice && k != graph.Link || m.isEnd(c) || m.part[c] == none || m.s.failsOpen(c) {
			continue
		}
		var pieces []map[int32]bool
		walked := map[int32]bool{}
		for _, start := range m.adj[c] {
			piece, queue, reached := map[int32]bool{}, []int32{start}, map[int32]bool{c: true, start: true}
			for i := 0; i < len(queue); i++ {
				x := queue[i]
				walked[x] = true
				if m.counts(x) {
					piece[x] = true
				}
				if m.isEnd(x) {
					continue
				}
				for _, o := range m.adj[x] {
					if !reached[o] {
						reached[o] = true
						queue = append(queue, o)
					}
				}
			}
			if len(piece) > 0 {
				pieces = append(pieces, piece)
			}
		}
		if len(pieces) == 0 {
			continue
		}
		first := func(p map[int32]bool) int32 { return slices.Min(slices.Collect(maps.Keys(p))) }
		main := pieces[0]
		for _, p := range pieces {
			if len(p) > len(main) || len(p) == len(main) && slices.Compare(slices.Sorted(maps.Keys(p)), slices.Sorted(maps.Keys(main))) < 0 {
				main = p
			}
		}
		p := parting{at: c, main: first(main)}
		off := map[int32]bool{}
		for _, piece := range pieces {
			for x := range piece {
				if !main[x] && !(m.isEnd(x) && slices.ContainsFunc(m.adj[x], func(o int32) bool { return o != c && !walked[o] })) {
					off[x] = true
				}
			}
		}
		p.off = slices.Sorted(maps.Keys(off))
		for _, o := range m.adj[c] {
			if off[o] && m.s.kind(o) != graph.Link || m.s.kind(o) == graph.Link && slices.ContainsFunc(m.adj[o], func(x int32) bool { return x != c && off[x] }) {
				p.by = append(p.by, o)
			}
		}
		slices.Sort(p.by)
		p.by = slices.Compact(p.by)
		if len(p.off) > 0 {
			out = append(out, p)
		}
	}
	return out
}

func TestWhatAFailurePartsIsWhatIsNotReachedAfterIt(t *testing.T) {
	n := uint64(1500)
	if os.Getenv("GUJO_SOAK") == "1" {
		n = 30000
	}
	found, off := 0, 0
	for seed := range n {
		s := brute.Generate(seed)
		switch seed % 3 {
		case 0:
			s = anything(t, seed)
		case 1:
			s = wires(t, seed)
		}
		a := analyze(t, s, Options{})
		for _, sure := range []bool{false, true} {
			m, err := a.drawMap(ctx, sure)
			if err != nil {
				t.Fatal(err)
			}
			got, err := m.partings(ctx)
			if err != nil {
				t.Fatal(err)
			}
			for i := range got {
				slices.Sort(got[i].off)
				off += len(got[i].off)
			}
			found += len(got)
			if diff := cmp.Diff(parted(m), got, cmp.AllowUnexported(parting{})); diff != "" {
				t.Fatalf("seed %d (-walked +found):\n%s", seed, diff)
			}
		}
	}
	t.Logf("%d partings, %d cut off", found, off)
	if found < int(n)/10 {
		t.Error("too few to have tried anything")
	}
}
