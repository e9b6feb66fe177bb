package compile

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"gujo/graph"
)

// GroupState is what a redundancy group is and delivers.
type GroupState struct {
	Group      string
	K          int // 0: nobody knows
	KSource    graph.KSource
	Designed   int
	Technology string
	Members    []MemberState // by ID
	Live       int           // members that are in service and up, optimistically
	Hanging    []string      // tops that hang on the group, by ID
}

// MemberState is one member of a group.
type MemberState struct {
	Component string
	Active    bool // its membership is in service
	Up        bool // it is up, optimistically
	Assumed   bool // nobody confirmed that it is a member
}

// Group gives a group's state, with nothing further failed.
func (a *Analysis) Group(id string) (GroupState, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	c, ok := a.s.view.Find(id)
	if !ok || a.s.kind(c) != graph.RedundancyGroup {
		return GroupState{}, fmt.Errorf("group %s: %w", id, graph.ErrNotFound)
	}
	g := a.s.view.Components[c].Group
	out := GroupState{
		Group: id, K: g.K, KSource: g.KSource, Designed: g.Designed, Technology: g.Technology,
		Members: []MemberState{}, Hanging: []string{},
	}
	for _, r := range a.s.view.OutOf(c, graph.Member) {
		if r.Strength == graph.Soft {
			continue
		}
		m := MemberState{
			Component: a.componentID(r.To), Active: a.s.designed || r.Active(),
			Up: !a.opt.state.Failed(r.To), Assumed: r.Strength == graph.Assumed,
		}
		if m.Active && m.Up {
			out.Live++
		}
		out.Members = append(out.Members, m)
	}
	for _, n := range append(slices.Clone(a.s.groups.of(c)), c) {
		out.Hanging = append(out.Hanging, a.hangingOn(n)...)
	}
	slices.Sort(out.Hanging)
	out.Hanging = slices.Compact(out.Hanging)
	return out, nil
}

// Common is something that several members of a group need.
type Common struct {
	Component string
	Kind      graph.Kind
	Members   []string // that stop with it, by ID
	Stops     bool     // it alone leaves the group without its k
}

// Shared gives the components outside a group whose failure alone stops two or
// more of its members that are up, optimistically: what the members have in common.
func (a *Analysis) Shared(ctx context.Context, id string) ([]Common, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	c, ok := a.s.view.Find(id)
	if !ok || a.s.kind(c) != graph.RedundancyGroup {
		return nil, fmt.Errorf("group %s: %w", id, graph.ErrNotFound)
	}
	var members []int32
	for _, r := range a.s.view.OutOf(c, graph.Member) {
		if r.Strength != graph.Soft && (a.s.designed || r.Active()) && !a.opt.state.Failed(r.To) {
			members = append(members, r.To)
		}
	}
	fells := map[int32][]int32{} // candidate → members
	for _, m := range members {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		for _, n := range a.opt.state.Singles(m, a.opt.candidates) {
			fells[n] = append(fells[n], m)
		}
	}
	out := []Common{}
	for n, ms := range fells {
		x := a.componentOf(n)
		if len(ms) < 2 || slices.Contains(members, x) {
			continue
		}
		common := Common{Component: a.componentID(x), Kind: a.s.kind(x), Members: make([]string, len(ms))}
		for i, m := range ms {
			common.Members[i] = a.componentID(m)
		}
		slices.Sort(common.Members)
		if !a.opt.state.Failed(c) {
			mark := a.opt.state.Mark()
			common.Stops = a.opt.state.Fells(n, c)
			a.opt.state.Rollback(mark)
		}
		out = append(out, common)
	}
	slices.SortFunc(out, func(x, y Common) int { return strings.Compare(x.Component, y.Component) })
	return out, nil
}
