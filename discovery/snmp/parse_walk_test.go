package snmp

import (
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"gujo/discovery/evidence"
)

func TestWalkLinesGiveTheirVariable(t *testing.T) {
	const oid = "1.3.6.1.4.1.99999.1"
	str := func(s string) Varbind { return Varbind{oid, OctetString, s} }
	for _, c := range []struct {
		name string
		line string
		want Varbind
	}{
		{"text without quotation marks", ".1.3.6.1.4.1.99999.1 = STRING: lo", str("lo")},
		{"text in quotation marks", `.1.3.6.1.4.1.99999.1 = STRING: "a \"b\" c\\d"`, str(`a "b" c\d`)},
		{"text that has quotation marks without a backslash", `.1.3.6.1.4.1.99999.1 = STRING: "a "b" c"`, str(`a "b" c`)},
		{"empty text", `.1.3.6.1.4.1.99999.1 = ""`, str("")},
		{"empty text with its type", `.1.3.6.1.4.1.99999.1 = STRING: `, str("")},
		{"text over several lines", ".1.3.6.1.4.1.99999.1 = STRING: \"one\ntwo\n\nthree\"", str("one\ntwo\n\nthree")},
		{"text over several lines without quotation marks", ".1.3.6.1.4.1.99999.1 = STRING: one\ntwo", str("one\ntwo")},
		{"octets", ".1.3.6.1.4.1.99999.1 = Hex-STRING: 00 16 C8 BD 4D 80 ", str("\x00\x16\xc8\xbd\x4d\x80")},
		{"octets over several lines", ".1.3.6.1.4.1.99999.1 = Hex-STRING: 00 01 \n02 03 \n04", str("\x00\x01\x02\x03\x04")},
		{"a displayed address", ".1.3.6.1.4.1.99999.1 = Hex-STRING: 0:16:c8:bd:4d:80", str("\x00\x16\xc8\xbd\x4d\x80")},
		{"bits", ".1.3.6.1.4.1.99999.1 = BITS: 28 00 bridge(2) router(4) ", str("\x28\x00")},
		{"CP949 octets stay octets", ".1.3.6.1.4.1.99999.1 = STRING: \"\xbc\xad\xbf\xef\"", str("\xbc\xad\xbf\xef")},
		{"a number", ".1.3.6.1.4.1.99999.1 = INTEGER: -7", Varbind{oid, Integer, "-7"}},
		{"a labelled number", ".1.3.6.1.4.1.99999.1 = INTEGER: up(1)", Varbind{oid, Integer, "1"}},
		{"a number with its unit", ".1.3.6.1.4.1.99999.1 = INTEGER: 1500 octets", Varbind{oid, Integer, "1500"}},
		{"a number of the wrong type", ".1.3.6.1.4.1.99999.1 = Wrong Type (should be INTEGER): Gauge32: 5", Varbind{oid, Gauge32, "5"}},
		{"a gauge", ".1.3.6.1.4.1.99999.1 = Gauge32: 4294967295", Varbind{oid, Gauge32, "4294967295"}},
		{"a counter", ".1.3.6.1.4.1.99999.1 = Counter32: 12", Varbind{oid, Counter32, "12"}},
		{"the largest counter", ".1.3.6.1.4.1.99999.1 = Counter64: 18446744073709551615", Varbind{oid, Counter64, "18446744073709551615"}},
		{"ticks", ".1.3.6.1.4.1.99999.1 = Timeticks: (12075) 0:02:00.75", Varbind{oid, TimeTicks, "12075"}},
		{"ticks without their number", ".1.3.6.1.4.1.99999.1 = 30 days, 2:46:37.56", Varbind{oid, TimeTicks, "260199756"}},
		{"ticks without type", ".1.3.6.1.4.1.99999.1 = 0:0:02:00.75", Varbind{oid, TimeTicks, "12075"}},
		{"an address", ".1.3.6.1.4.1.99999.1 = IpAddress: 10.0.0.1", Varbind{oid, IPAddress, "10.0.0.1"}},
		{"a network address", ".1.3.6.1.4.1.99999.1 = Network Address: C0:A8:64:FA", Varbind{oid, IPAddress, "192.168.100.250"}},
		{"an identifier", ".1.3.6.1.4.1.99999.1 = OID: .1.3.6.1.4.1.9.1.576", Varbind{oid, ObjectID, "1.3.6.1.4.1.9.1.576"}},
		{"a named identifier", ".1.3.6.1.4.1.99999.1 = OID: SNMPv2-SMI::enterprises.9.1.576", Varbind{oid, ObjectID, "1.3.6.1.4.1.9.1.576"}},
		{"zero", ".1.3.6.1.4.1.99999.1 = OID: ccitt.0", Varbind{oid, ObjectID, "0.0"}},
		{"a floating-point number", ".1.3.6.1.4.1.99999.1 = Opaque: Float: 1.500000", Varbind{oid, Opaque, "\x9f\x78\x04\x3f\xc0\x00\x00"}},
		{"null", ".1.3.6.1.4.1.99999.1 = NULL", Varbind{oid, Null, ""}},
		{"without type: text", `.1.3.6.1.4.1.99999.1 = "Switch1"`, str("Switch1")},
		{"without type: octets", `.1.3.6.1.4.1.99999.1 = "00 16 C8 "`, str("\x00\x16\xc8")},
		{"without type: bare text", ".1.3.6.1.4.1.99999.1 = eth0", str("eth0")},
		{"without type: a number", ".1.3.6.1.4.1.99999.1 = 12075", Varbind{oid, Integer, "12075"}},
		{"without type: an address", ".1.3.6.1.4.1.99999.1 = 10.0.0.1", Varbind{oid, IPAddress, "10.0.0.1"}},
		{"without type: an identifier", ".1.3.6.1.4.1.99999.1 = .1.3.6.1.4.1.9", Varbind{oid, ObjectID, "1.3.6.1.4.1.9"}},
		{"without type: a label", ".1.3.6.1.2.1.2.2.1.8.4 = lowerLayerDown", Varbind{"1.3.6.1.2.1.2.2.1.8.4", Integer, "7"}},
		{"without the space", ".1.3.6.1.4.1.99999.1 =INTEGER: 1", Varbind{oid, Integer, "1"}},
		{"iso instead of 1", "iso.3.6.1.4.1.99999.1 = INTEGER: 1", Varbind{oid, Integer, "1"}},
		{"all arcs by name", ".iso.org.dod.internet.mgmt.mib-2.system.sysName.0 = STRING: a", Varbind{"1.3.6.1.2.1.1.5.0", OctetString, "a"}},
		{"a name with its module", "IF-MIB::ifDescr.1 = STRING: lo", Varbind{"1.3.6.1.2.1.2.2.1.2.1", OctetString, "lo"}},
		{"a name alone", "ifAlias.12 = STRING: uplink", Varbind{"1.3.6.1.2.1.31.1.1.1.18.12", OctetString, "uplink"}},
		{"an arc by name", "SNMPv2-SMI::mib-2.17.1.1.0 = Hex-STRING: 00 01", Varbind{"1.3.6.1.2.1.17.1.1.0", OctetString, "\x00\x01"}},
		{"an address in the index", `IP-MIB::ipAddressIfIndex.ipv4."10.0.0.1" = INTEGER: 2`, Varbind{"1.3.6.1.2.1.4.34.1.3.1.4.10.0.0.1", Integer, "2"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			for _, after := range []string{"\n", "\n.1.3.6.1.4.1.99999.2 = INTEGER: 9\n"} {
				vbs, skipped, err := ParseWalk("w", []byte(c.line+after))
				if err != nil || len(skipped) > 0 || len(vbs) == 0 {
					t.Fatalf("variables %v, skipped %+v, error %v", vbs, skipped, err)
				}
				if d := cmp.Diff(c.want, vbs[0]); d != "" {
					t.Error(d)
				}
			}
			windows := strings.ReplaceAll(c.line+"\n.1.3.6.1.4.1.99999.2 = INTEGER: 9\n", "\n", "\r\n")
			vbs, _, _ := ParseWalk("w", []byte(windows))
			want := c.want
			if len(vbs) != 2 || vbs[0] != want {
				t.Errorf("with CRLF: %q, want %q", vbs, want)
			}
		})
	}
}

func TestLinesThatGiveNoVariableAreSkippedWithAdviceAndTheRestIsKept(t *testing.T) {
	const good = ".1.3.6.1.2.1.1.5.0 = STRING: a\n"
	const more = ".1.3.6.1.2.1.1.6.0 = STRING: b\n"
	for _, c := range []struct {
		name, text string
		variables  int
		want       Skipped
	}{
		{"a prompt above", "$ snmpwalk -v2c -c s3cret 10.0.0.1\n" + good, 1,
			Skipped{1, "$ snmpwalk -v2c -c " + evidence.Marker + " 10.0.0.1", "", "OID = TYPE: value", evidence.ReasonUnparsed}},
		{"an unknown name", good + "FOO-MIB::fooBar.1 = INTEGER: 1\n" + more, 2,
			Skipped{2, "FOO-MIB::fooBar.1 = INTEGER: 1", "", adviseNumbers, evidence.ReasonUnparsed}},
		{"an index that only its MIB explains", good + "BRIDGE-MIB::dot1dTpFdbPort.'..J' = INTEGER: 1\n" + more, 2,
			Skipped{2, "BRIDGE-MIB::dot1dTpFdbPort.'..J' = INTEGER: 1", "1.3.6.1.2.1.17.4.3.1.2", adviseNumbers, evidence.ReasonUnparsed}},
		{"no number", good + ".1.3.6.1.2.1.2.2.1.8.1 = INTEGER: wobbly\n" + more, 2,
			Skipped{2, ".1.3.6.1.2.1.2.2.1.8.1 = INTEGER: wobbly", "1.3.6.1.2.1.2.2.1.8.1", "a whole number", evidence.ReasonUnparsed}},
		{"text that is not closed", good + ".1.3.6.1.2.1.1.4.0 = STRING: \"abc\n" + more, 2,
			Skipped{2, ".1.3.6.1.2.1.1.4.0 = STRING: \"abc", "1.3.6.1.2.1.1.4.0", "a closing quotation mark", evidence.ReasonUnparsed}},
		{"junk behind a number", ".1.3.6.1.2.1.1.7.0 = INTEGER: 78\nwhat is this\n" + more, 2,
			Skipped{2, "what is this", "", "OID = TYPE: value", evidence.ReasonUnparsed}},
		{"a timeout", good + "Timeout: No Response from 10.0.0.1\n", 1,
			Skipped{2, "Timeout: No Response from 10.0.0.1", "", "a walk to its end", evidence.ReasonTimeout}},
		{"a loop", good + "Error: OID not increasing: .1.3.6.1.2.1.1.5.0\n", 1,
			Skipped{2, "Error: OID not increasing: .1.3.6.1.2.1.1.5.0", "", "a walk to its end", evidence.ReasonLoop}},
		{"no such object", ".1.0.8802.1.1.2 = No Such Object available on this agent at this OID\n" + good, 1,
			Skipped{1, ".1.0.8802.1.1.2 = No Such Object available on this agent at this OID", "1.0.8802.1.1.2", "a value", evidence.ReasonUnsupported}},
		{"the end of the tree", good + ".1.3.6.1.2.1.1.5.0 = No more variables left in this MIB View (It is past the end of the MIB tree)\n", 1,
			Skipped{2, ".1.3.6.1.2.1.1.5.0 = No more variables left in this MIB View (It is past the end of the MIB tree)", "1.3.6.1.2.1.1.5.0", "a value", ""}},
		{"a walk cut within a text", good + ".1.3.6.1.2.1.1.1.0 = STRING: \"Linux ho", 1,
			Skipped{2, ".1.3.6.1.2.1.1.1.0 = STRING: \"Linux ho", "1.3.6.1.2.1.1.1.0", "a closing quotation mark", evidence.ReasonTruncated}},
		{"a walk cut within a name", ".1.3.6.1.2.1.1.7.0 = INTEGER: 78\n.1.3.6.1.2.", 1,
			Skipped{2, ".1.3.6.1.2.", "", "OID = TYPE: value", evidence.ReasonTruncated}},
		{"a walk cut before a value", good + ".1.3.6.1.2.1.1.7.0 =", 1,
			Skipped{2, ".1.3.6.1.2.1.1.7.0 =", "1.3.6.1.2.1.1.7.0", "a value", evidence.ReasonTruncated}},
	} {
		t.Run(c.name, func(t *testing.T) {
			vbs, skipped, err := ParseWalk("w", []byte(c.text))
			if err != nil || len(vbs) != c.variables || len(skipped) != 1 {
				t.Fatalf("%d variables, want %d; skipped %+v; error %v", len(vbs), c.variables, skipped, err)
			}
			if d := cmp.Diff(c.want, skipped[0]); d != "" {
				t.Error(d)
			}
		})
	}
}

func TestFormatsAreDetectedByContent(t *testing.T) {
	for _, c := range []struct{ name, data, want string }{
		{"a recording", "1.3.6.1.2.1.1.1.0|4|Linux\n", FormatSnmprec},
		{"a recording behind comments", "# made by hand\n\n1.3.6.1.2.1.1.1.0|4x|00\n", FormatSnmprec},
		{"a walk", ".1.3.6.1.2.1.1.1.0 = STRING: a\n", FormatSnmpwalk},
		{"a walk behind a prompt", "$ snmpwalk -v2c 10.0.0.1\niso.3.6.1.2.1.1.1.0 = STRING: a\n", FormatSnmpwalk},
		{"a walk with names", "SNMPv2-MIB::sysDescr.0 = STRING: a\n", FormatSnmpwalk},
		{"a graph", `{"schema":"gujo/graph/v1"}`, ""},
		{"a configuration", "interface = eth0\nhost.name = a\n", ""},
		{"addresses in columns", "10.0.0.1|4|a\n", FormatSnmprec}, // an OID by its form: nothing tells them apart
		{"nothing", "", ""},
		{"an archive", "PK\x03\x04 1.3.6.1 = STRING: a", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, ok := Detect([]byte(c.data))
			if got != c.want || ok != (c.want != "") {
				t.Errorf("%q, %v; want %q", got, ok, c.want)
			}
		})
	}
}

// passScript answers snmpd's GETNEXT with rows of known type and value.
const passScript = `#!/bin/sh
# -n OID: the next row after OID; -g OID: the row itself
b=.1.3.6.1.4.1.8072.9999.9999
row() { case $1 in
1) echo string; echo "plain text";;
2) echo octet; echo "00 16 C8 BD 4D 80";;
3) echo integer; echo -- -7 | sed 's/^-- //';;
4) echo gauge; echo 4294967295;;
5) echo counter; echo 12;;
6) echo timeticks; echo 12075;;
7) echo ipaddress; echo 10.0.0.1;;
8) echo objectid; echo .1.3.6.1.4.1.9.1.576;;
9) echo octet; echo "0D 0A 22 5C 61 0A 62";;
10) echo octet; echo "$(seq -s ' ' -f '%02.0f' 10 60)";;
11) echo octet; echo "EA B5 AC EC A1 B0";;
12) echo string; printf '%s\n' 'with "marks" and \back';;
esac; }
n=${2#$b}; n=${n#.}; n=${n%%.*}
case $1 in
-n) n=$(( ${n:-0} + 1 )); [ $n -gt 12 ] && exit 0;;
-g) [ "$2" = "$b.$n" ] || exit 0;;
*) exit 0;;
esac
echo $b.$n; row $n
`

// TestWhatNetSNMPPrintsIsReadAsItWasSent has the real tools as judge: an agent
// with known values, walked with each way of printing.
func TestWhatNetSNMPPrintsIsReadAsItWasSent(t *testing.T) {
	for _, tool := range []string{"snmpd", "snmpwalk"} {
		if _, err := exec.LookPath(tool); err != nil {
			if os.Getenv("GUJO_TEST_ALL") == "1" {
				t.Fatalf("%s is not installed", tool)
			}
			t.Skipf("%s is not installed", tool)
		}
	}
	dir := t.TempDir()
	conn, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := conn.LocalAddr().String()
	conn.Close()
	write := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o700); err != nil {
			t.Fatal(err)
		}
		return path
	}
	const root = "1.3.6.1.4.1.8072.9999.9999"
	script := write("rows.sh", passScript)
	conf := write("snmpd.conf", "rocommunity public 127.0.0.1\npass ."+root+" /bin/sh "+script+"\n")
	agent := exec.Command("snmpd", "-f", "-C", "-c", conf, "-Lf", filepath.Join(dir, "log"), "-p", filepath.Join(dir, "pid"), "udp:"+address)
	agent.Env = append(os.Environ(), "SNMP_PERSISTENT_DIR="+dir, "MIBS=")
	if err := agent.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() {
		agent.Process.Kill()
		agent.Wait()
	}()

	want := []Varbind{
		{"", OctetString, "plain text"}, {"", OctetString, "\x00\x16\xc8\xbd\x4d\x80"}, {"", Integer, "-7"},
		{"", Gauge32, "4294967295"}, {"", Counter32, "12"}, {"", TimeTicks, "12075"}, {"", IPAddress, "10.0.0.1"},
		{"", ObjectID, "1.3.6.1.4.1.9.1.576"}, {"", OctetString, "\r\n\"\\a\nb"}, {"", OctetString, ""},
		{"", OctetString, "구조"}, {"", OctetString, `with "marks" and \back`},
	}
	for i := range want {
		want[i].OID = fmt.Sprintf("%s.%d", root, i+1)
	}
	var long []byte
	for i := 10; i <= 60; i++ {
		long = append(long, byte(i/10*16+i%10))
	}
	want[9].Value = string(long)

	walk := func(options string) []byte {
		args := append([]string{"-v2c", "-cpublic", "-t1", "-r5"}, strings.Fields(options)...)
		out, err := exec.Command("snmpwalk", append(args, address, "."+root)...).CombinedOutput()
		if err != nil {
			t.Fatalf("snmpwalk %s: %v: %s", options, err, out)
		}
		return out
	}
	for deadline := time.Now().Add(5 * time.Second); ; time.Sleep(50 * time.Millisecond) {
		out, _ := exec.Command("snmpget", "-v2c", "-cpublic", "-t0.2", "-r0", "-On", address, "."+root+".3").CombinedOutput()
		if strings.Contains(string(out), "INTEGER") {
			break
		}
		if time.Now().After(deadline) {
			t.Fatalf("the agent does not answer: %s", out)
		}
	}
	for _, options := range []string{"-On", "", "-One", "-ObentU", "-OnQ", "-OnQe", "-Onx", "-Of"} {
		t.Run("with "+options, func(t *testing.T) {
			out := walk(options)
			got, skipped, err := ParseWalk("w", out)
			if err != nil || len(skipped) > 0 {
				t.Fatalf("skipped %+v, error %v, of\n%s", skipped, err, out)
			}
			expected := want
			if strings.Contains(options, "Q") || strings.Contains(options, "t") {
				// The types are not printed: what is left is the value.
				for i := range got {
					if i < len(want) {
						got[i].Type = want[i].Type
					}
				}
			}
			if d := cmp.Diff(expected, got); d != "" {
				t.Errorf("%s\nof\n%s", d, out)
			}
		})
	}
}
