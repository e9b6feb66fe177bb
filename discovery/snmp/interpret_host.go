package snmp

import (
	"strings"

	"gujo/discovery"
	"gujo/discovery/evidence"
)

// processes reports what runs (hrSWRunTable). Its parameters may hold secrets:
// they are masked where they were collected, and again here, for imported files
// were collected by others. Agents cut them at 128 characters.
func (d *device) processes() {
	for _, r := range d.rows("1.3.6.1.2.1.25.4.2.1", 2, 4, 5, 7) {
		parts := r.parts()
		const invalid = 4
		if len(parts) != 1 || r.number(7) == invalid {
			continue
		}
		p := discovery.Process{Fact: d.fact(r.get(2)), PID: bounded(int64(parts[0])), Name: r.name(2), Path: maskedText(r.name(4))}
		p.Parameters = maskedText(r.prose(5))
		for i := range p.Sources {
			p.Sources[i].Value = maskedText(p.Sources[i].Value)
		}
		if p.Name != "" || p.Path != "" {
			d.add(p)
		}
	}
}

func maskedText(s string) string {
	masked, _ := evidence.Redact(s, evidence.ArgumentRules())
	return masked
}

// filesystems reports what is mounted from elsewhere (hrFSTable): NFS as
// host:/path, SMB as //host/share.
func (d *device) filesystems() {
	for _, r := range d.rows("1.3.6.1.2.1.25.3.8.1", 2, 3) {
		remote := r.name(3)
		if remote == "" || !strings.Contains(remote, ":/") && !strings.HasPrefix(remote, "//") && !strings.HasPrefix(remote, `\\`) {
			continue
		}
		d.add(discovery.RemoteFilesystem{Fact: d.fact(r.get(3), r.get(2)), MountPoint: r.name(2), Remote: remote})
	}
}
