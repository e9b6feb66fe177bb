package pdf

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"gujo/reports"
	"gujo/reports/locale"
	"gujo/rules"
)

// findings prints a list of the findings, and a sheet for each.
func (d *document) findings() {
	d.chapter("findings")
	if len(d.report.Sheets) == 0 {
		d.nothing()
	} else {
		d.findingList()
	}
	for i := range d.report.Errors {
		e := &d.report.Errors[i]
		d.need(24)
		d.anchor(e.Code, e.Code+" "+d.letters.printable(d.pick(e.Finding.Title)), 1)
		d.block(e.Code+" · "+d.pick(e.Finding.Title), "B", bodySize+1, red, left, bodyWidth)
		d.paragraph(d.pick(e.Finding.Message))
	}
	if len(d.report.Passed) > 0 {
		d.section("findings.passed")
		var rows [][]cell
		for _, p := range d.report.Passed {
			rows = append(rows, []cell{plain(p.Rule), plain(d.pick(p.Title)), plain(fmt.Sprint(p.Passed))})
		}
		d.table([]column{{title: d.text("column.rule"), share: 25}, {title: d.text("column.title"), share: 90},
			{title: d.text("column.subjects"), share: 20, right: true}}, rows)
	}
	for i := range d.report.Sheets {
		d.sheet(&d.report.Sheets[i])
	}
}

func (d *document) findingList() {
	var rows [][]cell
	for i := range d.report.Sheets {
		s := &d.report.Sheets[i]
		rows = append(rows, []cell{
			{text: s.Code, to: s.Code}, d.severity(s.Finding), plain(s.Finding.Rule), plain(d.pick(s.Finding.Title)),
			plain(d.names(s.Subjects, 3)), {text: fmt.Sprint(d.pages[s.Code]), to: s.Code},
		})
	}
	d.table([]column{{title: d.text("column.code"), share: 12}, {title: d.text("column.severity"), share: 17},
		{title: d.text("column.rule"), share: 25}, {title: d.text("column.title"), share: 58},
		{title: d.text("sheet.subject"), share: 46}, {title: d.text("column.page"), share: 12, right: true}}, rows)
}

// sheet prints one finding so that a reader who was not there reaches the same
// conclusion: what, by which criterion, on which evidence, and what to do.
func (d *document) sheet(s *reports.Sheet) {
	f := s.Finding
	d.addPage()
	d.anchor(s.Code, s.Code+" "+d.letters.printable(d.pick(f.Title)), 1)
	d.sheetHead(s)
	d.block(d.pick(f.Message), "B", bodySize+0.5, black, left, bodyWidth)
	d.space(1)
	d.pairs(d.facts(s))
	if len(s.Figure.Boxes) > 0 {
		d.draw(&s.Figure, findingHeight, d.text("figure.finding", s.Code))
	}
	d.grounds(s)
	d.remedy(s)
	d.basis(f)
}

func (d *document) sheetHead(s *reports.Sheet) {
	chip := d.severity(s.Finding)
	d.font("B", 8.5, white)
	label := d.text("sheet.severity", d.print.Text("severity."+string(s.Finding.Severity)))
	width := d.pdf.GetStringWidth(label)
	d.font("B", 11, white)
	lines := d.wrap(d.letters.printable(d.pick(s.Finding.Title)), bodyWidth-32-width)
	height := 4 + float64(len(lines))*5.4
	d.fill(navy)
	d.rect(left, d.y, bodyWidth, height)
	d.fill(chip.ink)
	d.rect(left, d.y, 3, height)
	d.put(left+6, d.y+6.2, s.Code)
	for i, l := range lines {
		d.put(left+24, d.y+6.2+float64(i)*5.4, l)
	}
	d.font("B", 8.5, white)
	d.put(right-3-width, d.y+6, label)
	d.space(height + 3)
}

// facts are the names and values at the top of a sheet.
func (d *document) facts(s *reports.Sheet) [][2]string {
	f := s.Finding
	rows := [][2]string{
		{d.text("sheet.rule"), fmt.Sprintf("%s %s", f.Rule, f.RuleVersion)},
		{d.text("sheet.judgement"), d.judgement(f)},
		{d.text("sheet.subject"), d.list(s.Subjects)},
	}
	if len(s.Stopped) > 0 {
		rows = append(rows, [2]string{d.text("sheet.stopped"), d.list(s.Stopped)})
	}
	weakened := slices.DeleteFunc(slices.Clone(s.Services), func(n reports.Named) bool { return slices.Contains(s.Stopped, n) })
	if len(weakened) > 0 {
		rows = append(rows, [2]string{d.text("sheet.weakened"), d.list(weakened)})
	}
	if r := f.Redundancy; r != nil {
		k := d.text("group.unknown_k")
		if r.K != nil {
			k = fmt.Sprint(*r.K)
		}
		value := d.text("sheet.redundancy_value", k, r.Designed, s.Observed)
		if s.InService < s.Observed {
			value = d.text("sheet.redundancy_lost", k, r.Designed, s.Observed, s.InService)
		}
		rows = append(rows, [2]string{d.text("sheet.redundancy"), value})
	}
	if len(s.Cut) > 0 {
		rows = append(rows, [2]string{d.text(d.cutName(s)), d.list(s.Cut)})
	}
	rows = append(rows, [2]string{d.text("sheet.criterion"), d.criterion(f.Criterion)})
	if threat := d.pick(s.Threat); threat != "" {
		rows = append(rows, [2]string{d.text("sheet.threat"), threat})
	}
	if f.Category != "" {
		rows = append(rows, [2]string{d.text("sheet.category"), d.word("category.", f.Category)})
	}
	if f.Status != "" {
		rows = append(rows, [2]string{d.text("sheet.status"), d.word("status.", f.Status)})
	}
	if f.Waiver != nil {
		waiver := d.waiver(f.Waiver)
		if !f.Waived {
			waiver = d.text("waiver.lapsed") + ": " + waiver
		}
		rows = append(rows, [2]string{d.text("sheet.waiver"), waiver})
	}
	return append(rows, [2]string{d.text("sheet.fingerprint"), f.Fingerprint})
}

// cutName tells what a cut is: alone it is a single point where something stops
// with it, or where the network falls apart as no service is declared.
func (d *document) cutName(s *reports.Sheet) string {
	switch {
	case len(s.Cut) > 1:
		return "sheet.cut"
	case len(s.Stopped) > 0, len(d.report.Services) == 0 && slices.Equal(s.Finding.Cut, s.Finding.Subjects):
		return "sheet.cut_one"
	}
	return "sheet.cut_part"
}

// criterion names the kind of its source, where its words do not.
func (d *document) criterion(c rules.Criterion) string {
	text, source := d.pick(c.Text), d.word("source.", c.Source)
	if strings.Contains(text, source) {
		return text
	}
	return text + " (" + source + ")"
}

// judgement prints the verdict on the scale of the report.
func (d *document) judgement(f rules.Finding) string {
	text := d.text("scale." + string(reports.Judge(f)))
	if f.Waived {
		text = d.text("scale.waived")
	}
	if f.Confidence != "" {
		text += " · " + d.text("sheet.confidence", d.print.Text("confidence."+f.Confidence))
	}
	return text
}

// list prints components with their IDs, one a line.
func (d *document) list(all []reports.Named) string {
	var out []string
	for i, n := range all {
		if i == 12 {
			out = append(out, d.text("sheet.more", len(all)-i))
			break
		}
		name := d.name(n)
		if name != n.ID {
			name += " (" + n.ID + ")"
		}
		out = append(out, name)
	}
	return strings.Join(out, "\n")
}

// names prints components by their names alone.
func (d *document) names(all []reports.Named, most int) string {
	var out []string
	for i, n := range all {
		if i == most {
			out = append(out, d.text("sheet.more", len(all)-i))
			break
		}
		out = append(out, d.short(n))
	}
	return strings.Join(out, ", ")
}

// short is a name where many stand; the sheet of what it names has it whole.
func (d *document) short(n reports.Named) string {
	const most = 60
	runes := []rune(d.name(n))
	if len(runes) <= most {
		return string(runes)
	}
	return string(runes[:most]) + "…"
}

// grounds prints what the finding rests on, each claim with the evidence for it.
func (d *document) grounds(s *reports.Sheet) {
	d.subhead("sheet.evidence", 34)
	if len(s.Claims)+len(s.Others) == 0 {
		d.paragraph(d.text("sheet.no_evidence"))
		return
	}
	var rows [][]cell
	cited := len(s.Others)
	for i := 0; i < len(s.Claims); {
		// Claims in a row that rest on the same excerpts share them.
		var heads []string
		c := s.Claims[i]
		for ; i < len(s.Claims) && slices.EqualFunc(s.Claims[i].Evidence, c.Evidence, sameExcerpt); i++ {
			heads = append(heads, d.claim(i+1, s.Claims[i]))
		}
		rows = append(rows, []cell{{text: strings.Join(heads, "\n"), bold: true}})
		for _, e := range c.Evidence {
			rows = append(rows, d.excerpt(e))
		}
		cited += len(c.Evidence)
	}
	d.tableOf(tinySize, []column{{title: d.text("column.target"), share: 24}, {title: d.text("column.locator"), share: 60},
		{title: d.text("column.value"), share: 42}, {title: d.text("column.collected"), share: 21},
		{title: d.text("column.digest"), share: 23}}, rows)
	if cited == 0 {
		d.paragraph(d.text("sheet.no_evidence"))
	}
	if len(s.Others) > 0 {
		d.space(-2)
		d.block(d.text("claim.others"), "B", othersSize, black, left, bodyWidth)
		for _, e := range s.Others {
			d.space(-1.5)
			d.block(d.inline(e), "", othersSize, black, left, bodyWidth)
		}
	}
	d.note(d.text("sheet.analysis") + " " + d.text("limits.short"))
}

func sameExcerpt(x, y reports.Excerpt) bool { return x.Ref == y.Ref }

// claim puts a claim in words.
func (d *document) claim(number int, c reports.Claim) string {
	var text string
	switch {
	case c.NoWay:
		text = d.print.Text("claim.no_way", d.short(c.From), d.short(c.To), d.names(c.Without, 4))
	case c.Relation != "":
		text = d.print.Text("claim.relation", d.short(c.From), d.word("need.", c.Relation), d.short(c.To))
	default:
		text = d.print.Text("claim.component", capital(d.word("kind.", c.From.Kind.String())), d.short(c.From))
	}
	if c.Assumed {
		text += " " + d.print.Text("claim.assumed")
	}
	if c.Left > 0 {
		text += " · " + d.print.Text("claim.left", c.Left)
	}
	return fmt.Sprintf("[%d] %s", number, text)
}

// maxValue bounds a printed value, in characters; the whole stands in the bundle.
const maxValue = 600

// othersSize is of the type in which the rest of the evidence is set, in points.
const othersSize = 6.8

func (d *document) excerpt(e reports.Excerpt) []cell {
	target, locator := d.place(e)
	if e.Object != "" {
		locator = e.Object + "\n" + locator
	}
	return []cell{plain(target), plain(locator), plain(d.value(e)), plain(strings.Replace(clock(e.Collected), " ", "\n", 1)), plain(digest(e.Ref))}
}

// inline prints an excerpt as one line.
func (d *document) inline(e reports.Excerpt) string {
	target, locator := d.place(e)
	if e.Object != "" {
		locator = e.Object + " (" + locator + ")"
	}
	return strings.Join([]string{target, locator + " = " + d.value(e), clock(e.Collected), digest(e.Ref)}, " · ")
}

// place tells where an excerpt stands.
func (d *document) place(e reports.Excerpt) (target, locator string) {
	if e.Target == reports.Statement {
		return d.text("evidence.inventory"), d.text("evidence.line", e.Locator)
	}
	return e.Target, e.Locator
}

func (d *document) value(e reports.Excerpt) string {
	value := d.letters.printable(e.Value)
	if runes := []rune(value); len(runes) > maxValue {
		value = string(runes[:maxValue]) + "… " + d.text("evidence.longer", len(runes))
	}
	if e.Meaning != "" {
		value += " (" + e.Meaning + ")"
	}
	if strings.TrimSpace(value) == "" {
		value = d.text("evidence.empty")
	}
	return value
}

// digest gives the beginning of an entry's digest; the whole stands in the annex.
func digest(ref string) string {
	entry, _, _ := strings.Cut(ref, "#")
	entry = strings.TrimPrefix(entry, "sha256:")
	return entry[:min(12, len(entry))]
}

func (d *document) remedy(s *reports.Sheet) {
	f := s.Finding
	d.subhead("sheet.remedy", 42)
	text := f.Remediation.EN
	if d.print.Lang == locale.Korean {
		text = f.Remediation.KO
	}
	d.paragraph(text)
	if effect := d.pick(f.Remediation.Effect); effect != "" {
		d.paragraph(d.text("sheet.effect", effect))
	}
	// Who, with what money and when is for the owner to say (훈령 365 제16조).
	d.table([]column{{title: d.text("sheet.owner"), share: 34}, {title: d.text("sheet.budget"), share: 30},
		{title: d.text("sheet.effort"), share: 22}, {title: d.text("sheet.term"), share: 22},
		{title: d.text("sheet.measure"), share: 32}},
		[][]cell{{plain(" "), plain(" "), plain(d.word("effort.", f.Remediation.Effort)), plain(d.term(f.Remediation)),
			{text: cmp.Or(s.Measure, " "), to: "plan"}}})
}

// basis prints the clauses that a finding cites, each with how it applies.
func (d *document) basis(f rules.Finding) {
	if len(f.References) == 0 {
		return
	}
	d.subhead("sheet.references", 18)
	for _, ref := range f.References {
		d.block("· "+d.reference(ref), "", smallSize+0.3, black, left, bodyWidth)
		d.space(-1)
	}
	d.space(2)
}

func (d *document) reference(ref rules.Reference) string {
	return fmt.Sprintf("[%s · %s] %s (%s)", d.word("source.", ref.Kind), d.word("applies.", ref.Applies), d.pick(ref.Text), ref.ID)
}

// subhead begins a part of a sheet; with so many millimetres of what follows it
// keeps together.
func (d *document) subhead(key string, with float64) {
	d.need(with)
	d.block(d.text(key), "B", bodySize, navy, left, bodyWidth)
}

// undecided lists what could not be judged, and what was missing: a row for each
// subject with the rules whose question is open.
func (d *document) undecided() {
	d.chapter("undecided")
	d.paragraph(d.text("undecided.intro"))
	if len(d.report.Undecided) == 0 {
		d.paragraph(d.text("undecided.none"))
		return
	}
	var rows [][]cell
	for _, u := range d.report.Unjudged() {
		var codes, open, missing []string
		for _, s := range u.Sheets {
			codes = append(codes, s.Code)
			open = append(open, s.Finding.Rule+" "+d.pick(s.Finding.Title))
		}
		for i, m := range u.Missing {
			if i == 8 {
				missing = append(missing, d.text("sheet.more", len(u.Missing)-i))
				break
			}
			missing = append(missing, d.lacking(m, u.Subjects))
		}
		rows = append(rows, []cell{plain(strings.Join(codes, ", ")), plain(d.names(u.Subjects, 3)),
			plain(strings.Join(open, "\n")), plain(strings.Join(missing, "\n"))})
	}
	d.table([]column{{title: d.text("column.code"), share: 13}, {title: d.text("sheet.subject"), share: 34},
		{title: d.text("column.unjudged"), share: 54}, {title: d.text("column.missing"), share: 50}}, rows)
}

// lacking puts what was not observed in words: "of what: what (why)"; of the
// subject itself, which stands beside it, without of what.
func (d *document) lacking(m rules.Missing, of []reports.Named) string {
	text := d.pick(m.Words())
	if len(of) != 1 || of[0].ID != m.Component {
		text = m.Component + ": " + text
	}
	if m.Reason != "" {
		text += " (" + d.pick(m.Why()) + ")"
	}
	return text
}

// word prints a closed word in the reader's language; one that the catalogue
// does not have, as another program's diagnosis may, as it is.
func (d *document) word(prefix, word string) string {
	if d.print.Has(prefix + word) {
		return d.text(prefix + word)
	}
	return d.letters.printable(word)
}
