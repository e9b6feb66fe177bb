//go:build unix

package localstore

import (
	"os"
	"syscall"
)

// inodeOf gives the inode number of a file.
func inodeOf(info os.FileInfo) (uint64, bool) {
	st, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return 0, false
	}
	return uint64(st.Ino), true
}
