package compile

import (
	"context"
	"fmt"
	"slices"
)

var errTooMany = fmt.Errorf("there are more than %d sets", maxSuspects)

// suspectKey is a set of suspects, in node order, filled up with none.
type suspectKey [MaxSuspectOrder]int32

func keyOf(set []int32) (k suspectKey) {
	for i := range k {
		k[i] = none
	}
	copy(k[:], set)
	return k
}

// explain gives the minimal sets of at most order nodes that stop all of down and
// none of up in a reading: by size, then in node order. Both must be up. It is a
// search for hitting sets: as long as one of down is up, a set must hit whatever
// set of nodes holds that one up. A set that stops one of up is dropped with all
// sets that contain it. When ctx ends it gives what it found, minimal too, with
// the error.
func (r *reading) explain(ctx context.Context, down, up []int32, order int) ([][]int32, error) {
	e := explaining{reading: r, ctx: ctx, down: down, up: up, order: order, allowed: slices.Clone(r.candidates)}
	err := ctx.Err()
	for _, c := range up {
		if err != nil {
			break
		}
		for _, n := range r.state.Singles(c, e.allowed) {
			e.allowed[n] = false
		}
		err = ctx.Err()
	}
	if err == nil {
		e.leastFirst()
		err = e.extend(0)
	}
	return e.minimal(err == nil), err
}

// leastFirst orders what has to fall by how little holds it up: the fewer nodes are
// tried first, the smaller the search.
func (e *explaining) leastFirst() {
	width := make(map[int32]int, len(e.down))
	var held []int32
	for _, c := range e.down {
		held = e.state.Support(c, e.allowed, held[:0])
		width[c] = len(held)
	}
	e.down = slices.Clone(e.down)
	slices.SortStableFunc(e.down, func(x, y int32) int { return width[x] - width[y] })
}

type explaining struct {
	*reading
	ctx      context.Context
	down, up []int32
	order    int
	allowed  []bool
	chosen   []int32
	found    [][]int32
	steps    int
}

// firstUp gives one that still has to fall, or none.
func (e *explaining) firstUp() int32 {
	for _, c := range e.down {
		if !e.state.Failed(c) {
			return c
		}
	}
	return none
}

func (e *explaining) extend(depth int) error {
	tried := e.state.Support(e.firstUp(), e.allowed, nil)
	defer func() {
		for _, n := range tried {
			e.allowed[n] = true
		}
	}()
	for _, n := range tried {
		if e.steps++; e.steps%64 == 0 && e.ctx.Err() != nil {
			return e.ctx.Err()
		}
		// Sets with n are all found below it, so the branches that follow do without.
		e.allowed[n] = false
		m := e.state.Mark()
		e.chosen = append(e.chosen, n)
		var err error
		switch {
		case !e.fails(n):
			if depth+1 < e.order && !e.stopsUp() {
				err = e.extend(depth + 1)
			}
		case e.stopsUp():
		default:
			set := slices.Clone(e.chosen)
			slices.Sort(set)
			if e.found = append(e.found, set); len(e.found) > maxSuspects {
				err = errTooMany
			}
		}
		e.chosen = e.chosen[:depth]
		e.state.Rollback(m)
		if err != nil {
			return err
		}
	}
	return nil
}

// stopsUp reports whether something that has to hold has failed.
func (e *explaining) stopsUp() bool { return slices.ContainsFunc(e.up, e.state.Failed) }

// fails fails a node and reports whether nothing that has to fall is up any more.
// If so, and nothing has to hold, the state may be left half propagated.
func (e *explaining) fails(n int32) bool {
	if len(e.up) == 0 && len(e.down) == 1 {
		return e.state.Fells(n, e.down[0])
	}
	e.state.Fail(n)
	return e.firstUp() == none
}

// minimal sorts what was found and drops the sets of which a part is enough. Where
// not everything was found it asks the state for that, too.
func (e *explaining) minimal(complete bool) [][]int32 {
	slices.SortFunc(e.found, func(x, y []int32) int {
		if len(x) != len(y) {
			return len(x) - len(y)
		}
		return slices.Compare(x, y)
	})
	known := make(map[suspectKey]bool, len(e.found))
	part := make([]int32, 0, MaxSuspectOrder)
	return slices.DeleteFunc(e.found, func(set []int32) bool {
		for mask := 1; mask < 1<<len(set)-1; mask++ {
			part = part[:0]
			for i, n := range set {
				if mask&(1<<i) != 0 {
					part = append(part, n)
				}
			}
			// The largest parts tell for all.
			if known[keyOf(part)] || !complete && len(part) == len(set)-1 && e.areEnough(part) {
				return true
			}
		}
		known[keyOf(set)] = true
		return false
	})
}

func (e *explaining) areEnough(set []int32) bool {
	m := e.state.Mark()
	defer e.state.Rollback(m)
	for _, n := range set {
		e.state.Fail(n)
	}
	return e.firstUp() == none
}
