package rules

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"gujo/graph"
	"gujo/graph/compile"
)

// Schema names the format of a [Diagnosis].
const Schema = "gujo/findings/v1"

// RunOptions are what a run knows besides snapshot and packs.
type RunOptions struct {
	Tool     string     // name and version of the program, as printed
	Waivers  []Waiver   // accepted risks
	Baseline *Diagnosis // an earlier diagnosis to compare with, or nil
	Engine   Engine     // nil: the analyses of package compile
}

// run is one run of packs over a snapshot.
type run struct {
	facts    *facts
	engine   Engine
	known    *singles
	sights   map[*analysis]*sight
	terrain  *terrain // of what is up, once asked for
	mended   *terrain // the same, were all of it up
	down     []int32  // what is down of that
	services bool     // the snapshot declares any
	graded   bool     // and one of them has a grade
}

// Run judges a snapshot. The same snapshot, packs and options give the same
// diagnosis. It fails only if the context ends, or a pack or waiver is not fit
// to be used; a rule that fails is a finding with the verdict error.
func Run(ctx context.Context, s *graph.Snapshot, packs []*Pack, o RunOptions) (*Diagnosis, error) {
	r := &run{facts: newFacts(s, requiredTables(packs)), engine: o.Engine, services: hasServices(s), sights: map[*analysis]*sight{}}
	if r.engine == nil {
		r.engine = newEngine(s)
	}
	for i := range s.Components {
		r.graded = r.graded || s.Components[i].Kind == graph.Service && gradeOf(&s.Components[i]) > 0
	}
	d := &Diagnosis{
		Schema: Schema, Snapshot: s.ID, Created: s.Created.UTC().Format(time.RFC3339), Tool: o.Tool,
		Packs: []PackUsed{}, Rules: []RuleInfo{}, Findings: []Finding{}, Coverage: r.facts.coverage(),
	}
	seen := map[string]string{}
	for _, p := range packs {
		d.Packs = append(d.Packs, PackUsed{p.Name, p.Version, p.Digest})
		for _, rule := range p.Rules {
			if other, dup := seen[rule.ID]; dup {
				return nil, fmt.Errorf("rule %s is in the packs %s and %s", rule.ID, other, p.Name)
			}
			seen[rule.ID] = p.Name
			d.Rules = append(d.Rules, rule.info(p.Name))
			found, err := r.rule(ctx, rule)
			if err != nil {
				return nil, err
			}
			d.Findings = append(d.Findings, found...)
		}
	}
	countRemoved(d.Findings)
	var err error
	if d.StaleWaivers, d.LapsedWaivers, err = waive(d.Findings, o.Waivers, s.Created); err != nil {
		return nil, err
	}
	if o.Baseline != nil {
		compare(d, o.Baseline)
	}
	slices.SortStableFunc(d.Findings, compareFindings)
	d.Summary = summarize(d.Findings)
	return d, nil
}

// rule runs one rule over its subjects, in the order of their IDs.
func (r *run) rule(ctx context.Context, rule *Rule) ([]Finding, error) {
	byPrint := map[string]*outcome{}
	var order []string
	keep := func(o *outcome) {
		id := r.facts.Components[o.c].ID
		if old := byPrint[id]; old == nil {
			order = append(order, id)
			byPrint[id] = o
		} else if outranks(o.verdict, old.verdict) {
			byPrint[id] = o
		}
	}
	for i := range r.facts.Components {
		if !slices.Contains(rule.kinds, r.facts.Components[i].Kind) {
			continue
		}
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		if o := r.judge(ctx, rule, int32(i)); o != nil {
			keep(o)
		}
	}
	if rule.analysis != nil {
		// What failed as a whole has failed for each subject already.
		if open, err := r.openEnds(ctx, rule); err == nil {
			for _, o := range open {
				keep(o)
			}
		}
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	out := make([]Finding, 0, len(order))
	for _, id := range order {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		out = append(out, r.finding(ctx, byPrint[id]))
	}
	return out, nil
}

// outranks tells which of two verdicts about one subject stands: what was not
// observed never passes, and what is known to fail is not unknown.
func outranks(x, y Verdict) bool {
	order := []Verdict{NotApplicable, Pass, Unknown, Fail, Error}
	return slices.Index(order, x) > slices.Index(order, y)
}

// finding writes an outcome out.
func (r *run) finding(ctx context.Context, o *outcome) Finding {
	rule := o.rule
	id := r.facts.Components[o.c].ID
	services := slices.Concat(o.services, o.leaning)
	slices.Sort(services)
	f := Finding{
		Rule: rule.ID, RuleVersion: rule.Version, Verdict: o.verdict, Confidence: o.confidence,
		Subjects: []string{id}, Services: nonNil(slices.Compact(services)), Cut: nonNil(o.cut),
		Title: rule.Title, Criterion: rule.Criterion, Category: rule.Category,
		Remediation: rule.Remediation, References: rule.References, Redundancy: o.redundancy,
		Missing: sortMissing(o.missing), Severity: Info,
	}
	f.Fingerprint = fingerprint(f.Rule, f.Subjects)
	f.Proof = tidy(o.proof)
	if f.Verdict == Fail {
		if o.stops {
			slices.Sort(o.services)
			f.Stopped = slices.Compact(o.services)
		}
		f.Severity = severityOf(r.components(o.services), rule.weight, o.stops, f.Confidence, r.graded)
		if len(o.leaning) > 0 { // these do not stop in the graph
			lean := severityOf(r.components(f.Services), rule.weight, false, f.Confidence, r.graded)
			if len(o.services) == 0 || lean.rank() < f.Severity.rank() {
				f.Severity = lean
			}
		}
	}
	if err := r.say(ctx, o, &f); err != nil {
		o.fail(err)
		f.Verdict, f.Severity, f.Confidence, f.Missing = Error, Info, "", nil
	}
	if f.Verdict == Error {
		f.MessageKey = "error"
		f.Message = Text{"규칙을 평가하지 못하였다: " + clean(o.err.Error()), "the rule could not be evaluated: " + clean(o.err.Error())}
	}
	f.Missing = f.Missing[:min(len(f.Missing), maxNamed)]
	f.Evidence, f.EvidenceLeftOut = r.evidence(&f)
	return f
}

// say picks the message and fills it in.
func (r *run) say(ctx context.Context, o *outcome, f *Finding) error {
	if f.Verdict == Error {
		return nil
	}
	args := map[string]Text{
		"subject": r.facts.label(o.c), "services": listed(r.labels(f.Services)),
		"missing": missingTexts(f.Missing), "reasons": reasonTexts(f.Missing), "cut": listed(r.labels(f.Cut)),
	}
	for i := range o.rule.messages {
		m := &o.rule.messages[i]
		if m.verdict != f.Verdict || m.possible && f.Confidence != string(compile.Possible) {
			continue
		}
		if m.when != nil {
			ok, err := r.truth(ctx, m.when, o.vars)
			if err != nil {
				return err
			}
			if !ok {
				continue
			}
		}
		for j := range o.rule.args {
			a := &o.rule.args[j]
			if !strings.Contains(m.text.KO, "{"+a.name+"}") {
				continue
			}
			v, err := r.eval(ctx, &a.expression, o.vars)
			if err != nil {
				return err
			}
			args[a.name] = render(v)
		}
		f.MessageKey, f.Message = m.key, fill(m.text, args)
		return nil
	}
	return errors.New("no message for verdict " + string(f.Verdict))
}

func (r *run) components(ids []string) []*graph.Component {
	var out []*graph.Component
	for _, id := range ids {
		if c, ok := r.facts.Find(id); ok {
			out = append(out, &r.facts.Components[c])
		}
	}
	return out
}

func (r *run) labels(ids []string) []Text {
	var out []Text
	for _, id := range ids {
		if c, ok := r.facts.Find(id); ok {
			out = append(out, r.facts.label(c))
		}
	}
	return out
}

// fingerprint is the same in every snapshot in which the subjects keep their
// roles: IDs are those of roles, and survive a new serial.
func fingerprint(rule string, subjects []string) string {
	s := slices.Clone(subjects)
	slices.Sort(s)
	sum := sha256.Sum256([]byte(rule + "\x00" + strings.Join(slices.Compact(s), "\x00")))
	return hex.EncodeToString(sum[:])
}

func nonNil(list []string) []string {
	if list == nil {
		return []string{}
	}
	return list
}

// tidy sorts a proof and leaves out what stands twice.
func tidy(p compile.Proof) compile.Proof {
	out := compile.Proof{Relations: []compile.RelationRef{}, Paths: []compile.Path{}}
	rels := slices.Clone(p.Relations)
	slices.SortFunc(rels, func(x, y compile.RelationRef) int {
		return cmp.Or(strings.Compare(x.From, y.From), strings.Compare(x.Relation, y.Relation), strings.Compare(x.To, y.To))
	})
	out.Relations = append(out.Relations, slices.Compact(rels)...)
	paths := slices.Clone(p.Paths)
	for i := range paths {
		paths[i].Cut = nonNil(paths[i].Cut)
	}
	slices.SortFunc(paths, func(x, y compile.Path) int {
		return cmp.Or(strings.Compare(x.From, y.From), strings.Compare(x.To, y.To), slices.Compare(x.Cut, y.Cut))
	})
	paths = slices.CompactFunc(paths, func(x, y compile.Path) bool {
		return x.From == y.From && x.To == y.To && slices.Equal(x.Cut, y.Cut)
	})
	out.Paths = append(out.Paths, paths...)
	return out
}

// countRemoved counts, for each failure, those that say of the same subjects that the
// failure of the same components does harm: a remedy that makes that failure harmless
// ends them all. What else it ends would have to be tried out on the graph: another
// supply for a device makes it no less the only way.
func countRemoved(findings []Finding) {
	harm := func(f *Finding) string {
		return strings.Join(f.Subjects, "\x00") + "\x01" + strings.Join(f.Cut, "\x00")
	}
	n := map[string]int{}
	for i := range findings {
		if f := &findings[i]; f.Verdict == Fail {
			n[harm(f)]++
		}
	}
	for i := range findings {
		if f := &findings[i]; f.Verdict == Fail {
			f.Remediation.Removes = 1
			if len(f.Cut) > 0 {
				f.Remediation.Removes = n[harm(f)]
			}
		}
	}
}

func compareFindings(x, y Finding) int {
	return cmp.Or(
		cmp.Compare(x.Verdict.rank(), y.Verdict.rank()), cmp.Compare(x.Severity.rank(), y.Severity.rank()),
		strings.Compare(x.Rule, y.Rule), slices.Compare(x.Subjects, y.Subjects),
	)
}

// summarize counts failures by severity, those waived included, and the rest by verdict.
func summarize(findings []Finding) Summary {
	var s Summary
	for i := range findings {
		f := &findings[i]
		if f.Waived {
			s.Waived++
		}
		switch f.Verdict {
		case Unknown:
			s.Unknown++
		case Error:
			s.Error++
		case Pass:
			s.Pass++
		case NotApplicable:
			s.NotApplicable++
		case Fail:
			*map[Severity]*int{
				Critical: &s.Critical, High: &s.High, Medium: &s.Medium, Low: &s.Low, Info: &s.Info, Ungraded: &s.Ungraded,
			}[f.Severity]++
		}
	}
	return s
}
