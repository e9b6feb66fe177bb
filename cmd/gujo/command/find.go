package command

import (
	"strings"

	"gujo/graph"
)

// findComponents gives the IDs of components that people named as they have
// them. If one name fits several, or none, that is an error that lists what
// there is: an unknown component never gives an empty answer.
func (e *Env) findComponents(s *graph.Snapshot, names []string) ([]string, error) {
	ids := make([]string, 0, len(names))
	for _, name := range splitNames(s, names) {
		matches := graph.Lookup(s, name)
		switch len(matches) {
		case 1:
			ids = append(ids, s.Components[matches[0]].ID)
		case 0:
			near := graph.Nearest(s, name, 3)
			if len(near) == 0 {
				return nil, failure("error.unknown_component", name)
			}
			return nil, failure("error.unknown_component_near", name, strings.Join(near, ", "))
		default:
			var list strings.Builder
			for i, m := range matches {
				if i == 20 {
					list.WriteString("\n  …")
					break
				}
				list.WriteString("\n  " + s.Components[m].ID)
			}
			return nil, failure("error.ambiguous_component", name, list.String())
		}
	}
	return ids, nil
}

// splitNames takes names that are repeated or separated by commas. A name may hold
// a comma itself, and one that is empty, such as a variable that a script has not
// set, is kept, to be told as unknown.
func splitNames(s *graph.Snapshot, names []string) []string {
	var out []string
	for _, name := range names {
		parts := split([]string{name})
		if len(parts) == 0 || len(parts) > 1 && len(graph.Lookup(s, name)) > 0 {
			parts = []string{name}
		}
		out = append(out, parts...)
	}
	return out
}

// split takes values that may be repeated or separated by commas.
func split(values []string) []string {
	var out []string
	for _, v := range values {
		for _, part := range strings.Split(v, ",") {
			if part = strings.TrimSpace(part); part != "" {
				out = append(out, part)
			}
		}
	}
	return out
}

// displayName is how people call a component: a service by its name in their
// language, others by kind and ID.
func (e *Env) displayName(s *graph.Snapshot, id string) string {
	c, ok := s.Find(id)
	if !ok {
		return id
	}
	comp := &s.Components[c]
	if name := comp.Attrs.Text("name_" + string(e.print.Lang)); name != "" {
		return name + " (" + id + ")"
	}
	return id
}
