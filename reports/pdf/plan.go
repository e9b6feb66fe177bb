package pdf

import (
	"fmt"
	"strings"

	"gujo/reports"
	"gujo/reports/locale"
	"gujo/rules"
)

// plan prints what to do, by term, what removes most first.
func (d *document) plan() {
	d.chapter("plan")
	d.paragraph(d.text("plan.intro"))
	if len(d.report.Plan) == 0 {
		d.paragraph(d.text("plan.none"))
		return
	}
	for _, term := range []string{"short", "middle", "long", ""} {
		var rows [][]cell
		for _, m := range d.report.Plan {
			if m.Remediation.Term == term {
				rows = append(rows, d.measure(m))
			}
		}
		if len(rows) == 0 {
			continue
		}
		d.section("plan.term_" + term)
		d.table([]column{{title: d.text("column.measure"), share: 62}, {title: d.text("column.removes"), share: 26},
			{title: d.text("column.count"), share: 13, right: true}, {title: d.text("sheet.effort"), share: 15},
			{title: d.text("sheet.owner"), share: 20}, {title: d.text("sheet.budget"), share: 17}, {title: d.text("column.when"), share: 17}}, rows)
	}
	d.note(d.text("plan.note"))
}

func (d *document) measure(m reports.Measure) []cell {
	text := m.Remediation.EN
	if d.print.Lang == locale.Korean {
		text = m.Remediation.KO
	}
	codes := m.Codes
	if len(codes) > 12 {
		codes = append(codes[:12:12], d.text("sheet.more", len(m.Codes)-12))
	}
	return []cell{plain(d.names(m.Targets, 4) + ": " + text), {text: strings.Join(codes, ", "), to: m.Codes[0]},
		plain(fmt.Sprint(len(m.Codes))), plain(d.word("effort.", m.Remediation.Effort)), plain(" "), plain(" "), plain(" ")}
}

// since prints what became of the findings of an earlier diagnosis.
func (d *document) since() {
	if !d.report.Compared {
		return
	}
	count := map[string]int{}
	for _, sheets := range [][]reports.Sheet{d.report.Sheets, d.report.Undecided} {
		for _, s := range sheets {
			count[s.Finding.Status]++
		}
	}
	resolved := len(d.report.Resolved)
	earlier := count[rules.StatusPersisting] + resolved
	d.section("summary.since")
	d.paragraph(d.text("summary.since_counts", resolved, count[rules.StatusPersisting], count[rules.StatusNew], count[rules.StatusRegressed]))
	if earlier > 0 {
		d.paragraph(d.text("summary.rate", resolved*100/earlier, resolved, earlier))
	}
}

// waivers lists accepted risks: they stay defects, with a date.
func (d *document) waivers() {
	d.chapter("annex_waivers")
	d.paragraph(d.text("annex.waivers_intro"))
	if len(d.report.Waived)+len(d.report.Stale) == 0 {
		d.paragraph(d.text("annex.none"))
		return
	}
	columns := []column{{title: d.text("column.code"), share: 14}, {title: d.text("column.rule"), share: 24},
		{title: d.text("sheet.subject"), share: 40}, {title: d.text("sheet.waiver"), share: 70}}
	var rows [][]cell
	for _, s := range d.report.Waived {
		waiver := ""
		if s.Finding.Waiver != nil {
			waiver = d.waiver(s.Finding.Waiver)
		}
		rows = append(rows, []cell{{text: s.Code, to: s.Code}, plain(s.Finding.Rule), plain(d.names(s.Subjects, 6)), plain(waiver)})
	}
	for i := range d.report.Stale {
		w := &d.report.Stale[i]
		rows = append(rows, []cell{plain(d.text("waiver.stale")), plain(w.Rule), plain(strings.Join(w.Subjects, "\n")), plain(d.waiver(w))})
	}
	d.table(columns, rows)
}

func (d *document) waiver(w *rules.Waiver) string {
	return d.text("sheet.waiver_value", w.Reason, w.Owner, w.Approver, w.Ticket, w.Expires)
}
