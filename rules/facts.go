package rules

import (
	"slices"
	"strings"

	"gujo/graph"
)

// facts are what rules can ask about the components of one snapshot.
type facts struct {
	*graph.View // its targets that became no component stand behind the components
	snapshot    *graph.Snapshot
	required    map[graph.Kind][]tableSet // by what the rules of this run need
	all         []int32                   // every network device
	unread      []int32                   // those of which nothing was read
	alike       map[string]bool           // names that several machines bear
}

func newFacts(s *graph.Snapshot, required map[graph.Kind][]tableSet) *facts {
	f := &facts{snapshot: s, required: required}
	if more := targets(s); len(more) > 0 {
		wider := *s
		wider.Components = slices.Concat(s.Components, more)
		s = &wider
	}
	f.View = graph.NewView(s)
	f.alike = namesakes(s)
	for i := range s.Components {
		if s.Components[i].Kind == graph.NetworkDevice {
			f.all = append(f.all, int32(i))
			if f.tablesRead(int32(i)) == 0 {
				f.unread = append(f.unread, int32(i))
			}
		}
	}
	return f
}

// Find gives the index of the component with this ID; a target that became none
// is not found.
func (f *facts) Find(id string) (int32, bool) { return f.snapshot.Find(id) }

// A look is one evaluation of one rule about one subject. It remembers every
// relation that was consulted: together they are the proof of the verdict.
type look struct {
	*facts
	seen  map[int32]struct{} // indexes into Relations
	order []int32
}

func (f *facts) look() *look { return &look{facts: f, seen: map[int32]struct{}{}} }

func (l *look) mark(rel int32) {
	if _, ok := l.seen[rel]; !ok {
		l.seen[rel] = struct{}{}
		l.order = append(l.order, rel)
	}
}

func (l *look) kind(c int32) graph.Kind { return l.Components[c].Kind }

// needs gives what c needs by relations of this type, in ID order.
func (l *look) needs(c int32, t graph.RelationType) []int32 {
	var out []int32
	lo, hi := l.Out(c)
	for i := lo; i < hi; i++ {
		if l.Relations[i].Type == t {
			l.mark(i)
			out = append(out, l.Relations[i].To)
		}
	}
	return out
}

// neededBy gives who needs c by relations of this type, in ID order.
func (l *look) neededBy(c int32, t graph.RelationType) []int32 {
	var out []int32
	for _, i := range l.In(c) {
		if l.Relations[i].Type == t {
			l.mark(i)
			out = append(out, l.Relations[i].From)
		}
	}
	return out
}

// live gives the members of a group that are in service: active, and neither
// they nor what they stand on seen down.
func (l *look) live(group int32) []int32 {
	var out []int32
	lo, hi := l.Out(group)
	for i := lo; i < hi; i++ {
		r := &l.Relations[i]
		if r.Type != graph.Member {
			continue
		}
		l.mark(i)
		if r.Active() && l.up(r.To, 0) {
			out = append(out, r.To)
		}
	}
	return out
}

// maxDepth bounds how far a chain of relations is followed.
const maxDepth = 16

// up reports that nothing says that c is down. A link is down with one of its
// ends, a part with its device, an endpoint or application with its server; a
// group when fewer than k of its members are up.
func (l *look) up(c int32, depth int) bool {
	if l.Components[c].State == graph.Down {
		return false
	}
	if depth > maxDepth {
		return true
	}
	if g := l.Components[c].Group; g != nil {
		n := 0
		for _, r := range l.OutOf(c, graph.Member) {
			if r.Active() && l.up(r.To, depth+1) {
				n++
			}
		}
		return n >= max(g.K, 1)
	}
	for _, r := range l.Needs(c) {
		switch r.Type {
		case graph.PartOf, graph.RunsOn, graph.ServedBy, graph.BoundTo:
		case graph.Joins:
			if ends := l.OutOf(c, graph.Joins); len(ends) > 2 {
				continue // a segment outlives its ends
			}
		default:
			continue
		}
		if r.Strength == graph.Hard && !l.up(r.To, depth+1) {
			return false
		}
	}
	return true
}

// machine gives the box that c is part of, runs on or is reached at: c itself
// where nothing says so.
func (l *look) machine(c int32) int32 {
	for range maxDepth {
		next := int32(-1)
		lo, hi := l.Out(c)
		for i := lo; i < hi; i++ {
			r := &l.Relations[i]
			follow := false
			switch l.kind(c) {
			case graph.Interface, graph.Module, graph.PowerSupply:
				follow = r.Type == graph.PartOf
			case graph.Application:
				follow = r.Type == graph.RunsOn
			case graph.Endpoint, graph.VirtualServer:
				follow = r.Type == graph.ServedBy || r.Type == graph.BoundTo
			case graph.DNSName:
				follow = r.Type == graph.ResolvesTo
			}
			if follow && l.kind(r.To) != graph.RedundancyGroup {
				l.mark(i)
				next = r.To
				break
			}
		}
		if next < 0 {
			return c
		}
		c = next
	}
	return c
}

// machines gives the boxes behind a list, those of nested groups included, each once.
func (l *look) machines(list []int32) []int32 {
	var out []int32
	seen := map[int32]bool{}
	var walk func(c int32, depth int)
	walk = func(c int32, depth int) {
		if l.kind(c) == graph.RedundancyGroup {
			if depth < maxDepth {
				for _, m := range l.live(c) {
					walk(m, depth+1)
				}
			}
			return
		}
		if m := l.machine(c); !seen[m] {
			seen[m] = true
			out = append(out, m)
		}
	}
	for _, c := range list {
		walk(c, 0)
	}
	slices.Sort(out)
	return out
}

// parts gives the interfaces, modules and power supplies of a machine, in ID order.
func (l *look) parts(c int32) []int32 {
	var out []int32
	seen := map[int32]bool{c: true}
	var walk func(c int32)
	walk = func(c int32) {
		for _, p := range l.neededBy(c, graph.PartOf) {
			if !seen[p] {
				seen[p] = true
				out = append(out, p)
				walk(p)
			}
		}
	}
	walk(c)
	slices.Sort(out)
	return out
}

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

// virtualInterface lists how kernels name interfaces that no cable goes into.
var virtualInterface = []string{
	"lo", "docker", "br-", "virbr", "veth", "cni", "flannel", "cali", "tun", "tap", "lxc", "lxdbr", "vnet", "kube", "ovs-", "dummy",
}

// ethernet is the ifType of a port that a cable goes into (IANAifType-MIB,
// ethernetCsmacd); kernels also use it for what no cable goes into.
const ethernet = "6"

// unlinked gives the Ethernet interfaces of a machine that are up and whose far
// end nobody saw: there may be an attachment that is not in the graph.
func (l *look) unlinked(c int32) []int32 {
	linked := func(i int32) bool {
		for _, r := range l.In(i) {
			if l.Relations[r].Type == graph.Joins {
				return true
			}
		}
		return false
	}
	var out []int32
	for _, i := range l.facts.look().parts(c) {
		comp := &l.Components[i]
		if comp.Kind != graph.Interface || comp.State == graph.Down || comp.Attrs.Text("if_type") != ethernet ||
			comp.Attrs.Text("oper") != "up" || linked(i) ||
			slices.ContainsFunc(virtualInterface, func(p string) bool { return strings.HasPrefix(comp.Name, p) }) {
			continue
		}
		stacked := false // a bond or sub-interface rides on ports that are judged themselves
		for _, r := range l.In(i) {
			stacked = stacked || l.Relations[r].Type == graph.PartOf
		}
		for _, r := range l.OutOf(i, graph.PartOf) {
			stacked = stacked || l.kind(r.To) == graph.Interface && linked(r.To)
		}
		if !stacked {
			l.machine(i)
			out = append(out, i)
		}
	}
	return out
}

// sharedCards gives the cards on which one end of all these links sits although
// the device has others that carry ports.
func (l *look) sharedCards(links []int32) []int32 {
	if len(links) == 0 {
		return nil
	}
	cards := map[int32]map[int32]int{} // device → card → links
	for _, link := range links {
		for _, e := range l.needs(link, graph.Joins) {
			for _, card := range l.needs(e, graph.PartOf) {
				if l.kind(card) == graph.Module {
					dev := l.machine(card)
					if cards[dev] == nil {
						cards[dev] = map[int32]int{}
					}
					cards[dev][card]++
				}
			}
		}
	}
	var out []int32
	for dev, count := range cards {
		if len(count) != 1 || l.cardsWithPorts(dev) < 2 {
			continue
		}
		for card, n := range count {
			if n >= len(links) {
				out = append(out, card)
			}
		}
	}
	slices.Sort(out)
	return out
}

func (l *look) cardsWithPorts(dev int32) int {
	n := 0
	for _, p := range l.parts(dev) {
		if l.kind(p) != graph.Module {
			continue
		}
		for _, i := range l.In(p) {
			if r := &l.Relations[i]; r.Type == graph.PartOf && l.kind(r.From) == graph.Interface {
				n++
				break
			}
		}
	}
	return n
}

// places gives the racks, rooms or sites that c stands in; a guest stands where its host stands.
func (l *look) places(c int32, kind graph.Kind) []int32 {
	var out []int32
	seen := map[int32]bool{}
	var walk func(c int32, depth int)
	walk = func(c int32, depth int) {
		if seen[c] || depth > maxDepth {
			return
		}
		seen[c] = true
		if l.kind(c) == kind {
			out = append(out, c)
		}
		at := l.needs(c, graph.LocatedIn)
		if len(at) == 0 {
			at = slices.Concat(l.needs(c, graph.PartOf), l.needs(c, graph.RunsOn))
		}
		for _, p := range at {
			if l.kind(p) != graph.RedundancyGroup { // a cluster stands in several places
				walk(p, depth+1)
			}
		}
	}
	walk(c, 0)
	slices.Sort(out)
	return out
}

// shared gives the places of a kind that hold so many of a group's live machines
// that fewer than k remain without it.
func (l *look) shared(group int32, kind graph.Kind) []int32 {
	ms := l.machines(l.live(group))
	k := 1
	if g := l.Components[group].Group; g != nil {
		k = max(g.K, 1)
	}
	in := map[int32]int{}
	for _, m := range ms {
		for _, p := range l.places(m, kind) {
			in[p]++
		}
	}
	var out []int32
	for p, n := range in {
		if len(ms)-n < k {
			out = append(out, p)
		}
	}
	slices.Sort(out)
	return out
}

// supplies gives a machine's power supplies, whether up or not.
func (l *look) supplies(c int32) []int32 {
	var out []int32
	for _, i := range l.In(c) {
		// What else is part of the machine says nothing of its power.
		if r := &l.Relations[i]; r.Type == graph.PartOf && l.kind(r.From) == graph.PowerSupply {
			l.mark(i)
			out = append(out, r.From)
		}
	}
	for _, p := range l.expand(l.needs(c, graph.PoweredBy)) {
		if l.kind(p) == graph.PowerSupply {
			out = append(out, p)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// sources gives what feeds a machine or a supply: one step up, through groups.
func (l *look) sources(c int32) []int32 {
	var out []int32
	for _, p := range l.expand(l.needs(c, graph.PoweredBy)) {
		if l.kind(p) != graph.PowerSupply {
			out = append(out, p)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// expand replaces groups by their members.
func (l *look) expand(list []int32) []int32 {
	var out []int32
	seen := map[int32]bool{}
	var walk func(c int32)
	walk = func(c int32) {
		if seen[c] {
			return
		}
		seen[c] = true
		if l.kind(c) != graph.RedundancyGroup {
			out = append(out, c)
			return
		}
		for _, m := range l.needs(c, graph.Member) {
			walk(m)
		}
	}
	for _, c := range list {
		walk(c)
	}
	return out
}

// powerK is how many supplies the machine needs at once; 0: its power group does
// not say, as supplies may share the load or stand in for each other.
func (l *look) powerK(c int32) int {
	k := 1
	for _, g := range l.needs(c, graph.PoweredBy) {
		grp := l.Components[g].Group
		switch {
		case grp == nil:
		case grp.K == 0:
			return 0
		default:
			k = max(k, grp.K)
		}
	}
	return k
}

// dependents gives the services that hang on c by needs of any kind, c left out.
func (l *look) dependents(c int32) []int32 { return l.above(c, graph.Assumed) }

// firmDependents gives those that do so by observed or declared needs alone.
func (l *look) firmDependents(c int32) []int32 { return l.above(c, graph.Hard) }

func (l *look) above(c int32, weakest graph.Strength) []int32 {
	var out []int32
	by := map[int32]int32{c: -1} // the relation through which each was come to
	for queue := []int32{c}; len(queue) > 0; queue = queue[1:] {
		for _, i := range l.In(queue[0]) {
			r := &l.Relations[i]
			if _, seen := by[r.From]; seen || r.Strength > weakest {
				continue
			}
			by[r.From] = i
			queue = append(queue, r.From)
			if l.kind(r.From) == graph.Service {
				out = append(out, r.From)
				for at := i; at >= 0; at = by[l.Relations[at].To] {
					l.mark(at)
				}
			}
		}
	}
	slices.Sort(out)
	return out
}

// inSameSubnet gives the network devices, members of the group aside, that have
// an interface in one of the group's subnets.
func (l *look) inSameSubnet(group int32) []int32 {
	members := l.machines(l.expand([]int32{group}))
	var out []int32
	for _, net := range l.needs(group, graph.InSubnet) {
		for _, c := range l.neededBy(net, graph.InSubnet) {
			if m := l.machine(c); l.kind(m) == graph.NetworkDevice && !slices.Contains(members, m) {
				out = append(out, m)
			}
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}
