package resolve

import (
	"cmp"
	"fmt"
	"maps"
	"net/netip"
	"slices"
	"strings"

	"gujo/discovery"
)

// traits are what a subject may be recognised by.
type traits struct {
	*subject
	serials, uuids, chassis, macs, burned map[string]bool
	names                                 []string
	addresses                             map[netip.Addr]bool // its own, none that is shared by design
	all                                   map[netip.Addr]bool // with the shared ones
}

// noteVirtualAddresses collects the addresses that move between machines: no
// machine is known by one of them.
func (r *resolver) noteVirtualAddresses() {
	r.virtual = map[zoned]bool{}
	for _, s := range r.subjects {
		for _, v := range s.routers {
			for _, a := range v.Addresses {
				r.virtual[zoned{s.Zone, plain(a).String()}] = true
			}
		}
		for _, a := range s.addresses {
			if a.Virtual && a.Prefix.IsValid() {
				r.virtual[zoned{s.Zone, a.Prefix.Addr().String()}] = true
			}
		}
	}
}

func (r *resolver) isVirtual(zone string, a netip.Addr) bool {
	return r.virtual[zoned{zone, a.String()}]
}

func (r *resolver) traitsOf(s *subject) *traits {
	t := &traits{subject: s, serials: map[string]bool{}, uuids: map[string]bool{}, chassis: map[string]bool{},
		macs: map[string]bool{}, burned: map[string]bool{}, addresses: map[netip.Addr]bool{}, all: map[netip.Addr]bool{}}
	for _, i := range s.interfaces {
		if mac := parseMAC(i.MAC); tellsApart(mac) {
			t.macs[mac] = true
		}
	}
	for _, id := range s.ids {
		switch id.Type {
		case discovery.SerialIdentifier:
			if v := validSerial(id.Value); v != "" {
				t.serials[v] = true
			}
		case discovery.UUIDIdentifier:
			if v := validUUID(id.Value); v != "" {
				t.uuids[v] = true
			}
		case discovery.ChassisIdentifier:
			t.chassis[chassisKey(id.Value)] = true
		case discovery.MACIdentifier:
			if mac := parseMAC(id.Value); tellsApart(mac) {
				t.macs[mac] = true
				if id.BurnedIn && identifies(mac) {
					t.burned[mac] = true
				}
			}
		case discovery.NameIdentifier:
			if n := displayName(id.Value); n != "" {
				t.names = append(t.names, n)
			}
		case discovery.AddressIdentifier:
			if a, ok := hostAddress(id.Value); ok && ownable(a) {
				t.all[a] = true
			}
		}
	}
	for _, sys := range s.system {
		if n := displayName(sys.Name); n != "" {
			t.names = slices.Insert(t.names, 0, n)
		}
	}
	for _, a := range s.addresses {
		if a.Prefix.IsValid() && ownable(a.Prefix.Addr()) {
			t.all[a.Prefix.Addr()] = true
		}
	}
	for a := range t.all {
		if !r.isVirtual(s.Zone, a) {
			t.addresses[a] = true
		}
	}
	// Where it was asked it is known, even if its own table was not read.
	if a, ok := targetAddress(s.Target); ok && ownable(a) && !r.isVirtual(s.Zone, a) {
		t.addresses[a] = true
	}
	return t
}

// chassisKey gives a chassis identifier in one form, a MAC address canonical.
func chassisKey(value string) string {
	subtype, rest, ok := strings.Cut(value, ":")
	if ok && subtype == "4" {
		if mac := parseMAC(rest); mac != "" {
			return "4:" + mac
		}
	}
	return displayName(value)
}

// identify makes machines of subjects: those that a strong identifier joins are
// one, unless something says that they are not.
func (r *resolver) identify() error {
	var list []*traits
	for _, s := range r.subjects {
		if s.observed() {
			list = append(list, r.traitsOf(s))
		}
	}
	set := newClusters(len(list))
	if err := r.splitByDecision(list, set); err != nil {
		return err
	}
	set.differ = func(i, j int) bool { return disjoint(list[i].serials, list[j].serials) }
	notes := map[int][]mergeNote{}
	if err := r.mergeByDecision(list, set, notes); err != nil {
		return err
	}
	for _, c := range candidates(list) {
		x, y := list[c.i], list[c.j]
		if set.root(c.i) == set.root(c.j) {
			continue // one reason is told for each merge, the strongest
		}
		if disjoint(x.macs, y.macs) {
			r.note(subjectName(y.Subject), "ignored.shared", r.cite(c.facts...), x.Target, c.value)
			continue
		}
		if !set.join(c.i, c.j) {
			r.note(subjectName(y.Subject), "apart.serial", r.cite(c.facts...), x.Target, c.value)
			continue
		}
		notes[c.i] = append(notes[c.i], mergeNote{c.key, []string{y.Target, x.Target, c.value}, c.facts, nil})
	}
	byRoot := map[int]*machine{}
	for i, t := range list {
		root := set.root(i)
		m := byRoot[root]
		if m == nil {
			m = newMachine(t.Zone)
			byRoot[root] = m
			r.machines = append(r.machines, m)
		}
		m.take(t)
		m.merges = append(m.merges, notes[i]...)
	}
	for _, m := range r.machines {
		m.orderNames()
		m.kind = m.kindFromSystem()
	}
	r.aliasByDecision()
	return nil
}

// subjectName stands for a subject in a note; [resolver.drawMachines] puts the
// machine's ID in its place.
func subjectName(s discovery.Subject) string { return "\x00" + s.Zone + "\x00" + s.Target }

func (m *machine) take(t *traits) {
	t.subject.machine = m
	m.subjects = append(m.subjects, t.subject)
	for _, n := range t.names {
		m.addName(n)
	}
	maps.Copy(m.serials, t.serials)
	maps.Copy(m.uuids, t.uuids)
	maps.Copy(m.chassis, t.chassis)
	maps.Copy(m.macs, t.macs)
	maps.Copy(m.burned, t.burned)
	for a := range t.addresses {
		m.addAddress(t.Zone, a)
	}
	for _, id := range t.routerIDs {
		m.routerIDs[id.ID] = true
	}
	for _, sys := range t.system {
		m.facts = append(m.facts, sys.Fact)
	}
	for _, id := range t.ids {
		m.facts = append(m.facts, id.Fact)
	}
}

// orderNames puts the name of the newest reading first.
func (m *machine) orderNames() {
	var newest *subject
	for _, s := range m.subjects {
		named := slices.ContainsFunc(s.system, func(sys discovery.Machine) bool { return displayName(sys.Name) != "" })
		if named && (newest == nil || s.newest.After(newest.newest)) {
			newest = s
		}
	}
	if newest == nil {
		return
	}
	for _, sys := range newest.system {
		if n := displayName(sys.Name); n != "" {
			m.names = slices.DeleteFunc(m.names, func(o string) bool { return foldName(o) == foldName(n) })
			m.names = slices.Insert(m.names, 0, n)
			return
		}
	}
}

// candidate is a reason to take two subjects for one machine.
type candidate struct {
	i, j  int // i > j
	order int // the surest first
	key   string
	value string
	facts []discovery.Fact
}

// manyHolders is how many subjects may share an identifier before not every pair
// of them is compared: it is then a default of the maker.
const manyHolders = 32

// candidates lists the reasons, the surest first. A name alone, an engine ID and
// an address that moves are none.
func candidates(list []*traits) []candidate {
	var out []candidate
	shared := func(order int, key string, of func(*traits) map[string]bool, types ...discovery.IdentifierType) {
		holders := map[string][]int{}
		for i, t := range list {
			for v := range of(t) {
				holders[v] = append(holders[v], i)
			}
		}
		for _, v := range sortedKeys(holders) {
			h := holders[v]
			slices.Sort(h)
			for n := 1; n < len(h); n++ {
				from := 0
				if len(h) > manyHolders {
					from = n - 1
				}
				for m := from; m < n; m++ {
					out = append(out, candidate{h[n], h[m], order, key, v,
						append(list[h[m]].factsOf(v, types...), list[h[n]].factsOf(v, types...)...)})
				}
			}
		}
	}
	shared(0, "merged.serial", func(t *traits) map[string]bool { return t.serials }, discovery.SerialIdentifier)
	shared(1, "merged.uuid", func(t *traits) map[string]bool { return t.uuids }, discovery.UUIDIdentifier)
	shared(2, "merged.chassis", func(t *traits) map[string]bool {
		out := map[string]bool{}
		for c := range t.chassis {
			if mac, ok := strings.CutPrefix(c, "4:"); ok && identifies(mac) {
				out[c] = true
			}
		}
		return out
	}, discovery.ChassisIdentifier)

	// Sets of burned-in addresses, and names with addresses, are compared pair by
	// pair, but only where something is shared at all.
	pairs := map[[2]int]bool{}
	share := func(keys func(*traits) []string) {
		holders := map[string][]int{}
		for i, t := range list {
			for _, k := range keys(t) {
				holders[k] = append(holders[k], i)
			}
		}
		for _, h := range holders {
			for n := 1; n < len(h); n++ {
				for m := max(0, n-manyHolders); m < n; m++ {
					if h[n] != h[m] {
						pairs[[2]int{max(h[n], h[m]), min(h[n], h[m])}] = true
					}
				}
			}
		}
	}
	share(func(t *traits) []string { return sortedKeys(t.burned) })
	share(func(t *traits) (keys []string) {
		for _, n := range t.names {
			keys = append(keys, t.Zone+"\x00"+foldName(n))
		}
		return keys
	})
	for p := range pairs {
		x, y := list[p[0]], list[p[1]]
		if common := intersect(x.burned, y.burned); len(common) > 0 {
			half := (min(len(x.burned), len(y.burned)) + 1) / 2
			same := len(x.burned) == len(common) && len(y.burned) == len(common) && sameName(x, y)
			if len(common) >= 2 && len(common) >= half || same {
				var facts []discovery.Fact
				for _, mac := range common[:min(len(common), 4)] {
					facts = append(facts, y.factsOf(mac, discovery.MACIdentifier)...)
					facts = append(facts, x.factsOf(mac, discovery.MACIdentifier)...)
				}
				out = append(out, candidate{p[0], p[1], 3, "merged.macs", fmt.Sprintf("%d: %s", len(common), common[0]), facts})
			}
		}
		if x.Zone == y.Zone && sameName(x, y) && len(x.addresses) > 0 && maps.Equal(x.addresses, y.addresses) && x.standsAt() && y.standsAt() {
			out = append(out, candidate{p[0], p[1], 4, "merged.addresses", x.names[0], append(y.systemFacts(), x.systemFacts()...)})
		}
	}
	slices.SortFunc(out, func(a, b candidate) int {
		return cmp.Or(cmp.Compare(a.order, b.order), cmp.Compare(a.j, b.j), cmp.Compare(a.i, b.i), strings.Compare(a.value, b.value))
	})
	return out
}

// standsAt reports whether the target is one of the subject's own addresses, or
// no address at all but a file.
func (t *traits) standsAt() bool {
	a, ok := targetAddress(t.Target)
	return !ok || t.all[a]
}

func (t *traits) factsOf(value string, types ...discovery.IdentifierType) []discovery.Fact {
	var facts []discovery.Fact
	for _, id := range t.ids {
		if !slices.Contains(types, id.Type) {
			continue
		}
		v := id.Value
		switch id.Type {
		case discovery.SerialIdentifier:
			v = validSerial(v)
		case discovery.UUIDIdentifier:
			v = validUUID(v)
		case discovery.ChassisIdentifier:
			v = chassisKey(v)
		case discovery.MACIdentifier:
			v = parseMAC(v)
		}
		if v == value {
			facts = append(facts, id.Fact)
		}
	}
	return facts
}

func (t *traits) systemFacts() []discovery.Fact {
	var facts []discovery.Fact
	for _, sys := range t.system {
		facts = append(facts, sys.Fact)
	}
	return facts
}

func sameName(x, y *traits) bool {
	for _, n := range x.names {
		for _, m := range y.names {
			if foldName(n) == foldName(m) {
				return true
			}
		}
	}
	return false
}

// disjoint reports whether two sets are both known and have nothing in common.
func disjoint(x, y map[string]bool) bool {
	return len(x) > 0 && len(y) > 0 && len(intersect(x, y)) == 0
}

func intersect(x, y map[string]bool) []string {
	if len(x) > len(y) {
		x, y = y, x
	}
	var common []string
	for k := range x {
		if y[k] {
			common = append(common, k)
		}
	}
	slices.Sort(common)
	return common
}
