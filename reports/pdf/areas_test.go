package pdf

import (
	"fmt"
	"strings"
	"testing"

	"golang.org/x/text/unicode/norm"

	"gujo/graph"
	"gujo/graph/exchange"
	"gujo/reports/locale"
	"gujo/rules"
)

// pairs is a site of so many gateway pairs: those with an even number stand in one
// rack each, of the others nobody said where they stand.
func pairs(t testing.TB, n int, names ...string) *graph.Snapshot {
	var c, r, v strings.Builder
	for i := range n {
		name := fmt.Sprintf("pair-%02d", i)
		if i < len(names) {
			name = names[i]
		}
		fmt.Fprintf(&c, "  - {component: redundancy_group/g%02d, kind: redundancy_group, name: %q, k: 1, designed: 2, technology: vrrp, k_source: protocol}\n", i, name)
		for _, end := range "ab" {
			id := fmt.Sprintf("network_device/n%02d-%c", i, end)
			fmt.Fprintf(&c, "  - {component: %s, kind: network_device, name: %q}\n", id, name+"-"+string(end))
			fmt.Fprintf(&r, "  - {relation: member, from: redundancy_group/g%02d, to: %s}\n", i, id)
			if i%2 == 0 {
				fmt.Fprintf(&r, "  - {relation: located_in, from: %s, to: rack/r%02d}\n", id, i)
			}
			fmt.Fprintf(&v, "  - {coverage: %s, complete: [ifTable, vrrpOperTable]}\n", id)
		}
		if i%2 == 0 {
			fmt.Fprintf(&c, "  - {component: rack/r%02d, kind: rack}\n", i)
		}
	}
	s, err := exchange.ReadYAML("pairs", []byte("created: 2026-01-02T03:04:05Z\ncomponents:\n"+c.String()+"relations:\n"+r.String()+"coverage:\n"+v.String()))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// judgedBy runs the shipped rules.
func judgedBy(t testing.TB, s *graph.Snapshot) *rules.Diagnosis {
	d, err := rules.Run(t.Context(), s, []*rules.Pack{rules.Default()}, rules.RunOptions{Tool: "gujo test"})
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// part gives the text between two headings, of which the first stands in the
// contents too.
func part(t testing.TB, text, from, to string) string {
	t.Helper()
	at := strings.LastIndex(text, flat(from))
	if at < 0 {
		t.Fatalf("%q is not in the text", from)
	}
	rest := text[at+len(flat(from)):]
	end := strings.Index(rest, flat(to))
	if end < 0 {
		t.Fatalf("%q does not follow %q", to, from)
	}
	return rest[:end]
}

func TestTheNineAreasArePrintedWithWhatWasReadAndJudged(t *testing.T) {
	s := pairs(t, 4)
	d := judgedBy(t, s)
	type expected struct{ heading, next, want string }
	for lang, areas := range map[locale.Lang][]expected{
		locale.Korean: {
			{"4.1 클라우드 전환 현황", "4.2", "클라우드 이용·전환 현황: 확인불가(수집한 자료 없음) 이 영역을 판정하는 규칙을 적용하지 않았다. 확인불가."},
			{"4.2 서버(서비스) 다중화 구성", "4.3", "여분의 구성원이 확인된 이중화 그룹: 4개 중 4개"},
			{"4.2 서버(서비스) 다중화 구성", "4.3", "분산이 확인된 이중화 그룹: 4개 중 0개"},
			{"4.2 서버(서비스) 다중화 구성", "4.3", "절체시험이 확인된 이중화 그룹: 4개 중 확인된 것 없음(확인불가)"},
			{"4.2 서버(서비스) 다중화 구성", "4.3", "DIV-01 이중화 구성원의 동일 랙 설치"},
			{"4.2 서버(서비스) 다중화 구성", "4.3", "동일 카드 수용 0 0 0 0 0 대상 없음"},
			{"4.3 장애유형·조치내역", "4.4", "진단 기준시점에 정지로 관측된 구성요소: 확인불가(수집한 자료 없음) · 장애 이력과 조치내역: 확인불가(수집한 자료 없음)"},
			{"4.4 데이터관리", "4.5", "스토리지와 볼륨: 확인불가"},
			{"4.5 백업·소산", "4.6", "백업·소산 관계: 확인불가"},
			{"4.6 외부 연계", "4.7", "통신회선: 확인불가"},
			{"4.7 업무분류·등급", "4.8", "등급이 등록된 정보시스템: 확인불가"},
			{"4.8 사업구조", "4.9", "유지관리 업체가 등록된 장비: 8개 중 확인된 것 없음(확인불가)"},
			{"4.9 전산실 상면사용 현황", "아홉 영역 밖의 규칙", "설치 랙이 확인된 장비: 8개 중 4개"},
			{"4.9 전산실 상면사용 현황", "아홉 영역 밖의 규칙", "면적·전력·냉방 용량과 여유 상면: 확인불가"},
			{"아홉 영역 밖의 규칙", "5. 문제점", "EVD-01"},
		},
		locale.English: {
			{"4.1 Migration to the cloud", "4.2", "Use of and migration to the cloud: undetermined (nothing was read) No rule that judges this area was run. Undetermined."},
			{"4.2 Redundant configuration of servers and services", "4.3", "Redundancy groups seen to have a member to spare: 4 of 4"},
			{"4.2 Redundant configuration of servers and services", "4.3", "attested failover test: none known of 4 (undetermined)"},
			{"4.2 Redundant configuration of servers and services", "4.3", "DIV-01 Members of a redundancy group in one rack"},
			{"4.2 Redundant configuration of servers and services", "4.3", "Link aggregate with one member or on one card 0 0 0 0 0 no subject"},
			{"4.3 Failures and the measures taken", "4.4", "Components seen down as of the time of collection: undetermined (nothing was read)"},
			{"4.4 Data management", "4.5", "Storage systems and volumes: undetermined"},
			{"4.5 Backup and off-site vaulting", "4.6", "Backups and vaulting: undetermined"},
			{"4.6 External interconnection", "4.7", "Circuits: undetermined"},
			{"4.7 Classification and grades", "4.8", "Information systems with a grade: undetermined"},
			{"4.8 Project structure", "4.9", "Machines with a maintainer: none known of 8 (undetermined)"},
			{"4.9 Use of machine-room floor space", "Rules beyond the nine areas", "Machines whose rack is known: 4 of 8"},
			{"Rules beyond the nine areas", "5. Findings", "EVD-01"},
		},
	} {
		pdf, _ := render(t, s, d, lang, nil)
		raw := check(t, pdf)
		noKeys(t, raw)
		text := flat(raw)
		for _, e := range areas {
			if got := part(t, text, e.heading, e.next); !strings.Contains(got, flat(e.want)) {
				t.Errorf("%s: %s has not %q, but %s", lang, e.heading, e.want, got)
			}
		}
		// The findings are referred to where their rule was judged.
		if got := part(t, text, areas[1].heading, "4.3"); !strings.Contains(got, "F-001,F-002") {
			t.Errorf("%s: %s does not refer to the two findings: %s", lang, areas[1].heading, got)
		}
	}
}

func TestOfAnEmptyNetworkEveryAreaIsUndetermined(t *testing.T) {
	s := site(t)
	for lang, want := range map[locale.Lang]string{locale.Korean: "이 영역을 판정하는 규칙을 적용하지 않았다. 확인불가.", locale.English: "No rule that judges this area was run. Undetermined."} {
		pdf, _ := render(t, s, &rules.Diagnosis{Snapshot: s.ID, Created: diagnosis(s).Created}, lang, nil)
		if n := strings.Count(flat(check(t, pdf)), flat(want)); n != 9 {
			t.Errorf("%s: %d areas are undetermined for want of a rule, want nine", lang, n)
		}
	}
}

func TestTheInventoryOfRedundancyAnswersFourQuestions(t *testing.T) {
	s := pairs(t, 2)
	d := judgedBy(t, s)
	for lang, want := range map[locale.Lang][]string{
		locale.Korean: {
			"존재 — 필요한 수보다 하나 이상 많은 구성원이 있는가 2 0 0 0", "시험 — 절체시험을 하였는가 0 0 2 0",
			"pair-00 pair-00-a, pair-00-b F-001 있음 필요 1(프로토콜), 구성 2, 관측 2 공통 장애요인 있음 공유: 랙(r00) 분리: 물리 장비 확인불가: 센터, 전산실, 전원, 제조사·버전 정상 구성 2, 가동 2 확인불가 절체시험 기록 없음",
			"pair-01 pair-01-a, pair-01-b U-",
			"확인불가: 센터, 전산실, 랙, 전원, 물리 장비, 제조사·버전",
		},
		locale.English: {
			"Exists — are there more members than are needed? 2 0 0 0", "Exercised — was a failover tested? 0 0 2 0",
			"pair-00 pair-00-a, pair-00-b F-001 exists needed 1 (protocol), designed 2, observed 2 fate is shared Shared: rack (r00) Apart: physical machine Undetermined: site, room, power, maker and version healthy designed 2, in service 2 undetermined no test attested",
			"pair-01 pair-01-a, pair-01-b U-",
			"Undetermined: site, room, rack, power, physical machine, maker and version",
		},
	} {
		pdf, _ := render(t, s, d, lang, nil)
		text := flat(check(t, pdf))
		for _, w := range want {
			if !strings.Contains(text, flat(w)) {
				t.Errorf("%s: %q is not in the text", lang, w)
			}
		}
	}
}

func TestSixtyGroupsWithStrangeNamesStayOnThePage(t *testing.T) {
	s := pairs(t, 60, strings.Repeat("very-long-group-name.", 12), norm.NFD.String("서울-게이트웨이"), "emoji-😀", strings.Repeat("무", 200))
	d := &rules.Diagnosis{Snapshot: s.ID, Created: diagnosis(s).Created} // no sheets: the inventory alone
	for _, lang := range locale.Languages() {
		pdf, res := render(t, s, d, lang, nil)
		text := flat(check(t, pdf))
		for i := 4; i < 60; i++ {
			if want := fmt.Sprintf("pair-%02dpair-%02d-a,pair-%02d-b", i, i, i); strings.Count(text, want) != 1 {
				t.Errorf("%s: %s is in the text %d times, want one row of the inventory", lang, want, strings.Count(text, want))
			}
		}
		if !strings.Contains(text, "서울-게이트웨이") {
			t.Errorf("%s: the composed name is not in the text", lang)
		}
		if res.Dropped == 0 {
			t.Errorf("%s: no character was said to be dropped, want the emoji", lang)
		}
		withinMargins(t, pdf)
	}
}

func TestGroupsOfTheSameMembersAndAnswersShareARow(t *testing.T) {
	s, err := exchange.ReadYAML("feeds", []byte(`
created: 2026-01-02T03:04:05Z
components:
  - {component: redundancy_group/of-a, kind: redundancy_group, k: 1, designed: 2, technology: power}
  - {component: redundancy_group/of-b, kind: redundancy_group, k: 1, designed: 2, technology: power}
  - {component: redundancy_group/of-c, kind: redundancy_group, k: 2, designed: 2, technology: power}
  - {component: power_source/ups-1, kind: power_source}
  - {component: power_source/ups-2, kind: power_source}
relations:
  - {relation: member, from: redundancy_group/of-a, to: power_source/ups-1}
  - {relation: member, from: redundancy_group/of-a, to: power_source/ups-2}
  - {relation: member, from: redundancy_group/of-b, to: power_source/ups-1}
  - {relation: member, from: redundancy_group/of-b, to: power_source/ups-2}
  - {relation: member, from: redundancy_group/of-c, to: power_source/ups-1}
  - {relation: member, from: redundancy_group/of-c, to: power_source/ups-2}
`))
	if err != nil {
		t.Fatal(err)
	}
	pdf, _ := render(t, s, &rules.Diagnosis{Snapshot: s.ID, Created: diagnosis(s).Created}, locale.English, nil)
	text := flat(check(t, pdf))
	for _, want := range []string{"of-a, of-b ups-1, ups-2 undetermined", "of-c ups-1, ups-2 none", "not applicable"} {
		if !strings.Contains(text, flat(want)) {
			t.Errorf("%q is not in the text", want)
		}
	}
}
