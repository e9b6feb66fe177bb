package compile

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"gujo/graph"
)

// SinglePoint is something that alone stops a top.
type SinglePoint struct {
	Component  string // an unobserved node's ID where something is not known
	Confidence Confidence
	Proof      Proof
}

// ServiceSingles are the single points of one top.
type ServiceSingles struct {
	Service     string
	Modelled    bool
	DownAlready bool
	NoWay       []Way
	Points      []SinglePoint // by ID
}

// SinglePoints gives the single points of every top, each with its proof. What
// several tops lean on is failed once for all of them.
func (a *Analysis) SinglePoints(ctx context.Context) ([]ServiceSingles, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	out := make([]ServiceSingles, len(a.tops))
	at := map[int32]int{} // top that is up → its place
	for i, t := range a.tops {
		if i%64 == 0 && ctx.Err() != nil {
			return nil, ctx.Err()
		}
		out[i] = ServiceSingles{Service: a.componentID(t), Modelled: a.isModelled(t), NoWay: []Way{}, Points: []SinglePoint{}}
		out[i].DownAlready = out[i].Modelled && a.opt.state.Failed(t)
		switch {
		case out[i].DownAlready:
			out[i].NoWay = a.noWay(t)
		case out[i].Modelled:
			at[t] = i
		}
	}
	confirmed := map[[2]int32]bool{}
	err := a.opt.eachSingle(ctx, a, at, func(n, top int32, prove func() Proof) {
		confirmed[[2]int32{n, top}] = true
		x := &out[at[top]]
		x.Points = append(x.Points, SinglePoint{a.id(n), Confirmed, prove()})
	})
	if err != nil {
		return nil, err
	}
	err = a.pess.eachSingle(ctx, a, at, func(n, top int32, prove func() Proof) {
		if confirmed[[2]int32{n, top}] {
			return
		}
		c := Possible
		if n >= a.pess.unobserved {
			c = Unobserved
		}
		x := &out[at[top]]
		x.Points = append(x.Points, SinglePoint{a.id(n), c, prove()})
	})
	if err != nil {
		return nil, err
	}
	for i := range out {
		slices.SortFunc(out[i].Points, func(x, y SinglePoint) int { return strings.Compare(x.Component, y.Component) })
	}
	return out, nil
}

// eachSingle fails what the tops lean on, each alone, and calls f for the tops that
// fall; prove is for use within f.
func (r *reading) eachSingle(ctx context.Context, a *Analysis, tops map[int32]int, f func(n, top int32, prove func() Proof)) error {
	leant := make([]bool, r.net.Len())
	var list, support []int32
	for _, t := range a.tops {
		if _, ok := tops[t]; !ok || r.state.Failed(t) {
			continue
		}
		if err := ctx.Err(); err != nil {
			return err
		}
		support = r.state.Support(t, r.candidates, support[:0])
		for _, n := range support {
			if !leant[n] {
				leant[n] = true
				list = append(list, n)
			}
		}
	}
	slices.Sort(list)
	try := func(n int32) error {
		m := r.state.Mark()
		defer r.state.Rollback(m)
		r.state.Fail(n)
		var w *prover
		for _, v := range r.state.Since(m) {
			if _, ok := tops[v]; !ok {
				continue
			}
			f(n, v, func() Proof {
				if w == nil {
					w = a.newProver(ctx, r, []int32{n})
				}
				return w.prove(v)
			})
			if err := ctx.Err(); err != nil {
				return err
			}
		}
		return ctx.Err()
	}
	for _, n := range list {
		if err := try(n); err != nil {
			return err
		}
	}
	return nil
}

// Dependents gives the components that stop when one fails, by ID: those of the
// given kinds, or all.
func (a *Analysis) Dependents(ctx context.Context, id string, kinds ...graph.Kind) (confirmed, possible []string, err error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if err := ctx.Err(); err != nil {
		return nil, nil, err
	}
	c, ok := a.s.view.Find(id)
	if !ok {
		return nil, nil, fmt.Errorf("component %s: %w", id, graph.ErrNotFound)
	}
	n := a.s.failing(c)
	opt, pess := a.opt.state, a.pess.state
	atOpt, atPess := opt.Mark(), pess.Mark()
	defer func() { opt.Rollback(atOpt); pess.Rollback(atPess) }()
	opt.Fail(n)
	pess.Fail(n)
	for _, x := range pess.Since(atPess) {
		if int(x) >= len(a.s.view.Components) || x == c || len(kinds) > 0 && !slices.Contains(kinds, a.s.kind(x)) {
			continue
		}
		if opt.Failed(x) {
			confirmed = append(confirmed, a.componentID(x))
		} else {
			possible = append(possible, a.componentID(x))
		}
	}
	slices.Sort(confirmed)
	slices.Sort(possible)
	return confirmed, possible, nil
}

// EachSingle fails every component that may fail, alone, and calls f with the
// services, or other tops, that stop for certain. It is the cheapest way to all
// confirmed single points of all services.
func (a *Analysis) EachSingle(ctx context.Context, f func(component string, stopped []string)) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	tops := make([]bool, a.opt.net.Len())
	for _, t := range a.tops {
		tops[t] = true
	}
	return a.opt.state.EachSingle(ctx, tops, a.opt.candidates, func(candidate int32, stopped []int32) {
		f(a.id(candidate), a.ids(stopped))
	})
}
