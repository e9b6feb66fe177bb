package resolve

import (
	"cmp"
	"net/netip"
	"strconv"

	"gujo/discovery"
	"gujo/graph"
)

func itoa(n int) string { return strconv.Itoa(n) }

func comparePrefix(x, y netip.Prefix) int {
	return cmp.Or(x.Addr().Compare(y.Addr()), cmp.Compare(x.Bits(), y.Bits()))
}

// subnetOf gives the subnet of an interface's address; an address alone, and
// what is everybody's, has none.
func subnetOf(p netip.Prefix) (netip.Prefix, bool) {
	if !p.IsValid() || !ownable(p.Addr()) || p.Bits() >= p.Addr().BitLen() || p.Bits() == 0 {
		return netip.Prefix{}, false
	}
	return p.Masked(), true
}

// subnet gives the component of a subnet in a zone, drawn when it is first asked for.
func (r *resolver) subnet(zone string, p netip.Prefix) string {
	key := zoned{zone, p.String()}
	if id, ok := r.subnets[key]; ok {
		return id
	}
	id := "subnet/" + idPart(p.String())
	if r.components[id] != nil {
		id += "@" + idPart(zone)
	}
	c := graph.Component{ID: id, Kind: graph.Subnet, Name: p.String(), Identifiers: []string{"subnet:" + zone + "~" + p.String()}}
	setText(&c, "zone", zone)
	r.subnets[key] = r.add(c)
	return r.subnets[key]
}

// drawNetworks draws subnets and VLANs, and which interfaces are in them.
func (r *resolver) drawNetworks() {
	names := map[zoned]map[string]bool{}
	for _, s := range r.subjects {
		for _, v := range s.vlans {
			k := zoned{s.Zone, itoa(v.ID)}
			if n := displayName(v.Name); n != "" {
				if names[k] == nil {
					names[k] = map[string]bool{}
				}
				names[k][n] = true
			}
		}
	}
	for _, m := range r.machines {
		if m.kind == graph.External {
			continue
		}
		for _, p := range m.ports {
			for _, prefix := range p.prefixes {
				if net, ok := subnetOf(prefix.Prefix); ok {
					refs := r.cite(prefix.fact)
					id := r.subnet(prefix.fact.Zone, net)
					r.components[id].Evidence = joinRefs(r.components[id].Evidence, refs)
					r.relate(p.id, graph.InSubnet, id, graph.Soft, refs, graph.Attr{Key: "address", Value: graph.String(prefix.Addr().String())})
				}
			}
		}
		for _, s := range m.subjects {
			for _, a := range s.addresses { // of no interface that is known
				if net, ok := subnetOf(a.Prefix); ok && s.ports[a.IfIndex] == nil && m.kind == graph.Server {
					r.relate(m.id(), graph.InSubnet, r.subnet(s.Zone, net), graph.Soft, r.cite(a.Fact))
				}
			}
			for _, v := range s.portVLANs {
				if p := s.ports[v.IfIndex]; p != nil {
					r.drawPortVLANs(s.Zone, p, v, names)
				}
			}
		}
	}
}

func (r *resolver) drawPortVLANs(zone string, p *port, v discovery.PortVLAN, names map[zoned]map[string]bool) {
	refs := r.cite(v.Fact)
	draw := func(number int, tagged bool) {
		if number <= 0 || number > 4094 {
			return
		}
		r.relate(p.id, graph.InVLAN, r.vlan(zone, number, names[zoned{zone, itoa(number)}]), graph.Soft, refs,
			graph.Attr{Key: "tagged", Value: graph.Bool(tagged)})
	}
	for _, number := range v.Tagged {
		if number != v.Untagged {
			draw(number, true)
		}
	}
	draw(v.Untagged, false)
}

func (r *resolver) vlan(zone string, number int, names map[string]bool) string {
	key := zoned{zone, itoa(number)}
	if id, ok := r.vlanIDs[key]; ok {
		return id
	}
	id := "vlan/" + itoa(number)
	if r.components[id] != nil {
		id += "@" + idPart(zone)
	}
	c := graph.Component{ID: id, Kind: graph.VLAN, Name: itoa(number)}
	if len(names) == 1 {
		c.Name = firstKey(names)
	}
	set(&c, "number", graph.Int(int64(number)))
	r.vlanIDs[key] = r.add(c)
	return r.vlanIDs[key]
}
