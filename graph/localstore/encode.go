package localstore

import (
	"gujo/graph"
)

// A section is a named part of a snapshot: some columns, or the text.
type section struct {
	name string
	data []byte
}

// encode turns a snapshot into sections. Numbers of kinds, types and the like
// are those of this version of the program; the names section says what they are.
func encode(s *graph.Snapshot) []section {
	t := newTables()
	names := encodeNames(t)
	comps := encodeComponents(t, s.Components)
	rels := encodeRelations(t, s.Relations)
	records := encodeRecords(t, s)
	return []section{
		{"lengths", t.lengths.b}, {"text", t.text}, {"values", t.valueCol.b}, {"names", names},
		{"components", comps}, {"relations", rels}, {"records", records},
	}
}

// encodeNames writes what each number of a kind and of a relation type stands for.
func encodeNames(t *tables) []byte {
	var w writer
	kinds := graph.Kinds()
	w.number(len(kinds))
	for _, k := range kinds {
		w.number(int(k))
		w.number(int(t.string(k.String())))
	}
	types := graph.RelationTypes()
	w.number(len(types))
	for _, rt := range types {
		w.number(int(rt))
		w.number(int(t.string(rt.String())))
	}
	return w.b
}

func encodeComponents(t *tables, list []graph.Component) []byte {
	var w writer
	w.number(len(list))
	// IDs go first into the table of strings, so that they follow each other there.
	var last uint32
	for i := range list {
		w.step(t.string(list[i].ID), &last)
	}
	for i := range list {
		w.octet(byte(list[i].Kind))
	}
	for i := range list {
		w.octet(byte(list[i].State))
	}
	last = 0
	for i := range list {
		w.step(t.string(list[i].Name), &last)
	}
	writeAttrs(&w, t, len(list), func(i int) graph.Attrs { return list[i].Attrs })
	writeLists(&w, t, len(list), func(i int) []string { return list[i].Identifiers })
	writeLists(&w, t, len(list), func(i int) []string { return list[i].Evidence })
	for i := range list {
		if g := list[i].Group; g != nil {
			w.number(g.K)
			w.number(g.Designed)
			w.number(int(t.string(g.Technology)))
			w.octet(byte(g.KSource))
		}
	}
	return w.b
}

func encodeRelations(t *tables, list []graph.Relation) []byte {
	var w writer
	w.number(len(list))
	var last uint32
	for i := range list {
		w.step(uint32(list[i].From), &last)
	}
	last = 0
	for i := range list {
		w.step(uint32(list[i].To), &last)
	}
	for i := range list {
		w.octet(byte(list[i].Type))
	}
	for i := range list {
		w.octet(byte(list[i].Strength))
	}
	writeAttrs(&w, t, len(list), func(i int) graph.Attrs { return list[i].Attrs })
	writeLists(&w, t, len(list), func(i int) []string { return list[i].Evidence })
	return w.b
}

func writeLists(w *writer, t *tables, n int, of func(i int) []string) {
	for i := range n {
		w.number(len(of(i)))
	}
	var last uint32
	for i := range n {
		for _, s := range of(i) {
			w.step(t.string(s), &last)
		}
	}
}

func writeAttrs(w *writer, t *tables, n int, of func(i int) graph.Attrs) {
	for i := range n {
		w.number(len(of(i)))
	}
	for i := range n {
		for _, at := range of(i) {
			w.number(int(t.string(at.Key)))
		}
	}
	var last uint32
	for i := range n {
		for _, at := range of(i) {
			w.step(t.value(at.Value), &last)
		}
	}
}

// encodeRecords writes gaps, coverage, conflicts, evidence and notes, row by row.
func encodeRecords(t *tables, s *graph.Snapshot) []byte {
	var w writer
	var last uint32
	texts := func(list ...string) {
		for _, s := range list {
			w.step(t.string(s), &last)
		}
	}
	list := func(items []string) {
		w.number(len(items))
		texts(items...)
	}
	w.number(len(s.Gaps))
	for _, g := range s.Gaps {
		texts(g.Component, g.Table, g.Reason, g.Detail)
	}
	w.number(len(s.Coverage))
	for _, c := range s.Coverage {
		texts(c.Component)
		list(c.Complete)
		list(c.Empty)
		list(c.NotAsked)
	}
	w.number(len(s.Conflicts))
	for _, c := range s.Conflicts {
		texts(c.Component, c.Attribute)
		w.number(len(c.Values))
		for _, v := range c.Values {
			texts(v.Value, v.Source, v.Evidence)
		}
	}
	w.number(len(s.Evidence))
	for _, e := range s.Evidence {
		texts(e.Ref, e.Target, e.Value, e.Collected)
	}
	w.number(len(s.Notes))
	for _, n := range s.Notes {
		texts(n.Subject, n.Key)
		list(n.Args)
		list(n.Evidence)
	}
	return w.b
}
