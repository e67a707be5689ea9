package querycost

import (
	"cmp"
	"context"
	"slices"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
	"github.com/vektah/gqlparser/v2/validator"
	"github.com/vektah/gqlparser/v2/validator/rules"

	"github.com/sentra-ikm/sentra/internal/inputs"
	"github.com/sentra-ikm/sentra/internal/sentra"
)

const (
	// maxErrors is the number of errors after which validation stops.
	maxErrors = 50
	// maxMessage is the maximum length of an error's message in bytes: some echo the
	// document.
	maxMessage = 500
)

// specified are the validation rules by name, except for the merging of fields:
// gqlparser's takes at least quadratic time in a selection set, and merging replaces
// it. inputs.Rule replaces the rule for values.
var specified = func() []validator.Rule {
	var out []validator.Rule
	for name, rule := range rules.NewDefaultRules().GetInner() {
		if name != rules.OverlappingFieldsCanBeMergedRule.Name {
			if name == inputs.Rule.Name {
				rule = inputs.Rule.RuleFunc
			}
			out = append(out, validator.Rule{Name: name, RuleFunc: rule})
		}
	}
	slices.SortFunc(out, func(a, b validator.Rule) int { return cmp.Compare(a.Name, b.Name) })
	return out
}()

// stop ends a walk through a document by a panic: gqlparser has no other way.
type stop struct{ err error }

// Validate applies the rules of the GraphQL specification to a document that passed
// Measure. It reports at most 50 errors. If the context ends, it stops with the error
// of sentra.Ended.
func Validate(ctx context.Context, schema *ast.Schema, document *ast.QueryDocument) (faults gqlerror.List) {
	defer func() {
		switch ended := recover().(type) {
		case nil:
		case stop:
			if ended.err != nil {
				faults = gqlerror.List{gqlerror.WrapIfUnwrapped(ended.err)}
			}
		default:
			panic(ended)
		}
	}()
	addError := func(rule string, options ...validator.ErrorOption) {
		fault := &gqlerror.Error{Rule: rule}
		for _, o := range options {
			o(fault)
		}
		fault.Message = cut(fault.Message)
		if faults = append(faults, fault); len(faults) == maxErrors {
			faults = append(faults, &gqlerror.Error{Message: "there are too many errors; no more are looked for"})
			panic(stop{})
		}
	}
	steps := 0
	look := func() {
		if steps++; steps%1024 == 0 {
			if err := sentra.Ended(ctx, "while the document was checked"); err != nil {
				panic(stop{err})
			}
		}
	}
	observers := &validator.Events{}
	observers.OnField(func(*validator.Walker, *ast.Field) { look() })
	observers.OnValue(func(*validator.Walker, *ast.Value) { look() })
	for _, rule := range specified {
		rule.RuleFunc(observers, func(options ...validator.ErrorOption) { addError(rule.Name, options...) })
	}
	validator.Walk(schema, document, observers)
	if len(faults) > 0 {
		// What does not fit the schema has no types to compare.
		return faults
	}
	merging := merging{schema: schema, look: look, conflict: func(at *ast.Position, message string) {
		addError(rules.OverlappingFieldsCanBeMergedRule.Name, validator.Message("%s", message), func(fault *gqlerror.Error) {
			if at != nil {
				fault.Locations = append(fault.Locations, gqlerror.Location{Line: at.Line, Column: at.Column})
			}
		})
	}}
	for _, operation := range document.Operations {
		merging.check(operation.SelectionSet)
	}
	return faults
}

// cut shortens a message that echoes too long a text.
func cut(message string) string {
	if len(message) <= maxMessage {
		return message
	}
	end := maxMessage
	for end > 0 && message[end]&0xC0 == 0x80 {
		end--
	}
	return message[:end] + "…"
}
