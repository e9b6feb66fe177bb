package resolve

import (
	"net/netip"
	"slices"
	"strings"

	"gujo/discovery"
	"gujo/graph"
)

// machine is one machine as the readings together know it: read itself, only
// heard of by a neighbour, or only declared.
type machine struct {
	zone     string
	subjects []*subject // none: not read
	kind     graph.Kind
	label    string // unique among machines; the ID is kind/label

	names     []string // as displayed, the best first
	alias     map[string]bool
	serials   map[string]bool
	uuids     map[string]bool
	macs      map[string]bool // all that can tell machines apart, with locally administered ones
	burned    map[string]bool // those that identify hardware
	chassis   map[string]bool // LLDP "subtype:value"
	addresses map[netip.Addr]bool
	own       map[zoned]bool // the same addresses, each in the zones where it was seen
	routerIDs map[string]bool

	ports   []*port
	byWord  *portIndex
	heardOf map[string]*port // ports of a machine that was not read, by folded name
	heardAt end              // where it was first heard of, if it was not read

	facts        []discovery.Fact // what the component rests on
	capabilities map[string]bool  // as neighbours tell
	platform     string
	description  string
	declared     []string // references to the lines of inventories
	supplies     []string // power supplies, in the order of their slots
	stacked      bool     // of several chassis, each with power supplies of its own
	declarations []declaration
	outOfScope   bool
	unknown      bool // nothing says what kind it is
	merges       []mergeNote
}

type mergeNote struct {
	key   string
	args  []string
	facts []discovery.Fact
	refs  []string
}

func newMachine(zone string) *machine {
	return &machine{
		zone: zone, alias: map[string]bool{}, serials: map[string]bool{}, uuids: map[string]bool{}, macs: map[string]bool{},
		burned: map[string]bool{}, chassis: map[string]bool{}, addresses: map[netip.Addr]bool{}, own: map[zoned]bool{}, routerIDs: map[string]bool{},
		heardOf: map[string]*port{}, capabilities: map[string]bool{},
	}
}

func (m *machine) addAddress(zone string, a netip.Addr) {
	m.addresses[a] = true
	m.own[zoned{zone, a.String()}] = true
}

// has reports whether an address is the machine's own in a zone.
func (m *machine) has(zone string, a netip.Addr) bool { return m.own[zoned{zone, a.String()}] }

// ownAddresses lists the machine's addresses with their zones, sorted.
func (m *machine) ownAddresses() []zoned {
	var list []zoned
	for k := range m.own {
		list = append(list, k)
	}
	slices.SortFunc(list, compareZoned)
	return list
}

// zones lists the zones in which the machine was seen, its own first.
func (m *machine) zones() []string {
	list := []string{m.zone}
	for _, s := range m.subjects {
		if !slices.Contains(list, s.Zone) {
			list = append(list, s.Zone)
		}
	}
	return list
}

func (m *machine) in(zone string) bool { return slices.Contains(m.zones(), zone) }

func (m *machine) id() string { return m.kind.String() + "/" + m.label }

// read reports whether the machine itself was asked and answered.
func (m *machine) read() bool { return len(m.subjects) > 0 }

// readWhole reports whether one of the tables was read to its end.
func (m *machine) readWhole(tables ...string) bool {
	for _, s := range m.subjects {
		if s.readWhole(tables...) {
			return true
		}
	}
	return false
}

func (m *machine) addName(name string) {
	name = displayName(name)
	if name == "" {
		return
	}
	for _, n := range m.names {
		if foldName(n) == foldName(name) {
			return
		}
	}
	m.names = append(m.names, name)
}

// displayName is the machine's name: its own, else an address, else the file it
// was read from, else a MAC address or serial.
func (m *machine) displayName() string {
	if len(m.names) > 0 {
		return m.names[0]
	}
	for _, s := range m.subjects {
		if a, ok := targetAddress(s.Target); ok {
			return a.String()
		}
	}
	if a := m.sortedAddresses(); len(a) > 0 {
		return a[0].String()
	}
	for _, s := range m.subjects {
		if s.Target != "" {
			return displayName(fileStem(s.Target))
		}
	}
	for _, set := range []map[string]bool{m.macs, m.serials, m.chassis} {
		if keys := sortedKeys(set); len(keys) > 0 {
			return displayName(strings.TrimPrefix(keys[0], "4:"))
		}
	}
	return "unnamed"
}

func (m *machine) sortedAddresses() []netip.Addr {
	var list []netip.Addr
	for a := range m.addresses {
		list = append(list, a)
	}
	sortAddresses(list)
	return list
}

// kindFromSystem decides what a machine that was read is.
func (m *machine) kindFromSystem() graph.Kind {
	forwarding, bridging := false, false
	// At a second address a machine is read in part only, and then lacks what
	// would show that it forwards: so one that says network device decides.
	said := map[discovery.MachineKind]bool{}
	for _, s := range m.subjects {
		for _, sys := range s.system {
			said[sys.Kind] = true
		}
	}
	switch {
	case said[discovery.MachineNetworkDevice]:
		return graph.NetworkDevice
	case said[discovery.MachinePowerSource]:
		return graph.PowerSource
	case said[discovery.MachineServer]:
		return graph.Server
	}
	for _, s := range m.subjects {
		for _, sys := range s.system {
			forwarding = forwarding || sys.Forwarding != nil && *sys.Forwarding
			for _, c := range sys.Capabilities {
				bridging = bridging || transitCapability(c)
			}
			if sys.Virtual && !forwarding {
				return graph.Server
			}
		}
		bridging = bridging || len(s.forwarding)+len(s.spanning)+len(s.portVLANs) > 0
	}
	if forwarding || bridging {
		return graph.NetworkDevice
	}
	// Whoever answered without saying what it is stands in the network; as a
	// device it can at least be on somebody's way.
	m.unknown = true
	return graph.NetworkDevice
}

// kindFromCapabilities decides what a machine that was only heard of is.
func (m *machine) kindFromCapabilities() graph.Kind {
	switch {
	case m.outOfScope:
		return graph.External
	case m.capabilities["telephone"] || m.capabilities["phone"]:
		return graph.External
	case m.passes():
		return graph.NetworkDevice
	case m.capabilities["station"] || m.capabilities["station_only"] || m.capabilities["stationonly"] || m.capabilities["host"]:
		return graph.Server
	}
	return graph.External
}

// inside is how sure it is that a machine's parts belong together for those who
// pass through it. Of one that was read and does not say what it is nobody knows
// whether anything does: it may be on somebody's way, but no way may rest on it.
func (m *machine) inside() graph.Strength {
	if m.unknown && m.read() {
		return graph.Assumed
	}
	return graph.Hard
}

func (m *machine) passes() bool {
	for c := range m.capabilities {
		if transitCapability(c) {
			return true
		}
	}
	return false
}

// transitCapability reports whether traffic passes through who has an LLDP or CDP capability.
func transitCapability(c string) bool {
	switch strings.ToLower(c) {
	case "bridge", "router", "switch", "repeater", "wlan", "docsis", "source_route_bridge", "source-route-bridge", "transparent_bridge",
		"transparent-bridge", "cvlan", "c-vlan", "svlan", "s-vlan", "tpmr", "two_port_mac_relay", "cvlan_component", "svlan_component":
		return true
	}
	return false
}
