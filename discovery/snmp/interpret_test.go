package snmp

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"gujo/discovery"
	"gujo/discovery/evidence"
)

var withoutSources = cmpopts.IgnoreTypes(discovery.Fact{})

// said interprets lines of a recording as one imported file.
func said(lines ...string) discovery.Reading {
	return Interpret([]EntryData{file("a.snmprec", FormatSnmprec, strings.Join(lines, "\n")+"\n")})
}

func file(name, format, text string) EntryData {
	return EntryData{evidence.Entry{Name: name, Format: format, Zone: "default", Target: "10.0.0.1", Collected: collected, Digest: "sha256:ab"}, []byte(text)}
}

func collectedTable(name string, outcome evidence.Outcome, lines ...string) EntryData {
	e := file("snmp/"+name, FormatVarbindsName, strings.Join(lines, "\n")+"\n")
	e.Entry.Table, e.Entry.Outcome = name, outcome
	return e
}

// table writes a table's cells: columns[i] of the row of each index, from
// cells "index column=TAG|VALUE …".
func cells(entry string, rows ...string) []string {
	var lines []string
	for _, r := range rows {
		words := strings.Split(r, " ; ")
		for _, w := range words[1:] {
			column, value, _ := strings.Cut(w, "=")
			lines = append(lines, fmt.Sprintf("%s.%s.%s|%s", entry, column, words[0], value))
		}
	}
	return lines
}

const (
	lldpLocal  = "1.0.8802.1.1.2.1.3.7.1"
	lldpRemote = "1.0.8802.1.1.2.1.4.1.1"
	cdpCache   = "1.3.6.1.4.1.9.9.23.1.2.1.1"
)

func TestTrap01TheLocalPortNumberOfLLDPIsNoIfIndex(t *testing.T) {
	remote := cells(lldpRemote, "0.3.1 ; 4=2|4 ; 5=4x|001122334455 ; 6=2|5 ; 7=4|Gi0/9 ; 9=4|far")
	ifs := append(cells(ifEntry, "3 ; 2=4|Vlan3 ; 3=2|53", "10103 ; 2=4|GigabitEthernet1/0/3 ; 3=2|6 ; 6=4x|001122330003"),
		cells(ifXEntry, "3 ; 1=4|Vl3", "10103 ; 1=4|Gi1/0/3 ; 18=4|to core")...)
	for _, c := range []struct {
		name  string
		lines []string
		index int
		port  string
	}{
		{"by the name in its id", cells(lldpLocal, "3 ; 2=2|5 ; 3=4|Gi1/0/3"), 10103, "Gi1/0/3"},
		{"by the description in its id", cells(lldpLocal, "3 ; 2=2|5 ; 3=4|GigabitEthernet1/0/3"), 10103, "GigabitEthernet1/0/3"},
		{"by the alias in its id", cells(lldpLocal, "3 ; 2=2|1 ; 3=4|to core"), 10103, "to core"},
		{"by an abbreviated id", cells(lldpLocal, "3 ; 2=2|5 ; 3=4|Gig1/0/3"), 10103, "Gig1/0/3"},
		{"by its description, the id being its number", cells(lldpLocal, "3 ; 2=2|7 ; 3=4|3 ; 4=4|Gi1/0/3"), 10103, "3"},
		{"by its MAC address", cells(lldpLocal, "3 ; 2=2|3 ; 3=4x|001122330003"), 10103, "00:11:22:33:00:03"},
		{"by the bridge port", cells(basePortEntry, "3 ; 2=2|10103"), 10103, "Gi1/0/3"},
		{"not at all, where it only looks like one", cells(lldpLocal, "3 ; 2=2|5 ; 3=4|Slot 9"), 0, "Slot 9"},
	} {
		t.Run(c.name, func(t *testing.T) {
			n := one[discovery.Neighbor](t, said(slices.Concat(ifs, remote, c.lines)...))
			if n.IfIndex != c.index || n.LocalPort != c.port {
				t.Errorf("interface %d, port %q; want %d, %q", n.IfIndex, n.LocalPort, c.index, c.port)
			}
		})
	}
	t.Run("as it is, where nothing else is known", func(t *testing.T) {
		n := one[discovery.Neighbor](t, said(slices.Concat(ifs, remote)...))
		if n.IfIndex != 3 {
			t.Errorf("interface %d", n.IfIndex)
		}
	})
}

func TestTrap02TheNewestTimeMarkWins(t *testing.T) {
	r := said(cells(lldpRemote,
		"500.3.1 ; 4=2|4 ; 5=4x|001122334455 ; 9=4|old", "9000.3.1 ; 4=2|4 ; 5=4x|001122334455 ; 9=4|new", "77.3.2 ; 4=2|4 ; 5=4x|001122334466 ; 9=4|other")...)
	var names []string
	for _, n := range all[discovery.Neighbor](r) {
		names = append(names, n.Name)
	}
	if d := cmp.Diff([]string{"new", "other"}, names); d != "" {
		t.Error(d)
	}
}

func TestTrap03AChassisIDSentAsPortIDTellsNoPort(t *testing.T) {
	n := one[discovery.Neighbor](t, said(cells(lldpRemote, "0.3.1 ; 4=2|4 ; 5=4x|001122334455 ; 6=2|3 ; 7=4x|001122334455 ; 8=4|eth0")...))
	if n.Port != "" || n.PortDesc != "eth0" || n.Chassis != "00:11:22:33:44:55" {
		t.Errorf("port %q, description %q, chassis %q", n.Port, n.PortDesc, n.Chassis)
	}
	n = one[discovery.Neighbor](t, said(cells(lldpRemote, "0.3.1 ; 4=2|4 ; 5=4x|001122334455 ; 6=2|3 ; 7=4x|001122334455")...))
	if n.Port != "00:11:22:33:44:55" {
		t.Errorf("with nothing better, the port id is kept: %q", n.Port)
	}
}

func TestTrap05AMikroTikPortIDNamesTheBridgeBeforeThePort(t *testing.T) {
	n := one[discovery.Neighbor](t, said(cells(lldpRemote, "0.3.1 ; 4=2|4 ; 5=4x|001122334455 ; 6=2|5 ; 7=4|bridge1/ether2 ; 10=4|MikroTik RouterOS 7.1 RB5009")...))
	if n.Port != "ether2" {
		t.Errorf("port %q", n.Port)
	}
	n = one[discovery.Neighbor](t, said(cells(lldpRemote, "0.3.1 ; 4=2|4 ; 5=4x|001122334455 ; 6=2|5 ; 7=4|Gi1/0/2 ; 10=4|Cisco IOS")...))
	if n.Port != "Gi1/0/2" {
		t.Errorf("of another maker: port %q", n.Port)
	}
}

func TestTrap06ANeighbourWithoutManagementAddressIsKeptAndKnownByItsChassis(t *testing.T) {
	n := one[discovery.Neighbor](t, said(cells(lldpRemote, "0.3.1 ; 4=2|4 ; 5=4x|001122334455 ; 6=2|5 ; 7=4|p1")...))
	if n.ChassisSubtype != 4 || n.Chassis != "00:11:22:33:44:55" || n.Addresses != nil {
		t.Errorf("%+v", n)
	}
	n = one[discovery.Neighbor](t, said(append(cells(lldpRemote, "0.3.1 ; 4=2|4 ; 5=4x|001122334455 ; 6=2|5 ; 7=4|p1"),
		"1.0.8802.1.1.2.1.4.2.1.3.0.3.1.1.4.192.0.2.7|2|2", "1.0.8802.1.1.2.1.4.2.1.4.0.3.1.1.4.192.0.2.7|2|1",
		"1.0.8802.1.1.2.1.4.2.1.3.0.3.1.2.16.32.1.13.184.0.0.0.0.0.0.0.0.0.0.0.7|2|2",
		"1.0.8802.1.1.2.1.4.2.1.3.0.3.1.1.192.0.2.8|2|2")...))
	want := []netip.Addr{netip.MustParseAddr("192.0.2.7"), netip.MustParseAddr("192.0.2.8"), netip.MustParseAddr("2001:db8::7")}
	slices.SortFunc(n.Addresses, netip.Addr.Compare)
	if !slices.Equal(n.Addresses, want) {
		t.Errorf("addresses %v, want %v", n.Addresses, want)
	}
}

func TestTrap08ADeviceIDOfCDPHoldsNameDomainAndSerial(t *testing.T) {
	for _, c := range []struct{ name, device, port, wantName, wantSerial, wantChassis, wantPort string }{
		{"serial behind the name", "4|n7k-1.example.kr(JAF1234ABCD)", "4|Ethernet1/1", "n7k-1.example.kr", "JAF1234ABCD", "", "Ethernet1/1"},
		{"name alone", "4|sw1.example.kr", "4|Fa0/1", "sw1.example.kr", "", "", "Fa0/1"},
		{"port as the octets of a MAC address", "4|phone", "4x|0011aabbccdd", "phone", "", "", "00:11:aa:bb:cc:dd"},
		{"device as the octets of a MAC address", "4x|0011aabbccdd", "4|1", "", "", "00:11:aa:bb:cc:dd", "1"},
	} {
		t.Run(c.name, func(t *testing.T) {
			n := one[discovery.Neighbor](t, said(append(cells(ifEntry, "10101 ; 2=4|Fa0/1"),
				cells(cdpCache, "10101.5 ; 3=2|1 ; 4=4x|c0a80109 ; 6="+c.device+" ; 7="+c.port+" ; 8=4|cisco X ; 9=4x|00000029")...)...))
			want := discovery.Neighbor{Protocol: "cdp", IfIndex: 10101, LocalPort: "Fa0/1", Name: c.wantName, Serial: c.wantSerial, Chassis: c.wantChassis,
				Port: c.wantPort, Platform: "cisco X", Addresses: []netip.Addr{netip.MustParseAddr("192.168.1.9")}, Capabilities: []string{"router", "bridge"}}
			if d := cmp.Diff(want, n, withoutSources, cmp.Comparer(func(a, b netip.Addr) bool { return a == b })); d != "" {
				t.Error(d)
			}
		})
	}
}

func TestTrap08LLDPAndCDPThatDisagreeAreBothKept(t *testing.T) {
	r := said(slices.Concat(cells(ifEntry, "1 ; 2=4|Gi1"), cells(lldpLocal, "1 ; 2=2|5 ; 3=4|Gi1"),
		cells(lldpRemote, "0.1.1 ; 4=2|4 ; 5=4x|001122334455 ; 6=2|5 ; 7=4|Gi2 ; 9=4|a"), cells(cdpCache, "1.1 ; 6=4|b ; 7=4|Gi3"))...)
	if ns := all[discovery.Neighbor](r); len(ns) != 2 || ns[0].Name != "a" || ns[1].Name != "b" || ns[0].IfIndex != ns[1].IfIndex {
		t.Errorf("%+v", ns)
	}
}

func TestTrap10AnAgentWithLLDPV2AloneIsRead(t *testing.T) {
	n := one[discovery.Neighbor](t, said(append(cells(ifEntry, "7 ; 2=4|xe7"),
		cells("1.3.111.2.802.1.1.13.1.4.1.1", "12.7.1.1 ; 5=2|4 ; 6=4x|001122334455 ; 7=2|5 ; 8=4|xe9 ; 9=4|d ; 10=4|far ; 13=4x|28")...)...))
	if n.IfIndex != 7 || n.LocalPort != "xe7" || n.Chassis != "00:11:22:33:44:55" || n.Port != "xe9" || n.Name != "far" || !slices.Equal(n.Capabilities, []string{"bridge", "router"}) {
		t.Errorf("%+v", n)
	}
}

func TestTrap11SeveralNeighboursOnOnePortAreAllKept(t *testing.T) {
	r := said(cells(lldpRemote, "0.3.1 ; 4=2|4 ; 5=4x|001122334451 ; 9=4|a", "0.3.2 ; 4=2|4 ; 5=4x|001122334452 ; 9=4|b", "0.3.3 ; 4=2|4 ; 5=4x|001122334453 ; 9=4|c")...)
	if ns := all[discovery.Neighbor](r); len(ns) != 3 {
		t.Errorf("%d neighbours", len(ns))
	}
}

func TestTrap23AForwardingDatabaseIsNoVLAN(t *testing.T) {
	lines := slices.Concat(cells(ifEntry, "501 ; 2=4|p1"), cells(basePortEntry, "1 ; 2=2|501"),
		cells("1.3.6.1.2.1.17.7.1.4.2.1", "0.100 ; 3=66|7", "0.200 ; 3=66|8", "0.300 ; 3=66|8"),
		cells("1.3.6.1.2.1.17.7.1.2.2.1", "7.0.17.34.51.68.85 ; 2=2|1 ; 3=2|3", "8.0.17.34.51.68.86 ; 2=2|1 ; 3=2|3", "9.0.17.34.51.68.87 ; 2=2|1 ; 3=2|4"))
	var got []discovery.ForwardingEntry
	for _, f := range all[discovery.ForwardingEntry](said(lines...)) {
		f.Fact = discovery.Fact{}
		got = append(got, f)
	}
	want := []discovery.ForwardingEntry{
		{IfIndex: 501, VLAN: 100, MAC: "00:11:22:33:44:55"},
		{IfIndex: 501, VLAN: 0, MAC: "00:11:22:33:44:56"}, // two VLANs share the database
		{IfIndex: 501, VLAN: 0, MAC: "00:11:22:33:44:57", Self: true},
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}

func TestTrap24MACAddressesOfSevenNumbersAndPortListsInText(t *testing.T) {
	base := slices.Concat(cells(ifEntry, "501 ; 2=4|1/1/1", "502 ; 2=4|1/1/2"), cells(basePortEntry, "1 ; 2=2|501", "2 ; 2=2|502"))
	f := one[discovery.ForwardingEntry](t, said(append(base, cells("1.3.6.1.2.1.17.4.3.1", "6.0.17.34.51.68.85 ; 2=2|1 ; 3=2|3")...)...))
	if f.MAC != "00:11:22:33:44:55" {
		t.Errorf("bridge: %q", f.MAC)
	}
	f = one[discovery.ForwardingEntry](t, said(append(base, cells("1.3.6.1.2.1.17.7.1.2.2.1", "10.6.0.17.34.51.68.85 ; 2=2|1 ; 3=2|3")...)...))
	if f.MAC != "00:11:22:33:44:55" {
		t.Errorf("with VLANs: %q", f.MAC)
	}
	a := one[discovery.NeighborAddress](t, said("1.3.6.1.2.1.4.22.1.2.5.10.0.0.9|4x|06001122334455"))
	if a.MAC != "00:11:22:33:44:55" || a.IfIndex != 5 {
		t.Errorf("ARP: %+v", a)
	}
	for _, list := range []string{"4|1/1/1,1/1/2", "4|1,2", "4x|c0"} {
		r := said(append(base, cells("1.3.6.1.2.1.17.7.1.4.2.1", "0.100 ; 3=66|1 ; 4="+list+" ; 5=4x|00")...)...)
		if p := all[discovery.PortVLAN](r); len(p) != 2 || !slices.Equal(p[0].Tagged, []int{100}) || p[1].IfIndex != 502 {
			t.Errorf("port list %q: %+v", list, p)
		}
	}
}

func TestTrap26ForwardingEntriesOfSeveralPassesAreUnited(t *testing.T) {
	base := collectedTable("dot1dBasePortTable", evidence.Complete, cells(basePortEntry, "1 ; 2=2|501", "2 ; 2=2|502")...)
	first := collectedTable("dot1dTpFdbTable", evidence.Complete, cells("1.3.6.1.2.1.17.4.3.1", "0.17.34.51.68.85 ; 2=2|1 ; 3=2|3", "0.17.34.51.68.86 ; 2=2|1 ; 3=2|3")...)
	second := collectedTable("dot1dTpFdbTable", evidence.Complete, cells("1.3.6.1.2.1.17.4.3.1", "0.17.34.51.68.86 ; 2=2|2 ; 3=2|3", "0.17.34.51.68.87 ; 2=2|1 ; 3=2|3")...)
	second.Entry.Collected = collected.Add(time.Minute)
	for _, order := range [][]EntryData{{base, first, second}, {second, base, first}} {
		fs := all[discovery.ForwardingEntry](Interpret(order))
		if len(fs) != 3 || fs[1].IfIndex != 502 {
			t.Errorf("%+v", fs)
		}
	}
}

func TestTrap27ABlockedPortIsReportedAsBlocking(t *testing.T) {
	s := one[discovery.SpanningTreePort](t, said(append(cells(basePortEntry, "4 ; 2=2|504"), cells("1.3.6.1.2.1.17.2.15.1", "4 ; 3=2|2 ; 8=4x|8000001122334455")...)...))
	if s.State != "blocking" || s.IfIndex != 504 || s.DesignatedBridge != "00:11:22:33:44:55" {
		t.Errorf("%+v", s)
	}
}

func TestTrap28AnInterfaceTooFastForIfSpeed(t *testing.T) {
	for _, c := range []struct {
		low, high string
		want      uint64
	}{
		{"4294967295", "10000", 10_000_000_000}, {"4294967295", "0", 0}, {"4294967295", "", 0}, {"1000000000", "1000", 1_000_000_000},
		{"1544000", "2", 1_544_000}, {"0", "100000", 100_000_000_000}, {"", "25000", 25_000_000_000}, {"0", "0", 0}, {"10000000", "", 10_000_000},
	} {
		lines := cells(ifEntry, "1 ; 2=4|a")
		if c.low != "" {
			lines = append(lines, ifEntry+".5.1|66|"+c.low)
		}
		if c.high != "" {
			lines = append(lines, ifXEntry+".15.1|66|"+c.high)
		}
		if i := one[discovery.Interface](t, said(lines...)); i.Speed != c.want {
			t.Errorf("ifSpeed %q, ifHighSpeed %q: %d, want %d", c.low, c.high, i.Speed, c.want)
		}
	}
}

func TestTrap31ParametersCutAtTheirBoundAreKeptAndMasked(t *testing.T) {
	long := "--config /etc/a.conf --password=hunter2 " + strings.Repeat("x", 100)
	p := one[discovery.Process](t, said(cells("1.3.6.1.2.1.25.4.2.1", "812 ; 2=4|java ; 4=4|/usr/bin/java ; 5=4|"+long[:128]+" ; 7=2|1")...))
	if p.PID != 812 || p.Name != "java" || strings.Contains(fmt.Sprint(p), "hunter2") || !strings.Contains(p.Parameters, "xxxx") {
		t.Errorf("%+v", p)
	}
}

func TestTrap32AddressTablesWithOddIndexes(t *testing.T) {
	prefix := func(ip string, index, bits int) string {
		return fmt.Sprintf("6|1.3.6.1.2.1.4.32.1.5.%d.1.4.%s.%d", index, ip, bits)
	}
	for _, c := range []struct {
		name  string
		lines []string
		want  string
	}{
		{"the usual", cells("1.3.6.1.2.1.4.20.1", "10.0.0.1 ; 1=64|10.0.0.1 ; 2=2|3 ; 3=64|255.255.255.0"), "10.0.0.1/24 3"},
		{"an index that is not the address (NX-OS 6)", cells("1.3.6.1.2.1.4.20.1", "3 ; 1=64|10.0.0.1 ; 2=2|3 ; 3=64|255.255.255.0"), "10.0.0.1/24 3"},
		{"no mask", cells("1.3.6.1.2.1.4.20.1", "10.0.0.1 ; 2=2|3"), "10.0.0.1/32 3"},
		{"a mask with holes", cells("1.3.6.1.2.1.4.20.1", "10.0.0.1 ; 2=2|3 ; 3=64|255.0.255.0"), "10.0.0.1/32 3"},
		{"with its length", cells("1.3.6.1.2.1.4.34.1", "1.4.10.0.0.1 ; 3=2|3 ; 4=2|1 ; 5="+prefix("10.0.0.0", 3, 25)), "10.0.0.1/25 3"},
		{"without its length (Nexus, ASA)", cells("1.3.6.1.2.1.4.34.1", "1.10.0.0.1 ; 3=2|3 ; 4=2|1 ; 5="+prefix("10.0.0.0", 3, 25)), "10.0.0.1/25 3"},
		{"with its length twice (Windows 2012)", cells("1.3.6.1.2.1.4.34.1", "1.4.4.10.0.0.1 ; 3=2|3 ; 4=2|1"), "10.0.0.1/32 3"},
		{"IPv6 without its length", cells("1.3.6.1.2.1.4.34.1", "2.32.1.13.184.0.0.0.0.0.0.0.0.0.0.0.1 ; 3=2|3 ; 5=6|1.3.6.1.2.1.4.32.1.5.3.2.16.32.1.13.184.0.0.0.0.0.0.0.0.0.0.0.0.64"), "2001:db8::1/64 3"},
		{"the generation that has the mask wins", append(cells("1.3.6.1.2.1.4.20.1", "10.0.0.1 ; 2=2|3 ; 3=64|255.255.255.0"),
			cells("1.3.6.1.2.1.4.34.1", "1.4.10.0.0.1 ; 3=2|3 ; 4=2|1 ; 5=6|0.0")...), "10.0.0.1/24 3"},
	} {
		t.Run(c.name, func(t *testing.T) {
			a := one[discovery.Address](t, said(c.lines...))
			if got := fmt.Sprintf("%s %d", a.Prefix, a.IfIndex); got != c.want {
				t.Errorf("%s, want %s", got, c.want)
			}
		})
	}
	if as := all[discovery.Address](said(cells("1.3.6.1.2.1.4.34.1", "1.4.10.0.0.255 ; 3=2|3 ; 4=2|3")...)); len(as) != 0 {
		t.Errorf("a broadcast address is nobody's: %+v", as)
	}
}

func TestTrap36AddressesThatGatewaysShareAreMarkedAndIdentifyNobody(t *testing.T) {
	vip := netip.MustParseAddr("10.0.0.254")
	address := cells("1.3.6.1.2.1.4.20.1", "10.0.0.254 ; 2=2|2 ; 3=64|255.255.255.0", "10.0.0.2 ; 2=2|2 ; 3=64|255.255.255.0")
	for name, lines := range map[string][]string{
		"VRRP version 2": append(cells("1.3.6.1.2.1.68.1.3.1", "2.7 ; 2=4x|00005e000107 ; 3=2|3 ; 5=2|150 ; 7=64|10.0.0.2"),
			cells("1.3.6.1.2.1.68.1.4.1", "2.7.10.0.0.254 ; 2=2|1")...),
		"VRRP version 3": append(cells("1.3.6.1.2.1.207.1.1.1.1", "2.7.1 ; 3=4x|0a000002 ; 5=4x|00005e000107 ; 6=2|3 ; 7=66|150"),
			cells("1.3.6.1.2.1.207.1.1.2.1", "2.7.1.4.10.0.0.254 ; 2=2|1")...),
		"HSRP": cells("1.3.6.1.4.1.9.9.106.1.2.1.1", "2.7 ; 3=66|150 ; 11=64|10.0.0.254 ; 13=64|10.0.0.2 ; 14=64|0.0.0.0 ; 15=2|6 ; 16=4x|00000c07ac07"),
	} {
		t.Run(name, func(t *testing.T) {
			r := said(slices.Concat(address, lines, cells(ifEntry, "2 ; 2=4|eth0 ; 3=2|6 ; 6=4x|00005e000107"))...)
			v := one[discovery.VirtualRouter](t, r)
			if v.Group != 7 || v.IfIndex != 2 || v.Priority != 150 || !slices.Equal(v.Addresses, []netip.Addr{vip}) || v.Master.String() != "10.0.0.2" || v.State != "master" && v.State != "active" {
				t.Errorf("%+v", v)
			}
			if v.Protocol == "hsrp" && (!v.Standby.IsValid() || !v.Standby.IsUnspecified()) {
				t.Errorf("nobody is standby, and that was said: %v", v.Standby)
			}
			for _, a := range all[discovery.Address](r) {
				if a.Virtual != (a.Prefix.Addr() == vip) {
					t.Errorf("%+v", a)
				}
			}
			for _, id := range all[discovery.Identifier](r) {
				if id.Type == discovery.AddressIdentifier && id.Value == vip.String() || id.Type == discovery.MACIdentifier && id.BurnedIn {
					t.Errorf("identified by %+v", id)
				}
			}
		})
	}
}

func TestKeepalivedsOwnMIBCompletesWhatVRRPSays(t *testing.T) {
	lines := slices.Concat(
		cells(ifEntry, "2 ; 2=4|eth0"),
		cells("1.3.6.1.2.1.68.1.3.1", "2.51 ; 2=4x|00005e000133 ; 3=2|1 ; 5=2|100"),
		cells("1.3.6.1.2.1.68.1.4.1", "2.51.10.0.0.254 ; 2=2|1"),
		cells("1.3.6.1.4.1.9586.100.5.2.3.1", "1 ; 2=4|VI_1 ; 3=66|51 ; 4=2|3 ; 7=2|100 ; 8=2|80 ; 10=4|eth0"),
		cells("1.3.6.1.4.1.9586.100.5.2.6.1", "1.1 ; 2=2|1 ; 3=4x|0a0000fe", "1.2 ; 2=2|1 ; 3=4x|0a0000fd"))
	v := one[discovery.VirtualRouter](t, said(lines...))
	want := discovery.VirtualRouter{Protocol: "vrrp", IfIndex: 2, Instance: "VI_1", Group: 51, State: "fault", Priority: 80, VirtualMAC: "00:00:5e:00:01:33",
		Addresses: []netip.Addr{netip.MustParseAddr("10.0.0.253"), netip.MustParseAddr("10.0.0.254")}}
	if d := cmp.Diff(want, v, withoutSources, cmp.Comparer(func(a, b netip.Addr) bool { return a == b })); d != "" {
		t.Error(d)
	}
}

func TestTrap39And41IdentifiersArePassedOnAsTheyAre(t *testing.T) {
	r := said(slices.Concat(
		cells(entPhysicalEntry, "1 ; 4=2|0 ; 5=2|3 ; 11=4|Default string ; 13=4|X", "2 ; 4=2|1 ; 5=2|9 ; 11=4|CARD1", "3 ; 4=2|0 ; 5=2|3 ; 11=4|STACK2"),
		cells(ifEntry, "1 ; 2=4|eth0 ; 3=2|6 ; 6=4x|020000000001", "2 ; 2=4|eth1 ; 3=2|6 ; 6=4x|000000000000", "3 ; 2=4|eth0.5 ; 3=2|6 ; 6=4x|001122334455", "4 ; 2=4|eth2 ; 3=2|6 ; 6=4x|001122334466"))...)
	got := make(map[string]bool)
	for _, id := range all[discovery.Identifier](r) {
		got[fmt.Sprintf("%s %s %v", id.Type, id.Value, id.BurnedIn)] = true
	}
	want := map[string]bool{"serial Default string false": true, "serial STACK2 false": true, "mac 02:00:00:00:00:01 true": true,
		"mac 00:11:22:33:44:55 false": true, "mac 00:11:22:33:44:66 true": true}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}

func TestAggregatesKeepThePortsThatLeft(t *testing.T) {
	r := said(slices.Concat(
		cells(ifEntry, "100 ; 2=4|ae0 ; 3=2|161", "1 ; 2=4|a ; 8=2|1", "2 ; 2=4|b ; 8=2|2"),
		cells(aggEntry, "100 ; 8=4x|001122334455"),
		cells(aggPortEntry, "1 ; 9=4x|001122334455 ; 12=2|100 ; 13=2|100 ; 14=2|33 ; 17=2|7 ; 21=4x|BC", "2 ; 9=4x|000000000000 ; 12=2|100 ; 13=2|0", "3 ; 12=2|3 ; 13=2|3"),
		cells(ifStackEntry, "100.1 ; 3=2|1"))...)
	a := one[discovery.LinkAggregate](t, r)
	want := discovery.LinkAggregate{IfIndex: 100, Protocol: "lacp", PartnerSystem: "00:11:22:33:44:55", Members: []discovery.AggregatePort{
		{IfIndex: 1, Attached: true, Port: 33, PartnerSystem: "00:11:22:33:44:55", PartnerPort: 7}, {IfIndex: 2, Port: 2, PartnerSystem: noMAC}}}
	if d := cmp.Diff(want, a, withoutSources); d != "" {
		t.Error(d)
	}
	a = one[discovery.LinkAggregate](t, said(append(cells(ifEntry, "50 ; 2=4|Port-channel1 ; 3=2|53", "1 ; 2=4|Gi1 ; 8=2|1", "2 ; 2=4|Gi2 ; 8=2|2"),
		cells(ifStackEntry, "0.50 ; 3=2|1", "50.1 ; 3=2|1", "50.2 ; 3=2|1", "1.0 ; 3=2|1")...)...))
	if a.Protocol != "" || len(a.Members) != 2 || !a.Members[0].Attached || a.Members[1].Attached {
		t.Errorf("of ifStackTable: %+v", a)
	}
}

// A port may be attached and wait for its partner; and the table lists the
// aggregates too of which nobody speaks the protocol (IEEE 802.1AX §6.4.13).
func TestAPortIsInItsAggregateWhereItCollectsAndDistributes(t *testing.T) {
	const partner, none = "001122334455", "000000000000"
	for _, c := range []struct {
		name, row         string
		protocol          string
		attached, unknown bool
	}{
		{"as BITS", "9=4x|" + partner + " ; 13=2|100 ; 21=4x|BC", "lacp", true, false},
		{"as the protocol's octet", "9=4x|" + partner + " ; 13=2|100 ; 21=4x|3D", "lacp", true, false},
		{"with a fast timeout, either way", "9=4x|" + partner + " ; 13=2|100 ; 21=4x|3F", "lacp", true, false},
		{"attached and in sync, and no more, as BITS", "9=4x|" + partner + " ; 13=2|100 ; 21=4x|B0", "lacp", false, false},
		{"attached and in sync, and no more, as the protocol's octet", "9=4x|" + partner + " ; 13=2|100 ; 21=4x|0D", "lacp", false, false},
		{"it fell back to defaults", "9=4x|" + partner + " ; 13=2|100 ; 21=4x|45", "lacp", false, false},
		{"nobody said", "9=4x|" + partner + " ; 13=2|100", "lacp", false, true},
		{"not attached, whatever the state", "9=4x|" + partner + " ; 12=2|100 ; 13=2|0 ; 21=4x|BC", "lacp", false, false},
		{"the partner is nobody", "9=4x|" + none + " ; 13=2|100 ; 21=4x|45", "static", false, true},
		{"there is no word of a partner", "12=2|100 ; 13=2|100", "static", false, true},
		{"the partner is nobody, and it passes packets", "9=4x|" + none + " ; 13=2|100 ; 21=4x|BC", "static", true, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := said(slices.Concat(cells(ifEntry, "100 ; 2=4|ae0 ; 3=2|161", "1 ; 2=4|a ; 8=2|1"), cells(aggPortEntry, "1 ; "+c.row))...)
			a := one[discovery.LinkAggregate](t, r)
			if m := a.Members[0]; a.Protocol != c.protocol || m.Attached != c.attached || m.Unread != c.unknown {
				t.Errorf("%s: attached %v, unread %v", a.Protocol, m.Attached, m.Unread)
			}
			truncated := slices.ContainsFunc(r.Gaps, func(g discovery.Gap) bool { return g.Table == "dot3adAggPortTable" })
			if truncated != c.unknown {
				t.Errorf("the table counts as read in part: %v", truncated)
			}
		})
	}
}

func TestDefaultRoutesAreFoundInEveryGenerationOfTables(t *testing.T) {
	for name, lines := range map[string][]string{
		"inetCidrRouteTable": cells("1.3.6.1.2.1.4.24.7.1", "1.4.0.0.0.0.0.2.0.0.1.4.10.0.0.254 ; 7=2|2 ; 8=2|4", "1.4.10.0.0.0.24.2.0.0.1.4.0.0.0.0 ; 7=2|2 ; 8=2|3"),
		"ipCidrRouteTable":   cells("1.3.6.1.2.1.4.24.4.1", "0.0.0.0.0.0.0.0.0.10.0.0.254 ; 5=2|2 ; 6=2|4", "10.0.0.0.255.255.255.0.0.0.0.0.0 ; 5=2|2 ; 6=2|3"),
		"ipRouteTable":       cells("1.3.6.1.2.1.4.21.1", "0.0.0.0 ; 2=2|2 ; 7=64|10.0.0.254 ; 8=2|4", "10.0.0.0 ; 2=2|2 ; 7=64|0.0.0.0 ; 8=2|3"),
	} {
		t.Run(name, func(t *testing.T) {
			if r := one[discovery.DefaultRoute](t, said(lines...)); r.NextHop.String() != "10.0.0.254" || r.IfIndex != 2 {
				t.Errorf("%+v", r)
			}
		})
	}
	r := one[discovery.DefaultRoute](t, said(cells("1.3.6.1.2.1.4.24.7.1", "2.16.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.2.0.0.2.16.254.128.0.0.0.0.0.0.0.0.0.0.0.0.0.1 ; 7=2|2 ; 8=2|4")...))
	if r.NextHop.String() != "fe80::1" {
		t.Errorf("IPv6: %+v", r)
	}
}

func TestWhatAMachineIsIsJudgedByWhatItDoes(t *testing.T) {
	linux := []string{"1.3.6.1.2.1.1.1.0|4|Linux h 6.1.0-18-amd64 #1 SMP", "1.3.6.1.2.1.1.2.0|6|1.3.6.1.4.1.8072.3.2.10", "1.3.6.1.2.1.1.7.0|2|72"}
	two := cells(ifEntry, "1 ; 2=4|lo ; 3=2|24", "2 ; 2=4|eth0 ; 3=2|6", "3 ; 2=4|eth1 ; 3=2|6")
	for _, c := range []struct {
		name  string
		lines []string
		want  discovery.MachineKind
	}{
		{"a Linux host", slices.Concat(linux, two, []string{"1.3.6.1.2.1.4.1.0|2|2"}), discovery.MachineServer},
		{"a Linux host that forwards between interfaces", slices.Concat(linux, two, []string{"1.3.6.1.2.1.4.1.0|2|1"}), discovery.MachineNetworkDevice},
		{"a Linux host that would forward but has one interface", slices.Concat(linux, two[:4], []string{"1.3.6.1.2.1.4.1.0|2|1"}), discovery.MachineServer},
		{"a Linux host that bridges", slices.Concat(linux, two, cells(basePortEntry, "1 ; 2=2|2", "2 ; 2=2|3")), discovery.MachineNetworkDevice},
		{"a Linux host that forwards to its containers", slices.Concat(linux, two, []string{"1.3.6.1.2.1.4.1.0|2|1"}, cells(ifXEntry, "4 ; 1=4|docker0")), discovery.MachineServer},
		{"a Linux bridge that says so by LLDP alone", slices.Concat(linux, two, []string{"1.0.8802.1.1.2.1.3.6.0|4x|20"}), discovery.MachineNetworkDevice},
		{"a hypervisor that bridges", []string{"1.3.6.1.2.1.1.2.0|6|1.3.6.1.4.1.6876.4.1", "1.3.6.1.2.1.17.1.2.0|2|8"}, discovery.MachineServer},
		{"a switch by its maker", []string{"1.3.6.1.2.1.1.2.0|6|1.3.6.1.4.1.9.1.716"}, discovery.MachineNetworkDevice},
		{"a Korean switch", []string{"1.3.6.1.2.1.1.2.0|6|1.3.6.1.4.1.7800.1.152"}, discovery.MachineNetworkDevice},
		{"a transfer switch for power", []string{"1.3.6.1.2.1.1.2.0|6|1.3.6.1.4.1.318.1.3.32"}, discovery.MachinePowerSource},
		{"a power supply of an unknown maker", []string{"1.3.6.1.2.1.33.1.1.1.0|4|X"}, discovery.MachinePowerSource},
		{"a router by its layers", []string{"1.3.6.1.2.1.1.7.0|2|78"}, discovery.MachineNetworkDevice},
		{"a host by its layers", []string{"1.3.6.1.2.1.1.7.0|2|72"}, discovery.MachineServer},
		{"nothing said", []string{"1.3.6.1.2.1.1.5.0|4|x"}, discovery.MachineUnknown},
	} {
		t.Run(c.name, func(t *testing.T) {
			if m := one[discovery.Machine](t, said(c.lines...)); m.Kind != c.want {
				t.Errorf("kind %d, want %d", m.Kind, c.want)
			}
		})
	}
	if m := one[discovery.Machine](t, said("1.3.6.1.2.1.1.2.0|6|1.3.6.1.4.1.3375.2.1.3.4.43")); !m.NoTransit || !m.Virtual {
		t.Errorf("a virtual balancer: %+v", m)
	}
}

func TestEveryObservationCitesBytesThatAreThere(t *testing.T) {
	data := "1.3.6.1.2.1.1.5.0|4x|bcadbfefbdc3c3bb\n1.3.6.1.2.1.2.2.1.2.1|4|eth0\n1.3.6.1.2.1.2.2.1.6.1|4x|001122334455\n"
	r := Interpret([]EntryData{file("a", FormatSnmprec, data)})
	m := one[discovery.Machine](t, r)
	want := []discovery.Source{{Ref: "sha256:ab#1.3.6.1.2.1.1.5.0", Value: "서울시청", Collected: collected}}
	if d := cmp.Diff(want, m.Sources); d != "" || m.Name != "서울시청" || m.Zone != "default" || m.Target != "10.0.0.1" {
		t.Errorf("%s %+v", d, m)
	}
	for _, o := range r.Observations {
		if len(o.Header().Sources) == 0 {
			t.Errorf("%T cites nothing", o)
		}
		for _, s := range o.Header().Sources {
			_, oid, _ := strings.Cut(s.Ref, "#")
			if !strings.Contains(data, oid+"|") {
				t.Errorf("%T cites %s", o, s.Ref)
			}
		}
	}
	if i := one[discovery.Interface](t, r); i.Sources[1].Value != "00:11:22:33:44:55" {
		t.Errorf("%+v", i.Sources)
	}
}

func TestTheOrderOfEntriesDoesNotMatter(t *testing.T) {
	entries := []EntryData{
		collectedTable("system", evidence.Complete, "1.3.6.1.2.1.1.5.0|4|sw1"),
		collectedTable("ifTable", evidence.Complete, cells(ifEntry, "1 ; 2=4|a ; 6=4x|001122334455", "2 ; 2=4|b")...),
		collectedTable("ifXTable", evidence.Complete, cells(ifXEntry, "1 ; 1=4|A", "2 ; 1=4|B")...),
		collectedTable("lldpRemTable", evidence.Empty),
		collectedTable("cdpCacheTable", evidence.Gap),
	}
	entries[4].Entry.Reason = evidence.ReasonTimeout
	want := Interpret(entries)
	for range 10 {
		entries = append(entries[1:], entries[0])
		if d := cmp.Diff(want, Interpret(entries), cmp.Comparer(func(a, b netip.Addr) bool { return a == b }), cmp.Comparer(func(a, b netip.Prefix) bool { return a == b })); d != "" {
			t.Fatal(d)
		}
	}
}
