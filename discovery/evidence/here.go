package evidence

import (
	"net"
	"os"
	"os/user"
	"runtime/debug"
	"slices"
)

// ThisTool describes the running program.
func ThisTool(version string) Tool {
	t := Tool{Version: version}
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return t
	}
	for _, s := range info.Settings {
		switch s.Key {
		case "vcs.revision":
			t.Revision = s.Value
		case "vcs.modified":
			t.Modified = s.Value == "true"
		}
	}
	return t
}

// Here says who runs the program, and where; what cannot be learned is left out.
func Here() CollectedBy {
	var by CollectedBy
	if u, err := user.Current(); err == nil {
		by.User = u.Username
	}
	by.Host, _ = os.Hostname()
	addrs, _ := net.InterfaceAddrs()
	for _, a := range addrs {
		if n, ok := a.(*net.IPNet); ok && !n.IP.IsLoopback() && !n.IP.IsLinkLocalUnicast() {
			by.Addresses = append(by.Addresses, n.IP.String())
		}
	}
	slices.Sort(by.Addresses)
	return by
}
