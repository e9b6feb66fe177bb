package brute

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"gujo/graph"
)

// everyGraph runs a test over generated graphs of every flavour.
func everyGraph(t *testing.T, few int, test func(t *testing.T, seed uint64, s *graph.Snapshot)) {
	t.Helper()
	for seed := range uint64(graphs(few, 40*few) * len(Flavours)) {
		if test(t, seed, Generate(seed)); t.Failed() {
			t.Fatalf("seed %d (%s)", seed, Flavours[seed%uint64(len(Flavours))])
		}
	}
}

// some gives some components that can fail.
func some(rng *rand.Rand, s *graph.Snapshot, n int) (ids []string) {
	var all []string
	for _, c := range s.Components {
		if c.Kind.CanFail() {
			all = append(all, c.ID)
		}
	}
	for range min(n, len(all)) {
		ids = append(ids, all[rng.IntN(len(all))])
	}
	return ids
}

func missing(from, in []string) (list []string) {
	for _, x := range from {
		if !slices.Contains(in, x) {
			list = append(list, x)
		}
	}
	return list
}

func TestWhatIsUpPessimisticallyIsUpOptimisticallyAndFailuresNeverHelp(t *testing.T) {
	everyGraph(t, 8, func(t *testing.T, seed uint64, s *graph.Snapshot) {
		rng := rand.New(rand.NewPCG(seed, 1))
		for _, designed := range []bool{false, true} {
			same(t, "with nothing failed both readings agree", Up(s, nil, designed, true), Up(s, nil, designed, false))
			for range 6 {
				failed := some(rng, s, 1+rng.IntN(3))
				more := append(some(rng, s, 1), failed...)
				for _, pessimistic := range []bool{false, true} {
					if list := missing(Up(s, more, designed, pessimistic), Up(s, failed, designed, pessimistic)); len(list) > 0 {
						t.Errorf("%v come up when %v fail and not when %v do", list, more, failed)
					}
				}
				if list := missing(Up(s, failed, designed, true), Up(s, failed, designed, false)); len(list) > 0 {
					t.Errorf("%v are up pessimistically alone when %v fail", list, failed)
				}
			}
		}
		if list := missing(Up(s, nil, false, false), Up(s, nil, true, false)); len(list) > 0 {
			t.Errorf("%v are up as is and not as designed", list)
		}
	})
}

func TestCutsAreMinimalAndOfTheirReading(t *testing.T) {
	everyGraph(t, 6, func(t *testing.T, _ uint64, s *graph.Snapshot) {
		for _, svc := range Cuts(s, false, 2).Services {
			stops := func(set []string, pessimistic bool) bool {
				return !slices.Contains(Up(s, set, false, pessimistic), svc.ID)
			}
			minimal := func(set []string, pessimistic bool) bool {
				if !stops(set, pessimistic) {
					return false
				}
				for i := range set {
					if stops(slices.Delete(slices.Clone(set), i, i+1), pessimistic) {
						return false
					}
				}
				return true
			}
			for _, c := range svc.Cuts {
				open := slices.ContainsFunc(c.Components, func(x string) bool { return strings.HasPrefix(x, "unobserved/") })
				optimistic := minimal(c.Components, false)
				switch {
				case optimistic != (c.Confidence == "confirmed"),
					!optimistic && !minimal(c.Components, true),
					!optimistic && open != (c.Confidence == "unobserved"):
					t.Errorf("%s: %s", svc.ID, c)
				}
			}
		}
	})
}

func TestImpactAgreesWithCuts(t *testing.T) {
	everyGraph(t, 6, func(t *testing.T, _ uint64, s *graph.Snapshot) {
		cuts := Cuts(s, false, 2)
		for _, c := range s.Components {
			if !c.Kind.CanFail() || c.State == graph.Down {
				continue
			}
			impact := Impact(s, []string{c.ID})
			for _, svc := range cuts.Services {
				if svc.DownAlready {
					continue
				}
				single, pairs := "", []string(nil)
				for _, cut := range svc.Cuts {
					at := slices.Index(cut.Components, c.ID)
					switch {
					case at >= 0 && len(cut.Components) == 1:
						single = cut.Confidence
					case at >= 0 && cut.Confidence == "confirmed":
						pairs = append(pairs, cut.Components[1-at])
					}
				}
				stopped, now := "", []string(nil)
				for _, x := range impact.Stopped {
					if x.Component == svc.ID {
						stopped = x.Confidence
					}
				}
				for _, x := range impact.NowSingle {
					if x.Service == svc.ID {
						now = x.Components
					}
				}
				slices.Sort(pairs)
				if stopped != single || single != "confirmed" && !slices.Equal(now, pairs) {
					t.Errorf("%s fails: %s stopped %q, a cut %q; now single %v, pairs %v", c.ID, svc.ID, stopped, single, now, pairs)
				}
			}
		}
	})
}

// confirmedCuts gives the confirmed cuts of each service.
func confirmedCuts(s *graph.Snapshot) map[string][][]string {
	cuts := map[string][][]string{}
	for _, svc := range Cuts(s, false, 2).Services {
		cuts[svc.ID] = [][]string{}
		for _, c := range svc.Cuts {
			if c.Confidence == "confirmed" {
				cuts[svc.ID] = append(cuts[svc.ID], c.Components)
			}
		}
	}
	return cuts
}

func TestAMemberMoreOfAGroupOfKnownKStopsNothingNew(t *testing.T) {
	everyGraph(t, 8, func(t *testing.T, seed uint64, s *graph.Snapshot) {
		var groups []string
		for _, c := range s.Components {
			if c.Group != nil && c.Group.K > 0 && len(graph.NewView(s).OutOf(find(s, c.ID), graph.Member)) > 0 {
				groups = append(groups, c.ID)
			}
		}
		if len(groups) == 0 {
			return
		}
		group := groups[seed%uint64(len(groups))]
		more := edit(t, s, nil, nil, func(b *graph.Builder) {
			// A source, since a group of nothing but sources gives power only while it is that.
			check(t, b.Add(graph.Component{ID: "power_source/more", Kind: graph.PowerSource}, ""))
			check(t, b.Relate(group, graph.Member, "power_source/more", graph.Relation{}, ""))
			b.Component(group).Group.Designed++
		})
		for id, cuts := range confirmedCuts(more) {
			for _, cut := range cuts {
				// What it takes with the member sound stopped the service before, too.
				rest := missing(cut, []string{"power_source/more"})
				if len(rest) == len(cut) && slices.Contains(Up(s, cut, false, false), id) {
					t.Errorf("%s of %s is new once %s has a member more", cut, id, group)
				}
			}
		}
	})
}

func TestACommonRiskMoreNeverSavesAService(t *testing.T) {
	everyGraph(t, 8, func(t *testing.T, seed uint64, s *graph.Snapshot) {
		rng := rand.New(rand.NewPCG(seed, 2))
		share := slices.DeleteFunc(some(rng, s, 4), func(x string) bool { return strings.HasPrefix(x, "shared_risk/") })
		if len(share) == 0 {
			return
		}
		more := edit(t, s, nil, nil, func(b *graph.Builder) {
			check(t, b.Add(graph.Component{ID: "shared_risk/more", Kind: graph.SharedRisk}, ""))
			for _, x := range share {
				check(t, b.Relate(x, graph.Shares, "shared_risk/more", graph.Relation{}, ""))
			}
		})
		for id, cuts := range confirmedCuts(s) {
			for _, cut := range cuts {
				if slices.Contains(Up(more, cut, false, false), id) {
					t.Errorf("%s no longer stops %s", cut, id)
				}
			}
		}
		// The risk takes down at least what all that share it take down.
		for _, pessimistic := range []bool{false, true} {
			if list := missing(Up(more, []string{"shared_risk/more"}, false, pessimistic), Up(s, share, false, pessimistic)); len(list) > 0 {
				t.Errorf("%v are up when what %v share fails, and not when they do", list, share)
			}
		}
	})
}

func find(s *graph.Snapshot, id string) int32 {
	x, _ := s.Find(id)
	return x
}

func TestNamesAndOrderDoNotMatter(t *testing.T) {
	everyGraph(t, 8, func(t *testing.T, seed uint64, s *graph.Snapshot) {
		rng := rand.New(rand.NewPCG(seed, 3))
		renamed, back := map[string]string{}, map[string]string{}
		for i, n := range rng.Perm(len(s.Components)) {
			c := s.Components[i]
			id := fmt.Sprintf("%s/%03d", c.Kind, n)
			renamed[c.ID], back[id] = id, c.ID
		}
		var b graph.Builder
		for _, i := range rng.Perm(len(s.Components)) {
			c := s.Components[i]
			c.ID = renamed[c.ID]
			check(t, b.Add(c, ""))
		}
		for _, i := range rng.Perm(len(s.Relations)) {
			r := s.Relations[i]
			check(t, b.Relate(renamed[s.Components[r.From].ID], r.Type, renamed[s.Components[r.To].ID], r, ""))
		}
		other, err := b.Build(s.Created)
		check(t, err)
		same(t, "cuts", nameless(Cuts(other, false, 2), back), nameless(Cuts(s, false, 2), nil))
		same(t, "cuts as designed", nameless(Cuts(other, true, 2), back), nameless(Cuts(s, true, 2), nil))
		cold := ColdStart(other, false)
		for i := range cold {
			cold[i] = back[cold[i]]
		}
		slices.Sort(cold)
		same(t, "cold start", cold, ColdStart(s, false))
	})
}

// nameless gives the cuts under the old names, open ends without theirs: which
// group a shared one is named after depends on the names.
func nameless(r Result, back map[string]string) map[string][]string {
	out := map[string][]string{}
	for _, svc := range r.Services {
		id := svc.ID
		if back != nil {
			id = back[id]
		}
		lines := []string{fmt.Sprint("modelled ", svc.Modelled), fmt.Sprint("down already ", svc.DownAlready)}
		for _, c := range svc.Cuts {
			var names []string
			for _, x := range c.Components {
				switch {
				case strings.HasPrefix(x, "unobserved/"):
					x = "unobserved"
				case back != nil:
					x = back[x]
				}
				names = append(names, x)
			}
			slices.Sort(names)
			lines = append(lines, strings.Join(names, " + ")+" "+c.Confidence)
		}
		slices.Sort(lines)
		out[id] = lines
	}
	return out
}

func TestWhereNothingIsMissingTheStatesAndReadingsAgree(t *testing.T) {
	everyGraph(t, 6, func(t *testing.T, _ uint64, s *graph.Snapshot) {
		whole := edit(t, s, func(c *graph.Component) bool {
			c.State = graph.NotObserved
			if c.Group != nil {
				c.Group.Designed = 0
				c.Group.K = max(c.Group.K, 1)
			}
			return true
		}, func(r *graph.Relation) bool {
			r.Attrs = nil
			return hardened()(r)
		}, nil)
		var empty []string
		for _, c := range whole.Components {
			if c.Group != nil && len(graph.NewView(whole).OutOf(find(whole, c.ID), graph.Member)) < c.Group.K {
				empty = append(empty, c.ID)
			}
		}
		asIs := Cuts(whole, false, 2)
		if len(empty) == 0 {
			same(t, "as designed", Cuts(whole, true, 2), asIs)
		}
		if len(newModel(whole, false).oneSided) > 0 {
			return // the subnet of an end is missing: a way over its gateways is an assumption
		}
		for _, svc := range asIs.Services {
			for _, c := range svc.Cuts {
				if c.Confidence == "possible" {
					t.Errorf("%s: %s, and nothing is assumed", svc.ID, c)
				}
			}
		}
	})
}

func TestWhatCannotBeStartedRuns(t *testing.T) {
	everyGraph(t, 12, func(t *testing.T, _ uint64, s *graph.Snapshot) {
		if list := missing(ColdStart(s, false), Up(s, nil, false, false)); len(list) > 0 {
			t.Errorf("%v cannot be started and do not run", list)
		}
	})
}
