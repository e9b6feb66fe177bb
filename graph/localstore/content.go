package localstore

import (
	"context"
	"fmt"
	"strconv"

	"github.com/klauspost/compress/zstd"
	bolt "go.etcd.io/bbolt"
	"golang.org/x/sync/errgroup"

	"gujo/graph"
)

// blockSize is how much of a section is compressed in one piece: large enough to
// compress well, small enough to use all processors.
const blockSize = 4 << 20

// maxSection bounds, in bytes, a section that is read.
const maxSection = 1 << 40

// A part says where a section lies: in how many blocks, and how long it is.
type part struct {
	Name string `json:"name"`
	Size int    `json:"size"`
}

func (p part) blocks() int { return (p.Size + blockSize - 1) / blockSize }

func blockKey(id, name string, i int) []byte {
	return []byte(id + "/" + name + "/" + strconv.Itoa(i))
}

type block struct{ key, value []byte }

// compress cuts sections into blocks, compresses and seals them.
func compress(ctx context.Context, id string, sections []section) (parts []part, blocks []block, err error) {
	enc, err := zstd.NewWriter(nil, zstd.WithEncoderLevel(zstd.SpeedFastest))
	if err != nil {
		return nil, nil, err
	}
	defer enc.Close()
	for _, s := range sections {
		p := part{s.name, len(s.data)}
		parts = append(parts, p)
		for i := range p.blocks() {
			blocks = append(blocks, block{key: blockKey(id, s.name, i), value: s.data[i*blockSize : min(len(s.data), (i+1)*blockSize)]})
		}
	}
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(processors())
	for i := range blocks {
		g.Go(func() error {
			if err := ctx.Err(); err != nil {
				return err
			}
			b := &blocks[i]
			b.value = seal(contentBucket, b.key, enc.EncodeAll(b.value, nil))
			return nil
		})
	}
	return parts, blocks, g.Wait()
}

// decompress is the inverse of compress.
func decompress(ctx context.Context, bucket *bolt.Bucket, id string, parts []part) (map[string][]byte, error) {
	dec, err := zstd.NewReader(nil, zstd.WithDecoderConcurrency(0), zstd.WithDecoderMaxMemory(blockSize))
	if err != nil {
		return nil, err
	}
	defer dec.Close()
	sections := map[string][]byte{}
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(processors())
	for _, p := range parts {
		if p.Size < 0 || int64(p.Size) > maxSection {
			return nil, fmt.Errorf("section %s: %w", p.Name, graph.ErrCorrupt)
		}
		// Looked up before memory is made for it, so that a wrong size meets a missing block.
		values := make([][]byte, 0, 16)
		for i := range p.blocks() {
			v := bucket.Get(blockKey(id, p.Name, i))
			if v == nil {
				return nil, fmt.Errorf("section %s: %w: block %d is missing", p.Name, graph.ErrCorrupt, i)
			}
			values = append(values, v)
		}
		data := make([]byte, p.Size)
		sections[p.Name] = data
		for i, v := range values {
			to := data[i*blockSize : min(p.Size, (i+1)*blockSize)]
			key := blockKey(id, p.Name, i)
			g.Go(func() error {
				if err := ctx.Err(); err != nil {
					return err
				}
				return named("section "+p.Name, guard(func() error {
					packed, err := unseal(contentBucket, key, v)
					if err != nil {
						return err
					}
					got, err := dec.DecodeAll(packed, to[:0:len(to)])
					if err == nil && len(got) != len(to) {
						err = fmt.Errorf("%d bytes, want %d", len(got), len(to))
					}
					if err != nil {
						return fmt.Errorf("%w: %w", graph.ErrCorrupt, err)
					}
					return nil
				}))
			})
		}
	}
	if err := g.Wait(); err != nil {
		return nil, err
	}
	return sections, nil
}
