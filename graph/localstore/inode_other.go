//go:build !unix

package localstore

import "os"

// inodeOf gives nothing where files have no inodes.
func inodeOf(os.FileInfo) (uint64, bool) { return 0, false }
