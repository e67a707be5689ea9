package httpserver

import (
	"context"

	"github.com/99designs/gqlgen/complexity"
	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"github.com/sentra-ikm/sentra/internal/sentra"
)

// limits is a gqlgen extension that refuses an operation before it runs when it
// is too deep, has too many aliases or costs too much.
type limits struct {
	depth, aliases, complexity int
	schema                     graphql.ExecutableSchema
}

var _ interface {
	graphql.HandlerExtension
	graphql.OperationContextMutator
} = (*limits)(nil)

// ExtensionName is the extension's name.
func (l *limits) ExtensionName() string { return "SentraLimits" }

// Validate keeps the schema, whose price list the complexity needs.
func (l *limits) Validate(schema graphql.ExecutableSchema) error {
	l.schema = schema
	return nil
}

// MutateOperationContext refuses with LIMIT_EXCEEDED, telling measure and limit.
func (l *limits) MutateOperationContext(ctx context.Context, operation *graphql.OperationContext) *gqlerror.Error {
	selected := operation.Operation
	if selected == nil {
		return nil
	}
	depth, aliases := measure(selected.SelectionSet, 1, map[*ast.FragmentDefinition]bool{})
	over := func(what string, got, limit int) *gqlerror.Error {
		return gqlerror.WrapIfUnwrapped(sentra.Errorf(sentra.CodeLimitExceeded, "the operation's %s is %d; the limit is %d", what, got, limit))
	}
	if depth > l.depth {
		return over("depth", depth, l.depth)
	}
	if aliases > l.aliases {
		return over("number of aliases", aliases, l.aliases)
	}
	cost := complexity.Calculate(ctx, l.schema, selected, operation.Variables)
	if cost > l.complexity {
		return over("complexity (page sizes times fields; a boundary counts 20)", cost, l.complexity)
	}
	operation.Stats.SetExtension(l.ExtensionName(), cost)
	return nil
}

// costOf gives the price that limits found of an operation.
func costOf(operation *graphql.OperationContext) int {
	cost, _ := operation.Stats.GetExtension((*limits)(nil).ExtensionName()).(int)
	return cost
}

// measure gives the depth of a selection and the number of its aliases. What
// introspection asks is left out: its size is bounded by the schema. Fragment
// cycles are refused by validation before; the map only guards against them.
func measure(set ast.SelectionSet, level int, open map[*ast.FragmentDefinition]bool) (depth, aliases int) {
	for _, selection := range set {
		var below ast.SelectionSet
		next := level
		switch s := selection.(type) {
		case *ast.Field:
			if s.Name == "__schema" || s.Name == "__type" {
				continue
			}
			if s.Alias != s.Name {
				aliases++
			}
			depth = max(depth, level)
			below, next = s.SelectionSet, level+1
		case *ast.InlineFragment:
			below = s.SelectionSet
		case *ast.FragmentSpread:
			if s.Definition == nil || open[s.Definition] {
				continue
			}
			open[s.Definition] = true
			d, a := measure(s.Definition.SelectionSet, level, open)
			delete(open, s.Definition)
			depth, aliases = max(depth, d), aliases+a
			continue
		}
		d, a := measure(below, next, open)
		depth, aliases = max(depth, d), aliases+a
	}
	return depth, aliases
}
