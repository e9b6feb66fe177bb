package compile

import (
	"cmp"
	"context"
	"slices"
)

// ColdStart is the order in which things come up, and what does not.
type ColdStart struct {
	Deadlocked []Deadlock `json:"deadlocked"` // by ID
	// Waves hold what can be started once all earlier waves are up. Within a wave
	// comes first what the service with the highest grade hangs on, then with the
	// shortest time to recover (see [Urgency]), then the smallest ID.
	Waves [][]string `json:"waves"`
	// Urgency is that of the components in Waves, as far as a service says so.
	Urgency map[string]Urgency `json:"-"`
}

// Deadlock is a component that runs, but cannot be started. Cycle is the shortest
// that blocks it: each waits for the next, the last for the first; it begins with
// its smallest ID. Where the component is in no cycle itself it is that of the
// nearest component that is, of several equally near that with the smallest ID.
// Of cycles equally short it is the first in the order of IDs, read from the
// component on.
type Deadlock struct {
	Component string   `json:"component"`
	Cycle     []string `json:"cycle"`
}

// ColdStart says what runs as things are but could not be started if everything
// were off, confirmed in the optimistic reading, and in which order the rest
// comes up.
func (a *Analysis) ColdStart(ctx context.Context) (ColdStart, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if err := ctx.Err(); err != nil {
		return ColdStart{}, err
	}
	return a.startOrder(ctx, nil, a.downBut(nil), a.opt.state.Failed)
}

// RestoreOrder says in which order to bring back what stops when components fail,
// and these themselves, once they are repaired: in the optimistic reading, from
// what still runs. What would run then but does not come up by itself is
// deadlocked. What was seen down before stays down, unless it is among those
// named: then it is repaired with them.
func (a *Analysis) RestoreOrder(ctx context.Context, failed []string) (ColdStart, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if err := ctx.Err(); err != nil {
		return ColdStart{}, err
	}
	nodes, named, err := a.failingNodes(failed)
	if err != nil {
		return ColdStart{}, err
	}
	state := a.opt.state
	before := state.Mark()
	for _, n := range nodes {
		state.Fail(n)
	}
	running := make([]bool, a.opt.net.Len())
	for n := range running {
		running[n] = !state.Failed(int32(n))
	}
	state.Rollback(before)
	down := a.downBut(named)
	if len(down) < len(a.down) {
		state = a.opt.net.Start(down)
	}
	return a.startOrder(ctx, running, down, state.Failed)
}

// downBut gives the nodes of what was observed down, without what is repaired.
func (a *Analysis) downBut(repaired map[int32]bool) []int32 {
	down := make([]int32, 0, len(a.down))
	for _, c := range a.down {
		if !repaired[c] {
			down = append(down, a.s.failing(c))
		}
	}
	return down
}

// startOrder starts what is off and stays so for no reason: all but what is
// running already (nil: nothing is) and what is down. In the end everything is to
// run that has not failed then.
func (a *Analysis) startOrder(ctx context.Context, running []bool, down []int32, failed func(n int32) bool) (ColdStart, error) {
	n := len(a.s.view.Components)
	step := make([]bool, a.opt.net.Len())
	for c := range n {
		step[c] = true
	}
	wave, err := a.opt.net.LeastFrom(ctx, running, down, step)
	if err != nil {
		return ColdStart{}, err
	}
	var waves [][]int32
	locked := false
	for c := range int32(n) {
		switch {
		case wave[c] == none:
			locked = locked || !failed(c)
		case wave[c] > 0:
			for int(wave[c]) > len(waves) {
				waves = append(waves, nil)
			}
			waves[wave[c]-1] = append(waves[wave[c]-1], c)
		}
	}
	out := ColdStart{Deadlocked: []Deadlock{}, Waves: [][]string{}, Urgency: map[string]Urgency{}}
	if locked {
		if out.Deadlocked, err = a.deadlocks(ctx, wave, failed); err != nil {
			return ColdStart{}, err
		}
	}
	if len(waves) == 0 {
		return out, nil
	}
	urgency, err := a.urgencies(ctx)
	if err != nil {
		return ColdStart{}, err
	}
	for _, w := range waves {
		slices.SortFunc(w, func(x, y int32) int {
			return cmp.Or(urgency[x].compare(urgency[y]), cmp.Compare(x, y)) // components are in the order of their IDs
		})
		ids := make([]string, len(w))
		for i, c := range w {
			ids[i] = a.componentID(c)
			if urgency[c] != (Urgency{}) {
				out.Urgency[ids[i]] = urgency[c]
			}
		}
		out.Waves = append(out.Waves, ids)
	}
	return out, nil
}
