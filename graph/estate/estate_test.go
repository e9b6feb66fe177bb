package estate

import (
	"testing"

	"gujo/graph"
)

// rebuilt writes a snapshot anew through the builder, which refuses what the
// vocabulary does not allow.
func rebuilt(t *testing.T, s *graph.Snapshot) *graph.Snapshot {
	var b graph.Builder
	for _, c := range s.Components {
		if c.Group != nil {
			g := *c.Group
			c.Group = &g
		}
		if err := b.Add(c, ""); err != nil {
			t.Fatal(err)
		}
	}
	for _, r := range s.Relations {
		if err := b.Relate(s.Components[r.From].ID, r.Type, s.Components[r.To].ID, r, ""); err != nil {
			t.Fatal(err)
		}
	}
	out, err := b.Build(s.Created)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestAnEstateIsWhatTheBuilderWouldMakeOfIt(t *testing.T) {
	for name, build := range map[string]func() (*graph.Snapshot, error){
		"smallest": func() (*graph.Snapshot, error) { return Build(Shape{Seed: 1, Components: 100}) },
		"20,000":   func() (*graph.Snapshot, error) { return Build(Shape{Seed: 1, Components: 20000, Cycle: 100}) },
		"campus":   func() (*graph.Snapshot, error) { return BuildCampus(Campus{Seed: 1, Devices: 500, Gates: 50}) },
	} {
		t.Run(name, func(t *testing.T) {
			s, err := build()
			if err != nil {
				t.Fatal(err)
			}
			if got := rebuilt(t, s); got.ID != s.ID {
				t.Errorf("the builder makes %s of it, not %s", got.ID, s.ID)
			}
			again, err := build()
			if err != nil {
				t.Fatal(err)
			}
			if again.ID != s.ID {
				t.Error("made again it is another")
			}
			t.Logf("%d components, %d relations", len(s.Components), len(s.Relations))
		})
	}
}

func TestAnEstateHasTheSizeAndTheDensityThatItIsAskedFor(t *testing.T) {
	s, err := Build(Shape{Seed: 2, Components: 50000})
	if err != nil {
		t.Fatal(err)
	}
	n, m := len(s.Components), len(s.Relations)
	if n < 50000 || n > 53000 {
		t.Errorf("%d components, asked for 50000", n)
	}
	if per := float64(m) / float64(n); per < 4.7 || per > 5.3 {
		t.Errorf("%.2f relations a component", per)
	}
	soft, kinds := 0, map[graph.Kind]int{}
	for i := range s.Relations {
		r := &s.Relations[i]
		if r.Strength == graph.Soft {
			soft++
		}
		if len(r.Evidence) != 1 {
			t.Fatalf("relation %d has %d references", i, len(r.Evidence))
		}
	}
	for i := range s.Components {
		kinds[s.Components[i].Kind]++
		if s.Components[i].Name == "" || len(s.Components[i].Evidence) != 1 {
			t.Fatalf("%s has no name or evidence", s.Components[i].ID)
		}
	}
	t.Logf("%d of %d relations are soft, %v", soft, m, kinds)
	other, err := Build(Shape{Seed: 3, Components: 50000})
	if err != nil {
		t.Fatal(err)
	}
	if other.ID == s.ID {
		t.Error("another seed gives the same")
	}
}
