package command

import (
	"fmt"
	"io"
	"strings"
	"unicode"

	"golang.org/x/text/width"
)

// clean makes text of unknown origin fit for a terminal: control characters,
// which could move the cursor or change colours, become a mark.
func clean(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || r == '\t':
			return r
		case unicode.IsControl(r), unicode.Is(unicode.Bidi_Control, r), r == 0x2028, r == 0x2029:
			return '\ufffd'
		}
		return r
	}, s)
}

// columns gives how many terminal columns a text takes: East Asian wide
// characters take two.
func columns(s string) int {
	n := 0
	for _, r := range s {
		switch {
		case unicode.Is(unicode.Mn, r) || unicode.Is(unicode.Cf, r):
		case width.LookupRune(r).Kind() == width.EastAsianWide, width.LookupRune(r).Kind() == width.EastAsianFullwidth:
			n += 2
		default:
			n++
		}
	}
	return n
}

// writeTable writes rows, below a head if there is one, in columns that fit into
// the given width. What does not fit wraps within its column; the last column
// gets what the others leave, and they leave it a third where it needs that.
func writeTable(w io.Writer, width int, indent string, head []string, rows [][]string) {
	if len(rows) == 0 {
		return
	}
	if head != nil {
		rows = append([][]string{head}, rows...)
	}
	wide := make([]int, len(rows[0]))
	for _, row := range rows {
		for i, cell := range row {
			wide[i] = max(wide[i], columns(clean(cell)))
		}
	}
	last := len(wide) - 1
	room := width - columns(indent) - 2*last
	others := 0
	for i := range last {
		others += wide[i]
	}
	for want := min(wide[last], max(room/3, 12)); others > room-want; others-- {
		widest := 0
		for i := range last {
			if wide[i] > wide[widest] {
				widest = i
			}
		}
		if wide[widest] <= 8 {
			break
		}
		wide[widest]--
	}
	wide[last] = max(room-others, 12)
	for _, row := range rows {
		writeRow(w, indent, wide, row)
	}
}

// writeRow writes one row, over several lines where a cell is too long.
func writeRow(w io.Writer, indent string, wide []int, row []string) {
	cells := make([][]string, len(row))
	lines := 1
	for i, cell := range row {
		cells[i] = wrap(clean(cell), wide[i])
		lines = max(lines, len(cells[i]))
	}
	for l := range lines {
		var b strings.Builder
		b.WriteString(indent)
		for i := range cells {
			text := ""
			if l < len(cells[i]) {
				text = cells[i][l]
			}
			b.WriteString(text)
			if i < len(cells)-1 {
				b.WriteString(strings.Repeat(" ", max(wide[i]-columns(text), 0)+2))
			}
		}
		fmt.Fprintln(w, strings.TrimRight(b.String(), " "))
	}
}

// wrap breaks a text into lines of at most so many columns, at spaces where
// there are any.
func wrap(s string, limit int) []string {
	var lines []string
	for _, para := range strings.Split(s, "\n") {
		// What stands before the first word stays, such as the indent of "    --store".
		indent := para[:len(para)-len(strings.TrimLeft(para, " "))]
		line := ""
		for _, word := range strings.Fields(para) {
			for columns(word) > limit {
				if line != "" {
					lines = append(lines, line)
					line = ""
				}
				head, rest := cut(word, limit)
				lines = append(lines, head)
				word = rest
			}
			switch {
			case line == "":
				line, indent = indent+word, ""
			case columns(line)+1+columns(word) <= limit:
				line += " " + word
			default:
				lines = append(lines, line)
				line = word
			}
		}
		lines = append(lines, line)
	}
	return lines
}

// fill breaks a text into lines at blanks, and never within a word, which may be a
// path or a command to be copied.
func fill(s string, limit int) []string {
	var lines []string
	line := ""
	for _, word := range strings.Fields(s) {
		switch {
		case line == "":
			line = word
		case columns(line)+1+columns(word) <= limit:
			line += " " + word
		default:
			lines = append(lines, line)
			line = word
		}
	}
	return append(lines, line)
}

// cut splits a word after as many runes as fit, after a separator if one is near.
func cut(word string, limit int) (head, rest string) {
	n, at, soft := 0, 0, 0
	for i, r := range word {
		n += columns(string(r))
		if n > limit {
			break
		}
		at = i + len(string(r))
		if strings.ContainsRune("/:-.,~_", r) {
			soft = at
		}
	}
	if soft > at/2 {
		at = soft
	}
	return word[:at], word[at:]
}
