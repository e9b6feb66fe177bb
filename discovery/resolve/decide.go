package resolve

import (
	"slices"
	"strings"

	"gujo/discovery/inventory"
	"gujo/graph"
)

// decisionArgs are the arguments of a note about a decision: who, when, why.
func decisionArgs(d inventory.Decision) []string { return []string{d.Who, d.When, d.Why} }

// decide applies the decisions about relations to the drawn graph. A decision
// about what is not there leaves a note: inventories outlive what they speak of.
func (r *resolver) decide() {
	for _, action := range []string{"deny", "confirm"} {
		_ = r.eachDecision(action, func(inv *inventory.Inventory, d inventory.Decision) error {
			refs := r.citeDecision(inv, d)
			from, err1 := r.reference(inv, d.From, d.Line)
			to, err2 := r.reference(inv, d.To, d.Line)
			r.fail(err1)
			r.fail(err2)
			if err1 != nil || err2 != nil {
				return nil
			}
			if from == "" || to == "" || r.components[from] == nil || r.components[to] == nil {
				r.note(d.From+" "+d.Relation+" "+d.To, "decision.unmatched", refs, decisionArgs(d)...)
				return nil
			}
			if d.Relation == graph.Link.String() {
				r.decideLink(inv, d, from, to, refs)
				return nil
			}
			r.decideRelation(inv, d, from, to, refs)
			return nil
		})
	}
}

func (r *resolver) decideRelation(inv *inventory.Inventory, d inventory.Decision, from, to string, refs []string) {
	t, err := graph.ParseRelationType(d.Relation)
	if err != nil {
		r.fail(lineError(inv, d.Line, "decision: %w", err))
		return
	}
	k := relationKey{from, t, to}
	rel := r.relations[k]
	if d.Action == "deny" {
		if rel == nil {
			r.note(k.String(), "decision.unmatched", refs, decisionArgs(d)...)
			return
		}
		r.note(k.String(), "denied", joinRefs(refs, rel.Evidence), decisionArgs(d)...)
		r.unrelate(k)
		if t == graph.Aggregates {
			r.dissolve(from, to)
		}
		return
	}
	r.note(k.String(), "confirmed", refs, decisionArgs(d)...)
	r.relateDeclared(inv, d.Line, from, t, to, refs)
}

// dissolve takes an aggregate out that a decision denies: its cables are links of
// their own then, and no cable runs between the interfaces that bundled them.
func (r *resolver) dissolve(link, group string) {
	if len(r.targets(link, graph.Aggregates)) == 0 {
		r.remove(link)
	}
	for k := range r.relations {
		if k.typ == graph.Aggregates && k.to == group {
			return
		}
	}
	r.remove(group)
}

// decideLink confirms or denies the links between two machines or interfaces.
func (r *resolver) decideLink(inv *inventory.Inventory, d inventory.Decision, from, to string, refs []string) {
	subject := from + " link " + to
	links := r.linksBetween(from, to)
	if d.Action == "deny" {
		if len(links) == 0 {
			r.note(subject, "decision.unmatched", refs, decisionArgs(d)...)
			return
		}
		for _, id := range links {
			r.note(subject, "denied", joinRefs(refs, r.components[id].Evidence), append(decisionArgs(d), id)...)
			ends := r.targets(id, graph.Joins)
			if len(ends) > 2 { // of a segment, only this end goes
				for _, e := range ends {
					if r.reaches(e, to) {
						r.unrelate(relationKey{id, graph.Joins, e})
					}
				}
				continue
			}
			groups := r.targets(id, graph.Aggregates)
			r.remove(id)
			for _, g := range groups {
				r.remove(g)
			}
		}
		for id, c := range r.components { // what bundled only them
			if c.Kind == graph.RedundancyGroup && strings.HasPrefix(id, "redundancy_group/lag-") && len(r.targets(id, graph.Member)) == 0 {
				defer r.remove(id)
			}
		}
		return
	}
	for _, id := range links {
		r.note(id, "confirmed", refs, decisionArgs(d)...)
		for _, e := range r.targets(id, graph.Joins) {
			r.relate(id, graph.Joins, e, graph.Hard, refs)
		}
	}
	if len(links) > 0 {
		return
	}
	_, a, _ := strings.Cut(from, "/")
	_, b, _ := strings.Cut(to, "/")
	ends := []string{a, b}
	slices.Sort(ends)
	id := r.add(graph.Component{ID: "link/" + strings.Join(ends, "--"), Kind: graph.Link, Name: strings.Join(ends, " – "), Evidence: refs})
	r.note(id, "confirmed.new", refs, decisionArgs(d)...)
	r.relateDeclared(inv, d.Line, id, graph.Joins, from, refs)
	r.relateDeclared(inv, d.Line, id, graph.Joins, to, refs)
}

// linksBetween gives the links that join both, each being a machine or an
// interface, sorted.
func (r *resolver) linksBetween(from, to string) []string {
	var list []string
	for id, c := range r.components {
		if c.Kind != graph.Link {
			continue
		}
		a, b := false, false
		for _, e := range r.targets(id, graph.Joins) {
			switch {
			case r.reaches(e, from):
				a = true
			case r.reaches(e, to):
				b = true
			}
		}
		if a && b {
			list = append(list, id)
		}
	}
	slices.Sort(list)
	return list
}

// reaches reports whether an end of a link is, or belongs to, a component.
func (r *resolver) reaches(e, id string) bool {
	for n := 0; n < 8; n++ {
		if e == id {
			return true
		}
		holders := r.targets(e, graph.PartOf)
		if len(holders) == 0 {
			return false
		}
		e = holders[0]
	}
	return false
}
