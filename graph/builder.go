package graph

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// Builder collects components and relations in any order and refuses what the
// vocabulary does not allow. Its zero value is ready.
type Builder struct {
	components []Component
	byID       map[string]int
	relations  []pendingRelation
	gaps       []Gap
	coverage   []Coverage
	conflicts  []Conflict
	evidence   []Evidence
	notes      []Note
}

type pendingRelation struct {
	from, to string
	Relation
	origin string
}

// Origin names where a line of input stands, for errors: "graph.jsonl:12". It may be empty.
type Origin string

func (o Origin) wrap(err error) error {
	if o == "" || err == nil {
		return err
	}
	return fmt.Errorf("%s: %w", string(o), err)
}

// Add adds a component. Its ID must be new, its kind known, and only a
// redundancy group has, and must have, a Group with k ≥ 1 or unknown and k ≤ designed.
func (b *Builder) Add(c Component, origin Origin) error {
	return origin.wrap(b.add(c))
}

func (b *Builder) add(c Component) error {
	if c.ID == "" {
		return errors.New("component without an ID")
	}
	if !utf8.ValidString(c.ID) || strings.ContainsFunc(c.ID, unicode.IsControl) {
		return fmt.Errorf("component %q: control characters in its ID", c.ID)
	}
	if c.Kind == KindInvalid || c.Kind >= kindCount {
		return fmt.Errorf("component %s: unknown kind", c.ID)
	}
	if _, dup := b.byID[c.ID]; dup {
		return fmt.Errorf("component %s: duplicate ID", c.ID)
	}
	switch {
	case c.Kind == RedundancyGroup && c.Group == nil:
		c.Group = &Group{}
	case c.Kind != RedundancyGroup && c.Group != nil:
		return fmt.Errorf("component %s: a %s has no k, designed or technology", c.ID, c.Kind)
	}
	if err := checkGroup(&c); err != nil {
		return err
	}
	if b.byID == nil {
		b.byID = map[string]int{}
	}
	b.byID[c.ID] = len(b.components)
	b.components = append(b.components, c)
	return nil
}

func checkGroup(c *Component) error {
	g := c.Group
	switch {
	case g == nil:
	case g.K < 0:
		return fmt.Errorf("component %s: k is %d, want at least 1", c.ID, g.K)
	case g.Designed < 0:
		return fmt.Errorf("component %s: designed is %d, want at least 1", c.ID, g.Designed)
	case g.Designed > 0 && g.K > g.Designed:
		return fmt.Errorf("component %s: k is %d of %d designed members, want k ≤ designed", c.ID, g.K, g.Designed)
	}
	return nil
}

// Has reports whether a component was added.
func (b *Builder) Has(id string) bool {
	_, ok := b.byID[id]
	return ok
}

// Component gives an added component, to be completed in place before the next
// is added, or nil. Its ID and Kind must stay as they are.
func (b *Builder) Component(id string) *Component {
	if i, ok := b.byID[id]; ok {
		return &b.components[i]
	}
	return nil
}

// Relate adds a relation between two components, which may be added later.
// From and To of r are ignored. The same relation twice is one: its evidence is
// joined and the surer strength kept.
func (b *Builder) Relate(from string, t RelationType, to string, r Relation, origin Origin) error {
	if t == RelationInvalid || t >= relationCount {
		return origin.wrap(fmt.Errorf("relation from %s to %s: unknown type", from, to))
	}
	if r.Strength >= strengthCount {
		return origin.wrap(fmt.Errorf("relation %s %s %s: unknown strength", from, t, to))
	}
	if from == to {
		return origin.wrap(fmt.Errorf("relation %s %s %s: a component cannot need itself", from, t, to))
	}
	r.Type = t
	if t.AlwaysSoft() {
		r.Strength = Soft
	}
	b.relations = append(b.relations, pendingRelation{from, to, r, string(origin)})
	return nil
}

// AddGap records what could not be read.
func (b *Builder) AddGap(g Gap) { b.gaps = append(b.gaps, g) }

// AddCoverage records what was read; several for one component are joined.
func (b *Builder) AddCoverage(c Coverage) { b.coverage = append(b.coverage, c) }

// AddConflict records a disagreement; several about one attribute are joined.
func (b *Builder) AddConflict(c Conflict) { b.conflicts = append(b.conflicts, c) }

// AddEvidence records an excerpt.
func (b *Builder) AddEvidence(e Evidence) { b.evidence = append(b.evidence, e) }

// AddNote records how something came to be.
func (b *Builder) AddNote(n Note) { b.notes = append(b.notes, n) }

// maxErrors bounds how many errors of one graph are told.
const maxErrors = 100

// Build checks every relation and gives the snapshot; the builder can be used
// on. All errors are reported at once, as far as anybody reads, in the order in
// which things were added. Text that is not UTF-8 is mended, lists and attributes
// are sorted.
func (b *Builder) Build(created time.Time) (*Snapshot, error) {
	var errs []error
	comps := slices.Clone(b.components)
	for i := range comps {
		// Checked once more, as Component lets callers complete what they added.
		if err := checkGroup(&comps[i]); err != nil {
			errs = append(errs, err)
		}
		tidyComponent(&comps[i])
	}
	slices.SortFunc(comps, func(x, y Component) int { return strings.Compare(x.ID, y.ID) })
	at := make(map[string]int32, len(comps))
	for i := range comps {
		at[comps[i].ID] = int32(i)
	}
	rels := make([]Relation, 0, len(b.relations))
	for i := range b.relations {
		p := &b.relations[i]
		r, err := p.resolve(comps, at)
		if err != nil {
			errs = append(errs, Origin(p.origin).wrap(err))
			continue
		}
		rels = append(rels, r)
	}
	if more := len(errs) - maxErrors; more > 0 {
		errs = append(errs[:maxErrors], fmt.Errorf("and %d more errors", more))
	}
	if len(errs) > 0 {
		return nil, errors.Join(errs...)
	}
	rels = mergeRelations(rels)
	members := map[int32]int{}
	for i := range rels {
		if rels[i].Type == Member {
			members[rels[i].From]++
		}
	}
	for i := range comps {
		if g := comps[i].Group; g != nil && g.Designed == 0 {
			g.Designed = max(g.K, members[int32(i)])
		}
	}
	return Assemble(created, Snapshot{
		Components: comps, Relations: rels, Gaps: b.gaps, Coverage: b.coverage,
		Conflicts: b.conflicts, Evidence: b.evidence, Notes: b.notes,
	}), nil
}

// tidyComponent brings a copy of what was added into its final form, and leaves
// alone what the copy shares with it.
func tidyComponent(c *Component) {
	c.Name = valid(c.Name)
	c.Attrs = tidyAttrs(c.Attrs)
	c.Identifiers = sortedSet(validAll(c.Identifiers))
	c.Evidence = sortedSet(validAll(c.Evidence))
	if c.Group != nil {
		g := *c.Group
		g.Technology = valid(g.Technology)
		c.Group = &g
	}
}

func (p *pendingRelation) resolve(comps []Component, at map[string]int32) (Relation, error) {
	name := func() string { return fmt.Sprintf("relation %s %s %s", p.from, p.Type, p.to) }
	from, ok := at[p.from]
	if !ok {
		return Relation{}, fmt.Errorf("%s: there is no component %s", name(), p.from)
	}
	to, ok := at[p.to]
	if !ok {
		return Relation{}, fmt.Errorf("%s: there is no component %s", name(), p.to)
	}
	if fk, tk := comps[from].Kind, comps[to].Kind; !p.Type.Allows(fk, tk) {
		return Relation{}, fmt.Errorf("%s: %s cannot lead from a %s to a %s", name(), p.Type, fk, tk)
	}
	r := p.Relation
	r.From, r.To = from, to
	r.Attrs = tidyAttrs(r.Attrs)
	r.Evidence = sortedSet(validAll(r.Evidence))
	return r, nil
}

// mergeRelations sorts and joins what was said twice.
func mergeRelations(rels []Relation) []Relation {
	slices.SortStableFunc(rels, compareRelations)
	out := rels[:0]
	for lo, hi := 0, 0; lo < len(rels); lo = hi {
		r := rels[lo]
		for hi = lo + 1; hi < len(rels) && compareRelations(r, rels[hi]) == 0; hi++ {
		}
		if same := rels[lo:hi]; len(same) > 1 {
			var evidence []string
			for i := range same {
				r.Strength = min(r.Strength, same[i].Strength)
				r.Attrs = joinAttrs(r.Attrs, same[i].Attrs)
				evidence = append(evidence, same[i].Evidence...)
			}
			r.Evidence = sortedSet(evidence)
		}
		out = append(out, r)
	}
	return out
}

func compareRelations(x, y Relation) int {
	return cmp.Or(cmp.Compare(x.From, y.From), cmp.Compare(x.Type, y.Type), cmp.Compare(x.To, y.To))
}

// joinAttrs keeps, for a key that both have, the smaller text: whatever the
// order of input, the same wins, and active=false beats active=true.
func joinAttrs(x, y Attrs) Attrs {
	if len(x) == 0 {
		return y
	}
	for _, at := range y {
		if old, ok := x.Get(at.Key); ok && cmp.Or(cmp.Compare(old.text, at.Value.text), cmp.Compare(old.typ, at.Value.typ)) <= 0 {
			continue
		}
		x = x.With(at.Key, at.Value)
	}
	return x
}

// Assemble completes a snapshot whose components and relations are already
// sorted and checked: the rest is mended, sorted and joined, and the ID computed.
func Assemble(created time.Time, s Snapshot) *Snapshot {
	s.Created = created.Round(0).UTC()
	s.Gaps = sortedUnique(s.Gaps, func(g *Gap) {
		g.Component, g.Table, g.Reason, g.Detail = valid(g.Component), valid(g.Table), valid(g.Reason), valid(g.Detail)
	}, func(x, y Gap) int {
		return cmp.Or(strings.Compare(x.Component, y.Component), strings.Compare(x.Table, y.Table),
			strings.Compare(x.Reason, y.Reason), strings.Compare(x.Detail, y.Detail))
	})
	s.Coverage = joinCoverage(s.Coverage)
	s.Conflicts = joinConflicts(s.Conflicts)
	s.Evidence = sortedUnique(s.Evidence, func(e *Evidence) {
		e.Ref, e.Target, e.Value, e.Collected = valid(e.Ref), valid(e.Target), valid(e.Value), valid(e.Collected)
	}, func(x, y Evidence) int {
		return cmp.Or(strings.Compare(x.Ref, y.Ref), strings.Compare(x.Target, y.Target),
			strings.Compare(x.Collected, y.Collected), strings.Compare(x.Value, y.Value))
	})
	s.Evidence = slices.CompactFunc(s.Evidence, func(x, y Evidence) bool { return x.Ref == y.Ref })
	s.Notes = sortedUnique(s.Notes, func(n *Note) {
		n.Subject, n.Key, n.Args, n.Evidence = valid(n.Subject), valid(n.Key), validAll(n.Args), validAll(n.Evidence)
	}, func(x, y Note) int {
		return cmp.Or(strings.Compare(x.Subject, y.Subject), strings.Compare(x.Key, y.Key),
			slices.Compare(x.Args, y.Args), slices.Compare(x.Evidence, y.Evidence))
	})
	s.ID = s.digest()
	return &s
}

// Restore gives back a snapshot that [Assemble] completed and a store kept,
// without computing its ID anew. The store vouches that nothing has changed.
func Restore(id string, created time.Time, s Snapshot) *Snapshot {
	s.ID, s.Created = id, created.UTC()
	return &s
}

func joinCoverage(list []Coverage) []Coverage {
	list = slices.Clone(list)
	for i := range list {
		list[i].Component = valid(list[i].Component)
	}
	slices.SortStableFunc(list, func(x, y Coverage) int { return strings.Compare(x.Component, y.Component) })
	var out []Coverage
	for lo, hi := 0, 0; lo < len(list); lo = hi {
		c := Coverage{Component: list[lo].Component}
		var complete, empty, notAsked []string
		for hi = lo; hi < len(list) && list[hi].Component == c.Component; hi++ {
			complete = append(complete, list[hi].Complete...)
			empty = append(empty, list[hi].Empty...)
			notAsked = append(notAsked, list[hi].NotAsked...)
		}
		c.Complete = sortedSet(validAll(complete))
		if c.Complete == nil {
			c.Complete = []string{}
		}
		// A table that one of several readings found filled is neither empty nor unasked.
		c.Empty = without(sortedSet(validAll(empty)), c.Complete)
		c.NotAsked = without(without(sortedSet(validAll(notAsked)), c.Complete), c.Empty)
		out = append(out, c)
	}
	return out
}

func joinConflicts(list []Conflict) []Conflict {
	order := func(x, y Conflict) int {
		return cmp.Or(strings.Compare(x.Component, y.Component), strings.Compare(x.Attribute, y.Attribute))
	}
	list = slices.Clone(list)
	for i := range list {
		list[i].Component, list[i].Attribute = valid(list[i].Component), valid(list[i].Attribute)
	}
	slices.SortStableFunc(list, order)
	var out []Conflict
	for lo, hi := 0, 0; lo < len(list); lo = hi {
		c := Conflict{Component: list[lo].Component, Attribute: list[lo].Attribute}
		for hi = lo; hi < len(list) && order(list[lo], list[hi]) == 0; hi++ {
			c.Values = append(c.Values, list[hi].Values...)
		}
		c.Values = sortedUnique(c.Values, func(v *ConflictValue) {
			v.Value, v.Source, v.Evidence = valid(v.Value), valid(v.Source), valid(v.Evidence)
		}, func(x, y ConflictValue) int {
			return cmp.Or(strings.Compare(x.Value, y.Value), strings.Compare(x.Source, y.Source), strings.Compare(x.Evidence, y.Evidence))
		})
		out = append(out, c)
	}
	return out
}

func sortedSet(list []string) []string {
	if len(list) == 0 {
		return nil
	}
	if slices.IsSorted(list) {
		strict := true
		for i := 1; i < len(list); i++ {
			strict = strict && list[i-1] != list[i]
		}
		if strict {
			return list
		}
	}
	out := slices.Clone(list)
	slices.Sort(out)
	return slices.Compact(out)
}

func sortedUnique[T any](list []T, mend func(*T), order func(x, y T) int) []T {
	if len(list) == 0 {
		return nil
	}
	out := slices.Clone(list)
	for i := range out {
		mend(&out[i])
	}
	slices.SortFunc(out, order)
	return slices.CompactFunc(out, func(x, y T) bool { return order(x, y) == 0 })
}

// valid mends text that is not UTF-8, which no format could give back.
func valid(s string) string { return strings.ToValidUTF8(s, "\ufffd") }

func validAll(list []string) []string {
	for i, s := range list {
		if !utf8.ValidString(s) {
			list = slices.Clone(list)
			for j := i; j < len(list); j++ {
				list[j] = valid(list[j])
			}
			break
		}
	}
	return list
}

// tidyAttrs gives attributes sorted by key, each key once, by the rule of joinAttrs.
func tidyAttrs(a Attrs) Attrs {
	tidy := true
	for i := range a {
		tidy = tidy && utf8.ValidString(a[i].Key) && (i == 0 || a[i-1].Key < a[i].Key)
	}
	if tidy {
		return a
	}
	a = slices.Clone(a)
	for i := range a {
		a[i].Key = valid(a[i].Key)
	}
	slices.SortFunc(a, func(x, y Attr) int {
		return cmp.Or(strings.Compare(x.Key, y.Key), strings.Compare(x.Value.text, y.Value.text), cmp.Compare(x.Value.typ, y.Value.typ))
	})
	return slices.CompactFunc(a, func(x, y Attr) bool { return x.Key == y.Key })
}

// without gives list less what is in drop; both are sorted.
func without(list, drop []string) []string {
	var out []string
	for _, s := range list {
		if _, found := slices.BinarySearch(drop, s); !found {
			out = append(out, s)
		}
	}
	return out
}
