package graph

import "fmt"

// RelationType says what one component needs another for. The set is closed,
// and its constants are in the order of their names.
type RelationType uint8

// The relation types; [endsOf] says which kinds each may join.
const (
	RelationInvalid RelationType = iota
	AdjacentTo
	Aggregates
	AttachedTo
	BacksUpTo
	BalancesTo
	BoundTo
	CarriedBy
	ConnectsTo
	ControlledBy
	CooledBy
	EnteredAt
	FailsOverTo
	InSubnet
	InVLAN
	InVRF
	InZone
	Joins
	LocatedIn
	ManagedBy
	Member
	PartOf
	PoweredBy
	ProvidedBy
	ReplicatesTo
	Requires
	ResolvesTo
	RunsOn
	ServedBy
	Shares
	StoredOn
	UsedFrom
	Uses
	relationCount
)

var relationNames = [relationCount]string{
	"invalid", "adjacent_to", "aggregates", "attached_to", "backs_up_to", "balances_to", "bound_to", "carried_by",
	"connects_to", "controlled_by", "cooled_by", "entered_at", "fails_over_to", "in_subnet", "in_vlan", "in_vrf",
	"in_zone", "joins", "located_in", "managed_by", "member", "part_of", "powered_by", "provided_by",
	"replicates_to", "requires", "resolves_to", "runs_on", "served_by", "shares", "stored_on", "used_from", "uses",
}

var relationByName = func() map[string]RelationType {
	m := make(map[string]RelationType, relationCount)
	for t := RelationInvalid + 1; t < relationCount; t++ {
		m[relationNames[t]] = t
	}
	return m
}()

// String gives the type's name in the exchange format, such as "runs_on".
func (t RelationType) String() string {
	if t >= relationCount {
		return fmt.Sprintf("relation(%d)", uint8(t))
	}
	return relationNames[t]
}

// ParseRelationType is the inverse of [RelationType.String].
func ParseRelationType(name string) (RelationType, error) {
	if t, ok := relationByName[name]; ok {
		return t, nil
	}
	return RelationInvalid, fmt.Errorf("unknown relation %q", name)
}

// RelationTypes lists every relation type, by name.
func RelationTypes() []RelationType {
	all := make([]RelationType, 0, relationCount-1)
	for t := RelationInvalid + 1; t < relationCount; t++ {
		all = append(all, t)
	}
	return all
}

// ends is one allowed pairing of kinds.
type ends struct{ from, to kindSet }

var (
	recoverable = (anyKind &^ cannotFail) | setOf(Service, VirtualServer)
	ofMatter    = setOf(Server, NetworkDevice, Module, Interface, Link, PowerSupply, PowerSource, Rack, Room, Circuit,
		CarrierFacility, Storage, Volume, External)
	scoped = setOf(Interface, Server, VirtualServer, Endpoint, AccessZone, RedundancyGroup)
)

// endsOf is the table of what each relation may join.
var endsOf = [relationCount][]ends{
	AdjacentTo: {{setOf(Interface, NetworkDevice, Server), setOf(Interface, NetworkDevice, Server, External)}},
	Aggregates: {{setOf(Link), setOf(RedundancyGroup)}},
	AttachedTo: {{setOf(Server, AccessZone), setOf(Interface, NetworkDevice, Subnet)}},
	BacksUpTo:  {{recoverable, recoverable}},
	BalancesTo: {{setOf(VirtualServer), setOf(RedundancyGroup)}},
	BoundTo:    {{setOf(Endpoint), setOf(Server, NetworkDevice, External, RedundancyGroup)}},
	CarriedBy: {
		{setOf(Link), setOf(Circuit, CarrierFacility, RedundancyGroup)},
		{setOf(Circuit), setOf(Circuit, CarrierFacility)},
	},
	ConnectsTo:   {{setOf(Application), setOf(Endpoint, DNSName, VirtualServer, RedundancyGroup)}},
	ControlledBy: {{setOf(NetworkDevice), setOf(RedundancyGroup)}},
	CooledBy:     {{setOf(Room), setOf(PowerSource, RedundancyGroup)}},
	EnteredAt:    {{setOf(Service), setOf(DNSName, VirtualServer, Endpoint)}},
	FailsOverTo:  {{recoverable, recoverable}},
	InSubnet:     {{scoped, setOf(Subnet)}},
	InVLAN:       {{scoped, setOf(VLAN)}},
	InVRF:        {{scoped, setOf(VRF)}},
	InZone:       {{setOf(DNSName, DNSZone), setOf(DNSZone)}},
	Joins:        {{setOf(Link), setOf(Interface, NetworkDevice, Server, PowerSource, Storage)}},
	LocatedIn: {
		{ofMatter &^ setOf(Rack, Room), setOf(Rack, Room, Site)},
		{setOf(Rack), setOf(Room, Site)},
		{setOf(Room, Site), setOf(Site)},
	},
	ManagedBy: {{recoverable, recoverable}},
	Member:    {{setOf(RedundancyGroup), anyKind}},
	PartOf: {
		{setOf(Interface, Module), setOf(Module, NetworkDevice, Server, Storage, PowerSource, Interface)},
		{setOf(PowerSupply), setOf(NetworkDevice, Server, Storage, PowerSource, Module)},
	},
	PoweredBy: {
		{setOf(NetworkDevice, Server, Storage, PowerSource, Rack), setOf(PowerSource, PowerSupply, Interface, RedundancyGroup)},
		{setOf(PowerSupply), setOf(PowerSource, RedundancyGroup)},
	},
	ProvidedBy:   {{setOf(Circuit, DNSZone, External, Endpoint), setOf(Provider)}},
	ReplicatesTo: {{recoverable, recoverable}},
	Requires:     {{setOf(Service, Application, Server, NetworkDevice, Storage, Room, Gate), anyKind}},
	ResolvesTo:   {{setOf(DNSName), setOf(DNSName, Endpoint, VirtualServer, Server, External, RedundancyGroup)}},
	RunsOn: {
		{setOf(Application), setOf(Server, NetworkDevice, RedundancyGroup)},
		{setOf(Server, NetworkDevice), setOf(Server, RedundancyGroup)},
	},
	ServedBy: {
		{setOf(Endpoint), setOf(Application, Server, VirtualServer, RedundancyGroup)},
		{setOf(DNSZone), setOf(RedundancyGroup)},
		{setOf(VirtualServer), setOf(NetworkDevice, Server, RedundancyGroup)},
	},
	Shares: {{anyKind, setOf(SharedRisk)}},
	StoredOn: {
		{setOf(Application, Server), setOf(Volume, RedundancyGroup)},
		{setOf(Volume), setOf(Storage, RedundancyGroup)},
	},
	UsedFrom: {{setOf(Service), setOf(AccessZone)}},
	Uses:     {{setOf(Server, AccessZone), setOf(RedundancyGroup)}},
}

// Allows reports whether a relation of this type may lead from one kind to the other.
func (t RelationType) Allows(from, to Kind) bool {
	if t >= relationCount {
		return false
	}
	for _, e := range endsOf[t] {
		if e.from.has(from) && e.to.has(to) {
			return true
		}
	}
	return false
}

// AlwaysSoft reports whether relations of this type never carry a failure,
// whatever strength is written on them.
func (t RelationType) AlwaysSoft() bool {
	switch t {
	case InSubnet, InVLAN, InVRF, AdjacentTo, BacksUpTo, ReplicatesTo, FailsOverTo, ManagedBy:
		return true
	}
	return false
}

// Strength says how sure a relation is.
type Strength uint8

// The strengths, the surest first.
const (
	Hard    Strength = iota // observed or declared
	Assumed                 // evidence suggests it, nobody confirmed it
	Soft                    // never carries a failure
	strengthCount
)

var strengthNames = [strengthCount]string{"hard", "assumed", "soft"}

// String gives the strength's name in the exchange format.
func (s Strength) String() string {
	if s >= strengthCount {
		return fmt.Sprintf("strength(%d)", uint8(s))
	}
	return strengthNames[s]
}

// ParseStrength is the inverse of [Strength.String].
func ParseStrength(name string) (Strength, error) {
	for s, n := range strengthNames {
		if n == name {
			return Strength(s), nil
		}
	}
	return 0, fmt.Errorf("unknown strength %q, want hard, assumed or soft", name)
}
