package inventory

import (
	"regexp"
	"slices"
	"strings"
)

// The closed words of the file.

var (
	snmpVersions  = []string{"v1", "v2c", "v3"}
	authWords     = []string{"md5", "sha", "sha224", "sha256", "sha384", "sha512"}
	privWords     = []string{"des", "aes", "aes192", "aes256"}
	placeKinds    = []string{"rack", "room", "site"}
	powerTypes    = []string{"pdu", "ups", "ats", "feed", "panel", "substation"}
	machineKinds  = []string{"server", "network_device", "storage", "power_source"}
	groupRoles    = []string{"gateway", "resolver", "storage", "time"}
	failureWords  = []string{"open", "close"}
	actionWords   = []string{"confirm", "deny", "merge", "split"}
	protocolWords = []string{"tcp", "udp", "sctp", "http", "https"}
)

// check finds what is wrong with the file although each value by itself can be read.

func (d *decoder) check(inv *Inventory) {
	if d.given(&inv.Zone) {
		d.checkZone(&inv.Zone)
	}
	credentials := d.checkCredentials(inv)
	d.checkTargets(inv, credentials)
	if inv.Scope.Hops != nil && *inv.Scope.Hops < 0 {
		d.add(d.at[&inv.Scope.Hops], "hops is %d, want 0 or more", *inv.Scope.Hops)
	}
	places := d.checkPlaces(inv)
	power := d.checkPower(inv, places)
	zones := d.checkAccessZones(inv)
	d.checkServices(inv, zones)
	d.checkMachines(inv, places, power)
	d.checkPairs(inv)
	d.checkInline(inv)
	d.checkDecisions(inv)
}

// idList are the IDs declared in one list, with where.

type idList struct {
	what  string // such as "place"
	lists string // the key under which they stand
	at    map[string]position
	names []string
}

func newIDs(what, lists string) *idList {
	return &idList{what: what, lists: lists, at: map[string]position{}}
}

var idPattern = regexp.MustCompile(`^[\p{L}\p{N}][\p{L}\p{N}\p{M}._+-]*$`)

// declare checks an ID of the item at the given pointer, and keeps it.

func (d *decoder) declare(ids *idList, item any, id *string) {
	d.require(item, id, "id")
	if *id == "" {
		return
	}
	at := d.at[id]
	if len(*id) > 200 || !idPattern.MatchString(*id) {
		d.add(at, "%s is no ID: want letters, digits, and . _ + - between them", quote(*id))
		return
	}
	if first, dup := ids.at[*id]; dup {
		d.add(at, "%s %q is declared twice, first in line %d", ids.what, *id, first.line)
		return
	}
	ids.at[*id] = at
	ids.names = append(ids.names, *id)
}

// refer checks a reference to a declared ID; "kind/id" is accepted for "id" and

// shortened to it.

func (d *decoder) refer(ids *idList, ref *string, kinds ...string) {
	for _, k := range kinds {
		*ref = strings.TrimPrefix(*ref, k+"/")
	}
	if _, ok := ids.at[*ref]; ok || *ref == "" && !d.given(ref) {
		return
	}
	hint := didYouMean(*ref, ids.names)
	if hint == "" {
		hint = "; declare it under " + ids.lists
	}
	d.add(d.at[ref], "there is no %s %s%s", ids.what, quote(*ref), hint)
}

// require checks that a text of the item at the given pointer is there.

func (d *decoder) require(item any, field *string, key string) bool {
	if strings.TrimSpace(*field) != "" {
		return true
	}
	if d.failed[item] || d.failed[field] {
		return false
	}
	at, written := d.at[field]
	if !written {
		at = d.at[item]
	}
	if written || !d.faulty(at) {
		d.add(at, "%s is missing", key)
	}
	return false
}

// faulty reports whether there is a problem at a place already, to which a

// missing key may be owed.

func (d *decoder) faulty(at position) bool {
	return slices.ContainsFunc(d.list, func(p *Problem) bool {
		return p.Line == at.line && strings.HasPrefix(p.Message, "unknown key")
	})
}

// oneOf checks a closed word.

func (d *decoder) oneOf(field *string, key string, words []string) {
	if !d.given(field) || slices.Contains(words, *field) {
		return
	}
	d.add(d.at[field], "%s is %s, want %s%s", key, quote(*field), orList(words), didYouMean(*field, words))
}

func orList(words []string) string {
	if len(words) < 2 {
		return strings.Join(words, "")
	}
	return strings.Join(words[:len(words)-1], ", ") + " or " + words[len(words)-1]
}

// single checks that no item of a list of texts is empty or there twice.

func (d *decoder) single(list []string, key string) {
	seen := map[string]int{}
	for i := range list {
		at, ok := d.at[&list[i]]
		if !ok || d.failed[&list[i]] {
			continue // reported when it was read
		}
		switch first, dup := seen[list[i]]; {
		case strings.TrimSpace(list[i]) == "":
			d.add(at, "an item of %s is empty", key)
		case dup:
			d.add(at, "%s is in %s twice, first in line %d", quote(list[i]), key, first)
		default:
			seen[list[i]] = at.line
		}
	}
}

// checkZone refuses what would make "address:ZONE~10.0.0.1" ambiguous.

// SplitAddress takes apart the address of a target: an IP address or a host

// name, either with an optional ":port" (an IPv6 address then in brackets). Port

// 0 means unsaid.

// isHostName accepts what DNS can hold, with underscores, but no address that

// was mistyped: the last label is not a number (RFC 1123, section 2.1).

// checkCredentials checks that each has what its version needs and no more. It

// never repeats a value: it might be a secret that slipped into the wrong line.

// checkAttached checks the subnets among places of attachment; machines are known

// only once they are discovered.

// looksLikeSubnet tells 10.0.0.0/24, also mistyped, from core-1:Gi0/1.

// Entry is where a service is entered.

// ParseEntry reads an item of a service's entered_at: "ADDRESS:PORT/PROTOCOL",

// "ADDRESS:PORT", "ADDRESS" or a DNS name.

// date checks a calendar date.

// edge is a reference from one item to another.

type edge struct {
	to string
	at position
}

// cycles reports each cycle once, at one of its references.

func (d *decoder) cycles(verb string, edges map[string][]edge) {
	const fresh, open, done = 0, 1, 2
	state := map[string]int{}
	var way []string
	var visit func(id string)
	visit = func(id string) {
		state[id] = open
		way = append(way, id)
		for _, e := range edges[id] {
			switch state[e.to] {
			case fresh:
				visit(e.to)
			case open:
				round := append(slices.Clone(way[slices.Index(way, e.to):]), e.to)
				d.add(e.at, "%s %s itself: %s", quote(e.to), verb, strings.Join(round, " → "))
			}
		}
		way = way[:len(way)-1]
		state[id] = done
	}
	ids := make([]string, 0, len(edges))
	for id := range edges {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	for _, id := range ids {
		if state[id] == fresh {
			visit(id)
		}
	}
}
