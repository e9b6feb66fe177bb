package exchange_test

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/santhosh-tekuri/jsonschema/v6"

	"gujo/graph"
	"gujo/graph/exchange"
)

var epoch = time.Date(2025, 1, 2, 3, 4, 5, 600, time.UTC)

// equal compares snapshots, IDs included; an empty list is as good as none.
var equal = cmp.Options{cmp.AllowUnexported(graph.Value{}), cmpopts.EquateEmpty()}

// sample has every kind, every relation type and every sort of line, with text
// that is awkward to write.
func sample(t testing.TB) *graph.Snapshot {
	t.Helper()
	awkward := "코어 <&> \"1\"\\ \u2028\u0001\u007f\t\n🙂 \u1100\u1161"
	var b graph.Builder
	add := func(c graph.Component) {
		t.Helper()
		if err := b.Add(c, ""); err != nil {
			t.Fatal(err)
		}
	}
	for _, k := range graph.Kinds() {
		c := graph.Component{ID: k.String() + "/1", Kind: k, Name: awkward, State: graph.State(int(k) % 3)}
		c.Attrs = c.Attrs.With("text", graph.String(awkward)).With(awkward, graph.Int(-5)).With("float", graph.Float(1e21)).
			With("yes", graph.Bool(true)).With("list", graph.List("b", "a", awkward)).With("none", graph.List())
		c.Identifiers = []string{"serial:FOC1", "address:default~10.0.0.1"}
		c.Evidence = []string{"sha256:00#1.3.6"}
		if k == graph.RedundancyGroup {
			c.Attrs = c.Attrs.With("role", graph.String("gateway"))
			c.Group = &graph.Group{K: 2, Designed: 3, Technology: "vrrp", KSource: graph.KProtocol}
		}
		add(c)
		add(graph.Component{ID: k.String() + "/2", Kind: k})
	}
	add(graph.Component{ID: "redundancy_group/unknown", Kind: graph.RedundancyGroup})
	for _, rt := range graph.RelationTypes() {
		for _, from := range graph.Kinds() {
			for _, to := range graph.Kinds() {
				if !rt.Allows(from, to) {
					continue
				}
				r := graph.Relation{Strength: graph.Strength((int(from) + int(to)) % 3), Evidence: []string{"sha256:00#2", "sha256:00#1"}}
				r.Attrs = r.Attrs.With("active", graph.Bool(false))
				if err := b.Relate(from.String()+"/1", rt, to.String()+"/2", r, ""); err != nil {
					t.Fatal(err)
				}
			}
		}
	}
	b.AddGap(graph.Gap{Component: "server/1", Table: "lldpRemTable", Reason: "truncated", Detail: awkward})
	b.AddGap(graph.Gap{Component: "10.9.9.9", Table: "system", Reason: "unreachable"})
	b.AddCoverage(graph.Coverage{Component: "server/1", Complete: []string{"ifTable"}, Empty: []string{"vrrpOperTable"}, NotAsked: []string{"x"}})
	b.AddCoverage(graph.Coverage{Component: "server/2"})
	b.AddConflict(graph.Conflict{Component: "server/1", Attribute: "serial", Values: []graph.ConflictValue{{Value: "b", Source: "netbox", Evidence: "e"}, {Value: awkward}}})
	b.AddConflict(graph.Conflict{Component: "server/1", Attribute: "none"})
	b.AddEvidence(graph.Evidence{Ref: "sha256:00#1.3.6", Target: "10.0.0.1", Value: awkward, Collected: "2025-01-01T00:00:00Z"})
	b.AddNote(graph.Note{Subject: "server/1", Key: "merged", Args: []string{"b", "a"}, Evidence: []string{"sha256:00#1"}})
	b.AddNote(graph.Note{Subject: "server/1", Key: "split"})
	s, err := b.Build(epoch)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// cases gives the directory of the shared example graphs.
func cases(t testing.TB) []string {
	t.Helper()
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			break
		}
		if dir == filepath.Dir(dir) {
			t.Skip("no go.mod above the test")
		}
		dir = filepath.Dir(dir)
	}
	files, _ := filepath.Glob(filepath.Join(dir, "../shared/cases/*.jsonl"))
	if len(files) == 0 {
		t.Skip("the example graphs ../shared/cases are not here")
	}
	return files
}

func write(t testing.TB, s *graph.Snapshot) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := exchange.WriteJSONL(&b, s); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func read(t testing.TB, name string, data []byte) *graph.Snapshot {
	t.Helper()
	s, err := exchange.ReadJSONL(name, bytes.NewReader(data), time.Time{})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestWhatIsWrittenReadsBackTheSame(t *testing.T) {
	s := sample(t)
	out := write(t, s)
	back := read(t, "sample", out)
	if diff := cmp.Diff(s, back, equal); diff != "" {
		t.Errorf("read back differs (-written +read):\n%s", diff)
	}
	if again := write(t, back); !bytes.Equal(out, again) {
		t.Error("written again, the bytes differ")
	}
	lines := bytes.SplitAfter(bytes.TrimSuffix(out, []byte("\n")), []byte("\n"))
	reversed := append([]byte(nil), lines[0]...)
	for i := len(lines) - 1; i > 0; i-- {
		reversed = append(append(reversed, bytes.TrimSuffix(lines[i], []byte("\n"))...), "\r\n\n"...)
	}
	if back := read(t, "reversed", reversed); back.ID != s.ID {
		t.Error("lines in another order give another snapshot")
	}
}

func TestSharedCasesReadBackTheSame(t *testing.T) {
	for _, file := range cases(t) {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		s := read(t, filepath.Base(file), data)
		out := write(t, s)
		back := read(t, filepath.Base(file), out)
		if back.ID != s.ID {
			t.Errorf("%s: read back with another ID", filepath.Base(file))
		}
		if in, n := bytes.Count(data, []byte("\n")), bytes.Count(out, []byte("\n")); in != n {
			t.Errorf("%s: %d lines read, %d written", filepath.Base(file), in, n)
		}
	}
}

func TestPythonReadsEveryLine(t *testing.T) {
	python, err := exec.LookPath("python3")
	if err != nil {
		if os.Getenv("GUJO_TEST_ALL") == "1" {
			t.Fatal("python3 is missing")
		}
		t.Skip("python3 is missing")
	}
	s := sample(t)
	cmd := exec.Command(python, "-c", `
import json, sys
def strict(pairs):
    keys = [k for k, _ in pairs]
    assert len(keys) == len(set(keys)), keys
    return dict(pairs)
n = {}
for line in sys.stdin.buffer.read().decode("utf-8").split("\n")[:-1]:
    d = json.loads(line, object_pairs_hook=strict)
    sort = next(iter(d))
    n[sort] = n.get(sort, 0) + 1
    if d.get("component") == "server/1":
        print(json.dumps(d["name"]))
print(sorted(n.items()))
`)
	cmd.Stdin = bytes.NewReader(write(t, s))
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	i, _ := s.Find("server/1")
	want := read(t, "name", []byte(`{"schema":"gujo/graph/v1"}`+"\n"+`{"component":"a","kind":"server","name":`+strings.SplitN(string(out), "\n", 2)[0]+`}`))
	if got := want.Components[0].Name; got != s.Components[i].Name {
		t.Errorf("Python read the name %q, want %q", got, s.Components[i].Name)
	}
	if !strings.Contains(string(out), "('evidence', 1)") || !strings.Contains(string(out), "('note', 2)") {
		t.Errorf("Python counted %s", out)
	}
}

func compileSchema(t *testing.T) *jsonschema.Schema {
	t.Helper()
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(exchange.JSONSchema()))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	if err := c.AddResource("schema.json", doc); err != nil {
		t.Fatal(err)
	}
	schema, err := c.Compile("schema.json")
	if err != nil {
		t.Fatal(err)
	}
	return schema
}

func TestOutputFitsTheJSONSchema(t *testing.T) {
	schema := compileSchema(t)
	outputs := map[string][]byte{"sample": write(t, sample(t))}
	t.Run("shared cases", func(t *testing.T) {
		for _, file := range cases(t) {
			data, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			outputs["read "+file] = data
			outputs["written "+file] = write(t, read(t, file, data))
		}
	})
	for name, data := range outputs {
		for i, line := range bytes.Split(bytes.TrimSpace(data), []byte("\n")) {
			v, err := jsonschema.UnmarshalJSON(bytes.NewReader(line))
			if err != nil {
				t.Fatal(err)
			}
			if err := schema.Validate(v); err != nil {
				t.Errorf("%s:%d: %v", name, i+1, err)
			}
		}
	}
	for _, line := range []string{
		`{"component":"a"}`, `{"component":"a","kind":"thing"}`, `{"component":"a","kind":"server","k":1}`, `{}`,
		`{"component":"a","kind":"redundancy_group","k":0}`, `{"relation":"uses","from":"a"}`, `{"gap":"a","tables":"x"}`,
	} {
		v, err := jsonschema.UnmarshalJSON(strings.NewReader(line))
		if err != nil {
			t.Fatal(err)
		}
		if schema.Validate(v) == nil {
			t.Errorf("the schema takes %s", line)
		}
	}
}

const header = `{"schema":"gujo/graph/v1"}` + "\n"

func TestMinimalFiles(t *testing.T) {
	for _, test := range []struct {
		name, in string
		check    func(s *graph.Snapshot) bool
	}{
		{"a header alone is an empty graph", header, func(s *graph.Snapshot) bool { return len(s.Components) == 0 }},
		{"without created the fallback counts", header, func(s *graph.Snapshot) bool { return s.Created.Equal(epoch) }},
		{"created counts", `{"schema":"gujo/graph/v1","created":"2024-05-06T09:00:00+09:00"}`, func(s *graph.Snapshot) bool {
			return s.Created.Equal(time.Date(2024, 5, 6, 0, 0, 0, 0, time.UTC))
		}},
		{"a byte order mark and blank lines are passed over", "\ufeff" + header + "\n\r\n" + `{"component":"a","kind":"server"}`, func(s *graph.Snapshot) bool { return len(s.Components) == 1 }},
		{"strength is hard by default", header + `{"relation":"runs_on","from":"a","to":"b"}
{"component":"a","kind":"application"}
{"component":"b","kind":"server"}`, func(s *graph.Snapshot) bool { return s.Relations[0].Strength == graph.Hard }},
		{"k may be unknown", group(`"k":null,"designed":2`, 0), func(s *graph.Snapshot) bool { return s.Components[0].Group.K == 0 }},
		{"designed is the number of members", group(`"k":1`, 3), func(s *graph.Snapshot) bool { return s.Components[0].Group.Designed == 3 }},
		{"designed is k where that is larger", group(`"k":2`, 1), func(s *graph.Snapshot) bool { return s.Components[0].Group.Designed == 2 }},
		{"half of five designed is three", group(`"k":"50%","designed":5`, 2), func(s *graph.Snapshot) bool { return s.Components[0].Group.K == 3 }},
		{"half of three members is two", group(`"k":"50%"`, 3), func(s *graph.Snapshot) bool { return s.Components[0].Group.K == 2 }},
		{"a third of three designed is one", group(`"k":"33.3%","designed":3`, 0), func(s *graph.Snapshot) bool { return s.Components[0].Group.K == 1 }},
		{"all of four members is four", group(`"k":"100%"`, 4), func(s *graph.Snapshot) bool { return s.Components[0].Group.K == 4 }},
		{"a share of no members is unknown", group(`"k":"50%"`, 0), func(s *graph.Snapshot) bool { return s.Components[0].Group.K == 0 }},
	} {
		t.Run(test.name, func(t *testing.T) {
			s, err := exchange.ReadJSONL("min", strings.NewReader(test.in), epoch)
			if err != nil {
				t.Fatal(err)
			}
			if !test.check(s) {
				t.Errorf("got %+v", s)
			}
		})
	}
}

// group is a graph of one group, said before and after its members, each twice.
func group(fields string, members int) string {
	s := header
	for i := range members {
		id := string(rune('a' + i))
		line := `{"relation":"member","from":"G","to":"` + id + `"}` + "\n"
		s += line + `{"component":"` + id + `","kind":"server"}` + "\n" + line
	}
	return s + `{"component":"G","kind":"redundancy_group",` + fields + `}`
}

func TestBadLinesAreNamed(t *testing.T) {
	server := `{"component":"a","kind":"server"}` + "\n"
	for _, test := range []struct{ name, in, want string }{
		{"empty file", "", `f: empty, want a first line {"schema":"gujo/graph/v1"}`},
		{"no header", server, `f:1: want a first line {"schema":"gujo/graph/v1"}`},
		{"another schema", `{"schema":"gujo/cuts/v1"}`, `f:1: schema "gujo/cuts/v1", want gujo/graph/v1`},
		{"newer schema", `{"schema":"gujo/graph/v2"}`, `f:1: schema gujo/graph/v2: written by a newer version, want gujo/graph/v1`},
		{"unknown field of the header", `{"schema":"gujo/graph/v1","author":"x"}`, `f:1: author: unknown field, a schema has schema, snapshot, created, components, relations`},
		{"second header", header + header, "f:2: a second header"},
		{"wrong time", `{"schema":"gujo/graph/v1","created":"yesterday"}`, `f:1: created: "yesterday", want a time as in RFC 3339`},
		{"time outside of the calendar", `{"schema":"gujo/graph/v1","created":"0000-01-01T00:00:00Z"}`, `f:1: created: `},
		{"fewer components than the header says", `{"schema":"gujo/graph/v1","components":2}` + "\n" + server, "f: 1 components, but the header says 2: the file is cut off"},
		{"more relations than the header says", `{"schema":"gujo/graph/v1","relations":0}` + "\n" + server + `{"component":"b","kind":"rack"}` + "\n" + `{"relation":"located_in","from":"a","to":"b"}`, "f: 1 relations, but the header says 0"},
		{"no JSON", header + "\n\nnode a", "f:4: want a JSON object, {…}"},
		{"broken JSON", header + `{"component":"a"`, "f:2: want a JSON object: unexpected end of JSON input"},
		{"a list", header + `[]`, "f:2: want a JSON object, {…}"},
		{"two objects in a line", header + `{"component":"a","kind":"server"}{}`, "f:2: want a JSON object: invalid character '{' after top-level value"},
		{"not UTF-8", header + "{\"component\":\"\xff\",\"kind\":\"server\"}", "f:2: not UTF-8"},
		{"nothing known", header + `{"node":"a"}`, "f:2: unknown line, want one with schema, component, relation"},
		{"unknown field", header + `{"component":"a","kind":"server","colour":"red"}`, "f:2: colour: unknown field, a component has component, kind, name"},
		{"field in capitals", header + `{"component":"a","Kind":"server"}`, "f:2: Kind: unknown field"},
		{"field twice", header + `{"component":"a","kind":"server","kind":"rack"}`, `f:2: field "kind" stands twice`},
		{"attribute twice", header + `{"component":"a","kind":"server","attrs":{"x":1,"x":2}}`, `f:2: component a: attrs: field "x" stands twice`},
		{"no kind", header + `{"component":"a"}`, "f:2: component a: kind: missing, want a text"},
		{"unknown kind", header + `{"component":"a","kind":"toaster"}`, `f:2: component a: kind: unknown kind "toaster"`},
		{"unknown state", header + `{"component":"a","kind":"server","state":"ill"}`, `f:2: component a: state: unknown state "ill", want up, down or none`},
		{"ID of another type", header + `{"component":7,"kind":"server"}`, "f:2: component : component: 7, want a text"},
		{"empty ID", header + `{"component":"","kind":"server"}`, "f:2: component without an ID"},
		{"same ID twice", header + server + server, "f:3: component a: duplicate ID"},
		{"k of a server", header + `{"component":"a","kind":"server","k":1}`, "f:2: component a: k: only a redundancy_group has it"},
		{"k of nothing", group(`"k":0`, 0), "f:2: component G: k: 0, want at least 1"},
		{"k less than nothing", group(`"k":-1`, 0), "f:2: component G: k: -1, want a whole number"},
		{"k broken", group(`"k":1.5`, 0), "f:2: component G: k: 1.5, want a whole number"},
		{"k above designed", group(`"k":3,"designed":2`, 0), "f:2: component G: k is 3 of 2 designed members, want k ≤ designed"},
		{"share of more than all", group(`"k":"101%"`, 0), `f:2: component G: k: "101%", want a number, a share`},
		{"share of nothing", group(`"k":"0%"`, 0), `f:2: component G: k: "0%", want a number, a share`},
		{"no share", group(`"k":"half"`, 0), `f:2: component G: k: "half", want a number, a share`},
		{"two roles", group(`"role":"time","attrs":{"role":"gateway"}`, 0), `f:2: component G: role: "time", but the attribute role is "gateway"`},
		{"unknown k_source", group(`"k_source":"rumour"`, 0), `f:2: component G: k_source: unknown k_source "rumour"`},
		{"attrs that are no object", header + `{"component":"a","kind":"server","attrs":[]}`, "f:2: component a: attrs: [], want an object"},
		{"attribute that is an object", header + `{"component":"a","kind":"server","attrs":{"x":{}}}`, "f:2: component a: attrs: x: value {}: want a string, a number"},
		{"attribute that is a list of numbers", header + `{"component":"a","kind":"server","attrs":{"x":[1]}}`, "f:2: component a: attrs: x: "},
		{"attribute that is a list with nothing", header + `{"component":"a","kind":"server","attrs":{"x":[null]}}`, "f:2: component a: attrs: x: "},
		{"identifiers that are no texts", header + `{"component":"a","kind":"server","identifiers":[1]}`, "f:2: component a: identifiers: 1, want a list of texts"},
		{"evidence that is no list", header + `{"component":"a","kind":"server","evidence":"x"}`, `f:2: component a: evidence: "x", want a list`},
		{"unknown relation", header + `{"relation":"likes","from":"a","to":"b"}`, `f:2: relation a likes b: relation: unknown relation "likes"`},
		{"relation from nowhere", header + `{"relation":"uses","to":"b"}`, "f:2: relation  uses b: from: missing, want a text"},
		{"unknown strength", header + `{"relation":"uses","from":"a","to":"b","strength":"firm"}`, `f:2: relation a uses b: strength: unknown strength "firm"`},
		{"relation to itself", header + `{"relation":"requires","from":"a","to":"a"}`, "f:2: relation a requires a: a component cannot need itself"},
		{"relation to nothing", header + server + `{"relation":"requires","from":"a","to":"b"}`, "f:3: relation a requires b: there is no component b"},
		{"relation between wrong kinds", header + server + `{"relation":"runs_on","from":"r","to":"a"}` + "\n" + `{"component":"r","kind":"rack"}`, "f:3: relation r runs_on a: runs_on cannot lead from a rack to a server"},
		{"gap without reason", header + `{"gap":"a","table":"t"}`, "f:2: reason: missing, want a text"},
		{"values that are no list", header + `{"conflict":"a","attribute":"b","values":1}`, "f:2: values: 1, want a list"},
		{"value with an unknown field", header + `{"conflict":"a","attribute":"b","values":[{"val":1}]}`, "f:2: values: val: unknown field, a value of a conflict has value, source, evidence"},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, err := exchange.ReadJSONL("f", strings.NewReader(test.in), epoch)
			if err == nil {
				t.Fatalf("accepted, want %s", test.want)
			}
			if !strings.HasPrefix(err.Error(), test.want) {
				t.Errorf("got  %v\nwant %s", err, test.want)
			}
		})
	}
	_, err := exchange.ReadJSONL("f", strings.NewReader(`{"schema":"gujo/graph/v12"}`), epoch)
	if !errors.Is(err, graph.ErrNewerFormat) {
		t.Errorf("a newer format gives %v", err)
	}
}

type endless struct{ n int }

func (e *endless) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = 'a'
	}
	e.n += len(p)
	return len(p), nil
}

func TestALineWithoutEndIsRefusedEarly(t *testing.T) {
	var e endless
	_, err := exchange.ReadJSONL("f", &e, epoch)
	if err == nil || !strings.HasPrefix(err.Error(), "f:1: line longer than") {
		t.Errorf("got %v", err)
	}
	if e.n > 64<<20 {
		t.Errorf("%d bytes were read first", e.n)
	}
}

func FuzzReadJSONL(f *testing.F) {
	f.Add([]byte(inJSONL))
	f.Add([]byte(group(`"k":"50%"`, 3)))
	f.Add([]byte(header + `{"component":"a","kind":"server","attrs":{"x":[ "a" , "b\u0041" ],"y":1.50,"z":null}}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		s, err := exchange.ReadJSONL("f", bytes.NewReader(data), epoch)
		if err != nil {
			return
		}
		out := write(t, s)
		back, err := exchange.ReadJSONL("out", bytes.NewReader(out), time.Time{})
		if err != nil {
			t.Fatalf("written, it cannot be read: %v\n%s", err, out)
		}
		if back.ID != s.ID {
			t.Fatalf("read back differs:\n%s", cmp.Diff(s, back, equal))
		}
	})
}
