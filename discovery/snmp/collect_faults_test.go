package snmp_test

import (
	"context"
	"math/rand/v2"
	"net"
	"net/netip"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"gujo/discovery/evidence"
	"gujo/discovery/inventory"
	"gujo/discovery/replay"
	"gujo/discovery/snmp"
)

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

func TestADeviceOfWhichNoValueCameAnsweredButWasNotRead(t *testing.T) {
	for _, tt := range []struct {
		name  string
		fault replay.Fault
		read  bool
	}{
		{"genErr to everything", replay.Fault{Kind: replay.GenErr, Under: "1"}, false},
		{"no access to anything", replay.Fault{Kind: replay.NoAccess, Under: "1"}, false},
		{"genErr to one table", replay.Fault{Kind: replay.GenErr, Under: "1.3.6.1.2.1.2.2.1"}, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := serve(t, replay.Options{Faults: []replay.Fault{tt.fault}}, device("10.0.0.1", 4))
			m, v := collect(t, quick(t, s))
			rows := 0
			for _, table := range snmp.Tables() {
				_, got := m.table(t, table.Name)
				rows += len(got)
			}
			if !v.Answered || v.Read != tt.read || v.Read != (rows > 0) {
				t.Errorf("answered %v, read %v, with %d rows; want answered, read %v", v.Answered, v.Read, rows, tt.read)
			}
			if (v.Reason == "") != tt.read {
				t.Errorf("the reason is %q %q", v.Reason, v.Detail)
			}
		})
	}
}
