package rules

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"
	"sync"

	"gujo/rules/packs"
)

// EngineVersion is the version of the rule language. A pack that requires a
// later one is refused.
const EngineVersion = 1

// Pack is a directory of rules with their citations and tests:
//
//	pack.yaml        name, version, engine, citations
//	rules/*.yaml     one rule a file
//	testdata/*.yaml  graphs of their tests
type Pack struct {
	Name    string
	Version string
	Title   Text
	Digest  string  // sha256:HEX over every file's name and content
	Rules   []*Rule // by ID

	fsys fs.FS
}

type packFile struct {
	Name      scalar         `yaml:"name"`
	Version   scalar         `yaml:"version"`
	Engine    scalar         `yaml:"engine"`
	Title     textFile       `yaml:"title"`
	Citations []citationFile `yaml:"citations"`
}

type citationFile struct {
	ID      scalar   `yaml:"id"`
	Kind    scalar   `yaml:"kind"`
	Applies scalar   `yaml:"applies"`
	Edition textFile `yaml:"edition"` // number and date, as printed
	KO      scalar   `yaml:"ko"`
	EN      scalar   `yaml:"en"`
}

// maxFiles bounds a pack.
const maxFiles = 10_000

// LoadPack reads and checks a pack. Everything that is wrong with it is reported
// at once; each error is a [Problem].
func LoadPack(fsys fs.FS) (*Pack, error) {
	p, found := loadPack(fsys)
	if len(found) > 0 {
		return nil, found.err()
	}
	return p, nil
}

// Default gives the pack that Gujo ships.
var Default = sync.OnceValue(func() *Pack {
	p, err := LoadPack(packs.Default())
	if err != nil {
		panic("rules: the shipped pack: " + err.Error()) // its tests let no such pack be built
	}
	return p
})

func loadPack(fsys fs.FS) (*Pack, problems) {
	digest, names, err := digestOf(fsys)
	if err != nil {
		return nil, problems{{File: "pack", Message: err.Error()}}
	}
	var head packFile
	if err := decodeFile(fsys, "pack.yaml", &head); err != nil {
		return nil, problems{asProblem("pack.yaml", err)}
	}
	lang, err := newLanguage()
	if err != nil {
		return nil, problems{{File: "pack.yaml", Message: err.Error()}}
	}
	ck := checker{file: "pack.yaml", lang: lang, fsys: fsys}
	p := &Pack{Digest: digest, fsys: fsys, Name: ck.need(head.Name, "name"), Version: ck.version(head.Version), Title: ck.text(head.Title, "title")}
	if v := ck.count(head.Engine, "engine"); v > EngineVersion {
		ck.at(head.Engine.at, "needs version %d of the rule language, this is %d", v, EngineVersion)
	}
	ck.citations = ck.readCitations(head.Citations)
	seen := map[string]string{}
	for _, name := range names {
		if path.Dir(name) != "rules" || path.Ext(name) != ".yaml" {
			continue
		}
		var f ruleFile
		if err := decodeFile(fsys, name, &f); err != nil {
			ck.found = append(ck.found, asProblem(name, err))
			continue
		}
		ck.file = name
		r := ck.rule(&f)
		if other, dup := seen[r.ID]; dup && r.ID != "" {
			ck.at(f.ID.at, "%s is already in %s", r.ID, other)
		}
		seen[r.ID] = name
		p.Rules = append(p.Rules, r)
	}
	if len(p.Rules) == 0 && len(ck.found) == 0 {
		ck.found = append(ck.found, Problem{File: "pack.yaml", Message: "no rules, want rules/*.yaml"})
	}
	slices.SortFunc(p.Rules, func(x, y *Rule) int { return strings.Compare(x.ID, y.ID) })
	return p, ck.found
}

func asProblem(file string, err error) Problem {
	if p, ok := err.(Problem); ok {
		return p
	}
	return Problem{File: file, Message: err.Error()}
}

func decodeFile(fsys fs.FS, name string, into any) error {
	data, err := fs.ReadFile(fsys, name)
	if err != nil {
		return err
	}
	return decode(name, data, into)
}

// digestOf hashes every file, by name, and lists the names.
func digestOf(fsys fs.FS) (digest string, names []string, err error) {
	err = fs.WalkDir(fsys, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.Type().IsRegular() {
			names = append(names, name)
		}
		if len(names) > maxFiles {
			return fmt.Errorf("more than %d files", maxFiles)
		}
		return nil
	})
	if err != nil {
		return "", nil, err
	}
	slices.Sort(names)
	h := sha256.New()
	for _, name := range names {
		data, err := fs.ReadFile(fsys, name)
		if err != nil {
			return "", nil, err
		}
		for _, part := range [][]byte{[]byte(name), data} {
			h.Write(binary.BigEndian.AppendUint64(nil, uint64(len(part))))
			h.Write(part)
		}
	}
	return "sha256:" + hex.EncodeToString(h.Sum(nil)), names, nil
}
