// Package exchange writes the dependency graph in the formats that others read,
// and reads it back.
//
// The format of record is gujo/graph/v1: JSON Lines, a header and then one
// object a line. [WriteJSONL] and [ReadJSONL] are inverses: what is read back has
// the same snapshot ID. Small graphs written by hand may be YAML with the same
// fields ([ReadYAML]). A graph that is read is taken as it is: IDs are kept,
// nothing is merged, nothing is inferred.
//
// Two formats of others are read too: fault trees in Open-PSA XML ([ReadOpenPSA])
// and networks drawn in GraphML ([ReadGraphML]), and written: a fault tree for each
// service ([WriteOpenPSA]), all components and relations ([WriteGraphML]). These say
// less than a graph does, so what is written is not what was read.
//
// Every error names the file, the line and what was expected there. No file costs
// more memory than a bound that is told where it is set, whatever stands in it.
package exchange
