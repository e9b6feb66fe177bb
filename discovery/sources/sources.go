// Package sources lists what Gujo reads, and reads whole bundles with it: which
// interpreter understands which entries, and how the format of an imported file
// is found.
package sources

import (
	"bytes"
	"cmp"
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"

	"gujo/discovery"
	"gujo/discovery/evidence"
	"gujo/discovery/inventory"
	"gujo/discovery/snmp"
	"gujo/graph"
	"gujo/graph/exchange"
)

// The formats of entries that are not a source's own.
const (
	FormatGraph     = "graph"     // gujo/graph/v1, taken as it is
	FormatInventory = "inventory" // the inventory, without its secrets
	FormatOpenPSA   = exchange.OpenPSA
	FormatGraphML   = exchange.GraphML
)

// TargetInventory is the target of an inventory's entry, and of what the graph
// cites of it: not a device, but a person said so. The file's name is the entry's
// attribute "file".
const TargetInventory = "inventory"

// isGraphFormat reports whether an entry of a format is a whole graph.
func isGraphFormat(format string) bool {
	return format == FormatGraph || format == FormatOpenPSA || format == FormatGraphML
}

// Source is one kind of evidence.
type Source struct {
	Name    string
	Formats []string
	// Detect finds the format of a file by its content.
	Detect func(data []byte) (format string, ok bool)
	// Redact replaces the secrets in a file of one of the formats, and gives the
	// names of the rules that did.
	Redact func(format string, data []byte) ([]byte, []string)
	// Interpret reads all entries of one subject; it is a pure function.
	Interpret func(entries []snmp.EntryData) discovery.Reading
}

// All lists the sources.
func All() []Source {
	return []Source{
		{
			Name:      "snmp",
			Formats:   []string{snmp.FormatVarbindsName, snmp.FormatSnmprec, snmp.FormatSnmpwalk},
			Detect:    snmp.Detect,
			Redact:    snmp.Redact,
			Interpret: snmp.Interpret,
		},
	}
}

// Contents is what a bundle holds, read.
type Contents struct {
	Readings    []discovery.Reading
	Inventories []*inventory.Inventory
	Graphs      []*graph.Snapshot
}

// Read interprets every entry of a bundle. An entry that nothing understands
// becomes a gap; only a bundle that cannot be read at all, or an inventory or
// graph with an error in it, gives an error.
func Read(b *evidence.Bundle) (Contents, error) {
	var out Contents
	type subject struct{ source, zone, target string }
	bySubject := map[subject][]snmp.EntryData{}
	for _, e := range b.Entries() {
		data, err := b.Read(e)
		if err != nil {
			return out, err
		}
		switch e.Format {
		case FormatInventory:
			inv, err := inventory.Parse(cmp.Or(e.Attrs["file"], e.Target), data)
			if err != nil {
				return out, err
			}
			inv.Ref, inv.Read = e.Digest, e.Collected
			out.Inventories = append(out.Inventories, inv)
		case FormatGraph, FormatOpenPSA, FormatGraphML:
			g, err := readGraph(e.Format, e.Target, data, e.Collected)
			if err != nil {
				return out, err
			}
			out.Graphs = append(out.Graphs, g)
		default:
			name := sourceOf(e.Format)
			if name == "" {
				out.Readings = append(out.Readings, discovery.Reading{Collected: e.Collected, Gaps: []discovery.Gap{{
					Subject: discovery.Subject{Zone: e.Zone, Target: e.Target}, Table: e.Table,
					Reason: evidence.ReasonUnparsed, Detail: fmt.Sprintf("entry %s has the unknown format %q", e.Name, e.Format),
				}}})
				continue
			}
			s := subject{name, e.Zone, e.Target}
			bySubject[s] = append(bySubject[s], snmp.EntryData{Entry: e, Data: data})
		}
	}
	if len(b.Entries()) == 0 { // the time of nothing is when nothing was found
		out.Readings = append(out.Readings, discovery.Reading{Collected: b.Manifest().Created})
	}
	subjects := make([]subject, 0, len(bySubject))
	for s := range bySubject {
		subjects = append(subjects, s)
	}
	slices.SortFunc(subjects, func(x, y subject) int {
		return cmp.Or(cmp.Compare(x.source, y.source), cmp.Compare(x.zone, y.zone), cmp.Compare(x.target, y.target))
	})
	for _, s := range subjects {
		for _, source := range All() {
			if source.Name == s.source {
				out.Readings = append(out.Readings, source.Interpret(bySubject[s]))
			}
		}
	}
	return out, nil
}

func sourceOf(format string) string {
	for _, s := range All() {
		if slices.Contains(s.Formats, format) {
			return s.Name
		}
	}
	return ""
}

func readGraph(format, name string, data []byte, fallback time.Time) (*graph.Snapshot, error) {
	switch format {
	case FormatOpenPSA:
		return exchange.ReadOpenPSA(name, bytes.NewReader(data), fallback)
	case FormatGraphML:
		return exchange.ReadGraphML(name, bytes.NewReader(data), fallback)
	}
	if ext := strings.ToLower(filepath.Ext(name)); ext == ".yaml" || ext == ".yml" {
		g, err := exchange.ReadYAML(name, data)
		if err != nil || !g.Created.IsZero() {
			return g, err
		}
		// It does not say of what time it is; JSON Lines may be given one.
		var lines bytes.Buffer
		if err := exchange.WriteJSONL(&lines, g); err != nil {
			return nil, err
		}
		data = lines.Bytes()
	}
	return exchange.ReadJSONL(name, bytes.NewReader(data), fallback)
}

// MaxFile bounds an imported file, unpacked, in bytes.
const MaxFile = 1 << 30

// ErrUnknownFormat: nothing understands the content of a file.
var ErrUnknownFormat = errors.New("unknown format")

// Wrap reads a file, finds its format unless it is given, and adds it to a
// bundle as one entry, its secrets replaced by markers. A gzip'ed file is unpacked
// first. The format of a file that nothing understands is an error that says what
// was tried.
func Wrap(w *evidence.Writer, path, zone, format string) (evidence.Entry, error) {
	info, err := os.Stat(path)
	if err != nil {
		return evidence.Entry{}, err
	}
	data, err := ReadFile(path)
	if err != nil {
		return evidence.Entry{}, fmt.Errorf("%s: %w", path, err)
	}
	name := strings.TrimSuffix(path, ".gz")
	if format == "" {
		if format, err = Detect(name, data); err != nil {
			return evidence.Entry{}, err
		}
	} else if !slices.Contains(Formats(), format) {
		return evidence.Entry{}, fmt.Errorf("%s: there is no format %q, want one of %s", path, format, strings.Join(Formats(), ", "))
	}
	data, rules := redact(format, data)
	if isGraphFormat(format) {
		// Wrong lines are told at once, by the file's own name.
		_, clean := w.Clean(evidence.Entry{Format: format}, data)
		if _, err := readGraph(format, name, clean, info.ModTime()); err != nil {
			return evidence.Entry{}, err
		}
	}
	return w.AddFile(name, zone, format, data, info.ModTime(), rules...)
}

// redact replaces the secrets of a file by markers. A graph is not what a device
// said, so it is taken as it is but for passwords in addresses.
func redact(format string, data []byte) ([]byte, []string) {
	switch format {
	case FormatGraph:
		return redactGraph(data)
	case FormatOpenPSA, FormatGraphML:
		if bytes.IndexByte(data, '@') >= 0 { // without, there is nothing to mask and no copy to make
			if masked, used := redactLines(string(data), nil); len(used) > 0 {
				return masked, used
			}
		}
		return data, nil
	}
	for _, s := range All() {
		if slices.Contains(s.Formats, format) {
			return s.Redact(format, data)
		}
	}
	return data, nil
}

// redactGraph masks user:password@ in the strings of a graph, JSON or YAML.
func redactGraph(data []byte) ([]byte, []string) {
	var used []string
	text := escaped.ReplaceAllStringFunc(string(data), func(s string) string {
		var plain string
		if !strings.Contains(s, "\\") || json.Unmarshal([]byte(s), &plain) != nil {
			return s
		}
		masked, rules := evidence.Redact(plain, evidence.URLRules())
		if len(rules) == 0 {
			return s
		}
		used = append(used, rules...)
		quoted, err := json.Marshal(masked)
		if err != nil {
			return `"` + evidence.Marker + `"`
		}
		return string(quoted)
	})
	masked, used := redactLines(text, used)
	if len(used) == 0 {
		return data, nil
	}
	return masked, used
}

// redactLines masks user:password@ in a text, line by line, and adds the rules that did.
func redactLines(text string, used []string) ([]byte, []string) {
	var out strings.Builder
	for line := range strings.Lines(text) {
		masked, rules := evidence.Redact(line, evidence.URLRules())
		used = append(used, rules...)
		out.WriteString(masked)
	}
	slices.Sort(used)
	return []byte(out.String()), slices.Compact(used)
}

// escaped finds strings in which an address may be hidden by escapes.
var escaped = regexp.MustCompile(`"(?:[^"\\\n]|\\.)*"`)

// Formats lists what an imported file may be, besides a bundle.
func Formats() []string {
	var all []string
	for _, s := range All() {
		all = append(all, s.Formats...)
	}
	return append(all, FormatGraph, FormatOpenPSA, FormatGraphML)
}

// Detect finds the format of a file by its content.
func Detect(name string, data []byte) (string, error) {
	if isGraph(name, data) {
		return FormatGraph, nil
	}
	if format, ok := exchange.DetectXML(data); ok {
		return format, nil
	}
	for _, s := range All() {
		if format, ok := s.Detect(data); ok {
			return format, nil
		}
	}
	if bytes.HasPrefix(data, []byte{0xff, 0xfe}) || bytes.HasPrefix(data, []byte{0xfe, 0xff}) {
		return "", fmt.Errorf("%s: %w: it is text in UTF-16, and no walk; save it as UTF-8", name, ErrUnknownFormat)
	}
	return "", fmt.Errorf("%s: %w: it is no bundle and none of %s; --format says which it is", name, ErrUnknownFormat, strings.Join(Formats(), ", "))
}

// isGraph looks for the format's name, which stands in the first line of JSON
// Lines; of YAML the file's name must say that it is YAML too.
func isGraph(name string, data []byte) bool {
	head := data[:min(len(data), 4096)]
	if first, _, _ := bytes.Cut(bytes.TrimLeft(head, " \t\r\n"), []byte("\n")); bytes.HasPrefix(first, []byte("{")) {
		return bytes.Contains(first, []byte(`"gujo/graph/`))
	}
	ext := strings.ToLower(filepath.Ext(name))
	return (ext == ".yaml" || ext == ".yml") && bytes.Contains(head, []byte("components:"))
}

// IsBundle reports whether a file begins as a bundle does.
func IsBundle(path string) (bool, error) {
	f, err := open(path)
	if err != nil {
		return false, err
	}
	defer f.Close()
	head := make([]byte, 4)
	n, err := io.ReadFull(f, head)
	if err != nil && !errors.Is(err, io.ErrUnexpectedEOF) && !errors.Is(err, io.EOF) {
		return false, err
	}
	return bytes.HasPrefix(head[:n], []byte("PK")), nil
}

// ErrNotAFile: what was named is a directory, a pipe or a device. A pipe would be
// waited for without end.
var ErrNotAFile = errors.New("not a regular file")

func open(path string) (*os.File, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, &fs.PathError{Op: "open", Path: path, Err: ErrNotAFile}
	}
	return os.Open(path)
}

// ReadFile gives a file's content, unpacked if it is gzip'ed. What is refused for
// its size is not held in memory first.
func ReadFile(path string) ([]byte, error) {
	f, err := open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	if info.Size() > MaxFile {
		return nil, TooLarge{MaxFile}
	}
	data, err := readBounded(f, info.Size(), MaxFile)
	if err != nil || !bytes.HasPrefix(data, []byte{0x1f, 0x8b}) {
		return data, err
	}
	if data, err = gunzip(data); err != nil {
		return nil, fmt.Errorf("gzip: %w", err)
	}
	return data, nil
}

// TooLarge is the error of a file that has, or unpacks to, more than Limit bytes.
type TooLarge struct{ Limit int64 }

func (e TooLarge) Error() string { return fmt.Sprintf("larger than %d bytes", e.Limit) }

// A gzip'ed file may unpack to freeFile bytes, or to maxRatio times its own size
// if that is more; a recorded walk packs some 20 to 1.
const (
	freeFile = 64 << 20
	maxRatio = 200
)

// gunzip unpacks twice: first to see how much it is.
func gunzip(packed []byte) ([]byte, error) {
	z, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		return nil, err
	}
	limit := min(MaxFile, max(freeFile, maxRatio*int64(len(packed))))
	size, err := io.Copy(io.Discard, io.LimitReader(z, limit+1))
	switch {
	case err != nil:
		return nil, err
	case size > limit:
		return nil, TooLarge{limit}
	}
	if err := z.Reset(bytes.NewReader(packed)); err != nil {
		return nil, err
	}
	return readBounded(z, size, limit)
}

// readBounded reads what has, as far as is known, the given size.
func readBounded(r io.Reader, size, limit int64) ([]byte, error) {
	// The spare room lets it see the end without growing.
	b := bytes.NewBuffer(make([]byte, 0, size+bytes.MinRead))
	n, err := b.ReadFrom(io.LimitReader(r, limit+1))
	if err == nil && n > limit {
		err = TooLarge{limit}
	}
	return b.Bytes(), err
}

// AddInventory wraps an inventory, its secrets replaced by markers. One that can
// then not be read, because a value that the writer guards stands where a number
// or a name has to, is an error.
func AddInventory(w *evidence.Writer, path, zone string) error {
	info, err := os.Stat(path)
	if err != nil {
		return err
	}
	data, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	redacted, rules := inventory.Redact(data)
	e, redacted := w.Clean(evidence.Entry{
		Collector: "inventory", Format: FormatInventory, Zone: zone, Target: TargetInventory,
		Outcome: evidence.Complete, Collected: info.ModTime(), Redactions: rules, Attrs: map[string]string{"file": filepath.Base(path)},
	}, redacted)
	if _, err := inventory.Parse(path, redacted); err != nil {
		return fmt.Errorf("what a credential refers to stands in the inventory itself; without it: %w", err)
	}
	_, err = w.Add(e, redacted)
	return err
}
