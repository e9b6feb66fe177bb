package brute

// findLoops marks what names and groups find through themselves.
//
// A name may find its zone's servers through a server that is named in the same
// zone: in the picture that member counts, because the others found it. Were it
// needed, the loop would lead nowhere, and what is up in the picture would be
// down pessimistically before anything failed. So what is found through a loop
// neither counts towards what the picture has of a group, nor, where it is
// assumed, is it a need.
func (m *model) findLoops() {
	for _, v := range m.least {
		within(v.body, func(f *formula) {
			switch f.op {
			case doubt:
				m.looped[f] = m.leadsTo(f, v, map[*variable]bool{})
			case kOfN:
				for _, k := range f.kids {
					m.looped[k] = m.looped[k] || m.leadsTo(k, v, map[*variable]bool{})
				}
			}
		})
	}
}

// leadsTo reports whether a formula leads to a variable over least fixpoints alone.
func (m *model) leadsTo(f *formula, to *variable, seen map[*variable]bool) bool {
	if f.op == ref && f.to.least {
		if f.to == to {
			return true
		}
		if !seen[f.to] {
			seen[f.to] = true
			if m.leadsTo(f.to.body, to, seen) {
				return true
			}
		}
	}
	for i, k := range f.kids {
		out := f.op == kOfN && i < len(f.members) && !m.active(f.members[i])
		if !out && m.leadsTo(k, to, seen) {
			return true
		}
	}
	return false
}

// active reports whether a member is in service, as it is as designed.
func (m *model) active(x member) bool { return m.designed || !x.inactive }
