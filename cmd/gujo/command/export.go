package command

import (
	"bufio"
	"context"
	"io"

	"github.com/spf13/cobra"

	"gujo/graph"
	"gujo/graph/compile"
	"gujo/graph/exchange"
)

func newExport(env *Env, g *globals) *cobra.Command {
	var (
		sel selection
		out format
		of  []string
	)
	c := env.command("export", func(cmd *cobra.Command, args []string) error {
		snap, code, err := sel.load(cmd.Context(), env, g)
		if err != nil {
			return err
		}
		w := bufio.NewWriter(env.Stdout)
		switch out.value {
		case exchange.GraphML:
			err = exchange.WriteGraphML(w, snap)
		case exchange.OpenPSA:
			err = env.exportTrees(cmd.Context(), w, snap, of)
		default:
			err = exchange.WriteJSONL(w, snap)
		}
		if err != nil {
			return err
		}
		if err := w.Flush(); err != nil {
			return err
		}
		return verdict(code)
	})
	c.Args = env.arguments(0, 0)
	sel.flags(env, c)
	out.flags(env, c, "jsonl", exchange.GraphML, exchange.OpenPSA)
	c.Flags().StringSliceVar(&of, "of", nil, env.text("flag.of"))
	return c
}

// exportTrees writes a fault tree for each service, or for what is named.
func (e *Env) exportTrees(ctx context.Context, w io.Writer, snap *graph.Snapshot, of []string) error {
	tops, err := e.findComponents(snap, of)
	if err != nil {
		return err
	}
	if len(tops) == 0 {
		tops = defaultTops(snap)
	}
	if len(tops) == 0 {
		return failure("error.no_tops")
	}
	a, err := compile.Analyze(snap, compile.Options{Of: tops})
	if err != nil {
		return err
	}
	return exchange.WriteOpenPSA(w, snap, a.Tops(), func(top string) (exchange.FaultTree, error) {
		t, err := a.Tree(ctx, top)
		if err != nil {
			return exchange.FaultTree{}, err
		}
		gates := make([]exchange.FaultGate, len(t.Gates))
		for i, g := range t.Gates {
			gates[i] = exchange.FaultGate(g)
		}
		return exchange.FaultTree{Events: t.Events, Gates: gates, Root: t.Root, Fails: t.Root == compile.TreeTrue}, nil
	})
}
