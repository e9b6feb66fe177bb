package command

import (
	"fmt"
	"runtime/debug"

	"github.com/spf13/cobra"
)

// Version is the release that this is built as.
const Version = "0.1.0"

func newVersion(env *Env) *cobra.Command {
	c := env.command("version", func(cmd *cobra.Command, args []string) error {
		fmt.Fprintln(env.Stdout, tool())
		if info, ok := debug.ReadBuildInfo(); ok {
			fmt.Fprintln(env.Stdout, info.GoVersion)
			for _, s := range info.Settings {
				if s.Key == "vcs.revision" || s.Key == "vcs.modified" {
					fmt.Fprintf(env.Stdout, "%s %s\n", s.Key, s.Value)
				}
			}
		}
		return nil
	})
	c.Args = env.arguments(0, 0)
	return c
}

// tool names the program in what it writes.
func tool() string { return "gujo " + Version }
