package command

import (
	"strings"
	"time"

	"github.com/spf13/cobra"

	"gujo/graph"
	"gujo/graph/compile"
	"gujo/rules"
)

func newImpact(env *Env, g *globals) *cobra.Command {
	var (
		sel   selection
		out   format
		kinds []string
		order bool
	)
	c := env.command("impact", func(cmd *cobra.Command, args []string) error {
		snap, code, err := sel.load(cmd.Context(), env, g)
		if err != nil {
			return err
		}
		failed, err := env.findComponents(snap, args)
		if err != nil {
			return err
		}
		only, err := parseKinds(kinds)
		if err != nil {
			return err
		}
		a, err := compile.Analyze(snap, compile.Options{})
		if err != nil {
			return err
		}
		impact, err := a.Impact(cmd.Context(), failed)
		if err != nil {
			return err
		}
		impact.Stopped = filterKinds(impact.Stopped, only)
		var restore *compile.ColdStart
		if order {
			back, err := a.RestoreOrder(cmd.Context(), failed)
			if err != nil {
				return err
			}
			restore = &back
		}
		if out.value == "json" {
			doc := impactOf(snap, impact, env.Now())
			doc.RestoreOrder = restore
			err = writeJSON(env.Stdout, doc)
		} else {
			writeImpact(env, snap, impact, restore)
		}
		if err != nil {
			return err
		}
		return verdict(code)
	})
	c.Args = env.arguments(1, -1)
	sel.flags(env, c)
	out.flags(env, c, "table", "json")
	c.Flags().StringSliceVar(&kinds, "kind", nil, env.text("flag.kind"))
	c.Flags().BoolVar(&order, "restore-order", false, env.text("flag.restore_order"))
	return c
}

func filterKinds(stopped []compile.Stopped, kinds []graph.Kind) []compile.Stopped {
	if len(kinds) == 0 {
		return stopped
	}
	var out []compile.Stopped
	for _, s := range stopped {
		for _, k := range kinds {
			if s.Kind == k.String() {
				out = append(out, s)
			}
		}
	}
	return out
}

// impactDocument is gujo/impact/v1.
type impactDocument struct {
	Schema       string                 `json:"schema"`
	Snapshot     string                 `json:"snapshot"`
	Created      string                 `json:"created"`
	AgeSeconds   int64                  `json:"age_seconds"`
	Failed       []string               `json:"failed"`
	Degraded     []string               `json:"degraded"`
	Stopped      []stoppedComponent     `json:"stopped"`
	Weakened     []compile.Weakened     `json:"weakened"`
	NowSingle    []compile.NowSingle    `json:"now_single"`
	Undetermined []compile.Undetermined `json:"undetermined"`
	RestoreOrder *compile.ColdStart     `json:"restore_order,omitempty"` // once asked for
}

type stoppedComponent struct {
	compile.Stopped
	Grade   int        `json:"grade,omitempty"`
	Name    rules.Text `json:"name"`
	Owner   string     `json:"owner,omitempty"`
	Contact string     `json:"contact,omitempty"`
}

func impactOf(snap *graph.Snapshot, i compile.Impact, now time.Time) impactDocument {
	doc := impactDocument{
		Schema: "gujo/impact/v1", Snapshot: snap.ID, Created: snap.Created.Format(time.RFC3339),
		AgeSeconds: int64(now.Sub(snap.Created).Seconds()), Failed: i.Failed, Degraded: i.Degraded,
		Stopped: []stoppedComponent{}, Weakened: i.Weakened, NowSingle: i.NowSingle, Undetermined: i.Undetermined,
	}
	for _, s := range i.Stopped {
		doc.Stopped = append(doc.Stopped, describeStopped(snap, s))
	}
	return doc
}

func describeStopped(snap *graph.Snapshot, s compile.Stopped) stoppedComponent {
	out := stoppedComponent{Stopped: s}
	at, ok := snap.Find(s.Component)
	if !ok {
		return out
	}
	c := &snap.Components[at]
	if v, ok := c.Attrs.Get("grade"); ok {
		grade, _ := v.Int64()
		out.Grade = int(grade)
	}
	out.Name = rules.Text{KO: firstText(c, "name_ko"), EN: firstText(c, "name_en")}
	out.Owner = c.Attrs.Text("owner")
	out.Contact = c.Attrs.Text("contact")
	return out
}

func firstText(c *graph.Component, key string) string {
	if t := c.Attrs.Text(key); t != "" {
		return t
	}
	if c.Name != "" {
		return c.Name
	}
	return c.ID
}

func writeImpact(env *Env, snap *graph.Snapshot, i compile.Impact, restore *compile.ColdStart) {
	p := env.printer()
	p.line(env.text("impact.asked", strings.Join(i.Failed, ", ")))
	p.line(env.text("snapshot.age", snap.Created.Format("2006-01-02 15:04 MST"), humanAge(env, env.Now().Sub(snap.Created))))
	if len(i.Degraded) > 0 {
		p.line(env.text("impact.degraded", strings.Join(i.Degraded, ", ")))
	}
	p.line("")

	var services, others []compile.Stopped
	for _, s := range i.Stopped {
		if s.Kind == graph.Service.String() {
			services = append(services, s)
		} else {
			others = append(others, s)
		}
	}
	if len(services) > 0 {
		p.line(env.text("impact.services_stop", len(services)))
	} else {
		p.line(env.text("impact.none", len(i.Undetermined)))
	}
	for _, s := range services {
		writeStoppedService(env, snap, s)
	}
	if len(others) > 0 {
		p.line("")
		p.line(env.text("impact.others_stop", len(others)))
		p.table("  ", nil, byKind(env, others))
	}
	var rows [][]string
	if len(i.Weakened) > 0 {
		p.line("")
		p.line(env.text("impact.weakened", len(i.Weakened)))
		for _, w := range i.Weakened {
			rows = append(rows, []string{w.Group, known(w.K), number(w.Left), known(w.Slack), strings.Join(w.Services, ", ")})
		}
		p.table("  ", []string{env.text("kind.redundancy_group"), "k", env.text("column.left"), env.text("column.slack"), env.text("column.services")}, rows)
	}
	for _, n := range i.NowSingle {
		p.line("")
		p.line(env.text("impact.now_single", env.displayName(snap, n.Service)))
		for _, c := range n.Components {
			p.line("  " + c)
		}
	}
	if len(i.Undetermined) > 0 {
		p.line("")
		p.line(env.text("impact.undetermined", len(i.Undetermined)))
		rows = nil
		for _, u := range i.Undetermined {
			rows = append(rows, []string{env.displayName(snap, u.Service), env.text("undetermined." + strings.ReplaceAll(u.Reason, " ", "_")), u.At})
		}
		p.table("  ", []string{env.text("kind.service"), env.text("column.reason"), env.text("column.at")}, rows)
	}
	if restore != nil {
		writeRestore(env, *restore)
	}
	p.line("")
	p.line(env.text("limits.short"))
}

// writeRestore prints in which order to bring back what stopped.
func writeRestore(env *Env, order compile.ColdStart) {
	p := env.printer()
	p.line("")
	if len(order.Waves) == 0 {
		p.line(env.text("restore.none"))
	} else {
		p.line(env.text("restore.waves"))
		writeWaves(env, order)
	}
	if len(order.Deadlocked) > 0 {
		p.line("")
		p.line(env.text("restore.deadlocked", len(order.Deadlocked)))
		writeDeadlocks(env, order.Deadlocked)
	}
}

// writeStoppedService prints a service that stops, whom to call, and the proof:
// the needs that lead down, then the ways that are closed.
func writeStoppedService(env *Env, snap *graph.Snapshot, s compile.Stopped) {
	p := env.printer()
	d := describeStopped(snap, s)
	about := []string{env.text("confidence." + string(s.Confidence))}
	if d.Grade > 0 {
		about = append(about, env.text("impact.grade", d.Grade))
	}
	for _, who := range []string{d.Owner, d.Contact} {
		if who != "" {
			about = append(about, who)
		}
	}
	p.line("  " + env.displayName(snap, s.Component) + ": " + strings.Join(about, ", "))
	for _, r := range s.Because.Relations {
		p.line("    " + r.From + " " + env.text("relation."+r.Relation) + " " + r.To)
	}
	for _, w := range s.Because.Paths {
		p.line("    " + env.text("proof.no_way", w.From, w.To, strings.Join(w.Cut, ", ")))
	}
}

// byKind gathers what stops in one row a kind; the proof of each is in the JSON.
func byKind(env *Env, stopped []compile.Stopped) [][]string {
	ids := map[string][]string{}
	for _, s := range stopped {
		id := s.Component
		if s.Confidence != compile.Confirmed {
			id += " (" + env.text("confidence."+string(s.Confidence)) + ")"
		}
		ids[s.Kind] = append(ids[s.Kind], id)
	}
	var rows [][]string
	for _, k := range graph.Kinds() {
		if list := ids[k.String()]; len(list) > 0 {
			rows = append(rows, []string{env.text("kind." + k.String()), strings.Join(list, ", ")})
		}
	}
	return rows
}

func known(n *int) string {
	if n == nil {
		return "?"
	}
	return number(*n)
}

// humanAge prints how old something is, in the largest unit that tells.
func humanAge(env *Env, d time.Duration) string {
	switch {
	case d < 2*time.Minute:
		return env.text("age.now")
	case d < 2*time.Hour:
		return env.text("age.minutes", int(d.Minutes()))
	case d < 48*time.Hour:
		return env.text("age.hours", int(d.Hours()))
	}
	return env.text("age.days", int(d.Hours()/24))
}
