package snmp

import (
	"fmt"
	"strings"

	"github.com/gosnmp/gosnmp"

	"gujo/discovery/inventory"
)

// Credential is how to ask, with its secrets. Only its name is ever written
// down; printing it in whatever way gives no more.
type Credential struct {
	Name      string
	version   gosnmp.SnmpVersion
	community string
	user      string
	context   string
	auth      gosnmp.SnmpV3AuthProtocol
	authKey   string
	priv      []gosnmp.SnmpV3PrivProtocol // several: ways to lengthen the key, tried in order
	privKey   string
}

// NewCredential takes a credential of an inventory and what it refers to.
func NewCredential(c inventory.Credential, k inventory.Keys) (Credential, error) {
	out := Credential{Name: c.Name, user: c.User, context: c.Context}
	fail := func(format string, args ...any) (Credential, error) {
		return Credential{}, fmt.Errorf("credential %s: %w", c.Name, fmt.Errorf(format, args...))
	}
	secret := func(what string, s inventory.Secret) (string, error) {
		if s.IsZero() {
			return "", fmt.Errorf("%s is missing", what)
		}
		return s.Reveal(), nil
	}
	var err error
	switch strings.ToLower(c.SNMP) {
	case "v1", "1":
		out.version = gosnmp.Version1
	case "v2c", "2c", "":
		out.version = gosnmp.Version2c
	case "v3", "3":
		out.version = gosnmp.Version3
	default:
		return fail("SNMP version %q is none of v1, v2c, v3", c.SNMP)
	}
	if out.version != gosnmp.Version3 {
		if out.community, err = secret("community", k.Community); err != nil {
			return fail("%w", err)
		}
		if len(out.community) > 127 { // the library writes its length in one octet
			return fail("community is longer than 127 octets")
		}
		return out, nil
	}

	if c.User == "" || len(c.User) > 32 { // RFC 3414 §2.4
		return fail("user must have 1 to 32 octets")
	}
	out.auth = gosnmp.NoAuth
	if c.Auth != "" {
		var ok bool
		if out.auth, ok = authProtocols[strings.ToLower(c.Auth)]; !ok {
			return fail("auth %q is none of md5, sha, sha224, sha256, sha384, sha512", c.Auth)
		}
		if out.authKey, err = secret("auth_key", k.AuthKey); err != nil {
			return fail("%w", err)
		}
	}
	if c.Priv != "" {
		if c.Auth == "" {
			return fail("priv needs auth")
		}
		var ok bool
		if out.priv, ok = privProtocols[strings.ToLower(c.Priv)]; !ok {
			return fail("priv %q is none of des, aes, aes192, aes256", c.Priv)
		}
		if out.privKey, err = secret("priv_key", k.PrivKey); err != nil {
			return fail("%w", err)
		}
	}
	return out, nil
}

var authProtocols = map[string]gosnmp.SnmpV3AuthProtocol{
	"md5": gosnmp.MD5, "sha": gosnmp.SHA, "sha1": gosnmp.SHA, "sha224": gosnmp.SHA224,
	"sha256": gosnmp.SHA256, "sha384": gosnmp.SHA384, "sha512": gosnmp.SHA512,
}

// Two drafts say how a key is lengthened for AES-192 and AES-256: Blumenthal's
// and Reeder's. Devices follow either and nothing on the wire tells which.
var privProtocols = map[string][]gosnmp.SnmpV3PrivProtocol{
	"des": {gosnmp.DES}, "aes": {gosnmp.AES}, "aes128": {gosnmp.AES},
	"aes192": {gosnmp.AES192C, gosnmp.AES192},
	"aes256": {gosnmp.AES256C, gosnmp.AES256},
}

// Guard tells a sink, such as an [evidence.Writer], what must never enter it.
func (c Credential) Guard(sink interface{ Guard(secrets ...string) }) {
	sink.Guard(c.community, c.authKey, c.privKey)
}

// String gives the name.
func (c Credential) String() string { return c.Name }

// GoString gives the name, so that %#v shows no secret either.
func (c Credential) GoString() string { return "snmp.Credential{" + c.Name + "}" }

// Format gives the name for every verb; %x and %d would else reach the fields.
func (c Credential) Format(f fmt.State, _ rune) { fmt.Fprint(f, c.Name) }

func (c Credential) versionName() string {
	switch c.version {
	case gosnmp.Version1:
		return "v1"
	case gosnmp.Version2c:
		return "v2c"
	}
	return "v3"
}

// variants gives one credential for each way of lengthening the privacy key.
func (c Credential) variants() []Credential {
	if len(c.priv) < 2 {
		return []Credential{c}
	}
	var out []Credential
	for _, p := range c.priv {
		v := c
		v.priv = []gosnmp.SnmpV3PrivProtocol{p}
		out = append(out, v)
	}
	return out
}

// handle makes the library's handle. It is not safe for concurrent use: one
// session has one.
func (c Credential) handle() *gosnmp.GoSNMP {
	g := &gosnmp.GoSNMP{Version: c.version, Community: c.community, MaxOids: maxWidth}
	if c.version != gosnmp.Version3 {
		return g
	}
	sec := &gosnmp.UsmSecurityParameters{UserName: c.user,
		AuthenticationProtocol: c.auth, AuthenticationPassphrase: c.authKey, PrivacyProtocol: gosnmp.NoPriv}
	g.MsgFlags = gosnmp.NoAuthNoPriv
	if c.auth > gosnmp.NoAuth {
		g.MsgFlags = gosnmp.AuthNoPriv
	}
	if len(c.priv) > 0 {
		g.MsgFlags = gosnmp.AuthPriv
		sec.PrivacyProtocol, sec.PrivacyPassphrase = c.priv[0], c.privKey
	}
	g.SecurityModel, g.SecurityParameters, g.ContextName = gosnmp.UserSecurityModel, sec, c.context
	return g
}
