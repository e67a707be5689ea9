package inputs

import (
	"strconv"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
	"github.com/vektah/gqlparser/v2/validator"
	"github.com/vektah/gqlparser/v2/validator/rules"
)

// Rule replaces the rule ValuesOfCorrectType of the specification. Its errors say
// which values are valid, and name the argument under "argument" in their extensions.
var Rule = validator.Rule{Name: rules.ValuesOfCorrectTypeRule.Name, RuleFunc: func(observers *validator.Events, addError validator.AddErrFunc) {
	var walker *validator.Walker
	var at *ast.Value
	// The observers of a value are called in the order of registration.
	observers.OnValue(func(w *validator.Walker, value *ast.Value) { walker, at = w, value })
	rules.ValuesOfCorrectTypeRule.RuleFunc(observers, func(options ...validator.ErrorOption) {
		addError(append(options, func(fault *gqlerror.Error) {
			if text := message(at); text != "" {
				fault.Message = text
			}
			if path := pathTo(walker.Document, at); path != nil {
				if fault.Extensions == nil {
					fault.Extensions = make(map[string]any)
				}
				fault.Extensions["argument"] = path
			}
		})...)
	})
}}

// message says what is wrong with a value in the document, or "" for objects and
// null, for which gqlparser's own message is used.
func message(value *ast.Value) string {
	kind := value.Definition
	switch {
	case value.Kind == ast.NullValue:
		return ""
	case kind.Kind == ast.Enum:
		return enumMessage(kind, clip(value.String()))
	case kind.Kind == ast.Scalar && value.Kind != ast.ObjectValue && value.Kind != ast.ListValue:
		if wanted, ok := builtIn[kind.Name]; ok {
			return clip(value.String()) + " is not a valid " + kind.Name + "; give " + wanted.words
		}
	}
	return ""
}

// pathTo returns the path of a value in a document: the argument, then the path
// inside it, or the variable whose default it is.
func pathTo(document *ast.QueryDocument, value *ast.Value) []string {
	var within func(v *ast.Value, path []string) []string
	within = func(v *ast.Value, path []string) []string {
		if v == nil {
			return nil
		}
		if v == value {
			return path
		}
		for i, child := range v.Children {
			name := child.Name
			if v.Kind == ast.ListValue {
				name = strconv.Itoa(i)
			}
			if found := within(child.Value, append(path[:len(path):len(path)], name)); found != nil {
				return found
			}
		}
		return nil
	}
	arguments := func(list ast.ArgumentList) []string {
		for _, argument := range list {
			if found := within(argument.Value, []string{argument.Name}); found != nil {
				return found
			}
		}
		return nil
	}
	directives := func(list ast.DirectiveList) []string {
		for _, directive := range list {
			if found := arguments(directive.Arguments); found != nil {
				return found
			}
		}
		return nil
	}
	var selections func(set ast.SelectionSet) []string
	selections = func(set ast.SelectionSet) []string {
		for _, selection := range set {
			var own, on []string
			var below ast.SelectionSet
			switch s := selection.(type) {
			case *ast.Field:
				own, on, below = arguments(s.Arguments), directives(s.Directives), s.SelectionSet
			case *ast.InlineFragment:
				on, below = directives(s.Directives), s.SelectionSet
			case *ast.FragmentSpread:
				on = directives(s.Directives)
			}
			for _, found := range [][]string{own, on} {
				if found != nil {
					return found
				}
			}
			if found := selections(below); found != nil {
				return found
			}
		}
		return nil
	}
	for _, operation := range document.Operations {
		for _, variable := range operation.VariableDefinitions {
			if found := within(variable.DefaultValue, []string{variable.Variable}); found != nil {
				return found
			}
		}
		if found := directives(operation.Directives); found != nil {
			return found
		}
		if found := selections(operation.SelectionSet); found != nil {
			return found
		}
	}
	for _, fragment := range document.Fragments {
		if found := selections(fragment.SelectionSet); found != nil {
			return found
		}
	}
	return nil
}
