package compile

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"

	"gujo/graph"
	"gujo/graph/fault"
)

// Options say what an [Analysis] is about.
type Options struct {
	// Designed takes everything as up and present as configured; otherwise what
	// was observed down is down.
	Designed bool
	// Of are the IDs of the components asked about; none means all services.
	Of []string
	// Candidates narrows what may fail; none means everything that can.
	// Unobserved nodes always may.
	Candidates []graph.Kind
}

// Analysis answers questions about one snapshot. It may be used by several
// goroutines; they are served one at a time.
type Analysis struct {
	s    *structure
	open openEnds
	tops []int32
	down []int32 // observed down, as components
	opt  *reading
	pess *reading

	downAtStart map[int32]bool    // tops that are down with nothing further failed
	singles     map[int32][]int32 // confirmed single points of tops with nothing further failed, once asked for
	atStart     int               // how much of the optimistic trail is from the start
	over        map[int32][]int32 // carrying node → gates with a way over it, once asked for

	seen []int32 // node → the number of the walk that last saw it
	walk int32

	mu sync.Mutex
}

// Analyze compiles a snapshot. It fails where an option names what is not there.
func Analyze(snapshot *graph.Snapshot, o Options) (*Analysis, error) {
	v := graph.NewView(snapshot)
	a := &Analysis{}
	for _, id := range o.Of {
		c, ok := snapshot.Find(id)
		if !ok {
			return nil, fmt.Errorf("component %s: %w", id, graph.ErrNotFound)
		}
		a.tops = append(a.tops, c)
	}
	if len(o.Of) == 0 {
		for c := range snapshot.Components {
			if snapshot.Components[c].Kind == graph.Service {
				a.tops = append(a.tops, int32(c))
			}
		}
	}
	slices.Sort(a.tops)
	a.tops = slices.Compact(a.tops)

	a.s = build(v, o.Designed)
	var failing []int32
	if !o.Designed {
		for c := range snapshot.Components {
			if snapshot.Components[c].State == graph.Down {
				a.down = append(a.down, int32(c))
				failing = append(failing, a.s.failing(int32(c)))
			}
		}
	}
	a.open = a.s.shareEnds()
	a.opt = a.s.optimistic(failing)
	a.pess = a.s.pessimistic(failing, a.opt, a.open)
	may := func(k graph.Kind) bool {
		return k.CanFail() && (len(o.Candidates) == 0 || slices.Contains(o.Candidates, k))
	}
	for _, r := range []*reading{a.opt, a.pess} {
		r.candidates = make([]bool, r.net.Len())
		for c := range snapshot.Components {
			r.candidates[a.s.failing(int32(c))] = may(snapshot.Components[c].Kind)
		}
		for n := r.unobserved; int(n) < r.net.Len(); n++ {
			r.candidates[n] = true
		}
	}
	a.singles = map[int32][]int32{}
	a.atStart = len(a.opt.state.Trail())
	a.downAtStart = map[int32]bool{}
	for _, t := range a.tops {
		if a.opt.state.Failed(t) {
			a.downAtStart[t] = true
		}
	}
	return a, nil
}

// id names a node that may fail.
func (a *Analysis) id(n int32) string {
	if int(n) >= len(a.s.nodes) {
		return a.open.names[int(n)-len(a.s.nodes)]
	}
	return a.componentID(a.componentOf(n))
}

func (a *Analysis) componentID(c int32) string { return a.s.view.Components[c].ID }

// componentOf gives the component that fails with a node, or none.
func (a *Analysis) componentOf(n int32) int32 {
	if int(n) < len(a.s.view.Components) {
		return n
	}
	if int(n) < len(a.s.nodes) && a.s.nodes[n].of != none && a.s.event[a.s.nodes[n].of] == n {
		return a.s.nodes[n].of
	}
	return none
}

// Tops gives the IDs of the components that the analysis is about.
func (a *Analysis) Tops() []string {
	out := make([]string, len(a.tops))
	for i, t := range a.tops {
		out[i] = a.componentID(t)
	}
	return out
}

// Cuts gives the minimal sets of at most order components that stop each top.
// Where ctx ends first, the answer says so: it is then not complete, and the
// services that were not reached have no cuts.
func (a *Analysis) Cuts(ctx context.Context, order int) (Cuts, error) {
	if order < 1 || order > fault.MaxOrder {
		return Cuts{}, fmt.Errorf("order %d: want 1 to %d", order, fault.MaxOrder)
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	out := Cuts{Order: order, Complete: true, Services: []ServiceCuts{}}
	for _, t := range a.tops {
		sc := ServiceCuts{Service: a.componentID(t), NoWay: []Way{}, Counts: map[string]Counts{}, Cuts: []Cut{}}
		for k := range order {
			sc.Counts[strconv.Itoa(k+1)] = Counts{}
		}
		sc.Modelled = a.isModelled(t)
		sc.DownAlready = sc.Modelled && a.opt.state.Failed(t)
		switch {
		case sc.DownAlready:
			sc.NoWay = a.noWay(t)
		case sc.Modelled && out.Complete:
			err := ctx.Err()
			var cuts []Cut
			if err == nil {
				cuts, err = a.cutsOf(ctx, t, order)
			}
			if err != nil {
				out.Complete, out.Reason = false, stopReason(err)
				break
			}
			sc.Cuts = cuts
			for _, c := range cuts {
				key := strconv.Itoa(len(c.Components))
				n := sc.Counts[key]
				n.add(c.Confidence)
				sc.Counts[key] = n
			}
		}
		out.Services = append(out.Services, sc)
	}
	return out, nil
}

func stopReason(err error) string {
	if errors.Is(err, context.DeadlineExceeded) {
		return "the time allowed was used up"
	}
	return err.Error()
}

func (n *Counts) add(c Confidence) {
	switch c {
	case Confirmed:
		n.Confirmed++
	case Possible:
		n.Possible++
	case Unobserved:
		n.Unobserved++
	}
}

func (a *Analysis) cutsOf(ctx context.Context, top int32, order int) ([]Cut, error) {
	sure, err := a.opt.state.CutSets(ctx, top, a.opt.candidates, order)
	if err != nil {
		return nil, err
	}
	var doubtful [][]int32
	if !a.pess.state.Failed(top) {
		if doubtful, err = a.pess.state.CutSets(ctx, top, a.pess.candidates, order); err != nil {
			return nil, err
		}
	}
	out := make([]Cut, 0, len(doubtful))
	for _, set := range sure {
		out = append(out, Cut{a.ids(set), Confirmed})
	}
	confirmed := make(map[string]bool, len(out))
	for _, c := range out {
		confirmed[strings.Join(c.Components, "\n")] = true
	}
	for _, set := range doubtful {
		c := Cut{a.ids(set), Possible}
		if confirmed[strings.Join(c.Components, "\n")] {
			continue
		}
		if slices.ContainsFunc(set, func(n int32) bool { return n >= a.pess.unobserved }) {
			c.Confidence = Unobserved
		}
		out = append(out, c)
	}
	slices.SortFunc(out, func(x, y Cut) int {
		if len(x.Components) != len(y.Components) {
			return len(x.Components) - len(y.Components)
		}
		return slices.Compare(x.Components, y.Components)
	})
	return out, nil
}

func (a *Analysis) ids(set []int32) []string {
	out := make([]string, len(set))
	for i, n := range set {
		out[i] = a.id(n)
	}
	slices.Sort(out)
	return out
}

// isModelled reports whether anything that can fail, or an open end, is behind a component.
func (a *Analysis) isModelled(top int32) bool {
	s := a.s
	seen := map[int32]bool{top: true}
	stack := []int32{top}
	for len(stack) > 0 {
		n := stack[len(stack)-1]
		stack = stack[:len(stack)-1]
		x := &s.nodes[n]
		if len(x.ends) > 0 || int(n) < len(s.view.Components) && s.kind(n).CanFail() {
			return true
		}
		add := func(v int32) {
			if !seen[v] {
				seen[v] = true
				stack = append(stack, v)
			}
		}
		for _, i := range s.inputsOf(n) {
			add(i.node)
		}
		for _, m := range x.beside {
			add(m)
		}
		if x.fallback != none {
			add(x.fallback)
		}
	}
	return false
}

// noWay gives the places between which no way is known, for a component that is
// down already although nothing below it was observed down.
func (a *Analysis) noWay(top int32) []Way {
	if a.seenDownBelow(top) {
		return []Way{}
	}
	out := []Way{}
	seen := map[int32]bool{top: true}
	stack := []int32{top}
	for len(stack) > 0 {
		n := stack[len(stack)-1]
		stack = stack[:len(stack)-1]
		if ends, ok := a.s.legs[n]; ok {
			out = append(out, Way{a.componentID(ends[0]), a.componentID(ends[1])})
		}
		for _, v := range a.opt.net.Inputs(n) {
			if a.opt.state.Failed(v) && !seen[v] {
				seen[v] = true
				stack = append(stack, v)
			}
		}
	}
	slices.SortFunc(out, func(x, y Way) int { return cmp.Or(cmp.Compare(x.From, y.From), cmp.Compare(x.To, y.To)) })
	return slices.Compact(out)
}

// seenDownBelow reports whether something that a component hangs on, through
// needs, members or what a way leads over, was observed down.
func (a *Analysis) seenDownBelow(top int32) bool {
	s := a.s
	down := make(map[int32]bool, len(a.down))
	for _, c := range a.down {
		down[s.failing(c)] = true
	}
	seen := make([]bool, len(s.nodes))
	stack := []int32{top}
	add := func(n int32) {
		if !seen[n] {
			seen[n] = true
			stack = append(stack, n)
		}
	}
	for len(stack) > 0 {
		n := stack[len(stack)-1]
		stack = stack[:len(stack)-1]
		x := &s.nodes[n]
		if down[n] || len(x.beside) > 0 {
			return true
		}
		for _, i := range s.inputsOf(n) {
			add(i.node)
		}
		if x.fallback != none {
			add(x.fallback)
		}
		if x.op == way {
			g := s.gates[x.gate]
			for _, c := range s.between(g, func(int32) bool { return false }) {
				add(s.carrier(c))
			}
		}
	}
	return false
}
