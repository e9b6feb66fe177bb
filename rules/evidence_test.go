package rules

import (
	"context"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"gujo/graph/compile"
)

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

func TestTheEvidenceBeginsNextToTheCut(t *testing.T) {
	rel := func(from, to string) compile.RelationRef {
		return compile.RelationRef{From: from, Relation: "requires", To: to}
	}
	a, b, c, far := rel("service/a", "server/b"), rel("server/b", "server/c"), rel("server/c", "server/d"), rel("server/x", "server/y")
	for _, tt := range []struct {
		cut  []string
		want []compile.RelationRef
	}{
		{[]string{"server/d"}, []compile.RelationRef{c, b, a, far}},
		{[]string{"service/a"}, []compile.RelationRef{a, b, c, far}},
		{nil, []compile.RelationRef{a, far, b, c}},
	} {
		if got := nearest([]compile.RelationRef{a, far, b, c}, tt.cut); !cmp.Equal(got, tt.want) {
			t.Errorf("from %v: %v", tt.cut, got)
		}
	}
}
