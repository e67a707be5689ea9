package graph

import (
	"context"
	"runtime"
	"sync"

	"github.com/99designs/gqlgen/graphql"
)

// entriesAtATime is the least number of entries worth a goroutine.
const entriesAtATime = 64

// entriesInTurn is how many entries are made before other requests have their turn.
const entriesInTurn = 32

// marshalList makes the entries of a list, in place of
// graphql.MarshalSliceConcurrently, which starts a goroutine for each: no resolver
// here waits for anything, and to start and grow a goroutine costs more than an
// entry does. A long list is shared out among the processors. An entry that
// panics, and those left when the time is up, are null with an error, as there.
func marshalList(ctx context.Context, length int, _ int64, _ bool, entry func(ctx context.Context, i int) graphql.Marshaler) graphql.Array {
	list := make(graphql.Array, length)
	shares := min(runtime.GOMAXPROCS(0), length/entriesAtATime)
	if shares <= 1 {
		marshalEntries(ctx, list, 0, entry)
		return list
	}
	var others sync.WaitGroup
	for share := 1; share < shares; share++ {
		from, to := share*length/shares, (share+1)*length/shares
		others.Go(func() { marshalEntries(ctx, list[from:to], from, entry) })
	}
	marshalEntries(ctx, list[:length/shares], 0, entry)
	others.Wait()
	return list
}

// marshalEntries makes entries one after the other, the first of which has a number.
func marshalEntries(ctx context.Context, entries graphql.Array, first int, entry func(ctx context.Context, i int) graphql.Marshaler) {
	// Made together, since each is small and there is one for every entry.
	fields, numbers := make([]graphql.FieldContext, len(entries)), make([]int, len(entries))
	for i := range entries {
		if err := ctx.Err(); err != nil {
			graphql.AddError(ctx, err)
			for j := i; j < len(entries); j++ {
				entries[j] = graphql.Null
			}
			return
		}
		if i%entriesInTurn == entriesInTurn-1 {
			// Whoever asks for less goes before the rest.
			runtime.Gosched()
		}
		numbers[i] = first + i
		fields[i].Index = &numbers[i]
		entries[i] = marshalEntry(graphql.WithFieldContext(ctx, &fields[i]), first+i, entry)
	}
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
