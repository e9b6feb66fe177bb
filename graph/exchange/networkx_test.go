package exchange_test

import (
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"gujo/graph"
	"gujo/graph/compile"
	"gujo/graph/exchange"
)

// python gives the interpreter that has networkx. Debian's is tried too, where
// another comes first in the path.
func python(t testing.TB) string {
	t.Helper()
	name := findPython()
	if name == "" {
		missing(t, "python3-networkx")
	}
	return name
}

var findPython = sync.OnceValue(func() string {
	for _, name := range []string{"python3", "/usr/bin/python3"} {
		if exec.Command(name, "-c", "import networkx").Run() == nil {
			return name
		}
	}
	return ""
})

// missing skips a test for want of a package, or fails where all have to be there.
func missing(t testing.TB, what string) {
	t.Helper()
	if os.Getenv("GUJO_TEST_ALL") == "1" {
		t.Fatal(what, " is missing")
	}
	t.Skip(what, " is missing")
}

// shape is what graph theory says of a network.
type shape struct {
	Points  []string    `json:"points"`  // articulation points, by name
	Bridges [][2]string `json:"bridges"` // counting parallel edges
	Blocks  int         `json:"blocks"`
	Nodes   int         `json:"nodes"`
	Edges   int         `json:"edges"`
}

// shapeOf gives the same out of our own analyses. Points and bridges are what
// parts a network; two devices are in one block if no third alone parts them, so
// there is one block for each part of the network and one more for each piece but
// one that a point's loss leaves of it.
func shapeOf(t testing.TB, s *graph.Snapshot) shape {
	t.Helper()
	a, err := compile.Analyze(s, compile.Options{})
	if err != nil {
		t.Fatal(err)
	}
	n, err := a.Network(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	out := shape{Points: []string{}, Bridges: [][2]string{}}
	for i := range s.Components {
		switch s.Components[i].Kind {
		case graph.NetworkDevice:
			out.Nodes++
		case graph.Link:
			out.Edges++
		}
	}
	var devices []string
	for _, p := range n.Points {
		if p.Confidence != compile.Confirmed {
			t.Errorf("%s is %s", p.Component, p.Confidence)
		}
		c, _ := s.Find(p.Component)
		if p.Kind == graph.NetworkDevice {
			out.Points = append(out.Points, s.Components[c].Identifiers[0])
			devices = append(devices, p.Component)
			continue
		}
		var ends []string
		for i := range s.Relations {
			if r := &s.Relations[i]; r.From == c {
				ends = append(ends, s.Components[r.To].Identifiers[0])
			}
		}
		out.Bridges = append(out.Bridges, [2]string{ends[0], ends[1]})
	}
	// Only links within the network count for blocks.
	out.Blocks = parts(s, "", true)
	for _, d := range devices {
		out.Blocks += parts(s, d, false) - 1
	}
	return out
}

// parts counts the parts of a network. Without a device: how many parts its own
// falls into. linked leaves out devices that nothing joins to others.
func parts(s *graph.Snapshot, without string, linked bool) int {
	parent := make([]int, len(s.Components))
	for i := range parent {
		parent[i] = i
	}
	root := func(x int) int {
		for parent[x] != x {
			x = parent[x]
		}
		return x
	}
	ends := map[int32][]int32{}
	for i := range s.Relations {
		if r := &s.Relations[i]; r.Type == graph.Joins {
			ends[r.From] = append(ends[r.From], r.To)
		}
	}
	near := map[int32]bool{}
	gone, _ := s.Find(without)
	for _, e := range ends {
		if len(e) < 2 {
			continue
		}
		if without != "" && (e[0] == gone || e[1] == gone) {
			near[e[0]], near[e[1]] = true, true
			continue
		}
		near[e[0]], near[e[1]] = near[e[0]] || linked, near[e[1]] || linked
		parent[root(int(e[0]))] = root(int(e[1]))
	}
	roots := map[int]bool{}
	for c := range near {
		if near[c] && (without == "" || c != gone) {
			roots[root(int(c))] = true
		}
	}
	return len(roots)
}

var sorting = cmp.Transformer("sorted", func(s shape) map[string]any {
	points, bridges := map[string]bool{}, map[string]bool{}
	for _, p := range s.Points {
		points[p] = true
	}
	for _, b := range s.Bridges {
		if b[0] > b[1] {
			b[0], b[1] = b[1], b[0]
		}
		bridges[b[0]+" "+b[1]] = true
	}
	return map[string]any{"points": points, "bridges": bridges, "blocks": s.Blocks, "nodes": s.Nodes, "edges": s.Edges}
})

// TestTopologyZooFallsApartAsPublished compares with a table that was made with
// another program.
func TestTopologyZooFallsApartAsPublished(t *testing.T) {
	dir := corpus(t, "graphs/topology-zoo")
	f, err := os.Open(filepath.Join(dir, "expected.tsv"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	r := csv.NewReader(f)
	r.Comma, r.FieldsPerRecord = '\t', -1
	rows, err := r.ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range rows[1:] {
		want := map[string]int{}
		for i, column := range rows[0] {
			if i > 0 && i < len(row) {
				want[column], _ = strconv.Atoi(row[i])
			}
		}
		data, err := os.ReadFile(filepath.Join(dir, row[0]+".graphml"))
		if err != nil {
			t.Fatal(err)
		}
		got := shapeOf(t, readGraphML(t, string(data)))
		// The table counts arcs as the file has them, parallel ones and loops included.
		for what, pair := range map[string][2]int{
			"nodes": {want["nodes"], got.Nodes}, "edges": {want["simple_edges"] + want["parallel"] + want["self_loops"], got.Edges},
			"articulation points": {want["articulation_points"], len(got.Points)},
			"bridges":             {want["bridges_multi"], len(got.Bridges)}, "blocks": {want["blocks"], got.Blocks},
		} {
			if pair[0] != pair[1] {
				t.Errorf("%s: %d %s, want %d", row[0], pair[1], what, pair[0])
			}
		}
	}
}

// TestNetworkxAgreesOnRandomNetworks reads what networkx writes: random networks
// with parallel edges and loops, directed and not.
func TestNetworkxAgreesOnRandomNetworks(t *testing.T) {
	t.Parallel()
	n := 200
	if os.Getenv("GUJO_SOAK") == "1" {
		n = 1000
	}
	dir := t.TempDir()
	out, err := exec.Command(python(t), "-c", `
import collections, json, random, sys
import networkx as nx
for seed in range(int(sys.argv[1])):
    r = random.Random(seed)
    g = nx.MultiDiGraph() if seed % 4 == 3 else nx.MultiGraph()
    n = r.randint(1, 24)
    g.add_nodes_from("n%d" % i for i in range(n))
    for _ in range(r.randint(0, int(n * r.choice((0.8, 1.2, 1.8))))):
        u = r.randrange(n)
        v = u if r.random() < 0.1 else min(n - 1, max(0, u + r.randint(-3, 3))) if r.random() < 0.7 else r.randrange(n)
        for _ in range(1 if r.random() < 0.8 else r.randint(2, 3)):
            g.add_edge("n%d" % u, "n%d" % v, speed=r.choice((1, 10)))
    for i, v in enumerate(g):
        if r.random() < 0.7:
            g.nodes[v]["label"] = r.choice(("Seoul", "Busan", "코어 <1>", "x%d" % i))
        g.nodes[v]["lat"] = r.random()
    nx.write_graphml(g, "%s/%d.graphml" % (sys.argv[2], seed))
    simple, times = nx.Graph(), collections.Counter()
    simple.add_nodes_from(g)
    for u, v in g.edges():
        if u != v:
            simple.add_edge(u, v)
            times[frozenset((u, v))] += 1
    print(json.dumps({
        "points": ["node:" + v for v in nx.articulation_points(simple)],
        "bridges": [["node:" + u, "node:" + v] for u, v in nx.bridges(simple) if times[frozenset((u, v))] == 1],
        "blocks": len(list(nx.biconnected_components(simple))),
        "nodes": g.number_of_nodes(), "edges": g.number_of_edges()}))
`, strconv.Itoa(n), dir).Output()
	if err != nil {
		t.Fatal(err)
	}
	lines := bytes.Split(bytes.TrimSpace(out), []byte("\n"))
	if len(lines) != n {
		t.Fatalf("%d networks, want %d", len(lines), n)
	}
	var sum shape
	for i, line := range lines {
		var want shape
		if err := json.Unmarshal(line, &want); err != nil {
			t.Fatal(err)
		}
		data, err := os.ReadFile(filepath.Join(dir, strconv.Itoa(i)+".graphml"))
		if err != nil {
			t.Fatal(err)
		}
		got := shapeOf(t, readGraphML(t, string(data)))
		if diff := cmp.Diff(want, got, sorting); diff != "" {
			t.Errorf("network %d (-networkx +ours):\n%s\n%s", i, diff, data)
		}
		sum.Blocks += want.Blocks
		sum.Nodes += len(want.Points)
		sum.Edges += len(want.Bridges)
	}
	t.Logf("%d networks: %d points, %d bridges, %d blocks", n, sum.Nodes, sum.Edges, sum.Blocks)
	if sum.Nodes < n || sum.Edges < n || sum.Blocks < n {
		t.Error("they hardly fall apart")
	}
}

func TestNetworkxReadsWhatIsExported(t *testing.T) {
	t.Parallel()
	s := sample(t)
	var b bytes.Buffer
	if err := exchange.WriteGraphML(&b, s); err != nil {
		t.Fatal(err)
	}
	var again bytes.Buffer
	if err := exchange.WriteGraphML(&again, s); err != nil || !bytes.Equal(b.Bytes(), again.Bytes()) {
		t.Errorf("written again, the bytes differ: %v", err)
	}
	cmd := exec.Command(python(t), "-c", `
import json, sys
import networkx as nx
g = nx.read_graphml(sys.stdin.buffer)
print(json.dumps({
    "graph": dict(g.graph),
    "nodes": {v: d for v, d in g.nodes(data=True)},
    "edges": sorted([u, d["relation"], v, d["strength"], d.get("attr.active")] for u, v, d in g.edges(data=True))}, default=str))
`)
	cmd.Stdin = &b
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	var got struct {
		Nodes map[string]map[string]any
		Edges [][]any
	}
	if err := json.Unmarshal(out, &got); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	if len(got.Nodes) != len(s.Components) || len(got.Edges) != len(s.Relations) {
		t.Errorf("%d nodes and %d edges, want %d and %d", len(got.Nodes), len(got.Edges), len(s.Components), len(s.Relations))
	}
	edges := map[string]bool{}
	for _, e := range got.Edges {
		edges[fmt.Sprint(e[:4]...)] = true
		if e[4] != false {
			t.Errorf("edge %v: active is %v", e, e[4])
		}
	}
	for i := range s.Relations {
		r := &s.Relations[i]
		if e := []any{s.Components[r.From].ID, r.Type.String(), s.Components[r.To].ID, r.Strength.String()}; !edges[fmt.Sprint(e...)] {
			t.Errorf("no edge %v", e)
		}
	}
	awkward := strings.Map(func(r rune) rune {
		if r == '\u0001' {
			return '\ufffd' // which XML does not have
		}
		return r
	}, s.Components[0].Name)
	for i := range s.Components {
		c := &s.Components[i]
		n := got.Nodes[c.ID]
		want := map[string]any{"kind": c.Kind.String()}
		if c.Name != "" {
			want["name"] = awkward
		}
		if c.State != graph.NotObserved {
			want["state"] = c.State.String()
		}
		if len(c.Attrs) > 1 {
			want["attr.text"], want["attr.yes"], want["attr.float"], want["attr.list"] = awkward, true, 1e21, `["b","a",`
			want["identifiers"] = `["address:default~10.0.0.1","serial:FOC1"]`
		}
		if g := c.Group; g != nil && g.K > 0 {
			want["k"], want["designed"], want["technology"] = float64(g.K), float64(g.Designed), g.Technology
		}
		for key, v := range want {
			if text, ok := n[key].(string); key == "attr.list" && ok {
				n[key] = text[:min(len(text), 9)]
			}
			if n[key] != v {
				t.Errorf("%s: %s is %#v, want %#v", c.ID, key, n[key], v)
			}
		}
	}
}
