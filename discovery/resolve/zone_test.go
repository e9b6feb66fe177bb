package resolve_test

import (
	"bytes"
	"slices"
	"testing"
	"time"

	"gujo/discovery"
	"gujo/graph"
	"gujo/graph/exchange"
)

// A person says to which machine, the machine says which addresses it has: only
// where both leave no choice is the users' subnet known.
func TestAZoneAttachedToAMachineIsInItsSubnetWhereThereIsNoOther(t *testing.T) {
	vlans := func(d *target, ids ...int) {
		for _, id := range ids {
			d.say(discovery.VLAN{Fact: d.fact("vlan"), ID: id})
		}
	}
	empty := func(d *target, table string) {
		d.reading.Coverage = append(d.reading.Coverage, discovery.Coverage{Subject: d.Subject, Table: table, Outcome: "empty"})
	}
	for _, c := range []struct {
		name string
		make func(d *target)
		want []string
	}{
		{"a router with one subnet", func(d *target) {
			d.address(1, "10.1.0.1/24").read("ipAddrTable")
			empty(d, "dot1dBasePortTable")
		}, []string{"subnet/10.1.0.0_24"}},
		{"a router with one subnet of either family", func(d *target) {
			d.address(1, "10.1.0.1/24").address(1, "2001:db8::1/64").read("ipAddressTable")
			empty(d, "dot1dBasePortTable")
		}, []string{"subnet/10.1.0.0_24", "subnet/2001:db8::_64"}},
		{"a router with two subnets", func(d *target) {
			d.address(1, "10.1.0.1/24").address(2, "10.2.0.1/24").read("ipAddrTable")
			empty(d, "dot1dBasePortTable")
		}, nil},
		{"a router whose addresses were not all read", func(d *target) {
			d.address(1, "10.1.0.1/24")
			empty(d, "dot1dBasePortTable")
		}, nil},
		{"a switch of one VLAN", func(d *target) {
			d.virtualPort(9, "Vlan1", 53, "").address(9, "10.1.0.1/24").read("ipAddrTable", "dot1qVlanCurrentTable")
			vlans(d, 1)
		}, []string{"subnet/10.1.0.0_24"}},
		{"a bridge of one VLAN", func(d *target) {
			d.virtualPort(9, "br0", 209, "").address(9, "10.1.0.1/24").read("ipAddrTable", "dot1qVlanStaticTable")
			vlans(d, 1)
		}, []string{"subnet/10.1.0.0_24"}},
		{"a switch of one VLAN with its address on a port that carries it", func(d *target) {
			d.address(1, "10.1.0.1/24").read("ipAddrTable", "dot1qVlanCurrentTable")
			d.say(discovery.PortVLAN{Fact: d.fact("pvid"), IfIndex: 1, Untagged: 7})
			vlans(d, 7)
		}, []string{"subnet/10.1.0.0_24"}},
		{"a switch of one VLAN with an address for its management alone", func(d *target) {
			d.virtualPort(9, "mgmt0", 6, "").address(9, "10.1.0.1/24").read("ipAddrTable", "dot1qVlanCurrentTable")
			vlans(d, 1)
		}, nil},
		{"a switch of one VLAN with its address in another", func(d *target) {
			d.virtualPort(9, "Vlan99", 53, "").address(9, "10.1.0.1/24").read("ipAddrTable", "dot1qVlanCurrentTable")
			vlans(d, 1)
		}, nil},
		{"a switch of whose VLANs one was read, and then no more", func(d *target) {
			d.virtualPort(9, "Vlan1", 53, "").address(9, "10.1.0.1/24").read("ipAddrTable").gap("dot1qVlanCurrentTable", "truncated")
			vlans(d, 1)
		}, nil},
		{"a switch whose current VLANs were not all read, those that are set up were", func(d *target) {
			d.virtualPort(9, "Vlan1", 53, "").address(9, "10.1.0.1/24").read("ipAddrTable", "dot1qVlanStaticTable").gap("dot1qVlanCurrentTable", "truncated")
			vlans(d, 1)
		}, nil},
		{"a switch with an address for its management and two VLANs", func(d *target) {
			d.address(1, "10.1.0.1/24").read("ipAddrTable", "dot1qVlanCurrentTable")
			vlans(d, 1, 10)
		}, nil},
		{"a switch of which no VLAN was read", func(d *target) {
			d.address(1, "10.1.0.1/24").read("ipAddrTable", "dot1dBasePortTable")
		}, nil},
		{"a machine without an address", func(d *target) { d.read("ipAddrTable"); vlans(d, 1) }, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := newSite(t)
			d := s.at("10.1.0.1").device("edge").port(1, "e1", "02:00:00:00:00:01").port(2, "e2", "02:00:00:00:00:02")
			c.make(d)
			r := s.declare("access_zones:\n  - {id: office, attached_to: [edge]}\n").resolve()
			r.wantIDs("subnets", r.outs("access_zone/office", graph.InSubnet), c.want)
			r.want("access_zone/office", "attached_to", "network_device/edge", "hard")
			unknown := slices.ContainsFunc(r.Notes, func(n graph.Note) bool { return n.Key == "zone.subnet.unknown" })
			if unknown != (c.want == nil) {
				t.Errorf("its subnet is said to be unknown: %v", unknown)
			}
			if c.want != nil { // and so is the way out of it
				r.want("access_zone/office", "uses", "redundancy_group/gateway-10.1.0.1", "assumed")
			}
			for _, net := range c.want {
				if _, rel := r.relation("access_zone/office", "in_subnet", net); len(rel.Evidence) < 2 {
					t.Errorf("%s rests on %v: want the declaration and the address", net, rel.Evidence)
				}
			}
		})
	}
}

func TestAZoneAttachedToAnInterfaceNeedsNoGuess(t *testing.T) {
	s := newSite(t)
	s.at("10.1.0.1").device("edge").port(1, "e1", "02:00:00:00:00:01").address(1, "10.1.0.1/24").port(2, "e2", "02:00:00:00:00:02").address(2, "10.2.0.1/24")
	r := s.declare("access_zones:\n  - {id: office, attached_to: [\"edge:e2\"]}\n").resolve()
	r.want("access_zone/office", "attached_to", "interface/edge:e2", "hard")
	r.wantIDs("subnets", r.outs("access_zone/office", graph.InSubnet), nil)
	if slices.ContainsFunc(r.Notes, func(n graph.Note) bool { return n.Key == "zone.subnet.unknown" }) {
		t.Error("its subnet counts as unknown")
	}
}

// Two inventories that disagree are both kept: the one that asks for more counts.
func TestOfTwoInventoriesThatDisagreeTheStricterCountsAndBothAreKept(t *testing.T) {
	for _, c := range []struct{ name, one, two, of, attribute, counts, other string }{
		{"a grade", "services:\n  - {id: s, grade: 2}\n", "zone: z\nservices:\n  - {id: s, grade: 1}\n", "service/s", "grade", "1", "2"},
		{"a recovery time", "services:\n  - {id: s, rto: 2h}\n", "zone: z\nservices:\n  - {id: s, rto: 30m}\n", "service/s", "rto_minutes", "30", "120"},
		{"what happens to an inline device's traffic", "inline:\n  - {machine: fw, on_failure: open}\n", "inline:\n  - {machine: fw, on_failure: close}\n",
			"network_device/fw", "on_failure", "close", "open"},
		{"who owns it, of which the first is as good as the second", "services:\n  - {id: s, owner: a}\n", "zone: z\nservices:\n  - {id: s, owner: b}\n", "service/s", "owner", "a", "b"},
		{"when a machine is no longer maintained", "machines:\n  - {machine: m, end_of_support: 2027-01-01}\n", "machines:\n  - {machine: m, end_of_support: 2028-01-01}\n",
			"server/m", "end_of_support", "", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := newSite(t).declare(c.one).declare(c.two).resolve()
			if got := r.component(c.of).Attrs.Text(c.attribute); got != c.counts && c.counts != "" {
				t.Errorf("%s counts, want %s", got, c.counts)
			}
			at := slices.IndexFunc(r.Conflicts, func(x graph.Conflict) bool { return x.Component == c.of && x.Attribute == c.attribute })
			if at < 0 {
				t.Fatalf("there is no conflict; there are %v", r.Conflicts)
			}
			var values []string
			for _, v := range r.Conflicts[at].Values {
				values = append(values, v.Value)
			}
			for _, want := range []string{c.counts, c.other} {
				if want != "" && !slices.Contains(values, want) {
					t.Errorf("the conflict is about %v: %s is missing", values, want)
				}
			}
		})
	}
	r := newSite(t).declare("services:\n  - {id: s, grade: 1}\n").declare("services:\n  - {id: s, grade: 1}\n").resolve()
	if len(r.Conflicts) > 0 {
		t.Errorf("two that say the same are in conflict: %v", r.Conflicts)
	}
}

func TestAnOrganisationsNameIsCleanedLikeWhatDevicesSay(t *testing.T) {
	r := newSite(t).declare("organisation: {ko: \"가상\\u202E시청\", en: \"O\\u200Brg\"}\n").resolve()
	if n := r.wantNote("", "organisation"); n.Args[0] != "가상시청" || n.Args[1] != "Org" {
		t.Errorf("it is %q", n.Args)
	}
}

// That nothing may be lost is not the same as that nobody said.
func TestAnObjectiveOfZeroIsOne(t *testing.T) {
	s := newSite(t)
	s.declare("services:\n  - {id: s, rto: 30m, rpo: 0m}\n  - {id: u}\n").declare("zone: z\nservices:\n  - {id: s, rto: 2h, rpo: 1h}\n")
	r := s.resolve()
	check := func(how string, s *graph.Snapshot) {
		t.Helper()
		v := graph.NewView(s)
		for id, want := range map[string][2]string{"service/s": {"30", "0"}, "service/u": {"", ""}} {
			i, ok := v.Find(id)
			if !ok {
				t.Fatalf("%s: no %s", how, id)
			}
			a := v.Components[i].Attrs
			if got := [2]string{a.Text("rto_minutes"), a.Text("rpo_minutes")}; got != want {
				t.Errorf("%s: the objectives of %s are %q, want %q", how, id, got, want)
			}
		}
	}
	check("resolved", r.Snapshot)
	var b bytes.Buffer
	if err := exchange.WriteJSONL(&b, r.Snapshot); err != nil {
		t.Fatal(err)
	}
	again, err := exchange.ReadJSONL("g", &b, time.Time{})
	if err != nil {
		t.Fatal(err)
	}
	check("written and read", again)
}
