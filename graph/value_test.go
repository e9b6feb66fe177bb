package graph_test

import (
	"encoding/json"
	"math"
	"testing"

	"github.com/google/go-cmp/cmp"

	"gujo/graph"
)

func TestValuesReadBackFromJSON(t *testing.T) {
	for _, v := range []graph.Value{
		{}, graph.String("코어 <&> \"\\\n\u2028"), graph.String("\xff"), graph.Int(0), graph.Int(math.MinInt64), graph.Float(0.1), graph.Float(1e300),
		graph.Float(math.NaN()), graph.Float(math.Inf(-1)), graph.Bool(true), graph.Bool(false), graph.List(), graph.List("", "b", "a"),
	} {
		data, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		var back graph.Value
		if err := json.Unmarshal(data, &back); err != nil {
			t.Fatalf("%s: %v", data, err)
		}
		if back != v {
			t.Errorf("%s reads back as %v, want %v", data, back, v)
		}
		raw, err := graph.RawValue(v.Type(), v.Text())
		if err != nil || raw != v {
			t.Errorf("%v remade is %v, %v", v, raw, err)
		}
	}
}

func TestWhatIsNoValueIsRefused(t *testing.T) {
	for _, text := range []string{`{}`, `null`, `[1]`, `[null]`, `[["a"]]`, `1e400`, `nul`, ``} {
		var v graph.Value
		if err := v.UnmarshalJSON([]byte(text)); err == nil {
			t.Errorf("%s is the value %v", text, v)
		}
	}
	for _, raw := range []struct {
		t    graph.ValueType
		text string
	}{{graph.NumberValue, "0x10"}, {graph.NumberValue, "NaN"}, {graph.NumberValue, " 1"}, {graph.NumberValue, ""}, {graph.BoolValue, "yes"}, {graph.ListValue, "null"}, {graph.ListValue, "["}, {9, "x"}} {
		if v, err := graph.RawValue(raw.t, raw.text); err == nil {
			t.Errorf("type %d of %q is the value %v", raw.t, raw.text, v)
		}
	}
}

func TestValuesAreAskedByType(t *testing.T) {
	for _, test := range []struct {
		v     graph.Value
		whole int64
		isInt bool
		f     float64
		isNum bool
		list  []string
	}{
		{graph.Int(7), 7, true, 7, true, nil},
		{graph.Float(2.5), 0, false, 2.5, true, nil},
		{graph.Float(3), 3, true, 3, true, nil},
		{graph.Float(1e300), 0, false, 1e300, true, nil},
		{graph.String("7"), 0, false, 0, false, []string{"7"}},
		{graph.Bool(true), 0, false, 0, false, nil},
		{graph.List("a", "b"), 0, false, 0, false, []string{"a", "b"}},
	} {
		if n, ok := test.v.Int64(); n != test.whole || ok != test.isInt {
			t.Errorf("%s as a whole number: %d, %t", test.v.Text(), n, ok)
		}
		if f, ok := test.v.Float64(); f != test.f || ok != test.isNum {
			t.Errorf("%s as a number: %g, %t", test.v.Text(), f, ok)
		}
		if diff := cmp.Diff(test.list, test.v.Strings()); diff != "" {
			t.Errorf("%s as a list: %s", test.v.Text(), diff)
		}
	}
}

func TestAttributesAreSortedAndCopied(t *testing.T) {
	var a graph.Attrs
	b := a.With("m", graph.Int(1)).With("z", graph.Bool(false)).With("a", graph.String("x"))
	c := b.With("m", graph.Int(2))
	if b.Text("m") != "1" || c.Text("m") != "2" || len(c) != 3 || c[0].Key != "a" || c[2].Key != "z" {
		t.Errorf("%v, %v", b, c)
	}
	if !c.IsFalse("z") || c.IsTrue("z") || c.IsFalse("none") || c.Text("none") != "" {
		t.Error("false is not false, or what is missing is")
	}
	data, err := json.Marshal(c)
	if err != nil || string(data) != `{"a":"x","m":2,"z":false}` {
		t.Errorf("%s, %v", data, err)
	}
	var back graph.Attrs
	if err := json.Unmarshal([]byte(`{"z":false,"a":"x","none":null,"m":2}`), &back); err != nil || cmp.Diff(c, back, cmp.AllowUnexported(graph.Value{})) != "" {
		t.Errorf("%v, %v", back, err)
	}
}
