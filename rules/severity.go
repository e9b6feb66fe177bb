package rules

import (
	"slices"

	"gujo/graph"
)

// manyServices is the number of services from which on a finding is one level
// more severe. It is ours: no public source gives such a number.
const manyServices = 5

// levels from the mildest to the worst; ungraded stands apart.
var levels = []Severity{Info, Low, Medium, High, Critical}

// severityOf is the table in the package comment.
func severityOf(services []*graph.Component, w weight, stops bool, confidence string, graded bool) Severity {
	if w == evidence {
		return Low
	}
	if len(services) == 0 {
		if graded {
			return Low // nothing of grade hangs on it, as far as is known
		}
		return Ungraded
	}
	best := 0
	for _, s := range services {
		if g := gradeOf(s); g > 0 && (best == 0 || g < best) {
			best = g
		}
	}
	if best == 0 {
		return Ungraded
	}
	level := 5 - best // grade 1: critical … grade 4: low
	if !stops || w == weakens {
		level--
	}
	if len(services) >= manyServices {
		level++
	}
	if confidence == "possible" {
		level--
	}
	return levels[min(max(level, 0), len(levels)-1)]
}

// rank orders severities, the worst first; ungraded counts as high.
func (s Severity) rank() int {
	if s == Ungraded {
		return 2
	}
	i := slices.Index(levels, s)
	r := len(levels) - 1 - i // critical 0, high 1, medium 2, low 3, info 4
	if r >= 2 {
		r++
	}
	return r
}

// AtLeast reports whether a severity is as severe as another; ungraded counts as high.
func (s Severity) AtLeast(other Severity) bool { return s.level() >= other.level() }

func (s Severity) level() int {
	if s == Ungraded {
		s = High
	}
	return slices.Index(levels, s)
}

// rank orders verdicts, those that ask for something first.
func (v Verdict) rank() int {
	return slices.Index([]Verdict{Fail, Error, Unknown, Pass, NotApplicable}, v)
}
