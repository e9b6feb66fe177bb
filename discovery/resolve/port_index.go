package resolve

import (
	"slices"
	"strings"
	"unicode"
)

// portIndex finds the interfaces of a machine by what they are called. A device
// may have thousands, and as many rows of others name them.
type portIndex struct {
	size                            int // of the machine's ports when it was made
	name, descr, alias, folded, mac map[string][]*port
	numbers                         map[string][]*port // by what follows the word: 0/1 of Gi0/1
}

// indexed gives the index, made anew if ports were added since.
func (m *machine) indexed() *portIndex {
	if m.byWord != nil && m.byWord.size == len(m.ports) {
		return m.byWord
	}
	x := &portIndex{
		size: len(m.ports), name: map[string][]*port{}, descr: map[string][]*port{}, alias: map[string][]*port{},
		folded: map[string][]*port{}, mac: map[string][]*port{}, numbers: map[string][]*port{},
	}
	add := func(to map[string][]*port, key string, p *port) {
		if list := to[key]; key != "" && (len(list) == 0 || list[len(list)-1] != p) {
			to[key] = append(list, p)
		}
	}
	for _, p := range m.ports {
		add(x.name, p.name, p)
		add(x.descr, p.descr(), p)
		add(x.alias, p.alias(), p)
		add(x.mac, p.mac(), p)
		for _, words := range []string{p.name, p.descr()} {
			add(x.folded, foldCase(words), p)
			_, numbers := splitPortName(words)
			add(x.numbers, numbers, p)
		}
	}
	m.byWord = x
	return x
}

// foldCase makes texts equal that strings.EqualFold takes for equal.
func foldCase(s string) string {
	return strings.Map(func(c rune) rune {
		least := c
		for f := unicode.SimpleFold(c); f != c; f = unicode.SimpleFold(f) {
			least = min(least, f)
		}
		return least
	}, s)
}

// portByText gives the only interface of this name, description or alias, what
// comes first counting; at last also one of which either name is cut short.
func (m *machine) portByText(text string) *port {
	if text == "" {
		return nil
	}
	x := m.indexed()
	for _, found := range [][]*port{x.name[text], x.descr[text], x.alias[text], x.folded[foldCase(text)]} {
		if p := only(found); p != nil {
			return p
		}
	}
	_, numbers := splitPortName(text)
	var short *port
	for _, p := range x.numbers[numbers] {
		if abbreviates(p.name, text) || abbreviates(p.descr(), text) {
			if short != nil {
				return nil
			}
			short = p
		}
	}
	return short
}

func (m *machine) portByMAC(mac string) *port {
	if mac == "" || mac == "00:00:00:00:00:00" {
		return nil
	}
	all := m.indexed().mac[mac]
	if p := only(all); p != nil {
		return p
	}
	// An aggregate, a bridge and a VLAN interface carry the address of a port:
	// the port is meant.
	return only(slices.DeleteFunc(slices.Clone(all), func(p *port) bool { return !physical(p.ifType()) }))
}

// portCalled gives the only interface of this name, whatever its case.
func (m *machine) portCalled(name string) *port {
	list := slices.Clone(m.indexed().folded[foldCase(name)])
	return only(slices.DeleteFunc(list, func(p *port) bool { return !strings.EqualFold(p.name, name) }))
}

// settle reads once what the port is called; readings come before.
func (p *port) settle() {
	first := func(i int) string {
		for _, o := range p.observed {
			if t := displayName([]string{o.Description, o.Alias, o.MAC}[i]); t != "" {
				return t
			}
		}
		return ""
	}
	p.words = portWords{first(0), first(1), parseMAC(first(2))}
}
