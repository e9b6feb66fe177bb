package resolve

import (
	"cmp"
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"gujo/discovery"
	"gujo/graph"
)

// port is one interface of a machine.
type port struct {
	machine  *machine
	key      string // unique in the machine
	name     string
	index    int
	observed []discovery.Interface
	heard    []discovery.Fact // of a port that only a neighbour told of
	prefixes []portPrefix
	words    portWords
	id       string // of its component, once drawn

	cables    []*cable
	parent    *port   // of which this is a logical unit: Gi0/1 of Gi0/1.10
	aggregate *bundle // that the port is a member of
	bundles   *bundle // that the port is
}

type portPrefix struct {
	netip.Prefix
	fact discovery.Fact
}

// portWords is what the readings of a port call it.
type portWords struct{ descr, alias, mac string }

func (p *port) descr() string { return p.words.descr }
func (p *port) alias() string { return p.words.alias }
func (p *port) mac() string   { return p.words.mac }

func (p *port) ifType() int {
	for _, o := range p.observed {
		if o.Type != 0 {
			return o.Type
		}
	}
	return 0
}

// state is what the port's two status words together say. A port that was
// switched off, or that is being tested and passes no packets (RFC 2863
// §3.1.14), is as little use as one that is broken; one that waits, or does not
// know, says nothing.
func (p *port) state() graph.State {
	up := false
	for _, o := range p.observed {
		switch {
		case o.Admin == "down" || o.Admin == "testing" || o.Oper == "down" || o.Oper == "testing" || o.Oper == "lowerLayerDown" || o.Oper == "notPresent":
			return graph.Down
		case o.Oper == "up":
			up = true
		}
	}
	if up {
		return graph.Up
	}
	return graph.NotObserved
}

// makePorts gives every machine its interfaces: the same name in two readings of
// one machine is one interface, two of one name in one reading are two.
func (r *resolver) makePorts() {
	for _, m := range r.machines {
		nameOf := m.interfaceNames()
		repeated := map[string]bool{}
		for _, s := range m.subjects {
			indexes := map[string]map[int]bool{}
			for _, i := range s.interfaces {
				n := nameOf(i)
				if indexes[n] == nil {
					indexes[n] = map[int]bool{}
				}
				indexes[n][i.Index] = true
			}
			for n, set := range indexes {
				repeated[n] = repeated[n] || len(set) > 1
			}
		}
		byKey := map[string]*port{}
		for _, s := range m.subjects {
			for _, i := range s.interfaces {
				key := nameOf(i)
				if repeated[key] {
					key += "#" + strconv.Itoa(i.Index)
				}
				p := byKey[key]
				if p == nil {
					p = &port{machine: m, key: key, name: nameOf(i), index: i.Index}
					byKey[key] = p
					m.ports = append(m.ports, p)
				}
				p.observed = append(p.observed, i)
				if i.Index != 0 {
					s.ports[i.Index] = p
				}
			}
		}
		slices.SortFunc(m.ports, func(x, y *port) int {
			return cmp.Or(cmp.Compare(x.index, y.index), strings.Compare(x.key, y.key))
		})
		for _, p := range m.ports {
			p.settle()
		}
		for _, p := range m.ports {
			if at := strings.LastIndexByte(p.name, '.'); at > 0 {
				p.parent = only(m.indexed().name[p.name[:at]])
			}
		}
		for _, s := range m.subjects {
			for _, a := range s.addresses {
				if p := s.ports[a.IfIndex]; p != nil && a.Prefix.IsValid() {
					p.prefixes = append(p.prefixes, portPrefix{a.Prefix, a.Fact})
				}
			}
		}
	}
}

// interfaceNames gives what the interfaces of a machine are called. A reading
// without ifXTable, as of a machine that was met at a second address, knows
// ifDescr alone; where another knows an ifName for the same index and ifDescr,
// both mean one interface.
func (m *machine) interfaceNames() func(discovery.Interface) string {
	type described struct {
		index int
		descr string
	}
	better := map[described]string{}
	if len(m.subjects) > 1 {
		for _, s := range m.subjects {
			for _, i := range s.interfaces {
				k, name := described{i.Index, displayName(i.Description)}, interfaceName(i)
				if k.descr == "" || name == k.descr {
					continue
				}
				if known, ok := better[k]; ok && known != name {
					name = "" // it was renamed between two readings: neither is better
				}
				better[k] = name
			}
		}
	}
	return func(i discovery.Interface) string {
		name := interfaceName(i)
		if descr := displayName(i.Description); name == descr {
			if b := better[described{i.Index, descr}]; b != "" {
				return b
			}
		}
		return name
	}
}

func interfaceName(i discovery.Interface) string {
	if n := displayName(i.Name); n != "" {
		return n
	}
	if n := displayName(i.Description); n != "" {
		return n
	}
	return "if" + strconv.Itoa(i.Index)
}

// findPort finds the interface that a neighbour's row means, or nil. What the
// row holds depends on the agent (LLDP port id subtypes, IEEE 802.1AB §8.5.3),
// and agents do not keep to it, so every reading is tried, the likeliest first.
func (m *machine) findPort(n discovery.Neighbor) *port {
	id, desc := displayName(n.Port), displayName(n.PortDesc)
	mac := parseMAC(n.Port)
	if mac != "" && mac == parseMAC(n.Chassis) && m.portByMAC(mac) == nil {
		mac, id = "", "" // the chassis id where the port's should stand
	}
	if mac != "" {
		if p := m.portByMAC(mac); p != nil {
			return p
		}
		return m.portByText(desc)
	}
	if n.PortSubtype == 7 {
		if p := m.portByLocalWords(id); p != nil {
			return p
		}
	}
	if n.PortSubtype == 1 {
		if p := only(m.indexed().alias[id]); p != nil {
			return p
		}
	}
	if p := m.portByText(id); p != nil {
		return p
	}
	if at := strings.LastIndexByte(id, '/'); at >= 0 && strings.ContainsAny(id[:at], "abcdefghijklmnopqrstuvwxyz") {
		// "bridge1/ether2": the bridge and, in it, the port.
		if p := m.portCalled(id[at+1:]); p != nil {
			return p
		}
	}
	if p := m.portByText(desc); p != nil {
		return p
	}
	if n.PortSubtype == 7 || n.PortSubtype == 0 {
		if index, err := strconv.Atoi(id); err == nil {
			for _, s := range m.subjects {
				if p := s.ports[index]; p != nil {
					return p
				}
			}
		}
	}
	return nil
}

func (m *machine) onlyPort(is func(*port) bool) *port {
	var found *port
	for _, p := range m.ports {
		if is(p) {
			if found != nil {
				return nil
			}
			found = p
		}
	}
	return found
}

// portByLocalWords uses what the machine itself calls a port that has a neighbour.
func (m *machine) portByLocalWords(words string) *port {
	if words == "" {
		return nil
	}
	for _, s := range m.subjects {
		for _, n := range s.neighbors {
			if displayName(n.LocalPort) == words && s.ports[n.IfIndex] != nil {
				return s.ports[n.IfIndex]
			}
		}
	}
	return nil
}

// abbreviates reports whether one of two interface names is the other with its
// word cut short: Gi0/1 and GigabitEthernet0/1.
func abbreviates(x, y string) bool {
	xw, xn := splitPortName(x)
	yw, yn := splitPortName(y)
	if xn == "" || xn != yn || len(xw) < 2 || len(yw) < 2 {
		return false
	}
	return strings.HasPrefix(xw, yw) || strings.HasPrefix(yw, xw)
}

func splitPortName(s string) (word, numbers string) {
	at := strings.IndexAny(s, "0123456789")
	if at <= 0 {
		return s, ""
	}
	return strings.ToLower(strings.TrimRight(s[:at], " -")), s[at:]
}

// heardPort gives the interface of a machine that was not read, as a neighbour
// names it; nil where it does not.
func (m *machine) heardPort(n discovery.Neighbor) *port {
	name := displayName(n.Port)
	desc := displayName(n.PortDesc)
	if parseMAC(name) != "" || n.PortSubtype == 7 || n.PortSubtype == 1 {
		if desc != "" {
			name = desc
		}
	}
	if name == "" {
		name = desc
	}
	if name == "" {
		return nil
	}
	for _, known := range sortedKeys(m.heardOf) {
		p := m.heardOf[known]
		if known == foldName(name) || desc != "" && known == foldName(desc) || abbreviates(known, strings.ToLower(name)) {
			p.heard = append(p.heard, n.Fact)
			return p
		}
	}
	return m.namedPort(name, n.Fact)
}

// namedPort makes an interface that nothing but its name is known of.
func (m *machine) namedPort(name string, facts ...discovery.Fact) *port {
	key := foldName(name)
	p := m.heardOf[key]
	if p == nil {
		p = &port{machine: m, key: displayName(name), name: displayName(name)}
		m.heardOf[key] = p
		m.ports = append(m.ports, p)
	}
	p.heard = append(p.heard, facts...)
	return p
}

// physical reports whether an interface of this type (IANAifType) can hold a cable.
func physical(ifType int) bool {
	switch ifType {
	case 24, // softwareLoopback
		1,                                                   // other: Null0 and the like
		53,                                                  // propVirtual: VLAN interfaces, logical units
		131,                                                 // tunnel
		135,                                                 // l2vlan
		136,                                                 // l3ipvlan
		150,                                                 // mplsTunnel
		161,                                                 // ieee8023adLag
		209,                                                 // bridge
		142, 134, 49, 32, 55, 57, 77, 81, 82, 100, 101, 166: // ipForward, atmSubInterface, aal5, frameRelay, gif, stf, lapd, ds0, …
		return false
	}
	return true
}
