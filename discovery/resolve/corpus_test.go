package resolve_test

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"gujo/discovery"
	"gujo/discovery/evidence"
	"gujo/discovery/resolve"
	"gujo/discovery/snmp"
	"gujo/graph"
	"gujo/samples/outside"
)

// network is what is known of a recorded network, computed by somebody else.
type network struct {
	Devices    []string   `json:"devices"`
	LLDP       [][]string `json:"lldp_rows"`
	CDP        [][]string `json:"cdp_rows"`
	OSPF       [][]string `json:"ospf_rows"`
	Outside    [][]string `json:"neighbours_outside_the_walks"`
	Points     []string   `json:"articulation_points"`
	Components [][]string `json:"connected_components"`
}

type recorded struct {
	readings []discovery.Reading
	expected network
	snapshot *graph.Snapshot
}

var recordings = struct {
	sync.Mutex
	by map[string]*recorded
}{by: map[string]*recorded{}}

// record reads a recorded network once for all tests.
func record(t *testing.T, name string) *recorded {
	t.Helper()
	recordings.Lock()
	defer recordings.Unlock()
	if r := recordings.by[name]; r != nil {
		return r
	}
	dir := outside.Shared(t, "corpora/snmp-networks/"+name)
	files, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	r := &recorded{}
	for _, f := range files {
		data, err := os.ReadFile(filepath.Join(dir, f.Name()))
		if err != nil {
			t.Fatal(err)
		}
		if f.Name() == "expected.json" {
			if err := json.Unmarshal(data, &r.expected); err != nil {
				t.Fatal(err)
			}
			continue
		}
		sum := sha256.Sum256(data)
		e := evidence.Entry{Name: f.Name(), Collector: "file", Format: snmp.FormatSnmpwalk, Zone: "default", Target: f.Name(), Outcome: evidence.Complete,
			Collected: time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC), Digest: "sha256:" + hex.EncodeToString(sum[:]), Size: int64(len(data))}
		r.readings = append(r.readings, snmp.Interpret([]snmp.EntryData{{Entry: e, Data: data}}))
	}
	if r.snapshot, err = resolve.Resolve(resolve.Input{Readings: r.readings}); err != nil {
		t.Fatal(err)
	}
	recordings.by[name] = r
	return r
}

// wires are the links of a snapshot as pairs of machines, with the ports.
type wire struct{ a, aPort, b, bPort string }

func wires(s *graph.Snapshot) []wire {
	v := graph.NewView(s)
	var list []wire
	for i := range s.Components {
		c := &s.Components[i]
		if c.Kind != graph.Link || c.Attrs.IsTrue("aggregate") {
			continue
		}
		var ends [][2]string
		for _, rel := range v.OutOf(int32(i), graph.Joins) {
			ends = append(ends, endOf(v, rel.To))
		}
		for x := range ends {
			for y := range ends {
				if x != y {
					list = append(list, wire{ends[x][0], ends[x][1], ends[y][0], ends[y][1]})
				}
			}
		}
	}
	return list
}

func endOf(v *graph.View, at int32) [2]string {
	c := &v.Components[at]
	if c.Kind != graph.Interface {
		return [2]string{c.Name, ""}
	}
	for n := at; ; {
		up := v.OutOf(n, graph.PartOf)
		if len(up) == 0 {
			return [2]string{v.Components[n].Name, c.ID}
		}
		n = up[0].To
	}
}

// port finds what an expected row calls a port: an ifIndex, an LLDP port number
// or a name.
func (w wire) touches(a, b string) bool { return w.a == a && w.b == b }

func TestEveryNeighbourRowOfARecordedNetworkIsALink(t *testing.T) {
	for _, name := range []string{"nms17216", "nms8000", "nms101", "nms10205b"} {
		t.Run(name, func(t *testing.T) {
			r := record(t, name)
			links := wires(r.snapshot)
			for _, row := range append(slices.Clone(r.expected.LLDP), r.expected.CDP...) {
				local, index, remote, port := row[0], row[1], row[2], row[3]
				found := false
				for _, w := range links {
					if !w.touches(local, remote) {
						continue
					}
					near, far := interfaceOf(t, r.snapshot, w.aPort), interfaceOf(t, r.snapshot, w.bPort)
					nearFits := near.Attrs.Text("if_index") == index || portNumber(near) == index
					farFits := far.Name == port || far.Attrs.Text("descr") == port || far.Attrs.Text("if_index") == port
					found = found || nearFits && farFits
				}
				if !found {
					t.Errorf("no link for the row %v", row)
				}
			}
			adjacent := map[[2]string]bool{}
			for _, row := range slices.Concat(r.expected.LLDP, r.expected.CDP) {
				adjacent[[2]string{row[0], row[2]}], adjacent[[2]string{row[2], row[0]}] = true, true
			}
			for _, row := range r.expected.OSPF {
				adjacent[[2]string{row[0], row[1]}], adjacent[[2]string{row[1], row[0]}] = true, true
			}
			for _, w := range links {
				if slices.Contains(r.expected.Devices, w.a) && slices.Contains(r.expected.Devices, w.b) && !adjacent[[2]string{w.a, w.b}] {
					t.Errorf("there is a link between %s and %s, which no row tells of", w.aPort, w.bPort)
				}
			}
		})
	}
}

// portNumber gives the number of a port in its own name: LLDP counts Gi0/10 as 10.
func portNumber(c *graph.Component) string {
	return c.Name[strings.LastIndexByte(c.Name, '/')+1:]
}

func interfaceOf(t *testing.T, s *graph.Snapshot, id string) *graph.Component {
	t.Helper()
	i, ok := s.Find(id)
	if !ok {
		return &graph.Component{}
	}
	return &s.Components[i]
}

func TestEveryDeviceOfARecordedNetworkIsThereOnce(t *testing.T) {
	for _, name := range []string{"nms17216", "nms8000", "nms101", "nms10205b"} {
		t.Run(name, func(t *testing.T) {
			r := record(t, name)
			want := map[string]int{}
			for _, d := range r.expected.Devices {
				want[d] = 1
			}
			got := map[string]int{}
			for i := range r.snapshot.Components {
				c := &r.snapshot.Components[i]
				if c.Kind == graph.NetworkDevice || c.Kind == graph.Server || c.Kind == graph.External {
					if _, read := r.snapshot.CoverageOf(c.ID); read {
						got[c.Name]++
					}
				}
			}
			for d := range want {
				if got[d] != 1 {
					t.Errorf("%s is there %d times, want once", d, got[d])
				}
			}
			if len(got) != len(want) {
				t.Errorf("%d machines, want %d: %v", len(got), len(want), got)
			}
		})
	}
}

func TestTheAddressConflictOfARecordedNetworkIsNamed(t *testing.T) {
	s := record(t, "nms101").snapshot
	for _, c := range s.Conflicts {
		if c.Attribute != "address" || c.Component != "network_device/cisco1700" {
			continue
		}
		var holders []string
		for _, v := range c.Values {
			if v.Value == "10.1.5.1" && v.Evidence != "" {
				holders = append(holders, v.Source)
			}
		}
		if !slices.Equal(holders, []string{"network_device/cisco1700", "network_device/cisco2691"}) {
			t.Errorf("10.1.5.1 is held by %v", holders)
		}
		return
	}
	t.Errorf("no conflict about the address: %+v", s.Conflicts)
}

// The articulation points of the links and of nothing else are those that
// somebody else computed.
func TestTheLinksOfARecordedNetworkHaveItsArticulationPoints(t *testing.T) {
	for _, name := range []string{"nms17216", "nms8000", "nms101", "nms10205b"} {
		t.Run(name, func(t *testing.T) {
			r := record(t, name)
			next := map[string][]string{}
			for _, w := range wires(r.snapshot) {
				if slices.Contains(r.expected.Devices, w.a) && slices.Contains(r.expected.Devices, w.b) && w.a != w.b {
					next[w.a] = append(next[w.a], w.b)
				}
			}
			count := func(without string) int {
				seen := map[string]bool{without: true}
				n := 0
				for d := range next {
					if seen[d] {
						continue
					}
					n++
					for todo := []string{d}; len(todo) > 0; {
						x := todo[0]
						todo = todo[1:]
						if !seen[x] {
							seen[x] = true
							todo = append(todo, next[x]...)
						}
					}
				}
				return n
			}
			whole := count("")
			var got []string
			for d := range next {
				if count(d) > whole {
					got = append(got, d)
				}
			}
			slices.Sort(got)
			if !slices.Equal(got, r.expected.Points) {
				t.Errorf("articulation points %v, want %v", got, r.expected.Points)
			}
		})
	}
}

func TestTheOrderOfInputDoesNotMatterToARecordedNetwork(t *testing.T) {
	for _, name := range []string{"nms17216", "nms101"} {
		r := record(t, name)
		shuffled := slices.Clone(r.readings)
		slices.Reverse(shuffled)
		for i := range shuffled {
			shuffled[i].Observations = slices.Clone(shuffled[i].Observations)
			slices.Reverse(shuffled[i].Observations)
		}
		again, err := resolve.Resolve(resolve.Input{Readings: shuffled})
		if err != nil {
			t.Fatal(err)
		}
		if again.ID != r.snapshot.ID {
			t.Errorf("%s: another order of input gives another snapshot", name)
		}
	}
}

// Every recorded device resolves by itself, and all of them together: 21
// machines that have nothing to do with one another.
func TestRecordedDevicesStayApart(t *testing.T) {
	dir := outside.Shared(t, "corpora/snmp-devices")
	files, err := filepath.Glob(filepath.Join(dir, "*.snmprec"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no recordings in %s: %v", dir, err)
	}
	var all []discovery.Reading
	for _, f := range files {
		data, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		sum := sha256.Sum256(data)
		e := evidence.Entry{Name: filepath.Base(f), Collector: "file", Format: snmp.FormatSnmprec, Zone: "default", Target: filepath.Base(f),
			Outcome: evidence.Complete, Digest: "sha256:" + hex.EncodeToString(sum[:])}
		reading := snmp.Interpret([]snmp.EntryData{{Entry: e, Data: data}})
		all = append(all, reading)
		s, err := resolve.Resolve(resolve.Input{Readings: []discovery.Reading{reading}})
		if err != nil {
			t.Errorf("%s: %v", e.Name, err)
			continue
		}
		read := 0
		for _, c := range s.Coverage {
			if _, ok := s.Find(c.Component); ok {
				read++
			}
		}
		if read != 1 {
			t.Errorf("%s: %d components were read, want 1", e.Name, read)
		}
	}
	s, err := resolve.Resolve(resolve.Input{Readings: all})
	if err != nil {
		t.Fatal(err)
	}
	if len(s.Coverage) != len(files) {
		t.Errorf("%d machines of %d files", len(s.Coverage), len(files))
	}
	for _, n := range s.Notes {
		if strings.HasPrefix(n.Key, "merged.") {
			t.Errorf("merged: %+v", n)
		}
	}
}
