package rules

import (
	"cel.dev/cel-go/cel"

	"gujo/graph"
)

// Rule is one rule of a pack, read, checked and compiled.
type Rule struct {
	ID          string
	Version     string
	Title       Text
	Purpose     Text // why it is looked at
	Threat      Text // what may happen
	Criterion   Criterion
	Rationale   Text
	Remediation Remediation // Removes is counted by each run
	Category    string
	Tags        []string
	References  []Reference
	Tests       []Test

	file     string
	weight   weight
	kinds    []graph.Kind
	analysis *analysis // or nil: then assert decides

	where, applies, assert, possible *expression
	lets                             []let
	cut, services                    *expression
	redundancy                       [3]*expression // k, designed, observed
	toFail, toPass                   []need
	args                             []let
	messages                         []message
}

// info is what a diagnosis says of the rule.
func (r *Rule) info(pack string) RuleInfo {
	return RuleInfo{
		ID: r.ID, Version: r.Version, Pack: pack, Title: r.Title, Purpose: r.Purpose, Threat: r.Threat, Rationale: r.Rationale,
		Criterion: r.Criterion, Category: r.Category, Tags: nonNil(r.Tags), References: r.References,
	}
}

// weight says which column of the severity table a rule's findings stand in.
type weight uint8

const (
	byImpact weight = iota // by what its cut stops
	weakens                // redundancy is thinner than it looks; nothing stops yet
	evidence               // about the diagnosis itself
)

// expression is a compiled text of the rule language.
type expression struct {
	source scalar
	out    *cel.Type
	prg    cel.Program
}

// let is a name for a value: of an expression that later ones use, or of an
// argument of the messages.
type let struct {
	name string
	expression
}

// need is what must have been observed for a verdict: tables of some components,
// or a fact about each of them.
type need struct {
	of     *expression // a component or list of components; nil: the subject
	kinds  []graph.Kind
	tables []tableSet // each of them
	fact   *expression
	what   string // of a fact: what is missing where it does not hold
	reason string // empty: of any_table, what the gaps say
}

func (n need) sets() []tableSet { return n.tables }

// message is one text of a rule. The first of a verdict whose condition holds is used.
// One that is for possible failures alone says no more than was seen; any other is
// used for failures of both kinds.
type message struct {
	key      string
	verdict  Verdict
	possible bool
	when     *expression
	text     Text
}

// Test is a graph and what the rule says about it.
type Test struct {
	Name   string
	Graph  string // a file of the pack
	Expect []Expectation
	at     place
}

// Expectation is one verdict that a test expects. Fields that are empty are not compared.
type Expectation struct {
	Subjects   []string
	Verdict    Verdict
	Message    string // its key
	Confidence string
	Severity   Severity
	Services   []string
	at         place
}

// The shape of a rule's file.
type ruleFile struct {
	ID        scalar   `yaml:"id"`
	Version   scalar   `yaml:"version"`
	Title     textFile `yaml:"title"`
	Purpose   textFile `yaml:"purpose"`
	Threat    textFile `yaml:"threat"`
	Rationale textFile `yaml:"rationale"`
	Criterion struct {
		Source scalar   `yaml:"source"`
		Text   textFile `yaml:"text"`
	} `yaml:"criterion"`
	Remediation struct {
		KO     scalar   `yaml:"ko"`
		EN     scalar   `yaml:"en"`
		Effect textFile `yaml:"effect"`
		Term   scalar   `yaml:"term"`
		Effort scalar   `yaml:"effort"`
	} `yaml:"remediation"`
	Category   scalar   `yaml:"category"`
	Tags       []scalar `yaml:"tags"`
	References []scalar `yaml:"references"`
	Weight     scalar   `yaml:"weight"`
	Select     struct {
		Kind  []scalar `yaml:"kind"`
		Where scalar   `yaml:"where"`
	} `yaml:"select"`
	Analysis *struct {
		Name      scalar   `yaml:"name"`
		OpenEnds  []scalar `yaml:"open_ends"`
		BlindedBy []scalar `yaml:"blinded_by"`
	} `yaml:"analysis"`
	Let        entries `yaml:"let"`
	Applies    scalar  `yaml:"applies"`
	Assert     scalar  `yaml:"assert"`
	Possible   scalar  `yaml:"possible"`
	Cut        scalar  `yaml:"cut"`
	Services   scalar  `yaml:"services"`
	Redundancy *struct {
		K        scalar `yaml:"k"`
		Designed scalar `yaml:"designed"`
		Observed scalar `yaml:"observed"`
	} `yaml:"redundancy"`
	Needs struct {
		ToFail []needFile `yaml:"to_fail"`
		ToPass []needFile `yaml:"to_pass"`
	} `yaml:"needs"`
	Args     entries       `yaml:"args"`
	Messages []messageFile `yaml:"messages"`
	Tests    []testFile    `yaml:"tests"`
}

type textFile struct {
	KO scalar `yaml:"ko"`
	EN scalar `yaml:"en"`
}

type needFile struct {
	Of     scalar   `yaml:"of"`
	Kind   []scalar `yaml:"kind"`
	Tables []scalar `yaml:"tables"`
	Any    []scalar `yaml:"any"`
	Fact   scalar   `yaml:"fact"`
	What   scalar   `yaml:"what"`
	Reason scalar   `yaml:"reason"`
}

type messageFile struct {
	Key        scalar `yaml:"key"`
	Verdict    scalar `yaml:"verdict"`
	Confidence scalar `yaml:"confidence"` // possible: for failures that are only that
	When       scalar `yaml:"when"`
	KO         scalar `yaml:"ko"`
	EN         scalar `yaml:"en"`
}

type testFile struct {
	Name   scalar `yaml:"name"`
	Graph  scalar `yaml:"graph"`
	Expect []struct {
		Subjects   []scalar `yaml:"subjects"`
		Verdict    scalar   `yaml:"verdict"`
		Message    scalar   `yaml:"message"`
		Confidence scalar   `yaml:"confidence"`
		Severity   scalar   `yaml:"severity"`
		Services   []scalar `yaml:"services"`
	} `yaml:"expect"`
}
