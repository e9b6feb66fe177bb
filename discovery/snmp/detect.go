package snmp

import (
	"bytes"
	"strconv"
	"strings"
)

// The formats that [Detect] tells apart, as evidence names them.
const (
	FormatVarbindsName = "varbinds" // our own entries
	FormatSnmprec      = "snmprec"
	FormatSnmpwalk     = "snmpwalk"
)

const detectLines = 40 // a walk may follow a prompt, a banner, a warning about MIBs

// Detect tells by content whether bytes are .snmprec lines or an snmpwalk's
// text; ok is false for anything else.
func Detect(data []byte) (format string, ok bool) {
	data = utf8Text(data[:min(len(data), 1<<16)])
	if bytes.IndexByte(data, 0) >= 0 {
		data = data[:bytes.IndexByte(data, 0)] // text before it may still tell
	}
	for range detectLines {
		if len(data) == 0 {
			break
		}
		var raw []byte
		raw, data, _ = bytes.Cut(data, []byte{'\n'})
		line := strings.TrimSuffix(string(raw), "\r")
		if oid, rest, cut := strings.Cut(line, "|"); cut {
			tag, _, hasValue := strings.Cut(rest, "|")
			_, err := strconv.ParseUint(strings.TrimSuffix(tag, "x"), 10, 8)
			if _, isOID := normalOID(oid); isOID && strings.Contains(oid, ".") && hasValue && err == nil {
				return FormatSnmprec, true
			}
		}
		if _, _, ok := cutVariable(line); ok {
			return FormatSnmpwalk, true
		}
	}
	return "", false
}
