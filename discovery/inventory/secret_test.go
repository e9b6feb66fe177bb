package inventory

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"

	"gujo/discovery/evidence"
)

const planted = "S3cret-planted"

func TestASecretPrintsAsAMarkerHoweverItIsPrinted(t *testing.T) {
	s := NewSecret(planted)
	keys := Keys{Community: s, AuthKey: s}
	var out []string
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d", "%T %v", "%10s"} {
		out = append(out, fmt.Sprintf(verb, s), fmt.Sprintf(verb, &s), fmt.Sprintf(verb, keys), fmt.Sprintf(verb, []Secret{s}),
			fmt.Sprintf(verb, map[string]any{"a": s}))
	}
	out = append(out, s.String(), fmt.Sprint(s), fmt.Errorf("x: %v", s).Error())
	j, err := json.Marshal(map[string]any{"keys": keys, "secret": s, "pointer": &s})
	if err != nil {
		t.Fatal(err)
	}
	y, err := yaml.Marshal(map[string]any{"secret": s})
	if err != nil {
		t.Fatal(err)
	}
	out = append(out, string(j), string(y))
	var log strings.Builder
	for _, h := range []slog.Handler{slog.NewTextHandler(&log, nil), slog.NewJSONHandler(&log, nil)} {
		slog.New(h).Info("x", "secret", s, "keys", keys, "group", slog.GroupValue(slog.Any("s", s)))
	}
	out = append(out, log.String())
	for _, text := range out {
		if strings.Contains(text, planted) || strings.Contains(text, fmt.Sprintf("%x", planted)) {
			t.Errorf("the secret is in %q", text)
		}
	}
	if !strings.Contains(string(j), evidence.Marker) || s.String() != evidence.Marker {
		t.Errorf("no marker in %s", j)
	}
	if s.Reveal() != planted {
		t.Error("Reveal does not give the secret")
	}
}

func TestSecretsAreReadByReference(t *testing.T) {
	dir := t.TempDir()
	file := func(name, content string, mode os.FileMode) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Chmod(path, mode); err != nil {
			t.Fatal(err)
		}
		return "file:" + path
	}
	t.Setenv("GUJO_TEST_SET", planted)
	t.Setenv("GUJO_TEST_EMPTY", "")
	link := filepath.Join(dir, "link")
	if err := os.Symlink(filepath.Join(dir, "good"), link); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct{ name, ref, want, err string }{
		{"a variable", "env:GUJO_TEST_SET", planted, ""},
		{"a variable that is not set", "env:GUJO_TEST_UNSET", "", "the environment variable GUJO_TEST_UNSET is not set"},
		{"a variable that is empty", "env:GUJO_TEST_EMPTY", "", "the environment variable GUJO_TEST_EMPTY is empty"},
		{"a file", file("good", planted+"\n", 0o600), planted, ""},
		{"a file with blanks and Windows line ends", file("crlf", " "+planted+" \r\n", 0o400), " " + planted + " ", ""},
		{"a link to a file", "file:" + link, planted, ""},
		{"a file that the group may read", file("group", planted, 0o640), "", "has mode 0640"},
		{"a file that all may read", file("all", planted, 0o604), "", "want 0600"},
		{"an empty file", file("empty", "\n", 0o600), "", "is empty"},
		{"a file too large", file("large", strings.Repeat("x", 70<<10), 0o600), "", "is larger than 64 KiB"},
		{"a file that is not there", "file:" + filepath.Join(dir, "none"), "", "no such file"},
		{"a directory", "file:" + dir, "", "is not a regular file"},
		{"the secret itself", planted, "", "a secret must not stand here itself"},
		{"the marker", evidence.Marker, "", "comes out of a bundle"},
		{"no name", "env:" + planted + "!", "", "no name of an environment variable"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, err := ResolveSecret(tt.ref)
			if got.Reveal() != tt.want {
				t.Errorf("got %q", got.Reveal())
			}
			if (err == nil) != (tt.err == "") || err != nil && !strings.Contains(err.Error(), tt.err) {
				t.Errorf("error %v, want %q", err, tt.err)
			}
			if err != nil && strings.Contains(err.Error(), planted) {
				t.Errorf("the error tells the secret: %v", err)
			}
		})
	}
}

func TestACredentialNamesEverySecretThatCannotBeRead(t *testing.T) {
	t.Setenv("GUJO_TEST_SET", planted)
	k, err := Credential{Name: "core", SNMP: "v3", AuthKey: "env:GUJO_TEST_SET", PrivKey: "env:GUJO_TEST_SET"}.Resolve()
	if err != nil || k.AuthKey.Reveal() != planted || k.PrivKey.Reveal() != planted || !k.Community.IsZero() {
		t.Errorf("%v, %v", k, err)
	}
	_, err = Credential{Name: "core", AuthKey: "env:GUJO_TEST_A", PrivKey: "env:GUJO_TEST_B"}.Resolve()
	for _, want := range []string{"credential core: auth_key: ", "GUJO_TEST_A", "credential core: priv_key: ", "GUJO_TEST_B"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v lacks %q", err, want)
		}
	}
}

func TestARelativeSecretLiesBesideItsInventory(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "inventory.yaml")
	if err := os.WriteFile(path, []byte("credentials: [{name: c, snmp: v2c, community: \"file:secrets/c\"}]\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(filepath.Join(dir, "secrets"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "secrets", "c"), []byte(planted), 0o600); err != nil {
		t.Fatal(err)
	}
	inv, err := Load(path)
	if err != nil {
		t.Fatal(err)
	}
	if inv.Read.IsZero() {
		t.Error("the time of the file is not noted")
	}
	k, err := inv.Credentials[0].Resolve()
	if err != nil || k.Community.Reveal() != planted {
		t.Errorf("%v, %v", k, err)
	}
}
