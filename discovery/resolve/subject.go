package resolve

import (
	"cmp"
	"encoding/json"
	"net/netip"
	"reflect"
	"slices"
	"strings"
	"time"

	"gujo/discovery"
	"gujo/discovery/evidence"
)

// subject is all that was observed under one zone and target.
type subject struct {
	discovery.Subject
	machine *machine
	newest  time.Time

	system     []discovery.Machine
	ids        []discovery.Identifier
	interfaces []discovery.Interface
	stacks     []discovery.InterfaceStack
	addresses  []discovery.Address
	neighbors  []discovery.Neighbor
	aggregates []discovery.LinkAggregate
	routers    []discovery.VirtualRouter
	forwarding []discovery.ForwardingEntry
	arp        []discovery.NeighborAddress
	portVLANs  []discovery.PortVLAN
	vlans      []discovery.VLAN
	spanning   []discovery.SpanningTreePort
	routing    []discovery.RoutingNeighbor
	routerIDs  []discovery.RouterID
	routes     []discovery.DefaultRoute
	entities   []discovery.PhysicalEntity

	gaps    []discovery.Gap
	covered []discovery.Coverage
	ports   map[int]*port // by ifIndex
}

// observed reports whether anything was read of the subject at all.
func (s *subject) observed() bool {
	return len(s.system)+len(s.ids)+len(s.interfaces)+len(s.addresses)+len(s.neighbors)+len(s.forwarding)+
		len(s.entities)+len(s.arp)+len(s.routing)+len(s.aggregates)+len(s.routers)+len(s.vlans)+len(s.portVLANs) > 0
}

// readWhole reports whether one of the tables was read to its end.
func (s *subject) readWhole(tables ...string) bool {
	for _, c := range s.covered {
		if c.Outcome != string(evidence.Complete) && c.Outcome != string(evidence.Empty) {
			continue
		}
		for _, t := range tables {
			if strings.EqualFold(c.Table, t) {
				return true
			}
		}
	}
	return false
}

// gather sorts what was read by subject, in an order that does not depend on
// the order of input.
func gather(readings []discovery.Reading) []*subject {
	by := map[discovery.Subject]*subject{}
	of := func(key discovery.Subject) *subject {
		s := by[key]
		if s == nil {
			s = &subject{Subject: key, ports: map[int]*port{}}
			by[key] = s
		}
		return s
	}
	for _, r := range readings {
		for _, o := range r.Observations {
			if o == nil {
				continue
			}
			f := o.Header()
			s := of(f.Subject)
			for _, src := range f.Sources {
				if src.Collected.After(s.newest) {
					s.newest = src.Collected
				}
			}
			s.put(o)
		}
		for _, g := range r.Gaps {
			s := of(g.Subject)
			s.gaps = append(s.gaps, g)
		}
		for _, c := range r.Coverage {
			s := of(c.Subject)
			s.covered = append(s.covered, c)
		}
	}
	list := make([]*subject, 0, len(by))
	for _, s := range by {
		s.sort()
		s.dropInternal()
		list = append(list, s)
	}
	slices.SortFunc(list, func(x, y *subject) int {
		return cmp.Or(strings.Compare(x.Zone, y.Zone), strings.Compare(x.Target, y.Target))
	})
	return list
}

func (s *subject) put(o discovery.Observation) {
	switch o := o.(type) {
	case discovery.Machine:
		s.system = append(s.system, o)
	case discovery.Identifier:
		s.ids = append(s.ids, o)
	case discovery.Interface:
		s.interfaces = append(s.interfaces, o)
	case discovery.InterfaceStack:
		s.stacks = append(s.stacks, o)
	case discovery.Address:
		o.Prefix = plainPrefix(o.Prefix)
		s.addresses = append(s.addresses, o)
	case discovery.Neighbor:
		s.neighbors = append(s.neighbors, o)
	case discovery.LinkAggregate:
		s.aggregates = append(s.aggregates, o)
	case discovery.VirtualRouter:
		s.routers = append(s.routers, o)
	case discovery.ForwardingEntry:
		s.forwarding = append(s.forwarding, o)
	case discovery.NeighborAddress:
		s.arp = append(s.arp, o)
	case discovery.PortVLAN:
		s.portVLANs = append(s.portVLANs, o)
	case discovery.VLAN:
		s.vlans = append(s.vlans, o)
	case discovery.SpanningTreePort:
		s.spanning = append(s.spanning, o)
	case discovery.RoutingNeighbor:
		s.routing = append(s.routing, o)
	case discovery.RouterID:
		s.routerIDs = append(s.routerIDs, o)
	case discovery.DefaultRoute:
		s.routes = append(s.routes, o)
	case discovery.PhysicalEntity:
		s.entities = append(s.entities, o)
	default:
		// An interpreter may hand over pointers; anything else says nothing about structure.
		if v := reflect.ValueOf(o); v.Kind() == reflect.Pointer && !v.IsNil() {
			if inner, ok := v.Elem().Interface().(discovery.Observation); ok {
				s.put(inner)
			}
		}
	}
}

func (s *subject) sort() {
	canonical(s.system)
	canonical(s.ids)
	canonical(s.interfaces)
	slices.SortStableFunc(s.interfaces, func(x, y discovery.Interface) int { return cmp.Compare(x.Index, y.Index) })
	canonical(s.stacks)
	canonical(s.addresses)
	canonical(s.neighbors)
	canonical(s.aggregates)
	canonical(s.routers)
	canonical(s.forwarding)
	canonical(s.arp)
	canonical(s.portVLANs)
	canonical(s.vlans)
	canonical(s.spanning)
	canonical(s.routing)
	canonical(s.routerIDs)
	canonical(s.routes)
	canonical(s.entities)
	slices.SortFunc(s.gaps, func(x, y discovery.Gap) int {
		return cmp.Or(strings.Compare(x.Table, y.Table), strings.Compare(x.Reason, y.Reason), strings.Compare(x.Detail, y.Detail))
	})
	slices.SortFunc(s.covered, func(x, y discovery.Coverage) int {
		return cmp.Or(strings.Compare(x.Table, y.Table), strings.Compare(x.Outcome, y.Outcome))
	})
}

// canonical sorts observations by the place that they were read from; only what
// was read from one and the same place has to be compared in full.
func canonical[T discovery.Observation](list []T) {
	ref := func(o T) string {
		if src := o.Header().Sources; len(src) > 0 {
			return src[0].Ref
		}
		return ""
	}
	slices.SortStableFunc(list, func(x, y T) int {
		if c := strings.Compare(ref(x), ref(y)); c != 0 {
			return c
		}
		return strings.Compare(dump(x), dump(y))
	})
}

func dump(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		return ""
	}
	return string(b)
}

// plainPrefix drops what has no place in an identity: a zone, an IPv4 address
// dressed as IPv6.
func plainPrefix(p netip.Prefix) netip.Prefix {
	if !p.IsValid() {
		return p
	}
	a := p.Addr().WithZone("")
	if a.Is4In6() && p.Bits() >= 96 {
		return netip.PrefixFrom(a.Unmap(), p.Bits()-96)
	}
	return netip.PrefixFrom(a, p.Bits())
}
