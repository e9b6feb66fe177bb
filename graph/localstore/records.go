package localstore

import (
	"encoding/binary"
	"encoding/json"
	"fmt"
	"strings"

	bolt "go.etcd.io/bbolt"

	"gujo/graph"
)

// Snapshots and diagnoses are listed in buckets of their own: the key is eight
// bytes that grow with each save, and the ID; the value a sealed JSON record. So
// a record that is damaged still says whose it is.
const numberSize = 8

// An entry is one record, or what is wrong with it.
type entry[T any] struct {
	key []byte
	id  string
	rec T
	err error
}

// entries reads all records of a bucket, in the order of saving.
func entries[T any](tx *bolt.Tx, bucket []byte, what string) []entry[T] {
	var list []entry[T]
	c := tx.Bucket(bucket).Cursor()
	for k, v := c.First(); k != nil; k, v = c.Next() {
		e := entry[T]{key: append([]byte(nil), k...)}
		if len(k) > numberSize {
			e.id = strings.ToValidUTF8(string(k[numberSize:]), "\ufffd")
		}
		payload, err := unseal(bucket, k, v)
		if err == nil && json.Unmarshal(payload, &e.rec) != nil {
			err = graph.ErrCorrupt
		}
		if err != nil {
			e.err = fmt.Errorf("%s %s: its record: %w", what, e.id, err)
		}
		list = append(list, e)
	}
	if n, err := tally(tx, bucket); err != nil || n != len(list) {
		missing := fmt.Errorf("%s records: %w: there are %d of %d", what, graph.ErrCorrupt, len(list), n)
		list = append(list, entry[T]{err: missing})
	}
	return list
}

// tally gives how many records a bucket should have. It is kept apart: a page
// that claims to hold fewer than it does is not noticed otherwise.
func tally(tx *bolt.Tx, bucket []byte) (n int, err error) {
	value := tx.Bucket(metaBucket).Get(bucket)
	if value == nil {
		return 0, nil // before the first save
	}
	payload, err := unseal(metaBucket, bucket, value)
	if err != nil {
		return 0, err
	}
	return n, json.Unmarshal(payload, &n)
}

// pick gives the entry of an ID, which may be shortened to a prefix; of none the last.
func pick[T any](list []entry[T], what, id string) (found entry[T], err error) {
	var fits []entry[T]
	for _, e := range list {
		if e.id == id {
			return e, e.err
		}
		if strings.HasPrefix(e.id, id) {
			fits = append(fits, e)
		}
	}
	for _, e := range list {
		// It may be this one that is missing, or its ID that is damaged.
		if e.err != nil && (e.id == "" || len(fits) == 0) {
			return found, e.err
		}
	}
	if len(fits) == 0 {
		if id == "" {
			return found, fmt.Errorf("%s: %w: there is none yet", what, graph.ErrNotFound)
		}
		return found, fmt.Errorf("%s %s: %w", what, id, graph.ErrNotFound)
	}
	if id != "" && len(fits) > 1 {
		return found, fmt.Errorf("%s %s: %w: %s", what, id, graph.ErrAmbiguous, names(fits))
	}
	found = fits[len(fits)-1]
	return found, found.err
}

// maxNamed bounds how many IDs an error names.
const maxNamed = 5

func names[T any](list []entry[T]) string {
	var ids []string
	for _, e := range list[:min(len(list), maxNamed)] {
		ids = append(ids, e.id)
	}
	if more := len(list) - maxNamed; more > 0 {
		ids = append(ids, fmt.Sprintf("and %d more", more))
	}
	return strings.Join(ids, ", ")
}

// add writes a record as the last of its bucket, in place of an earlier one of
// the same ID.
func add(tx *bolt.Tx, bucket []byte, id string, record any) error {
	payload, err := json.Marshal(record)
	if err != nil {
		return err
	}
	b := tx.Bucket(bucket)
	next, n := uint64(1), 1
	var earlier [][]byte
	c := b.Cursor()
	for k, _ := c.First(); k != nil; k, _ = c.Next() {
		if len(k) < numberSize {
			return fmt.Errorf("bucket %s: %w", bucket, graph.ErrCorrupt)
		}
		next = binary.BigEndian.Uint64(k) + 1
		if string(k[numberSize:]) == id {
			earlier = append(earlier, append([]byte(nil), k...))
		} else {
			n++
		}
	}
	for _, k := range earlier {
		if err := b.Delete(k); err != nil {
			return err
		}
	}
	if have, err := tally(tx, bucket); err != nil || have != n-1+len(earlier) {
		return fmt.Errorf("bucket %s: %w: records are missing", bucket, graph.ErrCorrupt)
	}
	if err := tx.Bucket(metaBucket).Put(bucket, seal(metaBucket, bucket, fmt.Append(nil, n))); err != nil {
		return err
	}
	key := append(binary.BigEndian.AppendUint64(nil, next), id...)
	return b.Put(key, seal(bucket, key, payload))
}
