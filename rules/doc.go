// Package rules judges a snapshot. A [Rule] is data: which components it looks
// at, what it needs to have been observed, what it asserts, and its texts in
// both languages; a [Pack] is a directory of rules with their citations and
// tests. [Run] gives a [Diagnosis].
//
// # Verdicts
//
// For each component that select picks, a rule says not_applicable where applies
// is false; otherwise fail or pass, by assert or by a named analysis; and unknown
// where what needs.to_fail or needs.to_pass asks for was not observed: what was
// not observed never passes. A rule that cannot be evaluated says error, and the
// others go on. A failure is confirmed, or possible where it rests on an assumed
// relation or holds in the pessimistic reading only. A message with confidence:
// possible is for those alone, and claims no more than was seen; without one the other
// messages must read true either way.
//
// Of tables of which any one tells (any), one was read and none of the others was
// asked for in vain: an empty table does not stand in for one that was denied.
//
// That there is no second way is known as far as neighbours were read. Where
// network devices on both sides of a cut were only heard of, or their neighbour
// tables were not read, a link between them would be in nobody's table: the verdict
// is unknown and names them. Of a graph of which nothing was collected, a drawing,
// what it does not show is not there.
//
// # Targets
//
// select.kind takes the kinds of the graph and target: an address or name that
// somebody tried to read and that became no component. The subject is then that
// text, and all that is known of it is what its gaps say: id, kind and name,
// asked, tables_required (what the gaps name) and tables_read (0). The verdict is
// unknown and its gaps are what is missing, whatever the rule asserts. An address
// that was only heard of and lies out of scope is no target.
//
// # Severity
//
// The table is ours (tool default): no public source gives one.
//
//	best grade of the services hit   a service stops   redundancy is lost or thin
//	1                                critical          high
//	2                                high              medium
//	3                                medium            low
//	4                                low               info
//	none                             ungraded          ungraded
//
// Five services or more: one level up. Confidence possible: one level down. A
// finding that hits no service is low where services are graded, else ungraded.
// A rule may name services besides those that the analyses hit: they lean on its
// subject though the graph does not stop them with the cut, as where nobody said
// from where a server is used. They count as services whose redundancy is thin.
// A rule of weight weakens always stands in the last column, one of weight
// evidence is always low. What is not a failure has severity info.
//
// # One defect, one finding
//
// Rules share the ground so that a defect is told once where it can be:
//
//   - a server's cable is SPOF-SRV-02's, a cable of an aggregate SPOF-NET-04's,
//     any other SPOF-NET-02's; an aggregate that joins a server and has one cable
//     left is SPOF-SRV-02's;
//   - a host whose guests stop the same services is told through its guests;
//   - each open end is told by one rule: SPOF-NET-01 what concerns ways and
//     attachments, SPOF-SRV-01 the rest.
//
// Unknowns are not joined either: that a device was not read leaves a question of
// EVD-01, SPOF-NET-01 and PWR-01 open each. A finding about many devices would
// have another fingerprint whenever one of them is read, so that a waiver lapsed
// and a defect of last year whose device is no longer read would seem mended.
//
// Not joined, because their remedies differ: a device on the only path and its
// link (a cable helps one of them); a lone router (SPOF-NET-01) and the gateway
// that it is (SPOF-NET-03: a second router without a protocol takes over nothing).
package rules
