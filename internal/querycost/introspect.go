package querycost

import (
	"math"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
)

// introspected computes the cost of introspection. Since the whole schema is known,
// the cost is exact and not estimated: one unit per field of the answer, and for
// descriptions by their bytes.
type introspected struct {
	known map[asked]int
	steps int
}

// asked is a selection set, identified by its first selection, and the object it is
// applied to.
type asked struct {
	first ast.Selection
	of    any
}

// wrapped is a wrapping type: a list or non-null.
type wrapped struct {
	of   *ast.Type
	bare bool // without the outer non-null
}

// input is a field of an input object, which introspection returns as an
// __InputValue.
type input struct{ *ast.FieldDefinition }

// introspection returns the cost of __schema or __type.
func (w *costing) introspection(field *ast.Field) int {
	if field.Name == "__type" {
		name := Arguments{field: field, costing: w}.scalar("name")
		of := w.schema.Types[name]
		if of == nil {
			return 1
		}
		return add(1, w.asked(field.SelectionSet, of))
	}
	return add(1, w.asked(field.SelectionSet, w.schema))
}

// asked returns the cost of a selection set of one introspection object.
func (w *costing) asked(set ast.SelectionSet, of any) int {
	if len(set) == 0 {
		return 0
	}
	// of is a single object and never a list, so that the key is comparable.
	key := asked{set[0], of}
	if known, ok := w.schemas.known[key]; ok {
		return known
	}
	total := 0
	for _, selection := range set {
		if w.schemas.steps++; w.schemas.steps > w.most {
			return math.MaxInt
		}
		switch s := selection.(type) {
		case *ast.Field:
			total = add(total, add(1+len(s.Alias)/32, w.part(s, of)))
		case *ast.InlineFragment:
			total = add(total, w.asked(s.SelectionSet, of))
		case *ast.FragmentSpread:
			total = add(total, w.asked(s.Definition.SelectionSet, of))
		}
	}
	if w.schemas.known == nil {
		w.schemas.known = make(map[asked]int)
	}
	w.schemas.known[key] = total
	return total
}

// part returns the cost of the value of an introspection field, besides the field
// itself. Building a list takes some work, whatever is selected of its elements.
func (w *costing) part(field *ast.Field, of any) int {
	text := func(description string) int { return len(description) / UnitBytes }
	total := 0
	each := func(of any) { total = add(total, w.asked(field.SelectionSet, of)) }
	switch of := of.(type) {
	case *ast.Schema:
		switch field.Name {
		case "description":
			return text(of.Description)
		case "types":
			total = len(of.Types)
			for _, t := range of.Types {
				each(t)
			}
		case "queryType", "mutationType", "subscriptionType":
			for name, t := range map[string]*ast.Definition{"queryType": of.Query, "mutationType": of.Mutation, "subscriptionType": of.Subscription} {
				if name == field.Name && t != nil {
					each(t)
				}
			}
		case "directives":
			total = len(of.Directives)
			for _, d := range of.Directives {
				each(d)
			}
		}
	case *ast.Definition:
		switch field.Name {
		case "description":
			return text(of.Description)
		case "fields":
			total = len(of.Fields)
			if of.Kind == ast.Object || of.Kind == ast.Interface {
				for _, f := range of.Fields {
					if !strings.HasPrefix(f.Name, "__") {
						each(f)
					}
				}
			}
		case "inputFields":
			total = len(of.Fields)
			if of.Kind == ast.InputObject {
				for _, f := range of.Fields {
					each(input{f})
				}
			}
		case "interfaces":
			for _, name := range of.Interfaces {
				each(w.schema.Types[name])
			}
		case "possibleTypes":
			if of.Kind == ast.Interface || of.Kind == ast.Union {
				for _, t := range w.schema.GetPossibleTypes(of) {
					each(t)
				}
			}
		case "enumValues":
			for _, v := range of.EnumValues {
				each(v)
			}
		}
	case wrapped:
		if field.Name == "ofType" {
			if of.of.NonNull && !of.bare {
				each(w.behind(wrapped{of.of, true}))
			} else {
				each(w.behind(wrapped{of.of.Elem, false}))
			}
		}
	case *ast.FieldDefinition:
		switch field.Name {
		case "description":
			return text(of.Description)
		case "args":
			for _, a := range of.Arguments {
				each(a)
			}
		case "type":
			each(w.behind(wrapped{of.Type, false}))
		case "deprecationReason":
			return 4
		}
	case input:
		switch field.Name {
		case "description":
			return text(of.Description)
		case "type":
			each(w.behind(wrapped{of.Type, false}))
		case "defaultValue":
			return literalBytes(of.DefaultValue) / UnitBytes
		case "deprecationReason":
			return 4
		}
	case *ast.ArgumentDefinition:
		switch field.Name {
		case "description":
			return text(of.Description)
		case "type":
			each(w.behind(wrapped{of.Type, false}))
		case "defaultValue":
			return literalBytes(of.DefaultValue) / UnitBytes
		case "deprecationReason":
			return 4
		}
	case *ast.EnumValueDefinition:
		switch field.Name {
		case "description":
			return text(of.Description)
		case "deprecationReason":
			return 4
		}
	case *ast.DirectiveDefinition:
		switch field.Name {
		case "description":
			return text(of.Description)
		case "locations":
			return len(of.Locations)
		case "args":
			for _, a := range of.Arguments {
				each(a)
			}
		}
	}
	return total
}

// behind returns the definition of a type that wraps none.
func (w *costing) behind(t wrapped) any {
	if t.of.NamedType != "" && (!t.of.NonNull || t.bare) {
		return w.schema.Types[t.of.NamedType]
	}
	return t
}

func literalBytes(value *ast.Value) int {
	if value == nil {
		return 0
	}
	return len(value.String())
}
