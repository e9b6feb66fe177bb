package rules

import (
	"slices"

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

// sight is what was not looked at, by the neighbour tables of one rule.
type sight struct {
	*facts
	terrain *terrain // nil where everything was looked at
	tables  tableSet
	blind   []spot  // network devices of whose neighbours nobody could read, in ID order
	heard   []int32 // what several machines heard of and that did not say what it is: it may be a switch
}

// spot is a component with what was not observed of it.
type spot struct {
	c       int32
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
	if len(a.blindedBy) == 0 {
		return s
	}
	for _, c := range f.all {
		comp := &f.Components[c]
		if comp.State == graph.Down || comp.Attrs.IsFalse("transit") {
			continue
		}
		if m, ok := f.unheard(c, a.blindedBy); ok {
			s.blind = append(s.blind, spot{c, m})
		}
	}
	for i := range f.Components {
		comp := &f.Components[i]
		if comp.Kind == graph.External && comp.State != graph.Down && !comp.Attrs.IsFalse("transit") && s.severalHeard(int32(i)) {
			s.heard = append(s.heard, int32(i))
		}
	}
	if len(s.blind)+len(s.heard) > 0 {
		if r.terrain == nil {
			r.terrain = newTerrain(f, func(c int32) bool { return f.Components[c].State != graph.Down && f.carrier(c) })
		}
		s.terrain = r.terrain
	}
	return s
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
	f := r.facts
	machines := []int32{c}
	if f.Components[c].Kind == graph.Link {
		machines = f.look().ends([]int32{c})
	}
	for _, m := range machines {
		if f.Components[m].Kind != graph.NetworkDevice {
			continue
		}
		missing, ok := f.unheard(m, a.blindedBy)
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

// sides is what was not looked at on the sides of one failed component.
type sides struct {
	*sight
	failed int32
	blind  map[int32][]Missing // by piece
	heard  map[int32][]int32   // external → the pieces that heard of it
}

func (s *sight) without(failed int32) *sides {
	x := &sides{sight: s, failed: failed, blind: map[int32][]Missing{}, heard: map[int32][]int32{}}
	for _, b := range s.blind {
		if b.c == failed || s.terrain.at[b.c] < 0 {
			continue
		}
		p := s.terrain.piece(b.c, failed)
		if len(x.blind[p]) < maxMissing {
			x.blind[p] = append(x.blind[p], b.missing)
		}
	}
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

// hidden gives what keeps a closed way from being the only one: devices on both of its
// sides whose neighbours were not read, as a link between two of them would be in
// nobody's table; a server at its end that may be attached to such a device; and what
// both sides heard of. Where all of one side was looked at, there is no second way.
func (x *sides) hidden(p compile.Path) (out []Missing) {
	from, to := x.find(p.From), x.find(p.To)
	near, far := x.terrain.pieces(from, x.failed), x.terrain.pieces(to, x.failed)
	for _, e := range x.sight.heard {
		if in := x.heard[e]; meet(in, near) && meet(in, far) {
			out = append(out, x.of(e))
		}
	}
	one, other := x.blindIn(near), x.blindIn(far)
	one, other = append(one, x.looseAt(from, other)...), append(other, x.looseAt(to, one)...)
	if len(one) > 0 && len(other) > 0 {
		out = append(out, append(one, other...)...)
	}
	return out
}

func (s *sight) find(id string) int32 {
	if c, ok := s.Find(id); ok {
		return c
	}
	return -1
}

func (x *sides) blindIn(pieces []int32) (out []Missing) {
	for _, p := range pieces {
		out = append(out, x.blind[p]...)
	}
	return out[:min(len(out), maxMissing)]
}

// looseAt gives what is missing of a server at one end of a way, if there is a device
// at the other side that would not have told of a cable to it.
func (x *sides) looseAt(place int32, blind []Missing) []Missing {
	if m, ok := x.loose(max(place, 0)); ok && place >= 0 && place != x.failed && len(blind) > 0 {
		return []Missing{m}
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
	var loose []Missing
	attached := true // nothing but servers that may be attached elsewhere is cut off
	for _, c := range r.indexes(parted) {
		side[c] = true
		m, ok := f.loose(c)
		if attached = attached && ok; ok {
			loose = append(loose, m)
		}
	}
	out = s.between(side, gone)
	var near, far []Missing
	for _, b := range s.blind {
		switch {
		case b.c == gone:
		case side[b.c]:
			near = append(near, b.missing)
		case len(far) < maxMissing:
			far = append(far, b.missing)
		}
	}
	if attached {
		near = append(near, loose...)
	}
	if !attached && len(near) > 0 && len(far) == 0 {
		far = s.looseRest(side, gone)
	}
	if len(near) > 0 && len(far) > 0 {
		out = slices.Concat(out, near[:min(len(near), maxMissing)], far)
	}
	return out
}

// looseRest gives what is missing of the servers that are all that remains beside one side
// of a cut; nothing if anything else remains.
func (s *sight) looseRest(side map[int32]bool, gone int32) (out []Missing) {
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
		out = append(out, m)
	}
	return out[:min(len(out), maxMissing)]
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
