package command

import (
	"github.com/spf13/cobra"

	"gujo/graph/compile"
)

func newColdstart(env *Env, g *globals) *cobra.Command {
	var (
		sel selection
		out format
	)
	c := env.command("coldstart", func(cmd *cobra.Command, args []string) error {
		snap, code, err := sel.load(cmd.Context(), env, g)
		if err != nil {
			return err
		}
		a, err := compile.Analyze(snap, compile.Options{})
		if err != nil {
			return err
		}
		cold, err := a.ColdStart(cmd.Context())
		if err != nil {
			return err
		}
		if out.value == "json" {
			err = writeJSON(env.Stdout, struct {
				Schema   string `json:"schema"`
				Snapshot string `json:"snapshot"`
				compile.ColdStart
			}{"gujo/coldstart/v1", snap.ID, cold})
			if err != nil {
				return err
			}
			return verdict(code)
		}
		p := env.printer()
		if len(cold.Deadlocked) == 0 {
			p.line(env.text("coldstart.none"))
		} else {
			p.line(env.text("coldstart.deadlocked", len(cold.Deadlocked)))
			writeDeadlocks(env, cold.Deadlocked)
		}
		if len(cold.Waves) > 0 {
			p.line("")
			p.line(env.text("coldstart.waves"))
			writeWaves(env, cold)
		}
		p.line("")
		p.line(env.text("limits.short"))
		return verdict(code)
	})
	c.Args = env.arguments(0, 0)
	sel.flags(env, c)
	out.flags(env, c, "table", "json")
	return c
}
