package snmp

import (
	"cmp"
	"slices"
	"strings"

	"gujo/discovery"
)

const (
	aggEntry     = "1.2.840.10006.300.43.1.1.1.1"
	aggPortEntry = "1.2.840.10006.300.43.1.2.1.1"
)

// aggregates reports link aggregates: those of IEEE8023-LAG-MIB, and those that
// only ifStackTable shows, of which nobody said whether a protocol runs.
func (d *device) aggregates(p *ports) {
	members := make(map[int][]discovery.AggregatePort)
	sources := make(map[int][]variable)
	for _, r := range d.rows(aggPortEntry, 9, 12, 13, 17) {
		parts := r.parts()
		if len(parts) != 1 {
			continue
		}
		index := ifIndex(int64(parts[0]))
		attached, selected := ifIndex(r.number(13)), ifIndex(r.number(12))
		aggregate := cmp.Or(attached, selected)
		if index == 0 || aggregate == 0 || aggregate == index {
			continue // in none, or alone
		}
		m := discovery.AggregatePort{IfIndex: index, Attached: attached != 0, PartnerSystem: macOf(r.get(9).octets()), PartnerPort: bounded(r.number(17))}
		if r.get(13).Type == 0 {
			// Not asked for: a port that is selected and up counts as attached.
			i := p.byIndex[index]
			m.Attached = i == nil || i.Oper == "" || i.Oper == "up"
		}
		members[aggregate] = append(members[aggregate], m)
		sources[aggregate] = append(sources[aggregate], r.get(12), r.get(13))
	}
	partners := make(map[int]variable)
	for _, r := range d.rows(aggEntry, 8) {
		if parts := r.parts(); len(parts) == 1 {
			index := ifIndex(int64(parts[0]))
			if i := p.byIndex[index]; len(members[index]) > 0 || i != nil && i.Type == typeLAG {
				partners[index] = r.get(8)
				if _, ok := members[index]; !ok {
					members[index] = nil // an aggregate whose ports all left it
				}
			}
		}
	}
	reported := make(map[int]bool)
	for _, index := range sortedKeys(members) {
		reported[index] = true
		a := discovery.LinkAggregate{IfIndex: index, Protocol: "lacp", PartnerSystem: macOf(partners[index].octets()), Members: members[index]}
		if a.PartnerSystem == "" {
			for _, m := range a.Members {
				a.PartnerSystem = cmp.Or(a.PartnerSystem, m.PartnerSystem)
			}
		}
		a.Fact = d.fact(append([]variable{partners[index]}, sources[index]...)...)
		d.add(a)
	}
	d.stackedAggregates(p, reported)
}

// stackedAggregates finds the bonds in ifStackTable: an interface that is an
// aggregate by type or name, on top of others.
func (d *device) stackedAggregates(p *ports, reported map[int]bool) {
	members := make(map[int][]discovery.AggregatePort)
	sources := make(map[int][]variable)
	for _, r := range d.rows(ifStackEntry, 3) {
		parts := r.parts()
		if len(parts) != 2 || r.number(3) != 1 {
			continue
		}
		higher, lower := ifIndex(int64(parts[0])), ifIndex(int64(parts[1]))
		i, j := p.byIndex[higher], p.byIndex[lower]
		if i == nil || j == nil || reported[higher] || !bundles(i) || bundles(j) {
			continue
		}
		members[higher] = append(members[higher], discovery.AggregatePort{IfIndex: lower, Attached: j.Oper == "" || j.Oper == "up"})
		sources[higher] = append(sources[higher], r.get(3))
	}
	for _, index := range sortedKeys(members) {
		d.add(discovery.LinkAggregate{Fact: d.fact(sources[index]...), IfIndex: index, Members: members[index]})
	}
}

// bundles says whether an interface is an aggregate: by its type, or, where the
// agent gives it another (Cisco: propVirtual), by its name.
func bundles(i *port) bool {
	if strings.Contains(i.Name, ".") {
		return false // a unit on top of one
	}
	if i.Type == typeLAG {
		return true
	}
	if i.Type != typePropVirt && i.Type != typeEthernet && i.Type != 0 {
		return false
	}
	for _, name := range []string{i.Name, i.Description} {
		letters, number, ok := cutNumber(strings.ToLower(name))
		if ok && number != "" && slices.Contains([]string{"po", "port-channel", "bundle-ether", "eth-trunk", "ae", "bond", "team",
			"bridge-aggregation", "route-aggregation", "lag", "trk"}, letters) {
			return true
		}
	}
	return false
}

// cutNumber splits a name into letters and the digits behind them.
func cutNumber(name string) (letters, number string, ok bool) {
	i := strings.IndexAny(name, "0123456789")
	if i < 1 || strings.Trim(name[i:], "0123456789") != "" {
		return "", "", false
	}
	return strings.TrimSpace(name[:i]), name[i:], true
}

func sortedKeys[V any](m map[int]V) []int {
	keys := make([]int, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}
