package main_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"gujo/cmd/gujo/command"
)

// The tests of the files e2e_….go walk the whole way as a user does, and read
// what the program prints with types of their own: the formats are the public
// surface, and a change there must show here.

// root is the project's directory.
func root(t testing.TB) string {
	t.Helper()
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir
		}
		up := filepath.Dir(dir)
		if up == dir {
			t.Fatal("there is no go.mod above the test")
		}
		dir = up
	}
}

// shared gives a folder beside the project that a checkout need not have.
func shared(t testing.TB, path string) string {
	t.Helper()
	dir := filepath.Join(root(t), "..", "shared", filepath.FromSlash(path))
	if _, err := os.Stat(dir); err != nil {
		t.Skipf("%s is not beside the project: %v", path, err)
	}
	return dir
}

// filesIn gives the files of a folder without the answers that stand beside them.
func filesIn(t testing.TB, dir string) []string {
	t.Helper()
	all, err := filepath.Glob(filepath.Join(dir, "*"))
	if err != nil {
		t.Fatal(err)
	}
	var files []string
	for _, f := range all {
		if !strings.HasSuffix(f, "expected.json") {
			files = append(files, f)
		}
	}
	if len(files) == 0 {
		t.Fatalf("there is nothing in %s", dir)
	}
	return files
}

func readJSON(t testing.TB, path string, v any) {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(data, v); err != nil {
		t.Fatalf("%s: %v", path, err)
	}
}

// site is a place in which commands are run: a store, and a directory for the
// bundles that they leave.
type site struct {
	t   testing.TB
	dir string
}

func newSite(t testing.TB) site { return site{t, t.TempDir()} }

// run runs gujo within the test's process.
func (s site) run(args ...string) (code int, stdout, stderr string) {
	var out, messages bytes.Buffer
	env := &command.Env{Stdout: &out, Stderr: &messages, Getenv: func(string) string { return "" }, Now: time.Now, Width: 200}
	args = append(args, "--store", filepath.Join(s.dir, "gujo.db"), "--lang", "en")
	code = command.Main(context.Background(), args, env)
	return code, out.String(), messages.String()
}

// gujo runs a command that must succeed; findings are no failure.
func (s site) gujo(args ...string) string {
	s.t.Helper()
	code, out, messages := s.run(args...)
	if code > 1 {
		s.t.Fatalf("gujo %s: exit code %d\n%s", strings.Join(args, " "), code, messages)
	}
	return out
}

// imported imports files into a bundle of their own.
func (s site) imported(files ...string) {
	s.t.Helper()
	bundle, err := os.MkdirTemp(s.dir, "bundle-*")
	if err != nil {
		s.t.Fatal(err)
	}
	s.gujo(append([]string{"import", "--bundle", filepath.Join(bundle, "b.zip")}, files...)...)
}

// line is a line of an exported graph, of whatever kind.
type line struct {
	Component   string         `json:"component"`
	Kind        string         `json:"kind"`
	Name        string         `json:"name"`
	Attrs       map[string]any `json:"attrs"`
	Identifiers []string       `json:"identifiers"`

	Relation string `json:"relation"`
	From     string `json:"from"`
	To       string `json:"to"`

	Coverage string   `json:"coverage"`
	Complete []string `json:"complete"`

	Conflict  string `json:"conflict"`
	Attribute string `json:"attribute"`
	Values    []struct {
		Value  string `json:"value"`
		Source string `json:"source"`
	} `json:"values"`
}

// structure is an exported graph, as anybody may read it.
type structure struct {
	ids        []string        // of components, as printed
	components map[string]line // by ID
	needs      map[string][]line
	read       map[string]line // coverage, by component
	conflicts  []line
}

// export reads what gujo export prints of the latest snapshot.
func (s site) export() structure {
	s.t.Helper()
	g := structure{components: map[string]line{}, needs: map[string][]line{}, read: map[string]line{}}
	_, body, _ := strings.Cut(s.gujo("export"), "\n")
	in := json.NewDecoder(strings.NewReader(body))
	in.UseNumber()
	for {
		var l line
		if err := in.Decode(&l); err == io.EOF {
			return g
		} else if err != nil {
			s.t.Fatalf("the export: %v", err)
		}
		switch {
		case l.Component != "":
			g.ids = append(g.ids, l.Component)
			g.components[l.Component] = l
		case l.Relation != "":
			g.needs[l.From] = append(g.needs[l.From], l)
		case l.Coverage != "":
			g.read[l.Coverage] = l
		case l.Conflict != "":
			g.conflicts = append(g.conflicts, l)
		}
	}
}

// needed gives what a component needs by one type of relation.
func (g structure) needed(id, relation string) []string {
	var out []string
	for _, r := range g.needs[id] {
		if r.Relation == relation {
			out = append(out, r.To)
		}
	}
	return out
}

// machineOf gives the machine that a part belongs to, in the end.
func (g structure) machineOf(id string) string {
	for range 100 {
		up := g.needed(id, "part_of")
		if len(up) == 0 {
			return id
		}
		id = up[0]
	}
	return id
}

// text gives an attribute as a person would write it.
func (l line) text(key string) string {
	if v, ok := l.Attrs[key]; ok {
		return fmt.Sprint(v)
	}
	return ""
}

// build makes gujo, and gujo-layout beside it, for tests that need processes.
func build(t testing.TB) (gujo string) {
	t.Helper()
	dir := t.TempDir()
	cmd := exec.Command("go", "build", "-o", dir+string(filepath.Separator), "./cmd/...")
	cmd.Dir = root(t)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("go build: %v\n%s", err, out)
	}
	return filepath.Join(dir, "gujo")
}
