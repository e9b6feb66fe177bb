package rules

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"

	"gujo/graph"
	"gujo/graph/compile"
)

// outcome is what a rule says about a subject, before it becomes a [Finding].
type outcome struct {
	rule       *Rule
	c          int32
	look       *look
	vars       map[string]any // what expressions know
	verdict    Verdict
	confidence string
	services   []string // IDs of those that the analyses hit
	leaning    []string // IDs of those that the rule names besides
	cut        []string
	stops      bool // a service stops with the cut
	proof      compile.Proof
	missing    []Missing
	redundancy *Redundancy
	err        error
}

func (r *run) outcome(rule *Rule, c int32) *outcome {
	l := r.facts.look()
	return &outcome{rule: rule, c: c, look: l, vars: map[string]any{"subject": node{look: l, c: c}}}
}

// judge evaluates a rule about one component; nil: the rule does not look at it.
// A rule that panics or fails gives the verdict error, and others go on.
func (r *run) judge(ctx context.Context, rule *Rule, c int32) (o *outcome) {
	o = r.outcome(rule, c)
	defer func() {
		if p := recover(); p != nil {
			o.fail(fmt.Errorf("rule %s panicked: %v", rule.ID, p))
		}
	}()
	selected, err := r.decide(ctx, rule, o)
	if err != nil {
		o.fail(err)
	} else if !selected {
		return nil
	}
	return o
}

func (o *outcome) fail(err error) {
	o.verdict, o.err, o.missing, o.confidence, o.redundancy = Error, err, nil, "", nil
	o.proof, o.services, o.leaning, o.cut = compile.Proof{}, nil, nil, nil
}

func (r *run) decide(ctx context.Context, rule *Rule, o *outcome) (selected bool, err error) {
	if rule.where != nil {
		if ok, err := r.truth(ctx, rule.where, o.vars); err != nil || !ok {
			return err != nil, err
		}
	}
	for i := range rule.lets {
		v, err := r.eval(ctx, &rule.lets[i].expression, o.vars)
		if err != nil {
			return true, err
		}
		o.vars[rule.lets[i].name] = v
	}
	if r.facts.Components[o.c].Kind == target {
		o.verdict, o.missing = Unknown, r.facts.nothingRead(o.c)
		return true, nil
	}
	var holds bool
	var hidden []Missing
	if rule.analysis != nil {
		if holds, hidden, err = r.judgeSingle(ctx, rule.analysis, o); err != nil {
			return true, err
		}
	}
	if rule.applies != nil {
		if ok, err := r.truth(ctx, rule.applies, o.vars); err != nil {
			return true, err
		} else if !ok {
			o.verdict = NotApplicable
			return true, nil
		}
	}
	if rule.assert != nil {
		if holds, err = r.truth(ctx, rule.assert, o.vars); err != nil {
			return true, err
		}
	}
	list, verdict := rule.toFail, Fail
	if holds {
		list, verdict = rule.toPass, Pass
	}
	missing, err := r.unmet(ctx, list, o)
	if err != nil {
		return true, err
	}
	if missing = append(missing, hidden...); len(missing) > 0 {
		o.verdict, o.missing, o.confidence = Unknown, missing, ""
		return true, nil
	}
	o.verdict = verdict
	if err := r.measure(ctx, rule, o); err != nil {
		return true, err
	}
	if verdict == Fail {
		return true, r.consequences(ctx, rule, o)
	}
	o.confidence, o.services, o.cut, o.proof = "", nil, nil, compile.Proof{}
	return true, nil
}

// measure fills in how many are needed, were configured and are there.
func (r *run) measure(ctx context.Context, rule *Rule, o *outcome) error {
	if rule.redundancy[0] == nil {
		return nil
	}
	var n [3]int
	for i, x := range rule.redundancy {
		v, err := r.eval(ctx, x, o.vars)
		if err != nil {
			return err
		}
		n[i] = int(v.(types.Int))
	}
	o.redundancy = &Redundancy{Designed: n[1], Observed: n[2]}
	if n[0] > 0 {
		o.redundancy.K = &n[0]
	}
	return nil
}

// consequences completes a failure: what it cuts, whom that hits, how sure it is.
func (r *run) consequences(ctx context.Context, rule *Rule, o *outcome) error {
	if rule.cut != nil {
		ids, err := r.ids(ctx, rule.cut, o.vars)
		if err != nil {
			return err
		}
		o.cut = ids
	}
	if rule.analysis == nil && len(o.cut) > 0 && r.services {
		var err error
		if o.services, o.stops, err = r.hitBy(ctx, o.cut); err != nil {
			return err
		}
	}
	if rule.services != nil {
		ids, err := r.ids(ctx, rule.services, o.vars)
		if err != nil {
			return err
		}
		o.leaning = ids
	}
	if o.confidence == "" {
		possible, err := r.doubted(ctx, rule, o)
		if err != nil {
			return err
		}
		o.confidence = string(compile.Confirmed)
		if possible {
			o.confidence = string(compile.Possible)
		}
	}
	if rule.analysis == nil {
		o.proof.Relations = r.consulted(o.look)
	}
	return nil
}

// doubted tells whether a failure is only possible: as the rule says or, where it
// does not, if anything that it consulted is only assumed.
func (r *run) doubted(ctx context.Context, rule *Rule, o *outcome) (bool, error) {
	if rule.possible != nil {
		return r.truth(ctx, rule.possible, o.vars)
	}
	return slices.ContainsFunc(o.look.order, func(i int32) bool { return r.facts.Relations[i].Strength == graph.Assumed }), nil
}

// hitBy gives the services that stop with a cut or, if none does, those that lose
// redundancy.
func (r *run) hitBy(ctx context.Context, cut []string) (services []string, stops bool, err error) {
	stopped, err := r.engine.Stops(ctx, cut)
	if err != nil {
		return nil, false, err
	}
	for _, s := range stopped {
		if s.Kind == graph.Service.String() {
			services = append(services, s.Component)
		}
	}
	if len(services) > 0 {
		return services, true, nil
	}
	impact, err := r.engine.Impact(ctx, cut)
	if err != nil {
		return nil, false, err
	}
	for _, n := range impact.NowSingle {
		services = append(services, n.Service)
	}
	for _, w := range impact.Weakened {
		services = append(services, w.Services...)
	}
	slices.Sort(services)
	return slices.Compact(services), false, nil
}

// consulted gives the relations that the rule looked at, in the graph's order.
func (r *run) consulted(l *look) []compile.RelationRef {
	order := slices.Clone(l.order)
	slices.Sort(order)
	out := make([]compile.RelationRef, 0, len(order))
	for _, i := range order {
		rel := &r.facts.Relations[i]
		out = append(out, compile.RelationRef{From: r.facts.Components[rel.From].ID, Relation: rel.Type.String(), To: r.facts.Components[rel.To].ID})
	}
	return out
}

// unmet gives what a verdict needs and was not observed.
func (r *run) unmet(ctx context.Context, list []need, o *outcome) ([]Missing, error) {
	var out []Missing
	for _, n := range list {
		of := []int32{o.c}
		if n.of != nil {
			v, err := r.eval(ctx, n.of, o.vars)
			if err != nil {
				return nil, err
			}
			_, of = nodesOf(v)
		}
		for _, c := range of {
			id := r.facts.Components[c].ID
			for _, set := range n.tables {
				out = append(out, r.facts.unsettled(c, set)...)
			}
			if n.fact == nil {
				continue
			}
			o.vars["each"] = node{look: o.look, c: c}
			ok, err := r.truth(ctx, n.fact, o.vars)
			if err != nil {
				return nil, err
			}
			switch {
			case ok:
			case n.reason == "":
				out = append(out, r.facts.nothingRead(c)...)
			case n.reason == reasonNotAsked: // unless a gap says why it was not read
				out = append(out, Missing{Component: id, What: n.what, Reason: r.facts.whyNot(c, tableSet{n.what})})
			default:
				out = append(out, Missing{Component: id, What: n.what, Reason: n.reason})
			}
		}
	}
	return out, nil
}

func (r *run) eval(ctx context.Context, x *expression, vars map[string]any) (ref.Val, error) {
	v, _, err := x.prg.ContextEval(ctx, vars)
	if err != nil {
		return nil, fmt.Errorf("%d:%d: %w", x.source.at.line, x.source.at.col, err)
	}
	return v, nil
}

func (r *run) truth(ctx context.Context, x *expression, vars map[string]any) (bool, error) {
	v, err := r.eval(ctx, x, vars)
	if err != nil {
		return false, err
	}
	b, ok := v.(types.Bool)
	if !ok {
		return false, errors.New("no truth value")
	}
	return bool(b), nil
}

func (r *run) ids(ctx context.Context, x *expression, vars map[string]any) ([]string, error) {
	v, err := r.eval(ctx, x, vars)
	if err != nil {
		return nil, err
	}
	_, cs := nodesOf(v)
	out := make([]string, len(cs))
	for i, c := range cs {
		out[i] = r.facts.Components[c].ID
	}
	slices.Sort(out)
	return slices.Compact(out), nil
}
