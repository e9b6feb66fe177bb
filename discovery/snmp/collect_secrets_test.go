package snmp_test

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"testing"

	"gujo/discovery/evidence"
	"gujo/discovery/inventory"
	"gujo/discovery/replay"
	"gujo/discovery/snmp"
)

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

func TestACredentialPrintsItsNameAlone(t *testing.T) {
	c := credential(t, inventory.Credential{Name: "monitoring", SNMP: "v3", User: "u", Auth: "sha", AuthKey: "hunter2-auth", Priv: "aes", PrivKey: "hunter2-priv"})
	for _, format := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"} {
		if s := fmt.Sprintf(format, c); strings.Contains(s, "hunter2") || strings.Contains(s, fmt.Sprintf("%x", "hunter2")) {
			t.Errorf("%s prints %s", format, s)
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
