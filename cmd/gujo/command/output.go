package command

import (
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/spf13/cobra"
)

// format is the option --format of a listing.
type format struct {
	value   string
	allowed []string
}

func (f *format) flags(env *Env, c *cobra.Command, allowed ...string) {
	f.allowed = allowed
	f.value = allowed[0]
	c.Flags().Var(f, "format", env.text("flag.format"))
}

func (f *format) String() string { return f.value }

func (f *format) Type() string {
	t := ""
	for i, a := range f.allowed {
		if i > 0 {
			t += "|"
		}
		t += a
	}
	return t
}

func (f *format) Set(s string) error {
	for _, a := range f.allowed {
		if s == a {
			f.value = s
			return nil
		}
	}
	return failure("error.format", s, f.Type())
}

// remember passes on what is written and keeps the first error: what a command
// prints counts only if it arrived.
type remember struct {
	to  io.Writer
	err error
}

func (r *remember) Write(p []byte) (int, error) {
	n, err := r.to.Write(p)
	if r.err == nil {
		r.err = err
	}
	return n, err
}

// writeJSON writes one object, as people can read it and diff it.
func writeJSON(w io.Writer, v any) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", " ")
	return enc.Encode(v)
}

// page prints lines and tables for people on standard output.
type page struct{ env *Env }

func (e *Env) printer() page { return page{e} }

// line prints one paragraph, wrapped to the terminal; its indent is kept.
func (p page) line(s string) {
	s = clean(s)
	indent := s[:len(s)-len(strings.TrimLeft(s, " "))]
	for _, l := range wrap(strings.TrimSpace(s), p.env.Width-len(indent)) {
		fmt.Fprintln(p.env.Stdout, strings.TrimRight(indent+l, " "))
	}
}

func (p page) table(indent string, head []string, rows [][]string) {
	writeTable(p.env.Stdout, p.env.Width, indent, head, rows)
}

func number(n int) string { return strconv.Itoa(n) }
