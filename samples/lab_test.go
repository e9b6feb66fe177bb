//go:build unix

package samples_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"gujo/discovery/sources"
	"gujo/graph"
	"gujo/graph/compile"
	"gujo/samples"
)

// site is the site of lab/site.sh, standing.
type site struct {
	t    *testing.T
	ctx  context.Context
	dir  string
	gujo string
	// prefix is what the names of its namespaces begin with, once it was built.
	prefix string
}

// needsLab skips where no site can be built.
func needsLab(t *testing.T) {
	t.Helper()
	if runtime.GOOS != "linux" || os.Geteuid() != 0 {
		t.Skip("needs root on Linux: the site is made of network namespaces")
	}
	for _, program := range []string{"bash", "ip", "unshare", "sysctl", "snmpd", "snmpbulkwalk", "lldpd", "keepalived"} {
		if _, err := lookPath(program); err != nil {
			lacks(t, program)
		}
	}
	probe := fmt.Sprintf("gaon-probe-%d", os.Getpid())
	ip, _ := lookPath("ip")
	if out, err := exec.Command(ip, "netns", "add", probe).CombinedOutput(); err != nil {
		t.Skipf("this root may not make network namespaces: %s", out)
	}
	// Entering one mounts its own /sys, which a bare chroot or a strict container refuses.
	said, refused := exec.Command(ip, "netns", "exec", probe, "unshare", "--pid", "--mount", "--uts", "--fork", "true").CombinedOutput()
	if out, err := exec.Command(ip, "netns", "del", probe).CombinedOutput(); err != nil {
		t.Errorf("ip netns del %s: %v %s", probe, err, out)
	}
	if refused != nil {
		t.Skipf("this root may not enter network namespaces: %s", said)
	}
}

// newSite gives a directory for a site. Whatever becomes of the test, killed
// processes included, a helper takes the site down when its pipe from the test is
// closed.
func newSite(t *testing.T) *site {
	t.Helper()
	s := &site{t: t, dir: filepath.Join(t.TempDir(), "site")}
	helper := exec.Command("bash", "-c", `read -r _; if [ -e "$1/prefix" ]; then exec lab/site.sh down "$1"; fi`, "bash", s.dir)
	helper.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	var said bytes.Buffer
	helper.Stderr = &said
	alive, err := helper.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := helper.Start(); err != nil {
		t.Fatal(err)
	}
	// Between a broken-off step and the teardown nothing of the site may start.
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Minute)
	s.ctx = ctx
	t.Cleanup(func() {
		cancel()
		alive.Close()
		if err := helper.Wait(); err != nil {
			t.Errorf("site.sh down: %v\n%s", err, &said)
		}
		if left := namespaces(t, s.prefix); len(left) > 0 {
			t.Errorf("left behind: %v", left)
		}
	})
	return s
}

// namespaces lists those whose name begins so; none for an empty prefix.
func namespaces(t *testing.T, prefix string) []string {
	t.Helper()
	ip, _ := lookPath("ip")
	out, err := exec.Command(ip, "netns", "list").Output()
	if err != nil {
		t.Fatal(err)
	}
	var list []string
	for line := range strings.Lines(string(out)) {
		if name, _, _ := strings.Cut(strings.TrimSpace(line), " "); prefix != "" && strings.HasPrefix(name, prefix) {
			list = append(list, name)
		}
	}
	return list
}

// run runs site.sh.
func (s *site) run(command string, args ...string) error {
	cmd := exec.CommandContext(s.ctx, "lab/site.sh", append([]string{command, s.dir}, args...)...)
	cmd.Env = append(os.Environ(), "GUJO_LAB_COMMUNITY=lab-of-a-test")
	// A broken-off step takes its children with it.
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
	cmd.WaitDelay = 5 * time.Second
	var said bytes.Buffer
	cmd.Stdout, cmd.Stderr = io.Discard, &said
	err := cmd.Start()
	if err == nil {
		if command == "up" {
			s.prefix = fmt.Sprintf("gaon-%d-", cmd.Process.Pid)
		}
		err = cmd.Wait()
	}
	if err != nil {
		return fmt.Errorf("site.sh %s %v: %w\n%s", command, args, err, &said)
	}
	return nil
}

func (s *site) must(command string, args ...string) {
	s.t.Helper()
	begin := time.Now()
	if err := s.run(command, args...); err != nil {
		s.t.Fatal(err)
	}
	s.t.Logf("site.sh %s %s: %v", command, strings.Join(args, " "), time.Since(begin).Round(10*time.Millisecond))
}

// build compiles the program that collects.
func (s *site) build() {
	s.t.Helper()
	s.gujo = filepath.Join(s.t.TempDir(), "gujo")
	if out, err := exec.CommandContext(s.ctx, "go", "build", "-o", s.gujo, "gujo/cmd/gujo").CombinedOutput(); err != nil {
		s.t.Fatalf("go build: %v\n%s", err, out)
	}
}

// collect crawls the site from its management station.
func (s *site) collect(inventory []byte) sources.Contents {
	s.t.Helper()
	dir := s.t.TempDir()
	inv, out := filepath.Join(dir, "inventory.yaml"), filepath.Join(dir, "out.bundle.zip")
	if err := os.WriteFile(inv, inventory, 0o600); err != nil {
		s.t.Fatal(err)
	}
	s.must("exec", s.gujo, "collect", "-i", inv, "-o", out)
	return read(s.t, out)
}

// The site is built again, crawled, compared with the recording, and broken.
func TestTheSiteBuiltAgainIsTheRecordedOne(t *testing.T) {
	needsLab(t)
	s := newSite(t)
	s.build()
	s.must("up")
	s.must("wait")

	fresh := snapshot(t, s.collect(samples.Inventory))
	if d := cmp.Diff(drawing(snapshot(t, recording(t))), drawing(fresh)); d != "" {
		t.Errorf("recorded and built again differ (-recorded +fresh):\n%s", d)
	}
	whole := known(t)
	if d := whole.diff(judge(t, fresh)); d != "" {
		t.Errorf("known and found differ (-known +found):\n%s", d)
	}
	if got := stoppedBy(t, fresh, "network_device/gw1"); got != "" {
		t.Errorf("without gw1 stops %q, and gw2 should take over", got)
	}

	// The gateway loses its peer, the database its cable. An agent may answer for
	// half a minute with what it knew before. Nobody asks after nas1 now, because
	// waiting for it takes longer than all the rest.
	s.must("break", "program", "gw2", "keepalived")
	s.must("break", "port", "acc2:p7")
	want := whole.changed([]string{
		"DIV-01 redundancy_group/vrrp-10.20.0.1",
		"DIV-01 redundancy_group/vrrp-10.20.10.1",
		"SPOF-SRV-02 server/db1",
	}, []string{
		"SPOF-NET-01 network_device/gw1",
		"SPOF-NET-03 redundancy_group/vrrp-10.20.0.1",
		"SPOF-NET-03 redundancy_group/vrrp-10.20.10.1",
	})
	want.Unknown = []string{"SPOF-SRV-02 server/db1"}
	want.Unread = nil
	var broken *graph.Snapshot
	for end := time.Now().Add(45 * time.Second); ; time.Sleep(time.Second) {
		broken = snapshot(t, s.collect(withoutNAS(t)))
		d := want.diff(judge(t, broken))
		if d == "" {
			break
		}
		if time.Now().After(end) {
			t.Fatalf("broken (-wanted +found):\n%s", d)
		}
	}
	if got := stoppedBy(t, broken, "network_device/gw1"); got != "service/minwon" {
		t.Errorf("without gw1 and its peer stops %q, not service/minwon", got)
	}
}

// stoppedBy names the services that stop without a machine.
func stoppedBy(t *testing.T, s *graph.Snapshot, machine string) string {
	t.Helper()
	a, err := compile.Analyze(s, compile.Options{})
	if err != nil {
		t.Fatal(err)
	}
	impact, err := a.Impact(t.Context(), []string{machine})
	if err != nil {
		t.Fatal(err)
	}
	var services []string
	for _, x := range impact.Stopped {
		if x.Kind == graph.Service.String() {
			services = append(services, x.Component)
		}
	}
	return strings.Join(services, " ")
}

// withoutNAS is the inventory without the target that never answers.
func withoutNAS(t *testing.T) []byte {
	t.Helper()
	target := []byte("  - {address: 10.20.0.99, name: nas1}\n")
	if !bytes.Contains(samples.Inventory, target) {
		t.Fatalf("the inventory does not hold %q", target)
	}
	return bytes.Replace(samples.Inventory, target, nil, 1)
}

func TestASiteThatFailsHalfWayLeavesNothing(t *testing.T) {
	needsLab(t)
	s := newSite(t)
	// An ip that knows no addresses.
	ip, _ := lookPath("ip")
	fake := t.TempDir()
	script := fmt.Sprintf("#!/bin/sh\nfor a; do [ \"$a\" = addr ] && echo no addresses today >&2 && exit 1; done\nexec %s \"$@\"\n", ip)
	if err := os.WriteFile(filepath.Join(fake, "ip"), []byte(script), 0o700); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", fake+string(os.PathListSeparator)+os.Getenv("PATH"))
	err := s.run("up")
	if err == nil || !strings.Contains(err.Error(), "no addresses today") {
		t.Errorf("up: %v", err)
	}
	if _, err := os.Stat(s.dir); !os.IsNotExist(err) {
		t.Errorf("its directory is still there: %v", err)
	}
	if left := namespaces(t, s.prefix); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}
