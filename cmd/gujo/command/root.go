package command

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"gujo/reports/locale"
)

// globals are the options that every command takes.
type globals struct {
	store string
	lang  string
}

// Main runs gujo with its arguments and gives the exit code. Output that could not
// be written is a failure, whatever was found.
func Main(ctx context.Context, args []string, env *Env) int {
	printer, err := choosePrinter(args, env.Getenv)
	if err != nil {
		fmt.Fprintln(env.Stderr, "gujo:", err)
		return exitFailed
	}
	env.print = printer
	out := &remember{to: env.Stdout}
	env.Stdout = out
	root := newRoot(env)
	root.SetArgs(args)
	root.SetOut(env.Stdout)
	root.SetErr(env.Stderr)
	err = root.ExecuteContext(ctx)
	var o outcome
	if out.err != nil && (err == nil || errors.As(err, &o)) {
		err = out.err
	}
	switch {
	case err == nil:
		return exitDone
	case errors.As(err, &o):
		return o.code
	}
	env.tell("gujo: " + env.explainError(err))
	return exitFailed
}

// choosePrinter finds the language before the commands are built, because their
// help is in it too.
func choosePrinter(args []string, getenv func(string) string) (*locale.Printer, error) {
	lang := locale.FromEnvironment(getenv)
	for i, a := range args {
		value, given := strings.CutPrefix(a, "--lang=")
		if a == "--lang" && i+1 < len(args) {
			value, given = args[i+1], true
		}
		if !given {
			continue
		}
		// Of a list for a report the first is that of the messages.
		value, _, _ = strings.Cut(value, ",")
		chosen, err := locale.Parse(value)
		if err != nil {
			return nil, err
		}
		lang = chosen
	}
	return locale.New(lang)
}

func newRoot(env *Env) *cobra.Command {
	g := &globals{}
	root := env.command("gujo", nil)
	env.subcommands(root)
	env.setHelp(root)
	root.SilenceErrors = true
	root.SilenceUsage = true
	root.CompletionOptions.DisableDefaultCmd = true
	flags := root.PersistentFlags()
	flags.StringVar(&g.store, "store", "gujo.db", env.text("flag.store"))
	flags.StringVar(&g.lang, "lang", string(env.print.Lang), env.text("flag.lang"))
	root.SetFlagErrorFunc(explainFlag)
	root.AddCommand(
		newDemo(env, g),
		newDiscover(env, g),
		newCollect(env, g),
		newImport(env, g),
		newSnapshots(env, g),
		newDiagnose(env, g),
		newReport(env, g),
		newImpact(env, g),
		newCuts(env, g),
		newSuspects(env, g),
		newColdstart(env, g),
		newExplain(env, g),
		newExport(env, g),
		newVerify(env),
		newReplay(env),
		newRules(env),
		newTemplate(env),
		newSchema(env),
		newCompletion(env),
		newVersion(env),
	)
	root.SetHelpCommand(newHelp(env))
	return root
}

// command makes a subcommand whose texts stand in the catalogue under its name:
// cli.NAME.short, .long, .example and, as it may take arguments, .use.
func (e *Env) command(name string, run func(cmd *cobra.Command, args []string) error) *cobra.Command {
	key, use := "cli."+name, name
	if e.print.Has(key + ".use") {
		use += " " + e.text(key+".use")
	}
	c := &cobra.Command{Use: use, Short: e.text(key + ".short"), RunE: run, DisableFlagsInUseLine: true}
	c.Flags().BoolP("help", "h", false, e.text("flag.help"))
	if e.print.Has(key + ".long") {
		c.Long = strings.TrimSpace(e.text(key + ".long"))
	}
	if e.print.Has(key + ".example") {
		c.Example = strings.TrimSpace(e.text(key + ".example"))
	}
	return c
}
