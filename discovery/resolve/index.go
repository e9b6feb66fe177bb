package resolve

import (
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"gujo/discovery"
)

// index finds machines by what others call them.
type index struct {
	machines []*machine
	known    map[*machine]bool
	serial   map[string][]*machine
	mac      map[string][]*machine
	chassis  map[string][]*machine
	name     map[zoned][]*machine
	short    map[zoned][]*machine
	address  map[zoned][]*machine
	routerID map[zoned][]*machine
}

func newIndex(machines []*machine) *index {
	x := &index{
		known: map[*machine]bool{}, serial: map[string][]*machine{}, mac: map[string][]*machine{}, chassis: map[string][]*machine{},
		name: map[zoned][]*machine{}, short: map[zoned][]*machine{}, address: map[zoned][]*machine{}, routerID: map[zoned][]*machine{},
	}
	for _, m := range machines {
		x.add(m)
	}
	return x
}

// add makes a machine findable; adding it again takes up what became known since.
func (x *index) add(m *machine) {
	if !x.known[m] {
		x.known[m] = true
		x.machines = append(x.machines, m)
	}
	for _, v := range sortedKeys(m.serials) {
		put(x.serial, v, m)
	}
	for _, v := range sortedKeys(m.macs) {
		put(x.mac, v, m)
	}
	for _, v := range sortedKeys(m.chassis) {
		put(x.chassis, v, m)
		if mac, ok := strings.CutPrefix(v, "4:"); ok {
			put(x.mac, mac, m)
		}
	}
	names := append(slices.Clone(m.names), sortedKeys(m.alias)...)
	for _, zone := range m.zones() {
		for _, n := range names {
			put(x.name, zoned{zone, foldName(n)}, m)
			put(x.short, zoned{zone, shortName(foldName(n))}, m)
		}
		for _, v := range sortedKeys(m.routerIDs) {
			put(x.routerID, zoned{zone, v}, m)
		}
	}
	for _, k := range m.ownAddresses() {
		put(x.address, k, m)
	}
}

func put[K comparable](by map[K][]*machine, key K, m *machine) {
	if !slices.Contains(by[key], m) {
		by[key] = append(by[key], m)
	}
}

// only gives what a list holds if it is the only one.
func only[T any](list []*T) *T {
	if len(list) == 1 {
		return list[0]
	}
	return nil
}

// owner gives the one machine that has an address.
func (x *index) owner(zone string, a netip.Addr) *machine {
	return only(x.address[zoned{zone, a.String()}])
}

// The weights of what speaks for and against a machine being the one that a
// neighbour's row means. A name or an address alone will do, but not against a
// chassis id that differs; a name and an address together outweigh it.
const (
	forSerial      = 100
	forChassis     = 80
	forName        = 40
	forShortName   = 34
	forAddress     = 30
	forPort        = 5
	againstSerial  = 200
	againstChassis = 50
	againstName    = 35
)

// match finds the machine that a row means, with what spoke for it; against
// tells what spoke against the winner.
func (x *index) match(zone string, n discovery.Neighbor) (best *machine, against string) {
	return x.best(zone, n, func(*machine) bool { return true })
}

// best is [index.match] among some of the machines.
func (x *index) best(zone string, n discovery.Neighbor, among func(*machine) bool) (best *machine, against string) {
	bestScore, tie := 0, false
	for _, m := range x.candidates(zone, n) {
		if !among(m) {
			continue
		}
		score, contra := x.score(m, zone, n)
		if score <= 0 {
			continue
		}
		switch {
		case score > bestScore:
			best, bestScore, against, tie = m, score, contra, false
		case score == bestScore:
			tie = true
		}
	}
	if tie {
		return nil, "ambiguous"
	}
	return best, against
}

func (x *index) candidates(zone string, n discovery.Neighbor) []*machine {
	var list []*machine
	take := func(ms []*machine) {
		for _, m := range ms {
			if !slices.Contains(list, m) {
				list = append(list, m)
			}
		}
	}
	take(x.serial[validSerial(n.Serial)])
	take(x.serial[validSerial(n.Name)])
	if mac := chassisMAC(n); tellsApart(mac) {
		take(x.mac[mac])
	}
	take(x.chassis[neighbourChassis(n)])
	if mac := parseMAC(n.Name); tellsApart(mac) {
		take(x.mac[mac])
	}
	for _, name := range namesOf(n) {
		take(x.name[zoned{zone, name}])
		take(x.short[zoned{zone, shortName(name)}])
	}
	for _, a := range addressesOf(n) {
		take(x.address[zoned{zone, a.String()}])
	}
	return list
}

func (x *index) score(m *machine, zone string, n discovery.Neighbor) (score int, against string) {
	serial := validSerial(n.Serial)
	switch {
	case serial == "":
	case m.serials[serial]:
		score += forSerial
	case len(m.serials) > 0:
		score, against = score-againstSerial, "serial"
	}
	mac := chassisMAC(n)
	switch {
	case tellsApart(mac) && (m.macs[mac] || m.chassis["4:"+mac]):
		score += forChassis
	case n.Chassis != "" && m.chassis[neighbourChassis(n)] && m.in(zone):
		score += forName
	case tellsApart(mac) && m.hasChassisMAC():
		score, against = score-againstChassis, "chassis"
	}
	if !m.in(zone) {
		return score, against
	}
	names := namesOf(n)
	if len(names) > 0 && len(m.names)+len(m.alias) > 0 {
		exact, short := false, false
		for _, own := range append(slices.Clone(m.names), sortedKeys(m.alias)...) {
			own = foldName(own)
			for _, name := range names {
				exact = exact || own == name
				// "core-1" means "core-1.example.org", but not one of two full names that differ.
				short = short || shortName(own) == shortName(name) && (own == shortName(own) || name == shortName(name))
			}
		}
		switch {
		case exact:
			score += forName
		case short:
			score += forShortName
		case m.serials[validSerial(n.Name)] || tellsApart(parseMAC(n.Name)) && m.macs[parseMAC(n.Name)]:
			score += forChassis // a CDP device ID may be the serial number or a MAC address
		default:
			score -= againstName
			if against == "" {
				against = "name"
			}
		}
	}
	for _, a := range addressesOf(n) {
		if m.has(zone, a) || m.alias[a.String()] {
			score += forAddress
			break
		}
	}
	if score > 0 && m.findPort(n) != nil {
		score += forPort
	}
	return score, against
}

// hasChassisMAC reports whether the machine itself said what its chassis id is.
func (m *machine) hasChassisMAC() bool {
	for c := range m.chassis {
		if strings.HasPrefix(c, "4:") {
			return true
		}
	}
	return false
}

func chassisMAC(n discovery.Neighbor) string {
	if n.ChassisSubtype == 4 || n.ChassisSubtype == 0 {
		return parseMAC(n.Chassis)
	}
	return ""
}

func namesOf(n discovery.Neighbor) []string {
	if name := foldName(n.Name); name != "" {
		return []string{name}
	}
	return nil
}

func addressesOf(n discovery.Neighbor) []netip.Addr {
	var list []netip.Addr
	add := func(a netip.Addr) {
		a = plain(a)
		if ownable(a) && !slices.Contains(list, a) {
			list = append(list, a)
		}
	}
	for _, a := range n.Addresses {
		add(a)
	}
	if n.ChassisSubtype == 5 {
		if a, err := netip.ParseAddr(n.Chassis); err == nil {
			add(a)
		}
	}
	return list
}

// neighbourChassis gives the chassis id of a row as the machine itself would tell it.
func neighbourChassis(n discovery.Neighbor) string {
	if n.Chassis == "" || n.ChassisSubtype == 0 {
		return ""
	}
	return chassisKey(strconv.Itoa(n.ChassisSubtype) + ":" + n.Chassis)
}
