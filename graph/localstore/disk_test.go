//go:build linux

package localstore_test

import (
	"errors"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"gujo/graph"
	"gujo/graph/localstore"
	"gujo/graph/storetest"
)

const diskChild = "GUJO_DISK_CHILD"

// TestAFileThatMayNotGrowStaysAsItWas limits the size of files.
func TestAFileThatMayNotGrowStaysAsItWas(t *testing.T) {
	if path := os.Getenv(diskChild); path != "" {
		signal.Ignore(syscall.SIGXFSZ)
		info, err := os.Stat(path)
		if err != nil {
			t.Fatal(err)
		}
		limit := syscall.Rlimit{Cur: uint64(info.Size()) + 50_000, Max: uint64(info.Size()) + 50_000}
		if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &limit); err != nil {
			t.Fatal(err)
		}
		refused(t, path, 2)
		return
	}
	path, first, second := filled(t)
	cmd := exec.Command(os.Args[0], "-test.run=^TestAFileThatMayNotGrowStaysAsItWas$", "-test.v")
	cmd.Env = append(os.Environ(), diskChild+"="+path)
	if out, err := cmd.CombinedOutput(); err != nil || !strings.Contains(string(out), "refused: ") {
		t.Fatalf("%v\n%s", err, out)
	}
	intact(t, path, first, second)
}

func TestAFullDiskLeavesTheStoreAsItWas(t *testing.T) {
	dir := t.TempDir()
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, "size=700k"); err != nil {
		t.Skipf("a small file system cannot be mounted: %v", err)
	}
	t.Cleanup(func() { syscall.Unmount(dir, syscall.MNT_DETACH) })
	from, first, second := filled(t)
	data, err := os.ReadFile(from)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, "gujo.db")
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
	refused(t, path, 2)
	intact(t, path, first, second)
	if _, err := localstore.Open(path, localstore.Options{}); err != nil {
		t.Errorf("on a full disk it cannot be opened: %v", err)
	}
}

// refused saves what has no room, and looks at what is there then.
func refused(t *testing.T, path string, snapshots int) {
	t.Helper()
	s := open(t, path, localstore.Options{})
	defer s.Close()
	err := s.Save(t.Context(), storetest.Generate(20_000, 100_000))
	if err == nil || !strings.Contains(err.Error(), path) || errors.Is(err, graph.ErrCorrupt) {
		t.Fatalf("got %v, want an error that names the file", err)
	}
	t.Logf("refused: %v", err)
	if list, err := s.Snapshots(t.Context()); err != nil || len(list) != snapshots {
		t.Errorf("afterwards there is %v, %v", list, err)
	}
	if _, err := s.Load(t.Context(), ""); err != nil {
		t.Error(err)
	}
}

func intact(t *testing.T, path string, want ...*graph.Snapshot) {
	t.Helper()
	s := open(t, path, localstore.Options{})
	defer s.Close()
	for _, snap := range want {
		got, err := s.Load(t.Context(), snap.ID)
		if err != nil || graph.Assemble(got.Created, *got).ID != snap.ID {
			t.Errorf("snapshot %s: %v", snap.ID, err)
		}
	}
	if err := s.Save(t.Context(), storetest.Random(3, 2)); err != nil {
		t.Errorf("a small snapshot has room: %v", err)
	}
}
