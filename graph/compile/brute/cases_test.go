package brute

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"gujo/graph"
)

// caseDir is the folder of small graphs with their answers, or the test is skipped.
func caseDir(t *testing.T) string {
	t.Helper()
	root, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for {
		if _, err := os.Stat(filepath.Join(root, "go.mod")); err == nil {
			break
		}
		if root == filepath.Dir(root) {
			t.Fatal("no go.mod above the test")
		}
		root = filepath.Dir(root)
	}
	dir := filepath.Join(root, "..", "shared", "cases")
	if _, err := os.Stat(filepath.Join(dir, "expected.json")); err != nil {
		t.Skip("the folder of small graphs with their answers is not beside the project")
	}
	return dir
}

// line is one line of the graph format, as far as the cases use it.
type line struct {
	Component, Kind, Name, State string
	Attrs                        graph.Attrs
	K, Designed                  int
	Technology, Role             string
	Relation, From, To, Strength string
}

func readGraph(t *testing.T, path string) *graph.Snapshot {
	t.Helper()
	file, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	var b graph.Builder
	for lines := bufio.NewScanner(file); lines.Scan(); {
		var l line
		if err := json.Unmarshal(lines.Bytes(), &l); err != nil {
			t.Fatalf("%s: %v", path, err)
		}
		switch {
		case l.Component != "":
			kind, err := graph.ParseKind(l.Kind)
			check(t, err)
			state, err := graph.ParseState(l.State)
			check(t, err)
			c := graph.Component{ID: l.Component, Kind: kind, Name: l.Name, State: state, Attrs: l.Attrs}
			if kind == graph.RedundancyGroup {
				c.Group = &graph.Group{K: l.K, Designed: l.Designed, Technology: l.Technology}
			}
			if l.Role != "" {
				c.Attrs = c.Attrs.With("role", graph.String(l.Role))
			}
			check(t, b.Add(c, ""))
		case l.Relation != "":
			kind, err := graph.ParseRelationType(l.Relation)
			check(t, err)
			var strength graph.Strength
			if l.Strength != "" {
				strength, err = graph.ParseStrength(l.Strength)
				check(t, err)
			}
			check(t, b.Relate(l.From, kind, l.To, graph.Relation{Strength: strength, Attrs: l.Attrs}, ""))
		}
	}
	s, err := b.Build(time.Time{})
	check(t, err)
	return s
}

func check(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// answers are what a case expects; what is nil is not said.
type answers struct {
	Cuts, Designed map[string][]string
	DownAlready    *[]string `json:"down_already"`
	NotModelled    *[]string `json:"not_modelled"`
	Coldstart      *[]string
	Counts         map[string]map[string]map[string]int
	Order          int
	Impact         *struct {
		Of           []string
		Stopped      *[]string
		Weakened     *[][]any
		NowSingle    *map[string][]string `json:"now_single"`
		Undetermined *[]string
	}
}

func TestEveryCaseGetsItsAnswers(t *testing.T) {
	dir := caseDir(t)
	data, err := os.ReadFile(filepath.Join(dir, "expected.json"))
	check(t, err)
	var cases map[string]json.RawMessage
	check(t, json.Unmarshal(data, &cases))
	if len(cases) < 60 {
		t.Fatalf("%d cases, want the whole folder", len(cases))
	}
	for name, raw := range cases {
		t.Run(name, func(t *testing.T) {
			var want answers
			strict := json.NewDecoder(strings.NewReader(string(raw)))
			strict.DisallowUnknownFields()
			check(t, strict.Decode(&want))
			checkCase(t, readGraph(t, filepath.Join(dir, name+".jsonl")), want)
		})
	}
}

func checkCase(t *testing.T, s *graph.Snapshot, want answers) {
	order := max(want.Order, 2)
	if want.Order > 0 {
		order = want.Order
	}
	asIs, designed := Cuts(s, false, order), Cuts(s, true, order)
	same(t, "cuts", cutsOf(asIs, want.Cuts), sortedCuts(want.Cuts))
	same(t, "cuts as designed", cutsOf(designed, want.Designed), sortedCuts(want.Designed))
	var down, unmodelled []string
	for _, svc := range asIs.Services {
		if svc.DownAlready {
			down = append(down, svc.ID)
		}
		if !svc.Modelled {
			unmodelled = append(unmodelled, svc.ID)
		}
		for size, counts := range want.Counts[svc.ID] {
			for confidence, n := range counts {
				if got := svc.Counts()[size][confidence]; got != n {
					t.Errorf("%s: %d %s cuts of size %s, want %d", svc.ID, got, confidence, size, n)
				}
			}
		}
	}
	list(t, "down already", down, want.DownAlready)
	list(t, "not modelled", unmodelled, want.NotModelled)
	list(t, "cold start", ColdStart(s, false), want.Coldstart)
	if want.Impact == nil {
		return
	}
	got := Impact(s, want.Impact.Of)
	var stopped, weakened, undetermined []string
	for _, x := range got.Stopped {
		stopped = append(stopped, x.Component+" "+x.Confidence)
	}
	for _, x := range got.Weakened {
		weakened = append(weakened, fmt.Sprint(x.Group, len(x.MembersUp)))
	}
	for _, x := range got.Undetermined {
		undetermined = append(undetermined, x.Service)
	}
	list(t, "stopped", stopped, want.Impact.Stopped)
	list(t, "undetermined", undetermined, want.Impact.Undetermined)
	if want.Impact.Weakened != nil {
		var lines []string
		for _, x := range *want.Impact.Weakened {
			lines = append(lines, fmt.Sprint(x...))
		}
		list(t, "weakened", weakened, &lines)
	}
	if want.Impact.NowSingle != nil {
		single := map[string][]string{}
		for _, x := range got.NowSingle {
			single[x.Service] = x.Components
		}
		same(t, "now single", single, *want.Impact.NowSingle)
	}
}

// cutsOf gives the cuts of the services that are asked for.
func cutsOf(r Result, asked map[string][]string) map[string][]string {
	got := map[string][]string{}
	for _, svc := range r.Services {
		if _, ok := asked[svc.ID]; ok {
			got[svc.ID] = []string{}
			for _, c := range svc.Cuts {
				got[svc.ID] = append(got[svc.ID], c.String())
			}
		}
	}
	return sortedCuts(got)
}

func sortedCuts(cuts map[string][]string) map[string][]string {
	out := map[string][]string{}
	for id, list := range cuts {
		list = append([]string{}, list...)
		slices.Sort(list)
		out[id] = list
	}
	return out
}

func list(t *testing.T, what string, got []string, want *[]string) {
	t.Helper()
	if want == nil {
		return
	}
	got, sorted := append([]string{}, got...), append([]string{}, *want...)
	slices.Sort(got)
	slices.Sort(sorted)
	same(t, what, got, sorted)
}

func same[T any](t *testing.T, what string, got, want T) {
	t.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s: (-want +got)\n%s", what, diff)
	}
}
