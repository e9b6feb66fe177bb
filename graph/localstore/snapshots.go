package localstore

import (
	"context"
	"errors"
	"fmt"

	bolt "go.etcd.io/bbolt"

	"gujo/graph"
)

// maxID bounds an ID, in bytes; a digest in hexadecimal has 64.
const maxID = 256

func checkID(what, id string) error {
	if id == "" || len(id) > maxID {
		return fmt.Errorf("%s: want an ID of 1 to %d bytes, have %d", what, maxID, len(id))
	}
	return nil
}

// snapshotRecord is what a snapshot's record holds.
type snapshotRecord struct {
	graph.SnapshotInfo
	Parts []part `json:"parts"`
}

// Save implements [graph.Store].
func (s *Store) Save(ctx context.Context, snap *graph.Snapshot) error {
	if err := checkID("snapshot", snap.ID); err != nil {
		return named(s.path, err)
	}
	if s.readOnly {
		return named(s.path, errReadOnly)
	}
	parts, blocks, err := compress(ctx, snap.ID, encode(snap))
	if err != nil {
		return named(s.path, named("snapshot "+snap.ID, err))
	}
	rec := snapshotRecord{Parts: parts, SnapshotInfo: graph.SnapshotInfo{
		ID: snap.ID, Created: snap.Created, Components: len(snap.Components), Relations: len(snap.Relations),
	}}
	for _, b := range blocks {
		rec.Bytes += int64(len(b.value))
	}
	return s.update(ctx, func(tx *bolt.Tx) error {
		bucket := tx.Bucket(contentBucket)
		// Written anew even if it is there: so saving again heals what was damaged.
		for _, b := range blocks {
			if err := ctx.Err(); err != nil {
				return err
			}
			if err := bucket.Put(b.key, b.value); err != nil {
				return err
			}
		}
		return add(tx, snapshotBucket, snap.ID, rec)
	})
}

// Load implements [graph.Store]. Each block of the snapshot is compared with the
// digest it was stored with.
func (s *Store) Load(ctx context.Context, id string) (*graph.Snapshot, error) {
	var rec snapshotRecord
	var sections map[string][]byte
	err := s.view(ctx, func(tx *bolt.Tx) error {
		e, err := pick(entries[snapshotRecord](tx, snapshotBucket, "snapshot"), "snapshot", id)
		if err != nil {
			return err
		}
		rec = e.rec
		sections, err = decompress(ctx, tx.Bucket(contentBucket), rec.ID, rec.Parts)
		return named("snapshot "+rec.ID, err)
	})
	if err != nil {
		return nil, err
	}
	content, err := decode(sections)
	if err == nil && (len(content.Components) != rec.Components || len(content.Relations) != rec.Relations) {
		err = errColumns
	}
	if err != nil {
		if !errors.Is(err, graph.ErrNewerFormat) {
			err = fmt.Errorf("%w: %w", graph.ErrCorrupt, err)
		}
		return nil, named(s.path, named("snapshot "+rec.ID, err))
	}
	return graph.Restore(rec.ID, rec.Created, content), nil
}

// Snapshots implements [graph.Store].
func (s *Store) Snapshots(ctx context.Context) ([]graph.SnapshotInfo, error) {
	var list []graph.SnapshotInfo
	err := s.view(ctx, func(tx *bolt.Tx) error {
		for _, e := range entries[snapshotRecord](tx, snapshotBucket, "snapshot") {
			if e.err != nil {
				return e.err
			}
			list = append(list, e.rec.SnapshotInfo)
		}
		return nil
	})
	return list, err
}
