package replay_test

import (
	"maps"
	"net/netip"
	"path/filepath"
	"strings"
	"testing"

	"gujo/discovery/replay"
	"gujo/discovery/snmp"
	"gujo/samples/outside"
)

func start(t testing.TB, agents []replay.Agent, o replay.Options) *replay.Server {
	t.Helper()
	s, err := replay.Start(agents, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

var users = []replay.User{
	{Name: "md5des", Auth: "md5", AuthKey: "authentic-1", Priv: "des", PrivKey: "private-22"},
	{Name: "shaaes", Auth: "sha", AuthKey: "authentic-2", Priv: "aes", PrivKey: "private-33"},
	{Name: "sha256aes", Auth: "sha256", AuthKey: "authentic-3", Priv: "aes", PrivKey: "private-44"},
	{Name: "sha512", Auth: "sha512", AuthKey: "authentic-4"},
	{Name: "nobody"},
}

var credentials = map[string][]string{
	"v2c":        {"-v2c", "-c", "public"},
	"v3 MD5/DES": {"-v3", "-l", "authPriv", "-u", "md5des", "-a", "MD5", "-A", "authentic-1", "-x", "DES", "-X", "private-22"},
	"v3 SHA/AES": {"-v3", "-l", "authPriv", "-u", "shaaes", "-a", "SHA", "-A", "authentic-2", "-x", "AES", "-X", "private-33"},
	"v3 SHA-256/AES": {"-v3", "-l", "authPriv", "-u", "sha256aes", "-a", "SHA-256", "-A", "authentic-3",
		"-x", "AES", "-X", "private-44"},
	"v3 SHA-512": {"-v3", "-l", "authNoPriv", "-u", "sha512", "-a", "SHA-512", "-A", "authentic-4"},
	"v3 none":    {"-v3", "-l", "noAuthNoPriv", "-u", "nobody"},
}

// net-snmp is the judge: what it reads back is what the file holds.
func TestNetSNMPReadsBackExactlyWhatTheFileHolds(t *testing.T) {
	outside.Program(t, "snmpbulkwalk", "snmp")
	for _, file := range []string{
		"snmp-devices/procurve.snmprec", "snmp-devices/ios_c3560.snmprec", "snmp-devices/apc_ats.snmprec",
		"snmp-networks/nms17216/switch1-walk.txt",
	} {
		t.Run(filepath.Base(file), func(t *testing.T) {
			agents, err := replay.Load(outside.Shared(t, "corpora/"+file))
			if err != nil {
				t.Fatal(err)
			}
			at := start(t, agents, replay.Options{Community: "public", Users: users}).Agents()[0].At
			// An agent gives an object once; a file that has it twice was anonymised.
			want, seen := map[string]bool{}, map[string]bool{}
			for _, v := range agents[0].Varbinds {
				if !seen[v.OID] && v.Type != snmp.EndOfMibView {
					want[outside.Printed(v.OID, byte(v.Type), v.Value)] = true
				}
				seen[v.OID] = true
			}
			if len(want) < 50 {
				t.Fatalf("only %d variables in the file", len(want))
			}
			for kind, credential := range credentials {
				t.Run(kind, func(t *testing.T) { compare(t, at, credential, "snmpbulkwalk", want) })
			}
			if strings.Contains(file, "apc_ats") {
				narrow := map[string]bool{} // v1 has no Counter64
				for l := range want {
					narrow[l] = !strings.Contains(l, "Counter64")
				}
				maps.DeleteFunc(narrow, func(_ string, in bool) bool { return !in })
				t.Run("v1 GETNEXT", func(t *testing.T) { compare(t, at, []string{"-v1", "-c", "public"}, "snmpwalk", narrow) })
				t.Run("v2c GETNEXT", func(t *testing.T) { compare(t, at, credentials["v2c"], "snmpwalk", want) })
			}
		})
	}
}

// compare walks the three branches of the tree and wants what is there, no more.
func compare(t *testing.T, at netip.AddrPort, credential []string, program string, want map[string]bool) {
	found := map[string]bool{}
	for _, branch := range []string{".1.0", ".1.2", ".1.3"} {
		some := false
		for l := range want {
			some = some || strings.HasPrefix(l, branch+".")
		}
		if !some {
			continue
		}
		for _, l := range outside.Lines(outside.Ask(t, at, credential, program, branch)) {
			found[l] = true
			if !want[l] {
				t.Errorf("%s prints what is not in the file: %s", program, l)
			}
		}
	}
	for l := range want {
		if !found[l] {
			t.Errorf("%s does not print %s", program, l)
		}
	}
}

func TestNetSNMPIsToldWhatIsNotThere(t *testing.T) {
	at := start(t, []replay.Agent{{Name: "a", Varbinds: []snmp.Varbind{
		{OID: "1.3.6.1.2.1.1.5.0", Type: snmp.OctetString, Value: "core-1"},
		{OID: "1.3.6.1.2.1.31.1.1.1.6.1", Type: snmp.Counter64, Value: "18446744073709551615"},
		{OID: "1.3.6.1.2.1.31.1.1.1.15.1", Type: snmp.Integer, Value: "-2147483648"},
	}}}, replay.Options{}).Agents()[0].At
	got := string(outside.Ask(t, at, credentials["v2c"], "snmpget", ".1.3.6.1.2.1.1.5.0", ".1.3.6.1.2.1.1.5.1", ".1.3.6.1.2.1.99.0", ".1.3.6.1.2.1.31.1.1.1.6.1", ".1.3.6.1.2.1.31.1.1.1.15.1"))
	want := `.1.3.6.1.2.1.1.5.0 = Hex-STRING: 63 6F 72 65 2D 31
.1.3.6.1.2.1.1.5.1 = No Such Instance currently exists at this OID
.1.3.6.1.2.1.99.0 = No Such Object available on this agent at this OID
.1.3.6.1.2.1.31.1.1.1.6.1 = Counter64: 18446744073709551615
.1.3.6.1.2.1.31.1.1.1.15.1 = INTEGER: -2147483648
`
	if got = strings.ReplaceAll(got, " \n", "\n"); got != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}
}
