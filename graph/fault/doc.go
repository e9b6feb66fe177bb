// Package fault is a monotone threshold network and the exact questions asked
// of it. It knows integers only; what they stand for is its callers' affair.
//
// A node fails when it is failed from outside, or when at least T of its inputs
// have failed. A node may also be a gate: it fails when no way is left between
// two vertices of an undirected path graph whose vertices are carried by nodes.
//
// Everything keeps running that can: the state of a [State] is the greatest
// fixpoint, reached by starting with all nodes up and propagating failures. The
// ways of gates, and the nodes marked as founded, are least fixpoints nested
// inside: a way has to lead somewhere, and a loop of founded nodes does not hold
// itself up. [Network.Start] gives the state of the network with what is down
// from the beginning; from there failures are added and taken back in the
// reverse order, at the cost of what they touch.
//
// On this stand the answers, each exact, for networks of millions of nodes:
//
//   - [State.AllSingles]: which candidates alone stop which tops. Candidates are
//     failed one after the other; those of giant impact share it (sweep.go).
//   - [State.AllPairs]: which two together stop what neither stops alone. Only
//     pairs are tried that meet in one node, way or loop (joint.go), one for all
//     that are alike (profile.go), on top of the giants that many fail (pairing.go).
//   - [State.CutSets]: the minimal sets of up to [MaxOrder] for one top, by search
//     for hitting sets in the part of the network below it (cuts.go, cone.go).
//   - [Network.Least]: what comes up from nothing.
//
// Gates keep two ways each that share as little as can be, found by one
// augmentation (search.go, ways.go) in a path graph that is put together from what
// closes alike (elements.go): only a gate both of whose ways broke is looked at.
package fault
