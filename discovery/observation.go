package discovery

import (
	"net/netip"
	"time"
)

// Subject names the machine that an observation is about, as its collector met
// it. It is no identity: two subjects may turn out to be one machine.
type Subject struct {
	Zone   string // within which names and addresses are unique
	Target string // the address asked, or the name of the imported file
}

// Source is the place in the evidence that an observation was read from.
type Source struct {
	Ref       string // sha256:ENTRY-DIGEST#LOCATOR
	Value     string // what stands there, bounded and cleaned
	Collected time.Time
}

// Fact is what all observations have.
type Fact struct {
	Subject
	Sources []Source
}

// Header gives the fact itself; it makes a struct that embeds Fact an [Observation].
func (f Fact) Header() Fact { return f }

// Observation is one fact read out of one piece of evidence. The types below
// are all there are.
type Observation interface{ Header() Fact }

// Reading is what an interpreter made of the evidence of one subject.
type Reading struct {
	Observations []Observation
	Gaps         []Gap
	Coverage     []Coverage
	// Collected is the time of the newest evidence read, also where nothing could
	// be made of it; zero where nobody knows.
	Collected time.Time
}

// Gap is a table of a subject that could not be read, and why.
type Gap struct {
	Subject
	Table  string
	Reason string // one of the evidence.Reason… words
	Detail string
}

// Coverage is a table of a subject that was read to its end, or never asked for.
type Coverage struct {
	Subject
	Table   string
	Outcome string // complete, empty, not_asked
}

// MachineKind is what a machine seems to be.
type MachineKind uint8

// The machine kinds. A device that forwards or bridges is a network device; one
// that runs a general operating system a server.
const (
	MachineUnknown MachineKind = iota
	MachineNetworkDevice
	MachineServer
	MachinePowerSource
)

// Machine describes the subject as a whole (SNMPv2-MIB system group and more).
type Machine struct {
	Fact
	Kind         MachineKind
	Name         string // sysName
	Description  string // sysDescr
	SysObjectID  string
	Vendor       string
	Model        string
	Version      string
	Location     string
	Contact      string
	Capabilities []string // of LLDP, of itself: bridge, router, station, …
	Forwarding   *bool    // ipForwarding; nil where not read
	NoTransit    bool     // set by whoever knows that nothing passes through: a balancer, a console server
	Virtual      bool     // a guest
}

// IdentifierType says what an identifier is made of.
type IdentifierType string

// The identifier types.
const (
	SerialIdentifier  IdentifierType = "serial"  // of a chassis
	ChassisIdentifier IdentifierType = "chassis" // LLDP chassis id, "subtype:value"
	MACIdentifier     IdentifierType = "mac"     // canonical, aa:bb:cc:dd:ee:ff
	UUIDIdentifier    IdentifierType = "uuid"
	EngineIdentifier  IdentifierType = "engine"  // snmpEngineID, in hexadecimal
	NameIdentifier    IdentifierType = "name"    // sysName or host name
	AddressIdentifier IdentifierType = "address" // without the zone, which the subject has
)

// Identifier is something by which the subject may be known. Whether it is
// strong, weak or to be ignored is decided by package resolve.
type Identifier struct {
	Fact
	Type     IdentifierType
	Value    string
	BurnedIn bool // of a MAC: of physical hardware, not of a virtual or aggregate interface
}

// Interface is one interface of the subject (IF-MIB).
type Interface struct {
	Fact
	Index       int // ifIndex; 0 where the subject gives none
	Name        string
	Description string
	Alias       string
	Type        int    // ifType, IANA number; 0 unknown
	MTU         int    // 0 unknown
	Speed       uint64 // bit/s, 0 unknown
	MAC         string
	Admin       string // up, down, testing, or "" where not read
	Oper        string // up, down, testing, unknown, dormant, notPresent, lowerLayerDown, or ""
}

// InterfaceStack says that one interface runs on top of another (ifStackTable).
type InterfaceStack struct {
	Fact
	Higher, Lower int
}

// Address is an address of one of the subject's interfaces.
type Address struct {
	Fact
	IfIndex int
	Prefix  netip.Prefix // address and length; length = address size where the mask was not given
	Virtual bool         // known to be shared, such as an address that VRRP holds
}

// Neighbor is one row of a neighbour protocol, as the subject tells it.
type Neighbor struct {
	Fact
	Protocol       string // lldp, cdp
	IfIndex        int    // local port; 0 where it could not be mapped
	LocalPort      string // local port in the subject's own words
	ChassisSubtype int    // LLDP; 0 for others
	Chassis        string // printable form: a MAC in canonical form, an address, or text
	PortSubtype    int    // LLDP; 0 for others
	Port           string // printable form, as Chassis
	PortDesc       string
	Name           string // sysName or CDP deviceId, cleaned of "(serial)"
	Serial         string // from a CDP deviceId, where it has one
	Description    string
	Platform       string // CDP
	Addresses      []netip.Addr
	Capabilities   []string // bridge, router, station, phone, wlan, …
}

// LinkAggregate is an aggregation of the subject's ports (IEEE8023-LAG-MIB, or
// the ifStack of a bond).
type LinkAggregate struct {
	Fact
	IfIndex       int
	Protocol      string // lacp, static, or "" where nobody said
	PartnerSystem string // MAC; all zeros: no partner
	MinLinks      int    // 0 unknown
	Members       []AggregatePort
}

// AggregatePort is one port of a [LinkAggregate].
type AggregatePort struct {
	IfIndex       int
	Attached      bool // is in the aggregate now, and passes packets
	Unread        bool // whether it is was not read; Attached is false then
	Port          int  // its number in LACP, by which the partner knows it; 0 unknown
	PartnerSystem string
	PartnerPort   int
}

// VirtualRouter is the subject's part in a first-hop redundancy group.
type VirtualRouter struct {
	Fact
	Protocol   string // vrrp, hsrp
	IfIndex    int
	Instance   string // keepalived instance name, where known
	Group      int    // VRID or HSRP group
	State      string // master, backup, initialize, active, standby, listen, fault, …; "" where not read
	Priority   int    // 0 unknown
	Addresses  []netip.Addr
	VirtualMAC string
	Master     netip.Addr // who the subject says is master or active
	Standby    netip.Addr // HSRP: who the subject says is standby; unspecified: nobody
}

// ForwardingEntry is a MAC address learned on a port (BRIDGE-MIB, Q-BRIDGE-MIB).
type ForwardingEntry struct {
	Fact
	IfIndex int
	VLAN    int // 0 unknown
	MAC     string
	Self    bool // the bridge's own
}

// NeighborAddress is an entry of the ARP or neighbour-discovery cache.
type NeighborAddress struct {
	Fact
	IfIndex int
	Address netip.Addr
	MAC     string
}

// PortVLAN says which VLANs a port carries.
type PortVLAN struct {
	Fact
	IfIndex  int
	Untagged int   // PVID; 0 none
	Tagged   []int // sorted
}

// VLAN is a VLAN known to the subject.
type VLAN struct {
	Fact
	ID   int
	Name string
}

// SpanningTreePort is the state of a bridge port.
type SpanningTreePort struct {
	Fact
	IfIndex          int
	State            string // disabled, blocking, listening, learning, forwarding, broken
	DesignatedBridge string // MAC
}

// RoutingNeighbor is an adjacency of a routing protocol.
type RoutingNeighbor struct {
	Fact
	Protocol string // ospf
	IfIndex  int    // of the subject's interface whose subnet holds Address; 0 unknown
	RouterID string
	Address  netip.Addr
	Area     string
	State    string // down, attempt, init, twoWay, exchangeStart, exchange, loading, full
}

// RouterID is the subject's identifier in a routing protocol.
type RouterID struct {
	Fact
	Protocol string
	ID       string
}

// DefaultRoute is a default route of the subject.
type DefaultRoute struct {
	Fact
	NextHop netip.Addr
	IfIndex int
}

// PhysicalEntity is one row of entPhysicalTable (ENTITY-MIB).
type PhysicalEntity struct {
	Fact
	Index       int
	Parent      int
	Class       string // chassis, powerSupply, fan, module, port, stack, container, backplane, sensor, cpu, other
	Position    int
	Name        string
	Description string
	Serial      string
	Model       string
	Maker       string
	Hardware    string
	Firmware    string
	Software    string
	Replaceable bool
	IfIndex     int    // through entAliasMappingTable; 0 none
	State       string // up, down, or "" where not read
}

// Process is a running program (HOST-RESOURCES-MIB hrSWRunTable), its secrets masked.
type Process struct {
	Fact
	PID        int
	Name, Path string
	Parameters string
}

// RemoteFilesystem is a file system mounted from elsewhere (hrFSTable).
type RemoteFilesystem struct {
	Fact
	MountPoint string
	Remote     string // host:/path
}
