package pdf

import (
	"fmt"
	"strings"

	"gujo/reports"
)

// answerInks are the colours of the answers; what is not diverse is no defect yet.
var answerInks = map[reports.Answer]colour{reports.Yes: green, reports.No: red, reports.NotSeen: grey, reports.Idle: grey}

// redundancy prints the inventory of redundancy: each group with the four
// questions answered apart.
func (d *document) redundancy() {
	d.section("current.redundancy")
	if len(d.report.Groups) == 0 {
		d.paragraph(d.text("current.no_groups"))
		return
	}
	d.paragraph(d.text("redundancy.intro"))
	var rows [][]cell
	for _, q := range reports.Questions {
		count := map[reports.Answer]int{}
		for i := range d.report.Groups {
			count[d.report.Groups[i].Answer(q)]++
		}
		row := []cell{plain(d.text("question." + q))}
		for _, a := range []reports.Answer{reports.Yes, reports.No, reports.NotSeen, reports.Idle} {
			row = append(row, plain(fmt.Sprint(count[a])))
		}
		rows = append(rows, row)
	}
	d.table([]column{{title: d.text("column.question"), share: 84}, {title: d.text("answer.yes"), share: 16, right: true},
		{title: d.text("answer.no"), share: 16, right: true}, {title: d.text("answer.unknown"), share: 27, right: true},
		{title: d.text("answer.not_applicable"), share: 27, right: true}}, rows)

	d.groupTable()
}

// groupTable prints the groups by technology. Those of the same members with the
// same answers share a row.
func (d *document) groupTable() {
	var rows [][]cell
	technology, at := "", map[string]int{}
	for i := range d.report.Groups {
		g := &d.report.Groups[i]
		if i == 0 || g.Technology != technology {
			technology = g.Technology
			clear(at)
			rows = append(rows, []cell{{text: capital(d.word("technology.", technology)), bold: true}})
		}
		row := []cell{plain(d.groupMembers(g)), d.answer(g.Exists, "exists", d.counted(g)), d.answer(g.Diverse, "diverse", d.shares(g)),
			d.answer(g.Healthy, "healthy", d.service(g)), d.answer(g.Exercised, "exercised", d.text("redundancy.not_attested"))}
		key := ""
		for _, c := range row {
			key += c.text + "\x00"
		}
		name := d.short(g.Named)
		if same, known := at[key]; known {
			names, rest, _ := strings.Cut(rows[same][0].text, "\n")
			rows[same][0].text = names + ", " + name + "\n" + rest
			continue
		}
		at[key] = len(rows)
		row[0].text = name + "\n" + row[0].text
		rows = append(rows, row)
	}
	d.tableOf(tinySize+0.4, []column{{title: d.text("column.group"), share: 38}, {title: d.text("column.exists"), share: 36},
		{title: d.text("column.diverse"), share: 52}, {title: d.text("column.healthy"), share: 23}, {title: d.text("column.exercised"), share: 23}}, rows)
}

// answer prints an answer with what it rests on.
func (d *document) answer(a reports.Answer, question, why string) cell {
	ink := answerInks[a]
	if question == "diverse" && a == reports.No {
		ink = amber
	}
	return cell{text: d.text("answer."+question+"_"+string(a)) + "\n" + why, ink: ink, lead: true}
}

// groupMembers names the members of a group, and the sheets about it.
func (d *document) groupMembers(g *reports.Group) string {
	text := d.names(g.Members, 8)
	if text == "" {
		text = d.text("redundancy.no_members")
	}
	if len(g.Codes) > 0 {
		text += "\n" + strings.Join(d.bounded(g.Codes, 4), ", ")
	}
	return text
}

// service tells how many are in service, of which it was seen or denied.
func (d *document) service(g *reports.Group) string {
	if g.Healthy == reports.NotSeen {
		return d.text("redundancy.seen_up", g.SeenUp)
	}
	return d.text("redundancy.up", g.Designed, g.Up)
}

// counted tells how many are needed, were designed and were observed.
func (d *document) counted(g *reports.Group) string {
	number := func(n int) string {
		if n == 0 {
			return d.text("group.unknown_k")
		}
		return fmt.Sprint(n)
	}
	return d.text("redundancy.counted", number(g.K), number(g.Designed), g.Observed, d.print.Text("k_source."+g.KSource.String()))
}

// shares tells what the members share, in which ways they are apart, and of which
// ways nothing is known.
func (d *document) shares(g *reports.Group) string {
	var shared, apart, unseen []string
	for _, s := range g.Shares {
		name := d.text("way." + s.Way)
		switch s.Apart {
		case reports.No:
			shared = append(shared, d.text("redundancy.shared_in", name, d.names(s.Shared, 3)))
		case reports.Yes:
			apart = append(apart, name)
		default:
			unseen = append(unseen, name)
		}
	}
	var lines []string
	for _, l := range []struct {
		key  string
		what []string
	}{{"redundancy.shared", shared}, {"redundancy.apart", apart}, {"redundancy.unseen", unseen}} {
		if len(l.what) > 0 {
			lines = append(lines, d.text(l.key, strings.Join(l.what, ", ")))
		}
	}
	return strings.Join(lines, "\n")
}

// bounded shortens a list, and says by how much.
func (d *document) bounded(all []string, most int) []string {
	if len(all) <= most {
		return all
	}
	return append(all[:most:most], d.text("sheet.more", len(all)-most))
}
