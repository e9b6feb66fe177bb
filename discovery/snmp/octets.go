package snmp

import "strings"

// The octets of these objects are never text, though they may look like it: the
// address C0 A8 64 F6 begins with a syllable in CP949, and a MAC address of
// letters is a word. Each is the beginning of the objects' OIDs.
var (
	ipColumns = []string{
		"1.3.6.1.4.1.9.9.23.1.2.1.1.4",                                   // cdpCacheAddress
		"1.3.6.1.4.1.9.9.23.1.2.1.1.20", "1.3.6.1.4.1.9.9.23.1.2.1.1.22", // cdpCachePrimaryMgmtAddr, …SecondaryMgmtAddr
		"1.3.6.1.4.1.9.9.107.1.1.2.1.1",                          // cHsrpExtSecAddrAddress
		"1.3.6.1.2.1.207.1.1.1.1.3", "1.3.6.1.2.1.207.1.1.1.1.4", // vrrpv3OperationsMasterIpAddr, …PrimaryIpAddr
		"1.3.6.1.4.1.9586.100.5.2.6.1.3", // vrrpAddressValue
	}
	macColumns = []string{
		"1.3.6.1.2.1.2.2.1.6",                          // ifPhysAddress
		"1.3.6.1.2.1.4.22.1.2", "1.3.6.1.2.1.4.35.1.4", // ipNetToMediaPhysAddress, ipNetToPhysicalPhysAddress
		"1.3.6.1.2.1.17.1.1",                                  // dot1dBaseBridgeAddress
		"1.3.6.1.2.1.17.4.3.1.1",                              // dot1dTpFdbAddress
		"1.2.840.10006.300.43.1.1.1.1.2",                      // dot3adAggMACAddress
		"1.2.840.10006.300.43.1.1.1.1.4",                      // dot3adAggActorSystemID
		"1.2.840.10006.300.43.1.1.1.1.8",                      // dot3adAggPartnerSystemID
		"1.2.840.10006.300.43.1.2.1.1.9",                      // dot3adAggPortPartnerOperSystemID
		"1.3.6.1.2.1.68.1.3.1.2", "1.3.6.1.2.1.207.1.1.1.1.5", // vrrpOperVirtualMacAddr, vrrpv3OperationsVirtualMacAddr
		"1.3.6.1.4.1.9.9.106.1.2.1.1.16", // cHsrpGrpVirtualMacAddr
	}
	bitColumns = []string{
		"1.3.6.1.6.3.10.2.1.1",                               // snmpEngineID
		"1.3.6.1.2.1.17.2.5",                                 // dot1dStpDesignatedRoot
		"1.3.6.1.2.1.17.2.15.1.6", "1.3.6.1.2.1.17.2.15.1.8", // dot1dStpPortDesignatedRoot, …Bridge
		"1.3.6.1.2.1.17.2.15.1.9",                                  // dot1dStpPortDesignatedPort
		"1.3.6.1.2.1.17.7.1.4.2.1.4", "1.3.6.1.2.1.17.7.1.4.2.1.5", // dot1qVlanCurrentEgressPorts, …UntaggedPorts
		"1.3.6.1.2.1.17.7.1.4.3.1.2", "1.3.6.1.2.1.17.7.1.4.3.1.4", // dot1qVlanStaticEgressPorts, …UntaggedPorts
		"1.0.8802.1.1.2.1.3.5", "1.0.8802.1.1.2.1.3.6", // lldpLocSysCapSupported, …Enabled
		"1.0.8802.1.1.2.1.4.1.1.11", "1.0.8802.1.1.2.1.4.1.1.12", // lldpRemSysCapSupported, …Enabled
		"1.3.6.1.4.1.9.9.23.1.2.1.1.9",                                       // cdpCacheCapabilities
		"1.2.840.10006.300.43.1.1.2.1.1",                                     // dot3adAggPortListPorts
		"1.2.840.10006.300.43.1.2.1.1.21", "1.2.840.10006.300.43.1.2.1.1.23", // dot3adAggPortActorOperState, …PartnerOperState
		"1.3.6.1.2.1.25.1.2", // hrSystemDate
	}
)

// octetsText shows the value of an object that holds no text; ok is false of others.
func octetsText(v Varbind) (text string, ok bool) {
	switch {
	case v.Value == "":
		return "", false
	case anyOf(ipColumns, v.OID):
		if a, ok := inetAddress(0, v.Value); ok {
			return a.String(), true
		}
	case anyOf(macColumns, v.OID):
		if m := macOf(v.Value); m != "" {
			return m, true
		}
	case !anyOf(bitColumns, v.OID):
		return "", false
	}
	return hexadecimal(v.Value, maxExcerpt), true
}

func anyOf(columns []string, oid string) bool {
	for _, c := range columns {
		if strings.HasPrefix(oid, c) && len(oid) > len(c) && oid[len(c)] == '.' {
			return true
		}
	}
	return false
}
