package rules

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

const goodWaiver = `waivers:
  - rule: SPOF-SRV-01
    subjects: [server/web]
    reason: a second server is in this year's budget
    owner: Kim
    approver: Lee
    ticket: CHG-2041
    approved: 2025-06-01
    expires: 2025-12-31
`

func TestAWaiverWaivesAndTheFindingStaysADefect(t *testing.T) {
	w, err := ParseWaivers("w.yaml", []byte(goodWaiver))
	if err != nil {
		t.Fatal(err)
	}
	s := shipped(t, "one-core")
	d := diagnose(t, s, RunOptions{Waivers: w})
	f := find(t, d, "SPOF-SRV-01", "server/web")
	if !f.Waived || f.Verdict != Fail || f.Severity != Critical || d.Summary.Waived != 1 {
		t.Errorf("waived %v, %s, %s, %+v", f.Waived, f.Verdict, f.Severity, d.Summary)
	}
	s.Created = time.Date(2025, 12, 31, 23, 59, 0, 0, time.UTC)
	if !find(t, diagnose(t, s, RunOptions{Waivers: w}), "SPOF-SRV-01", "server/web").Waived {
		t.Error("a waiver does not last through its last day")
	}
	s.Created = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	f = find(t, diagnose(t, s, RunOptions{Waivers: w}), "SPOF-SRV-01", "server/web")
	if f.Waived || f.Waiver == nil {
		t.Error("an expired waiver does not resurface, or is forgotten")
	}
	// Beside it one that fits nothing: that it has expired as well is no matter.
	both := append(slices.Clone(w), Waiver{Rule: "SPOF-SRV-01", Subjects: []string{"server/gone"}, Owner: "Kim", Approver: "Lee", Expires: "2020-01-01"})
	d = diagnose(t, s, RunOptions{Waivers: both})
	if !cmp.Equal(d.LapsedWaivers, both[:1]) || !cmp.Equal(d.StaleWaivers, both[1:]) || d.Summary.Waived != 0 {
		t.Errorf("lapsed %+v, stale %+v", d.LapsedWaivers, d.StaleWaivers)
	}
	if doc := string(document(t, d)); !strings.Contains(doc, `"lapsed_waivers": [`) {
		t.Error("the document does not say which waivers have lapsed")
	}
	s.Created = time.Date(2025, 12, 31, 0, 0, 0, 0, time.UTC)
	if d := diagnose(t, s, RunOptions{Waivers: w}); len(d.LapsedWaivers) != 0 {
		t.Error("a waiver that holds is told to have lapsed")
	}
	s.Created = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	w[0].Subjects = []string{"server/other"}
	if d := diagnose(t, s, RunOptions{Waivers: w}); len(d.StaleWaivers) != 1 {
		t.Error("a waiver that fits nothing is not told")
	}
	w[0].Approved = ""
	w[0].Expires = "2029-01-01"
	if _, err := Run(context.Background(), s, []*Pack{Default()}, RunOptions{Engine: bruteEngine{s}, Waivers: w}); err == nil {
		t.Error("a waiver for years is honoured")
	}
}

func TestWhatIsWrongWithAWaiverIsToldWithItsPlace(t *testing.T) {
	for _, tt := range []struct{ name, old, new, want string }{
		{"its own approver", "approver: Lee", "approver: kim", "w.yaml:6:15: the approver is the owner"},
		{"no reason", "reason: a second server is in this year's budget", "reason:", "reason"},
		{"more than a year", "expires: 2025-12-31", "expires: 2026-06-02", "more than a year after 2025-06-01"},
		{"no date", "expires: 2025-12-31", "expires: soon", `w.yaml:9:14: expires "soon"`},
		{"no expiry", "    expires: 2025-12-31\n", "", "expires is missing"},
		{"no subjects", "[server/web]", "[]", "subjects are missing"},
		{"unknown key", "ticket:", "tiket:", `w.yaml:7:5: unknown field "tiket", want one of rule, subjects, reason, owner, approver, ticket, approved, expires`},
		{"unknown key of the file", "waivers:", "waiver:", `w.yaml:1:1: unknown field "waiver", want one of waivers`},
	} {
		_, err := ParseWaivers("w.yaml", []byte(strings.Replace(goodWaiver, tt.old, tt.new, 1)))
		if err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: got %v, want %s", tt.name, err, tt.want)
		}
	}
}

func TestFindingsCompareWithAnEarlierDiagnosis(t *testing.T) {
	down := diagnose(t, shipped(t, "other-server-down"), RunOptions{})
	fine := diagnose(t, shipped(t, "two-servers"), RunOptions{})
	status := func(d *Diagnosis) string { return find(t, d, "SPOF-SRV-01", "server/a").Status }

	if got := status(diagnose(t, shipped(t, "other-server-down"), RunOptions{Baseline: &Diagnosis{}})); got != StatusNew {
		t.Errorf("against nothing: %s", got)
	}
	if got := status(diagnose(t, shipped(t, "other-server-down"), RunOptions{Baseline: down})); got != StatusPersisting {
		t.Errorf("against itself: %s", got)
	}
	mended := diagnose(t, shipped(t, "two-servers"), RunOptions{Baseline: down})
	if got := status(mended); got != StatusResolved {
		t.Errorf("mended: %s", got)
	}
	for name, base := range map[string]*Diagnosis{"passed": fine, "was resolved": mended} {
		if got := status(diagnose(t, shipped(t, "other-server-down"), RunOptions{Baseline: base})); got != StatusRegressed {
			t.Errorf("%s before: %s", name, got)
		}
	}
	gone := find(t, diagnose(t, shipped(t, "grades"), RunOptions{Baseline: down}), "SPOF-SRV-01", "server/a")
	if gone.Status != StatusResolved || gone.Verdict != NotApplicable {
		t.Errorf("a subject that is gone: %s %s", gone.Status, gone.Verdict)
	}
	dark := graphOf(t, "components: []\ngaps:\n  - {gap: server/a, table: system, reason: unreachable}\n")
	if f := find(t, diagnose(t, dark, RunOptions{Baseline: down}), "SPOF-SRV-01", "server/a"); f.Status != StatusPersisting || f.Verdict != Unknown {
		t.Errorf("a subject that did not answer: %s %s", f.Status, f.Verdict)
	}
	back, err := ReadJSON("d.json", document(t, down))
	if err != nil {
		t.Fatal(err)
	}
	if got := status(diagnose(t, shipped(t, "other-server-down"), RunOptions{Baseline: back})); got != StatusPersisting {
		t.Errorf("against a document read back: %s", got)
	}
}
