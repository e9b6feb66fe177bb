package compile

import (
	"encoding/binary"
	"fmt"
	"slices"
)

// Tree is a fault tree without cycles: what it takes for a component to fail, in
// the optimistic reading, with what was observed down failed already.
type Tree struct {
	Top    string   // the component that it is about, by ID
	Events []string // components that may fail, by ID
	// Gates stand after what they refer to. An input below len(Events) is an event,
	// others are Gates[input−len(Events)].
	Gates []TreeGate
	// Root is what stops the top: an input as gates have them, TreeTrue where it is
	// down already, or TreeFalse where nothing stops it.
	Root int32
}

// TreeGate fails when at least K of its inputs have: with 1 any, with all of them all.
type TreeGate struct {
	K      int32
	Inputs []int32 // each once, ascending
}

// The roots of trees that depend on nothing.
const (
	TreeFalse int32 = -1
	TreeTrue  int32 = -2
)

// MaxTree bounds a fault tree, in inputs of gates, those that are only needed on
// the way to it included.
const MaxTree = 2_000_000

// formulas are monotone formulas about failing, each made once. A formula is a
// number, TreeFalse or TreeTrue.
type formulas struct {
	list   []formulaOf
	made   map[string]int32
	inputs int
	key    []byte
}

// formulaOf is an event, or at least k of the inputs.
type formulaOf struct {
	event  int32 // node of the reading, or none
	k      int32
	inputs []int32
}

func (f *formulas) tooLarge() error {
	if f.inputs > MaxTree {
		return fmt.Errorf("more than %d inputs of gates, want a smaller fault tree or the cuts themselves", MaxTree)
	}
	return nil
}

func (f *formulas) event(n int32) int32 { return f.make(formulaOf{event: n, k: 1}) }

// either holds when one of the inputs does.
func (f *formulas) either(in ...int32) int32 { return f.atLeast(1, in) }

// both holds when two formulas do.
func (f *formulas) both(x, y int32) int32 { return f.atLeast(2, []int32{x, y}) }

// atLeast holds when k of the inputs do; one named twice counts twice. The inputs
// are its own from now on.
func (f *formulas) atLeast(k int32, in []int32) int32 {
	if f.inputs > MaxTree {
		return TreeFalse // it is told at the end of the step
	}
	left := in[:0]
	for _, x := range in {
		switch x {
		case TreeTrue:
			k--
		case TreeFalse:
		default:
			left = append(left, x)
		}
	}
	switch in = left; {
	case k <= 0:
		return TreeTrue
	case int(k) > len(in):
		return TreeFalse
	}
	slices.Sort(in)
	if k == 1 || int(k) == len(in) {
		if in = slices.Compact(in); k > 1 {
			k = int32(len(in))
		}
	}
	if len(in) == 1 {
		return in[0]
	}
	for i := 1; i < len(in); i++ {
		if in[i] != in[i-1] {
			continue
		}
		// Of one named w times: it and k−w of the others, or k of the others.
		x, w := in[i], int32(0)
		var others []int32
		for _, y := range in {
			if y == x {
				w++
			} else {
				others = append(others, y)
			}
		}
		without := f.atLeast(k, slices.Clone(others))
		return f.either(f.both(x, f.atLeast(k-w, others)), without)
	}
	return f.make(formulaOf{event: none, k: k, inputs: in})
}

func (f *formulas) make(x formulaOf) int32 {
	f.key = binary.AppendVarint(f.key[:0], int64(x.event))
	f.key = binary.AppendVarint(f.key, int64(x.k))
	for _, i := range x.inputs {
		f.key = binary.AppendVarint(f.key, int64(i))
	}
	if id, ok := f.made[string(f.key)]; ok {
		return id
	}
	id := int32(len(f.list))
	f.list = append(f.list, x)
	f.made[string(f.key)] = id
	f.inputs += len(x.inputs)
	return id
}

// tree gives what is below a formula as a tree; name gives the events' IDs.
func (f *formulas) tree(root int32, name func(event int32) string) Tree {
	t := Tree{Root: root, Events: []string{}, Gates: []TreeGate{}}
	if root < 0 {
		return t
	}
	used := make([]bool, root+1)
	used[root] = true
	type named struct {
		id      string
		formula int32
	}
	var events []named
	for i := root; i >= 0; i-- { // inputs are made first
		x := &f.list[i]
		if used[i] && x.event != none {
			events = append(events, named{name(x.event), i})
		}
		for _, in := range x.inputs {
			used[in] = used[in] || used[i]
		}
	}
	slices.SortFunc(events, func(x, y named) int {
		if x.id < y.id {
			return -1
		}
		return 1
	})
	number := make([]int32, root+1)
	for i, e := range events {
		t.Events = append(t.Events, e.id)
		number[e.formula] = int32(i)
	}
	for i := range root + 1 {
		x := &f.list[i]
		if !used[i] || x.event != none {
			continue
		}
		number[i] = int32(len(t.Events) + len(t.Gates))
		g := TreeGate{K: x.k, Inputs: make([]int32, len(x.inputs))}
		for j, in := range x.inputs {
			g.Inputs[j] = number[in]
		}
		slices.Sort(g.Inputs)
		t.Gates = append(t.Gates, g)
	}
	t.Root = number[root]
	return t
}
