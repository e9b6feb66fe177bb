package inventory

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

var update = flag.Bool("update", false, "write the expected errors and inventories anew")

// golden compares with, or writes, what is expected.
func golden(t *testing.T, path, got string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", path, diff)
	}
}

func samples(t testing.TB, dir string) []string {
	t.Helper()
	list, err := filepath.Glob(filepath.Join("testdata", dir, "*.yaml"))
	if err != nil || len(list) == 0 {
		t.Fatalf("no samples in %s: %v", dir, err)
	}
	return list
}

func TestABadFileIsRefusedWithEveryErrorInItsPlace(t *testing.T) {
	place := regexp.MustCompile(`(?m)^[a-z0-9-]+\.yaml:\d+:(\d+:)? `)
	for _, path := range samples(t, "bad") {
		name := filepath.Base(path)
		t.Run(strings.TrimSuffix(name, ".yaml"), func(t *testing.T) {
			data, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			_, err = Parse(name, data)
			if err == nil {
				t.Fatal("no error")
			}
			text := err.Error()
			if !place.MatchString(text) {
				t.Errorf("no file:line:column in %q", text)
			}
			if strings.Contains(text, "S3cret") {
				t.Errorf("the error shows a secret:\n%s", text)
			}
			golden(t, strings.TrimSuffix(path, ".yaml")+".err", text+"\n")
		})
	}
}

func TestAGoodFileIsRead(t *testing.T) {
	for _, path := range samples(t, "good") {
		t.Run(strings.TrimSuffix(filepath.Base(path), ".yaml"), func(t *testing.T) {
			data, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			inv, err := Parse(filepath.Base(path), data)
			if err != nil {
				t.Fatal(err)
			}
			var b bytes.Buffer
			enc := json.NewEncoder(&b)
			enc.SetEscapeHTML(false)
			enc.SetIndent("", " ")
			if err := enc.Encode(inv); err != nil {
				t.Fatal(err)
			}
			golden(t, strings.TrimSuffix(path, ".yaml")+".json", b.String())
		})
	}
}

func TestTheTemplatesParseAndSayTheSame(t *testing.T) {
	en, err := Parse("template.yaml", []byte(Template("en")))
	if err != nil {
		t.Fatal(err)
	}
	ko, err := Parse("template.ko.yaml", []byte(Template("ko")))
	if err != nil {
		t.Fatal(err)
	}
	for _, inv := range []*Inventory{en, ko} {
		for i := range inv.Services {
			inv.Services[i].Owner = ""
		}
		for i := range inv.Machines {
			inv.Machines[i].Maintainer = ""
		}
		for i := range inv.Decisions {
			inv.Decisions[i].Who, inv.Decisions[i].Why = "", ""
		}
	}
	// Lines are compared too: the two are the same file in two languages.
	if diff := cmp.Diff(en, ko, cmp.Comparer(func(a, b interface{ String() string }) bool { return a.String() == b.String() }), cmpopts.IgnoreUnexported(Inventory{})); diff != "" {
		t.Error(diff)
	}
}
