// Package sarif writes a diagnosis for programs that gather what others found:
// SARIF 2.1.0 for code and security dashboards, and JUnit XML for build servers.
// Both carry one language, chosen by the caller, and are the same bytes for the
// same diagnosis.
package sarif

import (
	"gujo/reports/locale"
	"gujo/rules"
)

func pick(t rules.Text, lang locale.Lang) string {
	if lang == locale.Korean {
		return t.KO
	}
	return t.EN
}
