package resolve_test

import (
	"testing"

	"gujo/discovery"
	"gujo/graph"
)

// part tells what a snapshot says of a member: hard, assumed, or inactive.
func (r *result) part(group, member string) string {
	r.Helper()
	s, m := r.relation(group, "member", member)
	switch {
	case m == nil:
		return "none"
	case !m.Active():
		return "inactive"
	}
	return s
}

// What nobody read is not good: a port of which its table does not say whether it
// is in the aggregate is not taken to be.
func TestAPortOfAnAggregateOfWhichNobodyReadWhetherItIsInItIsAssumedToBe(t *testing.T) {
	type port = discovery.AggregatePort
	for _, c := range []struct {
		name       string
		near, far  port
		first, two string
	}{
		{"both ends say that it is", port{Attached: true}, port{Attached: true}, "hard", "hard"},
		{"one end did not say", port{Unread: true}, port{Attached: true}, "assumed", "hard"},
		{"neither end said", port{Unread: true}, port{Unread: true}, "assumed", "hard"},
		{"one end did not say, the other says no", port{Unread: true}, port{}, "inactive", "hard"},
		{"one end says no", port{}, port{Attached: true}, "inactive", "hard"},
	} {
		t.Run(c.name, func(t *testing.T) {
			s, a, b := pair(t)
			for d, first := range map[*target]port{a: c.near, b: c.far} {
				first.IfIndex = 1
				d.virtualPort(9, "Po1", 161, "").say(discovery.LinkAggregate{Fact: d.fact("Po1"), IfIndex: 9, Protocol: "lacp",
					Members: []port{first, {IfIndex: 2, Attached: true}}})
			}
			for i, p := range []string{"Gi0/1", "Gi0/2"} {
				a.lldp(i+1, "b", macB, p)
				b.lldp(i+1, "a", macA, p)
			}
			r := s.resolve()
			group := "redundancy_group/lag-a:Po1--b:Po1"
			if got := r.part(group, "link/a:Gi0_1--b:Gi0_1"); got != c.first {
				t.Errorf("the port's cable is %s, want %s", got, c.first)
			}
			if got := r.part(group, "link/a:Gi0_2--b:Gi0_2"); got != c.two {
				t.Errorf("the other cable is %s, want %s", got, c.two)
			}
			if c.first == "assumed" {
				r.wantNote(group, "member.unread")
			}
		})
	}
}

func TestAPortWithoutANeighbourAndWithoutAWordIsAssumedToBeInItsAggregate(t *testing.T) {
	s, a, _ := pair(t)
	a.virtualPort(9, "Po1", 161, "").say(discovery.LinkAggregate{Fact: a.fact("Po1"), IfIndex: 9, Protocol: "lacp",
		Members: []discovery.AggregatePort{{IfIndex: 1, Unread: true}, {IfIndex: 2, Attached: true}, {IfIndex: 3}}})
	r := s.resolve()
	for member, want := range map[string]string{"link/a:Gi0_1": "assumed", "link/a:Gi0_2": "hard", "link/a:Gi0_3": "inactive"} {
		if got := r.part("redundancy_group/lag-a:Po1", member); got != want {
			t.Errorf("%s is %s, want %s", member, got, want)
		}
	}
}

func TestARouterWhoseStateWasNotReadIsAssumedToTakePart(t *testing.T) {
	for _, c := range []struct{ protocol, state, second, want string }{
		{"vrrp", "backup", "", "hard"},
		{"vrrp", "master", "initialize", "hard"},
		{"vrrp", "", "", "assumed"},
		{"vrrp", "unknown", "", "assumed"},
		{"vrrp", "", "backup", "hard"},
		{"vrrp", "", "initialize", "inactive"},
		{"vrrp", "initialize", "", "inactive"},
		{"vrrp", "fault", "", "inactive"},
		{"vrrp", "a word of its own", "", "inactive"},
		{"hsrp", "standby", "", "hard"},
		{"hsrp", "listen", "", "hard"},
		{"hsrp", "", "", "assumed"},
		{"hsrp", "learn", "", "inactive"},
	} {
		t.Run(c.protocol+" "+c.state+" "+c.second, func(t *testing.T) {
			s := newSite(t)
			a := s.at("10.0.0.2").device("gw1").port(1, "eth0", "02:00:00:00:00:02").address(1, "10.0.0.2/24")
			b := s.at("10.0.0.3").device("gw2").port(1, "eth0", "02:00:00:00:00:03").address(1, "10.0.0.3/24")
			say := func(d *target, state string) {
				d.say(discovery.VirtualRouter{Fact: d.fact(state), Protocol: c.protocol, IfIndex: 1, Group: 10, State: state, Addresses: addrs("10.0.0.1")})
			}
			say(a, map[string]string{"vrrp": "master", "hsrp": "active"}[c.protocol])
			say(b, c.state)
			if c.second != "" { // the same machine, read a second time
				say(b, c.second)
			}
			r := s.resolve()
			group := "redundancy_group/" + c.protocol + "-10.0.0.1"
			if got := r.part(group, "network_device/gw2"); got != c.want {
				t.Errorf("gw2 is %s, want %s", got, c.want)
			}
			if got := r.part(group, "network_device/gw1"); got != "hard" {
				t.Errorf("gw1 is %s, want hard", got)
			}
		})
	}
}

func TestAStateThatWasNotReadIsNone(t *testing.T) {
	s := newSite(t)
	d := s.at("10.0.0.2").device("sw")
	for i, states := range [][2]string{{"", ""}, {"up", ""}, {"", "up"}, {"up", "unknown"}, {"up", "dormant"}, {"", "down"}, {"down", ""}} {
		d.say(discovery.Interface{Fact: d.fact("x"), Index: i + 1, Name: "p" + string(rune('0'+i)), Type: 6, Admin: states[0], Oper: states[1]})
	}
	d.say(discovery.PhysicalEntity{Fact: d.fact("c"), Index: 1, Class: "chassis", Name: "box"})
	for i, state := range []string{"", "up", "down"} {
		d.say(discovery.PhysicalEntity{Fact: d.fact("p"), Index: i + 2, Parent: 1, Class: "powerSupply", Name: "PSU" + string(rune('0'+i)), State: state})
	}
	r := s.resolve()
	for id, want := range map[string]graph.State{
		"interface/sw:p0": graph.NotObserved, "interface/sw:p1": graph.NotObserved, "interface/sw:p2": graph.Up, "interface/sw:p3": graph.NotObserved,
		"interface/sw:p4": graph.NotObserved, "interface/sw:p5": graph.Down, "interface/sw:p6": graph.Down,
		"power_supply/sw:PSU0": graph.NotObserved, "power_supply/sw:PSU1": graph.Up, "power_supply/sw:PSU2": graph.Down,
	} {
		if got := r.component(id).State; got != want {
			t.Errorf("%s is %v, want %v", id, got, want)
		}
	}
	if g := r.component("redundancy_group/psu-sw").Group; g.K != 0 || g.KSource != graph.KUnsaid {
		t.Errorf("the supplies' group needs %d by %v: nobody said how many", g.K, g.KSource)
	}
}
