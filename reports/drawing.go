package reports

import (
	"cmp"
	"slices"

	"gujo/graph"
	"gujo/reports/figure"
)

// Drawing is a figure before it is laid out: what is in it, in no language.
type Drawing struct {
	Boxes []DrawingBox
	Lines []figure.Edge
	Racks []DrawingGroup
	// Left is how many components were left out to keep it readable.
	Left int
}

// DrawingBox is one component.
type DrawingBox struct {
	Named
	Mark figure.Mark
	To   string // code of the sheet about it, "" where it is about none or in that very sheet
}

// DrawingGroup is a place with those that stand in it.
type DrawingGroup struct {
	Named
	Boxes []int
}

// Past this many boxes a page is unreadable, however it is laid out.
const (
	topologyBoxes  = 90
	neighbourBoxes = 24
)

// sketch collects boxes and lines, each once.
type sketch struct {
	b     *builder
	boxes map[int32]int
	lines map[[2]int]int
	out   Drawing
}

func (b *builder) sketch() *sketch {
	return &sketch{b: b, boxes: map[int32]int{}, lines: map[[2]int]int{}}
}

func (s *sketch) box(c int32, mark figure.Mark) int {
	if i, ok := s.boxes[c]; ok {
		s.out.Boxes[i].Mark = stronger(s.out.Boxes[i].Mark, mark)
		return i
	}
	comp := &s.b.view.Components[c]
	if mark == figure.Plain {
		switch {
		case comp.Kind == graph.Service || comp.Kind == graph.AccessZone:
			mark = figure.Top
		case comp.State == graph.Down:
			mark = figure.Dead
		}
	}
	i := len(s.out.Boxes)
	s.boxes[c] = i
	s.out.Boxes = append(s.out.Boxes, DrawingBox{Named: s.b.name(comp.ID), Mark: mark})
	return i
}

// stronger gives the mark that hides the other.
func stronger(x, y figure.Mark) figure.Mark {
	if x == figure.Cut || y == figure.Cut {
		return figure.Cut
	}
	return max(x, y)
}

func (s *sketch) line(from, to int, e figure.Edge) {
	if from == to {
		return
	}
	key := [2]int{from, to}
	if !e.Arrow && from > to {
		key = [2]int{to, from}
	}
	if i, ok := s.lines[key]; ok {
		s.out.Lines[i].Mark = stronger(s.out.Lines[i].Mark, e.Mark)
		s.out.Lines[i].Dashed = s.out.Lines[i].Dashed && e.Dashed
		return
	}
	s.lines[key] = len(s.out.Lines)
	e.From, e.To = key[0], key[1]
	s.out.Lines = append(s.out.Lines, e)
}

// owner climbs from an interface, module or supply to the machine that it is
// part of.
func (b *builder) owner(c int32) int32 {
	for range 8 { // deeper nesting is no hardware
		switch b.view.Components[c].Kind {
		case graph.Interface, graph.Module, graph.PowerSupply:
		default:
			return c
		}
		up := b.view.OutOf(c, graph.PartOf)
		if len(up) == 0 {
			return c
		}
		c = up[0].To
	}
	return c
}

// cable is a link as a drawing shows it: the machines that it joins.
type cable struct {
	link    int32
	ends    []int32
	assumed bool
	down    bool
}

// cables lists the links; once, because every finding's drawing asks for them.
func (b *builder) cables() []cable {
	if b.links != nil {
		return b.links
	}
	out := []cable{}
	for i := range b.view.Components {
		if b.view.Components[i].Kind != graph.Link {
			continue
		}
		c := cable{link: int32(i), down: b.view.Components[i].State == graph.Down}
		for _, j := range b.view.OutOf(int32(i), graph.Joins) {
			c.ends = append(c.ends, b.owner(j.To))
			c.assumed = c.assumed || j.Strength == graph.Assumed
		}
		slices.Sort(c.ends)
		c.ends = slices.Compact(c.ends)
		if len(c.ends) > 0 {
			out = append(out, c)
		}
	}
	b.links = out
	b.byEnd = map[int32][]int{}
	for i, c := range out {
		for _, e := range c.ends {
			b.byEnd[e] = append(b.byEnd[e], i)
		}
	}
	return out
}

// touching lists the cables of a machine, by their position in cables.
func (b *builder) touching(c int32) []int {
	b.cables()
	return b.byEnd[c]
}

// topology draws the machines and their cables. Where there are too many, those
// with the fewest cables are left out, servers first.
func (b *builder) topology() Drawing {
	cables := b.cables()
	degree := map[int32]int{}
	for _, c := range cables {
		for _, e := range c.ends {
			degree[e]++
		}
	}
	var machines []int32
	for i := range b.view.Components {
		switch b.view.Components[i].Kind {
		case graph.NetworkDevice, graph.Server, graph.AccessZone, graph.External, graph.Storage:
			machines = append(machines, int32(i))
		}
	}
	rank := func(c int32) int {
		n := degree[c]
		if b.view.Components[c].Kind == graph.NetworkDevice {
			n += 1000
		}
		return n
	}
	slices.SortStableFunc(machines, func(x, y int32) int { return cmp.Compare(rank(y), rank(x)) })
	left := max(len(machines)-topologyBoxes, 0)
	machines = machines[:len(machines)-left]
	slices.Sort(machines)

	marked := map[string]bool{}
	sheets := map[string]string{}
	for _, sheet := range b.report.Sheets {
		for _, id := range sheet.Finding.Cut {
			marked[id] = true
			if sheets[id] == "" {
				sheets[id] = sheet.Code // the worst comes first
			}
		}
	}
	s := b.sketch()
	s.out.Left = left
	for _, m := range machines {
		mark := figure.Plain
		if marked[b.view.Components[m].ID] {
			mark = figure.Cut
		}
		s.box(m, mark)
	}
	for _, c := range cables {
		s.cable(c, marked[b.view.Components[c.link].ID])
	}
	for _, m := range machines {
		for _, r := range b.view.OutOf(m, graph.AttachedTo) {
			if to, ok := s.boxes[b.owner(r.To)]; ok {
				s.line(s.boxes[m], to, figure.Edge{Dashed: r.Strength == graph.Assumed})
			}
		}
	}
	s.racks()
	s.orient()
	for i := range s.out.Boxes {
		s.out.Boxes[i].To = sheets[s.out.Boxes[i].ID]
	}
	return s.out
}

// cable draws a link between boxes that are there: two ends as a line, a shared
// segment as a box of its own.
func (s *sketch) cable(c cable, cut bool) {
	var ends []int
	for _, e := range c.ends {
		if i, ok := s.boxes[e]; ok {
			ends = append(ends, i)
		}
	}
	e := figure.Edge{Dashed: c.assumed}
	switch {
	case cut:
		e.Mark = figure.Cut
	case c.down:
		e.Mark = figure.Dead
	}
	switch {
	case len(ends) < 2:
	case len(c.ends) == 2:
		s.line(ends[0], ends[1], e)
	default:
		segment := s.box(c.link, e.Mark)
		for _, end := range ends {
			s.line(segment, end, e)
		}
	}
}

// orient points the cables away from where users are, so that a layout in layers
// reads from the top down. Where there are no users, what has most cables is on top.
func (s *sketch) orient() {
	n := len(s.out.Boxes)
	next := make([][]int, n)
	for _, l := range s.out.Lines {
		next[l.From] = append(next[l.From], l.To)
		next[l.To] = append(next[l.To], l.From)
	}
	level := make([]int, n)
	var queue []int
	enter := func(box, at int) {
		if level[box] == 0 {
			level[box] = at
			queue = append(queue, box)
		}
	}
	walk := func() {
		for ; len(queue) > 0; queue = queue[1:] {
			for _, box := range next[queue[0]] {
				enter(box, level[queue[0]]+1)
			}
		}
	}
	for i, b := range s.out.Boxes {
		if b.Kind == graph.Service {
			enter(i, 1)
		}
	}
	for i, b := range s.out.Boxes {
		if b.Kind == graph.AccessZone {
			enter(i, 2)
		}
	}
	walk()
	order := make([]int, n)
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(x, y int) int { return cmp.Compare(len(next[y]), len(next[x])) })
	for _, i := range order {
		enter(i, 1)
		walk()
	}
	for i := range s.out.Lines {
		if l := &s.out.Lines[i]; !l.Arrow && level[l.From] > level[l.To] {
			l.From, l.To = l.To, l.From
		}
	}
}

// racks groups the boxes by the rack that they stand in.
func (s *sketch) racks() {
	in := map[int32][]int{}
	for c, i := range s.boxes {
		for _, r := range s.b.view.OutOf(c, graph.LocatedIn) {
			if s.b.view.Components[r.To].Kind == graph.Rack {
				in[r.To] = append(in[r.To], i)
				break
			}
		}
	}
	var places []int32
	for p := range in {
		places = append(places, p)
	}
	slices.Sort(places)
	for _, p := range places {
		slices.Sort(in[p])
		s.out.Racks = append(s.out.Racks, DrawingGroup{s.b.name(s.b.view.Components[p].ID), in[p]})
	}
}
