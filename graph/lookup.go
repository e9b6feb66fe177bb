package graph

import (
	"cmp"
	"net/netip"
	"slices"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// Lookup finds the components that people call by a text: an ID, a name, an IP
// or MAC address in any common notation, a serial, an asset or a circuit number,
// an interface's alias. It gives their indexes, ascending; if several fit, all of
// them. A component whose ID is the text is the only answer; otherwise what fits
// to the letter comes before what fits but for case, and what names a thing
// before what describes it.
func Lookup(s *Snapshot, text string) (matches []int32) {
	text = strings.TrimSpace(text)
	if text == "" {
		return nil
	}
	if i, ok := s.Find(text); ok {
		return []int32{i}
	}
	q := newQuery(composed(text))
	best := fitNone
	for i := range s.Components {
		fit := q.fit(&s.Components[i])
		if fit == fitNone || fit > best {
			continue
		}
		if fit < best {
			best, matches = fit, matches[:0]
		}
		matches = append(matches, int32(i))
	}
	return matches
}

// How well a component fits, the best first.
const (
	fitExact  = iota // its name, an identifier or a number on it, to the letter
	fitFolded        // the same but for case or notation
	fitDetail        // a description of it, or the address of a part
	fitNone
)

// namingAttrs are attributes by which people know a thing; detailAttrs tell
// something of it, and other things may be told the same.
var (
	namingAttrs = []string{"address", "asset", "circuit", "circuit_number", "management_addresses", "name_en", "name_ko", "number", "serial"}
	detailAttrs = []string{"alias", "mac"}
)

type query struct {
	text string
	addr netip.Addr // zero if the text is none
	mac  string     // twelve hexadecimal digits; "" if the text is none
}

func newQuery(text string) query {
	q := query{text: text, mac: parseMAC(text)}
	q.addr, _ = netip.ParseAddr(strings.Trim(text, "[]"))
	q.addr = q.addr.Unmap()
	return q
}

func (q *query) fit(c *Component) int {
	fit := q.compare(c.Name)
	_, tail, _ := strings.Cut(c.ID, "/")
	fit = min(fit, q.compare(tail))
	if strings.EqualFold(composed(c.ID), q.text) {
		fit = min(fit, fitFolded)
	}
	for _, id := range c.Identifiers {
		fit = min(fit, q.identifier(id))
	}
	if fit == fitExact || len(c.Attrs) == 0 {
		return fit
	}
	for _, key := range namingAttrs {
		v, ok := c.Attrs.Get(key)
		switch {
		case !ok:
		case c.Kind == Endpoint && key == "address":
			// Whoever names an address means the machine that has it.
			if q.value(v) < fitNone {
				fit = min(fit, fitDetail)
			}
		default:
			fit = min(fit, q.value(v))
		}
	}
	for _, key := range detailAttrs {
		if v, ok := c.Attrs.Get(key); ok && q.value(v) < fitNone {
			fit = min(fit, fitDetail)
		}
	}
	return fit
}

// composed gives text in one form, whichever a keyboard or a device gave it in:
// the same Hangul may be syllables or the letters of which they consist (Unicode
// Standard Annex 15).
func composed(s string) string {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return norm.NFC.String(s)
		}
	}
	return s
}

func (q *query) compare(s string) int {
	s = composed(s)
	switch {
	case s == "":
		return fitNone
	case s == q.text:
		return fitExact
	case strings.EqualFold(s, q.text):
		return fitFolded
	case q.addr.IsValid() && strings.ContainsAny(s, ".:"):
		if a, err := netip.ParseAddr(s); err == nil && a.Unmap() == q.addr {
			return fitFolded
		}
	}
	if q.mac != "" && parseMAC(s) == q.mac {
		return fitFolded
	}
	return fitNone
}

// identifier compares with "type:value"; the value of an address is "zone~address".
func (q *query) identifier(id string) int {
	fit := q.compare(id)
	typ, value, ok := strings.Cut(id, ":")
	if !ok {
		return fit
	}
	fit = min(fit, q.compare(value))
	switch typ {
	case "address", "name":
		if _, bare, ok := strings.Cut(value, "~"); ok {
			fit = min(fit, q.compare(bare))
		}
	case "chassis": // "subtype:value"
		if _, bare, ok := strings.Cut(value, ":"); ok {
			fit = min(fit, q.compare(bare))
		}
	}
	return fit
}

func (q *query) value(v Value) int {
	if v.typ != ListValue {
		return q.compare(v.text)
	}
	fit := fitNone
	for _, s := range v.Strings() {
		fit = min(fit, q.compare(s))
	}
	return fit
}

// parseMAC gives the twelve hexadecimal digits of a MAC address written as
// aa:bb:cc:dd:ee:ff, aa-bb-cc-dd-ee-ff, aabb.ccdd.eeff, aabbcc-ddeeff,
// aabbccddeeff or, as snmpwalk prints it, 0:1:2:a:b:c; otherwise "".
func parseMAC(s string) string {
	if len(s) < 11 || len(s) > 17 {
		return ""
	}
	var digits [12]byte
	n, group, groups := 0, 0, 1
	var sep byte
	for i := range len(s) {
		c := s[i]
		switch {
		case c == ':' || c == '-' || c == '.':
			if group == 0 || sep != 0 && sep != c {
				return ""
			}
			if group == 1 { // a leading zero left out
				if n == len(digits) {
					return ""
				}
				digits[n], digits[n-1] = digits[n-1], '0'
				n++
			}
			sep, group = c, 0
			groups++
			continue
		case c >= 'A' && c <= 'F':
			c += 'a' - 'A'
		case c >= '0' && c <= '9', c >= 'a' && c <= 'f':
		default:
			return ""
		}
		if n == len(digits) {
			return ""
		}
		digits[n] = c
		n++
		group++
	}
	if group == 1 && n == len(digits)-1 {
		digits[n], digits[n-1] = digits[n-1], '0'
		n++
	}
	if n != len(digits) || groups != 1 && groups != 2 && groups != 3 && groups != 6 {
		return ""
	}
	return string(digits[:])
}

// maxQuery bounds, in bytes, what [Nearest] compares: no name that people type is longer.
const maxQuery = 100

// Nearest gives at most n IDs of components that are called nearly so, the
// nearest first; who is called so in part is near. It looks at every component
// once and at no text beyond a bounded length.
func Nearest(s *Snapshot, text string, n int) []string {
	text = strings.ToLower(composed(strings.TrimSpace(text)))
	if text == "" || len(text) > maxQuery || n < 1 {
		return nil
	}
	q := []rune(text)
	limit := max(1, len(q)/3)
	type near struct{ id, distance int }
	var found []near
	var row []int
	worst := limit
	for i := range s.Components {
		c := &s.Components[i]
		d := worst + 1
		_, tail, _ := strings.Cut(c.ID, "/")
		for i, name := range [...]string{c.ID, tail, c.Name, c.Attrs.Text("name_ko"), c.Attrs.Text("name_en")} {
			if name == "" || len(name) > 2*maxQuery {
				continue
			}
			name = strings.ToLower(composed(name))
			if i > 1 && d > 1 && len(q) > 1 && strings.Contains(name, text) {
				d = 1 // people call things by a part of their names
			}
			d = min(d, editDistance(q, name, d, &row))
		}
		if d > worst {
			continue
		}
		found = append(found, near{i, d})
		if len(found) >= 4*n+64 {
			slices.SortStableFunc(found, func(x, y near) int { return cmp.Compare(x.distance, y.distance) })
			found = found[:n]
			worst = found[n-1].distance
		}
	}
	slices.SortStableFunc(found, func(x, y near) int { return cmp.Compare(x.distance, y.distance) })
	var ids []string
	for _, f := range found[:min(n, len(found))] {
		ids = append(ids, s.Components[f.id].ID)
	}
	return ids
}

// editDistance counts the insertions, deletions and replacements that turn one
// text into the other, up to limit.
func editDistance(a []rune, text string, limit int, row *[]int) int {
	n := utf8.RuneCountInString(text)
	if n-len(a) >= limit || len(a)-n >= limit {
		return limit
	}
	r := (*row)[:0]
	for j := range len(a) + 1 {
		r = append(r, j)
	}
	*row = r
	i := 0
	for _, b := range text {
		i++
		diagonal, best := r[0], i
		r[0] = i
		for j := 1; j <= len(a); j++ {
			d := diagonal
			if a[j-1] != b {
				d++
			}
			diagonal = r[j]
			r[j] = min(d, r[j]+1, r[j-1]+1)
			best = min(best, r[j])
		}
		if best >= limit {
			return limit
		}
	}
	return min(r[len(a)], limit)
}
