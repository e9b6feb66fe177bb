package resolve

import (
	"slices"
	"strings"

	"gujo/discovery/inventory"
)

// eachDecision visits the decisions of one kind with the zone and the reference
// of the line that holds each.
func (r *resolver) eachDecision(action string, visit func(inv *inventory.Inventory, d inventory.Decision) error) error {
	for _, inv := range r.inventories {
		for _, d := range inv.Decisions {
			if d.Action == action {
				if err := visit(inv, d); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

func (r *resolver) splitByDecision(list []*traits, set *clusters) error {
	return r.eachDecision("split", func(inv *inventory.Inventory, d inventory.Decision) error {
		var sides [][]int
		for _, text := range d.Machines {
			side := matchTraits(list, zoneOf(inv), text)
			if len(side) > 0 {
				sides = append(sides, side)
			}
		}
		refs := r.citeDecision(inv, d)
		if len(sides) < 2 {
			r.note("decision:"+strings.Join(d.Machines, ","), "decision.unmatched", refs, decisionArgs(d)...)
			return nil
		}
		for n := 1; n < len(sides); n++ {
			for m := range n {
				for _, i := range sides[n] {
					for _, j := range sides[m] {
						if i == j {
							return lineError(inv, d.Line, "decision split: %q and %q are one and the same target %s", d.Machines[m], d.Machines[n], list[i].Target)
						}
						set.forbid(i, j)
						r.note(subjectName(list[i].Subject), "split", refs, decisionArgs(d)...)
						r.note(subjectName(list[j].Subject), "split", refs, decisionArgs(d)...)
					}
				}
			}
		}
		return nil
	})
}

func (r *resolver) mergeByDecision(list []*traits, set *clusters, notes map[int][]mergeNote) error {
	return r.eachDecision("merge", func(inv *inventory.Inventory, d inventory.Decision) error {
		var all []int
		for _, text := range d.Machines {
			all = append(all, matchTraits(list, zoneOf(inv), text)...)
		}
		slices.Sort(all)
		all = slices.Compact(all)
		refs := r.citeDecision(inv, d)
		for n := 1; n < len(all); n++ {
			set.force(all[0], all[n])
		}
		if len(all) > 0 {
			notes[all[0]] = append(notes[all[0]], mergeNote{"merged.decision", decisionArgs(d), nil, refs})
		} else {
			r.note("decision:"+strings.Join(d.Machines, ","), "decision.unmatched", refs, decisionArgs(d)...)
		}
		return nil
	})
}

// aliasByDecision lets a machine that was read also be known by the names and
// addresses that a decision says are its own.
func (r *resolver) aliasByDecision() {
	_ = r.eachDecision("merge", func(inv *inventory.Inventory, d inventory.Decision) error {
		for _, m := range r.machines {
			hit := false
			for _, text := range d.Machines {
				hit = hit || m.in(zoneOf(inv)) && m.answersTo(text)
			}
			if hit {
				for _, text := range d.Machines {
					m.alias[foldName(text)] = true
				}
			}
		}
		return nil
	})
}

// answersTo reports whether text is a target, an address, a serial number or a
// name of the machine, or its ID.
func (m *machine) answersTo(text string) bool {
	if m.alias[foldName(text)] {
		return true
	}
	for _, s := range m.subjects {
		if s.Target == text {
			return true
		}
	}
	if a, ok := targetAddress(text); ok {
		return m.addresses[a]
	}
	if m.serials[validSerial(text)] {
		return true
	}
	for _, n := range m.names {
		if foldName(n) == foldName(text) {
			return true
		}
	}
	return m.label != "" && text == m.id()
}

// matchTraits gives the subjects that people mean by text: a target, else an
// address, else a serial number, else a name.
func matchTraits(list []*traits, zone, text string) []int {
	tests := []func(*traits) bool{
		func(t *traits) bool { return t.Target == text },
		func(t *traits) bool {
			a, ok := targetAddress(text)
			b, same := targetAddress(t.Target)
			return ok && (same && a == b || t.addresses[a])
		},
		func(t *traits) bool { return t.serials[validSerial(text)] },
		func(t *traits) bool {
			return slices.ContainsFunc(t.names, func(n string) bool { return foldName(n) == foldName(text) })
		},
		func(t *traits) bool {
			_, name, ok := strings.Cut(text, "/")
			return ok && slices.ContainsFunc(t.names, func(n string) bool { return foldName(n) == foldName(name) })
		},
	}
	for _, test := range tests {
		var hits []int
		for i, t := range list {
			if t.Zone == zone && test(t) {
				hits = append(hits, i)
			}
		}
		if len(hits) > 0 {
			return hits
		}
	}
	return nil
}
