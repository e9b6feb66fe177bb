package graph

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"hash"
	"sort"
	"time"
)

// Snapshot is the dependency graph at one time. It is made by [Builder.Build]
// or [Assemble] and not changed afterwards.
type Snapshot struct {
	// ID is the SHA-256 of the content, in hexadecimal.
	ID string
	// Created is the time of the newest evidence, in UTC.
	Created time.Time
	// Components are sorted by ID.
	Components []Component
	// Relations are sorted by from, type name and to.
	Relations []Relation
	Gaps      []Gap      // sorted by component, table, reason, detail
	Coverage  []Coverage // sorted by component
	Conflicts []Conflict // sorted by component, attribute
	Evidence  []Evidence // sorted by reference
	Notes     []Note     // sorted by subject, key, arguments
}

// Find gives the index of the component with this ID.
func (s *Snapshot) Find(id string) (int32, bool) {
	i := sort.Search(len(s.Components), func(i int) bool { return s.Components[i].ID >= id })
	if i < len(s.Components) && s.Components[i].ID == id {
		return int32(i), true
	}
	return 0, false
}

// EvidenceOf gives the excerpt behind a reference.
func (s *Snapshot) EvidenceOf(ref string) (Evidence, bool) {
	i := sort.Search(len(s.Evidence), func(i int) bool { return s.Evidence[i].Ref >= ref })
	if i < len(s.Evidence) && s.Evidence[i].Ref == ref {
		return s.Evidence[i], true
	}
	return Evidence{}, false
}

// CoverageOf gives what was read of a component.
func (s *Snapshot) CoverageOf(id string) (Coverage, bool) {
	i := sort.Search(len(s.Coverage), func(i int) bool { return s.Coverage[i].Component >= id })
	if i < len(s.Coverage) && s.Coverage[i].Component == id {
		return s.Coverage[i], true
	}
	return Coverage{}, false
}

// GapsOf gives the gaps of a component.
func (s *Snapshot) GapsOf(id string) []Gap {
	lo := sort.Search(len(s.Gaps), func(i int) bool { return s.Gaps[i].Component >= id })
	hi := lo
	for hi < len(s.Gaps) && s.Gaps[hi].Component == id {
		hi++
	}
	return s.Gaps[lo:hi]
}

// digest hashes the whole content, each text with its length and each list with
// its number, so that no two contents look alike.
func (s *Snapshot) digest() string {
	d := digester{h: sha256.New()}
	d.text("gujo/graph/v1")
	d.text(s.Created.UTC().Format(time.RFC3339Nano))
	d.number(len(s.Components))
	for i := range s.Components {
		c := &s.Components[i]
		d.text(c.ID)
		d.text(c.Kind.String())
		d.text(c.Name)
		d.text(c.State.String())
		d.attrs(c.Attrs)
		d.texts(c.Identifiers)
		d.texts(c.Evidence)
		if g := c.Group; g != nil {
			d.number(g.K)
			d.number(g.Designed)
			d.text(g.Technology)
			d.text(g.KSource.String())
		}
	}
	d.number(len(s.Relations))
	for i := range s.Relations {
		r := &s.Relations[i]
		d.number(int(r.From))
		d.number(int(r.To))
		d.text(r.Type.String())
		d.text(r.Strength.String())
		d.attrs(r.Attrs)
		d.texts(r.Evidence)
	}
	d.number(len(s.Gaps))
	for _, g := range s.Gaps {
		d.text(g.Component)
		d.text(g.Table)
		d.text(g.Reason)
		d.text(g.Detail)
	}
	d.number(len(s.Coverage))
	for _, c := range s.Coverage {
		d.text(c.Component)
		d.texts(c.Complete)
		d.texts(c.Empty)
		d.texts(c.NotAsked)
	}
	d.number(len(s.Conflicts))
	for _, c := range s.Conflicts {
		d.text(c.Component)
		d.text(c.Attribute)
		d.number(len(c.Values))
		for _, v := range c.Values {
			d.text(v.Value)
			d.text(v.Source)
			d.text(v.Evidence)
		}
	}
	d.number(len(s.Evidence))
	for _, e := range s.Evidence {
		d.text(e.Ref)
		d.text(e.Target)
		d.text(e.Value)
		d.text(e.Collected)
	}
	d.number(len(s.Notes))
	for _, n := range s.Notes {
		d.text(n.Subject)
		d.text(n.Key)
		d.texts(n.Args)
		d.texts(n.Evidence)
	}
	d.flush()
	return hex.EncodeToString(d.h.Sum(nil))
}

// digester gathers what is hashed: SHA-256 is fast on blocks, slow on crumbs.
type digester struct {
	h   hash.Hash
	buf []byte
}

func (d *digester) flush() {
	d.h.Write(d.buf)
	d.buf = d.buf[:0]
}

func (d *digester) number(n int) {
	d.buf = binary.AppendVarint(d.buf, int64(n))
	if len(d.buf) >= 1<<15 {
		d.flush()
	}
}

func (d *digester) text(s string) {
	d.number(len(s))
	d.buf = append(d.buf, s...)
}

func (d *digester) texts(list []string) {
	d.number(len(list))
	for _, s := range list {
		d.text(s)
	}
}

func (d *digester) attrs(a Attrs) {
	d.number(len(a))
	for _, at := range a {
		d.text(at.Key)
		d.number(int(at.Value.typ))
		d.text(at.Value.text)
	}
}
