package brute

// hostsMeaning are of what runs on what: hosts, clusters, guests, and the holders of virtual servers.
var hostsMeaning = []meaning{
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
	{"pools hang on the holder that was not seen", `
		service/s used_from access_zone/z
		access_zone/z attached_to network_device/r
		service/s entered_at virtual_server/v
		virtual_server/v balances_to redundancy_group/p
		redundancy_group/p k=1
		redundancy_group/p member server/a
		server/a attached_to network_device/r`,
		"server/a confirmed, unobserved/holder-of-virtual_server/v unobserved", ""},
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
}
