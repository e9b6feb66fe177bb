// Package samples holds a recorded site, so that Gujo can be tried without a
// network: the site of Gaon City, a fictitious public body, built out of real
// daemons by lab/site.sh and recorded by gujo collect. What is known to be wrong
// with it stands in gaon/defects.yaml.
package samples

import _ "embed"

// Bundle is the evidence of the site, as gujo collect left it.
//
//go:embed gaon/site.bundle.zip
var Bundle []byte

// Inventory is what only people know of the site.
//
//go:embed gaon/inventory.yaml
var Inventory []byte

// Defects lists what is known to be wrong with the site.
//
//go:embed gaon/defects.yaml
var Defects []byte
