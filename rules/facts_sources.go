package rules

import (
	"slices"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"

	"gujo/graph"
)

// What rules ask about the sources of power, as far up as they are known.

// maxGrid bounds how much stands above one machine. Of what has more, nothing passes.
const maxGrid = 256

// grid is what feeds some machines and supplies, at any depth. Two sources that hang on
// one are one, unless a group of which one suffices stands between.
type grid struct {
	*look
	sure  bool    // what is only assumed feeds nothing, and is needed
	of    []int32 // the machines and supplies
	nodes []int32 // these, and what is above, the nearest first
	whole bool    // nothing was left out
}

func (l *look) gridOf(of []int32, sure bool) *grid {
	g := &grid{look: l, sure: sure, of: of, nodes: slices.Clone(of), whole: true}
	seen := map[int32]bool{}
	for _, c := range of {
		seen[c] = true
	}
	for i := 0; i < len(g.nodes); i++ {
		lo, hi := l.Out(g.nodes[i])
		for rel := lo; rel < hi; rel++ {
			r := &l.Relations[rel]
			if !g.feeds(r) || i < len(of) && l.ofSupplies(r.To) {
				continue
			}
			if i < len(of) || r.Strength == graph.Hard {
				l.mark(rel)
			}
			if seen[r.To] {
				continue
			}
			if len(g.nodes) == maxGrid {
				g.whole = false
				return g
			}
			seen[r.To] = true
			g.nodes = append(g.nodes, r.To)
		}
	}
	return g
}

// feeds reports whether power comes along a relation. A port that gives power has it
// from its machine.
func (l *look) feeds(r *graph.Relation) bool {
	switch r.Type {
	case graph.PoweredBy:
	case graph.PartOf:
		return r.Strength != graph.Soft && (l.kind(r.From) == graph.Interface || l.kind(r.From) == graph.Module)
	case graph.Member:
		return r.Active() && r.Strength != graph.Soft
	default:
		return false
	}
	return r.Strength != graph.Soft
}

// ofSupplies reports whether this is a supply, or a group of them: supplies are asked
// for their sources one by one.
func (l *look) ofSupplies(c int32) bool {
	return slices.ContainsFunc(l.facts.look().expand([]int32{c}), func(p int32) bool { return l.kind(p) == graph.PowerSupply })
}

// dark gives what has no power, or is down, when one more (none: -1) has failed.
func (g *grid) dark(failed int32) map[int32]bool {
	out := map[int32]bool{}
	for changed := true; changed; {
		changed = false
		for _, c := range slices.Backward(g.nodes[len(g.of):]) {
			if !out[c] && (c == failed || g.Components[c].State == graph.Down || g.unfed(c, out)) {
				out[c], changed = true, true
			}
		}
	}
	return out
}

func (g *grid) unfed(c int32, dark map[int32]bool) bool {
	lit, members, lost := 0, 0, false
	lo, hi := g.Out(c)
	for i := lo; i < hi; i++ {
		switch r := &g.Relations[i]; {
		case !g.feeds(r):
		case r.Type == graph.Member:
			members++
			if !dark[r.To] && (!g.sure || r.Strength == graph.Hard) {
				lit++
			}
		case dark[r.To] && (g.sure || r.Strength == graph.Hard):
			lost = true
		}
	}
	group := g.Components[c].Group
	if group == nil {
		return lost
	}
	need := max(group.K, 1)
	if group.K == 0 && g.sure {
		need = members
	}
	return lit < need
}

// drawn says whether a machine or supply is fed directly by what has power; known is
// false where nobody knows by what.
func (g *grid) drawn(c int32, dark map[int32]bool) (lit, known bool) {
	lit = true
	certain := false
	for _, r := range g.OutOf(c, graph.PoweredBy) {
		if r.Strength == graph.Soft || g.ofSupplies(r.To) {
			continue
		}
		known = true
		certain = certain || r.Strength == graph.Hard
		lit = lit && !dark[r.To]
	}
	return lit && known && (certain || !g.sure), known
}

// short reports whether fewer than k of the supplies have power, or the machine has not.
// A supply of which nobody knows by what it is fed is fed by what feeds the machine.
func (g *grid) short(k int, dark map[int32]bool) bool {
	machine, told := false, false
	for _, c := range g.of {
		if g.kind(c) == graph.PowerSupply {
			continue
		}
		if lit, known := g.drawn(c, dark); known {
			if !lit {
				return true
			}
			machine = true
		}
	}
	n := 0
	for _, c := range g.of {
		if g.kind(c) != graph.PowerSupply {
			continue
		}
		lit, known := g.drawn(c, dark)
		if lit || !known && machine {
			n++
		}
		told = told || known
	}
	if told {
		return n < max(k, 1)
	}
	return !machine
}

// feeding gives the sources, one step up, that are in service.
func (l *look) feeding(of []int32) (out []int32) {
	dark := l.gridOf(of, false).dark(-1)
	for _, c := range of {
		for _, s := range l.sources(c) {
			if !dark[s] {
				out = append(out, s)
			}
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// lone gives the sources, at any depth, without any one of which too little power
// remains; of those that hang on each other, the nearest.
func (l *look) lone(of []int32, k int) (out []int32) {
	g := l.gridOf(of, false)
	if g.short(k, g.dark(-1)) {
		return l.feeding(of)
	}
	without := map[int32]map[int32]bool{}
	for _, c := range g.nodes[len(of):] {
		if l.kind(c) == graph.RedundancyGroup {
			continue
		}
		if dark := g.dark(c); g.short(k, dark) {
			without[c] = dark
			out = append(out, c)
		}
	}
	slices.Sort(out)
	return slices.DeleteFunc(slices.Clone(out), func(c int32) bool {
		return slices.ContainsFunc(out, func(o int32) bool { return o != c && without[c][o] && (c > o || !without[o][c]) })
	})
}

// backed reports whether enough power remains without any one source, though nothing
// feeds that is only assumed to.
func (l *look) backed(of []int32, k int) bool {
	g := l.facts.look().gridOf(of, true)
	return g.whole && !g.short(k, g.dark(-1)) && !slices.ContainsFunc(g.nodes[len(of):], func(c int32) bool {
		return l.kind(c) != graph.RedundancyGroup && g.short(k, g.dark(c))
	})
}

// guessedFeeds gives what is only assumed to be fed by what feeds it, and groups of
// sources of which nobody knows how many are needed.
func (l *look) guessedFeeds(of []int32) []int32 {
	g := l.facts.look().gridOf(of, true)
	if !g.whole {
		return of
	}
	return slices.DeleteFunc(slices.Clone(g.nodes), func(c int32) bool {
		if group := l.Components[c].Group; group != nil && group.K == 0 {
			return false
		}
		lo, hi := l.Out(c)
		for i := lo; i < hi; i++ {
			if r := &l.Relations[i]; r.Strength == graph.Assumed && g.feeds(r) {
				return false
			}
		}
		return true
	})
}

// powerFunctions are those of [functions] that ask about power.
func powerFunctions() []function {
	return []function{
		ofOne("supplies", "power supplies of a machine", (*look).supplies),
		ofOne("supplied_parts", "the parts of a machine, such as the members of a stack, that have supplies of their own", (*look).suppliedParts),
		ofOne("stack_members", "the members of a stack, each of which needs supplies of its own", (*look).stackMembers),
		ofMany("supplies_of", "power supplies of any of them, each once", (*look).suppliesOf),
		ofOne("sources", "what feeds a machine or a supply, one step up", (*look).sources),
		ofMany("feeds", "what feeds any of them, each once", func(l *look, cs []int32) []int32 {
			var out []int32
			for _, c := range cs {
				out = append(out, l.sources(c)...)
			}
			slices.Sort(out)
			return slices.Compact(out)
		}),
		ofMany("feeding", "those of them that are in service, as is what they hang on", (*look).feeding),
		ofMany("guessed_feeds", "what is fed, at any depth, by what is only assumed to feed it", (*look).guessedFeeds),
		number("power_k", "how many supplies a machine needs at once; 0: not known", (*look).powerK),
		{"lone", []*cel.Type{componentsType, cel.IntType}, componentsType, func(l *look, args []ref.Val) ref.Val {
			_, cs := nodesOf(args[0])
			return l.list(l.lone(cs, int(args[1].(types.Int))))
		}, "the sources, at any depth, without any one of which a machine or so many of its supplies lack power"},
		{"backed", []*cel.Type{componentsType, cel.IntType}, cel.BoolType, func(l *look, args []ref.Val) ref.Val {
			_, cs := nodesOf(args[0])
			return types.Bool(l.backed(cs, int(args[1].(types.Int))))
		}, "whether there are none, though what is only assumed to feed does not"},
	}
}
