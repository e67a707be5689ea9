// Package inputs checks the values of a request against the types of the schema: the
// names of enums, which gqlparser accepts in any case, and numbers, strings and
// booleans, which it accepts in place of each other. It is the only place where that
// is done, for variables, for filters given as JSON, and for literals in the
// document. For an unknown field of a variable or filter it says which is meant.
//
// The rest of the form of objects and lists is left to gqlparser: missing or null
// fields.
package inputs

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/validator/core"

	"github.com/sentra-ikm/sentra/internal/sentra"
)

// Variables checks the values of an operation's variables, decoded from JSON with
// numbers as json.Number. The error is a BAD_USER_INPUT whose path begins with the
// variable's name.
func Variables(schema *ast.Schema, operation *ast.OperationDefinition, values map[string]any) error {
	for _, variable := range operation.VariableDefinitions {
		value, given := values[variable.Variable]
		if !given {
			continue
		}
		if err := Value(schema, variable.Type, value); err != nil {
			return sentra.In(variable.Variable, err)
		}
	}
	return nil
}

// Value checks one value of a type. The error is a BAD_USER_INPUT whose path leads
// into the value.
func Value(schema *ast.Schema, of *ast.Type, value any) error {
	if value == nil {
		return nil
	}
	if of.Elem != nil {
		list, ok := value.([]any)
		if !ok {
			// A single value is coerced to a list.
			return Value(schema, of.Elem, value)
		}
		for i, element := range list {
			if err := Value(schema, of.Elem, element); err != nil {
				return sentra.In(strconv.Itoa(i), err)
			}
		}
		return nil
	}
	kind := schema.Types[of.NamedType]
	if kind == nil {
		return nil
	}
	switch kind.Kind {
	case ast.Enum:
		return Enum(kind, value)
	case ast.Scalar:
		if wanted, ok := builtIn[kind.Name]; ok && !wanted.takes(value) {
			return sentra.BadInput("", "%s is not a valid %s; give %s", show(value), kind.Name, wanted.words)
		}
	case ast.InputObject:
		object, _ := value.(map[string]any)
		if name, unknown := unknownField(kind, object); unknown {
			return sentra.In(name, sentra.BadInput("", "%s", unknownMessage(kind, name)))
		}
		for _, field := range kind.Fields {
			if err := Value(schema, field.Type, object[field.Name]); err != nil {
				return sentra.In(field.Name, err)
			}
		}
	}
	return nil
}

// unknownField returns the first name in the object, by the alphabet, that is no field
// of an input type.
func unknownField(kind *ast.Definition, object map[string]any) (first string, unknown bool) {
	for name := range object {
		if kind.Fields.ForName(name) == nil && name != "__typename" && (!unknown || name < first) {
			first, unknown = name, true
		}
	}
	return first, unknown
}

// longestName is the maximum length of a name that is compared with others.
const longestName = 60

func unknownMessage(kind *ast.Definition, name string) string {
	known := make([]string, len(kind.Fields))
	for i, field := range kind.Fields {
		known[i] = field.Name
	}
	if len(name) <= longestName {
		if near := core.SuggestionList(name, known); len(near) > 0 {
			return fmt.Sprintf("unknown field of %s; did you mean %s?", kind.Name, core.OrList(near...))
		}
	}
	return fmt.Sprintf("unknown field of %s; it has %s", kind.Name, strings.Join(known, ", "))
}

// Enum checks the exact name of an enum value.
func Enum(kind *ast.Definition, value any) error {
	if name, ok := value.(string); ok && kind.EnumValues.ForName(name) != nil {
		return nil
	}
	shown := show(value)
	if name, ok := value.(string); ok {
		shown = clip(name)
	}
	return sentra.BadInput("", "%s", enumMessage(kind, shown))
}

func enumMessage(kind *ast.Definition, given string) string {
	names := make([]string, len(kind.EnumValues))
	for i, v := range kind.EnumValues {
		names[i] = v.Name
	}
	return fmt.Sprintf("%s is not a valid %s; give one of %s", given, kind.Name, strings.Join(names, ", "))
}

// scalar is one of the specification's built-in scalars.
type scalar struct {
	takes func(value any) bool
	words string
}

var builtIn = map[string]scalar{
	"Int": {func(value any) bool {
		switch v := value.(type) {
		case json.Number:
			_, err := strconv.ParseInt(v.String(), 10, 32)
			return err == nil
		case float64:
			return v == math.Trunc(v) && v >= math.MinInt32 && v <= math.MaxInt32
		case int:
			return v >= math.MinInt32 && v <= math.MaxInt32
		case int64:
			return v >= math.MinInt32 && v <= math.MaxInt32
		case int32:
			return true
		}
		return false
	}, "a whole number from -2147483648 to 2147483647, without quotes"},
	"Float": {func(value any) bool {
		switch v := value.(type) {
		case json.Number:
			_, err := v.Float64()
			return err == nil
		case float64, int, int32, int64:
			return true
		}
		return false
	}, "a number, without quotes"},
	"Boolean": {func(value any) bool {
		_, ok := value.(bool)
		return ok
	}, "true or false, without quotes"},
	"String": {func(value any) bool {
		_, ok := value.(string)
		return ok
	}, "a text in quotes"},
	"ID": {func(value any) bool {
		switch v := value.(type) {
		case string, int, int32, int64:
			return true
		case json.Number:
			_, err := v.Int64()
			return err == nil
		case float64:
			return v == math.Trunc(v) && math.Abs(v) < 1<<53
		}
		return false
	}, "a text in quotes"},
}

// show returns a value as JSON, shortened if it is long.
func show(value any) string {
	switch v := value.(type) {
	case map[string]any:
		return "an object"
	case []any:
		return "a list"
	case json.Number:
		// As written, which encoding might change.
		return clip(v.String())
	}
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(value); err != nil {
		return "this"
	}
	return clip(strings.TrimSuffix(text.String(), "\n"))
}

// clip cuts a text after 40 characters.
func clip(text string) string {
	if runes := []rune(text); len(runes) > 40 {
		return string(runes[:40]) + "…"
	}
	return text
}
