package command

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"

	"gujo/discovery/inventory"
)

// The exit codes. The worst of a run wins: 2, 4, 3, 1.
const (
	exitDone     = 0 // nothing at or above --fail-on
	exitFindings = 1 // findings at or above --fail-on
	exitFailed   = 2 // usage, or the operation failed
	exitCoverage = 3 // coverage below --require-coverage
	exitAge      = 4 // snapshot older than --max-age
)

// outcome is an exit code that is no failure: everything was done and printed.
type outcome struct{ code int }

func (o outcome) Error() string { return "finished with a verdict" }

// worst joins two exit codes.
func worst(a, b int) int {
	for _, code := range []int{exitFailed, exitAge, exitCoverage, exitFindings} {
		if a == code || b == code {
			return code
		}
	}
	return exitDone
}

// message is an error that the user reads in his language.
type message struct {
	key  string
	args []any
}

func (m message) Error() string { return m.key }

// failure makes an error out of a message.
func failure(key string, args ...any) error { return message{key, args} }

// explainError prints an error in the user's language. What comes from below is
// in English; the phrase book has it in others.
func (e *Env) explainError(err error) string {
	var m message
	if errors.As(err, &m) {
		args := make([]any, len(m.args))
		for i, a := range m.args {
			if inner, ok := a.(error); ok {
				a = e.explainError(inner)
			}
			args[i] = a
		}
		return e.text(m.key, args...)
	}
	var all interface{ Unwrap() []error }
	var problems inventory.Problems
	switch path := (*fs.PathError)(nil); {
	case errors.As(err, &problems):
		return e.explainProblems(err, problems)
	case errors.As(err, &all) && err.Error() == errors.Join(all.Unwrap()...).Error():
		return e.explainAll(all.Unwrap())
	case errors.As(err, &path):
		if said := e.explainPath(err, path); said != "" {
			return said
		}
	}
	switch {
	case errors.Is(err, context.Canceled):
		return e.text("error.interrupted")
	case errors.Is(err, syscall.ENOSPC):
		return e.text("error.disk_full", err)
	}
	return e.print.Phrase(err.Error())
}

// explainAll prints errors that were joined, a line each.
func (e *Env) explainAll(errs []error) string {
	lines := make([]string, len(errs))
	for i, err := range errs {
		lines[i] = e.explainError(err)
	}
	return strings.Join(lines, "\n")
}

// explainProblems prints what is wrong in an inventory: each message in the user's
// language, above its line.
func (e *Env) explainProblems(err error, problems inventory.Problems) string {
	before, _, _ := strings.Cut(err.Error(), problems.Error())
	told := make(inventory.Problems, min(len(problems), inventory.MaxShown))
	for i, p := range problems[:len(told)] {
		one := *p
		one.Message = e.print.Phrase(p.Message)
		told[i] = &one
	}
	more := ""
	if left := len(problems) - len(told); left > 0 {
		more = "\n\n" + e.text("error.more_problems", left)
	}
	return e.print.Phrase(strings.TrimSuffix(before, ": ")) + before[len(strings.TrimSuffix(before, ": ")):] + told.Error() + more
}

// explainPath prints what everybody meets with files; empty for what is rarer.
func (e *Env) explainPath(err error, path *fs.PathError) string {
	for _, known := range []struct {
		is  error
		key string
	}{
		{fs.ErrNotExist, "error.file_missing"}, {fs.ErrExist, "error.file_exists"}, {fs.ErrPermission, "error.file_denied"},
		{syscall.ENOSPC, "error.disk_full"}, {syscall.EISDIR, "error.is_directory"}, {syscall.EROFS, "error.read_only"}, {syscall.ENOTDIR, "error.not_directory"},
	} {
		if errors.Is(path.Err, known.is) {
			// Who asked for the file stands before it, and may have named it.
			// Where it was renamed since, the text has the name that only the program knew.
			before, _, found := strings.Cut(err.Error(), path.Error())
			if !found {
				before = ""
			}
			for _, named := range []string{" " + path.Path + ": ", path.Path + ": "} {
				before = strings.TrimSuffix(before, named)
			}
			if before != "" && !strings.HasSuffix(before, ": ") {
				before += ": "
			}
			if dir := directoryOf(path.Path); known.is == fs.ErrNotExist && !isThere(dir) {
				return e.print.Phrase(before) + e.text("error.directory_missing", path.Path, dir)
			}
			return e.print.Phrase(before) + e.text(known.key, path.Path)
		}
	}
	return ""
}

// directoryOf gives the directory of a file as it was typed: of an address it is one
// too, whose password can be told.
func directoryOf(path string) string {
	dir, _ := filepath.Split(path)
	return strings.TrimSuffix(dir, string(filepath.Separator))
}

func isThere(path string) bool {
	if path == "" { // that of the file "a", or of "/a"
		return true
	}
	_, err := os.Stat(path)
	return err == nil
}
