package httpserver

import (
	"context"
	"fmt"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"github.com/sentra-ikm/sentra/internal/sentra"
)

// Priced is a schema that knows what operations cost.
type Priced interface {
	// Price gives the price of an operation that is valid, with its variables
	// coerced. Where that is more than most, it may be any price greater than it; once
	// ctx has ended it says nothing.
	Price(ctx context.Context, operation *ast.OperationDefinition, variables map[string]any, most int) int
}

// limits is a gqlgen extension that refuses an operation before it runs when it
// costs too much. How deep it is and how many aliases it has documents looks at.
type limits struct {
	complexity int
	// deadline gives until when an operation may take.
	deadline func(context.Context) time.Time
	prices   Priced
}

var _ interface {
	graphql.HandlerExtension
	graphql.OperationContextMutator
} = (*limits)(nil)

// ExtensionName is the extension's name.
func (l *limits) ExtensionName() string { return "SentraLimits" }

// Validate keeps the price list.
func (l *limits) Validate(schema graphql.ExecutableSchema) error {
	priced, ok := schema.(Priced)
	if !ok {
		return fmt.Errorf("the schema has no price list")
	}
	l.prices = priced
	return nil
}

// MutateOperationContext refuses with LIMIT_EXCEEDED, telling price and limit, and
// notes the price for costOf.
func (l *limits) MutateOperationContext(ctx context.Context, operation *graphql.OperationContext) *gqlerror.Error {
	if operation.Operation == nil {
		return nil
	}
	// What prices depend on may have to be measured first.
	ctx, cancel := context.WithDeadline(ctx, l.deadline(ctx))
	defer cancel()
	cost := l.prices.Price(ctx, operation.Operation, operation.Variables, l.complexity)
	if err := sentra.Ended(ctx, "while the operation was priced"); err != nil {
		return withCode(err, "")
	}
	if cost > l.complexity {
		return withCode(sentra.Errorf(sentra.CodeLimitExceeded,
			"the operation's complexity is %d; the limit is %d (fields, times the lengths of lists; a boundary counts by its bytes)", cost, l.complexity), "")
	}
	operation.Stats.SetExtension(l.ExtensionName(), cost)
	return nil
}

// costOf returns the price that limits found of an operation.
func costOf(operation *graphql.OperationContext) int {
	cost, _ := operation.Stats.GetExtension((*limits)(nil).ExtensionName()).(int)
	return cost
}
