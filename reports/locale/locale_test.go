package locale

import (
	"regexp"
	"slices"
	"testing"
)

func TestBothLanguagesHaveTheSameKeysAndArguments(t *testing.T) {
	ko, err := New(Korean)
	if err != nil {
		t.Fatal(err)
	}
	en, err := New(English)
	if err != nil {
		t.Fatal(err)
	}
	args := regexp.MustCompile(`\{\d+\}`)
	count := func(text string) []string {
		found := args.FindAllString(text, -1)
		slices.Sort(found)
		return slices.Compact(found)
	}
	for _, key := range slices.Compact(append(ko.Keys(), en.Keys()...)) {
		k, inKo := ko.texts[key]
		e, inEn := en.texts[key]
		if !inKo || !inEn {
			t.Errorf("%s: in Korean %v, in English %v", key, inKo, inEn)
			continue
		}
		if !slices.Equal(count(k), count(e)) {
			t.Errorf("%s: Korean has arguments %v, English %v", key, count(k), count(e))
		}
	}
}

func TestKoreanParticlesFollowTheLastSound(t *testing.T) {
	for _, c := range []struct{ arg, text, want string }{
		{"서버", "{0}이(가) 멈춤", "서버가 멈춤"},
		{"장비", "{0}은(는) 하나", "장비는 하나"},
		{"회선", "{0}을(를) 분리", "회선을 분리"},
		{"전산실", "{0}으로(로) 이전", "전산실로 이전"},
		{"랙", "{0}으로(로) 이전", "랙으로 이전"},
		{"gw1", "{0}이(가) 멈춤", "gw1이 멈춤"},
		{"gw2", "{0}과(와) 함께", "gw2와 함께"},
		{"10.0.0.3", "{0}이(가) 응답", "10.0.0.3이 응답"},
		{"core", "{0}이(가) 멈춤", "core이(가) 멈춤"},
		{"a.json", "{0}으로(로) 저장", "a.json(으)로 저장"},
		{"정보시스템(민원)", "{0}을(를) 지원", "정보시스템(민원)을 지원"},
	} {
		if got := Format(Korean, c.text, c.arg); got != c.want {
			t.Errorf("Format(%q, %q) = %q, want %q", c.text, c.arg, got, c.want)
		}
	}
}

func TestLanguageFollowsTheLocale(t *testing.T) {
	for _, c := range []struct {
		env  map[string]string
		want Lang
	}{
		{map[string]string{"LANG": "ko_KR.UTF-8"}, Korean},
		{map[string]string{"LANG": "ko_KR.UTF-8", "LC_ALL": "C"}, English},
		{map[string]string{"LC_MESSAGES": "ko", "LANG": "en_US.UTF-8"}, Korean},
		{map[string]string{}, English},
	} {
		if got := FromEnvironment(func(k string) string { return c.env[k] }); got != c.want {
			t.Errorf("FromEnvironment(%v) = %s, want %s", c.env, got, c.want)
		}
	}
	if _, err := Parse("fr"); err == nil {
		t.Error("Parse(fr) gave no error")
	}
}
