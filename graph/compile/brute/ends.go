package brute

import (
	"strings"

	"gujo/graph"
)

// openEnds gives where the chain stops at a component before something that can
// fail, apart from its place in the network.
func (m *model) openEnds(x int) (list []*formula) {
	without := func(types ...graph.RelationType) bool { return len(m.out(x, types...)) == 0 }
	missing := func(what string, is bool) {
		if is {
			list = append(list, m.unobserved(what, x))
		}
	}
	switch m.kind(x) {
	case graph.Endpoint:
		missing("server", without(graph.ServedBy, graph.BoundTo, graph.ProvidedBy))
	case graph.Application:
		missing("server", without(graph.RunsOn))
	case graph.VirtualServer:
		missing("holder", without(graph.ServedBy))
		missing("pool", without(graph.BalancesTo))
	case graph.Server, graph.NetworkDevice:
		missing("host", m.virtual(x) && without(graph.RunsOn))
	case graph.DNSZone:
		missing("servers", without(graph.ServedBy, graph.ProvidedBy))
	case graph.DNSName:
		missing("target", without(graph.ResolvesTo))
	case graph.RedundancyGroup:
		missing("members", without(graph.Member))
	}
	return list
}

// unobserved is the pessimistic need for what was not observed: a server,
// holder, pool, host, servers, target, members or network.
func (m *model) unobserved(what string, x int) *formula {
	name := "unobserved/" + what + "-of-" + m.id(x)
	end, ok := m.endByName[name]
	if !ok {
		end = len(m.names)
		m.names = append(m.names, name)
		m.endByName[name] = end
	}
	return &formula{op: open, end: end}
}

func (m *model) class(end int) int { return m.classes[end] }

// shareEnds puts all open ends below a group on one node, since they may be the
// same thing; transitively, where groups have open ends in common.
func (m *model) shareEnds() {
	m.classes = make([]int, len(m.names))
	for i := range m.classes {
		m.classes[i] = i
	}
	below := map[int]map[int]bool{} // the open ends below each group
	for _, v := range append(append([]*variable{}, m.greatest...), m.least...) {
		within(v.body, func(f *formula) {
			if f.op != kOfN {
				return
			}
			if below[f.comp] == nil {
				below[f.comp] = map[int]bool{}
			}
			m.walk(f.kids, everything, func(g *formula) {
				if g.op == open {
					below[f.comp][g.end] = true
				}
			})
		})
	}
	for changed := true; changed; {
		changed = false
		for _, ends := range below {
			first := len(m.names)
			for e := range ends {
				first = min(first, m.classes[e])
			}
			for e := range ends {
				changed = changed || m.classes[e] != first
				m.classes[e] = first
			}
		}
	}
	for e, class := range m.classes {
		shared, smallest := false, ""
		for other, c := range m.classes {
			shared = shared || c == class && other != e
		}
		for g, ends := range below {
			for other := range ends {
				if id := m.id(g); m.classes[other] == class && (smallest == "" || strings.Compare(id, smallest) < 0) {
					smallest = id
				}
			}
		}
		if shared {
			m.names[e] = "unobserved/end-of-" + smallest
		}
	}
}

// within visits a formula and what it consists of.
func within(f *formula, visit func(*formula)) {
	visit(f)
	for _, k := range f.kids {
		within(k, visit)
	}
}

// everything is what [model.walk] follows by default.
func everything(*formula, int) bool { return true }

// walk visits formulas and all that they hang on, each variable once. Of each
// formula the kids are followed that follow says.
func (m *model) walk(from []*formula, follow func(f *formula, kid int) bool, visit func(*formula)) {
	seen := map[*variable]bool{}
	var step func(f *formula)
	step = func(f *formula) {
		visit(f)
		if f.op == ref && !seen[f.to] {
			seen[f.to] = true
			step(f.to.body)
		}
		for i, k := range f.kids {
			if follow(f, i) {
				step(k)
			}
		}
	}
	for _, f := range from {
		step(f)
	}
}
