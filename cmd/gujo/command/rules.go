package command

import (
	"errors"
	"fmt"
	"io/fs"
	"os"

	"github.com/spf13/cobra"

	"gujo/rules"
	"gujo/rules/packs"
)

func newRules(env *Env) *cobra.Command {
	c := env.command("rules", nil)
	env.subcommands(c)
	c.AddCommand(newRulesList(env), newRulesLint(env), newRulesTest(env))
	return c
}

// packFiles gives the pack that a command was called with: a directory, or the
// built-in one.
func packFiles(args []string) (name string, files fs.FS, err error) {
	if len(args) == 0 {
		return "gujo-default", packs.Default(), nil
	}
	files, err = packDirectory(args[0])
	return args[0], files, err
}

func packDirectory(dir string) (fs.FS, error) {
	info, err := os.Stat(dir)
	if err == nil && !info.IsDir() {
		err = failure("error.no_directory", dir)
	}
	files := os.DirFS(dir)
	if err == nil {
		if _, missing := fs.Stat(files, "pack.yaml"); errors.Is(missing, fs.ErrNotExist) {
			err = failure("error.no_pack", dir)
		}
	}
	return files, err
}

func newRulesList(env *Env) *cobra.Command {
	var out format
	c := env.command("list", func(cmd *cobra.Command, args []string) error {
		name, files, err := packFiles(args)
		if err != nil {
			return err
		}
		p, err := rules.LoadPack(files)
		if err != nil {
			return failure("error.rules_dir", name, err)
		}
		if out.value == "json" {
			return writeJSON(env.Stdout, rulesDocument(p))
		}
		var rows [][]string
		for _, r := range p.Rules {
			rows = append(rows, []string{r.ID, r.Version, env.pick(r.Title)})
		}
		env.printer().table("", []string{env.text("column.rule"), env.text("column.version"), env.text("column.title")}, rows)
		env.printer().line(fmt.Sprintf("%s %s %s", p.Name, p.Version, p.Digest))
		return nil
	})
	c.Args = env.arguments(0, 1)
	out.flags(env, c, "table", "json")
	return c
}

// ruleEntry is a rule as gujo/rules/v1 lists it.
type ruleEntry struct {
	ID         string            `json:"id"`
	Version    string            `json:"version"`
	Title      rules.Text        `json:"title"`
	Criterion  rules.Criterion   `json:"criterion"`
	Category   string            `json:"category"`
	References []rules.Reference `json:"references"`
}

func entryOf(r *rules.Rule) ruleEntry {
	return ruleEntry{r.ID, r.Version, r.Title, r.Criterion, r.Category, r.References}
}

func rulesDocument(p *rules.Pack) any {
	doc := struct {
		Schema string         `json:"schema"`
		Pack   rules.PackUsed `json:"pack"`
		Rules  []ruleEntry    `json:"rules"`
	}{"gujo/rules/v1", rules.PackUsed{Name: p.Name, Version: p.Version, Digest: p.Digest}, []ruleEntry{}}
	for _, r := range p.Rules {
		doc.Rules = append(doc.Rules, entryOf(r))
	}
	return doc
}

func newRulesLint(env *Env) *cobra.Command {
	c := env.command("lint", func(cmd *cobra.Command, args []string) error {
		name, files, err := packFiles(args)
		if err != nil {
			return err
		}
		problems := rules.Lint(files)
		for _, p := range problems {
			env.printer().line(p.Error())
		}
		if len(problems) > 0 {
			return failure("rules.lint_bad", len(problems))
		}
		p, err := rules.LoadPack(files)
		if err != nil {
			return err
		}
		env.printer().line(env.text("rules.lint_good", name, len(p.Rules)))
		return nil
	})
	c.Args = env.arguments(0, 1)
	return c
}

func newRulesTest(env *Env) *cobra.Command {
	c := env.command("test", func(cmd *cobra.Command, args []string) error {
		name, files, err := packFiles(args)
		if err != nil {
			return err
		}
		results, err := rules.RunTests(cmd.Context(), files)
		if err != nil {
			return failure("error.rules_dir", name, err)
		}
		bad, seen := 0, map[string]bool{}
		for _, r := range results {
			seen[r.Rule] = true
			if r.OK {
				continue
			}
			bad++
			env.printer().line(fmt.Sprintf("%s: %s (%s)", r.Rule, r.Test, r.Graph))
			for _, d := range r.Diffs {
				env.printer().line("  " + d.Error())
			}
		}
		if bad > 0 {
			return failure("rules.tests_failed", bad, len(results))
		}
		env.printer().line(env.text("rules.tests_passed", len(seen), len(results)))
		return nil
	})
	c.Args = env.arguments(0, 1)
	return c
}
