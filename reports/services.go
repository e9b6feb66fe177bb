package reports

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"gujo/graph"
	"gujo/graph/compile"
	"gujo/rules"
)

// services tells of each information system what was found about it, what could not
// be judged of all that it hangs on, and with what it stops. The single points are
// those of the analysis, as gujo cuts lists them: not each has a rule that judges it.
func (b *builder) services(d *rules.Diagnosis) error {
	if !slices.ContainsFunc(b.view.Components, func(c graph.Component) bool { return c.Kind == graph.Service }) {
		return nil
	}
	a, err := compile.Analyze(b.view.Snapshot, compile.Options{})
	if err != nil {
		return fmt.Errorf("report: %w", err)
	}
	cuts, err := a.Cuts(context.Background(), 1) // the rules asked the same, and it took them no longer
	if err != nil {
		return fmt.Errorf("report: %w", err)
	}
	for _, of := range cuts.Services {
		c, _ := b.view.Find(of.Service)
		b.report.Services = append(b.report.Services, b.service(c, d, of, !cuts.Complete))
	}
	// By grade, the highest first; ungraded ones last.
	slices.SortStableFunc(b.report.Services, func(x, y Service) int {
		rank := func(g int) int {
			if g == 0 {
				return 9
			}
			return g
		}
		return cmp.Compare(rank(x.Grade), rank(y.Grade))
	})
	return nil
}

// service judges one. It is good only where something of it was judged good, and
// nothing of what it hangs on was left open: what was not observed never passes.
func (b *builder) service(at int32, d *rules.Diagnosis, cuts compile.ServiceCuts, open bool) Service {
	c := &b.view.Components[at]
	s := Service{Named: b.name(c.ID), Owner: c.Attrs.Text("owner"), Contact: c.Attrs.Text("contact"),
		RTO: c.Attrs.Text("rto_minutes"), RPO: c.Attrs.Text("rpo_minutes")}
	if v, ok := c.Attrs.Get("grade"); ok {
		grade, _ := v.Int64()
		s.Grade = int(grade)
	}
	below := b.below(at)
	hangsOn := func(id string) bool {
		n, ok := b.view.Find(id)
		return ok && below[n]
	}
	poor, passed := false, false
	for i := range d.Findings {
		f := &d.Findings[i]
		named := slices.Contains(f.Services, c.ID) || slices.Contains(f.Subjects, c.ID)
		switch f.Verdict {
		case rules.Fail:
			if !named {
				continue // the rule knows whom it hits
			}
			s.Fails++
			poor = poor || Judge(*f) == Poor
			if s.Worst == "" {
				s.Worst = f.Severity // the worst come first
			}
		case rules.Unknown, rules.Error:
			if named || slices.ContainsFunc(f.Subjects, hangsOn) {
				s.Undecided++
			}
		case rules.Pass:
			passed = passed || named || slices.ContainsFunc(f.Subjects, hangsOn)
		}
	}
	for _, cut := range cuts.Cuts {
		if cut.Confidence == compile.Confirmed {
			s.Singles = append(s.Singles, b.name(cut.Components[0]))
		} else {
			open = true
		}
	}
	switch {
	case poor:
		s.Judgement = Poor
	case s.Fails > 0 || len(s.Singles) > 0:
		s.Judgement = Caution
	case s.Undecided > 0 || open || !passed || !cuts.Modelled || cuts.DownAlready:
		s.Judgement = Unknown
	default:
		s.Judgement = Good
	}
	return s
}

// aside are relations by which nothing hangs on what they lead to.
var aside = []graph.RelationType{graph.AdjacentTo, graph.ManagedBy, graph.BacksUpTo, graph.ReplicatesTo}

// below marks what a service hangs on: what it needs, members and places included,
// and the network between the machines among it, with what that needs in turn.
func (b *builder) below(service int32) []bool {
	seen := make([]bool, len(b.view.Components))
	all := []int32{}
	add := func(c int32) {
		if !seen[c] {
			seen[c] = true
			all = append(all, c)
		}
	}
	down := func(from int) {
		for ; from < len(all); from++ {
			for _, r := range b.view.Needs(all[from]) {
				if r.Strength != graph.Soft && !slices.Contains(aside, r.Type) {
					add(r.To)
				}
			}
		}
	}
	add(service)
	down(0)
	n := len(all)
	for _, c := range b.between(all) {
		add(c)
	}
	for _, c := range all[:len(all):len(all)] { // gateways of the subnets, and groups of what carries
		for _, i := range b.view.In(c) {
			r := &b.view.Relations[i]
			if b.view.Components[r.From].Group != nil && (r.Type == graph.InSubnet || r.Type == graph.Member && carries(b.view.Components[c].Kind)) {
				add(r.From)
			}
		}
	}
	down(n)
	return seen
}

// carries reports whether ways lead over components of a kind.
func carries(k graph.Kind) bool {
	return k == graph.NetworkDevice || k == graph.Link || k == graph.Interface
}

// between gives the devices and links over which ways between the machines among
// some components may lead: the network that they stand on, without its dead ends.
// One that was not read may have cables that nobody saw, and is no dead end. Where it
// is not known on what they stand it may be any.
func (b *builder) between(of []int32) []int32 {
	places := map[int32]bool{}
	for _, c := range of {
		switch b.view.Components[c].Kind {
		case graph.Server, graph.AccessZone, graph.Storage, graph.NetworkDevice:
			places[c] = true
		}
	}
	if len(places) == 0 {
		return nil
	}
	cables, joined := b.cables(), false
	on := map[int32]bool{} // machines of the network
	var order []int32
	reach := func(c int32) {
		if !on[c] {
			on[c] = true
			order = append(order, c)
		}
	}
	for _, c := range of {
		if places[c] {
			reach(c)
			joined = joined || len(b.touching(c)) > 0
		}
	}
	for i := 0; i < len(order); i++ {
		for _, at := range b.touching(order[i]) {
			for _, e := range cables[at].ends {
				reach(e)
			}
		}
	}
	if !joined {
		for c := range b.view.Components {
			if k := b.view.Components[c].Kind; k == graph.NetworkDevice || k == graph.Link {
				order = append(order, int32(c))
			}
		}
		return order
	}
	cut := map[int32]bool{} // machines and cables that lead nowhere
	left := func(c int32) (cables []int) {
		for _, at := range b.touching(c) {
			if !cut[b.cables()[at].link] {
				cables = append(cables, at)
			}
		}
		return cables
	}
	for queue := slices.Clone(order); len(queue) > 0; queue = queue[1:] {
		c := queue[0]
		if cut[c] || places[c] || b.collected() && !b.answered(b.view.Components[c].ID) && b.view.Components[c].Kind == graph.NetworkDevice {
			continue
		}
		if at := left(c); len(at) <= 1 {
			cut[c] = true
			for _, i := range at {
				if len(cables[i].ends) <= 2 { // a segment leads on to others
					cut[cables[i].link] = true
					queue = append(queue, cables[i].ends...)
				}
			}
		}
	}
	var out []int32
	for _, c := range order {
		if cut[c] {
			continue
		}
		out = append(out, c)
		for _, at := range b.touching(c) {
			if link := cables[at].link; !cut[link] {
				out = append(out, link)
			}
		}
	}
	return out
}

// impact gives how many devices, servers and zones a component parts from the rest
// when it fails, itself included; of a network alone, in which no service stops.
func (b *builder) impact() (func(id string) int, error) {
	a, err := compile.Analyze(b.view.Snapshot, compile.Options{})
	if err != nil {
		return nil, fmt.Errorf("report: %w", err)
	}
	n, err := a.Network(context.Background())
	if err != nil {
		return nil, fmt.Errorf("report: %w", err)
	}
	parted := map[string]int{}
	for _, p := range n.Points {
		parted[p.Component] = len(p.CutOff)
	}
	return func(id string) int { return parted[id] }, nil
}

// ranked gives the findings of a diagnosis with the worst first. Where no service
// is declared severities tell little apart: what parts most of the network is worst.
func (b *builder) ranked(d *rules.Diagnosis) ([]rules.Finding, error) {
	if slices.ContainsFunc(b.view.Components, func(c graph.Component) bool { return c.Kind == graph.Service }) ||
		!slices.ContainsFunc(d.Findings, func(f rules.Finding) bool { return f.Verdict == rules.Fail }) {
		return d.Findings, nil
	}
	impact, err := b.impact()
	if err != nil {
		return nil, err
	}
	out := slices.Clone(d.Findings)
	of := func(f *rules.Finding) (most int) {
		for _, id := range slices.Concat(f.Subjects, f.Cut) {
			most = max(most, impact(id))
		}
		return most
	}
	fails := func(f *rules.Finding) bool { return f.Verdict == rules.Fail }
	slices.SortStableFunc(out, func(x, y rules.Finding) int {
		if !fails(&x) || !fails(&y) {
			return truth(fails(&y)) - truth(fails(&x))
		}
		return cmp.Or(cmp.Compare(truth(Judge(y) == Poor), truth(Judge(x) == Poor)), cmp.Compare(of(&y), of(&x)),
			// Of the same parts, what says that they part comes first.
			cmp.Compare(truth(strings.HasPrefix(y.Rule, "SPOF-")), truth(strings.HasPrefix(x.Rule, "SPOF-"))))
	})
	return out, nil
}
