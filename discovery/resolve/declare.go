package resolve

import (
	"net/netip"
	"slices"
	"strings"

	"gujo/discovery/inventory"
	"gujo/graph"
)

type declaration struct {
	inv *inventory.Inventory
	inventory.Machine
}

// declare draws a component of an inventory under its own ID. Two inventories
// may speak of one; [resolver.say] tells whose attributes count.
func (r *resolver) declare(inv *inventory.Inventory, kind graph.Kind, id string, name inventory.Text, line int) *graph.Component {
	cid := kind.String() + "/" + idPart(id)
	c := r.component(kind, cid, "")
	c.Evidence = joinRefs(c.Evidence, r.citeLine(inv, line))
	if c.Name == "" {
		c.Name = displayName(name.KO)
	}
	if c.Name == "" {
		c.Name = displayName(name.EN)
	}
	if c.Name == "" {
		c.Name = displayName(id)
	}
	r.sayText(c, inv, line, "name_ko", name.KO)
	r.sayText(c, inv, line, "name_en", name.EN)
	zone := zoneOf(inv) + "\x00"
	for _, key := range []string{zone + id, zone + kind.String() + "/" + id} {
		if r.places[key] == "" {
			r.places[key] = cid
		}
	}
	return c
}

// fail remembers an error about an inventory, so that all are told at once.
func (r *resolver) fail(err error) {
	if err != nil {
		r.errs = append(r.errs, err)
	}
}

// target finds what a declaration leads to; a missing one is an error.
func (r *resolver) target(inv *inventory.Inventory, what, text string, line int) (string, bool) {
	id, err := r.reference(inv, text, line)
	if err == nil && id == "" {
		err = lineError(inv, line, "%s: there is no %q", what, text)
	}
	r.fail(err)
	return id, err == nil
}

// relateDeclared draws a declared relation, or says what forbids it.
func (r *resolver) relateDeclared(inv *inventory.Inventory, line int, from string, t graph.RelationType, to string, refs []string, attrs ...graph.Attr) {
	f, g := r.components[from], r.components[to]
	switch {
	case f == nil || g == nil || from == to:
		r.fail(lineError(inv, line, "%s %s %s: one of them is missing, or they are the same", from, t, to))
	case !t.Allows(f.Kind, g.Kind):
		r.fail(lineError(inv, line, "%s cannot lead from a %s to a %s (%s, %s)", t, f.Kind, g.Kind, from, to))
	default:
		r.relate(from, t, to, graph.Hard, refs, attrs...)
	}
}

// drawDeclared draws what inventories declare.
func (r *resolver) drawDeclared() {
	for _, inv := range r.inventories {
		for _, p := range inv.Places {
			kind, err := graph.ParseKind(p.Kind)
			if err != nil {
				r.fail(lineError(inv, p.Line, "place %q: %w", p.ID, err))
				continue
			}
			r.declare(inv, kind, p.ID, p.Name, p.Lines.Of("id", p.Line))
		}
		for _, p := range inv.Power {
			r.sayText(r.declare(inv, graph.PowerSource, p.ID, p.Name, p.Lines.Of("id", p.Line)), inv, p.Lines.Of("type", p.Line), "type", p.Type)
		}
		for _, s := range inv.Services {
			r.drawService(inv, s)
		}
		for _, z := range inv.AccessZones {
			r.declare(inv, graph.AccessZone, z.ID, z.Name, z.Lines.Of("id", z.Line))
		}
		for _, p := range inv.Pairs {
			r.drawPair(inv, p)
		}
	}
	for _, inv := range r.inventories {
		for _, p := range inv.Places {
			r.place(inv, p.Kind+"/"+idPart(p.ID), p.In, p.Lines.Of("in", p.Line))
		}
		for _, p := range inv.Power {
			id := "power_source/" + idPart(p.ID)
			r.place(inv, id, p.In, p.Lines.Of("in", p.Line))
			r.power(inv, id, p.From, p.Lines, "from", p.Line)
		}
		for _, p := range inv.Pairs {
			r.relatePair(inv, p)
		}
		for _, z := range inv.AccessZones {
			r.attachZone(inv, z)
		}
		for _, i := range inv.Inline {
			if id, ok := r.target(inv, "inline", i.Machine, i.Lines.Of("machine", i.Line)); ok {
				c := r.components[id]
				set(c, "inline", graph.Bool(true))
				if i.OnFailure != "" { // one that closes carries nothing: that is the stricter word
					r.say(c, inv, i.Lines.Of("on_failure", i.Line), "on_failure", graph.String(i.OnFailure),
						func(v, than graph.Value) bool { return v.Text() == "close" && than.Text() != "close" })
				}
				c.Evidence = joinRefs(c.Evidence, r.citeLine(inv, i.Lines.All(i.Line)...))
			}
		}
		for _, s := range inv.Services {
			r.relateService(inv, s)
		}
	}
	for _, m := range r.machines {
		for _, d := range m.declarations {
			r.drawDeclaration(m, d)
		}
	}
}

// place puts a thing into a rack, room or site.
func (r *resolver) place(inv *inventory.Inventory, id, in string, line int) {
	if in == "" {
		return
	}
	if to, ok := r.target(inv, id, in, line); ok {
		r.relateDeclared(inv, line, id, graph.LocatedIn, to, r.citeLine(inv, line))
	}
}

// power feeds a thing from the sources that the list under a key names: several
// are each other's spare.
func (r *resolver) power(inv *inventory.Inventory, id string, from []string, lines inventory.Lines, key string, item int) {
	var refs, sources []string
	var at []int // of the sources, where each is named
	for i, text := range from {
		line := lines.In(key, i, item)
		refs = joinRefs(refs, r.citeLine(inv, line))
		if to, ok := r.target(inv, id, text, line); ok && !slices.Contains(sources, to) {
			sources, at = append(sources, to), append(at, line)
		}
	}
	switch len(sources) {
	case 0:
	case 1:
		r.relateDeclared(inv, at[0], id, graph.PoweredBy, sources[0], refs)
	default:
		_, name, _ := strings.Cut(id, "/")
		gid := "redundancy_group/power-" + name
		c := r.component(graph.RedundancyGroup, gid, "power-"+name)
		c.Group = &graph.Group{K: 1, Designed: len(sources), Technology: "power", KSource: graph.KDeclared}
		c.Evidence = joinRefs(c.Evidence, refs)
		for i, s := range sources {
			r.relateDeclared(inv, at[i], gid, graph.Member, s, r.citeLine(inv, at[i]))
		}
		r.relateDeclared(inv, at[0], id, graph.PoweredBy, gid, refs)
	}
}

func (r *resolver) drawPair(inv *inventory.Inventory, p inventory.Pair) {
	c := r.declare(inv, graph.RedundancyGroup, p.ID, inventory.Text{}, p.Lines.Of("id", p.Line))
	c.Evidence = joinRefs(c.Evidence, r.citeLine(inv, p.Lines.Of("k", p.Line), p.Lines.Of("designed", p.Line), p.Lines.Of("role", p.Line)))
	more := func(v, than graph.Value) bool { return smaller(than, v) }
	number := func(key string, n int) int {
		m, _ := r.heed(c, inv, p.Lines.Of(key, p.Line), key, graph.Int(int64(n)), more).Int64()
		return int(m)
	}
	k := number("k", max(p.K, 1))
	designed := number("designed", max(p.Designed, len(p.Members), k))
	c.Group = &graph.Group{K: k, Designed: max(designed, k), Technology: "declared", KSource: graph.KDeclared}
	r.sayText(c, inv, p.Lines.Of("role", p.Line), "role", p.Role)
}

func (r *resolver) relatePair(inv *inventory.Inventory, p inventory.Pair) {
	id := "redundancy_group/" + idPart(p.ID)
	for i, text := range p.Members {
		line := p.Lines.In("members", i, p.Line)
		if to, ok := r.target(inv, "pair "+p.ID, text, line); ok {
			r.relateDeclared(inv, line, id, graph.Member, to, r.citeLine(inv, line))
		}
	}
	for i, text := range p.UsedBy {
		line := p.Lines.In("used_by", i, p.Line)
		from, ok := r.target(inv, "pair "+p.ID+": used_by", text, line)
		if !ok {
			continue
		}
		t := graph.Requires
		if c := r.components[from]; c != nil && graph.Uses.Allows(c.Kind, graph.RedundancyGroup) {
			t = graph.Uses
		}
		r.relateDeclared(inv, line, from, t, id, r.citeLine(inv, line))
	}
}

func (r *resolver) drawService(inv *inventory.Inventory, s inventory.Service) {
	c := r.declare(inv, graph.Service, s.ID, s.Name, s.Lines.Of("id", s.Line))
	if s.Grade > 0 {
		r.say(c, inv, s.Lines.Of("grade", s.Line), "grade", graph.Int(int64(s.Grade)), smaller)
	}
	r.sayText(c, inv, s.Lines.Of("owner", s.Line), "owner", s.Owner)
	r.sayText(c, inv, s.Lines.Of("contact", s.Line), "contact", s.Contact)
	r.sayMinutes(c, inv, s.Lines.Of("rto", s.Line), "rto_minutes", s.RTO)
	r.sayMinutes(c, inv, s.Lines.Of("rpo", s.Line), "rpo_minutes", s.RPO)
}

func (r *resolver) relateService(inv *inventory.Inventory, s inventory.Service) {
	id := "service/" + idPart(s.ID)
	for i, text := range s.UsedFrom {
		line := s.Lines.In("used_from", i, s.Line)
		zone := strings.TrimPrefix(text, "access_zone/")
		if r.components["access_zone/"+idPart(zone)] == nil {
			r.fail(lineError(inv, line, "service %s: there is no access zone %q", s.ID, text))
			continue
		}
		r.relateDeclared(inv, line, id, graph.UsedFrom, "access_zone/"+idPart(zone), r.citeLine(inv, line))
	}
	for i, text := range s.Requires {
		line := s.Lines.In("requires", i, s.Line)
		if to, ok := r.target(inv, "service "+s.ID+": requires", text, line); ok {
			r.relateDeclared(inv, line, id, graph.Requires, to, r.citeLine(inv, line))
		}
	}
	for i, text := range s.EnteredAt {
		line := s.Lines.In("entered_at", i, s.Line)
		refs := r.citeLine(inv, line)
		entry, err := inventory.ParseEntry(text)
		if err != nil {
			r.fail(lineError(inv, line, "service %s: entered_at: %w", s.ID, err))
			continue
		}
		r.relateDeclared(inv, line, id, graph.EnteredAt, r.entry(inv, s, entry, text, refs), refs)
	}
}

// entry draws where a service is entered: a name, or an endpoint bound to
// whoever has its address.
func (r *resolver) entry(inv *inventory.Inventory, s inventory.Service, e inventory.Entry, text string, refs []string) string {
	a, isAddress := hostAddress(e.Host)
	if !isAddress {
		name := foldName(e.Host)
		c := r.component(graph.DNSName, "dns_name/"+idPart(name), name)
		c.Evidence = joinRefs(c.Evidence, refs)
		return c.ID
	}
	zone := zoneOf(inv)
	name := a.String()
	if e.Port != 0 {
		name = netip.AddrPortFrom(a, e.Port).String() + "/" + e.Protocol
	}
	id := "endpoint/" + idPart(name)
	if c := r.components[id]; c != nil && c.Attrs.Text("zone") != zone {
		id += "@" + idPart(zone)
	}
	c := r.component(graph.Endpoint, id, name)
	c.Evidence = joinRefs(c.Evidence, refs)
	set(c, "address", graph.String(a.String()))
	set(c, "zone", graph.String(zone))
	if e.Port != 0 {
		set(c, "port", graph.Int(int64(e.Port)))
		set(c, "protocol", graph.String(e.Protocol))
	}
	holders := r.index.address[zoned{zone, a.String()}]
	switch group := r.addresses[zoned{zone, a.String()}]; {
	case group != "" && r.components[group] != nil:
		r.relate(id, graph.BoundTo, group, graph.Hard, joinRefs(refs, r.components[group].Evidence))
	case len(holders) == 1 && graph.BoundTo.Allows(graph.Endpoint, holders[0].kind):
		r.relate(id, graph.BoundTo, holders[0].id(), graph.Hard, refs)
	case len(holders) > 1:
		var ids []string
		for _, m := range holders {
			ids = append(ids, m.id())
		}
		slices.Sort(ids)
		r.note(id, "endpoint.ambiguous", refs, ids...)
	default:
		r.note(id, "endpoint.unbound", refs, a.String())
	}
	return id
}
