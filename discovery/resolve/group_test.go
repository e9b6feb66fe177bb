package resolve_test

import (
	"net/netip"
	"slices"
	"testing"

	"gujo/discovery"
	"gujo/discovery/evidence"
	"gujo/graph"
)

// aggregate makes port 9 an aggregate of ports 1…n, of which some are attached.
func (d *target) aggregate(min int, partner string, attached ...bool) *target {
	a := discovery.LinkAggregate{Fact: d.fact("Po1"), IfIndex: 9, Protocol: "lacp", MinLinks: min, PartnerSystem: partner}
	for i, on := range attached {
		a.Members = append(a.Members, discovery.AggregatePort{IfIndex: i + 1, Attached: on, PartnerSystem: partner})
	}
	return d.virtualPort(9, "Po1", 161, "").say(a)
}

func (r *result) wantGroup(id string, k, designed int, technology string, members ...string) {
	r.Helper()
	c := r.component(id)
	if c.Group.K != k || c.Group.Designed != designed || c.Group.Technology != technology {
		r.Errorf("%s is %+v, want k %d of %d by %s", id, *c.Group, k, designed, technology)
	}
	r.wantIDs(id, r.outs(id, graph.Member), members)
	if len(c.Evidence) == 0 {
		r.Errorf("%s rests on nothing", id)
	}
}

func TestAnAggregateIsALinkThatNeedsAGroupOfItsCables(t *testing.T) {
	s, a, b := pair(t)
	a.aggregate(2, macB, true, true, false)
	b.aggregate(0, macA, true, true, false)
	for i := 1; i <= 3; i++ {
		port := "Gi0/" + string(rune('0'+i))
		a.lldp(i, "b", macB, port)
		b.lldp(i, "a", macA, port)
	}
	r := s.resolve()
	r.wantIDs("links", r.ids(graph.Link), []string{"link/a:Gi0_1--b:Gi0_1", "link/a:Gi0_2--b:Gi0_2", "link/a:Gi0_3--b:Gi0_3", "link/a:Po1--b:Po1"})
	r.wantGroup("redundancy_group/lag-a:Po1--b:Po1", 2, 3, "lacp", "link/a:Gi0_1--b:Gi0_1", "link/a:Gi0_2--b:Gi0_2", "link/a:Gi0_3--b:Gi0_3")
	if k := r.component("redundancy_group/lag-a:Po1--b:Po1").Group.KSource; k != graph.KDevice {
		t.Errorf("k was read from %v, want the device", k)
	}
	r.want("link/a:Po1--b:Po1", "aggregates", "redundancy_group/lag-a:Po1--b:Po1", "hard")
	r.want("link/a:Po1--b:Po1", "joins", "interface/a:Po1", "hard")
	r.want("link/a:Po1--b:Po1", "joins", "interface/b:Po1", "hard")
	for link, active := range map[string]bool{"link/a:Gi0_1--b:Gi0_1": true, "link/a:Gi0_3--b:Gi0_3": false} {
		if _, m := r.relation("redundancy_group/lag-a:Po1--b:Po1", "member", link); m == nil || m.Active() != active {
			t.Errorf("%s is active: want %v", link, active)
		}
	}
}

func TestAnAggregateOfWhichOneEndWasReadIsMadeFromThisEnd(t *testing.T) {
	s, a, _ := pair(t)
	a.aggregate(0, "", true, true)
	a.lldp(1, "far", macC, "Eth1").lldp(2, "far", macC, "Eth2")
	r := s.resolve()
	r.wantGroup("redundancy_group/lag-a:Po1--far", 1, 2, "lacp", "link/a:Gi0_1--far:Eth1", "link/a:Gi0_2--far:Eth2")
	r.want("link/a:Po1--far", "joins", "network_device/far", "hard")
}

func TestAMemberWithoutANeighbourCounts(t *testing.T) {
	s, a, b := pair(t)
	a.aggregate(0, macB, true, true)
	a.lldp(1, "b", macB, "Gi0/1")
	b.lldp(1, "a", macA, "Gi0/1")
	r := s.resolve()
	r.wantGroup("redundancy_group/lag-a:Po1--b", 1, 2, "lacp", "link/a:Gi0_1--b:Gi0_1", "link/a:Gi0_2")
	r.want("link/a:Gi0_2", "joins", "interface/a:Gi0_2", "hard")
	r.want("link/a:Gi0_2", "joins", "network_device/b", "hard")
	r.wantNote("link/a:Gi0_2", "member.without.neighbour")
}

func TestAnAggregateToNobodyKnownStandsAlone(t *testing.T) {
	s, a, _ := pair(t)
	a.aggregate(0, "00:00:00:00:00:00", false, false)
	r := s.resolve()
	r.wantGroup("redundancy_group/lag-a:Po1", 1, 2, "lacp", "link/a:Gi0_1", "link/a:Gi0_2")
	r.wantIDs("ends", r.outs("link/a:Po1", graph.Joins), []string{"interface/a:Po1"})
}

// Trap 25, and design §4: where the far end is spread over two devices, each has
// an aggregate of its own.
func TestAnAggregateSpreadOverTwoDevicesIsTwo(t *testing.T) {
	s, a, _ := pair(t)
	a.aggregate(0, "00:aa:bb:00:00:01", true, true)
	a.lldp(1, "b", macB, "Gi0/1").lldp(2, "c", macC, "Gi0/1")
	r := s.resolve()
	r.wantGroup("redundancy_group/lag-a:Po1--b", 1, 1, "lacp", "link/a:Gi0_1--b:Gi0_1")
	r.wantGroup("redundancy_group/lag-a:Po1--c", 1, 1, "lacp", "link/a:Gi0_2--c:Gi0_1")
}

// gateways are two routers of one subnet and a server in it.
func gateways(t *testing.T, protocol string) (*site, *target, *target, *target) {
	s := newSite(t)
	a := s.at("10.0.0.2").device("gw1").port(1, "eth0", "02:00:00:00:00:02").address(1, "10.0.0.2/24").port(2, "eth1", "").address(2, "10.0.9.2/24")
	b := s.at("10.0.0.3").device("gw2").port(1, "eth0", "02:00:00:00:00:03").address(1, "10.0.0.3/24").port(2, "eth1", "").address(2, "10.0.9.3/24")
	w := s.at("10.0.0.10").server("web").port(1, "eth0", "02:00:00:00:00:10").address(1, "10.0.0.10/24")
	for _, d := range []*target{a, b} {
		state := map[*target]string{a: "master", b: "backup"}[d]
		if protocol == "hsrp" {
			state = map[*target]string{a: "active", b: "standby"}[d]
		}
		d.say(discovery.VirtualRouter{Fact: d.fact(state), Protocol: protocol, IfIndex: 1, Group: 10, State: state, Priority: 100,
			Addresses: addrs("10.0.0.1"), VirtualMAC: "00:00:5e:00:01:0a"})
	}
	return s, a, b, w
}

func TestAVirtualRouterIsAGroupOfItsSpeakers(t *testing.T) {
	for _, protocol := range []string{"vrrp", "hsrp"} {
		s, _, _, _ := gateways(t, protocol)
		r := s.resolve()
		id := "redundancy_group/" + protocol + "-10.0.0.1"
		r.wantGroup(id, 1, 2, protocol, "network_device/gw1", "network_device/gw2")
		c := r.component(id)
		if c.Attrs.Text("role") != "gateway" || c.Group.KSource != graph.KProtocol || !slices.Contains(c.Identifiers, "address:default~10.0.0.1") {
			t.Errorf("%+v", c)
		}
		r.want(id, "in_subnet", "subnet/10.0.0.0_24", "soft")
		r.want("server/web", "uses", id, "hard")
	}
}

func TestAMemberNamesTheInterfaceOfItsRowAndNoOther(t *testing.T) {
	s, _, b, _ := gateways(t, "vrrp")
	// The row of another group lies on an interface that the device does not list.
	b.say(discovery.VirtualRouter{Fact: b.fact("backup"), Protocol: "vrrp", IfIndex: 7, Group: 20, State: "backup", Addresses: addrs("10.0.20.1")})
	r := s.resolve()
	for group, want := range map[string][]string{"vrrp-10.0.0.1": {"interface/gw2:eth0"}, "vrrp-10.0.20.1": {}} {
		_, m := r.relation("redundancy_group/"+group, "member", "network_device/gw2")
		if m == nil {
			t.Fatalf("gw2 is no member of %s", group)
		}
		if v, told := m.Attrs.Get("interfaces"); !told || !slices.Equal(v.Strings(), want) {
			t.Errorf("in %s it takes part on %v, want %v", group, v.Strings(), want)
		}
	}
}

func TestAMemberThatOthersTellOfBelongsToTheGroup(t *testing.T) {
	s := newSite(t)
	a := s.at("10.0.0.2").device("gw1").port(1, "eth0", "").address(1, "10.0.0.2/24")
	hsrp := discovery.VirtualRouter{Protocol: "hsrp", IfIndex: 1, Group: 1, State: "active", Addresses: addrs("10.0.0.1"),
		Master: netip.MustParseAddr("10.0.0.2"), Standby: netip.MustParseAddr("10.0.0.3")}
	hsrp.Fact = a.fact("10.0.0.3")
	a.say(hsrp)
	r := s.resolve()
	r.wantGroup("redundancy_group/hsrp-10.0.0.1", 1, 2, "hsrp", "network_device/gw1", "network_device/10.0.0.3")
	r.wantNote("redundancy_group/hsrp-10.0.0.1", "member.told")
}

func TestAnHSRPGroupWithoutStandbyHasOneMemberAndSaysSo(t *testing.T) {
	s := newSite(t)
	a := s.at("10.0.0.2").device("gw1").port(1, "eth0", "").address(1, "10.0.0.2/24")
	a.say(discovery.VirtualRouter{Fact: a.fact("0.0.0.0"), Protocol: "hsrp", IfIndex: 1, Group: 1, State: "active", Addresses: addrs("10.0.0.1"),
		Master: netip.MustParseAddr("10.0.0.2"), Standby: netip.MustParseAddr("0.0.0.0")})
	r := s.resolve()
	r.wantGroup("redundancy_group/hsrp-10.0.0.1", 1, 1, "hsrp", "network_device/gw1")
	if got := r.component("redundancy_group/hsrp-10.0.0.1").Attrs.Text("standby"); got != "none" {
		t.Errorf("standby is %q", got)
	}
}

func TestAFaultyMemberIsInactive(t *testing.T) {
	s, a, b, _ := gateways(t, "vrrp")
	b.reading.Observations = slices.DeleteFunc(b.reading.Observations, func(o discovery.Observation) bool {
		_, is := o.(discovery.VirtualRouter)
		return is
	})
	_ = a
	b.say(discovery.VirtualRouter{Fact: b.fact("fault"), Protocol: "vrrp", IfIndex: 1, Group: 10, State: "fault", Addresses: addrs("10.0.0.1")})
	r := s.resolve()
	if _, m := r.relation("redundancy_group/vrrp-10.0.0.1", "member", "network_device/gw2"); m == nil || m.Active() {
		t.Errorf("gw2 in fault is an active member: %+v", m)
	}
}

func TestASubnetsGateway(t *testing.T) {
	for _, c := range []struct {
		name     string
		say      func(gw, other, web *target)
		group    string
		strength string
		member   string
	}{
		{"is who a host's default route names", func(gw, other, web *target) {
			other.device("other").port(1, "eth0", "").address(1, "10.0.0.2/24")
			web.say(discovery.DefaultRoute{Fact: web.fact("10.0.0.1"), NextHop: netip.MustParseAddr("10.0.0.1")})
		}, "redundancy_group/gateway-10.0.0.1", "hard", "network_device/gw"},
		{"is the only device in it that forwards, assumed", func(gw, other, web *target) {}, "redundancy_group/gateway-10.0.0.1", "assumed", "network_device/gw"},
		{"is not known where two forward and no host tells", func(gw, other, web *target) {
			other.device("other").port(1, "eth0", "").address(1, "10.0.0.2/24")
		}, "", "", ""},
		{"is not somebody whom nobody knows", func(gw, other, web *target) {
			web.say(discovery.DefaultRoute{Fact: web.fact("10.0.0.77"), NextHop: netip.MustParseAddr("10.0.0.77")})
			other.device("other").port(1, "eth0", "").address(1, "10.0.0.2/24")
		}, "", "", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := newSite(t)
			gw := s.at("10.0.0.1").device("gw").port(1, "eth0", "").address(1, "10.0.0.1/24")
			web := s.at("10.0.0.10").server("web").port(1, "eth0", "").address(1, "10.0.0.10/24")
			c.say(gw, s.at("10.0.0.2"), web)
			r := s.resolve()
			if c.group == "" {
				r.wantIDs("gateways", r.outs("server/web", graph.Uses), nil)
				return
			}
			r.wantGroup(c.group, 1, 1, "none", c.member)
			r.want("server/web", "uses", c.group, c.strength)
			r.want(c.group, "in_subnet", "subnet/10.0.0.0_24", "soft")
		})
	}
}

func (d *target) entity(index, parent int, class, name string, fru bool, ifIndex int) *target {
	return d.say(discovery.PhysicalEntity{Fact: d.fact(name), Index: index, Parent: parent, Class: class, Name: name, Replaceable: fru, IfIndex: ifIndex,
		Serial: "SN-" + name, State: "up"})
}

func TestPowerSuppliesAreAGroupOfUnknownNeed(t *testing.T) {
	s, a, b := pair(t)
	a.entity(1, 0, "chassis", "chassis", false, 0).entity(2, 1, "powerSupply", "PS 1", true, 0).entity(3, 1, "powerSupply", "PS 2", true, 0)
	b.entity(1, 0, "chassis", "chassis", false, 0).entity(2, 1, "powerSupply", "PS 1", true, 0)
	r := s.resolve()
	r.wantGroup("redundancy_group/psu-a", 0, 2, "psu", "power_supply/a:PS_1", "power_supply/a:PS_2")
	r.want("network_device/a", "powered_by", "redundancy_group/psu-a", "hard")
	r.want("power_supply/a:PS_1", "part_of", "network_device/a", "hard")
	r.wantGroup("redundancy_group/psu-b", 1, 1, "psu", "power_supply/b:PS_1")
}

func TestInterfacesStandOnTheirCards(t *testing.T) {
	s, a, _ := pair(t)
	a.entity(1, 0, "chassis", "chassis", false, 0)
	a.entity(10, 1, "module", "card 1", true, 0).entity(11, 10, "port", "p1", false, 1)
	a.entity(20, 1, "module", "card 2", true, 0).entity(21, 20, "container", "bay", false, 0).entity(22, 21, "module", "1000Base SFP", true, 0).entity(23, 22, "port", "p2", false, 2)
	a.entity(30, 1, "module", "fixed ports", false, 0).entity(31, 30, "port", "p3", false, 3)
	a.entity(40, 1, "container", "bay", false, 0).entity(41, 40, "module", "SFP-10G-LR", true, 0).entity(42, 41, "port", "p4", false, 4)
	r := s.resolve()
	r.wantIDs("modules", r.ids(graph.Module), []string{"module/a:card_1", "module/a:card_2"})
	r.want("interface/a:Gi0_1", "part_of", "module/a:card_1", "hard")
	r.want("interface/a:Gi0_1", "part_of", "network_device/a", "")
	r.want("interface/a:Gi0_2", "part_of", "module/a:card_2", "hard")
	r.want("interface/a:Gi0_3", "part_of", "network_device/a", "hard")
	r.want("interface/a:Gi0_4", "part_of", "network_device/a", "hard")
	r.want("module/a:card_1", "part_of", "network_device/a", "hard")
}

func TestAStackNeedsOneOfItsMembers(t *testing.T) {
	s, a, _ := pair(t)
	a.entity(1, 0, "stack", "stack", false, 0)
	a.entity(10, 1, "chassis", "switch 1", true, 0).entity(11, 10, "port", "p1", false, 1)
	a.entity(20, 1, "chassis", "switch 2", true, 0).entity(21, 20, "port", "p2", false, 2)
	r := s.resolve()
	r.wantGroup("redundancy_group/stack-a", 1, 2, "stack", "module/a:switch_1", "module/a:switch_2")
	r.want("network_device/a", "controlled_by", "redundancy_group/stack-a", "hard")
	r.want("interface/a:Gi0_2", "part_of", "module/a:switch_2", "hard")
}

// learn adds an entry of the forwarding table.
func (d *target) learn(index int, mac string) *target {
	return d.say(discovery.ForwardingEntry{Fact: d.fact(mac), IfIndex: index, MAC: mac})
}

func TestAServerHangsOnThePortThatLearnedItsAddress(t *testing.T) {
	s, a, b := pair(t)
	a.lldp(4, "b", macB, "Gi0/4")
	b.lldp(4, "a", macA, "Gi0/4")
	s.at("10.0.0.10").server("web").port(1, "eth0", "02:00:00:00:00:10")
	s.at("10.0.0.11").server("db").port(1, "eth0", "02:00:00:00:00:11")
	a.learn(1, "02:00:00:00:00:10").learn(4, "02:00:00:00:00:11").learn(3, "0a:0b:0c:0d:0e:0f")
	b.learn(2, "02:00:00:00:00:11").learn(4, "02:00:00:00:00:10") // its uplink: web is behind a
	r := s.resolve()
	r.wantIDs("links", r.ids(graph.Link), []string{"link/a:Gi0_4--b:Gi0_4", "link/a:Gi0_1--web:eth0", "link/b:Gi0_2--db:eth0"})
	r.want("link/a:Gi0_1--web:eth0", "joins", "interface/a:Gi0_1", "assumed")
	r.want("link/a:Gi0_1--web:eth0", "joins", "interface/web:eth0", "assumed")
	r.wantIDs("machines", r.machines(), []string{"network_device/a", "network_device/b", "server/db", "server/web"})
	if n := r.wantNote("network_device/a", "ignored.macs"); !slices.Equal(n.Args, []string{"1"}) {
		t.Errorf("%+v", n)
	}
}

func TestAForwardingTableAddsNothingToWhatLLDPSays(t *testing.T) {
	s, a, b := pair(t)
	w := s.at("10.0.0.10").server("web").port(1, "eth0", "02:00:00:00:00:10").read("lldpRemTable")
	w.lldp(1, "a", macA, "Gi0/1")
	a.say(discovery.Neighbor{Fact: a.fact("web"), Protocol: "lldp", IfIndex: 1, Name: "web", Port: "eth0", PortSubtype: 5, Capabilities: []string{"station"}})
	a.learn(1, "02:00:00:00:00:10")
	b.learn(3, "02:00:00:00:00:10")
	r := s.resolve()
	r.wantIDs("links", r.ids(graph.Link), []string{"link/a:Gi0_1--web:eth0"})
	r.want("link/a:Gi0_1--web:eth0", "joins", "interface/web:eth0", "hard")
}

// An address behind two switches is a server on both, if both ports and
// its card are aggregates; otherwise nobody can tell.
func TestAnAddressBehindTwoSwitches(t *testing.T) {
	build := func(bonded bool) *result {
		s := newSite(t)
		for _, name := range []string{"a", "b"} {
			d := s.at("10.0.0."+map[string]string{"a": "1", "b": "2"}[name]).device(name).port(1, "Gi0/1", "")
			if bonded {
				d.aggregate(0, "02:00:00:00:00:10", true).learn(9, "02:00:00:00:00:10")
			} else {
				d.learn(1, "02:00:00:00:00:10")
			}
		}
		w := s.at("10.0.0.10").server("web").port(1, "eth0", "02:00:00:00:00:10").port(2, "eth1", "02:00:00:00:00:10")
		if bonded {
			w.virtualPort(3, "bond0", 161, "02:00:00:00:00:10").say(discovery.LinkAggregate{Fact: w.fact("bond0"), IfIndex: 3, Protocol: "lacp",
				Members: []discovery.AggregatePort{{IfIndex: 1, Attached: true}, {IfIndex: 2, Attached: true}}})
		}
		return s.resolve()
	}
	r := build(true)
	for _, link := range []string{"link/a:Po1--web:bond0", "link/b:Po1--web:bond0"} {
		r.want(link, "joins", "interface/web:bond0", "assumed")
	}
	r = build(false)
	r.wantIDs("links", r.ids(graph.Link), nil)
	r.wantNote("server/web", "forwarding.ambiguous")
}

func TestAServerWithoutKnownInterfacesIsAttached(t *testing.T) {
	s, a, _ := pair(t)
	a.say(discovery.NeighborAddress{Fact: a.fact("arp"), IfIndex: 3, Address: netip.MustParseAddr("10.0.0.50"), MAC: "02:00:00:00:00:50"})
	a.learn(2, "02:00:00:00:00:50")
	s.declare(`
machines:
  - {machine: 10.0.0.50, kind: server}
`)
	r := s.resolve()
	r.want("server/10.0.0.50", "attached_to", "interface/a:Gi0_2", "assumed")
}

// A blocked port is the redundancy, not a missing link.
func TestABlockedPortKeepsItsLink(t *testing.T) {
	s, a, b := pair(t)
	a.lldp(1, "b", macB, "Gi0/1").say(discovery.SpanningTreePort{Fact: a.fact("blocking"), IfIndex: 1, State: "blocking"})
	b.lldp(1, "a", macA, "Gi0/1")
	r := s.resolve()
	r.want("link/a:Gi0_1--b:Gi0_1", "joins", "interface/a:Gi0_1", "hard")
	if c := r.component("interface/a:Gi0_1"); c.State != graph.Up || c.Attrs.Text("stp") != "blocking" {
		t.Errorf("%+v", c)
	}
}

func TestTheStateOfAnInterface(t *testing.T) {
	for _, c := range []struct {
		admin, oper string
		want        graph.State
	}{
		{"up", "up", graph.Up}, {"up", "down", graph.Down}, {"up", "lowerLayerDown", graph.Down}, {"down", "down", graph.Down},
		{"up", "dormant", graph.NotObserved}, {"up", "unknown", graph.NotObserved}, {"", "", graph.NotObserved},
	} {
		s := newSite(t)
		d := s.at("10.0.0.1").device("a")
		d.say(discovery.Interface{Fact: d.fact("e0"), Index: 1, Name: "e0", Admin: c.admin, Oper: c.oper})
		if got := s.resolve().component("interface/a:e0").State; got != c.want {
			t.Errorf("%s/%s is %q, want %q", c.admin, c.oper, got, c.want)
		}
	}
}

func TestGapsAndCoverageBelongToComponents(t *testing.T) {
	s, a, _ := pair(t)
	a.gap("vrrpOperTable", evidence.ReasonTimeout)
	s.at("10.0.0.99").gap("system", evidence.ReasonUnreachable)
	r := s.resolve()
	if g := r.GapsOf("network_device/a"); len(g) != 1 || g[0].Table != "vrrpOperTable" {
		t.Errorf("gaps of a: %+v", g)
	}
	if g := r.GapsOf("10.0.0.99"); len(g) != 1 || g[0].Reason != "unreachable" {
		t.Errorf("gaps of the target that never answered: %+v", g)
	}
	if c, ok := r.CoverageOf("network_device/a"); !ok || !slices.Contains(c.Complete, "lldpRemTable") {
		t.Errorf("coverage of a: %+v", c)
	}
}

func TestEverythingObservedRestsOnEvidenceThatIsKept(t *testing.T) {
	s, _, _, _ := gateways(t, "vrrp")
	r := s.resolve()
	for i := range r.Components {
		if len(r.Components[i].Evidence) == 0 {
			t.Errorf("%s rests on nothing", r.Components[i].ID)
		}
		for _, ref := range r.Components[i].Evidence {
			if _, ok := r.EvidenceOf(ref); !ok {
				t.Errorf("the excerpt %s is missing", ref)
			}
		}
	}
	for i := range r.Relations {
		if len(r.Relations[i].Evidence) == 0 {
			t.Errorf("%s %s %s rests on nothing", r.Components[r.Relations[i].From].ID, r.Relations[i].Type, r.Components[r.Relations[i].To].ID)
		}
	}
	if !r.Created.Equal(collected) {
		t.Errorf("the snapshot is of %v, want the time of its evidence", r.Created)
	}
}

func TestARoutingAdjacencyWithoutNeighboursIsALink(t *testing.T) {
	build := func(state string, told bool, ifType int) *result {
		s := newSite(t)
		for i, name := range []string{"a", "b"} {
			own, far := []string{"10.0.0.1", "10.0.0.2"}[i], []string{"10.0.0.2", "10.0.0.1"}[i]
			d := s.at("192.0.2."+string(rune('1'+i))).device(name).virtualPort(1, "ge0", ifType, "").address(1, own+"/30").read("ospfNbrTable")
			if name == "a" || told {
				d.say(discovery.RoutingNeighbor{Fact: d.fact(far), Protocol: "ospf", IfIndex: 1, Address: netip.MustParseAddr(far), Area: "0.0.0.0", State: state})
			}
		}
		return s.resolve()
	}
	r := build("full", true, 6)
	r.want("link/a:ge0--b:ge0", "joins", "interface/b:ge0", "hard")
	r.want("interface/a:ge0", "adjacent_to", "interface/b:ge0", "soft")
	build("full", false, 6).want("link/a:ge0--b:ge0", "joins", "interface/b:ge0", "assumed")
	r = build("init", true, 6)
	r.wantIDs("links", r.ids(graph.Link), nil)
	r = build("full", true, 53) // a VLAN interface holds no cable
	r.wantIDs("links", r.ids(graph.Link), nil)
}
