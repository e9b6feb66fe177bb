package resolve

import (
	"maps"
	"net/netip"
	"path"
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// bounded cleans what a device said: no control characters, no more than n characters.
func bounded(s string, n int) string {
	var b strings.Builder
	count := 0
	for _, c := range s {
		switch {
		case unicode.Is(unicode.Cf, c): // invisible, and able to turn the direction of writing
			continue
		case c == unicode.ReplacementChar || unicode.IsControl(c) || unicode.IsSpace(c):
			c = ' '
		}
		if count == n {
			b.WriteRune('…')
			break
		}
		b.WriteRune(c)
		count++
	}
	return strings.TrimSpace(norm.NFC.String(b.String()))
}

// maxName bounds names and the parts of IDs.
const maxName = 80

func displayName(s string) string { return bounded(s, maxName) }

// idPart makes a name fit to stand in an ID: one word, without the slash that
// parts kind and name or the comma that parts IDs on a command line.
func idPart(s string) string {
	return strings.Map(func(c rune) rune {
		switch {
		case c == '/' || c == ',' || c == '"' || c == '\'' || c == '`' || c == '\\' || unicode.IsSpace(c) || !unicode.IsPrint(c):
			return '_'
		}
		return c
	}, displayName(s))
}

// foldName makes host names comparable: lower case, no final dot.
func foldName(s string) string { return strings.TrimSuffix(strings.ToLower(displayName(s)), ".") }

// shortName gives the first label of a host name; an address has none.
func shortName(folded string) string {
	if _, err := netip.ParseAddr(folded); err == nil {
		return folded
	}
	short, _, _ := strings.Cut(folded, ".")
	return short
}

// hostAddress gives the address that a text is, if it is one, without its port.
func hostAddress(target string) (netip.Addr, bool) {
	if a, err := netip.ParseAddr(strings.Trim(target, "[]")); err == nil {
		return plain(a), true
	}
	if ap, err := netip.ParseAddrPort(target); err == nil {
		return plain(ap.Addr()), true
	}
	return netip.Addr{}, false
}

// targetAddress gives the address of the machine that a target is. One with a
// port of its own is where somebody forwards to a machine: the address is then
// not the machine's.
func targetAddress(target string) (netip.Addr, bool) {
	if _, err := netip.ParseAddrPort(target); err == nil {
		return netip.Addr{}, false
	}
	return hostAddress(target)
}

// fileName gives the last part of a file's path, whichever slash it uses.
func fileName(target string) string { return path.Base(strings.ReplaceAll(target, `\`, "/")) }

// fileStem gives a file's name without what only tells its format.
func fileStem(target string) string {
	name := fileName(target)
	for {
		stem, found := name, false
		for _, ext := range []string{".gz", ".txt", ".snmprec", ".snmpwalk", ".walk", ".properties"} {
			if s, ok := strings.CutSuffix(stem, ext); ok && s != "" {
				stem, found = s, true
			}
		}
		if !found {
			return name
		}
		name = stem
	}
}

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
