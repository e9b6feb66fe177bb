package pdf

import (
	"crypto/sha256"
	"fmt"
	"slices"
	"strings"
	"testing"

	"gujo/graph"
	"gujo/graph/compile"
	"gujo/reports/figure"
	"gujo/reports/locale"
	"gujo/rules"
)

// large is a network in which each device has a finding of the size that real
// ones have: a chain of needs, twenty excerpts, five references.
func large(t testing.TB, n int) (*graph.Snapshot, *rules.Diagnosis) {
	var names []string
	for i := range n {
		names = append(names, fmt.Sprintf("switch-%03d", i))
	}
	s := site(t, names...)
	d := diagnosis(s)
	for i := range d.Findings {
		f := &d.Findings[i]
		if f.Verdict != rules.Fail {
			continue
		}
		device := f.Subjects[0]
		f.Evidence = nil
		for k := range 20 {
			locator := fmt.Sprintf("1.0.8802.1.1.2.1.4.1.1.%d.%d.%d.1", k, i, k)
			f.Evidence = append(f.Evidence, rules.FindingEvidence{Ref: fmt.Sprintf("sha256:%x#%s", sha256.Sum256([]byte{byte(i), byte(i >> 8), byte(k / 4)}), locator),
				Target: fmt.Sprintf("10.0.%d.%d", i/256, i%256), Locator: locator, Value: fmt.Sprintf("GigabitEthernet%d/0/%d", i, k), Collected: d.Created})
			s.Evidence = append(s.Evidence, graph.Evidence{Ref: f.Evidence[k].Ref, Target: f.Evidence[k].Target,
				Value: f.Evidence[k].Value, Collected: d.Created})
		}
		at, _ := s.Find(device)
		for k := range 8 {
			s.Components[at].Evidence = append(s.Components[at].Evidence, f.Evidence[k].Ref)
		}
		f.Proof.Relations = nil
		for k := range 4 {
			f.Proof.Relations = append(f.Proof.Relations, compile.RelationRef{
				From: fmt.Sprintf("network_device/d%02d", (i+k)%n), Relation: "requires", To: fmt.Sprintf("network_device/d%02d", (i+k+1)%n)})
		}
		for k := range 4 {
			f.References = append(f.References, rules.Reference{ID: fmt.Sprintf("KR-EGOV-%d", k), Kind: "law", Applies: "by_analogy", Text: rules.Text{
				KO: "「전자정부법」 제56조의2제1항제2호·제3호 — 중요도에 따른 장애관리기준, 장애 예방을 위한 정보시스템의 구축 및 유지·관리",
				EN: "Electronic Government Act, Article 56-2(1)2 and 3 — failure management by importance; building and maintaining systems"}})
		}
	}
	slices.SortFunc(s.Evidence, func(x, y graph.Evidence) int { return strings.Compare(x.Ref, y.Ref) })
	return s, d
}

func BenchmarkReportOf500Findings(b *testing.B) {
	s, d := large(b, 500)
	e := engine(b)
	if _, err := e.Layout(&figure.Figure{Nodes: []figure.Node{{Width: 1, Height: 1}}}); err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		_, res := render(b, s, d, locale.Korean, e)
		b.ReportMetric(float64(res.Pages), "pages")
	}
}
