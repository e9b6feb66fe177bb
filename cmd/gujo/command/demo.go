package command

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"gujo/discovery/evidence"
	"gujo/discovery/inventory"
	"gujo/discovery/replay"
	"gujo/discovery/snmp"
	"gujo/graph"
	"gujo/reports/locale"
	"gujo/rules"
	"gujo/samples"
)

func newDemo(env *Env, _ *globals) *cobra.Command {
	var dir string
	c := env.command("demo", func(cmd *cobra.Command, args []string) error {
		return env.demo(cmd.Context(), dir)
	})
	c.Args = env.arguments(0, 0)
	c.Flags().StringVarP(&dir, "output", "o", "gujo-demo", env.text("flag.demo_dir"))
	return c
}

// demo walks the whole way once: it answers for the recorded devices over real
// SNMP on loopback, crawls them as it would crawl a network, and diagnoses what
// it found.
func (e *Env) demo(ctx context.Context, dir string) (err error) {
	begin := e.Now()
	if err := e.emptyDemo(dir); err != nil {
		return err
	}
	server, err := e.replaySample(dir)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, server.Close()) }()

	e.say("demo.crawling")
	a, err := demoAsking(dir, server)
	if err != nil {
		return err
	}
	p, err := a.plan(ctx, nil)
	if err != nil {
		return err
	}
	bundle, sum, err := e.collect(ctx, a, p)
	if err != nil {
		return err
	}
	if sum.Interrupted {
		return outcome{exitFailed}
	}
	snap, err := snapshotOf([]string{bundle}, time.Time{})
	if err != nil {
		return err
	}
	g := &globals{store: filepath.Join(dir, "gujo.db")}
	if err := e.save(ctx, g, snap); err != nil {
		return err
	}
	d, err := e.diagnoseDemo(ctx, g, snap, dir)
	if err != nil {
		return err
	}
	if err := e.reportDemo(ctx, snap, d, dir); err != nil {
		return err
	}
	e.tellDemo(snap, d, dir, e.Now().Sub(begin))
	return nil
}

// demoFiles are what a demo leaves, by what they are.
var demoFiles = []struct{ key, name string }{
	{"demo.file.report_ko", "report.ko.pdf"},
	{"demo.file.report_en", "report.en.pdf"},
	{"demo.file.findings", "findings.json"},
	{"demo.file.store", "gujo.db"},
	{"demo.file.bundle", "site.bundle.zip"},
	{"demo.file.inventory", "inventory.yaml"}, // last, because it is the mark of a demo
}

// emptyDemo makes the directory, and takes away what an earlier demo left there
// and nothing else: files of these names beside another inventory, or none, are
// somebody's own.
func (e *Env) emptyDemo(dir string) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	names := []string{"recorded.bundle.zip"}
	for _, f := range demoFiles {
		names = append(names, f.name)
	}
	mark, _, _ := bytes.Cut(samples.Inventory, []byte("\n"))
	if inventory, _ := os.ReadFile(filepath.Join(dir, "inventory.yaml")); !bytes.HasPrefix(inventory, mark) {
		for _, name := range names {
			if _, err := os.Lstat(filepath.Join(dir, name)); err == nil {
				return failure("error.demo_dir", dir, name)
			}
		}
	}
	for _, name := range names {
		if err := os.Remove(filepath.Join(dir, name)); err != nil && !errors.Is(err, os.ErrNotExist) {
			return err
		}
	}
	return os.WriteFile(filepath.Join(dir, "inventory.yaml"), samples.Inventory, 0o600)
}

func (e *Env) replaySample(dir string) (*replay.Server, error) {
	path := filepath.Join(dir, "recorded.bundle.zip")
	defer os.Remove(path)
	if err := os.WriteFile(path, samples.Bundle, 0o600); err != nil {
		return nil, err
	}
	b, err := evidence.Open(path)
	if err != nil {
		return nil, err
	}
	agents, err := replay.FromBundle(b)
	if err = errors.Join(err, b.Close()); err != nil {
		return nil, err
	}
	e.say("demo.replaying", len(agents))
	return replay.Start(agents, replay.Options{Delay: time.Millisecond})
}

// demoAsking asks as the inventory of the sample says, but the replay instead of
// the network, and with a community of its own.
func demoAsking(dir string, server *replay.Server) (*asking, error) {
	credential, err := snmp.NewCredential(inventory.Credential{Name: "demo", SNMP: "v2c"},
		inventory.Keys{Community: inventory.NewSecret("demo")})
	if err != nil {
		return nil, err
	}
	return &asking{
		inventory: filepath.Join(dir, "inventory.yaml"), bundle: filepath.Join(dir, "site.bundle.zip"),
		dialer: demoDialer{server}, credential: &credential,
	}, nil
}

// demoDialer answers for recorded addresses; what was not recorded is a closed
// port, so that a demo never sends anything to a network.
type demoDialer struct{ server *replay.Server }

func (d demoDialer) Route(agent netip.AddrPort) (netip.AddrPort, error) { return d.server.Route(agent) }

func (e *Env) diagnoseDemo(ctx context.Context, g *globals, snap *graph.Snapshot, dir string) (*rules.Diagnosis, error) {
	e.say("demo.diagnosing")
	used, err := loadPacks(nil)
	if err != nil {
		return nil, err
	}
	d, err := rules.Run(ctx, snap, used, rules.RunOptions{Tool: tool()})
	if err != nil {
		return nil, err
	}
	if err := e.saveDiagnosis(ctx, g, snap, d); err != nil {
		return nil, err
	}
	return d, writeFile(filepath.Join(dir, "findings.json"), func(f *os.File) error { return rules.WriteJSON(f, d) })
}

func (e *Env) reportDemo(ctx context.Context, snap *graph.Snapshot, d *rules.Diagnosis, dir string) error {
	e.say("demo.reporting")
	engine, err := e.layoutEngine(ctx)
	if err != nil {
		return err
	}
	if engine != nil {
		defer engine.Close()
	}
	for _, lang := range locale.Languages() {
		path := filepath.Join(dir, "report."+string(lang)+".pdf")
		if err := e.writeReport(snap, d, lang, engine, path); err != nil {
			return err
		}
	}
	return nil
}

// tellDemo prints what was found and what to try next.
func (e *Env) tellDemo(snap *graph.Snapshot, d *rules.Diagnosis, dir string, took time.Duration) {
	shown := *d
	shown.Findings = nil
	for _, f := range d.Findings {
		if f.Verdict == rules.Fail {
			shown.Findings = append(shown.Findings, f)
		}
	}
	writeFindingsTable(e, snap, &shown)
	p := e.printer()
	p.line("")
	p.line(e.text("demo.done", e.duration(took), dir))
	var rows [][]string
	for _, f := range demoFiles {
		rows = append(rows, []string{f.name, e.text(f.key)})
	}
	p.table("  ", nil, rows)
	p.line("")
	p.line(e.text("demo.next"))
	program := shellWord(cmp.Or(e.Program, "gujo"))
	store := " --store " + shellWord(filepath.Join(dir, "gujo.db"))
	subject := ""
	for _, f := range shown.Findings {
		if len(f.Subjects) == 1 {
			subject = f.Subjects[0]
			break
		}
	}
	if subject != "" {
		// To be copied, so never wrapped.
		fmt.Fprintln(e.Stdout, "  "+program+" impact "+subject+store)
		fmt.Fprintln(e.Stdout, "  "+program+" explain "+shown.Findings[0].Fingerprint[:12]+store)
	}
	fmt.Fprintln(e.Stdout, "  "+program+" cuts --order 1"+store)
}

// shellWord quotes a file name that a shell would take apart.
func shellWord(s string) string {
	if strings.Trim(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/._-") == "" {
		return s
	}
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}
