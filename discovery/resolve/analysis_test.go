package resolve_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"gujo/discovery"
	"gujo/graph/compile"
)

// body is a small public body's network as its machines would tell it by LLDP
// and VRRP: two gateways on two core switches, one access switch with a server
// attached once, and a server attached to both cores.
func body(t *testing.T) *site {
	s := newSite(t)
	mac := func(n, port int) string { return fmt.Sprintf("02:00:00:00:%02x:%02x", n, port) }
	names := []string{"", "gw1", "gw2", "core1", "core2", "access1", "web1", "web2"}
	at := map[string]*target{}
	next := map[string]int{}
	for n, name := range names {
		if n == 0 {
			continue
		}
		d := s.at(fmt.Sprintf("192.0.2.%d", n)).id(discovery.ChassisIdentifier, "4:"+mac(n, 0)).read("lldpRemTable", "ifTable", "vrrpInstanceTable")
		if strings.HasPrefix(name, "web") {
			d.server(name)
		} else {
			d.device(name)
		}
		at[name] = d
	}
	number := func(name string) int { return slices.Index(names, name) }
	plug := func(x, y string) {
		next[x]++
		next[y]++
		for _, o := range [][2]string{{x, y}, {y, x}} {
			near, far := o[0], o[1]
			at[near].port(next[near], fmt.Sprintf("eth%d", next[near]), mac(number(near), next[near]))
			at[near].say(discovery.Neighbor{Fact: at[near].fact(far), Protocol: "lldp", IfIndex: next[near], Name: far, ChassisSubtype: 4,
				Chassis: mac(number(far), 0), PortSubtype: 3, Port: mac(number(far), next[far]), PortDesc: fmt.Sprintf("eth%d", next[far])})
		}
	}
	plug("gw1", "core1")
	plug("gw2", "core2")
	plug("core1", "core2")
	plug("access1", "core1")
	plug("access1", "core2")
	plug("web1", "access1")
	plug("web2", "core1")
	plug("web2", "core2")
	for i, name := range []string{"gw1", "gw2"} {
		d := at[name]
		d.port(8, "lan", "").port(9, "users", "")
		for index, net := range map[int]string{8: "10.0.20.", 9: "10.0.9."} {
			d.address(index, fmt.Sprintf("%s%d/24", net, i+2))
		}
		state := []string{"master", "backup"}[i]
		d.say(discovery.VirtualRouter{Fact: d.fact(state), Protocol: "vrrp", IfIndex: 8, Group: 20, State: state, Addresses: addrs("10.0.20.1")})
		d.say(discovery.VirtualRouter{Fact: d.fact(state), Protocol: "vrrp", IfIndex: 9, Group: 9, State: state, Addresses: addrs("10.0.9.1")})
	}
	at["web1"].address(1, "10.0.20.11/24")
	at["web2"].port(7, "bond0", "").address(7, "10.0.20.12/24")
	return s.declare(`
services:
  - {id: one, grade: 1, entered_at: ["10.0.20.11:443/tcp"], used_from: [offices]}
  - {id: two, grade: 1, entered_at: ["10.0.20.12:443/tcp"], used_from: [offices]}
access_zones:
  - {id: offices, attached_to: [10.0.9.0/24]}
`)
}

// What is resolved must be what the analysis reads: the single points of two
// services are known from the drawing.
func TestTheAnalysisFindsTheSinglePointsOfAResolvedNetwork(t *testing.T) {
	r := body(t).resolve()
	a, err := compile.Analyze(r.Snapshot, compile.Options{})
	if err != nil {
		t.Fatal(err)
	}
	cuts, err := a.Cuts(t.Context(), 1)
	if err != nil {
		t.Fatal(err)
	}
	want := map[string][]string{
		"service/one": {"interface/access1:eth3", "interface/web1:eth1", "link/access1:eth3--web1:eth1", "network_device/access1", "server/web1"},
		"service/two": {"server/web2"},
	}
	for _, s := range cuts.Services {
		var got []string
		for _, c := range s.Cuts {
			if c.Confidence == compile.Confirmed {
				got = append(got, c.Components...)
			}
		}
		if !s.Modelled || s.DownAlready || !slices.Equal(got, want[s.Service]) {
			t.Errorf("%s (modelled %v, down %v, no way %v): single points %v, want %v", s.Service, s.Modelled, s.DownAlready, s.NoWay, got, want[s.Service])
		}
	}
	if len(cuts.Services) != len(want) {
		t.Errorf("%d services", len(cuts.Services))
	}
}
