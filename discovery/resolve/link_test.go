package resolve_test

import (
	"slices"
	"testing"

	"gujo/discovery"
	"gujo/discovery/evidence"
	"gujo/graph"
)

const (
	macA = "00:16:c8:00:0a:00"
	macB = "00:16:c8:00:0b:00"
	macC = "00:16:c8:00:0c:00"
)

// pair is two switches with four ports each; their LLDP tables were read.
func pair(t *testing.T) (*site, *target, *target) {
	s := newSite(t)
	a, b := s.at("10.0.0.1").device("a"), s.at("10.0.0.2").device("b")
	a.id(discovery.ChassisIdentifier, "4:"+macA).read("lldpRemTable", "cdpCacheTable")
	b.id(discovery.ChassisIdentifier, "4:"+macB).read("lldpRemTable", "cdpCacheTable")
	for i := 1; i <= 4; i++ {
		n := string(rune('0' + i))
		a.port(i, "Gi0/"+n, "00:16:c8:00:0a:0"+n)
		b.port(i, "Gi0/"+n, "00:16:c8:00:0b:0"+n)
	}
	return s, a, b
}

func TestACableHeardFromBothEndsIsOneLink(t *testing.T) {
	s, a, b := pair(t)
	a.lldp(1, "b", macB, "Gi0/2").cdp(1, "b", "GigabitEthernet0/2", "")
	b.lldp(2, "a", macA, "Gi0/1").cdp(2, "a.example.org", "Gi0/1", "")
	r := s.resolve()
	r.wantIDs("links", r.ids(graph.Link), []string{"link/a:Gi0_1--b:Gi0_2"})
	r.want("link/a:Gi0_1--b:Gi0_2", "joins", "interface/a:Gi0_1", "hard")
	r.want("link/a:Gi0_1--b:Gi0_2", "joins", "interface/b:Gi0_2", "hard")
	if n := len(r.component("link/a:Gi0_1--b:Gi0_2").Evidence); n != 4 {
		t.Errorf("the link rests on %d rows, want all 4", n)
	}
}

func TestALinkHeardByOneEnd(t *testing.T) {
	for _, c := range []struct {
		name     string
		other    func(b *target)
		strength string
		note     string
	}{
		{"is assumed at the end whose table was read and is silent", func(b *target) { b.read("lldpRemTable") }, "assumed", "unconfirmed"},
		{"is hard where the other's table could not be read", func(b *target) { b.gap("lldpRemTable", evidence.ReasonTruncated) }, "hard", "unasked"},
		{"is hard where only another protocol's table was read", func(b *target) { b.read("cdpCacheTable") }, "hard", "unasked"},
		{"is assumed where the other sees somebody else there", func(b *target) {
			b.read("lldpRemTable").lldp(2, "c", macC, "Gi0/9")
		}, "assumed", "unconfirmed"},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := newSite(t)
			s.at("10.0.0.1").device("a").read("lldpRemTable").port(1, "Gi0/1", "").lldp(1, "b", macB, "Gi0/2")
			b := s.at("10.0.0.2").device("b").port(2, "Gi0/2", "")
			c.other(b)
			r := s.resolve()
			r.want("link/a:Gi0_1--b:Gi0_2", "joins", "interface/a:Gi0_1", "hard")
			r.want("link/a:Gi0_1--b:Gi0_2", "joins", "interface/b:Gi0_2", c.strength)
			r.wantNote("link/a:Gi0_1--b:Gi0_2", c.note)
		})
	}
}

func TestAMachineThatWasOnlyHeardOfIsThere(t *testing.T) {
	s := newSite(t)
	a := s.at("10.0.0.1").device("a").port(1, "Gi0/1", "").port(2, "Gi0/2", "").port(3, "Gi0/3", "").port(4, "Gi0/4", "")
	a.lldp(1, "outside", macB, "Gi0/7")
	a.cdp(1, "outside", "GigabitEthernet0/7", "10.0.0.7")
	a.say(discovery.Neighbor{Fact: a.fact("phone"), Protocol: "lldp", IfIndex: 2, Name: "phone", Capabilities: []string{"bridge", "telephone"}})
	a.say(discovery.Neighbor{Fact: a.fact("srv"), Protocol: "lldp", IfIndex: 3, Name: "srv", Port: "eth0", PortSubtype: 5, Capabilities: []string{"station"}})
	a.cdp(4, "elsewhere", "Gi1", "192.0.2.7")
	s.at("192.0.2.7").gap("system", evidence.ReasonOutOfScope)
	s.at("10.0.0.7").gap("system", evidence.ReasonUnreachable)
	r := s.resolve()
	r.wantIDs("machines", r.machines(), []string{"network_device/a", "network_device/outside", "external/phone", "server/srv", "external/elsewhere"})
	r.wantIDs("links", r.ids(graph.Link), []string{"link/a:Gi0_1--outside:Gi0_7", "link/a:Gi0_3--srv:eth0"})
	r.want("link/a:Gi0_1--outside:Gi0_7", "joins", "interface/outside:Gi0_7", "hard")
	r.want("interface/a:Gi0_2", "adjacent_to", "external/phone", "soft")
	r.want("interface/a:Gi0_4", "adjacent_to", "external/elsewhere", "soft")
	if g := r.GapsOf("network_device/outside"); len(g) != 1 || g[0].Reason != "unreachable" {
		t.Errorf("gaps of the machine that did not answer: %+v", g)
	}
}

func TestPortsAreFoundHoweverTheyAreCalled(t *testing.T) {
	for _, c := range []struct {
		name string
		row  discovery.Neighbor
		want string
	}{
		{"by ifName", discovery.Neighbor{PortSubtype: 5, Port: "Gi0/2"}, "Gi0_2"},
		{"by ifDescr", discovery.Neighbor{PortSubtype: 5, Port: "GigabitEthernet0/2"}, "Gi0_2"},
		{"by ifAlias, whatever the subtype", discovery.Neighbor{PortSubtype: 5, Port: "to a"}, "Gi0_2"},
		{"by a MAC address", discovery.Neighbor{PortSubtype: 3, Port: "00-16-C8-00-0B-02"}, "Gi0_2"},
		{"by ifIndex as local text", discovery.Neighbor{PortSubtype: 7, Port: "2"}, "Gi0_2"},
		{"by its description where the chassis id stands for the port", discovery.Neighbor{PortSubtype: 3, Port: macB, PortDesc: "Gi0/2"}, "Gi0_2"},
		{"by the last part where a bridge stands before it", discovery.Neighbor{PortSubtype: 5, Port: "bridge1/ether2"}, "ether2"},
		{"not at all: then the machine is joined", discovery.Neighbor{PortSubtype: 5, Port: "nonsense"}, ""},
		{"not by an alias that two have", discovery.Neighbor{PortSubtype: 1, Port: "spare"}, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := newSite(t)
			a := s.at("10.0.0.1").device("a").port(1, "Gi0/1", "")
			b := s.at("10.0.0.2").device("b").id(discovery.ChassisIdentifier, "4:"+macB)
			for i, p := range []discovery.Interface{
				{Name: "Gi0/1", Alias: "spare"}, {Name: "Gi0/2", Description: "GigabitEthernet0/2", Alias: "to a", MAC: "00:16:c8:00:0b:02"},
				{Name: "ether2"}, {Name: "Gi0/4", Alias: "spare"},
			} {
				p.Fact, p.Index, p.Type = b.fact(p.Name), i+1, 6
				b.say(p)
			}
			n := c.row
			n.Fact, n.Protocol, n.IfIndex, n.Name, n.Chassis, n.ChassisSubtype = a.fact("b"), "lldp", 1, "b", macB, 4
			a.say(n)
			r := s.resolve()
			want := "interface/b:" + c.want
			if c.want == "" {
				want = "network_device/b"
			}
			links := r.ids(graph.Link)
			if len(links) != 1 || !slices.Contains(r.outs(links[0], graph.Joins), want) {
				t.Errorf("links %v join %v, want %s", links, r.outs(links[0], graph.Joins), want)
			}
		})
	}
}

func TestNeighboursAreFoundHoweverTheyAreCalled(t *testing.T) {
	for _, c := range []struct {
		name string
		row  discovery.Neighbor
		want string // the machine at the other end
	}{
		{"by a chassis id, whatever the name is now", discovery.Neighbor{Name: "old-name", ChassisSubtype: 4, Chassis: macB}, "network_device/b.example.org"},
		{"by the serial number", discovery.Neighbor{Name: "old-name", Serial: "FOC0001B"}, "network_device/b.example.org"},
		{"by the name", discovery.Neighbor{Name: "B.example.org."}, "network_device/b.example.org"},
		{"by the first part of the name", discovery.Neighbor{Name: "b"}, "network_device/b.example.org"},
		{"by an address, where nothing else is told", discovery.Neighbor{Addresses: addrs("10.0.0.2")}, "network_device/b.example.org"},
		{"not by an address under another name: several advertise it", discovery.Neighbor{Name: "unmanaged", Addresses: addrs("10.0.0.2")}, "network_device/unmanaged"},
		{"not by a name under another chassis", discovery.Neighbor{Name: "b.example.org", ChassisSubtype: 4, Chassis: macC}, "network_device/b.example.org@" + macC},
		{"not by another full name", discovery.Neighbor{Name: "b.example.com"}, "network_device/b.example.com"},
		{"not by an address that moves", discovery.Neighbor{Addresses: addrs("10.0.0.254")}, "network_device/10.0.0.254"},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := newSite(t)
			a := s.at("10.0.0.1").device("a").port(1, "Gi0/1", "")
			b := s.at("10.0.0.2").device("b.example.org").serial("FOC0001B").id(discovery.ChassisIdentifier, "4:"+macB).
				port(2, "Gi0/2", "").address(2, "10.0.0.2/24").address(2, "10.0.0.254/24")
			b.say(discovery.VirtualRouter{Fact: b.fact("10.0.0.254"), Protocol: "vrrp", IfIndex: 2, Group: 1, State: "master", Addresses: addrs("10.0.0.254")})
			n := c.row
			n.Fact, n.Protocol, n.IfIndex, n.Port, n.PortSubtype, n.Capabilities = a.fact("b"), "lldp", 1, "Gi0/2", 5, []string{"bridge"}
			a.say(n)
			r := s.resolve()
			links := r.ids(graph.Link)
			if len(links) != 1 {
				t.Fatalf("links %v, want one", links)
			}
			_, label, _ := cut(c.want)
			if !slices.Contains(r.outs(links[0], graph.Joins), "interface/"+label+":Gi0_2") {
				t.Errorf("%s joins %v, want %s", links[0], r.outs(links[0], graph.Joins), c.want)
			}
		})
	}
}

func cut(id string) (string, string, bool) {
	for i := range id {
		if id[i] == '/' {
			return id[:i], id[i+1:], true
		}
	}
	return id, "", false
}

// Several neighbours on one port share a segment; none is dropped.
func TestSeveralNeighboursOnOnePortShareASegment(t *testing.T) {
	s := newSite(t)
	all := []struct{ name, mac string }{{"a", macA}, {"b", macB}, {"c", macC}}
	for i, d := range all {
		x := s.at("10.0.0."+string(rune('1'+i))).device(d.name).id(discovery.ChassisIdentifier, "4:"+d.mac).read("lldpRemTable").port(1, "Gi0/1", "")
		for _, o := range all {
			if o != d {
				x.lldp(1, o.name, o.mac, "Gi0/1")
			}
		}
	}
	r := s.resolve()
	r.wantIDs("links", r.ids(graph.Link), []string{"link/segment-a:Gi0_1"})
	for _, d := range all {
		r.want("link/segment-a:Gi0_1", "joins", "interface/"+d.name+":Gi0_1", "hard")
	}
	r.wantNote("link/segment-a:Gi0_1", "segment")
}

func TestParallelCablesAreKeptApart(t *testing.T) {
	s, a, b := pair(t)
	a.lldp(1, "b", macB, "Gi0/1").lldp(2, "b", macB, "Gi0/2")
	b.lldp(1, "a", macA, "Gi0/1").lldp(2, "a", macA, "Gi0/2")
	r := s.resolve()
	r.wantIDs("links", r.ids(graph.Link), []string{"link/a:Gi0_1--b:Gi0_1", "link/a:Gi0_2--b:Gi0_2"})
}

func TestACableWhoseFarPortIsUnknownFindsItFromTheOtherEnd(t *testing.T) {
	s, a, b := pair(t)
	a.lldp(1, "b", macB, "unheard of")
	b.lldp(2, "a", macA, "Gi0/1")
	r := s.resolve()
	r.wantIDs("links", r.ids(graph.Link), []string{"link/a:Gi0_1--b:Gi0_2"})
	r.want("link/a:Gi0_1--b:Gi0_2", "joins", "interface/b:Gi0_2", "hard")
}

func TestProtocolsThatDisagreeAboutAPortKeepBothWords(t *testing.T) {
	s, a, b := pair(t)
	a.lldp(1, "b", macB, "Gi0/2").cdp(1, "b", "Gi0/3", "")
	b.lldp(2, "a", macA, "Gi0/1")
	r := s.resolve()
	r.wantIDs("links", r.ids(graph.Link), []string{"link/a:Gi0_1--b:Gi0_2"})
	if n := r.wantNote("link/a:Gi0_1--b:Gi0_2", "contradicted.port"); len(n.Evidence) < 2 {
		t.Errorf("the note keeps %v", n.Evidence)
	}
}

func TestAMachineThatHearsItselfHasNoLinkToNobody(t *testing.T) {
	s, a, _ := pair(t)
	a.lldp(1, "a", macA, "Gi0/1")
	r := s.resolve()
	r.wantIDs("links", r.ids(graph.Link), nil)
	r.wantNote("network_device/a", "ignored.self")
}

func TestDecisionsAboutLinks(t *testing.T) {
	s, a, b := pair(t)
	c := s.at("10.0.0.3").device("c").id(discovery.ChassisIdentifier, "4:"+macC).read("lldpRemTable").port(1, "Gi0/1", "")
	_ = c
	a.lldp(1, "b", macB, "Gi0/1")
	a.lldp(2, "c", macC, "Gi0/1")
	_ = b
	s.declare(`
decisions:
  - {action: confirm, from: a, relation: link, to: b, who: kim, when: 2026-03-02, why: seen}
  - {action: deny, from: a, relation: link, to: c, who: kim, when: 2026-03-02, why: pulled out}
  - {action: confirm, from: "b:Gi0/4", relation: link, to: c, who: kim, when: 2026-03-02, why: cable 17}
  - {action: deny, from: b, relation: link, to: gone, who: kim, when: 2026-03-02, why: old}
`)
	r := s.resolve()
	r.wantIDs("links", r.ids(graph.Link), []string{"link/a:Gi0_1--b:Gi0_1", "link/b:Gi0_4--c"})
	r.want("link/a:Gi0_1--b:Gi0_1", "joins", "interface/b:Gi0_1", "hard")
	r.wantNote("link/a:Gi0_1--b:Gi0_1", "confirmed")
	r.wantNote("link/a:Gi0_1--b:Gi0_1", "unconfirmed") // what contradicts it stays
	r.want("link/b:Gi0_4--c", "joins", "interface/b:Gi0_4", "hard")
	denied := r.wantNote("network_device/a link network_device/c", "denied")
	if len(denied.Evidence) < 2 {
		t.Errorf("a denial keeps what was denied: %+v", denied)
	}
	r.wantNote("b link gone", "decision.unmatched")
}

func TestAnEndThatNamesItsAggregateIsStillThePortThatSpeaks(t *testing.T) {
	s := newSite(t)
	a := s.at("10.0.0.1").device("a").id(discovery.ChassisIdentifier, "4:"+macA).read("lldpRemTable").port(1, "Gi0/1", "")
	w := s.at("10.0.0.2").server("web").id(discovery.ChassisIdentifier, "4:"+macB).read("lldpRemTable").port(1, "eth0", macB).virtualPort(2, "bond0", 161, macB)
	a.lldp(1, "web", macB, "bond0")
	w.lldp(1, "a", macA, "Gi0/1")
	r := s.resolve()
	r.wantIDs("links", r.ids(graph.Link), []string{"link/a:Gi0_1--web:eth0"})
	r.want("link/a:Gi0_1--web:eth0", "joins", "interface/web:eth0", "hard")
}
