package sources

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf16"

	"gujo/discovery"
	"gujo/discovery/evidence"
	"gujo/discovery/resolve"
	"gujo/discovery/snmp"
	"strconv"
)

const (
	walkText  = "SNMPv2-MIB::sysName.0 = STRING: core-1\n"
	record    = "1.3.6.1.2.1.1.5.0|4|core-2\n"
	graphText = `{"schema":"gujo/graph/v1"}` + "\n" + `{"component":"server/web","kind":"server"}` + "\n"
	graphYAML = "components:\n  - {component: server/web, kind: server}\n"
	declared  = "zone: default\nservices:\n  - {id: minwon, grade: 1}\n"
)

var changed = time.Date(2025, 11, 3, 4, 5, 6, 0, time.UTC)

// write gives a file of a name and content, last changed at a known time.
func write(t testing.TB, name, content string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Chtimes(path, changed, changed); err != nil {
		t.Fatal(err)
	}
	return path
}

func gzipped(t testing.TB, text string) string {
	t.Helper()
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	if _, err := z.Write([]byte(text)); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func wide(text string) string {
	b := []byte{0xff, 0xfe}
	for _, u := range utf16.Encode([]rune(text)) {
		b = binary.LittleEndian.AppendUint16(b, u)
	}
	return string(b)
}

// wrapped makes a bundle, of what add puts in, and gives it opened.
func wrapped(t testing.TB, add func(w *evidence.Writer)) *evidence.Bundle {
	t.Helper()
	path := filepath.Join(t.TempDir(), "b.zip")
	w, err := evidence.Create(path, evidence.Manifest{Zone: "default", Created: changed})
	if err != nil {
		t.Fatal(err)
	}
	add(w)
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	b, err := evidence.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { b.Close() })
	return b
}

// wrap wraps one file into a bundle of its own.
func wrap(t testing.TB, path, format string) (e evidence.Entry, data []byte, err error) {
	t.Helper()
	b := wrapped(t, func(w *evidence.Writer) { e, err = Wrap(w, path, "default", format) })
	if err != nil {
		return e, nil, err
	}
	if data, err = b.Read(e); err != nil {
		t.Fatal(err)
	}
	return e, data, nil
}

func TestAFormatIsFoundByContentAndNotByName(t *testing.T) {
	for _, c := range []struct{ name, file, content, want string }{
		{"a walk", "core.txt", walkText, snmp.FormatSnmpwalk},
		{"a walk that is called a recording", "core.snmprec", walkText, snmp.FormatSnmpwalk},
		{"a recording without a name's end", "core", record, snmp.FormatSnmprec},
		{"a recording behind comments", "core.txt", "# from the field\n\n" + record, snmp.FormatSnmprec},
		{"a packed walk", "core.txt.gz", gzipped(t, walkText), snmp.FormatSnmpwalk},
		{"a packed walk that does not say so", "core", gzipped(t, walkText), snmp.FormatSnmpwalk},
		{"a walk in UTF-16", "core.txt", wide(walkText), snmp.FormatSnmpwalk},
		{"a recording in UTF-16", "core.txt", wide(record), snmp.FormatSnmprec},
		{"a graph", "site.jsonl", graphText, FormatGraph},
		{"a graph that is called text", "site.txt", graphText, FormatGraph},
		{"a graph in YAML", "site.yaml", graphYAML, FormatGraph},
	} {
		t.Run(c.name, func(t *testing.T) {
			e, _, err := wrap(t, write(t, c.file, c.content), "")
			if err != nil || e.Format != c.want {
				t.Errorf("%q, %v, want %q", e.Format, err, c.want)
			}
		})
	}
}

func TestAFileThatNothingUnderstandsSaysWhatWasTried(t *testing.T) {
	for _, c := range []struct {
		name, file, content, format string
		unknown                     bool
		want                        []string
	}{
		{"a configuration", "router.cfg", "hostname core-1\ninterface Gi0/1\n", "", true, []string{"router.cfg", "snmpwalk", "snmprec", "graph", "--format"}},
		{"nothing", "empty.txt", "", "", true, []string{"empty.txt"}},
		{"YAML that is no graph", "site.yaml", "targets: []\n", "", true, []string{"site.yaml"}},
		{"a graph in UTF-16", "site.jsonl", wide(graphText), "", true, []string{"site.jsonl", "UTF-16", "UTF-8"}},
		{"a format that is none", "core.txt", walkText, "netflow", false, []string{"core.txt", `"netflow"`, "snmpwalk"}},
		{"a graph with a wrong line", "site.jsonl", graphText + `{"component":"x/y","kind":"no_such"}` + "\n", "", false, []string{"site.jsonl:3", "no_such"}},
		{"a packed file cut short", "core.txt.gz", gzipped(t, walkText)[:20], "", false, []string{"core.txt.gz", "gzip"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, _, err := wrap(t, write(t, c.file, c.content), c.format)
			if err == nil {
				t.Fatal("it is taken")
			}
			if errors.Is(err, ErrUnknownFormat) != c.unknown {
				t.Errorf("%v: counts as of unknown format: want %v", err, c.unknown)
			}
			for _, word := range c.want {
				if !strings.Contains(err.Error(), word) {
					t.Errorf("%q lacks %q", err, word)
				}
			}
		})
	}
}

func TestWhatIsNoFileIsAnErrorThatNamesIt(t *testing.T) {
	dir := t.TempDir()
	for name, path := range map[string]string{"a directory": dir, "nothing": filepath.Join(dir, "absent.txt")} {
		if _, _, err := wrap(t, path, ""); err == nil || errors.Is(err, ErrUnknownFormat) || !strings.Contains(err.Error(), path) {
			t.Errorf("%s: %v", name, err)
		}
		if _, err := IsBundle(path); err == nil {
			t.Errorf("%s may be a bundle", name)
		}
	}
	if is, err := IsBundle(write(t, "short", "P")); is || err != nil {
		t.Errorf("one letter: %v, %v", is, err)
	}
}

// What is wrapped is what the file held, unpacked, with the time of its last change.
func TestAWrappedFileKeepsItsBytesItsTimeAndItsName(t *testing.T) {
	for _, c := range []struct{ name, file, content, bytes, target, kept string }{
		{"plain", "core-1.txt", walkText, walkText, "core-1.txt", ""},
		{"packed", "core-1.txt.gz", gzipped(t, walkText), walkText, "core-1.txt", ""},
		{"an address in the name", "site_10.0.0.7.snmprec", record, record, "10.0.0.7", "site_10.0.0.7.snmprec"},
		{"UTF-16", "core-1.txt", wide(walkText), wide(walkText), "core-1.txt", ""},
		{"a name in Korean", "본관.txt", walkText, walkText, "본관.txt", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			e, data, err := wrap(t, write(t, c.file, c.content), "")
			if err != nil {
				t.Fatal(err)
			}
			sum := sha256.Sum256([]byte(c.bytes))
			if string(data) != c.bytes || e.Digest != "sha256:"+hex.EncodeToString(sum[:]) || e.Size != int64(len(c.bytes)) {
				t.Errorf("%d bytes with the digest %s are not the file's %d", e.Size, e.Digest, len(c.bytes))
			}
			if !e.Collected.Equal(changed) || e.Outcome != evidence.Complete || e.Collector != "file" || e.Zone != "default" || len(e.Redactions) > 0 {
				t.Errorf("%+v", e)
			}
			if e.Target != c.target || e.Attrs["file"] != c.kept {
				t.Errorf("target %q, file %q, want %q, %q", e.Target, e.Attrs["file"], c.target, c.kept)
			}
		})
	}
}

func TestSecretsOfAFileAreMaskedAndTheRuleIsKept(t *testing.T) {
	for name, content := range map[string]string{
		"a walk":           "$ snmpwalk -v2c -c S3cretword 10.0.0.1\n" + walkText,
		"a graph":          `{"schema":"gujo/graph/v1"}` + "\n" + `{"component":"server/web","kind":"server","attrs":{"url":"https://admin:S3cretword@10.0.0.1/"}}` + "\n",
		"a graph, escaped": `{"schema":"gujo/graph/v1"}` + "\n" + `{"component":"server/web","kind":"server","attrs":{"url":"https:\u002f\u002fadmin:S3cretword@10.0.0.1/"}}` + "\n",
	} {
		t.Run(name, func(t *testing.T) {
			e, data, err := wrap(t, write(t, "f", content), "")
			if err != nil {
				t.Fatal(err)
			}
			if bytes.Contains(data, []byte("S3cretword")) || !bytes.Contains(data, []byte(evidence.Marker)) || len(e.Redactions) == 0 {
				t.Errorf("by %v it became\n%s", e.Redactions, data)
			}
		})
	}
}

func TestABundleOfAllSortsIsReadWhole(t *testing.T) {
	inv := write(t, "inventory.yaml", declared)
	b := wrapped(t, func(w *evidence.Writer) {
		for _, path := range []string{write(t, "10.0.0.2.snmprec", record), write(t, "core-1.txt", walkText), write(t, "site.jsonl", graphText), write(t, "site.yaml", graphYAML)} {
			if _, err := Wrap(w, path, "default", ""); err != nil {
				t.Fatal(err)
			}
		}
		if err := AddInventory(w, inv, "default"); err != nil {
			t.Fatal(err)
		}
		for _, e := range []evidence.Entry{
			{Collector: "snmp", Format: "varbinds", Target: "10.0.0.3", Table: "system", Outcome: evidence.Complete},
			{Collector: "snmp", Format: "varbinds", Target: "10.0.0.3", Table: "ifTable", Outcome: evidence.Empty},
			{Collector: "later", Format: "netflow", Target: "10.0.0.4", Table: "flows", Outcome: evidence.Complete},
		} {
			e.Zone, e.Collected = "default", changed
			if _, err := w.Add(e, []byte("1.3.6.1.2.1.1.5.0|4|core-3\n")); err != nil {
				t.Fatal(err)
			}
		}
	})
	c, err := Read(b)
	if err != nil {
		t.Fatal(err)
	}
	names, gaps := map[string]string{}, []discovery.Gap{}
	for _, r := range c.Readings {
		for _, o := range r.Observations {
			if m, ok := o.(discovery.Machine); ok {
				names[m.Target] = m.Name
				if m.Sources[0].Collected.IsZero() || !strings.HasPrefix(m.Sources[0].Ref, "sha256:") {
					t.Errorf("the name of %s rests on %+v", m.Target, m.Sources[0])
				}
			}
		}
		for _, g := range r.Gaps {
			if g.Reason == evidence.ReasonUnparsed {
				gaps = append(gaps, g)
			}
		}
	}
	if len(names) != 3 || names["10.0.0.2"] != "core-2" || names["core-1.txt"] != "core-1" || names["10.0.0.3"] != "core-3" {
		t.Errorf("machines by target: %v", names)
	}
	if len(gaps) != 1 || gaps[0].Target != "10.0.0.4" || gaps[0].Table != "flows" || !strings.Contains(gaps[0].Detail, "netflow") {
		t.Errorf("what no source understands is no gap: %+v", gaps)
	}
	for _, g := range c.Graphs {
		if g.Created.IsZero() {
			t.Errorf("the graph of %d components is of no time", len(g.Components))
		}
	}
	if len(c.Graphs) != 2 || len(c.Graphs[0].Components) != 1 || len(c.Graphs[1].Components) != 1 {
		t.Errorf("%d graphs", len(c.Graphs))
	}
	if len(c.Inventories) != 1 || len(c.Inventories[0].Services) != 1 || c.Inventories[0].Ref == "" || !c.Inventories[0].Read.Equal(changed) {
		t.Errorf("inventories: %+v", c.Inventories)
	}
}

func TestAnInventoryWithAnErrorNamesItsLine(t *testing.T) {
	path := write(t, "inventory.yaml", declared+"    rto: soon\n")
	var err error
	wrapped(t, func(w *evidence.Writer) { err = AddInventory(w, path, "default") })
	if err == nil || !strings.Contains(err.Error(), path+":4") {
		t.Errorf("%v, want the line of %s", err, path)
	}
}

func TestEveryFormatBelongsToOneSource(t *testing.T) {
	seen := map[string]string{}
	for _, s := range All() {
		for _, f := range s.Formats {
			if other, twice := seen[f]; twice {
				t.Errorf("%s belongs to %s and %s", f, other, s.Name)
			}
			seen[f] = s.Name
			if sourceOf(f) != s.Name || !slices.Contains(Formats(), f) {
				t.Errorf("%s is not found again", f)
			}
		}
	}
	if sourceOf(FormatGraph) != "" || sourceOf(FormatInventory) != "" {
		t.Error("a source has what is nobody's")
	}
}

func FuzzDetect(f *testing.F) {
	for _, s := range []string{walkText, record, graphText, graphYAML, declared, wide(walkText), wide(graphText), "PK\x03\x04", ""} {
		f.Add("a.yaml", []byte(s))
		f.Add("a.txt", []byte(s))
	}
	f.Fuzz(func(t *testing.T, name string, data []byte) {
		format, err := Detect(name, data)
		switch {
		case err != nil && !errors.Is(err, ErrUnknownFormat):
			t.Fatal(err)
		case err == nil && !slices.Contains(Formats(), format):
			t.Fatalf("%q is no format", format)
		case err == nil:
			redact(format, data)
		}
	})
}

func TestASnapshotIsOfTheTimeOfItsNewestEvidenceWhateverThatIs(t *testing.T) {
	newest := changed.Add(time.Hour)
	file := func(name, text, format string) func(w *evidence.Writer) {
		return func(w *evidence.Writer) {
			path := write(t, name, text)
			if err := os.Chtimes(path, newest, newest); err != nil {
				t.Fatal(err)
			}
			if _, err := Wrap(w, path, "default", format); err != nil {
				t.Fatal(err)
			}
		}
	}
	entry := func(e evidence.Entry) func(w *evidence.Writer) {
		return func(w *evidence.Writer) {
			e.Zone, e.Target, e.Collected = "default", "10.0.0.9", newest
			if _, err := w.Add(e, nil); err != nil {
				t.Fatal(err)
			}
		}
	}
	for _, tt := range []struct {
		name string
		add  func(w *evidence.Writer)
		want time.Time
	}{
		{"a device that did not answer", entry(evidence.Entry{Collector: "snmp", Format: "varbinds", Outcome: evidence.Gap, Reason: evidence.ReasonUnreachable}), newest},
		{"a table that could not be read", entry(evidence.Entry{Collector: "snmp", Format: "varbinds", Table: "ifTable", Outcome: evidence.Gap, Reason: evidence.ReasonLoop}), newest},
		{"a table without rows", entry(evidence.Entry{Collector: "snmp", Format: "varbinds", Table: "ifTable", Outcome: evidence.Empty}), newest},
		{"a format that nothing understands", entry(evidence.Entry{Collector: "later", Format: "netflow", Outcome: evidence.Complete}), newest},
		{"a walk cut off in a quote", file("trunc.walk", ".1.3.6.1.2.1.1.1.0 = STRING: \"a switch\n", ""), newest},
		{"a walk said to be something else", file("10.0.0.5.walk", walkText, "snmprec"), newest},
		{"an inventory alone", func(w *evidence.Writer) {
			if err := AddInventory(w, write(t, "inventory.yaml", declared), "default"); err != nil {
				t.Fatal(err)
			}
		}, changed},
		{"nothing", func(*evidence.Writer) {}, changed},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c, err := Read(wrapped(t, tt.add))
			if err != nil {
				t.Fatal(err)
			}
			s, err := resolve.Resolve(resolve.Input{Readings: c.Readings, Inventories: c.Inventories})
			if err != nil {
				t.Fatal(err)
			}
			if !s.Created.Equal(tt.want) {
				t.Errorf("the snapshot is of %v, want %v", s.Created, tt.want)
			}
		})
	}
}

// Who follows a reference finds the entry by its target, and the line in its bytes.
func TestWhatIsCitedOfAnInventoryStandsInItsEntry(t *testing.T) {
	text := "services:\n  - id: minwon\n    requires:\n      - web # password: S3cretword\n"
	b := wrapped(t, func(w *evidence.Writer) {
		if err := AddInventory(w, write(t, "site.yaml", text), "default"); err != nil {
			t.Fatal(err)
		}
	})
	c, err := Read(b)
	if err != nil {
		t.Fatal(err)
	}
	s, err := resolve.Resolve(resolve.Input{Inventories: c.Inventories})
	if err != nil {
		t.Fatal(err)
	}
	e := b.Entries()[0]
	data, err := b.Read(e)
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(string(data), "\n")
	var cited []string
	for _, v := range s.Evidence {
		locator, ok := strings.CutPrefix(v.Ref, e.Digest+"#")
		n, err := strconv.Atoi(locator)
		if !ok || err != nil || v.Target != e.Target || v.Value != strings.TrimSpace(lines[n-1]) {
			t.Errorf("%+v is nothing that stands in entry %s of %s", v, e.Digest, e.Target)
		}
		cited = append(cited, v.Value)
	}
	if want := []string{"- id: minwon", "- web # password: " + evidence.Marker}; !slices.Equal(cited, want) {
		t.Errorf("cited is %q, want %q", cited, want)
	}
	for n := range lines {
		if got := c.Inventories[0].Text(n + 1); got != strings.TrimSpace(lines[n]) || strings.Contains(got, "S3cret") {
			t.Errorf("line %d is %q, in the entry %q", n+1, got, lines[n])
		}
	}
	if e.Attrs["file"] != "site.yaml" {
		t.Errorf("the entry does not name the file: %v", e.Attrs)
	}
}
