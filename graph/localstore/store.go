package localstore

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"sync"
	"time"

	bolt "go.etcd.io/bbolt"
	bolterrors "go.etcd.io/bbolt/errors"

	"gujo/graph"
)

// Format is the number of the file format that this version writes. It reads
// those up to it.
const Format = 1

var (
	metaBucket      = []byte("meta")
	snapshotBucket  = []byte("snapshots")
	diagnosisBucket = []byte("diagnoses")
	contentBucket   = []byte("content")
	documentBucket  = []byte("documents")
	allBuckets      = [][]byte{metaBucket, snapshotBucket, diagnosisBucket, contentBucket, documentBucket}

	formatKey = []byte("format")
)

// Options say how to open a store. The zero value opens for writing, and makes
// the file where there is none.
type Options struct {
	// ReadOnly opens for reading: several processes can do so at once. The file
	// must exist.
	ReadOnly bool
	// Timeout is how long to wait for a store that another process holds; 0 is
	// DefaultTimeout.
	Timeout time.Duration
}

// DefaultTimeout is how long [Open] waits for a store that another process holds.
const DefaultTimeout = time.Second

// Store is a [graph.Store] in one file. It can be used by several goroutines.
type Store struct {
	db       *bolt.DB
	path     string
	readOnly bool
	unnote   sync.Once
}

var _ graph.Store = (*Store)(nil)

// Open opens the store in a file, and checks its structure. Errors are
// [graph.ErrLocked] (a [*LockedError]), [graph.ErrNewerFormat],
// [graph.ErrCorrupt], [fs.ErrNotExist], or tell that the file is no store.
func Open(path string, o Options) (*Store, error) {
	if o.Timeout <= 0 {
		o.Timeout = DefaultTimeout
	}
	if !o.ReadOnly {
		if err := create(path); err != nil {
			return nil, err
		}
	}
	if err := recognize(path); err != nil {
		return nil, err
	}
	// The structure is checked through a file opened for reading, as bbolt
	// follows it on opening for writing.
	s, err := open(path, true, o.Timeout)
	if err != nil || o.ReadOnly {
		return s, err
	}
	if err := s.Close(); err != nil {
		return nil, err
	}
	if s, err = open(path, false, o.Timeout); err != nil {
		return nil, err
	}
	leaveNote(path)
	return s, nil
}

// recognize tells a store from other files.
func recognize(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err // names the file
	}
	defer f.Close()
	if info, err := f.Stat(); err != nil || !info.Mode().IsRegular() {
		return fmt.Errorf("%s: not a Gujo store: not a regular file", path)
	}
	var page [pageHeader + metaSize]byte
	n, err := io.ReadFull(f, page[:])
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		return err
	}
	if n < len(page) {
		return fmt.Errorf("%s: not a Gujo store: %d bytes", path, n)
	}
	if order.Uint32(page[pageHeader:]) == metaMagic {
		return nil
	}
	// One page may be damaged: the second, of the usual page sizes, tells too.
	for _, size := range []int64{4096, 8192, 16384, 65536} {
		var second [4]byte
		if _, err := f.ReadAt(second[:], size+pageHeader); err == nil && order.Uint32(second[:]) == metaMagic {
			return fmt.Errorf("%s: %w", path, corrupt("page 0"))
		}
	}
	return fmt.Errorf("%s: not a Gujo store", path)
}

func open(path string, readOnly bool, timeout time.Duration) (*Store, error) {
	var file *os.File
	var db *bolt.DB
	err := guard(func() (err error) {
		db, err = bolt.Open(path, 0o600, &bolt.Options{
			Timeout: timeout, ReadOnly: readOnly, NoStatistics: true,
			// The list of free pages is found anew on opening for writing: one
			// that was stored and got damaged would have live pages overwritten.
			NoFreelistSync: true, FreelistType: bolt.FreelistMapType,
			OpenFile: func(name string, flag int, mode os.FileMode) (*os.File, error) {
				var err error
				file, err = os.OpenFile(name, flag&^os.O_CREATE, mode)
				return file, err
			},
		})
		return err
	})
	if err != nil {
		if errors.Is(err, bolterrors.ErrTimeout) {
			return nil, &LockedError{path, holders(path)}
		}
		if errors.Is(err, bolterrors.ErrInvalid) || errors.Is(err, bolterrors.ErrChecksum) || errors.Is(err, bolterrors.ErrVersionMismatch) {
			err = fmt.Errorf("%w: %w", graph.ErrCorrupt, err)
		}
		if pe := (*fs.PathError)(nil); errors.As(err, &pe) {
			return nil, err
		}
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	s := &Store{db: db, path: path, readOnly: readOnly}
	err = guard(func() error {
		if readOnly {
			info, err := file.Stat()
			if err != nil {
				return err
			}
			if err := check(file, info.Size()); err != nil {
				return err
			}
		}
		return s.checkFormat()
	})
	if err != nil {
		db.Close()
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return s, nil
}

func (s *Store) checkFormat() error {
	return s.db.View(func(tx *bolt.Tx) error {
		meta := tx.Bucket(metaBucket)
		if meta == nil {
			return errors.New("not a Gujo store")
		}
		value := meta.Get(formatKey)
		if value == nil {
			return errors.New("not a Gujo store")
		}
		data, err := unseal(metaBucket, formatKey, value)
		if err != nil {
			return fmt.Errorf("its format: %w", err)
		}
		var format int
		if err := json.Unmarshal(data, &format); err != nil || format < 1 {
			return fmt.Errorf("its format: %w", graph.ErrCorrupt)
		}
		if format > Format {
			return fmt.Errorf("%w: format %d, this version reads up to %d", graph.ErrNewerFormat, format, Format)
		}
		for _, name := range allBuckets {
			if tx.Bucket(name) == nil {
				return fmt.Errorf("%w: no bucket %s", graph.ErrCorrupt, name)
			}
		}
		return nil
	})
}

// create makes an empty store, complete or not at all, unless there is a file.
func create(path string) error {
	if _, err := os.Lstat(path); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	tmp, err := os.CreateTemp(filepath.Dir(path), ".gujo-store-*") // made 0600
	if err != nil {
		return called(path, err)
	}
	name := tmp.Name()
	defer os.Remove(name)
	if err := tmp.Close(); err != nil {
		return called(path, err)
	}
	err = guard(func() error {
		db, err := bolt.Open(name, 0o600, &bolt.Options{NoFreelistSync: true, FreelistType: bolt.FreelistMapType})
		if err != nil {
			return err
		}
		err = db.Update(func(tx *bolt.Tx) error {
			for _, b := range allBuckets {
				if _, err := tx.CreateBucket(b); err != nil {
					return err
				}
			}
			return tx.Bucket(metaBucket).Put(formatKey, seal(metaBucket, formatKey, fmt.Append(nil, Format)))
		})
		return errors.Join(err, db.Close())
	})
	if err != nil {
		return called(path, err)
	}
	// A link, unlike a rename, never replaces what another process made meanwhile.
	if err := os.Link(name, path); err != nil && !errors.Is(err, fs.ErrExist) {
		if _, missing := os.Lstat(path); missing == nil {
			return nil
		}
		if err := os.Rename(name, path); err != nil { // a file system without links
			return called(path, err)
		}
	}
	return syncDir(filepath.Dir(path))
}

// called gives an error about a file under a passing name as one about the path
// that it was to have.
func called(path string, err error) error {
	if at := (*fs.PathError)(nil); errors.As(err, &at) {
		return &fs.PathError{Op: "create", Path: path, Err: at.Err}
	}
	if at := (*os.LinkError)(nil); errors.As(err, &at) {
		return &fs.PathError{Op: "create", Path: path, Err: at.Err}
	}
	return fmt.Errorf("%s: %w", path, err)
}

// syncDir makes a new name in a directory last, where the system can.
func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return nil
	}
	defer d.Close()
	d.Sync()
	return nil
}

// Close releases the store.
func (s *Store) Close() error {
	if !s.readOnly {
		s.unnote.Do(func() { removeNote(s.path) })
	}
	return s.db.Close()
}

func processors() int { return runtime.GOMAXPROCS(0) }

// view and update run a transaction; their errors name the file.
func (s *Store) view(ctx context.Context, f func(tx *bolt.Tx) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	return named(s.path, guard(func() error { return s.db.View(f) }))
}

func (s *Store) update(ctx context.Context, f func(tx *bolt.Tx) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if s.readOnly {
		return named(s.path, errReadOnly)
	}
	return named(s.path, guard(func() error { return s.db.Update(f) }))
}
