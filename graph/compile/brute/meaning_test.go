package brute

import (
	"slices"
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

var meanings = []struct {
	name, graph string
	want        string // cuts of service/s up to order 2, separated by commas; or "down"
	designed    string // where it is asked
}{
	{"the answer comes back through the target's gateway", apart + `
		redundancy_group/gw k=1 role=gateway
		server/a uses redundancy_group/gw
		redundancy_group/gw member network_device/g
		link/g joins network_device/s
		link/g joins network_device/g`,
		"link/1 confirmed, link/g confirmed, network_device/g confirmed, network_device/r confirmed, network_device/s confirmed, server/a confirmed", ""},
	{"both gateways are needed where both ends have one", apart + `
		redundancy_group/gz k=1 role=gateway
		redundancy_group/ga k=1 role=gateway
		access_zone/z uses redundancy_group/gz
		server/a uses redundancy_group/ga
		redundancy_group/gz member network_device/gz
		redundancy_group/ga member network_device/ga
		link/gz joins network_device/r
		link/gz joins network_device/gz
		link/ga joins network_device/s
		link/ga joins network_device/ga`,
		"link/1 confirmed, link/ga confirmed, link/gz confirmed, network_device/ga confirmed, network_device/gz confirmed, network_device/r confirmed, network_device/s confirmed, server/a confirmed", ""},
	{"a way between subnets without a known gateway hangs on the asker's network", apart,
		"link/1 confirmed, network_device/r confirmed, network_device/s confirmed, server/a confirmed, unobserved/network-of-access_zone/z unobserved", ""},
	{"VLANs that differ count as subnets that differ", between + `
		access_zone/z in_vlan vlan/10
		server/a in_vlan vlan/20`,
		"link/1 confirmed, network_device/r confirmed, network_device/s confirmed, server/a confirmed, unobserved/network-of-access_zone/z unobserved", ""},
	{"a gateway in another subnet is not reached inside the subnet", apart + `
		redundancy_group/gw k=1 role=gateway
		access_zone/z uses redundancy_group/gw
		redundancy_group/gw member network_device/g
		redundancy_group/gw member network_device/h
		link/g joins network_device/r
		link/g joins interface/g
		interface/g part_of network_device/g
		interface/g in_subnet subnet/3
		link/h joins network_device/r
		link/h joins network_device/h`,
		"link/1 confirmed, link/h confirmed, network_device/h confirmed, network_device/r confirmed, network_device/s confirmed, server/a confirmed", ""},
	{"an assumed gateway routes nothing optimistically", apart + `
		redundancy_group/gw k=1 role=gateway
		access_zone/z uses? redundancy_group/gw
		redundancy_group/gw member network_device/s`,
		"link/1 possible, network_device/r possible, network_device/s possible, server/a confirmed", ""},
	{"an assumed gateway that is not reached is dropped", apart + `
		redundancy_group/gw k=1 role=gateway
		access_zone/z uses? redundancy_group/gw
		redundancy_group/gw member network_device/g
		access_zone/q attached_to network_device/g`,
		"server/a confirmed", ""},
	{"a network device needs no gateway", `
		service/s requires virtual_server/v
		virtual_server/v served_by network_device/r
		virtual_server/v balances_to redundancy_group/p
		redundancy_group/p k=1
		redundancy_group/p member server/a
		link/1 joins network_device/r
		link/1 joins server/a
		interface/r part_of network_device/r
		interface/r in_subnet subnet/1
		server/a in_subnet subnet/2`,
		"link/1 confirmed, network_device/r confirmed, server/a confirmed", ""},
	{"two subnets on one machine reach each other through the network", `
		service/s requires application/a
		application/a runs_on server/v
		application/a connects_to endpoint/b
		endpoint/b bound_to server/w
		server/v runs_on server/h
		server/w runs_on server/h
		server/h attached_to network_device/r
		server/v in_subnet subnet/1
		server/w in_subnet subnet/2
		redundancy_group/gw k=1 role=gateway
		server/v uses redundancy_group/gw
		redundancy_group/gw member network_device/r`,
		"application/a confirmed, network_device/r confirmed, server/h confirmed, server/v confirmed, server/w confirmed", ""},

	{"a host of a cluster counts only if what runs there reaches what it asks from it", `
		service/s requires application/a
		application/a runs_on redundancy_group/c
		redundancy_group/c k=1
		redundancy_group/c member server/1
		redundancy_group/c member server/2
		application/a connects_to endpoint/d
		endpoint/d bound_to server/d
		server/d attached_to network_device/x
		server/1 attached_to network_device/x
		server/2 attached_to network_device/y`,
		"application/a confirmed, network_device/x confirmed, server/1 confirmed, server/d confirmed", ""},
	{"no host of a cluster does both", `
		service/s used_from access_zone/z
		access_zone/z attached_to network_device/y
		service/s entered_at endpoint/a
		endpoint/a served_by application/a
		application/a runs_on redundancy_group/c
		redundancy_group/c k=1
		redundancy_group/c member server/1
		redundancy_group/c member server/2
		application/a connects_to endpoint/d
		endpoint/d bound_to server/d
		server/d attached_to network_device/x
		server/1 attached_to network_device/x
		server/2 attached_to network_device/y`, "down", ""},
	{"a guest on a cluster is reached where its host is", `
		service/s used_from access_zone/z
		access_zone/z attached_to network_device/r
		service/s entered_at endpoint/v
		endpoint/v bound_to server/v
		server/v runs_on redundancy_group/c
		redundancy_group/c k=1
		redundancy_group/c member server/1
		redundancy_group/c member server/2
		server/1 attached_to network_device/x
		server/2 attached_to network_device/y
		link/x joins network_device/r
		link/x joins network_device/x
		link/y joins network_device/r
		link/y joins network_device/y`,
		"network_device/r confirmed, server/v confirmed, link/x + link/y confirmed, link/x + network_device/y confirmed, link/x + server/2 confirmed, link/y + network_device/x confirmed, link/y + server/1 confirmed, network_device/x + network_device/y confirmed, network_device/x + server/2 confirmed, network_device/y + server/1 confirmed, server/1 + server/2 confirmed", ""},
	{"an assumed host places nothing optimistically", `
		service/s used_from access_zone/z
		access_zone/z attached_to network_device/r
		service/s entered_at endpoint/v
		endpoint/v bound_to server/v
		server/v runs_on? server/h
		server/h attached_to network_device/r`,
		"network_device/r possible, server/h possible, server/v confirmed", ""},
	{"an assumed host that is not reached does not place either", `
		service/s used_from access_zone/z
		access_zone/z attached_to network_device/r
		service/s entered_at endpoint/v
		endpoint/v bound_to server/v
		server/v runs_on? server/h
		server/h attached_to network_device/x`,
		"server/h possible, server/v confirmed", ""},
	{"each way by an assumed host is judged for itself", `
		service/s used_from access_zone/z
		access_zone/z attached_to network_device/r
		service/s entered_at endpoint/a
		endpoint/a served_by application/a
		application/a runs_on server/v
		application/a connects_to endpoint/d
		endpoint/d bound_to server/d
		server/d attached_to network_device/x
		server/v runs_on? server/h
		server/h attached_to network_device/r`,
		"application/a confirmed, network_device/r possible, server/d confirmed, server/h possible, server/v confirmed", ""},
	{"a guest without host and attachment hangs on its host alone", `
		service/s used_from access_zone/z
		access_zone/z attached_to network_device/r
		service/s entered_at endpoint/v
		endpoint/v bound_to server/v
		server/v virtual=true`,
		"server/v confirmed, unobserved/host-of-server/v unobserved", ""},
	{"a guest without host stands where it is attached", `
		service/s used_from access_zone/z
		access_zone/z attached_to network_device/r
		service/s entered_at endpoint/v
		endpoint/v bound_to server/v
		server/v attached_to network_device/r
		server/v virtual=true`,
		"network_device/r confirmed, server/v confirmed, unobserved/host-of-server/v unobserved", ""},
	{"machines that run on each other stand nowhere", `
		service/s used_from access_zone/z
		access_zone/z attached_to network_device/r
		service/s entered_at endpoint/v
		endpoint/v bound_to server/v
		server/v runs_on server/w
		server/w runs_on server/v`, "down", ""},

	{"a network device that no link joins has no known place", `
		service/s used_from access_zone/z
		access_zone/z attached_to network_device/r
		service/s entered_at endpoint/d
		endpoint/d bound_to network_device/d`,
		"network_device/d confirmed, unobserved/network-of-network_device/d unobserved", ""},
	{"open ends of two groups with one in common share one node", `
		service/s requires redundancy_group/q
		service/s requires redundancy_group/p
		redundancy_group/p k=1
		redundancy_group/q k=1
		redundancy_group/p member server/1
		redundancy_group/p member server/2
		redundancy_group/q member server/2
		redundancy_group/q member server/3
		server/1 virtual=true
		server/2 virtual=true
		server/3 virtual=true`,
		"unobserved/end-of-redundancy_group/p unobserved, server/1 + server/2 confirmed, server/2 + server/3 confirmed", ""},
	{"a chain that stops at a name leaves the asker's network unknown too", `
		service/s entered_at dns_name/n`,
		"unobserved/network-of-service/s unobserved, unobserved/target-of-dns_name/n unobserved", ""},
	{"pools hang on the holder that was not seen", `
		service/s used_from access_zone/z
		access_zone/z attached_to network_device/r
		service/s entered_at virtual_server/v
		virtual_server/v balances_to redundancy_group/p
		redundancy_group/p k=1
		redundancy_group/p member server/a
		server/a attached_to network_device/r`,
		"server/a confirmed, unobserved/holder-of-virtual_server/v unobserved", ""},
	{"an endpoint of a provider is no open end", `
		service/s requires endpoint/e
		endpoint/e provided_by provider/p`,
		"provider/p confirmed", ""},
	{"names that refer to each other lead nowhere", `
		service/s used_from access_zone/z
		access_zone/z attached_to network_device/r
		service/s entered_at dns_name/n
		dns_name/n resolves_to dns_name/m
		dns_name/m shares shared_risk/x
		dns_name/m resolves_to dns_name/n`, "down", ""},
	{"a name server whose own name lies in its zone is not found by it alone", between + `
		service/s entered_at dns_name/n
		dns_name/n resolves_to endpoint/a
		dns_name/n in_zone dns_zone/z
		dns_zone/z served_by redundancy_group/ns
		redundancy_group/ns k=1
		redundancy_group/ns member dns_name/ns1
		dns_name/ns1 in_zone dns_zone/z
		dns_name/ns1 resolves_to endpoint/ns1
		endpoint/ns1 bound_to server/a`, "down", ""},

	{"a name server that is found through the others does not count towards an unknown k", between + `
		service/s entered_at dns_name/n
		dns_name/n resolves_to endpoint/a
		dns_name/n in_zone dns_zone/z
		dns_zone/z served_by redundancy_group/ns
		redundancy_group/ns member dns_name/ns1
		redundancy_group/ns member server/1
		redundancy_group/ns member server/2
		server/1 attached_to network_device/r
		server/2 attached_to network_device/r
		dns_name/ns1 in_zone dns_zone/z
		dns_name/ns1 resolves_to endpoint/a`,
		"link/1 confirmed, network_device/r confirmed, network_device/s confirmed, server/1 possible, server/2 possible, server/a confirmed, server/1 + server/2 confirmed", ""},
	{"an assumed need that only a loop meets is dropped", between + `
		service/s entered_at dns_name/n
		dns_name/n resolves_to endpoint/a
		dns_name/n resolves_to? dns_name/m
		dns_name/m resolves_to dns_name/n`,
		"link/1 confirmed, network_device/r confirmed, network_device/s confirmed, server/a confirmed", ""},
	{"a zone's resolvers are needed where a name is asked", between + `
		service/s entered_at dns_name/n
		dns_name/n resolves_to endpoint/a
		redundancy_group/res k=1 role=resolver
		access_zone/z uses redundancy_group/res
		redundancy_group/res member server/n
		server/n attached_to network_device/r`,
		"link/1 confirmed, network_device/r confirmed, network_device/s confirmed, server/a confirmed, server/n confirmed", ""},
	{"a zone's resolvers are not needed where an address is asked", between + `
		redundancy_group/res k=1 role=resolver
		access_zone/z uses redundancy_group/res
		redundancy_group/res member server/n
		server/n attached_to network_device/r`,
		"link/1 confirmed, network_device/r confirmed, network_device/s confirmed, server/a confirmed", ""},
	{"from each zone the service must be reached", between + `
		service/s used_from access_zone/y
		access_zone/y attached_to network_device/s`,
		"link/1 confirmed, network_device/r confirmed, network_device/s confirmed, server/a confirmed", ""},

	{"a link with one end needs it", `
		service/s requires gate/g
		gate/g requires link/1
		link/1 joins network_device/r`,
		"link/1 confirmed, network_device/r confirmed", ""},
	{"a console server's bonded ports are no bridge", between + `
		network_device/c transit=false
		interface/b part_of network_device/c
		interface/1 part_of interface/b
		interface/2 part_of interface/b
		link/2 joins interface/1
		link/2 joins network_device/r
		link/3 joins interface/2
		link/3 joins network_device/s`,
		"link/1 confirmed, network_device/r confirmed, network_device/s confirmed, server/a confirmed", ""},
	{"a way with a sure path does not count assumed attachments", `
		service/s used_from access_zone/z
		access_zone/z attached_to network_device/r
		access_zone/z attached_to? network_device/t
		link/1 joins network_device/r
		link/1 joins network_device/s
		link/2 joins network_device/t
		link/2 joins network_device/s
		service/s entered_at endpoint/a
		endpoint/a bound_to server/a
		server/a attached_to network_device/s`,
		"link/1 possible, network_device/r possible, network_device/s confirmed, server/a confirmed, link/1 + link/2 confirmed, link/1 + network_device/t confirmed, link/2 + network_device/r confirmed, network_device/r + network_device/t confirmed", ""},
	{"a device that fails open does not when its firmware does", between + `
		link/1 state=down
		network_device/i inline=true on_failure=open
		network_device/i shares shared_risk/f
		link/2 joins network_device/r
		link/2 joins network_device/i
		link/3 joins network_device/i
		link/3 joins network_device/s`,
		"link/2 confirmed, link/3 confirmed, network_device/r confirmed, network_device/s confirmed, server/a confirmed, shared_risk/f confirmed", ""},
	{"a device fails open when its rack loses power, not when the rack fails", between + `
		link/1 state=down
		network_device/i inline=true on_failure=open
		network_device/i located_in rack/1
		rack/1 powered_by power_source/p
		link/2 joins network_device/r
		link/2 joins network_device/i
		link/3 joins network_device/i
		link/3 joins network_device/s`,
		"link/2 confirmed, link/3 confirmed, network_device/r confirmed, network_device/s confirmed, rack/1 confirmed, server/a confirmed", ""},
	{"a bundle to a device that fails open still carries", `
		service/s used_from access_zone/z
		access_zone/z attached_to network_device/r
		network_device/i inline=true on_failure=open
		link/po joins network_device/r
		link/po joins network_device/i
		link/po aggregates redundancy_group/lag
		redundancy_group/lag k=1
		redundancy_group/lag member link/1
		redundancy_group/lag member link/2
		link/1 joins network_device/r
		link/1 joins network_device/i
		link/2 joins network_device/r
		link/2 joins network_device/i
		server/a attached_to network_device/i
		endpoint/a bound_to server/a
		service/s entered_at endpoint/a`,
		"link/po confirmed, network_device/r confirmed, server/a confirmed, link/1 + link/2 confirmed", ""},

	{"unknown k counts the members that this asker reaches", `
		service/s used_from access_zone/z
		access_zone/z attached_to network_device/r
		service/s entered_at dns_name/n
		dns_name/n resolves_to redundancy_group/p
		redundancy_group/p member server/1
		redundancy_group/p member server/2
		redundancy_group/p member server/3
		server/1 attached_to network_device/r
		server/2 attached_to network_device/r
		server/3 attached_to network_device/x`,
		"network_device/r confirmed, server/1 possible, server/2 possible, server/1 + server/2 confirmed", ""},
	{"unknown k with assumed members alone is their number", `
		service/s requires redundancy_group/p
		redundancy_group/p member? server/1
		redundancy_group/p member? server/2`,
		"server/1 possible, server/2 possible, server/1 + server/2 confirmed", ""},
	{"assumed members count where k is not reached without them", `
		service/s requires redundancy_group/p
		redundancy_group/p k=2
		redundancy_group/p member server/1
		redundancy_group/p member? server/2
		redundancy_group/p member? server/3`,
		"server/1 + server/2 confirmed, server/1 + server/3 confirmed, server/2 + server/3 confirmed", ""},
	{"an assumed need of what is down already is dropped", `
		service/s requires server/1
		service/s requires? server/2
		server/2 requires server/3
		server/3 state=down`,
		"server/1 confirmed", "server/1 confirmed, server/2 possible, server/3 possible"},
	{"as designed a member that was never seen is sound, and one of unknown k", `
		service/s requires redundancy_group/p
		redundancy_group/p designed=3
		redundancy_group/p member server/1
		redundancy_group/p member! server/2`,
		"server/1 confirmed", "server/1 possible, server/2 possible"},
	{"an application that asks for itself across the network runs", between + `
		application/a runs_on server/a
		endpoint/a served_by application/a
		application/a connects_to dns_name/a
		dns_name/a resolves_to endpoint/a`,
		"application/a confirmed, link/1 confirmed, network_device/r confirmed, network_device/s confirmed, server/a confirmed", ""},
	{"unknown k of a cluster counts the hosts that meet what runs there", `
		service/s requires application/a
		application/a runs_on redundancy_group/c
		redundancy_group/c member server/1
		redundancy_group/c member server/2
		application/a connects_to endpoint/d
		endpoint/d bound_to server/d
		server/d attached_to network_device/x
		server/1 attached_to network_device/x
		server/2 attached_to network_device/y`,
		"application/a confirmed, network_device/x confirmed, server/1 confirmed, server/d confirmed", ""},
	{"an application with a host asks from nowhere else, an assumed one besides", `
		service/s requires application/a
		application/a runs_on server/1
		application/a runs_on? server/2
		server/1 attached_to network_device/x
		server/2 attached_to network_device/x
		application/a connects_to redundancy_group/d
		redundancy_group/d member server/3
		redundancy_group/d member server/4
		server/3 attached_to network_device/x
		server/4 attached_to network_device/y`,
		"application/a confirmed, network_device/x confirmed, server/1 confirmed, server/2 possible, server/3 confirmed, server/4 possible",
		""},
	{"an assumed holder alone asks for the pools, where it reaches them", `
		service/s requires virtual_server/v
		virtual_server/v served_by? network_device/x
		virtual_server/v balances_to redundancy_group/p
		redundancy_group/p member server/1
		redundancy_group/p member server/2
		server/1 attached_to network_device/x
		server/2 attached_to network_device/y`,
		"network_device/x possible, server/1 possible, server/1 + server/2 confirmed", ""},
	{"a holder that was never seen needs the pool too", `
		service/s requires virtual_server/v
		virtual_server/v served_by redundancy_group/h
		redundancy_group/h k=1 designed=2
		redundancy_group/h member network_device/x
		virtual_server/v balances_to redundancy_group/p
		redundancy_group/p k=1
		redundancy_group/p member server/1
		server/1 attached_to network_device/x`,
		"network_device/x confirmed, server/1 confirmed", "server/1 confirmed"},
	{"a zone that is only assumed places nothing optimistically", strings.Replace(between, "used_from", "used_from?", 1),
		"link/1 possible, network_device/r possible, network_device/s possible, server/a confirmed", ""},
	{"a zone needs what it shares and not what it stores on", between + `
		access_zone/z shares shared_risk/x
		access_zone/z uses redundancy_group/g
		redundancy_group/g k=1 role=storage
		redundancy_group/g member storage/1`,
		"link/1 confirmed, network_device/r confirmed, network_device/s confirmed, server/a confirmed, shared_risk/x confirmed", ""},
	{"a zone of names with a provider is no open end", between + `
		service/s entered_at dns_name/n
		dns_name/n resolves_to endpoint/a
		dns_name/n in_zone dns_zone/z
		dns_zone/z provided_by provider/p`,
		"link/1 confirmed, network_device/r confirmed, network_device/s confirmed, provider/p confirmed, server/a confirmed", ""},
	{"an address is in its own subnet before its machine's", between + `
		access_zone/z in_subnet subnet/1
		server/a in_subnet subnet/1
		endpoint/a in_subnet subnet/2`,
		"link/1 confirmed, network_device/r confirmed, network_device/s confirmed, server/a confirmed, unobserved/network-of-access_zone/z unobserved", ""},
	{"a guest uses its own gateways, not its host's", `
		service/s requires application/a
		application/a runs_on server/v
		server/v runs_on server/h
		server/h in_subnet subnet/1
		server/h uses redundancy_group/gw
		redundancy_group/gw k=1 role=gateway
		redundancy_group/gw member network_device/g
		application/a connects_to endpoint/d
		endpoint/d bound_to server/d
		server/d in_subnet subnet/2
		server/h attached_to network_device/x
		server/d attached_to network_device/x
		link/g joins network_device/x
		link/g joins network_device/g`,
		"application/a confirmed, network_device/x confirmed, server/d confirmed, server/h confirmed, server/v confirmed, unobserved/network-of-server/v unobserved", ""},
	{"what stands nowhere on the network is no open end", `
		service/s used_from access_zone/z
		access_zone/z attached_to network_device/r
		service/s entered_at endpoint/e
		endpoint/e bound_to external/x`,
		"external/x confirmed", ""},
	{"a room that requires a source fails by its power", between + `
		link/1 state=down
		network_device/i inline=true on_failure=open
		network_device/i located_in room/1
		room/1 requires power_source/p
		link/2 joins network_device/r
		link/2 joins network_device/i
		link/3 joins network_device/i
		link/3 joins network_device/s`,
		"link/2 confirmed, link/3 confirmed, network_device/r confirmed, network_device/s confirmed, room/1 confirmed, server/a confirmed", ""},
	{"a loop of needs runs as long as nobody stops it", `
		service/s requires application/a
		application/a requires application/b
		application/b requires application/a
		application/a runs_on server/1
		application/b runs_on server/1`,
		"application/a confirmed, application/b confirmed, server/1 confirmed", ""},
}

func TestEachClauseOfTheMeaningHolds(t *testing.T) {
	for _, test := range meanings {
		t.Run(test.name, func(t *testing.T) {
			s := graphOf(t, test.graph)
			same(t, "as is", cutText(Cuts(s, false, 2)), wanted(test.want))
			if test.designed != "" {
				same(t, "as designed", cutText(Cuts(s, true, 2)), wanted(test.designed))
			}
		})
	}
}

// cutText gives the cuts of service/s, or that it is down.
func cutText(r Result) []string {
	for _, s := range r.Services {
		if s.ID == "service/s" {
			if s.DownAlready {
				return []string{"down"}
			}
			list := []string{}
			for _, c := range s.Cuts {
				list = append(list, c.String())
			}
			slices.Sort(list)
			return list
		}
	}
	return nil
}

func wanted(text string) []string {
	list := append([]string{}, strings.Split(text, ", ")...)
	slices.Sort(list)
	return list
}

func TestImpactTellsWhatItDoesNotKnow(t *testing.T) {
	s := graphOf(t, between+`
		service/open requires server/v
		server/v virtual=true
		service/empty used_from access_zone/z
		service/nowhere used_from access_zone/z
		service/nowhere entered_at endpoint/b
		endpoint/b bound_to server/b
		server/b attached_to network_device/far
		service/dead requires server/dead
		server/dead state=down`)
	got := Impact(s, []string{"link/1"})
	same(t, "stopped", got.Stopped, []Stopped{{"service/s", "confirmed"}})
	same(t, "undetermined", got.Undetermined, []Undetermined{
		{"service/empty", "not modelled"}, {"service/nowhere", "gap"}, {"service/open", "open end"},
	})
	for _, svc := range Cuts(s, false, 1).Services {
		if svc.Modelled == (svc.ID == "service/empty") {
			t.Errorf("%s: modelled %v", svc.ID, svc.Modelled)
		}
	}
}

func TestADownServiceNamesThePlacesWithoutAWayWhereNothingWasSeenDown(t *testing.T) {
	text := strings.Replace(between, "link/1 joins network_device/s", "link/1 joins network_device/t", 1)
	same(t, "no way", Cuts(graphOf(t, text), false, 1).Services[0].NoWay, []Way{{"access_zone/z", "server/a"}})
	same(t, "something down that no way leads over", Cuts(graphOf(t, text+"link/1 state=down"), false, 1).Services[0].NoWay, []Way{{"access_zone/z", "server/a"}})
	same(t, "a way seen down", Cuts(graphOf(t, between+"link/1 state=down"), false, 1).Services[0].NoWay, nil)
	same(t, "a way", Cuts(graphOf(t, between), false, 1).Services[0].NoWay, nil)
}

func TestWeakenedIsCountedForEachAsker(t *testing.T) {
	s := graphOf(t, `
		service/s used_from access_zone/1
		service/t used_from access_zone/2
		access_zone/1 attached_to network_device/r
		access_zone/2 attached_to network_device/q
		service/s entered_at dns_name/n
		service/t entered_at dns_name/n
		dns_name/n resolves_to redundancy_group/p
		redundancy_group/p k=1
		redundancy_group/p member server/1
		redundancy_group/p member server/2
		server/1 attached_to network_device/r
		server/2 attached_to network_device/q
		link/1 joins network_device/r
		link/1 joins network_device/q
		network_device/r powered_by redundancy_group/psu
		redundancy_group/psu k=1
		redundancy_group/psu member power_supply/1
		redundancy_group/psu member power_supply/2`)
	same(t, "link fails", Impact(s, []string{"link/1"}).Weakened, []Weakened{
		{"redundancy_group/p", 1, 1, []string{"server/1"}, []string{"service/s"}},
		{"redundancy_group/p", 1, 1, []string{"server/2"}, []string{"service/t"}},
	})
	same(t, "supply fails", Impact(s, []string{"power_supply/1"}).Weakened, []Weakened{
		{"redundancy_group/psu", 1, 1, []string{"power_supply/2"}, []string{"service/s", "service/t"}},
	})
}
