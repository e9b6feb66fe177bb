package inventory

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func FuzzParse(f *testing.F) {
	for _, dir := range []string{"bad", "good"} {
		for _, path := range samples(f, dir) {
			data, err := os.ReadFile(path)
			if err != nil {
				f.Fatal(err)
			}
			f.Add(data)
		}
	}
	f.Add([]byte(Template("ko")))
	f.Fuzz(func(t *testing.T, data []byte) {
		inv, err := Parse("x.yaml", data)
		if (inv == nil) == (err == nil) {
			t.Fatalf("inventory %v and error %v", inv, err)
		}
		var list Problems
		if err != nil && (!errors.As(err, &list) || len(list) == 0) {
			t.Fatalf("%T", err)
		}
		lines := bytes.Count(data, []byte("\n")) + 1
		for _, p := range list {
			if p.Line < 1 || p.Line > lines+1 || p.Column < 0 || p.Message == "" || strings.Contains(p.Message, "%!") && !bytes.Contains(data, []byte("%!")) {
				t.Errorf("of %d lines: %+v", lines, *p)
			}
		}
	})
}

func FuzzRedact(f *testing.F) {
	for _, path := range samples(f, "bad") {
		data, err := os.ReadFile(path)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	f.Add([]byte("community: |\n  x\n\n# y\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		out, rules := Redact(data)
		if bytes.Count(out, []byte("\n")) != bytes.Count(data, []byte("\n")) {
			t.Errorf("%q became %q", data, out)
		}
		if len(rules) == 0 && !bytes.Equal(out, data) {
			t.Errorf("%q became %q by no rule", data, out)
		}
	})
}

func TestLargeAndTwistedFilesAreAnsweredSoon(t *testing.T) {
	many := strings.Builder{}
	many.WriteString("machines:\n")
	for i := range 5_000 {
		many.WriteString("  - {machine: m" + strings.Repeat("x", i%50) + ", in: nowhere, power: [a, b]}\n")
	}
	for _, tt := range []struct {
		name, data, want string
	}{
		{"larger than the limit", strings.Repeat("#", MaxSize+1), "larger than 16 MiB"},
		{"brackets", "a: " + strings.Repeat("[", 100_000), "nested deeper than 64"},
		{"braces", strings.Repeat("{a: ", 100_000), "nested deeper than 64"},
		{"dashes", strings.Repeat("- ", 100_000), "nested deeper than 64"},
		{"question marks", strings.Repeat("? ", 100_000), "nested deeper than 64"},
		{"anchors", strings.Repeat("&a ", 100_000), ""},
		{"tags", strings.Repeat("!a ", 100_000), ""},
		{"colons", strings.Repeat("a: ", 100_000), ""},
		{"steps", steps(800), ""},
		{"5,000 errors", many.String(), "and 19900 more"},
		{"one long line", "zone: " + strings.Repeat("x", 1<<18), "is no name of a zone"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			start := time.Now()
			_, err := Parse("x.yaml", []byte(tt.data))
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				text := "none"
				if err != nil {
					text = err.Error()[:min(len(err.Error()), 500)]
				}
				t.Errorf("error %s, want %s", text, tt.want)
			}
			if d := time.Since(start); d > 20*time.Second {
				t.Errorf("took %v", d)
			} else {
				t.Logf("%v", d.Round(time.Millisecond))
			}
		})
	}
}

// steps nests by indentation.
func steps(n int) string {
	var b strings.Builder
	for i := range n {
		b.WriteString(strings.Repeat(" ", i) + "a:\n")
	}
	return b.String()
}

func TestErrorsOfAFileThatCannotBeOpened(t *testing.T) {
	dir := t.TempDir()
	for path, want := range map[string]string{
		filepath.Join(dir, "none.yaml"): "no such file",
		dir:                             "is a directory",
	} {
		if _, err := Load(path); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("Load(%s): %v, want %s", path, err, want)
		}
	}
}
