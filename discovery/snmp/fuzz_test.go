package snmp

import (
	"bytes"
	"testing"
	"unicode/utf8"

	"gujo/discovery"
	"gujo/discovery/evidence"
)

func FuzzParseVarbinds(f *testing.F) {
	for _, s := range []string{"1.3.6.1.2.1.1.1.0|4|Linux\n", "1.3.6.1|4x|00ff\r\n# c\n", "1.3|64|10.0.0.1\n1.3|6|1.3.6\n1.3|70|18446744073709551615\n", "1.3|2|<private>\n", "1.3|128|\n"} {
		f.Add([]byte(s))
	}
	for _, data := range encodings(f, koreanRecord) {
		f.Add(data)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		vbs, err := ParseVarbinds("f", data)
		if err != nil && len(err.Error()) > 1000 {
			t.Errorf("an error of %d octets", len(err.Error()))
		}
		written := FormatVarbinds(vbs)
		again, err := ParseVarbinds("f", written)
		if err != nil {
			t.Fatalf("what was written is not read: %v\n%q", err, written)
		}
		if !bytes.Equal(written, FormatVarbinds(again)) {
			t.Errorf("written twice, it differs: %q", written)
		}
	})
}

var walkSeeds = []string{
	".1.3.6.1.2.1.1.1.0 = STRING: \"Linux\n a\"\n.1.3.6.1.2.1.1.2.0 = OID: .1.3.6.1.4.1.9.1.1\n",
	"iso.3.6.1.2.1.2.2.1.6.1 = Hex-STRING: 00 11 22 33 44 55 \n",
	"IF-MIB::ifOperStatus.1 = INTEGER: up(1)\nIP-MIB::ipAddressIfIndex.ipv4.\"10.0.0.1\" = INTEGER: 1\n",
	".1.3.6.1.2.1.1.3.0 = Timeticks: (12075) 0:02:00.75\r\n.1.3 = Opaque: Float: 1.5\r\n.1.3 = BITS: 28 00 bridge(2)\r\n",
	".1.0.8802.1.1.2 = No Such Object available on this agent at this OID\nTimeout: No Response from x\n",
	".1.3.6.1.2.1.1.5.0 = \"00 11 \"\n.1.3.6.1.2.1.1.6.0 =\n",
	"\xff\xfe.\x001\x00.\x003\x00",
}

func FuzzParseWalk(f *testing.F) {
	for _, s := range walkSeeds {
		f.Add([]byte(s))
	}
	for _, data := range encodings(f, koreanWalk) {
		f.Add(data)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		vbs, skipped, _ := ParseWalk("f", data)
		for _, s := range skipped {
			if utf8.RuneCountInString(s.Text) > 2*maxExcerpt || s.Want == "" || s.Line < 1 {
				t.Errorf("%+v", s)
			}
		}
		again, err := ParseVarbinds("f", FormatVarbinds(vbs))
		if err != nil || len(again) != len(vbs) {
			t.Errorf("%d variables, written and read %d: %v", len(vbs), len(again), err)
		}
		Detect(data)
	})
}

func FuzzInterpret(f *testing.F) {
	for _, s := range walkSeeds {
		f.Add([]byte(s), false)
	}
	for _, s := range []string{
		"1.0.8802.1.1.2.1.4.1.1.5.0.1.1|4x|001122334455\n1.0.8802.1.1.2.1.4.1.1.4.0.1.1|2|4\n1.0.8802.1.1.2.1.4.2.1.3.0.1.1.1.4.10.0.0.1|2|2\n",
		"1.3.6.1.2.1.17.1.4.1.2.1|2|5\n1.3.6.1.2.1.17.7.1.2.2.1.2.7.0.1.2.3.4.5|2|1\n1.3.6.1.2.1.17.7.1.4.2.1.4.0.9|4x|ffffff\n1.3.6.1.2.1.17.2.15.1.3.1|2|5\n",
		"1.3.6.1.2.1.4.20.1.1.10.0.0.1|64|10.0.0.1\n1.3.6.1.2.1.4.20.1.2.10.0.0.1|2|5\n1.3.6.1.2.1.4.34.1.3.2.16.32.1.0.0.0.0.0.0.0.0.0.0.0.0.0.1|2|5\n1.3.6.1.2.1.4.22.1.2.5.10.0.0.2|4x|001122334455\n",
		"1.3.6.1.2.1.14.10.1.6.10.0.0.2.0|2|8\n1.3.6.1.2.1.4.24.7.1.7.1.4.0.0.0.0.0.2.0.0.1.4.10.0.0.254|2|2\n1.3.6.1.2.1.4.24.4.1.5.0.0.0.0.0.0.0.0.0.10.0.0.254|2|2\n",
		"1.3.6.1.2.1.68.1.3.1.3.2.7|2|3\n1.3.6.1.2.1.207.1.1.1.1.6.2.7.1|2|3\n1.3.6.1.4.1.9586.100.5.2.3.1.3.1|66|7\n1.3.6.1.4.1.9.9.106.1.2.1.1.15.2.7|2|6\n",
		"1.2.840.10006.300.43.1.2.1.1.13.1|2|100\n1.3.6.1.2.1.31.1.2.1.3.100.1|2|1\n1.3.6.1.2.1.2.2.1.2.100|4|Po1\n1.3.6.1.2.1.2.2.1.2.1|4|Gi1\n",
		"1.3.6.1.4.1.9.9.23.1.2.1.1.6.1.1|4|a(B)\n1.3.6.1.2.1.47.1.1.1.1.11.1|4|S\n1.3.6.1.2.1.25.4.2.1.2.1|4|init\n1.3.6.1.2.1.25.3.8.1.3.1|4|h:/x\n",
	} {
		f.Add([]byte(s), true)
	}
	f.Fuzz(func(t *testing.T, data []byte, recording bool) {
		e := EntryData{evidence.Entry{Name: "f", Format: FormatSnmpwalk, Target: "f", Digest: "sha256:0"}, data}
		if recording {
			e.Entry.Format = FormatSnmprec
		}
		r := Interpret([]EntryData{e})
		variables := bytes.Count(utf8Text(data), []byte("\n")) + 1
		if n := len(r.Observations); n > 8*variables*variables+8 {
			t.Errorf("%d observations of %d lines", n, variables)
		}
		for _, o := range r.Observations {
			for _, s := range o.Header().Sources {
				checkText(t, s.Value, 2*maxExcerpt)
			}
			switch o := o.(type) {
			case discovery.Machine:
				checkText(t, o.Name, maxName)
				checkText(t, o.Description, 2*maxProse)
				checkText(t, o.Version, maxName)
			case discovery.Interface:
				checkText(t, o.Name, 2*maxName)
				checkText(t, o.Alias, 2*maxName)
			case discovery.Neighbor:
				checkText(t, o.Chassis, 2*maxName)
				checkText(t, o.Port, 2*maxName)
				checkText(t, o.Name, 2*maxName)
				checkText(t, o.Platform, 2*maxName)
			case discovery.Process:
				checkText(t, o.Parameters, 2*maxProse)
			}
		}
		for _, g := range r.Gaps {
			checkText(t, g.Detail, maxName)
		}
	})
}

// checkText fails where a text could not be shown as it is. Markers that take
// the place of secrets may lengthen it.
func checkText(t *testing.T, s string, max int) {
	t.Helper()
	if !utf8.ValidString(s) || utf8.RuneCountInString(s) > max {
		t.Errorf("%.80q: %d runes", s, utf8.RuneCountInString(s))
	}
	for _, r := range s {
		if r < ' ' || r == 0x7f || r >= 0x202a && r <= 0x202e {
			t.Errorf("%.80q holds %U", s, r)
		}
	}
}
