package snmp

import (
	"encoding/hex"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/encoding/korean"
	"golang.org/x/text/unicode/norm"

	"gujo/discovery/evidence"
)

// Bounds on what is kept of a device's text, in runes.
const (
	maxName    = 255  // names, identifiers: a DisplayString (RFC 2579)
	maxProse   = 1000 // descriptions
	maxExcerpt = 120  // what a source quotes
)

// cleanText makes what a device said fit to be shown and compared: decoded,
// composed (NFC), on one line, without control and formatting characters, and
// at most max runes long.
func cleanText(s string, max int) string {
	if len(s) > 4*max+64 {
		s = s[:4*max+64] // no encoding that is decoded here needs more for max runes
	}
	s = norm.NFC.String(decodeText(s))
	var b strings.Builder
	count, space := 0, false
	for _, r := range s {
		switch {
		case unicode.IsSpace(r):
			space = count > 0
			continue
		case unicode.IsControl(r), unicode.Is(unicode.Cf, r), unicode.Is(unicode.Co, r), r == utf8.RuneError:
			// Controls move a terminal's cursor, formatting characters turn the
			// direction of what follows.
			continue
		}
		if space {
			if count+1 >= max {
				break
			}
			b.WriteByte(' ')
			count, space = count+1, false
		}
		if count >= max {
			break
		}
		b.WriteRune(r)
		count++
	}
	return b.String()
}

// decodeText reads text whose encoding nobody said: UTF-8, else CP949 (what
// Korean consoles type), else Latin-1. A character cut off by an agent's buffer
// at the end is dropped.
func decodeText(s string) string {
	if utf8.ValidString(s) {
		return s
	}
	for cut := 1; cut < utf8.UTFMax && cut < len(s); cut++ {
		if head, tail := s[:len(s)-cut], s[len(s)-cut:]; utf8.RuneStart(tail[0]) && tail[0] >= 0xc0 &&
			utf8.ValidString(head) && !plainASCII(head) {
			return head
		}
	}
	if t, ok := decodeCP949(s); ok {
		return t
	}
	if t, ok := decodeCP949(s[:len(s)-1]); ok && s[len(s)-1] >= 0x80 && !plainASCII(s[:len(s)-1]) {
		return t
	}
	latin := make([]rune, len(s))
	for i := range len(s) {
		latin[i] = rune(s[i])
	}
	return string(latin)
}

func decodeCP949(s string) (string, bool) {
	t, err := korean.EUCKR.NewDecoder().String(s)
	return t, err == nil && !strings.ContainsRune(t, utf8.RuneError)
}

// readable says whether octets are text rather than something binary.
func readable(s string) bool {
	s = strings.TrimRight(s, "\x00")
	if s == "" {
		return false
	}
	for _, r := range decodeText(s) {
		if unicode.IsControl(r) && !unicode.IsSpace(r) {
			return false
		}
	}
	return true
}

// discreet replaces what in a device's text looks like a secret. Where Gujo
// collected it that was done before; others' walks are as they are.
func discreet(s string) string {
	if !strings.ContainsAny(s, "@:= ") {
		return s // a single word tells nothing
	}
	s, _ = evidence.Redact(s, evidence.TextRules())
	return s
}

// excerptText quotes text in an error.
func excerptText(s string) string { return strconv.Quote(cleanText(s, 60)) }

// excerpt shows a value: numbers and identifiers as they are, text cleaned and
// bounded, octets that are no text as an address or in hexadecimal.
func excerpt(v Varbind) string {
	if v.Type != OctetString && v.Type != Opaque {
		return cleanText(v.Value, maxExcerpt)
	}
	if text, ok := octetsText(v); ok {
		return text
	}
	return printable(v.Value, maxExcerpt)
}

// printable gives octets as clean text if they are text, as a MAC address if
// they are as long as one, else in hexadecimal.
func printable(s string, max int) string {
	if readable(s) || s == "" {
		return discreet(cleanText(strings.TrimRight(s, "\x00"), max))
	}
	if m := macOf(s); m != "" {
		return m
	}
	return hexadecimal(s, max)
}

func hexadecimal(s string, max int) string {
	if len(s) > max/2 {
		return hex.EncodeToString([]byte(s[:max/2])) + "…"
	}
	return hex.EncodeToString([]byte(s))
}
