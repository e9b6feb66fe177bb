//go:build unix

package sources

import (
	"errors"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

func TestAPipeIsRefusedByNameAndNotWaitedFor(t *testing.T) {
	path := filepath.Join(t.TempDir(), "pipe")
	if err := syscall.Mkfifo(path, 0o600); err != nil {
		t.Skipf("no named pipes here: %v", err)
	}
	for name, read := range map[string]func() error{
		"as a file":   func() error { _, err := ReadFile(path); return err },
		"as a bundle": func() error { _, err := IsBundle(path); return err },
	} {
		t.Run(name, func(t *testing.T) {
			done := make(chan error, 1)
			go func() { done <- read() }()
			select {
			case err := <-done:
				if !errors.Is(err, ErrNotAFile) || !strings.Contains(err.Error(), path) {
					t.Errorf("%v", err)
				}
			case <-time.After(5 * time.Second):
				t.Error("it waits")
			}
		})
	}
}
