package resolve

import (
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"gujo/discovery"
)

// insideJunos is the network in which the parts of every Juniper chassis speak
// to each other: the routing engine is 128.0.0.1 in all of them.
var insideJunos = netip.MustParsePrefix("128.0.0.0/16")

// dropInternal leaves out the addresses that a Juniper has towards its own
// parts, and what it resolved there: in each chassis they are the same, and so
// neither tell machines apart nor are a network between them. An interface that
// has one of [insideJunos] has them only; others may stand beside it (10.0.0.1
// and 10.0.0.4 in recordings of M, MX, J, SRX and EX machines).
func (s *subject) dropInternal() {
	if !slices.ContainsFunc(s.system, func(m discovery.Machine) bool { return m.Vendor == "juniper" }) {
		return
	}
	named := map[int]bool{}
	for _, i := range s.interfaces {
		named[i.Index] = named[i.Index] || internalName(i.Name) || internalName(i.Description)
	}
	internal := map[int]bool{}
	for _, a := range s.addresses {
		if named[a.IfIndex] && insideJunos.Contains(a.Prefix.Addr()) {
			internal[a.IfIndex] = true
		}
	}
	dropped := map[netip.Addr]bool{}
	s.addresses = slices.DeleteFunc(s.addresses, func(a discovery.Address) bool {
		if internal[a.IfIndex] {
			dropped[a.Prefix.Addr()] = true
		}
		return internal[a.IfIndex]
	})
	s.arp = slices.DeleteFunc(s.arp, func(a discovery.NeighborAddress) bool { return internal[a.IfIndex] })
	s.ids = slices.DeleteFunc(s.ids, func(id discovery.Identifier) bool {
		a, ok := hostAddress(id.Value)
		return ok && id.Type == discovery.AddressIdentifier && dropped[a]
	})
}

// internalName reports whether a Junos interface is of those that may lead
// inside: em0 and fxp1 to the other boards, bme0 and jsrv in EX, and units from
// 16383 on, which nobody can configure (lo0.16385, sp-0/0/0.16383).
func internalName(name string) bool {
	name = strings.ToLower(name)
	if _, unit, ok := strings.Cut(name, "."); ok {
		if n, err := strconv.Atoi(unit); err == nil && n >= 16383 {
			return true
		}
	}
	for _, prefix := range []string{"em", "fxp", "bme", "jsrv"} {
		if strings.HasPrefix(name, prefix) {
			return true
		}
	}
	return false
}
