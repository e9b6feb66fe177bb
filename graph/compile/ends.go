package compile

import "gujo/graph"

// openEnds says which open ends may be the same thing: all below one group,
// through needs and members, share one node, transitively.
type openEnds struct {
	class []int32  // end → class
	names []string // class → ID of its unobserved node
}

// unobservedPrefix begins the IDs of nodes that stand for what is not known.
const unobservedPrefix = "unobserved/"

func (s *structure) shareEnds() openEnds {
	if len(s.ends.keys) == 0 {
		return openEnds{}
	}
	parent := make([]int32, len(s.ends.keys))
	for i := range parent {
		parent[i] = int32(i)
	}
	root := func(e int32) int32 {
		for parent[e] != e {
			parent[e] = parent[parent[e]]
			e = parent[e]
		}
		return e
	}
	below := s.aboveEnds()
	group := make([]int32, len(s.ends.keys)) // root → smallest group concerned
	for i := range group {
		group[i] = none
	}
	unite := func(a, b int32) int32 {
		a, b = root(a), root(b)
		if a != b {
			parent[b] = a
			if group[a] == none || group[b] != none && group[b] < group[a] {
				group[a] = group[b]
			}
		}
		return a
	}
	// A node seen under one group has all its ends in that group's class, so the
	// next group that meets it joins the class and need not go further.
	seen := make([]int32, len(s.nodes))
	for i := range seen {
		seen[i] = none
	}
	var stack, visited []int32
	for g := range s.view.Components {
		if s.kind(int32(g)) != graph.RedundancyGroup {
			continue
		}
		class := none
		visited = visited[:0]
		stack = append(append(stack, s.groups.of(int32(g))...), int32(g))
		for len(stack) > 0 {
			n := stack[len(stack)-1]
			stack = stack[:len(stack)-1]
			if !below[n] {
				continue
			}
			if e := seen[n]; e != none {
				if e >= 0 {
					class = joined(class, e, unite)
				}
				continue // or under this group already
			}
			seen[n] = -2 // under this group, class not known yet
			visited = append(visited, n)
			x := &s.nodes[n]
			s.endsOf(n, func(e int32) {
				if s.ends.keys[e] != (end{"members", int32(g)}) { // its own
					class = joined(class, e, unite)
				}
			})
			for _, in := range s.inputsOf(n) {
				stack = append(stack, in.node)
			}
			stack = append(stack, s.beside(n)...)
			if x.fallback != none {
				stack = append(stack, x.fallback)
			}
		}
		for _, n := range visited {
			seen[n] = class
			if s.nodes[n].ends != none {
				seen[n] = none // its ends may be a group's own
			}
		}
		if class == none {
			continue
		}
		if r := root(class); group[r] == none || int32(g) < group[r] {
			group[r] = int32(g)
		}
	}
	return s.nameEnds(root, group)
}

func joined(class, e int32, unite func(a, b int32) int32) int32 {
	if class == none {
		return e
	}
	return unite(class, e)
}

// nameEnds numbers the classes and names them.
func (s *structure) nameEnds(root func(int32) int32, group []int32) openEnds {
	o := openEnds{class: make([]int32, len(s.ends.keys))}
	size := make([]int, len(s.ends.keys))
	at := make([]int32, len(s.ends.keys))
	for e := range s.ends.keys {
		size[root(int32(e))]++
		at[e] = none
	}
	for e := range s.ends.keys {
		r := root(int32(e))
		if at[r] == none {
			at[r] = int32(len(o.names))
			name := unobservedPrefix + s.ends.keys[e].what + "-of-" + s.view.Components[s.ends.keys[e].of].ID
			if size[r] > 1 {
				name = unobservedPrefix + "end-of-" + s.view.Components[group[r]].ID
			}
			o.names = append(o.names, name)
		}
		o.class[e] = at[r]
	}
	return o
}

// aboveEnds marks the nodes that have an open end below them.
func (s *structure) aboveEnds() []bool {
	each := func(f func(n, by int32)) {
		for n := range int32(len(s.nodes)) {
			for _, in := range s.inputsOf(n) {
				f(in.node, n)
			}
			for _, m := range s.beside(n) {
				f(m, n)
			}
			if other := s.nodes[n].fallback; other != none {
				f(other, n)
			}
		}
	}
	at := make([]int32, len(s.nodes)+1) // first where the users of a node begin, then where they end
	each(func(n, _ int32) { at[n+1]++ })
	for n := range s.nodes {
		at[n+1] += at[n]
	}
	users := make([]int32, at[len(s.nodes)])
	each(func(n, by int32) {
		users[at[n]] = by
		at[n]++
	})
	var queue []int32
	marked := make([]bool, len(s.nodes))
	for n := range s.nodes {
		if s.nodes[n].ends != none {
			marked[n] = true
			queue = append(queue, int32(n))
		}
	}
	for i := 0; i < len(queue); i++ {
		n := queue[i]
		lo := int32(0)
		if n > 0 {
			lo = at[n-1]
		}
		for _, by := range users[lo:at[n]] {
			if !marked[by] {
				marked[by] = true
				queue = append(queue, by)
			}
		}
	}
	return marked
}
