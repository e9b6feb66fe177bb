package rules

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

// The judge asks each device for its piece; within steps over what hangs apart.
func TestWhatStandsInAPieceIsWhatHasItsNumber(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 25))
	for round := range 30 {
		var links [][]string
		for range 12 {
			links = append(links, []string{fmt.Sprintf("d%02d", rng.IntN(12)), fmt.Sprintf("d%02d", rng.IntN(12))})
		}
		links = slices.DeleteFunc(links, func(l []string) bool { return l[0] == l[1] })
		run := &run{facts: newFacts(wired(t, []string{"d00", "d01", "d02", "d03"}, links...), nil), sights: map[*analysis]*sight{}}
		s := run.sight(&analysis{blindedBy: tableSet{"lldpRemTable"}})
		for failed := range int32(len(run.facts.Components)) {
			if s.terrain.at[failed] < 0 {
				continue
			}
			x := s.without(failed)
			want := map[int32][]string{}
			for _, c := range run.facts.all {
				if c != failed {
					p := s.terrain.piece(c, failed)
					want[p] = append(want[p], run.facts.Components[c].ID)
				}
			}
			for p, ids := range want {
				var got []string
				for _, e := range x.in([]int32{p}) {
					for _, m := range e.missing {
						got = append(got, m.Component)
					}
				}
				slices.Sort(got)
				if !slices.Equal(got, ids) {
					t.Fatalf("round %d: without %s in the piece %d: %v, want %v", round, run.facts.Components[failed].ID, p, got, ids)
				}
			}
		}
	}
}

func TestWhoHearsWhomIsToldByRowsAndLinks(t *testing.T) {
	const site = `
components:
  - {component: network_device/x, kind: network_device}
  - {component: network_device/y, kind: network_device}
  - {component: server/w, kind: server}
  - {component: link/xy, kind: link, attrs: {source: SOURCE}}
  - {component: link/xw, kind: link, attrs: {source: lldp}}
relations:
  - {relation: joins, from: link/xy, to: network_device/x, strength: XEND}
  - {relation: joins, from: link/xy, to: network_device/y}
  - {relation: joins, from: link/xw, to: network_device/x, strength: assumed}
  - {relation: joins, from: link/xw, to: server/w}
coverage:
  - {coverage: network_device/x, XREAD}
  - {coverage: network_device/y, complete: [lldpRemTable], empty: [cdpCacheTable]}
  - {coverage: server/w, complete: [lldpRemTable]}
`
	for _, tt := range []struct {
		name, source, xEnd, xRead string
		x, y                      class
	}{
		{"both tell", "lldp", "hard", "complete: [lldpRemTable], empty: [cdpCacheTable]", class{lldp, lldp}, class{lldp, lldp}},
		{"x is empty: it is heard and does not hear, and y is not heard", "lldp", "assumed", "empty: [lldpRemTable, cdpCacheTable]", class{0, lldp}, class{lldp, 0}},
		{"x hears others and not y", "lldp", "assumed", "complete: [lldpRemTable]", class{0, lldp}, class{lldp, 0}},
		{"x was not asked: y may well be heard by it", "lldp", "hard", "complete: [ifTable]", class{0, lldp}, class{lldp, lldp}},
		{"x tells by CDP, and y does not hear it", "cdp", "hard", "complete: [cdpCacheTable]", class{cdp, lldp}, class{lldp, lldp | cdp}},
		{"a forwarding table tells of the link", "fdb", "assumed", "complete: [lldpRemTable]", class{lldp, lldp}, class{lldp, lldp}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			text := strings.NewReplacer("SOURCE", tt.source, "XEND", tt.xEnd, "XREAD", tt.xRead).Replace(site)
			f := newFacts(graphOf(t, text), nil)
			e := newEars(f, tableSet{"lldpRemTable", "lldpV2RemTable", "cdpCacheTable"})
			for id, want := range map[string]class{"network_device/x": tt.x, "network_device/y": tt.y} {
				c, _ := f.Find(id)
				if got := (class{e.hears(c), e.speaks(c)}); got != want {
					t.Errorf("%s: %v, want %v", id, got, want)
				}
			}
		})
	}
}
