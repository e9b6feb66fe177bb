// Package replay answers recorded evidence over the real protocol: an SNMP
// agent on a loopback UDP port for each machine of a bundle, a .snmprec file or
// a walk, for tests, for the sample site and for anybody who wants to show what
// a device said without having it.
//
// A [Server] is also the dialer of package snmp: it maps the addresses that the
// recording speaks of to its ports, so that a crawl of a recording finds the
// same network and writes down the same addresses. Its USM (RFC 3414) and its
// encoding are its own and share no code with the asking side.
package replay
