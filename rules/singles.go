package rules

import (
	"context"
	"slices"

	"cel.dev/cel-go/cel"

	"gujo/graph"
	"gujo/graph/compile"
)

// analysis is the named analysis single_point: a subject fails if a service
// stops with it alone. Where no service is declared, it fails if the network
// falls apart without it.
//
// The analysis also says unknown of what keeps a service from being judged: of
// the component behind each open end that this rule owns. So each open end is
// reported once, by the rule whose question it leaves open.
type analysis struct {
	openEnds  []string // which open ends this rule owns
	blindedBy tableSet // neighbour tables without which a second way may exist unseen
}

const singlePoint = "single_point"

// analysisVariables are what expressions of such a rule know besides the subject.
var analysisVariables = []struct {
	name string
	t    *cel.Type
}{
	{"hit", componentsType},     // services that stop with the subject
	{"parted", componentsType},  // without services: what is cut off from the larger part
	{"covered", componentsType}, // guests on the subject of whom the same is said, and which own the finding
	{"down", cel.BoolType},      // it stays open because a service is down already
	{"lost", cel.BoolType},      // as designed it would be no single point: redundancy was lost
}

func (ck *checker) analysis(f *ruleFile) *analysis {
	ck.oneOf(f.Analysis.Name, "analysis.name", []string{singlePoint})
	a := &analysis{openEnds: []string{}}
	for _, s := range f.Analysis.OpenEnds {
		a.openEnds = append(a.openEnds, ck.oneOf(s, "open_ends", openEndNames))
	}
	for _, s := range f.Analysis.BlindedBy {
		a.blindedBy = append(a.blindedBy, s.text)
	}
	return a
}

// hit is a service that stops with a component.
type hit struct {
	service    string
	confidence compile.Confidence
}

// singles is what the engine said, by component; asked for once a run.
type singles struct {
	services   bool
	hits       map[string][]hit  // confirmed and possible
	designed   map[string]bool   // confirmed single points as designed
	open       map[string][]open // by service
	everywhere []Missing         // of them all, what leaves every device and link unjudged
	partings   map[string]Parting
}

func (r *run) singles(ctx context.Context) (*singles, error) {
	if r.known != nil {
		return r.known, nil
	}
	s := &singles{services: hasServices(r.facts.Snapshot), hits: map[string][]hit{}, designed: map[string]bool{}, open: map[string][]open{}, partings: map[string]Parting{}}
	if !s.services {
		list, err := r.engine.Network(ctx)
		if err != nil {
			return nil, err
		}
		for _, p := range list {
			s.partings[p.Component] = p
		}
		r.known = s
		return s, nil
	}
	asIs, err := r.engine.Singles(ctx, false)
	if err != nil {
		return nil, err
	}
	asDesigned, err := r.engine.Singles(ctx, true)
	if err != nil {
		return nil, err
	}
	for _, sc := range asIs {
		s.addOpen(sc)
		if sc.DownAlready {
			for _, m := range r.downBelow(sc.Service) {
				s.open[sc.Service] = append(s.open[sc.Service], open{openDown, sc.Service, m})
			}
		}
		for _, cut := range sc.Cuts {
			if len(cut.Components) == 1 && cut.Confidence != compile.Unobserved {
				c := cut.Components[0]
				s.hits[c] = append(s.hits[c], hit{sc.Service, cut.Confidence})
			}
		}
	}
	for _, sc := range asDesigned {
		for _, cut := range sc.Cuts {
			if len(cut.Components) == 1 && cut.Confidence == compile.Confirmed {
				s.designed[cut.Components[0]+"\x00"+sc.Service] = true
			}
		}
	}
	s.everywhere = r.unplaced(s)
	r.known = s
	return s, nil
}

// blank gives the variables of an analysis their values for a subject of which it says nothing.
func (o *outcome) blank() {
	o.vars["hit"], o.vars["parted"], o.vars["covered"] = emptyList, emptyList, emptyList
	o.vars["lost"], o.vars["down"] = false, false
}

// leftOpen notes whether what is missing is the way back of a service.
func (o *outcome) leftOpen(missing []Missing) {
	o.vars["down"] = slices.ContainsFunc(missing, func(m Missing) bool { return m.Reason == reasonDown || m.What == downCause })
}

// judgeSingle says what the analysis finds about one subject: whether it holds,
// and fills in the rest of the outcome.
func (r *run) judgeSingle(ctx context.Context, a *analysis, o *outcome) (holds bool, missing []Missing, err error) {
	s, err := r.singles(ctx)
	if err != nil {
		return false, nil, err
	}
	id := r.facts.Components[o.c].ID
	o.blank()
	defer func() { o.leftOpen(missing) }()
	if !s.services {
		p, found := s.partings[id]
		if !found {
			return true, r.unsighted(a, o.c), nil
		}
		o.vars["parted"] = o.look.list(r.indexes(p.Parted))
		o.cut, o.confidence = []string{id}, string(p.Confidence)
		o.proof.Relations = r.cables(append(p.Neighbours, id))
		return false, r.blindAround(a, p.Parted, id), nil
	}
	hits := s.hits[id]
	if covering := r.guestsOf(o.look, o.c, s); len(covering) > 0 && len(hits) > 0 {
		left := slices.DeleteFunc(slices.Clone(hits), func(h hit) bool { return covering[h.service] != nil })
		if len(left) == 0 {
			var guests []int32
			for _, h := range hits {
				guests = append(guests, covering[h.service]...)
			}
			slices.Sort(guests)
			o.vars["covered"] = o.look.list(slices.Compact(guests))
			return true, nil, nil
		}
		hits = left
	}
	if len(hits) == 0 {
		return true, append(r.openBehind(a, o, s), r.unsighted(a, o.c)...), nil
	}
	o.confidence = string(compile.Possible)
	if slices.ContainsFunc(hits, func(h hit) bool { return h.confidence == compile.Confirmed }) {
		o.confidence = string(compile.Confirmed)
		hits = slices.DeleteFunc(slices.Clone(hits), func(h hit) bool { return h.confidence != compile.Confirmed })
	}
	stops, err := r.engine.Stops(ctx, []string{id})
	if err != nil {
		return false, nil, err
	}
	proofs := map[string]compile.Proof{}
	for _, st := range stops {
		proofs[st.Component] = st.Because
	}
	if s := r.sight(a); s.terrain != nil {
		sides := s.without(o.c)
		var sighted []hit
		for _, h := range hits {
			if err := ctx.Err(); err != nil {
				return false, nil, err
			}
			var hidden []Missing
			for _, p := range proofs[h.service].Paths {
				hidden = append(hidden, sides.hidden(p)...)
			}
			if missing = append(missing, hidden...); len(hidden) == 0 {
				sighted = append(sighted, h)
			}
		}
		if len(sighted) > 0 {
			hits, missing = sighted, nil
		}
	}
	lost := o.confidence == string(compile.Confirmed)
	for i, h := range hits {
		o.services = append(o.services, h.service)
		lost = lost && !s.designed[id+"\x00"+h.service]
		if i < maxProofs {
			o.proof.Relations = append(o.proof.Relations, proofs[h.service].Relations...)
			o.proof.Paths = append(o.proof.Paths, proofs[h.service].Paths...)
		}
	}
	o.vars["hit"], o.vars["lost"] = o.look.list(r.indexes(o.services)), lost
	o.cut, o.stops = []string{id}, true
	return false, missing, nil
}

// cables gives the relations by which links among these components join their ends.
func (r *run) cables(ids []string) []compile.RelationRef {
	l := r.facts.look()
	for _, c := range r.indexes(ids) {
		if l.kind(c) == graph.Link {
			l.needs(c, graph.Joins)
		}
	}
	return r.consulted(l)
}

// maxProofs bounds of how many services a finding carries the proof.
const maxProofs = 5

// guestsOf gives, for each service, the guests on a host that stop it too: the
// host's finding would say again what theirs says.
func (r *run) guestsOf(l *look, host int32, s *singles) map[string][]int32 {
	out := map[string][]int32{}
	for _, i := range l.In(host) {
		rel := &l.Relations[i]
		if rel.Type != graph.RunsOn || rel.Strength != graph.Hard || l.kind(rel.From) != graph.Server {
			continue
		}
		for _, h := range s.hits[l.Components[rel.From].ID] {
			out[h.service] = append(out[h.service], rel.From)
		}
	}
	return out
}

// indexes gives the components with these IDs, in ID order.
func (r *run) indexes(ids []string) []int32 {
	out := make([]int32, 0, len(ids))
	for _, id := range ids {
		if c, ok := r.facts.Find(id); ok {
			out = append(out, c)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}
