package sarif

import (
	"encoding/json"
	"io"
	"strings"

	"gujo/reports/locale"
	"gujo/rules"
)

// The objects of SARIF 2.1.0 (OASIS, 2020) that are written; section numbers are
// those of its text.
type (
	log struct {
		Schema  string `json:"$schema"`
		Version string `json:"version"`
		Runs    []run  `json:"runs"`
	}
	run struct {
		Tool        tool         `json:"tool"`
		Invocations []invocation `json:"invocations"`
		Language    string       `json:"language"`
		Results     []result     `json:"results"`
		Properties  runFacts     `json:"properties"`
	}
	invocation struct {
		ExecutionSuccessful bool `json:"executionSuccessful"`
	}
	tool struct {
		Driver driver `json:"driver"`
	}
	driver struct {
		Name    string `json:"name"`
		Version string `json:"version,omitempty"`
		Rules   []rule `json:"rules"`
	}
	rule struct {
		ID         string    `json:"id"`
		Short      text      `json:"shortDescription"`
		Full       *text     `json:"fullDescription,omitempty"`
		Help       *text     `json:"help,omitempty"`
		Properties ruleFacts `json:"properties"`
	}
	ruleFacts struct {
		Version  string   `json:"version"`
		Category string   `json:"category,omitempty"`
		Tags     []string `json:"tags,omitempty"`
	}
	text struct {
		Text string `json:"text"`
	}
	result struct {
		RuleID       string            `json:"ruleId"`
		RuleIndex    int               `json:"ruleIndex"`
		Kind         string            `json:"kind"`
		Level        string            `json:"level"`
		Message      text              `json:"message"`
		Locations    []location        `json:"locations"`
		Fingerprints map[string]string `json:"partialFingerprints"`
		Baseline     string            `json:"baselineState,omitempty"`
		Suppressions []suppression     `json:"suppressions"`
		Properties   resultFacts       `json:"properties"`
	}
	location struct {
		Logical []logicalLocation `json:"logicalLocations"`
	}
	logicalLocation struct {
		Name      string `json:"name"`
		Qualified string `json:"fullyQualifiedName"`
		Kind      string `json:"kind,omitempty"`
	}
	suppression struct {
		Kind          string `json:"kind"`
		Status        string `json:"status"`
		Justification string `json:"justification"`
	}
	resultFacts struct {
		Severity   string   `json:"severity"`
		Confidence string   `json:"confidence,omitempty"`
		Services   []string `json:"services"`
		Status     string   `json:"status,omitempty"`
	}
	runFacts struct {
		Snapshot string `json:"snapshot"`
		Created  string `json:"created"`
	}
)

// Write writes a diagnosis as a SARIF 2.1.0 log of one run. A component is a
// logical location; a waiver is a suppression; what was there in the baseline has
// a baselineState.
func Write(w io.Writer, d *rules.Diagnosis, lang locale.Lang) error {
	r := run{
		Invocations: []invocation{{true}}, Language: string(lang), Results: []result{},
		Properties: runFacts{d.Snapshot, d.Created},
	}
	r.Tool.Driver.Name, r.Tool.Driver.Version, _ = strings.Cut(d.Tool, " ")
	index := map[string]int{}
	add := func(x rule) {
		index[x.ID] = len(r.Tool.Driver.Rules)
		r.Tool.Driver.Rules = append(r.Tool.Driver.Rules, x)
	}
	r.Tool.Driver.Rules = []rule{}
	for _, x := range d.Rules {
		if _, twice := index[x.ID]; !twice {
			add(ruleOf(x, lang))
		}
	}
	compared := false
	for _, f := range d.Findings {
		compared = compared || f.Status != ""
		if _, known := index[f.Rule]; !known { // only in the earlier diagnosis
			add(rule{ID: f.Rule, Short: text{pick(f.Title, lang)}, Properties: ruleFacts{Version: f.RuleVersion, Category: f.Category}})
		}
	}
	for _, f := range d.Findings {
		x := resultOf(f, lang)
		x.RuleIndex = index[f.Rule]
		if compared { // §3.27.24: all results have a state, or none
			x.Baseline = baselineState(f)
		}
		r.Results = append(r.Results, x)
	}
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", " ")
	return enc.Encode(log{"https://json.schemastore.org/sarif-2.1.0.json", "2.1.0", []run{r}})
}

func ruleOf(x rules.RuleInfo, lang locale.Lang) rule {
	out := rule{ID: x.ID, Short: text{pick(x.Title, lang)}, Properties: ruleFacts{x.Version, x.Category, x.Tags}}
	if t := pick(x.Purpose, lang); t != "" {
		out.Full = &text{t}
	}
	if t := pick(x.Criterion.Text, lang); t != "" {
		out.Help = &text{t}
	}
	return out
}

func resultOf(f rules.Finding, lang locale.Lang) result {
	out := result{
		RuleID: f.Rule, Message: text{pick(f.Message, lang)}, Locations: []location{},
		Fingerprints: map[string]string{"gujoFingerprint/v1": f.Fingerprint}, Suppressions: []suppression{},
		Properties: resultFacts{string(f.Severity), f.Confidence, append([]string{}, f.Services...), f.Status},
	}
	out.Kind, out.Level = kindAndLevel(f)
	if out.Message.Text == "" {
		out.Message.Text = pick(f.Title, lang)
	}
	for _, s := range f.Subjects {
		kind, name, ok := strings.Cut(s, "/")
		if !ok {
			kind, name = "", s
		}
		out.Locations = append(out.Locations, location{[]logicalLocation{{name, s, kind}}})
	}
	if f.Waived && f.Waiver != nil {
		w := f.Waiver
		out.Suppressions = append(out.Suppressions, suppression{"external", "accepted",
			w.Reason + " (" + strings.Join([]string{w.Owner, w.Approver, w.Ticket, w.Expires}, ", ") + ")"})
	}
	return out
}

// kindAndLevel gives §3.27.9 and §3.27.10: only what fails has a level; what was
// not observed is open, which is neither good nor bad.
func kindAndLevel(f rules.Finding) (kind, level string) {
	switch f.Verdict {
	case rules.Pass:
		return "pass", "none"
	case rules.NotApplicable:
		return "notApplicable", "none"
	case rules.Unknown:
		return "open", "none"
	case rules.Error:
		return "review", "none"
	}
	switch f.Severity {
	case rules.Critical, rules.High, rules.Ungraded:
		return "fail", "error"
	case rules.Medium:
		return "fail", "warning"
	}
	return "fail", "note"
}

func baselineState(f rules.Finding) string {
	switch f.Status {
	case rules.StatusNew, rules.StatusRegressed:
		return "new"
	case rules.StatusPersisting:
		return "unchanged"
	case rules.StatusResolved:
		return "absent"
	}
	// What is neither a defect nor was one.
	if f.Verdict == rules.Unknown || f.Verdict == rules.Error {
		return "new"
	}
	return "unchanged"
}
