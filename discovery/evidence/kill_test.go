//go:build unix

package evidence

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// TestMain also is the collector that the tests below start and kill.
func TestMain(m *testing.M) {
	if path := os.Getenv("GUJO_TEST_BUNDLE"); path != "" {
		seed, _ := strconv.ParseUint(os.Getenv("GUJO_TEST_SEED"), 10, 64)
		limit, _ := strconv.ParseUint(os.Getenv("GUJO_TEST_LIMIT"), 10, 64)
		if err := collectUntilKilled(path, seed, limit); err != nil {
			fmt.Println("error", strings.ReplaceAll(err.Error(), "\n", " "))
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// content is what entry n of a collector is made of.
func content(seed uint64, n int) []byte {
	rng := rand.New(rand.NewPCG(seed, uint64(n)))
	data := make([]byte, rng.IntN(40_000))
	for i := range data {
		data[i] = "0123456789abcdef\n"[rng.IntN(17)]
	}
	return data
}

// collectUntilKilled writes a bundle from four goroutines and acknowledges each
// entry on standard output once Add has returned.
func collectUntilKilled(path string, seed, limit uint64) error {
	if limit > 0 {
		signal.Ignore(syscall.SIGXFSZ)
		if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &syscall.Rlimit{Cur: limit, Max: limit}); err != nil {
			return err
		}
	}
	w, err := Create(path, testManifest())
	if err != nil {
		return err
	}
	fmt.Println("created")
	total := int(seed % 97)
	errs := make([]error, 4)
	var wg sync.WaitGroup
	for k := range errs {
		wg.Go(func() {
			for n := k; n < total; n += len(errs) {
				target := fmt.Sprintf("10.0.0.%d", k)
				w.AddSent(target, 1, int64(n))
				e := entryOf(target, strconv.Itoa(n))
				e.Name = strconv.Itoa(n)
				e, err := w.Add(e, content(seed, n))
				if err != nil {
					errs[k] = err
					return
				}
				os.Stdout.WriteString(fmt.Sprintf("ack %d %s\n", n, e.Digest)) // one write: lines do not mix
			}
		})
	}
	wg.Wait()
	if err := w.Close(); err != nil {
		return errors.Join(append(errs, err)...)
	}
	fmt.Println("closed")
	return errors.Join(errs...)
}

// runCollector runs one until it ends, or is killed after the delay, and gives
// what it acknowledged.
func runCollector(t *testing.T, path string, seed, limit uint64, delay time.Duration) (created, closed bool, acks map[int]string, failed string) {
	t.Helper()
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(exe)
	cmd.Env = append(os.Environ(), "GUJO_TEST_BUNDLE="+path, fmt.Sprint("GUJO_TEST_SEED=", seed), fmt.Sprint("GUJO_TEST_LIMIT=", limit))
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	acks = map[int]string{}
	started := false
	in := bufio.NewScanner(out)
	for in.Scan() {
		if !started && delay > 0 {
			// The moment counts from the first sign of life.
			started = true
			timer := time.AfterFunc(delay, func() { cmd.Process.Kill() })
			defer timer.Stop()
		}
		switch f := strings.Fields(in.Text()); {
		case len(f) == 1 && f[0] == "created":
			created = true
		case len(f) == 1 && f[0] == "closed":
			closed = true
		case len(f) == 3 && f[0] == "ack":
			n, _ := strconv.Atoi(f[1])
			acks[n] = f[2]
		case len(f) > 0 && f[0] == "error":
			failed = in.Text()
		}
	}
	cmd.Wait()
	return created, closed, acks, failed
}

// checkSurvivors holds a bundle against what its collector acknowledged, and
// recovers it into a plain zip if it was cut off.
func checkSurvivors(t *testing.T, path string, seed uint64, acks map[int]string) (recovered bool, entries int) {
	t.Helper()
	b, err := Open(path)
	if err != nil {
		t.Fatalf("seed %d: %v", seed, err)
	}
	defer func() { b.Close() }()
	if b.Recovered() {
		recovered = true
		if err := b.Verify(); !errors.Is(err, ErrNoManifest) || strings.Contains(err.Error(), "entry") && strings.Contains(err.Error(), "digest") {
			t.Errorf("seed %d: verifying what was cut off: %v", seed, err)
		}
		plain := path + ".recovered"
		if err := Recover(path, plain); err != nil {
			t.Fatalf("seed %d: %v", seed, err)
		}
		b.Close()
		if b, err = Open(plain); err != nil {
			t.Fatalf("seed %d: %v", seed, err)
		}
	}
	if b.Recovered() {
		t.Errorf("seed %d: what was recovered is called cut off", seed)
	}
	if err := b.Verify(); err != nil {
		t.Errorf("seed %d: %v", seed, err)
	}
	found := map[int]bool{}
	for _, e := range b.Entries() {
		n, _ := strconv.Atoi(e.Name)
		data, err := b.Read(e)
		if err != nil || !bytes.Equal(data, content(seed, n)) {
			t.Errorf("seed %d: entry %d is not what was added (%v)", seed, n, err)
		}
		if s := b.Manifest().Sent[e.Target]; s.Requests == 0 {
			t.Errorf("seed %d: what was sent to %s is lost", seed, e.Target)
		}
		found[n] = true
	}
	for n := range acks {
		if !found[n] {
			t.Errorf("seed %d: entry %d was acknowledged and is lost", seed, n)
		}
	}
	return recovered, len(found)
}

func TestNothingFinishedIsLostWhenTheCollectorIsKilled(t *testing.T) {
	runs := 20
	if os.Getenv("GUJO_SOAK") == "1" {
		runs = 200
	}
	rng := rand.New(rand.NewPCG(uint64(time.Now().UnixNano()), 7))
	cut, saved, acknowledged := 0, 0, 0
	for i := range runs {
		path := filepath.Join(t.TempDir(), "b.zip")
		seed := rng.Uint64()
		delay := time.Duration(1 + rng.Int64N(int64(60*time.Millisecond)))
		created, closed, acks, failed := runCollector(t, path, seed, 0, delay)
		if failed != "" {
			t.Fatalf("run %d: %s", i, failed)
		}
		if !created {
			continue
		}
		recovered, entries := checkSurvivors(t, path, seed, acks)
		if closed && recovered {
			t.Errorf("seed %d: closed, yet called cut off", seed)
		}
		if recovered {
			cut++
		}
		saved += entries
		acknowledged += len(acks)
	}
	t.Logf("%d collectors, %d cut off, %d entries acknowledged, %d found", runs, cut, acknowledged, saved)
	if cut == 0 {
		t.Error("no collector was killed while it wrote: the test shows nothing")
	}
}

func TestNothingFinishedIsLostWhenTheDiskIsFull(t *testing.T) {
	full := 0
	for seed := uint64(90); seed < 96; seed++ {
		path := filepath.Join(t.TempDir(), "b.zip")
		created, closed, acks, failed := runCollector(t, path, seed, 200_000+seed*1000, 0)
		if !created || closed && failed == "" {
			t.Errorf("seed %d: the disk was never full: %s", seed, failed)
			continue
		}
		full++
		if !strings.Contains(failed, "file too large") {
			t.Errorf("seed %d: the error is %q", seed, failed)
		}
		if len(acks) == 0 {
			t.Errorf("seed %d: nothing was acknowledged", seed)
		}
		checkSurvivors(t, path, seed, acks)
	}
	if full == 0 {
		t.Error("the test shows nothing")
	}
}
