package rules

import (
	"context"
	"errors"
	"sync"

	"gujo/graph"
	"gujo/graph/compile"
)

// compiled is an [Engine] that answers with the analyses of package compile. A
// snapshot is compiled when the first question needs it, and once.
type compiled struct {
	asIs, asDesigned func() (*compile.Analysis, error)
}

func newEngine(s *graph.Snapshot) Engine {
	return &compiled{
		asIs:       sync.OnceValues(func() (*compile.Analysis, error) { return compile.Analyze(s, compile.Options{}) }),
		asDesigned: sync.OnceValues(func() (*compile.Analysis, error) { return compile.Analyze(s, compile.Options{Designed: true}) }),
	}
}

// Singles gives the cuts of one component.
func (e *compiled) Singles(ctx context.Context, designed bool) ([]compile.ServiceCuts, error) {
	if designed {
		return e.designed(ctx)
	}
	a, err := e.asIs()
	if err != nil {
		return nil, err
	}
	cuts, err := a.Cuts(ctx, 1)
	if err != nil {
		return nil, err
	}
	if !cuts.Complete {
		return nil, errors.New("single points: " + cuts.Reason)
	}
	return cuts.Services, nil
}

// designed gives the confirmed cuts alone: no rule asks what else there would be, and
// failing everything once is the cheapest way to them.
func (e *compiled) designed(ctx context.Context) ([]compile.ServiceCuts, error) {
	a, err := e.asDesigned()
	if err != nil {
		return nil, err
	}
	at := map[string]int{}
	var out []compile.ServiceCuts
	err = a.EachSingle(ctx, func(component string, stopped []string) {
		for _, service := range stopped {
			i, known := at[service]
			if !known {
				i = len(out)
				at[service] = i
				out = append(out, compile.ServiceCuts{Service: service})
			}
			out[i].Cuts = append(out[i].Cuts, compile.Cut{Components: []string{component}, Confidence: compile.Confirmed})
		}
	})
	return out, err
}

// Stops tells what stops and why, as is.
func (e *compiled) Stops(ctx context.Context, failed []string) ([]compile.Stopped, error) {
	a, err := e.asIs()
	if err != nil {
		return nil, err
	}
	return a.Stops(ctx, failed)
}

// Impact tells what weakens, as is.
func (e *compiled) Impact(ctx context.Context, failed []string) (compile.Impact, error) {
	a, err := e.asIs()
	if err != nil {
		return compile.Impact{}, err
	}
	return a.Impact(ctx, failed)
}

// Network gives what parts the network.
func (e *compiled) Network(ctx context.Context) ([]Parting, error) {
	a, err := e.asIs()
	if err != nil {
		return nil, err
	}
	n, err := a.Network(ctx)
	if err != nil {
		return nil, err
	}
	out := make([]Parting, len(n.Points))
	for i, p := range n.Points {
		out[i] = Parting{p.Component, p.CutOff, p.Neighbours, p.Confidence}
	}
	return out, nil
}
