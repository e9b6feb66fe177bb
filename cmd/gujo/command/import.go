package command

import (
	"cmp"
	"errors"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"gujo/discovery/evidence"
	"gujo/discovery/inventory"
	"gujo/discovery/sources"
)

func newImport(env *Env, g *globals) *cobra.Command {
	var (
		inventories []string
		bundle      string
		zone        string
		as          string
		asOf        string
	)
	c := env.command("import", func(cmd *cobra.Command, args []string) (err error) {
		at, err := parseAsOf(asOf)
		if err != nil {
			return err
		}
		in, err := expand(args)
		if err != nil {
			return err
		}
		if err := env.checkStore(g); err != nil {
			return err
		}
		var made []written
		defer func() {
			if err != nil { // nothing came of it, and what it was made of is still there
				for _, m := range made {
					os.Remove(m.path)
				}
			}
		}()
		if made, err = env.recoverCutOff(in.bundles); err != nil {
			return err
		}
		bundles := in.bundles
		if len(in.files)+len(in.found)+len(inventories) > 0 {
			path, err := env.wrap(in, inventories, bundle, zone, as)
			if err != nil {
				return err
			}
			bundles = append(bundles, path)
			made = append(made, written{path, env.text("import.bundle", path)})
		}
		snap, err := snapshotOf(bundles, at)
		if err != nil {
			return err
		}
		if err := env.save(cmd.Context(), g, snap); err != nil {
			return err
		}
		for _, m := range made {
			env.tell(m.message)
		}
		env.tellSnapshot(g, snap)
		return nil
	})
	c.Args = env.arguments(1, -1)
	f := c.Flags()
	f.StringSliceVarP(&inventories, "inventory", "i", nil, env.text("flag.inventory"))
	f.StringVar(&bundle, "bundle", "", env.text("flag.bundle"))
	f.StringVar(&zone, "zone", "", env.text("flag.zone"))
	f.StringVar(&as, "format", "", env.text("flag.import_format"))
	f.StringVar(&asOf, "as-of", "", env.text("flag.as_of"))
	return c
}

// written is a file that an import made on its way, and what is said of it.
type written struct{ path, message string }

func parseAsOf(s string) (time.Time, error) {
	if s == "" {
		return time.Time{}, nil
	}
	at, err := time.Parse(time.RFC3339, s)
	if err != nil {
		return at, failure("error.as_of", s)
	}
	return at, nil
}

// wrap makes a bundle out of imported files and inventories; the files belong to
// the zone of the first inventory where none is said. If a file that
// the user named is not understood there is no bundle; one found in a directory
// is left out, and the user told.
func (e *Env) wrap(in inputs, inventories []string, bundle, zone, format string) (path string, err error) {
	organisation := ""
	read := make([]*inventory.Inventory, len(inventories))
	for i, file := range inventories {
		if read[i], err = inventory.Load(file); err != nil {
			return "", err
		}
		zone = cmp.Or(zone, read[i].Zone)
		organisation = cmp.Or(organisation, read[i].Organisation.EN)
	}
	if zone == "" {
		zone = "default"
	}
	path = e.bundlePath(bundle)
	w, err := evidence.Create(path, e.manifest(zone, organisation))
	if err != nil {
		return "", err
	}
	defer func() {
		if err = errors.Join(err, w.Close()); err != nil {
			os.Remove(path)
		}
	}()
	for i, inv := range read {
		inv.Guard(w)
		own := zone
		if len(read) > 1 {
			own = cmp.Or(inv.Zone, zone)
		}
		if err := sources.AddInventory(w, inventories[i], own); err != nil {
			return "", err
		}
	}
	understood := len(in.bundles) + len(in.files)
	var errs []error
	for _, f := range in.files {
		_, err := sources.Wrap(w, f, zone, format)
		if errors.Is(err, sources.ErrUnknownFormat) && isInventory(f) {
			err = failure("error.import_inventory", f)
		}
		errs = append(errs, err)
	}
	for _, f := range in.found {
		_, err := sources.Wrap(w, f, zone, format)
		if errors.Is(err, sources.ErrUnknownFormat) {
			e.say("import.skipped", f)
			continue
		}
		understood++
		errs = append(errs, err)
	}
	if understood == 0 && len(in.found) > 0 {
		errs = append(errs, failure("error.nothing_understood", strings.Join(sources.Formats(), ", ")))
	}
	return path, errors.Join(errs...)
}

// isInventory reports whether a file looks like an inventory, which is named by an
// option of its own.
func isInventory(path string) bool {
	data, err := sources.ReadFile(path)
	return err == nil && inventory.Recognize(data)
}

// recoverCutOff puts, in place of each bundle that was cut off while it was
// written, a whole one with what was finished, where new bundles go.
func (e *Env) recoverCutOff(bundles []string) (made []written, err error) {
	for i, path := range bundles {
		b, err := evidence.Open(path)
		if err != nil {
			return made, err
		}
		// One that was recovered before is whole.
		cutOff := errors.Is(b.Verify(), evidence.ErrNoManifest)
		if err := b.Close(); err != nil {
			return made, err
		}
		if !cutOff {
			continue
		}
		to := e.bundlePath("")
		if err := evidence.Recover(path, to); err != nil {
			return made, err
		}
		made = append(made, written{to, e.text("import.recovered", path, to)})
		bundles[i] = to
	}
	return made, nil
}
