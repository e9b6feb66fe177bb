package compile

import "gujo/graph"

// Statements about the way to a place are shared by all who stand there (see
// anyone), so who it is that is asked has to be found by whoever walks down to
// them, on the way from the statement about him.

// asked is a node on a walk down, with who is asked there.
type asked struct {
	node int32
	to   int32 // who stands where the way leads to, or none
	back int32 // behind a gateway: who stands at the other end, or none
	from int32 // of a leg: who stands at its beginning
	says int32 // the fact that the node is part of, or none
}

func askedAt(n int32) asked { return asked{n, none, none, none, none} }

// below gives an input of what is walked over. Of a component, and of a way, it
// does not matter who asks.
func (s *structure) below(w asked, i input) asked {
	if int(i.node) < len(s.view.Components) || int(i.node) >= len(s.nodes) || s.isWay(i.node) {
		return askedAt(i.node)
	}
	out := w
	out.node = i.node
	if x := &s.nodes[w.node]; int(w.node) < len(s.view.Components) {
		out.says = none
	} else if x.op == all && x.more != none {
		out.says = x.more
	}
	if out.says == none {
		return out
	}
	f := &s.made.keys[out.says]
	who := func(p, otherwise int32) int32 {
		if a := s.places.keys[p].asker; a != anyone {
			return a
		}
		return otherwise
	}
	switch f.what {
	case factFollow:
		switch s.kind(f.b) {
		case graph.Server, graph.NetworkDevice:
			out.to = f.b
		case graph.Application:
			if i.rel != none && s.view.Relations[i.rel].Type == graph.RunsOn {
				out.to = s.view.Relations[i.rel].To
			}
		}
	case factWant:
		out.to, out.back = none, none
	case factWay:
		if s.isLeg(i.node) {
			out.from, out.to = who(f.a, none), who(f.b, w.to)
			break
		}
		// Over a gateway: of the one who asks, or of the other for the answer.
		out.back = who(f.b, w.to)
		if i.rel != none && s.view.Relations[i.rel].From == who(f.b, w.to) && who(f.a, none) != who(f.b, w.to) {
			out.back = who(f.a, none)
		}
	case factThrough:
		out.from, out.to = who(f.a, w.back), who(f.b, w.to)
		if legs := s.inputsOf(w.node); i.node == legs[1].node && (i.node != legs[0].node) {
			out.from, out.to = who(f.b, w.to), who(f.c, w.back)
		}
	}
	return out
}

// isLeg reports whether a node says that a place reaches another without a gateway.
func (s *structure) isLeg(n int32) bool {
	x := &s.nodes[n]
	return x.op == all && x.more != none && s.made.keys[x.more].what == factLeg
}
