package inventory

import _ "embed" // the templates

//go:embed template.yaml
var templateEN string

//go:embed template.ko.yaml
var templateKO string

// Template gives a commented example of an inventory; lang is "ko" or "en".
func Template(lang string) string {
	if lang == "ko" {
		return templateKO
	}
	return templateEN
}
