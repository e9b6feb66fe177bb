package resolve_test

import (
	"testing"

	"gujo/discovery"
	"gujo/graph"
)

// bond makes port 9 a bond of ports 1…n of which nobody said that a protocol runs.
func (d *target) bond(n int) *target {
	a := discovery.LinkAggregate{Fact: d.fact("bond0"), IfIndex: 9}
	for i := range n {
		a.Members = append(a.Members, discovery.AggregatePort{IfIndex: i + 1, Attached: true})
	}
	return d.virtualPort(9, "bond0", 161, "").say(a)
}

// A bond may have its ports on two switches, of which one tells nothing: that the
// silent port leads to the switch which speaks would be a second link that nobody saw.
func TestWhereASilentPortOfABondLeadsIsAssumed(t *testing.T) {
	s, a, b := pair(t)
	a.bond(2)
	a.lldp(1, "b", macB, "Gi0/1")
	b.lldp(1, "a", macA, "Gi0/1")
	r := s.resolve()
	r.wantGroup("redundancy_group/lag-a:bond0--b", 1, 2, "lag", "link/a:Gi0_1--b:Gi0_1", "link/a:Gi0_2")
	r.want("link/a:Gi0_2", "joins", "interface/a:Gi0_2", "hard")
	r.want("link/a:Gi0_2", "joins", "network_device/b", "assumed")
	r.want("link/a:bond0--b", "joins", "network_device/b", "hard") // the port that speaks leads there
}

// The partner of an aggregate over two switches is neither of them.
func TestWhereASilentPortOfAnAggregateToAnUnknownPartnerLeadsIsAssumed(t *testing.T) {
	s, a, b := pair(t)
	a.aggregate(0, "00:aa:bb:00:00:01", true, true)
	a.lldp(1, "b", macB, "Gi0/1")
	b.lldp(1, "a", macA, "Gi0/1")
	r := s.resolve()
	r.want("link/a:Gi0_2", "joins", "network_device/b", "assumed")
}

// doubted tells that a group's cables are members that nobody confirms.
func (r *result) doubted(group string, cables ...string) {
	r.Helper()
	for _, c := range cables {
		if got := r.part(group, c); got != "assumed" {
			r.Errorf("%s is %s in %s, want assumed", c, got, group)
		}
	}
}

func TestAnAggregateThatTheOtherEndDoesNotConfirmIsAssumed(t *testing.T) {
	for _, c := range []struct {
		name, protocol string
		read           []string
		want           string
	}{
		{"a static one, to a machine that was read", "static", nil, "assumed"},
		{"one of which nobody said whether a protocol runs", "", nil, "assumed"},
		{"a protocol's, to a machine whose table was read and has none", "lacp", []string{"dot3adAggPortTable"}, "assumed"},
		{"a protocol's, to a machine whose table was not read", "lacp", nil, "hard"},
	} {
		t.Run(c.name, func(t *testing.T) {
			s, a, b := pair(t)
			for i, p := range []string{"Gi0/1", "Gi0/2"} {
				a.lldp(i+1, "b", macB, p)
				b.lldp(i+1, "a", macA, p)
			}
			b.read(c.read...)
			a.virtualPort(9, "Po1", 161, "").say(discovery.LinkAggregate{Fact: a.fact("Po1"), IfIndex: 9, Protocol: c.protocol,
				Members: []discovery.AggregatePort{{IfIndex: 1, Attached: true}, {IfIndex: 2, Attached: true}}})
			r := s.resolve()
			for _, cable := range []string{"link/a:Gi0_1--b:Gi0_1", "link/a:Gi0_2--b:Gi0_2"} {
				if got := r.part("redundancy_group/lag-a:Po1--b", cable); got != c.want {
					t.Errorf("%s is %s, want %s", cable, got, c.want)
				}
			}
			if noted := r.note("redundancy_group/lag-a:Po1--b", "aggregate.unconfirmed") != nil; noted != (c.want == "assumed") {
				t.Errorf("it is said to be unconfirmed: %v", noted)
			}
		})
	}
}

func TestPortsOfOneAggregateThatNameTwoPartnersAreInDoubt(t *testing.T) {
	s, a, b := pair(t)
	for i, p := range []string{"Gi0/1", "Gi0/2"} {
		a.lldp(i+1, "b", macB, p)
		b.lldp(i+1, "a", macA, p)
	}
	b.aggregate(0, macA, true, true)
	a.virtualPort(9, "Po1", 161, "").say(discovery.LinkAggregate{Fact: a.fact("Po1"), IfIndex: 9, Protocol: "lacp", PartnerSystem: macB,
		Members: []discovery.AggregatePort{{IfIndex: 1, Attached: true, PartnerSystem: macB}, {IfIndex: 2, Attached: true, PartnerSystem: macC}}})
	r := s.resolve()
	group := "redundancy_group/lag-a:Po1--b:Po1"
	r.doubted(group, "link/a:Gi0_1--b:Gi0_1", "link/a:Gi0_2--b:Gi0_2")
	for _, c := range r.Conflicts {
		if c.Component == group && c.Attribute == "partner_system" && len(c.Values) == 2 {
			return
		}
	}
	t.Errorf("no conflict about the partner: %v", r.Conflicts)
}

func TestACableOfWhichOnlyLACPTells(t *testing.T) {
	lag := func(d *target, partner string, numbers [2]int, partners [2]int) {
		d.virtualPort(9, "Po1", 161, "").say(discovery.LinkAggregate{Fact: d.fact("Po1"), IfIndex: 9, Protocol: "lacp", PartnerSystem: partner,
			Members: []discovery.AggregatePort{
				{IfIndex: 1, Attached: true, Port: numbers[0], PartnerSystem: partner, PartnerPort: partners[0]},
				{IfIndex: 2, Attached: true, Port: numbers[1], PartnerSystem: partner, PartnerPort: partners[1]}}})
	}
	for _, c := range []struct {
		name         string
		near, far    [2]int // what each end calls its ports
		fars, nears  [2]int // what each end calls the other's
		cable        string
		groups       int
		groupMembers []string
	}{
		{"both ends name each other", [2]int{11, 12}, [2]int{21, 22}, [2]int{21, 22}, [2]int{11, 12}, "link/a:Gi0_2--b:Gi0_2", 1,
			[]string{"link/a:Gi0_1--b:Gi0_1", "link/a:Gi0_2--b:Gi0_2"}},
		{"one end names a port that is not there", [2]int{11, 12}, [2]int{21, 22}, [2]int{21, 99}, [2]int{11, 12}, "", 1,
			[]string{"link/a:Gi0_1--b:Gi0_1", "link/a:Gi0_2"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			s, a, b := pair(t)
			a.lldp(1, "b", macB, "Gi0/1")
			b.lldp(1, "a", macA, "Gi0/1")
			lag(a, macB, c.near, c.fars)
			lag(b, macA, c.far, c.nears)
			r := s.resolve()
			if groups := r.ids(graph.RedundancyGroup); len(groups) != c.groups {
				t.Errorf("groups %v, want one", groups)
			}
			r.wantIDs("members", r.outs("redundancy_group/lag-a:Po1--b:Po1", graph.Member), c.groupMembers)
			if c.cable != "" {
				r.want(c.cable, "joins", "interface/a:Gi0_2", "hard")
				r.want(c.cable, "joins", "interface/b:Gi0_2", "hard")
				r.wantNote(c.cable, "from.partner")
			}
		})
	}
}

// Who denies that cables are bundled leaves the cables, and no link beside them.
func TestADeniedAggregateLeavesItsCables(t *testing.T) {
	s, a, b := pair(t)
	a.aggregate(0, macB, true)
	b.aggregate(0, macA, true)
	a.lldp(1, "b", macB, "Gi0/1")
	b.lldp(1, "a", macA, "Gi0/1")
	s.declare("decisions:\n  - {action: deny, from: \"link/a:Po1--b:Po1\", relation: aggregates, to: \"redundancy_group/lag-a:Po1--b:Po1\", who: me, when: 2026-01-01, why: saw}\n")
	r := s.resolve()
	r.wantIDs("links", r.ids(graph.Link), []string{"link/a:Gi0_1--b:Gi0_1"})
	r.wantIDs("groups", r.ids(graph.RedundancyGroup), nil)
	r.wantNote("link/a:Po1--b:Po1 aggregates redundancy_group/lag-a:Po1--b:Po1", "denied")
}

// A cable that one end has taken out of the aggregate is an inactive member, not
// an aggregate beside the other.
func TestACableThatIsBundledAtOneEndAloneIsAnInactiveMember(t *testing.T) {
	s, a, b := pair(t)
	a.aggregate(0, macB, true)
	b.aggregate(0, macA, true, true)
	a.lldp(1, "b", macB, "Gi0/1").lldp(2, "b", macB, "Gi0/2")
	b.lldp(1, "a", macA, "Gi0/1").lldp(2, "a", macA, "Gi0/2")
	r := s.resolve()
	r.wantIDs("links", r.ids(graph.Link), []string{"link/a:Gi0_1--b:Gi0_1", "link/a:Gi0_2--b:Gi0_2", "link/a:Po1--b:Po1"})
	r.wantGroup("redundancy_group/lag-a:Po1--b:Po1", 1, 2, "lacp", "link/a:Gi0_1--b:Gi0_1", "link/a:Gi0_2--b:Gi0_2")
	for link, active := range map[string]bool{"link/a:Gi0_1--b:Gi0_1": true, "link/a:Gi0_2--b:Gi0_2": false} {
		if _, m := r.relation("redundancy_group/lag-a:Po1--b:Po1", "member", link); m == nil || m.Active() != active {
			t.Errorf("%s is active: want %v", link, active)
		}
	}
}

// Whoever does not say what it is may be anything with two cables, such as a
// storage box: that something passes through it is no second way for certain.
func TestNoWayRestsOnAMachineOfUnknownKind(t *testing.T) {
	s := newSite(t)
	x := s.at("10.0.0.7").port(1, "e0", "").port(2, "e1", "")
	x.say(discovery.Machine{Fact: x.fact("x"), Name: "x"})
	r := s.resolve()
	r.wantNote("network_device/x", "kind.unknown")
	r.want("interface/x:e0", "part_of", "network_device/x", "assumed")

	s.declare("machines:\n  - {machine: x, kind: network_device}\n")
	s.resolve().want("interface/x:e0", "part_of", "network_device/x", "hard")
}

func TestAPortThatIsBeingTestedPassesNothing(t *testing.T) {
	for _, c := range []struct{ admin, oper string }{{"up", "testing"}, {"testing", "up"}} {
		s := newSite(t)
		d := s.at("10.0.0.1").device("a")
		d.say(discovery.Interface{Fact: d.fact("e0"), Index: 1, Name: "e0", Admin: c.admin, Oper: c.oper})
		if got := s.resolve().component("interface/a:e0").State; got != graph.Down {
			t.Errorf("%s/%s is %q, want down", c.admin, c.oper, got)
		}
	}
}

// What an inventory names as a target counts as not covered where no evidence is
// of it, be it that a file is missing among those that were imported.
func TestATargetOfAnInventoryThatNobodyAskedIsAGap(t *testing.T) {
	s := newSite(t)
	s.at("10.0.0.1").device("a").port(1, "e0", "").address(1, "10.0.0.1/24").address(1, "10.0.0.2/24")
	s.declare("targets:\n  - {address: 10.0.0.1}\n  - {address: 10.0.0.2}\n  - {address: 10.0.0.77}\n")
	r := s.resolve()
	if len(r.Gaps) != 1 || r.Gaps[0].Component != "10.0.0.77" || r.Gaps[0].Reason != "not_asked" {
		t.Errorf("%+v", r.Gaps)
	}
}
