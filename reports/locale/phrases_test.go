package locale

import (
	"regexp"
	"slices"
	"testing"
)

func TestPhrasesFromBelowAreTold(t *testing.T) {
	ko, err := New(Korean)
	if err != nil {
		t.Fatal(err)
	}
	en, err := New(English)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ english, want string }{
		{"locked", "잠겨 있음"},
		{"a.zip: cut off", "a.zip: 도중에 잘림"},
		{`bundle a.zip: entry "x": is there twice`, `번들 a.zip: 항목 "x": 두 번 있음`},
		{`bundle a b: c.zip: entry "x: y": its bytes have the digest sha256:1, not sha256:2`, `번들 a b: c.zip: 항목 "x: y": 내용의 해시가 sha256:2가 아니라 sha256:1임`},
		{"bundle a.zip: entry \"x\": is missing\nentry \"y\": is encrypted", "번들 a.zip: 항목 \"x\": 없어짐\n항목 \"y\": 암호화되어 있음"},
		{`kind is "rak", want rack, room or site, did you mean "rack"?`, `kind이(가) "rak"임. rack, room 또는 site이어야 함. "rack"을(를) 뜻한 것인가?`},
		{`kind is "x", want rack, room or site`, `kind이(가) "x"임. rack, room 또는 site이어야 함`},
		{`unknown key "x"; known here: a, b`, `알 수 없는 키 "x". 여기에 쓸 수 있는 것: a, b`},
		{`"r1" stands in itself: r1 → r2 → r1`, `"r1"에서 순환이 생김: r1 → r2 → r1`},
		{`address: "a/8" is a subnet; a target is one address, and subnets bound the scope`, `address: "a/8"은 대역임. 대상은 주소 하나이며 대역은 scope에 쓴다`},
		{`replay: user x: no authentication protocol "md4"`, `재생: 사용자 x: 인증 프로토콜 "md4"는 없음`},
		{`there is no access zone "z 9"; declare it under access_zones`, `접속 구역 "z 9"가 없음. access_zones 아래에 선언할 것`},
		{`service "minwonn" is declared twice, first in line 3`, `정보시스템 "minwonn"을(를) 두 번 선언함. 처음은 3행`},
		{"the agent stopped answering", "에이전트가 응답을 멈춤"},
		{"not included; a neighbour of 10.0.0.1", "포함되지 않음. 10.0.0.1의 이웃"},
		{"open pack.yaml: no such file or directory", "open pack.yaml: 파일 또는 디렉터리가 없음"},
		{"credential a: community: the environment variable X is not set", "인증정보 a: community: 환경변수 X이(가) 설정되지 않음"},

		{"k.jsonl:2: want a JSON object: unexpected end of JSON input", "k.jsonl:2: JSON 객체여야 함: JSON이 도중에 끝남"},
		{`i.yaml:2:6: an item of include: "10.0.0.0/33" is neither a subnet nor an address, want such as 10.0.0.0/16`, `i.yaml:2:6: include의 항목: "10.0.0.0/33"은 대역도 주소도 아님. 10.0.0.0/16처럼 쓴다`},
		{"YAML: ',' or '}' must be specified", "YAML: ',' 또는 '}'가 있어야 함"},
		{"g.db: locked by process 1506 (hold) on vm since 2026-01-01T00:00:00Z", "g.db: 다음 프로세스가 쓰고 있어 잠겨 있음: vm의 프로세스 1506(hold) (2026-01-01T00:00:00Z부터)"},
		{"no answer within 1m30s", "1분 30초 안에 응답이 없음"},
		{`w.yaml:2:6: unknown field "fingerprint"`, `w.yaml:2:6: 알 수 없는 필드 "fingerprint"`},
		{"grade: want a text, or one for each language: {ko: …, en: …}", "grade: 텍스트 하나, 또는 {ko: …, en: …}처럼 언어별 텍스트이어야 함"},

		// What nobody here said stays as it is.
		{"", ""},
		{"a switch or a hub", "a switch or a hub"},
		{"text", "text"},
		{"invalid character 'x' looking for beginning of value", "invalid character 'x' looking for beginning of value"},
	} {
		if got := ko.Phrase(c.english); got != c.want {
			t.Errorf("Phrase(%q)\n got %q\nwant %q", c.english, got, c.want)
		}
		if got := en.Phrase(c.english); got != c.english {
			t.Errorf("in English %q becomes %q", c.english, got)
		}
	}
}

// What is filled in must not get lost on the way to another language, but for a
// hole whose word the other language does not need.
func TestPhrasesHaveNoArgumentsOfTheirOwn(t *testing.T) {
	b, err := readBook(Korean)
	if err != nil {
		t.Fatal(err)
	}
	holes := func(s string) []string {
		found := regexp.MustCompile(`\{\d\}`).FindAllString(s, -1)
		slices.Sort(found)
		return slices.Compact(found)
	}
	for english, korean := range b.Phrases {
		has, wants := holes(english), holes(korean)
		if english == "{0} {1} itself: {2}" {
			wants = append(wants, "{1}")
			slices.Sort(wants)
		}
		if !slices.Equal(has, wants) {
			t.Errorf("%q has %v, %q has %v", english, has, korean, wants)
		}
	}
}

func TestACountChoosesTheWord(t *testing.T) {
	for n, want := range map[any]string{1: "1 entry", 0: "0 entries", 2: "2 entries", "1": "1 entry"} {
		if got := Format(English, "{0} {0|entry|entries}", n); got != want {
			t.Errorf("%v: %q, want %q", n, got, want)
		}
	}
}

func FuzzPhrase(f *testing.F) {
	for _, s := range Phrases() {
		f.Add(s)
	}
	f.Add("a: b: c: d: e: f: locked")
	ko, err := New(Korean)
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, s string) { ko.Phrase(s) })
}
