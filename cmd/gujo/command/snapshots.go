package command

import (
	"time"

	"github.com/spf13/cobra"

	"gujo/graph"
)

func newSnapshots(env *Env, g *globals) *cobra.Command {
	var out format
	c := env.command("snapshots", func(cmd *cobra.Command, args []string) error {
		store, err := env.openStore(g, false)
		if err != nil {
			return err
		}
		defer store.Close()
		list, err := store.Snapshots(cmd.Context())
		if err != nil {
			return err
		}
		diagnoses, err := store.Diagnoses(cmd.Context())
		if err != nil {
			return err
		}
		if out.value == "json" {
			return writeJSON(env.Stdout, snapshotsDocument{"gujo/snapshots/v1",
				append([]graph.SnapshotInfo{}, list...), append([]graph.StoredDiagnosis{}, diagnoses...)})
		}
		env.writeSnapshots(list, diagnoses)
		return nil
	})
	c.Args = env.arguments(0, 0)
	out.flags(env, c, "table", "json")
	return c
}

// snapshotsDocument is gujo/snapshots/v1: what a store holds, in the order of saving.
type snapshotsDocument struct {
	Schema    string                  `json:"schema"`
	Snapshots []graph.SnapshotInfo    `json:"snapshots"`
	Diagnoses []graph.StoredDiagnosis `json:"diagnoses"`
}

func (e *Env) writeSnapshots(list []graph.SnapshotInfo, diagnoses []graph.StoredDiagnosis) {
	p := e.printer()
	if len(list) == 0 {
		p.line(e.text("snapshot.none"))
		return
	}
	var rows [][]string
	for _, s := range list {
		rows = append(rows, []string{short(s.ID), s.Created.Format(time.RFC3339), number(s.Components), number(s.Relations), number(int(s.Bytes))})
	}
	p.table("", []string{e.text("column.snapshot"), e.text("column.created"), e.text("column.components"),
		e.text("column.relations"), e.text("column.bytes")}, rows)
	rows = nil
	for _, d := range diagnoses {
		rows = append(rows, []string{short(d.ID), short(d.Snapshot)})
	}
	if len(rows) > 0 {
		p.line("")
		p.table("", []string{e.text("column.diagnosis"), e.text("column.of_snapshot")}, rows)
	}
}

// short is an ID as people read it; it is long enough to be given back.
func short(id string) string { return id[:min(len(id), 12)] }
