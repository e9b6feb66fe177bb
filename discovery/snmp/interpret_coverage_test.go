package snmp

import (
	"strings"
	"testing"

	"gujo/discovery"
	"gujo/discovery/evidence"
)

func outcomeOf(r discovery.Reading, table string) string {
	for _, c := range r.Coverage {
		if c.Table == table {
			return c.Outcome
		}
	}
	for _, g := range r.Gaps {
		if g.Table == table {
			return "gap: " + g.Reason
		}
	}
	return ""
}

func TestACollectedTableSaysItselfHowItEnded(t *testing.T) {
	gap := collectedTable("cdpCacheTable", evidence.Gap)
	gap.Entry.Reason, gap.Entry.Detail = evidence.ReasonTimeout, "no answer within 5s"
	partial := collectedTable("ifTable", evidence.Gap, ifEntry+".2.1|4|eth0")
	partial.Entry.Reason = evidence.ReasonTruncated
	again := collectedTable("ospfNbrTable", evidence.Empty)
	failed := collectedTable("ospfNbrTable", evidence.Gap)
	failed.Entry.Reason = evidence.ReasonTimeout
	broken := collectedTable("ifXTable", evidence.Complete, "1.3.6|x")
	r := Interpret([]EntryData{gap, partial, failed, again, broken, collectedTable("vrrpOperTable", evidence.NotAsked),
		collectedTable("system", evidence.Complete, "1.3.6.1.2.1.1.5.0|4|a")})
	for table, want := range map[string]string{
		"system": "complete", "vrrpOperTable": "not_asked", "cdpCacheTable": "gap: timeout", "ifTable": "gap: truncated",
		"ospfNbrTable": "empty", "ifXTable": "gap: unparsed", "lldpRemTable": "",
	} {
		if got := outcomeOf(r, table); got != want {
			t.Errorf("%s: %q, want %q", table, got, want)
		}
	}
	if len(all[discovery.Interface](r)) != 1 {
		t.Error("what was read before the gap is lost")
	}
}

// selection is what somebody asked for table by table; wholeWalk is a walk of mib-2:
// it has what nobody asks for.
const selection = `1.3.6.1.2.1.1.1.0|4|Linux
1.3.6.1.2.1.2.2.1.2.1|4|eth0
1.3.6.1.2.1.47.1.1.1.1.2.1|4|chassis
1.3.6.1.4.1.9.9.46.1.1.0|2|1
`

const wholeWalk = selection + `1.3.6.1.2.1.2.1.0|2|1
1.3.6.1.2.1.11.1.0|65|12
`

func TestATableWithoutRowsIsEmptyOnlyWhereAWalkPassedItsPlace(t *testing.T) {
	for _, c := range []struct{ name, data, table, want string }{
		{"rows in a selection", selection, "ifTable", "complete"},
		{"no rows in a selection", selection, "ospfNbrTable", "not_asked"},
		{"no rows in a walk that went on", wholeWalk, "ospfNbrTable", "empty"},
		{"no rows behind the last object of mib-2, vendors' objects following", wholeWalk, "vrrpOperTable", "empty"},
		{"no rows of a vendor within a walk of the internet arc", wholeWalk, "cdpCacheTable", "empty"},
		{"no rows of a vendor behind the last object", wholeWalk, "vrrpInstanceTable", "not_asked"},
		{"no rows before the first object", wholeWalk, "lldpRemTable", "not_asked"},
		{"no rows of another root", wholeWalk, "dot3adAggTable", "not_asked"},
		{"LLDP walked, without neighbours", "1.0.8802.1.1.2.1.1.1.0|2|30\n1.0.8802.1.1.2.1.2.1.0|67|0\n1.0.8802.1.1.2.1.3.1.0|2|4\n" + wholeWalk, "lldpRemTable", "empty"},
		{"LLDP's ports alone asked for", "1.0.8802.1.1.2.1.3.7.1.3.1|4|1\n" + wholeWalk, "lldpRemTable", "not_asked"},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := Interpret([]EntryData{file("a", FormatSnmprec, c.data)})
			if got := outcomeOf(r, c.table); got != c.want {
				t.Errorf("%q, want %q", got, c.want)
			}
		})
	}
}

func TestAnAnswerThatThereIsNoSuchObjectMakesATableEmpty(t *testing.T) {
	r := Interpret([]EntryData{file("a", FormatSnmpwalk, ".1.0.8802.1.1.2 = No Such Object available on this agent at this OID\n.1.3.6.1.2.1.1.5.0 = STRING: a\n")})
	if got := outcomeOf(r, "lldpRemTable"); got != "empty" {
		t.Errorf("%q", got)
	}
	if got := outcomeOf(r, "cdpCacheTable"); got != "not_asked" {
		t.Errorf("%q", got)
	}
}

func TestHalfAWalkIsAGap(t *testing.T) {
	whole := ".1.3.6.1.2.1.1.5.0 = STRING: a\n"
	for _, column := range []string{"1", "2", "3", "9"} {
		for _, index := range []string{"1", "2", "3"} {
			value := "INTEGER: " + index
			if column == "2" {
				value = "STRING: eth" + index
			}
			whole += ".1.3.6.1.2.1.2.2.1." + column + "." + index + " = " + value + "\n"
		}
	}
	if r := Interpret([]EntryData{file("a", FormatSnmpwalk, whole)}); outcomeOf(r, "ifTable") != "complete" {
		t.Errorf("whole: %v %v", r.Coverage, r.Gaps)
	}
	lines := strings.SplitAfter(whole, "\n")
	for _, c := range []struct{ name, text, want string }{
		{"cut within a line", strings.Join(lines[:9], "") + ".1.3.6.1.2.1.2.2.1.3.", "gap: truncated"},
		{"cut before a value", strings.Join(lines[:9], "") + ".1.3.6.1.2.1.2.2.1.3.3 = INTEGER:", "gap: truncated"},
		{"cut between lines", strings.Join(lines[:8], ""), "gap: truncated"},
		{"cut between two columns, when all rows were there", strings.Join(lines[:10], ""), "gap: truncated"},
		{"broken off by a timeout", strings.Join(lines[:10], "") + "Timeout: No Response from 10.0.0.1\n", "gap: timeout"},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := Interpret([]EntryData{file("a", FormatSnmpwalk, c.text)})
			got := outcomeOf(r, "ifTable")
			if !strings.HasPrefix(got, "gap: ") && outcomeOf(r, "") != "" {
				got = outcomeOf(r, "")
			}
			if got != c.want {
				t.Errorf("%q, want %q; %v", got, c.want, r.Gaps)
			}
			if len(all[discovery.Interface](r)) != 3 {
				t.Error("what was read is lost")
			}
		})
	}
}

func TestEveryTableThatIsAskedForHasItsPlace(t *testing.T) {
	seen := make(map[string]string)
	for i, s := range spans() {
		if s.name != Tables()[i].Name || s.root == "" {
			t.Errorf("%+v", s)
		}
		for _, column := range Tables()[i].Columns {
			if _, ok := Under(column, s.root); !ok {
				t.Errorf("%s: column %s is not under %s", s.name, column, s.root)
			}
			instance := column + ".0"
			if !s.holds(instance) {
				t.Errorf("%s does not hold %s", s.name, instance)
			}
			if other, taken := seen[instance]; taken {
				t.Errorf("%s and %s both hold %s", s.name, other, instance)
			}
			seen[instance] = s.name
		}
	}
}
