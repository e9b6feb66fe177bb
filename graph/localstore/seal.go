package localstore

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"runtime/debug"

	"gujo/graph"
)

// digestOf is the seal of a value: over its place too, so that a value that
// turns up under another key is as wrong as one with a flipped bit.
func digestOf(bucket, key, payload []byte) [sha256.Size]byte {
	h := sha256.New()
	h.Write(bucket)
	h.Write([]byte{0})
	h.Write(key)
	h.Write([]byte{0})
	h.Write(payload)
	return [sha256.Size]byte(h.Sum(nil))
}

func seal(bucket, key, payload []byte) []byte {
	d := digestOf(bucket, key, payload)
	return append(d[:], payload...)
}

// unseal gives the payload of a sealed value, not copied.
func unseal(bucket, key, value []byte) ([]byte, error) {
	if len(value) < sha256.Size || digestOf(bucket, key, value[sha256.Size:]) != [sha256.Size]byte(value[:sha256.Size]) {
		return nil, graph.ErrCorrupt
	}
	return value[sha256.Size:], nil
}

// guard runs f and makes an error of a panic. bbolt panics on pages that make
// no sense, and a file that another program cuts off while it is mapped faults.
func guard(f func() error) (err error) {
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("%w: %v", graph.ErrCorrupt, r)
		}
	}()
	return f()
}

// named says what an error is about, once.
func named(what string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%s: %w", what, err)
}

var errReadOnly = errors.New("opened for reading only")
