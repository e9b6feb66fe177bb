package graph_test

import (
	"errors"
	"testing"
	"time"

	"gujo/graph"
)

func TestAnExplanationIsMadeOfTheSnapshotAlone(t *testing.T) {
	var b graph.Builder
	for _, c := range []graph.Component{
		{ID: "network_device/a", Kind: graph.NetworkDevice, Evidence: []string{"sha256:x#1"}},
		{ID: "network_device/b", Kind: graph.NetworkDevice},
		{ID: "network_device/c", Kind: graph.NetworkDevice},
		{ID: "interface/a:1", Kind: graph.Interface},
		{ID: "link/a:1--b", Kind: graph.Link},
	} {
		if err := b.Add(c, ""); err != nil {
			t.Fatal(err)
		}
	}
	for _, r := range []struct {
		from string
		t    graph.RelationType
		to   string
		s    graph.Strength
		refs []string
	}{
		{"interface/a:1", graph.PartOf, "network_device/a", graph.Hard, nil},
		{"link/a:1--b", graph.Joins, "interface/a:1", graph.Hard, []string{"sha256:x#1"}},
		{"link/a:1--b", graph.Joins, "network_device/b", graph.Assumed, []string{"sha256:x#2"}},
	} {
		if err := b.Relate(r.from, r.t, r.to, graph.Relation{Strength: r.s, Evidence: r.refs}, ""); err != nil {
			t.Fatal(err)
		}
	}
	b.AddEvidence(graph.Evidence{Ref: "sha256:x#1", Target: "10.0.0.1", Value: "b"})
	b.AddNote(graph.Note{Subject: "link/a:1--b", Key: "unconfirmed", Args: []string{"network_device/b"}})
	b.AddNote(graph.Note{Subject: "network_device/a", Key: "merged.serial", Args: []string{"x", "y"}})
	b.AddGap(graph.Gap{Component: "network_device/c", Table: "lldpRemTable", Reason: "timeout"})
	s, err := b.Build(time.Time{})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name, a, b string
		want       []string
	}{
		{"one component with its merges and relations", "network_device/a", "", []string{
			"component network_device/a", "note network_device/a merged.serial", "relation interface/a:1 part_of network_device/a"}},
		{"two with the link between them, its strength and its doubt", "network_device/a", "network_device/b", []string{
			"component link/a:1--b", "note link/a:1--b unconfirmed", "relation link/a:1--b joins interface/a:1 hard", "relation link/a:1--b joins network_device/b assumed"}},
		{"two that nothing joins, with what was not read", "network_device/b", "network_device/c", []string{"gap network_device/c"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			x, err := graph.Explain(s, c.a, c.b)
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, st := range x.Statements {
				line := string(st.Kind) + " " + st.Subject
				if st.Key != "" {
					line += " " + st.Key
				}
				if st.Strength != "" && c.b != "" {
					line += " " + st.Strength
				}
				got = append(got, line)
				for _, e := range st.Evidence {
					if e.Ref == "sha256:x#1" && e.Value != "b" {
						t.Errorf("%s does not quote its evidence: %+v", line, e)
					}
				}
			}
			if len(got) != len(c.want) {
				t.Fatalf("got %q, want %q", got, c.want)
			}
			for i := range got {
				if got[i] != c.want[i] {
					t.Errorf("statement %d is %q, want %q", i, got[i], c.want[i])
				}
			}
		})
	}
	if _, err := graph.Explain(s, "network_device/zz", ""); !errors.Is(err, graph.ErrNotFound) {
		t.Errorf("an unknown component gives %v", err)
	}
}
