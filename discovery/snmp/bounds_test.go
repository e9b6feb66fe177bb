package snmp

import (
	"fmt"
	"reflect"
	"strings"
	"testing"

	"gujo/discovery"
	"gujo/discovery/evidence"
)

// flooded is a recording of a switch with four ports, and what write adds.
func flooded(t *testing.T, write func(line func(format string, args ...any))) discovery.Reading {
	t.Helper()
	var b strings.Builder
	line := func(format string, args ...any) { fmt.Fprintf(&b, format+"\n", args...) }
	line("1.3.6.1.2.1.1.5.0|4|s")
	for i := 1; i <= 4; i++ {
		line("%s.2.%d|4|Gi0/%d", ifEntry, i, i)
		line("%s.3.%d|2|6", ifEntry, i)
		line("%s.2.%d|2|%d", basePortEntry, i, i)
	}
	write(line)
	return Interpret([]EntryData{file("s.snmprec", FormatSnmprec, b.String())})
}

const lldpRem = "1.0.8802.1.1.2.1.4.1.1"

func lldpRow(line func(string, ...any), port, n int) {
	x := fmt.Sprintf("0.%d.%d", port, n)
	line("%s.4.%s|2|4", lldpRem, x)
	line("%s.5.%s|4x|02000%07x", lldpRem, x, port<<20|n)
	line("%s.6.%s|2|5", lldpRem, x)
	line("%s.7.%s|4|p%d", lldpRem, x, n)
	line("%s.9.%s|4|n%d", lldpRem, x, n)
}

// Each table here may hold whatever is plugged in, or claimed, makes it hold.
func TestWhatADeviceMayPutIntoTheGraphIsBounded(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name  string
		write func(line func(string, ...any))
		of    discovery.Observation
		most  int
		table string
		left  string
	}{
		{"20,000 neighbours of LLDP on one port", func(line func(string, ...any)) {
			for n := range 20_000 {
				lldpRow(line, 2, n+1)
			}
		}, discovery.Neighbor{}, 64, "lldpRemTable", "19936 rows left out"},
		{"20 neighbours of LLDP on each of 200 ports", func(line func(string, ...any)) {
			for port := range 200 {
				for n := range 20 {
					lldpRow(line, port+1, n+1)
				}
			}
		}, discovery.Neighbor{}, 2048, "lldpRemTable", "1952 rows left out"},
		{"5,000 neighbours of CDP on one port", func(line func(string, ...any)) {
			for n := range 5_000 {
				line("1.3.6.1.4.1.9.9.23.1.2.1.1.6.2.%d|4|n%d", n+1, n)
			}
		}, discovery.Neighbor{}, 64, "cdpCacheTable", "4936 rows left out"},
		{"200,000 addresses in a forwarding table", func(line func(string, ...any)) {
			for n := range 200_000 {
				x := fmt.Sprintf("0.17.0.%d.%d.%d", n>>16, n>>8&255, n&255)
				line("1.3.6.1.2.1.17.4.3.1.2.%s|2|%d", x, n%4+1)
				line("1.3.6.1.2.1.17.4.3.1.3.%s|2|3", x)
			}
		}, discovery.ForwardingEntry{}, 131072, "dot1dTpFdbTable", "68928 rows left out"},
		{"140,000 entries of ARP", func(line func(string, ...any)) {
			for n := range 140_000 {
				line("1.3.6.1.2.1.4.22.1.2.4.10.%d.%d.%d|4x|020000%06x", n>>16, n>>8&255, n&255, n)
			}
		}, discovery.NeighborAddress{}, 131072, "ipNetToMediaTable", "8928 rows left out"},
		{"100,000 addresses of interfaces", func(line func(string, ...any)) {
			for n := range 100_000 {
				x := fmt.Sprintf("10.%d.%d.%d", n>>14, n>>6&255, n<<2&255+1)
				line("1.3.6.1.2.1.4.20.1.1.%s|64|%s", x, x)
				line("1.3.6.1.2.1.4.20.1.2.%s|2|%d", x, n%4+1)
				line("1.3.6.1.2.1.4.20.1.3.%s|64|255.255.255.252", x)
			}
		}, discovery.Address{}, 8192, "ipAddrTable", "91808 rows left out"},
		{"17,000 interfaces", func(line func(string, ...any)) {
			for n := range 17_000 {
				line("%s.2.%d|4|Gi1/%d.%d", ifEntry, n+10, n/100, n%100)
				line("%s.3.%d|2|6", ifEntry, n+10)
			}
		}, discovery.Interface{}, 16384, "ifTable", "620 rows left out"},
		{"30,000 modules", func(line func(string, ...any)) {
			for n := range 30_000 {
				line("%s.5.%d|2|9", entPhysicalEntry, n+1)
				line("%s.7.%d|4|card", entPhysicalEntry, n+1)
			}
		}, discovery.PhysicalEntity{}, 16384, "entPhysicalTable", "13616 rows left out"},
		{"3,000 power supplies", func(line func(string, ...any)) {
			for n := range 3_000 {
				line("%s.5.%d|2|6", entPhysicalEntry, n+1)
				line("%s.7.%d|4|PSU", entPhysicalEntry, n+1)
			}
		}, discovery.PhysicalEntity{}, 256, "entPhysicalTable", "2744 rows left out"},
		{"3,000 chassis", func(line func(string, ...any)) {
			for n := range 3_000 {
				line("%s.5.%d|2|3", entPhysicalEntry, n+1)
				line("%s.11.%d|4|S%d", entPhysicalEntry, n+1, n)
			}
		}, discovery.PhysicalEntity{}, 256, "entPhysicalTable", "2744 rows left out"},
		{"20,000 neighbours of OSPF on one interface", func(line func(string, ...any)) {
			for n := range 20_000 {
				line("1.3.6.1.2.1.14.10.1.6.10.0.%d.%d.2|2|8", n>>8, n&255)
			}
		}, discovery.RoutingNeighbor{}, 1024, "ospfNbrTable", "18976 rows left out"},
		{"20,000 neighbours of OSPF on 20 interfaces", func(line func(string, ...any)) {
			for n := range 20_000 {
				line("1.3.6.1.2.1.14.10.1.6.10.0.%d.%d.%d|2|8", n>>8, n&255, n%20+1)
			}
		}, discovery.RoutingNeighbor{}, 2048, "ospfNbrTable", "17952 rows left out"},
		{"51,000 groups of VRRP", func(line func(string, ...any)) {
			for i := range 200 {
				for v := range 255 {
					line("1.3.6.1.2.1.68.1.3.1.3.%d.%d|2|2", i+1, v+1)
				}
			}
		}, discovery.VirtualRouter{}, 1024, "vrrpOperTable", "49976 rows left out"},
		{"20,000 default routes", func(line func(string, ...any)) {
			for n := range 20_000 {
				line("1.3.6.1.2.1.4.24.4.1.5.0.0.0.0.0.0.0.0.0.10.0.%d.%d|2|1", n>>8, n&255)
			}
		}, discovery.DefaultRoute{}, 256, "ipCidrRouteTable", "19744 rows left out"},
		{"70,000 processes", func(line func(string, ...any)) {
			for n := range 70_000 {
				line("1.3.6.1.2.1.25.4.2.1.2.%d|4|p", n+1)
			}
		}, discovery.Process{}, 65536, "hrSWRunTable", "4464 rows left out"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			r := flooded(t, c.write)
			count := 0
			for _, o := range r.Observations {
				if reflect.TypeOf(o) == reflect.TypeOf(c.of) {
					count++
				}
			}
			if count != c.most {
				t.Errorf("%d of %T, want %d", count, c.of, c.most)
			}
			if got := outcomeOf(r, c.table); got != "gap: "+evidence.ReasonTruncated {
				t.Errorf("%s: %q, want a truncated one", c.table, got)
			}
			for _, g := range r.Gaps {
				if g.Table == c.table && !strings.Contains(g.Detail, c.left) {
					t.Errorf("the gap says %q, want %q in it", g.Detail, c.left)
				}
			}
			if got := outcomeOf(r, "system"); got != string(evidence.Complete) {
				t.Errorf("the system group is %q: it suffers from another table", got)
			}
		})
	}
}

func TestAFloodOnOnePortTakesNothingFromOthers(t *testing.T) {
	t.Parallel()
	r := flooded(t, func(line func(string, ...any)) {
		for n := range 5000 {
			lldpRow(line, 1, n+1)
		}
		lldpRow(line, 2, 1)
		lldpRow(line, 3, 1)
		for n := range 132_000 { // all before the one address of port 2
			x := fmt.Sprintf("0.17.0.%d.%d.%d", n>>16, n>>8&255, n&255)
			line("1.3.6.1.2.1.17.4.3.1.2.%s|2|1", x)
		}
		line("1.3.6.1.2.1.17.4.3.1.2.0.34.0.0.0.1|2|2")
	})
	neighbours, learned := map[int]int{}, map[int]int{}
	for _, o := range r.Observations {
		switch o := o.(type) {
		case discovery.Neighbor:
			neighbours[o.IfIndex]++
		case discovery.ForwardingEntry:
			learned[o.IfIndex]++
		}
	}
	if neighbours[1] != 64 || neighbours[2] != 1 || neighbours[3] != 1 {
		t.Errorf("neighbours by port: %v, want 64 of the flood and both others", neighbours)
	}
	if learned[2] != 1 || learned[1]+learned[2] != 131072 {
		t.Errorf("addresses by port: %v, want that of port 2 too", learned)
	}
}

func TestWhatFitsIsTakenWhole(t *testing.T) {
	r := flooded(t, func(line func(string, ...any)) {
		for port := range 4 {
			for n := range 64 {
				lldpRow(line, port+1, n+1)
			}
		}
	})
	if n := len(all[discovery.Neighbor](r)); n != 256 {
		t.Errorf("%d neighbours, want all 256", n)
	}
	if got := outcomeOf(r, "lldpRemTable"); got != string(evidence.Complete) {
		t.Errorf("lldpRemTable is %q", got)
	}
}

// 500 ports that carry 4000 VLANs each would be two million relations.
func TestThePairsOfVLANAndPortAreBounded(t *testing.T) {
	r := flooded(t, func(line func(string, ...any)) {
		for i := range 500 {
			line("%s.2.%d|4|Gi1/%d", ifEntry, i+10, i)
			line("%s.2.%d|2|%d", basePortEntry, i+10, i+10)
		}
		for vlan := range 4000 {
			line("1.3.6.1.2.1.17.7.1.4.2.1.4.0.%d|4x|%s", vlan+1, strings.Repeat("ff", 64))
		}
	})
	pairs := 0
	for _, p := range all[discovery.PortVLAN](r) {
		pairs += len(p.Tagged)
	}
	if pairs > maxMemberships || pairs < maxMemberships-1000 {
		t.Errorf("%d pairs, want as many as fit of %d", pairs, maxMemberships)
	}
	if got := outcomeOf(r, "dot1qVlanCurrentTable"); got != "gap: truncated" {
		t.Errorf("dot1qVlanCurrentTable is %q", got)
	}
	if n := len(all[discovery.VLAN](r)); n != 4000 {
		t.Errorf("%d VLANs are known, want all", n)
	}
}

func TestTheAddressesThatGroupsShareAreBounded(t *testing.T) {
	r := flooded(t, func(line func(string, ...any)) {
		for v := range 255 {
			line("1.3.6.1.2.1.68.1.3.1.3.1.%d|2|2", v+1)
			for n := range 200 {
				line("1.3.6.1.2.1.68.1.4.1.2.1.%d.10.1.%d.%d|2|1", v+1, v, n+1)
			}
		}
	})
	sum := 0
	for _, v := range all[discovery.VirtualRouter](r) {
		sum += len(v.Addresses)
	}
	if sum != maxSharedAddresses {
		t.Errorf("%d addresses, want %d", sum, maxSharedAddresses)
	}
	if got := outcomeOf(r, "vrrpOperTable"); got != "gap: truncated" {
		t.Errorf("vrrpOperTable is %q", got)
	}
}

// What collecting does not take of a table is not taken of a walk either.
func TestAnImportedTableHasTheBoundsOfOneThatIsAskedFor(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name string
		rows int
		text string
		want int
	}{
		{"rows", 201_000, "x", maxTableRows / 2},
		{"bytes", 40_000, strings.Repeat("x", 1000), 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			var b strings.Builder
			for column := 2; column <= 3; column++ {
				for n := range c.rows {
					fmt.Fprintf(&b, "1.3.6.1.2.1.25.4.2.1.%d.%d|4|%s\n", column*2-2, n+1, c.text)
				}
			}
			d := newDevice([]EntryData{file("a", FormatSnmprec, b.String())})
			rows, bytes := d.rows("1.3.6.1.2.1.25.4.2.1", 2, 4), 0
			for _, v := range d.vars {
				bytes += v.size()
			}
			if len(d.vars) > maxTableRows || bytes > maxTableBytes || c.want > 0 && len(rows) != c.want || bytes < maxTableBytes/3 {
				t.Errorf("%d variables, %d bytes, %d rows", len(d.vars), bytes, len(rows))
			}
			for i, r := range rows {
				if r.index != itoa(i+1) || r.get(2).Type == 0 || r.get(4).Type == 0 {
					t.Fatalf("row %d is %+v, want the first rows, whole", i, r)
				}
			}
			if d.coverage(); outcomeOf(d.reading, "hrSWRunTable") != "gap: truncated" {
				t.Errorf("hrSWRunTable is %q", outcomeOf(d.reading, "hrSWRunTable"))
			}
		})
	}
}
