package exchange

import _ "embed"

//go:embed schema.json
var schemaJSON []byte

// JSONSchema gives the JSON Schema (draft 2020-12) of a line of gujo/graph/v1.
func JSONSchema() []byte { return append([]byte(nil), schemaJSON...) }
