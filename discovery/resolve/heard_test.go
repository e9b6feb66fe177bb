package resolve_test

import (
	"testing"

	"gujo/discovery"
)

// Two that nobody read are one only where something says so: a name is what two
// can have, and one way would seem to be two.
func TestUnreadNeighboursAreOneOnlyByWhatIdentifiesThem(t *testing.T) {
	type row struct {
		at       int // the target that hears
		port     int
		protocol string
		name     string
		address  string
		chassis  string
	}
	for _, c := range []struct {
		name string
		rows []row
		want int
	}{
		{"a name that makers give, at two places", []row{{0, 1, "cdp", "Switch", "", ""}, {1, 1, "cdp", "Switch", "", ""}}, 2},
		{"a name of its own, at two places", []row{{0, 1, "cdp", "sw-floor3", "", ""}, {1, 1, "cdp", "sw-floor3", "", ""}}, 2},
		{"a name at two ports of one machine", []row{{0, 1, "cdp", "Switch", "", ""}, {0, 2, "cdp", "Switch", "", ""}}, 2},
		{"a name twice on one port", []row{{0, 1, "cdp", "Switch", "", ""}, {0, 1, "cdp", "Switch", "", ""}}, 1},
		{"a name and an address", []row{{0, 1, "cdp", "sw", "10.0.0.9", ""}, {1, 1, "cdp", "sw", "10.0.0.9", ""}}, 1},
		{"a name and two addresses", []row{{0, 1, "cdp", "sw", "10.0.0.9", ""}, {1, 1, "cdp", "sw", "10.0.0.8", ""}}, 2},
		{"a chassis", []row{{0, 1, "lldp", "sw", "", macC}, {1, 1, "lldp", "sw", "", macC}}, 1},
		{"a device ID that is a MAC address", []row{{0, 1, "cdp", "0016c800aa01", "", ""}, {1, 1, "cdp", "0016c800aa01", "", ""}}, 1},
		{"two protocols on one port, and one of them at the other place", []row{{0, 1, "cdp", "sw", "10.0.0.9", ""}, {0, 1, "lldp", "sw", "", macC}, {1, 1, "lldp", "sw", "", macC}}, 1},
		{"each place hears another protocol, a third one both", []row{{0, 1, "cdp", "sw", "10.0.0.9", ""}, {1, 1, "lldp", "sw", "", macC},
			{2, 1, "cdp", "sw", "10.0.0.9", ""}, {2, 1, "lldp", "sw", "", macC}}, 1},
		{"a name by one protocol and the chassis by the other, on one port", []row{{0, 1, "cdp", "Switch", "", ""}, {0, 1, "lldp", "Switch", "", macC}}, 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := newSite(t)
			var at []*target
			for i, n := range []string{"a", "b", "c"} {
				at = append(at, s.at("10.0.0."+string(rune('1'+i))).device(n).port(1, "Gi0/1", "").port(2, "Gi0/2", ""))
			}
			for _, row := range c.rows {
				d := at[row.at]
				n := discovery.Neighbor{Fact: d.fact(row.name), Protocol: row.protocol, IfIndex: row.port, Name: row.name, Port: "Fa0/1", Capabilities: []string{"bridge"}}
				if row.address != "" {
					n.Addresses = addrs(row.address)
				}
				if row.chassis != "" {
					n.ChassisSubtype, n.Chassis = 4, row.chassis
				}
				d.say(n)
			}
			r := s.resolve()
			if n := len(r.machines()) - 3; n != c.want {
				t.Errorf("%d machines that were only heard of, want %d: %v", n, c.want, r.machines())
			}
			noted := false
			for _, n := range r.Notes {
				noted = noted || n.Key == "heard.namesake"
			}
			if want := c.want == 2 && c.rows[0].address == ""; noted != want {
				t.Errorf("that they may be one is noted: %v, want %v", noted, want)
			}
		})
	}
}

// A machine that was read and never got a name is not whoever has none either.
func TestANameOfTheMakersMeansAMachineThatWasReadWhereMoreSpeaksForIt(t *testing.T) {
	for _, c := range []struct {
		name    string
		address string
		answers bool
		want    int
	}{
		{"nothing more", "", false, 3},
		{"its address", "10.0.0.2", false, 2},
		{"it hears the other, too", "", true, 2},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := newSite(t)
			s.at("10.0.0.1").device("a").port(1, "Gi0/1", "").cdp(1, "Switch", "Gi0/7", c.address)
			b := s.at("10.0.0.2").device("Switch").port(7, "Gi0/7", "").address(7, "10.0.0.2/24")
			if c.answers {
				b.cdp(7, "a", "Gi0/1", "")
			}
			if r := s.resolve(); len(r.machines()) != c.want {
				t.Errorf("machines %v, want %d", r.machines(), c.want)
			}
		})
	}
}

func TestThePortsOfAnAggregateLeadToOneOfAName(t *testing.T) {
	s := newSite(t)
	a := s.at("10.0.0.1").device("a").port(1, "Gi0/1", "").port(2, "Gi0/2", "").cdp(1, "sw-floor3", "Gi0/1", "").cdp(2, "sw-floor3", "Gi0/2", "")
	a.aggregate(0, "", true, true)
	r := s.resolve()
	r.wantIDs("machines", r.machines(), []string{"network_device/a", "network_device/sw-floor3"})
}
