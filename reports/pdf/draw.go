package pdf

import (
	"math"
	"slices"

	"github.com/jung-kurt/gofpdf"

	"gujo/reports"
	"gujo/reports/figure"
	"gujo/reports/locale"
)

// mm is the length of a point.
const mm = 25.4 / 72

const (
	boxSize        = 7.5 // of type in a figure's boxes, in points
	kindSize       = 5.5
	groupSize      = 6.5
	topologyHeight = 150.0 // in millimetres
	wholePage      = 210.0
	findingHeight  = 72.0
	boxMax         = 92.0 // widest text in a box, in points
)

// drawing is a figure that was laid out, with what it was laid out from.
type drawing struct {
	figure *figure.Figure
	placed *figure.Placed
}

// layOut places all figures of the report. It tells how many it could not
// place, and why.
func (d *document) layOut(engine *figure.Engine) (missing int, err error) {
	all := []*reports.Drawing{&d.report.Topology}
	for i := range d.report.Sheets {
		all = append(all, &d.report.Sheets[i].Figure)
	}
	all = slices.DeleteFunc(all, func(dr *reports.Drawing) bool { return len(dr.Boxes) == 0 })
	d.drawings = map[*reports.Drawing]drawing{}
	if engine == nil {
		d.noFigure = "figure.no_program"
		return len(all), figure.ErrNoLayout
	}
	d.noFigure = "figure.failed"
	figures := make([]*figure.Figure, len(all), len(all)+1)
	for i, dr := range all {
		figures[i] = d.figureOf(dr)
	}
	// A broad shallow figure would shrink to nothing: from left to right it may
	// fill the page better.
	if len(all) > 0 && all[0] == &d.report.Topology {
		turned := *figures[0]
		turned.Flat = true
		figures = append(figures, &turned)
	}
	placed, err := engine.LayoutAll(figures)
	for i, dr := range all {
		f, p := figures[i], placed[i]
		if i == 0 && len(placed) > len(all) {
			if turned := placed[len(all)]; turned != nil && (p == nil || fitting(turned, wholePage) > fitting(p, wholePage)) {
				f, p = figures[len(all)], turned
			}
		}
		if p == nil {
			missing++
			continue
		}
		d.drawings[dr] = drawing{f, p}
	}
	return missing, err
}

// fitting gives the scale at which a figure fits the page, at most its own size.
func fitting(p *figure.Placed, maxHeight float64) float64 {
	return math.Min(mm, math.Min(bodyWidth/p.Width, maxHeight/p.Height))
}

// figureOf measures the boxes in the font that they are printed in.
func (d *document) figureOf(dr *reports.Drawing) *figure.Figure {
	f := &figure.Figure{Edges: dr.Lines}
	for _, b := range dr.Boxes {
		d.font("B", boxSize, black)
		lines := d.wrap(d.letters.printable(d.name(b.Named)), boxMax*mm)
		if len(lines) > 3 {
			lines = append(lines[:2:2], d.fit(lines[2]+lines[3], boxMax*mm))
		}
		width := 0.0
		for _, l := range lines {
			width = math.Max(width, d.pdf.GetStringWidth(l)/mm)
		}
		kind := d.text("kind." + b.Kind.String())
		d.font("", kindSize, grey)
		width = math.Max(width, d.pdf.GetStringWidth(kind)/mm)
		f.Nodes = append(f.Nodes, figure.Node{
			ID: b.ID, Label: lines, Kind: kind, Mark: b.Mark,
			Width: width + 10, Height: float64(len(lines))*9.2 + 13,
		})
	}
	for _, r := range dr.Racks {
		f.Groups = append(f.Groups, figure.Group{Label: d.letters.printable(d.name(r.Named)), Nodes: r.Boxes})
	}
	return f
}

// name is a component's in the language of the print.
func (d *document) name(n reports.Named) string {
	if d.print.Lang == locale.Korean {
		return n.Name.KO
	}
	return n.Name.EN
}

// draw prints a figure, at most so high; larger ones are scaled down.
func (d *document) draw(dr *reports.Drawing, maxHeight float64, caption string) {
	got, ok := d.drawings[dr]
	if !ok {
		d.note(d.text(d.noFigure))
		return
	}
	scale := fitting(got.placed, maxHeight)
	width, height := got.placed.Width*scale, got.placed.Height*scale
	d.need(height + 10)
	if !d.dry {
		c := canvas{d, left + (bodyWidth-width)/2, d.y + 1, scale}
		for i, g := range got.placed.Groups {
			c.group(got.figure.Groups[i].Label, g)
		}
		for i, curve := range got.placed.Edges {
			c.curve(curve, got.figure.Edges[i])
		}
		for i, box := range got.placed.Nodes {
			c.box(got.figure.Nodes[i], box, dr.Boxes[i].To)
		}
		d.pdf.SetDashPattern(nil, 0)
	}
	d.space(height + 2.5)
	if dr.Left > 0 {
		caption += " " + d.text("figure.left", dr.Left)
	}
	d.note(caption)
}

// canvas is where a figure stands on the page.
type canvas struct {
	*document
	x, y  float64 // of its upper left corner, in millimetres
	scale float64 // millimetres a point
}

func (c canvas) at(p figure.Point) (x, y float64) { return c.x + p.X*c.scale, c.y + p.Y*c.scale }

// size gives a size of type in a figure, in points on the page.
func (c canvas) size(points float64) float64 { return points * c.scale / mm }

func (c canvas) group(label string, g figure.Box) {
	x, y := c.at(figure.Point{X: g.X, Y: g.Y})
	c.stroke(grey)
	c.fill(paler)
	c.pdf.SetLineWidth(0.15)
	c.pdf.SetDashPattern([]float64{1, 0.8}, 0)
	c.rounded(x, y, g.W*c.scale, g.H*c.scale, 1, "FD")
	c.pdf.SetDashPattern(nil, 0)
	c.font("", c.size(groupSize), grey)
	c.put(x+3*c.scale, y+9*c.scale, c.fit(label, (g.W-6)*c.scale))
}

// inks of the marks: line and fill.
func inks(m figure.Mark) (line, fill colour) {
	switch m {
	case figure.Cut:
		return red, colour{253, 232, 232}
	case figure.Affected:
		return amber, colour{255, 243, 224}
	case figure.Top:
		return navy, colour{225, 236, 247}
	case figure.Dead:
		return grey, pale
	}
	return colour{120, 130, 140}, white
}

func (c canvas) box(n figure.Node, b figure.Box, to string) {
	line, fill := inks(n.Mark)
	c.stroke(line)
	c.fill(fill)
	c.pdf.SetDashPattern(nil, 0)
	c.pdf.SetLineWidth(0.25)
	if n.Mark == figure.Cut {
		c.pdf.SetLineWidth(0.6)
	}
	x, y := c.at(figure.Point{X: b.X, Y: b.Y})
	c.rounded(x, y, b.W*c.scale, b.H*c.scale, 0.8, "FD")
	if to != "" {
		c.leads(x, y, b.W*c.scale, b.H*c.scale, to)
	}
	middle := x + b.W/2*c.scale
	base := y + 7.5*c.scale
	c.font("", c.size(kindSize), grey)
	c.put(middle-c.pdf.GetStringWidth(n.Kind)/2, base, n.Kind)
	ink := black
	if n.Mark == figure.Cut {
		ink = red
	}
	c.font("B", c.size(boxSize), ink)
	for i, l := range n.Label {
		c.put(middle-c.pdf.GetStringWidth(l)/2, base+(float64(i)*9.2+9)*c.scale, l)
	}
}

func (c canvas) curve(points []figure.Point, e figure.Edge) {
	if len(points) < 4 {
		return
	}
	line, _ := inks(e.Mark)
	c.stroke(line)
	c.pdf.SetLineWidth(0.25)
	if e.Mark == figure.Cut {
		c.pdf.SetLineWidth(0.8)
	}
	if e.Dashed || e.Mark == figure.Dead {
		c.pdf.SetDashPattern([]float64{1.2, 1}, 0)
	} else {
		c.pdf.SetDashPattern(nil, 0)
	}
	px, py := c.at(points[0])
	c.pdf.MoveTo(px, py)
	for i := 1; i+2 < len(points); i += 3 {
		ax, ay := c.at(points[i])
		bx, by := c.at(points[i+1])
		ex, ey := c.at(points[i+2])
		c.pdf.CurveBezierCubicTo(ax, ay, bx, by, ex, ey)
	}
	c.pdf.DrawPath("D")
	if e.Arrow {
		c.tip(points, line)
	}
}

// tip draws the point of an arrow at the end of a curve.
func (c canvas) tip(points []figure.Point, ink colour) {
	ex, ey := c.at(points[len(points)-1])
	bx, by := c.at(points[len(points)-2])
	angle := math.Atan2(ey-by, ex-bx)
	const length, half = 1.9, 0.38
	c.fill(ink)
	c.pdf.SetDashPattern(nil, 0)
	c.pdf.Polygon([]gofpdf.PointType{{X: ex, Y: ey},
		{X: ex - length*math.Cos(angle-half), Y: ey - length*math.Sin(angle-half)},
		{X: ex - length*math.Cos(angle+half), Y: ey - length*math.Sin(angle+half)}}, "F")
}
