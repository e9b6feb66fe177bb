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

	"github.com/google/go-cmp/cmp"
	"github.com/santhosh-tekuri/jsonschema/v6"

	"gujo/graph"
	"gujo/graph/compile"
	"gujo/graph/exchange"
	"gujo/rules/packs"
)

var update = flag.Bool("update", false, "write the golden files anew")

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

func TestANetworkOfWhichOnlyTheCentreWasReadNamesWhatIsMissing(t *testing.T) {
	d := diagnose(t, shipped(t, "star-unread"), RunOptions{})
	want := []Missing{{"network_device/leaf-1", "any_table", "not_asked"}, {"network_device/leaf-2", "any_table", "not_asked"}, {"network_device/leaf-3", "any_table", "out_of_scope"}}
	if f := find(t, d, "SPOF-NET-01", "network_device/centre"); !cmp.Equal(f.Missing, want) {
		t.Errorf("missing %v, want %v", f.Missing, want)
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
