package snmp

import (
	"bytes"
	"encoding/binary"
	"unicode/utf16"
)

var utf8BOM = []byte{0xef, 0xbb, 0xbf}

// utf8Text gives the bytes of a file without a mark of its encoding, and one in
// UTF-16, which is what Windows PowerShell makes of a tool's output that is
// redirected into a file, in UTF-8. In any other encoding the texts of devices
// keep their octets: [cleanText] reads those.
func utf8Text(data []byte) []byte {
	order, skip := utf16Order(data)
	if order == nil {
		return bytes.TrimPrefix(data, utf8BOM)
	}
	units := make([]uint16, 0, len(data)/2)
	for i := skip; i+1 < len(data); i += 2 {
		units = append(units, order.Uint16(data[i:]))
	}
	return []byte(string(utf16.Decode(units)))
}

// utf16Order gives the order of the octets of UTF-16, nil for what is none: by
// its mark (RFC 2781 §3.2) or, where an editor left that out, by the first four
// characters, which in the files that are read here are ASCII.
func utf16Order(data []byte) (order binary.ByteOrder, skip int) {
	switch {
	case bytes.HasPrefix(data, []byte{0xff, 0xfe}):
		return binary.LittleEndian, 2
	case bytes.HasPrefix(data, []byte{0xfe, 0xff}):
		return binary.BigEndian, 2
	case len(data) < 8:
		return nil, 0
	}
	for _, o := range []binary.ByteOrder{binary.LittleEndian, binary.BigEndian} {
		ascii := true
		for i := 0; i < 8; i += 2 {
			u := o.Uint16(data[i:])
			ascii = ascii && (u >= ' ' && u <= '~' || u == '\t' || u == '\r' || u == '\n')
		}
		if ascii {
			return o, 0
		}
	}
	return nil, 0
}
