package exchange_test

import (
	"bytes"
	"context"
	"encoding/xml"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"gujo/graph"
	"gujo/graph/compile"
	"gujo/graph/compile/brute"
	"gujo/graph/exchange"
)

// scramCuts gives the minimal cuts of every top of a file, as SCRAM finds them:
// top → cuts, by the identifiers in the file.
func scramCuts(t testing.TB, file string) map[string][]string {
	t.Helper()
	scram, err := exec.LookPath("scram")
	if err != nil {
		missing(t, "scram")
	}
	out, err := exec.Command(scram, "-l", "3", file).Output()
	if err != nil {
		var e *exec.ExitError
		if data, _ := os.ReadFile(file); errors.As(err, &e) {
			t.Fatalf("scram: %s\n%s", e.Stderr, data)
		}
		t.Fatal(err)
	}
	var report struct {
		Tops []struct {
			Name     string `xml:"name,attr"`
			Products []struct {
				Events []struct {
					Name string `xml:"name,attr"`
				} `xml:"basic-event"`
			} `xml:"product"`
		} `xml:"results>sum-of-products"`
	}
	if err := xml.Unmarshal(out, &report); err != nil {
		t.Fatal(err)
	}
	cuts := map[string][]string{}
	for _, top := range report.Tops {
		list := []string{}
		for _, p := range top.Products {
			var names []string
			for _, e := range p.Events {
				names = append(names, e.Name)
			}
			slices.Sort(names)
			list = append(list, strings.Join(names, " + "))
		}
		slices.Sort(list)
		cuts[top.Name] = list
	}
	return cuts
}

// labels gives what the identifiers in a file stand for: those of tops and of events.
func labels(t testing.TB, data []byte) (tops, events map[string]string) {
	t.Helper()
	type named struct {
		Name  string `xml:"name,attr"`
		Label string `xml:"label"`
	}
	var file struct {
		Trees []struct {
			Gates []named `xml:"define-gate"`
		} `xml:"define-fault-tree"`
		Events []named `xml:"model-data>define-basic-event"`
	}
	if err := xml.Unmarshal(data, &file); err != nil {
		t.Fatal(err)
	}
	tops, events = map[string]string{}, map[string]string{}
	for _, tr := range file.Trees {
		for _, g := range tr.Gates {
			if g.Label != "" {
				tops[g.Name] = g.Label
			}
		}
	}
	for _, e := range file.Events {
		events[e.Name] = e.Label
	}
	return tops, events
}

// judge writes the trees of all services and compares the cuts that SCRAM finds in
// them with ours; it gives how many there are.
func judge(t *testing.T, name string, s *graph.Snapshot, of ...string) int {
	t.Helper()
	a, err := compile.Analyze(s, compile.Options{Of: of})
	if err != nil {
		t.Fatal(err)
	}
	cuts, err := a.Cuts(context.Background(), 3)
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := exchange.WriteOpenPSA(&b, s, a.Tops(), treeOf(a)); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "tree.xml")
	if err := os.WriteFile(file, b.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	found := scramCuts(t, file)
	tops, events := labels(t, b.Bytes())
	want, got, n := map[string][]string{}, map[string][]string{}, 0
	for top, list := range found {
		ids := []string{}
		for _, cut := range list {
			names := strings.Split(cut, " + ")
			for i, e := range names {
				names[i] = events[e]
			}
			slices.Sort(names)
			ids = append(ids, strings.Join(names, " + "))
		}
		slices.Sort(ids)
		got[tops[top]] = ids
	}
	for _, sc := range cuts.Services {
		if !sc.Modelled {
			delete(got, sc.Service) // nothing is claimed
			continue
		}
		list := []string{}
		for _, c := range sc.Cuts {
			if c.Confidence == compile.Confirmed {
				list = append(list, strings.Join(c.Components, " + "))
			}
		}
		if sc.DownAlready {
			list = []string{""} // nothing has to fail
		}
		slices.Sort(list)
		n += len(list)
		want[sc.Service] = list
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s (-ours +scram):\n%s\n%s", name, diff, b.Bytes())
	}
	return n
}

// sideBySide lays graphs beside each other, with IDs told apart by their number, so
// that SCRAM starts once for all.
func sideBySide(t testing.TB, graphs []*graph.Snapshot) *graph.Snapshot {
	t.Helper()
	var b graph.Builder
	for n, g := range graphs {
		id := func(c int32) string {
			kind, name, _ := strings.Cut(g.Components[c].ID, "/")
			return fmt.Sprintf("%s/%03d-%s", kind, n, name)
		}
		for i, c := range g.Components {
			c.ID = id(int32(i))
			if err := b.Add(c, ""); err != nil {
				t.Fatal(err)
			}
		}
		for _, r := range g.Relations {
			if err := b.Relate(id(r.From), r.Type, id(r.To), r, ""); err != nil {
				t.Fatal(err)
			}
		}
	}
	s, err := b.Build(epoch)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestSCRAMFindsOurCutsInExportedCases(t *testing.T) {
	t.Parallel()
	var graphs []*graph.Snapshot
	for _, file := range cases(t) {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		graphs = append(graphs, read(t, filepath.Base(file), data))
	}
	n := judge(t, "the cases", sideBySide(t, graphs))
	t.Logf("%d graphs, %d cuts of orders 1 to 3", len(graphs), n)
	if n < 100 {
		t.Errorf("%d cuts compared only", n)
	}
}

func TestSCRAMFindsOurCutsInExportedRandomNetworks(t *testing.T) {
	t.Parallel()
	count := uint64(100)
	if os.Getenv("GUJO_SOAK") == "1" {
		count = 3000
	}
	n := 0
	for seed := uint64(0); seed < count; {
		var graphs []*graph.Snapshot
		for ; len(graphs) < 50; seed++ {
			graphs = append(graphs, brute.Generate(10_000+seed))
		}
		n += judge(t, "random networks", sideBySide(t, graphs))
	}
	t.Logf("%d networks: %d cuts of orders 1 to 3", count, n)
	if n < int(count) {
		t.Errorf("%d cuts compared only", n)
	}
}

// TestSCRAMFindsTheSameInATreeThatCameAndWent imports trees that others wrote,
// exports them and lets SCRAM solve both.
func TestSCRAMFindsTheSameInATreeThatCameAndWent(t *testing.T) {
	t.Parallel()
	dir := corpus(t, "graphs/fault-trees")
	for name := range trees(t) {
		data, err := os.ReadFile(filepath.Join(dir, name+".xml"))
		if err != nil {
			t.Fatal(err)
		}
		s := readPSA(t, name, string(data))
		top := topOf(t, s)
		a, err := compile.Analyze(s, compile.Options{Of: []string{top}})
		if err != nil {
			t.Fatal(err)
		}
		var b bytes.Buffer
		if err := exchange.WriteOpenPSA(&b, s, a.Tops(), treeOf(a)); err != nil {
			t.Fatal(err)
		}
		file := filepath.Join(t.TempDir(), name+".xml")
		if err := os.WriteFile(file, b.Bytes(), 0o600); err != nil {
			t.Fatal(err)
		}
		begin := time.Now()
		want := scramCuts(t, filepath.Join(dir, name+".xml"))
		middle := time.Now()
		got := scramCuts(t, file)
		t.Logf("%s: SCRAM takes %v for the tree and %v for ours", name, middle.Sub(begin).Round(time.Millisecond), time.Since(middle).Round(time.Millisecond))
		gate := strings.TrimPrefix(top, "gate/")
		if diff := cmp.Diff(want[gate], got[gate]); diff != "" || len(want[gate]) == 0 {
			t.Errorf("%s (-as it came +as it went): %d cuts\n%s", name, len(want[gate]), diff)
		}
	}
}
