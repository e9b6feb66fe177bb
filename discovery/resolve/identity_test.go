package resolve_test

import (
	"slices"
	"testing"

	"gujo/discovery"
	"gujo/graph"
)

func TestMachinesAreJoinedByWhatIdentifiesHardware(t *testing.T) {
	type two func(a, b *target)
	for _, c := range []struct {
		name string
		say  two
		want int
		note string
	}{
		{"one serial number is one machine", func(a, b *target) { a.serial("FOC1234X"); b.serial(" foc1234x ") }, 1, "merged.serial"},
		{"a placeholder serial number is none", func(a, b *target) { a.serial("Default string"); b.serial("Default string") }, 2, ""},
		{"nor is a zero", func(a, b *target) { a.serial("0"); b.serial("0") }, 2, ""},
		{"nor is what the factory left to be filled", func(a, b *target) { a.serial("To be filled by O.E.M."); b.serial("To Be Filled By O.E.M.") }, 2, ""},
		{"nor are Xs", func(a, b *target) { a.serial("XXXXXXXXXXX"); b.serial("XXXXXXXXXXX") }, 2, ""},
		{"one serial number on two sets of hardware is a default", func(a, b *target) {
			a.serial("4279256517").port(1, "e0", "ca:04:00:00:00:01")
			b.serial("4279256517").port(1, "e0", "ca:05:00:00:00:01")
		}, 2, "ignored.shared"},
		{"one UUID in either byte order is one machine", func(a, b *target) {
			a.id(discovery.UUIDIdentifier, "33221100-5544-7766-8899-aabbccddeeff")
			b.id(discovery.UUIDIdentifier, "00112233-4455-6677-8899-AABBCCDDEEFF")
		}, 1, "merged.uuid"},
		{"one engine ID is on cloned images too", func(a, b *target) {
			a.id(discovery.EngineIdentifier, "80001f8880a699cf22")
			b.id(discovery.EngineIdentifier, "80001f8880a699cf22")
		}, 2, ""},
		{"one name is not one machine", func(a, b *target) { a.device("switch"); b.device("switch") }, 2, ""},
		{"a chassis id that the maker assigned", func(a, b *target) {
			a.id(discovery.ChassisIdentifier, "4:00:16:c8:bd:4d:80")
			b.id(discovery.ChassisIdentifier, "4:00:16:c8:bd:4d:80")
		}, 1, "merged.chassis"},
		{"a chassis id that nobody assigned", func(a, b *target) {
			a.id(discovery.ChassisIdentifier, "4:02:16:c8:bd:4d:80")
			b.id(discovery.ChassisIdentifier, "4:02:16:c8:bd:4d:80")
		}, 2, ""},
		{"two cards in common", func(a, b *target) {
			a.port(1, "e0", "00:16:c8:00:00:01").port(2, "e1", "00:16:c8:00:00:02")
			b.port(1, "e0", "00:16:c8:00:00:01").port(2, "e1", "00:16:c8:00:00:02")
		}, 1, "merged.macs"},
		{"locally administered addresses are anybody's", func(a, b *target) {
			a.port(1, "e0", "02:16:c8:00:00:01").port(2, "e1", "02:16:c8:00:00:02")
			b.port(1, "e0", "02:16:c8:00:00:01").port(2, "e1", "02:16:c8:00:00:02")
		}, 2, ""},
		{"zeros are nobody's", func(a, b *target) {
			a.port(1, "e0", "00:00:00:00:00:00").port(2, "e1", "00:00:00:00:00:00")
			b.port(1, "e0", "00:00:00:00:00:00").port(2, "e1", "00:00:00:00:00:00")
		}, 2, ""},
		{"the addresses of virtual routers move", func(a, b *target) {
			a.port(1, "e0", "00:00:5e:00:01:0a").port(2, "e1", "00:00:0c:07:ac:01")
			b.port(1, "e0", "00:00:5e:00:01:0a").port(2, "e1", "00:00:0c:07:ac:01")
		}, 2, ""},
		{"one card of many may have been moved", func(a, b *target) {
			a.port(1, "e0", "00:16:c8:00:00:01").port(2, "e1", "00:16:c8:00:00:02").port(3, "e2", "00:16:c8:00:00:03")
			b.port(1, "e0", "00:16:c8:00:00:01").port(2, "e1", "00:16:c8:00:00:12").port(3, "e2", "00:16:c8:00:00:13")
		}, 2, ""},
		{"a member of a stack in common is enough", func(a, b *target) { a.serial("FOC0001A").serial("FOC0002B"); b.serial("FOC0002B").serial("FOC0003C") }, 1, "merged.serial"},
		{"one name and the same addresses, both asked at their own", func(a, b *target) {
			a.device("r1").port(1, "e0", "").address(1, "10.0.0.1/24").address(1, "10.0.0.2/24")
			b.device("r1").port(1, "e0", "").address(1, "10.0.0.1/24").address(1, "10.0.0.2/24")
		}, 1, "merged.addresses"},
		{"the same hardware with two serial numbers is two", func(a, b *target) {
			a.serial("FOC0001A").id(discovery.UUIDIdentifier, "33221100-5544-7766-8899-aabbccddeeff")
			b.serial("FOC0002B").id(discovery.UUIDIdentifier, "33221100-5544-7766-8899-aabbccddeeff")
		}, 2, "apart.serial"},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := newSite(t)
			a, b := s.at("10.0.0.1"), s.at("10.0.0.2")
			c.say(a, b)
			if len(a.reading.Observations) == 0 {
				t.Fatal("nothing was said")
			}
			r := s.resolve()
			if got := r.machines(); len(got) != c.want {
				t.Errorf("%d machines: %v, want %d", len(got), got, c.want)
			}
			found := c.note == ""
			for _, n := range r.Notes {
				if n.Key == c.note {
					found = len(n.Evidence) > 0
				}
			}
			if !found {
				t.Errorf("no note %s with evidence in %+v", c.note, r.Notes)
			}
		})
	}
}

// An address that moves between machines joins none of them, and
// asking it gives a machine that is there already.
func TestAVirtualAddressJoinsNoMachines(t *testing.T) {
	s := newSite(t)
	vrrp := func(d *target, state string) {
		d.say(discovery.VirtualRouter{Fact: d.fact(state), Protocol: "vrrp", IfIndex: 1, Group: 10, State: state, Addresses: addrs("10.0.0.254")})
	}
	a := s.at("10.0.0.1").device("gw1").port(1, "eth0", "02:00:00:00:00:01").address(1, "10.0.0.1/24").address(1, "10.0.0.254/24")
	b := s.at("10.0.0.2").device("gw2").port(1, "eth0", "02:00:00:00:00:02").address(1, "10.0.0.2/24").address(1, "10.0.0.254/24")
	v := s.at("10.0.0.254").device("gw1").port(1, "eth0", "02:00:00:00:00:01").address(1, "10.0.0.1/24").address(1, "10.0.0.254/24")
	vrrp(a, "master")
	vrrp(b, "backup")
	vrrp(v, "master")
	r := s.resolve()
	r.wantIDs("machines", r.machines(), []string{"network_device/gw1", "network_device/gw2"})
	for _, c := range r.Conflicts {
		t.Errorf("a shared address is no conflict: %+v", c)
	}
	if c := r.component("network_device/gw1"); slices.Contains(c.Identifiers, "address:default~10.0.0.254") {
		t.Error("gw1 is known by the virtual address")
	}
}

// One router with many addresses is one, whichever was asked.
func TestARouterWithManyAddressesIsOne(t *testing.T) {
	s := newSite(t)
	for _, target := range []string{"10.0.1.1", "10.0.2.1", "10.0.3.1"} {
		d := s.at(target).device("r1")
		for i, a := range []string{"10.0.1.1/24", "10.0.2.1/24", "10.0.3.1/24"} {
			d.port(i+1, "ge"+a, "").address(i+1, a)
		}
	}
	r := s.resolve()
	r.wantIDs("machines", r.machines(), []string{"network_device/r1"})
	if got := len(r.ids(graph.Interface)); got != 3 {
		t.Errorf("%d interfaces, want 3", got)
	}
}

// A crawler that meets a router at a second address reads no more of it than
// tells it again: its interfaces by ifDescr, without their ifName.
func TestAnInterfaceKnownByItsDescriptionAloneIsTheOneThatHasAName(t *testing.T) {
	for _, c := range []struct {
		what       string
		index      int
		descr      string
		interfaces int
	}{
		{"the same index and description", 1, "GigabitEthernet0/0", 1},
		{"another index", 2, "GigabitEthernet0/0", 2},
		{"another description", 1, "GigabitEthernet0/1", 2},
	} {
		for _, order := range [][2]string{{"10.0.1.1", "10.0.2.1"}, {"10.0.2.1", "10.0.1.1"}} {
			s := newSite(t)
			whole := s.at(order[0]).device("r1").serial("FOC1234X")
			whole.say(discovery.Interface{Fact: whole.fact("Gi0/0"), Index: 1, Name: "Gi0/0", Description: "GigabitEthernet0/0", Type: 6})
			again := s.at(order[1]).device("r1").serial("FOC1234X")
			again.say(discovery.Interface{Fact: again.fact(c.descr), Index: c.index, Name: c.descr, Description: c.descr, Type: 6})
			r := s.resolve()
			r.wantIDs("machines", r.machines(), []string{"network_device/r1"})
			if got := r.ids(graph.Interface); len(got) != c.interfaces {
				t.Errorf("%s: %v, want %d", c.what, got, c.interfaces)
			}
		}
	}
}

// A replaced chassis has the role, and so the ID, of the old one.
func TestAReplacedChassisKeepsItsID(t *testing.T) {
	var serials []string
	for _, serial := range []string{"FOC0001A", "FOC9999Z"} {
		s := newSite(t)
		s.at("10.0.0.1").device("core-1").serial(serial)
		serials = append(serials, s.resolve().component("network_device/core-1").Attrs.Text("serial"))
	}
	if !slices.Equal(serials, []string{"FOC0001A", "FOC9999Z"}) {
		t.Errorf("serial numbers %v", serials)
	}
}

// Which serial number comes first changes with the master of a stack.
func TestAStackIsOneWhoeverIsItsMaster(t *testing.T) {
	s := newSite(t)
	s.at("10.0.0.1").device("stack").serial("FOC0001A").serial("FOC0002B")
	s.at("10.0.9.1").device("stack").serial("FOC0002B").serial("FOC0001A")
	r := s.resolve()
	r.wantIDs("machines", r.machines(), []string{"network_device/stack"})
}

func TestTwoSerialNumbersAreNeverJoinedThroughAThird(t *testing.T) {
	s := newSite(t)
	s.at("10.0.0.1").device("a").serial("FOC0001A").id(discovery.UUIDIdentifier, "33221100-5544-7766-8899-aabbccddeeff")
	s.at("10.0.0.2").device("b").serial("FOC0002B").id(discovery.ChassisIdentifier, "4:00:16:c8:bd:4d:80")
	s.at("10.0.0.3").device("c").id(discovery.UUIDIdentifier, "33221100-5544-7766-8899-aabbccddeeff").id(discovery.ChassisIdentifier, "4:00:16:c8:bd:4d:80")
	r := s.resolve()
	if got := r.machines(); len(got) != 2 {
		t.Errorf("machines %v, want 2", got)
	}
}

func TestNamesAndAddressesHoldWithinTheirZone(t *testing.T) {
	s := newSite(t)
	for _, zone := range []string{"east", "west"} {
		s.in(zone, "10.0.0.1").device("core").port(1, "e0", "").address(1, "10.0.0.1/24")
	}
	r := s.resolve()
	r.wantIDs("machines", r.machines(), []string{"network_device/core@east", "network_device/core@west"})
	r.wantIDs("subnets", r.ids(graph.Subnet), []string{"subnet/10.0.0.0_24", "subnet/10.0.0.0_24@west"})
	if len(r.Conflicts) > 0 {
		t.Errorf("two zones are no conflict: %+v", r.Conflicts)
	}
}

func TestAnAddressOnTwoMachinesIsAConflict(t *testing.T) {
	s := newSite(t)
	s.at("10.0.0.1").device("a").port(1, "e0", "").address(1, "10.0.0.9/24")
	s.at("10.0.0.2").device("b").port(1, "e0", "").address(1, "10.0.0.9/24")
	r := s.resolve()
	if len(r.Conflicts) != 2 || len(r.Conflicts[0].Values) != 2 || r.Conflicts[0].Values[0].Evidence == "" {
		t.Errorf("conflicts %+v", r.Conflicts)
	}
}

func TestDecisionsMergeAndSplit(t *testing.T) {
	s := newSite(t)
	s.at("10.0.0.1").device("a").serial("FOC0001A")
	s.at("10.0.0.2").device("b").serial("FOC0001A")
	s.at("10.0.0.3").device("c")
	s.at("10.0.0.4").device("d")
	s.declare(`
decisions:
  - {action: split, machines: [10.0.0.1, 10.0.0.2], who: kim, when: 2026-03-02, why: cloned serial}
  - {action: merge, machines: [c, 10.0.0.4], who: kim, when: 2026-03-02, why: one box}
`)
	r := s.resolve()
	r.wantIDs("machines", r.machines(), []string{"network_device/a", "network_device/b", "network_device/c"})
	r.wantNote("network_device/a", "split")
	if n := r.wantNote("network_device/c", "merged.decision"); !slices.Equal(n.Args, []string{"kim", "2026-03-02", "one box"}) || len(n.Evidence) == 0 {
		t.Errorf("note %+v", n)
	}
}

func TestIDsAreForPeople(t *testing.T) {
	s := newSite(t)
	s.at("10.0.0.1").device("core-1").port(1, "Gi0/1", "").port(2, "Gi 0/2", "")
	s.at("10.0.0.2").device("").port(1, "", "")
	s.at("walks/old switch.snmpwalk.txt").say(discovery.Machine{Kind: discovery.MachineNetworkDevice, Fact: discovery.Fact{Subject: discovery.Subject{Zone: "default", Target: "walks/old switch.snmpwalk.txt"}}})
	s.at("10.0.0.4").device("twin")
	s.at("10.0.0.5").device("twin")
	s.at("10.0.0.6").device("\u1100\u1161\x07/\u200b\U0001F680, x")
	r := s.resolve()
	r.wantIDs("machines", r.machines(), []string{
		"network_device/10.0.0.2", "network_device/core-1", "network_device/old_switch", "network_device/twin@10.0.0.4", "network_device/twin@10.0.0.5",
		"network_device/가__\U0001F680__x",
	})
	r.wantIDs("interfaces", r.ids(graph.Interface), []string{"interface/10.0.0.2:if1", "interface/core-1:Gi0_1", "interface/core-1:Gi_0_2"})
}

// One machine may stand in two zones; its address in one says nothing of the other.
func TestAnAddressOfAMachineInTwoZonesHoldsInItsOwn(t *testing.T) {
	s := newSite(t)
	s.in("east", "10.0.0.1").device("border").serial("FOC0001A").port(1, "e0", "").address(1, "10.0.0.1/24")
	s.in("west", "10.9.0.1").device("border").serial("FOC0001A").port(2, "e1", "").address(2, "10.9.0.1/24")
	s.in("west", "10.0.0.1").device("other").port(1, "e0", "").address(1, "10.0.0.1/24")
	w := s.in("west", "10.9.0.9").device("w").port(1, "e0", "")
	w.cdp(1, "", "e0", "10.0.0.1")
	r := s.resolve()
	r.wantIDs("machines", r.machines(), []string{"network_device/border", "network_device/other", "network_device/w"})
	r.wantIDs("links", r.ids(graph.Link), []string{"link/other:e0--w:e0"})
	if len(r.Conflicts) > 0 {
		t.Errorf("conflicts across zones: %+v", r.Conflicts)
	}
}

func TestMachinesBehindForwardedPortsAreNotTheForwarder(t *testing.T) {
	s := newSite(t)
	s.at("10.9.9.9").device("jump").port(1, "e0", "").address(1, "10.9.9.9/24")
	s.at("10.9.9.9:1001").device("").port(1, "e0", "").address(1, "10.0.0.1/24")
	s.at("10.9.9.9:1002").device("").port(1, "e0", "")
	s.at("[2001:db8::9]:1001").device("").port(1, "e0", "")
	s.at("10.9.9.9:1003").reading.Gaps = []discovery.Gap{{Subject: discovery.Subject{Zone: "default", Target: "10.9.9.9:1003"}, Reason: "unreachable"}}
	s.declare("machines:\n  - {machine: '10.9.9.9:1002', asset: B-2}\n  - {machine: 10.9.9.9, asset: J-1}")
	r := s.resolve()
	r.wantIDs("machines", r.machines(), []string{"network_device/10.0.0.1", "network_device/10.9.9.9:1002", "network_device/[2001:db8::9]:1001", "network_device/jump"})
	for id, asset := range map[string]string{"network_device/10.9.9.9:1002": "B-2", "network_device/jump": "J-1"} {
		if got := r.component(id).Attrs.Text("asset"); got != asset {
			t.Errorf("%s has asset %q, want %q", id, got, asset)
		}
	}
	for _, id := range []string{"network_device/10.0.0.1", "network_device/10.9.9.9:1002"} {
		if slices.Contains(r.component(id).Identifiers, "address:default~10.9.9.9") {
			t.Errorf("%s is identified by the address of the forwarder", id)
		}
	}
	if len(r.Conflicts) > 0 {
		t.Errorf("%+v", r.Conflicts)
	}
	if len(r.Gaps) != 1 || r.Gaps[0].Component != "10.9.9.9:1003" {
		t.Errorf("gaps %+v", r.Gaps)
	}
}
