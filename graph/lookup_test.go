package graph_test

import (
	"fmt"
	"slices"
	"testing"

	"gujo/graph"
)

func lookupGraph(t testing.TB) *graph.Snapshot {
	var b graph.Builder
	add(t, &b,
		graph.Component{ID: "network_device/core-1", Kind: graph.NetworkDevice, Name: "core-1.example.kr",
			Identifiers: []string{"serial:FOC1234X", "address:default~10.0.0.1", "mac:00:1a:2b:3c:4d:5e", "chassis:4:00:1a:2b:3c:4d:5f"},
			Attrs:       graph.Attrs{}.With("asset", graph.String("A-77")).With("management_addresses", graph.List("192.0.2.1", "2001:db8::1"))},
		graph.Component{ID: "network_device/core-2", Kind: graph.NetworkDevice, Name: "Core-2", Identifiers: []string{"address:default~10.0.0.2", "address:dmz~10.0.0.1"}},
		graph.Component{ID: "interface/core-1:Gi0_1", Kind: graph.Interface, Name: "Gi0/1", Attrs: graph.Attrs{}.With("alias", graph.String("본청 업링크")).With("mac", graph.String("00:1a:2b:3c:4d:5e"))},
		graph.Component{ID: "interface/core-2:Gi0_1", Kind: graph.Interface, Name: "Gi0/1", Attrs: graph.Attrs{}.With("alias", graph.String("core-2"))},
		graph.Component{ID: "circuit/kt-1", Kind: graph.Circuit, Name: "KT", Attrs: graph.Attrs{}.With("number", graph.String("02-1234-5678"))},
		graph.Component{ID: "server/core-1.example.kr", Kind: graph.Server},
		graph.Component{ID: "service/minwon", Kind: graph.Service, Name: "minwon", Attrs: graph.Attrs{}.With("name_ko", graph.String("민원"))},
	)
	return build(t, &b)
}

func TestComponentsAreFoundByWhatPeopleCallThem(t *testing.T) {
	s := lookupGraph(t)
	for _, test := range []struct {
		name, text string
		want       []string
	}{
		{"an ID", "network_device/core-1", []string{"network_device/core-1"}},
		{"an ID in capitals", "NETWORK_DEVICE/CORE-1", []string{"network_device/core-1"}},
		{"an ID without its kind", "kt-1", []string{"circuit/kt-1"}},
		{"a name in another case", "CORE-2", []string{"network_device/core-2"}},
		{"a name that two have", "core-1.example.kr", []string{"network_device/core-1", "server/core-1.example.kr"}},
		{"a port's name that two have", "Gi0/1", []string{"interface/core-1:Gi0_1", "interface/core-2:Gi0_1"}},
		{"an address that two zones have", "10.0.0.1", []string{"network_device/core-1", "network_device/core-2"}},
		{"an address with its zone", "dmz~10.0.0.1", []string{"network_device/core-2"}},
		{"an address that one has", "10.0.0.2", []string{"network_device/core-2"}},
		{"an address among others", "192.0.2.1", []string{"network_device/core-1"}},
		{"an address of version 6 in full", "2001:0DB8:0:0::1", []string{"network_device/core-1"}},
		{"an address of version 4 in version 6", "::ffff:10.0.0.2", []string{"network_device/core-2"}},
		{"a serial", "foc1234x", []string{"network_device/core-1"}},
		{"a serial with its type", "serial:FOC1234X", []string{"network_device/core-1"}},
		{"an asset number", "a-77", []string{"network_device/core-1"}},
		{"a MAC with colons, of the machine before its port", "00:1a:2b:3c:4d:5e", []string{"network_device/core-1"}},
		{"a MAC with dashes in capitals", "00-1A-2B-3C-4D-5E", []string{"network_device/core-1"}},
		{"a MAC with dots", "001a.2b3c.4d5e", []string{"network_device/core-1"}},
		{"a MAC in two halves", "001a2b-3c4d5e", []string{"network_device/core-1"}},
		{"a MAC without anything", "001A2B3C4D5E", []string{"network_device/core-1"}},
		{"a MAC without leading zeros", "0:1a:2b:3c:4d:5e", []string{"network_device/core-1"}},
		{"a chassis", "00:1a:2b:3c:4d:5f", []string{"network_device/core-1"}},
		{"an alias", "본청 업링크", []string{"interface/core-1:Gi0_1"}},
		{"a name before an alias", "core-2", []string{"network_device/core-2"}},
		{"a circuit's number", "02-1234-5678", []string{"circuit/kt-1"}},
		{"a Korean name", " 민원 ", []string{"service/minwon"}},
		{"a Korean name in letters instead of syllables", "\u1106\u1175\u11ab\u110b\u116f\u11ab", []string{"service/minwon"}},
		{"nothing", "", nil},
		{"spaces", "  ", nil},
		{"what there is not", "core-3", nil},
		{"a part of a name", "core", nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			var got []string
			for _, i := range graph.Lookup(s, test.text) {
				got = append(got, s.Components[i].ID)
			}
			if !slices.Equal(got, test.want) {
				t.Errorf("%q gives %v, want %v", test.text, got, test.want)
			}
		})
	}
}

func TestTheNearestAreSuggested(t *testing.T) {
	s := lookupGraph(t)
	for _, test := range []struct {
		text string
		n    int
		want []string
	}{
		{"network_device/core-3", 2, []string{"network_device/core-1", "network_device/core-2"}},
		{"cor-2", 1, []string{"network_device/core-2"}},
		{"MINWOM", 3, []string{"service/minwon"}},
		{"inwo", 3, []string{"service/minwon"}},
		{"민원실", 3, []string{"service/minwon"}},
		{"core", 3, []string{"network_device/core-1", "network_device/core-2"}},
		{"something quite different", 3, nil},
		{"", 3, nil},
		{"core-1", 0, nil},
	} {
		if got := graph.Nearest(s, test.text, test.n); !slices.Equal(got, test.want) {
			t.Errorf("%q: %v, want %v", test.text, got, test.want)
		}
	}
}

// TestTheNearestAreThoseByTheDefinition compares with the edit distance as it is
// defined, on many components.
func TestTheNearestAreThoseByTheDefinition(t *testing.T) {
	var b graph.Builder
	var ids []string
	for i := range 2000 {
		id := fmt.Sprintf("server/%s", string([]byte{byte('a' + i%5), byte('a' + i/5%5), byte('a' + i/25%5), byte('a' + i/125%5), byte('a' + i/625)}))
		ids = append(ids, id)
		add(t, &b, graph.Component{ID: id, Kind: graph.Server})
	}
	s := build(t, &b)
	for _, text := range []string{"server/aacca", "server/zzzzz", "abcab", "serve/abcda", "edcba", "xbcdx"} {
		best := map[string]int{}
		for _, id := range ids {
			best[id] = min(distance(text, id), distance(text, id[len("server/"):]))
		}
		order := slices.Clone(ids)
		slices.Sort(order)
		slices.SortStableFunc(order, func(x, y string) int { return best[x] - best[y] })
		var want []string
		for _, id := range order[:7] {
			if best[id] <= max(1, len(text)/3) {
				want = append(want, id)
			}
		}
		if got := graph.Nearest(s, text, 7); !slices.Equal(got, want) {
			t.Errorf("%s: %v, want %v", text, got, want)
		}
	}
}

func distance(a, b string) int {
	if a == "" || b == "" {
		return len(a) + len(b)
	}
	d := 1
	if a[0] == b[0] {
		return distance(a[1:], b[1:])
	}
	return d + min(memo(a[1:], b), memo(a, b[1:]), memo(a[1:], b[1:]))
}

var distances = map[[2]string]int{}

func memo(a, b string) int {
	key := [2]string{a, b}
	if d, ok := distances[key]; ok {
		return d
	}
	d := distance(a, b)
	distances[key] = d
	return d
}

func FuzzLookup(f *testing.F) {
	s := lookupGraph(f)
	for _, seed := range []string{"core-1", "00:1a:2b:3c:4d:5e", "0:1:2:3:4:5", "::1", "10.0.0.1", "a.b.c", "[::1]"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		for _, i := range graph.Lookup(s, text) {
			if int(i) >= len(s.Components) {
				t.Fatal("out of range")
			}
		}
		if n := len(graph.Nearest(s, text, 3)); n > 3 {
			t.Fatalf("%d of 3", n)
		}
	})
}

func BenchmarkLookup(b *testing.B) {
	var gb graph.Builder
	for i := range 200_000 {
		add(b, &gb, graph.Component{ID: fmt.Sprintf("server/%d", i), Kind: graph.Server, Name: fmt.Sprintf("srv%d.example.kr", i), Identifiers: []string{fmt.Sprintf("serial:S%d", i)}})
	}
	s := build(b, &gb)
	b.Run("found", func(b *testing.B) {
		for b.Loop() {
			graph.Lookup(s, "s199999")
		}
	})
	b.Run("nearest", func(b *testing.B) {
		for b.Loop() {
			graph.Nearest(s, "srv1x9999.example.kr", 5)
		}
	})
}
