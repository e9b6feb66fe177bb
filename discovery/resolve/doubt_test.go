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
