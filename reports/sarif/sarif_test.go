package sarif_test

import (
	"bytes"
	"encoding/xml"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"gujo/graph/compile"
	"gujo/reports/locale"
	"gujo/reports/sarif"
	"gujo/rules"
)

// required is what SARIF 2.1.0 demands of the objects that are written (§3.13.4,
// §3.18, §3.19, §3.27, §3.33, §3.35), with its closed sets of words.
const required = `{
 "type": "object", "required": ["version", "runs"],
 "properties": {
  "$schema": {"type": "string", "format": "uri"},
  "version": {"const": "2.1.0"},
  "runs": {"type": "array", "minItems": 1, "items": {
   "type": "object", "required": ["tool", "results"],
   "properties": {
    "language": {"type": "string", "pattern": "^[a-zA-Z]{2}(-[a-zA-Z]{2})?$"},
    "invocations": {"type": "array", "items": {"type": "object", "required": ["executionSuccessful"]}},
    "tool": {"type": "object", "required": ["driver"], "properties": {"driver": {
     "type": "object", "required": ["name"], "properties": {
      "name": {"type": "string", "minLength": 1}, "version": {"type": "string"},
      "rules": {"type": "array", "uniqueItems": true, "items": {"type": "object", "required": ["id"], "properties": {
       "id": {"type": "string", "minLength": 1}, "shortDescription": {"$ref": "#/$defs/text"}, "fullDescription": {"$ref": "#/$defs/text"}, "help": {"$ref": "#/$defs/text"}}}}}}}},
    "results": {"type": "array", "items": {
     "type": "object", "required": ["message", "ruleId"],
     "properties": {
      "ruleId": {"type": "string", "minLength": 1}, "ruleIndex": {"type": "integer", "minimum": 0},
      "kind": {"enum": ["notApplicable", "pass", "fail", "review", "open", "informational"]},
      "level": {"enum": ["none", "note", "warning", "error"]},
      "message": {"$ref": "#/$defs/text"},
      "baselineState": {"enum": ["new", "unchanged", "updated", "absent"]},
      "partialFingerprints": {"type": "object", "minProperties": 1, "additionalProperties": {"type": "string", "minLength": 1}},
      "locations": {"type": "array", "items": {"type": "object", "required": ["logicalLocations"], "properties": {"logicalLocations": {
       "type": "array", "minItems": 1, "items": {"type": "object", "required": ["name", "fullyQualifiedName"]}}}}},
      "suppressions": {"type": "array", "items": {"type": "object", "required": ["kind"], "properties": {
       "kind": {"enum": ["inSource", "external"]}, "status": {"enum": ["accepted", "underReview", "rejected"]}, "justification": {"type": "string"}}}}},
     "if": {"properties": {"kind": {"not": {"const": "fail"}}}}, "then": {"properties": {"level": {"const": "none"}}}}}}}}},
 "$defs": {"text": {"type": "object", "required": ["text"], "properties": {"text": {"type": "string", "minLength": 1}}}}
}`

func check(t *testing.T, document []byte) map[string]any {
	t.Helper()
	schema, err := jsonschema.UnmarshalJSON(strings.NewReader(required))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource("sarif.json", schema); err != nil {
		t.Fatal(err)
	}
	s, err := c.Compile("sarif.json")
	if err != nil {
		t.Fatal(err)
	}
	value, err := jsonschema.UnmarshalJSON(bytes.NewReader(document))
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Validate(value); err != nil {
		t.Fatal(err)
	}
	return value.(map[string]any)["runs"].([]any)[0].(map[string]any)
}

func text(s string) rules.Text { return rules.Text{KO: "한글 " + s, EN: s} }

func diagnosis() *rules.Diagnosis {
	finding := func(verdict rules.Verdict, severity rules.Severity, subject string) rules.Finding {
		return rules.Finding{Fingerprint: "f-" + subject, Rule: "R-1", RuleVersion: "1.0.0", Verdict: verdict, Severity: severity,
			Subjects: []string{"server/" + subject}, Title: text("title"), Message: text("message of " + subject)}
	}
	d := &rules.Diagnosis{Tool: "gujo 9.9.9", Snapshot: "abc", Created: "2026-01-01T00:00:00Z",
		Rules: []rules.RuleInfo{{ID: "R-0", Title: text("unused")}, {ID: "R-1", Version: "1.0.0", Title: text("title"), Purpose: text("purpose")}}}
	d.Findings = []rules.Finding{
		finding(rules.Fail, rules.Critical, "critical"), finding(rules.Fail, rules.High, "high"), finding(rules.Fail, rules.Ungraded, "ungraded"),
		finding(rules.Fail, rules.Medium, "medium"), finding(rules.Fail, rules.Low, "low"),
		finding(rules.Unknown, rules.Info, "unknown"), finding(rules.Error, rules.Info, "error"),
		finding(rules.Pass, rules.Info, "pass"), finding(rules.NotApplicable, rules.Info, "na"),
		finding(rules.Fail, rules.High, "waived"),
	}
	last := len(d.Findings) - 1
	d.Findings[last].Waived = true
	d.Findings[last].Waiver = &rules.Waiver{Reason: "soon replaced", Owner: "Kim", Approver: "Lee", Ticket: "CHG-1", Expires: "2026-06-30"}
	d.Findings[0].Proof = compile.Proof{Paths: []compile.Path{{From: "a", To: "b", Cut: []string{"server/critical"}}}}
	d.Findings[0].Message = rules.Text{KO: "나쁜 \x1b[31m<글>&\x00", EN: "bad \x1b[31m<text>&\x00"}
	return d
}

func TestSARIFHoldsWhatTheStandardDemands(t *testing.T) {
	for _, lang := range locale.Languages() {
		var b, again bytes.Buffer
		if err := sarif.Write(&b, diagnosis(), lang); err != nil {
			t.Fatal(err)
		}
		if err := sarif.Write(&again, diagnosis(), lang); err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(b.Bytes(), again.Bytes()) {
			t.Errorf("%s: twice the same diagnosis gives other bytes", lang)
		}
		run := check(t, b.Bytes())
		driver := run["tool"].(map[string]any)["driver"].(map[string]any)
		if driver["name"] != "gujo" || driver["version"] != "9.9.9" {
			t.Errorf("%s: driver is %v %v", lang, driver["name"], driver["version"])
		}
		results := run["results"].([]any)
		for i, want := range []struct{ kind, level string }{
			{"fail", "error"}, {"fail", "error"}, {"fail", "error"}, {"fail", "warning"}, {"fail", "note"},
			{"open", "none"}, {"review", "none"}, {"pass", "none"}, {"notApplicable", "none"}, {"fail", "error"},
		} {
			r := results[i].(map[string]any)
			if r["kind"] != want.kind || r["level"] != want.level {
				t.Errorf("%s: result %d is %v, %v, want %v", lang, i, r["kind"], r["level"], want)
			}
			if _, has := r["baselineState"]; has {
				t.Errorf("%s: result %d has a baselineState, and there is no baseline", lang, i)
			}
			index, _ := r["ruleIndex"].(interface{ Int64() (int64, error) }).Int64()
			if id := driver["rules"].([]any)[index].(map[string]any)["id"]; id != r["ruleId"] {
				t.Errorf("%s: result %d points at the rule %v", lang, i, id)
			}
			if n := len(r["suppressions"].([]any)); (n == 1) != (i == len(results)-1) {
				t.Errorf("%s: result %d has %d suppressions", lang, i, n)
			}
		}
	}
}

func TestSARIFTellsWhatChangedSinceTheBaseline(t *testing.T) {
	d := diagnosis()
	d.Findings = d.Findings[:6]
	for i, s := range []string{rules.StatusNew, rules.StatusPersisting, rules.StatusRegressed, "", rules.StatusResolved, ""} {
		d.Findings[i].Status = s
	}
	d.Findings[4].Rule = "GONE-1" // a rule that only the earlier pack had
	var b bytes.Buffer
	if err := sarif.Write(&b, d, locale.English); err != nil {
		t.Fatal(err)
	}
	results := check(t, b.Bytes())["results"].([]any)
	for i, want := range []string{"new", "unchanged", "new", "unchanged", "absent", "new"} {
		if got := results[i].(map[string]any)["baselineState"]; got != want {
			t.Errorf("result %d is %v, want %s", i, got, want)
		}
	}
}

func TestJUnitHasOneTestCaseAFinding(t *testing.T) {
	d := diagnosis()
	var b bytes.Buffer
	if err := sarif.WriteJUnit(&b, d, locale.Korean); err != nil {
		t.Fatal(err)
	}
	type outcome struct {
		Message string `xml:"message,attr"`
		Type    string `xml:"type,attr"`
		Text    string `xml:",chardata"`
	}
	var got struct {
		XMLName xml.Name `xml:"testsuites"`
		Suites  []struct {
			Tests    int `xml:"tests,attr"`
			Failures int `xml:"failures,attr"`
			Errors   int `xml:"errors,attr"`
			Skipped  int `xml:"skipped,attr"`
			Cases    []struct {
				Class   string   `xml:"classname,attr"`
				Name    string   `xml:"name,attr"`
				Failure *outcome `xml:"failure"`
				Error   *outcome `xml:"error"`
				Skipped *outcome `xml:"skipped"`
			} `xml:"testcase"`
		} `xml:"testsuite"`
	}
	if err := xml.Unmarshal(b.Bytes(), &got); err != nil {
		t.Fatalf("%v\n%s", err, b.String())
	}
	s := got.Suites[0]
	if s.Tests != 10 || len(s.Cases) != 10 || s.Failures != 5 || s.Errors != 1 || s.Skipped != 3 {
		t.Errorf("%d tests, %d cases, %d failures, %d errors, %d skipped", s.Tests, len(s.Cases), s.Failures, s.Errors, s.Skipped)
	}
	first := s.Cases[0]
	if first.Class != "R-1" || first.Failure == nil || first.Failure.Type != "critical" || !strings.Contains(first.Failure.Message, "<글>&") ||
		strings.ContainsAny(first.Failure.Message, "\x1b\x00") || !strings.Contains(first.Failure.Text, "a -/- b: server/critical") {
		t.Errorf("the first case is %+v %+v", first, first.Failure)
	}
	if last := s.Cases[9]; last.Skipped == nil || last.Skipped.Type != "waived" || last.Failure != nil {
		t.Errorf("the waived case is %+v", last)
	}
	if pass := s.Cases[7]; pass.Failure != nil || pass.Error != nil || pass.Skipped != nil {
		t.Errorf("the case that passes is %+v", pass)
	}
}
