package brute

import (
	"slices"
	"strings"

	"gujo/graph"
)

// Cuts gives the minimal cut sets, up to order components each, of every
// service: of the snapshot as is, or as designed.
func Cuts(s *graph.Snapshot, designed bool, order int) Result {
	var services []string
	for _, c := range s.Components {
		if c.Kind == graph.Service {
			services = append(services, c.ID)
		}
	}
	return CutsOf(s, services, designed, order)
}

// CutsOf is [Cuts] of the named components instead of the services.
func CutsOf(s *graph.Snapshot, tops []string, designed bool, order int) Result {
	m := newModel(s, designed)
	picture := m.world(nil, nil, nil)
	type minimal struct{ optimistic, pessimistic [][]int }
	found := map[int]*minimal{}
	var result Result
	for _, id := range tops {
		if x, ok := s.Find(id); ok {
			found[int(x)] = &minimal{}
			svc := Service{ID: id, Modelled: m.modelled(int(x))}
			svc.DownAlready = svc.Modelled && !picture.isUp(int(x))
			if svc.DownAlready && !m.sawDown(int(x)) {
				svc.NoWay = picture.noWay(int(x))
			}
			result.Services = append(result.Services, svc)
		}
	}
	// A candidate is a component, or, from len(s.Components) on, an open end.
	for _, set := range subsets(m.candidates(), order) {
		comps, ends := m.split(set)
		optimistic := m.world(comps, ends, nil)
		pessimistic := m.world(comps, ends, picture)
		for x, f := range found {
			if !picture.isUp(x) {
				continue
			}
			if !optimistic.isUp(x) && !hasSubset(f.optimistic, set) {
				f.optimistic = append(f.optimistic, set)
			}
			if !pessimistic.isUp(x) && !hasSubset(f.pessimistic, set) {
				f.pessimistic = append(f.pessimistic, set)
			}
		}
	}
	for i := range result.Services {
		x, _ := s.Find(result.Services[i].ID)
		f := found[int(x)]
		list := &result.Services[i].Cuts
		for _, set := range f.optimistic {
			*list = append(*list, Cut{m.nameAll(set), "confirmed"})
		}
		for _, set := range f.pessimistic {
			if slices.ContainsFunc(f.optimistic, func(o []int) bool { return slices.Equal(o, set) }) {
				continue
			}
			confidence := "possible"
			if _, ends := m.split(set); len(ends) > 0 {
				confidence = "unobserved"
			}
			*list = append(*list, Cut{m.nameAll(set), confidence})
		}
		slices.SortFunc(*list, compareCuts)
	}
	return result
}

func compareCuts(x, y Cut) int {
	if d := len(x.Components) - len(y.Components); d != 0 {
		return d
	}
	return slices.Compare(x.Components, y.Components)
}

// Up gives the components that are up, by ID, if the named ones fail too.
func Up(s *graph.Snapshot, failed []string, designed, pessimistic bool) []string {
	m := newModel(s, designed)
	comps, ends := m.split(m.find(failed))
	var picture *world
	if pessimistic {
		picture = m.world(nil, nil, nil)
	}
	w := m.world(comps, ends, picture)
	var list []string
	for x, c := range s.Components {
		if w.isUp(x) {
			list = append(list, c.ID)
		}
	}
	return list
}

// ColdStart gives the components that run, as is or as designed, but could not be
// started from nothing, by ID.
func ColdStart(s *graph.Snapshot, designed bool) []string {
	m := newModel(s, designed)
	running := m.world(nil, nil, nil)
	started := (&world{m: m, failed: m.seenDown()}).settle(true)
	var list []string
	for x, c := range s.Components {
		if running.isUp(x) && !started.isUp(x) {
			list = append(list, c.ID)
		}
	}
	return list
}

// world settles what runs while the given components and open ends have failed:
// optimistically, or pessimistically from a picture.
func (m *model) world(comps, ends []int, picture *world) *world {
	w := &world{m: m, failed: m.seenDown(), ends: map[int]bool{}, picture: picture}
	for _, x := range comps {
		w.failed[x] = true
	}
	for _, e := range ends {
		w.ends[e] = true
	}
	return w.settle(false)
}

// seenDown is what has failed before the question is asked.
func (m *model) seenDown() map[int]bool {
	failed := map[int]bool{}
	for x, c := range m.s.Components {
		if c.State == graph.Down && !m.designed {
			failed[x] = true
		}
	}
	return failed
}

func (w *world) isUp(x int) bool { return w.greatest[w.m.up[x].index] }

// candidates are what may fail, in the order of their IDs.
func (m *model) candidates() (list []int) {
	for x, c := range m.s.Components {
		if c.Kind.CanFail() {
			list = append(list, x)
		}
	}
	n := len(m.s.Components)
	for e, class := range m.classes {
		if e == class {
			list = append(list, n+e)
		}
	}
	slices.SortFunc(list, func(x, y int) int { return strings.Compare(m.name(x), m.name(y)) })
	return list
}

func (m *model) name(candidate int) string {
	if n := len(m.s.Components); candidate >= n {
		return m.names[candidate-n]
	}
	return m.id(candidate)
}

func (m *model) nameAll(set []int) (list []string) {
	for _, x := range set {
		list = append(list, m.name(x))
	}
	return list
}

func (m *model) split(set []int) (comps, ends []int) {
	for _, x := range set {
		if n := len(m.s.Components); x >= n {
			ends = append(ends, x-n)
		} else {
			comps = append(comps, x)
		}
	}
	return comps, ends
}

// find gives components and open ends by name; what is not there is left out.
func (m *model) find(names []string) (list []int) {
	for _, name := range names {
		if x, ok := m.s.Find(name); ok {
			list = append(list, int(x))
		}
		for e, class := range m.classes {
			if e == class && m.names[e] == name {
				list = append(list, len(m.s.Components)+e)
			}
		}
	}
	return list
}

// modelled reports whether something that can fail, or an open end, is behind a component.
func (m *model) modelled(x int) (is bool) {
	m.walk([]*formula{m.up[x].body}, everything, func(f *formula) {
		is = is || f.op == open || f.op == ref && f.to.comp >= 0 && m.kind(f.to.comp).CanFail()
	})
	return is || m.kind(x).CanFail()
}

// subsets gives all non-empty sets of up to order items, the small ones first.
func subsets(items []int, order int) (list [][]int) {
	var grow func(set []int, from, size int)
	grow = func(set []int, from, size int) {
		if len(set) == size {
			list = append(list, slices.Clone(set))
			return
		}
		for i := from; i < len(items); i++ {
			grow(append(set, items[i]), i+1, size)
		}
	}
	for size := 1; size <= order; size++ {
		grow(nil, 0, size)
	}
	return list
}

func hasSubset(sets [][]int, of []int) bool {
	return slices.ContainsFunc(sets, func(set []int) bool {
		return !slices.ContainsFunc(set, func(x int) bool { return !slices.Contains(of, x) })
	})
}
