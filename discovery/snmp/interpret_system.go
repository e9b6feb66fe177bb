package snmp

import (
	"encoding/hex"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"gujo/discovery"
)

const systemGroup = "1.3.6.1.2.1.1"

// system reports the machine as a whole: one observation, whatever little was
// read, and what of it identifies the machine.
func (d *device) system(p *ports, addresses []heldAddress) {
	get := func(object string) variable { return d.get(systemGroup + "." + object + ".0") }
	descr, objectID, contact, name, location := get("1"), get("2"), get("4"), get("5"), get("6")
	forwarding, services := d.get("1.3.6.1.2.1.4.1.0"), get("7")
	capabilities := d.get("1.0.8802.1.1.2.1.3.6.0")

	m := discovery.Machine{
		Name: name.text(maxName), Description: descr.text(maxProse), SysObjectID: objectID.Value,
		Contact: contact.text(maxName), Location: location.text(maxName),
		Capabilities: lldpCapabilities(capabilities.octets()),
	}
	if objectID.Type != ObjectID {
		m.SysObjectID = ""
	}
	maker, _ := vendorOf(m.SysObjectID)
	m.Vendor = maker.name
	m.Version = version(m.Description)
	sources := []variable{name, descr, objectID}
	if n, ok := forwarding.Int(); ok && (n == 1 || n == 2) {
		yes := n == 1
		m.Forwarding = &yes
		sources = append(sources, forwarding)
	}
	if c := d.chassis(); c != nil {
		m.Model = c.name(13)
		if v := c.name(10); v != "" && m.Version == "" {
			m.Version = v
		}
		if m.Vendor == "" {
			m.Vendor = c.name(12)
		}
		sources = append(sources, c.get(13))
	}
	kind, from := d.kind(m, maker, p, services)
	m.Kind = kind
	sources = append(sources, from...)
	m.NoTransit = maker.balancer
	m.Virtual = guest(m, p)
	m.Fact = d.fact(sources...)
	d.add(m)

	if m.Name != "" {
		d.identify(discovery.NameIdentifier, m.Name, false, name)
	}
	if engine := d.get("1.3.6.1.6.3.10.2.1.1.0"); len(engine.octets()) >= 5 && len(engine.octets()) <= 32 { // RFC 3411 §5
		d.identify(discovery.EngineIdentifier, hex.EncodeToString([]byte(engine.octets())), false, engine)
	}
	if bridge := d.get("1.3.6.1.2.1.17.1.1.0"); realMAC(bridge.octets()) != "" {
		mac := realMAC(bridge.octets())
		d.identify(discovery.MACIdentifier, mac, !virtualMAC(mac), bridge)
	}
	subtype, chassis := d.get("1.0.8802.1.1.2.1.3.1.0"), d.get("1.0.8802.1.1.2.1.3.2.0")
	if n, ok := subtype.Int(); ok && n > 0 && n <= 7 {
		if id := chassisID(int(n), chassis.octets()); id != "" && id != noMAC {
			d.identify(discovery.ChassisIdentifier, strconv.Itoa(int(n))+":"+id, false, chassis, subtype)
		}
	}
}

// kind judges what the machine is. What its maker makes counts first. A general
// operating system that bridges or forwards between interfaces is taken as the
// network device that it is used as, unless it does so for its own containers
// or guests.
func (d *device) kind(m discovery.Machine, maker vendor, p *ports, services variable) (discovery.MachineKind, []variable) {
	switch {
	case strings.HasPrefix(m.SysObjectID, maker.serverBelow) && maker.serverBelow != "":
		return discovery.MachineServer, nil
	case maker.makes == makesPower, len(d.under("1.3.6.1.2.1.33.1")) > 0:
		return discovery.MachinePowerSource, nil
	case maker.makes == makesServers, strings.HasPrefix(m.Description, "Darwin "):
		return discovery.MachineServer, nil
	case maker.makes == makesNetwork:
		return discovery.MachineNetworkDevice, nil
	}
	if maker.makes == makesSystems && hosts(p) {
		return discovery.MachineServer, nil
	}
	if numPorts := d.get("1.3.6.1.2.1.17.1.2.0"); len(p.basePorts) > 1 {
		return discovery.MachineNetworkDevice, d.under(basePortEntry + ".2")[:1]
	} else if n, _ := numPorts.Int(); n > 1 {
		return discovery.MachineNetworkDevice, []variable{numPorts}
	}
	if m.Forwarding != nil && *m.Forwarding && d.between(p) {
		return discovery.MachineNetworkDevice, nil // ipForwarding is a source already
	}
	if slices.Contains(m.Capabilities, "bridge") || slices.Contains(m.Capabilities, "router") {
		return discovery.MachineNetworkDevice, []variable{d.get("1.0.8802.1.1.2.1.3.6.0")}
	}
	if maker.makes == makesSystems {
		return discovery.MachineServer, nil
	}
	// sysServices adds 2^(layer−1) for each layer served (RFC 3418).
	n, ok := services.Int()
	switch {
	case ok && n&(1<<1|1<<2) != 0:
		return discovery.MachineNetworkDevice, []variable{services}
	case ok && n&(1<<6) != 0:
		return discovery.MachineServer, []variable{services}
	}
	return discovery.MachineUnknown, nil
}

// between says whether the machine has more than one interface to forward between.
func (d *device) between(p *ports) bool {
	count := 0
	for _, i := range p.byIndex {
		if i.Type != typeLoopback && i.Name != "lo" {
			count++
		}
	}
	return count > 1
}

// hosts says whether the machine has interfaces of its containers or guests, as
// Linux's tools name them.
func hosts(p *ports) bool {
	for _, i := range p.byIndex {
		for _, prefix := range []string{"docker", "podman", "virbr", "vnet", "cni", "cali", "flannel", "lxdbr", "lxcbr", "incusbr", "kube-", "br-"} {
			rest, ok := strings.CutPrefix(i.Name, prefix)
			if ok && (prefix != "br-" || len(rest) == 12 && strings.Trim(rest, "0123456789abcdef") == "") {
				return true
			}
		}
	}
	return false
}

// guestMACs are the blocks from which hypervisors give addresses to guests
// (IEEE registrations of VMware, Microsoft, Xen, VirtualBox; QEMU's own).
var guestMACs = []string{"00:50:56:", "00:0c:29:", "00:05:69:", "00:15:5d:", "00:16:3e:", "08:00:27:", "52:54:00:"}

// guest says whether the machine is virtual: it says so, or all its hardware
// has a hypervisor's addresses.
func guest(m discovery.Machine, p *ports) bool {
	for _, s := range []string{m.Description, m.Model} {
		if strings.Contains(s, "Virtual Edition") || strings.Contains(s, "Virtual Platform") || strings.Contains(s, "Virtual Machine") {
			return true
		}
	}
	if strings.HasPrefix(m.SysObjectID, "1.3.6.1.4.1.3375.2.1.3.4.43") { // BIG-IP Virtual Edition
		return true
	}
	virtual := 0
	for _, i := range p.byIndex {
		switch {
		case !i.physical || i.MAC == "":
		case slices.ContainsFunc(guestMACs, func(block string) bool { return strings.HasPrefix(i.MAC, block) }):
			virtual++
		default:
			return false
		}
	}
	return virtual > 0 && !strings.HasPrefix(m.SysObjectID, "1.3.6.1.4.1.6876.") // a hypervisor's own are of its block too
}

var (
	versionText = regexp.MustCompile(`(?i)\bversion:?\s+([0-9a-z][\w.()/:-]*)`)
	junosText   = regexp.MustCompile(`\bJUNOS ([\w.()-]+)`)
	linuxText   = regexp.MustCompile(`^Linux \S+ (\S+)`)
)

// version finds the software's version in sysDescr.
func version(descr string) string {
	for _, r := range []*regexp.Regexp{junosText, versionText, linuxText} {
		if m := r.FindStringSubmatch(descr); m != nil {
			return cleanText(strings.TrimRight(m[1], ".,:"), maxName)
		}
	}
	return ""
}
