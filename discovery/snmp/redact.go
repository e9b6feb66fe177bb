package snmp

import (
	"bytes"
	"cmp"
	"encoding/hex"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"gujo/discovery/evidence"
)

// rulesOf gives the rules for an object that is collected: nil where its text is
// of the machine's making.
func rulesOf(oid string) []evidence.Rule {
	below := func(c string) bool { _, ok := Under(oid, c); return ok }
	switch {
	case below(commandLine), below(commandPath):
		return evidence.ArgumentRules()
	case slices.ContainsFunc(freeText, below):
		return evidence.TextRules()
	}
	return nil
}

// fileRulesOf gives the rules for an object of a file, which may hold any.
func fileRulesOf(oid string) []evidence.Rule {
	if rules := rulesOf(oid); rules != nil {
		return rules
	}
	return evidence.TextRules()
}

// secretRoot gives the subtree that is never asked for and that an object lies in.
func secretRoot(oid string) (root string, ok bool) {
	for _, s := range secrets {
		if _, under := Under(oid, s); under || oid == s {
			return s, true
		}
	}
	return "", false
}

// Redact gives the bytes of a file that others recorded, in one of the formats
// of [Detect], as they may enter a bundle, and the names of the rules that
// replaced something. Lines stay lines and variables variables, but:
//
//   - objects of [Secrets] become (redacted), and their row's index, which may be
//     a community, is left out;
//   - so do objects whose name, in a walk with names, announces a secret;
//   - what the rules of package evidence find in any other text is replaced, of
//     running programs by its rules for arguments;
//   - the keys of a command pasted above a walk (-c, -A, -X) and the communities
//     and keys that the file itself gives are replaced wherever else they stand.
func Redact(format string, data []byte) ([]byte, []string) {
	text := utf8Text(data)
	m := &masker{}
	each := m.records
	if format == FormatSnmpwalk {
		each = m.walk
	}
	each(text) // for what it tells
	m.known, m.used = evidence.NewKnown(m.told...), nil
	out := each(text)
	if len(m.used) == 0 {
		return data, nil
	}
	slices.Sort(m.used)
	return out, slices.Compact(m.used)
}

// Names of the rules by which [Redact] replaces, besides those of package evidence.
const (
	RuleSecretObject = "secret-object"         // the object is one that is never asked for
	RuleCommandKey   = "key-of-pasted-command" // of the command that made the walk
)

// masker replaces secrets in the lines of a file.
type masker struct {
	told    []string // secrets that the file gives by name
	known   *evidence.Known
	used    []string
	command bool // the line before is a command of SNMP that goes on
}

// text masks text by rules and by what is known.
func (m *masker) text(s string, rules []evidence.Rule) string {
	s, names := evidence.Redact(s, rules)
	m.used = append(m.used, names...)
	s, hit := m.known.Text(s)
	if hit {
		m.used = append(m.used, evidence.RuleKnown)
	}
	return s
}

// secret notes a value that is replaced as a whole.
func (m *masker) secret(column, value string) string {
	m.used = append(m.used, RuleSecretObject)
	if value != evidence.Marker && plainASCII(value) && tellsSecret.MatchString(column) {
		m.told = append(m.told, value)
	}
	return evidence.Marker
}

// tellsSecret are the objects whose value is a secret itself, by OID or name; of
// the other objects of [Secrets] many are common words.
var tellsSecret = regexp.MustCompile(`^1\.3\.6\.1\.6\.3\.18\.1\.1\.1\.2\.|^1\.3\.6\.1\.2\.1\.(?:14\.7\.1\.16|14\.9\.1\.11|47\.1\.2\.1\.1\.4|68\.1\.3\.1\.10)\.|` +
	`^1\.3\.6\.1\.4\.1\.9\.9\.(?:106\.1\.2\.1\.1\.2|96\.1\.1\.1\.1\.8)\.|(?i)snmpCommunityName|ospf(?:Virt)?IfAuthKey|entLogicalCommunity|` +
	`vrrpOperAuthKey|cHsrpGrpAuth|passw|passphrase|secret|communityString|presharedkey`)

// neverAsked are the names by which a tool with MIBs calls the objects of
// [Secrets]; announcesSecret are those of others that promise one.
var (
	neverAsked = regexp.MustCompile(`(?:^|[.:])(?:snmpCommunity|snmpTarget(?:Addr|Params)|usmUser|vacm|ospf(?:Virt)?IfAuthKey|` +
		`entLogicalCommunity|vrrpOperAuthKey|cHsrpGrpAuth|ccCopy)`)
	announcesSecret = regexp.MustCompile(`(?i)(?:^|[.:])[a-z0-9-]*(?:passw|passphrase|secret|community(?:name|string)|authkey|privkey|presharedkey)[a-z0-9-]*`)
)

// records masks .snmprec lines.
func (m *masker) records(data []byte) []byte {
	var out bytes.Buffer
	for line := range bytes.Lines(data) {
		text := strings.TrimRight(string(line), "\r\n")
		out.WriteString(m.record(text))
		out.Write(line[len(text):])
	}
	return out.Bytes()
}

func (m *masker) record(line string) string {
	oid, rest, _ := strings.Cut(line, "|")
	tag, value, ok := strings.Cut(rest, "|")
	number, isOID := normalOID(strings.TrimSpace(oid))
	if !ok || !isOID {
		return m.loose(line)
	}
	octets, inHex := strings.CutSuffix(tag, "x")
	if inHex {
		if raw, err := hex.DecodeString(value); err == nil {
			value = string(raw)
		}
	}
	if root, ok := secretRoot(number); ok {
		return root + "|" + strconv.Itoa(int(OctetString)) + "|" + m.secret(number, value)
	}
	if typ, err := strconv.ParseUint(octets, 10, 8); err == nil && Type(typ) != OctetString && Type(typ) != Opaque {
		return line
	}
	masked := m.text(value, fileRulesOf(number))
	switch {
	case masked == value:
		return line
	case inHex || !plainASCII(masked):
		return oid + "|" + octets + "x|" + hex.EncodeToString([]byte(masked))
	}
	return oid + "|" + tag + "|" + masked
}

// walk masks an snmpwalk's text. It takes the lines apart as [ParseWalk] does.
func (m *masker) walk(data []byte) []byte {
	var out bytes.Buffer
	lines := strings.SplitAfter(string(data), "\n")
	crlf := strings.HasSuffix(lines[0], "\r\n")
	ends := make([]string, len(lines))
	for i, line := range lines {
		text := strings.TrimSuffix(line, "\n")
		if crlf {
			text = strings.TrimSuffix(text, "\r")
		}
		lines[i], ends[i] = text, line[len(text):]
	}
	for at := 0; at < len(lines); {
		name, value, ok := cutVariable(lines[at])
		next := at + 1
		if !ok {
			out.WriteString(m.loose(lines[at]) + ends[at])
			at = next
			continue
		}
		for next < len(lines) && next-at < maxContinue && !beginsAnew(lines[next]) {
			next++
		}
		for i, text := range m.variable(name, value, lines[at:next]) {
			out.WriteString(text + ends[at+i])
		}
		at = next
	}
	return out.Bytes()
}

// beginsAnew tells a line that does not go on with the value before it.
func beginsAnew(line string) bool {
	_, _, variable := cutVariable(line)
	_, broken := complaint(line)
	return variable || broken || namesSecret(line)
}

// namesSecret tells a line that begins with the name or number of an object that
// is a secret, though it is no variable as [ParseWalk] knows them.
func namesSecret(line string) bool {
	name, _, _ := strings.Cut(strings.TrimSpace(line), " ")
	if !strings.Contains(name, ".") {
		return false
	}
	oid, _ := resolveName(name)
	_, secret := secretRoot(oid)
	return secret || neverAsked.MatchString(name) || strings.Contains(name, "::") && announcesSecret.MatchString(name)
}

// loose masks a line that is no variable: a prompt, a command, a complaint.
func (m *masker) loose(line string) string {
	isCommand := m.command || strings.Contains(strings.ToLower(line), "snmp")
	m.command = isCommand && strings.HasSuffix(strings.TrimSpace(line), `\`)
	if _, broken := complaint(line); broken {
		return m.text(line, evidence.TextRules())
	}
	if namesSecret(line) {
		return m.secret("", "")
	}
	if isCommand {
		for _, found := range commandKey.FindAllStringSubmatch(line, -1) {
			m.told = append(m.told, strings.Trim(found[2], `"'`))
		}
		if masked := commandKey.ReplaceAllString(line, "${1}"+evidence.Marker); masked != line {
			m.used = append(m.used, RuleCommandKey)
			line = masked
		}
	}
	return m.text(line, evidence.ArgumentRules())
}

// commandKey finds a key of the tools of net-snmp and their like: -c COMMUNITY,
// -A and -X PASSPHRASE, -3m and the like KEY.
var commandKey = regexp.MustCompile(`((?:^|\s)-(?:c|A|X|3[KMkm])[:=]?\s*)("(?:[^"\\]|\\.)*"?|'[^']*'?|[^\s"']\S*)`)

// variable masks the lines of one variable, of which name and first value are
// cut off the first; it gives as many.
func (m *masker) variable(name, first string, lines []string) []string {
	out := slices.Clone(lines)
	value := append([]string{first}, lines[1:]...)
	for len(value) > 1 && strings.TrimSpace(value[len(value)-1]) == "" {
		value = value[:len(value)-1]
	}
	oid, _ := resolveName(name)
	v, used, problem := parseWalkValue(oid, value)
	understood := problem == (walkProblem{})
	isText := v.Type == OctetString || v.Type == Opaque

	object := name[:len(name)-len(rowIndex.FindString(name))]
	root, secret := secretRoot(oid)
	if !secret && (neverAsked.MatchString(object) || announcesSecret.MatchString(object) && (isText || !understood)) {
		root, secret = object, true
	}
	switch {
	case secret:
		clear(out)
		out[0] = root + ` = STRING: "` + m.secret(cmp.Or(oid, name), v.Value) + `"`
		return out
	case !understood:
		out[0] = strings.TrimSuffix(lines[0], first) + m.text(first, fileRulesOf(oid))
		used = 1
	case isText:
		if text := m.text(v.Value, fileRulesOf(oid)); text != v.Value {
			copy(out, written(oid, text, first, used))
			out[0] = name + " = " + out[0]
		}
	}
	for i := used; i < len(value); i++ {
		out[i] = m.loose(value[i])
	}
	return out
}

// rowIndex is what stands behind an object's name in the name of its instance.
var rowIndex = regexp.MustCompile(`(?:\.[0-9]|\.?["'[]).*$`)

// written writes a text as an snmpwalk's value of so many lines: in the form
// that it had, as far as that can be read back.
func written(oid, text, first string, used int) []string {
	pad := func(lines []string) []string {
		return append(lines, make([]string, max(used-len(lines), 0))...)
	}
	escaped := strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(text)
	lines := pad(strings.Split(`STRING: "`+escaped+`"`, "\n"))
	v, _, problem := parseWalkValue(oid, lines)
	if len(lines) == used && !strings.Contains(first, "Hex-STRING:") && !strings.Contains(text, "\r") &&
		!slices.ContainsFunc(lines[1:], beginsAnew) && problem == (walkProblem{}) && v.Value == text {
		return lines
	}
	return pad([]string{fmt.Sprintf("Hex-STRING: % X", text)})
}
