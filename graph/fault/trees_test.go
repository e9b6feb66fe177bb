package fault

import (
	"bytes"
	"context"
	"encoding/xml"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"
)

// faultTree is an Open-PSA fault tree of and, or and atleast gates as a network.
type faultTree struct {
	net        *Network
	top        int32
	candidates []bool
}

// xmlNode is an element of which only what a tree needs is known.
type xmlNode struct {
	XMLName  xml.Name
	Name     string    `xml:"name,attr"`
	Min      int32     `xml:"min,attr"`
	Children []xmlNode `xml:",any"`
}

func readTree(t testing.TB, data []byte) faultTree {
	t.Helper()
	var root xmlNode
	if err := xml.Unmarshal(data, &root); err != nil {
		t.Fatal(err)
	}
	var b Builder
	var out faultTree
	named := map[string]int32{}
	threshold := []int32{}
	node := func(candidate bool) int32 {
		threshold = append(threshold, 1)
		out.candidates = append(out.candidates, candidate)
		return int32(len(threshold) - 1)
	}
	lookup := func(name string, isEvent bool) int32 {
		v, known := named[name]
		if !known {
			v = node(isEvent)
			named[name] = v
		}
		return v
	}
	var arcs [][2]int32
	isUsed := map[int32]bool{}
	var formula func(v int32, f xmlNode)
	formula = func(v int32, f xmlNode) {
		switch f.XMLName.Local {
		case "and":
			threshold[v] = int32(len(f.Children))
		case "atleast":
			threshold[v] = f.Min
		case "or", "gate", "basic-event":
			threshold[v] = 1
		default:
			t.Fatalf("formula of %q: not known", f.XMLName.Local)
		}
		list := f.Children
		if f.Name != "" {
			list = []xmlNode{f}
		}
		for _, x := range list {
			in := int32(0)
			switch x.XMLName.Local {
			case "gate", "basic-event":
				in = lookup(x.Name, x.XMLName.Local == "basic-event")
			default:
				in = node(false)
				formula(in, x)
			}
			isUsed[in] = true
			arcs = append(arcs, [2]int32{v, in})
		}
	}
	var gates []int32
	var walk func(x xmlNode)
	walk = func(x xmlNode) {
		if x.XMLName.Local == "define-gate" {
			v := lookup(x.Name, false)
			gates = append(gates, v)
			for _, f := range x.Children {
				if f.XMLName.Local != "label" && f.XMLName.Local != "attributes" {
					formula(v, f)
				}
			}
			return
		}
		for _, y := range x.Children {
			walk(y)
		}
	}
	walk(root)
	for v := range threshold {
		b.Node(threshold[v])
	}
	for _, a := range arcs {
		b.Input(a[0], a[1])
	}
	tops := 0
	for _, v := range gates {
		if !isUsed[v] {
			out.top = v
			tops++
		}
	}
	if tops != 1 {
		t.Fatalf("%d top gates", tops)
	}
	out.net = b.Build()
	return out
}

// counts gives how many minimal cut sets of each size there are.
func (f faultTree) counts(t testing.TB, order int) (n [MaxOrder + 1]int) {
	t.Helper()
	sets, err := f.net.Start(nil).CutSets(context.Background(), f.top, f.candidates, order)
	if err != nil {
		t.Fatal(err)
	}
	for _, set := range sets {
		n[len(set)]++
	}
	counted, err := f.net.Start(nil).CountCuts(context.Background(), f.top, f.candidates, order, 1)
	for i, k := range counted {
		if err != nil || k != int64(n[i+1]) {
			t.Errorf("size %d: %d sets counted (%v), %d listed", i+1, k, err, n[i+1])
		}
	}
	return n
}

func treeDir(t testing.TB) string {
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			break
		}
		up := filepath.Dir(dir)
		if up == dir {
			t.Fatal("no go.mod above the test")
		}
		dir = up
	}
	dir = filepath.Join(dir, "..", "shared", "corpora", "graphs", "fault-trees")
	if _, err := os.Stat(dir); err != nil {
		t.Skip("the fault trees are not here: ", err)
	}
	return dir
}

func TestCutsOfKnownTreesAreCountedAsPublished(t *testing.T) {
	dir := treeDir(t)
	table, err := os.ReadFile(filepath.Join(dir, "expected.tsv"))
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(string(table)), "\n")[1:]
	if len(lines) == 0 {
		t.Fatal("no trees")
	}
	for _, line := range lines {
		f := strings.Fields(line)
		t.Run(f[0], func(t *testing.T) {
			data, err := os.ReadFile(filepath.Join(dir, f[0]+".xml"))
			if err != nil {
				t.Fatal(err)
			}
			tree := readTree(t, data)
			got := tree.counts(t, 2)
			for order := 1; order <= 2; order++ {
				if want, _ := strconv.Atoi(f[order+1]); got[order] != want {
					t.Errorf("order %d: %d cut sets, want %d", order, got[order], want)
				}
			}
			tops := make([]bool, tree.net.Len())
			tops[tree.top] = true
			singles, err := tree.net.Start(nil).AllSingles(context.Background(), tops, tree.candidates, 2)
			if err != nil || singles.CountOf(tree.top) != got[1] {
				t.Errorf("all singles give %d (%v), want %d", singles.CountOf(tree.top), err, got[1])
			}
			pairs, err := tree.net.Start(nil).AllPairs(context.Background(), tops, tree.candidates, 2)
			if err != nil || pairs.CountOf(tree.top) != int64(got[2]) {
				t.Errorf("all pairs give %d (%v), want %d", pairs.CountOf(tree.top), err, got[2])
			}
		})
	}
}

// scramCounts asks SCRAM, another solver, for the number of products by order.
func scramCounts(t testing.TB, file string, order int) (n [MaxOrder + 1]int, took time.Duration) {
	t.Helper()
	start := time.Now()
	out, err := exec.Command("scram", "--limit-order", strconv.Itoa(order), file).Output()
	took = time.Since(start)
	if err != nil {
		t.Fatalf("scram: %v", err)
	}
	d := xml.NewDecoder(bytes.NewReader(out))
	for {
		token, err := d.Token()
		if err != nil {
			return n, took
		}
		if e, is := token.(xml.StartElement); is && e.Name.Local == "sum-of-products" {
			for _, a := range e.Attr {
				if a.Name.Local != "distribution" {
					continue
				}
				for i, s := range strings.Fields(a.Value) {
					if i < MaxOrder {
						n[i+1], _ = strconv.Atoi(s)
					}
				}
			}
		}
	}
}

func needScram(t testing.TB) {
	if _, err := exec.LookPath("scram"); err != nil {
		if os.Getenv("GUJO_TEST_ALL") == "1" {
			t.Fatal("the package scram is missing: ", err)
		}
		t.Skip("the package scram is missing: ", err)
	}
}

func TestCutsOfOrderFourAreThoseOfScram(t *testing.T) {
	needScram(t)
	files, _ := filepath.Glob(filepath.Join(treeDir(t), "*.xml"))
	if len(files) == 0 {
		t.Fatal("no trees")
	}
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			data, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			tree := readTree(t, data)
			for order := 4; order >= 3; order-- {
				if order < 4 && os.Getenv("GUJO_SOAK") != "1" {
					break // its sets are among those of order four
				}
				got := tree.counts(t, order)
				start := time.Now()
				if _, err := tree.net.Start(nil).CutSets(context.Background(), tree.top, tree.candidates, order); err != nil {
					t.Fatal(err)
				}
				ours := time.Since(start)
				want, theirs := scramCounts(t, file, order)
				t.Logf("order %d: %v; %v here, %v by scram", order, got[1:], ours.Round(time.Microsecond), theirs.Round(time.Millisecond))
				if got != want {
					t.Errorf("order %d: %v cut sets by size, want %v", order, got, want)
				}
			}
		})
	}
}

// randomTree writes a tree of k-of-n gates over events that are shared.
func randomTree(rng *rand.Rand, events, gates int) []byte {
	var b bytes.Buffer
	fmt.Fprint(&b, "<opsa-mef><define-fault-tree name=\"t\">\n")
	for g := range gates {
		fmt.Fprintf(&b, "<define-gate name=\"g%d\"><atleast min=\"2\">", g)
		seen := map[int]bool{}
		for _, child := range []int{2*g + 1, 2*g + 2} {
			if child < gates {
				fmt.Fprintf(&b, "<gate name=\"g%d\"/>", child)
			}
		}
		for len(seen) < 3 {
			if e := rng.IntN(events); !seen[e] {
				seen[e] = true
				fmt.Fprintf(&b, "<basic-event name=\"e%d\"/>", e)
			}
		}
		fmt.Fprint(&b, "</atleast></define-gate>\n")
	}
	fmt.Fprint(&b, "</define-fault-tree>\n<model-data>")
	for e := range events {
		fmt.Fprintf(&b, "<define-basic-event name=\"e%d\"/>", e)
	}
	fmt.Fprint(&b, "</model-data></opsa-mef>")
	return b.Bytes()
}

func TestCutsOfRandomTreesAreThoseOfScram(t *testing.T) {
	needScram(t)
	dir := t.TempDir()
	for seed := range rounds(10) {
		rng := rand.New(rand.NewPCG(seed, 13))
		data := randomTree(rng, 8+rng.IntN(40), 3+rng.IntN(20))
		file := filepath.Join(dir, fmt.Sprint(seed, ".xml"))
		if err := os.WriteFile(file, data, 0o600); err != nil {
			t.Fatal(err)
		}
		got := readTree(t, data).counts(t, 4)
		if want, _ := scramCounts(t, file, 4); got != want {
			t.Errorf("seed %d: %v cut sets by size, want %v", seed, got, want)
		}
	}
}

// BenchmarkLargeTree searches a tree of 36 gates, each 2 of 5, over 72 events, and
// has SCRAM, where it is there, do the same, the reading of the file included.
// With 45 gates SCRAM does not end within 25 seconds.
func BenchmarkLargeTree(b *testing.B) {
	data := randomTree(rand.New(rand.NewPCG(1, 17)), 72, 36)
	for _, order := range []int{2, 4} {
		b.Run(fmt.Sprint("order", order), func(b *testing.B) {
			tree := readTree(b, data)
			sets := 0
			for b.Loop() {
				got, err := tree.net.Start(nil).CutSets(context.Background(), tree.top, tree.candidates, order)
				if err != nil {
					b.Fatal(err)
				}
				sets = len(got)
			}
			b.ReportMetric(float64(sets), "sets")
		})
		b.Run(fmt.Sprint("scram/order", order), func(b *testing.B) {
			needScram(b)
			file := filepath.Join(b.TempDir(), "tree.xml")
			if err := os.WriteFile(file, data, 0o600); err != nil {
				b.Fatal(err)
			}
			sets := 0
			for b.Loop() {
				n, _ := scramCounts(b, file, order)
				sets = 0
				for _, k := range n {
					sets += k
				}
			}
			b.ReportMetric(float64(sets), "sets")
		})
	}
}
