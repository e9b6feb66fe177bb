package command

import (
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
		inventoryPath string
		bundle        string
		zone          string
		as            string
		asOf          string
	)
	c := env.command("import", func(cmd *cobra.Command, args []string) error {
		at, err := parseAsOf(asOf)
		if err != nil {
			return err
		}
		in, err := expand(args)
		if err != nil {
			return err
		}
		if err := env.recoverCutOff(in.bundles); err != nil {
			return err
		}
		bundles := in.bundles
		if len(in.files)+len(in.found) > 0 || inventoryPath != "" {
			path, err := env.wrap(in, inventoryPath, bundle, zone, as)
			if err != nil {
				return err
			}
			bundles = append(bundles, path)
			env.say("import.bundle", path)
		}
		snap, err := snapshotOf(bundles, at)
		if err != nil {
			return err
		}
		if err := env.save(cmd.Context(), g, snap); err != nil {
			return err
		}
		env.tellSnapshot(g, snap)
		return nil
	})
	c.Args = env.arguments(1, -1)
	f := c.Flags()
	f.StringVarP(&inventoryPath, "inventory", "i", "", env.text("flag.inventory"))
	f.StringVar(&bundle, "bundle", "", env.text("flag.bundle"))
	f.StringVar(&zone, "zone", "", env.text("flag.zone"))
	f.StringVar(&as, "format", "", env.text("flag.import_format"))
	f.StringVar(&asOf, "as-of", "", env.text("flag.as_of"))
	return c
}

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

// wrap makes a bundle out of imported files and the inventory. If a file that
// the user named is not understood there is no bundle; one found in a directory
// is left out, and the user told.
func (e *Env) wrap(in inputs, inventoryPath, bundle, zone, format string) (path string, err error) {
	organisation := ""
	var inv *inventory.Inventory
	if inventoryPath != "" {
		if inv, err = inventory.Load(inventoryPath); err != nil {
			return "", err
		}
		if zone == "" {
			zone = inv.Zone
		}
		organisation = inv.Organisation.EN
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
	if inv != nil {
		inv.Guard(w)
		if err := sources.AddInventory(w, inventoryPath, zone); err != nil {
			return "", err
		}
	}
	understood := len(in.bundles) + len(in.files)
	var errs []error
	for _, f := range in.files {
		_, err := sources.Wrap(w, f, zone, format)
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

// recoverCutOff puts, in place of each bundle that was cut off while it was
// written, a whole one with what was finished, where new bundles go.
func (e *Env) recoverCutOff(bundles []string) error {
	for i, path := range bundles {
		b, err := evidence.Open(path)
		if err != nil {
			return err
		}
		// One that was recovered before is whole.
		cutOff := errors.Is(b.Verify(), evidence.ErrNoManifest)
		if err := b.Close(); err != nil {
			return err
		}
		if !cutOff {
			continue
		}
		to := e.bundlePath("")
		if err := evidence.Recover(path, to); err != nil {
			return err
		}
		e.say("import.recovered", path, to)
		bundles[i] = to
	}
	return nil
}
