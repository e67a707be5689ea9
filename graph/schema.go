package graph

import (
	"fmt"

	"github.com/99designs/gqlgen/graphql"

	"github.com/sentra-ikm/sentra/graph/model"
	"github.com/sentra-ikm/sentra/internal/querycost"
)

// NewSchema returns the executable schema, with the price list of its fields.
func NewSchema(resolver *Resolver) graphql.ExecutableSchema {
	schema, err := newFederated(NewExecutableSchema(Config{Resolvers: resolver, Schema: describedSchema()}), resolver)
	if err != nil {
		// Only a schema whose keys or prices do not fit it gets here, and that is not
		// compiled.
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
