package brute

import (
	"cmp"
	"slices"
	"strings"

	"gujo/graph"
)

// Impact says what follows if the named components fail too, as is.
func Impact(s *graph.Snapshot, failed []string) ImpactResult { return ImpactIf(s, false, failed) }

// ImpactIf is [Impact] of the snapshot as is, or as designed.
func ImpactIf(s *graph.Snapshot, designed bool, failed []string) ImpactResult {
	m := newModel(s, designed)
	named := m.find(failed)
	comps, ends := m.split(named)
	i := &impact{m: m, named: named}
	i.before = m.world(nil, nil, nil)
	i.after = m.world(comps, ends, nil)
	i.pessimistic = m.world(comps, ends, i.before)
	i.stop()
	i.weaken()
	i.single(comps)
	i.undetermine(comps)
	return i.result
}

type impact struct {
	m                          *model
	named                      []int
	before, after, pessimistic *world
	stops                      map[int]bool
	result                     ImpactResult
}

func (i *impact) stop() {
	i.stops = map[int]bool{}
	for x, c := range i.m.s.Components {
		switch {
		case !i.before.isUp(x) || slices.Contains(i.named, x):
			continue
		case !i.after.isUp(x):
			i.result.Stopped = append(i.result.Stopped, Stopped{c.ID, "confirmed"})
		case !i.pessimistic.isUp(x):
			i.result.Stopped = append(i.result.Stopped, Stopped{c.ID, "possible"})
		default:
			continue
		}
		i.stops[x] = !i.after.isUp(x)
	}
}

// services gives those that run and, confirmed, go on running.
func (i *impact) services() (list []int) {
	for x, c := range i.m.s.Components {
		if c.Kind == graph.Service && i.after.isUp(x) {
			list = append(list, x)
		}
	}
	return list
}

// weaken lists the groups that services hang on which lost members, counted for
// each need that asks them.
func (i *impact) weaken() {
	found := map[string]*Weakened{}
	for _, s := range i.services() {
		for _, f := range i.hangsOn(s) {
			before, after := i.before.counting(f), i.after.counting(f)
			left := len(after) + i.after.unseen(f)
			if left >= len(before)+i.before.unseen(f) || left < i.after.k(f) || !i.after.isUp(f.comp) {
				continue
			}
			w := Weakened{Group: i.m.id(f.comp), K: i.m.comp(f.comp).Group.K, Left: left}
			for _, n := range after {
				w.MembersUp = append(w.MembersUp, i.m.id(f.members[n].comp))
			}
			slices.Sort(w.MembersUp)
			key := w.Group + "\x00" + strings.Join(w.MembersUp, "\x00")
			if found[key] == nil {
				found[key] = &w
			}
			if id := i.m.id(s); !slices.Contains(found[key].Services, id) {
				found[key].Services = append(found[key].Services, id)
			}
		}
	}
	for _, w := range found {
		i.result.Weakened = append(i.result.Weakened, *w)
	}
	slices.SortFunc(i.result.Weakened, func(x, y Weakened) int {
		return cmp.Or(strings.Compare(x.Group, y.Group), slices.Compare(x.MembersUp, y.MembersUp))
	})
}

// hangsOn gives the needs for groups that a component hangs on optimistically:
// through needs, members, and what lies on a way that it can use.
func (i *impact) hangsOn(x int) (groups []*formula) {
	visited := map[*formula]bool{}
	todo := []*formula{refTo(i.m.up[x])}
	for len(todo) > 0 {
		next := todo
		todo = nil
		i.m.walk(next, i.holdsNow, func(f *formula) {
			if visited[f] {
				return
			}
			visited[f] = true
			switch f.op {
			case kOfN:
				groups = append(groups, f)
			case onPath:
				for _, y := range i.m.onWays(f.a, f.b, i.before.carries) {
					todo = append(todo, i.m.carry[y].body)
				}
			}
		})
	}
	return groups
}

// holdsNow leaves out assumed needs and members that are out of service.
func (i *impact) holdsNow(f *formula, kid int) bool {
	switch f.op {
	case doubt:
		return false
	case kOfN:
		return kid >= len(f.members) || i.m.active(f.members[kid])
	case placed: // the first counts where no other does
		return kid > 0 || !slices.ContainsFunc(f.kids[1:], func(k *formula) bool { return k.op != doubt })
	}
	return true
}

// onWays gives what lies on some way from a to b without a detour over what is
// open: every simple path is walked.
func (m *model) onWays(a, b place, open func(x int) bool) []int {
	vlans := common(m.of(m.vlans, a.vlans), m.of(m.vlans, b.vlans))
	if len(vlans) == 0 {
		vlans = []int{-1}
	}
	on := map[int]bool{}
	for _, vlan := range vlans {
		way := []int{a.host}
		var step func()
		step = func() {
			x := way[len(way)-1]
			if x == b.host {
				for _, y := range way[1 : len(way)-1] {
					on[y] = true
				}
				return
			}
			for _, e := range m.edges[x] {
				if !slices.Contains(way, e.to) && m.enters(x, e.to, a.host, b.host, vlan) && (e.to == b.host || open(e.to)) {
					way = append(way, e.to)
					step()
					way = way[:len(way)-1]
				}
			}
		}
		if a.host != b.host {
			step()
		}
	}
	var list []int
	for y := range on {
		list = append(list, y)
	}
	slices.Sort(list)
	return list
}

func (i *impact) single(failed []int) {
	points := map[int][]string{}
	for _, c := range i.m.candidates() {
		comps, ends := i.m.split([]int{c})
		if len(ends) > 0 {
			continue
		}
		alone := i.m.world(comps, nil, nil)
		too := i.m.world(append(comps, failed...), nil, nil)
		for _, s := range i.services() {
			if alone.isUp(s) && !too.isUp(s) {
				points[s] = append(points[s], i.m.id(c))
			}
		}
	}
	for _, s := range i.services() {
		if len(points[s]) > 0 {
			i.result.NowSingle = append(i.result.NowSingle, Single{i.m.id(s), points[s]})
		}
	}
}

// undetermine lists the services that do not stop, of which something was not
// observed that may be among what failed.
func (i *impact) undetermine(failed []int) {
	var ends []int
	for e, class := range i.m.classes {
		if e == class {
			ends = append(ends, e)
		}
	}
	worst := i.m.world(failed, ends, i.before)
	for x, c := range i.m.s.Components {
		_, stops := i.stops[x]
		if c.Kind != graph.Service || stops || slices.Contains(i.named, x) {
			continue
		}
		reason := ""
		switch {
		case !i.m.modelled(x):
			reason = "not modelled"
		case !i.before.isUp(x):
			if !i.m.sawDown(x) {
				reason = "gap"
			}
		case !worst.isUp(x):
			reason = "open end"
		}
		if reason != "" {
			i.result.Undetermined = append(i.result.Undetermined, Undetermined{c.ID, reason})
		}
	}
}
