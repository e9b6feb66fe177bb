// Package packs holds the rule packs that are shipped, as files: package rules
// reads them as it reads anybody's.
package packs

import (
	"embed"
	"io/fs"
)

//go:embed default
var files embed.FS

// Default gives the files of the pack gujo-default.
func Default() fs.FS {
	sub, err := fs.Sub(files, "default")
	if err != nil {
		panic(err) // the name is a constant and valid
	}
	return sub
}
