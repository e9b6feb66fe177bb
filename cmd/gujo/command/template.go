package command

import (
	"io"

	"github.com/spf13/cobra"

	"gujo/discovery/inventory"
)

func newTemplate(env *Env) *cobra.Command {
	c := env.command("template", func(cmd *cobra.Command, args []string) error {
		if args[0] != "inventory" {
			return failure("error.template", args[0])
		}
		_, err := io.WriteString(env.Stdout, inventory.Template(string(env.print.Lang)))
		return err
	})
	c.Args = env.arguments(1, 1)
	c.ValidArgs = []string{"inventory"}
	return c
}
