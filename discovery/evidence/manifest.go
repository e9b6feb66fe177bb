package evidence

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"hash"
	"strings"
	"time"
)

// Schema is the format that this package writes, as the manifest names it.
const Schema = "gujo/bundle/v1"

// Manifest says where a bundle comes from and what is in it.
type Manifest struct {
	Schema       string            `json:"schema"`
	Tool         Tool              `json:"tool"`
	Created      time.Time         `json:"created"` // when collecting began, UTC
	Zone         string            `json:"zone"`    // within which names and addresses are unique
	Organisation string            `json:"organisation,omitempty"`
	CollectedBy  CollectedBy       `json:"collected_by"`
	Witness      string            `json:"witness,omitempty"`  // free text: who looked on
	Approval     string            `json:"approval,omitempty"` // free text: number of the permission
	Clock        map[string]Offset `json:"clock,omitempty"`    // by target
	Sent         map[string]Sent   `json:"sent,omitempty"`     // by target
	Recovered    string            `json:"recovered,omitempty"`
	Entries      []Entry           `json:"-"`
	Digest       string            `json:"-"` // of the whole: sha256:HEX over manifest.json up to this field
}

// Tool is the build of the program that collected.
type Tool struct {
	Version  string `json:"version"`
	Revision string `json:"revision,omitempty"` // of the sources
	Modified bool   `json:"modified,omitempty"` // the sources differed from the revision
}

// CollectedBy says who collected, and from where.
type CollectedBy struct {
	User      string   `json:"user,omitempty"`
	Host      string   `json:"host,omitempty"`
	Addresses []string `json:"addresses,omitempty"` // of the collecting host
}

// Offset is how far a target's clock is ahead of the collector's; as text, "1.5s".
type Offset time.Duration

// MarshalText writes the offset as time.Duration prints it.
func (o Offset) MarshalText() ([]byte, error) { return []byte(time.Duration(o).String()), nil }

// UnmarshalText is the inverse of [Offset.MarshalText].
func (o *Offset) UnmarshalText(text []byte) error {
	d, err := time.ParseDuration(string(text))
	*o = Offset(d)
	return err
}

// Sent counts what was sent to a target.
type Sent struct {
	Requests int64 `json:"requests"`
	Bytes    int64 `json:"bytes"` // of payload
}

// manifestEntry is an entry as manifest.json lists it.
type manifestEntry struct {
	Entry
	Record string `json:"record"` // sha256:HEX of the zip record, header and packed bytes
}

// manifestFile is manifest.json without its last field, the digest.
type manifestFile struct {
	Manifest
	Collection string          `json:"collection"` // sha256:HEX of the record of collection.json
	Entries    []manifestEntry `json:"entries"`
}

const digestKey = ",\"digest\":\""

// encodeManifest gives the bytes of manifest.json. The digest comes last and
// covers everything before it, so that no reader needs to know all the fields.
func encodeManifest(m manifestFile) (data []byte, digest string, err error) {
	data, err = marshal(m)
	if err != nil {
		return nil, "", err
	}
	data = data[:len(data)-1] // the closing brace
	digest = digestOf(data)
	data = append(data, digestKey+digest+"\"}\n"...)
	return data, digest, nil
}

// decodeManifest checks the digest and decodes.
func decodeManifest(data []byte) (m manifestFile, digest string, err error) {
	tail := len(digestKey) + len("sha256:") + 2*sha256.Size + len("\"}\n")
	if len(data) < tail {
		return m, "", fmt.Errorf("%s: too short", manifestName)
	}
	body, end := data[:len(data)-tail], string(data[len(data)-tail:])
	digest = digestOf(body)
	if end != digestKey+digest+"\"}\n" {
		return m, "", fmt.Errorf("%s: its content does not have the digest that it names", manifestName)
	}
	if err := json.Unmarshal(append(bytes.Clone(body), '}'), &m); err != nil {
		return m, "", fmt.Errorf("%s: %w", manifestName, err)
	}
	if err := checkSchema(m.Schema); err != nil {
		return m, "", fmt.Errorf("%s: %w", manifestName, err)
	}
	return m, digest, nil
}

func checkSchema(s string) error {
	switch {
	case s == Schema:
		return nil
	case strings.HasPrefix(s, "gujo/bundle/"):
		return fmt.Errorf("the format is %s, this program reads %s; a newer one is needed", s, Schema)
	}
	return fmt.Errorf("the schema is %q, want %s", s, Schema)
}

// marshal encodes compactly, without escaping <, > and &.
func marshal(v any) ([]byte, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return nil, err
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), nil
}

// digestOf gives "sha256:HEX".
func digestOf(data []byte) string {
	h := sha256.New()
	h.Write(data)
	return digestFrom(h)
}

func digestFrom(h hash.Hash) string { return "sha256:" + hex.EncodeToString(h.Sum(nil)) }
