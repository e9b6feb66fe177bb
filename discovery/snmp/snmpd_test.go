package snmp_test

import (
	"fmt"
	"net"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"gujo/discovery/evidence"
	"gujo/discovery/inventory"
	"gujo/samples/outside"
)

// snmpd runs net-snmp's agent on loopback, with a configuration of its own.
func snmpd(t testing.TB) netip.AddrPort {
	t.Helper()
	path := outside.Program(t, "snmpd", "snmpd")
	outside.Program(t, "snmpbulkwalk", "snmp")
	free, err := net.ListenPacket("udp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	where := free.LocalAddr().(*net.UDPAddr).AddrPort()
	free.Close()
	dir := t.TempDir()
	conf := filepath.Join(dir, "snmpd.conf")
	text := fmt.Sprintf(`[snmp] persistentDir %s
[snmpd]
agentAddress udp:%s
rocommunity public
createUser auditor SHA-256 "authentic-key" AES "private-key"
rouser auditor authPriv
createUser older SHA "authentic-key" DES "private-key"
rouser older authPriv
createUser reader SHA-512 "authentic-key"
rouser reader authNoPriv
sysName test.invalid
`, dir, where)
	if err := os.WriteFile(conf, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(path, "-f", "-C", "-c", conf, "-Lf", filepath.Join(dir, "log"), "-I", "-smux", "-M", "/nonexistent", "-m", "")
	cmd.Env = append(os.Environ(), "SNMP_PERSISTENT_DIR="+dir, "SNMPCONFPATH="+dir)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { cmd.Process.Kill(); cmd.Wait() })
	for deadline := time.Now().Add(10 * time.Second); ; time.Sleep(50 * time.Millisecond) {
		c := quick(t, fixed(where))
		if v, err := c.Collect(t.Context(), target(), &memory{}); err == nil && v.Answered {
			return where
		}
		if time.Now().After(deadline) {
			log, _ := os.ReadFile(filepath.Join(dir, "log"))
			t.Skipf("snmpd does not start here: %s", log)
		}
	}
}

// judged gives what snmpbulkwalk prints of a column.
func judged(t *testing.T, where netip.AddrPort, credential []string, column string) []string {
	t.Helper()
	return slices.DeleteFunc(outside.Lines(outside.Ask(t, where, credential, "snmpbulkwalk", column)), func(line string) bool {
		return strings.Contains(line, "No Such")
	})
}

// The peer is net-snmp's agent, the judge its own walker: no line of either is ours.
func TestNetSNMPsAgentGivesUsWhatItGivesItsOwnWalker(t *testing.T) {
	where := snmpd(t)
	v3 := func(user, auth, priv string) inventory.Credential {
		c := inventory.Credential{Name: "v3", SNMP: "v3", User: user, Auth: auth, AuthKey: "authentic-key", Priv: priv}
		if priv != "" {
			c.PrivKey = "private-key"
		}
		return c
	}
	for _, tt := range []struct {
		name string
		cred inventory.Credential
		args []string
	}{
		{"v1", inventory.Credential{Name: "c", SNMP: "v1", Community: "public"}, []string{"-v2c", "-c", "public"}},
		{"v2c", inventory.Credential{Name: "c", SNMP: "v2c", Community: "public"}, []string{"-v2c", "-c", "public"}},
		{"v3 SHA-256 AES", v3("auditor", "sha256", "aes"), []string{"-v3", "-l", "authPriv", "-u", "auditor", "-a", "SHA-256", "-A", "authentic-key", "-x", "AES", "-X", "private-key"}},
		{"v3 SHA DES", v3("older", "sha", "des"), []string{"-v2c", "-c", "public"}},
		{"v3 SHA-512", v3("reader", "sha512", ""), []string{"-v2c", "-c", "public"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			m, v := collect(t, quick(t, fixed(where), credential(t, tt.cred)))
			if !v.Answered {
				t.Fatal(v.Detail)
			}
			rows := 0
			// What does not change by itself while it is read.
			for _, name := range []string{"sysORTable", "ifTable", "ifXTable", "ifStackTable", "ipAddrTable", "ipAddressTable", "hrFSTable", "ip"} {
				var want []string
				for _, c := range columns(name) {
					args := tt.args
					if name != "ifXTable" { // its own v3 derives the key anew for every column
						args = []string{"-v2c", "-c", "public"}
					}
					want = append(want, judged(t, where, args, "."+c)...)
				}
				e, got := m.table(t, name)
				var printed []string
				for _, r := range got {
					printed = append(printed, outside.Printed(r.OID, byte(r.Type), r.Value))
				}
				slices.Sort(want)
				slices.Sort(printed)
				if diff := cmp.Diff(want, printed); diff != "" {
					t.Errorf("%s: %s", name, diff)
				}
				if outcome := map[bool]evidence.Outcome{true: evidence.Complete, false: evidence.Empty}[len(want) > 0]; e.Outcome != outcome {
					t.Errorf("%s is %s %s, want %s", name, e.Outcome, e.Detail, outcome)
				}
				rows += len(got)
			}
			if rows < 15 {
				t.Errorf("only %d rows compared", rows)
			}
			for _, e := range m.entries {
				if e.Outcome == evidence.Gap {
					t.Errorf("%s is a gap: %s %s", e.Table, e.Reason, e.Detail)
				}
			}
		})
	}
	for _, tt := range []struct {
		name           string
		cred           inventory.Credential
		reason, detail string
	}{
		{"a wrong community", inventory.Credential{Name: "c", SNMP: "v2c", Community: "privat"}, evidence.ReasonDenied, "accepts none"},
		{"a wrong authentication key", inventory.Credential{Name: "c", SNMP: "v3", User: "auditor", Auth: "sha256", AuthKey: "authentic-kez", Priv: "aes", PrivKey: "private-key"}, evidence.ReasonDenied, "wrong authentication key"},
		{"a wrong authentication protocol", inventory.Credential{Name: "c", SNMP: "v3", User: "auditor", Auth: "md5", AuthKey: "authentic-key", Priv: "aes", PrivKey: "private-key"}, evidence.ReasonDenied, "wrong authentication key"},
		{"an unknown user", inventory.Credential{Name: "c", SNMP: "v3", User: "auditoz", Auth: "sha256", AuthKey: "authentic-key"}, evidence.ReasonDenied, "does not know the user"},
		{"a wrong privacy key", inventory.Credential{Name: "c", SNMP: "v3", User: "auditor", Auth: "sha256", AuthKey: "authentic-key", Priv: "aes", PrivKey: "private-kez"}, evidence.ReasonDenied, "wrong privacy key"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, v := collect(t, quick(t, fixed(where), credential(t, tt.cred)))
			if v.Answered || v.Reason != tt.reason || !strings.Contains(v.Detail, tt.detail) {
				t.Errorf("got %q %q, want %q %q", v.Reason, v.Detail, tt.reason, tt.detail)
			}
		})
	}
}
