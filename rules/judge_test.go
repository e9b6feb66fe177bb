package rules

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"gujo/graph/exchange"
)

// What the rules say must not hang on who answers: the engine, or plain
// enumeration from the definitions.
func TestTheEngineAndTheJudgeGiveTheSameVerdicts(t *testing.T) {
	files, err := filepath.Glob(filepath.Join(projectRoot(t), "..", "shared", "cases", "*.jsonl"))
	if err != nil || len(files) == 0 {
		t.Skip("the small graphs with known answers are not here")
	}
	failed := 0
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		s, err := exchange.ReadJSONL(filepath.Base(file), bytes.NewReader(data), time.Time{})
		if err != nil {
			t.Fatal(err)
		}
		if !hasServices(s) {
			continue
		}
		verdicts := func(e Engine) (out []string) {
			d, err := Run(context.Background(), s, []*Pack{Default()}, RunOptions{Engine: e})
			if err != nil {
				t.Fatal(err)
			}
			for _, f := range d.Findings {
				if f.Verdict == Fail {
					failed++
				}
				missing := ""
				for _, m := range f.Missing {
					if m.Reason != "no_way" { // the judge does not name ways
						missing += " " + m.What
					}
				}
				if f.MessageKey == "unseen" && missing == "" {
					continue
				}
				out = append(out, fmt.Sprintf("%s %v %s %s %s %v%s", f.Rule, f.Subjects, f.Verdict, f.Confidence, f.Severity, f.Services, missing))
			}
			return out
		}
		if diff := cmp.Diff(verdicts(bruteEngine{s}), verdicts(nil)); diff != "" {
			t.Errorf("%s (-judge +engine):\n%s", strings.TrimSuffix(filepath.Base(file), ".jsonl"), diff)
		}
	}
	if failed == 0 {
		t.Error("no rule ever failed: the cases show nothing")
	}
}
