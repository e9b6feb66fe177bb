package rules

import (
	"slices"

	"gujo/graph"
)

// What rules ask about power.

// supplies gives a machine's power supplies, whether up or not.
func (l *look) supplies(c int32) []int32 {
	var out []int32
	for _, i := range l.In(c) {
		// What else is part of the machine says nothing of its power.
		if r := &l.Relations[i]; r.Type == graph.PartOf && l.kind(r.From) == graph.PowerSupply {
			l.mark(i)
			out = append(out, r.From)
		}
	}
	for _, p := range l.expand(l.needs(c, graph.PoweredBy)) {
		if l.kind(p) == graph.PowerSupply {
			out = append(out, p)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// suppliedParts gives the parts of a machine that have power supplies of their own, such
// as the members of a stack.
func (l *look) suppliedParts(c int32) (out []int32) {
	for _, p := range l.facts.look().parts(c) {
		if l.kind(p) == graph.Module && len(l.supplies(p)) > 0 {
			l.machine(p)
			out = append(out, p)
		}
	}
	return out
}

func (l *look) suppliesOf(list []int32) (out []int32) {
	for _, c := range list {
		out = append(out, l.supplies(c)...)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// stackMembers gives the members of a stack: each of them needs supplies of its own.
func (l *look) stackMembers(c int32) (out []int32) {
	for _, g := range l.needs(c, graph.ControlledBy) {
		in := slices.DeleteFunc(l.needs(g, graph.Member), func(m int32) bool { return l.kind(m) != graph.Module })
		if technologyOf(&l.Components[g]) == "stack" || slices.ContainsFunc(in, func(m int32) bool { return len(l.supplies(m)) > 0 }) {
			out = append(out, in...)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// sources gives what feeds a machine or a supply: one step up, through groups.
func (l *look) sources(c int32) []int32 {
	var out []int32
	for _, p := range l.expand(l.needs(c, graph.PoweredBy)) {
		if l.kind(p) != graph.PowerSupply {
			out = append(out, p)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// expand replaces groups by their members.
func (l *look) expand(list []int32) []int32 {
	var out []int32
	seen := map[int32]bool{}
	var walk func(c int32)
	walk = func(c int32) {
		if seen[c] {
			return
		}
		seen[c] = true
		if l.kind(c) != graph.RedundancyGroup {
			out = append(out, c)
			return
		}
		for _, m := range l.needs(c, graph.Member) {
			walk(m)
		}
	}
	for _, c := range list {
		walk(c)
	}
	return out
}

// powerK is how many supplies the machine needs at once; 0: its power group does
// not say, as supplies may share the load or stand in for each other.
func (l *look) powerK(c int32) int {
	k := 1
	for _, g := range l.needs(c, graph.PoweredBy) {
		grp := l.Components[g].Group
		switch {
		case grp == nil:
		case grp.K == 0:
			return 0
		default:
			k = max(k, grp.K)
		}
	}
	return k
}
