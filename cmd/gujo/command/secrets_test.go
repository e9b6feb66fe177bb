package command_test

import (
	"archive/zip"
	"bytes"
	"compress/gzip"
	"context"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"io"
	"io/fs"
	"net/netip"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
	"unicode/utf16"

	"gujo/cmd/gujo/command"
	"gujo/discovery/evidence"
	"gujo/discovery/replay"
	"gujo/discovery/snmp"
)

// planted are secrets that must be found nowhere, by where they were planted.
type planted struct {
	where, value []string
}

// at gives a new secret for a place.
func (p *planted) at(where string) string {
	return p.as(where, fmt.Sprintf("Pl4nt-%02d.qZ", len(p.value)+1))
}

func (p *planted) as(where, value string) string {
	p.where, p.value = append(p.where, where), append(p.value, value)
	return value
}

// in looks for the secrets in some bytes, in every form in which a program might
// have written them: as they are, as hexadecimal digits of whatever grouping, as
// Base64 wherever it begins, as UTF-16, as sub-identifiers of an OID.
func (p *planted) in(data []byte) []string {
	var out []string
	bare := strings.NewReplacer(" ", "", ":", "", "-", "", "\n", "").Replace(strings.ToLower(string(data)))
	for i, s := range p.value {
		forms := map[string]bool{"as it is": bytes.Contains(data, []byte(s)), "in hexadecimal": strings.Contains(bare, hex.EncodeToString([]byte(s)))}
		for before := range 3 {
			text := base64.StdEncoding.EncodeToString([]byte("xx"[:before] + s))
			middle := text[4 : len(text)-4]
			forms["in Base64"] = forms["in Base64"] || bytes.Contains(data, []byte(middle))
		}
		for _, order := range []binary.AppendByteOrder{binary.LittleEndian, binary.BigEndian} {
			var wide []byte
			for _, unit := range utf16.Encode([]rune(s)) {
				wide = order.AppendUint16(wide, unit)
			}
			forms["in UTF-16"] = forms["in UTF-16"] || bytes.Contains(data, wide)
		}
		forms["in an OID"] = bytes.Contains(data, []byte(subIdentifiers(s)))
		for form, found := range forms {
			if found {
				out = append(out, fmt.Sprintf("%s (%s) %s", s, p.where[i], form))
			}
		}
	}
	slices.Sort(out)
	return out
}

func subIdentifiers(s string) string {
	var parts []string
	for _, octet := range []byte(s) {
		parts = append(parts, fmt.Sprint(octet))
	}
	return strings.Join(parts, ".")
}

// place is a directory in which commands are run.
type place struct {
	t       *testing.T
	dir     string
	printed bytes.Buffer // of all commands
}

func (p *place) gujo(want int, args ...string) {
	p.t.Helper()
	var out bytes.Buffer
	env := &command.Env{Stdout: &out, Stderr: &out, Getenv: os.Getenv, Now: time.Now, Width: 200}
	code := command.Main(context.Background(), args, env)
	if code != want && (want != 0 || code != 1) { // findings are no failure
		p.t.Errorf("gujo %s: exit code %d, want %d:\n%s", strings.Join(args, " "), code, want, &out)
	}
	p.printed.WriteString(out.String())
}

// read gives all that a store says, in every way in which it can be made to.
func (p *place) read(store string) {
	p.t.Helper()
	for _, args := range [][]string{
		{"diagnose", "--verdict", "fail,unknown,error,pass,not_applicable"}, {"diagnose", "--format", "json"}, {"diagnose", "--format", "csv", "--lang", "ko"},
		{"export"}, {"snapshots"}, {"report", "--lang", "ko", "-o", store + ".ko.pdf"}, {"report", "--lang", "en", "-o", store + ".en.pdf"},
	} {
		p.gujo(0, append(args, "--store", store)...)
	}
}

// everything gives what lies in the directory, as it is and unpacked.
func (p *place) everything() map[string][]byte {
	p.t.Helper()
	all := map[string][]byte{"what was printed": p.printed.Bytes()}
	err := filepath.WalkDir(p.dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		name := filepath.Base(path)
		all[name] = data
		switch filepath.Ext(name) {
		case ".zip":
			z, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
			if err != nil {
				return err
			}
			for _, f := range z.File {
				r, err := f.Open()
				if err != nil {
					return err
				}
				content, err := io.ReadAll(r)
				if err != nil {
					return err
				}
				all[name+" "+f.Name] = content
				if f.Name != "manifest.json" && strings.Contains(string(content), "|4x|") {
					vbs, err := snmp.ParseVarbinds(f.Name, content)
					if err != nil {
						return err
					}
					for _, vb := range vbs {
						all[name+" "+f.Name] = append(all[name+" "+f.Name], "\n"+vb.Value...)
					}
				}
			}
		case ".pdf":
			if program, err := exec.LookPath("pdftotext"); err == nil {
				text, err := exec.Command(program, "-raw", path, "-").Output()
				if err != nil {
					return err
				}
				all[name+" as text"] = text
			}
		}
		return nil
	})
	if err != nil {
		p.t.Fatal(err)
	}
	return all
}

const (
	parameters = "1.3.6.1.2.1.25.4.2.1.5."
	nameOfRun  = "1.3.6.1.2.1.25.4.2.1.2."
)

// talkative is a machine that tells secrets wherever one has been seen told.
func talkative(p *planted, community, user3 string) replay.Agent {
	a := replay.Agent{Name: "talkative", Addresses: []netip.Addr{netip.MustParseAddr("127.0.0.1")}}
	add := func(oid, value string) {
		a.Varbinds = append(a.Varbinds, snmp.Varbind{OID: oid, Type: snmp.OctetString, Value: value})
	}
	add("1.3.6.1.2.1.1.1.0", "Example OS 1.0\r\nenable password: "+p.at("sysDescr"))
	a.Varbinds = append(a.Varbinds, snmp.Varbind{OID: "1.3.6.1.2.1.1.2.0", Type: snmp.ObjectID, Value: "1.3.6.1.4.1.8072.3.2.10"},
		snmp.Varbind{OID: "1.3.6.1.2.1.1.3.0", Type: snmp.TimeTicks, Value: "471100"})
	add("1.3.6.1.2.1.1.4.0", "noc@example.kr reads with "+community) // no word announces it
	add("1.3.6.1.2.1.1.5.0", "talkative")
	add("1.3.6.1.2.1.1.6.0", "전산실 3층 "+community+"/"+hex.EncodeToString([]byte(community))+"/"+base64.StdEncoding.EncodeToString([]byte(community)))
	for i, alias := range []string{community, "uplink " + community + " to core", "v3 " + user3, "비밀번호: " + p.at("ifAlias, Korean")} {
		n := fmt.Sprint(i + 1)
		add("1.3.6.1.2.1.2.2.1.2."+n, "eth"+n)
		a.Varbinds = append(a.Varbinds, snmp.Varbind{OID: "1.3.6.1.2.1.2.2.1.3." + n, Type: snmp.Integer, Value: "6"})
		add("1.3.6.1.2.1.2.2.1.6."+n, "\x00\x1b\x54\x00\x00"+string(rune(i+1)))
		add("1.3.6.1.2.1.31.1.1.1.1."+n, "eth"+n)
		add("1.3.6.1.2.1.31.1.1.1.18."+n, alias)
	}
	row := "0.1.1"
	for column, value := range map[string]string{"5": "\x00\x1b\x54\x00\x01\x00", "7": "Gi1/0/1", "8": "to https://admin:" + p.at("lldpRemPortDesc") + "@10.0.0.9/", "9": "core-1",
		"10": "config at ftp://backup:" + p.at("lldpRemSysDesc") + "@10.0.0.9/core-1.cfg, community " + community} {
		add("1.0.8802.1.1.2.1.4.1.1."+column+"."+row, value)
	}
	a.Varbinds = append(a.Varbinds, snmp.Varbind{OID: "1.0.8802.1.1.2.1.4.1.1.4." + row, Type: snmp.Integer, Value: "4"},
		snmp.Varbind{OID: "1.0.8802.1.1.2.1.4.1.1.6." + row, Type: snmp.Integer, Value: "5"})
	for i, run := range programs(p) {
		n := fmt.Sprint(1000 + i)
		name, arguments, _ := strings.Cut(run, " ")
		add(nameOfRun+n, name)
		add(parameters+n, arguments)
	}
	add("1.3.6.1.2.1.25.3.8.1.2.1", "/mnt")
	add("1.3.6.1.2.1.25.3.8.1.3.1", "smb://backup:"+p.at("hrFSRemoteMountPoint")+"@10.0.0.8/share")
	// What must not even be asked for.
	for _, root := range snmp.Secrets() {
		s := p.at(root)
		add(root+".1."+subIdentifiers(s), s)
	}
	return a
}

// programs are such as people start with a secret in their arguments.
func programs(p *planted) []string {
	return []string{
		"mysqldump -u root -p" + p.at("-pSECRET") + " minwon",
		"mysql --password=" + p.as("--password=, punctuated", "Pl4nt,p;u)n&c%t"),
		"java -Dspring.datasource.password=" + p.at("-D…password=") + " -jar minwon.jar",
		"java -Djavax.net.ssl.keyStorePassword=\"" + p.as("quoted, with a blank", "Pl4nt with blank") + "\" -jar x.jar",
		"psql postgres://app:" + p.at("postgres://") + "@db1:5432/minwon",
		"env PGPASSWORD=" + p.at("PGPASSWORD=") + " pg_dump",
		"curl -u admin:" + p.at("curl -u") + " https://10.0.0.9/",
		"curl -H Authorization: Bearer " + p.at("Bearer") + " https://10.0.0.9/",
		"snmpd -c " + p.at("snmpd -c") + " -v1",
		"snmptrap -v3 -u trap -A " + p.at("snmptrap -A") + " -X " + p.at("snmptrap -X") + " 10.0.0.9",
		"sshpass -p " + p.at("sshpass -p") + " ssh backup@10.0.0.9",
		"ldapsearch -D cn=admin -w " + p.at("ldapsearch -w"),
		"redis-cli -h 10.0.0.9 -a " + p.at("redis-cli -a"),
		"agent --api-key " + p.at("--api-key") + " --token=" + p.at("--token="),
		"sqlplus scott/" + p.at("sqlplus") + "@ORCL",
		"smbclient //nas/x -U backup%" + p.at("smbclient -U"),
	}
}

// Whatever is planted in what devices answer, in what they must not be asked for,
// in the inventory, in the environment and in the walks of others: none of it is
// in a bundle, a store, a list of findings, a report, or on the terminal.
func TestPlantedSecretsAreNowhereInWhatTheProgramLeaves(t *testing.T) {
	p := &planted{}
	inputs, dir := t.TempDir(), t.TempDir()
	t.Chdir(dir)
	write := func(name string, mode os.FileMode, data string) string {
		path := filepath.Join(inputs, name)
		if err := os.WriteFile(path, []byte(data), mode); err != nil {
			t.Fatal(err)
		}
		return path
	}

	// The environment: what is referred to, and what is none of our business.
	community := p.at("the community asked with, env:")
	authKey, privKey := p.at("auth_key, file:"), p.at("priv_key, env:")
	t.Setenv("GUJO_PLANTED_COMMUNITY", community)
	t.Setenv("GUJO_PLANTED_OTHER", p.at("a community that nobody accepts"))
	t.Setenv("GUJO_PLANTED_PRIV", privKey)
	t.Setenv("GUJO_PLANTED_NUMBER", p.as("a community of digits", "8820461735"))
	t.Setenv("AWS_SECRET_ACCESS_KEY", p.at("AWS_SECRET_ACCESS_KEY"))
	t.Setenv("https_proxy", "http://proxy:"+p.at("https_proxy")+"@10.0.0.9:3128")
	authFile := write("auth", 0o600, authKey+"\n")

	a := talkative(p, community, authKey+" "+privKey)
	var mu sync.Mutex
	var asked []string
	server, err := replay.Start([]replay.Agent{a}, replay.Options{Community: community,
		Users: []replay.User{{Name: "auditor", Auth: "sha256", AuthKey: authKey, Priv: "aes", PrivKey: privKey}},
		Observe: func(_ netip.Addr, _ byte, objects []string) {
			mu.Lock()
			asked = append(asked, objects...)
			mu.Unlock()
		}})
	if err != nil {
		t.Fatal(err)
	}
	defer server.Close()
	target := server.Agents()[0].At.String()

	inventory := func(name, credentials string) string {
		contact := "02-0000-0000"
		if strings.Contains(credentials, "GUJO_PLANTED_COMMUNITY") {
			contact = "read with " + community // what no credential names cannot be known
		}
		return write(name, 0o600, `# the old password: `+p.at("a comment of the inventory")+`
zone: planted
targets:
  - {address: "`+target+`"}
credentials:
`+credentials+`
services:
  - id: minwon
    name: Civil petitions
    grade: 1
    owner: "https://owner:`+p.at("an address in the inventory")+`@10.0.0.9/"
    contact: "`+contact+`"
    entered_at: "127.0.0.1:443/tcp"
`)
	}
	// The first is accepted; of the others no agent is told, but they are known.
	site := `  - {name: site, snmp: v2c, community: "env:GUJO_PLANTED_COMMUNITY"}
`
	core := `  - {name: core, snmp: v3, user: auditor, auth: sha256, auth_key: "file:` + authFile + `", priv: aes, priv_key: "env:GUJO_PLANTED_PRIV"}
`
	v2c := inventory("v2c.yaml", site+core+`  - {name: other, snmp: v2c, community: "env:GUJO_PLANTED_OTHER"}
  - {name: digits, snmp: v1, community: "env:GUJO_PLANTED_NUMBER"}`)
	v3 := inventory("v3.yaml", core+site)
	wrong := inventory("wrong.yaml", `  - {name: core, snmp: v3, user: auditor, auth: sha256, auth_key: "env:GUJO_PLANTED_OTHER", priv: aes, priv_key: "env:GUJO_PLANTED_PRIV"}`)
	unset := inventory("unset.yaml", `  - {name: core, snmp: v3, user: auditor, auth: sha256, auth_key: "file:`+write("open", 0o644, p.at("a file that all may read"))+`", priv: aes, priv_key: "env:GUJO_PLANTED_UNSET"}`)
	clear := inventory("clear.yaml", `  - {name: site, snmp: v2c, community: `+p.at("a community in clear")+`}
  - {name: core, snmp: v3, user: a, auth: `+p.at("in the place of a protocol")+`, auth_key: "`+p.at("auth_key in clear")+`", priv: aes, priv_key: |
      `+p.at("priv_key over lines")+`}`)

	g := &place{t: t, dir: dir}
	g.gujo(0, "discover", "-i", v2c, "--bundle", "v2c.zip", "--store", "v2c.db")
	g.gujo(0, "discover", "-i", v3, "--bundle", "v3.zip", "--store", "v3.db")
	g.gujo(0, "collect", "-i", v2c, "-o", "collected.zip")
	g.gujo(2, "discover", "-i", wrong, "--bundle", "wrong.zip", "--store", "wrong.db")
	g.gujo(2, "discover", "-i", unset, "--bundle", "unset.zip")
	g.gujo(2, "discover", "-i", clear, "--bundle", "clear.zip")
	g.gujo(2, "import", "v2c.zip", "-i", clear, "--bundle", "clear.zip")
	g.gujo(2, "discover", target, "--snmp", p.at("--snmp in clear"), "--bundle", "typed.zip")
	g.gujo(2, "discover", target, "-c"+p.at("-c in clear"), "--bundle", "typed.zip")
	g.gujo(2, "discover", "admin:"+p.at("in an address typed")+"@10.0.0.9", "--snmp", "env:GUJO_PLANTED_OTHER", "--bundle", "typed.zip")
	g.gujo(2, "verify", "https://admin:"+p.at("a URL typed for a file")+"@10.0.0.9/b.zip")
	g.gujo(0, "discover", "-i", v2c, "--dry-run")

	// What others recorded.
	inClear := p.at("snmpCommunityName in a walk")
	told := p.at("a pasted -c")
	var walk, records strings.Builder
	fmt.Fprintf(&walk, "[root@nms ~]# snmpwalk -v2c -c %s -On 10.0.0.2\n", told)
	fmt.Fprintf(&walk, ".1.3.6.1.2.1.1.5.0 = STRING: \"walked\"\n.1.3.6.1.2.1.1.4.0 = STRING: \"%s or %s\"\n", told, inClear)
	fmt.Fprintf(&walk, ".1.3.6.1.2.1.1.6.0 = STRING: \"room 3\npassword:\n%s\"\n", p.at("a value over lines in a walk"))
	fmt.Fprintf(&walk, ".1.3.6.1.2.1.25.4.2.1.2.7 = STRING: \"mysql\"\n.1.3.6.1.2.1.25.4.2.1.5.7 = Hex-STRING: % X\n", "-p"+p.at("Hex-STRING in a walk"))
	fmt.Fprintf(&walk, ".1.3.6.1.6.3.18.1.1.1.2.%s = STRING: \"%s\"\n", subIdentifiers(inClear), inClear)
	fmt.Fprintf(&walk, "SNMP-COMMUNITY-MIB::snmpCommunityName.\"x\" = STRING: %s\n", p.at("snmpCommunityName by name"))
	fmt.Fprintf(&walk, ".1.3.6.1.2.1.1.5.0 = STRING: \"walked\"\n$ snmpget -v3 -A '%s' -X %s 10.0.0.2\n", p.at("a pasted -A"), p.at("a pasted -X"))
	walkFile := write("10.0.0.2.txt", 0o600, walk.String())
	for i, run := range programs(p) {
		name, arguments, _ := strings.Cut(run, " ")
		fmt.Fprintf(&records, "%s%d|4|%s\n%s%d|4x|%x\n", nameOfRun, i+1, name, parameters, i+1, arguments)
	}
	fmt.Fprintf(&records, "1.3.6.1.2.1.1.4.0|4|%s\n1.3.6.1.2.1.1.5.0|4|recorded\n", community)
	fmt.Fprintf(&records, "1.3.6.1.2.1.47.1.2.1.1.4.1|4|%s\n", p.at("entLogicalCommunity in .snmprec"))
	var packed bytes.Buffer
	z := gzip.NewWriter(&packed)
	z.Write([]byte(records.String()))
	z.Close()
	recordFile := write("10.0.0.3.snmprec.gz", 0o600, packed.String())
	graphFile := write("site.jsonl", 0o600, `{"schema":"gujo/graph/v1","created":"2026-03-02T00:00:00Z"}
{"component":"server/db1","kind":"server","name":"db1","attrs":{"console":"https:\/\/admin:`+p.at("escaped, in a graph")+`@10.0.0.9/","url":"ftp://a:`+p.at("an address in a graph")+`@10.0.0.9/"}}
`)
	g.gujo(0, "import", walkFile, recordFile, "-i", v2c, "--bundle", "walks.zip", "--store", "walks.db")
	g.gujo(0, "import", graphFile, "--bundle", "graph.zip", "--store", "graph.db")
	for _, store := range []string{"v2c.db", "v3.db", "walks.db", "graph.db"} {
		g.read(store)
	}
	for _, bundle := range []string{"v2c.zip", "v3.zip", "collected.zip", "walks.zip", "graph.zip"} {
		g.gujo(0, "verify", bundle)
	}

	if len(p.value) < 30 {
		t.Fatalf("only %d secrets were planted", len(p.value))
	}
	all := g.everything()
	size := 0
	for name, data := range all {
		size += len(data)
		for _, found := range p.in(append(data, name...)) {
			t.Errorf("%s: %s", name, found)
		}
	}
	t.Logf("%d secrets, %d files and entries of %d bytes", len(p.value), len(all), size)
	for _, object := range asked {
		for _, secret := range snmp.Secrets() {
			if _, under := snmp.Under(object, secret); under || object == secret {
				t.Errorf("%s was asked for", object)
			}
		}
	}
	judgeEvidence(t, all)
}

// judgeEvidence holds what must be left: who masks everything finds nothing
// either.
func judgeEvidence(t *testing.T, all map[string][]byte) {
	port := regexp.MustCompile(`/127\.0\.0\.1_[0-9]+/`) // the agent's, another in each run
	for name, data := range all {
		all[port.ReplaceAllString(name, "/127.0.0.1/")] = data
	}
	for _, want := range []struct{ file, text string }{
		{"v2c.zip snmp/planted/127.0.0.1_*/hrSWRunTable", "|4|-u root -p(redacted) minwon"},
		{"v2c.zip snmp/planted/127.0.0.1_*/ifXTable", "uplink (redacted) to core"},
		{"v2c.zip snmp/planted/127.0.0.1_*/system", "noc@example.kr reads with (redacted)"},
		{"v2c.zip manifest.json", evidence.RuleKnown},
		{"v2c.zip inventory/planted/inventory/target", "read with (redacted)"},
		{"walks.zip file/10.0.0.2", "room 3"},
		{"walks.zip manifest.json", snmp.RuleSecretObject},
		{"graph.zip file/site.jsonl", "admin:(redacted)@10.0.0.9"},
	} {
		var found bool
		var data []byte
		var names []string
		for name := range all {
			if fits, _ := path.Match(want.file, name); fits { // * is the agent's port
				found, data = true, all[name]
			} else if strings.HasPrefix(name, want.file[:4]) {
				names = append(names, name)
			}
		}
		if !found {
			slices.Sort(names)
			t.Errorf("there is no %s, but %s", want.file, strings.Join(names, ", "))
		} else if !strings.Contains(string(data), want.text) {
			t.Errorf("%s has no %q:\n%s", want.file, want.text, data)
		}
	}
}
