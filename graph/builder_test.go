package graph_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"gujo/graph"
)

var when = time.Date(2025, 1, 2, 3, 4, 5, 0, time.UTC)

func add(t testing.TB, b *graph.Builder, comps ...graph.Component) {
	t.Helper()
	for _, c := range comps {
		if err := b.Add(c, ""); err != nil {
			t.Fatal(err)
		}
	}
}

func relate(t testing.TB, b *graph.Builder, from string, rt graph.RelationType, to string, r graph.Relation) {
	t.Helper()
	if err := b.Relate(from, rt, to, r, ""); err != nil {
		t.Fatal(err)
	}
}

func build(t testing.TB, b *graph.Builder) *graph.Snapshot {
	t.Helper()
	s, err := b.Build(when)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestTheBuilderRefuses(t *testing.T) {
	comp := func(c graph.Component) func(*graph.Builder) error {
		return func(b *graph.Builder) error { return b.Add(c, "f:3") }
	}
	group := func(g graph.Group) func(*graph.Builder) error {
		return comp(graph.Component{ID: "g", Kind: graph.RedundancyGroup, Group: &g})
	}
	rel := func(from string, rt graph.RelationType, to string, r graph.Relation) func(*graph.Builder) error {
		return func(b *graph.Builder) error {
			if err := b.Relate(from, rt, to, r, "f:3"); err != nil {
				return err
			}
			_, err := b.Build(when)
			return err
		}
	}
	for _, test := range []struct {
		name string
		do   func(*graph.Builder) error
		want string
	}{
		{"a component without an ID", comp(graph.Component{Kind: graph.Rack}), "f:3: component without an ID"},
		{"a component without a kind", comp(graph.Component{ID: "a"}), "f:3: component a: unknown kind"},
		{"a component of a kind that there is not", comp(graph.Component{ID: "a", Kind: 200}), "f:3: component a: unknown kind"},
		{"an ID with a line break", comp(graph.Component{ID: "a\nb", Kind: graph.Rack}), `f:3: component "a\nb": control characters in its ID`},
		{"an ID that is not UTF-8", comp(graph.Component{ID: "a\xff", Kind: graph.Rack}), `f:3: component "a\xff": control characters`},
		{"the same ID twice", comp(graph.Component{ID: "rack", Kind: graph.Room}), "f:3: component rack: duplicate ID"},
		{"a group that is none", comp(graph.Component{ID: "a", Kind: graph.Rack, Group: &graph.Group{}}), "f:3: component a: a rack has no k, designed or technology"},
		{"k below 1", group(graph.Group{K: -1}), "f:3: component g: k is -1, want at least 1"},
		{"designed below 1", group(graph.Group{Designed: -1}), "f:3: component g: designed is -1, want at least 1"},
		{"k above designed", group(graph.Group{K: 3, Designed: 2}), "f:3: component g: k is 3 of 2 designed members, want k ≤ designed"},
		{"a relation of no type", rel("server", 0, "rack", graph.Relation{}), "f:3: relation from server to rack: unknown type"},
		{"a relation of no strength", rel("server", graph.LocatedIn, "rack", graph.Relation{Strength: 9}), "f:3: relation server located_in rack: unknown strength"},
		{"a relation to itself", rel("server", graph.Requires, "server", graph.Relation{}), "f:3: relation server requires server: a component cannot need itself"},
		{"a relation from nowhere", rel("x", graph.Requires, "server", graph.Relation{}), "f:3: relation x requires server: there is no component x"},
		{"a relation to nowhere", rel("server", graph.Requires, "x", graph.Relation{}), "f:3: relation server requires x: there is no component x"},
		{"ends of a wrong kind", rel("rack", graph.RunsOn, "server", graph.Relation{}), "f:3: relation rack runs_on server: runs_on cannot lead from a rack to a server"},
		{"k above designed, written in place", func(b *graph.Builder) error {
			if err := b.Add(graph.Component{ID: "g", Kind: graph.RedundancyGroup}, ""); err != nil {
				return err
			}
			*b.Component("g").Group = graph.Group{K: 2, Designed: 1}
			_, err := b.Build(when)
			return err
		}, "component g: k is 2 of 1 designed members"},
	} {
		t.Run(test.name, func(t *testing.T) {
			var b graph.Builder
			add(t, &b, graph.Component{ID: "server", Kind: graph.Server}, graph.Component{ID: "rack", Kind: graph.Rack})
			err := test.do(&b)
			if err == nil || !strings.HasPrefix(err.Error(), test.want) {
				t.Errorf("got  %v\nwant %s", err, test.want)
			}
		})
	}
}

func TestAllErrorsAreToldAsFarAsAnybodyReads(t *testing.T) {
	var b graph.Builder
	add(t, &b, graph.Component{ID: "server", Kind: graph.Server})
	for i := range 1000 {
		if err := b.Relate("server", graph.Requires, fmt.Sprint(i), graph.Relation{}, graph.Origin(fmt.Sprintf("f:%d", i))); err != nil {
			t.Fatal(err)
		}
	}
	_, err := b.Build(when)
	lines := strings.Split(err.Error(), "\n")
	if len(lines) != 101 || !strings.HasPrefix(lines[99], "f:99: ") || lines[100] != "and 900 more errors" {
		t.Errorf("got %d lines, the last %q", len(lines), lines[len(lines)-1])
	}
}

// table is the table of the design, written out: for each relation, from which
// kinds to which, separated by "|" where there are several rows.
var table = map[string]string{
	"entered_at":    "service → dns_name, virtual_server, endpoint",
	"used_from":     "service → access_zone",
	"requires":      "service, application, server, network_device, storage, room, gate → *",
	"connects_to":   "application → endpoint, dns_name, virtual_server, redundancy_group",
	"resolves_to":   "dns_name → dns_name, endpoint, virtual_server, server, external, redundancy_group",
	"in_zone":       "dns_name, dns_zone → dns_zone",
	"served_by":     "endpoint → application, server, virtual_server, redundancy_group | dns_zone → redundancy_group | virtual_server → network_device, server, redundancy_group",
	"bound_to":      "endpoint → server, network_device, external, redundancy_group",
	"balances_to":   "virtual_server → redundancy_group",
	"uses":          "server, access_zone → redundancy_group",
	"runs_on":       "application → server, network_device, redundancy_group | server, network_device → server, redundancy_group",
	"stored_on":     "application, server → volume, redundancy_group | volume → storage, redundancy_group",
	"part_of":       "interface, module → module, network_device, server, storage, power_source, interface | power_supply → network_device, server, storage, power_source, module",
	"powered_by":    "network_device, server, storage, power_source, rack → power_source, power_supply, interface, redundancy_group | power_supply → power_source, redundancy_group",
	"cooled_by":     "room → power_source, redundancy_group",
	"located_in":    "server, network_device, module, interface, link, power_supply, power_source, circuit, carrier_facility, storage, volume, external → rack, room, site | rack → room, site | room → site | site → site",
	"carried_by":    "link → circuit, carrier_facility, redundancy_group | circuit → circuit, carrier_facility",
	"provided_by":   "circuit, dns_zone, external, endpoint → provider",
	"controlled_by": "network_device → redundancy_group",
	"shares":        "* → shared_risk",
	"member":        "redundancy_group → *",
	"joins":         "link → interface, network_device, server, power_source, storage",
	"aggregates":    "link → redundancy_group",
	"attached_to":   "server, access_zone → interface, network_device, subnet",
	"in_subnet":     "interface, server, virtual_server, endpoint, access_zone, redundancy_group → subnet",
	"in_vlan":       "interface, server, virtual_server, endpoint, access_zone, redundancy_group → vlan",
	"in_vrf":        "interface, server, virtual_server, endpoint, access_zone, redundancy_group → vrf",
	"adjacent_to":   "interface, network_device, server → interface, network_device, server, external",
	"backs_up_to":   recoverable, "replicates_to": recoverable, "fails_over_to": recoverable, "managed_by": recoverable,
}

const recoverable = "! → !"

// cannotFail are the kinds that the design names as not failing by themselves.
var cannotFail = strings.Fields("service access_zone endpoint virtual_server dns_zone dns_name subnet vlan vrf redundancy_group gate")

func TestRelationsJoinWhatTheDesignSays(t *testing.T) {
	if len(table) != len(graph.RelationTypes()) {
		t.Errorf("%d relations in the table, %d in the program", len(table), len(graph.RelationTypes()))
	}
	fits := func(list string, k graph.Kind) bool {
		for _, name := range strings.Split(list, ", ") {
			switch name {
			case "*":
				return true
			case "!": // what can fail, service, virtual_server
				return k == graph.Service || k == graph.VirtualServer || !slices.Contains(cannotFail, k.String())
			case k.String():
				return true
			}
		}
		return false
	}
	for _, rt := range graph.RelationTypes() {
		for _, from := range graph.Kinds() {
			for _, to := range graph.Kinds() {
				want := false
				for _, row := range strings.Split(table[rt.String()], " | ") {
					f, to2, _ := strings.Cut(row, " → ")
					want = want || fits(f, from) && fits(to2, to)
				}
				if got := rt.Allows(from, to); got != want {
					t.Errorf("%s %s %s: allowed %t, want %t", from, rt, to, got, want)
				}
			}
		}
	}
	for _, k := range graph.Kinds() {
		if want := !slices.Contains(cannotFail, k.String()); k.CanFail() != want {
			t.Errorf("%s can fail: %t, want %t", k, k.CanFail(), want)
		}
	}
	soft := strings.Fields("in_subnet in_vlan in_vrf adjacent_to backs_up_to replicates_to fails_over_to managed_by")
	for _, rt := range graph.RelationTypes() {
		if want := slices.Contains(soft, rt.String()); rt.AlwaysSoft() != want {
			t.Errorf("%s is always soft: %t, want %t", rt, rt.AlwaysSoft(), want)
		}
	}
}

func TestNamesReadBack(t *testing.T) {
	for _, k := range graph.Kinds() {
		if got, err := graph.ParseKind(k.String()); got != k || err != nil {
			t.Errorf("%v reads back as %v, %v", k, got, err)
		}
	}
	last := ""
	for _, rt := range graph.RelationTypes() {
		if got, err := graph.ParseRelationType(rt.String()); got != rt || err != nil {
			t.Errorf("%v reads back as %v, %v", rt, got, err)
		}
		if rt.String() <= last {
			t.Errorf("%s after %s: constants are not in the order of names", rt, last)
		}
		last = rt.String()
	}
	for _, name := range []string{"", "invalid", "Server"} {
		if _, err := graph.ParseKind(name); err == nil {
			t.Errorf("%q is a kind", name)
		}
		if _, err := graph.ParseRelationType(name); err == nil {
			t.Errorf("%q is a relation", name)
		}
	}
}

func TestWhatIsSaidTwiceIsJoined(t *testing.T) {
	var b graph.Builder
	add(t, &b, graph.Component{ID: "a", Kind: graph.RedundancyGroup}, graph.Component{ID: "b", Kind: graph.Server})
	relate(t, &b, "a", graph.Member, "b", graph.Relation{Strength: graph.Assumed, Evidence: []string{"2", "1"}, Attrs: graph.Attrs{{Key: "active", Value: graph.Bool(true)}}})
	relate(t, &b, "a", graph.Member, "b", graph.Relation{Strength: graph.Hard, Evidence: []string{"3", "1"}, Attrs: graph.Attrs{{Key: "active", Value: graph.Bool(false)}, {Key: "x", Value: graph.Int(1)}}})
	relate(t, &b, "a", graph.Member, "b", graph.Relation{Strength: graph.Soft})
	b.AddCoverage(graph.Coverage{Component: "b", Complete: []string{"x"}, Empty: []string{"y", "z"}, NotAsked: []string{"v", "w"}})
	b.AddCoverage(graph.Coverage{Component: "a"})
	b.AddCoverage(graph.Coverage{Component: "b", Complete: []string{"z", "x"}, Empty: []string{"w"}, NotAsked: []string{"x"}})
	b.AddConflict(graph.Conflict{Component: "b", Attribute: "serial", Values: []graph.ConflictValue{{Value: "2"}}})
	b.AddConflict(graph.Conflict{Component: "b", Attribute: "serial", Values: []graph.ConflictValue{{Value: "1", Source: "s"}, {Value: "2"}}})
	for range 2 {
		b.AddGap(graph.Gap{Component: "b", Table: "t", Reason: "denied"})
		b.AddEvidence(graph.Evidence{Ref: "r", Value: "v"})
		b.AddNote(graph.Note{Subject: "b", Key: "merged"})
	}
	s := build(t, &b)
	if len(s.Relations) != 1 {
		t.Fatalf("%d relations", len(s.Relations))
	}
	r := s.Relations[0]
	if r.Strength != graph.Hard || r.Active() || r.Attrs.Text("x") != "1" || !slices.Equal(r.Evidence, []string{"1", "2", "3"}) {
		t.Errorf("joined it is %+v", r)
	}
	wantCoverage := []graph.Coverage{
		{Component: "a", Complete: []string{}},
		{Component: "b", Complete: []string{"x", "z"}, Empty: []string{"w", "y"}, NotAsked: []string{"v"}},
	}
	if diff := cmp.Diff(wantCoverage, s.Coverage); diff != "" {
		t.Errorf("coverage (-want +got):\n%s", diff)
	}
	wantConflicts := []graph.Conflict{{Component: "b", Attribute: "serial", Values: []graph.ConflictValue{{Value: "1", Source: "s"}, {Value: "2"}}}}
	if diff := cmp.Diff(wantConflicts, s.Conflicts); diff != "" {
		t.Errorf("conflicts (-want +got):\n%s", diff)
	}
	if len(s.Gaps) != 1 || len(s.Evidence) != 1 || len(s.Notes) != 1 {
		t.Errorf("gaps, evidence, notes: %v, %v, %v", s.Gaps, s.Evidence, s.Notes)
	}
	if g, ok := s.CoverageOf("b"); !ok || g.Component != "b" {
		t.Error("the coverage of b is not found")
	}
	if len(s.GapsOf("b")) != 1 || len(s.GapsOf("a")) != 0 {
		t.Error("gaps are found wrongly")
	}
	if _, ok := s.EvidenceOf("r"); !ok {
		t.Error("the evidence is not found")
	}
}

// said is one thing said of a graph, so that they can be said in any order.
func said(b *graph.Builder) []func() {
	var list []func()
	for i := range 6 {
		c := graph.Component{ID: fmt.Sprintf("redundancy_group/%d", i), Kind: graph.RedundancyGroup, Evidence: []string{"y", "x", "y"}, Identifiers: []string{"name:b", "name:a"},
			Attrs: graph.Attrs{{Key: "z", Value: graph.Int(1)}, {Key: "a", Value: graph.Int(2)}, {Key: "z", Value: graph.String("0")}}}
		list = append(list, func() { _ = b.Add(c, "") })
		for j := range 6 {
			if i == j {
				continue
			}
			for v := range 3 {
				r := graph.Relation{Strength: graph.Strength(v), Attrs: graph.Attrs{{Key: "v", Value: graph.Int(int64(v))}}, Evidence: []string{fmt.Sprint(v)}}
				list = append(list, func() {
					_ = b.Relate(fmt.Sprintf("redundancy_group/%d", i), graph.Member, fmt.Sprintf("redundancy_group/%d", j), r, "")
				})
			}
		}
		list = append(list,
			func() { b.AddGap(graph.Gap{Component: fmt.Sprint(i % 2), Table: fmt.Sprint(i)}) },
			func() {
				b.AddCoverage(graph.Coverage{Component: fmt.Sprint(i % 2), Complete: []string{fmt.Sprint(i)}, Empty: []string{"1"}})
			},
			func() {
				b.AddConflict(graph.Conflict{Component: "c", Attribute: fmt.Sprint(i % 2), Values: []graph.ConflictValue{{Value: fmt.Sprint(i)}}})
			},
			func() { b.AddEvidence(graph.Evidence{Ref: fmt.Sprint(i % 3), Value: fmt.Sprint(i)}) },
			func() { b.AddNote(graph.Note{Subject: fmt.Sprint(i % 3), Key: "k", Args: []string{fmt.Sprint(i)}}) },
		)
	}
	return list
}

func TestTheOrderOfInputDoesNotMatter(t *testing.T) {
	var want *graph.Snapshot
	for seed := range 20 {
		var b graph.Builder
		list := said(&b)
		for i := range list { // a different order each time
			j := (i*7919 + seed*104729) % len(list)
			list[i], list[j] = list[j], list[i]
		}
		for _, say := range list {
			say()
		}
		s := build(t, &b)
		if want == nil {
			want = s
		}
		if s.ID != want.ID {
			t.Fatalf("order %d gives another graph:\n%s", seed, cmp.Diff(want, s, cmp.AllowUnexported(graph.Value{})))
		}
	}
	if v, _ := want.Components[0].Attrs.Get("z"); len(want.Components[0].Attrs) != 2 || v != graph.String("0") {
		t.Errorf("the attributes are %v", want.Components[0].Attrs)
	}
}

func TestEveryPartCountsForTheID(t *testing.T) {
	base := func() (*graph.Builder, time.Time) {
		b := &graph.Builder{}
		add(t, b, graph.Component{ID: "g", Kind: graph.RedundancyGroup, Group: &graph.Group{K: 1, Designed: 3}}, graph.Component{ID: "s", Kind: graph.Server}, graph.Component{ID: "t", Kind: graph.Server})
		relate(t, b, "g", graph.Member, "s", graph.Relation{})
		return b, when
	}
	first, _ := base()
	seen := map[string]string{build(t, first).ID: "the graph itself"}
	for name, change := range map[string]func(b *graph.Builder, at *time.Time){
		"time":     func(_ *graph.Builder, at *time.Time) { *at = at.Add(1) },
		"name":     func(b *graph.Builder, _ *time.Time) { b.Component("s").Name = "x" },
		"state":    func(b *graph.Builder, _ *time.Time) { b.Component("s").State = graph.Down },
		"state up": func(b *graph.Builder, _ *time.Time) { b.Component("s").State = graph.Up },
		"attribute": func(b *graph.Builder, _ *time.Time) {
			b.Component("s").Attrs = graph.Attrs{{Key: "x", Value: graph.String("1")}}
		},
		"type": func(b *graph.Builder, _ *time.Time) {
			b.Component("s").Attrs = graph.Attrs{{Key: "x", Value: graph.Int(1)}}
		},
		"identifier": func(b *graph.Builder, _ *time.Time) { b.Component("s").Identifiers = []string{"x"} },
		"evidence":   func(b *graph.Builder, _ *time.Time) { b.Component("s").Evidence = []string{"x"} },
		"k":          func(b *graph.Builder, _ *time.Time) { b.Component("g").Group.K = 2 },
		"designed":   func(b *graph.Builder, _ *time.Time) { b.Component("g").Group.Designed = 2 },
		"technology": func(b *graph.Builder, _ *time.Time) { b.Component("g").Group.Technology = "x" },
		"k source":   func(b *graph.Builder, _ *time.Time) { b.Component("g").Group.KSource = graph.KDevice },
		"relation":   func(b *graph.Builder, _ *time.Time) { relate(t, b, "g", graph.Member, "t", graph.Relation{}) },
		"strength": func(b *graph.Builder, _ *time.Time) {
			relate(t, b, "g", graph.Member, "t", graph.Relation{Strength: graph.Assumed})
		},
		"r attrs": func(b *graph.Builder, _ *time.Time) {
			relate(t, b, "g", graph.Member, "s", graph.Relation{Attrs: graph.Attrs{{Key: "x"}}})
		},
		"r evidence": func(b *graph.Builder, _ *time.Time) {
			relate(t, b, "g", graph.Member, "s", graph.Relation{Evidence: []string{"x"}})
		},
		"gap":      func(b *graph.Builder, _ *time.Time) { b.AddGap(graph.Gap{Component: "x"}) },
		"coverage": func(b *graph.Builder, _ *time.Time) { b.AddCoverage(graph.Coverage{Component: "x"}) },
		"empty": func(b *graph.Builder, _ *time.Time) {
			b.AddCoverage(graph.Coverage{Component: "x", Empty: []string{"y"}})
		},
		"not asked": func(b *graph.Builder, _ *time.Time) {
			b.AddCoverage(graph.Coverage{Component: "x", NotAsked: []string{"y"}})
		},
		"conflict": func(b *graph.Builder, _ *time.Time) { b.AddConflict(graph.Conflict{Component: "x"}) },
		"value": func(b *graph.Builder, _ *time.Time) {
			b.AddConflict(graph.Conflict{Component: "x", Values: []graph.ConflictValue{{Value: "x"}}})
		},
		"excerpt":     func(b *graph.Builder, _ *time.Time) { b.AddEvidence(graph.Evidence{Ref: "x"}) },
		"note":        func(b *graph.Builder, _ *time.Time) { b.AddNote(graph.Note{Subject: "x"}) },
		"note's args": func(b *graph.Builder, _ *time.Time) { b.AddNote(graph.Note{Subject: "x", Args: []string{""}}) },
	} {
		b, at := base()
		change(b, &at)
		s, err := b.Build(at)
		if err != nil {
			t.Fatal(err)
		}
		if other, dup := seen[s.ID]; dup {
			t.Errorf("with another %s the ID is that of %s", name, other)
		}
		seen[s.ID] = "another " + name
	}
}

func TestTextThatIsNotUTF8IsMended(t *testing.T) {
	const bad, good = "a\xffb", "a\ufffdb"
	var b graph.Builder
	add(t, &b, graph.Component{ID: "g", Kind: graph.RedundancyGroup, Name: bad, Identifiers: []string{bad}, Evidence: []string{bad},
		Attrs: graph.Attrs{{Key: bad, Value: graph.String(bad)}, {Key: "l", Value: graph.List(bad)}}, Group: &graph.Group{Technology: bad}})
	b.AddGap(graph.Gap{Component: bad, Table: bad, Reason: bad, Detail: bad})
	b.AddCoverage(graph.Coverage{Component: bad, Complete: []string{bad}})
	b.AddConflict(graph.Conflict{Component: bad, Attribute: bad, Values: []graph.ConflictValue{{Value: bad, Source: bad, Evidence: bad}}})
	b.AddEvidence(graph.Evidence{Ref: bad, Target: bad, Value: bad, Collected: bad})
	b.AddNote(graph.Note{Subject: bad, Key: bad, Args: []string{bad}, Evidence: []string{bad}})
	s := build(t, &b)
	want := &graph.Snapshot{
		ID: s.ID, Created: when,
		Components: []graph.Component{{ID: "g", Kind: graph.RedundancyGroup, Name: good, Identifiers: []string{good}, Evidence: []string{good},
			Attrs: graph.Attrs{{Key: good, Value: graph.String(good)}, {Key: "l", Value: graph.List(good)}}, Group: &graph.Group{Technology: good}}},
		Gaps:      []graph.Gap{{Component: good, Table: good, Reason: good, Detail: good}},
		Coverage:  []graph.Coverage{{Component: good, Complete: []string{good}}},
		Conflicts: []graph.Conflict{{Component: good, Attribute: good, Values: []graph.ConflictValue{{Value: good, Source: good, Evidence: good}}}},
		Evidence:  []graph.Evidence{{Ref: good, Target: good, Value: good, Collected: good}},
		Notes:     []graph.Note{{Subject: good, Key: good, Args: []string{good}, Evidence: []string{good}}},
	}
	if diff := cmp.Diff(want, s, cmp.AllowUnexported(graph.Value{}), cmpopts.EquateEmpty()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestDesignedIsAtLeastTheMembers(t *testing.T) {
	for _, test := range []struct{ k, designed, members, want int }{
		{0, 0, 0, 0}, {1, 0, 0, 1}, {2, 0, 1, 2}, {1, 0, 3, 3}, {1, 2, 3, 2}, {2, 4, 1, 4},
	} {
		var b graph.Builder
		add(t, &b, graph.Component{ID: "g", Kind: graph.RedundancyGroup, Group: &graph.Group{K: test.k, Designed: test.designed}})
		for i := range test.members {
			add(t, &b, graph.Component{ID: fmt.Sprint(i), Kind: graph.Server})
			for range 2 {
				relate(t, &b, "g", graph.Member, fmt.Sprint(i), graph.Relation{})
			}
		}
		s := build(t, &b)
		i, _ := s.Find("g")
		if got := s.Components[i].Group.Designed; got != test.want {
			t.Errorf("k %d, designed %d, %d members: designed is %d, want %d", test.k, test.designed, test.members, got, test.want)
		}
	}
}

func TestTheBuilderCanBeUsedOn(t *testing.T) {
	var b graph.Builder
	add(t, &b, graph.Component{ID: "b", Kind: graph.RedundancyGroup, Evidence: []string{"2", "1"}})
	one := build(t, &b)
	add(t, &b, graph.Component{ID: "a", Kind: graph.Server})
	relate(t, &b, "b", graph.Member, "a", graph.Relation{})
	two := build(t, &b)
	if len(one.Components) != 1 || one.Components[0].Group.Designed != 0 || one.ID != graph.Assemble(when, *one).ID {
		t.Errorf("the first snapshot was changed: %+v", one.Components)
	}
	if len(two.Components) != 2 || two.Components[1].Group.Designed != 1 {
		t.Errorf("the second is %+v", two.Components)
	}
	if back := graph.Restore(two.ID, when.In(time.FixedZone("KST", 9*3600)), *two); back.ID != two.ID || back.Created.Location() != time.UTC {
		t.Errorf("restored it is %s of %s", back.ID, back.Created)
	}
}

// BenchmarkBuild shows that building is no worse than n log n: ten times as much
// takes little more than ten times as long, also where everything repeats.
func BenchmarkBuild(b *testing.B) {
	for _, n := range []int{10_000, 100_000} {
		for name, repeats := range map[string]int{"once": 1, "ten-times": 10} {
			b.Run(fmt.Sprintf("%d-%s", n, name), func(b *testing.B) {
				var gb graph.Builder
				for i := range n {
					add(b, &gb, graph.Component{ID: fmt.Sprintf("server/%08d", i*7919%n), Kind: graph.Server, Evidence: []string{"x"}})
				}
				for i := range n * 5 {
					from, to := i%n, (i*31+7)%n
					if from == to {
						continue
					}
					for r := range repeats {
						relate(b, &gb, fmt.Sprintf("server/%08d", from), graph.Requires, fmt.Sprintf("server/%08d", to), graph.Relation{Evidence: []string{fmt.Sprint(r)}})
					}
				}
				for i := range n {
					gb.AddCoverage(graph.Coverage{Component: "one", Complete: []string{fmt.Sprint(i)}})
				}
				for b.Loop() {
					build(b, &gb)
				}
			})
		}
	}
}
