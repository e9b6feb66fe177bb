package evidence

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"net/url"
	"slices"
	"strings"
	"unicode/utf16"
)

// RuleKnown is the rule by which a value that is known to be a secret was
// replaced, as an entry's Redactions record it.
const RuleKnown = "known-secret"

const (
	leastSecret = 4 // octets; fewer stand everywhere
	leastPart   = 6 // octets; fewer are too common within other text
)

// defaults are communities as devices are shipped: words, not secrets.
var defaults = []string{"public", "private"}

// Known replaces secrets whose values are known by [Marker]: wherever they
// stand, in any letter of the text, and also as hexadecimal digits (run together
// or apart), Base64, UTF-16, escaped for JSON or for an address.
//
// A value of four or five octets, and one that is a word as devices are shipped
// with ("public", "private"), is replaced only where it is the whole of a value;
// shorter ones not at all. One of digits alone is left where it is part of a
// longer number. The nil Known replaces nothing; a Known does not change.
type Known struct {
	secrets []string // what it was made of
	whole   map[string]bool
	forms   []form
}

// form is a way in which a secret may be written.
type form struct {
	text, marker []byte
	fits         func(data []byte, from, to int) bool // nil: anywhere
}

// NewKnown makes a Known of the values.
func NewKnown(secrets ...string) *Known { return (*Known)(nil).with(secrets) }

// with gives a Known of more values.
func (k *Known) with(secrets []string) *Known {
	all := slices.Clone(secrets)
	if k != nil {
		all = append(all, k.secrets...)
	}
	slices.Sort(all)
	all = slices.Compact(all)
	// The longest first: one may be part of another.
	slices.SortStableFunc(all, func(a, b string) int { return len(b) - len(a) })
	out := &Known{secrets: all, whole: map[string]bool{}}
	for _, s := range all {
		if len(s) < leastSecret {
			continue
		}
		out.whole[s] = true
		if len(s) >= leastPart && !slices.Contains(defaults, strings.ToLower(s)) && !strings.Contains(Marker, s) {
			out.forms = append(out.forms, forms(s)...)
		}
	}
	return out
}

// forms lists how a secret may be written.
func forms(s string) []form {
	plain := form{text: []byte(s), marker: []byte(Marker)}
	if strings.Trim(s, "0123456789") == "" {
		plain.fits = aloneAmong("0123456789")
	}
	all := []form{plain}
	add := func(f form) {
		if !slices.ContainsFunc(all, func(g form) bool { return bytes.Equal(f.text, g.text) }) {
			all = append(all, f)
		}
	}
	for _, upper := range []bool{false, true} {
		for _, separator := range []string{"", " ", ":", "-"} {
			f := form{text: digits(s, separator, upper), marker: digits(Marker, separator, upper), fits: wholePairs}
			if separator != "" {
				f.fits = aloneAmong("0123456789abcdefABCDEF")
			}
			add(f)
		}
	}
	for _, order := range []binary.AppendByteOrder{binary.LittleEndian, binary.BigEndian} {
		add(form{text: wide(s, order), marker: wide(Marker, order)})
	}
	for skip := range 3 {
		add(form{text: base64Within(s, skip, base64.RawStdEncoding), marker: []byte(Marker)})
		add(form{text: base64Within(s, skip, base64.RawURLEncoding), marker: []byte(Marker)})
	}
	for _, text := range []string{url.QueryEscape(s), url.PathEscape(s)} {
		add(form{text: []byte(text), marker: []byte(Marker)})
	}
	if quoted, err := json.Marshal(s); err == nil {
		add(form{text: quoted[1 : len(quoted)-1], marker: []byte(Marker)})
	}
	if quoted, err := marshal(s); err == nil {
		add(form{text: quoted[1 : len(quoted)-1], marker: []byte(Marker)})
	}
	return all
}

func digits(s, separator string, upper bool) []byte {
	pairs := make([]string, len(s))
	for i := range len(s) {
		pairs[i] = hex.EncodeToString([]byte{s[i]})
	}
	text := strings.Join(pairs, separator)
	if upper {
		text = strings.ToUpper(text)
	}
	return []byte(text)
}

func wide(s string, order binary.AppendByteOrder) []byte {
	var b []byte
	for _, unit := range utf16.Encode([]rune(s)) {
		b = order.AppendUint16(b, unit)
	}
	return b
}

// base64Within gives the letters that stand for a secret alone where that many
// octets, modulo three, stand before it.
func base64Within(s string, skip int, e *base64.Encoding) []byte {
	text := e.EncodeToString([]byte(strings.Repeat("\x00", skip) + s))
	return []byte(text[(8*skip+5)/6 : 8*(skip+len(s))/6])
}

// aloneAmong tells that neither neighbour is one of some characters.
func aloneAmong(characters string) func([]byte, int, int) bool {
	return func(data []byte, from, to int) bool {
		return (from == 0 || strings.IndexByte(characters, data[from-1]) < 0) &&
			(to == len(data) || strings.IndexByte(characters, data[to]) < 0)
	}
}

// wholePairs tells that hexadecimal digits start at an octet's first.
func wholePairs(data []byte, from, _ int) bool {
	at := from
	for at > 0 && strings.IndexByte("0123456789abcdefABCDEF", data[at-1]) >= 0 {
		at--
	}
	return (from-at)%2 == 0
}

// Bytes replaces the secrets in data that have no form that is known, and tells
// whether there were any. What it is given stays as it is.
func (k *Known) Bytes(data []byte) ([]byte, bool) {
	if k == nil {
		return data, false
	}
	hit := false
	for _, f := range k.forms {
		var out []byte
		done := 0
		for at := 0; ; {
			i := bytes.Index(data[at:], f.text)
			if i < 0 {
				break
			}
			from, to := at+i, at+i+len(f.text)
			if f.fits != nil && !f.fits(data, from, to) {
				at = from + 1
				continue
			}
			out = append(append(out, data[done:from]...), f.marker...)
			done, at, hit = to, to, true
		}
		if done > 0 {
			data = append(out, data[done:]...)
		}
	}
	return data, hit
}

// Text replaces the secrets in one value, or the whole of it where it is one,
// and tells whether there were any.
func (k *Known) Text(s string) (string, bool) {
	if k == nil || len(s) < leastSecret {
		return s, false
	}
	if k.whole[strings.Trim(s, " \t\r\n\x00\"'")] {
		return Marker, true
	}
	out, hit := k.Bytes([]byte(s))
	if !hit {
		return s, false
	}
	return string(out), true
}

// lines replaces the secrets in lines OID|TAG|VALUE (.snmprec), which stay such
// lines: of the values only strings are looked at, through their hexadecimal
// digits where they are so written.
func (k *Known) lines(data []byte) ([]byte, bool) {
	if k == nil {
		return data, false
	}
	var out bytes.Buffer
	hit := false
	for line := range bytes.Lines(data) {
		text := strings.TrimRight(string(line), "\r\n")
		end := line[len(text):]
		masked, changed := k.line(text)
		hit = hit || changed
		out.WriteString(masked)
		out.Write(end)
	}
	if !hit {
		return data, false
	}
	return out.Bytes(), true
}

func (k *Known) line(text string) (string, bool) {
	oid, rest, _ := strings.Cut(text, "|")
	tag, value, ok := strings.Cut(rest, "|")
	if !ok || strings.HasPrefix(strings.TrimSpace(text), "#") {
		return k.Text(text)
	}
	head := text[:len(oid)+len(tag)+2]
	number, inHex := strings.CutSuffix(tag, "x")
	// INTEGER, NULL, OBJECT IDENTIFIER, IpAddress, counters, gauges, time and
	// exceptions (RFC 2578 §7.1, RFC 3416 §3).
	if slices.Contains([]string{"2", "5", "6", "64", "65", "66", "67", "70", "128", "129", "130"}, number) {
		return text, false
	}
	if inHex {
		if octets, err := hex.DecodeString(value); err == nil {
			masked, hit := k.Text(string(octets))
			if !hit {
				return text, false
			}
			return head + hex.EncodeToString([]byte(masked)), true
		}
	}
	masked, hit := k.Text(value)
	return head + masked, hit
}
