package rules

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"gujo/graph"
)

func TestAnEmptySiblingDoesNotStandInForATableThatWasDenied(t *testing.T) {
	set := tableSet{"vrrpOperTable", "vrrpv3OperationsTable"}
	for name, c := range map[string]struct {
		complete, empty []string
		gaps            []graph.Gap
		want            []Missing
	}{
		"one was read, the other never asked for": {empty: []string{"vrrpOperTable"}},
		"one was read, the other does not exist": {
			empty: []string{"vrrpOperTable"},
			gaps:  []graph.Gap{{Component: "network_device/a", Table: "vrrpv3OperationsTable", Reason: "unsupported"}},
		},
		"one was read, the other denied": {
			empty: []string{"vrrpOperTable"},
			gaps:  []graph.Gap{{Component: "network_device/a", Table: "vrrpv3OperationsTable", Reason: "denied"}},
			want:  []Missing{{Component: "network_device/a", What: "vrrpv3OperationsTable", Reason: "denied"}},
		},
		"none was read": {
			complete: []string{"ifTable"},
			want:     []Missing{{Component: "network_device/a", What: set.String(), Reason: reasonNotAsked}},
		},
	} {
		t.Run(name, func(t *testing.T) {
			f := newFacts(&graph.Snapshot{
				Components: []graph.Component{{ID: "network_device/a", Kind: graph.NetworkDevice, Name: "a"}},
				Coverage:   []graph.Coverage{{Component: "network_device/a", Complete: c.complete, Empty: c.empty}},
				Gaps:       c.gaps,
			}, nil)
			if diff := cmp.Diff(c.want, f.unsettled(0, set)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestMachinesOfOneNameAreToldApart(t *testing.T) {
	f := newFacts(&graph.Snapshot{Components: []graph.Component{
		{ID: "network_device/core", Kind: graph.NetworkDevice, Name: "core"},
		{ID: "network_device/s2@10.0.0.3", Kind: graph.NetworkDevice, Name: "s2"},
		{ID: "network_device/s2@10.0.0.66", Kind: graph.NetworkDevice, Name: "s2"},
	}}, nil)
	for c, want := range []string{"core", "s2@10.0.0.3", "s2@10.0.0.66"} {
		if got := f.label(int32(c)); got != (Text{want, want}) {
			t.Errorf("%s is called %v, want %s", f.Components[c].ID, got, want)
		}
	}
}

// Two supplies stand in an inventory; a device speaks of one of them, of both, or of none.
func TestOnlyWhatWasSeenIsCountedAsObserved(t *testing.T) {
	const site = `components:
  - {component: server/web, kind: server}
  - {component: redundancy_group/psu, kind: redundancy_group, k: 1, designed: 2, technology: psu}
  - {component: "power_supply/web:1", kind: power_supply, evidence: ["sha256:inv#7"]SEEN}
  - {component: "power_supply/web:2", kind: power_supply, evidence: ["sha256:inv#7"]}
  - {component: power_source/ups, kind: power_source}
relations:
  - {relation: powered_by, from: server/web, to: redundancy_group/psu, evidence: ["sha256:inv#7"]}
  - {relation: member, from: redundancy_group/psu, to: "power_supply/web:1", evidence: ["sha256:inv#7"]}
  - {relation: member, from: redundancy_group/psu, to: "power_supply/web:2", evidence: [EVIDENCE]}
  - {relation: powered_by, from: "power_supply/web:1", to: power_source/ups, evidence: ["sha256:inv#7"]}
  - {relation: powered_by, from: "power_supply/web:2", to: power_source/ups, evidence: ["sha256:inv#7"]}
evidence:
  - {evidence: "sha256:inv#7", target: inventory, value: "power: [ups, ups]", collected: "2025-12-01T00:00:00Z"}
  - {evidence: "sha256:dev#1.3.6.1.2.1.47.1.1.1.1.5.9", target: 10.0.0.1, value: "6", collected: "2025-12-01T00:00:00Z"}
COVERAGE`
	const read = "coverage:\n  - {coverage: server/web, complete: [ifTable]}\n"
	for _, tt := range []struct {
		name, seen, evidence, coverage string
		want                           int
	}{
		{"a statement speaks of both", "", `"sha256:inv#7"`, read, 0},
		{"of one its state is known", ", state: up", `"sha256:inv#7"`, read, 1},
		{"of one a device said that it is there", "", `"sha256:inv#7", "sha256:dev#1.3.6.1.2.1.47.1.1.1.1.5.9"`, read, 1},
		{"of each something else", ", state: up", `"sha256:dev#1.3.6.1.2.1.47.1.1.1.1.5.9"`, read, 2},
		{"a drawing shows what is there", "", `"sha256:inv#7"`, "", 2},
	} {
		text := strings.NewReplacer("SEEN", tt.seen, "EVIDENCE", tt.evidence, "COVERAGE", tt.coverage).Replace(site)
		f := find(t, diagnose(t, graphOf(t, text), RunOptions{}), "PWR-01", "server/web")
		if f.Verdict != Fail || f.Redundancy == nil || f.Redundancy.Designed != 2 || f.Redundancy.Observed != tt.want {
			t.Errorf("%s: %s %+v, want %d observed", tt.name, f.Verdict, f.Redundancy, tt.want)
		}
	}
}
