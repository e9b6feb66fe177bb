package snmp

import "strings"

// What a vendor's agents run on.
type makes uint8

const (
	makesVarious makes = iota // judged by what the device does
	makesNetwork
	makesServers
	makesSystems // an operating system or an agent for one: a server unless it bridges or forwards
	makesPower
)

// vendor is who a private enterprise number belongs to.
type vendor struct {
	name        string
	makes       makes
	balancer    bool   // nothing passes through: it ends connections
	serverBelow string // of a vendor that makes various things: the sysObjectIDs of its servers
}

const enterprises = "1.3.6.1.4.1."

// vendors by private enterprise number (IANA, Private Enterprise Numbers).
var vendors = map[string]vendor{
	"2":     {name: "ibm"},
	"9":     {name: "cisco", makes: makesNetwork},
	"11":    {name: "hp"},
	"42":    {name: "sun", makes: makesSystems},
	"43":    {name: "3com", makes: makesNetwork},
	"45":    {name: "nortel", makes: makesNetwork},
	"52":    {name: "enterasys", makes: makesNetwork},
	"63":    {name: "apple", makes: makesServers},
	"89":    {name: "radware", makes: makesNetwork},
	"94":    {name: "nokia", makes: makesNetwork},
	"171":   {name: "d-link", makes: makesNetwork},
	"207":   {name: "allied-telesis", makes: makesNetwork},
	"232":   {name: "hpe", makes: makesServers},
	"236":   {name: "samsung"},
	"311":   {name: "microsoft", makes: makesServers},
	"318":   {name: "apc", makes: makesPower},
	"343":   {name: "intel"},
	"476":   {name: "vertiv", makes: makesPower},
	"534":   {name: "eaton", makes: makesPower},
	"637":   {name: "nokia", makes: makesNetwork},
	"674":   {name: "dell", serverBelow: enterprises + "674.10892."},
	"789":   {name: "netapp"},
	"800":   {name: "alcatel-lucent", makes: makesNetwork},
	"890":   {name: "zyxel", makes: makesNetwork},
	"1588":  {name: "brocade", makes: makesNetwork},
	"1718":  {name: "server-technology", makes: makesPower},
	"1872":  {name: "alteon", makes: makesNetwork, balancer: true},
	"1916":  {name: "extreme", makes: makesNetwork},
	"1991":  {name: "foundry", makes: makesNetwork},
	"2011":  {name: "huawei", makes: makesNetwork},
	"2021":  {name: "", makes: makesSystems}, // UCD-SNMP, an agent
	"2272":  {name: "avaya", makes: makesNetwork},
	"2352":  {name: "ericsson", makes: makesNetwork},
	"2620":  {name: "checkpoint", makes: makesNetwork},
	"2636":  {name: "juniper", makes: makesNetwork},
	"3003":  {name: "alcatel-lucent", makes: makesNetwork},
	"3224":  {name: "juniper", makes: makesNetwork}, // NetScreen
	"3375":  {name: "f5", makes: makesNetwork, balancer: true},
	"3417":  {name: "bluecoat", makes: makesNetwork},
	"3808":  {name: "cyberpower", makes: makesPower},
	"3902":  {name: "zte", makes: makesNetwork},
	"4413":  {name: "broadcom", makes: makesNetwork},
	"4526":  {name: "netgear", makes: makesNetwork},
	"4881":  {name: "ruijie", makes: makesNetwork},
	"5624":  {name: "enterasys", makes: makesNetwork},
	"5951":  {name: "netscaler", makes: makesNetwork, balancer: true},
	"6027":  {name: "dell", makes: makesNetwork}, // Force10
	"6141":  {name: "ciena", makes: makesNetwork},
	"6296":  {name: "dasan", makes: makesNetwork},
	"6486":  {name: "alcatel-lucent", makes: makesNetwork},
	"6527":  {name: "nokia", makes: makesNetwork}, // TiMetra
	"6876":  {name: "vmware", makes: makesServers},
	"7800":  {name: "ubiquoss", makes: makesNetwork},
	"8072":  {name: "", makes: makesSystems}, // Net-SNMP, an agent
	"8741":  {name: "sonicwall", makes: makesNetwork},
	"9694":  {name: "arbor", makes: makesNetwork},
	"10002": {name: "ubiquiti", makes: makesNetwork},
	"11256": {name: "stormshield", makes: makesNetwork},
	"11563": {name: "ahnlab", makes: makesNetwork},
	"11798": {name: "piolink", makes: makesNetwork},
	"12148": {name: "eltek", makes: makesPower},
	"12325": {name: "freebsd", makes: makesSystems},
	"12356": {name: "fortinet", makes: makesNetwork},
	"13742": {name: "raritan", makes: makesPower},
	"14179": {name: "cisco", makes: makesNetwork}, // Airespace
	"14823": {name: "aruba", makes: makesNetwork},
	"14988": {name: "mikrotik", makes: makesNetwork},
	"15497": {name: "ironport", makes: makesNetwork},
	"17163": {name: "riverbed", makes: makesNetwork},
	"19046": {name: "lenovo", makes: makesServers},
	"20301": {name: "lenovo", makes: makesNetwork},
	"21296": {name: "infinera", makes: makesNetwork},
	"22610": {name: "a10", makes: makesNetwork, balancer: true},
	"23237": {name: "handreamnet", makes: makesNetwork},
	"25053": {name: "ruckus", makes: makesNetwork},
	"25461": {name: "paloalto", makes: makesNetwork},
	"25506": {name: "h3c", makes: makesNetwork},
	"26543": {name: "ibm", makes: makesNetwork}, // Blade Network Technologies
	"26928": {name: "aerohive", makes: makesNetwork},
	"29671": {name: "meraki", makes: makesNetwork},
	"30065": {name: "arista", makes: makesNetwork},
	"33049": {name: "mellanox", makes: makesNetwork},
	"39165": {name: "hikvision"},
	"40310": {name: "cumulus", makes: makesNetwork},
	"41112": {name: "ubiquiti", makes: makesNetwork},
	"41916": {name: "viptela", makes: makesNetwork},
	"47196": {name: "aruba", makes: makesNetwork}, // ArubaOS-CX
	"52642": {name: "fs", makes: makesNetwork},
}

// vendorOf gives the vendor whose arc a sysObjectID lies under.
func vendorOf(sysObjectID string) (vendor, bool) {
	rest, ok := strings.CutPrefix(sysObjectID, enterprises)
	if !ok {
		return vendor{}, false
	}
	number, _, _ := strings.Cut(rest, ".")
	v, ok := vendors[number]
	return v, ok
}
