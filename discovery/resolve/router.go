package resolve

import (
	"cmp"
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"gujo/discovery"
	"gujo/graph"
)

// routerGroup is a first-hop redundancy group: the virtual router that several
// machines can be (VRRP, RFC 9568; HSRP, RFC 2281).
type routerGroup struct {
	zone      string
	protocol  string
	group     int
	addresses []netip.Addr
	macs      []string
	members   []*routerMember
	subnets   []netip.Prefix
	facts     []discovery.Fact
	alone     bool // a member says that nobody stands by
	id        string
}

type routerMember struct {
	machine  *machine
	part     membership
	state    string
	priority int
	facts    []discovery.Fact
	ports    []*port // those that its own rows are about; nil: one that nobody knows
	told     bool    // of by the others alone
}

// routerRow is what one machine says of one group.
type routerRow struct {
	discovery.VirtualRouter
	machine *machine
	port    *port
	zone    string
}

// subnets are those in which the group lives: those of its interface that hold
// its addresses, or all where it tells none.
func (v routerRow) subnets() []netip.Prefix {
	if v.port == nil {
		return nil
	}
	var all, holding []netip.Prefix
	for _, p := range v.port.prefixes {
		net, ok := subnetOf(p.Prefix)
		if !ok || slices.Contains(all, net) {
			continue
		}
		all = append(all, net)
		if slices.ContainsFunc(v.Addresses, func(a netip.Addr) bool { return net.Contains(plain(a)) }) {
			holding = append(holding, net)
		}
	}
	if len(holding) > 0 {
		return holding
	}
	if len(v.Addresses) > 0 {
		return slices.DeleteFunc(all, func(p netip.Prefix) bool {
			return !slices.ContainsFunc(v.Addresses, func(a netip.Addr) bool { return plain(a).Is4() == p.Addr().Is4() })
		})
	}
	return all
}

// findRouters joins what the members of a group say. Two say the same group if
// they share a virtual address, or protocol, number and subnet.
func (r *resolver) findRouters() {
	var rows []routerRow
	for _, s := range r.subjects {
		if s.machine == nil {
			continue
		}
		for _, v := range s.routers {
			rows = append(rows, routerRow{v, s.machine, s.ports[v.IfIndex], s.Zone})
		}
	}
	set := newClusters(len(rows))
	first := map[string]int{}
	for i, v := range rows {
		var keys []string
		prefix := v.zone + "\x00" + v.Protocol + "\x00"
		for _, a := range v.Addresses {
			keys = append(keys, prefix+plain(a).String())
		}
		for _, p := range v.subnets() {
			keys = append(keys, prefix+strconv.Itoa(v.Group)+"\x00"+p.String())
		}
		for _, k := range keys {
			if j, ok := first[k]; ok {
				set.force(j, i)
			} else {
				first[k] = i
			}
		}
	}
	byRoot := map[int]*routerGroup{}
	for i, v := range rows {
		root := set.root(i)
		g := byRoot[root]
		if g == nil {
			g = &routerGroup{zone: v.zone, protocol: idPart(v.Protocol), group: v.Group}
			byRoot[root] = g
			r.routers = append(r.routers, g)
		}
		g.facts = append(g.facts, v.Fact)
		for _, a := range v.Addresses {
			if a = plain(a); ownable(a) && !slices.Contains(g.addresses, a) {
				g.addresses = append(g.addresses, a)
			}
		}
		if mac := parseMAC(v.VirtualMAC); mac != "" && !slices.Contains(g.macs, mac) {
			g.macs = append(g.macs, mac)
		}
		for _, p := range v.subnets() {
			if !slices.Contains(g.subnets, p) {
				g.subnets = append(g.subnets, p)
			}
		}
		g.member(v.machine).take(v)
	}
	for i, v := range rows {
		g := byRoot[set.root(i)]
		for _, a := range []netip.Addr{v.Master, v.Standby} {
			r.tellOfMember(g, plain(a), v.Fact)
		}
		state := strings.ToLower(v.State)
		if v.Protocol == "hsrp" && state == "active" && v.Standby.IsValid() && v.Standby.IsUnspecified() {
			g.alone = true
		}
	}
	for _, g := range r.routers {
		sortAddresses(g.addresses)
		slices.Sort(g.macs)
		slices.SortFunc(g.subnets, comparePrefix)
	}
	slices.SortStableFunc(r.routers, func(x, y *routerGroup) int {
		return cmp.Or(strings.Compare(x.baseID(), y.baseID()), strings.Compare(x.zone, y.zone), cmp.Compare(x.group, y.group))
	})
}

// tellOfMember adds a member that another one names as master, active or standby.
func (r *resolver) tellOfMember(g *routerGroup, a netip.Addr, f discovery.Fact) {
	if !ownable(a) || slices.Contains(g.addresses, a) || r.isVirtual(g.zone, a) {
		return
	}
	owners := r.index.address[zoned{g.zone, a.String()}]
	for _, m := range g.members {
		if m.machine.has(g.zone, a) {
			return
		}
	}
	if len(owners) > 1 {
		return
	}
	m := only(owners)
	if m == nil {
		m = r.hearOf(g.zone, a, f)
	}
	member := g.member(m)
	member.facts = append(member.facts, f)
	member.told, member.part = true, membership{active: true}
	tables := []string{"vrrpOperTable", "vrrpv3OperationsTable", "vrrpInstanceTable"}
	if g.protocol == "hsrp" {
		tables = []string{"cHsrpGrpTable"}
	}
	if m.readWhole(tables...) {
		member.part.doubted = true
	}
}

// hearOf makes a router of which nothing but an address is known.
func (r *resolver) hearOf(zone string, a netip.Addr, facts ...discovery.Fact) *machine {
	m := newMachine(zone)
	m.addAddress(zone, a)
	m.facts = facts
	m.kind = graph.NetworkDevice
	if r.outOfScope(zone, a) {
		m.kind, m.outOfScope = graph.External, true
	}
	r.machines = append(r.machines, m)
	r.index.add(m)
	return m
}

func (g *routerGroup) member(m *machine) *routerMember {
	for _, o := range g.members {
		if o.machine == m {
			return o
		}
	}
	o := &routerMember{machine: m}
	g.members = append(g.members, o)
	return o
}

// take joins what one row says: a member that is ready in one table and not in
// another is ready.
func (m *routerMember) take(v routerRow) {
	m.facts = append(m.facts, v.Fact)
	if !slices.Contains(m.ports, v.port) {
		m.ports = append(m.ports, v.port)
	}
	switch ready, said := readyState(v.State); {
	case ready:
		m.part, m.state = membership{active: true}, displayName(v.State)
	case m.part.active && !m.part.unread:
	case said && m.state == "":
		m.part, m.state = membership{}, displayName(v.State)
	case m.state == "":
		m.part = membership{active: true, unread: true}
	}
	m.priority = max(m.priority, v.Priority)
	m.told = false
}

// interfaces gives the IDs of the ports on which a member takes part, by its own rows.
func (m *routerMember) interfaces() (ids []string) {
	for _, p := range m.ports {
		if p != nil && p.id != "" {
			ids = append(ids, p.id)
		}
	}
	slices.Sort(ids)
	return ids
}

// readyState reports whether a member in this state is the router or can become
// it (RFC 9568 §6.4, RFC 2281 §5.3); said is false where the state was not read,
// or is a word that says nothing of it.
func readyState(state string) (ready, said bool) {
	switch strings.ToLower(state) {
	case "master", "backup", "active", "standby", "listen", "speak":
		return true, true
	case "", "unknown":
		return false, false
	}
	return false, true
}

func (g *routerGroup) baseID() string {
	name := g.protocol + "-"
	if len(g.addresses) > 0 {
		return "redundancy_group/" + name + g.addresses[0].String()
	}
	if len(g.subnets) > 0 {
		return "redundancy_group/" + name + idPart(g.subnets[0].String()) + "-" + strconv.Itoa(g.group)
	}
	return "redundancy_group/" + name + strconv.Itoa(g.group)
}

func (r *resolver) drawRouters() {
	for _, g := range r.routers {
		gateway := false
		slices.SortFunc(g.members, func(x, y *routerMember) int { return strings.Compare(x.machine.label, y.machine.label) })
		for _, m := range g.members {
			gateway = gateway || m.machine.kind == graph.NetworkDevice
		}
		refs := r.cite(g.facts...)
		id := g.baseID()
		if r.components[id] != nil {
			id += "@" + idPart(g.zone)
		}
		c := graph.Component{ID: id, Kind: graph.RedundancyGroup, Name: strings.TrimPrefix(g.baseID(), "redundancy_group/"), Evidence: refs,
			Group: &graph.Group{K: 1, Designed: max(1, len(g.members)), Technology: g.protocol, KSource: graph.KProtocol}}
		if gateway {
			set(&c, "role", graph.String("gateway"))
		}
		set(&c, "group", graph.Int(int64(g.group)))
		if g.alone {
			set(&c, "standby", graph.String("none"))
		}
		var addresses []string
		for _, a := range g.addresses {
			addresses = append(addresses, a.String())
			c.Identifiers = append(c.Identifiers, "address:"+g.zone+"~"+a.String())
		}
		if len(addresses) > 0 {
			set(&c, "addresses", graph.List(addresses...))
		}
		for _, mac := range g.macs {
			c.Identifiers = append(c.Identifiers, "mac:"+mac)
		}
		g.id = r.add(c)
		for _, a := range g.addresses {
			if k := (zoned{g.zone, a.String()}); r.addresses[k] == "" {
				r.addresses[k] = g.id
			}
		}
		for _, m := range g.members {
			var attrs []graph.Attr
			if m.state != "" {
				attrs = append(attrs, graph.Attr{Key: "state", Value: graph.String(m.state)})
			}
			if m.priority > 0 {
				attrs = append(attrs, graph.Attr{Key: "priority", Value: graph.Int(int64(m.priority))})
			}
			if len(m.ports) > 0 {
				attrs = append(attrs, graph.Attr{Key: "interfaces", Value: graph.List(m.interfaces()...)})
			}
			mrefs := r.cite(m.facts...)
			r.drawMember(g.id, m.machine.id(), mrefs, m.part, attrs...)
			if m.told {
				r.note(g.id, "member.told", mrefs, m.machine.id())
			}
		}
		for _, p := range g.subnets {
			r.relate(g.id, graph.InSubnet, r.subnet(g.zone, p), graph.Soft, refs)
		}
	}
}
