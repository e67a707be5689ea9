package graph

import (
	"fmt"

	"github.com/99designs/gqlgen/graphql"

	"github.com/sentra-ikm/sentra/graph/model"
	"github.com/sentra-ikm/sentra/internal/querycost"
)

// NewSchema returns the executable schema, with the costs of its fields.
func NewSchema(resolver *Resolver) graphql.ExecutableSchema {
	schema, err := newFederated(NewExecutableSchema(Config{Resolvers: resolver, Schema: describedSchema()}), resolver)
	if err != nil {
		// Unreachable: the schema, its keys and its costs are compiled in and fit.
		panic(fmt.Errorf("read the schema: %w", err))
	}
	return schema
}

func newCosts(schema graphql.ExecutableSchema, resolver *Resolver) (*querycost.Costs, error) {
	costs, err := querycost.NewCosts(schema.Schema(), model.MaxPage, resolver.costs())
	if err != nil {
		return nil, fmt.Errorf("make the cost list: %w", err)
	}
	return costs, nil
}
