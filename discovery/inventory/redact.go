package inventory

import (
	"bytes"
	"regexp"
	"slices"
	"strings"

	"gujo/discovery/evidence"
)

// Names of the rules by which [Redact] replaces, besides those of package evidence.
const (
	RuleSecretKey = "value-of-secret-key" // of community, auth_key, priv_key, password, …
	RuleMisplaced = "value-of-closed-key" // of snmp, auth or priv, and none of their words
	RuleMultiline = "lines-of-secret-key" // a secret over several lines
)

// anyKey matches a key, as "key: value", in a flow mapping or in JSON; secretKey
// says whether it holds a secret.
var (
	anyKey    = regexp.MustCompile(`(?:^|[\s{,\["'-])([\w.-]+)(["']?\s*:)(?:\s+|["'|>]|$)`)
	secretKey = regexp.MustCompile(`(?i)community|passw|passphrase|secret|token|auth_?key|priv_?key|api_?-?key|private_?key`)
	closedKey = regexp.MustCompile(`(^|[\s{,"'])((snmp|auth|priv)["']?\s*:\s+)("[^"]*"?|'[^']*'?|[^\s,}#]+)`)
	blockSign = regexp.MustCompile(`^[|>][-+0-9]*\s*(?:#.*)?$`)
	oneValue  = regexp.MustCompile(`^("(?:[^"\\]|\\.)*"|'(?:[^']|'')*'|[^\s,}\]#"'](?:[^,}\]#]|[^\s]#)*)`)
	reference = regexp.MustCompile(`^["']?(?:env:[A-Za-z_][A-Za-z0-9_]*|file:[^\s,}"']+)["']?$`)
)

// Redact gives an inventory's bytes as they may enter a bundle, with the names of
// the rules that replaced something. References to secrets stay, secrets that
// stand in the file by mistake, in any field or comment, are replaced by
// [evidence.Marker]. The number of lines stays. It works on text, so that a file
// that does not parse can be shown too.
func Redact(data []byte) ([]byte, []string) {
	var used []string
	var out bytes.Buffer
	// Lines indented deeper than within belong to a secret's value; its first may
	// be a reference. In a quote the value reaches to where that is closed.
	within, first, quote := -1, false, byte(0)
	for line := range strings.Lines(string(data)) {
		text := strings.TrimRight(line, "\r\n")
		end := line[len(text):]
		indent := len(text) - len(strings.TrimLeft(text, " \t"))
		switch {
		case quote != 0:
			if i := strings.IndexByte(text, quote); i >= 0 {
				text, quote = text[i+1:], 0
				if strings.HasPrefix(strings.TrimSpace(text), "#") {
					text = ""
				}
				text, _ = redactLine(text, &used)
			} else {
				text = ""
			}
			used = append(used, RuleMultiline)
			out.WriteString(text + end)
			continue
		case within >= 0 && strings.TrimSpace(text) == "":
			out.WriteString(text + end)
			continue
		case within >= 0 && indent > within:
			if masked := text[:indent] + "# " + evidence.Marker; text != masked && !(first && reference.MatchString(strings.TrimSpace(text))) {
				text = masked
				used = append(used, RuleMultiline)
			}
			first = false
			out.WriteString(text + end)
			continue
		}
		within = -1
		masked, open := redactLine(text, &used)
		switch open {
		case 0:
		case ':', '|':
			within, first = keyIndent(text), open == ':'
		default:
			quote = open
		}
		out.WriteString(masked + end)
	}
	slices.Sort(used)
	return out.Bytes(), slices.Compact(used)
}

// keyIndent is where the key of a line stands, behind the dashes of lists.
func keyIndent(text string) int {
	return len(text) - len(strings.TrimLeft(text, " \t-"))
}

// redactLine masks one line. open is the quote that the value leaves open, ':'
// where the value has yet to come, or '|' where it may go on in deeper lines.
func redactLine(text string, used *[]string) (masked string, open byte) {
	var b strings.Builder
	rest := text
	for {
		m := anyKey.FindStringSubmatchIndex(rest)
		if m == nil {
			break
		}
		at := m[5] // behind the colon
		if key := rest[m[2]:m[3]]; !secretKey.MatchString(key) && nearest(key, []string{"community", "auth_key", "priv_key", "password"}) == "" {
			b.WriteString(rest[:at])
			rest = rest[at:]
			continue
		}
		for at < len(rest) && (rest[at] == ' ' || rest[at] == '\t') {
			at++
		}
		b.WriteString(rest[:at])
		rest = rest[at:]
		if rest == "" || rest[0] == '#' {
			open = ':'
			break
		}
		if blockSign.MatchString(rest) {
			open = '|'
			b.WriteString(evidence.Marker)
			*used = append(*used, RuleSecretKey)
			rest = ""
			break
		}
		if v := oneValue.FindString(rest); v != "" {
			open = '|'
			trimmed := strings.TrimRight(v, " \t")
			if !reference.MatchString(trimmed) && trimmed != evidence.Marker {
				b.WriteString(evidence.Marker)
				*used = append(*used, RuleSecretKey)
			} else {
				b.WriteString(trimmed)
			}
			rest = rest[len(trimmed):]
			continue
		}
		if rest[0] == '"' || rest[0] == '\'' {
			open = rest[0]
		} else {
			open = '|'
		}
		b.WriteString(evidence.Marker)
		*used = append(*used, RuleSecretKey)
		rest = ""
		break
	}
	b.WriteString(rest)
	masked = closedKey.ReplaceAllStringFunc(b.String(), func(s string) string {
		m := closedKey.FindStringSubmatch(s)
		words := map[string][]string{"snmp": snmpVersions, "auth": authWords, "priv": privWords}[m[3]]
		if v := strings.Trim(m[4], `"'`); v == evidence.Marker || slices.Contains(words, v) || nearest(v, words) != "" {
			return s
		}
		*used = append(*used, RuleMisplaced)
		return m[1] + m[2] + evidence.Marker
	})
	masked, rules := evidence.Redact(masked, evidence.TextRules())
	*used = append(*used, rules...)
	return masked, open
}
