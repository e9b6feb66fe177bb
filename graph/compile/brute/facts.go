package brute

import (
	"slices"

	"gujo/graph"
)

// facts is the snapshot, indexed. Soft relations are left out but for scopes.
type facts struct {
	s    *graph.Snapshot
	outs [][]graph.Relation

	machine []int   // whose part an interface or module is; itself for others
	subnets [][]int // of each as a place, nil where not known
	vlans   [][]int
	tagged  [][]int  // the VLANs that an interface itself carries
	inside  [][]int  // device interfaces of each subnet
	linked  []bool   // by a link, itself or one of its interfaces
	placed  []bool   // by a link or an attachment
	bundled []bool   // links that an aggregate bundles
	edges   [][]edge // of the path graph
}

type edge struct {
	to      int
	assumed bool
}

func newFacts(s *graph.Snapshot) *facts {
	n := len(s.Components)
	f := &facts{
		s: s, outs: make([][]graph.Relation, n),
		machine: make([]int, n), subnets: make([][]int, n), vlans: make([][]int, n), tagged: make([][]int, n), inside: make([][]int, n),
		linked: make([]bool, n), placed: make([]bool, n), bundled: make([]bool, n), edges: make([][]edge, n),
	}
	for _, r := range s.Relations {
		if r.Strength != graph.Soft {
			f.outs[r.From] = append(f.outs[r.From], r)

		}
	}
	for x := range n {
		f.machine[x] = f.wholeOf(x)
	}
	f.findPlaced()
	f.findScopes()
	for x := range n {
		for _, r := range f.out(x, graph.Aggregates) {
			f.bundle(int(r.To), map[int]bool{})
		}
	}
	f.findEdges()
	return f
}

func (f *facts) comp(x int) *graph.Component { return &f.s.Components[x] }
func (f *facts) kind(x int) graph.Kind       { return f.s.Components[x].Kind }
func (f *facts) id(x int) string             { return f.s.Components[x].ID }

func (f *facts) out(x int, types ...graph.RelationType) []graph.Relation {
	return only(f.outs[x], types)
}

func only(rels []graph.Relation, types []graph.RelationType) (list []graph.Relation) {
	for _, r := range rels {
		if slices.Contains(types, r.Type) {
			list = append(list, r)
		}
	}
	return list
}

func (f *facts) isPart(x int) bool { return f.kind(x) == graph.Interface || f.kind(x) == graph.Module }

// wholeOf follows part_of from an interface or module to the machine that it is in.
func (f *facts) wholeOf(x int) int {
	seen := map[int]bool{}
	for f.isPart(x) && !seen[x] {
		seen[x] = true
		whole := f.out(x, graph.PartOf)
		if len(whole) == 0 {
			break
		}
		x = int(whole[0].To)
	}
	return x
}

// within reports whether one component is another, or a part of it.
func (f *facts) within(part, x int) bool {
	seen := map[int]bool{}
	for part != x && f.isPart(part) && !seen[part] {
		seen[part] = true
		whole := f.out(part, graph.PartOf)
		if len(whole) == 0 {
			return false
		}
		part = int(whole[0].To)
	}
	return part == x
}

// transit reports whether a way may lead through: not through servers, nor
// through devices that say so. Links belong to no machine and carry it.
func (f *facts) transit(x int) bool {
	if f.kind(x) == graph.Link {
		return true
	}
	m := f.machine[x]
	if f.isPart(m) { // whose part it is was not seen
		return true
	}
	return f.kind(m) == graph.NetworkDevice && !f.comp(m).Attrs.IsFalse("transit")
}

// findPlaced says what is joined by a link or attached.
func (f *facts) findPlaced() {
	for _, r := range f.s.Relations {
		from, to := int(r.From), int(r.To)
		if r.Type == graph.InSubnet && f.kind(from) == graph.Interface && f.kind(f.machine[from]) == graph.NetworkDevice {
			f.inside[to] = append(f.inside[to], from)
		}
		if r.Strength != graph.Soft && r.Type == graph.Joins {
			f.placed[from] = true
			for _, x := range []int{to, f.machine[to]} {
				f.linked[x], f.placed[x] = true, true
			}
		}
	}
	for x := range f.outs {
		for _, port := range f.attachments(x) {
			f.placed[x], f.placed[port.to], f.placed[f.machine[port.to]] = true, true, true
		}
	}
}

// attached gives a server's or zone's attached_to as far as they count: not for a
// server that a link joins, nor for a guest with a host.
func (f *facts) attached(x int) []graph.Relation {
	if f.linked[x] || len(f.out(x, graph.RunsOn)) > 0 {
		return nil
	}
	return f.out(x, graph.AttachedTo)
}

// attachments gives the edges that these make; a subnet stands for the device
// interfaces in it.
func (f *facts) attachments(x int) (list []edge) {
	for _, r := range f.attached(x) {
		weak := r.Strength == graph.Assumed
		if f.kind(int(r.To)) == graph.Subnet {
			for _, port := range f.inside[r.To] {
				list = append(list, edge{port, weak})
			}
			continue
		}
		list = append(list, edge{int(r.To), weak})
	}
	return list
}

// findScopes says in which subnets and VLANs each would be as a place: those of
// its own interfaces; if it has none, of the port it is attached to, the far end
// of its link, or the subnet it is attached to.
func (f *facts) findScopes() {
	own := func(x int, t graph.RelationType) (list []int) {
		for _, r := range f.s.Relations {
			if r.Type == t && (int(r.From) == x || f.kind(int(r.From)) == graph.Interface && f.within(int(r.From), x)) {
				list = append(list, int(r.To))
			}
		}
		return list
	}
	near := func(x int, t graph.RelationType) (list []int) {
		for _, r := range f.attached(x) {
			switch {
			case f.kind(int(r.To)) == graph.Interface:
				list = append(list, own(int(r.To), t)...)
			case f.kind(int(r.To)) == graph.Subnet && t == graph.InSubnet:
				list = append(list, int(r.To))
			}
		}
		for link := range f.outs {
			ends := f.out(link, graph.Joins)
			for _, mine := range ends {
				if !f.within(int(mine.To), x) {
					continue
				}
				for _, far := range ends {
					if !f.within(int(far.To), x) && f.kind(int(far.To)) == graph.Interface {
						list = append(list, own(int(far.To), t)...)
					}
				}
			}
		}
		return list
	}
	for x := range f.outs {
		if f.kind(x) == graph.Interface {
			f.tagged[x] = set(own(x, graph.InVLAN))
		}
		for _, scope := range []struct {
			t    graph.RelationType
			into [][]int
		}{{graph.InSubnet, f.subnets}, {graph.InVLAN, f.vlans}} {
			list := own(x, scope.t)
			if len(list) == 0 {
				list = near(x, scope.t)
			}
			scope.into[x] = set(list)
		}
	}
}

// bundle marks the physical links below an aggregate: they are no edges of their own.
func (f *facts) bundle(x int, seen map[int]bool) {
	if seen[x] {
		return
	}
	seen[x] = true
	f.bundled[x] = f.kind(x) == graph.Link
	for _, r := range f.out(x, graph.Member) {
		f.bundle(int(r.To), seen)
	}
}

// findEdges makes the path graph.
func (f *facts) findEdges() {
	add := func(a, b int, weak bool) {
		f.edges[a] = append(f.edges[a], edge{b, weak})
		f.edges[b] = append(f.edges[b], edge{a, weak})
	}
	for x := range f.outs {
		for _, e := range f.attachments(x) {
			add(x, e.to, e.assumed)
		}
		for _, r := range f.out(x, graph.Joins) {
			if !f.bundled[x] {
				add(x, int(r.To), r.Strength == graph.Assumed)
			}
		}
		if f.isPart(x) {
			for _, r := range f.out(x, graph.PartOf) {
				add(x, int(r.To), r.Strength == graph.Assumed)
			}
		}
	}
}

func set(list []int) []int {
	slices.Sort(list)
	return slices.Compact(list)
}

func common(a, b []int) (list []int) {
	for _, x := range a {
		if slices.Contains(b, x) {
			list = append(list, x)
		}
	}
	return list
}
