package snmp

import (
	"cmp"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"gujo/discovery"
	"gujo/discovery/evidence"
	"gujo/samples/outside"
)

var collected = time.Date(2024, 3, 1, 9, 0, 0, 0, time.UTC)

// importFile reads a recording as an import does.
func importFile(t *testing.T, path string) discovery.Reading {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	format, ok := Detect(data)
	if !ok {
		t.Fatalf("%s: the format is not recognised", path)
	}
	e := evidence.Entry{Name: filepath.Base(path), Collector: "file", Format: format, Zone: "default", Target: filepath.Base(path), Collected: collected, Digest: "sha256:00"}
	return Interpret([]EntryData{{e, data}})
}

func readJSON(t *testing.T, path string, v any) {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(data, v); err != nil {
		t.Fatalf("%s: %v", path, err)
	}
}

func all[T discovery.Observation](r discovery.Reading) []T {
	var of []T
	for _, o := range r.Observations {
		if x, ok := o.(T); ok {
			of = append(of, x)
		}
	}
	return of
}

func one[T discovery.Observation](t *testing.T, r discovery.Reading) T {
	t.Helper()
	of := all[T](r)
	if len(of) != 1 {
		t.Fatalf("%d observations of type %T, want one: %+v", len(of), *new(T), of)
	}
	return of[0]
}

// expectedDevice is whom another management system found beside a device.
type expectedDevice struct {
	Protocols struct {
		Discovery struct {
			Links []struct {
				Protocol       string
				RemoteHostname string `json:"remote_hostname"`
				IfName         string
			}
		}
	} `json:"discovery-protocols"`
}

// expectedPort is what the other system keeps of a port.
type expectedPort struct {
	IfIndex                                                              int
	IfName, IfDescr, IfAlias, IfAdminStatus, IfOperStatus, IfPhysAddress *string
	IfSpeed                                                              *uint64
	IfMtu                                                                *int
}

// morePorts are the interfaces that we have and the other system leaves out,
// by recording, and why.
var morePorts = map[string]struct {
	count  int
	reason string
}{
	"f5_ve":             {4, "it drops interfaces that are not present"},
	"iosxe_c9500h-svl":  {5, "it drops the pseudo-interfaces of Cisco's VLANs (l2vlan VLAN-1 …)"},
	"junos_qfx5100":     {1, "it drops lsi, Juniper's label-switched interface"},
	"ubiquoss-pon_9500": {7, "it drops interfaces without name"},
	"vmware-esxi":       {3, "it drops the virtual switch's and the kernel's ports"},
}

// portDifference says why a field differs by design; "" where it must not.
func portDifference(p expectedPort, field, theirs, ours string) string {
	switch {
	case field == "alias" && ours == "" && theirs != "":
		return "it puts another name where there is no alias"
	case field == "alias" && strings.Trim(ours, `\ `) == theirs:
		return "it takes backslashes off aliases"
	case field == "descr" && ours == "" && theirs != "":
		return "it puts the name where there is no description"
	case field == "mac" && strings.Trim(theirs, "0") == "" && ours == "":
		return "an address of all zeros is none"
	case (field == "admin" || field == "oper") && theirs == "0" && ours == "":
		return "0 is no state of IF-MIB"
	}
	return ""
}

func TestAllRecordedDevicesAreReadWithoutErrorAndHaveTheExpectedPorts(t *testing.T) {
	dir := outside.Shared(t, "corpora/snmp-devices")
	files, _ := filepath.Glob(filepath.Join(dir, "*.snmprec"))
	if len(files) != 21 {
		t.Fatalf("%d recordings, want 21", len(files))
	}
	compared, ports := 0, 0
	differences := make(map[string]int)
	for _, file := range files {
		name := strings.TrimSuffix(filepath.Base(file), ".snmprec")
		t.Run(name, func(t *testing.T) {
			data, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := ParseVarbinds(file, data); err != nil {
				t.Fatal(err)
			}
			r := importFile(t, file)
			one[discovery.Machine](t, r)
			if _, err := os.Stat(filepath.Join(dir, name+".expected.json")); err != nil {
				return
			}
			want, discovered := expectedPorts(t, filepath.Join(dir, name+".expected.json"))
			if len(want) == 0 {
				return
			}
			compared++
			ours := make(map[int]discovery.Interface)
			for _, i := range all[discovery.Interface](r) {
				ours[i.Index] = i
			}
			more := len(ours)
			for _, p := range slices.Concat(want, discovered) {
				i, ok := ours[p.IfIndex]
				if !ok {
					t.Errorf("port %d is missing", p.IfIndex)
					continue
				}
				if theirs := cmp.Or(text(p.IfName), text(p.IfDescr)); i.Name != cleanText(theirs, maxName) {
					t.Errorf("port %d is called %q, want %q", p.IfIndex, i.Name, theirs)
				}
			}
			for _, p := range want {
				ports++
				more--
				i := ours[p.IfIndex]
				for _, f := range []struct{ field, theirs, ours string }{
					{"descr", text(p.IfDescr), i.Description}, {"alias", text(p.IfAlias), i.Alias}, {"admin", text(p.IfAdminStatus), i.Admin},
					{"oper", text(p.IfOperStatus), i.Oper}, {"mac", text(p.IfPhysAddress), strings.ReplaceAll(i.MAC, ":", "")},
					{"speed", text(p.IfSpeed), number(i.Speed)}, {"mtu", text(p.IfMtu), number(i.MTU)},
				} {
					if cleanText(f.theirs, maxName) == f.ours || f.theirs == "" || f.theirs == "0" && f.ours == "" {
						continue
					}
					reason := portDifference(p, f.field, f.theirs, f.ours)
					if reason == "" {
						t.Errorf("port %d: %s is %q, want %q", p.IfIndex, f.field, f.ours, f.theirs)
					}
					differences[reason]++
				}
			}
			if more != morePorts[name].count {
				t.Errorf("%d interfaces more than expected, want %d (%s)", more, morePorts[name].count, morePorts[name].reason)
			}
		})
	}
	if compared != 19 {
		t.Errorf("compared with %d expectations, want 19", compared)
	}
	t.Logf("%d ports compared; differences by reason: %v", ports, differences)
}

func expectedPorts(t *testing.T, path string) (polled, discovered []expectedPort) {
	t.Helper()
	var want struct {
		Ports struct {
			Discovery, Poller struct{ Ports []expectedPort }
		}
	}
	readJSON(t, path, &want)
	return want.Ports.Poller.Ports, want.Ports.Discovery.Ports
}

func text[T any](p *T) string {
	if p == nil {
		return ""
	}
	return fmt.Sprint(*p)
}

func number[T int | uint64](n T) string {
	if n == 0 {
		return ""
	}
	return fmt.Sprint(n)
}

// network is what a crawl of several recordings must find.
type network struct {
	LLDP [][]string `json:"lldp_rows"`
	CDP  [][]string `json:"cdp_rows"`
	OSPF [][]string `json:"ospf_rows"`
}

func TestEveryNeighbourRowOfTheRecordedNetworksIsObservedAtItsPort(t *testing.T) {
	root := outside.Shared(t, "corpora/snmp-networks")
	for _, name := range []string{"nms17216", "nms8000", "nms101", "nms10205b"} {
		t.Run(name, func(t *testing.T) {
			var want network
			readJSON(t, filepath.Join(root, name, "expected.json"), &want)
			files, _ := filepath.Glob(filepath.Join(root, name, "*"))
			readings := make(map[string][]discovery.Reading)
			for _, file := range files {
				if filepath.Ext(file) == ".json" {
					continue
				}
				r := importFile(t, file)
				m := one[discovery.Machine](t, r)
				readings[m.Name] = append(readings[m.Name], r)
			}
			for _, row := range want.LLDP {
				if !heardAt(readings[row[0]], "lldp", row[1], row[2], row[3]) {
					t.Errorf("LLDP row %q is not observed", row)
				}
			}
			for _, row := range want.CDP {
				if !heardAt(readings[row[0]], "cdp", row[1], row[2], row[3]) {
					t.Errorf("CDP row %q is not observed", row)
				}
			}
			for _, row := range want.OSPF {
				if !adjacent(slices.Concat(readings[row[0]], readings[row[1]]), row[2]) {
					t.Errorf("OSPF row %q is not observed", row)
				}
			}
			t.Logf("%d LLDP, %d CDP, %d OSPF rows", len(want.LLDP), len(want.CDP), len(want.OSPF))
		})
	}
}

// heardAt says whether a neighbour was heard at the port that the protocol's own
// number means. The number is checked against the OID that is cited, and the
// interface against the walk itself: the names must agree.
func heardAt(readings []discovery.Reading, protocol, number, name, port string) bool {
	for _, r := range readings {
		names := make(map[int]discovery.Interface)
		for _, i := range all[discovery.Interface](r) {
			names[i.Index] = i
		}
		for _, n := range all[discovery.Neighbor](r) {
			if n.Protocol != protocol || n.Name != name || n.Port != port || n.IfIndex == 0 {
				continue
			}
			_, oid, _ := strings.Cut(n.Sources[0].Ref, "#")
			parts := strings.Split(oid, ".")
			if parts[len(parts)-2] != number {
				continue
			}
			i := names[n.IfIndex]
			if protocol == "cdp" && fmt.Sprint(n.IfIndex) == number && n.LocalPort == i.Name {
				return true
			}
			if protocol == "lldp" && (n.LocalPort == i.Name || n.LocalPort == i.Description || n.LocalPort == fmt.Sprint(n.IfIndex)) {
				return true
			}
		}
	}
	return false
}

func adjacent(readings []discovery.Reading, address string) bool {
	for _, r := range readings {
		for _, n := range all[discovery.RoutingNeighbor](r) {
			if n.Address.String() == address && n.IfIndex != 0 && n.RouterID != "" && n.State == "full" {
				return true
			}
		}
	}
	return false
}

func TestNeighboursOfRecordedDevicesAreAtTheInterfacesThatOthersFound(t *testing.T) {
	dir := outside.Shared(t, "corpora/snmp-devices")
	files, _ := filepath.Glob(filepath.Join(dir, "*.expected.json"))
	rows := 0
	for _, file := range files {
		var want expectedDevice
		readJSON(t, file, &want)
		if len(want.Protocols.Discovery.Links) == 0 {
			continue
		}
		name := strings.TrimSuffix(filepath.Base(file), ".expected.json")
		neighbors := all[discovery.Neighbor](importFile(t, filepath.Join(dir, name+".snmprec")))
		for _, l := range want.Protocols.Discovery.Links {
			rows++
			found := slices.ContainsFunc(neighbors, func(n discovery.Neighbor) bool {
				return n.Protocol == l.Protocol && n.IfIndex != 0 && n.LocalPort == l.IfName && (cmp.Or(n.Name, n.Description) == cleanText(l.RemoteHostname, maxName) || n.Name == "" || l.RemoteHostname == "")
			})
			if !found {
				t.Errorf("%s: %+v", name, l)
			}
		}
	}
	t.Logf("%d rows compared", rows)
}
