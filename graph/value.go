package graph

import (
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"sort"
	"strconv"
	"strings"
)

// ValueType is the JSON type of a [Value].
type ValueType uint8

// The value types.
const (
	StringValue ValueType = iota
	NumberValue
	BoolValue
	ListValue // of strings
)

// Value is an attribute's value: a string, a number, a boolean or a list of
// strings, held as its text so that a snapshot of millions of them stays in a
// few large blocks of memory. Its zero value is the empty string.
type Value struct {
	typ  ValueType
	text string // for a list its canonical JSON, otherwise what String prints
}

// String makes a string value. What is not UTF-8 in it becomes U+FFFD.
func String(s string) Value { return Value{StringValue, strings.ToValidUTF8(s, "\ufffd")} }

// Int makes a number.
func Int(n int64) Value { return Value{NumberValue, strconv.FormatInt(n, 10)} }

// Float makes a number, in the shortest form that reads back the same. What is
// not finite has no place in JSON and becomes the string that names it.
func Float(f float64) Value {
	text := strconv.FormatFloat(f, 'g', -1, 64)
	if math.IsNaN(f) || math.IsInf(f, 0) {
		return String(text)
	}
	return Value{NumberValue, text}
}

// Bool makes a boolean.
func Bool(b bool) Value { return Value{BoolValue, strconv.FormatBool(b)} }

// List makes a list of strings.
func List(items ...string) Value {
	if items == nil {
		items = []string{}
	}
	// An item that is not UTF-8 would be escaped now and, read back, no more.
	return Value{ListValue, string(marshal(validAll(items)))}
}

// RawValue remakes a value from the parts that [Value.Type] and [Value.Text] gave.
func RawValue(t ValueType, text string) (Value, error) {
	v := Value{t, text}
	switch t {
	case StringValue:
		return String(text), nil
	case NumberValue:
		if _, err := strconv.ParseFloat(text, 64); err != nil || !json.Valid([]byte(text)) {
			return Value{}, fmt.Errorf("value %q is not a number", text)
		}
		return v, nil
	case BoolValue:
		if text != "true" && text != "false" {
			return Value{}, fmt.Errorf("value %q is not a boolean", text)
		}
		return v, nil
	case ListValue:
		// Pointers, because null would pass for an empty string.
		var found []*string
		if err := json.Unmarshal([]byte(text), &found); err != nil || found == nil || slices.Contains(found, nil) {
			return Value{}, fmt.Errorf("value %q is not a list of strings", text)
		}
		items := make([]string, len(found))
		for i, s := range found {
			items[i] = *s
		}
		return List(items...), nil
	}
	return Value{}, fmt.Errorf("unknown value type %d", t)
}

// Type gives the value's JSON type.
func (v Value) Type() ValueType { return v.typ }

// Text gives the value's text: the string itself, the number or boolean as
// printed, or the list as JSON.
func (v Value) Text() string { return v.text }

// Int64 gives a whole number; ok is false if the value is none.
func (v Value) Int64() (n int64, ok bool) {
	if v.typ != NumberValue {
		return 0, false
	}
	n, err := strconv.ParseInt(v.text, 10, 64)
	if err == nil {
		return n, true
	}
	f, err := strconv.ParseFloat(v.text, 64)
	if err != nil || f != float64(int64(f)) {
		return 0, false
	}
	return int64(f), true
}

// Float64 gives a number; ok is false if the value is none.
func (v Value) Float64() (f float64, ok bool) {
	if v.typ != NumberValue {
		return 0, false
	}
	f, err := strconv.ParseFloat(v.text, 64)
	return f, err == nil
}

// IsTrue reports whether the value is the boolean true.
func (v Value) IsTrue() bool { return v.typ == BoolValue && v.text == "true" }

// IsFalse reports whether the value is the boolean false.
func (v Value) IsFalse() bool { return v.typ == BoolValue && v.text == "false" }

// Strings gives the items of a list; a string is a list of one.
func (v Value) Strings() []string {
	switch v.typ {
	case ListValue:
		var items []string
		if json.Unmarshal([]byte(v.text), &items) != nil {
			return nil
		}
		return items
	case StringValue:
		return []string{v.text}
	}
	return nil
}

// MarshalJSON writes the value as JSON.
func (v Value) MarshalJSON() ([]byte, error) {
	if v.typ == StringValue {
		return marshal(v.text), nil
	}
	return []byte(v.text), nil
}

// UnmarshalJSON reads a string, a number, a boolean or a list of strings.
func (v *Value) UnmarshalJSON(data []byte) error {
	text := strings.TrimSpace(string(data))
	if text == "" {
		return fmt.Errorf("empty value")
	}
	switch text[0] {
	case '"':
		var s string
		if err := json.Unmarshal(data, &s); err != nil {
			return err
		}
		*v = String(s)
		return nil
	case 't', 'f':
		got, err := RawValue(BoolValue, text)
		*v = got
		return err
	case '[':
		got, err := RawValue(ListValue, text)
		*v = got
		return err
	}
	got, err := RawValue(NumberValue, text)
	if err != nil {
		return fmt.Errorf("value %s: want a string, a number, a boolean or a list of strings", text)
	}
	*v = got
	return nil
}

// marshal encodes without escaping <, > and &, so that text reads as it was seen.
func marshal(v any) []byte {
	var b strings.Builder
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		panic(err) // strings and lists of strings always encode
	}
	return []byte(strings.TrimSuffix(b.String(), "\n"))
}

// Attr is one attribute.
type Attr struct {
	Key   string
	Value Value
}

// Attrs are a component's or relation's attributes, sorted by key, each key once.
type Attrs []Attr

// Get gives the value of a key.
func (a Attrs) Get(key string) (Value, bool) {
	i := sort.Search(len(a), func(i int) bool { return a[i].Key >= key })
	if i < len(a) && a[i].Key == key {
		return a[i].Value, true
	}
	return Value{}, false
}

// Text gives the text of a key's value, or "".
func (a Attrs) Text(key string) string {
	v, _ := a.Get(key)
	return v.text
}

// IsTrue reports whether the key's value is the boolean true.
func (a Attrs) IsTrue(key string) bool {
	v, _ := a.Get(key)
	return v.IsTrue()
}

// IsFalse reports whether the key's value is the boolean false; a missing key is not false.
func (a Attrs) IsFalse(key string) bool {
	v, ok := a.Get(key)
	return ok && v.IsFalse()
}

// With gives a copy in which the key has the value.
func (a Attrs) With(key string, v Value) Attrs {
	i := sort.Search(len(a), func(i int) bool { return a[i].Key >= key })
	if i < len(a) && a[i].Key == key {
		out := slices.Clone(a)
		out[i].Value = v
		return out
	}
	return slices.Insert(slices.Clone(a), i, Attr{key, v})
}

// MarshalJSON writes the attributes as one object.
func (a Attrs) MarshalJSON() ([]byte, error) {
	b := []byte{'{'}
	for i, at := range a {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(append(b, marshal(at.Key)...), ':')
		v, err := at.Value.MarshalJSON()
		if err != nil {
			return nil, err
		}
		b = append(b, v...)
	}
	return append(b, '}'), nil
}

// UnmarshalJSON reads an object.
func (a *Attrs) UnmarshalJSON(data []byte) error {
	var m map[string]json.RawMessage
	if err := json.Unmarshal(data, &m); err != nil {
		return err
	}
	out := make(Attrs, 0, len(m))
	for k, raw := range m {
		if string(raw) == "null" {
			continue
		}
		var v Value
		if err := v.UnmarshalJSON(raw); err != nil {
			return fmt.Errorf("attribute %q: %w", k, err)
		}
		out = append(out, Attr{k, v})
	}
	sort.Slice(out, func(i, j int) bool { return out[i].Key < out[j].Key })
	*a = out
	return nil
}
