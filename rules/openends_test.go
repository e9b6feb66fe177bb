package rules

import (
	"context"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestAServiceThatIsDownAlreadyNamesWhatIsDownOnItsWays(t *testing.T) {
	const svc = "service/minwon"
	for _, tt := range []struct {
		graph, subject, rule string
		want                 []Missing
		ko, en               string
	}{
		{"down-already", svc, "SPOF-NET-01", []Missing{{svc, "interface/a:1", reasonDown}},
			"정보시스템 민원: 이미 중단된 상태이므로, ", "Information system Civil petitions: it is down already, so "},
		{"server-down", "server/web", "SPOF-SRV-01", []Missing{{svc, "server/web", reasonDown}},
			"web: 의존하는 정보시스템이 이미 중단되어 ", "web: whether it is redundant cannot be judged, because an information system that depends on it is down already: "},
		{"down-unexplained", "network_device/far", "SPOF-NET-01", []Missing{{"access_zone/users", "server/web", "no_way"}, {svc, downCause, "not_observed"}},
			"far: 이미 중단된 정보시스템이 있어 ", "far: whether it is on the only path cannot be judged while an information system is down already: "},
	} {
		t.Run(tt.graph, func(t *testing.T) {
			d, err := Run(context.Background(), shipped(t, tt.graph), []*Pack{Default()}, RunOptions{})
			if err != nil {
				t.Fatal(err)
			}
			f := find(t, d, tt.rule, tt.subject)
			if diff := cmp.Diff(tt.want, f.Missing); f.Verdict != Unknown || diff != "" {
				t.Errorf("%s\n%s", f.Verdict, diff)
			}
			if !strings.HasPrefix(f.Message.KO, tt.ko) || !strings.HasPrefix(f.Message.EN, tt.en) {
				t.Errorf("says %q and %q", f.Message.KO, f.Message.EN)
			}
		})
	}
}

func TestOfAGroupThatHasEnoughLeftNothingIsTheCause(t *testing.T) {
	s := graphOf(t, `
components:
  - {component: service/s, kind: service}
  - {component: redundancy_group/web, kind: redundancy_group, k: 1, designed: 2}
  - {component: server/a, kind: server}
  - {component: server/b, kind: server, state: down}
  - {component: server/db, kind: server, state: down}
relations:
  - {relation: requires, from: service/s, to: redundancy_group/web}
  - {relation: requires, from: service/s, to: server/db}
  - {relation: member, from: redundancy_group/web, to: server/a}
  - {relation: member, from: redundancy_group/web, to: server/b}
`)
	f := find(t, diagnose(t, s, RunOptions{}), "SPOF-NET-01", "service/s")
	if want := []Missing{{"service/s", "server/db", reasonDown}}; !cmp.Equal(f.Missing, want) {
		t.Errorf("names %v, want %v", f.Missing, want)
	}
}

func TestEveryOpenEndKeepsDevicesFromPassing(t *testing.T) {
	const site = `
components:
  - {component: service/s, kind: service}
  - {component: access_zone/users, kind: access_zone}
  - {component: subnet/lan, kind: subnet}
  - {component: network_device/a, kind: network_device}
  - {component: network_device/b, kind: network_device}
  - {component: link/ab, kind: link}
  - {component: link/ab-2, kind: link}
  - {component: server/web, kind: server}
  - {component: endpoint/web, kind: endpoint}
COMPONENTS
relations:
  - {relation: used_from, from: service/s, to: access_zone/users}
  - {relation: in_subnet, from: access_zone/users, to: subnet/lan}
  - {relation: in_subnet, from: server/web, to: subnet/lan}
  - {relation: entered_at, from: service/s, to: endpoint/web}
  - {relation: served_by, from: endpoint/web, to: server/web}
  - {relation: attached_to, from: access_zone/users, to: network_device/a}
  - {relation: attached_to, from: server/web, to: network_device/a}
  - {relation: joins, from: link/ab, to: network_device/a}
  - {relation: joins, from: link/ab, to: network_device/b}
  - {relation: joins, from: link/ab-2, to: network_device/a}
  - {relation: joins, from: link/ab-2, to: network_device/b}
RELATIONS
coverage:
  - {coverage: network_device/a, complete: [ifTable, lldpRemTable]}
  - {coverage: network_device/b, complete: [ifTable, lldpRemTable]}
  - {coverage: server/web, complete: [ifTable]}
`
	for _, tt := range []struct {
		name, components, relations string
		want                        Verdict
		what                        string
	}{
		{"none", "", "", Pass, ""},
		{"an endpoint without a server", "endpoint/x", "requires service/s endpoint/x", Unknown, "unobserved/server-of-endpoint/x"},
		{"an application without a server", "application/x", "requires service/s application/x", Unknown, "unobserved/server-of-application/x"},
		{"a virtual server without a holder", "virtual_server/x", "entered_at service/s virtual_server/x", Unknown, "unobserved/holder-of-virtual_server/x"},
		{"a name without a target", "dns_name/x", "entered_at service/s dns_name/x", Unknown, "unobserved/target-of-dns_name/x"},
		{"a group without members", "redundancy_group/x", "requires service/s redundancy_group/x", Unknown, "unobserved/members-of-redundancy_group/x"},
		{"a service behind which nothing is known", "service/x", "", Unknown, openUnmodeled},
		{"one of two servers attached nowhere", "redundancy_group/x endpoint/x server/x",
			"entered_at service/s endpoint/x,served_by endpoint/x redundancy_group/x,member redundancy_group/x server/web,member redundancy_group/x server/x", Unknown, "unobserved/network-of-server/x"},
		{"one of two servers on a host that is attached", "redundancy_group/x endpoint/x server/x",
			"entered_at service/s endpoint/x,served_by endpoint/x redundancy_group/x,member redundancy_group/x server/web,member redundancy_group/x server/x,runs_on server/x server/web", Pass, ""},
		{"an endpoint that no service needs", "endpoint/x", "", Pass, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var components, relations strings.Builder
			for _, id := range strings.Fields(tt.components) {
				kind, _, _ := strings.Cut(id, "/")
				if kind == "redundancy_group" { // of which nothing stops a service alone
					kind += ", k: 1"
				}
				components.WriteString("  - {component: " + id + ", kind: " + kind + "}\n")
			}
			for _, r := range strings.Split(tt.relations, ",") {
				if f := strings.Fields(r); len(f) == 3 {
					relations.WriteString("  - {relation: " + f[0] + ", from: " + f[1] + ", to: " + f[2] + "}\n")
				}
			}
			s := graphOf(t, strings.NewReplacer("COMPONENTS\n", components.String(), "RELATIONS\n", relations.String()).Replace(site))
			for _, engine := range []Engine{nil, bruteEngine{s}} {
				d, err := Run(context.Background(), s, []*Pack{Default()}, RunOptions{Engine: engine})
				if err != nil {
					t.Fatal(err)
				}
				for rule, id := range map[string]string{"SPOF-NET-01": "network_device/b", "SPOF-NET-02": "link/ab"} {
					f := find(t, d, rule, id)
					named := tt.what == ""
					for _, m := range f.Missing {
						named = named || m.What == tt.what
					}
					if f.Verdict != tt.want || !named {
						t.Errorf("%s of %s: %s, want %s for %s: %v", rule, id, f.Verdict, tt.want, tt.what, f.Missing)
					}
				}
			}
		})
	}
}

func TestATargetThatDidNotAnswerWeighsAsMuchAsADevice(t *testing.T) {
	silent := diagnose(t, shipped(t, "target-silent"), RunOptions{}).Coverage
	answered := diagnose(t, graphOf(t, `
components:
  - {component: network_device/core, kind: network_device}
coverage:
  - {coverage: network_device/core, complete: [ifTable, lldpRemTable, vrrpOperTable, entPhysicalTable], empty: [cHsrpGrpTable, dot3adAggPortTable]}
`), RunOptions{}).Coverage
	if silent.Targets.Known != 2 || silent.Targets.Read != 1 {
		t.Errorf("targets %+v, want 1 of 2", silent.Targets)
	}
	if silent.Tables.Required != 2*answered.Tables.Required || silent.Tables.Read != answered.Tables.Read || answered.Tables.Required == 0 {
		t.Errorf("tables %+v, want what one device needs twice over (%+v) and the same read", silent.Tables, answered.Tables)
	}
}
