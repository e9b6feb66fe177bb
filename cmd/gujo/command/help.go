package command

import (
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"
)

// setHelp gives the root its help, and through it every command: cobra's own
// knows one language and counts a Hangul syllable as three columns.
func (e *Env) setHelp(root *cobra.Command) {
	root.SetUsageFunc(func(c *cobra.Command) error {
		e.writeUsage(c.OutOrStderr(), c)
		return nil
	})
	root.SetHelpFunc(func(c *cobra.Command, _ []string) {
		w := c.OutOrStdout()
		text := c.Long
		if text == "" {
			text = c.Short
		}
		e.writeParagraph(w, text)
		fmt.Fprintln(w)
		e.writeUsage(w, c)
	})
}

func (e *Env) writeParagraph(w io.Writer, text string) {
	// The lines of a catalogue are not those of the terminal.
	text = strings.ReplaceAll(strings.TrimSpace(text), "\n", " ")
	for _, l := range wrap(text, e.Width) {
		fmt.Fprintln(w, l)
	}
}

func (e *Env) writeUsage(w io.Writer, c *cobra.Command) {
	fmt.Fprintln(w, e.text("help.usage"))
	if c.HasAvailableSubCommands() {
		fmt.Fprintf(w, "  %s %s\n", c.CommandPath(), e.text("help.command_word"))
	} else {
		fmt.Fprintf(w, "  %s\n", c.UseLine())
	}
	if c.HasExample() {
		fmt.Fprintf(w, "\n%s\n", e.text("help.examples"))
		for _, l := range strings.Split(c.Example, "\n") {
			fmt.Fprintln(w, "  "+strings.TrimSpace(l))
		}
	}
	if c.HasAvailableSubCommands() {
		var rows [][]string
		for _, sub := range c.Commands() {
			if sub.IsAvailableCommand() || sub.Name() == "help" {
				rows = append(rows, []string{sub.Name(), sub.Short})
			}
		}
		fmt.Fprintf(w, "\n%s\n", e.text("help.commands"))
		writeTable(w, e.Width, "  ", nil, rows)
	}
	e.writeFlags(w, "help.flags", c.LocalFlags().FlagUsages())
	e.writeFlags(w, "help.global_flags", c.InheritedFlags().FlagUsages())
	if c.HasAvailableSubCommands() {
		fmt.Fprintf(w, "\n%s\n", e.text("help.more", c.CommandPath()))
	}
}

// writeFlags prints what pflag says of the flags, a line each, in columns of
// ours: pflag counts bytes.
func (e *Env) writeFlags(w io.Writer, title, usages string) {
	var rows [][]string
	for _, l := range strings.Split(usages, "\n") {
		name := strings.TrimSpace(l)
		if name == "" {
			continue
		}
		what := ""
		if at := strings.Index(name, "   "); at > 0 {
			name, what = name[:at], strings.TrimSpace(name[at:])
		}
		if strings.HasPrefix(name, "--") {
			name = "    " + name
		}
		rows = append(rows, []string{name, strings.Replace(what, "(default ", e.text("help.default"), 1)})
	}
	if len(rows) > 0 {
		fmt.Fprintf(w, "\n%s\n", e.text(title))
		writeTable(w, e.Width, "  ", nil, rows)
	}
}

// arguments checks how many arguments a command gets; most below 0 is any number.
func (e *Env) arguments(least, most int) cobra.PositionalArgs {
	return func(c *cobra.Command, args []string) error {
		switch {
		case len(args) < least:
			return failure("error.arguments_few", c.UseLine())
		case most >= 0 && len(args) > most:
			return failure("error.arguments_many", args[most], c.UseLine())
		}
		return nil
	}
}

// subcommands makes a command that only holds others: alone it prints its help,
// and with a word that is none of them it is an error.
func (e *Env) subcommands(c *cobra.Command) {
	c.SuggestionsMinimumDistance = 2
	c.RunE = func(c *cobra.Command, _ []string) error { return c.Help() }
	c.Args = func(c *cobra.Command, args []string) error {
		if len(args) == 0 {
			return nil
		}
		return e.unknownCommand(c, args[0])
	}
}

func (e *Env) unknownCommand(c *cobra.Command, name string) error {
	if near := c.SuggestionsFor(name); len(near) > 0 {
		return failure("error.unknown_command_near", c.CommandPath(), name, strings.Join(near, ", "))
	}
	return failure("error.unknown_command", c.CommandPath(), name)
}

func newHelp(env *Env) *cobra.Command {
	c := env.command("help", func(cmd *cobra.Command, args []string) error {
		found, rest, err := cmd.Root().Find(args)
		if err != nil || len(rest) > 0 {
			return env.unknownCommand(cmd.Root(), strings.Join(args, " "))
		}
		return found.Help()
	})
	return c
}

func newCompletion(env *Env) *cobra.Command {
	shells := []string{"bash", "zsh", "fish", "powershell"}
	c := env.command("completion", func(cmd *cobra.Command, args []string) error {
		root, w := cmd.Root(), env.Stdout
		switch args[0] {
		case "bash":
			return root.GenBashCompletionV2(w, true)
		case "zsh":
			return root.GenZshCompletion(w)
		case "fish":
			return root.GenFishCompletion(w, true)
		case "powershell":
			return root.GenPowerShellCompletionWithDesc(w)
		}
		return failure("error.shell", args[0], strings.Join(shells, ", "))
	})
	c.Args = env.arguments(1, 1)
	c.ValidArgs = shells
	return c
}

// explainFlag says in the user's language what is wrong with an option. Our own
// options say it themselves; pflag's errors are told by their words, because it
// has them in one language.
func explainFlag(c *cobra.Command, err error) error {
	var m message
	if errors.As(err, &m) {
		return err
	}
	text := err.Error()
	last := func() string { return text[strings.LastIndexByte(text, ' ')+1:] }
	var named interface{ GetValue() string }
	switch {
	case strings.HasPrefix(text, "unknown flag: "):
		return failure("error.unknown_flag", last(), c.CommandPath())
	case strings.HasPrefix(text, "unknown shorthand flag: '"):
		// Not what follows the letter: that may be a community, as in -cPUBLIC.
		letter, _, _ := strings.Cut(strings.TrimPrefix(text, "unknown shorthand flag: '"), "'")
		return failure("error.unknown_flag", "-"+letter, c.CommandPath())
	case strings.HasPrefix(text, "flag needs an argument: "):
		return failure("error.flag_needs", last(), c.CommandPath())
	case errors.As(err, &named):
		_, rest, _ := strings.Cut(text, " for \"")
		name, _, _ := strings.Cut(rest, "\" flag")
		return failure("error.flag_value", name, named.GetValue(), c.CommandPath())
	}
	return err
}
