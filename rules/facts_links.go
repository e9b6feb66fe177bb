package rules

import (
	"regexp"
	"slices"
	"strings"

	"gujo/graph"
)

// What rules ask about cables, and about the ports and cards that they end on.

// links gives the cables that end at a machine or one of its parts; a link that
// bundles others is none.
func (l *look) links(c int32) []int32 {
	var out []int32
	for _, end := range append([]int32{c}, l.facts.look().parts(c)...) {
		for _, i := range l.In(end) {
			r := &l.Relations[i]
			if r.Type == graph.Joins && len(l.OutOf(r.From, graph.Aggregates)) == 0 {
				l.machine(end) // ports without a cable are no part of the proof
				l.mark(i)
				out = append(out, r.From)
			}
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// firm reports that no end of a link is only assumed.
func (l *look) firm(link int32) bool {
	for _, r := range l.OutOf(link, graph.Joins) {
		if r.Strength != graph.Hard {
			return false
		}
	}
	return true
}

// ends gives the machines that a link, or an aggregate of links, joins.
func (l *look) ends(links []int32) []int32 {
	var out []int32
	for _, link := range links {
		for _, e := range l.needs(link, graph.Joins) {
			out = append(out, l.machine(e))
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// whole reports whether all members of an aggregate can be known to be here: both its
// ends are aggregates of devices that told which ports they bundle, and lead nowhere
// else. Where one end is spread over two devices (MLAG, vPC), each of them sees its own
// cables alone, and only the other end shows that there are more.
func (l *look) whole(group int32) bool {
	links := l.neededBy(group, graph.Aggregates)
	for _, link := range links {
		ends := l.needs(link, graph.Joins)
		if len(ends) != 2 {
			return false
		}
		for _, e := range ends {
			if l.kind(e) != graph.Interface || !l.read(l.machine(e), aggregatePorts) {
				return false
			}
			for _, i := range l.In(e) {
				if r := &l.Relations[i]; r.Type == graph.Joins && r.From != link && len(l.OutOf(r.From, graph.Aggregates)) > 0 {
					return false
				}
			}
		}
	}
	return len(links) > 0
}

// aggregatePorts is the table in which a device says which ports it bundles (IEEE8023-LAG-MIB).
const aggregatePorts = "dot3adAggPortTable"

// virtualInterface is how kernels and hypervisors name interfaces that no cable goes
// into. Each name is matched whole: a card may be called lom2.
var virtualInterface = regexp.MustCompile(`^(lo\d*|docker(\d+|_gwbridge)|(br|bond|team|tun|tunl|vmk|wg)\d+|tap.*|br-.+|virbr\d+(-nic)?|veth.+|cni\d+|flannel.*|cali.+|lxc.+|lxdbr\d+|vnet\d+|kube-.+|ovs-.+|dummy\d+)$`)

// uncabled lists the types of interfaces that no cable of the network goes into
// (IANAifType-MIB). One of another type, or of none that was told, may have one; kernels
// also use ethernetCsmacd for what no cable goes into.
var uncabled = []string{
	"23",  // ppp
	"24",  // softwareLoopback
	"53",  // propVirtual
	"54",  // propMultiplexor
	"56",  // fibreChannel: it leads to storage
	"131", // tunnel
	"134", // atmSubInterface
	"135", // l2vlan
	"136", // l3ipvlan
	"137", // l3ipxvlan
	"150", // mplsTunnel
	"161", // ieee8023adLag
	"166", // mpls
	"209", // bridge
	"258", // vmwareVirtualNic
}

// unlinked gives the interfaces of a machine that are not known to be out of service,
// that a cable may go into and whose far end nobody saw: there may be an attachment
// that is not in the graph.
func (l *look) unlinked(c int32) []int32 {
	linked := func(i int32) bool {
		return slices.ContainsFunc(l.In(i), func(r int32) bool { return l.Relations[r].Type == graph.Joins })
	}
	var out []int32
	for _, i := range l.facts.look().parts(c) {
		comp := &l.Components[i]
		if comp.Kind != graph.Interface || l.off(i) || slices.Contains(uncabled, comp.Attrs.Text("if_type")) || linked(i) || virtualInterface.MatchString(comp.Name) {
			continue
		}
		// A cable that was seen at a unit of a port, or at a port of a bond, is its own.
		seen := slices.ContainsFunc(l.In(i), func(r int32) bool {
			return l.Relations[r].Type == graph.PartOf && linked(l.Relations[r].From)
		})
		// A unit rides on a port that is judged itself.
		unit := slices.ContainsFunc(l.OutOf(i, graph.PartOf), func(r graph.Relation) bool {
			port := &l.Components[r.To]
			return port.Kind == graph.Interface && port.Name != "" && strings.HasPrefix(comp.Name, port.Name)
		})
		if !seen && !unit {
			l.machine(i)
			out = append(out, i)
		}
	}
	return out
}

// off reports whether an interface was seen to be out of service. Whether one that is
// dormant, or of unknown state, carries traffic is not known (IF-MIB, ifOperStatus).
func (l *look) off(i int32) bool {
	comp := &l.Components[i]
	switch comp.Attrs.Text("oper") {
	case "down", "testing", "notPresent", "lowerLayerDown":
		return true
	}
	return comp.State == graph.Down || comp.Attrs.Text("admin") == "down"
}

// cards gives the card that a port or card sits on, and those that this one sits on.
func (l *look) cards(c int32) (out []int32) {
	for range maxDepth {
		at := slices.IndexFunc(l.needs(c, graph.PartOf), func(p int32) bool { return l.kind(p) == graph.Module })
		if at < 0 {
			break
		}
		c = l.needs(c, graph.PartOf)[at]
		out = append(out, c)
	}
	return out
}

// carded is what is known of the cards of a machine, in ID order.
type carded struct{ all, withPorts []int32 }

// cardsOf is looked up once a run: a device may have as many aggregates as ports.
func (f *facts) cardsOf(dev int32) carded {
	known, ok := f.carded[dev]
	if ok {
		return known
	}
	for _, p := range f.look().parts(dev) {
		if f.Components[p].Kind != graph.Module {
			continue
		}
		known.all = append(known.all, p)
		if slices.ContainsFunc(f.In(p), func(i int32) bool {
			return f.Relations[i].Type == graph.PartOf && f.Components[f.Relations[i].From].Kind == graph.Interface
		}) {
			known.withPorts = append(known.withPorts, p)
		}
	}
	f.carded[dev] = known
	return known
}

// elsewhere reports whether a machine has ports on a card that neither is this one nor
// sits on it.
func (l *look) elsewhere(dev, card int32) bool {
	return slices.ContainsFunc(l.cardsOf(dev).withPorts, func(c int32) bool {
		if c == card || slices.Contains(l.facts.look().cards(c), card) {
			return false
		}
		l.cards(c)
		return true
	})
}
