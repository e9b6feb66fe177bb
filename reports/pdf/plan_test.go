package pdf

import (
	"bytes"
	"strings"
	"testing"

	"gujo/graph"
	"gujo/reports"
	"gujo/reports/locale"
	"gujo/rules"
)

func TestWaiversPlanConflictsAndStatusArePrinted(t *testing.T) {
	s := site(t, "a", "b", "c")
	d := diagnosis(s)
	d.Findings[0].Waived = true
	d.Findings[0].Waiver = &rules.Waiver{Reason: "replacement ordered", Owner: "Kim", Approver: "Lee", Ticket: "T-1", Expires: "2026-12-31"}
	d.Findings[1].Status, d.Findings[2].Status = rules.StatusPersisting, rules.StatusNew
	gone := d.Findings[1]
	gone.Verdict, gone.Status = rules.NotApplicable, rules.StatusResolved
	d.Findings = append(d.Findings, gone)
	d.StaleWaivers = []rules.Waiver{{Rule: "DIV-01", Subjects: []string{"server/gone"}, Reason: "old", Owner: "Park", Approver: "Choi", Ticket: "T-2", Expires: "2026-02-01"}}
	lapsed := rules.Waiver{Rule: "SPOF-NET-01", Subjects: d.Findings[1].Subjects, Reason: "until the autumn", Owner: "Han", Approver: "Seo", Ticket: "T-3", Expires: "2025-11-30"}
	d.Findings[1].Waiver, d.LapsedWaivers = &lapsed, []rules.Waiver{lapsed}
	s.Conflicts = []graph.Conflict{{Component: "network_device/d00", Attribute: "serial",
		Values: []graph.ConflictValue{{Value: "S1", Source: "snmp"}, {Value: "S2", Source: "netbox"}}}}
	r, err := reports.Build(s, d, reports.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if len(r.Plan) != 2 {
		t.Errorf("%d measures are planned, want two: nothing for what is waived", len(r.Plan))
	}
	var b bytes.Buffer
	if _, err := Write(&b, r, locale.English, nil); err != nil {
		t.Fatal(err)
	}
	text := flat(check(t, b.Bytes()))
	for _, want := range []string{"replacement ordered", "server/gone", "S2 (netbox)", "1 resolved, 1 persisting, 1 new, 0 regressed",
		"Improvement rate 50 %", "poor (waived)", "F-002 expired SPOF-NET-01 network_device/d01 until the autumn (owner Han", "Waiver expired: until the autumn", "Short term", "Add a device."} {
		if !strings.Contains(text, flat(want)) {
			t.Errorf("%q is not in the text", want)
		}
	}
}

func TestThePlanTellsByTermWhatIsLeft(t *testing.T) {
	s := site(t, "a", "b", "c", "d")
	d := diagnosis(s)
	for i, term := range []string{"long", "short", "middle", "short"} {
		d.Findings[i].Remediation.Term = term
	}
	for lang, want := range map[locale.Lang][]string{
		locale.Korean: {"단기 2 2 2 중기 1 1 1 장기 1 1 0", "M-01 긴급 b: 장비를 추가한다. 조치 시 영향: 무중단 전환 F-002 1 보통",
			"현황조사·점검에 따른 개선 권고를 받은 기관은 1개월 이내에 조치계획을 제출한다"},
		locale.English: {"Short term 2 2 2 Middle term 1 1 1 Long term 1 1 0", "M-01 critical b: Add a device. Effect of the remedy: none F-002 1 medium",
			"submits its plan of measures within one month"},
	} {
		pdf, _ := render(t, s, d, lang, nil)
		text := flat(check(t, pdf))
		for _, w := range want {
			if !strings.Contains(text, flat(w)) {
				t.Errorf("%s: %q is not in the text", lang, w)
			}
		}
		short, middle, long := strings.LastIndex(text, "M-02"), strings.LastIndex(text, "M-03"), strings.LastIndex(text, "M-04")
		if short < 0 || middle < short || long < middle {
			t.Errorf("%s: the measures stand at %d, %d, %d", lang, short, middle, long)
		}
	}
}
