package resolve

import (
	"slices"
	"strings"

	"gujo/graph"
)

// name gives every machine its label: its name where no other machine has it,
// else the name with the shortest thing that tells them apart. It may be called
// again when machines were added.
func (r *resolver) name() {
	groups := map[string][]*machine{}
	for _, m := range r.machines {
		base := idPart(m.displayName())
		if base == "" {
			base = "unnamed"
		}
		groups[base] = append(groups[base], m)
	}
	taken, bare := map[string]bool{}, map[string]*machine{}
	for _, base := range sortedKeys(groups) {
		group := groups[base]
		// The only one, or the only one that was read: rumours rename nobody.
		var read []*machine
		for _, m := range group {
			if m.read() {
				read = append(read, m)
			}
		}
		if m := only(read); m != nil || len(group) == 1 {
			if m == nil {
				m = group[0]
			}
			m.label = base
			bare[base] = m
			taken[base] = true
			groups[base] = slices.DeleteFunc(group, func(o *machine) bool { return o == m })
		}
	}
	for _, base := range sortedKeys(groups) {
		group := groups[base]
		if len(group) == 0 {
			continue
		}
		for i, suffix := range tellApart(group, bare[base]) {
			label := base + "@" + suffix
			for n := 2; taken[label]; n++ {
				label = base + "@" + suffix + "#" + itoa(n)
			}
			taken[label] = true
			group[i].label = label
		}
	}
	slices.SortStableFunc(r.machines, func(x, y *machine) int { return strings.Compare(x.label, y.label) })
}

// tellApart gives each of several machines of one name what neither the others
// nor the one that keeps the bare name have: the kind of thing whose longest
// value is the shortest.
func tellApart(group []*machine, bare *machine) []string {
	var best []string
	length := 0
	for _, of := range []func(*machine) string{
		func(m *machine) string { return m.zone },
		func(m *machine) string {
			if a := m.sortedAddresses(); len(a) > 0 {
				return a[0].String()
			}
			return ""
		},
		func(m *machine) string { return firstKey(m.serials) },
		func(m *machine) string { return firstKey(m.macs) },
		func(m *machine) string {
			if len(m.subjects) > 0 {
				return fileName(m.subjects[0].Target)
			}
			return ""
		},
		func(m *machine) string { return firstKey(m.chassis) },
	} {
		values := make([]string, len(group))
		seen := map[string]bool{"": true}
		if bare != nil {
			seen[idPart(of(bare))] = true
		}
		longest, ok := 0, true
		for i, m := range group {
			values[i] = idPart(of(m))
			ok = ok && !seen[values[i]]
			seen[values[i]] = true
			longest = max(longest, len(values[i]))
		}
		if ok && (best == nil || longest < length) {
			best, length = values, longest
		}
	}
	if best == nil {
		// Nothing but where they were heard: that is told without a slash or a
		// colon, which part a machine from its interface.
		best = make([]string, len(group))
		seen := map[string]bool{}
		for i, m := range group {
			if at := m.heardAt; at.port != nil {
				best[i] = idPart(at.machine.displayName() + "-" + at.port.key)
			}
			if best[i] == "" || seen[best[i]] {
				best = nil
				break
			}
			seen[best[i]] = true
		}
	}
	if best == nil {
		best = make([]string, len(group))
		for i := range group {
			best[i] = itoa(i + 1)
		}
	}
	return best
}

func firstKey(set map[string]bool) string {
	if keys := sortedKeys(set); len(keys) > 0 {
		return keys[0]
	}
	return ""
}

// drawMachines draws machines and their interfaces.
func (r *resolver) drawMachines() {
	owner := map[string]string{}
	for _, m := range r.machines {
		c := &graph.Component{ID: m.id(), Kind: m.kind, Name: m.displayName(), Evidence: joinRefs(r.cite(m.facts...), m.declared)}
		r.describe(m, c)
		for _, s := range m.subjects {
			owner[subjectName(s.Subject)] = c.ID
		}
		r.components[c.ID] = c
		for _, n := range m.merges {
			r.note(c.ID, n.key, joinRefs(r.cite(n.facts...), n.refs), n.args...)
		}
		if m.unknown && m.read() {
			r.note(c.ID, "kind.unknown", nil)
		}
		if !m.read() && len(m.facts) > 0 {
			r.note(c.ID, "heard.of", r.cite(m.facts[:min(len(m.facts), 4)]...))
		}
		if m.kind == graph.External {
			continue
		}
		for _, p := range m.ports {
			r.drawPort(m, p)
		}
		for _, p := range m.ports {
			if p.parent != nil { // it goes down with the port of which it is a unit
				r.unrelate(relationKey{p.id, graph.PartOf, m.id()})
				r.relate(p.id, graph.PartOf, p.parent.id, graph.Hard, r.components[p.id].Evidence)
			}
		}
	}
	r.drawSpanning()
	for i, n := range r.notes {
		if id, ok := owner[n.Subject]; ok {
			r.notes[i].Subject = id
		} else if strings.HasPrefix(n.Subject, "\x00") {
			r.notes[i].Subject = n.Subject[strings.LastIndexByte(n.Subject, 0)+1:]
		}
	}
}

// drawSpanning keeps what the spanning tree makes of a port. A blocked one is no
// missing link: it is the redundancy.
func (r *resolver) drawSpanning() {
	for _, s := range r.subjects {
		for _, t := range s.spanning {
			if p := s.ports[t.IfIndex]; p != nil && p.id != "" {
				c := r.components[p.id]
				once(c, "stp", t.State)
				c.Evidence = joinRefs(c.Evidence, r.cite(t.Fact))
			}
		}
	}
}

// describe writes down what is known of a machine as a whole.
func (r *resolver) describe(m *machine, c *graph.Component) {
	for _, s := range m.subjects {
		for _, sys := range s.system {
			once(c, "vendor", sys.Vendor)
			once(c, "model", sys.Model)
			once(c, "version", sys.Version)
			once(c, "sys_object_id", sys.SysObjectID)
			once(c, "location", sys.Location)
			once(c, "contact", sys.Contact)
			if d := bounded(sys.Description, maxExcerpt); d != "" {
				once(c, "description", d)
			}
			if sys.NoTransit {
				set(c, "transit", graph.Bool(false))
			}
			if sys.Virtual && m.kind == graph.Server {
				set(c, "virtual", graph.Bool(true))
			}
			if sys.Forwarding != nil {
				if _, told := c.Attrs.Get("forwarding"); !told || *sys.Forwarding {
					set(c, "forwarding", graph.Bool(*sys.Forwarding))
				}
			}
		}
		for _, e := range s.entities {
			if e.Class == "chassis" {
				once(c, "model", e.Model)
				once(c, "vendor", e.Maker)
			}
		}
	}
	if !m.read() {
		once(c, "model", m.platform)
		once(c, "description", m.description)
		if caps := sortedKeys(m.capabilities); len(caps) > 0 {
			set(c, "capabilities", graph.List(caps...))
		}
	}
	if serials := sortedKeys(m.serials); len(serials) > 0 {
		set(c, "serial", graph.String(serials[0]))
	}
	var management []string
	for _, s := range m.subjects {
		if a, ok := targetAddress(s.Target); ok && !slices.Contains(management, a.String()) {
			management = append(management, a.String())
		}
	}
	if !m.read() {
		for _, a := range m.sortedAddresses() {
			management = append(management, a.String())
		}
	}
	if len(management) > 0 {
		slices.Sort(management)
		set(c, "management_addresses", graph.List(management...))
	}

	id := func(kind, value string) {
		if v := displayName(value); v != "" {
			c.Identifiers = append(c.Identifiers, kind+":"+v)
		}
	}
	for _, n := range m.names {
		for _, zone := range m.zones() {
			id("name", zone+"~"+n)
		}
	}
	for _, v := range sortedKeys(m.serials) {
		id("serial", v)
	}
	for _, v := range sortedKeys(m.uuids) {
		id("uuid", v)
	}
	for _, v := range sortedKeys(m.chassis) {
		if mac, ok := strings.CutPrefix(v, "4:"); ok {
			id("mac", mac)
		} else {
			id("chassis", v)
		}
	}
	for _, v := range sortedKeys(m.macs) {
		id("mac", v)
	}
	for _, k := range m.ownAddresses() {
		id("address", k.zone+"~"+k.value)
	}
	for _, v := range sortedKeys(m.routerIDs) {
		id("router_id", m.zone+"~"+v)
	}
	for _, s := range m.subjects {
		// So that a target is found by what people named it: an address or a file.
		if _, ok := targetAddress(s.Target); !ok && s.Target != "" {
			id("target", s.Zone+"~"+fileName(s.Target))
		}
	}
}

// once sets an attribute that has no value yet.
func once(c *graph.Component, key, text string) {
	if _, told := c.Attrs.Get(key); !told {
		setText(c, key, bounded(text, maxExcerpt))
	}
}

func (r *resolver) drawPort(m *machine, p *port) {
	facts := p.heard
	for _, o := range p.observed {
		facts = append(facts, o.Fact)
	}
	c := graph.Component{ID: "interface/" + end{m, p}.String(), Kind: graph.Interface, Name: p.name, State: p.state(), Evidence: r.cite(facts...)}
	if p.index != 0 {
		set(&c, "if_index", graph.Int(int64(p.index)))
	}
	for _, o := range p.observed {
		once(&c, "descr", o.Description)
		once(&c, "alias", o.Alias)
		once(&c, "admin", o.Admin)
		once(&c, "oper", o.Oper)
		if mac := parseMAC(o.MAC); mac != "" {
			once(&c, "mac", mac)
		}
		for key, n := range map[string]int64{"if_type": int64(o.Type), "mtu": int64(o.MTU), "speed": int64(o.Speed)} {
			if _, told := c.Attrs.Get(key); !told && n > 0 {
				set(&c, key, graph.Int(n))
			}
		}
	}
	p.id = r.add(c)
	r.relate(p.id, graph.PartOf, m.id(), m.inside(), c.Evidence)
}
