package rules

import (
	"context"
	"io/fs"
	"testing"

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
