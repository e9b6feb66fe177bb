package replay

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/des"
	"crypto/hmac"
	"crypto/md5"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/binary"
	"fmt"
	"hash"
	"strings"
)

// User is a user of SNMPv3 whom the agents know.
type User struct {
	Name    string
	Auth    string // md5, sha, sha224, sha256, sha384, sha512, or none
	AuthKey string // pass phrase
	Priv    string // des, aes, aes192, aes256 (Blumenthal), aes192c, aes256c (Reeder), or none
	PrivKey string
}

// authentication is a protocol of RFC 3414 §6, §7 or RFC 7860 §4.
type authentication struct {
	hash func() hash.Hash
	size int // octets of a digest that are sent
}

var authentications = map[string]authentication{
	"md5": {md5.New, 12}, "sha": {sha1.New, 12}, "sha224": {sha256.New224, 16},
	"sha256": {sha256.New, 24}, "sha384": {sha512.New384, 32}, "sha512": {sha512.New, 48},
}

// privacy is a protocol of RFC 3414 §8, RFC 3826, or the drafts that lengthen
// the latter's key.
type privacy struct {
	size   int  // octets of the key
	des    bool //
	reeder bool // the key is lengthened as draft-reeder-snmpv3-usm-3desede says
}

var privacies = map[string]privacy{
	"des": {16, true, false}, "aes": {16, false, false},
	"aes192": {24, false, false}, "aes256": {32, false, false},
	"aes192c": {24, false, true}, "aes256c": {32, false, true},
}

// principal is a user with the keys that its pass phrases give (RFC 3414 §A.2).
// They are costly to make and the same for all agents, until localized.
type principal struct {
	User
	auth             *authentication
	priv             *privacy
	authKey, privKey []byte
}

func newPrincipal(u User) (principal, error) {
	p := principal{User: u}
	if u.Auth == "" {
		if u.Priv != "" {
			return p, fmt.Errorf("user %s: privacy needs authentication", u.Name)
		}
		return p, nil
	}
	a, ok := authentications[strings.ToLower(u.Auth)]
	if !ok {
		return p, fmt.Errorf("user %s: no authentication protocol %q", u.Name, u.Auth)
	}
	if len(u.AuthKey) < 8 {
		return p, fmt.Errorf("user %s: a pass phrase has at least 8 octets", u.Name) // RFC 3414 §11.2
	}
	p.auth, p.authKey = &a, stretch(a, []byte(u.AuthKey))
	if u.Priv == "" {
		return p, nil
	}
	c, ok := privacies[strings.ToLower(u.Priv)]
	if !ok {
		return p, fmt.Errorf("user %s: no privacy protocol %q", u.Name, u.Priv)
	}
	if len(u.PrivKey) < 8 {
		return p, fmt.Errorf("user %s: a pass phrase has at least 8 octets", u.Name)
	}
	p.priv, p.privKey = &c, stretch(a, []byte(u.PrivKey))
	return p, nil
}

// stretch digests a mebibyte of the repeated pass phrase.
func stretch(a authentication, phrase []byte) []byte {
	h := a.hash()
	const total = 1 << 20
	block := make([]byte, 0, total+len(phrase))
	for len(block) < total {
		block = append(block, phrase...)
	}
	h.Write(block[:total])
	return h.Sum(nil)
}

func localize(a authentication, key []byte, engine string) []byte {
	h := a.hash()
	h.Write(key)
	h.Write([]byte(engine))
	h.Write(key)
	return h.Sum(nil)
}

// keys are a user's at one engine.
type keys struct {
	principal
	authLocal, privLocal []byte
}

func (p principal) at(engine string) keys {
	k := keys{principal: p}
	if p.auth == nil {
		return k
	}
	k.authLocal = localize(*p.auth, p.authKey, engine)
	if p.priv == nil {
		return k
	}
	key := localize(*p.auth, p.privKey, engine)
	for last := key; len(key) < p.priv.size; {
		if p.priv.reeder {
			// The key so far is stretched as if it were a pass phrase.
			last = localize(*p.auth, stretch(*p.auth, last), engine)
		} else {
			h := p.auth.hash()
			h.Write(key)
			last = h.Sum(nil)
		}
		key = append(key, last...)
	}
	k.privLocal = key[:p.priv.size]
	return k
}

// digest authenticates a whole message in which the digest's place holds zeros.
func (k keys) digest(message []byte) []byte {
	h := hmac.New(k.auth.hash, k.authLocal)
	h.Write(message)
	return h.Sum(nil)[:k.auth.size]
}

func (k keys) stream(boots, time uint32, salt []byte, decrypt bool) (cipher.Stream, error) {
	block, err := aes.NewCipher(k.privLocal)
	if err != nil {
		return nil, err
	}
	iv := binary.BigEndian.AppendUint32(nil, boots)
	iv = binary.BigEndian.AppendUint32(iv, time)
	iv = append(iv, salt...)
	if decrypt {
		//lint:ignore SA1019 RFC 3826 §3.1.1.1 prescribes this mode
		return cipher.NewCFBDecrypter(block, iv), nil
	}
	//lint:ignore SA1019 RFC 3826 §3.1.1.1 prescribes this mode
	return cipher.NewCFBEncrypter(block, iv), nil
}

func (k keys) block(salt []byte) (cipher.Block, []byte, error) {
	block, err := des.NewCipher(k.privLocal[:8])
	iv := make([]byte, 8)
	for i := range iv {
		iv[i] = k.privLocal[8+i] ^ salt[i]
	}
	return block, iv, err
}

func (k keys) decrypt(boots, time uint32, salt, data []byte) ([]byte, error) {
	if len(salt) != 8 {
		return nil, errEncoding
	}
	out := make([]byte, len(data))
	if !k.priv.des {
		s, err := k.stream(boots, time, salt, true)
		if err != nil {
			return nil, err
		}
		s.XORKeyStream(out, data)
		return out, nil
	}
	if len(data)%des.BlockSize != 0 {
		return nil, errEncoding
	}
	b, iv, err := k.block(salt)
	if err != nil {
		return nil, err
	}
	cipher.NewCBCDecrypter(b, iv).CryptBlocks(out, data)
	return out, nil
}

func (k keys) encrypt(boots, time uint32, salt, data []byte) ([]byte, error) {
	if !k.priv.des {
		s, err := k.stream(boots, time, salt, false)
		if err != nil {
			return nil, err
		}
		out := make([]byte, len(data))
		s.XORKeyStream(out, data)
		return out, nil
	}
	for len(data)%des.BlockSize != 0 {
		data = append(data, 0)
	}
	b, iv, err := k.block(salt)
	if err != nil {
		return nil, err
	}
	out := make([]byte, len(data))
	cipher.NewCBCEncrypter(b, iv).CryptBlocks(out, data)
	return out, nil
}
