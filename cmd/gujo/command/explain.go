package command

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"gujo/discovery/snmp"
	"gujo/graph"
	"gujo/reports"
	"gujo/rules"
)

func newExplain(env *Env, g *globals) *cobra.Command {
	var (
		sel selection
		out format
	)
	c := env.command("explain", func(cmd *cobra.Command, args []string) error {
		if len(args) == 1 {
			if done, err := env.explainRule(args[0], out.value); done {
				return err
			}
			if done, err := env.explainFinding(cmd.Context(), g, args[0], out.value); done {
				return err
			}
		}
		snap, code, err := sel.load(cmd.Context(), env, g)
		if err != nil {
			return err
		}
		ids, err := env.findComponents(snap, args)
		if m := (message{}); len(args) == 1 && errors.As(err, &m) && m.key == "error.unknown_component" {
			return failure("error.explain_nothing", args[0])
		}
		if err != nil {
			return err
		}
		other := ""
		if len(ids) > 1 {
			other = ids[1]
		}
		x, err := graph.Explain(snap, ids[0], other)
		if err != nil {
			return err
		}
		if out.value == "json" {
			if err := writeJSON(env.Stdout, explained{explainSchema, snap.ID, &x, nil, nil}); err != nil {
				return err
			}
			return verdict(code)
		}
		env.writeExplanation(x)
		return verdict(code)
	})
	c.Args = env.arguments(1, 2)
	sel.flags(env, c)
	out.flags(env, c, "table", "json")
	return c
}

const explainSchema = "gujo/explain/v1"

// explained is gujo/explain/v1: what there is to say of components, of a
// finding or of a rule.
type explained struct {
	Schema   string `json:"schema"`
	Snapshot string `json:"snapshot,omitempty"`
	*graph.Explanation
	Finding *rules.Finding `json:"finding,omitempty"`
	Rule    *ruleEntry     `json:"rule,omitempty"`
}

// explainRule prints a rule of the built-in pack; done says whether it is one.
func (e *Env) explainRule(id, format string) (done bool, err error) {
	all, err := loadPacks(nil)
	if err != nil {
		return false, err
	}
	for _, r := range all[0].Rules {
		if !strings.EqualFold(r.ID, id) {
			continue
		}
		if format == "json" {
			entry := entryOf(r)
			return true, writeJSON(e.Stdout, explained{Schema: explainSchema, Rule: &entry})
		}
		p := e.printer()
		p.line(r.ID + " " + r.Version + " — " + e.pick(r.Title))
		for _, row := range [][2]string{
			{"sheet.purpose", e.pick(r.Purpose)}, {"sheet.threat", e.pick(r.Threat)},
			{"sheet.criterion", e.criterion(r.Criterion)},
			{"sheet.rationale", e.pick(r.Rationale)},
			{"sheet.remedy", e.pick(rules.Text{KO: r.Remediation.KO, EN: r.Remediation.EN})},
		} {
			p.line("")
			p.line(e.text(row[0]) + ":")
			p.line("  " + row[1])
		}
		if len(r.References) > 0 {
			p.line("")
			p.line(e.text("sheet.references") + ":")
		}
		for _, ref := range r.References {
			p.line("  " + ref.ID + " " + e.pick(ref.Text) + " [" + e.text("source."+ref.Kind) + ", " + e.text("applies."+ref.Applies) + "]")
		}
		return true, nil
	}
	return false, nil
}

// criterion prints what a subject is measured against, and whose it is, unless the
// text says so itself.
func (e *Env) criterion(c rules.Criterion) string {
	text, source := e.pick(c.Text), " ("+e.text("source."+c.Source)+")"
	if strings.HasSuffix(strings.TrimSuffix(text, "."), source) {
		return text
	}
	return text + source
}

// A finding has a number in the report of its diagnosis: F-001, or U-001 where
// nothing could be decided, or E-001.
var (
	byNumber      = regexp.MustCompile(`^(?i:[FUE])-[0-9]{3,}$`)
	byFingerprint = regexp.MustCompile(`^[0-9a-f]{6,64}$`)
)

// explainFinding prints a finding of the latest diagnosis, named by its number in
// the report or by the beginning of its fingerprint.
func (e *Env) explainFinding(ctx context.Context, g *globals, name, format string) (done bool, err error) {
	if !byNumber.MatchString(name) && !byFingerprint.MatchString(name) {
		return false, nil
	}
	store, err := e.openStore(g, false)
	if err != nil {
		return false, err
	}
	defer store.Close()
	stored, err := store.LoadDiagnosis(ctx, "")
	if errors.Is(err, graph.ErrNotFound) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	d, err := rules.ReadJSON(stored.ID, stored.Document)
	if err != nil {
		return false, err
	}
	var found []rules.Finding
	if byNumber.MatchString(name) {
		if found, err = numbered(ctx, store, d, strings.ToUpper(name)); err != nil {
			return true, err
		}
	} else {
		for _, f := range d.Findings {
			if strings.HasPrefix(f.Fingerprint, name) {
				found = append(found, f)
			}
		}
	}
	switch {
	case len(found) == 0:
		return false, nil
	case len(found) > 1:
		list := ""
		for _, f := range found {
			list += "\n  " + f.Fingerprint + " " + f.Rule
		}
		return true, failure("error.ambiguous_finding", name, list)
	case format == "json":
		return true, writeJSON(e.Stdout, explained{Schema: explainSchema, Snapshot: d.Snapshot, Finding: &found[0]})
	}
	e.writeFinding(found[0])
	return true, nil
}

// numbered gives the finding that has a number in the report: the report itself
// says which, so that the two can never differ.
func numbered(ctx context.Context, store graph.Store, d *rules.Diagnosis, code string) ([]rules.Finding, error) {
	snap, err := store.Load(ctx, d.Snapshot)
	if err != nil {
		return nil, err
	}
	r, err := reports.Build(snap, d, reports.Options{})
	if err != nil {
		return nil, err
	}
	for _, s := range slices.Concat(r.Sheets, r.Undecided, r.Errors) {
		if s.Code == code {
			return []rules.Finding{s.Finding}, nil
		}
	}
	return nil, nil
}

// writeFinding walks a finding down to the bytes: finding, proof, evidence.
func (e *Env) writeFinding(f rules.Finding) {
	p := e.printer()
	p.line(f.Rule + " " + f.RuleVersion + " — " + e.pick(f.Title))
	p.line(e.pick(f.Message))
	p.line("")
	p.line(e.text("sheet.judgement") + ": " + e.text("verdict."+string(f.Verdict)) + ", " + e.text("severity."+string(f.Severity)))
	if f.Confidence != "" {
		p.line(e.text("column.confidence") + ": " + e.text("confidence."+f.Confidence))
	}
	p.line(e.text("sheet.subject") + ": " + strings.Join(f.Subjects, ", "))
	if len(f.Stopped) > 0 {
		p.line(e.text("sheet.stopped") + ": " + strings.Join(f.Stopped, ", "))
	}
	weakened := slices.DeleteFunc(slices.Clone(f.Services), func(id string) bool { return slices.Contains(f.Stopped, id) })
	if len(weakened) > 0 {
		p.line(e.text("sheet.weakened") + ": " + strings.Join(weakened, ", "))
	}
	p.line(e.text("sheet.criterion") + ": " + e.criterion(f.Criterion))
	p.line(e.text("sheet.fingerprint") + ": " + f.Fingerprint)
	if f.Waiver != nil {
		w := f.Waiver
		p.line(e.text("sheet.waiver") + ": " + e.text("sheet.waiver_value", w.Reason, w.Owner, w.Approver, w.Ticket, w.Expires))
	}
	if len(f.Missing) > 0 {
		p.line("")
		p.line(e.text("column.missing") + ":")
		for _, m := range f.Missing {
			p.line("  " + m.Component + ": " + e.pick(m.Words()) + " (" + e.pick(m.Why()) + ")")
		}
	}
	if len(f.Proof.Relations)+len(f.Proof.Paths) > 0 {
		p.line("")
		p.line(e.text("sheet.proof") + ":")
	}
	for _, r := range f.Proof.Relations {
		p.line("  " + r.From + " " + e.text("relation."+r.Relation) + " " + r.To)
	}
	for _, w := range f.Proof.Paths {
		p.line("  " + e.text("proof.no_way", w.From, w.To, strings.Join(w.Cut, ", ")))
	}
	p.line("")
	p.line(e.text("sheet.evidence") + ":")
	if len(f.Evidence) == 0 {
		p.line("  " + e.text("sheet.no_evidence"))
	}
	e.writeEvidence("  ", asExcerpts(f.Evidence))
}

func asExcerpts(list []rules.FindingEvidence) []graph.Evidence {
	out := make([]graph.Evidence, len(list))
	for i, ev := range list {
		out[i] = graph.Evidence{Ref: ev.Ref, Target: ev.Target, Value: ev.Value, Collected: ev.Collected}
	}
	return out
}

// writeExplanation prints statements, each with the bytes that it rests on.
func (e *Env) writeExplanation(x graph.Explanation) {
	p := e.printer()
	related := slices.ContainsFunc(x.Statements, func(s graph.Statement) bool {
		return s.Kind != graph.GapStatement && s.Kind != graph.CoverageStatement
	})
	if !related && x.B != "" {
		p.line(e.text("explain.no_relation", x.A, x.B))
	}
	about := ""
	var last []graph.Evidence
	for _, s := range x.Statements {
		switch s.Kind {
		case graph.ComponentStatement, graph.RelationStatement:
			about = s.Subject
		default:
			// What a snapshot says of something else than the line above names it.
			if s.Subject != about {
				about = s.Subject
				p.line("  " + about)
			}
		}
		p.line(e.statement(s))
		if len(s.Evidence) > 0 && slices.Equal(s.Evidence, last) {
			p.line("    " + e.text("explain.same_evidence"))
			continue
		}
		e.writeEvidence("    ", s.Evidence)
		last = s.Evidence
	}
}

// writeEvidence prints excerpts, gathered by the bytes that they were taken
// from: whom was asked and when, the digest, then each place and value.
func (e *Env) writeEvidence(indent string, list []graph.Evidence) {
	p := e.printer()
	var sources []string
	excerpts := map[string][]string{}
	for _, ev := range list {
		digest, line, _ := strings.Cut(ev.Ref, "#")
		source := e.text("explain.not_kept")
		if ev.Target != "" {
			source = ev.Target + ", " + ev.Collected
			line += " = " + ev.Value + named(line, ev.Value)
		}
		source += ", " + digest[:min(len(digest), 19)]
		if _, known := excerpts[source]; !known {
			sources = append(sources, source)
		}
		excerpts[source] = append(excerpts[source], line)
	}
	for _, source := range sources {
		p.line(indent + source)
		for _, line := range excerpts[source] {
			p.line(indent + "  " + line)
		}
	}
}

// named tells in parentheses which object an OID is, and what its value stands
// for, as far as that is known.
func named(locator, value string) string {
	object, meaning := snmp.Describe(locator, value)
	if object == "" {
		return ""
	}
	object, _, _ = strings.Cut(object, ".") // the index stands in the OID
	if meaning != "" && meaning != value {
		object += ": " + meaning
	}
	return " (" + object + ")"
}

func (e *Env) statement(s graph.Statement) string {
	switch s.Kind {
	case graph.ComponentStatement:
		text := s.Subject
		if s.State != "" {
			text += " (" + e.text("state."+s.State) + ")"
		}
		for _, a := range s.Attrs {
			text += "\n  " + a.Key + ": " + attributeText(a.Value)
		}
		return text
	case graph.RelationStatement:
		parts := strings.SplitN(s.Subject, " ", 3)
		if len(parts) == 3 {
			return "  " + parts[0] + " " + e.text("relation."+parts[1]) + " " + parts[2] + " [" + e.text("strength."+s.Strength) + "]"
		}
		return "  " + s.Subject
	case graph.NoteStatement:
		return "  * " + e.note(s.Key, s.Args)
	case graph.ConflictStatement:
		var values []string
		for _, v := range s.Conflict.Values {
			values = append(values, v.Value+" ("+v.Source+")")
		}
		return "  ! " + e.text("explain.conflict", s.Conflict.Attribute, strings.Join(values, ", "))
	case graph.GapStatement:
		return "  ? " + e.text("explain.gap", s.Gap.Table, e.because(s.Gap.Reason, s.Gap.Detail))
	case graph.CoverageStatement:
		return "  = " + e.text("explain.coverage", len(s.Coverage.Complete), len(s.Coverage.Empty), len(s.Coverage.NotAsked))
	}
	return s.Subject
}

// attributeText prints a value; of a list its elements.
func attributeText(v graph.Value) string {
	if list := v.Strings(); len(list) > 0 {
		return strings.Join(list, ", ")
	}
	return v.Text()
}

// note prints how something came to be. A text may have fewer places than the
// note has arguments, where these are a list: the last place takes the rest. And
// some arguments are only there where the note is about a machine.
func (e *Env) note(key string, args []string) string {
	key = "note." + key
	places := 0
	for places < 10 && strings.Contains(e.text(key), "{"+number(places)+"}") {
		places++
	}
	filled := make([]any, places)
	for i := range filled {
		switch {
		case i >= len(args):
			filled[i] = ""
		case i == places-1:
			filled[i] = strings.Join(args[i:], ", ")
		default:
			filled[i] = args[i]
		}
	}
	if key == "note.kind.declared" {
		for i, kind := range filled {
			filled[i] = e.text("kind." + fmt.Sprint(kind))
		}
	}
	return strings.TrimSpace(e.text(key, filled...))
}
