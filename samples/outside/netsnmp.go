package outside

import (
	"bytes"
	"fmt"
	"net/netip"
	"os/exec"
	"strings"
	"testing"
)

// Ask runs one of net-snmp's programs, such as snmpget or snmpbulkwalk, so that it
// prints what came, uninterpreted: no MIBs, numbers and octets alone. The
// credential is given in its own options ("-v2c", "-c", "public"). A program that
// fails fails the test.
func Ask(t testing.TB, at netip.AddrPort, credential []string, program string, objects ...string) []byte {
	t.Helper()
	var args []string
	switch program {
	case "snmpwalk":
		args = []string{"-CI"} // nothing but what GETNEXT gives
	case "snmpbulkwalk":
		args = []string{"-Cr17"}
	}
	args = append(args, credential...)
	args = append(args, "-m", "", "-M", "/nonexistent", "-On", "-Ob", "-Ox", "-Oe", "-OU", "-Ot", "-t", "5", "-r", "1", at.String())
	cmd := exec.Command(Program(t, program, "snmp"), append(args, objects...)...)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%s: %v: %s%s", program, err, stderr.Bytes(), out[max(0, len(out)-300):])
	}
	return out
}

// Lines gives the variables that [Ask] printed, each on one line: net-snmp breaks
// long values. What it says about the end of the tree is left out.
func Lines(out []byte) []string {
	var all []string
	for line := range strings.Lines(string(out)) {
		line = strings.TrimRight(line, " \n")
		if line == "End of MIB" || strings.Contains(line, "No more variables") {
			continue
		}
		if strings.HasPrefix(line, ".") || len(all) == 0 {
			all = append(all, line)
		} else {
			all[len(all)-1] = strings.TrimRight(all[len(all)-1], " ") + " " + strings.TrimSpace(line)
		}
	}
	return all
}

// Printed gives a variable as [Lines] has it: by its dotted identifier, the ASN.1
// tag of its type, and its value, which is octets, decimal digits, or dotted.
func Printed(oid string, tag byte, value string) string {
	name := "." + oid + " = "
	switch tag {
	case 0x02:
		return name + "INTEGER: " + value
	case 0x04:
		if value == "" {
			return name + `""`
		}
		return name + "Hex-STRING: " + fmt.Sprintf("% X", value)
	case 0x05:
		return name + "NULL"
	case 0x06:
		return name + "OID: ." + value
	case 0x40:
		return name + "IpAddress: " + value
	case 0x41:
		return name + "Counter32: " + value
	case 0x42:
		return name + "Gauge32: " + value
	case 0x43:
		return name + value // a time, in hundredths of a second
	case 0x46:
		return name + "Counter64: " + value
	}
	return fmt.Sprintf("%s? of type %#x", name, tag)
}
