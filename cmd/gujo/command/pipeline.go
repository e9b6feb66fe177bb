package command

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"gujo/discovery/evidence"
	"gujo/discovery/resolve"
	"gujo/discovery/sources"
	"gujo/graph"
)

// snapshotOf makes one snapshot out of bundles, in whatever order they are named.
func snapshotOf(bundles []string, asOf time.Time) (*graph.Snapshot, error) {
	var all sources.Contents
	for _, path := range bundles {
		c, err := readBundle(path)
		if err != nil {
			return nil, err
		}
		all.Readings = append(all.Readings, c.Readings...)
		all.Inventories = append(all.Inventories, c.Inventories...)
		all.Graphs = append(all.Graphs, c.Graphs...)
	}
	if len(all.Graphs) == 0 {
		return resolve.Resolve(resolve.Input{Readings: all.Readings, Inventories: all.Inventories, AsOf: asOf})
	}
	if len(all.Readings) > 0 || len(all.Inventories) > 0 {
		return nil, failure("error.graph_with_evidence")
	}
	return joinGraphs(all.Graphs, asOf)
}

func readBundle(path string) (sources.Contents, error) {
	b, err := evidence.Open(path)
	if err != nil {
		return sources.Contents{}, err
	}
	defer b.Close()
	if err := b.Verify(); err != nil {
		return sources.Contents{}, err
	}
	c, err := sources.Read(b)
	if err != nil && !strings.Contains(err.Error(), path) { // a file within is wrong
		err = fmt.Errorf("bundle %s: %w", path, err)
	}
	return c, err
}

// joinGraphs lays graphs side by side; a graph alone stays as it is.
func joinGraphs(graphs []*graph.Snapshot, asOf time.Time) (*graph.Snapshot, error) {
	if len(graphs) == 1 && asOf.IsZero() {
		return graphs[0], nil
	}
	var b graph.Builder
	var errs []error
	created := asOf
	for _, g := range graphs {
		if asOf.IsZero() && g.Created.After(created) {
			created = g.Created
		}
		for _, c := range g.Components {
			errs = append(errs, b.Add(c, ""))
		}
		for _, r := range g.Relations {
			errs = append(errs, b.Relate(g.Components[r.From].ID, r.Type, g.Components[r.To].ID, r, ""))
		}
		for _, x := range g.Gaps {
			b.AddGap(x)
		}
		for _, x := range g.Coverage {
			b.AddCoverage(x)
		}
		for _, x := range g.Conflicts {
			b.AddConflict(x)
		}
		for _, x := range g.Evidence {
			b.AddEvidence(x)
		}
		for _, x := range g.Notes {
			b.AddNote(x)
		}
	}
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	return b.Build(created)
}

// save puts a snapshot into the store and tells what it is.
func (e *Env) save(ctx context.Context, g *globals, snap *graph.Snapshot) error {
	store, err := e.openStore(g, true)
	if err != nil {
		return err
	}
	if err := store.Save(ctx, snap); err != nil {
		store.Close()
		return err
	}
	return store.Close()
}

// tellSnapshot prints what a new snapshot holds.
func (e *Env) tellSnapshot(g *globals, snap *graph.Snapshot) {
	kinds := map[graph.Kind]int{}
	for i := range snap.Components {
		kinds[snap.Components[i].Kind]++
	}
	p := e.printer()
	p.line(e.text("snapshot.saved", short(snap.ID), g.store, snap.Created.Format(time.RFC3339)))
	var rows [][]string
	for _, k := range graph.Kinds() {
		if kinds[k] > 0 {
			rows = append(rows, []string{e.text("kind." + k.String()), number(kinds[k])})
		}
	}
	p.table("  ", []string{e.text("column.kind"), e.text("column.number")}, rows)
	if len(snap.Gaps) > 0 {
		e.say("snapshot.gaps", len(snap.Gaps))
	}
	if len(snap.Conflicts) > 0 {
		e.say("snapshot.conflicts", len(snap.Conflicts))
	}
}

// inputs are files named by the user, told apart.
type inputs struct {
	bundles []string
	files   []string // to be wrapped into a bundle
	found   []string // likewise, but found in a directory: what nothing understands is left out
}

// expand looks into directories and tells bundles from other files.
func expand(paths []string) (inputs, error) {
	var in inputs
	add := func(path string, named bool) error {
		isBundle, err := sources.IsBundle(path)
		switch {
		case err != nil:
			return err
		case isBundle:
			in.bundles = append(in.bundles, path)
		case named:
			in.files = append(in.files, path)
		default:
			in.found = append(in.found, path)
		}
		return nil
	}
	for _, path := range paths {
		path = filepath.Clean(path)
		info, err := os.Stat(path)
		if err != nil {
			return in, err
		}
		if !info.IsDir() {
			if err := add(path, true); err != nil {
				return in, err
			}
			continue
		}
		err = filepath.WalkDir(path, func(p string, d fs.DirEntry, err error) error {
			if err != nil || !d.Type().IsRegular() {
				return err
			}
			return add(p, false)
		})
		if err != nil {
			return in, err
		}
	}
	if len(in.bundles)+len(in.files)+len(in.found) == 0 {
		return in, failure("error.empty_directory", strings.Join(paths, ", "))
	}
	for _, list := range []*[]string{&in.bundles, &in.files, &in.found} {
		slices.Sort(*list)
		*list = slices.Compact(*list) // named twice is named once
	}
	return in, nil
}

// bundlePath is where a new bundle goes unless the user says otherwise: into the
// current directory, under a name that is not taken.
func (e *Env) bundlePath(chosen string) string {
	if chosen != "" {
		return chosen
	}
	base := "gujo-" + e.Now().Format("20060102-150405")
	path := base + ".bundle.zip"
	for n := 2; ; n++ {
		if _, err := os.Lstat(path); errors.Is(err, fs.ErrNotExist) {
			return path
		}
		path = fmt.Sprintf("%s-%d.bundle.zip", base, n)
	}
}

// manifest is the head of a bundle that is made here and now.
func (e *Env) manifest(zone, organisation string) evidence.Manifest {
	return evidence.Manifest{
		Tool: evidence.ThisTool(Version), Created: e.Now(), Zone: zone, Organisation: organisation,
		CollectedBy: evidence.Here(),
	}
}
