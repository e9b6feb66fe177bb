package exchange

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"gujo/graph"
)

// A field is one member of a JSON object, its value not yet read.
type field struct {
	key string
	raw []byte
}

// An object is a JSON object as it stands in the file. encoding/json is not used
// for it because it takes keys in any case and of a repeated key the last, so
// that a misspelt or doubled field would pass unseen.
//
// The readers of fields keep the first error, to be asked for at the end.
type object struct {
	fields []field
	err    error
}

// A fieldError is an error about the value of one field.
type fieldError struct {
	key string
	err error
}

func (e *fieldError) Error() string { return e.key + ": " + e.err.Error() }
func (e *fieldError) Unwrap() error { return e.err }

// parseObject takes a JSON object apart.
func parseObject(data []byte) (object, error) {
	data = bytes.TrimSpace(data)
	if len(data) == 0 || data[0] != '{' {
		return object{}, errors.New("want a JSON object, {…}")
	}
	if !json.Valid(data) {
		var v json.RawMessage
		err := json.Unmarshal(data, &v)
		return object{}, fmt.Errorf("want a JSON object: %w", err)
	}
	return split(data)
}

// split takes apart an object that is known to be valid JSON.
func split(data []byte) (object, error) {
	var o object
	var seen map[string]bool // made when there are too many to look through
	i := space(data, 1)
	for data[i] != '}' {
		end := value(data, i)
		key := text(data[i:end])
		if len(o.fields) == 16 {
			seen = map[string]bool{}
			for _, f := range o.fields {
				seen[f.key] = true
			}
		}
		if seen[key] || seen == nil && slices.ContainsFunc(o.fields, func(f field) bool { return f.key == key }) {
			return object{}, fmt.Errorf("field %q stands twice", key)
		}
		if seen != nil {
			seen[key] = true
		}
		start := space(data, space(data, end)+1) // over the colon
		end = value(data, start)
		o.fields = append(o.fields, field{key, data[start:end]})
		if i = space(data, end); data[i] == ',' {
			i = space(data, i+1)
		}
	}
	return o, nil
}

// space gives the index of the first byte from i on that is no white space.
func space(data []byte, i int) int {
	for i < len(data) && (data[i] == ' ' || data[i] == '\t' || data[i] == '\n' || data[i] == '\r') {
		i++
	}
	return i
}

// value gives the end of the value that begins at i, in valid JSON.
func value(data []byte, i int) int {
	depth := 0
	for ; i < len(data); i++ {
		switch data[i] {
		case '"':
			for i++; data[i] != '"'; i++ {
				if data[i] == '\\' {
					i++
				}
			}
			if depth == 0 {
				return i + 1
			}
		case '{', '[':
			depth++
		case '}', ']':
			if depth == 0 {
				return i // a number or a word that ends with what holds it
			}
			if depth--; depth == 0 {
				return i + 1
			}
		case ',', ':', ' ', '\t', '\n', '\r':
			if depth == 0 {
				return i
			}
		}
	}
	return i
}

// text reads a valid JSON string.
func text(raw []byte) string {
	if bytes.IndexByte(raw, '\\') < 0 {
		return string(raw[1 : len(raw)-1])
	}
	var s string
	if json.Unmarshal(raw, &s) != nil {
		return ""
	}
	return s
}

// has reports whether a field is there and not null.
func (o *object) has(key string) bool {
	return o.raw(key) != nil
}

func (o *object) raw(key string) []byte {
	for _, f := range o.fields {
		if f.key == key {
			if string(f.raw) == "null" {
				return nil
			}
			return f.raw
		}
	}
	return nil
}

func (o *object) fail(key string, format string, args ...any) {
	if o.err == nil {
		o.err = &fieldError{key, fmt.Errorf(format, args...)}
	}
}

// must reads a text that has to be there.
func (o *object) must(key string) string {
	if !o.has(key) {
		o.fail(key, "missing, want a text")
		return ""
	}
	return o.text(key)
}

// text reads a text, "" where it is absent.
func (o *object) text(key string) string {
	raw := o.raw(key)
	if raw == nil {
		return ""
	}
	if raw[0] != '"' {
		o.fail(key, "%s, want a text", short(raw))
		return ""
	}
	return text(raw)
}

// count reads a whole number that is not negative; ok is false where it is absent.
func (o *object) count(key string) (n int, ok bool) {
	raw := o.raw(key)
	if raw == nil {
		return 0, false
	}
	n, err := strconv.Atoi(string(raw))
	if err != nil || n < 0 || n > maxCount {
		o.fail(key, "%s, want a whole number from 0 to %d", short(raw), maxCount)
		return 0, false
	}
	return n, true
}

// maxCount bounds every number of things, so that sums of them cannot overflow.
const maxCount = 1 << 30

// texts reads a list of texts, nil where it is absent or empty.
func (o *object) texts(key string) []string {
	raw := o.raw(key)
	if raw == nil {
		return nil
	}
	var list []string
	for _, item := range o.items(key, raw) {
		if item[0] != '"' {
			o.fail(key, "%s, want a list of texts", short(item))
			return nil
		}
		list = append(list, text(item))
	}
	return list
}

// items takes a list apart.
func (o *object) items(key string, raw []byte) (list [][]byte) {
	if raw[0] != '[' {
		o.fail(key, "%s, want a list", short(raw))
		return nil
	}
	i := space(raw, 1)
	for raw[i] != ']' {
		end := value(raw, i)
		list = append(list, raw[i:end])
		if i = space(raw, end); raw[i] == ',' {
			i = space(raw, i+1)
		}
	}
	return list
}

// attrs reads attributes, nil where there are none.
func (o *object) attrs(key string) graph.Attrs {
	raw := o.raw(key)
	if raw == nil {
		return nil
	}
	if raw[0] != '{' {
		o.fail(key, "%s, want an object", short(raw))
		return nil
	}
	in, err := split(raw)
	if err != nil {
		o.fail(key, "%w", err)
		return nil
	}
	if len(in.fields) == 0 {
		return nil
	}
	list := make(graph.Attrs, 0, len(in.fields))
	for _, f := range in.fields {
		if string(f.raw) == "null" {
			continue
		}
		var v graph.Value
		if err := v.UnmarshalJSON(f.raw); err != nil {
			o.fail(key, "%s: %w", f.key, err)
			return nil
		}
		list = append(list, graph.Attr{Key: f.key, Value: v})
	}
	slices.SortFunc(list, func(x, y graph.Attr) int { return strings.Compare(x.Key, y.Key) })
	return list
}

// short shows a value in an error.
func short(raw []byte) string {
	s := string(raw)
	if len(s) > 40 {
		s = strings.ToValidUTF8(s[:40], "") + "…"
	}
	return s
}
