package samples_test

import (
	"bytes"
	"fmt"
	"io/fs"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/goccy/go-yaml"
	"github.com/google/go-cmp/cmp"

	"gujo/discovery"
	"gujo/discovery/evidence"
	"gujo/discovery/inventory"
	"gujo/discovery/replay"
	"gujo/discovery/resolve"
	"gujo/discovery/snmp"
	"gujo/discovery/sources"
	"gujo/graph"
	"gujo/rules"
	"gujo/samples"
)

// verdicts is what a diagnosis says, a line each: "RULE subject subject" of what
// fails and of what could not be judged, "target reason" of what was not read.
type verdicts struct{ Fail, Unknown, Unread []string }

// known is the list that is shipped with the site.
func known(t *testing.T) verdicts {
	t.Helper()
	type judged struct {
		Rule     string
		Subjects []string
		Why      string
	}
	var list struct {
		Defects, Unknown []judged
		Unread           []struct{ Target, Reason, Why string }
	}
	if err := yaml.UnmarshalWithOptions(samples.Defects, &list, yaml.Strict()); err != nil {
		t.Fatalf("defects.yaml: %v", err)
	}
	lines := func(list []judged) []string {
		var out []string
		for _, j := range list {
			if j.Rule == "" || len(j.Subjects) == 0 || j.Why == "" {
				t.Errorf("defects.yaml: rule, subjects or reason is missing: %+v", j)
			}
			out = append(out, j.Rule+" "+strings.Join(j.Subjects, " "))
		}
		return out
	}
	v := verdicts{Fail: lines(list.Defects), Unknown: lines(list.Unknown)}
	for _, u := range list.Unread {
		if u.Why == "" {
			t.Errorf("defects.yaml: %s: why?", u.Target)
		}
		v.Unread = append(v.Unread, u.Target+" "+u.Reason)
	}
	return v
}

// judge runs the default pack, as it is shipped.
func judge(t *testing.T, s *graph.Snapshot) verdicts {
	t.Helper()
	d, err := rules.Run(t.Context(), s, []*rules.Pack{rules.Default()}, rules.RunOptions{})
	if err != nil {
		t.Fatal(err)
	}
	var v verdicts
	for _, f := range d.Findings {
		line := f.Rule + " " + strings.Join(f.Subjects, " ")
		switch f.Verdict {
		case rules.Fail:
			v.Fail = append(v.Fail, line)
		case rules.Unknown, rules.Error:
			v.Unknown = append(v.Unknown, line)
		}
	}
	for _, g := range d.Coverage.Gaps {
		v.Unread = append(v.Unread, g.Target+" "+g.Reason)
	}
	return v
}

func (v verdicts) diff(other verdicts) string { return cmp.Diff(v, other, sortLines) }

var sortLines = cmp.Transformer("sorted", func(lines []string) map[string]int {
	// Told twice is not told once.
	out := map[string]int{}
	for _, l := range lines {
		out[l]++
	}
	return out
})

func read(t *testing.T, path string) sources.Contents {
	t.Helper()
	b, err := evidence.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer b.Close()
	if err := b.Verify(); err != nil {
		t.Fatal(err)
	}
	c, err := sources.Read(b)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func snapshot(t *testing.T, c sources.Contents) *graph.Snapshot {
	t.Helper()
	s, err := resolve.Resolve(resolve.Input{Readings: c.Readings, Inventories: c.Inventories})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func put(t *testing.T, name string, data []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func recording(t *testing.T) sources.Contents {
	t.Helper()
	return read(t, put(t, "site.bundle.zip", samples.Bundle))
}

// crawled answers for the recorded machines over UDP, and crawls them from the
// seed of the inventory.
func crawled(t *testing.T) sources.Contents {
	t.Helper()
	b, err := evidence.Open(put(t, "site.bundle.zip", samples.Bundle))
	if err != nil {
		t.Fatal(err)
	}
	defer b.Close()
	agents, err := replay.FromBundle(b)
	if err != nil {
		t.Fatal(err)
	}
	server, err := replay.Start(agents, replay.Options{Community: "replayed"})
	if err != nil {
		t.Fatal(err)
	}
	defer server.Close()

	where := put(t, "inventory.yaml", samples.Inventory)
	inv, err := inventory.Load(where)
	if err != nil {
		t.Fatal(err)
	}
	credential, err := snmp.NewCredential(inventory.Credential{Name: "replayed", SNMP: "v2c"},
		inventory.Keys{Community: inventory.NewSecret("replayed")})
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "crawled.bundle.zip")
	w, err := evidence.Create(path, evidence.Manifest{Created: time.Now(), Zone: inv.Zone})
	if err != nil {
		t.Fatal(err)
	}
	if err := sources.AddInventory(w, where, inv.Zone); err != nil {
		t.Fatal(err)
	}
	var targets []discovery.Target
	for _, x := range inv.Targets {
		targets = append(targets, discovery.Target{Zone: inv.Zone, Address: netip.MustParseAddr(x.Address), Name: x.Name})
	}
	runner := discovery.Runner{Sink: w, Scope: inv.Scope, Crawl: true,
		Collector: &snmp.Collector{Credentials: []snmp.Credential{credential}, Dialer: server}}
	if _, err := runner.Run(t.Context(), targets); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return read(t, path)
}

// lookPath finds a program also where only root looks.
func lookPath(program string) (string, error) {
	path, err := exec.LookPath(program)
	if err != nil {
		path, err = exec.LookPath(filepath.Join("/usr/sbin", program))
	}
	return path, err
}

func lacks(t *testing.T, program string) {
	t.Helper()
	if os.Getenv("GUJO_TEST_ALL") == "1" {
		t.Fatalf("%s is not installed", program)
	}
	t.Skipf("needs %s", program)
}

func TestTheRecordingHasExactlyTheKnownDefects(t *testing.T) {
	want := known(t)
	for name, contents := range map[string]func(*testing.T) sources.Contents{
		"imported": recording, "replayed over UDP and crawled": crawled,
	} {
		t.Run(name, func(t *testing.T) {
			if d := want.diff(judge(t, snapshot(t, contents(t)))); d != "" {
				t.Errorf("known and found differ (-known +found):\n%s", d)
			}
		})
	}
}

func TestACrawlOfTheReplayFindsTheRecordedGraph(t *testing.T) {
	if d := cmp.Diff(drawing(snapshot(t, recording(t))), drawing(snapshot(t, crawled(t)))); d != "" {
		t.Errorf("imported and crawled differ (-imported +crawled):\n%s", d)
	}
}

// drawing is all of a graph but where it is known from, a line for each
// component and relation.
func drawing(s *graph.Snapshot) []string {
	var out []string
	for i := range s.Components {
		c := &s.Components[i]
		line := fmt.Sprintf("%s %q %v %v %v", c.ID, c.Name, c.State, c.Attrs, c.Identifiers)
		if c.Group != nil {
			line += fmt.Sprintf(" %+v", *c.Group)
		}
		out = append(out, line)
	}
	for i := range s.Relations {
		r := &s.Relations[i]
		out = append(out, fmt.Sprintf("%s %v %s %v %v", s.Components[r.From].ID, r.Type, s.Components[r.To].ID, r.Strength, r.Attrs))
	}
	return out
}

// A test that could not fail would say nothing: with a defect mended its finding
// is gone and all others stay, and with one planted it is there.
func TestOneDefectIsOneFinding(t *testing.T) {
	for _, test := range []struct {
		name, old, changed string
		gone, come         []string
	}{
		{"the second supply of web1 on UPS 2",
			"{machine: web1, in: r1-b, power: [ups-1, ups-1]", "{machine: web1, in: r1-b, power: [ups-1, ups-2]",
			[]string{"PWR-01 server/web1"}, nil},
		{"gw2 in a rack of its own",
			"{machine: gw2, kind: network_device, in: r1-a", "{machine: gw2, kind: network_device, in: r2-b",
			[]string{"DIV-01 redundancy_group/vrrp-10.20.0.1", "DIV-01 redundancy_group/vrrp-10.20.10.1"}, nil},
		{"single sign-on graded as what needs it", "grade: 3", "grade: 1", []string{"DEP-01 service/auth"}, nil},
		{"the citizens attached to both gateways",
			`["edge1:br0"]`, `["gw1:eth0", "gw2:eth0"]`, []string{"SPOF-NET-01 network_device/edge1"}, nil},
		{"no need for the database", "requires: [db1, auth]", "requires: [auth]", []string{"SPOF-SRV-01 server/db1"}, nil},
		{"both supplies of web2 on UPS 2",
			"{machine: web2, in: r2-a, power: [ups-1, ups-2]", "{machine: web2, in: r2-a, power: [ups-2, ups-2]",
			nil, []string{"PWR-01 server/web2"}},
		{"web2 in the rack of web1", "{machine: web2, in: r2-a", "{machine: web2, in: r1-b",
			nil, []string{"DIV-01 redundancy_group/vrrp-10.20.0.80"}},
		{"dns2 in the rack of dns1", "{machine: dns2, in: r2-a", "{machine: dns2, in: r1-b",
			nil, []string{"DIV-01 redundancy_group/resolvers"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			c := recording(t)
			if n := bytes.Count(samples.Inventory, []byte(test.old)); n != 1 || len(c.Inventories) != 1 {
				t.Fatalf("%q stands %d times in the inventory, of which the recording holds %d", test.old, n, len(c.Inventories))
			}
			before := judge(t, snapshot(t, c))
			inv, err := inventory.Parse("inventory.yaml", bytes.Replace(samples.Inventory, []byte(test.old), []byte(test.changed), 1))
			if err != nil {
				t.Fatal(err)
			}
			inv.Ref, inv.Read = c.Inventories[0].Ref, c.Inventories[0].Read
			c.Inventories[0] = inv
			if d := before.changed(test.gone, test.come).diff(judge(t, snapshot(t, c))); d != "" {
				t.Errorf("-wanted +found:\n%s", d)
			}
		})
	}
}

// changed leaves out failures that are gone, and adds those that come.
func (v verdicts) changed(gone, come []string) verdicts {
	var fail []string
	for _, line := range v.Fail {
		stays := true
		for _, g := range gone {
			stays = stays && line != g
		}
		if stays {
			fail = append(fail, line)
		}
	}
	if len(fail)+len(gone) != len(v.Fail) {
		fail = append(fail, "what should be gone was not there")
	}
	v.Fail = append(fail, come...)
	return v
}

func TestTheRecordingWasMadeWithTheInventoryThatIsShipped(t *testing.T) {
	b, err := evidence.Open(put(t, "site.bundle.zip", samples.Bundle))
	if err != nil {
		t.Fatal(err)
	}
	defer b.Close()
	want, _ := inventory.Redact(samples.Inventory)
	for _, e := range b.Entries() {
		if e.Format != sources.FormatInventory {
			continue
		}
		got, err := b.Read(e)
		if err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(string(want), string(got)); d != "" {
			t.Errorf("-shipped +recorded:\n%s", d)
		}
		return
	}
	t.Error("the recording has no inventory")
}

func TestTheSamplesAreSmall(t *testing.T) {
	const limit = 20 << 20
	var sum int64
	err := filepath.WalkDir(".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		info, err := d.Info()
		if err == nil {
			sum += info.Size()
		}
		return err
	})
	if err != nil || sum == 0 || sum > limit {
		t.Errorf("samples/ has %d bytes, more than %d (%v)", sum, limit, err)
	}
}
