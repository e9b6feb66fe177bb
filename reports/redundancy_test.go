package reports

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"gujo/graph"
	"gujo/graph/exchange"
	"gujo/rules"
)

// drawn reads a graph written by hand.
func drawn(t *testing.T, text string) *graph.Snapshot {
	t.Helper()
	s, err := exchange.ReadYAML("graph", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func built(t *testing.T, s *graph.Snapshot, d *rules.Diagnosis) *Report {
	t.Helper()
	d.Snapshot, d.Created = s.ID, s.Created.Format(time.RFC3339)
	r, err := Build(s, d, Options{})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// ways prints what a group shares: "rack no r1, power unknown".
func sharesOf(g Group) string {
	var out []string
	for _, s := range g.Shares {
		text := s.Way + " " + string(s.Apart)
		for _, n := range s.Shared {
			text += " " + n.Name.EN
		}
		out = append(out, text)
	}
	return strings.Join(out, ", ")
}

// pair is a group of two devices that answered; what is known besides is added.
const pair = `
components:
  - {component: redundancy_group/gw, kind: redundancy_group, k: 1, designed: 2, technology: vrrp, k_source: protocol}
  - {component: network_device/a, kind: network_device}
  - {component: network_device/b, kind: network_device}
  - {component: rack/r1, kind: rack}
  - {component: rack/r2, kind: rack}
  - {component: room/east, kind: room}
  - {component: room/west, kind: room}
  - {component: site/hall, kind: site}
  - {component: power_source/feed, kind: power_source, attrs: {type: feed}}
  - {component: power_source/pdu-1, kind: power_source, attrs: {type: pdu}}
  - {component: power_source/pdu-2, kind: power_source, attrs: {type: pdu}}
coverage:
  - {coverage: network_device/a, complete: [ifTable]}
  - {coverage: network_device/b, complete: [ifTable]}
relations:
  - {relation: member, from: redundancy_group/gw, to: network_device/a}
  - {relation: member, from: redundancy_group/gw, to: network_device/b}
`

func TestTheFourQuestionsAreAnsweredApart(t *testing.T) {
	at := func(pairs ...string) string {
		var b strings.Builder
		for _, p := range pairs {
			f := strings.Fields(p)
			fmt.Fprintf(&b, "  - {relation: %s, from: %s, to: %s}\n", f[1], f[0], f[2])
		}
		return b.String()
	}
	a, b := "network_device/a", "network_device/b"
	for _, c := range []struct {
		name                    string
		graph                   string
		exists, healthy, shares string
		diverse                 Answer
	}{
		{"two that answered, of which nothing more is known", pair, "yes", "yes",
			"site unknown, room unknown, rack unknown, power unknown, host unknown, version unknown", NotSeen},
		{"both in one rack", pair + at(a+" located_in rack/r1", b+" located_in rack/r1"), "yes", "yes",
			"site unknown, room unknown, rack no r1, power unknown, host yes, version unknown", No},
		{"one of them in a rack", pair + at(a+" located_in rack/r1"), "yes", "yes",
			"site unknown, room unknown, rack unknown, power unknown, host unknown, version unknown", NotSeen},
		{"two racks of one room in one site", pair + at(a+" located_in rack/r1", b+" located_in rack/r2", "rack/r1 located_in room/east",
			"rack/r2 located_in room/east", "room/east located_in site/hall"), "yes", "yes",
			"site no hall, room no east, rack yes, power unknown, host yes, version unknown", No},
		{"two distribution units of which nobody knows what feeds them", pair + at(a+" powered_by power_source/pdu-1", b+" powered_by power_source/pdu-2"), "yes", "yes",
			"site unknown, room unknown, rack unknown, power unknown, host yes, version unknown", NotSeen},
		{"two distribution units on one feed", pair + at(a+" powered_by power_source/pdu-1", b+" powered_by power_source/pdu-2",
			"power_source/pdu-1 powered_by power_source/feed", "power_source/pdu-2 powered_by power_source/feed"), "yes", "yes",
			"site unknown, room unknown, rack unknown, power no feed, host yes, version unknown", No},
		{"the same version of the same maker", strings.NewReplacer("a, kind: network_device}", "a, kind: network_device, attrs: {vendor: Hangyeol, model: S1, version: '4'}}",
			"b, kind: network_device}", "b, kind: network_device, attrs: {vendor: Hangyeol, model: S1, version: '4'}}").Replace(pair), "yes", "yes",
			"site unknown, room unknown, rack unknown, power unknown, host unknown, version no Hangyeol S1 4", No},
		{"designed two, delivering one", strings.Replace(pair, "b, kind: network_device}", "b, kind: network_device, state: down}", 1), "yes", "no",
			"site unknown, room unknown, rack unknown, power unknown, host unknown, version unknown", NotSeen},
		{"designed two, of which one was never seen", strings.Replace(pair, "  - {relation: member, from: redundancy_group/gw, to: network_device/b}\n", "", 1), "unknown", "no",
			"site unknown, room unknown, rack unknown, power unknown, host unknown, version unknown", NotSeen},
		{"one of which only the other speaks", strings.Replace(pair, "network_device/b}\n", "network_device/b, strength: assumed}\n", 1), "unknown", "unknown",
			"site unknown, room unknown, rack unknown, power unknown, host unknown, version unknown", NotSeen},
		{"in two racks, and a third that was never seen", strings.Replace(pair, "designed: 2", "designed: 3", 1) + at(a+" located_in rack/r1", b+" located_in rack/r2"), "yes", "no",
			"site unknown, room unknown, rack unknown, power unknown, host unknown, version unknown", NotSeen},
		{"in two rooms whose racks nobody wrote down", pair + at(a+" located_in room/east", b+" located_in room/west"), "yes", "yes",
			"site unknown, room yes, rack yes, power unknown, host yes, version unknown", NotSeen},
		{"both are needed", strings.Replace(pair, "k: 1,", "k: 2,", 1) + at(a+" located_in rack/r1", b+" located_in rack/r2"), "no", "yes", "", Idle},
		{"how many are needed is not known", strings.Replace(pair, "k: 1, ", "", 1) + at(a+" located_in rack/r1", b+" located_in rack/r2"), "unknown", "yes",
			"site unknown, room unknown, rack unknown, power unknown, host unknown, version unknown", NotSeen},
		{"a pair that only the inventory speaks of", strings.ReplaceAll(pair, "complete: [ifTable]", "complete: []"), "unknown", "unknown",
			"site unknown, room unknown, rack unknown, power unknown, host unknown, version unknown", NotSeen},
	} {
		t.Run(c.name, func(t *testing.T) {
			g := built(t, drawn(t, c.graph), &rules.Diagnosis{}).Groups[0]
			if string(g.Exists) != c.exists || string(g.Healthy) != c.healthy || g.Diverse != c.diverse || sharesOf(g) != c.shares {
				t.Errorf("exists %s, diverse %s, healthy %s: %s\nwant   %s, %s, %s: %s",
					g.Exists, g.Diverse, g.Healthy, sharesOf(g), c.exists, c.diverse, c.healthy, c.shares)
			}
			if g.Exercised != NotSeen {
				t.Errorf("a test is attested: %s", g.Exercised)
			}
		})
	}
}

// cables is an aggregate of two cables; %s are the cards of its ports at core.
const cables = `
components:
  - {component: redundancy_group/lag, kind: redundancy_group, k: 1, designed: 2, technology: lacp}
  - {component: network_device/core, kind: network_device}
  - {component: network_device/access, kind: network_device}
  - {component: "module/core:1", kind: module}
  - {component: "module/core:2", kind: module}
  - {component: "interface/core:1", kind: interface, state: up}
  - {component: "interface/core:2", kind: interface, state: up}
  - {component: "interface/access:1", kind: interface, state: up}
  - {component: "interface/access:2", kind: interface, state: up}
  - {component: link/1, kind: link}
  - {component: link/2, kind: link}
relations:
  - {relation: member, from: redundancy_group/lag, to: link/1}
  - {relation: member, from: redundancy_group/lag, to: link/2}
  - {relation: joins, from: link/1, to: "interface/core:1"}
  - {relation: joins, from: link/1, to: "interface/access:1"}
  - {relation: joins, from: link/2, to: "interface/core:2"}
  - {relation: joins, from: link/2, to: "interface/access:2"}
  - {relation: part_of, from: "module/core:1", to: network_device/core}
  - {relation: part_of, from: "module/core:2", to: network_device/core}
  - {relation: part_of, from: "interface/core:1", to: "%s"}
  - {relation: part_of, from: "interface/core:2", to: "%s"}
  - {relation: part_of, from: "interface/access:1", to: network_device/access}
  - {relation: part_of, from: "interface/access:2", to: network_device/access}
coverage:
  - {coverage: network_device/access, complete: [%s]}
`

func TestCablesAreApartByCardsThatAreKnown(t *testing.T) {
	for _, c := range []struct{ name, one, two, read, want string }{
		{"two cards, and the far end listed that it has none", "module/core:1", "module/core:2", "entPhysicalTable, entAliasMappingTable", "card yes, route unknown"},
		{"two cards, and the far end did not say which port is which part", "module/core:1", "module/core:2", "entPhysicalTable", "card unknown, route unknown"},
		{"two cards, and the far end did not list its parts", "module/core:1", "module/core:2", "ifTable", "card unknown, route unknown"},
		{"one card", "module/core:1", "module/core:1", "entPhysicalTable", "card no core:1, route unknown"},
		{"one port whose card is not known", "module/core:1", "network_device/core", "entPhysicalTable", "card unknown, route unknown"},
	} {
		t.Run(c.name, func(t *testing.T) {
			g := built(t, drawn(t, fmt.Sprintf(cables, c.one, c.two, c.read)), &rules.Diagnosis{}).Groups[0]
			if sharesOf(g) != c.want {
				t.Errorf("%s, want %s", sharesOf(g), c.want)
			}
			if g.Healthy != Yes || g.SeenUp != 2 {
				t.Errorf("healthy %s with %d seen up, want both by the state of their ends", g.Healthy, g.SeenUp)
			}
		})
	}
}

func TestAFindingAboutAGroupCountsForItsHealth(t *testing.T) {
	s := drawn(t, pair)
	one := 1
	f := rules.Finding{Rule: "SPOF-NET-03", Verdict: rules.Fail, Severity: rules.High, Subjects: []string{"redundancy_group/gw"},
		Cut: []string{"network_device/a"}, Redundancy: &rules.Redundancy{K: &one, Designed: 2, Observed: 1}}
	for _, c := range []struct {
		name   string
		mend   func(f *rules.Finding)
		want   Answer
		upWant int
	}{
		{"one takes no part, says the protocol", func(*rules.Finding) {}, No, 1},
		{"both act as master", func(f *rules.Finding) { f.Redundancy = &rules.Redundancy{K: &one, Designed: 2, Observed: 2} }, NotSeen, 2},
		{"where they stand says nothing of it", func(f *rules.Finding) { f.Rule, f.Cut = "DIV-01", []string{"rack/r1"} }, Yes, 2},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := f
			c.mend(&f)
			g := built(t, s, &rules.Diagnosis{Findings: []rules.Finding{f}}).Groups[0]
			if g.Healthy != c.want || g.Up != c.upWant || strings.Join(g.Codes, " ") != "F-001" {
				t.Errorf("healthy %s with %d up, sheets %v; want %s with %d", g.Healthy, g.Up, g.Codes, c.want, c.upWant)
			}
		})
	}
}

// A rule counts what was seen: a member that only stands in an inventory is missing
// there, and yet nothing says that it is out of service.
func TestAMemberThatNobodySawIsNotOutOfService(t *testing.T) {
	s := drawn(t, `
components:
  - {component: redundancy_group/gw, kind: redundancy_group, k: 2, designed: 2, technology: declared}
  - {component: network_device/a, kind: network_device}
  - {component: network_device/b, kind: network_device}
relations:
  - {relation: member, from: redundancy_group/gw, to: network_device/a}
  - {relation: member, from: redundancy_group/gw, to: network_device/b}
coverage:
  - {coverage: network_device/a, complete: [ifTable]}
`)
	two := 2
	f := rules.Finding{Rule: "SPOF-NET-03", Verdict: rules.Fail, Severity: rules.High, Subjects: []string{"redundancy_group/gw"},
		Cut: []string{"network_device/a"}, Redundancy: &rules.Redundancy{K: &two, Designed: 2, Observed: 1}}
	if g := built(t, s, &rules.Diagnosis{Findings: []rules.Finding{f}}).Groups[0]; g.Healthy != NotSeen || g.Up != 2 || g.Observed != 1 {
		t.Errorf("healthy %s with %d up, %d observed", g.Healthy, g.Up, g.Observed)
	}
}

// The rules judge racks and cards by a code of their own: the inventory must not
// contradict them.
func TestTheInventoryAgreesWithTheRules(t *testing.T) {
	files, err := filepath.Glob("../rules/packs/default/testdata/*.yaml")
	if err != nil || len(files) < 30 {
		t.Fatalf("%d graphs: %v", len(files), err)
	}
	checked := map[string]int{}
	for _, name := range files {
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		s := drawn(t, string(data))
		d, err := rules.Run(t.Context(), s, []*rules.Pack{rules.Default()}, rules.RunOptions{})
		if err != nil {
			t.Fatal(err)
		}
		r := built(t, s, d)
		answers := map[string]Answer{}
		for _, g := range r.Groups {
			for _, w := range g.Shares {
				answers[g.ID+" "+w.Way] = w.Apart
			}
			answers[g.ID+" healthy"], answers[g.ID+" exists"] = g.Healthy, g.Exists
		}
		for _, f := range d.Findings {
			rack, card := answers[f.Subjects[0]+" rack"], answers[f.Subjects[0]+" card"]
			switch key := f.Rule + " " + f.MessageKey; key {
			case "DIV-01 one_rack":
				if answers[f.Subjects[0]+" exists"] != No && rack != No {
					t.Errorf("%s: %s fails of %s, and the inventory says %s", name, f.Rule, f.Subjects[0], rack)
				}
				checked[key]++
			case "DIV-01 one_room", "DIV-01 spread":
				if rack == No {
					t.Errorf("%s: %s passes %s, and the inventory says it shares a rack", name, f.Rule, f.Subjects[0])
				}
				checked[key]++
			case "SPOF-NET-04 one_card":
				if card != No {
					t.Errorf("%s: %s fails of %s, and the inventory says %s", name, f.Rule, f.Subjects[0], card)
				}
				checked[key]++
			case "SPOF-NET-04 cards_unknown":
				if card == Yes {
					t.Errorf("%s: %s does not know the cards of %s, and the inventory does", name, f.Rule, f.Subjects[0])
				}
				checked[key]++
			case "SPOF-NET-03 peer_down", "SPOF-NET-04 degraded":
				if answers[f.Subjects[0]+" healthy"] == Yes {
					t.Errorf("%s: %s fails of %s, and the inventory says it is healthy", name, f.Rule, f.Subjects[0])
				}
				checked[key]++
			}
		}
	}
	for _, key := range []string{"DIV-01 one_rack", "DIV-01 one_room", "DIV-01 spread", "SPOF-NET-04 one_card", "SPOF-NET-04 cards_unknown", "SPOF-NET-03 peer_down", "SPOF-NET-04 degraded"} {
		if checked[key] == 0 {
			t.Errorf("no graph showed %s", key)
		}
	}
}

func TestGroupsThatAreMembersOfEachOtherComeToAnEnd(t *testing.T) {
	const n = 24
	var c, r strings.Builder
	for i := range n {
		fmt.Fprintf(&c, "  - {component: redundancy_group/g%02d, kind: redundancy_group, k: 1, designed: 3}\n", i)
		for k := range n {
			if k != i {
				fmt.Fprintf(&r, "  - {relation: member, from: redundancy_group/g%02d, to: redundancy_group/g%02d}\n", i, k)
			}
		}
	}
	for _, g := range built(t, drawn(t, "components:\n"+c.String()+"relations:\n"+r.String()), &rules.Diagnosis{}).Groups {
		if g.Healthy == Yes || g.Diverse == Yes {
			t.Errorf("%s is healthy %s, diverse %s", g.ID, g.Healthy, g.Diverse)
		}
	}
}

func BenchmarkInventoryOfAPoolOfTwoThousand(b *testing.B) {
	var g graph.Builder
	put := func(id string, kind graph.Kind, group *graph.Group) {
		if err := g.Add(graph.Component{ID: id, Kind: kind, Group: group}, ""); err != nil {
			b.Fatal(err)
		}
	}
	put("redundancy_group/pool", graph.RedundancyGroup, &graph.Group{K: 1990, Designed: 2000})
	for i := range 200 {
		put(fmt.Sprintf("rack/r%03d", i), graph.Rack, nil)
	}
	for i := range 2000 {
		id := fmt.Sprintf("server/s%04d", i)
		put(id, graph.Server, nil)
		if err := g.Relate("redundancy_group/pool", graph.Member, id, graph.Relation{}, ""); err != nil {
			b.Fatal(err)
		}
		if err := g.Relate(id, graph.LocatedIn, fmt.Sprintf("rack/r%03d", i%200), graph.Relation{}, ""); err != nil {
			b.Fatal(err)
		}
	}
	s, err := g.Build(time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC))
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		r, err := Build(s, &rules.Diagnosis{Snapshot: s.ID}, Options{})
		if err != nil {
			b.Fatal(err)
		}
		if got := len(r.Groups[0].Shares[2].Shared); got != 0 {
			b.Fatalf("%d racks are shared: ten of two thousand may go", got)
		}
	}
}
