package graph

import (
	"context"

	"github.com/99designs/gqlgen/graphql"
)

// marshalList makes the entries of a list one after the other, in place of
// graphql.MarshalSliceConcurrently, which starts a goroutine for each: no resolver
// here waits for anything, and to start and grow a goroutine costs more than an
// entry does. An entry that panics, and those left when the time is up, are null
// with an error, as there.
func marshalList(ctx context.Context, length int, _ int64, _ bool, entry func(ctx context.Context, i int) graphql.Marshaler) graphql.Array {
	list := make(graphql.Array, length)
	// Made together, since each is small and there is one for every entry.
	fields, numbers := make([]graphql.FieldContext, length), make([]int, length)
	for i := range list {
		if err := ctx.Err(); err != nil {
			graphql.AddError(ctx, err)
			for j := i; j < length; j++ {
				list[j] = graphql.Null
			}
			break
		}
		numbers[i] = i
		fields[i].Index = &numbers[i]
		list[i] = marshalEntry(graphql.WithFieldContext(ctx, &fields[i]), i, entry)
	}
	return list
}

func marshalEntry(ctx context.Context, i int, entry func(ctx context.Context, i int) graphql.Marshaler) (made graphql.Marshaler) {
	defer func() {
		if panicked := recover(); panicked != nil {
			graphql.AddError(ctx, graphql.Recover(ctx, panicked))
			made = graphql.Null
		}
	}()
	return entry(ctx, i)
}
