package rules

import (
	"fmt"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"
	"cel.dev/cel-go/common/types/traits"

	"gujo/graph"
)

// builtinArgs are placeholders that every message has.
var builtinArgs = []string{"subject", "services", "missing", "reasons", "cut"}

const (
	maxListed = 5   // of a list, before "and N more"
	maxName   = 120 // characters of a name
)

// clean makes a name fit for a line of text: devices say what they like.
func clean(s string) string {
	var b strings.Builder
	n := 0
	for _, r := range s {
		if n++; n > maxName {
			b.WriteString("…")
			break
		}
		if unicode.IsControl(r) || r == unicode.ReplacementChar || unicode.Is(unicode.Cf, r) {
			r = ' '
		}
		b.WriteRune(r)
	}
	return strings.TrimSpace(b.String())
}

// label is what people call a component.
func label(c *graph.Component) Text {
	name := c.Name
	if name == "" {
		if _, after, ok := strings.Cut(c.ID, "/"); ok {
			name = after
		} else {
			name = c.ID
		}
	}
	t := Text{clean(name), clean(name)}
	if ko := clean(c.Attrs.Text("name_ko")); ko != "" {
		t.KO = ko
	}
	if en := clean(c.Attrs.Text("name_en")); en != "" {
		t.EN = en
	}
	return t
}

// namesakes gives the names that several machines bear: a device says what it is
// called, and may say the name of another.
func namesakes(s *graph.Snapshot) map[string]bool {
	alike, first := map[string]bool{}, map[string]bool{}
	for i := range s.Components {
		switch c := &s.Components[i]; c.Kind {
		case graph.NetworkDevice, graph.Server, graph.Storage:
			name := clean(c.Name)
			alike[name] = alike[name] || first[name]
			first[name] = true
		}
	}
	return alike
}

// label is what people call a component; one of several machines of the same name is
// called what its ID says, which is unique.
func (f *facts) label(c int32) Text {
	comp := &f.Components[c]
	switch comp.Kind {
	case graph.NetworkDevice, graph.Server, graph.Storage:
		if _, tail, ok := strings.Cut(comp.ID, "/"); ok && f.alike[clean(comp.Name)] {
			return Text{clean(tail), clean(tail)}
		}
	}
	return label(comp)
}

// label is what people call a component in a text: an interface or card is
// named with its machine, as device:port.
func (n node) label() Text {
	if a := addressOf(n.comp().Name); n.byAddress && a != "" {
		return Text{a, a}
	}
	own := n.facts.label(n.c)
	if k := n.comp().Kind; k != graph.Interface && k != graph.Module {
		return own
	}
	m := n.machine(n.c)
	if m == n.c {
		return own
	}
	of := n.facts.label(m)
	return Text{of.KO + ":" + own.KO, of.EN + ":" + own.EN}
}

// addressOf gives the address in a name such as gateway-10.0.0.1.
func addressOf(name string) string {
	_, last, found := strings.Cut(name, "-")
	if a, err := netip.ParseAddr(last); found && err == nil && a.Zone() == "" {
		return a.String()
	}
	return ""
}

func listed(items []Text) Text { return listOf(items, func(t Text) Text { return t }) }

// listOf lists the texts of the first of some things, and says how many more there are.
func listOf[T any](items []T, text func(T) Text) Text {
	if len(items) == 0 {
		return Text{"없음", "none"}
	}
	var ko, en []string
	for _, item := range items[:min(len(items), maxListed)] {
		t := text(item)
		ko, en = append(ko, t.KO), append(en, t.EN)
	}
	out := Text{strings.Join(ko, ", "), strings.Join(en, ", ")}
	if more := len(items) - maxListed; more > 0 {
		out.KO += fmt.Sprintf(" 외 %d건", more)
		out.EN += fmt.Sprintf(" and %d more", more)
	}
	return out
}

// render gives an argument's text in both languages.
func render(v ref.Val) Text {
	switch v := v.(type) {
	case node:
		return v.label()
	case types.String:
		return Text{clean(string(v)), clean(string(v))}
	case types.Int:
		n := strconv.FormatInt(int64(v), 10)
		return Text{n, n}
	case traits.Lister:
		var items []Text
		for it := v.Iterator(); it.HasNext() == types.True; {
			items = append(items, render(it.Next()))
		}
		return listed(items)
	}
	return Text{}
}

// fill replaces the placeholders of a message. What is filled in is never
// searched for placeholders again.
func fill(t Text, args map[string]Text) Text {
	put := func(s string, pick func(Text) string) string {
		return placeholder.ReplaceAllStringFunc(s, func(m string) string { return pick(args[m[1:len(m)-1]]) })
	}
	return Text{put(t.KO, func(a Text) string { return a.KO }), put(t.EN, func(a Text) string { return a.EN })}
}

// reasonText says in words why something was not observed.
var reasonText = map[string]Text{
	"not_asked":     {"요청하지 않음", "not asked"},
	"unreachable":   {"응답 없음", "no answer"},
	"denied":        {"접근 거부", "denied"},
	"timeout":       {"응답 시간 초과", "timed out"},
	"truncated":     {"일부만 수집", "truncated"},
	"loop":          {"반복 응답", "answers repeat"},
	"unsupported":   {"미지원", "not supported"},
	"unparsed":      {"해석 불가", "not understood"},
	"wrong_address": {"다른 주소에서 응답", "answered from elsewhere"},
	"interrupted":   {"수집 중단", "interrupted"},
	"out_of_scope":  {"수집 범위 밖", "out of scope"},
	"open_end":      {"연결 대상 미확인", "what it leads to is not known"},
	"no_way":        {"두 지점 사이의 경로 미확인", "no way between them is known"},
	reasonDown:      {"이미 중단됨", "down already"},
	reasonEmpty:     {"인접 장비 없음", "no neighbours in it"},
	reasonOneWay:    {"한쪽에서만 인식됨", "only one of two neighbours names the other"},
	"not_observed":  {"관측되지 않음", "not observed"},
	"not_declared":  {"등록되지 않음", "not declared"},
}

// whatText says in words what is missing, where it is no table's name.
var whatText = map[string]Text{
	openUnmodeled:  {"구성요소", "components"},
	"located_in":   {"설치 위치", "location"},
	"runs_on":      {"실행되는 장비", "what it runs on"},
	"powered_by":   {"전원 공급원", "power source"},
	"power_supply": {"전원공급장치", "power supplies"},
	"grade":        {"등급", "grade"},
	"link":         {"연결 회선", "links"},
	"far_end":      {"활성 상태이거나 상태 미확인인 인터페이스의 상대편", "far end of an interface that is up or may be"},
	"member":       {"구성원", "members"},
	"k":            {"필요한 구성원 수", "how many members are needed"},
	"state":        {"동작 상태", "whether it is in service"},
	"card":         {"포트가 수용된 카드", "the cards that its ports sit on"},
	"takes_part":   {"이중화 프로토콜 참여", "its part in the protocol"},
	"master":       {"주(master) 장비", "who acts as its master"},
	"aggregate":    {"포트의 링크 통합 여부", "whether it aggregates these ports"},
	"membership":   {"구성원 여부", "whether it is a member"},
	"interface":    {"서브넷 쪽 인터페이스의 동작 상태", "state of its interface in the subnet"},
	"power_mode":   {"전원공급장치 운용 방식(중복·합산)", "whether the supplies share the load"},
	"":             {"모든 수집 항목", "any table"},
	downCause:      {"중단 원인", "the cause of its being down"},
	anyTable:       {"모든 수집 항목", "any table"},
}

// Why says in words why it was not observed.
func (m Missing) Why() Text {
	if t, ok := reasonText[m.Reason]; ok {
		return t
	}
	return Text{clean(m.Reason), clean(m.Reason)}
}

// reasonTexts gives the reasons alone, each once.
func reasonTexts(list []Missing) Text {
	var items []Text
	for _, m := range list {
		if t := m.Why(); !slices.Contains(items, t) {
			items = append(items, t)
		}
	}
	return listed(items)
}

// Words says what is missing for people to read: the name of a table, or words for
// what is none.
func (m Missing) Words() Text {
	if t, ok := whatText[m.What]; ok {
		return t
	}
	name := clean(strings.ReplaceAll(m.What, "|", "/")) // any one of several tables
	return Text{name, name}
}

func missingText(m Missing) Text {
	reason := m.Why()
	what := m.Words()
	at := clean(m.Component)
	return Text{at + " " + what.KO + "(" + reason.KO + ")", at + " " + what.EN + " (" + reason.EN + ")"}
}

func missingTexts(list []Missing) Text { return listOf(list, missingText) }

func sortMissing(list []Missing) []Missing {
	slices.SortFunc(list, func(x, y Missing) int {
		return strings.Compare(x.Component+"\x00"+x.What+"\x00"+x.Reason, y.Component+"\x00"+y.What+"\x00"+y.Reason)
	})
	return slices.Compact(list)
}
