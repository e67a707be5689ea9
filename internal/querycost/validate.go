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
	// maxErrors is how many errors validation finds before it gives up.
	maxErrors = 50
	// maxMessage is the greatest length of an error's message in bytes: some give
	// back the text they speak of.
	maxMessage = 500
)

// specified are the validation rules by name, but the one that fields can be
// merged: gqlparser's takes time that grows with the square of a selection set and
// worse. checkMerging is in its place, and inputs.Rule in that of the rule of values.
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

// stop ends a walk through a document from within: gqlparser knows no other way.
type stop struct{ err error }

// Validate applies the rules of the GraphQL specification to a document that
// Measure let pass. At most 50 errors are told. It ends with the context, with the
// error that sentra.Ended gives.
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

// cut shortens a message that gives back too long a text.
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
