package rules

import (
	"cmp"
	"slices"
	"strings"

	"gujo/graph"
)

// What rules ask about the members of a group: who really takes part, and how much
// of that was observed.

// unsettled gives what keeps a set of tables that tell the same from being known: all
// of them where none was read, else those that were asked for and not read to their
// end. That a sibling is empty says nothing of a table that was denied.
func (f *facts) unsettled(c int32, set tableSet) []Missing {
	id := f.Components[c].ID
	if !f.readAny(c, set) {
		return []Missing{{Component: id, What: set.String(), Reason: f.whyNot(c, set)}}
	}
	var out []Missing
	for _, g := range f.GapsOf(id) {
		switch g.Reason {
		case reasonNotAsked, reasonOutOfScope, "unsupported":
			continue
		}
		if slices.Contains(set, g.Table) && !f.read(c, g.Table) {
			out = append(out, Missing{Component: id, What: g.Table, Reason: g.Reason})
		}
	}
	return out
}

// filled reports whether a table of a component was read to its end and has rows.
func (f *facts) filled(c int32, table string) bool {
	cov, ok := f.CoverageOf(f.Components[c].ID)
	return ok && slices.Contains(cov.Complete, table)
}

// noteDeclaredOnly is the key of the note on what stands in an inventory and was
// seen nowhere.
const noteDeclaredOnly = "declared.only"

// observed reports whether anything but a declaration speaks of a machine. In a graph of
// which nothing was collected, a drawing, all that it shows is there.
func (f *facts) observed(c int32) bool {
	if !f.collected() || f.covered(c) || f.Components[c].State != graph.NotObserved {
		return true
	}
	id := f.Components[c].ID
	if _, noted := slices.BinarySearchFunc(f.snapshot.Notes, id, func(n graph.Note, id string) int {
		return cmp.Or(strings.Compare(n.Subject, id), strings.Compare(n.Key, noteDeclaredOnly))
	}); noted {
		return false
	}
	return slices.ContainsFunc(f.In(c), func(i int32) bool {
		t := f.Relations[i].Type
		return t == graph.Joins || t == graph.PartOf
	})
}

// memberOf gives the live members of a group whose membership is as keep wants it.
func (l *look) memberOf(group int32, keep func(r *graph.Relation) bool) []int32 {
	live := l.live(group)
	var out []int32
	for _, r := range l.OutOf(group, graph.Member) {
		if slices.Contains(live, r.To) && keep(&r) {
			out = append(out, r.To)
		}
	}
	return out
}

// takingPart gives the live members that say so themselves and are not cut off from
// the group's subnet.
func (l *look) takingPart(group int32) []int32 {
	return l.memberOf(group, func(r *graph.Relation) bool {
		return r.Strength != graph.Assumed && !l.cutOff(group, r.To)
	})
}

// doubted gives the live members of which only others say that they take part.
func (l *look) doubted(group int32) []int32 {
	return l.memberOf(group, func(r *graph.Relation) bool { return r.Strength == graph.Assumed })
}

// masters gives the live members that act as the router at once (VRRP master, HSRP active).
func (l *look) masters(group int32) []int32 {
	return l.memberOf(group, func(r *graph.Relation) bool {
		s := r.Attrs.Text("state")
		return s == "master" || s == "active"
	})
}

// cutOff reports whether a member has interfaces in a subnet of its group and all of
// them are down: its table may still say backup.
func (l *look) cutOff(group, member int32) bool {
	if l.kind(member) == graph.RedundancyGroup {
		return false
	}
	box := l.facts.look().machine(member)
	for _, net := range l.needs(group, graph.InSubnet) {
		has, up := false, false
		for _, i := range l.In(net) {
			r := &l.Relations[i]
			if r.Type != graph.InSubnet || l.kind(r.From) != graph.Interface || l.facts.look().machine(r.From) != box {
				continue
			}
			l.mark(i)
			l.machine(r.From)
			has, up = true, up || l.up(r.From, 0)
		}
		if has && !up {
			return true
		}
	}
	return false
}

// cardUnknown gives the network devices of which it is not known whether one card
// holds so many live members of an aggregate that fewer than it needs remain without
// it. It is known where the card of each port is, or where a device that told its
// parts, and which port each of them is, has none; an empty list of parts says nothing.
func (l *look) cardUnknown(group int32) []int32 {
	links := l.live(group)
	k := 1
	if g := l.Components[group].Group; g != nil {
		k = max(g.K, 1)
	}
	ports := map[int32][]int32{} // device → its ends
	for _, link := range links {
		for _, e := range l.needs(link, graph.Joins) {
			if m := l.machine(e); l.kind(m) == graph.NetworkDevice {
				ports[m] = append(ports[m], e)
			}
		}
	}
	var out []int32
	for dev, ends := range ports {
		if len(links)-len(ends) >= k { // it can lose all of them
			continue
		}
		if !l.cardsKnown(dev, ends) {
			out = append(out, dev)
		}
	}
	slices.Sort(out)
	return out
}

func (l *look) cardsKnown(dev int32, ends []int32) bool {
	modules := slices.ContainsFunc(l.parts(dev), func(p int32) bool { return l.kind(p) == graph.Module })
	if !modules {
		return l.filled(dev, "entPhysicalTable") && l.filled(dev, "entAliasMappingTable")
	}
	cards := map[int32]bool{}
	for _, e := range ends {
		found := false
		for _, card := range l.needs(e, graph.PartOf) {
			if l.kind(card) == graph.Module {
				cards[card], found = true, true
			}
		}
		if !found {
			return false
		}
	}
	// That there is no other card with ports is known of who mapped them all.
	return len(cards) > 1 || l.cardsWithPorts(dev) > 1 || l.filled(dev, "entAliasMappingTable")
}

// crowdedCards gives the cards, of devices with several that carry ports, without
// which fewer live members of an aggregate remain than it needs.
func (l *look) crowdedCards(group int32) []int32 {
	links := l.live(group)
	k := 1
	if g := l.Components[group].Group; g != nil {
		k = max(g.K, 1)
	}
	on := map[int32]int{}
	for _, link := range links {
		for _, e := range l.needs(link, graph.Joins) {
			for _, card := range l.needs(e, graph.PartOf) {
				if l.kind(card) == graph.Module {
					on[card]++
				}
			}
		}
	}
	var out []int32
	for card, n := range on {
		if len(links)-n < k && l.cardsWithPorts(l.machine(card)) > 1 {
			out = append(out, card)
		}
	}
	slices.Sort(out)
	return out
}

// groupFunctions are those of [functions] that ask about members.
func groupFunctions() []function {
	return []function{
		ofOne("taking_part", "the live members that say so themselves and whose interface in the subnet is not down", (*look).takingPart),
		ofOne("doubted", "the live members of which only others say that they take part", (*look).doubted),
		ofOne("masters", "the live members that act as the router at once", (*look).masters),
		ofOne("card_unknown", "the devices of which it is not known whether one card holds too many members of an aggregate", (*look).cardUnknown),
		ofOne("crowded_cards", "the cards of an aggregate, of devices with several, without which too few members remain", (*look).crowdedCards),
		truth("seen", "whether anything but a declaration speaks of it", func(l *look, c int32) bool { return l.observed(c) }),
	}
}
