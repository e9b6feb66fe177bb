package compile

import (
	"context"
	"slices"
)

// ColdStart is the answer to "can all of this be started from nothing?"
type ColdStart struct {
	Deadlocked []Deadlock `json:"deadlocked"`
	Waves      [][]string `json:"waves"` // what can be started once all earlier waves are up
}

// Deadlock is a component that runs, but cannot be started from nothing.
type Deadlock struct {
	Component string   `json:"component"`
	Cycle     []string `json:"cycle"` // each waits for the next, the last for the first
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
	n := len(a.s.view.Components)
	step := make([]bool, a.opt.net.Len())
	for c := range n {
		step[c] = true
	}
	down := make([]int32, 0, len(a.down))
	for _, c := range a.down {
		down = append(down, a.s.failing(c))
	}
	wave, err := a.opt.net.Least(ctx, down, step)
	if err != nil {
		return ColdStart{}, err
	}
	out := ColdStart{Deadlocked: []Deadlock{}, Waves: [][]string{}}
	for c := range int32(n) {
		switch {
		case wave[c] != none:
			for int(wave[c]) > len(out.Waves) {
				out.Waves = append(out.Waves, []string{})
			}
			out.Waves[wave[c]-1] = append(out.Waves[wave[c]-1], a.componentID(c))
		case !a.opt.state.Failed(c):
			if err := ctx.Err(); err != nil {
				return ColdStart{}, err
			}
			out.Deadlocked = append(out.Deadlocked, Deadlock{a.componentID(c), a.cycleFrom(c, wave)})
		}
	}
	return out, nil
}

// cycleFrom walks from a deadlocked node to one that it waits for, and so on,
// until the walk meets itself.
func (a *Analysis) cycleFrom(c int32, wave []int32) []string {
	at := map[int32]int{}
	var walk []int32
	for v := c; v != none; v = a.waitsFor(v, wave) {
		if from, again := at[v]; again {
			walk = walk[from:]
			break
		}
		at[v] = len(walk)
		walk = append(walk, v)
	}
	ids := []string{}
	for _, v := range walk {
		if int(v) < len(a.s.view.Components) {
			ids = append(ids, a.componentID(v))
		}
	}
	if len(ids) == 0 {
		return ids
	}
	// The same cycle reads the same from wherever it was entered.
	first := slices.Index(ids, slices.Min(ids))
	return slices.Concat(ids[first:], ids[:first])
}

// waitsFor gives a node that runs, does not start, and keeps v from starting.
func (a *Analysis) waitsFor(v int32, wave []int32) int32 {
	waits := func(w int32) bool { return wave[w] == none && !a.opt.state.Failed(w) }
	for _, w := range a.opt.net.Inputs(v) {
		if waits(w) {
			return w
		}
	}
	if x := &a.s.nodes[v]; x.op == way {
		for _, c := range a.s.between(a.s.gates[x.gate], func(int32) bool { return false }) {
			if w := a.s.carrier(c); waits(w) {
				return w
			}
		}
	}
	return none
}
