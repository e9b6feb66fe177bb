package compile

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"gujo/graph"
	"gujo/graph/compile/brute"
)

// part is a proof as the judge reads it.
func part(p Proof) brute.Part {
	var out brute.Part
	for _, r := range p.Relations {
		out.Relations = append(out.Relations, brute.PartRelation{From: r.From, Type: r.Relation, To: r.To})
	}
	for _, w := range p.Paths {
		out.Ways = append(out.Ways, brute.PartWay{From: w.From, To: w.To, Cut: w.Cut})
	}
	return out
}

// proven counts what was judged of proofs.
type proven struct{ proofs, relations, ways int }

// check asks the judge whether a proof is a minimal failing part of the graph.
func (n *proven) check(t *testing.T, name string, s *graph.Snapshot, failed []string, designed bool, c Confidence, p Proof, top string) {
	t.Helper()
	is := part(p)
	n.proofs++
	n.relations += len(is.Relations)
	n.ways += len(is.Ways)
	if !brute.Stops(s, failed, designed, c != Confirmed, is, top) {
		t.Errorf("%s: %v stops %s (%s), but not by %+v", name, failed, top, c, is)
		return
	}
	for _, less := range brute.Smaller(s, failed, designed, c != Confirmed, is, top) {
		t.Errorf("%s: %v stops %s (%s) by\n%+v\nbut already by\n%+v", name, failed, top, c, is, less)
	}
}

func (n *proven) all(t *testing.T, name string, s *graph.Snapshot, seed uint64, designed bool) {
	t.Helper()
	a := analyze(t, s, Options{Designed: designed})
	for _, failed := range questions(s, seed) {
		impact, err := a.Impact(ctx, failed)
		if err != nil {
			t.Fatal(err)
		}
		for _, st := range impact.Stopped {
			n.check(t, name, s, failed, designed, st.Confidence, st.Because, st.Component)
		}
	}
	singles, err := a.SinglePoints(ctx)
	if err != nil {
		t.Fatal(err)
	}
	for _, x := range singles {
		for _, p := range x.Points {
			n.check(t, name, s, []string{p.Component}, designed, p.Confidence, p.Proof, x.Service)
		}
	}
}

func TestEveryProofIsAMinimalFailingPart(t *testing.T) {
	var n proven
	graphs := uint64(150)
	if os.Getenv("GUJO_SOAK") == "1" {
		graphs = 5000
	}
	for seed := range graphs {
		flavour := brute.Flavours[seed%uint64(len(brute.Flavours))]
		n.all(t, fmt.Sprintf("seed %d (%s)", seed, flavour), brute.Generate(seed), seed, seed%4 == 3)
	}
	dirs := []string{"testdata", filepath.Join(root(t), "..", "shared", "cases")}
	for _, dir := range dirs {
		files, _ := filepath.Glob(filepath.Join(dir, "*.jsonl"))
		for i, f := range files {
			n.all(t, filepath.Base(f), readGraph(t, f), uint64(i), false)
		}
	}
	t.Logf("%+v", n)
	if n.proofs < 1000 || n.ways < 100 {
		t.Errorf("%+v: too few to have tried anything", n)
	}
}
