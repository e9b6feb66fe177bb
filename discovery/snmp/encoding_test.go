package snmp

import (
	"encoding/binary"
	"slices"
	"testing"
	"unicode/utf16"

	"golang.org/x/text/encoding/korean"

	"gujo/discovery"
)

// wide gives text in UTF-16, with a byte order mark or without.
func wide(text string, order binary.AppendByteOrder, mark bool) []byte {
	var b []byte
	if mark {
		b = order.AppendUint16(b, 0xfeff)
	}
	for _, u := range utf16.Encode([]rune(text)) {
		b = order.AppendUint16(b, u)
	}
	return b
}

const (
	koreanWalk   = ".1.3.6.1.2.1.1.5.0 = STRING: core-1\r\n.1.3.6.1.2.1.1.6.0 = STRING: \"서울 전산실\"\r\n"
	koreanRecord = "1.3.6.1.2.1.1.5.0|4|core-1\r\n1.3.6.1.2.1.1.6.0|4|서울 전산실\r\n"
)

// encodings are the ways in which people's files come.
func encodings(t testing.TB, text string) map[string][]byte {
	t.Helper()
	cp949, err := korean.EUCKR.NewEncoder().Bytes([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return map[string][]byte{
		"UTF-8": []byte(text), "UTF-8 with a mark": append(slices.Clone(utf8BOM), text...), "CP949": cp949,
		"UTF-16, as PowerShell redirects": wide(text, binary.LittleEndian, true), "UTF-16, the other order": wide(text, binary.BigEndian, true),
		"UTF-16 without a mark": wide(text, binary.LittleEndian, false), "UTF-16 without a mark, the other order": wide(text, binary.BigEndian, false),
	}
}

func TestAFileIsReadInWhateverEncodingItCame(t *testing.T) {
	for format, text := range map[string]string{FormatSnmpwalk: koreanWalk, FormatSnmprec: koreanRecord} {
		for name, data := range encodings(t, text) {
			t.Run(format+" in "+name, func(t *testing.T) {
				if f, ok := Detect(data); !ok || f != format {
					t.Errorf("detected as %q", f)
				}
				e := file("a", format, string(data))
				r := Interpret([]EntryData{e})
				m := one[discovery.Machine](t, r)
				if m.Name != "core-1" || m.Location != "서울 전산실" {
					t.Errorf("name %q, location %q", m.Name, m.Location)
				}
				for _, g := range r.Gaps {
					t.Errorf("a gap: %+v", g)
				}
			})
		}
	}
}

func TestOctetsThatLookLikeHalfOfUTF16AreNot(t *testing.T) {
	for name, data := range map[string]string{
		"a short file": "1.3", "octets with NUL in a value": "1.3.6.1.2.1.1.5.0|4|a\x00b\x00c\x00d\x00\n", "nothing": "", "NULs": "\x00\x00\x00\x00\x00\x00\x00\x00",
	} {
		if got := utf8Text([]byte(data)); string(got) != data {
			t.Errorf("%s: %q becomes %q", name, data, got)
		}
	}
}
