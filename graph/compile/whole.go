package compile

import (
	"cmp"
	"context"
	"runtime"
	"slices"

	"gujo/graph/fault"
)

// A few tops are searched one by one. All tops of a large graph are answered at
// once: what fails together is failed once for all of them.

// manyTops is from how many tops on they are answered at once.
const manyTops = 16

// finder gives the cuts of tops in one reading.
type finder interface {
	// count gives how many cuts of each size, from 1, a top has.
	count(top int32, order int) ([]int64, error)
	// cuts gives a top's cuts, by size, then in node order.
	cuts(top int32) ([][]int32, error)
}

// finder prepares for the cuts of tops that are up.
func (r *reading) finder(ctx context.Context, tops []int32, order int, whole bool) (finder, error) {
	if !whole {
		return &oneByOne{ctx, r, order}, nil
	}
	f := &atOnce{tops: tops}
	mask := make([]bool, r.net.Len())
	for _, t := range tops {
		mask[t] = true
	}
	var err error
	workers := runtime.GOMAXPROCS(0)
	if f.singles, err = r.state.AllSingles(ctx, mask, r.candidates, workers); err != nil {
		return nil, err
	}
	if order > 1 {
		f.pairs, err = r.state.AllPairs(ctx, mask, r.candidates, workers)
	}
	return f, err
}

// oneByOne searches for each top.
type oneByOne struct {
	ctx   context.Context
	r     *reading
	order int
}

func (f *oneByOne) cuts(top int32) ([][]int32, error) {
	return f.r.state.CutSets(f.ctx, top, f.r.candidates, f.order)
}

func (f *oneByOne) count(top int32, order int) ([]int64, error) {
	sets, err := f.cuts(top)
	n := make([]int64, order)
	for _, s := range sets {
		n[len(s)-1]++
	}
	return n, err
}

// atOnce looks up what was found for all tops.
type atOnce struct {
	tops    []int32
	singles *fault.Singles
	of      [][]int32 // singles by top, once asked for
	pairs   *fault.Pairs
}

func (f *atOnce) count(top int32, order int) ([]int64, error) {
	n := make([]int64, order)
	n[0] = int64(f.singles.CountOf(top))
	if f.pairs != nil {
		n[1] = f.pairs.CountOf(top)
	}
	return n, nil
}

func (f *atOnce) cuts(top int32) ([][]int32, error) {
	if f.of == nil {
		f.of = f.singles.Of(f.tops)
	}
	var out [][]int32
	i, _ := slices.BinarySearch(f.tops, top)
	for j := range f.of[i] {
		out = append(out, f.of[i][j:j+1:j+1])
	}
	if f.pairs == nil {
		return out, nil
	}
	from := len(out)
	for _, p := range f.pairs.Of(top) {
		for _, x := range p.A {
			for _, y := range p.B {
				out = append(out, []int32{min(x, y), max(x, y)})
			}
		}
	}
	slices.SortFunc(out[from:], slices.Compare)
	return out, nil
}

// bySize is the order of cuts.
func bySize(x, y []int32) int { return cmp.Or(cmp.Compare(len(x), len(y)), slices.Compare(x, y)) }

// eachCut calls f with the cuts of both readings, each once, with how sure it is.
// Both are in order.
func (a *Analysis) eachCut(sure, doubtful [][]int32, f func(set []int32, c Confidence)) {
	for _, set := range sure {
		f(set, Confirmed)
	}
	for _, set := range doubtful {
		for len(sure) > 0 && bySize(sure[0], set) < 0 {
			sure = sure[1:]
		}
		switch {
		case len(sure) > 0 && bySize(sure[0], set) == 0:
		case set[len(set)-1] >= a.pess.unobserved:
			f(set, Unobserved)
		default:
			f(set, Possible)
		}
	}
}
