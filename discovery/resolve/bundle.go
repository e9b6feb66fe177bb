package resolve

import (
	"cmp"
	"slices"
	"strings"

	"gujo/discovery"
	"gujo/graph"
)

// bundle is one end of a link aggregation.
type bundle struct {
	port     *port // the aggregate interface
	members  []*port
	attached map[*port]bool
	unread   map[*port]bool // whether they are attached was not read
	protocol string
	minLinks int
	partner  string // the other end's system, a MAC address
	partners map[*port]partner
	facts    []discovery.Fact
}

// partner is who a port's own protocol says is at the other end, and the number
// of the port there; number is its own.
type partner struct {
	system       string
	port, number int
}

// makeBundles reads which ports are bundled. A port is a member of one
// aggregate; an aggregate without a member is an interface like others.
func (r *resolver) makeBundles() {
	for _, s := range r.subjects {
		if s.machine == nil {
			continue
		}
		for _, a := range s.aggregates {
			p := s.ports[a.IfIndex]
			if p == nil || len(a.Members) == 0 {
				continue
			}
			b := p.bundles
			if b == nil {
				b = &bundle{port: p, attached: map[*port]bool{}, unread: map[*port]bool{}, partners: map[*port]partner{}}
				p.bundles = b
				r.bundles = append(r.bundles, b)
			}
			b.facts = append(b.facts, a.Fact)
			b.minLinks = max(b.minLinks, a.MinLinks)
			if b.protocol == "" || a.Protocol == "lacp" {
				b.protocol = a.Protocol
			}
			if mac := parseMAC(a.PartnerSystem); tellsApart(mac) {
				b.partner = mac
			}
			for _, member := range a.Members {
				q := s.ports[member.IfIndex]
				if q == nil || q == p || q.aggregate != nil && q.aggregate != b {
					continue
				}
				if q.aggregate == nil {
					q.aggregate = b
					b.members = append(b.members, q)
				}
				if b.attached[q] = b.attached[q] || member.Attached; b.attached[q] {
					b.unread[q] = false
				} else if member.Unread {
					b.unread[q] = true
				}
				if mac := parseMAC(member.PartnerSystem); tellsApart(mac) {
					b.partner = cmp.Or(b.partner, mac)
					b.partners[q] = partner{mac, member.PartnerPort, member.Port}
				}
			}
		}
	}
	slices.SortFunc(r.bundles, func(x, y *bundle) int {
		return strings.Compare(end{x.port.machine, x.port}.String(), end{y.port.machine, y.port}.String())
	})
}

// pairPartners makes the cables of which only LACP tells: two ports without a
// neighbour that each name the other's system and port. One of them that says so
// is not enough, as a number of a port is nobody's own.
func (r *resolver) pairPartners() {
	type address struct {
		machine *machine
		number  int
	}
	silent := map[address][]*port{}
	for _, b := range r.bundles {
		for _, p := range b.members {
			if to := b.partners[p]; len(p.cables) == 0 && to.number != 0 {
				at := address{p.machine, to.number}
				silent[at] = append(silent[at], p)
			}
		}
	}
	for _, b := range r.bundles {
		for _, p := range b.members {
			to := b.partners[p]
			far := only(r.index.mac[to.system])
			if len(p.cables) > 0 || far == nil || far == p.machine || to.port == 0 {
				continue
			}
			q := only(silent[address{far, to.port}])
			if q == nil || len(q.cables) > 0 || only(silent[address{p.machine, to.number}]) != p {
				continue
			}
			back := q.aggregate.partners[q]
			if only(r.index.mac[back.system]) != p.machine || back.port != to.number {
				continue
			}
			c := &cable{source: "lacp", facts: append(slices.Clone(b.facts), q.aggregate.facts...),
				ends: []cableEnd{{end{p.machine, p}, graph.Hard}, {end{far, q}, graph.Hard}}, notes: []cableNote{{key: "from.partner", facts: b.facts}}}
			p.cables, q.cables = append(p.cables, c), append(q.cables, c)
			r.cables = append(r.cables, c)
		}
	}
}

// trunk is an aggregate link: the cables between one aggregate and one other machine.
type trunk struct {
	near   *bundle
	far    *machine // nil: nobody knows
	other  *bundle  // the far end's, where it was read
	cables []*cable
	spare  []*port // members of near that no cable is known of
}

// drawBundles draws, for each aggregate and each machine it leads to, a link
// that needs a group of the cables between them.
func (r *resolver) drawBundles() {
	type way struct {
		near, other *bundle
		far         *machine
	}
	trunks := map[way]*trunk{}
	var order []*trunk
	of := func(near, other *bundle, far *machine) *trunk {
		if other != nil {
			if t := trunks[way{other, near, near.port.machine}]; t != nil {
				return t
			}
		}
		w := way{near, other, far}
		if trunks[w] == nil {
			trunks[w] = &trunk{near: near, other: other, far: far}
			order = append(order, trunks[w])
		}
		return trunks[w]
	}
	for _, b := range r.bundles {
		var spare []*port
		var own []*trunk
		slices.SortFunc(b.members, func(x, y *port) int { return cmp.Or(cmp.Compare(x.index, y.index), strings.Compare(x.key, y.key)) })
		for _, p := range b.members {
			c := onlyCable(p)
			if c == nil {
				spare = append(spare, p)
				continue
			}
			e := c.ends[0]
			if e.port == p {
				e = c.ends[1]
			}
			t := of(b, b.otherAt(e.end), e.machine)
			if !slices.Contains(t.cables, c) {
				t.cables = append(t.cables, c)
			}
			if !slices.Contains(own, t) {
				own = append(own, t)
			}
		}
		if len(spare) == 0 {
			continue
		}
		partner := only(r.index.mac[b.partner])
		if partner != nil && (partner == b.port.machine || partner.kind == graph.External) {
			partner = nil
		}
		switch {
		case len(own) == 1 && (partner == nil || partner == own[0].from(b)):
		case partner != nil:
			own = []*trunk{of(b, nil, partner)}
		default:
			own = []*trunk{of(b, nil, nil)}
		}
		if t := own[0]; t.near == b {
			t.spare = append(t.spare, spare...)
		} else if len(spare) > len(t.spare) {
			// Both ends have members without a cable: they are each other's, so
			// the end with more of them counts.
			t.near, t.other, t.far, t.spare = b, t.near, t.near.port.machine, spare
		}
	}
	for _, t := range order {
		r.drawTrunk(t)
	}
}

// from gives the machine that a trunk leads to from one of its ends.
func (t *trunk) from(b *bundle) *machine {
	if t.near == b {
		return t.far
	}
	return t.near.port.machine
}

// otherAt gives the aggregate at the far end of one of its cables. A port that
// was put out of the aggregate there is still meant to be in it, as long as
// another cable to that machine ends in one: else the cable would count as a
// second aggregate beside the first.
func (b *bundle) otherAt(e end) *bundle {
	if e.port != nil && e.port.aggregate != nil {
		return e.port.aggregate
	}
	for _, p := range b.members {
		if c := onlyCable(p); c != nil {
			for _, o := range c.ends {
				if o.machine == e.machine && o.port != nil && o.port.aggregate != nil && o.port.aggregate != b {
					return o.port.aggregate
				}
			}
		}
	}
	return nil
}

// onlyCable gives the drawn cable with two ends at a port, if there is one.
func onlyCable(p *port) *cable {
	for _, c := range p.cables {
		if c.id != "" && len(c.ends) == 2 {
			return c
		}
	}
	return nil
}

func (r *resolver) drawTrunk(t *trunk) {
	near := end{t.near.port.machine, t.near.port}
	facts := slices.Clone(t.near.facts)
	k, technology := t.near.minLinks, displayName(t.near.protocol)
	designed := len(t.cables) + len(t.spare)
	ends := []cableEnd{{near, graph.Hard}}
	if t.far != nil {
		far := end{machine: t.far}
		strength := graph.Assumed
		if t.other != nil {
			far.port = t.other.port
			facts = append(facts, t.other.facts...)
			k = max(k, t.other.minLinks)
			if t.other.protocol == "lacp" {
				technology = "lacp"
			}
			if len(r.trunksOf(t.near)) == 1 {
				designed = max(designed, len(t.other.members))
			}
		}
		if len(t.spare) > 0 && t.proven(r) {
			strength = graph.Hard
		}
		for _, c := range t.cables {
			for _, e := range c.ends {
				if e.machine == t.far {
					strength = min(strength, e.strength)
				}
			}
		}
		ends = append(ends, cableEnd{far, strength})
	}
	refs := r.cite(facts...)

	id := ""
	for _, c := range t.near.port.cables { // a neighbour protocol may have told of the aggregate itself
		if c.id != "" && len(c.ends) == 2 && slices.ContainsFunc(c.ends, func(e cableEnd) bool { return e.machine == t.far }) {
			id = c.id
		}
	}
	c := &cable{ends: ends}
	c.sortEnds()
	if id == "" {
		var names []string
		for _, e := range c.ends {
			names = append(names, e.String())
		}
		comp := graph.Component{ID: c.baseID(), Kind: graph.Link, Name: strings.Join(names, " – "), Evidence: refs}
		set(&comp, "aggregate", graph.Bool(true))
		id = r.add(comp)
		for _, e := range c.ends {
			r.relate(id, graph.Joins, e.component(), e.strength, refs)
		}
	}
	if technology == "" {
		technology = "lag" // nobody said whether a protocol runs
	}
	doubted := t.doubted()
	group := graph.Component{ID: "redundancy_group/lag-" + strings.TrimPrefix(c.baseID(), "link/"), Kind: graph.RedundancyGroup,
		Name: c.components(), Evidence: refs, Group: &graph.Group{K: 1, Technology: technology, KSource: graph.KDefault}}
	if k > 0 {
		group.Group.K, group.Group.KSource = k, graph.KDevice
	}
	group.Group.Designed = max(designed, group.Group.K)
	gid := r.add(group)
	r.relate(id, graph.Aggregates, gid, graph.Hard, refs)
	if doubted {
		r.note(gid, "aggregate.unconfirmed", refs, t.far.id())
	}
	for _, b := range []*bundle{t.near, t.other} {
		if b != nil && b.torn() {
			doubted = true
			r.conflictPartners(gid, b)
		}
	}

	for _, member := range t.cables {
		part := membership{active: true, doubted: doubted}
		for _, e := range member.ends {
			switch {
			case e.port == nil:
			case e.port.aggregate == nil: // its other end alone says that it is in the aggregate
				part.active = part.active && !(t.other != nil && e.machine.read())
			case e.port.aggregate == t.near || e.port.aggregate == t.other:
				part = part.and(e.port.aggregate.part(e.port))
			}
		}
		r.drawMember(gid, member.id, refs, part)
	}
	spare := graph.Assumed
	if t.proven(r) {
		spare = graph.Hard
	}
	for _, p := range t.spare {
		e := end{p.machine, p}
		comp := graph.Component{ID: "link/" + e.String(), Kind: graph.Link, Name: e.String(), Evidence: refs}
		lid := r.add(comp)
		r.relate(lid, graph.Joins, e.component(), graph.Hard, refs)
		if t.far != nil {
			r.relate(lid, graph.Joins, t.far.id(), spare, refs)
		}
		r.note(lid, "member.without.neighbour", refs, e.String())
		r.drawMember(gid, lid, refs, t.near.part(p).and(membership{active: true, doubted: doubted}))
	}
}

// doubted reports whether the other end was read and does not confirm that the
// ports are bundled: it has no such aggregate. Where no protocol says that there
// is anybody at the other end, that it was read at all and shows none is enough.
func (t *trunk) doubted() bool {
	if t.other != nil || t.far == nil || !t.far.read() {
		return false
	}
	return t.near.protocol != "lacp" || t.far.readWhole("dot3adAggPortTable", "dot3adAggTable")
}

// torn reports whether the ports in service name several partners: they cannot be
// one link then, whatever the aggregate says.
func (b *bundle) torn() bool { return len(b.systems()) > 1 }

// systems lists the partners of the ports that are, or may be, in service.
func (b *bundle) systems() []string {
	named := map[string]bool{}
	for _, p := range b.members {
		if to := b.partners[p]; to.system != "" && b.part(p).active {
			named[to.system] = true
		}
	}
	return sortedKeys(named)
}

// conflictPartners keeps that the ports of an aggregate name several partners.
func (r *resolver) conflictPartners(group string, b *bundle) {
	c := graph.Conflict{Component: group, Attribute: "partner_system"}
	for _, system := range b.systems() {
		c.Values = append(c.Values, graph.ConflictValue{Value: system, Source: b.port.machine.displayName(), Evidence: firstOf(r.cite(b.facts...))})
	}
	r.conflicts = append(r.conflicts, c)
}

// proven reports whether one end's own protocol names the other as its partner:
// then a port that is in the aggregate leads there, even if no neighbour is heard
// on it. A bond without a protocol may have its ports on two switches, one of
// which is silent.
func (t *trunk) proven(r *resolver) bool {
	names := func(b *bundle, m *machine) bool {
		return b != nil && b.protocol == "lacp" && only(r.index.mac[b.partner]) == m
	}
	return names(t.near, t.far) || names(t.other, t.near.port.machine)
}

// membership is what is known of a member's part in its group: that it takes
// part, that it does not, or nothing but that it is meant to.
type membership struct {
	active  bool
	unread  bool // whether it does was not read
	doubted bool // others say so, and it does not
}

// part gives what an aggregate says of one of its ports.
func (b *bundle) part(p *port) membership {
	return membership{active: b.attached[p] || b.unread[p], unread: b.unread[p]}
}

// and joins what both ends of a cable say: one that says no is enough.
func (m membership) and(o membership) membership {
	return membership{active: m.active && o.active, unread: m.unread || o.unread, doubted: m.doubted || o.doubted}
}

// drawMember draws a member. One of which nobody read whether it takes part is
// only assumed to: nothing may be judged safe because of it.
func (r *resolver) drawMember(group, member string, refs []string, part membership, attrs ...graph.Attr) {
	strength := graph.Hard
	switch {
	case !part.active:
		attrs = append(attrs, graph.Attr{Key: "active", Value: graph.Bool(false)})
	case part.unread:
		strength = graph.Assumed
		r.note(group, "member.unread", refs, member)
	case part.doubted:
		strength = graph.Assumed
	}
	r.relate(group, graph.Member, member, strength, refs, attrs...)
}

func (c *cable) components() string {
	var names []string
	for _, e := range c.ends {
		names = append(names, e.String())
	}
	return strings.Join(names, " – ")
}

// trunksOf lists the machines that an aggregate leads to.
func (r *resolver) trunksOf(b *bundle) []*machine {
	var list []*machine
	for _, p := range b.members {
		if c := onlyCable(p); c != nil {
			for _, e := range c.ends {
				if e.port != p && !slices.Contains(list, e.machine) {
					list = append(list, e.machine)
				}
			}
		}
	}
	return list
}
