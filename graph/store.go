package graph

import (
	"context"
	"errors"
	"time"
)

// Errors that callers of a [Store] tell apart.
var (
	// ErrNotFound: no snapshot or diagnosis has this ID, or the store is empty.
	ErrNotFound = errors.New("not found")
	// ErrAmbiguous: a shortened ID fits several.
	ErrAmbiguous = errors.New("ambiguous")
	// ErrNewerFormat: the store was written by a newer version of Gujo.
	ErrNewerFormat = errors.New("written by a newer version")
	// ErrCorrupt: what is stored does not have the digest it was stored with.
	ErrCorrupt = errors.New("corrupt")
	// ErrLocked: another process holds the store.
	ErrLocked = errors.New("locked")
)

// Store keeps snapshots and diagnoses. An ID may be shortened to a prefix that
// fits one only; an empty ID means the one saved last.
type Store interface {
	// Save adds a snapshot, whole or not at all; saving the same again makes it the latest.
	Save(ctx context.Context, s *Snapshot) error
	// Load gives a snapshot back exactly as it was saved.
	Load(ctx context.Context, id string) (*Snapshot, error)
	// Snapshots lists what is stored, in the order of saving.
	Snapshots(ctx context.Context) ([]SnapshotInfo, error)
	// SaveDiagnosis adds a diagnosis of a stored snapshot.
	SaveDiagnosis(ctx context.Context, d StoredDiagnosis) error
	// LoadDiagnosis gives a diagnosis back.
	LoadDiagnosis(ctx context.Context, id string) (StoredDiagnosis, error)
	// Diagnoses lists the diagnoses, in the order of saving, without their documents.
	Diagnoses(ctx context.Context) ([]StoredDiagnosis, error)
	Close() error
}

// SnapshotInfo describes a stored snapshot.
type SnapshotInfo struct {
	ID         string    `json:"snapshot"`
	Created    time.Time `json:"created"`
	Components int       `json:"components"`
	Relations  int       `json:"relations"`
	Bytes      int64     `json:"bytes"` // as stored
}

// StoredDiagnosis is a diagnosis as a store keeps it: the document is opaque to it.
type StoredDiagnosis struct {
	ID       string    `json:"diagnosis"` // SHA-256 of the document, in hexadecimal
	Snapshot string    `json:"snapshot"`
	Created  time.Time `json:"created"` // of the snapshot
	Document []byte    `json:"-"`       // JSON, schema gujo/findings/v1
}
