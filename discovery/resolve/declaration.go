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
	text := func(key, value string) { r.sayText(c, d.inv, d.Lines.Of(key, d.Line), key, value) }
	text("asset", displayName(d.Asset))
	if d.Asset != "" {
		c.Identifiers = append(c.Identifiers, "asset:"+displayName(d.Asset))
	}
	text("installed", d.Installed)
	text("end_of_support", d.EndOfSupport)
	text("contact", displayName(d.Contact))
	text("maintainer", displayName(d.Maintainer))
	value := func(key string, v graph.Value) { r.say(c, d.inv, d.Lines.Of(key, d.Line), key, v) }
	if d.MTBFHours > 0 {
		value("mtbf_hours", graph.Float(d.MTBFHours))
	}
	if d.MTTRHours > 0 {
		value("mttr_hours", graph.Float(d.MTTRHours))
	}
	if d.Transit != nil {
		value("transit", graph.Bool(*d.Transit))
	}
	if d.Virtual != nil {
		value("virtual", graph.Bool(*d.Virtual))
	}
	r.place(d.inv, m.id(), d.In, d.Lines.Of("in", d.Line))
	if d.Host != "" {
		line := d.Lines.Of("host", d.Line)
		if to, ok := r.target(d.inv, m.id()+": host", d.Host, line); ok {
			if m.kind == graph.Server {
				set(c, "virtual", graph.Bool(true))
			}
			r.relateDeclared(d.inv, line, m.id(), graph.RunsOn, to, r.citeLine(d.inv, line))
		}
	}
	for i, text := range d.Requires {
		line := d.Lines.In("requires", i, d.Line)
		if to, ok := r.target(d.inv, m.id()+": requires", text, line); ok {
			r.relateDeclared(d.inv, line, m.id(), graph.Requires, to, r.citeLine(d.inv, line))
		}
	}
	for i, text := range d.AttachedTo {
		r.attachMachine(m, d, text, d.Lines.In("attached_to", i, d.Line))
	}
	r.powerMachine(m, d)
}

// attachMachine attaches a server; another machine gets a link, because only
// what stands at the edge is attached.
func (r *resolver) attachMachine(m *machine, d declaration, text string, line int) {
	to, ok := r.attachment(d.inv, m.id(), text, line)
	if !ok {
		return
	}
	refs := r.citeLine(d.inv, line)
	if m.kind == graph.Server {
		r.relateDeclared(d.inv, line, m.id(), graph.AttachedTo, to, refs)
		return
	}
	if r.components[to].Kind == graph.Subnet {
		r.fail(lineError(d.inv, line, "%s: a %s is attached to a machine or an interface, not to a subnet", m.id(), m.kind))
		return
	}
	_, name, _ := strings.Cut(to, "/")
	ends := []string{m.label, name}
	slices.Sort(ends)
	id := r.add(graph.Component{ID: "link/" + strings.Join(ends, "--"), Kind: graph.Link, Name: strings.Join(ends, " – "), Evidence: refs})
	r.relateDeclared(d.inv, line, id, graph.Joins, m.id(), refs)
	r.relateDeclared(d.inv, line, id, graph.Joins, to, refs)
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
		c.Evidence = joinRefs(c.Evidence, r.citeLine(inv, line))
	}
	return p.id, true
}

// powerMachine joins declared sources to the supplies in their order. Where no
// supplies were seen the machine itself is powered by the sources, and a stack in
// any case: its supplies back one another within a member only.
func (r *resolver) powerMachine(m *machine, d declaration) {
	if len(d.Power) == 0 {
		return
	}
	var refs []string
	for i := range d.Power {
		refs = joinRefs(refs, r.citeLine(d.inv, d.Lines.In("power", i, d.Line)))
	}
	if m.stacked {
		r.powerStack(m, d, refs)
		return
	}
	repeated := len(slices.Compact(slices.Sorted(slices.Values(d.Power)))) < len(d.Power)
	if len(m.supplies) == 0 && !repeated || m.kind == graph.PowerSource || m.kind == graph.External {
		r.power(d.inv, m.id(), d.Power, d.Lines, "power", d.Line)
		return
	}
	seen := len(m.supplies)
	for i, text := range d.Power {
		line := d.Lines.In("power", i, d.Line)
		to, ok := r.target(d.inv, m.id()+": power", text, line)
		if !ok {
			continue
		}
		if i >= len(m.supplies) {
			name := "supply-" + itoa(i+1)
			id := r.add(graph.Component{ID: "power_supply/" + m.label + ":" + name, Kind: graph.PowerSupply, Name: name, Evidence: r.citeLine(d.inv, line)})
			r.relateDeclared(d.inv, line, id, graph.PartOf, m.id(), r.citeLine(d.inv, line))
			m.supplies = append(m.supplies, id)
		}
		r.relateDeclared(d.inv, line, m.supplies[i], graph.PoweredBy, to, r.citeLine(d.inv, line))
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
			line := d.Lines.In("power", i, d.Line)
			if to, _ := r.reference(d.inv, text, line); to != "" { // a missing one is told below
				r.relateDeclared(d.inv, line, m.supplies[i], graph.PoweredBy, to, r.citeLine(d.inv, line))
			}
		}
	}
	r.power(d.inv, m.id(), d.Power, d.Lines, "power", d.Line)
	if c := r.components["redundancy_group/power-"+m.label]; c != nil {
		c.Group.K, c.Group.KSource = 0, graph.KUnsaid
	}
}
