package graph_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/sentra-ikm/sentra/graph"
)

// position is a place in the schema that takes a value: an argument of a field, or a
// field of its input objects at any depth.
type position struct {
	field    *ast.FieldDefinition
	owner    *ast.Definition
	argument *ast.ArgumentDefinition
	// path begins with the argument; list and object nest the value as the types do.
	path []string
	of   *ast.Type
}

// nest wraps a value for the position; the returned path has the indexes of lists.
func (p position) nest(value any) (argument any, path []string) {
	of := p.of
	for inner := of; inner.Elem != nil; inner = inner.Elem {
		value = []any{value}
	}
	path = slices.Clone(p.path)
	for i := len(p.path) - 1; i > 0; i-- {
		value = map[string]any{p.path[i]: value}
	}
	if of.Elem != nil {
		path = append(path, "0")
	}
	return value, path
}

// positions walks the schema: every argument of every field, and every input field
// below it, each input type once per path.
func positions(schema *ast.Schema) []position {
	var out []position
	var into func(p position, open []string)
	into = func(p position, open []string) {
		out = append(out, p)
		kind := schema.Types[p.of.Name()]
		// Lists of objects only combine filters, of which one is enough.
		if kind.Kind != ast.InputObject || slices.Contains(open, kind.Name) || p.of.Elem != nil {
			return
		}
		for _, field := range kind.Fields {
			next := p
			next.path, next.of = append(slices.Clone(p.path), field.Name), field.Type
			into(next, append(slices.Clone(open), kind.Name))
		}
	}
	for _, owner := range schema.Types {
		if owner.Kind != ast.Object || owner.BuiltIn || strings.HasPrefix(owner.Name, "_") || owner.Name == "Entity" {
			continue
		}
		for _, field := range owner.Fields {
			for _, argument := range field.Arguments {
				if field.Name != "_entities" && !strings.HasPrefix(field.Name, "__") {
					into(position{field: field, owner: owner, argument: argument, path: []string{argument.Name}, of: argument.Type}, nil)
				}
			}
		}
	}
	slices.SortFunc(out, func(a, b position) int {
		return strings.Compare(a.owner.Name+" "+a.field.Name+" "+strings.Join(a.path, " "), b.owner.Name+" "+b.field.Name+" "+strings.Join(b.path, " "))
	})
	return out
}

// query selects the field of a position, however it is reached, with a text for its
// argument: a variable or a literal.
func (p position) query(schema *ast.Schema, variable, text string) string {
	selection := ""
	if kind := schema.Types[p.field.Type.Name()]; kind.Kind == ast.Object || kind.Kind == ast.Interface || kind.Kind == ast.Union {
		selection = " { __typename }"
	}
	arguments := []string{p.argument.Name + ": " + text}
	for _, other := range p.field.Arguments {
		if other != p.argument && other.Type.NonNull && other.DefaultValue == nil {
			value := map[string]string{"String": `"94.06"`, "ID": `"x"`, "PointInput": `{lon: 1, lat: 1}`, "ChoroplethBy": "REGION"}[other.Type.Name()]
			if other.Type.Elem != nil {
				value = "[" + value + "]"
			}
			arguments = append(arguments, other.Name+": "+value)
		}
	}
	asked := fmt.Sprintf("%s(%s)%s", p.field.Name, strings.Join(arguments, ", "), selection)
	if p.owner != schema.Query {
		// A fragment can be on any type; its parent need not match.
		return fmt.Sprintf("query%s { dataset { __typename } ...on Query { region(code: \"94\") { __typename } } %s } fragment F on %s { %s }", variable, reach(schema, p.owner.Name), p.owner.Name, asked)
	}
	return fmt.Sprintf("query%s { %s }", variable, asked)
}

// reach selects the fragment F on a type from the root.
func reach(schema *ast.Schema, name string) string {
	type step struct {
		kind string
		wrap func(inside string) string
	}
	seen := map[string]bool{}
	queue := []step{{"Query", func(inside string) string { return inside }}}
	for len(queue) > 0 {
		at := queue[0]
		queue = queue[1:]
		if at.kind == name {
			return at.wrap("...F")
		}
		for _, field := range schema.Types[at.kind].Fields {
			next := schema.Types[field.Type.Name()]
			required := slices.ContainsFunc(field.Arguments, func(a *ast.ArgumentDefinition) bool { return a.Type.NonNull && a.DefaultValue == nil })
			if next.Kind != ast.Object || seen[next.Name] || strings.HasPrefix(field.Name, "_") || required {
				continue
			}
			seen[next.Name] = true
			wrap := at.wrap
			queue = append(queue, step{next.Name, func(inside string) string { return wrap("x" + field.Name + ": " + field.Name + " { " + inside + " }") }})
		}
	}
	return ""
}

// literal formats a value as a GraphQL literal; names of enums are unquoted.
func literal(value any, bare string) string {
	switch v := value.(type) {
	case map[string]any:
		var fields []string
		for name, inner := range v {
			fields = append(fields, name+": "+literal(inner, bare))
		}
		return "{" + strings.Join(fields, ", ") + "}"
	case []any:
		var elements []string
		for _, inner := range v {
			elements = append(elements, literal(inner, bare))
		}
		return "[" + strings.Join(elements, ", ") + "]"
	}
	if value == bare {
		return bare
	}
	text, _ := json.Marshal(value)
	return string(text)
}

func refuses(t *testing.T, what string, got answer, path []string, says ...string) {
	t.Helper()
	for _, e := range got.Errors {
		if e.Extensions.Code == "BAD_USER_INPUT" && slices.Equal(e.Extensions.Argument, path) &&
			!slices.ContainsFunc(says, func(text string) bool { return !strings.Contains(e.Message, text) }) {
			return
		}
	}
	t.Errorf("%s: %+v, want BAD_USER_INPUT at %v saying %q", what, got.Errors, path, says)
}

// TestEnumsAreToTheLetter walks the schema: at every place that takes an enum, every
// one of its names in lower case is rejected, as a variable and as a literal, with
// the path and the valid names.
func TestEnumsAreToTheLetter(t *testing.T) {
	schema := graph.NewSchema(&graph.Resolver{}).Schema()
	enums := map[string]int{}
	for _, p := range positions(schema) {
		kind := schema.Types[p.of.Name()]
		if kind.Kind != ast.Enum {
			continue
		}
		enums[kind.Name]++
		var names []string
		for _, v := range kind.EnumValues {
			names = append(names, v.Name)
		}
		right := strings.Join(names, ", ")
		small := strings.ToLower(names[0])
		value, path := p.nest(small)
		name := p.owner.Name + "." + p.field.Name + " " + strings.Join(path, ".")
		inVariable := append([]string{"v"}, path[1:]...)
		got := ask(t, shared.url, p.query(schema, "($v: "+p.argument.Type.String()+")", "$v"), map[string]any{"v": value})
		refuses(t, name+" in a variable", got, inVariable, small, kind.Name, right)
		got = ask(t, shared.url, p.query(schema, "", literal(value, small)), nil)
		refuses(t, name+" in the document", got, path, small, kind.Name, right)
		// As a string in the document, and as the variable itself if it is of the enum.
		upper, _ := p.nest(names[0])
		got = ask(t, shared.url, p.query(schema, "", literal(upper, "")), nil)
		refuses(t, name+" as a text", got, path, kind.Name, right)
		got = ask(t, shared.url, p.query(schema, "($v: "+p.argument.Type.String()+" = "+literal(value, small)+")", "$v"), nil)
		refuses(t, name+" as a default", got, inVariable, small, kind.Name, right)
		// A list may be given as a single value.
		if p.of.Elem != nil && len(p.path) == 1 {
			got = ask(t, shared.url, p.query(schema, "($v: "+p.argument.Type.String()+")", "$v"), map[string]any{"v": small})
			refuses(t, name+" alone", got, []string{"v"}, small, right)
		}
	}
	for _, kind := range schema.Types {
		if kind.Kind == ast.Enum && !kind.BuiltIn && usedAsInput(schema, kind.Name) && enums[kind.Name] == 0 {
			t.Errorf("no place was found that takes a %s", kind.Name)
		}
	}
	if len(enums) < 9 {
		t.Errorf("only %v were met", enums)
	}
}

func usedAsInput(schema *ast.Schema, name string) bool {
	for _, kind := range schema.Types {
		if strings.HasPrefix(kind.Name, "_") || kind.BuiltIn || strings.HasSuffix(kind.Name, "Representation") {
			continue
		}
		for _, field := range kind.Fields {
			if kind.Kind == ast.InputObject && field.Type.Name() == name {
				return true
			}
			for _, argument := range field.Arguments {
				if argument.Type.Name() == name {
					return true
				}
			}
		}
	}
	return false
}

// TestScalarsAreOfTheirType: at every place that takes a number, a string or a
// boolean, a value of another type is rejected with the value as given.
func TestScalarsAreOfTheirType(t *testing.T) {
	schema := graph.NewSchema(&graph.Resolver{}).Schema()
	wrong := map[string][]any{
		"Int":     {json.Number("1.5"), json.Number("99999999999999999999"), json.Number("2147483648"), json.Number("1e3"), "1", true, map[string]any{}},
		"Float":   {"1.5", true, json.Number("1e999")},
		"Boolean": {"true", json.Number("1"), json.Number("0")},
		"String":  {json.Number("94.06"), true},
		"ID":      {true, json.Number("1.5")},
	}
	shown := func(value any) string {
		if _, ok := value.(map[string]any); ok {
			return "an object"
		}
		text, _ := json.Marshal(value)
		return string(text)
	}
	met := map[string]int{}
	for _, p := range positions(schema) {
		kind := p.of.Name()
		for _, value := range wrong[kind] {
			met[kind]++
			nested, path := p.nest(value)
			got := ask(t, shared.url, p.query(schema, "($v: "+p.argument.Type.String()+")", "$v"), map[string]any{"v": nested})
			refuses(t, fmt.Sprintf("%s.%s %v: %v", p.owner.Name, p.field.Name, path, value), got, append([]string{"v"}, path[1:]...), shown(value), kind)
		}
	}
	for kind := range wrong {
		if met[kind] == 0 {
			t.Errorf("no place takes a %s", kind)
		}
	}
	// Valid values stay valid: whole numbers for floats and ids.
	got := ask(t, shared.url, `query($lon: Float!, $id: ID!, $first: Int) { regionsAt(point: {lon: $lon, lat: -7}) { point { lon } } node(id: $id) { id } regions(first: $first) { totalCount } }`,
		map[string]any{"lon": json.Number("110"), "id": json.Number("5"), "first": json.Number("1")})
	for _, e := range got.Errors {
		if strings.Contains(e.Message, "is not a valid Float") || strings.Contains(e.Message, "is not a valid ID") || strings.Contains(e.Message, "is not a valid Int") {
			t.Errorf("%+v", e)
		}
	}
	// In the document too.
	for text, path := range map[string][]string{
		`{ regions(first: 1.5) { totalCount } }`: {"first"}, `{ regions(first: "1") { totalCount } }`: {"first"},
		`{ regions(first: 99999999999999999999) { totalCount } }`:                                                                   {"first"},
		`{ regions(filter: {near: {point: {lon: "x", lat: 1}, radius: 1}}) { totalCount } }`:                                        {"filter", "near", "point", "lon"},
		`{ regions(filter: {or: [{}, {not: {hostsClusters: "yes"}}]}) { totalCount } }`:                                             {"filter", "or", "1", "not", "hostsClusters"},
		`query($n: Int = "x") { regions(first: $n) { totalCount } }`:                                                                {"n"},
		`{ region(code: "94") @include(if: "yes") { code } }`:                                                                       {"if"},
		`{ region(code: "94") { ...F } } fragment F on Region { clusters(filter: {regions: {kind: [CITY, city]}}) { totalCount } }`: {"filter", "regions", "kind", "1"},
	} {
		refuses(t, text, ask(t, shared.url, text, nil), path, "is not a valid")
	}
}

// Names in lower case are rejected in representations too, and in the filters of
// exports, which are parsed like variables.
func TestEnumsElsewhere(t *testing.T) {
	got := ask(t, shared.url, `query($r: [_Any!]!) { _entities(representations: $r) { __typename } }`,
		map[string]any{"r": []any{map[string]any{"__typename": "Region", "officialCode": map[string]any{"system": "bps", "value": "9408"}}}})
	refuses(t, "a representation", got, []string{"officialCode", "system"}, "bps is not a valid CodeSystem", "KEMENDAGRI, BPS, ISO_3166_2")
	for text, says := range map[string]string{
		`{"designation": "border"}`:                       "give one of DISADVANTAGED, BORDER, ANY",
		`{"clusters": {"regions": {"level": "regency"}}}`: "give one of PROVINCE, REGENCY",
	} {
		if _, err := graph.ParseRegionFilter(text); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%s: %v", text, err)
		}
	}
}
