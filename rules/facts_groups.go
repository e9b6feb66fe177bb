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
		case reasonNotAsked, reasonOutOfScope, reasonUnsupported:
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

// statement is the target of evidence that a person said and no device.
const statement = "inventory"

// toldOf reports whether more than a declaration speaks of a component of any kind: it was
// read, its state is known, or a device said something of it or of what it is part of.
func (f *facts) toldOf(c int32) bool {
	if f.observed(c) || f.toldIn(f.Components[c].Evidence) {
		return true
	}
	lo, hi := f.Out(c)
	for i := lo; i < hi; i++ {
		if f.toldIn(f.Relations[i].Evidence) {
			return true
		}
	}
	return slices.ContainsFunc(f.In(c), func(i int32) bool { return f.toldIn(f.Relations[i].Evidence) })
}

func (f *facts) toldIn(refs []string) bool {
	return slices.ContainsFunc(refs, func(ref string) bool {
		e, ok := f.EvidenceOf(ref)
		return ok && e.Target != statement
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
		return r.Strength == graph.Hard && !l.cutOff(group, r.To)
	})
}

// doubted gives the live members that are only assumed to take part: others say so, or
// nobody read whether they do.
func (l *look) doubted(group int32) []int32 {
	return l.memberOf(group, func(r *graph.Relation) bool { return r.Strength != graph.Hard })
}

// guessed gives the live members of a group, and of the groups among them, that are
// only assumed to take part.
func (l *look) guessed(group int32) (out []int32) {
	seen := map[int32]bool{}
	for queue := []int32{group}; len(queue) > 0; queue = queue[1:] {
		if seen[queue[0]] {
			continue
		}
		seen[queue[0]] = true
		out = append(out, l.doubted(queue[0])...)
		for _, m := range l.live(queue[0]) {
			if l.kind(m) == graph.RedundancyGroup {
				queue = append(queue, m)
			}
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// groups gives the groups that a machine stands in for others in: its own, and those
// of what runs on it, is reached at it or is stored on it, and of groups of these.
func (l *look) groups(c int32) (out []int32) {
	seen := map[int32]bool{c: true}
	for queue := []int32{c}; len(queue) > 0; queue = queue[1:] {
		for _, i := range l.In(queue[0]) {
			r := &l.Relations[i]
			switch r.Type {
			case graph.Member, graph.RunsOn, graph.ServedBy, graph.BoundTo, graph.ResolvesTo, graph.StoredOn:
			default:
				continue
			}
			if seen[r.From] || r.Strength == graph.Soft {
				continue
			}
			seen[r.From] = true
			l.mark(i)
			queue = append(queue, r.From)
			if l.kind(r.From) == graph.RedundancyGroup {
				out = append(out, r.From)
			}
		}
	}
	slices.Sort(out)
	return out
}

// masters gives the live members that act as the router at once (VRRP master, HSRP active).
func (l *look) masters(group int32) []int32 {
	return l.memberOf(group, func(r *graph.Relation) bool {
		s := r.Attrs.Text("state")
		return s == "master" || s == "active"
	})
}

// ownPorts gives the interfaces on which a member takes part by its own rows of the
// protocol; told is false where it names none, as where somebody declared the group.
func (l *look) ownPorts(group, member int32) (ports []int32, told bool) {
	for _, r := range l.OutOf(group, graph.Member) {
		v, named := r.Attrs.Get("interfaces")
		if r.To != member || !named {
			continue
		}
		told = true
		for _, id := range v.Strings() {
			if c, ok := l.Find(id); ok && l.facts.look().machine(c) == l.facts.look().machine(member) {
				ports = append(ports, c)
			}
		}
	}
	return ports, told
}

// cutOff reports whether all interfaces are down on which a member takes part or, where it
// names none, all that it has in a subnet of its group: its table may still say backup.
func (l *look) cutOff(group, member int32) bool {
	if l.kind(member) == graph.RedundancyGroup {
		return false
	}
	if own, told := l.ownPorts(group, member); told {
		down := len(own) > 0
		for _, c := range own {
			l.machine(c)
			down = down && !l.up(c, 0)
		}
		return down
	}
	box := l.facts.look().machine(member)
	return slices.ContainsFunc(l.needs(group, graph.InSubnet), func(net int32) bool {
		in := l.portsIn(net, box)
		up := slices.IndexFunc(in, func(i int32) bool { return l.up(l.Relations[i].From, 0) })
		if up >= 0 { // one that is up tells
			in = in[up : up+1]
		}
		for _, i := range in[:min(len(in), maxMissing)] {
			l.mark(i)
			l.machine(l.Relations[i].From)
		}
		return up < 0 && len(in) > 0
	})
}

// inSubnet gives the relations by which a machine, its interfaces or what is reached at
// it are in a subnet, by machine.
// It is looked up once a run: a device may be the gateway of hundreds of groups in one
// subnet, and have as many interfaces in it.
func (f *facts) inSubnet(net int32) map[int32][]int32 {
	in, known := f.nets[net]
	if !known {
		in = map[int32][]int32{}
		l := f.look()
		for _, i := range f.In(net) {
			if r := &f.Relations[i]; r.Type == graph.InSubnet {
				m := l.machine(r.From)
				in[m] = append(in[m], i)
			}
		}
		f.nets[net] = in
	}
	return in
}

// portsIn gives those of the interfaces of one machine.
func (f *facts) portsIn(net, box int32) []int32 {
	return slices.DeleteFunc(slices.Clone(f.inSubnet(net)[box]), func(i int32) bool { return f.Components[f.Relations[i].From].Kind != graph.Interface })
}

// inSameSubnet gives the network devices, members of the group aside, that have
// an interface in one of the group's subnets.
func (l *look) inSameSubnet(group int32) []int32 {
	members := l.machines(l.expand([]int32{group}))
	var out []int32
	for _, net := range l.needs(group, graph.InSubnet) {
		for m, in := range l.inSubnet(net) {
			if l.kind(m) == graph.NetworkDevice && !slices.Contains(members, m) {
				l.mark(in[0])
				l.machine(l.Relations[in[0]].From)
				out = append(out, m)
			}
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// unsureInSubnet gives the members that take part and of which no interface in some
// subnet of the group, or none of those that they name, is known to be up; all of them
// where no subnet is known.
func (l *look) unsureInSubnet(group int32) (out []int32) {
	nets := l.needs(group, graph.InSubnet)
	for _, m := range l.takingPart(group) {
		if l.kind(m) == graph.RedundancyGroup {
			continue
		}
		sure := len(nets) > 0
		if own, told := l.ownPorts(group, m); told {
			sure = sure && slices.ContainsFunc(own, l.surelyUp)
		} else {
			for _, net := range nets {
				sure = sure && slices.ContainsFunc(l.portsIn(net, l.facts.look().machine(m)), func(i int32) bool { return l.surelyUp(l.Relations[i].From) })
			}
		}
		if !sure {
			out = append(out, m)
		}
	}
	return out
}

// surelyUp reports whether an interface was seen up.
func (l *look) surelyUp(port int32) bool {
	return l.Components[port].State == graph.Up && l.up(port, 0)
}

// maybePeers gives the network devices of which nothing was read, so that any of them may
// take part in a group of routers that does not say who does, but for those that have an
// interface in its subnet, which [look.inSameSubnet] gives. A drawing shows all that do.
func (l *look) maybePeers(group int32) []int32 {
	if !l.collected() {
		return nil
	}
	known := append(l.machines(l.needs(group, graph.Member)), l.facts.look().inSameSubnet(group)...)
	slices.Sort(known)
	return slices.DeleteFunc(slices.Clone(l.unread), func(c int32) bool {
		_, in := slices.BinarySearch(known, c)
		return in
	})
}

// heads gives the interfaces between which an aggregate runs, those that stand for its
// ports; an end that tells of none has none.
func (l *look) heads(group int32) (out []int32) {
	for _, link := range l.neededBy(group, graph.Aggregates) {
		for _, e := range l.needs(link, graph.Joins) {
			if l.kind(e) == graph.Interface {
				l.machine(e)
				out = append(out, e)
			}
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// certain gives the live members of an aggregate of which neither that they are members
// nor where they end is only assumed.
func (l *look) certain(group int32) []int32 {
	return l.memberOf(group, func(r *graph.Relation) bool { return r.Strength == graph.Hard && l.firm(r.To) })
}

// neededOf gives how many members a group needs, one where nobody knows.
func (l *look) neededOf(group int32) int {
	if g := l.Components[group].Group; g != nil {
		return max(g.K, 1)
	}
	return 1
}

// cardUnknown gives the network devices of which it is not known whether one card
// holds so many certain members of an aggregate that fewer than it needs remain without
// it. It is known where the card of each port is, or where a device that told its
// parts, and which port each of them is, has none; an empty list of parts says nothing.
func (l *look) cardUnknown(group int32) []int32 {
	links := l.certain(group)
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
		if len(links)-len(ends) >= l.neededOf(group) { // it can lose all of them
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
	if len(l.cardsOf(dev).all) == 0 {
		return l.filled(dev, "entPhysicalTable") && l.filled(dev, "entAliasMappingTable")
	}
	cards := map[int32]bool{}
	for _, e := range ends {
		on := l.cards(e)
		if len(on) == 0 {
			return false
		}
		cards[on[0]] = true
	}
	// That there is no other card with ports is known of who mapped them all.
	return len(cards) > 1 || len(l.cardsOf(dev).withPorts) > 1 || l.filled(dev, "entAliasMappingTable")
}

// crowdedCards gives the cards, of devices that carry ports on others too, without which
// fewer of these members of an aggregate remain than it needs. Cards sit in cards: those
// of a member of a stack go with it.
func (l *look) crowdedCards(group int32, links []int32) []int32 {
	on := map[int32]int{}
	for _, link := range links {
		cards := map[int32]bool{} // a cable from a card to itself is lost once
		for _, e := range l.needs(link, graph.Joins) {
			for _, card := range l.cards(e) {
				cards[card] = true
			}
		}
		for card := range cards {
			on[card]++
		}
	}
	var out []int32
	for card, n := range on {
		if len(links)-n < l.neededOf(group) && l.elsewhere(l.machine(card), card) {
			out = append(out, card)
		}
	}
	slices.Sort(out)
	// Of a card and the one that it sits in, the smaller says more.
	return slices.DeleteFunc(out, func(card int32) bool {
		return slices.ContainsFunc(out, func(c int32) bool { return c != card && slices.Contains(l.cards(c), card) })
	})
}

// groupFunctions are those of [functions] that ask about members.
func groupFunctions() []function {
	return []function{
		ofOne("taking_part", "the live members that say so themselves and whose interface in the subnet is not down", (*look).takingPart),
		ofOne("doubted", "the live members that are only assumed to take part", (*look).doubted),
		ofOne("guessed", "the same, of the groups among its members too", (*look).guessed),
		ofOne("adrift", "of a group's members and what these stand on, what is only assumed to stand there", (*look).adrift),
		ofOne("unbacked", "what may stand on a machine and on nothing else, so that the groups in which it stands in for others may lack members without it", (*look).unbacked),
		ofOne("maybe_peers", "network devices of the whole graph of which nothing was read, its members aside and those with an interface in its subnet", (*look).maybePeers),
		ofOne("groups", "the groups in which a machine, or what runs on it, stands in for others", (*look).groups),
		ofOne("unsure_in_subnet", "the members that take part and of which no interface in the group's subnet is known to be up", (*look).unsureInSubnet),
		ofOne("masters", "the live members that act as the router at once", (*look).masters),
		ofOne("card_unknown", "the devices of which it is not known whether one card holds too many members of an aggregate", (*look).cardUnknown),
		ofOne("heads", "the interfaces that stand for the ports of an aggregate, one at each end that tells of it", (*look).heads),
		ofOne("certain", "the live members of an aggregate of which neither that they are members nor where they end is only assumed", (*look).certain),
		ofOne("crowded_cards", "the cards of an aggregate, of devices with several, without which too few live members remain", func(l *look, c int32) []int32 {
			return l.crowdedCards(c, l.live(c))
		}),
		ofOne("crowded_without_guesses", "the same, were those live members gone of which anything is only assumed", func(l *look, c int32) []int32 {
			return l.crowdedCards(c, l.certain(c))
		}),
		ofMany("observed", "those of which more than a declaration speaks: they were read, their state is known, or a device said something of them", func(l *look, cs []int32) []int32 {
			return slices.DeleteFunc(slices.Clone(cs), func(c int32) bool { return !l.toldOf(c) })
		}),
		truth("seen", "whether anything but a declaration speaks of it", func(l *look, c int32) bool { return l.observed(c) }),
	}
}
