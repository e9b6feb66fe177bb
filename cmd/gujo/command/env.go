// Package command holds the subcommands of gujo, one a file. Data go to standard
// output, progress and messages to standard error; a message is a key with
// arguments and printed in the user's language.
package command

import (
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"golang.org/x/term"

	"gujo/discovery/evidence"
	"gujo/reports/locale"
)

// Env is what a command has of the world outside.
type Env struct {
	Stdout io.Writer
	Stderr io.Writer
	Getenv func(string) string
	// Program is how gujo was called, for commands to be copied; empty: gujo.
	Program string
	Now     func() time.Time
	// Terminal says that progress may be shown on Stderr.
	Terminal bool
	// Width is that of the terminal in columns, 80 where there is none.
	Width int

	print *locale.Printer
}

// Environment is that of the process.
func Environment() *Env {
	e := &Env{Stdout: os.Stdout, Stderr: os.Stderr, Getenv: os.Getenv, Program: os.Args[0], Now: time.Now, Width: 80}
	if fd := int(os.Stderr.Fd()); term.IsTerminal(fd) {
		e.Terminal = true
	}
	if fd := int(os.Stdout.Fd()); term.IsTerminal(fd) {
		if w, _, err := term.GetSize(fd); err == nil && w >= 40 {
			e.Width = w
		}
	}
	return e
}

// text prints a message in the user's language.
func (e *Env) text(key string, args ...any) string { return e.print.Text(key, args...) }

// say writes a message for the user to standard error.
func (e *Env) say(key string, args ...any) { e.tell(e.text(key, args...)) }

// tell writes a message that is printed already to standard error; on a terminal
// it is wrapped at blanks, but for what stands in columns, such as a line of a file
// and the mark below it.
func (e *Env) tell(message string) {
	message = discreet(clean(message))
	if !e.Terminal {
		fmt.Fprintln(e.Stderr, message)
		return
	}
	for l := range strings.SplitSeq(message, "\n") {
		if strings.HasPrefix(l, " ") {
			fmt.Fprintln(e.Stderr, l)
			continue
		}
		for _, part := range fill(l, e.Width) {
			fmt.Fprintln(e.Stderr, part)
		}
	}
}

// discreet masks passwords in addresses: messages repeat what was typed.
func discreet(message string) string {
	message, _ = evidence.Redact(message, evidence.AddressRules())
	return message
}
