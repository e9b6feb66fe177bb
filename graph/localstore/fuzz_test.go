package localstore

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"gujo/graph"
	"gujo/graph/storetest"
)

// FuzzDecode replaces one section of a snapshot. What is read then has its
// indexes in range, so that a view of it can be made.
func FuzzDecode(f *testing.F) {
	sections := encode(storetest.Random(7, 12))
	for i, s := range sections {
		f.Add(uint8(i), s.data)
		f.Add(uint8(i), s.data[:len(s.data)/2])
	}
	f.Fuzz(func(t *testing.T, which uint8, data []byte) {
		m := map[string][]byte{}
		for i, s := range sections {
			m[s.name] = s.data
			if int(which) == i {
				m[s.name] = bytes.Clone(data)
			}
		}
		s, err := decode(m)
		if err != nil {
			if strings.Contains(err.Error(), "runtime error") {
				t.Fatal(err)
			}
			return
		}
		graph.NewView(&s)
	})
}

// FuzzCheck gives the check of the structure any file: it ends, without a panic,
// and what it takes is not read outside of the file.
func FuzzCheck(f *testing.F) {
	path := filepath.Join(f.TempDir(), "gujo.db")
	s, err := Open(path, Options{})
	if err != nil {
		f.Fatal(err)
	}
	if err := s.Save(f.Context(), storetest.Random(1, 1)); err != nil {
		f.Fatal(err)
	}
	s.Close()
	data, err := os.ReadFile(path)
	if err != nil {
		f.Fatal(err)
	}
	// The seed is what changes, laid over the sound file at a place.
	f.Add(uint32(0), data[:80])
	f.Add(uint32(8192), data[8192:8300])
	f.Fuzz(func(t *testing.T, at uint32, patch []byte) {
		damaged := bytes.Clone(data)
		if int(at) < len(damaged) {
			copy(damaged[at:], patch)
		}
		if err := check(bytes.NewReader(damaged), int64(len(damaged))); err != nil && !errors.Is(err, graph.ErrCorrupt) {
			t.Fatalf("got %v, want ErrCorrupt", err)
		}
	})
}
