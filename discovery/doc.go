// Package discovery turns what targets say into a dependency graph.
//
// A [Collector] reads one target and appends the bytes it gave to an evidence
// bundle, and nothing else; its interpreter, a pure function, reads
// [Observation]s, gaps and coverage out of those bytes. Package resolve makes a
// snapshot out of the observations. Only collecting touches the network.
package discovery
