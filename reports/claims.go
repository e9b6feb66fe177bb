package reports

import (
	"cmp"
	"slices"
	"strings"

	"gujo/graph"
	"gujo/rules"
)

// Claim is one thing that a finding rests on, with the evidence that says so: a
// relation of its proof, a cable or attachment of what it cuts, a way that is
// gone without the cut, or a component.
type Claim struct {
	From, To Named
	Relation string  // "" where it is about From alone, or a way
	NoWay    bool    // from From to To, without Without
	Without  []Named // what the ways need
	Assumed  bool    // suggested by the evidence, confirmed by nobody
	Evidence []Excerpt
	Left     int // excerpts that the snapshot has besides
}

// Excerpt is a piece of evidence as it is printed.
type Excerpt struct {
	rules.FindingEvidence
	Object  string // what the device calls the thing read, "" where not known
	Meaning string // what the value stands for, "" where it speaks for itself
}

// Bounds of what a sheet prints: a reader follows a few rows a claim. All that a
// finding cites itself is printed whatever they say.
const (
	claimRows  = 3
	cableRows  = 4
	maxClaims  = 30
	cutCables  = 8
	cutEntries = 4 // claims about one end of a way
)

// claims gives what a finding rests on: the ways that are gone and what stands
// there, then its proof from the services downwards; and what it cites besides.
func (b *builder) claims(f rules.Finding) (claims []Claim, others []Excerpt) {
	c := claimer{b: b, printed: map[string]bool{}, made: map[string]bool{}}
	for _, p := range f.Proof.Paths {
		c.add(Claim{From: b.name(p.From), To: b.name(p.To), NoWay: true, Without: b.named(p.Cut)})
	}
	for _, p := range f.Proof.Paths {
		c.attachments(p.From)
	}
	for _, id := range f.Cut {
		c.around(id, len(f.Proof.Paths) > 0)
	}
	for _, r := range fromTheTop(f) {
		// That a port is its machine's, its name says.
		if at, ok := b.view.Find(r.From); ok && b.view.Components[at].Kind == graph.Interface && r.Relation == graph.PartOf.String() {
			continue
		}
		c.relation(r.From, r.Relation, r.To)
	}
	for _, id := range f.Subjects {
		c.component(id)
	}
	for _, e := range f.Evidence {
		if !c.printed[e.Ref] {
			others = append(others, b.excerpt(e))
		}
	}
	return c.claims, others
}

// claimer collects claims, each once.
type claimer struct {
	b       *builder
	claims  []Claim
	printed map[string]bool // references
	made    map[string]bool
}

func (c *claimer) add(claim Claim) {
	key := claim.From.ID + "\x00" + claim.Relation + "\x00" + claim.To.ID
	if c.made[key] || len(c.claims) >= maxClaims {
		return
	}
	c.made[key] = true
	for _, e := range claim.Evidence {
		c.printed[e.Ref] = true
	}
	c.claims = append(c.claims, claim)
}

func (c *claimer) relation(from, relation, to string) {
	claim := Claim{From: c.b.name(from), To: c.b.name(to), Relation: relation}
	if r, ok := c.b.relation(from, relation, to); ok {
		claim.Assumed = r.Strength == graph.Assumed
		claim.Evidence, claim.Left = c.b.telling(r.Evidence, claimRows, claim.From, claim.To)
	}
	c.add(claim)
}

// component claims that something is there.
func (c *claimer) component(id string) {
	at, ok := c.b.view.Find(id)
	if !ok {
		return
	}
	claim := Claim{From: c.b.name(id)}
	rows, names := claimRows, []Named{claim.From}
	if comp := &c.b.view.Components[at]; comp.Kind == graph.Link {
		rows = cableRows
		for _, j := range c.b.view.OutOf(at, graph.Joins) {
			claim.Assumed = claim.Assumed || j.Strength == graph.Assumed
			names = append(names, c.b.name(c.b.view.Components[j.To].ID), c.b.name(c.b.view.Components[c.b.owner(j.To)].ID))
		}
	}
	claim.Evidence, claim.Left = c.b.telling(c.b.view.Components[at].Evidence, rows, names...)
	c.add(claim)
}

// attachments claims where a place is attached.
func (c *claimer) attachments(id string) {
	at, ok := c.b.view.Find(id)
	if !ok {
		return
	}
	for i, r := range c.b.view.OutOf(at, graph.AttachedTo) {
		if i == cutEntries {
			return
		}
		c.relation(id, graph.AttachedTo.String(), c.b.view.Components[r.To].ID)
	}
}

// around claims the cables of what is cut, where a way leads through it.
func (c *claimer) around(id string, way bool) {
	at, ok := c.b.view.Find(id)
	if !ok {
		return
	}
	if way {
		for n, i := range c.b.touching(at) {
			if n == cutCables {
				break
			}
			c.component(c.b.view.Components[c.b.cables()[i].link].ID)
		}
	}
	c.component(id)
}

// fromTheTop orders a proof as it is read: what the services need, what that
// needs, and so on; the rest after it.
func fromTheTop(f rules.Finding) []relationRef {
	all := make([]relationRef, len(f.Proof.Relations))
	for i, r := range f.Proof.Relations {
		all[i] = relationRef{r.From, r.Relation, r.To}
	}
	var out []relationRef
	taken := make([]bool, len(all))
	queue := append(slices.Clone(f.Services), f.Subjects...)
	for seen := map[string]bool{}; len(queue) > 0; queue = queue[1:] {
		if seen[queue[0]] {
			continue
		}
		seen[queue[0]] = true
		for i, r := range all {
			if r.From == queue[0] && !taken[i] {
				taken[i] = true
				out = append(out, r)
				queue = append(queue, r.To)
			}
		}
	}
	for i, r := range all {
		if !taken[i] {
			out = append(out, r)
		}
	}
	return out
}

type relationRef struct{ From, Relation, To string }

func (b *builder) relation(from, relation, to string) (graph.Relation, bool) {
	c, ok := b.view.Find(from)
	if !ok {
		return graph.Relation{}, false
	}
	t, err := graph.ParseRelationType(relation)
	if err != nil {
		return graph.Relation{}, false
	}
	for _, r := range b.view.OutOf(c, t) {
		if b.view.Components[r.To].ID == to {
			return r, true
		}
	}
	return graph.Relation{}, false
}

// telling picks the excerpts that say most about those that are named: the name
// of one of them tells a reader more than a counter.
func (b *builder) telling(refs []string, most int, about ...Named) (picked []Excerpt, left int) {
	var names []string
	for _, n := range about {
		_, own, _ := strings.Cut(n.ID, "/")
		names = append(names, own, n.Name.KO, n.Name.EN)
		if _, port, ok := strings.Cut(own, ":"); ok {
			names = append(names, port)
		}
	}
	rank := func(e Excerpt) int {
		switch {
		case e.Value == "":
			return 4
		case slices.Contains(names, e.Value):
			return 0
		case slices.ContainsFunc(names, func(n string) bool { return len(n) > 2 && strings.Contains(e.Value, n) }):
			return 1
		case e.Meaning != "": // a state, an address
			return 2
		}
		return 3
	}
	type candidate struct {
		Excerpt
		rank int
	}
	var all []candidate
	for _, ref := range refs {
		if e, ok := b.view.EvidenceOf(ref); ok {
			_, locator, _ := strings.Cut(ref, "#")
			x := b.excerpt(rules.FindingEvidence{Ref: ref, Target: e.Target, Locator: locator, Value: e.Value, Collected: e.Collected})
			all = append(all, candidate{x, rank(x)})
		}
	}
	slices.SortStableFunc(all, func(x, y candidate) int { return cmp.Compare(x.rank, y.rank) })
	for i, c := range all {
		if i == most {
			return picked, len(all) - i
		}
		picked = append(picked, c.Excerpt)
	}
	return picked, 0
}

func (b *builder) excerpt(e rules.FindingEvidence) Excerpt {
	x := Excerpt{FindingEvidence: e}
	if b.describe != nil {
		x.Object, x.Meaning = b.describe(e.Locator, e.Value)
	}
	return x
}
