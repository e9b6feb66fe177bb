package inventory

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"regexp"
	"strings"

	"gujo/discovery/evidence"
)

// Secret is a value that prints as a marker wherever it is printed: by fmt, as
// JSON, text or YAML, in a log. Only [Secret.Reveal] gives it.
type Secret struct{ value string }

// NewSecret makes a secret of a value that came otherwise than by reference.
func NewSecret(value string) Secret { return Secret{value} }

// Reveal gives the value, to be sent to the target and nowhere else.
func (s Secret) Reveal() string { return s.value }

// IsZero reports whether there is none.
func (s Secret) IsZero() bool { return s.value == "" }

// String gives the marker.
func (s Secret) String() string { return evidence.Marker }

// GoString gives the marker.
func (s Secret) GoString() string { return evidence.Marker }

// Format prints the marker, whatever the verb.
func (s Secret) Format(f fmt.State, _ rune) { io.WriteString(f, evidence.Marker) }

// MarshalJSON gives the marker.
func (s Secret) MarshalJSON() ([]byte, error) { return json.Marshal(evidence.Marker) }

// MarshalText gives the marker.
func (s Secret) MarshalText() ([]byte, error) { return []byte(evidence.Marker), nil }

// MarshalYAML gives the marker.
func (s Secret) MarshalYAML() (any, error) { return evidence.Marker, nil }

// LogValue gives the marker.
func (s Secret) LogValue() slog.Value { return slog.StringValue(evidence.Marker) }

// Keys are a credential's secrets.
type Keys struct {
	Community Secret
	AuthKey   Secret
	PrivKey   Secret
}

// Resolve reads what the credential refers to. Errors name the credential, the
// field and the variable or file, never a value.
func (c Credential) Resolve() (Keys, error) {
	var k Keys
	var errs []error
	for _, s := range []struct {
		field, ref string
		into       *Secret
	}{{"community", c.Community, &k.Community}, {"auth_key", c.AuthKey, &k.AuthKey}, {"priv_key", c.PrivKey, &k.PrivKey}} {
		if s.ref == "" {
			continue
		}
		var err error
		if *s.into, err = ResolveSecret(s.ref); err != nil {
			errs = append(errs, fmt.Errorf("credential %s: %s: %w", c.Name, s.field, err))
		}
	}
	return k, errors.Join(errs...)
}

// Guard tells a sink, such as an [evidence.Writer], which values must never enter
// it: the secrets of all credentials, as far as they can be read here. Where
// files of others are imported they need not be.
func (inv *Inventory) Guard(sink interface{ Guard(secrets ...string) }) {
	for _, c := range inv.Credentials {
		k, _ := c.Resolve()
		sink.Guard(k.Community.Reveal(), k.AuthKey.Reveal(), k.PrivKey.Reveal())
	}
}

// references gives the fields that refer to secrets.
func (c *Credential) references() []*string { return []*string{&c.Community, &c.AuthKey, &c.PrivKey} }

const (
	wantReference = "want env:NAME for an environment variable, or file:PATH for a file of mode 0600"
	maxSecret     = 64 << 10
)

var variable = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)

// checkReference says what is wrong with a reference, without repeating it: it may
// be the secret itself.
func checkReference(ref string) error {
	if ref == evidence.Marker {
		return nil // the inventory comes out of a bundle
	}
	name, isEnv := strings.CutPrefix(ref, "env:")
	path, isFile := strings.CutPrefix(ref, "file:")
	switch {
	case !isEnv && !isFile:
		return errors.New("a secret must not stand here itself; " + wantReference)
	case isEnv && !variable.MatchString(name):
		return errors.New("what follows env: is no name of an environment variable; " + wantReference)
	case isFile && (path == "" || strings.ContainsRune(path, 0)):
		return errors.New("what follows file: is no path; " + wantReference)
	}
	return nil
}

// ResolveSecret reads the secret that "env:NAME" or "file:PATH" refers to. A file
// must be a regular one of mode 0600 or stricter and belong to who runs the
// program or to root; line breaks at its end are left out.
func ResolveSecret(ref string) (Secret, error) {
	if err := checkReference(ref); err != nil {
		return Secret{}, err
	}
	if ref == evidence.Marker {
		return Secret{}, errors.New("the inventory comes out of a bundle and has no secrets; give the original one")
	}
	if name, ok := strings.CutPrefix(ref, "env:"); ok {
		v, set := os.LookupEnv(name)
		switch {
		case !set:
			return Secret{}, fmt.Errorf("the environment variable %s is not set", name)
		case v == "":
			return Secret{}, fmt.Errorf("the environment variable %s is empty", name)
		}
		return Secret{v}, nil
	}
	return readSecret(strings.TrimPrefix(ref, "file:"))
}

func readSecret(path string) (Secret, error) {
	// What is opened may block, were it a pipe; so it is looked at before, and
	// again once it is open, since it may have been exchanged.
	info, err := os.Stat(path)
	if err == nil {
		err = checkSecretFile(path, info)
	}
	if err != nil {
		return Secret{}, err
	}
	file, err := os.Open(path)
	if err != nil {
		return Secret{}, err
	}
	defer file.Close()
	if info, err = file.Stat(); err == nil {
		err = checkSecretFile(path, info)
	}
	if err != nil {
		return Secret{}, err
	}
	data, err := io.ReadAll(io.LimitReader(file, maxSecret+1))
	if err != nil {
		return Secret{}, err
	}
	v := strings.TrimRight(string(data), "\r\n")
	switch {
	case len(data) > maxSecret:
		return Secret{}, fmt.Errorf("%s is larger than %d KiB, which no secret is", path, maxSecret>>10)
	case v == "":
		return Secret{}, fmt.Errorf("%s is empty", path)
	}
	return Secret{v}, nil
}

func checkSecretFile(path string, info os.FileInfo) error {
	if !info.Mode().IsRegular() {
		return fmt.Errorf("%s is not a regular file", path)
	}
	if mode := info.Mode().Perm(); mode&0o077 != 0 {
		return fmt.Errorf("%s has mode %#o, so others may read it; want 0600 (chmod 600)", path, mode)
	}
	if !ownFile(info) {
		return fmt.Errorf("%s belongs to another user", path)
	}
	return nil
}
