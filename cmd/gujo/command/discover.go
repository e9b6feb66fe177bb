package command

import (
	"github.com/spf13/cobra"
)

func newDiscover(env *Env, g *globals) *cobra.Command {
	var (
		a    asking
		asOf string
	)
	c := env.command("discover", func(cmd *cobra.Command, args []string) error {
		at, err := parseAsOf(asOf)
		if err != nil {
			return err
		}
		p, err := a.plan(cmd.Context(), args)
		if err != nil {
			return err
		}
		if a.dryRun {
			p.tell(env)
			return nil
		}
		if err := env.checkStore(g); err != nil {
			return err
		}
		path, sum, err := env.collect(cmd.Context(), &a, p)
		if err != nil {
			return err
		}
		env.say("import.bundle", path)
		if sum.Interrupted {
			env.say("discover.import_later", path)
			return outcome{exitFailed}
		}
		snap, err := snapshotOf([]string{path}, at)
		if err != nil {
			return err
		}
		if err := env.save(cmd.Context(), g, snap); err != nil {
			env.say("discover.import_later", path)
			return err
		}
		env.tellSnapshot(g, snap)
		return nil
	})
	a.flags(env, c, "bundle")
	c.Flags().StringVar(&asOf, "as-of", "", env.text("flag.as_of"))
	return c
}
