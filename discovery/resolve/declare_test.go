package resolve_test

import (
	"slices"
	"strconv"
	"strings"
	"testing"

	"gujo/discovery"
	"gujo/graph"
)

const declared = `
services:
  - {id: minwon, name: {ko: 민원, en: Petitions}, grade: 1, owner: kim, rto: 2h, entered_at: ["10.0.0.10:443/tcp", "www.example.kr"], used_from: [offices], requires: [db1, service/auth, firewalls]}
  - {id: auth, entered_at: 10.0.0.1}
access_zones:
  - {id: offices, attached_to: ["a:Gi0/3", 10.0.7.0/24]}
places:
  - {id: site, kind: site}
  - {id: room, kind: room, in: site}
  - {id: rack-a, kind: rack, in: room}
power:
  - {id: feed-1, type: feed}
  - {id: feed-2, type: feed}
  - {id: ups, type: ups, from: [feed-1, feed-2], in: room}
  - {id: pdu-a, type: pdu, from: ups}
  - {id: pdu-b, type: pdu, from: feed-2}
machines:
  - {machine: a, in: rack-a, power: [pdu-a, pdu-b], asset: "A-1", installed: 2021-04-01, maintainer: firm, mtbf_hours: 5000}
  - {machine: web, power: [pdu-a, pdu-b], in: rack-a}
  - {machine: b, power: [pdu-a, pdu-a], transit: false}
  - {machine: db1, kind: server, virtual: true, host: hyper, requires: [nas]}
  - {machine: nas, kind: storage, power: [pdu-a]}
  - {machine: kvm, kind: network_device, attached_to: ["a:Gi0/4"]}
pairs:
  - {id: firewalls, members: [fw-1, fw-2], role: gateway, used_by: [web, offices]}
inline:
  - {machine: ips-1, on_failure: open}
decisions:
  - {action: confirm, from: web, relation: requires, to: db1, who: kim, when: 2026-03-02, why: asked}
  - {action: deny, from: web, relation: located_in, to: rack-a, who: kim, when: 2026-03-02, why: moved}
`

// declaredSite is two switches, a web server and a VRRP address, with everything
// that can be declared about them.
func declaredSite(t *testing.T) *site {
	s, a, _ := pair(t)
	s.at("10.0.0.10").server("web").port(1, "eth0", "").address(1, "10.0.0.10/24")
	a.entity(1, 0, "chassis", "chassis", false, 0).entity(2, 1, "powerSupply", "PS 1", true, 0).entity(3, 1, "powerSupply", "PS 2", true, 0)
	a.address(1, "10.0.0.2/24").say(discovery.VirtualRouter{Fact: a.fact("vrrp"), Protocol: "vrrp", IfIndex: 1, Group: 1, State: "master", Addresses: addrs("10.0.0.1")})
	return s.declare(declared)
}

func TestWhatIsDeclaredIsDrawn(t *testing.T) {
	r := declaredSite(t).resolve()
	for _, rel := range []string{
		"service/minwon entered_at endpoint/10.0.0.10:443_tcp",
		"service/minwon entered_at dns_name/www.example.kr",
		"service/minwon used_from access_zone/offices",
		"service/minwon requires server/db1",
		"service/minwon requires service/auth",
		"service/minwon requires redundancy_group/firewalls",
		"endpoint/10.0.0.10:443_tcp bound_to server/web",
		"endpoint/10.0.0.1 bound_to redundancy_group/vrrp-10.0.0.1",
		"access_zone/offices attached_to interface/a:Gi0_3",
		"access_zone/offices attached_to subnet/10.0.7.0_24",
		"room/room located_in site/site",
		"rack/rack-a located_in room/room",
		"power_source/ups located_in room/room",
		"power_source/ups powered_by redundancy_group/power-ups",
		"redundancy_group/power-ups member power_source/feed-1",
		"power_source/pdu-a powered_by power_source/ups",
		"network_device/a located_in rack/rack-a",
		"power_supply/a:PS_1 powered_by power_source/pdu-a",
		"power_supply/a:PS_2 powered_by power_source/pdu-b",
		"server/web powered_by redundancy_group/power-web",
		"redundancy_group/power-web member power_source/pdu-b",
		"power_supply/b:supply-1 powered_by power_source/pdu-a",
		"power_supply/b:supply-2 powered_by power_source/pdu-a",
		"network_device/b powered_by redundancy_group/psu-b",
		"server/db1 runs_on server/hyper",
		"server/db1 requires storage/nas",
		"storage/nas powered_by power_source/pdu-a",
		"redundancy_group/firewalls member network_device/fw-1",
		"server/web uses redundancy_group/firewalls",
		"access_zone/offices uses redundancy_group/firewalls",
		"link/a:Gi0_4--kvm joins network_device/kvm",
		"server/web requires server/db1",
	} {
		from, rest, _ := strings.Cut(rel, " ")
		typ, to, _ := strings.Cut(rest, " ")
		r.want(from, typ, to, "hard")
		if _, found := r.relation(from, typ, to); found != nil && len(found.Evidence) == 0 {
			t.Errorf("%s rests on nothing", rel)
		}
	}
	r.want("server/web", "located_in", "rack/rack-a", "")
	r.wantNote("server/web located_in rack/rack-a", "denied")
	r.wantNote("server/hyper", "declared.only")
	r.wantGroup("redundancy_group/firewalls", 1, 2, "declared", "network_device/fw-1", "network_device/fw-2")
	for id, attrs := range map[string]map[string]string{
		"service/minwon":       {"grade": "1", "name_ko": "민원", "name_en": "Petitions", "rto_minutes": "120"},
		"network_device/a":     {"asset": "A-1", "installed": "2021-04-01", "maintainer": "firm", "mtbf_hours": "5000"},
		"network_device/b":     {"transit": "false"},
		"network_device/ips-1": {"inline": "true", "on_failure": "open"},
		"server/db1":           {"virtual": "true"},
		"power_source/ups":     {"type": "ups"},
	} {
		for k, want := range attrs {
			if got := r.component(id).Attrs.Text(k); got != want {
				t.Errorf("%s of %s is %q, want %q", k, id, got, want)
			}
		}
	}
	lines := strings.Split(declared, "\n")
	for _, e := range r.Evidence {
		locator, cited := strings.CutPrefix(e.Ref, "sha256:inventory#")
		if n, err := strconv.Atoi(locator); cited && (err != nil || n < 1 || n > len(lines) || e.Value != strings.TrimSpace(lines[n-1]) || e.Target != "inventory") {
			t.Errorf("%+v is not what stands in the inventory", e)
		}
	}
	for what, want := range map[string]string{
		"redundancy_group/firewalls member network_device/fw-2": "members",
		"server/web requires server/db1":                        "action: confirm",
	} {
		if got := r.said(what); !strings.Contains(got, want) {
			t.Errorf("%s rests on %q, want what says %s", what, got, want)
		}
	}
}

func TestDeclarationsThatFitNothingAreErrorsWithTheirLine(t *testing.T) {
	for _, c := range []struct{ name, text, want string }{
		{"a name that two have", "machines:\n  - {machine: twin, transit: false}\n", "line 2: \"twin\" may be any of network_device/twin@10.0.0.4, network_device/twin@10.0.0.5"},
		{"an interface that the machine does not have", "access_zones:\n  - {id: z, attached_to: [\"a:Gi9/9\"]}\n", "line 2: access_zone/z: network_device/a has no interface \"Gi9/9\""},
		{"a component that is not there", "services:\n  - {id: s, requires: [redundancy_group/none]}\n", "line 2: service s: requires: there is no \"redundancy_group/none\""},
		{"a relation that cannot be", "decisions:\n  - {action: confirm, from: a, relation: runs_on, to: b, who: k, when: 2026-03-02, why: w}\n", "line 2: runs_on cannot lead from a network_device to a network_device"},
		{"both at once", "services:\n  - {id: s, requires: [redundancy_group/none]}\n  - {id: t, requires: [redundancy_group/nil]}\n", "line 3: service t"},
	} {
		t.Run(c.name, func(t *testing.T) {
			s, _, _ := pair(t)
			s.at("10.0.0.4").device("twin")
			s.at("10.0.0.5").device("twin")
			_, err := s.declare(c.text).try()
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("error %v, want %s", err, c.want)
			}
		})
	}
}

func TestMachinesAreDeclaredByWhateverPeopleCallThem(t *testing.T) {
	for _, text := range []string{"a", "A", "a.", "10.0.0.1", "FOC0001A", "network_device/a", macA, "core"} {
		s, a, _ := pair(t)
		a.serial("FOC0001A").address(1, "10.0.0.1/24")
		s.declare("targets:\n  - {address: 10.0.0.1, name: core}\nmachines:\n  - {machine: \"" + text + "\", asset: X-1}\n")
		r := s.resolve()
		if got := r.component("network_device/a").Attrs.Text("asset"); got != "X-1" {
			t.Errorf("%q does not mean network_device/a: %v", text, r.machines())
		}
	}
}

func TestAnAccessZoneLeavesByTheGatewayOfItsSubnet(t *testing.T) {
	s, _, _, _ := gateways(t, "vrrp")
	s.declare("access_zones:\n  - {id: z, attached_to: [10.0.0.0/24]}\n")
	r := s.resolve()
	r.want("access_zone/z", "uses", "redundancy_group/vrrp-10.0.0.1", "hard")
}

func TestTwoInventoriesInEitherOrderAreOne(t *testing.T) {
	s, _, _ := pair(t)
	s.declare("machines:\n  - {machine: a, asset: X-1}\nplaces:\n  - {id: r, kind: rack}\n")
	s.declare("machines:\n  - {machine: b, in: r}\nplaces:\n  - {id: r, kind: rack}\n")
	s.resolve().want("network_device/b", "located_in", "rack/r", "hard")
}

func TestAnExplanationQuotesTheRowsAndTheDoubts(t *testing.T) {
	s, a, b := pair(t)
	a.lldp(1, "b", macB, "Gi0/2")
	a.lldp(3, "c", macC, "Gi0/1")
	b.cdp(4, "a", "Gi0/4", "")
	s.declare("decisions:\n  - {action: deny, from: a, relation: link, to: c, who: kim, when: 2026-03-02, why: gone}\n")
	r := s.resolve()

	x, err := graph.Explain(r.Snapshot, "network_device/a", "network_device/b")
	if err != nil {
		t.Fatal(err)
	}
	var said []string
	quoted := false
	for _, st := range x.Statements {
		said = append(said, string(st.Kind)+" "+st.Subject+" "+st.Key)
		for _, e := range st.Evidence {
			quoted = quoted || e.Target == "10.0.0.1" && e.Value == "b"
		}
	}
	for _, want := range []string{
		"component link/a:Gi0_1--b:Gi0_2 ", "note link/a:Gi0_1--b:Gi0_2 unconfirmed", "component link/a:Gi0_4--b:Gi0_4 ",
		"relation link/a:Gi0_1--b:Gi0_2 joins interface/b:Gi0_2 ",
	} {
		if !slices.Contains(said, want) {
			t.Errorf("not said: %q in %q", want, said)
		}
	}
	if !quoted {
		t.Error("the row is not quoted")
	}

	x, err = graph.Explain(r.Snapshot, "network_device/a", "network_device/c")
	if err != nil {
		t.Fatal(err)
	}
	if len(x.Statements) == 0 || x.Statements[0].Key != "denied" || len(x.Statements[0].Evidence) < 2 {
		t.Errorf("a denied link is explained by %+v", x.Statements)
	}
	if _, err = graph.Explain(r.Snapshot, "network_device/zz", ""); err == nil {
		t.Error("an unknown component is explained")
	}
}

func TestAKindThatIsDeclaredCounts(t *testing.T) {
	s := &site{t: t}
	s.at("10.0.0.1").server("box").port(1, "e0", "")
	s.declare("machines:\n  - {machine: box, kind: network_device}\n")
	r := s.resolve()
	r.wantIDs("machines", r.machines(), []string{"network_device/box"})
	if n := r.wantNote("network_device/box", "kind.declared"); !slices.Equal(n.Args, []string{"server", "network_device"}) {
		t.Errorf("%+v", n)
	}
}

func TestAGuestHasNoCableOfItsOwn(t *testing.T) {
	s, a, _ := pair(t)
	s.at("10.0.0.10").server("vm").port(1, "eth0", "02:00:00:00:00:10")
	s.at("10.0.0.11").server("host").port(1, "eth0", "02:00:00:00:00:11")
	a.learn(1, "02:00:00:00:00:10").learn(1, "02:00:00:00:00:11")
	s.declare("machines:\n  - {machine: vm, virtual: true, host: host}\n")
	r := s.resolve()
	r.wantIDs("links", r.ids(graph.Link), []string{"link/a:Gi0_1--host:eth0"})
	r.want("server/vm", "runs_on", "server/host", "hard")
}

// said gives the lines of inventories that a relation rests on.
func (r *result) said(relation string) string {
	r.Helper()
	from, rest, _ := strings.Cut(relation, " ")
	typ, to, _ := strings.Cut(rest, " ")
	_, rel := r.relation(from, typ, to)
	if rel == nil {
		r.Errorf("there is no %s", relation)
		return ""
	}
	var said []string
	for _, ref := range rel.Evidence {
		if e, _ := r.EvidenceOf(ref); e.Target == "inventory" {
			said = append(said, e.Value)
		}
	}
	return strings.Join(said, "\n")
}

func TestADeclaredRelationRestsOnTheLineThatSaysIt(t *testing.T) {
	s := newSite(t)
	s.at("10.0.0.1").device("sw").port(1, "Gi0/1", "00:11:22:00:00:01")
	r := s.declare(`
places:
  - id: room
    kind: room
  - id: rack
    kind: rack
    in: room
power:
  - id: feed
    type: feed
  - id: ups
    type: ups
    from: [feed]
    in: room
access_zones:
  - id: citizens
    name: "password: hunter2hunter2"
    attached_to:
      - sw:Gi0/1
services:
  - id: minwon
    grade: 1
    entered_at: [10.0.0.10]
    used_from:
      - citizens
    requires:
      - web
      - auth
  - id: auth
machines:
  - machine: web
    kind: server
    in: rack
    power:
      - ups
      - feed
    host: hyper
    attached_to: [sw]
    requires:
      - db1
  - machine: db1
pairs:
  - id: dbs
    k: 1
    members:
      - db1
      - db2
    used_by: [web]
decisions:
  - action: confirm
    from: db2
    relation: requires
    to: web
    who: kim
    when: 2026-03-02
    why: asked
`).resolve()
	for relation, want := range map[string]string{
		"rack/rack located_in room/room":                      "in: room",
		"power_source/ups powered_by power_source/feed":       "from: [feed]",
		"power_source/ups located_in room/room":               "in: room",
		"access_zone/citizens attached_to interface/sw:Gi0_1": "- sw:Gi0/1",
		"service/minwon entered_at endpoint/10.0.0.10":        "entered_at: [10.0.0.10]",
		"service/minwon used_from access_zone/citizens":       "- citizens",
		"service/minwon requires server/web":                  "- web",
		"service/minwon requires service/auth":                "- auth",
		"server/web located_in rack/rack":                     "in: rack",
		"server/web powered_by redundancy_group/power-web":    "- ups\n- feed",
		"redundancy_group/power-web member power_source/feed": "- feed",
		"server/web runs_on server/hyper":                     "host: hyper",
		"server/web attached_to network_device/sw":            "attached_to: [sw]",
		"server/web requires server/db1":                      "- db1",
		"redundancy_group/dbs member server/db2":              "- db2",
		"server/web uses redundancy_group/dbs":                "used_by: [web]",
		"server/db2 requires server/web":                      "- action: confirm\nfrom: db2\nrelation: requires\nto: web\nwho: kim\nwhen: 2026-03-02\nwhy: asked",
	} {
		if got := r.said(relation); got != want {
			t.Errorf("%s rests on %q, want %q", relation, got, want)
		}
	}
	for _, e := range r.Evidence {
		if strings.Contains(e.Value, "hunter2") {
			t.Errorf("a secret is cited: %+v", e)
		}
	}
	if got := r.component("service/minwon").Evidence; len(got) != 2 {
		t.Errorf("the service rests on %v, want the lines of its ID and its grade", got)
	}
}
