package rules

import (
	"slices"

	"gujo/graph"
)

// What rules ask about what stands behind a group: on which machines its members run, and
// whether that is known.

// standing are the relations that lead from what does a work to the machine that it stands on.
func standing(t graph.RelationType) bool {
	switch t {
	case graph.Member, graph.RunsOn, graph.ServedBy, graph.BoundTo, graph.ResolvesTo, graph.BalancesTo, graph.StoredOn:
		return true
	}
	return false
}

// adrift gives, of a group's members and what these stand on, what is only assumed to
// stand where it does.
func (l *look) adrift(group int32) []int32 {
	return slices.DeleteFunc(l.behind(group), func(c int32) bool { return !l.guessedStand(c) })
}

func (l *look) behind(group int32) []int32 {
	return l.below([]int32{group}, func(r *graph.Relation) bool {
		return standing(r.Type) && r.Strength != graph.Soft && (r.Type != graph.Member || r.Active())
	})
}

func (f *facts) guessedStand(c int32) bool {
	lo, hi := f.Out(c)
	for i := lo; i < hi; i++ {
		if r := &f.Relations[i]; r.Type != graph.Member && standing(r.Type) && r.Strength == graph.Assumed {
			return true
		}
	}
	return false
}

// unsettledStand reports whether nobody knows on what a component stands, or it is only
// assumed. A guest whose host nobody knows may run on any.
func (f *facts) unsettledStand(c int32) bool {
	comp := &f.Components[c]
	switch {
	case f.placeUnknown(c) != "":
		return true
	case comp.Kind == graph.Server || comp.Kind == graph.NetworkDevice:
		if comp.Attrs.IsTrue("virtual") && !slices.ContainsFunc(f.OutOf(c, graph.RunsOn), func(r graph.Relation) bool { return r.Strength != graph.Soft }) {
			return true
		}
	}
	return f.guessedStand(c)
}

// unbacked gives what may stand on a machine though the graph does not say so: the open
// ends behind the groups in which it stands in for others, or others for it, of which
// fewer members than are needed are known to stand elsewhere.
func (l *look) unbacked(machine int32) (out []int32) {
	for _, g := range l.groups(machine) {
		if l.standsWithout(g, machine, map[int32]bool{}) {
			continue
		}
		for _, c := range l.behind(g) {
			if c != machine && l.unsettledStand(c) {
				out = append(out, c)
			}
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// standsWithout reports whether what does a work is known to stand on something that is
// up, whichever it is, without one machine. What is being asked already, in a circle, does not.
func (l *look) standsWithout(c, machine int32, asked map[int32]bool) bool {
	if answer, known := asked[c]; known {
		return answer
	}
	asked[c] = false
	if c == machine || !l.up(c, 0) || l.unsettledStand(c) {
		return false
	}
	missing := 0
	if l.kind(c) == graph.RedundancyGroup {
		missing = l.neededOf(c)
	}
	lo, hi := l.Out(c)
	for i := lo; i < hi; i++ {
		switch r := &l.Relations[i]; {
		case !standing(r.Type) || r.Strength == graph.Soft:
		case r.Type != graph.Member:
			if !l.standsWithout(r.To, machine, asked) {
				return false
			}
		case missing > 0 && r.Active() && r.Strength == graph.Hard && l.standsWithout(r.To, machine, asked):
			missing--
		}
	}
	asked[c] = missing == 0
	return asked[c]
}
