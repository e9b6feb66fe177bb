package compile

import (
	"context"
	"slices"

	"gujo/graph"
)

// parting is a component without which others are cut off.
type parting struct {
	at   int32
	main int32   // a component of what remains
	off  []int32 // what is cut off
	by   []int32 // what joins it to that
}

// partings fails each device and link that something reaches the rest through alone,
// and sees what is left.
//
// Of what falls apart the largest piece is not walked through: what it holds is
// known from what the others do not. So the walks are as long as what is cut off,
// and a device with ever so many neighbours costs no more than those.
func (m *netMap) partings(ctx context.Context) ([]parting, error) {
	t, err := m.search(ctx)
	if err != nil {
		return nil, err
	}
	w := &parter{netMap: m, tree: t, seen: make([]int32, len(m.adj)), isOff: make([]bool, len(m.adj))}
	var out []parting
	for i, c := range t.splits {
		if i%64 == 0 && ctx.Err() != nil {
			return nil, ctx.Err()
		}
		if k := m.s.kind(c); k != graph.NetworkDevice && k != graph.Link || m.s.failsOpen(c) {
			continue
		}
		if p, ok := w.without(c); ok {
			out = append(out, p)
		}
	}
	return out, nil
}

type parter struct {
	*netMap
	tree   *tree
	seen   []int32 // vertex → number of the piece that last saw it
	number int32
	isOff  []bool
}

// piece is what holds together when a component has failed.
type piece struct {
	starts  []int32 // neighbours of the component
	nodes   int32   // how many vertices it has at least, without ends
	members []int32 // what counts, where it was walked through
	size    int     // of members, walked through or not
	first   int32   // of members, the first by ID
}

// without finds the pieces that a component's failure leaves of its part. The
// largest remains the network; of equals, the one with the first IDs.
func (w *parter) without(c int32) (parting, bool) {
	pieces := w.pieces(c)
	big := 0
	for i := range pieces {
		if pieces[i].nodes > pieces[big].nodes {
			big = i
		}
	}
	base := w.number
	w.number++
	w.seen[c] = w.number
	w.number++ // the number of what was not walked through
	for i := range pieces {
		if i != big {
			w.walk(&pieces[i], c)
		}
	}
	w.infer(&pieces[big], pieces, c, base)
	main := -1
	for i := range pieces {
		if pieces[i].size > 0 && (main < 0 || w.goesBefore(&pieces[i], &pieces[main], c)) {
			main = i
		}
	}
	if main < 0 {
		return parting{}, false
	}
	out := parting{at: c, main: pieces[main].first}
	var kept func(x int32) bool
	if main == big && pieces[big].members == nil {
		kept = func(x int32) bool { return w.isBeside(x, c, base) }
	} else {
		if pieces[big].members == nil {
			w.walk(&pieces[big], c)
		}
		in := make(map[int32]bool, len(pieces[main].members))
		for _, x := range pieces[main].members {
			in[x] = true
		}
		kept = func(x int32) bool { return in[x] }
	}
	for i, p := range pieces {
		if i == main {
			continue
		}
		for _, x := range p.members {
			if !w.isOff[x] && !kept(x) && !w.isElsewhere(x, c, base) {
				w.isOff[x] = true
				out.off = append(out.off, x)
			}
		}
	}
	defer func() {
		for _, x := range out.off {
			w.isOff[x] = false
		}
	}()
	for _, o := range w.adj[c] {
		cut := w.isOff[o]
		if w.s.kind(o) == graph.Link {
			cut = slices.ContainsFunc(w.adj[o], func(x int32) bool { return x != c && w.isOff[x] })
		}
		if cut {
			out.by = append(out.by, o)
		}
	}
	slices.Sort(out.by)
	out.by = slices.Compact(out.by)
	return out, len(out.off) > 0
}

// pieces gives what a component's neighbours fall apart into: each subtree of the
// search that does not reach above it, the rest, which hangs together over what the
// search came from, and each end.
func (w *parter) pieces(c int32) []piece {
	t := w.tree
	var list []piece
	rest := piece{nodes: t.whole[w.part[c]] - 1}
	for _, o := range w.adj[c] {
		switch {
		case w.isEnd(o):
			list = append(list, piece{starts: []int32{o}})
		case t.parent[o] == c && t.low[o] >= t.order[c]:
			if !t.taken[o] {
				t.taken[o] = true
				list = append(list, piece{starts: []int32{o}, nodes: t.size[o]})
				rest.nodes -= t.size[o]
			}
		case t.order[o] < t.order[c]: // from where the search came
			rest.starts = append(rest.starts, o)
		}
	}
	for _, p := range list {
		t.taken[p.starts[0]] = false
	}
	if len(rest.starts) > 0 {
		list = append(list, rest)
	}
	return list
}

// walk finds the members of a piece. An end that is joined to several pieces is in
// each of them.
func (w *parter) walk(p *piece, c int32) {
	w.number++
	p.members, p.size, p.first = nil, 0, int32(len(w.adj))
	var queue []int32
	add := func(x int32) {
		if x != c && w.seen[x] != w.number {
			w.seen[x] = w.number
			queue = append(queue, x)
		}
	}
	for _, x := range p.starts {
		add(x)
	}
	for i := 0; i < len(queue); i++ {
		x := queue[i]
		if w.counts(x) {
			p.members = append(p.members, x)
			p.size++
			p.first = min(p.first, x)
		}
		if w.isEnd(x) {
			continue
		}
		for _, o := range w.adj[x] {
			add(o)
		}
	}
}

// goesBefore compares two pieces: by size, then by their members' IDs.
func (w *parter) goesBefore(p, q *piece, c int32) bool {
	switch {
	case p.size != q.size:
		return p.size > q.size
	case p.first != q.first:
		return p.first < q.first
	}
	for _, x := range []*piece{p, q} { // an end that both have
		if x.members == nil {
			w.walk(x, c)
		}
		slices.Sort(x.members)
	}
	return slices.Compare(p.members, q.members) < 0
}

// infer tells the size and first member of the piece that was not walked through:
// it has all of the part that the others have not, and the ends that it shares.
func (w *parter) infer(big *piece, pieces []piece, c, base int32) {
	if len(big.starts) == 1 && w.isEnd(big.starts[0]) { // there are but ends
		w.walk(big, c)
		return
	}
	big.first = int32(len(w.adj))
	all := w.parts[w.part[c]]
	others := 0
	if w.counts(c) {
		others++
	}
	counted := map[int32]bool{}
	for i := range pieces {
		for _, x := range pieces[i].members {
			if counted[x] {
				continue
			}
			counted[x] = true
			others++
			if w.isEnd(x) && w.isBeside(x, c, base) {
				others--
				big.first = min(big.first, x)
			}
		}
	}
	big.size = len(all) - others
	for _, x := range all {
		if x >= big.first {
			break
		}
		if x != c && !counted[x] {
			big.first = x
			break
		}
	}
}

// isBeside reports whether something that was walked into is joined to the piece
// that was not walked through too, as only ends are.
func (w *parter) isBeside(x, c, base int32) bool {
	return w.isEnd(x) && slices.ContainsFunc(w.adj[x], func(o int32) bool {
		return o != c && !w.isEnd(o) && w.part[o] == w.part[c] && w.seen[o] <= base
	})
}

// isElsewhere reports whether an end is joined to another part too, which nothing
// joins to this one.
func (w *parter) isElsewhere(x, c, base int32) bool {
	return w.isEnd(x) && slices.ContainsFunc(w.adj[x], func(o int32) bool {
		if w.isEnd(o) {
			return w.seen[o] <= base && !w.isBeside(o, c, base)
		}
		return w.part[o] != w.part[c]
	})
}

// tree is a search of the map without its ends, depth first (Hopcroft and Tarjan).
type tree struct {
	order, low []int32 // vertex → when it was seen, and the earliest seen from below it
	parent     []int32
	size       []int32 // vertices of its subtree
	whole      []int32 // part → its vertices
	splits     []int32 // what may part something, in order
	taken      []bool
}

func (m *netMap) search(ctx context.Context) (*tree, error) {
	n := len(m.adj)
	t := &tree{
		order: make([]int32, n), low: make([]int32, n), parent: make([]int32, n), size: make([]int32, n),
		whole: make([]int32, len(m.parts)), taken: make([]bool, n),
	}
	next := make([]int32, n)
	is := make([]bool, n)
	clock, steps := int32(0), 0
	for root := range int32(n) {
		if t.order[root] != 0 || m.part[root] == none || m.isEnd(root) {
			continue
		}
		children := 0
		stack := []int32{root}
		enter := func(v, parent int32) {
			t.parent[v] = parent
			clock++
			t.order[v], t.low[v], t.size[v] = clock, clock, 1
			t.whole[m.part[v]]++
		}
		enter(root, none)
		for len(stack) > 0 {
			if steps++; steps%checkEvery == 0 && ctx.Err() != nil {
				return nil, ctx.Err()
			}
			v := stack[len(stack)-1]
			if int(next[v]) < len(m.adj[v]) {
				o := m.adj[v][next[v]]
				next[v]++
				switch {
				case m.isEnd(o):
					is[v] = true // it may be all that the end has
				case t.order[o] == 0:
					enter(o, v)
					stack = append(stack, o)
				case o != t.parent[v]:
					t.low[v] = min(t.low[v], t.order[o])
				}
				continue
			}
			stack = stack[:len(stack)-1]
			if p := t.parent[v]; p != none {
				t.low[p] = min(t.low[p], t.low[v])
				t.size[p] += t.size[v]
				if p == root {
					children++
				} else if t.low[v] >= t.order[p] {
					is[p] = true
				}
			}
		}
		if children > 1 {
			is[root] = true
		}
	}
	for c, yes := range is {
		if yes {
			t.splits = append(t.splits, int32(c))
		}
	}
	return t, nil
}
