package command

import (
	"context"
	"errors"
	"io/fs"
	"strings"
	"syscall"
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
// in English; of that, what people meet every day is told in theirs.
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
	var path *fs.PathError
	if errors.As(err, &path) {
		for _, known := range []struct {
			is  error
			key string
		}{
			{fs.ErrNotExist, "error.file_missing"}, {fs.ErrPermission, "error.file_denied"},
			{syscall.ENOSPC, "error.disk_full"}, {syscall.EISDIR, "error.is_directory"},
		} {
			if errors.Is(path.Err, known.is) {
				// Who asked for the file stands before it.
				before, _, _ := strings.Cut(err.Error(), path.Error())
				return before + e.text(known.key, path.Path)
			}
		}
	}
	switch {
	case errors.Is(err, context.Canceled):
		return e.text("error.interrupted")
	case errors.Is(err, syscall.ENOSPC):
		return e.text("error.disk_full", err)
	}
	return err.Error()
}
