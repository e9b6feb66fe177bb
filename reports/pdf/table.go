package pdf

import "math"

// column is one of a table's.
type column struct {
	title string
	share float64 // of the width
	right bool    // aligned to the right
}

// cell is what stands in one place of a table. A row of one cell spans all
// columns, as a heading of the rows below it.
type cell struct {
	text  string
	bold  bool
	ink   colour // black where it is the zero colour
	chip  bool   // white on the ink
	lead  bool   // the ink is that of the first line alone
	to    string // anchor that it leads to
	lines []string
}

func plain(s string) cell { return cell{text: s} }

func (c cell) style() string {
	if c.bold || c.chip {
		return "B"
	}
	return ""
}

const (
	cellSize = 8.2
	tinySize = 7.2 // for tables of digests and OIDs
	cellPad  = 1.4
	maxLines = 40 // rows of more lines are torn at the foot of a page
)

// table prints rows; the head is repeated on every page, and a row that is
// taller than a page goes on on the next.
func (d *document) table(columns []column, rows [][]cell) { d.tableOf(cellSize, columns, rows) }

func (d *document) tableOf(size float64, columns []column, rows [][]cell) {
	t := table{document: d, columns: columns, size: size, line: lineHeight(size), above: cellPad}
	if size < cellSize {
		t.above = cellPad / 2
		t.line *= 0.93
	}
	total := 0.0
	for _, c := range columns {
		total += c.share
	}
	for _, c := range columns {
		t.widths = append(t.widths, bodyWidth*c.share/total)
	}
	d.font("B", size, white)
	for i, c := range columns {
		t.heads = append(t.heads, d.wrap(capital(d.letters.printable(c.title)), t.widths[i]-2*cellPad))
		t.headLines = max(t.headLines, len(t.heads[i]))
	}
	shaded := false
	for n := range rows {
		if len(rows[n]) == 1 && len(columns) > 1 {
			shaded = false
		}
		lines := t.measure(rows[n])
		together := t.together(rows, n)
		if n == 0 {
			if d.y+t.height(t.headLines)+together > bottom {
				d.addPage()
			}
			t.head()
		} else if d.y+together > bottom && lines <= maxLines {
			d.addPage()
			t.head()
		}
		t.row(rows[n], lines, shaded)
		shaded = !shaded
	}
	d.rule(d.y, pale)
	d.space(4)
}

// together gives the height of a row with those that it stays with: a heading stays
// with the row below it, and the last row but one with the last, so that no page
// begins with the rest of a table that is one row.
func (t *table) together(rows [][]cell, n int) float64 {
	height := t.height(min(t.measure(rows[n]), maxLines))
	if n+1 == len(rows) || len(rows[n]) > 1 && n+2 < len(rows) {
		return height
	}
	if both := height + t.together(rows, n+1); both+t.height(t.headLines) <= bottom-top {
		return both
	}
	return height
}

// table is one while it is printed.
type table struct {
	*document
	columns   []column
	widths    []float64
	heads     [][]string
	headLines int
	size      float64
	line      float64 // height of a line
	above     float64 // room above and below the text of a row
}

func (t *table) height(lines int) float64 { return float64(lines)*t.line + 2*t.above }

// measure breaks the cells of a row into lines, and counts those of the tallest.
func (t *table) measure(row []cell) int {
	lines := 1
	for i := range row {
		width := t.widths[i]
		if len(row) == 1 {
			width = bodyWidth
		}
		t.font(row[i].style(), t.size, black)
		row[i].lines = t.wrap(t.letters.printable(row[i].text), width-2*cellPad)
		lines = max(lines, len(row[i].lines))
	}
	return lines
}

func (t *table) head() {
	height := t.height(t.headLines)
	t.fill(navy)
	t.rect(left, t.y, bodyWidth, height)
	t.font("B", t.size, white)
	x := left
	for i, c := range t.columns {
		for j, line := range t.heads[i] {
			base := t.y + t.above + t.line*(float64(j)+0.75)
			if c.right {
				t.putRight(x+t.widths[i]-cellPad, base, line)
			} else {
				t.put(x+cellPad, base, line)
			}
		}
		x += t.widths[i]
	}
	t.space(height)
}

func (t *table) row(row []cell, lines int, shaded bool) {
	for from := 0; from < lines; {
		fits := int(math.Floor((bottom - t.y - 2*t.above) / t.line))
		if fits < min(lines-from, 3) {
			t.addPage()
			t.head()
			continue
		}
		n := min(fits, lines-from)
		t.part(row, from, n, shaded)
		from += n
	}
}

// part prints n lines of a row's cells.
func (t *table) part(row []cell, from, n int, shaded bool) {
	height := t.height(n)
	switch {
	case len(row) == 1:
		t.fill(pale)
		t.rect(left, t.y, bodyWidth, height)
	case shaded:
		t.fill(paler)
		t.rect(left, t.y, bodyWidth, height)
	}
	x := left
	for i, c := range row {
		width := t.widths[i]
		if len(row) == 1 {
			width = bodyWidth
		}
		ink := c.ink
		if ink == (colour{}) {
			ink = black
		}
		if c.to != "" && !c.chip {
			ink = blue
		}
		for j := from; j < min(from+n, len(c.lines)); j++ {
			if c.lead && j > 0 {
				ink = black
			}
			t.cellLine(c, c.lines[j], x, t.y+t.above+t.line*(float64(j-from)+0.75), width, ink, t.columns[i].right && len(row) > 1)
		}
		if c.to != "" {
			t.leads(x, t.y, width, height, c.to)
		}
		x += width
	}
	t.space(height)
}

func (t *table) cellLine(c cell, line string, x, base, width float64, ink colour, right bool) {
	if t.dry || line == "" {
		return
	}
	t.font(c.style(), t.size, ink)
	at := x + cellPad
	if right || c.chip {
		w := t.pdf.GetStringWidth(line)
		if right {
			at = x + width - cellPad - w
		}
		if c.chip {
			t.fill(ink)
			t.rounded(at-0.6, base-t.line*0.66, w+1.8, t.line*0.88, 0.8, "F")
			t.font("B", t.size, white)
			at += 0.3
		}
	}
	t.put(at, base, line)
}
