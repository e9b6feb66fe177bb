package exchange_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"gujo/graph/exchange"
)

const inYAML = `
schema: gujo/graph/v1
created: 2025-01-01T00:00:00Z
components:
  - {component: service/s, kind: service, name: 민원, attrs: {grade: 1, rto_minutes: 7.5, name_ko: '민원', tags: [a, b], open: true}}
  - component: redundancy_group/g
    kind: redundancy_group
    k: 50%
    technology: vrrp
    k_source: protocol
  - component: server/a
    kind: server
    state: down
    identifiers: ["mac:00:11:22:33:44:55", serial:1]
  - component: server/b
    kind: server
relations:
  - {relation: requires, from: service/s, to: redundancy_group/g}
  - {relation: member, from: redundancy_group/g, to: server/a, strength: assumed}
  - {relation: member, from: redundancy_group/g, to: server/b, attrs: {active: false}}
gaps:
  - {gap: server/a, table: ifTable, reason: denied}
coverage:
  - {coverage: server/b, complete: [ifTable], empty: [vrrpOperTable]}
conflicts:
  - {conflict: server/a, attribute: serial, values: [{value: "1", source: netbox}, {value: "2"}]}
evidence:
  - {evidence: "sha256:00#1", target: 10.0.0.1, value: core-2, collected: 2025-01-01T00:00:00Z}
notes:
  - {note: server/a, key: merged, args: [x]}
`

const inJSONL = `{"schema":"gujo/graph/v1","created":"2025-01-01T00:00:00Z","components":4,"relations":3}
{"component":"service/s","kind":"service","name":"민원","attrs":{"grade":1,"rto_minutes":7.5,"name_ko":"민원","tags":["a","b"],"open":true}}
{"component":"redundancy_group/g","kind":"redundancy_group","k":1,"designed":2,"technology":"vrrp","k_source":"protocol"}
{"component":"server/a","kind":"server","state":"down","identifiers":["mac:00:11:22:33:44:55","serial:1"]}
{"component":"server/b","kind":"server"}
{"relation":"requires","from":"service/s","to":"redundancy_group/g"}
{"relation":"member","from":"redundancy_group/g","to":"server/a","strength":"assumed"}
{"relation":"member","from":"redundancy_group/g","to":"server/b","attrs":{"active":false}}
{"gap":"server/a","table":"ifTable","reason":"denied"}
{"coverage":"server/b","complete":["ifTable"],"empty":["vrrpOperTable"]}
{"conflict":"server/a","attribute":"serial","values":[{"value":"1","source":"netbox"},{"value":"2"}]}
{"evidence":"sha256:00#1","target":"10.0.0.1","value":"core-2","collected":"2025-01-01T00:00:00Z"}
{"note":"server/a","key":"merged","args":["x"]}
`

func TestYAMLSaysTheSameAsJSONLines(t *testing.T) {
	got, err := exchange.ReadYAML("g.yaml", []byte(inYAML))
	if err != nil {
		t.Fatal(err)
	}
	want := read(t, "g.jsonl", []byte(inJSONL))
	if diff := cmp.Diff(want, got, equal); diff != "" {
		t.Errorf("differs (-JSON Lines +YAML):\n%s", diff)
	}
}

func TestBadYAMLIsNamedWithItsPlace(t *testing.T) {
	for _, test := range []struct{ name, in, want string }{
		{"empty", "", "g: 0 documents, want one"},
		{"two documents", "components: []\n---\ncomponents: []", "g: 2 documents, want one"},
		{"a list", "- a", "g:1:1: want a mapping with components and relations"},
		{"unknown list", "components: []\nnodes: []", "g:2:"},
		{"list that is none", "components: 7", "g:1:13: components: want a list"},
		{"item that is none", "components:\n  - a", "g:2:5: want a mapping with component"},
		{"item of another list", "components:\n  - {relation: uses, from: a, to: b}", "g:2:"},
		{"unknown field", "components:\n  - component: a\n    kind: server\n    colour: red", "g:4:"},
		{"unknown kind", "components:\n  - component: a\n    kind: toaster", "g:3:"},
		{"number for a text", "components:\n  - component: a\n    name: 7\n    kind: server", "g:3:"},
		{"same field twice", "components:\n  - component: a\n    kind: server\n    kind: rack", "g: [4:5]"},
		{"k above designed", "components:\n  - {component: a, kind: redundancy_group, k: 2, designed: 1}", "g:2:"},
		{"relation to nothing", "relations:\n  - {relation: requires, from: a, to: b}", "g:2:"},
		{"anchor", "components:\n  - &x {component: a, kind: server}", "g:2:"},
		{"alias", "components:\n  - *x", "g:2:"},
		{"infinite number", "components:\n  - {component: a, kind: server, attrs: {x: .inf}}", "g:2:"},
		{"too deep", "components: [" + strings.Repeat("[", 40) + strings.Repeat("]", 40) + "]", "g:1:"},
		{"newer schema", "schema: gujo/graph/v2", "g:1:9: schema gujo/graph/v2: written by a newer version"},
		{"wrong time", "created: now", "g:1:10: created: \"now\", want a time"},
		{"not UTF-8", "components: \xff", "g: not UTF-8"},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, err := exchange.ReadYAML("g", []byte(test.in))
			if err == nil {
				t.Fatalf("accepted, want %s", test.want)
			}
			if !strings.HasPrefix(err.Error(), test.want) {
				t.Errorf("got  %v\nwant %s", err, test.want)
			}
		})
	}
}

func FuzzReadYAML(f *testing.F) {
	f.Add([]byte(inYAML))
	f.Add([]byte("components: [{component: a, kind: server, attrs: {x: 0x10, y: 1e400, z: ~, w: |\n  a\n }}]"))
	f.Fuzz(func(t *testing.T, data []byte) {
		s, err := exchange.ReadYAML("f", data)
		if err != nil {
			return
		}
		back, err := exchange.ReadJSONL("out", strings.NewReader(string(write(t, s))), time.Time{})
		if err != nil {
			t.Fatalf("written, it cannot be read: %v", err)
		}
		if back.ID != s.ID {
			t.Fatalf("read back differs:\n%s", cmp.Diff(s, back, equal))
		}
	})
}
