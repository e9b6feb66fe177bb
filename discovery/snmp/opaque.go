package snmp

import (
	"encoding/binary"
	"math"
)

// The library decodes what net-snmp wraps into an Opaque; evidence is what the
// agent gave, so it is wrapped again (draft-perkins-opaque-01).

func opaqueFloat(f float32) string {
	return string(binary.BigEndian.AppendUint32([]byte{0x9f, 0x78, 4}, math.Float32bits(f)))
}

func opaqueDouble(f float64) string {
	return string(binary.BigEndian.AppendUint64([]byte{0x9f, 0x79, 8}, math.Float64bits(f)))
}
