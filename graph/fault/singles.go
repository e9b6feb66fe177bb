package fault

import (
	"context"
	"slices"
)

// Singles says which candidates alone stop which tops. What many candidates stop
// together is kept once, in a base.
type Singles struct {
	Bases []Base
	// Each candidate that stops something, in node order, with the base that it
	// fails, or None, and the tops that it stops besides those of the base and its
	// parents.
	Candidates []int32
	BaseOf     []int32
	at         []int
	stops      []int32
	stopped    []int32 // base → tops that it stops, with its parents'
	perTop     []int32
}

// AllSingles fails every candidate alone, on top of what is down, and says which
// of tops fall with it. Both are sets of nodes; what is down already is neither.
// The state itself does not change. The answer is the same whatever the number of
// workers. It fails only with ctx.
func (s *State) AllSingles(ctx context.Context, tops, candidates []bool, workers int) (*Singles, error) {
	return s.allSingles(ctx, tops, candidates, workers, usual)
}

func (s *State) allSingles(ctx context.Context, tops, candidates []bool, workers int, l limits) (*Singles, error) {
	k := s.kernel(tops, candidates)
	out, err := k.state.crew(ctx, workers).singles(k.candidates, k.tops, l)
	if err == nil {
		out.lift(k.of, s.net.Len())
	}
	return out, err
}

// lift turns the numbers of a kernel into those of the whole.
func (o *Singles) lift(of []int32, size int) {
	each := func(list []int32) {
		for i, v := range list {
			list[i] = of[v]
		}
	}
	for i := range o.Bases {
		o.Bases[i].Node = of[o.Bases[i].Node]
		each(o.Bases[i].Stops)
	}
	each(o.Candidates)
	each(o.stops)
	perTop := make([]int32, size)
	for v, n := range o.perTop {
		perTop[of[v]] = n
	}
	o.perTop = perTop
}

// singles fails each of a list, in node order, in the present state of the crew.
func (c *crew) singles(list []int32, tops []bool, l limits) (*Singles, error) {
	type part struct {
		worker int32
		base   int32
		from   int
		n      int32
	}
	s := c.states[0]
	parts := make([]part, len(list))
	place := s.places(list)
	w := &sweep{limits: l, crew: c, tops: tops, of: filled(s.net.Len())}
	w.share = w.onBase
	found := make([][]int32, len(c.states))
	w.visit = func(worker int, s *State, at Mark, x, base int32) {
		from := len(found[worker])
		for _, v := range s.Since(at) {
			if tops[v] {
				found[worker] = append(found[worker], v)
			}
		}
		slices.Sort(found[worker][from:])
		parts[place[x]] = part{int32(worker), base, from, int32(len(found[worker]) - from)}
	}
	if err := w.over(list, None); err != nil {
		return nil, err
	}
	out := &Singles{Bases: w.bases, perTop: make([]int32, s.net.Len())}
	for i := range out.Bases {
		b := &out.Bases[i]
		n := int32(len(b.Stops))
		if b.Parent != None {
			n += out.stopped[b.Parent]
		}
		out.stopped = append(out.stopped, n)
	}
	users := make([]int32, len(out.Bases))
	out.at = append(out.at, 0)
	for i, x := range list {
		p := parts[i]
		if p.n == 0 && (p.base == None || out.stopped[p.base] == 0) {
			continue
		}
		own := found[p.worker][p.from : p.from+int(p.n)]
		out.Candidates = append(out.Candidates, x)
		out.BaseOf = append(out.BaseOf, p.base)
		out.stops = append(out.stops, own...)
		out.at = append(out.at, len(out.stops))
		for _, t := range own {
			out.perTop[t]++
		}
		if p.base != None {
			users[p.base]++
		}
	}
	for i := len(out.Bases) - 1; i >= 0; i-- { // parents come first
		b := &out.Bases[i]
		if b.Parent != None {
			users[b.Parent] += users[i]
		}
		for _, t := range b.Stops {
			out.perTop[t] += users[i]
		}
	}
	return out, nil
}

// Len gives the number of candidates that stop something.
func (o *Singles) Len() int { return len(o.Candidates) }

// Own gives the tops that the i-th candidate stops besides those of its base.
func (o *Singles) Own(i int) []int32 { return o.stops[o.at[i]:o.at[i+1]] }

// Count gives how many tops the i-th candidate stops.
func (o *Singles) Count(i int) int {
	n := len(o.Own(i))
	if b := o.BaseOf[i]; b != None {
		n += int(o.stopped[b])
	}
	return n
}

// CountOf gives how many candidates alone stop a top.
func (o *Singles) CountOf(top int32) int { return int(o.perTop[top]) }

// Pairs gives the number of all (candidate, top) that the answer stands for.
func (o *Singles) Pairs() int64 {
	n := int64(0)
	for i := range o.Candidates {
		n += int64(o.Count(i))
	}
	return n
}

// Stops appends to into all tops that the i-th candidate stops, in node order.
func (o *Singles) Stops(i int, into []int32) []int32 {
	from := len(into)
	into = append(into, o.Own(i)...)
	for b := o.BaseOf[i]; b != None; b = o.Bases[b].Parent {
		into = append(into, o.Bases[b].Stops...)
	}
	slices.Sort(into[from:])
	return into
}

// Of gives for every top the candidates that alone stop it, in node order: the
// same answer turned around, and never factored.
func (o *Singles) Of(tops []int32) [][]int32 {
	place := make([]int32, len(o.perTop))
	out := make([][]int32, len(tops))
	for i, t := range tops {
		place[t] = int32(i) + 1
		out[i] = make([]int32, 0, o.CountOf(t))
	}
	asked := make([][]int32, len(o.Bases)) // base → places of its tops that are asked for
	for b := range o.Bases {
		if p := o.Bases[b].Parent; p != None {
			asked[b] = append(asked[b], asked[p]...)
		}
		for _, t := range o.Bases[b].Stops {
			if place[t] != 0 {
				asked[b] = append(asked[b], place[t]-1)
			}
		}
	}
	for i, x := range o.Candidates {
		if b := o.BaseOf[i]; b != None {
			for _, p := range asked[b] {
				out[p] = append(out[p], x)
			}
		}
		for _, t := range o.Own(i) {
			if p := place[t]; p != 0 {
				out[p-1] = append(out[p-1], x)
			}
		}
	}
	return out
}

// relevant lists the candidates that are up and on which some top that is up may
// depend, in node order.
func (s *State) relevant(tops, candidates []bool) []int32 {
	matters := s.matters(tops)
	var list []int32
	for v, is := range candidates {
		if is && matters[v] && !s.Failed(int32(v)) {
			list = append(list, int32(v))
		}
	}
	return list
}

// matters gives the nodes through which tops can fall: whatever is not among them
// may fail without any of them noticing.
func (s *State) matters(tops []bool) []bool {
	n := s.net
	out := make([]bool, n.Len())
	var stack []int32
	add := func(v int32) {
		if !out[v] && !s.Failed(v) {
			out[v] = true
			stack = append(stack, v)
		}
	}
	for v, is := range tops {
		if is {
			add(int32(v))
		}
	}
	pathsToo := false
	for len(stack) > 0 {
		v := stack[len(stack)-1]
		stack = stack[:len(stack)-1]
		for _, u := range n.Inputs(v) {
			add(u)
		}
		if n.gateOf[v] != None && !pathsToo {
			pathsToo = true
			for _, u := range n.nodeOf {
				add(u)
			}
		}
	}
	return out
}

// places gives node → place in a list.
func (s *State) places(list []int32) []int32 {
	out := filled(s.net.Len())
	for i, v := range list {
		out[v] = int32(i)
	}
	return out
}
