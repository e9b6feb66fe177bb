package rules

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"gujo/rules/packs"
)

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
