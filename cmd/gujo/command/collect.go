package command

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"gujo/discovery"
	"gujo/discovery/evidence"
	"gujo/discovery/inventory"
	"gujo/discovery/snmp"
	"gujo/discovery/sources"
)

// asking is what discover and collect share: whom to ask, with what, how far.
type asking struct {
	inventory string
	bundle    string
	zone      string
	community string
	scope     []string
	crawl     bool
	hops      int
	dryRun    bool

	// Of demo, which answers for the recorded addresses itself.
	dialer     snmp.Dialer
	credential *snmp.Credential
}

func (a *asking) flags(env *Env, c *cobra.Command, bundle string) {
	f := c.Flags()
	f.StringVarP(&a.inventory, "inventory", "i", "", env.text("flag.inventory"))
	f.StringVarP(&a.bundle, bundle, "o", "", env.text("flag.output_bundle"))
	f.StringVar(&a.zone, "zone", "", env.text("flag.zone"))
	f.StringVar(&a.community, "snmp", "", env.text("flag.snmp"))
	f.StringSliceVar(&a.scope, "scope", nil, env.text("flag.scope"))
	f.BoolVar(&a.crawl, "crawl", false, env.text("flag.crawl"))
	f.IntVar(&a.hops, "hops", 0, env.text("flag.hops"))
	f.BoolVar(&a.dryRun, "dry-run", false, env.text("flag.dry_run"))
}

// plan is an asking, read and checked: nothing has been sent yet.
type plan struct {
	inventory   *inventory.Inventory
	zone        string
	targets     []discovery.Target
	credentials []snmp.Credential
	scope       inventory.Scope
	crawl       bool
}

func (a *asking) plan(ctx context.Context, addresses []string) (*plan, error) {
	p := &plan{zone: a.zone, crawl: a.crawl, inventory: &inventory.Inventory{}}
	if a.inventory != "" {
		inv, err := inventory.Load(a.inventory)
		if err != nil {
			return nil, err
		}
		p.inventory = inv
		p.scope = inv.Scope
		if p.zone == "" {
			p.zone = inv.Zone
		}
		// An inventory with a scope says how far to go.
		p.crawl = p.crawl || len(inv.Scope.Include) > 0
	}
	if p.zone == "" {
		p.zone = "default"
	}
	if err := p.addScope(a); err != nil {
		return nil, err
	}
	if err := p.addTargets(ctx, addresses); err != nil {
		return nil, err
	}
	return p, p.addCredentials(a)
}

func (p *plan) addScope(a *asking) error {
	for _, s := range split(a.scope) {
		prefix, err := netip.ParsePrefix(s)
		if err != nil {
			return failure("error.scope", s)
		}
		p.scope.Include = append(p.scope.Include, prefix)
	}
	if a.hops < 0 {
		return failure("error.hops", a.hops)
	}
	if a.hops > 0 {
		p.scope.Hops = &a.hops
	}
	if a.crawl && len(p.scope.Include) == 0 {
		return failure("error.crawl_scope")
	}
	return nil
}

func (p *plan) addTargets(ctx context.Context, addresses []string) error {
	for _, a := range addresses {
		p.inventory.Targets = append(p.inventory.Targets, inventory.Target{Address: a})
	}
	for _, t := range p.inventory.Targets {
		host, port, err := inventory.SplitAddress(t.Address)
		if err != nil {
			return err
		}
		addr, err := netip.ParseAddr(host)
		if err != nil {
			found, err := net.DefaultResolver.LookupNetIP(ctx, "ip", host)
			if missing := (*net.DNSError)(nil); errors.As(err, &missing) && missing.IsNotFound {
				return failure("error.unknown_host", host)
			}
			if err != nil {
				return failure("error.target", host, err)
			}
			addr = found[0].Unmap()
		}
		// A crawl's include does not bind those who are named; exclude does.
		for _, x := range p.scope.Exclude {
			if x.Contains(addr.Unmap()) {
				return failure("error.excluded", t.Address, x)
			}
		}
		p.targets = append(p.targets, discovery.Target{Zone: p.zone, Address: addr, Port: port,
			Name: t.Name, Credentials: t.Credentials, AnyReply: t.AnyReply})
	}
	if len(p.targets) == 0 {
		return failure("error.nothing_to_ask")
	}
	return nil
}

func (p *plan) addCredentials(a *asking) error {
	if a.credential != nil {
		p.credentials = []snmp.Credential{*a.credential}
		return nil
	}
	all := p.inventory.Credentials
	if a.community != "" {
		if !strings.HasPrefix(a.community, "env:") && !strings.HasPrefix(a.community, "file:") {
			return failure("error.community", "…")
		}
		all = append(all, inventory.Credential{Name: "command-line", SNMP: "v2c", Community: a.community})
	}
	if len(all) == 0 {
		return failure("error.credentials")
	}
	if a.dryRun {
		return nil // nothing is asked, so nobody need be able to
	}
	for _, c := range all {
		keys, err := c.Resolve()
		if err != nil {
			return err
		}
		ready, err := snmp.NewCredential(c, keys)
		if err != nil {
			return err
		}
		p.credentials = append(p.credentials, ready)
	}
	return nil
}

// tell prints what would be asked of whom.
func (p *plan) tell(env *Env) {
	out := env.printer()
	for _, t := range p.targets {
		out.line(env.text("discover.would_ask", t, len(snmp.Tables())))
	}
	if p.crawl {
		var prefixes []string
		for _, s := range p.scope.Include {
			prefixes = append(prefixes, s.String())
		}
		out.line(env.text("discover.would_crawl", strings.Join(prefixes, ", ")))
	}
}

// collect asks, and leaves what was answered in a bundle, also when it is
// interrupted.
func (e *Env) collect(ctx context.Context, a *asking, p *plan) (path string, sum discovery.Summary, err error) {
	path = e.bundlePath(a.bundle)
	w, err := evidence.Create(path, e.manifest(p.zone, p.inventory.Organisation.EN))
	if err != nil {
		return "", sum, err
	}
	defer func() { err = errors.Join(err, w.Close()) }()
	for _, c := range p.credentials {
		c.Guard(w)
	}
	if a.inventory != "" {
		if err := sources.AddInventory(w, a.inventory, p.zone); err != nil {
			return path, sum, err
		}
	}
	collector := &snmp.Collector{
		Credentials: p.credentials, Dialer: a.dialer, Clock: e.Now,
	}
	collector.Offset = func(t discovery.Target, ahead time.Duration) { w.SetClock(collector.Blank(t).Target, ahead) }
	runner := discovery.Runner{
		Collector: collector, Sink: w, Scope: p.scope, Crawl: p.crawl,
		Progress: e.progress(),
	}
	sum, err = runner.Run(ctx, p.targets)
	for _, v := range sum.Visits {
		w.AddSent(collector.Blank(v.Target).Target, int64(v.Visit.Requests), v.Visit.BytesSent)
	}
	e.endProgress()
	if err != nil {
		return path, sum, err
	}
	e.tellVisits(sum)
	if sum.Answered == 0 {
		return path, sum, failure("error.no_answer", path)
	}
	return path, sum, nil
}

// progress shows how far a run is, in one line of a terminal.
func (e *Env) progress() func(discovery.Progress) {
	if !e.Terminal {
		return nil
	}
	silent := 0
	return func(p discovery.Progress) {
		if !p.Visit.Answered {
			silent++
		}
		line := clean(e.text("discover.reading", p.Done-silent, p.Known-p.Done, silent, p.Target))
		for columns(line) >= e.Width {
			runes := []rune(line)
			line = string(runes[:len(runes)-1])
		}
		fmt.Fprintf(e.Stderr, "\r\x1b[K%s", line)
	}
}

func (e *Env) endProgress() {
	if e.Terminal {
		fmt.Fprint(e.Stderr, "\r\x1b[K")
	}
}

func (e *Env) tellVisits(sum discovery.Summary) {
	for _, v := range sum.Visits {
		if !v.Visit.Read && v.Visit.Reason != "" {
			detail := strings.TrimPrefix(v.Visit.Detail, v.Target.Address.String()+": ")
			e.say("discover.no_answer", v.Target, e.because(v.Visit.Reason, detail))
		}
	}
	if sum.Interrupted {
		e.say("discover.interrupted")
	}
	e.say("discover.done", sum.Read, sum.Targets-sum.Answered)
}

// reason prints why something could not be read.
func (e *Env) reason(word string) string {
	if key := "reason." + word; e.print.Has(key) {
		return e.text(key)
	}
	return word
}

// because prints why something could not be read, with what is known besides.
func (e *Env) because(reason, detail string) string {
	if detail == "" {
		return e.reason(reason)
	}
	return e.reason(reason) + " (" + e.print.Phrase(detail) + ")"
}

func newCollect(env *Env, _ *globals) *cobra.Command {
	var a asking
	c := env.command("collect", func(cmd *cobra.Command, args []string) error {
		p, err := a.plan(cmd.Context(), args)
		if err != nil {
			return err
		}
		if a.dryRun {
			p.tell(env)
			return nil
		}
		path, sum, err := env.collect(cmd.Context(), &a, p)
		if path != "" {
			if _, statErr := os.Stat(path); statErr == nil {
				env.printer().line(env.text("import.bundle", path))
			}
		}
		if err == nil && sum.Interrupted {
			err = outcome{exitFailed}
		}
		return err
	})
	a.flags(env, c, "output")
	return c
}
