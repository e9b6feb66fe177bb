package samples_test

import (
	"bytes"
	"encoding/hex"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"gujo/discovery/evidence"
	"gujo/discovery/snmp"
	"gujo/samples"
)

// parts gives the content of the recording, unpacked, by the name of the entry;
// the manifest is read from the file itself.
func parts(t *testing.T) map[string][]byte {
	t.Helper()
	b, err := evidence.Open(put(t, "site.bundle.zip", samples.Bundle))
	if err != nil {
		t.Fatal(err)
	}
	defer b.Close()
	m := b.Manifest()
	if m.CollectedBy.Host != "mgmt" {
		t.Errorf("collected by %+v, not by the management station", m.CollectedBy)
	}
	out := map[string][]byte{"the file": samples.Bundle, "the manifest": fmt.Appendf(nil, "%+v", m)}
	for _, e := range b.Entries() {
		data, err := b.Read(e)
		if err != nil {
			t.Fatal(err)
		}
		out[e.Name] = data
		out["about "+e.Name] = fmt.Appendf(nil, "%+v", e)
	}
	return out
}

// Recorded where this test runs, nothing of this machine may be in it; recorded
// elsewhere it cannot be.
func TestTheRecordingTellsNothingOfThisMachine(t *testing.T) {
	site, err := os.ReadFile("lab/site.sh")
	if err != nil {
		t.Fatal(err)
	}
	all := parts(t)
	if held := holding(all, "NOC@gaon.example"); len(held) == 0 {
		t.Error("not even what stands in every machine's system group is found")
	}
	for _, word := range ofThisMachine() {
		if len(word) < 4 || bytes.Contains(site, []byte(word)) {
			continue // too short to be told from chance, or named as a machine of the site is
		}
		for _, name := range holding(all, word) {
			t.Errorf("%s holds %q", name, word)
		}
	}
}

// holding names the parts in which a word stands, as text or in hexadecimal.
func holding(parts map[string][]byte, word string) []string {
	low := []byte(strings.ToLower(word))
	var names []string
	for name, data := range parts {
		if data = bytes.ToLower(data); bytes.Contains(data, low) || bytes.Contains(data, []byte(hex.EncodeToString(low))) {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

// ofThisMachine gives its name, the release of its kernel, its processor and
// what systemd and D-Bus know it by.
func ofThisMachine() []string {
	var words []string
	if name, err := os.Hostname(); err == nil {
		words = append(words, name)
	}
	for _, path := range []string{"/proc/sys/kernel/osrelease", "/proc/sys/kernel/version", "/etc/machine-id", "/var/lib/dbus/machine-id"} {
		if data, err := os.ReadFile(path); err == nil {
			words = append(words, strings.TrimSpace(string(data)))
		}
	}
	data, _ := os.ReadFile("/proc/cpuinfo")
	for _, m := range regexp.MustCompile(`(?m)^model name\s*: (.+)$`).FindAllSubmatch(data, 1) {
		words = append(words, string(m[1]))
	}
	return words
}

// Wherever it was recorded: what the agents said is of the site, and of nothing
// around it.
func TestTheRecordingHoldsTheSiteAlone(t *testing.T) {
	kernel := regexp.MustCompile(`\b\d+\.\d+\.\d+-[a-z0-9]|(?i)\b(SMP|PREEMPT|x86_64|aarch64|debian|ubuntu|/home/|/root/|/tmp/)`)
	mac := regexp.MustCompile(`^(00:?00:?5e:?00:?(53|01):?[0-9a-f]{2})?$`)
	columns := map[string]*regexp.Regexp{
		"1.3.6.1.2.1.1.1.":        regexp.MustCompile(`^Linux$`),                                                     // sysDescr
		"1.3.6.1.2.1.1.5.":        regexp.MustCompile(`^(edge1|(gw|core|acc|web|dns)[12]|db1)$`),                     // sysName
		"1.3.6.1.2.1.2.2.1.6.":    mac,                                                                               // ifPhysAddress
		"1.3.6.1.2.1.4.20.1.1.":   regexp.MustCompile(`^(10\.20\.(0|10)\.\d+|127\.0\.0\.1)$`),                        // ipAdEntAddr
		"1.3.6.1.2.1.25.4.2.1.2.": regexp.MustCompile(`^(bash|sh|sleep|seq|snmpd|lldpd|keepalived)$`),                // hrSWRunName
		"1.3.6.1.2.1.25.4.2.1.4.": regexp.MustCompile(`^((/\S+/)?(bash|sh|sleep|seq|snmpd|keepalived)|lldpd\b.*|)$`), // hrSWRunPath
	}
	met := map[string]int{}
	for name, data := range parts(t) {
		if !strings.HasPrefix(name, "snmp/") {
			continue
		}
		vbs, err := snmp.ParseVarbinds(name, data)
		if err != nil {
			t.Fatal(err)
		}
		for _, vb := range vbs {
			value := plain(vb)
			if kernel.MatchString(value) {
				t.Errorf("%s: %s = %q tells of the machine below", name, vb.OID, value)
			}
			for column, allowed := range columns {
				if strings.HasPrefix(vb.OID, column) {
					met[column]++
					if !allowed.MatchString(value) {
						t.Errorf("%s: %s = %q is not of the site", name, vb.OID, value)
					}
				}
			}
		}
	}
	for column := range columns {
		if met[column] == 0 {
			t.Errorf("nothing recorded under %s", column)
		}
	}
}

// plain prints a value: text as it is, other octets in hexadecimal.
func plain(vb snmp.Varbind) string {
	line := strings.TrimSuffix(string(snmp.FormatVarbinds([]snmp.Varbind{vb})), "\n")
	_, line, _ = strings.Cut(line, "|")
	_, value, _ := strings.Cut(line, "|")
	return value
}

func TestTheRecorderRefusesWhatTellsOfItsMachine(t *testing.T) {
	for _, program := range []string{"bash", "python3", "ps", "ip"} {
		if _, err := lookPath(program); err != nil {
			lacks(t, program)
		}
	}
	kernel, err := exec.Command("uname", "-r").Output()
	if err != nil {
		t.Skipf("uname: %v", err)
	}
	release := strings.TrimSpace(string(kernel))
	for _, test := range []struct {
		name, value string
		refused     bool
	}{
		{"nothing of it", "1.3.6.1.2.1.1.1.0|4|Linux", false},
		{"its kernel", "1.3.6.1.2.1.1.1.0|4|Linux gw1 " + release + " #1", true},
		{"its kernel in hexadecimal", "1.3.6.1.2.1.1.1.0|4x|" + hex.EncodeToString([]byte("Linux "+release)), true},
		{"its kernel in capitals", "1.3.6.1.2.1.1.1.0|4|" + strings.ToUpper(release), true},
	} {
		t.Run(test.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "planted.bundle.zip")
			w, err := evidence.Create(path, evidence.Manifest{Created: time.Unix(1_800_000_000, 0), Zone: "gaon"})
			if err != nil {
				t.Fatal(err)
			}
			// Long enough to be packed.
			data := test.value + "\n" + strings.Repeat("1.3.6.1.2.1.1.6.0|4|Gaon City\n", 100)
			_, err = w.Add(evidence.Entry{Collector: "snmp", Format: "varbinds", Zone: "gaon", Target: "10.20.0.2", Table: "system",
				Outcome: evidence.Complete, Collected: time.Unix(1_800_000_000, 0)}, []byte(data))
			if err != nil {
				t.Fatal(err)
			}
			if err := w.Close(); err != nil {
				t.Fatal(err)
			}
			out, err := exec.CommandContext(t.Context(), "lab/record.sh", "check", path).CombinedOutput()
			if refused := err != nil; refused != test.refused {
				t.Fatalf("refused: %v, %v\n%s", refused, err, out)
			}
			if test.refused && !bytes.Contains(out, []byte(fmt.Sprintf("%q", release)[1:len(release)+1])) {
				t.Errorf("does not say why:\n%s", out)
			}
		})
	}
}
