package brute

import "gujo/graph"

// op is what a [formula] asks.
type op int

const (
	all    op = iota // every kid holds
	never            // does not hold
	sound            // component has not failed by itself
	open             // open end, in the pessimistic reading alone
	ref              // variable holds
	by               // the kid, which a relation asks for
	doubt            // the kid is assumed
	kOfN             // at least k of a group's members hold
	onPath           // a path leads from one place to the other
	either           // the first kid, or the second, which nobody confirmed
	placed           // every kid but the first holds; where none says a place, the first
)

// formula is a monotone condition on what has failed.
type formula struct {
	op      op
	kids    []*formula
	comp    int            // sound: component; kOfN: group
	rel     graph.Relation // by
	end     int            // open: open end
	to      *variable      // ref
	members []member       // kOfN, beside kids; a further kid is what members never seen must meet
	unseen  int            // kOfN: how many members were configured and never seen
	a, b    place          // onPath
}

// member is how a group's kid belongs to it.
type member struct {
	comp              int
	assumed, inactive bool
}

// variable is a named condition. Those that follow a name or a group to a place
// are least fixpoints, so that a loop leads nowhere; all others are greatest.
type variable struct {
	least bool
	index int
	comp  int // whose state it is, or -1
	body  *formula
}

func allOf(kids ...*formula) *formula { return &formula{op: all, kids: kids} }
func refTo(v *variable) *formula      { return &formula{op: ref, to: v} }
func assumed(f *formula) *formula     { return &formula{op: doubt, kids: []*formula{f}} }

// world is one state of affairs in one reading, with the truth of every variable in it.
type world struct {
	m      *model
	failed map[int]bool // components
	ends   map[int]bool // open ends that fail, by class
	// picture is what is up optimistically with nothing further failed, where
	// this world is read pessimistically, otherwise nil.
	picture *world

	// part is what this world is narrowed to, or nil: what is outside of it holds.
	part *part

	greatest, least []bool
	ways            map[wayKey]bool
}

// settle computes the variables: the greatest fixpoint, or from nothing the
// least, each step with its own least fixpoint of names and groups.
func (w *world) settle(fromNothing bool) *world {
	w.greatest = make([]bool, len(w.m.greatest))
	for i := range w.greatest {
		w.greatest[i] = !fromNothing
	}
	for changed := true; changed; {
		changed = false
		w.ways = map[wayKey]bool{}
		w.follow()
		next := make([]bool, len(w.greatest))
		for i, v := range w.m.greatest {
			next[i] = w.holds(v.body)
			changed = changed || next[i] != w.greatest[i]
		}
		if changed {
			w.greatest = next
		}
	}
	return w
}

func (w *world) follow() {
	w.least = make([]bool, len(w.m.least))
	for changed := true; changed; {
		changed = false
		for i, v := range w.m.least {
			if !w.least[i] && w.holds(v.body) {
				w.least[i], changed = true, true
			}
		}
	}
}

func (w *world) holds(f *formula) bool {
	switch f.op {
	case all:
		for _, k := range f.kids {
			if !w.holds(k) {
				return false
			}
		}
		return true
	case sound:
		return !w.failed[f.comp]
	case open:
		return w.picture == nil || !w.ends[w.m.class(f.end)]
	case ref:
		if f.to.least {
			return w.least[f.to.index]
		}
		return w.greatest[f.to.index]
	case by:
		return w.leaves(int(f.rel.From), int(f.rel.To), f.rel.Type) || w.holds(f.kids[0])
	case doubt:
		return !w.stays(f) || w.holds(f.kids[0])
	case placed:
		places := 0
		for _, k := range f.kids[1:] {
			if !w.stays(k) {
				continue
			}
			places++
			if !w.holds(k) {
				return false
			}
		}
		return places > 0 || w.holds(f.kids[0])
	case either: // as a group of which the second is an assumed member
		if w.holds(f.kids[0]) {
			return true
		}
		return (w.picture == nil || !w.picture.holds(f.kids[0])) && w.holds(f.kids[1])
	case kOfN:
		return len(w.counting(f))+w.unseen(f) >= w.k(f)
	case onPath:
		return w.path(f.a, f.b)
	}
	return false
}

// stays reports whether a need is one. An assumed need does not hold
// optimistically; pessimistically it is dropped where the picture does not meet
// it, or meets it through a loop.
func (w *world) stays(f *formula) bool {
	return f.op != doubt || w.picture != nil && !w.m.looped[f] && w.picture.holds(f.kids[0])
}

// unseen is the number of members that were configured and never seen, as far as
// they count: as designed they are present and sound, and what is needed from any
// member is needed from them too.
func (w *world) unseen(f *formula) int {
	if f.unseen == 0 || !w.holds(f.kids[len(f.members)]) {
		return 0
	}
	return f.unseen
}

// counting gives the members that count for this need, as indexes of f.members.
func (w *world) counting(f *formula) []int {
	withAssumed := w.picture == nil || w.lacksSure(f)
	var list []int
	for i, m := range f.members {
		if (withAssumed || !m.assumed) && (w.leaves(f.comp, m.comp, graph.Member) || w.m.active(m) && w.holds(f.kids[i])) {
			list = append(list, i)
		}
	}
	return list
}

// inPicture counts the members that count for this need in the picture, and not
// through a loop: those that are not assumed, and all.
func (w *world) inPicture(f *formula) (sure, any int) {
	for _, i := range w.picture.counting(f) {
		if w.m.looped[f.kids[i]] {
			continue
		}
		any++
		if !f.members[i].assumed {
			sure++
		}
	}
	return sure + w.picture.unseen(f), any + w.picture.unseen(f)
}

// lacksSure reports whether the group would lack its k in the picture already
// without its assumed members.
func (w *world) lacksSure(f *formula) bool {
	sure, _ := w.inPicture(f)
	return sure < max(1, w.m.comp(f.comp).Group.K)
}

// k is how many members must count. Where nobody knows it is one optimistically,
// pessimistically the number of those that count in the picture.
func (w *world) k(f *formula) int {
	if k := w.m.comp(f.comp).Group.K; k > 0 {
		return k
	}
	if w.picture == nil {
		return 1
	}
	sure, any := w.inPicture(f)
	if sure > 0 {
		return sure
	}
	return max(1, any)
}
