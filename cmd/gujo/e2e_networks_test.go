package main_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"gujo/discovery"
	"gujo/discovery/evidence"
	"gujo/discovery/inventory"
	"gujo/discovery/replay"
	"gujo/discovery/snmp"
)

// network is what somebody else computed of a recorded network.
type network struct {
	Devices []string    `json:"devices"`
	LLDP    [][4]string `json:"lldp_rows"` // device, lldpLocPortNum, neighbour, its port
	CDP     [][4]string `json:"cdp_rows"`  // device, ifIndex, neighbour, its port
	OSPF    [][3]string `json:"ospf_rows"` // two devices, the address of one of them
	Outside [][3]string `json:"neighbours_outside_the_walks"`
	Points  []string    `json:"articulation_points"`
	Bridges [][2]string `json:"bridges"`
}

// undecided is what the rules leave open in imported networks, with a device that
// is named as missing. In nms8000 netlabSW03 hangs on one link of NMM-R3, but neither
// it nor the other neighbour outside the walks was read: between these two there may
// be a second way.
var undecided = map[string][2]string{
	"nms8000": {"NMM-R3.informatik.hs-fulda.de", "netlabSW03.informatik.hs-fulda.de"},
}

// guarded are networks in which devices on both sides of what is expected were read,
// and not of all their neighbours: most devices of nms10205b hold no LLDP rows though
// others hear them, so that a second way may lead between them unheard. There what
// parts the network is a failure or unknown, and nothing else fails.
var guarded = map[string]bool{"nms10205b": true}

// recording is a recorded network with its answers.
type recording struct {
	name     string
	guarded  bool
	files    []string
	expected network
	ports    map[string]map[string][]string // LLDP's local ports: device, number → what the port is called
}

func recordingOf(t *testing.T, name string) recording {
	t.Helper()
	dir := shared(t, "corpora/snmp-networks/"+name)
	r := recording{name: name, guarded: guarded[name], files: filesIn(t, dir), ports: map[string]map[string][]string{}}
	readJSON(t, filepath.Join(dir, "expected.json"), &r.expected)
	for _, f := range r.files {
		data, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		vbs, _, err := snmp.ParseWalk(f, data)
		if err != nil {
			t.Fatal(err)
		}
		device, ports := "", map[string][]string{}
		for _, vb := range vbs {
			if vb.OID == "1.3.6.1.2.1.1.5.0" {
				device = vb.Value
			}
			for _, column := range []string{"1.0.8802.1.1.2.1.3.7.1.3", "1.0.8802.1.1.2.1.3.7.1.4"} { // lldpLocPortId, lldpLocPortDesc
				if number, ok := snmp.Under(vb.OID, column); ok {
					ports[number] = append(ports[number], vb.Value)
				}
			}
		}
		r.ports[device] = ports
	}
	return r
}

func TestARecordedNetworkIsImportedAsItIs(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"nms17216", "nms8000", "nms101", "nms10205b", "nms4930"} {
		t.Run(name, func(t *testing.T) {
			r := recordingOf(t, name)
			s := newSite(t)
			start := time.Now()
			s.imported(filepath.Dir(r.files[0]))
			took := time.Since(start)
			r.check(t, s, r.expected.Devices)
			r.checkUndecided(t, s)
			r.checkConflicts(t, s.export())
			t.Logf("imported in %v", took.Round(time.Millisecond))
		})
	}
}

// The same devices, answering over UDP and found by their neighbours.
func TestARecordedNetworkIsCrawledFromOneSeed(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name    string
		seed    string // the first file's if empty
		reached func(device string) bool
	}{
		{name: "nms17216"},
		{name: "nms8000"},
		{name: "nms10205b", reached: func(d string) bool { return d != "SRX_56.23" }}, // which has no neighbour
		// The laptop has none either.
		{name: "nms101", reached: func(d string) bool { return d != "Sin.local" }},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := recordingOf(t, c.name)
			var devices []string
			for _, d := range r.expected.Devices {
				if c.reached == nil || c.reached(d) {
					devices = append(devices, d)
				}
			}
			agents, err := replay.Load(r.files...)
			if err != nil {
				t.Fatal(err)
			}
			server, err := replay.Start(agents, replay.Options{})
			if err != nil {
				t.Fatal(err)
			}
			defer server.Close()
			seeds := agents[:1]
			if os.Getenv("GUJO_SOAK") == "1" {
				seeds = agents
			}
			for _, seed := range seeds {
				if c.reached != nil && !c.reached(deviceOf(seed)) {
					continue
				}
				s := newSite(t)
				start := time.Now()
				s.gujo("import", crawl(t, server, seed.Addresses[0], s.dir))
				took := time.Since(start)
				r.check(t, s, devices)
				t.Logf("crawled from %s (%s) in %v", seed.Name, seed.Addresses[0], took.Round(time.Millisecond))
			}
		})
	}
}

func deviceOf(a replay.Agent) string {
	for _, vb := range a.Varbinds {
		if vb.OID == "1.3.6.1.2.1.1.5.0" {
			return vb.Value
		}
	}
	return ""
}

// crawl reads what can be reached from one address, into a bundle.
func crawl(t *testing.T, server *replay.Server, seed netip.Addr, dir string) (bundle string) {
	t.Helper()
	bundle = filepath.Join(dir, "crawl.zip")
	w, err := evidence.Create(bundle, evidence.Manifest{Zone: "default"})
	if err != nil {
		t.Fatal(err)
	}
	credential, err := snmp.NewCredential(inventory.Credential{Name: "replay", SNMP: "v2c"}, inventory.Keys{Community: inventory.NewSecret("replay")})
	if err != nil {
		t.Fatal(err)
	}
	runner := discovery.Runner{
		Collector: &snmp.Collector{Credentials: []snmp.Credential{credential}, Dialer: server},
		Sink:      w, Crawl: true,
		Scope: inventory.Scope{Include: []netip.Prefix{netip.MustParsePrefix("0.0.0.0/0")}},
	}
	if _, err := runner.Run(context.Background(), []discovery.Target{{Zone: "default", Address: seed}}); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return bundle
}

// cable is a link between two walked or named machines, seen from one end.
type cable struct {
	link     string
	near     string // machine
	nearPort line
	far      string
	farPort  line
}

// check holds the latest snapshot of a site, and its diagnosis, against what is
// known of the devices of a recording.
func (r recording) check(t *testing.T, s site, devices []string) {
	t.Helper()
	devices = slices.Compact(slices.Sorted(slices.Values(devices))) // nms101 has one machine under two addresses
	g := s.export()
	r.checkMachines(t, g, devices)
	cables := cablesOf(g)
	r.checkRows(t, g, cables, devices)
	r.checkRules(t, s, g, cables, devices)
}

func (r recording) checkMachines(t *testing.T, g structure, devices []string) {
	t.Helper()
	read := map[string]int{}
	for _, id := range g.ids {
		c := g.components[id]
		if c.Kind != "network_device" && c.Kind != "server" && c.Kind != "external" {
			continue
		}
		if len(g.read[id].Complete) > 0 {
			read[c.Name]++
			continue
		}
		outside := slices.ContainsFunc(r.expected.Outside, func(row [3]string) bool { return row[2] == c.Name })
		if !outside {
			t.Errorf("%s was not read, and is no neighbour outside the walks", id)
		}
	}
	for _, d := range devices {
		if read[d] != 1 {
			t.Errorf("%s is there %d times, want once", d, read[d])
		}
	}
	if len(read) != len(devices) {
		t.Errorf("%d machines were read, want %d: %v", len(read), len(devices), read)
	}
}

// cablesOf gives every link that is no aggregate, from each of its ends.
func cablesOf(g structure) []cable {
	var list []cable
	for _, id := range g.ids {
		if g.components[id].Kind != "link" || g.components[id].Attrs["aggregate"] == true {
			continue
		}
		ends := g.needed(id, "joins")
		for i, near := range ends {
			for j, far := range ends {
				if i != j {
					list = append(list, cable{id, g.components[g.machineOf(near)].Name, g.components[near],
						g.components[g.machineOf(far)].Name, g.components[far]})
				}
			}
		}
	}
	return list
}

func (p line) isCalled(name string) bool {
	return p.Kind == "interface" && name != "" && (p.Name == name || p.text("descr") == name || p.text("if_index") == name)
}

func (r recording) checkRows(t *testing.T, g structure, cables []cable, devices []string) {
	t.Helper()
	told := map[string]bool{} // links of which a row tells
	rows := 0
	for _, p := range []struct {
		protocol string
		rows     [][4]string
		isNear   func(device, number string, port line) bool
	}{
		{"LLDP", r.expected.LLDP, func(device, number string, port line) bool {
			return slices.ContainsFunc(r.ports[device][number], port.isCalled)
		}},
		{"CDP", r.expected.CDP, func(_, number string, port line) bool { return port.text("if_index") == number }},
	} {
		for _, row := range p.rows {
			if !slices.Contains(devices, row[0]) || !slices.Contains(devices, row[2]) {
				continue
			}
			rows++
			var found []string
			for _, c := range cables {
				if c.near == row[0] && c.far == row[2] && p.isNear(row[0], row[1], c.nearPort) && c.farPort.isCalled(row[3]) {
					found = append(found, c.link)
				}
			}
			if len(found) != 1 {
				t.Errorf("%s row %v: the links are %v, want one", p.protocol, row, found)
			}
			for _, link := range found {
				told[link] = true
			}
		}
	}
	routed := map[[2]string]bool{}
	for _, row := range r.expected.OSPF {
		routed[[2]string{row[0], row[1]}], routed[[2]string{row[1], row[0]}] = true, true
	}
	for _, c := range cables {
		between := slices.Contains(devices, c.near) && slices.Contains(devices, c.far)
		if between && !told[c.link] && !(routed[[2]string{c.near, c.far}] && g.components[c.link].text("source") == "ospf") {
			t.Errorf("no row tells of %s", c.link)
		}
	}
	for _, id := range g.ids {
		if g.components[id].Attrs["aggregate"] == true {
			r.checkAggregate(t, g, id, told)
		}
	}
	t.Logf("%d rows, %d links of them, %d links in all", rows, len(told), len(cables)/2)
}

// An aggregate adds nothing: it is links of which rows tell, between the same two.
func (r recording) checkAggregate(t *testing.T, g structure, id string, told map[string]bool) {
	t.Helper()
	ends := func(link string) []string {
		var names []string
		for _, end := range g.needed(link, "joins") {
			names = append(names, g.machineOf(end))
		}
		return slices.Sorted(slices.Values(names))
	}
	members := 0
	for _, group := range g.needed(id, "aggregates") {
		for _, link := range g.needed(group, "member") {
			members++
			if !told[link] || !slices.Equal(ends(link), ends(id)) {
				t.Errorf("%s is part of %s, which it does not belong to", link, id)
			}
		}
	}
	if members == 0 {
		t.Errorf("%s has no links", id)
	}
}

// checkConflicts wants the addresses that two devices of a recording have, and no
// others. Those of nms10205b are the private ones that every Juniper box has
// inside. A crawl finds none: at an address that two have, one answers.
func (r recording) checkConflicts(t *testing.T, g structure) {
	t.Helper()
	if r.name == "nms10205b" {
		return
	}
	got := map[string]bool{}
	for _, c := range g.conflicts {
		if c.Attribute != "address" {
			continue
		}
		var holders []string
		for _, v := range c.Values {
			holders = append(holders, v.Value+" "+v.Source)
		}
		got[strings.Join(slices.Sorted(slices.Values(holders)), ", ")] = true
	}
	want := map[string]bool{}
	if r.name == "nms101" {
		want["10.1.5.1 network_device/cisco1700, 10.1.5.1 network_device/cisco2691"] = true
	}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("conflicts about addresses: %v, want %v", got, want)
	}
}

// diagnosis is what gujo diagnose --format json prints.
type diagnosis struct {
	Findings []struct {
		Rule     string   `json:"rule"`
		Verdict  string   `json:"verdict"`
		Subjects []string `json:"subjects"`
		Missing  []struct {
			Component string `json:"component"`
		} `json:"missing"`
	} `json:"findings"`
	Summary map[string]int `json:"summary"`
}

func (s site) diagnose(t *testing.T) diagnosis {
	t.Helper()
	var d diagnosis
	if err := json.NewDecoder(bytes.NewReader([]byte(s.gujo("diagnose", "--format", "json")))).Decode(&d); err != nil {
		t.Fatal(err)
	}
	return d
}

func (d diagnosis) failing(rule string) []string {
	var subjects []string
	for _, f := range d.Findings {
		if f.Rule == rule && f.Verdict == "fail" {
			subjects = append(subjects, f.Subjects...)
		}
	}
	return slices.Sorted(slices.Values(subjects))
}

// unless gives the expected names without those about whose subjects a rule says
// unknown, each naming what is missing.
func (d diagnosis) unless(t *testing.T, rule string, expected []string, name func(subject string) string) []string {
	t.Helper()
	unknown := map[string]bool{}
	for _, f := range d.Findings {
		if f.Rule != rule || f.Verdict != "unknown" {
			continue
		}
		if len(f.Missing) == 0 {
			t.Errorf("%s about %v is unknown and does not say why", rule, f.Subjects)
		}
		unknown[name(f.Subjects[0])] = true
	}
	return slices.DeleteFunc(expected, func(e string) bool { return unknown[e] })
}

// checkUndecided wants what parts an unread device from the rest to be unknown, and
// that device to be named.
func (r recording) checkUndecided(t *testing.T, s site) {
	t.Helper()
	u, ok := undecided[r.name]
	if !ok {
		return
	}
	named := map[string]bool{}
	for _, f := range s.diagnose(t).Findings {
		if f.Verdict != "unknown" || !strings.Contains(f.Subjects[0], u[0]) {
			continue
		}
		for _, m := range f.Missing {
			if m.Component == "network_device/"+u[1] {
				named[f.Rule] = true
			}
		}
	}
	if !named["SPOF-NET-01"] || !named["SPOF-NET-02"] {
		t.Errorf("that %s was not read is missing of %v, want SPOF-NET-01 and SPOF-NET-02 about %s", u[1], named, u[0])
	}
}

// No service is declared in a recording, so the network itself is diagnosed: the
// rules name its articulation points and bridges, and nothing else.
func (r recording) checkRules(t *testing.T, s site, g structure, cables []cable, devices []string) {
	t.Helper()
	start := time.Now()
	d := s.diagnose(t)
	took := time.Since(start)
	if d.Summary["error"] != 0 {
		t.Errorf("%d rules could not be evaluated", d.Summary["error"])
	}
	var points []string
	for _, id := range d.failing("SPOF-NET-01") {
		points = append(points, g.components[id].Name)
	}
	slices.Sort(points)
	want := slices.Sorted(slices.Values(r.expected.Points))
	if r.guarded {
		want = d.unless(t, "SPOF-NET-01", want, func(id string) string { return g.components[id].Name })
	}
	if !slices.Equal(points, want) {
		t.Errorf("SPOF-NET-01 names %v, want %v", points, want)
	}

	between := map[[2]string]int{}
	for _, c := range cables {
		between[[2]string{c.near, c.far}]++
	}
	var bridges, wanted []string
	endsOf := func(id string) string {
		var ends []string
		for _, end := range g.needed(id, "joins") {
			ends = append(ends, g.components[g.machineOf(end)].Name)
		}
		return strings.Join(slices.Sorted(slices.Values(ends)), " – ")
	}
	for _, id := range d.failing("SPOF-NET-02") {
		bridges = append(bridges, endsOf(id))
	}
	for _, b := range r.expected.Bridges {
		// expected.json counts parallel links once; each of them has another beside it.
		if between[b] == 1 {
			wanted = append(wanted, strings.Join(slices.Sorted(slices.Values(b[:])), " – "))
		}
	}
	if r.guarded {
		wanted = d.unless(t, "SPOF-NET-02", wanted, endsOf)
	}
	slices.Sort(bridges)
	slices.Sort(wanted)
	if !slices.Equal(bridges, wanted) {
		t.Errorf("SPOF-NET-02 names %v, want %v", bridges, wanted)
	}
	t.Logf("%d points, %d bridges named; diagnosed in %v", len(points), len(bridges), took.Round(time.Millisecond))
}
