package rules

import (
	"context"

	"gujo/graph"
	"gujo/graph/compile"
)

// Engine answers the structural questions that rules ask about one snapshot.
type Engine interface {
	// Singles gives, for each service, its cuts of one component: as is, or the confirmed
	// ones as designed.
	Singles(ctx context.Context, designed bool) ([]compile.ServiceCuts, error)
	// Stops gives the services that stop when these components fail, each with why, as is.
	Stops(ctx context.Context, failed []string) ([]compile.Stopped, error)
	// Impact tells all that happens when these components fail, as is; asked only
	// where nothing stops.
	Impact(ctx context.Context, failed []string) (compile.Impact, error)
	// Network gives the devices and links that part others from the rest, by
	// component; asked only where no service is declared.
	Network(ctx context.Context) ([]Parting, error)
}

// Parting is a component without which the network falls apart.
type Parting struct {
	Component  string
	Parted     []string // what is then cut off from the larger part, by ID
	Neighbours []string // the links or machines that join it to that, by ID
	Confidence compile.Confidence
}

// hasServices reports whether the snapshot declares any information system.
func hasServices(s *graph.Snapshot) bool {
	for i := range s.Components {
		if s.Components[i].Kind == graph.Service {
			return true
		}
	}
	return false
}
