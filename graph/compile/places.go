package compile

import (
	"encoding/binary"
	"slices"

	"gujo/graph"
)

// place is where an asker or a target stands on the network.
type place struct {
	machine int32 // server, device, zone, interface or link; a service whose zone nobody knows
	subnets int32 // scope: those of the asker or target itself; 0: not known
	vlans   int32
	asker   int32 // who stands there: a server, device or zone; its gateways are used
	assumed bool  // only an assumption puts it there
}

// anyone stands for an asker of whom nothing counts but where he is asked: he has
// no gateway of his own. So places of many are one.
const anyone int32 = -2

// nowhere is the place of what stands nowhere on the network: ways to and from
// it count as there.
const nowhere int32 = 0

func (s *structure) place(p place) int32 {
	id, _ := s.places.number(p)
	return id
}

// scopes holds sets of subnets and VLANs; set 0 is the empty one.
type scopes struct {
	sets [][]int32
	at   map[string]int32
	of   [2][]int32 // in_subnet or in_vlan: machine → set, or none while nobody asked
}

func newScopes(n int) scopes {
	x := scopes{sets: [][]int32{nil}, at: map[string]int32{"": 0}}
	for i := range x.of {
		x.of[i] = make([]int32, n)
		for c := range x.of[i] {
			x.of[i][c] = none
		}
	}
	return x
}

func (x *scopes) set(items []int32) int32 {
	if len(items) == 0 {
		return 0
	}
	slices.Sort(items)
	items = slices.Compact(items)
	key := make([]byte, 0, 4*len(items))
	for _, c := range items {
		key = binary.LittleEndian.AppendUint32(key, uint32(c))
	}
	id, ok := x.at[string(key)]
	if !ok {
		id = int32(len(x.sets))
		x.sets = append(x.sets, items)
		x.at[string(key)] = id
	}
	return id
}

// common gives what two sets share.
func (x *scopes) common(a, b int32) []int32 {
	var out []int32
	for _, c := range x.sets[a] {
		if slices.Contains(x.sets[b], c) {
			out = append(out, c)
		}
	}
	return out
}

// differ reports whether two sets are known and share nothing.
func (x *scopes) differ(a, b int32) bool { return a != 0 && b != 0 && len(x.common(a, b)) == 0 }

// apart reports whether two places are in different subnets, or in VLANs that
// count as such.
func (s *structure) apart(a, b place) bool {
	return s.scopes.differ(a.subnets, b.subnets) || s.scopes.differ(a.vlans, b.vlans)
}

// unread gives who stands at the one of two places of which it is not known where
// it is, though it matters: of the other it is known, its subnet or with neither
// subnet its VLAN, and one of them has a gateway, which is on the way if they are
// apart. It gives none for all other pairs, and within one machine, where nothing
// has to be crossed.
func (s *structure) unread(a, b place) int32 {
	switch {
	case a.subnets != 0 && b.subnets != 0, a.vlans != 0 && b.vlans != 0, a.machine == b.machine && a.asker == b.asker,
		len(s.usesOf(a.asker, "gateway"))+len(s.usesOf(b.asker, "gateway")) == 0:
		return none
	case a.subnets != 0:
		return b.asker
	case b.subnets != 0:
		return a.asker
	case a.vlans != 0:
		return b.asker
	case b.vlans != 0:
		return a.asker
	}
	return none
}

// ownScope adds the subnets or VLANs that a component is said to be in itself.
func (s *structure) ownScope(c int32, t graph.RelationType, into []int32) []int32 {
	for _, r := range s.view.OutOf(c, t) {
		into = append(into, r.To)
	}
	return into
}

// scopeOf gives the subnets (in_subnet) or VLANs (in_vlan) of a machine: those
// of itself and its interfaces; if it has none, those of what it is joined to.
func (s *structure) scopeOf(machine int32, t graph.RelationType) int32 {
	known := s.scopes.of[0]
	if t == graph.InVLAN {
		known = s.scopes.of[1]
	}
	if known[machine] == none {
		known[machine] = s.findScope(machine, t)
	}
	return known[machine]
}

func (s *structure) findScope(machine int32, t graph.RelationType) int32 {
	own := s.ownScope(machine, t, nil)
	parts := s.partsOf(machine)
	for _, p := range parts {
		if s.kind(p) == graph.Interface {
			own = s.ownScope(p, t, own)
		}
	}
	if len(own) > 0 {
		return s.scopes.set(own)
	}
	near := append(parts, machine)
	isNear := make(map[int32]bool, len(near))
	for _, c := range near {
		isNear[c] = true
	}
	for _, c := range near {
		for _, i := range s.view.In(c) {
			if r := &s.view.Relations[i]; r.Type == graph.Joins && r.Strength != graph.Soft {
				for _, far := range s.view.OutOf(r.From, graph.Joins) {
					if far.Strength != graph.Soft && s.kind(far.To) == graph.Interface && !isNear[far.To] {
						own = s.ownScope(far.To, t, own)
					}
				}
			}
		}
	}
	if s.kind(machine) != graph.Server || !s.isLinked(machine) && !hasHost(s.view, machine) {
		for _, r := range s.view.OutOf(machine, graph.AttachedTo) {
			if r.Strength == graph.Soft {
				continue
			}
			switch s.kind(r.To) {
			case graph.Interface:
				own = s.ownScope(r.To, t, own)
			case graph.Subnet:
				if t == graph.InSubnet {
					own = append(own, r.To)
				}
			}
		}
	}
	return s.scopes.set(own)
}

// partsOf gives the interfaces and modules of a machine, at any depth.
func (s *structure) partsOf(machine int32) []int32 {
	var parts []int32
	seen := map[int32]bool{machine: true}
	queue := []int32{machine}
	for len(queue) > 0 {
		c := queue[0]
		queue = queue[1:]
		for _, i := range s.view.In(c) {
			r := &s.view.Relations[i]
			if r.Type != graph.PartOf || r.Strength == graph.Soft || seen[r.From] {
				continue
			}
			if k := s.kind(r.From); k == graph.Interface || k == graph.Module {
				seen[r.From] = true
				parts = append(parts, r.From)
				queue = append(queue, r.From)
			}
		}
	}
	return parts
}

// isLinked reports whether a link joins a machine or a part of it.
func (s *structure) isLinked(machine int32) bool {
	for _, c := range append(s.partsOf(machine), machine) {
		for _, i := range s.view.In(c) {
			if r := &s.view.Relations[i]; r.Type == graph.Joins && r.Strength != graph.Soft {
				return true
			}
		}
	}
	return false
}

// usesOf gives the relations from c to groups of a role.
func (s *structure) usesOf(c int32, role string) []int32 {
	if c == anyone {
		return nil
	}
	var out []int32
	lo, hi := s.view.Out(c)
	for i := lo; i < hi; i++ {
		r := &s.view.Relations[i]
		if r.Type == graph.Uses && r.Strength != graph.Soft && s.view.Components[r.To].Attrs.Text("role") == role {
			out = append(out, i)
		}
	}
	return out
}

// standing is the way down from what asks or is asked to the machine it stands
// on: what was found of its scope so far.
type standing struct {
	subnets, vlans, asker int32
	assumed               bool
}

var unplaced = standing{asker: none}

// over adds the strength of the relation that leads on down.
func (p standing) over(strength graph.Strength) standing {
	p.assumed = p.assumed || strength == graph.Assumed
	return p
}

// at adds what a server or device on the way down says of the scope: what stands
// higher counts where it is known.
func (p standing) at(s *structure, c int32) standing {
	if p.subnets == 0 {
		p.subnets = s.scopeOf(c, graph.InSubnet)
	}
	if p.vlans == 0 {
		p.vlans = s.scopeOf(c, graph.InVLAN)
	}
	if p.asker == none {
		p.asker = c
	}
	return p
}

func (p standing) on(machine int32) place {
	return place{machine: machine, subnets: p.subnets, vlans: p.vlans, asker: p.asker, assumed: p.assumed}
}

// zonePlace is the place of an access zone from which a service is used.
func (s *structure) zonePlace(zone int32, used graph.Strength) int32 {
	return s.place(unplaced.over(used).at(s, zone).on(zone))
}
