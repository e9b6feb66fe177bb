package exchange_test

import (
	"bytes"
	"context"
	"encoding/csv"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"gujo/graph"
	"gujo/graph/compile"
	"gujo/graph/exchange"
)

// model is a file in the Open-PSA format; the tests count lines from its first.
func model(body string) string {
	return `<?xml version="1.0"?><opsa-mef>` + "\n" + body + "\n</opsa-mef>"
}

func tree(body string) string {
	return model("<define-fault-tree name=\"T\">\n" + body + "\n</define-fault-tree>")
}

func readPSA(t testing.TB, name, in string) *graph.Snapshot {
	t.Helper()
	s, err := exchange.ReadOpenPSA(name, strings.NewReader(in), epoch)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// corpus gives the path of a file of the shared corpora.
func corpus(t testing.TB, name string) string {
	t.Helper()
	dir := filepath.Join(filepath.Dir(cases(t)[0]), "..", "corpora", name)
	if _, err := os.Stat(dir); err != nil {
		t.Skip("the shared corpora are not here: ", err)
	}
	return dir
}

// said writes a graph as one line for each component and relation.
func said(s *graph.Snapshot) []string {
	var out []string
	for i := range s.Components {
		c := &s.Components[i]
		line := c.ID
		if c.Group != nil {
			line += " " + strconv.Itoa(c.Group.K) + "/" + strconv.Itoa(c.Group.Designed)
		}
		if c.State != graph.NotObserved {
			line += " " + c.State.String()
		}
		for _, a := range c.Attrs {
			line += " " + a.Key + "=" + a.Value.Text()
		}
		out = append(out, line)
	}
	for i := range s.Relations {
		r := &s.Relations[i]
		out = append(out, s.Components[r.From].ID+" "+r.Type.String()+" "+s.Components[r.To].ID)
	}
	return out
}

func TestFailureLogicBecomesSuccessLogic(t *testing.T) {
	for _, test := range []struct {
		name, in string
		want     []string
	}{
		{"or is a need of each", tree(`<define-gate name="g"><or><basic-event name="a"/><basic-event name="b"/></or></define-gate>`), []string{
			"event/a", "event/b", "gate/g top=true", "gate/g requires event/a", "gate/g requires event/b"}},
		{"and is one of all", tree(`<define-gate name="g"><and><basic-event name="a"/><basic-event name="b"/><basic-event name="c"/></and></define-gate>`), []string{
			"event/a", "event/b", "event/c", "gate/g top=true", "redundancy_group/g:1 1/3", "gate/g requires redundancy_group/g:1",
			"redundancy_group/g:1 member event/a", "redundancy_group/g:1 member event/b", "redundancy_group/g:1 member event/c"}},
		{"atleast m of n is n − m + 1", tree(`<define-gate name="g"><atleast min="2"><basic-event name="a"/><basic-event name="b"/><basic-event name="c"/></atleast></define-gate>`), []string{
			"event/a", "event/b", "event/c", "gate/g top=true", "redundancy_group/g:1 2/3", "gate/g requires redundancy_group/g:1",
			"redundancy_group/g:1 member event/a", "redundancy_group/g:1 member event/b", "redundancy_group/g:1 member event/c"}},
		{"a member listed twice counts once", tree(`<define-gate name="g"><atleast min="2"><basic-event name="a"/><basic-event name="a"/><event name="b"/></atleast></define-gate><define-basic-event name="a"/><define-basic-event name="b"/>`), []string{
			"event/a", "event/b", "gate/g top=true", "redundancy_group/g:1 1/2", "gate/g requires redundancy_group/g:1",
			"redundancy_group/g:1 member event/a", "redundancy_group/g:1 member event/b"}},
		{"a gate may be another", tree(`<define-gate name="g"><gate name="h"/></define-gate><define-gate name="h"><basic-event name="a"/></define-gate>`), []string{
			"event/a", "gate/g top=true", "gate/h", "gate/g requires gate/h", "gate/h requires event/a"}},
		{"house events are constants", tree(`<define-gate name="g"><and><house-event name="t"/><house-event name="f"/><house-event name="d"/></and></define-gate>
			<define-house-event name="t"><constant value="true"/></define-house-event><define-house-event name="f"><constant value="false"/></define-house-event><define-house-event name="d"/>`), []string{
			"event/t down", "gate/d", "gate/f", "gate/g top=true", "redundancy_group/g:1 1/3", "gate/g requires redundancy_group/g:1",
			"redundancy_group/g:1 member event/t", "redundancy_group/g:1 member gate/d", "redundancy_group/g:1 member gate/f"}},
		{"constants too", tree(`<define-gate name="g"><or><constant value="true"/><constant value="false"/></or></define-gate>`), []string{
			"event/constant:true down", "gate/constant:false", "gate/g top=true", "gate/g requires event/constant:true", "gate/g requires gate/constant:false"}},
		{"formulas nest", tree(`<define-gate name="g"><or><basic-event name="a"/><and><basic-event name="b"/><or><basic-event name="c"/><basic-event name="a"/></or></and></or></define-gate>`), []string{
			"event/a", "event/b", "event/c", "gate/g top=true", "gate/g:2", "redundancy_group/g:1 1/2", "gate/g requires event/a",
			"gate/g requires redundancy_group/g:1", "gate/g:2 requires event/a", "gate/g:2 requires event/c",
			"redundancy_group/g:1 member event/b", "redundancy_group/g:1 member gate/g:2"}},
		{"labels, attributes and plain probabilities are kept", tree(`<define-gate name="g"><label>the
			 top</label><attributes><attribute name="owner" value="x"/><attribute name="top" value="no"/></attributes><basic-event name="a"/></define-gate>
			<define-basic-event name="a"><label>밸브</label><attributes><attribute name="mtbf_hours" value="1e4" type="float"/></attributes><float value="1e-3"/></define-basic-event>
			<define-basic-event name="b"><exponential><parameter name="l"/><system-mission-time/></exponential></define-basic-event>`), []string{
			"event/a label=밸브 mtbf_hours=10000 probability=0.001", "event/b", "gate/g label=the top owner=x top=true", "gate/g requires event/a"}},
		{"several trees have several tops", model(`<define-fault-tree name="T"><define-gate name="g"><basic-event name="a"/></define-gate></define-fault-tree>
			<define-fault-tree name="U"><define-gate name="h"><basic-event name="a"/></define-gate></define-fault-tree><model-data><define-basic-event name="a"/></model-data>`), []string{
			"event/a", "gate/g top=true", "gate/h top=true", "gate/g requires event/a", "gate/h requires event/a"}},
		{"names are found from the inside out", model(`<define-fault-tree name="T"><define-gate name="g"><or><gate name="A.h"/><gate name="T.B.h"/><basic-event name="e"/></or></define-gate>
			<define-component name="A" role="private"><define-gate name="h"><or><basic-event name="e"/><basic-event name="T.B.e"/></or></define-gate><define-basic-event name="e"/></define-component>
			<define-component name="B"><define-gate name="h" role="private"><basic-event name="e"/></define-gate><define-basic-event name="e" role="private"/></define-component>
			<define-basic-event name="e"/></define-fault-tree>`), []string{
			"event/T.A.e", "event/T.B.e", "event/e", "gate/T.A.h", "gate/T.B.h", "gate/g top=true",
			"gate/T.A.h requires event/T.A.e", "gate/T.A.h requires event/T.B.e", "gate/T.B.h requires event/T.B.e",
			"gate/g requires event/e", "gate/g requires gate/T.A.h", "gate/g requires gate/T.B.h"}},
		{"what says nothing of failing is passed over", model(`<label>m</label><attributes><attribute name="a" value="b"/></attributes><define-event-tree name="E"><initial-state><sequence name="s"/></initial-state></define-event-tree>
			<define-fault-tree name="T"><define-parameter name="p"><float value="1"/></define-parameter><define-gate name="g"><basic-event name="a"/></define-gate></define-fault-tree>`), []string{
			"event/a", "gate/g top=true", "gate/g requires event/a"}},
		{"in the encoding that it says", "<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?><!DOCTYPE opsa-mef><opsa-mef><define-fault-tree name=\"T\"><define-gate name=\"g\"><basic-event name=\"\xe9\"/></define-gate></define-fault-tree></opsa-mef>", []string{
			"event/é", "gate/g top=true", "gate/g requires event/é"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			if diff := cmp.Diff(test.want, said(readPSA(t, "f", test.in))); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

func TestBadFaultTreesAreNamedWithTheirLine(t *testing.T) {
	gate := func(formula string) string {
		return tree(`<define-basic-event name="a"/>` + "\n<define-gate name=\"g\">" + formula + "</define-gate>")
	}
	for _, test := range []struct{ name, in, want string }{
		{"empty", "", "f:1: empty, want an element opsa-mef or open-psa"},
		{"no XML", "hello", "f:1: text hello, want an element opsa-mef"},
		{"another format", "<graphml/>", "f:1: element graphml, want opsa-mef"},
		{"cut off", "<opsa-mef>\n<define-fault-tree name=\"T\">", "f:2: unexpected EOF"},
		{"wrong end", "<opsa-mef>\n</opsa>", "f:2: element <opsa-mef> closed by </opsa>"},
		{"two documents", model("<model-data/>") + "<opsa-mef/>", "f:3: more after the last element"},
		{"no gate", model(""), "f:3: no gate"},
		{"gate without formula", gate(""), "f:4: gate g has no formula"},
		{"two formulas", gate(`<basic-event name="a"/><basic-event name="a"/>`), "f:4: gate g says it twice"},
		{"gate without name", tree(`<define-gate><basic-event name="a"/></define-gate>`), "f:3: define-gate without name"},
		{"undefined gate", gate(`<or><basic-event name="a"/>` + "\n" + `<gate name="h"/></or>`), "f:5: gate h is not defined"},
		{"undefined event", gate(`<event name="b"/>`), "f:4: event b is not defined"},
		{"undeclared basic event where others are declared", gate(`<basic-event name="b"/>`), "f:4: basic event b is not defined"},
		{"undefined house event", gate(`<house-event name="b"/>`), "f:4: house event b is not defined"},
		{"private from outside", model(`<define-fault-tree name="T"><define-component name="A" role="private"><define-basic-event name="e"/></define-component>` + "\n" + `<define-gate name="g"><basic-event name="e"/></define-gate></define-fault-tree>`), "f:3: basic event e is not defined"},
		{"called what it is not", gate(`<gate name="a"/>`), "f:4: gate a is defined as a basic event in line 3"},
		{"defined twice", tree(`<define-basic-event name="a"/>` + "\n" + `<define-gate name="a"><constant value="true"/></define-gate>`), "f:4: gate a is defined twice, first as basic event in line 3"},
		{"public twice", model(`<define-fault-tree name="T"><define-basic-event name="a"/></define-fault-tree>` + "\n" + `<define-fault-tree name="U"><define-basic-event name="a"/></define-fault-tree>`), "f:3: basic event a is defined twice"},
		{"loop", tree("<define-gate name=\"g\"><gate name=\"h\"/></define-gate>\n<define-gate name=\"h\"><or><gate name=\"i\"/></or></define-gate>\n<define-gate name=\"i\"><gate name=\"h\"/></define-gate>"), "f:4: gate h depends on itself: h → i → h"},
		{"gate of itself", gate(`<gate name="g"/>`), "f:4: gate g depends on itself: g → g"},
		{"not", gate(`<or>` + "\n" + `<not><basic-event name="a"/></not></or>`), "f:5: connective not is not coherent, want and, or, atleast"},
		{"xor", gate(`<xor/>`), "f:4: connective xor is not coherent"},
		{"iff", gate(`<iff/>`), "f:4: connective iff is not coherent"},
		{"nand", gate(`<nand/>`), "f:4: connective nand is not coherent"},
		{"nor", gate(`<nor/>`), "f:4: connective nor is not coherent"},
		{"imply", gate(`<imply/>`), "f:4: connective imply is not coherent"},
		{"cardinality", gate(`<cardinality min="1" max="2"/>`), "f:4: connective cardinality is not coherent"},
		{"unknown connective", gate(`<most/>`), "f:4: unknown connective most"},
		{"and of nothing", gate(`<and/>`), "f:4: and of nothing"},
		{"atleast of more than there are", gate(`<atleast min="3"><basic-event name="a"/><constant value="true"/></atleast>`), "f:4: atleast 3 of 2 members"},
		{"atleast of more than there are, one of them twice", gate(`<atleast min="2"><basic-event name="a"/><basic-event name="a"/></atleast>`), "f:4: atleast 2 of 1 members"},
		{"atleast none", gate(`<atleast min="0"><basic-event name="a"/></atleast>`), `f:4: atleast with min "0", want a whole number from 1`},
		{"atleast of a word", gate(`<atleast min="two"><basic-event name="a"/></atleast>`), `f:4: atleast with min "two"`},
		{"atleast without min", gate(`<atleast><basic-event name="a"/></atleast>`), `f:4: atleast with min ""`},
		{"event of another type", gate(`<event name="a" type="leaf"/>`), `f:4: event a of type "leaf"`},
		{"constant of another value", gate(`<constant value="maybe"/>`), `f:4: constant "maybe", want a constant`},
		{"probability above one", tree(`<define-basic-event name="a"><float value="2"/></define-basic-event>`), `f:3: probability "2", want a number from 0 to 1`},
		{"probability that is none", tree(`<define-basic-event name="a"><float value="NaN"/></define-basic-event>`), `f:3: probability "NaN"`},
		{"common cause", tree(`<define-CCF-group name="c" model="beta-factor"/>`), "f:3: define-CCF-group c is not read"},
		{"substitution", tree(`<define-substitution name="s"/>`), "f:3: define-substitution s is not read"},
		{"included file", model(`<include file="/etc/passwd"/>`), "f:2: include /etc/passwd is not read"},
		{"unknown element", model(`<define-tree/>`), "f:2: unknown element define-tree"},
		{"text between", model(`hello`), `f:2: text "hello", want an element`},
		{"unknown role", tree(`<define-gate name="g" role="secret"/>`), `f:3: role "secret", want private or public`},
		{"unknown encoding", `<?xml version="1.0" encoding="UTF-7"?><opsa-mef/>`, `f:1: xml: opening charset "UTF-7": encoding "UTF-7" is not read, want UTF-8`},
		{"control character in a name", gate(`<event name="&#x85;"/>`), "f:4: event without name"},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, err := exchange.ReadOpenPSA("f", strings.NewReader(test.in), epoch)
			if err == nil {
				t.Fatalf("accepted, want %s", test.want)
			}
			if !strings.HasPrefix(err.Error(), test.want) {
				t.Errorf("got  %v\nwant %s", err, test.want)
			}
		})
	}
}

// trees gives the fault trees of the corpus with the numbers of cuts of order 1 and 2
// that a published solver finds.
func trees(t testing.TB) map[string][2]int {
	t.Helper()
	f, err := os.Open(filepath.Join(corpus(t, "graphs/fault-trees"), "expected.tsv"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	r := csv.NewReader(f)
	r.Comma = '\t'
	rows, err := r.ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	out := map[string][2]int{}
	for _, row := range rows[1:] {
		one, _ := strconv.Atoi(row[2])
		two, _ := strconv.Atoi(row[3])
		out[row[0]] = [2]int{one, two}
	}
	return out
}

// topOf gives the top gate of a tree.
func topOf(t testing.TB, s *graph.Snapshot) string {
	t.Helper()
	top := ""
	for i := range s.Components {
		if s.Components[i].Attrs.IsTrue(exchange.TopAttr) {
			if top != "" {
				t.Errorf("%s and %s are tops", top, s.Components[i].ID)
			}
			top = s.Components[i].ID
		}
	}
	return top
}

func TestAraliaTreesHaveAsManyCutsAsPublished(t *testing.T) {
	dir := corpus(t, "graphs/fault-trees")
	for name, want := range trees(t) {
		data, err := os.ReadFile(filepath.Join(dir, name+".xml"))
		if err != nil {
			t.Fatal(err)
		}
		s := readPSA(t, name, string(data))
		a, err := compile.Analyze(s, compile.Options{Of: []string{topOf(t, s)}})
		if err != nil {
			t.Fatal(err)
		}
		begin := time.Now()
		cuts, err := a.Cuts(context.Background(), 2)
		if err != nil {
			t.Fatal(err)
		}
		t.Logf("%s: %d events, order 2 in %v", name, bytes.Count(data, []byte("<define-basic-event")), time.Since(begin).Round(time.Millisecond))
		n := cuts.Services[0].Counts
		got := [2]int{n["1"].Confirmed, n["2"].Confirmed}
		if got != want || n["1"].Possible+n["1"].Unobserved+n["2"].Possible+n["2"].Unobserved > 0 {
			t.Errorf("%s: got %v, want %v confirmed", name, n, want)
		}
	}
}

func FuzzReadOpenPSA(f *testing.F) {
	f.Add([]byte(tree(`<define-gate name="g"><or><basic-event name="a"/><and><basic-event name="b"/><or><basic-event name="c"/><gate name="h"/></or></and></or></define-gate>
		<define-gate name="h" role="private"><atleast min="2"><event name="a"/><house-event name="t"/><event name="b" type="basic-event"/></atleast></define-gate>
		<define-house-event name="t"><constant value="true"/></define-house-event>
		<define-basic-event name="a"><label>x</label><attributes><attribute name="p" value="1" type="int"/></attributes><float value="0.1"/></define-basic-event>
		<define-component name="A"><define-basic-event name="b"/><define-basic-event name="c" role="private"/></define-component>`)))
	f.Add([]byte(`<!DOCTYPE opsa-mef><open-psa><define-fault-tree name="T"><define-gate name="g"><not/></define-gate></define-fault-tree></open-psa>`))
	f.Add([]byte("\xef\xbb\xbf<?xml version=\"1.0\" encoding=\"euc-kr\"?><opsa-mef><define-fault-tree name=\"T\"><define-gate name=\"g\"><constant value=\"1\"/></define-gate></define-fault-tree></opsa-mef>"))
	f.Fuzz(func(t *testing.T, data []byte) {
		s, err := exchange.ReadOpenPSA("f", bytes.NewReader(data), epoch)
		if err != nil {
			if !strings.HasPrefix(err.Error(), "f:") {
				t.Fatalf("no place in the error: %v", err)
			}
			return
		}
		if back := read(t, "out", write(t, s)); back.ID != s.ID {
			t.Fatalf("read back differs:\n%s", cmp.Diff(s, back, equal))
		}
		a, err := compile.Analyze(s, compile.Options{})
		if err != nil {
			t.Fatal(err)
		}
		var tops []string
		for i := range s.Components {
			if s.Components[i].Attrs.IsTrue(exchange.TopAttr) {
				tops = append(tops, s.Components[i].ID)
			}
		}
		if len(tops) == 0 {
			t.Fatal("no top gate")
		}
		// What is written of a tree is read again.
		var out bytes.Buffer
		if err := exchange.WriteOpenPSA(&out, s, tops, treeOf(a)); err != nil {
			t.Fatal(err)
		}
		if _, err := exchange.ReadOpenPSA("again", &out, epoch); err != nil {
			t.Fatal(err)
		}
	})
}

// treeOf gives the fault trees of an analysis, to be written.
func treeOf(a *compile.Analysis) func(top string) (exchange.FaultTree, error) {
	return func(top string) (exchange.FaultTree, error) {
		t, err := a.Tree(context.Background(), top)
		out := exchange.FaultTree{Events: t.Events, Root: t.Root, Fails: t.Root == compile.TreeTrue}
		for _, g := range t.Gates {
			out.Gates = append(out.Gates, exchange.FaultGate(g))
		}
		return out, err
	}
}
