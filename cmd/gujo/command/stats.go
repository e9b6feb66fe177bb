package command

import (
	"fmt"
	"runtime"
	"runtime/debug"
	"strings"
	"time"

	"github.com/spf13/cobra"
)

// stats tells how long each step of a command took, where it is asked to.
type stats struct {
	wanted bool
	now    func() time.Time
	last   time.Time
	steps  []string
}

func (s *stats) flag(env *Env, c *cobra.Command) {
	c.Flags().BoolVar(&s.wanted, "stats", false, env.text("flag.stats"))
}

func (s *stats) begin(env *Env) { s.now, s.last, s.steps = env.Now, env.Now(), nil }

// done ends a step.
func (s *stats) done(step string) {
	now := s.now()
	s.steps = append(s.steps, fmt.Sprintf("%s %.3f s", step, now.Sub(s.last).Seconds()))
	s.last = now
}

func (s *stats) print(env *Env) {
	if s.wanted {
		fmt.Fprintln(env.Stderr, strings.Join(s.steps, ", "))
	}
}

// A large snapshot stays in memory as long as the command runs. Letting garbage
// grow to as much again before it is collected, as is usual, would double the
// memory for nothing; collecting all the time would cost more than the analysis.
const (
	usualMemory = 1300 << 20 // bytes up to which memory is not minded
	room        = 500 << 20  // for garbage and what an analysis takes, at least
)

// limitMemory bounds the garbage beside what is live now, unless the environment
// says how.
func limitMemory(env *Env) {
	if env.Getenv("GOMEMLIMIT") != "" || env.Getenv("GOGC") != "" {
		return
	}
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	debug.SetMemoryLimit(int64(max(usualMemory, m.HeapAlloc+room)))
}
