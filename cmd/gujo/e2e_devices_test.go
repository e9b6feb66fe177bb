package main_test

import (
	"cmp"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

// portList is what another management system made of a recorded device.
type portList struct {
	Ports struct {
		Discovery, Poller struct {
			Ports []struct {
				Index int     `json:"ifIndex"`
				Name  *string `json:"ifName"`
				Descr *string `json:"ifDescr"`
			} `json:"ports"`
		}
	} `json:"ports"`
}

// unlisted counts the interfaces of a device that we have and the other system
// leaves out, and says which those are.
var unlisted = map[string]struct {
	interfaces int
	which      string
}{
	"f5_ve":             {4, "not present"},
	"iosxe_c9500h-svl":  {5, "pseudo-interfaces of Cisco's VLANs (l2vlan VLAN-1 …)"},
	"junos_qfx5100":     {1, "lsi, Juniper's label-switched interface"},
	"ubiquoss-pon_9500": {7, "without a name"},
	"vmware-esxi":       {3, "the virtual switch's and the kernel's"},
}

func recordedDevices(t *testing.T) (files []string) {
	t.Helper()
	dir := shared(t, "corpora/snmp-devices")
	files, _ = filepath.Glob(filepath.Join(dir, "*.snmprec"))
	if len(files) != 21 {
		t.Fatalf("%d recordings, want 21", len(files))
	}
	return files
}

func TestEveryRecordedDeviceIsImportedWithItsPorts(t *testing.T) {
	t.Parallel()
	ran, compared := 0, 0
	for _, file := range recordedDevices(t) {
		t.Run(deviceName(file), func(t *testing.T) {
			ran++
			s := newSite(t)
			start := time.Now()
			s.imported(file)
			d := s.diagnose(t)
			if took := time.Since(start); took > time.Second {
				t.Logf("imported and diagnosed in %v", took.Round(time.Millisecond))
			}
			if d.Summary["error"] != 0 {
				t.Errorf("%d rules could not be evaluated", d.Summary["error"])
			}
			if checkPorts(t, s.export(), file) {
				compared++
			}
		})
	}
	if ran == 21 && compared != 19 { // not where some alone were asked for
		t.Errorf("%d devices have been compared, want 19", compared)
	}
}

func TestAllRecordedDevicesAreImportedTogetherAndStayApart(t *testing.T) {
	t.Parallel()
	files := recordedDevices(t)
	s := newSite(t)
	start := time.Now()
	s.imported(files...)
	t.Logf("imported in %v", time.Since(start).Round(time.Millisecond))
	g := s.export()
	if len(g.read) != len(files) {
		t.Errorf("%d machines were read, want %d", len(g.read), len(files))
	}
	compared := 0
	for _, file := range files {
		if checkPorts(t, g, file) {
			compared++
		}
	}
	if compared != 19 {
		t.Errorf("%d devices have been compared, want 19", compared)
	}
	if d := s.diagnose(t); d.Summary["error"] != 0 {
		t.Errorf("%d rules could not be evaluated", d.Summary["error"])
	}
}

func deviceName(file string) string { return strings.TrimSuffix(filepath.Base(file), ".snmprec") }

// checkPorts wants the device of a recording in a graph once, and its interfaces
// to hold all ports that the other system found. It tells whether there were any.
func checkPorts(t *testing.T, g structure, file string) bool {
	t.Helper()
	var machines []string
	for id := range g.read {
		if slices.Contains(g.components[id].Identifiers, "target:default~"+filepath.Base(file)) {
			machines = append(machines, id)
		}
	}
	if len(machines) != 1 {
		t.Errorf("%s was read as %v, want one machine", deviceName(file), machines)
		return false
	}
	answer := strings.TrimSuffix(file, ".snmprec") + ".expected.json"
	if _, err := os.Stat(answer); err != nil {
		return false
	}
	var want portList
	readJSON(t, answer, &want)
	ours := map[string]string{}
	for _, id := range g.ids {
		if c := g.components[id]; c.Kind == "interface" && c.text("if_index") != "" && g.machineOf(id) == machines[0] {
			if other, twice := ours[c.text("if_index")]; twice {
				t.Errorf("%s: port %s is there as %q and %q", machines[0], c.text("if_index"), other, c.Name)
			}
			ours[c.text("if_index")] = c.Name
		}
	}
	listed := map[string]bool{}
	for _, p := range slices.Concat(want.Ports.Discovery.Ports, want.Ports.Poller.Ports) {
		index := strconv.Itoa(p.Index)
		listed[index] = true
		name, ok := ours[index]
		if !ok {
			t.Errorf("%s: port %s is missing", machines[0], index)
			continue
		}
		if theirs := strings.TrimSpace(cmp.Or(deref(p.Name), deref(p.Descr))); name != theirs {
			t.Errorf("%s: port %s is called %q, want %q", machines[0], index, name, theirs)
		}
	}
	if len(listed) == 0 {
		return false
	}
	if more, known := len(ours)-len(listed), unlisted[deviceName(file)]; more != known.interfaces {
		t.Errorf("%s: %d interfaces more than the other system has, want %d (%s)", machines[0], more, known.interfaces, known.which)
	}
	return true
}

func deref(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}
