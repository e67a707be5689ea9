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
		// Unreachable: the schema, its keys and its prices are compiled in and fit.
		panic(fmt.Errorf("read the schema: %w", err))
	}
	return schema
}

func newPrices(schema graphql.ExecutableSchema, resolver *Resolver) (*querycost.Prices, error) {
	prices, err := querycost.NewPrices(schema.Schema(), model.MaxPage, resolver.prices())
	if err != nil {
		return nil, fmt.Errorf("make the price list: %w", err)
	}
	return prices, nil
}
