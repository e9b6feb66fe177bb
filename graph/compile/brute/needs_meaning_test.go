package brute

// needsMeaning are of names, groups, open ends and assumptions.
var needsMeaning = []meaning{
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
	{"a zone of names with a provider is no open end", between + `
		service/s entered_at dns_name/n
		dns_name/n resolves_to endpoint/a
		dns_name/n in_zone dns_zone/z
		dns_zone/z provided_by provider/p`,
		"link/1 confirmed, network_device/r confirmed, network_device/s confirmed, provider/p confirmed, server/a confirmed", ""},
	{"a loop of needs runs as long as nobody stops it", `
		service/s requires application/a
		application/a requires application/b
		application/b requires application/a
		application/a runs_on server/1
		application/b runs_on server/1`,
		"application/a confirmed, application/b confirmed, server/1 confirmed", ""},
}
