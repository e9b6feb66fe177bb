package pdf

import (
	"fmt"
	"strings"

	"gujo/reports"
)

// analysis prints the detailed analysis in the nine areas of the directive: of
// each what was read, what was judged, and what was found.
func (d *document) analysis() {
	d.chapter("analysis")
	d.paragraph(d.text("analysis.intro"))
	d.paragraph(d.text("analysis.judgement"))
	var rows [][]cell
	for i := range d.report.Areas {
		a := &d.report.Areas[i]
		var all reports.Judged
		for _, j := range a.Judged {
			all.Poor += j.Poor
			all.Caution += j.Caution
			all.Unknown += j.Unknown
			all.Good += j.Good
		}
		rows = append(rows, []cell{{text: d.text("area." + a.Name), to: "area." + a.Name},
			{text: d.text("scale." + string(a.Judgement)), chip: true, ink: judgementInks[a.Judgement]}, plain(fmt.Sprint(len(a.Judged))),
			plain(fmt.Sprint(all.Poor + all.Caution)), plain(fmt.Sprint(all.Unknown)), plain(fmt.Sprint(all.Good))})
	}
	d.table([]column{{title: d.text("column.area"), share: 66}, {title: d.text("column.judgement"), share: 26},
		{title: d.text("column.rules"), share: 16, right: true}, {title: d.text("column.findings"), share: 18, right: true},
		{title: d.text("scale.unknown"), share: 24, right: true}, {title: d.text("scale.good"), share: 16, right: true}}, rows)
	for i := range d.report.Areas {
		a := &d.report.Areas[i]
		d.section("area." + a.Name)
		d.read(a)
		if len(a.Judged) == 0 {
			d.paragraph(d.text("analysis.no_rule"))
			continue
		}
		d.judged(a.Judged)
	}
	if len(d.report.Beyond) > 0 {
		d.section("area.beyond")
		d.paragraph(d.text("analysis.beyond"))
		d.judged(d.report.Beyond)
	}
}

// read prints what was read of an area, and what was not.
func (d *document) read(a *reports.Area) {
	for _, f := range a.Facts {
		name := d.text("fact." + f.Name)
		switch {
		case !f.Read && f.Of > 0:
			d.point(d.text("fact.none_of", name, f.Of), grey)
		case !f.Read:
			d.point(d.text("fact.unread", name), grey)
		case f.Of > 0:
			d.point(d.text("fact.of", name, f.Count, f.Of), black)
		default:
			d.point(d.text("fact.count", name, f.Count), black)
		}
	}
	d.space(1)
}

// point prints one line of a list.
func (d *document) point(s string, ink colour) {
	d.block("· "+s, "", bodySize, ink, left, bodyWidth)
	d.space(-1.5)
}

func (d *document) judged(all []reports.Judged) {
	d.space(1.5)
	var rows [][]cell
	for _, j := range all {
		codes := cell{text: strings.Join(d.bounded(j.Codes, 12), ", ")}
		switch {
		case len(j.Codes) > 0:
			codes.to = j.Codes[0]
		case j.Poor+j.Caution+j.Unknown+j.Good+j.NotConcerned == 0:
			codes.text = d.text("analysis.no_subject") // nothing it looks at is in the graph
		}
		rows = append(rows, []cell{plain(j.Rule), plain(d.pick(j.Title)), plain(fmt.Sprint(j.Poor)), plain(fmt.Sprint(j.Caution)),
			plain(fmt.Sprint(j.Unknown)), plain(fmt.Sprint(j.Good)), plain(fmt.Sprint(j.NotConcerned)), codes})
	}
	d.table([]column{{title: d.text("column.rule"), share: 24}, {title: d.text("column.title"), share: 46},
		{title: d.text("scale.poor"), share: 11, right: true}, {title: d.text("column.caution"), share: 14, right: true},
		{title: d.text("scale.unknown"), share: 23, right: true}, {title: d.text("scale.good"), share: 11, right: true},
		{title: d.text("scale.not_applicable"), share: 18, right: true}, {title: d.text("column.reference"), share: 26}}, rows)
}
