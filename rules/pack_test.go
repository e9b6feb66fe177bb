package rules

import (
	"context"
	"io/fs"
	"strings"
	"testing"

	"gujo/graph/compile"
	"gujo/graph/exchange"
	"gujo/rules/packs"
)

func TestTheShippedPackIsSound(t *testing.T) {
	for _, p := range Lint(packs.Default()) {
		t.Error(p)
	}
}

func TestTheShippedPackPassesItsTests(t *testing.T) {
	results, err := RunTests(context.Background(), packs.Default())
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range results {
		for _, d := range r.Diffs {
			t.Errorf("%s: %s: %s", r.Rule, r.Test, d.Error())
		}
	}
	if len(results) < 3*len(Default().Rules) {
		t.Errorf("%d tests of %d rules", len(results), len(Default().Rules))
	}
}

func TestTheShippedPackPassesItsTestsWithTheJudgesAnswers(t *testing.T) {
	p, err := LoadPack(packs.Default())
	if err != nil {
		t.Fatal(err)
	}
	results, err := p.test(context.Background(), func(name string) RunOptions {
		data, err := fs.ReadFile(packs.Default(), name)
		if err != nil {
			t.Fatal(err)
		}
		s, err := exchange.ReadYAML(name, data)
		if err != nil {
			t.Fatal(err)
		}
		return RunOptions{Engine: bruteEngine{s}}
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range results {
		for _, d := range r.Diffs {
			t.Errorf("%s: %s: %s", r.Rule, r.Test, d.Error())
		}
	}
}

func BenchmarkLoadPack(b *testing.B) {
	for b.Loop() {
		if _, err := LoadPack(packs.Default()); err != nil {
			b.Fatal(err)
		}
	}
}

// A possible failure is never worded as a certain one. Those messages that read true
// either way are listed here.
func TestThePossibleIsNotToldAsCertain(t *testing.T) {
	either := map[string]bool{"split": true, "peer_only_named": true, "one_guessed": true, "second_assumed": true}
	met := 0
	files, err := fs.Glob(packs.Default(), "testdata/*.yaml")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		d := diagnose(t, shipped(t, strings.TrimSuffix(strings.TrimPrefix(file, "testdata/"), ".yaml")), RunOptions{})
		for _, f := range d.Findings {
			if f.Confidence != string(compile.Possible) {
				continue
			}
			met++
			var said message
			for _, r := range Default().Rules {
				for _, m := range r.messages {
					if r.ID == f.Rule && m.key == f.MessageKey {
						said = m
					}
				}
			}
			if !said.possible && !either[said.key] {
				t.Errorf("%s: %s of %s is only possible, yet says %q", file, f.Rule, f.Subjects, f.Message.EN)
			}
			if said.possible && !strings.Contains(f.Message.KO, "의심") {
				t.Errorf("%s: %s does not say that it is in doubt: %s", f.Rule, said.key, f.Message.KO)
			}
		}
	}
	if met < 10 {
		t.Errorf("only %d possible failures in the tests of the pack", met)
	}
}

func TestAGatewayWhosePeerWasNotReadIsNotSaidToHaveNone(t *testing.T) {
	f := find(t, diagnose(t, shipped(t, "gateway-peer-unread"), RunOptions{}), "SPOF-NET-03", "redundancy_group/alone")
	if f.Verdict != Unknown || !strings.Contains(f.Message.EN, "network_device/r2") || !strings.Contains(f.Message.KO, "network_device/r3") {
		t.Errorf("says %q and %q", f.Message.EN, f.Message.KO)
	}
}
