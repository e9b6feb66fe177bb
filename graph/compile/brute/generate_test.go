package brute

import (
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"

	"gujo/graph"
)

// graphs gives how many graphs of each flavour a test takes.
func graphs(few, many int) int {
	if os.Getenv("GUJO_SOAK") == "1" {
		return many
	}
	return few
}

// edit rebuilds a snapshot: components and relations are changed by the given
// functions, which say whether to keep them, and extra adds to the end.
func edit(t *testing.T, s *graph.Snapshot, component func(*graph.Component) bool, relation func(*graph.Relation) bool, extra func(*graph.Builder)) *graph.Snapshot {
	t.Helper()
	var b graph.Builder
	dropped := map[string]bool{}
	for _, c := range s.Components {
		if c.Group != nil {
			group := *c.Group
			c.Group = &group
		}
		if component != nil && !component(&c) {
			dropped[c.ID] = true
			continue
		}
		check(t, b.Add(c, ""))
	}
	for _, r := range s.Relations {
		from, to := s.Components[r.From].ID, s.Components[r.To].ID
		if dropped[from] || dropped[to] || relation != nil && !relation(&r) {
			continue
		}
		check(t, b.Relate(from, r.Type, to, r, ""))
	}
	if extra != nil {
		extra(&b)
	}
	out, err := b.Build(s.Created)
	check(t, err)
	return out
}

func TestTheSameSeedGivesTheSameGraph(t *testing.T) {
	ids := map[string]bool{}
	for seed := range uint64(100) {
		x, y := Generate(seed), Generate(seed)
		if x.ID != y.ID {
			t.Fatalf("seed %d gives two graphs", seed)
		}
		ids[x.ID] = true
		fallible := 0
		for _, c := range x.Components {
			if c.Kind.CanFail() {
				fallible++
			}
		}
		if fallible > budget {
			t.Errorf("seed %d: %d components can fail, want at most %d", seed, fallible, budget)
		}
	}
	if len(ids) != 100 {
		t.Errorf("100 seeds give %d graphs", len(ids))
	}
}

// ingredient is something in a graph which decides if the cuts differ without it.
type ingredient struct {
	name      string
	component func(*graph.Component) bool
	relation  func(*graph.Relation) bool
	share     float64 // of the generated graphs in which it must decide, at least
}

// scopeless drops the subnets and VLANs of addresses.
func scopeless(s *graph.Snapshot) func(*graph.Relation) bool {
	return func(r *graph.Relation) bool {
		k := s.Components[r.From].Kind
		return r.Type != graph.InSubnet && r.Type != graph.InVLAN || k != graph.Endpoint && k != graph.VirtualServer
	}
}

func noKind(kinds ...graph.Kind) func(*graph.Component) bool {
	return func(c *graph.Component) bool { return !slices.Contains(kinds, c.Kind) }
}

func noRelation(types ...graph.RelationType) func(*graph.Relation) bool {
	return func(r *graph.Relation) bool { return !slices.Contains(types, r.Type) }
}

// noAttr takes an attribute away from what is of the kind.
func noAttr(kind graph.Kind, key string) func(*graph.Component) bool {
	return func(c *graph.Component) bool {
		if c.Kind == kind {
			c.Attrs = slices.DeleteFunc(slices.Clone(c.Attrs), func(a graph.Attr) bool { return a.Key == key })
		}
		return true
	}
}

func notInRole(role string) func(*graph.Component) bool {
	return func(c *graph.Component) bool {
		return c.Kind != graph.RedundancyGroup || c.Attrs.Text("role") != role
	}
}

// hardened makes the assumed relations of these types hard; of none, all.
func hardened(types ...graph.RelationType) func(*graph.Relation) bool {
	return func(r *graph.Relation) bool {
		if r.Strength == graph.Assumed && (len(types) == 0 || slices.Contains(types, r.Type)) {
			r.Strength = graph.Hard
		}
		return true
	}
}

var ingredients = []ingredient{
	{"gateways", notInRole("gateway"), nil, 0.01},
	{"resolvers", notInRole("resolver"), nil, 0.02},
	{"subnets", nil, noRelation(graph.InSubnet), 0.02},
	{"VLANs", nil, noRelation(graph.InVLAN), 0.005},
	{"fails open", noAttr(graph.NetworkDevice, "on_failure"), nil, 0.02},
	{"no transit", noAttr(graph.NetworkDevice, "transit"), nil, 0.005},
	{"links", nil, noRelation(graph.Joins), 0.2},
	{"aggregates", nil, noRelation(graph.Aggregates), 0.005},
	{"attachments", nil, noRelation(graph.AttachedTo), 0.2},
	{"parts", nil, noRelation(graph.PartOf), 0.03},
	{"hosts", nil, noRelation(graph.RunsOn), 0.1},
	{"guests", noAttr(graph.Server, "virtual"), nil, 0.005},
	{"zones of names", nil, noRelation(graph.InZone), 0.02},
	{"pools", nil, noRelation(graph.BalancesTo), 0.05},
	{"holders", nil, noRelation(graph.ServedBy), 0.05},
	{"connections", nil, noRelation(graph.ConnectsTo), 0.05},
	{"power", nil, noRelation(graph.PoweredBy), 0.05},
	{"places", nil, noRelation(graph.LocatedIn), 0.03},
	{"supervisors", nil, noRelation(graph.ControlledBy), 0.004},
	{"shared risks", nil, noRelation(graph.Shares), 0.03},
	{"dead components", func(c *graph.Component) bool { c.State = graph.NotObserved; return true }, nil, 0.1},
	{"inactive members", nil, func(r *graph.Relation) bool { r.Attrs = nil; return true }, 0.03},
	{"unknown k", func(c *graph.Component) bool {
		if c.Group != nil && c.Group.K == 0 {
			c.Group.K = 1
		}
		return true
	}, nil, 0.1},
	{"k above one", func(c *graph.Component) bool {
		if c.Group != nil && c.Group.K > 1 {
			c.Group.K = 1
		}
		return true
	}, nil, 0.03},
	{"assumed relations", nil, hardened(), 0.15},
	{"assumed members", nil, hardened(graph.Member), 0.03},
	{"assumed joins", nil, hardened(graph.Joins), 0.02},
	{"assumed attachments", nil, hardened(graph.AttachedTo), 0.01},
	{"assumed hosts", nil, hardened(graph.RunsOn), 0.005},
	{"assumed uses", nil, hardened(graph.Uses), 0.002},
	{"assumed holders", nil, hardened(graph.ServedBy), 0.002},
	{"assumed zones", nil, hardened(graph.UsedFrom), 0.005},
	{"assumed entries", nil, hardened(graph.EnteredAt), 0.005},
	{"providers", noKind(graph.Provider), nil, 0.005},
	{"storage and power", noKind(graph.Storage, graph.PowerSource), nil, 0.02},
	{"rooms", noKind(graph.Room), nil, 0.005},
}

func TestGeneratedGraphsHitEveryPartOfTheMeaning(t *testing.T) {
	count := map[string]int{}
	total := graphs(220, 4400)
	for seed := range uint64(total) {
		s := Generate(seed)
		asIs := Cuts(s, false, 2)
		is := map[string]bool{}
		m := newModel(s, false)
		is["one end's subnet known"] = len(m.oneSided) > 0
		for picture, i := m.world(nil, nil, nil), 0; i < len(m.least); i++ {
			within(m.least[i].body, func(f *formula) {
				if f.op == either && !picture.holds(f.kids[0]) && picture.holds(f.kids[1]) {
					is["open over gateways alone"] = true
				}
			})
		}
		for _, svc := range asIs.Services {
			is["down already"] = is["down already"] || svc.DownAlready
			is["not modelled"] = is["not modelled"] || !svc.Modelled
			for _, c := range svc.Cuts {
				is[c.Confidence] = true
				if len(c.Components) == 2 {
					is["pair "+c.Confidence] = true
				}
				for _, x := range c.Components {
					is["shared open end"] = is["shared open end"] || strings.HasPrefix(x, "unobserved/end-of-")
					for end := range m.oneSided {
						is["the other end cuts"] = is["the other end cuts"] || m.names[end] == x
					}
				}
			}
		}
		is["designed differs"] = !reflect.DeepEqual(asIs, Cuts(s, true, 2))
		for _, yes := range m.looped {
			is["loops"] = is["loops"] || yes
		}
		is["cannot be started"] = len(ColdStart(s, false)) > 0
		for name, yes := range is {
			if yes {
				count[name]++
			}
		}
		for _, in := range append(ingredients, ingredient{"scopes of addresses", nil, scopeless(s), 0.002}) {
			if os.Getenv("GUJO_SOAK") != "1" && float64(count[in.name]) >= in.share*float64(total) {
				continue // often enough; the long run counts them all
			}
			without := edit(t, s, in.component, in.relation, nil)
			if without.ID != s.ID && !reflect.DeepEqual(asIs, Cuts(without, false, 2)) {
				count[in.name]++
			}
		}
	}
	want := map[string]float64{
		"scopes of addresses": 0.002, "one end's subnet known": 0.04, "the other end cuts": 0.02, "open over gateways alone": 0.001,
		"down already": 0.05, "not modelled": 0.005, "confirmed": 0.6, "possible": 0.25, "unobserved": 0.1, "pair confirmed": 0.25,
		"pair possible": 0.05, "pair unobserved": 0.01, "shared open end": 0.05, "designed differs": 0.2, "cannot be started": 0.01, "loops": 0.002,
	}
	for _, in := range ingredients {
		want[in.name] = in.share
	}
	for name, share := range want {
		got := float64(count[name]) / float64(total)
		t.Logf("%-22s %5.1f %%", name, 100*got)
		if got < share {
			t.Errorf("%s: in %.1f %% of the graphs, want at least %.1f %%", name, 100*got, 100*share)
		}
	}
}
