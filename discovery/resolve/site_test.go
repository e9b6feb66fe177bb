package resolve_test

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"math/rand/v2"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"gujo/discovery"
	"gujo/discovery/evidence"
	"gujo/discovery/inventory"
	"gujo/discovery/resolve"
	"gujo/graph"
)

// site is a network told by hand: what each machine would say of itself.
type site struct {
	t       *testing.T
	targets []*target
	inv     []*inventory.Inventory
}

func newSite(t *testing.T) *site { return &site{t: t} }

// target is one machine as a reader meets it.
type target struct {
	discovery.Subject
	reading discovery.Reading
	rows    int
}

var collected = time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC)

// at begins a target in the default zone.
func (s *site) at(address string) *target { return s.in("default", address) }

func (s *site) in(zone, address string) *target {
	d := &target{Subject: discovery.Subject{Zone: zone, Target: address}}
	s.targets = append(s.targets, d)
	return d
}

// fact gives each observation a place of its own in the evidence.
func (d *target) fact(value string) discovery.Fact {
	d.rows++
	sum := sha256.Sum256([]byte(d.Zone + d.Target))
	return discovery.Fact{Subject: d.Subject, Sources: []discovery.Source{{
		Ref: fmt.Sprintf("sha256:%s#%d", hex.EncodeToString(sum[:8]), d.rows), Value: value, Collected: collected}}}
}

func (d *target) say(o ...discovery.Observation) *target {
	d.reading.Observations = append(d.reading.Observations, o...)
	return d
}

func (d *target) system(kind discovery.MachineKind, name string) *target {
	forwarding := kind == discovery.MachineNetworkDevice
	return d.say(discovery.Machine{Fact: d.fact(name), Kind: kind, Name: name, Forwarding: &forwarding})
}
func (d *target) device(name string) *target { return d.system(discovery.MachineNetworkDevice, name) }
func (d *target) server(name string) *target { return d.system(discovery.MachineServer, name) }

func (d *target) id(t discovery.IdentifierType, value string) *target {
	return d.say(discovery.Identifier{Fact: d.fact(value), Type: t, Value: value, BurnedIn: t == discovery.MACIdentifier})
}
func (d *target) serial(v string) *target { return d.id(discovery.SerialIdentifier, v) }

// port adds an interface; a MAC address makes it hardware.
func (d *target) port(index int, name, mac string) *target {
	d.say(discovery.Interface{Fact: d.fact(name), Index: index, Name: name, Type: 6, MAC: mac, Admin: "up", Oper: "up"})
	if mac != "" {
		d.id(discovery.MACIdentifier, mac)
	}
	return d
}

func (d *target) virtualPort(index int, name string, ifType int, mac string) *target {
	return d.say(discovery.Interface{Fact: d.fact(name), Index: index, Name: name, Type: ifType, MAC: mac, Admin: "up", Oper: "up"})
}

func (d *target) address(index int, prefix string) *target {
	return d.say(discovery.Address{Fact: d.fact(prefix), IfIndex: index, Prefix: netip.MustParsePrefix(prefix)})
}

// read says that tables were read to their end.
func (d *target) read(tables ...string) *target {
	for _, t := range tables {
		d.reading.Coverage = append(d.reading.Coverage, discovery.Coverage{Subject: d.Subject, Table: t, Outcome: string(evidence.Complete)})
	}
	return d
}

func (d *target) gap(table, reason string) *target {
	d.reading.Gaps = append(d.reading.Gaps, discovery.Gap{Subject: d.Subject, Table: table, Reason: reason})
	return d
}

// lldp adds a row of the neighbour table: on a port, the neighbour's name, chassis and port.
func (d *target) lldp(index int, name, chassis, port string) *target {
	return d.say(discovery.Neighbor{Fact: d.fact(name), Protocol: "lldp", IfIndex: index, Name: name, ChassisSubtype: 4, Chassis: chassis,
		PortSubtype: 5, Port: port, Capabilities: []string{"bridge"}})
}

func (d *target) cdp(index int, name, port, address string) *target {
	n := discovery.Neighbor{Fact: d.fact(name), Protocol: "cdp", IfIndex: index, Name: name, Port: port, Capabilities: []string{"bridge"}}
	if address != "" {
		n.Addresses = []netip.Addr{netip.MustParseAddr(address)}
	}
	return d.say(n)
}

// declare parses an inventory as the file would hold it.
func (s *site) declare(text string) *site {
	s.t.Helper()
	inv, err := inventory.Parse("inventory.yaml", []byte(text))
	if err != nil {
		s.t.Fatal(err)
	}
	inv.Ref = "sha256:inventory"
	s.inv = append(s.inv, inv)
	return s
}

// resolve makes the snapshot, three times with the input in another order each
// time: all must be one.
func (s *site) resolve() *result {
	s.t.Helper()
	snapshot, err := s.try()
	if err != nil {
		s.t.Fatal(err)
	}
	for seed := range uint64(3) {
		r := rand.New(rand.NewPCG(seed, 7))
		in := s.input()
		r.Shuffle(len(in.Readings), func(i, j int) { in.Readings[i], in.Readings[j] = in.Readings[j], in.Readings[i] })
		r.Shuffle(len(in.Inventories), func(i, j int) { in.Inventories[i], in.Inventories[j] = in.Inventories[j], in.Inventories[i] })
		for k := range in.Readings {
			o := slices.Clone(in.Readings[k].Observations)
			r.Shuffle(len(o), func(i, j int) { o[i], o[j] = o[j], o[i] })
			in.Readings[k].Observations = o
		}
		again, err := resolve.Resolve(in)
		if err != nil {
			s.t.Fatal(err)
		}
		if again.ID != snapshot.ID {
			s.t.Errorf("another order of input gives another snapshot (seed %d)", seed)
		}
	}
	for _, n := range snapshot.Notes {
		if !slices.Contains(resolve.NoteKeys(), n.Key) {
			s.t.Errorf("the note %s is not listed", n.Key)
		}
		if strings.ContainsAny(n.Subject, "\x00\x01") {
			s.t.Errorf("the note %s is about %q", n.Key, n.Subject)
		}
	}
	return &result{s.t, snapshot, graph.NewView(snapshot)}
}

func (s *site) try() (*graph.Snapshot, error) { return resolve.Resolve(s.input()) }

func (s *site) input() resolve.Input {
	in := resolve.Input{Inventories: slices.Clone(s.inv)}
	for _, d := range s.targets {
		in.Readings = append(in.Readings, d.reading)
	}
	return in
}

// result asks a snapshot.
type result struct {
	*testing.T
	*graph.Snapshot
	view *graph.View
}

func (r *result) ids(kinds ...graph.Kind) []string {
	var list []string
	for i := range r.Components {
		if slices.Contains(kinds, r.Components[i].Kind) {
			list = append(list, r.Components[i].ID)
		}
	}
	return list
}

func (r *result) machines() []string {
	return r.ids(graph.NetworkDevice, graph.Server, graph.External, graph.Storage, graph.PowerSource)
}

func (r *result) wantIDs(what string, got, want []string) {
	r.Helper()
	want = slices.Clone(want)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		r.Errorf("%s:\n got %s\nwant %s", what, strings.Join(got, " "), strings.Join(want, " "))
	}
}

func (r *result) component(id string) *graph.Component {
	r.Helper()
	i, ok := r.Find(id)
	if !ok {
		r.Fatalf("there is no %s", id)
	}
	return &r.Components[i]
}

// relation gives "FROM TYPE TO" as "strength", with attributes if it has any.
func (r *result) relation(from, typ, to string) (string, *graph.Relation) {
	f, ok1 := r.Find(from)
	t, ok2 := r.Find(to)
	rt, err := graph.ParseRelationType(typ)
	if !ok1 || !ok2 || err != nil {
		return "", nil
	}
	for _, rel := range r.view.OutOf(f, rt) {
		if rel.To == t {
			return rel.Strength.String(), &rel
		}
	}
	return "", nil
}

func (r *result) want(from, typ, to, strength string) {
	r.Helper()
	if got, _ := r.relation(from, typ, to); got != strength {
		r.Errorf("%s %s %s is %q, want %q", from, typ, to, got, strength)
	}
}

func (r *result) note(subject, key string) *graph.Note {
	for i := range r.Notes {
		if n := &r.Notes[i]; n.Subject == subject && n.Key == key {
			return n
		}
	}
	return nil
}

func (r *result) wantNote(subject, key string) *graph.Note {
	r.Helper()
	n := r.note(subject, key)
	if n == nil {
		var all []string
		for _, n := range r.Notes {
			all = append(all, n.Subject+" "+n.Key)
		}
		r.Fatalf("no note %s about %s; there are %q", key, subject, all)
	}
	return n
}

func (r *result) outs(from string, typ graph.RelationType) []string {
	i, ok := r.Find(from)
	if !ok {
		return nil
	}
	var list []string
	for _, rel := range r.view.OutOf(i, typ) {
		list = append(list, r.Components[rel.To].ID)
	}
	return list
}

func addrs(list ...string) []netip.Addr {
	var out []netip.Addr
	for _, a := range list {
		out = append(out, netip.MustParseAddr(a))
	}
	return out
}
