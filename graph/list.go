package graph

import (
	"context"
	"runtime"
	"sync"

	"github.com/99designs/gqlgen/graphql"
)

// entriesAtATime is the minimum number of entries per goroutine.
const entriesAtATime = 64

// entriesInTurn is the number of entries after which other requests may run.
const entriesInTurn = 32

// marshalList resolves the entries of a list. It replaces
// graphql.MarshalSliceConcurrently, which starts a goroutine for each entry: no
// resolver here blocks, and starting and growing a goroutine costs more than an
// entry. A long list is divided among the processors. An entry that panics, and those
// left when the time is up, are null with an error, as there.
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

// marshalEntries resolves entries one after the other; first is the index of the
// first one.
func marshalEntries(ctx context.Context, entries graphql.Array, first int, entry func(ctx context.Context, i int) graphql.Marshaler) {
	// Allocated together, since each is small and there is one per entry.
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
			// Let smaller requests run.
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
