package evidence

import (
	"errors"
	"fmt"
	"os"
	"strings"
)

// Recover writes what was finished of a bundle that was cut off, or what is
// whole of a damaged one, as a closed bundle, and says so in its manifest. The
// entries keep names, bytes, digests and order. Nothing of from is changed; to
// must not exist.
func Recover(from, to string) error {
	file, err := os.Open(from)
	if err != nil {
		return fmt.Errorf("bundle: %w", err)
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return fmt.Errorf("bundle: %w", err)
	}
	b, err := read(file, info.Size(), true)
	if err != nil {
		return fmt.Errorf("bundle %s: %w", from, err)
	}
	b.path = from
	if !b.recovered {
		return fmt.Errorf("bundle %s: is closed and sound, there is nothing to recover", from)
	}
	m := b.manifest
	m.Recovered = "this holds what was whole of a bundle that was cut off or damaged"
	if len(b.lost) > 0 {
		m.Recovered += "; damaged and left out: " + strings.Join(b.lost, ", ")
	}
	w, err := Create(to, m)
	if err != nil {
		return err
	}
	for _, e := range b.Entries() {
		data, err := b.Read(e)
		if err == nil {
			_, err = w.Add(e, data)
		}
		if err != nil {
			return errors.Join(err, w.file.Close(), os.Remove(to))
		}
	}
	return w.Close()
}
