package resolve

import (
	"cmp"
	"slices"
	"strings"

	"gujo/discovery"
	"gujo/graph"
)

// drawHardware draws what ENTITY-MIB tells of the inside of a machine: power
// supplies, line cards and the members of a stack.
func (r *resolver) drawHardware() {
	for _, m := range r.machines {
		if m.kind == graph.External {
			continue
		}
		rows := map[int]discovery.PhysicalEntity{}
		var order []int
		ports := map[int]*port{}
		for _, s := range m.subjects {
			for _, e := range s.entities {
				if _, known := rows[e.Index]; known {
					continue // another reading of the same machine
				}
				rows[e.Index] = e
				order = append(order, e.Index)
				if p := s.ports[e.IfIndex]; p != nil {
					ports[e.Index] = p
				}
			}
		}
		slices.Sort(order)
		h := &hardware{r, m, rows, order, ports, map[int]string{}}
		h.drawStack()
		h.drawModules()
		h.drawSupplies()
	}
}

// hardware is the inside of one machine.
type hardware struct {
	*resolver
	machine *machine
	rows    map[int]discovery.PhysicalEntity
	order   []int
	ports   map[int]*port
	drawn   map[int]string // component by row
}

// above walks from a row to what contains it; it ends at a loop.
func (h *hardware) above(index int, visit func(discovery.PhysicalEntity) bool) {
	for n := 0; n < 32; n++ {
		e, ok := h.rows[h.rows[index].Parent]
		if !ok || e.Index == index || !visit(e) {
			return
		}
		index = e.Index
	}
}

func (h *hardware) within(index int, class string) int {
	found := 0
	h.above(index, func(e discovery.PhysicalEntity) bool {
		if e.Class == class {
			found = e.Index
			return false
		}
		return true
	})
	return found
}

func (h *hardware) add(kind graph.Kind, e discovery.PhysicalEntity) string {
	name := displayName(e.Name)
	if name == "" {
		name = displayName(e.Description)
	}
	if name == "" {
		name = e.Class + "-" + itoa(e.Index)
	}
	c := graph.Component{ID: kind.String() + "/" + h.machine.label + ":" + idPart(name), Kind: kind, Name: name, Evidence: h.cite(e.Fact)}
	switch e.State {
	case "up":
		c.State = graph.Up
	case "down":
		c.State = graph.Down
	}
	once(&c, "model", e.Model)
	once(&c, "vendor", e.Maker)
	once(&c, "version", e.Software)
	once(&c, "descr", e.Description)
	if serial := validSerial(e.Serial); serial != "" {
		set(&c, "serial", graph.String(serial))
		c.Identifiers = append(c.Identifiers, "serial:"+serial)
	}
	if e.Position > 0 {
		set(&c, "position", graph.Int(int64(e.Position)))
	}
	id := h.resolver.add(c)
	h.drawn[e.Index] = id
	h.relate(id, graph.PartOf, h.machine.id(), h.machine.inside(), c.Evidence)
	return id
}

// drawStack draws several chassis as a group that the machine needs one of: a
// stack goes on while one member does.
func (h *hardware) drawStack() {
	var chassis []discovery.PhysicalEntity
	stacked := false
	serials := map[string]bool{}
	for _, index := range h.order {
		e := h.rows[index]
		if e.Class == "stack" {
			stacked = true
		}
		if e.Class == "chassis" && h.within(index, "chassis") == 0 {
			chassis = append(chassis, e)
			if s := validSerial(e.Serial); s != "" {
				serials[s] = true
			}
		}
	}
	if len(chassis) < 2 || !stacked && len(serials) < len(chassis) || h.machine.kind != graph.NetworkDevice {
		return
	}
	var members, refs []string
	for _, e := range chassis {
		members = append(members, h.add(graph.Module, e))
		refs = joinRefs(refs, h.cite(e.Fact))
	}
	id := h.resolver.add(graph.Component{ID: "redundancy_group/stack-" + h.machine.label, Kind: graph.RedundancyGroup, Name: "stack-" + h.machine.displayName(),
		Evidence: refs, Group: &graph.Group{K: 1, Designed: len(chassis), Technology: "stack", KSource: graph.KDefault}})
	for _, m := range members {
		h.relate(id, graph.Member, m, graph.Hard, refs)
	}
	h.relate(h.machine.id(), graph.ControlledBy, id, graph.Hard, refs)
	h.machine.stacked = true
}

// drawModules draws the replaceable cards that hold interfaces, and puts each
// interface on its card or, in a stack, on its chassis.
func (h *hardware) drawModules() {
	for _, index := range sortedInts(h.ports) {
		p := h.ports[index]
		holder, card := 0, 0
		h.above(index, func(e discovery.PhysicalEntity) bool {
			switch {
			case e.Class == "chassis":
				holder = e.Index
				return h.within(e.Index, "chassis") != 0
			case e.Class == "module" && !optic(e):
				card = e.Index
			}
			return true
		})
		target := h.drawn[holder]
		if card != 0 && h.rows[card].Replaceable {
			if h.drawn[card] == "" {
				id := h.add(graph.Module, h.rows[card])
				if target != "" { // a card in a member of a stack
					h.unrelate(relationKey{id, graph.PartOf, h.machine.id()})
					h.relate(id, graph.PartOf, target, graph.Hard, h.cite(h.rows[card].Fact))
				}
			}
			target = h.drawn[card]
		}
		if target == "" || p.id == "" || p.parent != nil {
			continue
		}
		h.unrelate(relationKey{p.id, graph.PartOf, h.machine.id()})
		h.relate(p.id, graph.PartOf, target, graph.Hard, h.cite(h.rows[index].Fact))
	}
}

// optic reports whether a module is the transceiver of one port.
func optic(e discovery.PhysicalEntity) bool {
	text := strings.ToLower(e.Name + " " + e.Description + " " + e.Model)
	for _, word := range []string{"sfp", "xfp", "gbic", "transceiver", "optic", "qsfp", "xcvr", "1000base", "10gbase"} {
		if strings.Contains(text, word) {
			return true
		}
	}
	return false
}

// drawSupplies draws the power supplies and the group in which they back one
// another. How many are needed, the rows do not tell. A supply in a member of a
// stack is that member's: it backs no other, and there is no group of them all.
func (h *hardware) drawSupplies() {
	var supplies []discovery.PhysicalEntity
	external := 0
	for _, index := range h.order {
		e := h.rows[index]
		if e.Class != "powerSupply" || h.within(index, "powerSupply") != 0 {
			continue
		}
		supplies = append(supplies, e)
		if socket(e) {
			external++
		}
	}
	if external == len(supplies) {
		return // what feeds the machine is not listed
	}
	var refs []string
	for _, e := range supplies {
		id := h.add(graph.PowerSupply, e)
		h.machine.supplies = append(h.machine.supplies, id)
		cited := h.cite(e.Fact)
		if member := h.member(e.Index); member != "" {
			h.unrelate(relationKey{id, graph.PartOf, h.machine.id()})
			h.relate(id, graph.PartOf, member, graph.Hard, cited)
		}
		refs = joinRefs(refs, cited)
	}
	if !h.machine.stacked {
		h.resolver.groupSupplies(h.machine, refs)
	}
}

// member gives the member of a stack that holds a row; "" where none does.
func (h *hardware) member(index int) (id string) {
	if !h.machine.stacked {
		return ""
	}
	h.above(index, func(e discovery.PhysicalEntity) bool {
		if e.Class == "chassis" && h.drawn[e.Index] != "" {
			id = h.drawn[e.Index]
		}
		return id == ""
	})
	return id
}

// socket reports whether a row of a power supply is where a redundant power
// system (RPS), a box of its own, would be plugged in. Some routers list it and
// not the supply that they run on.
func socket(e discovery.PhysicalEntity) bool {
	for _, text := range []string{e.Name, e.Description} {
		text = strings.ToLower(text)
		if strings.Contains(text, "redundant power system") || slices.Contains(strings.Fields(text), "rps") {
			return true
		}
	}
	return false
}

// groupSupplies lets a machine be powered by the group of its supplies.
func (r *resolver) groupSupplies(m *machine, refs []string) {
	if len(m.supplies) == 0 || m.kind == graph.External {
		return
	}
	id := "redundancy_group/psu-" + m.label
	c := r.component(graph.RedundancyGroup, id, "psu-"+m.displayName())
	c.Group = &graph.Group{Designed: len(m.supplies), Technology: "psu"}
	if len(m.supplies) == 1 {
		c.Group.K, c.Group.KSource = 1, graph.KDefault
	}
	c.Evidence = joinRefs(c.Evidence, refs)
	for _, s := range m.supplies {
		r.relate(id, graph.Member, s, graph.Hard, refs)
	}
	r.relate(m.id(), graph.PoweredBy, id, graph.Hard, refs)
}

func sortedInts[V any](m map[int]V) []int {
	keys := make([]int, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.SortFunc(keys, cmp.Compare[int])
	return keys
}
