package exchange_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"gujo/graph"
	"gujo/graph/exchange"
)

// drawing is a file in GraphML; the tests count lines from its first.
func drawing(body string) string {
	return `<?xml version="1.0"?><graphml xmlns="http://graphml.graphdrawing.org/xmlns" xmlns:y="http://www.yworks.com/xml/graphml">` + "\n" + body + "\n</graphml>"
}

func readGraphML(t testing.TB, in string) *graph.Snapshot {
	t.Helper()
	s, err := exchange.ReadGraphML("f", strings.NewReader(in), epoch)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestNodesBecomeDevicesAndEdgesLinks(t *testing.T) {
	for _, test := range []struct {
		name, in string
		want     []string
	}{
		{"an edge is a link of its own", drawing(`<graph edgedefault="undirected"><edge source="b" target="a"/><node id="a"/><node id="b"/></graph>`), []string{
			"link/a--b", "network_device/a", "network_device/b", "link/a--b joins network_device/a", "link/a--b joins network_device/b"}},
		{"parallel edges and loops are kept", drawing(`<graph edgedefault="undirected"><node id="a"/><node id="b"/><edge source="a" target="b"/><edge source="b" target="a"/><edge source="a" target="a"/></graph>`), []string{
			"link/a--a", "link/a--b", "link/a--b~2", "network_device/a", "network_device/b", "link/a--a joins network_device/a",
			"link/a--b joins network_device/a", "link/a--b joins network_device/b", "link/a--b~2 joins network_device/a", "link/a--b~2 joins network_device/b"}},
		{"directions are told", drawing(`<graph edgedefault="directed"><node id="a"/><node id="b"/><edge source="a" target="b"/><edge source="a" target="b" directed="false"/></graph>`), []string{
			"link/a--b directed=true", "link/a--b~2", "network_device/a", "network_device/b", "link/a--b joins network_device/a", "link/a--b joins network_device/b",
			"link/a--b~2 joins network_device/a", "link/a--b~2 joins network_device/b"}},
		{"labels name, and tell apart with the ID", drawing(`<key id="l" for="node" attr.name="label" attr.type="string"/><key id="n" for="node" attr.name="name"/>
			<graph><node id="0"><data key="l">New
			York</data></node><node id="1"><data key="l">?</data><data key="n">x</data></node><node id="2"><data key="l">?</data></node><node id="3"><data key="n">본원</data></node></graph>`), []string{
			"network_device/?~1 name=x", "network_device/?~2", "network_device/New York", "network_device/본원 name=본원"}},
		{"data have types and defaults", drawing(`<key id="a" for="node" attr.name="ports" attr.type="int"><default>24</default></key><key id="b" for="edge" attr.name="speed" attr.type="double"/>
			<key id="c" for="all" attr.name="up" attr.type="boolean"><default>true</default></key><key id="d" for="port" attr.name="x"><default>1</default></key><key id="e" for="node" attr.name="model"/>
			<graph><node id="a"><data key="a">48</data><data key="a">99</data><data key="e"> C9300 </data></node><node id="b"><data key="c">false</data><data key="e"/></node><edge source="a" target="b"><data key="b">1e10</data></edge></graph>`), []string{
			"link/a--b speed=1e+10 up=true", "network_device/a model=C9300 ports=48 up=true", "network_device/b ports=24 up=false",
			"link/a--b joins network_device/a", "link/a--b joins network_device/b"}},
		{"yEd: labels, groups, resources", drawing(`<key for="node" id="d6" yfiles.type="nodegraphics"/><key for="edge" id="d9" yfiles.type="edgegraphics"/><key for="graphml" id="d7" yfiles.type="resources"/><key for="node" id="d5" attr.name="description"/>
			<graph id="G" edgedefault="directed"><data key="d0"/>
			<node id="n0" yfiles.foldertype="group"><data key="d6"><y:ProxyAutoBoundsNode><y:Realizers><y:GroupNode><y:NodeLabel>Site</y:NodeLabel></y:GroupNode></y:Realizers></y:ProxyAutoBoundsNode></data>
			  <graph id="n0:"><node id="n0::n0"><data key="d5"/><data key="d6"><y:ShapeNode><y:NodeLabel hasText="false"> </y:NodeLabel><y:NodeLabel>core-1<y:LabelModel><y:X>no</y:X></y:LabelModel></y:NodeLabel><y:NodeLabel>other</y:NodeLabel></y:ShapeNode></data></node></graph></node>
			<node id="n1"><port name="p"/><data key="d6"><y:ShapeNode/></data></node>
			<edge id="e0" source="n0::n0" target="n1" sourceport="p0" targetport="p"><data key="d9"><y:PolyLineEdge><y:EdgeLabel>10G</y:EdgeLabel></y:PolyLineEdge></data></edge></graph><data key="d7"><y:Resources><y:Resource>x</y:Resource></y:Resources></data>`), []string{
			"link/core-1--n1 directed=true source_port=p0 target_port=p", "network_device/core-1", "network_device/n1",
			"link/core-1--n1 joins network_device/core-1", "link/core-1--n1 joins network_device/n1"}},
		{"a hyperedge is a segment", drawing(`<graph><node id="a"/><node id="b"/><node id="c"/><hyperedge id="h"><endpoint node="c"/><endpoint node="a"/><endpoint node="b"/></hyperedge></graph>`), []string{
			"link/segment-a", "network_device/a", "network_device/b", "network_device/c", "link/segment-a joins network_device/a", "link/segment-a joins network_device/b", "link/segment-a joins network_device/c"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			if diff := cmp.Diff(test.want, said(readGraphML(t, test.in))); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

func TestNodesAreFoundByLabelAndByID(t *testing.T) {
	s := readGraphML(t, drawing(`<key id="l" for="node" attr.name="label"/><graph><node id="n7"><data key="l">Seoul</data></node><node id="n8"/><edge id="e3" source="n7" target="n8"/></graph>`))
	for text, want := range map[string]string{"n7": "network_device/Seoul", "seoul": "network_device/Seoul", "n8": "network_device/n8", "e3": "link/Seoul--n8"} {
		if m := graph.Lookup(s, text); len(m) != 1 || s.Components[m[0]].ID != want {
			t.Errorf("%s finds %v", text, m)
		}
	}
}

func TestBadDrawingsAreNamedWithTheirLine(t *testing.T) {
	in := func(body string) string {
		return drawing("<graph edgedefault=\"undirected\">\n<node id=\"a\"/>\n" + body + "</graph>")
	}
	for _, test := range []struct{ name, in, want string }{
		{"empty", " ", "f:1: empty, want an element graphml"},
		{"another format", "<opsa-mef/>", "f:1: element opsa-mef, want graphml"},
		{"no node", drawing("<graph/>"), "f:3: no node"},
		{"cut off", "<graphml><graph>\n<node id=\"a\">", "f:2: unexpected EOF"},
		{"node without id", in("<node/>"), "f:4: node without id"},
		{"node twice", in(`<node id="a"/>`), "f:4: node a is defined twice, first in line 3"},
		{"edge without target", in(`<edge source="a"/>`), "f:4: edge without target"},
		{"edge to nowhere", in("\n" + `<edge source="a" target="b"/>`), "f:5: edge to the node b, which is not there"},
		{"edge to a frame", in(`<node id="g"><graph><node id="b"/></graph></node><edge source="a" target="g"/>`), "f:4: edge to the node g, which is a frame"},
		{"graph in an edge", in(`<edge source="a" target="a"><graph/></edge>`), "f:4: element graph in an edge"},
		{"hyperedge without ends", in(`<hyperedge/>`), "f:4: hyperedge without ends"},
		{"unknown element", in(`<vertex/>`), "f:4: element vertex in a graph, want node, edge or hyperedge"},
		{"unknown element in a node", in(`<node id="b"><edge/></node>`), "f:4: element edge in a node, want data"},
		{"unknown element at the top", drawing("<graph/>\n<node/>"), "f:3: element node, want key or graph"},
		{"data of no key", in(`<node id="b"><data key="x">1</data></node>`), `f:4: data of the key "x", which is not defined`},
		{"key twice", drawing("<key id=\"a\"/>\n<key id=\"a\"/>"), "f:3: key a is defined twice"},
		{"unknown direction", drawing(`<graph edgedefault="both"/>`), `f:2: edges are "both" by edgedefault, want directed or undirected`},
		{"unknown direction of an edge", in(`<edge source="a" target="a" directed="yes"/>`), `f:4: edges are "yes" by directed, want true or false`},
		{"control character in an ID", in("<node id=\"x&#x1;\"/>"), "f:4: illegal character code U+0001"},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, err := exchange.ReadGraphML("f", strings.NewReader(test.in), epoch)
			if err == nil {
				t.Fatalf("accepted, want %s", test.want)
			}
			if !strings.HasPrefix(err.Error(), test.want) {
				t.Errorf("got  %v\nwant %s", err, test.want)
			}
		})
	}
	var out bytes.Buffer
	if err := exchange.WriteGraphML(&out, sample(t)); err != nil {
		t.Fatal(err)
	}
	if _, err := exchange.ReadGraphML("f", &out, epoch); err == nil || !strings.Contains(err.Error(), "want it as JSON Lines") {
		t.Errorf("a graph of ours as GraphML is read as devices: %v", err)
	}
}

func TestFormatsInXMLAreToldByTheirFirstElement(t *testing.T) {
	for in, want := range map[string]string{
		tree(""): exchange.OpenPSA, "\xef\xbb\xbf \n<!-- <graphml> --><!DOCTYPE x><open-psa>": exchange.OpenPSA,
		drawing(""): exchange.GraphML, `<g:graphml xmlns:g="x"`: "", `<g:graphml xmlns:g="x">`: exchange.GraphML,
		"<html><graphml/>": "", "": "", "graphml": "", "<": "", "<?xml version=\"1.0\" encoding=\"UTF-7\"?><graphml>": "",
		"{\"a\":\"<graphml>\"}": "",
	} {
		if got, ok := exchange.DetectXML([]byte(in)); got != want || ok != (want != "") {
			t.Errorf("%q: %q, %t", in, got, ok)
		}
	}
}

func FuzzReadGraphML(f *testing.F) {
	f.Add([]byte(drawing(`<key id="l" for="node" attr.name="label"><default>x</default></key><key id="s" for="edge" attr.name="speed" attr.type="double"/><key for="node" id="d6" yfiles.type="nodegraphics"/>
		<graph edgedefault="directed"><node id="a"><data key="l">A</data><port name="p"/></node><node id="b" yfiles.foldertype="group"><graph><node id="b::c"><data key="d6"><y:NodeLabel>L</y:NodeLabel></data></node></graph></node>
		<edge id="e" source="a" target="b::c" sourceport="p"><data key="s">1</data></edge><edge source="a" target="a"/><hyperedge><endpoint node="a"/><endpoint node="b::c"/><endpoint node="a"/></hyperedge></graph>`)))
	f.Add([]byte(`<graphml><graph edgedefault="undirected"><node id="0"/><node id="1"/><edge source="0" target="1"/><edge source="1" target="0"/></graph></graphml>`))
	f.Fuzz(func(t *testing.T, data []byte) {
		exchange.DetectXML(data)
		s, err := exchange.ReadGraphML("f", bytes.NewReader(data), epoch)
		if err != nil {
			if !strings.HasPrefix(err.Error(), "f:") {
				t.Fatalf("no place in the error: %v", err)
			}
			return
		}
		if back := read(t, "out", write(t, s)); back.ID != s.ID {
			t.Fatalf("read back differs:\n%s", cmp.Diff(s, back, equal))
		}
		var out bytes.Buffer
		if err := exchange.WriteGraphML(&out, s); err != nil && !strings.Contains(err.Error(), "XML does not have") {
			t.Fatal(err)
		}
	})
}
