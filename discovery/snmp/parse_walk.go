package snmp

import (
	"bytes"
	"fmt"
	"regexp"
	"strconv"
	"strings"

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
	data = utf8Text(data)
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
