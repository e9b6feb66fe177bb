package rules

import (
	"slices"

	"gujo/graph"
)

// facts are what rules can ask about the components of one snapshot.
type facts struct {
	*graph.View // its targets that became no component stand behind the components
	snapshot    *graph.Snapshot
	required    map[graph.Kind][]tableSet   // by what the rules of this run need
	all         []int32                     // every network device
	unread      []int32                     // those of which nothing was read
	alike       map[string]bool             // names that several machines bear
	carded      map[int32]carded            // as cardsOf gives them
	nets        map[int32]map[int32][]int32 // subnet → machine → relations, as inSubnet gives them
}

func newFacts(s *graph.Snapshot, required map[graph.Kind][]tableSet) *facts {
	f := &facts{snapshot: s, required: required, nets: map[int32]map[int32][]int32{}, carded: map[int32]carded{}}
	if more := targets(s); len(more) > 0 {
		wider := *s
		wider.Components = slices.Concat(s.Components, more)
		s = &wider
	}
	f.View = graph.NewView(s)
	f.alike = namesakes(s)
	for i := range s.Components {
		if s.Components[i].Kind == graph.NetworkDevice {
			f.all = append(f.all, int32(i))
			if f.tablesRead(int32(i)) == 0 {
				f.unread = append(f.unread, int32(i))
			}
		}
	}
	return f
}

// Find gives the index of the component with this ID; a target that became none
// is not found.
func (f *facts) Find(id string) (int32, bool) { return f.snapshot.Find(id) }

// A look is one evaluation of one rule about one subject. It remembers every
// relation that was consulted: together they are the proof of the verdict.
type look struct {
	*facts
	seen  map[int32]struct{} // indexes into Relations
	order []int32
}

func (f *facts) look() *look { return &look{facts: f, seen: map[int32]struct{}{}} }

func (l *look) mark(rel int32) {
	if _, ok := l.seen[rel]; !ok {
		l.seen[rel] = struct{}{}
		l.order = append(l.order, rel)
	}
}

func (l *look) kind(c int32) graph.Kind { return l.Components[c].Kind }

// needs gives what c needs by relations of this type, in ID order.
func (l *look) needs(c int32, t graph.RelationType) []int32 {
	var out []int32
	lo, hi := l.Out(c)
	for i := lo; i < hi; i++ {
		if l.Relations[i].Type == t {
			l.mark(i)
			out = append(out, l.Relations[i].To)
		}
	}
	return out
}

// neededBy gives who needs c by relations of this type, in ID order.
func (l *look) neededBy(c int32, t graph.RelationType) []int32 {
	var out []int32
	for _, i := range l.In(c) {
		if l.Relations[i].Type == t {
			l.mark(i)
			out = append(out, l.Relations[i].From)
		}
	}
	return out
}

// live gives the members of a group that are in service: active, and neither
// they nor what they stand on seen down.
func (l *look) live(group int32) []int32 {
	var out []int32
	lo, hi := l.Out(group)
	for i := lo; i < hi; i++ {
		r := &l.Relations[i]
		if r.Type != graph.Member {
			continue
		}
		l.mark(i)
		if r.Active() && l.up(r.To, 0) {
			out = append(out, r.To)
		}
	}
	return out
}

// maxDepth bounds how far a chain of relations is followed.
const maxDepth = 16

// up reports that nothing says that c is down. A link is down with one of its
// ends, a part with its device, an endpoint or application with its server; a
// group when fewer than k of its members are up.
func (l *look) up(c int32, depth int) bool {
	if l.Components[c].State == graph.Down {
		return false
	}
	if depth > maxDepth {
		return true
	}
	if g := l.Components[c].Group; g != nil {
		n := 0
		for _, r := range l.OutOf(c, graph.Member) {
			if r.Active() && l.up(r.To, depth+1) {
				n++
			}
		}
		return n >= max(g.K, 1)
	}
	for _, r := range l.Needs(c) {
		switch r.Type {
		case graph.PartOf, graph.RunsOn, graph.ServedBy, graph.BoundTo:
		case graph.Joins:
			if ends := l.OutOf(c, graph.Joins); len(ends) > 2 {
				continue // a segment outlives its ends
			}
		default:
			continue
		}
		if r.Strength == graph.Hard && !l.up(r.To, depth+1) {
			return false
		}
	}
	return true
}

// machine gives the box that c is part of, runs on or is reached at: c itself
// where nothing says so.
func (l *look) machine(c int32) int32 {
	for range maxDepth {
		next := int32(-1)
		lo, hi := l.Out(c)
		for i := lo; i < hi; i++ {
			r := &l.Relations[i]
			follow := false
			switch l.kind(c) {
			case graph.Interface, graph.Module, graph.PowerSupply:
				follow = r.Type == graph.PartOf
			case graph.Application:
				follow = r.Type == graph.RunsOn
			case graph.Endpoint, graph.VirtualServer:
				follow = r.Type == graph.ServedBy || r.Type == graph.BoundTo
			case graph.Volume:
				follow = r.Type == graph.StoredOn
			case graph.DNSName:
				follow = r.Type == graph.ResolvesTo
			}
			if follow && l.kind(r.To) != graph.RedundancyGroup {
				l.mark(i)
				next = r.To
				break
			}
		}
		if next < 0 {
			return c
		}
		c = next
	}
	return c
}

// machines gives the boxes behind a list, those of nested groups included, each once.
func (l *look) machines(list []int32) []int32 {
	var out []int32
	seen := map[int32]bool{}
	var walk func(c int32, depth int)
	walk = func(c int32, depth int) {
		if l.kind(c) == graph.RedundancyGroup {
			if depth < maxDepth {
				for _, m := range l.live(c) {
					walk(m, depth+1)
				}
			}
			return
		}
		if m := l.machine(c); !seen[m] {
			seen[m] = true
			out = append(out, m)
		}
	}
	for _, c := range list {
		walk(c, 0)
	}
	slices.Sort(out)
	return out
}

// parts gives the interfaces, modules and power supplies of a machine, in ID order.
func (l *look) parts(c int32) []int32 {
	var out []int32
	seen := map[int32]bool{c: true}
	var walk func(c int32)
	walk = func(c int32) {
		for _, p := range l.neededBy(c, graph.PartOf) {
			if !seen[p] {
				seen[p] = true
				out = append(out, p)
				walk(p)
			}
		}
	}
	walk(c)
	slices.Sort(out)
	return out
}

// dependents gives the services that hang on c by needs of any kind, c left out.
func (l *look) dependents(c int32) []int32 { return l.above(c, graph.Assumed) }

// firmDependents gives those that do so by observed or declared needs alone.
func (l *look) firmDependents(c int32) []int32 { return l.above(c, graph.Hard) }

func (l *look) above(c int32, weakest graph.Strength) []int32 {
	var out []int32
	by := map[int32]int32{c: -1} // the relation through which each was come to
	for queue := []int32{c}; len(queue) > 0; queue = queue[1:] {
		for _, i := range l.In(queue[0]) {
			r := &l.Relations[i]
			if _, seen := by[r.From]; seen || r.Strength > weakest {
				continue
			}
			by[r.From] = i
			queue = append(queue, r.From)
			if l.kind(r.From) == graph.Service {
				out = append(out, r.From)
				for at := i; at >= 0; at = by[l.Relations[at].To] {
					l.mark(at)
				}
			}
		}
	}
	slices.Sort(out)
	return out
}
