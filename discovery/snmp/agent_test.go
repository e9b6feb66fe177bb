package snmp_test

import (
	"crypto/sha256"
	"fmt"
	"net/netip"
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
)

// memory is a sink.
type memory struct {
	mu      sync.Mutex
	entries []evidence.Entry
	data    [][]byte
}

func (m *memory) Add(e evidence.Entry, data []byte) (evidence.Entry, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	e.Digest, e.Size = fmt.Sprintf("sha256:%x", sha256.Sum256(data)), int64(len(data))
	m.entries, m.data = append(m.entries, e), append(m.data, slices.Clone(data))
	return e, nil
}

// table gives the entry of a table and its rows.
func (m *memory) table(t testing.TB, name string) (evidence.Entry, []snmp.Varbind) {
	t.Helper()
	for i, e := range m.entries {
		if e.Table == name {
			vbs, err := snmp.ParseVarbinds(name, m.data[i])
			if err != nil {
				t.Fatal(err)
			}
			return e, vbs
		}
	}
	t.Fatalf("no entry of table %q", name)
	return evidence.Entry{}, nil
}

func credential(t testing.TB, c inventory.Credential) snmp.Credential {
	t.Helper()
	out, err := snmp.NewCredential(c, inventory.Keys{Community: inventory.NewSecret(c.Community),
		AuthKey: inventory.NewSecret(c.AuthKey), PrivKey: inventory.NewSecret(c.PrivKey)})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func public(t testing.TB) snmp.Credential {
	return credential(t, inventory.Credential{Name: "monitoring", SNMP: "v2c", Community: "public"})
}

func version1(t testing.TB) snmp.Credential {
	return credential(t, inventory.Credential{Name: "old", SNMP: "v1", Community: "public"})
}

var at = time.Date(2026, 11, 2, 9, 0, 0, 0, time.UTC)

func clock() time.Time { return at }

var address = netip.MustParseAddr("10.0.0.1")

func target() discovery.Target { return discovery.Target{Zone: "default", Address: address} }

// device is a switch with so many ports.
func device(ip string, ports int) replay.Agent {
	a := replay.Agent{Name: ip, Addresses: []netip.Addr{netip.MustParseAddr(ip)}}
	add := func(oid string, typ snmp.Type, value string) {
		a.Varbinds = append(a.Varbinds, snmp.Varbind{OID: oid, Type: typ, Value: value})
	}
	add("1.3.6.1.2.1.1.1.0", snmp.OctetString, "A switch")
	add("1.3.6.1.2.1.1.2.0", snmp.ObjectID, "1.3.6.1.4.1.9.1.1208")
	add("1.3.6.1.2.1.1.3.0", snmp.TimeTicks, "4711")
	add("1.3.6.1.2.1.1.5.0", snmp.OctetString, "sw-"+ip)
	add("1.3.6.1.6.3.10.2.1.1.0", snmp.OctetString, "\x80\x00\x1f\x88\x80"+ip)
	for i := 1; i <= ports; i++ {
		add(fmt.Sprintf("1.3.6.1.2.1.2.2.1.2.%d", i), snmp.OctetString, fmt.Sprintf("GigabitEthernet0/%d", i))
		add(fmt.Sprintf("1.3.6.1.2.1.2.2.1.3.%d", i), snmp.Integer, "6")
		add(fmt.Sprintf("1.3.6.1.2.1.2.2.1.5.%d", i), snmp.Gauge32, "1000000000")
		add(fmt.Sprintf("1.3.6.1.2.1.2.2.1.6.%d", i), snmp.OctetString, "\x00\x1b\x54"+string([]byte{ip[len(ip)-1], 0, byte(i)}))
		add(fmt.Sprintf("1.3.6.1.2.1.2.2.1.7.%d", i), snmp.Integer, "1")
		add(fmt.Sprintf("1.3.6.1.2.1.2.2.1.8.%d", i), snmp.Integer, "1")
		add(fmt.Sprintf("1.3.6.1.2.1.31.1.1.1.1.%d", i), snmp.OctetString, fmt.Sprintf("Gi0/%d", i))
		add(fmt.Sprintf("1.3.6.1.2.1.31.1.1.1.15.%d", i), snmp.Gauge32, "1000")
		add(fmt.Sprintf("1.3.6.1.2.1.31.1.1.1.18.%d", i), snmp.OctetString, "")
		add(fmt.Sprintf("1.3.6.1.2.1.17.1.4.1.2.%d", i), snmp.Integer, fmt.Sprint(i))
		add(fmt.Sprintf("1.0.8802.1.1.2.1.3.7.1.2.%d", i), snmp.Integer, "5")
		add(fmt.Sprintf("1.0.8802.1.1.2.1.3.7.1.3.%d", i), snmp.OctetString, fmt.Sprintf("Gi0/%d", i))
		add(fmt.Sprintf("1.0.8802.1.1.2.1.3.7.1.4.%d", i), snmp.OctetString, "")
	}
	add("1.3.6.1.2.1.4.20.1.1."+ip, snmp.IPAddress, ip)
	add("1.3.6.1.2.1.4.20.1.2."+ip, snmp.Integer, "1")
	add("1.3.6.1.2.1.4.20.1.3."+ip, snmp.IPAddress, "255.255.255.0")
	return a
}

func serve(t testing.TB, o replay.Options, agents ...replay.Agent) *replay.Server {
	t.Helper()
	if o.Community == "" {
		o.Community = "public"
	}
	s, err := replay.Start(agents, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

// quick is a collector that does not wait long.
func quick(t testing.TB, d snmp.Dialer, credentials ...snmp.Credential) *snmp.Collector {
	if len(credentials) == 0 {
		credentials = []snmp.Credential{public(t)}
	}
	return &snmp.Collector{Credentials: credentials, Dialer: d, Clock: clock, Timeout: 100 * time.Millisecond, Attempts: 2}
}

func collect(t testing.TB, c *snmp.Collector) (*memory, discovery.Visit) {
	t.Helper()
	m := &memory{}
	v, err := c.Collect(t.Context(), target(), m)
	if err != nil {
		t.Fatal(err)
	}
	return m, v
}

func under(vbs []snmp.Varbind, columns ...string) []snmp.Varbind {
	var out []snmp.Varbind
	for _, v := range vbs {
		for _, c := range columns {
			if _, ok := snmp.Under(v.OID, c); ok {
				out = append(out, v)
			}
		}
	}
	slices.SortFunc(out, func(a, b snmp.Varbind) int { return snmp.CompareOID(a.OID, b.OID) })
	return out
}

func columns(name string) []string {
	for _, t := range snmp.Tables() {
		if t.Name == name {
			return t.Columns
		}
	}
	return nil
}

// everyTable compares what was collected with what the agent has.
func everyTable(t *testing.T, m *memory, a replay.Agent) {
	t.Helper()
	for _, table := range snmp.Tables() {
		e, got := m.table(t, table.Name)
		want := under(a.Varbinds, table.Columns...)
		if table.Scalar {
			want = slices.DeleteFunc(want, func(v snmp.Varbind) bool { return !strings.HasSuffix(v.OID, ".0") })
			want = slices.DeleteFunc(want, func(v snmp.Varbind) bool {
				return !slices.Contains(table.Columns, strings.TrimSuffix(v.OID, ".0"))
			})
		}
		outcome := evidence.Complete
		if len(want) == 0 {
			outcome = evidence.Empty
		}
		if e.Outcome != outcome {
			t.Errorf("%s is %s (%s %s), want %s", table.Name, e.Outcome, e.Reason, e.Detail, outcome)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: %s", table.Name, diff)
		}
	}
}
