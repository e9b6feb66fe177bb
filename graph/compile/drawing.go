package compile

import "gujo/graph"

// drawing is the path graph: over what a way may lead, by component.
type drawing struct {
	isVertex []bool
	top      []int32 // part → the machine it is part of; others → themselves
	end      []bool  // by top: it carries nothing through
	known    []bool  // by top: a link joins it or something attaches it
	edges    []edge
	at       []int32 // component → its edges: edges[list[at[c]:at[c+1]]]
	list     []int32
}

// edge joins two components; rel says so.
type edge struct {
	u, v    int32
	assumed bool
	rel     int32
}

func (e edge) other(c int32) int32 {
	if e.u == c {
		return e.v
	}
	return e.u
}

func drawNetwork(v *graph.View) *drawing {
	n := len(v.Components)
	d := &drawing{isVertex: make([]bool, n), top: make([]int32, n), end: make([]bool, n), known: make([]bool, n)}
	for c := range int32(n) {
		d.top[c] = topOf(v, c)
		switch v.Components[c].Kind {
		case graph.Link, graph.Interface, graph.Module, graph.NetworkDevice, graph.Server, graph.AccessZone,
			graph.Storage, graph.PowerSource:
			d.isVertex[c] = true
		}
	}
	for c := range int32(n) {
		switch v.Components[c].Kind {
		case graph.NetworkDevice:
			d.end[c] = v.Components[c].Attrs.IsFalse("transit")
		case graph.Server, graph.AccessZone, graph.Storage, graph.PowerSource:
			d.end[c] = true
		}
	}
	bundled := bundledLinks(v)
	linked := make([]bool, n) // by top
	for i := range v.Relations {
		r := &v.Relations[i]
		if r.Strength == graph.Soft {
			continue
		}
		switch r.Type {
		case graph.Joins:
			linked[d.top[r.To]] = true
			d.known[d.top[r.To]], d.known[r.From] = true, true
			if !bundled[r.From] {
				d.add(r.From, r.To, r.Strength, int32(i))
			}
		case graph.PartOf:
			if v.Components[r.From].Kind != graph.PowerSupply {
				d.add(r.From, r.To, r.Strength, int32(i))
			}
		}
	}
	inside := map[int32][]int32{} // subnet → devices' interfaces in it
	for i := range v.Relations {
		if p := &v.Relations[i]; p.Type == graph.InSubnet && v.Components[p.From].Kind == graph.Interface &&
			v.Components[d.top[p.From]].Kind == graph.NetworkDevice {
			inside[p.To] = append(inside[p.To], p.From)
		}
	}
	for i := range v.Relations {
		r := &v.Relations[i]
		if r.Type != graph.AttachedTo || r.Strength == graph.Soft {
			continue
		}
		if v.Components[r.From].Kind == graph.Server && (linked[r.From] || hasHost(v, r.From)) {
			continue
		}
		if v.Components[r.To].Kind != graph.Subnet {
			d.attach(r.From, r.To, r.Strength, int32(i))
			continue
		}
		for _, port := range inside[r.To] {
			d.attach(r.From, port, r.Strength, int32(i))
		}
	}
	d.index(n)
	return d
}

func (d *drawing) add(a, b int32, strength graph.Strength, rel int32) {
	d.edges = append(d.edges, edge{a, b, strength == graph.Assumed, rel})
}

func (d *drawing) attach(c, port int32, strength graph.Strength, rel int32) {
	d.add(c, port, strength, rel)
	d.known[c], d.known[d.top[port]] = true, true
}

func (d *drawing) index(n int) {
	d.at = make([]int32, n+1)
	for _, e := range d.edges {
		d.at[e.u+1]++
		d.at[e.v+1]++
	}
	for c := range n {
		d.at[c+1] += d.at[c]
	}
	d.list = make([]int32, 2*len(d.edges))
	next := make([]int32, n)
	copy(next, d.at)
	for i, e := range d.edges {
		for _, c := range [2]int32{e.u, e.v} {
			d.list[next[c]] = int32(i)
			next[c]++
		}
	}
}

// of gives the indexes of a component's edges.
func (d *drawing) of(c int32) []int32 { return d.list[d.at[c]:d.at[c+1]] }

// topOf follows part_of from interfaces and modules to the machine.
func topOf(v *graph.View, c int32) int32 {
	for range 64 { // parts nest a few levels; a loop of them is nobody's
		k := v.Components[c].Kind
		if k != graph.Interface && k != graph.Module {
			return c
		}
		next := none
		for _, r := range v.OutOf(c, graph.PartOf) {
			if r.Strength != graph.Soft {
				next = r.To
				break
			}
		}
		if next == none {
			return c
		}
		c = next
	}
	return c
}

// bundledLinks are the physical links of aggregates.
func bundledLinks(v *graph.View) []bool {
	bundled := make([]bool, len(v.Components))
	visited := map[int32]bool{}
	var group func(g int32)
	group = func(g int32) {
		if visited[g] {
			return
		}
		visited[g] = true
		for _, r := range v.OutOf(g, graph.Member) {
			if r.Strength == graph.Soft {
				continue
			}
			switch v.Components[r.To].Kind {
			case graph.Link:
				bundled[r.To] = true
			case graph.RedundancyGroup:
				group(r.To)
			}
		}
	}
	for i := range v.Relations {
		if r := &v.Relations[i]; r.Type == graph.Aggregates && r.Strength != graph.Soft {
			group(r.To)
		}
	}
	return bundled
}

// hasHost reports whether a machine is a guest whose host is known or assumed.
func hasHost(v *graph.View, c int32) bool {
	for _, r := range v.OutOf(c, graph.RunsOn) {
		if r.Strength != graph.Soft {
			return true
		}
	}
	return false
}
