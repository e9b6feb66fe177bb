package resolve

import (
	"net/netip"
	"slices"

	"gujo/discovery"
	"gujo/discovery/evidence"
	"gujo/graph"
)

// drawCoverage says of each component what was and was not read. A target that
// never answered is the machine that others know under its address or, if there
// is none, stays an address.
func (r *resolver) drawCoverage() {
	for _, s := range r.subjects {
		id := r.componentOf(s)
		for _, g := range s.gaps {
			r.gaps = append(r.gaps, graph.Gap{Component: id, Table: g.Table, Reason: g.Reason, Detail: bounded(g.Detail, maxExcerpt)})
		}
		if len(s.covered) == 0 {
			continue
		}
		c := graph.Coverage{Component: id, Complete: []string{}}
		for _, v := range s.covered {
			switch v.Outcome {
			case string(evidence.Complete):
				c.Complete = append(c.Complete, v.Table)
			case string(evidence.Empty):
				c.Empty = append(c.Empty, v.Table)
			case string(evidence.NotAsked):
				c.NotAsked = append(c.NotAsked, v.Table)
			}
		}
		r.coverage = append(r.coverage, c)
	}
	r.missTargets()
}

// missTargets makes a gap of each address that an inventory names as a target
// and that no evidence is of: what nobody asked is not covered. A target named
// otherwise may be recorded under its address, so nothing is said of it.
func (r *resolver) missTargets() {
	told := map[zoned]bool{}
	for _, s := range r.subjects {
		if a, ok := hostAddress(s.Target); ok {
			told[zoned{s.Zone, a.String()}] = true
		}
	}
	for _, inv := range r.inventories {
		for _, t := range inv.Targets {
			a, ok := hostAddress(t.Address)
			k := zoned{zoneOf(inv), a.String()}
			if !ok || told[k] {
				continue
			}
			told[k] = true
			id := a.String()
			if m := r.index.owner(k.zone, a); m != nil {
				if m.read() {
					continue
				}
				id = m.id()
			}
			r.gaps = append(r.gaps, graph.Gap{Component: id, Reason: string(evidence.NotAsked)})
		}
	}
}

func (r *resolver) componentOf(s *subject) string {
	if s.machine != nil {
		return s.machine.id()
	}
	if a, ok := targetAddress(s.Target); ok {
		if m := r.index.owner(s.Zone, a); m != nil {
			return m.id()
		}
	}
	if m := only(r.index.name[zoned{s.Zone, foldName(s.Target)}]); m != nil {
		return m.id()
	}
	return displayName(s.Target)
}

// drawConflicts keeps what sources disagree about: one address, or one serial
// number, on two machines; two names for one machine.
func (r *resolver) drawConflicts() {
	type holder struct {
		machine *machine
		facts   []discovery.Fact
	}
	addresses := map[zoned][]holder{}
	serials := map[string][]holder{}
	keep := func(list []holder, m *machine, f discovery.Fact) []holder {
		for i := range list {
			if list[i].machine == m {
				list[i].facts = append(list[i].facts, f)
				return list
			}
		}
		return append(list, holder{m, []discovery.Fact{f}})
	}
	for _, m := range r.machines {
		names := map[string]graph.ConflictValue{}
		for _, s := range m.subjects {
			for _, a := range s.addresses {
				if addr := a.Prefix.Addr(); a.Prefix.IsValid() && ownable(addr) && !r.isVirtual(s.Zone, addr) {
					k := zoned{s.Zone, addr.String()}
					addresses[k] = keep(addresses[k], m, a.Fact)
				}
			}
			for _, id := range s.ids {
				if v := validSerial(id.Value); v != "" && id.Type == discovery.SerialIdentifier {
					serials[v] = keep(serials[v], m, id.Fact)
				}
			}
			for _, sys := range s.system {
				if n := displayName(sys.Name); n != "" {
					names[foldName(n)] = graph.ConflictValue{Value: n, Source: s.Target, Evidence: firstOf(r.cite(sys.Fact))}
				}
			}
		}
		if len(names) > 1 {
			c := graph.Conflict{Component: m.id(), Attribute: "name"}
			for _, n := range sortedKeys(names) {
				c.Values = append(c.Values, names[n])
			}
			r.conflicts = append(r.conflicts, c)
		}
	}
	report := func(attribute, value string, holders []holder) {
		if len(holders) < 2 {
			return
		}
		var values []graph.ConflictValue
		for _, h := range holders {
			values = append(values, graph.ConflictValue{Value: value, Source: h.machine.id(), Evidence: firstOf(r.cite(h.facts...))})
		}
		for _, h := range holders {
			r.conflicts = append(r.conflicts, graph.Conflict{Component: h.machine.id(), Attribute: attribute, Values: values})
		}
	}
	var keys []zoned
	for k := range addresses {
		keys = append(keys, k)
	}
	slices.SortFunc(keys, compareZoned)
	for _, k := range keys {
		report("address", k.value, addresses[k])
	}
	for _, v := range sortedKeys(serials) {
		report("serial", v, serials[v])
	}
}

func firstOf(refs []string) string {
	if len(refs) == 0 {
		return ""
	}
	return refs[0]
}

func compareZoned(x, y zoned) int {
	if x.zone != y.zone {
		if x.zone < y.zone {
			return -1
		}
		return 1
	}
	a, err1 := netip.ParseAddr(x.value)
	b, err2 := netip.ParseAddr(y.value)
	if err1 == nil && err2 == nil {
		return a.Compare(b)
	}
	if x.value < y.value {
		return -1
	}
	if x.value > y.value {
		return 1
	}
	return 0
}
