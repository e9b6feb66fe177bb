package pdf

import (
	"fmt"
	"slices"
	"strings"

	"gujo/reports"
	"gujo/reports/locale"
	"gujo/rules"
)

// planTerms are the terms of measures, the soonest first; one without a term is last.
var planTerms = []string{"short", "middle", "long", ""}

func planTerm(m reports.Measure) string {
	if slices.Contains(planTerms, m.Remediation.Term) {
		return m.Remediation.Term
	}
	return ""
}

// plan prints what to do, by term, what removes most first.
func (d *document) plan() {
	d.chapter("plan")
	d.paragraph(d.text("plan.intro"))
	if len(d.report.Plan) == 0 {
		d.paragraph(d.text("plan.none"))
		return
	}
	d.note(d.text("plan.note"))
	d.note(d.text("plan.deadline"))
	d.terms()
	for _, term := range planTerms {
		var rows [][]cell
		for _, m := range d.report.Plan {
			if planTerm(m) == term {
				rows = append(rows, d.measure(m))
			}
		}
		if len(rows) == 0 {
			continue
		}
		d.section("plan.term_" + term)
		d.table([]column{{title: d.text("column.code"), share: 15}, {title: d.text("column.measure"), share: 56}, {title: d.text("column.removes"), share: 24},
			{title: d.text("column.count"), share: 13, right: true}, {title: d.text("sheet.effort"), share: 18}, {title: d.text("sheet.owner"), share: 17},
			{title: d.text("sheet.budget"), share: 15}, {title: d.text("column.when"), share: 16}}, rows)
	}
}

// terms tells of each term how many findings its measures remove, and how many
// are left when they and those before them are done.
func (d *document) terms() {
	removed := map[string]bool{}
	var rows [][]cell
	for _, term := range planTerms {
		measures, here := 0, map[string]bool{}
		for _, m := range d.report.Plan {
			if planTerm(m) != term {
				continue
			}
			measures++
			for _, code := range m.Codes {
				here[code], removed[code] = true, true
			}
		}
		if measures > 0 {
			rows = append(rows, []cell{plain(d.text("plan.term_" + term)), plain(fmt.Sprint(measures)), plain(fmt.Sprint(len(here))),
				plain(fmt.Sprint(len(d.report.Sheets) - len(removed)))})
		}
	}
	d.table([]column{{title: d.text("sheet.term"), share: 60}, {title: d.text("column.measures"), share: 30, right: true},
		{title: d.text("sheet.removes"), share: 40, right: true}, {title: d.text("column.remaining"), share: 40, right: true}}, rows)
}

func (d *document) measure(m reports.Measure) []cell {
	text := m.Remediation.EN
	if d.print.Lang == locale.Korean {
		text = m.Remediation.KO
	}
	text = d.names(m.Targets, 4) + ": " + text
	if effect := d.pick(m.Remediation.Effect); effect != "" {
		text += "\n" + d.text("sheet.effect", effect)
	}
	removes := strings.Join(d.bounded(m.Codes, 12), ", ")
	if len(m.Related) > 0 {
		removes += "\n" + d.text("plan.related", strings.Join(d.bounded(m.Related, 6), ", "))
	}
	worst := d.severity(rules.Finding{Severity: m.Severity})
	return []cell{{text: m.Code + "\n" + worst.text, ink: worst.ink}, plain(text), {text: removes, to: m.Codes[0], lead: len(m.Codes) < 4},
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
	if len(d.report.Waived)+len(d.report.Lapsed)+len(d.report.Stale) == 0 {
		d.paragraph(d.text("annex.none"))
		return
	}
	columns := []column{{title: d.text("column.code"), share: 18}, {title: d.text("column.rule"), share: 24},
		{title: d.text("sheet.subject"), share: 40}, {title: d.text("sheet.waiver"), share: 70}}
	var rows [][]cell
	for _, s := range d.report.Waived {
		waiver := ""
		if s.Finding.Waiver != nil {
			waiver = d.waiver(s.Finding.Waiver)
		}
		rows = append(rows, []cell{{text: s.Code, to: s.Code}, plain(s.Finding.Rule), plain(d.names(s.Subjects, 6)), plain(waiver)})
	}
	for i := range d.report.Lapsed {
		w := &d.report.Lapsed[i]
		first := cell{text: d.text("waiver.lapsed"), bold: true, ink: red}
		for _, s := range d.report.Sheets { // the finding counts again
			if s.Finding.Waiver != nil && s.Finding.Rule == w.Rule && slices.Equal(s.Finding.Waiver.Subjects, w.Subjects) {
				first.text, first.to = s.Code+"\n"+first.text, s.Code
				break
			}
		}
		rows = append(rows, []cell{first, plain(w.Rule), plain(strings.Join(w.Subjects, "\n")), plain(d.waiver(w))})
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
