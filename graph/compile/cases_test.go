package compile

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"sort"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"gujo/graph"
	"gujo/graph/exchange"
)

// expected is what a file of cases says of one graph; what is not listed is not said.
type expected struct {
	Order       int                          `json:"order"`
	Cuts        map[string][]string          `json:"cuts"`
	Designed    map[string][]string          `json:"designed"`
	DownAlready *[]string                    `json:"down_already"`
	NotModelled *[]string                    `json:"not_modelled"`
	ColdStart   *[]string                    `json:"coldstart"`
	NoWay       map[string][]string          `json:"no_way"`
	Counts      map[string]map[string]Counts `json:"counts"`
	Impact      *expectedImpact              `json:"impact"`
}

type expectedImpact struct {
	Of           []string             `json:"of"`
	Stopped      *[]string            `json:"stopped"`
	Weakened     *[][]any             `json:"weakened"`
	NowSingle    *map[string][]string `json:"now_single"`
	Undetermined *[]string            `json:"undetermined"`
}

// root is the project's directory.
func root(t testing.TB) string {
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir
		}
		up := filepath.Dir(dir)
		if up == dir {
			t.Fatal("no go.mod above the test")
		}
		dir = up
	}
}

func readGraph(t testing.TB, path string) *graph.Snapshot {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	s, err := exchange.ReadJSONL(filepath.Base(path), f, time.Unix(0, 0))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func analyze(t testing.TB, s *graph.Snapshot, o Options) *Analysis {
	t.Helper()
	a, err := Analyze(s, o)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// printed gives the cuts of every service as the cases write them.
func printed(c Cuts) map[string][]string {
	out := map[string][]string{}
	for _, s := range c.Services {
		out[s.Service] = []string{}
		for _, cut := range s.Cuts {
			out[s.Service] = append(out[s.Service], strings.Join(cut.Components, " + ")+" "+string(cut.Confidence))
		}
	}
	return out
}

func sameSets(t *testing.T, what string, want, got map[string][]string) {
	t.Helper()
	for service, list := range want {
		if diff := cmp.Diff(sorted(list), sorted(got[service])); diff != "" {
			t.Errorf("%s of %s (-want +got):\n%s", what, service, diff)
		}
	}
}

func sorted(list []string) []string {
	out := append([]string{}, list...)
	sort.Strings(out)
	return out
}

func TestSharedCases(t *testing.T) {
	dir := filepath.Join(root(t), "..", "shared", "cases")
	if _, err := os.Stat(dir); err != nil {
		t.Skip("the shared cases are not here: ", err)
	}
	testCases(t, dir)
}

func TestOwnCases(t *testing.T) { testCases(t, "testdata") }

func testCases(t *testing.T, dir string) {
	data, err := os.ReadFile(filepath.Join(dir, "expected.json"))
	if err != nil {
		t.Fatal(err)
	}
	var all map[string]expected
	if err := json.Unmarshal(data, &all); err != nil {
		t.Fatal(err)
	}
	files, _ := filepath.Glob(filepath.Join(dir, "*.jsonl"))
	if len(files) != len(all) || len(files) == 0 {
		t.Fatalf("%d graphs, %d answers", len(files), len(all))
	}
	names := make([]string, 0, len(all))
	for name := range all {
		names = append(names, name)
	}
	sort.Strings(names)
	for _, name := range names {
		t.Run(name, func(t *testing.T) { testCase(t, readGraph(t, filepath.Join(dir, name+".jsonl")), all[name]) })
	}
}

func testCase(t *testing.T, s *graph.Snapshot, want expected) {
	ctx := context.Background()
	order := want.Order
	if order == 0 {
		order = 2
	}
	a := analyze(t, s, Options{})
	cuts, err := a.Cuts(ctx, order)
	if err != nil {
		t.Fatal(err)
	}
	sameSets(t, "cuts", want.Cuts, printed(cuts))
	if want.Designed != nil {
		designed, err := analyze(t, s, Options{Designed: true}).Cuts(ctx, order)
		if err != nil {
			t.Fatal(err)
		}
		sameSets(t, "designed cuts", want.Designed, printed(designed))
	}
	down, not, noWay := []string{}, []string{}, map[string][]string{}
	for _, sc := range cuts.Services {
		if sc.DownAlready {
			down = append(down, sc.Service)
		}
		if !sc.Modelled {
			not = append(not, sc.Service)
		}
		noWay[sc.Service] = []string{}
		for _, w := range sc.NoWay {
			noWay[sc.Service] = append(noWay[sc.Service], w.From+" to "+w.To)
		}
		for size, n := range want.Counts[sc.Service] {
			if sc.Counts[size] != n {
				t.Errorf("count of size %s of %s: %v, want %v", size, sc.Service, sc.Counts[size], n)
			}
		}
	}
	same(t, "down already", want.DownAlready, down)
	same(t, "not modelled", want.NotModelled, not)
	sameSets(t, "no way", want.NoWay, noWay)
	if want.ColdStart != nil {
		cold, err := a.ColdStart(ctx)
		if err != nil {
			t.Fatal(err)
		}
		got := []string{}
		for _, d := range cold.Deadlocked {
			got = append(got, d.Component)
			if len(d.Cycle) == 0 {
				t.Errorf("%s is deadlocked without a cycle", d.Component)
			}
		}
		same(t, "cold start", want.ColdStart, got)
	}
	if want.Impact != nil {
		testImpact(t, a, want.Impact)
	}
}

func testImpact(t *testing.T, a *Analysis, want *expectedImpact) {
	got, err := a.Impact(context.Background(), want.Of)
	if err != nil {
		t.Fatal(err)
	}
	stopped := []string{}
	for _, s := range got.Stopped {
		stopped = append(stopped, s.Component+" "+string(s.Confidence))
	}
	same(t, "stopped", want.Stopped, stopped)
	if want.Weakened != nil {
		list := [][]any{}
		for _, w := range got.Weakened {
			list = append(list, []any{w.Group, float64(w.Left)})
		}
		if diff := cmp.Diff(*want.Weakened, list); diff != "" {
			t.Errorf("weakened (-want +got):\n%s", diff)
		}
	}
	if want.NowSingle != nil {
		single := map[string][]string{}
		for _, n := range got.NowSingle {
			single[n.Service] = n.Components
		}
		if diff := cmp.Diff(*want.NowSingle, single); diff != "" {
			t.Errorf("now single (-want +got):\n%s", diff)
		}
	}
	if want.Undetermined != nil {
		list := []string{}
		for _, u := range got.Undetermined {
			list = append(list, u.Service+" "+u.Reason+" "+u.At)
		}
		same(t, "undetermined", want.Undetermined, list)
	}
}

func same(t *testing.T, what string, want *[]string, got []string) {
	t.Helper()
	if want == nil {
		return
	}
	if !slices.Equal(sorted(*want), sorted(got)) {
		t.Errorf("%s: %v, want %v", what, sorted(got), sorted(*want))
	}
}
