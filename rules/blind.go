package rules

import (
	"cmp"
	"slices"
	"sort"

	"gujo/graph"
	"gujo/graph/compile"
)

// What nobody saw may be a second way: a verdict that there is none needs somebody on
// one of its sides who looked.

const (
	// maxMissing bounds how much is named of what was not observed of one kind: on one
	// side of a cut, or behind the services.
	maxMissing = 20
	// maxNamed bounds what a finding names of it in all; its message says how many there are.
	maxNamed = 3 * maxMissing
)

// sight is who would have seen a cable that is not in the graph, by the neighbour
// tables of one rule.
type sight struct {
	*facts
	terrain *terrain // nil where nobody was to look
	tables  tableSet
	ears    *ears
	classes []class  // of all that may be an end of such a cable
	spots   [][]spot // those of each class, by their place in the terrain
	heard   []int32  // what several machines heard of and that did not say what it is: it may be a switch
}

// spot is a place at which a cable may end unseen, with what was not observed there.
type spot struct {
	c       int32 // the component
	by      int32 // the device of the terrain: itself or, of what was only heard of, who heard of it
	missing Missing
}

// sight looks once a run and rule. Of what was only heard of it was not seen whether
// it has other links, asked or not. A server or phone carries no way, nor does what is
// down or lets nothing through. Where nothing at all was collected the graph is a
// drawing, and what it does not show is not there.
func (r *run) sight(a *analysis) *sight {
	if known, ok := r.sights[a]; ok {
		return known
	}
	f := r.facts
	s := &sight{facts: f, tables: a.blindedBy}
	r.sights[a] = s
	if len(a.blindedBy) == 0 || !f.collected() {
		return s
	}
	s.ears = newEars(f, a.blindedBy)
	if r.terrain == nil {
		r.terrain = newTerrain(f, func(c int32) bool { return f.Components[c].State != graph.Down && f.carrier(c) })
	}
	s.terrain = r.terrain
	add := func(k class, at spot) {
		i := slices.Index(s.classes, k)
		if i < 0 {
			i = len(s.classes)
			s.classes, s.spots = append(s.classes, k), append(s.spots, nil)
		}
		s.spots[i] = append(s.spots[i], at)
	}
	for _, c := range f.all {
		if s.terrain.at[c] >= 0 {
			add(s.class(c), spot{c, c, s.unheardAt(c)})
		}
	}
	l := f.look()
	for i := range f.Components {
		e := int32(i)
		if comp := &f.Components[e]; comp.Kind != graph.External || comp.State == graph.Down || comp.Attrs.IsFalse("transit") {
			continue
		}
		if s.severalHeard(e) {
			s.heard = append(s.heard, e)
		}
		last := int32(-1)
		for _, i := range f.In(e) {
			if rel := &f.Relations[i]; rel.Type == graph.AdjacentTo {
				if m := l.machine(rel.From); m != last && s.terrain.at[m] >= 0 {
					last = m
					add(class{0, s.ears.speaks(e)}, spot{e, m, s.of(e)})
				}
			}
		}
	}
	for _, list := range s.spots {
		slices.SortStableFunc(list, func(x, y spot) int { return cmp.Compare(s.terrain.at[x.by], s.terrain.at[y.by]) })
	}
	return s
}

// class gives what of a machine is shown to work. What was not read whole hears
// nothing. What stands apart from everything is not known to be mute: counted so, it
// would leave everything open, like any box that nobody knows of.
func (s *sight) class(c int32) class {
	k := class{s.ears.hears(c), s.ears.speaks(c)}
	if _, ok := s.unheard(c, s.tables); ok {
		k.hears = 0
	}
	if s.Components[c].Kind == graph.NetworkDevice && len(s.look().links(c)) == 0 {
		k.speaks = everyProtocol
	}
	return k
}

// unheardAt gives what is missing of the neighbours of a machine: the tables that
// failed or, if none did, those in which it hears nothing.
func (s *sight) unheardAt(c int32) Missing {
	if m, ok := s.unheard(c, s.tables); ok {
		return m
	}
	m := Missing{Component: s.Components[c].ID, What: s.tables.String(), Reason: reasonOneWay}
	if deaf := s.ears.unheardTables(c); len(deaf) > 0 {
		m.What = deaf.String()
		switch {
		case s.ears.deaf[c] != 0:
		case s.readAny(c, deaf):
			m.Reason = reasonEmpty
		default:
			m.Reason = s.whyNot(c, deaf)
		}
	}
	return m
}

// unheard says what is missing of the neighbours of a device. They are known if a
// neighbour table was read whole and has rows, or if none was left out. A table that
// was asked for and not read leaves them unknown either way.
func (f *facts) unheard(c int32, tables tableSet) (Missing, bool) {
	if len(tables) == 0 || !f.collected() {
		return Missing{}, false
	}
	id := f.Components[c].ID
	unsupported := map[string]bool{}
	for _, g := range f.GapsOf(id) {
		switch {
		case wholeTarget(g):
			return Missing{Component: id, What: anyTable, Reason: g.Reason}, true
		case !slices.Contains(tables, g.Table) || g.Reason == reasonNotAsked:
		case g.Reason == reasonUnsupported:
			unsupported[g.Table] = true
		case !f.read(c, g.Table):
			return Missing{Component: id, What: g.Table, Reason: g.Reason}, true
		}
	}
	if !f.covered(c) {
		return Missing{Component: id, What: anyTable, Reason: f.whyNot(c, nil)}, true
	}
	var left tableSet
	for _, t := range tables {
		if f.filled(c, t) {
			return Missing{}, false
		}
		if !f.read(c, t) && !unsupported[t] {
			left = append(left, t)
		}
	}
	if len(left) == 0 && !f.readAny(c, tables) {
		left = tables // all of them unsupported: nobody said anything
	}
	return Missing{Component: id, What: left.String(), Reason: f.whyNot(c, left)}, len(left) > 0
}

// unsighted gives what is missing of the neighbours of a device, or of all devices that
// a link joins: nobody looked what else hangs on it, and so it does not pass.
func (r *run) unsighted(a *analysis, c int32) (out []Missing) {
	f, s := r.facts, r.sight(a)
	machines := []int32{c}
	if f.Components[c].Kind == graph.Link {
		machines = f.look().ends([]int32{c})
	}
	for _, m := range machines {
		if f.Components[m].Kind != graph.NetworkDevice {
			continue
		}
		missing, ok := f.unheard(m, a.blindedBy)
		if !ok && s.ears != nil && s.ears.hears(m) == 0 && s.ears.deaf[m] != 0 {
			missing, ok = s.unheardAt(m), true
		}
		if !ok {
			return nil
		}
		if out = append(out, missing); len(out) == maxMissing {
			break
		}
	}
	return out
}

// loose reports whether a server may be attached where nobody saw it: its interfaces
// were not read, or one is up and leads nobody knows where.
func (f *facts) loose(c int32) (Missing, bool) {
	switch f.Components[c].Kind {
	case graph.Server, graph.Storage:
	default:
		return Missing{}, false
	}
	id := f.Components[c].ID
	switch {
	case !f.collected() || len(f.OutOf(c, graph.RunsOn)) > 0:
		return Missing{}, false
	case !f.read(c, "ifTable"):
		return Missing{Component: id, What: "ifTable", Reason: f.whyNot(c, tableSet{"ifTable"})}, true
	case len(f.look().unlinked(c)) > 0:
		return Missing{Component: id, What: "far_end", Reason: "not_observed"}, true
	}
	return Missing{}, false
}

// severalHeard reports whether more than one machine heard of an external: no link ends at
// one, as nobody knows what it is.
func (s *sight) severalHeard(external int32) bool {
	l, first := s.look(), int32(-1)
	for _, i := range s.In(external) {
		rel := &s.Relations[i]
		if rel.Type != graph.AdjacentTo {
			continue
		}
		m := l.machine(rel.From)
		if first >= 0 && m != first {
			return true
		}
		first = m
	}
	return false
}

func (s *sight) of(external int32) Missing {
	return Missing{Component: s.Components[external].ID, What: s.tables.String(), Reason: s.whyNot(external, s.tables)}
}

// sides is what may be seen from nowhere on the sides of one failed component.
type sides struct {
	*sight
	failed int32
	near   map[int32][][]Missing // by piece: some of what is missing in it, by class
	heard  map[int32][]int32     // external → the pieces that heard of it
}

func (s *sight) without(failed int32) *sides {
	x := &sides{sight: s, failed: failed, near: map[int32][][]Missing{}, heard: map[int32][]int32{}}
	for _, e := range s.heard {
		var in []int32
		for _, i := range s.In(e) {
			if rel := &s.Relations[i]; rel.Type == graph.AdjacentTo {
				in = append(in, s.terrain.pieces(rel.From, failed)...)
				in = append(in, s.terrain.pieces(s.look().machine(rel.From), failed)...)
			}
		}
		slices.Sort(in)
		if in = slices.Compact(in); len(in) > 1 {
			x.heard[e] = in
		}
	}
	return x
}

// hidden gives what keeps a closed way from being the only one: what may stand on both
// of its sides with a cable between that would be in nobody's table; a server at its end
// that may be attached to the other side in this way; and what both sides heard of.
// Where each on one side would have seen a cable to each on the other, there is none.
func (x *sides) hidden(p compile.Path) (out []Missing) {
	from, to := x.find(p.From), x.find(p.To)
	near, far := x.terrain.pieces(from, x.failed), x.terrain.pieces(to, x.failed)
	for _, e := range x.sight.heard {
		if in := x.heard[e]; meet(in, near) && meet(in, far) {
			out = append(out, x.of(e))
		}
	}
	one, other := x.in(near), x.in(far)
	out = append(out, x.unseen(one, other)...)
	out = append(out, x.unseen(x.looseAt(from), other)...)
	return append(out, x.unseen(one, x.looseAt(to))...)
}

func (s *sight) find(id string) int32 {
	if c, ok := s.Find(id); ok {
		return c
	}
	return -1
}

// end is all of one class that may be at one end of a cable.
type end struct {
	class
	missing []Missing
}

// unseen gives what is missing on two sides between which there may be a cable that
// nobody saw: of each pair of classes that do not show each other, those that do not
// hear what the others say.
func (s *sight) unseen(one, other []end) []Missing {
	near, far := make([]bool, len(one)), make([]bool, len(other))
	for i, x := range one {
		for j, y := range other {
			if x.sees(y.class) {
				continue
			}
			deafX, deafY := x.hears == 0 || y.speaks&^x.hears != 0, y.hears == 0 || x.speaks&^y.hears != 0
			near[i] = near[i] || deafX || !deafY
			far[j] = far[j] || deafY || !deafX
		}
	}
	return append(named(one, near), named(other, far)...)
}

func named(side []end, which []bool) (out []Missing) {
	for i, e := range side {
		if which[i] {
			out = append(out, e.missing...)
		}
	}
	return out[:min(len(out), maxMissing)]
}

// in gives what stands in some pieces, by class.
func (x *sides) in(pieces []int32) (out []end) {
	for i, k := range x.classes {
		e := end{class: k}
		for _, p := range pieces {
			lists, ok := x.near[p]
			if !ok {
				for _, spots := range x.spots {
					lists = append(lists, x.within(p, spots))
				}
				x.near[p] = lists
			}
			e.missing = append(e.missing, lists[i]...)
		}
		if len(e.missing) > 0 {
			e.missing = e.missing[:min(len(e.missing), maxMissing)]
			out = append(out, e)
		}
	}
	return out
}

// within gives the first of these spots that lie in a piece. What hangs on the failed
// component apart from it is stepped over, so that the pieces of a large network are
// not searched one by one.
func (x *sides) within(p int32, spots []spot) (out []Missing) {
	t := x.terrain
	first := p
	if p < 0 {
		first = -1 - p
	}
	from := func(at int32) int {
		return sort.Search(len(spots), func(i int) bool { return t.at[spots[i].by] >= at })
	}
	for i := from(first); i < len(spots) && t.at[spots[i].by] <= t.end[t.order[first]] && len(out) < maxMissing; {
		c := spots[i].by
		if c == x.failed {
			i++
		} else if q := t.piece(c, x.failed); q != p {
			i = from(t.end[t.order[q]] + 1)
		} else {
			out = append(out, spots[i].missing)
			i++
		}
	}
	return out
}

// looseAt gives the server at one end of a way, if it may be attached elsewhere.
func (x *sides) looseAt(place int32) []end {
	if place < 0 || place == x.failed {
		return nil
	}
	if m, ok := x.loose(place); ok {
		return []end{{x.class(place), []Missing{m}}}
	}
	return nil
}

func meet(x, y []int32) bool {
	return slices.ContainsFunc(x, func(p int32) bool { return slices.Contains(y, p) })
}

// blindAround is hidden for what is cut off from the rest of the network.
func (r *run) blindAround(a *analysis, parted []string, cut string) (out []Missing) {
	s := r.sight(a)
	if s.terrain == nil {
		return nil
	}
	f := r.facts
	gone, _ := f.Find(cut)
	side := map[int32]bool{}
	var loose []end
	attached := true // nothing but servers that may be attached elsewhere is cut off
	for _, c := range r.indexes(parted) {
		side[c] = true
		m, ok := f.loose(c)
		if attached = attached && ok; ok {
			loose = append(loose, end{s.class(c), []Missing{m}})
		}
	}
	out = s.between(side, gone)
	near := s.beside(func(by int32) bool { return side[by] })
	far := s.beside(func(by int32) bool {
		return !side[by] && by != gone && (s.terrain.root[by] == s.terrain.root[gone] || len(s.look().links(by)) == 0)
	})
	if attached {
		near = append(near, gather(loose)...)
	} else if len(far) == 0 {
		far = s.looseRest(side, gone)
	}
	return append(out, s.unseen(near, far)...)
}

// beside gives what may be an end of an unseen cable at some devices, by class.
func (s *sight) beside(at func(device int32) bool) (out []end) {
	for i, k := range s.classes {
		e := end{class: k}
		for _, sp := range s.spots[i] {
			if at(sp.by) {
				if e.missing = append(e.missing, sp.missing); len(e.missing) == maxMissing {
					break
				}
			}
		}
		if len(e.missing) > 0 {
			out = append(out, e)
		}
	}
	return out
}

// gather joins what is of one class.
func gather(list []end) (out []end) {
	for _, e := range list {
		if i := slices.IndexFunc(out, func(o end) bool { return o.class == e.class }); i < 0 {
			out = append(out, e)
		} else if len(out[i].missing) < maxMissing {
			out[i].missing = append(out[i].missing, e.missing...)
		}
	}
	return out
}

// looseRest gives the servers that are all that remains beside one side of a cut, if each
// may be attached elsewhere; nothing if anything else remains.
func (s *sight) looseRest(side map[int32]bool, gone int32) (out []end) {
	if slices.ContainsFunc(s.all, func(c int32) bool { return c != gone && !side[c] && s.Components[c].State != graph.Down }) {
		return nil
	}
	for c := range s.Components {
		switch k := s.Components[c].Kind; {
		case side[int32(c)] || k != graph.Server && k != graph.Storage:
			continue
		}
		m, ok := s.loose(int32(c))
		if !ok {
			return nil
		}
		out = append(out, end{s.class(int32(c)), []Missing{m}})
	}
	return gather(out)
}

// between gives what was heard of on both sides of a cut.
func (s *sight) between(side map[int32]bool, gone int32) (out []Missing) {
	l := s.look()
	for _, e := range s.heard {
		near, far := false, false
		for _, i := range s.In(e) {
			if rel := &s.Relations[i]; rel.Type == graph.AdjacentTo {
				m := l.machine(rel.From)
				near = near || side[m]
				far = far || !side[m] && m != gone && s.Components[m].Kind == graph.NetworkDevice
			}
		}
		if near && far && len(out) < maxMissing {
			out = append(out, s.of(e))
		}
	}
	return out
}
