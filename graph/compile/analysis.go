package compile

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
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
	unclear     []Undetermined    // tops of which nothing is known whatever fails, once asked for
	over        *over             // once asked for

	bare   []bool  // nodes behind which nothing can fail, as far as that is known
	met    []int32 // node → the last walk that met it
	visits int32   // walks so far
	above  []int32 // node of the optimistic network → the last walk that met it
	flood  *flood  // of searches for proofs, once asked for

	mu sync.Mutex
}

// Analyze compiles a snapshot. It fails where an option names what is not there.
func Analyze(snapshot *graph.Snapshot, o Options) (*Analysis, error) {
	return analyzeBy(snapshot, o, cheapest)
}

// analyzeBy is Analyze with a number of ends of each gate that are told apart by
// exits; the answers are the same whatever it is.
func analyzeBy(snapshot *graph.Snapshot, o Options, sides int) (*Analysis, error) {
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
	a.s.sides = sides
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
		for n := r.unobserved; n < r.beyond; n++ {
			r.candidates[n] = true
		}
	}
	a.singles = map[int32][]int32{}
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
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.cuts(ctx, order, true, order <= 2 && len(a.tops) >= manyTops)
}

// Counts is [Analysis.Cuts] without the lists.
func (a *Analysis) Counts(ctx context.Context, order int) (Cuts, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.cuts(ctx, order, false, order <= 2 && len(a.tops) >= manyTops)
}

func (a *Analysis) cuts(ctx context.Context, order int, list, whole bool) (Cuts, error) {
	if order < 1 || order > fault.MaxOrder {
		return Cuts{}, fmt.Errorf("order %d: want 1 to %d", order, fault.MaxOrder)
	}
	out := Cuts{Order: order, Complete: true, Services: make([]ServiceCuts, len(a.tops))}
	var asked []int32 // tops that something may stop
	for i, t := range a.tops {
		sc := ServiceCuts{Service: a.componentID(t), NoWay: []Way{}, Counts: make(map[string]Counts, order), Cuts: []Cut{}}
		for k := range order {
			sc.Counts[strconv.Itoa(k+1)] = Counts{}
		}
		sc.Modelled = a.isModelled(t)
		sc.DownAlready = sc.Modelled && a.opt.state.Failed(t)
		if sc.DownAlready {
			sc.NoWay = a.noWay(t)
		} else if sc.Modelled {
			asked = append(asked, t)
		}
		out.Services[i] = sc
	}
	stop := func(err error) (Cuts, error) {
		out.Complete, out.Reason = false, stopReason(err)
		return out, nil
	}
	sure, err := a.opt.finder(ctx, asked, order, whole)
	if err != nil {
		return stop(err)
	}
	var doubtful finder
	if a.pess != a.opt {
		if doubtful, err = a.pess.finder(ctx, asked, order, whole); err != nil {
			return stop(err)
		}
	}
	for i, t := range a.tops {
		sc := &out.Services[i]
		if !sc.Modelled || sc.DownAlready {
			continue
		}
		if err := ctx.Err(); err != nil {
			return stop(err)
		}
		if err := a.cutsOf(sc, t, order, sure, doubtful, list); err != nil {
			return stop(err)
		}
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

// cutsOf completes a top with its cuts, or their number alone; doubtful is nil
// where both readings are the same.
func (a *Analysis) cutsOf(sc *ServiceCuts, top int32, order int, sure, doubtful finder, list bool) error {
	counts := make([]Counts, order)
	write := func() {
		for k := range counts {
			sc.Counts[strconv.Itoa(k+1)] = counts[k]
		}
	}
	if !list && doubtful == nil {
		n, err := sure.count(top, order)
		if err != nil {
			return err
		}
		for k := range counts {
			counts[k].Confirmed = int(n[k])
		}
		write()
		return nil
	}
	certain, err := sure.cuts(top)
	if err != nil {
		return err
	}
	var others [][]int32
	if doubtful != nil && !a.pess.state.Failed(top) {
		if others, err = doubtful.cuts(top); err != nil {
			return err
		}
	}
	a.eachCut(certain, others, func(set []int32, c Confidence) {
		counts[len(set)-1].add(c)
		if list {
			sc.Cuts = append(sc.Cuts, Cut{a.ids(set), c})
		}
	})
	slices.SortFunc(sc.Cuts, func(x, y Cut) int {
		if len(x.Components) != len(y.Components) {
			return len(x.Components) - len(y.Components)
		}
		return slices.Compare(x.Components, y.Components)
	})
	write()
	return nil
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
	if a.bare == nil {
		a.bare, a.met = make([]bool, len(s.nodes)), make([]int32, len(s.nodes))
	}
	a.visits++
	var seen, stack []int32
	add := func(v int32) {
		if a.met[v] != a.visits && !a.bare[v] {
			a.met[v] = a.visits
			seen, stack = append(seen, v), append(stack, v)
		}
	}
	add(top)
	for len(stack) > 0 {
		n := stack[len(stack)-1]
		stack = stack[:len(stack)-1]
		x := &s.nodes[n]
		if x.ends != none || int(n) < len(s.view.Components) && s.kind(n).CanFail() {
			return true
		}
		for _, i := range s.inputsOf(n) {
			add(i.node)
		}
		for _, m := range s.beside(n) {
			add(m)
		}
		if x.fallback != none {
			add(x.fallback)
		}
	}
	for _, n := range seen {
		a.bare[n] = true
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
	start := askedAt(top)
	seen := map[asked]bool{start: true}
	stack := []asked{start}
	for len(stack) > 0 {
		w := stack[len(stack)-1]
		stack = stack[:len(stack)-1]
		if int(w.node) >= len(a.s.nodes) {
			continue
		}
		if a.s.isLeg(w.node) && len(a.s.inputsOf(w.node)) > 0 {
			out = append(out, Way{a.componentID(w.from), a.componentID(w.to)})
		}
		for _, i := range a.failedInputs(a.opt, w.node) {
			if v := a.s.below(w, i); !seen[v] {
				seen[v] = true
				stack = append(stack, v)
			}
		}
	}
	slices.SortFunc(out, func(x, y Way) int { return cmp.Or(cmp.Compare(x.From, y.From), cmp.Compare(x.To, y.To)) })
	return slices.Compact(out)
}

// failedInputs gives the inputs of a node that count in a reading and have failed.
func (a *Analysis) failedInputs(r *reading, n int32) []input {
	var out []input
	by := a.s.inputsBy(n)
	for _, v := range r.net.Inputs(n) {
		if r.state.Failed(v) {
			out = append(out, by(v))
		}
	}
	return out
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
		if down[n] || len(s.beside(n)) > 0 {
			return true
		}
		for _, i := range s.inputsOf(n) {
			add(i.node)
		}
		if x.fallback != none {
			add(x.fallback)
		}
		if x.op == way {
			g := s.gateOf(n)
			for _, c := range s.between(g, func(int32) bool { return false }) {
				add(s.carrier(c))
			}
		}
	}
	return false
}
