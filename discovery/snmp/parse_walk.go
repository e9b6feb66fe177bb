package snmp

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"math"
	"net/netip"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf16"

	"gujo/discovery/evidence"
)

// Bounds on the lines of a walk that give no variable.
const (
	maxSkipped  = 1000    // that say nothing of what they are about
	maxMissing  = 100_000 // variables whose value was not understood
	maxContinue = 8192    // lines of one value
)

// Skipped is a line of a walk that gave no variable, and why.
type Skipped struct {
	Line   int    // from 1
	Text   string // bounded and cleaned, without what looks like a secret
	OID    string // what the line was about, as far as it can be told
	Want   string // what was expected there, or what would help
	Reason string // an evidence.Reason… word; "" where the agent said that its tree ends here
}

// ParseWalk reads what net-snmp's snmpwalk prints: OID = TYPE: value, with
// numeric OIDs (-On) or the names of the objects that this package reads, with
// types or without (-OQ), enumerations as labels or numbers (-Oe), and values
// over several lines. Text keeps its octets, whatever encoding it has.
//
// A line that is not understood is skipped and the rest is kept. The error,
// which names file and line, is for a file that is too large to be a walk.
func ParseWalk(name string, data []byte) ([]Varbind, []Skipped, error) {
	w := walkText{whole: true}
	data = decodeUTF16(bytes.TrimPrefix(data, utf8BOM))
	if len(data) > 0 && data[len(data)-1] != '\n' {
		w.whole = false
	}
	crlf := false
	for number := 1; len(data) > 0; number++ {
		raw, rest, _ := bytes.Cut(data, []byte{'\n'})
		data = rest
		line := string(raw)
		if number == 1 {
			crlf = strings.HasSuffix(line, "\r")
		}
		if crlf {
			line = strings.TrimSuffix(line, "\r")
		}
		if len(w.vbs) >= maxVarbinds {
			return w.vbs, w.skipped, fmt.Errorf("%s:%d: more than %d variables", name, number, maxVarbinds)
		}
		w.line(number, line)
	}
	w.finish(true)
	return w.vbs, w.skipped, nil
}

// walkText gathers the lines of one variable until the next one begins.
type walkText struct {
	vbs     []Varbind
	skipped []Skipped
	whole   bool // the last line ends with a newline

	at    int      // the line that the variable began at, 0: none did
	name  string   // its name, as written
	lines []string // its value
}

func (w *walkText) line(number int, line string) {
	if name, value, ok := cutVariable(line); ok {
		w.finish(false)
		w.at, w.name, w.lines = number, name, append(w.lines[:0], value)
		return
	}
	if reason, ok := complaint(line); ok {
		w.finish(false)
		w.skip(Skipped{Line: number, Text: line, Want: "a walk to its end", Reason: reason})
		return
	}
	switch {
	case w.at != 0 && len(w.lines) < maxContinue:
		w.lines = append(w.lines, line)
	case strings.TrimSpace(line) != "" && line[0] != '#':
		w.skip(Skipped{Line: number, Text: line, Want: "OID = TYPE: value", Reason: evidence.ReasonUnparsed})
	}
}

// cutVariable splits a line that begins a variable into its name and value.
func cutVariable(line string) (name, value string, ok bool) {
	name, value, ok = strings.Cut(line, " =")
	if !ok || len(name) < 3 || strings.ContainsAny(name, " \t") {
		return "", "", false
	}
	if _, numeric := normalOID(name); value != "" && value[0] != ' ' && !numeric {
		return "", "", false // edited walks lack the space
	}
	return name, strings.TrimPrefix(value, " "), looksLikeOID(name)
}

// looksLikeOID says whether a word is an OID or the name of an object's
// instance, known or not.
func looksLikeOID(word string) bool {
	bare := strings.TrimPrefix(word, ".")
	if module, _, ok := strings.Cut(bare, "::"); ok {
		return moduleName.MatchString(module)
	}
	first, rest, ok := strings.Cut(bare, ".")
	if !ok || rest == "" {
		return false
	}
	if _, err := strconv.ParseUint(first, 10, 32); err == nil {
		return strings.Trim(rest, "0123456789.") == ""
	}
	next, _, _ := strings.Cut(rest, ".")
	_, known := objectIDs()[first]
	_, nextKnown := objectIDs()[next]
	_, err := strconv.ParseUint(next, 10, 32)
	return known && (err == nil || nextKnown)
}

var moduleName = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9-]{0,63}$`)

// complaint recognises what net-snmp's tools print where a walk broke off.
func complaint(line string) (reason string, ok bool) {
	for _, c := range [...]struct{ prefix, reason string }{
		{"Timeout: No Response", evidence.ReasonTimeout},
		{"snmpwalk: Timeout", evidence.ReasonTimeout},
		{"snmpbulkwalk: Timeout", evidence.ReasonTimeout},
		{"Error: OID not increasing", evidence.ReasonLoop},
		{"Error in packet", evidence.ReasonTruncated},
		{"snmpwalk: ", evidence.ReasonTruncated},
		{"snmpbulkwalk: ", evidence.ReasonTruncated},
	} {
		if strings.HasPrefix(line, c.prefix) {
			return c.reason, true
		}
	}
	return "", false
}

// finish makes a variable of the lines gathered; end says that the file ends.
func (w *walkText) finish(end bool) {
	at := w.at
	if w.at = 0; at == 0 {
		return
	}
	lines := w.lines
	blank := len(lines)
	for len(lines) > 1 && strings.TrimSpace(lines[len(lines)-1]) == "" {
		lines = lines[:len(lines)-1]
	}
	cut := end && !w.whole && blank == len(lines)
	skipped := Skipped{Line: at, Text: w.name + " = " + lines[0], Reason: evidence.ReasonUnparsed}
	oid, advice := resolveName(w.name)
	skipped.OID = oid
	if advice != "" {
		skipped.Want = advice
		w.skip(skipped)
		return
	}
	v, used, problem := parseWalkValue(oid, lines)
	switch {
	case problem == (walkProblem{}) && cut && v.Type == 0:
	case problem != (walkProblem{}):
		skipped.Want, skipped.Reason = problem.want, problem.reason
		if cut && problem.reason == evidence.ReasonUnparsed {
			skipped.Reason = evidence.ReasonTruncated
		}
		w.skip(skipped)
		return
	}
	if cut && len(lines) == 1 && lines[0] == "" {
		skipped.Want, skipped.Reason = "a value", evidence.ReasonTruncated
		w.skip(skipped)
		return
	}
	w.vbs = append(w.vbs, v)
	for i, l := range lines[used:] {
		if l = strings.TrimSpace(l); l != "" && l[0] != '#' {
			reason := evidence.ReasonUnparsed
			if cut && used+i == len(lines)-1 {
				reason = evidence.ReasonTruncated
			}
			w.skip(Skipped{Line: at + used + i, Text: l, Want: "OID = TYPE: value", Reason: reason})
		}
	}
}

func (w *walkText) skip(s Skipped) {
	if len(w.skipped) < maxSkipped || s.OID != "" && len(w.skipped) < maxMissing {
		s.Text = discreet(commandSecret.ReplaceAllString(cleanText(s.Text, maxExcerpt), "$1 "+evidence.Marker))
		w.skipped = append(w.skipped, s)
	}
}

// commandSecret finds what a command line pasted above a walk may give away.
var commandSecret = regexp.MustCompile(`(-[cAX3][a-zA-Z]?)\s+\S+`)

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

// decodeUTF16 undoes what a Windows console does to redirected output.
func decodeUTF16(data []byte) []byte {
	var order binary.ByteOrder
	switch {
	case bytes.HasPrefix(data, []byte{0xff, 0xfe}):
		order = binary.LittleEndian
	case bytes.HasPrefix(data, []byte{0xfe, 0xff}):
		order = binary.BigEndian
	default:
		return data
	}
	units := make([]uint16, 0, len(data)/2)
	for i := 2; i+1 < len(data); i += 2 {
		units = append(units, order.Uint16(data[i:]))
	}
	return []byte(string(utf16.Decode(units)))
}
