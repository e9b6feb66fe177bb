package brute

import "gujo/graph"

// model is a snapshot written out as formulas.
type model struct {
	*facts
	designed bool
	greatest []*variable
	least    []*variable

	up     []*variable       // of each component
	carry  map[int]*variable // of what a way may lead over, or be bundled of
	spared map[int]*variable // of places: not down, or by its power alone
	asks   map[ask]*variable
	met    map[ask]*variable // of applications and virtual servers, by where they run
	looped map[*formula]bool // what is found through itself

	names     []string // of each open end, its node's
	classes   []int    // of each open end, the first of those that share its node
	endByName map[string]int
	oneSided  map[int]bool // open ends that a way hangs on because the subnet of one end alone is known
}

// newModel writes a snapshot out, as is or as designed.
func newModel(s *graph.Snapshot, designed bool) *model {
	m := &model{
		facts: newFacts(s), designed: designed, met: map[ask]*variable{}, looped: map[*formula]bool{}, carry: map[int]*variable{}, spared: map[int]*variable{},
		asks: map[ask]*variable{}, endByName: map[string]int{}, oneSided: map[int]bool{},
	}
	for x := range s.Components {
		m.up = append(m.up, m.define(x))
	}
	for x := range s.Components {
		m.up[x].body = allOf(append(m.plain(x), m.acrossNetwork(x)...)...)
		m.carries(x)
	}
	m.shareEnds()
	m.findLoops()
	return m
}

// define makes a variable that is a greatest fixpoint.
func (m *model) define(comp int) *variable {
	v := &variable{index: len(m.greatest), comp: comp}
	m.greatest = append(m.greatest, v)
	return v
}

func (m *model) isUp(x int) *formula { return refTo(m.up[x]) }

// strongly wraps a need in the strength of its relation.
func strongly(r graph.Relation, f *formula) *formula {
	f = &formula{op: by, rel: r, kids: []*formula{f}}
	return doubtful(r, f)
}

// doubtful is strongly for a need that another relation asks for.
func doubtful(r graph.Relation, f *formula) *formula {
	if r.Strength == graph.Assumed {
		return assumed(f)
	}
	return f
}

// plain gives what a component needs where nobody asks for it across the
// network, itself sound.
func (m *model) plain(x int) []*formula {
	list := m.except(x)
	for _, r := range m.outs[x] {
		if m.leads(r) && m.kind(x) != graph.VirtualServer {
			list = append(list, strongly(r, m.isUp(int(r.To))))
		}
	}
	if m.kind(x) == graph.RedundancyGroup {
		list = append(list, m.members(x, allOf(), func(to int) *formula { return m.isUp(to) }))
	}
	return list
}

// leads reports whether whoever asks for a name or address across the network
// follows the relation.
func (m *model) leads(r graph.Relation) bool {
	switch r.Type {
	case graph.ResolvesTo, graph.InZone, graph.ServedBy, graph.BoundTo:
		return true
	}
	return false
}

// except gives what a component needs apart from what [model.leads] and its
// members: what holds for it whoever asks.
func (m *model) except(x int) []*formula {
	list := append([]*formula{{op: sound, comp: x}}, m.openEnds(x)...)
	for _, r := range m.outs[x] {
		if m.need(r) {
			list = append(list, strongly(r, m.isUp(int(r.To))))
		}
	}
	return list
}

// need reports whether a relation is a plain need of the one that it leaves.
func (m *model) need(r graph.Relation) bool {
	switch r.Type {
	case graph.Requires, graph.StoredOn, graph.PoweredBy, graph.CooledBy, graph.LocatedIn,
		graph.CarriedBy, graph.ProvidedBy, graph.ControlledBy, graph.Shares, graph.Aggregates:
		return true
	case graph.RunsOn: // hosts of a cluster count for what an application needs from them
		return m.kind(int(r.From)) != graph.Application || m.kind(int(r.To)) != graph.RedundancyGroup
	case graph.Uses: // what a zone uses, its services ask for
		role := m.comp(int(r.To)).Attrs.Text("role")
		return m.kind(int(r.From)) == graph.Server && role != "gateway" && role != "resolver" && role != "time"
	case graph.Joins: // a segment needs none of its ends
		return len(m.out(int(r.From), graph.Joins)) <= 2
	case graph.PartOf:
		return m.isPart(int(r.From)) && !m.contained(r)
	}
	return false
}

// contained reports whether a module only stands in its device, which needs it
// through a group.
func (m *model) contained(r graph.Relation) bool {
	if m.kind(int(r.From)) != graph.Module {
		return false
	}
	seen := map[int]bool{}
	var within func(group int) bool
	within = func(group int) bool {
		if group == int(r.From) {
			return true
		}
		if seen[group] {
			return false
		}
		seen[group] = true
		for _, member := range m.out(group, graph.Member) {
			if within(int(member.To)) {
				return true
			}
		}
		return false
	}
	for _, need := range m.outs[r.To] {
		if need.Type != graph.Member && m.kind(int(need.To)) == graph.RedundancyGroup && within(int(need.To)) {
			return true
		}
	}
	return false
}

// group is the need for k members of a group, of which each counts as counts
// says, and one that was never seen as absent says; so does what is behind a
// group of which no member is known.
func (m *model) group(x int, absent *formula, counts func(member int) *formula) *formula {
	return allOf(append(m.except(x), m.members(x, absent, counts))...)
}

func (m *model) members(x int, absent *formula, counts func(member int) *formula) *formula {
	f := &formula{op: kOfN, comp: x}
	for _, r := range m.out(x, graph.Member) {
		f.members = append(f.members, member{int(r.To), r.Strength == graph.Assumed, !r.Active()})
		f.kids = append(f.kids, counts(int(r.To)))
	}
	if len(f.members) == 0 {
		return absent
	}
	if m.designed {
		f.unseen = max(0, m.comp(x).Group.Designed-len(f.members))
	}
	if f.unseen > 0 {
		f.kids = append(f.kids, absent)
	}
	return f
}

// acrossNetwork gives what a component needs across the network.
func (m *model) acrossNetwork(x int) []*formula {
	switch m.kind(x) {
	case graph.Service:
		return m.entries(x)
	case graph.Application:
		return []*formula{m.stands(x, func(p place) *formula { return m.runsAt(x, p) })}
	case graph.VirtualServer:
		return []*formula{m.holders(x, noFace, func(place, face) *formula { return allOf() }, nil)}
	}
	return nil
}

// entries are a service's needs: where it is entered, from each of its access
// zones, and the resolvers of a zone from which a name is asked.
func (m *model) entries(x int) (list []*formula) {
	zones := m.out(x, graph.UsedFrom)
	entered := m.out(x, graph.EnteredAt)
	for _, r := range entered {
		if len(zones) == 0 {
			list = append(list, strongly(r, m.asked(m.ownPlace(x), int(r.To), noFace)))
		}
		for _, z := range zones {
			list = append(list, doubtful(r, strongly(z, m.isUp(int(z.To)))))
			list = append(list, strongly(r, m.asked(m.zonePlace(z), int(r.To), noFace)))
			if m.kind(int(r.To)) != graph.DNSName {
				continue
			}
			for _, u := range m.uses(int(z.To), "resolver") {
				list = append(list, doubtful(r, strongly(z, strongly(u, m.asked(m.zonePlace(z), int(u.To), noFace)))))
			}
		}
	}
	return list
}

// uses gives what a machine or zone uses in a role; of none, nothing.
func (m *model) uses(x int, role string) (list []graph.Relation) {
	if x < 0 {
		return nil
	}
	for _, r := range m.out(x, graph.Uses) {
		if m.comp(int(r.To)).Attrs.Text("role") == role {
			list = append(list, r)
		}
	}
	return list
}

// runsAt is what an application needs across the network from a place: what it
// connects to, and the resolvers of the machine that it runs on. It is no name
// and no group: applications that need each other keep each other running.
func (m *model) runsAt(x int, p place) *formula {
	key := ask{from: p, to: x}
	v := m.met[key]
	if v == nil {
		v = m.define(-1)
		m.met[key] = v
		v.body = allOf()
		for _, r := range m.out(x, graph.ConnectsTo) {
			v.body.kids = append(v.body.kids, strongly(r, m.asked(p, int(r.To), noFace)))
		}
		for _, r := range m.uses(p.self, "resolver") {
			need := m.asked(p, int(r.To), noFace)
			if p.assumed {
				need = assumed(need)
			}
			v.body.kids = append(v.body.kids, strongly(r, need))
		}
	}
	return refTo(v)
}

// carries defines when a way may lead over a component. It is when the
// component is up, but for a device that fails open, and its parts and links.
func (m *model) carries(x int) *variable {
	if v := m.carry[x]; v != nil {
		return v
	}
	v := m.define(-1)
	m.carry[x] = v
	fits := m.isUp // the rack, room or site that it is in
	switch {
	case m.failsOpen(x):
		v.body = m.sparedBy(x)
		return v
	case m.isPart(x):
		if m.failsOpen(m.machine[x]) {
			fits = func(to int) *formula { return refTo(m.spares(to)) }
		}
	case m.kind(x) == graph.Link:
	default:
		v.body = m.isUp(x)
		return v
	}
	v.body = allOf(append([]*formula{{op: sound, comp: x}}, m.openEnds(x)...)...)
	for _, r := range m.outs[x] {
		if !m.need(r) {
			continue
		}
		need := m.isUp(int(r.To))
		switch r.Type {
		case graph.PartOf, graph.Joins:
			need = refTo(m.carries(int(r.To)))
		case graph.LocatedIn:
			need = fits(int(r.To))
		case graph.Aggregates:
			need = m.bundleCarries(int(r.To), map[int]bool{})
		}
		v.body.kids = append(v.body.kids, strongly(r, need))
	}
	return v
}

func (m *model) bundleCarries(x int, seen map[int]bool) *formula {
	switch {
	case m.kind(x) == graph.Link:
		return refTo(m.carries(x))
	case m.kind(x) != graph.RedundancyGroup || seen[x]:
		return m.isUp(x)
	}
	seen[x] = true
	return m.group(x, allOf(), func(to int) *formula { return m.bundleCarries(to, seen) })
}

func (m *model) failsOpen(x int) bool {
	attrs := m.comp(x).Attrs
	return m.kind(x) == graph.NetworkDevice && attrs.IsTrue("inline") && attrs.Text("on_failure") == "open"
}

// spares defines when a place has not failed otherwise than by power.
func (m *model) spares(x int) *variable {
	if v := m.spared[x]; v != nil {
		return v
	}
	v := m.define(-1)
	m.spared[x] = v
	v.body = allOf(&formula{op: sound, comp: x}, m.sparedBy(x))
	return v
}

// sparedBy is what a component needs but for its power, and for the power of
// the places that it is in.
func (m *model) sparedBy(x int) *formula {
	f := allOf(m.openEnds(x)...)
	for _, r := range m.outs[x] {
		switch {
		case r.Type == graph.LocatedIn:
			f.kids = append(f.kids, strongly(r, refTo(m.spares(int(r.To)))))
		case !m.isPower(r) && m.need(r):
			f.kids = append(f.kids, strongly(r, m.isUp(int(r.To))))
		}
	}
	return f
}

// isPower reports whether a need is one of power. A room can only say so by
// requiring its source, or a group of nothing but sources.
func (m *model) isPower(r graph.Relation) bool {
	seen := map[int]bool{}
	var source func(x int) bool
	source = func(x int) bool {
		switch m.kind(x) {
		case graph.PowerSource, graph.PowerSupply:
			return true
		case graph.RedundancyGroup:
			if seen[x] {
				return true
			}
			seen[x] = true
			members := m.out(x, graph.Member)
			for _, member := range members {
				if !source(int(member.To)) {
					return false
				}
			}
			return len(members) > 0
		}
		return false
	}
	return r.Type == graph.PoweredBy || r.Type == graph.Requires && source(int(r.To))
}
