package replay

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"slices"
	"sync"
	"time"
)

// Options say how the agents answer.
type Options struct {
	Community string // of v1 and v2c; empty: any
	Users     []User // of v3; none: v3 is not let in
	Delay     time.Duration
	MaxSize   int // octets of an answer; 0: 1472, what an Ethernet frame takes
	Faults    []Fault
	// Observe is told every request: the address of the agent, the kind of PDU
	// (0xa0 GET, 0xa1 GETNEXT, 0xa5 GETBULK) and the objects. May be nil.
	Observe func(agent netip.Addr, kind byte, objects []string)
}

// Server answers for agents, each on a loopback UDP port of its own. It is the
// dialer of package snmp for them.
type Server struct {
	options Options
	users   []principal
	agents  []*running
	ports   map[netip.Addr]*running
	behind  map[netip.AddrPort]*running // forwarded ports
	wait    sync.WaitGroup
}

// ErrNoAgent says that the recording has nothing that answers at an address.
var ErrNoAgent = errors.New("the recording has no agent at this address")

// Start opens the ports. Where several agents have an address, as in a real
// network that has it twice, the one that was recorded there answers, else the
// one with the most addresses, else the first.
func Start(agents []Agent, o Options) (*Server, error) {
	s := &Server{options: o, ports: map[netip.Addr]*running{}, behind: map[netip.AddrPort]*running{}}
	if s.options.MaxSize == 0 {
		s.options.MaxSize = 1472
	}
	for _, u := range o.Users {
		p, err := newPrincipal(u)
		if err != nil {
			return nil, fmt.Errorf("replay: %w", err)
		}
		s.users = append(s.users, p)
	}
	for _, a := range agents {
		if err := s.start(a); err != nil {
			s.Close()
			return nil, fmt.Errorf("replay: %s: %w", a.Name, err)
		}
	}
	for _, r := range s.agents {
		if _, taken := s.behind[r.Forward]; r.Forward.IsValid() && !taken {
			s.behind[r.Forward] = r
		}
		if _, taken := s.ports[r.Target]; r.Target.IsValid() && !taken {
			s.ports[r.Target] = r
		}
	}
	byAddresses := slices.Clone(s.agents)
	slices.SortStableFunc(byAddresses, func(a, b *running) int { return len(b.Addresses) - len(a.Addresses) })
	for _, r := range byAddresses {
		for _, a := range r.Addresses {
			if _, taken := s.ports[a]; !taken {
				s.ports[a] = r
			}
		}
	}
	return s, nil
}

func (s *Server) start(a Agent) error {
	t, err := newTree(a.Varbinds)
	if err != nil {
		return err
	}
	conn, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		return err
	}
	r := &running{Server: s, Agent: a, tree: t, conn: conn, engine: a.engine(), boots: 1, started: time.Now().Add(-time.Minute)}
	r.faults = slices.Concat(a.Faults, s.options.Faults)
	for i := range r.faults {
		if err := r.faults[i].prepare(); err != nil {
			conn.Close()
			return err
		}
		if r.faults[i].Kind == WrongAddress && r.other == nil {
			for last := byte(2); last > 0 && r.other == nil; last-- { // 127.0.0.2 is not everywhere
				r.other, err = net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, last)})
			}
			if err != nil {
				conn.Close()
				return err
			}
		}
	}
	s.agents = append(s.agents, r)
	s.wait.Add(1)
	go r.serve()
	return nil
}

// Route gives the port at which the agent of a recorded address answers. Which
// port is asked for matters only where one was recorded that is no agent's own:
// otherwise one machine has one agent.
func (s *Server) Route(agent netip.AddrPort) (netip.AddrPort, error) {
	r, ok := s.behind[agent]
	if !ok {
		r, ok = s.ports[agent.Addr().Unmap()]
	}
	if !ok {
		return netip.AddrPort{}, fmt.Errorf("%s: %w", agent.Addr(), ErrNoAgent)
	}
	return r.addrPort(), nil
}

// Bound is an agent and where it answers.
type Bound struct {
	Agent Agent
	At    netip.AddrPort
}

// Agents lists the agents in order, with their ports.
func (s *Server) Agents() []Bound {
	out := make([]Bound, len(s.agents))
	for i, r := range s.agents {
		out[i] = Bound{r.Agent, r.addrPort()}
	}
	return out
}

// Close ends all agents.
func (s *Server) Close() error {
	for _, r := range s.agents {
		r.conn.Close()
		if r.other != nil {
			r.other.Close()
		}
	}
	s.wait.Wait()
	return nil
}

// running is an agent at work. One goroutine serves it, in the order of the
// requests; what it holds is that goroutine's alone.
type running struct {
	*Server
	Agent
	tree    tree
	conn    *net.UDPConn
	other   *net.UDPConn // for answers from another address
	faults  []Fault
	engine  string
	boots   uint32
	started time.Time
	salt    uint64
	counts  [7]uint32       // usmStats, by their number (RFC 3414 §5)
	keys    map[string]keys // by user
}

func (r *running) addrPort() netip.AddrPort {
	return r.conn.LocalAddr().(*net.UDPAddr).AddrPort()
}

func (r *running) serve() {
	defer r.wait.Done()
	buffer := make([]byte, 65536)
	for {
		n, from, err := r.conn.ReadFromUDPAddrPort(buffer)
		if errors.Is(err, net.ErrClosed) {
			return
		}
		if err != nil {
			continue // an ICMP error of an answer nobody waited for
		}
		out, elsewhere := r.handle(buffer[:n])
		if out == nil {
			continue
		}
		conn := r.conn
		if elsewhere {
			conn = r.other
		}
		if r.options.Delay > 0 {
			// Not slept away: others may ask the same agent meanwhile.
			time.AfterFunc(r.options.Delay, func() { conn.WriteToUDPAddrPort(out, from) })
			continue
		}
		conn.WriteToUDPAddrPort(out, from)
	}
}

// handle gives the answer to a datagram; nil for none.
func (r *running) handle(datagram []byte) (answer []byte, elsewhere bool) {
	message := reader{b: datagram}
	body := reader{b: message.take(tagSequence)}
	version := body.int()
	if message.bad || body.bad {
		return nil, false
	}
	if version == 3 {
		return r.secured(datagram, body)
	}
	community := body.take(tagOctets)
	kind, contents := body.next()
	q, err := readRequest(version, kind, contents)
	if body.bad || err != nil || version > 1 || r.options.Community != "" && string(community) != r.options.Community {
		return nil, false
	}
	head := tlv(tagInteger, []byte{byte(version)})
	head = appendTLV(head, tagOctets, community)
	pdu, after := r.reply(q, r.options.MaxSize-len(head)-40)
	if pdu == nil {
		return nil, false
	}
	return after.apply(tlv(tagSequence, head, pdu)), after == WrongAddress
}

// apply changes the whole message of an answer.
func (k FaultKind) apply(message []byte) []byte {
	if k == Truncate {
		return message[:len(message)/2]
	}
	return message
}

// reply answers a request, with the faults that strike it; the fault given back
// is one that concerns the message as a whole.
func (r *running) reply(q request, size int) (pdu []byte, message FaultKind) {
	if !q.asks() {
		return nil, ""
	}
	if observe := r.options.Observe; observe != nil {
		objects := make([]string, len(q.objects))
		for i, o := range q.objects {
			objects[i] = o.String()
		}
		var address netip.Addr
		if len(r.Addresses) > 0 {
			address = r.Addresses[0]
		}
		observe(address, q.kind, objects)
	}
	if q.kind != pduGet && q.kind != pduGetNext && q.kind != pduGetBulk {
		return q.fail(statusNoAccess, 1), ""
	}
	for i := range r.faults {
		f := &r.faults[i]
		if !f.strikes(q) {
			continue
		}
		switch f.Kind {
		case Timeout:
			return nil, ""
		case TooBig:
			return q.fail(statusTooBig, 0), ""
		case GenErr:
			return q.fail(statusGenErr, 1), ""
		case NoAccess:
			return q.fail(statusNoAccess, 1), ""
		case Loop, Repeat, Swap:
			return r.tree.misorder(q, f, size), ""
		case Restart:
			r.boots++
			r.started = time.Now()
		default:
			message = f.Kind
		}
	}
	return r.tree.answer(q, size), message
}

// misorder answers with objects that do not increase.
func (t tree) misorder(q request, f *Fault, size int) []byte {
	switch f.Kind {
	case Loop:
		if i := t.after(f.elements); i < len(t) {
			var list []byte
			for range q.objects {
				list = append(list, t[i].encoded...)
			}
			return q.respond(0, 0, list)
		}
	case Repeat:
		var list []byte
		for _, o := range q.objects {
			if v, ok := t.at(o); ok {
				list = append(list, v.encoded...)
			} else if v, ok := t.next(q, o); ok {
				list = append(list, v.encoded...)
			}
		}
		return q.respond(0, 0, list)
	case Swap:
		if q.kind == pduGetBulk && len(q.objects) == 1 {
			var rows [][]byte
			n := 0
			for i := t.after(q.objects[0]); i < len(t) && int64(len(rows)) < q.b; i++ {
				if n += len(t[i].encoded); n > size {
					break
				}
				rows = append(rows, t[i].encoded)
			}
			slices.Reverse(rows)
			return q.respond(0, 0, slices.Concat(rows...))
		}
	}
	return t.answer(q, size)
}
