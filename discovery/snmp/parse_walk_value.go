package snmp

import (
	"encoding/binary"
	"encoding/hex"
	"math"
	"net/netip"
	"regexp"
	"strconv"
	"strings"

	"gujo/discovery/evidence"
)

// walkProblem is why a value was not understood.
type walkProblem struct{ want, reason string }

func unparsed(want string) walkProblem { return walkProblem{want, evidence.ReasonUnparsed} }

// parseWalkValue reads a value and says how many of the lines belong to it.
func parseWalkValue(oid string, lines []string) (v Varbind, used int, problem walkProblem) {
	first := strings.TrimLeft(lines[0], " ")
	if rest, ok := strings.CutPrefix(first, "Wrong Type (should be "); ok {
		if _, after, ok := strings.Cut(rest, "): "); ok {
			first = after
		}
	}
	octets := func(s string, used int) (Varbind, int, walkProblem) {
		v, err := newVarbind(oid, OctetString, s, true)
		if err != nil {
			return v, used, unparsed("at most 65535 octets")
		}
		return v, used, walkProblem{}
	}
	number := func(t Type, s string) (Varbind, int, walkProblem) {
		n, ok := walkNumber(oid, s)
		if !ok {
			return v, 1, unparsed("a whole number")
		}
		v, err := newVarbind(oid, t, n, false)
		if err != nil {
			return v, 1, unparsed("a whole number")
		}
		return v, 1, walkProblem{}
	}

	label, rest, typed := strings.Cut(first, ":")
	rest = strings.TrimPrefix(rest, " ")
	if !typed {
		label = ""
	}
	switch label {
	case "STRING":
		if strings.HasPrefix(rest, `"`) {
			s, used, ok := quoted(rest, lines)
			if !ok {
				return v, used, unparsed("a closing quotation mark")
			}
			return octets(s, used)
		}
		return octets(strings.Join(append([]string{rest}, lines[1:]...), "\n"), len(lines))
	case "Hex-STRING":
		s, used, ok := hexLines(rest, lines)
		if !ok {
			return v, used, unparsed("pairs of hexadecimal digits")
		}
		return octets(s, used)
	case "BITS":
		s, ok := leadingOctets(strings.Join(append([]string{rest}, lines[1:]...), " "))
		if !ok {
			return v, len(lines), unparsed("pairs of hexadecimal digits")
		}
		return octets(s, len(lines))
	case "INTEGER", "Integer32":
		return number(Integer, rest)
	case "Counter32", "Counter":
		return number(Counter32, rest)
	case "Gauge32", "Gauge", "Unsigned32", "UInteger32":
		return number(Gauge32, rest)
	case "Counter64":
		return number(Counter64, rest)
	case "Timeticks":
		return number(TimeTicks, rest)
	case "OID":
		id, advice := resolveName(strings.TrimSpace(rest))
		if advice != "" {
			return v, 1, unparsed(advice)
		}
		return Varbind{OID: oid, Type: ObjectID, Value: id}, 1, walkProblem{}
	case "IpAddress":
		v, err := newVarbind(oid, IPAddress, rest, false)
		if err != nil {
			return v, 1, unparsed("an IPv4 address")
		}
		return v, 1, walkProblem{}
	case "Network Address":
		s, err := hex.DecodeString(strings.ReplaceAll(strings.TrimSpace(rest), ":", ""))
		if err != nil || len(s) != 4 {
			return v, 1, unparsed("four octets")
		}
		return Varbind{OID: oid, Type: IPAddress, Value: netip.AddrFrom4([4]byte(s)).String()}, 1, walkProblem{}
	case "Opaque", "OPAQUE":
		s, ok := opaque(rest)
		if !ok {
			return v, 1, unparsed("a floating-point number or octets")
		}
		return Varbind{OID: oid, Type: Opaque, Value: s}, 1, walkProblem{}
	}
	return untyped(oid, first, lines)
}

// untyped reads a value that net-snmp printed without its type (-OQ, -Ot).
func untyped(oid, first string, lines []string) (v Varbind, used int, problem walkProblem) {
	value := strings.TrimSpace(first)
	switch {
	case strings.HasPrefix(value, "No Such Object"), strings.HasPrefix(value, "No Such Instance"):
		return v, 1, walkProblem{"a value", evidence.ReasonUnsupported}
	case strings.HasPrefix(value, "No more variables left"):
		return v, 1, walkProblem{"a value", ""}
	case value == "NULL":
		return Varbind{OID: oid, Type: Null}, 1, walkProblem{}
	case strings.HasPrefix(first, `"`):
		s, used, ok := quoted(first, lines)
		if !ok {
			return v, used, unparsed("a closing quotation mark")
		}
		// Octets that are no text stand in quotation marks too, and end with a space.
		if strings.HasSuffix(s, " ") {
			if raw, err := hex.DecodeString(strings.Join(strings.Fields(s), "")); err == nil {
				s = string(raw)
			} else if raw, ok := leadingOctets(s); ok && strings.Contains(s, "(") {
				s = raw
			}
		}
		return Varbind{OID: oid, Type: OctetString, Value: s}, used, walkProblem{}
	case value == "" && len(lines) == 1:
		return Varbind{OID: oid, Type: OctetString}, 1, walkProblem{}
	}
	if t, ok := ticks(value); ok {
		return Varbind{OID: oid, Type: TimeTicks, Value: t}, 1, walkProblem{}
	}
	if n, err := strconv.ParseInt(value, 10, 64); err == nil && len(lines) == 1 {
		t := Integer
		switch {
		case n > math.MaxUint32:
			t = Counter64
		case n > math.MaxInt32:
			t = Gauge32
		}
		return Varbind{OID: oid, Type: t, Value: strconv.FormatInt(n, 10)}, 1, walkProblem{}
	}
	if a, err := netip.ParseAddr(value); err == nil && a.Is4() && len(lines) == 1 {
		return Varbind{OID: oid, Type: IPAddress, Value: a.String()}, 1, walkProblem{}
	}
	if value != "" && len(lines) == 1 && (value[0] == '.' || strings.Contains(value, "::") || strings.HasPrefix(value, "iso.")) {
		if id, advice := resolveName(value); advice == "" && strings.Contains(id, ".") {
			return Varbind{OID: oid, Type: ObjectID, Value: id}, 1, walkProblem{}
		}
	}
	if n, ok := enumeration(oid, value); ok {
		return Varbind{OID: oid, Type: Integer, Value: strconv.Itoa(n)}, 1, walkProblem{}
	}
	s := strings.Join(append([]string{first}, lines[1:]...), "\n")
	if len(s) > maxValueOctets {
		return v, len(lines), unparsed("at most 65535 octets")
	}
	return Varbind{OID: oid, Type: OctetString, Value: s}, len(lines), walkProblem{}
}

// quoted reads a value in quotation marks up to the last line that ends with
// one; net-snmp puts a backslash before those inside.
func quoted(first string, lines []string) (s string, used int, ok bool) {
	for used = len(lines); used > 0; used-- {
		last := first
		if used > 1 {
			last = lines[used-1]
		}
		if last = strings.TrimRight(last, " \r"); strings.HasSuffix(last, `"`) && (used > 1 || len(last) > 1) {
			s = strings.Join(append([]string{first}, lines[1:used]...), "\n")
			s = strings.TrimRight(s, " \r")[1:]
			return unescape(s[:len(s)-1]), used, true
		}
	}
	return "", len(lines), false
}

func unescape(s string) string {
	if !strings.Contains(s, `\`) {
		return s
	}
	return strings.NewReplacer(`\\`, `\`, `\"`, `"`).Replace(s)
}

// hexLines reads pairs of hexadecimal digits over as many lines as have nothing else.
func hexLines(first string, lines []string) (s string, used int, ok bool) {
	var b []byte
	for used < len(lines) {
		text := first
		if used > 0 {
			text = lines[used]
		}
		raw, err := hexPairs(text)
		if err {
			return string(b), max(used, 1), used > 0
		}
		b = append(b, raw...)
		used++
	}
	return string(b), used, true
}

func hexPairs(text string) (b []byte, bad bool) {
	separator := " "
	if strings.Contains(text, ":") {
		separator = ":" // d0:2:97:a6:0:1, as MIBs have addresses displayed
	}
	for pair := range strings.SplitSeq(strings.TrimSpace(text), separator) {
		n, err := strconv.ParseUint(pair, 16, 8)
		switch {
		case pair == "":
		case err != nil, len(pair) > 2, len(pair) == 1 && separator == " ":
			return nil, true
		default:
			b = append(b, byte(n))
		}
	}
	return b, false
}

// leadingOctets reads the pairs of digits before the names of bits.
func leadingOctets(text string) (s string, ok bool) {
	var b []byte
	for _, word := range strings.Fields(text) {
		raw, err := hex.DecodeString(word)
		if err != nil || len(raw) != 1 {
			return string(b), len(b) > 0 || strings.Contains(word, "(")
		}
		b = append(b, raw[0])
	}
	return string(b), true
}

// walkNumber reads a number that may have a label, a unit or a unit of time
// beside it: up(1), (12075) 0:02:00.75, 1500 octets, true.
func walkNumber(oid, s string) (string, bool) {
	s = strings.TrimSpace(s)
	if open := strings.IndexByte(s, '('); open >= 0 {
		if inner, _, ok := strings.Cut(s[open+1:], ")"); ok {
			s = inner
		}
	}
	word, _, _ := strings.Cut(s, " ")
	if word == "" {
		return "", false
	}
	if strings.Trim(word, "-0123456789") == "" {
		return word, true
	}
	if t, ok := ticks(s); ok {
		return t, true
	}
	n, ok := enumeration(oid, word)
	return strconv.Itoa(n), ok
}

var ticksText = regexp.MustCompile(`^(?:(\d{1,6}) days?, |(\d{1,6}):)?(\d{1,2}):(\d{2}):(\d{2})\.(\d{2})$`)

// ticks reads a time as net-snmp prints it into hundredths of a second.
func ticks(s string) (string, bool) {
	m := ticksText.FindStringSubmatch(s)
	if m == nil {
		return "", false
	}
	var total int64
	for i, unit := range []int64{8640000, 8640000, 360000, 6000, 100, 1} {
		n, _ := strconv.ParseInt(m[i+1], 10, 32) // digits, or nothing
		total += n * unit
	}
	return strconv.FormatInt(total, 10), true
}

// opaque encodes what net-snmp decodes of an Opaque value.
func opaque(s string) (string, bool) {
	s = strings.TrimSpace(s)
	if f, ok := strings.CutPrefix(s, "Float: "); ok {
		x, err := strconv.ParseFloat(strings.TrimSpace(f), 32)
		b := binary.BigEndian.AppendUint32([]byte{0x9f, 0x78, 4}, math.Float32bits(float32(x)))
		return string(b), err == nil
	}
	if f, ok := strings.CutPrefix(s, "Double: "); ok {
		x, err := strconv.ParseFloat(strings.TrimSpace(f), 64)
		b := binary.BigEndian.AppendUint64([]byte{0x9f, 0x79, 8}, math.Float64bits(x))
		return string(b), err == nil
	}
	raw, bad := hexPairs(s)
	return string(raw), !bad
}
