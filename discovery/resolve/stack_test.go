package resolve_test

import (
	"crypto/sha256"
	"encoding/hex"
	"os"
	"strings"
	"testing"

	"gujo/discovery"
	"gujo/discovery/evidence"
	"gujo/discovery/resolve"
	"gujo/discovery/snmp"
	"gujo/graph"
	"gujo/samples/outside"
)

// stacked gives a stack of two members with a supply each.
func stacked(t *testing.T) *site {
	s, a, _ := pair(t)
	a.entity(1, 0, "stack", "stack", false, 0)
	a.entity(10, 1, "chassis", "switch 1", true, 0).entity(11, 10, "container", "bay", false, 0).entity(12, 11, "powerSupply", "PS 1", true, 0)
	a.entity(20, 1, "chassis", "switch 2", true, 0).entity(22, 20, "powerSupply", "PS 2", true, 0)
	return s
}

func TestASupplyBacksOnlyItsMemberOfAStack(t *testing.T) {
	r := stacked(t).resolve()
	r.want("power_supply/a:PS_1", "part_of", "module/a:switch_1", "hard")
	r.want("power_supply/a:PS_2", "part_of", "module/a:switch_2", "hard")
	r.want("power_supply/a:PS_1", "part_of", "network_device/a", "")
	if got := r.outs("network_device/a", graph.PoweredBy); len(got) > 0 {
		t.Errorf("powered by %v", got)
	}
	if _, ok := r.Find("redundancy_group/psu-a"); ok {
		t.Error("the supplies of the members are one group")
	}
}

func TestADeclaredStackNeedsUnknownManyOfItsSources(t *testing.T) {
	const sources = "power:\n  - {id: pdu-1, type: pdu}\n  - {id: pdu-2, type: pdu}\nmachines:\n"
	r := stacked(t).declare(sources + "  - {machine: a, power: [pdu-1, pdu-2]}").resolve()
	r.want("power_supply/a:PS_1", "powered_by", "power_source/pdu-1", "hard")
	r.want("power_supply/a:PS_2", "powered_by", "power_source/pdu-2", "hard")
	r.wantGroup("redundancy_group/power-a", 0, 2, "power", "power_source/pdu-1", "power_source/pdu-2")
	r.want("network_device/a", "powered_by", "redundancy_group/power-a", "hard")

	// One source of all is needed for sure.
	r = stacked(t).declare(sources + "  - {machine: a, power: [pdu-1, pdu-1]}").resolve()
	r.want("network_device/a", "powered_by", "power_source/pdu-1", "hard")
	r.want("power_supply/a:PS_2", "powered_by", "power_source/pdu-1", "hard")

	// Which of two supplies three cords lead to nobody knows.
	r = stacked(t).declare(sources + "  - {machine: a, power: [pdu-1, pdu-1, pdu-2]}").resolve()
	r.want("power_supply/a:PS_1", "powered_by", "power_source/pdu-1", "")
	r.wantGroup("redundancy_group/power-a", 0, 2, "power", "power_source/pdu-1", "power_source/pdu-2")
	told := false
	for _, c := range r.Conflicts {
		told = told || c.Component == "network_device/a" && c.Attribute == "power_supplies"
	}
	if !told {
		t.Error("no conflict about the number of supplies")
	}
}

func TestASocketForAnExternalSupplyIsNoSupply(t *testing.T) {
	s, a, b := pair(t)
	a.entity(1, 0, "chassis", "chassis", false, 0).entity(2, 1, "powerSupply", "Redundant Power System", false, 0)
	b.entity(1, 0, "chassis", "chassis", false, 0).entity(2, 1, "powerSupply", "PS 1", true, 0).entity(3, 1, "powerSupply", "RPS", false, 0)
	r := s.resolve()
	r.wantIDs("supplies", r.ids(graph.PowerSupply), []string{"power_supply/b:PS_1", "power_supply/b:RPS"})
	if got := r.outs("network_device/a", graph.PoweredBy); len(got) > 0 {
		t.Errorf("powered by %v", got)
	}
}

func TestRecordedStacksHaveTheSuppliesOfTheirMembers(t *testing.T) {
	for _, c := range []struct {
		file     string
		supplies map[string]int // by what the module's name begins with
	}{
		{"ios_2960x", map[string]int{"1": 1, "2": 1, "3": 1}},
		{"iosxe_c9500h-svl", map[string]int{"Switch 1": 1, "Switch 2": 2}},
	} {
		t.Run(c.file, func(t *testing.T) {
			file := outside.Shared(t, "corpora/snmp-devices/"+c.file+".snmprec")
			data, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			sum := sha256.Sum256(data)
			e := evidence.Entry{Name: c.file, Collector: "file", Format: snmp.FormatSnmprec, Zone: "default", Target: c.file,
				Outcome: evidence.Complete, Digest: "sha256:" + hex.EncodeToString(sum[:])}
			s, err := resolve.Resolve(resolve.Input{Readings: []discovery.Reading{snmp.Interpret([]snmp.EntryData{{Entry: e, Data: data}})}})
			if err != nil {
				t.Fatal(err)
			}
			v := graph.NewView(s)
			found := map[string]int{}
			for i, comp := range s.Components {
				if comp.Group != nil && comp.Group.Technology == "psu" {
					t.Errorf("%s is a group", comp.ID)
				}
				if comp.Kind != graph.PowerSupply {
					continue
				}
				in := v.OutOf(int32(i), graph.PartOf)
				if len(in) != 1 || s.Components[in[0].To].Kind != graph.Module {
					t.Errorf("%s is part of %v", comp.ID, in)
					continue
				}
				for prefix := range c.supplies {
					if strings.HasPrefix(s.Components[in[0].To].Name, prefix) {
						found[prefix]++
					}
				}
			}
			for prefix, want := range c.supplies {
				if found[prefix] != want {
					t.Errorf("%q: %d supplies, want %d", prefix, found[prefix], want)
				}
			}
		})
	}
}

func TestARecordedRouterDoesNotRunOnItsSocket(t *testing.T) {
	r := record(t, "nms101")
	for _, c := range r.snapshot.Components {
		if c.Kind == graph.PowerSupply && strings.Contains(c.ID, "Redundant_Power_System") {
			t.Errorf("%s", c.ID)
		}
	}
}
