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

// Costed is a schema that can compute the cost of operations.
type Costed interface {
	// Cost returns the cost of a valid operation, with its variables coerced. If it
	// exceeds most, any value greater than most may be returned. Once ctx has ended the
	// result is meaningless.
	Cost(ctx context.Context, operation *ast.OperationDefinition, variables map[string]any, most int) int
}

// limits is a gqlgen extension that rejects an operation before it runs if it costs
// too much. Its depth and number of aliases are checked by documents.
type limits struct {
	complexity int
	// deadline returns the deadline of an operation.
	deadline func(context.Context) time.Time
	costs    Costed
}

var _ interface {
	graphql.HandlerExtension
	graphql.OperationContextMutator
} = (*limits)(nil)

func (l *limits) ExtensionName() string { return "SentraLimits" }

// Validate takes the cost list from the schema.
func (l *limits) Validate(schema graphql.ExecutableSchema) error {
	costed, ok := schema.(Costed)
	if !ok {
		return fmt.Errorf("the schema has no cost list")
	}
	l.costs = costed
	return nil
}

// MutateOperationContext rejects an operation with LIMIT_EXCEEDED, stating cost and
// limit, and stores the cost for costOf.
func (l *limits) MutateOperationContext(ctx context.Context, operation *graphql.OperationContext) *gqlerror.Error {
	if operation.Operation == nil {
		return nil
	}
	// Costs may depend on lengths that must be measured first.
	ctx, cancel := context.WithDeadline(ctx, l.deadline(ctx))
	defer cancel()
	cost := l.costs.Cost(ctx, operation.Operation, operation.Variables, l.complexity)
	if err := sentra.Ended(ctx, "while the cost of the operation was computed"); err != nil {
		return withCode(err, "")
	}
	if cost > l.complexity {
		return withCode(sentra.Errorf(sentra.CodeLimitExceeded,
			"the operation's complexity is %d; the limit is %d (fields, times the lengths of lists; a boundary counts by its bytes)", cost, l.complexity), "")
	}
	operation.Stats.SetExtension(l.ExtensionName(), cost)
	return nil
}

// costOf returns the cost that limits computed for an operation.
func costOf(operation *graphql.OperationContext) int {
	cost, _ := operation.Stats.GetExtension((*limits)(nil).ExtensionName()).(int)
	return cost
}
