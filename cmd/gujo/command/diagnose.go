package command

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/csv"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"gujo/graph"
	"gujo/reports/locale"
	"gujo/reports/sarif"
	"gujo/rules"
	"gujo/rules/packs"
)

func newDiagnose(env *Env, g *globals) *cobra.Command {
	var (
		sel      selection
		out      format
		packDirs []string
		baseline string
		waivers  string
		failOn   string
		required float64
		verdicts []string
	)
	c := env.command("diagnose", func(cmd *cobra.Command, args []string) error {
		limit, err := parseFailOn(failOn)
		if err != nil {
			return err
		}
		if !(required >= 0 && required <= 1) {
			return failure("error.coverage_share", required)
		}
		shown, err := parseVerdicts(verdicts)
		if err != nil {
			return err
		}
		snap, code, err := sel.load(cmd.Context(), env, g)
		if err != nil {
			return err
		}
		opts, err := env.ruleOptions(cmd.Context(), g, baseline, waivers)
		if err != nil {
			return err
		}
		used, err := loadPacks(packDirs)
		if err != nil {
			return err
		}
		d, err := rules.Run(cmd.Context(), snap, used, opts)
		if err != nil {
			return err
		}
		if err := env.saveDiagnosis(cmd.Context(), g, snap, d); err != nil {
			return err
		}
		listed := *d
		listed.Findings = slices.DeleteFunc(slices.Clone(d.Findings), func(f rules.Finding) bool {
			return !slices.Contains(shown, f.Verdict)
		})
		if err := writeFindings(env, snap, &listed, out.value); err != nil {
			return err
		}
		return verdict(worst(code, judge(env, d, limit, required)))
	})
	c.Args = env.arguments(0, 0)
	sel.flags(env, c)
	out.flags(env, c, "table", "json", "sarif", "junit", "csv")
	f := c.Flags()
	f.StringSliceVar(&packDirs, "pack", nil, env.text("flag.pack"))
	f.StringVar(&baseline, "baseline", "", env.text("flag.baseline"))
	f.StringVar(&waivers, "waivers", "", env.text("flag.waivers"))
	f.StringVar(&failOn, "fail-on", string(rules.High), env.text("flag.fail_on"))
	f.Float64Var(&required, "require-coverage", 0, env.text("flag.require_coverage"))
	f.StringSliceVar(&verdicts, "verdict", nil, env.text("flag.verdict"))
	return c
}

// loadPacks gives the packs of the named directories; without any the one that
// is built in.
func loadPacks(dirs []string) ([]*rules.Pack, error) {
	if len(dirs) == 0 {
		p, err := rules.LoadPack(packs.Default())
		return []*rules.Pack{p}, err
	}
	var all []*rules.Pack
	for _, dir := range split(dirs) {
		files, err := packDirectory(dir)
		if err != nil {
			return nil, err
		}
		p, err := rules.LoadPack(files)
		if err != nil {
			return nil, fmt.Errorf("pack %s: %w", dir, err)
		}
		all = append(all, p)
	}
	return all, nil
}

func (e *Env) ruleOptions(ctx context.Context, g *globals, baseline, waivers string) (rules.RunOptions, error) {
	opts := rules.RunOptions{Tool: tool()}
	if baseline != "" {
		d, err := e.findDiagnosis(ctx, g, baseline)
		if err != nil {
			return opts, err
		}
		opts.Baseline = d
	}
	if waivers != "" {
		data, err := os.ReadFile(waivers)
		if err != nil {
			return opts, err
		}
		opts.Waivers, err = rules.ParseWaivers(waivers, data)
		if err != nil {
			return opts, err
		}
	}
	return opts, nil
}

// findDiagnosis reads a diagnosis from a file, or else from the store.
func (e *Env) findDiagnosis(ctx context.Context, g *globals, name string) (*rules.Diagnosis, error) {
	data, err := os.ReadFile(name)
	if err != nil {
		store, err := e.openStore(g, false)
		if err != nil {
			return nil, err
		}
		defer store.Close()
		stored, err := store.LoadDiagnosis(ctx, name)
		if errors.Is(err, graph.ErrNotFound) {
			return nil, failure("error.no_diagnosis", name, g.store)
		}
		if err != nil {
			return nil, err
		}
		data = stored.Document
	}
	return rules.ReadJSON(name, data)
}

// saveDiagnosis keeps the diagnosis beside its snapshot.
func (e *Env) saveDiagnosis(ctx context.Context, g *globals, snap *graph.Snapshot, d *rules.Diagnosis) error {
	var doc bytes.Buffer
	if err := rules.WriteJSON(&doc, d); err != nil {
		return err
	}
	sum := sha256.Sum256(doc.Bytes())
	store, err := e.openStore(g, true)
	if err != nil {
		return err
	}
	err = store.SaveDiagnosis(ctx, graph.StoredDiagnosis{
		ID: hex.EncodeToString(sum[:]), Snapshot: snap.ID, Created: snap.Created, Document: doc.Bytes(),
	})
	return errors.Join(err, store.Close())
}

// parseFailOn reads the option --fail-on; "never" gives no severity.
func parseFailOn(s string) (rules.Severity, error) {
	switch sev := rules.Severity(s); sev {
	case rules.Critical, rules.High, rules.Medium, rules.Low, rules.Info:
		return sev, nil
	}
	if s == "never" {
		return "", nil
	}
	return "", failure("error.fail_on", s)
}

func parseVerdicts(names []string) ([]rules.Verdict, error) {
	var out []rules.Verdict
	for _, n := range split(names) {
		switch v := rules.Verdict(n); v {
		case rules.Pass, rules.Fail, rules.Unknown, rules.NotApplicable, rules.Error:
			out = append(out, v)
		default:
			return nil, failure("error.verdict", n)
		}
	}
	if len(out) == 0 {
		out = []rules.Verdict{rules.Fail, rules.Unknown, rules.Error}
	}
	return out, nil
}

// judge gives the exit code that findings and coverage call for. A waived
// finding, and with a baseline one that was there before, do not count.
func judge(env *Env, d *rules.Diagnosis, limit rules.Severity, required float64) int {
	code := exitDone
	if limit != "" {
		for _, f := range d.Findings {
			if f.Verdict == rules.Fail && !f.Waived && f.Status != "persisting" && f.Severity.AtLeast(limit) {
				code = exitFindings
				break
			}
		}
	}
	if required > 0 {
		// Where nothing was to be read nothing was observed.
		t := d.Coverage.Tables
		if share := float64(t.Read) / float64(max(t.Required, 1)); share < required {
			env.say("warn.coverage", fmt.Sprintf("%.1f %%", share*100), fmt.Sprintf("%.1f %%", required*100))
			code = worst(code, exitCoverage)
		}
	}
	return code
}

func writeFindings(env *Env, snap *graph.Snapshot, d *rules.Diagnosis, format string) error {
	switch format {
	case "json":
		return rules.WriteJSON(env.Stdout, d)
	case "sarif":
		return sarif.Write(env.Stdout, d, env.print.Lang)
	case "junit":
		return sarif.WriteJUnit(env.Stdout, d, env.print.Lang)
	case "csv":
		return writeFindingsCSV(env, env.Stdout, d)
	}
	writeFindingsTable(env, snap, d)
	return nil
}

func (e *Env) pick(t rules.Text) string {
	if e.print.Lang == locale.Korean {
		return t.KO
	}
	return t.EN
}

func writeFindingsTable(env *Env, snap *graph.Snapshot, d *rules.Diagnosis) {
	p := env.printer()
	var rows [][]string
	compared := false
	for _, f := range d.Findings {
		compared = compared || f.Status != ""
	}
	head := []string{env.text("column.severity"), env.text("column.confidence"), env.text("column.rule"), env.text("column.finding"), env.text("column.message")}
	if compared {
		head = slices.Insert(head, 4, env.text("column.status"))
	}
	for _, f := range d.Findings {
		what := env.text("severity." + string(f.Severity))
		if f.Verdict != rules.Fail {
			what = env.text("verdict." + string(f.Verdict))
		}
		if f.Waived {
			what += " " + env.text("findings.waived_mark")
		}
		confidence := "-" // only what fails is more or less certain
		if f.Confidence != "" {
			confidence = env.text("confidence." + f.Confidence)
		}
		row := []string{what, confidence, f.Rule, f.Fingerprint[:min(len(f.Fingerprint), 8)], env.pick(f.Message)}
		if compared {
			row = slices.Insert(row, 4, env.status(f.Status))
		}
		rows = append(rows, row)
	}
	if len(rows) == 0 {
		p.line(env.text("findings.no_findings"))
	}
	p.table("", head, rows)
	s := d.Summary
	p.line("")
	p.line(env.text("findings.summary", s.Critical, s.High, s.Medium, s.Low, s.Info, s.Ungraded, s.Unknown, s.Error, s.Waived))
	p.line(env.text("findings.coverage", d.Coverage.Targets.Read, d.Coverage.Targets.Known, d.Coverage.Tables.Read, d.Coverage.Tables.Required))
	writeWaivers(env, "findings.lapsed_waivers", d.LapsedWaivers)
	writeWaivers(env, "findings.stale_waivers", d.StaleWaivers)
	writeGaps(env, d.Coverage.Gaps)
	p.line(env.text("limits.short"))
}

// writeWaivers lists waivers that waive nothing: nobody else tells their owners.
func writeWaivers(env *Env, title string, waivers []rules.Waiver) {
	if len(waivers) == 0 {
		return
	}
	p := env.printer()
	p.line("")
	p.line(env.text(title, len(waivers)))
	for _, w := range waivers {
		p.line("  " + env.text("findings.waiver", w.Rule, strings.Join(w.Subjects, ", "), w.Expires, w.Owner, w.Ticket))
	}
}

// maxGaps is how many gaps are listed for people; the JSON has all of them.
const maxGaps = 20

func writeGaps(env *Env, gaps []rules.CoverageGap) {
	p := env.printer()
	p.line("")
	if len(gaps) == 0 {
		return
	}
	p.line(env.text("findings.gaps", len(gaps)))
	target := ""
	for _, g := range gaps[:min(len(gaps), maxGaps)] {
		why := env.because(g.Reason, strings.TrimPrefix(g.Detail, g.Target+": "))
		if g.Table == "" { // of a silent target there is none
			p.line("  " + g.Target + ": " + why)
			continue
		}
		if g.Target != target {
			target = g.Target
			p.line("  " + target)
		}
		p.line("    " + g.Table + ": " + why)
	}
	if more := len(gaps) - maxGaps; more > 0 {
		p.line("  " + env.text("findings.more_gaps", more))
	}
	p.line("")
}

// status prints how a finding stands to the earlier diagnosis.
func (e *Env) status(word string) string {
	if word == "" {
		return "-"
	}
	return e.text("status." + word)
}

func writeFindingsCSV(env *Env, w io.Writer, d *rules.Diagnosis) error {
	out := csv.NewWriter(w)
	out.Write([]string{"fingerprint", "rule", "verdict", "confidence", "severity", "waived", "subjects", "services", "title", "message", "status"})
	for _, f := range d.Findings {
		out.Write([]string{f.Fingerprint, f.Rule, string(f.Verdict), f.Confidence, string(f.Severity), fmt.Sprint(f.Waived),
			cell(strings.Join(f.Subjects, " ")), cell(strings.Join(f.Services, " ")), cell(env.pick(f.Title)), cell(env.pick(f.Message)), f.Status})
	}
	out.Flush()
	return out.Error()
}

// cell keeps a spreadsheet from reading text of unknown origin as a formula.
func cell(s string) string {
	if s != "" && strings.ContainsRune("=+-@\t\r", rune(s[0])) {
		return "'" + s
	}
	return s
}
