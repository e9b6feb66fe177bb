package sources

import (
	"bytes"
	"compress/gzip"
	"errors"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"testing"
)

// packed gives what a source of n bytes packs to.
func packed(t *testing.T, n int64, from io.Reader) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "walk.txt.gz")
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	z := gzip.NewWriter(f)
	if _, err := io.CopyN(z, from, n); err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(z.Close(), f.Close()); err != nil {
		t.Fatal(err)
	}
	return path
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) { clear(p); return len(p), nil }

func TestABombIsRefusedBeforeItIsHeldInMemory(t *testing.T) {
	path := packed(t, 100<<20, zeros{})
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	_, err := ReadFile(path)
	runtime.ReadMemStats(&after)
	if large := (TooLarge{}); !errors.As(err, &large) || large.Limit != freeFile {
		t.Fatalf("the error is %v", err)
	}
	// TotalAlloc only grows, whatever is collected meanwhile.
	if got := after.TotalAlloc - before.TotalAlloc; got > 8<<20 {
		t.Errorf("%d bytes were allocated to refuse a file that unpacks to %d", got, 100<<20)
	}
}

func TestAFileIsHeldInMemoryOnce(t *testing.T) {
	const size = 8 << 20
	line := bytes.Repeat([]byte(".1.3.6.1.2.1.1.5.0 = STRING: core\n"), 1+size/34)[:size]
	path := packed(t, size, bytes.NewReader(line))
	plain := filepath.Join(t.TempDir(), "walk.txt")
	if err := os.WriteFile(plain, line, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, file := range []string{path, plain} {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		data, err := ReadFile(file)
		runtime.ReadMemStats(&after)
		if err != nil || !bytes.Equal(data, line) {
			t.Fatalf("%s: %d bytes, %v", filepath.Base(file), len(data), err)
		}
		if got := after.TotalAlloc - before.TotalAlloc; got > size+size/2 {
			t.Errorf("%s: %d bytes were allocated for %d", filepath.Base(file), got, size)
		}
	}
}
