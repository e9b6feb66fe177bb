// Package snmp asks network devices and servers by SNMP and reads structure out
// of what they answer.
//
// Collecting stores raw variables, a table an entry, and nothing else;
// interpreting is a pure function from those bytes, or from the text of other
// tools' walks, to observations.
package snmp
