package resolve

import (
	"cmp"
	"net/netip"
	"slices"
	"strings"

	"gujo/discovery"
)

// heardRow is a row of a neighbour table on its way to a half.
type heardRow struct {
	discovery.Neighbor
	subject *subject
	from    end
	machine *machine
	against string
}

// place tells where the row was heard: at the interface or, where that is not
// known, under the name that its own machine gives it. The ports of an aggregate
// are one place for whoever has a name of its own: they lead to one system.
func (row *heardRow) place() heardPlace {
	if !factoryName(row.Name) {
		for _, a := range row.subject.aggregates {
			if slices.ContainsFunc(a.Members, func(p discovery.AggregatePort) bool { return p.IfIndex == row.IfIndex && row.IfIndex != 0 }) {
				return heardPlace{end: end{machine: row.from.machine}, index: a.IfIndex}
			}
		}
	}
	if row.from.port != nil {
		return heardPlace{end: row.from}
	}
	return heardPlace{end: row.from, local: displayName(row.LocalPort), index: row.IfIndex}
}

type heardPlace struct {
	end
	local string
	index int
}

// identifies reports whether the row says of a machine what no other machine has
// in common with it: a serial number, a chassis, an address. A name alone is not
// that: whoever sets up a second switch like the first one, or does not set it up
// at all, makes two of one name.
func (row *heardRow) identifies(m *machine) bool {
	n, zone := row.Neighbor, row.subject.Zone
	if m.serials[validSerial(n.Serial)] || m.serials[validSerial(n.Name)] {
		return true
	}
	for _, mac := range []string{chassisMAC(n), parseMAC(n.Name)} {
		if tellsApart(mac) && (m.macs[mac] || m.chassis["4:"+mac]) {
			return true
		}
	}
	if !m.in(zone) {
		return false
	}
	// An interface's name is no chassis: there is an eth0 in each of them.
	if c := neighbourChassis(n); c != "" && n.ChassisSubtype != 6 && !factoryName(n.Chassis) && m.chassis[c] {
		return true
	}
	return slices.ContainsFunc(addressesOf(n), func(a netip.Addr) bool { return m.has(zone, a) || m.alias[a.String()] })
}

// strong reports whether the row says anything that identifies a machine.
func (row *heardRow) strong() bool {
	n := row.Neighbor
	return validSerial(n.Serial) != "" || tellsApart(chassisMAC(n)) || tellsApart(parseMAC(n.Name)) || len(addressesOf(n)) > 0 ||
		neighbourChassis(n) != "" && n.ChassisSubtype != 6 && !factoryName(n.Chassis)
}

// differs reports whether the row names another chassis than the machine's.
func (row *heardRow) differs(m *machine) bool {
	mac := chassisMAC(row.Neighbor)
	return tellsApart(mac) && m.hasChassisMAC() && !m.macs[mac] && !m.chassis["4:"+mac]
}

// factoryName reports whether a name is one that makers give to all their machines.
func factoryName(name string) bool {
	switch shortName(foldName(name)) {
	case "", "(none)", "amnesiac", "aruba", "brocade", "cisco", "ciscoasa", "console", "debian", "default", "dell", "device", "eos", "firewall", "fortigate",
		"h3c", "hostname", "hp", "hpe", "huawei", "juniper", "linux", "localhost", "mikrotik", "n/a", "netgear", "none", "openwrt", "procurve", "quidway",
		"raspberrypi", "root", "router", "ruckus", "server", "switch", "sysname", "system", "ubnt", "ubuntu", "unifi", "unknown", "vyos", "xcp-ng":
		return true
	}
	return false
}

// hearMachines makes machines of what the remaining rows tell. Rows mean one
// machine if they share what identifies it, or stand at one interface. Rows of one
// name at two places may mean one or two: they are taken for two, so that nothing
// counts as a second way because two have one name, and nobody read either.
func (r *resolver) hearMachines(rows []*heardRow) {
	heard := newIndex(nil)
	at := map[heardPlace][]*heardRow{} // the rows of one port, or of one aggregate
	for _, row := range rows {
		at[row.place()] = append(at[row.place()], row)
	}
	// First the ports where two protocols speak, as they join what the one calls
	// the machine with what the other does; last who has nothing but a name.
	order := slices.DeleteFunc(slices.Clone(rows), func(row *heardRow) bool { return row.machine != nil })
	rank := func(row *heardRow) int {
		switch {
		case !row.strong():
			return 2
		case slices.ContainsFunc(at[row.place()], func(o *heardRow) bool { return o.Protocol != row.Protocol }):
			return 0
		}
		return 1
	}
	slices.SortStableFunc(order, func(x, y *heardRow) int { return cmp.Compare(rank(x), rank(y)) })
	named := map[zoned]*heardRow{} // the first of a name
	for _, row := range order {
		m := heardAlready(heard, at[row.place()], row)
		if m == nil {
			m = newMachine(row.subject.Zone)
			m.outOfScope = true
			m.heardAt = row.from
			r.machines = append(r.machines, m)
			if k := (zoned{m.zone, foldName(row.Name)}); named[k] == nil {
				named[k] = row
			} else if k.value != "" && (!row.strong() || !named[k].strong()) {
				m.merges = append(m.merges, mergeNote{key: "heard.namesake", args: []string{displayName(row.Name)}, facts: []discovery.Fact{named[k].Fact, row.Fact}})
			}
		}
		m.hear(row.Neighbor)
		row.machine = m
		heard.add(m)
		r.index.add(m)
	}
	for _, m := range heard.machines {
		addresses := m.sortedAddresses()
		for _, a := range addresses {
			m.outOfScope = m.outOfScope && r.outOfScope(m.zone, a)
		}
		m.outOfScope = m.outOfScope && len(addresses) > 0
		m.kind = m.kindFromCapabilities()
	}
}

// heardAlready finds the machine among those heard of before that a row means.
func heardAlready(heard *index, rows []*heardRow, row *heardRow) *machine {
	if m, _ := heard.best(row.subject.Zone, row.Neighbor, row.identifies); m != nil {
		return m
	}
	for _, other := range rows {
		if other == row || other.machine == nil || other.machine.read() {
			continue
		}
		name, known := foldName(row.Name), foldName(other.Name)
		if name != "" && name == known && !row.differs(other.machine) {
			return other.machine
		}
		// The other protocol's row on the same port tells of the same machine if they
		// share an address, or if one of them gives no name to differ by.
		if row.from.port == nil || other.from != row.from || other.Protocol == row.Protocol {
			continue
		}
		shared := slices.ContainsFunc(addressesOf(other.Neighbor), func(a netip.Addr) bool { return slices.Contains(addressesOf(row.Neighbor), a) })
		if shared || known == "" || name == "" {
			return other.machine
		}
	}
	return nil
}

// hear takes up what a row tells of the machine.
func (m *machine) hear(n discovery.Neighbor) {
	m.addName(n.Name)
	if v := validSerial(n.Serial); v != "" {
		m.serials[v] = true
	}
	for _, mac := range []string{chassisMAC(n), parseMAC(n.Name)} {
		if tellsApart(mac) {
			m.macs[mac] = true
		}
	}
	if c := neighbourChassis(n); c != "" {
		m.chassis[c] = true
	}
	for _, a := range addressesOf(n) {
		m.addAddress(m.zone, a)
	}
	for _, c := range n.Capabilities {
		m.capabilities[strings.ToLower(c)] = true
	}
	if m.platform == "" {
		m.platform = displayName(n.Platform)
	}
	if m.description == "" {
		m.description = bounded(n.Description, maxExcerpt)
	}
	m.facts = append(m.facts, n.Fact)
}
