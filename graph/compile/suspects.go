package compile

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"gujo/graph"
)

// MaxSuspectOrder is the largest size of a set of suspects that is searched for.
const MaxSuspectOrder = 3

// maxSuspects bounds how many sets are kept; past it the answer is not complete.
const maxSuspects = 50000

// maxAsk is how many next observations are proposed.
const maxAsk = 5

// Suspect is a minimal set of failures that explains what was reported.
type Suspect struct {
	Components []string   `json:"components"` // by ID
	Confidence Confidence `json:"confidence"`
	// AlsoStops are the other services that stop with the set, in the reading
	// that its confidence speaks of: optimistic for a confirmed one.
	AlsoStops []string `json:"also_stops"`
	// AlreadyDegraded is what was observed to be wrong around the set: of what is
	// one relation away from a component of it, soft relations aside, and of the
	// other members of its groups, the components that were observed down and the
	// groups that have fewer members up and in service than were designed.
	AlreadyDegraded []string `json:"already_degraded"`
}

// Ask is something to look at: it is down with so many of the sets, and up with
// the rest.
type Ask struct {
	Component string `json:"component"`
	Splits    [2]int `json:"splits"` // sets with which it is down, sets with which it is up
}

// Suspects is the answer to "these are down and those are up: what failed?"
type Suspects struct {
	Down     []string `json:"down"` // by ID
	Up       []string `json:"up"`   // by ID
	Order    int      `json:"order"`
	Complete bool     `json:"complete"`
	Reason   string   `json:"reason,omitempty"` // why not complete
	TooMany  bool     `json:"-"`                // not complete because there are too many sets, not for lack of time
	// Sets stand most plausible first: the smaller; the more confident; those with
	// which fewer services stop that nobody reported; those around which more is
	// degraded already; then by IDs.
	Sets []Suspect `json:"sets"`
	// AskNext are the services and the things that can fail whose state, if it is
	// looked at, tells most sets apart: the most even split first, then what is
	// itself a suspect, then by ID. It is empty where there is nothing to tell apart.
	AskNext []Ask `json:"ask_next"`
}

// The ways in which a report does not fit the graph.
var (
	ErrDownAlready = errors.New("is down already as observed: nothing further has to fail for it")
	ErrNotUp       = errors.New("is down already as observed: no failure can spare it")
	ErrDownAndUp   = errors.New("cannot be both down and up")
	ErrNotModelled = errors.New("is not modelled: nothing that can fail is known behind it")
)

// ReportError says which reported component does not fit, and why: one of
// [ErrDownAlready], [ErrNotUp], [ErrDownAndUp] and [ErrNotModelled].
type ReportError struct {
	Component string
	Err       error
}

func (e *ReportError) Error() string { return "component " + e.Component + ": " + e.Err.Error() }
func (e *ReportError) Unwrap() error { return e.Err }

// Suspects gives the minimal sets of at most order components whose failure, on
// top of what is down, stops all of down and none of up. Each reading answers by
// itself: a set that does so, and of which no part does, is confirmed in the
// optimistic reading, and in the pessimistic one alone possible or unobserved.
//
// Where the deadline of ctx passes, the sets found so far are given, each of them
// minimal, and the answer is not complete; where ctx is called off, that is an error.
// A report that does not fit the graph is a [*ReportError].
func (a *Analysis) Suspects(ctx context.Context, down, up []string, order int) (Suspects, error) {
	if order < 1 || order > MaxSuspectOrder {
		return Suspects{}, fmt.Errorf("order %d: want 1 to %d", order, MaxSuspectOrder)
	}
	if len(down) == 0 {
		return Suspects{}, errors.New("nothing is reported down")
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	mustFall, mustHold, err := a.reported(down, up)
	if err != nil {
		return Suspects{}, err
	}
	out := Suspects{
		Down: a.ids(mustFall), Up: a.ids(mustHold), Order: order, Complete: true,
		Sets: []Suspect{}, AskNext: []Ask{},
	}
	lineup := a.newLineup(mustFall, mustHold)
	search, cancel := withinMost(ctx)
	defer cancel()
	var confirmed map[suspectKey]bool
	// What is not modelled may be down already; nothing is claimed of it.
	spared := slices.DeleteFunc(slices.Clone(mustHold), a.opt.state.Failed)
	readings := []*reading{a.opt}
	if a.pess != a.opt { // else nothing is uncertain
		readings = append(readings, a.pess)
	}
	for _, r := range readings {
		found, err := r.explain(search, mustFall, spared, order)
		if err != nil {
			if errors.Is(err, context.Canceled) {
				return Suspects{}, err
			}
			out.Complete, out.Reason, out.TooMany = false, stopReason(err), errors.Is(err, errTooMany)
		}
		if r == a.opt {
			confirmed = make(map[suspectKey]bool, len(found))
		}
		for _, set := range found {
			confidence := Confirmed
			if r == a.opt {
				confirmed[keyOf(set)] = true
			} else {
				if confirmed[keyOf(set)] {
					continue
				}
				confidence = Possible
				if slices.ContainsFunc(set, func(n int32) bool { return n >= r.unobserved }) {
					confidence = Unobserved
				}
			}
			if len(out.Sets)%64 == 0 && errors.Is(ctx.Err(), context.Canceled) {
				return Suspects{}, ctx.Err()
			}
			out.Sets = append(out.Sets, lineup.describe(r, set, confidence))
		}
		if !out.Complete {
			break // without all that is confirmed nobody can say what is only possible
		}
	}
	slices.SortFunc(out.Sets, compareSuspects)
	out.AskNext = lineup.ask(len(out.Sets))
	return out, nil
}

// withinMost keeps some of the time that is allowed for describing what was found.
func withinMost(ctx context.Context) (context.Context, context.CancelFunc) {
	end, ok := ctx.Deadline()
	if !ok {
		return ctx, func() {}
	}
	return context.WithTimeout(ctx, time.Until(end)*3/4)
}

// reported gives the components that are reported down and up, each once, if the
// report fits what was observed.
func (a *Analysis) reported(down, up []string) (mustFall, mustHold []int32, err error) {
	find := func(ids []string) ([]int32, error) {
		var list []int32
		for _, id := range ids {
			c, ok := a.s.view.Find(id)
			if !ok {
				return nil, fmt.Errorf("component %s: %w", id, graph.ErrNotFound)
			}
			list = append(list, c)
		}
		slices.Sort(list)
		return slices.Compact(list), nil
	}
	if mustFall, err = find(down); err != nil {
		return nil, nil, err
	}
	if mustHold, err = find(up); err != nil {
		return nil, nil, err
	}
	for _, c := range mustFall {
		switch {
		case slices.Contains(mustHold, c):
			err = ErrDownAndUp
		case !a.isModelled(c):
			err = ErrNotModelled
		case a.opt.state.Failed(c):
			err = ErrDownAlready
		default:
			continue
		}
		return nil, nil, &ReportError{a.componentID(c), err}
	}
	for _, c := range mustHold {
		// Of what is not modelled nothing is claimed, not even that it is down.
		if a.opt.state.Failed(c) && a.isModelled(c) {
			return nil, nil, &ReportError{a.componentID(c), ErrNotUp}
		}
	}
	return mustFall, mustHold, nil
}

// lineup describes sets of suspects and counts what would tell them apart.
type lineup struct {
	a           *Analysis
	reported    map[int32]bool
	downWith    map[int32]int  // component → sets with which it is down
	isSuspect   map[int32]bool // components that are in a set
	degradation map[int32][]string
}

func (a *Analysis) newLineup(down, up []int32) *lineup {
	l := &lineup{
		a: a, reported: map[int32]bool{}, downWith: map[int32]int{},
		isSuspect: map[int32]bool{}, degradation: map[int32][]string{},
	}
	for _, c := range slices.Concat(down, up) {
		l.reported[c] = true
	}
	return l
}

func (l *lineup) describe(r *reading, set []int32, confidence Confidence) Suspect {
	a := l.a
	out := Suspect{Components: a.ids(set), Confidence: confidence, AlsoStops: []string{}, AlreadyDegraded: []string{}}
	m := r.state.Mark()
	for _, n := range set {
		r.state.Fail(n)
	}
	for _, c := range r.state.Since(m) {
		if int(c) >= len(a.s.view.Components) || l.reported[c] {
			continue
		}
		kind := a.s.kind(c)
		if kind == graph.Service || kind.CanFail() {
			l.downWith[c]++
		}
		if _, isTop := slices.BinarySearch(a.tops, c); isTop {
			out.AlsoStops = append(out.AlsoStops, a.componentID(c))
		}
	}
	r.state.Rollback(m)
	slices.Sort(out.AlsoStops)
	for _, n := range set {
		if c := a.componentOf(n); c != none {
			l.isSuspect[c] = true
			out.AlreadyDegraded = append(out.AlreadyDegraded, l.degradedAround(c)...)
		}
	}
	slices.Sort(out.AlreadyDegraded)
	out.AlreadyDegraded = slices.Compact(out.AlreadyDegraded)
	return out
}

// degradedAround gives the IDs of what is degraded around a component, with
// nothing further failed.
func (l *lineup) degradedAround(c int32) []string {
	if known, ok := l.degradation[c]; ok {
		return known
	}
	v := l.a.s.view
	var out []string
	look := func(x int32) {
		if x == c {
			return
		}
		if slices.Contains(l.a.down, x) || l.a.isShort(x) {
			out = append(out, l.a.componentID(x))
		}
	}
	for _, r := range v.Needs(c) {
		if r.Strength != graph.Soft {
			look(r.To)
		}
	}
	for _, i := range v.In(c) {
		r := v.Relations[i]
		if r.Strength == graph.Soft {
			continue
		}
		look(r.From)
		if r.Type == graph.Member {
			for _, other := range v.OutOf(r.From, graph.Member) {
				if other.Strength != graph.Soft {
					look(other.To)
				}
			}
		}
	}
	l.degradation[c] = out
	return out
}

// isShort reports whether a group has fewer members up and in service than were designed.
func (a *Analysis) isShort(c int32) bool {
	if a.s.kind(c) != graph.RedundancyGroup {
		return false
	}
	live := 0
	for _, r := range a.s.view.OutOf(c, graph.Member) {
		if r.Strength != graph.Soft && (a.s.designed || r.Active()) && !a.opt.state.Failed(r.To) {
			live++
		}
	}
	g := a.s.view.Components[c].Group
	return g != nil && !a.s.designed && live < g.Designed
}

// ask gives what splits so many sets most evenly.
func (l *lineup) ask(sets int) []Ask {
	type question struct {
		Ask
		uneven  int
		suspect bool
	}
	var all []question
	for c, with := range l.downWith {
		if without := sets - with; without > 0 {
			q := question{Ask{l.a.componentID(c), [2]int{with, without}}, with - without, l.isSuspect[c]}
			q.uneven = max(q.uneven, -q.uneven)
			all = append(all, q)
		}
	}
	slices.SortFunc(all, func(x, y question) int {
		return cmp.Or(cmp.Compare(x.uneven, y.uneven), yesFirst(x.suspect, y.suspect), strings.Compare(x.Component, y.Component))
	})
	out := []Ask{}
	for _, q := range all[:min(len(all), maxAsk)] {
		out = append(out, q.Ask)
	}
	return out
}

func yesFirst(x, y bool) int {
	switch {
	case x == y:
		return 0
	case x:
		return -1
	}
	return 1
}

func compareSuspects(x, y Suspect) int {
	return cmp.Or(
		cmp.Compare(len(x.Components), len(y.Components)),
		cmp.Compare(doubt(x.Confidence), doubt(y.Confidence)),
		cmp.Compare(len(x.AlsoStops), len(y.AlsoStops)),
		cmp.Compare(len(y.AlreadyDegraded), len(x.AlreadyDegraded)),
		slices.Compare(x.Components, y.Components),
	)
}

func doubt(c Confidence) int { return slices.Index([]Confidence{Confirmed, Possible, Unobserved}, c) }
