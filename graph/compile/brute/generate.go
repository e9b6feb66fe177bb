package brute

import (
	"fmt"
	"math/rand/v2"
	"time"

	"gujo/graph"
)

// Flavours are the kinds of graph that [Generate] makes, by seed modulo their number.
var Flavours = []string{"groups", "power", "paths", "scopes", "balancer", "names", "inline", "guests", "open ends", "mixed", "gateways", "loops", "strange"}

// budget is how many components of a generated graph can fail, at most.
const budget = 12

// Generate gives a random graph with at most twelve components that can fail,
// and the services, zones, addresses and groups above them. The same seed gives
// the same graph; the flavour is [Flavours] at the seed modulo their number.
func Generate(seed uint64) *graph.Snapshot {
	g := &generator{rng: rand.New(rand.NewPCG(seed, 0x67756a6f)), left: budget, open: 0.06}
	switch Flavours[seed%uint64(len(Flavours))] {
	case "groups":
		g.groups()
	case "power":
		g.power()
	case "paths":
		g.paths()
	case "scopes":
		g.scopes(0.6)
	case "gateways":
		g.scopes(1)
	case "loops":
		g.loops()
	case "strange":
		g.strange()
	case "balancer":
		g.balancer()
	case "names":
		g.names()
	case "inline":
		g.inline()
	case "guests":
		g.guests()
	case "open ends":
		g.open = 0.5
		[]func(){g.balancer, g.names, g.guests, g.paths}[g.rng.IntN(4)]()
	default:
		g.mixed()
	}
	s, err := g.b.Build(time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC))
	if err != nil {
		panic(err) // the generator keeps to the vocabulary
	}
	return s
}

type generator struct {
	rng  *rand.Rand
	b    graph.Builder
	left int     // of the budget
	n    int     // names given
	open float64 // how likely a chain stops

	zones, devices, ports, links, servers, apps, services []string
}

func (g *generator) chance(p float64) bool { return g.rng.Float64() < p }

func (g *generator) between(lo, hi int) int { return lo + g.rng.IntN(hi-lo+1) }

// pick gives one of the names, or "".
func (g *generator) pick(list ...string) string {
	if len(list) == 0 {
		return ""
	}
	return list[g.rng.IntN(len(list))]
}

func (g *generator) other(than string, list ...string) string {
	for range 10 {
		if x := g.pick(list...); x != than {
			return x
		}
	}
	return ""
}

// add makes a component, or gives "" where no more may fail. What would relate
// to "" is left out, so every part of a graph may be missing.
func (g *generator) add(kind graph.Kind, attrs ...graph.Attr) string {
	c := graph.Component{Kind: kind}
	if kind.CanFail() {
		if g.left == 0 {
			return ""
		}
		g.left--
		if g.chance(0.035) {
			c.State = graph.Down
		}
	}
	g.n++
	c.ID = fmt.Sprintf("%s/%c%d", kind, 'a'+rune(g.rng.IntN(26)), g.n)
	for _, a := range attrs {
		c.Attrs = c.Attrs.With(a.Key, a.Value)
	}
	if err := g.b.Add(c, ""); err != nil {
		panic(err)
	}
	return c.ID
}

func (g *generator) several(kind graph.Kind, lo, hi int) (list []string) {
	for range g.between(lo, hi) {
		if x := g.add(kind); x != "" {
			list = append(list, x)
		}
	}
	return list
}

// relate adds a relation, now and then an assumed one.
func (g *generator) relate(from string, t graph.RelationType, to string) {
	weak := 0.07
	switch t {
	case graph.Member, graph.Joins, graph.AttachedTo:
		weak = 0.12
	case graph.Uses:
		weak = 0.2
	}
	r := graph.Relation{}
	if g.chance(weak) {
		r.Strength = graph.Assumed
	}
	if t == graph.Member && g.chance(0.06) {
		r.Attrs = r.Attrs.With("active", graph.Bool(false))
	}
	g.link(from, t, to, r)
}

func (g *generator) surely(from string, t graph.RelationType, to string) {
	g.link(from, t, to, graph.Relation{})
}

func (g *generator) link(from string, t graph.RelationType, to string, r graph.Relation) {
	if from == "" || to == "" || from == to {
		return
	}
	if err := g.b.Relate(from, t, to, r, ""); err != nil {
		panic(err)
	}
}

// group makes a group of the members that there are: k known or not, more of
// them designed than seen or not.
func (g *generator) group(role string, members ...string) string {
	var attrs []graph.Attr
	if role != "" {
		attrs = append(attrs, graph.Attr{Key: "role", Value: graph.String(role)})
	}
	id := g.add(graph.RedundancyGroup, attrs...)
	seen := 0
	for _, m := range members {
		if m != "" {
			g.relate(id, graph.Member, m)
			seen++
		}
	}
	group := g.b.Component(id).Group
	if seen > 0 && !g.chance(0.25) {
		group.K = 1
		if g.chance(0.3) {
			group.K = g.between(1, seen)
		}
	}
	if g.chance(0.15) {
		group.Designed = max(seen, group.K) + 1
	}
	return id
}

// service makes a service that is entered at a target from the zones there are.
func (g *generator) service(target string) string {
	s := g.add(graph.Service)
	g.services = append(g.services, s)
	g.relate(s, graph.EnteredAt, target)
	if !g.chance(g.open / 2) {
		g.relate(s, graph.UsedFrom, g.pick(g.zones...))
		if g.chance(0.15) {
			g.relate(s, graph.UsedFrom, g.pick(g.zones...))
		}
	}
	return s
}

// network makes devices and links between them: cables, ports, a shared
// segment, a link with one end.
func (g *generator) network(devices, links int) {
	for range devices {
		var attrs []graph.Attr
		if g.chance(0.1) {
			attrs = append(attrs, graph.Attr{Key: "transit", Value: graph.Bool(false)})
		}
		if d := g.add(graph.NetworkDevice, attrs...); d != "" {
			g.devices = append(g.devices, d)
		}
	}
	for i := range links {
		l := g.add(graph.Link)
		if l == "" {
			break
		}
		g.links = append(g.links, l)
		from := g.pick(g.devices...)
		if i < len(g.devices)-1 { // most are connected
			from = g.devices[i+1]
		}
		g.relate(l, graph.Joins, g.end(from))
		if g.chance(0.04) {
			continue
		}
		to := g.other(from, g.devices...)
		g.relate(l, graph.Joins, g.end(to))
		if g.chance(0.1) {
			g.relate(l, graph.Joins, g.pick(g.devices...))
		}
	}
}

// end gives a device or a port of it.
func (g *generator) end(device string) string {
	if device == "" || !g.chance(0.25) {
		return device
	}
	return g.port(device)
}

func (g *generator) port(of string) string {
	port := g.add(graph.Interface)
	if port == "" {
		return of
	}
	g.ports = append(g.ports, port)
	g.relate(port, graph.PartOf, of)
	return port
}

// attach gives a server or zone its place: a device, a port, a link of its own,
// two devices, or none.
func (g *generator) attach(x string, zone bool) {
	if x == "" || g.chance(g.open) {
		return
	}
	device := g.pick(g.devices...)
	g.relate(x, graph.AttachedTo, g.end(device))
	if g.chance(0.25) {
		g.relate(x, graph.AttachedTo, g.other(device, g.devices...))
	}
	if !zone && g.chance(0.15) {
		l := g.add(graph.Link)
		nic := x
		if g.chance(0.5) {
			nic = g.port(x)
		}
		g.relate(l, graph.Joins, nic)
		if l != "" {
			g.relate(l, graph.Joins, g.pick(g.devices...))
		}
	}
}

func (g *generator) zone() string {
	z := g.add(graph.AccessZone)
	g.zones = append(g.zones, z)
	g.attach(z, true)
	if g.chance(0.04) {
		g.relate(z, graph.Shares, g.add(graph.SharedRisk))
	}
	return z
}

func (g *generator) server() string {
	s := g.add(graph.Server)
	g.attach(s, false)
	if s != "" {
		g.servers = append(g.servers, s)
	}
	return s
}

// guest makes a server on a host, on a cluster, or on nobody knows what.
func (g *generator) guest(hosts ...string) string {
	v := g.add(graph.Server, graph.Attr{Key: "virtual", Value: graph.Bool(true)})
	if v == "" {
		return ""
	}
	g.servers = append(g.servers, v)
	switch {
	case g.chance(g.open):
		if g.chance(0.3) {
			g.attach(v, false)
		}
	case len(hosts) > 1 && g.chance(0.5):
		g.relate(v, graph.RunsOn, g.group("", hosts...))
	default:
		g.relate(v, graph.RunsOn, g.pick(hosts...))
		if g.chance(0.1) {
			g.attach(v, false)
		}
	}
	return v
}

func (g *generator) app(on string) string {
	a := g.add(graph.Application)
	if a != "" {
		g.apps = append(g.apps, a)
	}
	if !g.chance(g.open) {
		g.relate(a, graph.RunsOn, on)
	}
	return a
}

// endpoint makes an address of an application or machine.
func (g *generator) endpoint(of string) string {
	e := g.add(graph.Endpoint)
	if g.chance(0.06) {
		g.relate(e, graph.ProvidedBy, g.add(graph.Provider))
	}
	switch {
	case of == "" || g.chance(g.open/2):
	case g.b.Component(of).Kind == graph.Application:
		g.relate(e, graph.ServedBy, of)
	default:
		g.relate(e, graph.BoundTo, of)
	}
	return e
}

// connect lets applications ask each other, or a group of them.
func (g *generator) connect(times int) {
	for range times {
		from := g.pick(g.apps...)
		to := g.pick(append(append([]string{}, g.servers...), g.apps...)...)
		if g.chance(0.3) {
			g.relate(from, graph.ConnectsTo, g.group("", g.endpoint(to), g.endpoint(g.pick(g.servers...))))
			continue
		}
		g.relate(from, graph.ConnectsTo, g.endpoint(to))
	}
}
