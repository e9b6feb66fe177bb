package evidence

import (
	"regexp"
	"slices"
	"strings"
)

// Marker stands where a secret stood.
const Marker = "(redacted)"

// Rule replaces secrets of one sort by [Marker].
type Rule struct {
	Name    string            // as an entry's Redactions record it
	needs   []string          // without any of these words, in lower case, the pattern need not be tried
	only    *regexp.Regexp    // what a text must hold for the rule to apply; nil: anything
	pattern *regexp.Regexp    // the third group is the secret
	argued  bool              // the secret ends where the argument does
	spare   func(string) bool // whether the second and third group together are none after all
}

// value is what follows a word that announces a secret: quoted, or up to the next
// space. A quote that is never closed reaches to the end.
const value = `("(?:[^"\\]|\\.)*"?|'[^']*'?|[^\s"',;}\])&][^\s,;}\])&]*)`

var (
	inAddress = Rule{
		Name:    "user-password-in-address",
		needs:   []string{"@"},
		pattern: regexp.MustCompile(`()((?:\b[A-Za-z][A-Za-z0-9+.-]*:)?//[^\s/@:'"]*:|(?:^|[\s='"(,])[A-Za-z0-9._%+-]+:)([^\s@/'"][^\s@'"]*(?:@[^\s@/'"]*)*)@`),
		spare:   mailAddress.MatchString,
	}
	inURL = Rule{
		Name:    inAddress.Name,
		needs:   []string{"//"},
		pattern: regexp.MustCompile(`()(\b[A-Za-z][A-Za-z0-9+.-]*://[^\s/@:'"]*:)([^\s@/'"][^\s@'"]*(?:@[^\s@/'"]*)*)@`),
	}
	afterWord = Rule{
		Name:    "value-after-secret-word",
		needs:   []string{"pass", "pwd", "token", "secret", "key", "credential", "community"},
		pattern: regexp.MustCompile(`(?i)()([A-Za-z0-9_.-]*(?:pass|pwd|token|secret|key|credential|community)[A-Za-z0-9_.-]*["']?(?:\s*[:=]+\s*|\s+))` + value),
		argued:  true,
		spare:   nextOption.MatchString,
	}
	afterP = Rule{
		Name:    "value-after-p",
		needs:   []string{"-p"},
		pattern: regexp.MustCompile(`(^|\s)(-p(?:\s*=\s*|\s+)?)` + value),
		argued:  true,
		spare:   longOption.MatchString,
	}
	afterLetter = Rule{ // of ldapsearch, redis-cli, snmpwalk, ipmitool, plink and the like
		Name:    "value-after-secret-option",
		needs:   []string{"-a", "-p", "-w", "-x"},
		pattern: regexp.MustCompile(`(^|\s)(-(?:a|A|P|w|X|pw|-auth)(?:\s*=\s*|\s+))` + value),
		argued:  true,
		spare:   harmless.MatchString,
	}
	afterUser = Rule{ // of curl and smbclient
		Name:    "password-after-user",
		needs:   []string{"-u", "-proxy-user"},
		pattern: regexp.MustCompile(`(^|\s)((?:-u|-U|--user|--proxy-user)(?:\s*=\s*|\s*)["']?[^\s:%="']+[:%])([^\s"']+)`),
		argued:  true,
	}
	oracle = Rule{ // of sqlplus: user/password@service
		Name:    "user-password-in-address",
		needs:   []string{"@"},
		pattern: regexp.MustCompile(`(^|[\s=])(["']?[A-Za-z][\w$#]*/)([^\s/@"']+)@`),
	}
	bearer = Rule{
		Name:    "authorization",
		needs:   []string{"bearer", "basic"},
		pattern: regexp.MustCompile(`(?i)()(\b(?:bearer|basic)\s+)` + value),
	}
	snmpOption = Rule{
		Name:    "snmp-secret-option",
		needs:   []string{"-c", "-a", "-x", "-3"},
		only:    regexp.MustCompile(`(?i)(?:^|\s)-v\s*(?:1|2c|3)\b|\bsnmp[a-z]+(?:\.exe)?["']?\s`),
		pattern: regexp.MustCompile(`(^|\s)(-(?:c|A|X|3[KMkm])[:=]?\s*)("(?:[^"\\]|\\.)*"?|'[^']*'?|[^\s"']\S*)`),
	}
	afterColon = Rule{
		Name:    "value-after-secret-word",
		needs:   []string{"pass", "pwd", "token", "secret", "community", "key", "비밀번호", "패스워드", "암호"},
		pattern: regexp.MustCompile(`(?i)()((?:[A-Za-z0-9_.-]*(?:passw|passphrase|passcode|pwd|token|secret|community|[._-]key|apikey)[A-Za-z0-9_.-]*|\bpass|비밀번호|패스워드|암호)["']?\s*(?:[:=]+|(?:is|는|은)[\s:=]+)\s*)` + value),
		spare:   hostAndPort,
	}
)

// longOption is a word that begins with -p and yet is not -p with its value.
var longOption = regexp.MustCompile(`^-p(?:ass(?:in|out|word|wd|phrase)?|wd?|ort|id(?:file)?|ath|refix|rofile|roperties)(?:=.*)?$`)

// nextOption is a word for a secret and then another option rather than a value,
// as in "sshpass -p".
var nextOption = regexp.MustCompile(`\s(?:-[A-Za-z]|--[a-z][a-z-]*)$`)

// harmless is what stands behind -P, -a or -X and is none: a port, a path, a
// method of HTTP, another option.
var harmless = regexp.MustCompile(`[\s=](?:[0-9]{1,5}|/.*|[A-Z]{3,7}|-[A-Za-z]|--[a-z][a-z-]*)$`)

// mailAddress is one with the word before it that says so.
var mailAddress = regexp.MustCompile(`(?i)(?:^|[\s='"(,])(?:mailto|e-?mail|sips?|xmpp):[^:@\s]*$`)

// hostAndPort reports whether text like "community.example.kr:443" or
// "token-sw:Gi0/1" is a machine with a port: what stands right before the colon is
// no word for a secret.
func hostAndPort(s string) bool {
	name, port, found := strings.Cut(s, ":")
	i := strings.LastIndexAny(name, ".-")
	if !found || i < 0 || port == "" || strings.ContainsAny(port[:1], " \t:=") || strings.ContainsAny(name, " \t\"'") {
		return false
	}
	last := strings.ToLower(name[i+1:])
	return !slices.ContainsFunc(afterWord.needs, func(word string) bool { return strings.Contains(last, word) })
}

// reference is what says where a secret is to be found, as openssl and our own
// inventory write it; it is none itself.
var reference = regexp.MustCompile(`^["']?(?:env:[A-Za-z_][A-Za-z0-9_]*|file:/?[\w.+/-]+)["']?$`)

// ArgumentRules are for the arguments of a running program (hrSWRunParameters):
// values after words that contain pass, pwd, token, secret, key and the like,
// after -p and other letters that tools take a password by, and user:password@
// in addresses. They rather mask too much.
func ArgumentRules() []Rule {
	return []Rule{inAddress, afterUser, oracle, afterWord, afterP, bearer, snmpOption, afterLetter}
}

// TextRules are for free text, such as a location, a description or a comment:
// values after "password:" and the like, and user:password@ in addresses.
func TextRules() []Rule { return []Rule{inAddress, afterColon, snmpOption} }

// AddressRules are for messages, which may repeat what somebody typed:
// user:password@ alone.
func AddressRules() []Rule { return []Rule{inAddress} }

// URLRules are for what is no text of people, such as the attributes of a graph:
// scheme://user:password@ alone.
func URLRules() []Rule { return []Rule{inURL} }

// Redact replaces what the rules recognise by [Marker], and gives the names of
// the rules that replaced something, sorted. What has been redacted stays as it is.
func Redact(text string, rules []Rule) (string, []string) {
	var used []string
	lower := strings.ToLower(text)
	for _, rule := range rules {
		if !slices.ContainsFunc(rule.needs, func(word string) bool { return strings.Contains(lower, word) }) ||
			rule.only != nil && !rule.only.MatchString(text) {
			continue
		}
		text = rule.replace(text, func() { used = append(used, rule.Name) })
	}
	slices.Sort(used)
	return text, slices.Compact(used)
}

// replace masks the third group of every match.
func (r Rule) replace(text string, hit func()) string {
	var b strings.Builder
	at := 0
	for at <= len(text) {
		m := r.pattern.FindStringSubmatchIndex(text[at:])
		if m == nil {
			break
		}
		from, to := at+m[6], at+m[7]
		b.WriteString(text[at:from])
		was := text[from:to]
		switch {
		case strings.HasPrefix(was, strings.TrimSuffix(Marker, ")")), reference.MatchString(was):
			b.WriteString(was)
		case r.spare != nil && r.spare(text[at+m[4]:to]):
			to = from // what follows may announce a secret itself
		default:
			if r.argued && was[0] != '"' && was[0] != '\'' {
				to = argumentEnd(text, to)
			}
			b.WriteString(Marker)
			hit()
		}
		at = to
	}
	b.WriteString(text[at:])
	return b.String()
}

// nextPair is what stands behind a value and begins another, as in
// "password=x&user=y".
var nextPair = regexp.MustCompile(`^[,;&]\s*["']?[A-Za-z_][\w.-]{0,60}["']?\s*[:=]`)

// argumentEnd is where an unquoted value ends that has been read up to a place:
// at the next space, or before punctuation that closes what it stands in.
// Passwords hold punctuation too.
func argumentEnd(text string, to int) int {
	const blank, closing = " \t\r\n", `)}],;&"'`
	for to < len(text) && strings.IndexByte(blank, text[to]) < 0 && !nextPair.MatchString(text[to:]) {
		next := to
		for next < len(text) && strings.IndexByte(closing, text[next]) >= 0 && (next == to || !nextPair.MatchString(text[next:])) {
			next++
		}
		if next > to && (next == len(text) || strings.IndexByte(blank, text[next]) >= 0) {
			return to
		}
		to = max(next, to+1)
	}
	return to
}
