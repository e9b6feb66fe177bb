package evidence

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"time"
)

// The parts of a zip file that a bundle uses, by the names of APPNOTE.TXT 6.3.10:
// local file header (4.3.7), central directory header (4.3.12), zip64 end of
// central directory record and locator (4.3.14, 4.3.15), end of central directory
// record (4.3.16). Sizes and checksum always stand in the local header; there are
// no data descriptors, comments, disks, encryption or archive prefixes.
const (
	localSignature     = 0x04034b50
	directorySignature = 0x02014b50
	end64Signature     = 0x06064b50
	locator64Signature = 0x07064b50
	endSignature       = 0x06054b50

	localSize     = 30
	directorySize = 46
	end64Size     = 56
	locator64Size = 20
	endSize       = 22

	stored   = 0
	deflated = 8

	flagUTF8 = 1 << 11

	describedExtra = 0x4a47 // "GJ": the entry's description, JSON; in the local header only
	zip64Extra     = 0x0001

	madeByUnix   = 3<<8 | 45
	fileMode0600 = 0o100600 << 16

	collectionName = "collection.json"
	manifestName   = "manifest.json"
)

// Bounds of a bundle; the writer refuses what the reader would.
const (
	MaxEntrySize = 1 << 30   // bytes of one entry
	MaxEntries   = 2_000_000 // in one bundle
	MaxTotal     = 64 << 30  // bytes of all entries
	maxManifest  = 2 << 30

	// Nothing above freeRatio bytes may be packed tighter than 1:maxRatio.
	maxRatio  = 200
	freeRatio = 64 << 10
)

// description is what the extra field of a record holds.
type description struct {
	Entry *Entry  `json:"entry"`
	Clock *Offset `json:"clock,omitempty"` // of the entry's target, once known
	Sent  *Sent   `json:"sent,omitempty"`  // to the entry's target, so far
}

// record is one member of the zip.
type record struct {
	name     string
	method   uint16
	crc      uint32
	packed   uint32
	size     uint32
	date     uint32 // MS-DOS date and time, UTC
	describe []byte // JSON of desc, to be written; nil for collection.json and manifest.json
	desc     description
	offset   int64 // of the local header
	data     int64 // offset of the packed bytes
}

// end is where the next record begins.
func (r *record) end() int64 { return r.data + int64(r.packed) }

// flags has the UTF-8 bit for a name that is not ASCII.
func (r *record) flags() uint16 {
	for i := range len(r.name) {
		if r.name[i] >= 0x80 {
			return flagUTF8
		}
	}
	return 0
}

// appendLocal writes the local header.
func (r *record) appendLocal(b []byte) []byte {
	le := binary.LittleEndian
	b = le.AppendUint32(b, localSignature)
	b = le.AppendUint16(b, 20)
	b = r.appendCommon(b)
	extra := 0
	if r.describe != nil {
		extra = 4 + len(r.describe)
	}
	b = le.AppendUint16(b, uint16(extra))
	b = append(b, r.name...)
	if r.describe != nil {
		b = le.AppendUint16(b, describedExtra)
		b = le.AppendUint16(b, uint16(len(r.describe)))
		b = append(b, r.describe...)
	}
	return b
}

// appendCommon writes what the local and the directory header share.
func (r *record) appendCommon(b []byte) []byte {
	le := binary.LittleEndian
	b = le.AppendUint16(b, r.flags())
	b = le.AppendUint16(b, r.method)
	b = le.AppendUint32(b, r.date)
	b = le.AppendUint32(b, r.crc)
	b = le.AppendUint32(b, r.packed)
	b = le.AppendUint32(b, r.size)
	return le.AppendUint16(b, uint16(len(r.name)))
}

// appendDirectory writes the directory header.
func (r *record) appendDirectory(b []byte) []byte {
	le := binary.LittleEndian
	far := r.offset >= 0xffffffff
	b = le.AppendUint32(b, directorySignature)
	b = le.AppendUint16(b, madeByUnix)
	if far {
		b = le.AppendUint16(b, 45)
	} else {
		b = le.AppendUint16(b, 20)
	}
	b = r.appendCommon(b)
	if far {
		b = le.AppendUint16(b, 12)
	} else {
		b = le.AppendUint16(b, 0)
	}
	b = le.AppendUint16(b, 0) // comment
	b = le.AppendUint16(b, 0) // disk
	b = le.AppendUint16(b, 0) // internal attributes
	b = le.AppendUint32(b, fileMode0600)
	if far {
		b = le.AppendUint32(b, 0xffffffff)
	} else {
		b = le.AppendUint32(b, uint32(r.offset))
	}
	b = append(b, r.name...)
	if far {
		b = le.AppendUint16(b, zip64Extra)
		b = le.AppendUint16(b, 8)
		b = le.AppendUint64(b, uint64(r.offset))
	}
	return b
}

// directory gives the end of a closed bundle, which begins at the given offset:
// all directory headers and the end records.
func directory(records []record, at int64) []byte {
	b := make([]byte, 0, len(records)*(directorySize+64))
	for i := range records {
		b = records[i].appendDirectory(b)
	}
	le := binary.LittleEndian
	size, count := int64(len(b)), len(records)
	count16, size32, at32 := uint16(count), uint32(size), uint32(at)
	if count >= 0xffff || size >= 0xffffffff || at >= 0xffffffff {
		b = le.AppendUint32(b, end64Signature)
		b = le.AppendUint64(b, end64Size-12)
		b = le.AppendUint16(b, madeByUnix)
		b = le.AppendUint16(b, 45)
		b = le.AppendUint32(b, 0)
		b = le.AppendUint32(b, 0)
		b = le.AppendUint64(b, uint64(count))
		b = le.AppendUint64(b, uint64(count))
		b = le.AppendUint64(b, uint64(size))
		b = le.AppendUint64(b, uint64(at))
		b = le.AppendUint32(b, locator64Signature)
		b = le.AppendUint32(b, 0)
		b = le.AppendUint64(b, uint64(at+size))
		b = le.AppendUint32(b, 1)
		count16, size32, at32 = 0xffff, 0xffffffff, 0xffffffff
	}
	b = le.AppendUint32(b, endSignature)
	b = le.AppendUint16(b, 0)
	b = le.AppendUint16(b, 0)
	b = le.AppendUint16(b, count16)
	b = le.AppendUint16(b, count16)
	b = le.AppendUint32(b, size32)
	b = le.AppendUint32(b, at32)
	return le.AppendUint16(b, 0)
}

// errCutOff says that a file ends before the record does.
var errCutOff = errors.New("cut off")

// readRecord reads the local header at an offset and checks everything that can
// be checked without the packed bytes. The error is errCutOff where the file, of
// the given size, ends within the record, and io.EOF where no record begins here
// but the directory does.
func readRecord(f io.ReaderAt, offset, fileSize int64) (record, error) {
	r := record{offset: offset}
	left := fileSize - offset
	var head [localSize]byte
	if left < 4 {
		return r, errCutOff
	}
	if err := readAt(f, head[:min(left, localSize)], offset); err != nil {
		return r, err
	}
	le := binary.LittleEndian
	switch sig := le.Uint32(head[:]); {
	case sig == directorySignature || sig == endSignature:
		return r, io.EOF
	case sig != localSignature:
		return r, fmt.Errorf("offset %d: no zip record begins here", offset)
	case left < localSize:
		return r, errCutOff
	}
	needed, flags := le.Uint16(head[4:]), le.Uint16(head[6:])
	r.method = le.Uint16(head[8:])
	r.date = le.Uint32(head[10:])
	r.crc = le.Uint32(head[14:])
	r.packed = le.Uint32(head[18:])
	r.size = le.Uint32(head[22:])
	nameLen, extraLen := int(le.Uint16(head[26:])), int(le.Uint16(head[28:]))
	if left < int64(localSize+nameLen) {
		return r, errCutOff
	}
	r.data = offset + int64(localSize+nameLen+extraLen)
	rest := make([]byte, min(left-localSize, int64(nameLen+extraLen)))
	if err := readAt(f, rest, offset+localSize); err != nil {
		return r, err
	}
	r.name = string(rest[:nameLen])
	if err := checkName(r.name); err != nil {
		return r, err
	}
	fail := func(format string, args ...any) (record, error) {
		return r, fmt.Errorf("entry %q: %s", r.name, fmt.Sprintf(format, args...))
	}
	switch {
	case flags&1 != 0:
		return fail("is encrypted")
	case flags&8 != 0:
		return fail("its size stands behind it, not before it: not written by gujo")
	case flags != r.flags():
		return fail("has unknown flags %#x", flags)
	case r.method != stored && r.method != deflated:
		return fail("is packed by method %d, want stored (0) or deflated (8)", r.method)
	case needed != 20:
		return fail("needs zip version %d, want 20", needed)
	case r.name != manifestName && r.size > MaxEntrySize, r.size > maxManifest:
		return fail("is %d bytes long, the limit is %d", r.size, MaxEntrySize)
	case r.name == manifestName && r.method != stored:
		return fail("is packed, want stored")
	case r.method == stored && r.packed != r.size:
		return fail("is stored, yet %d bytes are said to become %d", r.packed, r.size)
	case tooTight(r.size, r.packed):
		return fail("%d packed bytes are said to become %d, which is more than %d times as many", r.packed, r.size, maxRatio)
	}
	if left < int64(localSize+nameLen+extraLen) {
		return r, errCutOff
	}
	if own := r.name == collectionName || r.name == manifestName; own != (extraLen == 0) {
		return fail("has no description of where it comes from: not written by gujo")
	} else if !own {
		extra := rest[nameLen:]
		if extraLen < 4 || le.Uint16(extra) != describedExtra || int(le.Uint16(extra[2:])) != extraLen-4 {
			return fail("has no description of where it comes from: not written by gujo")
		}
		if err := json.Unmarshal(extra[4:], &r.desc); err != nil {
			return fail("its description: %v", err)
		}
		e := r.desc.Entry
		switch {
		case e == nil:
			return fail("its description is of nothing")
		case e.Name != r.name:
			return fail("its description is of %q", e.Name)
		case e.Size != int64(r.size):
			return fail("its description says %d bytes, the zip says %d", e.Size, r.size)
		}
	}
	if r.end() > fileSize {
		return r, errCutOff
	}
	return r, nil
}

// tooTight tells a zip bomb from a well compressed text.
func tooTight(size, packed uint32) bool {
	return size > freeRatio && uint64(size) > maxRatio*uint64(packed)
}

// readAt fills b; an end of file is an error like any other.
func readAt(f io.ReaderAt, b []byte, offset int64) error {
	n, err := f.ReadAt(b, offset)
	if n == len(b) {
		return nil
	}
	if err == io.EOF || err == nil {
		err = io.ErrUnexpectedEOF
	}
	return err
}

// dosTime gives the date and time of a zip header, which reach from 1980 to 2107.
func dosTime(t time.Time) uint32 {
	t = t.UTC()
	if t.Year() < 1980 {
		return 1<<21 | 1<<16
	}
	if t.Year() > 2107 {
		t = time.Date(2107, 12, 31, 23, 59, 58, 0, time.UTC)
	}
	date := uint32(t.Year()-1980)<<9 | uint32(t.Month())<<5 | uint32(t.Day())
	clock := uint32(t.Hour())<<11 | uint32(t.Minute())<<5 | uint32(t.Second())/2
	return date<<16 | clock
}

// checksum is the zip's.
func checksum(data []byte) uint32 { return crc32.ChecksumIEEE(data) }
