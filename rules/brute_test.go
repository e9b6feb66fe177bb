package rules

import (
	"context"
	"slices"

	"gujo/graph"
	"gujo/graph/compile"
	"gujo/graph/compile/brute"
)

// bruteEngine answers by enumeration from the definitions: the judge of whatever
// the engine says, for graphs as small as those of tests.
type bruteEngine struct{ s *graph.Snapshot }

func (b bruteEngine) Singles(_ context.Context, designed bool) ([]compile.ServiceCuts, error) {
	var out []compile.ServiceCuts
	for _, s := range brute.Cuts(b.s, designed, 1).Services {
		sc := compile.ServiceCuts{Service: s.ID, Modelled: s.Modelled, DownAlready: s.DownAlready}
		for _, c := range s.Cuts {
			sc.Cuts = append(sc.Cuts, compile.Cut{Components: c.Components, Confidence: compile.Confidence(c.Confidence)})
		}
		out = append(out, sc)
	}
	return out, nil
}

// Stops gives the services that Impact stops.
func (b bruteEngine) Stops(ctx context.Context, failed []string) ([]compile.Stopped, error) {
	all, err := b.Impact(ctx, failed)
	services := slices.DeleteFunc(all.Stopped, func(s compile.Stopped) bool { return s.Kind != graph.Service.String() })
	return services, err
}

// Impact has, in place of a minimal proof, all ways between services' zones and
// what serves them.
func (b bruteEngine) Impact(_ context.Context, failed []string) (compile.Impact, error) {
	res := brute.Impact(b.s, failed)
	out := compile.Impact{Failed: failed}
	for _, st := range res.Stopped {
		c, _ := b.s.Find(st.Component)
		stopped := compile.Stopped{Component: st.Component, Kind: b.s.Components[c].Kind.String(), Confidence: compile.Confidence(st.Confidence)}
		if b.s.Components[c].Kind == graph.Service {
			for _, from := range b.kind(graph.AccessZone) {
				for _, to := range b.kind(graph.Server) {
					stopped.Because.Paths = append(stopped.Because.Paths, compile.Path{From: from, To: to, Cut: failed})
				}
			}
		}
		out.Stopped = append(out.Stopped, stopped)
	}
	for _, w := range res.Weakened {
		out.Weakened = append(out.Weakened, compile.Weakened{Group: w.Group, MembersUp: w.MembersUp, Services: w.Services})
	}
	for _, n := range res.NowSingle {
		out.NowSingle = append(out.NowSingle, compile.NowSingle{Service: n.Service, Components: n.Components})
	}
	return out, nil
}

func (b bruteEngine) kind(k graph.Kind) (ids []string) {
	for i := range b.s.Components {
		if b.s.Components[i].Kind == k {
			ids = append(ids, b.s.Components[i].ID)
		}
	}
	return ids
}

// Network takes away each device and link in turn and looks what hangs together: by all
// cables, and, where only something assumed holds it together, by those that are sure.
func (b bruteEngine) Network(context.Context) ([]Parting, error) {
	var out []Parting
	for i := range b.s.Components {
		c := &b.s.Components[i]
		if c.Kind != graph.NetworkDevice && c.Kind != graph.Link {
			continue
		}
		if parted := b.parted(c.ID, false); len(parted) > 0 {
			out = append(out, Parting{Component: c.ID, Parted: parted, Confidence: compile.Confirmed})
		} else if parted = b.parted(c.ID, true); len(parted) > 0 {
			out = append(out, Parting{Component: c.ID, Parted: parted, Confidence: compile.Possible})
		}
	}
	return out, nil
}

func (b bruteEngine) parted(without string, sure bool) (out []string) {
	whole, left := b.largest("", sure), b.largest(without, sure)
	for _, id := range whole {
		k, _ := b.s.Find(id)
		if kind := b.s.Components[k].Kind; id != without && !slices.Contains(left, id) && (kind == graph.NetworkDevice || kind == graph.Server) {
			out = append(out, id)
		}
	}
	return out
}

// largest gives the largest connected part of the cabling without one component.
func (b bruteEngine) largest(without string, sure bool) []string {
	next := map[string][]string{}
	for _, r := range b.s.Relations {
		if (r.Type == graph.Joins || r.Type == graph.PartOf) && (!sure || r.Strength != graph.Assumed) {
			x, y := b.s.Components[r.From].ID, b.s.Components[r.To].ID
			next[x], next[y] = append(next[x], y), append(next[y], x)
		}
	}
	var best []string
	seen := map[string]bool{without: true}
	for i := range b.s.Components {
		part := []string{}
		queue := []string{b.s.Components[i].ID}
		for len(queue) > 0 {
			id := queue[0]
			queue = queue[1:]
			if seen[id] {
				continue
			}
			seen[id] = true
			part = append(part, id)
			queue = append(queue, next[id]...)
		}
		if len(part) > len(best) {
			best = part
		}
	}
	slices.Sort(best)
	return best
}
