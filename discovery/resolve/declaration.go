package resolve

import (
	"net/netip"
	"slices"
	"strings"

	"gujo/discovery/inventory"
	"gujo/graph"
)

// drawDeclaration writes down what an inventory says of one machine.
func (r *resolver) drawDeclaration(m *machine, d declaration) {
	c := r.components[m.id()]
	refs := r.citeLine(d.inv, d.Line, "machine "+d.Machine.Machine)
	setText(c, "asset", displayName(d.Asset))
	if d.Asset != "" {
		c.Identifiers = append(c.Identifiers, "asset:"+displayName(d.Asset))
	}
	setText(c, "installed", d.Installed)
	setText(c, "end_of_support", d.EndOfSupport)
	if d.Contact != "" {
		set(c, "contact", graph.String(displayName(d.Contact)))
	}
	setText(c, "maintainer", displayName(d.Maintainer))
	if d.MTBFHours > 0 {
		set(c, "mtbf_hours", graph.Float(d.MTBFHours))
	}
	if d.MTTRHours > 0 {
		set(c, "mttr_hours", graph.Float(d.MTTRHours))
	}
	if d.Transit != nil {
		set(c, "transit", graph.Bool(*d.Transit))
	}
	if d.Virtual != nil {
		set(c, "virtual", graph.Bool(*d.Virtual))
	}
	r.place(d.inv, m.id(), d.In, d.Line)
	if d.Host != "" {
		if to, ok := r.target(d.inv, m.id()+": host", d.Host, d.Line); ok {
			if m.kind == graph.Server {
				set(c, "virtual", graph.Bool(true))
			}
			r.relateDeclared(d.inv, d.Line, m.id(), graph.RunsOn, to, refs)
		}
	}
	for _, text := range d.Requires {
		if to, ok := r.target(d.inv, m.id()+": requires", text, d.Line); ok {
			r.relateDeclared(d.inv, d.Line, m.id(), graph.Requires, to, refs)
		}
	}
	for _, text := range d.AttachedTo {
		r.attachMachine(m, d, text, refs)
	}
	r.powerMachine(m, d, refs)
}

// attachMachine attaches a server; another machine gets a link, because only
// what stands at the edge is attached.
func (r *resolver) attachMachine(m *machine, d declaration, text string, refs []string) {
	to, ok := r.attachment(d.inv, m.id(), text, d.Line)
	if !ok {
		return
	}
	if m.kind == graph.Server {
		r.relateDeclared(d.inv, d.Line, m.id(), graph.AttachedTo, to, refs)
		return
	}
	if r.components[to].Kind == graph.Subnet {
		r.fail(lineError(d.inv, d.Line, "%s: a %s is attached to a machine or an interface, not to a subnet", m.id(), m.kind))
		return
	}
	_, name, _ := strings.Cut(to, "/")
	ends := []string{m.label, name}
	slices.Sort(ends)
	id := r.add(graph.Component{ID: "link/" + strings.Join(ends, "--"), Kind: graph.Link, Name: strings.Join(ends, " – "), Evidence: refs})
	r.relateDeclared(d.inv, d.Line, id, graph.Joins, m.id(), refs)
	r.relateDeclared(d.inv, d.Line, id, graph.Joins, to, refs)
}

// attachment finds "MACHINE", "MACHINE:INTERFACE" or a subnet. Of a machine that
// was not read, any interface is believed.
func (r *resolver) attachment(inv *inventory.Inventory, what, text string, line int) (string, bool) {
	if p, err := netip.ParsePrefix(text); err == nil {
		return r.subnet(zoneOf(inv), p.Masked()), true
	}
	m, name, err := r.splitInterface(inv, text, line)
	if err != nil {
		r.fail(err)
		return "", false
	}
	if m == nil {
		at := strings.LastIndexByte(text, ':')
		if at > 0 {
			m, err = r.findMachine(inv, text[:at], line)
			r.fail(err)
			name = text[at+1:]
		}
	}
	if m == nil {
		r.fail(lineError(inv, line, "%s: there is no %q to attach to", what, text))
		return "", false
	}
	if name == "" {
		return m.id(), true
	}
	p := m.portNamed(name)
	if p == nil && m.read() && len(m.ports) > len(m.heardOf) {
		r.fail(lineError(inv, line, "%s: %s has no interface %q", what, m.id(), name))
		return "", false
	}
	if p == nil {
		p = m.namedPort(name)
	}
	if p.id == "" {
		r.drawPort(m, p)
		c := r.components[p.id]
		c.Evidence = joinRefs(c.Evidence, r.citeLine(inv, line, text))
	}
	return p.id, true
}

// powerMachine joins declared sources to the supplies in their order. Where no
// supplies were seen the machine itself is powered by the sources, and a stack in
// any case: its supplies back one another within a member only.
func (r *resolver) powerMachine(m *machine, d declaration, refs []string) {
	if len(d.Power) == 0 {
		return
	}
	if m.stacked {
		r.powerStack(m, d, refs)
		return
	}
	repeated := len(slices.Compact(slices.Sorted(slices.Values(d.Power)))) < len(d.Power)
	if len(m.supplies) == 0 && !repeated || m.kind == graph.PowerSource || m.kind == graph.External {
		r.power(d.inv, m.id(), d.Power, d.Line)
		return
	}
	seen := len(m.supplies)
	for i, text := range d.Power {
		to, ok := r.target(d.inv, m.id()+": power", text, d.Line)
		if !ok {
			continue
		}
		if i >= len(m.supplies) {
			name := "supply-" + itoa(i+1)
			id := r.add(graph.Component{ID: "power_supply/" + m.label + ":" + name, Kind: graph.PowerSupply, Name: name, Evidence: refs})
			r.relateDeclared(d.inv, d.Line, id, graph.PartOf, m.id(), refs)
			m.supplies = append(m.supplies, id)
		}
		r.relateDeclared(d.inv, d.Line, m.supplies[i], graph.PoweredBy, to, refs)
	}
	r.compareSupplies(m, seen, d, refs)
	r.groupSupplies(m, refs)
	if c := r.components["redundancy_group/psu-"+m.label]; seen == 0 && c != nil {
		// As with sources: of several that somebody lists any one suffices.
		c.Group.K, c.Group.KSource = 1, graph.KDeclared
	}
}

// compareSupplies keeps it where as many supplies were not seen as are declared.
func (r *resolver) compareSupplies(m *machine, seen int, d declaration, refs []string) {
	if seen > 0 && seen != len(d.Power) {
		r.conflicts = append(r.conflicts, graph.Conflict{Component: m.id(), Attribute: "power_supplies", Values: []graph.ConflictValue{
			{Value: itoa(seen), Source: "device"}, {Value: itoa(len(d.Power)), Source: "inventory", Evidence: firstOf(refs)}}})
	}
}

// powerStack lets a stack be powered by its sources. How many of several it
// needs depends on which member each of them feeds, and is unknown.
func (r *resolver) powerStack(m *machine, d declaration, refs []string) {
	r.compareSupplies(m, len(m.supplies), d, refs)
	if len(m.supplies) == len(d.Power) {
		for i, text := range d.Power {
			if to, _ := r.reference(d.inv, text, d.Line); to != "" { // a missing one is told below
				r.relateDeclared(d.inv, d.Line, m.supplies[i], graph.PoweredBy, to, refs)
			}
		}
	}
	r.power(d.inv, m.id(), d.Power, d.Line)
	if c := r.components["redundancy_group/power-"+m.label]; c != nil {
		c.Group.K, c.Group.KSource = 0, graph.KUnsaid
	}
}
