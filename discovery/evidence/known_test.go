package evidence_test

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode/utf16"

	"gujo/discovery/evidence"
	"gujo/discovery/snmp"
)

// found tells in which form a secret stands in some bytes; it is written anew
// here, by other means than the guard has.
func found(data []byte, secret string) string {
	if bytes.Contains(data, []byte(secret)) {
		return "plain"
	}
	bare := strings.NewReplacer(" ", "", ":", "", "-", "").Replace(strings.ToLower(string(data)))
	if strings.Contains(bare, hex.EncodeToString([]byte(secret))) {
		return "hexadecimal"
	}
	for _, order := range []binary.ByteOrder{binary.LittleEndian, binary.BigEndian} {
		var wide bytes.Buffer
		binary.Write(&wide, order, utf16.Encode([]rune(secret)))
		if bytes.Contains(data, wide.Bytes()) {
			return "UTF-16"
		}
	}
	if strings.Contains(string(data), base64.StdEncoding.EncodeToString([]byte(secret))) {
		return "Base64"
	}
	return ""
}

func TestAKnownSecretIsReplacedInWhateverFormItStands(t *testing.T) {
	known := evidence.NewKnown("S3cret!", "S3cret!long", "public", "abcd", "xy", "20260302")
	for _, tt := range []struct{ name, in, want string }{
		{"plain", "at S3cret!, twice S3cret!.", "at (redacted), twice (redacted)."},
		{"the longest first", "S3cret!longer", "(redacted)er"},
		{"hexadecimal", "xx533363726574215a", "xx" + hex.EncodeToString([]byte("(redacted)")) + "5a"},
		{"hexadecimal, in capitals and apart", "53 33 63 72 65 74 21", "28 72 65 64 61 63 74 65 64 29"},
		{"hexadecimal digits that begin within an octet", "a5333637265742190", "a5333637265742190"},
		{"Base64 of more than it", base64.StdEncoding.EncodeToString([]byte("u:S3cret!")), "dTpT(redacted)"},
		{"escaped for an address", "http://h/?p=S3cret%21", "http://h/?p=(redacted)"},
		{"a word as devices are shipped with, within text", "public relations", "public relations"},
		{"such a word alone", "public", "(redacted)"},
		{"a short one within text", "xabcdx", "xabcdx"},
		{"a short one alone", " abcd\x00", "(redacted)"},
		{"one that is too short", "xy", "xy"},
		{"digits within a longer number", "1202603021", "1202603021"},
		{"digits that stand alone", "v20260302.", "v(redacted)."},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, hit := known.Text(tt.in)
			if tt.name == "Base64 of more than it" {
				if !hit || strings.Contains(got, base64.StdEncoding.EncodeToString([]byte("S3cret!"))[4:]) {
					t.Errorf("%q became %q", tt.in, got)
				}
				return
			}
			if got != tt.want || hit != (tt.in != tt.want) {
				t.Errorf("%q became %q (%v), want %q", tt.in, got, hit, tt.want)
			}
			if again, _ := known.Text(got); again != got {
				t.Errorf("a second time %q becomes %q", got, again)
			}
		})
	}
	if _, hit := (*evidence.Known)(nil).Text("S3cret!"); hit {
		t.Error("who knows nothing replaced something")
	}
}

func TestAGuardedWriterKeepsSecretsOutOfWhatItWrites(t *testing.T) {
	const secret = "S3cret-planted"
	path := filepath.Join(t.TempDir(), "b.zip")
	w, err := evidence.Create(path, evidence.Manifest{Zone: "default"})
	if err != nil {
		t.Fatal(err)
	}
	w.Guard("public", secret)
	w.Guard("471100") // adds to what is guarded
	rows := "1.3.6.1.2.1.1.4.0|4|ask " + secret + "\n" +
		"1.3.6.1.2.1.1.6.0|4x|" + hex.EncodeToString([]byte("방 "+secret)) + "\n" +
		"1.3.6.1.2.1.1.3.0|67|471100\n" +
		"1.3.6.1.2.1.31.1.1.1.18.1|4|public\n" +
		"1.3.6.1.2.1.31.1.1.1.18.2|4|public floor\n"
	for _, tt := range []struct {
		name string
		e    evidence.Entry
		data string
	}{
		{"variables", evidence.Entry{Collector: "snmp", Format: "varbinds", Target: "10.0.0.1", Table: "system", Outcome: evidence.Complete}, rows},
		{"no bytes but a detail", evidence.Entry{Collector: "snmp", Format: "varbinds", Target: "10.0.0.2", Outcome: evidence.Gap, Detail: "malformed: " + secret}, ""},
		{"a name and an attribute", evidence.Entry{Collector: "file", Format: "snmpwalk", Name: "file/" + secret, Target: secret + ".txt",
			Attrs: map[string]string{"file": secret}}, "iso.1 = STRING: " + secret},
		{"Windows text", evidence.Entry{Collector: "file", Format: "other", Target: "x"}, string(wide(secret))},
	} {
		attr := tt.e.Attrs["file"]
		e, err := w.Add(tt.e, []byte(tt.data))
		if err != nil {
			t.Fatal(err)
		}
		if !slices.Contains(e.Redactions, evidence.RuleKnown) {
			t.Errorf("%s: the redactions are %v", tt.name, e.Redactions)
		}
		if e.Table != tt.e.Table || tt.e.Attrs["file"] != attr {
			t.Errorf("%s: what was given was changed", tt.name)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	b, err := evidence.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer b.Close()
	if err := b.Verify(); err != nil {
		t.Error(err)
	}
	for _, e := range b.Entries() {
		data, err := b.Read(e)
		if err != nil {
			t.Fatal(err)
		}
		all := append(data, fmt.Sprintf("%+v", e)...)
		if form := found(all, secret); form != "" {
			t.Errorf("%s holds the secret, %s: %q", e.Name, form, all)
		}
	}
	data, _ := b.Read(b.Entries()[0])
	vbs, err := snmp.ParseVarbinds("", data)
	if err != nil {
		t.Fatal(err)
	}
	var values []string
	for _, vb := range vbs {
		values = append(values, vb.Value)
	}
	want := []string{"ask (redacted)", "방 (redacted)", "471100", "(redacted)", "public floor"}
	if !slices.Equal(values, want) {
		t.Errorf("the values are %q, want %q", values, want)
	}
}

func wide(s string) []byte {
	var b bytes.Buffer
	binary.Write(&b, binary.LittleEndian, utf16.Encode([]rune(s)))
	return b.Bytes()
}

// Whatever an agent tells of a secret, the lines stay lines that are read back
// with as many variables, and no value holds it.
func FuzzGuard(f *testing.F) {
	f.Add("S3cret-planted", "ask S3cret-planted now")
	f.Add("12345678", "12345678")
	f.Add("ababab", "abababab")
	f.Add("비밀번호", "x비밀번호x")
	f.Fuzz(func(t *testing.T, secret, text string) {
		if len(secret) < 6 || len(text) > 1000 || len(secret) > 1000 || strings.ContainsAny(secret, "(redacted)") {
			t.Skip("not guarded as a part")
		}
		in := snmp.FormatVarbinds([]snmp.Varbind{{OID: "1.3.6.1.2.1.1.4.0", Type: snmp.OctetString, Value: text},
			{OID: "1.3.6.1.2.1.1.3.0", Type: snmp.TimeTicks, Value: "12345678"},
			{OID: "1.3.6.1.2.1.1.6.0", Type: snmp.OctetString, Value: text + secret + text}})
		w, err := evidence.Create(filepath.Join(t.TempDir(), "b.zip"), evidence.Manifest{})
		if err != nil {
			t.Fatal(err)
		}
		defer w.Close()
		w.Guard(secret)
		_, out := w.Clean(evidence.Entry{Format: "varbinds"}, in)
		before, err1 := snmp.ParseVarbinds("", in)
		after, err2 := snmp.ParseVarbinds("", out)
		if err1 != nil || err2 != nil || len(before) != len(after) {
			t.Fatalf("%d variables became %d: %v, %v\n%s", len(before), len(after), err1, err2, out)
		}
		digits := strings.Trim(secret, "0123456789") == ""
		for i, vb := range after {
			if vb.OID != before[i].OID || vb.Type != before[i].Type {
				t.Errorf("%s became %s", before[i].OID, vb.OID)
			}
			if vb.Type == snmp.OctetString && !digits && strings.Contains(vb.Value, secret) && secret != "public" && secret != "private" {
				t.Errorf("%q is left in %q", secret, vb.Value)
			}
		}
	})
}
