package compile

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"gujo/graph"
	"gujo/graph/compile/brute"
	"gujo/graph/estate"
	"gujo/graph/exchange"
)

func TestSuspectsAreThoseOfPlainEnumeration(t *testing.T) {
	n := uint64(300)
	if os.Getenv("GUJO_SOAK") == "1" {
		n = 3000
	}
	ctx := context.Background()
	compared, wrong := map[string]int{}, 0
	for seed := range n {
		s := brute.Generate(seed)
		a := analyze(t, s, Options{})
		down, up := report(a, s, seed)
		if len(down) == 0 {
			compared["nothing to ask"]++
			continue
		}
		got, err := a.Suspects(ctx, down, up, MaxSuspectOrder)
		if err != nil || !got.Complete {
			t.Fatalf("seed %d: %v down, %v up: %v, complete: %v", seed, down, up, err, got.Complete)
		}
		want := brute.Suspects(s, down, up, MaxSuspectOrder)
		var judged, answered []string
		for _, x := range want.Sets {
			judged = append(judged, fmt.Sprint(x.Components, x.Confidence, x.AlsoStops, x.Degraded))
		}
		for _, x := range got.Sets {
			answered = append(answered, fmt.Sprint(x.Components, x.Confidence, x.AlsoStops, x.AlreadyDegraded))
			compared[string(x.Confidence)]++
			compared[fmt.Sprint("of ", len(x.Components))]++
			compared["also stops"] += len(x.AlsoStops)
			compared["degraded"] += len(x.AlreadyDegraded)
		}
		if !slices.IsSortedFunc(got.Sets, compareSuspects) {
			t.Errorf("seed %d: not in order: %v", seed, got.Sets)
		}
		slices.Sort(judged)
		slices.Sort(answered)
		diff := cmp.Diff(judged, answered) + cmp.Diff(bestQuestions(want), got.AskNext)
		compared["ask next"] += len(got.AskNext)
		if len(up) > 0 {
			compared["with up"]++
		}
		if diff != "" {
			if wrong++; wrong <= 3 {
				t.Errorf("seed %d: %v down, %v up (-judge +engine):\n%s", seed, down, up, diff)
			}
		}
	}
	t.Logf("%d graphs, %d wrong: %v", n, wrong, compared)
	for _, what := range []string{"confirmed", "possible", "unobserved", "of 1", "of 2", "of 3", "also stops", "degraded", "ask next", "with up"} {
		if compared[what] < int(n)/20 {
			t.Errorf("%s: compared %d times only", what, compared[what])
		}
	}
}

// report makes one up: some that run are said to be down, some others to be up.
func report(a *Analysis, s *graph.Snapshot, seed uint64) (down, up []string) {
	rng := rand.New(rand.NewPCG(seed, 4))
	var services, others []string
	for c := range s.Components {
		if a.opt.state.Failed(int32(c)) || !a.isModelled(int32(c)) {
			continue
		}
		if s.Components[c].Kind == graph.Service {
			services = append(services, s.Components[c].ID)
		} else {
			others = append(others, s.Components[c].ID)
		}
	}
	rng.Shuffle(len(others), func(i, j int) { others[i], others[j] = others[j], others[i] })
	all := append(services, others...)
	if len(all) == 0 {
		return nil, nil
	}
	n := min(1+rng.IntN(2), len(all))
	down = all[:n]
	return down, all[n:min(n+rng.IntN(3), len(all))]
}

// bestQuestions counts again, from what the judge says, what tells sets apart.
func bestQuestions(r brute.SuspectsResult) []Ask {
	suspect := map[string]bool{}
	for _, x := range r.Sets {
		for _, c := range x.Components {
			suspect[c] = true
		}
	}
	all := []Ask{}
	for c, with := range r.DownWith {
		if with < len(r.Sets) {
			all = append(all, Ask{c, [2]int{with, len(r.Sets) - with}})
		}
	}
	value := func(a Ask) int { // the larger half, then suspects
		v := 2 * max(a.Splits[0], a.Splits[1])
		if !suspect[a.Component] {
			v++
		}
		return v
	}
	slices.SortFunc(all, func(x, y Ask) int {
		if value(x) != value(y) {
			return value(x) - value(y)
		}
		return strings.Compare(x.Component, y.Component)
	})
	return all[:min(len(all), 5)]
}

// twins are two services on two hosts, one of them on a pair of switches of which
// one was seen down, with one rack for all but the spare.
const twins = `{"schema":"gujo/graph/v1"}
{"component":"service/a","kind":"service"}
{"component":"service/b","kind":"service"}
{"component":"service/c","kind":"service"}
{"component":"service/void","kind":"service"}
{"component":"service/broken","kind":"service"}
{"component":"server/a","kind":"server"}
{"component":"server/b","kind":"server"}
{"component":"rack/r","kind":"rack"}
{"component":"network_device/s1","kind":"network_device"}
{"component":"network_device/s2","kind":"network_device","state":"down"}
{"component":"redundancy_group/s","kind":"redundancy_group","k":1}
{"relation":"requires","from":"service/a","to":"server/a"}
{"relation":"requires","from":"service/a","to":"redundancy_group/s"}
{"relation":"requires","from":"service/b","to":"server/b"}
{"relation":"requires","from":"service/b","to":"redundancy_group/s"}
{"relation":"requires","from":"service/c","to":"server/a"}
{"relation":"requires","from":"service/broken","to":"network_device/s2"}
{"relation":"located_in","from":"server/a","to":"rack/r"}
{"relation":"located_in","from":"server/b","to":"rack/r"}
{"relation":"member","from":"redundancy_group/s","to":"network_device/s1"}
{"relation":"member","from":"redundancy_group/s","to":"network_device/s2"}
`

func twinsAnalysis(t *testing.T) *Analysis {
	t.Helper()
	s, err := exchange.ReadJSONL("twins", strings.NewReader(twins), time.Unix(0, 0))
	if err != nil {
		t.Fatal(err)
	}
	return analyze(t, s, Options{})
}

func TestTheMostPlausibleSuspectStandsFirst(t *testing.T) {
	a := twinsAnalysis(t)
	got, err := a.Suspects(context.Background(), []string{"service/b", "service/a"}, nil, 3)
	if err != nil {
		t.Fatal(err)
	}
	want := Suspects{
		Down: []string{"service/a", "service/b"}, Up: []string{}, Order: 3, Complete: true,
		Sets: []Suspect{
			{[]string{"network_device/s1"}, Confirmed, []string{}, []string{"network_device/s2", "redundancy_group/s"}},
			{[]string{"rack/r"}, Confirmed, []string{"service/c"}, []string{}},
			{[]string{"server/a", "server/b"}, Confirmed, []string{"service/c"}, []string{}},
		},
		AskNext: []Ask{
			{"network_device/s1", [2]int{1, 2}}, {"rack/r", [2]int{1, 2}}, {"server/a", [2]int{2, 1}},
			{"server/b", [2]int{2, 1}}, {"service/c", [2]int{2, 1}},
		},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	got, err = a.Suspects(context.Background(), []string{"service/a", "service/b"}, []string{"service/c"}, 3)
	if err != nil || len(got.Sets) != 1 || got.Sets[0].Components[0] != "network_device/s1" || len(got.AskNext) != 0 {
		t.Errorf("with service/c up: %v, %v", got, err)
	}
}

func TestAReportThatDoesNotFitIsAnErrorThatNamesTheComponent(t *testing.T) {
	a := twinsAnalysis(t)
	for name, x := range map[string]struct {
		down, up []string
		who      string
		why      error
	}{
		"down and seen down":   {[]string{"network_device/s2"}, nil, "network_device/s2", ErrDownAlready},
		"down with what is":    {[]string{"service/a", "service/broken"}, nil, "service/broken", ErrDownAlready},
		"up and seen down":     {[]string{"service/a"}, []string{"service/c", "service/broken"}, "service/broken", ErrNotUp},
		"both":                 {[]string{"service/a"}, []string{"service/a"}, "service/a", ErrDownAndUp},
		"nothing is behind it": {[]string{"service/void"}, nil, "service/void", ErrNotModelled},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := a.Suspects(context.Background(), x.down, x.up, 2)
			var report *ReportError
			if !errors.As(err, &report) || report.Component != x.who || !errors.Is(err, x.why) {
				t.Errorf("%v, want %s: %v", err, x.who, x.why)
			}
		})
	}
	ctx := context.Background()
	if _, err := a.Suspects(ctx, []string{"service/nosuch"}, nil, 2); !errors.Is(err, graph.ErrNotFound) {
		t.Errorf("an unknown one: %v", err)
	}
	if _, err := a.Suspects(ctx, nil, nil, 2); err == nil {
		t.Error("nothing down is no error")
	}
	for _, order := range []int{0, 4} {
		if _, err := a.Suspects(ctx, []string{"service/a"}, nil, order); err == nil {
			t.Errorf("order %d is no error", order)
		}
	}
}

func TestASearchThatIsOutOfTimeSaysSoAndWhatItGivesHolds(t *testing.T) {
	s, err := estate.Build(estate.Shape{Seed: 1, Components: 1000})
	if err != nil {
		t.Fatal(err)
	}
	a := analyze(t, s, Options{})
	down := a.Tops()[:1]
	whole, err := a.Suspects(context.Background(), down, nil, 2)
	if err != nil || !whole.Complete || len(whole.Sets) == 0 {
		t.Fatalf("%v: %d sets", err, len(whole.Sets))
	}
	known := map[string]Confidence{}
	for _, x := range whole.Sets {
		known[strings.Join(x.Components, " ")] = x.Confidence
	}
	cut := 0
	for _, looks := range []int{0, 1, 2, 4, 8, 16, 32} {
		got, err := a.Suspects(&late{context.Background(), looks}, down, nil, 2)
		if err != nil {
			t.Fatal(err)
		}
		if !got.Complete {
			cut++
			if got.Reason == "" {
				t.Error("it does not say why")
			}
		}
		for _, x := range got.Sets {
			if known[strings.Join(x.Components, " ")] != x.Confidence {
				t.Errorf("after %d looks: %v is none", looks, x)
			}
		}
	}
	if cut == 0 {
		t.Error("it never was out of time")
	}
	called, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := a.Suspects(called, down, nil, 2); !errors.Is(err, context.Canceled) {
		t.Errorf("called off: %v", err)
	}
}

// late is a context whose deadline passes after it was looked at some times.
type late struct {
	context.Context
	left int
}

func (l *late) Err() error {
	if l.left--; l.left < 0 {
		return context.DeadlineExceeded
	}
	return nil
}
