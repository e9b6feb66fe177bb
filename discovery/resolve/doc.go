// Package resolve makes one dependency graph out of what many sources said, for
// whoever discovers or imports.
//
// An interpreter says of a *subject* what its evidence holds. This package
// decides which subjects are one machine, which neighbour a row of a table
// means, which two rows tell of one cable, who backs up whom, and adds what the
// inventory declares. Whatever it had to decide is written down as a note of the
// snapshot: what was merged and by what, what was not believed and why.
//
// It reads no file, asks nobody and knows no clock, and the order of its input
// does not matter: the same readings and inventories give the same snapshot,
// byte for byte.
package resolve
