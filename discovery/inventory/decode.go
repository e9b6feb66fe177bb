package inventory

import (
	"fmt"
	"math"
	"net/netip"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/token"
)

// A file may mention the same anchor often, but not unfold to more than this.
const (
	maxNodes = 1_000_000
	maxDepth = 64
)

// decoder fills the structs of this package out of a syntax tree. It goes on
// after an error, so that all are reported at once, and remembers where every
// value stood.
type decoder struct {
	*problems
	at      map[any]position // by pointer to the field
	failed  map[any]bool     // fields and items that could not be read, likewise
	anchors map[string]ast.Node
	open    map[string]bool // aliases being followed
	nodes   int
	depth   int
}

func newDecoder(p *problems) *decoder {
	return &decoder{problems: p, at: map[any]position{}, failed: map[any]bool{}, anchors: map[string]ast.Node{}, open: map[string]bool{}}
}

// given reports whether the field at the pointer was written in the file and
// could be read.
func (d *decoder) given(field any) bool {
	_, ok := d.at[field]
	return ok && !d.failed[field]
}

// fail reports why a field or an item cannot be read, and keeps later checks
// from complaining about it again.
func (d *decoder) fail(v reflect.Value, at position, format string, args ...any) {
	d.add(at, format, args...)
	d.failed[v.Addr().Interface()] = true
}

func place(t *token.Token) position {
	if t == nil || t.Position == nil {
		return position{1, 0}
	}
	return position{t.Position.Line, t.Position.Column}
}

// where gives the place at which a node begins.
func where(n ast.Node) position {
	switch n := n.(type) {
	case *ast.MappingNode:
		if !n.IsFlowStyle && len(n.Values) > 0 {
			return where(n.Values[0])
		}
		return place(n.Start)
	case *ast.MappingValueNode:
		return place(n.Key.GetToken())
	case *ast.SequenceNode:
		return place(n.Start)
	case *ast.LiteralNode:
		return place(n.Start)
	case nil:
		return position{1, 0}
	}
	return place(n.GetToken())
}

// follow gives what an anchor, alias or comment stands for; nil after a problem.
// The returned function must be called when the node is done with.
func (d *decoder) follow(n ast.Node) (ast.Node, func()) {
	var names []string
	done := func() {
		for _, name := range names {
			delete(d.open, name)
		}
		d.depth--
	}
	d.depth++
	for range maxDepth {
		if d.nodes++; d.nodes == maxNodes {
			d.add(where(n), "the file unfolds to more than %d values; anchors are repeated too often", maxNodes)
		}
		if d.nodes >= maxNodes || d.depth > maxDepth {
			return nil, done
		}
		switch x := n.(type) {
		case *ast.AnchorNode:
			name := x.Name.GetToken().Value
			d.anchors[name] = x.Value
			if !d.open[name] {
				d.open[name] = true
				names = append(names, name)
			}
			n = x.Value
		case *ast.AliasNode:
			name := x.Value.GetToken().Value
			target, ok := d.anchors[name]
			switch {
			case !ok:
				d.add(where(n), "there is no anchor &%s before this", name)
				return nil, done
			case d.open[name]:
				d.add(where(n), "*%s stands within what it stands for", name)
				return nil, done
			}
			d.open[name] = true
			names = append(names, name)
			n = target
		case *ast.TagNode:
			d.add(where(n), "tags such as %s have no meaning here; leave it out", x.Start.Value)
			return nil, done
		default:
			return n, done
		}
	}
	return nil, done
}

var (
	textType    = reflect.TypeFor[Text]()
	minutesType = reflect.TypeFor[*Minutes]()
	prefixType  = reflect.TypeFor[netip.Prefix]()
)

// value decodes a node into v, which must be addressable. The key is for messages.
func (d *decoder) value(n ast.Node, v reflect.Value, key string) {
	at := where(n)
	n, done := d.follow(n)
	defer done()
	d.at[v.Addr().Interface()] = at
	if n == nil {
		d.failed[v.Addr().Interface()] = true
		return
	}
	if _, null := n.(*ast.NullNode); null {
		// A list all of whose items are commented out is an empty list.
		if v.Kind() != reflect.Slice && v.Kind() != reflect.Struct || v.Type() == textType {
			d.fail(v, at, "%s has no value; give one or leave the key out", key)
		}
		delete(d.at, v.Addr().Interface())
		return
	}
	switch {
	case v.Type() == textType:
		d.text(n, at, v, key)
	case v.Type() == minutesType:
		if s, ok := d.scalar(n, at, v, key, "a duration such as 30m, 2h or 1d"); ok {
			m, err := parseMinutes(s)
			if err != nil {
				d.fail(v, at, "%s: %v", key, err)
				return
			}
			v.Set(reflect.ValueOf(&m))
		}
	case v.Type() == prefixType:
		if s, ok := d.scalar(n, at, v, key, "a subnet such as 10.0.0.0/16"); ok {
			p, err := parsePrefix(s)
			if err != nil {
				d.fail(v, at, "%s: %v", key, err)
			}
			v.Set(reflect.ValueOf(p))
		}
	case v.Kind() == reflect.Struct:
		d.mapping(n, at, v, key)
	case v.Kind() == reflect.Slice:
		d.sequence(n, at, v, key)
	case v.Kind() == reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		d.plain(n, at, v.Elem(), key)
	default:
		d.plain(n, at, v, key)
	}
}

// plain decodes a scalar.
func (d *decoder) plain(n ast.Node, at position, v reflect.Value, key string) {
	want := map[reflect.Kind]string{reflect.String: "text", reflect.Int: "a whole number",
		reflect.Float64: "a number", reflect.Bool: "true or false"}[v.Kind()]
	s, ok := d.scalar(n, at, v, key, want)
	if !ok {
		return
	}
	switch v.Kind() {
	case reflect.String:
		v.SetString(s)
	case reflect.Int:
		i, err := strconv.ParseInt(s, 10, 32)
		if _, isInt := n.(*ast.IntegerNode); !isInt || err != nil {
			d.fail(v, at, "%s is %s, want %s", key, quote(s), want)
			return
		}
		v.SetInt(i)
	case reflect.Float64:
		f, err := strconv.ParseFloat(s, 64)
		if err != nil || math.IsNaN(f) || math.IsInf(f, 0) {
			d.fail(v, at, "%s is %s, want %s", key, quote(s), want)
			return
		}
		v.SetFloat(f)
	case reflect.Bool:
		if _, isBool := n.(*ast.BoolNode); !isBool {
			d.fail(v, at, "%s is %s, want %s", key, quote(s), want)
			return
		}
		v.SetBool(strings.EqualFold(s, "true"))
	}
}

// scalar gives the text of a scalar as it was written: a name may look like a number.
func (d *decoder) scalar(n ast.Node, at position, v reflect.Value, key, want string) (string, bool) {
	switch n := n.(type) {
	case *ast.StringNode:
		return n.Value, true
	case *ast.LiteralNode:
		return strings.TrimSpace(n.Value.Value), true
	case *ast.IntegerNode, *ast.FloatNode, *ast.BoolNode, *ast.InfinityNode, *ast.NanNode:
		return n.GetToken().Value, true
	case *ast.SequenceNode:
		d.fail(v, at, "%s is a list, want %s", key, want)
	case ast.MapNode:
		d.fail(v, at, "%s has keys of its own, want %s", key, want)
	default:
		d.fail(v, at, "%s: want %s", key, want)
	}
	return "", false
}

// list decodes a list. Of what is no list of structs, a single item may stand for one.
func (d *decoder) sequence(n ast.Node, at position, v reflect.Value, key string) {
	elem := v.Type().Elem()
	var items []ast.Node
	switch seq, ok := n.(*ast.SequenceNode); {
	case ok:
		items = seq.Values
	case elem.Kind() == reflect.Struct && elem != prefixType:
		d.fail(v, at, "%s is no list; each of its items begins with \"- \"", key)
		return
	default:
		items = []ast.Node{n}
	}
	// All items at once: their addresses are the keys of d.at.
	v.Set(reflect.MakeSlice(v.Type(), len(items), len(items)))
	for i, item := range items {
		if _, null := item.(*ast.NullNode); null || item == nil {
			if item != nil {
				at = where(item)
			}
			d.fail(v.Index(i), at, "item %d of %s is empty", i+1, key)
			continue
		}
		d.value(item, v.Index(i), "an item of "+key)
		if p := v.Index(i).Addr().Interface(); !d.given(p) && !d.failed[p] { // an anchor of nothing
			d.fail(v.Index(i), where(item), "item %d of %s is empty", i+1, key)
		}
	}
}

// mapping decodes a struct.
func (d *decoder) mapping(n ast.Node, at position, v reflect.Value, key string) {
	m, ok := n.(ast.MapNode)
	if !ok {
		d.fail(v, at, "%s: want keys with values: %s", key, strings.Join(keysOf(v.Type()), ", "))
		return
	}
	if f := v.FieldByName("Line"); f.IsValid() {
		f.SetInt(int64(at.line))
	}
	d.fields(m, v, map[string]position{}, false)
}

// fields decodes the keys of a mapping; those that a merge (<<) brings in yield
// to those written out.
func (d *decoder) fields(m ast.MapNode, v reflect.Value, seen map[string]position, merged bool) {
	known := keysOf(v.Type())
	var merges []ast.Node
	for it := m.MapRange(); it.Next(); {
		pair := it.KeyValue()
		at := place(pair.Key.GetToken())
		if pair.Key.IsMergeKey() {
			merges = append(merges, pair.Value)
			continue
		}
		var name string
		switch k := pair.Key.(type) {
		case *ast.StringNode:
			name = k.Value
		default:
			name = pair.Key.GetToken().Value
		}
		first, again := seen[name]
		switch {
		case again && merged:
			continue
		case again:
			d.add(at, "%s is given twice, first in line %d", name, first.line)
			continue
		}
		seen[name] = at
		if !slices.Contains(known, name) {
			hint := didYouMean(name, known)
			if hint == "" {
				hint = "; known here: " + strings.Join(known, ", ")
			}
			d.add(at, "unknown key %s%s", quote(name), hint)
			continue
		}
		value := pair.Value
		if value == nil {
			d.fail(fieldOf(v, name), at, "%s has no value; give one or leave the key out", name)
			continue
		}
		d.value(value, fieldOf(v, name), name)
		d.remember(v, name, at)
	}
	for _, n := range merges {
		at := where(n)
		n, done := d.follow(n)
		sources := []ast.Node{n}
		if seq, ok := n.(*ast.SequenceNode); ok {
			sources = seq.Values
		}
		for _, s := range sources {
			s, done := d.follow(s)
			if m, ok := s.(ast.MapNode); ok {
				d.fields(m, v, seen, true)
			} else if s != nil {
				d.add(at, "<< merges keys with values, as of an anchor; this has none")
			}
			done()
		}
		done()
	}
}

// remember keeps, in a struct that has [Lines], where a key and its items stand.
func (d *decoder) remember(v reflect.Value, name string, at position) {
	f := v.FieldByName("Lines")
	if !f.IsValid() {
		return
	}
	lines, _ := f.Interface().(Lines)
	if lines == nil {
		lines = Lines{}
		f.Set(reflect.ValueOf(lines))
	}
	lines[name] = at.line
	list := fieldOf(v, name)
	if list.Kind() != reflect.Slice {
		return
	}
	for i := range list.Len() {
		if item, ok := d.at[list.Index(i).Addr().Interface()]; ok {
			lines[fmt.Sprintf("%s[%d]", name, i)] = item.line
		}
	}
}

// keysOf gives the YAML keys of a struct in the order of its fields.
func keysOf(t reflect.Type) []string {
	var keys []string
	for i := range t.NumField() {
		if key := t.Field(i).Tag.Get("yaml"); key != "" && key != "-" {
			keys = append(keys, key)
		}
	}
	return keys
}

func fieldOf(v reflect.Value, key string) reflect.Value {
	for i := range v.NumField() {
		if v.Type().Field(i).Tag.Get("yaml") == key {
			return v.Field(i)
		}
	}
	return reflect.Value{}
}

// text decodes a name in two languages; a plain one stands for both.
func (d *decoder) text(n ast.Node, at position, v reflect.Value, key string) {
	t := v.Addr().Interface().(*Text)
	if _, ok := n.(ast.MapNode); ok {
		d.mapping(n, at, v, key)
		if t.KO == "" {
			t.KO = t.EN
		}
		if t.EN == "" {
			t.EN = t.KO
		}
		return
	}
	if s, ok := d.scalar(n, at, v, key, "a text, or one for each language: {ko: …, en: …}"); ok {
		*t = Text{KO: s, EN: s}
	}
}

var durationParts = regexp.MustCompile(`^(?:([0-9]{1,5})d)?\s*(?:([0-9]{1,6})h)?\s*(?:([0-9]{1,8})m(?:in)?)?$`)

// parseMinutes reads "30m", "2h", "1d", and "1d12h".
func parseMinutes(s string) (Minutes, error) {
	m := durationParts.FindStringSubmatch(strings.TrimSpace(s))
	if m == nil || m[1]+m[2]+m[3] == "" {
		if _, err := strconv.ParseFloat(s, 64); err == nil {
			return 0, fmt.Errorf("%s has no unit, want such as %sm, %sh or %sd (minutes, hours, days)", quote(s), s, s, s)
		}
		return 0, fmt.Errorf("%s is no duration, want such as 30m, 2h or 1d (minutes, hours, days)", quote(s))
	}
	total := 0
	for i, unit := range []int{24 * 60, 60, 1} {
		n, _ := strconv.Atoi("0" + m[i+1]) // digits, few enough
		total += n * unit
	}
	if total > 100*366*24*60 {
		return 0, fmt.Errorf("%s is longer than a hundred years", quote(s))
	}
	return Minutes(total), nil
}

// parsePrefix reads a subnet, or an address, which is the subnet of itself.
func parsePrefix(s string) (netip.Prefix, error) {
	if a, err := netip.ParseAddr(s); err == nil && a.Zone() == "" {
		return netip.PrefixFrom(a, a.BitLen()), nil
	}
	p, err := netip.ParsePrefix(s)
	if err != nil {
		return netip.Prefix{}, fmt.Errorf("%s is neither a subnet nor an address, want such as 10.0.0.0/16", quote(s))
	}
	if p != p.Masked() {
		return netip.Prefix{}, fmt.Errorf("%s is an address within a subnet, want the subnet, %q, or the address alone, %q", quote(s), p.Masked(), p.Addr())
	}
	return p, nil
}
