package compile

import (
	"slices"

	"gujo/graph"
)

// between gives the components other than the ends that lie on some way, without
// repetition, between a gate's ends; closed tells which components are shut.
// With an edge drawn between the ends these are the vertices of its block, the
// largest part that no single vertex falls apart without (Hopcroft and Tarjan).
func (s *structure) between(g gate, closed func(c int32) bool) []int32 {
	var out []int32
	b := block{s: s, gate: g, closed: closed, order: make([]int32, len(s.draw.top))}
	for _, b.tag = range tagsOf(g) {
		b.clock = 0
		clear(b.order)
		b.stack = b.stack[:0]
		b.visit(g.from, none)
		out = append(out, b.found...)
		b.found = b.found[:0]
	}
	slices.Sort(out)
	return slices.Compact(out)
}

type block struct {
	s      *structure
	gate   gate
	tag    int32
	closed func(c int32) bool
	order  []int32 // component → when it was first seen, from 1
	clock  int32
	stack  []int32
	found  []int32
}

// visit searches depth first and gives the earliest vertex seen from c's subtree.
func (b *block) visit(c, parent int32) (low int32) {
	b.clock++
	now := b.clock
	b.order[c] = now
	b.stack = append(b.stack, c)
	low = now
	step := func(o int32) {
		if at := b.order[o]; at != 0 {
			low = min(low, at)
			return
		}
		below := b.visit(o, c)
		low = min(low, below)
		if below < now {
			return
		}
		from := len(b.stack) - 1
		for b.stack[from] != o {
			from--
		}
		part := b.stack[from:]
		if c == b.gate.from && slices.Contains(part, b.gate.to) {
			for _, x := range part {
				if x != b.gate.to {
					b.found = append(b.found, x)
				}
			}
		}
		b.stack = b.stack[:from]
	}
	switch c { // the edge between the ends, first
	case b.gate.from:
		step(b.gate.to)
	case b.gate.to:
		low = min(low, b.order[b.gate.from])
	}
	d := b.s.draw
	for _, i := range d.of(c) {
		if o := d.edges[i].other(c); o != parent && b.usable(o) {
			step(o)
		}
	}
	return low
}

// usable reports whether a way between the ends may lead over a component.
func (b *block) usable(c int32) bool {
	if c == b.gate.from || c == b.gate.to {
		return true
	}
	d := b.s.draw
	if top := d.top[c]; d.end[top] && top != d.top[b.gate.from] && top != d.top[b.gate.to] || b.closed(c) {
		return false
	}
	vlans := b.s.carried(c)
	return b.tag == none || len(vlans) == 0 || slices.Contains(vlans, b.tag)
}

// carried gives the VLANs that an interface is known to carry.
func (s *structure) carried(c int32) []int32 {
	if s.kind(c) != graph.Interface {
		return nil
	}
	return s.ownScope(c, graph.InVLAN, nil)
}
