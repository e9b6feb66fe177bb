package resolve_test

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"
	"testing"
	"time"

	"gujo/discovery"
	"gujo/discovery/evidence"
	"gujo/discovery/resolve"
	"gujo/discovery/snmp"
	"gujo/graph"
)

// flood is the recording of a switch that says as much of everything as it can.
func flood() string {
	var b strings.Builder
	line := func(format string, args ...any) { fmt.Fprintf(&b, format+"\n", args...) }
	line("1.3.6.1.2.1.1.5.0|4|liar")
	line("1.3.6.1.2.1.4.1.0|2|1")
	for n := range 17_000 { // interfaces, each a unit of another
		line("1.3.6.1.2.1.2.2.1.2.%d|4|Gi1/%d.%d", n+1, n/100, n%100)
		line("1.3.6.1.2.1.2.2.1.3.%d|2|6", n+1)
		line("1.3.6.1.2.1.2.2.1.8.%d|2|1", n+1)
		line("1.3.6.1.2.1.17.1.4.1.2.%d|2|%d", n+1, n+1)
	}
	for n := range 4_000 { // neighbours on many ports, a thousand of them on one
		port := max(n-1000, 0) + 1
		x := fmt.Sprintf("0.%d.%d", port, n+1)
		line("1.0.8802.1.1.2.1.4.1.1.4.%s|2|4", x)
		line("1.0.8802.1.1.2.1.4.1.1.5.%s|4x|02000%07x", x, n)
		line("1.0.8802.1.1.2.1.4.1.1.6.%s|2|5", x)
		line("1.0.8802.1.1.2.1.4.1.1.7.%s|4|Gi1/%d", x, n)
		line("1.0.8802.1.1.2.1.4.1.1.9.%s|4|n%d", x, n)
		line("1.0.8802.1.1.2.1.4.1.1.12.%s|4x|2800", x)
	}
	for n := range 132_000 {
		x := fmt.Sprintf("0.17.0.%d.%d.%d", n>>16, n>>8&255, n&255)
		line("1.3.6.1.2.1.17.4.3.1.2.%s|2|%d", x, n%17_000+1)
	}
	for n := range 9_000 {
		x := fmt.Sprintf("10.%d.%d.%d", n>>14, n>>6&255, n<<2&255+1)
		line("1.3.6.1.2.1.4.20.1.2.%s|2|%d", x, n%17_000+1)
		line("1.3.6.1.2.1.4.20.1.3.%s|64|255.255.255.252", x)
	}
	line("1.3.6.1.2.1.47.1.1.1.1.5.1|2|3")
	for n := range 17_000 { // cards of one name, each with a port
		line("1.3.6.1.2.1.47.1.1.1.1.4.%d|2|1", n+2)
		line("1.3.6.1.2.1.47.1.1.1.1.5.%d|2|9", n+2)
		line("1.3.6.1.2.1.47.1.1.1.1.7.%d|4|card", n+2)
		line("1.3.6.1.2.1.47.1.1.1.1.16.%d|2|1", n+2)
		line("1.3.6.1.2.1.47.1.1.1.1.4.%d|2|%d", n+30_000, n+2)
		line("1.3.6.1.2.1.47.1.1.1.1.5.%d|2|10", n+30_000)
		line("1.3.6.1.2.1.47.1.3.2.1.2.%d.0|6|1.3.6.1.2.1.2.2.1.1.%d", n+30_000, n+1)
	}
	for n := range 300 {
		line("1.3.6.1.2.1.47.1.1.1.1.5.%d|2|6", n+60_000)
		line("1.3.6.1.2.1.47.1.1.1.1.7.%d|4|PSU", n+60_000)
	}
	for n := range 3_000 {
		x := fmt.Sprintf("10.%d.%d.%d.0", n>>14, n>>6&255, n<<2&255+2)
		line("1.3.6.1.2.1.14.10.1.3.%s|64|9.0.%d.%d", x, n>>8, n&255)
		line("1.3.6.1.2.1.14.10.1.6.%s|2|8", x)
	}
	for n := range 5_000 {
		line("1.3.6.1.2.1.68.1.3.1.3.%d.%d|2|2", n/255+1, n%255+1)
		line("1.3.6.1.2.1.68.1.3.1.7.%d.%d|64|11.0.%d.%d", n/255+1, n%255+1, n>>8, n&255)
		line("1.3.6.1.2.1.68.1.4.1.2.%d.%d.12.0.%d.%d|2|1", n/255+1, n%255+1, n>>8, n&255)
	}
	return b.String()
}

func TestADeviceThatSaysTooMuchMakesAGraphOfBoundedSize(t *testing.T) {
	data := []byte(flood())
	sum := sha256.Sum256(data)
	e := evidence.Entry{Name: "liar", Collector: "file", Format: snmp.FormatSnmprec, Zone: "default", Target: "liar.snmprec",
		Outcome: evidence.Complete, Collected: collected, Digest: "sha256:" + hex.EncodeToString(sum[:])}
	started := time.Now()
	reading := snmp.Interpret([]snmp.EntryData{{Entry: e, Data: data}})
	read := time.Since(started)
	s, err := resolve.Resolve(resolve.Input{Readings: []discovery.Reading{reading}})
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%d MB: read in %v, resolved in %v: %d components, %d relations", len(data)>>20, read, time.Since(started)-read, len(s.Components), len(s.Relations))
	kinds := map[graph.Kind]int{}
	for _, c := range s.Components {
		kinds[c.Kind]++
	}
	for kind, most := range map[graph.Kind]int{
		graph.NetworkDevice: 1 + 2048 + 2048 + 1024, graph.Interface: 16384 + 2*2048, graph.Link: 2 * 2048, graph.Subnet: 8192,
		graph.Module: 16384, graph.PowerSupply: 256, graph.RedundancyGroup: 1024 + 1,
	} {
		if kinds[kind] > most || kinds[kind] == 0 {
			t.Errorf("%d of kind %s, want at most %d and some", kinds[kind], kind, most)
		}
	}
	truncated := map[string]bool{}
	for _, g := range s.Gaps {
		truncated[g.Table] = g.Component == "network_device/liar" && g.Reason == evidence.ReasonTruncated && strings.Contains(g.Detail, "left out")
	}
	for _, table := range []string{"ifTable", "lldpRemTable", "dot1dTpFdbTable", "ipAddrTable", "entPhysicalTable", "ospfNbrTable", "vrrpOperTable"} {
		if !truncated[table] {
			t.Errorf("no gap says what was left out of %s", table)
		}
	}
	for _, c := range s.Coverage {
		for _, table := range c.Complete {
			if truncated[table] {
				t.Errorf("%s counts as read to its end", table)
			}
		}
	}
}

// A server of so many cards, and a switch that names a port of it in every row,
// cost what reading them costs: nobody looks through all ports for each of them.
func TestAMachineOfThousandsOfPortsIsResolvedSoon(t *testing.T) {
	const ports, rows = 8000, 2000
	s := newSite(t)
	mac := func(n int) string { return fmt.Sprintf("00:16:3e:%02x:%02x:%02x", n>>16, n>>8&255, n&255) }
	big := s.at("10.0.0.1").server("big").id(discovery.ChassisIdentifier, "4:"+mac(0))
	sw := s.at("10.0.0.2").device("sw")
	for n := 1; n <= ports; n++ {
		big.port(n, fmt.Sprintf("Ethernet%d", n), mac(n)).id(discovery.MACIdentifier, mac(n))
	}
	for n := 1; n <= rows; n++ {
		sw.port(n, fmt.Sprintf("Gi1/%d", n), fmt.Sprintf("00:17:00:00:%02x:%02x", n>>8, n&255))
		sw.lldp(n, "big", mac(0), fmt.Sprintf("nowhere%d", n))
	}
	began := time.Now()
	snapshot, err := s.try()
	took := time.Since(began)
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%d components in %v", len(snapshot.Components), took)
	if took > 15*time.Second {
		t.Errorf("%d ports and %d rows took %v", ports, rows, took)
	}
}
