package storetest

import (
	"fmt"
	"math/rand/v2"
	"time"

	"gujo/graph"
)

// Random gives a small graph in which everything occurs that a store has to
// keep: all kinds, relations and value types, awkward text, groups whose k
// nobody knows, gaps, coverage, conflicts, evidence and notes. The same seed and
// size give the same graph.
func Random(seed uint64, components int) *graph.Snapshot {
	rnd := rand.New(rand.NewPCG(seed, 99))
	texts := []string{"", "core-1", "코어 스위치 🙂", "a\tb\n\"\\<&>", "\u0000", "\u1100\u1161", fmt.Sprint(rnd.Uint64())}
	text := func() string { return texts[rnd.IntN(len(texts))] }
	list := func() (l []string) {
		for range rnd.IntN(4) {
			l = append(l, text())
		}
		return l
	}
	attrs := func() (a graph.Attrs) {
		values := []graph.Value{
			graph.String(text()), graph.Int(rnd.Int64()), graph.Float(rnd.NormFloat64()), graph.Bool(rnd.IntN(2) == 0), graph.List(list()...),
		}
		for range rnd.IntN(5) {
			a = a.With(text(), values[rnd.IntN(len(values))])
		}
		return a
	}
	var b graph.Builder
	kinds := graph.Kinds()
	ids := make([]string, components)
	of := make([]graph.Kind, components)
	for i := range components {
		c := graph.Component{
			Kind: kinds[rnd.IntN(len(kinds))], State: graph.State(rnd.IntN(3)), Name: text(),
			Attrs: attrs(), Identifiers: list(), Evidence: list(),
		}
		c.ID = fmt.Sprintf("%s/%d", c.Kind, i)
		ids[i], of[i] = c.ID, c.Kind
		if c.Kind == graph.RedundancyGroup {
			designed := rnd.IntN(5)
			c.Group = &graph.Group{K: rnd.IntN(designed + 1), Designed: designed, Technology: text(), KSource: graph.KSource(rnd.IntN(5))}
		}
		check(b.Add(c, ""))
	}
	types := graph.RelationTypes()
	for range components * 40 {
		from, to, rt := rnd.IntN(components), rnd.IntN(components), types[rnd.IntN(len(types))]
		if from != to && rt.Allows(of[from], of[to]) {
			check(b.Relate(ids[from], rt, ids[to], graph.Relation{Strength: graph.Strength(rnd.IntN(3)), Attrs: attrs(), Evidence: list()}, ""))
		}
	}
	for range rnd.IntN(components + 1) {
		b.AddGap(graph.Gap{Component: text(), Table: text(), Reason: text(), Detail: text()})
		b.AddCoverage(graph.Coverage{Component: text(), Complete: list(), Empty: list(), NotAsked: list()})
		b.AddConflict(graph.Conflict{Component: text(), Attribute: text(), Values: []graph.ConflictValue{{Value: text(), Source: text(), Evidence: text()}}})
		b.AddEvidence(graph.Evidence{Ref: text(), Target: text(), Value: text(), Collected: text()})
		b.AddNote(graph.Note{Subject: text(), Key: text(), Args: list(), Evidence: list()})
	}
	s, err := b.Build(time.Unix(int64(seed), int64(rnd.IntN(1e9))))
	check(err)
	return s
}

// Generate gives a large graph to measure with, shaped as discovery makes them:
// devices with interfaces, links between these, and needs, each relation with
// one evidence reference of its own.
func Generate(components, relations int) *graph.Snapshot {
	rnd := rand.New(rand.NewPCG(uint64(components), uint64(relations)))
	var b graph.Builder
	const perDevice = 50
	devices := max(1, components/perDevice)
	ids := make([]string, 0, components)
	digests := make([]string, devices)
	for d := range devices {
		digests[d] = fmt.Sprintf("sha256:%016x%016x%016x%016x", rnd.Uint64(), rnd.Uint64(), rnd.Uint64(), rnd.Uint64())
		id := fmt.Sprintf("network_device/sw-%05d", d)
		ids = append(ids, id)
		check(b.Add(graph.Component{
			ID: id, Kind: graph.NetworkDevice, Name: fmt.Sprintf("sw-%05d", d), State: graph.Up,
			Attrs:       graph.Attrs{{Key: "model", Value: graph.String("X-48")}, {Key: "vendor", Value: graph.String("maker")}},
			Identifiers: []string{fmt.Sprintf("serial:FOC%08X", rnd.Uint32())},
			Evidence:    []string{digests[d] + "#1.3.6.1.2.1.1.5.0"},
		}, ""))
	}
	for i := len(ids); i < components; i++ {
		d := i % devices
		port := i/devices - 1
		id := fmt.Sprintf("interface/sw-%05d:Gi0_%d", d, port)
		ids = append(ids, id)
		check(b.Add(graph.Component{
			ID: id, Kind: graph.Interface, Name: fmt.Sprintf("Gi0/%d", port), State: graph.State(rnd.IntN(3)),
			Attrs: graph.Attrs{
				{Key: "if_index", Value: graph.Int(int64(port + 1))}, {Key: "if_type", Value: graph.Int(6)},
				{Key: "mac", Value: graph.String(fmt.Sprintf("02:%02x:%02x:%02x:%02x:%02x", d>>8&255, d&255, port, rnd.IntN(256), i&255))},
				{Key: "speed", Value: graph.Int(1e9)},
			},
		}, ""))
	}
	for i := range relations {
		from := i % components
		d := from % devices
		r := graph.Relation{Evidence: []string{fmt.Sprintf("%s#1.3.6.1.2.1.2.2.1.8.%d", digests[d], i)}}
		if from >= devices && i < components {
			check(b.Relate(ids[from], graph.PartOf, ids[d], r, ""))
			continue
		}
		to := rnd.IntN(components)
		if to == from {
			to = (to + 1) % components
		}
		if to != from {
			check(b.Relate(ids[from], graph.AdjacentTo, ids[to], r, ""))
		}
	}
	s, err := b.Build(time.Date(2025, 1, 1, 0, 0, 0, 0, time.UTC))
	check(err)
	return s
}

// check stops on a mistake of the generators themselves, which know no input.
func check(err error) {
	if err != nil {
		panic(err)
	}
}
