package pdf

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"gujo/reports"
	"gujo/reports/figure"
	"gujo/reports/locale"
	"gujo/rules"
)

func TestTheOutlineAndTheLinksLeadToEverySheet(t *testing.T) {
	s, d := large(t, 5)
	pdf, _ := render(t, s, d, locale.Korean, engine(t))
	check(t, pdf)
	path := filepath.Join(t.TempDir(), "report.pdf")
	if err := os.WriteFile(path, pdf, 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := exec.Command(tool(t, "qpdf"), "--json=1", path).Output()
	if err != nil {
		t.Fatal(err)
	}
	type entry struct {
		Title string  `json:"title"`
		Page  int     `json:"destpageposfrom1"`
		Kids  []entry `json:"kids"`
	}
	var doc struct {
		Outlines []entry `json:"outlines"`
		Pages    []struct {
			Object string `json:"object"`
		} `json:"pages"`
		Objects map[string]json.RawMessage `json:"objects"`
	}
	if err := json.Unmarshal(out, &doc); err != nil {
		t.Fatal(err)
	}
	if len(doc.Outlines) != len(chapterNames) {
		t.Errorf("%d chapters in the outline, want %d", len(doc.Outlines), len(chapterNames))
	}
	sheets, last := 0, 0
	for _, chapter := range doc.Outlines {
		for _, e := range append([]entry{chapter}, chapter.Kids...) {
			if e.Page < last {
				t.Errorf("%q is on page %d, after page %d", e.Title, e.Page, last)
			}
			last = e.Page
			if strings.HasPrefix(e.Title, "F-") {
				sheets++
			}
		}
	}
	if sheets != 5 {
		t.Errorf("%d sheets in the outline, want 5", sheets)
	}
	isPage := map[string]bool{}
	for _, p := range doc.Pages {
		isPage[p.Object] = true
	}
	links := 0
	for _, raw := range doc.Objects {
		var page struct {
			Annots []struct {
				Dest []any  `json:"/Dest"`
				Type string `json:"/Subtype"`
			} `json:"/Annots"`
		}
		if json.Unmarshal(raw, &page) != nil {
			continue
		}
		for _, a := range page.Annots {
			links++
			if len(a.Dest) == 0 {
				t.Error("a link leads nowhere")
			} else if to, _ := a.Dest[0].(string); !isPage[to] {
				t.Errorf("a link leads to %v, which is no page", a.Dest[0])
			}
		}
	}
	// Contents, list of findings, summary and plan lead to every sheet.
	if links < 4*5+len(chapterNames) {
		t.Errorf("%d links", links)
	}
}

func TestTheFontsAreEmbedded(t *testing.T) {
	s := site(t, "a")
	pdf, _ := render(t, s, diagnosis(s), locale.Korean, nil)
	path := filepath.Join(t.TempDir(), "report.pdf")
	if err := os.WriteFile(path, pdf, 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := exec.Command(tool(t, "pdffonts"), path).Output()
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(string(out)), "\n")[2:]
	if len(lines) == 0 {
		t.Error("no fonts")
	}
	for _, l := range lines {
		f := strings.Fields(l)
		if len(f) < 5 || f[len(f)-5] != "yes" {
			t.Errorf("not embedded: %s", l)
		}
	}
}

func TestTheSameReportGivesTheSameBytes(t *testing.T) {
	s, d := large(t, 40) // enough for two children
	for _, e := range []func() *figure.Engine{func() *figure.Engine { return nil }, func() *figure.Engine { return engine(t) }} {
		one, res := render(t, s, d, locale.Korean, e())
		two, _ := render(t, s, d, locale.Korean, e())
		if !bytes.Equal(one, two) {
			t.Errorf("two prints with %d figures differ", res.Figures)
		}
	}
}

func TestWithoutFiguresTheReportIsWrittenAndSaysSo(t *testing.T) {
	s := site(t, "a", "b", "c")
	broken := filepath.Join(t.TempDir(), "gujo-layout")
	if err := os.WriteFile(broken, []byte("#!/bin/sh\nexit 1\n"), 0o700); err != nil {
		t.Fatal(err)
	}
	t.Setenv("XDG_CACHE_HOME", t.TempDir())
	e, err := figure.Start(t.Context(), broken)
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close()
	for _, c := range []struct {
		name   string
		engine *figure.Engine
		want   string
	}{{"no program", nil, "is not there"}, {"a program that breaks", e, "(gujo-layout) failed"}} {
		pdf, res := render(t, s, diagnosis(s), locale.English, c.engine)
		if res.Layout == nil || res.Missing != 4 || res.Figures != 0 {
			t.Errorf("%s: %d figures, %d missing, %v", c.name, res.Figures, res.Missing, res.Layout)
		}
		if errors.Is(res.Layout, figure.ErrNoLayout) != (c.engine == nil) {
			t.Errorf("%s: %v", c.name, res.Layout)
		}
		if text := flat(check(t, pdf)); strings.Count(text, flat(c.want)) != 4 {
			t.Errorf("%s: the report says %d times %q, want it in place of each figure", c.name, strings.Count(text, flat(c.want)), c.want)
		}
	}
}

func TestAReportOfAnotherSnapshotIsRefused(t *testing.T) {
	d := diagnosis(site(t, "a"))
	if _, err := reports.Build(site(t, "b"), d, reports.Options{}); err == nil {
		t.Error("no error")
	}
}

// withinMargins checks that no word stands beyond the margins of its page, nor
// below its foot.
func withinMargins(t *testing.T, pdf []byte) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "report.pdf")
	if err := os.WriteFile(path, pdf, 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := exec.Command(tool(t, "pdftotext"), "-bbox", path, "-").Output()
	if err != nil {
		t.Fatal(err)
	}
	const point = 25.4 / 72
	words := regexp.MustCompile(`<word xMin="([\d.-]+)" yMin="([\d.-]+)" xMax="([\d.-]+)" yMax="([\d.-]+)">(.*)</word>`).FindAllStringSubmatch(string(out), -1)
	if len(words) < 100 {
		t.Fatalf("%d words", len(words))
	}
	for _, w := range words {
		var at [4]float64
		for i := range at {
			if at[i], err = strconv.ParseFloat(w[i+1], 64); err != nil {
				t.Fatal(err)
			}
			at[i] *= point
		}
		if at[0] < left-0.5 || at[2] > right+0.5 || at[1] < 8 || at[3] > 291 {
			t.Errorf("%q stands at %.1f–%.1f, %.1f–%.1f mm", w[5], at[0], at[2], at[1], at[3])
		}
	}
}

func TestNothingIsPrintedBeyondTheMargins(t *testing.T) {
	s := site(t, strings.Repeat("very-long-host-name.", 9)+"example", strings.Repeat("가", 300), "c", "d")
	d := diagnosis(s)
	d.Findings[0].Message = rules.Text{KO: strings.Repeat("민원", 300), EN: strings.Repeat("x", 900)}
	for _, lang := range locale.Languages() {
		pdf, _ := render(t, s, d, lang, nil)
		withinMargins(t, pdf)
	}
}
