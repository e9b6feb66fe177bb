package inventory

import (
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestRedactedInventoriesHaveNoSecretAndAsManyLines(t *testing.T) {
	for _, tt := range []struct{ name, in, want string }{
		{"references stay", "community: env:COMMUNITY\nauth_key: \"file:/etc/gujo/auth\" # note\n", "community: env:COMMUNITY\nauth_key: \"file:/etc/gujo/auth\" # note\n"},
		{"a plain value", "    community: S3cret # why\n", "    community: (redacted) # why\n"},
		{"a plain value with blanks", "auth_key: S3cret and S3cret\n", "auth_key: (redacted)\n"},
		{"a quoted value", "auth_key: \"S3cret, \\\" S3cret\"\npriv_key: 'S3cret ''S3cret'''\n", "auth_key: (redacted)\npriv_key: (redacted)\n"},
		{"flow", "- {name: a, community: S3cret, snmp: v2c}\n", "- {name: a, community: (redacted), snmp: v2c}\n"},
		{"several in a line", "- {auth_key: S3cret, priv_key: 'S3cret'}\n", "- {auth_key: (redacted), priv_key: (redacted)}\n"},
		{"JSON", "{\"community\": \"S3cret\", \"name\": \"x\"}\n", "{\"community\": (redacted), \"name\": \"x\"}\n"},
		{"JSON without blanks", "{\"community\":\"S3cret\",\"name\":\"x\"}\n", "{\"community\":(redacted),\"name\":\"x\"}\n"},
		{"a block", "community: |\n  S3cret\n\n  S3cret\nname: x\n", "community: (redacted)\n  # (redacted)\n\n  # (redacted)\nname: x\n"},
		{"a block in a list", "- community: >-\n    S3cret\n  name: x\n", "- community: (redacted)\n    # (redacted)\n  name: x\n"},
		{"a value in the next line", "community:\n  S3cret\nname: x\n", "community:\n  # (redacted)\nname: x\n"},
		{"a reference in the next line", "community:\n  env:COMMUNITY\nname: x\n", "community:\n  env:COMMUNITY\nname: x\n"},
		{"a value that goes on", "community: S3cret\n  S3cret\nname: x\n", "community: (redacted)\n  # (redacted)\nname: x\n"},
		{"a quote over lines", "community: \"S3cret\n  S3cret\n  S3cret\" # x\nname: x\n", "community: (redacted)\n\n\nname: x\n"},
		{"a comment", "# old community: S3cret\n", "# old community: (redacted)\n"},
		{"a comment in Korean", "# 비밀번호는 S3cret\n", "# 비밀번호는 (redacted)\n"},
		{"an address with a password", "contact: https://admin:S3cret@10.0.0.1/\n", "contact: https://admin:(redacted)@10.0.0.1/\n"},
		{"an unknown key", "snmp_password: S3cret\n", "snmp_password: (redacted)\n"},
		{"a secret in the place of a word", "priv: S3cret\nsnmp: 'S3cret'\nauth: sha256\npriv: aes\n", "priv: (redacted)\nsnmp: (redacted)\nauth: sha256\npriv: aes\n"},
		{"a typing error in a word", "auth: sha265\n", "auth: sha265\n"},
		{"Windows line ends", "community: S3cret\r\nname: x\r\n", "community: (redacted)\r\nname: x\r\n"},
		{"no last line end", "community: S3cret", "community: (redacted)"},
		{"no YAML", "community: S3cret: S3cret\n\t]{ community: S3cret", "community: (redacted)\n\t# (redacted)"},
		{"nothing secret", "machines:\n  - machine: core-1\n    power: [pdu-a]\n", "machines:\n  - machine: core-1\n    power: [pdu-a]\n"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			out, rules := Redact([]byte(tt.in))
			got := string(out)
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Error(diff)
			}
			if strings.Contains(got, "S3cret") {
				t.Errorf("a secret is left in %q", got)
			}
			if strings.Count(got, "\n") != strings.Count(tt.in, "\n") {
				t.Error("the number of lines changed")
			}
			if (len(rules) > 0) != (got != tt.in) {
				t.Errorf("rules %v", rules)
			}
			if again, rules := Redact(out); string(again) != got || len(rules) > 0 {
				t.Errorf("redacted again: %q by %v", again, rules)
			}
		})
	}
}

func TestARedactedInventoryIsStillRead(t *testing.T) {
	for _, text := range []string{Template("en"), Template("ko")} {
		out, rules := Redact([]byte(text))
		if string(out) != text || rules != nil {
			t.Errorf("a template has secrets: %v\n%s", rules, cmp.Diff(text, string(out)))
		}
	}
	data, err := os.ReadFile("testdata/bad/secrets-in-clear.yaml")
	if err != nil {
		t.Fatal(err)
	}
	data = []byte(strings.Split(string(data), "  - name: core")[0])
	out, _ := Redact(data)
	inv, err := Parse("bundle", out)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := inv.Credentials[0].Resolve(); err == nil || !strings.Contains(err.Error(), "comes out of a bundle") {
		t.Errorf("a redacted secret resolves: %v", err)
	}
}

// TestPlantedSecretsAppearNowhere plants a secret in every place where a hurried
// person would write one.
func TestPlantedSecretsAppearNowhere(t *testing.T) {
	data := `# community was S3cret01, password: S3cret02
zone: default
organisation: "token=S3cret03"
targets:
  - address: admin:S3cret04@10.0.0.1
    name: "snmp community is: S3cret06"
    password: S3cret07
  - address: https://gujo:S3cret08@core-1/
credentials:
  - {name: a, snmp: v2c, community: S3cret09}
  - {name: b, snmp: S3cret10, community: "S3cret11"}
  - name: c
    snmp: v3
    user: gujo
    auth: S3cret12
    auth_key: 'S3cret13'
    priv: "S3cret14"
    priv_key: |
      S3cret15
      S3cret16
  - name: d
    snmp: v2c
    community:
      S3cret17
  - {name: e, snmp: v2c, community: env:NAME S3cret19}
  - {name: f, snmp: v2c, communty: S3cret20}
  - {name: g, snmp: v3, user: u, auth: sha, authkey: S3cret21}
  - {name: h, snmp: v2c, community: [S3cret22]}
  - {name: i, snmp: v2c, community: {value: S3cret23}}
machines:
  - machine: m
    contact: "console password is S3cret24"
    maintainer: "http://x:S3cret25@y/"
    snmp_community: S3cret26
    api-key: S3cret27
decisions:
  - {action: confirm, who: a, when: S3cret-is-no-date, why: "pwd=S3cret28"}
  - passphrase: "S3cret29
      S3cret30"
`
	// Nobody can tell these from what belongs there.
	for _, ordinary := range []string{"S3cret01", "S3cret-is-no-date"} {
		data = strings.ReplaceAll(data, ordinary, strings.Repeat("x", len(ordinary)))
	}
	out, rules := Redact([]byte(data))
	for line := range strings.Lines(string(out)) {
		if strings.Contains(line, "S3cret") {
			t.Errorf("left: %s", line)
		}
	}
	if len(rules) < 4 {
		t.Errorf("rules %v", rules)
	}
	_, err := Parse("inventory.yaml", []byte(data))
	if err == nil {
		t.Fatal("no error")
	}
	for line := range strings.Lines(err.Error()) {
		if strings.Contains(line, "S3cret") {
			t.Errorf("told: %s", line)
		}
	}
}
