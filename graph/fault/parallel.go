package fault

import (
	"context"
	"sync"
	"sync/atomic"
)

// crew is a number of equal states, one for each worker, the first being the one
// that it was made of.
type crew struct {
	ctx    context.Context
	states []*State
}

func (s *State) crew(ctx context.Context, workers int) *crew {
	c := &crew{ctx: ctx, states: []*State{s}}
	for range workers - 1 {
		c.states = append(c.states, s.fork())
	}
	return c
}

// each calls f for 0 to n-1, in chunks that the workers take as they come. What f
// does may depend on i alone, and worker is only for its memory, so that answers
// do not depend on who took what. It ends early with ctx.
func (c *crew) each(n, chunk int, f func(worker, i int)) error {
	var taken atomic.Int64
	work := func(worker int) {
		for c.ctx.Err() == nil {
			from := int(taken.Add(int64(chunk))) - chunk
			if from >= n {
				return
			}
			for i := from; i < min(from+chunk, n); i++ {
				f(worker, i)
			}
		}
	}
	if n <= chunk || len(c.states) == 1 {
		work(0)
		return c.ctx.Err()
	}
	var wait sync.WaitGroup
	for worker := range c.states {
		wait.Go(func() { work(worker) })
	}
	wait.Wait()
	return c.ctx.Err()
}

// all calls f for every state, at once.
func (c *crew) all(f func(worker int, s *State)) {
	if len(c.states) == 1 {
		f(0, c.states[0])
		return
	}
	var wait sync.WaitGroup
	for i, s := range c.states {
		wait.Go(func() { f(i, s) })
	}
	wait.Wait()
}
