//go:build unix

package inventory

import (
	"os"
	"syscall"
)

// ownFile reports whether the file belongs to who runs the program, or to root.
func ownFile(info os.FileInfo) bool {
	s, ok := info.Sys().(*syscall.Stat_t)
	return ok && (s.Uid == 0 || int(s.Uid) == os.Geteuid())
}
