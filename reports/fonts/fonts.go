// Package fonts holds the typefaces that reports are set in: Pretendard 1.3.9,
// which has all of Hangul and Latin in one design, under the SIL Open Font
// License 1.1 (OFL.txt). The files are unmodified.
package fonts

import _ "embed"

// Regular is Pretendard Regular, as TrueType.
//
//go:embed Pretendard-Regular.ttf
var Regular []byte

// Bold is Pretendard Bold, as TrueType.
//
//go:embed Pretendard-Bold.ttf
var Bold []byte
