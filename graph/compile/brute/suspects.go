package brute

import (
	"slices"

	"gujo/graph"
)

// Suspect is a minimal set of failures that explains what was reported.
type Suspect struct {
	Components []string // by ID; an open end is "unobserved/WHAT-of-ID"
	Confidence string   // confirmed, possible or unobserved
	AlsoStops  []string // by ID; the other services that stop, in its reading
	// Degraded, by ID, is what one relation away, or in a group with a component of
	// the set, was observed down, or is a group of which less is left than was designed.
	Degraded []string
}

// SuspectsResult is the answer to "these are down and those are up: what failed?"
type SuspectsResult struct {
	Sets     []Suspect      // as they were found
	DownWith map[string]int // service, or what can fail, not reported → sets with which it is down
}

// Suspects gives the minimal sets of up to order components that, on top of what was
// seen down, stop all of down and none of up, all of which are up before. Either
// reading answers by itself.
func Suspects(s *graph.Snapshot, down, up []string, order int) SuspectsResult {
	m := newModel(s, false)
	picture := m.world(nil, nil, nil)
	mustFall, mustHold := m.find(down), m.find(up)
	explains := func(w *world) bool {
		return !slices.ContainsFunc(mustFall, w.isUp) &&
			!slices.ContainsFunc(mustHold, func(x int) bool { return !w.isUp(x) })
	}
	result := SuspectsResult{DownWith: map[string]int{}}
	note := func(set []int, confidence string, w *world) {
		found := Suspect{m.nameAll(set), confidence, nil, nil}
		for x, c := range s.Components {
			if w.isUp(x) || !picture.isUp(x) || slices.Contains(mustFall, x) || slices.Contains(mustHold, x) {
				continue
			}
			if c.Kind == graph.Service {
				found.AlsoStops = append(found.AlsoStops, c.ID)
			}
			if c.Kind == graph.Service || c.Kind.CanFail() {
				result.DownWith[c.ID]++
			}
		}
		for x, c := range s.Components {
			seenDown := c.State == graph.Down
			if (seenDown || m.isShort(x, picture)) && slices.ContainsFunc(set, func(y int) bool { return m.isAround(x, y) }) {
				found.Degraded = append(found.Degraded, c.ID)
			}
		}
		result.Sets = append(result.Sets, found)
	}
	var optimistic, pessimistic [][]int
	for _, set := range subsets(m.candidates(), order) {
		comps, ends := m.split(set)
		if w := m.world(comps, ends, nil); explains(w) && !hasSubset(optimistic, set) {
			optimistic = append(optimistic, set)
			note(set, "confirmed", w)
		}
		if w := m.world(comps, ends, picture); explains(w) && !hasSubset(pessimistic, set) {
			pessimistic = append(pessimistic, set)
			switch {
			case slices.ContainsFunc(optimistic, func(o []int) bool { return slices.Equal(o, set) }):
			case len(ends) > 0:
				note(set, "unobserved", w)
			default:
				note(set, "possible", w)
			}
		}
	}
	return result
}

// isAround reports whether a relation joins x to y, or both are members of a group.
func (m *model) isAround(x, y int) bool {
	groups := map[int]int{}
	for _, r := range m.s.Relations {
		from, to := int(r.From), int(r.To)
		switch {
		case r.Strength == graph.Soft || x == y:
			continue
		case from == x && to == y || from == y && to == x:
			return true
		case r.Type == graph.Member && to == x:
			groups[from] |= 1
		case r.Type == graph.Member && to == y:
			groups[from] |= 2
		}
		if groups[from] == 3 {
			return true
		}
	}
	return false
}

// isShort reports whether fewer members of a group are left than were designed.
func (m *model) isShort(x int, picture *world) bool {
	if m.kind(x) != graph.RedundancyGroup {
		return false
	}
	left := 0
	for _, r := range m.s.Relations {
		if int(r.From) == x && r.Type == graph.Member && r.Strength != graph.Soft && r.Active() && picture.isUp(int(r.To)) {
			left++
		}
	}
	return left < m.s.Components[x].Group.Designed
}
