package pdf

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"gujo/graph"
	"gujo/reports"
	"gujo/reports/locale"
	"gujo/rules"
)

// chapters prints the whole report.
func (d *document) chapters() {
	d.cover()
	d.contents()
	d.summary()
	d.scope()
	d.current()
	d.analysis()
	d.findings()
	d.undecided()
	d.plan()
	d.response()
	d.annexes()
}

// chapterNames are the anchors of the chapters, in order.
var chapterNames = []string{"summary", "scope", "current", "analysis", "findings", "undecided", "plan", "response",
	"annex_rules", "annex_evidence", "annex_waivers", "annex_gaps", "annex_glossary"}

// cover is the first page.
func (d *document) cover() {
	d.addPage()
	d.fill(navy)
	d.rect(0, 0, pageWidth, 92)
	d.font("B", 25, white)
	y := 52.0
	for _, line := range d.wrap(d.text("report.title"), bodyWidth) {
		d.put(left, y, line)
		y += 12
	}
	d.font("", 12, colour{200, 215, 232})
	d.put(left, y+2, d.text("report.subtitle"))
	d.y = 112
	if name := d.pick(d.report.Organisation); name != "" {
		d.block(name, "B", 18, black, left, bodyWidth)
		d.space(4)
	}
	read := d.text("scope.nothing_read")
	if c := d.report.Coverage.Targets; c.Known > 0 || d.report.Collected {
		read = d.text("report.targets_value", c.Read, c.Known)
	}
	d.pairs([][2]string{
		{d.text("report.snapshot_time"), clock(d.report.Created)},
		{d.text("report.targets"), read},
		{d.text("report.snapshot"), d.report.Snapshot},
		{d.text("report.tool"), d.report.Tool},
		{d.text("report.packs"), d.packs()},
	})
	d.y = max(236, d.y+6)
	d.rule(d.y, grey)
	d.space(3)
	d.note(d.text("limits.short"))
	d.note(d.text("report.not_official"))
	d.note(d.text("report.secret"))
}

func (d *document) packs() string {
	var out []string
	for i, p := range d.report.Packs {
		if i == 8 {
			out = append(out, d.text("sheet.more", len(d.report.Packs)-i))
			break
		}
		out = append(out, p.Name+" "+p.Version, p.Digest)
	}
	return strings.Join(out, "\n")
}

// pairs prints names with their values.
func (d *document) pairs(rows [][2]string) {
	const nameWidth = 34.0
	h := lineHeight(bodySize)
	for _, r := range rows {
		d.font("", bodySize, black)
		for i, line := range d.wrap(d.letters.printable(r[1]), bodyWidth-nameWidth) {
			d.need(h)
			if i == 0 {
				d.font("B", bodySize, grey)
				d.put(left, d.y+h*0.75, d.fit(d.letters.printable(r[0]), nameWidth-2))
			}
			d.font("", bodySize, black)
			d.put(left+nameWidth, d.y+h*0.75, line)
			d.space(h)
		}
		d.space(0.7)
	}
	d.space(1.5)
}

// contents lists the chapters, with what the first run learnt of their pages.
func (d *document) contents() {
	d.addPage()
	d.font("B", 17, navy)
	d.put(left, d.y+6, d.text("report.contents"))
	d.space(14)
	for _, name := range chapterNames {
		d.contentsLine(d.text("chapter."+name), name, 0)
		if name == "findings" {
			for i := range d.report.Sheets {
				if s := &d.report.Sheets[i]; i < 20 {
					d.contentsLine(s.Code+" "+d.letters.printable(d.pick(s.Finding.Title)), s.Code, 6)
				}
			}
			if more := len(d.report.Sheets) - 20; more > 0 {
				d.contentsLine(d.text("sheet.more", more), name, 6)
			}
		}
	}
}

func (d *document) contentsLine(title, anchor string, indent float64) {
	size, after := 11.0, 1.2
	if indent > 0 {
		size, after = bodySize, 0
	}
	h := lineHeight(size)
	d.font("", size, black)
	x := left + indent
	title = d.fit(title, bodyWidth-indent-16)
	page := fmt.Sprint(d.pages[anchor])
	d.put(x, d.y+h*0.75, title)
	d.putRight(right, d.y+h*0.75, page)
	d.stripe(x+d.pdf.GetStringWidth(title)+3, d.y+h*0.7, right-d.pdf.GetStringWidth(page)-3, d.y+h*0.7, 0.2, pale)
	d.leads(x, d.y, bodyWidth-indent, h, anchor)
	d.space(h + after)
}

func (d *document) summary() {
	d.chapter("summary")
	s := d.report.Summary
	d.tiles([]tile{
		{d.text("severity.critical"), s.Critical, red},
		{d.text("severity.high"), s.High, red},
		{d.text("severity.medium"), s.Medium, amber},
		{d.text("severity.low"), s.Low, amber},
		{d.text("severity.info"), s.Info, blue},
		{d.text("severity.ungraded"), s.Ungraded, red},
		{d.text("scale.unknown"), s.Unknown, grey},
		{d.text("scale.good"), s.Pass, green},
	})
	d.paragraph(d.text("summary.counts", len(d.report.Sheets), len(d.report.Undecided), s.Waived) + " " + d.targets())
	d.note(d.text("scale.note"))

	d.section("summary.services")
	switch {
	case len(d.report.Services) > 0:
		d.serviceTable()
	case len(d.report.Topology.Boxes) == 0:
		d.paragraph(d.text("summary.no_network"))
	default:
		d.paragraph(d.text("summary.no_services"))
	}
	d.since()

	d.section("summary.worst")
	if len(d.report.Sheets) == 0 {
		d.nothing()
		return
	}
	var rows [][]cell
	for i, sheet := range d.report.Sheets {
		if i == 12 {
			break
		}
		rows = append(rows, []cell{
			{text: sheet.Code, to: sheet.Code}, d.severity(sheet.Finding), plain(sheet.Finding.Rule),
			plain(d.pick(sheet.Finding.Message)), plain(d.term(sheet.Finding.Remediation)),
		})
	}
	d.table([]column{{title: d.text("column.code"), share: 12}, {title: d.text("column.severity"), share: 18},
		{title: d.text("column.rule"), share: 24}, {title: d.text("column.message"), share: 78},
		{title: d.text("column.term"), share: 14}}, rows)
	if more := len(d.report.Sheets) - 12; more > 0 {
		d.note(d.text("summary.more", more))
	}
}

// nothing says that no rule failed, which is not that nothing stops a system alone.
func (d *document) nothing() {
	if slices.ContainsFunc(d.report.Services, func(s reports.Service) bool { return len(s.Singles) > 0 }) {
		d.paragraph(d.text("summary.unruled"))
	}
	d.paragraph(d.text("summary.nothing", len(d.report.Undecided)))
}

// targets tells how many were read, or that none was there to be.
func (d *document) targets() string {
	if c := d.report.Coverage.Targets; c.Known > 0 || d.report.Collected {
		return d.text("summary.targets", c.Read, c.Known)
	}
	return d.text("scope.nothing_read")
}

// tile is a number with a name.
type tile struct {
	name  string
	count int
	ink   colour
}

func (d *document) tiles(all []tile) {
	const gap, height = 2.5, 19.0
	width := (bodyWidth - gap*float64(len(all)-1)) / float64(len(all))
	for i, t := range all {
		x := left + float64(i)*(width+gap)
		ink := t.ink
		if t.count == 0 {
			ink = colour{173, 181, 189}
		}
		d.fill(paler)
		d.rounded(x, d.y, width, height, 1.2, "F")
		d.fill(ink)
		d.rect(x, d.y, width, 1.2)
		d.font("B", 15, ink)
		n := fmt.Sprint(t.count)
		d.put(x+(width-d.pdf.GetStringWidth(n))/2, d.y+10, n)
		d.font("", smallSize, grey)
		label := d.fit(capital(t.name), width-1)
		d.put(x+(width-d.pdf.GetStringWidth(label))/2, d.y+16, label)
	}
	d.space(height + 4)
}

func (d *document) serviceTable() {
	var rows [][]cell
	for _, s := range d.report.Services {
		grade := d.text("service.ungraded")
		if s.Grade > 0 {
			grade = d.text("service.grade", s.Grade)
		}
		judged := cell{text: d.text("scale." + string(s.Judgement)), chip: true, ink: judgementInks[s.Judgement]}
		rows = append(rows, []cell{{text: d.name(s.Named), bold: true}, plain(grade), judged,
			plain(fmt.Sprint(s.Fails)), plain(fmt.Sprint(s.Undecided)), plain(d.names(s.Singles, 8)), plain(s.Owner)})
	}
	d.table([]column{{title: d.text("kind.service"), share: 34}, {title: d.text("column.grade"), share: 14},
		{title: d.text("column.judgement"), share: 27}, {title: d.text("column.findings"), share: 16, right: true},
		{title: d.text("scale.unknown"), share: 23, right: true}, {title: d.text("column.singles"), share: 38},
		{title: d.text("column.owner"), share: 21}}, rows)
	d.note(d.text("summary.services_note"))
}

// judgementInks are the colours of the scale.
var judgementInks = map[reports.Judgement]colour{reports.Good: green, reports.Caution: amber, reports.Poor: red, reports.Unknown: grey}

func (d *document) scope() {
	d.chapter("scope")
	d.section("scope.purpose")
	d.paragraph(d.text("scope.purpose_text"))
	d.section("scope.how")
	switch {
	case d.report.Collected:
		d.paragraph(d.text("scope.method"))
	case len(d.report.Kinds) > 0:
		d.paragraph(d.text("scope.method_given"))
	default:
		d.paragraph(d.text("scope.method_none"))
	}
	d.paragraph(d.text("scope.explain"))
	d.section("scope.limits")
	d.paragraph(d.text("limits.short"))
	d.paragraph(d.text("scope.unknown"))
	d.scale()
	d.section("scope.coverage")
	if c := d.report.Coverage; c.Targets.Known > 0 || d.report.Collected {
		d.paragraph(d.text("findings.coverage", c.Targets.Read, c.Targets.Known, c.Tables.Read, c.Tables.Required))
	}
	gaps := map[string]int{}
	for _, g := range d.report.Gaps {
		gaps[g.Component]++
	}
	unread := maps.Clone(gaps)
	var rows [][]cell
	read := slices.Clone(d.report.Read)
	for _, r := range read {
		delete(unread, r.Component)
	}
	for _, id := range slices.Sorted(maps.Keys(unread)) { // of which nothing at all was read
		read = append(read, graph.Coverage{Component: id})
	}
	for _, r := range read {
		gap := cell{text: fmt.Sprint(gaps[r.Component])}
		if gaps[r.Component] > 0 {
			gap.bold, gap.ink = true, red
		}
		rows = append(rows, []cell{plain(r.Component), plain(fmt.Sprint(len(r.Complete))), plain(fmt.Sprint(len(r.Empty))),
			plain(fmt.Sprint(len(r.NotAsked))), gap})
	}
	if len(rows) == 0 {
		d.paragraph(d.text("scope.nothing_read"))
	} else {
		d.note(d.text("scope.coverage_note"))
		d.table([]column{{title: d.text("column.component"), share: 60}, {title: d.text("coverage.complete"), share: 20, right: true},
			{title: d.text("coverage.empty"), share: 20, right: true}, {title: d.text("coverage.not_asked"), share: 20, right: true},
			{title: d.text("coverage.gaps"), share: 20, right: true}}, rows)
	}
	d.conflicts()
}

// scale says how the rules' verdicts are put on the scales that people use.
func (d *document) scale() {
	d.section("scope.scale")
	d.paragraph(d.text("scale.note"))
	var rows [][]cell
	for _, r := range []struct {
		row   string
		scale string
		ink   colour
	}{
		{"pass", "good", green}, {"fail", "poor", red}, {"fail_slight", "caution", amber}, {"fail_possible", "caution", amber},
		{"unknown", "unknown", grey}, {"waived", "waived", red}, {"not_applicable", "not_applicable", grey},
	} {
		rows = append(rows, []cell{plain(d.text("scale_verdict." + r.row)), {text: d.text("scale." + r.scale), bold: true, ink: r.ink},
			plain(d.text("scale_conformity." + r.row))})
	}
	d.table([]column{{title: d.text("column.verdict"), share: 84}, {title: d.text("column.scale"), share: 40},
		{title: d.text("column.conformity"), share: 46}}, rows)
}

// conflicts lists what sources say differently; the report takes no side.
func (d *document) conflicts() {
	d.section("scope.conflicts")
	if len(d.report.Conflicts) == 0 {
		d.paragraph(d.text("scope.no_conflicts"))
		return
	}
	var rows [][]cell
	for _, c := range d.report.Conflicts {
		var values []string
		for _, v := range c.Values {
			values = append(values, v.Value+" ("+v.Source+")")
		}
		rows = append(rows, []cell{plain(c.Component), plain(c.Attribute), plain(strings.Join(values, "\n"))})
	}
	d.table([]column{{title: d.text("column.component"), share: 40}, {title: d.text("column.attribute"), share: 25},
		{title: d.text("column.values"), share: 75}}, rows)
}

// current shows what is there: a figure, how many of what, and its redundancy.
func (d *document) current() {
	d.chapter("current")
	d.section("current.topology")
	if len(d.report.Topology.Boxes) == 0 {
		d.paragraph(d.text("current.no_machines"))
	} else {
		height := topologyHeight
		if got, ok := d.drawings[&d.report.Topology]; ok && fitting(got.placed, height) < 0.6*mm {
			height = wholePage
		}
		d.draw(&d.report.Topology, height, d.text("figure.topology"))
	}
	d.section("current.inventory")
	var rows [][]cell
	for _, k := range d.report.Kinds {
		rows = append(rows, []cell{plain(capital(d.text("kind." + k.Kind.String()))), plain(fmt.Sprint(k.Count)), plain(fmt.Sprint(k.Down))})
	}
	if len(rows) == 0 {
		d.paragraph(d.text("current.empty"))
	} else {
		d.table([]column{{title: d.text("column.kind"), share: 60}, {title: d.text("column.number"), share: 20, right: true},
			{title: d.text("column.down"), share: 20, right: true}}, rows)
	}
	d.redundancy()
}

func (d *document) pick(t rules.Text) string {
	if d.print.Lang == locale.Korean {
		return t.KO
	}
	return t.EN
}

func (d *document) severity(f rules.Finding) cell {
	ink := amber
	switch f.Severity {
	case rules.Critical, rules.High, rules.Ungraded:
		ink = red
	case rules.Info:
		ink = blue
	}
	return cell{text: d.word("severity.", string(f.Severity)), chip: true, ink: ink}
}

func (d *document) term(r rules.Remediation) string {
	if r.Term == "" {
		return ""
	}
	return d.word("term.", r.Term)
}
