package resolve

import (
	"net/netip"
	"slices"

	"gujo/discovery"
	"gujo/discovery/evidence"
)

// end is one end of a cable: an interface or, where that is not known, a machine.
type end struct {
	machine *machine
	port    *port
}

func (e end) String() string {
	if e.port == nil {
		return e.machine.label
	}
	return e.machine.label + ":" + idPart(e.port.key)
}

// half is what one machine says of one cable: "on this port I hear that port".
type half struct {
	from, to  end
	protocols []string
	facts     []discovery.Fact
	against   string // what about the neighbour did not fit
	said      string // the neighbour in the row's own words
	paired    bool
}

func (h *half) by(protocol string) bool { return slices.Contains(h.protocols, protocol) }

// hearNeighbours turns every row of a neighbour table into half a cable. A row
// about nobody who was read makes a machine that was only heard of.
func (r *resolver) hearNeighbours() {
	var rows []*heardRow
	for _, s := range r.subjects {
		if s.machine == nil {
			continue
		}
		for _, n := range s.neighbors {
			row := &heardRow{Neighbor: n, subject: s}
			if p := s.ports[n.IfIndex]; n.IfIndex != 0 && p != nil {
				row.from = end{s.machine, p}
			} else {
				row.from = end{s.machine, s.machine.portByText(displayName(n.LocalPort))}
			}
			row.machine, row.against = r.index.match(s.Zone, n)
			if m := row.machine; m != nil && factoryName(n.Name) && !row.identifies(m) && !r.hears(end{m, m.findPort(n)}, row.from) {
				row.machine, row.against = nil, "" // it bears the name of many, and hears nobody there
			}
			rows = append(rows, row)
		}
	}
	r.hearMachines(rows)
	for _, row := range rows {
		m := row.machine
		to := end{machine: m}
		if m.read() && len(m.ports) > len(m.heardOf) {
			to.port = m.findPort(row.Neighbor)
		} else {
			to.port = m.heardPort(row.Neighbor)
		}
		if row.from.machine == m && (to.port == nil || to.port == row.from.port) {
			r.note(subjectName(row.subject.Subject), "ignored.self", r.cite(row.Fact), displayName(row.LocalPort), row.Protocol)
			continue
		}
		said := displayName(row.Name)
		if said == "" {
			said = displayName(row.Chassis)
		}
		r.halves = append(r.halves, &half{from: row.from, to: to, protocols: []string{displayName(row.Protocol)}, facts: []discovery.Fact{row.Fact}, against: row.against, said: said})
	}
	r.joinHalves()
}

// outOfScope reports whether the crawl was told to leave an address alone: by an
// inventory, or by what it says itself of those that it left.
func (r *resolver) outOfScope(zone string, a netip.Addr) bool {
	if r.left == nil {
		r.left = map[zoned]bool{}
		for _, s := range r.subjects {
			for _, g := range s.gaps {
				if a, ok := targetAddress(s.Target); ok && g.Reason == evidence.ReasonOutOfScope {
					r.left[zoned{s.Zone, a.String()}] = true
				}
			}
		}
	}
	if r.left[zoned{zone, a.String()}] {
		return true
	}
	for _, inv := range r.inventories {
		if zoneOf(inv) != zone {
			continue
		}
		holds := func(p netip.Prefix) bool { return p.Contains(a) }
		if slices.ContainsFunc(inv.Scope.Exclude, holds) {
			return true
		}
		if len(inv.Scope.Include) > 0 && !slices.ContainsFunc(inv.Scope.Include, holds) {
			return true
		}
	}
	return false
}

// joinHalves makes one of the halves that tell of one cable from one side: the
// rows of two protocols, one of which may not name the port.
func (r *resolver) joinHalves() {
	type way struct {
		from end
		to   *machine
	}
	groups := map[way][]*half{}
	var order []way
	for _, h := range r.halves {
		w := way{h.from, h.to.machine}
		if groups[w] == nil {
			order = append(order, w)
		}
		groups[w] = append(groups[w], h)
	}
	r.halves = nil
	for _, w := range order {
		var joined []*half
		for _, h := range groups[w] {
			at := slices.IndexFunc(joined, func(o *half) bool { return o.to == h.to })
			if at < 0 {
				joined = append(joined, h)
				continue
			}
			joined[at].absorb(h)
		}
		if len(joined) == 2 && w.from.port != nil {
			x, y := joined[0], joined[1]
			unknown := x.to.port == nil || y.to.port == nil
			apart := !slices.ContainsFunc(x.protocols, y.by)
			if unknown || apart {
				// One row a protocol: one cable, named twice. The port that the
				// other end confirms, else LLDP's, is the right one.
				if x.to.port == nil || y.to.port != nil && (r.hears(y.to, w.from) && !r.hears(x.to, w.from) || y.by("lldp") && !x.by("lldp")) {
					x, y = y, x
				}
				if !unknown {
					x.against = "port"
				}
				x.absorb(y)
				joined = []*half{x}
			}
		}
		r.halves = append(r.halves, joined...)
	}
	r.halves = r.placeUnknownPorts(r.halves)
}

func (h *half) absorb(o *half) {
	h.facts = append(h.facts, o.facts...)
	for _, p := range o.protocols {
		if !h.by(p) {
			h.protocols = append(h.protocols, p)
		}
	}
	slices.Sort(h.protocols)
	if h.against == "" {
		h.against = o.against
	}
}

// hears reports whether the interface e itself hears the other.
func (r *resolver) hears(e, other end) bool {
	if e.port == nil {
		return false
	}
	for _, s := range e.machine.subjects {
		for _, n := range s.neighbors {
			if s.ports[n.IfIndex] != e.port {
				continue
			}
			if m, _ := r.index.match(s.Zone, n); m == other.machine {
				return other.port == nil || m.findPort(n) == other.port
			}
		}
	}
	return false
}

// placeUnknownPorts joins a half whose own port could not be mapped to the one
// half to the same far port that has its port.
func (r *resolver) placeUnknownPorts(halves []*half) []*half {
	type way struct {
		from *machine
		to   end
	}
	placed := map[way]*half{}
	for _, h := range halves {
		if w := (way{h.from.machine, h.to}); h.from.port != nil && h.to.port != nil && placed[w] == nil {
			placed[w] = h
		}
	}
	return slices.DeleteFunc(halves, func(h *half) bool {
		o := placed[way{h.from.machine, h.to}]
		if h.from.port != nil || o == nil {
			return false
		}
		o.absorb(h)
		return true
	})
}
