package main

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
)

func TestEachRequestIsAnsweredInItsOwnLineUntilGraphvizFails(t *testing.T) {
	requests := []string{
		`{"id":1,"engine":"dot","source":"digraph { n0 [width=1 height=1]; n1; n0 -> n1 [id=0]; }"}`,
		`not json`,
		`{"id":3,"engine":"/bin/sh","source":"digraph {}"}`,
		`{"id":4,"engine":"dot","source":"digraph { n0; }"}`,
		`{"id":5,"engine":"dot","source":"digraph { n0 [[[ "}`,
		`{"id":6,"engine":"dot","source":"digraph { n0; }"}`,
	}
	var out bytes.Buffer
	if err := serve(t.Context(), strings.NewReader(strings.Join(requests, "\n")+"\n"), &out); err == nil {
		t.Error("after a failure of Graphviz: no error")
	}
	lines := strings.Split(strings.TrimSpace(out.String()), "\n")
	if len(lines) != 5 {
		t.Fatalf("%d answers, want 5:\n%s", len(lines), out.String())
	}
	for i, want := range []struct {
		id int
		ok bool
	}{{1, true}, {0, false}, {3, false}, {4, true}, {5, false}} {
		var a answer
		if err := json.Unmarshal([]byte(lines[i]), &a); err != nil {
			t.Fatal(err)
		}
		if a.ID != want.id || (a.Error == "") != want.ok || (a.Layout != nil) != want.ok {
			t.Errorf("answer %d: id %d, error %q, layout of %d bytes", i, a.ID, a.Error, len(a.Layout))
		}
	}
}
