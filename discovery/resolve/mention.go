package resolve

import (
	"net/netip"
	"strings"

	"gujo/discovery/inventory"
	"gujo/graph"
)

// findDeclared finds or makes the machines that inventories speak of, before
// anything is drawn: what they say of a machine's kind decides its ID.
func (r *resolver) findDeclared() error {
	for _, inv := range r.inventories {
		for _, t := range inv.Targets {
			if t.Name == "" {
				continue
			}
			if m, err := r.findMachine(inv, t.Address, t.Line); err == nil && m != nil {
				m.alias[foldName(t.Name)] = true
				r.index.add(m)
			}
		}
	}
	for _, inv := range r.inventories {
		for _, d := range inv.Machines {
			kind, err := graph.ParseKind(d.Kind)
			if d.Kind == "" {
				kind, err = graph.Server, nil
			}
			if err != nil {
				return lineError(inv, d.Line, "machine %q: %w", d.Machine, err)
			}
			m, err := r.declareMachine(inv, d.Machine, d.Lines.Of("machine", d.Line), kind)
			if err != nil {
				return err
			}
			refs := r.citeLine(inv, d.Line, d.Lines.Of("kind", d.Line), d.Lines.Of("transit", d.Line), d.Lines.Of("virtual", d.Line))
			m.declared = joinRefs(m.declared, refs)
			m.declarations = append(m.declarations, declaration{inv, d})
			if d.Kind != "" && m.kind != kind {
				if m.read() && !m.unknown {
					m.merges = append(m.merges, mergeNote{key: "kind.declared", args: []string{m.kind.String(), kind.String()}, refs: refs})
				}
				m.kind = kind
			}
			if d.Kind == "" && (d.Host != "" || d.Virtual != nil && *d.Virtual) && m.kind == graph.External {
				m.kind = graph.Server
			}
			m.unknown = m.unknown && d.Kind == ""
		}
	}
	for _, inv := range r.inventories {
		if err := r.findMentioned(inv); err != nil {
			return err
		}
	}
	return nil
}

// findMentioned makes the machines that are only mentioned: hosts, members of
// pairs, what something requires or is attached to.
func (r *resolver) findMentioned(inv *inventory.Inventory) error {
	known := r.declaredIDs(inv)
	mention := func(text string, line int, kind graph.Kind) error {
		if text == "" || known[text] {
			return nil
		}
		if k, _, ok := strings.Cut(text, "/"); ok && !machineKind(k) {
			if _, err := graph.ParseKind(k); err == nil {
				return nil // a component's ID, looked up when all are drawn
			}
		}
		if a, err := netip.ParseAddr(text); err == nil && r.isVirtual(zoneOf(inv), plain(a)) {
			return nil
		}
		_, err := r.declareMachine(inv, text, line, kind)
		return err
	}
	attach := func(text string, line int) error {
		if _, err := netip.ParsePrefix(text); err == nil {
			return nil
		}
		m, _, err := r.splitInterface(inv, text, line)
		if err != nil || m != nil {
			return err
		}
		if at := strings.LastIndexByte(text, ':'); at > 0 && !strings.Contains(text[:at], ":") {
			text = text[:at]
		}
		return mention(text, line, graph.NetworkDevice)
	}
	for _, d := range inv.Machines {
		if err := mention(d.Host, d.Lines.Of("host", d.Line), graph.Server); err != nil {
			return err
		}
		for i, text := range d.AttachedTo {
			if err := attach(text, d.Lines.In("attached_to", i, d.Line)); err != nil {
				return err
			}
		}
	}
	for _, p := range inv.Pairs {
		kind := graph.Server
		if p.Role == "gateway" {
			kind = graph.NetworkDevice
		}
		for i, text := range p.Members {
			if err := mention(text, p.Lines.In("members", i, p.Line), kind); err != nil {
				return err
			}
		}
	}
	for _, i := range inv.Inline {
		if err := mention(i.Machine, i.Lines.Of("machine", i.Line), graph.NetworkDevice); err != nil {
			return err
		}
	}
	for _, z := range inv.AccessZones {
		for i, text := range z.AttachedTo {
			if err := attach(text, z.Lines.In("attached_to", i, z.Line)); err != nil {
				return err
			}
		}
	}
	for _, d := range inv.Machines {
		for i, text := range d.Requires {
			if err := mention(text, d.Lines.In("requires", i, d.Line), graph.Server); err != nil {
				return err
			}
		}
	}
	for _, p := range inv.Pairs {
		for i, text := range p.UsedBy {
			if err := mention(text, p.Lines.In("used_by", i, p.Line), graph.Server); err != nil {
				return err
			}
		}
	}
	for _, s := range inv.Services {
		for i, text := range s.Requires {
			if err := mention(text, s.Lines.In("requires", i, s.Line), graph.Server); err != nil {
				return err
			}
		}
	}
	return nil
}

// declaredIDs lists the IDs that an inventory gives, bare and with their kind.
func (r *resolver) declaredIDs(inv *inventory.Inventory) map[string]bool {
	known := map[string]bool{}
	add := func(kind, id string) { known[id], known[kind+"/"+id] = true, true }
	for _, s := range inv.Services {
		add("service", s.ID)
	}
	for _, z := range inv.AccessZones {
		add("access_zone", z.ID)
	}
	for _, p := range inv.Places {
		add(p.Kind, p.ID)
	}
	for _, p := range inv.Power {
		add("power_source", p.ID)
	}
	for _, p := range inv.Pairs {
		add("redundancy_group", p.ID)
	}
	return known
}
