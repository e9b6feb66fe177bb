package snmp_test

import (
	"fmt"
	"net/netip"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"gujo/discovery"
	"gujo/discovery/evidence"
	"gujo/discovery/replay"
	"gujo/discovery/snmp"
	"gujo/samples/outside"
)

func TestEveryTableEndsCompleteOrEmpty(t *testing.T) {
	a := device("10.0.0.1", 48)
	for _, cred := range []snmp.Credential{public(t), version1(t)} {
		t.Run(cred.Name, func(t *testing.T) {
			m, v := collect(t, quick(t, serve(t, replay.Options{}, a), cred))
			if !v.Answered || v.Credential != cred.Name {
				t.Fatalf("visit: %+v", v)
			}
			everyTable(t, m, a)
			e, _ := m.table(t, "ifTable")
			if e.Attrs["credential"] != cred.Name || e.Target != "10.0.0.1" || !e.Collected.Equal(at) {
				t.Errorf("entry %+v", e)
			}
		})
	}
}

// The recordings of real devices, asked over UDP, must give back every row.
func TestRealDevicesAreReadWhole(t *testing.T) {
	dir := outside.Shared(t, "corpora/snmp-devices")
	files, _ := filepath.Glob(filepath.Join(dir, "*.snmprec"))
	if len(files) == 0 {
		t.Fatal("no recordings in ", dir)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".snmprec"), func(t *testing.T) {
			agents, err := replay.Load(file)
			if err != nil {
				t.Fatal(err)
			}
			a := agents[0]
			a.Addresses = []netip.Addr{address}
			seen := map[string]bool{} // an agent gives an object once
			a.Varbinds = slices.DeleteFunc(a.Varbinds, func(v snmp.Varbind) bool {
				again := seen[v.OID]
				seen[v.OID] = true
				return again
			})
			m, v := collect(t, quick(t, serve(t, replay.Options{}, a)))
			if !v.Answered {
				t.Fatal(v.Detail)
			}
			masked := map[string]string{} // what was masked is compared as masked
			for _, e := range m.entries {
				if len(e.Redactions) > 0 {
					_, rows := m.table(t, e.Table)
					for _, r := range rows {
						masked[r.OID] = r.Value
					}
				}
			}
			for i, v := range a.Varbinds {
				if value, ok := masked[v.OID]; ok {
					a.Varbinds[i].Value = value
				}
			}
			everyTable(t, m, a)
		})
	}
}

func TestLargeRouteTablesAreNotSearched(t *testing.T) {
	a := device("10.0.0.1", 2)
	a.Varbinds = append(a.Varbinds,
		snmp.Varbind{OID: "1.3.6.1.2.1.4.24.6.0", Type: snmp.Gauge32, Value: "950000"},
		snmp.Varbind{OID: "1.3.6.1.2.1.4.24.7.1.7.1.4.0.0.0.0.0.2.0.0.1.4.10.0.0.254", Type: snmp.Integer, Value: "1"})
	m, _ := collect(t, quick(t, serve(t, replay.Options{}, a)))
	if e, _ := m.table(t, "inetCidrRouteTable"); e.Outcome != evidence.NotAsked || !strings.Contains(e.Detail, "950000") {
		t.Errorf("%s %s", e.Outcome, e.Detail)
	}
}

func TestOfRoutesOnlyTheDefaultIsRead(t *testing.T) {
	a := device("10.0.0.1", 2)
	for i := range 2000 {
		a.Varbinds = append(a.Varbinds, snmp.Varbind{OID: fmt.Sprintf("1.3.6.1.2.1.4.24.4.1.5.10.%d.%d.0.255.255.255.0.0.10.0.0.9", i/250, i%250), Type: snmp.Integer, Value: "2"})
	}
	a.Varbinds = append(a.Varbinds, snmp.Varbind{OID: "1.3.6.1.2.1.4.24.4.1.5.0.0.0.0.0.0.0.0.0.10.0.0.254", Type: snmp.Integer, Value: "1"})
	m, v := collect(t, quick(t, serve(t, replay.Options{}, a)))
	if e, rows := m.table(t, "ipCidrRouteTable"); e.Outcome != evidence.Complete || len(rows) != 1 {
		t.Errorf("%s with %d rows", e.Outcome, len(rows))
	}
	if v.Requests > 30 {
		t.Errorf("%d requests", v.Requests)
	}
}

func TestTheSameMachineAtAnotherAddressIsReadOnce(t *testing.T) {
	two := func(a replay.Agent, other string) replay.Agent {
		ip := netip.MustParseAddr(other)
		a.Addresses = append(a.Addresses, ip)
		a.Varbinds = append(a.Varbinds, snmp.Varbind{OID: "1.3.6.1.2.1.4.20.1.1." + other, Type: snmp.IPAddress, Value: other})
		return a
	}
	first := two(device("10.0.0.1", 8), "10.0.9.1")
	c := quick(t, serve(t, replay.Options{}, first))
	collect(t, c)
	m := &memory{}
	v, err := c.Collect(t.Context(), discovery.Target{Zone: "default", Address: netip.MustParseAddr("10.0.9.1")}, m)
	if err != nil || v.SameAs != address {
		t.Fatalf("visit: %+v, %v", v, err)
	}
	if last := m.entries[len(m.entries)-1]; len(m.entries) != 5 || last.Outcome != evidence.NotAsked || !strings.Contains(last.Detail, "10.0.0.1") {
		t.Errorf("%d entries, the last %+v", len(m.entries), last)
	}

	// A cloned image has the same engine and name, not the same interfaces.
	clone := two(device("10.0.0.1", 8), "10.0.9.1")
	clone.Addresses = []netip.Addr{netip.MustParseAddr("10.0.0.2")}
	for i, v := range clone.Varbinds {
		if strings.HasPrefix(v.OID, "1.3.6.1.2.1.2.2.1.6.") {
			clone.Varbinds[i].Value = "\x00\x1b\x55" + v.Value[3:]
		}
		if strings.HasPrefix(v.OID, "1.3.6.1.2.1.4.20.1.1.10.0.0.1") {
			clone.Varbinds[i].OID, clone.Varbinds[i].Value = "1.3.6.1.2.1.4.20.1.1.10.0.0.2", "10.0.0.2"
		}
	}
	c = quick(t, serve(t, replay.Options{}, first, clone))
	collect(t, c)
	v, err = c.Collect(t.Context(), discovery.Target{Zone: "default", Address: netip.MustParseAddr("10.0.0.2")}, &memory{})
	if err != nil || v.SameAs.IsValid() {
		t.Fatalf("a clone was taken for the same machine: %+v, %v", v, err)
	}
}

func TestWhatAModelBearsIsRemembered(t *testing.T) {
	a, b := device("10.0.0.1", 20), device("10.0.0.2", 20)
	s := serve(t, replay.Options{Faults: []replay.Fault{{Kind: replay.Timeout, Bulk: true}}}, a, b)
	c := quick(t, s)
	collect(t, c)
	began := time.Now()
	v, err := c.Collect(t.Context(), discovery.Target{Zone: "default", Address: netip.MustParseAddr("10.0.0.2")}, &memory{})
	if err != nil || !v.Answered {
		t.Fatal(v, err)
	}
	if took := time.Since(began); took > 100*time.Millisecond {
		t.Errorf("the second of its kind took %v: GETBULK was tried again", took)
	}
}
