package exchange_test

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"

	"gujo/graph"
	"gujo/graph/exchange"
)

// repeated reads as a beginning, something n times over, and an end, and counts
// what was read of it. In what is repeated, # stands for the number.
type repeated struct {
	head, body, tail string
	n                int
	at, read         int
	buf, left        []byte
}

func (r *repeated) Read(p []byte) (int, error) {
	for len(r.left) == 0 {
		if r.at > r.n+1 {
			return 0, io.EOF
		}
		for r.buf = r.buf[:0]; r.at <= r.n+1 && len(r.buf) < 1<<12; r.at++ {
			switch r.at {
			case 0:
				r.buf = append(r.buf, r.head...)
			case r.n + 1:
				r.buf = append(r.buf, r.tail...)
			default:
				before, after, numbered := strings.Cut(r.body, "#")
				r.buf = append(r.buf, before...)
				if numbered {
					r.buf = strconv.AppendInt(r.buf, int64(r.at), 10)
				}
				r.buf = append(r.buf, after...)
			}
		}
		r.left = r.buf
	}
	n := copy(p, r.left)
	r.left = r.left[n:]
	r.read += n
	return n, nil
}

// TestHostileFilesAreRefusedEarly: an error that names the place, after a bounded
// part of the file and bounded memory. The memory is all that was ever allocated,
// freed or not; the bounds are about twice what was measured.
func TestHostileFilesAreRefusedEarly(t *testing.T) {
	const mb = 1 << 20
	psa := func(name string, r io.Reader) (*graph.Snapshot, error) { return exchange.ReadOpenPSA(name, r, epoch) }
	gml := func(name string, r io.Reader) (*graph.Snapshot, error) { return exchange.ReadGraphML(name, r, epoch) }
	jsonl := func(name string, r io.Reader) (*graph.Snapshot, error) { return exchange.ReadJSONL(name, r, epoch) }
	yaml := func(name string, r io.Reader) (*graph.Snapshot, error) {
		data, err := io.ReadAll(r)
		if err != nil {
			return nil, err
		}
		return exchange.ReadYAML(name, data)
	}
	gate := `<opsa-mef><define-fault-tree name="T"><define-gate name="g"><or>` + "\n"
	graphOf := func(keys string) string { return `<graphml>` + keys + `<graph>` + "\n" }
	entities := `<!DOCTYPE lolz [<!ENTITY lol "lol"><!ENTITY lol2 "&lol;&lol;&lol;&lol;&lol;&lol;&lol;&lol;&lol;&lol;">]>`
	external := `<!DOCTYPE foo [<!ENTITY xxe SYSTEM "file:///etc/passwd">]>`
	parameter := `<!DOCTYPE foo [<!ENTITY % remote SYSTEM "http://127.0.0.1:1/x.dtd"> %remote;]>`
	group := `{"schema":"gujo/graph/v1"}` + "\n" + `{"component":"g","kind":"redundancy_group","k":1}` + "\n"
	aliases := "a: &a [x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b]\ncomponents: [*c,*c,*c,*c]\n"
	for _, test := range []struct {
		name   string
		read   func(string, io.Reader) (*graph.Snapshot, error)
		in     repeated
		want   string
		size   int // bytes read, at most
		memory int // bytes allocated, at most
	}{
		{"open-psa: entities in entities", psa, repeated{head: entities + "\n<opsa-mef>&lol2;</opsa-mef>"}, "f:1: a document type with declarations", mb, mb},
		{"open-psa: an entity in a name", psa, repeated{head: gate + `<event name="&lol;"/>`}, "f:2: invalid character entity &lol;", mb, mb},
		{"open-psa: an external entity", psa, repeated{head: external + `<opsa-mef>&xxe;</opsa-mef>`}, "f:1: a document type with declarations", mb, mb},
		{"graphml: entities in entities", gml, repeated{head: entities + "<graphml>&lol2;</graphml>"}, "f:1: a document type with declarations", mb, mb},
		{"graphml: a document type from elsewhere", gml, repeated{head: "\n" + parameter + "<graphml/>"}, "f:2: a document type with declarations", mb, mb},
		{"open-psa: an attribute of 10 MB", psa, repeated{head: gate + `<event name="`, body: "x", n: 10 * mb, tail: `"/>`}, "f:2: a tag, text or comment longer than 8388608 bytes", 9 * mb, 50 * mb},
		{"open-psa: a name of 2 kB", psa, repeated{head: gate + `<event name="`, body: "x", n: 2048, tail: `"/>`}, "f:2: event with a name of 2048 bytes, want at most 1024", mb, mb},
		{"open-psa: a label of 2 MB", psa, repeated{head: `<opsa-mef><define-fault-tree name="T">` + "\n" + `<define-gate name="g"><label>`, body: "x", n: 2 * mb, tail: `</label>`}, "f:2: a text longer than", 3 * mb, 8 * mb},
		{"open-psa: an attribute without end", psa, repeated{head: gate + `<event name="`, body: "xxxxxxxxxxxxxxxx", n: 1 << 40}, "f:2: a tag, text or comment longer", 9 * mb, 50 * mb},
		{"graphml: an attribute of 10 MB", gml, repeated{head: graphOf("") + `<node id="`, body: "x", n: 10 * mb, tail: `"/>`}, "f:2: a tag, text or comment longer", 9 * mb, 50 * mb},
		{"graphml: data of 10 MB", gml, repeated{head: graphOf(`<key id="d" attr.name="d"/>`) + `<node id="a"><data key="d">`, body: "<![CDATA[xxxxxxxxxxxxxxxxxxxxxxxx]]>", n: mb / 2, tail: `</data></node></graph></graphml>`}, "f:2: data longer than 1048576 bytes", 20 * mb, 60 * mb},
		{"graphml: defaults that multiply", gml, repeated{head: graphOf(`<key id="d" attr.name="d"><default>` + strings.Repeat("x", mb/2) + `</default></key>`), body: `<node id="#"/>`, n: mb}, "f:2: more than 268435456 bytes of data", 2 * mb, 6 * mb},
		{"open-psa: 10 million members", psa, repeated{head: gate, body: `<event name="e#"/>` + "\n", n: 10_000_000, tail: "</or>"}, "f:262146: more than 262144 members", 32 * mb, 400 * mb},
		{"open-psa: 10 million events", psa, repeated{head: "<opsa-mef><model-data>\n", body: `<define-basic-event name="e#"/>` + "\n", n: 10_000_000}, "f:1048578: more than 1048576 gates and events", 90 * mb, 3000 * mb},
		{"graphml: 10 million ends", gml, repeated{head: graphOf("") + "<hyperedge>\n", body: `<endpoint node="a"/>` + "\n", n: 10_000_000}, "f:262147: more than 262144 endpoints", 32 * mb, 250 * mb},
		{"graphml: 10 million nodes", gml, repeated{head: graphOf(""), body: `<node id="#"/>` + "\n", n: 10_000_000}, "f:1048578: more than 1048576 nodes and edges", 60 * mb, 1800 * mb},
		{"graphml: as many edges", gml, repeated{head: graphOf("") + `<node id="a"/>`, body: `<edge source="a" target="a"/>` + "\n", n: 10_000_000}, "f:1048577: more than 1048576 nodes and edges", 80 * mb, 2100 * mb},
		{"open-psa: nested 10,000 deep", psa, repeated{head: gate, body: "<and>", n: 10_000}, "f:2: nested deeper than 256 elements", mb, mb},
		{"graphml: nested 10,000 deep", gml, repeated{head: graphOf(""), body: `<node id="#"><graph>`, n: 10_000}, "f:2: nested deeper than 256 elements", mb, 2 * mb},
		{"graphml: drawings nested 10,000 deep", gml, repeated{head: graphOf(`<key id="d"/>`) + `<node id="a"><data key="d">`, body: `<x>`, n: 10_000}, "f:2: nested deeper than 256 elements", mb, mb},
		{"json: an attribute of 10 MB", jsonl, repeated{head: `{"schema":"gujo/graph/v1"}` + "\n" + `{"component":"a","kind":"server","attrs":{"x":"`, body: "x", n: 10 * mb, tail: `"}}`}, "f:2: line longer than", 5 * mb, 50 * mb},
		{"json: 10 million members", jsonl, repeated{head: group, body: `{"relation":"member","from":"g","to":"s#"}` + "\n", n: 10_000_000}, "f:262147: group g: more than 262144 members", 60 * mb, 600 * mb},
		{"json: nested 10,000 deep", jsonl, repeated{head: `{"schema":"gujo/graph/v1"}` + "\n" + `{"component":"a","kind":"server","attrs":{"x":`, body: "[", n: 10_000, tail: "\n"}, "f:2: ", mb, mb},
		{"json: contradictory k", jsonl, repeated{head: `{"schema":"gujo/graph/v1"}` + "\n" + `{"component":"g","kind":"redundancy_group","k":3,"designed":2}`}, "f:2: component g: k is 3 of 2 designed members, want k ≤ designed", mb, mb},
		{"yaml: aliases of aliases", yaml, repeated{head: aliases}, "f:1:", mb, 2 * mb},
		{"yaml: an alias where a component should be", yaml, repeated{head: "components:\n- &a {component: a, kind: server}\n- *a\n"}, "f:2:", mb, mb},
		{"yaml: an attribute of 10 MB", yaml, repeated{head: "components:\n- {component: a, kind: server, attrs: {x: ", body: "x", n: 10 * mb, tail: "}}"}, "f: larger than 4194304 bytes", 11 * mb, 50 * mb},
		{"yaml: nested 10,000 deep", yaml, repeated{head: "components:\n  ", body: "[", n: 10_000}, "f:2: nested deeper than a graph can be", mb, mb},
		{"yaml: 2 million lists in one line", yaml, repeated{head: "components:\n", body: "- ", n: 2_000_000}, "f:2: nested deeper than a graph can be", 4 * mb, 20 * mb},
		{"yaml: contradictory k", yaml, repeated{head: "components:\n- {component: g, kind: redundancy_group, k: 3, designed: 2}\n"}, "f:2:3: component g: k is 3 of 2 designed members", mb, mb},
	} {
		t.Run(test.name, func(t *testing.T) {
			if test.memory > 1000*mb && os.Getenv("GUJO_SOAK") != "1" {
				t.Skip("takes seconds: with GUJO_SOAK=1")
			}
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			begin := time.Now()
			s, err := test.read("f", &test.in)
			took := time.Since(begin)
			runtime.ReadMemStats(&after)
			used := int(after.TotalAlloc - before.TotalAlloc)
			if s != nil || err == nil || !strings.HasPrefix(err.Error(), test.want) {
				t.Errorf("got  %v\nwant %s", err, test.want)
			}
			if err != nil && len(err.Error()) > 500 {
				t.Errorf("an error of %d bytes", len(err.Error()))
			}
			if test.in.read > test.size || used > test.memory {
				t.Errorf("%d bytes read and %d allocated, want at most %d and %d", test.in.read, used, test.size, test.memory)
			}
			t.Logf("%d kB read, %d kB allocated, %v", test.in.read>>10, used>>10, took.Round(time.Millisecond))
			if took > 30*time.Second {
				t.Errorf("it took %v", took)
			}
		})
	}
}

// TestNothingIsFetched: a file beside the one that is read stays unread.
func TestNothingIsFetched(t *testing.T) {
	secret := filepath.Join(t.TempDir(), "secret")
	if err := os.WriteFile(secret, []byte("hidden"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, in := range []string{
		`<!DOCTYPE opsa-mef SYSTEM "` + secret + `"><opsa-mef><define-fault-tree name="T"><define-gate name="g"><event name="&x;"/></define-gate></define-fault-tree></opsa-mef>`,
		`<!DOCTYPE x [<!ENTITY x SYSTEM "file://` + secret + `">]><opsa-mef><define-fault-tree name="T"><define-gate name="g"><event name="&x;"/></define-gate></define-fault-tree></opsa-mef>`,
		`<opsa-mef><include file="` + secret + `"/></opsa-mef>`,
	} {
		_, err := exchange.ReadOpenPSA("f", strings.NewReader(in), epoch)
		if err == nil || strings.Contains(err.Error(), "hidden") || errors.Is(err, os.ErrNotExist) {
			t.Errorf("%s: %v", in, err)
		}
	}
}
