package command_test

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"gujo/cmd/gujo/command"
)

// onTerminal runs the program as on a terminal of 80 columns and gives what it said.
func onTerminal(args ...string) string {
	var out, messages bytes.Buffer
	env := command.Environment()
	env.Stdout, env.Stderr, env.Terminal, env.Width = &out, &messages, true, 80
	env.Getenv = func(string) string { return "" }
	command.Main(context.Background(), args, env)
	return messages.String()
}

func TestAnErrorFitsTheTerminalAndItsWordsStayWhole(t *testing.T) {
	junk := filepath.Join(t.TempDir(), strings.Repeat("long", 30)+".txt")
	if err := os.WriteFile(junk, []byte("junk"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, lang := range []string{"en", "ko"} {
		said := onTerminal("import", junk, "--store", filepath.Join(t.TempDir(), "x.db"), "--lang", lang)
		if !strings.Contains(said, junk) || strings.Count(said, "\n") < 3 {
			t.Errorf("in %s it says %q", lang, said)
		}
		for _, line := range strings.Split(said, "\n") {
			if wide(line) > 80 && !strings.Contains(line, junk) {
				t.Errorf("in %s a line has %d columns: %s", lang, wide(line), line)
			}
		}
	}
}

func TestTheLineOfAFileStaysAboveItsMark(t *testing.T) {
	wrong := filepath.Join(t.TempDir(), "i.yaml")
	line := "zone: " + strings.Repeat("a ", 60)
	if err := os.WriteFile(wrong, []byte(line+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	said := onTerminal("collect", "-i", wrong)
	if !strings.Contains(said, "    1 | "+strings.TrimSpace(line)) || !strings.Contains(said, "\n      |        ^") {
		t.Errorf("it says\n%s", said)
	}
}
