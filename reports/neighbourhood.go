package reports

import (
	"slices"

	"gujo/graph"
	"gujo/reports/figure"
	"gujo/rules"
)

// neighbourhood draws a finding: the services on top, what its proof goes
// through, one way to each place that loses its way, what is cut in red, and
// for machines and cables the machines next to them.
func (b *builder) neighbourhood(f rules.Finding) Drawing {
	s := b.sketch()
	s.services(f)
	for _, p := range f.Proof.Paths {
		s.way(p.From, p.To)
	}
	marked := s.marks(f)
	for _, r := range fromTheTop(f) {
		s.need(r)
	}
	if marked != nil {
		s.neighbours(marked)
	}
	for _, c := range b.among(s.boxes) {
		s.cable(b.cables()[c], marked[b.cables()[c].link])
	}
	s.attachments()
	s.affected(f)
	s.orient()
	return s.out
}

// services puts the services that a finding concerns, and where they are used
// from, on top.
func (s *sketch) services(f rules.Finding) {
	for i, id := range f.Services {
		c, ok := s.b.view.Find(id)
		if !ok {
			continue
		}
		if len(s.out.Boxes) >= neighbourBoxes/3 {
			s.out.Left += len(f.Services) - i
			return
		}
		box := s.box(c, figure.Top)
		if len(f.Proof.Paths) == 0 {
			continue
		}
		for _, r := range s.b.view.OutOf(c, graph.UsedFrom) {
			if len(s.out.Boxes) < neighbourBoxes/2 {
				s.line(box, s.box(r.To, figure.Top), figure.Edge{Arrow: true})
			}
		}
	}
}

// marks puts what is cut, or else the subjects, in red. It gives those around
// whom the machines next to them are worth showing: nil where the finding is not
// about machines and cables.
func (s *sketch) marks(f rules.Finding) map[int32]bool {
	red := f.Cut
	if len(red) == 0 {
		red = f.Subjects
	}
	around := map[int32]bool{}
	for _, id := range append(slices.Clone(red), f.Subjects...) {
		c, ok := s.b.view.Find(id)
		if !ok {
			continue
		}
		mark := figure.Plain
		if slices.Contains(red, id) {
			mark = figure.Cut
		}
		switch s.b.view.Components[c].Kind {
		case graph.Link: // drawn as a line, not as a box
			if mark == figure.Cut {
				around[c] = true
			}
		case graph.NetworkDevice, graph.Server, graph.Interface, graph.Module:
			if mark == figure.Cut {
				around[s.b.owner(c)] = true
			}
			s.box(s.b.shown(c), mark)
		default:
			s.box(c, mark)
		}
	}
	if len(around) == 0 {
		return nil
	}
	return around
}

// shown is the box that stands for a component: a machine for its ports.
func (b *builder) shown(c int32) int32 {
	if b.view.Components[c].Kind == graph.Interface {
		return b.owner(c)
	}
	return c
}

// need draws a relation of a proof as an arrow.
func (s *sketch) need(r relationRef) {
	from, ok1 := s.b.view.Find(r.From)
	to, ok2 := s.b.view.Find(r.To)
	if !ok1 || !ok2 || r.Relation == graph.PartOf.String() {
		return
	}
	if s.b.view.Components[from].Kind == graph.Link || s.b.view.Components[to].Kind == graph.Link {
		return
	}
	from, to = s.b.shown(from), s.b.shown(to)
	for _, c := range []int32{from, to} {
		if _, drawn := s.boxes[c]; !drawn && len(s.out.Boxes) >= neighbourBoxes {
			s.out.Left++
			return
		}
	}
	s.line(s.box(from, figure.Plain), s.box(to, figure.Plain), figure.Edge{Arrow: true})
}

// way draws a shortest way between two places. Where all ways lead through the
// cut, so does this one.
func (s *sketch) way(from, to string) {
	at, ok1 := s.b.view.Find(from)
	end, ok2 := s.b.view.Find(to)
	if !ok1 || !ok2 {
		return
	}
	for _, c := range s.b.shortest(s.b.owner(at), s.b.owner(end)) {
		if _, drawn := s.boxes[c]; !drawn && len(s.out.Boxes) >= neighbourBoxes {
			s.out.Left++
			continue
		}
		s.box(c, figure.Plain)
	}
}

// shortest gives the machines on a shortest way over cables and attachments,
// both ends included; none where there is no way.
func (b *builder) shortest(from, to int32) []int32 {
	cables := b.cables()
	before := map[int32]int32{from: from}
	for queue := []int32{from}; len(queue) > 0; queue = queue[1:] {
		at := queue[0]
		if at == to {
			way := []int32{to}
			for at != from {
				at = before[at]
				way = append(way, at)
			}
			slices.Reverse(way)
			return way
		}
		var next []int32
		for _, r := range b.view.OutOf(at, graph.AttachedTo) {
			next = append(next, b.owner(r.To))
		}
		for _, i := range b.touching(at) {
			if !cables[i].down {
				next = append(next, cables[i].ends...)
			}
		}
		for _, c := range next {
			if _, seen := before[c]; !seen {
				before[c] = at
				queue = append(queue, c)
			}
		}
	}
	return nil
}

// neighbours adds the machines that a cable joins to what is marked.
func (s *sketch) neighbours(marked map[int32]bool) {
	cables := s.b.cables()
	var near []int
	for c := range marked {
		near = append(near, s.b.touching(c)...)
	}
	for i := range cables {
		if marked[cables[i].link] {
			near = append(near, i)
		}
	}
	slices.Sort(near)
	for _, i := range slices.Compact(near) {
		for _, e := range cables[i].ends {
			if _, drawn := s.boxes[e]; !drawn && len(s.out.Boxes) >= neighbourBoxes {
				s.out.Left++
				continue
			}
			s.box(e, figure.Plain)
		}
	}
}

// among lists the cables between boxes, in their order.
func (b *builder) among(boxes map[int32]int) []int {
	var out []int
	for c := range boxes {
		out = append(out, b.touching(c)...)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// attachments draws what attaches a box to another that is there.
func (s *sketch) attachments() {
	var drawn []int32
	for c := range s.boxes {
		drawn = append(drawn, c)
	}
	slices.Sort(drawn)
	for _, c := range drawn {
		for _, r := range s.b.view.OutOf(c, graph.AttachedTo) {
			if to, ok := s.boxes[s.b.owner(r.To)]; ok {
				s.line(s.boxes[c], to, figure.Edge{Dashed: r.Strength == graph.Assumed})
			}
		}
	}
}

// affected joins each service that stands alone to what the finding is about.
func (s *sketch) affected(f rules.Finding) {
	var to int
	found := false
	for _, id := range append(slices.Clone(f.Subjects), f.Cut...) {
		if c, ok := s.b.view.Find(id); ok {
			if to, found = s.boxes[s.b.shown(c)]; found {
				break
			}
		}
	}
	if !found {
		return
	}
	joined := map[int]bool{}
	for _, l := range s.out.Lines {
		joined[l.From], joined[l.To] = true, true
	}
	for i := range s.out.Boxes {
		if s.out.Boxes[i].Kind == graph.Service && !joined[i] {
			s.line(i, to, figure.Edge{Arrow: true, Dashed: true})
		}
	}
}
