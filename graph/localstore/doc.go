// Package localstore keeps snapshots and diagnoses in one file, for whoever
// runs Gujo without a database server.
//
// The file is a bbolt database. Its buckets are meta (the format's number),
// snapshots and diagnoses (what there is, in the order of saving), content
// (the columns of each snapshot, compressed in blocks) and documents (those of
// the diagnoses). Every value is sealed with the SHA-256 of its place and
// content, and the tree of pages is checked on opening, so that a flipped bit
// is an error that is [graph.ErrCorrupt] and never a wrong answer.
//
// Saving is one transaction: killed at any moment, or with the disk full, the
// file holds what it held before. One process writes or several read; whoever
// finds the file taken is told by whom ([LockedError]).
package localstore
