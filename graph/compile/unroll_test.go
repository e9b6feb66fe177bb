package compile

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"gujo/graph"
	"gujo/graph/compile/brute"
)

// cutsOfTree enumerates the sets of events, in order of size, and keeps those that
// fail the root and contain no smaller one that does.
func cutsOfTree(t Tree, order int) []string {
	out := []string{}
	if t.Root < 0 {
		return out
	}
	var found [][]int
	failed := make([]bool, len(t.Events)+len(t.Gates))
	try := func(set []int) {
		for _, f := range found {
			if !slices.ContainsFunc(f, func(e int) bool { return !slices.Contains(set, e) }) {
				return
			}
		}
		for i := range t.Events {
			failed[i] = slices.Contains(set, i)
		}
		for i, g := range t.Gates {
			n := int32(0)
			for _, in := range g.Inputs {
				if failed[in] {
					n++
				}
			}
			failed[len(t.Events)+i] = n >= g.K
		}
		if failed[t.Root] {
			found = append(found, slices.Clone(set))
		}
	}
	var choose func(set []int, from, size int)
	choose = func(set []int, from, size int) {
		if len(set) == size {
			try(set)
			return
		}
		for e := from; e < len(t.Events); e++ {
			choose(append(set, e), e+1, size)
		}
	}
	for size := 1; size <= order; size++ {
		choose(nil, 0, size)
	}
	for _, f := range found {
		var ids []string
		for _, e := range f {
			ids = append(ids, t.Events[e])
		}
		out = append(out, strings.Join(ids, " + "))
	}
	slices.Sort(out)
	return out
}

// checkTree reports what is wrong with how a tree is written.
func checkTree(t Tree) error {
	if !slices.IsSorted(t.Events) {
		return errors.New("events are not in ID order")
	}
	used := map[int32]bool{t.Root: true}
	for i := len(t.Gates) - 1; i >= 0; i-- {
		g, at := t.Gates[i], int32(len(t.Events)+i)
		switch {
		case !used[at]:
			return fmt.Errorf("gate %d is not used", i)
		case len(g.Inputs) < 2 || g.K < 1 || int(g.K) > len(g.Inputs):
			return fmt.Errorf("gate %d is %d of %d", i, g.K, len(g.Inputs))
		}
		for j, in := range g.Inputs {
			if in < 0 || in >= at || j > 0 && in <= g.Inputs[j-1] {
				return fmt.Errorf("gate %d has the inputs %v", i, g.Inputs)
			}
			used[in] = true
		}
	}
	for i := range t.Events {
		if !used[int32(i)] {
			return fmt.Errorf("event %s is not used", t.Events[i])
		}
	}
	return nil
}

func TestATreeHasTheCutsOfPlainEnumeration(t *testing.T) {
	n := uint64(500)
	if os.Getenv("GUJO_SOAK") == "1" {
		n = 20000
	}
	bad, compared, cyclic := 0, 0, 0
	for seed := range n {
		s := brute.Generate(seed)
		for _, designed := range []bool{false, true} {
			a := analyze(t, s, Options{Designed: designed})
			order := 2
			if seed%4 == 0 {
				order = 3
			}
			for _, judged := range brute.Cuts(s, designed, order).Services {
				tree, err := a.Tree(context.Background(), judged.ID)
				if err != nil {
					t.Fatal(err)
				}
				if err := checkTree(tree); err != nil {
					t.Fatalf("seed %d, %s: %v", seed, judged.ID, err)
				}
				if judged.DownAlready != (tree.Root == TreeTrue) && judged.Modelled {
					t.Errorf("seed %d, %s: down already is %t, the root %d", seed, judged.ID, judged.DownAlready, tree.Root)
				}
				want := []string{}
				for _, c := range judged.Cuts {
					if c.Confidence == "confirmed" {
						want = append(want, strings.Join(c.Components, " + "))
					}
				}
				slices.Sort(want)
				compared += len(want)
				if got := cutsOfTree(tree, order); !slices.Equal(want, got) && tree.Root != TreeTrue {
					if bad++; bad < 5 {
						t.Errorf("seed %d (%s), designed %t, %s:\nwant %v\ngot  %v", seed, brute.Flavours[seed%uint64(len(brute.Flavours))], designed, judged.ID, want, got)
					}
				}
			}
			for _, cycle := range cyclesBelow(a.tops, func(n int32) []int32 { return a.opt.net.Inputs(n) }) {
				if len(cycle) > 1 {
					cyclic++
				}
			}
		}
	}
	t.Logf("%d graphs, %d cuts, %d cycles; %d trees differ", n, compared, cyclic, bad)
	if compared < int(n) || cyclic < int(n)/50 {
		t.Errorf("%d cuts and %d cycles compared only", compared, cyclic)
	}
}

func TestATreeThatGrowsTooLargeIsRefused(t *testing.T) {
	// Switches that are each joined to all others have more ways than anybody writes down.
	var b graph.Builder
	add := func(id string, k graph.Kind) {
		if err := b.Add(graph.Component{ID: id, Kind: k}, ""); err != nil {
			t.Fatal(err)
		}
	}
	relate := func(from string, r graph.RelationType, to string) {
		if err := b.Relate(from, r, to, graph.Relation{}, ""); err != nil {
			t.Fatal(err)
		}
	}
	const n = 160
	for i := range n {
		add(fmt.Sprint("network_device/", i), graph.NetworkDevice)
		for j := range i {
			link := fmt.Sprintf("link/%d-%d", j, i)
			add(link, graph.Link)
			relate(link, graph.Joins, fmt.Sprint("network_device/", i))
			relate(link, graph.Joins, fmt.Sprint("network_device/", j))
		}
	}
	add("service/s", graph.Service)
	add("access_zone/z", graph.AccessZone)
	add("endpoint/e", graph.Endpoint)
	add("server/a", graph.Server)
	relate("service/s", graph.UsedFrom, "access_zone/z")
	relate("service/s", graph.EnteredAt, "endpoint/e")
	relate("endpoint/e", graph.BoundTo, "server/a")
	relate("access_zone/z", graph.AttachedTo, "network_device/0")
	relate("server/a", graph.AttachedTo, fmt.Sprint("network_device/", n-1))
	s, err := b.Build(time.Unix(0, 0))
	if err != nil {
		t.Fatal(err)
	}
	a := analyze(t, s, Options{})
	_, err = a.Tree(context.Background(), "service/s")
	if err == nil || !strings.Contains(err.Error(), "service/s: more than 2000000 inputs") {
		t.Errorf("got %v", err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := a.Tree(ctx, "service/s"); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled, got %v", err)
	}
}

// Shapes that random graphs seldom have; the judge gives the cuts.
func TestATreeHasTheCutsOfRareShapes(t *testing.T) {
	const asked = `
		service/s -used_from-> access_zone/z
		service/s -entered_at-> endpoint/e
		endpoint/e -bound_to-> server/a
	`
	for _, test := range []struct{ name, graph, want string }{
		{"a way has one VLAN from end to end", asked + `
			access_zone/z -in_vlan-> vlan/10,vlan/20
			server/a -in_vlan-> vlan/10,vlan/20
			access_zone/z -attached_to-> network_device/1
			server/a -attached_to-> network_device/4
			interface/1a -part_of-> network_device/1
			interface/1b -part_of-> network_device/1
			interface/2x -part_of-> network_device/2
			interface/3x -part_of-> network_device/3
			interface/4a -part_of-> network_device/4
			interface/4b -part_of-> network_device/4
			interface/4c -part_of-> network_device/4
			interface/1a -in_vlan-> vlan/10
			interface/1b -in_vlan-> vlan/20
			interface/4a -in_vlan-> vlan/10
			interface/4b -in_vlan-> vlan/20
			interface/4c -in_vlan-> vlan/10
			link/12 -joins-> interface/1a,network_device/2
			link/24 -joins-> network_device/2,interface/4a
			link/13 -joins-> interface/1b,network_device/3
			link/34 -joins-> network_device/3,interface/4b
			link/34c -joins-> network_device/3,interface/4c
			link/23 -joins-> network_device/2,network_device/3
		`, "link/12 + link/34"},
		{"an end is not passed through, not even by its own way", asked + `
			access_zone/z -attached_to-> network_device/4
			interface/n1 -part_of-> server/a
			module/m -part_of-> server/a
			interface/n2 -part_of*-> module/m
			link/1 -joins-> interface/n1,network_device/1
			link/2 -joins-> network_device/1,interface/n2
			link/4 -joins-> interface/n2,network_device/4
			link/5 -joins-> network_device/1,network_device/5
			link/6 -joins-> network_device/5,network_device/4
		`, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := sketch(t, test.graph)
			tree, err := analyze(t, s, Options{}).Tree(context.Background(), "service/s")
			if err != nil {
				t.Fatal(err)
			}
			want := []string{}
			for _, c := range brute.Cuts(s, false, 3).Services[0].Cuts {
				if c.Confidence == "confirmed" {
					want = append(want, strings.Join(c.Components, " + "))
				}
			}
			slices.Sort(want)
			if test.want != "" && !slices.Contains(want, test.want) {
				t.Errorf("%s is none of %v", test.want, want)
			}
			if got := cutsOfTree(tree, 3); !slices.Equal(want, got) {
				t.Errorf("want %v\ngot  %v", want, got)
			}
		})
	}
}

// A formula named several times counts as often, whatever it is written as.
func TestThresholdsCountWhatIsNamedTwice(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 3000 {
		f := formulas{made: map[string]int32{}}
		events := make([]int32, 1+r.IntN(5))
		for i := range events {
			events[i] = f.event(int32(i))
		}
		var in []int32
		for range 1 + r.IntN(7) {
			switch x := r.IntN(8); x {
			case 0:
				in = append(in, TreeTrue)
			case 1:
				in = append(in, TreeFalse)
			default:
				in = append(in, events[r.IntN(len(events))])
			}
		}
		k := int32(r.IntN(len(in)+3) - 1)
		root := f.atLeast(k, slices.Clone(in))
		tree := f.tree(root, func(e int32) string { return string(rune('a' + e)) })
		for set := range 1 << len(events) {
			want := int32(0)
			for _, x := range in {
				if x == TreeTrue || x >= 0 && set>>x&1 == 1 {
					want++
				}
			}
			failed := make([]bool, len(tree.Events)+len(tree.Gates))
			for i, e := range tree.Events {
				failed[i] = set>>(e[0]-'a')&1 == 1
			}
			for i, g := range tree.Gates {
				n := int32(0)
				for _, x := range g.Inputs {
					if failed[x] {
						n++
					}
				}
				failed[len(tree.Events)+i] = n >= g.K
			}
			got := tree.Root == TreeTrue || tree.Root >= 0 && failed[tree.Root]
			if got != (want >= k) {
				t.Fatalf("%d of %v with %b: %t, tree %+v", k, in, set, got, tree)
			}
		}
		if err := checkTree(tree); tree.Root >= 0 && err != nil {
			t.Fatalf("%d of %v: %v", k, in, err)
		}
	}
}
