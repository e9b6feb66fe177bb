package snmp_test

import (
	"context"
	"crypto/sha256"
	"fmt"
	"math/rand/v2"
	"net"
	"net/netip"
	"os"
	"path/filepath"
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

func root(t testing.TB) string {
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for ; dir != "/"; dir = filepath.Dir(dir) {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir
		}
	}
	t.Fatal("no go.mod above the test")
	return ""
}

// The recordings of real devices, asked over UDP, must give back every row.
func TestRealDevicesAreReadWhole(t *testing.T) {
	dir := filepath.Join(root(t), "..", "shared", "corpora", "snmp-devices")
	files, _ := filepath.Glob(filepath.Join(dir, "*.snmprec"))
	if len(files) == 0 {
		t.Skip("no corpora here: ", dir)
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

func TestFaults(t *testing.T) {
	const ifTable = "1.3.6.1.2.1.2.2.1"
	whole := func(t *testing.T, m *memory, a replay.Agent) { everyTable(t, m, a) }
	gap := func(table, reason, detail string, rows int) func(*testing.T, *memory, replay.Agent) {
		return func(t *testing.T, m *memory, a replay.Agent) {
			t.Helper()
			e, got := m.table(t, table)
			if e.Outcome != evidence.Gap || e.Reason != reason || !strings.Contains(e.Detail, detail) {
				t.Errorf("%s is %s: %q %q, want a gap: %q %q", table, e.Outcome, e.Reason, e.Detail, reason, detail)
			}
			if len(got) < rows {
				t.Errorf("%d rows of %s were kept, want at least %d", len(got), table, rows)
			}
			if other, rows := m.table(t, "lldpLocPortTable"); table != "lldpLocPortTable" && (other.Outcome != evidence.Complete || len(rows) != 144) {
				t.Errorf("another table suffered: %s %s, %d rows", other.Outcome, other.Detail, len(rows))
			}
		}
	}
	for _, tt := range []struct {
		name  string
		fault replay.Fault
		v1    bool
		want  func(*testing.T, *memory, replay.Agent)
	}{
		{"tooBig above fifty variables: less is asked", replay.Fault{Kind: replay.TooBig, Above: 50}, false, whole},
		{"tooBig above three variables: one row is asked", replay.Fault{Kind: replay.TooBig, Above: 3}, false, whole},
		{"tooBig for whatever is asked of a table: a gap", replay.Fault{Kind: replay.TooBig, Under: ifTable}, false, gap("ifTable", evidence.ReasonUnsupported, "tooBig", 0)},
		{"an agent that answers GETNEXT alone", replay.Fault{Kind: replay.Timeout, Bulk: true}, false, whole},
		{"an agent that does not answer long requests", replay.Fault{Kind: replay.Timeout, Above: 60}, false, whole},
		{"one answer lost", replay.Fault{Kind: replay.Timeout, After: 7, Times: 1}, false, whole},
		{"genErr to GETBULK alone", replay.Fault{Kind: replay.GenErr, Bulk: true}, false, whole},
		{"genErr half-way is not the end", replay.Fault{Kind: replay.GenErr, Under: ifTable + ".2.20"}, false, gap("ifTable", evidence.ReasonTruncated, "genErr after "+ifTable+".2.20", 100)},
		{"genErr half-way, version 1", replay.Fault{Kind: replay.GenErr, Under: ifTable + ".2.20"}, true, gap("ifTable", evidence.ReasonTruncated, "genErr", 100)},
		{"no access to a table", replay.Fault{Kind: replay.NoAccess, Under: "1.3.6.1.2.1.31.1.1.1"}, false, gap("ifXTable", evidence.ReasonDenied, "", 0)},
		{"a loop inside the LLDP table", replay.Fault{Kind: replay.Loop, Under: "1.0.8802.1.1.2.1.3.7.1.3"}, false, gap("lldpLocPortTable", evidence.ReasonLoop, "was given before", 40)},
		{"an object that follows itself", replay.Fault{Kind: replay.Repeat, Under: ifTable + ".2"}, false, gap("ifTable", evidence.ReasonLoop, "", 1)},
		{"an object given twice once is tolerated", replay.Fault{Kind: replay.Repeat, Under: "1.3.6.1.2.1.17.1.4.1.2.25", Times: 1}, false, whole},
		{"GETBULK gives rows in disorder", replay.Fault{Kind: replay.Swap, Under: "1.3.6.1.2.1.17.1.4.1.2"}, false, whole},
		{"datagrams cut off", replay.Fault{Kind: replay.Truncate, Above: 60}, false, whole},
		{"datagrams of a table always cut off", replay.Fault{Kind: replay.Truncate, Under: "1.3.6.1.2.1.17.1.4.1.2"}, false, gap("dot1dBasePortTable", evidence.ReasonUnparsed, "malformed", 0)},
		{"silence about one table", replay.Fault{Kind: replay.Timeout, Under: "1.3.6.1.2.1.17.1.4.1.2"}, false, gap("dot1dBasePortTable", evidence.ReasonTimeout, "other objects are answered", 0)},
	} {
		t.Run(tt.name, func(t *testing.T) {
			a := device("10.0.0.1", 48)
			cred := public(t)
			if tt.v1 {
				cred = version1(t)
			}
			s := serve(t, replay.Options{Faults: []replay.Fault{tt.fault}}, a)
			m, v := collect(t, quick(t, s, cred))
			if !v.Answered {
				t.Fatalf("not answered: %s", v.Detail)
			}
			tt.want(t, m, a)
		})
	}
}

func TestADeviceThatGoesAwayCostsOneWait(t *testing.T) {
	a := device("10.0.0.1", 48)
	s := serve(t, replay.Options{Faults: []replay.Fault{{Kind: replay.Timeout, After: 5}}}, a)
	began := time.Now()
	m, v := collect(t, quick(t, s))
	if took := time.Since(began); took > 2*time.Second {
		t.Errorf("took %v", took)
	}
	if e, rows := m.table(t, "ifTable"); !v.Answered || e.Outcome != evidence.Gap || e.Reason != evidence.ReasonTimeout || len(rows) == 0 {
		t.Errorf("ifTable: %+v with %d rows", e, len(rows))
	}
	if e, _ := m.table(t, "lldpRemTable"); e.Outcome != evidence.Gap || e.Reason != evidence.ReasonTimeout {
		t.Errorf("a table never reached is %s %s, want a gap", e.Outcome, e.Reason)
	}
}

func TestAnAnswerFromElsewhere(t *testing.T) {
	a := device("10.0.0.1", 4)
	s := serve(t, replay.Options{Faults: []replay.Fault{{Kind: replay.WrongAddress}}}, a)
	t.Run("is a gap that names both addresses", func(t *testing.T) {
		m, v := collect(t, quick(t, s))
		if v.Answered || v.Reason != evidence.ReasonWrongAddress || !strings.Contains(v.Detail, "10.0.0.1") || !strings.Contains(v.Detail, "127.0.0.") {
			t.Errorf("visit: %+v", v)
		}
		if len(m.entries) != 1 || m.entries[0].Outcome != evidence.Gap {
			t.Errorf("entries: %+v", m.entries)
		}
	})
	any := target()
	any.AnyReply = true
	t.Run("counts where the inventory says so", func(t *testing.T) {
		m := &memory{}
		if v, err := quick(t, s).Collect(t.Context(), any, m); err != nil || !v.Answered {
			t.Fatalf("visit: %+v, %v", v, err)
		}
		everyTable(t, m, a)
	})
	t.Run("does not count from an address out of scope", func(t *testing.T) {
		c := quick(t, s)
		c.Scope = func(netip.Addr) bool { return false }
		if v, err := c.Collect(t.Context(), any, &memory{}); err != nil || v.Answered {
			t.Fatalf("visit: %+v, %v", v, err)
		}
	})
}

func TestWhatAnAddressDoesInsteadOfAnsweringIsKeptApart(t *testing.T) {
	a := device("10.0.0.1", 2)
	user := replay.User{Name: "auditor", Auth: "sha256", AuthKey: "authentic-key", Priv: "aes", PrivKey: "private-key"}
	s := serve(t, replay.Options{Community: "another", Users: []replay.User{user}}, a)
	closed, err := net.ListenPacket("udp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	nowhere := closed.LocalAddr().(*net.UDPAddr).AddrPort()
	closed.Close()
	mute, err := net.ListenPacket("udp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer mute.Close()
	v3 := func(user, auth, priv string) snmp.Credential {
		return credential(t, inventory.Credential{Name: "v3", SNMP: "v3", User: user, Auth: "sha256", AuthKey: auth, Priv: "aes", PrivKey: priv})
	}
	for _, tt := range []struct {
		name           string
		dialer         snmp.Dialer
		cred           snmp.Credential
		reason, detail string
	}{
		{"a closed port", fixed(nowhere), public(t), evidence.ReasonUnreachable, "closed"},
		{"a silent host", fixed(mute.LocalAddr().(*net.UDPAddr).AddrPort()), public(t), evidence.ReasonUnreachable, "nothing came back"},
		{"a wrong community", s, public(t), evidence.ReasonDenied, "accepts none of: monitoring"},
		{"an unknown user", s, v3("nobody", "authentic-key", "private-key"), evidence.ReasonDenied, "does not know the user"},
		{"a wrong authentication key", s, v3("auditor", "authentic-kez", "private-key"), evidence.ReasonDenied, "wrong authentication key"},
		{"a wrong privacy key", s, v3("auditor", "authentic-key", "private-kez"), evidence.ReasonDenied, "wrong privacy key"},
		{"too low a security level", s, credential(t, inventory.Credential{Name: "v3", SNMP: "v3", User: "auditor"}), evidence.ReasonDenied, "security level"},
		{"an address that is not in the recording", serve(t, replay.Options{}), public(t), evidence.ReasonUnreachable, "no agent"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, v := collect(t, quick(t, tt.dialer, tt.cred))
			if v.Answered || v.Reason != tt.reason || !strings.Contains(v.Detail, tt.detail) {
				t.Errorf("got %q %q, want %q %q", v.Reason, v.Detail, tt.reason, tt.detail)
			}
			if strings.Contains(v.Detail, "kez") || strings.Contains(v.Detail, "-key") {
				t.Errorf("a secret in %q", v.Detail)
			}
		})
	}
	t.Run("the second credential is right", func(t *testing.T) {
		c := quick(t, s, public(t), v3("auditor", "authentic-key", "private-key"))
		m, v := collect(t, c)
		if !v.Answered || v.Credential != "v3" {
			t.Fatalf("visit: %+v", v)
		}
		everyTable(t, m, a)
		before := v.Requests
		if _, v = collect(t, c); v.Requests >= before {
			t.Errorf("%d requests at first, %d when it was known", before, v.Requests)
		}
	})
}

type fixed netip.AddrPort

func (f fixed) Route(netip.AddrPort) (netip.AddrPort, error) { return netip.AddrPort(f), nil }

func TestSNMPv3(t *testing.T) {
	a := device("10.0.0.1", 30)
	for _, tt := range []struct{ auth, priv, agent string }{
		{"md5", "", ""}, {"md5", "des", "des"}, {"sha", "aes", "aes"}, {"sha224", "aes", "aes"}, {"sha256", "aes", "aes"},
		{"sha384", "aes", "aes"}, {"sha512", "aes", "aes"},
		{"sha", "aes192", "aes192"}, {"sha", "aes192", "aes192c"}, {"sha", "aes256", "aes256"}, {"sha256", "aes256", "aes256c"},
	} {
		t.Run(tt.auth+" "+tt.agent, func(t *testing.T) {
			user := replay.User{Name: "auditor", Auth: tt.auth, AuthKey: "authentic-key", Priv: tt.agent, PrivKey: "private-key"}
			s := serve(t, replay.Options{Users: []replay.User{user}}, a)
			cred := credential(t, inventory.Credential{Name: "v3", SNMP: "v3", User: "auditor", Auth: tt.auth, AuthKey: "authentic-key", Priv: tt.priv, PrivKey: "private-key"})
			m, v := collect(t, quick(t, s, cred))
			if !v.Answered {
				t.Fatal(v.Detail)
			}
			everyTable(t, m, a)
		})
	}
	t.Run("an agent that restarts half-way is followed", func(t *testing.T) {
		user := replay.User{Name: "auditor", Auth: "sha256", AuthKey: "authentic-key", Priv: "aes", PrivKey: "private-key"}
		s := serve(t, replay.Options{Users: []replay.User{user}, Faults: []replay.Fault{{Kind: replay.Restart, After: 5, Times: 1}}}, a)
		cred := credential(t, inventory.Credential{Name: "v3", SNMP: "v3", User: "auditor", Auth: "sha256", AuthKey: "authentic-key", Priv: "aes", PrivKey: "private-key"})
		m, _ := collect(t, quick(t, s, cred))
		everyTable(t, m, a)
	})
}

func TestRowAndByteCapsEndATableAsTruncated(t *testing.T) {
	s := serve(t, replay.Options{}, device("10.0.0.1", 48))
	c := quick(t, s)
	c.MaxRows = 60
	m, _ := collect(t, c)
	if e, rows := m.table(t, "ifTable"); e.Reason != evidence.ReasonTruncated || len(rows) != 60 {
		t.Errorf("%s %s with %d rows", e.Reason, e.Detail, len(rows))
	}
	c = quick(t, s)
	c.MaxBytes = 1000
	m, _ = collect(t, c)
	if e, rows := m.table(t, "ifTable"); e.Reason != evidence.ReasonTruncated || len(rows) == 0 || len(rows) > 40 {
		t.Errorf("%s %s with %d rows", e.Reason, e.Detail, len(rows))
	}
}

func TestATableDeadlineKeepsWhatWasRead(t *testing.T) {
	s := serve(t, replay.Options{Delay: 20 * time.Millisecond}, device("10.0.0.1", 200))
	c := quick(t, s)
	c.TableTime = 90 * time.Millisecond
	m, _ := collect(t, c)
	if e, rows := m.table(t, "ifTable"); e.Outcome != evidence.Gap || e.Reason != evidence.ReasonTruncated || len(rows) == 0 {
		t.Errorf("%s %s %s with %d rows", e.Outcome, e.Reason, e.Detail, len(rows))
	}
}

func TestCancellingKeepsWhatWasRead(t *testing.T) {
	s := serve(t, replay.Options{Delay: 10 * time.Millisecond}, device("10.0.0.1", 100))
	ctx, cancel := context.WithCancel(t.Context())
	time.AfterFunc(150*time.Millisecond, cancel)
	c := quick(t, s)
	c.Timeout = 30 * time.Second
	m := &memory{}
	began := time.Now()
	if _, err := c.Collect(ctx, target(), m); err != nil {
		t.Fatal(err)
	}
	if took := time.Since(began); took > 5*time.Second {
		t.Errorf("took %v after it was stopped", took)
	}
	if e, _ := m.table(t, "system"); e.Outcome != evidence.Complete {
		t.Errorf("system is %s", e.Outcome)
	}
	if e, _ := m.table(t, "hrSWRunTable"); e.Reason != evidence.ReasonInterrupted {
		t.Errorf("the last table is %s %s %s", e.Outcome, e.Reason, e.Detail)
	}
}

// Nothing that is asked may be, or hold, a secret; nor does anything that an
// agent gives unasked get stored.
func TestSecretsAreNeverAskedFor(t *testing.T) {
	a := device("10.0.0.1", 3)
	var planted []string
	for _, s := range snmp.Secrets() {
		for i := 1; i < 4; i++ {
			planted = append(planted, fmt.Sprintf("%s.%d.1", s, i))
		}
	}
	for _, oid := range planted {
		a.Varbinds = append(a.Varbinds, snmp.Varbind{OID: oid, Type: snmp.OctetString, Value: "hunter2-secret"})
	}
	a.Varbinds = append(a.Varbinds, []snmp.Varbind{
		{OID: "1.3.6.1.2.1.47.1.1.1.1.2.1", Type: snmp.OctetString, Value: "chassis"},
		{OID: "1.3.6.1.2.1.47.1.1.1.1.5.1", Type: snmp.Integer, Value: "3"},
		{OID: "1.3.6.1.2.1.47.1.1.1.1.16.1", Type: snmp.Integer, Value: "1"},
		{OID: "1.3.6.1.2.1.68.1.3.1.3.1.1", Type: snmp.Integer, Value: "3"},
		{OID: "1.3.6.1.2.1.68.1.3.1.9.1.1", Type: snmp.Integer, Value: "1"},
		{OID: "1.3.6.1.4.1.9.9.106.1.2.1.1.3.1.1", Type: snmp.Gauge32, Value: "100"},
		{OID: "1.3.6.1.2.1.25.4.2.1.2.7", Type: snmp.OctetString, Value: "mysqld"},
		{OID: "1.3.6.1.2.1.25.4.2.1.5.7", Type: snmp.OctetString, Value: "--user=x --password=hunter2-secret"},
		{OID: "1.3.6.1.2.1.1.6.0", Type: snmp.OctetString, Value: "room 3, password: hunter2-secret"},
	}...)
	var mu sync.Mutex
	asked := 0
	s := serve(t, replay.Options{Observe: func(_ netip.Addr, kind byte, objects []string) {
		mu.Lock()
		defer mu.Unlock()
		for _, o := range objects {
			asked++
			for _, secret := range snmp.Secrets() {
				_, inside := snmp.Under(o, secret)
				_, above := snmp.Under(secret, o)
				if inside || above && o != "1.3.6.1.2.1.1.3" || o == secret {
					t.Errorf("a request names %s, %s is a secret", o, secret)
				}
			}
		}
	}}, a)
	m, _ := collect(t, quick(t, s))
	if asked < 100 {
		t.Fatalf("only %d objects asked for", asked)
	}
	for i, e := range m.entries {
		if strings.Contains(string(m.data[i]), "hunter2") || strings.Contains(string(m.data[i]), fmt.Sprintf("%x", "hunter2")) {
			t.Errorf("a secret is stored in %s", e.Table)
		}
	}
	for _, name := range []string{"hrSWRunTable", "system"} {
		if e, _ := m.table(t, name); len(e.Redactions) == 0 {
			t.Errorf("%s does not record what was masked", name)
		}
	}
	for _, table := range snmp.Tables() {
		for _, c := range table.Columns {
			for _, secret := range snmp.Secrets() {
				if _, above := snmp.Under(secret, c); above || c == secret {
					t.Errorf("%s asks for %s, which holds %s", table.Name, c, secret)
				}
			}
		}
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

func TestACredentialPrintsItsNameAlone(t *testing.T) {
	c := credential(t, inventory.Credential{Name: "monitoring", SNMP: "v3", User: "u", Auth: "sha", AuthKey: "hunter2-auth", Priv: "aes", PrivKey: "hunter2-priv"})
	for _, format := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"} {
		if s := fmt.Sprintf(format, c); strings.Contains(s, "hunter2") || strings.Contains(s, fmt.Sprintf("%x", "hunter2")) {
			t.Errorf("%s prints %s", format, s)
		}
	}
}

// Whatever goes wrong: a table that is called complete is, and one called empty
// has no row.
func TestNoFaultMakesAHalfReadTableComplete(t *testing.T) {
	seeds := 40
	if os.Getenv("GUJO_SOAK") == "1" {
		seeds = 3000
	}
	roots := []string{"", "1.3.6.1.2.1.2.2.1", "1.3.6.1.2.1.2.2.1.5.7", "1.3.6.1.2.1.31.1.1.1.15", "1.0.8802.1.1.2.1.3.7.1", "1.3.6.1.2.1.17.1.4.1.2", "1.3.6.1.2.1.1"}
	kinds := []replay.FaultKind{replay.Timeout, replay.TooBig, replay.GenErr, replay.NoAccess, replay.Loop, replay.Repeat, replay.Swap, replay.Truncate}
	for seed := range seeds {
		r := rand.New(rand.NewPCG(uint64(seed), 7))
		var faults []replay.Fault
		for range 1 + r.IntN(3) {
			f := replay.Fault{Kind: kinds[r.IntN(len(kinds))], Under: roots[r.IntN(len(roots))], Bulk: r.IntN(4) == 0,
				Above: r.IntN(3) * 20, After: r.IntN(12), Times: r.IntN(4)}
			if f.Kind == replay.Timeout && f.Times == 0 {
				f.Times = 3 // each costs a wait
			}
			faults = append(faults, f)
		}
		a := device("10.0.0.1", 12)
		s := serve(t, replay.Options{Faults: faults}, a)
		c := quick(t, s)
		c.Timeout = 15 * time.Millisecond
		m, v := collect(t, c)
		s.Close()
		if !v.Answered {
			continue
		}
		for _, table := range snmp.Tables() {
			e, got := m.table(t, table.Name)
			want := under(a.Varbinds, table.Columns...)
			if table.Scalar {
				want = slices.DeleteFunc(want, func(v snmp.Varbind) bool { return !slices.Contains(table.Columns, strings.TrimSuffix(v.OID, ".0")) })
			}
			switch e.Outcome {
			case evidence.Complete:
				if diff := cmp.Diff(want, got); diff != "" {
					t.Errorf("seed %d, faults %+v: %s is called complete: %s", seed, faults, table.Name, diff)
				}
			case evidence.Empty:
				if len(want) > 0 {
					t.Errorf("seed %d, faults %+v: %s is called empty", seed, faults, table.Name)
				}
			}
		}
		if t.Failed() {
			return
		}
	}
}

// What agents are asked with is kept from the sink by the collector itself: the
// secrets of all credentials, whichever was accepted, in text and hexadecimal.
func TestWhatAgentsAreAskedWithIsNotKept(t *testing.T) {
	const community, key = "hunter2-community", "hunter2-private"
	a := device("10.0.0.1", 2)
	a.Varbinds = append(a.Varbinds,
		snmp.Varbind{OID: "1.3.6.1.2.1.1.4.0", Type: snmp.OctetString, Value: "ask with " + community},
		snmp.Varbind{OID: "1.3.6.1.2.1.1.6.0", Type: snmp.OctetString, Value: "서버실 " + key},
		snmp.Varbind{OID: "1.3.6.1.2.1.31.1.1.1.18.9", Type: snmp.OctetString, Value: community})
	s := serve(t, replay.Options{Community: community}, a)
	m, v := collect(t, quick(t, s, credential(t, inventory.Credential{Name: "c", SNMP: "v2c", Community: community}),
		credential(t, inventory.Credential{Name: "v3", SNMP: "v3", User: "auditor", Auth: "sha256", AuthKey: "hunter2-authentic", Priv: "aes", PrivKey: key})))
	if !v.Answered {
		t.Fatal(v.Detail)
	}
	for i, e := range m.entries {
		vbs, err := snmp.ParseVarbinds(e.Table, m.data[i])
		if err != nil {
			t.Fatal(err)
		}
		for _, vb := range vbs {
			if strings.Contains(vb.Value, "hunter2") {
				t.Errorf("%s holds %q", vb.OID, vb.Value)
			}
		}
	}
	if _, vbs := m.table(t, "system"); !slices.ContainsFunc(vbs, func(v snmp.Varbind) bool { return v.Value == "서버실 "+evidence.Marker }) {
		t.Errorf("%v", vbs)
	}
	if e, vbs := m.table(t, "ifXTable"); !slices.Contains(e.Redactions, evidence.RuleKnown) || vbs[len(vbs)-1].Value != evidence.Marker {
		t.Errorf("%v, %v", e.Redactions, vbs[len(vbs)-1])
	}
}
