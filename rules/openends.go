package rules

import (
	"context"
	"slices"
	"strings"

	"gujo/graph"
	"gujo/graph/compile"
)

// The open ends by name: those of an unobserved node (its WHAT), a shared one
// ("end"), no known way between two places, and a service without anything behind it.
const (
	openWay       = "way"
	openUnmodeled = "not_modelled"
	openNetwork   = "network"
	openHost      = "host"
	openDown      = "down" // a service that is down already: nothing more stops it
)

var openEndNames = []string{
	"server", "provider", "holder", "pool", "host", "servers", "target", "members", "network", "end", openWay, openUnmodeled, openDown,
}

// open is one open end of a service.
type open struct {
	what    string // as in openEndNames
	subject string // the component that it is an end of
	missing Missing
}

func (s *singles) addOpen(sc compile.ServiceCuts) {
	add := func(o open) { s.open[sc.Service] = append(s.open[sc.Service], o) }
	if !sc.Modelled {
		add(open{openUnmodeled, sc.Service, Missing{Component: sc.Service, What: openUnmodeled, Reason: "open_end"}})
	}
	for _, w := range sc.NoWay {
		add(open{openWay, sc.Service, Missing{Component: w.From, What: w.To, Reason: "no_way"}})
	}
	for _, cut := range sc.Cuts {
		if len(cut.Components) != 1 || cut.Confidence != compile.Unobserved {
			continue
		}
		node := cut.Components[0]
		what, of, ok := strings.Cut(strings.TrimPrefix(node, "unobserved/"), "-of-")
		if ok {
			add(open{what, of, Missing{Component: of, What: node, Reason: "open_end"}})
		}
	}
}

// maxDown bounds how much of what is down is named with a service.
const maxDown = 5

// What is said of a service that is down already.
const (
	reasonDown = "down_already"
	downCause  = "cause" // what it is down for, where that was not seen
)

// downBelow names what is down below a service that is down already: among what it
// needs or, where that is all up, among what the ways between its places may lead over.
func (r *run) downBelow(service string) (out []Missing) {
	f := r.facts
	top, ok := f.Find(service)
	if !ok {
		return nil
	}
	name := func(c int32) {
		if c != top && f.Components[c].State == graph.Down && len(out) < maxDown {
			out = append(out, Missing{Component: service, What: f.Components[c].ID, Reason: reasonDown})
		}
	}
	l := f.look()
	needed := f.below([]int32{top}, func(rel *graph.Relation) bool {
		// Of a group that has enough left, what is down is not the cause.
		return rel.Strength == graph.Hard && (rel.Type != graph.Member || !l.up(rel.From, 0))
	})
	for _, c := range needed {
		name(c)
	}
	if len(out) == 0 {
		for _, c := range r.downBetween(f.below([]int32{top}, func(rel *graph.Relation) bool { return rel.Strength == graph.Hard })) {
			name(c)
		}
	}
	if len(out) == 0 {
		out = append(out, Missing{Component: service, What: downCause, Reason: "not_observed"})
	}
	return out
}

// below gives what some components lead to along relations of a kind, they themselves
// first, in the order in which it is come to.
func (f *facts) below(from []int32, along func(rel *graph.Relation) bool) []int32 {
	out := slices.Clone(from)
	seen := map[int32]bool{}
	for _, c := range from {
		seen[c] = true
	}
	for i := 0; i < len(out); i++ {
		lo, hi := f.Out(out[i])
		for i := lo; i < hi; i++ {
			if rel := &f.Relations[i]; along(rel) && !seen[rel.To] {
				seen[rel.To] = true
				out = append(out, rel.To)
			}
		}
	}
	return out
}

// downBetween gives what is down of that over which ways between these components can
// lead, were it up. What is down elsewhere is none of their concern.
func (r *run) downBetween(below []int32) (out []int32) {
	f := r.facts
	if r.mended == nil {
		r.mended = newTerrain(f, func(c int32) bool { return f.carrier(c) || f.Components[c].Kind == graph.Interface })
		for _, c := range r.mended.order {
			if f.Components[c].State == graph.Down {
				r.down = append(r.down, c)
			}
		}
		slices.Sort(r.down)
	}
	t := r.mended
	type base struct {
		place    int32
		carriers []int32
	}
	bases := map[int32]*base{} // by part of the terrain: the first place in it
	on, met := map[int32]bool{}, map[int32]int{}
	for _, p := range below {
		switch f.Components[p].Kind {
		case graph.Server, graph.AccessZone, graph.Storage, graph.NetworkDevice:
		default:
			continue
		}
		for _, c := range t.beside(p, -1) {
			met[c]++
			switch b := bases[t.root[c]]; {
			case b == nil:
				bases[t.root[c]] = &base{p, []int32{c}}
			case b.place == p:
				b.carriers = append(b.carriers, c)
			default:
				for _, from := range b.carriers[:min(len(b.carriers), maxDown)] {
					t.between(from, c, on)
				}
			}
		}
	}
	for _, c := range r.down {
		if on[t.begin[c]] || t.tops(c, on) || met[c] > 1 {
			out = append(out, c)
		}
	}
	return out
}

// placeless gives the open ends behind any service that leave it unknown where the
// service, or a part of it, stands. Those below a group stop nothing alone, and the
// part that is not known may hang on the very device that the known one hangs on.
func (f *facts) placeless() (out []Missing) {
	var services []int32
	for c := range f.Components {
		if f.Components[c].Kind == graph.Service {
			services = append(services, int32(c))
		}
	}
	reached := f.below(services, func(rel *graph.Relation) bool {
		return rel.Strength != graph.Soft && !rel.Type.AlwaysSoft() && rel.Type != graph.LocatedIn && rel.Type != graph.PoweredBy
	})
	var asked []int32 // what somebody must reach across the network
	for _, c := range reached {
		for _, t := range []graph.RelationType{graph.EnteredAt, graph.ConnectsTo, graph.BalancesTo} {
			for _, rel := range f.OutOf(c, t) {
				asked = append(asked, rel.To)
			}
		}
	}
	slices.Sort(asked)
	add := func(c int32, what string) {
		id := f.Components[c].ID
		out = append(out, Missing{Component: id, What: "unobserved/" + what + "-of-" + id, Reason: "open_end"})
	}
	for _, c := range f.below(slices.Compact(asked), func(rel *graph.Relation) bool {
		switch rel.Type {
		case graph.ServedBy, graph.BoundTo, graph.RunsOn, graph.ResolvesTo, graph.Member, graph.BalancesTo:
			return rel.Strength != graph.Soft
		}
		return false
	}) {
		if f.Components[c].Kind == graph.Server && len(f.OutOf(c, graph.RunsOn)) == 0 && !f.attached(c) {
			add(c, openNetwork)
		}
	}
	for _, c := range reached {
		if what := f.placeUnknown(c); what != "" {
			add(c, what)
		}
	}
	return out
}

// attached reports whether any link or table says where a machine is attached.
func (f *facts) attached(c int32) bool {
	l := f.look()
	return slices.ContainsFunc(append(l.parts(c), c), func(p int32) bool {
		return len(f.OutOf(p, graph.AttachedTo)) > 0 ||
			slices.ContainsFunc(f.In(p), func(i int32) bool { return f.Relations[i].Type == graph.Joins })
	})
}

// placeUnknown names what of a component is not known without which nobody knows where it
// stands; empty if nothing.
func (f *facts) placeUnknown(c int32) string {
	none := func(types ...graph.RelationType) bool {
		return !slices.ContainsFunc(types, func(t graph.RelationType) bool {
			return slices.ContainsFunc(f.OutOf(c, t), func(r graph.Relation) bool { return r.Strength != graph.Soft })
		})
	}
	switch f.Components[c].Kind {
	case graph.Application:
		if none(graph.RunsOn) {
			return "server"
		}
	case graph.Endpoint:
		if none(graph.ServedBy, graph.BoundTo, graph.ProvidedBy) {
			return "server"
		}
	case graph.VirtualServer:
		switch {
		case none(graph.ServedBy):
			return "holder"
		case none(graph.BalancesTo):
			return "pool"
		}
	case graph.DNSZone:
		if none(graph.ServedBy, graph.ProvidedBy) {
			return "servers"
		}
	case graph.DNSName:
		if none(graph.ResolvesTo) {
			return "target"
		}
	case graph.RedundancyGroup:
		if none(graph.Member) {
			return "members"
		}
	}
	return ""
}

// openBehind gives the open ends for which a subject that nothing stops with does not
// pass: those that this rule owns of the services that hang on it and, of a device or
// link that ways lead over, those of all services. Nothing needs such a subject, and as
// long as it is not known where a service stands it may stand behind it.
func (r *run) openBehind(a *analysis, o *outcome, s *singles) []Missing {
	var out []Missing
	if len(s.open) > 0 {
		for _, svc := range r.facts.look().dependents(o.c) {
			for _, e := range s.open[r.facts.Components[svc].ID] {
				if slices.Contains(a.openEnds, e.what) || e.what == openDown {
					out = append(out, e.missing)
				}
			}
		}
	}
	switch r.facts.Components[o.c].Kind {
	case graph.NetworkDevice, graph.Link:
		out = append(out, s.everywhere...)
	}
	return sortMissing(out)
}

// unplaced gives all that leaves devices and links unjudged, bounded.
func (r *run) unplaced(s *singles) []Missing {
	out := r.facts.placeless()
	for _, list := range s.open {
		for _, e := range list {
			// A guest of which it is known where it is attached stands there, whatever its host.
			if c, ok := r.facts.Find(e.subject); e.what != openHost || ok && !r.facts.attached(c) {
				out = append(out, e.missing)
			}
		}
	}
	out = sortMissing(out)
	return slices.Clip(out[:min(len(out), maxMissing)])
}

// openEnds makes an unknown of each open end that the rule owns.
func (r *run) openEnds(ctx context.Context, rule *Rule) ([]*outcome, error) {
	s, err := r.singles(ctx)
	if err != nil {
		return nil, err
	}
	found := map[string]*outcome{}
	var order []string
	services := make([]string, 0, len(s.open))
	for id := range s.open {
		services = append(services, id)
	}
	slices.Sort(services)
	for _, svc := range services {
		for _, e := range s.open[svc] {
			if !slices.Contains(rule.analysis.openEnds, e.what) {
				continue
			}
			c, ok := r.facts.Find(e.subject)
			if !ok {
				continue
			}
			o := found[e.subject]
			if o == nil {
				o = r.outcome(rule, c)
				o.verdict = Unknown
				o.blank()
				found[e.subject] = o
				order = append(order, e.subject)
			}
			o.missing = append(o.missing, e.missing)
			o.services = append(o.services, svc)
		}
	}
	out := make([]*outcome, 0, len(order))
	for _, id := range order {
		found[id].leftOpen(found[id].missing)
		out = append(out, found[id])
	}
	return out, nil
}
