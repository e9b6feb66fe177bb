package fault

import (
	"cmp"
	"math"
	"slices"
)

// Candidates that take the same inputs from the same nodes, close the same
// elements and stop the same tops are equal for every question about two
// failures, though what they fail in between may differ: if one fails a node
// that the other does not, all that leans on that node has failed with both. So
// they make one class, and one of them stands for it.

// profile is what a class does alone.
type profile struct {
	candidate int32 // the one that stands for it
	size      int32 // nodes that fail
	lost      span  // node and input, for nodes that are up but lost an input
	closed    span  // elements
	stops     span  // tops, in node order
	fails     span  // gates that fail
	doubts    span  // gates that are up but lost their first way: gate, then the ways that are left
}

type span struct {
	worker   int32
	from, to int
}

func (p *profiles) of(s span) []int32 { return p.memory[s.worker][s.from:s.to] }

// profiles are the classes of some candidates, by their first members.
type profiles struct {
	matters []bool
	tops    []bool
	classes []profile
	members [][]int32
	memory  [][]int32
}

// leans reports whether a node that is up may yet fail for want of inputs.
func (p *profiles) leans(s *State, v int32) bool {
	return !s.Failed(v) && p.matters[v] && int(s.net.threshold[v]) <= len(s.net.Inputs(v))
}

// digest is a fingerprint of a set, added up of those of its members.
type digest [2]uint64

func (d *digest) add(kind, x, y int32) {
	h := uint64(uint32(x))<<32 | uint64(uint32(y))
	for i, odd := range [2]uint64{0x9e3779b97f4a7c15, 0xd1b54a32d192ed03} {
		z := (h + uint64(kind+1)*odd) * 0xbf58476d1ce4e5b9
		z = (z ^ z>>32) * 0x94d049bb133111eb
		z = (z ^ z>>29) * odd
		d[i] += z ^ z>>32
	}
}

// classes sorts candidates into classes in the present state of the crew, each in
// node order, the classes by their first. With mask, candidates for which it
// differs are never of one class.
func (c *crew) classes(list []int32, tops, matters []bool, mask []uint64) (*profiles, error) {
	p := &profiles{matters: matters, tops: tops, memory: make([][]int32, len(c.states))}
	sums := make([]digest, len(list))
	err := c.each(len(list), 64, func(worker, i int) {
		s, d := c.states[worker], &sums[i]
		at := s.Mark()
		s.fail(list[i])
		s.run(None, math.MaxInt)
		s.EachWeakened(at, func(node, input int32) {
			if p.leans(s, node) {
				d.add(0, node, input)
			}
		})
		closed := p.memory[worker][:0]
		s.eachClosed(at, func(x int32) { closed = append(closed, x) })
		slices.Sort(closed)
		for _, x := range slices.Compact(closed) {
			d.add(1, x, 0)
		}
		p.memory[worker] = closed[:0]
		for _, v := range s.Since(at) {
			if tops[v] {
				d.add(2, v, 0)
			}
		}
		if mask != nil {
			d.add(3, int32(mask[list[i]]>>32), int32(mask[list[i]]))
		}
		s.Rollback(at)
	})
	if err != nil {
		return nil, err
	}
	order := make([]int32, len(list))
	for i := range order {
		order[i] = int32(i)
	}
	slices.SortFunc(order, func(i, j int32) int {
		return cmp.Or(cmp.Compare(sums[i][0], sums[j][0]), cmp.Compare(sums[i][1], sums[j][1]), cmp.Compare(i, j))
	})
	for from := 0; from < len(order); {
		to := from + 1
		for to < len(order) && sums[order[to]] == sums[order[from]] {
			to++
		}
		members := make([]int32, to-from)
		for i := range members {
			members[i] = list[order[from+i]]
		}
		p.members = append(p.members, members)
		from = to
	}
	slices.SortFunc(p.members, func(x, y []int32) int { return cmp.Compare(x[0], y[0]) })
	return p, nil
}

// profile sorts candidates into classes and looks what these do alone.
func (c *crew) profile(list []int32, tops, matters []bool, mask []uint64) (*profiles, error) {
	p, err := c.classes(list, tops, matters, mask)
	if err != nil {
		return nil, err
	}
	p.classes = make([]profile, len(p.members))
	return p, c.each(len(p.members), 64, func(worker, i int) {
		s := c.states[worker]
		at := s.Mark()
		s.fail(p.members[i][0])
		s.run(None, math.MaxInt)
		p.classes[i] = p.write(worker, s, at)
		s.Rollback(at)
	})
}

// write keeps what a class does.
func (p *profiles) write(worker int, s *State, at Mark) profile {
	memory := p.memory[worker]
	begin := 0
	take := func() span {
		t := span{int32(worker), begin, len(memory)}
		begin = t.to
		return t
	}
	begin = len(memory)
	c := profile{candidate: s.Since(at)[0], size: int32(len(s.Since(at)))}
	s.EachWeakened(at, func(node, input int32) {
		if p.leans(s, node) {
			memory = append(memory, node, input)
		}
	})
	c.lost = take()
	s.eachClosed(at, func(x int32) { memory = append(memory, x) })
	slices.Sort(memory[begin:])
	memory = memory[:begin+len(slices.Compact(memory[begin:]))]
	c.closed = take()
	for _, v := range s.Since(at) {
		if p.tops[v] {
			memory = append(memory, v)
		}
	}
	slices.Sort(memory[begin:])
	c.stops = take()
	if len(s.net.gates) > 0 {
		for _, v := range s.Since(at) {
			if g := s.net.gateOf[v]; g != None {
				memory = append(memory, g)
			}
		}
		c.fails = take()
		memory = p.writeDoubts(s, at, memory)
		c.doubts = take()
	}
	p.memory[worker] = memory
	return c
}

// writeDoubts keeps two ways that are left of every gate that lost its first one:
// the gate, how many pairs follow, and the element and the ways that it is on.
func (p *profiles) writeDoubts(s *State, at Mark, memory []int32) []int32 {
	for _, b := range s.breaks[at.breaks:] {
		g := &s.net.gates[b.gate]
		if b.was&firstWay != 0 || s.broken[b.gate]&firstWay == 0 || s.Failed(g.node) || !p.matters[g.node] {
			continue
		}
		if slices.ContainsFunc(s.breaks[at.breaks:], func(o breakOf) bool { return o.gate == b.gate && o.was < b.was }) {
			continue // it lost the second way first, and that is met as well
		}
		head := len(memory)
		memory = append(memory, b.gate, 0)
		s.knownWays(g, func(x int32, ways uint8) {
			memory = append(memory, x, int32(ways))
		})
		memory[head+1] = int32(len(memory)-head-2) / 2
	}
	return memory
}

// ways gives the ways that are left with a class, for a state to settle on.
func (p *profiles) ways(class int32) []use {
	var out []use
	for list := p.of(p.classes[class].doubts); len(list) > 0; {
		gate, size := list[0], 2*list[1]
		for i := int32(2); i < 2+size; i += 2 {
			out = append(out, use{list[i], gate, uint8(list[i+1])})
		}
		list = list[2+size:]
	}
	return out
}
