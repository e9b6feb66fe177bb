package locale

import (
	"cmp"
	"embed"
	"fmt"
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/goccy/go-yaml"
)

// What the packages below say of a file, a store or a device, they say in English:
// as an error, or as the detail of a gap, which goes into bundles and snapshots and
// is public. Their words are the key here, with {0}, {1}, … for what they filled
// in, so that no package has to know of catalogues and what was recorded years ago
// is printed in the reader's language too.
//
//go:embed phrases/*.yaml
var phraseBooks embed.FS

// book is the phrase book of a language other than English, by English phrase.
type book struct {
	Phrases map[string]string // whole messages, or what stands before or behind ": "
	Words   map[string]string // what is filled into them only
}

// Phrases lists what phrase books know, in English, sorted.
func Phrases() []string {
	var all []string
	files, _ := fs.Glob(phraseBooks, "phrases/*.yaml") // the pattern is sound
	for _, name := range files {
		if b, err := readBook(Lang(strings.TrimSuffix(path.Base(name), ".yaml"))); err == nil {
			for p := range b.Phrases {
				all = append(all, p)
			}
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}

func readBook(lang Lang) (book, error) {
	var b book
	name := "phrases/" + string(lang) + ".yaml"
	data, err := phraseBooks.ReadFile(name)
	if err != nil {
		return b, err
	}
	if err := yaml.UnmarshalWithOptions(data, &b, yaml.Strict()); err != nil {
		return b, fmt.Errorf("phrase book %s: %w", name, err)
	}
	return b, nil
}

// phrase is an English phrase, how to recognise it, and what it is elsewhere.
type phrase struct {
	piece string // the longest text in it that is always there
	says  int    // how much of its text is always there
	leads bool   // it begins with a value: whose it is, ": ", and what is wrong
	match *regexp.Regexp
	text  string
	inner bool // a word: never a whole message
}

// Phrase prints what a package below said in English; what is not in the phrase
// book stays as it is.
func (p *Printer) Phrase(english string) string {
	if p.Lang == English || english == "" {
		return english
	}
	p.once.Do(p.loadPhrases)
	lines := strings.Split(english, "\n")
	for i, l := range lines {
		lines[i] = p.phrase(l, 0)
	}
	return strings.Join(lines, "\n")
}

func (p *Printer) phrase(english string, depth int) string {
	if depth > 6 || english == "" || depth > 0 && quoted.MatchString(english) {
		return english
	}
	if depth > 0 && span.MatchString(english) {
		return p.span(english)
	}
	ph, found := p.find(english, depth)
	if ph != nil && ph.leads {
		// What stands behind ": " may be a message that says more.
		for at := 0; ; {
			next := strings.Index(english[at:], ": ")
			if next < 0 {
				break
			}
			at += next + len(": ")
			if rest, _ := p.find(english[at:], depth+1); rest != nil && rest.says > ph.says {
				return p.phrase(english[:at-len(": ")], depth+1) + ": " + p.phrase(english[at:], depth+1)
			}
		}
	}
	if ph != nil {
		args := make([]any, len(found)-1)
		for n, a := range found[1:] {
			args[n] = p.phrase(a, depth+1)
		}
		return Format(p.Lang, ph.text, args...)
	}
	// Whose it is, ": ", and what is wrong.
	for at, tries := 0, 0; tries < 8; tries++ {
		next := strings.Index(english[at:], ": ")
		if next < 0 {
			break
		}
		at += next + len(": ")
		if rest := p.phrase(english[at:], depth+1); rest != english[at:] {
			return p.phrase(english[:at-len(": ")], depth+1) + ": " + rest
		}
	}
	return english
}

// find gives the phrase that a text is, and what is filled in.
func (p *Printer) find(english string, depth int) (*phrase, []string) {
	for i := range p.phrases {
		ph := &p.phrases[i]
		if ph.inner && depth == 0 || !strings.Contains(english, ph.piece) {
			continue
		}
		if found := ph.match.FindStringSubmatch(english); found != nil {
			return ph, found
		}
	}
	return nil, nil
}

// span is a time as [time.Duration] writes it.
var span = regexp.MustCompile(`^(?:([0-9]+)h)?(?:([0-9]+)m)?(?:([0-9.]+)s)?(?:([0-9.]+)ms)?$`)

// span prints a time in words, its units under the keys of the catalogue.
func (p *Printer) span(english string) string {
	var parts []string
	for i, n := range span.FindStringSubmatch(english)[1:] {
		if n != "" && n != "0" {
			parts = append(parts, p.Text([]string{"span.hours", "span.minutes", "span.seconds", "span.milliseconds"}[i], n))
		}
	}
	if len(parts) == 0 {
		return english
	}
	return strings.Join(parts, " ")
}

// quoted is a value as %q writes it.
var quoted = regexp.MustCompile(`^"(?:[^"\\]|\\.)*"$`)

var hole = regexp.MustCompile(`\{\d\}`)

// loadPhrases makes the book of the printer's language ready, the phrases with
// the most words first: of two that fit, they say more.
func (p *Printer) loadPhrases() {
	b, err := readBook(p.Lang)
	if err != nil {
		return // then it is English
	}
	// A hint may follow a value at once, as in `want a or b, did you mean "a"?`.
	var hints []string
	for english := range b.Words {
		if english[0] == ',' || english[0] == ';' {
			hints = append(hints, pattern(english, ""))
		}
	}
	slices.Sort(hints)
	hint := strings.Join(hints, "|")
	for _, set := range []struct {
		texts map[string]string
		inner bool
	}{{b.Phrases, false}, {b.Words, true}} {
		for english, text := range set.texts {
			pieces := hole.Split(english, -1)
			piece := slices.MaxFunc(pieces, func(x, y string) int { return cmp.Compare(len(x), len(y)) })
			expression := pattern(english, hint)
			if set.inner { // what has ": " in it is no word
				expression = strings.ReplaceAll(expression, "(.*?)", "((?:[^:]|:[^ ])*?)")
			}
			re := regexp.MustCompile("(?s)^" + expression + "$")
			p.phrases = append(p.phrases, phrase{piece, len(strings.Join(pieces, "")), strings.HasPrefix(english, "{0}: "), re, text, set.inner})
		}
	}
	slices.SortFunc(p.phrases, func(x, y phrase) int {
		return cmp.Or(cmp.Compare(y.says, x.says), -cmp.Compare(x.match.NumSubexp(), y.match.NumSubexp()), cmp.Compare(x.match.String(), y.match.String()))
	})
}

// pattern recognises a phrase. A hole at its beginning is one thing: what stands
// before ": " is another's. One behind a mere blank is one value, or words without
// values. Of two holes side by side the second is a hint, or nothing.
func pattern(english, hint string) string {
	var b strings.Builder
	end := 0
	for _, at := range hole.FindAllStringIndex(english, -1) {
		switch {
		case hint == "":
			b.WriteString(regexp.QuoteMeta(english[end:at[0]]) + ".*")
		case at[0] == end && end > 0:
			b.WriteString("((?:" + hint + ")?)")
		case at[0] == 0:
			b.WriteString(`("(?:[^"\\]|\\.)*"|(?:[^:]|:[^ ])*?)`)
		case end > 0 && english[end:at[0]] == " ":
			b.WriteString(` ("(?:[^"\\]|\\.)*"|[^"]*?)`)
		default:
			b.WriteString(regexp.QuoteMeta(english[end:at[0]]) + "(.*?)")
		}
		end = at[1]
	}
	return b.String() + regexp.QuoteMeta(english[end:])
}
