// Package locale prints messages in Korean and English. A message is a key with
// arguments; the texts stand in one catalogue a language, and both have the same
// keys with the same arguments, so that the two prints say the same.
package locale

import (
	"embed"
	"fmt"
	"io/fs"
	"path"
	"sort"
	"strconv"
	"strings"
	"sync"

	"github.com/goccy/go-yaml"
	"golang.org/x/text/language"
)

//go:embed ko/*.yaml en/*.yaml
var catalogues embed.FS

// Lang is a language that Gujo prints.
type Lang string

// The languages.
const (
	Korean  Lang = "ko"
	English Lang = "en"
)

// Languages lists them, Korean first.
func Languages() []Lang { return []Lang{Korean, English} }

// Parse reads a language as people write it: "ko", "en", "ko_KR.UTF-8", "en-US".
func Parse(s string) (Lang, error) {
	name, _, _ := strings.Cut(s, ".")
	tag, err := language.Parse(strings.ReplaceAll(name, "_", "-"))
	if err == nil {
		switch base, _ := tag.Base(); base.String() {
		case "ko":
			return Korean, nil
		case "en":
			return English, nil
		}
	}
	return "", fmt.Errorf("language %q: want ko or en", s)
}

// FromEnvironment chooses the language of the locale (LC_ALL, LC_MESSAGES,
// LANG, in this order): Korean for a Korean one, English otherwise.
func FromEnvironment(getenv func(string) string) Lang {
	for _, name := range []string{"LC_ALL", "LC_MESSAGES", "LANG"} {
		if v := getenv(name); v != "" {
			if lang, err := Parse(v); err == nil {
				return lang
			}
			return English
		}
	}
	return English
}

// Printer prints messages in one language.
type Printer struct {
	Lang  Lang
	texts map[string]string

	once    sync.Once
	phrases []phrase // of the phrase book, once needed
}

// New reads the catalogue of a language.
func New(lang Lang) (*Printer, error) {
	p := &Printer{Lang: lang, texts: map[string]string{}}
	files, err := fs.Glob(catalogues, string(lang)+"/*.yaml")
	if err != nil {
		return nil, err
	}
	for _, name := range files {
		data, err := catalogues.ReadFile(name)
		if err != nil {
			return nil, err
		}
		var texts map[string]string
		if err := yaml.UnmarshalWithOptions(data, &texts, yaml.Strict()); err != nil {
			return nil, fmt.Errorf("catalogue %s: %w", name, err)
		}
		for k, v := range texts {
			if _, dup := p.texts[k]; dup {
				return nil, fmt.Errorf("catalogue %s: key %s stands in another file of %s too", name, k, path.Dir(name))
			}
			p.texts[k] = v
		}
	}
	return p, nil
}

// Has reports whether there is a text for a key.
func (p *Printer) Has(key string) bool {
	_, ok := p.texts[key]
	return ok
}

// Keys lists the catalogue's keys, sorted.
func (p *Printer) Keys() []string {
	keys := make([]string, 0, len(p.texts))
	for k := range p.texts {
		keys = append(keys, k)
	}
	sort.Strings(keys)
	return keys
}

// Text prints a message: {0}, {1}, … stand for the arguments, {0|entry|entries} for
// the first word where argument 0 is 1, for the second otherwise. A key without a
// text is printed itself, so that nothing is lost. In Korean the particles
// written as "은(는)", "이(가)", "을(를)", "과(와)" and "으로(로)" after an argument
// are chosen by its last sound.
func (p *Printer) Text(key string, args ...any) string {
	text, ok := p.texts[key]
	if !ok {
		parts := []string{key}
		for _, a := range args {
			parts = append(parts, fmt.Sprint(a))
		}
		return strings.Join(parts, " ")
	}
	return Format(p.Lang, text, args...)
}

// Format fills a text's arguments in, as [Printer.Text] does.
func Format(lang Lang, text string, args ...any) string {
	var b strings.Builder
	for {
		open := strings.IndexByte(text, '{')
		if open < 0 {
			b.WriteString(text)
			return b.String()
		}
		end := strings.IndexByte(text[open:], '}')
		if end < 0 {
			b.WriteString(text)
			return b.String()
		}
		place, forms, counted := strings.Cut(text[open+1:open+end], "|")
		n, err := strconv.Atoi(place)
		if err != nil || n < 0 || n >= len(args) {
			b.WriteString(text[:open+end+1])
			text = text[open+end+1:]
			continue
		}
		arg := fmt.Sprint(args[n])
		if one, many, ok := strings.Cut(forms, "|"); counted && ok {
			if arg = many; fmt.Sprint(args[n]) == "1" {
				arg = one
			}
		}
		b.WriteString(text[:open])
		b.WriteString(arg)
		text = text[open+end+1:]
		if lang == Korean {
			text = chooseParticle(arg, text)
		}
	}
}

// particles are the pairs whose form depends on the last sound before them: the
// first after a consonant, the second after a vowel.
var particles = []struct{ written, consonant, vowel string }{
	{"은(는)", "은", "는"},
	{"이(가)", "이", "가"},
	{"을(를)", "을", "를"},
	{"과(와)", "과", "와"},
	{"으로(로)", "으로", "로"},
}

func chooseParticle(before, text string) string {
	for _, p := range particles {
		rest, ok := strings.CutPrefix(text, p.written)
		if !ok {
			continue
		}
		switch final, known := finalSound(before); {
		case !known:
			// Both forms stay, as is usual where the word is not known.
			if p.consonant == "으로" {
				return "(으)로" + rest
			}
			return text
		case final == noFinal, p.consonant == "으로" && final == rieul:
			return p.vowel + rest
		default:
			return p.consonant + rest
		}
	}
	return text
}

// Final consonants of a Hangul syllable, as counted in Unicode's arithmetic.
const (
	noFinal = 0
	rieul   = 8
	other   = 1
)

// finalSound gives how a word ends when read aloud: a Hangul syllable by its
// final consonant, a digit by its Korean name. Latin letters are read in too
// many ways to tell.
func finalSound(word string) (final int, known bool) {
	runes := []rune(strings.TrimRight(word, ")]}\"' "))
	if len(runes) == 0 {
		return 0, false
	}
	last := runes[len(runes)-1]
	switch {
	case last >= 0xAC00 && last <= 0xD7A3:
		return int(last-0xAC00) % 28, true
	case last >= '0' && last <= '9':
		// 영 일 이 삼 사 오 육 칠 팔 구
		return [...]int{other, rieul, noFinal, other, noFinal, noFinal, other, rieul, rieul, noFinal}[last-'0'], true
	}
	return 0, false
}
