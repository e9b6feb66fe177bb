package rules

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"gujo/graph"
	"gujo/graph/compile"
)

// flood is a switch between two others, on which a neighbour claims n more machines: on
// one port (a segment) or on a port each.
func flood(tb testing.TB, n int, kind graph.Kind, segment, services bool) *graph.Snapshot {
	tb.Helper()
	var b graph.Builder
	add := func(id string, k graph.Kind, refs ...string) {
		if err := b.Add(graph.Component{ID: id, Kind: k, Evidence: refs}, ""); err != nil {
			tb.Fatal(err)
		}
	}
	relate := func(from string, t graph.RelationType, to string, r graph.Relation) {
		if err := b.Relate(from, t, to, r, ""); err != nil {
			tb.Fatal(err)
		}
	}
	for _, d := range []string{"a", "b", "c"} {
		add("network_device/"+d, graph.NetworkDevice)
		b.AddCoverage(graph.Coverage{Component: "network_device/" + d, Complete: []string{"ifTable", "lldpRemTable", "entPhysicalTable"}})
	}
	link := func(id, x, y string, r graph.Relation) {
		add(id, graph.Link)
		relate(id, graph.Joins, x, graph.Relation{})
		relate(id, graph.Joins, y, r)
	}
	link("link/ab", "network_device/a", "network_device/b", graph.Relation{})
	link("link/bc", "network_device/b", "network_device/c", graph.Relation{})
	if services {
		add("access_zone/users", graph.AccessZone)
		relate("access_zone/users", graph.AttachedTo, "network_device/a", graph.Relation{})
	}
	var rows []string
	for i := range n {
		rows = append(rows, fmt.Sprintf("sha256:aa#1.0.8802.1.1.2.1.4.1.1.9.0.2.%d", i))
		b.AddEvidence(graph.Evidence{Ref: rows[i], Target: "10.0.0.2", Value: fmt.Sprintf("fake%d", i)})
	}
	add("interface/b:2", graph.Interface)
	relate("interface/b:2", graph.PartOf, "network_device/b", graph.Relation{Evidence: rows})
	if segment {
		add("link/segment", graph.Link)
		relate("link/segment", graph.Joins, "interface/b:2", graph.Relation{Evidence: rows})
	}
	for i := range n {
		id := fmt.Sprintf("%s/fake%d", kind, i)
		add(id, kind)
		claimed := graph.Relation{Strength: graph.Assumed, Evidence: rows[i : i+1]}
		switch {
		case kind == graph.External:
			relate("interface/b:2", graph.AdjacentTo, id, graph.Relation{Evidence: rows[i : i+1]})
		case segment:
			relate("link/segment", graph.Joins, id, claimed)
		default:
			port := fmt.Sprintf("interface/b:1-%d", i)
			add(port, graph.Interface)
			relate(port, graph.PartOf, "network_device/b", graph.Relation{})
			link(fmt.Sprintf("link/fake%d", i), port, id, claimed)
		}
		if services {
			svc, ep := fmt.Sprintf("service/%d", i), fmt.Sprintf("endpoint/%d", i)
			add(svc, graph.Service)
			add(ep, graph.Endpoint)
			relate(svc, graph.UsedFrom, "access_zone/users", graph.Relation{})
			relate(svc, graph.EnteredAt, ep, graph.Relation{})
			relate(ep, graph.ServedBy, id, graph.Relation{})
		}
	}
	s, err := b.Build(time.Date(2025, 12, 1, 0, 0, 0, 0, time.UTC))
	if err != nil {
		tb.Fatal(err)
	}
	return s
}

var floods = []struct {
	name              string
	kind              graph.Kind
	segment, services bool
}{
	{"devices on one port", graph.NetworkDevice, true, false},
	{"devices on a port each", graph.NetworkDevice, false, false},
	{"what nobody knows on one port", graph.External, true, false},
	{"servers on one port", graph.Server, true, false},
	{"servers with a service each", graph.Server, false, true},
}

// BenchmarkFlood shows that what a device claims costs in step with how much it claims.
func BenchmarkFlood(b *testing.B) {
	pack := []*Pack{Default()}
	for _, f := range floods {
		for _, n := range []int{500, 2000, 8000} {
			s := flood(b, n, f.kind, f.segment, f.services)
			b.Run(fmt.Sprintf("%s/%d", f.name, n), func(b *testing.B) {
				for b.Loop() {
					if _, err := Run(context.Background(), s, pack, RunOptions{}); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
}

// cancelling ends the context when it has answered, and counts what it is asked after.
type cancelling struct {
	Engine
	cancel context.CancelFunc
	after  int
}

func (e *cancelling) Network(ctx context.Context) ([]Parting, error) {
	list, err := e.Engine.Network(ctx)
	e.cancel()
	return list, err
}

func (e *cancelling) Stops(ctx context.Context, failed []string) ([]compile.Stopped, error) {
	list, err := e.Engine.Stops(ctx, failed)
	if ctx.Err() != nil {
		e.after++
	}
	e.cancel()
	return list, err
}

func TestARunEndsInTheMiddleOfItsWork(t *testing.T) {
	for _, f := range floods {
		t.Run(f.name, func(t *testing.T) {
			s := flood(t, 300, f.kind, f.segment, f.services)
			ctx, cancel := context.WithCancel(context.Background())
			defer cancel()
			e := &cancelling{Engine: newEngine(s), cancel: cancel}
			d, err := Run(ctx, s, []*Pack{Default()}, RunOptions{Engine: e})
			if !errors.Is(err, context.Canceled) || d != nil {
				t.Fatalf("got %v", err)
			}
			if e.after > 0 {
				t.Errorf("asked %d times more after the context ended", e.after)
			}
		})
	}
}

// What is claimed costs in step with how much it is: counted, not timed, by what a
// finding holds.
func TestWhatAFindingHoldsIsBoundedHoweverMuchIsClaimed(t *testing.T) {
	for _, f := range floods {
		t.Run(f.name, func(t *testing.T) {
			s := flood(t, 300, f.kind, f.segment, f.services)
			d, err := Run(context.Background(), s, []*Pack{Default()}, RunOptions{})
			if err != nil {
				t.Fatal(err)
			}
			left := 0
			for _, f := range d.Findings {
				most := maxOpen
				if f.Verdict == Fail {
					most = maxEvidence
				}
				quoted := map[string]bool{}
				for _, e := range f.Evidence {
					quoted[e.Ref] = true
				}
				rows := map[string]bool{}
				for _, p := range f.Proof.Relations {
					refs := relationRefs(t, s, p)
					if len(refs) > 0 && !slices.ContainsFunc(refs, func(ref string) bool { return quoted[ref] }) {
						t.Errorf("%s about %v quotes nothing for %v", f.Rule, f.Subjects, p)
					}
					if len(refs) == 1 {
						rows[refs[0]] = true // nothing else can be quoted for it
					}
				}
				if len(f.Missing) > maxNamed || len(f.Evidence) > most+len(rows) {
					t.Errorf("%s about %v names %d missing and %d excerpts, %d for its proof", f.Rule, f.Subjects, len(f.Missing), len(f.Evidence), len(rows))
				}
				if left += f.EvidenceLeftOut; f.EvidenceLeftOut > 0 && len(f.Evidence) < most {
					t.Errorf("%s about %v leaves %d excerpts out of %d", f.Rule, f.Subjects, f.EvidenceLeftOut, len(f.Evidence))
				}
			}
			if left == 0 && f.segment {
				t.Error("nothing was left out")
			}
		})
	}
}

func relationRefs(t *testing.T, s *graph.Snapshot, p compile.RelationRef) []string {
	t.Helper()
	for _, r := range s.Relations {
		if s.Components[r.From].ID == p.From && r.Type.String() == p.Relation && s.Components[r.To].ID == p.To {
			return r.Evidence
		}
	}
	t.Fatalf("%v is not in the graph", p)
	return nil
}

// All that is heard on a segment costs what its ends are, not what they are squared.
func TestOfASegmentAFindingWeighsItsOwnEndAndFewOfTheOthers(t *testing.T) {
	s := flood(t, 60, graph.Server, true, false)
	r := &run{facts: newFacts(s, nil)}
	for _, id := range []string{"server/fake7", "network_device/b", "link/segment"} {
		ends := r.linkEnds(id)
		if len(ends) > 3*maxEnds { // b has two cables besides
			t.Errorf("%s: %d sources", id, len(ends))
		}
		if id == "server/fake7" && !strings.HasSuffix(ends[0].refs[0], ".2.7") {
			t.Errorf("it begins with %s", ends[0].refs[0])
		}
	}
}

// A device may claim to be the gateway of hundreds of groups in one subnet, by as many
// interfaces: what each of them proves is its own part.
func TestWhatAGatewayProvesDoesNotGrowWithTheGroupsBesideIt(t *testing.T) {
	for _, state := range []graph.State{graph.Up, graph.Down} {
		t.Run(state.String(), func(t *testing.T) {
			var b graph.Builder
			add := func(c graph.Component) {
				if err := b.Add(c, ""); err != nil {
					t.Fatal(err)
				}
			}
			relate := func(from string, r graph.RelationType, to string) {
				if err := b.Relate(from, r, to, graph.Relation{}, ""); err != nil {
					t.Fatal(err)
				}
			}
			add(graph.Component{ID: "subnet/lan", Kind: graph.Subnet})
			for _, d := range []string{"network_device/liar", "network_device/beside"} {
				add(graph.Component{ID: d, Kind: graph.NetworkDevice})
				b.AddCoverage(graph.Coverage{Component: d, Complete: []string{"vrrpOperTable"}, Empty: []string{"cHsrpGrpTable"}})
				for i := range 100 {
					port := fmt.Sprintf("interface/%s:%d", d[len("network_device/"):], i)
					add(graph.Component{ID: port, Kind: graph.Interface, State: state})
					relate(port, graph.PartOf, d)
					relate(port, graph.InSubnet, "subnet/lan")
				}
			}
			for i := range 3 {
				g := fmt.Sprintf("redundancy_group/%d", i)
				add(graph.Component{ID: g, Kind: graph.RedundancyGroup, Group: &graph.Group{K: 1, Designed: 1, Technology: "vrrp"},
					Attrs: graph.Attrs{{Key: "role", Value: graph.String("gateway")}}})
				relate(g, graph.Member, "network_device/liar")
				relate(g, graph.InSubnet, "subnet/lan")
			}
			s, err := b.Build(time.Date(2025, 12, 1, 0, 0, 0, 0, time.UTC))
			if err != nil {
				t.Fatal(err)
			}
			f := find(t, diagnose(t, s, RunOptions{}), "SPOF-NET-03", "redundancy_group/0")
			// The group's own two, and an interface of each device or as many as are named.
			most := 2 + 2*2
			if state == graph.Down {
				most = 2 + 2*maxMissing + 2
			}
			if f.Verdict != Fail || len(f.Proof.Relations) == 0 || len(f.Proof.Relations) > most {
				t.Errorf("%s with %d relations, want at most %d", f.Verdict, len(f.Proof.Relations), most)
			}
		})
	}
}

// A group does not name every device of its subnet of which something is missing, and
// says all the same how many they are.
func TestWhatIsMissingIsNamedUpToABoundAndCounted(t *testing.T) {
	var c, r strings.Builder
	for i := range 2 * maxNamed {
		fmt.Fprintf(&c, "  - {component: network_device/d%[1]d, kind: network_device}\n  - {component: \"interface/d%[1]d:1\", kind: interface}\n", i)
		fmt.Fprintf(&r, "  - {relation: part_of, from: \"interface/d%[1]d:1\", to: network_device/d%[1]d}\n  - {relation: in_subnet, from: \"interface/d%[1]d:1\", to: subnet/lan}\n", i)
	}
	f := find(t, diagnose(t, graphOf(t, `
components:
  - {component: subnet/lan, kind: subnet}
  - {component: redundancy_group/gw, kind: redundancy_group, k: 1, designed: 1, technology: vrrp, attrs: {role: gateway}}
  - {component: network_device/r, kind: network_device}
`+c.String()+`relations:
  - {relation: member, from: redundancy_group/gw, to: network_device/r}
  - {relation: in_subnet, from: redundancy_group/gw, to: subnet/lan}
`+r.String()+`coverage:
  - {coverage: network_device/r, complete: [vrrpOperTable], empty: [cHsrpGrpTable]}
`), RunOptions{}), "SPOF-NET-03", "redundancy_group/gw")
	if f.Verdict != Unknown || len(f.Missing) != maxNamed || !strings.HasSuffix(f.Message.EN, fmt.Sprintf(" and %d more.", 2*maxNamed-maxListed)) {
		t.Errorf("%s names %d: %s", f.Verdict, len(f.Missing), f.Message.EN)
	}
}

// An aggregate's proof holds the cards that its own cables end on, and not all parts of
// a chassis that has hundreds.
func TestWhatAnAggregateProvesDoesNotGrowWithTheChassis(t *testing.T) {
	text := func(ports int) string {
		data, err := os.ReadFile("packs/default/testdata/lag-one-card.yaml")
		if err != nil {
			t.Fatal(err)
		}
		var c, r strings.Builder
		for i := range ports {
			fmt.Fprintf(&c, "  - {component: \"interface/core:9_%d\", kind: interface}\n", i)
			fmt.Fprintf(&r, "  - {relation: part_of, from: \"interface/core:9_%d\", to: \"module/core:2\"}\n", i)
		}
		return strings.NewReplacer("components:\n", "components:\n"+c.String(), "relations:\n", "relations:\n"+r.String()).Replace(string(data))
	}
	few := find(t, diagnose(t, graphOf(t, text(0)), RunOptions{}), "SPOF-NET-04", "redundancy_group/lag")
	many := find(t, diagnose(t, graphOf(t, text(200)), RunOptions{}), "SPOF-NET-04", "redundancy_group/lag")
	if few.Verdict != Fail || !slices.Equal(few.Proof.Relations, many.Proof.Relations) {
		t.Errorf("%s with %d relations, %d with more ports", few.Verdict, len(few.Proof.Relations), len(many.Proof.Relations))
	}
}
