package resolve

// NoteKeys lists the keys of the notes that this package writes, with what
// their arguments mean; whoever prints notes has a text for each.
//
// About a machine:
//
//	merged.serial, merged.uuid, merged.chassis, merged.macs, merged.addresses
//	                    two targets and the identifier that both have
//	merged.decision     who, when, why
//	split               who, when, why
//	apart.serial        the other target and the identifier that both have: their serial numbers differ
//	ignored.shared      the other target and the identifier that both have: their interfaces have nothing in common
//	ignored.self        local port, protocol: it hears itself
//	ignored.macs        how many learned addresses belong to no known machine
//	heard.of            it was not read; its neighbours tell of it
//	heard.namesake      its name: another place tells of that name too, and nothing says whether both are one
//	declared.only       the name by which an inventory speaks of it; nothing else is known
//	kind.unknown        it did not say what it is
//	kind.declared       as observed, as declared
//	forwarding.ambiguous
//	                    its MAC address and the ports that learned it: none of them tells where it is plugged in
//	from.forwarding     the address that a forwarding table holds
//	gateway.unknown     the next hop of its default route, which no known machine has
//
// About a link (an end is a component's ID):
//
//	unconfirmed         the end whose table was read and does not tell of the link
//	unasked             the end whose table was not read
//	contradicted.name, contradicted.chassis, contradicted.serial
//	                    the neighbour in the row's words: that much of it does not fit the machine
//	contradicted.port   the neighbour in the row's words: protocols name different ports
//	segment             how many ends share it
//	from.adjacency, from.forwarding, from.partner
//	                    no neighbour protocol told of it
//	member.without.neighbour
//	                    the port, member of an aggregate
//	confirmed, confirmed.new
//	                    who, when, why
//
// About others:
//
//	aggregate.unconfirmed
//	                    of a group: the machine that was read and bundles none of these ports
//	member.told         of a group: the member that only the others tell of
//	member.unread       of a group: the member of which nobody read whether it takes part
//	zone.subnet.unknown of an access zone: the machine that it is attached to, not saying at which interface
//	gateway.several     of a subnet: the groups that may lead out of it
//	endpoint.unbound    the address that no machine has
//	endpoint.ambiguous  the machines that have the address
//	confirmed, denied   of "FROM TYPE TO": who, when, why, and of a denied link its ID
//	ignored.impossible  of "FROM TYPE TO": what was observed, but cannot be between these kinds
//	decision.unmatched  who, when, why: what it speaks of is not there
//	organisation        of no component, but of the whole (its subject is empty): whose
//	                    structure it is, in Korean and in English
func NoteKeys() []string {
	return []string{
		"aggregate.unconfirmed", "apart.serial", "confirmed", "confirmed.new", "contradicted.chassis", "contradicted.name", "contradicted.port", "contradicted.serial",
		"decision.unmatched", "declared.only", "denied", "endpoint.ambiguous", "endpoint.unbound", "forwarding.ambiguous", "from.adjacency", "from.forwarding", "from.partner",
		"gateway.several", "gateway.unknown", "heard.namesake", "heard.of", "ignored.impossible", "ignored.macs", "ignored.self", "ignored.shared", "kind.declared", "kind.unknown",
		"member.told", "member.unread", "member.without.neighbour", "merged.addresses", "merged.chassis", "merged.decision", "merged.macs", "merged.serial",
		"merged.uuid", "organisation", "segment", "split", "unasked", "unconfirmed", "zone.subnet.unknown",
	}
}

// noteOrganisations keeps whose structure it is, as the inventories say.
func (r *resolver) noteOrganisations() {
	for _, inv := range r.inventories {
		if o := inv.Organisation; o.KO != "" || o.EN != "" {
			r.note("", "organisation", nil, bounded(o.KO, maxExcerpt), bounded(o.EN, maxExcerpt))
		}
	}
}
