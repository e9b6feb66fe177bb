package replay

import (
	"cmp"
	"fmt"
	"net/netip"
	"slices"

	"gujo/discovery/evidence"
	"gujo/discovery/snmp"
	"gujo/discovery/sources"
)

// Load reads recordings: bundles, .snmprec files and walks, also packed by gzip.
func Load(paths ...string) ([]Agent, error) {
	var all []Agent
	for _, path := range paths {
		agents, err := load(path)
		if err != nil {
			return nil, err
		}
		all = append(all, agents...)
	}
	return all, nil
}

func load(path string) ([]Agent, error) {
	bundle, err := sources.IsBundle(path)
	if err != nil {
		return nil, err
	}
	if bundle {
		b, err := evidence.Open(path)
		if err != nil {
			return nil, err
		}
		defer b.Close()
		return FromBundle(b)
	}
	data, err := sources.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	a, err := FromFile(path, data)
	if err != nil {
		return nil, err
	}
	return []Agent{a}, nil
}

// FromBundle gives the machines of a bundle that answered SNMP: the entries of a
// target put together. A machine that was met at a second address and not read
// again there answers at that address too, and with all that it has.
func FromBundle(b *evidence.Bundle) ([]Agent, error) {
	type subject struct{ zone, target string }
	var order []subject
	found := map[subject][]snmp.Varbind{}
	again := map[subject]string{}
	for _, e := range b.Entries() {
		if first := e.Attrs[snmp.SameAs]; first != "" {
			again[subject{e.Zone, e.Target}] = first
		}
	}
	for _, e := range b.Entries() {
		format := e.Format
		if format != "varbinds" && format != "snmprec" && format != "snmpwalk" || e.Size == 0 {
			continue
		}
		data, err := b.Read(e)
		if err != nil {
			return nil, err
		}
		vbs, err := parse(e.Name, format, data)
		if err != nil {
			return nil, err
		}
		if len(vbs) == 0 {
			continue
		}
		k := subject{e.Zone, e.Target}
		if _, ok := found[k]; !ok {
			order = append(order, k)
		}
		found[k] = append(found[k], vbs...)
	}
	slices.SortFunc(order, func(a, b subject) int { return cmp.Or(cmp.Compare(a.zone, b.zone), cmp.Compare(a.target, b.target)) })
	var agents []Agent
	at := map[subject]int{}
	for _, k := range order {
		if again[k] == "" {
			at[k] = len(agents)
			agents = append(agents, newAgent(k.zone, k.target, found[k]))
		}
	}
	for _, k := range order {
		first, read := at[subject{k.zone, again[k]}]
		if again[k] != "" && read {
			agents[first].answersAt(k.target, true)
		}
	}
	return agents, nil
}

// FromFile gives the machine of a .snmprec file or a walk. It answers at the
// address in the file's name, if there is one, and at those of its interfaces.
func FromFile(name string, data []byte) (Agent, error) {
	format, ok := snmp.Detect(data)
	if !ok {
		return Agent{}, fmt.Errorf("%s: neither a bundle, nor .snmprec, nor a walk of net-snmp", name)
	}
	vbs, err := parse(name, format, data)
	if err != nil {
		return Agent{}, err
	}
	return newAgent("", evidence.TargetOf(name), vbs), nil
}

func parse(name, format string, data []byte) ([]snmp.Varbind, error) {
	if format == "snmpwalk" {
		vbs, _, err := snmp.ParseWalk(name, data)
		return vbs, err
	}
	return snmp.ParseVarbinds(name, data)
}

// newAgent makes the agent of a target: an address, an address with the port of
// a forward, which is not where the machine itself answers, or a file's name.
func newAgent(zone, target string, vbs []snmp.Varbind) Agent {
	a := Agent{Name: target, Zone: zone, Varbinds: vbs}
	a.answersAt(target, true)
	if at, err := netip.ParseAddrPort(target); err == nil {
		a.Forward = at
	}
	if len(a.Addresses) > 0 {
		a.Target = a.Addresses[0]
	}
	for _, vb := range vbs {
		if index, ok := snmp.Under(vb.OID, "1.3.6.1.2.1.4.20.1.1"); ok { // ipAdEntAddr
			a.answersAt(index, false) // every machine has 127.0.0.1
		}
	}
	return a
}

// answersAt adds an address at which the agent answers.
func (a *Agent) answersAt(s string, loopback bool) {
	ip, err := netip.ParseAddr(s)
	if ip = ip.Unmap(); err == nil && (loopback || !ip.IsLoopback()) && !ip.IsUnspecified() && !slices.Contains(a.Addresses, ip) {
		a.Addresses = append(a.Addresses, ip)
	}
}
