package snmp

import (
	"net/netip"
	"strings"
	"testing"
	"unicode/utf8"
)

func TestDeviceTextIsCleaned(t *testing.T) {
	for _, c := range []struct{ name, in, want string }{
		{"plain", "core-1", "core-1"},
		{"lines become spaces", "a\r\nb\tc  d ", "a b c d"},
		{"controls and escapes go", "\x1b[31mred\x00\x07", "[31mred"},
		{"what turns direction goes", "a\u202eb\u2066c\u200b", "abc"},
		{"UTF-8", "구조 진단", "구조 진단"},
		{"decomposed Korean is composed", "\u1100\u116e\u110c\u1169", "구조"},
		{"CP949", "\xbc\xad\xbf\xef\xbd\xc3\xc3\xbb", "서울시청"},
		{"CP949 beyond EUC-KR", "\x8c\x63", "똠"},
		{"CP949 cut in a character", "\xbc\xad\xbf\xef\xbd", "서울"},
		{"UTF-8 cut in a character", "구조"[:5], "구"},
		{"Latin-1", "Z\xfcrich", "Zürich"},
		{"emoji", "🏢 roof", "🏢 roof"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := cleanText(c.in, maxName); got != c.want {
				t.Errorf("%q, want %q", got, c.want)
			}
		})
	}
}

func TestAnExcerptShowsOctetsThatLookLikeTextAsWhatTheyAre(t *testing.T) {
	for _, c := range []struct{ name, oid, value, want string }{
		{"an address that is a syllable in CP949", "1.3.6.1.4.1.9.9.23.1.2.1.1.4.7.2", "\xc0\xa8\x64\xf6", "192.168.100.246"},
		{"an address of version 6", "1.3.6.1.4.1.9.9.23.1.2.1.1.20.7.2", "\xfd\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x01", "fd00::1"},
		{"a hardware address of letters", "1.3.6.1.2.1.2.2.1.6.1", "HPSWIT", "48:50:53:57:49:54"},
		{"a list of 48 ports", "1.3.6.1.2.1.17.7.1.4.2.1.4.0.1", "abcdef", "616263646566"},
		{"capabilities that could be an address", "1.3.6.1.4.1.9.9.23.1.2.1.1.9.7.2", "\x00\x00\x00\x29", "00000029"},
		{"a name", "1.3.6.1.2.1.31.1.1.1.1.1", "Gi0/1", "Gi0/1"},
		{"a name in Korean", "1.3.6.1.2.1.1.5.0", "\xbc\xad\xbf\xef", "서울"},
		{"a column whose number begins alike", "1.3.6.1.4.1.9.9.23.1.2.1.1.40.7.2", "text", "text"},
		{"nothing", "1.3.6.1.2.1.2.2.1.6.1", "", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := excerpt(Varbind{OID: c.oid, Type: OctetString, Value: c.value}); got != c.want {
				t.Errorf("%q, want %q", got, c.want)
			}
		})
	}
}

func TestDeviceTextIsBounded(t *testing.T) {
	for _, s := range []string{strings.Repeat("a", 1<<16), strings.Repeat("구", 1<<14), strings.Repeat("\xff\xfe ", 1<<14), strings.Repeat("a ", 1<<14), strings.Repeat("e\u0301", 1<<14)} {
		if got := cleanText(s, 255); utf8.RuneCountInString(got) > 255 || got == "" || !utf8.ValidString(got) {
			t.Errorf("%.10q: %d runes", s, utf8.RuneCountInString(got))
		}
	}
}

func TestMACAddressesAreReadInEveryNotation(t *testing.T) {
	const want = "00:16:c8:bd:4d:80"
	for _, s := range []string{"\x00\x16\xc8\xbd\x4d\x80", "\x06\x00\x16\xc8\xbd\x4d\x80", "00:16:C8:BD:4D:80", "0:16:c8:bd:4d:80",
		"00-16-c8-bd-4d-80", "00 16 C8 BD 4D 80 ", "0016.c8bd.4d80", "0016c8bd4d80", "0016c8-bd4d80", "06:00:16:c8:bd:4d:80"} {
		if got := macOf(s); got != want {
			t.Errorf("%q: %q, want %q", s, got, want)
		}
	}
	for _, s := range []string{"", "\x00\x16\xc8\xbd\x4d", "\x00\x16\xc8\xbd\x4d\x80\x01", "GigabitEthernet", "0:16:c8:bd:4d:zz", "1.3.6.1.4.1.9", "07:00:16:c8:bd:4d:80", "10.0.0.1 10.0"} {
		if got := macOf(s); got != "" {
			t.Errorf("%q: %q, want none", s, got)
		}
	}
}

func TestAddressesInIndexesAreReadWithAndWithoutTheirLength(t *testing.T) {
	for _, c := range []struct{ index, want string }{
		{"1.4.10.0.0.1", "10.0.0.1"},
		{"1.10.0.0.1", "10.0.0.1"},
		{"2.16.32.1.13.184.0.0.0.0.0.0.0.0.0.0.0.1", "2001:db8::1"},
		{"2.32.1.13.184.0.0.0.0.0.0.0.0.0.0.0.1", "2001:db8::1"},
		{"2.16.16.32.1.13.184.0.0.0.0.0.0.0.0.0.0.0.1", "2001:db8::1"},
		{"4.20.254.128.0.0.0.0.0.0.0.0.0.0.0.0.0.1.0.0.0.3", "fe80::1"},
		{"3.8.10.0.0.1.0.0.0.3", "10.0.0.1"},
		{"1.4.10.0.0.256", ""},
		{"1.10.0.0", ""},
		{"16.4.10.0.0.1", ""},
		{"2.4.10.0.0.1", ""},
		{"", ""},
	} {
		a, _, ok := inetIndex(indexParts(c.index), 0)
		want, err := netip.ParseAddr(c.want)
		if ok != (err == nil) || a != want && ok {
			t.Errorf("%s: %v, %v; want %s", c.index, a, ok, c.want)
		}
	}
}
