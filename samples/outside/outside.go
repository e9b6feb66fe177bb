// Package outside gives tests what stands outside of the project: recordings of
// other people's networks, which may not be shipped with it, and net-snmp's
// programs, which judge what this project says over the wire. It is for tests of
// all packages, and imports none of them.
package outside

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// Root gives the project's directory: the one above the test that has a go.mod.
func Root(t testing.TB) string {
	t.Helper()
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			t.Fatal("there is no go.mod above the test")
		}
		dir = parent
	}
}

// Shared gives what lies at a path, with slashes, in the folder that a checkout
// may have beside it, ../shared. Where it is not there, the test is skipped.
func Shared(t testing.TB, path string) string {
	t.Helper()
	found := filepath.Join(Root(t), "..", "shared", filepath.FromSlash(path))
	if _, err := os.Stat(found); err != nil {
		t.Skipf("%s is not here: %v", path, err)
	}
	return found
}

// Program finds a program of a package of the operating system, among those for
// administrators too. Where it is not installed the test is skipped or, with
// GUJO_TEST_ALL=1, fails.
func Program(t testing.TB, name, pkg string) string {
	t.Helper()
	path, err := exec.LookPath(name)
	if err == nil {
		return path
	}
	if path = "/usr/sbin/" + name; executable(path) {
		return path
	}
	if os.Getenv("GUJO_TEST_ALL") == "1" {
		t.Fatalf("%s of the package %s is not installed: %v", name, pkg, err)
	}
	t.Skipf("needs %s of the package %s: %v", name, pkg, err)
	return ""
}

func executable(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.Mode().IsRegular() && info.Mode()&0o111 != 0
}
