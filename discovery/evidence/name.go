package evidence

import (
	"fmt"
	"net/netip"
	"path/filepath"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

const maxName = 512

// checkName refuses what could, unpacked, land outside a directory or surprise a
// file system: absolute and upward paths, backslashes, colons, control characters.
func checkName(name string) error {
	bad := func(why string) error { return fmt.Errorf("entry %q: %s", clip(name, 120), why) }
	switch {
	case name == "":
		return bad("has no name")
	case len(name) > maxName:
		return bad("the name is too long")
	case !utf8.ValidString(name):
		return bad("the name is not UTF-8")
	case strings.HasPrefix(name, "/"):
		return bad("the name is an absolute path")
	case strings.HasSuffix(name, "/"):
		return bad("is a directory")
	}
	for _, r := range name {
		if r != '/' && !nameRune(r) {
			return bad(fmt.Sprintf("the name contains %q", r))
		}
	}
	for part := range strings.SplitSeq(name, "/") {
		if part == "" || part == "." || part == ".." {
			return bad("the name leads outside, or about")
		}
	}
	return nil
}

func nameRune(r rune) bool {
	if r < 0x80 {
		return 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || '0' <= r && r <= '9' || strings.ContainsRune("._-~@+=,()", r)
	}
	return r != utf8.RuneError && (unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r))
}

// nameOf makes a name out of the entry: collector/zone/target/table.format.
func nameOf(e Entry) string {
	parts := []string{e.Collector}
	if e.Collector != "file" && e.Zone != "" {
		parts = append(parts, e.Zone)
	}
	if e.Target != "" {
		parts = append(parts, e.Target)
	}
	switch {
	case e.Table != "":
		parts = append(parts, e.Table)
	case e.Collector != "file" && e.Target != "":
		// Of the target as a whole; without this its name were a directory too.
		parts = append(parts, "target")
	}
	for i, p := range parts {
		parts[i] = cleanPart(p)
	}
	return strings.Join(parts, "/")
}

// cleanPart makes one part of a name out of any text.
func cleanPart(s string) string {
	s = strings.Map(func(r rune) rune {
		if nameRune(r) {
			return r
		}
		return '_'
	}, clip(s, 100))
	if strings.Trim(s, ".") == "" {
		return "_" + s
	}
	return s
}

// clip cuts text to at most n bytes, at a rune.
func clip(s string, n int) string {
	if len(s) <= n {
		return s
	}
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n]
}

var inName = regexp.MustCompile(`(?:^|[^0-9.])((?:[0-9]{1,3}\.){3}[0-9]{1,3})(?:$|\.[^0-9]|[^0-9.])`)

// TargetOf gives the address that a file's name holds, as in "10.0.0.1.snmprec",
// "core-10.0.0.1.walk" or "2001_db8__1.txt" (colons may be written "_" or "-"),
// and otherwise the name without its directory. A loopback address, as in
// "127.0.0.1_1161.snmprec", says where a forward ended and names no machine.
func TargetOf(path string) string {
	base := filepath.Base(filepath.ToSlash(path))
	if m := inName.FindStringSubmatch(base); m != nil {
		if a, err := netip.ParseAddr(m[1]); err == nil && !a.IsLoopback() {
			return a.String()
		}
	}
	for stem := base; ; {
		for _, s := range []string{stem, strings.ReplaceAll(stem, "_", ":"), strings.ReplaceAll(stem, "-", ":")} {
			if a, err := netip.ParseAddr(s); err == nil && strings.Contains(s, ":") && !a.IsLoopback() {
				return a.WithZone("").String()
			}
		}
		i := strings.LastIndexByte(stem, '.')
		if i <= 0 {
			return base
		}
		stem = stem[:i]
	}
}
