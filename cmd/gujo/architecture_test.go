package main

import (
	"encoding/json"
	"errors"
	"io"
	"os/exec"
	"strings"
	"testing"
)

// roomsOf says which of our rooms each room may import, as ARCHITECTURE.md does.
var roomsOf = map[string][]string{
	"graph":     {"graph"},
	"discovery": {"graph", "discovery"},
	"rules":     {"graph", "rules"},
	"reports":   {"graph", "rules", "reports"},
	"samples":   {"samples", "graph", "discovery"},
	"cmd":       {"graph", "discovery", "rules", "reports", "samples", "cmd"},
}

// ownersOf says which packages alone may import a library.
var ownersOf = map[string][]string{
	"github.com/goccy/go-graphviz":        {"gujo/cmd/gujo-layout"},
	"github.com/gosnmp/gosnmp":            {"gujo/discovery/snmp", "gujo/discovery/replay"},
	"github.com/jung-kurt/gofpdf":         {"gujo/reports/pdf"},
	"go.etcd.io/bbolt":                    {"gujo/graph/localstore"},
	"github.com/spf13/cobra":              {"gujo/cmd/gujo/command"},
	"cel.dev/cel-go":                      {"gujo/rules"},
	"github.com/neo4j/neo4j-go-driver/v5": {"gujo/graph/neo4jstore"},
}

func TestImportsRunOneWay(t *testing.T) {
	out, err := exec.Command("go", "list", "-json=ImportPath,Imports", "gujo/...").Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	for dec := json.NewDecoder(strings.NewReader(string(out))); ; {
		var p struct {
			ImportPath string
			Imports    []string
		}
		if err := dec.Decode(&p); errors.Is(err, io.EOF) {
			return
		} else if err != nil {
			t.Fatal(err)
		}
		checkPackage(t, p.ImportPath, p.Imports)
	}
}

func checkPackage(t *testing.T, path string, imports []string) {
	allowed, known := roomsOf[room(path)]
	if !known {
		t.Errorf("%s lies in no room of ARCHITECTURE.md", path)
	}
	for _, i := range imports {
		if strings.HasPrefix(i, "gujo/") {
			if !contains(allowed, room(i)) {
				t.Errorf("%s imports %s: %s may import only %v", path, i, room(path), allowed)
			}
			if path == "gujo/graph" || path == "gujo/graph/fault" {
				t.Errorf("%s imports %s: it may import nothing of ours", path, i)
			}
		}
		for library, owners := range ownersOf {
			if (i == library || strings.HasPrefix(i, library+"/")) && !contains(owners, path) {
				t.Errorf("%s imports %s: only %v may", path, i, owners)
			}
		}
	}
}

// room is the top-level folder of a package.
func room(path string) string {
	name, _, _ := strings.Cut(strings.TrimPrefix(path, "gujo/"), "/")
	return name
}

func contains(list []string, s string) bool {
	for _, x := range list {
		if x == s {
			return true
		}
	}
	return false
}
