package compile

import (
	"slices"

	"gujo/graph"
)

// A need across the network is met when the needed one is up and the asker's
// place reaches its place. Which place that is, is found by following names,
// addresses, groups and hosts; where the way forks, every branch is asked for
// itself, so that a member counts only for those who reach it.

// ask is what is wanted of wherever a target turns out to stand.
type ask struct {
	from  int32 // place that has to reach it, or none
	to    int32 // with from: the place that it has to reach in turn, as a gateway does, or none
	wants int32 // what must be met from there, or none
}

// want is what a component that runs on something needs across the network.
type want struct {
	owner int32 // application, or virtual server
	on    int32 // server whose resolvers it uses, or none
	next  int32 // another want, or none
}

// fact is what a made node says, so that it is made once.
type fact struct {
	what         uint8
	a, b, c, d   int32
	place, under int32 // a standing and a face, or 0
}

const (
	factFollow  uint8 = iota // ask a is met by target b
	factAt                   // ask a is met at place b, shown as place c
	factStand                // ask a is met wherever machine b stands
	factHosts                // the same for enough hosts of group b, for application d
	factWant                 // want a is met from place b
	factWay                  // place a reaches place b
	factLeg                  // the same without a gateway
	factGate                 // a way from component a to b with the tags c
	factThrough              // place a reaches place c through gateway b
	factNever                // it does not hold
	factItself               // address, name or group a holds itself
	factBoth                 // component a is up and b holds
)

func (s *structure) ask(q ask) int32 {
	id, _ := s.asks.number(q)
	return id
}

// wanting adds to an ask what must be met from where the target stands.
func (s *structure) wanting(q, owner, on int32) int32 {
	a := s.asks.keys[q]
	for w := a.wants; w != none; w = s.wants.keys[w].next {
		if s.wants.keys[w].owner == owner && s.wants.keys[w].on == on {
			return q // wanted already, by a holder that stands behind itself
		}
	}
	w := want{owner, on, a.wants}
	a.wants, _ = s.wants.number(w)
	return s.ask(a)
}

// wantsMany reports whether an ask came through virtual servers that hold each
// other several deep. No balancer does that; further ones are asked for their
// pools by themselves, so that a graph that says so is not unfolded without end.
func (s *structure) wantsMany(q int32) bool {
	depth := 0
	for w := s.asks.keys[q].wants; w != none; w = s.wants.keys[w].next {
		depth++
	}
	return depth > 2
}

// make gives the node of a fact; fresh tells that it has to be sealed.
func (s *structure) make(f fact, founded bool) (n int32, fresh bool) {
	i, fresh := s.made.number(f)
	if !fresh {
		return s.madeAt[i], false
	}
	n = s.newNode(none, founded)
	s.nodes[n].more = i
	s.madeAt = append(s.madeAt, n)
	return n, true
}

// sealFollowed completes a node that says how an ask is met where an address or
// name leads; where it leads nowhere at all, the way there counts.
func (s *structure) sealFollowed(n, q int32, in []input) {
	if !slices.ContainsFunc(in, func(i input) bool { return i.place }) {
		in = append(in, input{node: s.at(q, nowhere, nowhere), rel: none})
	}
	s.seal(n, in)
}

// sealOr completes a node that says how an ask is met where something stands;
// where that is only assumed, and not so, the way there counts.
func (s *structure) sealOr(n, q int32, in []input) {
	if !s.isPlaced(in) {
		otherwise := s.at(q, nowhere, nowhere)
		s.nodes[n].fallback = otherwise
	}
	s.seal(n, in)
}

// isPlaced reports whether what counts where no input says a place need not be
// said: in a plain structure, where one says so for certain.
func (s *structure) isPlaced(in []input) bool {
	return s.plain && slices.ContainsFunc(in, func(i input) bool { return i.place && !i.assumed })
}

// each adds, for each relation of a type from c, the statement that its
// target meets.
func (s *structure) each(in []input, c int32, t graph.RelationType, place bool, meets func(target int32) int32) []input {
	return s.eachOf(in, c, t, place, func(r *graph.Relation) int32 { return meets(r.To) })
}

func (s *structure) eachOf(in []input, c int32, t graph.RelationType, place bool, meets func(r *graph.Relation) int32) []input {
	lo, hi := s.view.Out(c)
	for i := lo; i < hi; i++ {
		if r := &s.view.Relations[i]; r.Type == t && r.Strength != graph.Soft {
			in = append(in, input{node: meets(r), rel: i, assumed: r.Strength == graph.Assumed, place: place})
		}
	}
	return in
}

// face is the address that something is asked under: the sets of its subnets and
// VLANs, where it has its own.
type face struct{ subnets, vlans int32 }

var noFace face

func (s *structure) face(f face) int32 {
	id, _ := s.faces.number(f)
	return id
}

func (s *structure) standing(st standing) int32 {
	id, _ := s.standings.number(st)
	return id
}

// under gives the face of what is asked under an address: what the one that was
// asked first says counts before what others behind it say.
func (s *structure) under(f face, address int32) face {
	if f.subnets == 0 {
		f.subnets = s.scopes.set(s.ownScope(address, graph.InSubnet, nil))
	}
	if f.vlans == 0 {
		f.vlans = s.scopes.set(s.ownScope(address, graph.InVLAN, nil))
	}
	return f
}

// shown gives a place under a face.
func (f face) shown(p place) place {
	if f.subnets != 0 {
		p.subnets = f.subnets
	}
	if f.vlans != 0 {
		p.vlans = f.vlans
	}
	return p
}

// follow says that target, asked under a face, meets an ask.
func (s *structure) follow(q, target int32, f face) int32 {
	n, fresh := s.make(fact{what: factFollow, a: q, b: target, under: s.face(f)}, true)
	if !fresh {
		return n
	}
	up := []input{{node: target, rel: none}}
	next := func(t int32) int32 { return s.follow(q, t, f) }
	switch s.kind(target) {
	case graph.RedundancyGroup:
		members := s.newNode(target, true)
		s.sealAsked(members, target, q, next)
		s.seal(n, append(s.itself(target), input{node: members, rel: none}))
	case graph.DNSName:
		in := s.each(s.itself(target), target, graph.InZone, false, next)
		s.sealFollowed(n, q, s.each(in, target, graph.ResolvesTo, true, next))
	case graph.DNSZone:
		in := s.each(s.itself(target), target, graph.ServedBy, true, next)
		s.sealFollowed(n, q, s.each(in, target, graph.InZone, false, next))
	case graph.Endpoint:
		f = s.under(f, target)
		in := s.each(s.itself(target), target, graph.BoundTo, true, next)
		s.sealFollowed(n, q, s.each(in, target, graph.ServedBy, true, next))
	case graph.VirtualServer:
		f = s.under(f, target)
		if s.wantsMany(q) {
			s.holders(n, up, q, target, f)
			break
		}
		s.holders(n, s.itself(target), s.wanting(q, target, none), target, f)
	case graph.Application:
		in := up
		lo, hi := s.view.Out(target)
		for i := lo; i < hi; i++ {
			r := &s.view.Relations[i]
			if r.Type != graph.RunsOn || r.Strength == graph.Soft {
				continue
			}
			host := s.runner(q, target, r, f, false)
			in = append(in, input{node: host, rel: i, assumed: r.Strength == graph.Assumed, place: true})
		}
		s.sealOr(n, q, in)
	case graph.Server, graph.NetworkDevice:
		s.seal(n, append(up, input{node: s.stand(q, target, unplaced, f), rel: none}))
	default:
		p := unplaced.at(s, target).on(target)
		s.seal(n, append(up, input{node: s.at(q, s.place(p), s.place(f.shown(p))), rel: none}))
	}
	return n
}

// isFollowed reports whether asking for a component means asking for what is
// behind it. Whether that is there is judged for the asker, not for all.
func isFollowed(k graph.Kind) bool {
	switch k {
	case graph.Endpoint, graph.VirtualServer, graph.DNSZone, graph.DNSName, graph.RedundancyGroup:
		return true
	}
	return false
}

// itself says of a component that is followed what holds for every asker: that
// it was not failed itself, that its provider and what it shares are up, and that
// its open ends hold.
func (s *structure) itself(c int32) []input {
	n, fresh := s.make(fact{what: factItself, a: c}, false)
	if fresh {
		in := []input{{node: s.event[c], rel: none}}
		for _, t := range [2]graph.RelationType{graph.ProvidedBy, graph.Shares} {
			in = s.each(in, c, t, false, func(t int32) int32 { return t })
		}
		s.hangOpen(n, c)
		s.seal(n, in)
	}
	return []input{{node: n, rel: none}}
}

// holders completes a node that says that a virtual server's holders meet an ask,
// which wants its pools.
func (s *structure) holders(n int32, in []input, q, v int32, f face) {
	s.sealOr(n, q, s.each(in, v, graph.ServedBy, true, func(t int32) int32 { return s.follow(q, t, f) }))
}

// runner says that what an application runs on meets an ask. Hosts of a cluster
// count only if from them everything is met that the application needs across
// the network; where there is no choice of hosts the application itself says so,
// and it is said here only if asked for.
func (s *structure) runner(q, app int32, r *graph.Relation, f face, wants bool) int32 {
	st := unplaced.over(r.Strength)
	if s.kind(r.To) == graph.RedundancyGroup {
		return s.hosts(q, app, r.To, st, f)
	}
	if wants || s.hasChoice(r.To) {
		q = s.wantingOf(q, app, r.To)
	}
	return s.stand(q, r.To, st, f)
}

// wantingOf adds to an ask what an application needs across the network from on, if anything.
func (s *structure) wantingOf(q, app, on int32) int32 {
	if app == none || len(s.wantsOf(want{app, on, none})) == 0 {
		return q
	}
	return s.wanting(q, app, on)
}

// hasChoice reports whether a machine stands on a cluster, itself or further down.
func (s *structure) hasChoice(machine int32) bool {
	seen := map[int32]bool{machine: true}
	for stack := []int32{machine}; len(stack) > 0; {
		c := stack[len(stack)-1]
		stack = stack[:len(stack)-1]
		for _, r := range s.view.OutOf(c, graph.RunsOn) {
			switch {
			case r.Strength == graph.Soft || seen[r.To]:
			case s.kind(r.To) == graph.RedundancyGroup:
				return true
			default:
				seen[r.To] = true
				stack = append(stack, r.To)
			}
		}
	}
	return false
}

// stand says that an ask is met wherever a server or device stands: on its host,
// or where it is attached itself if it has none.
func (s *structure) stand(q, machine int32, st standing, f face) int32 {
	from := st
	st = st.at(s, machine)
	if from.asker == none && s.isAnyone(q, st) {
		st.asker = anyone
	}
	if len(s.view.OutOf(machine, graph.RunsOn)) == 0 {
		return s.standAlone(q, machine, st, f)
	}
	n, fresh := s.make(fact{what: factStand, a: q, b: machine, place: s.standing(from), under: s.face(f)}, true)
	if !fresh {
		return n
	}
	in := s.eachOf(nil, machine, graph.RunsOn, true, func(r *graph.Relation) int32 {
		if s.kind(r.To) == graph.RedundancyGroup {
			return s.hosts(q, none, r.To, st.over(r.Strength), f)
		}
		return s.stand(q, r.To, st.over(r.Strength), f)
	})
	if len(in) > 0 {
		s.sealOr(n, q, in)
	} else {
		s.seal(n, []input{{node: s.standAlone(q, machine, st, f), rel: none}})
	}
	return n
}

// standAlone says that an ask is met where a machine without a host is attached.
func (s *structure) standAlone(q, machine int32, st standing, f face) int32 {
	if s.isGuest(machine) && !s.draw.known[machine] {
		return s.at(q, nowhere, nowhere)
	}
	p := st.on(machine)
	return s.at(q, s.place(p), s.place(f.shown(p)))
}

// isAnyone reports whether of the machine that is asked nothing counts but where
// it stands: nothing is wanted from there, it has no gateway of its own, and it is
// known what subnet it is in.
func (s *structure) isAnyone(q int32, st standing) bool {
	a := s.asks.keys[q]
	return a.wants == none && a.to == none && st.subnets != 0 &&
		(a.from == none || s.places.keys[a.from].asker != st.asker) && len(s.usesOf(st.asker, "gateway")) == 0
}

// hosts says that an ask is met from enough hosts of a cluster. app is what runs
// there, if it is an application; a guest needs nothing across the network itself.
func (s *structure) hosts(q, app, group int32, st standing, f face) int32 {
	n, fresh := s.make(fact{what: factHosts, a: q, b: group, d: app, place: s.standing(st), under: s.face(f)}, true)
	if !fresh {
		return n
	}
	s.sealAsked(n, group, s.wantingOf(q, app, none), func(m int32) int32 {
		switch s.kind(m) {
		case graph.RedundancyGroup:
			return s.hosts(q, app, m, st, f)
		case graph.Server, graph.NetworkDevice:
			return s.both(m, s.stand(s.wantingOf(q, app, m), m, st, f))
		}
		return s.both(m, s.at(s.wantingOf(q, app, none), nowhere, nowhere))
	})
	return n
}

// both says that a component is up and something else holds.
func (s *structure) both(c, other int32) int32 {
	n, fresh := s.make(fact{what: factBoth, a: c, b: other}, true)
	if fresh {
		s.seal(n, []input{{node: c, rel: none}, {node: other, rel: none}})
	}
	return n
}

// isGuest reports whether a machine is known to be virtual.
func (s *structure) isGuest(machine int32) bool {
	return s.view.Components[machine].Attrs.IsTrue("virtual")
}

// at says that an ask is met at a place. It is shown to others under an address
// that may be in another subnet than the machine's own.
func (s *structure) at(q, p, shown int32) int32 {
	n, fresh := s.make(fact{what: factAt, a: q, b: p, c: shown}, true)
	if !fresh {
		return n
	}
	a := s.asks.keys[q]
	var in []input
	switch {
	case a.from == none:
	case a.to == none:
		assumed := s.places.keys[a.from].assumed || s.places.keys[p].assumed
		in = append(in, input{node: s.way(a.from, shown), rel: none, assumed: assumed})
	default:
		in = append(in, input{node: s.through(a.from, shown, a.to), rel: none, assumed: s.places.keys[p].assumed})
	}
	if a.wants != none {
		in = append(in, input{node: s.wanted(a.wants, p), rel: none})
	}
	s.seal(n, in)
	return n
}

// wanted says that a want is met from a place. Applications that need each other
// keep each other running; balancers that point at each other lead nowhere.
func (s *structure) wanted(w, p int32) int32 {
	wt := s.wants.keys[w]
	n, fresh := s.make(fact{what: factWant, a: w, b: p}, s.kind(wt.owner) == graph.VirtualServer)
	if !fresh {
		return n
	}
	var in []input
	for _, i := range s.wantsOf(wt) {
		r := &s.view.Relations[i]
		assumed := r.Strength == graph.Assumed || r.Type == graph.Uses && s.places.keys[p].assumed
		in = append(in, input{node: s.follow(s.ask(ask{p, none, none}), r.To, noFace), rel: i, assumed: assumed})
	}
	if wt.next != none {
		in = append(in, input{node: s.wanted(wt.next, p), rel: none})
	}
	s.seal(n, in)
	return n
}

// wantsOf gives the relations of a want.
func (s *structure) wantsOf(w want) []int32 {
	var out []int32
	lo, hi := s.view.Out(w.owner)
	for i := lo; i < hi; i++ {
		r := &s.view.Relations[i]
		if r.Strength != graph.Soft && (r.Type == graph.ConnectsTo || r.Type == graph.BalancesTo) {
			out = append(out, i)
		}
	}
	if w.on != none && s.kind(w.on) == graph.Server && s.kind(w.owner) == graph.Application {
		out = append(out, s.usesOf(w.on, "resolver")...)
	}
	return out
}
