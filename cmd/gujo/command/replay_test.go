package command_test

import (
	"context"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"gujo/cmd/gujo/command"
)

// net-snmp is the judge of who is let in.
func TestReplayAnswersTheUserWhoIsGiven(t *testing.T) {
	snmpget, err := exec.LookPath("snmpget")
	if err != nil {
		if os.Getenv("GUJO_TEST_ALL") == "1" {
			t.Fatal("package snmp is not installed")
		}
		t.Skip("needs snmpget of net-snmp")
	}
	dir := t.TempDir()
	recording := filepath.Join(dir, "10.0.0.1.snmprec")
	key := filepath.Join(dir, "key")
	for path, data := range map[string]string{recording: "1.3.6.1.2.1.1.5.0|4|core-1\n1.3.6.1.2.1.1.7.0|2|6\n1.3.6.1.2.1.2.1.0|2|0\n", key: "private-22\n"} {
		if err := os.WriteFile(path, []byte(data), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	t.Setenv("GUJO_TEST_AUTH", "authentic-1")
	t.Setenv("GUJO_TEST_COMMUNITY", "hush")

	for _, c := range []struct {
		what  string
		flags []string
		in    [][]string // who is let in
		out   [][]string // who is not
	}{
		{"a user with both keys, the protocols of today", []string{"--user", "me", "--auth-key", "env:GUJO_TEST_AUTH", "--priv-key", "file:" + key},
			[][]string{{"-v3", "-u", "me", "-l", "authPriv", "-a", "SHA-256", "-A", "authentic-1", "-x", "AES", "-X", "private-22"}, {"-v2c", "-c", "anything"}},
			[][]string{
				{"-v3", "-u", "me", "-l", "authPriv", "-a", "SHA-256", "-A", "authentic-2", "-x", "AES", "-X", "private-22"},
				{"-v3", "-u", "me", "-l", "authNoPriv", "-a", "SHA-256", "-A", "authentic-1"},
				{"-v3", "-u", "other", "-l", "noAuthNoPriv"},
			}},
		{"protocols that are named", []string{"--user", "me", "--auth", "sha", "--auth-key", "env:GUJO_TEST_AUTH", "--priv", "des", "--priv-key", "file:" + key},
			[][]string{{"-v3", "-u", "me", "-l", "authPriv", "-a", "SHA", "-A", "authentic-1", "-x", "DES", "-X", "private-22"}},
			[][]string{{"-v3", "-u", "me", "-l", "authPriv", "-a", "SHA-256", "-A", "authentic-1", "-x", "AES", "-X", "private-22"}}},
		{"authentication alone", []string{"--user", "me", "--auth", "sha512", "--auth-key", "env:GUJO_TEST_AUTH"},
			[][]string{{"-v3", "-u", "me", "-l", "authNoPriv", "-a", "SHA-512", "-A", "authentic-1"}}, nil},
		{"a user without keys", []string{"--user", "me"}, [][]string{{"-v3", "-u", "me", "-l", "noAuthNoPriv"}}, nil},
		{"one community", []string{"--community", "env:GUJO_TEST_COMMUNITY"}, [][]string{{"-v2c", "-c", "hush"}}, [][]string{{"-v2c", "-c", "anything"}}},
	} {
		t.Run(c.what, func(t *testing.T) {
			ctx, stop := context.WithCancel(t.Context())
			out, print := io.Pipe()
			var messages strings.Builder
			env := command.Environment()
			env.Stdout, env.Stderr, env.Getenv = print, &messages, func(string) string { return "" }
			done := make(chan int, 1)
			go func() {
				defer print.Close()
				done <- command.Main(ctx, append([]string{"replay", recording}, c.flags...), env)
			}()
			line := make([]byte, 200)
			n, _ := out.Read(line)
			at := strings.TrimSpace(string(line[:n])[strings.LastIndexByte(string(line[:n]), ' ')+1:])
			ask := func(with []string) string {
				args := append([]string{"-Oqv", "-t", "0.5", "-r", "1"}, with...)
				text, _ := exec.Command(snmpget, append(args, at, "1.3.6.1.2.1.1.5.0")...).Output()
				return strings.Trim(string(text), "\"\n")
			}
			for _, with := range c.in {
				if got := ask(with); got != "core-1" {
					t.Errorf("%q is answered %q", with, got)
				}
			}
			for _, with := range c.out {
				if got := ask(with); got != "" {
					t.Errorf("%q is answered %q", with, got)
				}
			}
			stop()
			if code := <-done; code != 0 {
				t.Errorf("exit code %d: %s", code, messages.String())
			}
			for _, secret := range []string{"authentic-1", "private-22", "hush"} {
				if strings.Contains(messages.String(), secret) {
					t.Errorf("the messages tell a secret: %s", messages.String())
				}
			}
		})
	}
}

func TestReplayTakesNoSecretInClear(t *testing.T) {
	for _, args := range [][]string{
		{"--user", "me", "--auth-key", "authentic-1"}, {"--user", "me", "--auth-key", "env:HOME", "--priv-key", "authentic-1"}, {"--community", "authentic-1"},
	} {
		code, _, messages := gujo(t, append([]string{"replay", "x"}, args...)...)
		if code != 2 || !strings.Contains(messages, "want env:NAME or file:PATH") || strings.Contains(messages, "authentic-1") {
			t.Errorf("%q: exit code %d, %s", args, code, messages)
		}
	}
}
