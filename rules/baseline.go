package rules

// The states of a finding against an earlier diagnosis.
const (
	StatusNew        = "new"        // fails, and was not judged before
	StatusPersisting = "persisting" // failed before, and has not been shown to be gone
	StatusResolved   = "resolved"   // failed before, and now passes, does not apply, or its subject is gone
	StatusRegressed  = "regressed"  // fails, and passed or was resolved before
)

// compare sets the status of each finding against an earlier diagnosis. A defect
// whose subject is gone is added, with the verdict not_applicable and the status
// resolved; if the snapshot has a gap about that subject, it is unknown and
// persists: what was not observed is not mended.
func compare(d *Diagnosis, base *Diagnosis) {
	before := map[string]*Finding{}
	for i := range base.Findings {
		before[base.Findings[i].Fingerprint] = &base.Findings[i]
	}
	present := map[string]bool{}
	for i := range d.Findings {
		f := &d.Findings[i]
		present[f.Fingerprint] = true
		f.Status = status(f, before[f.Fingerprint])
	}
	gaps := map[string]CoverageGap{}
	for _, g := range d.Coverage.Gaps {
		gaps[g.Target] = g
	}
	for i := range base.Findings {
		old := base.Findings[i]
		if present[old.Fingerprint] || !defective(&old) {
			continue
		}
		old.Verdict, old.Status, old.Severity, old.Confidence = NotApplicable, StatusResolved, Info, ""
		old.Waived, old.Waiver, old.Missing = false, nil, nil
		for _, s := range old.Subjects {
			if g, ok := gaps[s]; ok {
				old.Verdict, old.Status = Unknown, StatusPersisting
				old.Missing = append(old.Missing, Missing{Component: s, What: g.Table, Reason: g.Reason})
			}
		}
		d.Findings = append(d.Findings, old)
	}
}

// defective reports whether a finding of an earlier diagnosis stood for a defect then.
func defective(f *Finding) bool { return f.Verdict == Fail || f.Status == StatusPersisting }

func status(now, before *Finding) string {
	was := before != nil && defective(before)
	switch now.Verdict {
	case Fail:
		switch {
		case was:
			return StatusPersisting
		case before != nil && (before.Verdict == Pass || before.Status == StatusResolved):
			return StatusRegressed
		}
		return StatusNew
	case Pass, NotApplicable:
		if was {
			return StatusResolved
		}
	case Unknown, Error:
		if was {
			return StatusPersisting
		}
	}
	return ""
}
