package inventory

import (
	"strings"

	"gujo/graph"
)

func (d *decoder) checkAccessZones(inv *Inventory) *idList {
	ids := newIDs("access zone", "access_zones")
	for i := range inv.AccessZones {
		z := &inv.AccessZones[i]
		d.declare(ids, z, &z.ID)
		d.checkAttached(z.AttachedTo)
	}
	return ids
}

func (d *decoder) checkServices(inv *Inventory, zones *idList) {
	ids := newIDs("service", "services")
	for i := range inv.Services {
		d.declare(ids, &inv.Services[i], &inv.Services[i].ID)
	}
	for i := range inv.Services {
		s := &inv.Services[i]
		if d.given(&s.Grade) && (s.Grade < 1 || s.Grade > 4) {
			d.add(d.at[&s.Grade], "grade is %d, want 1, 2, 3 or 4 (1 the most important); leave the key out where there is none", s.Grade)
		}
		d.single(s.EnteredAt, "entered_at")
		for j := range s.EnteredAt {
			if _, err := ParseEntry(s.EnteredAt[j]); err != nil && s.EnteredAt[j] != "" {
				d.add(d.at[&s.EnteredAt[j]], "entered_at: %v", err)
			}
		}
		d.single(s.UsedFrom, "used_from")
		for j := range s.UsedFrom {
			d.refer(zones, &s.UsedFrom[j], graph.AccessZone.String())
		}
		d.single(s.Requires, "requires")
		for j := range s.Requires {
			r := &s.Requires[j]
			id, isService := strings.CutPrefix(*r, "service/")
			if isService {
				if _, ok := ids.at[id]; !ok {
					d.add(d.at[r], "there is no service %s%s", quote(id), didYouMean(id, ids.names))
				}
			}
			if id == s.ID && id != "" {
				d.add(d.at[r], "the service %s requires itself", quote(id))
			}
		}
	}
}

func (d *decoder) checkDecisions(inv *Inventory) {
	type claim struct{ from, relation, to string }
	opposite := map[string]string{"confirm": "deny", "deny": "confirm"}
	taken := map[string]map[claim]int{"confirm": {}, "deny": {}}
	for i := range inv.Decisions {
		n := &inv.Decisions[i]
		d.require(n, &n.Action, "action")
		d.oneOf(&n.Action, "action", actionWords)
		d.require(n, &n.Who, "who")
		if d.require(n, &n.When, "when") {
			d.date(&n.When, "when")
		}
		d.require(n, &n.Why, "why")
		switch n.Action {
		case "confirm", "deny":
			d.require(n, &n.From, "from")
			d.require(n, &n.To, "to")
			if d.require(n, &n.Relation, "relation") {
				d.checkRelation(&n.Relation)
			}
			if d.given(&n.Machines) {
				d.add(d.at[&n.Machines], "machines has no meaning for %s; want from, relation and to", n.Action)
			}
			if n.From == n.To && n.From != "" {
				d.add(d.at[&n.To], "from and to are the same")
			}
			c := claim{n.From, n.Relation, n.To}
			if line, ok := taken[opposite[n.Action]][c]; ok {
				d.add(d.at[n], "the same is decided the other way in line %d", line)
			}
			taken[n.Action][c] = n.Line
		case "merge", "split":
			d.single(n.Machines, "machines")
			if len(n.Machines) < 2 && !d.failed[&n.Machines] {
				d.add(d.at[n], "%s wants two machines or more, this has %d", n.Action, len(n.Machines))
			}
			for _, f := range []struct {
				key   string
				field *string
			}{{"from", &n.From}, {"relation", &n.Relation}, {"to", &n.To}} {
				if d.given(f.field) {
					d.add(d.at[f.field], "%s has no meaning for %s; want machines", f.key, n.Action)
				}
			}
		}
	}
}

func (d *decoder) checkRelation(relation *string) {
	if *relation == graph.Link.String() {
		return
	}
	if _, err := graph.ParseRelationType(*relation); err != nil {
		known := []string{graph.Link.String()}
		for _, t := range graph.RelationTypes() {
			known = append(known, t.String())
		}
		hint := didYouMean(*relation, known)
		if hint == "" {
			hint = ", want one of " + strings.Join(known, ", ")
		}
		d.add(d.at[relation], "there is no relation %s%s", quote(*relation), hint)
	}
}
