package localstore

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"

	"github.com/klauspost/compress/zstd"
	bolt "go.etcd.io/bbolt"

	"gujo/graph"
)

// maxDocument bounds, in bytes, the document of a diagnosis.
const maxDocument = 1 << 30

// diagnosisRecord is what a diagnosis' record holds.
type diagnosisRecord struct {
	graph.StoredDiagnosis
	Size int `json:"size"` // of the document
}

// SaveDiagnosis implements [graph.Store]. The ID has to be the digest of the
// document, the snapshot to be stored.
func (s *Store) SaveDiagnosis(ctx context.Context, d graph.StoredDiagnosis) error {
	if sum := sha256.Sum256(d.Document); hex.EncodeToString(sum[:]) != d.ID {
		return named(s.path, fmt.Errorf("diagnosis %s: its ID is not the digest of its document", d.ID))
	}
	if len(d.Document) > maxDocument {
		return named(s.path, fmt.Errorf("diagnosis %s: %d bytes, want at most %d", d.ID, len(d.Document), maxDocument))
	}
	enc, err := zstd.NewWriter(nil, zstd.WithEncoderConcurrency(1))
	if err != nil {
		return err
	}
	defer enc.Close()
	packed := enc.EncodeAll(d.Document, nil)
	return s.update(ctx, func(tx *bolt.Tx) error {
		found, err := pick(entries[snapshotRecord](tx, snapshotBucket, "snapshot"), "snapshot", d.Snapshot)
		if err == nil && found.id != d.Snapshot || errors.Is(err, graph.ErrAmbiguous) {
			err = fmt.Errorf("snapshot %s: %w", d.Snapshot, graph.ErrNotFound) // here a prefix is no ID
		}
		if err != nil {
			return named("diagnosis "+d.ID, err)
		}
		key := []byte(d.ID)
		if err := tx.Bucket(documentBucket).Put(key, seal(documentBucket, key, packed)); err != nil {
			return err
		}
		d.Created = d.Created.UTC()
		return add(tx, diagnosisBucket, d.ID, diagnosisRecord{d, len(d.Document)})
	})
}

// LoadDiagnosis implements [graph.Store].
func (s *Store) LoadDiagnosis(ctx context.Context, id string) (graph.StoredDiagnosis, error) {
	var d graph.StoredDiagnosis
	err := s.view(ctx, func(tx *bolt.Tx) error {
		e, err := pick(entries[diagnosisRecord](tx, diagnosisBucket, "diagnosis"), "diagnosis", id)
		if err != nil {
			return err
		}
		d = e.rec.StoredDiagnosis
		key := []byte(d.ID)
		packed, err := unseal(documentBucket, key, tx.Bucket(documentBucket).Get(key))
		if err != nil {
			return named("diagnosis "+d.ID, err)
		}
		dec, err := zstd.NewReader(nil, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxMemory(maxDocument))
		if err != nil {
			return err
		}
		defer dec.Close()
		if d.Document, err = dec.DecodeAll(packed, nil); err != nil || len(d.Document) != e.rec.Size {
			return named("diagnosis "+d.ID, graph.ErrCorrupt)
		}
		return nil
	})
	if err != nil {
		return graph.StoredDiagnosis{}, err
	}
	return d, nil
}

// Diagnoses implements [graph.Store].
func (s *Store) Diagnoses(ctx context.Context) ([]graph.StoredDiagnosis, error) {
	var list []graph.StoredDiagnosis
	err := s.view(ctx, func(tx *bolt.Tx) error {
		for _, e := range entries[diagnosisRecord](tx, diagnosisBucket, "diagnosis") {
			if e.err != nil {
				return e.err
			}
			list = append(list, e.rec.StoredDiagnosis)
		}
		return nil
	})
	return list, err
}
