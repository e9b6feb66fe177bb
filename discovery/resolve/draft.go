package resolve

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"gujo/discovery"
	"gujo/graph"
)

// draft is the graph while it grows. Unlike a [graph.Builder] it can be looked
// up and taken back, which decisions need.
type draft struct {
	components map[string]*graph.Component
	last       map[string]int // the number that an ID was given last, where it was taken
	relations  map[relationKey]*graph.Relation
	outgoing   map[string][]relationKey
	notes      []graph.Note
	conflicts  []graph.Conflict
	gaps       []graph.Gap
	coverage   []graph.Coverage
	excerpts   map[string]graph.Evidence // by reference
}

type relationKey struct {
	from string
	typ  graph.RelationType
	to   string
}

func (k relationKey) String() string { return k.from + " " + k.typ.String() + " " + k.to }

func newDraft() *draft {
	return &draft{
		components: map[string]*graph.Component{},
		last:       map[string]int{},
		relations:  map[relationKey]*graph.Relation{},
		outgoing:   map[string][]relationKey{},
		excerpts:   map[string]graph.Evidence{},
	}
}

// maxRefs bounds the references kept with one component or relation, and
// maxExcerpt the characters of an excerpt.
const (
	maxRefs    = 40
	maxExcerpt = 300
)

// cite remembers the sources of facts and gives their references.
func (d *draft) cite(facts ...discovery.Fact) []string {
	var refs []string
	for _, f := range facts {
		for _, s := range f.Sources {
			if s.Ref == "" || slices.Contains(refs, s.Ref) {
				continue
			}
			if len(refs) == maxRefs {
				return refs
			}
			refs = append(refs, s.Ref)
			d.excerpt(s.Ref, f.Target, s.Value, s.Collected)
		}
	}
	return refs
}

// excerpt keeps what stands at a reference; of two texts the smaller, so that
// the order of input does not matter.
func (d *draft) excerpt(ref, target, value string, collected time.Time) {
	e := graph.Evidence{Ref: ref, Target: target, Value: bounded(value, maxExcerpt)}
	if !collected.IsZero() {
		e.Collected = collected.UTC().Format(time.RFC3339)
	}
	if old, ok := d.excerpts[ref]; ok && (old.Target < e.Target || old.Target == e.Target && old.Value <= e.Value) {
		return
	}
	d.excerpts[ref] = e
}

// add puts a component in, under its ID or, if that is taken, under the next
// one with a number; it gives the ID.
func (d *draft) add(c graph.Component) string {
	base := c.ID
	for n := max(d.last[base], 1) + 1; d.components[c.ID] != nil; n++ {
		c.ID = fmt.Sprintf("%s#%d", base, n)
		d.last[base] = n
	}
	d.components[c.ID] = &c
	return c.ID
}

// component gives the component of an ID, made if there is none.
func (d *draft) component(kind graph.Kind, id, name string) *graph.Component {
	if c := d.components[id]; c != nil {
		return c
	}
	c := &graph.Component{ID: id, Kind: kind, Name: name}
	if kind == graph.RedundancyGroup {
		c.Group = &graph.Group{}
	}
	d.components[id] = c
	return c
}

func set(c *graph.Component, key string, v graph.Value) { c.Attrs = c.Attrs.With(key, v) }

// setText sets an attribute unless the text is empty.
func setText(c *graph.Component, key, text string) {
	if text != "" {
		set(c, key, graph.String(text))
	}
}

// relate draws a relation; drawn twice it keeps the surer strength and all evidence.
func (d *draft) relate(from string, t graph.RelationType, to string, s graph.Strength, refs []string, attrs ...graph.Attr) *graph.Relation {
	if t.AlwaysSoft() {
		s = graph.Soft
	}
	k := relationKey{from, t, to}
	rel := d.relations[k]
	if rel == nil {
		rel = &graph.Relation{Type: t, Strength: s}
		d.relations[k] = rel
		d.outgoing[from] = append(d.outgoing[from], k)
	}
	rel.Strength = min(rel.Strength, s)
	rel.Evidence = joinRefs(rel.Evidence, refs)
	for _, a := range attrs {
		rel.Attrs = rel.Attrs.With(a.Key, a.Value)
	}
	return rel
}

func (d *draft) unrelate(k relationKey) {
	delete(d.relations, k)
	d.outgoing[k.from] = slices.DeleteFunc(d.outgoing[k.from], func(o relationKey) bool { return o == k })
}

// targets gives what a component leads to by a relation, sorted.
func (d *draft) targets(from string, t graph.RelationType) []string {
	var list []string
	for _, k := range d.outgoing[from] {
		if k.typ == t {
			list = append(list, k.to)
		}
	}
	slices.Sort(list)
	return list
}

// remove takes a component and its relations out.
func (d *draft) remove(id string) {
	delete(d.components, id)
	for k := range d.relations {
		if k.from == id || k.to == id {
			d.unrelate(k)
		}
	}
}

func (d *draft) note(subject, key string, refs []string, args ...string) {
	d.notes = append(d.notes, graph.Note{Subject: subject, Key: key, Args: args, Evidence: refs})
}

func joinRefs(x, y []string) []string {
	if len(y) == 0 {
		return x
	}
	out := slices.Clone(x)
	for _, ref := range y {
		if len(out) >= maxRefs {
			break
		}
		if !slices.Contains(out, ref) {
			out = append(out, ref)
		}
	}
	return out
}

// build hands everything to a Builder, in one order, with the excerpts that
// something refers to.
func (d *draft) build(created time.Time) (*graph.Snapshot, error) {
	b := &graph.Builder{}
	used := map[string]bool{}
	use := func(refs []string) {
		for _, ref := range refs {
			used[ref] = true
		}
	}
	for _, id := range sortedKeys(d.components) {
		c := d.components[id]
		use(c.Evidence)
		if err := b.Add(*c, ""); err != nil {
			return nil, err
		}
	}
	keys := make([]relationKey, 0, len(d.relations))
	for k := range d.relations {
		keys = append(keys, k)
	}
	slices.SortFunc(keys, func(x, y relationKey) int { return strings.Compare(x.String(), y.String()) })
	for _, k := range keys {
		rel := d.relations[k]
		use(rel.Evidence)
		if f, t := d.components[k.from], d.components[k.to]; f != nil && t != nil && (!k.typ.Allows(f.Kind, t.Kind) || k.from == k.to) {
			// A device may say what cannot be; that is no reason to refuse the rest.
			d.note(k.String(), "ignored.impossible", rel.Evidence)
			continue
		}
		if err := b.Relate(k.from, k.typ, k.to, *rel, ""); err != nil {
			return nil, err
		}
	}
	for _, g := range d.gaps {
		b.AddGap(g)
	}
	for _, c := range d.coverage {
		b.AddCoverage(c)
	}
	for _, c := range d.conflicts {
		for _, v := range c.Values {
			if v.Evidence != "" {
				used[v.Evidence] = true
			}
		}
		b.AddConflict(c)
	}
	for _, n := range d.notes {
		slices.Sort(n.Evidence)
		use(n.Evidence)
		b.AddNote(n)
	}
	for _, ref := range sortedKeys(used) {
		if e, ok := d.excerpts[ref]; ok {
			b.AddEvidence(e)
		}
	}
	return b.Build(created)
}
