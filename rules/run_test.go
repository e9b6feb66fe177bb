package rules

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/santhosh-tekuri/jsonschema/v6"

	"gujo/graph"
	"gujo/graph/compile"
	"gujo/graph/exchange"
	"gujo/rules/packs"
)

var update = flag.Bool("update", false, "write the golden files anew")

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

func graphOf(t *testing.T, text string) *graph.Snapshot {
	t.Helper()
	s, err := exchange.ReadYAML("g.yaml", []byte("created: 2025-12-01T00:00:00Z\n"+text))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func shipped(t *testing.T, name string) *graph.Snapshot {
	t.Helper()
	data, err := fs.ReadFile(packs.Default(), "testdata/"+name+".yaml")
	if err != nil {
		t.Fatal(err)
	}
	return graphOf(t, string(data))
}

func diagnose(t *testing.T, s *graph.Snapshot, o RunOptions) *Diagnosis {
	t.Helper()
	o.Engine, o.Tool = bruteEngine{s}, "gujo test"
	d, err := Run(context.Background(), s, []*Pack{Default()}, o)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func find(t *testing.T, d *Diagnosis, rule, subject string) *Finding {
	t.Helper()
	for i := range d.Findings {
		if f := &d.Findings[i]; f.Rule == rule && f.Subjects[0] == subject {
			return f
		}
	}
	t.Fatalf("no finding of %s about %s", rule, subject)
	return nil
}

func document(t *testing.T, d *Diagnosis) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := WriteJSON(&b, d); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestRealOutputFitsItsSchema(t *testing.T) {
	var doc any
	if err := json.Unmarshal(FindingsSchema(), &doc); err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource("findings.json", doc); err != nil {
		t.Fatal(err)
	}
	schema, err := c.Compile("findings.json")
	if err != nil {
		t.Fatal(err)
	}
	names, err := fs.Glob(packs.Default(), "testdata/*.yaml")
	if err != nil {
		t.Fatal(err)
	}
	check := func(name string, d *Diagnosis) {
		v, err := jsonschema.UnmarshalJSON(bytes.NewReader(document(t, d)))
		if err == nil {
			err = schema.Validate(v)
		}
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	for _, name := range names {
		check(name, diagnose(t, shipped(t, strings.TrimSuffix(filepath.Base(name), ".yaml")), RunOptions{}))
	}
	waivers, err := ParseWaivers("w.yaml", []byte(goodWaiver))
	if err != nil {
		t.Fatal(err)
	}
	s := shipped(t, "one-core")
	check("with waiver and baseline", diagnose(t, s, RunOptions{Waivers: waivers, Baseline: diagnose(t, s, RunOptions{})}))
	bad := diagnose(t, s, RunOptions{})
	bad.Findings[0].Verdict = "maybe"
	v, _ := jsonschema.UnmarshalJSON(bytes.NewReader(document(t, bad)))
	if schema.Validate(v) == nil {
		t.Error("the schema lets an unknown verdict through")
	}
}

func TestTheSameInputGivesTheSameBytes(t *testing.T) {
	s := shipped(t, "two-ways")
	first := document(t, diagnose(t, s, RunOptions{}))
	for range 3 {
		if !bytes.Equal(first, document(t, diagnose(t, shipped(t, "two-ways"), RunOptions{}))) {
			t.Fatal("the bytes differ")
		}
	}
}

func TestASmallSiteIsDiagnosedAsWrittenDown(t *testing.T) {
	s := graphOf(t, `
components:
  - {component: service/minwon, kind: service, attrs: {grade: 1, name_ko: 민원, name_en: Civil petitions}}
  - {component: server/web, kind: server, name: web, evidence: ["sha256:aa#1.3.6.1.2.1.1.5.0"]}
relations:
  - {relation: requires, from: service/minwon, to: server/web, evidence: ["sha256:bb#12"]}
coverage:
  - {coverage: server/web, complete: [ifTable]}
evidence:
  - {evidence: "sha256:aa#1.3.6.1.2.1.1.5.0", target: 10.0.0.9, value: web, collected: "2025-12-01T00:00:00Z"}
  - {evidence: "sha256:bb#12", target: inventory.yaml, value: "requires: [web]", collected: "2025-12-01T00:00:00Z"}
`)
	d, err := Run(context.Background(), s, []*Pack{Default()}, RunOptions{Tool: "gujo test"})
	if err != nil {
		t.Fatal(err)
	}
	d.Packs[0].Digest, d.Snapshot, d.Rules = "sha256:"+strings.Repeat("0", 64), "snapshot", nil // these change with any text
	got := document(t, d)
	golden := filepath.Join("testdata", "small.golden.json")
	if *update {
		if err := os.WriteFile(golden, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("golden differs (-want +got):\n%s", diff)
	}
}

func TestARuleThatFailsIsAnErrorAndOthersGoOn(t *testing.T) {
	broken := strings.NewReplacer("id: T-01", "id: T-00", "assert: size(racks) > 0", "assert: 1 / size(racks) > 0").Replace(smallRule)
	f := smallPack(smallRule)
	f["rules/broken.yaml"] = &fstest.MapFile{Data: []byte(broken)}
	p, err := LoadPack(f)
	if err != nil {
		t.Fatal(err)
	}
	s := graphOf(t, "components:\n  - {component: server/a, kind: server}\ncoverage:\n  - {coverage: server/a, complete: [ifTable]}\n")
	d, err := Run(context.Background(), s, []*Pack{p}, RunOptions{Engine: bruteEngine{s}})
	if err != nil {
		t.Fatal(err)
	}
	if f := find(t, d, "T-00", "server/a"); f.Verdict != Error || !strings.Contains(f.Message.EN, "divi") || f.Message.KO == "" {
		t.Errorf("got %s %v", f.Verdict, f.Message)
	}
	if f := find(t, d, "T-01", "server/a"); f.Verdict != Fail {
		t.Errorf("the other rule says %s", f.Verdict)
	}
	if d.Summary.Error != 1 {
		t.Errorf("summary %+v", d.Summary)
	}
}

type panickingEngine struct{ bruteEngine }

func (panickingEngine) Stops(context.Context, []string) ([]compile.Stopped, error) { panic("no") }

func TestAPanicIsTheVerdictErrorOfThatRule(t *testing.T) {
	s := shipped(t, "one-core")
	d, err := Run(context.Background(), s, []*Pack{Default()}, RunOptions{Engine: panickingEngine{bruteEngine{s}}})
	if err != nil {
		t.Fatal(err)
	}
	if f := find(t, d, "SPOF-NET-01", "network_device/core"); f.Verdict != Error {
		t.Errorf("got %s", f.Verdict)
	}
	if f := find(t, d, "EVD-01", "network_device/core"); f.Verdict == Error {
		t.Error("the panic reached another rule")
	}
}

func TestAnExpressionThatRunsAwayIsStopped(t *testing.T) {
	deep := "[1,2,3,4,5,6,7,8,9,10]"
	expr := "true"
	for _, v := range []string{"a", "b", "c", "d", "e", "f", "g", "h"} {
		expr = deep + ".all(" + v + ", " + expr + ")"
	}
	p, err := LoadPack(smallPack(strings.Replace(smallRule, "assert: size(racks) > 0", "assert: >-\n  "+expr, 1)))
	if err != nil {
		t.Fatal(err)
	}
	s := graphOf(t, "components:\n  - {component: server/a, kind: server}\n")
	d, err := Run(context.Background(), s, []*Pack{p}, RunOptions{Engine: bruteEngine{s}})
	if err != nil {
		t.Fatal(err)
	}
	if f := find(t, d, "T-01", "server/a"); f.Verdict != Error || !strings.Contains(f.Message.EN, "cost limit") {
		t.Errorf("got %s: %s", f.Verdict, f.Message.EN)
	}
}

func TestARunEndsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	s := shipped(t, "one-core")
	if _, err := Run(ctx, s, []*Pack{Default()}, RunOptions{Engine: bruteEngine{s}}); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}

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
		{"unknown key", "ticket:", "tiket:", "w.yaml:7:5: unknown field"},
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

func TestSeverityFollowsGradeAndImpact(t *testing.T) {
	services := func(n, grade int) (out []*graph.Component) {
		for range n {
			c := &graph.Component{Kind: graph.Service}
			if grade > 0 {
				c.Attrs = c.Attrs.With("grade", graph.Int(int64(grade)))
			}
			out = append(out, c)
		}
		return out
	}
	for _, tt := range []struct {
		name       string
		services   []*graph.Component
		weight     weight
		stops      bool
		confidence string
		want       Severity
	}{
		{"grade 1 stops", services(1, 1), byImpact, true, "confirmed", Critical},
		{"grade 1 loses redundancy", services(1, 1), byImpact, false, "confirmed", High},
		{"grade 4 loses redundancy", services(1, 4), byImpact, false, "confirmed", Info},
		{"five of grade 2 stop", services(5, 2), byImpact, true, "confirmed", Critical},
		{"grade 1 possibly stops", services(1, 1), byImpact, true, "possible", High},
		{"diversity is one column to the right", services(1, 2), weakens, true, "confirmed", Medium},
		{"no grade", services(3, 0), byImpact, true, "confirmed", Ungraded},
		{"the best grade counts", append(services(1, 0), services(1, 3)...), byImpact, true, "confirmed", Medium},
		{"about the evidence", services(1, 1), evidence, true, "confirmed", Low},
		{"nothing hit", nil, byImpact, false, "confirmed", Low},
	} {
		if got := severityOf(tt.services, tt.weight, tt.stops, tt.confidence, true); got != tt.want {
			t.Errorf("%s: got %s, want %s", tt.name, got, tt.want)
		}
	}
	if severityOf(nil, byImpact, false, "confirmed", false) != Ungraded {
		t.Error("without any grade a finding is graded")
	}
	if !Ungraded.AtLeast(High) || Medium.AtLeast(High) || !Critical.AtLeast(High) {
		t.Error("ungraded counts as high")
	}
}

func TestWhatDevicesCallThemselvesIsCleaned(t *testing.T) {
	hostile := "r1\x1b[31m\u202e{hits}\n" + strings.Repeat("x", 500)
	got := clean(hostile)
	if strings.ContainsAny(got, "\x1b\n\u202e") || len([]rune(got)) > maxName+1 {
		t.Errorf("got %q", got)
	}
	filled := fill(Text{"{subject}", "{subject}"}, map[string]Text{"subject": {got, got}, "hits": {"여섯", "six"}})
	if !strings.Contains(filled.EN, "{hits}") {
		t.Errorf("a name was taken for a placeholder: %q", filled.EN)
	}
}

func TestATargetThatBecameNoComponentIsUnknownWhateverARuleAsserts(t *testing.T) {
	text := strings.NewReplacer("[server], where: \"subject.state != 'down'\"", "[server, target]", "assert: size(racks) > 0", "assert: \"true\"",
		"- tables: [ifTable]", "- {fact: \"true\", what: rack}", "{missing} 모름", "{subject} {reasons}", "{missing} dark", "{subject} {reasons}").Replace(smallRule)
	p, err := LoadPack(smallPack(text))
	if err != nil {
		t.Fatal(err)
	}
	site := `
components:
  - {component: server/a, kind: server}
coverage:
  - {coverage: server/a, complete: [ifTable]}
gaps:
  - {gap: 10.0.0.9, table: "", reason: unreachable}
  - {gap: 10.0.0.9, table: ifTable, reason: timeout}
  - {gap: 10.0.0.10, table: "", reason: out_of_scope}
  - {gap: server/a, table: lldpRemTable, reason: timeout}
  - {gap: "zz\u001b/host", table: "", reason: denied}
`
	d, err := Run(context.Background(), graphOf(t, site), []*Pack{p}, RunOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if len(d.Findings) != 3 {
		t.Fatalf("%d findings: one of server/a and of each of two targets are wanted", len(d.Findings))
	}
	f := find(t, d, "T-01", "10.0.0.9")
	want := []Missing{{"10.0.0.9", "any_table", "unreachable"}, {"10.0.0.9", "ifTable", "timeout"}}
	if f.Verdict != Unknown || f.Severity != Info || !cmp.Equal(f.Missing, want) || len(f.Services)+len(f.Cut)+len(f.Evidence) > 0 {
		t.Errorf("got %+v", f)
	}
	if f.Fingerprint != fingerprint("T-01", []string{"10.0.0.9"}) || f.Message.EN != "10.0.0.9 no answer, timed out" {
		t.Errorf("%s says %q", f.Fingerprint, f.Message.EN)
	}
	if f := find(t, d, "T-01", "zz\x1b/host"); f.Verdict != Unknown || f.Message.EN != "zz /host denied" {
		t.Errorf("%s says %q", f.Verdict, f.Message.EN)
	}
	if got := find(t, d, "T-01", "server/a"); got.Verdict != Pass {
		t.Errorf("the server: %s", got.Verdict)
	}
	if d.Coverage.Targets.Known != 3 || d.Coverage.Targets.Read != 1 || d.Coverage.Tables.Required != 2 || len(d.Coverage.Gaps) != 5 {
		t.Errorf("coverage %+v", d.Coverage)
	}
	// The address answers later: nothing is left of it, and nothing was a defect.
	after := graphOf(t, strings.ReplaceAll(site, "10.0.0.9", "server/a"))
	d2, err := Run(context.Background(), after, []*Pack{p}, RunOptions{Baseline: d})
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range d2.Findings {
		if f.Subjects[0] == "10.0.0.9" || f.Status != "" {
			t.Errorf("%v has the status %q", f.Subjects, f.Status)
		}
	}
}

func TestAMachineNobodyReadSaysWhy(t *testing.T) {
	d := diagnose(t, shipped(t, "coverage"), RunOptions{})
	for id, want := range map[string]string{"network_device/silent": "unreachable", "network_device/heard-of": "not_asked"} {
		f := find(t, d, "EVD-01", id)
		if len(f.Missing) != 1 || f.Missing[0] != (Missing{id, "any_table", want}) {
			t.Errorf("%s misses %+v, want %s", id, f.Missing, want)
		}
	}
}

func TestTheProofOfADependencyIsItsChainAlone(t *testing.T) {
	s := shipped(t, "server-needed")
	f := find(t, diagnose(t, s, RunOptions{}), "SPOF-SRV-02", "server/db")
	needs := 0
	for _, r := range f.Proof.Relations {
		if r.Relation == "requires" {
			needs++
		}
	}
	// The port, the cable in it, and who needs the server.
	if needs != 1 || len(f.Proof.Relations) != 3 {
		t.Errorf("proof %+v", f.Proof.Relations)
	}
	if f.Message.EN != "Server db: attached to a by a single link. Information systems that depend on the server: Civil petitions." {
		t.Errorf("says %q", f.Message.EN)
	}
	if len(f.Services) != 1 || len(f.Stopped) != 0 {
		t.Errorf("the petitions lean on db and do not stop in the graph: %v, stopped %v", f.Services, f.Stopped)
	}
	if lone := find(t, diagnose(t, s, RunOptions{}), "SPOF-SRV-01", "server/db"); !cmp.Equal(lone.Stopped, []string{"service/minwon"}) {
		t.Errorf("db itself stops %v", lone.Stopped)
	}
	if spare := find(t, diagnose(t, s, RunOptions{}), "SPOF-SRV-02", "server/spare"); len(spare.Services) != 0 || !strings.HasSuffix(spare.Message.KO, "의존하는 정보시스템: 없음.") {
		t.Errorf("nobody needs spare, yet %v: %s", spare.Services, spare.Message.KO)
	}
}

func TestEvidenceIsBoundedAndRetraceable(t *testing.T) {
	var b strings.Builder
	b.WriteString("components:\n  - {component: service/s, kind: service, attrs: {grade: 1}}\n  - {component: server/web, kind: server, evidence: [")
	for i := range 40 {
		b.WriteString("\"sha256:aa#" + string(rune('A'+i%26)) + strings.Repeat("x", i) + "\", ")
	}
	b.WriteString("\"sha256:gone#1\"]}\nrelations:\n  - {relation: requires, from: service/s, to: server/web}\nevidence:\n")
	for i := range 40 {
		b.WriteString("  - {evidence: \"sha256:aa#" + string(rune('A'+i%26)) + strings.Repeat("x", i) + "\", target: t, value: v, collected: \"2025-12-01T00:00:00Z\"}\n")
	}
	s := graphOf(t, b.String())
	f := find(t, diagnose(t, s, RunOptions{}), "SPOF-SRV-01", "server/web")
	if len(f.Evidence) != maxEvidence {
		t.Errorf("%d excerpts, want %d", len(f.Evidence), maxEvidence)
	}
	for _, e := range f.Evidence {
		if _, ok := s.EvidenceOf(e.Ref); !ok || e.Locator == "" {
			t.Errorf("%s cannot be retraced", e.Ref)
		}
	}
}

func TestTheEvidenceOfAPowerFindingIsOfThePower(t *testing.T) {
	s := graphOf(t, `
components:
  - {component: server/web, kind: server, name: web, evidence: ["sha256:aa#1.3.6.1.2.1.1.1.0", "sha256:aa#1.3.6.1.2.1.2.2.1.6.1", "sha256:aa#1.3.6.1.2.1.1.5.0"]}
  - {component: "interface/web:eth0", kind: interface, name: eth0, evidence: ["sha256:aa#1.3.6.1.2.1.2.2.1.2.1"]}
  - {component: "power_supply/web:psu", kind: power_supply, name: PSU 1, evidence: ["sha256:aa#1.3.6.1.2.1.47.1.1.1.1.11.7", "sha256:aa#1.3.6.1.2.1.47.1.1.1.1.2.7"]}
relations:
  - {relation: part_of, from: "interface/web:eth0", to: server/web, evidence: ["sha256:aa#1.3.6.1.2.1.2.2.1.2.1"]}
  - {relation: part_of, from: "power_supply/web:psu", to: server/web, evidence: ["sha256:aa#1.3.6.1.2.1.47.1.1.1.1.11.7", "sha256:aa#1.3.6.1.2.1.47.1.1.1.1.2.7", "sha256:aa#1.3.6.1.2.1.47.1.1.1.1.5.7"]}
  - {relation: powered_by, from: server/web, to: "power_supply/web:psu", evidence: ["sha256:bb#65"]}
coverage:
  - {coverage: server/web, complete: [ifTable, entPhysicalTable]}
evidence:
  - {evidence: "sha256:aa#1.3.6.1.2.1.1.1.0", target: t, value: Linux, collected: "2025-12-01T00:00:00Z"}
  - {evidence: "sha256:aa#1.3.6.1.2.1.1.5.0", target: t, value: web, collected: "2025-12-01T00:00:00Z"}
  - {evidence: "sha256:aa#1.3.6.1.2.1.2.2.1.2.1", target: t, value: eth0, collected: "2025-12-01T00:00:00Z"}
  - {evidence: "sha256:aa#1.3.6.1.2.1.2.2.1.6.1", target: t, value: "00:00:5e:00:53:01", collected: "2025-12-01T00:00:00Z"}
  - {evidence: "sha256:aa#1.3.6.1.2.1.47.1.1.1.1.11.7", target: t, value: "", collected: "2025-12-01T00:00:00Z"}
  - {evidence: "sha256:aa#1.3.6.1.2.1.47.1.1.1.1.2.7", target: t, value: PSU 1, collected: "2025-12-01T00:00:00Z"}
  - {evidence: "sha256:aa#1.3.6.1.2.1.47.1.1.1.1.5.7", target: t, value: "6", collected: "2025-12-01T00:00:00Z"}
  - {evidence: "sha256:bb#65", target: inventory, value: machine web, collected: "2025-12-01T00:00:00Z"}
`)
	f := find(t, diagnose(t, s, RunOptions{}), "PWR-01", "server/web")
	var rows []string
	for _, e := range f.Evidence {
		rows = append(rows, e.Locator+" = "+e.Value)
	}
	want := []string{"1.3.6.1.2.1.1.5.0 = web", "1.3.6.1.2.1.47.1.1.1.1.2.7 = PSU 1", "65 = machine web", "1.3.6.1.2.1.47.1.1.1.1.5.7 = 6"}
	if f.Verdict != Fail || !cmp.Equal(rows, want) {
		t.Errorf("%s rests on %q, want %q", f.Verdict, rows, want)
	}
	for _, p := range f.Proof.Relations {
		if strings.HasPrefix(p.From, "interface/") {
			t.Errorf("the proof names %s, which has no power", p.From)
		}
	}
}

func TestNamesInMessagesTellPortsAndAddressesOnce(t *testing.T) {
	s := graphOf(t, `
components:
  - {component: network_device/a, kind: network_device, name: a, attrs: {name_ko: 가}}
  - {component: network_device/b, kind: network_device, name: b}
  - {component: "interface/a:Gi0_1", kind: interface, name: Gi0/1}
  - {component: link/x, kind: link}
  - {component: redundancy_group/gateway-10.1.1.1, kind: redundancy_group, name: gateway-10.1.1.1, k: 1, designed: 1, technology: none, role: gateway}
relations:
  - {relation: part_of, from: "interface/a:Gi0_1", to: network_device/a}
  - {relation: joins, from: link/x, to: "interface/a:Gi0_1"}
  - {relation: joins, from: link/x, to: network_device/b}
  - {relation: member, from: redundancy_group/gateway-10.1.1.1, to: network_device/a}
coverage:
  - {coverage: network_device/a, complete: [ifTable, lldpRemTable], empty: [vrrpOperTable, cHsrpGrpTable]}
`)
	d := diagnose(t, s, RunOptions{})
	for _, tt := range []struct{ rule, subject, ko, en string }{
		{"SPOF-NET-02", "link/x", "회선(가:Gi0/1, b): ", "Link (ends: a:Gi0/1, b): "},
		{"SPOF-NET-03", "redundancy_group/gateway-10.1.1.1", "게이트웨이 10.1.1.1: ", "Gateway 10.1.1.1: "},
	} {
		f := find(t, d, tt.rule, tt.subject)
		if !strings.HasPrefix(f.Message.KO, tt.ko) || !strings.HasPrefix(f.Message.EN, tt.en) {
			t.Errorf("%s says %q and %q", tt.rule, f.Message.KO, f.Message.EN)
		}
	}
}

func TestANetworkOfWhichOnlyTheCentreWasReadNamesWhatIsMissing(t *testing.T) {
	d := diagnose(t, shipped(t, "star-unread"), RunOptions{})
	want := []Missing{{"network_device/leaf-1", "any_table", "not_asked"}, {"network_device/leaf-2", "any_table", "not_asked"}, {"network_device/leaf-3", "any_table", "out_of_scope"}}
	if f := find(t, d, "SPOF-NET-01", "network_device/centre"); !cmp.Equal(f.Missing, want) {
		t.Errorf("missing %v, want %v", f.Missing, want)
	}
}

func TestAFindingQuotesWhatWasHeardOfTheCables(t *testing.T) {
	s := graphOf(t, `
components:
  - {component: network_device/left, kind: network_device}
  - {component: network_device/middle, kind: network_device}
  - {component: network_device/right, kind: network_device}
  - {component: link/a, kind: link}
  - {component: link/b, kind: link}
relations:
  - {relation: joins, from: link/a, to: network_device/left}
  - {relation: joins, from: link/a, to: network_device/middle, evidence: ["sha256:aa#1.0.8802.1.1.2.1.4.1.1.9.0.3.1"]}
  - {relation: joins, from: link/b, to: network_device/middle}
  - {relation: joins, from: link/b, to: network_device/right}
evidence:
  - {evidence: "sha256:aa#1.0.8802.1.1.2.1.4.1.1.9.0.3.1", target: 10.0.0.1, value: left, collected: "2025-12-01T00:00:00Z"}
`)
	d, err := Run(context.Background(), s, []*Pack{Default()}, RunOptions{})
	if err != nil {
		t.Fatal(err)
	}
	f := find(t, d, "SPOF-NET-01", "network_device/middle")
	if f.Verdict != Fail || len(f.Evidence) != 1 || f.Evidence[0].Value != "left" || f.Evidence[0].Locator != "1.0.8802.1.1.2.1.4.1.1.9.0.3.1" {
		t.Errorf("%s with %+v", f.Verdict, f.Evidence)
	}
	if len(f.Proof.Relations) != 2 {
		t.Errorf("proof %+v", f.Proof.Relations)
	}
}

// projectRoot walks up to go.mod.
func projectRoot(t *testing.T) string {
	t.Helper()
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir
		}
		if filepath.Dir(dir) == dir {
			t.Fatal("no go.mod above")
		}
		dir = filepath.Dir(dir)
	}
}

func TestEveryCitationIsOneThatIsKnown(t *testing.T) {
	text, err := os.ReadFile(filepath.Join(projectRoot(t), "..", "shared", "reference", "korea.md"))
	if err != nil {
		t.Skip("the reference tables are not here: ", err)
	}
	for _, r := range Default().Rules {
		for _, ref := range r.References {
			if !strings.Contains(string(text), ref.ID) {
				t.Errorf("%s cites %s, which no table has", r.ID, ref.ID)
			}
		}
	}
}

func TestNoTextClaimsWhatIsNotVerified(t *testing.T) {
	forbidden := []string{"공식 점검", "전수 진단", "지적사항", "심각", "매뉴얼에 따라", "감리보고서", "감사보고서", "전자정부법에 따른 구조진단", "유지보수"}
	err := fs.WalkDir(packs.Default(), "rules", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := fs.ReadFile(packs.Default(), name)
		for _, word := range forbidden {
			// severity by the word 심각도 is the word for severity itself
			if strings.Contains(strings.ReplaceAll(string(data), "심각도", ""), word) {
				t.Errorf("%s says %s", name, word)
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range Default().Rules {
		if r.Criterion.Source != "tool" {
			t.Errorf("%s: no public clause gives this criterion, want source tool", r.ID)
		}
		if !strings.Contains(r.Criterion.Text.KO, "도구 기준") || !strings.Contains(r.Criterion.Text.EN, "tool default") {
			t.Errorf("%s: the criterion does not say that it is ours", r.ID)
		}
	}
}
