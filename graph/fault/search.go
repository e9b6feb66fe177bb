package fault

import "slices"

// search finds ways in the path graph; its memory is kept from one search to the
// next. It searches from both ends at once, always on the side that has cost less
// so far: an end with a dead end around it is found out at the price of that.
//
// For the second way a vertex of the first has two sides, entered and left; a
// side that is left is numbered behind all vertices.
type search struct {
	path   *pathGraph
	number int32
	ahead  flood // from the source
	back   flood // from the target

	order []int32 // vertex → place on the first way
	on    []int32 // vertex → number of the search whose first way it is on
	room  []uint8 // place on the first way → whether two ways have room
	first []int32 // the first way, with its ends
	ways  [2][]int32
	next  [][2]int32 // vertex → where the two ways go on

	island  []int32 // vertex → number of what it hangs together with
	islands int32   // numbers given
	old     int32   // numbers that count no more
}

// flood is what was reached from one end.
type flood struct {
	seen   []int32 // side of a vertex → number of the search that saw it
	parent []int32
	queue  []int32
	head   int
	cost   int
}

func (f *flood) start(number, x int32) {
	f.queue, f.head, f.cost = f.queue[:0], 0, 0
	f.add(number, x, None)
}

func (f *flood) add(number, x, parent int32) {
	if f.seen[x] != number {
		f.seen[x], f.parent[x] = number, parent
		f.queue = append(f.queue, x)
	}
}

func newSearch(n *Network) search {
	v := len(n.path.owner)
	return search{
		path: &n.path, order: make([]int32, v), on: make([]int32, v), next: make([][2]int32, v),
		ahead: flood{seen: make([]int32, 2*v), parent: make([]int32, 2*v)},
		back:  flood{seen: make([]int32, 2*v), parent: make([]int32, 2*v)},
	}
}

// route is a question: from where to where, over what.
type route struct {
	from, to, tag int32
	sure          bool
	doors         *doors // the ends themselves are not asked
}

// step reports whether a way may go from x to y over edge e; one of the two is
// open already, fresh is the other.
func (h *search) step(q *route, e, x, y, fresh int32) bool {
	n := h.path
	return !(q.sure && (n.guessed[e] || n.unsure[fresh])) && (fresh == q.from || fresh == q.to || q.doors.open[fresh] > 0) &&
		n.passes(q.from, x, y) && n.carries(y, q.tag)
}

// way finds a way and leaves it, with its ends, in h.first.
func (h *search) way(q *route) bool {
	n := h.path
	h.first = h.first[:0]
	if q.from == q.to {
		h.first = append(h.first, q.from)
		return true
	}
	h.number++
	a, b := &h.ahead, &h.back
	a.start(h.number, q.from)
	b.start(h.number, q.to)
	for a.head < len(a.queue) && b.head < len(b.queue) {
		if a.cost <= b.cost {
			x := a.queue[a.head]
			a.head++
			a.cost += int(n.at[x+1] - n.at[x])
			for e := n.at[x]; e < n.at[x+1]; e++ {
				y := n.next[e]
				if a.seen[y] == h.number || !h.step(q, e, x, y, y) {
					continue
				}
				a.add(h.number, y, x)
				if b.seen[y] == h.number {
					h.meet(y)
					return true
				}
			}
			continue
		}
		y := b.queue[b.head]
		b.head++
		b.cost += int(n.at[y+1] - n.at[y])
		for e := n.at[y]; e < n.at[y+1]; e++ {
			x := n.next[e]
			if b.seen[x] == h.number || !h.step(q, e, x, y, x) {
				continue
			}
			b.add(h.number, x, y)
			if a.seen[x] == h.number {
				h.meet(x)
				return true
			}
		}
	}
	return false
}

// meet joins what both floods found at x.
func (h *search) meet(x int32) {
	for v := x; v != None; v = h.ahead.parent[v] {
		h.first = append(h.first, v)
	}
	slices.Reverse(h.first)
	for v := h.back.parent[x]; v != None; v = h.back.parent[v] {
		h.first = append(h.first, v)
	}
}

const (
	narrow uint8 = iota
	wide         // more than one of its elements is open
	cut          // every way leads over it
)

// two finds two ways that share no elements but those that every way leads over,
// and leaves them in h.ways, with their ends; h.room then tells what of h.first is
// such a cut. It is one augmentation in a network whose knots have room for one
// way, or two where two elements are open (Ford and Fulkerson; Menger); where it
// is stuck, the last knot of the first way that it entered is one that every way
// leads over, and is given room for both.
func (h *search) two(q *route) bool {
	if !h.way(q) {
		return false
	}
	last := int32(len(h.first) - 1)
	h.ways[0], h.ways[1] = append(h.ways[0][:0], h.first...), append(h.ways[1][:0], h.first...)
	if last < 2 {
		return true
	}
	h.number++
	h.room = h.room[:0]
	for p, v := range h.first {
		h.on[v], h.order[v] = h.number, int32(p)
		room := narrow
		if q.doors.open[v] > 1 {
			room = wide
		}
		h.room = append(h.room, room)
	}
	h.split(q, h.augment(q, last))
	return true
}

// augment searches the residual network from both ends and gives the side of a
// vertex at which they meet.
func (h *search) augment(q *route, last int32) int32 {
	n, number := h.path, h.number
	left := int32(len(n.owner)) // added to a vertex: the side that is left
	a, b := &h.ahead, &h.back
	a.start(number, q.from+left)
	b.start(number, q.to)
	far, near := int32(0), last // furthest place entered ahead, earliest left in the back
	meeting := None
	reach := func(x, parent int32) {
		if a.seen[x] == number {
			return
		}
		a.add(number, x, parent)
		if x < left && h.on[x] == number {
			far = max(far, h.order[x])
		}
		if b.seen[x] == number {
			meeting = x
		}
	}
	leave := func(x, parent int32) {
		if b.seen[x] == number {
			return
		}
		b.add(number, x, parent)
		if x >= left {
			near = min(near, h.order[x-left])
		}
		if a.seen[x] == number {
			meeting = x
		}
	}
	for meeting == None {
		switch {
		case a.head == len(a.queue):
			h.room[far] = cut
			reach(h.first[far]+left, h.first[far])
		case b.head == len(b.queue):
			h.room[near] = cut
			leave(h.first[near], h.first[near]+left)
		case a.cost <= b.cost:
			x := a.queue[a.head]
			a.head++
			if x < left && h.on[x] == number { // entered: back along the first way
				reach(h.first[h.order[x]-1]+left, x)
				if h.room[h.order[x]] != narrow {
					reach(x+left, x)
				}
				a.cost++
				continue
			}
			if x >= left {
				x -= left
				if x != q.from {
					reach(x, x+left)
				}
			}
			from := x
			if h.on[x] == number {
				from += left
			}
			a.cost += int(n.at[x+1] - n.at[x])
			for e := n.at[x]; e < n.at[x+1] && meeting == None; e++ {
				if y := n.next[e]; y != q.from && a.seen[y] != number && h.step(q, e, x, y, y) {
					reach(y, from)
				}
			}
		default:
			y := b.queue[b.head]
			b.head++
			if y >= left { // left: entered again from further on the first way
				y -= left
				p := h.order[y]
				leave(h.first[p+1], y+left)
				if h.room[p] != narrow {
					leave(y, y+left)
				}
				b.cost++
				continue
			}
			if h.on[y] == number && y != q.to {
				leave(y+left, y)
			}
			b.cost += int(n.at[y+1] - n.at[y])
			for e := n.at[y]; e < n.at[y+1] && meeting == None; e++ {
				x := n.next[e]
				if x == q.to || !h.step(q, e, x, y, x) {
					continue
				}
				if h.on[x] == number {
					x += left
				}
				leave(x, y)
			}
		}
	}
	return meeting
}

// split takes the first way and the augmenting one apart into two ways.
func (h *search) split(q *route, meeting int32) {
	left := int32(len(h.path.owner))
	link := func(x, y int32) {
		if h.next[x][0] == None {
			h.next[x][0] = y
		} else {
			h.next[x][1] = y
		}
	}
	unlink := func(x, y int32) {
		if h.next[x][0] == y {
			h.next[x][0] = h.next[x][1]
		}
		h.next[x][1] = None
	}
	for _, v := range h.first {
		h.next[v] = [2]int32{None, None}
	}
	for p, v := range h.first[1:] {
		link(h.first[p], v)
	}
	var sides []int32
	for x := meeting; x != None; x = h.ahead.parent[x] {
		sides = append(sides, x)
	}
	slices.Reverse(sides)
	for x := h.back.parent[meeting]; x != None; x = h.back.parent[x] {
		sides = append(sides, x)
	}
	for _, x := range sides {
		if x < left && h.on[x] != h.number {
			h.next[x] = [2]int32{None, None}
		}
	}
	vertex := func(side int32) int32 {
		if side >= left {
			return side - left
		}
		return side
	}
	for i, x := range sides[1:] {
		from, to := vertex(sides[i]), vertex(x)
		switch {
		case from == to:
		case sides[i] < left && h.on[from] == h.number: // entered, and back: taken from the first way
			unlink(to, from)
		default:
			link(from, to)
		}
	}
	for i := range h.ways {
		way := append(h.ways[i][:0], q.from)
		for v := q.from; v != q.to; {
			to := h.next[v][0]
			h.next[v] = [2]int32{h.next[v][1], None}
			way = append(way, to)
			v = to
		}
		h.ways[i] = way
	}
}

// anew forgets what hangs together.
func (h *search) anew() { h.old = h.islands }

// together reports whether two vertices that are open and outside of ends hang
// together; known is false for others. All that is asked since anew is to ask for
// ways over the same: each part is walked once.
func (h *search) together(q *route) (yes, known bool) {
	n := h.path
	for _, x := range [2]int32{q.from, q.to} {
		if n.owner[x] != None || q.doors.open[x] == 0 || !n.carries(x, q.tag) {
			return false, false
		}
	}
	if h.island == nil {
		h.island = make([]int32, len(n.owner))
	}
	if h.island[q.from] <= h.old {
		h.islands++
		h.island[q.from] = h.islands
		queue := append(h.ahead.queue[:0], q.from)
		for i := 0; i < len(queue); i++ {
			x := queue[i]
			for e := n.at[x]; e < n.at[x+1]; e++ {
				y := n.next[e]
				if h.island[y] > h.old || n.owner[y] != None || q.doors.open[y] == 0 || !n.carries(y, q.tag) ||
					q.sure && (n.guessed[e] || n.unsure[y]) {
					continue
				}
				h.island[y] = h.islands
				queue = append(queue, y)
			}
		}
		h.ahead.queue = queue
	}
	return h.island[q.from] == h.island[q.to], true
}
