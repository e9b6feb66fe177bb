package reports

import (
	"slices"
	"strings"
	"testing"

	"gujo/rules"
)

// site is a service on two servers of which each hangs on its own switch; the
// switches hang on two cores, and an access switch with a printer room on one of them.
const site = `
components:
  - {component: service/pay, kind: service, attrs: {grade: 1}}
  - {component: redundancy_group/app, kind: redundancy_group, k: 1, designed: 2}
  - {component: server/a, kind: server}
  - {component: server/b, kind: server}
  - {component: network_device/sw-a, kind: network_device}
  - {component: network_device/sw-b, kind: network_device}
  - {component: network_device/core, kind: network_device}
  - {component: network_device/leaf, kind: network_device}
  - {component: network_device/dark, kind: network_device}
  - {component: power_source/ups, kind: power_source}
  - {component: server/other, kind: server}
  - {component: link/1, kind: link}
  - {component: link/2, kind: link}
  - {component: link/3, kind: link}
  - {component: link/4, kind: link}
  - {component: link/5, kind: link}
  - {component: link/6, kind: link}
relations:
  - {relation: requires, from: service/pay, to: redundancy_group/app}
  - {relation: member, from: redundancy_group/app, to: server/a}
  - {relation: member, from: redundancy_group/app, to: server/b}
  - {relation: powered_by, from: network_device/core, to: power_source/ups}
  - {relation: joins, from: link/1, to: server/a}
  - {relation: joins, from: link/1, to: network_device/sw-a}
  - {relation: joins, from: link/2, to: network_device/sw-a}
  - {relation: joins, from: link/2, to: network_device/core}
  - {relation: joins, from: link/3, to: network_device/core}
  - {relation: joins, from: link/3, to: network_device/sw-b}
  - {relation: joins, from: link/4, to: network_device/sw-b}
  - {relation: joins, from: link/4, to: server/b}
  - {relation: joins, from: link/5, to: network_device/core}
  - {relation: joins, from: link/5, to: network_device/leaf}
  - {relation: joins, from: link/6, to: network_device/core}
  - {relation: joins, from: link/6, to: network_device/dark}
coverage:
  - {coverage: network_device/sw-a, complete: [ifTable]}
  - {coverage: network_device/sw-b, complete: [ifTable]}
  - {coverage: network_device/core, complete: [ifTable]}
  - {coverage: network_device/leaf, complete: [ifTable]}
`

func TestAServiceIsAsOpenAsWhatItHangsOn(t *testing.T) {
	s := drawn(t, site)
	pass := rules.Finding{Rule: "R", Verdict: rules.Pass, Subjects: []string{"server/a"}}
	for subject, want := range map[string]int{
		"service/pay": 1, "redundancy_group/app": 1, "server/a": 1, "network_device/sw-a": 1, "network_device/core": 1, "link/2": 1,
		"power_source/ups":    1, // of the network between its servers
		"network_device/leaf": 0, // read, and leads nowhere
		"network_device/dark": 1, // nobody read which cables it has
		"server/other":        0,
	} {
		r := built(t, s, &rules.Diagnosis{Findings: []rules.Finding{pass, {Rule: "Q", Verdict: rules.Unknown, Subjects: []string{subject}}}})
		got := r.Services[0]
		if got.Undecided != want {
			t.Errorf("open about %s: %d undetermined, want %d", subject, got.Undecided, want)
		}
		if want > 0 && got.Judgement == Good {
			t.Errorf("good, and %s is open", subject)
		}
	}
}

func TestOfAServiceOfWhichNothingWasReadNothingIsGood(t *testing.T) {
	for _, c := range []struct {
		name string
		cut  func(s string) string
	}{
		{"its servers were never seen", func(s string) string { return s[:strings.Index(s, "  - {relation: powered_by")] }},
		{"and whether anything is behind them", func(s string) string { return s[:strings.Index(s, "  - {relation: member")] }},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := drawn(t, c.cut(site))
			d, err := rules.Run(t.Context(), s, []*rules.Pack{rules.Default()}, rules.RunOptions{})
			if err != nil {
				t.Fatal(err)
			}
			if got := built(t, s, d).Services[0]; got.Judgement != Unknown || got.Undecided == 0 {
				t.Errorf("%s, %d undetermined, want it undetermined with their number", got.Judgement, got.Undecided)
			}
		})
	}
	if got := built(t, drawn(t, site), &rules.Diagnosis{}).Services[0]; got.Judgement == Good {
		t.Error("good, and no rule said anything")
	}
}

func TestTheSinglePointsAreThoseOfTheAnalysis(t *testing.T) {
	const needs = `
components:
  - {component: service/s, kind: service}
  - {component: server/a, kind: server}
  - {component: server/b, kind: server}
  - {component: redundancy_group/g, kind: redundancy_group, k: 1, designed: 2}
  - {component: power_source/ups, kind: power_source}
  - {component: circuit/c, kind: circuit}
relations:
  - {relation: requires, from: service/s, to: redundancy_group/g}
  - {relation: member, from: redundancy_group/g, to: server/a}
  - {relation: member, from: redundancy_group/g, to: server/b}
  - {relation: requires, from: service/s, to: circuit/c}
  - {relation: requires, from: service/s, to: power_source/ups}
`
	s := drawn(t, needs)
	pass := &rules.Diagnosis{Findings: []rules.Finding{{Rule: "R", Verdict: rules.Pass, Subjects: []string{"service/s"}}}}
	got := built(t, s, pass).Services[0]
	var ids []string
	for _, n := range got.Singles {
		ids = append(ids, n.ID)
	}
	if !slices.Equal(ids, []string{"circuit/c", "power_source/ups"}) || got.Judgement != Caution {
		t.Errorf("%s over the single points %v, want caution over the circuit and the UPS", got.Judgement, ids)
	}
	two := strings.ReplaceAll(needs, "  - {relation: requires, from: service/s, to: circuit/c}\n  - {relation: requires, from: service/s, to: power_source/ups}\n", "")
	// That nobody knows how the servers are reached leaves it open.
	if got := built(t, drawn(t, two), pass).Services[0]; len(got.Singles) != 0 || got.Judgement == Poor {
		t.Errorf("%s over %v without a single point", got.Judgement, got.Singles)
	}
}

func TestWithoutServicesWhatPartsMostComesFirst(t *testing.T) {
	s := drawn(t, strings.NewReplacer("  - {component: service/pay, kind: service, attrs: {grade: 1}}\n", "",
		"  - {relation: requires, from: service/pay, to: redundancy_group/app}\n", "").Replace(site))
	fail := func(rule, subject string) rules.Finding {
		return rules.Finding{Rule: rule, Verdict: rules.Fail, Confidence: "confirmed", Severity: rules.High, Subjects: []string{subject}, Cut: []string{subject}}
	}
	possible := fail("SPOF-NET-02", "network_device/core")
	possible.Confidence = "possible"
	d := &rules.Diagnosis{Findings: []rules.Finding{{Rule: "EVD-01", Verdict: rules.Pass, Subjects: []string{"x"}},
		fail("PWR-01", "network_device/leaf"), fail("PWR-01", "network_device/core"), possible, fail("SPOF-NET-01", "network_device/core"), fail("SPOF-NET-01", "network_device/sw-a")}}
	var got []string
	for _, sheet := range built(t, s, d).Sheets {
		got = append(got, sheet.Code+" "+sheet.Finding.Rule+" "+sheet.Subjects[0].Name.EN)
	}
	want := []string{"F-001 SPOF-NET-01 core", "F-002 PWR-01 core", "F-003 SPOF-NET-01 sw-a", "F-004 PWR-01 leaf", "F-005 SPOF-NET-02 core"}
	if !slices.Equal(got, want) {
		t.Errorf("%v\nwant %v", got, want)
	}
}

// supplies is a server with two declared supplies; %s tells what was read of them.
const supplies = `
components:
  - {component: server/web, kind: server}
  - {component: redundancy_group/psu-web, kind: redundancy_group, k: 1, designed: 2, technology: psu}
  - {component: "power_supply/web:1", kind: power_supply%[1]s}
  - {component: "power_supply/web:2", kind: power_supply%[1]s}
  - {component: power_source/ups, kind: power_source}
relations:
  - {relation: powered_by, from: server/web, to: redundancy_group/psu-web}
  - {relation: member, from: redundancy_group/psu-web, to: "power_supply/web:1"}
  - {relation: member, from: redundancy_group/psu-web, to: "power_supply/web:2"}
  - {relation: part_of, from: "power_supply/web:1", to: server/web}
  - {relation: part_of, from: "power_supply/web:2", to: server/web}
  - {relation: powered_by, from: "power_supply/web:1", to: power_source/ups}
  - {relation: powered_by, from: "power_supply/web:2", to: power_source/ups}
coverage:
  - {coverage: server/web, complete: [ifTable]}
`

func TestASheetCountsTheObservedAsTheInventoryDoes(t *testing.T) {
	for state, want := range map[string]int{"": 0, ", state: up": 2} {
		s := drawn(t, strings.ReplaceAll(supplies, "%[1]s", state))
		d, err := rules.Run(t.Context(), s, []*rules.Pack{rules.Default()}, rules.RunOptions{})
		if err != nil {
			t.Fatal(err)
		}
		r := built(t, s, d)
		g := r.Groups[0]
		at := slices.IndexFunc(r.Sheets, func(x Sheet) bool { return x.Finding.Rule == "PWR-01" })
		if at < 0 {
			t.Fatal("the one source of the supplies is no finding")
		}
		if sheet := r.Sheets[at]; sheet.Observed != want || g.Observed != want {
			t.Errorf("state %q: the sheet says observed %d, the inventory %d, want %d", state, sheet.Observed, g.Observed, want)
		}
		if !slices.Contains(g.Codes, r.Sheets[at].Code) {
			t.Errorf("state %q: the group's row leads to %v, not to %s about its server", state, g.Codes, r.Sheets[at].Code)
		}
	}
}

func TestASheetTellsWhatOfTheObservedIsInService(t *testing.T) {
	one := 1
	f := rules.Finding{Rule: "SPOF-NET-03", Verdict: rules.Fail, Severity: rules.High, Subjects: []string{"redundancy_group/gw"},
		Cut: []string{"network_device/a"}, Redundancy: &rules.Redundancy{K: &one, Designed: 2, Observed: 1}}
	r := built(t, drawn(t, pair), &rules.Diagnosis{Findings: []rules.Finding{f}})
	if s := r.Sheets[0]; s.Observed != 2 || s.InService != 1 || r.Groups[0].Observed != 2 {
		t.Errorf("observed %d, in service %d, and the inventory observed %d; want 2, 1 and 2", s.Observed, s.InService, r.Groups[0].Observed)
	}
}

func TestOfADrawingNothingIsObserved(t *testing.T) {
	at := strings.Index(pair, "coverage:")
	r := built(t, drawn(t, pair[:at]+pair[strings.Index(pair, "relations:"):]), &rules.Diagnosis{})
	if g := r.Groups[0]; g.Observed != 0 || g.Exists != NotSeen || r.Collected {
		t.Errorf("observed %d, exists %s, collected %t of a drawing", g.Observed, g.Exists, r.Collected)
	}
	for _, a := range r.Areas {
		for _, f := range a.Facts {
			if f.Read && (f.Name == "group_exists" || f.Name == "down_now") {
				t.Errorf("%s is said to be read: %d of %d", f.Name, f.Count, f.Of)
			}
		}
	}
}
