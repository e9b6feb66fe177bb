package snmp

import (
	"fmt"
	"net/netip"
	"strings"

	"github.com/gosnmp/gosnmp"

	"gujo/discovery/evidence"
)

// learn keeps for other agents what this one taught.
func (v *visit) learn() {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.accepted == nil {
		v.accepted, v.floors = map[string]string{}, map[string]int{}
	}
	v.accepted[v.key()], v.lastGood = v.session.cred.key(), v.session.cred.key()
	if model := v.value("system", "1.3.6.1.2.1.1.2.0"); model != "" && v.session.cred.version != gosnmp.Version1 {
		v.floors[model] = max(v.floors[model], v.session.floor)
	}
}

// value gives an object out of what was read.
func (v *visit) value(table, oid string) string {
	for _, e := range v.entries {
		if e.Entry.Table != table {
			continue
		}
		vbs, _ := ParseVarbinds(table, e.Data)
		for _, vb := range vbs {
			if vb.OID == oid {
				return vb.Value
			}
		}
	}
	return ""
}

// meet tells at which address the machine was met before, if it was, and
// remembers it. An engine identifier alone is no identity (clones share it), nor
// is a name: engine, name, model, and all MAC and IP addresses must agree, of
// which there is one of either at least, and the address asked among them.
// Whether two subjects are one machine in any other case is not decided here.
func (v *visit) meet() netip.Addr {
	if forwarded(v.target) {
		return netip.Addr{}
	}
	var b strings.Builder
	own := false
	fmt.Fprintf(&b, "%s\x00", v.target.Zone)
	for _, oid := range []string{"1.3.6.1.2.1.1.1.0", "1.3.6.1.2.1.1.2.0", "1.3.6.1.2.1.1.5.0"} {
		fmt.Fprintf(&b, "%s\x00", v.value("system", oid))
	}
	fmt.Fprintf(&b, "%s\x00", v.value("snmpEngine", "1.3.6.1.6.3.10.2.1.1.0"))
	macs, addresses := 0, 0
	for _, e := range v.entries {
		if e.Entry.Outcome == evidence.Gap {
			return netip.Addr{} // what was not read whole proves nothing
		}
		vbs, _ := ParseVarbinds(e.Entry.Table, e.Data)
		for _, vb := range vbs {
			_, mac := Under(vb.OID, "1.3.6.1.2.1.2.2.1.6")
			_, ip := Under(vb.OID, "1.3.6.1.2.1.4.20.1.1")
			if mac || ip {
				fmt.Fprintf(&b, "%s=%s\x00", vb.OID, vb.Value)
			}
			if mac && len(vb.Value) == 6 && vb.Value != "\x00\x00\x00\x00\x00\x00" {
				macs++
			}
			if ip {
				addresses++
				own = own || vb.Value == v.target.Address.String()
			}
		}
	}
	if macs == 0 || !own || addresses < 2 {
		return netip.Addr{}
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.met == nil {
		v.met = map[string]netip.Addr{}
	}
	first, ok := v.met[b.String()]
	if !ok {
		v.met[b.String()] = v.target.Address
		return netip.Addr{}
	}
	if first == v.target.Address {
		return netip.Addr{} // the same target again, in another run
	}
	return first
}

func (c *Collector) floor(model string) int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.floors[model]
}
