package exchange

import (
	"bufio"
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/korean"
)

// Bounds of what is read as XML. They are far above what any tool writes, and
// low enough that a hostile file is refused before it costs memory.
const (
	maxToken   = 8 << 20 // bytes of one tag, text or comment; yEd keeps pictures in texts
	maxText    = 1 << 20 // bytes of a text or attribute that is kept
	maxName    = 1 << 10 // bytes of a name
	maxNesting = 256     // elements in elements
	maxAttrs   = 1 << 10 // attributes of one thing
	maxMembers = 1 << 18 // members of one group or gate
	maxThings  = 1 << 20 // components of one file, and a quarter of the members of all its gates
)

// markup reads XML token by token and knows where it is. It opens nothing but
// the file itself: entities and document types with a content of their own are
// refused, so nothing expands and nothing is fetched.
type markup struct {
	name  string
	d     *xml.Decoder
	guard *guard
	line  int // of the last token's beginning
	depth int
}

func newMarkup(name string, r io.Reader) *markup {
	m := &markup{name: name, guard: &guard{r: bufio.NewReaderSize(r, 1<<16)}}
	if mark, _ := m.guard.r.Peek(3); bytes.Equal(mark, []byte("\ufeff")) {
		m.guard.r.Discard(len(mark))
	}
	m.d = xml.NewDecoder(m.guard)
	m.d.CharsetReader = charset
	return m
}

// charset reads the encodings, besides UTF-8, that files are found in.
func charset(label string, r io.Reader) (io.Reader, error) {
	switch strings.ToLower(label) {
	case "us-ascii", "ascii":
		return r, nil
	case "iso-8859-1", "latin1":
		return charmap.ISO8859_1.NewDecoder().Reader(r), nil
	case "windows-1252":
		return charmap.Windows1252.NewDecoder().Reader(r), nil
	case "euc-kr", "ks_c_5601-1987", "cp949", "windows-949":
		return korean.EUCKR.NewDecoder().Reader(r), nil
	}
	return nil, fmt.Errorf("encoding %q is not read, want UTF-8", shown(label))
}

// guard stops a token that does not end.
type guard struct {
	r    *bufio.Reader
	left int
}

var errToken = fmt.Errorf("a tag, text or comment longer than %d bytes", maxToken)

func (g *guard) ReadByte() (byte, error) {
	if g.left == 0 {
		return 0, errToken
	}
	g.left--
	return g.r.ReadByte()
}

func (g *guard) Read(p []byte) (int, error) {
	if g.left == 0 {
		return 0, errToken
	}
	n, err := g.r.Read(p[:min(len(p), g.left)])
	g.left -= n
	return n, err
}

// next gives the next tag or text, without comments and the like; its bytes are
// valid until the next call. At the end it gives io.EOF.
func (m *markup) next() (xml.Token, error) {
	for {
		m.guard.left = maxToken
		m.line, _ = m.d.InputPos()
		token, err := m.d.Token()
		if err == io.EOF {
			return nil, err
		}
		if err != nil {
			return nil, m.syntax(err)
		}
		switch t := token.(type) {
		case xml.StartElement:
			if m.depth++; m.depth > maxNesting {
				return nil, m.fail("nested deeper than %d elements", maxNesting)
			}
			return t, nil
		case xml.EndElement:
			m.depth--
			return t, nil
		case xml.CharData:
			return t, nil
		case xml.Directive:
			if bytes.ContainsAny(t, "[<") || !bytes.HasPrefix(t, []byte("DOCTYPE")) {
				return nil, m.fail("a document type with declarations of its own is not read, want the elements alone")
			}
		}
	}
}

func (m *markup) syntax(err error) error {
	var s *xml.SyntaxError
	if errors.As(err, &s) {
		m.line = s.Line
		return m.fail("%s", strings.ToValidUTF8(s.Msg, "\ufffd"))
	}
	return m.fail("%w", err)
}

func (m *markup) at(line int) string { return m.name + ":" + strconv.Itoa(line) }

func (m *markup) fail(format string, args ...any) error { return m.failAt(m.line, format, args...) }

func (m *markup) failAt(line int, format string, args ...any) error {
	return fmt.Errorf("%s: %w", m.at(line), fmt.Errorf(format, args...))
}

// root gives the element that all else stands in; it has to be one of the named.
func (m *markup) root(names ...string) (xml.StartElement, error) {
	want := strings.Join(names, " or ")
	for {
		token, err := m.next()
		if err == io.EOF {
			return xml.StartElement{}, m.fail("empty, want an element %s", want)
		}
		if err != nil {
			return xml.StartElement{}, err
		}
		switch t := token.(type) {
		case xml.StartElement:
			for _, n := range names {
				if t.Name.Local == n {
					return t, nil
				}
			}
			return t, m.fail("element %s, want %s", shown(t.Name.Local), want)
		case xml.CharData:
			if len(bytes.TrimSpace(t)) > 0 {
				return xml.StartElement{}, m.fail("text %s, want an element %s", short(t), want)
			}
		}
	}
}

// end makes sure that nothing follows the root.
func (m *markup) end() error {
	for {
		token, err := m.next()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		if t, ok := token.(xml.CharData); !ok || len(bytes.TrimSpace(t)) > 0 {
			return m.fail("more after the last element, want one document a file")
		}
	}
}

// children calls f for each element in the one that has just begun. Text
// between them is refused. f has to read its element to the end.
func (m *markup) children(f func(e xml.StartElement) error) error {
	for {
		token, err := m.next()
		if err != nil {
			return m.unexpected(err)
		}
		switch t := token.(type) {
		case xml.StartElement:
			if err := f(t); err != nil {
				return err
			}
		case xml.EndElement:
			return nil
		case xml.CharData:
			if said := bytes.TrimSpace(t); len(said) > 0 {
				m.line += bytes.Count(t[:bytes.Index(t, said)], []byte("\n"))
				return m.fail("text %q, want an element", short(said))
			}
		}
	}
}

// skip reads the element that has just begun to its end.
func (m *markup) skip() error { return m.descend(nil, nil) }

// descend reads the element that has just begun to its end, whatever is in it,
// and shows what it meets.
func (m *markup) descend(begin func(e xml.StartElement), text func(t []byte)) error {
	for depth := m.depth; ; {
		token, err := m.next()
		if err != nil {
			return m.unexpected(err)
		}
		switch t := token.(type) {
		case xml.StartElement:
			if begin != nil {
				begin(t)
			}
		case xml.CharData:
			if text != nil {
				text(t)
			}
		case xml.EndElement:
			if m.depth < depth {
				return nil
			}
		}
	}
}

// text gives the text of the element that has just begun, spaces folded.
func (m *markup) text() (string, error) {
	var b []byte
	line := m.line
	for {
		token, err := m.next()
		if err != nil {
			return "", m.unexpected(err)
		}
		switch t := token.(type) {
		case xml.StartElement:
			return "", m.fail("element %s, want text", shown(t.Name.Local))
		case xml.EndElement:
			return strings.Join(strings.Fields(string(b)), " "), nil
		case xml.CharData:
			if len(b)+len(t) > maxText {
				return "", m.failAt(line, "a text longer than %d bytes", maxText)
			}
			b = append(b, t...)
		}
	}
}

// unexpected is what an end of the file means where an element is open.
func (m *markup) unexpected(err error) error {
	if err == io.EOF {
		return m.fail("the file is cut off")
	}
	return err
}

// attribute gives an attribute that has no prefix, spaces around it left out.
func attribute(e xml.StartElement, name string) (string, bool) {
	for _, a := range e.Attr {
		if a.Name.Local == name && a.Name.Space == "" {
			return strings.TrimSpace(a.Value), true
		}
	}
	return "", false
}

// naming gives an attribute that names something.
func (m *markup) naming(e xml.StartElement, attr string) (string, error) {
	name, ok := attribute(e, attr)
	switch {
	case !ok || name == "":
		return "", m.fail("%s without %s", e.Name.Local, attr)
	case len(name) > maxName:
		return "", m.fail("%s with a %s of %d bytes, want at most %d", e.Name.Local, attr, len(name), maxName)
	}
	return name, nil
}

// DetectXML tells by its first element which of the formats in XML a file has.
func DetectXML(data []byte) (format string, ok bool) {
	if head := bytes.TrimLeft(bytes.TrimPrefix(data[:min(len(data), 256)], []byte("\ufeff")), " \t\r\n"); !bytes.HasPrefix(head, []byte("<")) {
		return "", false
	}
	m := newMarkup("", bytes.NewReader(data))
	m.d.Strict = false // what is wrong is told when it is read
	for {
		m.guard.left = maxToken
		token, err := m.d.RawToken()
		if err != nil {
			return "", false
		}
		if e, ok := token.(xml.StartElement); ok {
			switch e.Name.Local {
			case "opsa-mef", "open-psa":
				return OpenPSA, true
			case "graphml":
				return GraphML, true
			}
			return "", false
		}
	}
}

// The names of the formats in XML.
const (
	OpenPSA = "open-psa"
	GraphML = "graphml"
)
