package command_test

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestABundleThatDoesNotHoldIsNamedOnce(t *testing.T) {
	dir := t.TempDir()
	walk, bundle := filepath.Join(dir, "10.0.0.1.snmprec"), filepath.Join(dir, "b.zip")
	if err := os.WriteFile(walk, []byte("1.3.6.1.2.1.1.5.0|4|core-1\n"), 0o600); err != nil { // too short to be packed
		t.Fatal(err)
	}
	if code, _, messages := gujo(t, "import", walk, "--bundle", bundle, "--store", filepath.Join(dir, "x.db")); code != 0 {
		t.Fatal(messages)
	}
	data, err := os.ReadFile(bundle)
	if err != nil {
		t.Fatal(err)
	}
	changed := bytes.Replace(data, []byte("core-1"), []byte("core-2"), 1)
	if bytes.Equal(changed, data) {
		t.Fatal("the bundle does not show what it holds")
	}
	if err := os.WriteFile(bundle, changed, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, command := range [][]string{{"import", bundle, "--store", filepath.Join(dir, "y.db")}, {"verify", bundle}, {"replay", bundle}} {
		code, _, messages := gujo(t, command...)
		if code != 2 || strings.Count(messages, bundle) != 1 || !strings.Contains(messages, "its bytes do not have the checksum") {
			t.Errorf("gujo %s: exit code %d, %s", command[0], code, messages)
		}
	}
}
