package command

import (
	"embed"
	"sort"
	"strings"

	"github.com/spf13/cobra"

	"gujo/graph/exchange"
	"gujo/rules"
)

//go:embed schema/*.json
var schemas embed.FS

// schemaOf gives the JSON Schema of a public format by its short name.
func schemaOf(name string) ([]byte, bool) {
	switch name {
	case "graph":
		return exchange.JSONSchema(), true
	case "findings":
		return rules.FindingsSchema(), true
	}
	data, err := schemas.ReadFile("schema/" + name + ".json")
	return data, err == nil
}

func schemaNames() []string {
	names := []string{"graph", "findings"}
	files, _ := schemas.ReadDir("schema")
	for _, f := range files {
		names = append(names, strings.TrimSuffix(f.Name(), ".json"))
	}
	sort.Strings(names)
	return names
}

func newSchema(env *Env) *cobra.Command {
	c := env.command("schema", func(cmd *cobra.Command, args []string) error {
		data, ok := schemaOf(args[0])
		if !ok {
			return failure("error.schema", args[0], strings.Join(schemaNames(), ", "))
		}
		_, err := env.Stdout.Write(data)
		return err
	})
	c.Args = env.arguments(1, 1)
	c.ValidArgs = schemaNames()
	return c
}
