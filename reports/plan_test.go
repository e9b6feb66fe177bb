package reports

import (
	"strings"
	"testing"

	"gujo/rules"
)

func TestThePlanIsByTermAndByFindingsRemoved(t *testing.T) {
	s := drawn(t, pair)
	find := func(rule, subject, cut, term string, severity rules.Severity) rules.Finding {
		return rules.Finding{Rule: rule, Verdict: rules.Fail, Confidence: "confirmed", Severity: severity, Subjects: []string{subject},
			Cut: []string{cut}, Remediation: rules.Remediation{Term: term}}
	}
	a, b := "network_device/a", "network_device/b"
	d := &rules.Diagnosis{Findings: []rules.Finding{
		find("SPOF-NET-01", a, a, "middle", rules.Critical),
		find("SPOF-SRV-02", b, b, "short", rules.High),
		find("DIV-01", "redundancy_group/gw", "rack/r1", "middle", rules.High),
		find("DIV-01", "redundancy_group/other", "rack/r1", "middle", rules.High),
		find("PWR-01", a, "power_source/feed", "long", rules.High),
		find("PWR-01", b, "power_source/pdu-1", "short", rules.High),
	}}
	d.Findings[5].Waived = true
	r := built(t, s, d)
	var got []string
	for _, m := range r.Plan {
		got = append(got, m.Code+" "+m.Remediation.Term+" "+strings.Join(m.Codes, "+")+" see "+strings.Join(m.Related, "+"))
	}
	want := []string{
		"M-01 short F-002 see F-006", // the waived one is about the same device
		"M-02 middle F-003+F-004 see ",
		"M-03 middle F-001 see F-005",
		"M-04 long F-005 see F-001",
	}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("the plan is\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	for code, measure := range map[int]string{0: "M-03", 3: "M-02", 5: ""} {
		if r.Sheets[code].Measure != measure {
			t.Errorf("%s is removed by %q, want %q", r.Sheets[code].Code, r.Sheets[code].Measure, measure)
		}
	}
}

func TestAMeasureRemovesWhatTheRulesCountWithIt(t *testing.T) {
	find := func(rule, cut string) rules.Finding {
		return rules.Finding{Rule: rule, Verdict: rules.Fail, Confidence: "confirmed", Severity: rules.High, Subjects: []string{"network_device/a"}, Cut: []string{cut}}
	}
	r := built(t, drawn(t, pair), &rules.Diagnosis{Findings: []rules.Finding{
		find("SPOF-NET-01", "network_device/a"), find("SPOF-X", "network_device/a"), find("PWR-01", "power_source/feed")}})
	var got []string
	for _, m := range r.Plan {
		got = append(got, strings.Join(m.Codes, "+")+" see "+strings.Join(m.Related, "+"))
	}
	if want := "F-001+F-002 see F-003, F-003 see F-001+F-002"; strings.Join(got, ", ") != want {
		t.Errorf("the plan is %q, want %q", strings.Join(got, ", "), want)
	}
}
