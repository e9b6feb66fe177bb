package localstore

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"gujo/graph"
)

// Holder is a process that holds a store.
type Holder struct {
	PID     int       `json:"pid"`
	Host    string    `json:"host"`
	Command string    `json:"command"` // its program's name
	Since   time.Time `json:"since"`   // zero where not known
}

func (h Holder) String() string {
	s := fmt.Sprintf("process %d", h.PID)
	if h.Command != "" {
		s += " (" + h.Command + ")"
	}
	if h.Host != "" {
		s += " on " + h.Host
	}
	if !h.Since.IsZero() {
		s += " since " + h.Since.Format(time.RFC3339)
	}
	return s
}

// LockedError says who holds a store. It is [graph.ErrLocked].
type LockedError struct {
	Path    string
	Holders []Holder // empty where that cannot be found out
}

func (e *LockedError) Error() string {
	if len(e.Holders) == 0 {
		return e.Path + ": locked by another process"
	}
	who := make([]string, len(e.Holders))
	for i, h := range e.Holders {
		who[i] = h.String()
	}
	return e.Path + ": locked by " + strings.Join(who, ", ")
}

func (e *LockedError) Unwrap() error { return graph.ErrLocked }

// The lock itself is the kernel's, on the store, and goes when its holder goes.
// The note beside it only says who that is. It may outlive its writer, so it is
// believed only where nothing contradicts it.
func notePath(path string) string { return path + ".lock" }

// leaveNote says who holds the store. Where it cannot be written, as on a full
// disk, others learn less; that is no reason not to work.
func leaveNote(path string) {
	host, _ := os.Hostname()
	note, err := json.Marshal(Holder{os.Getpid(), host, filepath.Base(os.Args[0]), time.Now().UTC().Truncate(time.Second)})
	if err != nil {
		return
	}
	tmp, err := os.CreateTemp(filepath.Dir(path), ".gujo-lock-*") // made 0600
	if err != nil {
		return
	}
	_, err = tmp.Write(append(note, '\n'))
	if cerr := tmp.Close(); err != nil || cerr != nil || os.Rename(tmp.Name(), notePath(path)) != nil {
		os.Remove(tmp.Name())
	}
}

func removeNote(path string) { os.Remove(notePath(path)) }

// maxNote bounds, in bytes, the note that is read.
const maxNote = 4096

func readNote(path string) (Holder, bool) {
	f, err := os.Open(notePath(path))
	if err != nil {
		return Holder{}, false
	}
	defer f.Close()
	buf := make([]byte, maxNote)
	n, _ := f.Read(buf)
	var h Holder
	return h, json.Unmarshal(buf[:n], &h) == nil && h.PID > 0
}

// holders finds out who holds a store: from the kernel where it tells, else
// from the note.
func holders(path string) []Holder {
	host, _ := os.Hostname()
	note, noted := readNote(path)
	pids, asked := lockHolders(path)
	var list []Holder
	for _, pid := range pids {
		h := Holder{PID: pid, Host: host, Command: commandOf(pid)}
		if noted && note.PID == pid && note.Host == host {
			h.Since = note.Since
		}
		list = append(list, h)
	}
	// The kernel knows nothing of another machine on a shared disk, nor of
	// another container, which has another host name.
	if noted && len(list) == 0 && (!asked || note.Host != host) {
		list = append(list, note)
	}
	return list
}

// lockHolders asks the kernel (proc(5), /proc/locks) which processes hold a lock
// on a file; asked is false where it does not say.
func lockHolders(path string) (pids []int, asked bool) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, false
	}
	inode, ok := inodeOf(info)
	if !ok {
		return nil, false
	}
	locks, err := os.ReadFile("/proc/locks")
	if err != nil {
		return nil, false
	}
	for line := range strings.Lines(string(locks)) {
		// 1: FLOCK  ADVISORY  WRITE 1234 08:01:5678 0 EOF; a waiting one has -> after the number
		f := strings.Fields(line)
		if len(f) < 6 || f[1] != "FLOCK" {
			continue
		}
		pid, err := strconv.Atoi(f[4])
		place := strings.Split(f[5], ":")
		if err != nil || pid <= 0 || len(place) != 3 || place[2] != strconv.FormatUint(inode, 10) {
			continue
		}
		// Inodes are unique only on one device, and some file systems give
		// another device number here than stat does: look at what it has open.
		if !slices.Contains(pids, pid) && hasOpen(pid, info) {
			pids = append(pids, pid)
		}
	}
	slices.Sort(pids)
	return pids, true
}

// hasOpen reports whether a process has a file open, as far as one may look.
func hasOpen(pid int, file os.FileInfo) bool {
	dir := fmt.Sprintf("/proc/%d/fd", pid)
	entries, err := os.ReadDir(dir)
	if err != nil {
		return os.IsPermission(err)
	}
	for _, e := range entries {
		if info, err := os.Stat(filepath.Join(dir, e.Name())); err == nil && os.SameFile(info, file) {
			return true
		}
	}
	return false
}

func commandOf(pid int) string {
	name, err := os.ReadFile(fmt.Sprintf("/proc/%d/comm", pid))
	if err != nil {
		return ""
	}
	return strings.TrimSpace(strings.ToValidUTF8(string(name), "\ufffd"))
}
