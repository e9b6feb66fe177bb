package snmp_test

import (
	"bytes"
	"encoding/hex"
	"strings"
	"testing"
	"unicode/utf16"

	"gujo/discovery/snmp"
)

func TestSecretsInWalksOfOthersAreMasked(t *testing.T) {
	const hexSecret = "53 33 63 72 65 74"
	for _, tt := range []struct{ name, in, want string }{
		{"nothing to mask: not a byte differs", "\xef\xbb\xbf.1.3.6.1.2.1.1.5.0 = STRING: \"core-1\"\r\n", "\xef\xbb\xbf.1.3.6.1.2.1.1.5.0 = STRING: \"core-1\"\r\n"},
		{"arguments of a program", ".1.3.6.1.2.1.25.4.2.1.5.7 = STRING: \"-u root -pS3cret\"\n", ".1.3.6.1.2.1.25.4.2.1.5.7 = STRING: \"-u root -p(redacted)\"\n"},
		{"arguments with quotes", `.1.3.6.1.2.1.25.4.2.1.5.7 = STRING: "--password \"S3cret S3cret\" -v"` + "\n", `.1.3.6.1.2.1.25.4.2.1.5.7 = STRING: "--password (redacted) -v"` + "\n"},
		{"arguments by name", "HOST-RESOURCES-MIB::hrSWRunParameters.7 = STRING: \"--token S3cret\"\n", "HOST-RESOURCES-MIB::hrSWRunParameters.7 = STRING: \"--token (redacted)\"\n"},
		{"arguments without their type", ".1.3.6.1.2.1.25.4.2.1.5.7 = \"--token S3cret\"\n", ".1.3.6.1.2.1.25.4.2.1.5.7 = STRING: \"--token (redacted)\"\n"},
		{"a value over three lines", ".1.3.6.1.2.1.1.1.0 = STRING: \"banner\npassword:\nS3cret\"\n.1.3.6.1.2.1.1.5.0 = STRING: \"a\"\n",
			".1.3.6.1.2.1.1.1.0 = STRING: \"banner\npassword:\n(redacted)\"\n.1.3.6.1.2.1.1.5.0 = STRING: \"a\"\n"},
		{"a value without quotes over two lines", ".1.3.6.1.2.1.1.6.0 = STRING: room 3\npassword: S3cret\n", ".1.3.6.1.2.1.1.6.0 = STRING: \"room 3\npassword: (redacted)\"\n"},
		{"octets over two lines", ".1.3.6.1.2.1.25.4.2.1.5.7 = Hex-STRING: 2D 70 53 33 63 \n72 65 74 00\n.1.3.6.1.2.1.1.5.0 = STRING: \"a\"\n",
			".1.3.6.1.2.1.25.4.2.1.5.7 = Hex-STRING: 2D 70 28 72 65 64 61 63 74 65 64 29\n\n.1.3.6.1.2.1.1.5.0 = STRING: \"a\"\n"},
		{"a community and the index that is it", ".1.3.6.1.6.3.18.1.1.1.2.6.83.51.99.114.101.116 = STRING: \"S3cret\"\n", "1.3.6.1.6.3.18.1 = STRING: \"(redacted)\"\n"},
		{"a community by name", "SNMP-COMMUNITY-MIB::snmpCommunityName.\"S3cret\" = STRING: S3cret\n", "SNMP-COMMUNITY-MIB::snmpCommunityName = STRING: \"(redacted)\"\n"},
		{"a community by name, with a blank in the index", "SNMP-COMMUNITY-MIB::snmpCommunityName.\"S3cret 2\" = STRING: S3cret 2\n", "(redacted)\n"},
		{"a password of somebody's own MIB", "ACME-MIB::acmeRadiusPassword.1 = STRING: S3cret\nACME-MIB::acmePasswordAge.1 = INTEGER: 90\n",
			"ACME-MIB::acmeRadiusPassword = STRING: \"(redacted)\"\nACME-MIB::acmePasswordAge.1 = INTEGER: 90\n"},
		{"the command above the walk, and what it was asked with elsewhere", "$ snmpwalk -v2c -c S3cret 10.0.0.1\n.1.3.6.1.2.1.1.4.0 = STRING: \"ask S3cret\"\n.1.3.6.1.2.1.1.6.0 = Hex-STRING: " + hexSecret + "\n",
			"$ snmpwalk -v2c -c (redacted) 10.0.0.1\n.1.3.6.1.2.1.1.4.0 = STRING: \"ask (redacted)\"\n.1.3.6.1.2.1.1.6.0 = Hex-STRING: 28 72 65 64 61 63 74 65 64 29\n"},
		{"a command over two lines", "# snmpbulkwalk -v3 -u a -l authPriv \\\n  -A S3cret -X 'S3cret 2' 10.0.0.1\n.1.3.6.1.2.1.1.5.0 = STRING: \"a\"\n",
			"# snmpbulkwalk -v3 -u a -l authPriv \\\n  -A (redacted) -X (redacted) 10.0.0.1\n.1.3.6.1.2.1.1.5.0 = STRING: \"a\"\n"},
		{"a quote that is never closed", ".1.3.6.1.2.1.25.4.2.1.5.7 = STRING: \"--password S3cret\n", ".1.3.6.1.2.1.25.4.2.1.5.7 = STRING: \"--password (redacted)\n"},
		{"an address in a description", ".1.0.8802.1.1.2.1.4.1.1.10.0.1.1 = STRING: \"see http://admin:S3cret@10.0.0.1/\"\n", ".1.0.8802.1.1.2.1.4.1.1.10.0.1.1 = STRING: \"see http://admin:(redacted)@10.0.0.1/\"\n"},
		{"records: arguments", "1.3.6.1.2.1.25.4.2.1.5.7|4|-pS3cret\n", "1.3.6.1.2.1.25.4.2.1.5.7|4|-p(redacted)\n"},
		{"records: arguments in hexadecimal", "1.3.6.1.2.1.25.4.2.1.5.7|4x|" + hex.EncodeToString([]byte("-pS3cret")) + "\n", "1.3.6.1.2.1.25.4.2.1.5.7|4x|" + hex.EncodeToString([]byte("-p(redacted)")) + "\n"},
		{"records: a community, and it again", "1.3.6.1.2.1.1.4.0|4|S3cret\r\n1.3.6.1.6.3.18.1.1.1.2.1|4|S3cret\r\n1.3.6.1.6.3.18.1.1.1.8.1|2|1\r\n",
			"1.3.6.1.2.1.1.4.0|4|(redacted)\r\n1.3.6.1.6.3.18.1|4|(redacted)\r\n1.3.6.1.6.3.18.1|4|(redacted)\r\n"},
		{"records: the command in a comment", "# snmprec -c S3cret 10.0.0.1\n1.3.6.1.2.1.1.5.0|4|a\n", "# snmprec -c (redacted) 10.0.0.1\n1.3.6.1.2.1.1.5.0|4|a\n"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			format, ok := snmp.Detect([]byte(tt.in))
			if !ok {
				format = snmp.FormatSnmpwalk
			}
			got, rules := snmp.Redact(format, []byte(tt.in))
			if string(got) != tt.want {
				t.Errorf("got\n%s\nwant\n%s", got, tt.want)
			}
			if (len(rules) > 0) != (tt.in != tt.want) {
				t.Errorf("the rules are %v", rules)
			}
			if strings.Contains(string(got), "S3cret") || strings.Count(string(got), "\n") != strings.Count(tt.in, "\n") {
				t.Error("a secret is left, or the lines are others")
			}
			if again, _ := snmp.Redact(format, got); !bytes.Equal(again, got) {
				t.Errorf("a second time it becomes\n%s", again)
			}
		})
	}
}

func TestAWalkThatAWindowsConsoleWroteIsMaskedToo(t *testing.T) {
	data := []byte{0xff, 0xfe}
	for _, u := range utf16.Encode([]rune(".1.3.6.1.2.1.25.4.2.1.5.7 = STRING: \"-pS3cret\"\r\n")) {
		data = append(data, byte(u), byte(u>>8))
	}
	got, rules := snmp.Redact(snmp.FormatSnmpwalk, data)
	if want := ".1.3.6.1.2.1.25.4.2.1.5.7 = STRING: \"-p(redacted)\"\r\n"; string(got) != want || len(rules) == 0 {
		t.Errorf("got %q by %v", got, rules)
	}
}

// What masking leaves are as many lines; what was read before is read after,
// with the same identifiers but those of secrets, and masking again does nothing.
func FuzzRedactFile(f *testing.F) {
	for _, s := range []string{
		".1.3.6.1.2.1.25.4.2.1.5.7 = STRING: \"-u root -pS3cret\"\n.1.3.6.1.2.1.1.5.0 = STRING: a\nb\n\n",
		".1.3.6.1.2.1.25.4.2.1.5.7 = Hex-STRING: 2D 70 53 33 63 \n72 65 74 00\n", "$ snmpwalk -c abcdef x\n.1.3.6.1.2.1.1.4.0 = \"abcdef \"\n",
		"1.3.6.1.2.1.25.4.2.1.5.7|4x|2d70616263\n1.3.6.1.6.3.18.1.1.1.2.1|4|abcdef\n", ".1.3.6.1.2.1.1.6.0 = STRING: password: \"x\r\ny\\\" z\r\n",
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		for _, format := range []string{snmp.FormatSnmpwalk, snmp.FormatSnmprec} {
			out, rules := snmp.Redact(format, data)
			if len(rules) == 0 {
				if !bytes.Equal(out, data) {
					t.Fatal("changed by no rule")
				}
				continue
			}
			if format == snmp.FormatSnmpwalk {
				continue // variables are compared in .snmprec, where each is a line
			}
			before, err1 := snmp.ParseVarbinds("", data)
			after, err2 := snmp.ParseVarbinds("", out)
			if err1 == nil && (err2 != nil || len(before) != len(after)) {
				t.Fatalf("%d variables became %d: %v\n%q\n%q", len(before), len(after), err2, data, out)
			}
		}
	})
}
