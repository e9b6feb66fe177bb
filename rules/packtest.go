package rules

import (
	"context"
	"fmt"
	"io/fs"
	"slices"
	"strings"

	"gujo/graph/exchange"
)

// Lint reads a pack and gives everything that is wrong with it: what [LoadPack]
// refuses, rules without a failing, a passing and an unknown test, arguments and
// citations that nothing uses. It does not run the tests.
func Lint(fsys fs.FS) []Problem {
	p, found := loadPack(fsys)
	if p == nil {
		return found
	}
	cited := map[string]bool{}
	for _, r := range p.Rules {
		found = append(found, lintRule(r)...)
		for _, ref := range r.References {
			cited[ref.ID] = true
		}
	}
	var head packFile
	if decodeFile(fsys, "pack.yaml", &head) == nil {
		for _, c := range head.Citations {
			if !cited[c.ID.text] {
				found = append(found, Problem{"pack.yaml", c.ID.at.line, c.ID.at.col, "no rule cites " + c.ID.text})
			}
		}
	}
	return found
}

func lintRule(r *Rule) (found []Problem) {
	for _, want := range []Verdict{Fail, Pass, Unknown} {
		tested := slices.ContainsFunc(r.Tests, func(t Test) bool {
			return slices.ContainsFunc(t.Expect, func(e Expectation) bool { return e.Verdict == want })
		})
		if !tested {
			found = append(found, Problem{File: r.file, Message: fmt.Sprintf("%s: no test expects the verdict %s", r.ID, want)})
		}
	}
	for _, a := range r.args {
		used := slices.ContainsFunc(r.messages, func(m message) bool { return strings.Contains(m.text.KO, "{"+a.name+"}") })
		if !used {
			found = append(found, Problem{r.file, a.source.at.line, a.source.at.col, "no message uses the argument " + a.name})
		}
	}
	for _, m := range r.messages {
		tested := slices.ContainsFunc(r.Tests, func(t Test) bool {
			return slices.ContainsFunc(t.Expect, func(e Expectation) bool { return e.Message == m.key })
		})
		if !tested && m.verdict == Fail {
			found = append(found, Problem{File: r.file, Message: fmt.Sprintf("%s: no test expects the message %s", r.ID, m.key)})
		}
	}
	return found
}

// TestResult is the outcome of one test of a rule.
type TestResult struct {
	Rule  string    `json:"rule"`
	Test  string    `json:"test"`
	Graph string    `json:"graph"`
	OK    bool      `json:"ok"`
	Diffs []Problem `json:"diffs,omitempty"` // what came out otherwise than expected
}

// RunTests runs the tests of all rules of a pack, by rule and in the order of the
// file. Each runs the whole pack over its graph: everything expected of the rule
// must be there, and no failure, unknown or error of that rule besides. It fails
// only if the pack cannot be loaded or the context ends.
func RunTests(ctx context.Context, fsys fs.FS) ([]TestResult, error) {
	p, err := LoadPack(fsys)
	if err != nil {
		return nil, err
	}
	return p.test(ctx, nil)
}

func (p *Pack) test(ctx context.Context, o func(graph string) RunOptions) ([]TestResult, error) {
	runs := map[string]*Diagnosis{}
	var out []TestResult
	for _, r := range p.Rules {
		for _, t := range r.Tests {
			res := TestResult{Rule: r.ID, Test: t.Name, Graph: t.Graph}
			d := runs[t.Graph]
			if d == nil {
				data, err := fs.ReadFile(p.fsys, t.Graph)
				if err == nil {
					d, err = p.testRun(ctx, t.Graph, data, o)
				}
				if err != nil {
					if ctx.Err() != nil {
						return nil, ctx.Err()
					}
					res.Diffs = []Problem{{r.file, t.at.line, t.at.col, err.Error()}}
					out = append(out, res)
					continue
				}
				runs[t.Graph] = d
			}
			res.Diffs = t.compare(r, d)
			res.OK = len(res.Diffs) == 0
			out = append(out, res)
		}
	}
	return out, nil
}

func (p *Pack) testRun(ctx context.Context, name string, data []byte, o func(string) RunOptions) (*Diagnosis, error) {
	s, err := exchange.ReadYAML(name, data)
	if err != nil {
		return nil, err
	}
	var opts RunOptions
	if o != nil {
		opts = o(name)
	}
	return Run(ctx, s, []*Pack{p}, opts)
}

func (t Test) compare(r *Rule, d *Diagnosis) (diffs []Problem) {
	say := func(at place, format string, args ...any) {
		diffs = append(diffs, Problem{r.file, at.line, at.col, fmt.Sprintf(format, args...)})
	}
	left := map[string]*Finding{}
	for i := range d.Findings {
		if f := &d.Findings[i]; f.Rule == r.ID {
			left[f.Fingerprint] = f
		}
	}
	for _, e := range t.Expect {
		id := fingerprint(r.ID, e.Subjects)
		f := left[id]
		delete(left, id)
		on := strings.Join(e.Subjects, ", ")
		if f == nil {
			say(e.at, "%s: no verdict, want %s", on, e.Verdict)
			continue
		}
		for _, c := range []struct{ what, got, want string }{
			{"verdict", string(f.Verdict), string(e.Verdict)}, {"message", f.MessageKey, e.Message},
			{"confidence", f.Confidence, e.Confidence}, {"severity", string(f.Severity), string(e.Severity)},
			{"services", strings.Join(f.Services, ", "), strings.Join(e.Services, ", ")},
		} {
			if c.want != "" && c.got != c.want {
				say(e.at, "%s: %s %s, want %s (%s)", on, c.what, c.got, c.want, f.Message.EN)
			}
		}
	}
	var more []string
	for id := range left {
		more = append(more, id)
	}
	slices.Sort(more)
	for _, id := range more {
		if f := left[id]; f.Verdict == Fail || f.Verdict == Unknown || f.Verdict == Error {
			say(t.at, "%s: %s, expected nothing of it (%s)", strings.Join(f.Subjects, ", "), f.Verdict, f.Message.EN)
		}
	}
	return diffs
}
