package reports

import (
	"slices"
	"strings"

	"gujo/graph"
	"gujo/rules"
)

// Unjudged is a subject with what could not be judged about it.
type Unjudged struct {
	Subjects []Named
	Sheets   []*Sheet
	Missing  []rules.Missing // of all of them, each once
}

// Unjudged gathers what could not be judged by its subjects, in the order of the
// first of each: a device that nobody read leaves a question of several rules open.
func (r *Report) Unjudged() []Unjudged {
	var out []Unjudged
	at := map[string]int{}
	for i := range r.Undecided {
		s := &r.Undecided[i]
		key := strings.Join(s.Finding.Subjects, "\x00")
		n, known := at[key]
		if !known {
			n = len(out)
			at[key] = n
			out = append(out, Unjudged{Subjects: s.Subjects})
		}
		u := &out[n]
		u.Sheets = append(u.Sheets, s)
		for _, m := range s.Finding.Missing {
			if !slices.Contains(u.Missing, m) {
				u.Missing = append(u.Missing, m)
			}
		}
	}
	return out
}

// Report is everything that is printed, in the order in which it is printed.
type Report struct {
	Organisation rules.Text
	Snapshot     string // ID
	Created      string // of the snapshot, RFC 3339
	Tool         string
	Packs        []rules.PackUsed
	Summary      rules.Summary
	Coverage     rules.CoverageSum
	Collected    bool // from devices, or tried to be; otherwise it was handed in as a drawing

	Services  []Service
	Sheets    []Sheet // what fails, the worst first
	Undecided []Sheet // what could not be judged
	Errors    []Sheet // rules that broke
	Passed    []RuleCount

	Kinds     []KindCount
	Groups    []Group  // by technology
	Areas     []Area   // of the detailed analysis
	Beyond    []Judged // rules that belong to none of them
	Topology  Drawing
	Read      []graph.Coverage
	Gaps      []graph.Gap
	Conflicts []graph.Conflict
	Rules     []RuleUsed
	Evidence  []Entry
	Waived    []Sheet
	Plan      []Measure      // by term; within one, what removes most first
	Stale     []rules.Waiver // fit no finding
	Lapsed    []rules.Waiver // fit one, and waive it no more
	Compared  bool           // with an earlier diagnosis: sheets have a status
	Resolved  []rules.Finding
}

// Entry is an entry of a bundle that the report cites.
type Entry struct {
	Digest    string // SHA-256 in hexadecimal
	Target    string
	Collected string // RFC 3339
	Cited     int    // excerpts out of it
}

// Named is a component as people call it.
type Named struct {
	ID   string
	Kind graph.Kind
	Name rules.Text
}

// Service is an information system with what was found about it.
type Service struct {
	Named
	Grade          int // 0: none
	Owner, Contact string
	RTO, RPO       string // minutes, "" where none
	Fails          int
	Worst          rules.Severity // "" where nothing fails
	Undecided      int            // findings about it, or about what it hangs on, that are neither pass nor fail
	Singles        []Named        // confirmed single points, by ID: it stops with each of them
	Judgement      Judgement
}

// Sheet is a finding as it is printed.
type Sheet struct {
	Code     string // F-001, U-001, E-001
	Finding  rules.Finding
	Subjects []Named
	Services []Named // those that are hit
	Stopped  []Named // those of them that stop
	Cut      []Named
	Threat   rules.Text // of the rule
	// Observed and InService are how many members were observed, as the inventory of
	// redundancy counts them, and how many of them are in service as far as is known;
	// of a finding that tells of redundancy.
	Observed, InService int
	Claims              []Claim
	Others              []Excerpt // what the finding cites besides
	Figure              Drawing
	Measure             string // code of the measure of the plan that removes it; "" where none is planned
}

// RuleCount says how often a rule passed.
type RuleCount struct {
	Rule   string
	Title  rules.Text
	Passed int
}

// KindCount says how many components of a kind there are.
type KindCount struct {
	Kind  graph.Kind
	Count int
	Down  int
}

// RuleUsed is a rule with what it is measured by.
type RuleUsed struct {
	Rule       string
	Version    string
	Title      rules.Text
	Purpose    rules.Text
	Criterion  rules.Criterion
	References []rules.Reference
}

// Judgement is a verdict on the scale of the report, which is the tool's own.
type Judgement string

// The judgements. What was not observed is never good.
const (
	Good    Judgement = "good"
	Caution Judgement = "caution"
	Poor    Judgement = "poor"
	Unknown Judgement = "unknown"
)

// Judge puts a failing finding on the scale.
func Judge(f rules.Finding) Judgement {
	if f.Confidence == "possible" || f.Severity == rules.Low || f.Severity == rules.Info {
		return Caution
	}
	return Poor
}

// Options are what a report is told besides the diagnosis.
type Options struct {
	Organisation rules.Text
	// Describe tells what a device calls the object at a locator and what its
	// value stands for, each "" where it is not known. Nil: nothing is known.
	Describe func(locator, value string) (object, meaning string)
}
