package outside

import (
	"os"
	"path/filepath"
	"slices"
	"testing"
)

func TestTheRootIsWhereTheModuleIs(t *testing.T) {
	data, err := os.ReadFile(filepath.Join(Root(t), "go.mod"))
	if err != nil || len(data) == 0 {
		t.Fatal(err)
	}
}

func TestBrokenLinesOfNetSNMPArePutTogether(t *testing.T) {
	out := ".1.3.6.1.2.1.1.1.0 = Hex-STRING: 4C 69 \n6E 75 78 \n.1.3.6.1.2.1.1.3.0 = 12\n.1.3.9 = No more variables left in this MIB View\nEnd of MIB\n"
	want := []string{Printed("1.3.6.1.2.1.1.1.0", 4, "Linux"), Printed("1.3.6.1.2.1.1.3.0", 0x43, "12")}
	if got := Lines([]byte(out)); !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
}

func TestWhatIsNotHereSkipsTheTest(t *testing.T) {
	for name, needs := range map[string]func(t *testing.T){
		"recordings": func(t *testing.T) { Shared(t, "corpora/of/nobody") },
		"a program":  func(t *testing.T) { t.Setenv("GUJO_TEST_ALL", ""); Program(t, "no-such-program", "none") },
	} {
		skipped := false
		t.Run(name, func(t *testing.T) {
			defer func() { skipped = t.Skipped() }()
			needs(t)
		})
		if !skipped {
			t.Errorf("%s that are not here skip nothing", name)
		}
	}
}
