package snmp

import (
	"encoding/hex"
	"net/netip"
	"strconv"
	"strings"
	"sync"
)

var objectNames = sync.OnceValue(func() map[string]string {
	names := make(map[string]string)
	for name, oid := range objectIDs() {
		if _, arc := arcs[name]; !arc {
			names[oid] = name
		}
	}
	return names
})

// addressColumns are the objects that hold an address as bytes.
var addressColumns = map[string]bool{
	"1.3.6.1.2.1.207.1.1.1.1.3": true, "1.3.6.1.2.1.207.1.1.1.1.4": true,
	"1.3.6.1.4.1.9586.100.5.2.6.1.3": true, "1.3.6.1.4.1.9.9.23.1.2.1.1.4": true,
}

// Describe tells an object's name with the index of its row, as a tool that has
// the MIBs prints it, and what an excerpt of its value stands for: the label of
// an enumeration, the address in the bytes. Each is "" where it is not known.
// It is for readers of a report; nothing is decided by it.
func Describe(oid, excerpt string) (object, meaning string) {
	column, ok := normalOID(oid)
	if !ok {
		return "", ""
	}
	for at := column; at != ""; at = at[:max(strings.LastIndexByte(at, '.'), 0)] {
		name, known := objectNames()[at]
		if !known {
			continue
		}
		return name + column[len(at):], meaningOf(at, excerpt)
	}
	return "", ""
}

func meaningOf(column, excerpt string) string {
	if n, err := strconv.ParseInt(excerpt, 10, 64); err == nil {
		return label(enumerations[column], n)
	}
	if addressColumns[column] {
		if raw, err := hex.DecodeString(excerpt); err == nil {
			if a, ok := netip.AddrFromSlice(raw); ok {
				return a.String()
			}
		}
	}
	return ""
}
