package fault

import (
	"cmp"
	"context"
	"slices"
)

// Pairs says which two candidates stop which tops that neither stops alone. It is
// factored: candidates are put into classes, and a record says of two classes
// that any of the one with any of the other stops the same tops.
type Pairs struct {
	of      []int32   // node in all lists here → node of the network, ascending
	classes [][]int32 // candidates in node order
	without map[int32][]without
	alone   [][]int32 // class → tops that any of it stops alone
	giants  [][]int32 // what giants stop
	records []record
	stops   []int32
	perTop  []int64
	topAt   []int // top → its part of byTop
	byTop   []int32
	byGiant [][]int32 // giant → records
}

// without says that a candidate of a class is not meant where the class stops a
// top, since it stops that alone. Lists of it are in the order of tops.
type without struct{ top, candidate int32 }

type record struct {
	a, b     int32 // classes
	giant    int32 // whose stops these two stop, but for what either stops alone; or None
	from, to int   // of stops, besides
}

// AllPairs gives all minimal pairs of all tops, on top of what is down. Both are
// sets of nodes. The state itself does not change, and the answer is the same
// whatever the number of workers. It fails only with ctx.
func (s *State) AllPairs(ctx context.Context, tops, candidates []bool, workers int) (*Pairs, error) {
	return s.allPairs(ctx, tops, candidates, workers, usual)
}

func (s *State) allPairs(ctx context.Context, tops, candidates []bool, workers int, l limits) (*Pairs, error) {
	k := s.kernel(tops, candidates)
	q := &pairing{limits: l, crew: k.state.crew(ctx, workers), tops: k.tops, matters: k.state.matters(k.tops), mask: make([]uint64, len(k.of))}
	q.out.of, q.out.perTop = k.of, make([]int64, len(k.of))
	q.crew.all(func(_ int, s *State) { s.settle() })
	if err := q.solve(k.candidates, 0); err != nil {
		return nil, err
	}
	q.out.index()
	return &q.out, nil
}

// Len gives the number of records.
func (o *Pairs) Len() int { return len(o.records) }

// Each calls f for every record and every top of it, with the candidates of which
// any of the one with any of the other stops it. The order is the same every time.
// What f is given is f's only until it returns.
func (o *Pairs) Each(f func(a, b []int32, top int32)) {
	var a, b []int32
	for i := range o.records {
		r := &o.records[i]
		o.eachStop(r, func(t int32) {
			a, b = o.members(r.a, t, a[:0]), o.members(r.b, t, b[:0])
			f(o.lift(a), o.lift(b), o.of[t])
		})
	}
}

// lift turns the numbers of a list into those of the network.
func (o *Pairs) lift(list []int32) []int32 {
	for i, v := range list {
		list[i] = o.of[v]
	}
	return list
}

// eachStop calls f for every top of a record.
func (o *Pairs) eachStop(r *record, f func(top int32)) {
	if r.giant != None {
		for _, t := range o.giants[r.giant] {
			if !o.stopsAlone(r, t) {
				f(t)
			}
		}
	}
	for _, t := range o.stops[r.from:r.to] {
		f(t)
	}
}

// stopsAlone reports whether one of the two classes alone stops a top.
func (o *Pairs) stopsAlone(r *record, top int32) bool {
	_, a := slices.BinarySearch(o.alone[r.a], top)
	_, b := slices.BinarySearch(o.alone[r.b], top)
	return a || b
}

// members appends the candidates of a class that do not alone stop a top.
func (o *Pairs) members(class, top int32, into []int32) []int32 {
	out := o.without[class]
	from, _ := slices.BinarySearchFunc(out, top, func(x without, t int32) int { return cmp.Compare(x.top, t) })
	for _, v := range o.classes[class] {
		if from < len(out) && out[from] == (without{top, v}) {
			from++
			continue
		}
		into = append(into, v)
	}
	return into
}

// size counts them.
func (o *Pairs) size(class, top int32) int64 {
	n := int64(len(o.classes[class]))
	if len(o.without) == 0 {
		return n
	}
	out := o.without[class]
	from, _ := slices.BinarySearchFunc(out, top, func(x without, t int32) int { return cmp.Compare(x.top, t) })
	for ; from < len(out) && out[from].top == top; from++ {
		n--
	}
	return n
}

// CountOf gives how many minimal pairs stop a top.
func (o *Pairs) CountOf(top int32) int64 {
	if t, is := slices.BinarySearch(o.of, top); is {
		return o.perTop[t]
	}
	return 0
}

// Total gives the number of all (pair, top) that the answer stands for.
func (o *Pairs) Total() int64 {
	n := int64(0)
	for _, k := range o.perTop {
		n += k
	}
	return n
}

// Product stands for any of A with any of B.
type Product struct{ A, B []int32 }

// Of gives the minimal pairs of one top as products that do not overlap: classes
// with the same partners are put together.
func (o *Pairs) Of(node int32) []Product {
	at, is := slices.BinarySearch(o.of, node)
	if !is {
		return nil
	}
	top := int32(at)
	partners := map[int32][]int32{}
	var classes []int32
	list := slices.Clone(o.byTop[o.topAt[top]:o.topAt[top+1]])
	for g, stops := range o.giants {
		if _, is := slices.BinarySearch(stops, top); is {
			for _, i := range o.byGiant[g] {
				if !o.stopsAlone(&o.records[i], top) {
					list = append(list, i)
				}
			}
		}
	}
	slices.Sort(list)
	for _, i := range list {
		r := &o.records[i]
		for _, x := range [2][2]int32{{r.a, r.b}, {r.b, r.a}} {
			if partners[x[0]] == nil {
				classes = append(classes, x[0])
			}
			partners[x[0]] = append(partners[x[0]], x[1])
		}
	}
	slices.SortFunc(classes, func(x, y int32) int {
		return cmp.Or(slices.Compare(partners[x], partners[y]), cmp.Compare(x, y))
	})
	// If x is a partner of y, then all that are like x are partners of all that are like y.
	groupOf := map[int32]int{}
	var groups [][]int32
	for i, x := range classes {
		if i == 0 || !slices.Equal(partners[classes[i-1]], partners[x]) {
			groups = append(groups, nil)
		}
		last := len(groups) - 1
		groupOf[x] = last
		groups[last] = append(groups[last], x)
	}
	slices.SortFunc(groups, func(x, y []int32) int { return cmp.Compare(x[0], y[0]) })
	for g, group := range groups {
		for _, x := range group {
			groupOf[x] = g
		}
	}
	var out []Product
	for g, group := range groups {
		var a, b []int32
		for _, x := range group {
			a = o.members(x, top, a)
		}
		for _, y := range partners[group[0]] {
			if groupOf[y] > g {
				b = o.members(y, top, b)
			}
		}
		if len(b) > 0 {
			slices.Sort(a)
			slices.Sort(b)
			out = append(out, Product{o.lift(a), o.lift(b)})
		}
	}
	return out
}

// index puts the records in order and finds those of each top.
func (o *Pairs) index() {
	slices.SortFunc(o.records, func(x, y record) int { return cmp.Or(cmp.Compare(x.a, y.a), cmp.Compare(x.b, y.b)) })
	o.topAt = make([]int, len(o.perTop)+1)
	for _, t := range o.stops {
		o.topAt[t+1]++
	}
	for t := range o.perTop {
		o.topAt[t+1] += o.topAt[t]
	}
	o.byTop = make([]int32, len(o.stops))
	next := slices.Clone(o.topAt)
	o.byGiant = make([][]int32, len(o.giants))
	both := make([]int64, len(o.giants)) // pairs that fail each giant
	for i, r := range o.records {
		if g := r.giant; g != None {
			o.byGiant[g] = append(o.byGiant[g], int32(i))
			n := int64(len(o.classes[r.a])) * int64(len(o.classes[r.b]))
			both[g] += n
			for _, t := range o.alone[r.a] {
				if _, is := slices.BinarySearch(o.giants[g], t); is {
					o.perTop[t] -= n
				}
			}
			for _, t := range o.alone[r.b] {
				_, twice := slices.BinarySearch(o.alone[r.a], t)
				if _, is := slices.BinarySearch(o.giants[g], t); is && !twice {
					o.perTop[t] -= n
				}
			}
		}
		for _, t := range o.stops[r.from:r.to] {
			o.perTop[t] += o.size(r.a, t) * o.size(r.b, t)
			o.byTop[next[t]] = int32(i)
			next[t]++
		}
	}
	for g, stops := range o.giants {
		for _, t := range stops {
			o.perTop[t] += both[g]
		}
	}
}
