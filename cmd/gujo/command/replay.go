package command

import (
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"gujo/discovery/replay"
)

func newReplay(env *Env) *cobra.Command {
	var delay time.Duration
	var faults []string
	c := env.command("replay", func(cmd *cobra.Command, args []string) error {
		agents, err := replay.Load(args...)
		if err != nil {
			return err
		}
		opts := replay.Options{Delay: delay}
		for _, f := range faults {
			fault, err := replay.ParseFault(f)
			if err != nil {
				return err
			}
			opts.Faults = append(opts.Faults, fault)
		}
		server, err := replay.Start(agents, opts)
		if err != nil {
			return err
		}
		for _, b := range server.Agents() {
			name := b.Agent.Name
			if b.Agent.Target.IsValid() {
				name = b.Agent.Target.String()
			}
			fmt.Fprintln(env.Stdout, clean(env.text("replay.agent", name, b.At)))
		}
		env.say("replay.ready", len(agents))
		<-cmd.Context().Done()
		return server.Close()
	})
	c.Args = env.arguments(1, -1)
	c.Flags().DurationVar(&delay, "delay", 0, env.text("flag.delay"))
	c.Flags().StringSliceVar(&faults, "fault", nil, env.text("flag.fault"))
	return c
}
