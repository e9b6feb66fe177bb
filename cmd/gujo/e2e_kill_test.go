//go:build linux

package main_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"net"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gosnmp/gosnmp"

	"gujo/cmd/gujo/command"
	"gujo/discovery/evidence"
	"gujo/discovery/replay"
	"gujo/discovery/snmp"
	"gujo/samples"
)

// What was finished is known from the other side. The collector asks a device one
// thing after another, and adds each table to the bundle before it asks for the
// next one. So a request for a row of a later table says that the earlier ones are
// finished, whenever the collector dies. The bytes of each are those of a run that
// nobody killed.
//
// That holds only if the request came from the collector of this very run, and
// means what the test takes it for:
//
//   - Ports are given out again. A datagram for somebody who left, such as an
//     answer that comes late, or the repeated request of another test's collector,
//     may reach a device of this run. So each run has a community of its own,
//     without which nothing is observed, and what is no request never is.
//   - A request counts whenever it is observed, also after the kill: it was sent
//     before. One that is not observed only makes the test weaker.
//   - The collector is this test's own binary, so that both have the same list of
//     tables whatever becomes of the sources meanwhile.
//   - A process is waited for until its last thread is gone, so nothing is written
//     while the bundle is looked at; and what was written stays in the kernel's
//     hands, whoever dies. Only a loss of power could take it back.

func TestMain(m *testing.M) {
	if os.Getenv(asCollector) != "" {
		os.Exit(command.Main(context.Background(), os.Args[1:], command.Environment()))
	}
	os.Exit(m.Run())
}

// asCollector, set, makes the test's binary be gujo.
const asCollector = "GUJO_E2E_COMMUNITY"

func TestNothingFinishedIsLostWhenCollectIsKilled(t *testing.T) {
	runs := 15
	if os.Getenv("GUJO_SOAK") == "1" {
		runs = 200
	}
	t.Chdir(t.TempDir())

	devices := startDevices(t, "undisturbed")
	whole := filepath.Join(t.TempDir(), "whole.zip")
	took := devices.collect(t, whole, 0)
	took = min(took, devices.collect(t, filepath.Join(t.TempDir(), "again.zip"), 0)) // the first also reads the program from disk
	devices.stop()
	want := contentOf(t, whole)
	finished := devices.finished()
	if len(finished) < 20 {
		t.Fatalf("the requests of a whole run tell of %d finished tables", len(finished))
	}
	for _, k := range finished {
		if _, ok := want[k]; !ok {
			t.Fatalf("the requests of a whole run say that %v is finished, and its bundle does not have it", k)
		}
	}

	rng := rand.New(rand.NewPCG(uint64(time.Now().UnixNano()), 9))
	cut, early, certain, kept := 0, 0, 0, 0
	for n := range runs {
		dir := t.TempDir()
		bundle := filepath.Join(dir, "b.zip")
		after := time.Duration(1 + rng.Int64N(int64(took)))
		devices := startDevices(t, fmt.Sprintf("run-%d-%d", n, rng.Uint64()))
		devices.collect(t, bundle, after)
		devices.stop()
		acknowledged := devices.finished()
		certain += len(acknowledged)
		if _, err := os.Stat(bundle); errors.Is(err, os.ErrNotExist) {
			if len(acknowledged) > 0 {
				t.Errorf("run %d, killed after %v: no bundle, though %v was finished", n, after, acknowledged)
			}
			early++
			continue
		}
		wasCut, found := checkKilled(t, dir, bundle)
		if wasCut {
			cut++
		}
		for k, content := range found {
			if want[k] != content {
				t.Errorf("run %d, killed after %v: %v is not what an undisturbed run has", n, after, k)
			}
		}
		for _, k := range acknowledged {
			if _, ok := found[k]; !ok {
				t.Errorf("run %d, killed after %v: %v was finished and is lost", n, after, k)
			}
		}
		kept += len(found)
	}
	t.Logf("%d runs of up to %v: %d cut off, %d killed before there was a bundle; %d entries finished for certain, %d kept",
		runs, took.Round(time.Millisecond), cut, early, certain, kept)
	if cut < runs/4 || certain == 0 {
		t.Error("too few collectors were killed at work: the test shows little")
	}
}

// A device of one run may get the port that somebody left in another: what comes
// for them says nothing of this run's collector.
func TestWhatStrangersSendDoesNotCountAsFinished(t *testing.T) {
	d := startDevices(t, "own")
	row := snmp.Tables()[len(snmp.Tables())-1].Columns[0] + ".7"
	for _, c := range []struct {
		what, community string
		kind            byte
		counts          bool
	}{
		{"the request of another run's collector", "other", 0xa1, false},
		{"a late answer to another run's collector", "other", 0xa2, false},
		{"a late answer to a collector of this run", "own", 0xa2, false},
		{"a request of this run's collector", "own", 0xa1, true},
	} {
		conn, err := net.Dial("udp4", d.targets[0])
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		message, err := (&gosnmp.SnmpPacket{Version: gosnmp.Version2c, Community: c.community, PDUType: gosnmp.PDUType(c.kind),
			Variables: []gosnmp.SnmpPDU{{Name: "." + row, Type: gosnmp.Null}}}).MarshalMsg()
		if err != nil {
			t.Fatal(err)
		}
		conn.Write(message)
		for wait := 0; len(d.finished()) == 0 && wait < 50 && (c.counts || wait < 5); wait++ {
			time.Sleep(20 * time.Millisecond)
		}
		if counts := len(d.finished()) > 0; counts != c.counts {
			t.Errorf("%s: tables count as finished: %v", c.what, counts)
		}
	}
}

// checkKilled imports a bundle as it is, and as recovered into a plain zip, and
// gives what is in it.
func checkKilled(t *testing.T, dir, bundle string) (cut bool, found map[asked]string) {
	t.Helper()
	s := site{t, dir}
	b, err := evidence.Open(bundle)
	if err != nil {
		if info, _ := os.Stat(bundle); info != nil && info.Size() > 0 {
			t.Errorf("%d bytes were written that cannot be read: %v", info.Size(), err)
		}
		return true, nil
	}
	cut = b.Recovered()
	b.Close()
	plain := bundle
	if cut {
		plain = filepath.Join(dir, "plain.zip")
		s.gujo("verify", "--recover", plain, bundle)
		if out, err := exec.Command("unzip", "-tqq", plain).CombinedOutput(); err != nil && !errors.Is(err, exec.ErrNotFound) {
			t.Errorf("what was recovered is no plain zip: %s", out)
		}
	}
	s.gujo("verify", plain)
	s.gujo("import", bundle)
	found = contentOf(t, bundle)
	if !maps.Equal(found, contentOf(t, plain)) {
		t.Error("what was recovered is not what can be read")
	}
	return cut, found
}

// contentOf gives the answers in a bundle, without the lines that say when they came.
func contentOf(t *testing.T, bundle string) map[asked]string {
	t.Helper()
	b, err := evidence.Open(bundle)
	if err != nil {
		t.Fatal(err)
	}
	defer b.Close()
	content := map[asked]string{}
	for _, e := range b.Entries() {
		data, err := b.Read(e)
		if err != nil {
			t.Error(err)
		}
		var answers []string
		for line := range strings.Lines(string(data)) {
			if !strings.HasPrefix(line, "#") {
				answers = append(answers, line)
			}
		}
		target := e.Target
		if at, err := netip.ParseAddrPort(target); err == nil {
			target = at.Addr().String() // each run has ports of its own
		}
		content[asked{target, e.Table}] = string(e.Outcome) + "\n" + strings.Join(answers, "")
	}
	return content
}

// asked is one table of one target.
type asked struct{ target, table string }

// devices are the machines of the sample site, each at a loopback address of its own.
type devices struct {
	community string   // without which they neither answer nor observe
	targets   []string // address:port, to be asked
	stops     []func() error

	at map[netip.Addr]string // where each is asked, by the address that it was recorded at

	mu   sync.Mutex
	last map[string]int // by target: how many tables, from the first, are finished for certain
}

func startDevices(t *testing.T, community string) *devices {
	t.Helper()
	path := filepath.Join(t.TempDir(), "site.zip")
	if err := os.WriteFile(path, samples.Bundle, 0o600); err != nil {
		t.Fatal(err)
	}
	agents, err := replay.Load(path)
	if err != nil {
		t.Fatal(err)
	}
	d := &devices{community: community, last: map[string]int{}, at: map[netip.Addr]string{}}
	for n, a := range agents {
		d.at[a.Addresses[0]] = fmt.Sprintf("127.0.3.%d", n+1)
	}
	server, err := replay.Start(agents, replay.Options{Community: community, Delay: time.Millisecond, Observe: d.observe})
	if err != nil {
		t.Fatal(err)
	}
	d.stops = append(d.stops, server.Close)
	t.Cleanup(d.stop)
	for _, a := range server.Agents() {
		target, stop := forward(t, d.at[a.Agent.Addresses[0]], a.At)
		d.targets, d.stops = append(d.targets, target), append(d.stops, stop)
	}
	return d
}

// stop ends the devices.
func (d *devices) stop() {
	for _, stop := range d.stops {
		stop()
	}
	d.stops = nil
}

// forward listens at an address for the agent that answers elsewhere, and gives
// address and port: the agents have one address together, and other ports in each
// run, by which nobody could compare two runs.
func forward(t *testing.T, address string, agent netip.AddrPort) (target string, stop func() error) {
	t.Helper()
	near, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.ParseIP(address)})
	if err != nil {
		t.Skipf("there is no second loopback address: %v", err)
	}
	far, err := net.DialUDP("udp4", nil, net.UDPAddrFromAddrPort(agent))
	if err != nil {
		t.Fatal(err)
	}
	var mu sync.Mutex
	var asker netip.AddrPort
	go func() {
		buffer := make([]byte, 65536)
		for {
			n, from, err := near.ReadFromUDPAddrPort(buffer)
			if errors.Is(err, net.ErrClosed) {
				return
			}
			mu.Lock()
			asker = from
			mu.Unlock()
			far.Write(buffer[:n])
		}
	}()
	go func() {
		buffer := make([]byte, 65536)
		for {
			n, err := far.Read(buffer)
			if errors.Is(err, net.ErrClosed) {
				return
			}
			mu.Lock()
			to := asker
			mu.Unlock()
			near.WriteToUDPAddrPort(buffer[:n], to)
		}
	}()
	return near.LocalAddr().String(), func() error { return errors.Join(near.Close(), far.Close()) }
}

// observe is told of every request with this run's community. Many tables are
// looked at together before they are read one by one, so only a request for what
// follows a row says that a table is being read, and those before it are finished.
func (d *devices) observe(agent netip.Addr, _ byte, objects []string) {
	for n, table := range snmp.Tables() {
		for _, column := range table.Columns {
			if _, row := snmp.Under(objects[0], column); row {
				d.mu.Lock()
				d.last[d.at[agent]] = max(d.last[d.at[agent]], n)
				d.mu.Unlock()
				return
			}
		}
	}
}

// finished lists the tables that are finished for certain.
func (d *devices) finished() []asked {
	d.mu.Lock()
	defer d.mu.Unlock()
	var out []asked
	for target, n := range d.last {
		for _, table := range snmp.Tables()[:n] {
			out = append(out, asked{target, table.Name})
		}
	}
	return out
}

// collect runs gujo collect against the devices, kills it after a while unless
// that is 0, and tells how long it took.
func (d *devices) collect(t *testing.T, bundle string, killAfter time.Duration) time.Duration {
	t.Helper()
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	ctx := context.Background()
	if killAfter > 0 {
		var cancel func()
		ctx, cancel = context.WithTimeout(ctx, killAfter)
		defer cancel()
	}
	cmd := exec.CommandContext(ctx, program, append([]string{"collect", "--snmp", "env:" + asCollector, "-o", bundle}, d.targets...)...)
	cmd.Env = append(os.Environ(), asCollector+"="+d.community)
	start := time.Now()
	out, err := cmd.CombinedOutput() // a context that ends kills with SIGKILL
	if err != nil && ctx.Err() == nil {
		t.Fatalf("gujo collect: %v\n%s", err, out)
	}
	return time.Since(start)
}
