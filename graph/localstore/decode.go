package localstore

import (
	"errors"
	"fmt"
	"math"

	"golang.org/x/sync/errgroup"

	"gujo/graph"
)

var errColumns = errors.New("its columns make no sense")

// decoder holds what all sections refer to.
type decoder struct {
	strings []string
	values  []graph.Value
	kinds   []graph.Kind // by the number in the file
	types   []graph.RelationType
}

// decode is the inverse of encode. Lists are cut from a few large blocks: a
// snapshot of millions of relations must not be millions of allocations.
func decode(sections map[string][]byte) (graph.Snapshot, error) {
	var (
		d   decoder
		s   graph.Snapshot
		ok  bool
		err error
	)
	if d.strings, ok = cutStrings(sections["lengths"], sections["text"]); !ok {
		return s, errColumns
	}
	if d.values, err = d.readValues(sections["values"]); err != nil {
		return s, err
	}
	if err := d.readNames(sections["names"]); err != nil {
		return s, err
	}
	var g errgroup.Group
	g.Go(func() error { return guard(func() error { return d.components(sections["components"], &s) }) })
	g.Go(func() error { return guard(func() error { return d.relations(sections["relations"], &s) }) })
	g.Go(func() error { return guard(func() error { return d.records(sections["records"], &s) }) })
	if err := g.Wait(); err != nil {
		return s, err
	}
	for i := range s.Relations {
		if r := &s.Relations[i]; int(r.From) >= len(s.Components) || int(r.To) >= len(s.Components) {
			return s, errColumns
		}
	}
	return s, nil
}

func (d *decoder) readValues(data []byte) ([]graph.Value, error) {
	r := reader{b: data}
	list := make([]graph.Value, 0, len(data)/2)
	for len(r.b) > 0 {
		t := graph.ValueType(r.octet())
		v, err := graph.RawValue(t, d.string(&r))
		if err != nil {
			return nil, err
		}
		list = append(list, v)
	}
	if r.bad {
		return nil, errColumns
	}
	return list, nil
}

func (d *decoder) readNames(data []byte) error {
	r := reader{b: data}
	for range r.count() {
		n := r.index(256)
		k, err := graph.ParseKind(d.string(&r))
		if err != nil {
			return newer(err)
		}
		for len(d.kinds) <= n {
			d.kinds = append(d.kinds, graph.KindInvalid)
		}
		d.kinds[n] = k
	}
	for range r.count() {
		n := r.index(256)
		t, err := graph.ParseRelationType(d.string(&r))
		if err != nil {
			return newer(err)
		}
		for len(d.types) <= n {
			d.types = append(d.types, graph.RelationInvalid)
		}
		d.types[n] = t
	}
	if r.bad {
		return errColumns
	}
	return nil
}

func newer(err error) error { return fmt.Errorf("%w: %w", graph.ErrNewerFormat, err) }

func (d *decoder) string(r *reader) string {
	if i := r.index(len(d.strings)); !r.bad {
		return d.strings[i]
	}
	return ""
}

// text reads a string written as a step from the last.
func (d *decoder) text(r *reader, last *uint32) string {
	if i := r.step(last, len(d.strings)); !r.bad {
		return d.strings[i]
	}
	return ""
}

func (d *decoder) components(data []byte, s *graph.Snapshot) error {
	r := reader{b: data}
	n := r.count()
	list := make([]graph.Component, n)
	var last uint32
	for i := range list {
		list[i].ID = d.text(&r, &last)
	}
	for i, k := range r.octets(n) {
		if int(k) >= len(d.kinds) || d.kinds[k] == graph.KindInvalid {
			return errColumns
		}
		list[i].Kind = d.kinds[k]
	}
	for i, c := range r.octets(n) {
		if graph.State(c) > graph.Down {
			return errColumns
		}
		list[i].State = graph.State(c)
	}
	last = 0
	for i := range list {
		list[i].Name = d.text(&r, &last)
	}
	d.attrs(&r, n, func(i int, a graph.Attrs) { list[i].Attrs = a })
	d.lists(&r, n, func(i int, l []string) { list[i].Identifiers = l })
	d.lists(&r, n, func(i int, l []string) { list[i].Evidence = l })
	for i := range list {
		if list[i].Kind != graph.RedundancyGroup {
			continue
		}
		g := &graph.Group{K: r.index(math.MaxInt32), Designed: r.index(math.MaxInt32), Technology: d.string(&r), KSource: graph.KSource(r.octet())}
		if g.KSource > graph.KDefault {
			return errColumns
		}
		list[i].Group = g
	}
	if r.bad || len(r.b) > 0 {
		return errColumns
	}
	s.Components = list
	return nil
}

func (d *decoder) relations(data []byte, s *graph.Snapshot) error {
	r := reader{b: data}
	n := r.count()
	list := make([]graph.Relation, n)
	var last uint32
	for i := range list {
		list[i].From = int32(r.step(&last, math.MaxInt32))
	}
	last = 0
	for i := range list {
		list[i].To = int32(r.step(&last, math.MaxInt32))
	}
	for i, t := range r.octets(n) {
		if int(t) >= len(d.types) || d.types[t] == graph.RelationInvalid {
			return errColumns
		}
		list[i].Type = d.types[t]
	}
	for i, c := range r.octets(n) {
		if graph.Strength(c) > graph.Soft {
			return errColumns
		}
		list[i].Strength = graph.Strength(c)
	}
	d.attrs(&r, n, func(i int, a graph.Attrs) { list[i].Attrs = a })
	d.lists(&r, n, func(i int, l []string) { list[i].Evidence = l })
	if r.bad || len(r.b) > 0 {
		return errColumns
	}
	s.Relations = list
	return nil
}

// lists reads n lists of strings, cut from one block. A list of one, as most are,
// is cut from the table of all strings and takes no memory of its own.
func (d *decoder) lists(r *reader, n int, set func(i int, l []string)) {
	counts, total := r.counts(n)
	for _, c := range counts {
		if c == 1 {
			total--
		}
	}
	slab := make([]string, total)
	var last uint32
	for i, c := range counts {
		if c == 1 {
			if at := r.step(&last, len(d.strings)); !r.bad {
				set(i, d.strings[at:at+1:at+1])
			}
			continue
		}
		if c > 0 {
			for j := range slab[:c] {
				slab[j] = d.text(r, &last)
			}
			set(i, slab[:c:c])
			slab = slab[c:]
		}
	}
}

// attrs reads n sets of attributes, cut from one block.
func (d *decoder) attrs(r *reader, n int, set func(i int, a graph.Attrs)) {
	counts, total := r.counts(n)
	slab := make([]graph.Attr, total)
	for i := range slab {
		slab[i].Key = d.string(r)
	}
	var last uint32
	for i := range slab {
		if v := r.step(&last, len(d.values)); !r.bad {
			slab[i].Value = d.values[v]
		}
	}
	for i, c := range counts {
		if c > 0 {
			set(i, slab[:c:c])
			slab = slab[c:]
		}
	}
}

func (d *decoder) records(data []byte, s *graph.Snapshot) error {
	r := reader{b: data}
	var last uint32
	text := func() string { return d.text(&r, &last) }
	texts := func() []string {
		n := r.count()
		if n == 0 {
			return nil
		}
		list := make([]string, n)
		for i := range list {
			list[i] = text()
		}
		return list
	}
	s.Gaps = rows(&r, func() graph.Gap {
		return graph.Gap{Component: text(), Table: text(), Reason: text(), Detail: text()}
	})
	s.Coverage = rows(&r, func() graph.Coverage {
		c := graph.Coverage{Component: text(), Complete: texts(), Empty: texts(), NotAsked: texts()}
		if c.Complete == nil {
			c.Complete = []string{}
		}
		return c
	})
	s.Conflicts = rows(&r, func() graph.Conflict {
		c := graph.Conflict{Component: text(), Attribute: text()}
		c.Values = rows(&r, func() graph.ConflictValue {
			return graph.ConflictValue{Value: text(), Source: text(), Evidence: text()}
		})
		return c
	})
	s.Evidence = rows(&r, func() graph.Evidence {
		return graph.Evidence{Ref: text(), Target: text(), Value: text(), Collected: text()}
	})
	s.Notes = rows(&r, func() graph.Note {
		return graph.Note{Subject: text(), Key: text(), Args: texts(), Evidence: texts()}
	})
	if r.bad || len(r.b) > 0 {
		return errColumns
	}
	return nil
}

func rows[T any](r *reader, row func() T) []T {
	n := r.count()
	if n == 0 {
		return nil
	}
	list := make([]T, n)
	for i := range list {
		if list[i] = row(); r.bad {
			return nil
		}
	}
	return list
}
