package command

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"gujo/graph"
	"gujo/graph/compile"
)

func newSuspects(env *Env, g *globals) *cobra.Command {
	var (
		sel      selection
		out      format
		down, up []string
		order    int
		timeout  time.Duration
	)
	c := env.command("suspects", func(cmd *cobra.Command, _ []string) error {
		snap, code, err := sel.load(cmd.Context(), env, g)
		if err != nil {
			return err
		}
		mustFall, err := env.findComponents(snap, down)
		if err != nil {
			return err
		}
		mustHold, err := env.findComponents(snap, up)
		if err != nil {
			return err
		}
		a, err := compile.Analyze(snap, compile.Options{})
		if err != nil {
			return err
		}
		ctx := cmd.Context()
		if timeout > 0 {
			var cancel context.CancelFunc
			ctx, cancel = context.WithTimeout(ctx, timeout)
			defer cancel()
		}
		suspects, err := a.Suspects(ctx, mustFall, mustHold, order)
		if err != nil {
			return explainReport(err)
		}
		if out.value == "json" {
			err = writeJSON(env.Stdout, suspectsDocument{"gujo/suspects/v1", snap.ID, suspects})
		} else {
			writeSuspects(env, snap, suspects)
		}
		if err != nil {
			return err
		}
		if !suspects.Complete {
			if suspects.TooMany {
				env.say("suspects.too_many")
			} else {
				env.say("suspects.out_of_time", timeout)
			}
		}
		return verdict(code)
	})
	c.Args = env.arguments(0, 0)
	sel.flags(env, c)
	out.flags(env, c, "table", "json")
	// Names may hold commas; findComponents takes lists apart.
	c.Flags().StringArrayVar(&down, "down", nil, env.text("flag.down"))
	c.Flags().StringArrayVar(&up, "up", nil, env.text("flag.up"))
	c.Flags().IntVar(&order, "order", compile.MaxSuspectOrder, env.text("flag.suspects_order"))
	c.Flags().DurationVar(&timeout, "timeout", time.Minute, env.text("flag.timeout"))
	c.PreRunE = func(*cobra.Command, []string) error {
		switch {
		case len(down) == 0:
			return failure("error.suspects_down")
		case order < 1 || order > compile.MaxSuspectOrder:
			return failure("error.suspects_order", order, compile.MaxSuspectOrder)
		case timeout < 0:
			return failure("error.timeout", timeout)
		}
		return nil
	}
	return c
}

// explainReport says in the user's language how a report does not fit the graph.
func explainReport(err error) error {
	var report *compile.ReportError
	if !errors.As(err, &report) {
		return err
	}
	for key, why := range map[string]error{
		"error.suspects_down_already": compile.ErrDownAlready,
		"error.suspects_not_up":       compile.ErrNotUp,
		"error.suspects_down_and_up":  compile.ErrDownAndUp,
		"error.suspects_not_modelled": compile.ErrNotModelled,
	} {
		if errors.Is(err, why) {
			return failure(key, report.Component)
		}
	}
	return err
}

// suspectsDocument is gujo/suspects/v1.
type suspectsDocument struct {
	Schema   string `json:"schema"`
	Snapshot string `json:"snapshot"`
	compile.Suspects
}

// suspectsShown is how many sets people are shown; the JSON has them all.
const suspectsShown = 20

func writeSuspects(env *Env, snap *graph.Snapshot, s compile.Suspects) {
	p := env.printer()
	p.line(env.text("suspects.down", env.displayNames(snap, s.Down)))
	if len(s.Up) > 0 {
		p.line(env.text("suspects.up", env.displayNames(snap, s.Up)))
	}
	p.line(env.text("snapshot.age", snap.Created.Format("2006-01-02 15:04 MST"), humanAge(env, env.Now().Sub(snap.Created))))
	p.line("")
	if len(s.Sets) == 0 {
		p.line(env.text("suspects.none", s.Order))
	} else {
		p.line(env.text("suspects.sets", len(s.Sets)))
	}
	for _, set := range s.Sets[:min(len(s.Sets), suspectsShown)] {
		p.line("  " + strings.Join(set.Components, " + ") + ": " + env.text("confidence."+string(set.Confidence)))
		if len(set.AlsoStops) > 0 {
			p.line("    " + env.text("suspects.also_stops", env.displayNames(snap, set.AlsoStops)))
		}
		if len(set.AlreadyDegraded) > 0 {
			p.line("    " + env.text("suspects.degraded", strings.Join(set.AlreadyDegraded, ", ")))
		}
	}
	if more := len(s.Sets) - suspectsShown; more > 0 {
		p.line("  " + env.text("suspects.more", more))
	}
	if len(s.AskNext) > 0 {
		var rows [][]string
		for _, a := range s.AskNext {
			rows = append(rows, []string{a.Component, number(a.Splits[0]), number(a.Splits[1])})
		}
		p.line("")
		p.line(env.text("suspects.ask_next"))
		p.table("  ", []string{env.text("column.component"), env.text("column.down_with"), env.text("column.up_with")}, rows)
	}
	p.line("")
	p.line(env.text("limits.short"))
}

// displayNames is how people call several components.
func (e *Env) displayNames(s *graph.Snapshot, ids []string) string {
	names := make([]string, len(ids))
	for i, id := range ids {
		names[i] = e.displayName(s, id)
	}
	return strings.Join(names, ", ")
}
