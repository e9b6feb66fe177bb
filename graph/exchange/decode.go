package exchange

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"gujo/graph"
)

// Schema is the name of the format.
const Schema = "gujo/graph/v1"

const schemaFamily = "gujo/graph/"

// lineFields lists what each sort of line may hold. The first field tells the
// sort; evidence comes last because other sorts have a field of that name.
var lineFields = [][]string{
	{"schema", "snapshot", "created", "components", "relations"},
	{"component", "kind", "name", "k", "designed", "technology", "k_source", "role", "state", "attrs", "identifiers", "evidence"},
	{"relation", "from", "to", "strength", "attrs", "evidence"},
	{"gap", "table", "reason", "detail"},
	{"coverage", "complete", "empty", "not_asked"},
	{"conflict", "attribute", "values"},
	{"note", "key", "args", "evidence"},
	{"evidence", "target", "value", "collected"},
}

var valueFields = []string{"value", "source", "evidence"}

// sort tells what a line is, and refuses fields that it does not have.
func (o *object) sort() (string, error) {
	for _, allowed := range lineFields {
		if o.has(allowed[0]) {
			return allowed[0], o.only(allowed[0], allowed)
		}
	}
	names := make([]string, len(lineFields))
	for i, f := range lineFields {
		names[i] = f[0]
	}
	return "", fmt.Errorf("unknown line, want one with %s", strings.Join(names, ", "))
}

func (o *object) only(what string, allowed []string) error {
	for _, f := range o.fields {
		if !slices.Contains(allowed, f.key) {
			return &fieldError{f.key, fmt.Errorf("unknown field, a %s has %s", what, strings.Join(allowed, ", "))}
		}
	}
	return nil
}

// A decoder gathers the lines of one graph.
type decoder struct {
	b          graph.Builder
	created    time.Time // of the header; zero if it says none
	components tally
	relations  tally
	shares     []share
	members    map[[2]string]struct{} // group and member
	inGroup    map[string]int         // group → lines that name a member
}

// A tally is how many lines there are and, if the header says so, should be.
type tally struct {
	have, want int
	said       bool
}

// A share is a k given as a percentage, to be settled when the members are known.
type share struct {
	id     string
	parts  int // of perWhole
	origin graph.Origin
}

// line takes one line other than the header.
func (d *decoder) line(o object, origin graph.Origin) error {
	sort, err := o.sort()
	if err != nil {
		return err
	}
	switch sort {
	case "schema":
		return errors.New("a second header, want one graph a file")
	case "component":
		return d.component(o, origin)
	case "relation":
		return d.relation(o, origin)
	case "gap":
		d.b.AddGap(graph.Gap{Component: o.must("gap"), Table: o.must("table"), Reason: o.must("reason"), Detail: o.text("detail")})
	case "coverage":
		d.b.AddCoverage(graph.Coverage{Component: o.must("coverage"), Complete: o.texts("complete"), Empty: o.texts("empty"), NotAsked: o.texts("not_asked")})
	case "conflict":
		return d.conflict(o)
	case "note":
		d.b.AddNote(graph.Note{Subject: o.must("note"), Key: o.must("key"), Args: o.texts("args"), Evidence: o.texts("evidence")})
	case "evidence":
		d.b.AddEvidence(graph.Evidence{Ref: o.must("evidence"), Target: o.text("target"), Value: o.text("value"), Collected: o.text("collected")})
	}
	return o.err
}

func (d *decoder) component(o object, origin graph.Origin) error {
	d.components.have++
	c := graph.Component{
		ID: o.must("component"), Name: o.text("name"), Attrs: o.attrs("attrs"),
		Identifiers: o.texts("identifiers"), Evidence: o.texts("evidence"),
	}
	var err error
	if c.Kind, err = graph.ParseKind(o.must("kind")); err != nil {
		o.fail("kind", "%w", err)
	}
	if c.State, err = graph.ParseState(o.text("state")); err != nil {
		o.fail("state", "%w", err)
	}
	if c.Kind == graph.RedundancyGroup {
		c.Group = d.group(&o, c.ID, origin)
		if role := o.text("role"); role != "" {
			if v, ok := c.Attrs.Get("role"); ok && v != graph.String(role) {
				o.fail("role", "%q, but the attribute role is %q", role, v.Text())
			}
			c.Attrs = c.Attrs.With("role", graph.String(role))
		}
	} else {
		for _, key := range []string{"k", "designed", "technology", "k_source", "role"} {
			if o.has(key) {
				o.fail(key, "only a redundancy_group has it")
			}
		}
	}
	if o.err != nil {
		return fmt.Errorf("component %s: %w", c.ID, o.err)
	}
	return d.b.Add(c, "") // the caller says where
}

func (d *decoder) group(o *object, id string, origin graph.Origin) *graph.Group {
	g := &graph.Group{Technology: o.text("technology")}
	g.Designed, _ = o.count("designed")
	var err error
	if g.KSource, err = graph.ParseKSource(o.text("k_source")); err != nil {
		o.fail("k_source", "%w", err)
	}
	raw := o.raw("k")
	switch {
	case raw == nil:
	case raw[0] == '"':
		parts, err := parseShare(text(raw))
		if err != nil {
			o.fail("k", "%w", err)
		} else if g.Designed > 0 {
			g.K = shareOf(parts, g.Designed)
		} else {
			d.shares = append(d.shares, share{id, parts, origin})
		}
	default:
		if n, ok := o.count("k"); ok && n < 1 {
			o.fail("k", "%d, want at least 1, a share such as \"50%%\", or null where nobody knows", n)
		} else {
			g.K = n
		}
	}
	return g
}

func (d *decoder) relation(o object, origin graph.Origin) error {
	d.relations.have++
	name, from, to := o.must("relation"), o.must("from"), o.must("to")
	r := graph.Relation{Attrs: o.attrs("attrs"), Evidence: o.texts("evidence")}
	t, err := graph.ParseRelationType(name)
	if err != nil {
		o.fail("relation", "%w", err)
	}
	if o.has("strength") {
		if r.Strength, err = graph.ParseStrength(o.text("strength")); err != nil {
			o.fail("strength", "%w", err)
		}
	}
	if o.err != nil {
		return fmt.Errorf("relation %s %s %s: %w", from, name, to, o.err)
	}
	if t == graph.Member {
		if d.members == nil {
			d.members, d.inGroup = map[[2]string]struct{}{}, map[string]int{}
		}
		if d.inGroup[from]++; d.inGroup[from] > maxMembers {
			return fmt.Errorf("group %s: more than %d members", from, maxMembers)
		}
		d.members[[2]string{from, to}] = struct{}{}
	}
	if err := d.b.Relate(from, t, to, r, origin); err != nil {
		return unwrapOrigin(err)
	}
	return nil
}

// unwrapOrigin gives the error without the place that the builder put before it,
// which the caller puts there for all errors alike.
func unwrapOrigin(err error) error {
	if inner := errors.Unwrap(err); inner != nil {
		return inner
	}
	return err
}

func (d *decoder) conflict(o object) error {
	c := graph.Conflict{Component: o.must("conflict"), Attribute: o.must("attribute")}
	if raw := o.raw("values"); raw != nil {
		for _, item := range o.items("values", raw) {
			if item[0] != '{' {
				o.fail("values", "%s, want an object", short(item))
				break
			}
			v, err := split(item)
			if err == nil {
				err = v.only("value of a conflict", valueFields)
			}
			if err != nil {
				o.fail("values", "%w", err)
				break
			}
			c.Values = append(c.Values, graph.ConflictValue{Value: v.text("value"), Source: v.text("source"), Evidence: v.text("evidence")})
			if v.err != nil {
				o.fail("values", "%w", v.err)
			}
		}
	}
	d.b.AddConflict(c)
	return o.err
}

// snapshot builds the graph when all lines are read.
func (d *decoder) snapshot(fallback time.Time) (*graph.Snapshot, error) {
	if len(d.shares) > 0 {
		count := map[string]int{}
		for pair := range d.members {
			count[pair[0]]++
		}
		for _, s := range d.shares {
			// Designed follows from the members: those that there are.
			d.b.Component(s.id).Group.K = shareOf(s.parts, count[s.id])
		}
	}
	created := d.created
	if created.IsZero() {
		created = fallback
	}
	return d.b.Build(created)
}

// perWhole is the unit in which shares are held: a thousandth of a percent.
const perWhole = 100_000

// parseShare reads "50%" or "33.3%".
func parseShare(s string) (int, error) {
	wrong := fmt.Errorf("%q, want a number, a share from above 0%% to 100%% such as \"50%%\", or null", s)
	num, ok := strings.CutSuffix(strings.TrimSpace(s), "%")
	whole, frac, point := strings.Cut(num, ".")
	if !ok || whole == "" || len(whole) > 3 || len(frac) > 3 || point && frac == "" {
		return 0, wrong
	}
	parts := 0
	for _, r := range whole + (frac + "000")[:3] {
		if r < '0' || r > '9' {
			return 0, wrong
		}
		parts = parts*10 + int(r-'0')
	}
	if parts < 1 || parts > perWhole {
		return 0, wrong
	}
	return parts, nil
}

// shareOf gives the ceiling of a share of n.
func shareOf(parts, n int) int { return (parts*n + perWhole - 1) / perWhole }
