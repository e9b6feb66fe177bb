package compile

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"gujo/graph"
	"gujo/graph/compile/brute"
)

// What stops and why is the same whether or not the rest of the impact is asked for.
func TestStopsIsThatPartOfTheImpactWhichServicesFeel(t *testing.T) {
	stopped := 0
	for seed := range uint64(300) {
		s := brute.Generate(seed)
		a := analyze(t, s, Options{})
		for _, failed := range questions(s, seed) {
			impact, err := a.Impact(ctx, failed)
			if err != nil {
				t.Fatal(err)
			}
			want := []Stopped{}
			for _, st := range impact.Stopped {
				if st.Kind == graph.Service.String() {
					want = append(want, st)
				}
			}
			got, err := a.Stops(ctx, failed)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("seed %d, %v (-impact +stops):\n%s", seed, failed, diff)
			}
			stopped += len(got)
		}
	}
	if stopped == 0 {
		t.Error("nothing ever stopped")
	}
}

func TestStopsOfWhatIsNotThereIsAnError(t *testing.T) {
	a := analyze(t, brute.Generate(1), Options{})
	if _, err := a.Stops(ctx, []string{"server/nobody"}); err == nil {
		t.Error("no error")
	}
}
