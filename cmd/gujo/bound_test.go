//go:build unix

package main_test

import (
	"context"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"gujo/graph/estate"
	"gujo/graph/localstore"
)

// The whole program, from a store with a million components to the number of all
// single points of all services, stays within 1.5 GB.
func BenchmarkProgram(b *testing.B) {
	program, path := build(b), filepath.Join(b.TempDir(), "estate.gujo")
	s, err := estate.Build(estate.Shape{Seed: 1, Components: 1_000_000})
	if err != nil {
		b.Fatal(err)
	}
	st, err := localstore.Open(path, localstore.Options{})
	if err != nil {
		b.Fatal(err)
	}
	if err := st.Save(context.Background(), s); err != nil {
		b.Fatal(err)
	}
	if err := st.Close(); err != nil {
		b.Fatal(err)
	}
	var most int64
	for b.Loop() {
		var times strings.Builder
		c := exec.Command(program, "cuts", "--store", path, "--order", "1", "--count", "--format", "json", "--stats")
		c.Stderr = &times
		if err := c.Run(); err != nil {
			b.Fatal(err, times.String())
		}
		if u, ok := c.ProcessState.SysUsage().(*syscall.Rusage); ok {
			most = max(most, u.Maxrss) // KiB on Linux
		}
		b.Log(times.String())
	}
	b.ReportMetric(float64(most)/1000, "peak-MB")
}
