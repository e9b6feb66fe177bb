package snmp

import (
	"cmp"
	"fmt"
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
	unread := 0
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
			// Selected is not attached: the partner may have refused. A port that is
			// down is attached to nothing (IEEE 802.1AX §6.4.12).
			if m.Unread = p.byIndex[index].passes() != no; m.Unread {
				unread++
			}
		}
		members[aggregate] = append(members[aggregate], m)
		sources[aggregate] = append(sources[aggregate], r.get(12), r.get(13))
	}
	if unread > 0 {
		d.truncate("dot3adAggPortTable", fmt.Sprintf("%d ports without dot3adAggPortAttachedAggID", unread))
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
		up := j.passes()
		members[higher] = append(members[higher], discovery.AggregatePort{IfIndex: lower, Attached: up == yes, Unread: up == unsaid})
		sources[higher] = append(sources[higher], r.get(3))
	}
	for _, index := range sortedKeys(members) {
		d.add(discovery.LinkAggregate{Fact: d.fact(sources[index]...), IfIndex: index, Members: members[index]})
	}
}

// answer is what a device says to a question, if it says anything.
type answer int

const (
	unsaid answer = iota
	yes
	no
)

// passes says whether an interface, which may be nil, passes packets. One that
// waits for an event, or does not know, says nothing (RFC 2863 §3.1.14).
func (i *port) passes() answer {
	switch {
	case i == nil:
		return unsaid
	case i.Admin == "down" || i.Admin == "testing":
		return no
	}
	switch i.Oper {
	case "up":
		return yes
	case "", "unknown", "dormant":
		return unsaid
	}
	return no
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
