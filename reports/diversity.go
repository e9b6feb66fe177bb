package reports

import (
	"maps"
	"slices"

	"gujo/graph"
	"gujo/rules"
)

// Sharing says whether the members of a group share their fate in one way.
type Sharing struct {
	Way    string  // one of the names of ways
	Apart  Answer  // yes: no one thing of this way takes too many members along
	Shared []Named // the things that do
}

// way is one in which members can share their fate: a thing that all of them
// stand in, hang on or lead through.
type way struct {
	name    string
	things  []graph.Kind
	through []graph.RelationType // followed to it, the most telling first
	asked   []graph.Kind         // of members of these kinds
}

var (
	machines = []graph.Kind{graph.Server, graph.NetworkDevice, graph.Storage}
	software = []graph.Kind{graph.Application, graph.Endpoint, graph.VirtualServer}
	placed   = slices.Concat(machines, software, []graph.Kind{graph.PowerSource, graph.External})
	stands   = []graph.RelationType{graph.LocatedIn, graph.PartOf, graph.RunsOn, graph.ServedBy, graph.BoundTo}
)

// ways are asked in this order; a wider place stands before the narrower ones in it.
var ways = []way{
	{"site", []graph.Kind{graph.Site}, stands, placed},
	{"room", []graph.Kind{graph.Room}, stands, placed},
	{"rack", []graph.Kind{graph.Rack}, stands, slices.Concat(machines, software)},
	{"power", []graph.Kind{graph.PowerSource}, slices.Concat([]graph.RelationType{graph.PoweredBy}, stands),
		slices.Concat(machines, software, []graph.Kind{graph.PowerSource, graph.PowerSupply})},
	{"host", machines, []graph.RelationType{graph.RunsOn, graph.ServedBy, graph.BoundTo}, slices.Concat(machines, software)},
	{"card", []graph.Kind{graph.Module}, []graph.RelationType{graph.Joins, graph.PartOf}, []graph.Kind{graph.Link}},
	{"route", []graph.Kind{graph.CarrierFacility}, []graph.RelationType{graph.CarriedBy}, []graph.Kind{graph.Link, graph.Circuit}},
	{"provider", []graph.Kind{graph.Provider}, []graph.RelationType{graph.CarriedBy, graph.ProvidedBy}, []graph.Kind{graph.Circuit}},
	{"version", []graph.Kind{graph.SharedRisk}, []graph.RelationType{graph.Shares, graph.RunsOn, graph.ServedBy, graph.BoundTo}, slices.Concat(machines, software)},
}

// diverse joins the answers: what is shared in one way is not diverse.
func diverse(all []Sharing) Answer {
	answer := Yes
	for _, s := range all {
		switch {
		case s.Apart == No:
			return No
		case s.Apart != Yes:
			answer = NotSeen
		}
	}
	if len(all) == 0 {
		return NotSeen
	}
	return answer
}

// sharings asks of a group's members all the ways that concern them.
func (b *builder) sharings(group int32) []Sharing {
	kinds := b.leafKinds(group)
	var out []Sharing
	apart := false // in the wider place
	for i := range ways {
		w := &ways[i]
		if !slices.ContainsFunc(w.asked, func(k graph.Kind) bool { return kinds[k] }) {
			continue
		}
		f := newFate(b, w)
		s := f.ask(group)
		switch w.name {
		case "site", "room", "rack":
			// Two rooms apart are two racks, whoever did not write the racks down.
			if apart && s.Apart == NotSeen {
				s.Apart = Yes
			}
			apart = s.Apart == Yes
		}
		out = append(out, s)
	}
	return out
}

// leafKinds gives the kinds of a group's members, those of nested groups included,
// and of what its cables are carried by.
func (b *builder) leafKinds(group int32) map[graph.Kind]bool {
	kinds := map[graph.Kind]bool{}
	seen := map[int32]bool{}
	var walk func(c int32)
	walk = func(c int32) {
		if seen[c] {
			return
		}
		seen[c] = true
		if b.view.Components[c].Group == nil {
			kinds[b.view.Components[c].Kind] = true
		}
		for _, t := range []graph.RelationType{graph.Member, graph.CarriedBy} {
			for _, r := range b.view.OutOf(c, t) {
				walk(r.To)
			}
		}
	}
	walk(group)
	return kinds
}

// fate asks one way of one group.
type fate struct {
	*builder
	*way
	without int32          // the thing that is taken away
	gone    map[int32]bool // what goes with it, as far as it was asked
	told    map[int32]bool // of what it is known to the end, as far as it was asked
}

func newFate(b *builder, w *way) *fate {
	return &fate{builder: b, way: w, gone: map[int32]bool{}, told: map[int32]bool{}}
}

// ask finds the things without which fewer members remain than are needed.
// Members that were designed and never seen may stand elsewhere; what is only
// assumed, or not known to its end, is never apart.
func (f *fate) ask(group int32) Sharing {
	g := f.view.Components[group].Group
	members := f.members(group)
	unseen := max(0, g.Designed-len(members))
	known := g.K > 0 && unseen == 0 && len(members) > 0
	touched := map[int32]int{}
	for _, r := range members {
		known = known && r.Strength == graph.Hard && f.known(r.To)
		for thing := range f.beneath(r.To) {
			touched[thing]++
		}
	}
	s := Sharing{Way: f.way.name, Apart: NotSeen}
	for _, thing := range slices.Sorted(maps.Keys(touched)) {
		if len(members)+unseen-touched[thing] >= max(g.K, 1) {
			continue
		}
		f.without = thing
		clear(f.gone)
		remain := unseen
		for _, r := range members {
			if !f.lost(r.To) {
				remain++
			}
		}
		if remain < max(g.K, 1) {
			s.Shared = append(s.Shared, f.named([]string{f.view.Components[thing].ID})...)
		}
	}
	if f.way.name == "version" {
		f.versions(members, &s, &known)
	}
	switch {
	case len(s.Shared) > 0:
		s.Apart = No
	case known:
		s.Apart = Yes
	}
	return s
}

// members gives the active memberships of a group.
func (f *fate) members(group int32) []graph.Relation {
	return slices.DeleteFunc(slices.Clone(f.view.OutOf(group, graph.Member)), func(r graph.Relation) bool { return !r.Active() })
}

// next gives what c hangs on in this way. That a power supply is in its device is
// containment and no need.
func (f *fate) next(c int32, t graph.RelationType) []graph.Relation {
	if t == graph.PartOf && f.view.Components[c].Kind == graph.PowerSupply {
		return nil
	}
	return f.view.OutOf(c, t)
}

// beneath gives the things that c is known to hang on, by whatever path.
func (f *fate) beneath(c int32) map[int32]bool {
	things, seen := map[int32]bool{}, map[int32]bool{}
	var walk func(c int32)
	walk = func(c int32) {
		if seen[c] {
			return
		}
		seen[c] = true
		if slices.Contains(f.things, f.view.Components[c].Kind) {
			things[c] = true
		}
		if f.view.Components[c].Group != nil {
			for _, r := range f.members(c) {
				walk(r.To)
			}
		}
		for _, t := range f.through {
			for _, r := range f.next(c, t) {
				if r.Strength == graph.Hard {
					walk(r.To)
				}
			}
		}
	}
	walk(c)
	return things
}

// lost reports whether c goes with the thing that is taken away.
func (f *fate) lost(c int32) bool {
	if c == f.without {
		return true
	}
	if answer, asked := f.gone[c]; asked {
		return answer
	}
	f.gone[c] = false // a loop takes nothing along
	lost := false
	if g := f.view.Components[c].Group; g != nil {
		left, members := 0, f.members(c)
		for _, r := range members {
			if !f.lost(r.To) {
				left++
			}
		}
		lost = len(members) > 0 && left < max(g.K, 1)
	}
	for _, t := range f.through {
		for _, r := range f.next(c, t) {
			lost = lost || r.Strength == graph.Hard && f.lost(r.To)
		}
	}
	f.gone[c] = lost
	return lost
}

// known reports whether it is known to the end what c hangs on in this way.
func (f *fate) known(c int32) bool {
	if answer, asked := f.told[c]; asked {
		return answer
	}
	f.told[c] = false // a loop has no end
	known := f.ends(c)
	rels := f.members(c)
	for _, t := range f.through { // the first that says anything decides
		if len(rels) == 0 {
			rels = f.next(c, t)
		}
	}
	if !known && len(rels) > 0 {
		known = !slices.ContainsFunc(rels, func(r graph.Relation) bool { return r.Strength != graph.Hard || !f.known(r.To) })
	}
	f.told[c] = known
	return known
}

// ends reports whether nothing is to be asked beyond c: a rack is a rack, a feed
// comes from outside, what draws power or stands in a rack is no guest, a device
// that listed its parts and which port each is (ENTITY-MIB) has no cards where it
// names none.
func (f *fate) ends(c int32) bool {
	comp := &f.view.Components[c]
	switch f.way.name {
	case "power":
		kind := comp.Attrs.Text("type")
		return comp.Kind == graph.PowerSource && (kind == "feed" || kind == "substation")
	case "host":
		return slices.Contains(machines, comp.Kind) && !comp.Attrs.IsTrue("virtual") && len(f.view.OutOf(c, graph.RunsOn)) == 0 &&
			(comp.Attrs.IsFalse("virtual") || len(f.view.OutOf(c, graph.PoweredBy))+len(f.view.OutOf(c, graph.LocatedIn)) > 0)
	case "card":
		if comp.Kind == graph.NetworkDevice {
			cov, ok := f.view.CoverageOf(comp.ID)
			return ok && slices.Contains(cov.Complete, "entPhysicalTable") && slices.Contains(cov.Complete, "entAliasMappingTable") && !slices.ContainsFunc(f.view.In(c), func(i int32) bool {
				r := &f.view.Relations[i]
				return r.Type == graph.PartOf && f.view.Components[r.From].Kind == graph.Module
			})
		}
	case "version":
		return false // known by what the machines say of themselves
	}
	return slices.Contains(f.things, comp.Kind)
}

// versions compares what members say of themselves: the same maker, model and
// version have the same faults.
func (f *fate) versions(members []graph.Relation, s *Sharing, known *bool) {
	*known = len(members) > 1 && f.view.Components[members[0].To].Group == nil
	last, differ := "", false
	for _, r := range members {
		at := &f.view.Components[r.To].Attrs
		said := at.Text("vendor") + " " + at.Text("model") + " " + at.Text("version")
		*known = *known && r.Strength == graph.Hard && at.Text("vendor") != "" && at.Text("version") != ""
		differ = differ || last != "" && said != last
		last = said
	}
	if *known && !differ {
		s.Shared = append(s.Shared, Named{Kind: graph.SharedRisk, Name: rules.Text{KO: last, EN: last}})
	}
}
