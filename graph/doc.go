// Package graph is the vocabulary that the rest of Gujo shares: the dependency
// graph of an organisation's information systems, from power feed to public
// service, at one time.
//
// A [Snapshot] holds components and the relations between them, together with
// the evidence that supports each, the gaps in what could be read, and the
// conflicts between sources. A relation points from the component that needs to
// the one that is needed. Redundancy is always a component of its own, of kind
// [RedundancyGroup]: whoever needs the group needs k of its members.
//
// Snapshots are made by a [Builder], which refuses what the vocabulary does not
// allow, and walked through a [View]. The package imports nothing of ours.
package graph
