package brute

import (
	"cmp"
	"slices"

	"gujo/graph"
)

// Start is what comes up, wave by wave, and what of it does not.
type Start struct {
	Waves  [][]string // by urgency, then by ID
	Locked []Locked   // by ID
}

// Locked is a component that would run and does not come up, with the cycle that
// blocks it.
type Locked struct {
	Component string
	Cycle     []string // begins with its smallest ID
}

// StartOrder says how a snapshot starts from nothing, as is or as designed.
func StartOrder(s *graph.Snapshot, designed bool) Start {
	m := newModel(s, designed)
	m.carriesWhenUp()
	goal := m.world(nil, nil, nil)
	w := &world{m: m, failed: m.seenDown(), greatest: make([]bool, len(m.greatest))}
	return w.rise(goal)
}

// RestoreOrder says how what stops comes back, and the named components with it,
// once these are repaired: from what still runs, to what runs then.
func RestoreOrder(s *graph.Snapshot, designed bool, failed []string) Start {
	m := newModel(s, designed)
	m.carriesWhenUp()
	comps, _ := m.split(m.find(failed))
	left := m.world(comps, nil, nil)
	repaired := m.seenDown()
	for _, x := range comps {
		delete(repaired, x)
	}
	goal := (&world{m: m, failed: repaired}).settle(false)
	w := &world{m: m, failed: repaired, greatest: slices.Clone(left.greatest)}
	return w.rise(goal)
}

// carriesWhenUp makes what lies on a way carry it once it is up, but for what may
// carry one while it is down. In the end that is the same; on the way there a
// cable carries nothing before its turn.
func (m *model) carriesWhenUp() {
	carried := map[*variable]int{}
	for y, v := range m.carry {
		carried[v] = y
	}
	opens := map[int]bool{}
	for y := range m.carry {
		opens[y] = m.failsOpen(y)
	}
	for changed := true; changed; {
		changed = false
		for y, v := range m.carry {
			within(v.body, func(f *formula) {
				if z, ok := carried[f.to]; f.op == ref && ok && opens[z] && !opens[y] {
					opens[y], changed = true, true
				}
			})
		}
	}
	for y, v := range m.carry {
		if !opens[y] {
			v.body = m.isUp(y)
		}
	}
}

// rise brings up what can be brought up from where the world is. What is no
// component comes up with the last thing that it needs.
func (w *world) rise(goal *world) Start {
	m := w.m
	var start Start
	for {
		for changed := true; changed; {
			changed = false
			w.ways = map[wayKey]bool{}
			w.follow()
			for i, v := range m.greatest {
				if v.comp < 0 && !w.greatest[i] && w.holds(v.body) {
					w.greatest[i], changed = true, true
					w.ways = map[wayKey]bool{}
				}
			}
		}
		var wave []int
		for x, v := range m.up {
			if !w.greatest[v.index] && w.holds(v.body) {
				wave = append(wave, x)
			}
		}
		if len(wave) == 0 {
			break
		}
		slices.SortFunc(wave, func(x, y int) int {
			return cmp.Or(slices.Compare(m.urgency(x), m.urgency(y)), cmp.Compare(m.id(x), m.id(y)))
		})
		var ids []string
		for _, x := range wave {
			w.greatest[m.up[x].index] = true
			ids = append(ids, m.id(x))
		}
		start.Waves = append(start.Waves, ids)
	}
	waits := map[int][]int{}
	for x := range m.s.Components {
		if goal.isUp(x) && !w.isUp(x) {
			waits[x] = w.waitsFor(goal, x)
		}
	}
	for x, c := range m.s.Components {
		if _, locked := waits[x]; locked {
			var cycle []string
			for _, y := range blocking(waits, x) {
				cycle = append(cycle, m.id(y))
			}
			start.Locked = append(start.Locked, Locked{c.ID, cycle})
		}
	}
	return start
}

// waitsFor gives the components that one waits for: of what would hold for it in
// the end and does not yet, those that it comes to first.
func (w *world) waitsFor(goal *world, x int) (list []int) {
	seen := map[*variable]bool{}
	var step func(f *formula)
	step = func(f *formula) {
		if w.holds(f) || !goal.holds(f) {
			return
		}
		switch f.op {
		case ref:
			switch {
			case f.to.comp >= 0:
				list = append(list, f.to.comp)
			case !seen[f.to]:
				seen[f.to] = true
				step(f.to.body)
			}
		case onPath:
			for _, y := range w.m.onWays(f.a, f.b, goal.carries) {
				step(refTo(w.m.carry[y]))
			}
		case kOfN:
			for i, k := range f.kids {
				if i >= len(f.members) || w.m.active(f.members[i]) {
					step(k)
				}
			}
		default:
			for _, k := range f.kids {
				step(k)
			}
		}
	}
	step(w.m.up[x].body)
	slices.Sort(list)
	return slices.Compact(list)
}

// blocking gives the cycle that blocks a component: of all cycles through it, and
// if there are none through the nearest that has some, the shortest; of these the
// first as read from there on.
func blocking(waits map[int][]int, x int) []int {
	reached := []int{x}
	for len(reached) > 0 {
		slices.Sort(reached)
		for _, y := range reached {
			if best := shortest(cyclesThrough(waits, y)); best != nil {
				least := slices.Index(best, slices.Min(best))
				return append(slices.Clone(best[least:]), best[:least]...)
			}
		}
		var next []int
		for _, y := range reached {
			next = append(next, waits[y]...)
		}
		slices.Sort(next)
		next = slices.Compact(next)
		if slices.Equal(next, reached) {
			return nil
		}
		reached = next
	}
	return nil
}

func shortest(cycles [][]int) (best []int) {
	for _, c := range cycles {
		if best == nil || len(c) < len(best) || len(c) == len(best) && slices.Compare(c, best) < 0 {
			best = c
		}
	}
	return best
}

// cyclesThrough gives every cycle that begins with a component and meets none twice.
func cyclesThrough(waits map[int][]int, x int) (cycles [][]int) {
	var walk func(path []int)
	walk = func(path []int) {
		for _, y := range waits[path[len(path)-1]] {
			switch {
			case y == x:
				cycles = append(cycles, slices.Clone(path))
			case !slices.Contains(path, y):
				walk(append(path, y))
			}
		}
	}
	walk([]int{x})
	return cycles
}

// urgency is what waves are ordered by: the grade and the time to recover of the
// most urgent service that hangs on a component, a service's own; 1 before a
// number that is not known, and 0 before one that is.
func (m *model) urgency(x int) []int {
	own := func(s int) []int {
		key := []int{1, 0, 1, 0}
		if v, ok := m.comp(s).Attrs.Get("grade"); ok {
			if n, ok := v.Int64(); ok && n >= 1 && n <= 4 {
				key[0], key[1] = 0, int(n)
			}
		}
		if v, ok := m.comp(s).Attrs.Get("rto_minutes"); ok {
			if n, ok := v.Int64(); ok && n >= 0 {
				key[2], key[3] = 0, int(n)
			}
		}
		return key
	}
	if m.kind(x) == graph.Service {
		return own(x)
	}
	best := []int{1, 0, 1, 0}
	for s, c := range m.s.Components {
		if key := own(s); c.Kind == graph.Service && slices.Compare(key, best) < 0 && m.hangsOn(s, x) {
			best = key
		}
	}
	return best
}

// hangsOn reports whether a service hangs on a component: through needs, members
// in service, or what would lie on a way if all were up.
func (m *model) hangsOn(service, x int) (hangs bool) {
	visited := map[*formula]bool{}
	inService := func(f *formula, kid int) bool {
		return f.op != kOfN || kid >= len(f.members) || m.active(f.members[kid])
	}
	for todo := []*formula{m.isUp(service)}; len(todo) > 0; {
		next := todo
		todo = nil
		m.walk(next, inService, func(f *formula) {
			if visited[f] {
				return
			}
			visited[f] = true
			switch {
			case f.op == sound || f.op == kOfN:
				hangs = hangs || f.comp == x
			case f.op == ref:
				hangs = hangs || f.to.comp == x
			case f.op == onPath:
				for _, y := range m.onWays(f.a, f.b, func(int) bool { return true }) {
					todo = append(todo, refTo(m.carry[y]))
					hangs = hangs || y == x
				}
			}
		})
	}
	return hangs
}
