package resolve_test

import (
	"testing"

	"gujo/discovery"
	"gujo/graph"
)

func TestAddressesInsideAJuniperAreNobodys(t *testing.T) {
	build := func(vendor, port string) *result {
		s := newSite(t)
		for i, name := range []string{"r1", "r2"} {
			d := s.at("10.9.0." + string('1'+rune(i)))
			d.say(discovery.Machine{Fact: d.fact(name), Name: name, Vendor: vendor, Kind: discovery.MachineNetworkDevice})
			d.port(1, "ge-0/0/0.0", "").port(2, port, "")
			d.address(1, "10.9.0."+string('1'+rune(i))+"/24").address(2, "128.0.0.1/2").address(2, "10.0.0.4/8")
		}
		return s.resolve()
	}
	for _, c := range []struct {
		name, vendor, port string
		conflicts, subnets int
	}{
		{"a link between its boards", "juniper", "em0.0", 0, 1},
		{"a unit that nobody configures", "juniper", "lo0.16385", 0, 1},
		{"a port at its front", "juniper", "ge-0/0/1.0", 2, 3},
		{"another maker's", "cisco", "em0.0", 2, 3},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := build(c.vendor, c.port)
			n := 0
			for _, x := range r.Conflicts {
				if x.Attribute == "address" {
					n++
				}
			}
			if n != c.conflicts {
				t.Errorf("%d address conflicts, want %d: %+v", n, c.conflicts, r.Conflicts)
			}
			if got := r.ids(graph.Subnet); len(got) != c.subnets {
				t.Errorf("subnets %v, want %d", got, c.subnets)
			}
		})
	}
}

func TestRecordedJunipersDoNotConflictInside(t *testing.T) {
	r := record(t, "nms10205b")
	for _, c := range r.snapshot.Conflicts {
		if c.Attribute == "address" {
			t.Errorf("%s: %+v", c.Component, c.Values)
		}
	}
	for _, c := range r.snapshot.Components {
		if c.Kind == graph.Subnet && (c.ID == "subnet/128.0.0.0/2" || c.ID == "subnet/128.0.0.0_2") {
			t.Errorf("%s is inside of chassis", c.ID)
		}
	}
}
