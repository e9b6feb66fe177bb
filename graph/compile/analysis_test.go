package compile

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"gujo/graph"
	"gujo/graph/compile/brute"
	"gujo/graph/exchange"
)

var ctx = context.Background()

// sketch reads a graph from lines "FROM -TYPE-> TO,TO"; "*" before the arrow
// makes it assumed, a line with one word is a component, "ID!" is down.
func sketch(t testing.TB, text string) *graph.Snapshot {
	t.Helper()
	var out strings.Builder
	out.WriteString(`{"schema":"gujo/graph/v1"}` + "\n")
	seen := map[string]bool{}
	component := func(id string) string {
		state := ""
		if strings.HasSuffix(id, "!") {
			id, state = strings.TrimSuffix(id, "!"), `,"state":"down"`
		}
		if !seen[id] {
			kind, _, _ := strings.Cut(id, "/")
			k := ""
			if kind == "redundancy_group" {
				k = `,"k":1`
			}
			fmt.Fprintf(&out, "{\"component\":%q,\"kind\":%q%s%s}\n", id, kind, state, k)
			seen[id] = true
		}
		return id
	}
	for line := range strings.Lines(text) {
		f := strings.Fields(line)
		switch len(f) {
		case 1:
			component(f[0])
		case 3:
			from := component(f[0])
			rel := strings.TrimSuffix(strings.TrimPrefix(f[1], "-"), "->")
			strength := "hard"
			if strings.HasSuffix(rel, "*") {
				rel, strength = strings.TrimSuffix(rel, "*"), "assumed"
			}
			for _, to := range strings.Split(f[2], ",") {
				fmt.Fprintf(&out, "{\"relation\":%q,\"from\":%q,\"to\":%q,\"strength\":%q}\n", rel, from, component(to), strength)
			}
		}
	}
	s, err := exchange.ReadJSONL("sketch", strings.NewReader(out.String()), time.Unix(0, 0))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

const campus = `
	link/up1 -joins-> network_device/core,network_device/a
	link/up2 -joins-> network_device/core,network_device/a
	link/b -joins-> network_device/core,network_device/b
	link/c -joins*-> network_device/core,network_device/c
	link/d -joins-> network_device/core,network_device/d
	link/e -joins-> network_device/core,network_device/e
	link/de -joins*-> network_device/d,network_device/e
	interface/b1 -part_of-> network_device/b
	server/1 -attached_to-> network_device/a
	server/2 -attached_to-> network_device/a
	server/3 -attached_to-> interface/b1
	server/4 -attached_to-> network_device/a,network_device/b
	server/5 -attached_to-> network_device/d
	server/6 -attached_to-> network_device/e
`

func TestTheNetworkItselfIsDiagnosedWhereNoServiceIsDeclared(t *testing.T) {
	got, err := analyze(t, sketch(t, campus), Options{}).Network(ctx)
	if err != nil {
		t.Fatal(err)
	}
	var lines []string
	for _, p := range got.Points {
		lines = append(lines, fmt.Sprintf("%s %s cuts off %s by %s", p.Component, p.Confidence,
			strings.Join(p.CutOff, " "), strings.Join(p.Neighbours, " ")))
	}
	expect := map[string]string{
		"link/c":           "link/c possible cuts off network_device/c by network_device/c",
		"network_device/a": "network_device/a confirmed cuts off server/1 server/2 by server/1 server/2",
		"network_device/b": "network_device/b confirmed cuts off server/3 by server/3",
		"network_device/d": "network_device/d confirmed cuts off server/5 by server/5",
		"network_device/e": "network_device/e confirmed cuts off server/6 by server/6",
		"link/d":           "link/d possible cuts off network_device/d server/5 by network_device/d",
		"link/e":           "link/e possible cuts off network_device/e server/6 by network_device/e",
		"link/b":           "link/b confirmed cuts off network_device/b server/3 by network_device/b",
	}
	found := map[string]string{}
	for _, l := range lines {
		id, _, _ := strings.Cut(l, " ")
		found[id] = l
	}
	core := found["network_device/core"]
	delete(found, "network_device/core")
	if diff := cmp.Diff(expect, found); diff != "" {
		t.Errorf("points (-want +got):\n%s", diff)
	}
	// Without the core {a, 1, 2, 4} are the largest part, server 4 being on both sides.
	if want := "network_device/core confirmed cuts off network_device/b network_device/c network_device/d network_device/e server/3 server/5 server/6 by link/b link/c link/d link/e"; core != want {
		t.Errorf("core: %s\nwant: %s", core, want)
	}
}

func TestParallelLinksAndWhatIsDownCount(t *testing.T) {
	points := func(text string) []string {
		got, err := analyze(t, sketch(t, text), Options{}).Network(ctx)
		if err != nil {
			t.Fatal(err)
		}
		ids := []string{}
		for _, p := range got.Points {
			ids = append(ids, p.Component)
		}
		return ids
	}
	two := `
		link/1 -joins-> network_device/a,network_device/b
		link/2 -joins-> network_device/a,network_device/b
	`
	if got := points(two); len(got) != 0 {
		t.Errorf("two links between two devices: %v, want none", got)
	}
	if got := points("link/2!\n" + two); !slices.Equal(got, []string{"link/1"}) {
		t.Errorf("one of them down: %v, want the other", got)
	}
	balancer := `
		link/1 -joins-> server/a,network_device/a
		link/2 -joins-> server/a,network_device/b
		server/x -attached_to-> network_device/a
		server/y -attached_to-> network_device/b
	`
	if got := points(balancer); !slices.Equal(got, []string{"network_device/a", "network_device/b"}) {
		t.Errorf("a server between two devices is no way: %v", got)
	}
}

func TestAGroupTellsWhatItHasAndWhatItsMembersShare(t *testing.T) {
	a := analyze(t, sketch(t, `
		server/c!
		service/s -requires-> redundancy_group/p
		redundancy_group/p -member-> server/a,server/b
		redundancy_group/p -member*-> server/c
		server/a -located_in-> rack/1
		server/b -located_in-> rack/1
		server/c -located_in-> rack/1
		rack/1 -located_in-> room/1
		server/a -shares-> shared_risk/only-a
	`), Options{})
	g, err := a.Group("redundancy_group/p")
	if err != nil {
		t.Fatal(err)
	}
	want := GroupState{Group: "redundancy_group/p", K: 1, Designed: 3, Live: 2, Hanging: []string{"service/s"}, Members: []MemberState{
		{"server/a", true, true, false}, {"server/b", true, true, false}, {"server/c", true, false, true},
	}}
	if diff := cmp.Diff(want, g); diff != "" {
		t.Errorf("group (-want +got):\n%s", diff)
	}
	shared, err := a.Shared(ctx, "redundancy_group/p")
	if err != nil {
		t.Fatal(err)
	}
	both := []string{"server/a", "server/b"}
	if diff := cmp.Diff([]Common{{"rack/1", graph.Rack, both, true}, {"room/1", graph.Room, both, true}}, shared); diff != "" {
		t.Errorf("shared (-want +got):\n%s", diff)
	}
	if _, err := a.Group("server/a"); !errors.Is(err, graph.ErrNotFound) {
		t.Errorf("a server asked for as a group: %v", err)
	}
}

func TestSinglePointsCarryAProofThatNamesThem(t *testing.T) {
	a := analyze(t, sketch(t, `
		service/s -used_from-> access_zone/z
		access_zone/z -attached_to-> network_device/r
		service/s -entered_at-> endpoint/a
		endpoint/a -bound_to-> server/a
		server/a -attached_to-> network_device/s1
		link/1 -joins-> network_device/r,network_device/s1
		network_device/s1 -powered_by-> redundancy_group/psu
		redundancy_group/psu -member-> power_supply/1,power_supply/2
		power_supply/1 -powered_by-> power_source/p
		power_supply/2 -powered_by-> power_source/p
	`), Options{})
	got, err := a.SinglePoints(ctx)
	if err != nil {
		t.Fatal(err)
	}
	proofs := map[string]Proof{}
	for _, p := range got[0].Points {
		proofs[p.Component] = p.Proof
	}
	path := func(cut string) []Path {
		return []Path{{"access_zone/z", "server/a", []string{cut}}}
	}
	in := RelationRef{"service/s", "entered_at", "endpoint/a"}
	bound := RelationRef{"endpoint/a", "bound_to", "server/a"}
	want := map[string]Proof{
		"server/a":          {[]RelationRef{bound, in}, []Path{}},
		"network_device/r":  {[]RelationRef{bound, in}, path("network_device/r")},
		"link/1":            {[]RelationRef{bound, in}, path("link/1")},
		"network_device/s1": {[]RelationRef{bound, in}, path("network_device/s1")},
		"power_source/p": {[]RelationRef{
			bound,
			{"network_device/s1", "powered_by", "redundancy_group/psu"},
			{"power_supply/1", "powered_by", "power_source/p"},
			{"power_supply/2", "powered_by", "power_source/p"},
			{"redundancy_group/psu", "member", "power_supply/1"},
			{"redundancy_group/psu", "member", "power_supply/2"},
			in,
		}, path("network_device/s1")},
	}
	if diff := cmp.Diff(want, proofs); diff != "" {
		t.Errorf("proofs (-want +got):\n%s", diff)
	}
}

// A proof is checked from the graph alone: whatever it names that is neither
// failed nor seen down has a reason in it, and what a way's cut names is closed.
func TestEveryProofLeadsToWhatFailed(t *testing.T) {
	checked := 0
	for seed := range uint64(600) {
		s := brute.Generate(seed)
		a := analyze(t, s, Options{})
		for _, failed := range questions(s, seed) {
			impact, err := a.Impact(ctx, failed)
			if err != nil {
				t.Fatal(err)
			}
			ground := map[string]bool{}
			for _, id := range slices.Concat(failed, impact.Degraded) {
				ground[id] = true
			}
			for _, st := range impact.Stopped {
				reached := map[string]bool{}
				for _, p := range st.Because.Paths {
					for _, c := range p.Cut {
						reached[c] = true
					}
				}
				reasons := map[string]bool{}
				for _, r := range st.Because.Relations {
					reached[r.To] = true
					reasons[r.From] = true
				}
				touches := false
				for id := range reached {
					touches = touches || slices.Contains(failed, id)
				}
				if !touches {
					t.Errorf("seed %d: the proof that %v stops %s does not come to it: %+v", seed, failed, st.Component, st.Because)
				}
				if !reasons[st.Component] {
					t.Errorf("seed %d: the proof for %s does not start there: %+v", seed, st.Component, st.Because)
				}
				checked++
			}
		}
	}
	if checked == 0 {
		t.Error("nothing stopped: nothing was checked")
	}
}

func TestTheSameQuestionHasTheSameAnswerAndLeavesNoTrace(t *testing.T) {
	for seed := range uint64(100) {
		s := brute.Generate(seed)
		a := analyze(t, s, Options{})
		before, err := a.Cuts(ctx, 2)
		if err != nil {
			t.Fatal(err)
		}
		var first []Impact
		for range 2 {
			for i, failed := range questions(s, seed) {
				got, err := a.Impact(ctx, failed)
				if err != nil {
					t.Fatal(err)
				}
				if len(first) <= i {
					first = append(first, got)
				} else if diff := cmp.Diff(first[i], got); diff != "" {
					t.Fatalf("seed %d: asked again (-first +second):\n%s", seed, diff)
				}
			}
		}
		after, err := a.Cuts(ctx, 2)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(before, after); diff != "" {
			t.Fatalf("seed %d: an impact left a trace (-before +after):\n%s", seed, diff)
		}
	}
}

func TestSinglesFoundForwardsAndBackwardsAreTheSame(t *testing.T) {
	for seed := range uint64(300) {
		s := brute.Generate(seed)
		a := analyze(t, s, Options{})
		forwards := map[string][]string{}
		if err := a.EachSingle(ctx, func(c string, stopped []string) {
			for _, service := range stopped {
				forwards[service] = append(forwards[service], c)
			}
		}); err != nil {
			t.Fatal(err)
		}
		cuts, err := a.Cuts(ctx, 1)
		if err != nil {
			t.Fatal(err)
		}
		for _, sc := range cuts.Services {
			var backwards []string
			for _, c := range sc.Cuts {
				if c.Confidence == Confirmed {
					backwards = append(backwards, c.Components[0])
				}
			}
			slices.Sort(forwards[sc.Service])
			if !slices.Equal(backwards, forwards[sc.Service]) {
				t.Errorf("seed %d: %s: %v and %v", seed, sc.Service, backwards, forwards[sc.Service])
			}
		}
	}
}

func TestBadQuestionsAreErrorsAndBoundsAreSaid(t *testing.T) {
	s := sketch(t, `
		service/s -requires-> redundancy_group/p
		redundancy_group/p -member-> server/a,server/b
		server/a -powered_by-> power_source/p
	`)
	if _, err := Analyze(s, Options{Of: []string{"service/none"}}); !errors.Is(err, graph.ErrNotFound) {
		t.Errorf("an unknown top: %v", err)
	}
	a := analyze(t, s, Options{})
	for _, order := range []int{0, 5} {
		if _, err := a.Cuts(ctx, order); err == nil {
			t.Errorf("order %d was accepted", order)
		}
	}
	if _, err := a.Impact(ctx, []string{"server/none"}); !errors.Is(err, graph.ErrNotFound) {
		t.Errorf("an unknown component: %v", err)
	}
	over, cancel := context.WithTimeout(ctx, -1)
	defer cancel()
	var many strings.Builder
	for i := range 100 {
		fmt.Fprintf(&many, "service/s -requires-> server/%d\n", i)
	}
	cuts, err := analyze(t, sketch(t, many.String()), Options{}).Cuts(over, 2)
	if err != nil || cuts.Complete || cuts.Reason == "" {
		t.Errorf("a search without time: complete %v, reason %q, error %v", cuts.Complete, cuts.Reason, err)
	}
	narrow := analyze(t, s, Options{Candidates: []graph.Kind{graph.PowerSource}})
	if got, _ := narrow.Cuts(ctx, 2); len(got.Services[0].Cuts) != 0 {
		t.Errorf("with power sources alone to fail: %v, want none", got.Services[0].Cuts)
	}
	group := analyze(t, s, Options{Of: []string{"server/a"}})
	got, err := group.Cuts(ctx, 1)
	if err != nil || got.Services[0].Service != "server/a" || len(got.Services[0].Cuts) != 2 {
		t.Errorf("cuts of a server: %+v, %v, want itself and its power", got, err)
	}
	confirmed, possible, err := a.Dependents(ctx, "power_source/p")
	if err != nil || !slices.Equal(confirmed, []string{"server/a"}) || len(possible) != 0 {
		t.Errorf("dependents: %v, %v, %v", confirmed, possible, err)
	}
}

func TestAColdStartGoesInWaves(t *testing.T) {
	got, err := analyze(t, sketch(t, `
		service/s -requires-> application/a
		application/a -runs_on-> server/a
		server/a -powered_by-> power_source/p
		application/x -requires-> application/y
		application/y -requires-> application/x
		application/x -runs_on-> server/a
		application/y -runs_on-> server/a
	`), Options{}).ColdStart(ctx)
	if err != nil {
		t.Fatal(err)
	}
	cycle := []string{"application/x", "application/y"}
	want := ColdStart{
		Deadlocked: []Deadlock{{"application/x", cycle}, {"application/y", cycle}},
		Waves:      [][]string{{"power_source/p"}, {"server/a"}, {"application/a"}, {"service/s"}},
		Urgency:    map[string]Urgency{},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("cold start (-want +got):\n%s", diff)
	}
}
