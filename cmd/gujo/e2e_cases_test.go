package main_test

import (
	"encoding/json"
	"maps"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// answers are what is known of a small graph; what is not listed is not said.
type answers struct {
	Order       int                                  `json:"order"`
	Cuts        map[string][]string                  `json:"cuts"`
	Designed    map[string][]string                  `json:"designed"`
	DownAlready []string                             `json:"down_already"`
	NotModelled []string                             `json:"not_modelled"`
	ColdStart   []string                             `json:"coldstart"`
	NoWay       map[string][]string                  `json:"no_way"`
	Counts      map[string]map[string]map[string]int `json:"counts"`
	Impact      *struct {
		Of           []string            `json:"of"`
		Stopped      []string            `json:"stopped"`
		Weakened     [][2]any            `json:"weakened"`
		NowSingle    map[string][]string `json:"now_single"`
		Undetermined []string            `json:"undetermined"`
	} `json:"impact"`
}

// cuts, coldStart and impact are what the commands print.
type cuts struct {
	Complete bool `json:"complete"`
	Services []struct {
		Service     string `json:"service"`
		Modelled    *bool  `json:"modelled"`
		DownAlready *bool  `json:"down_already"`
		NoWay       []struct {
			From string `json:"from"`
			To   string `json:"to"`
		} `json:"no_way"`
		Counts map[string]map[string]int `json:"counts"`
		Cuts   []struct {
			Components []string `json:"components"`
			Confidence string   `json:"confidence"`
		} `json:"cuts"`
	} `json:"services"`
}

type coldStart struct {
	Deadlocked []struct {
		Component string   `json:"component"`
		Cycle     []string `json:"cycle"`
	} `json:"deadlocked"`
}

type impact struct {
	Stopped []struct {
		Component  string `json:"component"`
		Confidence string `json:"confidence"`
	} `json:"stopped"`
	Weakened []struct {
		Group string  `json:"group"`
		Left  float64 `json:"left"`
	} `json:"weakened"`
	NowSingle []struct {
		Service    string   `json:"service"`
		Components []string `json:"components"`
	} `json:"now_single"`
	Undetermined []struct {
		Service string `json:"service"`
		Reason  string `json:"reason"`
		At      string `json:"at"`
	} `json:"undetermined"`
}

func ask[T any](t *testing.T, s site, args ...string) T {
	t.Helper()
	var v T
	if err := json.Unmarshal([]byte(s.gujo(append(args, "--format", "json")...)), &v); err != nil {
		t.Fatalf("gujo %s: %v", strings.Join(args, " "), err)
	}
	return v
}

// same compares without order; where nothing is expected nothing is said.
func same(t *testing.T, what string, want, got []string) {
	t.Helper()
	if want == nil {
		return
	}
	if diff := cmp.Diff(slices.Sorted(slices.Values(want)), slices.Sorted(slices.Values(got))); diff != "" {
		t.Errorf("%s (-want +got):\n%s", what, diff)
	}
}

// sameOf compares the lists of all services that are expected to have one.
func sameOf(t *testing.T, what string, want, got map[string][]string) {
	t.Helper()
	for service, list := range want {
		if _, ok := got[service]; !ok {
			t.Errorf("%s: %s is not listed", what, service)
			continue
		}
		same(t, what+" of "+service, append([]string{}, list...), got[service])
	}
}

func TestTheCommandsGiveTheAnswersOfTheSmallGraphs(t *testing.T) {
	t.Parallel()
	dir := shared(t, "cases")
	var all map[string]answers
	readJSON(t, filepath.Join(dir, "expected.json"), &all)
	graphs, _ := filepath.Glob(filepath.Join(dir, "*.jsonl"))
	if len(graphs) != len(all) || len(graphs) == 0 {
		t.Fatalf("%d graphs, %d answers", len(graphs), len(all))
	}
	for _, name := range slices.Sorted(maps.Keys(all)) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newSite(t)
			s.imported(filepath.Join(dir, name+".jsonl"))
			all[name].check(t, s)
		})
	}
}

func (want answers) check(t *testing.T, s site) {
	order := strconv.Itoa(max(want.Order, 2))
	if want.Order == 1 {
		order = "1"
	}
	asIs := ask[cuts](t, s, "cuts", "--order", order)
	if !asIs.Complete {
		t.Error("the search was not complete")
	}
	sameOf(t, "cuts", want.Cuts, asIs.printed())
	if want.Designed != nil {
		sameOf(t, "designed cuts", want.Designed, ask[cuts](t, s, "cuts", "--order", order, "--designed").printed())
	}
	down, not, noWay := []string{}, []string{}, map[string][]string{}
	for _, c := range asIs.Services {
		if c.Modelled == nil || c.DownAlready == nil {
			t.Fatalf("of %s it is not said whether it is modelled and down", c.Service)
		}
		if *c.DownAlready {
			down = append(down, c.Service)
		}
		if !*c.Modelled {
			not = append(not, c.Service)
		}
		noWay[c.Service] = []string{}
		for _, w := range c.NoWay {
			noWay[c.Service] = append(noWay[c.Service], w.From+" to "+w.To)
		}
		for size, by := range want.Counts[c.Service] {
			for confidence, n := range by {
				if c.Counts[size][confidence] != n {
					t.Errorf("%s has %d %s cuts of size %s, want %d", c.Service, c.Counts[size][confidence], confidence, size, n)
				}
			}
		}
	}
	same(t, "down already", want.DownAlready, down)
	same(t, "not modelled", want.NotModelled, not)
	sameOf(t, "no way", want.NoWay, noWay)
	if want.ColdStart != nil {
		got := []string{}
		for _, d := range ask[coldStart](t, s, "coldstart").Deadlocked {
			got = append(got, d.Component)
		}
		same(t, "cold start", want.ColdStart, got)
	}
	if want.Impact != nil {
		want.checkImpact(t, ask[impact](t, s, append([]string{"impact"}, want.Impact.Of...)...))
	}
}

// printed gives the cuts of each service as expected.json writes them.
func (c cuts) printed() map[string][]string {
	out := map[string][]string{}
	for _, s := range c.Services {
		out[s.Service] = []string{}
		for _, cut := range s.Cuts {
			out[s.Service] = append(out[s.Service], strings.Join(cut.Components, " + ")+" "+cut.Confidence)
		}
	}
	return out
}

func (want answers) checkImpact(t *testing.T, i impact) {
	stopped, undetermined := []string{}, []string{}
	for _, c := range i.Stopped {
		stopped = append(stopped, c.Component+" "+c.Confidence)
	}
	for _, u := range i.Undetermined {
		undetermined = append(undetermined, u.Service+" "+u.Reason+" "+u.At)
	}
	same(t, "stopped", want.Impact.Stopped, stopped)
	same(t, "undetermined", want.Impact.Undetermined, undetermined)
	if want.Impact.Weakened != nil {
		got := [][2]any{}
		for _, w := range i.Weakened {
			got = append(got, [2]any{w.Group, w.Left})
		}
		if diff := cmp.Diff(want.Impact.Weakened, got); diff != "" {
			t.Errorf("weakened (-want +got):\n%s", diff)
		}
	}
	if want.Impact.NowSingle != nil {
		got := map[string][]string{}
		for _, n := range i.NowSingle {
			got[n.Service] = n.Components
		}
		if diff := cmp.Diff(want.Impact.NowSingle, got); diff != "" {
			t.Errorf("now single (-want +got):\n%s", diff)
		}
	}
}
