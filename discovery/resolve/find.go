package resolve

import (
	"cmp"
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"gujo/discovery/inventory"
	"gujo/graph"
)

// zoneOf gives the zone in which an inventory's names and addresses hold.
func zoneOf(inv *inventory.Inventory) string { return cmp.Or(inv.Zone, "default") }

// inventoryKey orders inventories.
func inventoryKey(inv *inventory.Inventory) string {
	return zoneOf(inv) + "\x00" + inv.Ref + "\x00" + dump(inv)
}

// lineError is an error about a line of an inventory.
func lineError(inv *inventory.Inventory, line int, format string, args ...any) error {
	where := "inventory"
	if zone := zoneOf(inv); zone != "default" {
		where += " of zone " + zone
	}
	return fmt.Errorf("%s, line %d: %w", where, line, fmt.Errorf(format, args...))
}

// citeLine remembers lines of an inventory, as they stand there, and gives their
// references; an inventory that is in no bundle has none.
func (r *resolver) citeLine(inv *inventory.Inventory, lines ...int) []string {
	if inv.Ref == "" {
		return nil
	}
	var refs []string
	for _, line := range lines {
		ref := inv.Ref + "#" + itoa(line)
		if slices.Contains(refs, ref) {
			continue
		}
		refs = append(refs, ref)
		r.excerpt(ref, "inventory", inv.Text(line), inv.Read)
	}
	return refs
}

// citeDecision cites all of a decision: each of its words counts.
func (r *resolver) citeDecision(inv *inventory.Inventory, d inventory.Decision) []string {
	return r.citeLine(inv, d.Lines.All(d.Line)...)
}

// findMachine finds the machine that people mean: by its ID, its name, an
// address, a serial number or a MAC address, what comes first counting. It gives
// nil where there is none.
func (r *resolver) findMachine(inv *inventory.Inventory, text string, line int) (*machine, error) {
	zone := zoneOf(inv)
	name := foldName(text)
	kind, rest, isID := strings.Cut(text, "/")
	if _, err := graph.ParseKind(kind); err != nil {
		isID = false
	}
	here := func(list []*machine) []*machine {
		return slices.DeleteFunc(slices.Clone(list), func(m *machine) bool { return !m.in(zone) })
	}
	for _, find := range []func() []*machine{
		func() []*machine {
			return r.machinesWhere(func(m *machine) bool {
				return m.label != "" && (m.id() == text || m.label == text || isID && m.label == rest && machineKind(kind))
			})
		},
		func() []*machine { return r.index.name[zoned{zone, name}] },
		func() []*machine {
			if isID && machineKind(kind) {
				return r.index.name[zoned{zone, foldName(rest)}]
			}
			return nil
		},
		func() []*machine {
			if a, ok := targetAddress(text); ok {
				return r.index.address[zoned{zone, a.String()}]
			}
			return nil
		},
		func() []*machine {
			if strings.Contains(name, ".") {
				return nil
			}
			return r.index.short[zoned{zone, name}]
		},
		func() []*machine { return r.index.serial[validSerial(text)] },
		func() []*machine { return here(r.index.mac[parseMAC(text)]) },
		func() []*machine {
			return r.machinesWhere(func(m *machine) bool {
				return m.in(zone) && slices.ContainsFunc(m.subjects, func(s *subject) bool { return s.Target == text || fileName(s.Target) == text })
			})
		},
		func() []*machine {
			if a, ok := hostAddress(text); ok { // with a port that is no forward's
				return r.index.address[zoned{zone, a.String()}]
			}
			return nil
		},
	} {
		list := find()
		if len(list) == 1 {
			return list[0], nil
		}
		if len(list) > 1 {
			ids := make([]string, len(list))
			for i, m := range list {
				ids[i] = m.id()
			}
			slices.Sort(ids)
			return nil, lineError(inv, line, "%q may be any of %s: give the ID, an address or a serial number", text, strings.Join(ids, ", "))
		}
	}
	return nil, nil
}

func (r *resolver) machinesWhere(is func(*machine) bool) []*machine {
	var list []*machine
	for _, m := range r.machines {
		if is(m) {
			list = append(list, m)
		}
	}
	return list
}

// machineKind reports whether components of a kind are machines.
func machineKind(kind string) bool {
	switch kind {
	case "server", "network_device", "storage", "power_source", "external":
		return true
	}
	return false
}

// declareMachine finds a machine or, where there is none, makes it: then it has
// only what the inventory says.
func (r *resolver) declareMachine(inv *inventory.Inventory, text string, line int, kind graph.Kind) (*machine, error) {
	m, err := r.findMachine(inv, text, line)
	if err != nil || m != nil {
		return m, err
	}
	m = newMachine(zoneOf(inv))
	if k, rest, ok := strings.Cut(text, "/"); ok && machineKind(k) {
		kind, _ = graph.ParseKind(k)
		text = rest
	}
	if a, ok := targetAddress(text); ok {
		m.addAddress(m.zone, a)
	} else {
		m.addName(text)
	}
	m.kind = kind
	m.label = idPart(text)
	m.declared = r.citeLine(inv, line)
	m.merges = append(m.merges, mergeNote{key: "declared.only", args: []string{displayName(text)}, refs: m.declared})
	r.machines = append(r.machines, m)
	r.index.add(m)
	return m, nil
}

// splitInterface parts "MACHINE:INTERFACE", where MACHINE is one that is known.
// Of an IPv6 address the first colons belong to the machine.
func (r *resolver) splitInterface(inv *inventory.Inventory, text string, line int) (m *machine, name string, err error) {
	if m, err = r.findMachine(inv, text, line); m != nil || err != nil {
		return m, "", err
	}
	for at := range len(text) {
		if text[at] != ':' {
			continue
		}
		m, err = r.findMachine(inv, strings.Trim(text[:at], "[]"), line)
		if m != nil || err != nil {
			return m, text[at+1:], err
		}
	}
	return nil, "", nil
}

// portNamed finds an interface as people name it; nil where there is none.
func (m *machine) portNamed(name string) *port {
	if p := m.portByText(displayName(name)); p != nil {
		return p
	}
	if mac := parseMAC(name); mac != "" {
		return m.portByMAC(mac)
	}
	return m.onlyPort(func(p *port) bool { return idPart(p.key) == idPart(name) || strings.HasSuffix(p.id, ":"+idPart(name)) })
}

// reference finds the component that an inventory means by text: a declared ID,
// a machine, its interface, a virtual address, a component's ID. It gives "" where
// there is none.
func (r *resolver) reference(inv *inventory.Inventory, text string, line int) (string, error) {
	for _, key := range []string{text, zoneOf(inv) + "\x00" + text} {
		if id := r.places[key]; id != "" {
			return id, nil
		}
	}
	m, name, err := r.splitInterface(inv, text, line)
	if err != nil {
		return "", err
	}
	if m != nil && name == "" {
		return m.id(), nil
	}
	if m != nil {
		if p := m.portNamed(name); p != nil && p.id != "" {
			return p.id, nil
		}
	}
	if a, err := netip.ParseAddr(text); err == nil {
		if id := r.addresses[zoned{zoneOf(inv), plain(a).String()}]; id != "" {
			return id, nil
		}
	}
	if r.components[text] != nil {
		return text, nil
	}
	return "", nil
}
