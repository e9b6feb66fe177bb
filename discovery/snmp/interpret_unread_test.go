package snmp

import (
	"slices"
	"strings"
	"testing"

	"gujo/discovery"
)

// PWR-01 and others rest on what class a part has: so that is what is cited.
func TestAPartCitesItsClassAndItsName(t *testing.T) {
	r := said(cells(entPhysicalEntry, "1 ; 5=2|3 ; 11=4|S1", "7 ; 4=2|1 ; 5=2|6 ; 7=4|PS 1 ; 2=4|AC supply")...)
	for _, e := range all[discovery.PhysicalEntity](r) {
		if e.Class != "powerSupply" {
			continue
		}
		for i, locator := range []string{entPhysicalEntry + ".5.7", entPhysicalEntry + ".7.7"} {
			if ref := e.Sources[i].Ref; !strings.HasSuffix(ref, "#"+locator) {
				t.Errorf("source %d is %s, want %s", i, ref, locator)
			}
		}
		if e.Sources[0].Value != "6" {
			t.Errorf("the class is quoted as %q", e.Sources[0].Value)
		}
		return
	}
	t.Fatal("no power supply")
}

// A cell that is not there is no good news.
func TestAPortThatDoesNotSayWhetherItIsAttachedIsUnread(t *testing.T) {
	r := said(slices.Concat(
		cells(ifEntry, "100 ; 2=4|ae0 ; 3=2|161", "1 ; 2=4|a ; 8=2|1", "2 ; 2=4|b ; 8=2|2", "3 ; 2=4|c", "4 ; 2=4|d ; 8=2|5"),
		cells(aggPortEntry, "1 ; 12=2|100", "2 ; 12=2|100", "3 ; 12=2|100", "4 ; 12=2|100", "5 ; 12=2|100 ; 13=2|100 ; 21=4x|BC", "6 ; 12=2|100 ; 13=2|0"))...)
	a := one[discovery.LinkAggregate](t, r)
	want := map[int]discovery.AggregatePort{
		1: {Unread: true}, // up, and selected: no more
		2: {},             // down
		3: {Unread: true}, 4: {Unread: true}, 5: {Attached: true}, 6: {},
	}
	for _, m := range a.Members {
		if w := want[m.IfIndex]; m.Attached != w.Attached || m.Unread != w.Unread {
			t.Errorf("port %d: attached %v, unread %v, want %v, %v", m.IfIndex, m.Attached, m.Unread, w.Attached, w.Unread)
		}
	}
	if len(a.Members) != len(want) {
		t.Errorf("%d members", len(a.Members))
	}
	if got := outcomeOf(r, "dot3adAggPortTable"); got != "gap: truncated" {
		t.Errorf("dot3adAggPortTable is %q, want a gap", got)
	}
}

func TestAPortBelowABondIsInItIfItIsUp(t *testing.T) {
	for oper, want := range map[string]discovery.AggregatePort{
		"": {Unread: true}, " ; 8=2|1": {Attached: true}, " ; 8=2|2": {}, " ; 8=2|4": {Unread: true}, " ; 8=2|5": {Unread: true}, " ; 8=2|6": {}, " ; 8=2|7": {},
		" ; 7=2|2": {}, " ; 7=2|1": {Unread: true},
	} {
		r := said(append(cells(ifEntry, "50 ; 2=4|Port-channel1 ; 3=2|53", "1 ; 2=4|Gi1"+oper), cells(ifStackEntry, "50.1 ; 3=2|1")...)...)
		a := one[discovery.LinkAggregate](t, r)
		if len(a.Members) != 1 || a.Members[0].Attached != want.Attached || a.Members[0].Unread != want.Unread {
			t.Errorf("%q: %+v, want %+v", oper, a.Members, want)
		}
	}
}

func TestAGroupWithoutAStateMakesItsTableAGap(t *testing.T) {
	for table, lines := range map[string][]string{
		"vrrpOperTable":                              cells("1.3.6.1.2.1.68.1.3.1", "3.7 ; 5=2|100", "3.8 ; 3=2|3"),
		"vrrpOperTable of a row that is off":         cells("1.3.6.1.2.1.68.1.3.1", "3.7 ; 3=2|2 ; 15=2|2", "3.8 ; 3=2|3 ; 4=2|1 ; 15=2|1"),
		"vrrpOperTable of a router that is off":      cells("1.3.6.1.2.1.68.1.3.1", "3.7 ; 3=2|2 ; 4=2|2", "3.8 ; 3=2|3 ; 4=2|1 ; 15=2|1"),
		"vrrpv3OperationsTable of a row that is off": cells("1.3.6.1.2.1.207.1.1.1.1", "3.7.1 ; 6=2|2 ; 13=2|2", "3.8.1 ; 6=2|3 ; 13=2|1"),
		"vrrpv3OperationsTable":                      cells("1.3.6.1.2.1.207.1.1.1.1", "3.7.1 ; 7=2|100", "3.8.1 ; 6=2|3"),
		"cHsrpGrpTable":                              cells("1.3.6.1.4.1.9.9.106.1.2.1.1", "3.7 ; 3=2|100", "3.8 ; 15=2|6"),
		"vrrpInstanceTable":                          cells("1.3.6.1.4.1.9586.100.5.2.3.1", "1 ; 3=2|7", "2 ; 3=2|8 ; 4=2|2"),
	} {
		table, _, _ = strings.Cut(table, " ")
		r := said(append(lines, "1.3.6.1.4.1.99999.1.0|2|1")...) // the walk went on
		if got := outcomeOf(r, table); got != "gap: truncated" {
			t.Errorf("%s is %q, want a gap", table, got)
		}
		if got := len(all[discovery.VirtualRouter](r)); got != 2 {
			t.Errorf("%s: %d groups, want both", table, got)
		}
	}
}
