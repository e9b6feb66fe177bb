package rules

import (
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
