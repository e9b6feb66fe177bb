package resolve_test

import (
	"fmt"
	"testing"

	"gujo/discovery"
	"gujo/discovery/resolve"
)

// BenchmarkResolve resolves 1,000 switches of 48 ports, in a tree with two
// uplinks each and 40 addresses learned on each.
func BenchmarkResolve(b *testing.B) {
	const switches, ports = 1000, 48
	s := &site{}
	mac := func(n, port int) string { return fmt.Sprintf("00:16:%02x:%02x:00:%02x", n>>8, n&255, port) }
	link := func(d *target, port, far, farPort int) {
		d.say(discovery.Neighbor{Fact: d.fact("row"), Protocol: "lldp", IfIndex: port, Name: fmt.Sprintf("sw%d", far), ChassisSubtype: 4,
			Chassis: mac(far, 0), PortSubtype: 5, Port: fmt.Sprintf("Gi1/0/%d", farPort), Capabilities: []string{"bridge"}})
	}
	for n := range switches {
		d := s.at(fmt.Sprintf("10.%d.%d.1", n>>8, n&255)).device(fmt.Sprintf("sw%d", n)).id(discovery.ChassisIdentifier, "4:"+mac(n, 0)).read("lldpRemTable")
		for p := 1; p <= ports; p++ {
			d.port(p, fmt.Sprintf("Gi1/0/%d", p), mac(n, p))
			if p <= 40 {
				d.learn(p, fmt.Sprintf("02:16:%02x:%02x:00:%02x", n>>8, n&255, p))
			}
		}
		for i := range 2 {
			if up := (n - 1) / 20; n > 0 {
				link(d, 47+i, up, 1+2*((n-1)%20)+i)
				link(s.targets[up], 1+2*((n-1)%20)+i, n, 47+i)
			}
		}
	}
	in := s.input()
	b.ResetTimer()
	for b.Loop() {
		if _, err := resolve.Resolve(in); err != nil {
			b.Fatal(err)
		}
	}
}
