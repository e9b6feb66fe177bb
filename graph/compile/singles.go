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

// SinglePoints gives the single points of every top, each with its proof.
func (a *Analysis) SinglePoints(ctx context.Context) ([]ServiceSingles, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	out := []ServiceSingles{}
	for _, t := range a.tops {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		x := ServiceSingles{Service: a.componentID(t), Modelled: a.isModelled(t), NoWay: []Way{}, Points: []SinglePoint{}}
		x.DownAlready = x.Modelled && a.opt.state.Failed(t)
		switch {
		case x.DownAlready:
			x.NoWay = a.noWay(t)
		case x.Modelled:
			x.Points = a.pointsOf(t)
		}
		out = append(out, x)
	}
	return out, nil
}

func (a *Analysis) pointsOf(top int32) []SinglePoint {
	points := []SinglePoint{}
	sure := a.opt.state.Singles(top, a.opt.candidates)
	for _, n := range sure {
		points = append(points, SinglePoint{a.id(n), Confirmed, a.proofOf(a.opt, n, top)})
	}
	if !a.pess.state.Failed(top) {
		for _, n := range a.pess.state.Singles(top, a.pess.candidates) {
			if slices.Contains(sure, n) {
				continue
			}
			c := Possible
			if n >= a.pess.unobserved {
				c = Unobserved
			}
			points = append(points, SinglePoint{a.id(n), c, a.proofOf(a.pess, n, top)})
		}
	}
	slices.SortFunc(points, func(x, y SinglePoint) int { return strings.Compare(x.Component, y.Component) })
	return points
}

// proofOf proves that the failure of one node stops another.
func (a *Analysis) proofOf(r *reading, failed, top int32) Proof {
	m := r.state.Mark()
	defer r.state.Rollback(m)
	r.state.Fail(failed)
	return a.prove(r, top)
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
