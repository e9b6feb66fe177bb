package exchange

import (
	"bufio"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"gujo/graph"
)

// FaultTree is a fault tree to be written: what it takes for a component to fail.
type FaultTree struct {
	Events []string // components that may fail, by ID
	// Gates stand after what they refer to. An input below len(Events) is an event,
	// others are Gates[input−len(Events)].
	Gates []FaultGate
	// Root is the input that is the top itself; a negative one is a constant, which
	// Fails gives.
	Root  int32
	Fails bool
}

// FaultGate fails when at least K of its inputs have.
type FaultGate struct {
	K      int32
	Inputs []int32
}

// WriteOpenPSA writes fault trees in the Open-PSA Model Exchange Format 2.0d, one
// for each of the tops, which are IDs of components; tree gives them. Tops and
// events have identifiers made of their IDs, and these as labels. An event's
// attribute probability, if it is a number from 0 to 1, is its probability.
func WriteOpenPSA(w io.Writer, s *graph.Snapshot, tops []string, tree func(top string) (FaultTree, error)) error {
	out := mefWriter{xmlWriter: xmlWriter{w: bufio.NewWriterSize(w, 1<<16)}, names: map[string]string{}, taken: map[string]bool{}}
	out.put(prolog, "<opsa-mef>").newline()
	var events []string
	known := map[string]bool{}
	for _, top := range tops {
		t, err := tree(top)
		if err != nil {
			return err
		}
		for _, e := range t.Events {
			if !known[e] {
				known[e] = true
				events = append(events, e)
			}
		}
		out.tree(top, &t)
	}
	slices.Sort(events)
	out.put("<model-data>").newline()
	for _, e := range events {
		out.put(`<define-basic-event name="`, out.name(e), `">`).label(e)
		if i, ok := s.Find(e); ok {
			v, _ := s.Components[i].Attrs.Get("probability")
			if p, ok := v.Float64(); ok && p >= 0 && p <= 1 {
				out.put(`<float value="`, v.Text(), `"/>`)
			}
		}
		out.put("</define-basic-event>").newline()
	}
	out.put("</model-data>").newline().put("</opsa-mef>").newline()
	return out.end()
}

// mefWriter writes fault trees and remembers the identifiers it gave.
type mefWriter struct {
	xmlWriter
	names map[string]string // component → identifier
	taken map[string]bool   // identifiers, in small letters: some tools know no others
}

// name gives a component's identifier, the same whenever asked.
func (w *mefWriter) name(id string) string {
	n, ok := w.names[id]
	if !ok {
		n = w.free(id)
		w.names[id] = n
	}
	return n
}

// free takes an identifier that nothing has yet.
func (w *mefWriter) free(id string) string {
	plain := identifier(id)
	n := plain
	for i := 2; w.taken[strings.ToLower(n)]; i++ {
		n = plain + "_" + strconv.Itoa(i)
	}
	w.taken[strings.ToLower(n)] = true
	return n
}

// identifier makes a portable identifier of an ID: letters, digits and underscores,
// single hyphens between them, a letter first (section "Use Portable Identifiers"
// of the format). Events and gates, as they are imported, keep their names.
func identifier(id string) string {
	for _, kind := range [2]graph.Kind{graph.Event, graph.Gate} {
		id = strings.TrimPrefix(id, kind.String()+"/")
	}
	var b strings.Builder
	last := '_'
	for _, r := range id {
		letter := r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= 0xac00 && r <= 0xd7a3 || r >= 0x4e00 && r <= 0x9fa5
		switch {
		case letter, r >= '0' && r <= '9' && b.Len() > 0, r == '-' && last != '-' && last != '_':
		case r >= '0' && r <= '9':
			b.WriteByte('n') // a number cannot be first
		default:
			if r = '_'; last == '-' {
				continue
			}
		}
		if r == '_' && b.Len() == 0 {
			continue
		}
		b.WriteRune(r)
		last = r
	}
	if s := strings.TrimRight(b.String(), "-"); s != "" {
		return s
	}
	return "unnamed"
}

// tree writes one tree. Its top is a gate of the component's name.
func (w *mefWriter) tree(top string, t *FaultTree) {
	name := w.free(top)
	refer := make([]string, len(t.Events)+len(t.Gates))
	for i, e := range t.Events {
		refer[i] = `<basic-event name="` + w.name(e) + `"/>`
	}
	gate := make([]string, len(t.Gates))
	for i := range t.Gates {
		at := len(t.Events) + i
		if gate[i] = name; int32(at) != t.Root {
			gate[i] = w.free(name + "_g" + strconv.Itoa(i+1))
		}
		refer[at] = `<gate name="` + gate[i] + `"/>`
	}
	w.put(`<define-fault-tree name="`, name, `">`).newline()
	if int(t.Root) < len(t.Events) {
		w.put(`<define-gate name="`, name, `">`).label(top)
		if t.Root < 0 {
			w.put(fmt.Sprintf(`<constant value="%t"/>`, t.Fails))
		} else {
			w.put(refer[t.Root])
		}
		w.put("</define-gate>").newline()
	}
	for i := len(t.Gates) - 1; i >= 0; i-- { // the top first, as people read
		g := &t.Gates[i]
		w.put(`<define-gate name="`, gate[i], `">`)
		if int(t.Root) == len(t.Events)+i {
			w.label(top)
		}
		members := make([]string, len(g.Inputs))
		gates := false
		for j, in := range g.Inputs {
			members[j] = refer[in]
			gates = gates || int(in) >= len(t.Events)
		}
		n, k := len(members), int(g.K)
		switch {
		case k == 1:
			w.formula("or", members...)
		case k == n:
			w.formula("and", members...)
		case gates && k*(n-k) <= maxSpelled:
			w.spelled(gate[i], members, k)
		default:
			w.put(`<atleast min="`, strconv.Itoa(k), `">`).put(members...).put("</atleast>")
		}
		w.put("</define-gate>").newline()
	}
	w.put("</define-fault-tree>").newline()
}

func (w *mefWriter) formula(op string, args ...string) {
	w.put("<", op, ">").put(args...).put("</", op, ">")
}

// maxSpelled bounds the gates that are written for one that counts.
const maxSpelled = 4096

// spelled writes that k of the members fail with and and or alone: the first and
// k−1 of the others, or k of the others. It is for members that are gates: they may
// depend on each other, and for such SCRAM 0.16.2 finds wrong cuts of an atleast.
// The gates that it needs beside follow the one that is being written.
func (w *mefWriter) spelled(gate string, members []string, k int) {
	type rest struct{ from, k int } // k of the members from there on
	names := map[rest]string{}
	queue := []rest{{0, k}}
	refer := func(r rest) string {
		if names[r] == "" {
			names[r] = w.free(fmt.Sprintf("%s_%dof%d", gate, r.k, len(members)-r.from))
			queue = append(queue, r)
		}
		return `<gate name="` + names[r] + `"/>`
	}
	for i := 0; i < len(queue); i++ {
		r := queue[i]
		if i > 0 {
			w.put("</define-gate>").newline().put(`<define-gate name="`, names[r], `">`)
		}
		switch left := members[r.from:]; r.k {
		case 1:
			w.formula("or", left...)
		case len(left):
			w.formula("and", left...)
		default:
			with, without := refer(rest{r.from + 1, r.k - 1}), refer(rest{r.from + 1, r.k})
			w.put("<or><and>", left[0], with, "</and>", without, "</or>")
		}
	}
}
