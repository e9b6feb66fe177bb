package snmp

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"gujo/discovery"
)

const (
	aggEntry     = "1.2.840.10006.300.43.1.1.1.1"
	aggPortEntry = "1.2.840.10006.300.43.1.2.1.1"
)

// aggregates reports link aggregates: those of IEEE8023-LAG-MIB, and those that
// only ifStackTable shows, of which nobody said whether a protocol runs. One of
// which no port has a partner runs without a protocol: the table lists it too.
func (d *device) aggregates(p *ports) {
	members := make(map[int][]discovery.AggregatePort)
	sources := make(map[int][]variable)
	unread := make(map[string]int) // by column
	for _, r := range d.rows(aggPortEntry, 9, 12, 13, 14, 17, 21) {
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
		m := discovery.AggregatePort{IfIndex: index, Port: cmp.Or(bounded(r.number(14)), index), PartnerSystem: macOf(r.get(9).octets()), PartnerPort: bounded(r.number(17))}
		state, said := lacpState(r.get(21))
		switch {
		case r.get(13).Type == 0:
			// Selected is not attached: the partner may have refused. A port that is
			// down is attached to nothing (IEEE 802.1AX §6.4.12).
			if m.Unread = p.byIndex[index].passes() != no; m.Unread {
				unread["dot3adAggPortAttachedAggID"]++
			}
		case attached == 0:
		case state:
			m.Attached = true
		case said && m.PartnerSystem != "" && m.PartnerSystem != noMAC:
			// Attached, and yet it neither collects nor distributes (§6.4.13).
		default:
			// Of a port without a partner the state tells nothing, as no protocol runs.
			if m.Unread = p.byIndex[index].passes() != no; m.Unread {
				unread["dot3adAggPortActorOperState"]++
			}
		}
		members[aggregate] = append(members[aggregate], m)
		sources[aggregate] = append(sources[aggregate], r.get(12), r.get(13))
		if said && !state {
			sources[aggregate] = append(sources[aggregate], r.get(21))
		}
	}
	for _, column := range slices.Sorted(maps.Keys(unread)) {
		d.truncate("dot3adAggPortTable", fmt.Sprintf("%d ports without %s", unread[column], column))
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
		a := discovery.LinkAggregate{IfIndex: index, Protocol: "static", PartnerSystem: macOf(partners[index].octets()), Members: members[index]}
		for _, m := range a.Members {
			if a.PartnerSystem == "" || a.PartnerSystem == noMAC {
				a.PartnerSystem = cmp.Or(m.PartnerSystem, a.PartnerSystem)
			}
		}
		if a.PartnerSystem != "" && a.PartnerSystem != noMAC {
			a.Protocol = "lacp"
		}
		a.Fact = d.fact(append([]variable{partners[index]}, sources[index]...)...)
		d.add(a)
	}
	d.stackedAggregates(p, reported)
}

// lacpState says whether a port that an aggregate has attached is in service, out
// of its LacpState: aggregation, synchronization, collecting and distributing.
// They are the middle four of eight bits, so that it makes no difference whether
// an agent counts them from the left, as BITS are (RFC 2578 §7.1.4), or from the
// right, as the protocol does.
func lacpState(v variable) (inService, said bool) {
	const all = 0x3c
	octets := v.octets()
	if v.Type == 0 || len(octets) != 1 {
		return false, false
	}
	return octets[0]&all == all, true
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
