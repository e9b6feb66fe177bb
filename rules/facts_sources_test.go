package rules

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

// chained gives a server on two sources, each of which hangs on a chain; one is at the
// head of both.
func chained(length int) string {
	var c, r strings.Builder
	add := func(id string) { fmt.Fprintf(&c, "  - {component: %s, kind: power_source}\n", id) }
	feed := func(from, to string) { fmt.Fprintf(&r, "  - {relation: powered_by, from: %s, to: %s}\n", from, to) }
	add("power_source/head")
	for _, side := range []string{"a", "b"} {
		for i := range length {
			id := fmt.Sprintf("power_source/%s%05d", side, i)
			add(id)
			to := fmt.Sprintf("power_source/%s%05d", side, i+1)
			if i == length-1 {
				to = "power_source/head"
			}
			feed(id, to)
		}
		fmt.Fprintf(&r, "  - {relation: member, from: redundancy_group/in, to: power_source/%s00000}\n", side)
	}
	return "components:\n  - {component: server/web, kind: server}\n  - {component: redundancy_group/in, kind: redundancy_group, k: 1, designed: 2}\n" + c.String() +
		"relations:\n  - {relation: powered_by, from: server/web, to: redundancy_group/in}\n" + r.String() +
		"coverage:\n  - {coverage: server/web, complete: [ifTable]}\n"
}

func TestASourceSharedFarAboveIsOneSource(t *testing.T) {
	f := find(t, diagnose(t, graphOf(t, chained(100)), RunOptions{}), "PWR-01", "server/web")
	if f.Verdict != Fail || f.MessageKey != "one_source" || len(f.Cut) != 1 || f.Cut[0] != "power_source/head" {
		t.Errorf("%s %s %v", f.Verdict, f.MessageKey, f.Cut)
	}
}

func TestWhatStandsTooFarAboveIsNotTakenForApart(t *testing.T) {
	begun := time.Now()
	f := find(t, diagnose(t, graphOf(t, chained(3000)), RunOptions{}), "PWR-01", "server/web")
	if f.Verdict != Unknown || len(f.Missing) != 1 || f.Missing[0].Component != "server/web" {
		t.Errorf("%s: %s", f.Verdict, f.Message.EN)
	}
	if took := time.Since(begun); took > 20*time.Second {
		t.Errorf("took %v", took)
	}
}
