package fault

import (
	"cmp"
	"slices"
)

// guard knows for gates that are up two ways that are open, or the parts where
// they differ: only when both are broken need a gate be looked at again. It is not
// changed and may be shared. A state has the guard that it started with, and may
// lay others over it; for each gate the one that counts is told by s.level.
type guard struct {
	at   []int32 // element → its uses; without it, they are searched for
	uses []use   // by element
}

// use says that an element lies on known ways of a gate.
type use struct {
	element, gate int32
	ways          uint8
}

const (
	firstWay  uint8 = 1 << iota
	secondWay       // the same as the first where there is one only
	everyWay        // no way leads around it
)

func (g *guard) of(element int32) []use {
	if g.at != nil {
		return g.uses[g.at[element]:g.at[element+1]]
	}
	from, is := slices.BinarySearchFunc(g.uses, element, func(u use, x int32) int { return cmp.Compare(u.element, x) })
	if !is {
		return nil
	}
	to := from
	for to < len(g.uses) && g.uses[to].element == element {
		to++
	}
	return g.uses[from:to]
}

// hurt breaks the known ways that lead over an element.
func (s *State) hurt(element int32) {
	for i, g := range s.guards {
		for _, u := range g.of(element) {
			if s.level[u.gate] == uint8(i) {
				s.shake(u.gate, u.ways)
			}
		}
	}
}

func (s *State) route(g *gate, tag int32) *route {
	return &route{from: g.from, to: g.to, tag: tag, sure: g.sure, doors: &s.doors}
}

// tagsOf makes "no tag" one search like any other.
func (g *gate) tagsOf() []int32 {
	if len(g.tags) == 0 {
		return noTag
	}
	return g.tags
}

var noTag = []int32{None}

// isOpen reports whether a gate has a way, and leaves it in the search.
func (s *State) isOpen(g *gate) bool {
	for _, tag := range g.tagsOf() {
		if s.search.way(s.route(g, tag)) {
			return true
		}
	}
	return false
}

// closeGates fails the gates that have no way left. It searches for each; once that
// has cost as much as to walk the whole path graph, for all together.
func (s *State) closeGates() {
	s.scratch = s.scratch[:0]
	for _, b := range s.breaks[s.fresh:] {
		if s.broken[b.gate]&(firstWay|secondWay) == firstWay|secondWay {
			s.scratch = append(s.scratch, b.gate)
		}
	}
	slices.Sort(s.scratch)
	s.scratch = slices.Compact(s.scratch)
	cost := 0
	for at, i := range s.scratch {
		g := &s.net.gates[i]
		if s.Failed(g.node) {
			continue
		}
		if s.broken[i]&everyWay != 0 || !s.isOpen(g) {
			s.fail(g.node)
		}
		if cost += s.search.ahead.cost + s.search.back.cost; cost > len(s.net.path.next) {
			s.closeTogether(s.scratch[at+1:])
			return
		}
	}
}

// closeTogether is closeGates for many: those that ask for ways over the same are
// answered by what hangs together.
func (s *State) closeTogether(gates []int32) {
	n := s.net
	slices.SortFunc(gates, func(i, j int32) int {
		x, y := &n.gates[i], &n.gates[j]
		return cmp.Or(slices.Compare(x.tags, y.tags), compareBool(x.sure, y.sure), cmp.Compare(i, j))
	})
	var before *gate
	for _, i := range gates {
		g := &n.gates[i]
		if s.Failed(g.node) {
			continue
		}
		if before == nil || before.sure != g.sure || !slices.Equal(before.tags, g.tags) {
			s.search.anew()
			before = g
		}
		open, known := false, s.broken[i]&everyWay != 0
		if !known && len(g.tags) < 2 {
			open, known = s.search.together(s.route(g, g.tagsOf()[0]))
		}
		if !known {
			open = s.isOpen(g)
		}
		if !open {
			s.fail(g.node)
		}
	}
}

func compareBool(x, y bool) int {
	switch {
	case x == y:
		return 0
	case y:
		return -1
	}
	return 1
}

// way gives the vertices between the ends of a gate on a way that is open, in no
// particular order.
func (s *State) way(g *gate, into []int32) ([]int32, bool) {
	if !s.isOpen(g) {
		return into, false
	}
	if w := s.search.first; len(w) > 2 {
		for _, k := range w[1 : len(w)-1] {
			into = append(into, s.net.path.verticesOf(s.doors.through(k, 0))...)
		}
	}
	return into, true
}

// manyTags is how many tags are asked for what every way leads over.
const manyTags = 4

// knownWays calls f for every element on the two ways to remember of a gate. What
// ways of all tags lead over is said to be on every way.
func (s *State) knownWays(g *gate, f func(element int32, ways uint8)) {
	h := &s.search
	var first, second, every []int32
	known, isAll := false, true
	for i, tag := range g.tagsOf() {
		if known && i >= manyTags {
			isAll = false
			break
		}
		if !h.two(s.route(g, tag)) {
			continue
		}
		if len(h.ways[0]) <= 2 {
			return // nothing lies between
		}
		var shared []int32
		for p, k := range h.first {
			if h.room[p] == cut {
				shared = append(shared, s.doors.through(k, 0))
			}
		}
		if !known {
			known, every = true, shared
		} else {
			every = slices.DeleteFunc(every, func(v int32) bool { return !slices.Contains(shared, v) })
		}
		if first == nil || len(shared) == 0 {
			first, second = first[:0], second[:0]
			for _, k := range h.ways[0][1 : len(h.ways[0])-1] {
				first = append(first, s.doors.through(k, 0))
			}
			for _, k := range h.ways[1][1 : len(h.ways[1])-1] {
				i := 0
				if s.doors.open[k] > 1 && slices.Contains(h.ways[0], k) {
					i = 1
				}
				second = append(second, s.doors.through(k, i))
			}
		}
		if len(shared) == 0 {
			break
		}
	}
	if !isAll {
		every = nil
	}
	slices.Sort(second)
	for _, x := range first {
		ways := firstWay
		if i, is := slices.BinarySearch(second, x); is {
			ways |= secondWay
			second = slices.Delete(second, i, i+1)
		}
		if slices.Contains(every, x) {
			ways |= everyWay
		}
		f(x, ways)
	}
	for _, x := range second {
		f(x, secondWay)
	}
}

// frame is what settle replaced.
type frame struct {
	level, broken []uint8
	fresh, guards int
}

// settle looks for new ways for the gates whose known ways are broken; whoever is
// to stay a while in a state asks for it. unsettle takes it back, before what
// failed earlier is.
func (s *State) settle() frame {
	var uses []use
	var gates []int32
	for _, b := range s.breaks[s.fresh:] {
		gates = append(gates, b.gate)
	}
	slices.Sort(gates)
	for _, i := range slices.Compact(gates) {
		if s.broken[i]&(firstWay|secondWay) == 0 || s.Failed(s.net.gates[i].node) {
			continue
		}
		s.knownWays(&s.net.gates[i], func(element int32, ways uint8) { uses = append(uses, use{element, i, ways}) })
	}
	return s.settleOn(uses)
}

// settleOn takes such ways as known already.
func (s *State) settleOn(uses []use) frame {
	old := frame{s.level, s.broken, s.fresh, len(s.guards)}
	if len(uses) == 0 && len(s.guards) > 0 {
		return old
	}
	s.level, s.broken, s.fresh = slices.Clone(old.level), slices.Clone(old.broken), len(s.breaks)
	for _, u := range uses {
		s.level[u.gate], s.broken[u.gate] = uint8(len(s.guards)), 0
	}
	slices.SortFunc(uses, func(x, y use) int { return cmp.Or(cmp.Compare(x.element, y.element), cmp.Compare(x.gate, y.gate)) })
	s.guards = append(s.guards[:len(s.guards):len(s.guards)], &guard{uses: uses})
	return old
}

func (s *State) unsettle(old frame) {
	s.level, s.broken, s.fresh = old.level, old.broken, old.fresh
	s.guards = s.guards[:old.guards]
}

// maxGuards is how many guards may lie over each other.
const maxGuards = 250
