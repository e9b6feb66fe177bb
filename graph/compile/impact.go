package compile

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"gujo/graph"
	"gujo/graph/fault"
)

// Impact says what happens when components fail, on top of what is down: what
// stops and why, which groups lose members, what becomes a single point, and
// about which services the graph does not tell.
func (a *Analysis) Impact(ctx context.Context, failed []string) (Impact, error) {
	return a.impact(ctx, failed, true)
}

// Effect is [Analysis.Impact] without NowSingle, which compares each service that
// is touched with what was before and so takes far longer than all the rest.
func (a *Analysis) Effect(ctx context.Context, failed []string) (Impact, error) {
	return a.impact(ctx, failed, false)
}

func (a *Analysis) impact(ctx context.Context, failed []string, compared bool) (Impact, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if err := ctx.Err(); err != nil {
		return Impact{}, err
	}
	out := Impact{
		Failed: []string{}, Degraded: []string{}, Stopped: []Stopped{}, Weakened: []Weakened{},
		NowSingle: []NowSingle{}, Undetermined: []Undetermined{},
	}
	nodes, named, err := a.failingNodes(failed)
	if err != nil {
		return Impact{}, err
	}
	for c := range named {
		out.Failed = append(out.Failed, a.componentID(c))
	}
	slices.Sort(out.Failed)
	for _, c := range a.down {
		out.Degraded = append(out.Degraded, a.componentID(c))
	}
	if a.unclear == nil {
		a.unclear = a.findUnclear()
	}
	opt, pess := a.opt.state, a.pess.state
	atOpt, atPess := opt.Mark(), pess.Mark()
	defer func() { opt.Rollback(atOpt); pess.Rollback(atPess) }()
	for _, n := range nodes {
		opt.Fail(n)
		pess.Fail(n)
	}
	if out.Stopped, err = a.stopped(ctx, atPess, nodes, func(c int32) bool { return !named[c] }); err != nil {
		return Impact{}, err
	}
	if a.over == nil {
		if a.over, err = a.findOver(ctx); err != nil {
			return Impact{}, err
		}
	}
	if out.Weakened, err = a.weakened(ctx, atOpt); err != nil {
		return Impact{}, err
	}
	out.Undetermined = a.undetermined(out.Stopped)
	if !compared {
		return out, nil
	}
	hit := a.hit(atOpt)
	now, err := a.singlesOf(ctx, hit)
	if err != nil {
		return Impact{}, err
	}
	opt.Rollback(atOpt)
	out.NowSingle, err = a.nowSingle(ctx, hit, now)
	return out, err
}

// Stops gives the tops that stop when components fail, on top of what is down,
// each with why: the part of [Analysis.Impact] that needs no comparison with what
// was before.
func (a *Analysis) Stops(ctx context.Context, failed []string) ([]Stopped, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	nodes, named, err := a.failingNodes(failed)
	if err != nil {
		return nil, err
	}
	opt, pess := a.opt.state, a.pess.state
	atOpt, atPess := opt.Mark(), pess.Mark()
	defer func() { opt.Rollback(atOpt); pess.Rollback(atPess) }()
	for _, n := range nodes {
		opt.Fail(n)
		pess.Fail(n)
	}
	return a.stopped(ctx, atPess, nodes, func(c int32) bool {
		_, isTop := slices.BinarySearch(a.tops, c)
		return isTop && !named[c]
	})
}

// failingNodes gives what fails when these components do, each once.
func (a *Analysis) failingNodes(ids []string) (nodes []int32, named map[int32]bool, err error) {
	named = map[int32]bool{}
	for _, id := range ids {
		c, ok := a.s.view.Find(id)
		if !ok {
			return nil, nil, fmt.Errorf("component %s: %w", id, graph.ErrNotFound)
		}
		if !named[c] {
			named[c] = true
			nodes = append(nodes, a.s.failing(c))
		}
	}
	return nodes, named, nil
}

// stopped lists what fell, of what the caller wants to hear of. What falls
// optimistically falls pessimistically too, so the one trail holds both.
func (a *Analysis) stopped(ctx context.Context, since fault.Mark, failed []int32, wanted func(c int32) bool) ([]Stopped, error) {
	out := []Stopped{}
	n := int32(len(a.s.view.Components))
	sure, maybe := a.newProver(ctx, a.opt, failed), a.newProver(ctx, a.pess, failed)
	for _, c := range a.pess.state.Since(since) {
		if c >= n || !wanted(c) {
			continue
		}
		comp := &a.s.view.Components[c]
		st := Stopped{Component: comp.ID, Kind: comp.Kind.String(), Confidence: Possible}
		if a.opt.state.Failed(c) {
			st.Confidence = Confirmed
			st.Because = sure.prove(c)
		} else {
			st.Because = maybe.prove(c)
		}
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		out = append(out, st)
	}
	slices.SortFunc(out, func(x, y Stopped) int { return strings.Compare(x.Component, y.Component) })
	return out, nil
}

// hit gives the tops that are up and hang on something that failed since a
// moment; about the others nothing has changed.
func (a *Analysis) hit(since fault.Mark) []int32 {
	return a.topsAbove(a.opt.state.Since(since))
}

// singlesOf gives the confirmed single points of tops that are up. Every single
// point of a top is in any set that holds it up; what several tops lean on is
// failed once for all of them.
func (a *Analysis) singlesOf(ctx context.Context, tops []int32) (map[int32][]int32, error) {
	singles := make(map[int32][]int32, len(tops))
	if len(tops) == 0 {
		return singles, nil
	}
	leant := make([]bool, a.opt.net.Len())
	asked := make([]bool, a.opt.net.Len())
	var support []int32
	for _, t := range tops {
		asked[t] = true
		support = a.opt.state.Support(t, a.opt.candidates, support[:0])
		for _, n := range support {
			leant[n] = true
		}
	}
	err := a.opt.state.EachSingle(ctx, asked, leant, func(n int32, stopped []int32) {
		for _, t := range stopped {
			singles[t] = append(singles[t], n)
		}
	})
	return singles, err
}

// nowSingle compares single points with those that there were with nothing
// further failed, which are found once for each top.
func (a *Analysis) nowSingle(ctx context.Context, tops []int32, now map[int32][]int32) ([]NowSingle, error) {
	out := []NowSingle{}
	var unknown []int32
	for _, t := range tops {
		if _, ok := a.singles[t]; !ok && len(now[t]) > 0 {
			unknown = append(unknown, t)
		}
	}
	found, err := a.singlesOf(ctx, unknown)
	if err != nil {
		return nil, err
	}
	for _, t := range unknown {
		a.singles[t] = found[t]
	}
	for _, t := range tops {
		var fresh []int32
		for _, n := range now[t] {
			if !slices.Contains(a.singles[t], n) {
				fresh = append(fresh, n)
			}
		}
		if len(fresh) > 0 {
			out = append(out, NowSingle{a.componentID(t), a.ids(fresh)})
		}
	}
	return out, nil
}

// weakened lists the groups that lost members since a moment and still have
// their k, with the tops that hang on them and are up.
func (a *Analysis) weakened(ctx context.Context, since fault.Mark) ([]Weakened, error) {
	s, st := a.s, a.opt.state
	lost := map[int32]bool{} // counting nodes that lost a member
	for _, n := range st.Since(since) {
		for _, g := range a.opt.net.Outputs(n) {
			// Behind a device that fails open a group may carry on though it is down.
			if int(g) < len(s.nodes) && s.nodes[g].op == some && s.nodes[g].of != none && !st.Failed(g) && !st.Failed(s.nodes[g].of) {
				lost[g] = true
			}
		}
	}
	counting := make([]int32, 0, len(lost))
	for g := range lost {
		counting = append(counting, g)
	}
	slices.Sort(counting)
	byKey := map[string]*Weakened{}
	var keys []string
	for _, g := range counting {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		services := a.hangingOn(g)
		if len(services) == 0 {
			continue
		}
		x := &s.nodes[g]
		w := Weakened{Group: a.componentID(x.of), Left: int(s.phantoms(g)), MembersUp: []string{}}
		for _, i := range s.inputsOf(g) {
			if !st.Failed(i.node) {
				w.Left++
				if i.rel == none {
					continue // never seen
				}
				w.MembersUp = append(w.MembersUp, a.componentID(s.view.Relations[i.rel].To))
			}
		}
		slices.Sort(w.MembersUp)
		if x.k > 0 {
			k := int(x.k)
			slack := w.Left - k
			w.K, w.Slack = &k, &slack
		}
		key := w.Group + "\n" + strings.Join(w.MembersUp, "\n")
		if byKey[key] == nil {
			byKey[key] = &w
			keys = append(keys, key)
		}
		byKey[key].Services = append(byKey[key].Services, services...)
	}
	out := []Weakened{}
	for _, k := range keys {
		w := byKey[k]
		slices.Sort(w.Services)
		w.Services = slices.Compact(w.Services)
		out = append(out, *w)
	}
	slices.SortFunc(out, func(x, y Weakened) int {
		return cmp.Or(strings.Compare(x.Group, y.Group), slices.Compare(x.MembersUp, y.MembersUp))
	})
	return out, nil
}

// hangingOn gives the IDs of the tops that are up and hang on a node.
func (a *Analysis) hangingOn(n int32) []string {
	var out []string
	for _, t := range a.topsAbove([]int32{n}) {
		out = append(out, a.componentID(t))
	}
	return out
}

// topsAbove gives the tops that are up and hang on one of some nodes, through
// needs, members or what lies on a way.
func (a *Analysis) topsAbove(nodes []int32) []int32 {
	if a.over == nil {
		a.over, _ = a.findOver(context.Background()) // ends
	}
	if a.above == nil {
		a.above = make([]int32, a.opt.net.Len())
	}
	a.visits++
	var stack, out []int32
	add := func(v int32) {
		if a.above[v] != a.visits {
			a.above[v] = a.visits
			stack = append(stack, v)
		}
	}
	for _, n := range nodes {
		add(n)
	}
	for len(stack) > 0 {
		v := stack[len(stack)-1]
		stack = stack[:len(stack)-1]
		if int(v) < len(a.s.kinds) && !a.opt.state.Failed(v) {
			if _, isTop := slices.BinarySearch(a.tops, v); isTop {
				out = append(out, v)
			}
		}
		for _, o := range a.opt.net.Outputs(v) {
			// What a way is made of counts if it was there to be used.
			if o < a.opt.beyond || !a.over.fallen[o] {
				add(o)
			}
		}
		if c := a.carriedBy(v); c != none {
			a.over.each(a.opt, c, add)
		}
	}
	slices.Sort(out)
	return out
}

// undetermined lists the tops about which the graph does not tell whether they
// stop: those with nothing behind them, those that were down already without a
// reason, and those that may hang on something not observed, which may be what failed.
func (a *Analysis) undetermined(stopped []Stopped) []Undetermined {
	stops := make(map[string]bool, len(stopped))
	for _, s := range stopped {
		stops[s.Component] = true
	}
	out := []Undetermined{}
	for _, u := range a.unclear {
		if !stops[u.Service] {
			out = append(out, u)
		}
	}
	if a.pess.unobserved == a.pess.beyond {
		return out
	}
	pess := a.pess.state
	m := pess.Mark()
	for n := a.pess.unobserved; n < a.pess.beyond; n++ {
		pess.Fail(n)
	}
	var open []int32
	for _, t := range a.tops {
		if pess.Failed(t) && !a.downAtStart[t] && !stops[a.componentID(t)] && a.isModelled(t) {
			open = append(open, t)
		}
	}
	pess.Rollback(m)
	for _, t := range open {
		out = append(out, Undetermined{a.componentID(t), "open end", a.openEndOf(t)})
	}
	slices.SortFunc(out, func(x, y Undetermined) int { return strings.Compare(x.Service, y.Service) })
	return out
}

// findUnclear lists the tops of which the graph does not tell whatever fails: those
// with nothing behind them, and those that are down without a reason.
func (a *Analysis) findUnclear() []Undetermined {
	out := []Undetermined{}
	for _, t := range a.tops {
		id := a.componentID(t)
		switch {
		case !a.isModelled(t):
			out = append(out, Undetermined{id, "not modelled", id})
		case a.downAtStart[t] && !a.seenDownBelow(t):
			at := id
			if ways := a.noWay(t); len(ways) > 0 {
				at = ways[0].From
			}
			out = append(out, Undetermined{id, "gap", at})
		}
	}
	return out
}

// openEndOf gives the unobserved node that stops a top, the first by ID; if it
// takes several, the first of those.
func (a *Analysis) openEndOf(top int32) string {
	pess := a.pess.state
	alone, any := "", ""
	for _, n := range pess.Support(top, a.pess.candidates, nil) {
		if n < a.pess.unobserved {
			continue
		}
		id := a.id(n)
		m := pess.Mark()
		if pess.Fells(n, top) && (alone == "" || id < alone) {
			alone = id
		}
		pess.Rollback(m)
		if any == "" || id < any {
			any = id
		}
	}
	return cmp.Or(alone, any)
}
