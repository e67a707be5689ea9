package querycost

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
	"github.com/vektah/gqlparser/v2/parser"
	"github.com/vektah/gqlparser/v2/validator"
	"github.com/vektah/gqlparser/v2/validator/rules"
)

// pets has everything that the rule distinguishes: objects, an interface, a union,
// lists, nulls, leaves and arguments.
var pets = gqlparser.MustLoadSchema(&ast.Source{Input: `
	type Query { pet(id: Int, like: Like): Pet  dog: Dog  cat(id: Int): Cat!  pets(first: Int): [Pet!]!  any: Any }
	input Like { name: String, age: Int, also: [Like!] }
	interface Pet { name: String  age: Int!  friend(id: Int): Pet }
	type Dog implements Pet { name: String  age: Int!  friend(id: Int): Pet  size: Int  barks: Boolean!  mates: [Dog] }
	type Cat implements Pet { name: String  age: Int!  friend(id: Int): Pet  size: String  meows: Boolean!  mates: [Cat!] }
	type Fish { name: String!  size: Float  school: [Fish!]! }
	union Any = Dog | Cat | Fish`})

// writer generates random documents that are valid except for merging.
type writer struct {
	*rand.Rand
	schema    *ast.Schema
	fragments []string
}

// below returns a selection set of a type. It uses few names, so that they clash.
func (w *writer) below(of *ast.Definition, depth int) string {
	var out []string
	for range 1 + w.IntN(4) {
		switch {
		case w.IntN(5) == 0 && depth > 0:
			if kinds := w.kindsOf(of); len(kinds) > 0 {
				kind := kinds[w.IntN(len(kinds))]
				out = append(out, fmt.Sprintf("... on %s %s", kind, w.below(w.schema.Types[kind], depth-1)))
			}
		case w.IntN(5) == 0 && len(w.fragments) > 0:
			// A fragment uses only later ones, so that there is no cycle.
			for _, kind := range w.kindsOf(of) {
				if name := kind + "0"; w.IntN(2) == 0 && strings.Contains(strings.Join(w.fragments, " "), name) {
					out = append(out, "..."+name)
					break
				}
			}
		default:
			out = append(out, w.field(of, depth))
		}
	}
	return "{ __typename " + strings.Join(out, " ") + " }"
}

// kindsOf returns the possible types of a fragment.
func (w *writer) kindsOf(of *ast.Definition) []string {
	var out []string
	for _, kind := range []string{"Pet", "Dog", "Cat", "Fish", "Any"} {
		for _, a := range w.schema.GetPossibleTypes(of) {
			for _, b := range w.schema.GetPossibleTypes(w.schema.Types[kind]) {
				if a == b && (len(out) == 0 || out[len(out)-1] != kind) {
					out = append(out, kind)
				}
			}
		}
	}
	return out
}

func (w *writer) field(of *ast.Definition, depth int) string {
	var fields []*ast.FieldDefinition
	for _, f := range of.Fields {
		if !strings.HasPrefix(f.Name, "__") {
			fields = append(fields, f)
		}
	}
	if len(fields) == 0 {
		return "__typename"
	}
	f := fields[w.IntN(len(fields))]
	of = w.schema.Types[f.Type.Name()]
	if len(of.Fields)+len(of.Types) > 0 && depth == 0 {
		return "__typename"
	}
	out := f.Name
	if w.IntN(3) == 0 {
		out = string(rune('a'+w.IntN(3))) + ": " + f.Name
	}
	if len(f.Arguments) > 0 && w.IntN(2) == 0 {
		out += []string{"(id: 1)", "(id: 2)", "(like: {name: \"a\", age: 1})", "(like: {age: 1, name: \"a\"})", "(id: 1, like: {also: [{age: 1}]})", "(like: {also: [{age: 1}]}, id: 1)"}[w.IntN(6)]
		if f.Arguments.ForName("like") == nil {
			out = strings.Split(out, "(")[0] + "(id: 1)"
		}
		if f.Arguments.ForName("id") == nil {
			out = strings.Split(out, "(")[0]
		}
	}
	if len(of.Fields)+len(of.Types) > 0 {
		out += " " + w.below(of, depth-1)
	}
	return out
}

// document generates an operation with fragments, all of them used.
func document(seed uint64) string {
	w := &writer{Rand: rand.New(rand.NewPCG(seed, 1)), schema: pets}
	var text, use strings.Builder
	for _, kind := range []string{"Fish", "Cat", "Dog", "Pet", "Any"} {
		if w.IntN(2) == 0 {
			fmt.Fprintf(&text, "fragment %s0 on %s %s\n", kind, kind, w.below(w.schema.Types[kind], 2))
			w.fragments = append(w.fragments, kind+"0")
			fmt.Fprintf(&use, " u%s: any { ...%s0 }", kind, kind)
		}
	}
	body := w.below(pets.Query, 4)
	return strings.TrimSuffix(body, "}") + use.String() + " }\n" + text.String()
}

func parsed(t testing.TB, text string) *ast.QueryDocument {
	t.Helper()
	document, err := parser.ParseQuery(&ast.Source{Input: text})
	if err != nil {
		t.Fatalf("%v in %s", err, text)
	}
	return document
}

// theirs returns the result of gqlparser's own rules.
func theirs(document *ast.QueryDocument) gqlerror.List {
	return validator.ValidateWithRules(pets, document, rules.NewDefaultRules())
}

// TestMerging compares with the results of gqlparser's rule on random documents.
func TestMerging(t *testing.T) {
	refused := 0
	for seed := range uint64(2000) {
		text := document(seed)
		wanted, got := theirs(parsed(t, text)), Validate(context.Background(), pets, parsed(t, text))
		if len(wanted) > 0 {
			refused++
		}
		for _, fault := range wanted {
			if fault.Rule != rules.OverlappingFieldsCanBeMergedRule.Name {
				t.Fatalf("seed %d is no document to test with: %v\n%s", seed, fault, text)
			}
		}
		if (len(wanted) > 0) != (len(got) > 0) {
			t.Fatalf("seed %d:\n%s\ngqlparser: %v\nhere: %v", seed, text, wanted, got)
		}
	}
	if refused < 500 || refused > 1500 {
		t.Errorf("%d of 2000 documents are refused; both verdicts should be frequent", refused)
	}
}

// TestMergingSays asserts the message and its location.
func TestMergingSays(t *testing.T) {
	for text, want := range map[string]string{
		"{ dog { name name: size } }":                          `Fields "dog" conflict because subfields "name" conflict because "name" and "size" are different fields. Use different aliases on the fields to fetch both if this was intentional.`,
		"{ cat(id: 1) { name } cat(id: 2) { name } }":          `Fields "cat" conflict because they have differing arguments. Use different aliases on the fields to fetch both if this was intentional.`,
		"{ any { ... on Dog { size } ... on Fish { size } } }": `Fields "any" conflict because subfields "size" conflict because they return conflicting types "Int" and "Float". Use different aliases on the fields to fetch both if this was intentional.`,
	} {
		faults := Validate(context.Background(), pets, parsed(t, text))
		if len(faults) != 1 || faults[0].Message != want || len(faults[0].Locations) != 1 || faults[0].Rule != "OverlappingFieldsCanBeMerged" {
			t.Errorf("%s: got %+v", text, faults)
		}
	}
}

// FuzzMerging compares the two rules on arbitrary documents.
func FuzzMerging(f *testing.F) {
	for seed := range uint64(20) {
		f.Add(document(seed))
	}
	f.Fuzz(func(t *testing.T, text string) {
		document, err := parser.ParseQueryWithTokenLimit(&ast.Source{Input: text}, 500)
		if err != nil || len(document.Operations) == 0 {
			return
		}
		if _, err := Measure(document, Bounds{Selections: 1000}); err != nil {
			return
		}
		wanted, got := theirs(document), Validate(context.Background(), pets, document)
		if (len(wanted) > 0) != (len(got) > 0) {
			t.Fatalf("gqlparser: %v\nhere: %v", wanted, got)
		}
	})
}
