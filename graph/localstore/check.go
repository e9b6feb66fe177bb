package localstore

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"hash/fnv"
	"io"

	"gujo/graph"
)

// The layout of a bbolt file, in the byte order of the machine: two meta pages,
// then pages of a header (id, flags, count, overflow) and count elements of 16
// bytes. A branch element is position, key size and page; a leaf element flags,
// position, key size and value size. A value flagged as a bucket begins with the
// page of its root, or 0 where the page itself follows.
const (
	pageHeader    = 16
	elementSize   = 16
	bucketHeader  = 16
	branchFlag    = 0x01
	leafFlag      = 0x02
	bucketFlag    = 0x01
	metaMagic     = 0xED0CDAED
	metaSize      = 64
	metaChecked   = 56 // bytes of a meta page that its checksum covers
	maxPageDepth  = 32
	maxCheckedKey = 1024 // ours have less than 100 bytes
)

var order = binary.NativeEndian

// checker walks the tree of pages and looks at each place that bbolt follows
// without looking: a loop of pages would exhaust the stack, which no program
// survives.
type checker struct {
	r        io.ReaderAt
	size     int64 // of the file
	pageSize int64
	pages    uint64   // the first that is not in use
	seen     []uint64 // a bit a page
}

// check reports whether the structure of a file is sound.
func check(r io.ReaderAt, size int64) error {
	c := checker{r: r, size: size}
	root, err := c.meta()
	if err != nil {
		return err
	}
	if int64(c.pages) > c.size/c.pageSize {
		return corrupt("cut off: %d bytes of %d", c.size, int64(c.pages)*c.pageSize)
	}
	c.seen = make([]uint64, c.pages/64+1)
	return c.page(root, nil, nil, 0)
}

// claim notes that a page is in use, once.
func (c *checker) claim(id uint64) bool {
	if id < 2 || id >= c.pages || c.seen[id/64]&(1<<(id%64)) != 0 {
		return false
	}
	c.seen[id/64] |= 1 << (id % 64)
	return true
}

func corrupt(format string, args ...any) error {
	return fmt.Errorf("%w: %s", graph.ErrCorrupt, fmt.Sprintf(format, args...))
}

// meta reads both meta pages, which have to be sound: of one alone bbolt would
// take the other, and with it the state before the last save.
func (c *checker) meta() (root uint64, err error) {
	var newest uint64
	var first [pageHeader + metaSize]byte
	if _, err := c.r.ReadAt(first[:], 0); err != nil {
		return 0, corrupt("no first page")
	}
	c.pageSize = int64(order.Uint32(first[pageHeader+8:]))
	if c.pageSize < 512 || c.pageSize > 1<<20 || c.pageSize&(c.pageSize-1) != 0 {
		return 0, corrupt("page size %d", c.pageSize)
	}
	for i := range int64(2) {
		var page [pageHeader + metaSize]byte
		if _, err := c.r.ReadAt(page[:], i*c.pageSize); err != nil {
			return 0, corrupt("no page %d", i)
		}
		meta := page[pageHeader:]
		sum := fnv.New64a()
		sum.Write(meta[:metaChecked])
		if order.Uint32(meta) != metaMagic || order.Uint64(meta[metaChecked:]) != sum.Sum64() || int64(order.Uint32(meta[8:])) != c.pageSize {
			return 0, corrupt("page %d", i)
		}
		if txid := order.Uint64(meta[48:]); i == 0 || txid > newest {
			newest, root, c.pages = txid, order.Uint64(meta[16:]), order.Uint64(meta[40:])
		}
	}
	return root, nil
}

// page checks the page of this number and all below; its keys are from low on
// and before high, nil meaning without bound.
func (c *checker) page(id uint64, low, high []byte, depth int) error {
	if !c.claim(id) {
		return corrupt("a reference to page %d", id)
	}
	base := int64(id) * c.pageSize
	var head [pageHeader]byte
	if _, err := c.r.ReadAt(head[:], base); err != nil {
		return corrupt("page %d", id)
	}
	over := uint64(order.Uint32(head[12:]))
	if order.Uint64(head[:]) != id || over >= c.pages-id {
		return corrupt("page %d", id)
	}
	for i := range over {
		if !c.claim(id + 1 + i) {
			return corrupt("page %d", id)
		}
	}
	return c.elements(id, base, base+int64(over+1)*c.pageSize, low, high, depth)
}

// elements checks the page that stands from base to end.
func (c *checker) elements(id uint64, base, end int64, low, high []byte, depth int) error {
	wrong := corrupt("page %d", id)
	if depth > maxPageDepth || end-base < pageHeader {
		return wrong
	}
	var head [pageHeader]byte
	if _, err := c.r.ReadAt(head[:], base); err != nil {
		return wrong
	}
	flags, count := order.Uint16(head[8:]), int64(order.Uint16(head[10:]))
	if flags != branchFlag && flags != leafFlag || flags == branchFlag && count == 0 || base+pageHeader+count*elementSize > end {
		return wrong
	}
	list := make([]byte, count*elementSize)
	if _, err := c.r.ReadAt(list, base+pageHeader); err != nil {
		return wrong
	}
	var last []byte
	type child struct {
		page uint64
		key  []byte
	}
	var children []child
	for i := range count {
		e := list[i*elementSize:]
		pos, ksize, vsize := order.Uint32(e), order.Uint32(e[4:]), uint32(0)
		if flags == leafFlag {
			pos, ksize, vsize = order.Uint32(e[4:]), order.Uint32(e[8:]), order.Uint32(e[12:])
		}
		at := base + pageHeader + i*elementSize + int64(pos)
		if ksize == 0 || ksize > maxCheckedKey || at < base+pageHeader+count*elementSize || at+int64(ksize)+int64(vsize) > end {
			return wrong
		}
		key := make([]byte, ksize)
		if _, err := c.r.ReadAt(key, at); err != nil {
			return wrong
		}
		if last != nil && bytes.Compare(last, key) >= 0 || low != nil && bytes.Compare(key, low) < 0 || high != nil && bytes.Compare(key, high) >= 0 {
			return wrong
		}
		last = key
		if flags == branchFlag {
			children = append(children, child{order.Uint64(e[8:]), key})
		} else if f := order.Uint32(e); f == bucketFlag {
			if err := c.bucket(id, at+int64(ksize), int64(vsize), depth); err != nil {
				return err
			}
		} else if f != 0 {
			return wrong
		}
	}
	for i, ch := range children {
		next := high
		if i+1 < len(children) {
			next = children[i+1].key
		}
		if err := c.page(ch.page, ch.key, next, depth+1); err != nil {
			return err
		}
	}
	return nil
}

// bucket checks the bucket whose header stands at a place in page id.
func (c *checker) bucket(id uint64, at, size int64, depth int) error {
	var head [bucketHeader]byte
	if size < bucketHeader {
		return corrupt("page %d", id)
	}
	if _, err := c.r.ReadAt(head[:], at); err != nil {
		return corrupt("page %d", id)
	}
	if root := order.Uint64(head[:]); root != 0 {
		return c.page(root, nil, nil, depth+1)
	}
	return c.elements(id, at+bucketHeader, at+size, nil, nil, depth+1)
}
