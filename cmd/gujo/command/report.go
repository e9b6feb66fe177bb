package command

import (
	"cmp"
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"

	"github.com/spf13/cobra"

	"gujo/discovery/snmp"
	"gujo/graph"
	"gujo/reports"
	"gujo/reports/figure"
	"gujo/reports/locale"
	"gujo/reports/pdf"
	"gujo/rules"
)

func newReport(env *Env, g *globals) *cobra.Command {
	var output, diagnosis string
	c := env.command("report", func(cmd *cobra.Command, args []string) error {
		if !strings.EqualFold(filepath.Ext(output), ".pdf") {
			return failure("error.report_suffix", output)
		}
		snap, d, err := env.loadDiagnosis(cmd.Context(), g, diagnosis)
		if err != nil {
			return err
		}
		engine, err := env.layoutEngine(cmd.Context())
		if err != nil {
			return err
		}
		if engine != nil {
			defer engine.Close()
		}
		if err := env.writeReport(snap, d, env.print.Lang, engine, output); err != nil {
			return err
		}
		env.printer().line(env.text("report.written", output))
		return nil
	})
	c.Args = env.arguments(0, 0)
	c.Flags().StringVarP(&output, "output", "o", "gujo-report.pdf", env.text("flag.output_report"))
	c.Flags().StringVar(&diagnosis, "diagnosis", "", env.text("flag.diagnosis"))
	return c
}

// loadDiagnosis gives a stored diagnosis and its snapshot.
func (e *Env) loadDiagnosis(ctx context.Context, g *globals, id string) (*graph.Snapshot, *rules.Diagnosis, error) {
	store, err := e.openStore(g, false)
	if err != nil {
		return nil, nil, err
	}
	defer store.Close()
	stored, err := store.LoadDiagnosis(ctx, id)
	if errors.Is(err, graph.ErrNotFound) {
		return nil, nil, failure("error.no_diagnosis", id, g.store)
	}
	if err != nil {
		return nil, nil, err
	}
	d, err := rules.ReadJSON(stored.ID, stored.Document)
	if err != nil {
		return nil, nil, err
	}
	snap, err := store.Load(ctx, stored.Snapshot)
	return snap, d, err
}

// layoutEngine starts the program that lays figures out. Where it is not there
// the report goes without them, and the user is told.
func (e *Env) layoutEngine(ctx context.Context) (*figure.Engine, error) {
	program, err := figure.Program()
	if errors.Is(err, figure.ErrNoLayout) {
		e.say("error.no_figures")
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	engine, err := figure.Start(ctx, program)
	if err != nil {
		e.say("report.figures", err)
		return nil, nil
	}
	return engine, nil
}

// organisationOf gives whose structure a snapshot shows: the organisation that its
// inventory names, or several.
func organisationOf(snap *graph.Snapshot) rules.Text {
	var ko, en []string
	for _, n := range snap.Notes {
		if n.Subject == "" && n.Key == "organisation" && len(n.Args) == 2 {
			ko, en = append(ko, cmp.Or(n.Args[0], n.Args[1])), append(en, cmp.Or(n.Args[1], n.Args[0]))
		}
	}
	return rules.Text{KO: strings.Join(ko, ", "), EN: strings.Join(en, ", ")}
}

// writeReport prints a report into a file that appears only when it is whole.
func (e *Env) writeReport(snap *graph.Snapshot, d *rules.Diagnosis, lang locale.Lang, engine *figure.Engine, path string) error {
	r, err := reports.Build(snap, d, reports.Options{Organisation: organisationOf(snap), Describe: snmp.Describe})
	if err != nil {
		return err
	}
	var res pdf.Result
	err = writeFile(path, func(f *os.File) error {
		res, err = pdf.Write(f, r, lang, engine)
		return err
	})
	if err != nil {
		return err
	}
	if res.Dropped > 0 {
		e.say("report.glyphs", res.Dropped)
	}
	if res.Missing > 0 && engine != nil {
		e.say("report.figures_missing", res.Missing, res.Layout)
	}
	return nil
}

// writeFile writes a file of mode 0600 that appears only when it is whole.
func writeFile(path string, write func(*os.File) error) error {
	// The user knows the file by the name that it is to have.
	f, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+"-*")
	if at := (*fs.PathError)(nil); errors.As(err, &at) {
		return &fs.PathError{Op: "create", Path: path, Err: at.Err}
	}
	if err != nil {
		return err
	}
	err = errors.Join(write(f), f.Close())
	if err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		os.Remove(f.Name())
		if at := (*fs.PathError)(nil); errors.As(err, &at) && at.Path == f.Name() {
			at.Path = path
		}
		if move := (*os.LinkError)(nil); errors.As(err, &move) {
			err = &fs.PathError{Op: "create", Path: path, Err: move.Err}
			if info, statErr := os.Stat(path); statErr == nil && info.IsDir() {
				err = &fs.PathError{Op: "create", Path: path, Err: syscall.EISDIR}
			}
		}
	}
	return err
}
