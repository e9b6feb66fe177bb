package graph_test

import (
	"slices"
	"testing"

	"gujo/graph"
	"gujo/graph/storetest"
)

// TestAViewGivesWhatTheListOfRelationsSays compares with looking through the list.
func TestAViewGivesWhatTheListOfRelationsSays(t *testing.T) {
	for seed := range uint64(10) {
		s := storetest.Random(seed, int(seed)*7)
		v := graph.NewView(s)
		for c := range int32(len(s.Components)) {
			var out, in []int32
			for i := range int32(len(s.Relations)) {
				if s.Relations[i].From == c {
					out = append(out, i)
				}
				if s.Relations[i].To == c {
					in = append(in, i)
				}
			}
			lo, hi := v.Out(c)
			var got []int32
			for i := lo; i < hi; i++ {
				got = append(got, i)
			}
			if !slices.Equal(got, out) || !slices.Equal(v.In(c), in) || len(v.Needs(c)) != len(out) {
				t.Fatalf("component %d: out %v in %v, want %v and %v", c, got, v.In(c), out, in)
			}
			for _, rt := range graph.RelationTypes() {
				want := 0
				for _, i := range out {
					if s.Relations[i].Type == rt {
						want++
					}
				}
				of := v.OutOf(c, rt)
				if len(of) != want || slices.ContainsFunc(of, func(r graph.Relation) bool { return r.Type != rt || r.From != c }) {
					t.Fatalf("component %d, %s: %v, want %d", c, rt, of, want)
				}
			}
		}
	}
}
