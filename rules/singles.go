package rules

import (
	"cmp"
	"context"
	"slices"
	"strings"

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

// The open ends by name: those of an unobserved node (its WHAT), a shared one
// ("end"), no known way between two places, and a service without anything behind it.
const (
	openWay       = "way"
	openUnmodeled = "not_modelled"
	openDown      = "down" // a service that is down already: nothing more stops it
)

var openEndNames = []string{
	"server", "provider", "holder", "pool", "host", "servers", "target", "members", "network", "end", openWay, openUnmodeled, openDown,
}

// analysisVariables are what expressions of such a rule know besides the subject.
var analysisVariables = []struct {
	name string
	t    *cel.Type
}{
	{"hit", componentsType},     // services that stop with the subject
	{"parted", componentsType},  // without services: what is cut off from the larger part
	{"covered", componentsType}, // guests on the subject of whom the same is said, and which own the finding
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
	services bool
	hits     map[string][]hit  // confirmed and possible
	designed map[string]bool   // confirmed single points as designed
	open     map[string][]open // by service
	partings map[string]Parting
}

// open is one open end of a service.
type open struct {
	what    string // as in openEndNames
	subject string // the component that it is an end of
	missing Missing
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
	r.known = s
	return s, nil
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

// judgeSingle says what the analysis finds about one subject: whether it holds,
// and fills in the rest of the outcome.
func (r *run) judgeSingle(ctx context.Context, a *analysis, o *outcome) (holds bool, missing []Missing, err error) {
	s, err := r.singles(ctx)
	if err != nil {
		return false, nil, err
	}
	id := r.facts.Components[o.c].ID
	o.vars["hit"], o.vars["parted"], o.vars["covered"], o.vars["lost"] = emptyList, emptyList, emptyList, false
	if !s.services {
		p, found := s.partings[id]
		if !found {
			return true, nil, nil
		}
		o.vars["parted"] = o.look.list(r.indexes(p.Parted))
		o.cut, o.confidence = []string{id}, string(p.Confidence)
		o.proof.Relations = r.cables(append(p.Neighbours, id))
		return false, r.blindAround(a, p.Parted, []string{id}), nil
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
		return true, r.openBehind(a, o, s), nil
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
	var sighted []hit
	for _, h := range hits {
		if blind := r.blindWays(a, id, proofs[h.service]); len(blind) > 0 {
			missing = append(missing, blind...)
			continue
		}
		sighted = append(sighted, h)
	}
	if len(sighted) > 0 {
		hits, missing = sighted, nil
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

// maxDown bounds how much of what is down is named with a service.
const maxDown = 5

// downBelow names what is down below a service that is down already: among what it
// needs or, where that is all up, among what carries its ways.
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
	seen := map[int32]bool{top: true}
	for queue := []int32{top}; len(queue) > 0; queue = queue[1:] {
		name(queue[0])
		lo, hi := f.Out(queue[0])
		for i := lo; i < hi; i++ {
			if rel := &f.Relations[i]; rel.Strength == graph.Hard && !seen[rel.To] {
				seen[rel.To] = true
				queue = append(queue, rel.To)
			}
		}
	}
	var carriers []int32
	for c := range f.Components {
		switch f.Components[c].Kind {
		case graph.NetworkDevice, graph.Link:
			carriers = append(carriers, int32(c))
		case graph.Interface:
			if slices.ContainsFunc(f.In(int32(c)), func(i int32) bool { return f.Relations[i].Type == graph.Joins }) {
				carriers = append(carriers, int32(c))
			}
		}
	}
	if len(out) == 0 {
		for _, c := range carriers {
			name(c)
		}
	}
	if len(out) == 0 {
		out = append(out, Missing{Component: service, What: anyPart, Reason: reasonDown})
	}
	return out
}

const (
	reasonDown = "down_already"
	anyPart    = "part" // a part that cannot be named
)

// openBehind gives the open ends that this rule owns of the services that hang
// on the subject: while there are any, the subject does not pass. Nothing needs a
// device or link that ways lead over, so an open end of the network, a way that is
// not known and a service that is down already leave all of them unjudged.
func (r *run) openBehind(a *analysis, o *outcome, s *singles) []Missing {
	if len(s.open) == 0 {
		return nil
	}
	var out []Missing
	for _, svc := range r.facts.look().dependents(o.c) {
		for _, e := range s.open[r.facts.Components[svc].ID] {
			if slices.Contains(a.openEnds, e.what) || e.what == openDown {
				out = append(out, e.missing)
			}
		}
	}
	switch r.facts.Components[o.c].Kind {
	case graph.NetworkDevice, graph.Link:
		for _, list := range s.open {
			for _, e := range list {
				if e.what == "network" || e.what == openWay || e.what == openDown {
					out = append(out, e.missing)
				}
			}
		}
	}
	return sortMissing(out)
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
				o.vars["hit"], o.vars["parted"], o.vars["covered"], o.vars["lost"] = emptyList, emptyList, emptyList, false
				found[e.subject] = o
				order = append(order, e.subject)
			}
			o.missing = append(o.missing, e.missing)
			o.services = append(o.services, svc)
		}
	}
	out := make([]*outcome, 0, len(order))
	for _, id := range order {
		out = append(out, found[id])
	}
	return out, nil
}

// blindWays gives the devices whose neighbours were not read on both sides of a
// closed way: a link between two of them would be a second way, and would be in
// nobody's table. Where all devices of one side were read, there is none.
func (r *run) blindWays(a *analysis, failed string, proof compile.Proof) []Missing {
	if len(r.blind(a)) < 2 && !r.external() {
		return nil
	}
	var out []Missing
	for _, p := range proof.Paths {
		one, other := r.reach(p.From, failed), r.reach(p.To, failed)
		out = append(out, r.between(a, one, other)...)
		near, far := r.blindOn(a, one), r.blindOn(a, other)
		if len(near) > 0 && len(far) > 0 {
			out = append(out, append(near, far...)...)
		}
	}
	return out
}

// blindAround is blindWays for what is cut off from the rest of the network.
func (r *run) blindAround(a *analysis, parted, cut []string) []Missing {
	if len(r.blind(a)) < 2 && !r.external() {
		return nil
	}
	side := map[int32]bool{}
	for _, c := range r.indexes(parted) {
		side[c] = true
	}
	rest := map[int32]bool{}
	for _, c := range r.facts.all {
		rest[c] = !side[c] && !slices.Contains(cut, r.facts.Components[c].ID)
	}
	out := r.between(a, side, rest)
	near, far := r.blindOn(a, side), r.blindOn(a, rest)
	if len(near) > 0 && len(far) > 0 {
		out = append(out, append(near, far...)...)
	}
	return out
}

// external reports whether the snapshot holds anything that was only heard of and did
// not say what it is.
func (r *run) external() bool {
	return slices.ContainsFunc(r.facts.Components, func(c graph.Component) bool { return c.Kind == graph.External })
}

// between gives what was heard of on both sides of a cut and did not say what it is:
// it may be a switch that joins them.
func (r *run) between(a *analysis, one, other map[int32]bool) (out []Missing) {
	if len(a.blindedBy) == 0 {
		return nil
	}
	f := r.facts
	l := f.look()
	for i := range f.Components {
		if f.Components[i].Kind != graph.External || f.Components[i].State == graph.Down || f.Components[i].Attrs.IsFalse("transit") {
			continue
		}
		near, far := false, false
		hear := func(c int32) {
			m := l.machine(c)
			near, far = near || one[c] || one[m], far || other[c] || other[m]
		}
		for _, j := range f.In(int32(i)) {
			switch rel := &f.Relations[j]; rel.Type {
			case graph.AdjacentTo:
				hear(rel.From)
			case graph.Joins:
				for _, end := range f.OutOf(rel.From, graph.Joins) {
					if end.To != int32(i) {
						hear(end.To)
					}
				}
			}
		}
		if near && far {
			out = append(out, Missing{Component: f.Components[i].ID, What: a.blindedBy.String(), Reason: f.whyNot(int32(i), a.blindedBy)})
		}
	}
	return out
}

// blind gives the network devices of whose neighbours nobody could read, with what
// was not read. One that was only heard of is blind, whether it was asked or not: who
// named it saw one of its links, and nobody saw whether it has others. A server, a
// phone or what lies out of scope carries no way, nor does what is down or lets
// nothing through. Where nothing at all was collected the graph is a drawing, and
// what it does not show is not there.
func (r *run) blind(a *analysis) map[int32]Missing {
	if known, ok := r.blindBy[a]; ok {
		return known
	}
	out := map[int32]Missing{}
	for _, c := range r.facts.all {
		comp := &r.facts.Components[c]
		if comp.State == graph.Down || comp.Attrs.IsFalse("transit") {
			continue
		}
		if m, ok := r.unheard(a, c); ok {
			out[c] = m
		}
	}
	r.blindBy[a] = out
	return out
}

// unheard says what is missing of the neighbours of a device.
func (r *run) unheard(a *analysis, c int32) (Missing, bool) {
	f := r.facts
	id := f.Components[c].ID
	for _, g := range f.GapsOf(id) {
		if slices.Contains(a.blindedBy, g.Table) && g.Reason != reasonNotAsked && g.Reason != "unsupported" || wholeTarget(g) {
			return Missing{Component: id, What: cmp.Or(g.Table, anyTable), Reason: g.Reason}, true
		}
	}
	if len(a.blindedBy) == 0 || !f.collected() || f.readAny(c, a.blindedBy) {
		return Missing{}, false
	}
	if !f.covered(c) {
		return Missing{Component: id, What: anyTable, Reason: f.whyNot(c, nil)}, true
	}
	return Missing{Component: id, What: a.blindedBy.String(), Reason: f.whyNot(c, a.blindedBy)}, true
}

func (r *run) blindOn(a *analysis, side map[int32]bool) []Missing {
	var out []Missing
	for c, m := range r.blind(a) {
		if side[c] {
			out = append(out, m)
		}
	}
	return sortMissing(out)
}

// reach gives everything that is cabled to a place when what failed is taken
// away. A server, zone or subnet is reached and not passed through, the place
// itself and its hosts aside.
func (r *run) reach(from, failed string) map[int32]bool {
	f := r.facts
	start, ok := f.Find(from)
	gone, known := f.Find(failed)
	if !ok || !known {
		return nil
	}
	seen := map[int32]bool{start: true, gone: true}
	queue := []int32{start}
	step := func(rel *graph.Relation, to int32, host bool) {
		switch rel.Type {
		case graph.Joins, graph.PartOf, graph.AttachedTo:
		case graph.RunsOn:
			if !host {
				return
			}
		default:
			return
		}
		if seen[to] || f.Components[to].State == graph.Down {
			return
		}
		seen[to] = true
		switch f.Components[to].Kind {
		case graph.Server, graph.AccessZone, graph.Subnet:
			if rel.Type != graph.RunsOn {
				return
			}
		}
		queue = append(queue, to)
	}
	for ; len(queue) > 0; queue = queue[1:] {
		c := queue[0]
		lo, hi := f.Out(c)
		for i := lo; i < hi; i++ {
			step(&f.Relations[i], f.Relations[i].To, true)
		}
		for _, i := range f.In(c) {
			step(&f.Relations[i], f.Relations[i].From, false)
		}
	}
	delete(seen, gone)
	return seen
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
