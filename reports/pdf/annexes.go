package pdf

import (
	"fmt"
	"slices"
	"strings"

	"gujo/reports"
	"gujo/rules"
)

// response leaves room for the diagnosed body and the signatures.
func (d *document) response() {
	d.chapter("response")
	d.paragraph(d.text("response.intro"))
	if !d.dry {
		d.stroke(grey)
		d.pdf.SetLineWidth(0.2)
		d.pdf.Rect(left, d.y, bodyWidth, 96, "D")
	}
	d.space(104)
	d.section("response.signatures")
	var rows [][]cell
	for _, role := range []string{"diagnoser", "review", "approval", "body"} {
		rows = append(rows, []cell{plain("\n" + d.text("role."+role) + "\n"), plain(" "), plain(" "), plain(" ")})
	}
	d.table([]column{{title: d.text("column.role"), share: 40}, {title: d.text("column.person"), share: 50},
		{title: d.text("column.date"), share: 30}, {title: d.text("column.signature"), share: 40}}, rows)
}

func (d *document) annexes() {
	d.ruleAnnex()
	d.evidenceAnnex()
	d.waivers()
	d.gapAnnex()
	d.glossary()
}

func (d *document) ruleAnnex() {
	d.chapter("annex_rules")
	d.paragraph(d.text("annex.rules_intro"))
	if len(d.report.Rules) == 0 {
		d.paragraph(d.text("annex.none"))
		return
	}
	// The same clause is cited by many rules: it is printed once, below.
	cited := map[string]rules.Reference{}
	var order []string
	var rows [][]cell
	for _, r := range d.report.Rules {
		var ids []string
		for _, ref := range r.References {
			if _, known := cited[ref.ID]; !known {
				order = append(order, ref.ID)
			}
			cited[ref.ID] = ref
			ids = append(ids, ref.ID)
		}
		text := d.pick(r.Title)
		if purpose := d.pick(r.Purpose); purpose != "" {
			text += "\n" + purpose
		}
		rows = append(rows, []cell{{text: r.Rule + "\n" + r.Version, bold: true}, plain(text), plain(d.criterion(r.Criterion)),
			plain(strings.Join(ids, "\n"))})
	}
	d.table([]column{{title: d.text("column.rule"), share: 25}, {title: d.text("column.purpose"), share: 54},
		{title: d.text("sheet.criterion"), share: 54}, {title: d.text("sheet.references"), share: 37}}, rows)
	if len(order) == 0 {
		return
	}
	d.section("annex.references")
	slices.Sort(order)
	rows = nil
	for _, id := range order {
		ref := cited[id]
		rows = append(rows, []cell{plain(id), plain(d.word("source.", ref.Kind) + " · " + d.word("applies.", ref.Applies)), plain(d.pick(ref.Text))})
	}
	d.table([]column{{title: d.text("column.code"), share: 36}, {title: d.text("column.applies"), share: 26},
		{title: d.text("column.clause"), share: 108}}, rows)
}

func (d *document) evidenceAnnex() {
	d.chapter("annex_evidence")
	d.paragraph(d.text("annex.evidence_intro"))
	if len(d.report.Evidence) == 0 {
		d.paragraph(d.text("annex.none"))
		return
	}
	var rows [][]cell
	for _, e := range d.report.Evidence {
		target, kind := e.Target, "evidence.document"
		if target == reports.Statement {
			target, kind = d.text("evidence.inventory"), "evidence.statement"
		}
		rows = append(rows, []cell{plain(target), plain(d.text(kind)), plain(clock(e.Collected)), plain(e.Digest), plain(fmt.Sprint(e.Cited))})
	}
	d.tableOf(6.2, []column{{title: d.text("column.target"), share: 30}, {title: d.text("column.evidence_kind"), share: 18},
		{title: d.text("column.collected"), share: 33}, {title: d.text("column.digest"), share: 94}, {title: d.text("column.cited"), share: 12, right: true}}, rows)
}

func (d *document) gapAnnex() {
	d.chapter("annex_gaps")
	d.paragraph(d.text("annex.gaps_intro"))
	if len(d.report.Gaps) == 0 {
		d.paragraph(d.text("annex.none"))
		return
	}
	var rows [][]cell
	for _, g := range d.report.Gaps {
		rows = append(rows, []cell{plain(g.Component), plain(g.Table), plain(d.word("reason.", g.Reason)), plain(d.print.Phrase(g.Detail))})
	}
	d.table([]column{{title: d.text("column.target"), share: 42}, {title: d.text("column.table"), share: 34},
		{title: d.text("column.reason"), share: 22}, {title: d.text("column.detail"), share: 48}}, rows)
}

// terms are the words that the glossary explains.
var terms = []string{"spof", "redundancy", "k", "designed", "cut", "impact", "confirmed", "possible", "unobserved",
	"unknown", "gap", "snapshot", "bundle", "false_redundancy", "shared_risk", "waiver"}

func (d *document) glossary() {
	d.chapter("annex_glossary")
	var rows [][]cell
	for _, t := range terms {
		rows = append(rows, []cell{{text: d.text("term_name." + t), bold: true}, plain(d.text("term_text." + t))})
	}
	d.table([]column{{title: d.text("column.term_name"), share: 40}, {title: d.text("column.meaning"), share: 110}}, rows)
}
