// Package evidence keeps the bytes that targets gave, as they gave them, in a
// bundle: one zip file that is appended to while collecting and that an auditor
// can check without us.
//
// A bundle begins with collection.json, which says who collects, and goes on
// with one record an [Entry]: an ordinary zip member whose local header carries
// the entry's description as an extra field. Each record is written by one
// write, with its sizes and checksum already in the header, so whatever was
// finished can be read although the collector was killed. [Writer.Close] adds
// manifest.json, with the digest of every entry and every record, and the zip
// directory; from then on the bundle is a plain zip.
//
// [Open] accepts only what [Writer] writes, byte for byte: every bit of a closed
// bundle is either content under a SHA-256 or derived from such content, so
// [Bundle.Verify] notices every change. Who made a change on purpose and
// computed all digests anew is found by comparing [Manifest.Digest] with the one
// noted at collection.
package evidence
