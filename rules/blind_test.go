package rules

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"

	"gujo/graph"
)

// chain is left–middle–right, of whose ends the neighbour tables were read as told.
func chain(t *testing.T, complete, empty string, gaps ...string) *Diagnosis {
	t.Helper()
	var text strings.Builder
	text.WriteString(`
components:
  - {component: network_device/left, kind: network_device}
  - {component: network_device/middle, kind: network_device}
  - {component: network_device/right, kind: network_device}
  - {component: link/left, kind: link}
  - {component: link/right, kind: link}
relations:
  - {relation: joins, from: link/left, to: network_device/left}
  - {relation: joins, from: link/left, to: network_device/middle}
  - {relation: joins, from: link/right, to: network_device/middle}
  - {relation: joins, from: link/right, to: network_device/right}
coverage:
  - {coverage: network_device/middle, complete: [ifTable, lldpRemTable]}
`)
	for _, d := range []string{"left", "right"} {
		fmt.Fprintf(&text, "  - {coverage: network_device/%s, complete: [%s], empty: [%s]}\n", d, complete, empty)
	}
	text.WriteString("gaps:\n  - {gap: network_device/middle, table: entPhysicalTable, reason: denied}\n")
	for _, g := range gaps {
		table, reason, _ := strings.Cut(g, " ")
		for _, d := range []string{"left", "right"} {
			fmt.Fprintf(&text, "  - {gap: network_device/%s, table: %q, reason: %s}\n", d, table, reason)
		}
	}
	return diagnose(t, graphOf(t, text.String()), RunOptions{})
}

func TestADeviceIsSightedIfATableHasRows(t *testing.T) {
	for _, tt := range []struct {
		name, complete, empty string
		gaps                  []string
		middle, left          Verdict
		what, reason          string // what of left is named as missing
	}{
		{"CDP with rows, LLDP not asked", "ifTable, cdpCacheTable", "", nil, Fail, Pass, "", ""},
		{"LLDP with rows, CDP not supported", "ifTable, lldpRemTable", "", []string{"cdpCacheTable unsupported"}, Fail, Pass, "", ""},
		{"all empty, though the middle one has rows", "ifTable", "lldpRemTable, lldpV2RemTable, cdpCacheTable", nil, Unknown, Pass, "lldpRemTable|lldpV2RemTable|cdpCacheTable", "empty"},
		{"CDP empty, LLDP not supported", "ifTable", "cdpCacheTable", []string{"lldpRemTable unsupported", "lldpV2RemTable unsupported"}, Unknown, Pass, "lldpRemTable|lldpV2RemTable|cdpCacheTable", "empty"},
		{"CDP empty, LLDP not asked", "ifTable", "cdpCacheTable", nil, Unknown, Unknown, "lldpRemTable|lldpV2RemTable", "not_asked"},
		{"LLDP empty, CDP not asked", "ifTable", "lldpRemTable, lldpV2RemTable", nil, Unknown, Unknown, "cdpCacheTable", "not_asked"},
		{"LLDP empty, CDP timed out", "ifTable", "lldpRemTable, lldpV2RemTable", []string{"cdpCacheTable timeout"}, Unknown, Unknown, "cdpCacheTable", "timeout"},
		{"LLDP with rows, CDP timed out", "ifTable, lldpRemTable", "", []string{"cdpCacheTable timeout"}, Unknown, Unknown, "cdpCacheTable", "timeout"},
		{"LLDP truncated, CDP empty", "ifTable", "cdpCacheTable", []string{"lldpRemTable truncated"}, Unknown, Unknown, "lldpRemTable", "truncated"},
		{"none supported", "ifTable", "", []string{"lldpRemTable unsupported", "lldpV2RemTable unsupported", "cdpCacheTable unsupported"}, Unknown, Unknown, "lldpRemTable|lldpV2RemTable|cdpCacheTable", "unsupported"},
		{"no answer at all", "", "", []string{" unreachable"}, Unknown, Unknown, "any_table", "unreachable"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			d := chain(t, tt.complete, tt.empty, tt.gaps...)
			missing := Missing{"network_device/left", tt.what, tt.reason}
			for id, want := range map[string]Verdict{"network_device/middle": tt.middle, "network_device/left": tt.left} {
				f := find(t, d, "SPOF-NET-01", id)
				if f.Verdict != want || f.Verdict == Fail && f.Confidence != "confirmed" {
					t.Errorf("%s: %s %s, want %s: %s", id, f.Verdict, f.Confidence, want, f.Message.EN)
				}
				named := false
				for _, m := range f.Missing {
					named = named || m == missing
				}
				if want == Unknown && !named {
					t.Errorf("%s names %v, want %v", id, f.Missing, missing)
				}
			}
			if f := find(t, d, "SPOF-NET-02", "link/left"); f.Verdict != tt.middle {
				t.Errorf("link/left: %s, want %s: %s", f.Verdict, tt.middle, f.Message.EN)
			}
		})
	}
}

func TestAServerThatMayBeAttachedElsewhereLeavesItsSwitchOpen(t *testing.T) {
	const site = `
components:
  - {component: network_device/a, kind: network_device}
  - {component: network_device/b, kind: network_device}
  - {component: server/web, kind: server}
  - {component: "interface/web:eth0", kind: interface, attrs: {if_type: 6, oper: up}}
  - {component: "interface/web:eth1", kind: interface, attrs: {if_type: 6, oper: ETH1}}
  - {component: link/ab, kind: link}
  - {component: link/web, kind: link}
relations:
  - {relation: joins, from: link/ab, to: network_device/a}
  - {relation: joins, from: link/ab, to: network_device/b}
  - {relation: part_of, from: "interface/web:eth0", to: server/web}
  - {relation: part_of, from: "interface/web:eth1", to: server/web}
  - {relation: joins, from: link/web, to: "interface/web:eth0"}
  - {relation: joins, from: link/web, to: network_device/a}
coverage:
  - {coverage: network_device/a, complete: [ifTable, lldpRemTable]}
  - {coverage: network_device/b, complete: [ifTable, B]}
  - {coverage: server/web, complete: [SERVER]}
`
	for _, tt := range []struct {
		name, eth1, b, server string
		want                  Verdict
		missing               []Missing
	}{
		{"all was read", "down", "lldpRemTable", "ifTable", Fail, nil},
		{"the other switch told nothing, but all ports of the server are known", "down", "system", "ifTable", Fail, nil},
		{"the other switch would have told", "up", "lldpRemTable", "ifTable", Fail, nil},
		{"a second port is up and the other switch told nothing", "up", "system", "ifTable", Unknown,
			[]Missing{{"network_device/b", "lldpRemTable|lldpV2RemTable|cdpCacheTable", "not_asked"}, {"server/web", "far_end", "not_observed"}}},
		{"neither was read", "down", "system", "system", Unknown,
			[]Missing{{"network_device/b", "lldpRemTable|lldpV2RemTable|cdpCacheTable", "not_asked"}, {"server/web", "ifTable", "not_asked"}}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			text := strings.NewReplacer("ETH1", tt.eth1, "B]", tt.b+"]", "SERVER", tt.server).Replace(site)
			service := "\n  - {component: service/s, kind: service}\n  - {component: access_zone/users, kind: access_zone}\n  - {component: endpoint/s, kind: endpoint}\n  - {component: subnet/lan, kind: subnet}\n"
			uses := "\n  - {relation: used_from, from: service/s, to: access_zone/users}\n  - {relation: entered_at, from: service/s, to: endpoint/s}\n  - {relation: served_by, from: endpoint/s, to: server/web}\n  - {relation: attached_to, from: access_zone/users, to: network_device/b}\n  - {relation: in_subnet, from: access_zone/users, to: subnet/lan}\n  - {relation: in_subnet, from: server/web, to: subnet/lan}\n"
			served := strings.NewReplacer("components:\n", "components:"+service, "relations:\n", "relations:"+uses).Replace(text)
			for name, g := range map[string]string{"without services": text, "before a service": served} {
				f := find(t, diagnose(t, graphOf(t, g), RunOptions{}), "SPOF-NET-01", "network_device/a")
				if f.Verdict != tt.want {
					t.Errorf("%s: %s, want %s: %s", name, f.Verdict, tt.want, f.Message.EN)
				}
				if diff := gocmp.Diff(tt.missing, f.Missing); tt.want == Unknown && diff != "" {
					t.Errorf("%s: %s", name, diff)
				}
			}
		})
	}
}

// wired is a network of these links. What begins with an s is a server, with a z the
// users' zone; of those not read nobody asked for neighbours or ports.
func wired(t *testing.T, unread []string, links ...[]string) *graph.Snapshot {
	t.Helper()
	kinds := map[byte]string{'s': "server", 'z': "access_zone"}
	var components, relations, coverage strings.Builder
	seen := map[string]bool{}
	for i, ends := range links {
		if ends[0] != "z" {
			fmt.Fprintf(&components, "  - {component: link/%d, kind: link}\n", i)
		}
		for _, e := range ends {
			id := cmp.Or(kinds[e[0]], "network_device") + "/" + e
			if ends[0] != "z" {
				fmt.Fprintf(&relations, "  - {relation: joins, from: link/%d, to: %s}\n", i, id)
			}
			if seen[e] {
				continue
			}
			seen[e] = true
			fmt.Fprintf(&components, "  - {component: %s, kind: %s}\n", id, cmp.Or(kinds[e[0]], "network_device"))
			tables := "ifTable, lldpRemTable"
			if slices.Contains(unread, e) {
				tables = "system"
			}
			fmt.Fprintf(&coverage, "  - {coverage: %s, complete: [%s]}\n", id, tables)
		}
		if ends[0] == "z" {
			fmt.Fprintf(&relations, "  - {relation: attached_to, from: access_zone/z, to: network_device/%s}\n", ends[1])
		}
	}
	if seen["z"] {
		components.WriteString("  - {component: service/s, kind: service}\n  - {component: endpoint/s, kind: endpoint}\n  - {component: subnet/lan, kind: subnet}\n")
		for _, r := range []string{"used_from service/s access_zone/z", "entered_at service/s endpoint/s", "served_by endpoint/s server/s",
			"in_subnet access_zone/z subnet/lan", "in_subnet server/s subnet/lan"} {
			f := strings.Fields(r)
			fmt.Fprintf(&relations, "  - {relation: %s, from: %s, to: %s}\n", f[0], f[1], f[2])
		}
	}
	return graphOf(t, "components:\n"+components.String()+"relations:\n"+relations.String()+"coverage:\n"+coverage.String())
}

func TestLooseServersLeaveACutOpenOnlyWhereNothingElseIsCutOff(t *testing.T) {
	type links = [][]string
	for _, tt := range []struct {
		name   string
		unread string
		links  links
		want   Verdict
	}{
		{"one server is cut off, and may hang on a switch that told nothing", "b s1", links{{"m", "b"}, {"b", "c"}, {"m", "s1"}}, Unknown},
		{"its ports are all known", "b", links{{"m", "b"}, {"b", "c"}, {"m", "s1"}}, Fail},
		{"the switches would have told", "s1", links{{"m", "b"}, {"b", "c"}, {"m", "s1"}}, Fail},
		{"a switch that told is cut off too", "b s1", links{{"m", "b"}, {"b", "c"}, {"c", "d"}, {"m", "x"}, {"m", "s1"}}, Fail},
		{"a server is cut off too whose ports are all known", "b s1", links{{"m", "b"}, {"b", "c"}, {"c", "d"}, {"m", "s1"}, {"m", "s2"}}, Fail},
		{"a switch that told nothing is cut off, and servers remain", "b s1 s2", links{{"m", "b"}, {"m", "s1", "s2"}}, Unknown},
		{"a server remains whose ports are all known", "b s1", links{{"m", "b"}, {"m", "s1", "s2"}}, Fail},
		{"servers are cut off from servers", "s1 s2 s3", links{{"m", "s1"}, {"m", "s2", "s3"}}, Fail},
	} {
		t.Run(tt.name, func(t *testing.T) {
			f := find(t, diagnose(t, wired(t, strings.Fields(tt.unread), tt.links...), RunOptions{}), "SPOF-NET-01", "network_device/m")
			if f.Verdict != tt.want {
				t.Errorf("%s, want %s: %s", f.Verdict, tt.want, f.Message.EN)
			}
		})
	}
}

// Of each side so much is named that the other is not crowded out.
func TestOfWhatWasNotLookedAtSomeIsNamedOnEachSide(t *testing.T) {
	var unread []string
	star := [][]string{{"left", "m"}, {"m", "right"}}
	servers := []string{"m"}
	for i := range 2 * maxMissing {
		l, r, s := fmt.Sprintf("l%02d", i), fmt.Sprintf("r%02d", i), fmt.Sprintf("s%02d", i)
		unread = append(unread, l, r, s)
		star = append(star, []string{"left", l}, []string{"right", r})
		servers = append(servers, s)
	}
	count := func(f *Finding, prefix string) (n int) {
		for _, m := range f.Missing {
			if strings.HasPrefix(m.Component, prefix) {
				n++
			}
		}
		return n
	}
	used := append([][]string{{"z", "left"}, {"right", "s"}}, star...)
	for name, links := range map[string][][]string{"without services": star, "before a service": used} {
		f := find(t, diagnose(t, wired(t, unread, links...), RunOptions{}), "SPOF-NET-01", "network_device/m")
		if l, r := count(f, "network_device/l"), count(f, "network_device/r"); f.Verdict != Unknown || l != maxMissing || r != maxMissing {
			t.Errorf("%s: %s names %d and %d", name, f.Verdict, l, r)
		}
	}
	f := find(t, diagnose(t, wired(t, append(unread, "b"), []string{"m", "b"}, servers), RunOptions{}), "SPOF-NET-01", "network_device/m")
	if n := count(f, "server/"); f.Verdict != Unknown || n != maxMissing {
		t.Errorf("%s names %d of the servers that remain", f.Verdict, n)
	}
	// What nobody will be told of is not gathered: there are as many cuts as there are devices.
	run := &run{facts: newFacts(wired(t, unread, star...), nil), sights: map[*analysis]*sight{}}
	m, _ := run.facts.Find("network_device/m")
	sides := run.sight(&analysis{blindedBy: tableSet{"lldpRemTable"}}).without(m)
	for p, lists := range sides.near {
		t.Errorf("the piece %d is gathered before anybody asks: %v", p, lists)
	}
	for _, name := range []string{"left", "right"} {
		c, _ := run.facts.Find("network_device/" + name)
		piece := sides.terrain.piece(c, m)
		sides.in([]int32{piece})
		for _, list := range sides.near[piece] {
			if len(list) > maxMissing {
				t.Errorf("%d gathered beside %s", len(list), name)
			}
		}
	}
}

// Whoever stands alone stands alone, however little was read of the network before it.
func TestAServerThatStandsAloneFailsWhateverIsBehindTheGaps(t *testing.T) {
	s := shipped(t, "blind-both-sides")
	if f := find(t, diagnose(t, s, RunOptions{}), "SPOF-SRV-01", "server/web"); f.Verdict != Fail || f.Confidence != "confirmed" {
		t.Errorf("%s %s: %s", f.Verdict, f.Confidence, f.Message.EN)
	}
}
