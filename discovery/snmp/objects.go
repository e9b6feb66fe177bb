package snmp

import (
	"math"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"sync"
)

// object is a table's entry, or a group of scalars, by the names that its MIB
// gives to the columns, each followed by its number.
type object struct{ oid, columns string }

// objects are the names by which the walks of a tool that has MIBs call what
// this package reads.
var objects = []object{
	{"1.3.6.1.2.1.1", "sysDescr 1 sysObjectID 2 sysUpTime 3 sysContact 4 sysName 5 sysLocation 6 sysServices 7 sysORLastChange 8"},
	{"1.3.6.1.2.1.1.9.1", "sysORID 2 sysORDescr 3 sysORUpTime 4"},
	{"1.3.6.1.6.3.10.2.1", "snmpEngineID 1 snmpEngineBoots 2 snmpEngineTime 3 snmpEngineMaxMessageSize 4"},
	{"1.3.6.1.2.1.2", "ifNumber 1"},
	{"1.3.6.1.2.1.2.2.1", "ifIndex 1 ifDescr 2 ifType 3 ifMtu 4 ifSpeed 5 ifPhysAddress 6 ifAdminStatus 7 ifOperStatus 8 ifLastChange 9 " +
		"ifInOctets 10 ifInUcastPkts 11 ifInNUcastPkts 12 ifInDiscards 13 ifInErrors 14 ifInUnknownProtos 15 ifOutOctets 16 ifOutUcastPkts 17 " +
		"ifOutNUcastPkts 18 ifOutDiscards 19 ifOutErrors 20 ifOutQLen 21 ifSpecific 22"},
	{"1.3.6.1.2.1.31.1.1.1", "ifName 1 ifInMulticastPkts 2 ifInBroadcastPkts 3 ifOutMulticastPkts 4 ifOutBroadcastPkts 5 ifHCInOctets 6 " +
		"ifHCInUcastPkts 7 ifHCInMulticastPkts 8 ifHCInBroadcastPkts 9 ifHCOutOctets 10 ifHCOutUcastPkts 11 ifHCOutMulticastPkts 12 " +
		"ifHCOutBroadcastPkts 13 ifLinkUpDownTrapEnable 14 ifHighSpeed 15 ifPromiscuousMode 16 ifConnectorPresent 17 ifAlias 18 " +
		"ifCounterDiscontinuityTime 19"},
	{"1.3.6.1.2.1.31.1.2.1", "ifStackStatus 3"},
	{"1.3.6.1.2.1.4", "ipForwarding 1 ipDefaultTTL 2"},
	{"1.3.6.1.2.1.4.20.1", "ipAdEntAddr 1 ipAdEntIfIndex 2 ipAdEntNetMask 3 ipAdEntBcastAddr 4 ipAdEntReasmMaxSize 5"},
	{"1.3.6.1.2.1.4.21.1", "ipRouteDest 1 ipRouteIfIndex 2 ipRouteMetric1 3 ipRouteNextHop 7 ipRouteType 8 ipRouteProto 9 ipRouteAge 10 ipRouteMask 11"},
	{"1.3.6.1.2.1.4.22.1", "ipNetToMediaIfIndex 1 ipNetToMediaPhysAddress 2 ipNetToMediaNetAddress 3 ipNetToMediaType 4"},
	{"1.3.6.1.2.1.4.24.4.1", "ipCidrRouteDest 1 ipCidrRouteMask 2 ipCidrRouteTos 3 ipCidrRouteNextHop 4 ipCidrRouteIfIndex 5 ipCidrRouteType 6 ipCidrRouteProto 7"},
	{"1.3.6.1.2.1.4.24.7.1", "inetCidrRouteIfIndex 7 inetCidrRouteType 8 inetCidrRouteProto 9"},
	{"1.3.6.1.2.1.4.34.1", "ipAddressIfIndex 3 ipAddressType 4 ipAddressPrefix 5 ipAddressOrigin 6 ipAddressStatus 7"},
	{"1.3.6.1.2.1.4.35.1", "ipNetToPhysicalPhysAddress 4 ipNetToPhysicalLastUpdated 5 ipNetToPhysicalType 6 ipNetToPhysicalState 7"},
	{"1.0.8802.1.1.2.1.3", "lldpLocChassisIdSubtype 1 lldpLocChassisId 2 lldpLocSysName 3 lldpLocSysDesc 4 lldpLocSysCapSupported 5 lldpLocSysCapEnabled 6"},
	{"1.0.8802.1.1.2.1.3.7.1", "lldpLocPortIdSubtype 2 lldpLocPortId 3 lldpLocPortDesc 4"},
	{"1.0.8802.1.1.2.1.4.1.1", "lldpRemChassisIdSubtype 4 lldpRemChassisId 5 lldpRemPortIdSubtype 6 lldpRemPortId 7 lldpRemPortDesc 8 lldpRemSysName 9 " +
		"lldpRemSysDesc 10 lldpRemSysCapSupported 11 lldpRemSysCapEnabled 12"},
	{"1.0.8802.1.1.2.1.4.2.1", "lldpRemManAddrIfSubtype 3 lldpRemManAddrIfId 4 lldpRemManAddrOID 5"},
	{"1.3.6.1.4.1.9.9.23.1.1.1.1", "cdpInterfaceName 6"},
	{"1.3.6.1.4.1.9.9.23.1.2.1.1", "cdpCacheAddressType 3 cdpCacheAddress 4 cdpCacheVersion 5 cdpCacheDeviceId 6 cdpCacheDevicePort 7 cdpCachePlatform 8 " +
		"cdpCacheCapabilities 9 cdpCacheVTPMgmtDomain 10 cdpCacheNativeVLAN 11 cdpCacheDuplex 12 cdpCacheSysName 17 cdpCacheSysObjectID 18 " +
		"cdpCachePrimaryMgmtAddrType 19 cdpCachePrimaryMgmtAddr 20 cdpCacheSecondaryMgmtAddrType 21 cdpCacheSecondaryMgmtAddr 22"},
	{"1.3.6.1.4.1.9.9.23.1.3", "cdpGlobalRun 1 cdpGlobalDeviceId 4"},
	{"1.3.6.1.2.1.47.1.1.1.1", "entPhysicalDescr 2 entPhysicalVendorType 3 entPhysicalContainedIn 4 entPhysicalClass 5 entPhysicalParentRelPos 6 " +
		"entPhysicalName 7 entPhysicalHardwareRev 8 entPhysicalFirmwareRev 9 entPhysicalSoftwareRev 10 entPhysicalSerialNum 11 entPhysicalMfgName 12 " +
		"entPhysicalModelName 13 entPhysicalAlias 14 entPhysicalAssetID 15 entPhysicalIsFRU 16"},
	{"1.3.6.1.2.1.47.1.3.2.1", "entAliasMappingIdentifier 2"},
	{"1.3.6.1.2.1.131.1.1.1", "entStateAdmin 2 entStateOper 3 entStateStandby 6"},
	{"1.2.840.10006.300.43.1.1.1.1", "dot3adAggMACAddress 2 dot3adAggActorSystemID 4 dot3adAggActorOperKey 7 dot3adAggPartnerSystemID 8 dot3adAggPartnerOperKey 10"},
	{"1.2.840.10006.300.43.1.1.2.1", "dot3adAggPortListPorts 1"},
	{"1.2.840.10006.300.43.1.2.1.1", "dot3adAggPortActorOperKey 5 dot3adAggPortPartnerOperSystemID 9 dot3adAggPortPartnerOperKey 11 " +
		"dot3adAggPortSelectedAggID 12 dot3adAggPortAttachedAggID 13 dot3adAggPortActorPort 14 dot3adAggPortPartnerOperPort 17 dot3adAggPortActorOperState 21 dot3adAggPortPartnerOperState 23"},
	{"1.3.6.1.2.1.68.1.3.1", "vrrpOperVirtualMacAddr 2 vrrpOperState 3 vrrpOperAdminState 4 vrrpOperPriority 5 vrrpOperIpAddrCount 6 vrrpOperMasterIpAddr 7 " +
		"vrrpOperPrimaryIpAddr 8 vrrpOperPreemptMode 12 vrrpOperRowStatus 15"},
	{"1.3.6.1.2.1.68.1.4.1", "vrrpAssoIpAddrRowStatus 2"},
	{"1.3.6.1.2.1.207.1.1.1.1", "vrrpv3OperationsMasterIpAddr 3 vrrpv3OperationsPrimaryIpAddr 4 vrrpv3OperationsVirtualMacAddr 5 vrrpv3OperationsStatus 6 " +
		"vrrpv3OperationsPriority 7 vrrpv3OperationsPreemptMode 10 vrrpv3OperationsRowStatus 13"},
	{"1.3.6.1.2.1.207.1.1.2.1", "vrrpv3AssociatedIpAddrRowStatus 2"},
	{"1.3.6.1.4.1.9586.100.5.2.3.1", "vrrpInstanceName 2 vrrpInstanceVirtualRouterId 3 vrrpInstanceState 4 vrrpInstanceInitialState 5 vrrpInstanceWantedState 6 " +
		"vrrpInstanceBasePriority 7 vrrpInstanceEffectivePriority 8 vrrpInstanceVipsStatus 9 vrrpInstancePrimaryInterface 10 vrrpInstancePreempt 13"},
	{"1.3.6.1.4.1.9586.100.5.2.6.1", "vrrpAddressType 2 vrrpAddressValue 3 vrrpAddressMask 5 vrrpAddressIfIndex 7 vrrpAddressIfName 8 vrrpAddressIfAlias 9 vrrpAddressStatus 10"},
	{"1.3.6.1.4.1.9.9.106.1.2.1.1", "cHsrpGrpPriority 3 cHsrpGrpPreempt 4 cHsrpGrpVirtualIpAddr 11 cHsrpGrpActiveRouter 13 cHsrpGrpStandbyRouter 14 " +
		"cHsrpGrpStandbyState 15 cHsrpGrpVirtualMacAddr 16"},
	{"1.3.6.1.2.1.17.1", "dot1dBaseBridgeAddress 1 dot1dBaseNumPorts 2 dot1dBaseType 3"},
	{"1.3.6.1.2.1.17.1.4.1", "dot1dBasePort 1 dot1dBasePortIfIndex 2"},
	{"1.3.6.1.2.1.17.2", "dot1dStpProtocolSpecification 1 dot1dStpPriority 2 dot1dStpDesignatedRoot 5 dot1dStpRootCost 6 dot1dStpRootPort 7"},
	{"1.3.6.1.2.1.17.2.15.1", "dot1dStpPort 1 dot1dStpPortPriority 2 dot1dStpPortState 3 dot1dStpPortEnable 4 dot1dStpPortPathCost 5 " +
		"dot1dStpPortDesignatedRoot 6 dot1dStpPortDesignatedCost 7 dot1dStpPortDesignatedBridge 8 dot1dStpPortDesignatedPort 9"},
	{"1.3.6.1.2.1.17.4.3.1", "dot1dTpFdbAddress 1 dot1dTpFdbPort 2 dot1dTpFdbStatus 3"},
	{"1.3.6.1.2.1.17.7.1.2.2.1", "dot1qTpFdbPort 2 dot1qTpFdbStatus 3"},
	{"1.3.6.1.2.1.17.7.1.4.2.1", "dot1qVlanFdbId 3 dot1qVlanCurrentEgressPorts 4 dot1qVlanCurrentUntaggedPorts 5 dot1qVlanStatus 6"},
	{"1.3.6.1.2.1.17.7.1.4.3.1", "dot1qVlanStaticName 1 dot1qVlanStaticEgressPorts 2 dot1qVlanForbiddenEgressPorts 3 dot1qVlanStaticUntaggedPorts 4 dot1qVlanStaticRowStatus 5"},
	{"1.3.6.1.2.1.17.7.1.4.5.1", "dot1qPvid 1"},
	{"1.3.6.1.2.1.14.1", "ospfRouterId 1 ospfAdminStat 2"},
	{"1.3.6.1.2.1.14.7.1", "ospfIfIpAddress 1 ospfAddressLessIf 2 ospfIfAreaId 3 ospfIfType 4 ospfIfAdminStat 5 ospfIfState 12 ospfIfDesignatedRouter 13 ospfIfBackupDesignatedRouter 14"},
	{"1.3.6.1.2.1.14.10.1", "ospfNbrIpAddr 1 ospfNbrAddressLessIndex 2 ospfNbrRtrId 3 ospfNbrOptions 4 ospfNbrPriority 5 ospfNbrState 6"},
	{"1.3.6.1.2.1.25.1", "hrSystemUptime 1 hrSystemDate 2"},
	{"1.3.6.1.2.1.25.3.8.1", "hrFSIndex 1 hrFSMountPoint 2 hrFSRemoteMountPoint 3 hrFSType 4"},
	{"1.3.6.1.2.1.25.4.2.1", "hrSWRunIndex 1 hrSWRunName 2 hrSWRunID 3 hrSWRunPath 4 hrSWRunParameters 5 hrSWRunType 6 hrSWRunStatus 7"},
}

// arcs are the names of the arcs above the objects (RFC 1155, RFC 2578).
var arcs = map[string]string{
	"ccitt": "0", "iso": "1", "org": "1.3", "dod": "1.3.6", "internet": "1.3.6.1", "mgmt": "1.3.6.1.2", "mib-2": "1.3.6.1.2.1",
	"private": "1.3.6.1.4", "enterprises": "1.3.6.1.4.1", "snmpV2": "1.3.6.1.6", "snmpModules": "1.3.6.1.6.3",
	"system": "1.3.6.1.2.1.1", "interfaces": "1.3.6.1.2.1.2", "ip": "1.3.6.1.2.1.4", "transmission": "1.3.6.1.2.1.10",
	"dot1dBridge": "1.3.6.1.2.1.17", "host": "1.3.6.1.2.1.25", "zeroDotZero": "0.0",
}

var objectIDs = sync.OnceValue(func() map[string]string {
	ids := make(map[string]string)
	for name, oid := range arcs {
		ids[name] = oid
	}
	for _, o := range objects {
		words := strings.Fields(o.columns)
		for i := 0; i+1 < len(words); i += 2 {
			ids[words[i]] = o.oid + "." + words[i+1]
		}
	}
	return ids
})

const adviseNumbers = "numeric object identifiers: record the walk with -On"

// resolveName gives the numeric OID of an instance's name. Where it cannot,
// advice says what would help, and oid is as much as is known.
func resolveName(name string) (oid, advice string) {
	name = strings.TrimSpace(name)
	if oid, ok := normalOID(name); ok {
		return oid, ""
	}
	if _, after, ok := strings.Cut(name, "::"); ok {
		name = after
	}
	name = strings.TrimPrefix(name, ".")
	first, index, _ := strings.Cut(name, ".")
	base, ok := objectIDs()[first]
	if !ok {
		return "", adviseNumbers
	}
	// .iso.org.dod.internet.mgmt… spells out every arc.
	for index != "" {
		next, rest, _ := strings.Cut(index, ".")
		id, known := objectIDs()[next]
		if !known {
			break
		}
		if _, below := Under(id, base); !below {
			break
		}
		base, index = id, rest
	}
	if index == "" {
		return base, ""
	}
	number, ok := numericIndex(index)
	if oid, valid := normalOID(base + "." + number); ok && valid {
		return oid, ""
	}
	return base, adviseNumbers
}

// numericIndex undoes what net-snmp makes of an index whose syntax it knows:
// ipv4."10.0.0.1" and ipv6."fe:80:…".
func numericIndex(index string) (string, bool) {
	if !strings.ContainsAny(index, `"'`) {
		return index, true
	}
	var parts []string
	for index != "" {
		kind, rest, _ := strings.Cut(index, ".")
		if kind != "ipv4" && kind != "ipv6" {
			if _, err := strconv.ParseUint(kind, 10, 32); err != nil {
				return "", false
			}
			parts, index = append(parts, kind), rest
			continue
		}
		rest, ok := strings.CutPrefix(rest, `"`)
		text, after, closed := strings.Cut(rest, `"`)
		if !ok || !closed {
			return "", false
		}
		var octets []byte
		if kind == "ipv4" {
			a, err := netip.ParseAddr(text)
			if err != nil || !a.Is4() {
				return "", false
			}
			octets = a.AsSlice()
			parts = append(parts, "1", "4")
		} else {
			for pair := range strings.SplitSeq(text, ":") {
				n, err := strconv.ParseUint(pair, 16, 8)
				if err != nil {
					return "", false
				}
				octets = append(octets, byte(n))
			}
			if len(octets) != 16 {
				return "", false
			}
			parts = append(parts, "2", "16")
		}
		for _, o := range octets {
			parts = append(parts, strconv.Itoa(int(o)))
		}
		index = strings.TrimPrefix(after, ".")
	}
	return strings.Join(parts, "."), true
}

// Labels of enumerations, as MIBs name the numbers. The position is the number.
var (
	adminLabels     = []string{"", "up", "down", "testing"}
	operLabels      = []string{"", "up", "down", "testing", "unknown", "dormant", "notPresent", "lowerLayerDown"}
	truthLabels     = []string{"", "true", "false"}
	classLabels     = []string{"", "other", "unknown", "chassis", "backplane", "container", "powerSupply", "fan", "sensor", "module", "port", "stack", "cpu"}
	stpLabels       = []string{"", "disabled", "blocking", "listening", "learning", "forwarding", "broken"}
	ospfLabels      = []string{"", "down", "attempt", "init", "twoWay", "exchangeStart", "exchange", "loading", "full"}
	vrrpLabels      = []string{"", "initialize", "backup", "master"}
	keepaliveLabels = []string{"init", "backup", "master", "fault", "unknown"}
	hsrpLabels      = []string{"", "initial", "learn", "listen", "speak", "standby", "active"}
	chassisLabels   = []string{"", "chassisComponent", "interfaceAlias", "portComponent", "macAddress", "networkAddress", "interfaceName", "local"}
	portLabels      = []string{"", "interfaceAlias", "portComponent", "macAddress", "networkAddress", "interfaceName", "agentCircuitId", "local"}
	fdbLabels       = []string{"", "other", "invalid", "learned", "self", "mgmt"}
	rowLabels       = []string{"", "active", "notInService", "notReady", "createAndGo", "createAndWait", "destroy"}
)

// enumerations are the labels that are printed where numbers stand (-OQ).
var enumerations = map[string][]string{
	"1.3.6.1.2.1.2.2.1.7": adminLabels, "1.3.6.1.2.1.2.2.1.8": operLabels, "1.3.6.1.2.1.31.1.1.1.17": truthLabels,
	"1.3.6.1.2.1.31.1.2.1.3": rowLabels, "1.3.6.1.2.1.4.1": {"", "forwarding", "notForwarding"},
	"1.3.6.1.2.1.4.22.1.4":     {"", "other", "invalid", "dynamic", "static"},
	"1.3.6.1.2.1.4.35.1.6":     {"", "other", "invalid", "dynamic", "static", "local"},
	"1.3.6.1.2.1.4.34.1.4":     {"", "unicast", "anycast", "broadcast"},
	"1.0.8802.1.1.2.1.3.1":     chassisLabels,
	"1.0.8802.1.1.2.1.3.7.1.2": portLabels, "1.0.8802.1.1.2.1.4.1.1.4": chassisLabels, "1.0.8802.1.1.2.1.4.1.1.6": portLabels,
	"1.3.6.1.2.1.47.1.1.1.1.5": classLabels, "1.3.6.1.2.1.47.1.1.1.1.16": truthLabels,
	"1.3.6.1.2.1.131.1.1.1.3":    {"", "unknown", "disabled", "enabled", "testing"},
	"1.3.6.1.2.1.17.2.15.1.3":    stpLabels,
	"1.3.6.1.2.1.17.4.3.1.3":     fdbLabels,
	"1.3.6.1.2.1.17.7.1.2.2.1.3": fdbLabels,
	"1.3.6.1.2.1.14.10.1.6":      ospfLabels,
	"1.3.6.1.2.1.68.1.3.1.3":     vrrpLabels, "1.3.6.1.2.1.207.1.1.1.1.6": vrrpLabels,
	"1.3.6.1.4.1.9586.100.5.2.3.1.4": keepaliveLabels, "1.3.6.1.4.1.9586.100.5.2.3.1.6": keepaliveLabels,
	"1.3.6.1.4.1.9.9.106.1.2.1.1.15": hsrpLabels,
	"1.3.6.1.4.1.9.9.23.1.2.1.1.3":   {"", "ip"},
	"1.3.6.1.4.1.9.9.23.1.3.1":       truthLabels,
}

// interfaceTypes are the IANA names of the interface types that are common.
var interfaceTypes = map[string]int{
	"other": 1, "ethernetCsmacd": 6, "ppp": 23, "softwareLoopback": 24, "propVirtual": 53, "propMultiplexor": 54, "fastEther": 62,
	"ieee80211": 71, "gigabitEthernet": 117, "tunnel": 131, "l2vlan": 135, "l3ipvlan": 136, "ieee8023adLag": 161, "bridge": 209,
	"fibreChannel": 56, "serial": 22, "propPointToPointSerial": 22, "hdlc": 118, "mplsTunnel": 150, "virtualIpAddress": 112,
}

// enumeration gives the number of a label that is printed instead of it.
func enumeration(oid, label string) (int, bool) {
	for column := oid; column != ""; {
		if labels, ok := enumerations[column]; ok {
			n := slices.Index(labels, label)
			return n, n >= 0 && label != ""
		}
		if column == "1.3.6.1.2.1.2.2.1.3" {
			n, ok := interfaceTypes[label]
			return n, ok
		}
		dot := strings.LastIndexByte(column, '.')
		column = column[:max(dot, 0)]
	}
	return 0, false
}

// label gives the name of an enumeration's number, "" where it has none.
func label(labels []string, n int64) string {
	if n < 0 || n >= int64(len(labels)) || n > math.MaxInt32 {
		return ""
	}
	return labels[n]
}
