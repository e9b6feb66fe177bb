package brute

import "strings"

// waysMeaning are of places, and of ways between them: subnets, gateways, links, and what fails open.
var waysMeaning = []meaning{
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
	{"a network device that no link joins has no known place", `
		service/s used_from access_zone/z
		access_zone/z attached_to network_device/r
		service/s entered_at endpoint/d
		endpoint/d bound_to network_device/d`,
		"network_device/d confirmed, unobserved/network-of-network_device/d unobserved", ""},
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
	{"a zone that is only assumed places nothing optimistically", strings.Replace(between, "used_from", "used_from?", 1),
		"link/1 possible, network_device/r possible, network_device/s possible, server/a confirmed", ""},
	{"a zone needs what it shares and not what it stores on", between + `
		access_zone/z shares shared_risk/x
		access_zone/z uses redundancy_group/g
		redundancy_group/g k=1 role=storage
		redundancy_group/g member storage/1`,
		"link/1 confirmed, network_device/r confirmed, network_device/s confirmed, server/a confirmed, shared_risk/x confirmed", ""},
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
}
