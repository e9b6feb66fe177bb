package discovery

import (
	"cmp"
	"context"
	"fmt"
	"net/netip"
	"slices"
	"sync"

	"gujo/discovery/evidence"
	"gujo/discovery/inventory"
)

// Runner reads targets, and with Crawl set their neighbours, breadth first. Many
// targets are read at a time, each by one worker.
type Runner struct {
	Collector Collector
	Sink      Sink
	Scope     inventory.Scope // of the crawl; the targets named are read in any case
	Crawl     bool
	Workers   int // 0: 32
	// Expand gives the addresses that a reading names as neighbours; nil: [Neighbors].
	Expand func(Reading) []netip.Addr
	// Progress is told after each target, one call at a time; may be nil.
	Progress func(Progress)
	// MaxTargets bounds the crawl, and MaxNeighbors what one reading adds to it:
	// a device may name neighbours that do not exist. 0: 100,000 and 4,096.
	MaxTargets, MaxNeighbors int
}

// Progress is how far a run is.
type Progress struct {
	Target Target
	Visit  Visit
	Hop    int // how far from a target named
	Done   int // targets read or found silent
	Known  int // targets met so far, those done among them
}

// Summary says how a run went.
type Summary struct {
	Targets     int // asked
	Answered    int
	Repeated    int // of them, machines that were read at another address
	Read        int // of them, machines of which anything was read, each once
	OutOfScope  int // neighbours not asked
	Interrupted bool
	Requests    int64
	Visits      []Visited // by order of asking
}

// Visited is a target and how its reading went.
type Visited struct {
	Target Target
	Hop    int
	Visit  Visit
	order  int
}

type task struct {
	target Target
	hop    int
	order  int // in which it was met
}

type result struct {
	task
	visit Visit
	next  []netip.Addr
	err   error
}

// Run reads the targets and, where it crawls, what they lead to. Every target
// is asked once; one that does not answer, or is not asked because it is out of
// scope, is recorded as a gap. When the context is cancelled what was read is
// kept, targets that wait are recorded as interrupted, and the error is nil: the
// only error is the sink's.
func (r *Runner) Run(ctx context.Context, targets []Target) (Summary, error) {
	run := &crawl{Runner: r, seen: map[key]bool{}, limit: cmp.Or(r.MaxTargets, 100_000)}
	for _, t := range targets {
		run.push(t, 0)
	}
	workers := cmp.Or(r.Workers, 32)
	tasks, results := make(chan task), make(chan result, workers)
	var wait sync.WaitGroup
	for range workers {
		wait.Go(func() {
			for t := range tasks {
				results <- r.visit(ctx, t)
			}
		})
	}
	err := run.loop(ctx, tasks, results)
	close(tasks)
	wait.Wait()
	slices.SortFunc(run.summary.Visits, func(a, b Visited) int { return cmp.Compare(a.order, b.order) })
	return run.summary, err
}

// visit reads one target, in a worker.
func (r *Runner) visit(ctx context.Context, t task) result {
	out := result{task: t}
	out.visit, out.err = r.Collector.Collect(ctx, t.target, r.Sink)
	if r.Crawl && out.err == nil && out.visit.Interpret != nil && !out.visit.SameAs.IsValid() {
		expand := r.Expand
		if expand == nil {
			expand = Neighbors
		}
		out.next = expand(out.visit.Interpret())
	}
	return out
}

// key tells targets apart: an address is one only within its zone, and behind
// each port of it there may be a machine of its own.
type key struct{ zone, target string }

func (c *crawl) keyOf(t Target) key {
	e := c.Collector.Blank(t)
	return key{e.Zone, e.Target}
}

// crawl is the state of one run. It belongs to the goroutine of Run.
type crawl struct {
	*Runner
	queue   []task
	seen    map[key]bool
	pushed  int
	limit   int
	full    bool // the limit was met and noted
	summary Summary
}

// push queues a target that was not met before.
func (c *crawl) push(t Target, hop int) {
	k := c.keyOf(t)
	if c.seen[k] {
		return
	}
	c.seen[k] = true
	c.queue = append(c.queue, task{t, hop, c.pushed})
	c.pushed++
}

func (c *crawl) loop(ctx context.Context, tasks chan<- task, results <-chan result) error {
	var failed error
	busy := 0
	for {
		stopped := ctx.Err() != nil || failed != nil
		if busy == 0 && (len(c.queue) == 0 || stopped) {
			break
		}
		var out chan<- task
		var head task
		if len(c.queue) > 0 && !stopped {
			out, head = tasks, c.queue[0]
		}
		select {
		case out <- head:
			c.queue = c.queue[1:]
			busy++
		case res := <-results:
			busy--
			if err := c.done(res); err != nil && failed == nil {
				failed = err
			}
		}
	}
	if failed != nil {
		return failed
	}
	c.summary.Interrupted = ctx.Err() != nil
	for _, t := range c.queue {
		if err := c.note(t.target, evidence.ReasonInterrupted, "collecting was stopped before it was asked"); err != nil {
			return err
		}
	}
	return nil
}

// done takes a result, and what it leads to into the queue.
func (c *crawl) done(res result) error {
	if res.err != nil {
		return fmt.Errorf("%s: %w", res.target, res.err)
	}
	s := &c.summary
	s.Targets++
	s.Requests += int64(res.visit.Requests)
	if res.visit.Answered {
		s.Answered++
	}
	if res.visit.SameAs.IsValid() {
		s.Repeated++
	} else if res.visit.Read {
		s.Read++
	}
	interpret := res.visit.Interpret
	res.visit.Interpret = nil // else all evidence stays in memory
	s.Visits = append(s.Visits, Visited{res.target, res.hop, res.visit, res.order})
	if interpret != nil {
		if err := c.follow(res); err != nil {
			return err
		}
	}
	if c.Progress != nil {
		c.Progress(Progress{Target: res.target, Visit: res.visit, Hop: res.hop, Done: s.Targets, Known: len(c.seen) - s.OutOfScope})
	}
	return nil
}

func (c *crawl) follow(res result) error {
	most := cmp.Or(c.MaxNeighbors, 4096)
	if len(res.next) > most {
		err := c.note(res.target, evidence.ReasonTruncated, fmt.Sprintf("names %d neighbours, of which %d were followed", len(res.next), most))
		if err != nil {
			return err
		}
		res.next = res.next[:most]
	}
	for _, a := range res.next {
		t := Target{Zone: res.target.Zone, Address: a}
		k := c.keyOf(t)
		if c.seen[k] {
			continue
		}
		if len(c.seen) >= c.limit {
			// Noting each would let a device that names neighbours without end
			// fill the bundle.
			c.summary.OutOfScope++
			if c.full {
				continue
			}
			c.full = true
			if err := c.note(t, evidence.ReasonTruncated, fmt.Sprintf("more than %d addresses were met; neither this one nor later ones are asked", c.limit)); err != nil {
				return err
			}
			continue
		}
		switch reason := c.refuse(a, res.hop+1); {
		case reason != "":
			c.seen[k] = true
			c.summary.OutOfScope++
			if err := c.note(t, evidence.ReasonOutOfScope, reason+"; a neighbour of "+res.target.String()); err != nil {
				return err
			}
		default:
			c.push(t, res.hop+1)
		}
	}
	return nil
}

// refuse says why an address is not asked; empty where it is.
func (c *crawl) refuse(a netip.Addr, hop int) string {
	holds := func(p netip.Prefix) bool { return p.Contains(a) }
	switch {
	case slices.ContainsFunc(c.Scope.Exclude, holds):
		return "excluded"
	case !slices.ContainsFunc(c.Scope.Include, holds):
		return "not included"
	case c.Scope.Hops != nil && hop > *c.Scope.Hops:
		return fmt.Sprintf("%d hops from a target", hop)
	}
	return ""
}

// note records why a target was not read.
func (c *crawl) note(t Target, reason, detail string) error {
	e := c.Collector.Blank(t)
	e.Outcome, e.Reason, e.Detail = evidence.Gap, reason, detail
	_, err := c.Sink.Add(e, nil)
	return err
}

// Neighbors gives the addresses at which a reading says that neighbours are:
// management addresses of LLDP and CDP, OSPF neighbours, and who is master or
// standby of a virtual router. Sorted; own addresses are left out.
func Neighbors(r Reading) []netip.Addr {
	own, found := map[netip.Addr]bool{}, map[netip.Addr]bool{}
	add := func(list ...netip.Addr) {
		for _, a := range list {
			a = a.Unmap().WithZone("")
			// Link-local addresses mean nothing without their link.
			if a.IsValid() && !a.IsUnspecified() && !a.IsLoopback() && !a.IsMulticast() && !a.IsLinkLocalUnicast() {
				found[a] = true
			}
		}
	}
	for _, o := range r.Observations {
		switch o := o.(type) {
		case Address:
			own[o.Prefix.Addr().Unmap()] = true
		case Neighbor:
			add(o.Addresses...)
		case RoutingNeighbor:
			add(o.Address)
		case VirtualRouter:
			add(o.Master, o.Standby)
		}
	}
	var out []netip.Addr
	for a := range found {
		if !own[a] {
			out = append(out, a)
		}
	}
	slices.SortFunc(out, netip.Addr.Compare)
	return out
}
