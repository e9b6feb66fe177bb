package figure

import (
	"errors"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// layoutProgram builds gujo-layout once for the tests of this package.
func layoutProgram(t testing.TB) string {
	path := filepath.Join(t.TempDir(), "gujo-layout")
	if out, err := exec.Command("go", "build", "-o", path, "gujo/cmd/gujo-layout").CombinedOutput(); err != nil {
		t.Fatalf("go build: %v\n%s", err, out)
	}
	t.Setenv("XDG_CACHE_HOME", filepath.Join(os.TempDir(), "gujo-test-cache"))
	return path
}

func TestBoxesDoNotOverlapAndLiesInsideTheFigure(t *testing.T) {
	e, err := Start(t.Context(), layoutProgram(t))
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close()
	r := rand.New(rand.NewPCG(1, 2))
	for range 5 {
		var f Figure
		for range 12 + r.IntN(20) {
			f.Nodes = append(f.Nodes, Node{Width: 40 + r.Float64()*60, Height: 20 + r.Float64()*20})
		}
		for i := 1; i < len(f.Nodes); i++ {
			f.Edges = append(f.Edges, Edge{From: r.IntN(i), To: i})
		}
		f.Groups = []Group{{Nodes: []int{0, 1, 2}}}
		p, err := e.Layout(&f)
		if err != nil {
			t.Fatal(err)
		}
		for i, a := range p.Nodes {
			if a.X < -1 || a.Y < -1 || a.X+a.W > p.Width+1 || a.Y+a.H > p.Height+1 {
				t.Errorf("box %d at %v lies outside %v × %v", i, a, p.Width, p.Height)
			}
			for j, b := range p.Nodes[:i] {
				if a.X < b.X+b.W-0.5 && b.X < a.X+a.W-0.5 && a.Y < b.Y+b.H-0.5 && b.Y < a.Y+a.H-0.5 {
					t.Errorf("boxes %d %v and %d %v overlap", i, a, j, b)
				}
			}
		}
		for i, curve := range p.Edges {
			if len(curve) < 4 || len(curve)%3 != 1 {
				t.Errorf("edge %d has %d points, want a start and three a piece", i, len(curve))
			}
		}
	}
}

func TestOrderAndCompanyDoNotChangeALayout(t *testing.T) {
	program := layoutProgram(t)
	r := rand.New(rand.NewPCG(3, 4))
	var figures []*Figure
	for range alone + 10 { // enough for two children
		var f Figure
		for range 4 + r.IntN(8) {
			f.Nodes = append(f.Nodes, Node{Width: 40 + r.Float64()*60, Height: 20})
		}
		for i := 1; i < len(f.Nodes); i++ {
			f.Edges = append(f.Edges, Edge{From: r.IntN(i), To: i})
		}
		figures = append(figures, &f)
	}
	lay := func(figures []*Figure) []*Placed {
		e, err := Start(t.Context(), program)
		if err != nil {
			t.Fatal(err)
		}
		defer e.Close()
		placed, err := e.LayoutAll(figures)
		if err != nil {
			t.Fatal(err)
		}
		return placed
	}
	want := lay(figures)
	slices.Reverse(figures)
	got := lay(figures)
	slices.Reverse(got)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// script writes a program that stands in for gujo-layout.
func script(t *testing.T, body string) string {
	path := filepath.Join(t.TempDir(), "gujo-layout")
	if err := os.WriteFile(path, []byte("#!/bin/sh\n"+body+"\n"), 0o700); err != nil {
		t.Fatal(err)
	}
	t.Setenv("XDG_CACHE_HOME", t.TempDir())
	return path
}

func TestAChildThatBreaksGivesNoFigureAndAnErrorInTime(t *testing.T) {
	good := `{"id":1,"layout":{"bb":"0,0,20,20","objects":[{"name":"n0","pos":"10,10"}],"edges":[]}}`
	for _, c := range []struct{ name, body, want string }{
		{"ends at once", "exit 1", ""},
		{"ends after the first request", "read x; exit 0", "EOF"},
		{"hangs", "read x; exec sleep 60", "in time"},
		{"hangs and leaves somebody behind", "read x; sleep 15", "in time"},
		{"prints garbage", "read x; echo hello; exec cat", "invalid character"},
		{"prints without an end", "read x; exec cat /dev/zero", "longer"},
		{"answers another request", "read x; echo '" + strings.Replace(good, `"id":1`, `"id":7`, 1) + "'; exec cat", "request 7"},
		{"tells an error", `read x; echo '{"id":1,"error":"out of memory"}'; exec cat`, "out of memory"},
		{"forgets a box", "read x; echo '" + strings.Replace(good, "n0", "cluster_0", 1) + "'; exec cat", "names"},
	} {
		t.Run(c.name, func(t *testing.T) {
			e, err := Start(t.Context(), script(t, c.body))
			if err != nil {
				t.Fatal(err)
			}
			e.deadline = 300 * time.Millisecond
			if c.name == "prints without an end" {
				e.deadline = 10 * time.Second
			}
			begin := time.Now()
			f := &Figure{Nodes: []Node{{Width: 10, Height: 10}}}
			placed, err := e.LayoutAll([]*Figure{f, {}})
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("error %v, want one with %q", err, c.want)
			}
			if placed[0] != nil {
				t.Errorf("got %v", placed[0])
			}
			if placed[1] == nil {
				t.Error("the other figure is missing too")
			}
			if err := e.Close(); err != nil {
				t.Error(err)
			}
			if took := time.Since(begin); took > 8*time.Second {
				t.Errorf("took %s", took)
			}
		})
	}
}

func TestABrokenChildIsReplacedUntilItBreaksTooOften(t *testing.T) {
	mark := filepath.Join(t.TempDir(), "mark")
	good := `{"id":1,"layout":{"bb":"0,0,20,20","objects":[{"name":"n0","pos":"10,10"}],"edges":[]}}`
	// The first child breaks, the second answers one figure and ends.
	e, err := Start(t.Context(), script(t, "if [ ! -e "+mark+" ]; then touch "+mark+"; exit 1; fi\nread x; echo '"+good+"'"))
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close()
	f := &Figure{Nodes: []Node{{Width: 10, Height: 10}}}
	many := make([]*Figure, 20)
	for i := range many {
		many[i] = f
	}
	placed, err := e.LayoutAll(many)
	if err == nil || placed[0] != nil || placed[1] == nil {
		t.Errorf("got %v and %v, %v: want nothing, a figure and an error", placed[0], placed[1], err)
	}
	tried := 0
	for _, p := range placed {
		if p != nil {
			tried++
		}
	}
	if tried > maxFailures || placed[19] != nil {
		t.Errorf("%d figures came out of a child that breaks after each, want it given up after %d failures", tried, maxFailures)
	}
}

func TestTheCacheIsOursAlone(t *testing.T) {
	base := t.TempDir()
	t.Setenv("XDG_CACHE_HOME", base)
	t.Setenv("TMPDIR", t.TempDir())
	dir := filepath.Join(base, "gujo-layout")
	for _, c := range []struct {
		name    string
		prepare func()
		kept    bool
	}{
		{"made new", func() {}, true},
		{"there already", func() {}, true},
		{"open to others", func() { os.Chmod(dir, 0o755) }, false},
		{"a link to elsewhere", func() { os.Remove(dir); os.Symlink(t.TempDir(), dir) }, false},
		{"in a directory that all may write to", func() { os.Remove(dir); os.Chmod(base, 0o777) }, false},
	} {
		c.prepare()
		var e Engine
		got, err := e.cacheDir()
		if err != nil {
			t.Fatal(err)
		}
		if kept := got == dir; kept != c.kept {
			t.Errorf("%s: %s was taken: %v, want %v", c.name, dir, kept, c.kept)
		}
		info, err := os.Stat(got)
		if err != nil || info.Mode().Perm() != 0o700 {
			t.Errorf("%s: %v %v", c.name, info.Mode(), err)
		}
		if e.Close(); e.scratch != "" {
			if _, err := os.Stat(e.scratch); !os.IsNotExist(err) {
				t.Errorf("%s: %s is left", c.name, e.scratch)
			}
		}
	}
}

// FuzzParseAnswer: whatever a child says, a figure that comes out can be drawn.
func FuzzParseAnswer(f *testing.F) {
	for _, s := range []string{
		`{"id":1,"layout":{"bb":"0,0,40,40","objects":[{"name":"n0","pos":"10,10"},{"name":"n1","pos":"30,30"},{"name":"cluster_0","bb":"0,0,20,20"}],"edges":[{"id":"0","pos":"e,1,2 1,2 3,4 5,6 7,8"}]}}`,
		`{"id":1,"layout":{"bb":"0,0,NaN,Inf","objects":[{"name":"n0","pos":"1e300,10"},{"name":"n1","pos":"-1,0"}]}}`,
		`{"id":1,"layout":{"bb":"0,0,0,0"}}`,
		`{"id":1,"error":"x"}`, `{"id":2}`, `{}`, `[]`, `null`, ``, "\x00",
		`{"id":1,"layout":{"bb":"0,0,40,40","objects":[{"name":"n99","pos":"1,1"},{"name":"cluster_-1","bb":"1"}],"edges":[{"id":"5","pos":"1"}]}}`,
	} {
		f.Add([]byte(s))
	}
	fig := &Figure{Nodes: []Node{{Width: 10, Height: 10}, {Width: 10, Height: 10}}, Edges: []Edge{{From: 0, To: 1}}, Groups: []Group{{Nodes: []int{0}}}}
	f.Fuzz(func(t *testing.T, line []byte) {
		p, err := parseAnswer(line, 1, fig)
		if err != nil {
			return
		}
		if len(p.Nodes) != 2 || len(p.Edges) != 1 || len(p.Groups) != 1 {
			t.Fatalf("got %d nodes, %d edges, %d groups", len(p.Nodes), len(p.Edges), len(p.Groups))
		}
		for _, n := range p.Nodes {
			if !p.holds(Point{n.X + n.W/2, n.Y + n.H/2}) {
				t.Fatalf("box %v outside %g × %g", n, p.Width, p.Height)
			}
		}
		for _, c := range p.Edges {
			if len(c) > 0 && len(c)%3 != 1 {
				t.Fatalf("curve of %d points", len(c))
			}
		}
	})
}

func TestAnEmptyFigureNeedsNoLayout(t *testing.T) {
	var e Engine
	if p, err := e.Layout(&Figure{}); err != nil || p.Width != 0 {
		t.Errorf("got %v, %v", p, err)
	}
	t.Setenv("PATH", t.TempDir())
	if _, err := Program(); !errors.Is(err, ErrNoLayout) {
		t.Errorf("without the program: %v, want ErrNoLayout", err)
	}
}

func BenchmarkLayoutOfTenBoxes(b *testing.B) {
	path := filepath.Join(b.TempDir(), "gujo-layout")
	if out, err := exec.Command("go", "build", "-o", path, "gujo/cmd/gujo-layout").CombinedOutput(); err != nil {
		b.Fatalf("go build: %v\n%s", err, out)
	}
	e, err := Start(b.Context(), path)
	if err != nil {
		b.Fatal(err)
	}
	defer e.Close()
	var f Figure
	for i := range 10 {
		f.Nodes = append(f.Nodes, Node{Width: 60, Height: 24})
		if i > 0 {
			f.Edges = append(f.Edges, Edge{From: i / 2, To: i})
		}
	}
	for b.Loop() {
		if _, err := e.Layout(&f); err != nil {
			b.Fatal(err)
		}
	}
}
