package discovery_test

import (
	"net/netip"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"gujo/discovery"
	"gujo/discovery/evidence"
	"gujo/discovery/inventory"
	"gujo/discovery/replay"
	"gujo/discovery/resolve"
	"gujo/discovery/snmp"
	"gujo/discovery/sources"
	"gujo/graph"
)

// Three machines behind three ports of one address are three subjects, and the
// address is nobody's.
func TestEachForwardedPortIsAMachineOfItsOwn(t *testing.T) {
	agents, err := replay.Load("../samples/gaon/site.bundle.zip")
	if err != nil {
		t.Fatal(err)
	}
	agents = agents[:3]
	s, err := replay.Start(agents, replay.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	path := filepath.Join(t.TempDir(), "forwarded.zip")
	w, err := evidence.Create(path, evidence.Manifest{Created: time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC), Zone: "default"})
	if err != nil {
		t.Fatal(err)
	}
	cred, err := snmp.NewCredential(inventory.Credential{Name: "c", SNMP: "v2c", Community: "env:X"}, inventory.Keys{Community: inventory.NewSecret("public")})
	if err != nil {
		t.Fatal(err)
	}
	collector := &snmp.Collector{Credentials: []snmp.Credential{cred}}
	run := discovery.Runner{Collector: collector, Sink: w}
	var targets []discovery.Target
	var names []string
	for _, b := range s.Agents() {
		targets = append(targets, discovery.Target{Zone: "default", Address: b.At.Addr(), Port: b.At.Port()})
		names = append(names, b.At.String())
	}
	slices.Sort(names)
	sum, err := run.Run(t.Context(), append(targets, targets[0]))
	if err != nil {
		t.Fatal(err)
	}
	if sum.Targets != 3 || sum.Answered != 3 || sum.Repeated != 0 {
		t.Errorf("%d targets, %d answered, %d repeated: %+v", sum.Targets, sum.Answered, sum.Repeated, sum.Visits)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}

	b, err := evidence.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer b.Close()
	var recorded []string
	for _, e := range b.Entries() {
		if !slices.Contains(recorded, e.Target) {
			recorded = append(recorded, e.Target)
		}
	}
	slices.Sort(recorded)
	if !slices.Equal(recorded, names) {
		t.Errorf("targets %q, want %q", recorded, names)
	}
	read, err := sources.Read(b)
	if err != nil {
		t.Fatal(err)
	}
	snap, err := resolve.Resolve(resolve.Input{Readings: read.Readings})
	if err != nil {
		t.Fatal(err)
	}
	if len(snap.Coverage) != 3 {
		t.Errorf("%d machines were read, want 3", len(snap.Coverage))
	}
	for _, c := range snap.Coverage {
		i, ok := snap.Find(c.Component)
		if !ok {
			t.Errorf("%s was read and is no component", c.Component)
			continue
		}
		m := snap.Components[i]
		if _, told := m.Attrs.Get("management_addresses"); told {
			t.Errorf("%s is managed at the address of the forward", m.ID)
		}
		if slices.Contains(m.Identifiers, "address:default~127.0.0.1") {
			t.Errorf("%s is identified by the address of the forward", m.ID)
		}
		if m.Kind == graph.External {
			t.Errorf("%s is external", m.ID)
		}
	}
	for _, c := range snap.Conflicts {
		if c.Attribute == "address" {
			t.Errorf("%+v", c)
		}
	}

	again, err := replay.FromBundle(b)
	if err != nil || len(again) != 3 {
		t.Fatalf("%d agents of the bundle, %v", len(again), err)
	}
	second, err := replay.Start(again, replay.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer second.Close()
	at := map[netip.AddrPort]bool{}
	for _, x := range targets {
		to, err := second.Route(netip.AddrPortFrom(x.Address, x.Port))
		if err != nil {
			t.Error(err)
		}
		at[to] = true
	}
	if len(at) != 3 {
		t.Errorf("the bundle answers at %v for %q", at, names)
	}
}

func TestATargetIsNamedByItsPortWhereItIsNotThatOfAgents(t *testing.T) {
	for _, c := range []struct {
		address string
		port    uint16
		want    string
	}{
		{"10.0.0.1", 0, "10.0.0.1"},
		{"10.0.0.1", 161, "10.0.0.1"},
		{"10.0.0.1", 1161, "10.0.0.1:1161"},
		{"::1", 161, "::1"},
		{"::1", 1161, "[::1]:1161"},
	} {
		got := (&snmp.Collector{}).Blank(discovery.Target{Address: netip.MustParseAddr(c.address), Port: c.port}).Target
		if got != c.want {
			t.Errorf("%s, port %d: %q, want %q", c.address, c.port, got, c.want)
		}
	}
}
