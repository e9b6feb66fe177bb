package graph

import "fmt"

// Kind says what a component is. The set is closed.
type Kind uint8

// The kinds, in the order in which people go down from a service to the ground.
const (
	KindInvalid     Kind = iota
	Service              // an information system, with grade 1–4, owner, recovery targets
	AccessZone           // where users are
	Application          // software that runs
	Endpoint             // address, port, protocol
	VirtualServer        // an address of a balancer that fronts a pool
	DNSZone              //
	DNSName              //
	Server               // physical or virtual; a hypervisor is a server
	NetworkDevice        // switch, router, firewall, balancer
	Module               // line card, supervisor
	Interface            //
	Link                 // two ends, or a shared segment
	Subnet               //
	VLAN                 //
	VRF                  //
	PowerSupply          // in a device
	PowerSource          // PDU, UPS, ATS, feed, panel, substation
	Rack                 //
	Room                 //
	Site                 // sites nest: region, zone, building
	Circuit              //
	Provider             //
	CarrierFacility      // duct, central office, splice, patch panel; also in the house
	Storage              //
	Volume               //
	SharedRisk           // what two things have in common without being a thing
	External             // seen, out of scope
	RedundancyGroup      // k of its members
	Event                // basic event of an imported fault tree
	Gate                 // gate of an imported fault tree
	kindCount
)

var kindNames = [kindCount]string{
	"invalid", "service", "access_zone", "application", "endpoint", "virtual_server", "dns_zone", "dns_name",
	"server", "network_device", "module", "interface", "link", "subnet", "vlan", "vrf", "power_supply",
	"power_source", "rack", "room", "site", "circuit", "provider", "carrier_facility", "storage", "volume",
	"shared_risk", "external", "redundancy_group", "event", "gate",
}

var kindByName = func() map[string]Kind {
	m := make(map[string]Kind, kindCount)
	for k := KindInvalid + 1; k < kindCount; k++ {
		m[kindNames[k]] = k
	}
	return m
}()

// String gives the kind's name in the exchange format, such as "network_device".
func (k Kind) String() string {
	if k >= kindCount {
		return fmt.Sprintf("kind(%d)", uint8(k))
	}
	return kindNames[k]
}

// ParseKind is the inverse of [Kind.String].
func ParseKind(name string) (Kind, error) {
	if k, ok := kindByName[name]; ok {
		return k, nil
	}
	return KindInvalid, fmt.Errorf("unknown kind %q", name)
}

// Kinds lists every kind.
func Kinds() []Kind {
	all := make([]Kind, 0, kindCount-1)
	for k := KindInvalid + 1; k < kindCount; k++ {
		all = append(all, k)
	}
	return all
}

// kindSet is a set of kinds, one bit each.
type kindSet uint64

func setOf(kinds ...Kind) (s kindSet) {
	for _, k := range kinds {
		s |= 1 << k
	}
	return s
}

func (s kindSet) has(k Kind) bool { return s&(1<<k) != 0 }

var (
	anyKind = setOf(Kinds()...)

	cannotFail = setOf(Service, AccessZone, Endpoint, VirtualServer, DNSZone, DNSName, Subnet, VLAN, VRF, RedundancyGroup, Gate)
)

// CanFail reports whether a component of this kind can fail by itself. Names,
// addresses, groups and scopes cannot: they are down when what they need is down.
func (k Kind) CanFail() bool { return k != KindInvalid && k < kindCount && !cannotFail.has(k) }
