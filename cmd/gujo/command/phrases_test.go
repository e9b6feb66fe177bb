package command_test

import (
	"cmp"
	"go/ast"
	"go/parser"
	"go/token"
	"path"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"gujo/reports/locale"
)

// speaking are the packages, and files, whose errors and details of gaps users read.
// Their words are English; the phrase book has them in the other languages.
var speaking = []string{
	"discovery", "discovery/evidence", "discovery/inventory", "discovery/replay", "discovery/resolve", "discovery/snmp", "discovery/sources",
	"graph", "graph/exchange", "graph/localstore", "rules/waiver.go", "rules/yaml.go",
}

// TestEveryMessageFromBelowIsInThePhraseBook reads the sources, because nobody
// meets every error in a test: a message that is added or changed there is added
// or changed here.
func TestEveryMessageFromBelowIsInThePhraseBook(t *testing.T) {
	known := map[string]bool{}
	for _, english := range locale.Phrases() {
		known[english] = true
	}
	said := map[string]bool{}
	for _, place := range speaking {
		for phrase, where := range messagesOf(t, place) {
			said[phrase] = true
			if !known[whole(phrase)] && !known[phrase] {
				t.Errorf("%s: reports/locale/phrases/ko.yaml does not have\n%q", where, phrase)
			}
		}
	}
	for phrase := range known {
		if !said[phrase] {
			t.Errorf("reports/locale/phrases/ko.yaml has what nothing says: %q", phrase)
		}
	}
}

// whole takes off what is told by itself behind ": ", but the first.
func whole(phrase string) string {
	return regexp.MustCompile(`(: \{\d\}): \{\d\}$`).ReplaceAllString(phrase, "$1")
}

// messagesOf finds what a package makes errors and details of, with {0}, {1}, …
// for what is filled in, and where it does.
func messagesOf(t *testing.T, place string) map[string]string {
	t.Helper()
	dir, only := place, ""
	if path.Ext(place) == ".go" {
		dir, only = path.Split(place)
	}
	found := map[string]string{}
	files := token.NewFileSet()
	sources, err := filepath.Glob(filepath.Join("..", "..", "..", filepath.FromSlash(dir), cmp.Or(only, "*.go")))
	if err != nil || len(sources) == 0 {
		t.Fatalf("%s has no sources: %v", place, err)
	}
	note := func(e ast.Expr, formatted bool) {
		text, ok := textOf(e, formatted)
		if phrase := numbered(text); ok && words.MatchString(phrase) {
			found[phrase] = files.Position(e.Pos()).String()
		}
	}
	for _, source := range sources {
		if strings.HasSuffix(source, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(files, source, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(file, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.FuncDecl:
				if n.Recv != nil && n.Name.Name == "Error" {
					ast.Inspect(n.Body, func(n ast.Node) bool {
						if r, ok := n.(*ast.ReturnStmt); ok {
							note(r.Results[0], false)
						}
						return true
					})
				}
			case *ast.CallExpr:
				at, formatted := messageOf(n)
				if at >= 0 && at < len(n.Args) {
					note(n.Args[at], formatted)
				}
			case *ast.CompositeLit:
				if kind, ok := n.Type.(*ast.Ident); ok && kind.Name == "Problem" && len(n.Elts) == 4 {
					note(n.Elts[3], false)
				}
			case *ast.KeyValueExpr:
				if key, ok := n.Key.(*ast.Ident); ok && (strings.EqualFold(key.Name, "detail") || key.Name == "Want" || key.Name == "Message") {
					note(n.Value, false)
				}
			case *ast.AssignStmt:
				for i, left := range n.Lhs {
					if s, ok := left.(*ast.SelectorExpr); ok && (strings.EqualFold(s.Sel.Name, "detail") || s.Sel.Name == "Want") && n.Tok == token.ASSIGN && i < len(n.Rhs) {
						note(n.Rhs[i], false)
					}
				}
			}
			return true
		})
	}
	return found
}

// words tell a message from what only puts others together.
var words = regexp.MustCompile(`[A-Za-z]{2}`)

// messageOf tells which argument of a call is a message, and whether it has verbs.
func messageOf(call *ast.CallExpr) (at int, formatted bool) {
	name := ""
	switch f := call.Fun.(type) {
	case *ast.Ident:
		name = f.Name
	case *ast.SelectorExpr:
		name = f.Sel.Name
		if x, ok := f.X.(*ast.Ident); ok {
			name = x.Name + "." + name
		}
	}
	switch name {
	case "fmt.Errorf", "fail", "corrupt":
		return 0, true
	case "errors.New", "denied", "bad", "unparsed":
		return 0, false
	case "p.add", "d.add", "ck.at":
		return 1, true
	case "o.fail", "loop":
		return 1, true
	case "c.note", "d.gap", "gap":
		return 2, false
	case "lineError":
		return 2, true
	case "d.fail":
		return 2, true
	}
	return -1, false
}

// textOf gives a text out of literals, fmt.Sprintf and what is joined to them.
func textOf(e ast.Expr, formatted bool) (string, bool) {
	switch e := e.(type) {
	case *ast.BasicLit:
		if e.Kind != token.STRING {
			return "", false
		}
		s, err := strconv.Unquote(e.Value)
		if err == nil && !formatted {
			s = strings.ReplaceAll(s, "%", "%%")
		}
		return s, err == nil
	case *ast.BinaryExpr:
		x, isText := textOf(e.X, formatted)
		y, isToo := textOf(e.Y, formatted)
		if !isText && !isToo || e.Op != token.ADD {
			return "", false
		}
		if !isText {
			x = "%s"
		}
		if !isToo {
			y = "%s"
		}
		return x + y, true
	case *ast.CallExpr:
		if f, ok := e.Fun.(*ast.SelectorExpr); ok && f.Sel.Name == "Sprintf" && len(e.Args) > 0 {
			return textOf(e.Args[0], true)
		}
		if f, ok := e.Fun.(*ast.Ident); ok && f.Name == "cleanText" {
			return textOf(e.Args[0], false)
		}
	case *ast.ParenExpr:
		return textOf(e.X, formatted)
	}
	return "", false
}

var verb = regexp.MustCompile(`%[#+]?[a-zA-Z]|%%`)

// numbered writes {0}, {1}, … for the verbs.
func numbered(format string) string {
	n := -1
	return verb.ReplaceAllStringFunc(format, func(v string) string {
		if v == "%%" {
			return "%"
		}
		n++
		return "{" + strconv.Itoa(n) + "}"
	})
}
