package fault

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
)

// thePairs prints an answer top by top with nothing factored.
func thePairs(o *Pairs, tops []bool) string {
	var b strings.Builder
	for v, is := range tops {
		if !is {
			continue
		}
		var list [][2]int32
		for _, p := range o.Of(int32(v)) {
			for _, x := range p.A {
				for _, y := range p.B {
					list = append(list, [2]int32{min(x, y), max(x, y)})
				}
			}
		}
		slices.SortFunc(list, func(x, y [2]int32) int { return slices.Compare(x[:], y[:]) })
		fmt.Fprintln(&b, v, o.CountOf(int32(v)), list)
	}
	return b.String()
}

// Networks too large for enumeration: here the engine of all pairs at once, with
// and without bases, and the search for hitting sets of one top judge each other.
func TestAllPairsAndSearchesOfOneTopAgree(t *testing.T) {
	for _, c := range []struct {
		name string
		e    *estate
	}{
		{"estate", newEstate(6, 0, 3)},
		{"estate with a mesh", newEstate(6, 20, 4)},
		{"campus", newCampus(400, 24, 5)},
	} {
		t.Run(c.name, func(t *testing.T) {
			ctx, e := context.Background(), c.e
			s := e.net.Start(nil)
			var singles, pairs string
			for round, l := range []limits{
				usual,
				{budget: 60, many: 100, look: 1, small: 20, heavy: 2000, long: 3, stay: 2},
				{budget: 400, many: 4, look: 8, small: 100, heavy: 0, long: 50, stay: 1},
			} {
				one, err := s.allSingles(ctx, e.tops, e.candidates, 1+round, l)
				if err != nil {
					t.Fatal(err)
				}
				two, err := s.allPairs(ctx, e.tops, e.candidates, 1+round, l)
				if err != nil {
					t.Fatal(err)
				}
				if round == 0 {
					singles, pairs = theSingles(one), thePairs(two, e.tops)
				}
				if singles != theSingles(one) {
					t.Fatalf("round %d: other singles", round)
				}
				if got := thePairs(two, e.tops); got != pairs {
					t.Fatalf("round %d: other pairs", round)
				}
				if round > 0 {
					continue
				}
				asked, total := 0, int64(0)
				for v := int32(e.net.Len()) - 1; v >= 0 && asked < 40; v-- {
					if !e.tops[v] {
						continue
					}
					asked++
					sets, err := s.CutSetsBy(ctx, v, e.candidates, 2, 2)
					if err != nil {
						t.Fatal(err)
					}
					alone := 0
					for alone < len(sets) && len(sets[alone]) == 1 {
						alone++
					}
					if got := s.Singles(v, e.candidates); len(got) != alone || one.CountOf(v) != alone {
						t.Errorf("top %d: %d singles by search, %d by the other, %d of all", v, alone, len(got), one.CountOf(v))
					}
					if int64(len(sets)-alone) != two.CountOf(v) {
						t.Errorf("top %d: %d pairs by search, %d of all", v, len(sets)-alone, two.CountOf(v))
					}
					total += two.CountOf(v)
				}
				if asked == 0 || total == 0 {
					t.Errorf("%d tops, %d pairs: nothing was compared", asked, total)
				}
			}
		})
	}
}
