package rules

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

const dateForm = "2006-01-02"

// longest is how long a risk may be accepted for, in years.
const longest = 1

type waiverFile struct {
	Waivers []struct {
		Rule     scalar   `yaml:"rule"`
		Subjects []scalar `yaml:"subjects"`
		Reason   scalar   `yaml:"reason"`
		Owner    scalar   `yaml:"owner"`
		Approver scalar   `yaml:"approver"`
		Ticket   scalar   `yaml:"ticket"`
		Approved scalar   `yaml:"approved"`
		Expires  scalar   `yaml:"expires"`
	} `yaml:"waivers"`
}

// ParseWaivers reads a waiver file:
//
//	waivers:
//	  - rule: SPOF-NET-01
//	    subjects: [network_device/core-1]
//	    reason: replaced in the autumn
//	    owner: Kim
//	    approver: Lee            # never the owner
//	    ticket: CHG-2041
//	    approved: 2025-11-01     # optional
//	    expires: 2026-03-31      # at most a year after it was approved
//
// All errors are told at once, each with its place.
func ParseWaivers(name string, data []byte) ([]Waiver, error) {
	var f waiverFile
	if err := decode(name, data, &f); err != nil {
		return nil, err
	}
	ck := checker{file: name}
	var out []Waiver
	seen := map[string]bool{}
	for _, w := range f.Waivers {
		ck.home = place{max(w.Rule.at.line, 1), max(w.Rule.at.col, 1)}
		x := Waiver{
			Rule: ck.need(w.Rule, "rule"), Subjects: slices.Compact(texts(w.Subjects)), Reason: ck.need(w.Reason, "reason"),
			Owner: ck.need(w.Owner, "owner"), Approver: ck.need(w.Approver, "approver"), Ticket: ck.need(w.Ticket, "ticket"),
			Approved: w.Approved.text, Expires: ck.need(w.Expires, "expires"),
		}
		if len(x.Subjects) == 0 || slices.Contains(x.Subjects, "") {
			ck.at(place{}, "subjects are missing")
		}
		if x.Owner != "" && strings.EqualFold(x.Owner, x.Approver) {
			ck.at(w.Approver.at, "the approver is the owner: a risk is accepted by somebody else")
		}
		expires, err := time.Parse(dateForm, x.Expires)
		if x.Expires != "" && err != nil {
			ck.at(w.Expires.at, "expires %q, want a date as 2026-03-31", x.Expires)
		}
		if x.Approved != "" {
			approved, err2 := time.Parse(dateForm, x.Approved)
			switch {
			case err2 != nil:
				ck.at(w.Approved.at, "approved %q, want a date as 2025-11-01", x.Approved)
			case err == nil && expires.After(approved.AddDate(longest, 0, 0)):
				ck.at(w.Expires.at, "expires %s, more than a year after %s", x.Expires, x.Approved)
			case err == nil && expires.Before(approved):
				ck.at(w.Expires.at, "expires %s, before it was approved on %s", x.Expires, x.Approved)
			}
		}
		key := fingerprint(x.Rule, x.Subjects)
		if seen[key] {
			ck.at(place{}, "a second waiver of %s for the same subjects", x.Rule)
		}
		seen[key] = true
		out = append(out, x)
	}
	if len(ck.found) > 0 {
		return nil, ck.found.err()
	}
	return out, nil
}

// check refuses a waiver that is not dated when it was approved and lasts longer
// than a year from the snapshot's time, the only clock there is.
func (w Waiver) check(now time.Time) error {
	expires, err := time.Parse(dateForm, w.Expires)
	if err != nil {
		return fmt.Errorf("waiver of %s: expires %q, want a date as 2026-03-31", w.Rule, w.Expires)
	}
	if w.Owner == "" || strings.EqualFold(w.Owner, w.Approver) {
		return fmt.Errorf("waiver of %s: want an owner and an approver who is not the owner", w.Rule)
	}
	if w.Approved == "" && expires.After(now.AddDate(longest, 0, 1)) {
		return fmt.Errorf("waiver of %s: expires %s, more than a year after the snapshot; say when it was approved", w.Rule, w.Expires)
	}
	return nil
}

// holds reports whether the waiver has not expired: it lasts through its last day.
func (w Waiver) holds(now time.Time) bool {
	expires, err := time.Parse(dateForm, w.Expires)
	return err == nil && now.Before(expires.AddDate(0, 0, 1))
}

// waive marks the findings whose risk was accepted. The finding stays what it is.
// A lapsed waiver stays visible and waives nothing. It gives the waivers that fit no
// failing finding, and those that fit one and have lapsed, in the order of the file.
func waive(findings []Finding, waivers []Waiver, now time.Time) (stale, lapsed []Waiver, err error) {
	byPrint := map[string]*Waiver{}
	for i := range waivers {
		w := waivers[i]
		if err := w.check(now); err != nil {
			return nil, nil, err
		}
		byPrint[fingerprint(w.Rule, w.Subjects)] = &w
	}
	fits := map[string]bool{}
	for i := range findings {
		f := &findings[i]
		w := byPrint[f.Fingerprint]
		if w == nil || f.Verdict != Fail && f.Verdict != Unknown {
			continue
		}
		fits[f.Fingerprint] = true
		f.Waiver, f.Waived = w, w.holds(now)
	}
	for _, w := range waivers {
		switch {
		case !fits[fingerprint(w.Rule, w.Subjects)]:
			stale = append(stale, w)
		case !w.holds(now):
			lapsed = append(lapsed, w)
		}
	}
	return stale, lapsed, nil
}
