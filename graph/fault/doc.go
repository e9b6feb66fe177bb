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
package fault
