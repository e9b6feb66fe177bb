package snmp

import (
	"bytes"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestVarbindsAreReadAndWrittenBack(t *testing.T) {
	const text = "\xef\xbb\xbf# a comment\r\n\r\n" +
		".1.3.6.1.2.1.1.1.0|4|Linux | x86\r\n" +
		"1.3.6.1.2.1.1.2.0|6|.1.3.6.1.4.1.8072.3.2.10\r\n" +
		"1.3.6.1.2.1.1.3.0|67|00690837339\r\n" +
		"1.3.6.1.2.1.2.2.1.6.10|4x|001A2b3c4D5E\r\n" +
		"1.3.6.1.2.1.2.2.1.6.9|4|\r\n" +
		"1.3.6.1.2.1.4.20.1.1.10.0.0.1|64|10.0.0.1\r\n" +
		"1.3.6.1.2.1.4.20.1.1.10.0.0.2|64x|0a000002\r\n" +
		"1.3.6.1.2.1.31.1.1.1.6.1|70|18446744073709551615\r\n" +
		"1.3.6.1.4.1.1.1|2|-2147483648\r\n" +
		"1.3.6.1.4.1.1.2|5|\r\n" +
		"1.3.6.1.4.1.1.3|68x|9f780442280000\r\n" +
		"1.3.6.1.4.1.1.4|64|<private>\r\n"
	want := "1.3.6.1.2.1.1.1.0|4|Linux | x86\n" +
		"1.3.6.1.2.1.1.2.0|6|1.3.6.1.4.1.8072.3.2.10\n" +
		"1.3.6.1.2.1.1.3.0|67|690837339\n" +
		"1.3.6.1.2.1.2.2.1.6.9|4|\n" +
		"1.3.6.1.2.1.2.2.1.6.10|4x|001a2b3c4d5e\n" +
		"1.3.6.1.2.1.4.20.1.1.10.0.0.1|64|10.0.0.1\n" +
		"1.3.6.1.2.1.4.20.1.1.10.0.0.2|64|10.0.0.2\n" +
		"1.3.6.1.2.1.31.1.1.1.6.1|70|18446744073709551615\n" +
		"1.3.6.1.4.1.1.1|2|-2147483648\n" +
		"1.3.6.1.4.1.1.2|5|\n" +
		"1.3.6.1.4.1.1.3|68x|9f780442280000\n" +
		"1.3.6.1.4.1.1.4|4|<private>\n"
	vbs, err := ParseVarbinds("f", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	got := FormatVarbinds(vbs)
	if d := cmp.Diff(want, string(got)); d != "" {
		t.Fatal(d)
	}
	again, err := ParseVarbinds("f", got)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(FormatVarbinds(again), got) {
		t.Error("written again, it differs")
	}
}

func TestEveryOctetSurvivesAStringsRoundTrip(t *testing.T) {
	for b := range 256 {
		for _, s := range []string{string([]byte{byte(b)}), "a" + string([]byte{byte(b)}), string([]byte{byte(b)}) + " "} {
			want := []Varbind{{"1.3.6.1", OctetString, s}}
			got, err := ParseVarbinds("f", FormatVarbinds(want))
			if err != nil {
				t.Fatalf("%q: %v", s, err)
			}
			if d := cmp.Diff(want, got); d != "" {
				t.Errorf("%q: %s", s, d)
			}
		}
	}
}

func TestBadVarbindsAreRefusedWithFileAndLineAndTheLinesBeforeAreKept(t *testing.T) {
	for _, c := range []struct{ name, line, want string }{
		{"no separators", "1.3.6.1.2.1.1.1.0", "is not OID|TAG|VALUE"},
		{"cut behind the type", "1.3.6.1.2.1.1.1.0|4", "has no value"},
		{"a name", "sysDescr.0|4|x", "is no object identifier"},
		{"a sub-identifier too large", "1.3.4294967296|4|x", "is no object identifier"},
		{"an empty sub-identifier", "1..3|4|x", "is no object identifier"},
		{"too many sub-identifiers", strings.Repeat("1.", 128) + "1|4|x", "is no object identifier"},
		{"an unknown type", "1.3.6|3|x", "is no type"},
		{"a type of a simulator's module", "1.3.6|2:numeric|x", "is no type"},
		{"odd hexadecimal", "1.3.6|4x|abc", "is not hexadecimal"},
		{"text for a number", "1.3.6|2|abc", "is no whole number"},
		{"nothing for a number", "1.3.6|65|", "is no whole number"},
		{"a number too large", "1.3.6|65|99999999999999999999", "is no whole number"},
		{"text for an address", "1.3.6|64|abc", "is no IP address"},
		{"a long address", "1.3.6|64|::1", "is no IPv4 address"},
		{"text for an identifier", "1.3.6|6|abc", "is no object identifier"},
		{"too many octets", "1.3.6|4|" + strings.Repeat("x", 65536), "more than a string may have"},
	} {
		t.Run(c.name, func(t *testing.T) {
			vbs, err := ParseVarbinds("rec/a.snmprec", []byte("1.3.6.1|2|1\n"+c.line+"\n1.3.6.2|2|1\n"))
			if err == nil || !strings.HasPrefix(err.Error(), "rec/a.snmprec:2: ") || !strings.Contains(err.Error(), c.want) {
				t.Errorf("error %v, want %q", err, c.want)
			}
			if err != nil && len(err.Error()) > 400 {
				t.Errorf("the error is %d octets long", len(err.Error()))
			}
			if len(vbs) != 1 {
				t.Errorf("%d variables, want the one before", len(vbs))
			}
		})
	}
}
