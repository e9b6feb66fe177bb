package compile

import (
	"context"
	"errors"
	"testing"
	"time"

	"gujo/graph"
)

// watched is a context that ends after it was looked at some times, and remembers
// the longest that nobody looked.
type watched struct {
	context.Context
	left    int
	last    time.Time
	longest time.Duration
}

func (w *watched) Err() error {
	now := time.Now()
	w.longest = max(w.longest, now.Sub(w.last))
	w.last = now
	if w.left--; w.left < 0 {
		return context.Canceled
	}
	return nil
}

func TestWhoeverIsCalledOffStopsSoon(t *testing.T) {
	graphs := map[string]*graph.Snapshot{
		"20,000 links":   flooded(t, 20000, true, graph.Server),
		"2,000 members":  crowd(t, "members", 2000),
		"5,000 services": crowd(t, "services", 5000),
		"2,000 learned":  crowd(t, "learned", 2000),
	}
	for name, s := range graphs {
		a := analyze(t, s, Options{})
		device := "network_device/d"
		if name == "20,000 links" {
			device = "network_device/flood"
		}
		for what, ask := range map[string]func(context.Context) error{
			"singles": func(ctx context.Context) error { _, err := a.SinglePoints(ctx); return err },
			"each":    func(ctx context.Context) error { return a.EachSingle(ctx, func(string, []string) {}) },
			"cuts": func(ctx context.Context) error {
				c, err := a.Cuts(ctx, 2)
				if err == nil && !c.Complete {
					return context.Canceled
				}
				return err
			},
			"stops":   func(ctx context.Context) error { _, err := a.Stops(ctx, []string{device}); return err },
			"impact":  func(ctx context.Context) error { _, err := a.Impact(ctx, []string{device}); return err },
			"network": func(ctx context.Context) error { _, err := a.Network(ctx); return err },
			"cold":    func(ctx context.Context) error { _, err := a.ColdStart(ctx); return err },
		} {
			t.Run(name+"/"+what, func(t *testing.T) {
				// Called off at once, and at any later look, an answer ends with the error.
				for _, left := range []int{0, 1, 5, 50, 1 << 30} {
					ctx := &watched{Context: context.Background(), left: left, last: time.Now()}
					start := time.Now()
					err := ask(ctx)
					ctx.longest = max(ctx.longest, time.Since(ctx.last))
					if ctx.left < 0 && !errors.Is(err, context.Canceled) {
						t.Errorf("called off at look %d: %v", left, err)
					}
					// Others use the machine too.
					if ctx.longest > 500*time.Millisecond {
						t.Errorf("nobody looked for %v of %v", ctx.longest, time.Since(start))
					}
					if left == 1<<30 {
						t.Logf("%v at most between looks", ctx.longest.Round(time.Millisecond))
					}
					if time.Since(start) > 3*time.Second {
						break
					}
				}
			})
		}
	}
}
