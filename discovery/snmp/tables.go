package snmp

import (
	"slices"

	"gujo/discovery/evidence"
)

// Table is one entry of a bundle: objects of a MIB that are asked for, and
// judged, together.
type Table struct {
	Name string // of the table, or of the group of scalars, in its MIB
	MIB  string
	// Columns are the subtrees asked for, in ascending order. What stands
	// between them is not asked for.
	Columns []string
	Scalar  bool // the columns are scalars: one instance each
	// Ahead bounds the repetitions of one request where a secret lies behind
	// the columns: that many cells may follow the first column's first one
	// before the secret begins, even in a table of one row. 0: no bound.
	Ahead int
	// Count names the scalar that says how many rows there are, where the table
	// may be too large to be touched at all.
	Count string
}

// maxRoutes is the number of routes from which on an agent is not asked for its
// default routes: some search their table from the start for every GETNEXT.
const maxRoutes = 50_000

// Tables are all tables that are asked for, in the order of asking. Those by
// which a machine is known again come first ([identifying]).
func Tables() []Table { return tables }

var tables = []Table{
	scalarsOf("system", "SNMPv2-MIB", "1.3.6.1.2.1.1", "1", "2", "3", "4", "5", "6", "7"),
	scalarsOf("snmpEngine", "SNMP-FRAMEWORK-MIB", "1.3.6.1.6.3.10.2.1", "1", "2", "3", "4"),
	tableOf("ifTable", "IF-MIB", "1.3.6.1.2.1.2.2.1", "2", "3", "4", "5", "6", "7", "8", "9"),
	tableOf("ipAddrTable", "IP-MIB", "1.3.6.1.2.1.4.20.1", "1", "2", "3"),

	scalarsOf("interfaces", "IF-MIB", "1.3.6.1.2.1", "2.1", "31.1.5", "31.1.6"),
	scalarsOf("ip", "IP-MIB", "1.3.6.1.2.1.4", "1"),
	scalarsOf("ipForward", "IP-FORWARD-MIB", "1.3.6.1.2.1.4.24", "3", "6"),
	scalarsOf("dot1dBase", "BRIDGE-MIB", "1.3.6.1.2.1.17.1", "1", "2", "3"),
	scalarsOf("dot1dStp", "BRIDGE-MIB", "1.3.6.1.2.1.17.2", "1", "2", "5", "6", "7"),
	scalarsOf("lldpLocalSystemData", "LLDP-MIB", "1.0.8802.1.1.2.1.3", "1", "2", "3", "4", "5", "6"),
	scalarsOf("lldpV2LocalSystemData", "LLDP-V2-MIB", "1.3.111.2.802.1.1.13.1.3", "1", "2", "3", "5", "6"),
	scalarsOf("cdpGlobal", "CISCO-CDP-MIB", "1.3.6.1.4.1.9.9.23.1.3", "1", "4"),
	scalarsOf("ospfGeneralGroup", "OSPF-MIB", "1.3.6.1.2.1.14.1", "1", "2"),
	scalarsOf("hrSystem", "HOST-RESOURCES-MIB", "1.3.6.1.2.1.25.1", "1", "2"),

	tableOf("sysORTable", "SNMPv2-MIB", "1.3.6.1.2.1.1.9.1", "2", "3"),
	tableOf("ifXTable", "IF-MIB", "1.3.6.1.2.1.31.1.1.1", "1", "15", "17", "18"),
	tableOf("ifStackTable", "IF-MIB", "1.3.6.1.2.1.31.1.2.1", "3"),
	tableOf("ipAddressTable", "IP-MIB", "1.3.6.1.2.1.4.34.1", "3", "4", "5", "6", "7"),

	tableOf("lldpLocPortTable", "LLDP-MIB", "1.0.8802.1.1.2.1.3.7.1", "2", "3", "4"),
	tableOf("lldpLocManAddrTable", "LLDP-MIB", "1.0.8802.1.1.2.1.3.8.1", "5"),
	tableOf("lldpRemTable", "LLDP-MIB", "1.0.8802.1.1.2.1.4.1.1", "4", "5", "6", "7", "8", "9", "10", "11", "12"),
	tableOf("lldpRemManAddrTable", "LLDP-MIB", "1.0.8802.1.1.2.1.4.2.1", "3", "4"),
	tableOf("lldpV2LocPortTable", "LLDP-V2-MIB", "1.3.111.2.802.1.1.13.1.3.7.1", "2", "3", "4"),
	tableOf("lldpV2RemTable", "LLDP-V2-MIB", "1.3.111.2.802.1.1.13.1.4.1.1", "5", "6", "7", "8", "9", "10", "11", "12", "13"),
	tableOf("lldpV2RemManAddrTable", "LLDP-V2-MIB", "1.3.111.2.802.1.1.13.1.4.2.1", "3", "4"),
	tableOf("cdpInterfaceTable", "CISCO-CDP-MIB", "1.3.6.1.4.1.9.9.23.1.1.1.1", "6"),
	tableOf("cdpCacheTable", "CISCO-CDP-MIB", "1.3.6.1.4.1.9.9.23.1.2.1.1", "3", "4", "5", "6", "7", "8", "9", "11", "12", "17", "19", "20", "21", "22"),

	// The next table behind this one is entLogicalTable, with its communities.
	guardedBy(8, tableOf("entPhysicalTable", "ENTITY-MIB", "1.3.6.1.2.1.47.1.1.1.1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "11", "12", "13", "14", "15", "16")),
	tableOf("entAliasMappingTable", "ENTITY-MIB", "1.3.6.1.2.1.47.1.3.2.1", "2"),
	tableOf("entStateTable", "ENTITY-STATE-MIB", "1.3.6.1.2.1.131.1.1.1", "2", "3", "6"),
	tableOf("cefcFRUPowerSupplyGroupTable", "CISCO-ENTITY-FRU-CONTROL-MIB", "1.3.6.1.4.1.9.9.117.1.1.1.1", "1", "5"),
	tableOf("cefcFRUPowerStatusTable", "CISCO-ENTITY-FRU-CONTROL-MIB", "1.3.6.1.4.1.9.9.117.1.1.2.1", "1", "2"),

	tableOf("dot3adAggTable", "IEEE8023-LAG-MIB", "1.2.840.10006.300.43.1.1.1.1", "2", "4", "5", "7", "8", "10"),
	tableOf("dot3adAggPortListTable", "IEEE8023-LAG-MIB", "1.2.840.10006.300.43.1.1.2.1", "1"),
	tableOf("dot3adAggPortTable", "IEEE8023-LAG-MIB", "1.2.840.10006.300.43.1.2.1.1", "5", "9", "11", "12", "13", "14", "17", "21", "23"),

	// vrrpOperAuthKey is column 10.
	guardedBy(8, tableOf("vrrpOperTable", "VRRP-MIB", "1.3.6.1.2.1.68.1.3.1", "2", "3", "4", "5", "7", "8", "12", "15")),
	tableOf("vrrpAssoIpAddrTable", "VRRP-MIB", "1.3.6.1.2.1.68.1.4.1", "2"),
	tableOf("vrrpv3OperationsTable", "VRRPV3-MIB", "1.3.6.1.2.1.207.1.1.1.1", "3", "4", "5", "6", "7", "10", "13"),
	tableOf("vrrpv3AssociatedIpAddrTable", "VRRPV3-MIB", "1.3.6.1.2.1.207.1.1.2.1", "2"),
	tableOf("vrrpSyncGroupTable", "KEEPALIVED-MIB", "1.3.6.1.4.1.9586.100.5.2.1.1", "2", "3"),
	tableOf("vrrpSyncGroupMemberTable", "KEEPALIVED-MIB", "1.3.6.1.4.1.9586.100.5.2.2.1", "2"),
	tableOf("vrrpInstanceTable", "KEEPALIVED-MIB", "1.3.6.1.4.1.9586.100.5.2.3.1", "2", "3", "4", "6", "7", "8", "9", "10", "13"),
	tableOf("vrrpAddressTable", "KEEPALIVED-MIB", "1.3.6.1.4.1.9586.100.5.2.6.1", "2", "3", "5", "7", "8", "9", "10"),
	// cHsrpGrpAuth is column 2, before all that is asked for.
	tableOf("cHsrpGrpTable", "CISCO-HSRP-MIB", "1.3.6.1.4.1.9.9.106.1.2.1.1", "3", "4", "11", "13", "14", "15", "16"),
	tableOf("cHsrpExtSecAddrTable", "CISCO-HSRP-EXT-MIB", "1.3.6.1.4.1.9.9.107.1.1.2.1", "2"),

	tableOf("dot1dBasePortTable", "BRIDGE-MIB", "1.3.6.1.2.1.17.1.4.1", "2"),
	tableOf("dot1dTpFdbTable", "BRIDGE-MIB", "1.3.6.1.2.1.17.4.3.1", "2", "3"),
	tableOf("dot1dStpPortTable", "BRIDGE-MIB", "1.3.6.1.2.1.17.2.15.1", "3", "4", "6", "8", "9"),
	tableOf("dot1qTpFdbTable", "Q-BRIDGE-MIB", "1.3.6.1.2.1.17.7.1.2.2.1", "2", "3"),
	tableOf("dot1qVlanCurrentTable", "Q-BRIDGE-MIB", "1.3.6.1.2.1.17.7.1.4.2.1", "3", "4", "5"),
	tableOf("dot1qVlanStaticTable", "Q-BRIDGE-MIB", "1.3.6.1.2.1.17.7.1.4.3.1", "1", "2", "4"),
	tableOf("dot1qPortVlanTable", "Q-BRIDGE-MIB", "1.3.6.1.2.1.17.7.1.4.5.1", "1"),

	tableOf("ipNetToMediaTable", "IP-MIB", "1.3.6.1.2.1.4.22.1", "2", "4"),
	tableOf("ipNetToPhysicalTable", "IP-MIB", "1.3.6.1.2.1.4.35.1", "4", "6", "7"),
	// ospfIfAuthKey is column 16.
	guardedBy(14, tableOf("ospfIfTable", "OSPF-MIB", "1.3.6.1.2.1.14.7.1", "1", "3", "4", "5", "12", "13", "14")),
	tableOf("ospfNbrTable", "OSPF-MIB", "1.3.6.1.2.1.14.10.1", "1", "3", "6"),

	// Of the route tables only the rows of 0.0.0.0/0 and ::/0.
	countedBy("1.3.6.1.2.1.4.24.6.0", Table{Name: "inetCidrRouteTable", MIB: "IP-FORWARD-MIB", Columns: []string{
		"1.3.6.1.2.1.4.24.7.1.7.1.4.0.0.0.0.0", "1.3.6.1.2.1.4.24.7.1.7.2.16.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0",
		"1.3.6.1.2.1.4.24.7.1.8.1.4.0.0.0.0.0", "1.3.6.1.2.1.4.24.7.1.8.2.16.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0",
		"1.3.6.1.2.1.4.24.7.1.9.1.4.0.0.0.0.0", "1.3.6.1.2.1.4.24.7.1.9.2.16.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0",
	}}),
	countedBy("1.3.6.1.2.1.4.24.3.0", Table{Name: "ipCidrRouteTable", MIB: "IP-FORWARD-MIB", Columns: []string{
		"1.3.6.1.2.1.4.24.4.1.4.0.0.0.0.0.0.0.0", "1.3.6.1.2.1.4.24.4.1.5.0.0.0.0.0.0.0.0", "1.3.6.1.2.1.4.24.4.1.6.0.0.0.0.0.0.0.0",
	}}),
	countedBy("1.3.6.1.2.1.4.24.3.0", Table{Name: "ipRouteTable", MIB: "RFC1213-MIB", Columns: []string{
		"1.3.6.1.2.1.4.21.1.2.0.0.0", "1.3.6.1.2.1.4.21.1.7.0.0.0", "1.3.6.1.2.1.4.21.1.8.0.0.0",
	}}),

	tableOf("hrFSTable", "HOST-RESOURCES-MIB", "1.3.6.1.2.1.25.3.8.1", "2", "3", "4"),
	tableOf("hrSWRunTable", "HOST-RESOURCES-MIB", "1.3.6.1.2.1.25.4.2.1", "2", "4", "5", "6", "7"),
}

// identifying is how many tables, from the first, tell whether a machine was
// met before: its engine, its name, its interfaces' addresses.
const identifying = 4

// Secrets are subtrees that are never asked for, whoever asks: communities,
// users, keys and passwords.
func Secrets() []string { return secrets }

var secrets = []string{
	"1.3.6.1.2.1.14.7.1.16",         // ospfIfAuthKey
	"1.3.6.1.2.1.14.9.1.11",         // ospfVirtIfAuthKey
	"1.3.6.1.2.1.47.1.2.1.1.4",      // entLogicalCommunity
	"1.3.6.1.2.1.68.1.3.1.10",       // vrrpOperAuthKey
	"1.3.6.1.4.1.9.9.96",            // CISCO-CONFIG-COPY-MIB
	"1.3.6.1.4.1.9.9.106.1.2.1.1.2", // cHsrpGrpAuth
	"1.3.6.1.6.3.12.1",              // snmpTargetAddrTable, snmpTargetParamsTable
	"1.3.6.1.6.3.15.1.2",            // usmUserTable
	"1.3.6.1.6.3.16.1",              // vacm
	"1.3.6.1.6.3.18.1",              // snmpCommunityTable
}

// commandLine is the column that holds arguments of programs, hrSWRunParameters;
// some agents give them in hrSWRunPath too.
const (
	commandLine = "1.3.6.1.2.1.25.4.2.1.5"
	commandPath = "1.3.6.1.2.1.25.4.2.1.4"
)

// freeText are the columns into which people write what they like, secrets too.
var freeText = []string{
	"1.3.6.1.2.1.1.1", "1.3.6.1.2.1.1.4", "1.3.6.1.2.1.1.6", // sysDescr, sysContact, sysLocation
	"1.3.6.1.2.1.2.2.1.2", "1.3.6.1.2.1.31.1.1.1.18", // ifDescr, ifAlias
	"1.0.8802.1.1.2.1.3.4", "1.0.8802.1.1.2.1.3.7.1.4", // lldpLocSysDesc, lldpLocPortDesc
	"1.0.8802.1.1.2.1.4.1.1.8", "1.0.8802.1.1.2.1.4.1.1.10", // lldpRemPortDesc, lldpRemSysDesc
	"1.3.111.2.802.1.1.13.1.3.4", "1.3.111.2.802.1.1.13.1.3.7.1.4", "1.3.111.2.802.1.1.13.1.4.1.1.9", "1.3.111.2.802.1.1.13.1.4.1.1.11",
	"1.3.6.1.4.1.9.9.23.1.2.1.1.5",                          // cdpCacheVersion
	"1.3.6.1.2.1.47.1.1.1.1.2", "1.3.6.1.2.1.47.1.1.1.1.14", // entPhysicalDescr, entPhysicalAlias
	"1.3.6.1.2.1.25.3.8.1.3", // hrFSRemoteMountPoint
}

// redact replaces secrets that stand in texts by a marker, those that are known
// anywhere, and gives the names of the rules that did.
func redact(rows []Varbind, known *evidence.Known) []string {
	var used []string
	for i, row := range rows {
		if row.Type != OctetString && row.Type != Opaque || len(row.Value) < 4 {
			continue
		}
		text, names := row.Value, []string(nil)
		if rules := rulesOf(row.OID); row.Type == OctetString && rules != nil {
			text, names = evidence.Redact(text, rules)
		}
		text, hit := known.Text(text)
		if hit {
			names = append(names, evidence.RuleKnown)
		}
		rows[i].Value = text
		used = append(used, names...)
	}
	slices.Sort(used)
	return slices.Compact(used)
}

// secret tells whether an object is one that is never asked for. An agent's
// answer may run past a column's end into one; it is then dropped unread.
func secret(oid string) bool {
	_, ok := secretRoot(oid)
	return ok
}

func tableOf(name, mib, entry string, columns ...string) Table {
	t := Table{Name: name, MIB: mib}
	for _, c := range columns {
		t.Columns = append(t.Columns, entry+"."+c)
	}
	return t
}

func scalarsOf(name, mib, root string, objects ...string) Table {
	t := tableOf(name, mib, root, objects...)
	t.Scalar = true
	return t
}

func guardedBy(ahead int, t Table) Table     { t.Ahead = ahead; return t }
func countedBy(scalar string, t Table) Table { t.Count = scalar; return t }
