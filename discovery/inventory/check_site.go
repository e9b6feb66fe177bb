package inventory

import (
	"slices"
	"strings"
	"time"

	"gujo/graph"
)

func (d *decoder) checkPlaces(inv *Inventory) *idList {
	ids := newIDs("place", "places")
	for i := range inv.Places {
		p := &inv.Places[i]
		d.declare(ids, p, &p.ID)
		d.require(p, &p.Kind, "kind")
		d.oneOf(&p.Kind, "kind", placeKinds)
	}
	kind, in := map[string]string{}, map[string][]edge{}
	for i := range inv.Places {
		p := &inv.Places[i]
		d.refer(ids, &p.In, placeKinds...)
		kind[p.ID] = p.Kind
		if p.In != "" {
			in[p.ID] = []edge{{p.In, d.at[&p.In]}}
		}
	}
	for i := range inv.Places {
		p := &inv.Places[i]
		if outer := kind[p.In]; p.In != "" && outer != "" && p.Kind != "" && slices.Contains(placeKinds, p.Kind) {
			from, _ := graph.ParseKind(p.Kind)
			to, err := graph.ParseKind(outer)
			if err == nil && !graph.LocatedIn.Allows(from, to) {
				d.add(d.at[&p.In], "a %s cannot stand in a %s", p.Kind, outer)
			}
		}
	}
	d.cycles("stands in", in)
	return ids
}

func (d *decoder) checkPower(inv *Inventory, places *idList) *idList {
	ids := newIDs("power source", "power")
	for i := range inv.Power {
		p := &inv.Power[i]
		d.declare(ids, p, &p.ID)
		d.require(p, &p.Type, "type")
		d.oneOf(&p.Type, "type", powerTypes)
		d.refer(places, &p.In, placeKinds...)
	}
	// A machine that is a power source feeds like one declared here.
	for i := range inv.Machines {
		if m := &inv.Machines[i]; m.Kind == graph.PowerSource.String() && m.Machine != "" {
			if _, ok := ids.at[m.Machine]; !ok {
				ids.at[m.Machine] = d.at[&m.Machine]
				ids.names = append(ids.names, m.Machine)
			}
		}
	}
	from := map[string][]edge{}
	for i := range inv.Power {
		p := &inv.Power[i]
		d.single(p.From, "from")
		for j := range p.From {
			d.refer(ids, &p.From[j], graph.PowerSource.String())
			from[p.ID] = append(from[p.ID], edge{p.From[j], d.at[&p.From[j]]})
		}
	}
	d.cycles("is fed from", from)
	return ids
}

func (d *decoder) checkAttached(list []string) {
	d.single(list, "attached_to")
	for i := range list {
		if prefix, bits, ok := strings.Cut(list[i], "/"); ok && looksLikeSubnet(prefix, bits) {
			if _, err := parsePrefix(list[i]); err != nil {
				d.add(d.at[&list[i]], "attached_to: %v", err)
			}
		}
	}
}

func (d *decoder) checkMachines(inv *Inventory, places, power *idList) {
	seen := map[string]int{}
	hosts := map[string][]edge{}
	for i := range inv.Machines {
		m := &inv.Machines[i]
		if d.require(m, &m.Machine, "machine") {
			if first, dup := seen[m.Machine]; dup {
				d.add(d.at[&m.Machine], "the machine %s is described twice, first in line %d", quote(m.Machine), first)
			} else {
				seen[m.Machine] = d.at[&m.Machine].line
			}
		}
		d.oneOf(&m.Kind, "kind", machineKinds)
		d.refer(places, &m.In, placeKinds...)
		// One source for two supplies is worth declaring, so it may stand there twice.
		for j := range m.Power {
			d.refer(power, &m.Power[j], graph.PowerSource.String())
		}
		if m.Host != "" {
			hosts[m.Machine] = []edge{{m.Host, d.at[&m.Host]}}
			if m.Virtual != nil && !*m.Virtual {
				d.add(d.at[&m.Host], "host is given of a machine that is said not to be virtual")
			}
		}
		d.checkAttached(m.AttachedTo)
		d.single(m.Requires, "requires")
		if i := slices.Index(m.Requires, m.Machine); i >= 0 && m.Machine != "" {
			d.add(d.at[&m.Requires[i]], "the machine %s requires itself", quote(m.Machine))
		}
		installed, ok1 := d.date(&m.Installed, "installed")
		end, ok2 := d.date(&m.EndOfSupport, "end_of_support")
		if ok1 && ok2 && end.Before(installed) {
			d.add(d.at[&m.EndOfSupport], "end_of_support lies before installed")
		}
		for _, h := range []struct {
			key   string
			field *float64
		}{{"mtbf_hours", &m.MTBFHours}, {"mttr_hours", &m.MTTRHours}} {
			if d.given(h.field) && *h.field <= 0 {
				d.add(d.at[h.field], "%s is %v, want more than 0", h.key, *h.field)
			}
		}
	}
	d.cycles("runs on", hosts)
}

func (d *decoder) date(field *string, key string) (time.Time, bool) {
	if !d.given(field) {
		return time.Time{}, false
	}
	t, err := time.Parse(time.DateOnly, *field)
	if err != nil {
		d.add(d.at[field], "%s is %s, want a date such as 2026-03-31 (year-month-day)", key, quote(*field))
	}
	return t, err == nil
}

func (d *decoder) checkPairs(inv *Inventory) {
	ids := newIDs("pair", "pairs")
	for i := range inv.Pairs {
		p := &inv.Pairs[i]
		d.declare(ids, p, &p.ID)
		d.single(p.Members, "members")
		d.single(p.UsedBy, "used_by")
		d.oneOf(&p.Role, "role", groupRoles)
		if d.failed[p] || d.failed[&p.Members] {
			continue
		}
		if len(p.Members) < 2 {
			d.add(d.at[p], "a pair has two members or more, this has %d", len(p.Members))
			continue
		}
		if d.given(&p.K) && p.K < 1 {
			d.add(d.at[&p.K], "k is %d, want 1 or more: it is how many of the members are needed", p.K)
		}
		if d.given(&p.Designed) && p.Designed < len(p.Members) {
			d.add(d.at[&p.Designed], "designed is %d, yet %d members are named", p.Designed, len(p.Members))
		} else if most := max(p.Designed, len(p.Members)); p.K > most {
			d.add(d.at[&p.K], "k is %d of %d members, want k ≤ designed", p.K, most)
		}
		for j := range p.UsedBy {
			if slices.Contains(p.Members, p.UsedBy[j]) {
				d.add(d.at[&p.UsedBy[j]], "%s is a member and cannot need the pair too", quote(p.UsedBy[j]))
			}
		}
	}
}

func (d *decoder) checkInline(inv *Inventory) {
	seen := map[string]int{}
	for i := range inv.Inline {
		n := &inv.Inline[i]
		if d.require(n, &n.Machine, "machine") {
			if first, dup := seen[n.Machine]; dup {
				d.add(d.at[&n.Machine], "the inline device %s is declared twice, first in line %d", quote(n.Machine), first)
			} else {
				seen[n.Machine] = d.at[&n.Machine].line
			}
		}
		d.require(n, &n.OnFailure, "on_failure")
		d.oneOf(&n.OnFailure, "on_failure", failureWords)
	}
}
