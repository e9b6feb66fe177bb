package brute

import (
	"slices"
	"strings"
	"testing"
)

// meaning is a small graph that shows one clause.
type meaning struct {
	name, graph string
	want        string // cuts of service/s up to order 2, separated by commas; or "down"
	designed    string // where it is asked
}

func TestEachClauseOfTheMeaningHolds(t *testing.T) {
	for _, test := range slices.Concat(waysMeaning, hostsMeaning, needsMeaning) {
		t.Run(test.name, func(t *testing.T) {
			s := graphOf(t, test.graph)
			same(t, "as is", cutText(Cuts(s, false, 2)), wanted(test.want))
			if test.designed != "" {
				same(t, "as designed", cutText(Cuts(s, true, 2)), wanted(test.designed))
			}
		})
	}
}

// cutText gives the cuts of service/s, or that it is down.
func cutText(r Result) []string {
	for _, s := range r.Services {
		if s.ID == "service/s" {
			if s.DownAlready {
				return []string{"down"}
			}
			list := []string{}
			for _, c := range s.Cuts {
				list = append(list, c.String())
			}
			slices.Sort(list)
			return list
		}
	}
	return nil
}

func wanted(text string) []string {
	list := append([]string{}, strings.Split(text, ", ")...)
	slices.Sort(list)
	return list
}

func TestImpactTellsWhatItDoesNotKnow(t *testing.T) {
	s := graphOf(t, between+`
		service/open requires server/v
		server/v virtual=true
		service/empty used_from access_zone/z
		service/nowhere used_from access_zone/z
		service/nowhere entered_at endpoint/b
		endpoint/b bound_to server/b
		server/b attached_to network_device/far
		service/dead requires server/dead
		server/dead state=down`)
	got := Impact(s, []string{"link/1"})
	same(t, "stopped", got.Stopped, []Stopped{{"service/s", "confirmed"}})
	same(t, "undetermined", got.Undetermined, []Undetermined{
		{"service/empty", "not modelled"}, {"service/nowhere", "gap"}, {"service/open", "open end"},
	})
	for _, svc := range Cuts(s, false, 1).Services {
		if svc.Modelled == (svc.ID == "service/empty") {
			t.Errorf("%s: modelled %v", svc.ID, svc.Modelled)
		}
	}
}

func TestADownServiceNamesThePlacesWithoutAWayWhereNothingWasSeenDown(t *testing.T) {
	text := strings.Replace(between, "link/1 joins network_device/s", "link/1 joins network_device/t", 1)
	same(t, "no way", Cuts(graphOf(t, text), false, 1).Services[0].NoWay, []Way{{"access_zone/z", "server/a"}})
	same(t, "something down that no way leads over", Cuts(graphOf(t, text+"link/1 state=down"), false, 1).Services[0].NoWay, []Way{{"access_zone/z", "server/a"}})
	same(t, "a way seen down", Cuts(graphOf(t, between+"link/1 state=down"), false, 1).Services[0].NoWay, nil)
	same(t, "a way", Cuts(graphOf(t, between), false, 1).Services[0].NoWay, nil)
}

func TestWeakenedIsCountedForEachAsker(t *testing.T) {
	s := graphOf(t, `
		service/s used_from access_zone/1
		service/t used_from access_zone/2
		access_zone/1 attached_to network_device/r
		access_zone/2 attached_to network_device/q
		service/s entered_at dns_name/n
		service/t entered_at dns_name/n
		dns_name/n resolves_to redundancy_group/p
		redundancy_group/p k=1
		redundancy_group/p member server/1
		redundancy_group/p member server/2
		server/1 attached_to network_device/r
		server/2 attached_to network_device/q
		link/1 joins network_device/r
		link/1 joins network_device/q
		network_device/r powered_by redundancy_group/psu
		redundancy_group/psu k=1
		redundancy_group/psu member power_supply/1
		redundancy_group/psu member power_supply/2`)
	same(t, "link fails", Impact(s, []string{"link/1"}).Weakened, []Weakened{
		{"redundancy_group/p", 1, 1, []string{"server/1"}, []string{"service/s"}},
		{"redundancy_group/p", 1, 1, []string{"server/2"}, []string{"service/t"}},
	})
	same(t, "supply fails", Impact(s, []string{"power_supply/1"}).Weakened, []Weakened{
		{"redundancy_group/psu", 1, 1, []string{"power_supply/2"}, []string{"service/s", "service/t"}},
	})
}
