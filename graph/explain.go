package graph

import (
	"fmt"
	"slices"
	"strings"
)

// Explanation says where a component, or what stands between two, comes from:
// which bytes say so, what contradicts it, and which decision applies. It is
// made of the snapshot alone and holds no words of any language.
type Explanation struct {
	A          string      `json:"a"`
	B          string      `json:"b,omitempty"`
	Statements []Statement `json:"statements"`
}

// StatementKind says what a [Statement] is about.
type StatementKind string

// The kinds of statements.
const (
	ComponentStatement StatementKind = "component" // the component is there
	RelationStatement  StatementKind = "relation"  // the relation is there
	NoteStatement      StatementKind = "note"      // a merge, a doubt, a decision
	ConflictStatement  StatementKind = "conflict"  // sources disagree
	GapStatement       StatementKind = "gap"       // could not be read
	CoverageStatement  StatementKind = "coverage"  // was read
)

// Statement is one thing that the snapshot says, with what it rests on.
type Statement struct {
	Kind     StatementKind `json:"kind"`
	Subject  string        `json:"subject"`            // a component's ID, or "FROM TYPE TO" of a relation
	Strength string        `json:"strength,omitempty"` // of a relation
	State    string        `json:"state,omitempty"`    // of a component
	Attrs    Attrs         `json:"attrs,omitempty"`
	Key      string        `json:"key,omitempty"`  // of a note: which message
	Args     []string      `json:"args,omitempty"` // of a note
	Conflict *Conflict     `json:"conflict,omitempty"`
	Gap      *Gap          `json:"gap,omitempty"`
	Coverage *Coverage     `json:"coverage,omitempty"`
	// Evidence holds the excerpts; one that was not kept has its reference only.
	Evidence []Evidence `json:"evidence,omitempty"`
}

// Explain explains the component a or, where b is not empty, what joins a and b:
// relations, links between their interfaces, groups of both, and what was
// denied. Where nothing joins them it says what was and was not read of both.
// Both are IDs; an unknown one gives [ErrNotFound].
func Explain(s *Snapshot, a, b string) (Explanation, error) {
	x := &explainer{View: NewView(s), Explanation: Explanation{A: a, B: b, Statements: []Statement{}}, said: map[string]bool{}}
	at, ok := s.Find(a)
	if !ok {
		return x.Explanation, fmt.Errorf("component %s: %w", a, ErrNotFound)
	}
	if b == "" {
		x.one(at)
		return x.Explanation, nil
	}
	bt, ok := s.Find(b)
	if !ok {
		return x.Explanation, fmt.Errorf("component %s: %w", b, ErrNotFound)
	}
	x.two(at, bt)
	return x.Explanation, nil
}

type explainer struct {
	*View
	Explanation
	said map[string]bool
}

func (x *explainer) say(st Statement) {
	key := fmt.Sprint(st.Kind, "\x00", st.Subject, "\x00", st.Key, "\x00", st.Args)
	if st.Gap != nil {
		key += st.Gap.Table + "\x00" + st.Gap.Reason
	}
	if st.Conflict != nil {
		key += st.Conflict.Attribute
	}
	if !x.said[key] {
		x.said[key] = true
		x.Statements = append(x.Statements, st)
	}
}

func (x *explainer) excerpts(refs []string) []Evidence {
	var list []Evidence
	for _, ref := range refs {
		e, ok := x.EvidenceOf(ref)
		if !ok {
			e = Evidence{Ref: ref}
		}
		list = append(list, e)
	}
	return list
}

func (x *explainer) one(c int32) {
	x.component(c)
	x.about(x.Components[c].ID)
	lo, hi := x.Out(c)
	for i := lo; i < hi; i++ {
		x.relation(i)
	}
	for _, i := range x.In(c) {
		x.relation(i)
	}
	x.read(x.Components[c].ID)
}

func (x *explainer) component(c int32) {
	comp := &x.Components[c]
	x.say(Statement{Kind: ComponentStatement, Subject: comp.ID, State: comp.State.String(), Attrs: comp.Attrs, Evidence: x.excerpts(comp.Evidence)})
}

func (x *explainer) relation(i int32) {
	r := &x.Relations[i]
	subject := x.Components[r.From].ID + " " + r.Type.String() + " " + x.Components[r.To].ID
	x.say(Statement{Kind: RelationStatement, Subject: subject, Strength: r.Strength.String(), Attrs: r.Attrs, Evidence: x.excerpts(r.Evidence)})
	x.notes(func(n *Note) bool { return n.Subject == subject })
}

func (x *explainer) notes(which func(*Note) bool) {
	for i := range x.Notes {
		if n := &x.Notes[i]; which(n) {
			x.say(Statement{Kind: NoteStatement, Subject: n.Subject, Key: n.Key, Args: n.Args, Evidence: x.excerpts(n.Evidence)})
		}
	}
}

// about says how a component came to be, and what disagrees about it.
func (x *explainer) about(id string) {
	x.notes(func(n *Note) bool { return n.Subject == id || slices.Contains(strings.Fields(n.Subject), id) })
	for i := range x.Conflicts {
		if c := &x.Conflicts[i]; c.Component == id {
			var refs []string
			for _, v := range c.Values {
				if v.Evidence != "" {
					refs = append(refs, v.Evidence)
				}
			}
			x.say(Statement{Kind: ConflictStatement, Subject: id, Conflict: c, Evidence: x.excerpts(sortedSet(refs))})
		}
	}
}

// read says what was and was not read of a component.
func (x *explainer) read(id string) {
	gaps := x.GapsOf(id)
	for i := range gaps {
		x.say(Statement{Kind: GapStatement, Subject: id, Gap: &gaps[i]})
	}
	if c, ok := x.CoverageOf(id); ok {
		x.say(Statement{Kind: CoverageStatement, Subject: id, Coverage: &c})
	}
}

func (x *explainer) two(a, b int32) {
	as, bs := x.parts(a), x.parts(b)
	// What leads from one to the other, or from a third to both.
	leads := func(c int32) (toA, toB []int32) {
		lo, hi := x.Out(c)
		for i := lo; i < hi; i++ {
			switch t := x.Relations[i].To; {
			case as[t]:
				toA = append(toA, i)
			case bs[t]:
				toB = append(toB, i)
			}
		}
		return toA, toB
	}
	for c := range int32(len(x.Components)) {
		toA, toB := leads(c)
		switch kind := x.Components[c].Kind; {
		case as[c] && !bs[c]:
			for _, i := range toB {
				x.relation(i)
			}
		case bs[c] && !as[c]:
			for _, i := range toA {
				x.relation(i)
			}
		case (kind == Link || kind == RedundancyGroup) && len(toA) > 0 && len(toB) > 0:
			x.component(c)
			x.about(x.Components[c].ID)
			for _, i := range append(toA, toB...) {
				x.relation(i)
			}
			for _, r := range x.OutOf(c, Aggregates) {
				x.component(r.To)
			}
		}
	}
	// What was taken out, or doubted, is known by its notes alone.
	names := func(set map[int32]bool, n *Note) bool {
		for _, w := range append(strings.Fields(n.Subject), n.Args...) {
			if i, ok := x.Find(w); ok && set[i] {
				return true
			}
		}
		return false
	}
	x.notes(func(n *Note) bool { return names(as, n) && names(bs, n) })
	for i := range x.Conflicts {
		c := &x.Conflicts[i]
		holds := func(id string) bool {
			return slices.ContainsFunc(c.Values, func(v ConflictValue) bool { return v.Source == id })
		}
		if c.Component == x.A && holds(x.B) || c.Component == x.B && holds(x.A) {
			x.about(c.Component)
		}
	}
	if len(x.Statements) == 0 {
		x.read(x.A)
		x.read(x.B)
	}
}

// parts gives a component with all that is part of it.
func (x *explainer) parts(c int32) map[int32]bool {
	set := map[int32]bool{c: true}
	for todo := []int32{c}; len(todo) > 0; todo = todo[1:] {
		for _, i := range x.In(todo[0]) {
			if r := &x.Relations[i]; r.Type == PartOf && !set[r.From] {
				set[r.From] = true
				todo = append(todo, r.From)
			}
		}
	}
	return set
}
