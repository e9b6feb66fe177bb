package command

import (
	"context"
	"errors"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"gujo/graph"
	"gujo/graph/localstore"
)

// openStore opens the store that --store names: for reading only, so that
// several commands may read at once, or for writing.
func (e *Env) openStore(g *globals, write bool) (graph.Store, error) {
	if strings.Contains(g.store, "://") {
		return nil, failure("error.store_scheme", g.store)
	}
	if !write {
		if _, err := os.Stat(g.store); errors.Is(err, fs.ErrNotExist) {
			return nil, failure("error.no_store", g.store)
		}
	}
	return localstore.Open(g.store, localstore.Options{ReadOnly: !write})
}

// checkStore finds out whether a snapshot could be saved, before hours are spent on
// one. It leaves nothing behind and holds nothing.
func (e *Env) checkStore(g *globals) error {
	if _, err := os.Stat(g.store); err == nil || strings.Contains(g.store, "://") {
		store, err := e.openStore(g, true)
		if err != nil {
			return err
		}
		return store.Close()
	}
	f, err := os.CreateTemp(filepath.Dir(g.store), ".gujo-*")
	if at := (*fs.PathError)(nil); errors.As(err, &at) {
		return &fs.PathError{Op: "create", Path: g.store, Err: at.Err}
	}
	if err != nil {
		return err
	}
	return errors.Join(f.Close(), os.Remove(f.Name()))
}

// selection is how a command chooses its snapshot.
type selection struct {
	snapshot string
	maxAge   time.Duration
}

func (s *selection) flags(env *Env, c *cobra.Command) {
	c.Flags().StringVar(&s.snapshot, "snapshot", "", env.text("flag.snapshot"))
	c.Flags().Var((*age)(&s.maxAge), "max-age", env.text("flag.max_age"))
}

// load gives the chosen snapshot, and the exit code that its age calls for.
func (s *selection) load(ctx context.Context, env *Env, g *globals) (*graph.Snapshot, int, error) {
	store, err := env.openStore(g, false)
	if err != nil {
		return nil, exitFailed, err
	}
	defer store.Close()
	snap, err := store.Load(ctx, s.snapshot)
	switch {
	case errors.Is(err, graph.ErrNotFound) && s.snapshot == "":
		return nil, exitFailed, failure("error.empty_store", g.store)
	case errors.Is(err, graph.ErrNotFound):
		return nil, exitFailed, failure("error.no_snapshot", s.snapshot, g.store)
	case err != nil:
		return nil, exitFailed, err
	}
	limitMemory(env)
	return snap, s.checkAge(env, snap.Created), nil
}

func (s *selection) checkAge(env *Env, created time.Time) int {
	old := env.Now().Sub(created)
	if s.maxAge > 0 && old > s.maxAge {
		env.say("warn.too_old", env.duration(old), env.duration(s.maxAge))
		return exitAge
	}
	return exitDone
}

// verdict turns an exit code into what a command returns.
func verdict(code int) error {
	if code == exitDone {
		return nil
	}
	return outcome{code}
}

// age is a duration that may be given in days: 7d, 12h, 30m.
type age time.Duration

func (a *age) String() string {
	if *a == 0 {
		return "" // none, so the help names no default
	}
	return time.Duration(*a).String()
}

func (a *age) Type() string { return "7d|12h" }
func (a *age) Set(s string) error {
	words := s
	days, isDays := strings.CutSuffix(s, "d")
	if isDays {
		words = days + "h"
	}
	d, err := time.ParseDuration(words)
	if err != nil || d <= 0 || isDays && d > math.MaxInt64/24 {
		return failure("error.max_age", s)
	}
	if isDays {
		d *= 24
	}
	*a = age(d)
	return nil
}

// duration prints a span of time in words, to the unit that tells: "3 days 4 hours".
func (e *Env) duration(d time.Duration) string {
	switch {
	case d < time.Second:
		return e.text("span.milliseconds", d.Milliseconds())
	case d < time.Minute:
		return e.text("span.seconds", strconv.FormatFloat(d.Round(100*time.Millisecond).Seconds(), 'f', -1, 64))
	}
	unit := time.Second
	switch {
	case d >= 48*time.Hour:
		unit = time.Hour
	case d >= time.Hour:
		unit = time.Minute
	}
	d = d.Truncate(unit)
	var parts []string
	for _, u := range []struct {
		key string
		of  time.Duration
	}{{"span.days", 24 * time.Hour}, {"span.hours", time.Hour}, {"span.minutes", time.Minute}, {"span.seconds", time.Second}} {
		if n := d / u.of; n > 0 {
			parts = append(parts, e.text(u.key, int64(n)))
			d -= n * u.of
		}
	}
	return strings.Join(parts, " ")
}
