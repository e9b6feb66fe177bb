package evidence

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
)

// seeds are a closed bundle, parts of it, and what is none.
func seeds(f *testing.F) {
	path, _ := writeBundle(f, pieces())
	whole, err := os.ReadFile(path)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(whole)
	for _, n := range []int{10, len(whole) / 3, len(whole) / 2, len(whole) - 30, len(whole) - 1} {
		f.Add(bytes.Clone(whole[:n]))
	}
	f.Add([]byte("PK\x05\x06" + string(make([]byte, 18))))
	f.Add([]byte{})
}

func FuzzOpen(f *testing.F) {
	seeds(f)
	f.Fuzz(func(t *testing.T, data []byte) {
		b, err := read(bytes.NewReader(data), int64(len(data)), false)
		if err != nil {
			return
		}
		verified := b.Verify() == nil
		for _, e := range b.Entries() {
			got, err := b.Read(e)
			if err != nil {
				if verified {
					t.Errorf("verified, yet %v", err)
				}
				continue
			}
			if digestOf(got) != e.Digest || int64(len(got)) != e.Size {
				t.Errorf("entry %q was read with another digest or size", e.Name)
			}
			if checkName(e.Name) != nil {
				t.Errorf("entry %q has a dangerous name", e.Name)
			}
		}
	})
}

func FuzzRecover(f *testing.F) {
	seeds(f)
	f.Fuzz(func(t *testing.T, data []byte) {
		dir := t.TempDir()
		from, to := filepath.Join(dir, "from"), filepath.Join(dir, "to")
		if err := os.WriteFile(from, data, 0o600); err != nil {
			t.Fatal(err)
		}
		if Recover(from, to) != nil {
			if _, err := os.Stat(to); err == nil {
				t.Error("an error, yet a file was left")
			}
			return
		}
		b, err := Open(to)
		if err != nil {
			t.Fatal(err)
		}
		defer b.Close()
		if err := b.Verify(); err != nil {
			t.Error(err)
		}
	})
}

func FuzzRedact(f *testing.F) {
	for _, s := range []string{"-u root -pS3cret db", "--password=\"a b\" x", "http://u:p@h/", "토큰 token: x", "-v 2c -c public 10.0.0.1",
		"password password password", "key='", "Authorization: Bearer abc"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		for _, rules := range [][]Rule{ArgumentRules(), TextRules()} {
			once, _ := Redact(s, rules)
			twice, _ := Redact(once, rules)
			third, _ := Redact(twice, rules)
			if third != twice {
				t.Errorf("%q becomes %q, then %q, then %q", s, once, twice, third)
			}
		}
	})
}
