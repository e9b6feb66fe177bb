package estate

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"time"

	"gujo/graph"
)

// draft collects a graph by numbers. A [graph.Builder] takes names, looks each
// end of each relation up by them and tells who is wrong; for millions that takes
// three times as long, and what is written here is right by construction. A test
// holds that the two give the same.
type draft struct {
	comps []graph.Component
	rels  []graph.Relation // From and To are numbers in comps
	rng   *rand.Rand

	entry string   // the piece of evidence that is being read
	row   int      // in it
	refs  []string // cut into lists of one
	last  lastRow
}

// lastRow is the row that the last relation was read in.
type lastRow struct {
	from int32
	t    graph.RelationType
	ref  []string
}

func newDraft(seed uint64) *draft {
	d := &draft{rng: rand.New(rand.NewPCG(seed, 0x67756a6f))}
	d.reading("estate")
	return d
}

// reading begins a new piece of evidence.
func (d *draft) reading(what string) {
	h := uint64(14695981039346656037)
	for i := range len(what) {
		h = (h ^ uint64(what[i])) * 1099511628211
	}
	r := rand.NewPCG(h, 7)
	d.entry = fmt.Sprintf("sha256:%016x%016x%016x%016x#/rows/", r.Uint64(), r.Uint64(), r.Uint64(), r.Uint64())
	d.row = 0
}

// ref gives a list of one reference to the next row.
func (d *draft) ref() []string {
	if len(d.refs) == 0 {
		d.refs = make([]string, 4096)
	}
	d.refs[0] = d.entry + strconv.Itoa(d.row)
	d.row++
	out := d.refs[:1:1]
	d.refs = d.refs[1:]
	return out
}

// add adds a component; attrs are pairs of key and text, by key.
func (d *draft) add(k graph.Kind, name string, attrs ...string) int32 {
	c := graph.Component{ID: k.String() + "/" + name, Kind: k, Name: name, Evidence: d.ref()}
	if len(attrs) > 0 {
		c.Attrs = make(graph.Attrs, 0, len(attrs)/2)
		for i := 0; i < len(attrs); i += 2 {
			c.Attrs = append(c.Attrs, graph.Attr{Key: attrs[i], Value: graph.String(attrs[i+1])})
		}
	}
	d.comps = append(d.comps, c)
	return int32(len(d.comps) - 1)
}

// serial gives a component an identifier made of its name.
func (d *draft) serial(c int32) int32 {
	d.comps[c].Identifiers = []string{"serial:" + strings.ToUpper(d.comps[c].Name)}
	return c
}

// group adds a redundancy group with its members.
func (d *draft) group(name, technology string, k int, members ...int32) int32 {
	c := d.add(graph.RedundancyGroup, name)
	d.comps[c].Group = &graph.Group{K: k, Designed: len(members), Technology: technology, KSource: graph.KDevice}
	for _, m := range members {
		d.rel(c, graph.Member, m)
	}
	return c
}

func (d *draft) rel(from int32, t graph.RelationType, to int32) { d.relate(from, t, to, graph.Hard) }

func (d *draft) relate(from int32, t graph.RelationType, to int32, s graph.Strength) {
	if t.AlwaysSoft() {
		s = graph.Soft
	}
	switch {
	case isRecord(&d.comps[from]):
		d.last = lastRow{from, t, d.comps[from].Evidence}
	case d.last.from != from || d.last.t != t || d.last.ref == nil:
		d.last = lastRow{from, t, d.ref()}
	}
	d.rels = append(d.rels, graph.Relation{From: from, To: to, Type: t, Strength: s, Evidence: d.last.ref})
}

// plug joins two devices by a link with an interface on each.
func (d *draft) plug(a, b int32, place int32) {
	an, bn := d.comps[a].Name, d.comps[b].Name
	x := d.port(a, bn)
	y := d.port(b, an)
	l := d.add(graph.Link, an+"--"+bn, "speed", "10000000000")
	d.rel(l, graph.Joins, x)
	d.rel(l, graph.Joins, y)
	d.rel(l, graph.LocatedIn, place)
}

// port adds an interface.
func (d *draft) port(device int32, peer string) int32 {
	name := d.comps[device].Name + ":" + peer
	p := d.add(graph.Interface, name, "admin", "up", "if_type", "6", "oper", "up")
	d.rel(p, graph.PartOf, device)
	return p
}

// isRecord reports whether what is known of a component stands in one record of
// one list, such as that of a cluster's manager, and not in a table for each kind
// of relation, such as those of a device.
func isRecord(c *graph.Component) bool {
	switch c.Kind {
	case graph.Server:
		return c.Attrs.IsTrue("virtual")
	case graph.Application, graph.Service, graph.VirtualServer, graph.DNSName, graph.Endpoint, graph.Volume, graph.RedundancyGroup:
		return true
	}
	return false
}

// created is when everything was seen.
var created = time.Date(2026, 5, 1, 0, 0, 0, 0, time.UTC)

// snapshot sorts and checks what was drafted.
func (d *draft) snapshot() (*graph.Snapshot, error) {
	n := len(d.comps)
	order := make([]int32, n)
	for i := range order {
		order[i] = int32(i)
	}
	slices.SortFunc(order, func(x, y int32) int { return strings.Compare(d.comps[x].ID, d.comps[y].ID) })
	at := make([]int32, n)
	comps := make([]graph.Component, n)
	for i, c := range order {
		comps[i], at[c] = d.comps[c], int32(i)
		if i > 0 && comps[i].ID == comps[i-1].ID {
			return nil, fmt.Errorf("component %s: duplicate ID", comps[i].ID)
		}
	}
	d.comps = nil
	row := make([]int32, n+1)
	for i := range d.rels {
		r := &d.rels[i]
		r.From, r.To = at[r.From], at[r.To]
		if !r.Type.Allows(comps[r.From].Kind, comps[r.To].Kind) || r.From == r.To {
			return nil, fmt.Errorf("relation %s %s %s: not allowed", comps[r.From].ID, r.Type, comps[r.To].ID)
		}
		row[r.From+1]++
	}
	for c := range n {
		row[c+1] += row[c]
	}
	rels := make([]graph.Relation, len(d.rels))
	next := slices.Clone(row[:n])
	for i := range d.rels {
		r := &d.rels[i]
		rels[next[r.From]] = *r
		next[r.From]++
	}
	d.rels = nil
	for c := range n {
		slices.SortStableFunc(rels[row[c]:row[c+1]], func(x, y graph.Relation) int {
			return cmp.Or(cmp.Compare(x.Type, y.Type), cmp.Compare(x.To, y.To))
		})
	}
	rels = slices.CompactFunc(rels, func(x, y graph.Relation) bool {
		return x.From == y.From && x.Type == y.Type && x.To == y.To
	})
	return graph.Assemble(created, graph.Snapshot{Components: comps, Relations: rels}), nil
}
