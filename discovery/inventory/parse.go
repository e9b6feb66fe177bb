package inventory

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/lexer"
	"github.com/goccy/go-yaml/parser"
	"github.com/goccy/go-yaml/token"
)

// MaxSize bounds an inventory, in bytes.
const MaxSize = 16 << 20

// Load reads an inventory file. Secrets that it names by a relative "file:" are
// looked for beside it.
func Load(path string) (*Inventory, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("inventory: %w", err)
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return nil, fmt.Errorf("inventory: %w", err)
	}
	if info.IsDir() {
		return nil, fmt.Errorf("inventory: %s is a directory", path)
	}
	data, err := io.ReadAll(io.LimitReader(file, MaxSize+1))
	if err != nil {
		return nil, fmt.Errorf("inventory: %w", err)
	}
	inv, err := Parse(path, data)
	if err != nil {
		return nil, err
	}
	inv.Read = info.ModTime().Round(0).UTC()
	for i := range inv.Credentials {
		for _, ref := range inv.Credentials[i].references() {
			if p, ok := strings.CutPrefix(*ref, "file:"); ok && !filepath.IsAbs(p) {
				*ref = "file:" + filepath.Join(filepath.Dir(path), p)
			}
		}
	}
	return inv, nil
}

// Parse reads an inventory. The name is for errors, which are [Problems]: every
// one that can be found, each with its line.
func Parse(name string, data []byte) (*Inventory, error) {
	p := &problems{file: name, data: data}
	if len(data) > MaxSize {
		p.data = nil
		p.add(position{1, 0}, "the file is larger than %d MiB", MaxSize>>20)
		return nil, p.err()
	}
	p.data = bytes.TrimPrefix(data, []byte("\xef\xbb\xbf"))
	if p.notText(); len(p.list) > 0 {
		return nil, p.err()
	}
	inv := &Inventory{}
	d := newDecoder(p)
	d.document(inv)
	if inv.Zone == "" {
		inv.Zone = "default"
	}
	d.check(inv)
	if err := p.err(); err != nil {
		return nil, err
	}
	masked, _ := Redact(p.data)
	inv.text = strings.Split(string(masked), "\n")
	return inv, nil
}

// Recognize reports whether a file looks like an inventory, right or wrong: a key of
// one stands at the beginning of a line.
func Recognize(data []byte) bool {
	known := keysOf(reflect.TypeFor[Inventory]())
	for line := range bytes.Lines(data[:min(len(data), 1<<16)]) {
		key, _, found := strings.Cut(string(line), ":")
		if found && slices.Contains(known, key) {
			return true
		}
	}
	return false
}

// notText reports the first byte that is not UTF-8, a NUL, which UTF-16 is full of,
// or a carriage return alone, which YAML takes for a line end and editors do not.
func (p *problems) notText() {
	at := position{1, 1}
	for i := 0; i < len(p.data); {
		r, n := utf8.DecodeRune(p.data[i:])
		switch {
		case r == utf8.RuneError && n == 1 || r == 0:
			p.add(at, "is not UTF-8 text; save the file as UTF-8")
			return
		case r == '\r' && (i+1 == len(p.data) || p.data[i+1] != '\n'):
			p.add(at, "a line ends in a carriage return alone; save the file with the line ends of Unix or Windows")
			return
		case r == '\n':
			at = position{at.line + 1, 1}
		default:
			at.col++
		}
		i += n
	}
}

// document parses the YAML and decodes its only document.
func (d *decoder) document(inv *Inventory) {
	tokens := lexer.Tokenize(string(d.data))
	if !d.shallow(tokens) {
		return
	}
	file, err := parser.Parse(tokens, 0, parser.AllowDuplicateMapKey())
	if err != nil {
		if at, ok := tabIndent(d.data); ok {
			d.add(at, "a tab in the indentation; YAML wants spaces")
			return
		}
		// Error itself would print the source around, in a time that grows with its square.
		at, message := position{1, 0}, "cannot be understood"
		var e yaml.Error
		if errors.As(err, &e) {
			at, message = place(e.GetToken()), e.GetMessage()
		}
		d.add(at, "YAML: %s", strings.ReplaceAll(message, "\n", " "))
		return
	}
	found := false
	for _, doc := range file.Docs {
		if doc.Body == nil || doc.Body.Type().String() == "Null" {
			continue
		}
		if found {
			d.add(where(doc.Body), "a second document begins; an inventory is one")
			return
		}
		found = true
		d.value(doc.Body, reflect.ValueOf(inv).Elem(), "the inventory")
	}
}

// shallow refuses what is nested deeper than the parser, which recurses, should
// be asked to follow.
func (d *decoder) shallow(tokens token.Tokens) bool {
	flow, run := 0, 0
	for _, t := range tokens {
		switch t.Type {
		case token.SequenceStartType, token.MappingStartType:
			flow++
			run++
		case token.SequenceEndType, token.MappingEndType:
			flow = max(0, flow-1)
		case token.SequenceEntryType, token.MappingKeyType, token.MappingValueType, token.AnchorType, token.AliasType,
			token.TagType, token.CollectEntryType:
			run++
		default:
			run = 0
		}
		if flow > maxDepth || run > maxDepth || t.Position != nil && t.Position.IndentNum > 8*maxDepth {
			d.add(place(t), "nested deeper than %d", maxDepth)
			return false
		}
	}
	return true
}

// tabIndent finds a line whose indentation has a tab.
func tabIndent(data []byte) (position, bool) {
	line := 0
	for text := range bytes.Lines(data) {
		line++
		rest := bytes.TrimLeft(text, " ")
		if len(rest) == 0 || rest[0] != '\t' {
			continue
		}
		if body := bytes.TrimLeft(rest, " \t\r\n"); len(body) > 0 && body[0] != '#' {
			return position{line, len(text) - len(rest) + 1}, true
		}
	}
	return position{}, false
}
