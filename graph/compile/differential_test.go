package compile

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"gujo/graph"
	"gujo/graph/compile/brute"
)

// The judge is written from the definitions by somebody else and enumerates.

func TestTheEngineAgreesWithPlainEnumeration(t *testing.T) {
	n := uint64(1000)
	if os.Getenv("GUJO_SOAK") == "1" {
		n = 10000
	}
	kinds, compared := map[string]int{}, map[string]int{}
	for seed := range n {
		flavour := brute.Flavours[seed%uint64(len(brute.Flavours))]
		s := brute.Generate(seed)
		if diff := disagreement(t, s, seed, compared); diff != "" {
			kinds[flavour]++
			if kinds[flavour] <= 2 {
				t.Errorf("seed %d (%s):\n%s", seed, flavour, diff)
			}
		}
	}
	if len(kinds) > 0 {
		t.Errorf("of %d graphs, disagreements by flavour: %v", n, kinds)
	}
	t.Logf("%d graphs: %v", n, compared)
	for _, what := range []string{"confirmed", "possible", "unobserved", "down already", "not modelled", "no way", "stopped", "weakened", "now single", "undetermined", "deadlocked"} {
		if compared[what] < int(n)/20 {
			t.Errorf("%s: compared %d times only", what, compared[what])
		}
	}
}

func TestTheJudgeAgreesOnOurOwnCases(t *testing.T) {
	files, _ := filepath.Glob(filepath.Join("testdata", "*.jsonl"))
	if len(files) == 0 {
		t.Fatal("no cases")
	}
	for i, path := range files {
		t.Run(strings.TrimSuffix(filepath.Base(path), ".jsonl"), func(t *testing.T) {
			if diff := disagreement(t, readGraph(t, path), uint64(i), map[string]int{}); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// disagreement compares all answers about one graph, as is and as designed, and
// counts what they said.
func disagreement(t *testing.T, s *graph.Snapshot, seed uint64, compared map[string]int) string {
	ctx := context.Background()
	var out strings.Builder
	compare := func(what string, want, got any) {
		if diff := cmp.Diff(want, got); diff != "" {
			fmt.Fprintf(&out, "%s (-judge +engine):\n%s\n", what, diff)
		}
	}
	for _, designed := range []bool{false, true} {
		as := "as is"
		if designed {
			as = "as designed"
		}
		a, err := analyzeBy(s, Options{Designed: designed}, int(seed/7%3)) // whatever is cheapest is one of them
		if err != nil {
			t.Fatal(err)
		}
		order := 2
		if seed%8 == 0 {
			order = 3
		}
		got, err := a.Cuts(ctx, order)
		if err != nil {
			t.Fatal(err)
		}
		compare("cuts "+as, judged(brute.Cuts(s, designed, order)), answered(got))
		alone, err := a.cuts(ctx, 2, true, false)
		if err != nil {
			t.Fatal(err)
		}
		atOnce, err := a.cuts(ctx, 2, true, true)
		if err != nil {
			t.Fatal(err)
		}
		compare("cuts of all at once "+as, answered(alone), answered(atOnce))
		counted, err := a.cuts(ctx, 2, false, true)
		if err != nil {
			t.Fatal(err)
		}
		for i := range atOnce.Services {
			atOnce.Services[i].Cuts = []Cut{}
		}
		compare("counts "+as, atOnce, counted)
		for _, sc := range got.Services {
			for _, c := range sc.Cuts {
				compared[string(c.Confidence)]++
			}
			compared["no way"] += len(sc.NoWay)
			if sc.DownAlready {
				compared["down already"]++
			}
			if !sc.Modelled {
				compared["not modelled"]++
			}
		}
		cold, err := a.ColdStart(ctx)
		if err != nil {
			t.Fatal(err)
		}
		locked := []string{}
		for _, d := range cold.Deadlocked {
			locked = append(locked, d.Component)
		}
		compared["deadlocked"] += len(locked)
		compare("cold start "+as, append([]string{}, brute.ColdStart(s, designed)...), locked)
		for _, failed := range questions(s, seed) {
			got, err := a.Impact(ctx, failed)
			if err != nil {
				t.Fatal(err)
			}
			compared["stopped"] += len(got.Stopped)
			compared["weakened"] += len(got.Weakened)
			compared["now single"] += len(got.NowSingle)
			compared["undetermined"] += len(got.Undetermined)
			compare(fmt.Sprintf("impact of %v %s", failed, as), judgedImpact(brute.ImpactIf(s, designed, failed)), answeredImpact(got))
		}
	}
	return out.String()
}

// questions picks two sets of components to fail.
func questions(s *graph.Snapshot, seed uint64) [][]string {
	var may []string
	for _, c := range s.Components {
		if c.Kind.CanFail() {
			may = append(may, c.ID)
		}
	}
	if len(may) == 0 {
		return nil
	}
	x, y := may[seed%uint64(len(may))], may[(seed*7+3)%uint64(len(may))]
	if x == y {
		return [][]string{{x}}
	}
	return [][]string{{x}, {x, y}}
}

type service struct {
	Modelled, Down bool
	NoWay          []string
	Cuts           []string
}

func judged(r brute.Result) map[string]service {
	out := map[string]service{}
	for _, s := range r.Services {
		x := service{s.Modelled, s.DownAlready, []string{}, []string{}}
		for _, w := range s.NoWay {
			x.NoWay = append(x.NoWay, w.From+" to "+w.To)
		}
		for _, c := range s.Cuts {
			x.Cuts = append(x.Cuts, c.String())
		}
		slices.Sort(x.NoWay)
		out[s.ID] = x
	}
	return out
}

func answered(r Cuts) map[string]service {
	out := map[string]service{}
	for _, s := range r.Services {
		x := service{s.Modelled, s.DownAlready, []string{}, []string{}}
		for _, w := range s.NoWay {
			x.NoWay = append(x.NoWay, w.From+" to "+w.To)
		}
		for _, c := range s.Cuts {
			x.Cuts = append(x.Cuts, strings.Join(c.Components, " + ")+" "+string(c.Confidence))
		}
		slices.Sort(x.NoWay)
		out[s.Service] = x
	}
	return out
}

type impact struct{ Stopped, Weakened, NowSingle, Undetermined []string }

func judgedImpact(r brute.ImpactResult) impact {
	var x impact
	for _, s := range r.Stopped {
		x.Stopped = append(x.Stopped, s.Component+" "+s.Confidence)
	}
	for _, w := range r.Weakened {
		x.Weakened = append(x.Weakened, fmt.Sprint(w.Group, w.K, w.Left, w.MembersUp, w.Services))
	}
	for _, s := range r.NowSingle {
		x.NowSingle = append(x.NowSingle, fmt.Sprint(s.Service, s.Components))
	}
	for _, u := range r.Undetermined {
		x.Undetermined = append(x.Undetermined, u.Service+" "+u.Reason)
	}
	slices.Sort(x.Weakened)
	return x
}

func answeredImpact(r Impact) impact {
	var x impact
	for _, s := range r.Stopped {
		x.Stopped = append(x.Stopped, s.Component+" "+string(s.Confidence))
	}
	for _, w := range r.Weakened {
		k := 0
		if w.K != nil {
			k = *w.K
		}
		x.Weakened = append(x.Weakened, fmt.Sprint(w.Group, k, w.Left, w.MembersUp, w.Services))
	}
	for _, s := range r.NowSingle {
		x.NowSingle = append(x.NowSingle, fmt.Sprint(s.Service, s.Components))
	}
	for _, u := range r.Undetermined {
		x.Undetermined = append(x.Undetermined, u.Service+" "+u.Reason)
	}
	slices.Sort(x.Weakened)
	return x
}
