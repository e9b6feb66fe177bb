package command_test

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"gujo/cmd/gujo/command"
	"gujo/discovery/replay"
	"gujo/discovery/resolve"
	"gujo/discovery/snmp"
	"gujo/graph/localstore"
	"gujo/reports/locale"
)

// gujo runs the program in this process and gives what it wrote.
func gujo(t testing.TB, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	var out, messages bytes.Buffer
	env := command.Environment()
	env.Stdout, env.Stderr, env.Terminal = &out, &messages, false
	env.Getenv = func(string) string { return "" }
	code = command.Main(context.Background(), args, env)
	return code, out.String(), messages.String()
}

// commandsOf reads the names below a command out of its help.
func commandsOf(t *testing.T, help string) []string {
	t.Helper()
	_, list, found := strings.Cut(help, "\nCommands:\n")
	if !found {
		return nil
	}
	var names []string
	for _, line := range strings.Split(list, "\n") {
		if line == "" {
			break
		}
		if name, _, _ := strings.Cut(strings.TrimSpace(line), " "); strings.HasPrefix(line, "  ") && !strings.HasPrefix(line, "   ") {
			names = append(names, name)
		}
	}
	return names
}

func TestEveryCommandHasHelpWithAnExampleInBothLanguages(t *testing.T) {
	_, help, _ := gujo(t, "--help")
	top := commandsOf(t, help)
	for _, name := range []string{"demo", "discover", "collect", "import", "snapshots", "diagnose", "report", "impact", "cuts", "suspects",
		"coldstart", "explain", "export", "verify", "replay", "rules", "schema", "template", "version", "completion"} {
		if !slices.Contains(top, name) {
			t.Errorf("gujo has no command %s: %q", name, top)
		}
	}
	var commands [][]string
	for _, name := range top {
		commands = append(commands, []string{name})
	}
	_, help, _ = gujo(t, "rules", "--help")
	for _, name := range commandsOf(t, help) {
		commands = append(commands, []string{"rules", name})
	}
	for _, c := range commands {
		for lang, words := range map[string][]string{"en": {"Usage:", "Examples:", "Options:"}, "ko": {"사용법:", "예:", "옵션:"}} {
			code, out, messages := gujo(t, append(c, "--help", "--lang", lang)...)
			if code != 0 || messages != "" {
				t.Errorf("gujo %q --help exits with %d: %s", c, code, messages)
			}
			for _, w := range words {
				if !strings.Contains(out, w) {
					t.Errorf("gujo %q --help --lang %s has no %q", c, lang, w)
				}
			}
			example := "\n  gujo "
			if _, examples, _ := strings.Cut(out, words[1]+"\n"); !strings.Contains("\n"+examples, example) {
				t.Errorf("gujo %q --help --lang %s shows no example:\n%s", c, lang, out)
			}
			for _, line := range strings.Split(out, "\n") {
				if wide(line) > 80 {
					t.Errorf("gujo %q --help --lang %s: more than 80 columns: %s", c, lang, line)
				}
				if strings.Contains(line, "cli.") || strings.Contains(line, "flag.") || strings.Contains(line, "help.") {
					t.Errorf("gujo %q --help --lang %s prints a key: %s", c, lang, line)
				}
			}
			if lang == "ko" {
				for _, english := range []string{"Usage", "Flags", "Available", "default", "help for"} {
					if strings.Contains(out, english) {
						t.Errorf("gujo %q --help --lang ko says %q:\n%s", c, english, out)
					}
				}
			}
		}
	}
}

// arguments says how many arguments each note has, as package resolve documents
// it; -1 is a list.
var arguments = map[string]int{
	"merged.serial": 3, "merged.uuid": 3, "merged.chassis": 3, "merged.macs": 3, "merged.addresses": 3, "merged.decision": 3,
	"split": 3, "apart.serial": 2, "ignored.shared": 2, "ignored.self": 2, "ignored.macs": 1, "heard.of": 0, "heard.namesake": 1, "declared.only": 1,
	"kind.unknown": 0, "kind.declared": 2, "forwarding.ambiguous": -1, "from.forwarding": 1, "gateway.unknown": 1,
	"unconfirmed": 1, "unasked": 1, "contradicted.name": 1, "contradicted.chassis": 1, "contradicted.serial": 1, "contradicted.port": 1,
	"segment": 1, "from.adjacency": 0, "from.partner": 0, "aggregate.unconfirmed": 1, "member.without.neighbour": 1, "confirmed": 3, "confirmed.new": 3, "member.told": 1, "member.unread": 1, "zone.subnet.unknown": 1,
	"organisation": 2, "gateway.several": -1, "endpoint.unbound": 1, "endpoint.ambiguous": -1, "denied": 4, "ignored.impossible": 0, "decision.unmatched": 3,
}

func TestEveryNoteHasATextWithItsArgumentsInBothLanguages(t *testing.T) {
	for _, lang := range locale.Languages() {
		p, err := locale.New(lang)
		if err != nil {
			t.Fatal(err)
		}
		for _, key := range resolve.NoteKeys() {
			n, known := arguments[key]
			if !known || !p.Has("note."+key) {
				t.Errorf("%s: note %s has no text, or nobody knows its arguments", lang, key)
				continue
			}
			args := []any{"~0~", "~1~", "~2~", "~3~"}
			if n >= 0 {
				args = args[:n]
			} else {
				args = args[:1+strings.Count(p.Text("note."+key), "{1}")]
			}
			text := p.Text("note."+key, args...)
			for _, a := range args {
				if !strings.Contains(text, a.(string)) {
					t.Errorf("%s: note %s does not tell its argument %s: %s", lang, key, a, text)
				}
			}
			if strings.Contains(text, "{") {
				t.Errorf("%s: note %s wants more than its %d arguments: %s", lang, key, n, text)
			}
		}
		for _, key := range p.Keys() {
			if name, is := strings.CutPrefix(key, "note."); is && !slices.Contains(resolve.NoteKeys(), name) {
				t.Errorf("%s: nothing writes the note %s", lang, name)
			}
		}
	}
}

// What the sample site's notes and gaps say is all in words.
func TestEveryComponentOfTheSampleIsExplainedInWords(t *testing.T) {
	path := filepath.Join(demoDir(t), "gujo.db")
	store, err := localstore.Open(path, localstore.Options{ReadOnly: true})
	if err != nil {
		t.Fatal(err)
	}
	snap, err := store.Load(context.Background(), "")
	if err != nil {
		t.Fatal(err)
	}
	if err := store.Close(); err != nil {
		t.Fatal(err)
	}
	for i := 0; i < len(snap.Components); i += 13 {
		id := snap.Components[i].ID
		for _, lang := range []string{"ko", "en"} {
			code, out, messages := gujo(t, "explain", id, "--lang", lang, "--store", path)
			if code != 0 || messages != "" || out == "" {
				t.Fatalf("gujo explain %s exits with %d: %s", id, code, messages)
			}
			for _, key := range []string{"note.", "{0}", "{1}", "{2}", "relation.", "strength.", "explain."} {
				if strings.Contains(out, key) {
					t.Errorf("gujo explain %s --lang %s prints %q:\n%s", id, lang, key, out)
				}
			}
		}
		if code, out, _ := gujo(t, "explain", id, "--format", "json", "--store", path); code != 0 {
			t.Errorf("gujo explain %s --format json exits with %d", id, code)
		} else if err := validate("explain", []byte(out)); err != nil {
			t.Errorf("gujo explain %s: %v", id, err)
		}
	}
}

// Every schema that is listed is one, and is printed as it stands.
func TestEverySchemaCompilesAndRefusesWhatIsNotIt(t *testing.T) {
	_, _, messages := gujo(t, "schema", "?")
	_, list, _ := strings.Cut(strings.TrimSpace(messages), "there are: ")
	names := strings.Split(list, ", ")
	if len(names) < 8 {
		t.Fatalf("schemas: %q", names)
	}
	for _, name := range names {
		if err := validate(name, []byte(`{"schema":"gujo/other/v1"}`)); err == nil || !strings.Contains(err.Error(), "jsonschema validation failed") {
			t.Errorf("schema %s: %v, want that another document is refused", name, err)
		}
	}
}

// The graph is lines, each valid on its own.
func TestEveryLineOfTheExportIsAsTheSchemaSays(t *testing.T) {
	code, out, _ := gujo(t, "export", "--store", filepath.Join(demoDir(t), "gujo.db"))
	if code != 0 {
		t.Fatalf("gujo export exits with %d", code)
	}
	for i, line := range strings.Split(strings.TrimSpace(out), "\n") {
		if i > 3 && i%40 != 0 {
			continue
		}
		if err := validate("graph", []byte(line)); err != nil {
			t.Errorf("line %d: %v\n%s", i+1, err, line)
		}
	}
}

func TestReplayAnswersUntilItIsInterrupted(t *testing.T) {
	recording := filepath.Join(t.TempDir(), "sw.snmprec")
	if err := os.WriteFile(recording, []byte("1.3.6.1.2.1.1.5.0|4|sw\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	ctx, interrupt := context.WithCancel(context.Background())
	defer interrupt()
	r, w := io.Pipe()
	env := command.Environment()
	env.Stdout, env.Stderr, env.Terminal = w, io.Discard, false
	done := make(chan int, 1)
	go func() { done <- command.Main(ctx, []string{"replay", recording, "--lang", "en"}, env) }()
	line, err := bufio.NewReader(r).ReadString('\n')
	if err != nil || !strings.Contains(line, " answers at 127.0.0.1:") {
		t.Errorf("it says %q, %v", line, err)
	}
	select {
	case code := <-done:
		t.Fatalf("it ends with %d before it is interrupted", code)
	default:
	}
	interrupt()
	select {
	case code := <-done:
		if code != 0 {
			t.Errorf("it exits with %d", code)
		}
	case <-time.After(10 * time.Second):
		t.Error("it does not end")
	}
}

type fullDisk struct{}

func (fullDisk) Write([]byte) (int, error) { return 0, syscall.ENOSPC }

// A script that reads a cut-off answer must not take it for a good one.
func TestOutputThatCannotBeWrittenIsAFailure(t *testing.T) {
	for _, args := range [][]string{{"version"}, {"rules", "list"}, {"template", "inventory"}, {"schema", "graph"}, {"help", "impact"}} {
		var messages bytes.Buffer
		env := command.Environment()
		env.Stdout, env.Stderr = fullDisk{}, &messages
		if code := command.Main(t.Context(), append(args, "--lang", "en"), env); code != 2 {
			t.Errorf("%v exits with %d, want 2", args, code)
		}
		if !strings.Contains(messages.String(), "no space left") {
			t.Errorf("%v says %q", args, &messages)
		}
	}
}

// Whoever interrupts a collection keeps what was finished.
// A discovery says how to go on with it.
func TestAnInterruptedCollectionIsKeptAndToldAsFailed(t *testing.T) {
	for name, hint := range map[string]string{"collect": "interrupted", "discover": "gujo import "} {
		t.Run(name, func(t *testing.T) { interruptedIsKept(t, name, hint) })
	}
}

func interruptedIsKept(t *testing.T, name, hint string) {
	var a replay.Agent
	a.Name, a.Addresses = "slow", []netip.Addr{netip.MustParseAddr("127.0.0.1")}
	for _, v := range [][2]string{{"1.0", "slow OS"}, {"5.0", "slow"}, {"6.0", "room"}} {
		a.Varbinds = append(a.Varbinds, snmp.Varbind{OID: "1.3.6.1.2.1.1." + v[0], Type: snmp.OctetString, Value: v[1]})
	}
	for i := range 400 {
		a.Varbinds = append(a.Varbinds, snmp.Varbind{OID: fmt.Sprintf("1.3.6.1.2.1.2.2.1.2.%d", i+1), Type: snmp.OctetString, Value: "port"})
	}
	ctx, interrupt := context.WithCancel(context.Background())
	defer interrupt()
	var asked atomic.Int32
	server, err := replay.Start([]replay.Agent{a}, replay.Options{Delay: 5 * time.Millisecond, Observe: func(netip.Addr, byte, []string) {
		if asked.Add(1) == 8 {
			interrupt()
		}
	}})
	if err != nil {
		t.Fatal(err)
	}
	defer server.Close()
	t.Setenv("GUJO_TEST_COMMUNITY", "any")
	bundle := filepath.Join(t.TempDir(), "b.zip")
	var out, messages bytes.Buffer
	env := command.Environment()
	env.Stdout, env.Stderr, env.Terminal = &out, &messages, false
	args := []string{name, server.Agents()[0].At.String(), "--snmp", "env:GUJO_TEST_COMMUNITY", "-o", bundle, "--lang", "en", "--store", bundle + ".new"}
	if code := command.Main(ctx, args, env); code != 2 || !strings.Contains(strings.ToLower(messages.String()), "interrupted") || !strings.Contains(strings.ToLower(messages.String()), hint) {
		t.Errorf("it exits with %d and says %s", code, messages.String())
	}
	if code, out, messages := gujo(t, "verify", bundle); code != 0 {
		t.Errorf("the bundle does not hold: %s%s", out, messages)
	}
	if code, out, messages := gujo(t, "import", bundle, "--store", bundle+".db"); code != 0 || !strings.Contains(out, "Snapshot") {
		t.Errorf("what was finished cannot be imported: %s%s", out, messages)
	}
}

// Start of any command takes at most 100 ms. The machine that tests run on may be
// busy, so that the bound here is wide; the median is printed.
func TestAnyCommandStartsAtOnce(t *testing.T) {
	if testing.Short() {
		t.Skip("starts the program many times")
	}
	program := filepath.Join(t.TempDir(), "gujo")
	if out, err := exec.Command("go", "build", "-o", program, "gujo/cmd/gujo").CombinedOutput(); err != nil {
		t.Skipf("the program does not build: %v\n%s", err, out)
	}
	for _, args := range [][]string{{"version"}, {"--help"}, {"snapshots", "--store", filepath.Join(demoDir(t), "gujo.db")}} {
		var took []time.Duration
		for range 20 {
			begin := time.Now()
			if out, err := exec.Command(program, args...).CombinedOutput(); err != nil {
				t.Fatalf("gujo %q: %v\n%s", args, err, out)
			}
			took = append(took, time.Since(begin))
		}
		slices.Sort(took)
		median := took[len(took)/2]
		t.Logf("gujo %s: median of 20 starts %v", strings.Join(args, " "), median.Round(100*time.Microsecond))
		if median > 400*time.Millisecond {
			t.Errorf("gujo %q takes %v to start, want 100 ms", args, median)
		}
	}
}
