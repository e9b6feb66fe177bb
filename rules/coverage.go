package rules

import (
	"cmp"
	"math"
	"slices"
	"strings"

	"gujo/graph"
)

// tableSet is one thing that a rule needs to have been read: any one of the tables suffices.
type tableSet []string

func (t tableSet) String() string { return strings.Join(t, "|") }

const (
	// reasonNotAsked is the reason of a table that no gap and no coverage names.
	reasonNotAsked = "not_asked"
	// reasonOutOfScope is that of an address which was heard of and left alone.
	reasonOutOfScope = "out_of_scope"
	// reasonUnsupported is that of a table which an agent does not have.
	reasonUnsupported = "unsupported"
	// reasonEmpty is that of a neighbour table that was read to its end and has no rows.
	reasonEmpty = "empty"
	// reasonOneWay is that of neighbours of whom only one names the other.
	reasonOneWay = "one_way"
	// anyTable stands for all that could have been read of a component.
	anyTable = "any_table"
)

// read reports whether a table of a component was read to its end.
func (f *facts) read(c int32, table string) bool {
	cov, ok := f.CoverageOf(f.Components[c].ID)
	return ok && (slices.Contains(cov.Complete, table) || slices.Contains(cov.Empty, table))
}

func (f *facts) readAny(c int32, set tableSet) bool {
	return slices.ContainsFunc(set, func(t string) bool { return f.read(c, t) })
}

// asked reports whether anybody tried to read the component: what lies out of
// scope was heard of and left alone.
func (f *facts) asked(c int32) bool {
	id := f.Components[c].ID
	if slices.ContainsFunc(f.GapsOf(id), func(g graph.Gap) bool { return g.Reason != reasonOutOfScope }) {
		return true
	}
	return f.covered(c)
}

// collected reports whether anything of the snapshot was collected, or tried to be.
func (f *facts) collected() bool { return len(f.snapshot.Coverage)+len(f.snapshot.Gaps) > 0 }

// covered reports whether any table of a component was read to its end.
func (f *facts) covered(c int32) bool {
	cov, ok := f.CoverageOf(f.Components[c].ID)
	return ok && len(cov.Complete)+len(cov.Empty) > 0
}

// whyNot tells why a table was not read: the reason of its gap, that of a gap of
// the whole component, or not_asked.
func (f *facts) whyNot(c int32, set tableSet) string {
	whole := ""
	for _, g := range f.GapsOf(f.Components[c].ID) {
		if slices.Contains(set, g.Table) {
			return g.Reason
		}
		if wholeTarget(g) {
			whole = g.Reason
		}
	}
	if whole != "" {
		return whole
	}
	return reasonNotAsked
}

// wholeTarget reports whether a gap leaves nothing of its target to be read.
func wholeTarget(g graph.Gap) bool {
	return g.Table == "" || g.Reason == "unreachable"
}

// target is the pseudo kind of a target that somebody tried to read and that
// became no component: all that is known of it is what its gaps say.
const (
	target     = graph.Kind(math.MaxUint8)
	targetName = "target"
)

// targets gives them in order, as components without relations.
func targets(s *graph.Snapshot) (out []graph.Component) {
	last := ""
	for _, g := range s.Gaps {
		if g.Component == last || g.Reason == reasonOutOfScope { // that one nobody tried to read
			continue
		}
		last = g.Component
		if _, ok := s.Find(g.Component); !ok {
			out = append(out, graph.Component{ID: g.Component, Name: g.Component, Kind: target})
		}
	}
	return out
}

// nothingRead says why nothing that rules need was read of a component: by its gaps
// or, if it has none, because nobody asked. Where something else of it was read, the
// tables that rules need are named.
func (f *facts) nothingRead(c int32) (out []Missing) {
	id := f.Components[c].ID
	if f.covered(c) {
		for _, set := range f.required[f.Components[c].Kind] {
			if !f.readAny(c, set) {
				out = append(out, Missing{Component: id, What: set.String(), Reason: f.whyNot(c, set)})
			}
		}
		return out
	}
	for _, g := range f.GapsOf(id) {
		out = append(out, Missing{Component: id, What: cmp.Or(g.Table, anyTable), Reason: g.Reason})
	}
	if len(out) == 0 {
		out = append(out, Missing{Component: id, What: anyTable, Reason: reasonNotAsked})
	}
	return out
}

// tablesRequired and tablesRead count what the rules of this run need of a
// component of this kind, and how much of it was read. A target that became no
// component counts like a network device of which nothing was read: what it is nobody
// knows, and it must not weigh less than one that answered.
func (f *facts) tablesRequired(c int32) int {
	if comp := &f.Components[c]; comp.Kind == target {
		return max(len(f.required[graph.NetworkDevice]), 1)
	}
	return len(f.required[f.Components[c].Kind])
}

func (f *facts) tablesRead(c int32) int {
	n := 0
	for _, set := range f.required[f.Components[c].Kind] {
		if f.readAny(c, set) {
			n++
		}
	}
	return n
}

// requiredTables joins what the rules of all packs need, by kind.
func requiredTables(packs []*Pack) map[graph.Kind][]tableSet {
	out := map[graph.Kind][]tableSet{}
	for _, p := range packs {
		for _, r := range p.Rules {
			for _, n := range slices.Concat(r.toFail, r.toPass) {
				for _, k := range n.kinds {
					out[k] = append(out[k], n.sets()...)
				}
			}
		}
	}
	for k, sets := range out {
		slices.SortFunc(sets, func(x, y tableSet) int { return strings.Compare(x.String(), y.String()) })
		out[k] = slices.CompactFunc(sets, func(x, y tableSet) bool { return x.String() == y.String() })
	}
	return out
}

// coverage sums up what was read of what the rules need, of the components that
// somebody tried to read and of the targets that never became one.
func (f *facts) coverage() CoverageSum {
	var sum CoverageSum
	for i := range f.Components {
		c := int32(i)
		if !f.asked(c) {
			continue
		}
		sum.Targets.Known++
		if f.covered(c) {
			sum.Targets.Read++
		}
		sum.Tables.Required += f.tablesRequired(c)
		sum.Tables.Read += f.tablesRead(c)
	}
	sum.Gaps = make([]CoverageGap, 0, len(f.Gaps))
	for _, g := range f.Gaps {
		sum.Gaps = append(sum.Gaps, CoverageGap{Target: g.Component, Table: g.Table, Reason: g.Reason, Detail: g.Detail})
	}
	return sum
}
