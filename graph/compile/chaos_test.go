package compile

import (
	"fmt"
	"math/rand/v2"
	"os"
	"testing"
	"time"

	"gujo/graph"
)

// anything makes a graph of whatever the vocabulary allows, sensible or not.
func anything(t testing.TB, seed uint64) *graph.Snapshot {
	rng := rand.New(rand.NewPCG(seed, 3))
	var b graph.Builder
	kinds := graph.Kinds()
	common := []graph.Kind{
		graph.Service, graph.Service, graph.AccessZone, graph.Server, graph.Server, graph.NetworkDevice, graph.NetworkDevice,
		graph.Endpoint, graph.Endpoint, graph.Application, graph.Interface, graph.Link, graph.VirtualServer, graph.DNSName, graph.DNSZone,
		graph.Server, graph.NetworkDevice, graph.Link, graph.Interface, graph.RedundancyGroup, graph.Subnet,
	}
	roles := []string{"", "gateway", "resolver", "time", "storage"}
	n := 8 + rng.IntN(24)
	ids := make([]string, n)
	of := make([]graph.Kind, n)
	for i := range n {
		k := kinds[rng.IntN(len(kinds))]
		if rng.IntN(5) > 0 {
			k = common[rng.IntN(len(common))]
		}
		c := graph.Component{ID: fmt.Sprintf("%s/%d", k, i), Kind: k}
		switch {
		case k == graph.RedundancyGroup:
			c.Group = &graph.Group{K: rng.IntN(3), Designed: 3 * rng.IntN(2)}
			if r := roles[rng.IntN(len(roles))]; r != "" {
				c.Attrs = c.Attrs.With("role", graph.String(r))
			}
		case k == graph.Server && rng.IntN(3) == 0:
			c.Attrs = c.Attrs.With("virtual", graph.Bool(true))
		case k == graph.NetworkDevice && rng.IntN(4) == 0:
			c.Attrs = c.Attrs.With("transit", graph.Bool(false))
		case k == graph.NetworkDevice && rng.IntN(4) == 0:
			c.Attrs = c.Attrs.With("inline", graph.Bool(true)).With("on_failure", graph.String("open"))
		}
		if rng.IntN(12) == 0 {
			c.State = graph.Down
		}
		if err := b.Add(c, ""); err != nil {
			t.Fatal(err)
		}
		ids[i], of[i] = c.ID, k
	}
	types := graph.RelationTypes()
	for range 300 * n {
		i, j, rt := rng.IntN(n), rng.IntN(n), types[rng.IntN(len(types))]
		if i == j || !rt.Allows(of[i], of[j]) || rng.IntN(3) > 0 {
			continue
		}
		r := graph.Relation{Strength: graph.Strength(rng.IntN(10) / 7)}
		if rt == graph.Member && rng.IntN(8) == 0 {
			r.Attrs = r.Attrs.With("active", graph.Bool(false))
		}
		if err := b.Relate(ids[i], rt, ids[j], r, ""); err != nil {
			t.Fatal(err)
		}
	}
	s, err := b.Build(time.Unix(0, 0))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestWhateverTheGraphSaysTheReadingsKeepTheirOrder(t *testing.T) {
	ways, cutSets := 0, 0
	defer func() {
		if ways < 100 || cutSets < 100 {
			t.Errorf("%d ways and %d cuts: too few to have tried anything", ways, cutSets)
		} else {
			t.Logf("%d ways, %d cuts", ways, cutSets)
		}
	}()
	n := uint64(800)
	if os.Getenv("GUJO_SOAK") == "1" {
		n = 20000
	}
	for seed := range n {
		s := anything(t, seed)
		for _, designed := range []bool{false, true} {
			a, err := analyzeBy(s, Options{Designed: designed}, int(seed%4)-1)
			if err != nil {
				t.Fatal(err)
			}
			for c := range s.Components {
				up, sure := !a.opt.state.Failed(int32(c)), !a.pess.state.Failed(int32(c))
				if up != sure {
					t.Fatalf("seed %d, designed %v: %s is up optimistically: %v, pessimistically: %v", seed, designed, s.Components[c].ID, up, sure)
				}
			}
			cuts, err := a.Cuts(ctx, 2)
			if err != nil {
				t.Fatal(err)
			}
			ways += len(a.s.gates)
			for _, sc := range cuts.Services {
				cutSets += len(sc.Cuts)
				for _, c := range sc.Cuts {
					if len(c.Components) == 0 {
						t.Fatalf("seed %d: nothing at all stops %s", seed, sc.Service)
					}
				}
			}
			if _, err := a.ColdStart(ctx); err != nil {
				t.Fatal(err)
			}
			if _, err := a.Network(ctx); err != nil {
				t.Fatal(err)
			}
			for _, c := range s.Components {
				if c.Kind == graph.RedundancyGroup {
					if _, err := a.Group(c.ID); err != nil {
						t.Fatal(err)
					}
					if _, err := a.Shared(ctx, c.ID); err != nil {
						t.Fatal(err)
					}
				}
				impact, err := a.Impact(ctx, []string{c.ID})
				if err != nil {
					t.Fatal(err)
				}
				for _, st := range impact.Stopped {
					if len(st.Because.Relations)+len(st.Because.Paths) == 0 {
						t.Fatalf("seed %d: %s stops %s without a proof", seed, c.ID, st.Component)
					}
				}
			}
		}
	}
}
