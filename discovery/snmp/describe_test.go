package snmp

import "testing"

func TestAnObjectIsDescribedAsItsMIBNamesIt(t *testing.T) {
	for _, c := range []struct{ oid, value, object, meaning string }{
		{"1.0.8802.1.1.2.1.4.1.1.9.800.2.1", "edge1", "lldpRemSysName.800.2.1", ""},
		{"1.3.6.1.2.1.1.5.0", "edge1", "sysName.0", ""},
		{"1.3.6.1.2.1.4.1.0", "2", "ipForwarding.0", "notForwarding"},
		{"1.3.6.1.2.1.2.2.1.8.3", "1", "ifOperStatus.3", "up"},
		{"1.3.6.1.2.1.2.2.1.8.3", "99", "ifOperStatus.3", ""},
		{"1.3.6.1.2.1.207.1.1.1.1.3.3.10.1", "0a140002", "vrrpv3OperationsMasterIpAddr.3.10.1", "10.20.0.2"},
		{"1.3.6.1.2.1.207.1.1.1.1.3.3.10.1", "0a14", "vrrpv3OperationsMasterIpAddr.3.10.1", ""},
		{"1.3.6.1.4.1.99999.1", "x", "", ""},
		{"22", "service minwon", "", ""},
		{"", "", "", ""},
	} {
		object, meaning := Describe(c.oid, c.value)
		if object != c.object || meaning != c.meaning {
			t.Errorf("Describe(%q, %q) = %q, %q, want %q, %q", c.oid, c.value, object, meaning, c.object, c.meaning)
		}
	}
}
