package resolve_test

import (
	"net/netip"
	"testing"

	"gujo/discovery"
	"gujo/discovery/resolve"
)

// FuzzResolve lets two machines say anything of themselves and of each other:
// it is never an error, never a panic, and the order does not matter.
func FuzzResolve(f *testing.F) {
	f.Add("core-1", "Gi0/1", macA, "FOC1234X", "10.0.0.1", 1, 5)
	f.Add("", "", "", "", "", 0, 0)
	f.Add("a/b\x00\xff", "x.1", "06:00:16:c8:00:0a:00", "To be filled", "::ffff:10.0.0.1", -1, 3)
	f.Add("same", "same", "4:", "0", "fe80::1%eth0", 1<<31-1, 7)
	f.Add("\u202eevil", "bridge1/ether2", "00000000000", "\U0001F680", "255.255.255.255", 9, 4)
	f.Fuzz(func(t *testing.T, name, port, mac, serial, address string, index, subtype int) {
		a, _ := netip.ParseAddr(address)
		var prefix netip.Prefix
		if a.IsValid() {
			prefix = netip.PrefixFrom(a, int(uint(index)%uint(a.BitLen()+1)))
		}
		say := func(target, own, other string) []discovery.Observation {
			fact := discovery.Fact{Subject: discovery.Subject{Zone: "z", Target: target}, Sources: []discovery.Source{{Ref: "sha256:" + target + "#1", Value: name}}}
			return []discovery.Observation{
				discovery.Machine{Fact: fact, Name: own, Vendor: serial, Kind: discovery.MachineKind(uint8(subtype) % 4)},
				discovery.Identifier{Fact: fact, Type: discovery.SerialIdentifier, Value: serial},
				discovery.Identifier{Fact: fact, Type: discovery.ChassisIdentifier, Value: mac},
				discovery.Identifier{Fact: fact, Type: discovery.UUIDIdentifier, Value: serial},
				discovery.Identifier{Fact: fact, Type: discovery.MACIdentifier, Value: mac, BurnedIn: true},
				discovery.Interface{Fact: fact, Index: index, Name: port, MAC: mac, Type: subtype},
				discovery.Interface{Fact: fact, Index: index + 1, Name: port + ".1", Description: port},
				discovery.Address{Fact: fact, IfIndex: index, Prefix: prefix},
				discovery.Neighbor{Fact: fact, Protocol: "lldp", IfIndex: index, Name: other, ChassisSubtype: subtype, Chassis: mac, PortSubtype: subtype,
					Port: port, PortDesc: name, Serial: serial, Addresses: []netip.Addr{a}, Capabilities: []string{port}},
				discovery.Neighbor{Fact: fact, Protocol: "cdp", LocalPort: port, Name: mac, Port: mac, Addresses: []netip.Addr{a}},
				discovery.LinkAggregate{Fact: fact, IfIndex: index, MinLinks: subtype, PartnerSystem: mac, Members: []discovery.AggregatePort{{IfIndex: index + 1}, {IfIndex: index}}},
				discovery.VirtualRouter{Fact: fact, Protocol: port, IfIndex: index, Group: subtype, State: name, Addresses: []netip.Addr{a}, Master: a, Standby: a},
				discovery.ForwardingEntry{Fact: fact, IfIndex: index, VLAN: subtype, MAC: mac},
				discovery.NeighborAddress{Fact: fact, Address: a, MAC: mac},
				discovery.PortVLAN{Fact: fact, IfIndex: index, Untagged: subtype, Tagged: []int{index}},
				discovery.RoutingNeighbor{Fact: fact, Protocol: "ospf", IfIndex: index, RouterID: serial, Address: a, State: "full"},
				discovery.DefaultRoute{Fact: fact, NextHop: a},
				discovery.PhysicalEntity{Fact: fact, Index: 1, Parent: 1, Class: "chassis", Name: name},
				discovery.PhysicalEntity{Fact: fact, Index: index, Parent: index + 1, Class: "module", Name: name, Replaceable: true},
				discovery.PhysicalEntity{Fact: fact, Index: index + 1, Parent: index, Class: "port", IfIndex: index},
				discovery.PhysicalEntity{Fact: fact, Index: 4, Parent: 4, Class: "powerSupply", Serial: serial},
			}
		}
		x := discovery.Reading{Observations: say("one", name, port)}
		y := discovery.Reading{Observations: say("two", port, name)}
		first, err := resolve.Resolve(resolve.Input{Readings: []discovery.Reading{x, y}})
		if err != nil {
			t.Fatal(err)
		}
		second, err := resolve.Resolve(resolve.Input{Readings: []discovery.Reading{y, x}})
		if err != nil {
			t.Fatal(err)
		}
		if first.ID != second.ID {
			t.Error("the order of input matters")
		}
	})
}
