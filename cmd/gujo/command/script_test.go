package command_test

import (
	"archive/zip"
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
	"github.com/santhosh-tekuri/jsonschema/v6"
	bolt "go.etcd.io/bbolt"

	"gujo/cmd/gujo/command"
	"gujo/discovery/replay"
	"gujo/graph/localstore"
)

func TestMain(m *testing.M) {
	testscript.Main(cleaning{m}, map[string]func(){
		"gujo": func() { os.Exit(command.Main(context.Background(), os.Args[1:], command.Environment())) },
	})
}

// cleaning runs the tests and removes what they shared.
type cleaning struct{ *testing.M }

func (c cleaning) Run() int {
	code := c.M.Run()
	if demoPath != "" {
		os.RemoveAll(demoPath)
	}
	return code
}

var demoPath string

// sealed is how a store keeps a value (gujo/graph/localstore, seal.go).
func sealed(bucket, key, payload []byte) []byte {
	d := sha256.Sum256(bytes.Join([][]byte{bucket, key, payload}, []byte{0}))
	return append(d[:], payload...)
}

// demoOnce replays the sample site once for all tests and gives the directory
// that gujo demo left.
var demoOnce = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "gujo-command-test-")
	if err != nil {
		return "", err
	}
	demoPath = dir
	var out, messages bytes.Buffer
	env := command.Environment()
	env.Stdout, env.Stderr, env.Getenv, env.Terminal = &out, &messages, func(string) string { return "" }, false
	if code := command.Main(context.Background(), []string{"demo", "-o", dir}, env); code != 0 {
		return dir, fmt.Errorf("gujo demo exits with %d: %s", code, messages.String())
	}
	return dir, nil
})

// demoDir gives the directory of the demo, which nobody may change.
func demoDir(t testing.TB) string {
	t.Helper()
	dir, err := demoOnce()
	if err != nil {
		t.Fatal(err)
	}
	return dir
}

// Every script begins beside a store with the sample site in it (gujo.db), and
// finds what else the demo left in $DEMO.
func TestScripts(t *testing.T) {
	demo := demoDir(t)
	testscript.Run(t, testscript.Params{
		Dir:                filepath.Join("testdata", "script"),
		RequireUniqueNames: true,
		Setup: func(e *testscript.Env) error {
			e.Setenv("DEMO", demo)
			e.Setenv("LC_ALL", "en_US.UTF-8")
			store, err := os.ReadFile(filepath.Join(demo, "gujo.db"))
			if err != nil {
				return err
			}
			return os.WriteFile(filepath.Join(e.WorkDir, "gujo.db"), store, 0o600)
		},
		Condition: func(cond string) (bool, error) {
			switch cond {
			case "root":
				return os.Geteuid() == 0, nil
			case "tmpfs":
				return canMount(), nil
			}
			return false, fmt.Errorf("unknown condition %s", cond)
		},
		Cmds: map[string]func(ts *testscript.TestScript, neg bool, args []string){
			"code": scriptCode, "valid": scriptValid, "agents": scriptAgents, "lock": scriptLock,
			"flip": scriptFlip, "cutoff": scriptCutOff, "evilzip": scriptEvilZip, "future": scriptFuture,
			"mode": scriptMode, "smalldisk": scriptSmallDisk, "narrow": scriptNarrow, "euckr": scriptEUCKR, "fill": scriptFill,
			"nobundle": scriptNoBundle, "firstfinding": scriptFirstFinding,
		},
	})
}

// code N COMMAND…: the command exits with N.
func scriptCode(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: code N COMMAND…")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	got := 0
	if err := ts.Exec(args[1], args[2:]...); err != nil {
		var exit *exec.ExitError
		if !errors.As(err, &exit) {
			ts.Fatalf("%v", err)
		}
		got = exit.ExitCode()
	}
	if got != want {
		ts.Fatalf("%s exits with %d, want %d", strings.Join(args[1:], " "), got, want)
	}
}

// valid SCHEMA: the last standard output is JSON that gujo schema SCHEMA allows.
func scriptValid(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: valid SCHEMA")
	}
	ts.Check(validate(args[0], []byte(ts.ReadFile("stdout"))))
}

// validate checks a document against what gujo schema prints.
func validate(name string, document []byte) error {
	var schema, messages bytes.Buffer
	env := command.Environment()
	env.Stdout, env.Stderr = &schema, &messages
	if code := command.Main(context.Background(), []string{"schema", name}, env); code != 0 {
		return fmt.Errorf("gujo schema %s exits with %d: %s", name, code, messages.String())
	}
	parsed, err := jsonschema.UnmarshalJSON(&schema)
	if err != nil {
		return err
	}
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	if err := c.AddResource("schema.json", parsed); err != nil {
		return err
	}
	compiled, err := c.Compile("schema.json")
	if err != nil {
		return err
	}
	value, err := jsonschema.UnmarshalJSON(bytes.NewReader(document))
	if err != nil {
		return err
	}
	return compiled.Validate(value)
}

// agents FILE [FAULT…]: answers for a recording on loopback; $AGENT is where the
// first one does, and it wants the community "right".
func scriptAgents(ts *testscript.TestScript, neg bool, args []string) {
	agents, err := replay.Load(ts.MkAbs(args[0]))
	ts.Check(err)
	options := replay.Options{Community: "right"}
	for i := range agents { // each answers for the address that it is asked at
		agents[i].Addresses = append(agents[i].Addresses, netip.MustParseAddr("127.0.0.1"))
	}
	for _, a := range args[1:] {
		f, err := replay.ParseFault(a)
		ts.Check(err)
		options.Faults = append(options.Faults, f)
	}
	server, err := replay.Start(agents, options)
	ts.Check(err)
	ts.Defer(func() { server.Close() })
	ts.Setenv("AGENT", server.Agents()[0].At.String())
}

// lock STORE: holds a store open for writing.
func scriptLock(ts *testscript.TestScript, neg bool, args []string) {
	s, err := localstore.Open(ts.MkAbs(args[0]), localstore.Options{})
	ts.Check(err)
	ts.Defer(func() { s.Close() })
	ts.Setenv("PID", strconv.Itoa(os.Getpid()))
}

// flip FILE: turns one bit.
func scriptFlip(ts *testscript.TestScript, neg bool, args []string) {
	path := ts.MkAbs(args[0])
	data, err := os.ReadFile(path)
	ts.Check(err)
	data[len(data)/4] ^= 1
	ts.Check(os.WriteFile(path, data, 0o600))
}

// cutoff FILE: leaves the first half.
func scriptCutOff(ts *testscript.TestScript, neg bool, args []string) {
	path := ts.MkAbs(args[0])
	data, err := os.ReadFile(path)
	ts.Check(err)
	ts.Check(os.WriteFile(path, data[:len(data)/2], 0o600))
}

// evilzip FILE NAME: a zip with an entry of that name.
func scriptEvilZip(ts *testscript.TestScript, neg bool, args []string) {
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	w, err := z.Create(args[1])
	ts.Check(err)
	_, err = w.Write([]byte("evil"))
	ts.Check(err)
	ts.Check(z.Close())
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), b.Bytes(), 0o600))
}

// nobundle: no bundle that a command named itself lies in the directory.
func scriptNoBundle(ts *testscript.TestScript, neg bool, args []string) {
	found, err := filepath.Glob(ts.MkAbs("gujo-*"))
	ts.Check(err)
	if (len(found) == 0) == neg {
		ts.Fatalf("bundles: %v", found)
	}
}

// firstfinding FILE: $FIRST is the fingerprint of the first finding in a CSV.
func scriptFirstFinding(ts *testscript.TestScript, neg bool, args []string) {
	lines := strings.Split(ts.ReadFile(args[0]), "\n")
	first, _, _ := strings.Cut(lines[1], ",")
	ts.Setenv("FIRST", first)
}

// mode FILE MODE: the file has this mode.
func scriptMode(ts *testscript.TestScript, neg bool, args []string) {
	info, err := os.Stat(ts.MkAbs(args[0]))
	ts.Check(err)
	if got := fmt.Sprintf("%04o", info.Mode().Perm()); got != args[1] {
		ts.Fatalf("%s has mode %s, want %s", args[0], got, args[1])
	}
}

// euckr FILE: writes the file anew, its Korean in EUC-KR.
func scriptEUCKR(ts *testscript.TestScript, neg bool, args []string) {
	path := ts.MkAbs(args[0])
	data, err := os.ReadFile(path)
	ts.Check(err)
	// 전산실
	ts.Check(os.WriteFile(path, bytes.ReplaceAll(data, []byte("전산실"), []byte{0xc0, 0xfc, 0xbb, 0xea, 0xbd, 0xc7}), 0o600))
}

// narrow: no line of the last standard output is wider than 80 columns, or ends
// in blanks.
func scriptNarrow(ts *testscript.TestScript, neg bool, args []string) {
	for _, line := range strings.Split(ts.ReadFile("stdout"), "\n") {
		if n := wide(line); n > 80 {
			ts.Fatalf("a line has %d columns: %s", n, line)
		}
		if strings.TrimRight(line, " \t") != line {
			ts.Fatalf("a line ends in blanks: %q", line)
		}
	}
}

// wide counts columns as a terminal does, told apart from the program's own
// count: a Hangul syllable, and what else is as wide, takes two.
func wide(s string) int {
	n := 0
	for _, r := range s {
		n++
		if r >= 0xac00 && r <= 0xd7a3 || r >= 0x3000 && r <= 0x9fff || r >= 0xff00 && r <= 0xff60 {
			n++
		}
	}
	return n
}

// future STORE: says that a later version wrote it.
func scriptFuture(ts *testscript.TestScript, neg bool, args []string) {
	db, err := bolt.Open(ts.MkAbs(args[0]), 0o600, nil)
	ts.Check(err)
	ts.Check(db.Update(func(tx *bolt.Tx) error {
		meta, key := []byte("meta"), []byte("format")
		return tx.Bucket(meta).Put(key, sealed(meta, key, []byte("99")))
	}))
	ts.Check(db.Close())
}

var mountable = sync.OnceValue(func() bool {
	dir, err := os.MkdirTemp("", "gujo-mount-")
	if err != nil {
		return false
	}
	defer os.Remove(dir)
	if exec.Command("mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", dir).Run() != nil {
		return false
	}
	return exec.Command("umount", dir).Run() == nil
})

// canMount says whether a full disk can be had here.
func canMount() bool { return os.Geteuid() == 0 && mountable() }

// smalldisk DIR SIZE: a file system of that size.
func scriptSmallDisk(ts *testscript.TestScript, neg bool, args []string) {
	dir := ts.MkAbs(args[0])
	ts.Check(os.MkdirAll(dir, 0o700))
	ts.Check(exec.Command("mount", "-t", "tmpfs", "-o", "size="+args[1], "tmpfs", dir).Run())
	ts.Defer(func() { exec.Command("umount", "-l", dir).Run() })
}

// fill DIR: leaves no room on the file system of a directory.
func scriptFill(ts *testscript.TestScript, neg bool, args []string) {
	f, err := os.Create(filepath.Join(ts.MkAbs(args[0]), "filler"))
	ts.Check(err)
	for err == nil {
		_, err = f.Write(make([]byte, 4096))
	}
	ts.Check(f.Close())
}
