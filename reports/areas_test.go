package reports

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"gujo/graph"
	"gujo/reports/locale"
	"gujo/rules"
)

// verdicts makes findings of a rule with these verdicts.
func verdicts(rule string, all ...rules.Verdict) []rules.Finding {
	var out []rules.Finding
	for i, v := range all {
		f := rules.Finding{Rule: rule, Verdict: v, Severity: rules.Info, Subjects: []string{fmt.Sprintf("%s/%d", rule, i)}}
		if v == rules.Fail {
			f.Severity, f.Confidence = rules.High, "confirmed"
		}
		out = append(out, f)
	}
	return out
}

func TestEachRuleStandsInTheAreasOfItsTags(t *testing.T) {
	s := drawn(t, pair)
	d := &rules.Diagnosis{
		Rules: []rules.RuleInfo{{ID: "BKP-01", Tags: []string{"backup"}}, {ID: "DIV-01", Tags: []string{"diversity", "place"}},
			{ID: "EVD-01", Tags: []string{"evidence"}}, {ID: "SPOF-NET-01", Tags: []string{"network", "spof"}}},
		Findings: slices.Concat(verdicts("DIV-01", rules.Fail, rules.Pass, rules.Pass, rules.NotApplicable), verdicts("EVD-01", rules.Unknown),
			verdicts("BKP-01", rules.Unknown, rules.Error)),
	}
	r := built(t, s, d)
	if len(r.Areas) != 9 {
		t.Fatalf("%d areas, want the nine of article 14", len(r.Areas))
	}
	got := map[string]string{}
	for _, a := range r.Areas {
		for _, j := range a.Judged {
			got[a.Name] += fmt.Sprintf("%s %d/%d/%d/%d/%d %s;", j.Rule, j.Poor, j.Caution, j.Unknown, j.Good, j.NotConcerned, strings.Join(j.Codes, ","))
		}
		got[a.Name] += " " + string(a.Judgement)
	}
	for area, want := range map[string]string{
		"cloud": " unknown", "incidents": " unknown", "data": " unknown", "external": " unknown", "grade": " unknown", "project": " unknown",
		"redundancy": "DIV-01 1/0/0/2/1 F-001;SPOF-NET-01 0/0/0/0/0 ; poor",
		"space":      " unknown", // a rack that two share tells nothing of floor space
		"backup":     "BKP-01 0/0/2/0/0 U-002,E-001; unknown",
	} {
		if got[area] != want {
			t.Errorf("%s: %q, want %q", area, got[area], want)
		}
	}
	if len(r.Beyond) != 1 || r.Beyond[0].Rule != "EVD-01" {
		t.Errorf("beyond the areas: %v, want EVD-01", r.Beyond)
	}
}

func TestAnAreaIsGoodOnlyWhereAllOfItWasRead(t *testing.T) {
	const services = `
components:
  - {component: service/a, kind: service, attrs: {grade: 1, owner: Kim, rto_minutes: 60, rpo_minutes: 5}}
  - {component: service/b, kind: service, attrs: {%s}}
`
	info := []rules.RuleInfo{{ID: "DEP-01", Tags: []string{"grade"}}}
	for _, c := range []struct {
		name, b  string
		findings []rules.Finding
		want     Judgement
	}{
		{"all graded, owned and with targets", "grade: 2, owner: Lee, rto_minutes: 60, rpo_minutes: 5", verdicts("DEP-01", rules.Pass, rules.Pass), Good},
		{"the same, and no verdict", "grade: 2, owner: Lee, rto_minutes: 60, rpo_minutes: 5", nil, Unknown},
		{"the same, and nothing that applies", "grade: 2, owner: Lee, rto_minutes: 60, rpo_minutes: 5", verdicts("DEP-01", rules.NotApplicable), Unknown},
		{"one without targets", "grade: 2, owner: Lee", verdicts("DEP-01", rules.Pass), Unknown},
		{"one verdict open", "grade: 2, owner: Lee, rto_minutes: 60, rpo_minutes: 5", verdicts("DEP-01", rules.Pass, rules.Unknown), Unknown},
		{"a failure outweighs what is open", "grade: 2", verdicts("DEP-01", rules.Fail, rules.Unknown), Poor},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := built(t, drawn(t, fmt.Sprintf(services, c.b)), &rules.Diagnosis{Rules: info, Findings: c.findings})
			at := slices.IndexFunc(r.Areas, func(a Area) bool { return a.Name == "grade" })
			if got := r.Areas[at].Judgement; got != c.want {
				t.Errorf("%s, want %s", got, c.want)
			}
		})
	}
}

func TestOfAnEmptySnapshotNothingIsClaimed(t *testing.T) {
	var b graph.Builder
	s, err := b.Build(drawn(t, pair).Created)
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range built(t, s, &rules.Diagnosis{}).Areas {
		if a.Judgement != Unknown {
			t.Errorf("%s is judged %s", a.Name, a.Judgement)
		}
		for _, f := range a.Facts {
			if f.Read {
				t.Errorf("%s: %s is said to be read", a.Name, f.Name)
			}
		}
	}
}

func TestTheShippedRulesAreInTheAreasTheyJudge(t *testing.T) {
	s := drawn(t, pair)
	d, err := rules.Run(t.Context(), s, []*rules.Pack{rules.Default()}, rules.RunOptions{})
	if err != nil {
		t.Fatal(err)
	}
	for _, j := range built(t, s, d).Beyond {
		if j.Rule != "EVD-01" {
			t.Errorf("%s belongs to no area: none has its tags", j.Rule)
		}
	}
}

func TestEveryAreaFactWayAndAnswerHasItsWords(t *testing.T) {
	r := built(t, drawn(t, pair), &rules.Diagnosis{})
	keys := []string{"area.beyond", "k_source."}
	for _, a := range r.Areas {
		keys = append(keys, "area."+a.Name, "scale."+string(a.Judgement))
		for _, f := range a.Facts {
			keys = append(keys, "fact."+f.Name)
		}
	}
	for _, w := range ways {
		keys = append(keys, "way."+w.name)
	}
	for _, source := range []graph.KSource{graph.KDeclared, graph.KDevice, graph.KProtocol, graph.KDefault} {
		keys = append(keys, "k_source."+source.String())
	}
	for _, q := range Questions {
		keys = append(keys, "question."+q, "column."+q)
		for _, a := range []Answer{Yes, No, NotSeen, Idle} {
			keys = append(keys, "answer."+string(a))
			switch {
			case q == "exercised" && a != NotSeen, q != "diverse" && a == Idle:
				continue // never the answer
			}
			keys = append(keys, "answer."+q+"_"+string(a))
		}
	}
	for _, lang := range locale.Languages() {
		p, err := locale.New(lang)
		if err != nil {
			t.Fatal(err)
		}
		for _, key := range keys {
			if !p.Has(key) {
				t.Errorf("%s: %s has no text", lang, key)
			}
		}
	}
}
