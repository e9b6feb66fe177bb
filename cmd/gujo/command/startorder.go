package command

import (
	"slices"
	"strconv"
	"strings"

	"gujo/graph/compile"
)

// writeDeadlocks prints each cycle once, with all that it blocks.
func writeDeadlocks(env *Env, deadlocked []compile.Deadlock) {
	var cycles []string
	blocked := map[string][]string{}
	for _, d := range deadlocked {
		cycle := env.text("coldstart.no_cycle")
		if len(d.Cycle) > 0 {
			cycle = strings.Join(slices.Concat(d.Cycle, d.Cycle[:1]), " → ")
		}
		if blocked[cycle] == nil {
			cycles = append(cycles, cycle)
		}
		blocked[cycle] = append(blocked[cycle], d.Component)
	}
	var rows [][]string
	for _, c := range cycles {
		rows = append(rows, []string{strings.Join(blocked[c], ", "), c})
	}
	env.printer().table("  ", []string{env.text("column.components"), env.text("column.cycle")}, rows)
}

// writeWaves prints what starts in which wave, in a row for each urgency.
func writeWaves(env *Env, order compile.ColdStart) {
	var rows [][]string
	for i, wave := range order.Waves {
		number := number(i + 1)
		for len(wave) > 0 {
			u := order.Urgency[wave[0]]
			same := 1
			for same < len(wave) && order.Urgency[wave[same]] == u {
				same++
			}
			grade, rto := "-", "-"
			if u.Grade > 0 {
				grade = strconv.FormatInt(u.Grade, 10)
			}
			if u.Told {
				rto = strconv.FormatInt(u.RTO, 10)
			}
			rows = append(rows, []string{number, grade, rto, strings.Join(wave[:same], ", ")})
			wave, number = wave[same:], ""
		}
	}
	env.printer().table("  ", []string{env.text("column.wave"), env.text("column.grade"), env.text("column.rto"), env.text("column.components")}, rows)
}
