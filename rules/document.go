package rules

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"io"
)

//go:embed findings.schema.json
var findingsSchema []byte

// FindingsSchema gives the JSON Schema of gujo/findings/v1.
func FindingsSchema() []byte { return append([]byte(nil), findingsSchema...) }

// WriteJSON writes a diagnosis as one object of gujo/findings/v1. The same
// diagnosis gives the same bytes.
func WriteJSON(w io.Writer, d *Diagnosis) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	return enc.Encode(d)
}

// ReadJSON reads a diagnosis back, such as one to compare with.
func ReadJSON(name string, data []byte) (*Diagnosis, error) {
	var d Diagnosis
	if err := json.Unmarshal(data, &d); err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	if d.Schema != Schema {
		return nil, fmt.Errorf("%s: schema %q, want %s", name, clean(d.Schema), Schema)
	}
	return &d, nil
}
