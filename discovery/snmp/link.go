package snmp

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"net"
	"net/netip"
	"os"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
)

// Dialer says where the datagrams for an agent really go. The recorded address
// of an agent stays what evidence, scope and graph speak of; a replay answers
// for it on a loopback port, and nothing but its Dialer knows that.
type Dialer interface {
	Route(agent netip.AddrPort) (netip.AddrPort, error)
}

// direct sends to where the agent is.
type direct struct{}

func (direct) Route(a netip.AddrPort) (netip.AddrPort, error) { return a, nil }

// link is the socket of one session, as the library sees it (a net.Conn that is
// no net.PacketConn). It counts, and keeps what the library throws away: that
// the port is closed, that an answer came from elsewhere, why a report was sent.
type link struct {
	to       netip.AddrPort
	accepts  func(netip.Addr) bool // whether another address may answer; nil: no other
	mark     []byte                // what an answer from there must hold: the community, as encoded
	mu       sync.Mutex
	conn     *net.UDPConn
	open     bool // the socket is not connected, so it hears whoever answers
	stopped  atomic.Bool
	requests int
	sent     int64
	received int64
	refused  bool
	stray    netip.AddrPort // who answered instead
	report   byte           // of the last datagram: which usmStats counter (RFC 3414 §5), 0 none
}

// dial opens the socket. A connected one is told by the kernel that the port is
// closed; one that is not hears an answer from another address. No socket does
// both, so the first request is tried on either.
func (l *link) dial(unconnected bool) error {
	var conn *net.UDPConn
	var err error
	if unconnected {
		network := "udp4"
		if l.to.Addr().Is6() {
			network = "udp6"
		}
		conn, err = net.ListenUDP(network, nil)
	} else {
		conn, err = net.DialUDP("udp", nil, net.UDPAddrFromAddrPort(l.to))
	}
	if err != nil {
		return err
	}
	l.mu.Lock()
	old := l.conn
	l.conn, l.open = conn, unconnected
	l.mu.Unlock()
	if old != nil {
		old.Close()
	}
	if l.stopped.Load() {
		conn.SetDeadline(time.Unix(1, 0))
	}
	return nil
}

// stop ends a read that is waiting, for a context that was cancelled.
func (l *link) stop() {
	l.stopped.Store(true)
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.conn != nil {
		l.conn.SetDeadline(time.Unix(1, 0))
	}
}

func (l *link) Write(b []byte) (int, error) {
	l.requests++
	l.refused = false
	l.sent += int64(len(b))
	if l.open {
		return l.conn.WriteToUDPAddrPort(b, l.to)
	}
	n, err := l.conn.Write(b)
	if errors.Is(err, syscall.ECONNREFUSED) { // of the request before
		n, err = l.conn.Write(b)
	}
	return n, err
}

func (l *link) Read(b []byte) (int, error) {
	l.report = 0
	for {
		n, from, err := l.conn.ReadFromUDPAddrPort(b)
		if err != nil {
			l.refused = l.refused || errors.Is(err, syscall.ECONNREFUSED)
			return 0, err
		}
		from = netip.AddrPortFrom(from.Addr().Unmap().WithZone(""), from.Port())
		l.received += int64(n)
		if l.open && from != netip.AddrPortFrom(l.to.Addr().WithZone(""), l.to.Port()) {
			if n < 2 || b[0] != 0x30 {
				continue // not SNMP: nobody's answer
			}
			l.stray = from
			if l.accepts == nil || !l.accepts(from.Addr()) || !bytes.Contains(b[:n], l.mark) {
				continue
			}
		}
		l.report = reportOf(b[:n])
		return n, nil
	}
}

func (l *link) Close() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.conn == nil {
		return nil
	}
	return l.conn.Close()
}

func (l *link) LocalAddr() net.Addr                { return l.conn.LocalAddr() }
func (l *link) RemoteAddr() net.Addr               { return net.UDPAddrFromAddrPort(l.to) }
func (l *link) SetReadDeadline(t time.Time) error  { return l.SetDeadline(t) }
func (l *link) SetWriteDeadline(t time.Time) error { return l.SetDeadline(t) }
func (l *link) SetDeadline(t time.Time) error {
	if l.stopped.Load() {
		return context.Canceled
	}
	return l.conn.SetDeadline(t)
}

// usmStats is 1.3.6.1.6.3.15.1.1 in BER, with tag and length of the whole
// object 1.3.6.1.6.3.15.1.1.N.0.
const usmStats = "\x06\x0a\x2b\x06\x01\x06\x03\x0f\x01\x01"

// reportOf tells which counter a report names. The library refuses a report
// that is not authenticated before it has read why it was sent, and an agent
// that does not know the key cannot authenticate it.
func reportOf(datagram []byte) byte {
	_, after, ok := bytes.Cut(datagram, []byte(usmStats))
	if !ok || len(after) < 2 || after[1] != 0 {
		return 0
	}
	return after[0]
}

// hearsDiscovery sends the request by which SNMPv3 finds out an agent's engine
// (RFC 3414 §4). Every agent of v3 answers it, whatever credentials it wants:
// so a community that is not accepted can be told from a host that is down.
func (l *link) hearsDiscovery(id uint16, wait time.Duration) bool {
	// version 3; msgID, msgMaxSize 65507, reportable, USM; empty security
	// parameters; an empty scoped PDU with a GET of nothing.
	m := []byte("\x30\x3e\x02\x01\x03" +
		"\x30\x11\x02\x04\x00\x00\x00\x00\x02\x03\x00\xff\xe3\x04\x01\x04\x02\x01\x03" +
		"\x04\x10\x30\x0e\x04\x00\x02\x01\x00\x02\x01\x00\x04\x00\x04\x00\x04\x00" +
		"\x30\x14\x04\x00\x04\x00\xa0\x0e\x02\x04\x00\x00\x00\x00\x02\x01\x00\x02\x01\x00\x30\x00")
	binary.BigEndian.PutUint16(m[11:], id)
	binary.BigEndian.PutUint16(m[len(m)-10:], id)
	if l.SetDeadline(time.Now().Add(wait)) != nil {
		return false
	}
	if _, err := l.Write(m); err != nil {
		return false
	}
	b := make([]byte, 2048)
	for {
		n, err := l.Read(b)
		if err != nil {
			return false
		}
		if n > 5 && b[0] == 0x30 && l.report != 0 {
			return true
		}
	}
}

func timedOut(err error) bool { return errors.Is(err, os.ErrDeadlineExceeded) }
