package brute

import (
	"slices"

	"gujo/graph"
)

// place is where something stands that asks or is asked across the network.
type place struct {
	self    int  // who asks or is asked: a server, device, zone; or what has no place; -1: not known
	host    int  // the machine whose links and attachments lead there; -1: not known
	subnets int  // whose subnets are the place's; -1: not known
	vlans   int  // whose VLANs are the place's; -1: not known
	assumed bool // that it stands there at all
}

// ask is one who is asked across the network from a place, and under which address.
type ask struct {
	from  place
	to    int
	under face
}

// nowhere is the place of something of which no place is known.
func nowhere(x int) place { return place{self: x, host: -1, subnets: -1, vlans: -1} }

func (m *model) zonePlace(r graph.Relation) place {
	p := m.ownPlace(int(r.To))
	p.assumed = r.Strength == graph.Assumed
	return p
}

// ownPlace is the place of what stands where it is itself.
func (m *model) ownPlace(x int) place {
	p := m.at(nowhere(x), x)
	p.host = x
	return p
}

// at takes a machine's subnets and VLANs where those of what stands on it are not known.
func (m *model) at(p place, x int) place {
	p.subnets, p.vlans = m.known(p.subnets, p.vlans, x)
	return p
}

// known gives whose subnets and VLANs count: those found so far, else those of x.
func (m *model) known(subnets, vlans, x int) (int, int) {
	if subnets < 0 && len(m.subnets[x]) > 0 {
		subnets = x
	}
	if vlans < 0 && len(m.vlans[x]) > 0 {
		vlans = x
	}
	return subnets, vlans
}

// stands says what there must be of the places where something stands: of each
// that it runs on, and of k hosts of a cluster.
func (m *model) stands(x int, there func(place) *formula) *formula {
	return m.standsOn(nowhere(-1), x, nil, there)
}

func (m *model) standsOn(p place, x int, seen []int, there func(place) *formula) *formula {
	if slices.Contains(seen, x) {
		return &formula{op: never}
	}
	seen = append(slices.Clone(seen), x)
	if m.kind(x) == graph.RedundancyGroup {
		return m.group(x, there(nowhere(p.self)), func(host int) *formula {
			switch m.kind(host) {
			case graph.RedundancyGroup:
				return m.standsOn(p, host, seen, there)
			case graph.Server, graph.NetworkDevice:
				return allOf(m.isUp(host), m.standsOn(p, host, seen, there))
			}
			return allOf(m.isUp(host), there(nowhere(p.self))) // no machine
		})
	}
	if m.kind(x) != graph.Application {
		if p.self < 0 {
			p.self = x
		}
		p = m.at(p, x)
	}
	// What is not known to stand anywhere is asked, and asks, without a way.
	f := &formula{op: placed, kids: []*formula{there(nowhere(p.self))}}
	for _, r := range m.out(x, graph.RunsOn) {
		q := p
		q.assumed = p.assumed || r.Strength == graph.Assumed
		f.kids = append(f.kids, strongly(r, m.standsOn(q, int(r.To), seen, there)))
	}
	known := m.kind(x) != graph.Application && (!m.virtual(x) || m.isPlaced(x))
	if len(f.kids) > 1 || !known {
		return f
	}
	p.host = x
	return there(p)
}

func (m *model) virtual(x int) bool { return m.comp(x).Attrs.IsTrue("virtual") }

func (m *model) isPlaced(x int) bool { return m.placed[x] || m.placed[m.machine[x]] }

// face is the address under which something is asked: whose subnets and VLANs
// that has; -1: not known.
type face struct{ subnets, vlans int }

var noFace = face{-1, -1}

// asked is the need for something across the network, from a place: it is up,
// and the place reaches its place. What is behind a name, an address or a group
// counts only as far as this one reaches it.
func (m *model) asked(from place, to int, under face) *formula {
	from = asker(from)
	key := ask{from, to, under}
	if v := m.asks[key]; v != nil {
		return refTo(v)
	}
	v := m.follow()
	m.asks[key] = v
	v.body = m.meets(from, to, under)
	return refTo(v)
}

// asker gives a place as one that asks: who has none asks as anybody without.
func asker(p place) place {
	if p.host < 0 {
		return nowhere(-1)
	}
	return p
}

// follow makes a variable that is a least fixpoint.
func (m *model) follow() *variable {
	v := &variable{least: true, index: len(m.least), comp: -1}
	m.least = append(m.least, v)
	return v
}

func (m *model) meets(from place, to int, under face) *formula {
	return m.behind(to, under, func(p place, under face) *formula {
		// The address is in its own subnets and VLANs, where these are known.
		if p.host >= 0 && under.subnets >= 0 {
			p.subnets = under.subnets
		}
		if p.host >= 0 && under.vlans >= 0 {
			p.vlans = under.vlans
		}
		return m.way(from, p)
	}, func(next int, under face) *formula { return m.asked(from, next, under) })
}

// behind is the need for a name, an address, a group or what it comes to: it is
// up, next holds for what comes next, and there holds where it stands.
func (m *model) behind(to int, under face, there func(place, face) *formula, next func(int, face) *formula) *formula {
	if m.kind(to) == graph.Endpoint || m.kind(to) == graph.VirtualServer {
		under.subnets, under.vlans = m.known(under.subnets, under.vlans, to)
	}
	here := func(p place) *formula { return there(p, under) }
	switch m.kind(to) {
	case graph.RedundancyGroup:
		return m.group(to, here(nowhere(to)), func(member int) *formula { return next(member, under) })
	case graph.DNSName, graph.DNSZone, graph.Endpoint:
		f := allOf(m.except(to)...)
		targets := 0
		for _, r := range m.outs[to] {
			if m.leads(r) {
				f.kids = append(f.kids, strongly(r, next(int(r.To), under)))
			}
			if m.leads(r) && r.Type != graph.InZone {
				targets++
			}
		}
		if targets == 0 {
			f.kids = append(f.kids, here(nowhere(to)))
		}
		return f
	case graph.VirtualServer:
		return allOf(append(m.except(to), m.holders(to, under, there, nil))...)
	case graph.Application:
		return allOf(m.isUp(to), m.stands(to, func(p place) *formula { return allOf(here(p), m.runsAt(to, p)) }))
	case graph.Server, graph.NetworkDevice:
		return allOf(m.isUp(to), m.stands(to, here))
	}
	return allOf(m.isUp(to), here(m.ownPlace(to)))
}

// holders are a virtual server's: each must be there, and reach every pool. What
// is asked for itself again on the way leads nowhere.
func (m *model) holders(x int, under face, there func(place, face) *formula, seen []int) *formula {
	too := func(p place, under face) *formula { return allOf(there(p, under), m.pools(x, p)) }
	var holder func(h int, under face, seen []int) *formula
	holder = func(h int, under face, seen []int) *formula {
		if slices.Contains(seen, h) {
			return &formula{op: never}
		}
		seen = append(slices.Clone(seen), h)
		if m.kind(h) == graph.VirtualServer {
			under.subnets, under.vlans = m.known(under.subnets, under.vlans, h)
			return allOf(append(m.except(h), m.holders(h, under, too, seen))...)
		}
		return m.behind(h, under, too, func(next int, under face) *formula { return holder(next, under, seen) })
	}
	seen = append(slices.Clone(seen), x)
	f := &formula{op: placed, kids: []*formula{too(nowhere(x), under)}}
	for _, r := range m.out(x, graph.ServedBy) {
		f.kids = append(f.kids, strongly(r, holder(int(r.To), under, seen)))
	}
	return f
}

// pools are what a virtual server's holder needs from its place.
func (m *model) pools(x int, p place) *formula {
	key := ask{from: asker(p), to: x}
	v := m.met[key]
	if v == nil {
		v = m.follow()
		m.met[key] = v
		v.body = allOf()
		for _, r := range m.out(x, graph.BalancesTo) {
			v.body.kids = append(v.body.kids, strongly(r, m.asked(p, int(r.To), noFace)))
		}
	}
	return refTo(v)
}

// way is the need for a way between two places.
func (m *model) way(a, b place) *formula {
	f := m.wayThere(a, b)
	if a.assumed || b.assumed {
		// What an assumed host places counts as there, each way for itself.
		return assumed(f)
	}
	return f
}

func (m *model) wayThere(a, b place) *formula {
	differ := m.differ(a, b)
	blind := m.blind(a, b)
	if a.host >= 0 && a.host == b.host && !differ && blind < 0 {
		return allOf()
	}
	if f, decided := m.unplaced(a, b); decided {
		return f
	}
	if !differ && blind < 0 {
		return m.path(a, b)
	}
	f, legs := allOf(), 0
	leg := func(near, far place) {
		for _, r := range m.uses(near.self, "gateway") {
			legs++
			f.kids = append(f.kids, strongly(r, m.gateways(near, far, int(r.To), nil)))
		}
	}
	leg(a, b)
	leg(b, a)
	switch {
	case blind >= 0:
		straight := allOf()
		if a.host != b.host {
			straight = m.path(a, b)
		}
		end := m.unobserved("network", blind)
		m.oneSided[end.end] = true
		return allOf(&formula{op: either, kids: []*formula{straight, f}}, end)
	case legs > 0:
		return f
	}
	f.kids = append(f.kids, m.path(a, b))
	if m.kind(a.self) != graph.NetworkDevice {
		f.kids = append(f.kids, m.unobserved("network", a.self))
	}
	return f
}

// blind gives the end of a way that is not known well enough to say whether the
// way stays in one subnet, where that decides whether it needs a gateway that one
// of the ends has; -1: neither is. An end is known by its subnet or, where those
// are not known of either, by its VLAN; if nothing is known of the other end too,
// they are taken to be in one.
func (m *model) blind(a, b place) int {
	gateways := len(m.uses(a.self, "gateway")) + len(m.uses(b.self, "gateway"))
	if gateways == 0 || m.differ(a, b) || a.host == b.host && a.self == b.self {
		return -1
	}
	subnetA, subnetB := len(m.of(m.subnets, a.subnets)) > 0, len(m.of(m.subnets, b.subnets)) > 0
	vlanA, vlanB := len(m.of(m.vlans, a.vlans)) > 0, len(m.of(m.vlans, b.vlans)) > 0
	switch {
	case subnetA && subnetB || vlanA && vlanB:
		return -1
	case subnetA, vlanA && !subnetB:
		return b.self
	case subnetB, vlanB:
		return a.self
	}
	return -1
}

// unplaced decides where one end is not known, or stands nowhere on the network:
// the way counts as there, and hangs on where services, servers, zones and
// devices are.
func (m *model) unplaced(a, b place) (*formula, bool) {
	f, decided := allOf(), false
	for _, p := range []place{a, b} {
		x := p.host
		switch {
		case x >= 0 && m.isPlaced(x):
			continue
		case x >= 0:
			switch x = m.machine[x]; m.kind(x) {
			case graph.Service, graph.Server, graph.AccessZone, graph.NetworkDevice:
				f.kids = append(f.kids, m.unobserved("network", x))
			}
		}
		decided = true
	}
	return f, decided
}

// gateways is the way through the gateway group of the near end: its members
// count that are up, reached inside the subnet, and reach the far end.
func (m *model) gateways(near, far place, group int, seen []int) *formula {
	if slices.Contains(seen, group) {
		return &formula{op: never}
	}
	seen = append(slices.Clone(seen), group)
	straight := func(a, b place) *formula {
		if a.host >= 0 && a.host == b.host {
			return allOf()
		}
		if f, decided := m.unplaced(a, b); decided {
			return f
		}
		return m.path(a, b)
	}
	through := func(p place) *formula {
		f := allOf(straight(near, p), straight(p, far))
		switch {
		case m.differ(near, p):
			return &formula{op: never}
		case p.assumed:
			return assumed(f)
		}
		return f
	}
	return m.group(group, through(nowhere(group)), func(g int) *formula {
		switch m.kind(g) {
		case graph.RedundancyGroup:
			return m.gateways(near, far, g, seen)
		case graph.Server, graph.NetworkDevice:
			return allOf(m.isUp(g), m.stands(g, through))
		}
		return allOf(m.isUp(g), through(m.ownPlace(g)))
	})
}

// differ reports whether two places are in subnets, or in VLANs, that are known
// and have none in common.
func (m *model) differ(a, b place) bool {
	apart := func(x, y []int) bool { return len(x) > 0 && len(y) > 0 && len(common(x, y)) == 0 }
	return apart(m.of(m.subnets, a.subnets), m.of(m.subnets, b.subnets)) || apart(m.of(m.vlans, a.vlans), m.of(m.vlans, b.vlans))
}

func (m *model) of(scopes [][]int, x int) []int {
	if x < 0 {
		return nil
	}
	return scopes[x]
}

func (m *model) path(a, b place) *formula {
	return &formula{op: onPath, a: a, b: b}
}

type wayKey struct {
	a, b place
	weak bool
}

// path reports whether a way leads from one place to the other over what
// carries. Pessimistically, assumed edges do not, unless the way would lack its
// path in the picture already.
func (w *world) path(a, b place) bool {
	weak := w.picture == nil || !w.picture.hasPath(a, b, false)
	return w.hasPath(a, b, weak)
}

func (w *world) hasPath(a, b place, weak bool) bool {
	if w.part != nil {
		return w.partOpen(a, b, weak)
	}
	key := wayKey{a, b, weak}
	got, ok := w.ways[key]
	if !ok {
		got = w.search(a, b, weak)
		w.ways[key] = got
	}
	return got
}

// search tries each VLAN that both ends have; where none is known for one of
// them, or they have none in common, interfaces carry whatever VLAN they do.
func (w *world) search(a, b place, weak bool) bool {
	return w.m.leadsOver(a, b, weak, w.carries)
}

// leadsOver reports whether a way leads from one place to the other over what is open.
func (m *model) leadsOver(a, b place, weak bool, open func(x int) bool) bool {
	vlans := common(m.of(m.vlans, a.vlans), m.of(m.vlans, b.vlans))
	if len(vlans) == 0 {
		vlans = []int{-1}
	}
	for _, vlan := range vlans {
		if m.reaches(a.host, b.host, vlan, weak, open) {
			return true
		}
	}
	return false
}

func (m *model) reaches(from, to, vlan int, weak bool, open func(x int) bool) bool {
	reached := map[int]bool{from: true}
	for queue := []int{from}; len(queue) > 0; queue = queue[1:] {
		x := queue[0]
		if x == to {
			return true
		}
		for _, e := range m.edges[x] {
			if !reached[e.to] && (weak || !e.assumed) && m.enters(x, e.to, from, to, vlan) && (e.to == to || open(e.to)) {
				reached[e.to] = true
				queue = append(queue, e.to)
			}
		}
	}
	return false
}

func (w *world) carries(x int) bool { return w.greatest[w.m.carry[x].index] }

// enters reports whether a way between two ends may go from x on to y, were all up.
func (m *model) enters(x, y, from, to, vlan int) bool {
	if y == to {
		return true
	}
	switch m.kind(y) {
	case graph.Link, graph.Interface, graph.Module, graph.NetworkDevice:
	default:
		return false
	}
	if tags := m.tagged[y]; vlan >= 0 && len(tags) > 0 && !slices.Contains(tags, vlan) {
		return false
	}
	// What carries no transit is passed only in leaving the one end and in
	// coming to the other.
	first, last := m.machine[from], m.machine[to]
	if !m.transit(y) && m.machine[y] != last && (m.machine[y] != first || m.machine[x] != first) {
		return false
	}
	return m.transit(x) || m.machine[x] != last || m.machine[y] == last || m.machine[x] == first
}
