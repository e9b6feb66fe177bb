package localstore

import (
	"fmt"
	"testing"

	bolt "go.etcd.io/bbolt"
)

// SetFormat makes a store claim another format.
func SetFormat(t *testing.T, path string, format int) {
	t.Helper()
	db, err := bolt.Open(path, 0o600, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	err = db.Update(func(tx *bolt.Tx) error {
		return tx.Bucket(metaBucket).Put(formatKey, seal(metaBucket, formatKey, fmt.Append(nil, format)))
	})
	if err != nil {
		t.Fatal(err)
	}
}
