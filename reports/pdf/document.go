package pdf

import (
	"bytes"
	"fmt"
	"io"
	"sort"
	"time"

	"github.com/jung-kurt/gofpdf"

	"gujo/reports"
	"gujo/reports/figure"
	"gujo/reports/fonts"
	"gujo/reports/locale"
)

// Measures of the page, A4, in millimetres.
const (
	pageWidth  = 210.0
	pageHeight = 297.0
	left       = 20.0
	right      = 190.0
	top        = 24.0
	bottom     = 276.0
	bodyWidth  = right - left
)

// Sizes of type, in points.
const (
	bodySize  = 9.5
	smallSize = 7.5
)

type colour struct{ r, g, b int }

var (
	black = colour{33, 37, 41}
	grey  = colour{108, 117, 125}
	pale  = colour{233, 236, 239}
	paler = colour{246, 248, 250}
	navy  = colour{18, 53, 91}
	white = colour{255, 255, 255}
	red   = colour{176, 32, 32}
	amber = colour{196, 118, 0}
	blue  = colour{31, 111, 178}
	green = colour{38, 120, 70}
)

// document is one print of a report in one language.
//
// A table of contents stands in front of what it lists, so the chapters are run
// twice: dry, to learn the pages, and again to draw. Both runs break the lines
// at the same places, so the second takes them from the first.
type document struct {
	pdf     *gofpdf.Fpdf
	print   *locale.Printer
	report  *reports.Report
	letters *alphabet

	drawings map[*reports.Drawing]drawing
	noFigure string // key of the note that stands for a figure that is not there

	dry   bool
	page  int
	total int
	y     float64        // how far down the page, in millimetres
	pages map[string]int // of the anchors
	links map[string]int
	lines map[lineKey][]string
	set   typeface
}

// typeface is what text is set in.
type typeface struct {
	style string
	size  float64
	ink   colour
}

// Result says what a print could not do as asked.
type Result struct {
	Pages   int
	Dropped int // characters that the font does not have
	Figures int
	// Missing figures are those that could not be laid out; Layout tells why.
	// [figure.ErrNoLayout]: there was no engine.
	Missing int
	Layout  error
}

// Write prints the report in a language. Figures are laid out by the engine.
// Where there is none, or it breaks, the report is printed without them, says
// so, and the result tells it.
func Write(w io.Writer, r *reports.Report, lang locale.Lang, engine *figure.Engine) (Result, error) {
	var res Result
	printer, err := locale.New(lang)
	if err != nil {
		return res, err
	}
	letters, err := newAlphabet()
	if err != nil {
		return res, fmt.Errorf("font: %w", err)
	}
	created, err := time.Parse(time.RFC3339, r.Created)
	if err != nil {
		return res, fmt.Errorf("report: %w", err)
	}
	d := &document{print: printer, report: r, letters: letters,
		pages: map[string]int{}, links: map[string]int{}, lines: map[lineKey][]string{}}
	if err := d.begin(created); err != nil {
		return res, err
	}
	res.Missing, res.Layout = d.layOut(engine)
	d.dry = true
	d.chapters()
	d.dry, d.total, d.page = false, d.page, 0
	clear(letters.Dropped)
	d.chapters()
	// gofpdf keeps an error of the writer and makes it its own, so it gets one that
	// has none: whose file is full, the writer says.
	var out bytes.Buffer
	if err := d.pdf.Output(&out); err != nil {
		return res, fmt.Errorf("pdf: %w", err)
	}
	if _, err := out.WriteTo(w); err != nil {
		return res, err
	}
	for _, n := range letters.Dropped {
		res.Dropped += n
	}
	res.Pages, res.Figures = d.total, len(d.drawings)
	return res, nil
}

func (d *document) begin(created time.Time) error {
	f := gofpdf.New("P", "mm", "A4", "")
	d.pdf = f
	f.SetCreationDate(created)
	f.SetModificationDate(created)
	f.SetCatalogSort(true)
	f.SetMargins(left, top, pageWidth-right)
	f.SetAutoPageBreak(false, 0)
	f.AddUTF8FontFromBytes("text", "", fonts.Regular)
	f.AddUTF8FontFromBytes("text", "B", fonts.Bold)
	f.SetTitle(d.text("report.title"), true)
	f.SetSubject(d.text("report.subject", clock(d.report.Created)), true)
	f.SetAuthor(d.letters.printable(d.pick(d.report.Organisation)), true)
	f.SetCreator(d.report.Tool, true)
	f.SetHeaderFunc(d.header)
	f.SetFooterFunc(d.footer)
	return f.Error()
}

// text prints a message, fit to be drawn.
func (d *document) text(key string, args ...any) string {
	return d.letters.printable(d.print.Text(key, args...))
}

func (d *document) header() {
	if d.page == 1 {
		return
	}
	d.set = typeface{}
	d.font("", smallSize, grey)
	d.put(left, 14, d.text("report.title"))
	d.putRight(right, 14, d.text("report.as_of", clock(d.report.Created)))
	d.rule(16, pale)
}

// footer ends the page that is being drawn; gofpdf calls it when the next begins.
func (d *document) footer() {
	page := d.pdf.PageNo()
	if page == 1 {
		return
	}
	d.rule(283, pale)
	d.set = typeface{}
	d.font("", smallSize, grey)
	d.put(left, 288, d.fit(d.text("report.footer", d.report.Tool, d.report.Snapshot[:min(12, len(d.report.Snapshot))]), bodyWidth-30))
	d.putRight(right, 288, fmt.Sprintf("%d / %d", page, d.total))
}

func (d *document) font(style string, size float64, c colour) {
	want := typeface{style, size, c}
	if d.set == want {
		return
	}
	if d.set.style != style || d.set.size != size {
		d.pdf.SetFont("text", style, size)
	}
	if d.set.ink != c || d.set == (typeface{}) {
		d.pdf.SetTextColor(c.r, c.g, c.b)
	}
	d.set = want
}

func (d *document) fill(c colour) {
	if !d.dry {
		d.pdf.SetFillColor(c.r, c.g, c.b)
	}
}

func (d *document) stroke(c colour) {
	if !d.dry {
		d.pdf.SetDrawColor(c.r, c.g, c.b)
	}
}

// put draws text with its baseline at y.
func (d *document) put(x, y float64, s string) {
	if !d.dry && s != "" {
		d.pdf.Text(x, y, s)
	}
}

func (d *document) putRight(x, y float64, s string) {
	if !d.dry {
		d.put(x-d.pdf.GetStringWidth(s), y, s)
	}
}

// rect fills a rectangle.
func (d *document) rect(x, y, w, h float64) {
	if !d.dry {
		d.pdf.Rect(x, y, w, h, "F")
	}
}

// rounded draws a rectangle with round corners; style as gofpdf has it.
func (d *document) rounded(x, y, w, h, r float64, style string) {
	if !d.dry {
		d.pdf.RoundedRect(x, y, w, h, r, "1234", style)
	}
}

// stripe draws a line.
func (d *document) stripe(x1, y1, x2, y2, width float64, c colour) {
	if d.dry {
		return
	}
	d.stroke(c)
	d.pdf.SetLineWidth(width)
	d.pdf.Line(x1, y1, x2, y2)
}

// rule draws a thin line across the page.
func (d *document) rule(y float64, c colour) { d.stripe(left, y, right, y, 0.2, c) }

// lineHeight is that of the current font, in millimetres.
func lineHeight(size float64) float64 { return size * 0.3528 * 1.45 }

func (d *document) addPage() {
	d.page++
	d.y = top
	if !d.dry {
		d.pdf.AddPage()
		d.set = typeface{} // the new page sets its own
	}
}

// need begins a new page where less than so many millimetres are left.
func (d *document) need(height float64) {
	if d.y+height > bottom {
		d.addPage()
	}
}

// space moves down.
func (d *document) space(mm float64) { d.y += mm }

// link gives the target that an anchor will have.
func (d *document) link(anchor string) int {
	id, ok := d.links[anchor]
	if !ok {
		id = d.pdf.AddLink()
		d.links[anchor] = id
	}
	return id
}

// leads makes an area lead to an anchor.
func (d *document) leads(x, y, w, h float64, anchor string) {
	if _, there := d.pages[anchor]; !d.dry && there {
		d.pdf.Link(x, y, w, h, d.link(anchor))
	}
}

// anchor marks the current place as an anchor's target, and puts it in the
// outline under a title.
func (d *document) anchor(name, title string, level int) {
	d.pages[name] = d.page
	if !d.dry {
		d.pdf.SetLink(d.link(name), d.y, -1)
		d.pdf.Bookmark(title, level, d.y)
	}
}

// chapter begins a chapter on a new page.
func (d *document) chapter(name string) {
	d.addPage()
	title := d.text("chapter." + name)
	d.anchor(name, title, 0)
	d.font("B", 17, navy)
	for _, line := range d.wrap(title, bodyWidth) {
		d.put(left, d.y+6, line)
		d.space(8.5)
	}
	d.stripe(left, d.y+0.5, right, d.y+0.5, 0.6, navy)
	d.space(6)
}

// section begins a section; with some of what follows it keeps together.
func (d *document) section(key string) {
	d.need(32)
	d.space(2)
	title := d.text(key)
	d.anchor(key, title, 1)
	d.font("B", 12, navy)
	for _, line := range d.wrap(title, bodyWidth) {
		d.put(left, d.y+4.5, line)
		d.space(6.2)
	}
	d.space(1)
}

// paragraph prints running text.
func (d *document) paragraph(s string) { d.block(s, "", bodySize, black, left, bodyWidth) }

func (d *document) note(s string) { d.block(s, "", smallSize+0.5, grey, left, bodyWidth) }

// keptLines is how many lines of running text are never torn.
const keptLines = 4

func (d *document) block(s, style string, size float64, c colour, x, width float64) {
	d.font(style, size, c)
	h := lineHeight(size)
	lines := d.wrap(d.letters.printable(s), width)
	if len(lines) <= keptLines {
		d.need(h * float64(len(lines)))
	}
	for _, line := range lines {
		d.need(h)
		d.font(style, size, c)
		d.put(x, d.y+h*0.75, line)
		d.space(h)
	}
	d.space(1.5)
}

// fit shortens a text to a width.
func (d *document) fit(s string, width float64) string {
	if d.pdf.GetStringWidth(s) <= width {
		return s
	}
	runes := []rune(s)
	fits := sort.Search(len(runes), func(n int) bool { return d.pdf.GetStringWidth(string(runes[:n+1])+"…") > width })
	return string(runes[:fits]) + "…"
}

// clock prints a time for people.
func clock(rfc3339 string) string {
	t, err := time.Parse(time.RFC3339, rfc3339)
	if err != nil {
		return rfc3339
	}
	return t.UTC().Format("2006-01-02 15:04:05 UTC")
}
