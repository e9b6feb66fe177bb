// Package compile turns a view of the dependency graph into a fault network and
// asks it. It is the one place that knows what each kind and relation means for
// failure: what needs what, which alternatives a group gives, where a need leads
// across the network, what is an open end, and how the optimistic and the
// pessimistic reading differ. It is for whoever asks questions of a snapshot:
// rules, reports and the command line.
//
// [Analyze] goes three steps. First the graph is written out as a structure of
// statements (needs.go, follow.go, ways.go, carry.go): a component is up, a
// target is met by whoever asks from a place, a place reaches another. A need
// across the network is a statement for each asker, because a member of a group
// counts only for those who reach it. Next, open ends that may be the same thing
// share one unobserved node (ends.go). Last, the structure is read twice, as two
// networks of gujo/graph/fault (reading.go): optimistically, and pessimistically
// from the picture that the optimistic reading gives. The answers in the other
// files only ask these two.
//
// Statements are numbered, without maps or pointers (intern.go), and shared by all
// whom they are the same for: by all who stand in one place and want nothing from
// there (follow.go), and, of ways, by all who hang on the same devices (exits.go).
// Where nothing in a graph is assumed, unknown or open, both readings are one. All
// tops of a large graph are answered at once (whole.go).
//
// Where the meaning leaves a choice, it is taken as the doc comment of
// gujo/graph/compile/brute lists, whose enumeration the engine is compared with.
package compile
