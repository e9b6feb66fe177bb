package sarif

import (
	"encoding/xml"
	"fmt"
	"io"
	"strings"

	"gujo/reports/locale"
	"gujo/rules"
)

type (
	suites struct {
		XMLName xml.Name `xml:"testsuites"`
		counts
		Suites []suite `xml:"testsuite"`
	}
	counts struct {
		Name     string `xml:"name,attr"`
		Tests    int    `xml:"tests,attr"`
		Failures int    `xml:"failures,attr"`
		Errors   int    `xml:"errors,attr"`
		Skipped  int    `xml:"skipped,attr"`
	}
	suite struct {
		counts
		Timestamp string `xml:"timestamp,attr,omitempty"`
		Cases     []testcase
	}
	testcase struct {
		XMLName xml.Name `xml:"testcase"`
		Class   string   `xml:"classname,attr"`
		Name    string   `xml:"name,attr"`
		Failure *outcome `xml:"failure"`
		Error   *outcome `xml:"error"`
		Skipped *outcome `xml:"skipped"`
	}
	outcome struct {
		Type    string `xml:"type,attr,omitempty"`
		Message string `xml:"message,attr"`
		Text    string `xml:",chardata"`
	}
)

// WriteJUnit writes a diagnosis as JUnit XML, one test case a finding: what fails
// is a failure; what could not be judged, and an accepted risk, is skipped.
func WriteJUnit(w io.Writer, d *rules.Diagnosis, lang locale.Lang) error {
	s := suite{counts: counts{Name: d.Tool, Tests: len(d.Findings)}, Timestamp: d.Created}
	for _, f := range d.Findings {
		c := testcase{Class: f.Rule, Name: pick(f.Title, lang) + ": " + strings.Join(f.Subjects, ", ")}
		o := &outcome{Type: string(f.Severity), Message: pick(f.Message, lang), Text: details(f)}
		switch {
		case f.Verdict == rules.Fail && f.Waived:
			o.Type = "waived"
			if f.Waiver != nil {
				o.Message += " (" + f.Waiver.Ticket + ", " + f.Waiver.Expires + ")"
			}
			c.Skipped = o
			s.Skipped++
		case f.Verdict == rules.Fail:
			c.Failure = o
			s.Failures++
		case f.Verdict == rules.Error:
			o.Type = "error"
			c.Error = o
			s.Errors++
		case f.Verdict == rules.Unknown, f.Verdict == rules.NotApplicable:
			o.Type = string(f.Verdict)
			c.Skipped = o
			s.Skipped++
		}
		s.Cases = append(s.Cases, c)
	}
	if _, err := io.WriteString(w, xml.Header); err != nil {
		return err
	}
	enc := xml.NewEncoder(w)
	enc.Indent("", " ")
	if err := enc.Encode(suites{counts: s.counts, Suites: []suite{s}}); err != nil {
		return err
	}
	_, err := io.WriteString(w, "\n")
	return err
}

// details are the facts behind the message, in words of no language.
func details(f rules.Finding) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s %s %s\n", f.Rule, f.RuleVersion, f.Fingerprint)
	for _, r := range f.Proof.Relations {
		fmt.Fprintf(&b, "%s %s %s\n", r.From, r.Relation, r.To)
	}
	for _, p := range f.Proof.Paths {
		fmt.Fprintf(&b, "%s -/- %s: %s\n", p.From, p.To, strings.Join(p.Cut, " "))
	}
	for _, e := range f.Evidence {
		fmt.Fprintf(&b, "%s %s = %s (%s)\n", e.Target, e.Locator, e.Value, e.Collected)
	}
	return b.String()
}
