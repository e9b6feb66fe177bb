package resolve

import (
	"cmp"
	"slices"
	"strings"

	"gujo/discovery"
	"gujo/graph"
)

// cable is a link to be drawn: two ends, or more on a shared segment.
type cable struct {
	ends   []cableEnd
	facts  []discovery.Fact
	refs   []string // of declarations
	source string   // lldp, cdp, lldp+cdp, ospf, fdb, declared
	notes  []cableNote
	id     string
}

type cableEnd struct {
	end
	strength graph.Strength
}

// cableNote is a note about a cable that is not drawn yet.
type cableNote struct {
	key   string
	args  []string
	facts []discovery.Fact
	about *end // its component comes first among the arguments
}

func (c *cable) has(e end) bool {
	return slices.ContainsFunc(c.ends, func(o cableEnd) bool { return o.end == e })
}

// sortEnds puts the ends into the order in which they stand in the ID.
func (c *cable) sortEnds() {
	slices.SortFunc(c.ends, func(x, y cableEnd) int { return strings.Compare(x.String(), y.String()) })
}

// makeCables pairs the halves of cables, joins what hangs on one port to a
// segment, and settles how sure each end is.
func (r *resolver) makeCables() {
	r.pairHalves()
	var cables []*rawCable
	for _, h := range r.halves {
		if h.paired {
			continue
		}
		h.paired = true
		raw := &rawCable{halves: []*half{h}, ends: []end{h.from, h.to}}
		if back := r.backOf(h); back != nil {
			back.paired = true
			raw.halves = append(raw.halves, back)
			// Who speaks knows best from which port: the other may name its aggregate.
			if back.from.port != nil {
				raw.ends[1] = back.from
			}
			if raw.ends[0].port == nil {
				raw.ends[0] = back.to
			}
		}
		cables = append(cables, raw)
	}
	for _, raw := range joinSegments(cables) {
		r.cables = append(r.cables, raw.judge())
	}
	for _, c := range r.cables {
		for _, e := range c.ends {
			if e.port != nil {
				e.port.cables = append(e.port.cables, c)
			}
		}
	}
}

// rawCable is a cable before it is judged.
type rawCable struct {
	halves []*half
	ends   []end
}

// pairHalves finds, for each half, the half that the other end tells: first
// those that agree in both ports, then those where a port is not known and there
// is one choice only.
func (r *resolver) pairHalves() {
	r.backs = map[*half]*half{}
	byWay := map[[2]*machine][]*half{}
	for _, h := range r.halves {
		k := [2]*machine{h.from.machine, h.to.machine}
		byWay[k] = append(byWay[k], h)
	}
	pair := func(h, o *half) { r.backs[h], r.backs[o] = o, h }
	for level := range 3 {
		fits := func(h, o *half) bool {
			if h == o || r.backs[o] != nil {
				return false
			}
			if level == 0 {
				return h.to.port != nil && o.to.port != nil && o.from.port == h.to.port && o.to.port == h.from.port
			}
			if level == 1 && h.to.port == nil && o.to.port == nil {
				return false
			}
			return fitsPort(h.to.port, o.from.port, level) && fitsPort(o.to.port, h.from.port, level)
		}
		for _, h := range r.halves {
			if r.backs[h] != nil {
				continue
			}
			var found []*half
			for _, o := range byWay[[2]*machine{h.to.machine, h.from.machine}] {
				if fits(h, o) {
					found = append(found, o)
				}
			}
			if len(found) == 0 || level == 2 && len(found) > 1 {
				continue
			}
			if level == 2 { // and no other half of ours may fit it
				rivals := 0
				for _, o := range byWay[[2]*machine{h.from.machine, h.to.machine}] {
					if r.backs[o] == nil && fits(o, found[0]) {
						rivals++
					}
				}
				if rivals > 1 {
					continue
				}
			}
			pair(h, found[0])
		}
	}
}

// fitsPort reports whether the port that one end names may be the port that the
// other end speaks from. At level 1 one of them may be the aggregate of the
// other, or not be named; at level 2 the row may name no port at all.
func fitsPort(named, speaks *port, level int) bool {
	if named == nil || speaks == nil {
		return level == 2 || named == nil && speaks != nil
	}
	if named == speaks {
		return true
	}
	return sameMAC(named, speaks) && (named.ifType() == 161 || speaks.ifType() == 161)
}

func sameMAC(p, q *port) bool { return p.mac() != "" && p.mac() == q.mac() }

func (r *resolver) backOf(h *half) *half { return r.backs[h] }

// joinSegments makes one segment of all cables at a port that itself hears
// several neighbours: a hub, an unmanaged switch, a host of virtual machines.
func joinSegments(cables []*rawCable) []*rawCable {
	hears := map[*port][]int{}
	touches := map[*port][]int{}
	for i, c := range cables {
		seen := map[*port]bool{}
		for _, h := range c.halves {
			if p := h.from.port; p != nil && !seen[p] {
				seen[p] = true
				hears[p] = append(hears[p], i)
			}
		}
		for _, e := range c.ends {
			if e.port != nil {
				touches[e.port] = append(touches[e.port], i)
			}
		}
	}
	set := newClusters(len(cables))
	for p, list := range hears {
		if len(list) < 2 {
			continue
		}
		for _, i := range touches[p] {
			set.force(list[0], i)
		}
	}
	byRoot := map[int]*rawCable{}
	var out []*rawCable
	for i, c := range cables {
		root := set.root(i)
		raw := byRoot[root]
		if raw == nil {
			raw = &rawCable{}
			byRoot[root] = raw
			out = append(out, raw)
		}
		raw.halves = append(raw.halves, c.halves...)
		for _, e := range c.ends {
			if !slices.Contains(raw.ends, e) {
				raw.ends = append(raw.ends, e)
			}
		}
	}
	return out
}

// neighbourTables names, per protocol, the tables that would hold the other end's word.
var neighbourTables = map[string][]string{
	"lldp": {"lldpRemTable", "lldpV2RemTable", "lldpRemoteTable", "lldp"},
	"cdp":  {"cdpCacheTable", "cdp"},
	"ospf": {"ospfNbrTable", "ospf"},
}

// judge settles the strength of each end. An end that speaks for itself is sure,
// and so is one that could not be asked; one that was asked, and whose table was
// read to its end without a word of this cable, is not.
func (raw *rawCable) judge() *cable {
	c := &cable{}
	var protocols []string
	for _, h := range raw.halves {
		c.facts = append(c.facts, h.facts...)
		for _, p := range h.protocols {
			if !slices.Contains(protocols, p) {
				protocols = append(protocols, p)
			}
		}
		if h.against != "" {
			c.notes = append(c.notes, cableNote{key: "contradicted." + h.against, args: []string{h.said}, facts: h.facts})
		}
	}
	slices.Sort(protocols)
	slices.Reverse(protocols)
	c.source = strings.Join(protocols, "+")
	for _, e := range raw.ends {
		speaks := false
		var asked []string
		var facts []discovery.Fact
		for _, h := range raw.halves {
			if h.from == e || e.port == nil && h.from.machine == e.machine || h.from.port == nil && h.from.machine == e.machine && len(raw.ends) == 2 {
				speaks = true
			}
			if h.to.machine == e.machine {
				facts = append(facts, h.facts...)
				for _, p := range h.protocols {
					asked = append(asked, neighbourTables[p]...)
				}
			}
		}
		strength := graph.Hard
		switch {
		case speaks:
		case e.machine.readWhole(asked...):
			strength = graph.Assumed
			c.notes = append(c.notes, cableNote{key: "unconfirmed", facts: facts, about: &e})
		case e.machine.read():
			c.notes = append(c.notes, cableNote{key: "unasked", facts: facts, about: &e})
		}
		c.ends = append(c.ends, cableEnd{e, strength})
	}
	if len(c.ends) > 2 {
		c.notes = append(c.notes, cableNote{key: "segment", args: []string{itoa(len(c.ends))}})
	}
	return c
}

// linked reports whether a cable joins two ports' machines at one of the ports.
func (p *port) linked() bool { return len(p.cables) > 0 }

// drawCables draws the links, and the groups of those that are bundled.
func (r *resolver) drawCables() {
	r.makeBundles()
	r.pairPartners()
	for _, c := range r.cables {
		c.sortEnds()
	}
	slices.SortStableFunc(r.cables, func(x, y *cable) int {
		return cmp.Or(strings.Compare(x.baseID(), y.baseID()), strings.Compare(firstRef(x.facts), firstRef(y.facts)))
	})
	for _, c := range r.cables {
		r.drawCable(c)
	}
	r.drawBundles()
}

func (c *cable) baseID() string {
	switch {
	case len(c.ends) > 2:
		return "link/segment-" + c.ends[0].String()
	case len(c.ends) == 2:
		return "link/" + c.ends[0].String() + "--" + c.ends[1].String()
	}
	return "link/" + c.ends[0].String()
}

// drawCable draws one link. A neighbour outside the scope is no end of a link,
// but an adjacency shows that it is there.
func (r *resolver) drawCable(c *cable) {
	refs := joinRefs(r.cite(c.facts...), c.refs)
	var inside, outside []cableEnd
	for _, e := range c.ends {
		if e.machine.kind == graph.External {
			outside = append(outside, e)
		} else {
			inside = append(inside, e)
		}
	}
	for _, o := range outside {
		for _, e := range inside {
			r.relate(e.component(), graph.AdjacentTo, o.machine.id(), graph.Soft, refs, graph.Attr{Key: "protocol", Value: graph.String(c.source)})
		}
	}
	if len(inside) < 2 && (len(outside) > 0 || len(inside) == 0) {
		return
	}
	c.ends = inside
	name := make([]string, len(inside))
	for i, e := range inside {
		name[i] = e.String()
	}
	comp := graph.Component{ID: c.baseID(), Kind: graph.Link, Name: strings.Join(name, " – "), Evidence: refs}
	if len(name) > 4 {
		comp.Name = name[0] + " – …"
	}
	setText(&comp, "source", c.source)
	if len(inside) > 2 {
		set(&comp, "shared", graph.Bool(true))
	}
	c.id = r.add(comp)
	for _, e := range inside {
		r.relate(c.id, graph.Joins, e.component(), e.strength, refs)
	}
	for _, n := range c.notes {
		if n.about != nil {
			n.args = append([]string{n.about.component()}, n.args...)
		}
		r.note(c.id, n.key, r.cite(n.facts...), n.args...)
	}
}

// component gives the ID of the interface or, where that is not known, of the machine.
func (e end) component() string {
	if e.port == nil {
		return e.machine.id()
	}
	return e.port.id
}

func firstRef(facts []discovery.Fact) string {
	ref := ""
	for _, f := range facts {
		for _, s := range f.Sources {
			if ref == "" || s.Ref < ref {
				ref = s.Ref
			}
		}
	}
	return ref
}
