package replay

import (
	"encoding/hex"
	"net/netip"
	"slices"
	"testing"

	"gujo/discovery/snmp"
)

func agentForFuzz(t testing.TB) *running {
	a := Agent{Name: "a", Addresses: []netip.Addr{netip.MustParseAddr("10.0.0.1")}, Varbinds: []snmp.Varbind{
		{OID: "1.3.6.1.2.1.1.1.0", Type: snmp.OctetString, Value: "x"}, {OID: "1.3.6.1.2.1.1.3.0", Type: snmp.TimeTicks, Value: "1"},
	}}
	tr, err := newTree(a.Varbinds)
	if err != nil {
		t.Fatal(err)
	}
	p, err := newPrincipal(User{Name: "u", Auth: "sha256", AuthKey: "authentic", Priv: "aes", PrivKey: "private-1"})
	if err != nil {
		t.Fatal(err)
	}
	return &running{Server: &Server{options: Options{MaxSize: 1472}, users: []principal{p}}, Agent: a, tree: tr, engine: a.engine(), boots: 1}
}

func FuzzAgentAnswersAnyDatagram(f *testing.F) {
	r := agentForFuzz(f)
	message := func(version byte, kind byte, a, b int64) []byte {
		variable := tlv(tagSequence, oid{1, 3, 6, 1, 2, 1, 1}.encode(), []byte{tagNull, 0})
		pdu := tlv(kind, integer(tagInteger, 7), integer(tagInteger, a), integer(tagInteger, b), tlv(tagSequence, variable))
		return tlv(tagSequence, tlv(tagInteger, []byte{version}), tlv(tagOctets, []byte("public")), pdu)
	}
	discovery := tlv(tagSequence, integer(tagInteger, 3),
		tlv(tagSequence, integer(tagInteger, 1), integer(tagInteger, 65507), tlv(tagOctets, []byte{flagReportable}), integer(tagInteger, 3)),
		tlv(tagOctets, tlv(tagSequence, tlv(tagOctets), integer(tagInteger, 0), integer(tagInteger, 0), tlv(tagOctets), tlv(tagOctets), tlv(tagOctets))),
		tlv(tagSequence, tlv(tagOctets), tlv(tagOctets), tlv(pduGet, integer(tagInteger, 1), integer(tagInteger, 0), integer(tagInteger, 0), tlv(tagSequence))))
	for _, seed := range [][]byte{message(0, pduGet, 0, 0), message(0, pduGetNext, 0, 0), message(1, pduGetNext, 0, 0), message(1, pduGetBulk, 0, 10), discovery} {
		if answer, _ := r.handle(slices.Clone(seed)); answer == nil {
			f.Fatalf("no answer to the seed %x", seed)
		}
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		answer, _ := r.handle(slices.Clone(b))
		if answer == nil {
			return
		}
		if len(answer) > 66000 {
			t.Fatalf("an answer of %d octets", len(answer))
		}
		outer := reader{b: answer}
		if outer.take(tagSequence); outer.bad || len(outer.b) != 0 {
			t.Fatalf("an answer that is no message: %x", answer)
		}
	})
}

func FuzzParseFault(f *testing.F) {
	for _, s := range []string{"timeout", "loop@1.0.8802.1.1.2", "too_big>50", "gen_err*1+10", "x"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) { ParseFault(s) })
}

func TestFaultsAreReadAsWritten(t *testing.T) {
	got, err := ParseFault("loop@.1.0.8802.1.1.2>3+10*2")
	if err != nil || got.Kind != Loop || got.Under != "1.0.8802.1.1.2" || got.Above != 3 || got.After != 10 || got.Times != 2 {
		t.Errorf("%+v, %v", got, err)
	}
	for _, s := range []string{"", "sloth", "loop@x", "timeout+x", "timeout+-1"} {
		if _, err := ParseFault(s); err == nil {
			t.Errorf("%q is read", s)
		}
	}
}

// net-snmp judges the whole; these are the vectors of RFC 3414 §A.3.
func TestKeysAreMadeAsTheStandardsSay(t *testing.T) {
	const engine = "\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x02"
	for _, tt := range []struct{ protocol, want string }{
		{"md5", "526f5eed9fcce26f8964c2930787d82b"},         // RFC 3414 §A.3.1
		{"sha", "6695febc9288e36282235fc7151f128497b38f3f"}, // RFC 3414 §A.3.2
	} {
		a := authentications[tt.protocol]
		if got := hex.EncodeToString(localize(a, stretch(a, []byte("maplesyrup")), engine)); got != tt.want {
			t.Errorf("%s: %s, want %s", tt.protocol, got, tt.want)
		}
	}
}

func TestNumbersAreEncodedInAsFewOctetsAsHoldThem(t *testing.T) {
	for n, want := range map[int64]string{0: "020100", 127: "02017f", 128: "02020080", -1: "0201ff", -128: "020180", -129: "0202ff7f",
		2147483647: "02047fffffff", -2147483648: "020480000000", 4294967295: "020500ffffffff"} {
		if got := hex.EncodeToString(integer(tagInteger, n)); got != want {
			t.Errorf("%d: %s, want %s", n, got, want)
		}
		r := reader{b: integer(tagInteger, n)}
		if back := r.int(); back != n || r.bad {
			t.Errorf("%d comes back as %d", n, back)
		}
	}
}
