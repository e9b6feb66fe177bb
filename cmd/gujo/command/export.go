package command

import (
	"bufio"

	"github.com/spf13/cobra"

	"gujo/graph/exchange"
)

func newExport(env *Env, g *globals) *cobra.Command {
	var (
		sel selection
		out format
	)
	c := env.command("export", func(cmd *cobra.Command, args []string) error {
		snap, code, err := sel.load(cmd.Context(), env, g)
		if err != nil {
			return err
		}
		w := bufio.NewWriter(env.Stdout)
		if err := exchange.WriteJSONL(w, snap); err != nil {
			return err
		}
		if err := w.Flush(); err != nil {
			return err
		}
		return verdict(code)
	})
	c.Args = env.arguments(0, 0)
	sel.flags(env, c)
	out.flags(env, c, "jsonl")
	return c
}
