package brute

import (
	"strconv"
	"strings"
	"testing"
	"time"

	"gujo/graph"
)

// graphOf reads a graph as people write it on a board: "FROM RELATION TO", with
// a ? after the relation where it is assumed and a ! where a member is inactive,
// or "ID key=value…" for what a component has. Kinds are the IDs' first part.
func graphOf(t *testing.T, text string) *graph.Snapshot {
	t.Helper()
	var b graph.Builder
	component := func(id string) *graph.Component {
		if !b.Has(id) {
			kind, err := graph.ParseKind(id[:strings.IndexByte(id, '/')])
			check(t, err)
			check(t, b.Add(graph.Component{ID: id, Kind: kind}, ""))
		}
		return b.Component(id)
	}
	for text := range strings.Lines(text) {
		words := strings.Fields(text)
		switch {
		case len(words) == 0:
		case strings.Contains(text, "="):
			for _, w := range words[1:] {
				setWord(t, component(words[0]), w)
			}
		default:
			r := graph.Relation{}
			name := strings.TrimRight(words[1], "?!")
			if strings.Contains(words[1], "?") {
				r.Strength = graph.Assumed
			}
			if strings.Contains(words[1], "!") {
				r.Attrs = r.Attrs.With("active", graph.Bool(false))
			}
			kind, err := graph.ParseRelationType(name)
			check(t, err)
			component(words[0])
			component(words[2])
			check(t, b.Relate(words[0], kind, words[2], r, ""))
		}
	}
	s, err := b.Build(time.Time{})
	check(t, err)
	return s
}

func setWord(t *testing.T, c *graph.Component, word string) {
	t.Helper()
	key, value, _ := strings.Cut(word, "=")
	n, _ := strconv.Atoi(value)
	switch {
	case key == "state":
		state, err := graph.ParseState(value)
		check(t, err)
		c.State = state
	case key == "k":
		c.Group.K = n
	case key == "designed":
		c.Group.Designed = n
	case value == "true" || value == "false":
		c.Attrs = c.Attrs.With(key, graph.Bool(value == "true"))
	default:
		c.Attrs = c.Attrs.With(key, graph.String(value))
	}
}

// between is a zone behind r and a server behind s, joined by link/1.
const between = `
	service/s used_from access_zone/z
	access_zone/z attached_to network_device/r
	link/1 joins network_device/r
	link/1 joins network_device/s
	server/a attached_to network_device/s
	endpoint/a bound_to server/a
	service/s entered_at endpoint/a
	`

// subnets puts the zone and the server of between into different ones.
const apart = between + `
	access_zone/z in_subnet subnet/1
	server/a in_subnet subnet/2
	`
