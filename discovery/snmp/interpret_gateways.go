package snmp

import (
	"cmp"
	"fmt"
	"net/netip"
	"slices"

	"gujo/discovery"
)

// gatewayReading is the subject's part in first-hop redundancy groups, and the
// addresses that they share.
type gatewayReading struct {
	routers []discovery.VirtualRouter
	held    map[netip.Addr]bool
}

// readGateways reads VRRP (both MIBs), keepalived's own MIB and HSRP.
// keepalived tells the same groups twice: they are joined, its own MIB knowing
// more states.
func (d *device) readGateways(p *ports) gatewayReading {
	g := gatewayReading{held: make(map[netip.Addr]bool)}
	g.routers = append(g.routers, d.vrrp2()...)
	g.routers = append(g.routers, d.vrrp3()...)
	type group struct{ index, vrid, family int }
	at := make(map[group]int)
	for i, r := range g.routers {
		at[group{r.IfIndex, r.Group, family(r.Addresses)}] = i
	}
	for _, k := range d.keepalived(p) {
		i, ok := at[group{k.IfIndex, k.Group, family(k.Addresses)}]
		if !ok {
			g.routers = append(g.routers, k)
			continue
		}
		r := &g.routers[i]
		r.Instance, r.State = k.Instance, cmp.Or(k.State, r.State)
		r.Priority = cmp.Or(k.Priority, r.Priority)
		r.Addresses = union(r.Addresses, k.Addresses)
		r.Sources = append(r.Sources, k.Sources...)
	}
	g.routers = append(g.routers, d.hsrp()...)
	d.boundShared(g.routers)
	d.missStates(g.routers)
	for _, r := range g.routers {
		for _, a := range r.Addresses {
			g.held[a] = true
		}
	}
	return g
}

// missStates says of which tables the rows lack the group's state: what is read
// of such a group is not whole.
func (d *device) missStates(routers []discovery.VirtualRouter) {
	missing := make(map[string]int)
	for _, r := range routers {
		if r.State == "" {
			for _, table := range d.tablesOf(r) {
				missing[table]++
			}
		}
	}
	for table, n := range missing {
		d.truncate(table, fmt.Sprintf("%d groups without a state", n))
	}
}

// boundShared leaves out the addresses beyond those that all groups together may hold.
func (d *device) boundShared(routers []discovery.VirtualRouter) {
	room, left := maxSharedAddresses, 0
	var tables []string
	for i := range routers {
		r := &routers[i]
		if fits := min(len(r.Addresses), room); fits < len(r.Addresses) {
			left += len(r.Addresses) - fits
			r.Addresses = r.Addresses[:fits]
			tables = append(tables, d.tablesOf(*r)...)
		}
		room -= len(r.Addresses)
	}
	for _, table := range tables {
		d.truncate(table, fmt.Sprintf("%d addresses left out: no more than %d of all groups of a device are taken", left, maxSharedAddresses))
	}
}

func (d *device) gateways(g gatewayReading) {
	for _, r := range g.routers {
		d.add(r)
	}
}

// family says of which kind addresses are. A group whose addresses were not read
// is taken as the common kind.
func family(addresses []netip.Addr) int {
	if len(addresses) > 0 && addresses[0].Is6() {
		return 6
	}
	return 4
}

const maxShared = 256 // addresses of one group: VRRP's count is an octet

func union(a, b []netip.Addr) []netip.Addr {
	for _, x := range b {
		if len(a) < maxShared && !slices.Contains(a, x) {
			a = append(a, x)
		}
	}
	slices.SortFunc(a, netip.Addr.Compare)
	return a
}

func priority(n int64) int {
	if n < 0 || n > 255 {
		return 0
	}
	return int(n)
}

// router gives an address of a router, the zero Addr where there is none.
func router(v variable) netip.Addr {
	a, ok := v.address()
	if !ok || a.IsUnspecified() {
		return netip.Addr{}
	}
	return a
}

// vrrp2 reads VRRP-MIB (RFC 2787).
func (d *device) vrrp2() []discovery.VirtualRouter {
	type group struct{ index, vrid uint32 }
	addresses := make(map[group][]netip.Addr)
	for _, r := range d.rows("1.3.6.1.2.1.68.1.4.1", 1, 2) {
		parts := r.parts()
		if len(parts) != 6 {
			continue
		}
		if a, ok := ipv4Index(parts[2:]); ok && !a.IsUnspecified() {
			k := group{parts[0], parts[1]}
			addresses[k] = union(addresses[k], []netip.Addr{a})
		}
	}
	var routers []discovery.VirtualRouter
	for _, r := range d.rows("1.3.6.1.2.1.68.1.3.1", 2, 3, 4, 5, 7, 8, 15) {
		parts := r.parts()
		if len(parts) != 2 || parts[1] < 1 || parts[1] > 255 {
			continue
		}
		routers = append(routers, discovery.VirtualRouter{
			Fact: d.fact(r.get(3), r.get(5), r.get(7), r.get(2)), Protocol: "vrrp", IfIndex: ifIndex(int64(parts[0])), Group: int(parts[1]),
			State: r.inService(label(vrrpLabels, r.number(3)), 4, 15), Priority: priority(r.number(5)), VirtualMAC: realMAC(r.get(2).octets()),
			Addresses: addresses[group{parts[0], parts[1]}], Master: router(r.get(7)),
		})
	}
	return routers
}

// inService gives a state where no switch of the row (vrrpOperAdminState,
// vrrpOperRowStatus, vrrpv3OperationsRowStatus: 1 is on) says otherwise. A row that
// is off and yet claims a part contradicts itself: then no state is known.
func (r row) inService(state string, switches ...int) string {
	for _, column := range switches {
		if r.get(column).Type != 0 && r.number(column) != 1 {
			return ""
		}
	}
	return state
}

// vrrp3 reads VRRPV3-MIB (RFC 6527).
func (d *device) vrrp3() []discovery.VirtualRouter {
	type group struct{ index, vrid, family uint32 }
	addresses := make(map[group][]netip.Addr)
	for _, r := range d.rows("1.3.6.1.2.1.207.1.1.2.1", 1, 2) {
		parts := r.parts()
		if len(parts) < 7 {
			continue
		}
		if a, _, ok := inetIndex(parts[2:], 0); ok && !a.IsUnspecified() {
			k := group{parts[0], parts[1], parts[2]}
			addresses[k] = union(addresses[k], []netip.Addr{a})
		}
	}
	var routers []discovery.VirtualRouter
	for _, r := range d.rows("1.3.6.1.2.1.207.1.1.1.1", 3, 4, 5, 6, 7, 13) {
		parts := r.parts()
		if len(parts) != 3 || parts[1] < 1 || parts[1] > 255 {
			continue
		}
		routers = append(routers, discovery.VirtualRouter{
			Fact: d.fact(r.get(6), r.get(7), r.get(3), r.get(5)), Protocol: "vrrp", IfIndex: ifIndex(int64(parts[0])), Group: int(parts[1]),
			State: r.inService(label(vrrpLabels, r.number(6)), 13), Priority: priority(r.number(7)), VirtualMAC: realMAC(r.get(5).octets()),
			Addresses: addresses[group{parts[0], parts[1], parts[2]}], Master: router(r.get(3)),
		})
	}
	return routers
}

// keepalived reads the instances and addresses of KEEPALIVED-MIB.
func (d *device) keepalived(p *ports) []discovery.VirtualRouter {
	addresses := make(map[uint32][]netip.Addr)
	for _, r := range d.rows("1.3.6.1.4.1.9586.100.5.2.6.1", 2, 3) {
		parts := r.parts()
		if len(parts) != 2 {
			continue
		}
		if a, ok := inetAddress(r.number(2), r.get(3).octets()); ok && !a.IsUnspecified() {
			addresses[parts[0]] = union(addresses[parts[0]], []netip.Addr{a})
		}
	}
	var routers []discovery.VirtualRouter
	for _, r := range d.rows("1.3.6.1.4.1.9586.100.5.2.3.1", 2, 3, 4, 7, 8, 10) {
		parts := r.parts()
		if len(parts) != 1 {
			continue
		}
		v := discovery.VirtualRouter{
			Fact: d.fact(r.get(4), r.get(3), r.get(2), r.get(8), r.get(10)), Protocol: "vrrp", Instance: r.name(2),
			IfIndex: p.called(r.name(10)), Group: priority(r.number(3)), State: keepalivedState(r),
			Priority: priority(cmp.Or(r.number(8), r.number(7))), Addresses: addresses[parts[0]],
		}
		if v.Group != 0 {
			routers = append(routers, v)
		}
	}
	return routers
}

// keepalivedState names a state as VRRP-MIB does where both know it.
func keepalivedState(r row) string {
	if r.get(4).Type == 0 {
		return ""
	}
	if s := label(keepaliveLabels, r.number(4)); s != "init" {
		return s
	}
	return "initialize"
}

// hsrp reads CISCO-HSRP-MIB and the secondary addresses of its extension.
func (d *device) hsrp() []discovery.VirtualRouter {
	type group struct{ index, number uint32 }
	secondary := make(map[group][]netip.Addr)
	for _, r := range d.rows("1.3.6.1.4.1.9.9.107.1.1.2.1", 1, 2) {
		parts := r.parts()
		if len(parts) != 6 {
			continue
		}
		if a, ok := ipv4Index(parts[2:]); ok {
			k := group{parts[0], parts[1]}
			secondary[k] = union(secondary[k], []netip.Addr{a})
		}
	}
	var routers []discovery.VirtualRouter
	for _, r := range d.rows("1.3.6.1.4.1.9.9.106.1.2.1.1", 3, 11, 13, 14, 15, 16) {
		parts := r.parts()
		if len(parts) != 2 || parts[1] > 4095 {
			continue
		}
		v := discovery.VirtualRouter{
			Fact: d.fact(r.get(15), r.get(11), r.get(13), r.get(14), r.get(3)), Protocol: "hsrp", IfIndex: ifIndex(int64(parts[0])), Group: int(parts[1]),
			State: label(hsrpLabels, r.number(15)), Priority: priority(r.number(3)), VirtualMAC: realMAC(r.get(16).octets()),
			Master: router(r.get(13)),
		}
		v.Standby, _ = r.get(14).address() // 0.0.0.0: nobody is
		if a := router(r.get(11)); a.IsValid() {
			v.Addresses = []netip.Addr{a}
		}
		v.Addresses = union(v.Addresses, secondary[group{parts[0], parts[1]}])
		routers = append(routers, v)
	}
	return routers
}
