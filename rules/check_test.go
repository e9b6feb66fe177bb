package rules

import (
	"strings"
	"testing"
	"testing/fstest"
)

// smallRule is the smallest rule that is sound; tests break it in one place.
const smallRule = `id: T-01
version: 1.0.0
title: {ko: 제목, en: title}
purpose: {ko: 목적, en: purpose}
threat: {ko: 위협, en: threat}
rationale: {ko: 근거, en: rationale}
criterion: {source: tool, text: {ko: 기준, en: criterion}}
remediation: {ko: 조치, en: remedy, effect: {ko: 영향, en: effect}, term: short, effort: S}
category: technology-gap
references: [REF-1]
select: {kind: [server], where: "subject.state != 'down'"}
let:
  racks: places(subject, 'rack')
assert: size(racks) > 0
needs:
  to_fail:
    - tables: [ifTable]
args:
  racks: racks
messages:
  - {key: bad, verdict: fail, ko: "{subject} 나쁨", en: "{subject} bad"}
  - {key: good, verdict: pass, ko: "{racks} 좋음", en: "{racks} good"}
  - {key: dark, verdict: unknown, ko: "{missing} 모름", en: "{missing} dark"}
`

const smallHead = `name: small
version: 1.0.0
engine: 1
title: {ko: 작은 규칙, en: small}
citations:
  - {id: REF-1, kind: standard, applies: for_reference, edition: {ko: 초판, en: first}, ko: 조문, en: clause}
`

func smallPack(rule string) fstest.MapFS {
	return fstest.MapFS{"pack.yaml": {Data: []byte(smallHead)}, "rules/t.yaml": {Data: []byte(rule)}}
}

func TestASmallPackLoads(t *testing.T) {
	p, err := LoadPack(smallPack(smallRule))
	if err != nil {
		t.Fatal(err)
	}
	if len(p.Rules) != 1 || p.Rules[0].ID != "T-01" || !strings.HasPrefix(p.Digest, "sha256:") {
		t.Errorf("got %d rules, digest %s", len(p.Rules), p.Digest)
	}
}

func TestWhatIsWrongWithARuleIsToldWithItsPlace(t *testing.T) {
	for _, tt := range []struct{ name, old, new, want string }{
		{"a message for passes that are only possible", "{key: good, verdict: pass,", "{key: good, verdict: pass, confidence: possible,", `rules/t.yaml:22:44: confidence "possible" of a message for pass`},
		{"a message for confirmed failures alone", "{key: bad, verdict: fail,", "{key: bad, verdict: fail, confidence: confirmed,", `want possible, of one for fail`},
		{"no message for a failure that is confirmed", "{key: bad, verdict: fail,", "{key: bad, verdict: fail, confidence: possible,", "messages: none without when for verdict fail"},
		{"unknown function", "size(racks) > 0", "rack_of(subject) == ''", "rules/t.yaml:14:16: undeclared reference to 'rack_of'"},
		{"unknown field of a component", "subject.state", "subject.stat", "rules/t.yaml:11:41: undefined field 'stat'"},
		{"unknown name", "size(racks) > 0", "size(rooms) > 0", "undeclared reference to 'rooms'"},
		{"assert that is no truth value", "assert: size(racks) > 0", "assert: size(racks)", "rules/t.yaml:14:9: this is a int, want a bool"},
		{"unknown relation", "places(subject, 'rack')", "needs(subject, 'stands_in')", `rules/t.yaml:13:10: unknown relation "stands_in"`},
		{"unknown place", "places(subject, 'rack')", "places(subject, 'link')", `"link" is no place`},
		{"Korean is missing", "ko: \"{subject} 나쁨\", ", "", "message.ko is missing"},
		{"English title is missing", ", en: title", "", "title.en is missing"},
		{"unknown citation", "[REF-1]", "[REF-2]", `rules/t.yaml:10:14: unknown citation "REF-2"`},
		{"argument that does not exist", "{racks} good", "{rooms} good", `no argument "rooms"`},
		{"languages that differ", "{racks} good", "good", "Korean has {racks}, English {}"},
		{"open brace", "{racks} good", "{racks good", "a brace without its partner"},
		{"unknown key", "category:", "categorie:", `unknown field "categorie", want one of id, version, title`},
		{"key twice", "category: technology-gap", "category: technology-gap\ncategory: technology-gap", "already defined"},
		{"unknown category", "technology-gap", "gap", `category "gap", want technology-gap`},
		{"unknown kind", "[server]", "[serwer]", `rules/t.yaml:11:17: unknown kind "serwer"`},
		{"a target for an analysis", "select: {kind: [server], where: \"subject.state != 'down'\"}\nlet:\n  racks: places(subject, 'rack')\nassert: size(racks) > 0", "select: {kind: [server, target]}\nlet:\n  racks: places(subject, 'rack')\nanalysis: {name: single_point}", "rules/t.yaml:11:25: a target is no part of the graph"},
		{"unknown source", "source: tool", "source: habit", `criterion.source "habit"`},
		{"version of two parts", "version: 1.0.0", "version: 1.0", `version "1.0"`},
		{"id in small letters", "id: T-01", "id: t-01", `id "t-01"`},
		{"no text for unknown", "verdict: unknown", "verdict: pass", "none without when for verdict unknown"},
		{"unreachable text", "verdict: unknown", "verdict: fail", "message dark is never used"},
		{"need of nothing", "- tables: [ifTable]", "- what: ifTable", "a need has tables"},
		{"neither assert nor analysis", "assert: size(racks) > 0", "", "assert is missing"},
		{"unknown analysis", "assert: size(racks) > 0", "analysis: {name: guess}", `analysis.name "guess"`},
		{"argument that is no text", "  racks: racks", "  racks: size(racks) > 0", "an argument is a text"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if strings.Count(smallRule, tt.old) == 0 {
				t.Fatalf("the rule has no %q", tt.old)
			}
			// The last of several, so that a let is not taken for an argument.
			i := strings.LastIndex(smallRule, tt.old)
			if strings.HasPrefix(tt.old, "version") || strings.HasPrefix(tt.old, "technology") {
				i = strings.Index(smallRule, tt.old)
			}
			_, err := LoadPack(smallPack(smallRule[:i] + tt.new + smallRule[i+len(tt.old):]))
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got %v, want %s", err, tt.want)
			}
		})
	}
}

func TestAPackThatIsNoneIsRefused(t *testing.T) {
	later := smallPack(smallRule)
	later["pack.yaml"] = &fstest.MapFile{Data: []byte(strings.Replace(smallHead, "engine: 1", "engine: 99", 1))}
	policy := smallPack(smallRule)
	policy["pack.yaml"] = &fstest.MapFile{Data: []byte(strings.Replace(smallHead, "kind: standard, applies: for_reference", "kind: policy, applies: directly", 1))}
	twice := smallPack(smallRule)
	twice["rules/u.yaml"] = &fstest.MapFile{Data: []byte(smallRule)}
	for _, tt := range []struct {
		name string
		fs   fstest.MapFS
		want string
	}{
		{"empty directory", fstest.MapFS{}, "pack.yaml"},
		{"no rules", fstest.MapFS{"pack.yaml": {Data: []byte(smallHead)}}, "no rules"},
		{"a later engine", later, "needs version 99 of the rule language"},
		{"a press announcement as a binding clause", policy, "a policy announcement is cited for_reference only"},
		{"one ID twice", twice, "T-01 is already in rules/t.yaml"},
	} {
		if _, err := LoadPack(tt.fs); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: got %v, want %s", tt.name, err, tt.want)
		}
	}
}

func TestARuleWithoutTestsIsLinted(t *testing.T) {
	var got []string
	for _, p := range Lint(smallPack(smallRule)) {
		got = append(got, p.Error())
	}
	all := strings.Join(got, "\n")
	for _, want := range []string{"verdict fail", "verdict pass", "verdict unknown"} {
		if !strings.Contains(all, want) {
			t.Errorf("lint does not miss the %s:\n%s", want, all)
		}
	}
}

func TestTheDigestCoversEveryFile(t *testing.T) {
	digest := func(change func(fstest.MapFS)) string {
		f := smallPack(smallRule)
		change(f)
		p, err := LoadPack(f)
		if err != nil {
			t.Fatal(err)
		}
		return p.Digest
	}
	plain := digest(func(fstest.MapFS) {})
	if plain != digest(func(fstest.MapFS) {}) {
		t.Error("the digest of the same files differs")
	}
	if plain == digest(func(f fstest.MapFS) { f["testdata/g.yaml"] = &fstest.MapFile{Data: []byte("x")} }) {
		t.Error("a test graph does not change the digest")
	}
	if plain == digest(func(f fstest.MapFS) { f["rules/t.yaml"].Data = []byte(smallRule + "\n# a comment\n") }) {
		t.Error("a comment does not change the digest")
	}
}

func FuzzRule(f *testing.F) {
	f.Add([]byte(smallRule))
	f.Add([]byte("id: [1]\nlet: {a: {b: c}}\n"))
	f.Add([]byte("select: {kind: [server], where: \"((((\"}\nmessages: [{ko: '{', en: '}'}]"))
	f.Add([]byte("needs: {to_fail: [{}]}"))
	f.Add([]byte("needs: {to_pass: [{of: subject, fact: each.grade > 0}]}\nredundancy: {}"))
	f.Add([]byte("let: &a [*a]"))
	f.Fuzz(func(t *testing.T, data []byte) {
		p, err := LoadPack(fstest.MapFS{"pack.yaml": {Data: []byte(smallHead)}, "rules/t.yaml": {Data: data}})
		if (p == nil) == (err == nil) {
			t.Errorf("pack %v, error %v", p, err)
		}
	})
}

func FuzzWaivers(f *testing.F) {
	f.Add([]byte(goodWaiver))
	f.Add([]byte("waivers: [{rule: X, subjects: [], expires: 2026-13-01}]"))
	f.Add([]byte("waivers: {}"))
	f.Add([]byte("waivers:\n- &x\n  rule: *x"))
	f.Fuzz(func(t *testing.T, data []byte) {
		list, err := ParseWaivers("w.yaml", data)
		if err != nil && list != nil {
			t.Error("waivers beside an error")
		}
		for _, w := range list {
			if w.Owner == "" || strings.EqualFold(w.Owner, w.Approver) || len(w.Subjects) == 0 {
				t.Errorf("accepted %+v", w)
			}
		}
	})
}

func TestTheLanguageIsDocumented(t *testing.T) {
	functions, fields := Language()
	for _, w := range append(functions, fields...) {
		if w.Doc == "" {
			t.Errorf("%s says nothing of itself", w.Signature)
		}
	}
	if len(functions) < 20 || len(fields) != len(componentFields) {
		t.Errorf("%d functions, %d fields", len(functions), len(fields))
	}
}
