package inventory

import (
	"fmt"
	"slices"
	"strings"
	"unicode"
)

func (d *decoder) checkZone(zone *string) {
	if *zone == "" || len(*zone) > 100 || strings.ContainsFunc(*zone, func(r rune) bool {
		return r == '~' || r == '/' || unicode.IsSpace(r) || !unicode.IsPrint(r)
	}) {
		d.add(d.at[zone], "%s is no name of a zone: want up to 100 letters without blanks, / and ~", quote(*zone))
	}
}

func (d *decoder) checkTargets(inv *Inventory, credentials *idList) {
	seen := map[string]int{}
	for i := range inv.Targets {
		t := &inv.Targets[i]
		if d.require(t, &t.Address, "address") {
			host, port, err := SplitAddress(t.Address)
			if err != nil {
				d.add(d.at[&t.Address], "address: %v", err)
			} else {
				key := fmt.Sprintf("%s:%d", strings.ToLower(host), port)
				if first, dup := seen[key]; dup {
					d.add(d.at[&t.Address], "the target %s is named twice, first in line %d", quote(t.Address), first)
				}
				seen[key] = d.at[&t.Address].line
			}
		}
		d.single(t.Credentials, "credentials")
		for j := range t.Credentials {
			d.refer(credentials, &t.Credentials[j])
		}
	}
}

func (d *decoder) checkCredentials(inv *Inventory) *idList {
	ids := newIDs("credential", "credentials")
	for i := range inv.Credentials {
		c := &inv.Credentials[i]
		if d.require(c, &c.Name, "name") {
			if first, dup := ids.at[c.Name]; dup {
				d.add(d.at[&c.Name], "there are two credentials of this name, the first in line %d", first.line)
			} else {
				ids.at[c.Name] = d.at[&c.Name]
				ids.names = append(ids.names, c.Name)
			}
		}
		for _, w := range []struct {
			field *string
			key   string
			words []string
		}{{&c.SNMP, "snmp", snmpVersions}, {&c.Auth, "auth", authWords}, {&c.Priv, "priv", privWords}} {
			if d.given(w.field) && !slices.Contains(w.words, *w.field) {
				d.add(d.at[w.field], "%s: want %s", w.key, orList(w.words))
			}
		}
		for j, ref := range c.references() {
			if d.given(ref) {
				if err := checkReference(*ref); err != nil {
					d.add(d.at[ref], "%s: %v", []string{"community", "auth_key", "priv_key"}[j], err)
				}
			}
		}
		if !d.require(c, &c.SNMP, "snmp") {
			continue
		}
		switch c.SNMP {
		case "v1", "v2c":
			d.require(c, &c.Community, "community")
			d.misplaced(c, map[string]*string{"user": &c.User, "auth": &c.Auth, "auth_key": &c.AuthKey, "priv": &c.Priv,
				"priv_key": &c.PrivKey, "context": &c.Context})
		case "v3":
			d.require(c, &c.User, "user")
			d.misplaced(c, map[string]*string{"community": &c.Community})
			d.together(c, "auth", &c.Auth, "auth_key", &c.AuthKey)
			d.together(c, "priv", &c.Priv, "priv_key", &c.PrivKey)
			if c.Priv != "" && c.Auth == "" {
				d.add(d.at[&c.Priv], "priv needs auth: SNMPv3 does not encrypt without authentication (RFC 3414)")
			}
		}
	}
	return ids
}

func (d *decoder) misplaced(c *Credential, fields map[string]*string) {
	for key, f := range fields { // the problems are sorted by place
		if d.given(f) {
			d.add(d.at[f], "%s has no meaning for snmp %s", key, c.SNMP)
		}
	}
}

func (d *decoder) together(c *Credential, k1 string, f1 *string, k2 string, f2 *string) {
	switch {
	case *f1 != "" && *f2 == "":
		d.add(d.at[f1], "%s is given without %s", k1, k2)
	case *f1 == "" && *f2 != "":
		d.add(d.at[f2], "%s is given without %s", k2, k1)
	}
}
