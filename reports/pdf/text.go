package pdf

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/image/font/sfnt"
	"golang.org/x/text/unicode/norm"

	"gujo/reports/fonts"
)

// missing stands for a character that the embedded font does not have.
const missing = '□'

// alphabet knows which characters the font can print.
type alphabet struct {
	font    *sfnt.Font
	buf     sfnt.Buffer
	known   map[rune]bool
	Dropped map[rune]int // printed as the mark instead, and how often
}

func newAlphabet() (*alphabet, error) {
	f, err := sfnt.Parse(fonts.Regular)
	if err != nil {
		return nil, err
	}
	return &alphabet{font: f, known: map[rune]bool{}, Dropped: map[rune]int{}}, nil
}

func (a *alphabet) has(r rune) bool {
	ok, seen := a.known[r]
	if !seen {
		// Past the basic plane gofpdf has no room for characters at all.
		if r <= 0xFFFF {
			g, err := a.font.GlyphIndex(&a.buf, r)
			ok = err == nil && g != 0
		}
		a.known[r] = ok
	}
	return ok
}

// printable makes any text fit to be drawn: composed (a Korean file name may
// come as loose letters), without control characters, and with a mark for what
// the font lacks.
func (a *alphabet) printable(s string) string {
	if plainASCII(s) {
		return s
	}
	s = norm.NFC.String(s)
	var b strings.Builder
	for _, r := range s {
		switch {
		case r == '\n':
			b.WriteRune(r)
		case r == '\t', r == 0xA0, unicode.Is(unicode.Zs, r):
			b.WriteByte(' ')
		case unicode.IsControl(r), unicode.Is(unicode.Cf, r), unicode.Is(unicode.Zl, r), unicode.Is(unicode.Zp, r),
			unicode.Is(unicode.Variation_Selector, r):
			// Nothing is to be seen of these anyway.
		case a.has(r):
			b.WriteRune(r)
		default:
			a.Dropped[r]++
			b.WriteRune(missing)
		}
	}
	return b.String()
}

// plainASCII reports whether there is nothing to mend: the font has all of it.
func plainASCII(s string) bool {
	for i := range len(s) {
		if c := s[i]; c != '\n' && (c < ' ' || c > '~') {
			return false
		}
	}
	return true
}

// breakAfter are the characters after which a long name may be cut.
const breakAfter = "/.-:_~,=#+()"

// lineKey is what the lines of a text depend on.
type lineKey struct {
	text, style string
	size, width float64
}

// wrap breaks a text into lines of at most so many millimetres in the current
// font: at spaces first, then after the punctuation of names, then anywhere.
func (d *document) wrap(s string, width float64) []string {
	key := lineKey{s, d.set.style, d.set.size, width}
	lines, known := d.lines[key]
	if !known {
		lines = d.broken(s, width)
		d.lines[key] = lines
	}
	return lines
}

func (d *document) broken(s string, width float64) []string {
	if !strings.ContainsRune(s, '\n') && d.pdf.GetStringWidth(s) <= width {
		return []string{s}
	}
	var lines []string
	space := d.pdf.GetStringWidth(" ")
	for paragraph := range strings.SplitSeq(s, "\n") {
		line, used := "", 0.0
		for word := range strings.FieldsSeq(paragraph) {
			w := d.pdf.GetStringWidth(word)
			if line != "" && used+space+w <= width {
				line, used = line+" "+word, used+space+w
				continue
			}
			if line != "" {
				lines = append(lines, line)
			}
			for w > width {
				head, rest := d.cut(word, width)
				if rest == "" {
					break // one character, wider than the column
				}
				lines = append(lines, head)
				word, w = rest, d.pdf.GetStringWidth(rest)
			}
			line, used = word, w
		}
		lines = append(lines, line)
	}
	return lines
}

// cut takes from a word as much as fits, and a character at least.
func (d *document) cut(word string, width float64) (head, rest string) {
	used, at, soft := 0.0, 0, 0
	for i, r := range word {
		used += d.pdf.GetStringWidth(string(r))
		if used > width && at > 0 {
			break
		}
		at = i + utf8.RuneLen(r)
		if strings.ContainsRune(breakAfter, r) {
			soft = at
		}
	}
	if soft > at/2 {
		at = soft
	}
	return word[:at], word[at:]
}

// capital begins a text with a capital letter, as a heading does in English.
func capital(s string) string {
	r, n := utf8.DecodeRuneInString(s)
	if n == 0 {
		return ""
	}
	return string(unicode.ToUpper(r)) + s[n:]
}
