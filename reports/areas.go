package reports

import (
	"slices"

	"gujo/graph"
	"gujo/rules"
)

// Area is one of the nine areas of the detailed analysis, as article 14 of the
// NIRS directive on the structural diagnosis names them (훈령 365, 2023-06-13).
// What is to be checked in each is not public: which rule belongs where, and what
// is counted, is ours.
type Area struct {
	Name      string // cloud, redundancy, …
	Facts     []Fact // what was read of it
	Judged    []Judged
	Judgement Judgement // of what was read and judged; never good where a fact is missing
}

// Fact is something that was read, or not, of an area.
type Fact struct {
	Name  string
	Count int
	Of    int // Count out of so many; 0: a plain number
	Read  bool
}

// whole reports whether all of it was read.
func (f Fact) whole() bool { return f.Read && f.Count >= f.Of }

// Judged is a rule with its verdicts.
type Judged struct {
	Rule                                       string
	Title                                      rules.Text
	Poor, Caution, Unknown, Good, NotConcerned int
	Codes                                      []string // of its sheets
}

// area says what belongs to one: rules by their tags, and what is counted.
type area struct {
	name  string
	tags  []string
	facts func(b *builder) []Fact
}

// areas stand in the order of the article.
var areas = []area{
	{"cloud", []string{"cloud"}, func(*builder) []Fact { return []Fact{{Name: "cloud_use"}} }},
	{"redundancy", []string{"redundancy", "network", "link", "gateway", "server", "storage", "power", "spof", "diversity", "place", "lb", "dns", "exercise"},
		func(b *builder) []Fact {
			var out []Fact
			for _, q := range Questions {
				f := Fact{Name: "group_" + q, Of: len(b.report.Groups)}
				for i := range b.report.Groups {
					answer := b.report.Groups[i].Answer(q)
					f.Count += truth(answer == Yes)
					f.Read = f.Read || answer != NotSeen
				}
				out = append(out, f)
			}
			return out
		}},
	{"incidents", []string{"incident"}, func(b *builder) []Fact {
		down := Fact{Name: "down_now", Read: slices.ContainsFunc(b.view.Components, func(c graph.Component) bool { return c.State != graph.NotObserved })}
		for _, k := range b.report.Kinds {
			down.Count += k.Down
		}
		return []Fact{down, {Name: "incident_log"}}
	}},
	{"data", []string{"data"}, func(b *builder) []Fact {
		return []Fact{b.number("storage", graph.Storage, graph.Volume), b.relations("replicas", graph.ReplicatesTo)}
	}},
	{"backup", []string{"backup", "recovery"}, func(b *builder) []Fact {
		return []Fact{b.relations("backups", graph.BacksUpTo), {Name: "restore_tests"}}
	}},
	{"external", []string{"external", "circuit", "provider"}, func(b *builder) []Fact {
		return []Fact{b.number("circuits", graph.Circuit), b.number("providers", graph.Provider), b.number("externals", graph.External)}
	}},
	{"grade", []string{"grade"}, func(b *builder) []Fact {
		graded, owned, targets := 0, 0, 0
		for _, s := range b.report.Services {
			graded += truth(s.Grade > 0)
			owned += truth(s.Owner != "")
			targets += truth(s.RTO != "" && s.RPO != "")
		}
		n := len(b.report.Services)
		return []Fact{share("graded", graded, n), share("owned", owned, n), share("targets", targets, n)}
	}},
	{"project", []string{"contract", "maintenance"}, func(b *builder) []Fact {
		return []Fact{b.ofMachines("maintained", func(c int32) bool { return b.view.Components[c].Attrs.Text("maintainer") != "" }), {Name: "contracts"}}
	}},
	{"space", []string{"space"}, func(b *builder) []Fact {
		at := func(kind graph.Kind) func(c int32) bool {
			return newFate(b, &way{things: []graph.Kind{kind}, through: stands}).known
		}
		return []Fact{b.ofMachines("racked", at(graph.Rack)), b.ofMachines("roomed", at(graph.Room)), {Name: "floor"}}
	}},
}

func truth(t bool) int {
	if t {
		return 1
	}
	return 0
}

// share is a number out of all; of nothing, nothing was read.
func share(name string, n, of int) Fact { return Fact{name, n, of, n > 0} }

func (b *builder) number(name string, kinds ...graph.Kind) Fact {
	f := Fact{Name: name}
	for _, k := range b.report.Kinds {
		if slices.Contains(kinds, k.Kind) {
			f.Count += k.Count
		}
	}
	f.Read = f.Count > 0
	return f
}

func (b *builder) relations(name string, t graph.RelationType) Fact {
	f := Fact{Name: name}
	for i := range b.view.Relations {
		f.Count += truth(b.view.Relations[i].Type == t)
	}
	f.Read = f.Count > 0
	return f
}

// ofMachines counts those of which something is so.
func (b *builder) ofMachines(name string, is func(c int32) bool) Fact {
	n, of := 0, 0
	for i := range b.view.Components {
		if slices.Contains(machines, b.view.Components[i].Kind) {
			of++
			n += truth(is(int32(i)))
		}
	}
	return share(name, n, of)
}

// areas puts the rules that were run into the areas. One that belongs to two is in
// both; one that belongs to none is listed beyond them, so that none is left out.
func (b *builder) areas(d *rules.Diagnosis) {
	judged := b.judged(d)
	tags := map[string][]string{}
	for _, r := range d.Rules {
		tags[r.ID] = r.Tags
	}
	placed := map[string]bool{}
	for _, a := range areas {
		out := Area{Name: a.name, Facts: a.facts(b)}
		for _, j := range judged {
			if slices.ContainsFunc(tags[j.Rule], func(t string) bool { return slices.Contains(a.tags, t) }) {
				placed[j.Rule] = true
				out.Judged = append(out.Judged, j)
			}
		}
		out.Judgement = judgement(&out)
		b.report.Areas = append(b.report.Areas, out)
	}
	for _, j := range judged {
		if !placed[j.Rule] {
			b.report.Beyond = append(b.report.Beyond, j)
		}
	}
}

// judgement is the worst of an area's verdicts. Good is only what was read whole.
func judgement(a *Area) Judgement {
	var all Judged
	for _, j := range a.Judged {
		all.Poor += j.Poor
		all.Caution += j.Caution
		all.Unknown += j.Unknown
		all.Good += j.Good
	}
	switch {
	case all.Poor > 0:
		return Poor
	case all.Caution > 0:
		return Caution
	case all.Unknown > 0 || all.Good == 0 || slices.ContainsFunc(a.Facts, func(f Fact) bool { return !f.whole() }):
		return Unknown
	}
	return Good
}

// judged counts the verdicts of each rule that was run, in the order of the rules.
func (b *builder) judged(d *rules.Diagnosis) []Judged {
	at := map[string]int{}
	out := make([]Judged, 0, len(b.report.Rules))
	for i, r := range b.report.Rules {
		at[r.Rule] = i
		out = append(out, Judged{Rule: r.Rule, Title: r.Title})
	}
	for _, f := range d.Findings {
		j := &out[at[f.Rule]]
		switch f.Verdict {
		case rules.Fail:
			if Judge(f) == Poor {
				j.Poor++
			} else {
				j.Caution++
			}
		case rules.Unknown, rules.Error:
			j.Unknown++
		case rules.Pass:
			j.Good++
		case rules.NotApplicable:
			j.NotConcerned++
		}
	}
	for _, sheets := range [][]Sheet{b.report.Sheets, b.report.Undecided, b.report.Errors} {
		for i := range sheets {
			j := &out[at[sheets[i].Finding.Rule]]
			j.Codes = append(j.Codes, sheets[i].Code)
		}
	}
	return out
}
