package rules

import (
	"fmt"
	"io/fs"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"cel.dev/cel-go/cel"

	"gujo/graph"
	"gujo/graph/compile"
)

// checker turns the files of a pack into rules, and finds everything that is
// wrong with them.
type checker struct {
	file      string
	fsys      fs.FS
	lang      *cel.Env
	citations map[string]Reference
	found     problems
	home      place // where to point at what is missing
}

func (ck *checker) at(p place, format string, args ...any) {
	if p == (place{}) {
		p = ck.home
	}
	ck.found = append(ck.found, Problem{File: ck.file, Line: p.line, Column: p.col, Message: fmt.Sprintf(format, args...)})
}

// The closed sets that a rule chooses from.
var (
	sources    = []string{"law", "notice", "directive", "policy", "standard", "tool"}
	refKinds   = sources[:5]
	applyWords = []string{"directly", "by_analogy", "for_reference"}
	terms      = []string{"short", "middle", "long"}
	efforts    = []string{"S", "M", "L"}
	categories = []string{"technology-gap", "duplicate-equipment", "guideline-violation"}
	weights    = []string{"impact", "weakens", "evidence"}
	verdicts   = []string{string(Pass), string(Fail), string(Unknown), string(NotApplicable)}
	confidence = []string{"confirmed", "possible"}
	severities = []string{string(Critical), string(High), string(Medium), string(Low), string(Info), string(Ungraded)}
)

var (
	idForm      = regexp.MustCompile(`^[A-Z][A-Z0-9]*(-[A-Z0-9]+)+$`)
	versionForm = regexp.MustCompile(`^[0-9]+\.[0-9]+\.[0-9]+$`)
	nameForm    = regexp.MustCompile(`^[a-z][a-z0-9_]*$`)
	placeholder = regexp.MustCompile(`\{([^{}]*)\}`)
)

func (ck *checker) need(s scalar, what string) string {
	if s.text == "" {
		ck.at(s.at, "%s is missing", what)
	}
	return s.text
}

func (ck *checker) text(t textFile, what string) Text {
	return Text{KO: ck.need(t.KO, what+".ko"), EN: ck.need(t.EN, what+".en")}
}

func (ck *checker) oneOf(s scalar, what string, allowed []string) string {
	if ck.need(s, what) != "" && !slices.Contains(allowed, s.text) {
		ck.at(s.at, "%s %q, want %s", what, s.text, strings.Join(allowed, ", "))
	}
	return s.text
}

func (ck *checker) version(s scalar) string {
	if ck.need(s, "version") != "" && !versionForm.MatchString(s.text) {
		ck.at(s.at, "version %q, want MAJOR.MINOR.PATCH", s.text)
	}
	return s.text
}

func (ck *checker) count(s scalar, what string) int {
	n, err := strconv.Atoi(ck.need(s, what))
	if s.text != "" && (err != nil || n < 1) {
		ck.at(s.at, "%s %q, want a whole number from 1", what, s.text)
	}
	return n
}

func (ck *checker) readCitations(list []citationFile) map[string]Reference {
	out := map[string]Reference{}
	for _, c := range list {
		r := Reference{
			ID: ck.need(c.ID, "citation id"), Kind: ck.oneOf(c.Kind, "citation kind", refKinds),
			Applies: ck.oneOf(c.Applies, "applies", applyWords),
			Text:    Text{KO: ck.need(c.KO, "citation ko"), EN: ck.need(c.EN, "citation en")},
		}
		edition := ck.text(c.Edition, "edition")
		r.Text.KO += " (" + edition.KO + ")"
		r.Text.EN += " (" + edition.EN + ")"
		if r.Kind == "policy" && r.Applies != "for_reference" {
			ck.at(c.Applies.at, "citation %s: a policy announcement is cited for_reference only", r.ID)
		}
		if _, dup := out[r.ID]; dup {
			ck.at(c.ID.at, "citation %s stands twice", r.ID)
		}
		out[r.ID] = r
	}
	return out
}

// rule checks and compiles one rule. What is wrong is noted and the rest goes on,
// so that all errors of a file are told at once.
func (ck *checker) rule(f *ruleFile) *Rule {
	ck.home = place{1, 1}
	r := &Rule{file: ck.file, ID: ck.need(f.ID, "id"), Version: ck.version(f.Version)}
	if r.ID != "" && !idForm.MatchString(r.ID) {
		ck.at(f.ID.at, "id %q, want capitals, digits and hyphens such as SPOF-NET-01", r.ID)
	}
	ck.home = f.ID.at
	r.Title, r.Purpose = ck.text(f.Title, "title"), ck.text(f.Purpose, "purpose")
	r.Threat, r.Rationale = ck.text(f.Threat, "threat"), ck.text(f.Rationale, "rationale")
	r.Criterion = Criterion{Text: ck.text(f.Criterion.Text, "criterion.text"), Source: ck.oneOf(f.Criterion.Source, "criterion.source", sources)}
	m := &f.Remediation
	r.Remediation = Remediation{
		KO: ck.need(m.KO, "remediation.ko"), EN: ck.need(m.EN, "remediation.en"), Effect: ck.text(m.Effect, "remediation.effect"),
		Term: ck.oneOf(m.Term, "remediation.term", terms), Effort: ck.oneOf(m.Effort, "remediation.effort", efforts),
	}
	r.Category = ck.oneOf(f.Category, "category", categories)
	for _, t := range f.Tags {
		r.Tags = append(r.Tags, t.text)
	}
	r.References = []Reference{}
	for _, id := range f.References {
		ref, ok := ck.citations[id.text]
		if !ok {
			ck.at(id.at, "unknown citation %q", id.text)
		}
		r.References = append(r.References, ref)
	}
	if f.Weight.text != "" {
		r.weight = weight(max(0, slices.Index(weights, ck.oneOf(f.Weight, "weight", weights))))
	}
	ck.selected(r, f)
	ck.logic(r, f)
	ck.tests(r, f)
	return r
}

// selected reads which kinds a rule looks at. No analysis says anything of a
// target that is no part of the graph, and none may pass it.
func (ck *checker) selected(r *Rule, f *ruleFile) {
	var plain []scalar
	for _, s := range f.Select.Kind {
		switch {
		case s.text != targetName:
			plain = append(plain, s)
		case f.Analysis != nil:
			ck.at(s.at, "a target is no part of the graph, and no analysis knows of it")
		default:
			r.kinds = append(r.kinds, target)
		}
	}
	r.kinds = append(r.kinds, ck.kinds(plain)...)
	if len(f.Select.Kind) == 0 {
		ck.at(place{}, "select.kind is missing")
	}
}

func (ck *checker) kinds(list []scalar) []graph.Kind {
	var out []graph.Kind
	for _, s := range list {
		k, err := graph.ParseKind(s.text)
		if err != nil {
			ck.at(s.at, "%s", err)
			continue
		}
		out = append(out, k)
	}
	return out
}

// logic compiles everything that is an expression, in the order in which it is
// evaluated: each sees the names that stand before it.
func (ck *checker) logic(r *Rule, f *ruleFile) {
	env := ck.lang
	r.where = ck.compile(env, f.Select.Where, cel.BoolType)
	for _, e := range f.Let {
		x := ck.compile(env, e.value, nil)
		if !nameForm.MatchString(e.key.text) {
			ck.at(e.key.at, "%q, want a name of small letters, digits and underscores", e.key.text)
		} else if x != nil {
			r.lets = append(r.lets, let{e.key.text, *x})
			env = ck.extend(env, e.key, x.out)
		}
	}
	switch {
	case f.Analysis != nil && f.Assert.text != "":
		ck.at(f.Assert.at, "assert beside analysis, want one of the two")
	case f.Analysis != nil:
		r.analysis = ck.analysis(f)
		for _, v := range analysisVariables {
			env = ck.extend(env, scalar{text: v.name}, v.t)
		}
	case f.Assert.text == "":
		ck.at(place{}, "assert is missing, want it or analysis")
	}
	r.applies = ck.compile(env, f.Applies, cel.BoolType)
	r.assert = ck.compile(env, f.Assert, cel.BoolType)
	r.possible = ck.compile(env, f.Possible, cel.BoolType)
	r.cut = ck.compile(env, f.Cut, componentsType)
	r.services = ck.compile(env, f.Services, componentsType)
	if f.Redundancy != nil {
		for i, s := range []scalar{f.Redundancy.K, f.Redundancy.Designed, f.Redundancy.Observed} {
			ck.need(s, "redundancy."+[]string{"k", "designed", "observed"}[i])
			r.redundancy[i] = ck.compile(env, s, cel.IntType)
		}
	}
	r.toFail = ck.needs(r, env, f.Needs.ToFail)
	r.toPass = ck.needs(r, env, f.Needs.ToPass)
	names := slices.Clone(builtinArgs)
	for _, e := range f.Args {
		x := ck.compile(env, e.value, nil)
		if slices.Contains(names, e.key.text) {
			ck.at(e.key.at, "argument %s stands twice, or is one that every message has", e.key.text)
		}
		names = append(names, e.key.text)
		if x == nil {
			continue
		}
		if !printable(x.out) {
			ck.at(e.value.at, "an argument is a text, a number, a component or a list of them, not %s", x.out)
		}
		r.args = append(r.args, let{e.key.text, *x})
	}
	ck.messages(r, f, env, names)
}

func printable(t *cel.Type) bool {
	return slices.ContainsFunc([]*cel.Type{cel.StringType, cel.IntType, componentType, componentsType, cel.ListType(cel.StringType)}, t.IsExactType)
}

func (ck *checker) extend(env *cel.Env, name scalar, t *cel.Type) *cel.Env {
	if t == nil {
		return env
	}
	for _, v := range env.Variables() {
		if v.Name() == name.text {
			ck.at(name.at, "%s stands twice", name.text)
			return env
		}
	}
	out, err := env.Extend(cel.Variable(name.text, t))
	if err != nil {
		ck.at(name.at, "%s", err)
		return env
	}
	return out
}

// compile gives nil for an empty text, and for one that is wrong.
func (ck *checker) compile(env *cel.Env, s scalar, want *cel.Type) *expression {
	if s.text == "" {
		return nil
	}
	a, issues := env.Compile(s.text)
	if issues.Err() != nil {
		for _, e := range issues.Errors() {
			ck.at(s.inside(e.Location.Line(), e.Location.Column()), "%s", e.Message)
		}
		return nil
	}
	if want != nil && !want.IsAssignableType(a.OutputType()) {
		ck.at(s.at, "this is a %s, want a %s", a.OutputType(), want)
		return nil
	}
	if err := checkConstants(a); err != nil {
		ck.at(s.at, "%s", err)
		return nil
	}
	prg, err := env.Program(a, cel.CostLimit(costLimit), cel.InterruptCheckFrequency(1000))
	if err != nil {
		ck.at(s.at, "%s", err)
		return nil
	}
	return &expression{s, a.OutputType(), prg}
}

func (ck *checker) needs(r *Rule, env *cel.Env, list []needFile) []need {
	withEach := ck.extend(env, scalar{text: "each"}, componentType)
	var out []need
	for _, f := range list {
		n := need{kinds: r.kinds, of: ck.compile(env, f.Of, nil), what: f.What.text, reason: f.Reason.text}
		home := slices.Concat([]scalar{f.Of, f.Fact}, f.Tables, f.Any)[0].at
		if n.of != nil {
			n.kinds = ck.kinds(f.Kind)
			if !n.of.out.IsExactType(componentType) && !n.of.out.IsExactType(componentsType) {
				ck.at(f.Of.at, "of is a %s, want a component or a list of them", n.of.out)
			}
			if len(f.Kind) == 0 && f.Fact.text == "" {
				ck.at(f.Of.at, "kind is missing: which kinds of components these tables are needed of")
			}
		}
		for _, t := range f.Tables {
			n.tables = append(n.tables, tableSet{t.text})
		}
		if len(f.Any) > 0 {
			var set tableSet
			for _, t := range f.Any {
				set = append(set, t.text)
			}
			n.tables = append(n.tables, set)
		}
		if n.fact = ck.compile(withEach, f.Fact, cel.BoolType); n.fact != nil {
			ck.need(f.What, "what")
			if n.reason == "" && n.what != anyTable {
				n.reason = "not_observed"
			}
		}
		if (len(n.tables) > 0) == (f.Fact.text != "") {
			ck.at(home, "a need has tables (all of them), any (one of them, and no gap in the others), or a fact")
		}
		out = append(out, n)
	}
	return out
}

func (ck *checker) messages(r *Rule, f *ruleFile, env *cel.Env, names []string) {
	final := map[Verdict]bool{}
	keys := map[string]bool{}
	for _, m := range f.Messages {
		msg := message{
			key: ck.need(m.Key, "key"), verdict: Verdict(ck.oneOf(m.Verdict, "verdict", verdicts)),
			when: ck.compile(env, m.When, cel.BoolType), text: ck.text(textFile{m.KO, m.EN}, "message"),
			possible: m.Confidence.text != "",
		}
		if msg.possible && (msg.verdict != Fail || m.Confidence.text != string(compile.Possible)) {
			ck.at(m.Confidence.at, "confidence %q of a message for %s, want possible, of one for fail", m.Confidence.text, msg.verdict)
		}
		if keys[msg.key] {
			ck.at(m.Key.at, "message %s stands twice", msg.key)
		}
		keys[msg.key] = true
		if final[msg.verdict] {
			ck.at(m.Key.at, "message %s is never used: one without when stands before it", msg.key)
		}
		final[msg.verdict] = final[msg.verdict] || m.When.text == "" && !msg.possible
		ko, en := ck.placeholders(m.KO, names), ck.placeholders(m.EN, names)
		if !slices.Equal(ko, en) {
			ck.at(m.EN.at, "message %s: Korean has {%s}, English {%s}", msg.key, strings.Join(ko, "} {"), strings.Join(en, "} {"))
		}
		r.messages = append(r.messages, msg)
	}
	want := []Verdict{Fail, Pass, Unknown}
	if r.applies != nil || r.analysis != nil {
		want = append(want, NotApplicable)
	}
	for _, v := range want {
		if !final[v] {
			ck.at(place{}, "messages: none without when for verdict %s", v)
		}
	}
}

// placeholders gives the sorted set of names in braces.
func (ck *checker) placeholders(s scalar, names []string) []string {
	var out []string
	for _, m := range placeholder.FindAllStringSubmatch(s.text, -1) {
		if !slices.Contains(names, m[1]) {
			ck.at(s.at, "no argument %q, want one of %s", m[1], strings.Join(names, ", "))
		}
		out = append(out, m[1])
	}
	if strings.ContainsAny(placeholder.ReplaceAllString(s.text, ""), "{}") {
		ck.at(s.at, "a brace without its partner")
	}
	slices.Sort(out)
	return slices.Compact(out)
}

func (ck *checker) tests(r *Rule, f *ruleFile) {
	for _, t := range f.Tests {
		test := Test{Name: ck.need(t.Name, "test name"), Graph: ck.need(t.Graph, "test graph"), at: t.Name.at}
		if test.Graph != "" {
			if !fs.ValidPath(test.Graph) {
				ck.at(t.Graph.at, "graph %q, want a path within the pack", test.Graph)
			} else if _, err := fs.Stat(ck.fsys, test.Graph); err != nil {
				ck.at(t.Graph.at, "there is no file %s", test.Graph)
			}
		}
		if len(t.Expect) == 0 {
			ck.at(t.Name.at, "test %q expects nothing", test.Name)
		}
		for _, e := range t.Expect {
			x := Expectation{
				Subjects: texts(e.Subjects), Verdict: Verdict(ck.oneOf(e.Verdict, "verdict", append([]string{string(Error)}, verdicts...))),
				Message: e.Message.text, Confidence: e.Confidence.text, Severity: Severity(e.Severity.text), Services: texts(e.Services), at: e.Verdict.at,
			}
			if x.Confidence != "" {
				ck.oneOf(e.Confidence, "confidence", confidence)
			}
			if x.Severity != "" {
				ck.oneOf(e.Severity, "severity", severities)
			}
			if x.Message != "" && !slices.ContainsFunc(r.messages, func(m message) bool { return m.key == x.Message }) {
				ck.at(e.Message.at, "no message %q", x.Message)
			}
			if len(x.Subjects) == 0 {
				ck.at(x.at, "subjects are missing")
			}
			test.Expect = append(test.Expect, x)
		}
		r.Tests = append(r.Tests, test)
	}
}

func texts(list []scalar) []string {
	var out []string
	for _, s := range list {
		out = append(out, s.text)
	}
	slices.Sort(out)
	return out
}
