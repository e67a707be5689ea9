package graph_test

import (
	"context"
	"encoding/json"
	"runtime"
	"sync/atomic"
	"testing"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/99designs/gqlgen/graphql/executor"

	"github.com/sentra-ikm/sentra/graph"
	"github.com/sentra-ikm/sentra/internal/servertest"
)

// A long list is resolved by a few goroutines: neither its entries nor their
// boundaries have a goroutine each.
func TestListsStartFewGoroutines(t *testing.T) {
	resolver := &graph.Resolver{Holder: shared.holder, Now: servertest.Clock}
	for _, c := range []struct {
		name, query string
		// count is the number of boundaries in the answer, worked out from the facts.
		count, limit int
	}{
		{"nodes", `{regions(filter: {level: REGENCY}, first: 1000) { nodes { code boundary(toleranceMetres: 2000) } }}`, 514, 8},
		{"nodes twice", `{regions(filter: {level: REGENCY}, first: 1000) { nodes { code a: boundary(zoom: 3) boundary(zoom: 4) } }}`, 514, 12},
		{"edges", `{regions(filter: {level: REGENCY}, first: 1000) { edges { node { code boundary(zoom: 4) } } }}`, 514, 8},
		{"lists in lists", `{regions(filter: {level: PROVINCE}, first: 1000) { nodes { children { boundary(zoom: 4) clusters { nodes { name } } } } }}`, 514, 24},
	} {
		t.Run(c.name, func(t *testing.T) {
			exec := executor.New(graph.NewSchema(resolver))
			before := runtime.NumGoroutine()
			var peak atomic.Int64
			exec.AroundFields(func(ctx context.Context, next graphql.Resolver) (any, error) {
				for now := int64(runtime.NumGoroutine() - before); ; {
					if seen := peak.Load(); now <= seen || peak.CompareAndSwap(seen, now) {
						break
					}
				}
				return next(ctx)
			})
			ctx := graphql.StartOperationTrace(context.Background())
			operation, errs := exec.CreateOperationContext(ctx, &graphql.RawParams{Query: c.query})
			if len(errs) > 0 {
				t.Fatal(errs)
			}
			start := time.Now()
			responses, ctx := exec.DispatchOperation(ctx, operation)
			got := responses(ctx)
			took := time.Since(start)
			var data any
			if err := json.Unmarshal(got.Data, &data); err != nil || len(got.Errors) > 0 {
				t.Fatal(err, got.Errors)
			}
			if count := countKey(data, "boundary"); count != c.count {
				t.Errorf("%d boundaries, want %d", count, c.count)
			}
			if peak.Load() > int64(c.limit) {
				t.Errorf("%d goroutines at once, want at most %d", peak.Load(), c.limit)
			}
			t.Logf("%d goroutines at once, %v", peak.Load(), took)
		})
	}
}

// countKey counts the objects in a JSON value that have a non-null value for the key.
func countKey(value any, key string) int {
	count := 0
	switch v := value.(type) {
	case []any:
		for _, entry := range v {
			count += countKey(entry, key)
		}
	case map[string]any:
		if v[key] != nil {
			count++
		}
		for _, below := range v {
			count += countKey(below, key)
		}
	}
	return count
}

// BenchmarkAllBoundaries answers all 514 regencies and cities without HTTP; all
// rounds but the first use cached encodings.
func BenchmarkAllBoundaries(b *testing.B) {
	exec := executor.New(graph.NewSchema(&graph.Resolver{Holder: shared.holder, Now: servertest.Clock}))
	for b.Loop() {
		ctx := graphql.StartOperationTrace(context.Background())
		operation, _ := exec.CreateOperationContext(ctx, &graphql.RawParams{Query: `{regions(filter: {level: REGENCY}, first: 1000) { nodes { code name boundary(zoom: 6) } }}`})
		responses, ctx := exec.DispatchOperation(ctx, operation)
		if got := responses(ctx); len(got.Errors) > 0 {
			b.Fatal(got.Errors)
		}
	}
}
