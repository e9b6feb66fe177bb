package brute

import (
	"strconv"
	"strings"
)

// Cut is a minimal set of components that together stop a service.
type Cut struct {
	Components []string // by ID; an open end is "unobserved/WHAT-of-ID"
	Confidence string   // confirmed, possible or unobserved
}

// String gives "a + b confirmed".
func (c Cut) String() string { return strings.Join(c.Components, " + ") + " " + c.Confidence }

// Service is what stops one service, or another top.
type Service struct {
	ID          string
	Modelled    bool  // something that can fail, or an open end, is behind it
	DownAlready bool  // then there are no cuts
	NoWay       []Way // where it is down already and nothing below was seen down
	Cuts        []Cut // by size, then by IDs
}

// Way is a pair of places: who asks, and who is asked.
type Way struct {
	From, To string
}

// Counts counts the cuts: by size ("1", "2", …), then by confidence.
func (s Service) Counts() map[string]map[string]int {
	counts := map[string]map[string]int{}
	for _, c := range s.Cuts {
		size := strconv.Itoa(len(c.Components))
		if counts[size] == nil {
			counts[size] = map[string]int{}
		}
		counts[size][c.Confidence]++
	}
	return counts
}

// Result is the answer to "what stops them".
type Result struct {
	Services []Service // by ID
}

// Stopped is a component that goes down, neither named nor down before.
type Stopped struct {
	Component  string
	Confidence string // confirmed: in the optimistic reading; possible: in the pessimistic one alone
}

// Weakened is a group that lost members and still has its k, for one way of
// asking it. Where two askers reach different members there are two entries.
type Weakened struct {
	Group     string
	K         int      // 0: not known
	Left      int      // how many count after the failure, those never seen among them
	MembersUp []string // by ID; what counts after the failure
	Services  []string // by ID; those that hang on it and do not stop
}

// Single are a service's confirmed single points that were none before.
type Single struct {
	Service    string
	Components []string // by ID
}

// Undetermined is a service that does not stop and of which the graph does not
// tell more.
type Undetermined struct {
	Service string
	Reason  string // "gap": down already and nothing was seen down; "not modelled"; "open end"
}

// ImpactResult is the answer to "these are dead: what stops?", as is.
type ImpactResult struct {
	Stopped      []Stopped      // by ID
	Weakened     []Weakened     // by group, then by members
	NowSingle    []Single       // by service
	Undetermined []Undetermined // by service
}
