package discovery_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/netip"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"gujo/discovery"
	"gujo/discovery/evidence"
	"gujo/discovery/inventory"
	"gujo/discovery/replay"
	"gujo/discovery/snmp"
	"gujo/samples/outside"
)

type memory struct {
	mu      sync.Mutex
	entries []evidence.Entry
	data    [][]byte
	fail    error
}

func (m *memory) Add(e evidence.Entry, data []byte) (evidence.Entry, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.entries, m.data = append(m.entries, e), append(m.data, data)
	return e, m.fail
}

// reasons gives the gaps about whole targets.
func (m *memory) reasons() map[string]string {
	out := map[string]string{}
	for _, e := range m.entries {
		if e.Table == "" && e.Outcome == evidence.Gap {
			out[e.Target] = e.Reason
		}
	}
	return out
}

// network is a collector of machines that name each other.
type network struct {
	neighbours map[string][]string
	mu         sync.Mutex
	asked      []string
	wait       time.Duration
	sink       bool
}

func (n *network) Blank(t discovery.Target) evidence.Entry {
	return evidence.Entry{Zone: t.Zone, Target: t.Address.String()}
}

func (n *network) Collect(ctx context.Context, t discovery.Target, sink discovery.Sink) (discovery.Visit, error) {
	name := t.Address.String()
	n.mu.Lock()
	n.asked = append(n.asked, name)
	n.mu.Unlock()
	select {
	case <-time.After(n.wait):
	case <-ctx.Done():
	}
	list, ok := n.neighbours[name]
	if !ok {
		e := n.Blank(t)
		e.Outcome, e.Reason = evidence.Gap, evidence.ReasonUnreachable
		_, err := sink.Add(e, nil)
		return discovery.Visit{Reason: evidence.ReasonUnreachable}, err
	}
	if n.sink {
		if _, err := sink.Add(n.Blank(t), nil); err != nil {
			return discovery.Visit{}, err
		}
	}
	return discovery.Visit{Answered: true, Interpret: func() discovery.Reading {
		var r discovery.Reading
		for _, a := range list {
			r.Observations = append(r.Observations, discovery.Neighbor{Addresses: []netip.Addr{netip.MustParseAddr(a)}})
		}
		return r
	}}, nil
}

func targets(list ...string) []discovery.Target {
	var out []discovery.Target
	for _, a := range list {
		out = append(out, discovery.Target{Zone: "default", Address: netip.MustParseAddr(a)})
	}
	return out
}

func prefixes(list ...string) []netip.Prefix {
	var out []netip.Prefix
	for _, p := range list {
		out = append(out, netip.MustParsePrefix(p))
	}
	return out
}

func TestACrawlAsksEveryAddressInScopeOnce(t *testing.T) {
	one := 1
	ring := map[string][]string{
		"10.0.0.1": {"10.0.0.2", "10.0.0.3", "192.168.0.1"},
		"10.0.0.2": {"10.0.0.1", "10.0.0.3", "10.0.0.4"},
		"10.0.0.3": {"10.0.0.1", "10.0.0.2", "10.0.9.9"},
		"10.0.0.4": {"10.0.0.5"},
	}
	for _, tt := range []struct {
		name  string
		crawl bool
		scope inventory.Scope
		asked []string
		gaps  map[string]string
	}{
		{"all that is included", true, inventory.Scope{Include: prefixes("10.0.0.0/16"), Exclude: prefixes("10.0.9.0/24")},
			[]string{"10.0.0.1", "10.0.0.2", "10.0.0.3", "10.0.0.4", "10.0.0.5"},
			map[string]string{"192.168.0.1": evidence.ReasonOutOfScope, "10.0.9.9": evidence.ReasonOutOfScope, "10.0.0.5": evidence.ReasonUnreachable}},
		{"one hop", true, inventory.Scope{Include: prefixes("10.0.0.0/24"), Hops: &one},
			[]string{"10.0.0.1", "10.0.0.2", "10.0.0.3"},
			map[string]string{"192.168.0.1": evidence.ReasonOutOfScope, "10.0.9.9": evidence.ReasonOutOfScope, "10.0.0.4": evidence.ReasonOutOfScope}},
		{"nothing included", true, inventory.Scope{}, []string{"10.0.0.1"},
			map[string]string{"192.168.0.1": evidence.ReasonOutOfScope, "10.0.0.2": evidence.ReasonOutOfScope, "10.0.0.3": evidence.ReasonOutOfScope}},
		{"no crawl", false, inventory.Scope{Include: prefixes("0.0.0.0/0")}, []string{"10.0.0.1"}, map[string]string{}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			n, m := &network{neighbours: ring}, &memory{}
			sum, err := (&discovery.Runner{Collector: n, Sink: m, Crawl: tt.crawl, Scope: tt.scope}).Run(t.Context(), targets("10.0.0.1", "10.0.0.1"))
			if err != nil {
				t.Fatal(err)
			}
			slices.Sort(n.asked)
			if diff := cmp.Diff(tt.asked, n.asked); diff != "" {
				t.Error(diff)
			}
			if diff := cmp.Diff(tt.gaps, m.reasons()); diff != "" {
				t.Error(diff)
			}
			if sum.Targets != len(tt.asked) {
				t.Errorf("summary %+v", sum)
			}
		})
	}
}

func TestACrawlIsBreadthFirst(t *testing.T) {
	n := &network{neighbours: map[string][]string{
		"10.0.0.1": {"10.0.0.2", "10.0.0.3"}, "10.0.0.2": {"10.0.0.4"}, "10.0.0.3": {}, "10.0.0.4": {},
	}}
	_, err := (&discovery.Runner{Collector: n, Sink: &memory{}, Crawl: true, Workers: 1, Scope: inventory.Scope{Include: prefixes("10.0.0.0/8")}}).Run(t.Context(), targets("10.0.0.1"))
	if diff := cmp.Diff([]string{"10.0.0.1", "10.0.0.2", "10.0.0.3", "10.0.0.4"}, n.asked); diff != "" || err != nil {
		t.Error(diff, err)
	}
}

func TestADeviceThatNamesNeighboursWithoutEndIsBounded(t *testing.T) {
	var invented []string
	for i := range 3000 {
		invented = append(invented, fmt.Sprintf("10.1.%d.%d", i/250, i%250+1))
	}
	n, m := &network{neighbours: map[string][]string{"10.0.0.1": invented}}, &memory{}
	sum, err := (&discovery.Runner{Collector: n, Sink: m, Crawl: true, MaxNeighbors: 500, MaxTargets: 100,
		Scope: inventory.Scope{Include: prefixes("10.0.0.0/8")}}).Run(t.Context(), targets("10.0.0.1"))
	if err != nil || sum.Targets != 100 || len(m.entries) > 110 {
		t.Errorf("%d targets, %d entries, %v", sum.Targets, len(m.entries), err)
	}
}

func TestCancellingARunKeepsWhatWasFinished(t *testing.T) {
	n, m := &network{neighbours: map[string][]string{}, wait: 30 * time.Millisecond, sink: true}, &memory{}
	var seeds []string
	for i := range 40 {
		a := fmt.Sprintf("10.0.0.%d", i+1)
		seeds = append(seeds, a)
		n.neighbours[a] = nil
	}
	ctx, cancel := context.WithCancel(t.Context())
	done := 0
	sum, err := (&discovery.Runner{Collector: n, Sink: m, Workers: 4, Progress: func(p discovery.Progress) {
		if done++; done == 6 {
			cancel()
		}
	}}).Run(ctx, targets(seeds...))
	if err != nil || !sum.Interrupted || sum.Targets < 6 || sum.Targets > 20 {
		t.Fatalf("%+v, %v", sum, err)
	}
	interrupted := 0
	for _, r := range m.reasons() {
		if r == evidence.ReasonInterrupted {
			interrupted++
		}
	}
	if interrupted+sum.Targets != 40 {
		t.Errorf("%d read and %d recorded as interrupted, of 40", sum.Targets, interrupted)
	}
}

func TestAFullDiskEndsTheRun(t *testing.T) {
	n := &network{neighbours: map[string][]string{"10.0.0.1": nil}, sink: true}
	full := errors.New("no space left on device")
	_, err := (&discovery.Runner{Collector: n, Sink: &memory{fail: full}}).Run(t.Context(), targets("10.0.0.1"))
	if !errors.Is(err, full) || !strings.Contains(err.Error(), "10.0.0.1") {
		t.Errorf("error %v", err)
	}
}

func credential(t testing.TB) snmp.Credential {
	c, err := snmp.NewCredential(inventory.Credential{Name: "monitoring", SNMP: "v2c"}, inventory.Keys{Community: inventory.NewSecret("public")})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// simulated gives switches of so many ports that name each other by LLDP, as a
// tree of sixteen branches.
func simulated(count, ports int) []replay.Agent {
	ip := func(i int) string { return fmt.Sprintf("10.%d.%d.%d", i/62500, i/250%250, i%250+1) }
	agents := make([]replay.Agent, count)
	for i := range agents {
		a := replay.Agent{Name: ip(i), Addresses: []netip.Addr{netip.MustParseAddr(ip(i))}}
		add := func(oid string, typ snmp.Type, value string) {
			a.Varbinds = append(a.Varbinds, snmp.Varbind{OID: oid, Type: typ, Value: value})
		}
		mac := func(port int) string { return string([]byte{0, 0x1b, 0x54, byte(i >> 8), byte(i), byte(port)}) }
		add("1.3.6.1.2.1.1.1.0", snmp.OctetString, "Cisco IOS Software, C2960X Software, Version 15.2(7)E3")
		add("1.3.6.1.2.1.1.2.0", snmp.ObjectID, "1.3.6.1.4.1.9.1.1208")
		add("1.3.6.1.2.1.1.3.0", snmp.TimeTicks, "471100")
		add("1.3.6.1.2.1.1.5.0", snmp.OctetString, fmt.Sprintf("access-%d", i))
		add("1.3.6.1.6.3.10.2.1.1.0", snmp.OctetString, "\x80\x00\x00\x09\x03"+mac(0))
		for p := 1; p <= ports+2; p++ {
			n := fmt.Sprint(p)
			name := fmt.Sprintf("GigabitEthernet1/0/%d", p)
			for column, v := range map[string]snmp.Varbind{
				"1.3.6.1.2.1.2.2.1.2.": {Type: snmp.OctetString, Value: name}, "1.3.6.1.2.1.2.2.1.3.": {Type: snmp.Integer, Value: "6"},
				"1.3.6.1.2.1.2.2.1.4.": {Type: snmp.Integer, Value: "1500"}, "1.3.6.1.2.1.2.2.1.5.": {Type: snmp.Gauge32, Value: "1000000000"},
				"1.3.6.1.2.1.2.2.1.6.": {Type: snmp.OctetString, Value: mac(p)}, "1.3.6.1.2.1.2.2.1.7.": {Type: snmp.Integer, Value: "1"},
				"1.3.6.1.2.1.2.2.1.8.": {Type: snmp.Integer, Value: "1"}, "1.3.6.1.2.1.2.2.1.9.": {Type: snmp.TimeTicks, Value: "3000"},
				"1.3.6.1.2.1.31.1.1.1.1.": {Type: snmp.OctetString, Value: "Gi1/0/" + n}, "1.3.6.1.2.1.31.1.1.1.15.": {Type: snmp.Gauge32, Value: "1000"},
				"1.3.6.1.2.1.31.1.1.1.17.": {Type: snmp.Integer, Value: "1"}, "1.3.6.1.2.1.31.1.1.1.18.": {Type: snmp.OctetString, Value: ""},
				"1.0.8802.1.1.2.1.3.7.1.2.": {Type: snmp.Integer, Value: "5"}, "1.0.8802.1.1.2.1.3.7.1.3.": {Type: snmp.OctetString, Value: "Gi1/0/" + n},
				"1.0.8802.1.1.2.1.3.7.1.4.": {Type: snmp.OctetString, Value: name},
				"1.3.6.1.2.1.17.1.4.1.2.":   {Type: snmp.Integer, Value: n}, "1.3.6.1.2.1.17.7.1.4.5.1.1.": {Type: snmp.Gauge32, Value: "10"},
				"1.3.6.1.2.1.17.2.15.1.3.": {Type: snmp.Integer, Value: "5"}, "1.3.6.1.2.1.17.2.15.1.4.": {Type: snmp.Integer, Value: "1"},
				"1.3.6.1.2.1.17.2.15.1.6.": {Type: snmp.OctetString, Value: "\x80\x00" + mac(0)}, "1.3.6.1.2.1.17.2.15.1.8.": {Type: snmp.OctetString, Value: "\x80\x00" + mac(0)},
				"1.3.6.1.2.1.17.2.15.1.9.":   {Type: snmp.OctetString, Value: "\x80" + string(rune(p))},
				"1.3.6.1.2.1.47.1.1.1.1.2.":  {Type: snmp.OctetString, Value: name},
				"1.3.6.1.2.1.47.1.1.1.1.4.":  {Type: snmp.Integer, Value: "1"},
				"1.3.6.1.2.1.47.1.1.1.1.5.":  {Type: snmp.Integer, Value: "10"},
				"1.3.6.1.2.1.47.1.1.1.1.7.":  {Type: snmp.OctetString, Value: name},
				"1.3.6.1.2.1.47.1.1.1.1.11.": {Type: snmp.OctetString, Value: ""},
			} {
				add(column+n, v.Type, v.Value)
			}
		}
		for h := range 100 { // what it has learned
			entry := fmt.Sprintf("10.0.80.86.%d.%d", i%250, h)
			add("1.3.6.1.2.1.17.7.1.2.2.1.2."+entry, snmp.Integer, fmt.Sprint(h%ports+1))
			add("1.3.6.1.2.1.17.7.1.2.2.1.3."+entry, snmp.Integer, "3")
		}
		add("1.3.6.1.2.1.4.20.1.1."+ip(i), snmp.IPAddress, ip(i))
		add("1.3.6.1.2.1.4.20.1.2."+ip(i), snmp.Integer, "1")
		add("1.3.6.1.2.1.4.20.1.3."+ip(i), snmp.IPAddress, "255.255.0.0")
		neighbour := func(port, other int) {
			row := fmt.Sprintf("0.%d.1", port)
			add("1.0.8802.1.1.2.1.4.1.1.4."+row, snmp.Integer, "4")
			add("1.0.8802.1.1.2.1.4.1.1.5."+row, snmp.OctetString, string([]byte{0, 0x1b, 0x54, byte(other >> 8), byte(other), 0}))
			add("1.0.8802.1.1.2.1.4.1.1.6."+row, snmp.Integer, "5")
			add("1.0.8802.1.1.2.1.4.1.1.7."+row, snmp.OctetString, "Gi1/0/1")
			add("1.0.8802.1.1.2.1.4.1.1.9."+row, snmp.OctetString, fmt.Sprintf("access-%d", other))
			add("1.0.8802.1.1.2.1.4.2.1.3."+row+".1.4."+ip(other), snmp.Integer, "2")
			add("1.0.8802.1.1.2.1.4.2.1.4."+row+".1.4."+ip(other), snmp.Integer, "1")
		}
		if i > 0 {
			neighbour(1, (i-1)/16)
		}
		for child := 1; child <= 16 && i*16+child < count; child++ {
			neighbour(child+1, i*16+child)
		}
		agents[i] = a
	}
	return agents
}

// run crawls simulated switches from one seed.
func run(t testing.TB, agents []replay.Agent, delay time.Duration) discovery.Summary {
	s, err := replay.Start(agents, replay.Options{Community: "public", Delay: delay})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	c := &snmp.Collector{Credentials: []snmp.Credential{credential(t)}, Dialer: s}
	r := discovery.Runner{Collector: c, Sink: &memory{}, Crawl: true, Scope: inventory.Scope{Include: prefixes("10.0.0.0/8")}}
	sum, err := r.Run(t.Context(), targets("10.0.0.1"))
	if err != nil {
		t.Fatal(err)
	}
	return sum
}

func TestACrawlFromOneSeedFindsAllSimulatedSwitches(t *testing.T) {
	count := 60
	if os.Getenv("GUJO_SOAK") == "1" {
		count = 1000
	}
	began := time.Now()
	sum := run(t, simulated(count, 24), 0)
	if sum.Targets != count || sum.Answered != count || sum.Read != count || sum.Repeated != 0 {
		t.Fatalf("%d asked, %d answered, %d repeated, of %d", sum.Targets, sum.Answered, sum.Repeated, count)
	}
	t.Logf("%d switches, %d requests, %v", count, sum.Requests, time.Since(began))
}

// The recorded network, replayed over UDP and crawled from one seed.
func TestRecordedNetworksAreCrawledFromOneSeed(t *testing.T) {
	base := outside.Shared(t, "corpora/snmp-networks")
	for _, tt := range []struct {
		network  string
		machines int // that a crawl can reach
	}{{"nms17216", 9}, {"nms8000", 0}, {"nms101", 6}} {
		t.Run(tt.network, func(t *testing.T) {
			files, err := os.ReadDir(base + "/" + tt.network)
			if err != nil {
				t.Skip(err)
			}
			var agents []replay.Agent
			for _, f := range files {
				if strings.HasSuffix(f.Name(), ".json") {
					continue
				}
				more, err := replay.Load(base + "/" + tt.network + "/" + f.Name())
				if err != nil {
					t.Fatal(err)
				}
				agents = append(agents, more...)
			}
			s, err := replay.Start(agents, replay.Options{})
			if err != nil {
				t.Fatal(err)
			}
			defer s.Close()
			m := &memory{}
			c := &snmp.Collector{Credentials: []snmp.Credential{credential(t)}, Dialer: s}
			seed := agents[0].Addresses[0].String()
			sum, err := (&discovery.Runner{Collector: c, Sink: m, Crawl: true, Scope: inventory.Scope{Include: prefixes("0.0.0.0/0")}}).Run(t.Context(), targets(seed))
			if err != nil {
				t.Fatal(err)
			}
			names := map[string]bool{}
			for i, e := range m.entries {
				if e.Table != "system" {
					continue
				}
				vbs, _ := snmp.ParseVarbinds("", m.data[i])
				for _, v := range vbs {
					if v.OID == "1.3.6.1.2.1.1.5.0" {
						names[v.Value] = true
					}
				}
			}
			t.Logf("from %s of %d: %d asked, %d answered, %d repeated, machines %v, silent %v", seed, len(agents), sum.Targets, sum.Answered, sum.Repeated,
				slices.Sorted(maps.Keys(names)), m.reasons())
			if tt.machines > 0 && len(names) != tt.machines {
				t.Errorf("%d machines, want %d", len(names), tt.machines)
			}
		})
	}
}

// What a crawl costs where the way there and back takes 20 ms.
func BenchmarkCrawl(b *testing.B) {
	for _, count := range []int{200, 1000} {
		b.Run(fmt.Sprintf("%d switches of 48 ports, 20 ms", count), func(b *testing.B) {
			if count > 200 && os.Getenv("GUJO_SOAK") != "1" {
				b.Skip("with GUJO_SOAK=1")
			}
			agents := simulated(count, 48)
			for b.Loop() {
				sum := run(b, agents, 20*time.Millisecond)
				if sum.Answered != count {
					b.Fatalf("%d answered", sum.Answered)
				}
				b.ReportMetric(float64(sum.Requests)/float64(count), "requests/switch")
			}
		})
	}
}
