package rules

import "gujo/graph/compile"

// Verdict is what a rule says about a subject.
type Verdict string

// The verdicts. What was not observed never passes.
const (
	Pass          Verdict = "pass"
	Fail          Verdict = "fail"
	Unknown       Verdict = "unknown"
	NotApplicable Verdict = "not_applicable"
	Error         Verdict = "error"
)

// Severity follows the grade of the services hit and the size of the impact.
type Severity string

// The severities, the worst first; ungraded counts as high.
const (
	Critical Severity = "critical"
	High     Severity = "high"
	Medium   Severity = "medium"
	Low      Severity = "low"
	Info     Severity = "info"
	Ungraded Severity = "ungraded"
)

// Text is a text in both languages.
type Text struct {
	KO string `json:"ko" yaml:"ko"`
	EN string `json:"en" yaml:"en"`
}

// Finding is a rule's verdict about a subject in a snapshot, with its proof.
type Finding struct {
	Fingerprint string            `json:"fingerprint"`
	Rule        string            `json:"rule"`
	RuleVersion string            `json:"rule_version"`
	Verdict     Verdict           `json:"verdict"`
	Confidence  string            `json:"confidence,omitempty"` // of a fail: confirmed, possible
	Severity    Severity          `json:"severity"`
	Waived      bool              `json:"waived"`
	Waiver      *Waiver           `json:"waiver,omitempty"` // with Waived false: one that lapsed
	Subjects    []string          `json:"subjects"`
	Services    []string          `json:"services"`          // those hit: that stop, lose redundancy or lean on the subjects
	Stopped     []string          `json:"stopped,omitempty"` // those of them that stop with the cut, in the graph
	Title       Text              `json:"title"`
	Message     Text              `json:"message"`
	MessageKey  string            `json:"message_key"` // which of the rule's messages it is
	Redundancy  *Redundancy       `json:"redundancy,omitempty"`
	Cut         []string          `json:"cut"`
	Proof       compile.Proof     `json:"proof"`
	Evidence    []FindingEvidence `json:"evidence"` // bounded; each relation of the proof that rests on any has one
	// EvidenceLeftOut counts the excerpts besides, at least: those that say something of
	// the same parts, stand in the snapshot and were left out because there are so many.
	EvidenceLeftOut int         `json:"evidence_left_out,omitempty"`
	Missing         []Missing   `json:"missing,omitempty"` // of an unknown: what was not observed
	Criterion       Criterion   `json:"criterion"`
	Category        string      `json:"category"` // technology-gap, duplicate-equipment, guideline-violation
	Remediation     Remediation `json:"remediation"`
	References      []Reference `json:"references"`
	Status          string      `json:"status,omitempty"` // new, persisting, resolved, regressed
}

// Redundancy is how many are needed, were configured and were seen.
type Redundancy struct {
	K        *int `json:"k"` // nil: not known
	Designed int  `json:"designed"`
	Observed int  `json:"observed"` // in service, as far as is known, and more than declared; in a drawing all are
}

// FindingEvidence is one excerpt that supports a finding.
type FindingEvidence struct {
	Ref       string `json:"ref"`
	Target    string `json:"target"`
	Locator   string `json:"locator"`
	Value     string `json:"value"`
	Collected string `json:"collected"`
}

// Missing names a gap or an open end that keeps a rule from a verdict.
type Missing struct {
	Component string `json:"component"`
	What      string `json:"what"`   // a table, or an unobserved node
	Reason    string `json:"reason"` // not_asked, unreachable, …
}

// Criterion is what a subject is measured against.
type Criterion struct {
	Text   Text   `json:"text"`
	Source string `json:"source"` // law, notice, directive, policy, standard, tool
}

// Remediation is what to do.
type Remediation struct {
	KO     string `json:"ko"`
	EN     string `json:"en"`
	Effect Text   `json:"effect"`
	Term   string `json:"term"`   // short, middle, long
	Effort string `json:"effort"` // S, M, L
	// Removes counts the failing findings, this one included, about the same subjects
	// and the failure of the same components (Cut); where nothing is cut it is 1. No
	// remedy is tried out on the graph, so findings about other subjects that it may
	// end too are not counted.
	Removes int `json:"removes"`
}

// Reference cites a clause.
type Reference struct {
	ID      string `json:"id"`
	Kind    string `json:"kind"`    // law, notice, directive, policy, standard
	Applies string `json:"applies"` // directly, by_analogy, for_reference
	Text    Text   `json:"text"`    // the clause's name as printed
}

// Waiver is an accepted risk: the finding stays a defect.
type Waiver struct {
	Rule     string   `json:"rule" yaml:"rule"`
	Subjects []string `json:"subjects" yaml:"subjects"`
	Reason   string   `json:"reason" yaml:"reason"`
	Owner    string   `json:"owner" yaml:"owner"`
	Approver string   `json:"approver" yaml:"approver"` // never the owner
	Ticket   string   `json:"ticket" yaml:"ticket"`
	Approved string   `json:"approved,omitempty" yaml:"approved"` // YYYY-MM-DD
	Expires  string   `json:"expires" yaml:"expires"`             // YYYY-MM-DD, its last day; at most a year on
}

// Diagnosis is the outcome of running packs over a snapshot; as JSON it is
// gujo/findings/v1.
type Diagnosis struct {
	Schema   string      `json:"schema"` // gujo/findings/v1
	Snapshot string      `json:"snapshot"`
	Created  string      `json:"created"` // of the snapshot, RFC 3339
	Tool     string      `json:"tool"`
	Packs    []PackUsed  `json:"packs"`
	Coverage CoverageSum `json:"coverage"`
	Summary  Summary     `json:"summary"`
	Findings []Finding   `json:"findings"` // the worst first, then by rule and subjects
	Rules    []RuleInfo  `json:"rules"`    // those that were run, by pack and ID
	// StaleWaivers fit no failing finding: the defect is gone, or was never there.
	StaleWaivers []Waiver `json:"stale_waivers,omitempty"`
	// LapsedWaivers fit a finding and waive it no more, as their last day is past: the
	// finding has resurfaced, and names its waiver.
	LapsedWaivers []Waiver `json:"lapsed_waivers,omitempty"`
}

// RuleInfo is what a report says of a rule once, and not with each finding.
type RuleInfo struct {
	ID         string      `json:"id"`
	Version    string      `json:"version"`
	Pack       string      `json:"pack"`
	Title      Text        `json:"title"`
	Purpose    Text        `json:"purpose"`
	Threat     Text        `json:"threat"`
	Rationale  Text        `json:"rationale"`
	Criterion  Criterion   `json:"criterion"`
	Category   string      `json:"category"`
	Tags       []string    `json:"tags"`
	References []Reference `json:"references"`
}

// PackUsed says which rules were run.
type PackUsed struct {
	Name    string `json:"name"`
	Version string `json:"version"`
	Digest  string `json:"digest"`
}

// CoverageSum says how much was read of what the rules need.
type CoverageSum struct {
	Targets struct {
		Known int `json:"known"`
		Read  int `json:"read"`
	} `json:"targets"`
	Tables struct {
		Required int `json:"required"`
		Read     int `json:"read"`
	} `json:"tables"`
	Gaps []CoverageGap `json:"gaps"`
}

// CoverageGap is a gap as a diagnosis lists it.
type CoverageGap struct {
	Target string `json:"target"`
	Table  string `json:"table"`
	Reason string `json:"reason"`
	Detail string `json:"detail"`
}

// Summary counts findings: fails by severity, the rest by verdict.
type Summary struct {
	Critical      int `json:"critical"`
	High          int `json:"high"`
	Medium        int `json:"medium"`
	Low           int `json:"low"`
	Info          int `json:"info"`
	Ungraded      int `json:"ungraded"`
	Unknown       int `json:"unknown"`
	Error         int `json:"error"`
	Waived        int `json:"waived"`
	Pass          int `json:"pass"`
	NotApplicable int `json:"not_applicable"`
}
