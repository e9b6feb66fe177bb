package command

import (
	"strings"

	"github.com/spf13/cobra"

	"gujo/graph"
	"gujo/graph/compile"
	"gujo/graph/exchange"
)

func newCuts(env *Env, g *globals) *cobra.Command {
	var (
		sel        selection
		out        format
		order      int
		designed   bool
		count      bool
		times      stats
		candidates []string
		of         []string
	)
	c := env.command("cuts", func(cmd *cobra.Command, args []string) error {
		times.begin(env)
		snap, code, err := sel.load(cmd.Context(), env, g)
		if err != nil {
			return err
		}
		times.done("load")
		tops, err := env.findComponents(snap, append(args, of...))
		if err != nil {
			return err
		}
		if len(tops) == 0 {
			tops = defaultTops(snap)
		}
		kinds, err := parseKinds(candidates)
		if err != nil {
			return err
		}
		for _, k := range kinds {
			if !k.CanFail() { // it stops, but only with what it needs
				return failure("error.cannot_fail", k, strings.Join(failingKinds(), ", "))
			}
		}
		a, err := compile.Analyze(snap, compile.Options{Designed: designed, Of: tops, Candidates: kinds})
		if err != nil {
			return err
		}
		times.done("compile")
		ask := a.Cuts
		if count {
			ask = a.Counts
		}
		cuts, err := ask(cmd.Context(), order)
		if err != nil {
			return err
		}
		times.done("solve")
		if out.value == "json" {
			err = writeCutsJSON(env, snap, cuts, count)
		} else {
			writeCuts(env, snap, cuts)
		}
		if err != nil {
			return err
		}
		times.done("output")
		times.print(env)
		return verdict(code)
	})
	sel.flags(env, c)
	out.flags(env, c, "table", "json")
	c.Flags().IntVar(&order, "order", 2, env.text("flag.order"))
	c.Flags().BoolVar(&designed, "designed", false, env.text("flag.designed"))
	times.flag(env, c)
	c.Flags().BoolVar(&count, "count", false, env.text("flag.count"))
	c.Flags().StringSliceVar(&candidates, "candidates", nil, env.text("flag.candidates"))
	c.Flags().StringSliceVar(&of, "of", nil, env.text("flag.of"))
	c.PreRunE = func(*cobra.Command, []string) error {
		if order < 1 || order > 4 {
			return failure("error.order", order)
		}
		return nil
	}
	return c
}

// defaultTops gives what is asked about where nobody says it: the services, and in
// a graph without any the top gates of its fault trees.
func defaultTops(s *graph.Snapshot) []string {
	var services, gates []string
	for i := range s.Components {
		switch c := &s.Components[i]; {
		case c.Kind == graph.Service:
			services = append(services, c.ID)
		case c.Kind == graph.Gate && c.Attrs.IsTrue(exchange.TopAttr):
			gates = append(gates, c.ID)
		}
	}
	if len(services) > 0 {
		return services
	}
	return gates
}

func parseKinds(names []string) ([]graph.Kind, error) {
	var kinds []graph.Kind
	for _, n := range split(names) {
		k, err := graph.ParseKind(n)
		if err != nil {
			return nil, failure("error.kind", n)
		}
		kinds = append(kinds, k)
	}
	return kinds, nil
}

// failingKinds lists the kinds of components that fail by themselves.
func failingKinds() []string {
	var names []string
	for _, k := range graph.Kinds() {
		if k.CanFail() {
			names = append(names, k.String())
		}
	}
	return names
}

// cutsDocument is gujo/cuts/v1.
type cutsDocument struct {
	Schema   string `json:"schema"`
	Snapshot string `json:"snapshot"`
	compile.Cuts
}

// cutsCounted is the same without the lists.
type cutsCounted struct {
	Schema   string          `json:"schema"`
	Snapshot string          `json:"snapshot"`
	Order    int             `json:"order"`
	Complete bool            `json:"complete"`
	Reason   string          `json:"reason,omitempty"`
	Services []serviceCounts `json:"services"`
}

type serviceCounts struct {
	Service     string                    `json:"service"`
	Modelled    bool                      `json:"modelled"`
	DownAlready bool                      `json:"down_already"`
	NoWay       []compile.Way             `json:"no_way"`
	Counts      map[string]compile.Counts `json:"counts"`
}

func writeCutsJSON(env *Env, snap *graph.Snapshot, cuts compile.Cuts, count bool) error {
	const schema = "gujo/cuts/v1"
	if !count {
		return writeJSON(env.Stdout, cutsDocument{schema, snap.ID, cuts})
	}
	doc := cutsCounted{Schema: schema, Snapshot: snap.ID, Order: cuts.Order, Complete: cuts.Complete,
		Reason: cuts.Reason, Services: []serviceCounts{}}
	for _, s := range cuts.Services {
		doc.Services = append(doc.Services, serviceCounts{s.Service, s.Modelled, s.DownAlready, s.NoWay, s.Counts})
	}
	return writeJSON(env.Stdout, doc)
}

func writeCuts(env *Env, snap *graph.Snapshot, cuts compile.Cuts) {
	p := env.printer()
	if len(cuts.Services) == 0 {
		p.line(env.text("cuts.no_services"))
	}
	for _, s := range cuts.Services {
		p.line(env.displayName(snap, s.Service))
		switch {
		case s.DownAlready:
			p.line("  " + env.text("cuts.down_already"))
			for _, w := range s.NoWay {
				p.line("  " + env.text("cuts.no_way", w.From, w.To))
			}
		case !s.Modelled:
			p.line("  " + env.text("cuts.not_modelled"))
		case len(s.Cuts) == 0 && len(s.Counts) > 0:
			var rows [][]string
			for _, size := range []string{"1", "2", "3", "4"} {
				if n, ok := s.Counts[size]; ok {
					rows = append(rows, []string{size, number(n.Confirmed), number(n.Possible), number(n.Unobserved)})
				}
			}
			p.table("  ", []string{env.text("column.size"), env.text("confidence.confirmed"),
				env.text("confidence.possible"), env.text("confidence.unobserved")}, rows)
		default:
			var rows [][]string
			for _, cut := range s.Cuts {
				rows = append(rows, []string{number(len(cut.Components)), env.text("confidence." + string(cut.Confidence)),
					strings.Join(cut.Components, " + ")})
			}
			p.table("  ", []string{env.text("column.size"), env.text("column.confidence"), env.text("column.cut")}, rows)
		}
		p.line("")
	}
	if !cuts.Complete {
		env.say("cuts.incomplete", cuts.Reason)
	}
	p.line(env.text("limits.short"))
}
