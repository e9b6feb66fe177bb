package main_test

import (
	"encoding/csv"
	"os"
	"strconv"
	"testing"
	"time"
)

// TestFaultTreesHaveAsManyCutsAsPublished imports the trees of a benchmark and
// asks for nothing but the order: their tops are known.
func TestFaultTreesHaveAsManyCutsAsPublished(t *testing.T) {
	dir := shared(t, "corpora/graphs/fault-trees")
	f, err := os.Open(dir + "/expected.tsv")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	r := csv.NewReader(f)
	r.Comma = '\t'
	rows, err := r.ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range rows[1:] {
		s := newSite(t)
		s.imported(dir + "/" + row[0] + ".xml")
		begin := time.Now()
		got := ask[cuts](t, s, "cuts", "--order", "2", "--count")
		t.Logf("%s: %v", row[0], time.Since(begin).Round(time.Millisecond))
		if !got.Complete || len(got.Services) != 1 {
			t.Errorf("%s: complete %t, %d tops", row[0], got.Complete, len(got.Services))
			continue
		}
		for order, want := range map[string]string{"1": row[2], "2": row[3]} {
			n := got.Services[0].Counts[order]
			if strconv.Itoa(n["confirmed"]) != want || n["possible"]+n["unobserved"] > 0 {
				t.Errorf("%s, order %s: %v, want %s confirmed", row[0], order, n, want)
			}
		}
	}
}
