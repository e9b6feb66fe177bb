package exchange

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"gujo/graph"
)

// maxLine bounds a line of input, in bytes. The longest that we write are
// conflicts and coverage, a few kilobytes.
const maxLine = 4 << 20

// ReadJSONL reads a graph in the format gujo/graph/v1. The name is that of the
// file, for errors, each of which also names the line. A graph whose header has
// no time is taken to be of the time given as fallback. A header of a newer
// version of the format gives an error that is [graph.ErrNewerFormat].
func ReadJSONL(name string, r io.Reader, fallback time.Time) (*graph.Snapshot, error) {
	in := lines{name: name, r: bufio.NewReaderSize(r, 1<<16)}
	var d decoder
	begun := false
	for {
		line, err := in.next()
		if err == io.EOF {
			break
		}
		if err != nil {
			return nil, err
		}
		o, err := parseObject(line)
		if err != nil {
			return nil, in.wrap(err)
		}
		if !begun {
			begun, err = true, d.header(&o)
		} else {
			err = d.line(o, graph.Origin(in.place()))
		}
		if err != nil {
			return nil, in.wrap(err)
		}
	}
	if !begun {
		return nil, fmt.Errorf("%s: empty, want a first line {\"schema\":%q}", name, Schema)
	}
	if err := errors.Join(d.components.check("components"), d.relations.check("relations")); err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return d.snapshot(fallback)
}

// header takes the first line.
func (d *decoder) header(o *object) error {
	if !o.has("schema") {
		return fmt.Errorf("want a first line {\"schema\":%q}", Schema)
	}
	if err := checkSchema(o.text("schema")); err != nil {
		return err
	}
	if _, err := o.sort(); err != nil {
		return err
	}
	o.text("snapshot") // what it was called; the ID follows from the content
	d.components.want, d.components.said = o.count("components")
	d.relations.want, d.relations.said = o.count("relations")
	d.readCreated(o)
	return o.err
}

func (t tally) check(what string) error {
	if t.said && t.have != t.want {
		return fmt.Errorf("%d %s, but the header says %d: the file is cut off or was edited", t.have, what, t.want)
	}
	return nil
}

func (d *decoder) readCreated(o *object) {
	s := o.text("created")
	if s == "" {
		return
	}
	t, err := time.Parse(time.RFC3339Nano, s)
	if t = t.UTC(); err != nil || t.Year() < 1 || t.Year() > 9999 {
		o.fail("created", "%q, want a time as in RFC 3339, such as 2025-01-01T00:00:00Z", s)
		return
	}
	d.created = t
}

func checkSchema(s string) error {
	if s == Schema {
		return nil
	}
	if version, ok := strings.CutPrefix(s, schemaFamily+"v"); ok {
		if n, err := strconv.Atoi(version); err == nil && n > 1 {
			return fmt.Errorf("schema %s: %w, want %s", s, graph.ErrNewerFormat, Schema)
		}
	}
	return fmt.Errorf("schema %q, want %s", s, Schema)
}

// lines reads a file line by line and knows where it is.
type lines struct {
	name string
	r    *bufio.Reader
	n    int
	buf  []byte
}

func (l *lines) place() string { return l.name + ":" + strconv.Itoa(l.n) }

func (l *lines) wrap(err error) error { return fmt.Errorf("%s: %w", l.place(), err) }

// next gives the next line that is not blank, valid until the next call.
func (l *lines) next() ([]byte, error) {
	for {
		l.buf = l.buf[:0]
		l.n++
		for {
			part, err := l.r.ReadSlice('\n')
			l.buf = append(l.buf, part...)
			if len(l.buf) > maxLine {
				return nil, l.wrap(fmt.Errorf("line longer than %d bytes", maxLine))
			}
			if err == nil {
				break
			}
			if err == io.EOF {
				if len(bytes.TrimSpace(l.buf)) == 0 {
					return nil, io.EOF
				}
				break
			}
			if !errors.Is(err, bufio.ErrBufferFull) {
				return nil, l.wrap(err)
			}
		}
		line := l.buf
		if l.n == 1 {
			line = bytes.TrimPrefix(line, []byte("\ufeff"))
		}
		if line = bytes.TrimSpace(line); len(line) == 0 {
			continue
		}
		if !utf8.Valid(line) {
			return nil, l.wrap(errors.New("not UTF-8"))
		}
		return line, nil
	}
}

// WriteJSONL writes a graph in the format gujo/graph/v1: the same snapshot gives
// the same bytes, and [ReadJSONL] gives back a snapshot with the same ID.
func WriteJSONL(w io.Writer, s *graph.Snapshot) error {
	out := writer{w: bufio.NewWriterSize(w, 1<<16)}
	out.header(s)
	for i := range s.Components {
		out.component(&s.Components[i])
	}
	for i := range s.Relations {
		out.relation(s, &s.Relations[i])
	}
	for _, g := range s.Gaps {
		out.open("gap", g.Component).text("table", g.Table).text("reason", g.Reason).text("detail", g.Detail).close()
	}
	for _, c := range s.Coverage {
		out.open("coverage", c.Component).texts("complete", c.Complete).texts("empty", c.Empty).texts("not_asked", c.NotAsked).close()
	}
	for _, c := range s.Conflicts {
		out.open("conflict", c.Component).text("attribute", c.Attribute).raw("values", "[")
		for i, v := range c.Values {
			if i > 0 {
				out.line = append(out.line, ',')
			}
			out.line = append(out.line, '{')
			out.text("value", v.Value).text("source", v.Source).text("evidence", v.Evidence)
			out.line = append(out.line, '}')
		}
		out.line = append(out.line, ']')
		out.close()
	}
	for _, e := range s.Evidence {
		out.open("evidence", e.Ref).text("target", e.Target).text("value", e.Value).text("collected", e.Collected).close()
	}
	for _, n := range s.Notes {
		out.open("note", n.Subject).text("key", n.Key).texts("args", n.Args).texts("evidence", n.Evidence).close()
	}
	if out.err != nil {
		return out.err
	}
	return out.w.Flush()
}

// writer writes lines and keeps the first error.
type writer struct {
	w    *bufio.Writer
	line []byte
	err  error
}

func (w *writer) header(s *graph.Snapshot) {
	w.open("schema", Schema).text("snapshot", s.ID).text("created", s.Created.UTC().Format(time.RFC3339Nano)).
		raw("components", strconv.Itoa(len(s.Components))).raw("relations", strconv.Itoa(len(s.Relations))).close()
}

func (w *writer) component(c *graph.Component) {
	w.open("component", c.ID).text("kind", c.Kind.String()).text("name", c.Name)
	if g := c.Group; g != nil {
		if g.K > 0 {
			w.raw("k", strconv.Itoa(g.K))
		} else {
			w.raw("k", "null")
		}
		if g.Designed > 0 {
			w.raw("designed", strconv.Itoa(g.Designed))
		}
		if g.Technology != "" {
			w.text("technology", g.Technology)
		}
		if g.KSource != graph.KUnsaid {
			w.text("k_source", g.KSource.String())
		}
		// An attribute, and here beside k too, where those look for it who write groups by hand.
		if role, _ := c.Attrs.Get("role"); role.Type() == graph.StringValue && role.Text() != "" {
			w.text("role", role.Text())
		}
	}
	if c.State != graph.NotObserved {
		w.text("state", c.State.String())
	}
	w.attrs("attrs", c.Attrs).texts("identifiers", c.Identifiers).texts("evidence", c.Evidence).close()
}

func (w *writer) relation(s *graph.Snapshot, r *graph.Relation) {
	w.open("relation", r.Type.String()).text("from", s.Components[r.From].ID).text("to", s.Components[r.To].ID).
		text("strength", r.Strength.String()).attrs("attrs", r.Attrs).texts("evidence", r.Evidence).close()
}

func (w *writer) open(key, value string) *writer {
	w.line = append(w.line[:0], '{')
	return w.text(key, value)
}

func (w *writer) close() {
	w.line = append(w.line, '}', '\n')
	if w.err == nil && len(w.line) > maxLine {
		w.err = fmt.Errorf("line longer than %d bytes: %s", maxLine, short(w.line))
	}
	if w.err == nil {
		_, w.err = w.w.Write(w.line)
	}
}

func (w *writer) raw(key, value string) *writer {
	if last := w.line[len(w.line)-1]; last != '{' {
		w.line = append(w.line, ',')
	}
	w.line = append(appendText(w.line, key), ':')
	w.line = append(w.line, value...)
	return w
}

func (w *writer) text(key, value string) *writer {
	w.raw(key, "")
	w.line = appendText(w.line, value)
	return w
}

func (w *writer) texts(key string, list []string) *writer {
	w.raw(key, "[")
	for i, s := range list {
		if i > 0 {
			w.line = append(w.line, ',')
		}
		w.line = appendText(w.line, s)
	}
	w.line = append(w.line, ']')
	return w
}

func (w *writer) attrs(key string, a graph.Attrs) *writer {
	w.raw(key, "{")
	for i, at := range a {
		if i > 0 {
			w.line = append(w.line, ',')
		}
		w.line = append(appendText(w.line, at.Key), ':')
		if at.Value.Type() == graph.StringValue {
			w.line = appendText(w.line, at.Value.Text())
		} else {
			w.line = append(w.line, at.Value.Text()...)
		}
	}
	w.line = append(w.line, '}')
	return w
}

// appendText appends a JSON string, without escaping <, > and &, so that text
// reads as it was seen.
func appendText(b []byte, s string) []byte {
	for i := range len(s) {
		if c := s[i]; c < 0x20 || c == '"' || c == '\\' || c >= 0x7f {
			return appendEscaped(b, s)
		}
	}
	b = append(b, '"')
	b = append(b, s...)
	return append(b, '"')
}

func appendEscaped(b []byte, s string) []byte {
	var buf bytes.Buffer
	enc := json.NewEncoder(&buf)
	enc.SetEscapeHTML(false)
	if enc.Encode(s) != nil {
		return append(b, `""`...)
	}
	return append(b, bytes.TrimSuffix(buf.Bytes(), []byte("\n"))...)
}
