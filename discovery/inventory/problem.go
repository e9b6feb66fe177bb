package inventory

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/width"

	"gujo/discovery/evidence"
)

// Problem is one thing that is wrong in the file, and where.
type Problem struct {
	File    string
	Line    int // from 1
	Column  int // from 1, in characters; 0: the whole line
	Message string
	Source  string // the line, its secrets masked
}

// Error gives "file:line:column: message", the line and a caret under the place.
func (p *Problem) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s:%d:", p.File, p.Line)
	if p.Column > 0 {
		fmt.Fprintf(&b, "%d:", p.Column)
	}
	fmt.Fprintf(&b, " %s", p.Message)
	line, col := window(p.Source, p.Column)
	if strings.TrimSpace(line) == "" {
		return b.String()
	}
	number := fmt.Sprintf("%5d | ", p.Line)
	fmt.Fprintf(&b, "\n%s%s", number, line)
	if col > 0 {
		fmt.Fprintf(&b, "\n%s| %s^", strings.Repeat(" ", len(number)-2), under(line, col))
	}
	return b.String()
}

// window cuts a very long line down to what stands around the column.
func window(line string, col int) (string, int) {
	const most = 160
	runes := []rune(strings.Map(func(r rune) rune {
		if r != '\t' && unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) {
			return '\uFFFD'
		}
		return r
	}, line))
	if len(runes) <= most {
		return string(runes), min(col, len(runes)+1)
	}
	from := max(0, min(col-most/2, len(runes)-most))
	return string(runes[from : from+most]), min(col-from, most+1)
}

// under gives the blanks that lead to a column: Hangul and the like are two wide
// on a terminal.
func under(line string, col int) string {
	var b strings.Builder
	for _, r := range line {
		if col--; col <= 0 {
			break
		}
		switch k := width.LookupRune(r).Kind(); {
		case r == '\t':
			b.WriteByte('\t')
		case k == width.EastAsianWide || k == width.EastAsianFullwidth:
			b.WriteString("  ")
		case unicode.Is(unicode.Mn, r):
		default:
			b.WriteByte(' ')
		}
	}
	return b.String()
}

// Problems is everything that is wrong in a file, in the order of its lines.
type Problems []*Problem

// MaxShown is how many problems are printed; the rest are counted.
const MaxShown = 50

// Error gives each problem, blocks apart by a blank line.
func (p Problems) Error() string {
	parts := make([]string, 0, min(len(p), MaxShown)+1)
	for i, one := range p {
		if i == MaxShown {
			parts = append(parts, fmt.Sprintf("and %d more", len(p)-MaxShown))
			break
		}
		parts = append(parts, one.Error())
	}
	return strings.Join(parts, "\n\n")
}

// Unwrap gives the single problems.
func (p Problems) Unwrap() []error {
	errs := make([]error, len(p))
	for i := range p {
		errs[i] = p[i]
	}
	return errs
}

// position is a place in the file.
type position struct{ line, col int }

// problems collects what is wrong.
type problems struct {
	file  string
	data  []byte
	lines []string // of the redacted file, split when first needed
	list  Problems
	seen  map[Problem]bool
}

func (p *problems) add(at position, format string, args ...any) {
	if p.lines == nil {
		masked, _ := Redact(p.data)
		p.lines = strings.Split(string(masked), "\n")
		p.seen = map[Problem]bool{}
	}
	one := Problem{File: p.file, Line: at.line, Column: at.col, Message: fmt.Sprintf(format, args...)}
	if at.line >= 1 && at.line <= len(p.lines) {
		one.Source = strings.TrimSuffix(strings.ToValidUTF8(p.lines[at.line-1], string(utf8.RuneError)), "\r")
	}
	if !p.seen[one] {
		p.seen[one] = true
		p.list = append(p.list, &one)
	}
}

// err gives all problems, or nil.
func (p *problems) err() error {
	if len(p.list) == 0 {
		return nil
	}
	slices.SortStableFunc(p.list, func(x, y *Problem) int {
		return cmp.Or(cmp.Compare(x.Line, y.Line), cmp.Compare(x.Column, y.Column))
	})
	return p.list
}

// quote prints a value out of the file in a message: short, and without what
// looks like a password.
func quote(s string) string {
	s, _ = evidence.Redact(s, evidence.TextRules())
	if r := []rune(s); len(r) > 60 {
		s = string(r[:60]) + "…"
	}
	return fmt.Sprintf("%q", s)
}

// didYouMean gives `, did you mean "x"?` for the nearest of the known words, or "".
func didYouMean(word string, known []string) string {
	if best := nearest(word, known); best != "" {
		return fmt.Sprintf(", did you mean %q?", best)
	}
	return ""
}

// nearest gives the known word that is few typing errors away, or "".
func nearest(word string, known []string) string {
	if len(word) > 200 {
		return ""
	}
	best, least := "", min(3, utf8.RuneCountInString(word)/3)+1
	for _, k := range known {
		if d := distance(strings.ToLower(word), strings.ToLower(k)); d < least {
			best, least = k, d
		}
	}
	return best
}

// distance is how many characters to insert, drop, replace or swap with their
// neighbour (optimal string alignment).
func distance(x, y string) int {
	a, b := []rune(x), []rune(y)
	if len(a)-len(b) > 3 || len(b)-len(a) > 3 {
		return 4
	}
	older, old, row := make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range row {
		old[j] = j
	}
	for i := range a {
		row[0] = i + 1
		for j := range b {
			same := 1
			if a[i] == b[j] {
				same = 0
			}
			row[j+1] = min(old[j+1]+1, row[j]+1, old[j]+same)
			if i > 0 && j > 0 && a[i] == b[j-1] && a[i-1] == b[j] {
				row[j+1] = min(row[j+1], older[j-1]+1)
			}
		}
		older, old, row = old, row, older
	}
	return old[len(b)]
}
