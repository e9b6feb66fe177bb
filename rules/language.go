package rules

import (
	"fmt"
	"reflect"
	"slices"
	"strings"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"
	"cel.dev/cel-go/common/types/traits"

	"gujo/graph"
)

// The language of rules is CEL with one type of its own, component, and the
// functions in [functions]. All of it is checked when a pack is loaded.

const (
	// costLimit bounds what one expression may do for one subject, in CEL's
	// units: about a second of work at most.
	costLimit = 1_000_000
	// maxExpression bounds an expression, in characters.
	maxExpression = 4096
)

var (
	componentType  = cel.ObjectType("component")
	componentsType = cel.ListType(componentType)
)

// node is a component as an expression sees it: with the look that is being taken.
type node struct {
	*look
	c         int32
	byAddress bool // in a text it stands as the address in its name
}

func (n node) comp() *graph.Component { return &n.Components[n.c] }

// ConvertToNative makes node a [ref.Val]; nothing converts a component.
func (n node) ConvertToNative(t reflect.Type) (any, error) {
	return nil, fmt.Errorf("a component is no %s", t)
}

// ConvertToType gives the component's type, and nothing else.
func (n node) ConvertToType(t ref.Type) ref.Val {
	if t == types.TypeType {
		return componentType
	}
	return types.NewErr("a component is no %s", t.TypeName())
}

// Equal compares by identity.
func (n node) Equal(other ref.Val) ref.Val {
	o, ok := other.(node)
	return types.Bool(ok && o.c == n.c)
}

// Type gives the CEL type.
func (n node) Type() ref.Type { return componentType }

// Value gives the node itself, for field selection.
func (n node) Value() any { return n }

// componentFields are what an expression reads of a component with a dot.
var componentFields = map[string]struct {
	t   *types.Type
	get func(n node) ref.Val
	doc string
}{
	"id":         {types.StringType, func(n node) ref.Val { return types.String(n.comp().ID) }, "kind/name, unique"},
	"kind":       {types.StringType, func(n node) ref.Val { return types.String(kindName(n.comp().Kind)) }, "such as network_device, or target"},
	"name":       {types.StringType, func(n node) ref.Val { return types.String(n.comp().Name) }, "what people call it"},
	"state":      {types.StringType, func(n node) ref.Val { return types.String(n.comp().State.String()) }, "up, down, or empty where not observed"},
	"k":          {types.IntType, groupField(func(g *graph.Group) int { return g.K }), "of a group: members needed; 0 unknown"},
	"designed":   {types.IntType, groupField(func(g *graph.Group) int { return g.Designed }), "of a group: members configured; 0 unknown"},
	"technology": {types.StringType, func(n node) ref.Val { return types.String(technologyOf(n.comp())) }, "of a group: vrrp, lacp, psu, …"},
	"grade":      {types.IntType, func(n node) ref.Val { return types.Int(gradeOf(n.comp())) }, "of a service: 1–4; 0 none"},
}

func kindName(k graph.Kind) string {
	if k == target {
		return targetName
	}
	return k.String()
}

func groupField(get func(*graph.Group) int) func(node) ref.Val {
	return func(n node) ref.Val {
		if g := n.comp().Group; g != nil {
			return types.Int(get(g))
		}
		return types.Int(0)
	}
}

func technologyOf(c *graph.Component) string {
	if c.Group == nil {
		return ""
	}
	return c.Group.Technology
}

// gradeOf gives a service's grade, 1–4, or 0 where it has none.
func gradeOf(c *graph.Component) int {
	v, _ := c.Attrs.Get("grade")
	if n, ok := v.Int64(); ok && n >= 1 && n <= 4 {
		return int(n)
	}
	return 0
}

// provider adds the type component to CEL's own.
type provider struct{ types.Provider }

func (p provider) FindStructType(name string) (*types.Type, bool) {
	if name == componentType.TypeName() {
		return types.NewTypeTypeWithParam(componentType), true
	}
	return p.Provider.FindStructType(name)
}

func (p provider) FindStructFieldNames(name string) ([]string, bool) {
	if name != componentType.TypeName() {
		return p.Provider.FindStructFieldNames(name)
	}
	var names []string
	for f := range componentFields {
		names = append(names, f)
	}
	slices.Sort(names)
	return names, true
}

func (p provider) FindStructFieldType(name, field string) (*types.FieldType, bool) {
	if name != componentType.TypeName() {
		return p.Provider.FindStructFieldType(name, field)
	}
	f, ok := componentFields[field]
	if !ok {
		return nil, false
	}
	return &types.FieldType{
		Type:    f.t,
		IsSet:   func(any) bool { return true },
		GetFrom: func(v any) (any, error) { return f.get(v.(node)), nil },
	}, true
}

// A function of the language. Its first argument is a component, which brings
// the look along, or a list of them.
type function struct {
	name   string
	args   []*cel.Type
	result *cel.Type
	call   func(l *look, args []ref.Val) ref.Val
	doc    string
}

// nodesOf gives the components of a list; the look is nil for an empty one.
func nodesOf(v ref.Val) (l *look, out []int32) {
	switch v := v.(type) {
	case node:
		return v.look, []int32{v.c}
	case traits.Lister:
		for it := v.Iterator(); it.HasNext() == types.True; {
			if n, ok := it.Next().(node); ok {
				l = n.look
				out = append(out, n.c)
			}
		}
	}
	return l, out
}

func (l *look) list(cs []int32) ref.Val {
	out := make([]ref.Val, len(cs))
	for i, c := range cs {
		out[i] = node{look: l, c: c}
	}
	return types.NewRefValList(types.DefaultTypeAdapter, out)
}

var emptyList = types.NewRefValList(types.DefaultTypeAdapter, []ref.Val{})

// ofOne makes a function from one component to many.
func ofOne(name, doc string, f func(l *look, c int32) []int32) function {
	return function{name, []*cel.Type{componentType}, componentsType, func(l *look, args []ref.Val) ref.Val {
		return l.list(f(l, args[0].(node).c))
	}, doc}
}

// ofMany makes a function from many components to many.
func ofMany(name, doc string, f func(l *look, cs []int32) []int32) function {
	return function{name, []*cel.Type{componentsType}, componentsType, func(l *look, args []ref.Val) ref.Val {
		_, cs := nodesOf(args[0])
		return l.list(f(l, cs))
	}, doc}
}

func related(name, doc string, f func(l *look, c int32, t graph.RelationType) []int32) function {
	return function{name, []*cel.Type{componentType, cel.StringType}, componentsType, func(l *look, args []ref.Val) ref.Val {
		t, err := graph.ParseRelationType(string(args[1].(types.String)))
		if err != nil {
			return types.WrapErr(err)
		}
		return l.list(f(l, args[0].(node).c, t))
	}, doc}
}

func placed(name, doc string, f func(l *look, c int32, k graph.Kind) []int32) function {
	return function{name, []*cel.Type{componentType, cel.StringType}, componentsType, func(l *look, args []ref.Val) ref.Val {
		k, err := placeKind(string(args[1].(types.String)))
		if err != nil {
			return types.WrapErr(err)
		}
		return l.list(f(l, args[0].(node).c, k))
	}, doc}
}

func placeKind(name string) (graph.Kind, error) {
	switch k, err := graph.ParseKind(name); {
	case err != nil:
		return k, err
	case k != graph.Rack && k != graph.Room && k != graph.Site:
		return k, fmt.Errorf("%q is no place, want rack, room or site", name)
	default:
		return k, nil
	}
}

func attribute(name string, result *cel.Type, doc string, f func(v graph.Value, ok bool) ref.Val) function {
	return function{name, []*cel.Type{componentType, cel.StringType}, result, func(l *look, args []ref.Val) ref.Val {
		v, ok := args[0].(node).comp().Attrs.Get(string(args[1].(types.String)))
		return f(v, ok)
	}, doc}
}

func number(name, doc string, f func(l *look, c int32) int) function {
	return function{name, []*cel.Type{componentType}, cel.IntType, func(l *look, args []ref.Val) ref.Val {
		return types.Int(f(l, args[0].(node).c))
	}, doc}
}

func truth(name, doc string, f func(l *look, c int32) bool) function {
	return function{name, []*cel.Type{componentType}, cel.BoolType, func(l *look, args []ref.Val) ref.Val {
		return types.Bool(f(l, args[0].(node).c))
	}, doc}
}

// functions are what a rule may call, besides CEL's own.
func functions() []function {
	return append(slices.Concat(groupFunctions(), powerFunctions()), []function{
		related("needs", "what it needs by relations of one type", (*look).needs),
		related("needed_by", "who needs it by relations of one type", (*look).neededBy),
		ofOne("members", "all members of a group", func(l *look, c int32) []int32 { return l.needs(c, graph.Member) }),
		ofOne("live", "the members of a group that are active and not seen down", (*look).live),
		ofOne("parts", "interfaces, modules and supplies of a machine", (*look).parts),
		ofOne("links", "the cables that end at a machine", (*look).links),
		ofOne("dependents", "the services that hang on it by needs of any kind", (*look).dependents),
		ofOne("firm_dependents", "those that do so without assumed needs", (*look).firmDependents),
		ofOne("in_same_subnet", "other network devices in the subnets of a group", (*look).inSameSubnet),
		ofOne("unlinked", "Ethernet interfaces that are up and whose far end nobody saw", (*look).unlinked),
		ofOne("unread", "network devices of the whole graph of which nothing was read", func(l *look, _ int32) []int32 { return l.unread }),
		ofMany("machines", "the boxes behind them, each once; a group stands for its live members", (*look).machines),
		ofMany("ends", "the machines that these links join", (*look).ends),
		ofMany("in_service", "those that nothing says are down", func(l *look, cs []int32) []int32 {
			return slices.DeleteFunc(slices.Clone(cs), func(c int32) bool { return !l.up(c, 0) })
		}),
		ofMany("firm", "those links none of whose ends is only assumed", func(l *look, cs []int32) []int32 {
			return slices.DeleteFunc(slices.Clone(cs), func(c int32) bool { return !l.firm(c) })
		}),
		placed("places", "the racks, rooms or sites that it stands in", (*look).places),
		placed("firm_places", "those in which it is not only assumed to stand", (*look).firmPlaces),
		placed("shared", "places without which a group has fewer live members than it needs", (*look).shared),
		{"machine", []*cel.Type{componentType}, componentType, func(l *look, args []ref.Val) ref.Val {
			return node{look: l, c: l.machine(args[0].(node).c)}
		}, "the box that it is part of, runs on or is reached at"},
		number("tables_required", "how many tables the rules of this run need of it", func(l *look, c int32) int { return l.tablesRequired(c) }),
		number("tables_read", "how many of those were read", func(l *look, c int32) int { return l.tablesRead(c) }),
		truth("read_at_all", "whether any table of it was read", func(l *look, c int32) bool { return l.covered(c) }),
		truth("whole", "whether both ends of an aggregate were read and lead nowhere else, so that no member of it is unseen", (*look).whole),
		{"by_address", []*cel.Type{componentType}, componentType, func(l *look, args []ref.Val) ref.Val {
			return node{l, args[0].(node).c, true}
		}, "the same, printed as the address that its name ends in, if it does"},
		truth("asked", "whether anybody tried to read it", func(l *look, c int32) bool { return l.asked(c) }),
		{"read", []*cel.Type{componentType, cel.StringType}, cel.BoolType, func(l *look, args []ref.Val) ref.Val {
			return types.Bool(l.read(args[0].(node).c, string(args[1].(types.String))))
		}, "whether a table of it was read to its end"},
		{"filled", []*cel.Type{componentType, cel.StringType}, cel.BoolType, func(l *look, args []ref.Val) ref.Val {
			return types.Bool(l.filled(args[0].(node).c, string(args[1].(types.String))))
		}, "whether a table of it was read to its end and has rows"},
		{"assumed", []*cel.Type{componentType, cel.StringType}, cel.BoolType, func(l *look, args []ref.Val) ref.Val {
			t, err := graph.ParseRelationType(string(args[1].(types.String)))
			if err != nil {
				return types.WrapErr(err)
			}
			for _, r := range l.OutOf(args[0].(node).c, t) {
				if r.Strength == graph.Assumed {
					return types.True
				}
			}
			return types.False
		}, "whether one of its relations of a type is only assumed"},
		attribute("text", cel.StringType, "an attribute's text, or empty", func(v graph.Value, _ bool) ref.Val { return types.String(v.Text()) }),
		attribute("flag", cel.BoolType, "whether an attribute is true", func(v graph.Value, _ bool) ref.Val { return types.Bool(v.IsTrue()) }),
		attribute("known", cel.BoolType, "whether it has an attribute", func(_ graph.Value, ok bool) ref.Val { return types.Bool(ok) }),
	}...)
}

func (f function) option() cel.EnvOption {
	id := f.name
	for _, a := range f.args {
		id += "_" + strings.NewReplacer("(", "_", ")", "").Replace(a.String())
	}
	return cel.Function(f.name, cel.Overload(id, f.args, f.result, cel.FunctionBinding(func(args ...ref.Val) ref.Val {
		l, cs := nodesOf(args[0])
		if l == nil && len(cs) == 0 { // an empty list knows no graph, and gives an empty list
			if f.result == cel.BoolType {
				return types.False
			}
			return emptyList
		}
		return f.call(l, args)
	})))
}

// newLanguage makes the environment that all rules share.
func newLanguage() (*cel.Env, error) {
	reg, err := types.NewRegistry()
	if err != nil {
		return nil, err
	}
	opts := []cel.EnvOption{
		cel.CustomTypeAdapter(reg), cel.CustomTypeProvider(provider{reg}),
		cel.Variable("subject", componentType),
		cel.ParserExpressionSizeLimit(maxExpression), cel.ParserRecursionLimit(64),
	}
	for _, f := range functions() {
		opts = append(opts, f.option())
	}
	return cel.NewEnv(opts...)
}

// checkConstants finds relation types and places that do not exist, so that a
// misspelt one is an error of the pack and not of a run.
func checkConstants(a *cel.Ast) (err error) {
	ast.PostOrderVisit(a.NativeRep().Expr(), ast.NewExprVisitor(func(e ast.Expr) {
		if e.Kind() != ast.CallKind || len(e.AsCall().Args()) != 2 || e.AsCall().Args()[1].Kind() != ast.LiteralKind {
			return
		}
		s, ok := e.AsCall().Args()[1].AsLiteral().(types.String)
		if !ok || err != nil {
			return
		}
		switch e.AsCall().FunctionName() {
		case "needs", "needed_by", "assumed":
			_, err = graph.ParseRelationType(string(s))
		case "places", "firm_places", "shared":
			_, err = placeKind(string(s))
		}
	}))
	return err
}

// Word is a function that rules may call.
type Word struct {
	Signature string // such as places(component, string) list(component)
	Doc       string
}

// Language lists the functions that rules may call besides CEL's own, and the
// fields of a component, for whoever writes rules.
func Language() (functionList, fields []Word) {
	for _, f := range functions() {
		args := make([]string, len(f.args))
		for i, a := range f.args {
			args[i] = a.String()
		}
		functionList = append(functionList, Word{f.name + "(" + strings.Join(args, ", ") + ") " + f.result.String(), f.doc})
	}
	names, _ := provider{}.FindStructFieldNames(componentType.TypeName())
	for _, n := range names {
		fields = append(fields, Word{n + " " + componentFields[n].t.String(), componentFields[n].doc})
	}
	return functionList, fields
}
